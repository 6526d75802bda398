/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-optimizer.h"

#include <stddef.h>

typedef struct
{
  double beta1, beta2, epsilon, momentum_decay, decay;
  gboolean decoupled, old_correction;
} Params;

static const CjParam params[] = {
  { CJ_OPTIMIZER_BETA1, .offset = offsetof (Params, beta1), .preset = 0.9 },
  { CJ_OPTIMIZER_BETA2, .offset = offsetof (Params, beta2), .preset = 0.999 },
  { CJ_OPTIMIZER_EPSILON, .offset = offsetof (Params, epsilon), .preset = 1e-8 },
  { .name = "momentum-decay",
    .title = "Momentum decay",
    .blurb = "How fast the momentum rises to beta 1: it is halved at the start",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, momentum_decay),
    .preset = 0.004,
    .max = 1,
    .digits = 4,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { CJ_OPTIMIZER_DECAY, .offset = offsetof (Params, decay) },
  { CJ_OPTIMIZER_DECOUPLED, .offset = offsetof (Params, decoupled) },
  { .name = "old-correction",
    .title = "Old correction",
    .blurb = "Counts the momentum of the step twice when it corrects the bias, as PyTorch 1 does",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, old_correction),
    .max = 1,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { NULL },
};

/* Momentum of step t. */
static double
get_mu (const Params *p, double t)
{
  return p->beta1 * (1 - 0.5 * pow (0.96, t * p->momentum_decay));
}

/* scalars[0]: product of the momenta so far. */
static void
begin (gconstpointer data, guint64 t, double rate, double *scalars)
{
  (void) rate;
  scalars[0] = (t == 1 ? 1 : scalars[0]) * get_mu (data, (double) t);
}

CJ_CLONES static void
update (gconstpointer data, const CjOptimizerSlice *s)
{
  const Params *p = data;
  const CjDecay decay = cj_optimizer_decay (s->rate, p->decay, p->decoupled);
  const double mu = get_mu (p, (double) s->t), next = get_mu (p, (double) s->t + 1);
  const float of_g = (float) (s->rate * (1 - mu) / (1 - s->scalars[0]));
  const float of_m
      = (float) (s->rate * next / (1 - s->scalars[0] * next * (p->old_correction ? mu : 1)));
  const float scale = (float) (1 / sqrt (1 - pow (p->beta2, (double) s->t)));
  const float beta1 = (float) p->beta1, beta2 = (float) p->beta2, epsilon = (float) p->epsilon;
  const float keep1 = (float) (1 - p->beta1), keep2 = (float) (1 - p->beta2);
  float *restrict w = s->w, *restrict m = s->slots[0], *restrict v = s->slots[1];
  const float *restrict gradient = s->g;

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = gradient[i] + decay.add * w[i];

      m[i] = beta1 * m[i] + keep1 * g;
      v[i] = beta2 * v[i] + keep2 * g * g;
      w[i] = decay.shrink * w[i] - (of_g * g + of_m * m[i]) / (sqrtf (v[i]) * scale + epsilon);
    }
}

const CjOptimizerInfo cj_optimizer_nadam = {
  .abi = 1,
  .id = "nadam",
  .title = "NAdam",
  .blurb = "Adam that looks ahead along its mean gradient",
  .formula = "w ← w − η (μ′ m̂ + (1 − μ) ĝ) / (√v̂ + ε)",
  .source = "Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop 2016",
  .rate = 0.002,
  .params_size = sizeof (Params),
  .params = params,
  .momentum = "beta1",
  .n_slots = 2,
  .n_scalars = 1,
  .begin = begin,
  .update = update,
};
