/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-runner-private.h"

#include "cj-error.h"

#include <math.h>
#include <string.h>

gint64
cj_runner_count_kept_bytes (const CjProgram *program, const CjTrainSetup *setup)
{
  g_autoptr (CjTable) table = cj_table_new (program);
  const gint64 n_slots = cj_train_setup_count_slots (setup);
  const gint64 snapshot = (gint64) sizeof (float) * (table->n_weights + table->n_states);
  const gint64 one = snapshot + (gint64) sizeof (float) * table->n_weights * n_slots
                     + (setup->pruning.method > 0 ? table->n_weights : 0);
  const gint64 most = MIN (CJ_RING_MAX * one, (gint64) CJ_RUNNER_BUDGET);

  /* however large they are the ring keeps the first, the best and the newest, and one more is being
   * copied; of snapshots one is shown while the next is made */
  return MAX (most, 3 * one) + one + 2 * snapshot;
}

static void
free_put (gpointer data)
{
  CjPut *put = data;

  g_free (put->name);
  g_clear_pointer (&put->numbers, g_bytes_unref);
  g_clear_pointer (&put->flags, g_bytes_unref);
  g_free (put);
}

static CjRunner *
make (CjRig *rig, CjRunLog *log, CjRing *ring, guint n_threads, CjFeed *training,
      CjFeed *validation)
{
  CjRunner *self = g_new0 (CjRunner, 1);

  self->rig = rig;
  self->log = log;
  self->ring = ring;
  self->n_threads = n_threads;
  self->training = training;
  self->validation = validation;
  self->state.val = (CjScore){ NAN, NAN };
  self->state.seconds_left = NAN;
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->since = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->cuts = cj_unit_cuts_new ();
  self->to_put = g_ptr_array_new_with_free_func (free_put);
  self->max_points = CJ_RUNNER_POINTS;
  self->stride = 1;
  self->points = g_array_new (FALSE, FALSE, sizeof (CjRunPoint));
  self->epochs = g_array_new (FALSE, FALSE, sizeof (CjRunEpoch));
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  pthread_cond_init (&self->done, NULL);
  return self;
}

static void
start (CjRunner *self)
{
  self->snapshot = cj_trainer_save_weights (self->rig->trainer);
  self->started = TRUE;
  if (pthread_create (&self->thread, NULL, cj_runner_run, self) != 0
      || pthread_create (&self->compiler, NULL, cj_runner_compile, self) != 0)
    g_error ("no thread could be made for training");
}

CjRunner *
cj_runner_new (const CjGraph *graph, const CjTrainSetup *setup, guint n_threads, CjFeed *training,
               CjFeed *validation, GError **error)
{
  CjRig *rig = cj_rig_new (graph, setup, training, n_threads, error);
  CjRunner *self;

  if (rig == NULL)
    {
      cj_feed_free (training);
      g_clear_pointer (&validation, cj_feed_free);
      return NULL;
    }
  self = make (rig, cj_run_log_new (), cj_ring_new (CJ_RUNNER_BUDGET), n_threads, training,
               validation);
  self->log->fresh = self->placed = TRUE;
  self->log->began = g_get_real_time () / G_USEC_PER_SEC;
  cj_run_log_add_network (self->log, 0, cj_graph_save (graph), cj_train_setup_save (setup), NULL);
  cj_trainer_set_n_commands (rig->trainer, 1);
  cj_runner_note_place (self);
  start (self);
  return self;
}

