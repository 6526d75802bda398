/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Direct feedback alignment of 784-800-800-10 tanh on MNIST, as Nøkland has it but for ten epochs instead of 300,
 * with Adam and a rate that falls along half a cosine. */
#include "cjl-card-tools.h"

#include <math.h>

static const CjlCardValue values[] = {
  { "accuracy", "Test accuracy", TRUE, NAN, 0.975, 1 },
  { NULL },
};

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_card_run_train (run, 0, 1, error);
  GError *local = NULL;
  double accuracy;

  (void) seed;
  if (network == NULL)
    return cjl_card_run_is_cancelled (run);
  accuracy = cjl_card_measure_accuracy (network, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  cjl_card_run_set (run, "accuracy", accuracy);
  return TRUE;
}

const CjlResultCard cjl_card_direct_feedback_alignment = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 2,
  .experiment = {
    .id = "direct-feedback-alignment",
    .title = "Every layer hears the answer",
    .category = CJL_CARD_CATEGORY,
    .blurb = "The error of the scores, sent to every hidden layer through random weights of its own, "
             "teaches them all at once",
    .teaches = "Layers need not wait for each other to learn",
    .expected = "97.5 %",
    .network = "input, flatten, dense 800 tanh, dense 800 tanh, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=10 batch=64 learning-rate=0.001 schedule=cosine rule=direct-feedback-alignment",
  },
  .data_set = "mnist",
  .paper = "Nøkland, 2016: Direct feedback alignment provides learning in deep neural networks",
  .passes = "At least 97.5 % right after ten epochs",
  .values = values,
  .n_seeds = 3,
  .seconds = 60,
  .run = run,
};
