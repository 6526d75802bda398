/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What spoke for the answer: a block a sample, a tile a method. R rows, M methods; C H W picture, T words,
 * I numbers of a table. */
#include "cjv-draw.h"
#include "cjv-fate.h"
#include "cjv-thumbnail.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct
{
  int scale, against;
  double overlay, clip;
} Params;

enum
{
  SCALE_OWN,
  SCALE_METHOD,
  SCALE_ALL
};

static const char *const scales[] = { "own", "method", "all", NULL };

static const CjParam params[] = {
  { .name = "overlay",
    .title = N_ ("Opacity"),
    .blurb = N_ ("How much of the map covers the picture; 1: the map alone"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, overlay),
    .preset = 0.8,
    .min = 0,
    .max = 1,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "scale",
    .title = N_ ("Colour scale"),
    .blurb = N_ ("Of every map alone, of all maps of a method, or one for all"),
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, scale),
    .max = SCALE_ALL,
    .choices = scales,
    .flags = CJ_PARAM_LIVE },
  { .name = "clip",
    .title = N_ ("Strongest"),
    .blurb
    = N_ ("Share of the strongest numbers that get the full colour, so that one does not pale "
          "all others"),
    .unit = "%",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, clip),
    .preset = 0.5,
    .min = 0,
    .max = 50,
    .soft_max = 5,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "against",
    .title = N_ ("Difference from"),
    .blurb = N_ ("Number of the method that is taken away from the others, each as a share of its "
                 "strongest; 0: none"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, against),
    .max = 64,
    .soft_max = 9,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "maps", CJV_WANT_ARRAY, TRUE, "[R, M, H, W]",
    N_ ("How much each pixel, word or number spoke for the target; not a number: not there yet") },
  { "pictures", CJV_WANT_ARRAY, FALSE, "[R, C, H, W]", N_ ("The samples, 0..1") },
  { "values", CJV_WANT_ARRAY, FALSE, "[R, W]", N_ ("The samples, of a table") },
  { "signed", CJV_WANT_ARRAY, FALSE, "[M]", N_ ("1 where a method tells for from against") },
  { "words", CJV_WANT_STRINGS, FALSE, NULL, N_ ("R times W words of the samples, of text") },
  { "features", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the numbers of a table") },
  { "rows", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the samples") },
  { "questions", CJV_WANT_STRINGS, FALSE, NULL, N_ ("What was asked about each sample") },
  { "methods", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the methods") },
  { "notes", CJV_WANT_STRINGS, FALSE, NULL,
    N_ ("R times M remarks: why there is no map, or how true it is") },
  { "curves", CJV_WANT_ARRAY, FALSE, "[R, M, 2, S]",
    N_ ("How sure the network is as what a map holds most of goes, and as it comes back; not a "
        "number: not measured") },
  { NULL },
};

typedef enum
{
  KIND_PICTURE,
  KIND_WORDS,
  KIND_NUMBERS
} Kind;

typedef struct
{
  const CjvFrame *frame;
  const Params *p;
  Kind kind;
  CjTensor *maps; /* [R, M, H, W], of the difference where that is wanted */
  const CjTensor *pictures, *curves;
  gint64 r, m, h, w, c;
  gboolean difference;
  float *high; /* R × M: where the colours end; only to draw */

  double pad, line, title; /* px */
  double tile_w, tile_h;   /* px, of the drawing of a tile */
  double notes, strip;     /* px, below it: of the remarks, and of the curves */
  double cell_w, cell_h;   /* px, with its words and gap */
  double block;            /* px, of a sample with its heading */
  gint64 columns, lines;   /* tiles beside and above one another in a block */
  gint64 first;            /* tiles of the sample itself: 1 or 0 */
  glong space;             /* letters between words: 1 where words are longer than that, or 0 */
} Sheet;

static gboolean
is_signed (const Sheet *s, gint64 m)
{
  const CjTensor *flags = cjv_frame_get_array (s->frame, "signed");

  return s->difference || (m < cjv_tensor_size (flags) && cjv_tensor_at (flags, m) != 0);
}

static float *
map_of (const Sheet *s, gint64 r, gint64 m)
{
  return cj_tensor_f32 (s->maps) + (r * s->m + m) * s->h * s->w;
}

static gboolean
is_there (const Sheet *s, gint64 r, gint64 m)
{
  return isfinite (map_of (s, r, m)[0]);
}

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

/* The size that only `share` of the numbers are beyond. */
static float
find_high (const float *map, gint64 n, double share)
{
  g_autofree float *sizes = g_new (float, (gsize) n);

  for (gint64 i = 0; i < n; i++)
    sizes[i] = isfinite (map[i]) ? fabsf (map[i]) : 0;
  qsort (sizes, (gsize) n, sizeof (float), compare_floats);
  for (gint64 at = n - 1 - (gint64) (share * (double) n); at < n; at++)
    if (sizes[MAX (at, 0)] > 0)
      return sizes[MAX (at, 0)];
  return 1;
}

/* Where the colours of a map without signs begin: at its weakest, so that what differs is seen. */
static float
find_low (const float *map, gint64 n)
{
  float low = map[0];

  for (gint64 i = 1; i < n; i++)
    low = MIN (low, map[i]);
  return low;
}

/* Each map over its strongest, minus that of the chosen method. */
static void
take_difference (Sheet *s)
{
  const gint64 n = s->h * s->w, of = s->p->against - 1;

  for (gint64 r = 0; r < s->r; r++)
    {
      g_autofree float *base = g_memdup2 (map_of (s, r, of), sizeof (float) * (gsize) n);
      const float base_high = find_high (base, n, 0);

      for (gint64 m = 0; m < s->m; m++)
        {
          float *map = map_of (s, r, m);
          const float high = find_high (map, n, 0);

          for (gint64 i = 0; i < n && m != of; i++)
            map[i] = map[i] / high - base[i] / base_high;
        }
    }
  s->difference = TRUE;
}

static void
find_scales (Sheet *s)
{
  float most = 0;

  s->high = g_new0 (float, (gsize) (s->r * s->m));
  for (gint64 i = 0; i < s->r * s->m; i++)
    {
      s->high[i]
          = find_high (cj_tensor_f32 (s->maps) + i * s->h * s->w, s->h * s->w, s->p->clip / 100);
      most = MAX (most, s->high[i]);
    }
  for (gint64 m = 0; m < s->m && s->p->scale == SCALE_METHOD; m++)
    {
      float of_method = 0;

      for (gint64 r = 0; r < s->r; r++)
        of_method = MAX (of_method, s->high[r * s->m + m]);
      for (gint64 r = 0; r < s->r; r++)
        s->high[r * s->m + m] = of_method;
    }
  for (gint64 i = 0; i < s->r * s->m && s->p->scale == SCALE_ALL; i++)
    s->high[i] = most;
}

static void
sheet_clear (Sheet *s)
{
  g_clear_pointer (&s->maps, cj_tensor_unref);
  g_clear_pointer (&s->high, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sheet, sheet_clear)

static gboolean
sheet_init (Sheet *s, const CjvScene *scene)
{
  const CjTensor *maps = cjv_frame_get_array (scene->frame, "maps");
  const CjTensor *pictures = cjv_frame_get_array (scene->frame, "pictures");
  const gint64 *d = maps->shape.dims;
  guint n_words = 0;

  *s = (Sheet){ .frame = scene->frame, .p = scene->params };
  if (maps->shape.n_dims != 4 || maps->dtype != CJ_FLOAT32 || cjv_tensor_size (maps) == 0)
    return FALSE;
  s->r = d[0];
  s->m = d[1];
  s->h = d[2];
  s->w = d[3];
  if (pictures != NULL && pictures->shape.n_dims == 4 && pictures->shape.dims[0] == s->r
      && pictures->shape.dims[2] == s->h && pictures->shape.dims[3] == s->w)
    {
      s->pictures = pictures;
      s->c = pictures->shape.dims[1];
    }
  s->curves = cjv_fate_find (scene->frame, s->r * s->m);
  cjv_frame_get_strings (scene->frame, "words", &n_words);
  s->kind = s->h > 1 || s->pictures != NULL   ? KIND_PICTURE
            : s->w * s->r == (gint64) n_words ? KIND_WORDS
                                              : KIND_NUMBERS;
  for (guint i = 0; i < n_words && s->kind == KIND_WORDS; i++)
    if (g_utf8_strlen (cjv_frame_get_string (s->frame, "words", i), -1) > 1)
      s->space = 1;
  s->first = s->kind == KIND_PICTURE && s->pictures != NULL ? 1 : 0;
  s->maps = cj_tensor_dup (maps);
  if (s->p->against > 0 && s->p->against <= s->m)
    take_difference (s);
  return TRUE;
}

static glong
count_letters_of (const Sheet *s, gint64 r, gint64 i)
{
  return g_utf8_strlen (cjv_frame_get_string (s->frame, "words", r * s->w + i), -1);
}

/* --- places --- */

#define LETTER 0.66 /* px a px of the font: letters of text have the same width */

static gint64
count_letters (const Sheet *s)
{
  gint64 most = 1;

  for (gint64 r = 0; r < s->r; r++)
    {
      gint64 n = 0;

      for (gint64 i = 0; i < s->w; i++)
        n += count_letters_of (s, r, i) + s->space;
      most = MAX (most, n);
    }
  return most;
}

/* The block of tiles `w` wide each: how many go side by side and how high it all is. */
static double
measure (Sheet *s, const CjvScene *scene, double tile_w)
{
  const double em = scene->style->font_size, room = scene->width - 2 * s->pad;
  const gint64 tiles = s->m + s->first;

  s->tile_w = tile_w;
  if (s->kind == KIND_PICTURE)
    s->tile_h = tile_w * (double) s->h / (double) s->w;
  else if (s->kind == KIND_WORDS)
    s->tile_h = ceil ((double) count_letters (s) * em * LETTER / tile_w) * em * 1.5;
  else
    s->tile_h = MIN (tile_w * 0.5, em * 8);
  s->cell_w = s->tile_w + em * 0.8;
  s->cell_h = s->tile_h + s->line + s->notes + s->strip + em * 0.5;
  s->columns = MAX ((gint64) ((room + em * 0.8) / s->cell_w), 1);
  s->columns = MIN (s->columns, tiles);
  s->lines = (tiles + s->columns - 1) / s->columns;
  s->block = s->title + (double) s->lines * s->cell_h + em * 0.4;
  return s->block * (double) s->r;
}

/* The largest tiles that all fit, but none smaller than can be read. */
static void
sheet_place (Sheet *s, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  double low, high, room;

  s->pad = MIN (em * 0.8, scene->width / 12);
  s->line = cjv_text_height (scene, CJV_SIZE_TINY);
  s->notes = (s->curves != NULL && s->kind == KIND_PICTURE ? 3 : 2) * s->line;
  s->strip = s->curves != NULL ? em * 1.8 : 0;
  s->title = scene->style->bare ? 0 : cjv_text_height (scene, CJV_SIZE_BODY) + em * 0.3;
  room = scene->height - 2 * s->pad;
  low = MIN (em * 6, scene->width - 2 * s->pad);
  high = MIN (scene->width - 2 * s->pad, s->kind == KIND_PICTURE ? em * 26 : em * 60);
  for (int i = 0; i < 24 && s->kind != KIND_WORDS; i++)
    {
      const double middle = (low + high) / 2;

      if (measure (s, scene, middle) <= room)
        low = middle;
      else
        high = middle;
    }
  measure (s, scene, s->kind == KIND_WORDS ? scene->width - 2 * s->pad : floor (low));
}

/* Where tile `t` of row `r` is drawn; tile 0 is the sample where there is one. */
static CjvRect
place_tile (const Sheet *s, gint64 r, gint64 t)
{
  return (CjvRect){ s->pad + (double) (t % s->columns) * s->cell_w,
                    s->pad + (double) r * s->block + s->title + s->line
                        + (double) (t / s->columns) * s->cell_h,
                    s->tile_w, s->tile_h };
}

/* --- drawing --- */

static cairo_surface_t *
new_image (const CjvScene *scene, const CjvRect *at, guint32 **pixels, gsize *stride)
{
  const int w = (int) CLAMP (lround (at->width * scene->style->scale), 1, 4096);
  const int h = (int) CLAMP (lround (at->height * scene->style->scale), 1, 4096);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, w, h);

  if (cairo_surface_status (image) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (image);
      return NULL;
    }
  *pixels = (guint32 *) cairo_image_surface_get_data (image);
  *stride = (gsize) cairo_image_surface_get_stride (image) / 4;
  return image;
}

static void
paint (const CjvScene *scene, cairo_t *cr, cairo_surface_t *image, const CjvRect *at)
{
  cairo_surface_mark_dirty (image);
  cairo_save (cr);
  cairo_translate (cr, cjv_snap (scene->style, at->x), cjv_snap (scene->style, at->y));
  cairo_scale (cr, 1 / scene->style->scale, 1 / scene->style->scale);
  cairo_set_source_surface (cr, image, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_restore (cr);
}

/* The sample, in colour or, under a map, in grey. */
static void
fill_picture (const Sheet *s, gint64 r, gboolean grey, guint32 *pixels, gsize stride, int w, int h)
{
  const gint64 n = s->h * s->w, planes = s->c == 3 && !grey ? 3 : 1;
  const CjShape shape = cj_shape1 (planes * n);
  g_autoptr (CjTensor) values = cj_tensor_new (CJ_FLOAT32, &shape);
  float low, high;

  for (gint64 k = 0; k < planes * n; k++)
    if (planes == 1 && s->c == 3)
      for (gint64 c = 0; c < 3; c++)
        cj_tensor_f32 (values)[k]
            += (float) cjv_tensor_at (s->pictures, (r * s->c + c) * n + k) / 3;
    else
      cj_tensor_f32 (values)[k] = (float) cjv_tensor_at (s->pictures, r * s->c * n + k);
  cjv_range_find (cj_tensor_f32 (values), planes * n, CJV_MAP_GREY, &low, &high);
  if (low >= -0.01f && high <= 1.01f)
    {
      low = 0;
      high = 1;
    }
  cjv_thumbnail_image (cj_tensor_f32 (values), planes, s->h, s->w, low, high, pixels, stride, w, h);
}

static void
draw_map (const CjvScene *scene, cairo_t *cr, const Sheet *s, gint64 r, gint64 m, const CjvRect *at)
{
  const gboolean both = is_signed (s, m);
  const float high = s->high[r * s->m + m];
  const float low = both ? -high : find_low (map_of (s, r, m), s->h * s->w);
  guint32 *pixels, *under;
  gsize stride, under_stride;
  cairo_surface_t *image = new_image (scene, at, &pixels, &stride), *below;
  int w, h;

  if (image == NULL)
    return;
  w = cairo_image_surface_get_width (image);
  h = cairo_image_surface_get_height (image);
  cjv_thumbnail_map (map_of (s, r, m), s->h, s->w,
                     cjv_style_map (scene->style, both ? CJV_MAP_SIGNED : CJV_MAP_SEQUENTIAL),
                     scene->style->dark, MIN (low, high * 0.99f), high, pixels, stride, w, h);
  below = s->first > 0 && s->p->overlay < 1 ? new_image (scene, at, &under, &under_stride) : NULL;
  if (below != NULL)
    {
      fill_picture (s, r, TRUE, under, under_stride, w, h);
      cjv_thumbnail_mix (pixels, stride, under, under_stride, w, h, s->p->overlay);
      cairo_surface_destroy (below);
    }
  paint (scene, cr, image, at);
  cairo_surface_destroy (image);
}

static void
draw_sample (const CjvScene *scene, cairo_t *cr, const Sheet *s, gint64 r, const CjvRect *at)
{
  guint32 *pixels;
  gsize stride;
  cairo_surface_t *image = new_image (scene, at, &pixels, &stride);

  if (image == NULL)
    return;
  fill_picture (s, r, FALSE, pixels, stride, cairo_image_surface_get_width (image),
                cairo_image_surface_get_height (image));
  paint (scene, cr, image, at);
  cairo_surface_destroy (image);
}

static CjvColor
color_of (const CjvScene *scene, const Sheet *s, gint64 r, gint64 m, gint64 i)
{
  const double t = map_of (s, r, m)[i] / s->high[r * s->m + m];

  return is_signed (s, m)
             ? cjv_map_color (cjv_style_map (scene->style, CJV_MAP_SIGNED), scene->style,
                              CLAMP (t, -1, 1) / 2 + 0.5)
             : cjv_color_mix (cjv_style_color (scene->style, CJV_BACKGROUND),
                              cjv_style_color (scene->style, CJV_ACCENT), CLAMP (t, 0, 1) * 0.8);
}

/* Where letter `i` of the text of a tile stands. */
static CjvRect
place_letter (const CjvScene *scene, const CjvRect *at, gint64 i)
{
  const double em = scene->style->font_size, w = em * LETTER;
  const gint64 columns = MAX ((gint64) (at->width / w), 1);

  return (CjvRect){ at->x + (double) (i % columns) * w, at->y + (double) (i / columns) * em * 1.5,
                    w, em * 1.45 };
}

static void
draw_words (const CjvScene *scene, cairo_t *cr, const Sheet *s, gint64 r, gint64 m,
            const CjvRect *at)
{
  CjvStyle mono = *scene->style;
  CjvScene even = *scene;
  gint64 letter = 0;

  mono.font = "monospace";
  even.style = &mono;
  for (gint64 i = 0; i < s->w; i++)
    {
      const CjvColor under = color_of (scene, s, r, m, i);

      for (const char *c = cjv_frame_get_string (s->frame, "words", r * s->w + i);
           c != NULL && *c != '\0'; c = g_utf8_next_char (c), letter++)
        {
          const CjvRect place = place_letter (scene, at, letter);
          const gunichar code = g_utf8_get_char (c);
          char text[8] = { 0 };

          text[g_unichar_to_utf8 (code == '\n' ? 0x21b5 : code, text)] = '\0';
          cjv_draw_set_color (cr, under);
          cairo_rectangle (cr, place.x, place.y, place.width + 0.5, place.height);
          cairo_fill (cr);
          cjv_text_draw (&even, cr, place.x + place.width / 2, place.y + place.height / 2, 0,
                         CJV_SIZE_BODY, CJV_TEXT_CENTER | CJV_TEXT_MIDDLE, cjv_color_ink_on (under),
                         text);
        }
      letter += s->space;
    }
}

/* A bar a number, up for what speaks for the target and down for what speaks against it. */
static void
draw_numbers (const CjvScene *scene, cairo_t *cr, const Sheet *s, gint64 r, gint64 m,
              const CjvRect *at)
{
  const double step = at->width / (double) s->w, gap = step > 4 ? 1 : 0;
  const gboolean named = step > scene->style->font_size * 1.4;
  const double high = at->height - (named ? s->line : 0); /* names stand below the bars */
  const double zero = is_signed (s, m) ? at->y + high / 2 : at->y + high;
  const double reach = is_signed (s, m) ? high / 2 : high;

  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
  cairo_rectangle (cr, at->x, at->y, at->width, at->height);
  cairo_fill (cr);
  for (gint64 i = 0; i < s->w; i++)
    {
      const double v = map_of (s, r, m)[i];
      const double t = CLAMP (v / s->high[r * s->m + m], -1, 1);

      cjv_draw_set_color (cr, cjv_style_signed_ink (scene->style, v));
      cairo_rectangle (cr, at->x + (double) i * step + gap / 2, MIN (zero, zero - t * reach),
                       step - gap, fabs (t) * reach);
      cairo_fill (cr);
    }
  for (gint64 i = 0; i < s->w && named; i++)
    {
      const char *name = cjv_frame_get_string (s->frame, "features", i);
      g_autofree char *number = g_strdup_printf ("%d", (int) i);

      cjv_text_draw (scene, cr, at->x + ((double) i + 0.5) * step, at->y + at->height - s->line,
                     step - 2, CJV_SIZE_TINY, CJV_TEXT_CENTER,
                     cjv_style_color (scene->style, CJV_INK), name != NULL ? name : number);
    }
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_GRID));
  cairo_rectangle (cr, at->x, cjv_snap (scene->style, zero), at->width, 1);
  cairo_fill (cr);
}

/* As many lines of it as have room. */
static void
draw_note (const CjvScene *scene, cairo_t *cr, const char *note, double x, double y, double w,
           double h)
{
  cairo_save (cr);
  cairo_rectangle (cr, x, y, w, h);
  cairo_clip (cr);
  cjv_text_draw (scene, cr, x, y, w, CJV_SIZE_TINY, CJV_TEXT_WRAP,
                 cjv_style_color (scene->style, CJV_INK_DIM), note);
  cairo_restore (cr);
}

static void
draw_tile (const CjvScene *scene, cairo_t *cr, const Sheet *s, gint64 r, gint64 m)
{
  const CjvRect at = place_tile (s, r, m + s->first);
  const char *title = cjv_frame_get_string (s->frame, "methods", m);
  const char *note = cjv_frame_get_string (s->frame, "notes", r * s->m + m);

  cjv_text_draw (scene, cr, at.x, at.y - s->line, at.width, CJV_SIZE_TINY, 0,
                 cjv_style_color (scene->style, CJV_INK), title != NULL ? title : "");
  if (!is_there (s, r, m))
    {
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
      cairo_rectangle (cr, at.x, at.y, at.width, at.height);
      cairo_fill (cr);
      draw_note (scene, cr, note != NULL && *note != '\0' ? note : _ ("under way …"),
                 at.x + at.width * 0.06, at.y + at.height * 0.06, at.width * 0.88,
                 at.height * 0.94 + s->line);
      return;
    }
  if (s->kind == KIND_PICTURE)
    draw_map (scene, cr, s, r, m, &at);
  else if (s->kind == KIND_WORDS)
    draw_words (scene, cr, s, r, m, &at);
  else
    draw_numbers (scene, cr, s, r, m, &at);
  if (note != NULL)
    draw_note (scene, cr, note, at.x, at.y + at.height, at.width, s->notes + 0.1 * s->line);
  if (s->curves != NULL)
    cjv_fate_draw (scene, cr,
                   &(CjvRect){ at.x, at.y + at.height + s->notes, MIN (at.width, 22 * s->strip),
                               s->strip * 0.9 },
                   s->curves, r * s->m + m);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  g_auto (Sheet) s = { 0 };

  if (!sheet_init (&s, scene))
    return FALSE;
  find_scales (&s);
  sheet_place (&s, scene);
  for (gint64 r = 0; r < s.r && s.pad + (double) r * s.block < scene->height; r++)
    {
      const double y = s.pad + (double) r * s.block;
      const char *title = cjv_frame_get_string (s.frame, "rows", r);

      if (s.title > 0)
        cjv_draw_heading (scene, cr, s.pad, y, scene->width - 2 * s.pad, title != NULL ? title : "",
                          cjv_frame_get_string (s.frame, "questions", r));
      if (s.first > 0)
        {
          const CjvRect at = place_tile (&s, r, 0);

          draw_sample (scene, cr, &s, r, &at);
          cjv_text_draw (scene, cr, at.x, at.y - s.line, at.width, CJV_SIZE_TINY, 0,
                         cjv_style_color (scene->style, CJV_INK), _ ("Input"));
        }
      for (gint64 m = 0; m < s.m; m++)
        draw_tile (scene, cr, &s, r, m);
    }
  return TRUE;
}

/* --- asking --- */

/* The number of the pixel, word or feature of a tile under a point; -1: none. */
static gint64
find_feature (const CjvScene *scene, const Sheet *s, gint64 r, const CjvRect *at, double x,
              double y)
{
  gint64 letter = 0;

  if (s->kind == KIND_PICTURE)
    return (gint64) ((y - at->y) / at->height * (double) s->h) * s->w
           + (gint64) ((x - at->x) / at->width * (double) s->w);
  if (s->kind == KIND_NUMBERS)
    return (gint64) ((x - at->x) / at->width * (double) s->w);
  for (gint64 i = 0; i < s->w; i++, letter += s->space)
    for (glong k = count_letters_of (s, r, i); k > 0; k--, letter++)
      {
        const CjvRect place = place_letter (scene, at, letter);

        if (cjv_rect_contains (&place, x, y))
          return i;
      }
  return -1;
}

/* "row 3, column 5", "word “x”", or the name of a number. You free. */
static char *
print_place (const Sheet *s, gint64 r, gint64 i)
{
  const char *name = cjv_frame_get_string (s->frame, "features", i);

  if (s->kind == KIND_PICTURE)
    return g_strdup_printf (_ ("row %d, column %d"), (int) (i / s->w), (int) (i % s->w));
  if (s->kind == KIND_WORDS)
    return g_strdup_printf (_ ("“%s” at %d"),
                            cjv_frame_get_string (s->frame, "words", r * s->w + i), (int) i);
  return name != NULL ? g_strdup (name) : g_strdup_printf (_ ("number %d"), (int) i);
}

/* index: the pixel, word or number; series: row × (M + 1) + 1 + method, or + 0 for the sample itself. */
static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  g_auto (Sheet) s = { 0 };

  if (!sheet_init (&s, scene))
    return FALSE;
  sheet_place (&s, scene);
  for (gint64 r = 0; r < s.r; r++)
    for (gint64 t = 0; t < s.m + s.first; t++)
      {
        const CjvRect at = place_tile (&s, r, t);
        const gint64 m = t - s.first;
        gint64 i;

        if (!cjv_rect_contains (&at, x, y) || (m >= 0 && !is_there (&s, r, m)))
          continue;
        i = find_feature (scene, &s, r, &at, x, y);
        if (i < 0 || i >= s.h * s.w)
          return FALSE;
        *out = (CjvHit){ .index = i,
                         .series = r * (s.m + 1) + 1 + m,
                         .x = at.x,
                         .y = at.y,
                         .width = at.width,
                         .height = at.height };
        g_autofree char *place = print_place (&s, r, i);
        g_autofree char *value = cjv_number_print (
            m >= 0 ? map_of (&s, r, m)[i] : cjv_tensor_at (s.pictures, r * s.c * s.h * s.w + i), 3);
        const char *title = m >= 0 ? cjv_frame_get_string (s.frame, "methods", m) : _ ("Input");

        const char *note = m >= 0 ? cjv_frame_get_string (s.frame, "notes", r * s.m + m) : NULL;

        out->text
            = g_strdup_printf ("%s, %s: %s%s%s", title != NULL ? title : "", place, value,
                               note != NULL && *note != '\0' ? "\n" : "", note != NULL ? note : "");
        return TRUE;
      }
  return FALSE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  g_auto (Sheet) s = { 0 };

  g_string_append (out, "sample,method,row,column,value\r\n");
  if (!sheet_init (&s, scene))
    return;
  for (gint64 k = 0; k < s.r * s.m * s.h * s.w; k++)
    {
      const gint64 i = k % (s.h * s.w), m = k / (s.h * s.w) % s.m, r = k / (s.h * s.w) / s.m;

      if (!is_there (&s, r, m))
        continue;
      cjv_csv_text (out, cjv_frame_get_string (s.frame, "rows", r));
      g_string_append_c (out, ',');
      cjv_csv_text (out, cjv_frame_get_string (s.frame, "methods", m));
      g_string_append_printf (out, ",%d,%d,", (int) (i / s.w), (int) (i % s.w));
      cjv_csv_number (out, map_of (&s, r, m)[i]);
      g_string_append (out, "\r\n");
    }
}

