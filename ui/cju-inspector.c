/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-inspector-private.h"

#include "cju-help.h"
#include "cju-health.h"
#include "cju-problems.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (CjuInspector, cju_inspector, GTK_TYPE_WIDGET)

/* Which value a row edits: "conv1.filters" or "batch". Owned by the row. */
typedef struct
{
  CjuInspector *inspector;
  const CjParam *table, *param;
  gconstpointer values; /* of the node or the training setup that the inspector shows */
  char *name;
  GtkWidget *row, *reset;
  GtkWidget *message; /* under a wide row; NULL: the subtitle of the row */
  GtkWidget *control;
} Binding;

static void
free_binding (gpointer data)
{
  g_free (((Binding *) data)->name);
  g_free (data);
}

static void rebuild (CjuInspector *self);

static char *
dup_preset (const Binding *binding)
{
  gsize size = 0;
  g_autofree gpointer values = NULL;

  for (const CjParam *p = binding->table; p->name != NULL; p++)
    size = MAX (size, p->offset + CJ_PARAM_TEXT_SIZE);
  values = g_malloc0 (size);
  cj_params_reset (binding->table, values);
  return cj_params_print (binding->param, values);
}

/* What the control stands at. */
static char *
read_control (const Binding *binding)
{
  const CjParam *p = binding->param;
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (GTK_IS_SWITCH (binding->control))
    return g_strdup (gtk_switch_get_active (GTK_SWITCH (binding->control)) ? "true" : "false");
  if (GTK_IS_DROP_DOWN (binding->control))
    return g_strdup (p->choices[gtk_drop_down_get_selected (GTK_DROP_DOWN (binding->control))]);
  if (!GTK_IS_SPIN_BUTTON (binding->control))
    return g_strdup (gtk_editable_get_text (GTK_EDITABLE (binding->control)));
  g_ascii_formatd (text, sizeof text, "%.10g",
                   gtk_spin_button_get_value (GTK_SPIN_BUTTON (binding->control)));
  return g_strdup (text);
}

/* Brings a control in line with a value that was changed elsewhere. */
static void
show_value (const Binding *binding, const char *value)
{
  const CjParam *p = binding->param;
  g_autofree char *before = read_control (binding);

  if (g_str_equal (before, value))
    return;
  if (GTK_IS_SWITCH (binding->control))
    gtk_switch_set_active (GTK_SWITCH (binding->control), g_str_equal (value, "true"));
  else if (GTK_IS_SPIN_BUTTON (binding->control))
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (binding->control), g_ascii_strtod (value, NULL));
  else if (!GTK_IS_DROP_DOWN (binding->control))
    gtk_editable_set_text (GTK_EDITABLE (binding->control), value);
  for (guint i = 0; GTK_IS_DROP_DOWN (binding->control) && p->choices[i] != NULL; i++)
    if (g_str_equal (p->choices[i], value))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (binding->control), i);
}

/* Rows that mean nothing with the other values are away; what is not preset can be put back. */
static void
update_rows (CjuInspector *self)
{
  self->showing = TRUE;
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Binding *binding = self->rows->pdata[i];
      g_autofree char *now = cj_params_print (binding->param, binding->values);
      g_autofree char *preset = dup_preset (binding);

      gtk_widget_set_visible (binding->row,
                              cj_params_applies (binding->table, binding->param, binding->values));
      gtk_widget_set_visible (binding->reset, !g_str_equal (now, preset));
      if (!gtk_widget_has_css_class (binding->row, "error"))
        show_value (binding, now);
    }
  self->showing = FALSE;
}

/* Whether an id is of a node of the same layer. */
static gboolean
is_alike (const CjGraph *graph, const char *id, const CjNode *node)
{
  const CjNode *other = cj_graph_find (graph, id);

  return other != NULL && other->layer == node->layer;
}

/* "conv1.filters" for every selected node of the same layer; else the name alone. */
static GStrv
list_names (const Binding *binding)
{
  CjuInspector *self = binding->inspector;
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const CjNode *last = cju_document_get_selected (self->document);
  const char *const *ids = cju_document_get_selection (self->document);
  GStrvBuilder *names = g_strv_builder_new ();
  GStrv result;

  for (guint i = 0; last != NULL && ids[i] != NULL; i++)
    if (is_alike (graph, ids[i], last))
      {
        g_autofree char *name = g_strdup_printf ("%s.%s", ids[i], binding->param->name);

        g_strv_builder_add (names, name);
      }
  if (last == NULL)
    g_strv_builder_add (names, binding->name);
  result = g_strv_builder_end (names);
  g_strv_builder_unref (names);
  return result;
}

