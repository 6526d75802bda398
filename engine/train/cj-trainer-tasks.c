/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks that are learned one after another: which samples a step sees, what holds earlier tasks, and the turn from
 * one to the next. */
#include "cj-trainer-private.h"

#include "cj-error.h"

#include <math.h>
#include <string.h>

gboolean
cj_trainer_has_tasks (const CjTrainer *self)
{
  return self->feed->n_tasks > 1;
}

gsize
cj_trainer_get_first (const CjTrainer *self)
{
  return cj_trainer_has_tasks (self) ? self->feed->tasks[self->at.task] : 0;
}

gsize
cj_trainer_count_samples (const CjTrainer *self)
{
  return cj_trainer_has_tasks (self)
             ? self->feed->tasks[self->at.task + 1] - self->feed->tasks[self->at.task]
             : self->feed->n_samples;
}

void
cj_trainer_begin_at (CjTrainer *self, guint task)
{
  g_return_if_fail (self->at.step == 0);

  if (cj_trainer_has_tasks (self))
    self->at.task = MIN (task, self->feed->n_tasks - 1);
}

guint64
cj_trainer_get_task_end (const CjTrainer *self)
{
  const guint64 steps = cj_trainer_get_steps_per_epoch (self);
  const guint epochs = (guint) self->setup->epochs, done = self->at.task_epoch;
  /* an epoch that was begun is ended, though there were to be fewer by now */
  const guint64 left = epochs > done ? epochs - done : self->at.position > 0;

  return self->at.step - MIN (self->at.position, self->at.step) + left * steps;
}

/* What the task that ends taught: which weights it needs. */
static gboolean
secure (CjTrainer *self, GError **error)
{
  const CjContinual *setting = &self->setup->continual;
  const gint64 n = self->table->n_weights;
  const float *w = cj_program_get_weights (self->program, NULL);
  float *anchor = cj_trainer_get_kind (self, CJ_SLOT_ANCHOR);
  float *importance = cj_trainer_get_kind (self, CJ_SLOT_IMPORTANCE);
  const gsize first = cj_trainer_get_first (self);

  if (setting->remedy == CJ_REMEDY_SI)
    cj_continual_end_path (importance, anchor, cj_trainer_get_kind (self, CJ_SLOT_PATH), w,
                           setting->damping, n);
  if (setting->remedy != CJ_REMEDY_EWC || self->fisher == NULL)
    return TRUE;
  if (!cj_fisher_measure (self->fisher, self->program, self->feed, first,
                          first + cj_trainer_count_samples (self), setting,
                          (guint64) self->setup->seed, self->at.task, self->measured))
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, self->feed->problem);
      return FALSE;
    }
  cj_continual_consolidate (importance, anchor, self->measured, w, n);
  return TRUE;
}

/* The optimizer knows nothing, and the schedule begins. */
static void
begin_task (CjTrainer *self)
{
  CjPlace *at = &self->at;

  at->task++;
  at->task_epoch = 0;
  at->origin = at->step;
  memset (self->slots, 0,
          sizeof (float) * (gsize) self->table->n_weights * cj_trainer_count_kept (self));
  memset (at->scalars, 0, sizeof at->scalars);
  memset (at->schedule, 0, sizeof at->schedule);
  self->order_epoch = 0;
}

static void
remember (CjTrainer *self)
{
  const CjContinual *setting = &self->setup->continual;
  const gsize room = cj_replay_count (setting, self->feed);

  if (room > self->memory_room)
    {
      g_free (self->memory);
      self->memory = g_new (guint32, room);
      self->memory_room = room;
    }
  self->n_memory = cj_replay_fill (setting, self->feed, self->at.task, (guint64) self->setup->seed,
                                   self->memory);
  self->memory_task = self->at.task + 1;
}

gboolean
cj_trainer_turn (CjTrainer *self, GError **error)
{
  const CjPlace *at = &self->at;
  float *anchor;

  if (!cj_trainer_has_tasks (self))
    return TRUE;
  anchor = cj_trainer_get_kind (self, CJ_SLOT_ANCHOR);
  if (at->step == 0 && anchor != NULL)
    memcpy (anchor, cj_program_get_weights (self->program, NULL),
            sizeof (float) * (gsize) self->table->n_weights);
  if (at->position == 0 && at->task_epoch >= (guint) self->setup->epochs
      && at->task + 1 < self->feed->n_tasks)
    {
      if (!secure (self, error))
        return FALSE;
      begin_task (self);
    }
  if (self->setup->continual.remedy != CJ_REMEDY_REPLAY)
    self->n_memory = self->memory_task = 0;
  else if (self->memory_task != at->task + 1)
    remember (self);
  return TRUE;
}

const guint32 *
cj_trainer_find_rows (CjTrainer *self, guint position, guint64 step, gboolean next)
{
  const guint batch = (guint) cj_program_get_batch (self->program);
  const gsize n = cj_trainer_count_samples (self);
  const guint n_old = self->n_memory > 0
                          ? MIN ((guint) round (self->setup->continual.mix * batch), batch - 1)
                          : 0;
  const guint n_new = batch - n_old;
  guint32 *rows = self->rows + (next ? batch : 0);
  CjRng rng;

  if (!cj_trainer_has_tasks (self))
    return self->order + (gsize) position * batch;
  for (guint i = 0; i < n_new; i++) /* a short task goes round */
    rows[i] = self->order[((gsize) position * n_new + i) % n];
  if (n_old > 0)
    cj_rng_init (&rng, (guint64) self->setup->seed, CJ_RNG_REPLAY, (step + 1) << 8);
  for (guint i = n_new; i < batch; i++)
    rows[i] = self->memory[cj_rng_below (&rng, (guint32) self->n_memory)];
  return rows;
}

void
cj_trainer_hold_slice (CjTrainer *self, gint64 offset, gint64 n)
{
  const double factor = cj_continual_get_factor (&self->setup->continual);
  float *g = cj_program_get_gradients (self->program) + offset;
  const float *importance = cj_trainer_get_kind (self, CJ_SLOT_IMPORTANCE);
  const float *anchor = cj_trainer_get_kind (self, CJ_SLOT_ANCHOR);
  const float *w = cj_program_get_weights (self->program, NULL) + offset;

  if (self->slope != NULL)
    {
      memcpy (self->slope + offset, g, sizeof (float) * (gsize) n);
      memcpy (self->before + offset, w, sizeof (float) * (gsize) n);
    }
  if (factor > 0 && importance != NULL && self->at.task > 0)
    cj_continual_add_gradient (factor, importance + offset, anchor + offset, w, g, n);
}

void
cj_trainer_follow_slice (CjTrainer *self, gint64 offset, gint64 n)
{
  float *path = cj_trainer_get_kind (self, CJ_SLOT_PATH);

  if (path != NULL && self->slope != NULL)
    cj_continual_add_path (path + offset, self->slope + offset, self->before + offset,
                           cj_program_get_weights (self->program, NULL) + offset, n);
}
