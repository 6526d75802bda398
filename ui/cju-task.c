/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-task.h"

typedef struct
{
  GObject *object;
  GAsyncReadyCallback done;
  gpointer data;
} Held;

static void
on_done (GObject *none, GAsyncResult *result, gpointer data)
{
  Held *held = data;

  (void) none;
  held->done (held->object, result, held->data);
  g_object_unref (held->object);
  g_free (held);
}

GTask *
cju_task_new (gpointer object, GCancellable *cancellable, GAsyncReadyCallback done, gpointer data)
{
  Held *held = g_new (Held, 1);

  held->object = g_object_ref (object);
  held->done = done;
  held->data = data;
  return g_task_new (NULL, cancellable, on_done, held);
}