CjRunner *
cj_runner_resume (CjRunLog *log, CjRing *ring, guint n_threads, CjFeed *training,
                  CjFeed *validation, GError **error)
{
  const guint n = cj_ring_get_n (ring);
  g_autoptr (CjTrainSetup) setup = cj_run_log_make_setup (log, 1, error);
  g_autoptr (CjGraph) graph = setup != NULL ? cj_run_log_make_graph (log, 1, error) : NULL;
  CjRig *rig = graph != NULL ? cj_rig_new (graph, setup, training, n_threads, error) : NULL;
  g_autofree char *refusal = NULL;
  CjRunner *self;

  if (rig == NULL)
    {
      cj_run_log_free (log);
      cj_ring_free (ring);
      cj_feed_free (training);
      g_clear_pointer (&validation, cj_feed_free);
      return NULL;
    }
  cj_trainer_set_n_commands (rig->trainer, 1);
  self = make (rig, log, ring, n_threads, training, validation);
  self->placed = log->fresh;
  self->state.first = cj_run_log_get (log, 0)->step;
  cj_runner_note_place (self);
  self->state.last = self->state.first;
  if (n > 0)
    self->state.last = MAX (self->state.last, cj_ring_get_step (ring, n - 1));
  cj_run_log_cut (log, cj_run_log_count (log, self->state.last, TRUE));
  if (!log->fresh)
    cj_ring_keep_first (ring);
  self->goal = (CjGoal){ .wanted = TRUE, .step = self->state.last };
  self->target = self->state.last;
  self->state.status = CJ_RUN_SEEKING;
  start (self);
  cj_runner_wait (self);
  refusal = cj_runner_dup_refusal (self);
  if (refusal == NULL)
    return self;
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, refusal);
  cj_runner_free (self);
  return NULL;
}

void
cj_runner_free (CjRunner *self)
{
  if (self->started)
    {
      pthread_mutex_lock (&self->lock);
      self->quit = TRUE;
      pthread_cond_broadcast (&self->wake);
      pthread_mutex_unlock (&self->lock);
      pthread_join (self->thread, NULL);
      pthread_join (self->compiler, NULL);
    }
  g_clear_pointer (&self->rig, cj_rig_free);
  g_clear_pointer (&self->compiled, cj_rig_free);
  g_clear_pointer (&self->to_compile, cj_graph_free);
  g_clear_pointer (&self->to_compile_setup, cj_train_setup_free);
  cj_feed_free (self->training);
  g_clear_pointer (&self->validation, cj_feed_free);
  g_clear_pointer (&self->to_load, cj_checkpoint_unref);
  g_clear_pointer (&self->saved, cj_checkpoint_unref);
  g_clear_pointer (&self->snapshot, cj_checkpoint_unref);
  g_clear_pointer (&self->best, cj_checkpoint_unref);
  g_clear_pointer (&self->to_restore, cj_moment_unref);
  g_ptr_array_unref (self->to_put);
  g_hash_table_unref (self->settings);
  g_hash_table_unref (self->since);
  g_array_unref (self->cuts);
  g_array_unref (self->points);
  g_array_unref (self->epochs);
  cj_run_log_free (self->log);
  cj_ring_free (self->ring);
  pthread_cond_destroy (&self->wake);
  pthread_cond_destroy (&self->done);
  pthread_mutex_destroy (&self->lock);
  g_free (self->error);
  g_free (self->bad_node);
  g_free (self->refusal);
  g_free (self->notice);
  g_free (self);
}

/* With the lock held: a command was put down. */
static void
call (CjRunner *self)
{
  self->idle = FALSE;
  pthread_cond_broadcast (&self->wake);
}

/* With the lock held: what failed is left behind. */
static void
forgive (CjRunner *self)
{
  if (self->state.status == CJ_RUN_FAILED)
    self->state.status = CJ_RUN_PAUSED;
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->bad_node, g_free);
}

