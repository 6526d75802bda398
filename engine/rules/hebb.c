/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-local-rule.h"

#include <stddef.h>

typedef struct
{
  CjLocalParams local;
  double decay;
} Params;

static const CjParam params[] = {
  { .name = "decay",
    .title = "Decay",
    .blurb
    = "Share of each weight that is forgotten for a step of size 1; without it weights only grow",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, decay),
    .preset = 1,
    .max = 100,
    .soft_max = 5,
    .digits = 3 },
  { CJ_LOCAL_PASSES, .offset = offsetof (Params, local.passes) },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;

  cj_local_rule_apply (pass, &(CjLocalAttrs){ .kind = CJ_LOCAL_HEBB, .decay = p->decay });
}

const CjRuleInfo cj_rule_hebb = {
  .abi = CJ_RULE_ABI,
  .id = "hebb",
  .title = "Hebb",
  .blurb
  = "Strengthens the weights between units that are active together, and forgets a share of all",
  .formula = "ΔW = η (y xᵀ − λ W)",
  .source = "Hebb, The organization of behavior, 1949",
  .local = "A synapse knows the activity on its two sides and its own weight",
  .distant = "Nothing: no error comes to the layer, and none goes on unless that is chosen",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
