/* SPDX-License-Identifier: GPL-3.0-or-later */
/* G maps (heads, or one rollout) of R rows and K columns of patches. */
#include "cjv-attention.h"
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double heat;
  gboolean each;
} Params;

static const CjParam params[] = {
  { .name = "heat",
    .title = N_ ("Heat"),
    .blurb = N_ ("How much the colours cover the picture"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, heat),
    .preset = 0.6,
    .max = 1,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "each",
    .title = N_ ("Own range"),
    .blurb = N_ ("Stretches the colours of every head alone"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, each),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "picture", CJV_WANT_ARRAY, TRUE, "[C, H, W] or [1, C, H, W]", N_ ("The picture that is seen") },
  { "maps", CJV_WANT_ARRAY, TRUE, "[G, R, K] or [R, K]",
    N_ ("How much each patch of it is looked at") },
  { "query", CJV_WANT_SCALAR, FALSE, NULL,
    N_ ("Patch that looks, row by row; -1: none of them, as the class token") },
  { "names", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the maps, if they are no heads") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  CjTensor *maps, *picture; /* float32 */
  gint64 n, rows, columns, query;
  gint64 c, h, w; /* of the picture */
  float high;
  CjvTilePanel panel;
} View;

static void
view_clear (View *v)
{
  g_clear_pointer (&v->maps, cj_tensor_unref);
  g_clear_pointer (&v->picture, cj_tensor_unref);
}

static gboolean
view_init (View *v, const CjvFrame *frame)
{
  const CjTensor *maps = cjv_frame_get_array (frame, "maps");
  const CjTensor *picture = cjv_frame_get_array (frame, "picture");
  const guint d = maps->shape.n_dims, p = picture->shape.n_dims;
  const double query = cjv_frame_get_scalar (frame, "query", -1);

  *v = (View){ 0 };
  if (d < 2 || d > 3 || p < 3 || p > 4 || (p == 4 && picture->shape.dims[0] != 1))
    return FALSE;
  v->n = d == 3 ? maps->shape.dims[0] : 1;
  v->rows = maps->shape.dims[d - 2];
  v->columns = maps->shape.dims[d - 1];
  v->c = picture->shape.dims[p - 3];
  v->h = picture->shape.dims[p - 2];
  v->w = picture->shape.dims[p - 1];
  v->query = query >= 0 && query < (double) (v->rows * v->columns) ? (gint64) query : -1;
  v->maps = cjv_tensor_to_float (maps);
  v->picture = cjv_tensor_to_float (picture);
  for (gint64 i = 0; i < v->n * v->rows * v->columns; i++)
    if (isfinite (cj_tensor_f32 (v->maps)[i]))
      v->high = MAX (v->high, cj_tensor_f32 (v->maps)[i]);
  if (v->high <= 0)
    v->high = 1;
  return TRUE;
}

static void
view_place (View *v, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size;

  cjv_tile_panel_place (&v->panel, scene, v->n, v->h, v->w, em * 0.5, em * 3, p->each ? NAN : 0,
                        p->each ? NAN : v->high);
}

/* Heat over the picture, both as pixels: a share `heat` of the first. */
static guint32
mix (guint32 over, guint32 under, double heat)
{
  guint32 out = 0xff000000;

  for (int shift = 0; shift < 24; shift += 8)
    {
      const double a = over >> shift & 0xff, b = under >> shift & 0xff;

      out |= (guint32) lround (a * heat + b * (1 - heat)) << shift;
    }
  return out;
}

/* One picture with the map of one head over it, into a tile of `width` × `height` pixels. */
static void
paint_tile (const View *v, const CjvScene *scene, gint64 i, guint32 *pixels, gsize stride,
            int width, int height)
{
  const Params *p = scene->params;
  const gint64 cells = v->rows * v->columns;
  const float *map = cj_tensor_f32 (v->maps) + i * cells;
  g_autofree guint32 *heat = g_new (guint32, (gsize) width * (gsize) height);
  float low, high, top = 0;

  cjv_range_find (cj_tensor_f32 (v->picture), v->c * v->h * v->w, CJV_MAP_GREY, &low, &high);
  cjv_thumbnail_image (cj_tensor_f32 (v->picture), v->c == 3 ? 3 : 1, v->h, v->w, low, high, pixels,
                       stride, width, height);
  for (gint64 k = 0; k < cells; k++)
    top = isfinite (map[k]) ? MAX (top, map[k]) : top;
  cjv_thumbnail_map (map, v->rows, v->columns, cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL),
                     scene->style->dark, 0, p->each && top > 0 ? top : v->high, heat, (gsize) width,
                     width, height);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      pixels[(gsize) y * stride + (gsize) x]
          = mix (heat[(gsize) y * (gsize) width + (gsize) x],
                 pixels[(gsize) y * stride + (gsize) x], p->heat);
}

static void
draw_query (const CjvScene *scene, cairo_t *cr, const View *v, const CjvRect *tile)
{
  const double w = tile->width / (double) v->columns, h = tile->height / (double) v->rows;

  cairo_rectangle (cr, tile->x + w * (double) (v->query % v->columns),
                   tile->y + h * (double) (v->query / v->columns), w, h);
  cairo_set_line_width (cr, scene->style->line_width * 1.6);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_stroke_preserve (cr);
  cairo_set_line_width (cr, scene->style->line_width * 0.8);
  cairo_set_source_rgb (cr, 1, 0.85, 0.1);
  cairo_stroke (cr);
}

