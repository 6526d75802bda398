/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-card-tools.h"

#include "cj-error.h"

#include <math.h>
#include <string.h>

#define TEST_BATCH 100

static gboolean
set_param (const CjAttackInfo *info, gpointer params, const char *setting, GError **error)
{
  g_auto (GStrv) pair = g_strsplit (setting != NULL ? setting : "", "=", 2);

  return pair[0] == NULL || cj_params_parse (info->params, params, pair[0], pair[1], error);
}

gboolean
cjl_card_run_attack (CjlCardRun *run, const CjlNetwork *network, const char *attack,
                     const char *setting, const double *strengths, guint n, gsize samples,
                     guint64 seed, double from, CjlAttacked *attacked, GError **error)
{
  const CjAttackInfo *info = cj_attack_find (attack);

  for (guint i = 0; i < n; i++)
    {
      g_autofree gpointer params = cj_attack_new_params (info);
      CjlCardPart part = { run, from + (1 - from) * i / n, (1 - from) / n };

      if (!set_param (info, params, setting, error))
        return FALSE;
      cj_params_set_float (info->params, params, "epsilon", strengths[i]);
      if (!cjl_attack_measure (network, CJD_SPLIT_TEST, samples, info, params, seed,
                               cjl_card_part_go_on, &part, &attacked[i], error))
        return FALSE;
    }
  return TRUE;
}

double
cjl_card_measure_accuracy (const CjlNetwork *network, GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile (network, CJ_PURPOSE_INFER, TEST_BATCH, error);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (network->dataset, CJD_SPLIT_TEST);
  CjScore score;

  if (program == NULL)
    return NAN;
  score = cj_evaluate (program, feed, NULL);
  if (feed->problem != NULL)
    g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
  return score.accuracy;
}

gboolean
cjl_card_run_train_and_test (CjlCardRun *run, const char *value, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_card_run_train (run, 0, 1, error);
  double accuracy;

  if (network == NULL)
    return cjl_card_run_is_cancelled (run);
  accuracy = cjl_card_measure_accuracy (network, error);
  if (!isfinite (accuracy))
    return FALSE;
  cjl_card_run_set (run, value, accuracy);
  return TRUE;
}
