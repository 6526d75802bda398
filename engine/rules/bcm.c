/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-local-rule.h"

#include <stddef.h>

typedef struct
{
  CjLocalParams local;
  double follow, decay;
} Params;

static const CjParam params[] = {
  { .name = "follow",
    .title = "Threshold rate",
    .blurb = "Share of each step in the mean square of the activity, which is the threshold",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, follow),
    .preset = 0.1,
    .max = 1,
    .digits = 3 },
  { .name = "decay",
    .title = "Decay",
    .blurb = "Share of each weight that is forgotten for a step of size 1",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, decay),
    .preset = 0,
    .max = 100,
    .soft_max = 1,
    .digits = 3 },
  { CJ_LOCAL_PASSES, .offset = offsetof (Params, local.passes) },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;

  cj_local_rule_apply (
      pass, &(CjLocalAttrs){ .kind = CJ_LOCAL_BCM, .decay = p->decay, .follow = p->follow });
}

const CjRuleInfo cj_rule_bcm = {
  .abi = CJ_RULE_ABI,
  .id = "bcm",
  .title = "BCM",
  .blurb
  = "Strengthens the inputs of a unit while it is more active than usual and weakens them while it "
    "is less, so that it comes to prefer few of them",
  .formula = "Δw = η y (y − θ) x − η λ w, θ ← ⟨y²⟩",
  .source = "Bienenstock, Cooper and Munro, Theory for the development of neuron selectivity, "
            "J. Neuroscience, 1982; Intrator and Cooper, Neural Networks, 1992",
  .local = "A synapse knows the activity on its two sides, and how active its unit is on average",
  .distant = "Nothing: no error comes to the layer, and none goes on unless that is chosen",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
