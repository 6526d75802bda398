/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>

void
cjv_tile_grid_place (CjvTileGrid *grid, const CjvScene *scene, const CjvRect *room, gint64 n,
                     gint64 h, gint64 w, double gap, double least)
{
  const double scale = scene->style->scale;

  *grid = (CjvTileGrid){ .x = cjv_snap (scene->style, room->x),
                         .y = cjv_snap (scene->style, room->y),
                         .scale = scale,
                         .n = n,
                         .h = h,
                         .w = w };
  grid->tiles = cjv_tiles_fit (n, h, w, (int) CLAMP (room->width * scale, 1, 16384),
                               (int) CLAMP (room->height * scale, 1, 16384),
                               (int) lround (gap * scale), (int) MAX (least * scale, 1));
}

gint64
cjv_tile_grid_get_shown (const CjvTileGrid *grid)
{
  return MIN (grid->n, (gint64) grid->tiles.columns * grid->tiles.rows);
}

CjvRect
cjv_tile_grid_get_rect (const CjvTileGrid *grid, gint64 i)
{
  int x, y;

  cjv_tiles_get_origin (&grid->tiles, i, &x, &y);
  return (CjvRect){ grid->x + x / grid->scale, grid->y + y / grid->scale,
                    grid->tiles.tile_width / grid->scale, grid->tiles.tile_height / grid->scale };
}

CjvRect
cjv_tile_grid_get_bounds (const CjvTileGrid *grid)
{
  return (CjvRect){ grid->x, grid->y, cjv_tiles_get_width (&grid->tiles) / grid->scale,
                    cjv_tiles_get_height (&grid->tiles) / grid->scale };
}

gint64
cjv_tile_grid_find (const CjvTileGrid *grid, double x, double y, gint64 *row, gint64 *column)
{
  return cjv_tiles_find (&grid->tiles, cjv_tile_grid_get_shown (grid), grid->h, grid->w,
                         (x - grid->x) * grid->scale, (y - grid->y) * grid->scale, row, column);
}

cairo_surface_t *
cjv_tile_grid_new_image (const CjvTileGrid *grid, guint32 **pixels, gsize *stride)
{
  cairo_surface_t *image = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, cjv_tiles_get_width (&grid->tiles), cjv_tiles_get_height (&grid->tiles));

  if (cairo_surface_status (image) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (image);
      return NULL;
    }
  *pixels = (guint32 *) cairo_image_surface_get_data (image);
  *stride = (gsize) cairo_image_surface_get_stride (image) / sizeof (guint32);
  return image;
}

void
cjv_tile_grid_paint (const CjvTileGrid *grid, cairo_t *cr, cairo_surface_t *image)
{
  if (image == NULL)
    return;
  cairo_surface_mark_dirty (image);
  cairo_save (cr);
  cairo_translate (cr, grid->x, grid->y);
  cairo_scale (cr, 1 / grid->scale, 1 / grid->scale);
  cairo_set_source_surface (cr, image, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_restore (cr);
  cairo_surface_destroy (image);
}

#define MAX_SIDE 4096 /* device pixels of a picture */

void
cjv_tile_draw_picture (const CjvScene *scene, cairo_t *cr, const CjvRect *rect, const float *values,
                       gint64 c, gint64 h, gint64 w, float low, float high)
{
  const double scale = scene->style->scale;
  const int width = (int) CLAMP (lround (rect->width * scale), 1, MAX_SIDE);
  const int height = (int) CLAMP (lround (rect->height * scale), 1, MAX_SIDE);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);

  if (cairo_surface_status (image) == CAIRO_STATUS_SUCCESS)
    {
      cjv_thumbnail_image (values, c, h, w, low, high,
                           (guint32 *) cairo_image_surface_get_data (image),
                           (gsize) cairo_image_surface_get_stride (image) / 4, width, height);
      cairo_surface_mark_dirty (image);
      cairo_save (cr);
      cairo_translate (cr, cjv_snap (scene->style, rect->x), cjv_snap (scene->style, rect->y));
      cairo_scale (cr, 1 / scale, 1 / scale);
      cairo_set_source_surface (cr, image, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
      cairo_paint (cr);
      cairo_restore (cr);
    }
  cairo_surface_destroy (image);
}

void
cjv_tile_panel_place (CjvTilePanel *panel, const CjvScene *scene, gint64 n, gint64 h, gint64 w,
                      double gap, double least, double low, double high)
{
  const double em = scene->style->font_size;
  const double pad = MIN (em * 0.8, scene->width / 10);
  CjvRect room = { pad, pad, scene->width - 2 * pad, scene->height - 2 * pad };
  double bar = 0;

  *panel = (CjvTilePanel){ 0 };
  panel->heading = cjv_heading_height (scene);
  room.y += panel->heading;
  room.height -= panel->heading;
  if (!scene->style->bare && isfinite (low) && isfinite (high) && room.width > em * 18
      && room.height > em * 4)
    bar = cjv_color_bar_width (scene, low, high) + em;
  room.width = MAX (room.width - bar, 1);
  room.height = MAX (room.height, 1);
  cjv_tile_grid_place (&panel->grid, scene, &room, n, h, w, gap, least);
  if (scene->style->bare)
    {
      const CjvRect bounds = cjv_tile_grid_get_bounds (&panel->grid);

      panel->grid.x = cjv_snap (scene->style, room.x + (room.width - bounds.width) / 2);
      panel->grid.y = cjv_snap (scene->style, room.y + (room.height - bounds.height) / 2);
    }
  if (bar > 0)
    {
      const CjvRect bounds = cjv_tile_grid_get_bounds (&panel->grid);

      panel->has_bar = TRUE;
      panel->bar = (CjvRect){ bounds.x + bounds.width + em, bounds.y, bar - em,
                              MIN (bounds.height, em * 14) };
      if (panel->bar.height < em * 4)
        panel->bar.height = MIN (room.height, em * 4);
    }
}

void
cjv_tile_panel_draw_heading (const CjvTilePanel *panel, const CjvScene *scene, cairo_t *cr,
                             const char *title, const char *note)
{
  const double x = panel->grid.x;
  const gint64 shown = cjv_tile_grid_get_shown (&panel->grid);
  g_autofree char *text = NULL;

  if (panel->heading <= 0)
    return;
  if (shown < panel->grid.n)
    {
      g_autofree char *a = cjv_count_print (shown);
      g_autofree char *b = cjv_count_print (panel->grid.n);

      /* Translators: a note on a figure, then "12 of 64 shown". */
      text = g_strdup_printf (_ ("%s · %s of %s shown"), note, a, b);
    }
  cjv_draw_heading (scene, cr, x, panel->grid.y - panel->heading, scene->width - 2 * x, title,
                    text != NULL ? text : note);
}
