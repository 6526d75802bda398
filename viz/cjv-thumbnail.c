/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-thumbnail.h"

#include <math.h>
#include <string.h>

/* Side of a tile for `columns` columns of `n` tiles of h x w: pixels an element. */
static double
zoom_of (gint64 columns, gint64 rows, gint64 h, gint64 w, int width, int height, int gap)
{
  const double room_w = (width - (double) (columns - 1) * gap) / (double) columns;
  const double room_h = (height - (double) (rows - 1) * gap) / (double) rows;

  return MIN (room_w / (double) w, room_h / (double) h);
}

/* From this size on an element is a whole number of pixels. */
#define WHOLE_FROM 4

static double
whole_zoom (double zoom)
{
  return zoom >= WHOLE_FROM ? floor (zoom + 1e-9) : zoom;
}

static CjvTiles
tiles_of (gint64 columns, gint64 rows, gint64 h, gint64 w, double zoom, int gap)
{
  const double whole = whole_zoom (zoom);

  return (CjvTiles){ (int) columns, (int) rows, MAX (1, (int) floor (whole * (double) w + 1e-9)),
                     MAX (1, (int) floor (whole * (double) h + 1e-9)), gap };
}

CjvTiles
cjv_tiles_fit (gint64 n, gint64 h, gint64 w, int width, int height, int gap, int least)
{
  gint64 best_columns = 1;
  double best = 0;
  gint64 most_columns, most_rows;
  const double shape = (double) MAX (w, 1) / (double) MAX (h, 1);

  h = MAX (h, 1);
  w = MAX (w, 1);
  width = MAX (width, 1);
  height = MAX (height, 1);
  least = MAX (least, 1);
  /* The smallest tiles allowed say how many there can be at all. */
  most_columns = MAX (1, (gint64) ((width + gap) / (MAX (least, least * shape) + gap)));
  most_rows = MAX (1, (gint64) ((height + gap) / (MAX (least, least / shape) + gap)));
  n = CLAMP (n, 1, most_columns * most_rows);
  for (gint64 columns = 1; columns <= MIN (n, most_columns); columns++)
    {
      const gint64 rows = (n + columns - 1) / columns;
      double zoom;

      if (rows > most_rows)
        continue;
      zoom = whole_zoom (zoom_of (columns, rows, h, w, width, height, gap));
      /* Of equal tiles the layout with fewer empty places, then the wider one. */
      if (zoom > best * (1 + 1e-9)
          || (zoom > best * (1 - 1e-9)
              && rows * columns <= best_columns * ((n + best_columns - 1) / best_columns)))
        {
          best = zoom;
          best_columns = columns;
        }
    }
  return tiles_of (best_columns, (n + best_columns - 1) / best_columns, h, w, MAX (best, 1e-6),
                   gap);
}

void
cjv_tiles_get_origin (const CjvTiles *tiles, gint64 i, int *x, int *y)
{
  *x = (int) (i % tiles->columns) * (tiles->tile_width + tiles->gap);
  *y = (int) (i / tiles->columns) * (tiles->tile_height + tiles->gap);
}

int
cjv_tiles_get_width (const CjvTiles *tiles)
{
  return tiles->columns * (tiles->tile_width + tiles->gap) - tiles->gap;
}

int
cjv_tiles_get_height (const CjvTiles *tiles)
{
  return tiles->rows * (tiles->tile_height + tiles->gap) - tiles->gap;
}

