/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-canvas.h"

#include "cju-card.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define GRID 24
#define PORT_RADIUS 5
#define PORT_REACH 12
#define MIN_ZOOM 0.1
#define MAX_ZOOM 4.0

typedef enum
{
  DRAG_NONE,
  DRAG_PAN,
  DRAG_CARD,
  DRAG_WIRE
} Drag;

struct _CjuCanvas
{
  GtkWidget parent;
  CjuDocument *document;
  GHashTable *cards; /* id to CjuCard */
  GtkWidget *popover, *entry;
  int width, height; /* at the last allocation */
  double zoom, x, y; /* world is drawn at x + zoom * position */
  Drag drag;
  CjNode *drag_node;
  guint drag_port;
  double start_x, start_y, from_x, from_y, at_x, at_y;
  gboolean fitted;
  double pointer_x, pointer_y;
  GskRenderNode *below, *above; /* wires and ports, kept until they change; NULL: to be drawn */
};

G_DEFINE_FINAL_TYPE (CjuCanvas, cju_canvas, GTK_TYPE_WIDGET)

static guint message_signal;

/* Wires and ports are drawn again; a card that changes alone does not come here. */
static void
redraw (CjuCanvas *self)
{
  g_clear_pointer (&self->below, gsk_render_node_unref);
  g_clear_pointer (&self->above, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
cju_canvas_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (cju_canvas_parent_class)->css_changed (widget, change);
  redraw (CJU_CANVAS (widget));
}

static CjGraph *
get_graph (CjuCanvas *self)
{
  return cju_document_get_project (self->document)->graph;
}

static void
out_port (CjuCanvas *self, const CjNode *node, guint port, double *x, double *y)
{
  *x = self->x + self->zoom * (node->x + CJU_CARD_WIDTH);
  *y = self->y + self->zoom * (node->y + CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP);
}

static void
in_port (CjuCanvas *self, const CjNode *node, guint port, double *x, double *y)
{
  *x = self->x + self->zoom * node->x;
  *y = self->y + self->zoom * (node->y + CJU_CARD_PORT_Y + port * CJU_CARD_PORT_STEP);
}

/* Cards for nodes, and no others; each where its node stands. */
static void
sync_cards (CjuCanvas *self)
{
  CjGraph *graph = get_graph (self);
  GHashTableIter iter;
  gpointer id, card;

  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, &id, &card))
    if (cj_graph_find (graph, id) == NULL)
      {
        gtk_widget_unparent (card);
        g_hash_table_iter_remove (&iter);
      }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      GtkWidget *widget = g_hash_table_lookup (self->cards, node->id);

      if (widget == NULL)
        {
          widget = cju_card_new (self->document, node->id);
          gtk_widget_set_parent (widget, GTK_WIDGET (self));
          g_hash_table_insert (self->cards, g_strdup (node->id), widget);
        }
      cju_card_update (CJU_CARD (widget));
    }
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  redraw (self);
}

static gboolean
in_view (CjuCanvas *self, const CjNode *node, CjuCard *card)
{
  const double w = gtk_widget_get_width (GTK_WIDGET (self));
  const double h = gtk_widget_get_height (GTK_WIDGET (self));
  const double x = self->x + self->zoom * node->x, y = self->y + self->zoom * node->y;

  return x < w && y < h && x + self->zoom * CJU_CARD_WIDTH > 0
         && y + self->zoom * cju_card_get_height (card) > 0;
}

static void
update_pictures (CjuCanvas *self)
{
  CjGraph *graph = get_graph (self);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);

      if (card != NULL && in_view (self, node, card))
        cju_card_update_picture (card);
    }
}

static void
update_selection (CjuCanvas *self)
{
  const CjNode *selected = cju_document_get_selected (self->document);
  GHashTableIter iter;
  gpointer id, card;

  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, &id, &card))
    cju_card_set_selected (card, selected != NULL && g_str_equal (id, selected->id));
}

