/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plugin with one figure: the singular values of a layer's weights, beside what a matrix of
 * independent numbers of the same size and variance would have. What stands out above its edge has been
 * learned. V. Marchenko, L. Pastur, "Distribution of eigenvalues for some sets of random matrices"
 * (1967); C. Martin, M. Mahoney, "Implicit self-regularization in deep neural networks", JMLR 22
 * (2021). */
#include "cj-plugin.h"
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_SIDE 512 /* the smaller side; it takes about side³ multiply-adds */

typedef struct
{
  gboolean log;
} Params;

static const CjParam params[] = {
  { .name = "log",
    .title = N_ ("Logarithmic"),
    .blurb = N_ ("Shows small values beside large ones"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, log),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "weights", CJV_WANT_ARRAY, TRUE, "[U, …]",
    N_ ("Weights; the first axis is that of the units") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  guint n;          /* singular values: the smaller side */
  double *values;   /* from the largest on, owned */
  double low, high; /* edges of a random matrix */
  guint n_above;    /* values above the upper edge */
  double rank;      /* effective: (sum of squares)² / sum of fourth powers */
  gboolean too_large;
} Spectrum;

static void
spectrum_clear (Spectrum *s)
{
  g_free (s->values);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Spectrum, spectrum_clear)

/* w wᵀ of the side that is smaller, n × n; FALSE if a number is not finite. */
static gboolean
fill_gram (const CjTensor *w, gint64 rows, gint64 columns, double *gram)
{
  const gint64 n = MIN (rows, columns), depth = MAX (rows, columns);
  g_autofree double *a = g_new (double, n *depth);

  for (gint64 i = 0; i < rows * columns; i++)
    {
      const gint64 at = rows <= columns ? i : i % columns * depth + i / columns;

      a[at] = cjv_tensor_at (w, i);
      if (!isfinite (a[at]))
        return FALSE;
    }
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j <= i; j++)
      {
        double sum = 0;

        for (gint64 k = 0; k < depth; k++)
          sum += a[i * depth + k] * a[j * depth + k];
        gram[i * n + j] = gram[j * n + i] = sum;
      }
  return TRUE;
}

/* Householder's reduction of a symmetric matrix to three diagonals: d, and e beside it. G. Golub,
 * C. Van Loan, "Matrix Computations" (2013), 8.3.1. Destroys `a`. */
static void
make_tridiagonal (double *a, guint n, double *d, double *e)
{
  g_autofree double *v = g_new0 (double, n), *w = g_new0 (double, n);

  for (guint k = 0; k + 1 < n; k++)
    {
      double length = 0, norm = 0, dot = 0;

      for (guint i = k + 1; i < n; i++)
        length += a[k * n + i] * a[k * n + i];
      length = sqrt (length);
      e[k] = a[k * n + k + 1] > 0 ? -length : length;
      for (guint i = k + 1; i < n; i++)
        {
          v[i] = a[k * n + i] - (i == k + 1 ? e[k] : 0);
          norm += v[i] * v[i];
        }
      if (norm <= 0)
        continue;
      for (guint i = k + 1; i < n; i++)
        {
          w[i] = 0;
          for (guint j = k + 1; j < n; j++)
            w[i] += a[i * n + j] * v[j];
          w[i] *= 2 / norm;
          dot += w[i] * v[i];
        }
      for (guint i = k + 1; i < n; i++)
        w[i] -= dot / norm * v[i];
      for (guint i = k + 1; i < n; i++)
        for (guint j = k + 1; j < n; j++)
          a[i * n + j] -= v[i] * w[j] + w[i] * v[j];
    }
  for (guint i = 0; i < n; i++)
    d[i] = a[i * n + i];
}

/* Eigenvalues below x, by the signs of Sturm's sequence. */
static guint
count_below (const double *d, const double *e, guint n, double x)
{
  double q = d[0] - x;
  guint below = q < 0;

  for (guint i = 1; i < n; i++)
    {
      q = d[i] - x - e[i - 1] * e[i - 1] / (q != 0 ? q : 1e-300);
      below += q < 0;
    }
  return below;
}

/* The eigenvalue that has `index` others below it, by bisection. */
static double
find_eigenvalue (const double *d, const double *e, guint n, guint index, double highest)
{
  double low = 0, high = highest;

  for (guint step = 0; step < 60; step++)
    {
      const double middle = (low + high) / 2;

      if (count_below (d, e, n, middle) > index)
        high = middle;
      else
        low = middle;
    }
  return (low + high) / 2;
}

