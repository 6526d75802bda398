/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-result.h"

#include "cju-access.h"
#include "cju-figure-view.h"
#include "cju-help.h"
#include "cju-plate.h"
#include "cju-settings.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define POLL_MS 100

#define CJU_TYPE_RESULT (cju_result_get_type ())
G_DECLARE_FINAL_TYPE (CjuResult, cju_result, CJU, RESULT, AdwWindow)

struct _CjuResult
{
  AdwWindow parent;
  const CjlResultCard *card;
  CjuWindow *window; /* weak: the one it was opened from */
  CjlJob *job;       /* or NULL */
  CjlCardResult *result;
  guint poll;
  GtkWidget *seeds, *run, *stop, *bar, *left, *missing, *missing_words, *figure, *own;
};

G_DEFINE_FINAL_TYPE (CjuResult, cju_result, ADW_TYPE_WINDOW)

char *
cju_result_print_time (double seconds)
{
  if (seconds < 10)
    return g_strdup (_ ("a few seconds"));
  if (seconds < 90)
    return g_strdup_printf (_ ("about %.0f s"), ceil (seconds / 10) * 10);
  if (seconds < 90 * 60)
    return g_strdup_printf (_ ("about %.0f min"), ceil (seconds / 60));
  return g_strdup_printf (_ ("about %.0f h"), ceil (seconds / 3600));
}

/* --- data --- */

/* The folder that a person chose, if the data are there; NULL: where else they may be. You free. */
static char *
find_folder (const CjlResultCard *card)
{
  g_autofree char *folder = cju_settings_dup_text ("results-folder");
  g_autofree char *path = folder[0] != '\0' ? cjl_card_find_data (card, folder, NULL) : NULL;

  return path != NULL ? g_steal_pointer (&folder) : NULL;
}

/* Says what is missing, or lets it run. */
static void
show_data (CjuResult *self)
{
  g_autofree char *folder = find_folder (self->card);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = cjl_card_find_data (self->card, folder, &error);

  gtk_widget_set_visible (self->missing, error != NULL);
  gtk_label_set_text (GTK_LABEL (self->missing_words), error != NULL ? error->message : "");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "result.run",
                                 error == NULL && self->job == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "result.project",
                                 error == NULL && self->card->experiment.network != NULL);
}

static void
on_folder (GtkNativeDialog *dialog, int response, gpointer data)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        cju_settings_set_text ("results-folder", path);
      show_data (data);
    }
  g_object_unref (dialog);
}

static void
choose_folder (CjuResult *self)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Folder of Data"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Use"),
      _ ("_Cancel"));

  cju_settings_begin_in_folder (GTK_FILE_CHOOSER (dialog));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_folder), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- running --- */

static void
retire (CjuResult *self)
{
  g_clear_handle_id (&self->poll, g_source_remove);
  g_clear_pointer (&self->job, cjl_job_abandon);
}

static void
show_running (CjuResult *self)
{
  const gboolean running = self->job != NULL;

  gtk_widget_set_visible (self->run, !running);
  gtk_widget_set_visible (self->stop, running);
  gtk_widget_set_visible (self->bar, running);
  gtk_widget_set_sensitive (self->seeds, !running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "result.stop", running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "result.export",
                                 self->result != NULL && self->result->record != NULL);
  if (!running)
    gtk_label_set_text (GTK_LABEL (self->left), "");
  show_data (self);
}

static void
show_panel (GtkWidget *view, const CjvPlate *plate, guint i)
{
  gtk_widget_set_visible (view, i < plate->panels->len);
  if (i < plate->panels->len)
    cju_figure_view_show_panel (CJU_FIGURE_VIEW (view), plate->panels->pdata[i]);
}

static void
take_result (CjuResult *self)
{
  CjlCardResult *result = cjl_job_take_result (self->job);

  if (result == NULL)
    return;
  g_clear_pointer (&self->result, cjl_card_result_free);
  self->result = result;
  show_panel (self->figure, result->plate, 0);
  show_panel (self->own, result->plate, 1);
}

