/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cja-application.h"

#include "cjl-plugins.h"

int
main (int argc, char **argv)
{
  g_autoptr (CjaApplication) application = cja_application_new ();

  cjl_plugins_load ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
