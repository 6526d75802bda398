/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A parameter becomes a row: one function, and a short table of exceptions. */
#include "cju-inspector-private.h"

#include "cju-access.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define REST_MS 200

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
  GtkWidget *scale; /* under a number with a range that is usual; else NULL */
  guint timer;      /* until a slider that reshapes the network has come to rest */
} Binding;

static void
free_row (gpointer data)
{
  Binding *binding = data;

  g_clear_handle_id (&binding->timer, g_source_remove);
  g_free (binding->name);
  g_free (binding);
}

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

/* --- sliders --- */

static gboolean
has_slider (const CjParam *p)
{
  return ((p->kind == CJ_PARAM_INT && p->choices == NULL) || p->kind == CJ_PARAM_FLOAT)
         && p->soft_max > p->soft_min;
}

/* Where a logarithmic slider begins: four decades, or what the range says. */
static double
get_least (const CjParam *p)
{
  return p->soft_min > 0 ? p->soft_min : p->soft_max * 1e-4;
}

static double
to_slider (const CjParam *p, double value)
{
  return p->flags & CJ_PARAM_LOG ? log10 (MAX (value, get_least (p))) : value;
}

/* The slider stands where the number is, or at its end. */
static void
sync_slider (const Binding *binding)
{
  if (binding->scale != NULL)
    gtk_range_set_value (
        GTK_RANGE (binding->scale),
        to_slider (binding->param, gtk_spin_button_get_value (GTK_SPIN_BUTTON (binding->control))));
}

/* Whether a row is looked for. */
static gboolean
is_wanted (CjuInspector *self, const CjParam *p)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  return text[0] == '\0' || g_str_match_string (text, _ (p->title), TRUE)
         || g_str_match_string (text, p->name, TRUE)
         || g_str_match_string (text, _ (p->blurb), TRUE);
}

/* While something is looked for, only groups with such rows are there, unfolded. */
static void
update_groups (CjuInspector *self)
{
  const gboolean searching = gtk_editable_get_text (GTK_EDITABLE (self->search))[0] != '\0';
  gboolean any = FALSE;

  for (GtkWidget *child = gtk_widget_get_first_child (self->box); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      gboolean found = !searching;

      for (guint i = 0; i < self->rows->len; i++)
        {
          const Binding *binding = self->rows->pdata[i];
          GtkWidget *fold = gtk_widget_get_ancestor (binding->row, ADW_TYPE_EXPANDER_ROW);

          if (!gtk_widget_is_ancestor (binding->row, child))
            continue;
          if (searching && fold != NULL && gtk_widget_get_visible (binding->row))
            adw_expander_row_set_expanded (ADW_EXPANDER_ROW (fold), TRUE);
          found |= gtk_widget_get_visible (binding->row);
        }
      gtk_widget_set_visible (child, found);
      any |= found;
    }
  gtk_widget_set_visible (self->nothing, !any);
}

/* Rows that mean nothing with the other values are away; what is not preset can be put back. */
void
cju_inspector_update_rows (CjuInspector *self)
{
  self->showing = TRUE;
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Binding *binding = self->rows->pdata[i];
      g_autofree char *now = cj_params_print (binding->param, binding->values);
      g_autofree char *preset = dup_preset (binding);

      gtk_widget_set_visible (binding->row,
                              cj_params_applies (binding->table, binding->param, binding->values)
                                  && is_wanted (self, binding->param));
      gtk_widget_set_visible (binding->reset, !g_str_equal (now, preset));
      if (!gtk_widget_has_css_class (binding->row, "error"))
        show_value (binding, now);
      sync_slider (binding);
    }
  cju_inspector_show_rule (self);
  update_groups (self);
  self->showing = FALSE;
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
    {
      const CjNode *node = cj_graph_find (graph, ids[i]); /* NULL: a block */
      g_autofree char *name = g_strdup_printf ("%s.%s", ids[i], binding->param->name);

      if (node != NULL && node->layer == last->layer)
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
  cju_inspector_update_rows (self);
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

static gboolean
on_rest (gpointer data)
{
  Binding *binding = data;

  binding->timer = 0;
  on_spin (GTK_SPIN_BUTTON (binding->control), binding);
  return G_SOURCE_REMOVE;
}

/* What can be changed in a run follows the slider; what reshapes the network waits until it rests. */
static void
on_slider (GtkRange *range, gpointer data)
{
  Binding *binding = data;
  CjuInspector *self = binding->inspector;
  const CjParam *p = binding->param;
  const double at = gtk_range_get_value (range);

  if (self->showing)
    return;
  self->showing = (p->flags & CJ_PARAM_RESHAPES) != 0;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (binding->control),
                             p->flags & CJ_PARAM_LOG ? pow (10, at) : at);
  if (self->showing)
    {
      g_clear_handle_id (&binding->timer, g_source_remove);
      binding->timer = g_timeout_add (REST_MS, on_rest, binding);
    }
  self->showing = FALSE;
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
      gtk_editable_set_width_chars (GTK_EDITABLE (control), p->kind == CJ_PARAM_PAIR ? 6 : 9);
      gtk_editable_set_max_width_chars (GTK_EDITABLE (control), p->kind == CJ_PARAM_PAIR ? 6 : 9);
      g_signal_connect (control, "activate", G_CALLBACK (on_text), binding);
    }
  return control;
}

