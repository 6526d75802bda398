/* SPDX-License-Identifier: GPL-3.0-or-later */
/* N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014), table 2, have
 * the whole of MNIST and larger networks, which takes hours. What stands as published was measured once on the
 * first 3,000 digits with a program of its own in plain C (Adam, 150 epochs). */
#include "cjl-card.h"
#include "cjl-evaluation.h"

#include <math.h>

static const CjlCardValue values[] = {
  { "plain", "Error without dropout", TRUE, 0.0502, -INFINITY, INFINITY },
  { "dropout", "Error with dropout", TRUE, 0.0424, -INFINITY, INFINITY },
  { "gain", "How much the error falls", TRUE, 0.0078, 0.005, 1 },
  { NULL },
};

/* Error on the test samples; NAN: cancelled, or an error. */
static double
measure (CjlCardRun *run, double from, double to, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_card_run_train (run, from, to, error);
  g_autoptr (CjlEvaluation) evaluation
      = network != NULL ? cjl_evaluate (network, CJD_SPLIT_TEST, error) : NULL;

  return evaluation != NULL ? 1 - evaluation->score.accuracy : NAN;
}

/* The rates of the three dropouts: of pixels and of units. */
static gboolean
set_rates (CjlCardRun *run, const char *pixels, const char *units, GError **error)
{
  CjlProject *project = cjl_card_run_get_project (run);

  return cjl_project_set (project, "dropout1.rate", pixels, error)
         && cjl_project_set (project, "dropout2.rate", units, error)
         && cjl_project_set (project, "dropout3.rate", units, error);
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  double plain, dropout;

  (void) seed;
  if (!set_rates (run, "0", "0", error))
    return FALSE;
  plain = measure (run, 0, 0.48, error);
  if (isnan (plain) || !set_rates (run, "0.2", "0.5", error))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "plain", plain);
  dropout = measure (run, 0.5, 1, error);
  if (isnan (dropout))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "dropout", dropout);
  cjl_card_run_set (run, "gain", plain - dropout);
  return TRUE;
}

const CjlResultCard cjl_card_dropout_few_data = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "dropout-few-data",
    .title = "Units that may be missing",
    .category = CJL_CARD_CATEGORY,
    .blurb = "With 3,000 digits, a network whose units are dropped at random while it learns makes "
             "fewer mistakes on new ones",
    .teaches = "No unit can lean on another: compare lesions of both networks under Robustness",
    .expected = "0.8 points less",
    .network = "input, flatten, dropout 0.2, dense 800 relu, dropout 0.5, dense 800 relu, "
               "dropout 0.5, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0 edits=3000..59999=-",
    .setup = "epochs=150 batch=100 learning-rate=0.001",
  },
  .data_set = "mnist",
  .paper = "After Srivastava et al., 2014; the numbers are of a measurement of one run",
  .passes = "The error falls by at least 0.5 points",
  .values = values,
  .n_seeds = 3,
  .seconds = 150,
  .run = run,
};
