/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run itself: steps, replay from the log, swaps. Only the run's thread changes log, ring and
 * series, so it reads them without the lock and takes it to change them. */
#include "cj-runner-private.h"

#include "cj-error.h"
#include "cj-pool.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <time.h>

#define SNAPSHOT_SECONDS 0.025
#define SNAPSHOT_SHARE 50 /* publishing takes at most one part in so many of the time */
#define KEEP_SECONDS 1.0
#define KEEP_SHARE 20 /* keeping checkpoints takes at most one part in so many of the time */

static const CjPlace *
get_place (const CjRunner *self)
{
  return cj_trainer_get_place (self->rig->trainer);
}

static void
set_text (CjRunner *self, char **slot, const char *text)
{
  pthread_mutex_lock (&self->lock);
  g_free (*slot);
  *slot = g_strdup (text);
  pthread_mutex_unlock (&self->lock);
}

/* The best so far was of a network with more synapses. */
static void
drop_best (CjRunner *self)
{
  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->best, cj_checkpoint_unref);
  pthread_mutex_unlock (&self->lock);
}

static gboolean
run_step (CjRunner *self)
{
  const double begin = cj_runner_get_time ();
  CjStepReport report;
  GError *error = NULL;
  gboolean best = FALSE;

  if (!cj_trainer_step (self->rig->trainer, &report, &error))
    {
      cj_runner_fail (self, error);
      return FALSE;
    }
  cj_runner_note_step (self, &report, cj_runner_get_time () - begin);
  if (report.burst)
    {
      cj_runner_fail (self,
                      g_error_new (CJ_ERROR, CJ_ERROR_NUMBER,
                                   _ ("A weight is no longer a number in step %llu. Go back to "
                                      "an earlier step and use a smaller learning rate."),
                                   (unsigned long long) get_place (self)->step));
      return FALSE;
    }
  if (!isfinite (get_place (self)->best_loss))
    drop_best (self);
  if (report.epoch_ended)
    best = cj_runner_note_epoch (self, report.epoch_score);
  if (self->validation != NULL && self->validation->problem != NULL)
    {
      cj_runner_fail (self,
                      g_error_new_literal (CJ_ERROR, CJ_ERROR_FILE, self->validation->problem));
      return FALSE;
    }
  if (best
      || cj_runner_get_time () - self->kept_time > MAX (KEEP_SECONDS, KEEP_SHARE * self->kept_cost))
    cj_runner_keep (self, best);
  if (g_atomic_int_get (&self->watch)
      && cj_runner_get_time () - self->snapshot_time
             > MAX (SNAPSHOT_SECONDS, SNAPSHOT_SHARE * self->snapshot_cost))
    cj_runner_publish (self);
  return TRUE;
}

static void
adopt (CjRunner *self, CjRig *rig, guint network)
{
  CjRig *old = self->rig;

  pthread_mutex_lock (&self->lock);
  self->rig = rig;
  self->network = network;
  pthread_mutex_unlock (&self->lock);
  g_clear_pointer (&old, cj_rig_free);
}

static CjRig *
make_rig (CjRunner *self, guint n_commands, GError **error)
{
  g_autoptr (CjTrainSetup) setup = cj_run_log_make_setup (self->log, n_commands, error);
  g_autoptr (CjGraph) graph
      = setup != NULL ? cj_run_log_make_graph (self->log, n_commands, error) : NULL;

  return graph != NULL ? cj_rig_new (graph, setup, self->training, self->n_threads, error) : NULL;
}

/* Does the commands of the log that are due, of the first `n_commands`. */
static gboolean
do_due (CjRunner *self, guint n_commands, GError **error)
{
  for (guint i = get_place (self)->n_commands;
       i < n_commands && cj_run_log_get (self->log, i)->step <= get_place (self)->step; i++)
    {
      const CjCommand *command = cj_run_log_get (self->log, i);

      if (command->graph != NULL)
        {
          CjRig *rig = make_rig (self, i + 1, error);

          if (rig == NULL)
            return FALSE;
          cj_rig_take_over (rig, self->rig, command->cuts);
          adopt (self, rig, i);
        }
      else if (command->numbers != NULL)
        cj_trainer_put (self->rig->trainer, command->name, command->numbers);
      else if (command->flags != NULL)
        cj_trainer_put_flags (self->rig->trainer, command->name, command->flags);
      else
        cj_trainer_set (self->rig->trainer, command->name, command->text, NULL);
      cj_trainer_set_n_commands (self->rig->trainer, i + 1);
    }
  return TRUE;
}

