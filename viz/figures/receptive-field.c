/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much every pixel of the picture H x W moves a unit, and the box outside of which none can, on the
 * picture itself (of C channels) and alone. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  gboolean root;
} Params;

static const CjParam params[] = {
  { .name = "root",
    .title = N_ ("Root"),
    .blurb = N_ ("Shows the root of the mean square, so that weak places are seen as well"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, root),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "field", CJV_WANT_ARRAY, TRUE, "[H, W]", N_ ("Mean squared slope of the unit") },
  { "box", CJV_WANT_ARRAY, FALSE, "[4]",
    N_ ("Left, top, width, height of what it can hear at all") },
  { "radius", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Pixels within which half of it lies") },
  { "input", CJV_WANT_ARRAY, FALSE, "[C, H, W]", N_ ("A picture that the network is shown") },
  { "pixels", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Whether its numbers are pixels, 0 to 1") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Layer and unit") },
  { NULL },
};

typedef struct
{
  const CjTensor *field, *input; /* input: NULL if there is none */
  gint64 h, w;
  gint64 at; /* the tile of the field; the picture is before it */
  CjvTilePanel panel;
} Data;

static gboolean
data_init (Data *d, const CjvScene *scene)
{
  *d = (Data){ .field = cjv_frame_get_array (scene->frame, "field") };
  if (d->field->shape.n_dims != 2 || cjv_tensor_size (d->field) == 0)
    return FALSE;
  d->h = d->field->shape.dims[0];
  d->w = d->field->shape.dims[1];
  d->input = cjv_frame_get_array (scene->frame, "input");
  if (d->input != NULL
      && (d->input->shape.n_dims != 3 || d->input->dtype != CJ_FLOAT32
          || d->input->shape.dims[0] < 1 || d->input->shape.dims[1] != d->h
          || d->input->shape.dims[2] != d->w))
    d->input = NULL;
  d->at = d->input != NULL;
  return TRUE;
}

static void
place (Data *d, const CjvScene *scene)
{
  cjv_tile_panel_place (&d->panel, scene, d->at + 1, d->h, d->w, scene->style->font_size, 1, 0, 1);
}

/* A line that is seen on any colour. */
static void
stroke (const CjvScene *scene, cairo_t *cr, gboolean dash)
{
  cairo_set_line_width (cr, scene->style->line_width * 2);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_BACKGROUND));
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, scene->style->line_width);
  cairo_set_dash (cr, (const double[]){ 6, 4 }, dash ? 2 : 0, 0);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

/* The middle of the field, in pixels of the picture; FALSE if it is 0 everywhere. */
static gboolean
find_middle (const Data *d, double *x, double *y)
{
  double sum = 0;

  *x = *y = 0;
  for (gint64 i = 0; i < d->h * d->w; i++)
    {
      const double v = cjv_tensor_at (d->field, i);

      if (!isfinite (v))
        continue;
      sum += v;
      *x += v * ((double) (i % d->w) + 0.5);
      *y += v * ((double) (i / d->w) + 0.5);
    }
  *x /= sum;
  *y /= sum;
  return isfinite (*x) && isfinite (*y) && fabs (*x) < 1e4 && fabs (*y) < 1e4;
}

/* The box of what can be heard at all, dashed, and the circle in which half of the field lies. */
static void
draw_bounds (const Data *d, const CjvScene *scene, cairo_t *cr, gint64 at)
{
  const CjTensor *box = cjv_frame_get_array (scene->frame, "box");
  const double radius = cjv_frame_get_scalar (scene->frame, "radius", NAN);
  const CjvRect tile = cjv_tile_grid_get_rect (&d->panel.grid, at);
  const double x = tile.width / (double) d->w, y = tile.height / (double) d->h;
  double middle_x, middle_y;

  cairo_save (cr);
  cairo_rectangle (cr, tile.x - 1, tile.y - 1, tile.width + 2, tile.height + 2);
  cairo_clip (cr);
  if (cjv_tensor_size (box) == 4
      && isfinite (cjv_tensor_at (box, 0) + cjv_tensor_at (box, 1) + cjv_tensor_at (box, 2)
                   + cjv_tensor_at (box, 3)))
    {
      cairo_rectangle (cr, tile.x + CLAMP (cjv_tensor_at (box, 0), -1e4, 1e4) * x,
                       tile.y + CLAMP (cjv_tensor_at (box, 1), -1e4, 1e4) * y,
                       CLAMP (cjv_tensor_at (box, 2), 0, 1e4) * x,
                       CLAMP (cjv_tensor_at (box, 3), 0, 1e4) * y);
      stroke (scene, cr, TRUE);
    }
  if (radius > 0 && radius < 1e4 && find_middle (d, &middle_x, &middle_y))
    {
      cairo_new_path (cr);
      cairo_arc (cr, tile.x + middle_x * x, tile.y + middle_y * y, radius * x, 0, 2 * G_PI);
      stroke (scene, cr, FALSE);
    }
  cairo_restore (cr);
}

