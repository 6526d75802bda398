/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the units of a layer are tuned, as histograms: preferred orientation, selectivity, spatial
 * frequency, phase, size, F1/F0. U units of S layers or moments, one after another. */
#include "cjv-panels.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_SERIES 4
#define MAX_BINS 36
#define SIMPLE 1.0 /* F1/F0 above it: Skottun et al. 1991 */

typedef struct
{
  int bins;
} Params;

static const CjParam params[] = {
  { .name = "bins",
    .title = N_ ("Bins"),
    .blurb = N_ ("Number of bars of each histogram"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, bins),
    .preset = 12,
    .min = 4,
    .max = MAX_BINS,
    .soft_min = 6,
    .soft_max = 18,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "preferred", CJV_WANT_ARRAY, TRUE, "[U]", N_ ("Preferred orientation in degrees") },
  { "selectivity", CJV_WANT_ARRAY, TRUE, "[U]", N_ ("1 − circular variance, 0 to 1") },
  { "frequency", CJV_WANT_ARRAY, TRUE, "[U]", N_ ("Best spatial frequency, cycles a pixel") },
  { "phase", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Preferred phase in degrees") },
  { "size", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Best size in pixels") },
  { "width", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Half width at half height in degrees") },
  { "modulation", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("F1/F0: above 1 simple, below complex") },
  { "index", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("(R preferred − R orthogonal) / their sum") },
  { "response", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("To the best stimulus") },
  { "series", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("To which of the layers or moments it belongs") },
  { "names", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of those, four at most") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

enum
{
  ORIENTATION,
  SELECTIVITY,
  FREQUENCY,
  PHASE,
  SIZE,
  MODULATION,
  N_PANELS
};

typedef struct
{
  const CjTensor *values[N_PANELS], *series; /* NULL: not measured */
  guint kinds[N_PANELS];                     /* what each panel shows */
  guint n_panels, n_series;
  int n_bins;
  double low[N_PANELS], high[N_PANELS];
  double bins[N_PANELS][MAX_SERIES][MAX_BINS]; /* shares of the units of the series that answer */
  guint answer[MAX_SERIES], all[MAX_SERIES];
  CjvRect panels[N_PANELS];
  CjvPlot plots[N_PANELS];
} Data;

static guint
get_series (const Data *d, gint64 unit)
{
  const double s = d->series != NULL ? cjv_tensor_at (d->series, unit) : 0;

  return s >= 0 && s < MAX_SERIES ? (guint) s : MAX_SERIES;
}

static gboolean
is_log (guint kind)
{
  return kind == FREQUENCY || kind == SIZE;
}

static void
count (Data *d, guint panel)
{
  const gint64 n = cjv_tensor_size (d->values[ORIENTATION]);
  double known[MAX_SERIES] = { 0 };

  for (gint64 i = 0; i < n; i++)
    {
      const guint s = get_series (d, i);
      double v = cjv_tensor_at (d->values[panel], i);
      double t;

      if (s == MAX_SERIES || !isfinite (v) || (is_log (panel) && v <= 0))
        continue;
      t = is_log (panel) ? log (v / d->low[panel]) / log (d->high[panel] / d->low[panel])
                         : (v - d->low[panel]) / (d->high[panel] - d->low[panel]);
      known[s]++;
      d->bins[panel][s][(int) CLAMP (floor (t * d->n_bins), 0, d->n_bins - 1)]++;
    }
  for (guint s = 0; s < MAX_SERIES; s++)
    for (int k = 0; k < d->n_bins && known[s] > 0; k++)
      d->bins[panel][s][k] /= known[s];
}

static gboolean
read_values (Data *d, const CjvScene *scene)
{
  static const char *const names[]
      = { "preferred", "selectivity", "frequency", "phase", "size", "modulation" };
  const Params *p = scene->params;
  gint64 n;

  *d = (Data){ .n_bins = p->bins,
               .n_series = 1,
               .series = cjv_frame_get_array (scene->frame, "series"),
               .low = { 0, 0, 0.02, 0, 1, 0 },
               .high = { 180, 1, 0.5, 360, 8, 2 } };
  for (guint i = 0; i < N_PANELS; i++)
    d->values[i] = cjv_frame_get_array (scene->frame, names[i]);
  n = cjv_tensor_size (d->values[ORIENTATION]);
  if (n == 0 || cjv_tensor_size (d->values[SELECTIVITY]) != n
      || cjv_tensor_size (d->values[FREQUENCY]) != n
      || (d->series != NULL && cjv_tensor_size (d->series) != n))
    return FALSE;
  for (guint i = 0; i < N_PANELS; i++)
    if (cjv_tensor_size (d->values[i]) == n)
      d->kinds[d->n_panels++] = i;
    else
      d->values[i] = NULL;
  for (gint64 i = 0; i < n; i++)
    if (isfinite (cjv_tensor_at (d->values[SIZE], i)))
      d->high[SIZE] = MAX (d->high[SIZE], cjv_tensor_at (d->values[SIZE], i));
  for (gint64 i = 0; i < n; i++)
    {
      const guint s = get_series (d, i);

      if (s == MAX_SERIES)
        continue;
      d->n_series = MAX (d->n_series, s + 1);
      d->all[s]++;
      d->answer[s] += isfinite (cjv_tensor_at (d->values[ORIENTATION], i));
    }
  for (guint i = 0; i < d->n_panels; i++)
    count (d, d->kinds[i]);
  return TRUE;
}

static gboolean
data_init (Data *d, const CjvScene *scene)
{
  const char *const labels[N_PANELS] = { _ ("Preferred orientation (°)"),
                                         _ ("Selectivity (1 − circular variance)"),
                                         _ ("Spatial frequency (cycles/px)"),
                                         _ ("Phase (°)"),
                                         _ ("Size (px)"),
                                         _ ("F1/F0: complex | simple") };

  if (!read_values (d, scene))
    return FALSE;
  cjv_panels_place (scene, d->n_panels, d->panels);
  for (guint i = 0; i < d->n_panels; i++)
    {
      const guint kind = d->kinds[i];
      CjvPlot *plot = &d->plots[i];

      cjv_axis_init (&plot->x);
      cjv_axis_init (&plot->y);
      plot->x.log = is_log (kind);
      plot->y.unit = CJV_UNIT_PERCENT;
      plot->x.label = labels[kind];
      cjv_axis_include (&plot->x, d->low[kind]);
      cjv_axis_include (&plot->x, d->high[kind]);
      cjv_axis_include (&plot->y, 0);
      for (guint s = 0; s < d->n_series; s++)
        for (int k = 0; k < d->n_bins; k++)
          cjv_axis_include (&plot->y, d->bins[kind][s][k]);
      cjv_plot_place (plot, scene, &d->panels[i], FALSE, TRUE);
    }
  return TRUE;
}

/* The upper edge of the bars of one series: with gaps, or one outline. */
static void
add_bars (const Data *d, const CjvScene *scene, cairo_t *cr, guint panel, guint series,
          gboolean outline)
{
  const CjvRect *in = &d->plots[panel].inner;
  const double bottom = in->y + in->height, width = in->width / d->n_bins;

  cairo_new_path (cr);
  if (outline)
    cairo_move_to (cr, in->x, bottom);
  for (int k = 0; k < d->n_bins; k++)
    {
      const double top
          = MIN (cjv_plot_y (&d->plots[panel], d->bins[d->kinds[panel]][series][k]), bottom);
      const double left = cjv_snap (scene->style, in->x + k * width);
      const double right = cjv_snap (scene->style, in->x + (k + 1) * width);

      if (outline)
        {
          cairo_line_to (cr, left, top);
          cairo_line_to (cr, right, top);
        }
      else if (top < bottom)
        cairo_rectangle (cr, left, top, MAX (right - left - 1, 0.5), bottom - top);
    }
  if (outline)
    cairo_line_to (cr, in->x + in->width, bottom);
}

static void
draw_panel (const Data *d, const CjvScene *scene, cairo_t *cr, guint panel)
{
  static const double dashes[MAX_SERIES][2] = { { 1, 0 }, { 1, 0 }, { 5, 3 }, { 2, 2 } };
  const CjvPlot *plot = &d->plots[panel];

  cjv_plot_draw_grid (plot, scene, cr, FALSE);
  add_bars (d, scene, cr, panel, 0, FALSE);
  cjv_draw_set_color (cr, cjv_color_alpha (cjv_style_category (scene->style, 0), 0.75));
  cairo_fill (cr);
  for (guint s = 1; s < d->n_series; s++)
    {
      add_bars (d, scene, cr, panel, s, TRUE);
      cjv_draw_set_color (cr, cjv_style_category (scene->style, s));
      cairo_set_line_width (cr, scene->style->line_width * 0.8);
      cairo_set_dash (cr, dashes[s], s > 1 ? 2 : 0, 0);
      cairo_stroke (cr);
    }
  cairo_set_dash (cr, (const double[]){ 4, 3 }, 2, 0);
  if (d->kinds[panel] == MODULATION)
    {
      cairo_move_to (cr, cjv_plot_x (plot, SIMPLE), plot->inner.y);
      cairo_line_to (cr, cjv_plot_x (plot, SIMPLE), plot->inner.y + plot->inner.height);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
      cairo_set_line_width (cr, 1);
      cairo_stroke (cr);
    }
  cairo_set_dash (cr, NULL, 0, 0);
}

/* Mean selectivity of a series, and its share of simple units; NAN: none. */
static void
measure (const Data *d, guint series, double *selectivity, double *simple)
{
  double sum = 0, n = 0, above = 0, judged = 0;

  for (gint64 i = 0; i < cjv_tensor_size (d->values[ORIENTATION]); i++)
    {
      const double s = cjv_tensor_at (d->values[SELECTIVITY], i);
      const double m = cjv_tensor_at (d->values[MODULATION], i);

      if (get_series (d, i) != series || !isfinite (s))
        continue;
      sum += s;
      n++;
      judged += isfinite (m);
      above += isfinite (m) && m > SIMPLE;
    }
  *selectivity = n > 0 ? sum / n : NAN;
  *simple = judged > 0 ? above / judged : NAN;
}

/* "62 of 64 units answer · mean selectivity 0.52 · 95 % simple"; you free. */
static char *
print_note (const Data *d, guint series)
{
  double selectivity, simple;
  g_autofree char *mean = NULL, *share = NULL;

  measure (d, series, &selectivity, &simple);
  mean = cjv_number_print (selectivity, 2);
  share = cjv_percent_print (simple, 0);
  if (!isfinite (simple))
    return g_strdup_printf (_ ("%u of %u units answer · mean selectivity %s"), d->answer[series],
                            d->all[series], mean);
  return g_strdup_printf (_ ("%u of %u units answer · mean selectivity %s · %s simple"),
                          d->answer[series], d->all[series], mean, share);
}

static void
draw_names (const Data *d, const CjvScene *scene, cairo_t *cr)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  CjvLegendItem items[MAX_SERIES];
  double width = 0;

  for (guint s = 0; s < d->n_series; s++)
    {
      const char *name = cjv_frame_get_string (scene->frame, "names", s);

      items[s] = (CjvLegendItem){ cjv_style_category (scene->style, s), name != NULL ? name : "?",
                                  s == 0 ? 1 : CJV_LEGEND_LINE, s > 1 };
      width += cjv_text_width (scene, CJV_SIZE_NOTE, items[s].text) + em * 3.6;
    }
  width = MIN (width, scene->width - 2 * em);
  cjv_legend_draw (scene, cr, scene->width - em - width, MAX (em * 0.8, line * 0.2), width, items,
                   d->n_series);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  for (guint i = 0; i < d.n_panels; i++)
    draw_panel (&d, scene, cr, i);
  note = print_note (&d, 0);
  if (d.n_series == 1)
    cjv_panels_draw_heading (scene, cr, title != NULL ? title : _ ("Selectivity"), note);
  else
    {
      cjv_panels_draw_heading (scene, cr, title != NULL ? title : _ ("Selectivity"), NULL);
      if (cjv_heading_height (scene) > 0)
        draw_names (&d, scene, cr);
    }
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  for (guint i = 0; i < d.n_panels; i++)
    {
      const CjvRect *in = &d.plots[i].inner;
      const int k = (int) floor ((x - in->x) / in->width * d.n_bins);
      const double width = in->width / d.n_bins;
      g_autofree char *from = NULL, *to = NULL;
      g_autoptr (GString) text = NULL;

      if (!cjv_rect_contains (in, x, y) || k < 0 || k >= d.n_bins)
        continue;
      from = cjv_number_print (cjv_axis_unmap (&d.plots[i].x, (double) k / d.n_bins), 2);
      to = cjv_number_print (cjv_axis_unmap (&d.plots[i].x, (k + 1.0) / d.n_bins), 2);
      text = g_string_new (NULL);
      for (guint s = 0; s < d.n_series; s++)
        {
          g_autofree char *share = cjv_percent_print (d.bins[d.kinds[i]][s][k], 0);
          const char *name = cjv_frame_get_string (scene->frame, "names", s);

          g_string_append (text, s > 0 ? "; " : "");
          if (name != NULL)
            g_string_append_printf (text, "%s: ", name);
          /* Translators: a share of the units, then the two ends of a bar of a histogram */
          g_string_append_printf (text, _ ("%s of the units from %s to %s"), share, from, to);
        }
      *out = (CjvHit){ k, i, in->x + k * width, in->y, width, in->height, NULL };
      out->text = g_string_free (g_steal_pointer (&text), FALSE);
      return TRUE;
    }
  return FALSE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  static const char *const columns[]
      = { "preferred", "selectivity", "index",      "width",   "frequency",
          "phase",     "size",        "modulation", "response" };
  const gint64 n = cjv_tensor_size (cjv_frame_get_array (scene->frame, "preferred"));
  const CjTensor *series = cjv_frame_get_array (scene->frame, "series");

  g_string_append (out, "series,unit,preferred,selectivity,index,width,frequency,phase,size,"
                        "modulation,response\r\n");
  for (gint64 i = 0, unit = 0; i < n; i++, unit++)
    {
      const double s = series != NULL ? cjv_tensor_at (series, i) : 0;
      const char *name = s >= 0 ? cjv_frame_get_string (scene->frame, "names", (gint64) s) : NULL;

      if (i > 0 && series != NULL && cjv_tensor_at (series, i - 1) != s)
        unit = 0;
      cjv_csv_text (out, name != NULL ? name : "");
      g_string_append_printf (out, ",%d", (int) unit);
      for (guint k = 0; k < G_N_ELEMENTS (columns); k++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, cjv_tensor_at (cjv_frame_get_array (scene->frame, columns[k]), i));
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autoptr (GString) text = g_string_new (NULL);
  Data d;

  if (!read_values (&d, scene))
    return NULL;
  for (guint s = 0; s < d.n_series; s++)
    {
      const char *name = cjv_frame_get_string (scene->frame, "names", s);
      g_autofree char *note = print_note (&d, s);

      /* Translators: name of a layer, then how many of its units answer and how they are tuned */
      g_string_append_printf (text, _ ("%s: %s."),
                              name != NULL    ? name
                              : title != NULL ? title
                                              : _ ("Layer"),
                              note);
      g_string_append (text, s + 1 < d.n_series ? " " : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

const CjvFigureInfo cjv_figure_selectivity = {
  .id = "selectivity",
  .title = N_ ("Selectivity"),
  .blurb = N_ ("How the units of a layer are tuned: orientation, selectivity, frequency, phase, "
               "size, F1/F0"),
  .empty = N_ ("Choose a layer and press Show gratings: how its units are tuned appears here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 960,
  .preset_height = 440,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
