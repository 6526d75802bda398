/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-optimizer.h"

#include <stddef.h>

typedef struct
{
  double rate_decay, first, epsilon, decay;
  gboolean decoupled;
} Params;

static const CjParam params[] = {
  { .name = "rate-decay",
    .title = "Rate decay",
    .blurb = "Divides the learning rate by one more of these after every step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rate_decay),
    .max = 1,
    .soft_max = 0.1,
    .digits = 5,
    .flags = CJ_PARAM_LIVE },
  { .name = "first",
    .title = "First sum",
    .blurb = "Sum of squares to begin with; more makes the first steps smaller",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, first),
    .max = 1000,
    .soft_max = 1,
    .digits = 4,
    .flags = CJ_PARAM_ADVANCED },
  { CJ_OPTIMIZER_EPSILON, .offset = offsetof (Params, epsilon), .preset = 1e-10 },
  { CJ_OPTIMIZER_DECAY, .offset = offsetof (Params, decay) },
  { CJ_OPTIMIZER_DECOUPLED, .offset = offsetof (Params, decoupled) },
  { NULL },
};

CJ_CLONES static void
update (gconstpointer data, const CjOptimizerSlice *s)
{
  const Params *p = data;
  const CjDecay decay = cj_optimizer_decay (s->rate, p->decay, p->decoupled);
  const float rate = (float) (s->rate / (1 + (double) (s->t - 1) * p->rate_decay));
  const float first = (float) p->first, epsilon = (float) p->epsilon;
  float *restrict w = s->w, *restrict sum = s->slots[0];
  const float *restrict gradient = s->g;

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = gradient[i] + decay.add * w[i];

      sum[i] += g * g;
      w[i] = decay.shrink * w[i] - rate * g / (sqrtf (first + sum[i]) + epsilon);
    }
}

const CjOptimizerInfo cj_optimizer_adagrad = {
  .abi = 1,
  .id = "adagrad",
  .title = "Adagrad",
  .blurb = "Slows every weight down by all the gradient it has seen; good for rare features",
  .formula = "w ← w − η g / (√Σg² + ε)",
  .source = "Duchi et al., Adaptive subgradient methods, JMLR 12, 2011",
  .rate = 0.01,
  .params_size = sizeof (Params),
  .params = params,
  .n_slots = 1,
  .update = update,
};
