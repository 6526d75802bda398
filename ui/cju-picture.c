/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-picture.h"

#include "cjl-drawing.h"
#include "cjv-thumbnail.h"

#include <gtk/gtk.h>

/* Pixels that are drawn through cairo: the cairo renderer of GTK 4.8 converts every texture of a window on
 * each frame, in view or not; a kept cairo node costs nothing where nothing changed. */
#define CJU_TYPE_PICTURE (cju_picture_get_type ())
G_DECLARE_FINAL_TYPE (CjuPicture, cju_picture, CJU, PICTURE, GObject)

struct _CjuPicture
{
  GObject parent;
  int width, height;
  GskRenderNode *node;
};

static void
cju_picture_snapshot (GdkPaintable *paintable, GdkSnapshot *snapshot, double width, double height)
{
  CjuPicture *self = CJU_PICTURE (paintable);

  gtk_snapshot_save (snapshot);
  if (width != self->width || height != self->height)
    gtk_snapshot_scale (snapshot, (float) (width / self->width), (float) (height / self->height));
  gtk_snapshot_append_node (snapshot, self->node);
  gtk_snapshot_restore (snapshot);
}

static int
cju_picture_get_width (GdkPaintable *paintable)
{
  return CJU_PICTURE (paintable)->width;
}

static int
cju_picture_get_height (GdkPaintable *paintable)
{
  return CJU_PICTURE (paintable)->height;
}

static GdkPaintableFlags
cju_picture_get_flags (GdkPaintable *paintable)
{
  (void) paintable;
  return GDK_PAINTABLE_STATIC_SIZE | GDK_PAINTABLE_STATIC_CONTENTS;
}

static void
cju_picture_paint (GdkPaintableInterface *iface)
{
  iface->snapshot = cju_picture_snapshot;
  iface->get_intrinsic_width = cju_picture_get_width;
  iface->get_intrinsic_height = cju_picture_get_height;
  iface->get_flags = cju_picture_get_flags;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (CjuPicture, cju_picture, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE, cju_picture_paint))

static void
cju_picture_finalize (GObject *object)
{
  gsk_render_node_unref (CJU_PICTURE (object)->node);
  G_OBJECT_CLASS (cju_picture_parent_class)->finalize (object);
}

static void
cju_picture_class_init (CjuPictureClass *class)
{
  G_OBJECT_CLASS (class)->finalize = cju_picture_finalize;
}

static void
cju_picture_init (CjuPicture *self)
{
  (void) self;
}

static GdkPaintable *
take_pixels (guint32 *pixels, int width, int height)
{
  static const cairo_user_data_key_t key;
  CjuPicture *self = g_object_new (CJU_TYPE_PICTURE, NULL);
  cairo_surface_t *surface = cairo_image_surface_create_for_data (
      (guchar *) pixels, CAIRO_FORMAT_ARGB32, width, height, 4 * width);
  cairo_t *cr;

  cairo_surface_set_user_data (surface, &key, pixels, g_free);
  self->width = width;
  self->height = height;
  self->node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  cr = gsk_cairo_node_get_draw_context (self->node);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return GDK_PAINTABLE (self);
}

static GdkPaintable *
draw_image (const float *values, gint64 c, gint64 h, gint64 w, int width, int height)
{
  const double scale = MIN ((double) width / (double) w, (double) height / (double) h);
  const int tw = MAX ((int) (scale * (double) w), 1), th = MAX ((int) (scale * (double) h), 1);
  guint32 *pixels = g_new0 (guint32, (gsize) tw * (gsize) th);
  float low, high;

  cjv_range_find (values, c * h * w, CJV_MAP_GREY, &low, &high);
  cjv_thumbnail_image (values, c == 3 ? 3 : 1, h, w, low, high, pixels, (gsize) tw, tw, th);
  return take_pixels (pixels, tw, th);
}

/* How maps, or units, are laid out; FALSE for what is neither. */
static gboolean
lay_out (const CjTensor *tensor, int width, int height, gboolean all, CjvTiles *tiles, gint64 *n,
         gint64 *h, gint64 *w)
{
  const gint64 *d = tensor->shape.dims;
  const gboolean units = tensor->shape.n_dims == 2;

  if (tensor->shape.n_dims < 2 || tensor->shape.n_dims > 4)
    return FALSE;
  *n = units || tensor->shape.n_dims == 4 ? d[1] : 1;
  *h = units ? 1 : d[tensor->shape.n_dims - 2];
  *w = units ? 1 : d[tensor->shape.n_dims - 1];
  *tiles = units ? cjv_tiles_fit (*n, 1, 1, width, height, 2, all ? 3 : 6)
                 : cjv_tiles_fit (*n, *h, *w, width, height, 3, all ? 8 : 18);
  return TRUE;
}

