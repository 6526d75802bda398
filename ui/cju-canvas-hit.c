/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things lie on the canvas, and what is under a point; x, y are of the widget. */
#include "cju-canvas-private.h"

#include <math.h>

#define STUB 60 /* of a wire that goes beyond the border, pixels at 100 % */

static void
get_port (CjuCanvas *self, const CjlCard *card, gboolean out, guint port, double *x, double *y)
{
  *x = self->x + self->zoom * (cjl_card_get_x (card) + (out ? CJU_CARD_WIDTH : 0));
  *y = self->y + self->zoom * (cjl_card_get_y (card) + CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP);
}

void
cju_canvas_get_out_port (CjuCanvas *self, const CjlCard *card, guint port, double *x, double *y)
{
  get_port (self, card, TRUE, port, x, y);
}

void
cju_canvas_get_in_port (CjuCanvas *self, const CjlCard *card, guint port, double *x, double *y)
{
  get_port (self, card, FALSE, port, x, y);
}

static const CjlCard *
find_port (CjuCanvas *self, gboolean out, double x, double y, guint *port)
{
  for (guint i = self->scene->cards->len; i-- > 0;)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);
      const GArray *ports = out ? card->out : card->in;

      for (*port = 0; *port < ports->len; (*port)++)
        {
          double px, py;

          get_port (self, card, out, *port, &px, &py);
          if (hypot (px - x, py - y) < CJU_CANVAS_PORT_REACH)
            return card;
        }
    }
  return NULL;
}

const CjlCard *
cju_canvas_find_out_port (CjuCanvas *self, double x, double y, guint *port)
{
  return find_port (self, TRUE, x, y, port);
}

const CjlCard *
cju_canvas_find_in_port (CjuCanvas *self, double x, double y, guint *port)
{
  return find_port (self, FALSE, x, y, port);
}

gboolean
cju_canvas_find_output (CjuCanvas *self, CjWire output, double *x, double *y)
{
  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);

      for (guint port = 0; port < card->out->len; port++)
        {
          const CjWire *wire = &g_array_index (card->out, CjWire, port);

          if (wire->node == output.node && wire->port == output.port)
            {
              get_port (self, card, TRUE, port, x, y);
              return TRUE;
            }
        }
    }
  return FALSE;
}

const CjlCard *
cju_canvas_find_card (CjuCanvas *self, double x, double y)
{
  const double wx = (x - self->x) / self->zoom, wy = (y - self->y) / self->zoom;

  for (guint i = self->scene->cards->len; i-- > 0;)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);
      CjuCard *widget = g_hash_table_lookup (self->cards, card->id);
      const double dx = wx - cjl_card_get_x (card), dy = wy - cjl_card_get_y (card);

      if (widget != NULL && dx >= 0 && dx < CJU_CARD_WIDTH && dy >= 0
          && dy < cju_card_get_height (widget))
        return card;
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

void
cju_canvas_get_world_line (CjuCanvas *self, const CjlLine *line, double ends[4])
{
  const CjlCard *from
      = line->from_card >= 0 ? cjl_scene_get (self->scene, (guint) line->from_card) : NULL;
  const CjlCard *to
      = line->to_card >= 0 ? cjl_scene_get (self->scene, (guint) line->to_card) : NULL;

  if (from != NULL)
    {
      ends[0] = cjl_card_get_x (from) + CJU_CARD_WIDTH;
      ends[1] = cjl_card_get_y (from) + CJU_CARD_PORT_Y + line->from_port * CJU_CARD_PORT_STEP;
    }
  if (to != NULL)
    {
      ends[2] = cjl_card_get_x (to);
      ends[3] = cjl_card_get_y (to) + CJU_CARD_PORT_Y + line->to_port * CJU_CARD_PORT_STEP;
    }
  if (from == NULL)
    {
      ends[0] = ends[2] - STUB;
      ends[1] = ends[3];
    }
  if (to == NULL)
    {
      ends[2] = ends[0] + STUB;
      ends[3] = ends[1];
    }
}

void
cju_canvas_get_line (CjuCanvas *self, const CjlLine *line, double ends[4])
{
  cju_canvas_get_world_line (self, line, ends);
  for (guint i = 0; i < 4; i++)
    ends[i] = (i % 2 == 0 ? self->x : self->y) + self->zoom * ends[i];
}

/* Distance of a point to a wire, measured at points of its curve. */
static double
measure_wire (CjuCanvas *self, const CjlLine *line, double x, double y)
{
  double e[4], p[8], least = INFINITY;

  cju_canvas_get_line (self, line, e);
  cju_canvas_bend (self->zoom, e[0], e[1], e[2], e[3], p);
  for (guint i = 0; i <= 24 && e[2] > e[0]; i++)
    {
      const double t = i / 24.0, s = 1 - t;
      const double a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;

      least = MIN (least, hypot (a * p[0] + b * p[2] + c * p[4] + d * p[6] - x,
                                 a * p[1] + b * p[3] + c * p[5] + d * p[7] - y));
    }
  return least;
}

const CjlLine *
cju_canvas_find_wire (CjuCanvas *self, double x, double y)
{
  double least = 14;
  const CjlLine *found = NULL;

  for (guint i = 0; i < self->scene->lines->len; i++)
    {
      const CjlLine *line = &g_array_index (self->scene->lines, CjlLine, i);
      const double distance = measure_wire (self, line, x, y);

      if (distance < least)
        {
          least = distance;
          found = line;
        }
    }
  return found;
}
