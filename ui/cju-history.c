/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-history.h"

#include "cju-access.h"
#include "cjl-archive.h"
#include "cju-figure-view.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define N_COMPARED 2
#define SPARK_WIDTH 64
#define SPARK_HEIGHT 30

struct _CjuHistory
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *paned, *list, *figure, *differences, *hint;
  GPtrArray *runs;            /* CjlPastRun; the first is under way */
  char *compared[N_COMPARED]; /* ids, latest choice first; "": the run under way; NULL: none */
  GVariant *shown;            /* the project's runs as the list shows them */
  guint n_epochs;             /* of the run under way, as shown */
  guint64 step;
};

G_DEFINE_FINAL_TYPE (CjuHistory, cju_history, GTK_TYPE_WIDGET)

static guint message_signal;

static CjlProject *
get_project (CjuHistory *self)
{
  return cju_document_get_project (self->document);
}

static const char *
get_id (const CjlPastRun *run)
{
  return run->id != NULL ? run->id : "";
}

static const char *
get_name (const CjlPastRun *run)
{
  return run->id != NULL ? run->name : _ ("This run");
}

static CjlPastRun *
find_run (CjuHistory *self, const char *id)
{
  for (guint i = 0; id != NULL && i < self->runs->len; i++)
    if (g_str_equal (get_id (self->runs->pdata[i]), id))
      return self->runs->pdata[i];
  return NULL;
}

static gboolean
is_compared (CjuHistory *self, const char *id)
{
  return g_strcmp0 (self->compared[0], id) == 0 || g_strcmp0 (self->compared[1], id) == 0;
}

/* --- two runs side by side --- */

typedef double (*GetValue) (const CjRunEpoch *epoch);

static double
get_number (const CjRunEpoch *epoch)
{
  return epoch->epoch;
}

static double
get_loss (const CjRunEpoch *epoch)
{
  return epoch->train.loss;
}

static double
get_accuracy (const CjRunEpoch *epoch)
{
  return epoch->train.accuracy;
}

static double
get_val_loss (const CjRunEpoch *epoch)
{
  return epoch->val.loss;
}

static double
get_val_accuracy (const CjRunEpoch *epoch)
{
  return epoch->val.accuracy;
}

/* One row a run, filled up with NAN. */
static CjTensor *
make_rows (GPtrArray *runs, guint n, GetValue get)
{
  const CjShape shape = cj_shape2 (runs->len, n);
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

  for (guint r = 0; r < runs->len; r++)
    for (guint i = 0; i < n; i++)
      {
        const GArray *epochs = ((const CjlPastRun *) runs->pdata[r])->epochs;

        cj_tensor_f32 (tensor)[r * n + i]
            = i < epochs->len ? (float) get (&g_array_index (epochs, CjRunEpoch, i)) : NAN;
      }
  return tensor;
}

/* The curves over epochs of the runs that are compared; NULL: there is nothing yet. */
static CjvFrame *
make_frame (GPtrArray *runs)
{
  static const struct
  {
    const char *name;
    GetValue get;
  } rows[] = {
    { "train-loss", get_loss },   { "train-accuracy", get_accuracy },   { "step", get_number },
    { "val-loss", get_val_loss }, { "val-accuracy", get_val_accuracy }, { "val-step", get_number }
  };
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  CjvFrame *frame;
  guint n = 0;

  for (guint r = 0; r < runs->len; r++)
    {
      n = MAX (n, ((const CjlPastRun *) runs->pdata[r])->epochs->len);
      g_ptr_array_add (names, (gpointer) get_name (runs->pdata[r]));
    }
  if (n == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  frame = cjv_frame_new ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    cjv_frame_take_array (frame, rows[i].name, make_rows (runs, n, rows[i].get));
  cjv_frame_set_scalar (frame, "steps-per-epoch", 1);
  cjv_frame_set_strings (frame, "runs", (const char *const *) names->pdata);
  return cjv_frame_seal (frame);
}

static void
add_cell (GtkWidget *grid, int column, int row, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text != NULL ? text : "—");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  cju_access_tip (label, text);
  gtk_widget_set_hexpand (label, column > 0);
  gtk_widget_add_css_class (label, class);
  gtk_grid_attach (GTK_GRID (grid), label, column, row, 1, 1);
}

