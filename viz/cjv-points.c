/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-points.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_SHAPES 3000  /* points; beyond, they are pixels of one image */
#define MAX_CLASSES 1000 /* numbers over it are no class */

gboolean
cjv_points_init (CjvPoints *points, const CjvScene *scene, const char *xy, const char *labels,
                 const char *predicted, double radius)
{
  *points = (CjvPoints){ .xy = cjv_frame_get_array (scene->frame, xy), .radius = radius };
  if (points->xy == NULL || points->xy->shape.n_dims != 2 || points->xy->shape.dims[1] != 2)
    return FALSE;
  points->n = points->xy->shape.dims[0];
  points->labels = labels != NULL ? cjv_frame_get_array (scene->frame, labels) : NULL;
  points->predicted = predicted != NULL ? cjv_frame_get_array (scene->frame, predicted) : NULL;
  if (cjv_tensor_size (points->labels) != points->n)
    points->labels = NULL;
  if (cjv_tensor_size (points->predicted) != points->n || points->labels == NULL)
    points->predicted = NULL;
  for (gint64 i = 0; i < points->n; i++)
    points->n_classes = MAX (points->n_classes, cjv_points_get_class (points, i) + 1);
  return TRUE;
}

int
cjv_points_get_class (const CjvPoints *points, gint64 i)
{
  const double label = points->labels != NULL ? cjv_tensor_at (points->labels, i) : 0;

  return label >= 0 && label < MAX_CLASSES ? (int) label : -1;
}

gboolean
cjv_points_is_wrong (const CjvPoints *points, gint64 i)
{
  return points->predicted != NULL
         && cjv_tensor_at (points->predicted, i) != cjv_tensor_at (points->labels, i);
}

void
cjv_points_include (const CjvPoints *points, CjvPlot *plot)
{
  for (gint64 i = 0; i < points->n; i++)
    {
      const double x = cjv_tensor_at (points->xy, 2 * i);
      const double y = cjv_tensor_at (points->xy, 2 * i + 1);

      if (!isfinite (x) || !isfinite (y))
        continue;
      cjv_axis_include (&plot->x, x);
      cjv_axis_include (&plot->y, y);
    }
}

/* Where point `i` is in px; FALSE if it is outside of the plot. */
static gboolean
place (const CjvPoints *points, const CjvPlot *plot, gint64 i, double *x, double *y)
{
  const double u = cjv_tensor_at (points->xy, 2 * i), v = cjv_tensor_at (points->xy, 2 * i + 1);
  const CjvRect *in = &plot->inner;

  if (!isfinite (u) || !isfinite (v))
    return FALSE;
  *x = cjv_plot_x (plot, u);
  *y = cjv_plot_y (plot, v);
  return *x >= in->x - 1 && *y >= in->y - 1 && *x <= in->x + in->width + 1
         && *y <= in->y + in->height + 1;
}

static CjvColor
class_color (const CjvPoints *points, const CjvScene *scene, gint64 i)
{
  const int k = cjv_points_get_class (points, i);

  return k >= 0 ? cjv_style_category (scene->style, (guint) k)
                : cjv_style_color (scene->style, CJV_INK_DIM);
}

static gboolean
is_hollow (const CjvPoints *points, gint64 i)
{
  return cjv_tensor_size (points->hollow) == points->n && cjv_tensor_at (points->hollow, i) != 0;
}

