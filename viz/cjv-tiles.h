/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A grid of maps inside a figure, painted from thumbnail pixels: one image, not one shape an element. */
#pragma once

#include "cjv-draw.h"
#include "cjv-thumbnail.h"

G_BEGIN_DECLS

/* Tiles in device pixels with their place in the figure in px. */
typedef struct
{
  CjvTiles tiles;
  double x, y;  /* px */
  double scale; /* device pixels a px */
  gint64 n, h, w;
} CjvTileGrid;

/* Places up to `n` maps of h x w in `room`, at the upper left; `gap` in px. */
void cjv_tile_grid_place (CjvTileGrid *grid, const CjvScene *scene, const CjvRect *room, gint64 n,
                          gint64 h, gint64 w, double gap, double least);
gint64 cjv_tile_grid_get_shown (const CjvTileGrid *grid);           /* may be less than n */
CjvRect cjv_tile_grid_get_rect (const CjvTileGrid *grid, gint64 i); /* of one tile, px */
CjvRect cjv_tile_grid_get_bounds (const CjvTileGrid *grid);         /* of all, px */
gint64 cjv_tile_grid_find (const CjvTileGrid *grid, double x, double y, gint64 *row,
                           gint64 *column);

/* A cleared image of the size of the grid; its pixels and their stride (in pixels) to be filled.
 * NULL on exhausted memory. */
cairo_surface_t *cjv_tile_grid_new_image (const CjvTileGrid *grid, guint32 **pixels, gsize *stride);

/* Paints the filled image and frees it. */
void cjv_tile_grid_paint (const CjvTileGrid *grid, cairo_t *cr, cairo_surface_t *image);

/* One picture, values [c, h, w] of 1 or 3 planes, black at `low` and white at `high`, in a rectangle (px) of
 * the figure. */
void cjv_tile_draw_picture (const CjvScene *scene, cairo_t *cr, const CjvRect *rect,
                            const float *values, gint64 c, gint64 h, gint64 w, float low,
                            float high);

/* A heading, a grid and a colour bar that fill a figure. */
typedef struct
{
  CjvTileGrid grid;
  CjvRect bar;
  gboolean has_bar;
  double heading; /* px, height; 0: no room for one */
} CjvTilePanel;

/* `low` and `high` are those of the bar; NaN: no bar. */
void cjv_tile_panel_place (CjvTilePanel *panel, const CjvScene *scene, gint64 n, gint64 h, gint64 w,
                           double gap, double least, double low, double high);

/* Draws title and note over the grid; the note is followed by how many of how many are shown. */
void cjv_tile_panel_draw_heading (const CjvTilePanel *panel, const CjvScene *scene, cairo_t *cr,
                                  const char *title, const char *note);

G_END_DECLS
