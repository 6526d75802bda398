/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H heads, T tokens that look, S that are looked at. */
#include "cjv-attention.h"
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  int head;
  gboolean each;
} Params;

static const CjParam params[] = {
  { .name = "head",
    .title = N_ ("Head"),
    .blurb = N_ ("The one that is shown, large and with its tokens; 0: all side by side"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, head),
    .max = 256,
    .soft_max = 16,
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
  { "weights", CJV_WANT_ARRAY, TRUE, "[H, T, S] or [T, S]",
    N_ ("How much each token looks at each; a row sums to 1") },
  { "tokens", CJV_WANT_STRINGS, FALSE, NULL, N_ ("The tokens that look") },
  { "keys", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Those that are looked at, if they are others") },
  { "names", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the maps, if they are no heads") },
  { "query", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Token whose row is marked") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  CjvAttention a;
  gint64 first, n; /* maps shown */
  gboolean labels; /* of the tokens: one map with room for them */
  double shift;    /* px left of the map, of labels */
  CjvScene inner;  /* without the labels */
  CjvTilePanel panel;
} View;

static gboolean
view_init (View *v, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size;

  if (!cjv_attention_init (&v->a, scene->frame))
    return FALSE;
  v->first = p->head > 0 ? MIN (p->head, v->a.heads) - 1 : 0;
  v->n = p->head > 0 ? 1 : v->a.heads;
  v->inner = *scene;
  v->labels = v->n == 1 && !scene->style->bare && scene->width > em * 16 && scene->height > em * 12;
  v->shift = v->labels ? em * 2.6 : 0;
  v->inner.width -= v->shift;
  v->inner.height -= v->labels ? em * 2.6 : 0;
  cjv_tile_panel_place (&v->panel, &v->inner, v->n, v->a.t, v->a.s, em * 0.5, em * 2,
                        p->each ? NAN : 0, p->each ? NAN : v->a.high);
  return TRUE;
}

/* As many of `n` labels of `size` px as have room, every first, second, fifth ... of them. */
static gint64
get_stride (gint64 n, double room, double size)
{
  gint64 stride = 1;

  while (room / (double) n * (double) stride < size)
    stride = stride < 2 ? 2 : stride < 5 ? 5 : stride * 2;
  return stride;
}

/* The widest of the first labels, px. */
static double
find_widest (const CjvScene *scene, const char *names, gint64 n)
{
  double widest = 0;

  for (gint64 i = 0; i < MIN (n, 64); i++)
    {
      g_autofree char *text = cjv_class_dup (scene->frame, names, i);

      widest = MAX (widest, cjv_text_width (scene, CJV_SIZE_TINY, text));
    }
  return widest + 1;
}

static void
draw_labels (const CjvScene *scene, cairo_t *cr, const View *v)
{
  const CjvRect tile = cjv_tile_grid_get_rect (&v->panel.grid, 0);
  const double line = cjv_text_height (scene, CJV_SIZE_TINY), em = scene->style->font_size;
  const double w = tile.width / (double) v->a.s, h = tile.height / (double) v->a.t;
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK_DIM);
  const gint64 down = get_stride (v->a.t, tile.height, line);
  const char *keys = cjv_frame_get_string (scene->frame, "keys", 0) != NULL ? "keys" : "tokens";
  const gint64 along
      = get_stride (v->a.s, tile.width, find_widest (scene, keys, v->a.s) + em * 0.2);

  for (gint64 i = 0; i < v->a.t; i += down)
    {
      g_autofree char *text = cjv_class_dup (scene->frame, "tokens", i);

      cjv_text_draw (scene, cr, v->shift + tile.x - em * 0.3, tile.y + h * ((double) i + 0.5),
                     em * 1.8, CJV_SIZE_TINY, CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, text);
    }
  for (gint64 j = 0; j < v->a.s; j += along)
    {
      g_autofree char *text = cjv_class_dup (scene->frame, keys, j);

      cjv_text_draw (scene, cr, v->shift + tile.x + w * ((double) j + 0.5),
                     tile.y + tile.height + 2, MAX (w * (double) along, line) * 1.5, CJV_SIZE_TINY,
                     CJV_TEXT_CENTER, ink, text);
    }
  cjv_text_draw (scene, cr, MAX (v->shift + tile.x - em * 3.4, 0), tile.y + tile.height / 2,
                 tile.height, CJV_SIZE_NOTE, CJV_TEXT_UP | CJV_TEXT_CENTER, ink, _ ("looks"));
  cjv_text_draw (scene, cr, v->shift + tile.x + tile.width / 2, tile.y + tile.height + line + 3,
                 tile.width, CJV_SIZE_NOTE, CJV_TEXT_CENTER, ink, _ ("is looked at"));
}

/* A frame around each map, and around the row of the marked token. */
static void
draw_frames (const CjvScene *scene, cairo_t *cr, const View *v)
{
  const gint64 query = cjv_attention_get_query (&v->a, scene->frame);

  for (gint64 i = 0; i < cjv_tile_grid_get_shown (&v->panel.grid); i++)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&v->panel.grid, i);
      const double h = tile.height / (double) v->a.t;

      cairo_set_line_width (cr, 1);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_GRID));
      cairo_rectangle (cr, tile.x, tile.y, tile.width, tile.height);
      cairo_stroke (cr);
      if (query < 0)
        continue;
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
      cairo_rectangle (cr, tile.x, tile.y + h * (double) query, tile.width, MAX (h, 2));
      cairo_stroke (cr);
    }
}

