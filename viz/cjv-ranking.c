/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-ranking.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

#define MAX_CLASSES 1000
#define MAX_CURVES 10 /* in one plot */
#define LINE 1.25     /* of the legend, heights of its text */

const CjvWant cjv_ranking_wants[] = {
  { "scores", CJV_WANT_ARRAY, TRUE, "[N, K] or [N]",
    N_ ("Score of each class; of class 1 for [N]") },
  { "labels", CJV_WANT_ARRAY, TRUE, "[N]", N_ ("True class of each sample") },
  { "classes", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the classes") },
  { NULL },
};

typedef struct
{
  float score;
  gboolean positive;
} Ranked;

static int
compare (gconstpointer a, gconstpointer b)
{
  const float x = ((const Ranked *) a)->score, y = ((const Ranked *) b)->score;

  return x > y ? -1 : x < y;
}

void
cjv_ranking_curve_clear (CjvRankingCurve *curve)
{
  g_free (curve->x);
  g_free (curve->y);
  g_free (curve->threshold);
  *curve = (CjvRankingCurve){ 0 };
}

/* One point for each distinct score. */
static void
add_points (CjvRankingCurve *curve, CjvRankingKind kind, const Ranked *ranked, gint64 n)
{
  gint64 right = 0, wrong = 0;
  double last_x = 0, last_y = kind == CJV_RANKING_ROC ? 0 : 1;

  curve->x = g_new (float, n + 1);
  curve->y = g_new (float, n + 1);
  curve->threshold = g_new (float, n + 1);
  curve->x[0] = (float) last_x;
  curve->y[0] = (float) last_y;
  curve->threshold[0] = INFINITY;
  curve->n = 1;
  for (gint64 i = 0; i < n; i++)
    {
      const double positive = (double) curve->n_positive, negative = (double) curve->n_negative;
      double x, y;

      right += ranked[i].positive;
      wrong += !ranked[i].positive;
      if (i + 1 < n && ranked[i + 1].score == ranked[i].score)
        continue;
      if (kind == CJV_RANKING_ROC)
        {
          x = (double) wrong / negative;
          y = (double) right / positive;
          curve->area += (x - last_x) * (y + last_y) / 2;
        }
      else
        {
          x = (double) right / positive;
          y = (double) right / (double) (right + wrong);
          curve->area += (x - last_x) * y;
          /* The curve begins at its own first precision, not at a made-up one. */
          if (curve->n == 1)
            curve->y[0] = (float) y;
        }
      curve->x[curve->n] = (float) x;
      curve->y[curve->n] = (float) y;
      curve->threshold[curve->n++] = ranked[i].score;
      last_x = x;
      last_y = y;
    }
}

gboolean
cjv_ranking_curve_init (CjvRankingCurve *curve, CjvRankingKind kind, const CjTensor *scores,
                        const CjTensor *labels, gint64 k)
{
  const gboolean one = scores->shape.n_dims == 1;
  const gint64 n = scores->shape.dims[0], n_classes = one ? 1 : scores->shape.dims[1];
  g_autofree Ranked *ranked = g_new (Ranked, MAX (n, 1));
  gint64 used = 0;

  *curve = (CjvRankingCurve){ .class = k };
  for (gint64 i = 0; i < n; i++)
    {
      const double score = cjv_tensor_at (scores, one ? i : i * n_classes + k);

      if (!isfinite (score))
        continue;
      ranked[used] = (Ranked){ (float) score, cjv_tensor_at (labels, i) == (double) k };
      curve->n_positive += ranked[used].positive;
      curve->n_negative += !ranked[used].positive;
      used++;
    }
  if (curve->n_positive == 0 || curve->n_negative == 0)
    return FALSE;
  qsort (ranked, (gsize) used, sizeof *ranked, compare);
  add_points (curve, kind, ranked, used);
  return TRUE;
}

typedef struct
{
  CjvRankingKind kind;
  CjvRankingCurve curves[MAX_CURVES];
  guint n_curves;
  gint64 n_classes, n_ranked; /* classes; those with a curve */
  double mean;                /* of all areas */
  CjvPlot plot;
  double pad, heading;
  double legend; /* px of one column of it; 0: there is none */
  guint rows;    /* of the legend */
} Ranking;

static void
ranking_clear (Ranking *r)
{
  for (guint i = 0; i < r->n_curves; i++)
    cjv_ranking_curve_clear (&r->curves[i]);
  r->n_curves = 0;
}

/* Keeps the MAX_CURVES curves with the smallest area, in the order of the classes. */
static void
keep (Ranking *r, CjvRankingCurve *curve)
{
  guint best = 0;

  if (r->n_curves < MAX_CURVES)
    {
      r->curves[r->n_curves++] = *curve;
      return;
    }
  for (guint i = 1; i < r->n_curves; i++)
    if (r->curves[i].area > r->curves[best].area)
      best = i;
  if (curve->area >= r->curves[best].area)
    {
      cjv_ranking_curve_clear (curve);
      return;
    }
  cjv_ranking_curve_clear (&r->curves[best]);
  for (guint i = best; i + 1 < r->n_curves; i++)
    r->curves[i] = r->curves[i + 1];
  r->curves[r->n_curves - 1] = *curve;
}

/* FALSE, with nothing to clear, if the shapes do not fit or no class can be ranked. */
static gboolean
ranking_init (Ranking *r, const CjvScene *scene, CjvRankingKind kind)
{
  const CjTensor *scores = cjv_frame_get_array (scene->frame, "scores");
  const CjTensor *labels = cjv_frame_get_array (scene->frame, "labels");
  const gboolean one = scores->shape.n_dims == 1;

  *r = (Ranking){ .kind = kind };
  if (scores->shape.n_dims > 2 || scores->shape.n_dims < 1
      || scores->shape.dims[0] != cjv_tensor_size (labels)
      || (!one && scores->shape.dims[1] > MAX_CLASSES))
    return FALSE;
  r->n_classes = one ? 2 : scores->shape.dims[1];
  /* Of two classes one curve says all. */
  for (gint64 k = r->n_classes == 2 ? 1 : 0; k < r->n_classes; k++)
    {
      CjvRankingCurve curve;

      if (!cjv_ranking_curve_init (&curve, kind, scores, labels, k))
        continue;
      r->mean += curve.area;
      r->n_ranked++;
      keep (r, &curve);
    }
  if (r->n_ranked > 0)
    r->mean /= (double) r->n_ranked;
  return r->n_ranked > 0;
}

/* "Coat 0.93". You free. */
static char *
curve_name (const CjvScene *scene, const CjvRankingCurve *curve)
{
  g_autofree char *name = cjv_class_dup (scene->frame, "classes", curve->class);

  return g_strdup_printf ("%s\u2002%.3f", name, curve->area);
}

static void
ranking_place (Ranking *r, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  CjvRect room;

  r->pad = MIN (em * 0.8, scene->width / 10);
  r->heading = cjv_heading_height (scene);
  if (scene->width > em * 26)
    for (guint i = 0; i < r->n_curves; i++)
      {
        g_autofree char *text = curve_name (scene, &r->curves[i]);

        r->legend = MAX (r->legend, cjv_text_width (scene, CJV_SIZE_NOTE, text) + em * 3.4);
      }
  r->legend = MIN (r->legend, scene->width * 0.4);
  room = (CjvRect){ r->pad, r->pad + r->heading, scene->width - 2 * r->pad,
                    scene->height - 2 * r->pad - r->heading };
  r->rows = (guint) MAX (1, room.height / (cjv_text_height (scene, CJV_SIZE_NOTE) * LINE));
  if (r->legend > 0)
    room.width -= MIN (r->legend * ((r->n_curves + r->rows - 1) / r->rows), scene->width * 0.5);
  /* Both axes are shares: nearly square where there is room for that, wide where it is flat. */
  room.width = MIN (room.width, room.height * 2.6);
  room.height = MIN (room.height, room.width * 1.1);
  cjv_axis_init (&r->plot.x);
  cjv_axis_init (&r->plot.y);
  r->plot.x.low = r->plot.y.low = 0;
  r->plot.x.high = r->plot.y.high = 1;
  r->plot.x.unit = r->plot.y.unit = CJV_UNIT_PERCENT;
  if (scene->width > em * 14 && scene->height > em * 12)
    {
      r->plot.x.label = r->kind == CJV_RANKING_ROC ? _ ("False positive rate") : _ ("Recall");
      r->plot.y.label = r->kind == CJV_RANKING_ROC ? _ ("True positive rate") : _ ("Precision");
    }
  cjv_plot_place (&r->plot, scene, &room, FALSE, FALSE);
}

/* Dashes go with the colours, so that neighbours are told apart without them. */
static void
set_curve (const CjvScene *scene, cairo_t *cr, const CjvRankingCurve *curve, guint place)
{
  static const double dashes[3][4] = { { 1, 0, 1, 0 }, { 5, 2.5, 5, 2.5 }, { 6, 2, 1.5, 2 } };
  const int kind = (int) (place % 3);
  double dash[4];

  for (int i = 0; i < 4; i++)
    dash[i] = dashes[kind][i] * scene->style->line_width / 1.5;
  cairo_set_dash (cr, dash, kind > 0 ? 4 : 0, 0);
  cairo_set_line_width (cr, scene->style->line_width);
  cjv_draw_set_color (cr, cjv_style_category (scene->style, (guint) curve->class));
}

static void
draw_curve (const Ranking *r, const CjvScene *scene, cairo_t *cr, guint place)
{
  const CjvRankingCurve *curve = &r->curves[place];
  const double apart = 0.5 / scene->style->scale;
  double last_x = -INFINITY, last_y = -INFINITY;

  set_curve (scene, cr, curve, place);
  for (guint i = 0; i < curve->n; i++)
    {
      const double x = cjv_plot_x (&r->plot, curve->x[i]), y = cjv_plot_y (&r->plot, curve->y[i]);

      /* Thousands of thresholds fall onto the same pixel. */
      if (i > 0 && i + 1 < curve->n && fabs (x - last_x) < apart && fabs (y - last_y) < apart)
        continue;
      if (i == 0)
        cairo_move_to (cr, x, y);
      else
        cairo_line_to (cr, x, y);
      last_x = x;
      last_y = y;
    }
  cairo_stroke (cr);
}

static void
draw_legend (const Ranking *r, const CjvScene *scene, cairo_t *cr)
{
  const double em = scene->style->font_size;
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE) * LINE;
  const double left = r->plot.inner.x + r->plot.inner.width + em * 1.2;

  for (guint i = 0; i < r->n_curves; i++)
    {
      const double x = left + i / r->rows * r->legend;
      const double y = r->plot.inner.y + i % r->rows * line;
      g_autofree char *text = curve_name (scene, &r->curves[i]);

      if (x + em * 4 > scene->width)
        return;
      set_curve (scene, cr, &r->curves[i], i);
      cairo_move_to (cr, x, y + line * 0.4);
      cairo_line_to (cr, x + em * 1.7, y + line * 0.4);
      cairo_stroke (cr);
      cjv_text_draw (scene, cr, x + em * 2.1, y,
                     MAX (MIN (r->legend - em * 2.6, scene->width - x - em * 2.1), 1),
                     CJV_SIZE_NOTE, 0, cjv_style_color (scene->style, CJV_INK_DIM), text);
    }
}

