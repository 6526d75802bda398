/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-predict.h"

#include "cju-access.h"
#include "cju-settings.h"
#include "cjl-predict.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define POLL_MS 100

/* What a worker needs, and what it counted. */
typedef struct
{
  CjlProject *project; /* as it was when it was asked */
  CjlPredictor *predictor;
  char *folder, *output;
  CjlPredictCount count;
  char *problem; /* of the first that could not be read */
} Work;

static void
free_work (gpointer data)
{
  Work *work = data;

  g_clear_pointer (&work->predictor, cjl_predictor_free);
  cjl_project_unref (work->project);
  g_free (work->folder);
  g_free (work->output);
  g_free (work->problem);
  g_free (work);
}

static void
on_prediction (const CjlPrediction *prediction, gpointer data)
{
  Work *work = data;

  if (prediction->problem != NULL && work->problem == NULL)
    work->problem = g_strdup (prediction->problem);
}

/* The sentence that tells how it went; NULL if it was cancelled. */
static gpointer
predict (CjlJob *job, gpointer data, GError **error)
{
  Work *work = data;
  const char *const paths[] = { work->folder, NULL };
  g_autofree char *name = g_filename_display_basename (work->output);
  g_autoptr (GString) text = g_string_new (NULL);

  work->predictor = cjl_predictor_new (work->project, 1, error);
  if (work->predictor == NULL
      || !cjl_predict_save (work->predictor, paths, 0, work->output, job, on_prediction, work,
                            &work->count, error))
    return NULL;
  g_string_printf (text,
                   g_dngettext (NULL, "%s holds %u prediction.", "%s holds %u predictions.",
                                work->count.n_answered),
                   name, (guint) work->count.n_answered);
  if (work->count.n_failed > 0)
    g_string_append_printf (text,
                            g_dngettext (NULL, " %u file could not be read: %s",
                                         " %u files could not be read: %s", work->count.n_failed),
                            (guint) work->count.n_failed,
                            work->problem != NULL ? work->problem : "");
  return g_strdup (text->str);
}

/* --- the window that shows how far it is --- */

typedef struct
{
  CjuDocument *document;
  CjlJob *job;
  GtkWidget *window, *bar, *left;
  guint poll;
} Progress;

static void
free_progress (gpointer data)
{
  Progress *progress = data;

  g_source_remove (progress->poll);
  cjl_job_abandon (progress->job);
  g_object_unref (progress->document);
  g_free (progress);
}

static gboolean
on_poll (gpointer data)
{
  Progress *progress = data;
  const double left = cjl_job_get_seconds_left (progress->job);
  g_autofree char *words = isnan (left) ? NULL : g_strdup_printf (_ ("%.0f s left"), ceil (left));
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (progress->bar),
                                 cjl_job_get_progress (progress->job));
  gtk_label_set_text (GTK_LABEL (progress->left), words != NULL ? words : "");
  if (!cjl_job_is_done (progress->job))
    return G_SOURCE_CONTINUE;
  text = cjl_job_take_result (progress->job);
  error = cjl_job_dup_error (progress->job);
  if (text != NULL || error != NULL)
    cju_document_notice (progress->document, text != NULL ? text : error->message, FALSE);
  gtk_window_destroy (GTK_WINDOW (progress->window));
  return G_SOURCE_CONTINUE; /* the source is gone with the window */
}

static void
show_progress (CjuDocument *document, GtkWindow *parent, CjlJob *job)
{
  Progress *progress = g_new0 (Progress, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_ ("_Cancel"));
  GtkWidget *title = gtk_label_new (_ ("Predicting…"));

  cju_access_name_mnemonic (cancel, _ ("_Cancel"));
  progress->document = g_object_ref (document);
  progress->job = job;
  progress->window = adw_window_new ();
  progress->bar = gtk_progress_bar_new ();
  progress->left = gtk_label_new (NULL);
  gtk_widget_add_css_class (title, "title-4");
  gtk_widget_add_css_class (progress->left, "dim-label");
  gtk_widget_add_css_class (progress->left, "numeric");
  gtk_widget_add_css_class (box, "offer");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), progress->bar);
  gtk_box_append (GTK_BOX (box), progress->left);
  gtk_box_append (GTK_BOX (box), cancel);
  cju_access_name (progress->bar, _ ("Pictures predicted"));
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (gtk_window_destroy), progress->window);
  adw_window_set_content (ADW_WINDOW (progress->window), box);
  gtk_window_set_title (GTK_WINDOW (progress->window), _ ("Predicting"));
  gtk_window_set_transient_for (GTK_WINDOW (progress->window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (progress->window), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (progress->window), 320, -1);
  progress->poll = g_timeout_add (POLL_MS, on_poll, progress);
  g_object_set_data_full (G_OBJECT (progress->window), "progress", progress, free_progress);
  gtk_window_present (GTK_WINDOW (progress->window));
}

void
cju_predict_folder (CjuDocument *document, GtkWindow *parent, const char *folder,
                    const char *output)
{
  CjlSession *session = cju_document_get_session (document);
  Work *work = g_new0 (Work, 1);

  work->project = session != NULL
                      ? cjl_session_dup_project (session)
                      : cjl_project_dup_for_worker (cju_document_get_project (document));
  work->folder = g_strdup (folder);
  work->output = g_strdup (output);
  show_progress (document, parent, cjl_job_new (predict, work, free_work, g_free));
}

/* --- the two questions --- */

typedef struct
{
  CjuDocument *document;
  GtkWindow *parent; /* NULL once it is gone */
  char *folder;
} Question;

static void
free_question (Question *q)
{
  g_object_unref (q->document);
  if (q->parent != NULL)
    g_object_remove_weak_pointer (G_OBJECT (q->parent), (gpointer *) &q->parent);
  g_free (q->folder);
  g_free (q);
}

static char *
take_path (GtkNativeDialog *dialog, int response)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                               ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog))
                               : NULL;
  char *path = file != NULL ? g_file_get_path (file) : NULL;

  g_object_unref (dialog);
  return path;
}

static void
on_output (GtkNativeDialog *dialog, int response, gpointer data)
{
  Question *q = data;
  g_autofree char *output = take_path (dialog, response);

  if (output != NULL && q->parent != NULL)
    cju_predict_folder (q->document, q->parent, q->folder, output);
  free_question (q);
}

static void
on_folder (GtkNativeDialog *dialog, int response, gpointer data)
{
  Question *q = data;
  GtkFileChooserNative *save;

  q->folder = take_path (dialog, response);
  if (q->folder == NULL || q->parent == NULL)
    {
      free_question (q);
      return;
    }
  save = gtk_file_chooser_native_new (_ ("Save Predictions"), q->parent,
                                      GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (save), _ ("predictions.csv"));
  g_signal_connect (save, "response", G_CALLBACK (on_output), q);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (save));
}

void
cju_predict_ask (CjuDocument *document, GtkWindow *parent)
{
  Question *q = g_new0 (Question, 1);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Folder of Pictures to Predict"), parent, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
      _ ("_Predict"), _ ("_Cancel"));

  q->document = g_object_ref (document);
  q->parent = parent;
  g_object_add_weak_pointer (G_OBJECT (parent), (gpointer *) &q->parent);
  cju_settings_begin_in_folder (GTK_FILE_CHOOSER (dialog));
  g_signal_connect (dialog, "response", G_CALLBACK (on_folder), q);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
