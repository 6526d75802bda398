/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-reader.h"

#include "cj-error.h"

#include <glib/gstdio.h>

static void
write_file (const char *folder, const char *name, const guint8 *bytes, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, (const char *) bytes, (gssize) size, NULL));
}

static CjdDataset *
load (const char *folder, GError **error)
{
  const CjdReaderInfo *reader = NULL;
  g_autofree char *place = cjd_find (folder, &reader, NULL);
  CjdReadOptions options;

  cjd_read_options_init (&options);
  options.val_share = 0;
  g_assert_cmpstr (place, ==, folder);
  g_assert_cmpstr (reader->id, ==, "idx");
  return cjd_load (folder, &options, error);
}

static char *
write_folder (const guint8 *images, gsize size)
{
  static const guint8 fine[] = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 51, 102 };
  static const guint8 labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 1, 0 };
  char *folder = g_dir_make_tmp ("cajal-idx-XXXXXX", NULL);

  write_file (folder, "train-images-idx3-ubyte", images != NULL ? images : fine,
              images != NULL ? size : sizeof fine);
  write_file (folder, "train-labels-idx1-ubyte", labels, sizeof labels);
  write_file (folder, "t10k-images-idx3-ubyte", fine, sizeof fine);
  write_file (folder, "t10k-labels-idx1-ubyte", labels, sizeof labels);
  return folder;
}

static void
test_reads (void)
{
  g_autofree char *folder = write_folder (NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = load (folder, &error);

  g_assert_no_error (error);
  g_assert_cmpint (dataset->x->shape.dims[0], ==, 4);
  g_assert_cmpint (((guint8 *) dataset->x->data)[1], ==, 255);
  g_assert_cmpint (cj_tensor_i32 (dataset->y)[0], ==, 1);
  g_assert_cmpint (dataset->split[1], ==, CJD_SPLIT_TRAIN);
  g_assert_cmpint (dataset->split[2], ==, CJD_SPLIT_TEST);
}

static void
test_damaged (void)
{
  static const guint8 damaged[4][20] = {
    { 0, 0, 8, 3, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 2, 1 },
    { 0, 0, 9, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4 },
    { 0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4 },
    { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      g_autofree char *folder = write_folder (damaged[i], sizeof damaged[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (load (folder, &error));
      g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
      g_assert_nonnull (g_strstr_len (error->message, -1, "train-images-idx3-ubyte"));
    }
}

static void
test_mnist (void)
{
  const char *data = g_getenv ("CAJAL_DATA_DIR");
  g_autofree char *folder = data != NULL ? g_build_filename (data, "mnist", NULL) : NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjFeed) validation = NULL;

  if (folder == NULL)
    {
      g_test_skip ("CAJAL_DATA_DIR is not set");
      return;
    }
  dataset = load (folder, NULL);
  g_assert_nonnull (dataset);
  cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0.1, 1);
  validation = cjd_dataset_new_feed (dataset, CJD_SPLIT_VAL);
  g_assert_cmpuint (validation->n_samples, >, 5990);
  g_assert_cmpuint (validation->n_samples, <, 6010);
  g_assert_cmpfloat_with_epsilon (dataset->mean[0], 0.1307, 0.001);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/idx/reads", test_reads);
  g_test_add_func ("/data/idx/damaged", test_damaged);
  g_test_add_func ("/data/idx/mnist", test_mnist);
  return g_test_run ();
}
