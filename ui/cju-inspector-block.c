/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inspector of a block: its name, and what is in it. */
#include "cju-inspector-private.h"

#include "cju-access.h"
#include "cjl-arrange.h"

#include <glib/gi18n-lib.h>

static void
on_apply (AdwEntryRow *row, gpointer data)
{
  CjuInspector *self = data;
  CjlProject *project = cju_document_get_project (self->document);
  CjBlock *block = cju_document_get_selected_block (self->document);
  g_autoptr (GError) error = NULL;

  if (block == NULL)
    return;
  cjl_project_begin (project);
  cj_graph_rename_block (project->graph, block, gtk_editable_get_text (GTK_EDITABLE (row)), &error);
  cjl_project_commit (project, _ ("Rename block"), NULL);
  if (error != NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (row), "error");
      cju_access_tip (GTK_WIDGET (row), error->message);
    }
}

static void
add_fact (GtkWidget *group, const char *title, const char *value)
{
  GtkWidget *row = adw_action_row_new (), *label = gtk_label_new (value);

  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_add_css_class (label, "dim-label");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
}

/* Every layer in it with the shape that it gives, in the order of the wires. */
static void
add_layers (CjuInspector *self, const GPtrArray *nodes)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (cju_document_get_project (self->document)->graph);
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Inside"));
  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      g_autofree char *shape = cju_document_dup_shape (self->document, node);
      g_autofree char *title = NULL;

      if (!g_ptr_array_find ((GPtrArray *) nodes, node, NULL))
        continue;
      title = g_strdup_printf ("%s %s", _ (node->layer->title), node->id);
      add_fact (group, title, shape != NULL ? shape : "");
    }
  gtk_box_append (GTK_BOX (self->box), group);
}

void
cju_inspector_show_block (CjuInspector *self, const CjBlock *block)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const char *const ids[] = { block->id, NULL };
  g_autoptr (GPtrArray) nodes = cjl_arrange_find_nodes (graph, ids);
  const gint64 n = cju_document_count_parameters (self->document, nodes);
  GtkWidget *group = adw_preferences_group_new (), *name = adw_entry_row_new ();
  g_autofree char *layers = g_strdup_printf ("%'u", nodes->len);
  g_autofree char *parameters = g_strdup_printf ("%'lld", (long long) n);

  cju_inspector_add_label (self, _ ("Block"), "title-4");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (name), _ ("Name"));
  gtk_editable_set_text (GTK_EDITABLE (name), block->title);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (name), TRUE);
  g_signal_connect (name, "apply", G_CALLBACK (on_apply), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), name);
  add_fact (group, _ ("Layers"), layers);
  if (n >= 0)
    add_fact (group, _ ("Parameters"), parameters);
  gtk_box_append (GTK_BOX (self->box), group);
  add_layers (self, nodes);
  cju_inspector_add_label (self,
                           _ ("Enter goes inside, Backspace out. The context menu saves the block "
                              "to the palette, for other networks."),
                           "dim-label");
}
