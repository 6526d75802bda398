/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-fan.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

static int
compare (const void *a, const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* 97.5 % quantile of Student's t; beyond 30 degrees of freedom nearly that of the normal distribution. */
static double
get_quantile (gint64 freedom)
{
  static const double table[]
      = { 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
          2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
          2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042 };

  return freedom <= (gint64) G_N_ELEMENTS (table) ? table[freedom - 1]
                                                  : 1.96 + 2.5 / (double) freedom;
}

CjvSpread
cjv_spread_new (const CjTensor *array, gint64 first, gint64 stride, gint64 n, CjvFanKind kind)
{
  g_autofree double *sorted = g_new (double, n + 1);
  double mean = 0, squares = 0, half;
  gint64 k = 0;

  for (gint64 i = 0; i < n; i++)
    if (isfinite (cjv_tensor_at (array, first + i * stride)))
      sorted[k++] = cjv_tensor_at (array, first + i * stride);
  qsort (sorted, (gsize) k, sizeof *sorted, compare);
  if (k == 0)
    return (CjvSpread){ NAN, NAN, NAN };
  if (kind == CJV_FAN_RANGE)
    return (CjvSpread){ (sorted[(k - 1) / 2] + sorted[k / 2]) / 2, sorted[0], sorted[k - 1] };
  for (gint64 i = 0; i < k; i++)
    mean += sorted[i] / (double) k;
  if (k == 1)
    return (CjvSpread){ mean, mean, mean };
  for (gint64 i = 0; i < k; i++)
    squares += (sorted[i] - mean) * (sorted[i] - mean) / (double) (k - 1);
  half = get_quantile (k - 1) * sqrt (squares / (double) k);
  return (CjvSpread){ mean, mean - half, mean + half };
}

gboolean
cjv_fan_init (CjvFan *fan, const CjvFrame *frame, CjvFanKind kind)
{
  const CjTensor *curves = cjv_frame_get_array (frame, "curves");

  *fan = (CjvFan){ .kind = kind,
                   .curves = curves,
                   .x = cjv_frame_get_array (frame, "x"),
                   .papers = cjv_frame_get_array (frame, "published-curves") };
  fan->p = cjv_tensor_size (fan->x);
  if (curves == NULL || curves->shape.n_dims != 3 || curves->shape.dims[2] != fan->p || fan->p < 1)
    return FALSE;
  fan->s = curves->shape.dims[1];
  fan->l = MIN (curves->shape.dims[0], CJV_FAN_MAX_LINES);
  if (cjv_tensor_size (fan->papers) != curves->shape.dims[0] * fan->p)
    fan->papers = NULL;
  return fan->l > 0 && fan->s > 0;
}

CjvSpread
cjv_fan_get (const CjvFan *fan, gint64 line, gint64 point)
{
  return cjv_spread_new (fan->curves, line * fan->s * fan->p + point, fan->p, fan->s, fan->kind);
}

double
cjv_fan_get_paper (const CjvFan *fan, gint64 line, gint64 point)
{
  return cjv_tensor_at (fan->papers, line * fan->p + point); /* NAN of no tensor */
}

gboolean
cjv_fan_has_points (const CjvFan *fan, guint n_papers)
{
  guint n = 0;

  for (gint64 i = 0; i < fan->l * fan->s * fan->p; i++)
    if (isfinite (cjv_tensor_at (fan->curves, i)))
      return TRUE;
  for (gint64 i = 0; i < fan->l * fan->p && fan->papers != NULL; i++)
    n += isfinite (cjv_tensor_at (fan->papers, i));
  return n >= n_papers;
}

void
cjv_fan_place (CjvFan *fan, const CjvScene *scene, const CjvRect *outer)
{
  const gboolean share = cjv_frame_get_scalar (scene->frame, "curves-share", 0) > 0;

  cjv_axis_init (&fan->plot.x);
  cjv_axis_init (&fan->plot.y);
  fan->plot.x.label = cjv_frame_get_axis_label (scene->frame, "curves", 2);
  fan->plot.y.label = cjv_frame_get_axis_label (scene->frame, "curves", 0);
  fan->plot.y.unit = share ? CJV_UNIT_PERCENT : CJV_UNIT_PLAIN;
  if (cjv_frame_get_scalar (scene->frame, "x-share", 0) > 0)
    fan->plot.x.unit = CJV_UNIT_PERCENT;
  for (gint64 i = 0; i < fan->p; i++)
    {
      cjv_axis_include (&fan->plot.x, cjv_tensor_at (fan->x, i));
      for (gint64 k = 0; k < fan->l; k++)
        {
          const CjvSpread spread = cjv_fan_get (fan, k, i);

          cjv_axis_include (&fan->plot.y, spread.low);
          cjv_axis_include (&fan->plot.y, spread.high);
          cjv_axis_include (&fan->plot.y, cjv_fan_get_paper (fan, k, i));
        }
    }
  fan->plot.empty = cjv_axis_is_empty (&fan->plot.y);
  cjv_axis_include (&fan->plot.y, cjv_frame_get_scalar (scene->frame, "before", NAN));
  if (share)
    cjv_axis_include (&fan->plot.y, 0);
  cjv_plot_place (&fan->plot, scene, outer, FALSE, TRUE);
}

/* --- drawing --- */

static void
draw_band (const CjvFan *fan, const CjvScene *scene, cairo_t *cr, gint64 line)
{
  guint n = 0;

  cairo_new_path (cr);
  for (gint64 i = 0; i < 2 * fan->p; i++) /* there along the top, back along the bottom */
    {
      const gint64 at = i < fan->p ? i : 2 * fan->p - 1 - i;
      const CjvSpread spread = cjv_fan_get (fan, line, at);

      if (!isfinite (spread.middle))
        continue;
      cairo_line_to (cr, cjv_plot_x (&fan->plot, cjv_tensor_at (fan->x, at)),
                     cjv_plot_y (&fan->plot, i < fan->p ? spread.high : spread.low));
      n++;
    }
  cjv_draw_set_color (cr, cjv_color_alpha (cjv_style_category (scene->style, (guint) line), 0.22));
  if (n > 2)
    cairo_fill (cr);
  cairo_new_path (cr);
}

/* The published points of a line, joined by dashes. */
static void
draw_papers (const CjvFan *fan, const CjvScene *scene, cairo_t *cr, gint64 line)
{
  const double dash[] = { scene->style->line_width * 2, scene->style->line_width * 2 };

  cairo_new_path (cr);
  for (gint64 i = 0; i < fan->p; i++)
    if (isfinite (cjv_fan_get_paper (fan, line, i)))
      cairo_line_to (cr, cjv_plot_x (&fan->plot, cjv_tensor_at (fan->x, i)),
                     cjv_plot_y (&fan->plot, cjv_fan_get_paper (fan, line, i)));
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
  cairo_set_line_width (cr, MAX (scene->style->line_width * 0.6, 0.5));
  cairo_set_dash (cr, dash, 2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_line (const CjvFan *fan, const CjvScene *scene, cairo_t *cr, gint64 line)
{
  const CjvColor color = cjv_style_category (scene->style, (guint) line);
  const double radius = scene->style->line_width * 1.4;

  cairo_new_path (cr);
  for (gint64 i = 0; i < fan->p; i++)
    if (isfinite (cjv_fan_get (fan, line, i).middle))
      cairo_line_to (cr, cjv_plot_x (&fan->plot, cjv_tensor_at (fan->x, i)),
                     cjv_plot_y (&fan->plot, cjv_fan_get (fan, line, i).middle));
  cjv_draw_set_color (cr, color);
  cairo_set_line_width (cr, scene->style->line_width);
  cairo_stroke (cr);
  for (gint64 i = 0; i < fan->p; i++)
    {
      const double x = cjv_plot_x (&fan->plot, cjv_tensor_at (fan->x, i));
      const double y = cjv_fan_get (fan, line, i).middle, paper = cjv_fan_get_paper (fan, line, i);

      cairo_new_path (cr);
      if (isfinite (y))
        cjv_draw_marker (cr, (guint) line, x, cjv_plot_y (&fan->plot, y), radius);
      cjv_draw_set_color (cr, color);
      cairo_fill (cr);
      if (!isfinite (paper))
        continue;
      cjv_draw_marker (cr, 3, x, cjv_plot_y (&fan->plot, paper), radius * 1.7);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
      cairo_set_line_width (cr, MAX (scene->style->line_width * 0.6, 0.5));
      cairo_stroke (cr);
    }
}

void
cjv_fan_draw (const CjvFan *fan, const CjvScene *scene, cairo_t *cr)
{
  cjv_plot_draw_grid (&fan->plot, scene, cr, FALSE);
  for (gint64 k = 0; k < fan->l; k++)
    draw_band (fan, scene, cr, k);
  for (gint64 k = 0; k < fan->l; k++)
    {
      draw_papers (fan, scene, cr, k);
      draw_line (fan, scene, cr, k);
    }
}

void
cjv_fan_draw_legend (const CjvFan *fan, const CjvScene *scene, cairo_t *cr, double x, double y,
                     double room)
{
  CjvLegendItem items[CJV_FAN_MAX_LINES];
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (gint64 k = 0; k < fan->l; k++)
    {
      g_ptr_array_add (names, cjv_class_dup (scene->frame, "lines", k));
      items[k] = (CjvLegendItem){ .color = cjv_style_category (scene->style, (guint) k),
                                  .text = names->pdata[k],
                                  .marker = fan->l > 1 ? (int) k : CJV_LEGEND_DOTTED_LINE };
    }
  cjv_legend_draw (scene, cr, x, y, room, items, (guint) fan->l);
}

/* --- a whole figure --- */

static double
get_pad (const CjvScene *scene)
{
  return MIN (scene->style->font_size * 0.8, scene->width / 10);
}

gboolean
cjv_fan_fill (CjvFan *fan, const CjvScene *scene)
{
  const double pad = get_pad (scene);
  const double top = pad + cjv_heading_height (scene)
                     + (scene->style->bare ? 0 : cjv_text_height (scene, CJV_SIZE_NOTE) * 1.3);
  const CjvRect outer
      = { pad, top, MAX (scene->width - 2 * pad, 1), MAX (scene->height - pad - top, 1) };

  if (!cjv_fan_init (fan, scene->frame, CJV_FAN_CONFIDENCE))
    return FALSE;
  cjv_fan_place (fan, scene, &outer);
  return TRUE;
}

void
cjv_fan_draw_level (const CjvFan *fan, const CjvScene *scene, cairo_t *cr, const char *name,
                    const char *words)
{
  const double y = cjv_plot_y (&fan->plot, cjv_frame_get_scalar (scene->frame, name, NAN));
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);
  const double dash[] = { 4, 3 };

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
                   words);
}

void
cjv_fan_draw_titles (const CjvFan *fan, const CjvScene *scene, cairo_t *cr, const char *title)
{
  const char *own = cjv_frame_get_text (scene->frame, "title");
  const double pad = get_pad (scene), heading = cjv_heading_height (scene);

  if (heading > 0)
    cjv_draw_heading (scene, cr, pad, pad, scene->width - 2 * pad, own != NULL ? own : title,
                      cjv_frame_get_text (scene->frame, "note"));
  if (!scene->style->bare)
    cjv_fan_draw_legend (fan, scene, cr, pad, pad + heading, scene->width - 2 * pad);
}

void
cjv_fan_csv (const CjvScene *scene, const char *at, GString *out)
{
  CjvFan fan;

  g_string_append_printf (out, "line,%s,mean,low,high", at);
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

gint64
cjv_fan_find_last (const CjvFan *fan, gint64 line)
{
  gint64 last = fan->p - 1;

  while (last >= 0 && !isfinite (cjv_fan_get (fan, line, last).middle))
    last--;
  return last;
}

/* --- pointing --- */

static char *
print_point (const CjvFan *fan, const CjvScene *scene, gint64 line, gint64 point)
{
  const CjvSpread spread = cjv_fan_get (fan, line, point);
  const double paper = cjv_fan_get_paper (fan, line, point);
  g_autofree char *name = cjv_class_dup (scene->frame, "lines", line);
  g_autofree char *at = cjv_axis_print (&fan->plot.x, cjv_tensor_at (fan->x, point), 3);
  g_autofree char *middle = cjv_axis_print (&fan->plot.y, spread.middle, 3);
  g_autofree char *low = cjv_axis_print (&fan->plot.y, spread.low, 3);
  g_autofree char *high = cjv_axis_print (&fan->plot.y, spread.high, 3);
  g_autofree char *published = cjv_axis_print (&fan->plot.y, paper, 3);
  GString *text = g_string_new (NULL);

  /* Translators: a curve, where along it, and the number there */
  g_string_printf (text, _ ("%s at %s: %s"), name, at, middle);
  if (spread.low < spread.high) /* Translators: the ends of an interval */
    g_string_append_printf (text, _ (" (%s to %s)"), low, high);
  if (isfinite (paper)) /* Translators: a number in a paper */
    g_string_append_printf (text, _ (", published %s"), published);
  return g_string_free (text, FALSE);
}

gboolean
cjv_fan_hit (const CjvFan *fan, const CjvScene *scene, double x, double y, CjvHit *hit)
{
  gint64 line = -1, point = -1;
  double nearest = INFINITY;

  if (fan->l == 0 || !cjv_rect_contains (&fan->plot.inner, x, y))
    return FALSE;
  for (gint64 k = 0; k < fan->l; k++)
    for (gint64 i = 0; i < fan->p; i++)
      {
        const double dx = cjv_plot_x (&fan->plot, cjv_tensor_at (fan->x, i)) - x;
        const double dy = cjv_plot_y (&fan->plot, cjv_fan_get (fan, k, i).middle) - y;

        if (dx * dx + dy * dy < nearest) /* not where it is not a number */
          {
            nearest = dx * dx + dy * dy;
            line = k;
            point = i;
          }
      }
  if (line < 0)
    return FALSE;
  *hit = (CjvHit){ .index = point,
                   .series = line,
                   .x = cjv_plot_x (&fan->plot, cjv_tensor_at (fan->x, point)) - 3,
                   .y = cjv_plot_y (&fan->plot, cjv_fan_get (fan, line, point).middle) - 3,
                   .width = 6,
                   .height = 6,
                   .text = print_point (fan, scene, line, point) };
  return TRUE;
}
