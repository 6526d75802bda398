/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other networks made of the one that was trained: smaller by its pruned units, as an edit; in spikes or in
 * 8 bits, as a project of its own. A thread does the work. */
#include "cju-window-private.h"

#include "cjl-quantise.h"
#include "cjl-session.h"
#include "cjl-shrink.h"
#include "cjl-spiking.h"
#include "cju-access.h"
#include "cju-patience.h"
#include "cju-task.h"

#include <glib/gi18n-lib.h>

#define MOMENTS 100
#define MOST_MOMENTS 1000 /* that are offered */

typedef enum
{
  MAKE_SMALLER,
  MAKE_SPIKING,
  MAKE_FEW_BITS
} What;

/* What a thread makes, of what. */
typedef struct
{
  What what;
  CjlNetwork *network;
  CjlSpikingOptions spiking;
  CjlQuantiseOptions bits;
  CjlProject *project; /* whose network it is */
  guint revision;      /* of its graph */
} Making;

static void
making_free (gpointer data)
{
  Making *self = data;

  cjl_network_free (self->network);
  cjl_project_unref (self->project);
  g_free (self);
}

static void
run (GTask *task, gpointer window, gpointer data, GCancellable *cancellable)
{
  const Making *making = data;
  GError *error = NULL;
  gpointer made;

  (void) window;
  (void) cancellable;
  if (making->what == MAKE_SMALLER)
    made = cjl_shrink (making->network->graph, making->network->dataset, making->network->weights,
                       &error);
  else if (making->what == MAKE_SPIKING)
    made = cjl_spiking_new (making->network, &making->spiking, &error);
  else
    made = cjl_quantise_new (making->network, &making->bits, &error);
  if (made == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, made,
                           making->what == MAKE_SMALLER ? (GDestroyNotify) cjl_shrunk_free
                                                        : (GDestroyNotify) cjl_network_free);
}

/* --- what came of it --- */

static void
take_shrunk (CjuWindow *self, const Making *making, CjlShrunk *made)
{
  CjlSession *session = self->document != NULL ? cju_document_get_session (self->document) : NULL;
  g_autoptr (CjlShrunk) shrunk = made;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;

  if (session == NULL || cju_document_get_project (self->document) != making->project
      || making->project->graph->revision != making->revision)
    cju_window_tell (self, _ ("The network was changed meanwhile, so it stays as it is. Shrink it "
                              "again."));
  else if (!cjl_session_take_shrunk (session, shrunk, &said, &error))
    cju_window_tell (self, error->message);
  else
    cju_window_tell (self, said);
}

static void
take_network (CjuWindow *self, const Making *making, CjlNetwork *made)
{
  g_autoptr (CjlNetwork) network = made;
  g_autoptr (GError) error = NULL;
  /* Translators: the title of a project */
  g_autofree char *title
      = g_strdup_printf (making->what == MAKE_SPIKING ? _ ("%s, in spikes") : _ ("%s, in 8 bits"),
                         making->project->title);
  g_autoptr (CjlProject) project
      = cjl_network_make_project (network, making->project, title, &error);
  g_autofree char *said = NULL;

  if (project == NULL)
    {
      cju_window_tell (self, error->message);
      return;
    }
  if (making->what == MAKE_SPIKING)
    said = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE,
                     /* Translators: the title of a project */
                     "“%s” is a project of its own: its samples are shown for %d time step.",
                     "“%s” is a project of its own: its samples are shown for %d time steps.",
                     (gulong) making->spiking.steps),
        title, making->spiking.steps);
  else /* Translators: the title of a project */
    said = g_strdup_printf (_ ("“%s” is a project of its own: its layers Quantise have ranges "
                               "calibrated on training samples."),
                            title);
  cju_window_open (self, project);
  cju_window_tell (self, said);
}

