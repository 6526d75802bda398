/* SPDX-License-Identifier: GPL-3.0-or-later */
/* K classes. */
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  gboolean sort;
} Params;

static const CjParam params[] = {
  { .name = "sort",
    .title = N_ ("Largest first"),
    .blurb = N_ ("Orders the classes by their value; always so where they do not all fit"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, sort),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "values", CJV_WANT_ARRAY, TRUE, "[K]", N_ ("Probability of each class, or any value") },
  { "before", CJV_WANT_ARRAY, FALSE, "[K]",
    N_ ("The values before something was changed: a stroke on each bar") },
  { "classes", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the classes") },
  { "target", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Number of the true class") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the sample") },
  { NULL },
};

typedef struct
{
  const CjTensor *values, *before; /* before: or NULL */
  gint64 k, shown, best, target;   /* target -1: not known */
  gint64 *order;
  gboolean shares; /* all values in 0..1 */
  double low, high;
  double heading, top, row;       /* px */
  double pad, name, number, mark; /* px, widths */
} Bars;

static int
descending (gconstpointer a, gconstpointer b, gpointer data)
{
  const double x = cjv_tensor_at (data, *(const gint64 *) a);
  const double y = cjv_tensor_at (data, *(const gint64 *) b);

  if (isnan (x) || isnan (y))
    return isnan (x) - isnan (y);
  return x > y ? -1 : x < y;
}

static void
bars_init (Bars *bars, const CjvScene *scene)
{
  const double target = cjv_frame_get_scalar (scene->frame, "target", -1);

  *bars = (Bars){ .values = cjv_frame_get_array (scene->frame, "values"), .shares = TRUE };
  bars->k = cjv_tensor_size (bars->values);
  bars->before = cjv_frame_get_array (scene->frame, "before");
  if (cjv_tensor_size (bars->before) != bars->k)
    bars->before = NULL;
  bars->order = g_new (gint64, bars->k);
  bars->target = target >= 0 && target < (double) bars->k ? (gint64) target : -1;
  bars->best = -1;
  for (gint64 i = 0; i < bars->k; i++)
    {
      const double v = cjv_tensor_at (bars->values, i);

      bars->order[i] = i;
      if (!isfinite (v))
        continue;
      bars->shares = bars->shares && v >= -1e-6 && v <= 1 + 1e-6;
      bars->low = MIN (bars->low, v);
      bars->high = MAX (bars->high, v);
      if (bars->best < 0 || v > cjv_tensor_at (bars->values, bars->best))
        bars->best = i;
    }
  for (gint64 i = 0; i < bars->k && bars->before != NULL; i++)
    if (isfinite (cjv_tensor_at (bars->before, i)))
      {
        bars->low = MIN (bars->low, cjv_tensor_at (bars->before, i));
        bars->high = MAX (bars->high, cjv_tensor_at (bars->before, i));
      }
  if (bars->shares)
    bars->high = 1;
  if (!(bars->high > bars->low))
    bars->high = bars->low + 1;
}

static char *
print_value (const Bars *bars, const CjTensor *values, gint64 i)
{
  const double v = cjv_tensor_at (values, i);

  return bars->shares ? cjv_percent_print (v, 1) : cjv_number_print (v, 3);
}

static char *
value_text (const Bars *bars, gint64 i)
{
  return print_value (bars, bars->values, i);
}

static void
bars_place (Bars *bars, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size;
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  double room;

  bars->pad = MIN (em * 0.8, scene->width / 12);
  bars->heading = cjv_heading_height (scene);
  bars->top = bars->pad + bars->heading;
  room = scene->height - bars->top - bars->pad;
  bars->shown = CLAMP ((gint64) (room / (line * 1.1)), 1, bars->k);
  if (p->sort || bars->shown < bars->k)
    g_qsort_with_data (bars->order, (gint) bars->k, sizeof (gint64), descending,
                       (gpointer) bars->values);
  bars->row = MIN (room / (double) bars->shown, line * 2);
  for (gint64 i = 0; i < bars->shown; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", bars->order[i]);
      g_autofree char *value = value_text (bars, bars->order[i]);

      double width;

      cjv_text_measure (scene, 0, CJV_SIZE_NOTE, CJV_TEXT_BOLD, name, &width, NULL);
      bars->name = MAX (bars->name, width + 1);
      bars->number = MAX (bars->number, cjv_text_width (scene, CJV_SIZE_NOTE, value));
    }
  bars->mark = bars->target >= 0 ? line : 0;
  bars->name = MIN (bars->name, scene->width * 0.35) + em * 0.6;
  bars->number += em * 0.6;
  if (scene->width - bars->name - bars->number - bars->mark < em * 6)
    bars->number = 0;
}

static CjvColor
bar_color (const CjvScene *scene, const Bars *bars, gint64 i)
{
  const CjvColor plain = cjv_color_mix (cjv_style_color (scene->style, CJV_INK_DIM),
                                        cjv_style_color (scene->style, CJV_BACKGROUND), 0.35);

  if (bars->low < 0)
    return cjv_style_signed_ink (scene->style, cjv_tensor_at (bars->values, i));
  if (i == bars->target)
    return cjv_style_color (scene->style, CJV_GOOD);
  if (i == bars->best)
    return cjv_style_color (scene->style, bars->target >= 0 ? CJV_BAD : CJV_ACCENT);
  return plain;
}

