/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-card-tasks.h"

#include "cjl-forgetting.h"

#include <glib/gi18n-lib.h>
#include <math.h>

typedef struct
{
  const CjlResultCard *card;
  const CjlCardArm *arms;
  guint n_tasks;
  float *matrices; /* [arms, T, T] */
} Work;

static void
show (const Work *work, CjlCardRun *run)
{
  const char *names[CJL_CARD_ARMS + 1] = { NULL };
  g_autofree char *provenance
      = g_strdup_printf (_ ("%s, test samples, seed 1"), _ (work->card->experiment.title));

  for (guint a = 0; a < CJL_CARD_ARMS; a++)
    names[a] = _ (work->arms[a].title);
  cjl_card_run_take_figure (
      run, "forgetting",
      cjl_forgetting_frame (work->matrices, CJL_CARD_ARMS, work->n_tasks, names, provenance));
}

/* One task of one arm, and what it made of the others. */
static gboolean
learn (const Work *work, CjlCardRun *run, CjlCardRig *rig, guint arm, guint task, double *mean,
       GError **error)
{
  const guint t = work->n_tasks;
  float *row = work->matrices + (arm * t + task) * t;
  const double whole = CJL_CARD_ARMS * t, done = arm * t + task;
  CjScore scores[CJ_TASKS_MAX];

  if (!cjl_card_rig_train_task (rig, done / whole, (done + 1) / whole, error))
    return FALSE;
  cjl_card_rig_test_tasks (rig, scores);
  *mean = 0;
  for (guint j = 0; j < t; j++)
    {
      row[j] = (float) scores[j].accuracy;
      *mean += j <= task ? scores[j].accuracy / (task + 1) : 0;
    }
  cjl_card_run_set_point (run, work->arms[arm].name, task, *mean);
  show (work, run);
  return TRUE;
}

static gboolean
has_value (const CjlResultCard *card, const char *name)
{
  guint i = 0;

  while (card->values[i].name != NULL && !g_str_equal (card->values[i].name, name))
    i++;
  return card->values[i].name != NULL;
}

gboolean
cjl_card_run_tasks (CjlCardRun *run, const CjlCardArm arms[CJL_CARD_ARMS], GError **error)
{
  const CjlResultCard *card = cjl_card_run_get_card (run);
  g_autofree float *matrices = NULL;
  Work work = { .card = card, .arms = arms };
  double plain = NAN;

  for (guint a = 0; a < CJL_CARD_ARMS; a++)
    {
      g_autoptr (CjlCardRig) rig = cjl_card_rig_new (run, arms[a].settings, error);
      g_autofree char *gain = g_strconcat (arms[a].name, "-gain", NULL);
      double mean = NAN;

      if (rig == NULL)
        return FALSE;
      if (matrices == NULL)
        {
          work.n_tasks = cjl_card_rig_count_tasks (rig);
          matrices = work.matrices = g_new (float, CJL_CARD_ARMS *work.n_tasks *work.n_tasks + 1);
          for (guint i = 0; i < CJL_CARD_ARMS * work.n_tasks * work.n_tasks; i++)
            matrices[i] = NAN;
        }
      for (guint task = 0; task < work.n_tasks; task++)
        if (!learn (&work, run, rig, a, task, &mean, error))
          return cjl_card_run_is_cancelled (run);
      cjl_card_run_set (run, arms[a].name, mean);
      if (a == 0)
        plain = mean;
      else if (has_value (card, gain))
        cjl_card_run_set (run, gain, mean - plain);
      cjl_card_rig_store (rig);
    }
  return TRUE;
}
