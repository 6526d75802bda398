/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Equilibrium propagation of 784-500-10 on MNIST with connections back as strong as those there, as B. Scellier
 * and Y. Bengio had them; their hidden layers of 500 units ended with 2 to 3 % of errors on test samples. Settings
 * are our own: tanh and cross-entropy for their clipped units and squared error, both sides of the free state,
 * Adam. The answer of such a network is the state at rest; that of one pass forward stands beside it. */
#include "cjl-card-rig.h"
#include "cjl-card-tools.h"

#include <math.h>

#define EPOCHS 6
#define STEPS 1000 /* of an epoch */

static const double epochs[EPOCHS] = { 1, 2, 3, 4, 5, 6 };

static const CjlCardValue values[] = {
  { "at-rest", "Test accuracy at rest", TRUE, NAN, 0.97, 1 },
  { "forward", "Test accuracy of one pass forward", TRUE, NAN, -INFINITY, INFINITY },
  { NULL },
};

static const CjlCardLine lines[]
    = { { "at-rest", "at rest" }, { "forward", "one pass forward" }, { NULL } };

/* Of the weights as they are. */
static gboolean
measure (CjlCardRun *run, CjlCardRig *rig, guint epoch, GError **error)
{
  const double rest = cjl_card_rig_test (rig);
  g_autoptr (CjlNetwork) network = NULL;
  GError *local = NULL;
  double forward;

  cjl_card_rig_store (rig);
  network = cjl_network_new_project (cjl_card_run_get_project (run), cjl_card_run_get_dataset (run),
                                     error);
  if (network == NULL)
    return FALSE;
  forward = cjl_card_measure_accuracy (network, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  cjl_card_run_set_point (run, "at-rest", epoch, rest);
  cjl_card_run_set_point (run, "forward", epoch, forward);
  cjl_card_run_set (run, "at-rest", rest);
  cjl_card_run_set (run, "forward", forward);
  return TRUE;
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  g_autoptr (CjlCardRig) rig = cjl_card_rig_new (run, "", error);

  (void) seed; /* it is in the setup */
  if (rig == NULL)
    return FALSE;
  for (guint e = 0; e < EPOCHS; e++)
    {
      if (!cjl_card_rig_train (rig, (e + 1) * STEPS, (double) e / EPOCHS, (e + 1.0) / EPOCHS,
                               error))
        return cjl_card_run_is_cancelled (run);
      if (!measure (run, rig, e, error))
        return FALSE;
    }
  return TRUE;
}

const CjlResultCard cjl_card_equilibrium_propagation = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "equilibrium-propagation",
    .title = "A nudge in the right direction",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A network that answers by coming to rest learns digits from how a small nudge of its answer moves "
             "that rest",
    .teaches = "One and the same movement towards rest answers and tells every synapse its error",
    .expected = "97 % at rest",
    .network = "input, flatten, dense 500 tanh, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=6 batch=60 learning-rate=0.002 schedule=cosine rule=equilibrium-propagation rule.feedback=1",
  },
  .data_set = "mnist",
  .paper = "Scellier and Bengio, 2017: Equilibrium propagation: bridging the gap between "
           "energy-based models and backpropagation; Laborieux et al., 2021: Scaling equilibrium "
           "propagation to deep ConvNets",
  .passes = "At least 97 % right at rest; the paper found 2 to 3 % of errors",
  .values = values,
  .lines = lines,
  .x_title = "epoch",
  .y_title = "accuracy",
  .y_share = TRUE,
  .x = epochs,
  .n_points = EPOCHS,
  .n_seeds = 3,
  .seconds = 25,
  .run = run,
};
