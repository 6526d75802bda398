/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-panels.h"

#include <math.h>

static double
get_pad (const CjvScene *scene)
{
  return MIN (scene->style->font_size * 0.8, scene->width / 10);
}

void
cjv_panels_place (const CjvScene *scene, guint n, CjvRect *panels)
{
  const double pad = get_pad (scene), gap = pad;
  const double top = pad + cjv_heading_height (scene);
  const double width = MAX (scene->width - 2 * pad, 1), height = MAX (scene->height - top - pad, 1);
  double best = INFINITY;
  guint columns = 1, rows;

  for (guint c = 1; c <= n; c++)
    {
      const guint r = (n + c - 1) / c;
      const double shape = (width / c) / (height / r);
      const double off = fabs (log (shape / 1.25)) + 0.3 * (c * r - n);

      if (off < best)
        {
          best = off;
          columns = c;
        }
    }
  rows = (n + columns - 1) / columns;
  for (guint i = 0; i < n; i++)
    panels[i] = (CjvRect){ pad + (i % columns) * (width + gap) / columns,
                           top + (i / columns) * (height + gap) / rows,
                           MAX ((width - gap * (columns - 1)) / columns, 1),
                           MAX ((height - gap * (rows - 1)) / rows, 1) };
}

void
cjv_panel_draw_line (const CjvScene *scene, cairo_t *cr, const CjvPlot *plot, const CjTensor *x,
                     const CjTensor *y, CjvColor color, gboolean dash)
{
  const gint64 n = MIN (cjv_tensor_size (x), cjv_tensor_size (y));
  const double em = scene->style->font_size, dashes[] = { em * 0.4, em * 0.3 };
  gboolean drawing = FALSE;

  cairo_save (cr);
  cjv_draw_set_color (cr, color);
  cairo_set_line_width (cr, scene->style->line_width);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (dash)
    cairo_set_dash (cr, dashes, 2, 0);
  cairo_new_path (cr);
  for (gint64 i = 0; i < n; i++)
    {
      const double at_x = cjv_tensor_at (x, i), at_y = cjv_tensor_at (y, i);

      if (!isfinite (at_x) || !isfinite (at_y))
        drawing = FALSE;
      else if (drawing)
        cairo_line_to (cr, cjv_plot_x (plot, at_x), cjv_plot_y (plot, at_y));
      else
        {
          cairo_move_to (cr, cjv_plot_x (plot, at_x), cjv_plot_y (plot, at_y));
          drawing = TRUE;
        }
    }
  cairo_stroke (cr);
  for (gint64 i = 0; i < n; i++)
    if (isfinite (cjv_tensor_at (x, i)) && isfinite (cjv_tensor_at (y, i)))
      {
        cairo_arc (cr, cjv_plot_x (plot, cjv_tensor_at (x, i)),
                   cjv_plot_y (plot, cjv_tensor_at (y, i)), em * 0.2, 0, 2 * G_PI);
        cairo_fill (cr);
      }
  cairo_restore (cr);
}

void
cjv_panels_draw_heading (const CjvScene *scene, cairo_t *cr, const char *title, const char *note)
{
  const double pad = get_pad (scene);

  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, pad, pad, scene->width - 2 * pad, title, note);
}