static gboolean
on_poll (gpointer data)
{
  CjuResult *self = data;
  const gboolean done = cjl_job_is_done (self->job); /* before the result, which then is the last */
  const double left = cjl_job_get_seconds_left (self->job);
  g_autofree char *words = isnan (left) ? NULL : g_strdup_printf (_ ("%.0f s left"), ceil (left));
  g_autoptr (GError) error = NULL;

  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), cjl_job_get_progress (self->job));
  gtk_label_set_text (GTK_LABEL (self->left), words != NULL ? words : "");
  take_result (self);
  if (!done)
    return G_SOURCE_CONTINUE;
  error = cjl_job_dup_error (self->job);
  self->poll = 0;
  retire (self);
  show_running (self);
  if (error != NULL)
    gtk_label_set_text (GTK_LABEL (self->left), error->message);
  return G_SOURCE_REMOVE;
}

static void
run (CjuResult *self)
{
  g_autofree char *folder = find_folder (self->card);

  g_clear_pointer (&self->result, cjl_card_result_free);
  self->job = cjl_card_start (
      self->card, folder, (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->seeds)),
      cju_settings_get_threads ());
  self->poll = g_timeout_add (POLL_MS, on_poll, self);
  show_running (self);
  gtk_widget_grab_focus (self->stop);
}

/* --- what comes out --- */

static void
open_project (CjuResult *self)
{
  g_autofree char *folder = find_folder (self->card);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = self->result != NULL && self->result->project != NULL
                                       ? cjl_project_ref (self->result->project)
                                       : cjl_card_make_project (self->card, folder, &error);

  if (self->window == NULL)
    return;
  if (project == NULL)
    {
      g_assert (error != NULL);
      cju_window_tell (self->window, error->message);
      return;
    }
  cju_window_open (self->window, project);
  gtk_window_close (GTK_WINDOW (self));
}

static void export(CjuResult *self)
{
  GtkWidget *words = gtk_label_new (_ (self->card->experiment.blurb));

  gtk_label_set_wrap (GTK_LABEL (words), TRUE);
  gtk_label_set_xalign (GTK_LABEL (words), 0);
  cju_plate_present_loaded (GTK_WINDOW (self), cjv_plate_dup (self->result->plate),
                            g_variant_ref (self->result->record), words);
}

static void
run_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuResult *self = CJU_RESULT (widget);

  (void) parameter;
  if (g_str_equal (name, "result.run"))
    run (self);
  else if (g_str_equal (name, "result.stop"))
    cjl_job_cancel (self->job);
  else if (g_str_equal (name, "result.folder"))
    choose_folder (self);
  else if (g_str_equal (name, "result.project"))
    open_project (self);
  else
    export(self);
}

/* --- the window --- */

static void
cju_result_dispose (GObject *object)
{
  CjuResult *self = CJU_RESULT (object);

  retire (self);
  g_clear_pointer (&self->result, cjl_card_result_free);
  g_clear_weak_pointer (&self->window);
  G_OBJECT_CLASS (cju_result_parent_class)->dispose (object);
}

