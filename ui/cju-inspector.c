/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-inspector.h"

#include "cju-figure-view.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

struct _CjuInspector
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *scroller, *box, *trouble, *figure;
  gboolean busy; /* the edit under way is ours: the rows are right already */
  guint ticks;
};

G_DEFINE_FINAL_TYPE (CjuInspector, cju_inspector, GTK_TYPE_WIDGET)

/* Which value a row edits: "conv1.filters" or "batch". Owned by the row. */
typedef struct
{
  CjuInspector *inspector;
  const CjParam *param;
  char *name;
  GtkWidget *row;
} Binding;

static void
free_binding (gpointer data, GClosure *closure)
{
  (void) closure;
  g_free (((Binding *) data)->name);
  g_free (data);
}

static void
apply (Binding *binding, const char *text)
{
  CjuInspector *self = binding->inspector;
  CjlProject *project = cju_document_get_project (self->document);
  g_autoptr (GError) error = NULL;

  self->busy = TRUE;
  if (cjl_project_set (project, binding->name, text, &error))
    gtk_widget_remove_css_class (binding->row, "error");
  else
    gtk_widget_add_css_class (binding->row, "error");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (binding->row), error != NULL ? error->message : "");
  self->busy = FALSE;
}

static void
on_spin (GtkSpinButton *spin, gpointer data)
{
  Binding *binding = data;
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.10g", gtk_spin_button_get_value (spin));
  apply (binding, text);
}

static void
on_switch (GObject *object, GParamSpec *pspec, gpointer data)
{
  (void) pspec;
  apply (data, gtk_switch_get_active (GTK_SWITCH (object)) ? "true" : "false");
}

static void
on_choice (GObject *object, GParamSpec *pspec, gpointer data)
{
  Binding *binding = data;

  (void) pspec;
  apply (binding, binding->param->choices[gtk_drop_down_get_selected (GTK_DROP_DOWN (object))]);
}

static void
on_text (GtkEntry *entry, gpointer data)
{
  apply (data, gtk_editable_get_text (GTK_EDITABLE (entry)));
}

/* A parameter becomes the suffix of a row. */
static GtkWidget *
make_control (Binding *binding, const char *value)
{
  const CjParam *p = binding->param;
  GtkWidget *control;

  if (p->kind == CJ_PARAM_BOOL)
    {
      control = gtk_switch_new ();
      gtk_switch_set_active (GTK_SWITCH (control), g_str_equal (value, "true"));
      g_signal_connect_data (control, "notify::active", G_CALLBACK (on_switch), binding,
                             free_binding, 0);
    }
  else if (p->kind == CJ_PARAM_CHOICE)
    {
      control = gtk_drop_down_new_from_strings (p->choices);
      for (guint i = 0; p->choices[i] != NULL; i++)
        if (g_str_equal (p->choices[i], value))
          gtk_drop_down_set_selected (GTK_DROP_DOWN (control), i);
      g_signal_connect_data (control, "notify::selected", G_CALLBACK (on_choice), binding,
                             free_binding, 0);
    }
  else if (p->kind == CJ_PARAM_INT || p->kind == CJ_PARAM_FLOAT)
    {
      const double step = p->kind == CJ_PARAM_INT ? 1 : pow (10, -MAX (p->digits - 1, 1));

      control = gtk_spin_button_new_with_range (p->min, p->max, step);
      gtk_spin_button_set_digits (GTK_SPIN_BUTTON (control),
                                  p->kind == CJ_PARAM_INT ? 0 : (guint) p->digits);
      gtk_editable_set_width_chars (GTK_EDITABLE (control), MAX (p->digits + 2, 5));
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (control), g_ascii_strtod (value, NULL));
      g_signal_connect_data (control, "value-changed", G_CALLBACK (on_spin), binding, free_binding,
                             0);
    }
  else
    {
      control = gtk_entry_new ();
      gtk_editable_set_text (GTK_EDITABLE (control), value);
      gtk_editable_set_width_chars (GTK_EDITABLE (control), 9);
      g_signal_connect_data (control, "activate", G_CALLBACK (on_text), binding, free_binding, 0);
    }
  return control;
}

static GtkWidget *
make_row (CjuInspector *self, const CjParam *param, const char *prefix, const char *value)
{
  GtkWidget *row = adw_action_row_new (), *control;
  Binding *binding = g_new0 (Binding, 1);
  g_autofree char *title = param->unit != NULL
                               ? g_strdup_printf ("%s (%s)", _ (param->title), param->unit)
                               : g_strdup (_ (param->title));

  binding->inspector = self;
  binding->param = param;
  binding->name = g_strconcat (prefix, param->name, NULL);
  binding->row = row;
  control = make_control (binding, value);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_set_tooltip_text (row, _ (param->blurb));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  return row;
}

