/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forward–forward on MNIST, at a size that two cores train in minutes: 784-500-500 ReLU in place of the four
 * layers of 2000 of G. Hinton (2022), who reports 1.36 % after 60 epochs. The label is drawn into the first ten
 * pixels, goodness is a mean square, layers are normalised before they are passed on, and the answer is the label
 * with the largest goodness of all layers. */
#include "cjl-card-tools.h"

#include <math.h>

static const CjlCardValue values[] = {
  { "error", "Test error", TRUE, 0.036, 0, 0.036 },
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
  cjl_card_run_set (run, "error", 1 - accuracy);
  return TRUE;
}

const CjlResultCard cjl_card_forward_forward = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "forward-forward",
    .title = "Two ways forward, none back",
    .category = CJL_CARD_CATEGORY,
    .blurb = "Layers that each learn to be active for digits with the right label, and quiet for those "
             "with a wrong one, know digits without an error being sent to them",
    .teaches = "Which label fits best can be seen from how active a network is",
    .expected = "error 2.8 %",
    .network = "input, flatten, label-overlay, dense 500 relu, rms-norm affine=false, dense 500 relu, goodness, "
               "cross-entropy; dense1 > goodness1",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=20 batch=100 learning-rate=0.01 schedule=cosine rule=forward-forward "
             "rule.threshold=1 rule.negatives=likely",
  },
  .data_set = "mnist",
  .paper = "Hinton, 2022: The forward-forward algorithm: some preliminary investigations; "
           "the number is of a re-run of the same size",
  .passes = "At most 3.6 % wrong",
  .values = values,
  .n_seeds = 3,
  .seconds = 110,
  .run = run,
};
