/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-augment.h"

#include <stddef.h>

typedef struct
{
  int amount;
} Params;

static const CjParam params[] = {
  {
      .name = "amount",
      .title = "Amount",
      .blurb = "Most it moves, either way",
      .unit = "px",
      .kind = CJ_PARAM_INT,
      .offset = offsetof (Params, amount),
      .preset = 2,
      .min = 0,
      .max = 1024,
      .soft_min = 0,
      .soft_max = 8,
  },
  { NULL },
};

static void
apply (gconstpointer data, CjRng *rng, CjdAugmentCall *call)
{
  const Params *p = data;
  const guint32 range = (guint32) p->amount * 2 + 1;
  const int down = (int) cj_rng_below (rng, range) - p->amount;
  const int right = (int) cj_rng_below (rng, range) - p->amount;

  cjd_augment_warp (call, (const double[6]){ 1, 0, -down, 0, 1, -right });
}

const CjdAugmentInfo cjd_augment_shift = {
  .id = "shift",
  .title = "Shift",
  .blurb = "Moves the picture by whole pixels; what is left bare takes the colour of the edge",
  .formula = "x'(p) = x(p - t), t uniform in [-a, a]",
  .params_size = sizeof (Params),
  .params = params,
  .pictures_only = TRUE,
  .apply = apply,
};
