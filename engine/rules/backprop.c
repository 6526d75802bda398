/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-rule.h"

const CjRuleInfo cj_rule_backprop = {
  .abi = CJ_RULE_ABI,
  .id = "backprop",
  .title = "Backpropagation",
  .blurb = "Follows the gradient of the loss, which every layer hands back through its own weights",
  .formula = "ΔW = −η δ xᵀ, δ = (W₊ᵀ δ₊) ⊙ f′(a)",
  .source = "Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, "
            "Nature, 1986",
  .local = "A synapse knows what came in over it and the error of its unit",
  .distant
  = "The error comes back through the same weights that carried the signal, which a synapse "
    "of the brain cannot know, and no layer may go on before it is there",
};
