/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work in a thread for an object of the main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A task for g_task_run_in_thread whose end `done` hears in the main thread, with `data` and with `object`, which
 * is held until then. The task itself has no source object: the thread may be the last to let go of
 * a task, and an object of the main thread must not end in another one. You unref. */
GTask *cju_task_new (gpointer object, GCancellable *cancellable, GAsyncReadyCallback done,
                     gpointer data);

G_END_DECLS
