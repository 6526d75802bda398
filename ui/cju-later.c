/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-later.h"

struct _CjuLater
{
  gpointer owner;
  GQueue work; /* CjuLaterFunc */
  guint source;
};

CjuLater *
cju_later_new (gpointer owner)
{
  CjuLater *self = g_new0 (CjuLater, 1);

  self->owner = owner;
  g_queue_init (&self->work);
  return self;
}

void
cju_later_free (CjuLater *self)
{
  cju_later_clear (self);
  g_free (self);
}

/* The next piece, or more of the one begun; what it does may clear or add. */
static void
do_next (CjuLater *self)
{
  CjuLaterFunc func = g_queue_pop_head (&self->work);

  if (func (self->owner))
    g_queue_push_head (&self->work, func);
}

static gboolean
on_idle (gpointer data)
{
  CjuLater *self = data;

  self->source = 0; /* the piece may clear, and begin anew */
  do_next (self);
  if (!g_queue_is_empty (&self->work) && self->source == 0)
    self->source = g_idle_add (on_idle, self);
  return G_SOURCE_REMOVE;
}

void
cju_later_add (CjuLater *self, CjuLaterFunc func)
{
  g_queue_push_tail (&self->work, func);
  if (self->source == 0)
    self->source = g_idle_add (on_idle, self);
}

void
cju_later_finish (CjuLater *self)
{
  while (!g_queue_is_empty (&self->work))
    do_next (self);
  cju_later_clear (self);
}

void
cju_later_clear (CjuLater *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  g_queue_clear (&self->work);
}