static gboolean
spectrum_init (Spectrum *s, const CjvScene *scene)
{
  const CjTensor *w = cjv_frame_get_array (scene->frame, "weights");
  const gint64 size = cjv_tensor_size (w), rows = w->shape.n_dims > 1 ? w->shape.dims[0] : 0;
  const gint64 columns = rows > 0 ? size / rows : 0;
  g_autofree double *gram = NULL, *d = NULL, *e = NULL;
  double trace = 0, fourth = 0, deviation;

  *s = (Spectrum){ .n = (guint) MIN (rows, columns) };
  s->too_large = MIN (rows, columns) > MAX_SIDE;
  if (s->n == 0 || s->too_large)
    return s->too_large;
  gram = g_new (double, s->n * s->n);
  d = g_new0 (double, s->n);
  e = g_new0 (double, s->n);
  if (!fill_gram (w, rows, columns, gram))
    return FALSE;
  for (guint i = 0; i < s->n; i++)
    trace += gram[i * s->n + i];
  make_tridiagonal (gram, s->n, d, e);
  deviation = sqrt (trace / (double) size);
  s->low = deviation * fabs (sqrt ((double) rows) - sqrt ((double) columns));
  s->high = deviation * (sqrt ((double) rows) + sqrt ((double) columns));
  s->values = g_new (double, s->n);
  for (guint i = 0; i < s->n; i++)
    {
      const double square = find_eigenvalue (d, e, s->n, s->n - 1 - i, trace * (1 + 1e-9));

      s->values[i] = sqrt (square);
      s->n_above += s->values[i] > s->high;
      fourth += square * square;
    }
  s->rank = fourth > 0 ? trace * trace / fourth : 0;
  return TRUE;
}

static const char *
get_refusal (void)
{
  return _ ("These weights have more than 512 units and inputs. Choose a smaller layer.");
}

static void
place (const Spectrum *s, const CjvScene *scene, CjvPlot *plot)
{
  const Params *p = scene->params;
  const double pad = MIN (scene->style->font_size * 0.8, scene->width / 10);
  CjvRect room = { pad, pad, scene->width - 2 * pad, scene->height - 2 * pad };

  room.y += cjv_heading_height (scene);
  room.height -= cjv_heading_height (scene);
  cjv_axis_init (&plot->x);
  cjv_axis_init (&plot->y);
  plot->x.unit = CJV_UNIT_COUNT;
  plot->x.label = _ ("Rank");
  plot->y.label = _ ("Singular value");
  cjv_axis_include (&plot->x, 1);
  cjv_axis_include (&plot->x, s->n);
  plot->y.log = p->log;
  for (guint i = 0; i < s->n; i++)
    if (!p->log || s->values[i] > 1e-6 * s->values[0])
      cjv_axis_include (&plot->y, s->values[i]);
  cjv_axis_include (&plot->y, s->high);
  if (!p->log)
    cjv_axis_include (&plot->y, 0);
  cjv_plot_place (plot, scene, &room, FALSE, TRUE);
}

