/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What frozen layers at the start of a network make of a sample is the same in every epoch. A feed may remember it; then
 * the network is computed from there on. Nothing else of the run knows of it. */
#include "cj-trainer-private.h"

void
cj_trainer_forget_features (CjTrainer *self)
{
  g_clear_pointer (&self->features.network, g_free);
  self->features.asked = FALSE;
}

/* Whether samples go through the frozen layers as they are, and these stay as they are. */
static gboolean
may_remember (const CjTrainer *self)
{
  return cj_program_get_border (self->program) > 0 && self->setup->keep_features
         && self->adversary == NULL && self->setup->pruning.method == 0;
}

/* Tells a feed what is asked of it. */
static gboolean
tell (CjTrainer *self, CjFeed *feed)
{
  const gsize n = (gsize) cj_program_get_border (self->program);
  const gboolean may = may_remember (self);

  if (feed->remember == NULL)
    return FALSE;
  if (may && self->features.network == NULL)
    self->features.network = cj_program_digest_border (self->program);
  if (!feed->remember (feed, may ? self->features.network : NULL, may ? n : 0))
    return FALSE;
  if (self->features.rows == NULL)
    self->features.rows = g_new (float, n *(gsize) cj_program_get_batch (self->program));
  return TRUE;
}

gboolean
cj_trainer_ask_features (CjTrainer *self, CjFeed *feed)
{
  if (feed != self->feed) /* with averaged weights, frozen layers may have others as well */
    return self->spare == NULL && tell (self, feed);
  if (!self->features.asked)
    self->features.kept = tell (self, feed);
  self->features.asked = TRUE;
  return self->features.kept;
}

gboolean
cj_trainer_recall (CjTrainer *self, CjFeed *feed, const guint32 *indices)
{
  const guint batch = (guint) cj_program_get_batch (self->program);

  if (!feed->recall (feed, indices, batch, self->features.rows, cj_program_get_y (self->program)))
    return FALSE;
  cj_program_write_border (self->program, self->features.rows);
  return TRUE;
}

void
cj_trainer_keep (CjTrainer *self, CjFeed *feed, const guint32 *indices)
{
  cj_program_read_border (self->program, self->features.rows);
  feed->keep (feed, indices, (guint) cj_program_get_batch (self->program), self->features.rows);
}

void
cj_trainer_show_batch (CjTrainer *self)
{
  if (!self->features.used)
    return;
  self->feed->fill (
      self->feed, cj_trainer_find_rows (self, self->at.position, self->at.step, FALSE),
      (guint) cj_program_get_batch (self->program), self->at.epoch, (guint64) self->setup->seed,
      cj_program_get_x (self->program), cj_program_get_y (self->program));
}
