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
      .blurb = "Most that is cut away from each side length, as a share",
      .kind = CJ_PARAM_FLOAT,
      .offset = offsetof (Params, amount),
      .preset = 0.2,
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
  const double scale = 1 - p->amount * (double) cj_rng_uniform (rng);
  const double free_y = (1 - scale) * (double) (call->h - 1) / 2;
  const double free_x = (1 - scale) * (double) (call->w - 1) / 2;
  const double y = free_y * (double) cj_rng_range (rng, -1, 1);
  const double x = free_x * (double) cj_rng_range (rng, -1, 1);

  cjd_augment_warp (call, (const double[6]){ scale, 0, y, 0, scale, x });
}

const CjdAugmentInfo cjd_augment_crop = {
  .id = "crop",
  .title = "Random crop",
  .blurb
  = "Cuts a random piece of the same shape out of the picture and enlarges it to the old size",
  .formula = "x'(p) = x(s p + t), s in [1 - a, 1]",
  .params_size = sizeof (Params),
  .params = params,
  .pictures_only = TRUE,
  .apply = apply,
};
