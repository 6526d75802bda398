/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class-folder.h"

#include "cjd-folders.h"

#include <string.h>

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names in a folder that are samples, or folders without is_sample; sorted. */
static GPtrArray *
list (const char *folder, CjdIsSample is_sample)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && names->len < CJD_FOLDER_MAX_FILES)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (*name != '.'
          && (is_sample != NULL ? is_sample (name) : g_file_test (path, G_FILE_TEST_IS_DIR)))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

gboolean
cjd_folder_has_files (const char *path, CjdIsSample is_sample)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && is_sample (name))
      return TRUE;
  return FALSE;
}

static guint
count_here (const char *folder, CjdIsSample is_sample)
{
  g_autoptr (GPtrArray) classes = list (folder, NULL);
  guint n = 0;

  for (guint i = 0; i < classes->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, classes->pdata[i], NULL);

      n += cjd_folder_has_files (path, is_sample);
    }
  return n;
}

/* Of several folders, each a class: how many, if all of them hold samples. */
static guint
count_several (const GStrv folders, CjdIsSample is_sample)
{
  guint n = 0;

  while (folders[n] != NULL && cjd_folder_has_files (folders[n], is_sample))
    n++;
  return folders[n] == NULL ? n : 0;
}

guint
cjd_folder_count_classes (const char *path, CjdIsSample is_sample)
{
  g_autofree char *train = g_build_filename (path, "train", NULL);
  g_auto (GStrv) several = cjd_folders_parse (path);
  const guint n
      = several != NULL ? count_several (several, is_sample) : count_here (path, is_sample);

  return n > 0 ? n : count_here (train, is_sample);
}

/* The samples of one class. */
static void
collect_class (CjdFolder *found, const char *path, const char *class_name, CjdSplit split,
               CjdIsSample is_sample)
{
  g_autoptr (GPtrArray) files = list (path, is_sample);
  const guint8 which = (guint8) split;
  gpointer name;

  if (files->len == 0)
    return;
  if (!g_hash_table_lookup_extended (found->names, class_name, &name, NULL))
    {
      name = g_strdup (class_name);
      g_hash_table_add (found->names, name);
    }
  for (guint k = 0; k < files->len && found->paths->len < CJD_FOLDER_MAX_FILES; k++)
    {
      g_ptr_array_add (found->paths, g_build_filename (path, files->pdata[k], NULL));
      g_ptr_array_add (found->classes, name);
      g_array_append_val (found->splits, which);
    }
}

static void
collect (CjdFolder *found, const char *folder, CjdSplit split, CjdIsSample is_sample)
{
  g_autoptr (GPtrArray) classes = list (folder, NULL);

  for (guint i = 0; i < classes->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, classes->pdata[i], NULL);

      collect_class (found, path, classes->pdata[i], split, is_sample);
    }
}

/* Each of several folders is a class; those of one name are the same. */
static void
collect_several (CjdFolder *found, const GStrv folders, CjdIsSample is_sample)
{
  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *name = g_path_get_basename (folders[i]);

      collect_class (found, folders[i], name, CJD_SPLIT_TRAIN, is_sample);
    }
}

/* Parts of a folder in training, validation and test, or all of it in training. */
CjdFolder *
cjd_folder_find (const char *path, CjdIsSample is_sample)
{
  static const struct
  {
    const char *name;
    CjdSplit split;
  } parts[] = { { "train", CJD_SPLIT_TRAIN },
                { "val", CJD_SPLIT_VAL },
                { "valid", CJD_SPLIT_VAL },
                { "validation", CJD_SPLIT_VAL },
                { "test", CJD_SPLIT_TEST } };
  CjdFolder *found = g_new0 (CjdFolder, 1);
  g_autofree char *train = g_build_filename (path, "train", NULL);
  g_auto (GStrv) several = cjd_folders_parse (path);
  const gboolean parted = several == NULL && count_here (train, is_sample) > 0;

  found->paths = g_ptr_array_new_with_free_func (g_free);
  found->classes = g_ptr_array_new ();
  found->splits = g_array_new (FALSE, FALSE, sizeof (guint8));
  found->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (parts) && parted; i++)
    {
      g_autofree char *part = g_build_filename (path, parts[i].name, NULL);

      collect (found, part, parts[i].split, is_sample);
    }
  if (several != NULL)
    collect_several (found, several, is_sample);
  else if (!parted)
    collect (found, path, CJD_SPLIT_TRAIN, is_sample);
  if (found->paths->len == 0 && several == NULL)
    {
      g_autofree char *name = g_path_get_basename (path);

      collect_class (found, path, name, CJD_SPLIT_TRAIN, is_sample);
      found->alone = found->paths->len > 0;
    }
  return found;
}

void
cjd_folder_free (CjdFolder *folder)
{
  g_ptr_array_unref (folder->paths);
  g_ptr_array_unref (folder->classes);
  g_array_unref (folder->splits);
  g_hash_table_unref (folder->names);
  g_free (folder);
}

CjTensor *
cjd_folder_number_classes (const CjdFolder *folder, GStrv *names, guint *n_classes)
{
  const CjShape shape = cj_shape1 (folder->paths->len);
  CjTensor *y = cj_tensor_new (CJ_INT32, &shape);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, folder->names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (sorted, name);
  g_ptr_array_sort (sorted, compare_names);
  *n_classes = sorted->len;
  *names = g_new0 (char *, sorted->len + 1);
  for (guint i = 0; i < sorted->len; i++)
    {
      (*names)[i] = g_filename_display_name (sorted->pdata[i]);
      g_hash_table_insert (numbers, sorted->pdata[i], GUINT_TO_POINTER (i));
    }
  for (guint i = 0; i < folder->paths->len; i++)
    cj_tensor_i32 (y)[i]
        = GPOINTER_TO_INT (g_hash_table_lookup (numbers, folder->classes->pdata[i]));
  return y;
}