/* The heights that a random matrix would keep to. */
static void
draw_band (const Spectrum *s, const CjvScene *scene, const CjvPlot *plot, cairo_t *cr)
{
  const CjvRect *in = &plot->inner;
  const CjvColor color = cjv_style_category (scene->style, 1);
  const double dash[] = { scene->style->line_width * 3, scene->style->line_width * 2 };
  const double bottom = in->y + in->height;
  const double high = cjv_snap (scene->style, cjv_plot_y (plot, s->high));
  const double low
      = s->low > plot->y.low ? cjv_snap (scene->style, cjv_plot_y (plot, s->low)) : bottom;

  cjv_draw_set_color (cr, cjv_color_alpha (color, 0.14));
  cairo_rectangle (cr, in->x, high, in->width, MAX (low - high, 1));
  cairo_fill (cr);
  cjv_draw_set_color (cr, color);
  cairo_set_line_width (cr, scene->style->line_width * 0.75);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_move_to (cr, in->x, high);
  cairo_line_to (cr, in->x + in->width, high);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_heading (const Spectrum *s, const CjvScene *scene, const CjvPlot *plot, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double end = plot->inner.x + plot->inner.width;
  const double top
      = plot->inner.y - cjv_text_height (scene, CJV_SIZE_NOTE) / 2 - cjv_heading_height (scene);
  const CjvLegendItem legend[]
      = { { cjv_style_category (scene->style, 0), _ ("singular values"), 0, FALSE },
          { cjv_style_category (scene->style, 1), _ ("random numbers end here"), CJV_LEGEND_LINE,
            TRUE } };
  g_autofree char *rank = cjv_number_print (s->rank, 3);
  g_autofree char *note = g_strdup_printf (_ ("effective rank %s of %u"), rank, s->n);
  double x = plot->inner.x, width = 0;

  if (cjv_heading_height (scene) <= 0)
    return;
  cjv_text_measure (scene, (end - x) * 0.6, CJV_SIZE_BODY, CJV_TEXT_BOLD,
                    title != NULL ? title : _ ("Weight spectrum"), &width, NULL);
  cjv_draw_heading (scene, cr, x, top, (end - x) * 0.6,
                    title != NULL ? title : _ ("Weight spectrum"), note);
  width += scene->style->font_size * 1.5 + cjv_text_width (scene, CJV_SIZE_NOTE, note);
  x += MIN (width, (end - x) * 0.6) + scene->style->font_size;
  cjv_legend_draw (scene, cr, x, top, end - x, legend, G_N_ELEMENTS (legend));
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  g_auto (Spectrum) s = { 0 };
  CjvPlot plot = { 0 };

  if (!spectrum_init (&s, scene))
    return FALSE;
  if (s.too_large)
    {
      cjv_draw_empty (scene, cr, _ ("Weight spectrum"), get_refusal ());
      return TRUE;
    }
  place (&s, scene, &plot);
  cjv_plot_draw_grid (&plot, scene, cr, FALSE);
  draw_band (&s, scene, &plot, cr);
  cjv_draw_set_color (cr, cjv_style_category (scene->style, 0));
  for (guint i = 0; i < s.n; i++)
    if (cjv_axis_map (&plot.y, s.values[i]) >= 0)
      {
        cjv_draw_marker (cr, 0, cjv_plot_x (&plot, i + 1), cjv_plot_y (&plot, s.values[i]),
                         CLAMP (plot.inner.width / s.n / 2, scene->style->line_width * 0.8,
                                scene->style->line_width * 2));
        cairo_fill (cr);
      }
  draw_heading (&s, scene, &plot, cr);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  g_auto (Spectrum) s = { 0 };
  CjvPlot plot = { 0 };
  g_autofree char *value = NULL;
  double px, py, radius = scene->style->font_size / 2;
  guint i;

  if (!spectrum_init (&s, scene) || s.too_large)
    return FALSE;
  place (&s, scene, &plot);
  if (!cjv_rect_contains (&plot.inner, x, y))
    return FALSE;
  i = (guint) CLAMP (
      round (plot.x.low + (plot.x.high - plot.x.low) * (x - plot.inner.x) / plot.inner.width) - 1,
      0, (double) s.n - 1);
  px = cjv_plot_x (&plot, i + 1);
  py = cjv_plot_y (&plot, s.values[i]);
  *out = (CjvHit){ .index = i,
                   .series = -1,
                   .x = px - radius,
                   .y = py - radius,
                   .width = 2 * radius,
                   .height = 2 * radius };
  value = cjv_number_print (s.values[i], 4);
  out->text = g_strdup_printf (_ ("Singular value %u of %u: %s"), i + 1, s.n, value);
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  g_auto (Spectrum) s = { 0 };

  g_string_append (out, "rank,value,random-low,random-high\r\n");
  if (!spectrum_init (&s, scene) || s.too_large)
    return;
  for (guint i = 0; i < s.n; i++)
    {
      const double row[] = { i + 1, s.values[i], s.low, s.high };

      for (guint k = 0; k < G_N_ELEMENTS (row); k++)
        {
          if (k > 0)
            g_string_append_c (out, ',');
          cjv_csv_number (out, row[k]);
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  g_auto (Spectrum) s = { 0 };
  g_autofree char *largest = NULL, *least = NULL, *rank = NULL;

  if (!spectrum_init (&s, scene))
    return NULL;
  if (s.too_large)
    return g_strdup (get_refusal ());
  largest = cjv_number_print (s.values[0], 3);
  least = cjv_number_print (s.values[s.n - 1], 3);
  rank = cjv_number_print (s.rank, 3);
  return g_strdup_printf (_ ("%u singular values from %s down to %s, effective rank %s. %u are "
                             "larger than a matrix of independent numbers would have."),
                          s.n, largest, least, rank, s.n_above);
}

static const CjvFigureInfo weight_spectrum = {
  .abi = CJV_FIGURE_ABI,
  .size = sizeof (CjvFigureInfo),
  .id = "cajal:weight-spectrum",
  .title = N_ ("Weight spectrum"),
  .blurb = N_ ("The singular values of a layer's weights, and where those of random numbers end"),
  .empty = N_ ("Choose a layer with weights."),
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

static const CjPluginItem items[]
    = { { CJ_PLUGIN_FIGURE, &weight_spectrum }, { CJ_PLUGIN_END, NULL } };

static const CjPlugin plugin = {
  .abi = CJ_PLUGIN_ABI,
  .size = sizeof (CjPlugin),
  .name = "weight-spectrum",
  .title = "Weight spectrum",
  .version = "1.0",
  .licence = "GPL-3.0-or-later",
  .items = items,
};

const CjPlugin *
cj_plugin_entry (void)
{
  return &plugin;
}
