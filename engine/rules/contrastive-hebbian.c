/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Equilibrium propagation whose last layer is held where the error wants it, instead of nudged. */
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int steps, held_steps;
  double rate, push, feedback;
} Params;

static const CjParam params[] = {
  { .name = "steps",
    .title = "Free steps",
    .blurb = "How often all layers in turn move towards rest before the network has answered",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 10,
    .max = 1000,
    .soft_max = 100 },
  { .name = "held-steps",
    .title = "Held steps",
    .blurb = "How often the layers before the last move on from there while that one is held",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, held_steps),
    .preset = 5,
    .min = 1,
    .max = 1000,
    .soft_max = 100 },
  { .name = "push",
    .title = "Push",
    .blurb = "How far the last layer is moved against the error of each sample before it is held: "
             "1 takes "
             "scores with cross-entropy by what their chances are wrong; with squared error, half "
             "the number of scores is the target itself",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, push),
    .preset = 1,
    .min = 0.0001,
    .max = 1000,
    .soft_max = 10,
    .digits = 4 },
  { .name = "rate",
    .title = "Settling rate",
    .blurb = "Share of the way to where its neighbours want it that a layer goes in one step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rate),
    .preset = 1,
    .min = 0.01,
    .max = 1,
    .digits = 2 },
  { .name = "feedback",
    .title = "Feedback",
    .blurb = "Strength γ of the connections back, in those of the connections there; the less, "
             "the nearer the changes are to the gradient, and the state at rest, which answers "
             "while it learns, to the one pass forward that answers elsewhere",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, feedback),
    .preset = 0.1,
    .min = 0.01,
    .max = 1,
    .digits = 2 },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;
  CjEquilibriumAttrs attrs = { .nudge = CJ_NUDGE_HELD,
                               .free_steps = p->steps,
                               .nudged_steps = p->held_steps,
                               .rate = p->rate,
                               .push = p->push,
                               .feedback = p->feedback };

  cj_rule_replace_rows (pass, &cj_op_equilibrium, &attrs);
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
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
