/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the canvas draws itself: grid, wires, ports, the rubber band. A wire and the ports of a card are each
 * recorded once and kept until they change; what is out of view is not drawn. */
#include "cju-canvas-private.h"

#include "cju-access.h"
#include "cju-bake.h"

#include "cju-shape.h"

#include <math.h>
#include <string.h>

#define LABELS 0.55              /* the zoom above which wires say what comes along them */
#define STRIP 3000               /* area of a strip of a wire */
#define WIRE_MARGIN 30           /* around the ends of a wire: its bend, its label */
#define WIRE_PICTURE (128 * 128) /* pixels that a picture of a piece of a wire may have */
#define MAX_PICTURE (8192 * 8)   /* and a row of dots */

typedef struct
{
  GdkRGBA ink, ground;
} Colors;

static const GdkRGBA accent = { 0.21f, 0.52f, 0.89f, 1 }, red = { 0.88f, 0.11f, 0.14f, 1 };

static Colors
get_colors (CjuCanvas *self)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  Colors colors = { .ground = { 1, 1, 1, 1 } };

  gtk_style_context_get_color (style, &colors.ink);
  gtk_style_context_lookup_color (style, "card_bg_color", &colors.ground);
  if (colors.ink.red > 0.5)
    colors.ground = (GdkRGBA){ 0.21f, 0.21f, 0.22f, 1 };
  return colors;
}

static void
clear_trace (gpointer data)
{
  CjuTrace *trace = data;

  g_clear_pointer (&trace->node, gsk_render_node_unref);
  g_clear_pointer (&trace->card, gsk_render_node_unref);
  g_clear_pointer (&trace->picture, gsk_render_node_unref);
}

static void
clear_pictures (GArray *traces)
{
  for (guint i = 0; i < traces->len; i++)
    g_clear_pointer (&g_array_index (traces, CjuTrace, i).picture, gsk_render_node_unref);
}

/* Empty traces for `n` things. */
static GArray *
new_traces (GArray *old, guint n)
{
  GArray *traces = g_array_sized_new (FALSE, TRUE, sizeof (CjuTrace), n);

  g_clear_pointer (&old, g_array_unref);
  g_array_set_clear_func (traces, clear_trace);
  g_array_set_size (traces, n);
  return traces;
}

static void
forget_traces (CjuCanvas *self)
{
  self->wires = new_traces (self->wires, self->scene->lines->len);
  self->looks = new_traces (self->looks, self->scene->cards->len);
}

void
cju_canvas_forget_drawn (CjuCanvas *self)
{
  g_clear_pointer (&self->grid, gsk_render_node_unref);
  cju_canvas_forget_far (self);
  if (self->scene != NULL)
    forget_traces (self);
  cju_canvas_redraw (self);
}

/* Widths and sizes of type are of the screen at some zooms: then what was drawn for another one goes. */
static double
find_pen (double zoom)
{
  return MAX (2, 1 / zoom);
}

static double
find_type (double zoom)
{
  return zoom > LABELS ? MIN (0.8, 0.9 / zoom) : 0;
}

static double
find_radius (double zoom)
{
  return MAX (CJU_CANVAS_PORT_RADIUS, 1.5 / zoom);
}

static void
follow_zoom (CjuCanvas *self)
{
  const double before = self->drawn_zoom, now = self->zoom;
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  self->drawn_zoom = now;
  if (before == now && scale == self->drawn_scale)
    return;
  if (scale != self->drawn_scale)
    g_clear_pointer (&self->grid, gsk_render_node_unref);
  self->drawn_scale = scale;
  cju_canvas_forget_far (self);
  clear_pictures (self->wires);
  clear_pictures (self->looks);
  if (before <= 0 || find_pen (before) != find_pen (now) || find_type (before) != find_type (now)
      || find_radius (before) != find_radius (now))
    forget_traces (self);
}

