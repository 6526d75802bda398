/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

#include <math.h>

#define MOST_BITS 8

/* Symmetric and uniform: the largest weight of the tensor is the last level. A dose of 0 leaves the weights
 * as they are, then 8 bits less the dose are left: 2^(b − 1) − 1 levels on each side of 0, and with one bit
 * the sign, times the mean size. */
static void
run (CjDamageCall *call)
{
  const double bits = MOST_BITS - call->dose, levels = floor (pow (2, bits - 1)) - 1;
  double most = 0, mean = 0;

  if (call->dose <= 0)
    return;
  for (gint64 i = 0; i < call->size; i++)
    {
      most = MAX (most, fabs ((double) call->weights[i]));
      mean += fabs ((double) call->weights[i]) / (double) call->size;
    }
  if (most == 0)
    return;
  for (gint64 i = 0; i < call->size; i++)
    {
      const double w = (double) call->weights[i];

      call->weights[i] = levels >= 1 ? (float) (round (w / most * levels) / levels * most)
                         : w > 0     ? (float) mean
                         : w < 0     ? (float) -mean
                                     : 0;
    }
}

const CjDamageInfo cj_damage_quantise = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "quantise",
  .title = "Fewer bits",
  .blurb = "Rounds every weight to a few levels",
  .formula = "w' = q · max |w| / (2ᵇ⁻¹ − 1), b = 8 − dose",
  .source = "Gupta et al., 2015: Deep learning with limited numerical precision",
  .target = CJ_DAMAGE_WEIGHTS,
  .dose = "bits less than 8",
  .share = FALSE,
  .most = 7,
  .version = 1,
  .run = run,
};
