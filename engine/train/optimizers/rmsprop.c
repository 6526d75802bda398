/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-optimizer.h"

#include <stddef.h>

typedef struct
{
  double momentum, alpha, epsilon, decay;
  gboolean centered, decoupled;
} Params;

static const CjParam params[] = {
  { CJ_OPTIMIZER_MOMENTUM, .offset = offsetof (Params, momentum), .preset = 0 },
  { .name = "alpha",
    .title = "Alpha",
    .blurb = "How much of the mean squared gradient is kept from step to step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, alpha),
    .preset = 0.99,
    .max = 0.999999,
    .soft_min = 0.8,
    .soft_max = 0.999,
    .digits = 4,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { CJ_OPTIMIZER_EPSILON, .offset = offsetof (Params, epsilon), .preset = 1e-8 },
  { .name = "centered",
    .title = "Centered",
    .blurb = "Divides by the deviation of the gradient rather than by its root mean square",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, centered),
    .max = 1,
    .flags = CJ_PARAM_ADVANCED },
  { CJ_OPTIMIZER_DECAY, .offset = offsetof (Params, decay) },
  { CJ_OPTIMIZER_DECOUPLED, .offset = offsetof (Params, decoupled) },
  { NULL },
};

static guint
count_slots (gconstpointer data)
{
  return ((const Params *) data)->centered ? 3 : 2;
}

/* Rounding can make a variance negative where the gradient hardly changes. */
CJ_CLONES static void
update (gconstpointer data, const CjOptimizerSlice *s)
{
  const Params *p = data;
  const CjDecay decay = cj_optimizer_decay (s->rate, p->decay, p->decoupled);
  const float rate = (float) s->rate, momentum = (float) p->momentum;
  const float alpha = (float) p->alpha, keep = (float) (1 - p->alpha), epsilon = (float) p->epsilon;
  float *restrict w = s->w, *restrict v = s->slots[0], *restrict step = s->slots[1];
  float *restrict mean = p->centered ? s->slots[2] : NULL;
  const float *restrict gradient = s->g;

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = gradient[i] + decay.add * w[i];
      float square;

      square = v[i] = alpha * v[i] + keep * g * g;
      if (mean != NULL)
        {
          mean[i] = alpha * mean[i] + keep * g;
          square -= mean[i] * mean[i];
        }
      step[i] = momentum * step[i] + g / (sqrtf (square > 0 ? square : 0) + epsilon);
      w[i] = decay.shrink * w[i] - rate * step[i];
    }
}

const CjOptimizerInfo cj_optimizer_rmsprop = {
  .abi = 1,
  .id = "rmsprop",
  .title = "RMSprop",
  .blurb = "Divides every gradient by its recent size",
  .formula = "w ← w − η g / (√v + ε)",
  .source = "Tieleman and Hinton, Neural networks for machine learning, lecture 6.5, 2012; "
            "centered: Graves, arXiv 1308.0850",
  .rate = 0.001,
  .params_size = sizeof (Params),
  .params = params,
  .momentum = "momentum",
  .n_slots = 3,
  .count_slots = count_slots,
  .update = update,
};
