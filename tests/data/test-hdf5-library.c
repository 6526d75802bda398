/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that the HDF5 library writes at its oddest: each is read, or refused by name; none is followed
 * elsewhere. */
#include "cage.h"
#include "files.h"
#include "hdf5.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* hdf5.h would be ours */
#include <H5Dpublic.h>
#include <H5Epublic.h>
#include <H5Fpublic.h>
#include <H5Gpublic.h>
#include <H5Lpublic.h>
#include <H5Ppublic.h>
#include <H5Spublic.h>
#include <H5Tpublic.h>
#include <H5Zpublic.h>
#include <H5public.h>

/* A file of the library in a folder, with a set "x" of four numbers. */
typedef struct
{
  char *folder, *path;
  hid_t file, space, how;
} Odd;

static Odd
odd_new (void)
{
  const hsize_t size = 4;
  Odd odd = { .folder = files_new_folder () };

  odd.path = g_build_filename (odd.folder, "odd.h5", NULL);
  odd.file = H5Fcreate (odd.path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  odd.space = H5Screate_simple (1, &size, NULL);
  odd.how = H5Pcreate (H5P_DATASET_CREATE);
  return odd;
}

static void
odd_add (Odd *odd, const char *name, hid_t type, const void *numbers)
{
  const hid_t set
      = H5Dcreate2 (odd->file, name, type, odd->space, H5P_DEFAULT, odd->how, H5P_DEFAULT);

  g_assert_true (set >= 0);
  if (numbers != NULL)
    g_assert_true (H5Dwrite (set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0);
  H5Dclose (set);
}

/* Closes and reads the file; NULL and a sentence. */
static CjdHdf5 *
odd_read (Odd *odd, GError **error)
{
  H5Pclose (odd->how);
  H5Sclose (odd->space);
  H5Fclose (odd->file);
  return cjd_hdf5_load (odd->path, error);
}

static void
odd_free (Odd *odd)
{
  g_free (odd->path);
  files_remove (odd->folder);
}

/* That set "x" is refused with these words, and the file is read besides. */
static void
check_refused (Odd *odd, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdHdf5) file = odd_read (odd, &error);

  g_assert_no_error (error);
  g_assert_cmpint (cjd_hdf5_get_kind (file, "x"), ==, CJD_HDF5_SET);
  g_assert_null (cjd_hdf5_get_set (file, "x", &error));
  g_assert_nonnull (strstr (error->message, words));
  odd_free (odd);
}

/* Numbers in packed chunks that do not divide the array, and many rows of texts. */
static void
test_chunks (void)
{
  const hsize_t size[] = { 37, 11 }, chunk[] = { 8, 5 };
  double numbers[37 * 11];
  const char *texts[37 * 11];
  Odd odd = odd_new ();
  const hid_t text = H5Tcopy (H5T_C_S1);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdHdf5) file = NULL;
  g_autoptr (CjdNpyArray) array = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      numbers[i] = i * 0.25;
      texts[i] = i % 3 == 0 ? "" : i % 3 == 1 ? "one" : "ünïcode";
    }
  H5Tset_size (text, H5T_VARIABLE);
  H5Sset_extent_simple (odd.space, 2, size, NULL);
  H5Pset_chunk (odd.how, 2, chunk);
  odd_add (&odd, "texts", text, texts);
  H5Pset_shuffle (odd.how);
  H5Pset_deflate (odd.how, 6);
  H5Pset_fletcher32 (odd.how);
  odd_add (&odd, "x", H5T_IEEE_F64BE, NULL);
  {
    const hid_t set = H5Dopen2 (odd.file, "x", H5P_DEFAULT);

    g_assert_true (H5Dwrite (set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0);
    H5Dclose (set);
  }
  H5Tclose (text);
  file = odd_read (&odd, &error);
  g_assert_no_error (error);
  array = cjd_hdf5_set_dup_array (cjd_hdf5_get_set (file, "x", &error), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *read
          = cjd_hdf5_set_dup_text (cjd_hdf5_get_set (file, "texts", &error), i, &error);

      g_assert_cmpfloat (cjd_npy_array_get (array, i), ==, numbers[i]);
      g_assert_cmpstr (read, ==, texts[i]);
    }
  odd_free (&odd);
}

/* Data in another file, and links to one, lead nowhere. */
static void
test_elsewhere (void)
{
  static const double numbers[] = { 1, 2, 3, 4 };
  Odd odd = odd_new (), other = odd_new ();
  g_autofree char *raw = files_write (odd.folder, "secret", numbers, sizeof numbers);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdHdf5) file = NULL;

  odd_add (&other, "y", H5T_NATIVE_DOUBLE, numbers);
  H5Lcreate_external (other.path, "/y", odd.file, "outside", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft ("/x", odd.file, "soft", H5P_DEFAULT, H5P_DEFAULT);
  H5Pset_external (odd.how, raw, 0, sizeof numbers);
  odd_add (&odd, "x", H5T_NATIVE_DOUBLE, NULL);
  file = odd_read (&odd, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cjd_hdf5_get_kind (file, "outside"), ==, CJD_HDF5_NONE);
  g_assert_cmpint (cjd_hdf5_get_kind (file, "soft"), ==, CJD_HDF5_NONE);
  g_assert_null (cjd_hdf5_get_set (file, "outside", &error));
  g_clear_error (&error);
  g_assert_null (cjd_hdf5_get_set (file, "x", &error));
  g_assert_nonnull (strstr (error->message, "lie in another file"));
  odd_free (&odd);
  H5Pclose (other.how);
  H5Sclose (other.space);
  H5Fclose (other.file);
  odd_free (&other);
}

