/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-augment.h"
#include "generators/cjd-gen.h"

#include <stddef.h>

typedef struct
{
  double angle;
} Params;

static const CjParam params[] = {
  {
      .name = "angle",
      .title = "Angle",
      .blurb = "Most it is turned, either way",
      .unit = "°",
      .kind = CJ_PARAM_FLOAT,
      .offset = offsetof (Params, angle),
      .preset = 10,
      .min = 0,
      .max = 180,
      .soft_min = 0,
      .soft_max = 45,
      .digits = 2,
  },
  { NULL },
};

static void
apply (gconstpointer data, CjRng *rng, CjdAugmentCall *call)
{
  const Params *p = data;
  const double turns = p->angle / 360 * (double) cj_rng_range (rng, -1, 1);
  const double cosine = cjd_gen_cos (turns), sine = cjd_gen_sin (turns);

  cjd_augment_warp (call, (const double[6]){ cosine, -sine, 0, sine, cosine, 0 });
}

const CjdAugmentInfo cjd_augment_rotate = {
  .id = "rotate",
  .title = "Rotate",
  .blurb = "Turns the picture about its middle",
  .formula = "x'(p) = x(R p), angle uniform in [-a, a]",
  .params_size = sizeof (Params),
  .params = params,
  .pictures_only = TRUE,
  .apply = apply,
};
