/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wires and the focus without a mouse. Ctrl+L takes the output of the selected card in hand; the arrows go
 * to other cards as always, Enter or the number of an input puts the wire in there, Escape lets go. Tab
 * leaves the canvas for the next pane: it has hundreds of cards. */
#include "cju-canvas-private.h"

#include <glib/gi18n-lib.h>

/* The output that the wire in hand comes from; its node is NULL if there is none. */
static CjWire
get_source (CjuCanvas *self)
{
  const CjlCard *card = self->link != NULL ? cjl_scene_find (self->scene, self->link) : NULL;

  return card != NULL && self->link_port < card->out->len
             ? g_array_index (card->out, CjWire, self->link_port)
             : (CjWire){ NULL, 0 };
}

void
cju_canvas_let_go (CjuCanvas *self)
{
  if (self->link == NULL)
    return;
  g_clear_pointer (&self->link, g_free);
  cju_canvas_redraw (self);
}

static void
take (CjuCanvas *self, const CjlCard *card, guint port)
{
  g_autofree char *text = NULL;

  if (card->out->len == 0)
    {
      cju_canvas_say (self, _ ("A loss has no output. Choose the layer that the wire comes from."));
      return;
    }
  g_free (self->link);
  self->link = g_strdup (card->id);
  self->link_port = MIN (port, card->out->len - 1);
  cju_canvas_begin_wire (self, get_source (self));
  text = g_strdup_printf (
      _ ("Wire from %s: arrows choose the card, Enter connects, a number chooses its input"),
      card->node != NULL ? card->id : card->block->title);
  cju_canvas_say (self, text);
}

static void
put (CjuCanvas *self, CjWire to)
{
  const CjWire from = get_source (self);

  if (from.node == NULL)
    cju_canvas_say (self, _ ("No wire is in hand. Take one at the output of a card, with Ctrl+L."));
  else if (to.node == NULL || from.node == to.node)
    cju_canvas_say (self, _ ("A wire goes to another card. Choose it with the arrows."));
  else
    {
      cju_canvas_let_go (self);
      cju_canvas_connect (self, from.node, from.port, to.node, to.port);
    }
}

/* Without a port: the selected card, and its next output if its wire is in hand already. */
static void
link_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjlCard *card = cju_canvas_get_selected (self);
  const gboolean again
      = card != NULL && card->out->len > 0 && g_strcmp0 (self->link, card->id) == 0;

  (void) name;
  (void) parameter;
  if (card == NULL)
    cju_canvas_say (self, _ ("Choose the card that the wire comes from."));
  else
    take (self, card, again ? (self->link_port + 1) % card->out->len : 0);
}

static void
port_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjlProject *project = cju_document_get_project (self->document);
  const CjlCard *card;
  const char *id;
  guint port;
  CjWire to;

  g_variant_get (parameter, "(&su)", &id, &port);
  card = cjl_scene_find (self->scene, id);
  if (card != NULL && g_str_equal (name, "canvas.link-from"))
    take (self, card, port);
  if (card == NULL || port >= card->in->len || g_str_equal (name, "canvas.link-from"))
    return;
  to = g_array_index (card->in, CjWire, port);
  if (g_str_equal (name, "canvas.link-to"))
    put (self, to);
  else if (to.node->from[to.port].node != NULL)
    {
      cjl_project_begin (project);
      cj_graph_disconnect (project->graph, to.node, to.port);
      cjl_project_commit (project, _ ("Disconnect"), NULL);
    }
}

/* The input of that number; its node is NULL if the card has fewer. */
static CjWire
get_input (const CjlCard *card, guint port)
{
  return port < card->in->len ? g_array_index (card->in, CjWire, port) : (CjWire){ NULL, 0 };
}

/* While a wire is in hand some keys are about it, before any other meaning. */
static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
        gpointer data)
{
  CjuCanvas *self = data;
  const CjlCard *to = cju_canvas_get_selected (self);

  (void) controller;
  (void) code;
  if (self->link == NULL || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  if (key == GDK_KEY_Escape)
    cju_canvas_let_go (self);
  else if (to == NULL)
    return FALSE;
  else if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter)
    put (self, cju_canvas_choose_input (self, to));
  else if (key >= GDK_KEY_1 && key <= GDK_KEY_9)
    put (self, get_input (to, key - GDK_KEY_1));
  else
    return FALSE;
  return TRUE;
}

void
cju_canvas_draw_link (CjuCanvas *self, cairo_t *cr)
{
  const CjWire from = get_source (self);
  const CjlCard *to = cju_canvas_get_selected (self);
  const CjWire into = to != NULL ? cju_canvas_choose_input (self, to) : (CjWire){ NULL, 0 };
  const double dashes[2] = { 6, 4 };
  double x0, y0, x1, y1, p[8];

  if (from.node == NULL || !cju_canvas_find_output (self, from, &x0, &y0))
    return;
  x1 = x0 + 40 * self->zoom;
  y1 = y0;
  if (into.node != NULL && into.node != from.node)
    cju_canvas_get_in_port (self, to, 0, &x1, &y1);
  for (guint port = 0; into.node != NULL && port < to->in->len; port++)
    if (g_array_index (to->in, CjWire, port).node == into.node
        && g_array_index (to->in, CjWire, port).port == into.port && into.node != from.node)
      cju_canvas_get_in_port (self, to, port, &x1, &y1);
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
  const CjlCard *seen = cju_canvas_get_selected (self);
  GtkWidget *card = seen != NULL ? g_hash_table_lookup (self->cards, seen->id) : NULL;
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