static void
check_plan (CjRunner *self, const CjCheckpoint *checkpoint)
{
  const char *plan = cj_program_get_plan (self->rig->program);
  g_autofree char *text = NULL;

  if (checkpoint->plan == NULL || g_str_equal (checkpoint->plan, plan))
    return;
  text = g_strdup_printf (
      _ ("This run was computed with “%s”; this machine computes with “%s”. It goes on from the "
         "same weights, but the last bits of what follows may differ."),
      checkpoint->plan, plan);
  set_text (self, &self->notice, text);
}

/* Puts a checkpoint in place; NULL: the start, drawn from the seed. */
static gboolean
restore (CjRunner *self, const CjCheckpoint *checkpoint, GError **error)
{
  const guint n_commands = checkpoint != NULL ? checkpoint->at.n_commands : 1;
  g_autoptr (CjTrainSetup) setup = NULL;
  guint network = n_commands;

  if (n_commands < 1 || n_commands > self->log->commands->len)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("A kept checkpoint does not belong to its run."));
      return FALSE;
    }
  while (cj_run_log_get (self->log, network - 1)->graph == NULL)
    network--;
  setup = cj_run_log_make_setup (self->log, n_commands, error);
  if (setup == NULL)
    return FALSE;
  if (self->network != network - 1 || checkpoint == NULL
      || !cj_trainer_set_setup (self->rig->trainer, setup))
    {
      CjRig *rig = make_rig (self, n_commands, error);

      if (rig == NULL)
        return FALSE;
      adopt (self, rig, network - 1);
    }
  cj_trainer_set_n_commands (self->rig->trainer, n_commands);
  self->placed = TRUE;
  if (checkpoint == NULL)
    return TRUE;
  if (!cj_trainer_load (self->rig->trainer, checkpoint, error))
    return FALSE;
  check_plan (self, checkpoint);
  return TRUE;
}

static gboolean
is_called_off (CjRunner *self)
{
  gboolean off;

  pthread_mutex_lock (&self->lock);
  off = self->quit || self->goal.wanted || self->to_load != NULL || self->to_restore != NULL;
  pthread_mutex_unlock (&self->lock);
  return off;
}

static void
show_place (CjRunner *self)
{
  cj_runner_publish (self);
  pthread_mutex_lock (&self->lock);
  cj_runner_note_place (self);
  cj_runner_note_scores (self);
  pthread_mutex_unlock (&self->lock);
}

/* Brings the run to a step with `n_commands` in effect: from where it is if that lies on the way, else
 * from the nearest kept checkpoint. */
static gboolean
go_to (CjRunner *self, guint64 step, guint n_commands, GError **error)
{
  const CjPlace *at = get_place (self);
  const gboolean ahead = self->placed && at->step <= step && at->n_commands <= n_commands;
  g_autoptr (CjCheckpoint) from = NULL;

  pthread_mutex_lock (&self->lock);
  from = cj_ring_find (self->ring, step, n_commands);
  pthread_mutex_unlock (&self->lock);
  if (from == NULL && !ahead && !self->log->fresh)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("No checkpoint of this run is left before step %llu. Choose a later one."),
                   (unsigned long long) step);
      return FALSE;
    }
  if (!ahead || (from != NULL && from->at.step > at->step))
    {
      if (!restore (self, from, error))
        return FALSE;
      show_place (self); /* the nearest that is kept, until the rest is computed */
    }
  while (get_place (self)->step < step)
    {
      if (is_called_off (self))
        return TRUE;
      if (!do_due (self, n_commands, error) || !run_step (self))
        return FALSE;
    }
  return do_due (self, n_commands, error);
}

