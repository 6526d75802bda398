/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published: I. Goodfellow, J. Shlens, C. Szegedy (2014), section 4: 99.9 % error of a shallow softmax
 * classifier on MNIST at ε = 0.25, with a mean confidence of 79.3 % in its wrong answers. There the changed
 * pixels may leave 0 to 1, here they are clipped, which raises the confidence. */
#include "cjl-card-tools.h"

#include <math.h>

#define N_POINTS 7

static const double strengths[N_POINTS] = { 0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25 };
static const double published[N_POINTS] = { NAN, NAN, NAN, NAN, NAN, NAN, 0.999 };

static const CjlCardValue values[] = {
  { "error-clean", "Error without attack", TRUE, NAN, 0, 0.09 },
  { "error", "Error at ε = 0.25", TRUE, 0.999, 0.99, 1 },
  { "confidence", "Confidence in wrong answers", TRUE, 0.793, -INFINITY, INFINITY },
  { NULL },
};

static const CjlCardLine lines[] = { { "error", "error under attack", published }, { NULL } };

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_card_run_train (run, 0, 0.7, error);
  CjlAttacked attacked[N_POINTS];

  if (network == NULL
      || !cjl_card_run_attack (run, network, "fgsm", NULL, strengths, N_POINTS, 0, seed, 0.7,
                               attacked, error))
    return cjl_card_run_is_cancelled (run);
  for (guint i = 0; i < N_POINTS; i++)
    cjl_card_run_set_point (run, "error", i, 1 - attacked[i].accuracy);
  cjl_card_run_set (run, "error-clean", 1 - attacked[0].accuracy);
  cjl_card_run_set (run, "error", 1 - attacked[N_POINTS - 1].accuracy);
  cjl_card_run_set (run, "confidence", attacked[N_POINTS - 1].confidence);
  return TRUE;
}

const CjlResultCard cjl_card_fgsm_softmax = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "fgsm-softmax",
    .title = "A quarter of grey undoes it",
    .category = CJL_CARD_CATEGORY,
    .blurb = "One small step along the gradient's signs makes softmax regression wrong about "
                 "nearly every digit",
    .teaches = "A change that is hardly seen is the worst one for a linear classifier",
    .expected = "99.9 % error",
    .network = "input, flatten, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=4 batch=100 learning-rate=0.003",
  },
  .data_set = "mnist",
  .paper = "Goodfellow, Shlens and Szegedy, 2014: Explaining and harnessing adversarial examples, "
           "section 4",
  .passes = "At least 99 % error at ε = 0.25, and at most 9 % without attack",
  .values = values,
  .lines = lines,
  .x_title = "strength ε (pixels are from 0 to 1)",
  .y_title = "error",
  .y_share = TRUE,
  .x = strengths,
  .n_points = N_POINTS,
  .n_seeds = 3,
  .seconds = 10,
  .run = run,
};
