/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-dock.h"

#include "cjl-figures.h"
#include "cju-figure-view.h"
#include "cju-help.h"
#include "cju-history.h"
#include "cju-problems.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define SHEET 48 /* pictures on the sheet of predictions */

/* What makes a view old. */
typedef enum
{
  ON_TICK = 1 << 0,
  ON_SELECTED = 1 << 1,
  ON_EVALUATED = 1 << 2
} Trigger;

typedef struct
{
  const char *id, *title, *blurb, *figure;
  Trigger triggers;
  /* A sealed frame, or NULL: nothing to show. */
  CjvFrame *(*make) (CjuDock *self);
  void (*picked) (CjuDock *self, gint64 index, gint64 series); /* a click, or NULL */
} View;

struct _CjuDock
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *notebook, *problems, *clear;
  GPtrArray *figures; /* CjuFigureView by place in the table */
  gint64 row, column; /* cell of the confusion matrix that is looked into, or -1 */
  GArray *shown;      /* guint32: sample of each picture on the sheet */
};

G_DEFINE_FINAL_TYPE (CjuDock, cju_dock, GTK_TYPE_WIDGET)

static guint message_signal;

/* --- frames --- */

static CjvFrame *
make_curves (CjuDock *self)
{
  CjlSession *session = cju_document_get_session (self->document);
  const CjRunState state = cju_document_get_state (self->document);

  return session == NULL
             ? NULL
             : cjl_curves_frame (cjl_session_read_points (session),
                                 cjl_session_read_epochs (session), state.steps_per_epoch,
                                 state.target < state.last ? (double) state.target : NAN);
}

/* The selected layer, or the first that `fits`. */
static const CjNode *
find_node (CjuDock *self, gboolean (*fits) (CjuDock *self, const CjNode *node))
{
  const CjNode *selected = cju_document_get_selected (self->document);
  const CjGraph *graph = cju_document_get_project (self->document)->graph;

  if (selected != NULL && fits (self, selected))
    return selected;
  for (guint i = 0; i < graph->nodes->len; i++)
    if (fits (self, graph->nodes->pdata[i]))
      return graph->nodes->pdata[i];
  return NULL;
}

static gboolean
has_maps (CjuDock *self, const CjNode *node)
{
  const CjlProbeFrame *frame = cju_document_get_frame (self->document);
  const CjTensor *tensor = frame != NULL ? cjl_probe_frame_find (frame, node->id) : NULL;

  return tensor != NULL && tensor->shape.n_dims == 4 && node->layer->role == CJ_ROLE_LAYER;
}

static CjvFrame *
make_maps (CjuDock *self)
{
  const CjNode *node = find_node (self, has_maps);
  CjvFrame *frame;

  if (node == NULL)
    return NULL;
  frame = cjv_frame_new ();
  cjv_frame_set_array (frame, "maps",
                       cjl_probe_frame_find (cju_document_get_frame (self->document), node->id));
  cjv_frame_set_text (frame, "title", node->id);
  return cjv_frame_seal (frame);
}

static CjTensor *
dup_weights (CjuDock *self, const CjNode *node)
{
  CjlSession *session = cju_document_get_session (self->document);
  g_autofree char *name = g_strdup_printf ("%s.weight", node->id);

  return session != NULL ? cjl_session_dup_param (session, name) : NULL;
}

static gboolean
has_filters (CjuDock *self, const CjNode *node)
{
  g_autoptr (CjTensor) weights = dup_weights (self, node);

  return weights != NULL && weights->shape.n_dims == 4;
}

static gboolean
has_weights (CjuDock *self, const CjNode *node)
{
  g_autoptr (CjTensor) weights = dup_weights (self, node);

  return weights != NULL;
}

static CjvFrame *
make_weights (CjuDock *self, gboolean (*fits) (CjuDock *self, const CjNode *node))
{
  const CjNode *node = find_node (self, fits);
  CjvFrame *frame;

  if (node == NULL)
    return NULL;
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "weights", dup_weights (self, node));
  cjv_frame_set_text (frame, "title", node->id);
  return cjv_frame_seal (frame);
}

