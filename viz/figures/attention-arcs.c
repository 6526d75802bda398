/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H heads, T tokens. */
#include "cjv-attention.h"
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_NAMED 8 /* heads in the legend */

typedef struct
{
  int head;
  double least;
} Params;

static const CjParam params[] = {
  { .name = "head",
    .title = N_ ("Head"),
    .blurb = N_ ("The one whose arcs are drawn; 0: those of all"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, head),
    .max = 256,
    .soft_max = 16,
    .flags = CJ_PARAM_LIVE },
  { .name = "least",
    .title = N_ ("Least weight"),
    .blurb = N_ ("Arcs of a smaller share of the strongest are left out"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, least),
    .preset = 0.3,
    .max = 1,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "weights", CJV_WANT_ARRAY, TRUE, "[H, T, T] or [T, T]",
    N_ ("How much each token looks at each; a row sums to 1") },
  { "tokens", CJV_WANT_STRINGS, FALSE, NULL, N_ ("The tokens") },
  { "names", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the maps, if they are no heads") },
  { "query", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Token whose arcs alone are drawn") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  CjvAttention a;
  gint64 first, n;      /* heads drawn */
  gint64 begin, end;    /* tokens there is room for: the last ones, or those about the query */
  gint64 query;         /* -1: all */
  double strongest;     /* look that is drawn, over 0 */
  double pad, top, row; /* px; row: the middle of the letters */
  double cell, size;    /* px of a token; size of its letter */
} Arcs;

static gboolean
arcs_init (Arcs *v, const CjvScene *scene)
{
  const Params *p = scene->params;

  if (!cjv_attention_init (&v->a, scene->frame))
    return FALSE;
  if (v->a.t != v->a.s)
    {
      cjv_attention_clear (&v->a);
      return FALSE;
    }
  v->first = p->head > 0 ? MIN (p->head, v->a.heads) - 1 : 0;
  v->n = p->head > 0 ? 1 : v->a.heads;
  v->query = cjv_attention_get_query (&v->a, scene->frame);
  return TRUE;
}

/* The strongest of what there is room for. */
static void
find_strongest (Arcs *v)
{
  v->strongest = 0;
  for (gint64 h = v->first; h < v->first + v->n; h++)
    for (gint64 i = v->begin; i < v->end; i++)
      for (gint64 j = v->begin; j < v->end && (v->query < 0 || i == v->query); j++)
        if (isfinite (cjv_attention_get (&v->a, h, i, j)))
          v->strongest = MAX (v->strongest, cjv_attention_get (&v->a, h, i, j));
  if (v->strongest <= 0)
    v->strongest = 1;
}

static void
arcs_place (Arcs *v, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_BODY);
  const gint64 fit = (gint64) MAX ((scene->width - 2 * em) / (em * 0.5), 1);
  gint64 shown;

  v->pad = MIN (em * 0.8, scene->width / 10);
  v->begin = MAX (v->a.t - fit, 0);
  if (v->query >= 0) /* it is seen, and what is before it, which a causal head looks at */
    v->begin = MIN (v->begin, MAX (v->query - fit * 3 / 4, 0));
  shown = v->a.t - v->begin;
  shown = MIN (shown, fit);
  v->end = v->begin + shown;
  v->cell = MIN ((scene->width - 2 * v->pad) / (double) shown, em * 5);
  v->size = CLAMP (v->cell / em * 1.3, 0.6, 1.3);
  v->row = scene->height - v->pad - line * v->size;
  v->top = v->pad + cjv_heading_height (scene)
           + (scene->style->bare || scene->height < em * 10 ? 0 : line * 1.3);
  find_strongest (v);
}

static double
get_x (const Arcs *v, gint64 token)
{
  return v->pad + v->cell * ((double) (token - v->begin) + 0.5);
}

/* The mean over the heads drawn. */
static double
get_mean (const Arcs *v, gint64 query, gint64 key)
{
  double sum = 0;

  for (gint64 h = v->first; h < v->first + v->n; h++)
    sum += cjv_attention_get (&v->a, h, query, key);
  return isfinite (sum) ? sum / (double) v->n : 0;
}

static void
draw_letters (const CjvScene *scene, cairo_t *cr, const Arcs *v)
{
  const double line = cjv_text_height (scene, v->size);
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK);
  const CjvColor accent = cjv_style_color (scene->style, CJV_ACCENT);

  for (gint64 i = v->begin; i < v->end; i++)
    {
      g_autofree char *text = cjv_class_dup (scene->frame, "tokens", i);

      if (v->query >= 0)
        {
          const double share = CLAMP (get_mean (v, v->query, i) / v->strongest, 0, 1);

          cairo_rectangle (cr, get_x (v, i) - v->cell / 2, v->row - line * 0.1, v->cell,
                           line * 1.2);
          cjv_draw_set_color (cr, cjv_color_alpha (accent, 0.7 * sqrt (share)));
          cairo_fill (cr);
        }
      if (i == v->query)
        {
          cairo_rectangle (cr, get_x (v, i) - v->cell / 2, v->row - line * 0.1, v->cell,
                           line * 1.2);
          cairo_set_line_width (cr, scene->style->line_width * 0.75);
          cjv_draw_set_color (cr, accent);
          cairo_stroke (cr);
        }
      cjv_text_draw (scene, cr, get_x (v, i), v->row, v->cell * 1.8, v->size, CJV_TEXT_CENTER, ink,
                     text);
    }
}

