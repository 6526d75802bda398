/* SPDX-License-Identifier: GPL-3.0-or-later */
/* C channels, H W of a map; the picture that was seen, with what one place of a map saw of it. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct
{
  int colors, order;
  gboolean each;
} Params;

enum
{
  COLORS_AUTO,
  COLORS_SEQUENTIAL,
  COLORS_SIGNED,
  COLORS_GREY
};

enum
{
  ORDER_CHANNEL,
  ORDER_STRENGTH
};

static const char *const orders[] = { "channel", "strength", NULL };
static const char *const colors[] = { "auto", "sequential", "signed", "grey", NULL };

static const CjParam params[] = {
  { .name = "order",
    .title = N_ ("Order"),
    .blurb = N_ ("As the channels are numbered, or those that answer most first"),
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, order),
    .choices = orders,
    .flags = CJ_PARAM_LIVE },
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
  { "input", CJV_WANT_ARRAY, FALSE, "[C, H, W] or [1, C, H, W]", N_ ("The picture that was seen") },
  { "unit", CJV_WANT_ARRAY, FALSE, "[3]", N_ ("Map, row and column of a place to mark") },
  { "field", CJV_WANT_ARRAY, FALSE, "[4]",
    N_ ("Column, row, width and height in pixels of what that place sees of the picture") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  CjTensor *values; /* float32, in the order that is shown */
  gint64 *order;    /* number of each map shown */
  gint64 n, h, w;
  CjvMap map;
  float low, high;
  const CjTensor *input; /* [c, ih, iw], or NULL */
  gint64 c, ih, iw;
  gint64 unit[3];  /* -1: none */
  double field[4]; /* px of the input; width 0: none */
} Data;

/* Maps that answer most, by the mean of the magnitudes, come first. */
static void
sort_maps (Data *data, int order)
{
  const gint64 size = data->h * data->w;
  const float *from = cj_tensor_f32 (data->values);
  g_autofree double *strength = g_new0 (double, data->n + 1);
  CjTensor *sorted;

  data->order = g_new (gint64, data->n + 1);
  for (gint64 i = 0; i < data->n; i++)
    {
      gint64 at = i;

      for (gint64 k = 0; k < size; k++)
        if (isfinite (from[i * size + k]))
          strength[i] += fabs (from[i * size + k]);
      for (; order == ORDER_STRENGTH && at > 0 && strength[data->order[at - 1]] < strength[i]; at--)
        data->order[at] = data->order[at - 1];
      data->order[at] = i;
    }
  if (order != ORDER_STRENGTH)
    return;
  sorted = cj_tensor_new (CJ_FLOAT32, &data->values->shape);
  for (gint64 i = 0; i < data->n; i++)
    memcpy (cj_tensor_f32 (sorted) + i * size, from + data->order[i] * size,
            sizeof (float) * (gsize) size);
  cj_tensor_unref (data->values);
  data->values = sorted;
}

/* The picture and the marks, as far as they make sense. */
static void
read_marks (Data *data, const CjvFrame *frame)
{
  const CjTensor *input = cjv_frame_get_array (frame, "input");
  const CjTensor *unit = cjv_frame_get_array (frame, "unit");
  const CjTensor *field = cjv_frame_get_array (frame, "field");
  const guint d = input != NULL ? input->shape.n_dims : 0;

  data->unit[0] = -1;
  if (cjv_tensor_size (unit) == 3)
    for (int k = 0; k < 3; k++)
      data->unit[k] = (gint64) CLAMP (cjv_tensor_at (unit, k), -1, 1e9);
  if (cjv_tensor_size (input) == 0 || d < 3 || d > 4 || (d == 4 && input->shape.dims[0] != 1))
    return;
  data->input = input;
  data->c = input->shape.dims[d - 3];
  data->ih = input->shape.dims[d - 2];
  data->iw = input->shape.dims[d - 1];
  for (int k = 0; k < 4 && cjv_tensor_size (field) == 4; k++)
    data->field[k] = cjv_tensor_at (field, k);
  if (!(data->field[0] >= 0 && data->field[1] >= 0 && data->field[2] > 0 && data->field[3] > 0
        && data->field[0] + data->field[2] <= (double) data->iw
        && data->field[1] + data->field[3] <= (double) data->ih))
    data->field[2] = 0;
}