static CjvFrame *
make_filters (CjuDock *self)
{
  return make_weights (self, has_filters);
}

static CjvFrame *
make_histogram (CjuDock *self)
{
  return make_weights (self, has_weights);
}

static CjvFrame *
make_decision (CjuDock *self)
{
  const CjlProbeFrame *frame = cju_document_get_frame (self->document);
  const CjNode *node = cju_document_find_prediction (self->document);
  const CjTensor *scores
      = frame != NULL && node != NULL ? cjl_probe_frame_find_surface (frame, node->id) : NULL;

  return scores != NULL ? cjl_decision_frame (cju_document_get_dataset (self->document), scores)
                        : NULL;
}

static CjvFrame *
make_confusion (CjuDock *self)
{
  const CjlEvaluation *evaluation = cju_document_get_evaluation (self->document);

  return evaluation != NULL ? cjl_evaluation_confusion (evaluation) : NULL;
}

static CjvFrame *
make_ranking (CjuDock *self)
{
  const CjlEvaluation *evaluation = cju_document_get_evaluation (self->document);

  return evaluation != NULL ? cjl_evaluation_ranking (evaluation) : NULL;
}

static CjvFrame *
make_scatter (CjuDock *self)
{
  const CjlEvaluation *evaluation = cju_document_get_evaluation (self->document);

  return evaluation != NULL ? cjl_evaluation_scatter (evaluation) : NULL;
}

/* The samples of a cell of the confusion matrix, or mistakes first and then the rest. */
static CjvFrame *
make_sheet (CjuDock *self)
{
  const CjlEvaluation *evaluation = cju_document_get_evaluation (self->document);
  g_autofree guint32 *mistakes = NULL;
  gsize n = 0;

  if (evaluation == NULL)
    return NULL;
  g_array_set_size (self->shown, 0);
  mistakes = cjl_evaluation_list_mistakes (evaluation, &n);
  if (self->row < 0)
    g_array_append_vals (self->shown, mistakes, (guint) MIN (n, SHEET));
  for (guint32 i = 0; i < evaluation->n && self->shown->len < SHEET; i++)
    if (self->row >= 0 ? evaluation->predicted != NULL && evaluation->targets[i] == self->row
                             && evaluation->predicted[i] == self->column
                       : !cjl_evaluation_is_mistake (evaluation, i))
      g_array_append_val (self->shown, i);
  return cjl_evaluation_sheet (evaluation, (const guint32 *) self->shown->data, self->shown->len,
                               SHEET);
}

/* --- clicks --- */

static void
pick_picture (CjuDock *self, gint64 index, gint64 series)
{
  (void) series;
  if (index >= 0 && index < self->shown->len)
    cju_document_choose_sample (self->document, g_array_index (self->shown, guint32, index));
}

static void refresh (CjuDock *self, Trigger trigger);

static void
look_into (CjuDock *self, gint64 row, gint64 column)
{
  self->row = row;
  self->column = column;
  gtk_widget_set_visible (self->clear, row >= 0);
  cju_dock_show (self, "predictions");
  refresh (self, ON_EVALUATED);
}

static void
pick_cell (CjuDock *self, gint64 index, gint64 series)
{
  if (index >= 0 && series >= 0)
    look_into (self, series, index);
}

static void
pick_point (CjuDock *self, gint64 index, gint64 series)
{
  const CjlEvaluation *evaluation = cju_document_get_evaluation (self->document);

  (void) series;
  if (evaluation != NULL && index >= 0)
    cju_document_choose_sample (self->document,
                                (gsize) (index / evaluation->scores->shape.dims[1]));
}

