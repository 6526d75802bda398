/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-intake.h"

#include "cjd-folders.h"
#include "cjl-figure-file.h"
#include "cjl-weights.h"
#include "cju-browser.h"
#include "cju-data.h"
#include "cju-figure-open.h"
#include "cju-model.h"
#include "cju-own.h"
#include "cju-predict.h"
#include "cju-weights.h"
#include "picture.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
cju_intake_is_data (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_auto (GStrv) several = cjd_folders_parse (path);
  char begin[2] = { 0 };

  if (several != NULL)
    return TRUE;
  if (g_str_has_suffix (path, ".cajal"))
    return FALSE;
  if (g_file_test (path, G_FILE_TEST_IS_DIR) || g_str_has_suffix (path, ".npz"))
    return TRUE;
  stream = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_file_read (file, NULL, NULL) : NULL;
  return stream != NULL
         && g_input_stream_read_all (G_INPUT_STREAM (stream), begin, sizeof begin, NULL, NULL, NULL)
         && memcmp (begin, "PK", sizeof begin) != 0;
}

gboolean
cju_intake_take (CjuWindow *window, const char *path)
{
  CjuDocument *document = cju_window_get_document (window);
  const char *const paths[] = { path, NULL };

  if (document == NULL && cjl_weights_is_file (path) && !g_str_has_suffix (path, ".npz"))
    {
      cju_window_tell (window,
                       _ ("These are weights of a network. Open the network first, then drop "
                          "them on it."));
      return FALSE;
    }
  if (document == NULL)
    {
      cju_window_offer (window, path);
      return TRUE;
    }
  if (cjl_weights_is_file (path))
    {
      cju_weights_take (window, paths);
      return TRUE;
    }
  if (cjd_picture_is_name (path) && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return cju_own_take_file (document, path);
  cju_data_use (document, path);
  return TRUE;
}

/* Several files that are all weights, as arrays of NumPy one by one. You free; NULL: they are something else. */
static GStrv
dup_weights (GSList *files)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (GSList *l = files; l != NULL; l = l->next)
    {
      g_autofree char *path = g_file_get_path (l->data);

      if (path == NULL || !cjl_weights_is_file (path))
        return NULL;
      g_strv_builder_add (paths, path);
    }
  return files != NULL && files->next != NULL ? g_strv_builder_end (paths) : NULL;
}

/* Several folders are classes of one data set: its path. NULL: they are something else. `mixed`: folders and files. */
static char *
dup_folders (GSList *files, gboolean *mixed)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GStrv) folders = NULL;
  guint n = 0, n_folders = 0;

  for (GSList *l = files; l != NULL; l = l->next, n++)
    {
      g_autofree char *path = g_file_get_path (l->data);

      if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
        continue;
      g_strv_builder_add (paths, path);
      n_folders++;
    }
  *mixed = n_folders > 0 && n_folders < n;
  folders = g_strv_builder_end (paths);
  return n_folders > 1 && n_folders == n ? cjd_folders_print ((const char *const *) folders) : NULL;
}

static gboolean
take_value (CjuWindow *window, const GValue *value)
{
  CjuDocument *document = cju_window_get_document (window);

  if (G_VALUE_HOLDS (value, GDK_TYPE_TEXTURE))
    return document != NULL
           && cju_own_take_texture (document, g_value_get_object (value), _ ("Dropped picture"));
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      GSList *files = g_value_get_boxed (value);
      g_autofree char *path = files != NULL ? g_file_get_path (files->data) : NULL;
      g_auto (GStrv) weights = document != NULL ? dup_weights (files) : NULL;
      gboolean mixed;
      g_autofree char *folders = dup_folders (files, &mixed);

      if (mixed)
        {
          cju_window_tell (window,
                           _ ("Folders and files came together. Drop folders, each a class, "
                              "or a single file."));
          return FALSE;
        }
      if (folders != NULL)
        return cju_intake_take (window, folders);
      if (weights != NULL)
        cju_weights_take (window, (const char *const *) weights);
      else if (path != NULL && cjl_figure_is_file (path))
        cju_figure_open (window, path);
      else if (path != NULL && cju_model_is_file (path))
        cju_model_open (window, path);
      else if (path == NULL
               || !(g_str_has_suffix (path, ".cajal") ? cju_window_open_path (window, path)
                                                      : cju_intake_take (window, path)))
        return FALSE;
      return TRUE;
    }
  return FALSE;
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, gpointer data)
{
  (void) target;
  (void) x;
  (void) y;
  return take_value (data, value);
}

