/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the canvas draws itself: grid, wires, ports, the rubber band. A wire and the ports of a card are each
 * recorded once and kept until they change; what is out of view is not drawn. */
#include "cju-canvas-private.h"
#include "cju-picture.h"

#include <math.h>

#define LABELS 0.55    /* the zoom above which wires say what comes along them */
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
  g_clear_pointer (&self->lines, gsk_render_node_unref);
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
  g_clear_pointer (&self->lines, gsk_render_node_unref);
  if (before <= 0 || find_pen (before) != find_pen (now) || find_type (before) != find_type (now)
      || find_radius (before) != find_radius (now))
    forget_traces (self);
}

static void
draw_grid (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, double step)
{
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.13);
  for (double x = 0; x < self->width + step; x += step)
    for (double y = 0; y < self->height + step; y += step)
      cairo_rectangle (cr, floor (x), floor (y), 1, 1);
  cairo_fill (cr);
}

void
cju_canvas_draw_ground (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const double step = CJU_CANVAS_GRID * self->zoom;
  double x, y;

  follow_zoom (self);
  if (step < 8)
    return;
  if (self->grid == NULL || self->grid_step != step)
    {
      const Colors colors = get_colors (self);
      cairo_t *cr;

      g_clear_pointer (&self->grid, gsk_render_node_unref);
      self->grid = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, (float) (self->width + step + 1),
                                                            (float) (self->height + step + 1)));
      cr = gsk_cairo_node_get_draw_context (self->grid);
      draw_grid (self, cr, &colors.ink, step);
      cairo_destroy (cr);
      self->grid_step = step;
    }
  x = fmod (self->x, step);
  y = fmod (self->y, step);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) floor (x > 0 ? x - step : x),
                                                          (float) floor (y > 0 ? y - step : y)));
  gtk_snapshot_append_node (snapshot, self->grid);
  gtk_snapshot_restore (snapshot);
}

static void
draw_wire (cairo_t *cr, double zoom, double x0, double y0, double x1, double y1)
{
  double p[8];

  cju_canvas_bend (zoom, x0, y0, x1, y1, p);
  cairo_move_to (cr, x0, y0);
  if (x1 > x0)
    cairo_curve_to (cr, p[2], p[3], p[4], p[5], p[6], p[7]);
  else
    {
      /* back to the left: around the cards, above the target */
      const double out = 26 * zoom, r = 12 * zoom, middle = y1 - 40 * zoom;

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
draw_label (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const char *text, double x, double y)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attrs = pango_attr_list_new ();
  int w, h;

  pango_attr_list_insert (attrs, pango_attr_scale_new (find_type (self->zoom)));
  pango_layout_set_attributes (layout, attrs);
  pango_layout_get_pixel_size (layout, &w, &h);
  cairo_move_to (cr, x - w / 2.0, y - h - 6);
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.75);
  pango_cairo_show_layout (cr, layout);
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

static graphene_rect_t
bound_wire (double x0, double y0, double x1, double y1)
{
  /* one that goes back is led around its cards */
  const double margin = x1 > x0 ? WIRE_MARGIN : 2 * WIRE_MARGIN;
  const double left = MIN (x0, x1) - margin, top = MIN (y0, y1) - margin;

  return GRAPHENE_RECT_INIT ((float) left, (float) top, (float) (MAX (x0, x1) + margin - left),
                             (float) (MAX (y0, y1) + margin - top));
}

static GskRenderNode *
record_wire (CjuCanvas *self, const Colors *colors, const CjuTrace *trace, guint port)
{
  const double x0 = trace->wires[port].x0, y0 = trace->wires[port].y0;
  const double x1 = trace->wires[port].x1, y1 = trace->wires[port].y1;
  const graphene_rect_t bounds = bound_wire (x0, y0, x1, y1);
  GskRenderNode *node = gsk_cairo_node_new (&bounds);
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);
  const char *shape = trace->shapes[port];

  cairo_set_line_width (cr, find_pen (self->zoom));
  if (trace->bad)
    gdk_cairo_set_source_rgba (cr, &red);
  else
    cairo_set_source_rgba (cr, colors->ink.red, colors->ink.green, colors->ink.blue, 0.45);
  draw_wire (cr, 1, x0, y0, x1, y1);
  if (shape != NULL && self->zoom > LABELS && x1 - x0 > 40)
    draw_label (self, cr, &colors->ink, shape, (x0 + x1) / 2, MIN (y0, y1));
  else if (shape != NULL && self->zoom > LABELS && x1 < x0)
    draw_label (self, cr, &colors->ink, shape, (x0 + x1) / 2, y1 - 40);
  cairo_destroy (cr);
  return node;
}

