/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and windows: opening, saving, what was left unsaved, and closing. */
#include "cju-window-private.h"

#include "cjl-figure-file.h"
#include "cjl-recovery.h"
#include "cjl-zoo.h"
#include "cju-figure-open.h"
#include "cju-intake.h"
#include "cju-memory.h"
#include "cju-model.h"
#include "cju-patience.h"
#include "cju-recent.h"
#include "cju-result.h"
#include "cju-settings.h"
#include "cju-task.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define STORE_MS 5 /* between looks at a step that is to end */

/* A thread that works for the window keeps it after it was destroyed. */
static gboolean
is_destroyed (CjuWindow *self)
{
  return gtk_window_get_application (GTK_WINDOW (self)) == NULL;
}

/* --- opening --- */

gboolean
cju_window_open_template (CjuWindow *self, const char *id)
{
  const CjlTemplate *template = cjl_template_find (id);
  const CjlResultCard *card = cjl_card_find (id);
  const CjlZooNet *net = cjl_zoo_find (id);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = template != NULL ? cjl_template_make (template, &error)
                                   : net != NULL    ? cjl_zoo_load (net, &error)
                                                    : NULL;

  if (card != NULL)
    {
      cju_result_present (self, card);
      return TRUE;
    }
  if (project == NULL)
    {
      cju_window_tell (self, error != NULL ? error->message : _ ("There is no such template."));
      return FALSE;
    }
  cju_window_open (self, project);
  return TRUE;
}

/* The window that shows the file, or NULL. */
static CjuWindow *
find_window (CjuWindow *self, const char *path)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autofree char *wanted = g_canonicalize_filename (path, NULL);

  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    {
      CjuWindow *window = CJU_IS_WINDOW (l->data) ? l->data : NULL;
      const CjlProject *project = window != NULL && window->document != NULL
                                      ? cju_document_get_project (window->document)
                                      : NULL;
      g_autofree char *its = project != NULL && project->path != NULL
                                 ? g_canonicalize_filename (project->path, NULL)
                                 : NULL;

      if (g_strcmp0 (its, wanted) == 0)
        return window;
    }
  return NULL;
}

void
cju_window_open (CjuWindow *self, CjlProject *project)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  CjuWindow *target = self->document == NULL ? self : CJU_WINDOW (cju_window_new (application));

  cjl_project_keep (project,
                    NULL); /* every edit from now on; why it cannot is said in the window */
  if (target != self)
    target->state_when_opened = g_steal_pointer (&self->state_when_opened);
  cju_window_show_project (target, project);
  if (project->path != NULL)
    cju_recent_add (project->path);
  gtk_window_present (GTK_WINDOW (target));
}

static gboolean
restore (CjuWindow *self, const char *uuid)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = cjl_recovery_restore (uuid, &error);

  if (project == NULL)
    {
      cju_window_tell (self, error->message);
      return FALSE;
    }
  cju_window_open (self, project);
  return TRUE;
}

static void
discard (CjuWindow *self, const char *uuid)
{
  g_autoptr (GError) error = NULL;

  if (!cjl_recovery_discard (uuid, &error))
    cju_window_tell (self, error->message);
}

static void
on_remains_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  CjuWindow *self = data;
  CjlProject *project = g_object_get_data (G_OBJECT (dialog), "project");

  if (g_str_equal (response, "restore"))
    {
      restore (self, project->uuid);
      return;
    }
  if (g_str_equal (response, "saved"))
    {
      /* under another name in the journal, so that what is left stays there */
      g_free (project->uuid);
      project->uuid = g_uuid_string_random ();
    }
  else if (g_str_equal (response, "discard"))
    discard (self, project->uuid);
  else
    return;
  cju_window_open (self, project);
}

