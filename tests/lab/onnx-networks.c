/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The own networks as models with samples and right answers: onnx-networks FOLDER makes FOLDER/NAME/model.onnx and so
 * on. Prints the names. */
#include "cjl-onnx-export.h"
#include "own-networks.h"

#include <glib/gstdio.h>

static gboolean
write_network (guint i, const char *folder, GError **error)
{
  const CjlOnnxOptions options = { .samples = 3 };
  g_autoptr (CjlProject) project = own_networks_make (i, error);
  g_autofree char *place = g_build_filename (folder, own_networks_get_name (i), NULL);
  g_autofree char *path = g_build_filename (place, "model.onnx", NULL);
  g_auto (CjlExported) done = { 0 };

  return project != NULL && g_mkdir_with_parents (place, 0755) == 0
         && cjl_export (project, path, &options, &done, error);
}

int
main (int argc, char *argv[])
{
  int status = 0;

  g_return_val_if_fail (argc == 2, 2);
  for (guint i = 0; i < own_networks_count (); i++)
    {
      g_autoptr (GError) error = NULL;

      g_print ("%s\n", own_networks_get_name (i));
      if (!write_network (i, argv[1], &error))
        {
          g_printerr ("%s: %s\n", own_networks_get_name (i),
                      error != NULL ? error->message : "no folder");
          status = 1;
        }
    }
  return status;
}
