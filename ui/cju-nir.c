/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-nir.h"

#include "cjl-nir.h"
#include "cju-options.h"
#include "cju-write.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

/* What is asked; lives as long as the dialog, and then as long as the thread that reads or writes. */
typedef struct
{
  CjlNirOptions values;
  CjuOptions rows;
  char *path;          /* NULL: not asked yet */
  char *note;          /* what the thread could not take; NULL: nothing */
  CjlProject *project; /* to be written; NULL: one is read */
} Asking;

static void
free_asking (gpointer data)
{
  Asking *asking = data;

  g_clear_pointer (&asking->project, cjl_project_unref);
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
on_open (AdwMessageDialog *dialog, const char *response, gpointer window)
{
  const Asking *asked = g_object_get_data (G_OBJECT (dialog), "asking");
  g_autoptr (GTask) task = NULL;
  Asking *asking;

  if (!g_str_equal (response, "go"))
    return;
  asking = g_new0 (Asking, 1);
  asking->values = asked->values;
  asking->path = g_strdup (asked->path);
  task = g_task_new (window, NULL, read_done, NULL);
  g_task_set_task_data (task, asking, free_asking);
  g_task_run_in_thread (task, read_thread);
}

/* A dialog with rows for the options, of which `answer` hears; its data "asking" has what was chosen. */
static void
ask (CjuWindow *window, const char *path, const char *heading, const char *body, const char *go,
     GCallback answer)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (window), heading, body);
  GtkWidget *list = gtk_list_box_new ();
  Asking *asking = g_new0 (Asking, 1);

  cjl_nir_options_init (&asking->values);
  asking->rows = (CjuOptions){ set_option, print_option, asking };
  asking->path = g_strdup (path);
  for (const CjParam *p = cjl_nir_params; p->name != NULL; p++)
    gtk_list_box_append (GTK_LIST_BOX (list), cju_options_make_row (&asking->rows, p));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), list);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "go", go,
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "go",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "go");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  /* rows use it until the last of them is gone */
  g_object_set_data_full (G_OBJECT (dialog), "asking", asking, free_asking);
  g_signal_connect_object (dialog, "response", answer, window, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
cju_nir_open (CjuWindow *window, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *heading = g_strdup_printf (_ ("Open the NIR Graph “%s”"), name);

  ask (window, path, heading,
       _ ("It tells neurons by differential equations. Say how these become moments: programs that "
          "write such files mean the moment they trained with, and mostly Euler's step."),
       _ ("_Open"), G_CALLBACK (on_open));
}

/* --- writing --- */

static void
write_thread (GTask *task, gpointer window, gpointer data, GCancellable *cancellable)
{
  const Asking *asking = data;
  GError *error = NULL;

  (void) window;
  (void) cancellable;
  if (cjl_nir_save (asking->project, asking->path, &asking->values, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
write_done (GObject *object, GAsyncResult *result, gpointer data)
{
  const Asking *asking = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_filename_display_basename (asking->path);
  g_autofree char *text = cju_write_print (name);

  (void) data;
  g_task_propagate_boolean (G_TASK (result), &error);
  if (gtk_window_get_application (GTK_WINDOW (object)) != NULL)
    cju_window_tell (CJU_WINDOW (object), error != NULL ? error->message : text);
}

/* It tells by itself, when the thread is done: loading the data may take its time. */
static gboolean
write_graph (gpointer window, const char *path, GError **error)
{
  const CjlNirOptions *values = g_object_get_data (window, "cju-nir-options");
  CjuDocument *document = cju_window_get_document (window);
  Asking *asking = g_new0 (Asking, 1);
  g_autoptr (GTask) task = g_task_new (window, NULL, write_done, NULL);

  (void) error;
  cju_document_store (document);
  asking->values = *values;
  asking->path = g_strdup (path);
  asking->project = cjl_project_dup_for_worker (cju_document_get_project (document));
  g_task_set_task_data (task, asking, free_asking);
  g_task_run_in_thread (task, write_thread);
  return FALSE;
}

static void
tell (gpointer window, const char *text)
{
  cju_window_tell (window, text);
}

static void
on_export (AdwMessageDialog *dialog, const char *response, gpointer window)
{
  const Asking *asked = g_object_get_data (G_OBJECT (dialog), "asking");
  CjuDocument *document = cju_window_get_document (window);
  g_autofree char *name = NULL;

  if (!g_str_equal (response, "go") || document == NULL)
    return;
  g_object_set_data_full (window, "cju-nir-options",
                          g_memdup2 (&asked->values, sizeof asked->values), g_free);
  name = g_strdelimit (g_strdup_printf ("%s.nir", cju_document_get_project (document)->title), "/",
                       '-');
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (
      cju_write_new (_ ("Export NIR Graph"), name, window, window, write_graph, tell)));
}

void
cju_nir_export (CjuWindow *window)
{
  ask (window, NULL, _ ("Export as NIR Graph"),
       _ ("Other programs and chips for spiking neurons read it. Say how moments become "
          "differential "
          "equations: Euler's step is what most of them take."),
       _ ("_Export…"), G_CALLBACK (on_export));
}
