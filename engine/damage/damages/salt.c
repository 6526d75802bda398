/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

#include <math.h>

/* Half of those that are hit become the least, half the most that they can be; features without bounds move
 * three units. A feature is hit when a number of its own is below the dose. */
static void
run (CjDamageCall *call)
{
  const gint64 d = cj_shape_size (call->sample);

  for (gint64 i = 0; i < call->n; i++)
    {
      CjRng rng;

      cj_rng_init (&rng, call->seed, CJ_RNG_DAMAGE, (guint64) (call->begin + i));
      for (gint64 j = 0; j < d; j++)
        {
          const float number = cj_rng_uniform (&rng);
          const gboolean white = cj_rng_uniform (&rng) < 0.5f;
          const float end = white ? call->high[j] : call->low[j];
          float *x = &call->x[i * d + j];

          if ((double) number < call->dose)
            *x = isfinite (end) ? end : *x + (white ? 3 : -3) * call->unit[j];
        }
    }
}

const CjDamageInfo cj_damage_salt = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "salt",
  .title = "Salt and pepper",
  .blurb = "Turns single features into the least or the most that they can be",
  .formula = "x' = 0 or 1, each with p / 2, else x",
  .source
  = "Hendrycks and Dietterich, 2019: Benchmarking neural network robustness to common corruptions",
  .target = CJ_DAMAGE_SAMPLES,
  .dose = "share of the features",
  .share = TRUE,
  .most = 0.5,
  .version = 1,
  .run = run,
};