/* What was not saved of the project is offered. */
static void
offer (CjuWindow *self, CjlProject *project, const CjlRemains *remains)
{
  g_autofree char *what = cju_recent_print_remains (remains);
  g_autofree char *body = g_strdup_printf (
      _ ("Cajal ended before they were saved: %s. Nothing is lost until you discard it."), what);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), NULL, body);

  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog), _ ("Restore “%s”?"),
                                     remains->title);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard",
                                    _ ("_Discard"), "saved", _ ("Open as _Saved"), "restore",
                                    _ ("_Restore"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "restore",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "restore");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "project", cjl_project_ref (project),
                          (GDestroyNotify) cjl_project_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_remains_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
close_empty (gpointer window)
{
  gtk_window_destroy (window);
  return G_SOURCE_REMOVE;
}

/* A project that a thread reads. */
typedef struct
{
  char *path;
  GCancellable *cancellable;
  CjuPatience *patience;
} Opening;

static void
free_opening (gpointer data)
{
  Opening *opening = data;

  cju_patience_free (opening->patience);
  g_object_unref (opening->cancellable);
  g_free (opening->path);
  g_free (opening);
}

/* What the thread found. */
typedef struct
{
  CjlProject *project;
  CjlRemains *remains; /* NULL: nothing was left unsaved */
} Found;

static void
free_found (gpointer data)
{
  Found *found = data;

  g_clear_pointer (&found->project, cjl_project_unref);
  g_clear_pointer (&found->remains, cjl_remains_free);
  g_free (found);
}

static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  CjlProject *project = cjl_project_load (data, &error);
  Found *found;

  (void) source;
  (void) cancellable;
  if (project == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  found = g_new0 (Found, 1);
  found->project = project;
  found->remains = cjl_recovery_find (project->uuid);
  g_task_return_pointer (task, found, free_found);
}

/* Whether a file is shown already: that window comes to the front. */
static gboolean
show_open (CjuWindow *self, const char *path)
{
  CjuWindow *open = find_window (self, path);

  if (open == NULL)
    return FALSE;
  gtk_window_present (GTK_WINDOW (open));
  if (self->document == NULL
      && self->opening->len == 0) /* it was made, or waited, for this project */
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, close_empty, g_object_ref (self), g_object_unref);
  return TRUE;
}

static Opening *
find_opening (CjuWindow *self, const char *path)
{
  for (guint i = 0; self->opening != NULL && i < self->opening->len; i++)
    if (g_str_equal (((Opening *) self->opening->pdata[i])->path, path))
      return self->opening->pdata[i];
  return NULL;
}

static void
open_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuWindow *self = CJU_WINDOW (object);
  g_autofree char *path = g_strdup (g_task_get_task_data (G_TASK (result)));
  g_autoptr (GError) error = NULL;
  Found *found = g_task_propagate_pointer (G_TASK (result), &error);

  (void) data;
  if (is_destroyed (self) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_pointer (&found, free_found);
      return;
    }
  g_ptr_array_remove (self->opening, find_opening (self, path));
  if (found == NULL)
    {
      self->train_when_opened = FALSE;
      g_clear_pointer (&self->state_when_opened, g_variant_unref);
      cju_window_tell (self, error->message);
    }
  else if (found->remains != NULL)
    offer (self, found->project, found->remains);
  else if (!show_open (self, path))
    cju_window_open (self, found->project);
  g_clear_pointer (&found, free_found);
}

static void
cancel_opening (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);
  Opening *opening = find_opening (self, g_variant_get_string (parameter, NULL));

  (void) name;
  if (opening == NULL)
    return;
  self->train_when_opened = FALSE;
  g_cancellable_cancel (opening->cancellable);
  g_ptr_array_remove (self->opening, opening);
}

/* Whether some window reads the file already. */
static gboolean
is_opening (CjuWindow *self, const char *path)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    if (CJU_IS_WINDOW (l->data) && find_opening (l->data, path) != NULL)
      return TRUE;
  return FALSE;
}

