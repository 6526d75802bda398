/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-nir.h"

#include "cjl-nir.h"
#include "cju-options.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

/* What is asked; lives as long as the dialog, and then as long as the thread that reads. */
typedef struct
{
  CjlNirOptions values;
  CjuOptions rows;
  char *path;
  char *note; /* what the thread could not take; NULL: nothing */
} Asking;

static void
free_asking (gpointer data)
{
  Asking *asking = data;

  g_free (asking->path);
  g_free (asking->note);
  g_free (asking);
}

static void
set_option (gpointer data, const char *name, const char *text)
{
  cj_params_parse (cjl_nir_params, &((Asking *) data)->values, name, text, NULL);
}

static char *
print_option (gpointer data, const char *name)
{
  return cj_params_print (cj_params_find (cjl_nir_params, name), &((Asking *) data)->values);
}

static void
read_thread (GTask *task, gpointer window, gpointer data, GCancellable *cancellable)
{
  Asking *asking = data;
  GError *error = NULL;
  CjlProject *project = cjl_nir_load (asking->path, &asking->values, &asking->note, &error);

  (void) window;
  (void) cancellable;
  if (project != NULL)
    g_task_return_pointer (task, project, (GDestroyNotify) cjl_project_unref);
  else
    g_task_return_error (task, error);
}

static void
read_done (GObject *object, GAsyncResult *result, gpointer data)
{
  const Asking *asking = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = g_task_propagate_pointer (G_TASK (result), &error);

  (void) data;
  if (gtk_window_get_application (GTK_WINDOW (object)) == NULL) /* destroyed meanwhile */
    return;
  if (project == NULL)
    {
      cju_window_tell (CJU_WINDOW (object), error->message);
      return;
    }
  cju_window_open (CJU_WINDOW (object), project);
  if (asking->note != NULL)
    cju_window_tell (CJU_WINDOW (object), asking->note);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, gpointer window)
{
  const Asking *asked = g_object_get_data (G_OBJECT (dialog), "asking");
  g_autoptr (GTask) task = NULL;
  Asking *asking;

  if (!g_str_equal (response, "open"))
    return;
  asking = g_new0 (Asking, 1);
  asking->values = asked->values;
  asking->path = g_strdup (asked->path);
  task = g_task_new (window, NULL, read_done, NULL);
  g_task_set_task_data (task, asking, free_asking);
  g_task_run_in_thread (task, read_thread);
}

void
cju_nir_open (CjuWindow *window, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (window), NULL,
      _ ("It tells neurons by differential equations. Say how these become moments: programs that "
         "write such files mean the moment they trained with, and mostly Euler's step."));
  GtkWidget *list = gtk_list_box_new ();
  Asking *asking = g_new0 (Asking, 1);

  cjl_nir_options_init (&asking->values);
  asking->rows = (CjuOptions){ set_option, print_option, asking };
  asking->path = g_strdup (path);
  for (const CjParam *p = cjl_nir_params; p->name != NULL; p++)
    gtk_list_box_append (GTK_LIST_BOX (list), cju_options_make_row (&asking->rows, p));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog), _ ("Open the NIR Graph “%s”"),
                                     name);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), list);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "open",
                                    _ ("_Open"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "open",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "open");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  /* rows use it until the last of them is gone */
  g_object_set_data_full (G_OBJECT (dialog), "asking", asking, free_asking);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), window, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
