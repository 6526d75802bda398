/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-optimizer.h"

#include <stddef.h>

typedef struct
{
  double beta1, beta2, epsilon, decay;
  gboolean decoupled;
} Params;

static const CjParam params[] = {
  { CJ_OPTIMIZER_BETA1, .offset = offsetof (Params, beta1), .preset = 0.9 },
  { CJ_OPTIMIZER_BETA2, .offset = offsetof (Params, beta2), .preset = 0.999 },
  { CJ_OPTIMIZER_EPSILON, .offset = offsetof (Params, epsilon), .preset = 1e-8 },
  { CJ_OPTIMIZER_DECAY, .offset = offsetof (Params, decay) },
  { CJ_OPTIMIZER_DECOUPLED, .offset = offsetof (Params, decoupled) },
  { NULL },
};

CJ_CLONES static void
update (gconstpointer data, const CjOptimizerSlice *s)
{
  const Params *p = data;
  const CjDecay decay = cj_optimizer_decay (s->rate, p->decay, p->decoupled);
  const float rate = (float) (s->rate / (1 - pow (p->beta1, (double) s->t)));
  const float beta1 = (float) p->beta1, beta2 = (float) p->beta2, epsilon = (float) p->epsilon;
  const float keep1 = (float) (1 - p->beta1);
  float *restrict w = s->w, *restrict m = s->slots[0], *restrict u = s->slots[1];
  const float *restrict gradient = s->g;

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = gradient[i] + decay.add * w[i], size = fabsf (g) + epsilon;
      const float before = beta2 * u[i];

      m[i] = beta1 * m[i] + keep1 * g;
      u[i] = before > size ? before : size;
      w[i] = decay.shrink * w[i] - rate * m[i] / u[i];
    }
}

const CjOptimizerInfo cj_optimizer_adamax = {
  .abi = 1,
  .id = "adamax",
  .title = "Adamax",
  .blurb = "Adam that divides by the largest recent gradient, not by its spread",
  .formula = "w ← w − η m̂ / u, u ← max (β₂ u, |g|)",
  .source = "Kingma and Ba, Adam, ICLR 2015, algorithm 2",
  .rate = 0.002,
  .params_size = sizeof (Params),
  .params = params,
  .momentum = "beta1",
  .n_slots = 2,
  .update = update,
};
