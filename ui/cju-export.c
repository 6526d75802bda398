/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-export.h"

#include "cjl-export.h"
#include "cju-access.h"
#include "cju-nir.h"
#include "cju-plate.h"
#include "cju-window-private.h"
#include "cju-write.h"

#include <glib/gi18n-lib.h>

static gboolean
write_weights (gpointer window, const char *path, GError **error)
{
  const CjuWindow *self = window;

  cju_document_store (self->document);
  return cjl_export_weights (cju_document_get_project (self->document), path, error);
}

static void
tell (gpointer window, const char *text)
{
  cju_window_tell (window, text);
}

static void
add_filter (GtkFileChooserNative *dialog, const char *title, const char *pattern)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, title);
  gtk_file_filter_add_pattern (filter, pattern);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  g_object_unref (filter);
}

static void
weights_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);
  const CjlProject *project = cju_document_get_project (self->document);
  g_autofree char *file
      = g_strdelimit (g_strdup_printf ("%s.safetensors", project->title), "/", '-');
  GtkFileChooserNative *dialog
      = cju_write_new (_ ("Export Weights"), file, GTK_WINDOW (widget), self, write_weights, tell);

  (void) name;
  (void) parameter;
  add_filter (dialog, _ ("Weights as safetensors (*.safetensors)"), "*.safetensors");
  add_filter (dialog, _ ("Weights for NumPy (*.npz)"), "*.npz");
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
nir_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void) name;
  (void) parameter;
  if (CJU_WINDOW (widget)->document != NULL)
    cju_nir_export (CJU_WINDOW (widget));
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
  gtk_widget_class_install_action (window, "win.export-weights", NULL, weights_action);
  gtk_widget_class_install_action (window, "win.export-nir", NULL, nir_action);
  gtk_widget_class_install_action (window, "win.export-view", "s", view_action);
}

GtkWidget *
cju_export_button_new (void)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) weights = g_menu_new (), page = g_menu_new (), view = g_menu_new ();

  g_menu_append (weights, _ ("_Weights…"), "win.export-weights");
  g_menu_append (weights, _ ("N_IR Graph…"), "win.export-nir");
  g_menu_append (page, _ ("_Figure of View…"), "win.publish-view");
  g_menu_append (page, _ ("_Add View to Plate"), "win.add-to-plate");
  g_menu_append (page, _ ("P_late…"), "win.plate");
  g_menu_append (view, _ ("View as _SVG…"), "win.export-view::svg");
  g_menu_append (view, _ ("View as _PDF…"), "win.export-view::pdf");
  g_menu_append (view, _ ("View as P_NG…"), "win.export-view::png");
  g_menu_append (view, _ ("_Numbers of View as CSV…"), "win.export-view::csv");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (weights));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (page));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (view));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "document-send-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  cju_access_tip (button, _ ("Export"));
  cju_access_name (button, _ ("Export"));
  return button;
}
