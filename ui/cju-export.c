/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-export.h"

#include "cju-access.h"
#include "cju-format.h"
#include "cju-plate.h"
#include "cju-window-private.h"

#include <glib/gi18n-lib.h>

/* The network in the format whose id is the parameter. */
static void
format_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const CjlFormat *format = cjl_format_find (g_variant_get_string (parameter, NULL));

  (void) name;
  if (format != NULL && CJU_WINDOW (widget)->document != NULL)
    cju_format_export (CJU_WINDOW (widget), format);
}

/* The dock knows its views: what the header asks for goes there. */
static void
view_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void) name;
  gtk_widget_activate_action_variant (CJU_WINDOW (widget)->dock, "dock.export", parameter);
}

/* The plate of the project. */
static void
plate_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void) name;
  (void) parameter;
  if (CJU_WINDOW (widget)->document != NULL)
    cju_plate_present (CJU_WINDOW (widget)->document, GTK_WINDOW (widget));
}

/* What the dock does with its view. */
static void
publish_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void) parameter;
  gtk_widget_activate_action (
      CJU_WINDOW (widget)->dock,
      g_str_equal (name, "win.publish-view") ? "dock.publish" : "dock.add-to-plate", NULL);
}

void
cju_export_install (GtkWidgetClass *window)
{
  gtk_widget_class_install_action (window, "win.plate", NULL, plate_action);
  gtk_widget_class_install_action (window, "win.publish-view", NULL, publish_action);
  gtk_widget_class_install_action (window, "win.add-to-plate", NULL, publish_action);
  gtk_widget_class_install_action (window, "win.export", "s", format_action);
  gtk_widget_class_install_action (window, "win.export-view", "s", view_action);
}

GtkWidget *
cju_export_button_new (void)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) formats = g_menu_new (), page = g_menu_new (), view = g_menu_new ();

  for (guint i = 0; cjl_formats[i] != NULL; i++)
    {
      g_autofree char *action = g_strdup_printf ("win.export::%s", cjl_formats[i]->id);

      g_menu_append (formats, _ (cjl_formats[i]->title), action);
    }
  g_menu_append (page, _ ("_Figure of View…"), "win.publish-view");
  g_menu_append (page, _ ("_Add View to Plate"), "win.add-to-plate");
  g_menu_append (page, _ ("P_late…"), "win.plate");
  g_menu_append (view, _ ("View as _SVG…"), "win.export-view::svg");
  g_menu_append (view, _ ("View as _PDF…"), "win.export-view::pdf");
  g_menu_append (view, _ ("View as P_NG…"), "win.export-view::png");
  g_menu_append (view, _ ("_Numbers of View as CSV…"), "win.export-view::csv");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (formats));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (page));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (view));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "document-send-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  cju_access_tip (button, _ ("Export"));
  cju_access_name (button, _ ("Export"));
  return button;
}
