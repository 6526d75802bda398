/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread pool that runs numbered chunks of work. What a chunk does depends on its number only, so
 * the result is the same for any number of threads. Each thread begins with a share of its own, the
 * same one every time, whose data is still in its cache; who is done early takes from the others. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CjPool CjPool;

/* `thread` counts the pool's threads from 0, the caller; for what each thread has of its own. */
typedef void (*CjChunkFunc) (gpointer context, guint chunk, guint thread);

/* A pool of `n_threads` (at least 1) threads, the calling one included. You free. */
CjPool *cj_pool_new (guint n_threads);
void cj_pool_free (CjPool *pool);

/* Who makes one list of chunks of several kinds puts so many parts of each side by side, so that a
 * thread's share has the same part of every kind, step after step, and finds it in its cache. */
#define CJ_POOL_PARTS 8

/* Runs func (context, 0 .. n_chunks-1) and returns when all are done. One caller at a time. */
void cj_pool_run (CjPool *pool, guint n_chunks, CjChunkFunc func, gpointer context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjPool, cj_pool_free)

/* What debuggers, profilers and /proc call the calling thread, up to 15 letters. */
void cj_pool_name_thread (const char *name);

G_END_DECLS