static const View views[] = {
  { "curves", N_ ("Curves"), N_ ("Loss and accuracy over the run"), "curves", ON_TICK, make_curves,
    NULL },
  { "decision", N_ ("Decision"), N_ ("The plane as the network divides it"), "decision", ON_TICK,
    make_decision, NULL },
  { "activations", N_ ("Activations"), N_ ("What the selected layer makes of the sample"), "maps",
    ON_TICK | ON_SELECTED, make_maps, NULL },
  { "filters", N_ ("Filters"), N_ ("The kernels of the selected layer"), "filters",
    ON_TICK | ON_SELECTED, make_filters, NULL },
  { "weights", N_ ("Weights"), N_ ("How the weights of the selected layer are spread"), "histogram",
    ON_TICK | ON_SELECTED, make_histogram, NULL },
  { "confusion", N_ ("Confusion"),
    N_ ("Which classes are taken for which; click a cell to see them"), "confusion", ON_EVALUATED,
    make_confusion, pick_cell },
  { "predictions", N_ ("Predictions"), N_ ("Validation samples, the surest mistakes first"),
    "contact-sheet", ON_EVALUATED, make_sheet, pick_picture },
  { "roc", N_ ("ROC"), N_ ("True against false positives of each class"), "roc", ON_EVALUATED,
    make_ranking, NULL },
  { "precision-recall", N_ ("Precision–recall"), N_ ("Precision against recall of each class"),
    "precision-recall", ON_EVALUATED, make_ranking, NULL },
  { "scatter", N_ ("Predicted–true"), N_ ("Predicted against true values"), "scatter", ON_EVALUATED,
    make_scatter, pick_point },
};

gboolean
cju_dock_describe (guint i, CjuDockView *view)
{
  if (i >= G_N_ELEMENTS (views))
    return FALSE;
  *view = (CjuDockView){ views[i].id, views[i].title, views[i].blurb };
  return TRUE;
}

/* --- keeping them new --- */

static GtkWidget *
get_page (CjuDock *self, guint i)
{
  return gtk_widget_get_parent (self->figures->pdata[i]);
}

/* Views that can be empty for good are hidden; curves and the evaluated ones wait for training. */
static gboolean
belongs (CjuDock *self, guint i)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const gboolean classes = dataset != NULL && dataset->n_classes > 0;
  const gboolean pictures = dataset != NULL && cjd_dataset_get_x_shape (dataset).n_dims == 3;
  const char *id = views[i].id;

  if (g_str_equal (id, "decision"))
    return dataset != NULL && dataset->x_shape.n_dims == 2 && dataset->x_shape.dims[1] == 2
           && classes;
  if (g_str_equal (id, "activations"))
    return pictures;
  if (g_str_equal (id, "filters"))
    return find_node (self, has_filters) != NULL;
  if (g_str_equal (id, "predictions"))
    return pictures;
  if (g_str_equal (id, "scatter"))
    return dataset != NULL && !classes && dataset->y->dtype == CJ_FLOAT32;
  return (views[i].triggers & ON_EVALUATED) == 0 || classes;
}

/* The plane of two-feature data is what such a network is about: it comes to the front. */
static void
update_pages (CjuDock *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    {
      const gboolean was = gtk_widget_get_visible (get_page (self, i)), is = belongs (self, i);

      gtk_widget_set_visible (get_page (self, i), is);
      if (is && !was && g_str_equal (views[i].id, "decision"))
        cju_dock_show (self, views[i].id);
    }
}

static void
refresh (CjuDock *self, Trigger trigger)
{
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    if ((views[i].triggers & trigger) != 0 && gtk_widget_get_child_visible (get_page (self, i))
        && gtk_widget_get_mapped (self->figures->pdata[i]))
      cju_figure_view_take_frame (self->figures->pdata[i], views[i].make (self));
}

static void
on_tick (CjuDock *self)
{
  const int page = gtk_notebook_get_current_page (GTK_NOTEBOOK (self->notebook));

  if (page >= 0 && page < (int) G_N_ELEMENTS (views) && (views[page].triggers & ON_EVALUATED) != 0)
    cju_document_get_evaluation (self->document); /* somebody looks */
  refresh (self, ON_TICK);
}

