/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the canvas draws itself: grid, wires, ports, the rubber band. A wire and the ports of a card are each
 * recorded once and kept until they change; what is out of view is not drawn. */
#include "cju-canvas-private.h"
#include "cju-picture.h"
#include "cju-shape.h"

#include <math.h>
#include <string.h>

#define LABELS 0.55    /* the zoom above which wires say what comes along them */
#define STRIP 3000     /* area of a strip of a wire */
#define WIRE_MARGIN 30 /* around the ends of a wire: its bend, its label */

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
forget_wire (CjuTrace *trace, guint port)
{
  g_clear_pointer (&trace->wires[port].node, gsk_render_node_unref);
}

static void
forget_trace (CjuTrace *trace)
{
  for (guint i = 0; i < CJ_LAYER_MAX_IN; i++)
    forget_wire (trace, i);
  g_clear_pointer (&trace->ports, gsk_render_node_unref);
}

static void
free_trace (gpointer data)
{
  CjuTrace *trace = data;

  forget_trace (trace);
  for (guint i = 0; i < CJ_LAYER_MAX_IN; i++)
    g_free (trace->shapes[i]);
  g_free (trace);
}

static void
forget_traces (CjuCanvas *self)
{
  GHashTableIter iter;
  gpointer trace;

  if (self->traces == NULL)
    return;
  g_hash_table_iter_init (&iter, self->traces);
  while (g_hash_table_iter_next (&iter, NULL, &trace))
    forget_trace (trace);
}

void
cju_canvas_forget_drawn (CjuCanvas *self)
{
  g_clear_pointer (&self->grid, gsk_render_node_unref);
  g_clear_pointer (&self->far, gsk_render_node_unref);
  forget_traces (self);
  cju_canvas_redraw (self);
}

/* One wire of a node as it is now; what is kept of it stays only if nothing but its place changed. */
static void
read_wire (CjuCanvas *self, const CjNode *node, CjuTrace *trace, guint port)
{
  const CjNode *from = node->from[port].node;
  char *shape = from != NULL ? cju_document_dup_shape (self->document, from) : NULL;

  if (g_strcmp0 (shape, trace->shapes[port]) != 0)
    forget_wire (trace, port);
  g_free (trace->shapes[port]);
  trace->shapes[port] = shape;
}

void
cju_canvas_read_traces (CjuCanvas *self)
{
  CjGraph *graph = cju_canvas_get_graph (self);
  g_autoptr (GHashTable) old = g_steal_pointer (&self->traces);

  self->traces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_trace);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      const gboolean bad = cju_document_find_problem (self->document, node) != NULL;
      gpointer id = NULL, trace = NULL;

      if (old == NULL || !g_hash_table_steal_extended (old, node->id, &id, &trace))
        {
          id = g_strdup (node->id);
          trace = g_new0 (CjuTrace, 1);
        }
      g_hash_table_insert (self->traces, id, trace);
      if (bad != ((CjuTrace *) trace)->bad)
        forget_trace (trace);
      ((CjuTrace *) trace)->bad = bad;
      /* the number of its ports may be another */
      g_clear_pointer (&((CjuTrace *) trace)->ports, gsk_render_node_unref);
      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        read_wire (self, node, trace, port);
    }
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

  self->drawn_zoom = now;
  if (before == now)
    return;
  g_clear_pointer (&self->far, gsk_render_node_unref);
  if (before <= 0 || find_pen (before) != find_pen (now) || find_type (before) != find_type (now)
      || find_radius (before) != find_radius (now))
    forget_traces (self);
}

/* One row of dots, which all rows share. */
static GskRenderNode *
record_row (CjuCanvas *self, double step)
{
  const Colors colors = get_colors (self);
  GskRenderNode *row
      = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, (float) (self->width + step + 1), 1));
  cairo_t *cr = gsk_cairo_node_get_draw_context (row);

  cairo_set_source_rgba (cr, colors.ink.red, colors.ink.green, colors.ink.blue, 0.13);
  for (double x = 0; x < self->width + step; x += step)
    cairo_rectangle (cr, floor (x), 0, 1, 1);
  cairo_fill (cr);
  cairo_destroy (cr);
  return row;
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

/* A line across or down, `pen` wide. */
static void
append_line (GtkSnapshot *snapshot, const GdkRGBA *color, double pen, double x0, double y0,
             double x1, double y1)
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

  append_line (snapshot, color, pen, x0, y0, right - r, y0);
  append_corner (snapshot, color, pen, right - r, y0, right, y0, right, y0 + up);
  append_line (snapshot, color, pen, right, y0 + up, right, middle - up);
  append_corner (snapshot, color, pen, right, middle - up, right, middle, right - r, middle);
  append_line (snapshot, color, pen, right - r, middle, left + r, middle);
  append_corner (snapshot, color, pen, left + r, middle, left, middle, left, middle + r);
  append_line (snapshot, color, pen, left, middle + r, left, y1 - r);
  append_corner (snapshot, color, pen, left, y1 - r, left, y1, left + r, y1);
  append_line (snapshot, color, pen, left + r, y1, x1, y1);
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

