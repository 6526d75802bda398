/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tokens.h"

/* r [T, T] += mean over heads of max (∂f / ∂A · A, 0), times r. */
static void
add_layer (const CjTensor *weights, const CjTensor *gradients, double *r)
{
  const gint64 heads = weights->shape.dims[1], t = weights->shape.dims[2];
  g_autofree double *mean = g_new0 (double, (gsize) (t * t));
  g_autofree double *step = g_new0 (double, (gsize) (t * t));

  for (gint64 h = 0; h < heads; h++)
    for (gint64 i = 0; i < t * t; i++)
      mean[i] += MAX ((double) cj_tensor_f32 (weights)[h * t * t + i]
                          * cj_tensor_f32 (gradients)[h * t * t + i],
                      0)
                 / (double) heads;
  for (gint64 i = 0; i < t; i++)
    for (gint64 k = 0; k < t; k++)
      for (gint64 j = 0; j < t; j++)
        step[i * t + j] += mean[i * t + k] * r[k * t + j];
  for (gint64 i = 0; i < t * t; i++)
    r[i] += step[i];
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  g_auto (CjTokens) tokens = { 0 };
  g_autofree double *r = NULL, *values = NULL;

  if (!cj_tokens_open (&tokens, call, error))
    return FALSE;
  r = g_new0 (double, (gsize) (tokens.t * tokens.t));
  values = g_new0 (double, (gsize) tokens.t);
  for (gint64 i = 0; i < tokens.t; i++)
    r[i * tokens.t + i] = 1;
  for (guint l = 0; l < tokens.weights->len; l++)
    if (tokens.gradients->pdata[l] != NULL)
      add_layer (tokens.weights->pdata[l], tokens.gradients->pdata[l], r);
  for (gint64 q = 0; q < tokens.t; q++)
    for (gint64 i = 0; i < tokens.t && (tokens.query < 0 || tokens.query == q); i++)
      values[i] += r[q * tokens.t + i];
  cj_tokens_finish (&tokens, call, values, explanation);
  return TRUE;
}

const CjExplainerInfo cj_explainer_attention_relevance = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "attention-relevance",
  .title = "Attention relevance",
  .blurb = "What came through attention that the target leans on: rollout weighed by gradients",
  .formula = "R ← R + mean over heads of max (∂f / ∂A · A, 0) · R, from R = I, layer by layer",
  .source = "Chefer, Gur and Wolf, 2021: Generic attention-model explainability",
  .traits = CJ_EXPLAIN_ATTENTION,
  .version = 1,
  .run = run,
};
