/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pruning between two steps of a run: what goes, what grows, what begins again. */
#include "cj-trainer-private.h"

#include <math.h>
#include <string.h>

float *
cj_trainer_get_kind (const CjTrainer *self, CjSlotKinds kind)
{
  const int slot = cj_slots_find (self->n_slots, cj_train_setup_get_slots (self->setup), kind);

  return slot >= 0 ? self->slots + slot * self->table->n_weights : NULL;
}

guint
cj_trainer_count_kept (const CjTrainer *self)
{
  return self->n_slots - cj_slots_count (cj_train_setup_get_slots (self->setup));
}

CjPruneTime
cj_trainer_get_time (const CjTrainer *self)
{
  return (CjPruneTime){ .step = self->at.step,
                        .n_steps = cj_trainer_get_n_steps (self),
                        .steps_per_epoch = cj_trainer_get_steps_per_epoch (self),
                        .reached = self->at.sparsity };
}

/* Whether anything is held, after the flags changed; what is gone, and what has just grown, has no past. */
void
cj_trainer_settle_mask (CjTrainer *self)
{
  const gint64 n = self->table->n_weights;
  const guint8 *flags = cj_mask_get_flags (self->mask);
  float *w = cj_program_get_weights (self->program, NULL);
  const guint n_kept = cj_trainer_count_kept (self);
  float *average = cj_trainer_get_kind (self, CJ_SLOT_AVERAGE);

  self->masked = FALSE;
  cj_trainer_forget_features (self);
  for (gint64 i = 0; i < n; i++)
    self->masked |= flags[i] != 0;
  cj_mask_hold_weights (flags, w, n);
  for (gint64 i = 0; i < n; i++)
    {
      for (guint k = 0; k < n_kept && w[i] == 0; k++)
        self->slots[k * n + i] = 0;
      if (average != NULL && w[i] == 0)
        average[i] = 0;
    }
}

/* A round begins: the weights are those of an early step, or drawn anew; the optimizer knows nothing. */
static void
rewind (CjTrainer *self)
{
  const gint64 n = self->table->n_weights;
  float *w = cj_program_get_weights (self->program, NULL);
  float *start = cj_trainer_get_kind (self, CJ_SLOT_START),
        *moved = cj_trainer_get_kind (self, CJ_SLOT_MOVEMENT);

  for (guint i = 0; i < cj_program_get_n_params (self->program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (self->program, i);

      if (param->state || param->frozen)
        continue;
      if (start != NULL)
        memcpy (w + param->offset, start + param->offset, sizeof (float) * (gsize) param->size);
      else
        cj_program_init_param (self->program, param, (guint64) self->setup->seed + self->at.step);
    }
  cj_mask_hold_weights (cj_mask_get_flags (self->mask), w, n);
  if (self->slots != NULL)
    memset (self->slots, 0, sizeof (float) * (gsize) n * cj_trainer_count_kept (self));
  if (moved != NULL)
    memset (moved, 0, sizeof (float) * (gsize) n);
  if (self->spare != NULL)
    memcpy (cj_trainer_get_kind (self, CJ_SLOT_AVERAGE), w, sizeof (float) * (gsize) n);
  memset (self->at.scalars, 0, sizeof self->at.scalars);
  memset (self->at.schedule, 0, sizeof self->at.schedule);
  self->at.origin = self->at.step;
}

/* The gradient of the batch at hand with the weights as they are; nothing else changes. */
static void
look_ahead (CjTrainer *self)
{
  cj_program_forward (self->program, TRUE, cj_program_get_batch (self->program),
                      (guint64) self->setup->seed, self->at.step);
  cj_program_backward (self->program);
  memcpy (cj_program_get_states (self->program, NULL), self->states_before,
          sizeof (float) * (gsize) self->table->n_states);
}

void
cj_trainer_prune (CjTrainer *self)
{
  const CjPruning *pruning = &self->setup->pruning;
  const CjPrunerInfo *method = cj_pruning_get_method (pruning);
  const CjPruneTime now = cj_trainer_get_time (self);
  CjMaskView view = { .w = cj_program_get_weights (self->program, NULL),
                      .g = cj_program_get_gradients (self->program),
                      .moved = cj_trainer_get_kind (self, CJ_SLOT_MOVEMENT),
                      .seed = (guint64) self->setup->seed,
                      .step = self->at.step };
  CjPruneDue due;

  if (!cj_pruning_get_due (pruning, &now, &due))
    return;
  if (due.remember)
    memcpy (cj_trainer_get_kind (self, CJ_SLOT_START), view.w,
            sizeof (float) * (gsize) self->table->n_weights);
  if ((due.prunes && (method->needs & CJ_PRUNER_GRADIENT) != 0)
      || (due.exchange > 0 && pruning->regrow == CJ_REGROW_GRADIENT))
    look_ahead (self);
  if (due.prunes)
    {
      cj_mask_prune (self->mask, pruning, &due, &view);
      self->at.sparsity = due.sparsity;
      self->at.best_loss = INFINITY; /* the best weights are of a network with more synapses */
      self->at.best_step = self->at.step;
      self->at.n_worse = 0;
    }
  if (due.exchange > 0)
    cj_mask_exchange (self->mask, pruning, &due, &view);
  if (due.prunes || due.exchange > 0)
    cj_trainer_settle_mask (self);
  if (due.rewinds)
    rewind (self);
}

void
cj_trainer_load_mask (CjTrainer *self, const guint8 *flags)
{
  const gsize n = (gsize) self->table->n_weights;

  self->masked = flags != NULL;
  if (flags != NULL && self->mask == NULL)
    self->mask = cj_mask_new (self->program);
  if (flags != NULL)
    memcpy (cj_mask_get_flags (self->mask), flags, n);
  else if (self->mask != NULL)
    memset (cj_mask_get_flags (self->mask), 0, n);
}

gboolean
cj_trainer_put_flags (CjTrainer *self, const char *name, GBytes *flags)
{
  const CjTableEntry *entry = cj_table_find (self->table, name);

  if (entry == NULL || entry->state || g_bytes_get_size (flags) != (gsize) entry->size)
    return FALSE;
  if (self->mask == NULL)
    self->mask = cj_mask_new (self->program);
  memcpy (cj_mask_get_flags (self->mask) + entry->offset, g_bytes_get_data (flags, NULL),
          (gsize) entry->size);
  cj_trainer_settle_mask (self);
  return TRUE;
}

double
cj_trainer_get_sparsity (const CjTrainer *self)
{
  /* a trainer that never pruned has no mask */
  const guint8 *flags = self->masked ? cj_mask_get_flags (self->mask) : NULL;
  gint64 all = 0, gone = 0;

  for (guint i = 0; i < cj_program_get_n_params (self->program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (self->program, i);

      if (param->state || param->shape.n_dims < 2 || !cj_init_connects (&param->init))
        continue;
      all += param->size;
      gone += flags != NULL ? cj_mask_count (flags + param->offset, param->size) : 0;
    }
  return all > 0 ? (double) gone / (double) all : 0;
}
