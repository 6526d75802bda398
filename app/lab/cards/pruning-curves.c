/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published: S. Han, J. Pool, J. Tran, W. Dally (2015), table 1: LeNet-300-100 on MNIST, 267 thousand weights, error
 * 1.64 %; pruned by magnitude to 22 thousand, a twelfth, and retrained, 1.59 %. Here training is shorter, so that
 * what counts is the distance to the dense network. Beside the gradual course (Zhu and Gupta, 2018) stand one cut in the
 * middle of the run, gradient × weight at birth, and chance. */
#include "cjl-card-rig.h"

#include <math.h>

#define N_POINTS 3
#define N_LINES 4
#define STEPS 3000

static const double shares[N_POINTS] = { 0.8, 0.92, 0.98 };
static const double published[N_POINTS] = { NAN, 0.9841, NAN };

static const CjlCardValue values[] = {
  { "dense", "All synapses", TRUE, 0.9836, 0.965, 1 },
  { "gradual", "A twelfth, weakest away gradually", TRUE, 0.9841, 0.96, 1 },
  { "below-dense", "That under all synapses", TRUE, -0.0005, -INFINITY, 0.005 },
  { "over-random", "Over chance, with 2 % of them", TRUE, NAN, 0.005, INFINITY },
  { NULL },
};

static const CjlCardLine lines[N_LINES + 1] = { { "gradual", "weakest, gradually", published },
                                                { "one-shot", "weakest, at once" },
                                                { "gradient", "gradient × weight, at birth" },
                                                { "random", "chance, at once" },
                                                { NULL } };

static const char *const courses[N_LINES] = {
  "pruning.method=magnitude pruning.schedule=gradual pruning.begin=0.5 pruning.every=0.1",
  "pruning.method=magnitude pruning.begin=1.5",
  "pruning.method=gradient",
  "pruning.method=random pruning.begin=1.5",
};

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  const double whole = 1 + N_LINES * N_POINTS;
  double dense, found[N_LINES][N_POINTS];
  guint done = 1;

  (void) seed; /* it is in the setup */
  if (!cjl_card_rig_try (run, "pruning.method=none", STEPS, 0, 1 / whole, FALSE, &dense, error))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "dense", dense);
  for (guint k = 0; k < N_LINES; k++)
    for (guint i = 0; i < N_POINTS; i++, done++)
      {
        g_autofree char *settings
            = g_strdup_printf ("%s pruning.sparsity=%g", courses[k], shares[i]);

        if (!cjl_card_rig_try (run, settings, STEPS, done / whole, (done + 1) / whole,
                               k == 0 && i == 1, &found[k][i], error))
          return cjl_card_run_is_cancelled (run);
        cjl_card_run_set_point (run, lines[k].name, i, found[k][i]);
      }
  cjl_card_run_set (run, "gradual", found[0][1]);
  cjl_card_run_set (run, "below-dense", dense - found[0][1]);
  cjl_card_run_set (run, "over-random", found[0][2] - found[3][2]);
  return TRUE;
}

const CjlResultCard cjl_card_pruning_curves = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "pruning-curves",
    .title = "A twelfth is enough",
    .category = CJL_CARD_CATEGORY,
    .blurb = "Eleven of twelve synapses can go without loss, if the weakest go and the others "
             "learn on",
    .teaches = "Compare which go and when: chance, one cut, a slow course",
    .expected = "as good with a twelfth",
    .network = "input, flatten, dense 300 relu, dense 100 relu, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=3 batch=60 learning-rate=0.0012 pruning.method=magnitude "
             "pruning.schedule=gradual pruning.begin=0.5 pruning.every=0.1 "
             "pruning.sparsity=0.92",
  },
  .data_set = "mnist",
  .paper = "Han, Pool, Tran and Dally, NeurIPS 2015: Learning both weights and connections for "
           "efficient neural networks, table 1",
  .passes = "With a twelfth of the synapses within half a point of all, and with 2 % at least half a "
            "point above chance",
  .values = values,
  .lines = lines,
  .x_title = "share of the synapses that is gone",
  .y_title = "accuracy",
  .y_share = TRUE,
  .x = shares,
  .n_points = N_POINTS,
  .n_seeds = 3,
  .seconds = 45,
  .run = run,
};