static void
show_message (Binding *binding, const char *text)
{
  if (binding->message == NULL)
    {
      adw_action_row_set_subtitle (ADW_ACTION_ROW (binding->row), text);
      return;
    }
  gtk_label_set_text (GTK_LABEL (binding->message), text);
  gtk_widget_set_visible (binding->message, text[0] != '\0');
}

static void
apply (Binding *binding, const char *text)
{
  CjuInspector *self = binding->inspector;
  CjlProject *project = cju_document_get_project (self->document);
  g_auto (GStrv) names = list_names (binding);
  g_autofree char *title = g_strdup_printf (_ ("Set %s"), _ (binding->param->title));
  g_autoptr (GError) error = NULL;

  if (self->showing)
    return;
  self->busy = TRUE;
  cjl_project_begin (project);
  for (guint i = 0; names[i] != NULL && error == NULL; i++)
    cjl_project_set (project, names[i], text, &error);
  cjl_project_commit (project, title, binding->name);
  if (error == NULL)
    gtk_widget_remove_css_class (binding->row, "error");
  else
    gtk_widget_add_css_class (binding->row, "error");
  show_message (binding, error != NULL ? error->message : "");
  cju_inspector_read_data (self);
  update_rows (self);
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
      g_signal_connect (control, "notify::active", G_CALLBACK (on_switch), binding);
    }
  else if (p->kind == CJ_PARAM_CHOICE)
    {
      g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);

      for (guint i = 0; p->choices[i] != NULL; i++)
        gtk_string_list_append (words, _ (p->choices[i]));
      control = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&words)), NULL);
      for (guint i = 0; p->choices[i] != NULL; i++)
        if (g_str_equal (p->choices[i], value))
          gtk_drop_down_set_selected (GTK_DROP_DOWN (control), i);
      g_signal_connect (control, "notify::selected", G_CALLBACK (on_choice), binding);
    }
  else if ((p->kind == CJ_PARAM_INT && p->choices == NULL) || p->kind == CJ_PARAM_FLOAT)
    {
      const double step = p->kind == CJ_PARAM_INT ? 1 : pow (10, -MAX (p->digits - 1, 1));

      control = gtk_spin_button_new_with_range (p->min, p->max, step);
      gtk_spin_button_set_digits (GTK_SPIN_BUTTON (control),
                                  p->kind == CJ_PARAM_INT ? 0 : (guint) p->digits);
      gtk_editable_set_width_chars (GTK_EDITABLE (control), MAX (p->digits + 2, 5));
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (control), g_ascii_strtod (value, NULL));
      g_signal_connect (control, "value-changed", G_CALLBACK (on_spin), binding);
    }
  else
    {
      control = gtk_entry_new ();
      gtk_editable_set_text (GTK_EDITABLE (control), value);
      gtk_editable_set_width_chars (GTK_EDITABLE (control), 9);
      g_signal_connect (control, "activate", G_CALLBACK (on_text), binding);
    }
  return control;
}

static void
on_reset (Binding *binding)
{
  g_autofree char *preset = dup_preset (binding);

  apply (binding, preset);
  rebuild (binding->inspector);
}

static GtkWidget *
make_reset (Binding *binding, const char *title)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-clear-symbolic");
  g_autofree char *words = g_strdup_printf (_ ("Reset %s"), title);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (on_reset), binding);
  return button;
}

/* Title, reset and the control beside each other. */
static GtkWidget *
make_narrow (Binding *binding, const char *title, GtkWidget *control)
{
  GtkWidget *row = adw_action_row_new ();

  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE); /* “<” in a message */
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), binding->reset);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  return row;
}

/* A formula has the whole width, below its title, and its message below that. */
static GtkWidget *
make_wide (Binding *binding, const char *title, GtkWidget *control)
{
  GtkWidget *row = adw_preferences_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (title);

  binding->message = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (binding->message), 0);
  gtk_label_set_wrap (GTK_LABEL (binding->message), TRUE);
  gtk_widget_add_css_class (binding->message, "error");
  gtk_widget_set_visible (binding->message, FALSE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (control, "monospace");
  gtk_box_append (GTK_BOX (head), label);
  gtk_box_append (GTK_BOX (head), binding->reset);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), control);
  gtk_box_append (GTK_BOX (box), binding->message);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 8);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  return row;
}

GtkWidget *
cju_inspector_make_row (CjuInspector *self, const CjParam *table, const CjParam *param,
                        const char *prefix, gconstpointer values)
{
  GtkWidget *row, *control;
  Binding *binding = g_new0 (Binding, 1);
  g_autofree char *value = cj_params_print (param, values);
  g_autofree char *title = param->unit != NULL
                               ? g_strdup_printf ("%s (%s)", _ (param->title), param->unit)
                               : g_strdup (_ (param->title));

  binding->inspector = self;
  binding->table = table;
  binding->param = param;
  binding->values = values;
  binding->name = g_strconcat (prefix, param->name, NULL);
  binding->reset = make_reset (binding, _ (param->title));
  g_ptr_array_add (self->rows, binding);
  control = make_control (binding, value);
  row = param->kind == CJ_PARAM_FORMULA ? make_wide (binding, title, control)
                                        : make_narrow (binding, title, control);
  binding->row = row;
  binding->control = control;
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  gtk_widget_set_tooltip_text (row, _ (param->blurb));
  return row;
}

