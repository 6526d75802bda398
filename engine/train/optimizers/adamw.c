/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-optimizer.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double beta1, beta2, epsilon, decay;
} Params;

static const CjParam params[] = {
  { .name = "beta1",
    .title = "Beta 1",
    .blurb = "How much of the mean gradient is kept from step to step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, beta1),
    .preset = 0.9,
    .max = 0.999999,
    .digits = 4,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "beta2",
    .title = "Beta 2",
    .blurb = "How much of the mean squared gradient is kept from step to step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, beta2),
    .preset = 0.999,
    .max = 0.999999,
    .digits = 4,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "epsilon",
    .title = "Epsilon",
    .blurb = "Keeps the division away from zero",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, epsilon),
    .preset = 1e-8,
    .max = 1,
    .digits = 9,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED | CJ_PARAM_LOG },
  { .name = "weight-decay",
    .title = "Weight decay",
    .blurb = "Shrinks every weight by this share, times the learning rate, in each step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, decay),
    .preset = 0.01,
    .max = 10,
    .soft_max = 0.1,
    .digits = 5,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static void
update (gconstpointer data, const CjOptimizerSlice *s)
{
  const Params *p = data;
  const float rate = (float) (s->rate / (1 - pow (p->beta1, (double) s->t)));
  const float scale = (float) (1 / sqrt (1 - pow (p->beta2, (double) s->t)));
  const float beta1 = (float) p->beta1, beta2 = (float) p->beta2, epsilon = (float) p->epsilon;
  const float keep1 = (float) (1 - p->beta1), keep2 = (float) (1 - p->beta2);
  const float shrink = (float) (1 - s->rate * p->decay);
  float *m = s->slots[0], *v = s->slots[1];

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = s->g[i];

      m[i] = beta1 * m[i] + keep1 * g;
      v[i] = beta2 * v[i] + keep2 * g * g;
      s->w[i] *= shrink;
      s->w[i] -= rate * m[i] / (sqrtf (v[i]) * scale + epsilon);
    }
}

const CjOptimizerInfo cj_optimizer_adamw = {
  .abi = 1,
  .id = "adamw",
  .title = "AdamW",
  .blurb = "Adam with weight decay that does not pass through the gradient",
  .formula = "w ← (1 − η λ) w − η m̂ / (√v̂ + ε)",
  .source = "Loshchilov and Hutter, Decoupled weight decay regularization, ICLR 2019",
  .params_size = sizeof (Params),
  .params = params,
  .n_slots = 2,
  .update = update,
};
