/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R runs, P points of training, V points of validation. Rows of shorter runs end in NaN. */
#include "cjv-axes.h"
#include "cjv-series.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double smoothing;
  gboolean log;
  gboolean raw;
  int x;
  double from, to; /* along the horizontal axis; to <= from: everything */
} Params;

enum
{
  X_EPOCH,
  X_STEP
};

static const char *const x_choices[] = { "epoch", "step", NULL };

static const CjParam params[] = {
  { .name = "smoothing",
    .title = N_ ("Smoothing"),
    .blurb = N_ ("Share of the past in each point of the thick training line"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, smoothing),
    .preset = 0.9,
    .max = 0.999,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "log",
    .title = N_ ("Logarithmic loss"),
    .blurb = N_ ("Draws the loss on a logarithmic axis"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, log),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "raw",
    .title = N_ ("Every step"),
    .blurb = N_ ("Draws the value of every step as a thin line"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, raw),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "x",
    .title = N_ ("Count by"),
    .blurb = N_ ("What stands along the horizontal axis"),
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, x),
    .choices = x_choices,
    .flags = CJ_PARAM_LIVE },
  { .name = "from",
    .title = N_ ("From"),
    .blurb = N_ ("First epoch or step that is shown"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, from),
    .max = 1e9,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "to",
    .title = N_ ("To"),
    .blurb = N_ ("Last epoch or step that is shown; 0: all of them"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, to),
    .max = 1e9,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { NULL },
};

