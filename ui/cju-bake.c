/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-bake.h"

#include <math.h>

/* Left, top, right and bottom in whole pixels. */
static void
find_pixels (GskRenderNode *node, double factor, int box[4])
{
  graphene_rect_t bounds;

  gsk_render_node_get_bounds (node, &bounds);
  box[0] = (int) floor (factor * bounds.origin.x);
  box[1] = (int) floor (factor * bounds.origin.y);
  box[2] = (int) ceil (factor * (bounds.origin.x + bounds.size.width));
  box[3] = (int) ceil (factor * (bounds.origin.y + bounds.size.height));
}

/* A cairo node that copies pixels: GTK 4.8 converts a texture anew wherever a frame passes over it, also
 * outside of what changed. */
static GskRenderNode *
paint (GskRenderNode *node, double zoom, int scale, const int box[4])
{
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, box[2] - box[0], box[3] - box[1]);
  const float unit = 1.0f / (float) scale;
  GskRenderNode *picture = gsk_cairo_node_new (
      &GRAPHENE_RECT_INIT ((float) box[0] * unit, (float) box[1] * unit,
                           (float) (box[2] - box[0]) * unit, (float) (box[3] - box[1]) * unit));
  cairo_t *cr = cairo_create (surface);

  cairo_translate (cr, -box[0], -box[1]);
  cairo_scale (cr, zoom * scale, zoom * scale);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_set_device_scale (surface, scale, scale);
  cr = gsk_cairo_node_get_draw_context (picture);
  cairo_set_source_surface (cr, surface, (double) box[0] / scale, (double) box[1] / scale);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return picture;
}

static GskRenderNode *
bake_children (GskRenderNode *node, double zoom, int scale, double most)
{
  g_autoptr (GPtrArray) children
      = g_ptr_array_new_with_free_func ((GDestroyNotify) gsk_render_node_unref);

  for (guint i = 0; i < gsk_container_node_get_n_children (node); i++)
    g_ptr_array_add (children,
                     cju_bake (gsk_container_node_get_child (node, i), zoom, scale, most));
  return gsk_container_node_new ((GskRenderNode **) children->pdata, children->len);
}

GskRenderNode *
cju_bake (GskRenderNode *node, double zoom, int scale, double most)
{
  int box[4];

  g_return_val_if_fail (node != NULL && zoom > 0 && scale > 0, NULL);
  find_pixels (node, zoom * scale, box);
  if (box[2] > box[0] && box[3] > box[1] && (double) (box[2] - box[0]) * (box[3] - box[1]) <= most)
    return paint (node, zoom, scale, box);
  if (gsk_render_node_get_node_type (node) == GSK_CONTAINER_NODE)
    return bake_children (node, zoom, scale, most);
  {
    g_autoptr (GskTransform) transform = gsk_transform_scale (NULL, (float) zoom, (float) zoom);

    return gsk_transform_node_new (node, transform);
  }
}
