/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small readers: IDX in its forms, CIFAR, arrays of NumPy, plain text. */
#include "files.h"
#include "npz.h"
#include "safetensors.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static void
write_idx (const char *folder, const char *name, const guint8 *bytes, gsize size)
{
  g_free (files_write (folder, name, bytes, size));
}

/* Two letters of EMNIST, 2 × 3, stored by columns, classes counted from 1; packed, with a test file. */
static void
test_emnist (void)
{
  static const guint8 images[]
      = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12 };
  static const guint8 labels[] = { 0, 0, 8, 1, 0, 0, 0, 2, 1, 3 };
  char *folder = files_new_folder ();
  g_autoptr (CjdDataset) dataset = NULL;

  write_idx (folder, "emnist-letters-train-images-idx3-ubyte", images, sizeof images);
  write_idx (folder, "emnist-letters-train-labels-idx1-ubyte", labels, sizeof labels);
  write_idx (folder, "emnist-letters-test-images-idx3-ubyte", images, sizeof images);
  write_idx (folder, "emnist-letters-test-labels-idx1-ubyte", labels, sizeof labels);
  dataset = files_load (folder, "idx", NULL);
  g_assert_nonnull (dataset);
  g_assert_cmpmem (dataset->x->data, 24,
                   ((const guint8[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }),
                   24);
  g_assert_cmpuint (dataset->n_classes, ==, 3);
  g_assert_cmpint (cjd_dataset_get_class (dataset, 1), ==, 2);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TEST), ==, 2);
  g_assert_nonnull (strstr (dataset->note, "turned upright"));
  g_assert_nonnull (strstr (dataset->note, "emnist-letters-train-images"));
  files_remove (folder);
}

static void
test_idx_labels (void)
{
  static const guint8 images[] = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6 };
  static const guint8 labels[] = { 0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1 };
  char *folder = files_new_folder ();

  write_idx (folder, "train-images-idx3-ubyte", images, sizeof images);
  files_refuse (folder, "train-labels-idx1-ubyte", "cannot be opened");
  write_idx (folder, "train-labels-idx1-ubyte", labels, sizeof labels);
  files_refuse (folder, "train-images-idx3-ubyte", "2 pictures do not fit the 3 labels");
  files_remove (folder);
}

/* The published files, packed: counts by class as their README has them. */
static void
test_published (void)
{
  static const guint digits[] = { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 };
  static const char *const names[] = { "mnist", "fashion-mnist" };

  for (guint k = 0; k < 2; k++)
    {
      g_autofree char *folder = files_find (names[k]);
      g_autoptr (CjdDataset) dataset = NULL;
      guint count[10] = { 0 };

      if (folder == NULL)
        return;
      dataset = files_load (folder, "idx", NULL);
      g_assert_cmpuint (dataset->n_classes, ==, 10);
      g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TEST), ==, 10000);
      g_assert_null (dataset->note);
      for (gsize i = 0; i < 60000; i++)
        count[cjd_dataset_get_class (dataset, i)]++;
      for (guint class = 0; class < 10; class ++)
        g_assert_cmpuint (count[class], ==, k == 0 ? digits[class] : 6000);
    }
}

static void
test_cifar_10 (void)
{
  g_autofree char *folder = files_find ("cifar10/binary");
  g_autoptr (CjdDataset) dataset = NULL;
  guint count[2][10] = { { 0 } };

  if (folder == NULL)
    return;
  dataset = files_load (folder, "cifar", NULL);
  g_assert_true (cj_shape_equal (&dataset->x_shape, &(CjShape){ 4, { 700, 3, 32, 32 } }));
  g_assert_cmpstr (dataset->class_names[0], ==, "airplane");
  g_assert_cmpstr (dataset->class_names[9], ==, "truck");
  for (gsize i = 0; i < 700; i++)
    count[dataset->split[i] == CJD_SPLIT_TEST][cjd_dataset_get_class (dataset, i)]++;
  for (guint class = 0; class < 10; class ++)
    {
      g_assert_cmpuint (count[0][class], ==, 50);
      g_assert_cmpuint (count[1][class], ==, 20);
    }
}

