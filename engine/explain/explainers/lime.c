/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-segments.h"
#include "cj-error.h"
#include "cj-linear-fit.h"
#include "cj-rng.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  int segments, samples, baseline;
  double width, ridge;
} Params;

static const CjParam params[] = {
  { CJ_SEGMENTS_ROW, .offset = offsetof (Params, segments), .preset = 64, .max = 512,
    .soft_max = 256 },
  { .name = "samples",
    .title = "Samples",
    .blurb = "How many pictures with segments missing are asked about",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, samples),
    .preset = 512,
    .min = 64,
    .max = 65536,
    .soft_max = 8192,
    .flags = CJ_PARAM_LOG },
  { .name = "width",
    .title = "Width",
    .blurb = "How near to the sample those must be that count",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, width),
    .preset = 0.25,
    .min = 0.01,
    .max = 10,
    .soft_max = 1,
    .digits = 2 },
  { .name = "ridge",
    .title = "Ridge",
    .blurb = "How strongly weights are held to 0",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, ridge),
    .preset = 0.01,
    .min = 0,
    .max = 100,
    .soft_max = 1,
    .digits = 3 },
  { CJ_BASELINE_ROW, .blurb = "What stands in place of what is left out",
    .offset = offsetof (Params, baseline) },
  { NULL },
};

/* Segments shown or not by the toss of a coin; the first sample is the whole. */
static guint8 *
draw_masks (guint s, gint64 n, guint64 seed)
{
  guint8 *shown = g_malloc ((gsize) n * s);
  CjRng rng;

  cj_rng_init (&rng, seed, CJ_RNG_DATA, 0);
  for (gint64 i = 0; i < n * s; i++)
    shown[i] = i < s || cj_rng_next (&rng) >> 31;
  return shown;
}

/* How much each mask counts, by the distance 1 - cosine of the whole and the mask. You free. */
static double *
weigh (const guint8 *shown, gint64 n, guint s, double width)
{
  double *weights = g_new (double, (gsize) n);

  for (gint64 i = 0; i < n; i++)
    {
      double count = 0, distance;

      for (guint j = 0; j < s; j++)
        count += shown[i * s + j];
      distance = 1 - sqrt (count / s);
      weights[i] = exp (-distance * distance / (width * width));
    }
  return weights;
}

/* Ridge regression of the answers on what is shown, with an intercept that is not held. values [S + 1].
 * FALSE: stopped, or an error. */
static gboolean
fit (const CjExplainCall *call, const CjSegments *segments, const guint8 *shown,
     const float *answers, double *values, GError **error)
{
  const Params *p = call->params;
  const gint64 m = segments->n + 1;
  g_autofree double *a = g_new0 (double, (gsize) (m * m));
  g_autofree double *weights = weigh (shown, p->samples, segments->n, p->width);

  if (!cj_segments_gather (segments, call, shown, p->samples, weights, answers, 0, TRUE,
                           CJ_SEGMENTS_ASKED, 1, a, values))
    return FALSE;
  for (gint64 j = 0; j < m - 1; j++)
    a[j * m + j] += p->ridge;
  if (cj_solve_symmetric (a, values, m, 1))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_NUMBER,
               _ ("finds no weights that fit the answers. Ask about more samples, cut fewer "
                  "segments, or make the width larger."));
  return FALSE;
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const gint64 n = cj_explained_get_n_features (call->network);
  g_autofree float *base = g_new (float, (gsize) n);
  g_autofree float *answers = g_new (float, (gsize) p->samples);
  g_autofree guint8 *shown = NULL;
  g_autofree double *values = NULL;
  g_auto (CjSegments) segments = { 0 };

  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, base, error))
    return FALSE;
  cj_segments_init (&segments, call, (guint) p->segments);
  shown = draw_masks (segments.n, p->samples, call->seed);
  values = g_new0 (double, segments.n + 1);
  if (!cj_segments_ask (&segments, call, base, shown, p->samples, 0, CJ_SEGMENTS_ASKED, answers)
      || !fit (call, &segments, shown, answers, values, error))
    return FALSE;
  explanation->map = cj_segments_spread (&segments, values, FALSE);
  explanation->answer = answers[0];
  return TRUE;
}

const CjExplainerInfo cj_explainer_lime = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "lime",
  .title = "LIME",
  .blurb = "The weights of a linear model that answers as the network does, near this sample",
  .formula = "w = argmin Σ_z π (z) (f (z) − w · z − b)² + λ |w|², π = exp (−d² / σ²)",
  .source = "Ribeiro, Singh and Guestrin, 2016: “Why should I trust you?”",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_RANDOM | CJ_EXPLAIN_SLOW,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
