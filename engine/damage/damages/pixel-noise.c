/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

static void
run (CjDamageCall *call)
{
  const gint64 d = cj_shape_size (call->sample);

  for (gint64 i = 0; i < call->n; i++)
    {
      CjRng rng;

      cj_rng_init (&rng, call->seed, CJ_RNG_DAMAGE, (guint64) (call->begin + i));
      for (gint64 j = 0; j < d; j++)
        call->x[i * d + j] += (float) call->dose * call->unit[j] * cj_rng_normal (&rng);
      cj_damage_clip (call, i);
    }
}

const CjDamageInfo cj_damage_pixel_noise = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "pixel-noise",
  .title = "Gaussian noise",
  .blurb = "Adds independent noise to every feature of a sample",
  .formula = "x' = clip (x + σ · n), n ~ N (0, 1)",
  .source
  = "Hendrycks and Dietterich, 2019: Benchmarking neural network robustness to common corruptions",
  .target = CJ_DAMAGE_SAMPLES,
  .dose = "deviation of the noise",
  .share = FALSE,
  .most = 0.8,
  .version = 1,
  .run = run,
};
