/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "npz.h"

#include "cj-error.h"
#include "safetensors.h"

#include <math.h>

static char *
find_file (const char *name)
{
  const char *data = g_getenv ("CAJAL_DATA_DIR");

  return data != NULL ? g_build_filename (data, "npy", name, NULL) : NULL;
}

/* Every type, order and version that NumPy itself wrote: -5 to 18, wrapped where there is no sign. */
static void
test_of_numpy (void)
{
  static const struct
  {
    const char *name;
    double first, last;
  } files[] = {
    { "arange-f2.npy", -5, 18 },         { "arange-f4.npy", -5, 18 },
    { "arange-f4be.npy", -5, 18 },       { "arange-f8.npy", -5, 18 },
    { "arange-f8be.npy", -5, 18 },       { "arange-i1.npy", -5, 18 },
    { "arange-i2.npy", -5, 18 },         { "arange-i4.npy", -5, 18 },
    { "arange-i4be.npy", -5, 18 },       { "arange-i8.npy", -5, 18 },
    { "arange-u1.npy", 251, 18 },        { "arange-u2.npy", 65531, 18 },
    { "arange-u4.npy", 4294967291, 18 }, { "arange-u8.npy", 18446744073709551611.0, 18 },
    { "arange-b1.npy", 0, 1 },           { "fortran-f4.npy", -5, 18 },
    { "version2-f4.npy", -5, 18 },       { "version3-f4.npy", -5, 18 },
  };

  if (g_getenv ("CAJAL_DATA_DIR") == NULL)
    {
      g_test_skip ("CAJAL_DATA_DIR is not set");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = find_file (files[i].name);
      g_autoptr (GError) error = NULL;
      g_autoptr (CjdNpyArray) array = cjd_npy_load (path, &error);
      g_autoptr (CjTensor) floats = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (array->size, ==, 24);
      g_assert_cmpint (array->shape.dims[2], ==, 4);
      g_assert_cmpfloat (cjd_npy_array_get (array, 0), ==, files[i].first);
      g_assert_cmpfloat (cjd_npy_array_get (array, 23), ==, files[i].last);
      floats = cjd_npy_array_dup_floats (array);
      for (gint64 k = 0; k < 24; k++)
        g_assert_cmpfloat ((double) cj_tensor_f32 (floats)[k], ==,
                           (double) (float) cjd_npy_array_get (array, k));
      if (array->columns)
        for (gint64 k = 0; k < 24; k++)
          g_assert_cmpfloat (cjd_npy_array_get (array, k), ==, (double) k - 5);
    }
}

static void
test_special (void)
{
  g_autofree char *path = find_file ("special-f4.npy"), *rank0 = find_file ("rank0-f8.npy");
  g_autofree char *empty = find_file ("empty-0x4-f4.npy");
  g_autoptr (CjdNpyArray) a = NULL, b = NULL, c = NULL;

  if (path == NULL)
    {
      g_test_skip ("CAJAL_DATA_DIR is not set");
      return;
    }
  a = cjd_npy_load (path, NULL);
  b = cjd_npy_load (rank0, NULL);
  c = cjd_npy_load (empty, NULL);
  g_assert_true (isnan (cjd_npy_array_get (a, 0)));
  g_assert_true (isinf (cjd_npy_array_get (a, 1)) && cjd_npy_array_get (a, 1) > 0);
  g_assert_true (signbit (cjd_npy_array_get (a, 3)));
  g_assert_cmpuint (b->shape.n_dims, ==, 0);
  g_assert_cmpint (b->size, ==, 1);
  g_assert_cmpint (c->size, ==, 0);
}