static void
test_virtual (void)
{
  Odd odd = odd_new ();

  H5Pset_virtual (odd.how, odd.space, "other.h5", "y", odd.space);
  odd_add (&odd, "x", H5T_NATIVE_DOUBLE, NULL);
  check_refused (&odd, "a virtual data set");
}

static void
test_packed (void)
{
  const hsize_t chunk = 2;
  Odd odd = odd_new ();

  H5Pset_chunk (odd.how, 1, &chunk);
  H5Pset_scaleoffset (odd.how, H5Z_SO_INT, 3);
  odd_add (&odd, "x", H5T_NATIVE_INT, (const int[]){ 1, 2, 3, 4 });
  check_refused (&odd, "deflate and shuffle, which is not read: scaleoffset");
}

static void
test_kinds (void)
{
  Odd odd = odd_new ();
  const hid_t pair = H5Tcreate (H5T_COMPOUND, 16);

  H5Tinsert (pair, "re", 0, H5T_NATIVE_DOUBLE);
  H5Tinsert (pair, "im", 8, H5T_NATIVE_DOUBLE);
  odd_add (&odd, "x", pair, NULL);
  H5Tclose (pair);
  check_refused (&odd, "another kind than numbers and texts");
}

/* An array of a terabyte that takes no room in the file. */
static void
test_empty (void)
{
  const hsize_t size[] = { 1 << 20, 1 << 20 }, less[] = { 1 << 10, 1 << 10 }, chunk[] = { 64, 64 };
  Odd odd = odd_new ();

  H5Sset_extent_simple (odd.space, 2, size, NULL);
  H5Pset_chunk (odd.how, 2, chunk);
  odd_add (&odd, "x", H5T_NATIVE_DOUBLE, NULL);
  check_refused (&odd, "too many or too large dimensions");
  odd = odd_new ();
  H5Sset_extent_simple (odd.space, 2, less, NULL);
  H5Pset_chunk (odd.how, 2, chunk);
  odd_add (&odd, "x", H5T_NATIVE_DOUBLE, NULL);
  check_refused (&odd, "more data than such a file can hold");
}

/* Groups that stand in themselves: every path is another. */
static void
test_circle (void)
{
  Odd odd = odd_new ();
  const hid_t group = H5Gcreate2 (odd.file, "a", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  g_autoptr (GError) error = NULL;

  H5Lcreate_hard (group, ".", group, "b", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_hard (group, ".", group, "c", H5P_DEFAULT, H5P_DEFAULT);
  H5Gclose (group);
  g_assert_null (odd_read (&odd, &error));
  g_assert_nonnull (strstr (error->message, "levels of them"));
  odd_free (&odd);
}

/* --- the cage --- */

enum
{
  CRASH,
  SPIN,
  HOARD,
  FLOOD,
  OPEN
};

static void
misbehave (const void *bytes, gsize size, guint how, int out)
{
  (void) size;
  if (how == CRASH)
    raise (SIGSEGV), abort ();
  while (how == SPIN)
    ;
  for (guint i = 0; how == HOARD && i < 4096; i++)
    {
      void *more = malloc (1 << 20);

      if (more == NULL)
        {
          if (write (out, "no", 2) == 2)
            return;
        }
      else
        memset (more, 1, 1 << 20);
    }
  for (guint i = 0; how == FLOOD && i < 100000; i++)
    if (write (out, "0123456789", 10) != 10)
      return;
  if (how == OPEN && open (bytes, O_RDONLY) < 0 && write (STDERR_FILENO, "x", 1) < 0
      && getppid () < 0 && write (out, "no", 2) == 2)
    return;
  if (how == OPEN && write (out, "yes", 3) != 3)
    return;
}

static gsize
get_answer (guint how, const char *expected)
{
  const CjdCageLimits limits = { .memory = 64 << 20, .output = 1000, .seconds = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = cjd_cage_run (misbehave, "/etc/passwd", 12, how, &limits, &error);
  gsize size;
  const char *data = g_bytes_get_data (answer, &size);

  g_assert_no_error (error);
  if (expected != NULL)
    g_assert_cmpmem (data, size, expected, strlen (expected));
  return size;
}

/* What goes wrong in the cage goes no further. */
static void
test_cage (void)
{
  get_answer (CRASH, "");
  get_answer (SPIN, "");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  get_answer (HOARD, "no");
#endif
  g_assert_cmpuint (get_answer (FLOOD, NULL), ==, 1000);
  get_answer (OPEN, "no");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  g_test_add_func ("/data/hdf5-library/chunks", test_chunks);
  g_test_add_func ("/data/hdf5-library/elsewhere", test_elsewhere);
  g_test_add_func ("/data/hdf5-library/virtual", test_virtual);
  g_test_add_func ("/data/hdf5-library/packed", test_packed);
  g_test_add_func ("/data/hdf5-library/kinds", test_kinds);
  g_test_add_func ("/data/hdf5-library/empty", test_empty);
  g_test_add_func ("/data/hdf5-library/circle", test_circle);
  g_test_add_func ("/data/cage", test_cage);
  return g_test_run ();
}