static void
cju_result_class_init (CjuResultClass *class)
{
  static const char *const actions[]
      = { "result.run", "result.stop", "result.folder", "result.project", "result.export" };
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_result_dispose;
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget, actions[i], NULL, run_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_r, GDK_CONTROL_MASK, "result.run", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_e, GDK_CONTROL_MASK, "result.export", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
cju_result_init (CjuResult *self)
{
  (void) self;
}

static GtkWidget *
add_words (GtkWidget *box, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_selectable (GTK_LABEL (label), FALSE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static GtkWidget *
make_button (const char *text, const char *action, const char *class)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (text);

  cju_access_name_mnemonic (button, text);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  if (class != NULL)
    gtk_widget_add_css_class (button, class);
  return button;
}

static GtkWidget *
make_controls (CjuResult *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (_ ("Seeds"));

  self->seeds = gtk_spin_button_new_with_range (1, CJL_CARD_MAX_SEEDS, 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->seeds), self->card->n_seeds);
  cju_access_name (self->seeds, _ ("Seeds"));
  self->run = make_button (_ ("_Run"), "result.run", "suggested-action");
  self->stop = make_button (_ ("_Stop"), "result.stop", "destructive-action");
  self->bar = gtk_progress_bar_new ();
  self->left = gtk_label_new (NULL);
  cju_access_name (self->bar, _ ("Progress"));
  gtk_widget_set_valign (self->bar, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (self->bar, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->left), 0);
  gtk_label_set_wrap (GTK_LABEL (self->left), TRUE);
  gtk_widget_add_css_class (self->left, "numeric");
  gtk_widget_add_css_class (self->left, "dim-label");
  gtk_box_append (GTK_BOX (box), self->run);
  gtk_box_append (GTK_BOX (box), self->stop);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), self->seeds);
  gtk_box_append (GTK_BOX (box), self->bar);
  gtk_box_append (GTK_BOX (box), self->left);
  return box;
}

static GtkWidget *
make_missing (CjuResult *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *button;

  self->missing = box;
  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "offer");
  self->missing_words = add_words (box, NULL, NULL);
  button = make_button (_ ("Choose Data _Folder…"), "result.folder", NULL);
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), button);
  return box;
}

static GtkWidget *
make_figures (CjuResult *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->figure = cju_figure_view_new ("card");
  self->own = cju_figure_view_new ("card");
  cju_figure_view_take_frame (CJU_FIGURE_VIEW (self->figure), cjl_card_new_frame (self->card));
  gtk_widget_set_visible (self->own, FALSE);
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *view = i == 0 ? self->figure : self->own;

      gtk_widget_set_hexpand (view, TRUE);
      gtk_widget_set_vexpand (view, TRUE);
      gtk_box_append (GTK_BOX (box), view);
    }
  return box;
}

static GtkWidget *
make_content (CjuResult *self)
{
  const CjlResultCard *card = self->card;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  GtkWidget *feet = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  g_autofree char *time = cju_result_print_time (card->seconds);
  /* Translators: what counts as reproduced; how long one seed takes, “about 40 s” */
  g_autofree char *passes
      = g_strdup_printf (_ ("Reproduced means: %s. One seed takes %s."), _ (card->passes), time);

  gtk_widget_add_css_class (box, "offer");
  add_words (box, _ (card->experiment.blurb), "title-3");
  add_words (box, card->paper, "dim-label");
  add_words (box, passes, "dim-label");
  gtk_box_append (GTK_BOX (box), make_controls (self));
  gtk_box_append (GTK_BOX (box), make_missing (self));
  gtk_box_append (GTK_BOX (box), make_figures (self));
  gtk_widget_set_halign (feet, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (feet), make_button (_ ("_Export…"), "result.export", NULL));
  if (card->experiment.network != NULL)
    gtk_box_append (GTK_BOX (feet),
                    make_button (_ ("_Open on the Canvas"), "result.project", NULL));
  gtk_box_append (GTK_BOX (box), feet);
  return box;
}

void
cju_result_present (CjuWindow *window, const CjlResultCard *card)
{
  CjuResult *self = g_object_new (CJU_TYPE_RESULT, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *content;

  self->card = card;
  g_set_weak_pointer (&self->window, window);
  content = make_content (self);
  gtk_widget_set_vexpand (content, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), content);
  adw_window_set_content (ADW_WINDOW (self), box);
  cju_help_set_topic (GTK_WIDGET (self), "guide/results");
  gtk_window_set_title (GTK_WINDOW (self), _ (card->experiment.title));
  gtk_window_set_default_size (GTK_WINDOW (self), 860, 760);
  gtk_window_set_transient_for (GTK_WINDOW (self), GTK_WINDOW (window));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (self), TRUE);
  show_running (self);
  gtk_window_present (GTK_WINDOW (self));
}