/* CIFAR-100: a coarse and a fine label, of which the fine one counts; names where there are. */
static void
test_cifar_100 (void)
{
  char *folder = files_new_folder ();
  g_autofree guint8 *records = g_malloc0 (2 * 3074);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autofree char *path = NULL;

  records[0] = 19;
  records[1] = 99;
  records[2] = 200;
  records[3074 + 1] = 3;
  for (guint i = 0; i < 100; i++)
    g_string_append_printf (names, "name-%u\r\n", i);
  path = files_write (folder, "train.bin", records, 2 * 3074);
  g_free (files_write (folder, "test.bin", records, 3074));
  g_free (files_write (folder, "fine_label_names.txt", names->str, names->len));
  dataset = files_load (folder, "cifar", NULL);
  g_assert_cmpuint (dataset->n_classes, ==, 100);
  g_assert_cmpint (cjd_dataset_get_class (dataset, 0), ==, 99);
  g_assert_cmpstr (dataset->class_names[99], ==, "name-99");
  g_assert_cmpint (((guint8 *) dataset->x->data)[0], ==, 200);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TEST), ==, 1);
  records[1] = 100;
  g_free (files_write (folder, "train.bin", records, 3074));
  files_refuse (folder, "train.bin", "Record 1 has class 100; there are 100");
  records[1] = 99;
  g_free (files_write (folder, "train.bin", records, 4000));
  files_refuse (folder, "train.bin", "inside record 2, after 926 of its 3074 bytes");
  files_remove (folder);
}

static void
add (GPtrArray *tensors, const char *name, CjDtype dtype, const CjShape *shape, int start)
{
  CjTensor *tensor = cj_tensor_new (dtype, shape);

  for (gint64 i = 0; i < cj_shape_size (shape); i++)
    if (dtype == CJ_FLOAT32)
      cj_tensor_f32 (tensor)[i] = (float) (start + i);
    else if (dtype == CJ_INT32)
      cj_tensor_i32 (tensor)[i] = (gint32) (start + i);
    else
      ((guint8 *) tensor->data)[i] = (guint8) (start + i);
  g_ptr_array_add (tensors, cjd_named_tensor_new (name, tensor));
}

static CjdDataset *
load_npz (const GPtrArray *tensors)
{
  char *folder = files_new_folder ();
  g_autoptr (GBytes) npz = cjd_npz_print (tensors, NULL);
  g_autofree char *path
      = files_write (folder, "set.npz", g_bytes_get_data (npz, NULL), g_bytes_get_size (npz));
  CjdDataset *dataset = files_load (path, "numpy", NULL);

  g_assert_nonnull (dataset);
  files_remove (folder);
  return dataset;
}

/* The same with whole numbers as words; NULL with the error if they are none. */
static CjdDataset *
read_words (const GPtrArray *tensors, GError **error)
{
  char *folder = files_new_folder ();
  g_autoptr (GBytes) npz = cjd_npz_print (tensors, NULL);
  g_autofree char *path
      = files_write (folder, "set.npz", g_bytes_get_data (npz, NULL), g_bytes_get_size (npz));
  CjdReadOptions options;
  CjdDataset *dataset;

  cjd_read_options_init (&options);
  options.words = TRUE;
  dataset = cjd_load (path, &options, error);
  files_remove (folder);
  return dataset;
}

/* Pictures with channels last, in parts that the names tell. */
static void
test_numpy_pictures (void)
{
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();
  const CjShape x = cj_shape4 (2, 4, 5, 3), x_test = cj_shape4 (1, 4, 5, 3), y = cj_shape1 (2);
  const CjShape y_one = cj_shape1 (1);
  g_autoptr (CjdDataset) dataset = NULL;

  add (tensors, "train_images", CJ_UINT8, &x, 0);
  add (tensors, "train_labels", CJ_INT32, &y, 3);
  add (tensors, "test_images", CJ_UINT8, &x_test, 9);
  add (tensors, "test_labels", CJ_INT32, &y_one, 0);
  dataset = load_npz (tensors);
  g_assert_true (cj_shape_equal (&dataset->x_shape, &(CjShape){ 4, { 3, 3, 4, 5 } }));
  g_assert_cmpuint (dataset->n_classes, ==, 5);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TEST), ==, 1);
  for (guint c = 0; c < 3; c++)
    for (guint p = 0; p < 20; p++)
      g_assert_cmpint (((guint8 *) dataset->x->data)[c * 20 + p], ==, p * 3 + c);
  g_assert_cmpint (((guint8 *) dataset->x->data)[120], ==, 9);
}

