/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run tells of itself: state, series, snapshots, kept checkpoints, failure. */
#include "cj-runner-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SMOOTHING_SECONDS 1.0

double
cj_runner_get_time (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

static const CjPlace *
get_place (const CjRunner *self)
{
  return cj_trainer_get_place (self->rig->trainer);
}

/* The step of the newest kept checkpoint up to where the run is; if its next step fails, before. */
static guint64
find_good (const CjRunner *self)
{
  const gboolean failed = self->state.status == CJ_RUN_FAILED;
  guint64 good = self->state.first;

  for (guint i = 0; i < cj_ring_get_n (self->ring); i++)
    if (cj_ring_get_step (self->ring, i) + failed <= self->state.step)
      good = MAX (good, cj_ring_get_step (self->ring, i));
  return good;
}

void
cj_runner_note_place (CjRunner *self)
{
  const CjPlace *at = get_place (self);
  CjRunState *state = &self->state;

  state->step = at->step;
  state->last = MAX (state->last, at->step);
  state->n_steps = cj_trainer_get_n_steps (self->rig->trainer);
  state->epoch = at->epoch;
  state->steps_per_epoch = cj_trainer_get_steps_per_epoch (self->rig->trainer);
  state->n_epochs = (guint) (state->n_steps / MAX (state->steps_per_epoch, 1));
  state->task = at->task;
  state->n_tasks = self->training->n_tasks;
  state->good = find_good (self);
  state->n_commands = at->n_commands;
  state->revision = 0;
  for (guint i = 1; i < at->n_commands; i++)
    state->revision += cj_run_log_get (self->log, i)->graph != NULL;
}

/* With the lock held: half of the points go, those of every second step that was kept. */
static void
thin_points (CjRunner *self)
{
  guint n = 0;

  self->stride *= 2;
  for (guint i = 0; i < self->points->len; i++)
    {
      const CjRunPoint point = g_array_index (self->points, CjRunPoint, i);

      if ((point.step & (self->stride - 1)) == 0)
        g_array_index (self->points, CjRunPoint, n++) = point;
    }
  g_array_set_size (self->points, n);
  self->state.n_cuts++;
}

/* With the lock held. */
static void
add_point (CjRunner *self, const CjRunPoint *point)
{
  const guint n = self->points->len;

  if (n > 0 && g_array_index (self->points, CjRunPoint, n - 1).step >= point->step)
    return;
  while (self->points->len >= self->max_points)
    thin_points (self);
  if ((point->step & (self->stride - 1)) == 0)
    g_array_append_vals (self->points, point, 1);
}

void
cj_runner_note_step (CjRunner *self, const CjStepReport *report, double seconds)
{
  const double batch = (double) cj_program_get_batch (self->rig->program);
  const double weight = 1 - exp (-seconds / SMOOTHING_SECONDS), rate = batch / MAX (seconds, 1e-9);
  CjRunState *state = &self->state;
  CjRunPoint point = { .loss = (float) report->score.loss,
                       .accuracy = (float) report->score.accuracy,
                       .rate = (float) report->rate,
                       .norm = (float) report->norm };

  pthread_mutex_lock (&self->lock);
  cj_runner_note_place (self);
  state->score = report->epoch_score;
  state->rate = state->rate > 0 ? state->rate + weight * (rate - state->rate) : rate;
  state->seconds_left
      = (double) (state->n_steps - MIN (state->step, state->n_steps)) * batch / state->rate;
  point.step = state->step;
  point.epoch = (float) ((double) state->step / MAX (state->steps_per_epoch, 1));
  add_point (self, &point);
  state->n_points = self->points->len;
  pthread_mutex_unlock (&self->lock);
}

/* Every task that began, and after the last epoch of one the others as well: what they gain. */
static CjScore
validate (CjRunner *self, CjRunEpoch *entry, CjMetrics *metrics)
{
  const CjPlace *at = get_place (self);
  CjScore scores[CJ_TASKS_MAX], mean = { 0 };
  guint n = 0;

  if (self->validation->n_tasks < 2)
    return cj_trainer_evaluate (self->rig->trainer, self->validation, metrics);
  entry->n_tasks = MIN (self->validation->n_tasks, CJ_TASKS_MAX);
  entry->task = MIN (at->task, entry->n_tasks - 1);
  entry->task_ended = at->task_epoch >= (guint) cj_trainer_get_setup (self->rig->trainer)->epochs;
  n = entry->task_ended ? entry->n_tasks : entry->task + 1;
  cj_trainer_evaluate_tasks (self->rig->trainer, self->validation, n, metrics, scores);
  for (guint t = 0; t < CJ_TASKS_MAX; t++)
    entry->tasks[t] = t < n ? (float) scores[t].accuracy : NAN;
  for (guint t = 0; t <= entry->task; t++)
    {
      mean.loss += scores[t].loss / (entry->task + 1);
      mean.accuracy += scores[t].accuracy / (entry->task + 1);
    }
  return mean;
}

gboolean
cj_runner_note_epoch (CjRunner *self, CjScore train)
{
  CjRunEpoch entry = { .epoch = get_place (self)->epoch,
                       .step = get_place (self)->step,
                       .train = train,
                       .val = { NAN, NAN },
                       .val_top = NAN,
                       .val_f1 = NAN,
                       .val_mse = NAN,
                       .sparsity = cj_trainer_get_sparsity (self->rig->trainer) };
  gboolean best = FALSE;
  guint n;

  if (self->validation != NULL && self->validation->n_samples > 0)
    {
      g_autoptr (CjMetrics) metrics = cj_metrics_new (self->rig->program);

      entry.val = validate (self, &entry, metrics);
      entry.val_top = cj_metrics_get_top (metrics);
      entry.val_f1 = cj_metrics_get_f1 (metrics);
      entry.val_mse = cj_metrics_get_mse (metrics);
      best = cj_trainer_set_validation (self->rig->trainer, entry.val);
    }
  pthread_mutex_lock (&self->lock);
  n = self->epochs->len;
  if (n == 0 || g_array_index (self->epochs, CjRunEpoch, n - 1).step < entry.step)
    g_array_append_val (self->epochs, entry);
  self->state.val = entry.val;
  self->state.n_epochs_done = self->epochs->len;
  pthread_mutex_unlock (&self->lock);
  return best;
}

void
cj_runner_note_scores (CjRunner *self)
{
  const guint64 step = get_place (self)->step;
  CjRunState *state = &self->state;

  state->score = state->val = (CjScore){ NAN, NAN };
  for (guint i = 0; i < self->epochs->len; i++)
    {
      const CjRunEpoch *epoch = &g_array_index (self->epochs, CjRunEpoch, i);

      if (epoch->step > step)
        break;
      state->score = epoch->train;
      state->val = epoch->val;
    }
  for (guint i = self->points->len; i-- > 0;)
    {
      const CjRunPoint *point = &g_array_index (self->points, CjRunPoint, i);

      if (point->step > step)
        continue;
      if (point->step == step)
        state->score = (CjScore){ point->loss, point->accuracy };
      break;
    }
}

void
cj_runner_cut_series (CjRunner *self, guint64 step)
{
  while (self->points->len > 0
         && g_array_index (self->points, CjRunPoint, self->points->len - 1).step > step)
    g_array_set_size (self->points, self->points->len - 1);
  while (self->epochs->len > 0
         && g_array_index (self->epochs, CjRunEpoch, self->epochs->len - 1).step > step)
    g_array_set_size (self->epochs, self->epochs->len - 1);
  self->state.n_points = self->points->len;
  self->state.n_epochs_done = self->epochs->len;
  self->state.n_cuts++;
  self->state.last = step;
}

static void
replace (CjRunner *self, CjCheckpoint **slot, CjCheckpoint *fresh)
{
  CjCheckpoint *old;

  pthread_mutex_lock (&self->lock);
  old = *slot;
  *slot = fresh;
  pthread_mutex_unlock (&self->lock);
  g_clear_pointer (&old, cj_checkpoint_unref);
}

void
cj_runner_publish (CjRunner *self)
{
  const double begin = cj_runner_get_time ();

  replace (self, &self->snapshot, cj_trainer_save_weights (self->rig->trainer));
  self->snapshot_time = cj_runner_get_time ();
  self->snapshot_cost = self->snapshot_time - begin;
}

gboolean
cj_runner_keep (CjRunner *self, gboolean best)
{
  const double begin = cj_runner_get_time ();
  g_autoptr (CjCheckpoint) copy = cj_trainer_save (self->rig->trainer);
  const gboolean good = cj_checkpoint_find_bad (copy) == NULL;

  if (good)
    {
      pthread_mutex_lock (&self->lock);
      if (best && self->state.last <= copy->at.step)
        cj_ring_pin (self->ring, copy->at.step);
      cj_ring_add (self->ring, copy);
      self->state.good = find_good (self);
      pthread_mutex_unlock (&self->lock);
      if (best)
        replace (self, &self->best, cj_checkpoint_ref (copy));
    }
  self->kept_time = cj_runner_get_time ();
  self->kept_cost = self->kept_time - begin;
  return good;
}

void
cj_runner_fail (CjRunner *self, GError *error)
{
  /* a file that cannot be read is no matter of numbers */
  const gboolean number = g_error_matches (error, CJ_ERROR, CJ_ERROR_NUMBER);
  char *node = NULL;
  g_autofree char *where = number ? cj_rig_find_bad (self->rig, &node) : NULL;

  pthread_mutex_lock (&self->lock);
  g_free (self->error);
  g_free (self->bad_node);
  /* Translators: what happened, and where: “the output of “relu1” is the first that is not finite” */
  self->error = number ? g_strdup_printf (_ ("%s In this step %s."), error->message, where)
                       : g_strdup (error->message);
  self->bad_node = node;
  self->state.status = CJ_RUN_FAILED;
  self->state.good = find_good (self);
  self->until = self->wants_steps = 0;
  pthread_mutex_unlock (&self->lock);
  g_error_free (error);
}