static void
cju_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjGraph *graph = get_graph (self);

  (void) baseline;
  if (!self->fitted && width > 50 && height > 50 && graph->nodes->len > 0)
    {
      self->fitted = TRUE;
      cju_canvas_fit (self);
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);
      GskTransform *transform;

      if (card == NULL)
        continue;
      transform = gsk_transform_translate (
          NULL, &GRAPHENE_POINT_INIT ((float) round (self->x + self->zoom * node->x),
                                      (float) round (self->y + self->zoom * node->y)));
      transform = gsk_transform_scale (transform, (float) self->zoom, (float) self->zoom);
      gtk_widget_allocate (GTK_WIDGET (card), CJU_CARD_WIDTH, cju_card_get_height (card), -1,
                           transform);
    }
  if (width != self->width || height != self->height)
    redraw (self);
  self->width = width;
  self->height = height;
  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
}

static void
draw_grid (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, int width, int height)
{
  const double step = GRID * self->zoom;

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
  const double bend = MAX (30 * self->zoom, fabs (x1 - x0) / 2);

  cairo_move_to (cr, x0, y0);
  if (x1 > x0)
    cairo_curve_to (cr, x0 + bend, y0, x1 - bend, y1, x1, y1);
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
  CjGraph *graph = get_graph (self);

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
          out_port (self, wire->node, wire->port, &x0, &y0);
          in_port (self, node, port, &x1, &y1);
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
  if (self->drag == DRAG_WIRE)
    {
      double x0, y0;

      out_port (self, self->drag_node, self->drag_port, &x0, &y0);
      cairo_set_source_rgb (cr, 0.21, 0.52, 0.89);
      draw_wire (self, cr, x0, y0, self->at_x, self->at_y);
    }
}

static void
draw_port (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const GdkRGBA *ground, double x,
           double y)
{
  cairo_arc (cr, x, y, MAX (PORT_RADIUS * self->zoom, 1.5), 0, 2 * G_PI);
  gdk_cairo_set_source_rgba (cr, ground);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, ink->red, ink->green, ink->blue, 0.6);
  cairo_set_line_width (cr, MAX (1.5 * self->zoom, 0.5));
  cairo_stroke (cr);
}

static void
draw_ports (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, const GdkRGBA *ground)
{
  CjGraph *graph = get_graph (self);
  double x, y;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      for (guint port = 0; port < cj_node_get_n_in (node); port++)
        {
          in_port (self, node, port, &x, &y);
          draw_port (self, cr, ink, ground, x, y);
        }
      for (guint port = 0;
           node->layer->role != CJ_ROLE_LOSS && port < cj_layer_get_n_out (node->layer); port++)
        {
          out_port (self, node, port, &x, &y);
          draw_port (self, cr, ink, ground, x, y);
        }
    }
}

static void
cju_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  CjGraph *graph = get_graph (self);
  GdkRGBA ink, ground = { 1, 1, 1, 1 };
  cairo_t *cr;

  gtk_style_context_get_color (style, &ink);
  gtk_style_context_lookup_color (style, "card_bg_color", &ground);
  if (ink.red > 0.5)
    ground = (GdkRGBA){ 0.21f, 0.21f, 0.22f, 1 };
  if (self->below == NULL)
    {
      self->below = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
      cr = gsk_cairo_node_get_draw_context (self->below);
      draw_grid (self, cr, &ink, width, height);
      draw_wires (self, cr, &ink);
      cairo_destroy (cr);
    }
  if (self->above == NULL)
    {
      self->above = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
      cr = gsk_cairo_node_get_draw_context (self->above);
      draw_ports (self, cr, &ink, &ground);
      cairo_destroy (cr);
    }
  gtk_snapshot_append_node (snapshot, self->below);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);

      if (card != NULL && in_view (self, node, card))
        gtk_widget_snapshot_child (widget, GTK_WIDGET (card), snapshot);
    }
  gtk_snapshot_append_node (snapshot, self->above);
}

