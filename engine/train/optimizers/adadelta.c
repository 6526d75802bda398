/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-optimizer.h"

#include <stddef.h>

typedef struct
{
  double rho, epsilon, decay;
  gboolean decoupled;
} Params;

static const CjParam params[] = {
  { .name = "rho",
    .title = "Rho",
    .blurb = "How much of the mean squares is kept from step to step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rho),
    .preset = 0.9,
    .max = 0.999999,
    .soft_min = 0.5,
    .soft_max = 0.99,
    .digits = 4,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { CJ_OPTIMIZER_EPSILON, .offset = offsetof (Params, epsilon), .preset = 1e-6 },
  { CJ_OPTIMIZER_DECAY, .offset = offsetof (Params, decay) },
  { CJ_OPTIMIZER_DECOUPLED, .offset = offsetof (Params, decoupled) },
  { NULL },
};

CJ_CLONES static void
update (gconstpointer data, const CjOptimizerSlice *s)
{
  const Params *p = data;
  const CjDecay decay = cj_optimizer_decay (s->rate, p->decay, p->decoupled);
  const float rate = (float) s->rate, rho = (float) p->rho, keep = (float) (1 - p->rho);
  const float epsilon = (float) p->epsilon;
  float *restrict w = s->w, *restrict v = s->slots[0], *restrict steps = s->slots[1];
  const float *restrict gradient = s->g;

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = gradient[i] + decay.add * w[i];
      float step;

      v[i] = rho * v[i] + keep * g * g;
      step = sqrtf (steps[i] + epsilon) / sqrtf (v[i] + epsilon) * g;
      steps[i] = rho * steps[i] + keep * step * step;
      w[i] = decay.shrink * w[i] - rate * step;
    }
}

const CjOptimizerInfo cj_optimizer_adadelta = {
  .abi = 1,
  .id = "adadelta",
  .title = "Adadelta",
  .blurb = "Scales every gradient by the ratio of recent steps to recent gradients; made for a "
           "learning rate of 1",
  .formula = "w ← w − η g √(u + ε) / √(v + ε)",
  .source = "Zeiler, ADADELTA, arXiv 1212.5701, algorithm 1",
  .rate = 1,
  .params_size = sizeof (Params),
  .params = params,
  .n_slots = 2,
  .update = update,
};
