/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

#include <math.h>

/* In units of the deviation of the tensor's own numbers. */
static void
run (CjDamageCall *call)
{
  double sum = 0, squares = 0, deviation;
  CjRng rng;

  for (gint64 i = 0; i < call->size; i++)
    {
      sum += (double) call->weights[i];
      squares += (double) call->weights[i] * call->weights[i];
    }
  sum /= (double) MAX (call->size, 1);
  deviation = sqrt (MAX (squares / (double) MAX (call->size, 1) - sum * sum, 0));
  cj_rng_init (&rng, call->seed, CJ_RNG_DAMAGE, call->tensor);
  for (gint64 i = 0; i < call->size; i++)
    call->weights[i] += (float) (call->dose * deviation) * cj_rng_normal (&rng);
}

const CjDamageInfo cj_damage_weight_noise = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "weight-noise",
  .title = "Noise on weights",
  .blurb = "Adds independent noise to every weight",
  .formula = "w' = w + σ · s (w) · n, n ~ N (0, 1)",
  .source = "Murray and Edwards, 1994: Enhanced MLP performance and fault tolerance resulting from "
            "synaptic weight noise",
  .target = CJ_DAMAGE_WEIGHTS,
  .dose = "noise, in deviations of the weights",
  .share = FALSE,
  .most = 2,
  .version = 1,
  .run = run,
};