/* "can hear 12×12 px (dashed), half of it within 2.5 px (circle)"; you free. */
static char *
print_note (const CjvScene *scene)
{
  const CjTensor *box = cjv_frame_get_array (scene->frame, "box");
  const double radius = cjv_frame_get_scalar (scene->frame, "radius", NAN);
  g_autofree char *within = cjv_number_print (radius, 2);
  const double w = cjv_tensor_at (box, 2), h = cjv_tensor_at (box, 3);

  if (!(fabs (w) < 1e6 && fabs (h) < 1e6) || !isfinite (radius))
    return g_strdup (_ ("mean squared slope"));
  return g_strdup_printf (
      _ ("can hear %d×%d px (dashed); half of what moves it lies within %s px (circle)"), (int) w,
      (int) h, within);
}

static void
fill (const Data *d, const CjvScene *scene, guint32 *pixels, gsize stride)
{
  const Params *p = scene->params;
  const CjvTiles *tiles = &d->panel.grid.tiles;
  g_autofree float *values = g_new (float, d->h * d->w);
  int x, y;

  for (gint64 i = 0; i < d->h * d->w; i++)
    {
      values[i] = (float) cjv_tensor_at (d->field, i);
      if (p->root)
        values[i] = sqrtf (MAX (values[i], 0));
    }
  cjv_tiles_get_origin (tiles, d->at, &x, &y);
  if (d->at < cjv_tile_grid_get_shown (&d->panel.grid))
    cjv_thumbnail_map (values, d->h, d->w, CJV_MAP_SEQUENTIAL, scene->style->dark, 0, 1,
                       pixels + (gsize) y * stride + x, stride, tiles->tile_width,
                       tiles->tile_height);
  if (d->input != NULL)
    {
      const gint64 c = d->input->shape.dims[0] == 3 ? 3 : 1;
      float low = 0, high = 1;

      if (cjv_frame_get_scalar (scene->frame, "pixels", 0) == 0)
        cjv_range_find (cj_tensor_f32 (d->input), c * d->h * d->w, CJV_MAP_GREY, &low, &high);
      cjv_thumbnail_image (cj_tensor_f32 (d->input), c, d->h, d->w, low, high, pixels, stride,
                           tiles->tile_width, tiles->tile_height);
    }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  cairo_surface_t *image;
  guint32 *pixels;
  gsize stride;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  place (&d, scene);
  image = cjv_tile_grid_new_image (&d.panel.grid, &pixels, &stride);
  if (image != NULL)
    fill (&d, scene, pixels, stride);
  cjv_tile_grid_paint (&d.panel.grid, cr, image);
  for (gint64 i = 0; i < cjv_tile_grid_get_shown (&d.panel.grid); i++)
    draw_bounds (&d, scene, cr, i);
  note = print_note (scene);
  cjv_tile_panel_draw_heading (&d.panel, scene, cr, title != NULL ? title : _ ("Receptive field"),
                               note);
  if (d.panel.has_bar)
    cjv_draw_color_bar (scene, cr, &d.panel.bar, CJV_MAP_SEQUENTIAL, 0, 1);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gint64 row, column, at;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  place (&d, scene);
  at = cjv_tile_grid_find (&d.panel.grid, x, y, &row, &column);
  if (at < 0)
    return FALSE;
  {
    const CjvRect tile = cjv_tile_grid_get_rect (&d.panel.grid, at);
    const double w = tile.width / (double) d.w, h = tile.height / (double) d.h;
    g_autofree char *value = cjv_number_print (cjv_tensor_at (d.field, row * d.w + column), 2);

    *out = (CjvHit){
      row * d.w + column, -1, tile.x + (double) column * w, tile.y + (double) row * h, w, h, NULL
    };
    out->text
        = g_strdup_printf (_ ("row %d, column %d: %s of the most"), (int) row, (int) column, value);
  }
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Data d;

  g_string_append (out, "row,column,field\r\n");
  if (!data_init (&d, scene))
    return;
  for (gint64 i = 0; i < d.h * d.w; i++)
    {
      g_string_append_printf (out, "%d,%d,", (int) (i / d.w), (int) (i % d.w));
      cjv_csv_number (out, cjv_tensor_at (d.field, i));
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = print_note (scene);

  /* Translators: layer and unit, then how large its receptive field is */
  return g_strdup_printf (_ ("%s: %s."), title != NULL ? title : _ ("Receptive field"), note);
}

const CjvFigureInfo cjv_figure_receptive_field = {
  .id = "receptive-field",
  .title = N_ ("Receptive field"),
  .blurb
  = N_ ("How much every pixel moves a unit, and the box outside of which none can, on a picture"),
  .empty = N_ ("Choose a layer and a unit and press Make: the pixels that it hears appear here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 640,
  .preset_height = 340,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
