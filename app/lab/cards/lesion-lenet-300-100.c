/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random lesions of the first hidden layer of LeNet-300-100 on MNIST, without training afterwards. What stands as
 * published was measured once, with one seed, with a program of its own in plain C. Each seed trains a
 * network and draws a lesion; doses are progressive: what a dose silences, a larger one does too. */
#include "cjl-card.h"
#include "cjl-damage.h"

#include <math.h>

#define N_POINTS 10
#define TRAIN 0.9 /* of a seed's progress */

static const double doses[N_POINTS] = { 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };
static const double published[N_POINTS]
    = { 0.9788, 0.975, NAN, 0.967, NAN, 0.923, NAN, 0.754, NAN, 0.31 };

static const CjlCardValue values[] = {
  { "accuracy-0", "Accuracy without lesion", TRUE, 0.9788, 0.97, 1 },
  { "accuracy-0.1", "Accuracy with 10 % silent", TRUE, 0.975, 0.96, 1 },
  { "accuracy-0.3", "Accuracy with 30 % silent", TRUE, 0.967, 0.94, 1 },
  { "accuracy-0.5", "Accuracy with 50 % silent", TRUE, 0.923, 0.88, 1 },
  { "accuracy-0.7", "Accuracy with 70 % silent", TRUE, 0.754, -INFINITY, INFINITY },
  { "accuracy-0.9", "Accuracy with 90 % silent", TRUE, 0.31, -INFINITY, INFINITY },
  { NULL },
};

static const guint value_points[] = { 0, 1, 3, 5, 7, 9 };

static const CjlCardLine lines[] = { { "accuracy", "accuracy", published }, { NULL } };

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_card_run_train (run, 0, TRAIN, error);
  g_autoptr (CjlDamaged) damaged
      = network != NULL
            ? cjl_damaged_new (network, cj_damage_find ("unit-loss"), NULL, "dense1", error)
            : NULL;
  double accuracies[N_POINTS];

  if (damaged == NULL)
    return cjl_card_run_is_cancelled (run);
  for (guint i = 0; i < N_POINTS; i++)
    {
      CjlCardPart part = { run, TRAIN + (1 - TRAIN) * i / N_POINTS, (1 - TRAIN) / N_POINTS };
      CjlAttacked score;

      if (!cjl_damaged_measure (damaged, CJD_SPLIT_TEST, 0, doses[i], seed, cjl_card_part_go_on,
                                &part, &score, error))
        return cjl_card_run_is_cancelled (run);
      accuracies[i] = score.accuracy;
      cjl_card_run_set_point (run, "accuracy", i, score.accuracy);
    }
  for (guint i = 0; i < G_N_ELEMENTS (value_points); i++)
    cjl_card_run_set (run, values[i].name, accuracies[value_points[i]]);
  return TRUE;
}

const CjlResultCard cjl_card_lesion_lenet_300_100 = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "lesion-lenet-300-100",
    .title = "Half a layer is enough",
    .category = CJL_CARD_CATEGORY,
    .blurb = "With half of its first hidden layer silenced, a network still reads nine digits of "
             "ten, without learning anything anew",
    .teaches = "Many units share the work: damage is graded, and it shows late",
    .expected = "92 % with half the units",
    .network = "input, flatten, dense 300 relu, dense 100 relu, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=5 batch=60 learning-rate=0.0012",
  },
  .data_set = "mnist",
  .paper = "Graceful degradation, after Sejnowski and Rosenberg, 1987; the numbers are of a "
           "measurement of one run",
  .passes = "At least 88 % with half the units silent, 94 % with 30 % and 96 % with 10 %",
  .values = values,
  .lines = lines,
  .x_title = "share of the first hidden layer that is silent",
  .y_title = "accuracy",
  .y_share = TRUE,
  .x = doses,
  .n_points = N_POINTS,
  .n_seeds = 10,
  .seconds = 15,
  .run = run,
};
