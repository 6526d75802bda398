/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-optimizer.h"

#include <stddef.h>

typedef struct
{
  double momentum, dampening, decay;
  gboolean nesterov, decoupled;
} Params;

static const CjParam params[] = {
  { CJ_OPTIMIZER_MOMENTUM, .offset = offsetof (Params, momentum), .preset = 0.9 },
  { .name = "nesterov",
    .title = "Nesterov",
    .blurb = "Looks ahead along the last step",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, nesterov),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "dampening",
    .title = "Dampening",
    .blurb = "Takes this share of the gradient away before it joins the last step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, dampening),
    .max = 1,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { CJ_OPTIMIZER_DECAY, .offset = offsetof (Params, decay) },
  { CJ_OPTIMIZER_DECOUPLED, .offset = offsetof (Params, decoupled) },
  { NULL },
};

/* The memory starts as the gradient of the first step, undampened. */
CJ_CLONES static void
update (gconstpointer data, const CjOptimizerSlice *s)
{
  const Params *p = data;
  const CjDecay decay = cj_optimizer_decay (s->rate, p->decay, p->decoupled);
  const float rate = (float) s->rate, momentum = (float) p->momentum;
  const float joins = s->t == 1 ? 1 : (float) (1 - p->dampening);
  const float fresh = p->nesterov ? 1 : 0, kept = p->nesterov ? momentum : 1;
  float *restrict w = s->w, *restrict v = s->slots[0];
  const float *restrict gradient = s->g;

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = gradient[i] + decay.add * w[i];

      v[i] = momentum * v[i] + joins * g;
      w[i] = decay.shrink * w[i] - rate * (fresh * g + kept * v[i]);
    }
}

const CjOptimizerInfo cj_optimizer_sgd = {
  .abi = 1,
  .id = "sgd",
  .title = "SGD",
  .blurb = "Walks down the gradient, with momentum like a heavy ball",
  .formula = "v ← μ v + g, w ← w − η v",
  .source = "Sutskever et al., On the importance of initialization and momentum, ICML 2013",
  .rate = 0.01,
  .params_size = sizeof (Params),
  .params = params,
  .momentum = "momentum",
  .n_slots = 1,
  .update = update,
};