gboolean
cju_window_open_path (CjuWindow *self, const char *path)
{
  g_autofree char *whole
      = strstr (path, "://") != NULL ? g_strdup (path) : g_canonicalize_filename (path, NULL);
  g_autofree char *name = g_filename_display_basename (whole);
  g_autofree char *text = g_strdup_printf (_ ("Opening “%s”…"), name);
  g_autoptr (GTask) task = NULL;
  Opening *opening;

  if (self->opening == NULL)
    self->opening = g_ptr_array_new_with_free_func (free_opening);
  if (show_open (self, whole))
    return FALSE;
  if (is_opening (self, whole))
    return TRUE;
  if (cjl_figure_is_file (whole))
    {
      cju_figure_open (self, whole);
      return FALSE;
    }
  if (cju_model_is_file (whole))
    {
      cju_model_open (self, whole);
      return FALSE;
    }
  if (cju_intake_is_data (whole))
    {
      cju_intake_take (self, whole);
      return FALSE;
    }
  opening = g_new0 (Opening, 1);
  opening->path = g_strdup (whole);
  opening->cancellable = g_cancellable_new ();
  opening->patience
      = cju_patience_new (ADW_TOAST_OVERLAY (self->toasts), text, "win.cancel-opening", whole);
  g_ptr_array_add (self->opening, opening);
  task = cju_task_new (self, opening->cancellable, open_done, NULL);
  g_task_set_task_data (task, g_strdup (whole), g_free);
  g_task_run_in_thread (task, open_thread);
  return TRUE;
}

void
cju_window_open_at (CjuWindow *self, const char *path, GVariant *state)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  CjuWindow *open = find_window (self, whole);

  if (open != NULL)
    {
      gtk_window_present (GTK_WINDOW (open));
      cju_figure_open_apply (open->document, open->dock, state);
      return;
    }
  g_clear_pointer (&self->state_when_opened, g_variant_unref);
  if (cju_window_open_path (self, whole))
    self->state_when_opened = g_variant_ref (state);
}

static void
on_open_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        cju_window_open_path (data, path);
    }
  g_object_unref (dialog);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (_ ("Open project"), GTK_WINDOW (widget),
                                     GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));

  (void) name;
  (void) parameter;
  cju_settings_begin_in_folder (GTK_FILE_CHOOSER (dialog));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_open_response), widget, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* A canvas with nothing on it but the data. */
static void
empty_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (CjlProject) project = cjl_project_new ();

  (void) name;
  (void) parameter;
  cjl_project_set_title (project, _ ("Untitled"));
  cj_graph_add (project->graph, cj_layer_find ("input"), NULL, NULL);
  cju_window_open (CJU_WINDOW (widget), project);
}

/* win.open-path, win.restore and win.discard of the start page. */
static void
text_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);
  const char *text = g_variant_get_string (parameter, NULL);

  if (g_str_equal (name, "win.open-path"))
    cju_window_open_path (self, text);
  else if (g_str_equal (name, "win.restore"))
    restore (self, text);
  else
    discard (self, text);
}

/* --- saving --- */

static gboolean
close_now (gpointer window)
{
  gtk_window_close (window);
  return G_SOURCE_REMOVE;
}

/* After the dialog that asked, which knows the window as its parent, is gone. */
static void
close_soon (CjuWindow *self)
{
  self->closing = TRUE;
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, close_now, g_object_ref (self), g_object_unref);
}

static gboolean
is_training (CjuWindow *self)
{
  return cju_document_get_state (self->document).status == CJ_RUN_TRAINING;
}

/* What a worker writes. */
typedef struct _CjuSaving
{
  CjuWindow *window;
  CjlProject *project; /* of the main thread */
  CjlSave *save;       /* NULL: not taken yet */
  char *path;
  guint source; /* that waits to take it */
} Saving;

static void
free_saving (Saving *saving)
{
  g_clear_handle_id (&saving->source, g_source_remove);
  g_clear_pointer (&saving->save, cjl_save_free);
  cjl_project_unref (saving->project);
  g_free (saving->path);
  g_free (saving);
}

