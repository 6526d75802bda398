/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-attention-flow.h"
#include "cj-explain-tokens.h"

static gboolean
is_stopped (gpointer data)
{
  return !cj_explain_go_on (data, 0.5);
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  g_auto (CjTokens) tokens = { 0 };
  g_autofree double *values = NULL;
  gint64 count = 0;

  if (!cj_tokens_open (&tokens, call, error))
    return FALSE;
  values = g_new0 (double, (gsize) tokens.t);
  for (gint64 q = 0; q < tokens.t; q++)
    {
      g_autoptr (CjTensor) flow = NULL;

      if (tokens.query >= 0 && tokens.query != q)
        continue;
      flow = cj_attention_flow ((CjTensor *const *) tokens.weights->pdata, tokens.weights->len, 0,
                                q, is_stopped, (gpointer) call);
      if (flow == NULL || !cj_explain_go_on (call, (double) (q + 1) / (double) tokens.t))
        return FALSE;
      count++;
      for (gint64 i = 0; i < tokens.t; i++)
        values[i] += cj_tensor_f32 (flow)[i];
    }
  for (gint64 i = 0; i < tokens.t; i++)
    values[i] /= (double) MAX (count, 1);
  cj_tokens_finish (&tokens, call, values, explanation);
  return TRUE;
}

const CjExplainerInfo cj_explainer_attention_flow = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "attention-flow",
  .title = "Attention flow",
  .blurb = "How much each token could send to where the answer is read, with attention as pipes",
  .formula = "R = greatest flow through (A + I) / 2 from the token read to each token of the input",
  .source = "Abnar and Zuidema, 2020: Quantifying attention flow in transformers",
  .traits = CJ_EXPLAIN_ATTENTION | CJ_EXPLAIN_SLOW,
  .version = 1,
  .run = run,
};