static void
add_label (CjuInspector *self, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (self->box), label);
}

static void
on_mend (GtkButton *button, gpointer data)
{
  CjuInspector *self = data;
  CjlProject *project = cju_document_get_project (self->document);
  CjNode *node = cju_document_get_selected (self->document), *fresh;
  const CjProblem *problem = node != NULL ? cju_document_find_problem (self->document, node) : NULL;
  CjWire from;

  (void) button;
  if (problem == NULL)
    return;
  if (problem->set != NULL)
    {
      g_auto (GStrv) pair = g_strsplit (problem->set, "=", 2);
      g_autofree char *name = g_strdup_printf ("%s.%s", node->id, pair[0]);

      cjl_project_set (project, name, pair[1], NULL);
      return;
    }
  from = node->from[problem->port];
  cjl_project_begin (project);
  fresh = cj_graph_add (project->graph, cj_layer_find (problem->mend), NULL, NULL);
  cj_graph_move (project->graph, fresh, node->x - 40, node->y - 70);
  if (from.node != NULL)
    cj_graph_connect (project->graph, from.node, from.port, fresh, 0, NULL);
  cj_graph_connect (project->graph, fresh, 0, node, problem->port, NULL);
  cjl_project_commit (project, _ ("Insert layer"), NULL);
}

static void
add_problem (CjuInspector *self, const CjNode *node)
{
  const CjProblem *problem = cju_document_find_problem (self->document, node);
  g_autofree char *words = NULL;
  GtkWidget *button;

  if (problem == NULL)
    return;
  add_label (self, problem->sentence, "error");
  if (problem->mend == NULL && problem->set == NULL)
    return;
  words = problem->set != NULL
              ? g_strdup_printf (_ ("Set %s"), problem->set)
              : g_strdup_printf (_ ("Insert %s"), cj_layer_find (problem->mend)->title);
  button = gtk_button_new_with_label (words);
  gtk_widget_add_css_class (button, "suggested-action");
  g_signal_connect (button, "clicked", G_CALLBACK (on_mend), self);
  gtk_box_append (GTK_BOX (self->box), button);
}

static void
add_table (CjuInspector *self, const char *title, const CjParam *table, const char *prefix,
           gconstpointer values)
{
  GtkWidget *group, *more = NULL;

  if (table == NULL || table->name == NULL)
    return;
  group = adw_preferences_group_new ();
  if (title != NULL)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  for (const CjParam *p = table; p->name != NULL; p++)
    {
      g_autofree char *value = cj_params_print (p, values);
      GtkWidget *row = make_row (self, p, prefix, value);

      if ((p->flags & CJ_PARAM_ADVANCED) == 0)
        {
          adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
          continue;
        }
      if (more == NULL)
        {
          more = adw_expander_row_new ();
          adw_preferences_row_set_title (ADW_PREFERENCES_ROW (more), _ ("More"));
        }
      adw_expander_row_add_row (ADW_EXPANDER_ROW (more), row);
    }
  if (more != NULL)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), more);
  gtk_box_append (GTK_BOX (self->box), group);
}

static void
update_figure (CjuInspector *self)
{
  const CjNode *node = cju_document_get_selected (self->document);
  CjlSession *session = cju_document_get_session (self->document);
  g_autofree char *name = NULL;
  CjTensor *weights;
  CjvFrame *frame;

  if (self->figure == NULL || node == NULL || session == NULL)
    return;
  name = g_strdup_printf ("%s.weight", node->id);
  weights = cjl_session_dup_param (session, name);
  gtk_widget_set_visible (self->figure, weights != NULL);
  if (weights == NULL)
    return;
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "weights", weights);
  cju_figure_view_take_frame (CJU_FIGURE_VIEW (self->figure), cjv_frame_seal (frame));
}

