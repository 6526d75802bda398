/* SPDX-License-Identifier: GPL-3.0-or-later */
/* O filters, I input channels, H W kernel; U units. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  int input;
  gboolean rgb, each;
} Params;

static const CjParam params[] = {
  { .name = "input",
    .title = N_ ("Input channel"),
    .blurb = N_ ("Which input channel the kernels are shown for"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, input),
    .max = 65535,
    .soft_max = 63,
    .flags = CJ_PARAM_LIVE },
  { .name = "rgb",
    .title = N_ ("In colour"),
    .blurb = N_ ("Shows kernels on three channels as red, green and blue; grey is zero"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, rgb),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "each",
    .title = N_ ("Own range"),
    .blurb = N_ ("Stretches the colours of every filter alone"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, each),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "weights", CJV_WANT_ARRAY, TRUE, "[O, I, H, W] or [U, I]",
    N_ ("Kernels, or weights of units") },
  { "input-shape", CJV_WANT_ARRAY, FALSE, "[3]",
    N_ ("C, H, W that the inputs of [U, I] stand for") },
  { "unit", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Row to mark") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  CjTensor *values; /* float32 */
  gint64 n, c, h, w;
  gint64 input;
  gboolean rgb;
  float low, high;
} Data;

static gboolean
data_init (Data *data, const CjvScene *scene)
{
  const CjTensor *weights = cjv_frame_get_array (scene->frame, "weights");
  const CjTensor *shape = cjv_frame_get_array (scene->frame, "input-shape");
  const gint64 *dims = weights->shape.dims;
  const Params *p = scene->params;

  *data = (Data){ .n = dims[0], .c = 1, .h = 1 };
  if (weights->shape.n_dims == 4)
    {
      data->c = dims[1];
      data->h = dims[2];
      data->w = dims[3];
    }
  else if (weights->shape.n_dims == 2)
    {
      data->w = dims[1];
      if (cjv_tensor_size (shape) == 3)
        {
          const double c = cjv_tensor_at (shape, 0), h = cjv_tensor_at (shape, 1),
                       w = cjv_tensor_at (shape, 2);

          if (c >= 1 && h >= 1 && w >= 1 && c * h * w == (double) dims[1])
            {
              data->c = (gint64) c;
              data->h = (gint64) h;
              data->w = (gint64) w;
            }
        }
    }
  else
    return FALSE;
  data->values = cjv_tensor_to_float (weights);
  data->rgb = p->rgb && data->c == 3;
  data->input = CLAMP (p->input, 0, data->c - 1);
  cjv_range_find (cj_tensor_f32 (data->values), cjv_tensor_size (weights), CJV_MAP_SIGNED,
                  &data->low, &data->high);
  return TRUE;
}

static void
place (CjvTilePanel *panel, const CjvScene *scene, const Data *data)
{
  const Params *p = scene->params;

  cjv_tile_panel_place (panel, scene, data->n, data->h, data->w, 3, scene->style->font_size * 0.9,
                        p->each || data->rgb ? NAN : data->low, data->high);
}

static void
fill (const CjvScene *scene, const Data *data, const CjvTileGrid *grid, guint32 *pixels,
      gsize stride)
{
  const Params *p = scene->params;
  const gint64 size = data->h * data->w;

  for (gint64 i = 0; i < cjv_tile_grid_get_shown (grid); i++)
    {
      const float *one = cj_tensor_f32 (data->values) + i * data->c * size;
      float low = data->low, high = data->high;
      guint32 *at;
      int x, y;

      cjv_tiles_get_origin (&grid->tiles, i, &x, &y);
      at = pixels + (gsize) y * stride + x;
      if (data->rgb)
        {
          if (p->each)
            cjv_range_find (one, 3 * size, CJV_MAP_SIGNED, &low, &high);
          cjv_thumbnail_image (one, 3, data->h, data->w, low, high, at, stride,
                               grid->tiles.tile_width, grid->tiles.tile_height);
          continue;
        }
      one += data->input * size;
      if (p->each)
        cjv_range_find (one, size, CJV_MAP_SIGNED, &low, &high);
      cjv_thumbnail_map (one, data->h, data->w, cjv_style_map (scene->style, CJV_MAP_SIGNED),
                         scene->style->dark, low, high, at, stride, grid->tiles.tile_width,
                         grid->tiles.tile_height);
    }
}

/* Thin frames: in the middle of the signed palette a kernel would melt into the background. */
static void
draw_frames (const CjvScene *scene, cairo_t *cr, const CjvTileGrid *grid)
{
  const double half = 0.5 / grid->scale;

  if (grid->tiles.tile_width < 8 * grid->scale)
    return;
  cairo_save (cr);
  cairo_set_line_width (cr, 1 / grid->scale);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_GRID));
  for (gint64 i = 0; i < cjv_tile_grid_get_shown (grid); i++)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (grid, i);

      cairo_rectangle (cr, tile.x - half, tile.y - half, tile.width + 2 * half,
                       tile.height + 2 * half);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* A ring around the chosen unit. */
