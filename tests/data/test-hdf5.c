/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files.h"
#include "hdf5.h"

#include <string.h>

/* A small file with everything that is written. */
static GBytes *
make (void)
{
  static const float floats[] = { 1, -2.5f, 3, 4, 5, 6 };
  static const double doubles[] = { 0.1 };
  static const gint64 ints[] = { -7, 1LL << 40 };
  static const char *const texts[] = { "a", "b", "input", "a", "", "ünïcode" };
  const CjShape two = cj_shape2 (2, 3), none = cj_shape (0, NULL), pair = cj_shape1 (2);
  g_autoptr (CjdHdf5Out) out = cjd_hdf5_out_new ();
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  cjd_hdf5_out_add_floats (out, "z/weight", &two, floats);
  cjd_hdf5_out_add_doubles (out, "z/tau", &none, doubles);
  cjd_hdf5_out_add_ints (out, "shape", &pair, ints);
  cjd_hdf5_out_add_texts (out, "z/edges", 3, 2, texts);
  cjd_hdf5_out_add_texts (out, "type", 0, 0, texts + 2);
  cjd_hdf5_out_add_group (out, "z/empty");
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("many/%u", i);

      cjd_hdf5_out_add_ints (out, name, &pair, ints);
    }
  bytes = cjd_hdf5_out_print (out, &error);
  g_assert_no_error (error);
  return bytes;
}

static void
test_round (void)
{
  g_autoptr (GBytes) bytes = make (), again = make ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdHdf5) file = cjd_hdf5_parse (bytes, &error);
  g_auto (GStrv) names = cjd_hdf5_list (file, "", &error), many = NULL;
  const CjdHdf5Set *weight = cjd_hdf5_get_set (file, "z/weight", &error);
  const CjdHdf5Set *tau = cjd_hdf5_get_set (file, "z/tau", &error);
  const CjdHdf5Set *shape = cjd_hdf5_get_set (file, "shape", &error);
  const CjdHdf5Set *edges = cjd_hdf5_get_set (file, "z/edges", &error);
  g_autoptr (CjdNpyArray) w = cjd_hdf5_set_dup_array (weight, &error);
  g_autoptr (CjdNpyArray) t = cjd_hdf5_set_dup_array (tau, &error);
  g_autoptr (CjdNpyArray) s = cjd_hdf5_set_dup_array (shape, &error);
  g_autofree char *first = cjd_hdf5_set_dup_text (edges, 2, &error);
  g_autofree char *last = cjd_hdf5_set_dup_text (edges, 5, &error);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, again));
  g_assert_cmpuint (g_strv_length (names), ==, 4);
  many = cjd_hdf5_list (file, "many", &error);
  g_assert_cmpuint (g_strv_length (many), ==, 40);
  g_assert_cmpstr (many[1], ==, "1");
  g_assert_cmpstr (many[2], ==, "10");
  g_assert_cmpint (cjd_hdf5_get_kind (file, "z/empty"), ==, CJD_HDF5_GROUP);
  g_assert_cmpint (cjd_hdf5_get_kind (file, "z/tau"), ==, CJD_HDF5_SET);
  g_assert_cmpint (cjd_hdf5_get_kind (file, "z/nothing"), ==, CJD_HDF5_NONE);
  g_assert_cmpint (cjd_hdf5_get_kind (file, "z/tau/more"), ==, CJD_HDF5_NONE);
  g_assert_true (cj_shape_equal (&w->shape, &(CjShape){ 2, { 2, 3 } }));
  g_assert_cmpfloat (cjd_npy_array_get (w, 1), ==, -2.5);
  g_assert_cmpfloat (cjd_npy_array_get (t, 0), ==, 0.1);
  g_assert_cmpfloat (cjd_npy_array_get (s, 0), ==, -7);
  g_assert_cmpfloat (cjd_npy_array_get (s, 1), ==, (double) (1LL << 40));
  g_assert_cmpstr (first, ==, "input");
  g_assert_cmpstr (last, ==, "ünïcode");
  g_assert_null (cjd_hdf5_set_dup_text (edges, 6, &error));
  g_assert_nonnull (error);
}

/* A file that h5py wrote. */
static CjdHdf5 *
load_seed (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fuzz", "seeds", "hdf5", name, NULL);
  g_autoptr (GError) error = NULL;
  CjdHdf5 *file = cjd_hdf5_load (path, &error);

  g_assert_no_error (error);
  return file;
}

