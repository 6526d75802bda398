/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything in an HDF5 file: all groups, and every number, text and row of all data sets. */
#include "fuzz.h"
#include "hdf5.h"

#define MOST 2000 /* objects, and elements of one */

static void
look_at_set (CjdHdf5 *file, const char *path)
{
  g_autoptr (GError) error = NULL;
  const CjdHdf5Set *set = cjd_hdf5_get_set (file, path, &error);
  volatile double sum = 0; /* so that all is read */

  fuzz_check (set != NULL, error);
  if (set == NULL)
    return;
  if (cjd_hdf5_set_get_content (set) == CJD_HDF5_NUMBERS)
    {
      g_autoptr (CjdNpyArray) array = cjd_hdf5_set_dup_array (set, &error);

      fuzz_check (array != NULL, error);
      for (gint64 i = 0; i < MIN (array->size, MOST); i++)
        sum += cjd_npy_array_get (array, i);
      if (array->size > 0)
        sum += cjd_npy_array_get (array, array->size - 1);
      return;
    }
  for (gint64 i = 0; i < MIN (cj_shape_size (cjd_hdf5_set_get_shape (set)), MOST); i++)
    {
      const gboolean texts = cjd_hdf5_set_get_content (set) == CJD_HDF5_TEXTS;
      g_autoptr (GError) wrong = NULL;
      g_autofree char *text = texts ? cjd_hdf5_set_dup_text (set, i, &wrong) : NULL;
      g_autoptr (CjdNpyArray) row = texts ? NULL : cjd_hdf5_set_dup_row (set, i, &wrong);

      fuzz_check (text != NULL || row != NULL, wrong);
      if (row != NULL && row->size > 0)
        sum += cjd_npy_array_get (row, row->size - 1);
    }
}

static void
look_at (CjdHdf5 *file, const char *path, guint depth, guint *left)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  if (*left == 0)
    return;
  (*left)--;
  if (cjd_hdf5_get_kind (file, path) == CJD_HDF5_SET)
    look_at_set (file, path);
  if (cjd_hdf5_get_kind (file, path) != CJD_HDF5_GROUP || depth == 8)
    return;
  names = cjd_hdf5_list (file, path, &error);
  fuzz_check (names != NULL, error);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *inside = g_strconcat (path, *path != '\0' ? "/" : "", names[i], NULL);

      look_at (file, inside, depth + 1, left);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdHdf5) file = cjd_hdf5_parse (bytes, &error);
  guint left = 200;

  fuzz_check (file != NULL, error);
  if (file != NULL)
    look_at (file, "", 0, &left);
  return 0;
}
