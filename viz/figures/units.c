/* SPDX-License-Identifier: GPL-3.0-or-later */
/* U units. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_SHAPES 4096 /* units; beyond, they are one image */

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "values", CJV_WANT_ARRAY, TRUE, "[U] or [1, U]", N_ ("Activation of every unit") },
  { "mask", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("0 for units that are dropped or pruned") },
  { "unit", CJV_WANT_ARRAY, FALSE, "[3]", N_ ("Unit to mark, and two numbers more") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  CjTensor *values; /* float32 */
  const CjTensor *mask;
  gint64 n;
  CjvMap map;
  float low, high;
  CjvTilePanel panel;
} Units;

static void
units_init (Units *units, const CjvScene *scene)
{
  const CjTensor *values = cjv_frame_get_array (scene->frame, "values");

  *units = (Units){ .values = cjv_tensor_to_float (values), .n = cjv_tensor_size (values) };
  units->mask = cjv_frame_get_array (scene->frame, "mask");
  if (cjv_tensor_size (units->mask) != units->n)
    units->mask = NULL;
  cjv_range_find (cj_tensor_f32 (units->values), units->n, CJV_MAP_SEQUENTIAL, &units->low,
                  &units->high);
  if (units->low < 0)
    {
      units->map = CJV_MAP_SIGNED;
      cjv_range_find (cj_tensor_f32 (units->values), units->n, CJV_MAP_SIGNED, &units->low,
                      &units->high);
    }
  else if (units->low < units->high / 2)
    units->low = 0;
}

static void
units_place (Units *units, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  CjvTileGrid *grid = &units->panel.grid;
  const int most = (int) (em * 1.7 * scene->style->scale);

  cjv_tile_panel_place (&units->panel, scene, units->n, 1, 1, em * (units->n > 500 ? 0.12 : 0.25),
                        em * 0.35, units->low, units->high);
  /* A few units do not become balloons. */
  if (grid->tiles.tile_width > most)
    {
      const double bar = units->panel.has_bar ? units->panel.bar.width + em : 0;
      const double width = (scene->width - 2 * grid->x - bar) * scene->style->scale;
      const gint64 fit = (gint64) (width / (most + grid->tiles.gap));

      grid->tiles.tile_width = grid->tiles.tile_height = most;
      grid->tiles.columns = (int) CLAMP (MAX (fit, grid->tiles.columns), 1, units->n);
      grid->tiles.rows = (int) ((units->n + grid->tiles.columns - 1) / grid->tiles.columns);
      units->panel.bar.x
          = cjv_tile_grid_get_bounds (grid).x + cjv_tile_grid_get_bounds (grid).width + em;
    }
}

static gboolean
masked (const Units *units, gint64 i)
{
  return units->mask != NULL && cjv_tensor_at (units->mask, i) == 0;
}

static void
draw_shapes (const CjvScene *scene, cairo_t *cr, const Units *units)
{
  const double span = (double) units->high - units->low;
  const CjvColor edge = cjv_style_color (scene->style, CJV_GRID);
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);

  cairo_save (cr);
  for (gint64 i = 0; i < cjv_tile_grid_get_shown (&units->panel.grid); i++)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&units->panel.grid, i);
      const double r = tile.width / 2;
      const double t = (cj_tensor_f32 (units->values)[i] - (double) units->low) / span;

      cairo_new_path (cr);
      cairo_arc (cr, tile.x + r, tile.y + r, r - 0.5, 0, 2 * G_PI);
      if (masked (units, i))
        {
          cjv_draw_set_color (cr, dim);
          cairo_set_line_width (cr, MAX (r * 0.16, 0.75));
          cairo_stroke (cr);
          cairo_move_to (cr, tile.x + r * 0.5, tile.y + r * 1.5);
          cairo_line_to (cr, tile.x + r * 1.5, tile.y + r * 0.5);
          cairo_stroke (cr);
          continue;
        }
      /* Silent units step back into the background. */
      if (units->map == CJV_MAP_SEQUENTIAL && cj_tensor_f32 (units->values)[i] == 0)
        cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
      else
        cjv_draw_set_color (
            cr, cjv_map_color (cjv_style_map (scene->style, units->map), scene->style, t));
      cairo_fill_preserve (cr);
      cjv_draw_set_color (cr, edge);
      cairo_set_line_width (cr, units->map == CJV_MAP_SIGNED ? 1 : 0.5);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