static void
draw_tiles (const CjvScene *scene, cairo_t *cr, const View *v)
{
  const CjvTiles *tiles = &v->panel.grid.tiles;
  guint32 *pixels;
  gsize stride;
  cairo_surface_t *image = cjv_tile_grid_new_image (&v->panel.grid, &pixels, &stride);

  for (gint64 i = 0; image != NULL && i < cjv_tile_grid_get_shown (&v->panel.grid); i++)
    {
      int x, y;

      cjv_tiles_get_origin (tiles, i, &x, &y);
      paint_tile (v, scene, i, pixels + (gsize) y * stride + (gsize) x, stride, tiles->tile_width,
                  tiles->tile_height);
    }
  cjv_tile_grid_paint (&v->panel.grid, cr, image);
  for (gint64 i = 0; v->query >= 0 && i < cjv_tile_grid_get_shown (&v->panel.grid); i++)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&v->panel.grid, i);

      draw_query (scene, cr, v, &tile);
    }
}

static char *
print_note (const CjvScene *scene, const View *v)
{
  g_autofree char *name = cjv_attention_dup_name (scene->frame, 0);
  g_autofree char *maps
      = v->n == 1 ? g_steal_pointer (&name) : g_strdup_printf (_ ("%d heads"), (int) v->n);

  if (v->query < 0)
    /* Translators: heads of attention, then the patches of a picture that they look at */
    return g_strdup_printf (_ ("%s, patches %d × %d"), maps, (int) v->rows, (int) v->columns);
  return g_strdup_printf (_ ("%s, patches %d × %d; what the framed one looks at"), maps,
                          (int) v->rows, (int) v->columns);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  View v;

  if (!view_init (&v, scene->frame))
    return FALSE;
  view_place (&v, scene);
  draw_tiles (scene, cr, &v);
  note = print_note (scene, &v);
  cjv_tile_panel_draw_heading (&v.panel, scene, cr, title != NULL ? title : _ ("Attention"), note);
  if (v.panel.has_bar)
    cjv_draw_color_bar (scene, cr, &v.panel.bar, cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL),
                        0, v.high);
  view_clear (&v);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gint64 i, row, column;
  View v;

  if (!view_init (&v, scene->frame))
    return FALSE;
  view_place (&v, scene);
  i = cjv_tile_grid_find (&v.panel.grid, x, y, &row, &column);
  if (i >= 0)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&v.panel.grid, i);
      const double w = tile.width / (double) v.columns, h = tile.height / (double) v.rows;
      const gint64 r = row * v.rows / v.h, k = column * v.columns / v.w;
      const gint64 cell = r * v.columns + k;
      g_autofree char *name = cjv_attention_dup_name (scene->frame, i);
      g_autofree char *share
          = cjv_percent_print (cj_tensor_f32 (v.maps)[i * v.rows * v.columns + cell], 1);

      *out = (CjvHit){ .index = cell,
                       .series = i,
                       .x = tile.x + w * (double) k,
                       .y = tile.y + h * (double) r,
                       .width = w,
                       .height = h };
      out->text = g_strdup_printf (_ ("%s: patch in row %d, column %d, %s"), name, (int) r, (int) k,
                                   share);
    }
  view_clear (&v);
  return i >= 0;
}

static void
csv (const CjvScene *scene, GString *out)
{
  View v;

  g_string_append (out, "head,row,column,weight\r\n");
  if (!view_init (&v, scene->frame))
    return;
  for (gint64 i = 0; i < v.n * v.rows * v.columns; i++)
    {
      g_autofree char *name = cjv_attention_dup_name (scene->frame, i / (v.rows * v.columns));

      cjv_csv_text (out, name);
      g_string_append_printf (out, ",%d,%d,", (int) (i / v.columns % v.rows),
                              (int) (i % v.columns));
      cjv_csv_number (out, cj_tensor_f32 (v.maps)[i]);
      g_string_append (out, "\r\n");
    }
  view_clear (&v);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *name = NULL, *share = NULL;
  gint64 best = 0, cells;
  View v;

  if (!view_init (&v, scene->frame))
    return NULL;
  cells = v.rows * v.columns;
  for (gint64 i = 0; i < v.n * cells; i++)
    if (cj_tensor_f32 (v.maps)[i] > cj_tensor_f32 (v.maps)[best]
        || isnan (cj_tensor_f32 (v.maps)[best]))
      best = i;
  name = cjv_attention_dup_name (scene->frame, best / cells);
  share = cjv_percent_print (cj_tensor_f32 (v.maps)[best], 1);
  view_clear (&v);
  return g_strdup_printf (
      _ ("%s: a picture of %d by %d patches. Most is looked at the patch in row "
         "%d, column %d: %s by %s."),
      title != NULL ? title : _ ("Attention"), (int) v.rows, (int) v.columns,
      (int) (best % cells / v.columns), (int) (best % v.columns), share, name);
}

const CjvFigureInfo cjv_figure_attention_patches = {
  .id = "attention-patches",
  .title = N_ ("Attention on a picture"),
  .blurb = N_ ("Which patches of the picture each head looks at"),
  .empty = N_ ("Here stands where a network that cuts pictures into patches looks, as soon as its "
               "data is loaded."),
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
