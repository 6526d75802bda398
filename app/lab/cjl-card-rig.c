/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-card-rig.h"

#include "cjd-tasks.h"

#define PROGRESS_STEPS 50

struct _CjlCardRig
{
  CjlCardRun *run; /* borrowed */
  CjFeed *training, *test;
  CjRig *rig;
};

CjlCardRig *
cjl_card_rig_new (CjlCardRun *run, const char *settings, GError **error)
{
  return cjl_card_rig_new_graph (run, cjl_card_run_get_project (run)->graph, settings, error);
}

CjlCardRig *
cjl_card_rig_new_graph (CjlCardRun *run, const CjGraph *graph, const char *settings, GError **error)
{
  const CjlProject *project = cjl_card_run_get_project (run);
  CjdDataset *dataset = cjl_card_run_get_dataset (run);
  g_autoptr (CjlCardRig) self = g_new0 (CjlCardRig, 1);
  g_autoptr (CjTrainSetup) setup = cj_train_setup_dup (project->setup);
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      if (pair[0] != NULL && !cj_train_setup_set (setup, pair[0], pair[1], error))
        return NULL;
    }
  self->run = run;
  self->training = cjd_dataset_new_run_feed (dataset, CJD_SPLIT_TRAIN);
  self->test = cjd_dataset_new_run_feed (dataset, CJD_SPLIT_TEST);
  self->rig = cj_rig_new (graph, setup, self->training, cjl_card_run_get_n_threads (run), error);
  return self->rig != NULL ? g_steal_pointer (&self) : NULL;
}

void
cjl_card_rig_free (CjlCardRig *self)
{
  g_clear_pointer (&self->rig, cj_rig_free);
  g_clear_pointer (&self->training, cj_feed_free);
  g_clear_pointer (&self->test, cj_feed_free);
  g_free (self);
}

CjTrainer *
cjl_card_rig_get_trainer (CjlCardRig *self)
{
  return self->rig->trainer;
}

CjProgram *
cjl_card_rig_get_program (CjlCardRig *self)
{
  return self->rig->program;
}

gboolean
cjl_card_rig_train (CjlCardRig *self, guint64 step, double from, double to, GError **error)
{
  const CjPlace *at = cj_trainer_get_place (self->rig->trainer);
  const guint64 begin = at->step;
  CjStepReport report;

  while (at->step < step)
    {
      if (!cj_trainer_step (self->rig->trainer, &report, error))
        return FALSE;
      if (at->step % PROGRESS_STEPS != 0)
        continue;
      cjl_card_run_progress (
          self->run, from + (to - from) * (double) (at->step - begin) / (double) (step - begin));
      if (cjl_card_run_is_cancelled (self->run))
        return FALSE;
    }
  return TRUE;
}

gboolean
cjl_card_rig_train_task (CjlCardRig *self, double from, double to, GError **error)
{
  const CjTrainer *trainer = self->rig->trainer;
  const guint64 steps
      = (guint64) cj_trainer_get_setup (trainer)->epochs * cj_trainer_get_steps_per_epoch (trainer);

  return cjl_card_rig_train (self, cj_trainer_get_place (trainer)->step + steps, from, to, error);
}

guint
cjl_card_rig_count_tasks (CjlCardRig *self)
{
  return self->training->n_tasks;
}

void
cjl_card_rig_test_tasks (CjlCardRig *self, CjScore *scores)
{
  cj_trainer_evaluate_tasks (self->rig->trainer, self->test, self->test->n_tasks, NULL, scores);
}

double
cjl_card_rig_test (CjlCardRig *self)
{
  return cj_trainer_evaluate (self->rig->trainer, self->test, NULL).accuracy;
}

void
cjl_card_rig_take_mask (CjlCardRig *self, const CjCheckpoint *from)
{
  for (guint i = 0; from->flags != NULL && i < from->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (from->table, i);
      g_autoptr (GBytes) flags = NULL;

      if (entry->state)
        continue;
      flags = g_bytes_new (from->flags + entry->offset, (gsize) entry->size);
      cj_trainer_put_flags (self->rig->trainer, entry->name, flags);
    }
}

void
cjl_card_rig_store (CjlCardRig *self)
{
  g_autoptr (CjCheckpoint) now = cj_trainer_save (self->rig->trainer);

  cjl_project_store (cjl_card_run_get_project (self->run), now);
}

gboolean
cjl_card_rig_try (CjlCardRun *run, const char *settings, guint64 steps, double from, double to,
                  gboolean leaves, double *accuracy, GError **error)
{
  g_autoptr (CjlCardRig) rig = cjl_card_rig_new (run, settings, error);

  if (rig == NULL || !cjl_card_rig_train (rig, steps, from, to, error))
    return FALSE;
  *accuracy = cjl_card_rig_test (rig);
  if (leaves)
    cjl_card_rig_store (rig);
  return TRUE;
}