static void
test_npz_of_numpy (void)
{
  static const char *const names[] = { "stored.npz", "deflated.npz" };

  if (g_getenv ("CAJAL_DATA_DIR") == NULL)
    {
      g_test_skip ("CAJAL_DATA_DIR is not set");
      return;
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = find_file (names[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) arrays = cjd_npz_load (path, &error);

      g_assert_no_error (error);
      g_assert_cmpint (cjd_npz_find (arrays, "x")->size, ==, 24);
      g_assert_cmpint (cjd_npz_find (arrays, "y")->type, ==, CJD_NPY_INT64);
    }
}

static void
test_round_trip (void)
{
  static const CjDtype dtypes[] = { CJ_FLOAT32, CJ_INT32, CJ_UINT8 };
  const CjShape shapes[] = { cj_shape (0, NULL), cj_shape1 (1), cj_shape3 (2, 3, 4) };

  for (guint d = 0; d < 3; d++)
    for (guint s = 0; s < 3; s++)
      {
        g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();
        g_autoptr (CjTensor) tensor = cj_tensor_new (dtypes[d], &shapes[s]), back = NULL;
        g_autoptr (GBytes) npy = NULL, npz = NULL;
        g_autoptr (CjdNpyArray) array = NULL;
        g_autofree char *path = NULL;
        g_autoptr (GPtrArray) arrays = NULL;
        gsize size;

        for (gsize i = 0; i < cj_tensor_bytes (tensor); i++)
          ((guint8 *) tensor->data)[i] = (guint8) (i * 37 % 61);
        npy = cjd_npy_print (tensor);
        g_assert_cmpuint ((g_bytes_get_size (npy) - cj_tensor_bytes (tensor)) % 64, ==, 0);
        array = cjd_npy_parse ("x", npy, NULL);
        back = cjd_npy_array_dup_tensor (array, NULL);
        g_assert_true (cj_shape_equal (&back->shape, &shapes[s]));
        g_assert_cmpmem (back->data, cj_tensor_bytes (back), tensor->data,
                         cj_tensor_bytes (tensor));
        g_ptr_array_add (tensors, cjd_named_tensor_new ("conv1.weight", cj_tensor_ref (tensor)));
        npz = cjd_npz_print (tensors, NULL);
        path = g_build_filename (g_get_tmp_dir (), "cajal-round-trip.npz", NULL);
        g_assert_true (g_file_set_contents (path, g_bytes_get_data (npz, &size),
                                            (gssize) g_bytes_get_size (npz), NULL));
        arrays = cjd_npz_load (path, NULL);
        g_assert_cmpint (cjd_npz_find (arrays, "conv1.weight")->size, ==, array->size);
      }
}

static void
refuse (const char *header, gsize n_data, const char *what)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  const guint16 length = (guint16) strlen (header);
  const guint8 start[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, length & 255, length >> 8 };
  g_autofree guint8 *data = g_malloc0 (n_data + 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_byte_array_append (file, start, sizeof start);
  g_byte_array_append (file, (const guint8 *) header, length);
  g_byte_array_append (file, data, (guint) n_data);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&file));
  g_assert_null (cjd_npy_parse ("x", bytes, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, what));
}

static void
test_refused (void)
{
  refuse ("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000), }", 64,
          "cut off");
  refuse ("{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }", 16, "cut off");
  refuse ("{'descr': '|O', 'fortran_order': False, 'shape': (5,), }", 64, "kind “|O”");
  refuse ("{'descr': '<c16', 'fortran_order': False, 'shape': (5,), }", 80, "kind “<c16”");
  refuse ("{'descr': '<U4', 'fortran_order': False, 'shape': (5,), }", 80, "kind “<U4”");
  refuse ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (5,), }", 80, "kind “[(”");
  refuse ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1), }", 64, "six");
  refuse ("{'descr': '<f4', 'fortran_order': False, }", 64, "without a shape");
  refuse ("{'descr': '<f4', 'shape': (1,), }", 64, "without an order");
  refuse ("{", 64, "kind “”");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/formats/npz/of-numpy", test_of_numpy);
  g_test_add_func ("/data/formats/npz/special", test_special);
  g_test_add_func ("/data/formats/npz/containers-of-numpy", test_npz_of_numpy);
  g_test_add_func ("/data/formats/npz/round-trip", test_round_trip);
  g_test_add_func ("/data/formats/npz/refused", test_refused);
  return g_test_run ();
}
