/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed that has the next batch ready: while the trainer computes, threads fill the batch that the
 * trainer said it will ask for next, each a share of its rows. What a row holds depends on the question
 * alone, so it is the same bits whether it was ready, still under way, or never expected, and whoever
 * filled it. */
#include "cjd-dataset.h"

#include <pthread.h>
#include <string.h>

typedef struct _Loader Loader;

typedef struct
{
  Loader *loader;
  CjFeed *feed; /* the thread's while the batch is under way, else the caller's */
  guint index;
  guint64 done; /* batches that it has filled; with lock */
  pthread_t thread;
} Worker;

struct _Loader
{
  CjFeed feed;
  Worker workers[CJD_MAX_LOADERS];
  guint n_workers;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  guint64 asked;   /* batches asked for; with lock */
  gboolean ready;  /* the batch in hand is one that was asked for */
  gboolean ending; /* with lock */
  /* The batch in hand: written by the caller while no worker is behind `asked`. */
  guint32 *indices;
  guint n, room;
  guint64 epoch, seed;
  CjTensor *x, *y;
};

/* The tensor from a row on; borrows its data. */
static CjTensor
view_from (const CjTensor *tensor, const CjShape *sample, guint row)
{
  CjTensor view = *tensor;

  view.data = (char *) tensor->data
              + (gsize) row * (gsize) cj_shape_size (sample) * cj_dtype_size (tensor->dtype);
  return view;
}

/* The rows of one worker. */
static void
fill_share (const Loader *self, const Worker *worker)
{
  const guint first = (guint) ((guint64) self->n * worker->index / self->n_workers);
  const guint end = (guint) ((guint64) self->n * (worker->index + 1) / self->n_workers);
  CjTensor x = view_from (self->x, &self->feed.x_shape, first);
  CjTensor y = view_from (self->y, &self->feed.y_shape, first);

  if (end > first)
    worker->feed->fill (worker->feed, self->indices + first, end - first, self->epoch, self->seed,
                        &x, &y);
}

static void *
load (void *data)
{
  Worker *worker = data;
  Loader *self = worker->loader;

  pthread_mutex_lock (&self->lock);
  while (!self->ending)
    {
      if (worker->done < self->asked)
        {
          pthread_mutex_unlock (&self->lock);
          fill_share (self, worker);
          pthread_mutex_lock (&self->lock);
          worker->done++;
          pthread_cond_broadcast (&self->changed);
        }
      else
        pthread_cond_wait (&self->changed, &self->lock);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

/* Waits until no thread works; then the feeds and the batch are the caller's. */
static void
settle (Loader *self)
{
  pthread_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n_workers; i++)
    while (self->workers[i].done < self->asked)
      pthread_cond_wait (&self->changed, &self->lock);
  pthread_mutex_unlock (&self->lock);
}

/* Room for n samples; only the first batch of a run allocates. */
static void
make_room (Loader *self, guint n)
{
  const CjShape x = cj_shape_batched (&self->feed.x_shape, n);
  const CjShape y = cj_shape_batched (&self->feed.y_shape, n);

  if (n <= self->room)
    return;
  g_clear_pointer (&self->x, cj_tensor_unref);
  g_clear_pointer (&self->y, cj_tensor_unref);
  g_free (self->indices);
  self->room = n;
  self->indices = g_new (guint32, n);
  self->x = cj_tensor_new (self->feed.x_dtype, &x);
  self->y = cj_tensor_new (self->feed.y_dtype, &y);
}

static void
expect (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed)
{
  Loader *self = (Loader *) feed;

  settle (self);
  make_room (self, n);
  memcpy (self->indices, indices, sizeof *indices * n);
  self->n = n;
  self->epoch = epoch;
  self->seed = seed;
  self->ready = TRUE;
  pthread_mutex_lock (&self->lock);
  self->asked++;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

static gboolean
is_ready (const Loader *self, const guint32 *indices, guint n, guint64 epoch, guint64 seed)
{
  return self->ready && n == self->n && epoch == self->epoch && seed == self->seed
         && memcmp (indices, self->indices, sizeof *indices * n) == 0;
}

static void
fill (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
      CjTensor *y)
{
  Loader *self = (Loader *) feed;
  const gsize x_bytes = (gsize) cj_shape_size (&feed->x_shape) * cj_dtype_size (feed->x_dtype);
  const gsize y_bytes = (gsize) cj_shape_size (&feed->y_shape) * cj_dtype_size (feed->y_dtype);

  settle (self);
  if (self->n_workers == 0) /* no thread could be started */
    self->workers[0].feed->fill (self->workers[0].feed, indices, n, epoch, seed, x, y);
  else
    {
      if (!is_ready (self, indices, n, epoch, seed))
        {
          expect (feed, indices, n, epoch, seed);
          settle (self);
        }
      memcpy (x->data, self->x->data, x_bytes * n);
      if (y != NULL)
        memcpy (y->data, self->y->data, y_bytes * n);
    }
  for (guint i = 0; i < MAX (self->n_workers, 1) && feed->problem == NULL; i++)
    feed->problem = self->workers[i].feed->problem;
}

static void
free_loader (CjFeed *feed)
{
  Loader *self = (Loader *) feed;

  settle (self);
  pthread_mutex_lock (&self->lock);
  self->ending = TRUE;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->n_workers; i++)
    pthread_join (self->workers[i].thread, NULL);
  for (guint i = 0; i < CJD_MAX_LOADERS; i++)
    if (self->workers[i].feed != NULL)
      cj_feed_free (self->workers[i].feed);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->changed);
  g_clear_pointer (&self->x, cj_tensor_unref);
  g_clear_pointer (&self->y, cj_tensor_unref);
  g_free (self->indices);
  g_free (self);
}

CjFeed *
cjd_loader_new (CjFeed *const *feeds, guint n)
{
  Loader *self = g_new0 (Loader, 1);
  guint started = 0;

  g_return_val_if_fail (n >= 1 && n <= CJD_MAX_LOADERS, NULL);
  self->feed = *feeds[0];
  self->feed.fill = fill;
  self->feed.expect = expect;
  self->feed.free = free_loader;
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->changed, NULL);
  for (guint i = 0; i < n; i++)
    self->workers[i] = (Worker){ .loader = self, .feed = feeds[i], .index = i };
  while (started < n
         && pthread_create (&self->workers[started].thread, NULL, load, &self->workers[started])
                == 0)
    started++;
  self->n_workers = started; /* read by the threads only after a batch was asked for */
  if (started == 0)
    self->feed.expect = NULL;
  return &self->feed;
}