gboolean
cjv_ranking_draw (const CjvScene *scene, cairo_t *cr, CjvRankingKind kind)
{
  g_autofree char *title = NULL;
  g_autofree char *note = NULL;
  Ranking r;

  if (!ranking_init (&r, scene, kind))
    return FALSE;
  ranking_place (&r, scene);
  cjv_plot_draw_grid (&r.plot, scene, cr, TRUE);
  cairo_save (cr);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (kind == CJV_RANKING_ROC)
    {
      cairo_move_to (cr, cjv_plot_x (&r.plot, 0), cjv_plot_y (&r.plot, 0));
      cairo_line_to (cr, cjv_plot_x (&r.plot, 1), cjv_plot_y (&r.plot, 1));
      cairo_set_line_width (cr, 1);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
      cairo_stroke (cr);
    }
  for (guint i = 0; i < r.n_curves; i++)
    draw_curve (&r, scene, cr, i);
  if (r.legend > 0)
    draw_legend (&r, scene, cr);
  cairo_restore (cr);
  title = g_strdup_printf (kind == CJV_RANKING_ROC ? _ ("Area %.3f") : _ ("Average precision %.3f"),
                           r.mean);
  if (r.n_ranked > r.n_curves)
    note = g_strdup_printf (_ ("mean of %d classes · the %d weakest shown"), (int) r.n_ranked,
                            (int) r.n_curves);
  else if (r.n_ranked > 1)
    note = g_strdup_printf (_ ("mean of %d classes"), (int) r.n_ranked);
  if (r.heading > 0)
    cjv_draw_heading (scene, cr, r.pad, r.pad, scene->width - 2 * r.pad, title, note);
  ranking_clear (&r);
  return TRUE;
}