static void
show_node (CjuInspector *self, const CjNode *node)
{
  g_autofree char *prefix = g_strdup_printf ("%s.", node->id);
  g_autofree char *shape = cju_document_dup_shape (self->document, node);
  g_autofree char *words = g_strdup_printf ("%s%s%s", node->id, shape != NULL ? " → " : "",
                                            shape != NULL ? shape : "");

  add_label (self, _ (node->layer->title), "title-4");
  add_label (self, words, "dim-label");
  add_problem (self, node);
  add_table (self, NULL, node->layer->params, prefix, node->params);
  if (node->layer->role == CJ_ROLE_LAYER)
    add_table (self, _ ("Learning"), cj_node_params, prefix, node);
  if (node->layer->formula != NULL)
    add_label (self, node->layer->formula, "monospace");
  add_label (self, _ (node->layer->blurb), "dim-label");
  if (node->layer->biology != NULL)
    add_label (self, _ (node->layer->biology), "dim-label");
  self->figure
      = cju_figure_view_new (g_str_equal (node->layer->id, "dense") ? "histogram" : "filters");
  gtk_widget_set_size_request (self->figure, -1, 210);
  gtk_box_append (GTK_BOX (self->box), self->figure);
  gtk_widget_set_visible (self->figure, FALSE);
  update_figure (self);
}

static void
on_kind (GObject *object, GParamSpec *pspec, gpointer data)
{
  CjuInspector *self = data;
  GtkStringObject *item
      = GTK_STRING_OBJECT (gtk_drop_down_get_selected_item (GTK_DROP_DOWN (object)));

  (void) pspec;
  cjl_project_set (cju_document_get_project (self->document), g_object_get_data (object, "name"),
                   gtk_string_object_get_string (item), NULL);
}

/* The choice of an optimizer or schedule by id; `chosen` is in `ids`. */
static void
add_kind (CjuInspector *self, const char *title, const char *name, const char *const *ids,
          const char *chosen)
{
  GtkWidget *group = adw_preferences_group_new (), *row = adw_action_row_new ();
  GtkWidget *control = gtk_drop_down_new_from_strings (ids);

  for (guint i = 0; ids[i] != NULL; i++)
    if (g_str_equal (ids[i], chosen))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (control), i);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  g_object_set_data (G_OBJECT (control), "name", (gpointer) name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  g_signal_connect (control, "notify::selected", G_CALLBACK (on_kind), self);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  gtk_box_append (GTK_BOX (self->box), group);
}

static void
add_kinds (CjuInspector *self, const CjTrainSetup *setup)
{
  g_autoptr (GPtrArray) optimizers = g_ptr_array_new (), schedules = g_ptr_array_new ();

  for (const CjOptimizerInfo *const *o = cj_optimizers (); *o != NULL; o++)
    g_ptr_array_add (optimizers, (gpointer) (*o)->id);
  for (const CjScheduleInfo *const *s = cj_schedules (); *s != NULL; s++)
    g_ptr_array_add (schedules, (gpointer) (*s)->id);
  g_ptr_array_add (optimizers, NULL);
  g_ptr_array_add (schedules, NULL);
  add_kind (self, _ ("Optimizer"), "optimizer", (const char *const *) optimizers->pdata,
            setup->optimizer->id);
  add_kind (self, _ ("Schedule"), "schedule", (const char *const *) schedules->pdata,
            setup->schedule->id);
}

static void
rebuild (CjuInspector *self)
{
  const CjNode *node = cju_document_get_selected (self->document);
  const CjTrainSetup *setup = cju_document_get_project (self->document)->setup;
  GtkWidget *child;

  if (self->busy)
    return;
  self->figure = NULL;
  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  if (node != NULL)
    {
      show_node (self, node);
      return;
    }
  add_label (self, _ ("Training"), "title-4");
  if (cju_document_get_trouble (self->document) != NULL)
    add_label (self, cju_document_get_trouble (self->document), "error");
  add_table (self, NULL, cj_train_setup_params, "", setup);
  add_kinds (self, setup);
  add_table (self, _ (setup->optimizer->title), setup->optimizer->params, "optimizer.",
             setup->optimizer_params);
  add_table (self, _ (setup->schedule->title), setup->schedule->params, "schedule.",
             setup->schedule_params);
}

static void
on_tick (CjuInspector *self)
{
  if (self->ticks++ % 4 == 0)
    update_figure (self);
}

static void
cju_inspector_dispose (GObject *object)
{
  CjuInspector *self = CJU_INSPECTOR (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_inspector_parent_class)->dispose (object);
}

static void
cju_inspector_class_init (CjuInspectorClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_inspector_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
cju_inspector_init (CjuInspector *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  gtk_widget_set_margin_top (self->box, 14);
  gtk_widget_set_margin_bottom (self->box, 14);
  gtk_widget_set_margin_start (self->box, 12);
  gtk_widget_set_margin_end (self->box, 12);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->box);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

GtkWidget *
cju_inspector_new (CjuDocument *document)
{
  CjuInspector *self = g_object_new (CJU_TYPE_INSPECTOR, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "selected", G_CALLBACK (rebuild), self);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (rebuild), self);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (on_tick), self);
  rebuild (self);
  return GTK_WIDGET (self);
}
