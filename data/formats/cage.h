/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A place for code that is not ours to read files that are not ours. It runs in a child process that can do
 * nothing but count and write its answer: on Linux the kernel refuses it every other call (seccomp), so it
 * opens no file, starts no program and reaches no network; memory, time and answer have limits. If it
 * crashes, this process does not. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gsize memory; /* bytes, beyond what this process has */
  gsize output; /* bytes */
  guint seconds;
} CjdCageLimits;

/* Reads `size` bytes and writes to the file `out`. It is in a child of a process with threads: GLib is
 * not for it, only libc and the library that is caged. */
typedef void (*CjdCageFunc) (const void *bytes, gsize size, guint flags, int out);

/* All that `func` wrote until it returned, crashed or met a limit: the reader knows by an end mark of its
 * own whether it is whole. NULL: there can be no child. Any thread. You unref. */
GBytes *cjd_cage_run (CjdCageFunc func, const void *bytes, gsize size, guint flags,
                      const CjdCageLimits *limits, GError **error);

G_END_DECLS
