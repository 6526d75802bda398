/* SPDX-License-Identifier: GPL-3.0-or-later */
/* N points. */
#include "cjv-points.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  gboolean equal, diagonal;
} Params;

static const CjParam params[] = {
  { .name = "equal",
    .title = N_ ("Equal scales"),
    .blurb = N_ ("The same length for one unit along both axes"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, equal),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "diagonal",
    .title = N_ ("Diagonal"),
    .blurb = N_ ("Draws the line on which both values are the same, for predicted and true values"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, diagonal),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "points", CJV_WANT_ARRAY, TRUE, "[N, 2]",
    N_ ("Places; the labels of the axes are the axis labels 0 and 1 of this array") },
  { "labels", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Class of each point") },
  { "predicted", CJV_WANT_ARRAY, FALSE, "[N]",
    N_ ("Class the network gives; mistakes get a ring") },
  { "classes", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the classes") },
  { "diagonal", CJV_WANT_SCALAR, FALSE, NULL, N_ ("1: draw the diagonal whatever the parameter") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("What is shown, as “t-SNE of dense1”") },
  { NULL },
};

typedef struct
{
  CjvPoints points;
  CjvPlot plot;
  double heading, pad;
  gboolean diagonal;
} Scatter;

/* Widens one range so that a unit is as long along both axes. */
static void
make_equal (CjvPlot *plot)
{
  const double x = (plot->x.high - plot->x.low) / plot->inner.width;
  const double y = (plot->y.high - plot->y.low) / plot->inner.height;
  CjvAxis *axis = x < y ? &plot->x : &plot->y;
  const double span = x < y ? y * plot->inner.width : x * plot->inner.height;
  const double middle = axis->low / 2 + axis->high / 2;

  if (!isfinite (span) || !isfinite (middle))
    return;
  axis->low = middle - span / 2;
  axis->high = middle + span / 2;
  cjv_axis_place (axis, MAX (axis->n_ticks, 2), FALSE);
}

static gboolean
scatter_init (Scatter *s, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size;
  CjvRect room;

  *s = (Scatter){ .pad = MIN (em * 0.8, scene->width / 10) };
  if (!cjv_points_init (&s->points, scene, "points", "labels", "predicted", em * 0.26))
    return FALSE;
  s->diagonal = p->diagonal || cjv_frame_get_scalar (scene->frame, "diagonal", 0) > 0;
  s->heading = cjv_heading_height (scene);
  room = (CjvRect){ s->pad, s->pad + s->heading, scene->width - 2 * s->pad,
                    scene->height - 2 * s->pad - s->heading };
  cjv_axis_init (&s->plot.x);
  cjv_axis_init (&s->plot.y);
  cjv_points_include (&s->points, &s->plot);
  if (s->diagonal)
    {
      const double low = MIN (s->plot.x.low, s->plot.y.low);
      const double high = MAX (s->plot.x.high, s->plot.y.high);

      s->plot.x.low = s->plot.y.low = low;
      s->plot.x.high = s->plot.y.high = high;
    }
  if (scene->width > em * 14 && scene->height > em * 12)
    {
      s->plot.x.label = cjv_frame_get_axis_label (scene->frame, "points", 0);
      s->plot.y.label = cjv_frame_get_axis_label (scene->frame, "points", 1);
    }
  cjv_plot_place (&s->plot, scene, &room, TRUE, TRUE);
  if (p->equal)
    make_equal (&s->plot);
  return TRUE;
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const double em = scene->style->font_size;
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double body = cjv_text_height (scene, CJV_SIZE_BODY);
  const double note = cjv_text_height (scene, CJV_SIZE_NOTE);
  double width = 0, left;
  Scatter s;

  if (!scatter_init (&s, scene))
    return FALSE;
  left = s.plot.inner.x;
  cjv_plot_draw_grid (&s.plot, scene, cr, TRUE);
  cairo_save (cr);
  cairo_rectangle (cr, s.plot.inner.x - em / 2, s.plot.inner.y - em / 2, s.plot.inner.width + em,
                   s.plot.inner.height + em);
  cairo_clip (cr);
  if (s.diagonal)
    {
      const double low = MAX (s.plot.x.low, s.plot.y.low),
                   high = MIN (s.plot.x.high, s.plot.y.high);

      cairo_move_to (cr, cjv_plot_x (&s.plot, low), cjv_plot_y (&s.plot, low));
      cairo_line_to (cr, cjv_plot_x (&s.plot, high), cjv_plot_y (&s.plot, high));
      cairo_set_line_width (cr, scene->style->line_width * 0.6);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
      cairo_stroke (cr);
    }
  cjv_points_draw (&s.points, scene, cr, &s.plot, FALSE);
  cairo_restore (cr);
  if (s.heading <= 0)
    return TRUE;
  if (title != NULL)
    {
      const double room = s.plot.inner.width * (s.points.labels != NULL ? 0.45 : 1);

      cjv_text_measure (scene, room, CJV_SIZE_BODY, CJV_TEXT_BOLD, title, &width, NULL);
      cjv_text_draw (scene, cr, left, s.pad, room, CJV_SIZE_BODY, CJV_TEXT_BOLD,
                     cjv_style_color (scene->style, CJV_INK), title);
      width += em * 1.2;
    }
  cjv_points_draw_legend (&s.points, scene, cr, left + width, s.pad + (body - note) / 2,
                          s.plot.inner.width - width);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  g_autofree char *a = NULL, *b = NULL, *name = NULL;
  Scatter s;

  if (!scatter_init (&s, scene)
      || !cjv_points_hit (&s.points, &s.plot, x, y, scene->style->font_size * 0.8, out))
    return FALSE;
  a = cjv_number_print (cjv_tensor_at (s.points.xy, 2 * out->index), 3);
  b = cjv_number_print (cjv_tensor_at (s.points.xy, 2 * out->index + 1), 3);
  name = cjv_class_dup (scene->frame, "classes", out->series);
  if (s.points.labels != NULL)
    out->text = g_strdup_printf (_ ("point %d, %s: %s, %s"), (int) out->index, name, a, b);
  else
    out->text = g_strdup_printf (_ ("point %d: %s, %s"), (int) out->index, a, b);
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  CjvPoints points;

  g_string_append (out, "point,x,y,class,predicted\r\n");
  if (!cjv_points_init (&points, scene, "points", "labels", "predicted", 1))
    return;
  for (gint64 i = 0; i < points.n; i++)
    {
      g_string_append_printf (out, "%" G_GINT64_FORMAT ",", i);
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
      g_string_append_c (out, ',');
      if (points.predicted != NULL)
        {
          g_autofree char *name
              = cjv_class_dup (scene->frame, "classes",
                               (gint64) CLAMP (cjv_tensor_at (points.predicted, i), -1, 1e9));

          cjv_csv_text (out, name);
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  GString *out;
  CjvPoints points;
  gint64 wrong = 0;

  if (!cjv_points_init (&points, scene, "points", "labels", "predicted", 1))
    return NULL;
  out = g_string_new (title != NULL ? title : _ ("Scatter"));
  for (gint64 i = 0; i < points.n; i++)
    wrong += cjv_points_is_wrong (&points, i);
  g_string_append_printf (out, _ (": %d points"), (int) points.n);
  if (points.labels != NULL)
    g_string_append_printf (out, _ (" of %d classes"), (int) points.n_classes);
  if (points.predicted != NULL)
    g_string_append_printf (out, _ (", %d of them mistaken"), (int) wrong);
  g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_scatter = {
  .id = "scatter",
  .title = N_ ("Scatter"),
  .blurb = N_ ("Samples as points: an embedding by class, or predicted against true values"),
  .empty = N_ ("Press Train: the points appear with the first evaluation."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 560,
  .preset_height = 480,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
