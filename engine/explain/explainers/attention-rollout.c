/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-attention-flow.h"
#include "cj-explain-tokens.h"

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  g_auto (CjTokens) tokens = { 0 };
  g_autoptr (CjTensor) rollout = NULL;
  g_autofree double *values = NULL;

  if (!cj_tokens_open (&tokens, call, error))
    return FALSE;
  rollout = cj_attention_rollout ((CjTensor *const *) tokens.weights->pdata, tokens.weights->len);
  values = g_new0 (double, (gsize) tokens.t);
  for (gint64 q = 0; q < tokens.t; q++)
    for (gint64 i = 0; i < tokens.t && (tokens.query < 0 || tokens.query == q); i++)
      values[i]
          += cj_tensor_f32 (rollout)[q * tokens.t + i] / (tokens.query < 0 ? (double) tokens.t : 1);
  cj_tokens_finish (&tokens, call, values, explanation);
  return TRUE;
}

const CjExplainerInfo cj_explainer_attention_rollout = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "attention-rollout",
  .title = "Attention rollout",
  .blurb = "How much of each token has come, through all layers, to where the answer is read",
  .formula = "R = Π (A + I) / 2, later layers on the left, A the mean over the heads",
  .source = "Abnar and Zuidema, 2020: Quantifying attention flow in transformers",
  .traits = CJ_EXPLAIN_ATTENTION,
  .version = 1,
  .run = run,
};
