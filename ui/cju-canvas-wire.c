/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wires while they are drawn, by the mouse or by keys: which inputs they may go to, and putting them in. */
#include "cju-canvas-private.h"

#include "cjl-fit.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static void
find_fits (CjuCanvas *self)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const CjLowered *lowered = dataset != NULL ? cju_document_get_lowered (self->document) : NULL;
  CjDataSpec spec = { 0 };
  g_autoptr (CjlFit) fit = NULL;

  if (lowered != NULL)
    spec = cjl_data_spec (dataset, 1);
  fit = cjl_fit_new (cju_canvas_get_graph (self), lowered, &spec, self->drag_from);
  g_array_set_size (self->fits, 0);
  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const GArray *inputs = cjl_scene_get (self->scene, i)->in;

      for (guint port = 0; port < inputs->len; port++)
        {
          const CjWire *input = &g_array_index (inputs, CjWire, port);

          if (cjl_fit_input (fit, input->node, input->port))
            g_array_append_val (self->fits, *input);
        }
    }
}

void
cju_canvas_begin_wire (CjuCanvas *self, CjWire from)
{
  self->drag = CJU_DRAG_WIRE;
  self->drag_from = from;
  self->target = -1;
  find_fits (self);
  cju_canvas_redraw (self);
}

void
cju_canvas_end_wire (CjuCanvas *self)
{
  if (self->drag != CJU_DRAG_WIRE)
    return;
  self->drag = CJU_DRAG_NONE;
  self->target = -1;
  cju_canvas_hint (self, NULL);
  cju_canvas_redraw (self);
}

gboolean
cju_canvas_fits (CjuCanvas *self, const CjWire *input)
{
  for (guint i = 0; i < self->fits->len; i++)
    {
      const CjWire *fit = &g_array_index (self->fits, CjWire, i);

      if (fit->node == input->node && fit->port == input->port)
        return TRUE;
    }
  return FALSE;
}

gboolean
cju_canvas_card_fits (CjuCanvas *self, const CjlCard *card)
{
  for (guint port = 0; port < card->in->len; port++)
    if (cju_canvas_fits (self, &g_array_index (card->in, CjWire, port)))
      return TRUE;
  for (guint port = 0; port < card->out->len; port++)
    if (g_array_index (card->out, CjWire, port).node == self->drag_from.node)
      return TRUE;
  return FALSE;
}

void
cju_canvas_connect (CjuCanvas *self, CjNode *to, guint port)
{
  CjlProject *project = cju_document_get_project (self->document);
  g_autoptr (GError) error = NULL;

  cjl_project_begin (project);
  cj_graph_connect (project->graph, self->drag_from.node, self->drag_from.port, to, port, &error);
  cjl_project_commit (project, _ ("Connect"), NULL);
  if (error != NULL)
    cju_canvas_say (self, error->message);
}

/* --- by keys --- */

typedef struct
{
  CjWire input;
  double far;
} Target;

static int
compare_far (gconstpointer a, gconstpointer b)
{
  const Target *m = a, *n = b;

  return m->far < n->far ? -1 : m->far > n->far;
}

/* The nearest target first; without inputs that the wire goes to already. */
static void
order_fits (CjuCanvas *self)
{
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (Target));
  double x = 0, y = 0, px, py;

  cju_canvas_find_output (self, self->drag_from, &x, &y);
  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);

      for (guint port = 0; port < card->in->len; port++)
        {
          Target target = { g_array_index (card->in, CjWire, port), 0 };
          const CjWire *now = &target.input.node->from[target.input.port];

          if (!cju_canvas_fits (self, &target.input)
              || (now->node == self->drag_from.node && now->port == self->drag_from.port))
            continue;
          cju_canvas_get_in_port (self, card, port, &px, &py);
          target.far = hypot (px - x, py - y);
          g_array_append_val (targets, target);
        }
    }
  g_array_sort (targets, compare_far);
  g_array_set_size (self->fits, 0);
  for (guint i = 0; i < targets->len; i++)
    g_array_append_val (self->fits, g_array_index (targets, Target, i).input);
}

