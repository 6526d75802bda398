/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wires and the focus without a mouse. Ctrl+L takes the output of the selected card in hand; the arrows go
 * to other cards as always, Enter or the number of an input puts the wire in there, Escape lets go. Tab
 * leaves the canvas for the next pane: it has hundreds of cards. */
#include "cju-canvas-private.h"

#include <glib/gi18n-lib.h>

static CjNode *
get_source (CjuCanvas *self)
{
  return self->link != NULL ? cj_graph_find (cju_canvas_get_graph (self), self->link) : NULL;
}

static void
let_go (CjuCanvas *self)
{
  g_clear_pointer (&self->link, g_free);
  cju_canvas_redraw (self);
}

/* Where a wire goes that no port was named for: the first free input, else the first. */
static guint
find_port (const CjNode *to)
{
  const guint n = cj_node_get_n_in (to);

  for (guint port = 0; port < n; port++)
    if (to->from[port].node == NULL)
      return port;
  return cj_layer_takes_many (to->layer) && n < CJ_LAYER_MAX_IN ? n : 0;
}

static void
take (CjuCanvas *self, const CjNode *from, guint port)
{
  g_autofree char *text = NULL;

  if (from->layer->role == CJ_ROLE_LOSS)
    {
      cju_canvas_say (self, _ ("A loss has no output. Choose the layer that the wire comes from."));
      return;
    }
  g_free (self->link);
  self->link = g_strdup (from->id);
  self->link_port = port;
  text = g_strdup_printf (
      _ ("Wire from %s: arrows choose the card, Enter connects, a number chooses its input"),
      from->id);
  cju_canvas_say (self, text);
  cju_canvas_redraw (self);
}

static void
put (CjuCanvas *self, CjNode *to, guint port)
{
  CjNode *from = get_source (self);

  if (from == NULL)
    cju_canvas_say (self, _ ("No wire is in hand. Take one at the output of a card, with Ctrl+L."));
  else if (from == to)
    cju_canvas_say (self, _ ("A wire goes to another card. Choose it with the arrows."));
  else
    {
      cju_canvas_connect (self, from, self->link_port, to, port);
      let_go (self);
    }
}

/* Without a port: the selected card, and its next output if its wire is in hand already. */
static void
link_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjNode *node = cju_document_get_selected (self->document);
  const gboolean again = node != NULL && g_strcmp0 (self->link, node->id) == 0;

  (void) name;
  (void) parameter;
  if (node == NULL)
    cju_canvas_say (self, _ ("Choose the card that the wire comes from."));
  else
    take (self, node, again ? (self->link_port + 1) % cj_layer_get_n_out (node->layer) : 0);
}

static void
port_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjlProject *project = cju_document_get_project (self->document);
  const char *id;
  guint port;
  CjNode *node;

  g_variant_get (parameter, "(&su)", &id, &port);
  node = cj_graph_find (project->graph, id);
  if (node == NULL)
    return;
  if (g_str_equal (name, "canvas.link-from"))
    take (self, node, port);
  else if (g_str_equal (name, "canvas.link-to"))
    put (self, node, port);
  else if (port < CJ_LAYER_MAX_IN && node->from[port].node != NULL)
    {
      cjl_project_begin (project);
      cj_graph_disconnect (project->graph, node, port);
      cjl_project_commit (project, _ ("Disconnect"), NULL);
    }
}

/* While a wire is in hand some keys are about it, before any other meaning. */
static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
        gpointer data)
{
  CjuCanvas *self = data;
  CjNode *to = cju_document_get_selected (self->document);

  (void) controller;
  (void) code;
  if (self->link == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  if (key == GDK_KEY_Escape)
    let_go (self);
  else if (to == NULL)
    return FALSE;
  else if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter)
    put (self, to, find_port (to));
  else if (key >= GDK_KEY_1 && key <= GDK_KEY_9)
    put (self, to, key - GDK_KEY_1);
  else
    return FALSE;
  return TRUE;
}

void
cju_canvas_draw_link (CjuCanvas *self, cairo_t *cr)
{
  const CjNode *from = get_source (self), *to = cju_document_get_selected (self->document);
  const double dashes[2] = { 6, 4 };
  double x0, y0, x1, y1, p[8];

  if (from == NULL)
    return;
  cju_canvas_get_out_port (self, from, self->link_port, &x0, &y0);
  x1 = x0 + 40 * self->zoom;
  y1 = y0;
  if (to != NULL && to != from)
    cju_canvas_get_in_port (self, to, find_port (to), &x1, &y1);
  cju_canvas_bend (self, x0, y0, x1, y1, p);
  cairo_move_to (cr, p[0], p[1]);
  cairo_curve_to (cr, p[2], p[3], p[4], p[5], p[6], p[7]);
  cairo_set_source_rgb (cr, 0.21, 0.52, 0.89);
  cairo_set_line_width (cr, 2);
  cairo_set_dash (cr, dashes, 2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

/* Into the canvas: to the card that is selected, else to the canvas itself. Out of it at once. */
static gboolean
cju_canvas_focus (GtkWidget *widget, GtkDirectionType direction)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjNode *node = cju_document_get_selected (self->document);
  GtkWidget *card = node != NULL ? g_hash_table_lookup (self->cards, node->id) : NULL;
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));

  (void) direction;
  if (focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget)))
    return FALSE;
  return gtk_widget_grab_focus (card != NULL ? card : widget);
}

void
cju_canvas_add_keys (CjuCanvas *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

void
cju_canvas_install_keys (GtkWidgetClass *widget)
{
  widget->focus = cju_canvas_focus;
  gtk_widget_class_install_action (widget, "canvas.link", NULL, link_action);
  gtk_widget_class_install_action (widget, "canvas.link-from", "(su)", port_action);
  gtk_widget_class_install_action (widget, "canvas.link-to", "(su)", port_action);
  gtk_widget_class_install_action (widget, "canvas.unlink", "(su)", port_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_l, GDK_CONTROL_MASK, "canvas.link", NULL);
}