/* The output port near a point of the widget. */
static CjNode *
find_out_port (CjuCanvas *self, double x, double y, guint *port)
{
  CjGraph *graph = get_graph (self);

  for (guint i = graph->nodes->len; i-- > 0;)
    {
      CjNode *node = graph->nodes->pdata[i];

      for (*port = 0; *port < cj_layer_get_n_out (node->layer); (*port)++)
        {
          double px, py;

          out_port (self, node, *port, &px, &py);
          if (node->layer->role != CJ_ROLE_LOSS && hypot (px - x, py - y) < PORT_REACH)
            return node;
        }
    }
  return NULL;
}

static CjNode *
find_in_port (CjuCanvas *self, double x, double y, guint *port)
{
  CjGraph *graph = get_graph (self);

  for (guint i = graph->nodes->len; i-- > 0;)
    {
      CjNode *node = graph->nodes->pdata[i];

      for (*port = 0; *port < cj_node_get_n_in (node); (*port)++)
        {
          double px, py;

          in_port (self, node, *port, &px, &py);
          if (hypot (px - x, py - y) < PORT_REACH)
            return node;
        }
    }
  return NULL;
}

static CjNode *
find_card (CjuCanvas *self, double x, double y)
{
  CjGraph *graph = get_graph (self);
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

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, gpointer data)
{
  CjuCanvas *self = data;
  CjlProject *project = cju_document_get_project (self->document);
  const guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  CjNode *target;
  guint port;

  self->start_x = self->at_x = x;
  self->start_y = self->at_y = y;
  self->drag = DRAG_PAN;
  self->from_x = self->x;
  self->from_y = self->y;
  if (button == GDK_BUTTON_PRIMARY)
    {
      target = find_in_port (self, x, y, &port);
      self->drag_node = find_out_port (self, x, y, &self->drag_port);
      if (target != NULL && target->from[port].node != NULL)
        {
          /* a wire drawn off its port */
          self->drag_node = target->from[port].node;
          self->drag_port = target->from[port].port;
          cjl_project_begin (project);
          cj_graph_disconnect (project->graph, target, port);
          cjl_project_commit (project, _ ("Disconnect"), NULL);
        }
      if (self->drag_node != NULL)
        self->drag = DRAG_WIRE;
      else if ((self->drag_node = find_card (self, x, y)) != NULL)
        {
          self->drag = DRAG_CARD;
          self->from_x = self->drag_node->x;
          self->from_y = self->drag_node->y;
          cju_document_select (self->document, self->drag_node->id);
          gtk_widget_grab_focus (g_hash_table_lookup (self->cards, self->drag_node->id));
          cjl_project_begin (project);
        }
      else
        {
          cju_document_select (self->document, NULL);
          gtk_widget_grab_focus (GTK_WIDGET (self));
        }
    }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, gpointer data)
{
  CjuCanvas *self = data;

  (void) gesture;
  self->at_x = self->start_x + dx;
  self->at_y = self->start_y + dy;
  if (self->drag == DRAG_PAN)
    {
      self->x = self->from_x + dx;
      self->y = self->from_y + dy;
    }
  else if (self->drag == DRAG_CARD)
    cj_graph_move (get_graph (self), self->drag_node, round (self->from_x + dx / self->zoom),
                   round (self->from_y + dy / self->zoom));
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  redraw (self);
}

static void
connect_wire (CjuCanvas *self, CjNode *to, guint port)
{
  CjlProject *project = cju_document_get_project (self->document);
  g_autoptr (GError) error = NULL;

  cjl_project_begin (project);
  cj_graph_connect (project->graph, self->drag_node, self->drag_port, to, port, &error);
  cjl_project_commit (project, _ ("Connect"), NULL);
  if (error != NULL)
    g_signal_emit (self, message_signal, 0, error->message);
}

