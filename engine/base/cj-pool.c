/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers claim chunks from their share, then from those of others, spin for a moment when there is
 * nothing to do, then sleep. A share is one word: the job's number, the first chunk left and the one
 * behind the last. A late worker that wakes up for an old job fails its claim and touches nothing. */
#ifdef __linux__
#define _GNU_SOURCE /* sched_getcpu */
#endif
#include "cj-pool.h"

#include <pthread.h>
#ifdef __linux__
#include <sched.h>
#endif
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <fcntl.h>
#include <sys/prctl.h>
#endif

#define SPINS 4000 /* about 20 us: longer than the gap between two ops, shorter than a time slice */

/* Bits of a share: job, begin, end. */
#define BITS 20
#define MAX_CHUNKS ((1u << BITS) - 1)
#define JOBS ((1u << (64 - 2 * BITS)) - 1)

/* On a cache line of its own, or every claim would take the line from the others. */
typedef struct
{
  _Alignas(64) atomic_ullong range;
} Share;

struct _CjPool
{
  guint n_threads;
  pthread_t *threads;
  Share *shares; /* by thread */
  pthread_mutex_t mutex;
  pthread_cond_t wake, done;
  atomic_uint job;
  atomic_uint n_left; /* chunks not done */
  atomic_uint n_sleeping;
  atomic_bool caller_sleeps;
  atomic_bool quit;
  atomic_int caller_cpu; /* where the thread runs that waits for the others; -1: not known */
  atomic_uint n_started; /* threads that took a number */
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

#define LOOK 12000 /* us after which a worker looks how long it had to wait for its processor */
#define TURN                                                                                       \
  1000 /* us of work, then of rest, of a worker that is besieged: shorter than a time slice */
#define BESIEGED 1500000 /* us until it tries again without rests */

/* What a worker knows of others who want its processor. Times in us. */
typedef struct
{
  CjPool *pool;
  int file;     /* the kernel's account of the thread, -1: none */
  gint64 since; /* when it last looked or rested */
  gint64 besieged;
  gint64 waited; /* in all, when it last looked */
} Rivals;

static Rivals
find_rivals (CjPool *pool)
{
  Rivals rivals = { .pool = pool, .file = -1 };

#ifdef __linux__
  rivals.file = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
#endif
  return rivals;
}

/* How long the thread was ready but not running, in us: the second number of its account, of ns. */
static gint64
read_waited (const Rivals *rivals)
{
  char text[128] = "";
  const gssize n = pread (rivals->file, text, sizeof text - 1, 0);
  const char *second = n > 0 ? strchr (text, ' ') : NULL;

  return second != NULL ? g_ascii_strtoll (second, NULL, 10) / 1000 : 0;
}

/* Where two threads of ours share a processor and a program that never rests has another to itself, the
 * system leaves it so, for one more move would only turn it round. Then a worker goes where the thread
 * that waits for it is not, and may go anywhere again from there. */
static void
part_from_caller (const Rivals *rivals)
{
#ifdef __linux__
  const int caller = atomic_load (&rivals->pool->caller_cpu);
  cpu_set_t all, others;

  if (caller < 0 || caller >= CPU_SETSIZE || sched_getcpu () != caller
      || sched_getaffinity (0, sizeof all, &all) != 0)
    return;
  others = all;
  CPU_CLR (caller, &others);
  if (CPU_COUNT (&others) == 0 || sched_setaffinity (0, sizeof others, &others) != 0)
    return;
  sched_setaffinity (0, sizeof all, &all);
#else
  (void) rivals;
#endif
}

/* A worker whose processor a program wants that never rests loses it again and again. If that happens
 * within a chunk, all wait for it. So it rests by itself, between two chunks, as long as it has worked:
 * the other gets its half, and nobody waits. With one of two processors taken in this way throughput
 * rose from two thirds of the fair share to all of it. Who only wants a moment, as a window that draws,
 * is let in by the system. */
static void
give_way (Rivals *rivals)
{
  const gint64 now = g_get_monotonic_time ();

  if (now < rivals->besieged && now - rivals->since > TURN)
    {
      part_from_caller (rivals);
      g_usleep (TURN);
      rivals->since = g_get_monotonic_time ();
    }
  else if (now >= rivals->besieged && now - rivals->since > LOOK && rivals->file >= 0)
    {
      const gint64 waited = read_waited (rivals);

      /* more than a third of the time; the first look after a rest only takes the count */
      if (rivals->waited > 0 && now - rivals->since < 2 * LOOK
          && 3 * (waited - rivals->waited) > now - rivals->since)
        rivals->besieged = now + BESIEGED;
      rivals->waited = rivals->besieged > now ? 0 : waited;
      rivals->since = now;
    }
}

static unsigned long long
make_range (guint job, guint begin, guint end)
{
  return (unsigned long long) job << 2 * BITS | (unsigned long long) begin << BITS | end;
}

/* Claims and runs chunks of a share, from the front of one's own and from the back of another's, where
 * its owner comes last. */
static void
work_share (CjPool *pool, guint job, guint owner, guint thread, Rivals *rivals)
{
  atomic_ullong *range = &pool->shares[owner].range;

  for (;;)
    {
      unsigned long long now = atomic_load (range);
      const CjChunkFunc func = atomic_load (&pool->func);
      const gpointer context = atomic_load (&pool->context);
      const guint begin = (guint) (now >> BITS) & MAX_CHUNKS, end = (guint) now & MAX_CHUNKS;
      const gboolean own = owner == thread;

      if ((guint) (now >> 2 * BITS) != job || begin == end)
        return;
      if (!atomic_compare_exchange_weak (range, &now, make_range (job, begin + own, end - !own)))
        continue;
      func (context, own ? begin : end - 1, thread);
      if (atomic_fetch_sub (&pool->n_left, 1) == 1 && atomic_load (&pool->caller_sleeps))
        {
          pthread_mutex_lock (&pool->mutex);
          pthread_cond_signal (&pool->done);
          pthread_mutex_unlock (&pool->mutex);
        }
      if (rivals != NULL)
        give_way (rivals);
    }
}

static void
work (CjPool *pool, guint job, guint thread, Rivals *rivals)
{
  for (guint i = 0; i < pool->n_threads; i++)
    work_share (pool, job, (thread + i) % pool->n_threads, thread, rivals);
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
  const guint thread = atomic_fetch_add (&pool->n_started, 1) + 1;
  Rivals rivals = find_rivals (pool);
  guint seen = 0;

  cj_pool_name_thread ("cj-train-pool");
  while (!atomic_load (&pool->quit))
    {
      for (guint i = 0; i < SPINS && atomic_load (&pool->job) == seen; i++)
        relax ();
      if (atomic_load (&pool->job) == seen)
        {
          pthread_mutex_lock (&pool->mutex);
          atomic_fetch_add (&pool->n_sleeping, 1);
          while (atomic_load (&pool->job) == seen && !atomic_load (&pool->quit))
            pthread_cond_wait (&pool->wake, &pool->mutex);
          atomic_fetch_sub (&pool->n_sleeping, 1);
          pthread_mutex_unlock (&pool->mutex);
        }
      seen = atomic_load (&pool->job);
      work (pool, seen, thread, &rivals);
    }
  if (rivals.file >= 0)
    close (rivals.file);
  return NULL;
}

CjPool *
cj_pool_new (guint n_threads)
{
  CjPool *pool = g_new0 (CjPool, 1);

  pool->n_threads = MAX (n_threads, 1);
  pool->threads = g_new0 (pthread_t, pool->n_threads);
  pool->shares = g_aligned_alloc0 (pool->n_threads, sizeof (Share), _Alignof(Share));
  pthread_mutex_init (&pool->mutex, NULL);
  pthread_cond_init (&pool->wake, NULL);
  pthread_cond_init (&pool->done, NULL);
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
  pthread_cond_destroy (&pool->done);
  pthread_mutex_destroy (&pool->mutex);
  g_aligned_free (pool->shares);
  g_free (pool->threads);
  g_free (pool);
}

/* The caller has nothing left to claim. A thread that the system took off its processor in the middle of
 * a chunk can go on here, once this one sleeps; that is why it does not spin for long. */
static void
wait_for_others (CjPool *pool)
{
  for (guint i = 0; i < SPINS && atomic_load (&pool->n_left) > 0; i++)
    relax ();
  if (atomic_load (&pool->n_left) == 0)
    return;
  pthread_mutex_lock (&pool->mutex);
  atomic_store (&pool->caller_sleeps, TRUE);
  while (atomic_load (&pool->n_left) > 0)
    pthread_cond_wait (&pool->done, &pool->mutex);
  atomic_store (&pool->caller_sleeps, FALSE);
  pthread_mutex_unlock (&pool->mutex);
}

void
cj_pool_run (CjPool *pool, guint n_chunks, CjChunkFunc func, gpointer context)
{
  guint job;

  g_return_if_fail (n_chunks <= MAX_CHUNKS);
  if (pool->n_threads == 1 || n_chunks <= 1)
    {
      for (guint i = 0; i < n_chunks; i++)
        func (context, i, 0);
      return;
    }

  /* Nothing is left of the old job, so nobody can claim until the new shares are out. */
  job = (atomic_load (&pool->job) + 1) & JOBS;
  atomic_store (&pool->n_left, n_chunks);
  atomic_store (&pool->func, func);
  atomic_store (&pool->context, context);
  for (guint i = 0; i < pool->n_threads; i++)
    atomic_store (&pool->shares[i].range,
                  make_range (job, (guint) ((guint64) n_chunks * i / pool->n_threads),
                              (guint) ((guint64) n_chunks * (i + 1) / pool->n_threads)));
#ifdef __linux__
  atomic_store_explicit (&pool->caller_cpu, sched_getcpu (), memory_order_relaxed);
#endif
  atomic_store (&pool->job, job);
  if (atomic_load (&pool->n_sleeping) > 0)
    {
      pthread_mutex_lock (&pool->mutex);
      pthread_cond_broadcast (&pool->wake);
      pthread_mutex_unlock (&pool->mutex);
    }
  work (pool, job, 0, NULL);
  wait_for_others (pool);
}
