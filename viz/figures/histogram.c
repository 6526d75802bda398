/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_BINS 400

typedef struct
{
  int bins;
  gboolean log, spread;
} Params;

static const CjParam params[] = {
  { .name = "bins",
    .title = N_ ("Bins"),
    .blurb = N_ ("Number of bars"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, bins),
    .preset = 60,
    .min = 3,
    .max = MAX_BINS,
    .soft_min = 10,
    .soft_max = 120,
    .flags = CJ_PARAM_LIVE },
  { .name = "log",
    .title = N_ ("Logarithmic height"),
    .blurb = N_ ("Lets rare values be seen beside frequent ones"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, log),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "spread",
    .title = N_ ("Enlarge gradients"),
    .blurb
    = N_ ("Multiplies the gradients by a round number so that they are as wide as the weights"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, spread),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "weights", CJV_WANT_ARRAY, TRUE, "any", N_ ("The values counted") },
  { "gradients", CJV_WANT_ARRAY, FALSE, "any", N_ ("A second set of values laid over it") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { "weights-name", CJV_WANT_TEXT, FALSE, NULL, N_ ("What the values are, instead of “weights”") },
  { "gradients-name", CJV_WANT_TEXT, FALSE, NULL,
    N_ ("What the second values are, instead of “gradients”") },
  { NULL },
};

typedef struct
{
  gint64 n, n_finite, n_zero;
  double low, high, sum, squares;
  double factor;         /* values are multiplied by it before they are counted */
  double bins[MAX_BINS]; /* shares of the finite values */
} Set;

typedef struct
{
  Set sets[2];
  int n_sets, n_bins;
  double low, high; /* ends of the bins */
  double heading;
  CjvPlot plot;
} Histogram;

static void
measure (Set *set, const CjTensor *tensor)
{
  *set = (Set){ .n = cjv_tensor_size (tensor), .low = INFINITY, .high = -INFINITY, .factor = 1 };
  for (gint64 i = 0; i < set->n; i++)
    {
      const double v = cjv_tensor_at (tensor, i);

      if (!isfinite (v))
        continue;
      set->n_finite++;
      set->n_zero += v == 0;
      set->low = MIN (set->low, v);
      set->high = MAX (set->high, v);
      set->sum += v;
      set->squares += v * v;
    }
}

static void
count (Set *set, const CjTensor *tensor, double low, double high, int n_bins)
{
  const double width = high / n_bins - low / n_bins;
  double unit;

  if (set->n_finite == 0)
    return;
  unit = 1.0 / (double) set->n_finite;
  for (gint64 i = 0; i < set->n; i++)
    {
      const double v = cjv_tensor_at (tensor, i) * set->factor;

      if (isfinite (v))
        set->bins[(int) CLAMP (floor ((v - low) / width), 0, n_bins - 1)] += unit;
    }
}

static double
reach (const Set *set)
{
  return set->n_finite > 0 ? MAX (fabs (set->low), fabs (set->high)) : 0;
}

static gboolean
histogram_init (Histogram *h, const CjvScene *scene)
{
  const CjTensor *tensors[2] = { cjv_frame_get_array (scene->frame, "weights"),
                                 cjv_frame_get_array (scene->frame, "gradients") };
  const Params *p = scene->params;

  *h = (Histogram){ .n_sets = 1, .n_bins = p->bins, .low = INFINITY, .high = -INFINITY };
  measure (&h->sets[0], tensors[0]);
  measure (&h->sets[1], tensors[1]);
  if (h->sets[0].n_finite == 0)
    return FALSE;
  h->n_sets = h->sets[1].n_finite > 0 ? 2 : 1;
  if (p->spread && h->n_sets == 2 && reach (&h->sets[1]) > 0 && reach (&h->sets[0]) > 0)
    {
      const double ratio = reach (&h->sets[0]) / reach (&h->sets[1]);

      /* The round number below it, so that the second set stays inside of the first. */
      h->sets[1].factor = isfinite (ratio) && ratio > 0 ? cjv_nice_number (ratio, FALSE) : 1;
      if (h->sets[1].factor > ratio * 1.001)
        h->sets[1].factor = cjv_nice_number (ratio / 2.001, FALSE);
    }
  for (int k = 0; k < h->n_sets; k++)
    {
      h->low = MIN (h->low, h->sets[k].low * h->sets[k].factor);
      h->high = MAX (h->high, h->sets[k].high * h->sets[k].factor);
    }
  if (!(h->high - h->low > 1e-12 * MAX (fabs (h->low), fabs (h->high))))
    {
      const double pad = h->low != 0 ? fabs (h->low) * 0.5 : 0.5;

      h->low -= pad;
      h->high += pad;
    }
  for (int k = 0; k < h->n_sets; k++)
    count (&h->sets[k], tensors[k], h->low, h->high, h->n_bins);
  return TRUE;
}

static void
histogram_place (Histogram *h, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double pad = MIN (scene->style->font_size * 0.8, scene->width / 10);
  CjvRect room = { pad, pad, scene->width - 2 * pad, scene->height - 2 * pad };
  CjvPlot *plot = &h->plot;

  h->heading = cjv_heading_height (scene);
  room.y += h->heading;
  room.height -= h->heading;
  cjv_axis_init (&plot->x);
  cjv_axis_init (&plot->y);
  plot->x.low = h->low;
  plot->x.high = h->high;
  plot->y.unit = CJV_UNIT_PERCENT;
  plot->y.log = p->log;
  if (!p->log)
    plot->y.low = 0;
  for (int k = 0; k < h->n_sets; k++)
    for (int i = 0; i < h->n_bins; i++)
      cjv_axis_include (&plot->y, h->sets[k].bins[i]);
  cjv_plot_place (plot, scene, &room, FALSE, TRUE);
}

/* The upper edge of the bars; the first set with gaps between them, the second as one outline. */
static void
bars_path (const Histogram *h, const Set *set, const CjvStyle *style, cairo_t *cr, gboolean gaps)
{
  const CjvRect *in = &h->plot.inner;
  const double bottom = in->y + in->height, width = in->width / h->n_bins;

  if (!gaps)
    cairo_move_to (cr, in->x, bottom);
  for (int i = 0; i < h->n_bins; i++)
    {
      const double top
          = set->bins[i] > 0 ? MIN (cjv_plot_y (&h->plot, set->bins[i]), bottom) : bottom;
      const double left = cjv_snap (style, in->x + i * width);
      const double right = cjv_snap (style, in->x + (i + 1) * width);

      if (gaps)
        cairo_rectangle (cr, left, top, MAX (right - left - (width > 4 ? 1 : 0), 0.5),
                         bottom - top);
      else
        {
          cairo_line_to (cr, left, top);
          cairo_line_to (cr, right, top);
        }
    }
  if (!gaps)
    cairo_line_to (cr, in->x + in->width, bottom);
}

static void
draw_legend (const CjvScene *scene, cairo_t *cr, const Histogram *h)
{
  const double em = scene->style->font_size;
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const char *first = cjv_frame_get_text (scene->frame, "weights-name");
  const char *second = cjv_frame_get_text (scene->frame, "gradients-name");
  const double x = h->plot.inner.x, end = x + h->plot.inner.width;
  const double top = h->plot.inner.y - cjv_text_height (scene, CJV_SIZE_NOTE) / 2 - h->heading;
  g_autofree char *gradients = NULL;
  CjvLegendItem items[2];
  double width = 0, needed = 0, body, note;

  if (h->heading <= 0)
    return;
  body = cjv_text_height (scene, CJV_SIZE_BODY);
  note = cjv_text_height (scene, CJV_SIZE_NOTE);
  gradients = g_strdup (second != NULL ? second : _ ("gradients"));
  if (h->sets[1].factor != 1)
    {
      g_autofree char *factor = cjv_number_print (h->sets[1].factor, 1);
      char *text = g_strdup_printf ("%s × %s", gradients,
                                    g_str_has_prefix (factor, "1×") ? factor + 3 : factor);

      g_free (gradients);
      gradients = text;
    }
  items[0] = (CjvLegendItem){ cjv_style_category (scene->style, 0),
                              first != NULL ? first : _ ("weights"), 1, FALSE };
  items[1]
      = (CjvLegendItem){ cjv_style_category (scene->style, 1), gradients, CJV_LEGEND_LINE, FALSE };
  for (gint64 i = 0; i < h->n_sets; i++)
    needed += cjv_text_width (scene, CJV_SIZE_NOTE, items[i].text) + em * 3.6;
  if (title != NULL && (end - x) * 0.4 + needed <= end - x) /* what the colours mean comes first */
    {
      cjv_text_measure (scene, (end - x) * 0.4, CJV_SIZE_BODY, CJV_TEXT_BOLD, title, &width, NULL);
      cjv_text_draw (scene, cr, x, top, (end - x) * 0.4, CJV_SIZE_BODY, CJV_TEXT_BOLD,
                     cjv_style_color (scene->style, CJV_INK), title);
      width += em * 1.2;
    }
  cjv_legend_draw (scene, cr, x + width, top + (body - note) / 2, end - x - width, items,
                   (guint) h->n_sets);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const CjvColor blue = cjv_style_category (scene->style, 0);
  const CjvColor orange = cjv_style_category (scene->style, 1);
  Histogram h;

  if (!histogram_init (&h, scene))
    return FALSE;
  histogram_place (&h, scene);
  cjv_plot_draw_grid (&h.plot, scene, cr, FALSE);
  cjv_draw_set_color (cr, cjv_color_alpha (blue, 0.75));
  bars_path (&h, &h.sets[0], scene->style, cr, TRUE);
  cairo_fill (cr);
  if (h.n_sets == 2)
    {
      bars_path (&h, &h.sets[1], scene->style, cr, FALSE);
      cjv_draw_set_color (cr, cjv_color_alpha (orange, 0.25));
      cairo_fill_preserve (cr);
      cjv_draw_set_color (cr, orange);
      cairo_set_line_width (cr, scene->style->line_width * 0.75);
      cairo_stroke (cr);
    }
  draw_legend (scene, cr, &h);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  const Set *set;
  Histogram h;
  double width, from;
  int i;

  if (!histogram_init (&h, scene))
    return FALSE;
  histogram_place (&h, scene);
  if (!cjv_rect_contains (&h.plot.inner, x, y))
    return FALSE;
  width = h.plot.inner.width / h.n_bins;
  i = CLAMP ((int) ((x - h.plot.inner.x) / width), 0, h.n_bins - 1);
  set = &h.sets[0];
  from = h.low + (h.high - h.low) * i / h.n_bins;
  *out = (CjvHit){ .index = i,
                   .series = 0,
                   .x = h.plot.inner.x + i * width,
                   .y = h.plot.inner.y,
                   .width = width,
                   .height = h.plot.inner.height };
  {
    g_autofree char *a = cjv_number_print (from, 3);
    g_autofree char *b = cjv_number_print (from + (h.high - h.low) / h.n_bins, 3);
    g_autofree char *n = cjv_count_print (llround (set->bins[i] * (double) set->n_finite));
    g_autofree char *percent = cjv_percent_print (set->bins[i], 2);

    out->text = g_strdup_printf (_ ("%s to %s: %s values, %s"), a, b, n, percent);
  }
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Histogram h;

  g_string_append (out, "set,from,to,values,share\r\n");
  if (!histogram_init (&h, scene))
    return;
  for (int k = 0; k < h.n_sets; k++)
    for (int i = 0; i < h.n_bins; i++)
      {
        const Set *set = &h.sets[k];
        const double step = (h.high - h.low) / h.n_bins;

        g_string_append (out, k == 0 ? "weights," : "gradients,");
        cjv_csv_number (out, (h.low + step * i) / set->factor);
        g_string_append_c (out, ',');
        cjv_csv_number (out, (h.low + step * (i + 1)) / set->factor);
        g_string_append_c (out, ',');
        cjv_csv_number (out, round (set->bins[i] * (double) set->n_finite));
        g_string_append_c (out, ',');
        cjv_csv_number (out, set->bins[i]);
        g_string_append (out, "\r\n");
      }
}

static char *
words (const CjvScene *scene)
{
  static const char *const names[] = { N_ ("weights"), N_ ("gradients") };
  static const char *const keys[] = { "weights-name", "gradients-name" };
  GString *out;
  Histogram h;

  if (!histogram_init (&h, scene))
    return NULL;
  out = g_string_new (NULL);
  for (int k = 0; k < h.n_sets; k++)
    {
      const Set *set = &h.sets[k];
      const char *own = cjv_frame_get_text (scene->frame, keys[k]);
      const double n = (double) set->n_finite, mean = set->sum / n;
      g_autofree char *size = cjv_count_print (set->n);
      g_autofree char *middle = cjv_number_print (mean, 3);
      g_autofree char *spread
          = cjv_number_print (sqrt (MAX (set->squares / n - mean * mean, 0)), 3);
      g_autofree char *low = cjv_number_print (set->low, 3);
      g_autofree char *high = cjv_number_print (set->high, 3);

      g_string_append_printf (out, _ ("%s%s %s from %s to %s, mean %s, standard deviation %s."),
                              k > 0 ? " " : "", size, own != NULL ? own : _ (names[k]), low, high,
                              middle, spread);
      if (set->n_zero > 0)
        {
          g_autofree char *percent = cjv_percent_print ((double) set->n_zero / n, 1);

          g_string_append_printf (out, _ (" %s are exactly zero."), percent);
        }
      if (set->n_finite < set->n)
        {
          g_autofree char *bad = cjv_count_print (set->n - set->n_finite);

          g_string_append_printf (out, _ (" %s are not finite."), bad);
        }
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_histogram = {
  .id = "histogram",
  .title = N_ ("Histogram"),
  .blurb = N_ ("How often weights and gradients of each size occur"),
  .empty = N_ ("Choose a layer on the canvas; its numbers appear as soon as the data is loaded."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 560,
  .preset_height = 320,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
