/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every template and every network of the zoo has its picture on the start page, in both styles, as large as its place there. */
#include "cjl-zoo.h"
#include "cju-gallery.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

static void
check_pictures (const char *id)
{
  for (int dark = 0; dark < 2; dark++)
    {
      g_autofree char *path
          = g_strdup_printf ("/org/cajal/Cajal/templates/%s%s.png", id, dark ? "-dark" : "");
      g_autoptr (GError) error = NULL;
      g_autoptr (GdkPixbuf) picture = gdk_pixbuf_new_from_resource (path, &error);

      g_assert_no_error (error);
      g_assert_cmpint (gdk_pixbuf_get_width (picture), ==, 2 * 292);
      g_assert_cmpint (gdk_pixbuf_get_height (picture), ==, 2 * 132);
    }
}

static void
test_pictures (void)
{
  g_type_ensure (CJU_TYPE_GALLERY); /* the library that holds the pictures is linked */
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    check_pictures (t->id);
  for (const CjlZooNet *net = cjl_zoo (); net->experiment.id != NULL; net++)
    check_pictures (net->experiment.id);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/gallery/pictures", test_pictures);
  return g_test_run ();
}