static void
test_numpy_forms (void)
{
  const CjShape two = cj_shape2 (4, 3), flat = cj_shape1 (4), pictures = cj_shape3 (4, 2, 2);
  g_autoptr (GPtrArray) values = cjd_named_tensors_new (), tokens = cjd_named_tensors_new ();
  g_autoptr (GPtrArray) grey = cjd_named_tensors_new (), classed = cjd_named_tensors_new ();
  g_autoptr (CjdDataset) a = NULL, b = NULL, c = NULL, d = NULL, words = NULL;
  g_autoptr (GError) error = NULL;

  add (values, "X", CJ_FLOAT32, &two, -2);
  add (values, "target", CJ_FLOAT32, &flat, 1);
  a = load_npz (values);
  g_assert_cmpuint (a->n_classes, ==, 0);
  g_assert_cmpint (a->y->shape.n_dims, ==, 2);
  g_assert_cmpuint (a->n_channels, ==, 3);
  add (tokens, "x", CJ_INT32, &two, 0);
  add (tokens, "y", CJ_INT32, &two, 1);
  b = load_npz (tokens);
  g_assert_cmpint (b->x_dtype, ==, CJ_INT32);
  g_assert_cmpuint (b->n_classes, ==, 13);
  /* the same with one class a sample: amounts, unless it is said that they are words */
  add (classed, "x", CJ_INT32, &two, 0);
  add (classed, "y", CJ_INT32, &flat, 0);
  d = load_npz (classed);
  g_assert_cmpint (d->x_dtype, ==, CJ_FLOAT32);
  words = read_words (classed, &error);
  g_assert_no_error (error);
  g_assert_cmpint (words->x_dtype, ==, CJ_INT32);
  g_assert_cmpuint (words->n_words, ==, 12);
  g_assert_cmpuint (words->n_classes, ==, 4);
  g_assert_cmpstr (words->reader, ==, "numpy");
  g_assert_cmpint (((gint32 *) words->x->data)[11], ==, 11);
  g_assert_null (read_words (values, &error));
  g_assert_nonnull (strstr (error->message, "are whole numbers"));
  add (grey, "data", CJ_UINT8, &pictures, 0);
  add (grey, "labels", CJ_UINT8, &flat, 0);
  c = load_npz (grey);
  g_assert_true (cj_shape_equal (&c->x_shape, &(CjShape){ 4, { 4, 1, 2, 2 } }));
}

/* What NumPy itself wrote, plain and deflated; and arrays that do not fit together. */
static void
test_of_numpy (void)
{
  static const char *const names[] = { "stored.npz", "deflated.npz" };
  g_autofree char *folder = files_find ("npy");

  for (guint i = 0; i < 2 && folder != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      /* x is [2, 3, 4], y [3] */
      files_refuse (path, names[i], "do not fit together");
    }
}

static void
test_numpy_refused (void)
{
  const CjShape two = cj_shape2 (2, 1), flat = cj_shape1 (2);
  g_autoptr (GPtrArray) none = cjd_named_tensors_new (), odd = cjd_named_tensors_new ();
  g_autoptr (GBytes) a = NULL, b = NULL;
  char *folder = files_new_folder ();
  g_autofree char *path = NULL, *second = NULL;

  add (none, "weights", CJ_FLOAT32, &two, 0);
  a = cjd_npz_print (none, NULL);
  path = files_write (folder, "a.npz", g_bytes_get_data (a, NULL), g_bytes_get_size (a));
  files_refuse (path, "a.npz", "no arrays x and y");
  add (odd, "x", CJ_FLOAT32, &two, 0);
  add (odd, "y", CJ_INT32, &flat, -3);
  b = cjd_npz_print (odd, NULL);
  second = files_write (folder, "b.npz", g_bytes_get_data (b, NULL), g_bytes_get_size (b));
  files_refuse (second, "b.npz", "class is below 0");
  files_remove (folder);
}

