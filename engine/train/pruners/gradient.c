/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pruner.h"

#include <math.h>

/* Equation 5 of the paper, without the sum that all share. */
CJ_CLONES static void
score (const CjPrunerSlice *slice, float *score)
{
  for (gint64 i = 0; i < slice->n; i++)
    score[i] = fabsf (slice->w[i] * slice->g[i]);
}

const CjPrunerInfo cj_pruner_gradient = {
  .abi = 1,
  .id = "gradient",
  .title = "Gradient × weight",
  .blurb = "Synapses go whose loss would be felt least, to first order, on the batch at hand",
  .formula = "s = |w ∂L/∂w|",
  .source = "Lee, Ajanthan and Torr, SNIP: single-shot network pruning based on connection "
            "sensitivity, ICLR 2019, equation 5",
  .needs = CJ_PRUNER_GRADIENT,
  .score = score,
};