/* The best so far as the run knows it now, if it is still kept. */
static void
find_best (CjRunner *self)
{
  const guint64 step = get_place (self)->best_step;
  CjCheckpoint *best = NULL;

  for (guint i = 0; i < cj_ring_get_n (self->ring) && isfinite (get_place (self)->best_loss); i++)
    if (cj_ring_get_step (self->ring, i) == step)
      {
        g_clear_pointer (&best, cj_checkpoint_unref);
        best = cj_ring_dup (self->ring, i);
      }
  g_clear_pointer (&self->best, cj_checkpoint_unref);
  self->best = best;
}

/* With the lock held: what was done from here on is forgotten. */
static void
forget_ahead (CjRunner *self)
{
  const CjPlace *at = get_place (self);

  if (self->state.last <= at->step && self->log->commands->len <= at->n_commands)
    return;
  cj_run_log_cut (self->log, at->n_commands);
  cj_ring_cut (self->ring, at->step, at->n_commands);
  cj_ring_pin (self->ring, at->best_step);
  cj_runner_cut_series (self, at->step);
}

static void
seek (CjRunner *self, CjGoal goal)
{
  const guint64 step = CLAMP (goal.step, self->state.first, self->state.last);
  g_autoptr (GError) error = NULL;
  gboolean reached, failed;

  if (self->placed)
    cj_runner_keep (self, FALSE);
  reached = go_to (self, step, cj_run_log_count (self->log, step, !goal.forget), &error);
  if (error != NULL)
    set_text (self, &self->refusal, error->message);
  cj_runner_publish (self);
  pthread_mutex_lock (&self->lock);
  if (reached && goal.forget && get_place (self)->step == step)
    forget_ahead (self);
  find_best (self);
  cj_runner_note_place (self);
  cj_runner_note_scores (self);
  failed = self->state.status == CJ_RUN_FAILED;
  if (!failed && !self->goal.wanted)
    self->state.status = CJ_RUN_PAUSED;
  self->state.rate = 0;
  pthread_mutex_unlock (&self->lock);
}

/* The run begins anew at a checkpoint of the network at hand. */
static void
load (CjRunner *self, CjCheckpoint *checkpoint)
{
  const CjTrainSetup *setup = cj_trainer_get_setup (self->rig->trainer);

  if (!cj_trainer_load (self->rig->trainer, checkpoint, NULL))
    return;
  check_plan (self, checkpoint);
  pthread_mutex_lock (&self->lock);
  cj_run_log_cut (self->log, 0);
  self->log->fresh = FALSE;
  self->log->began = g_get_real_time () / G_USEC_PER_SEC;
  cj_run_log_add_network (self->log, checkpoint->at.step, cj_graph_save (self->rig->graph),
                          cj_train_setup_save (setup), NULL);
  self->network = 0;
  cj_trainer_set_n_commands (self->rig->trainer, 1);
  cj_ring_cut (self->ring, 0, 0);
  cj_ring_keep_first (self->ring);
  cj_runner_cut_series (self, checkpoint->at.step);
  self->state.first = checkpoint->at.step;
  if (self->state.status != CJ_RUN_TRAINING)
    self->state.status = CJ_RUN_PAUSED;
  g_clear_pointer (&self->best, cj_checkpoint_unref);
  cj_runner_note_place (self);
  pthread_mutex_unlock (&self->lock);
  cj_runner_keep (self, FALSE);
  cj_runner_publish (self);
}

/* The command of a log that made the network at hand, or G_MAXUINT. */
static guint
find_network (const CjRunner *self, const CjRunLog *log)
{
  const CjCommand *mine = cj_run_log_get (self->log, self->network);

  for (guint i = log->commands->len; i-- > 0;)
    {
      const CjCommand *command = cj_run_log_get (log, i);

      if (command == mine
          || (command->graph != NULL && g_variant_equal (command->graph, mine->graph)
              && g_variant_equal (command->setup, mine->setup)))
        return i;
    }
  return G_MAXUINT;
}

