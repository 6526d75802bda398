/* SPDX-License-Identifier: GPL-3.0-or-later */
/* L places between the blocks of a transformer, T tokens. */
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "probability", CJV_WANT_ARRAY, TRUE, "[L, T]",
    N_ ("How likely the best guess of the next token is held at each place") },
  { "guesses", CJV_WANT_STRINGS, FALSE, NULL, N_ ("The L T best guesses, place by place") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the places, from the input up") },
  { "tokens", CJV_WANT_STRINGS, FALSE, NULL, N_ ("The tokens that were read") },
  { "targets", CJV_WANT_STRINGS, FALSE, NULL, N_ ("What came next in truth") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { NULL },
};

typedef struct
{
  const CjTensor *probability;
  gint64 layers, tokens;
  gint64 begin;      /* first token there is room for: the last ones are shown */
  double left, top;  /* px, of the cells */
  double cell, row;  /* px */
  double line, size; /* px; of the letters, as a share */
  gboolean bar;      /* a scale of colours on the right */
  CjvRect scale;
} Lens;

static gboolean
lens_init (Lens *v, const CjvScene *scene)
{
  *v = (Lens){ .probability = cjv_frame_get_array (scene->frame, "probability") };
  if (v->probability->shape.n_dims != 2)
    return FALSE;
  v->layers = v->probability->shape.dims[0];
  v->tokens = v->probability->shape.dims[1];
  return TRUE;
}

static void
lens_place (Lens *v, const CjvScene *scene)
{
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 10);
  double names = 0, bar = 0, room;
  gint64 fit;

  v->line = cjv_text_height (scene, CJV_SIZE_NOTE);
  v->top = pad + cjv_heading_height (scene);
  for (gint64 i = 0; i < v->layers && !scene->style->bare && scene->width > em * 16; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);

      names = MAX (names, cjv_text_width (scene, CJV_SIZE_NOTE, name) + em * 0.6);
    }
  v->left = pad + MIN (names, scene->width * 0.25);
  v->bar = !scene->style->bare && scene->width > em * 24 && scene->height > em * 8;
  if (v->bar)
    bar = cjv_color_bar_width (scene, 0, 1) + em;
  room = MAX (scene->width - v->left - pad - bar, 1);
  fit = (gint64) MAX (room / (em * 1.4), 1);
  v->begin = MAX (v->tokens - fit, 0);
  v->cell = MIN (room / (double) (v->tokens - v->begin), em * 4);
  v->row = MIN ((scene->height - v->top - pad - v->line * 1.4) / (double) v->layers, em * 3);
  v->row = MAX (v->row, 1);
  v->scale = (CjvRect){ v->left + v->cell * (double) (v->tokens - v->begin) + em, v->top, bar - em,
                        CLAMP (v->row * (double) v->layers, em * 4, em * 14) };
}

/* The last place, that the network answers from, stands on top. */
static CjvRect
get_cell (const Lens *v, gint64 layer, gint64 token)
{
  return (CjvRect){ v->left + v->cell * (double) (token - v->begin),
                    v->top + v->row * (double) (v->layers - 1 - layer), v->cell, v->row };
}

