/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers claim chunks from a counter, spin for a moment when there is nothing to do, then sleep.
 * A job is a generation number in the upper half of `ticket` and the number of chunks left in the
 * lower half: a late worker that wakes up for an old job fails its claim and touches nothing. */
#include "cj-pool.h"

#include <pthread.h>
#include <stdatomic.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#define SPINS 4000 /* about 20 us: longer than the gap between two ops, shorter than a time slice */

struct _CjPool
{
  guint n_threads;
  pthread_t *threads;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  atomic_ullong ticket;
  atomic_uint n_done;
  atomic_uint n_sleeping;
  atomic_bool quit;
  _Atomic (CjChunkFunc) func;
  _Atomic (gpointer) context;
};

static void
relax (void)
{
#if defined(__x86_64__)
  __builtin_ia32_pause ();
#endif
}

/* Claims and runs chunks of generation `generation` until there are none left. */
static void
work (CjPool *pool, guint32 generation)
{
  for (;;)
    {
      unsigned long long ticket = atomic_load (&pool->ticket);
      const guint left = (guint32) ticket;
      const CjChunkFunc func = atomic_load (&pool->func);
      const gpointer context = atomic_load (&pool->context);

      if ((guint32) (ticket >> 32) != generation || left == 0)
        return;
      if (!atomic_compare_exchange_weak (&pool->ticket, &ticket, ticket - 1))
        continue;
      func (context, left - 1);
      atomic_fetch_add (&pool->n_done, 1);
    }
}

static guint32
get_generation (CjPool *pool)
{
  return (guint32) (atomic_load (&pool->ticket) >> 32);
}

void
cj_pool_name_thread (const char *name)
{
#ifdef __linux__
  prctl (PR_SET_NAME, name);
#else
  (void) name;
#endif
}

static void *
worker_main (void *data)
{
  CjPool *pool = data;
  guint32 seen = 0;

  cj_pool_name_thread ("cj-train-pool");
  while (!atomic_load (&pool->quit))
    {
      for (guint i = 0; i < SPINS && get_generation (pool) == seen; i++)
        relax ();
      if (get_generation (pool) == seen)
        {
          pthread_mutex_lock (&pool->mutex);
          atomic_fetch_add (&pool->n_sleeping, 1);
          while (get_generation (pool) == seen && !atomic_load (&pool->quit))
            pthread_cond_wait (&pool->wake, &pool->mutex);
          atomic_fetch_sub (&pool->n_sleeping, 1);
          pthread_mutex_unlock (&pool->mutex);
        }
      seen = get_generation (pool);
      work (pool, seen);
    }
  return NULL;
}

CjPool *
cj_pool_new (guint n_threads)
{
  CjPool *pool = g_new0 (CjPool, 1);

  pool->n_threads = MAX (n_threads, 1);
  pool->threads = g_new0 (pthread_t, pool->n_threads);
  pthread_mutex_init (&pool->mutex, NULL);
  pthread_cond_init (&pool->wake, NULL);
  for (guint i = 1; i < pool->n_threads; i++)
    if (pthread_create (&pool->threads[i], NULL, worker_main, pool) != 0)
      {
        pool->n_threads = i; /* fewer threads, same results */
        break;
      }
  return pool;
}

void
cj_pool_free (CjPool *pool)
{
  pthread_mutex_lock (&pool->mutex);
  atomic_store (&pool->quit, TRUE);
  pthread_cond_broadcast (&pool->wake);
  pthread_mutex_unlock (&pool->mutex);
  for (guint i = 1; i < pool->n_threads; i++)
    pthread_join (pool->threads[i], NULL);
  pthread_cond_destroy (&pool->wake);
  pthread_mutex_destroy (&pool->mutex);
  g_free (pool->threads);
  g_free (pool);
}

void
cj_pool_run (CjPool *pool, guint n_chunks, CjChunkFunc func, gpointer context)
{
  guint32 generation;

  if (pool->n_threads == 1 || n_chunks <= 1)
    {
      for (guint i = 0; i < n_chunks; i++)
        func (context, i);
      return;
    }

  /* Nothing is left of the old job, so nobody can claim until the new ticket is out. */
  generation = get_generation (pool) + 1;
  atomic_store (&pool->n_done, 0);
  atomic_store (&pool->func, func);
  atomic_store (&pool->context, context);
  atomic_store (&pool->ticket, (unsigned long long) generation << 32 | n_chunks);
  if (atomic_load (&pool->n_sleeping) > 0)
    {
      pthread_mutex_lock (&pool->mutex);
      pthread_cond_broadcast (&pool->wake);
      pthread_mutex_unlock (&pool->mutex);
    }
  work (pool, generation);
  while (atomic_load (&pool->n_done) < n_chunks)
    relax ();
}
