/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pruner.h"

#define WORDS 256

static void
score (const CjPrunerSlice *slice, float *score)
{
  guint32 words[WORDS];

  for (gint64 i = 0; i < slice->n; i += WORDS)
    {
      const gint64 n = MIN (WORDS, slice->n - i);

      cj_rng_fill (slice->rng, (guint64) (slice->offset + i), (gsize) n, words);
      for (gint64 k = 0; k < n; k++)
        score[i + k] = (float) (words[k] >> 8);
    }
}

const CjPrunerInfo cj_pruner_random = {
  .abi = 1,
  .id = "random",
  .title = "Random",
  .blurb = "Any synapse may go; what a criterion has to be better than",
  .formula = "s ~ U(0, 1)",
  .source = "Gale, Elsen and Hooker, The state of sparsity in deep neural networks, 2019",
  .score = score,
};