static void
on_drag_end (GtkGestureDrag *gesture, double dx, double dy, gpointer data)
{
  CjuCanvas *self = data;
  const Drag drag = self->drag;

  (void) gesture;
  self->drag = DRAG_NONE;
  if (drag == DRAG_CARD)
    cjl_project_commit (cju_document_get_project (self->document), _ ("Move card"), NULL);
  else if (drag == DRAG_WIRE)
    {
      const double x = self->start_x + dx, y = self->start_y + dy;
      guint port = 0;
      CjNode *to = find_in_port (self, x, y, &port);

      if (to == NULL)
        {
          port = 0;
          to = find_card (self, x, y);
        }
      if (to != NULL && to != self->drag_node && cj_layer_get_n_in (to->layer) > 0)
        connect_wire (self, to, port);
      else if (to == NULL && hypot (dx, dy) > 30)
        {
          cju_document_select (self->document, self->drag_node->id);
          self->pointer_x = x;
          self->pointer_y = y;
          cju_canvas_quick_add (self);
        }
    }
  redraw (self);
}

static void
on_pressed (GtkGestureClick *gesture, int n, double x, double y, gpointer data)
{
  CjuCanvas *self = data;

  (void) gesture;
  self->pointer_x = x;
  self->pointer_y = y;
  if (n == 2 && find_card (self, x, y) == NULL)
    cju_canvas_quick_add (self);
}

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, gpointer data)
{
  CjuCanvas *self = data;

  (void) controller;
  self->pointer_x = x;
  self->pointer_y = y;
}

static void
zoom_at (CjuCanvas *self, double factor, double x, double y)
{
  const double zoom = CLAMP (self->zoom * factor, MIN_ZOOM, MAX_ZOOM);

  self->x = x - (x - self->x) * zoom / self->zoom;
  self->y = y - (y - self->y) * zoom / self->zoom;
  self->zoom = zoom;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  redraw (self);
}

static gboolean
on_scroll (GtkEventControllerScroll *scroll, double dx, double dy, gpointer data)
{
  CjuCanvas *self = data;
  const GdkModifierType keys
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));

  if (gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL
      || (keys & GDK_CONTROL_MASK) != 0)
    zoom_at (self, pow (1.15, -dy), self->pointer_x, self->pointer_y);
  else
    {
      self->x -= dx;
      self->y -= dy;
      gtk_widget_queue_allocate (GTK_WIDGET (self));
      redraw (self);
    }
  return TRUE;
}

void
cju_canvas_fit (CjuCanvas *self)
{
  CjGraph *graph = get_graph (self);
  const double width = gtk_widget_get_width (GTK_WIDGET (self));
  const double height = gtk_widget_get_height (GTK_WIDGET (self));
  double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      left = MIN (left, node->x);
      top = MIN (top, node->y);
      right = MAX (right, node->x + CJU_CARD_WIDTH);
      bottom = MAX (bottom, node->y + 155);
    }
  if (graph->nodes->len == 0 || width < 1 || height < 1)
    return;
  self->zoom
      = CLAMP (MIN ((width - 60) / (right - left), (height - 110) / (bottom - top)), MIN_ZOOM, 1);
  self->x = round ((width - self->zoom * (left + right)) / 2);
  self->y = round ((height + 40 - self->zoom * (top + bottom)) / 2);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  redraw (self);
}