static void
on_selected (CjuDock *self)
{
  refresh (self, ON_SELECTED);
}

static void
on_evaluated (CjuDock *self)
{
  refresh (self, ON_EVALUATED);
}

static void
on_edited (CjuDock *self)
{
  update_pages (self);
  cju_problems_update (CJU_PROBLEMS (self->problems));
}

static void
on_mapped (GtkWidget *figure, gpointer data)
{
  CjuDock *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    if (self->figures->pdata[i] == figure)
      cju_figure_view_take_frame (CJU_FIGURE_VIEW (figure), views[i].make (self));
}

static void
on_picked (GtkWidget *figure, gint64 index, gint64 series, gpointer data)
{
  CjuDock *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    if (self->figures->pdata[i] == figure && views[i].picked != NULL)
      {
        views[i].picked (self, index, series);
        return;
      }
}

/* --- exports --- */

static CjuFigureView *
get_current (CjuDock *self)
{
  const int page = gtk_notebook_get_current_page (GTK_NOTEBOOK (self->notebook));

  return page >= 0 && page < (int) self->figures->len ? self->figures->pdata[page] : NULL;
}

static void
on_export_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  CjuDock *self = data;
  CjuFigureView *figure = g_object_get_data (G_OBJECT (dialog), "figure");

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);
      g_autofree char *name = g_file_get_basename (file);
      g_autofree char *text = g_strdup_printf (_ ("%s was written"), name);
      g_autoptr (GError) error = NULL;
      const gboolean written = path != NULL && cju_figure_view_export (figure, path, &error);

      g_signal_emit (self, message_signal, 0, written ? text : error->message);
    }
  g_object_unref (dialog);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDock *self = CJU_DOCK (widget);
  const int page = gtk_notebook_get_current_page (GTK_NOTEBOOK (self->notebook));
  CjuFigureView *figure = get_current (self);
  g_autofree char *file = NULL;
  GtkFileChooserNative *dialog;

  (void) name;
  if (figure == NULL)
    return;
  file = g_strdup_printf ("%s.%s", views[page].id, g_variant_get_string (parameter, NULL));
  dialog
      = gtk_file_chooser_native_new (_ ("Export figure"), GTK_WINDOW (gtk_widget_get_root (widget)),
                                     GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), _ ("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), file);
  g_object_set_data_full (G_OBJECT (dialog), "figure", g_object_ref (figure), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_export_response), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuFigureView *figure = get_current (CJU_DOCK (widget));

  (void) name;
  (void) parameter;
  if (figure == NULL)
    return;
  cju_figure_view_copy (figure);
  g_signal_emit (widget, message_signal, 0, _ ("The figure is on the clipboard"));
}

static GtkWidget *
make_export (void)
{
  static const char *const kinds[][2] = { { "svg", N_ ("Export as _SVG…") },
                                          { "pdf", N_ ("Export as _PDF…") },
                                          { "png", N_ ("Export as P_NG…") },
                                          { "csv", N_ ("Export Numbers as _CSV…") } };
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new (), files = g_menu_new (), rest = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *action = g_strdup_printf ("dock.export::%s", kinds[i][0]);

      g_menu_append (files, _ (kinds[i][1]), action);
    }
  g_menu_append (rest, _ ("_Copy Picture"), "dock.copy");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (files));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "document-save-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (button), GTK_ARROW_UP);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _ ("Export this view"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Export this view"), -1);
  return button;
}

/* --- the widget --- */

static GtkWidget *
make_tab (const View *view)
{
  GtkWidget *label = gtk_label_new (_ (view->title));

  gtk_widget_set_tooltip_text (label, _ (view->blurb));
  return label;
}

static void
on_history_message (CjuDock *self, const char *text)
{
  g_signal_emit (self, message_signal, 0, text);
}

