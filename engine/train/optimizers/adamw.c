/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-adam.h"

#include <stddef.h>

static const CjParam params[] = {
  { CJ_OPTIMIZER_BETA1, .offset = offsetof (CjAdam, beta1), .preset = 0.9 },
  { CJ_OPTIMIZER_BETA2, .offset = offsetof (CjAdam, beta2), .preset = 0.999 },
  { CJ_OPTIMIZER_EPSILON, .offset = offsetof (CjAdam, epsilon), .preset = 1e-8 },
  { CJ_OPTIMIZER_DECAY, .offset = offsetof (CjAdam, decay), .preset = 0.01 },
  { CJ_ADAM_AMSGRAD, .offset = offsetof (CjAdam, amsgrad) },
  { NULL },
};

const CjOptimizerInfo cj_optimizer_adamw = {
  .abi = 1,
  .id = "adamw",
  .title = "AdamW",
  .blurb = "Adam with weight decay that does not pass through the gradient",
  .formula = "w ← (1 − η λ) w − η m̂ / (√v̂ + ε)",
  .source = "Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019",
  .rate = 0.001,
  .params_size = sizeof (CjAdam),
  .params = params,
  .momentum = "beta1",
  .n_slots = 3,
  .count_slots = cj_adam_count_slots,
  .update = cj_adamw_update,
};
