/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-card-tasks.h"

#include "cjl-forgetting.h"

#include <glib/gi18n-lib.h>
#include <math.h>

const double cjl_card_task_points[CJL_CARD_TASKS] = { 1, 2, 3, 4, 5 };

const CjlCardValue cjl_card_task_values[] = {
  { "plain", "Mean accuracy, nothing done", TRUE, NAN, -INFINITY, INFINITY },
  { "ewc", "Elastic weight consolidation", TRUE, NAN, -INFINITY, INFINITY },
  { "replay", "A hundredth of the samples seen again", TRUE, NAN, -INFINITY, INFINITY },
  { "si", "Synaptic intelligence", TRUE, NAN, -INFINITY, INFINITY },
  { "ewc-gain", "Elastic weights over nothing", TRUE, NAN, 0.05, 1 },
  { "replay-gain", "Replay over nothing", TRUE, NAN, 0.05, 1 },
  { NULL },
};

const CjlCardLine cjl_card_task_lines[] = { { "plain", "nothing done" },
                                            { "ewc", "elastic weights" },
                                            { "replay", "replay of 1 %" },
                                            { "si", "synaptic intelligence" },
                                            { NULL } };

/* One way to learn the tasks. */
static const struct
{
  const char *name;     /* of the value and the line */
  const char *title;    /* over the matrix */
  const char *settings; /* of the training, as for cjl_card_rig_new */
} arms[] = {
  { "plain", N_ ("Nothing done"), "continual.remedy=none" },
  { "ewc", N_ ("Elastic weights"), "continual.remedy=ewc" },
  { "replay", N_ ("Replay of 1 %"), "continual.remedy=replay" },
  { "si", N_ ("Synaptic intelligence"), "continual.remedy=si" },
};

#define N_ARMS G_N_ELEMENTS (arms)

typedef struct
{
  const CjlResultCard *card;
  guint n_tasks;
  float *matrices; /* [arms, T, T] */
} Work;

static void
show (const Work *work, CjlCardRun *run)
{
  const char *names[N_ARMS + 1] = { NULL };
  g_autofree char *provenance
      = g_strdup_printf (_ ("%s, test samples, seed 1"), _ (work->card->experiment.title));

  for (guint a = 0; a < N_ARMS; a++)
    names[a] = _ (arms[a].title);
  cjl_card_run_take_figure (
      run, "forgetting",
      cjl_forgetting_frame (work->matrices, N_ARMS, work->n_tasks, names, provenance));
}

/* One task of one arm, and what it made of the others. */
static gboolean
learn (const Work *work, CjlCardRun *run, CjlCardRig *rig, guint arm, guint task, double *mean,
       GError **error)
{
  const guint t = work->n_tasks;
  float *row = work->matrices + (arm * t + task) * t;
  const double whole = N_ARMS * t, done = arm * t + task;
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
  cjl_card_run_set_point (run, arms[arm].name, task, *mean);
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
cjl_card_run_tasks (CjlCardRun *run, guint64 seed, GError **error)
{
  const CjlResultCard *card = cjl_card_run_get_card (run);
  g_autofree float *matrices = NULL;
  Work work = { .card = card };
  double plain = NAN;

  (void) seed; /* it is in the setup */
  for (guint a = 0; a < N_ARMS; a++)
    {
      g_autoptr (CjlCardRig) rig = cjl_card_rig_new (run, arms[a].settings, error);
      g_autofree char *gain = g_strconcat (arms[a].name, "-gain", NULL);
      double mean = NAN;

      if (rig == NULL)
        return FALSE;
      if (matrices == NULL)
        {
          work.n_tasks = cjl_card_rig_count_tasks (rig);
          matrices = work.matrices = g_new (float, N_ARMS *work.n_tasks *work.n_tasks + 1);
          for (guint i = 0; i < N_ARMS * work.n_tasks * work.n_tasks; i++)
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