gint64
cjv_tiles_find (const CjvTiles *tiles, gint64 n, gint64 h, gint64 w, double x, double y,
                gint64 *row, gint64 *column)
{
  const double step_x = tiles->tile_width + tiles->gap, step_y = tiles->tile_height + tiles->gap;
  const gint64 tile_x = (gint64) floor (x / step_x), tile_y = (gint64) floor (y / step_y);
  const double in_x = x - (double) tile_x * step_x, in_y = y - (double) tile_y * step_y;
  const gint64 i = tile_y * tiles->columns + tile_x;

  if (x < 0 || y < 0 || tile_x >= tiles->columns || tile_y >= tiles->rows || i >= n
      || in_x >= tiles->tile_width || in_y >= tiles->tile_height)
    return -1;
  if (row != NULL)
    *row = MIN ((gint64) (in_y / tiles->tile_height * (double) h), h - 1);
  if (column != NULL)
    *column = MIN ((gint64) (in_x / tiles->tile_width * (double) w), w - 1);
  return i;
}

void
cjv_range_find (const float *values, gint64 n, CjvMap map, float *low, float *high)
{
  float least = INFINITY, most = -INFINITY;

  for (gint64 i = 0; i < n; i++)
    if (isfinite (values[i]))
      {
        least = MIN (least, values[i]);
        most = MAX (most, values[i]);
      }
  if (least > most)
    least = most = 0;
  if (cjv_map_is_signed (map))
    {
      most = MAX (fabsf (least), fabsf (most));
      most = most > 0 ? most : 1;
      least = -most;
    }
  else if (!(most > least))
    {
      /* All the same: the colour of zero is the lowest, anything else stands in the middle. */
      const float pad = least != 0 ? fabsf (least) * 0.5f : 1;

      most = least != 0 && least < 3e38f ? least + pad : least + 1;
      least = least != 0 ? least - pad : least;
    }
  *low = least;
  *high = most;
}

/* Index into a colormap. */
static inline guint32
color_of (const guint32 *table, float value, double low, double scale)
{
  const double t = ((double) value - low) * scale;

  if (isnan (value))
    return CJV_PIXEL_NAN;
  return table[t <= 0 ? 0 : t >= CJV_MAP_SIZE - 1 ? CJV_MAP_SIZE - 1 : (int) (t + 0.5)];
}

/* Mean of the elements under pixel x, y of width x height, each by the share that is covered: no
 * element is lost when shrinking, and edges stay sharp when enlarging. NaN if one is. */
static inline float
cover (const float *values, gint64 h, gint64 w, int x, int y, int width, int height)
{
  const gint64 left = x * w, right = left + w, top = y * h, bottom = top + h;
  const gint64 c0 = left / width, c1 = (right - 1) / width;
  const gint64 r0 = top / height, r1 = (bottom - 1) / height;
  double sum = 0;

  if (c0 == c1 && r0 == r1)
    return values[r0 * w + c0];
  for (gint64 r = r0; r <= r1; r++)
    {
      const gint64 dy = MIN (bottom, (r + 1) * height) - MAX (top, r * height);

      for (gint64 c = c0; c <= c1; c++)
        sum += (double) (dy * (MIN (right, (c + 1) * width) - MAX (left, c * width)))
               * values[r * w + c];
    }
  return (float) (sum / ((double) w * (double) h));
}

void
cjv_thumbnail_map (const float *values, gint64 h, gint64 w, CjvMap map, gboolean dark, float low,
                   float high, guint32 *pixels, gsize stride, int width, int height)
{
  const guint32 *table = cjv_map_table (map, dark);
  const double scale = (CJV_MAP_SIZE - 1) / ((double) high - (double) low);
  gint64 last = -1;

  if (h <= 0 || w <= 0)
    return;
  for (int y = 0; y < height; y++)
    {
      guint32 *row = pixels + (gsize) y * stride;
      const gint64 at = y * h / height;

      /* A row enlarged in whole elements is computed once and copied. */
      if (height % h == 0 && at == last)
        {
          memcpy (row, row - stride, (gsize) width * sizeof *row);
          continue;
        }
      last = at;
      for (int x = 0; x < width; x++)
        row[x] = color_of (table, cover (values, h, w, x, y, width, height), low, scale);
    }
}

