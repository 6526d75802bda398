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
      .blurb = "Most it grows or shrinks, as a share",
      .kind = CJ_PARAM_FLOAT,
      .offset = offsetof (Params, amount),
      .preset = 0.1,
      .min = 0,
      .max = 0.9,
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
  const double back = 1 / (1 + p->amount * (double) cj_rng_range (rng, -1, 1));

  cjd_augment_warp (call, (const double[6]){ back, 0, 0, 0, back, 0 });
}

const CjdAugmentInfo cjd_augment_scale = {
  .id = "scale",
  .title = "Scale",
  .blurb = "Makes the picture larger or smaller about its middle",
  .formula = "x'(p) = x(p / s), s in [1 - a, 1 + a]",
  .params_size = sizeof (Params),
  .params = params,
  .pictures_only = TRUE,
  .apply = apply,
};
