/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cja-application.h"
#include "cjl-language.h"
#include "cjl-plugins.h"
#include "cju-memory.h"

int
main (int argc, char **argv)
{
  g_autoptr (CjaApplication) application = NULL;

  cju_memory_begin ();
  cjl_language_set ();
  cjl_plugins_load ();
  application = cja_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