static void
append_label (CjuCanvas *self, GtkSnapshot *snapshot, const GdkRGBA *ink, const char *text,
              double x, double y)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attrs = pango_attr_list_new ();
  GdkRGBA color = *ink;
  int w, h;

  color.alpha *= 0.75f;
  pango_attr_list_insert (attrs, pango_attr_scale_new (find_type (self->zoom)));
  pango_layout_set_attributes (layout, attrs);
  pango_layout_get_pixel_size (layout, &w, &h);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) (x - w / 2.0), (float) (y - h - 6)));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

/* Ends of a wire in the world. */
static void
find_ends (const CjNode *node, guint port, double *x0, double *y0, double *x1, double *y1)
{
  const CjWire *wire = &node->from[port];

  *x0 = wire->node->x + CJU_CARD_WIDTH;
  *y0 = wire->node->y + CJU_CARD_PORT_Y + wire->port * CJU_CARD_PORT_STEP;
  *x1 = node->x;
  *y1 = node->y + CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP;
}

static GskRenderNode *
record_wire (CjuCanvas *self, const Colors *colors, const CjuTrace *trace, guint port)
{
  const double *ends = trace->wires[port].ends;
  const double x0 = ends[0], y0 = ends[1], x1 = ends[2], y1 = ends[3];
  const char *shape = trace->shapes[port];
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GdkRGBA color = trace->bad ? red : colors->ink;
  GskRenderNode *drawn, *node;

  if (!trace->bad)
    color.alpha = 0.45f;
  append_wire (snapshot, &color, find_pen (self->zoom), 1, trace->wires[port].whole, x0, y0, x1,
               y1);
  if (shape != NULL && self->zoom > LABELS && x1 - x0 > 40)
    append_label (self, snapshot, &colors->ink, shape, (x0 + x1) / 2, MIN (y0, y1));
  else if (shape != NULL && self->zoom > LABELS && x1 < x0)
    append_label (self, snapshot, &colors->ink, shape, (x0 + x1) / 2, y1 - 40);
  /* All wires are nodes of one kind, for GTK finds out what changed by pairing nodes of a kind: one
   * that became another kind would shift the pairs of all the others, and everything be drawn. */
  drawn = gtk_snapshot_free_to_node (snapshot);
  node = gsk_container_node_new (&drawn, 1);
  gsk_render_node_unref (drawn);
  return node;
}

static gboolean
is_moving (CjuCanvas *self, const CjNode *node)
{
  return self->drag == CJU_DRAG_CARDS && cju_document_is_selected (self->document, node->id);
}

static void
draw_trace (CjuCanvas *self, GtkSnapshot *snapshot, const Colors *colors, const CjNode *node,
            guint port, const double ends[4])
{
  const gboolean whole = is_moving (self, node) || is_moving (self, node->from[port].node);
  CjuTrace *trace = g_hash_table_lookup (self->traces, node->id);

  if (trace == NULL)
    return;
  if (memcmp (trace->wires[port].ends, ends, sizeof trace->wires[port].ends) != 0
      || trace->wires[port].whole != whole)
    forget_wire (trace, port);
  memcpy (trace->wires[port].ends, ends, sizeof trace->wires[port].ends);
  trace->wires[port].whole = whole;
  if (trace->wires[port].node == NULL)
    trace->wires[port].node = record_wire (self, colors, trace, port);
  gtk_snapshot_append_node (snapshot, trace->wires[port].node);
}

void
cju_canvas_draw_wires (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const CjGraph *graph = cju_canvas_get_graph (self);
  const Colors colors = get_colors (self);
  graphene_rect_t view;

  cju_canvas_get_view (self, &view);
  for (guint i = 0; i < graph->nodes->len; i++)
    for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
      {
        const CjNode *node = graph->nodes->pdata[i];
        graphene_rect_t bounds;
        double p[4];

        if (node->from[port].node == NULL)
          continue;
        find_ends (node, port, &p[0], &p[1], &p[2], &p[3]);
        bounds = bound_wire (1, p[0], p[1], p[2], p[3]);
        if (graphene_rect_intersection (&view, &bounds, NULL))
          draw_trace (self, snapshot, &colors, node, port, p);
      }
}

