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
  cj_local_rule_apply (pass, &(CjLocalAttrs){ .kind = CJ_LOCAL_OJA });
}

const CjRuleInfo cj_rule_oja = {
  .abi = CJ_RULE_ABI,
  .id = "oja",
  .title = "Oja",
  .blurb
  = "Hebb's rule that keeps weights of length 1: every linear unit finds the direction in which "
    "its inputs vary most",
  .formula = "Δw = η y (x − y w)",
  .source
  = "Oja, A simplified neuron model as a principal component analyzer, J. Math. Biology, 1982",
  .local = "A synapse knows the activity on its two sides and its own weight",
  .distant = "Nothing: no error comes to the layer, and none goes on unless that is chosen",
  .params_size = sizeof (CjLocalParams),
  .params = params,
  .apply = apply,
};