static void
on_made (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuWindow *self = CJU_WINDOW (object);
  Making *making = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gpointer made;

  (void) data;
  g_clear_pointer (&self->making_patience, cju_patience_free);
  g_clear_object (&self->making);
  made = g_task_propagate_pointer (G_TASK (result), &error);
  if (made == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    cju_window_tell (self, error->message);
  else if (made != NULL && making->what == MAKE_SMALLER)
    take_shrunk (self, making, made);
  else if (made != NULL)
    take_network (self, making, made);
}

/* Begins; nothing while another is under way. */
static void
make (CjuWindow *self, What what, int steps)
{
  CjlSession *session = cju_document_get_session (self->document);
  CjlProject *project = cju_document_get_project (self->document);
  g_autoptr (CjCheckpoint) weights
      = session != NULL ? cj_runner_dup_snapshot (cjl_session_get_runner (session)) : NULL;
  g_autoptr (GTask) task = NULL;
  Making *making;

  if (self->making != NULL)
    return;
  if (weights == NULL)
    {
      cju_window_tell (self, _ ("There are no weights yet. Wait until the data is loaded."));
      return;
    }
  making = g_new0 (Making, 1);
  making->what = what;
  making->network
      = cjl_network_new (project->graph, cju_document_get_dataset (self->document), weights);
  making->spiking = (CjlSpikingOptions){ steps, 99.9 };
  cjl_quantise_options_init (&making->bits);
  making->project = cjl_project_ref (project);
  making->revision = project->graph->revision;
  self->making_patience = cju_patience_new (ADW_TOAST_OVERLAY (self->toasts),
                                            what == MAKE_SMALLER ? _ ("Taking pruned units out…")
                                            : what == MAKE_SPIKING ? _ ("Balancing thresholds…")
                                                                   : _ ("Calibrating ranges…"),
                                            "win.cancel-making", NULL);
  self->making = g_cancellable_new ();
  task = cju_task_new (self, self->making, on_made, NULL);
  g_task_set_task_data (task, making, making_free);
  g_task_set_return_on_cancel (task, TRUE);
  g_task_run_in_thread (task, run);
}

/* --- actions --- */

static void
on_spiking_response (GtkWidget *dialog, const char *response, CjuWindow *self)
{
  GtkSpinButton *moments = g_object_get_data (G_OBJECT (dialog), "moments");

  if (g_str_equal (response, "convert") && self->document != NULL)
    make (self, MAKE_SPIKING, gtk_spin_button_get_value_as_int (moments));
}

static void
ask_spiking (CjuWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), _ ("Convert to Spiking"),
      _ ("ReLUs become integrate-and-fire neurons whose thresholds are balanced on training "
         "samples; a new project has the converted network. How many time steps a sample is "
         "shown:"));
  GtkWidget *moments = gtk_spin_button_new_with_range (1, MOST_MOMENTS, 1);

  gtk_spin_button_set_value (GTK_SPIN_BUTTON (moments), MOMENTS);
  g_object_set (gtk_editable_get_delegate (GTK_EDITABLE (moments)), "activates-default", TRUE,
                NULL);
  gtk_widget_set_halign (moments, GTK_ALIGN_CENTER);
  cju_access_name (moments, _ ("Time steps"));
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), moments);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "convert",
                                    _ ("C_onvert"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "convert",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "convert");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data (G_OBJECT (dialog), "moments", moments);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_spiking_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
make_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);

  (void) parameter;
  if (self->document == NULL)
    return;
  if (g_str_equal (name, "win.to-spiking"))
    {
      ask_spiking (self);
      return;
    }
  if (g_str_equal (name, "win.shrink"))
    cju_document_pause (self->document);
  make (self, g_str_equal (name, "win.shrink") ? MAKE_SMALLER : MAKE_FEW_BITS, MOMENTS);
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void) name;
  (void) parameter;
  cju_window_end_making (CJU_WINDOW (widget));
}

void
cju_window_end_making (CjuWindow *self)
{
  g_clear_pointer (&self->making_patience, cju_patience_free);
  if (self->making != NULL)
    g_cancellable_cancel (self->making);
}

void
cju_window_install_make_actions (GtkWidgetClass *widget)
{
  gtk_widget_class_install_action (widget, "win.shrink", NULL, make_action);
  gtk_widget_class_install_action (widget, "win.to-spiking", NULL, make_action);
  gtk_widget_class_install_action (widget, "win.to-few-bits", NULL, make_action);
  gtk_widget_class_install_action (widget, "win.cancel-making", NULL, cancel_action);
}