static double
get (CjdHdf5 *file, const char *path, gint64 index)
{
  g_autoptr (GError) error = NULL;
  const CjdHdf5Set *set = cjd_hdf5_get_set (file, path, &error);
  g_autoptr (CjdNpyArray) array = set != NULL ? cjd_hdf5_set_dup_array (set, &error) : NULL;

  g_assert_no_error (error);
  return cjd_npy_array_get (array, index);
}

/* Chunks that are packed and reach beyond the edge, chunks that are not there, other orders of bytes,
 * rows of different length, links. */
static void
test_chunks (void)
{
  g_autoptr (CjdHdf5) file = load_seed ("chunks");
  g_autoptr (GError) error = NULL;
  const CjdHdf5Set *rows = cjd_hdf5_get_set (file, "rows", &error);
  const CjdHdf5Set *fixed = cjd_hdf5_get_set (file, "fixed", &error);
  g_autoptr (CjdNpyArray) row = cjd_hdf5_set_dup_row (rows, 0, &error);
  g_autoptr (CjdNpyArray) none = cjd_hdf5_set_dup_row (rows, 1, &error);
  g_autofree char *text = cjd_hdf5_set_dup_text (fixed, 1, &error);

  g_assert_no_error (error);
  for (gint64 i = 0; i < 60; i++)
    g_assert_cmpfloat (get (file, "gz", i), ==, (double) i);
  for (gint64 i = 0; i < 25; i++)
    g_assert_cmpfloat (get (file, "part", i), ==, i == 6 ? 2 : 0);
  g_assert_cmpfloat (get (file, "big", 3), ==, 3);
  g_assert_cmpfloat (get (file, "bool", 0), ==, 1);
  g_assert_cmpfloat (get (file, "scalar", 0), ==, 3.5);
  g_assert_cmpint (cjd_hdf5_set_get_content (rows), ==, CJD_HDF5_ROWS);
  g_assert_cmpint (row->size, ==, 3);
  g_assert_cmpfloat (cjd_npy_array_get (row, 2), ==, 3);
  g_assert_cmpint (none->size, ==, 0);
  g_assert_cmpstr (text, ==, "cde");
  g_assert_cmpint (cjd_hdf5_get_kind (file, "soft"), ==, CJD_HDF5_NONE);
  g_assert_cmpint (cjd_hdf5_get_kind (file, "g/h"), ==, CJD_HDF5_GROUP);
}

/* The newer headers, and data in the header itself. */
static void
test_latest (void)
{
  g_autoptr (CjdHdf5) file = load_seed ("latest");
  g_autoptr (GError) error = NULL;
  const CjdHdf5Set *set = cjd_hdf5_get_set (file, "g/t", &error);
  g_autofree char *text = cjd_hdf5_set_dup_text (set, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "text");
  g_assert_cmpfloat (get (file, "a", 3), ==, 3);
  g_assert_cmpfloat (get (file, "compact", 2), ==, 0);
}

static gboolean
has (const GError *error, const char *words)
{
  return error != NULL && strstr (error->message, words) != NULL;
}

/* Sentences, whatever is wrong; what is cut off is never read beyond. */
static void
test_broken (void)
{
  g_autoptr (GBytes) bytes = make ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autoptr (GBytes) text = g_bytes_new_static ("no such file", 12);
  g_autoptr (GError) error = NULL;

  g_assert_null (cjd_hdf5_parse (text, &error));
  g_assert_true (has (error, "does not begin like an HDF5 file"));
  for (gsize n = 8; n < size; n += 37)
    {
      g_autoptr (GBytes) part = g_bytes_new (data, n);
      g_autoptr (CjdHdf5) file = cjd_hdf5_parse (part, NULL);
      const CjdHdf5Set *set = file != NULL ? cjd_hdf5_get_set (file, "z/edges", NULL) : NULL;

      if (set != NULL)
        g_free (cjd_hdf5_set_dup_text (set, 0, NULL));
      g_assert_cmpint (file != NULL ? cjd_hdf5_get_kind (file, "z/weight") : CJD_HDF5_NONE, !=,
                       CJD_HDF5_GROUP);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/hdf5/round", test_round);
  g_test_add_func ("/data/hdf5/chunks", test_chunks);
  g_test_add_func ("/data/hdf5/latest", test_latest);
  g_test_add_func ("/data/hdf5/broken", test_broken);
  return g_test_run ();
}
