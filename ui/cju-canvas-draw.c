/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the canvas draws itself: grid and wires under the cards, ports and the rubber band above. */
#include "cju-canvas-private.h"

#include <math.h>

static void
draw_grid (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, int width, int height)
{
  const double step = CJU_CANVAS_GRID * self->zoom;

  if (step < 8)
    return;
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.13);
  for (double x = fmod (self->x, step); x < width; x += step)
    for (double y = fmod (self->y, step); y < height; y += step)
      cairo_rectangle (cr, floor (x), floor (y), 1, 1);
  cairo_fill (cr);
}

static void
draw_wire (CjuCanvas *self, cairo_t *cr, double x0, double y0, double x1, double y1)
{
  double p[8];

  cju_canvas_bend (self, x0, y0, x1, y1, p);
  cairo_move_to (cr, x0, y0);
  if (x1 > x0)
    cairo_curve_to (cr, p[2], p[3], p[4], p[5], p[6], p[7]);
  else
    {
      /* back to the left: around the cards, above the target */
      const double out = 26 * self->zoom, r = 12 * self->zoom, middle = y1 - 40 * self->zoom;

      cairo_line_to (cr, x0 + out - r, y0);
      cairo_curve_to (cr, x0 + out, y0, x0 + out, y0, x0 + out, y0 + r);
      cairo_line_to (cr, x0 + out, middle - r);
      cairo_curve_to (cr, x0 + out, middle, x0 + out, middle, x0 + out - r, middle);
      cairo_line_to (cr, x1 - out + r, middle);
      cairo_curve_to (cr, x1 - out, middle, x1 - out, middle, x1 - out, middle + r);
      cairo_line_to (cr, x1 - out, y1 - r);
      cairo_curve_to (cr, x1 - out, y1, x1 - out, y1, x1 - out + r, y1);
      cairo_line_to (cr, x1, y1);
    }
  cairo_stroke (cr);
}

static void
draw_shape (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const char *text, double x, double y)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attrs = pango_attr_list_new ();
  int w, h;

  pango_attr_list_insert (attrs, pango_attr_scale_new (MIN (0.8 * self->zoom, 0.9)));
  pango_layout_set_attributes (layout, attrs);
  pango_layout_get_pixel_size (layout, &w, &h);
  cairo_move_to (cr, x - w / 2.0, y - h - 6);
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.75);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_wires (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink)
{
  CjGraph *graph = cju_canvas_get_graph (self);

  cairo_set_line_width (cr, MAX (2 * self->zoom, 1));
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      const gboolean bad = cju_document_find_problem (self->document, node) != NULL;

      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        {
          const CjWire *wire = &node->from[port];
          double x0, y0, x1, y1;

          if (wire->node == NULL)
            continue;
          cju_canvas_get_out_port (self, wire->node, wire->port, &x0, &y0);
          cju_canvas_get_in_port (self, node, port, &x1, &y1);
          if (bad)
            cairo_set_source_rgb (cr, 0.88, 0.11, 0.14);
          else
            cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.45);
          draw_wire (self, cr, x0, y0, x1, y1);
          if (self->zoom > 0.55)
            {
              g_autofree char *shape = cju_document_dup_shape (self->document, wire->node);

              if (shape != NULL && x1 - x0 > 40 * self->zoom)
                draw_shape (self, cr, ink, shape, (x0 + x1) / 2, MIN (y0, y1));
              else if (shape != NULL && x1 < x0)
                draw_shape (self, cr, ink, shape, (x0 + x1) / 2, y1 - 40 * self->zoom);
            }
        }
    }
  if (self->drag == CJU_DRAG_WIRE)
    {
      double x0, y0;

      cju_canvas_get_out_port (self, self->drag_node, self->drag_port, &x0, &y0);
      cairo_set_source_rgb (cr, 0.21, 0.52, 0.89);
      draw_wire (self, cr, x0, y0, self->at_x, self->at_y);
    }
}

static void
draw_port (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const GdkRGBA *ground, double x,
           double y)
{
  cairo_arc (cr, x, y, MAX (CJU_CANVAS_PORT_RADIUS * self->zoom, 1.5), 0, 2 * G_PI);
  gdk_cairo_set_source_rgba (cr, ground);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.6);
  cairo_set_line_width (cr, MAX (1.5 * self->zoom, 0.5));
  cairo_stroke (cr);
}

static void
draw_ports (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const GdkRGBA *ground)
{
  CjGraph *graph = cju_canvas_get_graph (self);
  double x, y;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      for (guint port = 0; port < cj_node_get_n_in (node); port++)
        {
          cju_canvas_get_in_port (self, node, port, &x, &y);
          draw_port (self, cr, ink, ground, x, y);
        }
      for (guint port = 0;
           node->layer->role != CJ_ROLE_LOSS && port < cj_layer_get_n_out (node->layer); port++)
        {
          cju_canvas_get_out_port (self, node, port, &x, &y);
          draw_port (self, cr, ink, ground, x, y);
        }
    }
}

void
cju_canvas_draw_below (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, int width, int height)
{
  draw_grid (self, cr, ink, width, height);
  draw_wires (self, cr, ink);
}

static void
draw_band (CjuCanvas *self, cairo_t *cr)
{
  const double x = MIN (self->start_x, self->at_x), y = MIN (self->start_y, self->at_y);

  cairo_rectangle (cr, floor (x) + 0.5, floor (y) + 0.5, floor (fabs (self->at_x - self->start_x)),
                   floor (fabs (self->at_y - self->start_y)));
  cairo_set_source_rgba (cr, 0.21, 0.52, 0.89, 0.12);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, 0.21, 0.52, 0.89, 0.9);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

void
cju_canvas_draw_above (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const GdkRGBA *ground)
{
  draw_ports (self, cr, ink, ground);
  cju_canvas_draw_link (self, cr);
  if (self->drag == CJU_DRAG_BAND)
    draw_band (self, cr);
}