gboolean
cju_picture_find (const CjTensor *tensor, int width, int height, gboolean all, double x, double y,
                  gint64 *unit, gint64 *row, gint64 *column)
{
  CjvTiles tiles;
  gint64 n, h, w;

  if (!lay_out (tensor, width, height, all, &tiles, &n, &h, &w))
    return FALSE;
  *unit = cjv_tiles_find (&tiles, MIN (n, (gint64) tiles.columns * tiles.rows), h, w, x, y, row,
                          column);
  return *unit >= 0;
}

gboolean
cju_picture_place (const CjTensor *tensor, int width, int height, gboolean all, gint64 unit, int *x,
                   int *y, int *side_x, int *side_y)
{
  CjvTiles tiles;
  gint64 n, h, w;

  if (!lay_out (tensor, width, height, all, &tiles, &n, &h, &w) || unit < 0
      || unit >= MIN (n, (gint64) tiles.columns * tiles.rows))
    return FALSE;
  cjv_tiles_get_origin (&tiles, unit, x, y);
  *side_x = tiles.tile_width;
  *side_y = tiles.tile_height;
  return TRUE;
}

static GdkPaintable *
draw_tiles (const CjTensor *tensor, gboolean dark, int width, int height, gboolean all)
{
  CjvTiles tiles;
  gint64 n, h, w;
  int tw, th;
  float low, high;
  guint32 *pixels;

  if (!lay_out (tensor, width, height, all, &tiles, &n, &h, &w))
    return NULL;
  tw = MAX (cjv_tiles_get_width (&tiles), 1);
  th = MAX (cjv_tiles_get_height (&tiles), 1);
  n = MIN (n, (gint64) tiles.columns * tiles.rows);
  pixels = g_new0 (guint32, (gsize) tw * (gsize) th);
  if (tensor->shape.n_dims == 2)
    {
      cjv_range_find (tensor->data, n, CJV_MAP_SEQUENTIAL, &low, &high);
      cjv_thumbnail_units (tensor->data, n, &tiles, CJV_MAP_SEQUENTIAL, dark, low, high, pixels,
                           (gsize) tw);
    }
  else
    cjv_thumbnail_maps (tensor->data, n, h, w, &tiles, CJV_MAP_SEQUENTIAL, dark, TRUE, 0, 1, pixels,
                        (gsize) tw);
  return take_pixels (pixels, tw, th);
}

GdkPaintable *
cju_picture_new (const CjTensor *tensor, gboolean image, gboolean dark, int width, int height,
                 gboolean all)
{
  const gint64 *d = tensor != NULL ? tensor->shape.dims : NULL;

  if (tensor == NULL || tensor->dtype != CJ_FLOAT32 || cj_shape_size (&tensor->shape) == 0)
    return NULL;
  return tensor->shape.n_dims == 4 && image
             ? draw_image (tensor->data, d[1], d[2], d[3], width, height)
             : draw_tiles (tensor, dark, width, height, all);
}

CjTensor *
cju_picture_read (const CjdDataset *dataset, gsize index)
{
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  const CjShape one = cj_shape_batched (&sample, 1);
  const gint64 size = cj_shape_size (&sample);
  g_autofree guint8 *stored = NULL;
  g_autoptr (CjTensor) tensor = NULL;

  if (sample.n_dims != 3 || dataset->x_dtype == CJ_INT32)
    return NULL;
  tensor = cj_tensor_new (CJ_FLOAT32, &one);
  stored = g_malloc0 (cjd_dataset_sample_bytes (dataset) + 1);
  if (!cjd_dataset_read (dataset, index, stored, NULL))
    return NULL;
  for (gint64 i = 0; i < size; i++)
    cj_tensor_f32 (tensor)[i]
        = dataset->x_dtype == CJ_UINT8 ? (float) stored[i] / 255.0f : ((const float *) stored)[i];
  return g_steal_pointer (&tensor);
}

GdkPaintable *
cju_picture_sheet (const CjTensor *pictures, int columns, int tile)
{
  const gint64 *d = pictures->shape.dims, size = d[1] * d[2] * d[3];
  const int gap = 4, rows = (int) (d[0] + columns - 1) / columns;
  const int width = columns * (tile + gap) - gap, height = rows * (tile + gap) - gap;
  guint32 *pixels = g_new0 (guint32, (gsize) width * (gsize) height);

  for (int i = 0; i < (int) d[0]; i++)
    cjv_thumbnail_image (
        (const float *) pictures->data + i * size, d[1] == 3 ? 3 : 1, d[2], d[3], 0, 1,
        pixels + (gsize) (i / columns * (tile + gap)) * (gsize) width + i % columns * (tile + gap),
        (gsize) width, tile, tile);
  return take_pixels (pixels, width, height);
}

GdkRGBA
cju_category_color (const char *category)
{
  const guint32 color = cjl_drawing_get_color (category);

  return (GdkRGBA){ (float) (color >> 16) / 255, (float) (color >> 8 & 255) / 255,
                    (float) (color & 255) / 255, 1 };
}