/* Another course of the run, as it was at a moment. */
static void
restore_moment (CjRunner *self, const CjMoment *moment)
{
  g_autoptr (GError) error = NULL;

  pthread_mutex_lock (&self->lock);
  self->network = find_network (self, moment->log);
  cj_run_log_free (self->log);
  cj_ring_free (self->ring);
  self->log = cj_run_log_dup (moment->log);
  self->ring = cj_ring_thin (moment->ring, CJ_RUNNER_BUDGET);
  self->stride = 1;
  g_array_set_size (self->points, 0);
  g_array_set_size (self->epochs, 0);
  g_array_append_vals (self->points, moment->points->data, moment->points->len);
  g_array_append_vals (self->epochs, moment->epochs->data, moment->epochs->len);
  cj_runner_cut_series (self, moment->last);
  self->state.first = cj_run_log_get (self->log, 0)->step;
  self->placed = FALSE;
  pthread_mutex_unlock (&self->lock);
  if (!go_to (self, moment->step, cj_run_log_count (self->log, moment->step, TRUE), &error)
      && error != NULL)
    set_text (self, &self->refusal, error->message);
  cj_runner_publish (self);
  pthread_mutex_lock (&self->lock);
  find_best (self);
  cj_runner_note_place (self);
  cj_runner_note_scores (self);
  if (self->state.status != CJ_RUN_FAILED && !self->goal.wanted && self->to_restore == NULL)
    self->state.status = CJ_RUN_PAUSED;
  self->state.rate = 0;
  pthread_mutex_unlock (&self->lock);
}

/* The compiled network in place of the one that is trained. */
static void
swap (CjRunner *self, CjRig *rig)
{
  const guint64 step = get_place (self)->step;
  const gboolean same_best = isfinite (get_place (self)->best_loss);
  guint n;

  pthread_mutex_lock (&self->lock);
  forget_ahead (self);
  pthread_mutex_unlock (&self->lock);
  cj_runner_keep (self, FALSE);
  pthread_mutex_lock (&self->lock);
  cj_run_log_add_network (self->log, step, cj_graph_save (rig->graph),
                          cj_train_setup_save (cj_trainer_get_setup (rig->trainer)), self->cuts);
  g_array_set_size (self->cuts, 0);
  n = self->log->commands->len;
  pthread_mutex_unlock (&self->lock);
  cj_rig_take_over (rig, self->rig, cj_run_log_get (self->log, n - 1)->cuts);
  cj_trainer_set_n_commands (rig->trainer, n);
  adopt (self, rig, n - 1);
  cj_runner_publish (self);
  pthread_mutex_lock (&self->lock);
  if (same_best && !isfinite (get_place (self)->best_loss))
    g_clear_pointer (&self->best, cj_checkpoint_unref);
  cj_runner_note_place (self);
  pthread_mutex_unlock (&self->lock);
}

/* With the lock held. */
static void
take_value (CjRunner *self, const char *name, const char *text)
{
  g_autofree char *before = cj_train_setup_print (cj_trainer_get_setup (self->rig->trainer), name);

  if (g_strcmp0 (before, text) == 0 || !cj_trainer_set (self->rig->trainer, name, text, NULL))
    return;
  forget_ahead (self);
  cj_run_log_add_value (self->log, get_place (self)->step, name, text);
  cj_trainer_set_n_commands (self->rig->trainer, self->log->commands->len);
}

/* With the lock held: LIVE values that changed; a schedule before what it is asked to do. */
static void
take_values (CjRunner *self, GHashTable *values)
{
  for (guint pass = 0; pass < 2; pass++)
    {
      GHashTableIter iter;
      gpointer name, text;

      g_hash_table_iter_init (&iter, values);
      while (g_hash_table_iter_next (&iter, &name, &text))
        if ((strchr (name, '.') != NULL) == (pass == 1))
          take_value (self, name, text);
    }
  g_hash_table_remove_all (values);
}

