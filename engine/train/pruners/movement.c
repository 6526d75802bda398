/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pruner.h"

#include <string.h>

static void
score (const CjPrunerSlice *slice, float *score)
{
  memcpy (score, slice->moved, sizeof (float) * (gsize) slice->n);
}

const CjPrunerInfo cj_pruner_movement = {
  .abi = 1,
  .id = "movement",
  .title = "Movement",
  .blurb = "Synapses go that training has pushed towards zero, however strong they are",
  .formula = "s = −Σₜ w ∂L/∂w",
  .source
  = "Sanh, Wolf and Rush, Movement pruning: adaptive sparsity by fine-tuning, NeurIPS 2020, "
    "equation 4",
  .needs = CJ_PRUNER_MOVEMENT,
  .score = score,
};