static void
draw_unit (const CjvScene *scene, cairo_t *cr, const CjvTileGrid *grid)
{
  const double unit = cjv_frame_get_scalar (scene->frame, "unit", -1);
  CjvRect tile;

  if (!(unit >= 0 && unit < (double) cjv_tile_grid_get_shown (grid)))
    return;
  tile = cjv_tile_grid_get_rect (grid, (gint64) unit);
  cairo_rectangle (cr, tile.x, tile.y, tile.width, tile.height);
  cairo_set_line_width (cr, scene->style->line_width);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
  cairo_stroke (cr);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
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
    fill (scene, &data, &panel.grid, pixels, stride);
  cjv_tile_grid_paint (&panel.grid, cr, image);
  draw_frames (scene, cr, &panel.grid);
  draw_unit (scene, cr, &panel.grid);
  if (data.rgb || data.c == 1)
    note = g_strdup_printf (_ ("%d kernels of %d×%d"), (int) data.n, (int) data.h, (int) data.w);
  else
    note = g_strdup_printf (_ ("%d kernels of %d×%d · input channel %d of %d"), (int) data.n,
                            (int) data.h, (int) data.w, (int) data.input + 1, (int) data.c);
  cjv_tile_panel_draw_heading (&panel, scene, cr, title != NULL ? title : _ ("Filters"), note);
  if (panel.has_bar)
    cjv_draw_color_bar (scene, cr, &panel.bar, cjv_style_map (scene->style, CJV_MAP_SIGNED),
                        data.low, data.high);
  cj_tensor_unref (data.values);
  return TRUE;
}

static char *
hit_text (const Data *data, gint64 i, gint64 row, gint64 column)
{
  const gint64 size = data->h * data->w;
  const float *one = cj_tensor_f32 (data->values) + i * data->c * size + row * data->w + column;

  if (data->rgb)
    {
      g_autofree char *r = cjv_number_print (one[0], 3);
      g_autofree char *g = cjv_number_print (one[size], 3);
      g_autofree char *b = cjv_number_print (one[2 * size], 3);

      return g_strdup_printf (_ ("filter %d, row %d, column %d: red %s, green %s, blue %s"),
                              (int) i, (int) row, (int) column, r, g, b);
    }
  {
    g_autofree char *value = cjv_number_print (one[data->input * size], 3);

    return g_strdup_printf (_ ("filter %d, row %d, column %d: %s"), (int) i, (int) row,
                            (int) column, value);
  }
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  CjvTilePanel panel;
  gint64 i, row, column;
  Data data;

  if (!data_init (&data, scene))
    return FALSE;
  place (&panel, scene, &data);
  i = cjv_tile_grid_find (&panel.grid, x, y, &row, &column);
  if (i >= 0)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&panel.grid, i);

      *out = (CjvHit){ .index = i,
                       .series = data.rgb ? -1 : data.input,
                       .x = tile.x,
                       .y = tile.y,
                       .width = tile.width,
                       .height = tile.height };
      out->text = hit_text (&data, i, row, column);
    }
  cj_tensor_unref (data.values);
  return i >= 0;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Data data;

  g_string_append (out, "filter,input,row,column,weight\r\n");
  if (!data_init (&data, scene))
    return;
  for (gint64 i = 0; i < data.n * data.c * data.h * data.w; i++)
    {
      g_string_append_printf (out, "%d,%d,%d,%d,", (int) (i / (data.c * data.h * data.w)),
                              (int) (i / (data.h * data.w) % data.c), (int) (i / data.w % data.h),
                              (int) (i % data.w));
      cjv_csv_number (out, cj_tensor_f32 (data.values)[i]);
      g_string_append (out, "\r\n");
    }
  cj_tensor_unref (data.values);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  gint64 positive = 0, size;
  g_autofree char *most = NULL;
  g_autofree char *share = NULL;
  Data data;

  if (!data_init (&data, scene))
    return NULL;
  size = data.n * data.c * data.h * data.w;
  for (gint64 i = 0; i < size; i++)
    positive += cj_tensor_f32 (data.values)[i] > 0;
  most = cjv_number_print (data.high, 3);
  share = cjv_percent_print ((double) positive / (double) size, 0);
  cj_tensor_unref (data.values);
  return g_strdup_printf (_ ("%s: %d filters with kernels of %d by %d on %d channels; %s of the "
                             "weights are positive, the largest magnitude is %s."),
                          title != NULL ? title : _ ("Filters"), (int) data.n, (int) data.h,
                          (int) data.w, (int) data.c, share, most);
}

const CjvFigureInfo cjv_figure_filters = {
  .id = "filters",
  .title = N_ ("Filters"),
  .blurb = N_ ("The kernels of a layer: blue excites, red inhibits"),
  .empty
  = N_ ("Choose a layer with weights on the canvas; they appear as soon as the data is loaded."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 640,
  .preset_height = 400,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