/* One row of dots, which all rows share. */
static GskRenderNode *
record_row (CjuCanvas *self, double step)
{
  const Colors colors = get_colors (self);
  g_autoptr (GskRenderNode) row
      = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, (float) (self->width + step + 1), 1));
  cairo_t *cr = gsk_cairo_node_get_draw_context (row);

  cairo_set_source_rgba (cr, colors.ink.red, colors.ink.green, colors.ink.blue, 0.13);
  for (double x = 0; x < self->width + step; x += step)
    cairo_rectangle (cr, floor (x), 0, 1, 1);
  cairo_fill (cr);
  cairo_destroy (cr);
  return cju_bake (row, 1, self->drawn_scale, MAX_PICTURE);
}

void
cju_canvas_draw_ground (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const double step = CJU_CANVAS_GRID * self->zoom;
  const double left = fmod (self->x, step), top = fmod (self->y, step);

  follow_zoom (self);
  if (step < 8)
    return;
  if (self->grid_step != step)
    g_clear_pointer (&self->grid, gsk_render_node_unref);
  if (self->grid == NULL)
    self->grid = record_row (self, step);
  self->grid_step = step;
  for (double y = top > 0 ? top - step : top; y < self->height; y += step)
    {
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (
          snapshot,
          &GRAPHENE_POINT_INIT ((float) floor (left > 0 ? left - step : left), (float) floor (y)));
      gtk_snapshot_append_node (snapshot, self->grid);
      gtk_snapshot_restore (snapshot);
    }
}

/* The way of a wire; one that runs to the left is led around the cards, above its target. */
static void
draw_wire (cairo_t *cr, double zoom, double x0, double y0, double x1, double y1)
{
  const double out = 26 * zoom, r = 12 * zoom, middle = y1 - 40 * zoom;
  const double turn = middle < y0 ? -r : r;
  double p[8];

  cju_canvas_bend (zoom, x0, y0, x1, y1, p);
  cairo_move_to (cr, x0, y0);
  if (x1 > x0)
    cairo_curve_to (cr, p[2], p[3], p[4], p[5], p[6], p[7]);
  else
    {
      cairo_line_to (cr, x0 + out - r, y0);
      cairo_curve_to (cr, x0 + out, y0, x0 + out, y0, x0 + out, y0 + turn);
      cairo_line_to (cr, x0 + out, middle - turn);
      cairo_curve_to (cr, x0 + out, middle, x0 + out, middle, x0 + out - r, middle);
      cairo_line_to (cr, x1 - out + r, middle);
      cairo_curve_to (cr, x1 - out, middle, x1 - out, middle, x1 - out, middle + r);
      cairo_line_to (cr, x1 - out, y1 - r);
      cairo_curve_to (cr, x1 - out, y1, x1 - out, y1, x1 - out + r, y1);
      cairo_line_to (cr, x1, y1);
    }
  cairo_stroke (cr);
}

void
cju_canvas_append_line (GtkSnapshot *snapshot, const GdkRGBA *color, double pen, double x0,
                        double y0, double x1, double y1)
{
  gtk_snapshot_append_color (snapshot, color,
                             &GRAPHENE_RECT_INIT ((float) (MIN (x0, x1) - (x0 == x1 ? pen / 2 : 0)),
                                                  (float) (MIN (y0, y1) - (y0 == y1 ? pen / 2 : 0)),
                                                  (float) (x0 == x1 ? pen : fabs (x1 - x0)),
                                                  (float) (y0 == y1 ? pen : fabs (y1 - y0))));
}

/* A bend from x0, y0 to x1, y1 along the corner x, y. */
static void
append_corner (GtkSnapshot *snapshot, const GdkRGBA *color, double pen, double x0, double y0,
               double x, double y, double x1, double y1)
{
  const double left = MIN (x0, x1) - pen, top = MIN (y0, y1) - pen;
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT ((float) left, (float) top, (float) (fabs (x1 - x0) + 2 * pen),
                                     (float) (fabs (y1 - y0) + 2 * pen)));

  cairo_set_line_width (cr, pen);
  gdk_cairo_set_source_rgba (cr, color);
  cairo_move_to (cr, x0, y0);
  cairo_curve_to (cr, x, y, x, y, x1, y1);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