static char *
print_note (const CjvScene *scene, const View *v)
{
  g_autofree char *name = cjv_attention_dup_name (scene->frame, v->first);

  if (v->n == 1)
    return g_strdup_printf (_ ("%s, %d × %d tokens"), name, (int) v->a.t, (int) v->a.s);
  /* Translators: heads of attention as maps of tokens by tokens */
  return g_strdup_printf (_ ("%d heads of %d × %d tokens, the first upper left"), (int) v->n,
                          (int) v->a.t, (int) v->a.s);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const Params *p = scene->params;
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  cairo_surface_t *image;
  guint32 *pixels;
  gsize stride;
  View v;

  if (!view_init (&v, scene))
    return FALSE;
  cairo_save (cr);
  cairo_translate (cr, v.shift, 0);
  image = cjv_tile_grid_new_image (&v.panel.grid, &pixels, &stride);
  if (image != NULL)
    cjv_thumbnail_maps (cj_tensor_f32 (v.a.weights) + v.first * v.a.t * v.a.s, v.n, v.a.t, v.a.s,
                        &v.panel.grid.tiles, cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL),
                        scene->style->dark, p->each, 0, v.a.high, pixels, stride);
  cjv_tile_grid_paint (&v.panel.grid, cr, image);
  draw_frames (&v.inner, cr, &v);
  note = print_note (scene, &v);
  cjv_tile_panel_draw_heading (&v.panel, &v.inner, cr, title != NULL ? title : _ ("Attention"),
                               note);
  if (v.panel.has_bar)
    cjv_draw_color_bar (&v.inner, cr, &v.panel.bar,
                        cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL), 0, v.a.high);
  cairo_restore (cr);
  if (v.labels)
    draw_labels (scene, cr, &v);
  cjv_attention_clear (&v.a);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gint64 i, row, column;
  View v;

  if (!view_init (&v, scene))
    return FALSE;
  i = cjv_tile_grid_find (&v.panel.grid, x - v.shift, y, &row, &column);
  if (i >= 0)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&v.panel.grid, i);
      const double w = tile.width / (double) v.a.s, h = tile.height / (double) v.a.t;

      *out = (CjvHit){ .index = row,
                       .series = v.first + i,
                       .x = v.shift + tile.x + w * (double) column,
                       .y = tile.y + h * (double) row,
                       .width = w,
                       .height = h,
                       .text = cjv_attention_print (&v.a, scene->frame, v.first + i, row, column) };
    }
  cjv_attention_clear (&v.a);
  return i >= 0;
}

static void
csv (const CjvScene *scene, GString *out)
{
  CjvAttention a;

  if (!cjv_attention_init (&a, scene->frame))
    return;
  cjv_attention_print_csv (&a, scene->frame, out);
  cjv_attention_clear (&a);
}

static char *
words (const CjvScene *scene)
{
  CjvAttention a;
  char *text;

  if (!cjv_attention_init (&a, scene->frame))
    return NULL;
  text = cjv_attention_print_words (&a, scene->frame);
  cjv_attention_clear (&a);
  return text;
}

const CjvFigureInfo cjv_figure_attention = {
  .id = "attention",
  .title = N_ ("Attention"),
  .blurb = N_ ("How much every token looks at every other, head by head"),
  .empty = N_ ("Here stands who looks at whom, in a network with attention, as soon as its data is "
               "loaded."),
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
