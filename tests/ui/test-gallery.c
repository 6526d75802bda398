/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every template has its picture on the start page, in both styles, as large as its place there. */
#include "cjl-template.h"
#include "cju-gallery.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

static void
test_pictures (void)
{
  g_type_ensure (CJU_TYPE_GALLERY); /* the library that holds the pictures is linked */
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    for (int dark = 0; dark < 2; dark++)
      {
        g_autofree char *path
            = g_strdup_printf ("/org/cajal/Cajal/templates/%s%s.png", t->id, dark ? "-dark" : "");
        g_autoptr (GError) error = NULL;
        g_autoptr (GdkPixbuf) picture = gdk_pixbuf_new_from_resource (path, &error);

        g_assert_no_error (error);
        g_assert_cmpint (gdk_pixbuf_get_width (picture), ==, 2 * 292);
        g_assert_cmpint (gdk_pixbuf_get_height (picture), ==, 2 * 132);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/gallery/pictures", test_pictures);
  return g_test_run ();
}