void
cju_intake_watch (CjuWindow *window)
{
  GType types[2];
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  types[0] = GDK_TYPE_FILE_LIST;
  types[1] = GDK_TYPE_TEXTURE;
  gtk_drop_target_set_gtypes (drop, types, G_N_ELEMENTS (types));
  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), window);
  gtk_widget_add_controller (GTK_WIDGET (window), GTK_EVENT_CONTROLLER (drop));
}

static void
data_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDocument *document = cju_window_get_document (CJU_WINDOW (widget));

  (void) parameter;
  if (document != NULL)
    cju_data_ask (document, GTK_WINDOW (widget), g_str_equal (name, "win.data-folder"));
}

static void
on_picture (GtkNativeDialog *dialog, int response, gpointer data)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        cju_own_take_file (data, path);
    }
  g_object_unref (data);
  g_object_unref (dialog);
}

static void
picture_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDocument *document = cju_window_get_document (CJU_WINDOW (widget));
  GtkFileChooserNative *dialog;

  (void) name;
  (void) parameter;
  if (document == NULL)
    return;
  dialog = gtk_file_chooser_native_new (_ ("Picture of One's Own"), GTK_WINDOW (widget),
                                        GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Look"), _ ("_Cancel"));
  g_signal_connect (dialog, "response", G_CALLBACK (on_picture), g_object_ref (document));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

gboolean
cju_intake_has_picture (GdkClipboard *clipboard)
{
  const GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);

  return gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE)
         || gdk_content_formats_contain_mime_type (formats, "image/png")
         || gdk_content_formats_contain_mime_type (formats, "image/jpeg")
         || gdk_content_formats_contain_mime_type (formats, "text/uri-list");
}

static void
on_pasted (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (CjuWindow) window = data;
  g_autoptr (GError) error = NULL;
  CjuDocument *document = cju_window_get_document (window);
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (object), result, &error);

  if (value != NULL)
    take_value (window, value);
  else if (document != NULL)
    cju_document_notice (document, _ ("There is no picture on the clipboard."), FALSE);
}

static void
paste_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (widget);
  const GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);
  const gboolean files = gdk_content_formats_contain_mime_type (formats, "text/uri-list")
                         || gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST);

  (void) name;
  (void) parameter;
  gdk_clipboard_read_value_async (clipboard, files ? GDK_TYPE_FILE_LIST : GDK_TYPE_TEXTURE,
                                  G_PRIORITY_DEFAULT, NULL, on_pasted, g_object_ref (widget));
}

static void
on_browser_gone (GtkWidget *browser, gpointer window)
{
  (void) browser;
  g_object_set_data (G_OBJECT (window), "cju-browser", NULL);
}

/* The window of samples is there once. */
static void
browse_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDocument *document = cju_window_get_document (CJU_WINDOW (widget));
  GtkWidget *browser = g_object_get_data (G_OBJECT (widget), "cju-browser");

  (void) name;
  (void) parameter;
  if (document == NULL)
    return;
  if (browser == NULL)
    {
      browser = cju_browser_new (GTK_WINDOW (widget), document);
      g_object_set_data (G_OBJECT (widget), "cju-browser", browser);
      g_signal_connect_object (browser, "destroy", G_CALLBACK (on_browser_gone), widget, 0);
    }
  gtk_window_present (GTK_WINDOW (browser));
}

static void
predict_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDocument *document = cju_window_get_document (CJU_WINDOW (widget));

  (void) name;
  (void) parameter;
  if (document != NULL)
    cju_predict_ask (document, GTK_WINDOW (widget));
}

void
cju_intake_close (CjuWindow *window)
{
  GtkWidget *browser = g_object_get_data (G_OBJECT (window), "cju-browser");

  if (browser != NULL)
    gtk_window_destroy (GTK_WINDOW (browser));
}

static void
own_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDocument *document = cju_window_get_document (CJU_WINDOW (widget));

  (void) parameter;
  if (document == NULL || cju_document_get_own (document) == NULL)
    return;
  if (g_str_equal (name, "win.invert-picture"))
    cju_own_invert (document);
  else
    cju_document_choose_from (document, cju_document_get_split (document),
                              cju_document_get_sample (document));
}

void
cju_intake_install (GtkWidgetClass *class)
{
  cju_weights_install (class);
  gtk_widget_class_install_action (class, "win.data-file", NULL, data_action);
  gtk_widget_class_install_action (class, "win.data-folder", NULL, data_action);
  gtk_widget_class_install_action (class, "win.browse", NULL, browse_action);
  gtk_widget_class_install_action (class, "win.predict-folder", NULL, predict_action);
  gtk_widget_class_install_action (class, "win.picture", NULL, picture_action);
  gtk_widget_class_install_action (class, "win.paste-picture", NULL, paste_action);
  gtk_widget_class_install_action (class, "win.invert-picture", NULL, own_action);
  gtk_widget_class_install_action (class, "win.forget-picture", NULL, own_action);
}
