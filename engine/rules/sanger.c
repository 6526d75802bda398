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
  cj_local_rule_apply (pass, &(CjLocalAttrs){ .kind = CJ_LOCAL_SANGER });
}

const CjRuleInfo cj_rule_sanger = {
  .abi = CJ_RULE_ABI,
  .id = "sanger",
  .title = "Sanger",
  .blurb
  = "Oja's rule for many units: each learns what those before it leave over, so that linear units "
    "find the principal components in turn",
  .formula = "Δwᵤ = η yᵤ (x − Σₖ≤ᵤ yₖ wₖ)",
  .source
  = "Sanger, Optimal unsupervised learning in a single-layer linear feedforward neural network, "
    "Neural Networks, 1989",
  .local = "A synapse knows the activity on its two sides",
  .distant
  = "What the units before it in the layer already explain of its input, which could come over "
    "connections within the layer",
  .params_size = sizeof (CjLocalParams),
  .params = params,
  .apply = apply,
};