static void
on_reset (Binding *binding)
{
  g_autofree char *preset = dup_preset (binding);

  apply (binding, preset);
  cju_inspector_rebuild (binding->inspector);
}

static GtkWidget *
make_reset (Binding *binding, const char *title)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-clear-symbolic");
  g_autofree char *words = g_strdup_printf (_ ("Reset %s"), title);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  cju_access_tip (button, words);
  cju_access_name (button, words);
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

static GtkWidget *
make_slider (Binding *binding, const char *title)
{
  const CjParam *p = binding->param;
  const double low = to_slider (p, p->flags & CJ_PARAM_LOG ? get_least (p) : p->soft_min);
  const double high = to_slider (p, p->soft_max);
  const double step
      = p->kind == CJ_PARAM_INT && !(p->flags & CJ_PARAM_LOG) ? 1 : (high - low) / 100;
  g_autofree char *words = g_strdup_printf (_ ("%s, slider"), title);

  binding->scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, low, high, step);
  gtk_scale_set_draw_value (GTK_SCALE (binding->scale), FALSE);
  cju_access_name (binding->scale, words);
  g_signal_connect (binding->scale, "value-changed", G_CALLBACK (on_slider), binding);
  return binding->scale;
}

/* A formula or a slider has the whole width, below its title, and its message below that. */
static GtkWidget *
make_wide (Binding *binding, const char *title, GtkWidget *control)
{
  const int gap = has_slider (binding->param) ? 0 : 6;
  GtkWidget *row = adw_preferences_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, gap);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (title);

  binding->message = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (binding->message), 0);
  gtk_label_set_wrap (GTK_LABEL (binding->message), TRUE);
  gtk_widget_add_css_class (binding->message, "error");
  gtk_widget_set_visible (binding->message, FALSE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (head), label);
  gtk_box_append (GTK_BOX (box), head);
  if (has_slider (binding->param))
    {
      GtkWidget *below = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

      gtk_box_append (GTK_BOX (head), control);
      gtk_box_append (GTK_BOX (below), make_slider (binding, title));
      gtk_widget_set_hexpand (binding->scale, TRUE);
      gtk_box_append (GTK_BOX (below), binding->reset);
      gtk_box_append (GTK_BOX (box), below);
    }
  else
    {
      gtk_box_append (GTK_BOX (head), binding->reset);
      gtk_widget_add_css_class (control, "monospace");
      gtk_box_append (GTK_BOX (box), control);
    }
  gtk_box_append (GTK_BOX (box), binding->message);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_top (box, 8);
  gtk_widget_set_margin_bottom (box, has_slider (binding->param) ? 4 : 12);
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
  row = param->kind == CJ_PARAM_FORMULA || has_slider (param)
            ? make_wide (binding, title, control)
            : make_narrow (binding, title, control);
  binding->row = row;
  binding->control = control;
  cju_access_name (control, title);
  cju_access_tip (row, _ (param->blurb));
  return row;
}

GPtrArray *
cju_inspector_new_rows (void)
{
  return g_ptr_array_new_with_free_func (free_row);
}