/* A ring around the chosen unit. */
static void
draw_unit (const CjvScene *scene, cairo_t *cr, const CjvTileGrid *grid)
{
  const CjTensor *mark = cjv_frame_get_array (scene->frame, "unit");
  const double unit = cjv_tensor_size (mark) == 3 ? cjv_tensor_at (mark, 0) : -1;
  CjvRect tile;

  if (!(unit >= 0 && unit < (double) cjv_tile_grid_get_shown (grid)))
    return;
  tile = cjv_tile_grid_get_rect (grid, (gint64) unit);
  cairo_new_path (cr);
  cairo_arc (cr, tile.x + tile.width / 2, tile.y + tile.height / 2,
             tile.width / 2 + scene->style->line_width, 0, 2 * G_PI);
  cairo_set_line_width (cr, scene->style->line_width);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
  cairo_stroke (cr);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Units units;

  units_init (&units, scene);
  units_place (&units, scene);
  if (cjv_tile_grid_get_shown (&units.panel.grid) <= MAX_SHAPES)
    draw_shapes (scene, cr, &units);
  else
    {
      guint32 *pixels;
      gsize stride;
      cairo_surface_t *image = cjv_tile_grid_new_image (&units.panel.grid, &pixels, &stride);

      if (image != NULL)
        cjv_thumbnail_units (cj_tensor_f32 (units.values), units.n, &units.panel.grid.tiles,
                             cjv_style_map (scene->style, units.map), scene->style->dark, units.low,
                             units.high, pixels, stride);
      cjv_tile_grid_paint (&units.panel.grid, cr, image);
    }
  draw_unit (scene, cr, &units.panel.grid);
  note = g_strdup_printf (_ ("%d units"), (int) units.n);
  cjv_tile_panel_draw_heading (&units.panel, scene, cr, title != NULL ? title : _ ("Units"), note);
  if (units.panel.has_bar)
    cjv_draw_color_bar (scene, cr, &units.panel.bar, cjv_style_map (scene->style, units.map),
                        units.low, units.high);
  cj_tensor_unref (units.values);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Units units;
  gint64 i;

  units_init (&units, scene);
  units_place (&units, scene);
  i = cjv_tile_grid_find (&units.panel.grid, x, y, NULL, NULL);
  if (i >= 0)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&units.panel.grid, i);
      g_autofree char *value = cjv_number_print (cj_tensor_f32 (units.values)[i], 4);

      *out = (CjvHit){ .index = i,
                       .series = -1,
                       .x = tile.x,
                       .y = tile.y,
                       .width = tile.width,
                       .height = tile.height };
      out->text = g_strdup_printf (masked (&units, i) ? _ ("unit %d, off: %s") : _ ("unit %d: %s"),
                                   (int) i, value);
    }
  cj_tensor_unref (units.values);
  return i >= 0;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Units units;

  units_init (&units, scene);
  g_string_append (out, "unit,value,on\r\n");
  for (gint64 i = 0; i < units.n; i++)
    {
      g_string_append_printf (out, "%" G_GINT64_FORMAT ",", i);
      cjv_csv_number (out, cj_tensor_f32 (units.values)[i]);
      g_string_append (out, masked (&units, i) ? ",0\r\n" : ",1\r\n");
    }
  cj_tensor_unref (units.values);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  gint64 silent = 0, off = 0, best = 0;
  g_autofree char *most = NULL;
  const float *v;
  Units units;

  units_init (&units, scene);
  v = cj_tensor_f32 (units.values);
  for (gint64 i = 0; i < units.n; i++)
    {
      silent += v[i] == 0;
      off += masked (&units, i);
      if (v[i] > v[best] || isnan (v[best]))
        best = i;
    }
  most = cjv_number_print (v[best], 3);
  cj_tensor_unref (units.values);
  return g_strdup_printf (_ ("%s: %d units, %d silent, %d switched off; unit %d is the most active "
                             "with %s."),
                          title != NULL ? title : _ ("Units"), (int) units.n, (int) silent,
                          (int) off, (int) best, most);
}

const CjvFigureInfo cjv_figure_units = {
  .id = "units",
  .title = N_ ("Units"),
  .blurb = N_ ("What every unit of a layer answers to the chosen sample"),
  .empty = N_ (
      "Choose a sample in the strip and a layer on the canvas: what its units answer stands here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 360,
  .preset_height = 240,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
