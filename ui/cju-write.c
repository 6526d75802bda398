/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-write.h"

#include <glib/gi18n-lib.h>

char *
cju_write_print (const char *name)
{
  return g_strdup_printf (_ ("%s was written"), name);
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer object)
{
  const CjuWriter write = (CjuWriter) g_object_get_data (G_OBJECT (dialog), "write");
  const CjuTeller tell = (CjuTeller) g_object_get_data (G_OBJECT (dialog), "tell");

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);
      g_autofree char *name = g_file_get_basename (file);
      g_autofree char *text = cju_write_print (name);
      g_autoptr (GError) error = NULL;
      const gboolean written = path != NULL && write (object, path, &error);

      if (path == NULL)
        tell (object, _ ("Choose a folder on this machine."));
      else if (error != NULL)
        tell (object, error->message);
      else if (written)
        tell (object, text);
    }
  g_object_unref (dialog);
}

GtkFileChooserNative *
cju_write_new (const char *title, const char *name, GtkWindow *parent, gpointer object,
               CjuWriter write, CjuTeller tell)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      title, parent, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), _ ("_Cancel"));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_object_set_data (G_OBJECT (dialog), "write", (gpointer) write);
  g_object_set_data (G_OBJECT (dialog), "tell", (gpointer) tell);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), object, 0);
  return dialog;
}
