/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-format.h"

#include "cju-ask.h"
#include "cju-task.h"
#include "cju-write.h"

#include <glib/gi18n-lib.h>

/* What a thread writes. */
typedef struct
{
  const CjlFormat *format;
  CjlProject *project;
  gpointer options;
  char *path;
  CjlExported done;
} Writing;

static void
free_writing (gpointer data)
{
  Writing *writing = data;

  cjl_project_unref (writing->project);
  g_free (writing->options);
  g_free (writing->path);
  cjl_exported_clear (&writing->done);
  g_free (writing);
}

static void
write_thread (GTask *task, gpointer window, gpointer data, GCancellable *cancellable)
{
  Writing *writing = data;
  GError *error = NULL;

  (void) window;
  (void) cancellable;
  if (writing->format->save (writing->project, writing->path, writing->options, &writing->done,
                             &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* "net.c, net.h were written", and what there is to say about them. You free. */
static char *
print_done (const Writing *writing)
{
  g_autofree char *name = g_filename_display_basename (writing->path);
  g_autoptr (GString) names = g_string_new (name);
  g_autofree char *text = NULL;

  for (guint i = 0; writing->done.files != NULL && i < writing->done.files->len; i++)
    {
      g_autofree char *more = g_filename_display_basename (writing->done.files->pdata[i]);

      g_string_append_printf (names, ", %s", more);
    }
  text = writing->done.files != NULL ? g_strdup_printf (_ ("%s were written"), names->str)
                                     : cju_write_print (name);
  return writing->done.note != NULL ? g_strdup_printf ("%s. %s", text, writing->done.note)
                                    : g_steal_pointer (&text);
}

static void
write_done (GObject *object, GAsyncResult *result, gpointer data)
{
  const Writing *writing = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  (void) data;
  g_task_propagate_boolean (G_TASK (result), &error);
  if (gtk_window_get_application (GTK_WINDOW (object)) == NULL) /* destroyed meanwhile */
    return;
  text = error != NULL ? g_strdup (error->message) : print_done (writing);
  cju_window_tell (CJU_WINDOW (object), text);
}

/* Whether the path ends as a file of the format. */
static gboolean
has_ending (const CjlFormat *format, const char *path)
{
  for (guint i = 0; format->files[i].ending != NULL; i++)
    if (g_str_has_suffix (path, format->files[i].ending))
      return TRUE;
  return FALSE;
}

/* It tells by itself, when the thread is done: reading the data may take its time. */
static gboolean
write_file (gpointer window, const char *path, GError **error)
{
  const CjlFormat *format = g_object_get_data (window, "cju-format");
  CjuDocument *document = cju_window_get_document (window);
  g_autoptr (GTask) task = NULL;
  Writing *writing;

  (void) error;
  if (document == NULL) /* closed while it was asked */
    return FALSE;
  cju_document_store (document);
  writing = g_new0 (Writing, 1);
  writing->format = format;
  writing->options
      = g_memdup2 (g_object_get_data (window, "cju-format-options"), format->options_size);
  writing->path = has_ending (format, path) ? g_strdup (path)
                                            : g_strconcat (path, format->files[0].ending, NULL);
  writing->project = cjl_project_dup_for_worker (cju_document_get_project (document));
  task = cju_task_new (window, NULL, write_done, NULL);
  g_task_set_task_data (task, writing, free_writing);
  g_task_run_in_thread (task, write_thread);
  return FALSE;
}

static void
tell (gpointer window, const char *text)
{
  cju_window_tell (window, text);
}

static void
add_filters (GtkFileChooser *dialog, const CjlFormat *format)
{
  for (guint i = 0; format->files[i].ending != NULL; i++)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
      g_autofree char *pattern = g_strconcat ("*", format->files[i].ending, NULL);
      g_autofree char *title = g_strdup_printf ("%s (%s)", _ (format->files[i].title), pattern);

      gtk_file_filter_set_name (filter, title);
      gtk_file_filter_add_pattern (filter, pattern);
      gtk_file_chooser_add_filter (dialog, filter);
    }
}

/* Asks for the place; what was chosen waits at the window. */
static void
on_answer (gpointer window, gconstpointer options, gpointer data)
{
  const CjlFormat *format = data;
  CjuDocument *document = cju_window_get_document (window);
  GtkFileChooserNative *dialog;
  g_autofree char *name = NULL;

  if (document == NULL)
    return;
  g_object_set_data (window, "cju-format", (gpointer) format);
  g_object_set_data_full (window, "cju-format-options", g_memdup2 (options, format->options_size),
                          g_free);
  name = g_strdelimit (
      g_strconcat (cju_document_get_project (document)->title, format->files[0].ending, NULL), "/",
      '-');
  dialog = cju_write_new (_ (format->heading), name, window, window, write_file, tell);
  add_filters (GTK_FILE_CHOOSER (dialog), format);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
cju_format_export (CjuWindow *window, const CjlFormat *format)
{
  if (format->params != NULL)
    cju_ask (GTK_WINDOW (window), _ (format->heading), _ (format->blurb), _ ("_Export…"),
             format->params, cjl_format_new_options (format), window, on_answer, (gpointer) format,
             NULL);
  else
    on_answer (window, NULL, (gpointer) format);
}
