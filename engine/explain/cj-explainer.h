/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of explainers: why did the network say that? An explainer gives every feature of one
 * row a number: how much it spoke for the target. D features; C H W picture; T time, E features of a
 * word; M background rows. */
#pragma once

#include "cj-catalogue.h"
#include "cj-explained.h"
#include "cj-param.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_EXPLAIN_SIGNED = 1 << 0,     /* for and against; else only how much */
  CJ_EXPLAIN_COMPLETE = 1 << 1,   /* the numbers add up to answer − base_answer */
  CJ_EXPLAIN_LAYER = 1 << 2,      /* looks at the maps of a layer */
  CJ_EXPLAIN_PICTURES = 1 << 3,   /* only of pictures */
  CJ_EXPLAIN_BACKGROUND = 1 << 4, /* wants background rows */
  CJ_EXPLAIN_RANDOM = 1 << 5,     /* draws random numbers from the seed */
  CJ_EXPLAIN_SLOW = 1 << 6,       /* asks the network hundreds of times */
  CJ_EXPLAIN_ATTENTION = 1 << 7,  /* only of networks that attend */
  CJ_EXPLAIN_SLOPE = 1 << 8       /* numbers are slopes or steps, not parts of the answer */
} CjExplainTraits;

/* One question. */
typedef struct
{
  CjExplained *network;
  const float *x; /* [D] */
  CjExplainTarget target;
  int layer;               /* value with maps [C, H, W]; CJ_NO_VALUE: the last there is */
  const float *black;      /* [D]: what a black picture is to the network; NULL: 0 */
  const float *baseline;   /* [D]: a baseline of one's own, or NULL */
  const float *background; /* [M, D], or NULL */
  gint64 n_background;
  gconstpointer params; /* struct of the explainer's own table */
  guint64 seed;
  gboolean (*go_on) (double progress, gpointer data); /* FALSE stops; NULL: never asked */
  gpointer data;
} CjExplainCall;

typedef struct
{
  CjTensor *map;      /* shaped as the features, or [1, H, W] of methods that only say where */
  CjTensor *coarse;   /* [H', W'] before it was enlarged, or NULL */
  double answer;      /* target value of x */
  double base_answer; /* of what it was compared with; NAN where there was nothing */
} CjExplanation;

void cj_explanation_clear (CjExplanation *explanation);

#define CJ_EXPLAINER_ABI 1

typedef struct
{
  guint abi;         /* CJ_EXPLAINER_ABI, in a plugin */
  gsize size;        /* sizeof (CjExplainerInfo), in a plugin; new fields come last */
  const char *id;    /* kebab-case, never changes */
  const char *title; /* two or three words */
  const char *blurb; /* one sentence */
  const char *formula;
  const char *source; /* paper */
  CjExplainTraits traits;
  int version;
  const CjParam *params; /* ends with a name of NULL; NULL: none */
  gsize params_size;

  /* Fills the explanation, which is zeroed. FALSE: refused, with a sentence that reads on from the
   * explainer's title, or stopped, without an error. Slow: for a worker. */
  gboolean (*run) (const CjExplainCall *call, CjExplanation *explanation, GError **error);
} CjExplainerInfo;

extern CjCatalogue cj_explainer_catalogue;

const CjExplainerInfo *const *cj_explainers (void); /* ends with NULL */
const CjExplainerInfo *cj_explainer_find (const char *id);

/* A parameter struct with the presets, to be freed with g_free; NULL if the explainer has none. */
gpointer cj_explainer_new_params (const CjExplainerInfo *info);

/* Why this explainer has nothing to say of this network; NULL: it has. You free. */
char *cj_explainer_refuse (const CjExplainerInfo *info, CjExplained *network);

/* Checks, runs, and fills in what was not given. As `run`; also refuses a map that is not all finite. */
gboolean cj_explainer_run (const CjExplainerInfo *info, const CjExplainCall *call,
                           CjExplanation *explanation, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjExplanation, cj_explanation_clear)

G_END_DECLS