/* The ports of one side: `n` of them, the first at `x` and the height of a first port. */
static void
append_ports (GtkSnapshot *snapshot, const Colors *colors, double zoom, guint n, double x)
{
  const double pen = MAX (1.5, 0.5 / zoom), r = find_radius (zoom), side = ceil (r + pen);
  cairo_t *cr;

  if (n == 0)
    return;
  cr = gtk_snapshot_append_cairo (
      snapshot,
      &GRAPHENE_RECT_INIT ((float) (x - side), (float) (CJU_CARD_PORT_Y - side), (float) (2 * side),
                           (float) ((n - 1) * CJU_CARD_PORT_STEP + 2 * side)));
  cairo_set_line_width (cr, pen);
  for (guint port = 0; port < n; port++)
    {
      cairo_arc (cr, x, CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP, r, 0, 2 * G_PI);
      gdk_cairo_set_source_rgba (cr, &colors->ground);
      cairo_fill_preserve (cr);
      cairo_set_source_rgba (cr, colors->ink.red, colors->ink.green, colors->ink.blue, 0.6);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
}

static GskRenderNode *
record_ports (CjuCanvas *self, const Colors *colors, const CjNode *node)
{
  const guint n_out = node->layer->role != CJ_ROLE_LOSS ? cj_layer_get_n_out (node->layer) : 0;
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  append_ports (snapshot, colors, self->zoom, cj_node_get_n_in (node), 0);
  append_ports (snapshot, colors, self->zoom, n_out, CJU_CARD_WIDTH);
  return gtk_snapshot_free_to_node (snapshot);
}

void
cju_canvas_draw_ports (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const CjGraph *graph = cju_canvas_get_graph (self);
  const Colors colors = get_colors (self);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuTrace *trace = cju_canvas_is_in_view (self, node)
                            ? g_hash_table_lookup (self->traces, node->id)
                            : NULL;

      if (trace == NULL)
        continue;
      if (trace->ports == NULL)
        trace->ports = record_ports (self, &colors, node);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) node->x, (float) node->y));
      if (trace->ports != NULL)
        gtk_snapshot_append_node (snapshot, trace->ports);
      gtk_snapshot_restore (snapshot);
    }
}

/* Across, down and across; on whole pixels. */
static void
append_far_wire (GtkSnapshot *snapshot, const GdkRGBA *color, double zoom, const CjNode *node,
                 guint port)
{
  double x0, y0, x1, y1, middle;

  find_ends (node, port, &x0, &y0, &x1, &y1);
  x0 = floor (zoom * x0) + 0.5;
  y0 = floor (zoom * y0) + 0.5;
  x1 = floor (zoom * x1) + 0.5;
  y1 = floor (zoom * y1) + 0.5;
  middle = x1 > x0 ? floor ((x0 + x1) / 2) + 0.5 : x1 - 2;
  append_line (snapshot, color, 1, x0, y0, middle, y0);
  append_line (snapshot, color, 1, middle, y0, middle, y1);
  append_line (snapshot, color, 1, middle, y1, x1, y1);
}

static void
append_far_card (CjuCanvas *self, GtkSnapshot *snapshot, const CjNode *node, CjuCard *card,
                 gboolean bad)
{
  const graphene_rect_t rect = GRAPHENE_RECT_INIT (
      (float) floor (self->zoom * node->x), (float) floor (self->zoom * node->y),
      (float) ceil (self->zoom * CJU_CARD_WIDTH),
      (float) ceil (self->zoom * cju_card_get_height (card)));
  GdkRGBA color = bad ? red : cju_category_color (node->layer->category);

  if (node->muted)
    color.alpha = 0.45f;
  if (cju_document_is_selected (self->document, node->id))
    gtk_snapshot_append_color (snapshot, &accent,
                               &GRAPHENE_RECT_INIT (rect.origin.x - 2, rect.origin.y - 2,
                                                    rect.size.width + 4, rect.size.height + 4));
  gtk_snapshot_append_color (snapshot, &color, &rect);
}

/* Everything, from the corner where the world begins: a view that moves draws it again as it is. */
static GskRenderNode *
record_far (CjuCanvas *self)
{
  const CjGraph *graph = cju_canvas_get_graph (self);
  GdkRGBA line = get_colors (self).ink;
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  line.alpha = 0.45f;
  for (guint i = 0; i < graph->nodes->len; i++)
    for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
      {
        const CjNode *node = graph->nodes->pdata[i];

        if (node->from[port].node != NULL)
          append_far_wire (snapshot, &line, self->zoom, node, port);
      }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);
      const CjuTrace *trace = g_hash_table_lookup (self->traces, node->id);

      if (card != NULL && trace != NULL)
        append_far_card (self, snapshot, node, card, trace->bad);
    }
  return gtk_snapshot_free_to_node (snapshot);
}

void
cju_canvas_draw_far (CjuCanvas *self, GtkSnapshot *snapshot)
{
  if (self->far == NULL)
    self->far = record_far (self);
  if (self->far == NULL) /* there is nothing */
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) round (self->x), (float) round (self->y)));
  gtk_snapshot_append_node (snapshot, self->far);
  gtk_snapshot_restore (snapshot);
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

/* The wire that hangs on the pointer. */
static void
draw_loose (CjuCanvas *self, GtkSnapshot *snapshot)
{
  double x0, y0;

  cju_canvas_get_out_port (self, self->drag_node, self->drag_port, &x0, &y0);
  append_wire (snapshot, &accent, MAX (2 * self->zoom, 1), self->zoom, TRUE, x0, y0, self->at_x,
               self->at_y);
}

void
cju_canvas_draw_top (CjuCanvas *self, GtkSnapshot *snapshot)
{
  if (self->drag == CJU_DRAG_BAND)
    draw_band (self, snapshot);
  else if (self->drag == CJU_DRAG_WIRE)
    draw_loose (self, snapshot);
}
