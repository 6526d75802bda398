/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-rules.h"
#include "cj-explain-tools.h"

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const CjExplainPass pass = { cj_rules_guided, NULL };

  (void) error;
  explanation->map = cj_explain_slope (call, &pass, &explanation->answer);
  return TRUE;
}

const CjExplainerInfo cj_explainer_guided_backprop = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "guided-backprop",
  .title = "Guided backprop",
  .blurb = "The gradient through rectifiers that let only pass what speaks for the target",
  .formula = "d = d · [d > 0] · [y > 0] at every rectifier",
  .source = "Springenberg, Dosovitskiy, Brox and Riedmiller, 2015: Striving for simplicity",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_SLOPE,
  .version = 1,
  .run = run,
};
