/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How what a network gets right falls with the dose of damage: L networks or kinds of damage, P doses, S
 * seeds. A line is the mean over seeds, the band its 95 % confidence interval (Student's t). */
#include "cjv-fan.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "curves", CJV_WANT_ARRAY, TRUE, "[L, S, P]",
    N_ ("Share that is right, of every seed; not a number: not yet") },
  { "x", CJV_WANT_ARRAY, TRUE, "[P]", N_ ("Doses") },
  { "lines", CJV_WANT_STRINGS, FALSE, NULL, N_ ("What was damaged, and how") },
  { "x-share", CJV_WANT_SCALAR, FALSE, NULL, N_ ("1: doses are shown in per cent") },
  { "chance", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Share that a guess gets right") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { "note", CJV_WANT_TEXT, FALSE, NULL, N_ ("Samples and seeds") },
  { NULL },
};

static gboolean
place (CjvFan *fan, const CjvScene *scene)
{
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 10);
  const double top = pad + cjv_heading_height (scene)
                     + (scene->style->bare ? 0 : cjv_text_height (scene, CJV_SIZE_NOTE) * 1.3);
  const CjvRect outer
      = { pad, top, MAX (scene->width - 2 * pad, 1), MAX (scene->height - pad - top, 1) };

  if (!cjv_fan_init (fan, scene->frame, CJV_FAN_CONFIDENCE))
    return FALSE;
  cjv_fan_place (fan, scene, &outer);
  return TRUE;
}

/* Where a guess would be. */
static void
draw_chance (const CjvFan *fan, const CjvScene *scene, cairo_t *cr)
{
  const double chance = cjv_frame_get_scalar (scene->frame, "chance", NAN);
  const double y = cjv_plot_y (&fan->plot, chance), dash[] = { 4, 3 };
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);

  if (!isfinite (y) || y < fan->plot.inner.y || y > fan->plot.inner.y + fan->plot.inner.height)
    return;
  cairo_move_to (cr, fan->plot.inner.x, cjv_snap (scene->style, y));
  cairo_line_to (cr, fan->plot.inner.x + fan->plot.inner.width, cjv_snap (scene->style, y));
  cjv_draw_set_color (cr, dim);
  cairo_set_line_width (cr, 1);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  if (!scene->style->bare && scene->width > scene->style->font_size * 24)
    cjv_text_draw (scene, cr, fan->plot.inner.x + 4,
                   y - cjv_text_height (scene, CJV_SIZE_TINY) * 1.1, 0, CJV_SIZE_TINY, 0, dim,
                   _ ("a guess"));
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double pad = MIN (scene->style->font_size * 0.8, scene->width / 10);
  const double heading = cjv_heading_height (scene);
  CjvFan fan;

  if (!place (&fan, scene))
    return FALSE;
  cjv_fan_draw (&fan, scene, cr);
  draw_chance (&fan, scene, cr);
  if (heading > 0)
    cjv_draw_heading (scene, cr, pad, pad, scene->width - 2 * pad,
                      title != NULL ? title : _ ("Robustness"),
                      cjv_frame_get_text (scene->frame, "note"));
  if (!scene->style->bare)
    cjv_fan_draw_legend (&fan, scene, cr, pad, pad + heading, scene->width - 2 * pad);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  CjvFan fan;

  return place (&fan, scene) && cjv_fan_hit (&fan, scene, x, y, out);
}

static void
csv (const CjvScene *scene, GString *out)
{
  CjvFan fan;

  g_string_append (out, "line,dose,mean,low,high");
  if (!cjv_fan_init (&fan, scene->frame, CJV_FAN_CONFIDENCE))
    {
      g_string_append (out, "\r\n");
      return;
    }
  for (gint64 s = 0; s < fan.s; s++)
    g_string_append_printf (out, ",seed_%d", (int) s + 1);
  g_string_append (out, "\r\n");
  for (gint64 k = 0; k < fan.l; k++)
    for (gint64 i = 0; i < fan.p; i++)
      {
        const CjvSpread spread = cjv_fan_get (&fan, k, i);
        const double numbers[]
            = { cjv_tensor_at (fan.x, i), spread.middle, spread.low, spread.high };
        g_autofree char *name = cjv_class_dup (scene->frame, "lines", k);

        cjv_csv_text (out, name);
        for (guint n = 0; n < G_N_ELEMENTS (numbers); n++)
          {
            g_string_append_c (out, ',');
            cjv_csv_number (out, numbers[n]);
          }
        for (gint64 s = 0; s < fan.s; s++)
          {
            g_string_append_c (out, ',');
            cjv_csv_number (out, cjv_tensor_at (fan.curves, (k * fan.s + s) * fan.p + i));
          }
        g_string_append (out, "\r\n");
      }
}

/* The last dose that was measured, -1: none. */
static gint64
find_last (const CjvFan *fan, gint64 line)
{
  gint64 last = fan->p - 1;

  while (last >= 0 && !isfinite (cjv_fan_get (fan, line, last).middle))
    last--;
  return last;
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const gboolean share = cjv_frame_get_scalar (scene->frame, "x-share", 0) > 0;
  GString *out = g_string_new (title != NULL ? title : _ ("Robustness"));
  CjvFan fan;

  if (!cjv_fan_init (&fan, scene->frame, CJV_FAN_CONFIDENCE))
    return g_string_free (out, FALSE);
  g_string_append (out, ".");
  for (gint64 k = 0; k < fan.l; k++)
    {
      const gint64 last = find_last (&fan, k);
      g_autofree char *name = cjv_class_dup (scene->frame, "lines", k);
      g_autofree char *first = cjv_percent_print (cjv_fan_get (&fan, k, 0).middle, 1);
      g_autofree char *end = cjv_percent_print (cjv_fan_get (&fan, k, MAX (last, 0)).middle, 1);
      const double most = cjv_tensor_at (fan.x, MAX (last, 0));
      g_autofree char *dose = share ? cjv_percent_print (most, 0) : cjv_number_print (most, 2);

      if (last >= 0)
        /* Translators: what was damaged; what is right without damage, at a dose, and that dose */
        g_string_append_printf (out, _ (" %s: %s are right without damage, %s at %s."), name, first,
                                end, dose);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_robustness = {
  .id = "robustness",
  .title = N_ ("Robustness"),
  .blurb = N_ ("How what the network gets right falls with the dose of lesions, noise or attacks"),
  .empty = N_ ("Damage the network: how much it still gets right at every dose stands here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 640,
  .preset_height = 400,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