static void
data_clear (Data *data)
{
  g_clear_pointer (&data->values, cj_tensor_unref);
  g_clear_pointer (&data->order, g_free);
}

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
  sort_maps (data, p->order);
  read_marks (data, scene->frame);
  return TRUE;
}

/* Where the picture stands, left of the maps; width 0 where there is no room for it. */
static CjvRect
place_input (const CjvScene *scene, const Data *data)
{
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 10);
  const double heading = cjv_heading_height (scene);
  const double height = scene->height - 2 * pad - heading, width = scene->width * 0.3;
  CjvRect room;
  double scale;

  if (data->input == NULL || height < em * 5 || (!scene->style->bare && scene->width < em * 26))
    return (CjvRect){ 0 };
  scale = MIN (width / (double) data->iw, height / (double) data->ih);
  room = (CjvRect){ pad, pad + heading, scale * (double) data->iw, scale * (double) data->ih };
  if (scene->style->bare)
    room.y += (height - room.height) / 2;
  return room;
}

/* The scene of the maps alone, and how far right it begins. */
static CjvScene
inner_scene (const CjvScene *scene, const Data *data, double *shift)
{
  const CjvRect input = place_input (scene, data);
  CjvScene inner = *scene;

  *shift = input.width > 0 ? input.x + input.width + scene->style->font_size * 0.6 : 0;
  inner.width -= *shift;
  return inner;
}

static void
place (CjvTilePanel *panel, const CjvScene *scene, const Data *data)
{
  const Params *p = scene->params;

  cjv_tile_panel_place (panel, scene, data->n, data->h, data->w, 3, scene->style->font_size * 1.3,
                        p->each ? NAN : data->low, data->high);
}

/* A light line on a dark one is seen on any picture. */
static void
draw_ring (const CjvScene *scene, cairo_t *cr, double x, double y, double width, double height)
{
  const double line = scene->style->line_width;

  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_set_line_width (cr, line * 1.6);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, line * 0.8);
  cairo_set_source_rgb (cr, 1, 0.85, 0.1);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_input (const CjvScene *scene, cairo_t *cr, const Data *data)
{
  const CjvRect room = place_input (scene, data);
  g_autoptr (CjTensor) values = NULL;
  float low, high;

  if (room.width <= 0)
    return;
  values = cjv_tensor_to_float (data->input);
  cjv_range_find (cj_tensor_f32 (values), data->c * data->ih * data->iw, CJV_MAP_GREY, &low, &high);
  cjv_tile_draw_picture (scene, cr, &room, cj_tensor_f32 (values), data->c == 3 ? 3 : 1, data->ih,
                         data->iw, low, high);
  cjv_draw_heading (scene, cr, room.x, room.y - cjv_heading_height (scene), room.width, _ ("Input"),
                    NULL);
  if (data->field[2] > 0)
    draw_ring (scene, cr, room.x + data->field[0] / (double) data->iw * room.width,
               room.y + data->field[1] / (double) data->ih * room.height,
               data->field[2] / (double) data->iw * room.width,
               data->field[3] / (double) data->ih * room.height);
}

