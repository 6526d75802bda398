/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-augment.h"

#include <stddef.h>

typedef struct
{
  double amount;
} Params;

static const CjParam params[] = {
  {
      .name = "amount",
      .title = "Amount",
      .blurb = "Deviation of the noise",
      .unit = "deviations of the data",
      .kind = CJ_PARAM_FLOAT,
      .offset = offsetof (Params, amount),
      .preset = 0.1,
      .min = 0,
      .max = 10,
      .soft_min = 0,
      .soft_max = 0.5,
      .digits = 2,
  },
  { NULL },
};

static void
apply (gconstpointer data, CjRng *rng, CjdAugmentCall *call)
{
  const Params *p = data;
  const gint64 plane = call->h * call->w;

  for (gint64 c = 0; c < call->c; c++)
    for (gint64 i = 0; i < plane; i++)
      call->x[c * plane + i] += (float) p->amount * call->std[c] * cj_rng_normal (rng);
}

const CjdAugmentInfo cjd_augment_noise = {
  .id = "noise",
  .title = "Noise",
  .blurb = "Adds Gaussian noise to every number",
  .formula = "x' = x + a s n, s the deviation of the channel, n normal",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
