/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-xy.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static double
get_x (const CjvXy *xy, gint64 i)
{
  return cjv_tensor_at (xy->x, i);
}

/* Bars are as wide as the places are apart. */
static void
include_x (CjvXy *xy)
{
  CjvAxis *axis = &xy->plot.x;
  const double room = xy->info->rows[0].bars ? xy->width / 2 : 0;

  cjv_axis_init (axis);
  for (gint64 i = 0; i < xy->n; i++)
    {
      cjv_axis_include (axis, get_x (xy, i) - room);
      cjv_axis_include (axis, get_x (xy, i) + room);
    }
}

gboolean
cjv_xy_init (CjvXy *xy, const CjvScene *scene, const CjvXyInfo *info, const char *x_label,
             const char *y_label)
{
  CjvRect room;

  *xy = (CjvXy){ .info = info, .x = cjv_frame_get_array (scene->frame, info->x) };
  xy->n = cjv_tensor_size (xy->x);
  for (const CjvXyRow *row = info->rows; row->array != NULL; row++, xy->n_rows++)
    {
      xy->y[xy->n_rows] = cjv_frame_get_array (scene->frame, row->array);
      if (cjv_tensor_size (xy->y[xy->n_rows]) != xy->n)
        xy->y[xy->n_rows] = NULL;
    }
  if (xy->n == 0 || xy->y[0] == NULL)
    return FALSE;
  xy->width = xy->n > 1 ? (get_x (xy, xy->n - 1) - get_x (xy, 0)) / (double) (xy->n - 1) : 1;
  if (!(xy->width > 0 && isfinite (xy->width)))
    xy->width = 1;
  if (scene->style == NULL) /* the numbers alone are wanted */
    return TRUE;
  xy->pad = MIN (scene->style->font_size * 0.8, scene->width / 10);
  xy->heading = cjv_heading_height (scene);
  include_x (xy);
  cjv_axis_init (&xy->plot.y);
  xy->plot.x.label = x_label;
  xy->plot.y.label = y_label;
  xy->plot.y.unit = info->whole ? CJV_UNIT_COUNT : CJV_UNIT_PLAIN;
  for (guint k = 0; k < xy->n_rows; k++)
    for (gint64 i = 0; xy->y[k] != NULL && i < xy->n; i++)
      cjv_axis_include (&xy->plot.y, cjv_tensor_at (xy->y[k], i));
  if (!cjv_axis_is_empty (&xy->plot.y) && (info->from_zero || info->cross))
    cjv_axis_include (&xy->plot.y, 0);
  xy->plot.empty = cjv_axis_is_empty (&xy->plot.y) || cjv_axis_is_empty (&xy->plot.x);
  room = (CjvRect){ xy->pad, xy->pad + xy->heading, MAX (scene->width - 2 * xy->pad, 1),
                    MAX (scene->height - 2 * xy->pad - xy->heading, 1) };
  cjv_plot_place (&xy->plot, scene, &room, FALSE, TRUE);
  return TRUE;
}

static void
draw_bars (const CjvXy *xy, const CjvScene *scene, cairo_t *cr, guint row)
{
  const double zero = cjv_plot_y (&xy->plot, MAX (xy->plot.y.low, 0));

  for (gint64 i = 0; i < xy->n; i++)
    {
      const double v = cjv_tensor_at (xy->y[row], i), x = get_x (xy, i);
      const double left = cjv_snap (scene->style, cjv_plot_x (&xy->plot, x - xy->width / 2));
      const double right = cjv_snap (scene->style, cjv_plot_x (&xy->plot, x + xy->width / 2));
      const double top = cjv_plot_y (&xy->plot, v);

      if (isfinite (v) && isfinite (left) && isfinite (right) && v != 0)
        cairo_rectangle (cr, left, MIN (top, zero),
                         MAX (right - left - (right - left > 4 ? 1 : 0), 0.5), fabs (zero - top));
    }
  cjv_draw_set_color (
      cr, cjv_color_alpha (cjv_style_category (scene->style, xy->info->rows[row].color), 0.75));
  cairo_fill (cr);
}