GtkWidget *
cju_inspector_add_label (CjuInspector *self, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (self->box), label);
  return label;
}

static void
on_mend (GtkButton *button, gpointer data)
{
  CjuInspector *self = data;
  const CjNode *node = cju_document_get_selected (self->document);
  const CjProblem *problem = node != NULL ? cju_document_find_problem (self->document, node) : NULL;

  (void) button;
  if (problem != NULL)
    cju_document_mend (self->document, problem);
}

static void
add_problem (CjuInspector *self, const CjNode *node)
{
  const CjProblem *problem = cju_document_find_problem (self->document, node);
  g_autofree char *words = NULL;
  GtkWidget *button;

  if (problem == NULL)
    return;
  cju_inspector_add_label (self, problem->sentence, "error");
  words = cju_problem_print_mend (problem);
  if (words == NULL)
    return;
  button = gtk_button_new_with_label (words);
  gtk_widget_add_css_class (button, "suggested-action");
  g_signal_connect (button, "clicked", G_CALLBACK (on_mend), self);
  gtk_box_append (GTK_BOX (self->box), button);
}

GtkWidget *
cju_inspector_add_table (CjuInspector *self, const char *title, const CjParam *table,
                         const char *prefix, gconstpointer values)
{
  GtkWidget *group, *more = NULL;

  if (table == NULL || table->name == NULL)
    return NULL;
  group = adw_preferences_group_new ();
  if (title != NULL)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  for (const CjParam *p = table; p->name != NULL; p++)
    {
      GtkWidget *row = cju_inspector_make_row (self, table, p, prefix, values);

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
  return group;
}

/* Selected nodes of the layer of the last: they are edited together. */
static guint
count_alike (CjuInspector *self, const CjNode *node)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const char *const *ids = cju_document_get_selection (self->document);
  guint n = 0;

  for (guint i = 0; ids[i] != NULL; i++)
    n += is_alike (graph, ids[i], node);
  return n;
}

static void
show_node (CjuInspector *self, const CjNode *node)
{
  const guint n = count_alike (self, node);
  g_autofree char *title = NULL;
  g_autofree char *prefix = g_strdup_printf ("%s.", node->id);
  g_autofree char *shape = cju_document_dup_shape (self->document, node);
  g_autofree char *words = g_strdup_printf ("%s%s%s", node->id, shape != NULL ? " → " : "",
                                            shape != NULL ? shape : "");

  if (n > 1)
    title = g_strdup_printf (_ ("%u × %s"), n, _ (node->layer->title));
  cju_inspector_add_label (self, n > 1 ? title : _ (node->layer->title), "title-4");
  cju_inspector_add_label (self, words, "dim-label");
  add_problem (self, node);
  cju_inspector_add_table (self, NULL, node->layer->params, prefix, node->params);
  if (node->layer->role == CJ_ROLE_LAYER)
    cju_inspector_add_table (self, _ ("Learning"), cj_node_params, prefix, node);
  if (node->layer->formula != NULL)
    cju_inspector_add_label (self, node->layer->formula, "monospace");
  cju_inspector_add_label (self, _ (node->layer->blurb), "dim-label");
  if (node->layer->biology != NULL)
    cju_inspector_add_label (self, _ (node->layer->biology), "dim-label");
  if (node->layer->role == CJ_ROLE_LAYER)
    gtk_box_append (GTK_BOX (self->box), cju_health_new (self->document, node->id));
}

static void
on_kind (GObject *object, GParamSpec *pspec, gpointer data)
{
  CjuInspector *self = data;
  const char *name = g_object_get_data (object, "name");
  const guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (object));

  (void) pspec;
  cjl_project_set (
      cju_document_get_project (self->document), name,
      g_str_equal (name, "optimizer") ? cj_optimizers ()[i]->id : cj_schedules ()[i]->id, NULL);
}