/* With the lock held. */
static void
take_numbers (CjRunner *self)
{
  const guint64 step = get_place (self)->step;

  for (guint i = 0; i < self->to_put->len; i++)
    {
      const CjPut *put = self->to_put->pdata[i];

      if (put->numbers != NULL ? !cj_trainer_put (self->rig->trainer, put->name, put->numbers)
                               : !cj_trainer_put_flags (self->rig->trainer, put->name, put->flags))
        continue;
      forget_ahead (self);
      if (put->numbers != NULL)
        cj_run_log_add_numbers (self->log, step, put->name, put->numbers);
      else
        cj_run_log_add_flags (self->log, step, put->name, put->flags);
      cj_trainer_set_n_commands (self->rig->trainer, self->log->commands->len);
      self->put = TRUE;
    }
  g_ptr_array_set_size (self->to_put, 0);
}

/* With the lock held: the commands that are done at once. */
static void
take_commands (CjRunner *self)
{
  const guint64 step = get_place (self)->step;

  take_values (self, self->settings);
  take_numbers (self);
  if (self->wants_steps > 0 && self->state.status != CJ_RUN_FAILED)
    self->until = self->wants_steps > G_MAXUINT64 - step ? G_MAXUINT64 : step + self->wants_steps;
  self->wants_steps = 0;
  cj_runner_note_place (self);
}

/* With the lock held: whether another step is to be run now. */
static gboolean
decide (CjRunner *self)
{
  const gboolean ended = cj_trainer_has_ended (self->rig->trainer);

  if (self->state.status == CJ_RUN_FAILED)
    return FALSE;
  if (get_place (self)->step < self->until && !ended)
    {
      self->state.status = CJ_RUN_TRAINING;
      return TRUE;
    }
  self->until = 0;
  if (self->state.status == CJ_RUN_PAUSED || self->state.status == CJ_RUN_FINISHED)
    self->state.status = ended ? CJ_RUN_FINISHED : CJ_RUN_PAUSED;
  return FALSE;
}

/* Training has come to its end or was paused. */
static void
come_to_rest (CjRunner *self)
{
  cj_runner_keep (self, FALSE);
  cj_runner_publish (self);
  pthread_mutex_lock (&self->lock);
  self->state.status = cj_trainer_has_ended (self->rig->trainer) ? CJ_RUN_FINISHED : CJ_RUN_PAUSED;
  self->state.rate = 0;
  self->state.seconds_left = NAN;
  pthread_mutex_unlock (&self->lock);
}

/* Waits out the limit of steps a second; TRUE when a step is due. */
static gboolean
is_due (double limit, double *next)
{
  const double now = cj_runner_get_time ();

  if (limit > 0 && now < *next)
    {
      const struct timespec nap = { 0, (long) (MIN (*next - now, 0.02) * 1e9) };

      nanosleep (&nap, NULL);
      return FALSE;
    }
  *next = limit > 0 ? MAX (*next, now - 1) + 1 / limit : 0;
  return TRUE;
}

static void
step_on (CjRunner *self)
{
  g_autoptr (GError) error = NULL;

  if (do_due (self, self->log->commands->len, &error))
    {
      run_step (self);
      return;
    }
  pthread_mutex_lock (&self->lock);
  g_free (self->refusal);
  self->refusal = g_strdup (error->message);
  self->until = 0;
  pthread_mutex_unlock (&self->lock);
}

/* With the lock held: a command that takes long. TRUE if there was one; it was done without the lock. */
static gboolean
do_long_command (CjRunner *self)
{
  CjMoment *moment = g_steal_pointer (&self->to_restore);
  CjCheckpoint *to_load = moment == NULL ? g_steal_pointer (&self->to_load) : NULL;
  const gboolean first = moment == NULL && to_load == NULL && !self->goal.wanted;
  CjRig *compiled = first && self->to_compile == NULL ? g_steal_pointer (&self->compiled) : NULL;
  const CjGoal goal = self->goal;

  if (moment != NULL)
    {
      pthread_mutex_unlock (&self->lock);
      restore_moment (self, moment);
      cj_moment_unref (moment);
    }
  else if (to_load != NULL)
    {
      pthread_mutex_unlock (&self->lock);
      load (self, to_load);
      cj_checkpoint_unref (to_load);
    }
  else if (goal.wanted)
    {
      self->goal.wanted = FALSE;
      pthread_mutex_unlock (&self->lock);
      seek (self, goal);
    }
  else if (compiled != NULL)
    {
      pthread_mutex_unlock (&self->lock);
      swap (self, compiled);
    }
  else
    return FALSE;
  pthread_mutex_lock (&self->lock);
  if (compiled != NULL)
    take_values (self, self->since);
  return TRUE;
}

