/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A build without the HDF5 library knows such files and says what it lacks. */
#include "cjd-reader.h"
#include "files.h"
#include "hdf5.h"

#include <string.h>

static void
test_none (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\x89HDF\r\n\x1a\n and more", 17);
  g_autoptr (CjdHdf5Out) out = cjd_hdf5_out_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (cjd_hdf5_is_built ());
  g_assert_null (cjd_hdf5_parse (bytes, &error));
  g_assert_nonnull (strstr (error->message, "built without the HDF5 library"));
  g_clear_error (&error);
  cjd_hdf5_out_add_group (out, "a");
  g_assert_null (cjd_hdf5_out_print (out, &error));
  g_assert_nonnull (strstr (error->message, "built without the HDF5 library"));
}

/* A file that may be a list of spikes is taken for one, so that the sentence is heard. */
static void
test_list (void)
{
  char *folder = files_new_folder ();
  g_autofree char *path = files_write (folder, "digits.h5", "\x89HDF\r\n\x1a\n and more", 17);
  g_autoptr (GError) error = NULL;
  CjdReadOptions options;

  cjd_read_options_init (&options);
  g_assert_true (cjd_reader_find ("spike-lists")->recognise (path));
  g_assert_null (cjd_reader_find ("spike-lists")->load (path, &options, &error));
  g_assert_nonnull (strstr (error->message, "built without the HDF5 library"));
  files_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/hdf5-none/sentence", test_none);
  g_test_add_func ("/data/hdf5-none/list", test_list);
  return g_test_run ();
}