static void
save_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  (void) source;
  (void) cancellable;
  if (cjl_save_write (((Saving *) data)->save, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
tell_saved (CjuWindow *self, const char *path)
{
  cju_recent_draw (path, self->canvas);
  cju_window_tell (self, _ ("Saved"));
  cju_memory_trim ();
  if (self->close_when_saved)
    close_soon (self);
}

static void
save_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuWindow *self = CJU_WINDOW (object);
  Saving *saving = data;
  g_autoptr (GError) error = NULL;

  self->saving = FALSE;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_autofree char *path = g_strdup (saving->path);

      cjl_save_end (saving->save, saving->project);
      cju_recent_add (path);
      if (!is_destroyed (self))
        tell_saved (self, path);
    }
  else if (!is_destroyed (self))
    {
      self->close_when_saved = FALSE;
      cju_window_tell (self, error->message);
    }
  free_saving (saving);
}

/* Takes what is to be saved, if the step under way is done: drawing and run are of one moment. The file is
 * packed, written and read back by a worker; what is edited meanwhile is not saved. */
static gboolean
write_stored (Saving *saving)
{
  CjuWindow *self = saving->window;
  g_autoptr (GTask) task = NULL;

  if (!cju_document_try_store (self->document))
    return FALSE;
  self->storing = NULL;
  saving->save = cjl_save_new (saving->project, saving->path);
  task = cju_task_new (self, NULL, save_done, saving);
  g_task_set_task_data (task, saving, NULL);
  g_task_run_in_thread (task, save_thread);
  return TRUE;
}

static gboolean
on_storing (gpointer data)
{
  Saving *saving = data;

  if (!write_stored (saving))
    return G_SOURCE_CONTINUE;
  saving->source = 0;
  return G_SOURCE_REMOVE;
}

static void
save_to (CjuWindow *self, const char *path)
{
  Saving *saving;

  if (self->saving)
    return;
  self->saving = TRUE;
  saving = self->storing = g_new0 (Saving, 1);
  saving->window = self;
  saving->project = cjl_project_ref (cju_document_get_project (self->document));
  saving->path = g_strdup (path);
  if (!write_stored (saving))
    saving->source = g_timeout_add (STORE_MS, on_storing, saving);
}

void
cju_window_end_files (CjuWindow *self)
{
  for (guint i = 0; self->opening != NULL && i < self->opening->len; i++)
    g_cancellable_cancel (((Opening *) self->opening->pdata[i])->cancellable);
  g_clear_pointer (&self->opening, g_ptr_array_unref);
  g_clear_pointer (&self->storing, free_saving);
}

static void
on_save_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  CjuWindow *self = data;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        {
          cju_settings_keep_folder (path);
          save_to (self, path);
        }
    }
  else
    self->close_when_saved = FALSE;
  g_object_unref (dialog);
}

static void
ask_name (CjuWindow *self)
{
  CjlProject *project = cju_document_get_project (self->document);
  g_autofree char *file = g_strdup_printf ("%s.cajal", project->title);
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (_ ("Save project"), GTK_WINDOW (self),
                                     GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));

  cju_settings_begin_in_folder (GTK_FILE_CHOOSER (dialog));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), file);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_save_response), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_conflict_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  CjuWindow *self = data;
  CjlProject *project = cju_document_get_project (self->document);
  g_autofree char *path = g_strdup (project->path);

  (void) dialog;
  self->asks = FALSE;
  if (g_str_equal (response, "overwrite"))
    {
      cjl_project_forget_file (project);
      save_to (self, path);
    }
  else if (g_str_equal (response, "save-as"))
    ask_name (self);
  else
    self->close_when_saved = FALSE;
}

