/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-store.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>

#define NS G_GINT64_CONSTANT (1000000000)

struct _CjdCache
{
  CjdStore *store;
  gsize n_samples, sample_bytes, budget;
  pthread_mutex_t lock;
  guint8 **kept; /* n_samples, NULL where not kept; never changed once set; with lock */
  gsize bytes;   /* with lock */
};

CjdCache *
cjd_cache_new (CjdStore *store, gsize n_samples, gsize sample_bytes, gsize budget)
{
  CjdCache *self = g_new0 (CjdCache, 1);

  self->store = store;
  self->n_samples = n_samples;
  self->sample_bytes = sample_bytes;
  self->budget = budget;
  self->kept = g_new0 (guint8 *, n_samples + 1);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}

void
cjd_cache_free (CjdCache *self)
{
  for (gsize i = 0; i < self->n_samples; i++)
    g_free (self->kept[i]);
  g_free (self->kept);
  pthread_mutex_destroy (&self->lock);
  self->store->free (self->store);
  g_free (self);
}

/* Keeps a copy if there is room and no other thread was faster. */
static void
keep (CjdCache *self, gsize index, const void *sample)
{
  pthread_mutex_lock (&self->lock);
  if (self->kept[index] == NULL && self->bytes + self->sample_bytes <= self->budget)
    {
      self->kept[index] = g_memdup2 (sample, self->sample_bytes);
      self->bytes += self->sample_bytes;
    }
  pthread_mutex_unlock (&self->lock);
}

gboolean
cjd_cache_read (CjdCache *self, gsize index, void *out, GError **error)
{
  const guint8 *kept;

  g_return_val_if_fail (index < self->n_samples, FALSE);
  pthread_mutex_lock (&self->lock);
  kept = self->kept[index];
  pthread_mutex_unlock (&self->lock);
  if (kept != NULL)
    {
      memcpy (out, kept, self->sample_bytes);
      return TRUE;
    }
  if (!self->store->read (self->store, index, out, error))
    return FALSE;
  keep (self, index, out);
  return TRUE;
}

void
cjd_cache_identify (CjdCache *self, gsize index, GChecksum *sum)
{
  g_return_if_fail (index < self->n_samples);
  self->store->identify (self->store, index, sum);
}

CjdStamp
cjd_stamp_take (const char *path)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return (CjdStamp){ 0 };
  return (CjdStamp){
    .device = (guint64) info.st_dev,
    .inode = (guint64) info.st_ino,
    .size = (guint64) info.st_size,
    .modified = (gint64) info.st_mtim.tv_sec * NS + info.st_mtim.tv_nsec,
    .changed = (gint64) info.st_ctim.tv_sec * NS + info.st_ctim.tv_nsec,
  };
}

CjdStamp *
cjd_stamp_take_all (const GPtrArray *paths)
{
  CjdStamp *stamps = g_new (CjdStamp, paths->len + 1);

  for (guint i = 0; i < paths->len; i++)
    stamps[i] = cjd_stamp_take (paths->pdata[i]);
  return stamps;
}

gsize
cjd_cache_get_bytes (CjdCache *self)
{
  gsize bytes;

  pthread_mutex_lock (&self->lock);
  bytes = self->bytes;
  pthread_mutex_unlock (&self->lock);
  return bytes;
}
