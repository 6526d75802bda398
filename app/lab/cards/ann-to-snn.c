/* SPDX-License-Identifier: GPL-3.0-or-later */
/* P. Diehl, D. Neil, J. Binas, M. Cook, S.-C. Liu, M. Pfeiffer (2015): a network of ReLUs, trained as usual,
 * loses next to nothing as a network of integrate-and-fire neurons with balanced thresholds. Theirs has
 * 1200-1200 hidden units; the one here is LeNet-300-100. Samples are shown as a steady current. */
#include "cjl-card.h"
#include "cjl-evaluation.h"
#include "cjl-spiking.h"
#include "cjl-versions.h"

#include <math.h>

#define N_POINTS 6
#define TRAIN 0.6 /* of a seed's progress */

static const double steps[N_POINTS] = { 5, 10, 20, 50, 100, 200 };

static const CjlCardValue values[] = {
  { "accuracy", "Accuracy with ReLUs", TRUE, NAN, 0.97, 1 },
  { "accuracy-spikes", "Accuracy with spikes, 100 time steps", TRUE, NAN, 0.96, 1 },
  { "loss", "What 100 time steps of spikes lose", TRUE, 0.0004, -INFINITY, 0.01 },
  { NULL },
};

static const CjlCardLine lines[]
    = { { "spikes", "spikes", NULL }, { "relu", "ReLUs", NULL }, { NULL } };

static gboolean
measure (const CjlNetwork *network, double *accuracy, GError **error)
{
  g_autoptr (CjlEvaluation) found = cjl_evaluate (network, CJD_SPLIT_TEST, error);

  *accuracy = found != NULL ? found->score.accuracy : NAN;
  return found != NULL;
}

/* What the same accuracy costs in energy, beside: with ReLUs, in 8 bits, and in spikes moment by moment. */
static gboolean
show_energy (CjlCardRun *run, const CjlNetwork *network, GError **error)
{
  g_autoptr (CjlVersions) versions = NULL;
  CjlVersionsOptions options;

  cjl_versions_options_init (&options);
  options.n_sparsities = 0;
  options.n_steps = N_POINTS;
  for (guint i = 0; i < N_POINTS; i++)
    options.steps[i] = (int) steps[i];
  versions = cjl_versions_measure (network, &options, error);
  if (versions != NULL)
    cjl_card_run_take_figure (run, "accuracy-energy", cjl_versions_frame (versions));
  return versions != NULL;
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_card_run_train (run, 0, TRAIN, error);
  double relu, spikes;

  if (network == NULL)
    return cjl_card_run_is_cancelled (run);
  if (!measure (network, &relu, error))
    return FALSE;
  cjl_card_run_set (run, "accuracy", relu);
  for (guint i = 0; i < N_POINTS && !cjl_card_run_is_cancelled (run); i++)
    {
      const CjlSpikingOptions options = { .steps = (int) steps[i], .percentile = 99.9 };
      g_autoptr (CjlNetwork) spiking = cjl_spiking_new (network, &options, error);

      if (spiking == NULL || !measure (spiking, &spikes, error))
        return FALSE;
      cjl_card_run_set_point (run, "spikes", i, spikes);
      cjl_card_run_set_point (run, "relu", i, relu);
      if (options.steps == 100)
        {
          cjl_card_run_set (run, "accuracy-spikes", spikes);
          cjl_card_run_set (run, "loss", relu - spikes);
        }
      cjl_card_run_progress (run, TRAIN + (1 - TRAIN) * (i + 1) / (N_POINTS + 1));
    }
  return seed > 1 || cjl_card_run_is_cancelled (run) || show_energy (run, network, error);
}

const CjlResultCard cjl_card_ann_to_snn = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "ann-to-snn",
    .title = "From rates to spikes",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A trained network of ReLUs works on as one of integrate-and-fire neurons, without "
             "learning anything anew",
    .teaches = "A rate needs time to be told: see how many time steps the answer takes",
    .expected = "within 1 point by 100 time steps",
    .network = "input, flatten, dense 300 relu, dense 100 relu, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=5 batch=60 learning-rate=0.0012",
  },
  .data_set = "mnist",
  .paper = "Diehl, Neil, Binas, Cook, Liu and Pfeiffer, 2015: Fast-classifying, high-accuracy "
           "spiking deep networks through weight and threshold balancing",
  .passes = "At most 1 point less than with ReLUs by 100 time steps",
  .values = values,
  .lines = lines,
  .x_title = "time steps for which a sample is shown",
  .y_title = "accuracy",
  .y_share = TRUE,
  .x = steps,
  .n_points = N_POINTS,
  .n_seeds = 3,
  .seconds = 25,
  .run = run,
};