/* All types, in one file: six values each, wrapped where there is no sign. */
static void
test_safetensors (void)
{
  static const char *const names[] = { "b", "h", "i", "e", "f", "d" };
  g_autofree char *path = files_find ("safetensors/overall.safetensors");
  g_autofree char *bytes = NULL;
  g_autoptr (GPtrArray) tensors = NULL;
  g_autoptr (GBytes) file = NULL, second = NULL, third = NULL;
  g_autoptr (GError) error = NULL;
  const CjTensor *wide;
  gsize size;

  if (path == NULL)
    return;
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  file = g_bytes_new (bytes, size);
  tensors = cjd_safetensors_parse (file, &error);
  g_assert_no_error (error);
  /* U32 holds 4294967293, which int32 does not: the nearest float */
  wide = cjd_named_tensors_find (tensors, "I");
  g_assert_cmpint (wide->dtype, ==, CJ_FLOAT32);
  g_assert_cmpfloat (cj_tensor_f32 (wide)[0], ==, 4294967293.0f);
  g_assert_cmpfloat (cj_tensor_f32 (wide)[5], ==, 2.0f);
  g_clear_pointer (&tensors, g_ptr_array_unref);
  for (gsize i = 0; i + 5 < size; i++) /* read as signed it fits */
    if (memcmp (bytes + i, "\"U32\"", 5) == 0)
      memcpy (bytes + i, "\"I32\"", 5);
  second = g_bytes_new (bytes, size);
  tensors = cjd_safetensors_parse (second, NULL);
  g_assert_cmpuint (tensors->len, ==, 9);
  for (guint k = 0; k < G_N_ELEMENTS (names); k++)
    {
      const CjTensor *tensor = cjd_named_tensors_find (tensors, names[k]);

      for (int i = 0; i < 6; i++)
        g_assert_cmpfloat (tensor->dtype == CJ_FLOAT32 ? cj_tensor_f32 (tensor)[i]
                                                       : (float) cj_tensor_i32 (tensor)[i],
                           ==, (float) (i - 3));
    }
  g_assert_cmpint (((guint8 *) cjd_named_tensors_find (tensors, "B")->data)[0], ==, 253);
  g_assert_cmpint (cj_tensor_i32 (cjd_named_tensors_find (tensors, "H"))[0], ==, 65533);
  for (gsize i = 0; i + 5 < size; i++)
    if (memcmp (bytes + i, "\"F16\"", 5) == 0)
      memcpy (bytes + i, "\"F8_\"", 5);
  third = g_bytes_new (bytes, size);
  g_assert_null (cjd_safetensors_parse (third, &error));
  g_assert_nonnull (strstr (error->message, "Tensor “e” is of the type “F8_”"));
}

static void
test_text (void)
{
  char *folder = files_new_folder ();
  g_autofree char *path = files_write_text (folder, "t.txt", "\xef\xbb\xbfäbäcäbäcäbäcä");
  g_autoptr (CjdDataset) dataset = NULL;
  CjdReadOptions options;

  cjd_read_options_init (&options);
  options.length = 3;
  options.test_share = options.val_share = 0.25;
  dataset = cjd_load (path, &options, NULL);
  /* 13 characters: four pieces of three, each followed by one more */
  g_assert_cmpint (dataset->x_shape.dims[0], ==, 4);
  g_assert_cmpuint (dataset->n_classes, ==, 3);
  g_assert_cmpstr (dataset->class_names[0], ==, "b");
  g_assert_cmpstr (dataset->class_names[2], ==, "ä");
  g_assert_cmpmem (dataset->x->data, 12, ((const gint32[]){ 2, 0, 2 }), 12);
  g_assert_cmpmem (dataset->y->data, 12, ((const gint32[]){ 0, 2, 1 }), 12);
  g_assert_cmpint (dataset->split[3], ==, CJD_SPLIT_TEST);
  g_assert_cmpint (dataset->split[2], ==, CJD_SPLIT_VAL);
  g_free (files_write_text (folder, "t.txt", "short"));
  files_refuse (path, "t.txt", "less than 3 pieces");
  g_free (files_write (folder, "t.txt", "latin caf\xe9 and more and more and more", 38));
  files_refuse (path, "t.txt", "no kind that can be read");
  files_remove (folder);
}

static void
test_shakespeare (void)
{
  g_autofree char *path = files_find ("tinyshakespeare/input.txt");
  g_autoptr (CjdDataset) dataset = NULL;
  CjdReadOptions options;

  if (path == NULL)
    return;
  cjd_read_options_init (&options);
  options.length = 100;
  dataset = cjd_load (path, &options, NULL);
  g_assert_cmpuint (dataset->n_classes, ==, 65);
  g_assert_cmpint (dataset->x_shape.dims[0], ==, 11153);
  g_assert_cmpstr (dataset->class_names[0], ==, "\n");
  g_assert_cmpint (cj_tensor_i32 (dataset->x)[1], ==, cj_tensor_i32 (dataset->y)[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/idx/emnist", test_emnist);
  g_test_add_func ("/data/idx/labels", test_idx_labels);
  g_test_add_func ("/data/idx/published", test_published);
  g_test_add_func ("/data/cifar/cifar-10", test_cifar_10);
  g_test_add_func ("/data/cifar/cifar-100", test_cifar_100);
  g_test_add_func ("/data/numpy/pictures", test_numpy_pictures);
  g_test_add_func ("/data/numpy/forms", test_numpy_forms);
  g_test_add_func ("/data/numpy/of-numpy", test_of_numpy);
  g_test_add_func ("/data/numpy/refused", test_numpy_refused);
  g_test_add_func ("/data/formats/safetensors/types", test_safetensors);
  g_test_add_func ("/data/plain-text/pieces", test_text);
  g_test_add_func ("/data/plain-text/shakespeare", test_shakespeare);
  return g_test_run ();
}
