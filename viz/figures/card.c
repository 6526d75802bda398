/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a result card measured beside what was published: L lines of P points and V values, each of S
 * seeds. An interval is from the least to the most of the seeds, a line its median. */
#include "cjv-fan.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "measured", CJV_WANT_ARRAY, TRUE, "[V, S]", N_ ("Of every seed; not a number: not yet") },
  { "published", CJV_WANT_ARRAY, TRUE, "[V]", N_ ("Not a number: there is none") },
  { "low", CJV_WANT_ARRAY, TRUE, "[V]", N_ ("The least that counts as reproduced") },
  { "high", CJV_WANT_ARRAY, TRUE, "[V]", N_ ("The most that counts as reproduced") },
  { "shares", CJV_WANT_ARRAY, FALSE, "[V]", N_ ("1: shown in per cent") },
  { "values", CJV_WANT_STRINGS, FALSE, NULL, N_ ("What was measured") },
  { "curves", CJV_WANT_ARRAY, FALSE, "[L, S, P]", N_ ("Curves of every seed") },
  { "x", CJV_WANT_ARRAY, FALSE, "[P]", N_ ("Points of the curves") },
  { "published-curves", CJV_WANT_ARRAY, FALSE, "[L, P]", N_ ("Not a number: none at this point") },
  { "curves-share", CJV_WANT_SCALAR, FALSE, NULL, N_ ("1: the curves are in per cent") },
  { "lines", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the curves") },
  { "seeds", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Seeds that were asked for") },
  { "seeds-done", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Of these, how many are done") },
  { "reproduced", CJV_WANT_SCALAR, FALSE, NULL, N_ ("1: yes, 0: no, not a number: not done") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { "claim", CJV_WANT_TEXT, FALSE, NULL, N_ ("What was published, in a sentence") },
  { "source", CJV_WANT_TEXT, FALSE, NULL, N_ ("Where it was published") },
  { NULL },
};

typedef struct
{
  const CjTensor *measured, *published, *low, *high, *shares;
  gint64 v, s;
  gint64 shown; /* rows that have room */
  CjvFan fan;   /* the curves, if there are any */
  double pad, rows_top, row;
  double strip, strip_width, number, paper; /* px: left edges */
  double claim_top, legend_top, foot_top;
} Card;

static CjvSpread
get_value (const Card *c, gint64 row)
{
  return cjv_spread_new (c->measured, row * c->s, 1, c->s, CJV_FAN_RANGE);
}

static gboolean
is_share (const Card *c, gint64 row)
{
  return cjv_tensor_at (c->shares, row) > 0;
}

/* Whether a median counts as reproduced; NAN does not. */
static gboolean
is_within (const Card *c, gint64 row)
{
  const double median = get_value (c, row).middle;

  return median >= cjv_tensor_at (c->low, row) && median <= cjv_tensor_at (c->high, row);
}

#define FEW_PAPERS 3 /* published points: fewer are no curve */

static gboolean
card_init (Card *c, const CjvScene *scene)
{
  const CjvFrame *frame = scene->frame;

  *c = (Card){ .measured = cjv_frame_get_array (frame, "measured"),
               .published = cjv_frame_get_array (frame, "published"),
               .low = cjv_frame_get_array (frame, "low"),
               .high = cjv_frame_get_array (frame, "high"),
               .shares = cjv_frame_get_array (frame, "shares") };
  if (c->measured->shape.n_dims != 2 || c->measured->shape.dims[0] < 1)
    return FALSE;
  c->v = c->measured->shape.dims[0];
  c->s = c->measured->shape.dims[1];
  if (cjv_tensor_size (c->published) != c->v || cjv_tensor_size (c->low) != c->v
      || cjv_tensor_size (c->high) != c->v)
    return FALSE;
  if (!cjv_fan_init (&c->fan, frame, CJV_FAN_RANGE))
    c->fan.l = 0;
  if (scene->style != NULL && scene->style->bare && !cjv_fan_has_points (&c->fan, FEW_PAPERS))
    c->fan.l = 0; /* the values are the picture */
  return TRUE;
}

static void
card_place (Card *c, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const gboolean bare = scene->style->bare;
  double top, bottom, room, rows;

  c->pad = MIN (em * 0.8, scene->width / 10);
  c->claim_top = c->pad + cjv_heading_height (scene);
  top = c->claim_top + (bare ? 0 : line * 1.5);
  c->foot_top = scene->height - c->pad - (bare ? 0 : line);
  bottom = c->foot_top - (bare ? 0 : line * 0.5);
  rows = MAX (bottom - top, 1);
  if (c->fan.l > 0) /* the curves take what the rows leave, and more than half */
    rows = bare ? 0 : MIN (rows * 0.45, line * (1.7 * (double) c->v + 1.6));
  c->legend_top = bottom - rows;
  c->rows_top = c->legend_top + (bare ? 0 : line * 1.5);
  c->shown = CLAMP ((gint64) ((bottom - c->rows_top) / (line * 1.15)), bare && c->fan.l > 0 ? 0 : 1,
                    c->v);
  c->row = c->shown > 0 ? MIN ((bottom - c->rows_top) / (double) c->shown, line * 2) : 0;
  room = scene->width - 2 * c->pad;
  c->number = c->pad + room - em * 15;
  c->paper = c->pad + room - em * 7.5;
  c->strip = c->pad + MAX (room - em * 15, 0) * 0.46;
  c->strip_width = MAX (c->number - em - c->strip, 2);
  if (bare)
    {
      c->strip = c->pad;
      c->strip_width = MAX (room, 1);
      c->row = c->shown > 0 ? (bottom - c->rows_top) / (double) c->shown : 0;
    }
  if (c->fan.l > 0)
    {
      const CjvRect outer = { c->pad, top + (bare ? 0 : line * 1.3), MAX (room, 1),
                              MAX (c->legend_top - top - (bare ? 0 : line * 1.9), 1) };

      cjv_fan_place (&c->fan, scene, &outer);
    }
}

/* --- values --- */

static char *
print_number (const Card *c, gint64 row, double value)
{
  if (!isfinite (value))
    return g_strdup ("–");
  return is_share (c, row) ? cjv_percent_print (value, fabs (value) > 0.99 ? 2 : 1)
                           : cjv_number_print (value, 4);
}

/* What the strip of a row goes from and to. */
static void
find_range (const Card *c, gint64 row, double *from, double *to)
{
  const CjvSpread spread = get_value (c, row);
  const double ends[] = { spread.low, spread.high, cjv_tensor_at (c->published, row),
                          cjv_tensor_at (c->low, row), cjv_tensor_at (c->high, row) };
  double gap;

  *from = INFINITY;
  *to = -INFINITY;
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (isfinite (ends[i]))
      {
        *from = MIN (*from, ends[i]);
        *to = MAX (*to, ends[i]);
      }
  if (!(*to >= *from))
    *from = *to = 0;
  gap = *to > *from ? (*to - *from) * 0.18 : MAX (fabs (*to) * 0.05, 1e-3);
  *from -= gap;
  *to += gap;
}

static void
draw_strip (const CjvScene *scene, cairo_t *cr, const Card *c, gint64 row, double y)
{
  const double em = scene->style->font_size, height = MIN (c->row * 0.5, em * 0.8);
  const CjvSpread spread = get_value (c, row);
  const double paper = cjv_tensor_at (c->published, row);
  const double low = cjv_tensor_at (c->low, row), high = cjv_tensor_at (c->high, row);
  double from, to, scale;

  find_range (c, row, &from, &to);
  scale = c->strip_width / (to - from);
  cjv_draw_round_rect (cr, c->strip, y - height / 2, c->strip_width, height, height / 4);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
  cairo_fill (cr);
  if (isfinite (low) || isfinite (high))
    {
      const double a = CLAMP (low, from, to), b = CLAMP (high, from, to);

      cjv_draw_round_rect (cr, c->strip + (a - from) * scale, y - height / 2,
                           MAX ((b - a) * scale, 1), height, height / 4);
      cjv_draw_set_color (cr, cjv_color_alpha (cjv_style_color (scene->style, CJV_GOOD), 0.3));
      cairo_fill (cr);
    }
  cairo_new_path (cr);
  if (isfinite (spread.middle))
    {
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
      cairo_set_line_width (cr, scene->style->line_width);
      cairo_move_to (cr, c->strip + (spread.low - from) * scale, y);
      cairo_line_to (cr, c->strip + (spread.high - from) * scale, y);
      cairo_stroke (cr);
      cjv_draw_marker (cr, 0, c->strip + (spread.middle - from) * scale, y, height * 0.42);
      cairo_fill (cr);
    }
  if (isfinite (paper))
    {
      cjv_draw_marker (cr, 3, c->strip + (paper - from) * scale, y, height * 0.5);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
      cairo_set_line_width (cr, MAX (scene->style->line_width * 0.6, 0.5));
      cairo_stroke (cr);
    }
}

static void
draw_row (const CjvScene *scene, cairo_t *cr, const Card *c, gint64 row)
{
  const double em = scene->style->font_size, y = c->rows_top + ((double) row + 0.5) * c->row;
  const CjvSpread spread = get_value (c, row);
  g_autofree char *title = cjv_class_dup (scene->frame, "values", row);
  g_autofree char *measured = print_number (c, row, spread.middle);
  g_autofree char *paper = print_number (c, row, cjv_tensor_at (c->published, row));

  draw_strip (scene, cr, c, row, y);
  if (scene->style->bare)
    return;
  cjv_text_draw (scene, cr, c->pad, y, c->strip - c->pad - em * 0.6, CJV_SIZE_NOTE, CJV_TEXT_MIDDLE,
                 cjv_style_color (scene->style, CJV_INK), title);
  if (isfinite (spread.middle)
      && (isfinite (cjv_tensor_at (c->low, row)) || isfinite (cjv_tensor_at (c->high, row))))
    cjv_draw_mark (scene, cr, is_within (c, row), c->number + em * 0.4, y,
                   MIN (em * 0.42, c->row * 0.4));
  cjv_text_draw (scene, cr, c->paper - em * 0.5, y, em * 6, CJV_SIZE_NOTE,
                 CJV_TEXT_MIDDLE | CJV_TEXT_RIGHT | CJV_TEXT_BOLD,
                 cjv_style_color (scene->style, CJV_INK), measured);
  cjv_text_draw (scene, cr, scene->width - c->pad, y, em * 7, CJV_SIZE_NOTE,
                 CJV_TEXT_MIDDLE | CJV_TEXT_RIGHT, cjv_style_color (scene->style, CJV_INK_DIM),
                 paper);
}

static void
draw_values (const CjvScene *scene, cairo_t *cr, const Card *c)
{
  const double em = scene->style->font_size;
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);
  const CjvLegendItem items[] = {
    { .color = cjv_style_color (scene->style, CJV_ACCENT),
      .text = c->s > 1 ? _ ("median and range") : _ ("measured"),
      .marker = 0 },
    { .color = cjv_style_color (scene->style, CJV_INK), .text = _ ("published"), .marker = 3 },
    { .color = cjv_style_color (scene->style, CJV_GOOD), .text = _ ("passes"), .marker = 1 },
  };

  for (gint64 i = 0; i < c->shown; i++)
    draw_row (scene, cr, c, i);
  if (scene->style->bare || c->shown == 0)
    return;
  cjv_legend_draw (scene, cr, c->pad, c->legend_top, c->number - c->pad, items,
                   G_N_ELEMENTS (items));
  cjv_text_draw (scene, cr, c->paper - em * 0.5, c->legend_top, em * 7, CJV_SIZE_NOTE,
                 CJV_TEXT_RIGHT, dim, _ ("measured"));
  cjv_text_draw (scene, cr, scene->width - c->pad, c->legend_top, em * 7, CJV_SIZE_NOTE,
                 CJV_TEXT_RIGHT, dim, _ ("published"));
}

/* --- the whole --- */

static char *
print_stamp (const CjvScene *scene)
{
  const double verdict = cjv_frame_get_scalar (scene->frame, "reproduced", NAN);
  const int seeds = (int) cjv_frame_get_scalar (scene->frame, "seeds", 0);

  if (!isfinite (verdict))
    /* Translators: seeds that are done, and that were asked for */
    return g_strdup_printf (_ ("%d of %d seeds"),
                            (int) cjv_frame_get_scalar (scene->frame, "seeds-done", 0), seeds);
  return g_strdup (verdict > 0 ? _ ("Reproduced") : _ ("Not reproduced"));
}

/* In the corner, as a stamp. */
static double
draw_stamp (const CjvScene *scene, cairo_t *cr, const Card *c)
{
  const double em = scene->style->font_size;
  const double verdict = cjv_frame_get_scalar (scene->frame, "reproduced", NAN);
  const CjvColor color = cjv_style_color (scene->style, !isfinite (verdict) ? CJV_INK_DIM
                                                        : verdict > 0       ? CJV_GOOD
                                                                            : CJV_BAD);
  g_autofree char *text = print_stamp (scene);
  const double mark = isfinite (verdict) ? em * 1.2 : 0;
  double width, height, x;

  cjv_text_measure (scene, 0, CJV_SIZE_NOTE, CJV_TEXT_BOLD, text, &width, &height);
  x = scene->width - c->pad - width - mark - em;
  cjv_draw_round_rect (cr, x, c->pad * 0.6, width + mark + em, height * 1.4, height * 0.3);
  cjv_draw_set_color (cr, color);
  cairo_set_line_width (cr, MAX (scene->style->line_width * 0.7, 0.5));
  cairo_stroke (cr);
  if (mark > 0)
    cjv_draw_mark (scene, cr, verdict > 0, x + em * 0.95, c->pad * 0.6 + height * 0.7, em * 0.42);
  cjv_text_draw (scene, cr, x + em * 0.5 + mark, c->pad * 0.6 + height * 0.7, 0, CJV_SIZE_NOTE,
                 CJV_TEXT_BOLD | CJV_TEXT_MIDDLE, color, text);
  return x;
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const char *claim = cjv_frame_get_text (scene->frame, "claim");
  const char *source = cjv_frame_get_text (scene->frame, "source");
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);
  double end = scene->width;
  Card c;

  if (!card_init (&c, scene))
    return FALSE;
  card_place (&c, scene);
  if (c.fan.l > 0)
    cjv_fan_draw (&c.fan, scene, cr);
  if (c.fan.l > 0 && !scene->style->bare)
    cjv_fan_draw_legend (&c.fan, scene, cr, c.pad,
                         c.claim_top + cjv_text_height (scene, CJV_SIZE_NOTE) * 1.4,
                         scene->width - 2 * c.pad);
  draw_values (scene, cr, &c);
  if (scene->style->bare)
    return TRUE;
  if (cjv_heading_height (scene) > 0)
    {
      end = draw_stamp (scene, cr, &c);
      cjv_draw_heading (scene, cr, c.pad, c.pad, end - 2 * c.pad,
                        title != NULL ? title : _ ("Result card"), NULL);
    }
  cjv_text_draw (scene, cr, c.pad, c.claim_top, scene->width - 2 * c.pad, CJV_SIZE_NOTE, 0, dim,
                 claim != NULL ? claim : "");
  cjv_text_draw (scene, cr, c.pad, c.foot_top, scene->width - 2 * c.pad, CJV_SIZE_TINY, 0, dim,
                 source != NULL ? source : "");
  return TRUE;
}

/* "99.9 % (99.8 % to 100 %), published 99.9 %". */
static char *
print_row (const CjvScene *scene, const Card *c, gint64 row)
{
  const CjvSpread spread = get_value (c, row);
  const double paper = cjv_tensor_at (c->published, row);
  g_autofree char *title = cjv_class_dup (scene->frame, "values", row);
  g_autofree char *median = print_number (c, row, spread.middle);
  g_autofree char *least = print_number (c, row, spread.low);
  g_autofree char *most = print_number (c, row, spread.high);
  g_autofree char *published = print_number (c, row, paper);
  GString *text = g_string_new (NULL);

  /* Translators: what was measured, and its number */
  g_string_printf (text, _ ("%s: %s"), title, median);
  if (spread.low < spread.high) /* Translators: the least and the most of several numbers */
    g_string_append_printf (text, _ (" (%s to %s)"), least, most);
  if (isfinite (paper)) /* Translators: a number in a paper */
    g_string_append_printf (text, _ (", published %s"), published);
  return g_string_free (text, FALSE);
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gint64 row;
  Card c;

  if (!card_init (&c, scene))
    return FALSE;
  card_place (&c, scene);
  if (cjv_fan_hit (&c.fan, scene, x, y, out))
    return TRUE;
  row = c.row > 0 ? (gint64) floor ((y - c.rows_top) / c.row) : -1;
  if (row < 0 || row >= c.shown || x < c.pad || x >= scene->width - c.pad)
    return FALSE;
  *out = (CjvHit){ .index = row,
                   .series = -1,
                   .x = c.pad,
                   .y = c.rows_top + (double) row * c.row,
                   .width = MAX (scene->width - 2 * c.pad, 1),
                   .height = c.row,
                   .text = print_row (scene, &c, row) };
  return TRUE;
}

static void
print_csv_row (GString *out, const char *name, double x, double paper, double low, double high,
               CjvSpread spread)
{
  const double numbers[] = { x, paper, low, high, spread.middle, spread.low, spread.high };

  cjv_csv_text (out, name);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_string_append_c (out, ',');
      cjv_csv_number (out, numbers[i]);
    }
  g_string_append (out, "\r\n");
}

