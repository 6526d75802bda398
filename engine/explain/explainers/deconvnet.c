/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-rules.h"
#include "cj-explain-tools.h"

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const CjExplainPass pass = { cj_rules_deconvnet, NULL };

  (void) error;
  explanation->map = cj_explain_slope (call, &pass, &explanation->answer);
  return TRUE;
}

const CjExplainerInfo cj_explainer_deconvnet = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "deconvnet",
  .title = "Deconvnet",
  .blurb = "What a target would look like, run backwards through the network",
  .formula = "d = d · [d > 0] at every rectifier",
  .source = "Zeiler and Fergus, 2014: Visualizing and understanding convolutional networks",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_SLOPE,
  .version = 1,
  .run = run,
};
