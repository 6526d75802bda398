/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-optimizer.h"

#include <stddef.h>

typedef struct
{
  double momentum, decay;
  gboolean nesterov;
} Params;

static const CjParam params[] = {
  { .name = "momentum",
    .title = "Momentum",
    .blurb = "How much of the last step is kept",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, momentum),
    .preset = 0.9,
    .max = 0.9999,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "nesterov",
    .title = "Nesterov",
    .blurb = "Looks ahead along the last step",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, nesterov),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "weight-decay",
    .title = "Weight decay",
    .blurb = "Adds the weight times this to its gradient",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, decay),
    .max = 10,
    .soft_max = 0.1,
    .digits = 5,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

/* The memory starts at zero, so the first step is the gradient itself. */
static void
update (gconstpointer data, const CjOptimizerSlice *s)
{
  const Params *p = data;
  const float rate = (float) s->rate, momentum = (float) p->momentum, decay = (float) p->decay;
  float *v = s->slots[0];

  for (gint64 i = 0; i < s->n; i++)
    {
      const float g = s->g[i] + decay * s->w[i];

      v[i] = momentum * v[i] + g;
      s->w[i] -= rate * (p->nesterov ? g + momentum * v[i] : v[i]);
    }
}

const CjOptimizerInfo cj_optimizer_sgd = {
  .abi = 1,
  .id = "sgd",
  .title = "SGD",
  .blurb = "Walks down the gradient, with momentum like a heavy ball",
  .formula = "v ← μ v + g, w ← w − η v",
  .source = "Sutskever et al., On the importance of initialization and momentum, ICML 2013",
  .params_size = sizeof (Params),
  .params = params,
  .n_slots = 1,
  .update = update,
};
