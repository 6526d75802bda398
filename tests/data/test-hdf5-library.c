/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HDF5 library and our part of the format read each other's files. */
#include "files.h"
#include "hdf5.h"

/* hdf5.h would be ours */
#include <H5Dpublic.h>
#include <H5Fpublic.h>
#include <H5Ppublic.h>
#include <H5Spublic.h>
#include <H5Tpublic.h>
#include <H5public.h>

static void
test_ours (void)
{
  static const float floats[] = { 1, -2.5f, 3, 4, 5, 6 };
  static const char *const texts[] = { "input", "fc1", "fc1", "ünïcode" };
  const CjShape two = cj_shape2 (2, 3);
  char *folder = files_new_folder ();
  g_autoptr (CjdHdf5Out) out = cjd_hdf5_out_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *path = NULL;
  float read[6];
  char *words[4];
  hid_t file, set, type;

  cjd_hdf5_out_add_floats (out, "node/nodes/fc1/weight", &two, floats);
  cjd_hdf5_out_add_texts (out, "node/edges", 2, 2, texts);
  bytes = cjd_hdf5_out_print (out);
  path = files_write (folder, "ours.h5", g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  file = H5Fopen (path, H5F_ACC_RDONLY, H5P_DEFAULT);
  g_assert_true (file >= 0);
  set = H5Dopen2 (file, "node/nodes/fc1/weight", H5P_DEFAULT);
  g_assert_true (H5Dread (set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) >= 0);
  g_assert_cmpmem (read, sizeof read, floats, sizeof floats);
  H5Dclose (set);
  set = H5Dopen2 (file, "node/edges", H5P_DEFAULT);
  type = H5Dget_type (set);
  g_assert_true (H5Dread (set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, words) >= 0);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpstr (words[i], ==, texts[i]);
      H5free_memory (words[i]);
    }
  H5Tclose (type);
  H5Dclose (set);
  H5Fclose (file);
  files_remove (folder);
}

/* Numbers in packed chunks that do not divide the array. */
static void
test_theirs (void)
{
  const hsize_t size[] = { 37, 11 }, chunk[] = { 8, 5 };
  char *folder = files_new_folder ();
  g_autofree char *path = g_build_filename (folder, "theirs.h5", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdHdf5) read = NULL;
  g_autoptr (CjdHdf5Set) opened = NULL;
  g_autoptr (CjdNpyArray) array = NULL;
  const hid_t file = H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t space = H5Screate_simple (2, size, NULL), how = H5Pcreate (H5P_DATASET_CREATE);
  double numbers[37 * 11];
  hid_t set;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    numbers[i] = i * 0.25;
  H5Pset_chunk (how, 2, chunk);
  H5Pset_shuffle (how);
  H5Pset_deflate (how, 6);
  H5Pset_fletcher32 (how);
  set = H5Dcreate2 (file, "x", H5T_IEEE_F64LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
  g_assert_true (H5Dwrite (set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0);
  H5Dclose (set);
  H5Pclose (how);
  H5Sclose (space);
  H5Fclose (file);
  read = cjd_hdf5_load (path, &error);
  g_assert_no_error (error);
  opened = cjd_hdf5_open (read, "x", &error);
  g_assert_no_error (error);
  array = cjd_hdf5_set_dup_array (opened, &error);
  for (gint64 i = 0; i < array->size; i++)
    g_assert_cmpfloat (cjd_npy_array_get (array, i), ==, numbers[i]);
  files_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/hdf5-library/ours", test_ours);
  g_test_add_func ("/data/hdf5-library/theirs", test_theirs);
  return g_test_run ();
}
