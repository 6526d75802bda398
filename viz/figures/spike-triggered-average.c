/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came before the spikes of R units: pictures of C H W, or L lags of F features. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  int channel;
  gboolean each;
} Params;

static const CjParam params[] = {
  { .name = "channel",
    .title = N_ ("Channel"),
    .blurb = N_ ("Which channel of the pictures is shown"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, channel),
    .max = 65535,
    .soft_max = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "each",
    .title = N_ ("Own range"),
    .blurb = N_ ("Stretches the colours of every unit alone"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, each),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "average", CJV_WANT_ARRAY, TRUE, "[R, C, H, W] or [R, L, F]",
    N_ ("Mean stimulus before a spike, less the mean of all") },
  { "units", CJV_WANT_ARRAY, FALSE, "[R]", N_ ("Numbers of the units") },
  { "spikes", CJV_WANT_ARRAY, FALSE, "[R]", N_ ("Spikes of each") },
  { "unit", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Row to mark") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { "note", CJV_WANT_TEXT, FALSE, NULL, N_ ("Of how many samples") },
  { NULL },
};

typedef struct
{
  CjTensor *values; /* float32 */
  gint64 n, c, h, w, channel;
  gboolean pictures;
  float low, high;
} Data;

static gboolean
data_init (Data *d, const CjvScene *scene)
{
  const CjTensor *average = cjv_frame_get_array (scene->frame, "average");
  const gint64 *dims = average->shape.dims;
  const guint n_dims = average->shape.n_dims;
  const Params *p = scene->params;

  if ((n_dims != 3 && n_dims != 4) || cjv_tensor_size (average) == 0)
    return FALSE;
  *d = (Data){ .n = dims[0],
               .c = n_dims == 4 ? dims[1] : 1,
               .h = dims[n_dims - 2],
               .w = dims[n_dims - 1],
               .pictures = n_dims == 4 };
  d->channel = CLAMP (p->channel, 0, d->c - 1);
  d->values = cjv_tensor_to_float (average);
  cjv_range_find (cj_tensor_f32 (d->values), cjv_tensor_size (average), CJV_MAP_SIGNED, &d->low,
                  &d->high);
  return TRUE;
}

static const float *
get_plane (const Data *d, gint64 i)
{
  return cj_tensor_f32 (d->values) + (i * d->c + d->channel) * d->h * d->w;
}

static int
get_unit (const CjvFrame *frame, gint64 i)
{
  const double unit = cjv_tensor_at (cjv_frame_get_array (frame, "units"), i);

  return isfinite (unit) && fabs (unit) < 1e9 ? (int) unit : (int) i;
}

/* "12: 340 spikes". You free. */
static char *
print_unit (const CjvFrame *frame, gint64 i)
{
  const double spikes = cjv_tensor_at (cjv_frame_get_array (frame, "spikes"), i);
  g_autofree char *count = NULL;

  if (!(isfinite (spikes) && fabs (spikes) < 1e15))
    return g_strdup_printf ("%d", get_unit (frame, i));
  count = cjv_count_print (llround (spikes));
  return g_strdup_printf (_ ("%d: %s spikes"), get_unit (frame, i), count);
}

static void
place (CjvTilePanel *panel, const CjvScene *scene, const Data *d)
{
  const Params *p = scene->params;

  cjv_tile_panel_place (panel, scene, d->n, d->h, d->w,
                        scene->style->bare ? 3 : scene->style->font_size * 1.6,
                        scene->style->font_size * 2, p->each ? NAN : d->low, d->high);
}

static void
fill (const CjvScene *scene, const Data *d, const CjvTileGrid *grid, guint32 *pixels, gsize stride)
{
  const Params *p = scene->params;

  for (gint64 i = 0; i < cjv_tile_grid_get_shown (grid); i++)
    {
      float low = d->low, high = d->high;
      int x, y;

      if (p->each)
        cjv_range_find (get_plane (d, i), d->h * d->w, CJV_MAP_SIGNED, &low, &high);
      cjv_tiles_get_origin (&grid->tiles, i, &x, &y);
      cjv_thumbnail_map (get_plane (d, i), d->h, d->w, cjv_style_map (scene->style, CJV_MAP_SIGNED),
                         scene->style->dark, low, high, pixels + (gsize) y * stride + x, stride,
                         grid->tiles.tile_width, grid->tiles.tile_height);
    }
}

/* A frame around each, since most of it is near zero, and whose it is below. */
static void
draw_frames (const CjvScene *scene, cairo_t *cr, const CjvTileGrid *grid)
{
  const double marked = cjv_frame_get_scalar (scene->frame, "unit", -1);

  for (gint64 i = 0; i < cjv_tile_grid_get_shown (grid); i++)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (grid, i);
      g_autofree char *text = print_unit (scene->frame, i);

      cairo_rectangle (cr, tile.x - 0.5, tile.y - 0.5, tile.width + 1, tile.height + 1);
      cairo_set_line_width (cr, (double) i == marked ? scene->style->line_width : 1);
      cjv_draw_set_color (
          cr, cjv_style_color (scene->style, (double) i == marked ? CJV_ACCENT : CJV_GRID));
      cairo_stroke (cr);
      if (!scene->style->bare && tile.width > scene->style->font_size * 2)
        cjv_text_draw (scene, cr, tile.x + tile.width / 2, tile.y + tile.height + 1, tile.width,
                       CJV_SIZE_TINY, CJV_TEXT_CENTER, cjv_style_color (scene->style, CJV_INK_DIM),
                       text);
    }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const char *note = cjv_frame_get_text (scene->frame, "note");
  CjvTilePanel panel;
  cairo_surface_t *image;
  guint32 *pixels;
  gsize stride;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  place (&panel, scene, &d);
  image = cjv_tile_grid_new_image (&panel.grid, &pixels, &stride);
  if (image != NULL)
    fill (scene, &d, &panel.grid, pixels, stride);
  cjv_tile_grid_paint (&panel.grid, cr, image);
  draw_frames (scene, cr, &panel.grid);
  cjv_tile_panel_draw_heading (&panel, scene, cr,
                               title != NULL ? title : _ ("Spike-triggered average"),
                               note != NULL ? note : "");
  if (panel.has_bar)
    cjv_draw_color_bar (scene, cr, &panel.bar, cjv_style_map (scene->style, CJV_MAP_SIGNED), d.low,
                        d.high);
  cj_tensor_unref (d.values);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  CjvTilePanel panel;
  gint64 i, row, column;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  place (&panel, scene, &d);
  i = cjv_tile_grid_find (&panel.grid, x, y, &row, &column);
  if (i >= 0)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&panel.grid, i);
      g_autofree char *unit = print_unit (scene->frame, i);
      g_autofree char *value = cjv_number_print (get_plane (&d, i)[row * d.w + column], 3);

      *out = (CjvHit){ .index = get_unit (scene->frame, i),
                       .series = -1,
                       .x = tile.x,
                       .y = tile.y,
                       .width = tile.width,
                       .height = tile.height,
                       .text = g_strdup_printf (
                           d.pictures ? _ ("unit %s; row %d, column %d: %s")
                                      : _ ("unit %s; %d time steps before, feature %d: "
                                           "%s"),
                           unit, (int) row, (int) column, value) };
    }
  cj_tensor_unref (d.values);
  return i >= 0;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Data d;

  g_string_append (out, "unit,channel,row,column,average\r\n");
  if (!data_init (&d, scene))
    return;
  for (gint64 i = 0; i < d.n * d.c * d.h * d.w; i++)
    {
      g_string_append_printf (out, "%d,%d,%d,%d,", get_unit (scene->frame, i / (d.c * d.h * d.w)),
                              (int) (i / (d.h * d.w) % d.c), (int) (i / d.w % d.h),
                              (int) (i % d.w));
      cjv_csv_number (out, cj_tensor_f32 (d.values)[i]);
      g_string_append (out, "\r\n");
    }
  cj_tensor_unref (d.values);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const char *note = cjv_frame_get_text (scene->frame, "note");
  g_autofree char *most = NULL;
  char *text;
  Data d;

  if (!data_init (&d, scene))
    return NULL;
  most = cjv_number_print (d.high, 3);
  text = g_strdup_printf (_ ("%s: what came before the spikes of %d units, %d by %d numbers each; "
                             "the largest difference from the mean is %s%s%s."),
                          title != NULL ? title : _ ("Spike-triggered average"), (int) d.n,
                          (int) d.h, (int) d.w, most, note != NULL ? "; " : "",
                          note != NULL ? note : "");
  cj_tensor_unref (d.values);
  return text;
}

const CjvFigureInfo cjv_figure_spike_triggered_average = {
  .id = "spike-triggered-average",
  .title = N_ ("Spike-triggered average"),
  .blurb = N_ ("The mean of what the network saw before a unit fired, less the mean of all it saw"),
  .empty = N_ ("Here stands what units fire for, as soon as a layer of spiking neurons has seen "
               "samples."),
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
