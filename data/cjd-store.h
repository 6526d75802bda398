/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples that stay in their files until somebody asks for one. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CjdStore CjdStore;

/* What a reader fills in. */
struct _CjdStore
{
  /* Decodes sample `index` into `out`, all its bytes. Any threads, at the same time. Errors name the
   * file. */
  gboolean (*read) (CjdStore *store, gsize index, void *out, GError **error);
  void (*free) (CjdStore *store);
  /* Adds what decides about the numbers of sample `index`, without reading them: its file, as it was
   * when the store was made (CjdStamp), and how it is read. */
  void (*identify) (CjdStore *store, gsize index, GChecksum *sum);
};

/* What tells a file from any other, and from itself after somebody wrote to it. Taken before the file is
 * read for the first time: what is read later is at worst newer than its stamp, and no later stamp is the
 * same. All 0: there is no such file. */
typedef struct
{
  guint64 device, inode, size;
  gint64 modified, changed; /* ns */
} CjdStamp;

CjdStamp cjd_stamp_take (const char *path);

/* Of files, in their order. You free. */
CjdStamp *cjd_stamp_take_all (const GPtrArray *paths);

/* Decoded samples of a store, kept up to a number of bytes. What was read first stays: an epoch asks
 * for every sample once, so throwing out the oldest would throw out what comes next. */
typedef struct _CjdCache CjdCache;

/* Takes the store of n_samples samples of `sample_bytes` each. You free. */
CjdCache *cjd_cache_new (CjdStore *store, gsize n_samples, gsize sample_bytes, gsize budget);
void cjd_cache_free (CjdCache *cache);

/* Copies a sample out of the cache or decodes it. Any threads, at the same time. */
gboolean cjd_cache_read (CjdCache *cache, gsize index, void *out, GError **error);

/* Adds what decides about the numbers of a sample. Any thread. */
void cjd_cache_identify (CjdCache *cache, gsize index, GChecksum *sum);

/* Bytes of samples kept now; at most the budget. */
gsize cjd_cache_get_bytes (CjdCache *cache);

G_END_DECLS
