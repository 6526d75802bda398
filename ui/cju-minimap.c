/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-minimap.h"

#include "cju-access.h"
#include "cju-bake.h"
#include "cju-card.h"
#include "cju-picture.h"
#include "cju-shape.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define WIDTH 140
#define HEIGHT 76
#define MARGIN 8
#define CARD_HEIGHT 150

struct _CjuMinimap
{
  GtkWidget parent;
  CjuCanvas *canvas;
  CjuDocument *document;
  GArray *marks;        /* Mark of each card, as it was drawn */
  double drawn_scale;   /* at that scale */
  GskRenderNode *drawn; /* the cards; NULL: to be drawn */
};

/* A card: its corner on whole pixels; its kind, which says its colour. */
typedef struct
{
  int x, y;
  const char *category;
} Mark;

G_DEFINE_FINAL_TYPE (CjuMinimap, cju_minimap, GTK_TYPE_WIDGET)

/* Scale and offset that put all cards and the view into the widget. */
static double
find_scale (CjuMinimap *self, double *x, double *y)
{
  const CjlScene *scene = cju_canvas_get_scene (self->canvas);
  graphene_rect_t all, card;
  double scale;

  cju_canvas_get_view (self->canvas, &all);
  for (guint i = 0; i < scene->cards->len; i++)
    {
      const CjlCard *seen = cjl_scene_get (scene, i);

      graphene_rect_init (&card, (float) cjl_card_get_x (seen), (float) cjl_card_get_y (seen),
                          CJU_CARD_WIDTH, CARD_HEIGHT);
      graphene_rect_union (&all, &card, &all);
    }
  scale = MIN ((gtk_widget_get_width (GTK_WIDGET (self)) - 2 * MARGIN) / all.size.width,
               (gtk_widget_get_height (GTK_WIDGET (self)) - 2 * MARGIN) / all.size.height);
  *x = (gtk_widget_get_width (GTK_WIDGET (self)) - scale * all.size.width) / 2
       - scale * all.origin.x;
  *y = (gtk_widget_get_height (GTK_WIDGET (self)) - scale * all.size.height) / 2
       - scale * all.origin.y;
  return scale;
}

/* Where the cards are, in the order of the scene. */
static GArray *
mark_cards (CjuMinimap *self, double scale, double x, double y)
{
  const CjlScene *scene = cju_canvas_get_scene (self->canvas);
  GArray *marks = g_array_sized_new (FALSE, TRUE, sizeof (Mark), scene->cards->len);

  for (guint i = 0; i < scene->cards->len; i++)
    {
      const CjlCard *seen = cjl_scene_get (scene, i);
      const Mark mark = { (int) round (x + scale * cjl_card_get_x (seen)),
                          (int) round (y + scale * cjl_card_get_y (seen)),
                          seen->node != NULL ? seen->node->layer->category : "block" };

      g_array_append_val (marks, mark);
    }
  return marks;
}

static GskRenderNode *
record_cards (CjuMinimap *self, double scale)
{
  const double width = MAX (round (scale * CJU_CARD_WIDTH), 2);
  const double height = MAX (round (scale * CARD_HEIGHT * 0.6), 2);
  g_autoptr (GskRenderNode) cards = gsk_cairo_node_new (
      &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (GTK_WIDGET (self)),
                           (float) gtk_widget_get_height (GTK_WIDGET (self))));
  cairo_t *cr = gsk_cairo_node_get_draw_context (cards);

  for (guint i = 0; i < self->marks->len; i++)
    {
      const Mark *mark = &g_array_index (self->marks, Mark, i);
      const GdkRGBA color = cju_category_color (mark->category);

      gdk_cairo_set_source_rgba (cr, &color);
      cairo_rectangle (cr, mark->x, mark->y, width, height);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
  return cju_bake (cards, 1, gtk_widget_get_scale_factor (GTK_WIDGET (self)), 1 << 20);
}

/* Most moves of the view, or of a card, move no card here by a pixel: what was drawn is good then, and only
 * what did change makes the frame. */
static void
snapshot_cards (CjuMinimap *self, GtkSnapshot *snapshot, double scale, double x, double y)
{
  GArray *marks = mark_cards (self, scale, x, y);
  const gboolean same = self->marks != NULL && self->drawn_scale == scale
                        && self->marks->len == marks->len
                        && memcmp (self->marks->data, marks->data, marks->len * sizeof (Mark)) == 0;

  g_clear_pointer (&self->marks, g_array_unref);
  self->marks = marks;
  self->drawn_scale = scale;
  if (!same)
    g_clear_pointer (&self->drawn, gsk_render_node_unref);
  if (self->drawn == NULL)
    self->drawn = record_cards (self, scale);
  gtk_snapshot_append_node (snapshot, self->drawn);
}

static void
on_scale (CjuMinimap *self)
{
  g_clear_pointer (&self->drawn, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
cju_minimap_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuMinimap *self = CJU_MINIMAP (widget);
  const GdkRGBA line = { 0.21f, 0.52f, 0.89f, 1 };
  graphene_rect_t view;
  double x, y, scale;

  scale = find_scale (self, &x, &y);
  snapshot_cards (self, snapshot, scale, x, y);
  cju_canvas_get_view (self->canvas, &view);
  graphene_rect_init (&view, (float) (x + scale * view.origin.x),
                      (float) (y + scale * view.origin.y), (float) (scale * view.size.width),
                      (float) (scale * view.size.height));
  cju_shape_ring (snapshot, &view, 2, 1, &line);
}

static void
cju_minimap_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  (void) widget;
  (void) for_size;
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
  *minimum_baseline = *natural_baseline = -1;
}

/* Press or drag: the canvas shows that place. */
static void
go (CjuMinimap *self, double px, double py)
{
  double x, y;
  const double scale = find_scale (self, &x, &y);

  cju_canvas_center (self->canvas, (px - x) / scale, (py - y) / scale);
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, gpointer data)
{
  (void) gesture;
  go (data, x, y);
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, gpointer data)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (gesture, &x, &y))
    go (data, x + dx, y + dy);
}

static void
cju_minimap_dispose (GObject *object)
{
  CjuMinimap *self = CJU_MINIMAP (object);

  if (self->canvas != NULL)
    g_signal_handlers_disconnect_by_data (self->canvas, self);
  g_clear_pointer (&self->marks, g_array_unref);
  g_clear_pointer (&self->drawn, gsk_render_node_unref);
  g_clear_object (&self->canvas);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_minimap_parent_class)->dispose (object);
}

static void
cju_minimap_class_init (CjuMinimapClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_minimap_dispose;
  GTK_WIDGET_CLASS (class)->snapshot = cju_minimap_snapshot;
  GTK_WIDGET_CLASS (class)->measure = cju_minimap_measure;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (class), GTK_ACCESSIBLE_ROLE_IMG);
}

static void
cju_minimap_init (CjuMinimap *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_css_class (GTK_WIDGET (self), "minimap");
  cju_access_tip (GTK_WIDGET (self), _ ("The whole network; drag to move the view"));
  cju_access_name (GTK_WIDGET (self), _ ("Minimap"));
}

GtkWidget *
cju_minimap_new (CjuCanvas *canvas, CjuDocument *document)
{
  CjuMinimap *self = g_object_new (CJU_TYPE_MINIMAP, NULL);

  self->canvas = g_object_ref (canvas);
  self->document = g_object_ref (document);
  g_signal_connect_swapped (canvas, "moved", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (on_scale), NULL);
  return GTK_WIDGET (self);
}