/* With the lock held: nothing is to be trained; tells whoever waits, and sleeps. */
static void
rest (CjRunner *self)
{
  if (self->state.status == CJ_RUN_TRAINING)
    {
      pthread_mutex_unlock (&self->lock);
      come_to_rest (self);
      pthread_mutex_lock (&self->lock);
      return;
    }
  self->idle = self->to_compile == NULL && !self->compiling && self->compiled == NULL;
  pthread_cond_broadcast (&self->done);
  pthread_cond_wait (&self->wake, &self->lock);
}

/* With the lock held: the state that the owner asked for. */
static void
keep_for_owner (CjRunner *self)
{
  const gboolean copy = self->wants_save;
  CjCheckpoint *saved = NULL;

  pthread_mutex_unlock (&self->lock);
  if (!cj_runner_keep (self, FALSE)) /* it can be looked at all the same */
    cj_runner_publish (self);
  if (copy)
    saved = cj_trainer_save (self->rig->trainer);
  pthread_mutex_lock (&self->lock);
  self->wants_keep = FALSE;
  if (!copy)
    return;
  self->saved = saved;
  self->wants_save = FALSE;
  pthread_cond_broadcast (&self->done);
}

gpointer
cj_runner_run (gpointer data)
{
  CjRunner *self = data;
  double next = 0;

  cj_pool_name_thread ("cj-train");
  self->kept_time = cj_runner_get_time ();
  pthread_mutex_lock (&self->lock);
  while (!self->quit)
    {
      double limit;

      if (do_long_command (self))
        continue;
      take_commands (self);
      if (self->put)
        {
          self->put = FALSE;
          pthread_mutex_unlock (&self->lock);
          cj_runner_publish (self);
          pthread_mutex_lock (&self->lock);
          continue; /* a command may have come meanwhile */
        }
      if (self->wants_save || self->wants_keep)
        {
          keep_for_owner (self);
          continue; /* here too */
        }
      if (!decide (self))
        {
          rest (self);
          continue;
        }
      limit = self->limit;
      pthread_mutex_unlock (&self->lock);
      if (is_due (limit, &next))
        step_on (self);
      pthread_mutex_lock (&self->lock);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

gpointer
cj_runner_compile (gpointer data)
{
  CjRunner *self = data;

  cj_pool_name_thread ("cj-compile");
  pthread_mutex_lock (&self->lock);
  while (!self->quit)
    {
      g_autoptr (CjGraph) graph = g_steal_pointer (&self->to_compile);
      g_autoptr (CjTrainSetup) setup = g_steal_pointer (&self->to_compile_setup);
      g_autoptr (CjRig) rig = NULL;
      g_autoptr (GError) error = NULL;

      if (graph == NULL)
        {
          pthread_cond_wait (&self->wake, &self->lock);
          continue;
        }
      self->compiling = TRUE;
      self->called_off = FALSE;
      pthread_mutex_unlock (&self->lock);
      rig = cj_rig_new (graph, setup, self->training, self->n_threads, &error);
      pthread_mutex_lock (&self->lock);
      self->compiling = FALSE;
      if (self->to_compile == NULL && !self->called_off) /* else this one is late */
        {
          g_free (self->refusal);
          self->refusal = error != NULL ? g_strdup (error->message) : NULL;
          g_clear_pointer (&self->compiled, cj_rig_free);
          self->compiled = g_steal_pointer (&rig);
          if (error != NULL)
            g_array_set_size (self->cuts, 0);
        }
      pthread_cond_broadcast (&self->wake);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}