static void
fill_differences (CjuHistory *self, const CjlPastRun *one, const CjlPastRun *two)
{
  g_autoptr (GPtrArray) all = cjl_archive_compare (one, two);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->differences)) != NULL)
    gtk_grid_remove (GTK_GRID (self->differences), child);
  add_cell (self->differences, 0, 0, all->len > 0 ? _ ("Setting") : _ ("The same settings"),
            "dim-label");
  add_cell (self->differences, 1, 0, get_name (one), "heading");
  add_cell (self->differences, 2, 0, get_name (two), "heading");
  for (guint i = 0; i < all->len; i++)
    {
      const CjlDifference *difference = all->pdata[i];

      add_cell (self->differences, 0, (int) i + 1, difference->name, "dim-label");
      add_cell (self->differences, 1, (int) i + 1, difference->one, "numeric");
      add_cell (self->differences, 2, (int) i + 1, difference->two, "numeric");
    }
}

static void
compare (CjuHistory *self)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new ();
  CjvFrame *frame;

  /* the older choice stands on the left */
  for (guint i = N_COMPARED; i-- > 0;)
    {
      CjlPastRun *run = find_run (self, self->compared[i]);

      if (run != NULL)
        g_ptr_array_add (runs, run);
    }
  gtk_widget_set_visible (self->differences, runs->len == N_COMPARED);
  gtk_widget_set_visible (self->hint, runs->len < N_COMPARED);
  if (runs->len == N_COMPARED)
    fill_differences (self, runs->pdata[0], runs->pdata[1]);
  frame = make_frame (runs);
  gtk_widget_set_visible (self->figure, frame != NULL); /* NULL: no epoch has ended */
  cju_figure_view_take_frame (CJU_FIGURE_VIEW (self->figure), frame);
}

static void
choose (CjuHistory *self, const char *id, gboolean wanted)
{
  if (wanted == is_compared (self, id))
    return;
  if (wanted)
    {
      g_free (self->compared[1]);
      self->compared[1] = self->compared[0];
      self->compared[0] = g_strdup (id);
      return;
    }
  for (guint i = 0; i < N_COMPARED; i++)
    if (g_strcmp0 (self->compared[i], id) == 0)
      g_clear_pointer (&self->compared[i], g_free);
}

/* --- rows --- */

static void
draw_spark (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const GArray *epochs = data;
  double low = INFINITY, high = -INFINITY;
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (area)), &color);
  for (guint i = 0; i < epochs->len; i++)
    {
      const double loss = g_array_index (epochs, CjRunEpoch, i).train.loss;

      low = MIN (low, loss);
      high = MAX (high, loss);
    }
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, 1.5);
  for (guint i = 0; i < epochs->len; i++)
    {
      const double loss = g_array_index (epochs, CjRunEpoch, i).train.loss;
      const double x = 2 + (width - 4.0) * i / MAX (epochs->len - 1, 1);
      const double y = height - 3 - (height - 6.0) * (loss - low) / MAX (high - low, 1e-9);

      if (isfinite (y))
        cairo_line_to (cr, x, y);
    }
  if (epochs->len == 1)
    cairo_line_to (cr, width - 2, height - 3);
  cairo_stroke (cr);
}

static GtkWidget *
make_spark (const CjlPastRun *run)
{
  GtkWidget *area = gtk_drawing_area_new ();

  gtk_widget_set_size_request (area, SPARK_WIDTH, SPARK_HEIGHT);
  gtk_widget_set_valign (area, GTK_ALIGN_CENTER);
  cju_access_tip (area, _ ("Training loss over the epochs"));
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw_spark, g_array_ref (run->epochs),
                                  (GDestroyNotify) g_array_unref);
  return area;
}

