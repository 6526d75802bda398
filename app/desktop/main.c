/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cja-application.h"
#include "cjl-plugins.h"
#include "cju-settings.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

/* Translations lie beside a program in its build folder, else where they were installed. */
static void
set_language (void)
{
  g_autofree char *built = cju_settings_find_built ("po");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, built != NULL ? built : CAJAL_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

int
main (int argc, char **argv)
{
  g_autoptr (CjaApplication) application = NULL;

  set_language ();
  cjl_plugins_load ();
  application = cja_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