/* A wire that runs to the left, in pieces: a recording of it all would be as large as the way it goes. */
static void
append_return (GtkSnapshot *snapshot, const GdkRGBA *color, double pen, double zoom, double x0,
               double y0, double x1, double y1)
{
  const double r = 12 * zoom, middle = y1 - 40 * zoom, up = middle < y0 ? -r : r;
  const double right = x0 + 26 * zoom, left = x1 - 26 * zoom;

  cju_canvas_append_line (snapshot, color, pen, x0, y0, right - r, y0);
  append_corner (snapshot, color, pen, right - r, y0, right, y0, right, y0 + up);
  cju_canvas_append_line (snapshot, color, pen, right, y0 + up, right, middle - up);
  append_corner (snapshot, color, pen, right, middle - up, right, middle, right - r, middle);
  cju_canvas_append_line (snapshot, color, pen, right - r, middle, left + r, middle);
  append_corner (snapshot, color, pen, left + r, middle, left, middle, left, middle + r);
  cju_canvas_append_line (snapshot, color, pen, left, middle + r, left, y1 - r);
  append_corner (snapshot, color, pen, left, y1 - r, left, y1, left + r, y1);
  cju_canvas_append_line (snapshot, color, pen, left + r, y1, x1, y1);
}

/* In strips, for the same reason. */
static void
append_curve (GtkSnapshot *snapshot, const GdkRGBA *color, double pen, double zoom, double x0,
              double y0, double x1, double y1)
{
  const int n = CLAMP ((int) ((x1 - x0) * fabs (y1 - y0) / STRIP), 1, 16);
  double p[8], from = y0, left = floor (x0);

  cju_canvas_bend (zoom, x0, y0, x1, y1, p);
  for (int i = 1; i <= n; i++)
    {
      const double t = i / (double) n, s = 1 - t;
      const double y
          = s * s * s * p[1] + 3 * s * s * t * p[3] + 3 * s * t * t * p[5] + t * t * t * p[7];
      const double x
          = s * s * s * p[0] + 3 * s * s * t * p[2] + 3 * s * t * t * p[4] + t * t * t * p[6];
      const double right = i < n ? floor (x) : ceil (x1);
      const double top = floor (MIN (from, y) - 2 * pen), bottom = ceil (MAX (from, y) + 2 * pen);
      cairo_t *cr = gtk_snapshot_append_cairo (
          snapshot, &GRAPHENE_RECT_INIT ((float) left, (float) top, (float) (right - left),
                                         (float) (bottom - top)));

      cairo_set_line_width (cr, pen);
      gdk_cairo_set_source_rgba (cr, color);
      draw_wire (cr, zoom, x0, y0, x1, y1);
      cairo_destroy (cr);
      left = right;
      from = y;
    }
}

static graphene_rect_t
bound_wire (double zoom, double x0, double y0, double x1, double y1)
{
  /* one that goes back is led around its cards */
  const double margin = (x1 > x0 ? 1 : 2) * WIRE_MARGIN * zoom;
  const double left = MIN (x0, x1) - margin, top = MIN (y0, y1) - margin;

  return GRAPHENE_RECT_INIT ((float) left, (float) top, (float) (MAX (x0, x1) + margin - left),
                             (float) (MAX (y0, y1) + margin - top));
}

/* `whole`: one recording all the same. One that moves should change one rectangle of the window: of more
 * than some twenty GTK makes the whole window. */
static void
append_wire (GtkSnapshot *snapshot, const GdkRGBA *color, double pen, double zoom, gboolean whole,
             double x0, double y0, double x1, double y1)
{
  const graphene_rect_t bounds = bound_wire (zoom, x0, y0, x1, y1);
  cairo_t *cr;

  if (!whole && x1 > x0)
    append_curve (snapshot, color, pen, zoom, x0, y0, x1, y1);
  else if (!whole)
    append_return (snapshot, color, pen, zoom, x0, y0, x1, y1);
  else
    {
      cr = gtk_snapshot_append_cairo (snapshot, &bounds);
      cairo_set_line_width (cr, pen);
      gdk_cairo_set_source_rgba (cr, color);
      draw_wire (cr, zoom, x0, y0, x1, y1);
      cairo_destroy (cr);
    }
}

