/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one child of the canvas that pans and zooms: its transform is the view, and cards stand in it where
 * their nodes do. So a view that moves places one widget, and what every card drew is used again. */
#include "cju-canvas-private.h"

#include <math.h>

#define CJU_TYPE_WORLD (cju_world_get_type ())
G_DECLARE_FINAL_TYPE (CjuWorld, cju_world, CJU, WORLD, GtkWidget)

struct _CjuWorld
{
  GtkWidget parent;
  CjuCanvas *canvas; /* that owns it */
};

G_DEFINE_FINAL_TYPE (CjuWorld, cju_world, GTK_TYPE_WIDGET)

static void
cju_world_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CjuCanvas *canvas = CJU_WORLD (widget)->canvas;
  const CjGraph *graph = cju_canvas_get_graph (canvas);

  (void) width;
  (void) height;
  (void) baseline;
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (canvas->cards, node->id);

      if (card != NULL)
        gtk_widget_allocate (GTK_WIDGET (card), CJU_CARD_WIDTH, cju_card_get_height (card), -1,
                             gsk_transform_translate (
                                 NULL, &GRAPHENE_POINT_INIT ((float) node->x, (float) node->y)));
    }
}

static void
cju_world_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuCanvas *canvas = CJU_WORLD (widget)->canvas;
  const CjGraph *graph = cju_canvas_get_graph (canvas);

  cju_canvas_draw_wires (canvas, snapshot);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = cju_canvas_is_in_view (canvas, node)
                          ? g_hash_table_lookup (canvas->cards, node->id)
                          : NULL;

      if (card != NULL)
        gtk_widget_snapshot_child (widget, GTK_WIDGET (card), snapshot);
    }
  cju_canvas_draw_ports (canvas, snapshot);
}

static void
cju_world_class_init (CjuWorldClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  widget->size_allocate = cju_world_size_allocate;
  widget->snapshot = cju_world_snapshot;
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
cju_world_init (CjuWorld *self)
{
  (void) self;
}

GtkWidget *
cju_canvas_new_world (CjuCanvas *canvas)
{
  CjuWorld *self = g_object_new (CJU_TYPE_WORLD, NULL);

  self->canvas = canvas;
  gtk_widget_set_parent (GTK_WIDGET (self), GTK_WIDGET (canvas));
  return GTK_WIDGET (self);
}