gboolean
cjv_ranking_hit (const CjvScene *scene, CjvRankingKind kind, double x, double y, CjvHit *hit)
{
  const double radius = scene->style->font_size * 0.5;
  const CjvRankingCurve *curve = NULL;
  double best = scene->style->font_size * 1.5;
  guint point = 0;
  Ranking r;

  if (!ranking_init (&r, scene, kind))
    return FALSE;
  ranking_place (&r, scene);
  for (guint k = 0; k < r.n_curves; k++)
    for (guint i = 0; i < r.curves[k].n; i++)
      {
        const double distance = hypot (cjv_plot_x (&r.plot, r.curves[k].x[i]) - x,
                                       cjv_plot_y (&r.plot, r.curves[k].y[i]) - y);

        if (distance < best)
          {
            best = distance;
            curve = &r.curves[k];
            point = i;
          }
      }
  if (curve != NULL)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", curve->class);
      g_autofree char *a = cjv_percent_print (curve->x[point], 1);
      g_autofree char *b = cjv_percent_print (curve->y[point], 1);
      g_autofree char *threshold = cjv_number_print (curve->threshold[point], 3);

      *hit = (CjvHit){ .index = point,
                       .series = curve->class,
                       .x = cjv_plot_x (&r.plot, curve->x[point]) - radius,
                       .y = cjv_plot_y (&r.plot, curve->y[point]) - radius,
                       .width = 2 * radius,
                       .height = 2 * radius };
      hit->text = g_strdup_printf (kind == CJV_RANKING_ROC
                                       ? _ ("%s over %s: %s false and %s true positives")
                                       : _ ("%s over %s: recall %s, precision %s"),
                                   name, threshold, a, b);
    }
  ranking_clear (&r);
  return curve != NULL;
}

