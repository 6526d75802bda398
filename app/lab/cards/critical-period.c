/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a network may lose its weakest synapses, after A. Achille, M. Rovere, S. Soatto (2019) and J. Frankle,
 * D. J. Schwab, A. S. Morcos (2020): what is taken at birth is missed, after a while of learning it is not. LeNet-300-100
 * on MNIST loses 98 % of its synapses at once, at one of five moments of a run of four epochs. No published
 * numbers of this network are known. */
#include "cjl-card-rig.h"

#include <math.h>

#define N_POINTS 5
#define STEPS 4000

static const double moments[N_POINTS] = { 0, 0.25, 0.5, 1, 2 };

static const CjlCardValue values[] = {
  { "birth", "Pruned at birth", TRUE, NAN, -INFINITY, INFINITY },
  { "early", "Pruned after a quarter of an epoch", TRUE, NAN, -INFINITY, INFINITY },
  { "late", "Pruned after an epoch", TRUE, NAN, 0.95, 1 },
  { "gain", "An epoch over birth", TRUE, NAN, 0.005, INFINITY },
  { NULL },
};

static const CjlCardLine lines[] = { { "accuracy", "accuracy after four epochs" }, { NULL } };

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  double found[N_POINTS] = { 0 };

  (void) seed; /* it is in the setup */
  for (guint i = 0; i < N_POINTS; i++)
    {
      g_autofree char *settings = g_strdup_printf ("pruning.begin=%g", moments[i]);

      if (!cjl_card_rig_try (run, settings, STEPS, (double) i / N_POINTS, (i + 1.0) / N_POINTS,
                             TRUE, &found[i], error))
        return cjl_card_run_is_cancelled (run);
      cjl_card_run_set_point (run, "accuracy", i, found[i]);
    }
  cjl_card_run_set (run, "birth", found[0]);
  cjl_card_run_set (run, "early", found[1]);
  cjl_card_run_set (run, "late", found[3]);
  cjl_card_run_set (run, "gain", found[3] - found[0]);
  return TRUE;
}

const CjlResultCard cjl_card_critical_period = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "critical-period",
    .title = "A critical period",
    .category = CJL_CARD_CATEGORY,
    .blurb = "Synapses that are taken at birth are missed for ever; after some learning the same "
             "number can go",
    .teaches = "Which synapses a network needs shows within its first epochs",
    .expected = "late is better than at birth",
    .network = "input, flatten, dense 300 relu, dense 100 relu, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=4 batch=60 learning-rate=0.0012 pruning.method=magnitude "
             "pruning.sparsity=0.98 pruning.scope=layer pruning.last-share=0.5",
  },
  .data_set = "mnist",
  .paper = "After Achille, Rovere and Soatto, ICLR 2019: Critical learning periods in deep networks, "
           "and Frankle, Schwab and Morcos, ICLR 2020: The early phase of neural network training",
  .passes = "Pruned after an epoch the network ends at least half a point above one that was "
            "pruned at birth",
  .values = values,
  .lines = lines,
  .x_title = "epoch at which 98 % of the synapses go",
  .y_title = "accuracy",
  .y_share = TRUE,
  .x = moments,
  .n_points = N_POINTS,
  .n_seeds = 3,
  .seconds = 30,
  .run = run,
};