/* Above a wire; `align` 0: x is the left end of the text, 0.5: its middle, 1: its right end. */
static void
append_label (CjuCanvas *self, GtkSnapshot *snapshot, const GdkRGBA *ink, const char *text,
              double x, double y, double align)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attrs = pango_attr_list_new ();
  GdkRGBA color = *ink;
  int w, h;

  color.alpha *= 0.75f;
  pango_attr_list_insert (attrs, pango_attr_scale_new (find_type (self->zoom)
                                                       * cju_access_fit_text (GTK_WIDGET (self))));
  pango_layout_set_attributes (layout, attrs);
  pango_layout_get_pixel_size (layout, &w, &h);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) (x - w * align), (float) (y - h - 6)));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

gboolean
cju_canvas_is_bad (CjuCanvas *self, const CjlLine *line)
{
  const CjProblem *problem = cju_document_find_problem (self->document, line->to);

  return problem != NULL && problem->kind == CJ_PROBLEM_ERROR && problem->port == line->port;
}

/* "conv14, shortcut2": where an output goes beyond the border; NULL for all of its wires but the first,
 * which lie on each other. You free. */
static char *
print_far_ends (CjuCanvas *self, const CjlLine *line)
{
  const CjWire *from = &line->to->from[line->port];
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < self->scene->lines->len; i++)
    {
      const CjlLine *other = &g_array_index (self->scene->lines, CjlLine, i);
      const CjWire *its = &other->to->from[other->port];

      if (other->to_card >= 0 || its->node != from->node || its->port != from->port)
        continue;
      if (names->len == 0 && other != line)
        {
          g_string_free (names, TRUE);
          return NULL;
        }
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", other->to->id);
    }
  return g_string_free (names, FALSE);
}

/* The shape that passes, and beyond the border also what it comes from or goes to. */
static void
append_words (CjuCanvas *self, GtkSnapshot *snapshot, const GdkRGBA *ink, const CjlLine *line,
              const double e[4])
{
  const CjNode *source = line->to->from[line->port].node;
  g_autofree char *shape = cju_document_dup_shape (self->document, source);
  const double reach = CJU_CANVAS_PORT_RADIUS + 4;
  g_autofree char *far = line->from_card < 0 ? g_strdup (source->id)
                         : line->to_card < 0 ? print_far_ends (self, line)
                                             : NULL;
  g_autofree char *border = far != NULL
                                ? g_strdup_printf ("%s%s%s", far, shape != NULL ? " · " : "",
                                                   shape != NULL ? shape : "")
                                : NULL;

  if (border != NULL && line->from_card < 0) /* below it where another wire runs above */
    append_label (self, snapshot, ink, border, e[2] - reach, e[3] + (line->port > 0 ? 26 : 0), 1);
  else if (border != NULL)
    append_label (self, snapshot, ink, border, e[0] + reach, e[1], 0);
  else if (line->to_card < 0)
    return; /* another wire says it */
  else if (shape != NULL && e[2] - e[0] > 40)
    /* steep wires pass their middle; others lie in the row of the upper port */
    append_label (self, snapshot, ink, shape, (e[0] + e[2]) / 2,
                  fabs (e[3] - e[1]) > 60 ? (e[1] + e[3]) / 2 - 4 : MIN (e[1], e[3]),
                  fabs (e[3] - e[1]) > 60 ? (e[3] > e[1] ? -0.1 : 1.1) : 0.5);
  else if (shape != NULL && e[2] < e[0])
    append_label (self, snapshot, ink, shape, (e[0] + e[2]) / 2, e[3] - 40, 0.5);
}

