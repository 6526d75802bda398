/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-model.h"

#include "cjl-nir.h"
#include "cjl-onnx-import.h"
#include "cju-ask.h"
#include "cju-task.h"

#include <glib/gi18n-lib.h>

/* What the thread reads, and what it could not take. */
typedef struct
{
  CjlNirOptions options; /* of a NIR graph */
  char *path;
  char *note; /* NULL: nothing */
} Reading;

static void
free_reading (gpointer data)
{
  Reading *reading = data;

  g_free (reading->path);
  g_free (reading->note);
  g_free (reading);
}

static void
read_thread (GTask *task, gpointer window, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  GError *error = NULL;
  CjlProject *project
      = cjl_onnx_is_file (reading->path)
            ? cjl_onnx_load (reading->path, &reading->note, &error)
            : cjl_nir_load (reading->path, &reading->options, &reading->note, &error);

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
  const Reading *reading = g_task_get_task_data (G_TASK (result));
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
  if (reading->note != NULL)
    cju_window_tell (CJU_WINDOW (object), reading->note);
}

static void
read_in_thread (CjuWindow *window, const char *path, const CjlNirOptions *options)
{
  g_autoptr (GTask) task = cju_task_new (window, NULL, read_done, NULL);
  Reading *reading = g_new0 (Reading, 1);

  reading->options = *options;
  reading->path = g_strdup (path);
  g_task_set_task_data (task, reading, free_reading);
  g_task_run_in_thread (task, read_thread);
}

static void
on_answer (gpointer window, gconstpointer options, gpointer path)
{
  read_in_thread (window, path, options);
}

static void
ask_and_read (CjuWindow *window, const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *heading = g_strdup_printf (_ ("Open the NIR Graph “%s”"), name);
  CjlNirOptions *options = g_new0 (CjlNirOptions, 1);

  cjl_nir_options_init (options);
  cju_ask (
      GTK_WINDOW (window), heading,
      _ ("It tells neurons by differential equations. Say how they become time steps: programs "
         "that write such files mean the step they trained with, and mostly Euler’s method."),
      _ ("_Open"), cjl_nir_params, options, window, on_answer, g_strdup (path), g_free);
}

gboolean
cju_model_is_file (const char *path)
{
  return cjl_nir_is_file (path) || cjl_onnx_is_file (path);
}

void
cju_model_open (CjuWindow *window, const char *path)
{
  CjlNirOptions options;

  if (cjl_nir_is_file (path))
    {
      ask_and_read (window, path);
      return;
    }
  cjl_nir_options_init (&options);
  read_in_thread (window, path, &options);
}
