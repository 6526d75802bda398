/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define HUGE_VALUE 1e300

double
cjv_nice_number (double span, gboolean round)
{
  double power, share;

  if (!(span > 0) || !isfinite (span))
    return 1;
  power = pow (10, floor (log10 (span)));
  if (!(power > 0))
    return span;
  share = span / power;
  if (round)
    share = share < 1.5 ? 1 : share < 3 ? 2 : share < 7 ? 5 : 10;
  else
    share = share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10;
  return share * power;
}

void
cjv_axis_init (CjvAxis *axis)
{
  *axis = (CjvAxis){ .low = INFINITY, .high = -INFINITY };
}

void
cjv_axis_include (CjvAxis *axis, double value)
{
  if (!isfinite (value) || (axis->log && value <= 0))
    return;
  value = CLAMP (value, -HUGE_VALUE, HUGE_VALUE);
  axis->low = MIN (axis->low, value);
  axis->high = MAX (axis->high, value);
}

gboolean
cjv_axis_is_empty (const CjvAxis *axis)
{
  return !(axis->low <= axis->high);
}

double
cjv_axis_map (const CjvAxis *axis, double value)
{
  if (axis->log)
    return value > 0 ? log (value / axis->low) / log (axis->high / axis->low) : NAN;
  /* Halves, so that the span of the widest range is finite. */
  return (value / 2 - axis->low / 2) / (axis->high / 2 - axis->low / 2);
}

double
cjv_axis_unmap (const CjvAxis *axis, double t)
{
  if (axis->log)
    return axis->low * pow (axis->high / axis->low, t);
  return axis->low * (1 - t) + axis->high * t;
}

char *
cjv_axis_print (const CjvAxis *axis, double value, int digits)
{
  if (axis->unit == CJV_UNIT_PERCENT)
    return cjv_percent_print (value, digits);
  if (axis->unit == CJV_UNIT_COUNT && fabs (value) < 1e15)
    return cjv_count_print (llround (value));
  return cjv_number_print (value, digits + 1);
}

static void
set_tick (CjvAxis *axis, double value, const char *text)
{
  if (axis->n_ticks == CJV_MAX_TICKS)
    return;
  axis->ticks[axis->n_ticks] = value;
  g_snprintf (axis->texts[axis->n_ticks], sizeof axis->texts[0], "%s%s",
              axis->prefix != NULL ? axis->prefix : "", text);
  axis->n_ticks++;
}

/* The text of a tick: as many digits as tell neighbours `step` apart. */
static char *
tick_text (const CjvAxis *axis, double value, double step)
{
  const double size = MAX (fabs (axis->low), fabs (axis->high));
  const double unit = axis->unit == CJV_UNIT_PERCENT ? 100 : 1;
  const int digits = (int) CLAMP (-floor (log10 (step * unit) + 1e-9), 0, 12);

  if (fabs (value) < step * 1e-9)
    value = 0;
  if (axis->unit == CJV_UNIT_PERCENT && size < 1e4)
    return cjv_percent_print (value, digits);
  if (value == 0 && (digits == 0 || size >= 1e6 || size < 1e-4))
    return g_strdup ("0");
  if (size >= 1e6 || size < 1e-4)
    return cjv_number_print (value, CLAMP (1 + (int) floor (log10 (fabs (value)) + 1e-9)
                                               - (int) floor (log10 (step) + 1e-9),
                                           1, 6));
  {
    char text[40];

    g_snprintf (text, sizeof text, "%s%'.*f", value < 0 ? "−" : "", digits, fabs (value));
    return g_strdup (text);
  }
}

static void
place_linear (CjvAxis *axis, guint n, gboolean nice)
{
  double span = axis->high / 2 - axis->low / 2;
  double step, first;

  step = cjv_nice_number (2 * MIN (span, HUGE_VALUE) / (nice ? MAX (n - 1, 1) : MAX (n, 1)), TRUE);
  if (axis->unit == CJV_UNIT_COUNT)
    step = MAX (step, 1);
  if (nice)
    {
      axis->low = floor (axis->low / step + 1e-9) * step;
      axis->high = ceil (axis->high / step - 1e-9) * step;
    }
  first = ceil (axis->low / step - 1e-6);
  for (int i = 0; i < CJV_MAX_TICKS; i++)
    {
      const double value = (first + i) * step;
      g_autofree char *text = NULL;

      if (!(value <= axis->high + step * 1e-6))
        break;
      text = tick_text (axis, value, step);
      set_tick (axis, value, text);
    }
}

static void
place_log (CjvAxis *axis, guint n, gboolean nice)
{
  double low = floor (log10 (axis->low) + 1e-9), high = ceil (log10 (axis->high) - 1e-9);
  const double decades = log10 (axis->high) - log10 (axis->low);
  const int stride = MAX (1, (int) ceil ((high - low) / MAX (n, 1)));
  static const double parts[] = { 1, 2, 5 };

  if (nice && decades > 0.7)
    {
      axis->low = pow (10, low);
      axis->high = pow (10, high);
    }
  for (double e = low; e <= high && axis->n_ticks < CJV_MAX_TICKS; e += stride)
    for (guint k = 0; k < (decades < 2.2 ? G_N_ELEMENTS (parts) : 1); k++)
      {
        const double value = parts[k] * pow (10, e);
        g_autofree char *text = NULL;

        if (value < axis->low * (1 - 1e-9) || value > axis->high * (1 + 1e-9))
          continue;
        text = axis->unit == CJV_UNIT_PERCENT ? cjv_percent_print (value, MAX (0, (int) -e - 2))
                                              : cjv_number_print (value, 1);
        set_tick (axis, value, text);
      }
}