void
cju_canvas_draw_wires (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const CjGraph *graph = cju_canvas_get_graph (self);
  const Colors colors = get_colors (self);
  graphene_rect_t view;

  cju_canvas_get_view (self, &view);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuTrace *trace = g_hash_table_lookup (self->traces, node->id);

      for (guint port = 0; trace != NULL && port < CJ_LAYER_MAX_IN; port++)
        {
          double x0, y0, x1, y1;
          graphene_rect_t bounds;

          if (node->from[port].node == NULL)
            continue;
          find_ends (node, port, &x0, &y0, &x1, &y1);
          bounds = bound_wire (x0, y0, x1, y1);
          if (!graphene_rect_intersection (&view, &bounds, NULL))
            continue;
          if (trace->wires[port].x0 != x0 || trace->wires[port].y0 != y0
              || trace->wires[port].x1 != x1 || trace->wires[port].y1 != y1)
            forget_wire (trace, port);
          trace->wires[port].x0 = x0;
          trace->wires[port].y0 = y0;
          trace->wires[port].x1 = x1;
          trace->wires[port].y1 = y1;
          if (trace->wires[port].node == NULL)
            trace->wires[port].node = record_wire (self, &colors, trace, port);
          gtk_snapshot_append_node (snapshot, trace->wires[port].node);
        }
    }
}

static void
draw_port (cairo_t *cr, const Colors *colors, double zoom, double x, double y)
{
  cairo_arc (cr, x, y, find_radius (zoom), 0, 2 * G_PI);
  gdk_cairo_set_source_rgba (cr, &colors->ground);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, colors->ink.red, colors->ink.green, colors->ink.blue, 0.6);
  cairo_set_line_width (cr, MAX (1.5, 0.5 / zoom));
  cairo_stroke (cr);
}

static GskRenderNode *
record_ports (CjuCanvas *self, const Colors *colors, const CjNode *node)
{
  const guint n_out = node->layer->role != CJ_ROLE_LOSS ? cj_layer_get_n_out (node->layer) : 0;
  const guint n_in = cj_node_get_n_in (node), n = MAX (n_in, n_out);
  const double margin = find_radius (self->zoom) + 2;
  GskRenderNode *ports = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (
      (float) -margin, (float) (CJU_CARD_PORT_Y - margin), (float) (CJU_CARD_WIDTH + 2 * margin),
      (float) (n * CJU_CARD_PORT_STEP + 2 * margin)));
  cairo_t *cr = gsk_cairo_node_get_draw_context (ports);

  for (guint port = 0; port < n_in; port++)
    draw_port (cr, colors, self->zoom, 0, CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP);
  for (guint port = 0; port < n_out; port++)
    draw_port (cr, colors, self->zoom, CJU_CARD_WIDTH, CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP);
  cairo_destroy (cr);
  return ports;
}

void
cju_canvas_draw_ports (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const CjGraph *graph = cju_canvas_get_graph (self);
  const Colors colors = get_colors (self);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuTrace *trace = g_hash_table_lookup (self->traces, node->id);
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);

      if (trace == NULL || card == NULL || !cju_canvas_is_in_view (self, node, card))
        continue;
      if (trace->ports == NULL)
        trace->ports = record_ports (self, &colors, node);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) node->x, (float) node->y));
      gtk_snapshot_append_node (snapshot, trace->ports);
      gtk_snapshot_restore (snapshot);
    }
}

