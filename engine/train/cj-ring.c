/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-ring.h"

/* What loads a checkpoint, shared by rings that hold the same one. */
typedef struct
{
  gint ref_count;
  CjRingLoad load;
  gpointer data;
  GDestroyNotify free;
} Loader;

typedef struct
{
  guint64 step;
  guint n_commands;
  gsize bytes;
  CjCheckpoint *checkpoint; /* or NULL: */
  Loader *loader;
} Kept;

struct _CjRing
{
  gsize budget, bytes;
  GArray *kept; /* Kept */
  guint64 pin;
  gboolean keeps_first;
};

static void
clear_kept (gpointer data)
{
  Kept *kept = data;

  g_clear_pointer (&kept->checkpoint, cj_checkpoint_unref);
  if (kept->loader != NULL && g_atomic_int_dec_and_test (&kept->loader->ref_count))
    {
      kept->loader->free (kept->loader->data);
      g_free (kept->loader);
    }
}

static Kept *
get (const CjRing *self, guint index)
{
  return &g_array_index (self->kept, Kept, index);
}

CjRing *
cj_ring_new (gsize budget)
{
  CjRing *self = g_new0 (CjRing, 1);

  self->budget = budget;
  self->pin = G_MAXUINT64;
  self->kept = g_array_new (FALSE, FALSE, sizeof (Kept));
  g_array_set_clear_func (self->kept, clear_kept);
  return self;
}

void
cj_ring_free (CjRing *self)
{
  g_array_unref (self->kept);
  g_free (self);
}

guint
cj_ring_get_n (const CjRing *self)
{
  return self->kept->len;
}

gsize
cj_ring_get_bytes (const CjRing *self)
{
  return self->bytes;
}

guint64
cj_ring_get_step (const CjRing *self, guint index)
{
  g_return_val_if_fail (index < self->kept->len, 0);
  return get (self, index)->step;
}

CjCheckpoint *
cj_ring_peek (const CjRing *self, guint index)
{
  g_return_val_if_fail (index < self->kept->len, NULL);
  return get (self, index)->checkpoint;
}

CjCheckpoint *
cj_ring_dup (CjRing *self, guint index)
{
  const Kept *kept = get (self, index);

  g_return_val_if_fail (index < self->kept->len, NULL);
  return kept->checkpoint != NULL ? cj_checkpoint_ref (kept->checkpoint)
                                  : kept->loader->load (kept->loader->data);
}

gconstpointer
cj_ring_peek_later (const CjRing *self, guint index, CjRingLoad load)
{
  const Kept *kept = get (self, index);

  g_return_val_if_fail (index < self->kept->len, NULL);
  return kept->loader != NULL && kept->loader->load == load ? kept->loader->data : NULL;
}

static void
drop (CjRing *self, guint index)
{
  self->bytes -= get (self, index)->bytes;
  g_array_remove_index (self->kept, index);
}

/* The one whose absence is felt least: the gap it would leave, as a share of its age. */
static int
find_least (const CjRing *self)
{
  const guint n = self->kept->len;
  double least = G_MAXDOUBLE;
  int found = -1;

  for (guint i = self->keeps_first ? 1 : 0; i + 1 < n; i++)
    {
      const guint64 before = i > 0 ? get (self, i - 1)->step : 0;
      const double gap = (double) (get (self, i + 1)->step - before);
      const double age = (double) (get (self, n - 1)->step - get (self, i)->step) + 1;

      if (get (self, i)->step != self->pin && gap / age < least)
        {
          least = gap / age;
          found = (int) i;
        }
    }
  return found;
}

static void
thin_out (CjRing *self)
{
  while (self->bytes > self->budget || self->kept->len > CJ_RING_MAX)
    {
      const int least = find_least (self);

      if (least < 0)
        return;
      drop (self, (guint) least);
    }
}

static gboolean
is_later (const Kept *kept, guint64 step, guint n_commands)
{
  return kept->step > step || (kept->step == step && kept->n_commands > n_commands);
}

static void
insert (CjRing *self, Kept fresh)
{
  guint at = self->kept->len;

  while (at > 0 && is_later (get (self, at - 1), fresh.step, fresh.n_commands))
    at--;
  if (at > 0 && get (self, at - 1)->step == fresh.step
      && get (self, at - 1)->n_commands == fresh.n_commands)
    drop (self, --at);
  g_array_insert_val (self->kept, at, fresh);
  self->bytes += fresh.bytes;
  thin_out (self);
}

void
cj_ring_add (CjRing *self, CjCheckpoint *checkpoint)
{
  insert (self, (Kept){ .step = checkpoint->at.step,
                        .n_commands = checkpoint->at.n_commands,
                        .bytes = cj_checkpoint_get_bytes (checkpoint),
                        .checkpoint = cj_checkpoint_ref (checkpoint) });
}

void
cj_ring_add_later (CjRing *self, const CjPlace *at, gsize bytes, CjRingLoad load, gpointer data,
                   GDestroyNotify free)
{
  Loader *loader = g_new0 (Loader, 1);

  *loader = (Loader){ 1, load, data, free };
  insert (
      self,
      (Kept){ .step = at->step, .n_commands = at->n_commands, .bytes = bytes, .loader = loader });
}

void
cj_ring_pin (CjRing *self, guint64 step)
{
  self->pin = step;
}

void
cj_ring_keep_first (CjRing *self)
{
  self->keeps_first = TRUE;
}

CjCheckpoint *
cj_ring_find (CjRing *self, guint64 step, guint n_commands)
{
  for (guint i = self->kept->len; i-- > 0;)
    {
      CjCheckpoint *found;

      if (get (self, i)->step > step || get (self, i)->n_commands > n_commands)
        continue;
      found = cj_ring_dup (self, i);
      if (found != NULL)
        return found;
      drop (self, i); /* its file is damaged */
    }
  return NULL;
}

void
cj_ring_cut (CjRing *self, guint64 step, guint n_commands)
{
  for (guint i = self->kept->len; i-- > 0;)
    if (get (self, i)->step > step || get (self, i)->n_commands > n_commands)
      drop (self, i);
}

CjRing *
cj_ring_thin (const CjRing *self, gsize budget)
{
  CjRing *copy = cj_ring_new (budget);

  copy->pin = self->pin;
  copy->keeps_first = self->keeps_first;
  copy->bytes = self->bytes;
  for (guint i = 0; i < self->kept->len; i++)
    {
      const Kept *kept = get (self, i);

      if (kept->checkpoint != NULL)
        cj_checkpoint_ref (kept->checkpoint);
      else
        g_atomic_int_inc (&kept->loader->ref_count);
      g_array_append_val (copy->kept, *kept);
    }
  thin_out (copy);
  return copy;
}
