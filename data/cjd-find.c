/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data set that a person means by a path: the path itself, or the only one that lies in the folder. */
#include "cj-error.h"
#include "cjd-folders.h"
#include "cjd-reader.h"
#include "class-folder.h"
#include "events.h"
#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ENTRIES 256 /* names of a folder that are looked at */
#define MAX_NAMED 6     /* names that an error lists */

typedef struct
{
  char *name;
  const CjdReaderInfo *reader;
} Found;

static void
free_found (gpointer data)
{
  g_free (((Found *) data)->name);
  g_free (data);
}

static const CjdReaderInfo *
ask (const char *path)
{
  for (const CjdReaderInfo *const *i = cjd_readers (); *i != NULL; i++)
    if ((*i)->recognise (path))
      return *i;
  return NULL;
}

/* What people lay beside data, and no data itself. */
static gboolean
is_paper (const char *name)
{
  static const char *const starts[] = { ".", "README", "LICENSE", "LICENCE", "COPYING", "NOTICE" };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    if (g_ascii_strncasecmp (name, starts[i], strlen (starts[i])) == 0)
      return TRUE;
  return FALSE;
}

static gint
compare_found (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const Found *const *) a)->name, (*(const Found *const *) b)->name);
}

/* Data sets in a folder, sorted by name. Text is one only where it is called .txt and nothing else is
 * there: any file of words could be read as text. */
static GPtrArray *
list (const char *folder, guint *n_archives)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *found = g_ptr_array_new_with_free_func (free_found);
  GPtrArray *texts = g_ptr_array_new_with_free_func (free_found);
  const char *name;

  for (guint i = 0; dir != NULL && (name = g_dir_read_name (dir)) != NULL && i < MAX_ENTRIES; i++)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      const CjdReaderInfo *reader = is_paper (name) ? NULL : ask (path);
      const gboolean text = reader != NULL && g_str_equal (reader->id, "plain-text");
      Found *item;

      *n_archives += g_str_has_suffix (name, ".tar.gz") || g_str_has_suffix (name, ".zip")
                     || g_str_has_suffix (name, ".tgz") || g_str_has_suffix (name, ".tar");
      if (reader == NULL || (text && !g_str_has_suffix (name, ".txt")))
        continue;
      item = g_new (Found, 1);
      *item = (Found){ g_strdup (name), reader };
      g_ptr_array_add (text ? texts : found, item);
    }
  if (found->len == 0)
    {
      g_ptr_array_unref (found);
      found = g_steal_pointer (&texts);
    }
  else
    g_ptr_array_unref (texts);
  g_ptr_array_sort (found, compare_found);
  return found;
}

static void
refuse_many (const char *path, const GPtrArray *found, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree char *first = g_build_filename (path, ((const Found *) found->pdata[0])->name, NULL);

  for (guint i = 0; i < MIN (found->len, MAX_NAMED); i++)
    {
      const Found *item = found->pdata[i];

      g_string_append_printf (names, "%s%s (%s)", i > 0 ? ", " : "", item->name,
                              _ (item->reader->title));
    }
  if (found->len > MAX_NAMED)
    g_string_append (names, " …");
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("%s: There are %u data sets in the folder: %s. Choose one, as “%s”."), path,
               found->len, names->str, first);
}

static void
refuse_none (const char *path, guint n_archives, GError **error)
{
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_FILE,
      _ ("%s: This is of no kind that can be read. There are folders of IDX or CIFAR files, "
         "folders with one folder of PNG or JPEG pictures a class, .npz, .csv and .tsv "
         "tables, and plain text.%s"),
      path, n_archives > 0 ? _ (" Archives must be unpacked first, as with “tar -xf”.") : "");
}

static gboolean
check (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: There is no such file or folder, and no source of that name."), path);
      return FALSE;
    }
  if (faccessat (AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   g_file_test (path, G_FILE_TEST_IS_DIR)
                       ? _ ("%s: The folder cannot be opened: %s.")
                       : _ ("%s: The file cannot be opened: %s."),
                   path, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

/* Several folders, each of them a class. */
static char *
find_several (const char *path, const GStrv folders, const CjdReaderInfo **reader, GError **error)
{
  const CjdReaderInfo *direct = NULL;

  for (guint i = 0; folders[i] != NULL; i++)
    if (!check (folders[i], error))
      return NULL;
  direct = ask (path);
  if (direct != NULL)
    {
      if (reader != NULL)
        *reader = direct;
      return g_strdup (path);
    }
  for (guint i = 0; folders[i] != NULL; i++)
    {
      if (cjd_folder_has_files (folders[i], cjd_picture_is_name)
          || cjd_folder_has_files (folders[i], cjd_events_is_name))
        continue;
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: Of several folders each is a class, but this one holds no pictures or "
                      "recordings itself. Choose folders that do, or the one folder that they are "
                      "in."),
                   folders[i]);
      return NULL;
    }
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("%s: Some of the folders hold pictures and some recordings. Choose folders that "
                  "hold the same."),
               path);
  return NULL;
}

char *
cjd_find (const char *path, const CjdReaderInfo **reader, GError **error)
{
  g_auto (GStrv) several = cjd_folders_parse (path);
  g_autoptr (GPtrArray) found = NULL;
  const CjdReaderInfo *direct;
  guint n_archives = 0;

  if (several != NULL)
    return find_several (path, several, reader, error);
  if (!check (path, error))
    return NULL;
  direct = ask (path);
  if (direct != NULL)
    {
      if (reader != NULL)
        *reader = direct;
      return g_strdup (path);
    }
  found = list (path, &n_archives);
  if (found->len == 1)
    {
      const Found *only = found->pdata[0];

      if (reader != NULL)
        *reader = only->reader;
      return g_build_filename (path, only->name, NULL);
    }
  if (found->len == 0)
    refuse_none (path, n_archives, error);
  else
    refuse_many (path, found, error);
  return NULL;
}