/* All wires as straight lines, from the corner where the world begins. */
static GskRenderNode *
record_lines (CjuCanvas *self, const Colors *colors)
{
  const CjGraph *graph = cju_canvas_get_graph (self);
  const double zoom = self->zoom;
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, 1, 1);
  GskRenderNode *lines;
  cairo_t *cr;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      const graphene_rect_t card = GRAPHENE_RECT_INIT (
          (float) (zoom * node->x - 5), (float) (zoom * node->y - 5),
          (float) (zoom * CJU_CARD_WIDTH + 10), (float) (zoom * CJU_CARD_WIDTH + 10));

      graphene_rect_union (&all, &card, &all);
    }
  lines = gsk_cairo_node_new (&all);
  cr = gsk_cairo_node_get_draw_context (lines);
  cairo_set_line_width (cr, 1);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        {
          double x0, y0, x1, y1;

          if (node->from[port].node == NULL)
            continue;
          find_ends (node, port, &x0, &y0, &x1, &y1);
          cairo_move_to (cr, floor (zoom * x0) + 0.5, floor (zoom * y0) + 0.5);
          cairo_line_to (cr, floor (zoom * x1) + 0.5, floor (zoom * y1) + 0.5);
        }
    }
  cairo_set_source_rgba (cr, colors->ink.red, colors->ink.green, colors->ink.blue, 0.45);
  cairo_stroke (cr);
  cairo_destroy (cr);
  return lines;
}

static void
draw_far_card (CjuCanvas *self, GtkSnapshot *snapshot, const CjNode *node, CjuCard *card,
               gboolean bad)
{
  const double left = floor (self->x + self->zoom * node->x);
  const double top = floor (self->y + self->zoom * node->y);
  const graphene_rect_t rect
      = GRAPHENE_RECT_INIT ((float) left, (float) top, (float) ceil (self->zoom * CJU_CARD_WIDTH),
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

void
cju_canvas_draw_far (CjuCanvas *self, GtkSnapshot *snapshot)
{
  const CjGraph *graph = cju_canvas_get_graph (self);
  const Colors colors = get_colors (self);

  if (self->lines == NULL)
    self->lines = record_lines (self, &colors);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) floor (self->x), (float) floor (self->y)));
  gtk_snapshot_append_node (snapshot, self->lines);
  gtk_snapshot_restore (snapshot);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);
      const CjuTrace *trace = g_hash_table_lookup (self->traces, node->id);

      if (card != NULL && trace != NULL && cju_canvas_is_in_view (self, node, card))
        draw_far_card (self, snapshot, node, card, trace->bad);
    }
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
  GskRoundedRect frame;

  veil.alpha = 0.12f;
  gtk_snapshot_append_color (snapshot, &veil, &rect);
  gsk_rounded_rect_init_from_rect (&frame, &rect, 0);
  gtk_snapshot_append_border (snapshot, &frame, (float[4]){ 1, 1, 1, 1 },
                              (GdkRGBA[4]){ accent, accent, accent, accent });
}

/* The wire that hangs on the pointer. */
static void
draw_loose (CjuCanvas *self, GtkSnapshot *snapshot)
{
  double x0, y0;
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) self->width, (float) self->height));

  cju_canvas_get_out_port (self, self->drag_node, self->drag_port, &x0, &y0);
  cairo_set_line_width (cr, MAX (2 * self->zoom, 1));
  gdk_cairo_set_source_rgba (cr, &accent);
  draw_wire (cr, self->zoom, x0, y0, self->at_x, self->at_y);
  cairo_destroy (cr);
}

void
cju_canvas_draw_top (CjuCanvas *self, GtkSnapshot *snapshot)
{
  if (self->drag == CJU_DRAG_BAND)
    draw_band (self, snapshot);
  else if (self->drag == CJU_DRAG_WIRE)
    draw_loose (self, snapshot);
}
