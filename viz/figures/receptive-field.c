/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much every pixel of the picture H x W moves a unit, and the box outside of which none can. */
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
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Layer and unit") },
  { NULL },
};

typedef struct
{
  const CjTensor *field;
  gint64 h, w;
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
  return TRUE;
}

static void
place (Data *d, const CjvScene *scene)
{
  cjv_tile_panel_place (&d->panel, scene, 1, d->h, d->w, 0, 1, 0, 1);
}

static void
draw_box (const Data *d, const CjvScene *scene, cairo_t *cr)
{
  const CjTensor *box = cjv_frame_get_array (scene->frame, "box");
  const CjvRect tile = cjv_tile_grid_get_rect (&d->panel.grid, 0);
  const double x = tile.width / (double) d->w, y = tile.height / (double) d->h;

  if (cjv_tensor_size (box) != 4
      || !isfinite (cjv_tensor_at (box, 0) + cjv_tensor_at (box, 1) + cjv_tensor_at (box, 2)
                    + cjv_tensor_at (box, 3)))
    return;
  cairo_save (cr);
  cairo_rectangle (cr, tile.x - 1, tile.y - 1, tile.width + 2, tile.height + 2);
  cairo_clip (cr);
  cairo_rectangle (cr, tile.x + CLAMP (cjv_tensor_at (box, 0), -1e4, 1e4) * x,
                   tile.y + CLAMP (cjv_tensor_at (box, 1), -1e4, 1e4) * y,
                   CLAMP (cjv_tensor_at (box, 2), 0, 1e4) * x,
                   CLAMP (cjv_tensor_at (box, 3), 0, 1e4) * y);
  cairo_set_line_width (cr, scene->style->line_width * 2);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_BACKGROUND));
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, scene->style->line_width);
  cairo_set_dash (cr, (const double[]){ 6, 4 }, 2, 0);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* "can hear 12×12 px, half of it within 2.5 px"; you free. */
static char *
print_note (const CjvScene *scene)
{
  const CjTensor *box = cjv_frame_get_array (scene->frame, "box");
  const double radius = cjv_frame_get_scalar (scene->frame, "radius", NAN);
  g_autofree char *within = cjv_number_print (radius, 2);
  const double w = cjv_tensor_at (box, 2), h = cjv_tensor_at (box, 3);

  if (!(fabs (w) < 1e6 && fabs (h) < 1e6) || !isfinite (radius))
    return g_strdup (_ ("mean squared slope"));
  return g_strdup_printf (_ ("can hear %d×%d px (dashed); half of what moves it lies within %s px"),
                          (int) w, (int) h, within);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const Params *p = scene->params;
  g_autofree float *values = NULL;
  g_autofree char *note = NULL;
  cairo_surface_t *image;
  guint32 *pixels;
  gsize stride;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  place (&d, scene);
  values = g_new (float, d.h *d.w);
  for (gint64 i = 0; i < d.h * d.w; i++)
    values[i] = (float) cjv_tensor_at (d.field, i);
  for (gint64 i = 0; i < d.h * d.w && p->root; i++)
    values[i] = sqrtf (MAX (values[i], 0));
  image = cjv_tile_grid_new_image (&d.panel.grid, &pixels, &stride);
  if (image != NULL)
    cjv_thumbnail_map (values, d.h, d.w, CJV_MAP_SEQUENTIAL, scene->style->dark, 0, 1, pixels,
                       stride, d.panel.grid.tiles.tile_width, d.panel.grid.tiles.tile_height);
  cjv_tile_grid_paint (&d.panel.grid, cr, image);
  draw_box (&d, scene, cr);
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
  gint64 row, column;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  place (&d, scene);
  if (cjv_tile_grid_find (&d.panel.grid, x, y, &row, &column) < 0)
    return FALSE;
  {
    const CjvRect tile = cjv_tile_grid_get_rect (&d.panel.grid, 0);
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
  .blurb = N_ ("How much every pixel moves a unit, and the box outside of which none can"),
  .empty = N_ ("Choose a layer and a unit and press Make: the pixels that it hears appear here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 480,
  .preset_height = 460,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