/* "1,200 steps · 42 s · batch 64 · seed 1 · 28 Nov 10:02". */
static char *
print_facts (const CjlPastRun *run)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *seed = cjl_past_run_get_setting (run, "seed");
  const char *batch = cjl_past_run_get_setting (run, "batch");
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (run->when);
  g_autofree char *when = time != NULL ? g_date_time_format (time, "%e %b %H:%M") : NULL;

  g_string_printf (text,
                   g_dngettext (GETTEXT_PACKAGE, "%'llu step", "%'llu steps", (gulong) run->steps),
                   (unsigned long long) run->steps);
  if (run->seconds >= 0.5)
    g_string_append_printf (text, run->seconds < 90 ? _ (" · %.0f s") : _ (" · %.1f min"),
                            run->seconds < 90 ? run->seconds : run->seconds / 60);
  if (batch != NULL)
    g_string_append_printf (text, _ (" · batch %s"), batch);
  if (seed != NULL)
    g_string_append_printf (text, _ (" · seed %s"), seed);
  if (run->id != NULL && when != NULL)
    g_string_append_printf (text, " · %s", g_strstrip (when));
  return g_strdup (text->str);
}

static GtkWidget *
make_words (const CjlPastRun *run)
{
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  g_autofree char *facts = print_facts (run);
  const char *const texts[] = { get_name (run), facts, run->note };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      GtkWidget *label;

      if (texts[i] == NULL || *texts[i] == '\0')
        continue;
      label = gtk_label_new (texts[i]);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      cju_access_tip (label, texts[i]);
      gtk_widget_add_css_class (label, i == 0 ? "heading" : "caption");
      if (i == 1)
        gtk_widget_add_css_class (label, "dim-label");
      gtk_box_append (GTK_BOX (words), label);
    }
  gtk_widget_set_hexpand (words, TRUE);
  return words;
}

static GtkWidget *
make_menu (const CjlPastRun *run)
{
  static const char *const items[][2] = {
    { N_ ("Restore _Weights"), "history.restore-weights" },
    { N_ ("Restore _Settings"), "history.restore-settings" },
    { N_ ("_Rename…"), "history.rename" },
    { N_ ("_Note…"), "history.note" },
    { N_ ("_Delete"), "history.delete" },
  };
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autofree char *name = g_strdup_printf (_ ("Actions for “%s”"), run->name);

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (_ (items[i][0]), NULL);

      g_menu_item_set_action_and_target (item, items[i][1], "s", run->id);
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  cju_access_tip (button, name);
  cju_access_name (button, name);
  return button;
}

static void fill (CjuHistory *self);

static void
on_check (GtkCheckButton *check, gpointer data)
{
  CjuHistory *self = data;

  choose (self, g_object_get_data (G_OBJECT (check), "id"), gtk_check_button_get_active (check));
  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      GtkCheckButton *its = g_object_get_data (G_OBJECT (row), "check");

      g_signal_handlers_block_by_func (its, on_check, self);
      gtk_check_button_set_active (its,
                                   is_compared (self, g_object_get_data (G_OBJECT (its), "id")));
      g_signal_handlers_unblock_by_func (its, on_check, self);
    }
  compare (self);
}

static GtkWidget *
make_row (CjuHistory *self, const CjlPastRun *run)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *check = gtk_check_button_new (), *score;
  const double value = cjl_past_run_get_score (run);
  g_autofree char *text = isfinite (value) ? g_strdup_printf (_ ("%.1f %%"), value * 100) : NULL;
  g_autofree char *name = g_strdup_printf (_ ("Compare “%s”"), get_name (run));

  g_object_set_data_full (G_OBJECT (check), "id", g_strdup (get_id (run)), g_free);
  g_object_set_data (G_OBJECT (row), "check", check);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), is_compared (self, get_id (run)));
  cju_access_tip (check, name);
  cju_access_name (check, name);
  g_signal_connect (check, "toggled", G_CALLBACK (on_check), self);
  score = gtk_label_new (text);
  gtk_widget_add_css_class (score, "numeric");
  cju_access_tip (
      score,
      _ ("On the validation samples after the last epoch; without any, on the training samples"));
  gtk_box_append (GTK_BOX (box), check);
  gtk_box_append (GTK_BOX (box), make_spark (run));
  gtk_box_append (GTK_BOX (box), make_words (run));
  gtk_box_append (GTK_BOX (box), score);
  if (run->id != NULL)
    gtk_box_append (GTK_BOX (box), make_menu (run));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