void
cj_runner_train (CjRunner *self, guint64 n_steps)
{
  pthread_mutex_lock (&self->lock);
  self->wants_steps = n_steps;
  if (n_steps > 0 && (self->state.status == CJ_RUN_PAUSED || self->state.status == CJ_RUN_FINISHED))
    self->state.status = CJ_RUN_TRAINING;
  call (self);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_pause (CjRunner *self)
{
  pthread_mutex_lock (&self->lock);
  self->until = self->wants_steps = 0;
  call (self);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_set (CjRunner *self, const char *name, const char *text)
{
  pthread_mutex_lock (&self->lock);
  g_hash_table_replace (self->settings, g_strdup (name), g_strdup (text));
  if (self->to_compile != NULL || self->compiling || self->compiled != NULL)
    g_hash_table_replace (self->since, g_strdup (name), g_strdup (text));
  call (self);
  pthread_mutex_unlock (&self->lock);
}

/* Takes what is put. */
static void
put (CjRunner *self, CjPut *put)
{
  pthread_mutex_lock (&self->lock);
  g_ptr_array_add (self->to_put, put);
  call (self);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_put (CjRunner *self, const char *name, GBytes *numbers)
{
  const CjPut one = { .name = g_strdup (name), .numbers = g_bytes_ref (numbers) };

  put (self, g_memdup2 (&one, sizeof one));
}

void
cj_runner_put_flags (CjRunner *self, const char *name, GBytes *flags)
{
  const CjPut one = { .name = g_strdup (name), .flags = g_bytes_ref (flags) };

  put (self, g_memdup2 (&one, sizeof one));
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
  self->goal.wanted = FALSE;
  forgive (self);
  call (self);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_swap (CjRunner *self, const CjGraph *graph, const CjTrainSetup *setup, const GArray *cuts)
{
  CjGraph *copy = cj_graph_dup (graph);

  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->to_compile, cj_graph_free);
  g_clear_pointer (&self->to_compile_setup, cj_train_setup_free);
  self->to_compile = copy;
  self->to_compile_setup = cj_train_setup_dup (setup);
  for (guint i = 0; cuts != NULL && i < cuts->len; i++)
    {
      const CjUnitCut *cut = &g_array_index (cuts, CjUnitCut, i);

      cj_unit_cuts_add (self->cuts, cut->node, cut->unit);
    }
  g_hash_table_remove_all (self->since);
  call (self);
  pthread_mutex_unlock (&self->lock);
}

static void
go (CjRunner *self, guint64 step, gboolean forget)
{
  pthread_mutex_lock (&self->lock);
  self->goal = (CjGoal){ .wanted = TRUE, .forget = forget, .step = step };
  self->target = step;
  self->until = self->wants_steps = 0;
  forgive (self);
  g_clear_pointer (&self->refusal, g_free);
  self->state.status = CJ_RUN_SEEKING;
  call (self);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_seek (CjRunner *self, guint64 step)
{
  go (self, step, FALSE);
}

void
cj_runner_branch (CjRunner *self, guint64 step)
{
  go (self, step, TRUE);
}

/* With the lock held: the points of a moment. */
static GArray *
dup_points (const CjRunner *self)
{
  const guint n = self->points->len, stride = 1 + n / CJ_MOMENT_MAX_POINTS;
  GArray *points = g_array_sized_new (FALSE, FALSE, sizeof (CjRunPoint), n / stride + 1);

  for (guint i = 0; i < n; i += stride)
    g_array_append_vals (points, &g_array_index (self->points, CjRunPoint, i), 1);
  return points;
}

CjMoment *
cj_runner_dup_moment (CjRunner *self, gsize budget)
{
  CjMoment *moment;
  guint64 step;

  pthread_mutex_lock (&self->lock);
  step = self->state.status == CJ_RUN_SEEKING ? self->target : self->state.step;
  moment = cj_moment_new (cj_run_log_dup (self->log), cj_ring_thin (self->ring, budget), step,
                          self->state.last, dup_points (self), g_array_copy (self->epochs));
  pthread_mutex_unlock (&self->lock);
  return moment;
}

void
cj_runner_restore (CjRunner *self, CjMoment *moment)
{
  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->to_restore, cj_moment_unref);
  g_clear_pointer (&self->to_load, cj_checkpoint_unref);
  g_clear_pointer (&self->to_compile, cj_graph_free);
  g_clear_pointer (&self->to_compile_setup, cj_train_setup_free);
  g_clear_pointer (&self->compiled, cj_rig_free);
  self->called_off = TRUE;
  g_hash_table_remove_all (self->settings);
  g_hash_table_remove_all (self->since);
  g_array_set_size (self->cuts, 0);
  g_ptr_array_set_size (self->to_put, 0);
  self->to_restore = cj_moment_ref (moment);
  self->goal.wanted = FALSE;
  self->target = moment->step;
  self->until = self->wants_steps = 0;
  forgive (self);
  g_clear_pointer (&self->refusal, g_free);
  self->state.status = CJ_RUN_SEEKING;
  call (self);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_wait (CjRunner *self)
{
  pthread_mutex_lock (&self->lock);
  while (!self->idle)
    pthread_cond_wait (&self->done, &self->lock);
  pthread_mutex_unlock (&self->lock);
}

void
cj_runner_watch (CjRunner *self, gboolean watch)
{
  g_atomic_int_set (&self->watch, watch);
}

CjRunState
cj_runner_get_state (CjRunner *self)
{
  CjRunState state;

  pthread_mutex_lock (&self->lock);
  state = self->state;
  state.target = state.status == CJ_RUN_SEEKING ? self->target : state.step;
  state.compiling = self->to_compile != NULL || self->compiling || self->compiled != NULL;
  pthread_mutex_unlock (&self->lock);
  return state;
}

static char *
dup_text (CjRunner *self, char *const *slot)
{
  char *text;

  pthread_mutex_lock (&self->lock);
  text = g_strdup (*slot);
  pthread_mutex_unlock (&self->lock);
  return text;
}

char *
cj_runner_dup_error (CjRunner *self)
{
  return dup_text (self, &self->error);
}

char *
cj_runner_dup_bad_node (CjRunner *self)
{
  return dup_text (self, &self->bad_node);
}

char *
cj_runner_dup_refusal (CjRunner *self)
{
  return dup_text (self, &self->refusal);
}

char *
cj_runner_dup_notice (CjRunner *self)
{
  return dup_text (self, &self->notice);
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

void
cj_runner_limit_points (CjRunner *self, guint max)
{
  g_return_if_fail (max >= 2);
  pthread_mutex_lock (&self->lock);
  self->max_points = max;
  pthread_mutex_unlock (&self->lock);
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

void
cj_runner_put_epochs (CjRunner *self, const CjRunEpoch *epochs, guint n)
{
  pthread_mutex_lock (&self->lock);
  while (n > 0 && epochs[n - 1].step > self->state.last)
    n--;
  g_array_insert_vals (self->epochs, 0, epochs, n);
  self->state.n_epochs_done = self->epochs->len;
  self->state.n_cuts++;
  pthread_mutex_unlock (&self->lock);
}

static CjCheckpoint *
dup_slot (CjRunner *self, CjCheckpoint *const *slot)
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
cj_runner_dup_kept (CjRunner *self, guint64 step)
{
  CjCheckpoint *kept;

  pthread_mutex_lock (&self->lock);
  kept = cj_ring_find (self->ring, step, G_MAXUINT);
  pthread_mutex_unlock (&self->lock);
  return kept;
}

guint
cj_runner_read_kept (CjRunner *self, guint64 *steps, guint max)
{
  guint n;

  pthread_mutex_lock (&self->lock);
  n = MIN (max, cj_ring_get_n (self->ring));
  for (guint i = 0; i < n; i++)
    steps[i] = cj_ring_get_step (self->ring, i);
  pthread_mutex_unlock (&self->lock);
  return n;
}

CjCheckpoint *
cj_runner_save (CjRunner *self)
{
  CjCheckpoint *saved;

  pthread_mutex_lock (&self->lock);
  self->wants_save = TRUE;
  call (self);
  while (self->wants_save)
    pthread_cond_wait (&self->done, &self->lock);
  saved = g_steal_pointer (&self->saved);
  pthread_mutex_unlock (&self->lock);
  return saved;
}

void
cj_runner_ask_keep (CjRunner *self)
{
  pthread_mutex_lock (&self->lock);
  self->wants_keep = TRUE;
  call (self);
  pthread_mutex_unlock (&self->lock);
}

gboolean
cj_runner_is_keeping (CjRunner *self)
{
  gboolean keeping;

  pthread_mutex_lock (&self->lock);
  keeping = self->wants_keep;
  pthread_mutex_unlock (&self->lock);
  return keeping;
}

gint64
cj_runner_get_began (CjRunner *self)
{
  gint64 began;

  pthread_mutex_lock (&self->lock);
  began = self->log->began;
  pthread_mutex_unlock (&self->lock);
  return began;
}

void
cj_runner_dup_run (CjRunner *self, gsize budget, CjRunLog **log, CjRing **ring, guint64 *step)
{
  pthread_mutex_lock (&self->lock);
  if (step != NULL)
    *step = self->state.step;
  *log = cj_run_log_dup (self->log);
  *ring = cj_ring_thin (self->ring, budget);
  pthread_mutex_unlock (&self->lock);
}
