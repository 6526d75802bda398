/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-inspector-private.h"

#include "cju-access.h"
#include "cju-help.h"
#include "cju-health.h"

#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (CjuInspector, cju_inspector, GTK_TYPE_WIDGET)

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
  words = cju_document_print_mend (self->document, problem);
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
  gboolean any = FALSE; /* a row that is seen at once */

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
          any = TRUE;
          continue;
        }
      if (more == NULL)
        {
          more = adw_expander_row_new ();
          adw_preferences_row_set_title (ADW_PREFERENCES_ROW (more), _ ("More"));
        }
      adw_expander_row_add_row (ADW_EXPANDER_ROW (more), row);
    }
  if (more != NULL && !any && title != NULL)
    {
      adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), "");
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (more), title);
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
    {
      const CjNode *other = cj_graph_find (graph, ids[i]);

      n += other != NULL && other->layer == node->layer;
    }
  return n;
}

/* "conv1, conv2": the selected nodes of the layer of the last. */
static char *
print_alike (CjuInspector *self, const CjNode *node)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const char *const *ids = cju_document_get_selection (self->document);
  GString *names = g_string_new (NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const CjNode *other = cj_graph_find (graph, ids[i]);

      if (other != NULL && other->layer == node->layer)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", ids[i]);
    }
  return g_string_free (names, FALSE);
}

/* Numbers that the node learns; negative while that is not known. */
static gint64
count_parameters (CjuInspector *self, const CjNode *node)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  g_ptr_array_add (nodes, (gpointer) node);
  return cju_document_count_parameters (self->document, nodes);
}

/* "conv1: 1×28×28 → 6×28×28", and below it "156 parameters". */
static char *
print_facts (CjuInspector *self, const CjNode *node)
{
  const CjNode *before = node->from[0].node;
  g_autofree char *in = before != NULL ? cju_document_dup_shape (self->document, before) : NULL;
  g_autofree char *out = cju_document_dup_shape (self->document, node);
  const gint64 n = count_parameters (self, node);
  GString *text = g_string_new (node->id);

  if (in != NULL && out != NULL)
    g_string_append_printf (text, ": %s → %s", in, out);
  else if (in != NULL || out != NULL)
    g_string_append_printf (text, ": %s", in != NULL ? in : out);
  if (n > 0)
    {
      g_string_append_c (text, '\n');
      g_string_append_printf (
          text, g_dngettext (GETTEXT_PACKAGE, "%'lld parameter", "%'lld parameters", (gulong) n),
          (long long) n);
    }
  return g_string_free (text, FALSE);
}

static void
show_node (CjuInspector *self, const CjNode *node)
{
  const guint n = count_alike (self, node);
  g_autofree char *title = NULL;
  g_autofree char *prefix = g_strdup_printf ("%s.", node->id);
  g_autofree char *words = n > 1 ? print_alike (self, node) : print_facts (self, node);

  if (n > 1)
    title = g_strdup_printf (_ ("%u × %s"), n, _ (node->layer->title));
  cju_inspector_add_label (self, n > 1 ? title : _ (node->layer->title), "title-4");
  cju_inspector_add_label (self, words, "dim-label");
  add_problem (self, node);
  cju_inspector_add_table (self, NULL, node->layer->params, prefix, node->params);
}

/* What stands below the parameters. */
static gboolean
show_rest (gpointer data)
{
  CjuInspector *self = data;
  const CjNode *node = cju_document_get_selected (self->document);
  g_autofree char *prefix = NULL;

  if (node == NULL)
    return FALSE;
  prefix = g_strdup_printf ("%s.", node->id);
  if (node->layer->role == CJ_ROLE_LAYER && count_parameters (self, node) != 0)
    {
      cju_inspector_add_table (self, _ ("Learning"), cj_node_params, prefix, node);
      cju_inspector_add_rule_words (self);
    }
  if (node->layer->formula != NULL)
    cju_inspector_add_label (self, node->layer->formula, "monospace");
  cju_inspector_add_label (self, _ (node->layer->blurb), "dim-label");
  if (node->layer->biology != NULL)
    cju_inspector_add_label (self, _ (node->layer->biology), "dim-label");
  if (node->layer->role == CJ_ROLE_LAYER)
    gtk_box_append (GTK_BOX (self->box), cju_health_new (self->document, node->id));
  cju_inspector_update_rows (self);
  return FALSE;
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
  return g_strdup_printf ("%p %p %p %s %s %s %u %d %s", project->setup->optimizer_params,
                          project->setup->schedule_params, project->setup->rule_params,
                          project->data.source, steps->str, dataset != NULL ? dataset->name : "",
                          dataset != NULL ? dataset->x_shape.n_dims : 0,
                          dataset != NULL ? (int) dataset->x_dtype : 0,
                          trouble != NULL ? trouble : "");
}

static gboolean
show_data (gpointer data)
{
  cju_inspector_add_data (data);
  cju_inspector_update_rows (data);
  return FALSE;
}

/* Whether frozen layers are computed in every epoch, and why; it is known once a step was made. */
static void
show_features (CjuInspector *self)
{
  CjlSession *session = cju_document_get_session (self->document);
  g_autofree char *text = NULL;
  const char *before;

  if (self->features == NULL)
    return;
  text = session != NULL ? cjl_session_print_features (session) : NULL;
  before = adw_preferences_group_get_description (ADW_PREFERENCES_GROUP (self->features));
  if (g_strcmp0 (before, text != NULL ? text : "") != 0)
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->features), text);
}

