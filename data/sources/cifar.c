/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIFAR's binary layout (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009):
 * records of one label byte (CIFAR-10) or a coarse and a fine one (CIFAR-100), then 1024 bytes each of
 * red, green and blue. A folder holds data_batch*.bin and test_batch*.bin, or train.bin and test.bin. */
#include "cj-error.h"
#include "cjd-reader.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PIXELS 3072
#define MAX_FILES 1000

/* 0: not of CIFAR; 1: data_batch*.bin; 2: train.bin, of CIFAR-100. Test files come back with *test. */
static guint
tell (const char *name, gboolean *test)
{
  *test = g_str_has_prefix (name, "test");
  if (!g_str_has_suffix (name, ".bin"))
    return 0;
  if (g_str_has_prefix (name, "data_batch") || g_str_has_prefix (name, "test_batch"))
    return 1;
  return g_str_equal (name, "train.bin") || g_str_equal (name, "test.bin") ? 2 : 0;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names of the training files, then of the test files, each sorted. */
static GPtrArray *
list_files (const char *folder, guint *n_train, guint *kind)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) train = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) tests = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  gboolean test;

  *kind = 0;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && train->len < MAX_FILES)
    {
      const guint found = tell (name, &test);

      if (found == 0 || (*kind != 0 && found != *kind))
        continue;
      *kind = found;
      g_ptr_array_add (test ? tests : train, g_strdup (name));
    }
  g_ptr_array_sort (train, compare_names);
  g_ptr_array_sort (tests, compare_names);
  *n_train = train->len;
  g_ptr_array_extend_and_steal (train, g_steal_pointer (&tests));
  return g_steal_pointer (&train);
}

static gboolean
recognise (const char *path)
{
  guint n_train, kind;
  g_autoptr (GPtrArray) files = list_files (path, &n_train, &kind);

  return n_train > 0;
}

/* One class name a line; NULL if there is no such file or it does not fit. */
static GStrv
read_names (const char *folder, const char *file, guint n)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GBytes) bytes = cjd_file_read (path, 1 << 16, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (bytes == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  lines = g_strsplit (g_strstrip (text), "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_strstrip (lines[i]);
  if (g_strv_length (lines) < n)
    return NULL;
  for (guint i = n; lines[i] != NULL; i++)
    g_clear_pointer (&lines[i], g_free);
  return g_steal_pointer (&lines);
}

static gboolean
append (const char *path, guint n_labels, guint n_classes, GByteArray *pixels, GArray *labels,
        GError **error)
{
  const gsize record = n_labels + PIXELS;
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_READ_MAX_BYTES - pixels->len, error);
  const guint8 *data;
  gsize size;

  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &size);
  if (size == 0 || size % record != 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: The file ends inside record %zu, after %zu of its %zu bytes."), path,
                   size / record + 1, size % record, record);
      return FALSE;
    }
  for (gsize i = 0; i < size / record; i++)
    {
      const gint32 label = data[i * record + n_labels - 1];

      if (label >= (gint32) n_classes)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("%s: Record %zu has class %d; there are %u."), path, i + 1, label,
                       n_classes);
          return FALSE;
        }
      g_array_append_val (labels, label);
      g_byte_array_append (pixels, data + i * record + n_labels, PIXELS);
    }
  return TRUE;
}

static CjdDataset *
load (const char *folder, const CjdReadOptions *options, GError **error)
{
  guint n_train, kind;
  g_autoptr (GPtrArray) files = list_files (folder, &n_train, &kind);
  const guint n_classes = kind == 2 ? 100 : 10;
  g_autoptr (GByteArray) pixels = g_byte_array_new ();
  g_autoptr (GArray) labels = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_auto (GStrv) names = NULL;
  g_autofree char *name = g_path_get_basename (folder);
  CjdDataset *dataset;
  gsize first_test = 0;
  CjShape shape;
  CjTensor *x, *y;

  (void) options;
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, files->pdata[i], NULL);

      if (i == n_train)
        first_test = labels->len;
      if (!append (path, kind, n_classes, pixels, labels, error))
        return NULL;
    }
  shape = cj_shape4 (labels->len, 3, 32, 32);
  x = cj_tensor_new (CJ_UINT8, &shape);
  memcpy (x->data, pixels->data, pixels->len);
  shape = cj_shape1 (labels->len);
  y = cj_tensor_new (CJ_INT32, &shape);
  memcpy (y->data, labels->data, sizeof (gint32) * labels->len);
  names = read_names (folder, kind == 2 ? "fine_label_names.txt" : "batches.meta.txt", n_classes);
  dataset = cjd_dataset_new (name, x, y, n_classes, (const char *const *) names);
  if (first_test > 0)
    cjd_dataset_mark (dataset, first_test, CJD_SPLIT_TEST);
  return dataset;
}

const CjdReaderInfo cjd_reader_cifar = {
  .id = "cifar",
  .title = "CIFAR",
  .blurb = "A folder of CIFAR-10 or CIFAR-100 in the binary layout",
  .recognise = recognise,
  .load = load,
};