void
cjv_axis_place (CjvAxis *axis, guint n, gboolean nice)
{
  axis->n_ticks = 0;
  if (cjv_axis_is_empty (axis))
    {
      axis->low = axis->log ? 0.1 : 0;
      axis->high = 1;
    }
  if (axis->log && axis->low <= 0)
    axis->log = FALSE;
  if (axis->high - axis->low <= 1e-12 * MAX (fabs (axis->low), fabs (axis->high)))
    {
      /* One value: put it into the middle. */
      const double pad = axis->low != 0 ? fabs (axis->low) * 0.1 : 0.5;

      axis->low = axis->log ? axis->low / 2 : axis->low - pad;
      axis->high = axis->log ? axis->high * 2 : axis->high + pad;
    }
  if (axis->log)
    place_log (axis, n, nice);
  else
    place_linear (axis, n, nice);
}

double
cjv_plot_x (const CjvPlot *plot, double value)
{
  const double t = cjv_axis_map (&plot->x, value);

  return plot->inner.x + CLAMP (t, -10, 11) * plot->inner.width;
}

double
cjv_plot_y (const CjvPlot *plot, double value)
{
  const double t = cjv_axis_map (&plot->y, value);

  return plot->inner.y + (1 - CLAMP (t, -10, 11)) * plot->inner.height;
}

gboolean
cjv_plot_zoom (const CjvPlot *plot, const CjvZoom *zoom, gboolean upright, double *from, double *to)
{
  const CjvRect *in = &plot->inner;
  const double at = upright ? 1 - (zoom->y - in->y) / in->height : (zoom->x - in->x) / in->width;

  if (zoom->kind == CJV_ZOOM_ALL)
    return FALSE;
  if (zoom->kind == CJV_ZOOM_AT)
    {
      *from = at - at / zoom->factor;
      *to = at + (1 - at) / zoom->factor;
    }
  else
    {
      *from = upright ? at - zoom->height / in->height : at;
      *to = upright ? at : at + zoom->width / in->width;
    }
  return TRUE;
}

/* Width of the widest text of an axis. */
static double
widest_tick (const CjvScene *scene, const CjvAxis *axis)
{
  double widest = 0;

  for (guint i = 0; i < axis->n_ticks; i++)
    widest = MAX (widest, cjv_text_width (scene, CJV_SIZE_NOTE, axis->texts[i]));
  return widest;
}

void
cjv_plot_place (CjvPlot *plot, const CjvScene *scene, const CjvRect *outer, gboolean nice_x,
                gboolean nice_y)
{
  const double em = scene->style->font_size;
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double below = line * 1.3 + (plot->x.label != NULL ? line * 1.15 : 0);
  const double height = outer->height - below - line / 2;
  double left = plot->y.label != NULL ? line * 1.3 : 0;
  guint n;

  plot->empty = cjv_axis_is_empty (&plot->x) || cjv_axis_is_empty (&plot->y);
  cjv_axis_place (&plot->y, (guint) CLAMP (height / (line * 3), 2, 6), nice_y);
  left += widest_tick (scene, &plot->y) + em * 0.6;
  plot->inner = (CjvRect){ cjv_snap (scene->style, outer->x + left),
                           cjv_snap (scene->style, outer->y + line / 2),
                           MAX (outer->width - left - em * 0.5, 1), MAX (height, 1) };
  if (scene->style->bare)
    plot->inner = *outer;
  plot->inner.width = cjv_snap (scene->style, plot->inner.width);
  plot->inner.height = cjv_snap (scene->style, plot->inner.height);

  /* Fewer ticks until the texts keep apart. */
  for (n = (guint) CLAMP (plot->inner.width / (em * 4.5), 3, 9); n > 1; n--)
    {
      CjvAxis trial = plot->x;

      cjv_axis_place (&trial, n, nice_x);
      if (n == 2 || widest_tick (scene, &trial) * 1.25 * trial.n_ticks <= plot->inner.width)
        {
          plot->x = trial;
          break;
        }
    }
}

