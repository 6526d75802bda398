/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-folders.h"

#include <string.h>

static const char *
find_brace (const char *path)
{
  const gsize n = strlen (path);
  const char *brace = strstr (path, "/{");

  return brace != NULL && n > 0 && path[n - 1] == '}' ? brace + 1 : NULL;
}

GStrv
cjd_folders_parse (const char *path)
{
  const char *brace = find_brace (path);
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *parent = NULL;
  guint n = 0;

  if (brace == NULL || g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  parent = g_strndup (path, (gsize) (brace - path));
  for (const char *p = brace + 1; *p != '\0'; p++)
    {
      const gboolean ends = *p == ',' || (*p == '}' && p[1] == '\0');
      g_autofree char *folder = NULL;

      if (*p == '\\' && p[1] != '\0')
        g_string_append_c (name, *++p);
      else if (!ends)
        g_string_append_c (name, *p);
      if (!ends)
        continue;
      if (name->len == 0)
        return NULL;
      folder = g_build_filename (parent, name->str, NULL);
      g_strv_builder_add (folders, folder);
      g_string_truncate (name, 0);
      n++;
    }
  return n > 1 && name->len == 0 ? g_strv_builder_end (folders) : NULL;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* How many bytes two paths have in common, up to and with a slash. */
static gsize
match (const char *a, const char *b, gsize most)
{
  gsize n = 0;

  for (gsize i = 0; i < most && a[i] != '\0' && a[i] == b[i]; i++)
    if (a[i] == '/')
      n = i + 1;
  return n;
}

char *
cjd_folders_print (const char *const *folders)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);
  GString *text = g_string_new (NULL);
  const char *first;
  gsize common;

  for (guint i = 0; folders[i] != NULL; i++)
    g_ptr_array_add (all, g_canonicalize_filename (folders[i], NULL));
  g_ptr_array_sort (all, compare);
  for (guint i = all->len; i-- > 1;)
    if (g_str_equal (all->pdata[i], all->pdata[i - 1]))
      g_ptr_array_remove_index (all, i);
  first = all->len > 0 ? all->pdata[0] : "";
  if (all->len < 2)
    {
      g_string_append (text, first);
      return g_string_free (text, FALSE);
    }
  common = (gsize) (strrchr (first, '/') - first) + 1;
  for (guint i = 1; i < all->len; i++)
    common = match (first, all->pdata[i], common);
  g_string_append_len (text, first, (gssize) common);
  for (guint i = 0; i < all->len; i++)
    {
      g_string_append_c (text, i == 0 ? '{' : ',');
      for (const char *p = (const char *) all->pdata[i] + common; *p != '\0'; p++)
        {
          if (strchr (",{}\\", *p) != NULL)
            g_string_append_c (text, '\\');
          g_string_append_c (text, *p);
        }
    }
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

char *
cjd_folders_dup_name (const char *path)
{
  g_auto (GStrv) folders = cjd_folders_parse (path);
  const char *brace = folders != NULL ? find_brace (path) : NULL;
  g_autofree char *parent = brace != NULL ? g_strndup (path, (gsize) (brace - path)) : NULL;

  return g_filename_display_basename (parent != NULL ? parent : path);
}
