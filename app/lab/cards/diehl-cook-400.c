/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published: P. Diehl, M. Cook (2015), figure 2B: 87.0 % of the test digits with 400 excitatory neurons, after three
 * passes over 60,000. Here one over half of them, in batches. */
#include "cjl-card-tools.h"
#include "cjl-network.h"

#include <math.h>

static const CjlCardValue values[] = {
  { "accuracy", "Accuracy by vote", TRUE, 0.87, 0.87, 1 },
  { NULL },
};

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  (void) seed;
  return cjl_card_run_train_and_test (run, "accuracy", error);
}

const CjlResultCard cjl_card_diehl_cook_400 = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "diehl-cook-400",
    .title = "Four hundred neurons, more handwritings",
    .category = CJL_CARD_CATEGORY,
    .blurb = "Four hundred neurons that compete share out the ways a digit is written, and vote better "
             "than a hundred",
    .teaches = "Look at the weights of dense1: there are now several sevens, with and without a bar",
    .expected = "over 87 %",
    .network = "input, flatten, divisive-norm power=1 half=0.01 gain=0.13, "
               "poisson-encoder 50 rate=0.25 range=fixed, dense 400 bias=false, competing-lif, "
               "spike-readout, class-vote 10, cross-entropy",
    .data = "normalise=as-is validation-share=0.5",
    .setup = "epochs=1 batch=16 optimizer=sgd optimizer.momentum=0 learning-rate=1 rule=stdp",
  },
  .data_set = "mnist",
  .paper = "Diehl and Cook, 2015: Unsupervised learning of digit recognition using "
           "spike-timing-dependent plasticity, figure 2B",
  .passes = "Of the test digits at least 87.0 %",
  .values = values,
  .n_seeds = 3,
  .seconds = 30,
  .run = run,
};
