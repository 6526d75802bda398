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

/* Above a wire; `align` 0: x is the left end of the text, 0.5: its middle, 1: its right end. */
static void
draw_shape (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const char *text, double x, double y,
            double align)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attrs = pango_attr_list_new ();
  int w, h;

  pango_attr_list_insert (attrs, pango_attr_scale_new (MIN (0.8 * self->zoom, 0.9)));
  pango_layout_set_attributes (layout, attrs);
  pango_layout_get_pixel_size (layout, &w, &h);
  cairo_move_to (cr, x - w * align, y - h - 6);
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.75);
  pango_cairo_show_layout (cr, layout);
}

/* Red where the layer cannot take what the wire brings. */
static gboolean
is_bad (CjuCanvas *self, const CjlLine *line)
{
  const CjProblem *problem = cju_document_find_problem (self->document, line->to);

  return problem != NULL && problem->kind == CJ_PROBLEM_ERROR && problem->port == line->port;
}

/* The shape that passes, and beyond the border also what it comes from or goes to. */
static void
draw_words (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const CjlLine *line,
            const double e[4])
{
  const CjNode *source = line->to->from[line->port].node;
  g_autofree char *shape = cju_document_dup_shape (self->document, source);
  const double reach = (CJU_CANVAS_PORT_RADIUS + 4) * self->zoom;
  g_autofree char *border
      = line->from_card < 0 || line->to_card < 0
            ? g_strdup_printf ("%s%s%s", line->from_card < 0 ? source->id : line->to->id,
                               shape != NULL ? " · " : "", shape != NULL ? shape : "")
            : NULL;

  if (border != NULL && line->from_card < 0)
    draw_shape (self, cr, ink, border, e[2] - reach, e[3], 1);
  else if (border != NULL)
    draw_shape (self, cr, ink, border, e[0] + reach, e[1], 0);
  else if (shape != NULL && e[2] - e[0] > 40 * self->zoom)
    /* steep wires pass their middle; others lie in the row of the upper port */
    draw_shape (self, cr, ink, shape, (e[0] + e[2]) / 2,
                fabs (e[3] - e[1]) > 60 * self->zoom ? (e[1] + e[3]) / 2 - 4 : MIN (e[1], e[3]),
                fabs (e[3] - e[1]) > 60 * self->zoom ? (e[3] > e[1] ? -0.1 : 1.1) : 0.5);
  else if (shape != NULL && e[2] < e[0])
    draw_shape (self, cr, ink, shape, (e[0] + e[2]) / 2, e[3] - 40 * self->zoom, 0.5);
}

static void
draw_wires (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink)
{
  const double dashes[] = { 4 * self->zoom, 4 * self->zoom };
  double e[4];

  cairo_set_line_width (cr, MAX (2 * self->zoom, 1));
  for (guint i = 0; i < self->scene->lines->len; i++)
    {
      const CjlLine *line = &g_array_index (self->scene->lines, CjlLine, i);

      cju_canvas_get_line (self, line, e);
      if (is_bad (self, line))
        cairo_set_source_rgb (cr, 0.88, 0.11, 0.14);
      else
        cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.45);
      cairo_set_dash (cr, dashes, line->from_card < 0 || line->to_card < 0 ? 2 : 0, 0);
      draw_wire (self, cr, e[0], e[1], e[2], e[3]);
      if (self->zoom > 0.55)
        draw_words (self, cr, ink, line, e);
    }
  cairo_set_dash (cr, NULL, 0, 0);
  if (self->drag != CJU_DRAG_WIRE)
    return;
  if (!cju_canvas_find_output (self, self->drag_from, &e[0], &e[1]))
    {
      e[0] = self->start_x - 60 * self->zoom;
      e[1] = self->start_y;
    }
  cairo_set_source_rgb (cr, 0.21, 0.52, 0.89);
  draw_wire (self, cr, e[0], e[1], self->at_x, self->at_y);
}

typedef enum
{
  PORT_PLAIN,
  PORT_LIT, /* the wire that is being drawn may go there */
  PORT_DIM
} PortLook;

static void
draw_port (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const GdkRGBA *ground, double x,
           double y, PortLook look)
{
  const double radius = CJU_CANVAS_PORT_RADIUS + (look == PORT_LIT ? 2 : 0);

  cairo_arc (cr, x, y, MAX (radius * self->zoom, 1.5), 0, 2 * G_PI);
  gdk_cairo_set_source_rgba (cr, ground);
  if (look == PORT_LIT)
    cairo_set_source_rgb (cr, 0.21, 0.52, 0.89);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, look == PORT_DIM ? 0.2 : 0.6);
  cairo_set_line_width (cr, MAX (1.5 * self->zoom, 0.5));
  cairo_stroke (cr);
}

static void
draw_ports (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const GdkRGBA *ground)
{
  const gboolean wiring = cju_canvas_is_wiring (self);
  double x, y;

  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);

      for (guint port = 0; port < card->in->len; port++)
        {
          const CjWire *input = &g_array_index (card->in, CjWire, port);

          cju_canvas_get_in_port (self, card, port, &x, &y);
          draw_port (self, cr, ink, ground, x, y,
                     !wiring                         ? PORT_PLAIN
                     : cju_canvas_fits (self, input) ? PORT_LIT
                                                     : PORT_DIM);
        }
      for (guint port = 0; port < card->out->len; port++)
        {
          cju_canvas_get_out_port (self, card, port, &x, &y);
          draw_port (self, cr, ink, ground, x, y, wiring ? PORT_DIM : PORT_PLAIN);
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
