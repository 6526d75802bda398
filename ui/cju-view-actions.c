/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-view-actions.h"

#include "cj-error.h"
#include "cju-access.h"
#include "cju-figure-out.h"
#include "cju-options.h"
#include "cju-plate.h"
#include "cju-write.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

static void
on_written (gpointer view, const char *path, const char *error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *text = cju_write_print (name);

  cju_view_tell (view, error != NULL ? error : text);
}

static gboolean
write_figure (gpointer view, const char *path, GError **error)
{
  CjvPlate *plate = cju_view_dup_plate (view);

  if (plate == NULL)
    g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                         _ ("The view is still empty. Export it when it shows something."));
  else
    cju_figure_write (plate, cju_origin_new (cju_view_get_document (view)), path, FALSE, view,
                      on_written);
  return FALSE;
}

static void
tell (gpointer view, const char *text)
{
  cju_view_tell (view, text);
}

void
cju_view_export (CjuView *view, const char *ending)
{
  g_autofree char *file = g_strdup_printf ("%s.%s", cju_view_get_info (view)->id, ending);

  g_strdelimit (file, ":", '-'); /* of a plugin */
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (cju_write_new (
      _ ("Export figure"), file, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (view))), view,
      write_figure, tell)));
}

void
cju_view_copy (CjuView *view)
{
  cju_figure_view_copy (cju_view_get_figure (view));
  cju_view_tell (view, _ ("The figure is on the clipboard"));
}

void
cju_view_zoom (CjuView *view, const char *way)
{
  cju_figure_view_zoom (cju_view_get_figure (view), g_str_equal (way, "in")    ? 1.5
                                                    : g_str_equal (way, "out") ? 1 / 1.5
                                                                               : 0);
}

GMenu *
cju_view_new_menu (void)
{
  static const char *const kinds[][2] = { { "svg", N_ ("Export as _SVG…") },
                                          { "pdf", N_ ("Export as _PDF…") },
                                          { "png", N_ ("Export as P_NG…") },
                                          { "csv", N_ ("Export Numbers as _CSV…") } };
  g_autoptr (GMenu) page = g_menu_new (), files = g_menu_new (), rest = g_menu_new ();
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *action = g_strdup_printf ("dock.export::%s", kinds[i][0]);

      g_menu_append (files, _ (kinds[i][1]), action);
    }
  g_menu_append (page, _ ("_Export Figure…"), "dock.publish");
  g_menu_append (page, _ ("_Add to Plate"), "dock.add-to-plate");
  g_menu_append (rest, _ ("_Copy Picture"), "dock.copy");
  g_menu_append (rest, _ ("Show _Everything"), "dock.zoom::all");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (page));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (files));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  return menu;
}

/* --- a window of its own --- */

static void
on_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const char *name = g_action_get_name (G_ACTION (action));

  if (g_str_equal (name, "export"))
    cju_view_export (data, g_variant_get_string (parameter, NULL));
  else if (g_str_equal (name, "publish"))
    cju_plate_present_view (data, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (data))));
  else if (g_str_equal (name, "add-to-plate"))
    cju_plate_add_view (data);
  else if (g_str_equal (name, "zoom"))
    cju_view_zoom (data, g_variant_get_string (parameter, NULL));
  else
    cju_view_copy (data);
}

static void
add_action (GSimpleActionGroup *group, const char *name, const GVariantType *type, CjuView *view)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new (name, type);

  g_signal_connect_object (action, "activate", G_CALLBACK (on_action), view, 0);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
}

GtkWidget *
cju_view_new_options (CjuView *view)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *list = view != NULL ? cju_options_new (cju_view_get_figure (view)) : NULL;

  if (list == NULL)
    list = gtk_label_new (_ ("This view has nothing to set."));
  gtk_popover_set_child (GTK_POPOVER (popover), list);
  return popover;
}

static void
make_popup (GtkMenuButton *button, gpointer view)
{
  gtk_menu_button_set_popover (button, cju_view_new_options (view));
}

static void
add_buttons (GtkWidget *header, CjuView *view)
{
  GtkWidget *options = gtk_menu_button_new (), *exports = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = cju_view_new_menu ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (options), "emblem-system-symbolic");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (options), make_popup, view, NULL);
  cju_access_tip (options, _ ("How this view is drawn"));
  cju_access_name (options, _ ("How this view is drawn"));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (exports), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (exports), G_MENU_MODEL (menu));
  cju_access_tip (exports, _ ("Export this view"));
  cju_access_name (exports, _ ("Export this view"));
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), exports);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), options);
}

GtkWidget *
cju_view_window_new (GtkWidget *page, const char *title, GtkWindow *parent)
{
  GtkWidget *window = adw_window_new (), *header = adw_header_bar_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), page);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_window_set_default_size (GTK_WINDOW (window), 640, 480);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  if (CJU_IS_VIEW (page))
    {
      g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

      add_action (group, "export", G_VARIANT_TYPE_STRING, CJU_VIEW (page));
      add_action (group, "publish", NULL, CJU_VIEW (page));
      add_action (group, "add-to-plate", NULL, CJU_VIEW (page));
      add_action (group, "zoom", G_VARIANT_TYPE_STRING, CJU_VIEW (page));
      add_action (group, "copy", NULL, CJU_VIEW (page));
      gtk_widget_insert_action_group (window, "dock", G_ACTION_GROUP (group));
      add_buttons (header, CJU_VIEW (page));
    }
  return window;
}
