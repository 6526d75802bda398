/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why did it say that: explainers run on samples of a project, a cell for each row and method. R rows,
 * M methods; C H W picture, I numbers of a table, T words. */
#pragma once

#include "cj-faithful.h"
#include "cjl-job.h"
#include "cjl-network.h"
#include "cjl-project.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

typedef struct
{
  const CjExplainerInfo *info;
  gpointer params; /* owned */
} CjlExplainMethod;

#define CJL_TARGET_PREDICTED (-1) /* the class that the network gives */
#define CJL_TARGET_TRUE (-2)      /* the class that the sample has */

typedef struct
{
  CjdSplit split;
  gsize index;       /* in the split */
  CjTensor *picture; /* float [C, H, W], pixels 0..1, in place of a sample of the data, or NULL */
  char *name;        /* of the picture */
  gint64 target;     /* score, counted in the row of scores, or one of the two above */
} CjlExplainRow;

/* What is asked for. */
typedef struct
{
  GArray *methods; /* CjlExplainMethod */
  GArray *rows;    /* CjlExplainRow */
  char *layer;     /* id of the node whose maps are looked at, NULL: the last that has any */
  CjdSplit baseline_split;
  gint64 baseline;    /* sample of that split that is the baseline of one's own; -1: none */
  guint n_background; /* training samples that methods may compare with */
  gboolean measured;  /* whether maps are held against the network, once they are there */
  guint64 seed;
} CjlExplainRequest;

CjlExplainRequest *cjl_explain_request_new (void); /* 32 background samples, seed 0 */
CjlExplainRequest *cjl_explain_request_dup (const CjlExplainRequest *request);
void cjl_explain_request_free (CjlExplainRequest *request);
/* A method with its presets, then `settings` ("name=value", ends with NULL; may be NULL). */
gboolean cjl_explain_request_add_method (CjlExplainRequest *request, const char *id,
                                         const char *const *settings, GError **error);
void cjl_explain_request_add_sample (CjlExplainRequest *request, CjdSplit split, gsize index,
                                     gint64 target);
/* Takes the picture. */
void cjl_explain_request_take_picture (CjlExplainRequest *request, CjTensor *picture,
                                       const char *name, gint64 target);

/* One map. */
typedef struct
{
  CjTensor
      *map; /* as the explainer made it: features, or [1, H, W], or [T]; NULL: not yet, or not */
  char *problem; /* why there is none */
  double answer, base_answer;
  double seconds;                         /* that it took */
  double deletion, insertion, infidelity; /* see cj-faithful.h; NAN: not measured */
  double sensitivity;                     /* the same */
  CjTensor *curves; /* [2, CJ_FAITHFUL_STEPS + 1]: deletion, insertion; NULL: not measured */
} CjlExplainCell;

typedef struct
{
  char *title;       /* "sample 7" or the name of a picture */
  CjTensor *x;       /* features as the network saw them */
  CjTensor *sample;  /* the words that these are vectors of, int32; NULL: features are the sample */
  CjTensor *picture; /* float [C, H, W], 0..1 where the data were pixels; NULL: it is none */
  GStrv words;       /* of text, or NULL */
  gint64 target, predicted, label; /* label -1: not known */
  double answer;
} CjlExplainedRow;

/* Immutable once it left the job. */
typedef struct
{
  gint ref_count;
  CjlExplainRequest *request;
  guint n_rows, n_methods;
  CjlExplainedRow *rows;
  CjlExplainCell *cells;     /* n_rows × n_methods */
  CjSanityVerdict *verdicts; /* n_methods, by the first row */
  GStrv classes;             /* names of the scores, or NULL */
  GStrv features;            /* names of the numbers of a table, or NULL */
  char *layer;               /* id of the node whose maps were looked at; NULL: none has any */
  guint64 step;              /* of the weights */
  char *data;                /* name of the data set */
} CjlExplanations;

CjlExplanations *cjl_explanations_ref (CjlExplanations *explanations);
void cjl_explanations_unref (CjlExplanations *explanations);
const CjlExplainCell *cjl_explanations_get (const CjlExplanations *explanations, guint row,
                                            guint method);
/* The name of score `target`, as “7” or “Shirt”. You free. */
char *cjl_explanations_dup_class (const CjlExplanations *explanations, gint64 target);

/* A job whose results are CjlExplanations (unref them): one whenever another cell is there, methods that
 * are quick first. Copies the graph and the request, references data and weights. The error says why the
 * network cannot be explained; a method that cannot has a problem in its cells. You free. */
CjlJob *cjl_explain_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights,
                           const CjlExplainRequest *request);
/* The same at once, with the weights of a project. Slow. Main thread. You unref. */
CjlExplanations *cjl_explain_project (CjlProject *project, CjdDataset *dataset,
                                      const CjlExplainRequest *request, GError **error);

/* Whether an explainer has anything to say of such a network and data, as far as can be told without
 * running it. */
gboolean cjl_explain_suits (const CjExplainerInfo *info, const CjLowered *lowered,
                            const CjdDataset *dataset);

/* Networks opened for questions, with their weights: for what asks on its own. You free. */
CjExplained *cjl_explained_new_network (const CjlNetwork *from, GError **error);
CjExplained *cjl_explained_new_project (CjlProject *project, CjdDataset *dataset, GError **error);
/* What a black picture is to a network that learned from the data set, [D]; NULL: no pictures. */
float *cjl_explain_dup_black (const CjExplained *network, const CjdDataset *dataset);
/* `n` evenly spaced training samples as features [n, D]; *n becomes how many there are. */
float *cjl_explain_dup_background (CjExplained *network, CjdDataset *dataset, guint *n);

/* A map with one number a pixel, word or number of the table: colours, and features of a word, added up;
 * of slopes of a word (CJ_EXPLAIN_SLOPE) the length. `features` is the shape of a row of them; [H, W],
 * [T] or [I]. You unref. */
CjTensor *cjl_explain_flatten (const CjExplainerInfo *info, const CjShape *features,
                               const CjTensor *map);

/* Sealed frame of the figure "explanations". You unref. */
CjvFrame *cjl_explanations_frame (const CjlExplanations *explanations);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlExplainRequest, cjl_explain_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlExplanations, cjl_explanations_unref)

G_END_DECLS
