/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-picture.h"

#include "cjv-thumbnail.h"

static GdkTexture *
take_pixels (guint32 *pixels, int width, int height)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (pixels, 4 * (gsize) width * (gsize) height);

  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, 4 * (gsize) width);
}

static GdkTexture *
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

static GdkTexture *
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

GdkTexture *
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

GdkTexture *
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
  static const struct
  {
    const char *category, *color;
  } colors[] = {
    { "data", "#3584e4" },       { "feature", "#1a8f8f" },        { "dense", "#9141ac" },
    { "activation", "#2a7f4f" }, { "regularisation", "#986a44" }, { "shape", "#77767b" },
    { "loss", "#e66100" },       { "placeholder", "#c01c28" },    { "normalisation", "#63800f" },
    { "block", "#6a79ab" },
  };
  GdkRGBA rgba;

  gdk_rgba_parse (&rgba, "#77767b");
  for (guint i = 0; i < G_N_ELEMENTS (colors); i++)
    if (g_str_equal (colors[i].category, category))
      gdk_rgba_parse (&rgba, colors[i].color);
  return rgba;
}