static void
append_strongest (const Sheet *s, gint64 r, gint64 m, GString *out)
{
  const float *map = map_of (s, r, m);
  const char *title = cjv_frame_get_string (s->frame, "methods", m);
  gint64 best = 0;

  for (gint64 i = 1; i < s->h * s->w; i++)
    if (fabsf (map[i]) > fabsf (map[best]))
      best = i;
  g_autofree char *place = print_place (s, r, best);
  g_autofree char *value = cjv_number_print (map[best], 3);

  g_string_append_printf (out, _ (" %s: strongest at %s, %s."), title != NULL ? title : "", place,
                          value);
}

static char *
words (const CjvScene *scene)
{
  g_auto (Sheet) s = { 0 };
  GString *out;

  if (!sheet_init (&s, scene))
    return NULL;
  out = g_string_new (NULL);
  for (gint64 r = 0; r < s.r; r++)
    {
      const char *title = cjv_frame_get_string (s.frame, "rows", r);
      const char *question = cjv_frame_get_string (s.frame, "questions", r);

      g_string_append_printf (out, "%s%s, %s", r > 0 ? " " : "", title != NULL ? title : "",
                              question != NULL ? question : "");
      if (!g_str_has_suffix (out->str, "?"))
        g_string_append_c (out, '.');
      for (gint64 m = 0; m < s.m; m++)
        if (is_there (&s, r, m))
          append_strongest (&s, r, m, out);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_explanations = {
  .id = "explanations",
  .title = N_ ("Explanations"),
  .blurb = N_ ("What spoke for the answer and what against it, method by method"),
  .empty = N_ ("Train the network, or open one that has learned; then it is shown here what its "
               "answer to the chosen sample leaned on."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 960,
  .preset_height = 480,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