/* One marker at x, y: with an edge that parts it from its neighbours, or as an outline. */
static void
draw_shape (const CjvPoints *points, const CjvScene *scene, cairo_t *cr, gint64 i, double x,
            double y, gboolean edges)
{
  const CjvColor edge = cjv_style_color (scene->style, CJV_BACKGROUND);
  const CjvColor color = class_color (points, scene, i);
  const gboolean hollow = is_hollow (points, i);

  cairo_set_line_width (cr, MAX (points->radius * 0.4, 1));
  cairo_new_path (cr);
  cjv_draw_marker (cr, (guint) MAX (cjv_points_get_class (points, i), 0), x, y, points->radius);
  if (hollow)
    {
      cjv_draw_set_color (cr, edge);
      cairo_fill_preserve (cr);
      cjv_draw_set_color (cr, color);
      cairo_stroke (cr);
      return;
    }
  if (edges)
    {
      cjv_draw_set_color (cr, edge);
      cairo_stroke_preserve (cr);
    }
  cjv_draw_set_color (cr, cjv_color_alpha (color, edges ? 1 : 0.75));
  cairo_fill (cr);
}

/* Files of shapes get shapes. Elsewhere every kind of marker is drawn once and stamped, at whole
 * pixels: a window draws hundreds of them many times a second. */
static gboolean
wants_shapes (cairo_t *cr)
{
  const cairo_surface_type_t type = cairo_surface_get_type (cairo_get_target (cr));

  return type == CAIRO_SURFACE_TYPE_SVG || type == CAIRO_SURFACE_TYPE_PDF
         || type == CAIRO_SURFACE_TYPE_PS;
}

static cairo_surface_t *
make_stamp (const CjvPoints *points, const CjvScene *scene, gint64 i, double half, gboolean edges)
{
  const double scale = scene->style->scale;
  const int side = (int) ceil (2 * half * scale);
  cairo_surface_t *stamp = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, side, side);
  cairo_t *cr;

  cairo_surface_set_device_scale (stamp, scale, scale);
  cr = cairo_create (stamp);
  draw_shape (points, scene, cr, i, half, half, edges);
  cairo_destroy (cr);
  return stamp;
}

static void
draw_shapes (const CjvPoints *points, const CjvScene *scene, cairo_t *cr, const CjvPlot *plot,
             gboolean edges)
{
  const gint64 n_stamps = 2 * (points->n_classes + 1);
  const double half = ceil (points->radius * 1.4 + 2);
  g_autofree cairo_surface_t **stamps = g_new0 (cairo_surface_t *, n_stamps);
  const gboolean shapes = wants_shapes (cr);
  double x, y;

  cairo_save (cr);
  for (gint64 i = 0; i < points->n; i++)
    {
      const gboolean hollow = is_hollow (points, i);
      cairo_surface_t **stamp = &stamps[2 * (cjv_points_get_class (points, i) + 1) + hollow];

      if ((hollow && points->skip_hollow) || !place (points, plot, i, &x, &y))
        continue;
      if (shapes)
        draw_shape (points, scene, cr, i, x, y, edges);
      else
        {
          const double left = cjv_snap (scene->style, x - half);
          const double top = cjv_snap (scene->style, y - half);

          if (*stamp == NULL)
            *stamp = make_stamp (points, scene, i, half, edges);
          cairo_set_source_surface (cr, *stamp, left, top);
          cairo_rectangle (cr, left, top, 2 * half, 2 * half);
          cairo_fill (cr);
        }
      if (cjv_points_is_wrong (points, i))
        {
          cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
          cairo_set_line_width (cr, MAX (points->radius * 0.4, 1));
          cairo_new_path (cr);
          cairo_arc (cr, x, y, points->radius * 1.9, 0, 2 * G_PI);
          cairo_stroke (cr);
        }
    }
  cairo_restore (cr);
  for (gint64 i = 0; i < n_stamps; i++)
    g_clear_pointer (&stamps[i], cairo_surface_destroy);
}

/* Lays `color` over an opaque or clear premultiplied pixel. */
static void
blend (guint32 *pixel, CjvColor color, double alpha)
{
  const double parts[4] = { 1, color.r, color.g, color.b };
  guint32 out = 0;

  for (int k = 0; k < 4; k++)
    {
      const double old = (*pixel >> (24 - 8 * k)) & 255;

      out = out << 8 | (guint32) (old + (255 * parts[k] - old) * alpha + 0.5);
    }
  *pixel = out;
}

