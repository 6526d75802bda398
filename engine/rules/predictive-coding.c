/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers in a row become one op that settles before it learns. */
#include "cj-settling.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int steps;
  double rate, push, variance;
} Params;

static const CjParam params[] = {
  { .name = "steps",
    .title = "Settling steps",
    .blurb
    = "How often the activities of the hidden layers move towards rest before weights change",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 20,
    .max = 1000,
    .soft_max = 100 },
  { CJ_SETTLING_RATE,
    .blurb = "How far activities move in one of these steps, as a share of the farthest that is "
             "sure not to swing, which follows the weights",
    .offset = offsetof (Params, rate) },
  { .name = "push",
    .title = "Push",
    .blurb
    = "How far the last layer is moved against the error of its answer; the less, the nearer "
      "the changes are to the gradient",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, push),
    .preset = 0.01,
    .min = 0.0001,
    .max = 100,
    .soft_max = 1,
    .digits = 4 },
  { .name = "variance",
    .title = "Variance",
    .blurb
    = "Of the last layer: the larger, the less its error fades while the layers before it give way",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, variance),
    .preset = 1000,
    .min = 0.01,
    .max = 1e6,
    .soft_max = 1000,
    .digits = 2,
    .flags = CJ_PARAM_LOG },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;
  CjPredictiveAttrs attrs
      = { .steps = p->steps, .rate = p->rate, .push = p->push, .variance = p->variance };

  cj_rule_replace_rows (pass, &cj_op_predictive, &attrs);
}

const CjRuleInfo cj_rule_predictive_coding = {
  .abi = CJ_RULE_ABI,
  .id = "predictive-coding",
  .title = "Predictive coding",
  .blurb = "Every layer predicts the activity of the next; with the answer held, activities settle "
           "so that "
           "the errors of all predictions are least, and these then change the weights",
  .formula = "e = z − f(W z₋ + b), ż = −e + W₊ᵀ (f′ ⊙ e₊), ΔW = η (f′ ⊙ e) z₋ᵀ",
  .source
  = "Whittington and Bogacz, An approximation of the error backpropagation algorithm in a "
    "predictive coding network with local Hebbian synaptic plasticity, Neural Computation, 2017",
  .local
  = "A synapse knows the activity before it and the error of its own prediction; no error is sent "
    "through the network apart from the activities themselves",
  .distant
  = "Errors return to the layer before over connections of the same strength, and all wait until "
    "the activities have settled",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