static void
ask_conflict (CjuWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), _ ("The file has changed"),
      _ ("Another program changed the file since it was opened here. Saving would lose what that "
         "program wrote."));

  self->asks = TRUE;
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"),
                                    "overwrite", _ ("_Overwrite"), "save-as", _ ("Save _As…"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "overwrite",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save-as");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_conflict_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Under its name, or asks for one. */
static void
save (CjuWindow *self)
{
  CjlProject *project = cju_document_get_project (self->document);
  g_autofree char *path = g_strdup (project->path);

  if (self->saving)
    return;
  if (path == NULL)
    ask_name (self);
  else if (cjl_project_is_changed_elsewhere (project))
    ask_conflict (self);
  else
    save_to (self, path);
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);

  (void) parameter;
  if (g_str_equal (name, "win.save"))
    save (self);
  else
    ask_name (self);
}

void
cju_window_check_file (CjuWindow *self)
{
  CjlProject *project = self->document != NULL ? cju_document_get_project (self->document) : NULL;
  g_autofree char *name = NULL, *text = NULL;

  if (project == NULL || !cjl_project_is_changed_elsewhere (project))
    {
      self->warned = FALSE;
      return;
    }
  if (self->warned)
    return;
  self->warned = TRUE;
  name = g_path_get_basename (project->path);
  text = g_strdup_printf (_ ("Another program changed “%s”. Saving will ask what to keep."), name);
  cju_window_tell (self, text);
}

void
cju_window_follow_file (CjuWindow *self)
{
  static const char *const actions[] = { "win.save", "win.save-as" };
  const gboolean may
      = cjl_project_get_read_only (cju_document_get_project (self->document)) == NULL;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i], may);
}

/* --- closing --- */

static void
on_close_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  CjuWindow *self = data;

  (void) dialog;
  self->asks = FALSE;
  if (g_str_equal (response, "save"))
    {
      self->close_when_saved = TRUE;
      save (self);
    }
  else if (g_str_equal (response, "discard"))
    {
      cjl_project_forget_unsaved (cju_document_get_project (self->document));
      close_soon (self);
    }
}

gboolean
cju_window_may_close (CjuWindow *self)
{
  const gboolean training = self->document != NULL && is_training (self);
  GtkWidget *dialog;

  if (self->closing || self->document == NULL)
    return TRUE;
  if (self->saving)
    {
      self->close_when_saved = TRUE;
      return FALSE;
    }
  if (cju_document_get_session (self->document) != NULL)
    cjl_session_settle (cju_document_get_session (self->document));
  if (cjl_project_get_read_only (cju_document_get_project (self->document)) != NULL
      || (!training && !cjl_project_is_modified (cju_document_get_project (self->document))))
    {
      cjl_project_forget_unsaved (cju_document_get_project (self->document));
      return TRUE;
    }
  if (self->asks)
    return FALSE;
  self->asks = TRUE;
  dialog = adw_message_dialog_new (
      GTK_WINDOW (self), NULL,
      training ? _ ("The network is being trained. What it has learned since the last save is lost "
                    "unless you save it; training can go on from there.")
               : _ ("What was changed or learned since the last save is lost unless you save it."));
  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog), _ ("Save “%s” before closing?"),
                                     cju_document_get_project (self->document)->title);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard",
                                    _ ("_Discard"), "save", _ ("_Save"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_close_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  return FALSE;
}

void
cju_window_install_file_actions (GtkWidgetClass *widget)
{
  gtk_widget_class_install_action (widget, "win.open", NULL, open_action);
  gtk_widget_class_install_action (widget, "win.empty", NULL, empty_action);
  gtk_widget_class_install_action (widget, "win.open-path", "s", text_action);
  gtk_widget_class_install_action (widget, "win.cancel-opening", "s", cancel_opening);
  gtk_widget_class_install_action (widget, "win.restore", "s", text_action);
  gtk_widget_class_install_action (widget, "win.discard", "s", text_action);
  gtk_widget_class_install_action (widget, "win.save", NULL, save_action);
  gtk_widget_class_install_action (widget, "win.save-as", NULL, save_action);
}