static void
draw_pixels (const CjvPoints *points, const CjvScene *scene, cairo_t *cr, const CjvPlot *plot)
{
  const double scale = scene->style->scale;
  const int width = (int) CLAMP (plot->inner.width * scale, 1, 8192);
  const int height = (int) CLAMP (plot->inner.height * scale, 1, 8192);
  /* Smaller the more there are. */
  const double radius = MAX (points->radius * scale * sqrt (MAX_SHAPES / (double) points->n), 0.75);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  guint32 *pixels;
  int stride;

  if (cairo_surface_status (image) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (image);
      return;
    }
  pixels = (guint32 *) cairo_image_surface_get_data (image);
  stride = cairo_image_surface_get_stride (image) / 4;
  for (gint64 i = 0; i < points->n; i++)
    {
      const CjvColor color = class_color (points, scene, i);
      double x, y;

      if (!place (points, plot, i, &x, &y))
        continue;
      x = (x - plot->inner.x) * scale;
      y = (y - plot->inner.y) * scale;
      for (int v = (int) MAX (y - radius, 0); v <= MIN (y + radius, height - 1); v++)
        for (int u = (int) MAX (x - radius, 0); u <= MIN (x + radius, width - 1); u++)
          blend (&pixels[v * stride + u], color,
                 0.7 * CLAMP (radius + 0.5 - hypot (u + 0.5 - x, v + 0.5 - y), 0, 1));
    }
  cairo_surface_mark_dirty (image);
  cairo_save (cr);
  cairo_translate (cr, plot->inner.x, plot->inner.y);
  cairo_scale (cr, 1 / scale, 1 / scale);
  cairo_set_source_surface (cr, image, 0, 0);
  cairo_paint (cr);
  cairo_restore (cr);
  cairo_surface_destroy (image);
}

void
cjv_points_draw (const CjvPoints *points, const CjvScene *scene, cairo_t *cr, const CjvPlot *plot,
                 gboolean edges)
{
  if (points->n <= MAX_SHAPES)
    draw_shapes (points, scene, cr, plot, edges);
  else
    draw_pixels (points, scene, cr, plot);
}

gint64
cjv_points_find (const CjvPoints *points, const CjvPlot *plot, double x, double y, double reach)
{
  gint64 found = -1;
  double px, py;

  for (gint64 i = 0; i < points->n; i++)
    if (place (points, plot, i, &px, &py) && hypot (px - x, py - y) < reach)
      {
        reach = hypot (px - x, py - y);
        found = i;
      }
  return found;
}

gboolean
cjv_points_hit (const CjvPoints *points, const CjvPlot *plot, double x, double y, double reach,
                CjvHit *out)
{
  const gint64 i = cjv_points_find (points, plot, x, y, reach);

  if (i < 0)
    return FALSE;
  *out = (CjvHit){ .index = i,
                   .series = cjv_points_get_class (points, i),
                   .x = cjv_plot_x (plot, cjv_tensor_at (points->xy, 2 * i)) - reach / 2,
                   .y = cjv_plot_y (plot, cjv_tensor_at (points->xy, 2 * i + 1)) - reach / 2,
                   .width = reach,
                   .height = reach };
  return TRUE;
}

double
cjv_points_draw_legend (const CjvPoints *points, const CjvScene *scene, cairo_t *cr, double x,
                        double y, double room)
{
  const guint n = (guint) points->n_classes;
  g_autofree CjvLegendItem *items = g_new0 (CjvLegendItem, n + 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (points->labels == NULL)
    return x;
  for (guint k = 0; k < n; k++)
    {
      g_ptr_array_add (names, cjv_class_dup (scene->frame, "classes", k));
      items[k] = (CjvLegendItem){ cjv_style_category (scene->style, k), names->pdata[k],
                                  (int) (k % 8), FALSE };
    }
  return cjv_legend_draw (scene, cr, x, y, room, items, n);
}
