/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Equilibrium propagation whose last layer is held where the error wants it, instead of nudged. */
#include "cj-settling.h"

static const CjParam params[] = {
  { CJ_SETTLING_STEPS },
  { .name = "held-steps",
    .title = "Held steps",
    .blurb = "How often the layers before the last move on from there while that one is held",
    CJ_SETTLING_MOVED_STEPS },
  { .name = "push",
    .title = "Push",
    .blurb = "How far the last layer is moved against the error of each sample before it is held: "
             "1 takes "
             "scores with cross-entropy by what their chances are wrong; with squared error, half "
             "the number of scores is the target itself",
    .kind = CJ_PARAM_FLOAT,
    .offset = CJ_SETTLING_OFFSET (push),
    .preset = 1,
    .min = 0.0001,
    .max = 1000,
    .soft_max = 10,
    .digits = 4 },
  { CJ_SETTLING_RATE_SHARE },
  { CJ_SETTLING_FEEDBACK },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  cj_settling_apply (pass, CJ_NUDGE_HELD);
}

const CjRuleInfo cj_rule_contrastive_hebbian = {
  .abi = CJ_RULE_ABI,
  .id = "contrastive-hebbian",
  .title = "Contrastive Hebbian",
  .blurb
  = "A network with connections both ways comes to rest by itself, then with its answer held "
    "where it should be; what is active together in the second state is strengthened, in the "
    "first weakened. While it learns, the network answers at rest; looked at, with one pass "
    "forward as it is drawn: weak feedback keeps the two alike",
  .formula
  = "x = f (W x₋ + b + γ W₊ᵀ x₊), ΔW = η γ^(l−L) (x̌ x̌₋ᵀ − x x₋ᵀ), x̌ at rest with the answer held",
  .source
  = "Movellan, Contrastive Hebbian learning in the continuous Hopfield model, Connectionist "
    "Models, 1991; Xie and Seung, Equivalence of backpropagation and contrastive Hebbian learning "
    "in a layered network, Neural Computation, 2003",
  .local = "A synapse knows the activity on its two sides in both states: it learns by Hebb's rule "
           "from the "
           "one, and unlearns from the other",
  .distant
  = "Only the activity itself comes back, over connections as strong as those there, times γ; "
    "the answer has to be held, and all synapses have to know when it is",
  .params_size = sizeof (CjSettlingParams),
  .params = params,
  .apply = apply,
};