static void
csv (const CjvScene *scene, GString *out)
{
  Card c;

  g_string_append (out, "name,x,published,low,high,median,least,most\r\n");
  if (!card_init (&c, scene))
    return;
  for (gint64 i = 0; i < c.v; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "values", i);

      print_csv_row (out, name, NAN, cjv_tensor_at (c.published, i), cjv_tensor_at (c.low, i),
                     cjv_tensor_at (c.high, i), get_value (&c, i));
    }
  for (gint64 k = 0; k < c.fan.l; k++)
    for (gint64 i = 0; i < c.fan.p; i++)
      {
        g_autofree char *name = cjv_class_dup (scene->frame, "lines", k);

        print_csv_row (out, name, cjv_tensor_at (c.fan.x, i), cjv_fan_get_paper (&c.fan, k, i), NAN,
                       NAN, cjv_fan_get (&c.fan, k, i));
      }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *stamp = print_stamp (scene);
  GString *out = g_string_new (NULL);
  Card c;

  if (!card_init (&c, scene))
    return g_string_free (out, TRUE);
  /* Translators: a result card, and “reproduced”, “not reproduced” or how far it is */
  g_string_printf (out, _ ("%s: %s."), title != NULL ? title : _ ("Result card"), stamp);
  for (gint64 i = 0; i < MIN (c.v, 12); i++)
    {
      g_autofree char *row = print_row (scene, &c, i);

      g_string_append_printf (out, " %s.", row);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_card = {
  .id = "card",
  .title = N_ ("Result card"),
  .blurb = N_ ("What was measured beside what was published, with the range over seeds"),
  .empty = N_ ("Run a result card: what it measures stands here beside what was published."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 720,
  .preset_height = 480,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
