/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-health.h"

#include "cjl-layer-figures.h"
#include "cju-checker.h"
#include "cju-figure-view.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define EVERY 4 /* ticks between two looks at the weights */

struct _CjuHealth
{
  GtkWidget parent;
  CjuDocument *document;
  char *node;
  GtkWidget *box, *weights, *spread, *answers, *group, *silent, *full;
  guint ticks;
};

G_DEFINE_FINAL_TYPE (CjuHealth, cju_health, GTK_TYPE_WIDGET)

static const CjNode *
get_node (CjuHealth *self)
{
  return cj_graph_find (cju_document_get_project (self->document)->graph, self->node);
}

/* The first tensor of the layer with two dimensions or more, and its name; NULL if it has none. */
static CjTensor *
dup_weights (CjuHealth *self, char **name)
{
  CjlSession *session = cju_document_get_session (self->document);
  g_auto (GStrv) names = session != NULL ? cjl_layer_list_params (session, self->node, 2) : NULL;

  *name = names != NULL && names[0] != NULL ? g_strdup (names[0]) : NULL;
  return *name != NULL ? cjl_session_dup_param (session, *name) : NULL;
}

static void
update_weights (CjuHealth *self, const CjlCheckup *checkup)
{
  const CjNode *node = get_node (self);
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const CjLowered *lowered = cju_document_get_lowered (self->document);
  const CjuUnit chosen = cju_document_get_unit (self->document);
  g_autofree char *name = NULL;
  g_autoptr (CjTensor) weights = dup_weights (self, &name);
  const gboolean ours = chosen.node != NULL && g_str_equal (chosen.node, self->node);

  gtk_widget_set_visible (self->weights, weights != NULL && node != NULL);
  gtk_widget_set_visible (self->spread, weights != NULL && node != NULL);
  if (weights == NULL || node == NULL)
    return;
  cju_figure_view_set_figure (CJU_FIGURE_VIEW (self->weights),
                              cjl_weights_get_figure (weights, graph, node, lowered));
  cju_figure_view_take_frame (
      CJU_FIGURE_VIEW (self->weights),
      cjl_weights_frame (weights, name, ours ? chosen.unit : -1, graph, node, lowered));
  cju_figure_view_take_frame (CJU_FIGURE_VIEW (self->spread),
                              cjl_spread_frame (weights, name, checkup));
}

static void
set_count (GtkWidget *row, gboolean means, guint n, guint of)
{
  GtkWidget *label = g_object_get_data (G_OBJECT (row), "count");
  g_autofree char *text = g_strdup_printf (_ ("%u of %u"), n, of);

  gtk_widget_set_visible (row, means);
  gtk_label_set_text (GTK_LABEL (label), text);
  if (n > 0)
    gtk_widget_add_css_class (label, "warning");
  else
    gtk_widget_remove_css_class (label, "warning");
}

static void
update_units (CjuHealth *self, const CjlCheckup *checkup)
{
  const CjlLayerHealth *layer = checkup != NULL ? cjl_checkup_find (checkup, self->node) : NULL;
  CjvFrame *frame = checkup != NULL ? cjl_answers_frame (checkup, self->node) : NULL;

  gtk_widget_set_visible (self->answers, frame != NULL);
  cju_figure_view_take_frame (CJU_FIGURE_VIEW (self->answers), frame);
  gtk_widget_set_visible (self->group, layer != NULL && (layer->cut || layer->bounded));
  if (layer == NULL)
    return;
  set_count (self->silent, layer->cut, layer->n_silent, layer->n_units);
  set_count (self->full, layer->bounded, layer->n_full, layer->n_units);
}

static void
update (CjuHealth *self)
{
  const CjlCheckup *checkup = cju_checker_get_checkup (cju_checker_get (self->document));

  update_weights (self, checkup);
  update_units (self, checkup);
}

static void
on_tick (CjuHealth *self)
{
  if (self->ticks++ % EVERY == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    update (self);
}

static void
on_picked (CjuHealth *self, const CjvHit *hit)
{
  if (hit->index >= 0)
    cju_document_choose_unit (self->document, self->node, hit->index, 0, 0);
}

static void
cju_health_dispose (GObject *object)
{
  CjuHealth *self = CJU_HEALTH (object);

  if (self->document != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->document, self);
      g_signal_handlers_disconnect_by_data (cju_checker_get (self->document), self);
    }
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_pointer (&self->node, g_free);
  G_OBJECT_CLASS (cju_health_parent_class)->dispose (object);
}

static void
cju_health_class_init (CjuHealthClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_health_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
add_figure (CjuHealth *self, const char *figure, int height)
{
  GtkWidget *view = cju_figure_view_new (figure);

  gtk_widget_set_size_request (view, -1, height);
  gtk_widget_set_visible (view, FALSE);
  gtk_box_append (GTK_BOX (self->box), view);
  return view;
}

static GtkWidget *
add_row (CjuHealth *self, const char *title, const char *words)
{
  GtkWidget *row = adw_action_row_new (), *count = gtk_label_new (NULL);

  gtk_widget_add_css_class (count, "numeric");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_set_tooltip_text (row, words);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), count);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  g_object_set_data (G_OBJECT (row), "count", count);
  return row;
}

static void
cju_health_init (CjuHealth *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->weights = add_figure (self, "filters", 200);
  self->spread = add_figure (self, "histogram", 150);
  self->answers = add_figure (self, "histogram", 150);
  cju_figure_view_set_pickable (CJU_FIGURE_VIEW (self->weights), TRUE);
  self->group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), _ ("Unit health"));
  gtk_box_append (GTK_BOX (self->box), self->group);
  self->silent = add_row (self, _ ("Silent units"),
                          _ ("Units that answer 0 to every one of a batch of training samples. "
                             "They do not learn: try a smaller learning rate or Leaky ReLU"));
  self->full = add_row (self, _ ("Saturated units"),
                        _ ("Units that almost always answer the most or the least they can. They "
                           "hardly learn: try smaller starting weights or normalisation"));
  gtk_widget_set_visible (self->group, FALSE);
  g_signal_connect_swapped (self->weights, "picked", G_CALLBACK (on_picked), self);
}

GtkWidget *
cju_health_new (CjuDocument *document, const char *node)
{
  CjuHealth *self = g_object_new (CJU_TYPE_HEALTH, NULL);

  self->document = g_object_ref (document);
  self->node = g_strdup (node);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (on_tick), self);
  g_signal_connect_swapped (document, "unit", G_CALLBACK (update), self);
  g_signal_connect_swapped (cju_checker_get (document), "changed", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}