/* Puts the end of the wire to a target and says which it is. */
static void
show_target (CjuCanvas *self)
{
  const CjWire *target = &g_array_index (self->fits, CjWire, self->target);
  g_autofree char *words = NULL;

  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);

      for (guint port = 0; port < card->in->len; port++)
        {
          const CjWire *input = &g_array_index (card->in, CjWire, port);

          if (input->node != target->node || input->port != target->port)
            continue;
          cju_canvas_get_in_port (self, card, port, &self->at_x, &self->at_y);
        }
    }
  words = g_strdup_printf (_ ("Wire from %s to %s, input “%s”. Arrows choose, Enter connects, "
                              "Escape gives up."),
                           self->drag_from.node->id, target->node->id,
                           _ (cj_layer_get_input (target->node->layer, target->port)->title));
  cju_canvas_hint (self, words);
  cju_canvas_redraw (self);
}

/* Takes a wire from an output in hand: it goes to the first input that it fits. */
static void
take (CjuCanvas *self, CjWire from)
{
  cju_canvas_begin_wire (self, from);
  order_fits (self);
  if (self->fits->len == 0)
    {
      g_autofree char *words
          = g_strdup_printf (_ ("Nothing here can take what %s gives."), from.node->id);

      cju_canvas_end_wire (self);
      cju_canvas_say (self, words);
      return;
    }
  self->target = 0;
  show_target (self);
}

/* From the first output of the selected card; again: from its next. */
static void
wire_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjlCard *card = cju_canvas_get_selected (self);
  guint port = 0;

  (void) name;
  (void) parameter;
  if (card == NULL || card->out->len == 0)
    {
      cju_canvas_say (self, _ ("A wire starts at a card with an output. Select one first."));
      return;
    }
  for (guint i = 0; i < card->out->len && self->drag == CJU_DRAG_WIRE; i++)
    {
      const CjWire *out = &g_array_index (card->out, CjWire, i);

      if (out->node == self->drag_from.node && out->port == self->drag_from.port)
        port = (i + 1) % card->out->len;
    }
  take (self, g_array_index (card->out, CjWire, port));
}

gboolean
cju_canvas_wire_key (CjuCanvas *self, int step)
{
  const int n = (int) self->fits->len;

  if (self->drag != CJU_DRAG_WIRE || self->target < 0)
    return FALSE;
  if (step == 0)
    {
      const CjWire to = g_array_index (self->fits, CjWire, self->target);

      cju_canvas_end_wire (self);
      cju_canvas_connect (self, to.node, to.port);
      return TRUE;
    }
  self->target = (self->target + step + n) % n;
  show_target (self);
  return TRUE;
}

/* Ports, by their actions: "(su)" is a node and the number of its output or input. */
static void
port_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjlProject *project = cju_document_get_project (self->document);
  const char *id;
  CjWire port;

  g_variant_get (parameter, "(&su)", &id, &port.port);
  port.node = cj_graph_find (project->graph, id);
  if (port.node == NULL)
    return;
  if (g_str_equal (name, "canvas.wire-from"))
    take (self, port);
  else if (g_str_equal (name, "canvas.unwire"))
    {
      if (port.port >= CJ_LAYER_MAX_IN || port.node->from[port.port].node == NULL)
        return;
      cjl_project_begin (project);
      cj_graph_disconnect (project->graph, port.node, port.port);
      cjl_project_commit (project, _ ("Disconnect"), NULL);
    }
  else if (self->drag != CJU_DRAG_WIRE)
    cju_canvas_say (self, _ ("No wire is in hand. Take one at the output of a card, with Ctrl+L."));
  else
    {
      cju_canvas_end_wire (self);
      cju_canvas_connect (self, port.node, port.port);
    }
}

void
cju_canvas_install_wires (GtkWidgetClass *widget)
{
  gtk_widget_class_install_action (widget, "canvas.wire", NULL, wire_action);
  gtk_widget_class_install_action (widget, "canvas.wire-from", "(su)", port_action);
  gtk_widget_class_install_action (widget, "canvas.wire-to", "(su)", port_action);
  gtk_widget_class_install_action (widget, "canvas.unwire", "(su)", port_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_l, GDK_CONTROL_MASK, "canvas.wire", NULL);
}