void
cju_canvas_zoom (CjuCanvas *self, double factor)
{
  zoom_at (self, factor > 0 ? factor : 1 / self->zoom,
           gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
           gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

gboolean
cju_canvas_add (CjuCanvas *self, const char *chain)
{
  CjlProject *project = cju_document_get_project (self->document);
  CjNode *selected = cju_document_get_selected (self->document), *last;
  g_autoptr (GError) error = NULL;
  const guint before = project->graph->nodes->len;
  g_autofree char *id = NULL;

  cjl_project_begin (project);
  last = cj_graph_add_chain (project->graph, selected, chain, &error);
  if (last != NULL && selected == NULL && project->graph->nodes->len == before + 1)
    cj_graph_move (project->graph, last, round ((self->pointer_x - self->x) / self->zoom),
                   round ((self->pointer_y - self->y) / self->zoom));
  id = last != NULL ? g_strdup (last->id) : NULL;
  cjl_project_commit (project, _ ("Add layers"), NULL);
  if (id == NULL)
    {
      g_signal_emit (self, message_signal, 0, error->message);
      return FALSE;
    }
  cju_document_select (self->document, id);
  return TRUE;
}

static void
on_entry (GtkEntry *entry, gpointer data)
{
  CjuCanvas *self = data;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));

  if (text[0] != '\0' && cju_canvas_add (self, text))
    gtk_popover_popdown (GTK_POPOVER (self->popover));
}

static void
make_popover (CjuCanvas *self)
{
  self->popover = gtk_popover_new ();
  self->entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), "conv 6 5, relu, pool, dense 120");
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 34);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Layers to add"), -1);
  gtk_popover_set_child (GTK_POPOVER (self->popover), self->entry);
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  g_signal_connect (self->entry, "activate", G_CALLBACK (on_entry), self);
}

void
cju_canvas_quick_add (CjuCanvas *self)
{
  const GdkRectangle at = { (int) self->pointer_x, (int) self->pointer_y, 1, 1 };

  if (self->popover == NULL)
    make_popover (self);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &at);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  gtk_widget_grab_focus (self->entry);
}

static void
view_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);

  (void) parameter;
  if (g_str_equal (name, "canvas.fit"))
    cju_canvas_fit (self);
  else if (g_str_equal (name, "canvas.add"))
    cju_canvas_quick_add (self);
  else
    cju_canvas_zoom (self, g_str_equal (name, "canvas.zoom-in")    ? 1.25
                           : g_str_equal (name, "canvas.zoom-out") ? 0.8
                                                                   : 0);
}

static void
cju_canvas_dispose (GObject *object)
{
  CjuCanvas *self = CJU_CANVAS (object);
  GHashTableIter iter;
  gpointer card;

  if (self->cards != NULL)
    {
      g_hash_table_iter_init (&iter, self->cards);
      while (g_hash_table_iter_next (&iter, NULL, &card))
        gtk_widget_unparent (card);
    }
  g_clear_pointer (&self->cards, g_hash_table_unref);
  g_clear_pointer (&self->below, gsk_render_node_unref);
  g_clear_pointer (&self->above, gsk_render_node_unref);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_canvas_parent_class)->dispose (object);
}

static void
cju_canvas_class_init (CjuCanvasClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_canvas_dispose;
  widget->size_allocate = cju_canvas_size_allocate;
  widget->snapshot = cju_canvas_snapshot;
  widget->css_changed = cju_canvas_css_changed;
  gtk_widget_class_set_css_name (widget, "networkcanvas");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_action (widget, "canvas.fit", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.add", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.zoom-in", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.zoom-out", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.zoom-100", NULL, view_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Home, 0, "canvas.fit", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_slash, 0, "canvas.add", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_A, GDK_SHIFT_MASK, "canvas.add", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_plus, GDK_CONTROL_MASK, "canvas.zoom-in",
                                       NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_minus, GDK_CONTROL_MASK, "canvas.zoom-out",
                                       NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_0, GDK_CONTROL_MASK, "canvas.zoom-100",
                                       NULL);
  message_signal = g_signal_new ("message", CJU_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cju_canvas_init (CjuCanvas *self)
{
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  self->zoom = 1;
  self->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Network"), -1);
}

GtkWidget *
cju_canvas_new (CjuDocument *document)
{
  CjuCanvas *self = g_object_new (CJU_TYPE_CANVAS, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (sync_cards), self);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (update_pictures), self);
  g_signal_connect_swapped (document, "selected", G_CALLBACK (update_selection), self);
  sync_cards (self);
  return GTK_WIDGET (self);
}
