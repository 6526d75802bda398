/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-local-rule.h"

#include <stddef.h>

static const CjParam params[] = {
  { CJ_LOCAL_PASSES, .offset = offsetof (CjLocalParams, passes) },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  cj_local_rule_apply (pass, &(CjLocalAttrs){ .kind = CJ_LOCAL_WINNER });
}

const CjRuleInfo cj_rule_competitive = {
  .abi = CJ_RULE_ABI,
  .id = "competitive",
  .title = "Competitive",
  .blurb
  = "Of all units the one whose weights are nearest to the sample learns, and moves towards it",
  .formula = "Δwₖ = η (x − wₖ) for k = arg min |x − wₖ|",
  .source
  = "Rumelhart and Zipser, Feature discovery by competitive learning, Cognitive Science, 1985",
  .local = "A synapse knows what came in over it and its own weight",
  .distant = "Which unit of the layer won, as strong inhibition between units would tell",
  .params_size = sizeof (CjLocalParams),
  .params = params,
  .apply = apply,
};
