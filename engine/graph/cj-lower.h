/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From drawing to ops: builds every node that can be built and lists everything that is wrong. */
#pragma once

#include "cj-graph.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_PROBLEM_ERROR, /* keeps the network from training */
  CJ_PROBLEM_NOTE   /* worth knowing: a node is ignored, or taken otherwise than drawn */
} CjProblemKind;

typedef struct
{
  CjProblemKind kind;
  char *node;       /* id, NULL: the whole network */
  guint port;       /* input */
  char *sentence;   /* with the way out */
  const char *mend; /* id of a layer that put before the port would help, or NULL */
  char *set; /* "units=10": a parameter of `node` that would help, without a node a value of the
                     * training, as "learning-rate=1"; or NULL */
} CjProblem;

/* An input node given a tensor of its own instead of the data. */
typedef struct
{
  const char *node;
  CjShape shape; /* whole, with the batch where there is one */
  CjDtype dtype;
  gboolean wants_gradient;
} CjInputSpec;

/* How a network learns, where its nodes do not say otherwise. */
typedef struct
{
  const struct _CjRuleInfo *rule; /* cj-rule.h */
  gconstpointer params;           /* of the rule */
} CjLearning;

/* What the data delivers. N is the batch. */
typedef struct
{
  gint64 batch;
  CjShape x_shape, y_shape; /* of one sample */
  CjDtype x_dtype, y_dtype;
  guint n_classes;
  guint n_words;  /* size of the vocabulary where x is words; 0: not known */
  gboolean has_y; /* FALSE: losses without a wired target are left out */
  /* n_classes (at most CJ_HEADS_MAX) numbers: the head of each class. A loss that looks at scores sees only
   * those of the head that the right class is in, as if the others were not there. NULL: one head. */
  const guint8 *heads;
  const CjInputSpec *inputs;
  guint n_inputs;
  /* The list of ops is the one that learns so, by the rules of the nodes as well; NULL: whoever goes back
   * through it gets gradients. */
  const CjLearning *learning;
} CjDataSpec;

typedef struct
{
  gboolean valid; /* built; out[] are values */
  guint n_out;
  int out[CJ_LAYER_MAX_OUT];
  int in[CJ_LAYER_MAX_IN];
  gint64 macs; /* forward, whole batch */
} CjLoweredNode;

typedef struct
{
  CjBuilder *builder;
  CjLoweredNode *nodes; /* by position in graph->nodes */
  guint n_nodes;
  int x, y;       /* values of the data, CJ_NO_VALUE if nothing uses them */
  int *inputs;    /* values of spec->inputs */
  GArray *losses; /* int: scalar values */
  GArray *locals; /* int: scalar values that rules lower besides, which are no part of the loss */
  int prediction; /* what the first loss looks at, else the last node without a successor */
  GPtrArray *problems; /* CjProblem */
  char *
      dam; /* a node that gradients would have to pass and cannot, so that nothing trains; NULL: none */
} CjLowered;

/* Never fails; look at problems. You free. Any thread that may read the graph. */
CjLowered *cj_lower (const CjGraph *graph, const CjDataSpec *spec);
void cj_lowered_free (CjLowered *lowered);

/* Appends a problem of a node (NULL: of the whole); takes the sentence. Borrowed, to be completed. */
CjProblem *cj_lowered_add_problem (CjLowered *lowered, CjProblemKind kind, const CjNode *node,
                                   guint port, char *sentence);

/* The first problem that is an error, or NULL. */
const CjProblem *cj_lowered_get_error (const CjLowered *lowered);

/* Whether there is a loss to train for; else the error is the first problem. */
gboolean cj_lowered_can_train (const CjLowered *lowered, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjLowered, cj_lowered_free)

G_END_DECLS