/* In dashes: a wire that goes beyond the border. */
static void
append_stub (GtkSnapshot *snapshot, const GdkRGBA *color, double pen, const double e[4])
{
  for (double x = e[0]; x < e[2]; x += 8)
    cju_canvas_append_line (snapshot, color, pen, x, e[1], MIN (x + 4, e[2]), e[1]);
}

static GskRenderNode *
record_wire (CjuCanvas *self, const Colors *colors, const CjlLine *line, const CjuTrace *trace)
{
  const double *e = trace->ends, pen = find_pen (self->zoom);
  const gboolean bad = cju_canvas_is_bad (self, line);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GdkRGBA color = bad ? red : colors->ink;
  GskRenderNode *drawn, *node;

  if (!bad)
    color.alpha = 0.45f;
  if (line->from_card < 0 || line->to_card < 0)
    append_stub (snapshot, &color, pen, e);
  else
    append_wire (snapshot, &color, pen, 1, trace->whole, e[0], e[1], e[2], e[3]);
  if (self->zoom > LABELS)
    append_words (self, snapshot, &colors->ink, line, e);
  /* All wires are nodes of one kind, for GTK finds out what changed by pairing nodes of a kind: one
   * that became another kind would shift the pairs of all the others, and everything be drawn. */
  drawn = gtk_snapshot_free_to_node (snapshot);
  node = gsk_container_node_new (&drawn, 1);
  gsk_render_node_unref (drawn);
  return node;
}

static gboolean
is_moving (CjuCanvas *self, int card)
{
  return card >= 0 && self->drag == CJU_DRAG_CARDS
         && cju_document_is_selected (self->document,
                                      cjl_scene_get (self->scene, (guint) card)->id);
}

/* As it was recorded on the first frame, then as a picture. */
static void
append_trace (CjuCanvas *self, const Colors *colors, const CjlLine *line, CjuTrace *trace,
              GtkSnapshot *snapshot)
{
  if (trace->node == NULL)
    trace->node = record_wire (self, colors, line, trace);
  else if (trace->picture == NULL && !trace->whole)
    trace->picture = cju_bake (trace->node, self->zoom, self->drawn_scale, WIRE_PICTURE);
  gtk_snapshot_save (snapshot);
  if (trace->picture == NULL)
    gtk_snapshot_scale (snapshot, (float) self->zoom, (float) self->zoom);
  gtk_snapshot_append_node (snapshot, trace->picture != NULL ? trace->picture : trace->node);
  gtk_snapshot_restore (snapshot);
}

/* Whether two lines begin and end in the same places. */
static gboolean
are_same (const double a[4], const double b[4])
{
  return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

void
cju_canvas_draw_wires (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const Colors colors = get_colors (self);
  graphene_rect_t view;

  cju_canvas_get_view (self, &view);
  for (guint i = 0; i < self->scene->lines->len; i++)
    {
      const CjlLine *line = &g_array_index (self->scene->lines, CjlLine, i);
      CjuTrace *trace = &g_array_index (self->wires, CjuTrace, i);
      graphene_rect_t bounds;
      gboolean whole;
      double ends[4];

      cju_canvas_get_world_line (self, line, ends);
      bounds = bound_wire (1, ends[0], ends[1], ends[2], ends[3]);
      if (!graphene_rect_intersection (&view, &bounds, NULL))
        continue;
      whole = is_moving (self, line->from_card) || is_moving (self, line->to_card);
      if (!are_same (trace->ends, ends) || trace->whole != whole)
        clear_trace (trace);
      memcpy (trace->ends, ends, sizeof ends);
      trace->whole = whole;
      append_trace (self, &colors, line, trace, snapshot);
    }
}

typedef enum
{
  PORT_PLAIN,
  PORT_LIT, /* the wire that is being drawn may go there */
  PORT_DIM
} PortLook;

static void
draw_port (cairo_t *cr, const Colors *colors, double zoom, double x, guint port, PortLook look)
{
  cairo_arc (cr, x, CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP,
             find_radius (zoom) + (look == PORT_LIT ? 2 : 0), 0, 2 * G_PI);
  gdk_cairo_set_source_rgba (cr, look == PORT_LIT ? &accent : &colors->ground);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, colors->ink.red, colors->ink.green, colors->ink.blue,
                         look == PORT_DIM ? 0.2 : 0.6);
  cairo_set_line_width (cr, MAX (1.5, 0.5 / zoom));
  cairo_stroke (cr);
}