static void
draw_x_texts (const CjvPlot *plot, const CjvScene *scene, cairo_t *cr, CjvColor ink)
{
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double top = plot->inner.y + plot->inner.height + line * 0.3;
  double edge = -INFINITY;

  for (guint i = 0; i < plot->x.n_ticks; i++)
    {
      const double half = cjv_text_width (scene, CJV_SIZE_NOTE, plot->x.texts[i]) / 2;
      double x = cjv_plot_x (plot, plot->x.ticks[i]);

      x = CLAMP (x, half, MAX (scene->width - half, half));
      if (x - half < edge)
        continue;
      cjv_text_draw (scene, cr, x, top, 0, CJV_SIZE_NOTE, CJV_TEXT_CENTER, ink, plot->x.texts[i]);
      edge = x + half + scene->style->font_size * 0.5;
    }
  cjv_text_draw (scene, cr, plot->inner.x + plot->inner.width / 2, top + line * 1.15,
                 plot->inner.width, CJV_SIZE_NOTE, CJV_TEXT_CENTER, ink, plot->x.label);
}

void
cjv_plot_draw_grid (const CjvPlot *plot, const CjvScene *scene, cairo_t *cr,
                    gboolean vertical_lines)
{
  const CjvStyle *style = scene->style;
  const CjvColor ink = cjv_style_color (style, CJV_INK_DIM);
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const CjvRect *in = &plot->inner;
  double edge = INFINITY;

  if (style->bare)
    return;
  cairo_save (cr);
  cjv_draw_set_color (cr, cjv_style_color (style, CJV_GRID));
  cairo_set_line_width (cr, 1);
  for (guint i = 0; i < plot->y.n_ticks; i++)
    {
      const double y = cjv_snap (style, cjv_plot_y (plot, plot->y.ticks[i])) - 0.5 / style->scale;

      cairo_move_to (cr, in->x, y);
      cairo_line_to (cr, in->x + in->width, y);
    }
  for (guint i = 0; vertical_lines && i < plot->x.n_ticks; i++)
    {
      const double x = cjv_snap (style, cjv_plot_x (plot, plot->x.ticks[i])) + 0.5 / style->scale;

      cairo_move_to (cr, x, in->y);
      cairo_line_to (cr, x, in->y + in->height);
    }
  cairo_stroke (cr);
  cairo_restore (cr);

  for (guint i = 0; i < plot->y.n_ticks; i++)
    {
      const double y = cjv_plot_y (plot, plot->y.ticks[i]);

      if (y + line / 2 > edge)
        continue;
      edge = y - line / 2;
      cjv_text_draw (scene, cr, in->x - style->font_size * 0.6, y, 0, CJV_SIZE_NOTE,
                     CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, plot->y.texts[i]);
    }
  draw_x_texts (plot, scene, cr, ink);
  if (plot->empty)
    cjv_text_draw (scene, cr, in->x + in->width / 2, in->y + in->height / 2, in->width,
                   CJV_SIZE_BODY, CJV_TEXT_CENTER | CJV_TEXT_MIDDLE, ink, _ ("No finite numbers"));
  if (plot->y.label != NULL)
    cjv_text_draw (scene, cr,
                   in->x - style->font_size * 0.6 - widest_tick (scene, &plot->y) - line * 1.25,
                   in->y + in->height / 2, in->height, CJV_SIZE_NOTE, CJV_TEXT_UP | CJV_TEXT_CENTER,
                   ink, plot->y.label);
}

double
cjv_legend_draw (const CjvScene *scene, cairo_t *cr, double x, double y, double room,
                 const CjvLegendItem *items, guint n)
{
  const double em = scene->style->font_size;
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double end = x + room;
  static const double dash[] = { 4, 3 };

  for (guint i = 0; i < n; i++)
    {
      const double sign = items[i].marker < 0 ? em * 1.5 : em * 0.8;
      const double width = cjv_text_width (scene, CJV_SIZE_NOTE, items[i].text);

      /* The last thing that fits may have to be the number of those that do not. */
      if (x + sign + em * 0.4 + width + (i + 1 < n ? em * 2.6 : 0) > end)
        {
          g_autofree char *more = g_strdup_printf ("+%u", n - i);

          if (end - x > em)
            cjv_text_draw (scene, cr, x, y, 0, CJV_SIZE_NOTE, 0,
                           cjv_style_color (scene->style, CJV_INK_DIM), more);
          return x + em * 2;
        }
      cairo_save (cr);
      cjv_draw_set_color (cr, items[i].color);
      if (items[i].marker >= 0)
        {
          cairo_new_path (cr);
          cjv_draw_marker (cr, (guint) items[i].marker, x + sign / 2, y + line / 2, em * 0.32);
          cairo_fill (cr);
        }
      else
        {
          cairo_set_line_width (cr, scene->style->line_width);
          if (items[i].dash)
            cairo_set_dash (cr, dash, 2, 0);
          cairo_move_to (cr, x, y + line / 2);
          cairo_line_to (cr, x + sign, y + line / 2);
          cairo_stroke (cr);
          if (items[i].marker == CJV_LEGEND_DOTTED_LINE)
            {
              cairo_arc (cr, x + sign / 2, y + line / 2, scene->style->line_width * 1.4, 0,
                         2 * G_PI);
              cairo_fill (cr);
            }
        }
      cairo_restore (cr);
      x += sign + em * 0.4;
      cjv_text_draw (scene, cr, x, y, 0, CJV_SIZE_NOTE, 0,
                     cjv_style_color (scene->style, CJV_INK_DIM), items[i].text);
      x += width + em * 1.1;
    }
  return x;
}