static void
add_views (CjuDock *self)
{
  GtkWidget *history;

  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    {
      GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      GtkWidget *figure = cju_figure_view_new (views[i].figure);

      g_autofree char *topic = g_strconcat ("view/", views[i].id, NULL);

      cju_help_set_topic (page, topic);
      gtk_widget_set_vexpand (figure, TRUE);
      cju_figure_view_set_pickable (CJU_FIGURE_VIEW (figure), views[i].picked != NULL);
      g_signal_connect (figure, "map", G_CALLBACK (on_mapped), self);
      g_signal_connect (figure, "picked", G_CALLBACK (on_picked), self);
      gtk_box_append (GTK_BOX (page), figure);
      gtk_notebook_append_page (GTK_NOTEBOOK (self->notebook), page, make_tab (&views[i]));
      g_ptr_array_add (self->figures, figure);
    }
  self->problems = cju_problems_new (self->document);
  cju_help_set_topic (self->problems, "guide/problems");
  gtk_notebook_append_page (GTK_NOTEBOOK (self->notebook), self->problems,
                            gtk_label_new (_ ("Problems")));
  history = cju_history_new (self->document);
  g_signal_connect_swapped (history, "message", G_CALLBACK (on_history_message), self);
  gtk_notebook_append_page (GTK_NOTEBOOK (self->notebook), history, gtk_label_new (_ ("History")));
}

static void
on_clear (CjuDock *self)
{
  look_into (self, -1, -1);
}

void
cju_dock_show (CjuDock *self, const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    if (g_str_equal (views[i].id, id))
      gtk_notebook_set_current_page (GTK_NOTEBOOK (self->notebook), (int) i);
}

static void
cju_dock_dispose (GObject *object)
{
  CjuDock *self = CJU_DOCK (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->notebook, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_pointer (&self->figures, g_ptr_array_unref);
  g_clear_pointer (&self->shown, g_array_unref);
  G_OBJECT_CLASS (cju_dock_parent_class)->dispose (object);
}

static void
cju_dock_class_init (CjuDockClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_dock_dispose;
  gtk_widget_class_set_layout_manager_type (widget, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget, "dock.export", "s", export_action);
  gtk_widget_class_install_action (widget, "dock.copy", NULL, copy_action);
  message_signal = g_signal_new ("message", CJU_TYPE_DOCK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cju_dock_init (CjuDock *self)
{
  self->row = self->column = -1;
  self->figures = g_ptr_array_new ();
  self->shown = g_array_new (FALSE, FALSE, sizeof (guint32));
}

GtkWidget *
cju_dock_new (CjuDocument *document)
{
  CjuDock *self = g_object_new (CJU_TYPE_DOCK, NULL);
  GtkWidget *end = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->document = g_object_ref (document);
  cju_help_set_topic (GTK_WIDGET (self), "guide/figures");
  self->notebook = gtk_notebook_new ();
  gtk_notebook_set_scrollable (GTK_NOTEBOOK (self->notebook), TRUE);
  gtk_notebook_set_show_border (GTK_NOTEBOOK (self->notebook), FALSE);
  self->clear = gtk_button_new_with_label (_ ("Show All"));
  gtk_widget_add_css_class (self->clear, "flat");
  gtk_widget_set_visible (self->clear, FALSE);
  gtk_widget_set_tooltip_text (self->clear, _ ("Show samples of all classes again"));
  g_signal_connect_swapped (self->clear, "clicked", G_CALLBACK (on_clear), self);
  gtk_box_append (GTK_BOX (end), self->clear);
  gtk_box_append (GTK_BOX (end), make_export ());
  gtk_notebook_set_action_widget (GTK_NOTEBOOK (self->notebook), end, GTK_PACK_END);
  gtk_widget_add_css_class (self->notebook, "dock");
  gtk_widget_set_parent (self->notebook, GTK_WIDGET (self));
  add_views (self);
  update_pages (self);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (on_tick), self);
  g_signal_connect_swapped (document, "selected", G_CALLBACK (on_selected), self);
  g_signal_connect_swapped (document, "evaluated", G_CALLBACK (on_evaluated), self);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (on_edited), self);
  return GTK_WIDGET (self);
}
