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

  (void) width;
  (void) height;
  (void) baseline;
  for (guint i = 0; i < canvas->widgets->len; i++)
    {
      const CjlCard *seen = cjl_scene_get (canvas->scene, i);
      CjuCard *card = canvas->widgets->pdata[i];

      gtk_widget_allocate (
          GTK_WIDGET (card), CJU_CARD_WIDTH, cju_card_get_height (card), -1,
          gsk_transform_translate (NULL, &GRAPHENE_POINT_INIT ((float) cjl_card_get_x (seen),
                                                               (float) cjl_card_get_y (seen))));
    }
}

static void
cju_world_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuCanvas *canvas = CJU_WORLD (widget)->canvas;

  cju_canvas_draw_wires (canvas, snapshot);
  for (guint i = 0; i < canvas->widgets->len; i++)
    {
      const CjlCard *seen = cjl_scene_get (canvas->scene, i);
      const gboolean dim = canvas->drag == CJU_DRAG_WIRE && !cju_canvas_card_fits (canvas, seen);

      if (!cju_canvas_is_in_view (canvas, seen))
        continue;
      if (dim)
        gtk_snapshot_push_opacity (snapshot, 0.4);
      gtk_widget_snapshot_child (widget, canvas->widgets->pdata[i], snapshot);
      if (dim)
        gtk_snapshot_pop (snapshot);
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
