/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published: P. Diehl, M. Cook (2015), figure 2B: 82.9 % of the test digits with 100 excitatory neurons, after three
 * passes over 60,000. Here one over a third of them, in batches; neurons that have seen more are slower to fire,
 * and the score falls again. */
#include "cjl-card-tools.h"
#include "cjl-network.h"

#include <math.h>

static const CjlCardValue values[] = {
  { "accuracy", "Accuracy by vote", TRUE, 0.829, 0.829, 1 },
  { NULL },
};

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  (void) seed;
  return cjl_card_run_train_and_test (run, "accuracy", error);
}

const CjlResultCard cjl_card_diehl_cook_100 = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "diehl-cook-100",
    .title = "A hundred neurons name the digits",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A hundred spiking neurons that compete come to stand for digits by the times of spikes "
             "alone; labels only name them",
    .teaches = "Look at the weights of dense1: each neuron has drawn the digit it waits for",
    .expected = "over 83 %",
    .network = "input, flatten, divisive-norm power=1 half=0.01 gain=0.13, "
               "poisson-encoder 50 rate=0.25 range=fixed, dense 100 bias=false, competing-lif, "
               "spike-readout, class-vote 10, cross-entropy",
    .data = "normalise=as-is validation-share=0.6667",
    .setup = "epochs=1 batch=16 optimizer=sgd optimizer.momentum=0 learning-rate=1 rule=stdp",
  },
  .data_set = "mnist",
  .paper = "Diehl and Cook, 2015: Unsupervised learning of digit recognition using "
           "spike-timing-dependent plasticity, figure 2B",
  .passes = "Of the test digits at least 82.9 %",
  .values = values,
  .n_seeds = 3,
  .seconds = 10,
  .run = run,
};
