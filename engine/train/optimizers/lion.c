/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-optimizer.h"

#include <stddef.h>

typedef struct
{
  double beta1, beta2, decay;
} Params;

static const CjParam params[] = {
  { CJ_OPTIMIZER_BETA1, .offset = offsetof (Params, beta1), .preset = 0.9 },
  { .name = "beta2",
    .title = "Beta 2",
    .blurb = "How much of the mean gradient is remembered for later steps",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, beta2),
    .preset = 0.99,
    .max = 0.999999,
    .soft_min = 0.9,
    .soft_max = 0.999,
    .digits = 4,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { CJ_OPTIMIZER_DECAY, .offset = offsetof (Params, decay) },
  { NULL },
};

CJ_CLONES static void
update (gconstpointer data, const CjOptimizerSlice *s)
{
  const Params *p = data;
  const CjDecay decay = cj_optimizer_decay (s->rate, p->decay, TRUE);
  const float rate = (float) s->rate, beta1 = (float) p->beta1, beta2 = (float) p->beta2;
  const float keep1 = (float) (1 - p->beta1), keep2 = (float) (1 - p->beta2);
  float *restrict w = s->w, *restrict m = s->slots[0];
  const float *restrict gradient = s->g;

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = gradient[i], c = beta1 * m[i] + keep1 * g;
      const float sign = (float) ((c > 0) - (c < 0));

      m[i] = beta2 * m[i] + keep2 * g;
      w[i] = decay.shrink * w[i] - rate * sign;
    }
}

const CjOptimizerInfo cj_optimizer_lion = {
  .abi = 1,
  .id = "lion",
  .title = "Lion",
  .blurb = "Steps by the sign of the mean gradient only, so every weight moves equally far; wants "
           "a learning rate some ten times smaller than Adam",
  .formula = "w ← (1 − η λ) w − η sign (β₁ m + (1 − β₁) g)",
  .source = "Chen et al., Symbolic discovery of optimization algorithms, NeurIPS 2023",
  .rate = 0.0003,
  .params_size = sizeof (Params),
  .params = params,
  .momentum = "beta1",
  .n_slots = 1,
  .update = update,
};