void
cjv_thumbnail_maps (const float *values, gint64 n, gint64 h, gint64 w, const CjvTiles *tiles,
                    CjvMap map, gboolean dark, gboolean each, float low, float high,
                    guint32 *pixels, gsize stride)
{
  n = MIN (n, (gint64) tiles->columns * tiles->rows);
  for (gint64 i = 0; i < n; i++)
    {
      const float *one = values + i * h * w;
      int x, y;

      if (each)
        cjv_range_find (one, h * w, map, &low, &high);
      cjv_tiles_get_origin (tiles, i, &x, &y);
      cjv_thumbnail_map (one, h, w, map, dark, low, high, pixels + (gsize) y * stride + x, stride,
                         tiles->tile_width, tiles->tile_height);
    }
}

void
cjv_thumbnail_image (const float *values, gint64 c, gint64 h, gint64 w, float low, float high,
                     guint32 *pixels, gsize stride, int width, int height)
{
  const double scale = 255 / ((double) high - (double) low);

  if (h <= 0 || w <= 0 || (c != 1 && c != 3))
    return;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint32 pixel = 0xff;
        gboolean number = TRUE;

        for (gint64 k = 0; k < 3; k++)
          {
            const float *plane = values + (c == 3 ? k : 0) * h * w;
            const double v = (cover (plane, h, w, x, y, width, height) - (double) low) * scale;

            number = number && !isnan (v);
            pixel = pixel << 8 | (guint32) (v >= 255 ? 255 : v > 0 ? v + 0.5 : 0);
          }
        pixels[(gsize) y * stride + (gsize) x] = number ? pixel : CJV_PIXEL_NAN;
      }
}

/* `color` covered by `share`, premultiplied. */
static guint32
premultiplied (guint32 color, double share)
{
  const guint a = (guint) (share * 255 + 0.5);
  guint32 out = a;

  for (int shift = 16; shift >= 0; shift -= 8)
    out = out << 8 | (((color >> shift) & 255) * a + 127) / 255;
  return out;
}

void
cjv_thumbnail_units (const float *values, gint64 n, const CjvTiles *tiles, CjvMap map,
                     gboolean dark, float low, float high, guint32 *pixels, gsize stride)
{
  const guint32 *table = cjv_map_table (map, dark);
  const double scale = (CJV_MAP_SIZE - 1) / ((double) high - (double) low);
  const double radius = MIN (tiles->tile_width, tiles->tile_height) / 2.0;

  n = MIN (n, (gint64) tiles->columns * tiles->rows);
  for (gint64 i = 0; i < n; i++)
    {
      const guint32 color = color_of (table, values[i], low, scale);
      int left, top;

      cjv_tiles_get_origin (tiles, i, &left, &top);
      for (int y = 0; y < tiles->tile_height; y++)
        for (int x = 0; x < tiles->tile_width; x++)
          {
            const double distance
                = hypot (x + 0.5 - tiles->tile_width / 2.0, y + 0.5 - tiles->tile_height / 2.0);
            const double share = CLAMP (radius - distance + 0.5, 0, 1);

            pixels[(gsize) (top + y) * stride + (gsize) (left + x)] = premultiplied (color, share);
          }
    }
}

/* `share` of a and the rest of b, channel by channel. */
static guint32
mix (guint32 a, guint32 b, double share)
{
  guint32 out = 0;

  for (int shift = 0; shift < 32; shift += 8)
    out |= (guint32) lround (share * (double) (a >> shift & 255)
                             + (1 - share) * (double) (b >> shift & 255))
           << shift;
  return out;
}

void
cjv_thumbnail_mix (guint32 *pixels, gsize stride, const guint32 *under, gsize under_stride,
                   int width, int height, double share)
{
  for (gsize y = 0; y < (gsize) height; y++)
    for (gsize x = 0; x < (gsize) width; x++)
      pixels[y * stride + x] = mix (pixels[y * stride + x], under[y * under_stride + x], share);
}
