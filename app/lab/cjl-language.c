/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-language.h"

#include <libintl.h>
#include <locale.h>

char *
cjl_language_find_built (const char *below)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *ninja = NULL;
  char *path;

  if (folder == NULL)
    return NULL;
  /* app/desktop/cajal, app/cli/cajal-cli */
  ninja = g_build_filename (folder, "..", "..", "build.ninja", NULL);
  path = g_build_filename (folder, "..", "..", below, NULL);
  if (!g_file_test (ninja, G_FILE_TEST_EXISTS) || !g_file_test (path, G_FILE_TEST_IS_DIR))
    g_clear_pointer (&path, g_free);
  return path;
}

void
cjl_language_set (void)
{
  g_autofree char *built = cjl_language_find_built ("po");

  if (setlocale (LC_ALL, "") == NULL)
    setlocale (LC_ALL,
               "C.UTF-8"); /* a locale that is not installed: LANGUAGE counts all the same */
  bindtextdomain (GETTEXT_PACKAGE, built != NULL ? built : CAJAL_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

void
cjl_language_set_plain (void)
{
  setlocale (LC_MESSAGES, "C");
}