/* --- keeping it new --- */

static CjlPastRun *
describe_now (CjuHistory *self)
{
  CjlSession *session = cju_document_get_session (self->document);
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (CjRunEpoch));
  const GArray *epochs = session != NULL ? cjl_session_read_epochs (session) : none;
  const CjRunState state = cju_document_get_state (self->document);

  self->n_epochs = epochs->len;
  self->step = state.last;
  return cjl_archive_describe (get_project (self), epochs, state.last,
                               session != NULL ? cjl_session_get_seconds (session) : 0);
}

static void
fill (CjuHistory *self)
{
  g_autoptr (GPtrArray) earlier = cjl_archive_list (get_project (self));
  GtkWidget *row;

  g_clear_pointer (&self->shown, g_variant_unref);
  self->shown = g_variant_ref (get_project (self)->runs);
  g_ptr_array_set_size (self->runs, 0);
  g_ptr_array_add (self->runs, describe_now (self));
  g_ptr_array_extend_and_steal (self->runs, g_steal_pointer (&earlier));
  if (self->compared[1] == NULL && self->runs->len > 1 && is_compared (self, ""))
    self->compared[1] = g_strdup (get_id (self->runs->pdata[1]));
  while ((row = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), row);
  for (guint i = 0; i < self->runs->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (self, self->runs->pdata[i]));
  compare (self);
}

/* The earlier runs and their settings change by edits only. */
static void
on_edited (CjuHistory *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    fill (self);
}

static void
on_ticked (CjuHistory *self)
{
  CjlSession *session = cju_document_get_session (self->document);

  if (session != NULL && gtk_widget_get_mapped (GTK_WIDGET (self))
      && (cjl_session_read_epochs (session)->len != self->n_epochs
          || (cju_document_get_state (self->document).status != CJ_RUN_TRAINING
              && cju_document_get_state (self->document).last != self->step)))
    fill (self);
}

/* --- actions --- */

static void
tell (CjuHistory *self, const char *text)
{
  g_signal_emit (self, message_signal, 0, text);
}

static void
restore_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuHistory *self = CJU_HISTORY (widget);
  CjlSession *session = cju_document_get_session (self->document);
  const char *id = g_variant_get_string (parameter, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint n = 0;

  if (g_str_equal (name, "history.restore-settings"))
    {
      if (cjl_archive_restore_settings (get_project (self), id, &error))
        text = g_strdup (_ ("Network, training and data are those of the run"));
    }
  else if (session == NULL)
    text = g_strdup (_ ("The network cannot be trained as it is. Restore the settings first."));
  else if (cjl_session_restore_weights (session, id, &n, &error))
    text = n > 0 ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u tensor was restored",
                                                 "%u tensors were restored", n),
                                    n)
                 : g_strdup (_ ("No weights of that run fit this network. Restore the settings "
                                "first."));
  tell (self, text != NULL ? text : error != NULL ? error->message : "");
}

static void
delete_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void) name;
  cjl_archive_delete (get_project (CJU_HISTORY (widget)), g_variant_get_string (parameter, NULL));
}

static void
on_words_response (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  CjuHistory *self = data;
  GtkWidget *entry = adw_message_dialog_get_extra_child (dialog);
  const char *id = g_object_get_data (G_OBJECT (dialog), "id");
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));

  if (!g_str_equal (response, "set"))
    return;
  if (g_object_get_data (G_OBJECT (dialog), "note") != NULL)
    cjl_archive_set_note (get_project (self), id, text);
  else if (*text != '\0')
    cjl_archive_rename (get_project (self), id, text);
}

