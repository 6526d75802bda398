/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers in a row become one op that answers with the state it comes to rest in, and learns from another one
 * that its error nudged it to. */
#include "cj-settling.h"

#include <stddef.h>

typedef struct
{
  CjSettlingParams settling; /* first */
  int nudge;
} Params;

/* In the order of CjNudge. */
static const char *const nudges[] = { "one-sided", "random-sign", "symmetric", NULL };

static const CjParam params[] = {
  { CJ_SETTLING_STEPS },
  { .name = "nudged-steps",
    .title = "Nudged steps",
    .blurb = "How often they move on from there with the error at the last layer; the error has "
             "to come through to the first",
    CJ_SETTLING_MOVED_STEPS },
  { .name = "nudge",
    .title = "Nudge",
    .blurb = "To which side of the free state: against the error, to a side drawn anew in each "
             "step, or "
             "to both, which are compared and come nearest to the gradient",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, nudge),
    .preset = CJ_NUDGE_BOTH,
    .max = CJ_NUDGE_BOTH,
    .choices = nudges },
  { .name = "push",
    .title = "Push",
    .blurb = "Strength β of the nudge; the less, the nearer the changes are to the gradient, "
             "until rounding is all that is left",
    .kind = CJ_PARAM_FLOAT,
    .offset = CJ_SETTLING_OFFSET (push),
    .preset = 0.5,
    .min = 0.0001,
    .max = 100,
    .soft_max = 1,
    .digits = 4 },
  { CJ_SETTLING_RATE_SHARE },
  { CJ_SETTLING_FEEDBACK },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  cj_settling_apply (pass, (CjNudge) ((const Params *) pass->params)->nudge);
}

const CjRuleInfo cj_rule_equilibrium_propagation = {
  .abi = CJ_RULE_ABI,
  .id = "equilibrium-propagation",
  .title = "Equilibrium propagation",
  .blurb
  = "Connections go both ways, and activities come to rest; a small nudge of the answer against "
    "its error moves that rest, and weights change by the difference of what both their sides do. "
    "While it learns, the network answers at rest; looked at, with one pass forward as it is "
    "drawn: weak feedback keeps the two alike",
  .formula = "x = f (W x₋ + b + γ W₊ᵀ x₊), ΔW = η/β γ^(l−L) (xᵝ x₋ᵝᵀ − x⁰ x₋⁰ᵀ)",
  .source = "Scellier and Bengio, Equilibrium propagation: bridging the gap between energy-based "
            "models and backpropagation, Frontiers in Computational Neuroscience, 2017; Laborieux "
            "et al., Scaling equilibrium propagation to deep ConvNets, Frontiers in Neuroscience, "
            "2021",
  .local
  = "A synapse knows the activity on its two sides, before and after the nudge, and has to keep "
    "the one until the other is there; no unit needs its own slope",
  .distant
  = "Only the activity itself comes back, over connections as strong as those there, times γ; "
    "the whole network has to know which of the two phases it is in, and waits until it is at rest",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
