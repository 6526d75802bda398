/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-features-private.h"

#include "cj-file.h"
#include "cjl-features.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <utime.h>

#define MAGIC G_GUINT64_CONSTANT (0x0131746665666a43) /* "Cjfeft1", and the order of bytes */
#define SUFFIX ".features"
#define DIGEST 64 /* hexadecimal digits of SHA-256 */

typedef struct
{
  guint64 magic, n, n_floats, sum;
  char key[DIGEST];
} Header;

static gsize
get_known_room (gsize n)
{
  return (n + 63) / 64 * 64;
}

/* Four lanes of FNV-1a on 64 bits at a time: to find damage, not enemies. */
static guint64
add_up (const guint8 *bytes, gsize size)
{
  const guint64 prime = G_GUINT64_CONSTANT (0x100000001b3);
  guint64 lanes[4] = { G_GUINT64_CONSTANT (0xcbf29ce484222325), 1, 2, 3 }, sum = size;
  gsize i = 0;

  for (; i + sizeof lanes <= size; i += sizeof lanes)
    {
      guint64 words[4];

      memcpy (words, bytes + i, sizeof words);
      for (guint k = 0; k < 4; k++)
        {
          lanes[k] = (lanes[k] ^ words[k]) * prime;
          lanes[k] ^= lanes[k] >> 32;
        }
    }
  for (; i < size; i++)
    sum = (sum ^ bytes[i]) * prime;
  for (guint k = 0; k < 4; k++)
    sum = (sum ^ lanes[k]) * prime;
  return sum;
}

char *
cjl_features_dup_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "cajal", "features", NULL);
}

/* --- room --- */

typedef struct
{
  char *path;
  guint64 size;
  gint64 used;
} Old;

static void
clear_old (gpointer data)
{
  g_free (((Old *) data)->path);
}

static int
compare_use (gconstpointer a, gconstpointer b)
{
  const Old *x = a, *y = b;

  return x->used < y->used ? -1 : x->used > y->used;
}

/* Whether a name is one that this file gives. */
static gboolean
is_ours (const char *name)
{
  return strlen (name) == DIGEST + strlen (SUFFIX) && strspn (name, "0123456789abcdef") == DIGEST
         && g_str_has_suffix (name, SUFFIX);
}

void
cjl_features_trim (const char *folder, guint64 bytes)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) files = g_array_new (FALSE, FALSE, sizeof (Old));
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  guint64 total = bytes;
  const char *name;

  g_array_set_clear_func (files, clear_old);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Old old = { .path = g_build_filename (folder, name, NULL) };
      GStatBuf info;

      if (!is_ours (name) || g_lstat (old.path, &info) != 0 || !S_ISREG (info.st_mode))
        {
          g_free (old.path);
          continue;
        }
      old.size = (guint64) info.st_size;
      old.used = (gint64) info.st_mtime;
      total += old.size;
      g_array_append_val (files, old);
    }
  g_array_sort (files, compare_use);
  for (guint i = 0; i < files->len; i++)
    {
      const Old *old = &g_array_index (files, Old, i);

      if (total <= CJL_FEATURES_BUDGET
          && now - old->used < (gint64) CJL_FEATURES_DAYS * 24 * 60 * 60)
        continue;
      if (g_unlink (old->path) == 0)
        total -= old->size;
    }
  cj_file_sweep (folder);
}

/* --- one file --- */

/* What is on the disk, if it is exactly this; what is not, is made again. */
static gboolean
load (CjlFeatureFile *self, const Header *header)
{
  FILE *stream = g_fopen (self->path, "rbe");
  const Header *found = (const Header *) self->bytes;
  gboolean good = FALSE;

  if (stream == NULL)
    return FALSE;
  good = fread (self->bytes, 1, self->size, stream) == self->size && fgetc (stream) == EOF;
  fclose (stream);
  good = good && found->magic == MAGIC && found->n == header->n
         && found->n_floats == header->n_floats
         && memcmp (found->key, header->key, sizeof found->key) == 0
         && found->sum == add_up (self->bytes + sizeof *found, self->size - sizeof *found);
  for (gsize i = 0; i < self->n && good; i++)
    good = self->known[i] <= 1;
  if (!good)
    {
      memset (self->bytes, 0, self->size);
      return FALSE;
    }
  for (gsize i = 0; i < self->n; i++)
    self->n_known += self->known[i];
  self->n_written = self->n_known;
  g_utime (self->path, NULL); /* it was of use today */
  return TRUE;
}

CjlFeatureFile *
cjl_feature_file_open (const char *network, const char *data, gsize n, gsize n_floats)
{
  g_autoptr (CjlFeatureFile) self = g_new0 (CjlFeatureFile, 1);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *folder = cjl_features_dup_folder (), *name = NULL;
  Header header = { .magic = MAGIC, .n = n, .n_floats = n_floats };

  self->n = n;
  self->n_floats = n_floats;
  self->size = sizeof header + get_known_room (n) + sizeof (float) * n * n_floats;
  self->bytes = g_try_malloc0 (self->size);
  if (self->bytes == NULL)
    return NULL;
  self->known = self->bytes + sizeof header;
  self->rows = (float *) (self->known + get_known_room (n));
  g_checksum_update (sum, (const guchar *) CAJAL_VERSION, -1); /* another may compute otherwise */
  g_checksum_update (sum, (const guchar *) network, -1);
  g_checksum_update (sum, (const guchar *) data, -1);
  memcpy (header.key, g_checksum_get_string (sum), sizeof header.key);
  name = g_strconcat (g_checksum_get_string (sum), SUFFIX, NULL);
  self->path = g_build_filename (folder, name, NULL);
  if (!load (self, &header))
    memcpy (self->bytes, &header, sizeof header);
  return g_steal_pointer (&self);
}

/* A cache that cannot be written is none: the run has its features all the same. */
static gpointer
write_out (gpointer data)
{
  CjlFeatureFile *self = data;
  Header *header = (Header *) self->bytes;
  g_autofree char *folder = g_path_get_dirname (self->path);

  header->sum = add_up (self->bytes + sizeof *header, self->size - sizeof *header);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return NULL;
  g_unlink (self->path); /* it need not be kept while the new one is written, nor counted */
  cjl_features_trim (folder, self->size);
  if (cj_file_write (self->path, self->bytes, self->size, NULL, NULL, NULL))
    self->n_written = self->n_known;
  return NULL;
}

void
cjl_feature_file_keep (CjlFeatureFile *self, const guint32 *indices, guint n, const float *rows)
{
  if (self->n_known == self->n)
    return;
  for (guint i = 0; i < n; i++)
    {
      const float *row = rows + i * self->n_floats;
      gboolean good = !self->known[indices[i]];

      for (gsize k = 0; k < self->n_floats && good; k++)
        good = isfinite (row[k]) != 0;
      if (!good)
        continue;
      memcpy (self->rows + indices[i] * self->n_floats, row, sizeof (float) * self->n_floats);
      self->known[indices[i]] = 1;
      self->n_known++;
    }
  if (self->n_known == self->n)
    self->writer = g_thread_new ("cj-features", write_out, self);
}

void
cjl_feature_file_close (CjlFeatureFile *self)
{
  if (self->writer != NULL)
    g_thread_join (self->writer);
  else if (self->n_known > self->n_written && self->n_known >= self->n / 2)
    write_out (self);
  g_free (self->path);
  g_free (self->bytes);
  g_free (self);
}
