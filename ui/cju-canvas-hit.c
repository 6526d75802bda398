/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things lie on the canvas, and what is under a point; x, y are of the widget. */
#include "cju-canvas-private.h"

#include <math.h>

void
cju_canvas_get_out_port (CjuCanvas *self, const CjNode *node, guint port, double *x, double *y)
{
  *x = self->x + self->zoom * (node->x + CJU_CARD_WIDTH);
  *y = self->y + self->zoom * (node->y + CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP);
}

void
cju_canvas_get_in_port (CjuCanvas *self, const CjNode *node, guint port, double *x, double *y)
{
  *x = self->x + self->zoom * node->x;
  *y = self->y + self->zoom * (node->y + CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP);
}

/* The output port near a point of the widget. */
CjNode *
cju_canvas_find_out_port (CjuCanvas *self, double x, double y, guint *port)
{
  CjGraph *graph = cju_canvas_get_graph (self);

  for (guint i = graph->nodes->len; i-- > 0;)
    {
      CjNode *node = graph->nodes->pdata[i];

      for (*port = 0; *port < cj_layer_get_n_out (node->layer); (*port)++)
        {
          double px, py;

          cju_canvas_get_out_port (self, node, *port, &px, &py);
          if (node->layer->role != CJ_ROLE_LOSS && hypot (px - x, py - y) < CJU_CANVAS_PORT_REACH)
            return node;
        }
    }
  return NULL;
}

CjNode *
cju_canvas_find_in_port (CjuCanvas *self, double x, double y, guint *port)
{
  CjGraph *graph = cju_canvas_get_graph (self);

  for (guint i = graph->nodes->len; i-- > 0;)
    {
      CjNode *node = graph->nodes->pdata[i];

      for (*port = 0; *port < cj_node_get_n_in (node); (*port)++)
        {
          double px, py;

          cju_canvas_get_in_port (self, node, *port, &px, &py);
          if (hypot (px - x, py - y) < CJU_CANVAS_PORT_REACH)
            return node;
        }
    }
  return NULL;
}

CjNode *
cju_canvas_find_card (CjuCanvas *self, double x, double y)
{
  CjGraph *graph = cju_canvas_get_graph (self);
  const double wx = (x - self->x) / self->zoom, wy = (y - self->y) / self->zoom;

  for (guint i = graph->nodes->len; i-- > 0;)
    {
      CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);

      if (card != NULL && wx >= node->x && wx < node->x + CJU_CARD_WIDTH && wy >= node->y
          && wy < node->y + cju_card_get_height (card))
        return node;
    }
  return NULL;
}

void
cju_canvas_bend (double zoom, double x0, double y0, double x1, double y1, double points[8])
{
  const double bend = MAX (30 * zoom, fabs (x1 - x0) / 2);
  const double all[8] = { x0, y0, x0 + bend, y0, x1 - bend, y1, x1, y1 };

  for (guint i = 0; i < 8; i++)
    points[i] = all[i];
}

/* Distance of a point to a wire, measured at points of its curve. */
static double
measure_wire (CjuCanvas *self, const CjNode *node, guint port, double x, double y)
{
  const CjWire *wire = &node->from[port];
  double x0, y0, x1, y1, p[8], least = INFINITY;

  cju_canvas_get_out_port (self, wire->node, wire->port, &x0, &y0);
  cju_canvas_get_in_port (self, node, port, &x1, &y1);
  cju_canvas_bend (self->zoom, x0, y0, x1, y1, p);
  for (guint i = 0; i <= 24 && x1 > x0; i++)
    {
      const double t = i / 24.0, s = 1 - t;
      const double a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;

      least = MIN (least, hypot (a * p[0] + b * p[2] + c * p[4] + d * p[6] - x,
                                 a * p[1] + b * p[3] + c * p[5] + d * p[7] - y));
    }
  return least;
}

CjNode *
cju_canvas_find_wire (CjuCanvas *self, double x, double y, guint *port)
{
  CjGraph *graph = cju_canvas_get_graph (self);
  double least = 14;
  CjNode *found = NULL;

  for (guint i = 0; i < graph->nodes->len; i++)
    for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
      {
        CjNode *node = graph->nodes->pdata[i];
        const double distance
            = node->from[k].node != NULL ? measure_wire (self, node, k, x, y) : INFINITY;

        if (distance < least)
          {
            least = distance;
            found = node;
            *port = k;
          }
      }
  return found;
}
