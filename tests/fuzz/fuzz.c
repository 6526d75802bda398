/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <glib/gstdio.h>
#include <stdlib.h>

static char *folder;

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  (void) argc;
  (void) argv;
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  return 0;
}

char *
fuzz_write (const char *name, const uint8_t *data, size_t size)
{
  char *path;
  FILE *file;

  if (folder == NULL)
    {
      folder = g_dir_make_tmp ("cajal-fuzz-XXXXXX", NULL);
      g_assert_nonnull (folder);
      atexit (remove_folder);
    }
  path = g_build_filename (folder, name, NULL);
  /* Some file systems wait for the disk when a file is written anew, and not when it is new. */
  g_unlink (path);
  file = fopen (path, "wb");
  g_assert_nonnull (file);
  if (size > 0) /* data may be NULL then */
    g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  fclose (file);
  return path;
}

void
fuzz_check (gboolean done, const GError *error)
{
  g_assert_true (done == (error == NULL));
  if (error == NULL)
    return;
  g_assert_cmpuint (strlen (error->message), >, 8);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

void
fuzz_reader (const CjdReaderInfo *reader, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjFeed) feed = NULL;
  CjdReadOptions options;

  cjd_read_options_init (&options);
  options.length = 4;
  dataset = reader->load (path, &options, &error);
  fuzz_check (dataset != NULL, error);
  if (dataset == NULL)
    return;
  cjd_dataset_split (dataset, CJD_SPLIT_TEST, 0.2, 1);
  feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  if (feed->n_samples > 0)
    {
      const CjShape x_shape = cj_shape_batched (&feed->x_shape, 1);
      const CjShape y_shape = cj_shape_batched (&feed->y_shape, 1);
      g_autoptr (CjTensor) x = cj_tensor_new (feed->x_dtype, &x_shape);
      g_autoptr (CjTensor) y = cj_tensor_new (feed->y_dtype, &y_shape);
      const guint32 last = (guint32) feed->n_samples - 1;

      feed->fill (feed, &last, 1, 0, 1, x, y);
      g_assert_null (feed->problem);
      if (feed->n_classes > 0)
        g_assert_cmpuint (cj_tensor_i32 (y)[0], <, feed->n_classes);
    }
}
