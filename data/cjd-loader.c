/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed that has the next batch ready: while the trainer computes, a thread fills the batch that the
 * trainer said it will ask for next. What a batch holds depends on the question alone, so it is the
 * same bits whether it was ready, still under way, or never expected. */
#include "cjd-dataset.h"

#include <pthread.h>
#include <string.h>

typedef enum
{
  IDLE,
  ASKED,
  READY,
  ENDING
} State;

typedef struct
{
  CjFeed feed;
  CjFeed *inner; /* the thread's while ASKED, else the caller's */
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  State state; /* with lock */
  /* The batch in hand: written by the caller while IDLE or READY. */
  guint32 *indices;
  guint n, room;
  guint64 epoch, seed;
  CjTensor *x, *y;
} Loader;

static void *
load (void *data)
{
  Loader *self = data;

  pthread_mutex_lock (&self->lock);
  while (self->state != ENDING)
    {
      if (self->state == ASKED)
        {
          pthread_mutex_unlock (&self->lock);
          self->inner->fill (self->inner, self->indices, self->n, self->epoch, self->seed, self->x,
                             self->y);
          pthread_mutex_lock (&self->lock);
          self->state = READY;
          pthread_cond_broadcast (&self->changed);
        }
      else
        pthread_cond_wait (&self->changed, &self->lock);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

static void
set_state (Loader *self, State state)
{
  pthread_mutex_lock (&self->lock);
  self->state = state;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

/* Waits until the thread no longer works; then inner and the batch are the caller's. */
static State
settle (Loader *self)
{
  State state;

  pthread_mutex_lock (&self->lock);
  while (self->state == ASKED)
    pthread_cond_wait (&self->changed, &self->lock);
  state = self->state;
  pthread_mutex_unlock (&self->lock);
  return state;
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
  set_state (self, ASKED);
}

static gboolean
is_ready (const Loader *self, const guint32 *indices, guint n, guint64 epoch, guint64 seed)
{
  return n == self->n && epoch == self->epoch && seed == self->seed
         && memcmp (indices, self->indices, sizeof *indices * n) == 0;
}

static void
fill (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
      CjTensor *y)
{
  Loader *self = (Loader *) feed;
  const gsize x_bytes = (gsize) cj_shape_size (&feed->x_shape) * cj_dtype_size (feed->x_dtype);
  const gsize y_bytes = (gsize) cj_shape_size (&feed->y_shape) * cj_dtype_size (feed->y_dtype);

  if (settle (self) == READY && is_ready (self, indices, n, epoch, seed))
    {
      memcpy (x->data, self->x->data, x_bytes * n);
      if (y != NULL)
        memcpy (y->data, self->y->data, y_bytes * n);
    }
  else
    self->inner->fill (self->inner, indices, n, epoch, seed, x, y);
  feed->problem = self->inner->problem;
}

static void
free_loader (CjFeed *feed)
{
  Loader *self = (Loader *) feed;

  settle (self);
  set_state (self, ENDING);
  pthread_join (self->thread, NULL);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->changed);
  g_clear_pointer (&self->x, cj_tensor_unref);
  g_clear_pointer (&self->y, cj_tensor_unref);
  g_free (self->indices);
  cj_feed_free (self->inner);
  g_free (self);
}

CjFeed *
cjd_loader_new (CjFeed *inner)
{
  Loader *self = g_new0 (Loader, 1);

  self->feed = *inner;
  self->inner = inner;
  self->feed.fill = fill;
  self->feed.expect = expect;
  self->feed.free = free_loader;
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->changed, NULL);
  if (pthread_create (&self->thread, NULL, load, self) != 0)
    g_error ("The loader thread could not be started.");
  return &self->feed;
}