void
cjv_ranking_csv (const CjvScene *scene, CjvRankingKind kind, GString *out)
{
  const CjTensor *scores = cjv_frame_get_array (scene->frame, "scores");
  const CjTensor *labels = cjv_frame_get_array (scene->frame, "labels");
  Ranking r;

  g_string_append (out, kind == CJV_RANKING_ROC
                            ? "class,threshold,false_positive_rate,true_positive_rate\r\n"
                            : "class,threshold,recall,precision\r\n");
  if (!ranking_init (&r, scene, kind))
    return;
  ranking_clear (&r);
  /* All classes, also those the plot has no room for. */
  for (gint64 k = r.n_classes == 2 ? 1 : 0; k < r.n_classes; k++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", k);
      CjvRankingCurve curve;

      if (!cjv_ranking_curve_init (&curve, kind, scores, labels, k))
        continue;
      for (guint i = 0; i < curve.n; i++)
        {
          cjv_csv_text (out, name);
          g_string_append_c (out, ',');
          cjv_csv_number (out, curve.threshold[i]);
          g_string_append_c (out, ',');
          cjv_csv_number (out, curve.x[i]);
          g_string_append_c (out, ',');
          cjv_csv_number (out, curve.y[i]);
          g_string_append (out, "\r\n");
        }
      cjv_ranking_curve_clear (&curve);
    }
}

char *
cjv_ranking_words (const CjvScene *scene, CjvRankingKind kind)
{
  const CjvRankingCurve *worst;
  g_autofree char *name = NULL;
  char *text;
  Ranking r;

  if (!ranking_init (&r, scene, kind))
    return NULL;
  worst = &r.curves[0];
  for (guint i = 1; i < r.n_curves; i++)
    if (r.curves[i].area < worst->area)
      worst = &r.curves[i];
  name = cjv_class_dup (scene->frame, "classes", worst->class);
  text = g_strdup_printf (kind == CJV_RANKING_ROC
                              ? _ ("Mean area under the curve of %d classes: %.3f; weakest is %s "
                                   "with %.3f.")
                              : _ ("Mean average precision of %d classes: %.3f; weakest is %s with "
                                   "%.3f."),
                          (int) r.n_ranked, r.mean, name, worst->area);
  ranking_clear (&r);
  return text;
}