/* The choice of an optimizer or schedule; takes the words. */
static void
add_kind (CjuInspector *self, const char *title, const char *name, GtkStringList *words,
          guint chosen)
{
  GtkWidget *group = adw_preferences_group_new (), *row = adw_action_row_new ();
  GtkWidget *control = gtk_drop_down_new (G_LIST_MODEL (words), NULL);

  gtk_drop_down_set_selected (GTK_DROP_DOWN (control), chosen);
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
  const CjOptimizerInfo *const *optimizers = cj_optimizers ();
  const CjScheduleInfo *const *schedules = cj_schedules ();
  GtkStringList *words = gtk_string_list_new (NULL);
  guint chosen = 0;

  for (guint i = 0; optimizers[i] != NULL; i++)
    {
      gtk_string_list_append (words, _ (optimizers[i]->title));
      if (optimizers[i] == setup->optimizer)
        chosen = i;
    }
  add_kind (self, _ ("Optimizer"), "optimizer", words, chosen);
  words = gtk_string_list_new (NULL);
  chosen = 0;
  for (guint i = 0; schedules[i] != NULL; i++)
    {
      gtk_string_list_append (words, _ (schedules[i]->title));
      if (schedules[i] == setup->schedule)
        chosen = i;
    }
  add_kind (self, _ ("Schedule"), "schedule", words, chosen);
}

/* What F1 on the group added last is about. */
static void
set_topic (CjuInspector *self, const char *kind, const char *id)
{
  g_autofree char *topic = g_strconcat (kind, id, NULL);

  cju_help_set_topic (gtk_widget_get_last_child (self->box), topic);
}

/* What the rows of training and data depend on, as text. */
static char *
sign_setup (CjuInspector *self)
{
  const CjlProject *project = cju_document_get_project (self->document);
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const char *trouble = cju_document_get_trouble (self->document);
  g_auto (GStrv) chain = g_strsplit (project->data.augment, ",", -1);
  g_autoptr (GString) steps = g_string_new (NULL);

  for (guint i = 0; chain[i] != NULL; i++)
    {
      g_strstrip (chain[i]);
      g_string_append_len (steps, chain[i], (gssize) strcspn (chain[i], " "));
      g_string_append_c (steps, ',');
    }
  return g_strdup_printf (
      "%p %p %s %s %s %u %d %s", project->setup->optimizer_params, project->setup->schedule_params,
      project->data.source, steps->str, dataset != NULL ? dataset->name : "",
      dataset != NULL ? dataset->x_shape.n_dims : 0, dataset != NULL ? (int) dataset->x_dtype : 0,
      trouble != NULL ? trouble : "");
}

static void
show_setup (CjuInspector *self)
{
  const CjTrainSetup *setup = cju_document_get_project (self->document)->setup;

  cju_inspector_read_data (self);
  cju_inspector_add_data (self);
  cju_inspector_add_label (self, _ ("Training"), "title-4");
  if (cju_document_get_trouble (self->document) != NULL)
    cju_inspector_add_label (self, cju_document_get_trouble (self->document), "error");
  cju_inspector_add_table (self, NULL, cj_train_setup_params, "", setup);
  add_kinds (self, setup);
  cju_inspector_add_table (self, _ (setup->optimizer->title), setup->optimizer->params,
                           "optimizer.", setup->optimizer_params);
  set_topic (self, "optimizer/", setup->optimizer->id);
  cju_inspector_add_table (self, _ (setup->schedule->title), setup->schedule->params, "schedule.",
                           setup->schedule_params);
  set_topic (self, "schedule/", setup->schedule->id);
  cju_inspector_add_augmentations (self);
}

static void
rebuild (CjuInspector *self)
{
  const CjNode *node = cju_document_get_selected (self->document);
  const CjBlock *block = cju_document_get_selected_block (self->document);
  g_autofree char *sign = node == NULL && block == NULL ? sign_setup (self) : NULL;
  g_autofree char *topic = NULL;
  GtkWidget *child;

  if (self->busy)
    return;
  if (sign != NULL && g_strcmp0 (sign, self->shown) == 0)
    {
      cju_inspector_read_data (self);
      update_rows (self);
      cju_inspector_show_facts (self);
      return;
    }
  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  g_ptr_array_set_size (self->rows, 0);
  cju_inspector_clear_data (self);
  self->shown = g_steal_pointer (&sign);
  if (node != NULL)
    topic = g_strconcat ("layer/", node->layer->id, NULL);
  cju_help_set_topic (GTK_WIDGET (self), node != NULL    ? topic
                                         : block != NULL ? "guide/blocks"
                                                         : "guide/training");
  if (node != NULL)
    show_node (self, node);
  else if (block != NULL)
    cju_inspector_show_block (self, block);
  else
    show_setup (self);
  update_rows (self);
}

static void
cju_inspector_dispose (GObject *object)
{
  CjuInspector *self = CJU_INSPECTOR (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  cju_inspector_clear_data (self);
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
  self->rows = g_ptr_array_new_with_free_func (free_binding);
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
  g_signal_connect_swapped (document, "sample", G_CALLBACK (cju_inspector_show_preview), self);
  rebuild (self);
  return GTK_WIDGET (self);
}
