/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A. Madry et al. (2017) train a larger network for hours against ε = 0.3; here a small one learns for minutes
 * against ε = 0.1, so that there is no published number to stand beside, but a bar that it has to pass. The same
 * network, trained as usual, is attacked as well. */
#include "cjl-card-tools.h"

#include <math.h>

#define N_POINTS 4
#define SAMPLES 1000 /* that are attacked, each 40 times at every strength */

static const double strengths[N_POINTS] = { 0, 0.05, 0.1, 0.15 };

static const CjlCardValue values[] = {
  { "clean", "Accuracy without attack", TRUE, NAN, 0.97, 1 },
  { "robust", "Accuracy at ε = 0.1, 40 steps", TRUE, NAN, 0.9, 1 },
  { "plain", "The same, trained as usual", TRUE, NAN, 0, 0.9 },
  { NULL },
};

static const CjlCardLine lines[] = { { "robust", "trained against the attack", NULL },
                                     { "plain", "trained as usual", NULL },
                                     { NULL } };

/* One network; its progress goes from `from` to `to`, but for that of its attack. */
static gboolean
run_line (CjlCardRun *run, const char *line, const char *attack, guint64 seed, double from,
          double to, double *at_tenth, double *clean, GError **error)
{
  g_autoptr (CjlNetwork) network = NULL;
  CjlAttacked attacked[N_POINTS];

  if (!cjl_project_set (cjl_card_run_get_project (run), "attack", attack, error))
    return FALSE;
  network = cjl_card_run_train (run, from, to, error);
  if (network == NULL
      || !cjl_card_run_attack (run, network, "pgd", "steps=40", strengths, N_POINTS, SAMPLES, seed,
                               to, attacked, error))
    return FALSE;
  for (guint i = 0; i < N_POINTS; i++)
    cjl_card_run_set_point (run, line, i, attacked[i].accuracy);
  *clean = attacked[0].accuracy;
  *at_tenth = attacked[2].accuracy;
  return TRUE;
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  double plain, robust, clean;

  if (!run_line (run, "plain", "none", seed, 0, 0.1, &plain, &clean, error))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "plain", plain);
  if (!run_line (run, "robust", "pgd", seed, 0.2, 0.9, &robust, &clean, error))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "clean", clean);
  cjl_card_run_set (run, "robust", robust);
  return TRUE;
}

const CjlResultCard cjl_card_pgd_cnn = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "pgd-cnn",
    .title = "Practice under attack",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A small convolutional network that learns from attacked digits withstands 40 steps "
             "of the strongest attack of its kind",
    .teaches = "Look at “Attacked by” in the training setup, then at the filters: they become "
               "thresholds",
    .expected = "90 % at ε = 0.1",
    .network = "input, conv-2d 16 kernel=4 stride=2 padding=1 activation=relu, "
               "conv-2d 32 kernel=4 stride=2 padding=1 activation=relu, flatten, dense 100 relu, "
               "dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=1 batch=100 learning-rate=0.002 attack=pgd attack-strength=0.1 "
             "attack-steps=5",
  },
  .data_set = "mnist",
  .paper = "After Madry et al., 2017: Towards deep learning models resistant to adversarial "
           "attacks",
  .passes = "At least 90 % at ε = 0.1 with 40 steps, and 97 % without attack",
  .values = values,
  .lines = lines,
  .x_title = "strength ε (pixels are from 0 to 1)",
  .y_title = "accuracy",
  .y_share = TRUE,
  .x = strengths,
  .n_points = N_POINTS,
  .n_seeds = 3,
  .seconds = 120,
  .run = run,
};
