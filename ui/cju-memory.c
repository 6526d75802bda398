/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Workers come and go here, with programs of some megabytes each. Left to itself glibc gives every thread
 * a heap of its own and keeps what was freed in each: 5 MiB more for every window opened and closed. Nothing
 * is allocated in a training step, so two heaps are enough. The picture of a whole window, 4 MiB on every
 * frame that draws all of it, stays below both thresholds. */
#define MMAP_BYTES (16 << 20)
#define KEPT_BYTES (8 << 20)

void
cju_memory_begin (void)
{
#ifdef __GLIBC__
  mallopt (M_ARENA_MAX, 2);
  mallopt (M_MMAP_THRESHOLD, MMAP_BYTES);
  mallopt (M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

static guint waiting;

static gboolean
trim (gpointer data)
{
  (void) data;
  waiting = 0;
#ifdef __GLIBC__
  malloc_trim (0);
#endif
  return G_SOURCE_REMOVE;
}

void
cju_memory_trim (void)
{
  if (waiting == 0)
    waiting = g_timeout_add_full (G_PRIORITY_LOW, 500, trim, NULL, NULL);
}