/* history.rename and history.note: a line of text is asked for. */
static void
words_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuHistory *self = CJU_HISTORY (widget);
  const gboolean note = g_str_equal (name, "history.note");
  const CjlPastRun *run = find_run (self, g_variant_get_string (parameter, NULL));
  GtkWidget *dialog, *entry;

  if (run == NULL || run->id == NULL)
    return;
  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), NULL, NULL);
  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog),
                                     note ? _ ("Note on “%s”") : _ ("Rename “%s”"), run->name);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "set",
                                    note ? _ ("_Set") : _ ("_Rename"), NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "set");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), note ? run->note : run->name);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  cju_access_name (entry, note ? _ ("Note") : _ ("Name"));
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  g_object_set_data_full (G_OBJECT (dialog), "id", g_strdup (run->id), g_free);
  g_object_set_data (G_OBJECT (dialog), "note", note ? dialog : NULL);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_words_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- the widget --- */

static void
cju_history_dispose (GObject *object)
{
  CjuHistory *self = CJU_HISTORY (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->paned, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_pointer (&self->runs, g_ptr_array_unref);
  g_clear_pointer (&self->shown, g_variant_unref);
  for (guint i = 0; i < N_COMPARED; i++)
    g_clear_pointer (&self->compared[i], g_free);
  G_OBJECT_CLASS (cju_history_parent_class)->dispose (object);
}

static void
cju_history_class_init (CjuHistoryClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_history_dispose;
  gtk_widget_class_set_layout_manager_type (widget, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget, "history.restore-weights", "s", restore_action);
  gtk_widget_class_install_action (widget, "history.restore-settings", "s", restore_action);
  gtk_widget_class_install_action (widget, "history.rename", "s", words_action);
  gtk_widget_class_install_action (widget, "history.note", "s", words_action);
  gtk_widget_class_install_action (widget, "history.delete", "s", delete_action);
  message_signal = g_signal_new ("message", CJU_TYPE_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
make_scroller (GtkWidget *child)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), child);
  return scroller;
}

/* Curves on the left of the settings that differ. */
static GtkWidget *
make_comparison (CjuHistory *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *scroller;

  self->figure = cju_figure_view_new ("curves");
  self->differences = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->differences), 12);
  gtk_grid_set_row_spacing (GTK_GRID (self->differences), 2);
  self->hint = gtk_label_new (
      _ ("Check two runs to see how their settings differ. A reset, other data or a branch "
         "put the run that was under way into this list."));
  gtk_label_set_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->hint), 28);
  gtk_widget_add_css_class (self->hint, "dim-label");
  gtk_box_append (GTK_BOX (side), self->hint);
  gtk_box_append (GTK_BOX (side), self->differences);
  scroller = make_scroller (side);
  gtk_widget_set_size_request (scroller, 250, -1);
  gtk_widget_set_hexpand (scroller, FALSE); /* the curves take what there is */
  gtk_box_append (GTK_BOX (box), self->figure);
  gtk_box_append (GTK_BOX (box), scroller);
  return box;
}

static void
cju_history_init (CjuHistory *self)
{
  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_past_run_free);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "runs");
  cju_access_name (self->list, _ ("Runs"));
  self->paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  gtk_paned_set_start_child (GTK_PANED (self->paned), make_scroller (self->list));
  gtk_paned_set_end_child (GTK_PANED (self->paned), make_comparison (self));
  gtk_paned_set_position (GTK_PANED (self->paned), 380);
  gtk_paned_set_shrink_start_child (GTK_PANED (self->paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (self->paned), FALSE);
  gtk_widget_set_parent (self->paned, GTK_WIDGET (self));
  g_signal_connect (self, "map", G_CALLBACK (fill), NULL);
}

GtkWidget *
cju_history_new (CjuDocument *document)
{
  CjuHistory *self = g_object_new (CJU_TYPE_HISTORY, NULL);

  self->document = g_object_ref (document);
  self->compared[0] = g_strdup (""); /* this run, and the last one before as soon as there is one */
  g_signal_connect_swapped (document, "edited", G_CALLBACK (on_edited), self);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (on_ticked), self);
  return GTK_WIDGET (self);
}