static gboolean
show_training (gpointer data)
{
  CjuInspector *self = data;
  const CjTrainSetup *setup = cju_document_get_project (self->document)->setup;

  cju_inspector_add_label (self, _ ("Training"), "title-4");
  if (cju_document_get_trouble (self->document) != NULL)
    cju_inspector_add_label (self, cju_document_get_trouble (self->document), "error");
  self->features = cju_inspector_add_table (self, NULL, cj_train_setup_params, "", setup);
  show_features (self);
  cju_inspector_update_rows (self);
  return FALSE;
}

static gboolean
show_rules (gpointer data)
{
  cju_inspector_add_kinds (data);
  cju_inspector_update_rows (data);
  return FALSE;
}

static gboolean
show_augmentations (gpointer data)
{
  cju_inspector_add_augmentations (data);
  cju_inspector_update_rows (data);
  return FALSE;
}

/* Piece by piece from the top: all of it at once would hold up the window. */
static void
show_setup (CjuInspector *self)
{
  cju_inspector_read_data (self);
  cju_later_add (self->later, show_data);
  cju_later_add (self->later, show_training);
  cju_later_add (self->later, show_rules);
  cju_later_add (self->later, show_augmentations);
}

static void
make_box (CjuInspector *self)
{
  self->rows = cju_inspector_new_rows ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  gtk_widget_set_margin_top (self->box, 14);
  gtk_widget_set_margin_bottom (self->box, 14);
  gtk_widget_set_margin_start (self->box, 12);
  gtk_widget_set_margin_end (self->box, 12);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->box);
}

/* A group of what was shown before is freed; to free a row takes as long as to make one. */
static gboolean
free_some (gpointer data)
{
  CjuInspector *self = data;
  GtkWidget *child = self->old_box != NULL ? gtk_widget_get_first_child (self->old_box) : NULL;

  if (child != NULL)
    {
      gtk_box_remove (GTK_BOX (self->old_box), child);
      return TRUE;
    }
  g_clear_object (&self->old_box);
  g_clear_pointer (&self->old_rows, g_ptr_array_unref); /* after what they belong to */
  return FALSE;
}

/* What is shown makes room for something else. */
static void
put_away (CjuInspector *self)
{
  while (free_some (self))
    ;
  self->old_box = g_object_ref (self->box);
  self->old_rows = self->rows;
  make_box (self);
}

void
cju_inspector_rebuild (CjuInspector *self)
{
  const CjNode *node = cju_document_get_selected (self->document);
  const CjBlock *block = cju_document_get_selected_block (self->document);
  g_autofree char *sign = node == NULL && block == NULL ? sign_setup (self) : NULL;
  g_autofree char *topic = NULL;

  if (self->busy)
    return;
  if (sign != NULL && g_strcmp0 (sign, self->shown) == 0)
    {
      cju_inspector_read_data (self);
      cju_inspector_update_rows (self);
      cju_inspector_show_facts (self);
      show_features (self);
      return;
    }
  cju_later_clear (self->later);
  put_away (self);
  cju_inspector_clear_data (self);
  self->shown = g_steal_pointer (&sign);
  if (node != NULL)
    topic = g_strconcat ("layer/", node->layer->id, NULL);
  cju_help_set_topic (GTK_WIDGET (self), node != NULL    ? topic
                                         : block != NULL ? "guide/blocks"
                                                         : "guide/training");
  if (node != NULL)
    {
      show_node (self, node);
      cju_later_add (self->later, show_rest);
    }
  else if (block != NULL)
    cju_inspector_show_block (self, block);
  else
    show_setup (self);
  cju_later_add (self->later, free_some);
  cju_inspector_update_rows (self);
}

static void
cju_inspector_dispose (GObject *object)
{
  CjuInspector *self = CJU_INSPECTOR (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->later, cju_later_free);
  while (free_some (self))
    ;
  g_clear_pointer (&self->whole, gtk_widget_unparent);
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
  self->later = cju_later_new (self);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (self->scroller, TRUE);
  make_box (self);
  self->search = gtk_search_entry_new ();
  g_object_set (self->search, "placeholder-text", _ ("Search parameters…"), NULL);
  cju_access_name_search (self->search, _ ("Search parameters"));
  gtk_widget_set_margin_top (self->search, 8);
  gtk_widget_set_margin_start (self->search, 12);
  gtk_widget_set_margin_end (self->search, 12);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (cju_inspector_update_rows),
                            self);
  self->nothing = gtk_label_new (_ ("No parameter of that name here"));
  gtk_widget_add_css_class (self->nothing, "dim-label");
  gtk_widget_set_margin_top (self->nothing, 24);
  gtk_widget_set_visible (self->nothing, FALSE);
  self->whole = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->whole), self->search);
  gtk_box_append (GTK_BOX (self->whole), self->nothing);
  gtk_box_append (GTK_BOX (self->whole), self->scroller);
  gtk_widget_set_parent (self->whole, GTK_WIDGET (self));
}

void
cju_inspector_search (CjuInspector *self)
{
  gtk_widget_grab_focus (self->search);
}

GtkWidget *
cju_inspector_new (CjuDocument *document)
{
  CjuInspector *self = g_object_new (CJU_TYPE_INSPECTOR, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "selected", G_CALLBACK (cju_inspector_rebuild), self);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (cju_inspector_rebuild), self);
  g_signal_connect_swapped (document, "sample", G_CALLBACK (cju_inspector_show_preview), self);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (show_features), self);
  cju_inspector_rebuild (self);
  return GTK_WIDGET (self);
}