static void
draw_row (const CjvScene *scene, cairo_t *cr, const Bars *bars, gint64 place)
{
  const gint64 i = bars->order[place];
  const double v = cjv_tensor_at (bars->values, i);
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double y = bars->top + ((double) place + 0.5) * bars->row;
  const double left = bars->pad + bars->name + bars->mark;
  const double width = MAX (scene->width - bars->pad - bars->number - left, 1);
  const double height = cjv_snap (scene->style, MIN (bars->row * 0.62, line * 0.8));
  const double top = cjv_snap (scene->style, y - height / 2);
  const double span = bars->high - bars->low;
  const double zero = left - bars->low / span * width;
  const gboolean strong = i == bars->best || i == bars->target;
  const CjvColor ink = cjv_style_color (scene->style, strong ? CJV_INK : CJV_INK_DIM);
  g_autofree char *name = cjv_class_dup (scene->frame, "classes", i);
  g_autofree char *text = value_text (bars, i);

  cjv_text_draw (scene, cr, bars->pad + bars->name - scene->style->font_size * 0.6, y,
                 bars->name - scene->style->font_size * 0.6, CJV_SIZE_NOTE,
                 CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE | (strong ? CJV_TEXT_BOLD : 0), ink, name);
  if (bars->target >= 0 && strong)
    cjv_draw_mark (scene, cr, i == bars->target, bars->pad + bars->name + line * 0.3, y,
                   line * 0.34);
  cjv_draw_round_rect (cr, left, top, width, height, height / 4);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
  cairo_fill (cr);
  if (isfinite (v))
    {
      const double from = MIN (zero, left + (v - bars->low) / span * width);
      const double to = MAX (zero, left + (v - bars->low) / span * width);

      cjv_draw_round_rect (cr, from, top, MAX (to - from, 1.5), height, height / 4);
      cjv_draw_set_color (cr, bar_color (scene, bars, i));
      cairo_fill (cr);
    }
  if (bars->before != NULL && isfinite (cjv_tensor_at (bars->before, i)))
    {
      const double was = left + (cjv_tensor_at (bars->before, i) - bars->low) / span * width;

      cairo_rectangle (cr, MIN (was, left + width - 2), top - 2, 2, height + 4);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
      cairo_fill (cr);
    }
  if (bars->number > 0)
    cjv_text_draw (scene, cr, scene->width - bars->pad, y, bars->number, CJV_SIZE_NOTE,
                   CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, text);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Bars bars;

  bars_init (&bars, scene);
  bars_place (&bars, scene);
  if (bars.shown < bars.k)
    note = g_strdup_printf (_ ("the largest %d of %d"), (int) bars.shown, (int) bars.k);
  if (bars.heading > 0)
    cjv_draw_heading (scene, cr, bars.pad, bars.pad, scene->width - 2 * bars.pad,
                      title != NULL ? title : _ ("Classes"), note);
  for (gint64 i = 0; i < bars.shown; i++)
    draw_row (scene, cr, &bars, i);
  g_free (bars.order);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gint64 place;
  gboolean found;
  Bars bars;

  (void) x;
  bars_init (&bars, scene);
  bars_place (&bars, scene);
  place = (gint64) floor ((y - bars.top) / bars.row);
  found = place >= 0 && place < bars.shown;
  if (found)
    {
      const gint64 i = bars.order[place];
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", i);
      g_autofree char *value = value_text (&bars, i);

      *out = (CjvHit){ .index = i,
                       .series = -1,
                       .x = bars.pad,
                       .y = bars.top + (double) place * bars.row,
                       .width = scene->width - 2 * bars.pad,
                       .height = bars.row };
      out->text = g_strdup_printf (i == bars.target ? _ ("%s, the true class: %s") : _ ("%s: %s"),
                                   name, value);
      if (bars.before != NULL)
        {
          g_autofree char *now = out->text, *was = print_value (&bars, bars.before, i);

          /* Translators: a class and its value, then what that was before a change */
          out->text = g_strdup_printf (_ ("%s, before %s"), now, was);
        }
    }
  g_free (bars.order);
  return found;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Bars bars;

  bars_init (&bars, scene);
  g_string_append (out,
                   bars.before != NULL ? "class,value,before,true\r\n" : "class,value,true\r\n");
  for (gint64 i = 0; i < bars.k; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", i);

      cjv_csv_text (out, name);
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (bars.values, i));
      if (bars.before != NULL)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, cjv_tensor_at (bars.before, i));
        }
      g_string_append (out, i == bars.target ? ",1\r\n" : ",0\r\n");
    }
  g_free (bars.order);
}

static char *
words (const CjvScene *scene)
{
  GString *out = g_string_new (NULL);
  Bars bars;

  bars_init (&bars, scene);
  g_string_append_printf (out, _ ("%d classes."), (int) bars.k);
  if (bars.best >= 0)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", bars.best);
      g_autofree char *value = value_text (&bars, bars.best);

      g_string_append_printf (out, _ (" The largest is %s with %s."), name, value);
    }
  if (bars.target >= 0)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", bars.target);
      g_autofree char *value = value_text (&bars, bars.target);

      if (bars.best == bars.target)
        g_string_append (out, _ (" That is right."));
      else
        g_string_append_printf (out, _ (" True is %s with %s."), name, value);
    }
  g_free (bars.order);
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_bars = {
  .id = "bars",
  .title = N_ ("Class bars"),
  .blurb = N_ ("How probable the network holds each class for the chosen sample"),
  .empty = N_ ("Choose a sample in the strip."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 360,
  .preset_height = 280,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