/* From the token that looks to the one it looks at; a ring over one that looks at itself. */
static void
draw_arc (const CjvScene *scene, cairo_t *cr, const Arcs *v, gint64 query, gint64 key, double share)
{
  const double from = get_x (v, query), to = get_x (v, key), foot = v->row - 3;
  const double room = MAX (foot - v->top, 1);
  const double far = fabs ((double) (query - key)) / (double) MAX (v->end - 1 - v->begin, 1);
  /* of a cubic, whose top is at 3/4 of its handles */
  const double rise = room * sqrt (far) * 4 / 3;

  cairo_set_line_width (cr, scene->style->line_width * (0.3 + 1.4 * share));
  cairo_new_path (cr);
  if (query == key)
    cairo_arc (cr, from, foot - v->cell * 0.22, MIN (v->cell * 0.22, room / 2), 0, 2 * G_PI);
  else
    {
      cairo_move_to (cr, from, foot);
      cairo_curve_to (cr, from, foot - rise, to, foot - rise, to, foot);
    }
  cairo_stroke (cr);
}

/* What a token looks at most. */
static gint64
find_best (const Arcs *v, gint64 head, gint64 query)
{
  gint64 best = v->begin;

  for (gint64 j = v->begin; j < v->end; j++)
    if (cjv_attention_get (&v->a, head, query, j) > cjv_attention_get (&v->a, head, query, best))
      best = j;
  return best;
}

