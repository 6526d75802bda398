/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-export.h"

#include "cjl-export.h"
#include "cju-access.h"
#include "cju-window-private.h"

#include <glib/gi18n-lib.h>

static gboolean
write_weights (CjuWindow *self, const char *path, GError **error)
{
  CjlSession *session = cju_document_get_session (self->document);

  if (session != NULL)
    {
      cjl_session_settle (session);
      cjl_session_store (session, FALSE);
    }
  return cjl_export_weights (cju_document_get_project (self->document), path, error);
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);
      g_autofree char *name = g_file_get_basename (file);
      g_autofree char *text = g_strdup_printf (_ ("%s was written"), name);
      g_autoptr (GError) error = NULL;
      const gboolean written = path != NULL && write_weights (data, path, &error);

      cju_window_tell (data, written         ? text
                             : error != NULL ? error->message
                                             : _ ("Choose a folder on this machine."));
    }
  g_object_unref (dialog);
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
      = gtk_file_chooser_native_new (_ ("Export Weights"), GTK_WINDOW (widget),
                                     GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), _ ("_Cancel"));

  (void) name;
  (void) parameter;
  add_filter (dialog, _ ("Weights as safetensors (*.safetensors)"), "*.safetensors");
  add_filter (dialog, _ ("Weights for NumPy (*.npz)"), "*.npz");
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), file);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* The dock knows its views: what the header asks for goes there. */
static void
view_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void) name;
  gtk_widget_activate_action_variant (CJU_WINDOW (widget)->dock, "dock.export", parameter);
}

void
cju_export_install (GtkWidgetClass *window)
{
  gtk_widget_class_install_action (window, "win.export-weights", NULL, weights_action);
  gtk_widget_class_install_action (window, "win.export-view", "s", view_action);
}

GtkWidget *
cju_export_button_new (void)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) weights = g_menu_new (), view = g_menu_new ();

  g_menu_append (weights, _ ("_Weights…"), "win.export-weights");
  g_menu_append (view, _ ("View as _SVG…"), "win.export-view::svg");
  g_menu_append (view, _ ("View as _PDF…"), "win.export-view::pdf");
  g_menu_append (view, _ ("View as P_NG…"), "win.export-view::png");
  g_menu_append (view, _ ("_Numbers of View as CSV…"), "win.export-view::csv");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (weights));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (view));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "document-send-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_widget_set_tooltip_text (button, _ ("Export"));
  cju_access_name (button, _ ("Export"));
  return button;
}
