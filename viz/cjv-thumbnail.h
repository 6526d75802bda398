/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to pixels without cairo: what the cards of the canvas show many times a second.
 * Pixels are 0xAARRGGBB in the order of the machine (CAIRO_FORMAT_ARGB32), opaque where there is data,
 * 0 in gaps. Nothing is allocated and nothing is shared: any thread. M maps of H x W. */
#pragma once

#include "cj-tensor.h"
#include "cjv-style.h"

G_BEGIN_DECLS

#define CJV_PIXEL_NAN 0xffff7800 /* colour of what is not a number */

/* Tiles in rows, from the upper left corner. All lengths in pixels. */
typedef struct
{
  int columns, rows;
  int tile_width, tile_height;
  int gap;
} CjvTiles;

/* The layout in which up to `n` maps of h x w are largest within width x height, keeping their
 * proportions. Where a tile would be smaller than `least` pixels fewer maps are shown: columns * rows
 * may be less than n. An element is a whole number of pixels where it is four or larger. */
CjvTiles cjv_tiles_fit (gint64 n, gint64 h, gint64 w, int width, int height, int gap, int least);
void cjv_tiles_get_origin (const CjvTiles *tiles, gint64 i, int *x, int *y);
int cjv_tiles_get_width (const CjvTiles *tiles); /* of all together */
int cjv_tiles_get_height (const CjvTiles *tiles);

/* The tile under x, y or -1; its element in `row` and `column` (either may be NULL). */
gint64 cjv_tiles_find (const CjvTiles *tiles, gint64 n, gint64 h, gint64 w, double x, double y,
                       gint64 *row, gint64 *column);

/* Ends of the colours for `n` values: smallest and largest finite one; symmetric about 0 for the
 * signed map. Never empty: high > low. */
void cjv_range_find (const float *values, gint64 n, CjvMap map, float *low, float *high);

/* One map, enlarged with sharp edges or shrunk by averaging, into width x height pixels; `stride` in
 * pixels. */
void cjv_thumbnail_map (const float *values, gint64 h, gint64 w, CjvMap map, gboolean dark,
                        float low, float high, guint32 *pixels, gsize stride, int width,
                        int height);

/* `n` maps in `tiles`. With `each` every map has its own range, else they share low..high. */
void cjv_thumbnail_maps (const float *values, gint64 n, gint64 h, gint64 w, const CjvTiles *tiles,
                         CjvMap map, gboolean dark, gboolean each, float low, float high,
                         guint32 *pixels, gsize stride);

/* One picture of c (1: grey, 3: R G B) planes of h x w; low and high become 0 and 255. */
void cjv_thumbnail_image (const float *values, gint64 c, gint64 h, gint64 w, float low, float high,
                          guint32 *pixels, gsize stride, int width, int height);

/* `n` values as disks in rows, coloured by `map`; for one-dimensional activations. */
void cjv_thumbnail_units (const float *values, gint64 n, const CjvTiles *tiles, CjvMap map,
                          gboolean dark, float low, float high, guint32 *pixels, gsize stride);

/* pixels become `share` of themselves and the rest of what is under them. */
void cjv_thumbnail_mix (guint32 *pixels, gsize stride, const guint32 *under, gsize under_stride,
                        int width, int height, double share);

G_END_DECLS