/* A ring around the chosen map and a smaller one around the place on it. */
static void
draw_unit (const CjvScene *scene, cairo_t *cr, const Data *data, const CjvTileGrid *grid)
{
  for (gint64 i = 0; i < cjv_tile_grid_get_shown (grid); i++)
    if (data->order[i] == data->unit[0])
      {
        const CjvRect tile = cjv_tile_grid_get_rect (grid, i);
        const double w = tile.width / (double) data->w, h = tile.height / (double) data->h;

        draw_ring (scene, cr, tile.x, tile.y, tile.width, tile.height);
        if (data->unit[1] >= 0 && data->unit[2] >= 0 && data->unit[1] < data->h
            && data->unit[2] < data->w)
          draw_ring (scene, cr, tile.x + (double) data->unit[2] * w,
                     tile.y + (double) data->unit[1] * h, w, h);
      }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const Params *p = scene->params;
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  CjvTilePanel panel;
  CjvScene inner;
  cairo_surface_t *image;
  guint32 *pixels;
  gsize stride;
  double shift;
  Data data;

  if (!data_init (&data, scene))
    return FALSE;
  inner = inner_scene (scene, &data, &shift);
  draw_input (scene, cr, &data);
  cairo_save (cr);
  cairo_translate (cr, shift, 0);
  place (&panel, &inner, &data);
  image = cjv_tile_grid_new_image (&panel.grid, &pixels, &stride);
  if (image != NULL)
    cjv_thumbnail_maps (cj_tensor_f32 (data.values), data.n, data.h, data.w, &panel.grid.tiles,
                        cjv_style_map (scene->style, data.map), scene->style->dark, p->each,
                        data.low, data.high, pixels, stride);
  cjv_tile_grid_paint (&panel.grid, cr, image);
  draw_unit (&inner, cr, &data, &panel.grid);
  note = g_strdup_printf (_ ("%d maps of %d×%d"), (int) data.n, (int) data.h, (int) data.w);
  cjv_tile_panel_draw_heading (&panel, &inner, cr, title != NULL ? title : _ ("Feature maps"),
                               note);
  if (panel.has_bar)
    cjv_draw_color_bar (&inner, cr, &panel.bar, cjv_style_map (scene->style, data.map), data.low,
                        data.high);
  cairo_restore (cr);
  data_clear (&data);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  CjvTilePanel panel;
  CjvScene inner;
  CjvRect tile;
  gint64 i, row, column;
  double shift;
  Data data;

  if (!data_init (&data, scene))
    return FALSE;
  inner = inner_scene (scene, &data, &shift);
  place (&panel, &inner, &data);
  i = cjv_tile_grid_find (&panel.grid, x - shift, y, &row, &column);
  if (i >= 0)
    {
      const gint64 at = (i * data.h + row) * data.w + column;
      g_autofree char *value = cjv_number_print (cj_tensor_f32 (data.values)[at], 4);

      tile = cjv_tile_grid_get_rect (&panel.grid, i);
      *out = (CjvHit){ .index = data.order[i],
                       .series = row * data.w + column,
                       .x = tile.x + shift,
                       .y = tile.y,
                       .width = tile.width,
                       .height = tile.height };
      out->text = g_strdup_printf (_ ("map %d, row %d, column %d: %s"), (int) data.order[i],
                                   (int) row, (int) column, value);
    }
  data_clear (&data);
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
      g_string_append_printf (out, "%d,%d,%d,", (int) data.order[i / (data.h * data.w)],
                              (int) (i / data.w % data.h), (int) (i % data.w));
      cjv_csv_number (out, cj_tensor_f32 (data.values)[i]);
      g_string_append (out, "\r\n");
    }
  data_clear (&data);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  gint64 silent = 0;
  GString *out;
  Data data;

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

    out = g_string_new (NULL);
    g_string_append_printf (out,
                            _ ("%s: %d feature maps of %d by %d, colours from %s to %s; %d are "
                               "zero everywhere."),
                            title != NULL ? title : _ ("Feature maps"), (int) data.n, (int) data.h,
                            (int) data.w, low, high, (int) silent);
  }
  if (data.field[2] > 0 && data.unit[0] >= 0)
    g_string_append_printf (out,
                            _ (" Row %d, column %d of map %d sees %d by %d pixels of the picture, "
                               "from row %d and column %d on."),
                            (int) data.unit[1], (int) data.unit[2], (int) data.unit[0],
                            (int) data.field[3], (int) data.field[2], (int) data.field[1],
                            (int) data.field[0]);
  data_clear (&data);
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_maps = {
  .id = "maps",
  .title = N_ ("Feature maps"),
  .blurb = N_ ("What every channel of a layer answers to the chosen sample"),
  .empty
  = N_ ("Choose a sample in the strip and a layer on the canvas: what it answers stands here."),
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
