/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-rules.h"
#include "cj-explain-tools.h"

#include <stddef.h>
#include <string.h>

typedef struct
{
  int baseline;
} Params;

static const CjParam params[] = {
  { CJ_BASELINE_ROW, .blurb = "What the sample is compared with",
    .offset = offsetof (Params, baseline) },
  { NULL },
};

/* The first half of the batch is the sample, the second the baseline. */
static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const gint64 n = cj_explained_get_n_features (call->network);
  const gint64 batch = cj_explained_get_batch (call->network);
  const CjExplainPass pass = { cj_rules_rescale, NULL };
  g_autofree float *rows = g_new (float, (gsize) (batch * n));
  g_autofree float *slopes = g_new (float, (gsize) (batch * n));
  g_autofree float *answers = g_new (float, (gsize) batch);
  float *base = rows + batch / 2 * n;

  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, base, error))
    return FALSE;
  for (gint64 k = 0; k < batch; k++)
    memcpy (rows + k * n, k < batch / 2 ? call->x : base, sizeof (float) * (gsize) n);
  cj_explained_slope (call->network, rows, batch, &call->target, &pass, slopes, answers);
  explanation->map = cj_explain_new_map (call->network);
  memcpy (explanation->map->data, slopes, sizeof (float) * (gsize) n);
  cj_explain_weigh (call->x, base, cj_tensor_f32 (explanation->map), n);
  explanation->answer = answers[0];
  explanation->base_answer = answers[batch / 2];
  return TRUE;
}

const CjExplainerInfo cj_explainer_deep_lift = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "deep-lift",
  .title = "DeepLIFT",
  .blurb = "What every feature's difference from a baseline adds to the difference of the answers",
  .formula
  = "m = Δy / Δx at every function of one number, the mean slope on the way from x₀ to x at "
    "every other; R = (x − x₀) Π m; Σ R = f (x) − f (x₀)",
  .source
  = "Shrikumar, Greenside and Kundaje, 2017: Learning important features through propagating "
    "activation differences (rescale rule); Chen, Lundberg and Lee, 2022: Explaining a series of "
    "models by propagating Shapley values, for functions of several numbers",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_COMPLETE,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
