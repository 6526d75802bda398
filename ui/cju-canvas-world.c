/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one child of the canvas that pans and zooms: its transform is the view, and cards stand in it where
 * their nodes do. So a view that moves places one widget, and what every card drew is used again. */
#include "cju-canvas-private.h"

#include "cju-bake.h"

#include <math.h>

#define MAX_PICTURE (512 * 512) /* pixels of a picture of a card */

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

/* What a child draws, without the transform of its place. You unref; NULL: nothing. */
static GskRenderNode *
record_child (GtkWidget *parent, GtkWidget *child)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;

  gtk_widget_snapshot_child (parent, child, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node != NULL && gsk_render_node_get_node_type (node) == GSK_TRANSFORM_NODE)
    return gsk_render_node_ref (gsk_transform_node_get_child (node));
  return g_steal_pointer (&node);
}

/* Of a card that is as it was on the last frame one picture is kept. */
static void
update_picture (CjuCanvas *canvas, CjuTrace *trace, GskRenderNode *card)
{
  GskRenderNode *const both[] = { card, trace->node };
  g_autoptr (GskRenderNode) all = NULL;

  if (trace->card != card)
    {
      g_clear_pointer (&trace->picture, gsk_render_node_unref);
      g_clear_pointer (&trace->card, gsk_render_node_unref);
      trace->card = gsk_render_node_ref (card);
    }
  else if (trace->picture == NULL && !trace->wiring)
    {
      all = gsk_container_node_new ((GskRenderNode **) both, trace->node != NULL ? 2 : 1);
      trace->picture = cju_bake (all, canvas->zoom, canvas->drawn_scale, MAX_PICTURE);
    }
}

static void
append_card (GtkSnapshot *snapshot, const CjuCanvas *canvas, const CjuTrace *trace, gboolean dim)
{
  if (trace->picture != NULL)
    {
      gtk_snapshot_append_node (snapshot, trace->picture);
      return;
    }
  gtk_snapshot_scale (snapshot, (float) canvas->zoom, (float) canvas->zoom);
  if (dim)
    gtk_snapshot_push_opacity (snapshot, 0.4);
  gtk_snapshot_append_node (snapshot, trace->card);
  if (dim)
    gtk_snapshot_pop (snapshot);
  if (trace->node != NULL)
    gtk_snapshot_append_node (snapshot, trace->node);
}

/* In units of the screen, from the corner of the world: pictures lie on whole pixels then, and are copied as
 * they are. */
static void
cju_world_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuCanvas *canvas = CJU_WORLD (widget)->canvas;
  const double unit = canvas->drawn_scale;

  cju_canvas_draw_wires (canvas, snapshot);
  for (guint i = 0; i < canvas->widgets->len; i++)
    {
      const CjlCard *seen = cjl_scene_get (canvas->scene, i);
      g_autoptr (GskRenderNode) card = NULL;
      CjuTrace *trace;

      if (!cju_canvas_is_in_view (canvas, seen))
        continue;
      card = record_child (widget, canvas->widgets->pdata[i]);
      if (card == NULL)
        continue;
      trace = cju_canvas_trace_card (canvas, i);
      update_picture (canvas, trace, card);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (
          snapshot, &GRAPHENE_POINT_INIT (
                        (float) (round (canvas->zoom * unit * cjl_card_get_x (seen)) / unit),
                        (float) (round (canvas->zoom * unit * cjl_card_get_y (seen)) / unit)));
      append_card (snapshot, canvas, trace,
                   canvas->drag == CJU_DRAG_WIRE && !cju_canvas_card_fits (canvas, seen));
      gtk_snapshot_restore (snapshot);
    }
}

void
cju_canvas_draw_world (CjuCanvas *self, GtkSnapshot *snapshot)
{
  g_autoptr (GskRenderNode) node = record_child (GTK_WIDGET (self), self->world);

  if (node == NULL)
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) round (self->x), (float) round (self->y)));
  gtk_snapshot_append_node (snapshot, node);
  gtk_snapshot_restore (snapshot);
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