static const CjvWant wants[] = {
  { "train-loss", CJV_WANT_ARRAY, TRUE, "[P] or [R, P]", N_ ("Loss of each training step") },
  { "step", CJV_WANT_ARRAY, FALSE, "[P] or [R, P]", N_ ("Steps of the training points") },
  { "train-accuracy", CJV_WANT_ARRAY, FALSE, "[P] or [R, P]",
    N_ ("Share right in training, 0..1") },
  { "val-step", CJV_WANT_ARRAY, FALSE, "[V] or [R, V]", N_ ("Steps of the validation points") },
  { "val-loss", CJV_WANT_ARRAY, FALSE, "[V] or [R, V]", N_ ("Loss on the validation split") },
  { "val-accuracy", CJV_WANT_ARRAY, FALSE, "[V] or [R, V]",
    N_ ("Share right in validation, 0..1") },
  { "accuracy-title", CJV_WANT_TEXT, FALSE, NULL, N_ ("What is measured instead of accuracy") },
  { "steps-per-epoch", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Steps in one epoch") },
  { "runs", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the runs") },
  { "now", CJV_WANT_SCALAR, FALSE, NULL, N_ ("The step that is looked at") },
  { NULL },
};

typedef struct
{
  CjvPlot plot;
  CjvRect outer;
  const char *title;
  CjvSeries train, val;
} Panel;

typedef struct
{
  Panel panels[2];
  guint n_panels;
  gint64 n_runs;
  double heading; /* px */
} Layout;

static gboolean
is_by_epoch (const CjvScene *scene)
{
  return ((const Params *) scene->params)->x == X_EPOCH;
}

/* Exponential mean without the pull of the start (D. Kingma, J. Ba 2015, section 3). */
typedef struct
{
  double mean, weight, keep;
} Smooth;

static double
smooth_next (Smooth *smooth, double value)
{
  if (isfinite (value))
    {
      smooth->mean = smooth->keep * smooth->mean + (1 - smooth->keep) * value;
      smooth->weight = smooth->keep * smooth->weight + (1 - smooth->keep);
    }
  return isfinite (value) && smooth->weight > 0 ? smooth->mean / smooth->weight : NAN;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Whether a place along the axis is shown. */
static gboolean
is_shown (const Params *p, double x)
{
  return !(p->to > p->from) || (x >= p->from && x <= p->to);
}

/* Range of the thin line without its few largest outliers. */
static void
include_raw (CjvAxis *axis, const CjvSeries *series, gint64 run, const Params *p)
{
  double sample[512];
  guint n = 0;
  const gint64 stride = MAX (1, (series->n_points + 511) / 512);

  for (gint64 i = 0; i < series->n_points && n < G_N_ELEMENTS (sample); i += stride)
    if (isfinite (cjv_series_y (series, run, i)) && is_shown (p, cjv_series_x (series, run, i)))
      sample[n++] = cjv_series_y (series, run, i);
  if (n == 0)
    return;
  qsort (sample, n, sizeof sample[0], compare);
  cjv_axis_include (axis, sample[n / 50]);
  cjv_axis_include (axis, sample[n - 1 - n / 50]);
}

static void
include_series (CjvPlot *plot, const CjvSeries *series, const Params *p, gboolean smooth)
{
  if (series->y == NULL)
    return;
  for (gint64 run = 0; run < series->n_runs; run++)
    {
      Smooth state = { .keep = smooth ? p->smoothing : 0 };

      for (gint64 i = 0; i < series->n_points; i++)
        {
          const double y = smooth_next (&state, cjv_series_y (series, run, i));
          const double x = cjv_series_x (series, run, i);

          if (!is_shown (p, x))
            continue;
          cjv_axis_include (&plot->y, y);
          if (series->x != NULL || isfinite (y))
            cjv_axis_include (&plot->x, x);
        }
      if (smooth && p->raw)
        include_raw (&plot->y, series, run, p);
    }
}

static void
panel_place (Panel *panel, const CjvScene *scene, gboolean percent, double heading)
{
  const Params *p = scene->params;
  CjvPlot *plot = &panel->plot;
  CjvRect room = panel->outer;
  const gboolean epochs = panel->train.per_epoch > 0;
  gboolean shares;

  cjv_axis_init (&plot->x);
  cjv_axis_init (&plot->y);
  plot->y.log = p->log && !percent;
  plot->y.unit = percent ? CJV_UNIT_PERCENT : CJV_UNIT_PLAIN;
  plot->x.unit = CJV_UNIT_COUNT;
  plot->x.prefix = epochs ? _ ("epoch ") : _ ("step ");
  include_series (plot, &panel->train, p, TRUE);
  include_series (plot, &panel->val, p, FALSE);
  if (!plot->y.log && !percent && plot->y.low > 0 && plot->y.low < plot->y.high / 2)
    plot->y.low = 0;
  if (epochs && plot->x.high < 1)
    plot->x.unit = CJV_UNIT_PLAIN;
  if (plot->x.low > 0 && plot->x.low < plot->x.high / 10)
    plot->x.low = 0;
  if (p->to > p->from)
    {
      plot->x.low = p->from;
      plot->x.high = p->to;
      if (p->to - p->from < 3)
        plot->x.unit = CJV_UNIT_PLAIN;
    }
  room.y += heading;
  room.height -= heading;
  shares = plot->y.low >= 0 && plot->y.high <= 1;
  cjv_plot_place (plot, scene, &room, FALSE, TRUE);
  if (percent && shares)
    {
      plot->y.low = MAX (plot->y.low, 0);
      plot->y.high = MIN (plot->y.high, 1);
    }
}

/* What only draws or guesses values has no accuracy at any step. */
static gboolean
has_number (const CjvSeries *series)
{
  for (gint64 i = 0; series->y != NULL && i < cjv_tensor_size (series->y); i++)
    if (isfinite (cj_tensor_f32 (series->y)[i]))
      return TRUE;
  return FALSE;
}

static gboolean
layout_init (Layout *layout, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  const double pad = em * 0.8, gap = em * 2;
  const double width = scene->width - 2 * pad, height = scene->height - 2 * pad;
  Panel *loss = &layout->panels[0], *accuracy = &layout->panels[1];

  *layout = (Layout){ 0 };
  cjv_series_init (&loss->train, scene->frame, "train-loss", "step", is_by_epoch (scene));
  cjv_series_init (&loss->val, scene->frame, "val-loss", "val-step", is_by_epoch (scene));
  cjv_series_init (&accuracy->train, scene->frame, "train-accuracy", "step", is_by_epoch (scene));
  cjv_series_init (&accuracy->val, scene->frame, "val-accuracy", "val-step", is_by_epoch (scene));
  if (loss->train.y == NULL)
    return FALSE;
  loss->title = _ ("Loss");
  accuracy->title = cjv_frame_get_text (scene->frame, "accuracy-title");
  if (accuracy->title == NULL)
    accuracy->title = _ ("Accuracy");
  layout->n_panels = has_number (&accuracy->train) || has_number (&accuracy->val) ? 2 : 1;
  layout->n_runs = loss->train.n_runs;
  layout->heading = scene->style->bare ? 0 : cjv_text_height (scene, CJV_SIZE_BODY) * 1.35;

  loss->outer = (CjvRect){ pad, pad, width, height };
  if (layout->n_panels == 2 && width >= em * 34)
    {
      loss->outer.width = (width - gap) / 2;
      accuracy->outer = loss->outer;
      accuracy->outer.x += loss->outer.width + gap;
    }
  else if (layout->n_panels == 2 && height >= em * 18)
    {
      loss->outer.height = (height - em) / 2;
      accuracy->outer = loss->outer;
      accuracy->outer.y += loss->outer.height + em;
    }
  else
    layout->n_panels = 1;
  for (guint i = 0; i < layout->n_panels; i++)
    {
      layout->panels[i].train.per_epoch = MAX (loss->train.per_epoch, 0);
      panel_place (&layout->panels[i], scene, i == 1, layout->heading);
    }
  return TRUE;
}

static void
layout_clear (Layout *layout)
{
  for (guint i = 0; i < G_N_ELEMENTS (layout->panels); i++)
    {
      cjv_series_clear (&layout->panels[i].train);
      cjv_series_clear (&layout->panels[i].val);
    }
}

static CjvColor
run_color (const CjvScene *scene, gint64 n_runs, gint64 run, gboolean val)
{
  return cjv_style_category (scene->style, n_runs > 1 ? (guint) run : val ? 1 : 0);
}

/* A line through the finite points. Of all points in one column of device pixels only the first, the
 * lowest, the highest and the last are drawn: they cover the same pixels. */
static void
trace (const Panel *panel, const CjvSeries *series, gint64 run, double keep, double scale,
       cairo_t *cr)
{
  Smooth state = { .keep = keep };
  gint64 column = G_MININT64;
  double x = 0, low = 0, high = 0, last = 0;
  gboolean pen = FALSE;

  for (gint64 i = 0; i <= series->n_points; i++)
    {
      const double value
          = i < series->n_points ? smooth_next (&state, cjv_series_y (series, run, i)) : NAN;
      const double at = i < series->n_points ? cjv_series_x (series, run, i) : NAN;
      const gboolean ok = isfinite (value) && isfinite (at) && !(panel->plot.y.log && value <= 0);
      const double px = ok ? cjv_plot_x (&panel->plot, at) : 0;
      const double py = ok ? cjv_plot_y (&panel->plot, value) : 0;
      const gint64 here = ok ? (gint64) floor (px * scale) : G_MININT64;

      if (pen && here != column)
        {
          if (high > low)
            {
              cairo_line_to (cr, x, low);
              cairo_line_to (cr, x, high);
            }
          cairo_line_to (cr, x, last);
        }
      if (ok && pen && here == column)
        {
          low = MIN (low, py);
          high = MAX (high, py);
        }
      else if (ok)
        {
          if (pen)
            cairo_line_to (cr, px, py);
          else
            cairo_move_to (cr, px, py);
          low = high = py;
        }
      column = here;
      x = px;
      last = py;
      pen = ok;
    }
}

static void
draw_train (const CjvScene *scene, cairo_t *cr, const Panel *panel, gint64 run, CjvColor color)
{
  const Params *p = scene->params;

  if (panel->train.y == NULL || run >= panel->train.n_runs)
    return;
  if (p->raw && p->smoothing > 0)
    {
      cjv_draw_set_color (cr, cjv_color_alpha (color, 0.35));
      cairo_set_line_width (cr, scene->style->line_width * 0.5);
      cairo_set_line_join (cr, CAIRO_LINE_JOIN_BEVEL);
      trace (panel, &panel->train, run, 0, scene->style->scale, cr);
      cairo_stroke (cr);
    }
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cjv_draw_set_color (cr, color);
  cairo_set_line_width (cr, scene->style->line_width);
  trace (panel, &panel->train, run, p->smoothing, scene->style->scale, cr);
  cairo_stroke (cr);
  if (panel->train.n_points == 1) /* one point makes no line */
    {
      cairo_arc (cr, cjv_plot_x (&panel->plot, cjv_series_x (&panel->train, run, 0)),
                 cjv_plot_y (&panel->plot, cjv_series_y (&panel->train, run, 0)),
                 scene->style->line_width * 1.4, 0, 2 * G_PI);
      cairo_fill (cr);
    }
}

static gboolean
has_dots (const CjvScene *scene, const Panel *panel)
{
  return panel->val.n_points * scene->style->line_width * 7 < panel->plot.inner.width;
}

/* Validation carries dots where there is room for them, else dashes: told apart without colour. */
static void
draw_val (const CjvScene *scene, cairo_t *cr, const Panel *panel, gint64 run, CjvColor color)
{
  const CjvSeries *val = &panel->val;
  const double radius = scene->style->line_width * 1.4;
  const double dash[] = { scene->style->line_width * 3, scene->style->line_width * 2 };
  gboolean dots;

  if (val->y == NULL || run >= val->n_runs)
    return;
  dots = has_dots (scene, panel);
  cjv_draw_set_color (cr, color);
  cairo_set_line_width (cr, scene->style->line_width);
  if (!dots)
    cairo_set_dash (cr, dash, 2, 0);
  trace (panel, val, run, 0, scene->style->scale, cr);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  for (gint64 i = 0; dots && i < val->n_points; i++)
    {
      const double x = cjv_series_x (val, run, i), y = cjv_series_y (val, run, i);

      if (!isfinite (x) || !isfinite (y) || (panel->plot.y.log && y <= 0))
        continue;
      cairo_new_sub_path (cr);
      cairo_arc (cr, cjv_plot_x (&panel->plot, x), cjv_plot_y (&panel->plot, y), radius, 0,
                 2 * G_PI);
      cairo_fill (cr);
    }
}

/* A mark on the upper edge where a training value was not finite. */
static void
draw_broken (const CjvScene *scene, cairo_t *cr, const Panel *panel, gint64 run)
{
  const CjvSeries *train = &panel->train;
  const double radius = scene->style->font_size * 0.4;

  if (train->y == NULL || train->x == NULL || run >= train->n_runs)
    return;
  for (gint64 i = 0; i < train->n_points; i++)
    if (!isfinite (cjv_series_y (train, run, i)) && isfinite (cjv_series_x (train, run, i)))
      {
        cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_WARN));
        cjv_draw_marker (cr, 4, cjv_plot_x (&panel->plot, cjv_series_x (train, run, i)),
                         panel->plot.inner.y + radius, radius);
        cairo_fill (cr);
        return;
      }
}

/* A line where the person looks at the run. */
static void
draw_now (const CjvScene *scene, cairo_t *cr, const Panel *panel)
{
  const double step = cjv_frame_get_scalar (scene->frame, "now", NAN);
  const double per_epoch = panel->train.y != NULL ? panel->train.per_epoch : panel->val.per_epoch;
  const double x = cjv_plot_x (&panel->plot, per_epoch > 0 ? step / per_epoch : step);

  if (!isfinite (x) || x < panel->plot.inner.x || x > panel->plot.inner.x + panel->plot.inner.width)
    return;
  cjv_draw_set_color (cr, cjv_color_alpha (cjv_style_color (scene->style, CJV_INK), 0.6));
  cairo_set_line_width (cr, scene->style->line_width * 0.7);
  cairo_move_to (cr, x, panel->plot.inner.y);
  cairo_line_to (cr, x, panel->plot.inner.y + panel->plot.inner.height);
  cairo_stroke (cr);
}

static void
draw_heading (const CjvScene *scene, cairo_t *cr, const Layout *layout, const Panel *panel)
{
  const double em = scene->style->font_size;
  const double left = panel->plot.inner.x;
  const double end = panel->outer.x + panel->outer.width;
  const gint64 n_runs = layout->n_runs;
  CjvLegendItem items[CJV_SERIES_MAX_RUNS + 2];
  char *names[CJV_SERIES_MAX_RUNS] = { NULL };
  guint n = 0;
  double width, body, note;

  cjv_text_measure (scene, 0, CJV_SIZE_BODY, CJV_TEXT_BOLD, panel->title, &width, &body);
  note = cjv_text_height (scene, CJV_SIZE_NOTE);
  cjv_text_draw (scene, cr, left, panel->outer.y, MAX (end - left, 1), CJV_SIZE_BODY, CJV_TEXT_BOLD,
                 cjv_style_color (scene->style, CJV_INK), panel->title);
  if (n_runs > 1)
    for (gint64 run = 0; run < n_runs; run++)
      {
        const char *name = cjv_frame_get_string (scene->frame, "runs", run);

        names[run] = name != NULL ? g_strdup (name)
                                  : g_strdup_printf (_ ("run %lld"), (long long) run + 1);
        items[n++] = (CjvLegendItem){ run_color (scene, n_runs, run, FALSE), names[run], 0, FALSE };
      }
  else
    {
      if (panel->train.y != NULL)
        items[n++] = (CjvLegendItem){ run_color (scene, 1, 0, FALSE), _ ("train"), CJV_LEGEND_LINE,
                                      FALSE };
      if (panel->val.y != NULL)
        {
          const gboolean dots = has_dots (scene, panel);

          items[n++] = (CjvLegendItem){ run_color (scene, 1, 0, TRUE), _ ("validation"),
                                        dots ? CJV_LEGEND_DOTTED_LINE : CJV_LEGEND_LINE, !dots };
        }
    }
  cjv_legend_draw (scene, cr, left + width + em * 1.2, panel->outer.y + (body - note) / 2,
                   end - left - width - em * 1.2, items, n);
  for (gint64 run = 0; run < n_runs; run++)
    g_free (names[run]);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  Layout layout;

  if (!layout_init (&layout, scene))
    return FALSE;
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  for (guint i = 0; i < layout.n_panels; i++)
    {
      const Panel *panel = &layout.panels[i];
      const double margin = scene->style->line_width * 2;

      if (layout.heading > 0)
        draw_heading (scene, cr, &layout, panel);
      cjv_plot_draw_grid (&panel->plot, scene, cr, FALSE);
      cairo_save (cr);
      cairo_rectangle (cr, panel->plot.inner.x - margin, panel->plot.inner.y - margin,
                       panel->plot.inner.width + 2 * margin, panel->plot.inner.height + 2 * margin);
      cairo_clip (cr);
      for (gint64 run = 0; run < layout.n_runs; run++)
        draw_train (scene, cr, panel, run, run_color (scene, layout.n_runs, run, FALSE));
      for (gint64 run = 0; run < layout.n_runs; run++)
        {
          draw_val (scene, cr, panel, run, run_color (scene, layout.n_runs, run, TRUE));
          draw_broken (scene, cr, panel, run);
        }
      draw_now (scene, cr, panel);
      cairo_restore (cr);
    }
  layout_clear (&layout);
  return TRUE;
}

/* The point of `series` next to x, y px; FALSE if farther than `best`, which it lowers. */
static gboolean
nearest (const Panel *panel, const CjvSeries *series, double x, double y, double *best, gint64 *run,
         gint64 *point)
{
  gboolean found = FALSE;

  for (gint64 r = 0; series->y != NULL && r < series->n_runs; r++)
    for (gint64 i = 0; i < series->n_points; i++)
      {
        const double px = cjv_plot_x (&panel->plot, cjv_series_x (series, r, i));
        const double py = cjv_plot_y (&panel->plot, cjv_series_y (series, r, i));
        /* Along the line first: a reader points at a time, not at a dot. */
        const double distance = fabs (px - x) * 4 + fabs (py - y);

        if (distance < *best)
          {
            *best = distance;
            *run = r;
            *point = i;
            found = TRUE;
          }
      }
  return found;
}

static void
fill_hit (const CjvScene *scene, const Layout *layout, const Panel *panel, const CjvSeries *series,
          gint64 run, gint64 i, CjvHit *hit)
{
  const double radius = scene->style->font_size * 0.5;
  g_autofree char *value = cjv_axis_print (&panel->plot.y, cjv_series_y (series, run, i),
                                           panel->plot.y.unit == CJV_UNIT_PERCENT ? 1 : 3);
  g_autofree char *at
      = cjv_number_print (cjv_series_x (series, run, i), series->per_epoch > 0 ? 3 : 6);
  const char *name = cjv_frame_get_string (scene->frame, "runs", run);
  const char *split = series == &panel->val ? _ ("validation") : _ ("train");

  hit->index = i;
  hit->series = run;
  hit->x = cjv_plot_x (&panel->plot, cjv_series_x (series, run, i)) - radius;
  hit->y = cjv_plot_y (&panel->plot, cjv_series_y (series, run, i)) - radius;
  hit->width = hit->height = 2 * radius;
  hit->text
      = g_strdup_printf ("%s%s%s, %s%s: %s %s", layout->n_runs > 1 && name != NULL ? name : "",
                         layout->n_runs > 1 && name != NULL ? ", " : "", split,
                         panel->plot.x.prefix, at, panel->title, value);
}

static gboolean
hit_test (const CjvScene *scene, double x, double y, CjvHit *hit)
{
  Layout layout;
  gboolean found = FALSE;

  if (!layout_init (&layout, scene))
    return FALSE;
  for (guint k = 0; k < layout.n_panels && !found; k++)
    {
      const Panel *panel = &layout.panels[k];
      double best = INFINITY;
      gint64 run = 0, i = 0;
      const CjvSeries *series = NULL;

      if (!cjv_rect_contains (&panel->plot.inner, x, y))
        continue;
      if (nearest (panel, &panel->train, x, y, &best, &run, &i))
        series = &panel->train;
      if (nearest (panel, &panel->val, x, y, &best, &run, &i))
        series = &panel->val;
      found = series != NULL;
      if (found)
        fill_hit (scene, &layout, panel, series, run, i, hit);
    }
  layout_clear (&layout);
  return found;
}

/* Along the horizontal axis alone; the other one fits what is seen. */
static gboolean
zoom (const CjvScene *scene, const CjvZoom *z, gpointer out)
{
  Params *p = out;
  gboolean zoomed = FALSE;
  Layout layout;

  if (z->kind == CJV_ZOOM_ALL)
    {
      p->from = p->to = 0;
      return TRUE;
    }
  if (!layout_init (&layout, scene))
    return FALSE;
  for (guint i = 0; i < layout.n_panels && !zoomed; i++)
    {
      const Panel *panel = &layout.panels[i];
      double from = 0, to = 1;

      if ((z->x + z->width / 2 > panel->outer.x + panel->outer.width && i + 1 < layout.n_panels)
          || !cjv_plot_zoom (&panel->plot, z, FALSE, &from, &to))
        continue;
      from = MAX (cjv_axis_unmap (&panel->plot.x, from), 0);
      to = cjv_axis_unmap (&panel->plot.x, to);
      zoomed = isfinite (from) && to > from && to < 1e9;
      p->from = zoomed ? from : p->from;
      p->to = zoomed ? to : p->to;
    }
  layout_clear (&layout);
  return zoomed;
}

static void
csv_split (const CjvScene *scene, GString *out, const char *split, const char *loss_name,
           const char *accuracy_name, const char *x_name)
{
  CjvSeries loss, accuracy;
  const CjvSeries *any;

  cjv_series_init (&loss, scene->frame, loss_name, x_name, is_by_epoch (scene));
  cjv_series_init (&accuracy, scene->frame, accuracy_name, x_name, is_by_epoch (scene));
  any = loss.y != NULL ? &loss : &accuracy;
  for (gint64 run = 0; any->y != NULL && run < any->n_runs; run++)
    for (gint64 i = 0; i < any->n_points; i++)
      {
        const double step = cjv_series_step (any, run, i);
        const double per_epoch = cjv_frame_get_scalar (scene->frame, "steps-per-epoch", NAN);
        g_autofree char *name = cjv_class_dup (scene->frame, "runs", run);

        if (!isfinite (step))
          continue;
        cjv_csv_text (out, name);
        g_string_append_printf (out, ",%s,", split);
        cjv_csv_number (out, step);
        g_string_append_c (out, ',');
        if (per_epoch > 0)
          cjv_csv_number (out, step / per_epoch);
        g_string_append_c (out, ',');
        if (loss.y != NULL)
          cjv_csv_number (out, cjv_series_y (&loss, run, i));
        g_string_append_c (out, ',');
        if (accuracy.y != NULL && run < accuracy.n_runs && i < accuracy.n_points)
          cjv_csv_number (out, cjv_series_y (&accuracy, run, i));
        g_string_append (out, "\r\n");
      }
  cjv_series_clear (&loss);
  cjv_series_clear (&accuracy);
}

static void
csv (const CjvScene *scene, GString *out)
{
  g_string_append (out, "run,split,step,epoch,loss,accuracy\r\n");
  csv_split (scene, out, "train", "train-loss", "train-accuracy", "step");
  csv_split (scene, out, "validation", "val-loss", "val-accuracy", "val-step");
}

/* First and last finite value of the first run; FALSE if there is none. */
static gboolean
ends (const CjvSeries *series, double *first, double *last)
{
  gboolean any = FALSE;

  for (gint64 i = 0; series->y != NULL && i < series->n_points; i++)
    if (isfinite (cjv_series_y (series, 0, i)))
      {
        if (!any)
          *first = cjv_series_y (series, 0, i);
        *last = cjv_series_y (series, 0, i);
        any = TRUE;
      }
  return any;
}

static char *
words (const CjvScene *scene)
{
  GString *out = g_string_new (NULL);
  CjvSeries train, val, accuracy;
  double first, last;

  cjv_series_init (&train, scene->frame, "train-loss", "step", is_by_epoch (scene));
  cjv_series_init (&val, scene->frame, "val-loss", "val-step", is_by_epoch (scene));
  cjv_series_init (&accuracy, scene->frame, "val-accuracy", "val-step", is_by_epoch (scene));
  if (train.n_runs > 1)
    g_string_append_printf (out, _ ("%d runs; the first: "), (int) train.n_runs);
  if (ends (&train, &first, &last))
    {
      g_autofree char *a = cjv_number_print (first, 3);
      g_autofree char *b = cjv_number_print (last, 3);

      g_string_append_printf (out, _ ("training loss went from %s to %s"), a, b);
    }
  else
    g_string_append (out, _ ("training loss has no numbers"));
  if (ends (&val, &first, &last))
    {
      g_autofree char *b = cjv_number_print (last, 3);

      g_string_append_printf (out, _ ("; validation loss is %s"), b);
    }
  if (ends (&accuracy, &first, &last))
    {
      g_autofree char *b = cjv_percent_print (last, 1);

      g_string_append_printf (out, _ ("; validation accuracy is %s"), b);
    }
  g_string_append_c (out, '.');
  cjv_series_clear (&train);
  cjv_series_clear (&val);
  cjv_series_clear (&accuracy);
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_curves = {
  .id = "curves",
  .title = N_ ("Curves"),
  .blurb = N_ ("Loss and accuracy of training and validation as the steps go by"),
  .empty = N_ ("Press Train: the curves begin with the first step."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 960,
  .preset_height = 320,
  .draw = draw,
  .hit = hit_test,
  .csv = csv,
  .words = words,
  .zoom = zoom,
};
