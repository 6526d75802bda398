/* SPDX-License-Identifier: GPL-3.0-or-later */
/* N points. A map has no scale along its axes, only near and far: a unit is as long both ways. */
#include "cjv-points.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double radius;
  double left, right, bottom, top; /* what is shown; left = right: everything */
} Params;

static const CjParam params[] = {
  { .name = "radius",
    .title = N_ ("Size of points"),
    .blurb = N_ ("Radius as a share of the height of the text"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, radius),
    .preset = 0.26,
    .min = 0.05,
    .max = 1,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "left",
    .title = N_ ("Left"),
    .blurb = N_ ("Edge of what is shown"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, left),
    .min = -1e9,
    .max = 1e9,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "right",
    .title = N_ ("Right"),
    .blurb = N_ ("Edge of what is shown"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, right),
    .min = -1e9,
    .max = 1e9,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "bottom",
    .title = N_ ("Bottom"),
    .blurb = N_ ("Edge of what is shown"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, bottom),
    .min = -1e9,
    .max = 1e9,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "top",
    .title = N_ ("Top"),
    .blurb = N_ ("Edge of what is shown"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, top),
    .min = -1e9,
    .max = 1e9,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { NULL },
};

static const CjvWant wants[] = {
  { "points", CJV_WANT_ARRAY, TRUE, "[N, 2]", N_ ("Places on the map") },
  { "labels", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Class of each point") },
  { "chosen", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Number of the point to mark") },
  { "shares", CJV_WANT_ARRAY, FALSE, "[2]", N_ ("Share of the variance along each axis") },
  { "classes", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the classes") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("What is shown, as “t-SNE of dense1”") },
  { NULL },
};

typedef struct
{
  CjvPoints points;
  CjvPlot plot;
  double pad, heading, legend; /* px; width of the legend, 0: it stands in the heading */
} Map;

static gboolean
map_init (Map *m, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size;
  double x, y, scale;

  *m = (Map){ .pad = MIN (em * 0.8, scene->width / 10) };
  if (!cjv_points_init (&m->points, scene, "points", "labels", NULL, em * p->radius))
    return FALSE;
  m->heading = cjv_heading_height (scene);
  if (!scene->style->bare && m->points.labels != NULL && scene->width > em * 30
      && scene->height > em * 8)
    m->legend = em * 10;
  m->plot.inner
      = (CjvRect){ m->pad, m->pad + m->heading, MAX (scene->width - 2 * m->pad - m->legend, 1),
                   MAX (scene->height - 2 * m->pad - m->heading, 1) };
  cjv_axis_init (&m->plot.x);
  cjv_axis_init (&m->plot.y);
  cjv_points_include (&m->points, &m->plot);
  if (cjv_axis_is_empty (&m->plot.x) || cjv_axis_is_empty (&m->plot.y))
    return FALSE;
  if (p->right > p->left && p->top > p->bottom)
    {
      m->plot.x.low = p->left;
      m->plot.x.high = p->right;
      m->plot.y.low = p->bottom;
      m->plot.y.high = p->top;
    }
  x = m->plot.x.low / 2 + m->plot.x.high / 2;
  y = m->plot.y.low / 2 + m->plot.y.high / 2;
  scale = MAX ((m->plot.x.high - m->plot.x.low) / m->plot.inner.width,
               (m->plot.y.high - m->plot.y.low) / m->plot.inner.height);
  if (!(scale > 0) || !isfinite (scale))
    scale = MAX (1e-6 * MAX (fabs (x), fabs (y)), 1e-3) / m->plot.inner.height;
  if (!(p->right > p->left))
    scale *= 1.06;
  m->plot.x.low = x - scale * m->plot.inner.width / 2;
  m->plot.x.high = x + scale * m->plot.inner.width / 2;
  m->plot.y.low = y - scale * m->plot.inner.height / 2;
  m->plot.y.high = y + scale * m->plot.inner.height / 2;
  return TRUE;
}

/* A column of markers and names right of the map. */
static void
draw_column (const CjvScene *scene, cairo_t *cr, const Map *m)
{
  const double em = scene->style->font_size, step = cjv_text_height (scene, CJV_SIZE_NOTE) * 1.25;
  const double x = m->plot.inner.x + m->plot.inner.width + em;
  const gint64 fit = (gint64) MAX (m->plot.inner.height / step, 1);
  const gint64 shown = m->points.n_classes <= fit ? m->points.n_classes : fit - 1;

  for (gint64 k = 0; k < shown; k++)
    {
      const double y = m->plot.inner.y + step * ((double) k + 0.5);
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", k);

      cairo_new_path (cr);
      cjv_draw_marker (cr, (guint) (k % 8), x, y, em * 0.32);
      cjv_draw_set_color (cr, cjv_style_category (scene->style, (guint) k));
      cairo_fill (cr);
      cjv_text_draw (scene, cr, x + em * 0.8, y, m->legend - em * 1.8, CJV_SIZE_NOTE,
                     CJV_TEXT_MIDDLE, cjv_style_color (scene->style, CJV_INK), name);
    }
  if (shown < m->points.n_classes)
    {
      g_autofree char *more = g_strdup_printf ("+%d", (int) (m->points.n_classes - shown));

      cjv_text_draw (scene, cr, x + em * 0.8, m->plot.inner.y + step * ((double) shown + 0.5),
                     m->legend, CJV_SIZE_NOTE, CJV_TEXT_MIDDLE,
                     cjv_style_color (scene->style, CJV_INK_DIM), more);
    }
}

static char *
print_note (const CjvScene *scene, const Map *m)
{
  const CjTensor *shares = cjv_frame_get_array (scene->frame, "shares");
  g_autofree char *n = cjv_count_print (m->points.n);
  g_autofree char *a = NULL, *b = NULL;

  if (cjv_tensor_size (shares) != 2)
    return g_strdup_printf (_ ("%s samples"), n);
  a = cjv_percent_print (cjv_tensor_at (shares, 0), 0);
  b = cjv_percent_print (cjv_tensor_at (shares, 1), 0);
  return g_strdup_printf (_ ("%s samples · %s and %s of the variance"), n, a, b);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double chosen = cjv_frame_get_scalar (scene->frame, "chosen", -1);
  g_autofree char *note = NULL;
  Map m;

  if (!map_init (&m, scene))
    return FALSE;
  cairo_save (cr);
  cairo_rectangle (cr, m.plot.inner.x, m.plot.inner.y, m.plot.inner.width, m.plot.inner.height);
  cairo_clip (cr);
  cjv_points_draw (&m.points, scene, cr, &m.plot, FALSE);
  if (chosen >= 0 && chosen < (double) m.points.n)
    {
      const gint64 i = (gint64) chosen;

      cairo_arc (cr, cjv_plot_x (&m.plot, cjv_tensor_at (m.points.xy, 2 * i)),
                 cjv_plot_y (&m.plot, cjv_tensor_at (m.points.xy, 2 * i + 1)),
                 scene->style->font_size * 0.7, 0, 2 * G_PI);
      cairo_set_line_width (cr, scene->style->line_width);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
      cairo_stroke (cr);
    }
  cairo_restore (cr);
  if (m.legend > 0)
    draw_column (scene, cr, &m);
  note = print_note (scene, &m);
  if (m.heading > 0)
    cjv_draw_heading (scene, cr, m.plot.inner.x, m.pad, m.plot.inner.width,
                      title != NULL ? title : _ ("Embedding"), note);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  g_autofree char *name = NULL;
  Map m;

  if (!map_init (&m, scene)
      || !cjv_points_hit (&m.points, &m.plot, x, y, scene->style->font_size * 0.8, out))
    return FALSE;
  name = cjv_class_dup (scene->frame, "classes", out->series);
  out->text = m.points.labels != NULL
                  ? g_strdup_printf (_ ("sample %d, %s"), (int) out->index + 1, name)
                  : g_strdup_printf (_ ("sample %d"), (int) out->index + 1);
  return TRUE;
}

static gboolean
zoom (const CjvScene *scene, const CjvZoom *z, gpointer out)
{
  double left = 0, right = 1, bottom = 0, top = 1;
  Params *p = out;
  Map m;

  if (z->kind == CJV_ZOOM_ALL)
    {
      p->left = p->right = p->bottom = p->top = 0;
      return TRUE;
    }
  if (!map_init (&m, scene) || !cjv_plot_zoom (&m.plot, z, FALSE, &left, &right)
      || !cjv_plot_zoom (&m.plot, z, TRUE, &bottom, &top))
    return FALSE;
  left = cjv_axis_unmap (&m.plot.x, left);
  right = cjv_axis_unmap (&m.plot.x, right);
  bottom = cjv_axis_unmap (&m.plot.y, bottom);
  top = cjv_axis_unmap (&m.plot.y, top);
  if (!(right > left && top > bottom && fabs (left) < 1e9 && fabs (right) < 1e9
        && fabs (bottom) < 1e9 && fabs (top) < 1e9))
    return FALSE;
  p->left = left;
  p->right = right;
  p->bottom = bottom;
  p->top = top;
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  CjvPoints points;

  g_string_append (out, "sample,x,y,class\r\n");
  if (!cjv_points_init (&points, scene, "points", "labels", NULL, 1))
    return;
  for (gint64 i = 0; i < points.n; i++)
    {
      g_string_append_printf (out, "%d,", (int) i);
      cjv_csv_number (out, cjv_tensor_at (points.xy, 2 * i));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (points.xy, 2 * i + 1));
      g_string_append_c (out, ',');
      if (points.labels != NULL)
        {
          g_autofree char *name
              = cjv_class_dup (scene->frame, "classes", cjv_points_get_class (&points, i));

          cjv_csv_text (out, name);
        }
      g_string_append (out, "\r\n");
    }
}

/* Share of points whose nearest neighbour is of their own class: what an eye takes from the colours. */
static double
count_together (const CjvPoints *points)
{
  const gint64 n = MIN (points->n, 1000);
  gint64 together = 0, known = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const double x = cjv_tensor_at (points->xy, 2 * i), y = cjv_tensor_at (points->xy, 2 * i + 1);
      double best = INFINITY;
      gint64 nearest = -1;

      for (gint64 j = 0; j < n; j++)
        {
          const double dx = cjv_tensor_at (points->xy, 2 * j) - x;
          const double dy = cjv_tensor_at (points->xy, 2 * j + 1) - y;
          const double d = dx * dx + dy * dy;

          if (j != i && d < best)
            {
              best = d;
              nearest = j;
            }
        }
      known += nearest >= 0;
      together += nearest >= 0
                  && cjv_points_get_class (points, i) == cjv_points_get_class (points, nearest);
    }
  return known > 0 ? (double) together / (double) known : 0;
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  CjvPoints points;
  g_autofree char *share = NULL;

  if (!cjv_points_init (&points, scene, "points", "labels", NULL, 1))
    return NULL;
  if (points.labels == NULL)
    return g_strdup_printf (_ ("%s: %d samples as points."),
                            title != NULL ? title : _ ("Embedding"), (int) points.n);
  share = cjv_percent_print (count_together (&points), 0);
  return g_strdup_printf (
      _ ("%s: %d samples of %d classes as points; %s of them lie nearest to one "
         "of their own class."),
      title != NULL ? title : _ ("Embedding"), (int) points.n, (int) points.n_classes, share);
}

const CjvFigureInfo cjv_figure_embedding = {
  .id = "embedding",
  .title = N_ ("Embedding"),
  .blurb = N_ ("Samples as points: those that the layer takes for alike lie near one another"),
  .empty = N_ ("Choose a layer and press Embed: alike samples will lie near one another."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 640,
  .preset_height = 480,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
  .zoom = zoom,
};
