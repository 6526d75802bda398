/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-segments.h"

#include <stddef.h>
#include <string.h>

typedef struct
{
  int segments, baseline;
} Params;

static const CjParam params[] = {
  { .name = "segments",
    .title = "Segments",
    .blurb = "Into how many superpixels a picture is cut; words and numbers go one by one up to it",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, segments),
    .preset = 128,
    .min = 2,
    .max = 16384,
    .soft_min = 16,
    .soft_max = 512 },
  { .name = "baseline",
    .title = "Baseline",
    .blurb = "What stands in place of what is taken away",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, baseline),
    .preset = CJ_BASELINE_BLACK,
    .max = CJ_BASELINE_MAX,
    .choices = cj_baseline_names },
  { NULL },
};

#define TOGETHER 32u /* masks that are made at once: all of them would be segments squared */

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const gint64 n = cj_explained_get_n_features (call->network);
  g_autofree float *base = g_new (float, (gsize) n), *answers = NULL;
  g_autofree guint8 *shown = NULL;
  g_autofree double *values = NULL;
  g_auto (CjSegments) segments = { 0 };
  float answer;

  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, base, error))
    return FALSE;
  cj_segments_init (&segments, call, (guint) p->segments);
  shown = g_malloc ((gsize) TOGETHER * segments.n);
  answers = g_new (float, segments.n);
  cj_explained_ask (call->network, call->x, 1, &call->target, &answer);
  for (guint begin = 0; begin < segments.n; begin += TOGETHER)
    {
      const guint many = MIN (TOGETHER, segments.n - begin);

      memset (shown, 1, (gsize) many * segments.n);
      for (guint k = 0; k < many; k++)
        shown[(gsize) k * segments.n + begin + k] = 0;
      if (!cj_segments_ask (&segments, call, base, shown, many, (double) begin / segments.n,
                            (double) (begin + many) / segments.n, answers + begin))
        return FALSE;
    }
  values = g_new (double, segments.n);
  for (guint s = 0; s < segments.n; s++)
    values[s] = (double) answer - answers[s];
  explanation->map = cj_segments_spread (&segments, values, FALSE);
  explanation->answer = answer;
  return TRUE;
}

const CjExplainerInfo cj_explainer_ablation = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "ablation",
  .title = "Feature ablation",
  .blurb = "How far the answer falls when one feature, word or superpixel is taken away",
  .formula = "R_s = f (x) − f (x without s)",
  .source = "Kokhlikyan et al., 2020: Captum; superpixels by SLIC, Achanta et al., 2012",
  .traits = CJ_EXPLAIN_SIGNED,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
