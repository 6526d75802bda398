/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wires while they are drawn, by the mouse or by keys: which inputs they may go to. */
#include "cju-canvas-private.h"

#include "cjl-fit.h"

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
  self->drag_from = from;
  find_fits (self);
  cju_canvas_redraw (self);
}

gboolean
cju_canvas_is_wiring (CjuCanvas *self)
{
  return self->drag == CJU_DRAG_WIRE || self->link != NULL;
}

void
cju_canvas_end_wire (CjuCanvas *self)
{
  if (self->drag != CJU_DRAG_WIRE)
    return;
  self->drag = CJU_DRAG_NONE;
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

CjWire
cju_canvas_choose_input (CjuCanvas *self, const CjlCard *card)
{
  CjWire best = { NULL, 0 };
  int most = -1;

  for (guint port = 0; port < card->in->len; port++)
    {
      const CjWire *input = &g_array_index (card->in, CjWire, port);
      const int worth = (cju_canvas_fits (self, input) ? 2 : 0)
                        + (input->node->from[input->port].node == NULL ? 1 : 0);

      if (worth > most)
        {
          most = worth;
          best = *input;
        }
    }
  if (best.node != NULL && best.node->from[best.port].node != NULL
      && cj_layer_takes_many (best.node->layer) && cj_node_get_n_in (best.node) < CJ_LAYER_MAX_IN)
    best.port = cj_node_get_n_in (best.node);
  return best;
}
