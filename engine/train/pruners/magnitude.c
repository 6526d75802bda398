/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pruner.h"

#include <math.h>

CJ_CLONES static void
score (const CjPrunerSlice *slice, float *score)
{
  for (gint64 i = 0; i < slice->n; i++)
    score[i] = fabsf (slice->w[i]);
}

const CjPrunerInfo cj_pruner_magnitude = {
  .abi = 1,
  .id = "magnitude",
  .title = "Magnitude",
  .blurb = "The weakest synapses go: those whose weight is nearest to zero",
  .formula = "s = |w|",
  .source = "Han et al., Learning both weights and connections for efficient neural networks, "
            "NeurIPS 2015",
  .score = score,
};
