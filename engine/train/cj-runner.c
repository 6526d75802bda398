/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-runner.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SNAPSHOT_SECONDS 0.05
#define SMOOTHING_SECONDS 1.0

struct _CjRunner
{
  /* the thread's own */
  CjProgram *program;
  CjTrainer *trainer;
  CjFeed *training, *validation;
  pthread_t thread;
  double best_loss;
  guint epochs_since_best;
  double snapshot_time;

  pthread_mutex_t lock; /* guards what follows; held for copies only, never during a step */
  pthread_cond_t wake;  /* to the thread: a command */
  pthread_cond_t done;  /* to the owner: `saved` is there */
  gboolean quit, wants_save;
  gint watch;    /* atomic */
  guint64 until; /* train while step < until */
  double limit;
  GHashTable *settings; /* name to text, latest wins */
  CjCheckpoint *to_load, *saved, *snapshot, *best;
  CjRunState state;
  GArray *points, *epochs;
  int patience;
  char *error;
};

static double
get_time (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

static CjCheckpoint *
copy_weights (CjRunner *self)
{
  gint64 n_weights, n_states;
  const float *weights = cj_program_get_weights (self->program, &n_weights);
  const float *states = cj_program_get_states (self->program, &n_states);
  CjCheckpoint *copy = cj_checkpoint_new (n_weights, n_states, 0);

  copy->step = cj_trainer_get_step (self->trainer);
  copy->epoch = cj_trainer_get_epoch (self->trainer);
  memcpy (copy->weights, weights, sizeof (float) * (gsize) n_weights);
  memcpy (copy->states, states, sizeof (float) * (gsize) n_states);
  return copy;
}

static void
publish (CjRunner *self, CjCheckpoint **slot)
{
  CjCheckpoint *fresh = copy_weights (self), *old;

  pthread_mutex_lock (&self->lock);
  old = *slot;
  *slot = fresh;
  pthread_mutex_unlock (&self->lock);
  g_clear_pointer (&old, cj_checkpoint_unref);
}

static void
note_validation (CjRunner *self, CjScore train)
{
  CjRunEpoch entry = { .epoch = cj_trainer_get_epoch (self->trainer),
                       .step = cj_trainer_get_step (self->trainer),
                       .train = train,
                       .val = { NAN, NAN } };

  if (self->validation != NULL && self->validation->n_samples > 0)
    {
      entry.val = cj_trainer_evaluate (self->trainer, self->validation, NULL);
      cj_trainer_set_validation (self->trainer, entry.val);
      self->epochs_since_best++;
      if (!(entry.val.loss >= self->best_loss))
        {
          self->best_loss = entry.val.loss;
          self->epochs_since_best = 0;
          publish (self, &self->best);
        }
    }
  pthread_mutex_lock (&self->lock);
  g_array_append_val (self->epochs, entry);
  self->state.val = entry.val;
  self->state.n_epochs_done = self->epochs->len;
  pthread_mutex_unlock (&self->lock);
}

static void
note_state (CjRunner *self, CjRunState *state)
{
  state->step = cj_trainer_get_step (self->trainer);
  state->n_steps = cj_trainer_get_n_steps (self->trainer);
  state->epoch = cj_trainer_get_epoch (self->trainer);
  state->steps_per_epoch = cj_trainer_get_steps_per_epoch (self->trainer);
  state->n_epochs = (guint) (state->n_steps / MAX (state->steps_per_epoch, 1));
}

static void
note_step (CjRunner *self, const CjStepReport *report, double seconds)
{
  const double batch = (double) cj_program_get_batch (self->program);
  const double weight = 1 - exp (-seconds / SMOOTHING_SECONDS), rate = batch / MAX (seconds, 1e-9);
  CjRunState *state = &self->state;
  CjRunPoint point = { .loss = (float) report->score.loss,
                       .accuracy = (float) report->score.accuracy,
                       .rate = (float) report->rate,
                       .norm = (float) report->norm };

  pthread_mutex_lock (&self->lock);
  note_state (self, state);
  state->score = report->epoch_score;
  state->rate = state->rate > 0 ? state->rate + weight * (rate - state->rate) : rate;
  state->seconds_left
      = (double) (state->n_steps - MIN (state->step, state->n_steps)) * batch / state->rate;
  point.step = state->step;
  point.epoch = (float) ((double) state->step / MAX (state->steps_per_epoch, 1));
  g_array_append_val (self->points, point);
  state->n_points = self->points->len;
  pthread_mutex_unlock (&self->lock);
}

static void
fail (CjRunner *self, GError *error)
{
  pthread_mutex_lock (&self->lock);
  g_free (self->error);
  self->error = g_strdup (error->message);
  self->state.status = CJ_RUN_FAILED;
  self->until = 0;
  pthread_mutex_unlock (&self->lock);
  g_error_free (error);
}

static void
run_step (CjRunner *self)
{
  const double begin = get_time ();
  CjStepReport report;
  GError *error = NULL;
  double now;

  if (!cj_trainer_step (self->trainer, &report, &error))
    {
      fail (self, error);
      return;
    }
  now = get_time ();
  note_step (self, &report, now - begin);
  if (report.epoch_ended)
    note_validation (self, report.epoch_score);
  if (g_atomic_int_get (&self->watch) && now - self->snapshot_time > SNAPSHOT_SECONDS)
    {
      publish (self, &self->snapshot);
      self->snapshot_time = now;
    }
}

/* Drops what lies beyond the loaded step: the series belongs to the run that goes on. */
static void
cut_series (CjRunner *self, guint64 step)
{
  while (self->points->len > 0
         && g_array_index (self->points, CjRunPoint, self->points->len - 1).step > step)
    g_array_set_size (self->points, self->points->len - 1);
  while (self->epochs->len > 0
         && g_array_index (self->epochs, CjRunEpoch, self->epochs->len - 1).step > step)
    g_array_set_size (self->epochs, self->epochs->len - 1);
  self->state.n_points = self->points->len;
  self->state.n_epochs_done = self->epochs->len;
}

/* With the lock held. */
static void
take_commands (CjRunner *self)
{
  GHashTableIter iter;
  gpointer name, text;

  g_hash_table_iter_init (&iter, self->settings);
  while (g_hash_table_iter_next (&iter, &name, &text))
    cj_trainer_set (self->trainer, name, text, NULL);
  g_hash_table_remove_all (self->settings);
  if (self->to_load != NULL)
    {
      CjCheckpoint *load = g_steal_pointer (&self->to_load);

      if (cj_trainer_load (self->trainer, load, NULL))
        cut_series (self, load->step);
      cj_checkpoint_unref (load);
      g_clear_pointer (&self->snapshot, cj_checkpoint_unref);
      self->snapshot = copy_weights (self);
      if (self->state.status != CJ_RUN_TRAINING)
        self->state.status = CJ_RUN_PAUSED;
    }
  note_state (self, &self->state);
  if (self->wants_save)
    {
      self->saved = cj_trainer_save (self->trainer);
      self->wants_save = FALSE;
      pthread_cond_broadcast (&self->done);
    }
}

/* With the lock held: whether another step is to be run now. */
static gboolean
decide (CjRunner *self)
{
  const guint64 step = cj_trainer_get_step (self->trainer);
  const gboolean ended
      = step >= cj_trainer_get_n_steps (self->trainer)
        || (self->patience > 0 && self->epochs_since_best >= (guint) self->patience);

  if (self->state.status == CJ_RUN_FAILED)
    return FALSE;
  if (step < self->until && !ended)
    {
      self->state.status = CJ_RUN_TRAINING;
      return TRUE;
    }
  if (self->state.status == CJ_RUN_TRAINING)
    {
      self->until = 0;
      g_clear_pointer (&self->snapshot, cj_checkpoint_unref);
      self->snapshot = copy_weights (self);
      self->state.rate = 0;
      self->state.seconds_left = NAN;
    }
  self->until = 0;
  self->state.status = ended ? CJ_RUN_FINISHED : CJ_RUN_PAUSED;
  return FALSE;
}

static gpointer
run_thread (gpointer data)
{
  CjRunner *self = data;
  double next = 0;

  pthread_mutex_lock (&self->lock);
  while (!self->quit)
    {
      gboolean go;
      double limit;

      take_commands (self);
      go = decide (self);
      limit = self->limit;
      if (!go)
        {
          pthread_cond_wait (&self->wake, &self->lock);
          continue;
        }
      pthread_mutex_unlock (&self->lock);
      if (limit > 0 && get_time () < next)
        {
          const struct timespec nap = { 0, (long) (MIN (next - get_time (), 0.02) * 1e9) };

          nanosleep (&nap, NULL);
        }
      else
        {
          next = limit > 0 ? MAX (next, get_time () - 1) + 1 / limit : 0;
          run_step (self);
        }
      pthread_mutex_lock (&self->lock);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

CjRunner *
cj_runner_new (CjProgram *program, const CjTrainSetup *setup, CjFeed *training, CjFeed *validation,
               GError **error)
{
  CjRunner *self = g_new0 (CjRunner, 1);

  self->program = program;
  self->training = training;
  self->validation = validation;
  self->patience = setup->patience;
  self->best_loss = INFINITY;
  self->state.val = (CjScore){ NAN, NAN };
  self->state.seconds_left = NAN;
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->points = g_array_new (FALSE, FALSE, sizeof (CjRunPoint));
  self->epochs = g_array_new (FALSE, FALSE, sizeof (CjRunEpoch));
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  pthread_cond_init (&self->done, NULL);
  self->trainer = cj_trainer_new (program, setup, training, error);
  if (self->trainer == NULL)
    {
      self->quit = TRUE;
      cj_runner_free (self);
      return NULL;
    }
  note_state (self, &self->state);
  self->snapshot = copy_weights (self);
  if (pthread_create (&self->thread, NULL, run_thread, self) != 0)
    g_error ("no thread could be made for training");
  return self;
}

void
cj_runner_free (CjRunner *self)
{
  if (self->trainer != NULL)
    {
      pthread_mutex_lock (&self->lock);
      self->quit = TRUE;
      pthread_cond_broadcast (&self->wake);
      pthread_mutex_unlock (&self->lock);
      pthread_join (self->thread, NULL);
    }
  g_clear_pointer (&self->trainer, cj_trainer_free);
  cj_program_free (self->program);
  cj_feed_free (self->training);
  g_clear_pointer (&self->validation, cj_feed_free);
  g_clear_pointer (&self->to_load, cj_checkpoint_unref);
  g_clear_pointer (&self->saved, cj_checkpoint_unref);
  g_clear_pointer (&self->snapshot, cj_checkpoint_unref);
  g_clear_pointer (&self->best, cj_checkpoint_unref);
  g_hash_table_unref (self->settings);
  g_array_unref (self->points);
  g_array_unref (self->epochs);
  pthread_cond_destroy (&self->wake);
  pthread_cond_destroy (&self->done);
  pthread_mutex_destroy (&self->lock);
  g_free (self->error);
  g_free (self);
}

void
cj_runner_train (CjRunner *self, guint64 n_steps)
{
  pthread_mutex_lock (&self->lock);
  self->until = n_steps > G_MAXUINT64 - self->state.step ? G_MAXUINT64 : self->state.step + n_steps;
  if (self->state.status == CJ_RUN_PAUSED && self->state.step < self->state.n_steps)
    self->state.status = CJ_RUN_TRAINING;
  pthread_cond_broadcast (&self->wake);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_pause (CjRunner *self)
{
  pthread_mutex_lock (&self->lock);
  self->until = 0;
  pthread_cond_broadcast (&self->wake);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_set (CjRunner *self, const char *name, const char *text)
{
  pthread_mutex_lock (&self->lock);
  g_hash_table_replace (self->settings, g_strdup (name), g_strdup (text));
  if (g_str_equal (name, "patience"))
    self->patience = atoi (text);
  pthread_cond_broadcast (&self->wake);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_limit (CjRunner *self, double steps_per_second)
{
  pthread_mutex_lock (&self->lock);
  self->limit = steps_per_second;
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_load (CjRunner *self, CjCheckpoint *checkpoint)
{
  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->to_load, cj_checkpoint_unref);
  self->to_load = cj_checkpoint_ref (checkpoint);
  self->state.step = checkpoint->step; /* a command to train that follows counts from there */
  if (self->state.status == CJ_RUN_FAILED)
    self->state.status = CJ_RUN_PAUSED;
  g_clear_pointer (&self->error, g_free);
  pthread_cond_broadcast (&self->wake);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_watch (CjRunner *self, gboolean watch)
{
  g_atomic_int_set (&self->watch, watch);
}

const CjProgram *
cj_runner_get_program (const CjRunner *self)
{
  return self->program;
}

CjRunState
cj_runner_get_state (CjRunner *self)
{
  CjRunState state;

  pthread_mutex_lock (&self->lock);
  state = self->state;
  pthread_mutex_unlock (&self->lock);
  return state;
}

char *
cj_runner_dup_error (CjRunner *self)
{
  char *error;

  pthread_mutex_lock (&self->lock);
  error = g_strdup (self->error);
  pthread_mutex_unlock (&self->lock);
  return error;
}

static guint
read_series (CjRunner *self, const GArray *series, gsize size, guint from, gpointer out, guint max)
{
  guint n;

  pthread_mutex_lock (&self->lock);
  n = from < series->len ? MIN (max, series->len - from) : 0;
  if (n > 0)
    memcpy (out, series->data + from * size, n * size);
  pthread_mutex_unlock (&self->lock);
  return n;
}

guint
cj_runner_read_points (CjRunner *self, guint from, CjRunPoint *points, guint max)
{
  return read_series (self, self->points, sizeof (CjRunPoint), from, points, max);
}

guint
cj_runner_read_epochs (CjRunner *self, guint from, CjRunEpoch *epochs, guint max)
{
  return read_series (self, self->epochs, sizeof (CjRunEpoch), from, epochs, max);
}

static CjCheckpoint *
dup_slot (CjRunner *self, CjCheckpoint **slot)
{
  CjCheckpoint *copy;

  pthread_mutex_lock (&self->lock);
  copy = *slot != NULL ? cj_checkpoint_ref (*slot) : NULL;
  pthread_mutex_unlock (&self->lock);
  return copy;
}

CjCheckpoint *
cj_runner_dup_snapshot (CjRunner *self)
{
  return dup_slot (self, &self->snapshot);
}

CjCheckpoint *
cj_runner_dup_best (CjRunner *self)
{
  return dup_slot (self, &self->best);
}

CjCheckpoint *
cj_runner_save (CjRunner *self)
{
  CjCheckpoint *saved;

  pthread_mutex_lock (&self->lock);
  self->wants_save = TRUE;
  pthread_cond_broadcast (&self->wake);
  while (self->wants_save)
    pthread_cond_wait (&self->done, &self->lock);
  saved = g_steal_pointer (&self->saved);
  pthread_mutex_unlock (&self->lock);
  return saved;
}