/* The ports of one side of a card, from its corner. */
static void
append_ports (CjuCanvas *self, GtkSnapshot *snapshot, const Colors *colors, const GArray *ports,
              gboolean out)
{
  const gboolean wiring = self->drag == CJU_DRAG_WIRE;
  const double x = out ? CJU_CARD_WIDTH : 0, side = ceil (find_radius (self->zoom) + 4);
  cairo_t *cr;

  if (ports->len == 0)
    return;
  cr = gtk_snapshot_append_cairo (
      snapshot,
      &GRAPHENE_RECT_INIT ((float) (x - side), (float) (CJU_CARD_PORT_Y - side), (float) (2 * side),
                           (float) ((ports->len - 1) * CJU_CARD_PORT_STEP + 2 * side)));
  for (guint port = 0; port < ports->len; port++)
    {
      const gboolean lit
          = wiring && !out && cju_canvas_fits (self, &g_array_index (ports, CjWire, port));

      draw_port (cr, colors, self->zoom, x, port, !wiring ? PORT_PLAIN : lit ? PORT_LIT : PORT_DIM);
    }
  cairo_destroy (cr);
}

static GskRenderNode *
record_ports (CjuCanvas *self, const Colors *colors, const CjlCard *card)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  append_ports (self, snapshot, colors, card->in, FALSE);
  append_ports (self, snapshot, colors, card->out, TRUE);
  return gtk_snapshot_free_to_node (snapshot);
}

CjuTrace *
cju_canvas_trace_card (CjuCanvas *self, guint i)
{
  const Colors colors = get_colors (self);
  CjuTrace *trace = &g_array_index (self->looks, CjuTrace, i);

  /* where a wire may go is said while it is drawn */
  if (trace->wiring != (self->drag == CJU_DRAG_WIRE))
    clear_trace (trace);
  trace->wiring = self->drag == CJU_DRAG_WIRE;
  if (trace->node == NULL)
    {
      clear_trace (trace);
      trace->node = record_ports (self, &colors, cjl_scene_get (self->scene, i));
    }
  return trace;
}

static void
draw_band (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const double x = floor (MIN (self->start_x, self->at_x));
  const double y = floor (MIN (self->start_y, self->at_y));
  const graphene_rect_t rect
      = GRAPHENE_RECT_INIT ((float) x, (float) y, (float) floor (fabs (self->at_x - self->start_x)),
                            (float) floor (fabs (self->at_y - self->start_y)));
  GdkRGBA veil = accent;

  veil.alpha = 0.12f;
  gtk_snapshot_append_color (snapshot, &veil, &rect);
  cju_shape_ring (snapshot, &rect, 0, 1, &accent);
}

/* The wire that is being drawn, and its end where it is drawn by keys. */
static void
draw_loose (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const float radius = (float) MAX (11 * self->zoom, 6) + 1;
  double x, y;

  if (!cju_canvas_find_output (self, self->drag_from, &x, &y))
    {
      x = self->start_x - 60 * self->zoom;
      y = self->start_y;
    }
  append_wire (snapshot, &accent, MAX (2 * self->zoom, 1), self->zoom, TRUE, x, y, self->at_x,
               self->at_y);
  if (self->target >= 0)
    cju_shape_ring (snapshot,
                    &GRAPHENE_RECT_INIT ((float) self->at_x - radius, (float) self->at_y - radius,
                                         2 * radius, 2 * radius),
                    radius, 2, &accent);
}

void
cju_canvas_draw_top (CjuCanvas *self, GtkSnapshot *snapshot)
{
  if (self->drag == CJU_DRAG_BAND)
    draw_band (self, snapshot);
  else if (self->drag == CJU_DRAG_WIRE)
    draw_loose (self, snapshot);
}