static void
draw_cell (const CjvScene *scene, cairo_t *cr, const Lens *v, gint64 layer, gint64 token)
{
  const CjvRect cell = get_cell (v, layer, token);
  const gint64 at = layer * v->tokens + token;
  const double share = cjv_tensor_at (v->probability, at);
  const CjvColor color
      = cjv_map_color (cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL), scene->style, share);
  const char *guess = cjv_frame_get_string (scene->frame, "guesses", at);
  const char *truth = cjv_frame_get_string (scene->frame, "targets", token);
  const gboolean right = guess != NULL && g_strcmp0 (guess, truth) == 0;

  cairo_rectangle (cr, cell.x + 0.5, cell.y + 0.5, MAX (cell.width - 1, 0.5),
                   MAX (cell.height - 1, 0.5));
  cjv_draw_set_color (cr, color);
  cairo_fill (cr);
  if (guess == NULL || cell.height < v->line * 0.9)
    return;
  cjv_text_draw (scene, cr, cell.x + cell.width / 2, cell.y + cell.height / 2, cell.width,
                 CJV_SIZE_BODY, CJV_TEXT_CENTER | CJV_TEXT_MIDDLE | (right ? CJV_TEXT_BOLD : 0),
                 cjv_color_ink_on (color), guess);
  if (right && cell.height > v->line * 1.3) /* said without colour as well */
    {
      cairo_move_to (cr, cell.x + cell.width * 0.25, cell.y + cell.height - 2.5);
      cairo_line_to (cr, cell.x + cell.width * 0.75, cell.y + cell.height - 2.5);
      cairo_set_line_width (cr, 1.5);
      cjv_draw_set_color (cr, cjv_color_ink_on (color));
      cairo_stroke (cr);
    }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);
  const double em = scene->style->font_size, heading = cjv_heading_height (scene);
  Lens v;

  if (!lens_init (&v, scene))
    return FALSE;
  lens_place (&v, scene);
  for (gint64 l = 0; l < v.layers; l++)
    {
      const CjvRect first = get_cell (&v, l, v.begin);
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", l);

      for (gint64 t = v.begin; t < v.tokens; t++)
        draw_cell (scene, cr, &v, l, t);
      if (v.left > em && v.row >= v.line * 0.9)
        cjv_text_draw (scene, cr, v.left - em * 0.5, first.y + first.height / 2, v.left - em,
                       CJV_SIZE_NOTE, CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, dim, name);
    }
  for (gint64 t = v.begin; t < v.tokens; t++)
    {
      const CjvRect cell = get_cell (&v, 0, t);
      g_autofree char *text = cjv_class_dup (scene->frame, "tokens", t);

      cjv_text_draw (scene, cr, cell.x + cell.width / 2, cell.y + cell.height + 2, cell.width,
                     CJV_SIZE_NOTE, CJV_TEXT_CENTER, dim, text);
    }
  if (heading > 0)
    cjv_draw_heading (scene, cr, v.left, v.top - heading, scene->width - v.left - em,
                      title != NULL ? title : _ ("Logit lens"),
                      _ ("the next token, guessed after each block; underlined: right"));
  if (v.bar)
    cjv_draw_color_bar (scene, cr, &v.scale, cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL), 0,
                        1);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Lens v;

  if (!lens_init (&v, scene))
    return FALSE;
  lens_place (&v, scene);
  for (gint64 l = 0; l < v.layers; l++)
    for (gint64 t = v.begin; t < v.tokens; t++)
      {
        const CjvRect cell = get_cell (&v, l, t);
        const gint64 at = l * v.tokens + t;
        g_autofree char *layer = NULL, *token = NULL, *share = NULL;
        const char *guess;

        if (!cjv_rect_contains (&cell, x, y))
          continue;
        layer = cjv_class_dup (scene->frame, "layers", l);
        token = cjv_class_dup (scene->frame, "tokens", t);
        share = cjv_percent_print (cjv_tensor_at (v.probability, at), 1);
        guess = cjv_frame_get_string (scene->frame, "guesses", at);
        *out = (CjvHit){ .index = t,
                         .series = l,
                         .x = cell.x,
                         .y = cell.y,
                         .width = cell.width,
                         .height = cell.height };
        out->text = g_strdup_printf (_ ("%s, after “%s” (%d): “%s” with %s"), layer, token, (int) t,
                                     guess != NULL ? guess : "–", share);
        return TRUE;
      }
  return FALSE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Lens v;

  g_string_append (out, "layer,token,guess,probability\r\n");
  if (!lens_init (&v, scene))
    return;
  for (gint64 i = 0; i < v.layers * v.tokens; i++)
    {
      g_autofree char *layer = cjv_class_dup (scene->frame, "layers", i / v.tokens);

      cjv_csv_text (out, layer);
      g_string_append_printf (out, ",%d,", (int) (i % v.tokens));
      cjv_csv_text (out, cjv_frame_get_string (scene->frame, "guesses", i));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (v.probability, i));
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  GString *out;
  Lens v;

  if (!lens_init (&v, scene))
    return NULL;
  out = g_string_new (NULL);
  g_string_append_printf (out, _ ("What each of %d places would say next, for %d tokens."),
                          (int) v.layers, (int) v.tokens);
  for (gint64 l = 0; l < v.layers; l++)
    {
      gint64 right = 0, known = 0;
      g_autofree char *layer = cjv_class_dup (scene->frame, "layers", l), *share = NULL;

      for (gint64 t = 0; t < v.tokens; t++)
        {
          const char *truth = cjv_frame_get_string (scene->frame, "targets", t);

          known += truth != NULL;
          right += truth != NULL
                   && g_strcmp0 (truth,
                                 cjv_frame_get_string (scene->frame, "guesses", l * v.tokens + t))
                          == 0;
        }
      share = cjv_percent_print ((double) right / (double) MAX (known, 1), 0);
      if (known > 0)
        g_string_append_printf (out, _ (" %s: %s right."), layer, share);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_logit_lens = {
  .id = "logit-lens",
  .title = N_ ("Logit lens"),
  .blurb = N_ ("What a transformer would say next if it answered after each of its blocks"),
  .empty = N_ ("Here stands what a transformer that guesses letters thinks block by block, as soon "
               "as it has weights."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 960,
  .preset_height = 280,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
