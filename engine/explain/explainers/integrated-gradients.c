/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

#include <stddef.h>
#include <string.h>

typedef struct
{
  int steps, baseline;
} Params;

static const CjParam params[] = {
  { .name = "steps",
    .title = "Steps",
    .blurb = "Places on the way from the baseline to the sample, by the midpoint rule",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 64,
    .min = 1,
    .max = 4096,
    .soft_min = 16,
    .soft_max = 256 },
  { .name = "baseline",
    .title = "Baseline",
    .blurb = "What the sample is compared with",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, baseline),
    .preset = CJ_BASELINE_BLACK,
    .max = CJ_BASELINE_MAX,
    .choices = cj_baseline_names },
  { NULL },
};

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const gint64 n = cj_explained_get_n_features (call->network);
  const gint64 batch = cj_explained_get_batch (call->network);
  g_autofree float *base = g_new (float, (gsize) n);
  g_autofree float *rows = g_new (float, (gsize) (batch * n));
  g_autofree float *slopes = g_new (float, (gsize) (batch * n));
  g_autofree double *sum = g_new0 (double, (gsize) n);
  float answers[2];

  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, base, error))
    return FALSE;
  for (gint64 begin = 0; begin < p->steps; begin += batch)
    {
      const gint64 count = MIN (batch, p->steps - begin);

      for (gint64 k = 0; k < count; k++)
        {
          const float at = ((float) (begin + k) + 0.5f) / (float) p->steps;

          for (gint64 i = 0; i < n; i++)
            rows[k * n + i] = base[i] + at * (call->x[i] - base[i]);
        }
      cj_explained_slope (call->network, rows, count, &call->target, NULL, slopes, NULL);
      for (gint64 k = 0; k < count; k++)
        for (gint64 i = 0; i < n; i++)
          sum[i] += slopes[k * n + i];
      if (!cj_explain_go_on (call, (double) (begin + count) / p->steps))
        return FALSE;
    }
  explanation->map = cj_explain_new_map (call->network);
  for (gint64 i = 0; i < n; i++)
    cj_tensor_f32 (explanation->map)[i] = (float) (sum[i] / p->steps * (call->x[i] - base[i]));
  cj_explained_ask (call->network, call->x, 1, &call->target, &answers[0]);
  cj_explained_ask (call->network, base, 1, &call->target, &answers[1]);
  explanation->answer = answers[0];
  explanation->base_answer = answers[1];
  return TRUE;
}

const CjExplainerInfo cj_explainer_integrated_gradients = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "integrated-gradients",
  .title = "Integrated gradients",
  .blurb = "The gradient, gathered on the straight way from a baseline to the sample",
  .formula = "R = (x − x₀) ∫₀¹ ∂f / ∂x (x₀ + a (x − x₀)) da; Σ R = f (x) − f (x₀)",
  .source = "Sundararajan, Taly and Yan, 2017: Axiomatic attribution for deep networks",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_COMPLETE,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
