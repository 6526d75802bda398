/* SPDX-License-Identifier: GPL-3.0-or-later */
/* C channels, H W picture. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  int colors;
  gboolean each;
} Params;

enum
{
  COLORS_AUTO,
  COLORS_SEQUENTIAL,
  COLORS_SIGNED,
  COLORS_GREY
};

static const char *const colors[] = { "auto", "sequential", "signed", "grey", NULL };

static const CjParam params[] = {
  { .name = "colors",
    .title = N_ ("Colours"),
    .blurb = N_ ("Signed where there are negative values, else from dark to bright"),
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, colors),
    .choices = colors,
    .flags = CJ_PARAM_LIVE },
  { .name = "each",
    .title = N_ ("Own range"),
    .blurb = N_ ("Stretches the colours of every map alone"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, each),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "maps", CJV_WANT_ARRAY, TRUE, "[C, H, W], [1, C, H, W] or [H, W]", N_ ("The feature maps") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  CjTensor *values; /* float32 */
  gint64 n, h, w;
  CjvMap map;
  float low, high;
} Data;

static gboolean
data_init (Data *data, const CjvScene *scene)
{
  const CjTensor *maps = cjv_frame_get_array (scene->frame, "maps");
  const guint d = maps->shape.n_dims;
  const Params *p = scene->params;

  *data = (Data){ 0 };
  if (d < 2 || d > 4 || (d == 4 && maps->shape.dims[0] != 1))
    return FALSE;
  data->w = maps->shape.dims[d - 1];
  data->h = maps->shape.dims[d - 2];
  data->n = d > 2 ? maps->shape.dims[d - 3] : 1;
  data->values = cjv_tensor_to_float (maps);
  cjv_range_find (cj_tensor_f32 (data->values), cjv_tensor_size (maps), CJV_MAP_SEQUENTIAL,
                  &data->low, &data->high);
  if (p->colors == COLORS_AUTO)
    data->map = data->low < 0 ? CJV_MAP_SIGNED : CJV_MAP_SEQUENTIAL;
  else
    data->map = p->colors == COLORS_SIGNED ? CJV_MAP_SIGNED
                : p->colors == COLORS_GREY ? CJV_MAP_GREY
                                           : CJV_MAP_SEQUENTIAL;
  /* Zero is the lowest colour of what is never negative. */
  if (data->map != CJV_MAP_SIGNED && data->low > 0 && data->low < data->high / 2)
    data->low = 0;
  if (data->map == CJV_MAP_SIGNED)
    cjv_range_find (cj_tensor_f32 (data->values), cjv_tensor_size (maps), CJV_MAP_SIGNED,
                    &data->low, &data->high);
  return TRUE;
}

static void
place (CjvTilePanel *panel, const CjvScene *scene, const Data *data)
{
  const Params *p = scene->params;

  cjv_tile_panel_place (panel, scene, data->n, data->h, data->w, 3, scene->style->font_size * 1.3,
                        p->each ? NAN : data->low, data->high);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const Params *p = scene->params;
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  CjvTilePanel panel;
  cairo_surface_t *image;
  guint32 *pixels;
  gsize stride;
  Data data;

  if (!data_init (&data, scene))
    return FALSE;
  place (&panel, scene, &data);
  image = cjv_tile_grid_new_image (&panel.grid, &pixels, &stride);
  if (image != NULL)
    cjv_thumbnail_maps (cj_tensor_f32 (data.values), data.n, data.h, data.w, &panel.grid.tiles,
                        data.map, scene->style->dark, p->each, data.low, data.high, pixels, stride);
  cjv_tile_grid_paint (&panel.grid, cr, image);
  note = g_strdup_printf (_ ("%d maps of %d×%d"), (int) data.n, (int) data.h, (int) data.w);
  cjv_tile_panel_draw_heading (&panel, scene, cr, title != NULL ? title : _ ("Feature maps"), note);
  if (panel.has_bar)
    cjv_draw_color_bar (scene, cr, &panel.bar, data.map, data.low, data.high);
  cj_tensor_unref (data.values);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  CjvTilePanel panel;
  CjvRect tile;
  gint64 i, row, column;
  Data data;

  if (!data_init (&data, scene))
    return FALSE;
  place (&panel, scene, &data);
  i = cjv_tile_grid_find (&panel.grid, x, y, &row, &column);
  if (i >= 0)
    {
      const gint64 at = (i * data.h + row) * data.w + column;
      g_autofree char *value = cjv_number_print (cj_tensor_f32 (data.values)[at], 4);

      tile = cjv_tile_grid_get_rect (&panel.grid, i);
      *out = (CjvHit){ .index = i,
                       .series = -1,
                       .x = tile.x,
                       .y = tile.y,
                       .width = tile.width,
                       .height = tile.height };
      out->text = g_strdup_printf (_ ("map %d, row %d, column %d: %s"), (int) i, (int) row,
                                   (int) column, value);
    }
  cj_tensor_unref (data.values);
  return i >= 0;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Data data;

  g_string_append (out, "map,row,column,value\r\n");
  if (!data_init (&data, scene))
    return;
  for (gint64 i = 0; i < data.n * data.h * data.w; i++)
    {
      g_string_append_printf (out, "%d,%d,%d,", (int) (i / (data.h * data.w)),
                              (int) (i / data.w % data.h), (int) (i % data.w));
      cjv_csv_number (out, cj_tensor_f32 (data.values)[i]);
      g_string_append (out, "\r\n");
    }
  cj_tensor_unref (data.values);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  gint64 silent = 0;
  Data data;
  char *text;

  if (!data_init (&data, scene))
    return NULL;
  for (gint64 i = 0; i < data.n; i++)
    {
      const float *one = cj_tensor_f32 (data.values) + i * data.h * data.w;
      gboolean any = FALSE;

      for (gint64 k = 0; k < data.h * data.w && !any; k++)
        any = one[k] != 0;
      silent += !any;
    }
  {
    g_autofree char *low = cjv_number_print (data.low, 3);
    g_autofree char *high = cjv_number_print (data.high, 3);

    text
        = g_strdup_printf (_ ("%s: %d feature maps of %d by %d, colours from %s to %s; %d are zero "
                              "everywhere."),
                           title != NULL ? title : _ ("Feature maps"), (int) data.n, (int) data.h,
                           (int) data.w, low, high, (int) silent);
  }
  cj_tensor_unref (data.values);
  return text;
}

const CjvFigureInfo cjv_figure_maps = {
  .id = "maps",
  .title = N_ ("Feature maps"),
  .blurb = N_ ("What every channel of a layer answers to the chosen sample"),
  .empty = N_ ("Choose a sample and a layer with feature maps."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 640,
  .preset_height = 480,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