static void
draw_line (const CjvXy *xy, const CjvScene *scene, cairo_t *cr, guint row)
{
  static const double dash[] = { 5, 3 };
  gboolean on = FALSE;

  cairo_new_path (cr);
  for (gint64 i = 0; i < xy->n; i++)
    {
      const double v = cjv_tensor_at (xy->y[row], i);
      const double x = cjv_plot_x (&xy->plot, get_x (xy, i)), y = cjv_plot_y (&xy->plot, v);

      if (!isfinite (v) || !isfinite (x))
        {
          on = FALSE;
          continue;
        }
      if (on)
        cairo_line_to (cr, x, y);
      else
        cairo_move_to (cr, x, y);
      on = TRUE;
    }
  cairo_save (cr);
  if (xy->info->rows[row].dash)
    cairo_set_dash (cr, dash, 2, 0);
  cairo_set_line_width (cr, scene->style->line_width * 0.8);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cjv_draw_set_color (cr, cjv_style_category (scene->style, xy->info->rows[row].color));
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* The axes through zero, where they are in the plot. */
static void
draw_cross (const CjvXy *xy, const CjvScene *scene, cairo_t *cr)
{
  const CjvRect *in = &xy->plot.inner;
  const double x = cjv_plot_x (&xy->plot, 0), y = cjv_plot_y (&xy->plot, 0);

  if (y >= in->y && y <= in->y + in->height)
    {
      cairo_move_to (cr, in->x, cjv_snap (scene->style, y));
      cairo_line_to (cr, in->x + in->width, cjv_snap (scene->style, y));
    }
  if (x >= in->x && x <= in->x + in->width)
    {
      cairo_move_to (cr, cjv_snap (scene->style, x), in->y);
      cairo_line_to (cr, cjv_snap (scene->style, x), in->y + in->height);
    }
  cairo_set_line_width (cr, 1);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
  cairo_stroke (cr);
}

static void
draw_heading (const CjvXy *xy, const CjvScene *scene, cairo_t *cr, const char *title,
              const char *note)
{
  const double room = MAX (scene->width - 2 * xy->pad, 1), em = scene->style->font_size;
  const double lift
      = cjv_text_height (scene, CJV_SIZE_BODY) - cjv_text_height (scene, CJV_SIZE_NOTE);
  CjvLegendItem items[CJV_XY_MAX];
  double needed = 0;
  guint n = 0;

  for (guint k = 0; k < xy->n_rows; k++)
    if (xy->y[k] != NULL && xy->info->rows[k].name != NULL)
      {
        const CjvXyRow *row = &xy->info->rows[k];

        items[n] = (CjvLegendItem){ cjv_style_category (scene->style, row->color), _ (row->name),
                                    row->bars ? 1 : CJV_LEGEND_LINE, row->dash };
        needed += cjv_text_width (scene, CJV_SIZE_NOTE, items[n++].text) + em * 3;
      }
  if (n < 2 || needed > room * 0.6)
    needed = 0;
  cjv_draw_heading (scene, cr, xy->pad, xy->pad, room - needed, title, note);
  if (needed > 0)
    cjv_legend_draw (scene, cr, xy->pad + room - needed, xy->pad + lift / 2, needed, items, n);
}

void
cjv_xy_draw (const CjvXy *xy, const CjvScene *scene, cairo_t *cr, const char *title,
             const char *note)
{
  const CjvRect *in = &xy->plot.inner;

  cjv_plot_draw_grid (&xy->plot, scene, cr, FALSE);
  if (xy->plot.empty)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, in->x, in->y - 2, in->width, in->height + 4);
  cairo_clip (cr);
  if (xy->info->cross)
    draw_cross (xy, scene, cr);
  for (guint k = 0; k < xy->n_rows; k++)
    if (xy->y[k] != NULL)
      (xy->info->rows[k].bars ? draw_bars : draw_line) (xy, scene, cr, k);
  cairo_restore (cr);
  if (xy->heading > 0)
    draw_heading (xy, scene, cr, title, note);
}

gboolean
cjv_xy_hit (const CjvXy *xy, double x, double y, CjvHit *hit)
{
  const CjvRect *in = &xy->plot.inner;
  double best = INFINITY;
  GString *text;
  gint64 at = -1;

  if (xy->plot.empty || !cjv_rect_contains (in, x, y))
    return FALSE;
  for (gint64 i = 0; i < xy->n; i++)
    {
      const double d = fabs (cjv_plot_x (&xy->plot, get_x (xy, i)) - x);

      if (d < best)
        {
          best = d;
          at = i;
        }
    }
  if (at < 0)
    return FALSE;
  text = g_string_new (NULL);
  {
    g_autofree char *place = cjv_number_print (get_x (xy, at), 4);

    g_string_append_printf (text, "%s: %s", xy->plot.x.label != NULL ? xy->plot.x.label : "",
                            place);
  }
  for (guint k = 0; k < xy->n_rows; k++)
    if (xy->y[k] != NULL)
      {
        g_autofree char *value = cjv_number_print (cjv_tensor_at (xy->y[k], at), 3);
        const char *name = xy->info->rows[k].name;

        g_string_append_printf (text, " · %s %s", name != NULL ? _ (name) : xy->plot.y.label,
                                value);
      }
  *hit = (CjvHit){ .index = at,
                   .series = -1,
                   .x = cjv_plot_x (&xy->plot, get_x (xy, at)) - 1,
                   .y = in->y,
                   .width = 2,
                   .height = in->height,
                   .text = g_string_free (text, FALSE) };
  return TRUE;
}

void
cjv_xy_csv (const CjvXy *xy, GString *out)
{
  g_string_append (out, xy->info->x_csv);
  for (guint k = 0; k < xy->n_rows; k++)
    g_string_append_printf (out, ",%s", xy->info->rows[k].array);
  g_string_append (out, "\r\n");
  for (gint64 i = 0; i < xy->n; i++)
    {
      cjv_csv_number (out, get_x (xy, i));
      for (guint k = 0; k < xy->n_rows; k++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, xy->y[k] != NULL ? cjv_tensor_at (xy->y[k], i) : NAN);
        }
      g_string_append (out, "\r\n");
    }
}

gint64
cjv_xy_find_extreme (const CjvXy *xy, guint row, double sign)
{
  double best = -INFINITY;
  gint64 at = -1;

  for (gint64 i = 0; xy->y[row] != NULL && i < xy->n; i++)
    {
      const double v = sign * cjv_tensor_at (xy->y[row], i);

      if (v > best)
        {
          best = v;
          at = i;
        }
    }
  return at;
}
