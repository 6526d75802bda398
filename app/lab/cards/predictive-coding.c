/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Predictive coding of 784-300-100-10 tanh on MNIST; and how near its changes come to the gradient as activities come
 * to rest, with the weights that the seed begins with and with those that it has learned, which are larger. */
#include "cjl-alignment.h"
#include "cjl-card-tools.h"

#include <math.h>

#define N_POINTS 7
#define SAMPLES 128 /* at once: one that is known has no error left that floats could tell */

static const double steps[N_POINTS] = { 1, 2, 5, 10, 20, 50, 200 };

static const CjlCardValue values[] = {
  { "accuracy", "Test accuracy", TRUE, NAN, 0.975, 1 },
  { "cosine", "Cosine to the gradient, first layer, at rest", FALSE, 1, 0.999, 1.0001 },
  { "learned-cosine", "The same with what it has learned", FALSE, 1, 0.995, 1.0001 },
  { NULL },
};

static const double published[N_POINTS] = { NAN, NAN, NAN, NAN, NAN, NAN, 1 };

static const CjlCardLine lines[] = { { "cosine", "before it has learned", published },
                                     { "learned-cosine", "with what it has learned", published },
                                     { NULL } };

/* At the weights as they are in the network. */
static gboolean
compare (CjlCardRun *run, const CjlNetwork *network, const char *name, GError **error)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_dup (cjl_card_run_get_project (run)->setup);
  GError *local = NULL;
  double cosine = NAN;

  for (guint i = 0; i < N_POINTS && local == NULL; i++)
    {
      g_autofree char *text = g_strdup_printf ("%g", steps[i]);
      double angle = NAN;

      if (cj_train_setup_set (setup, "rule.steps", text, &local))
        angle = cjl_alignment_find_angle (network, setup, "dense1", SAMPLES, &local);
      cosine = isfinite (angle) ? cos (angle * G_PI / 180) : 0;
      cjl_card_run_set_point (run, name, i, cosine);
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  cjl_card_run_set (run, name, cosine);
  return TRUE;
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  g_autoptr (CjlNetwork) fresh = cjl_network_new_project (cjl_card_run_get_project (run),
                                                          cjl_card_run_get_dataset (run), error);
  g_autoptr (CjlNetwork) network = NULL;
  GError *local = NULL;
  double accuracy;

  (void) seed;
  if (fresh == NULL || !compare (run, fresh, "cosine", error))
    return FALSE;
  network = cjl_card_run_train (run, 0.1, 1, error);
  if (network == NULL)
    return cjl_card_run_is_cancelled (run);
  accuracy = cjl_card_measure_accuracy (network, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  cjl_card_run_set (run, "accuracy", accuracy);
  return compare (run, network, "learned-cosine", error);
}

const CjlResultCard cjl_card_predictive_coding = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 2,
  .experiment = {
    .id = "predictive-coding",
    .title = "Settle first, then learn",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A network whose layers only predict each other learns digits, and what its synapses change "
             "by is the gradient once its activities are at rest",
    .teaches = "Errors need not be sent: they are what a prediction leaves over",
    .expected = "97.5 %, cosine 1",
    .network = "input, flatten, dense 300 tanh, dense 100 tanh, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=8 batch=64 learning-rate=0.001 rule=predictive-coding",
  },
  .data_set = "mnist",
  .paper = "Whittington and Bogacz, 2017: An approximation of the error backpropagation algorithm in a "
           "predictive coding network with local Hebbian synaptic plasticity",
  .passes = "At least 97.5 % right, and a cosine to the gradient of at least 0.999, with learned weights 0.995, "
            "after 200 settling steps",
  .values = values,
  .lines = lines,
  .x_title = "settling steps",
  .y_title = "cosine to the gradient",
  .x = steps,
  .n_points = N_POINTS,
  .n_seeds = 3,
  .seconds = 35,
  .run = run,
};