/* Of the token that is marked all arcs, else of each token the strongest of each head. */
static void
draw_arcs (const CjvScene *scene, cairo_t *cr, const Arcs *v)
{
  const Params *p = scene->params;
  const double dash[] = { scene->style->line_width * 2.5, scene->style->line_width * 1.5 };

  for (gint64 h = v->first; h < v->first + v->n; h++)
    {
      const CjvColor color = cjv_style_category (scene->style, (guint) h);

      cairo_set_dash (cr, dash, h % 2 == 1 ? 2 : 0, 0);
      for (gint64 i = v->begin; i < v->end; i++)
        for (gint64 j = v->begin; j < v->end && (v->query < 0 || i == v->query); j++)
          {
            const double share = cjv_attention_get (&v->a, h, i, j) / v->strongest;

            if (!(share >= p->least && share > 0) || (v->query < 0 && j != find_best (v, h, i)))
              continue;
            cjv_draw_set_color (cr, cjv_color_alpha (color, 0.15 + 0.85 * MIN (share, 1)));
            draw_arc (scene, cr, v, i, j, MIN (share, 1));
          }
    }
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_legend (const CjvScene *scene, cairo_t *cr, const Arcs *v)
{
  const double y = v->pad + cjv_heading_height (scene);
  CjvLegendItem items[MAX_NAMED];
  char *names[MAX_NAMED];
  const guint n = (guint) MIN (v->n, MAX_NAMED);

  if (v->top <= y)
    return;
  for (guint i = 0; i < n; i++)
    {
      const gint64 head = v->first + i;

      names[i] = cjv_attention_dup_name (scene->frame, head);
      items[i] = (CjvLegendItem){ .color = cjv_style_category (scene->style, (guint) head),
                                  .text = names[i],
                                  .marker = CJV_LEGEND_LINE,
                                  .dash = head % 2 == 1 };
    }
  cjv_legend_draw (scene, cr, v->pad, y, scene->width - 2 * v->pad, items, n);
  for (guint i = 0; i < n; i++)
    g_free (names[i]);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const Params *p = scene->params;
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  g_autofree char *least = NULL;
  Arcs v;

  if (!arcs_init (&v, scene))
    return FALSE;
  arcs_place (&v, scene);
  least = cjv_percent_print (p->least * v.strongest, 0);
  draw_arcs (scene, cr, &v);
  draw_letters (scene, cr, &v);
  draw_legend (scene, cr, &v);
  if (v.end - v.begin < v.a.t)
    note = g_strdup_printf (_ ("looks of %s and more; tokens %d to %d of %d"), least, (int) v.begin,
                            (int) v.end - 1, (int) v.a.t);
  else
    note = g_strdup_printf (_ ("looks of %s and more"), least);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, v.pad, v.pad, scene->width - 2 * v.pad,
                      title != NULL ? title : _ ("Attention"), note);
  cjv_attention_clear (&v.a);
  return TRUE;
}

/* The three that a token looks at most. */
static char *
print_looks (const CjvScene *scene, const Arcs *v, gint64 query)
{
  g_autofree char *name = cjv_class_dup (scene->frame, "tokens", query);
  GString *text = g_string_new (NULL);
  gint64 best[3] = { -1, -1, -1 };

  g_string_append_printf (text, _ ("“%s” (%d) looks at"), name, (int) query);
  for (guint n = 0; n < 3 && n < v->a.s; n++)
    {
      g_autofree char *key = NULL, *share = NULL;

      for (gint64 j = 0; j < v->a.s; j++)
        if (j != best[0] && j != best[1]
            && (best[n] < 0 || get_mean (v, query, j) > get_mean (v, query, best[n])))
          best[n] = j;
      key = cjv_class_dup (scene->frame, "tokens", best[n]);
      share = cjv_percent_print (get_mean (v, query, best[n]), 0);
      g_string_append_printf (text, n == 0 ? " “%s” (%d) %s" : ", “%s” (%d) %s", key, (int) best[n],
                              share);
    }
  return g_string_free (text, FALSE);
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gboolean found = FALSE;
  gint64 token;
  Arcs v;

  if (!arcs_init (&v, scene))
    return FALSE;
  arcs_place (&v, scene);
  token = v.begin + (gint64) floor ((x - v.pad) / v.cell);
  if (token >= v.begin && token < v.end && y >= v.top)
    {
      found = TRUE;
      *out = (CjvHit){ .index = token,
                       .series = v.n == 1 ? v.first : -1,
                       .x = get_x (&v, token) - v.cell / 2,
                       .y = v.row,
                       .width = v.cell,
                       .height = MAX (scene->height - v.pad - v.row, 1),
                       .text = print_looks (scene, &v, token) };
    }
  cjv_attention_clear (&v.a);
  return found;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Arcs v;

  if (!arcs_init (&v, scene))
    return;
  cjv_attention_print_csv (&v.a, scene->frame, out);
  cjv_attention_clear (&v.a);
}

static char *
words (const CjvScene *scene)
{
  char *text;
  Arcs v;

  if (!arcs_init (&v, scene))
    return NULL;
  text = cjv_attention_print_words (&v.a, scene->frame);
  cjv_attention_clear (&v.a);
  return text;
}

const CjvFigureInfo cjv_figure_attention_arcs = {
  .id = "attention-arcs",
  .title = N_ ("Arcs of attention"),
  .blurb = N_ ("Who looks at whom along a text, a colour for each head"),
  .empty = N_ ("Here stands who looks at whom, in a network with attention, as soon as its data is "
               "loaded."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 960,
  .preset_height = 320,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
