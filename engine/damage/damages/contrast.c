/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

/* Towards the mean of the sample. */
static void
run (CjDamageCall *call)
{
  const gint64 d = cj_shape_size (call->sample);
  const float keep = (float) (1 - CLAMP (call->dose, 0, 1));

  for (gint64 i = 0; i < call->n; i++)
    {
      float *x = call->x + i * d;
      double mean = 0;

      for (gint64 j = 0; j < d; j++)
        mean += (double) x[j] / (double) d;
      for (gint64 j = 0; j < d; j++)
        x[j] = (float) mean + keep * (x[j] - (float) mean);
    }
}

const CjDamageInfo cj_damage_contrast = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "contrast",
  .title = "Less contrast",
  .blurb = "Draws every feature of a sample towards their mean",
  .formula = "x' = x̄ + (1 − c) (x − x̄)",
  .source
  = "Hendrycks and Dietterich, 2019: Benchmarking neural network robustness to common corruptions",
  .target = CJ_DAMAGE_SAMPLES,
  .dose = "contrast that is lost",
  .share = TRUE,
  .most = 0.95,
  .version = 1,
  .run = run,
};
