/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-job.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

struct _CjlJob
{
  CjlJobFunc func;
  gpointer data;
  GDestroyNotify free_data, free_result;
  pthread_t thread;
  gint64 begin; /* monotonic */

  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t finished;
  gboolean cancelled, done;
  gboolean abandoned; /* the thread is the owner */
  double progress;
  gpointer result;
  GError *error;
};

/* Those that were abandoned and still work. Nobody but the end of the process asks for them: it must not
 * take from under them what they work with. */
static pthread_mutex_t abandoned_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t abandoned_ended = PTHREAD_COND_INITIALIZER;
static guint n_abandoned;

static void
wait_for_abandoned (void)
{
  pthread_mutex_lock (&abandoned_lock);
  while (n_abandoned > 0)
    pthread_cond_wait (&abandoned_ended, &abandoned_lock);
  pthread_mutex_unlock (&abandoned_lock);
}

static void
wait_at_exit (void)
{
  atexit (wait_for_abandoned);
}

static void
count_abandoned (int more)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, wait_at_exit);
  pthread_mutex_lock (&abandoned_lock);
  n_abandoned += (guint) more;
  pthread_cond_broadcast (&abandoned_ended);
  pthread_mutex_unlock (&abandoned_lock);
}

/* No other thread has it any more. */
static void
destroy (CjlJob *self)
{
  if (self->result != NULL)
    self->free_result (self->result);
  g_clear_error (&self->error);
  pthread_cond_destroy (&self->finished);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static void
put_result (CjlJob *self, gpointer result)
{
  if (self->result != NULL)
    self->free_result (self->result);
  self->result = result;
}

static gpointer
run_thread (gpointer data)
{
  CjlJob *self = data;
  GError *error = NULL;
  gpointer result = self->func (self, self->data, &error);
  gboolean abandoned;

  if (self->free_data != NULL)
    self->free_data (self->data);
  pthread_mutex_lock (&self->lock);
  if (result != NULL)
    put_result (self, result);
  self->error = error;
  self->done = TRUE;
  abandoned = self->abandoned;
  pthread_cond_broadcast (&self->finished);
  pthread_mutex_unlock (&self->lock);
  if (abandoned)
    {
      destroy (self);
      count_abandoned (-1);
    }
  return NULL;
}

CjlJob *
cjl_job_new (CjlJobFunc func, gpointer data, GDestroyNotify free_data, GDestroyNotify free_result)
{
  CjlJob *self = g_new0 (CjlJob, 1);

  self->func = func;
  self->data = data;
  self->free_data = free_data;
  self->free_result = free_result;
  self->begin = g_get_monotonic_time ();
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->finished, NULL);
  if (pthread_create (&self->thread, NULL, run_thread, self) != 0)
    g_error ("no thread could be made for a job");
  return self;
}

void
cjl_job_free (CjlJob *self)
{
  cjl_job_cancel (self);
  pthread_join (self->thread, NULL);
  destroy (self);
}

void
cjl_job_abandon (CjlJob *self)
{
  gboolean done;

  pthread_mutex_lock (&self->lock);
  self->cancelled = TRUE;
  done = self->done;
  if (!done)
    {
      self->abandoned = TRUE;
      count_abandoned (1);
      pthread_detach (self->thread); /* it cannot end before this lock is open */
    }
  pthread_mutex_unlock (&self->lock);
  if (done)
    cjl_job_free (self);
}

void
cjl_job_cancel (CjlJob *self)
{
  pthread_mutex_lock (&self->lock);
  self->cancelled = TRUE;
  pthread_mutex_unlock (&self->lock);
}

gboolean
cjl_job_is_cancelled (CjlJob *self)
{
  gboolean cancelled;

  if (self == NULL)
    return FALSE;
  pthread_mutex_lock (&self->lock);
  cancelled = self->cancelled;
  pthread_mutex_unlock (&self->lock);
  return cancelled;
}

gboolean
cjl_job_is_done (CjlJob *self)
{
  gboolean done;

  pthread_mutex_lock (&self->lock);
  done = self->done;
  pthread_mutex_unlock (&self->lock);
  return done;
}

double
cjl_job_get_progress (CjlJob *self)
{
  double progress;

  pthread_mutex_lock (&self->lock);
  progress = self->progress;
  pthread_mutex_unlock (&self->lock);
  return progress;
}

double
cjl_job_get_seconds_left (CjlJob *self)
{
  const double progress = cjl_job_get_progress (self);
  const double seconds = (double) (g_get_monotonic_time () - self->begin) / G_USEC_PER_SEC;

  return progress > 0.02 ? seconds * (1 - progress) / progress : NAN;
}

gpointer
cjl_job_take_result (CjlJob *self)
{
  gpointer result;

  pthread_mutex_lock (&self->lock);
  result = g_steal_pointer (&self->result);
  pthread_mutex_unlock (&self->lock);
  return result;
}

GError *
cjl_job_dup_error (CjlJob *self)
{
  GError *error;

  pthread_mutex_lock (&self->lock);
  error = self->error != NULL ? g_error_copy (self->error) : NULL;
  pthread_mutex_unlock (&self->lock);
  return error;
}

void
cjl_job_wait (CjlJob *self)
{
  pthread_mutex_lock (&self->lock);
  while (!self->done)
    pthread_cond_wait (&self->finished, &self->lock);
  pthread_mutex_unlock (&self->lock);
}

void
cjl_job_set_progress (CjlJob *self, double progress)
{
  if (self == NULL)
    return;
  pthread_mutex_lock (&self->lock);
  self->progress = CLAMP (progress, 0, 1);
  pthread_mutex_unlock (&self->lock);
}

gboolean
cjl_job_go_on (CjlJob *self, double progress)
{
  cjl_job_set_progress (self, progress);
  return !cjl_job_is_cancelled (self);
}

void
cjl_job_leave (CjlJob *self, gpointer partial)
{
  pthread_mutex_lock (&self->lock);
  put_result (self, partial);
  pthread_mutex_unlock (&self->lock);
}

void
cjl_job_leave_copy (CjlJob *self, gconstpointer result, CjlDupFunc dup)
{
  if (self != NULL)
    cjl_job_leave (self, dup (result));
}

gboolean
cjl_job_part_go_on (double progress, gpointer part)
{
  const CjlJobPart *self = part;

  return cjl_job_go_on (self->job, self->begin + self->share * progress);
}
