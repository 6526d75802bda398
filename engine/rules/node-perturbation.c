/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every unit adds a little noise to what it is given; what that does to the loss of a sample, against the run
 * without noise, says along which of it the weights are to go. */
#include "cj-trial.h"

#include <stddef.h>

static const CjParam params[] = {
  { .offset = offsetof (CjTrialParams, noise),
    CJ_TRIAL_NOISE (
        0.05, "Deviation of what is added to the input of a unit; the less, the nearer the mean "
              "change is to the gradient") },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  const CjTrialParams *p = pass->params;
  const CjBinaryAttrs minus = { CJ_BINARY_SUBTRACT };
  g_autofree int *at = cj_rule_new_map (pass);
  const int plain = cj_trial_find_costs (pass, NULL);
  g_autoptr (GArray) units = plain != CJ_NO_VALUE ? cj_trial_run (pass, p->noise, at) : NULL;
  int worse[2] = { CJ_NO_VALUE, plain };

  if (units == NULL)
    return;
  worse[0] = cj_trial_find_costs (pass, at);
  worse[0] = cj_rule_emit (pass, worse[0], &cj_op_binary, &minus, worse, 2);
  cj_trial_learn (pass, units, p->noise, worse[0]);
  cj_rule_note_others (pass);
}

const CjRuleInfo cj_rule_node_perturbation = {
  .abi = CJ_RULE_ABI,
  .id = "node-perturbation",
  .title = "Node perturbation",
  .blurb = "Every unit adds noise to its input; where the answer to a sample got worse, weights go "
           "against the noise, where it got better, along it",
  .formula = "ΔW = −η (L(a + ξ) − L(a)) ξ xᵀ / σ², ξ ~ N(0, σ²) for every unit and sample",
  .source
  = "Williams, Simple statistical gradient-following algorithms for connectionist "
    "reinforcement learning, Machine Learning, 1992; Werfel, Xie and Seung, Learning curves for "
    "stochastic gradient descent in linear feedforward networks, NIPS, 2003; Fiete and Seung, "
    "Gradient learning in spiking neural networks by dynamic perturbation of conductances, "
    "Physical Review Letters, 2006",
  .local = "A synapse knows what came in over it and the noise of its unit",
  .distant
  = "One number for the whole network: by how much the noise changed the loss of the sample, "
    "for which the network answers twice",
  .params_size = sizeof (CjTrialParams),
  .params = params,
  .apply = apply,
};
