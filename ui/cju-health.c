/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-health.h"

#include "cju-access.h"

#include "cjl-acting.h"
#include "cjl-layer-figures.h"
#include "cju-checker.h"
#include "cju-figure-view.h"
#include "cju-unit-menu.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define EVERY 4 /* ticks between two looks at the weights */

struct _CjuHealth
{
  GtkWidget parent;
  CjuDocument *document;
  char *node;
  GtkWidget *box, *weights, *spread, *answers, *group, *silent, *full;
  GtkWidget *units, *unit, *remove; /* one unit of the layer, and a button to take it out */
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
  return *name != NULL
             ? cjl_session_dup_acting (session, cju_document_get_lowered (self->document), *name)
             : NULL;
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
on_unit (GtkSpinButton *spin, gpointer data)
{
  CjuHealth *self = data;

  cju_document_choose_unit (self->document, self->node, gtk_spin_button_get_value_as_int (spin), 0,
                            0);
}

static void
on_remove (CjuHealth *self)
{
  on_unit (GTK_SPIN_BUTTON (self->unit), self);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.delete-unit", NULL);
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

/* The unit that is chosen, by its number, and what taking it out means. */
static void
update_unit (CjuHealth *self)
{
  CjlSession *session = cju_document_get_session (self->document);
  const guint n = session != NULL ? cjl_session_count_units (session, self->node) : 0;
  const CjuUnit chosen = cju_document_get_unit (self->document);
  GtkSpinButton *spin = GTK_SPIN_BUTTON (self->unit);
  g_autofree char *words = NULL;
  guint unit;

  gtk_widget_set_visible (self->units, n >= 2);
  if (n < 2)
    return;
  unit = chosen.node != NULL && g_str_equal (chosen.node, self->node) && chosen.unit >= 0
             ? (guint) chosen.unit
             : (guint) gtk_spin_button_get_value_as_int (spin);
  unit = MIN (unit, n - 1);
  g_signal_handlers_block_by_func (spin, on_unit, self);
  gtk_spin_button_set_range (spin, 0, n - 1);
  gtk_spin_button_set_value (spin, unit);
  g_signal_handlers_unblock_by_func (spin, on_unit, self);
  words = g_strdup_printf (_ ("Delete Unit %u of %s"), unit, self->node);
  cju_access_tip (self->remove, words);
  cju_access_name (self->remove, words);
}

static void
update (CjuHealth *self)
{
  const CjlCheckup *checkup = cju_checker_get_checkup (cju_checker_get (self->document));

  update_weights (self, checkup);
  update_units (self, checkup);
  update_unit (self);
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
  cju_access_tip (row, words);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), count);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  g_object_set_data (G_OBJECT (row), "count", count);
  return row;
}

/* A number and a button: what the figures offer to the mouse. */
static void
add_unit_row (CjuHealth *self)
{
  GtkWidget *row = adw_action_row_new ();

  self->units = adw_preferences_group_new ();
  self->unit = gtk_spin_button_new_with_range (0, 1, 1);
  self->remove = gtk_button_new_from_icon_name ("user-trash-symbolic");
  gtk_widget_set_valign (self->unit, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->remove, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->remove, "flat");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Chosen unit"));
  cju_access_tip (row, _ ("The chosen unit of the layer, counted from 0. The others "
                          "keep what they have learned when it is deleted"));
  cju_access_name (self->unit, _ ("Chosen unit"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), self->unit);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), self->remove);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->units), row);
  gtk_box_append (GTK_BOX (self->box), self->units);
  g_signal_connect (self->unit, "value-changed", G_CALLBACK (on_unit), self);
  g_signal_connect_swapped (self->remove, "clicked", G_CALLBACK (on_remove), self);
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
  add_unit_row (self);
  g_signal_connect_swapped (self->weights, "picked", G_CALLBACK (on_picked), self);
}

GtkWidget *
cju_health_new (CjuDocument *document, const char *node)
{
  CjuHealth *self = g_object_new (CJU_TYPE_HEALTH, NULL);

  self->document = g_object_ref (document);
  self->node = g_strdup (node);
  cju_unit_menu_attach (CJU_FIGURE_VIEW (self->weights), document);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (on_tick), self);
  g_signal_connect_swapped (document, "unit", G_CALLBACK (update), self);
  g_signal_connect_swapped (cju_checker_get (document), "changed", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}
