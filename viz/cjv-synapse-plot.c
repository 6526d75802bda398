/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-synapse-plot.h"

#include "cjv-axes.h"
#include "cjv-thumbnail.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define NAMED_PITCH 0.95 /* em: below that names would overlap */
#define MAX_RADIUS 0.95  /* em */
#define NAME_ROOM 7.5    /* em */
#define BAR_ROOM 7       /* em */
#define MAX_KERNEL 4.0   /* em */

const CjvWant cjv_synapse_wants[] = {
  { "weights", CJV_WANT_ARRAY, TRUE, "[U, F]",
    N_ ("Strengths of the synapses, from F to U units") },
  { "kept", CJV_WANT_ARRAY, FALSE, "[U, F]", N_ ("0 where a synapse was pruned") },
  { "kernels", CJV_WANT_ARRAY, FALSE, "[U, F, H, W]",
    N_ ("The weights of a convolution, of which a strength is the size") },
  { "from-values", CJV_WANT_ARRAY, FALSE, "[F]", N_ ("How active the sending units are") },
  { "to-values", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("How active the receiving units are") },
  { "answers", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Shares of the classes, if these are the units") },
  { "from-names", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the sending units") },
  { "to-names", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the receiving units") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { "from-title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer that sends") },
  { NULL },
};

void
cjv_synapse_view_init (CjvSynapseView *view)
{
  *view = (CjvSynapseView){
    .pitch = CJV_SYNAPSE_PITCH, .only_from = -1, .only_to = -1, .limit = 2000
  };
}

/* --- places --- */

static gboolean
fits (const CjTensor *tensor, gint64 n)
{
  return tensor != NULL && tensor->dtype == CJ_FLOAT32 && cjv_tensor_size (tensor) == n;
}

/* Arrays of the frame; what does not go with the weights is left out. */
gboolean
cjv_synapse_plot_read (CjvSynapsePlot *plot, const CjvFrame *frame)
{
  const CjTensor *weights = cjv_frame_get_array (frame, "weights");
  const CjTensor *kept = cjv_frame_get_array (frame, "kept");
  const CjTensor *kernels = cjv_frame_get_array (frame, "kernels");
  gint64 f, u;

  if (weights == NULL || weights->dtype != CJ_FLOAT32 || weights->shape.n_dims != 2
      || cjv_tensor_size (weights) == 0)
    return FALSE;
  u = weights->shape.dims[0];
  f = weights->shape.dims[1];
  *plot = (CjvSynapsePlot){ .frame = frame, .all = { f, u, weights->data, NULL } };
  if (kept != NULL && kept->dtype == CJ_UINT8 && cj_shape_equal (&kept->shape, &weights->shape))
    plot->all.kept = kept->data;
  if (kernels != NULL && kernels->dtype == CJ_FLOAT32 && kernels->shape.n_dims == 4
      && kernels->shape.dims[0] == u && kernels->shape.dims[1] == f)
    plot->kernels = kernels;
  if (fits (cjv_frame_get_array (frame, "from-values"), f))
    plot->from_values = cjv_frame_get_array (frame, "from-values");
  if (fits (cjv_frame_get_array (frame, "to-values"), u))
    plot->to_values = cjv_frame_get_array (frame, "to-values");
  if (fits (cjv_frame_get_array (frame, "answers"), u))
    plot->answers = cjv_frame_get_array (frame, "answers");
  return TRUE;
}

/* A population that fits fills the height, or stands in its middle; of a larger one the part from unit `at`
 * on is seen. */
static CjvColumn
place_column (const CjvScene *scene, const CjvRect *area, double x, gint64 n, double wanted,
              double *at)
{
  const double em = scene->style->font_size;
  const double all = MIN (area->height / (double) n, em * CJV_SYNAPSE_MAX_PITCH);
  const double pitch = MAX (all, em * wanted);
  const double whole = pitch * (double) n, seen = area->height / pitch;
  CjvColumn column
      = { .x = x, .pitch = pitch, .radius = MIN (MAX (pitch * 0.38, 0.5), em * MAX_RADIUS) };

  *at = CLAMP (*at, 0, MAX ((double) n - seen, 0));
  if (!isfinite (*at))
    *at = 0;
  column.top = whole <= area->height ? area->y + (area->height - whole) / 2 : area->y - *at * pitch;
  return column;
}

static void
find_seen (const CjvColumn *column, const CjvRect *area, gint64 n, gint64 *begin, gint64 *end)
{
  CjvColumn moved = *column;

  moved.top -= area->y;
  cjv_column_find (&moved, n, area->height, begin, end);
}

static CjvRect
find_area (const CjvScene *scene)
{
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 20);
  const double head = cjv_heading_height (scene);
  const double foot
      = scene->style->bare || scene->height < em * 14 ? 0 : cjv_text_height (scene, 1) * 1.5;

  return (CjvRect){ pad, pad + head, MAX (scene->width - 2 * pad, 1),
                    MAX (scene->height - 2 * pad - head - foot, 1) };
}

gboolean
cjv_synapse_plot_init (CjvSynapsePlot *plot, const CjvScene *scene, CjvSynapseView *view)
{
  const double em = scene->style->font_size;
  double names, bars;

  if (scene->frame == NULL || !cjv_synapse_plot_read (plot, scene->frame))
    return FALSE;
  plot->area = find_area (scene);
  names = MIN (em * NAME_ROOM, plot->area.width * 0.2);
  bars = plot->answers != NULL ? MIN (em * BAR_ROOM, plot->area.width * 0.2) : 0;
  view->pitch = CLAMP (view->pitch, 0, CJV_SYNAPSE_MAX_PITCH);
  view->only_from = view->only_from < plot->all.n_from ? view->only_from : -1;
  view->only_to = view->only_to < plot->all.n_to ? view->only_to : -1;
  plot->from = place_column (scene, &plot->area, plot->area.x + names, plot->all.n_from,
                             view->pitch, &view->from_at);
  plot->to = place_column (scene, &plot->area, plot->area.x + plot->area.width - names - bars - em,
                           plot->all.n_to, view->pitch, &view->to_at);
  find_seen (&plot->from, &plot->area, plot->all.n_from, &plot->from_begin, &plot->from_end);
  find_seen (&plot->to, &plot->area, plot->all.n_to, &plot->to_begin, &plot->to_end);
  return TRUE;
}

void
cjv_synapse_plot_pick (const CjvSynapsePlot *plot, const CjvSynapseView *view, CjvSynapsePick *pick)
{
  cjv_synapses_pick (&plot->all, plot->from_begin, plot->from_end, plot->to_begin, plot->to_end,
                     view->only_from, view->only_to, view->limit, pick);
}

/* --- words --- */

char *
cjv_synapse_plot_dup_name (const CjvSynapsePlot *plot, gboolean to, gint64 unit)
{
  const char *name = cjv_frame_get_string (plot->frame, to ? "to-names" : "from-names", unit);

  return name != NULL ? g_strdup (name) : g_strdup_printf (_ ("unit %d"), (int) unit);
}

/* Weights that were not pruned, and the sums of those that excite and inhibit. */
static gint64
sum_weights (const CjvSynapsePlot *plot, gboolean to, gint64 unit, double *excites,
             double *inhibits)
{
  const gint64 f = plot->all.n_from, n = to ? f : plot->all.n_to;
  gint64 kept = 0;

  *excites = *inhibits = 0;
  for (gint64 i = 0; i < n; i++)
    {
      const gint64 at = to ? unit * f + i : i * f + unit;
      const double w = plot->all.weights[at];

      kept += plot->all.kept == NULL || plot->all.kept[at] != 0;
      *(w > 0 ? excites : inhibits) += isfinite (w) ? w : 0;
    }
  return kept;
}

char *
cjv_synapse_plot_print_unit (const CjvSynapsePlot *plot, gboolean to, gint64 unit)
{
  const CjTensor *values = to ? plot->to_values : plot->from_values;
  g_autofree char *name = cjv_synapse_plot_dup_name (plot, to, unit);
  g_autofree char *count = NULL, *plus = NULL, *minus = NULL, *value = NULL;
  double excites, inhibits;
  GString *text = g_string_new (name);

  count = cjv_count_print (sum_weights (plot, to, unit, &excites, &inhibits));
  plus = cjv_number_print (excites, 3);
  minus = cjv_number_print (inhibits, 3);
  if (values != NULL)
    {
      value = cjv_number_print (cjv_tensor_at (values, unit), 3);
      g_string_append_printf (text, _ (": activation %s"), value);
    }
  g_string_append_c (text, '\n');
  /* Translators: a count of synapses, then the sums of their positive and of their negative weights */
  g_string_append_printf (text,
                          to ? _ ("%s synapses in, excitation %s, inhibition %s")
                             : _ ("%s synapses out, excitation %s, inhibition %s"),
                          count, plus, minus);
  return g_string_free (text, FALSE);
}

char *
cjv_synapse_plot_print_synapse (const CjvSynapsePlot *plot, const CjvSynapse *synapse)
{
  g_autofree char *from = cjv_synapse_plot_dup_name (plot, FALSE, synapse->from);
  g_autofree char *to = cjv_synapse_plot_dup_name (plot, TRUE, synapse->to);
  g_autofree char *weight = cjv_number_print (synapse->weight, 4);

  if (synapse->pruned)
    return g_strdup_printf (_ ("%s → %s: pruned"), from, to);
  return g_strdup_printf (synapse->weight > 0 ? _ ("%s → %s: %s, excitatory")
                                              : _ ("%s → %s: %s, inhibitory"),
                          from, to, weight);
}

char *
cjv_synapse_plot_print_counts (const CjvSynapsePlot *plot, const CjvSynapsePick *pick)
{
  const gboolean part = pick->n < plot->all.n_from * plot->all.n_to;
  guint whole = 0;
  g_autofree char *shown = NULL, *all = NULL, *pruned = NULL;

  for (guint i = 0; i < pick->shown->len; i++)
    whole += !g_array_index (pick->shown, CjvSynapse, i).pruned;
  shown = cjv_count_print (whole);
  all = cjv_count_print (pick->n);
  pruned = cjv_count_print (pick->n_pruned);
  if (whole + pick->n_pruned >= pick->n && pick->n_pruned > 0)
    return g_strdup_printf (
        part ? _ ("%s synapses in view, %s pruned") : _ ("%s synapses, %s pruned"), all, pruned);
  if (whole >= pick->n)
    return g_strdup_printf (part ? _ ("%s synapses in view") : _ ("%s synapses"), all);
  return pick->n_pruned > 0
             ? g_strdup_printf (_ ("the %s strongest of %s synapses in view, %s pruned"), shown,
                                all, pruned)
             : g_strdup_printf (_ ("the %s strongest of %s synapses in view"), shown, all);
}

/* --- drawing --- */

typedef struct
{
  CjvMap map;
  float low, high;
} Colors;

static Colors
find_colors (const CjTensor *values)
{
  Colors colors = { CJV_MAP_SEQUENTIAL, 0, 1 };
  const gint64 n = cjv_tensor_size (values);

  for (gint64 i = 0; i < n; i++)
    if (cj_tensor_f32 (values)[i] < 0)
      colors.map = CJV_MAP_SIGNED;
  if (n > 0)
    cjv_range_find (cj_tensor_f32 (values), n, colors.map, &colors.low, &colors.high);
  return colors;
}

static void
draw_units (const CjvSynapsePlot *plot, const CjvScene *scene, cairo_t *cr, gboolean to,
            gint64 chosen)
{
  const CjvColumn *column = to ? &plot->to : &plot->from;
  const CjTensor *values = to ? plot->to_values : plot->from_values;
  const CjvColor edge = cjv_style_color (scene->style, CJV_INK_DIM);
  const Colors colors = find_colors (values);

  for (gint64 i = to ? plot->to_begin : plot->from_begin; i < (to ? plot->to_end : plot->from_end);
       i++)
    {
      const double y = cjv_column_get_y (column, i);

      cairo_new_path (cr);
      cairo_arc (cr, column->x, y, column->radius, 0, 2 * G_PI);
      cjv_draw_set_color (cr, values == NULL
                                  ? cjv_style_color (scene->style, CJV_SURFACE)
                                  : cjv_map_color (cjv_style_map (scene->style, colors.map),
                                                   scene->style,
                                                   (cjv_tensor_at (values, i) - colors.low)
                                                       / ((double) colors.high - colors.low)));
      cairo_fill_preserve (cr);
      if (column->radius >= 3)
        {
          cjv_draw_set_color (cr, edge);
          cairo_set_line_width (cr, 0.75);
          cairo_stroke (cr);
        }
      if (i != chosen)
        continue;
      cairo_new_path (cr);
      cairo_arc (cr, column->x, y, column->radius + 2.5, 0, 2 * G_PI);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
      cairo_set_line_width (cr, scene->style->line_width);
      cairo_stroke (cr);
    }
}

/* Every so many, where they would overlap. */
static void
draw_names (const CjvSynapsePlot *plot, const CjvScene *scene, cairo_t *cr, gboolean to)
{
  const double em = scene->style->font_size;
  const CjvColumn *column = to ? &plot->to : &plot->from;
  const gint64 step = (gint64) ceil (NAMED_PITCH * em / column->pitch);
  const double gap = column->radius + em * 0.45;
  const double room = (to ? plot->area.x + plot->area.width - column->x : column->x - plot->area.x)
                      - gap - (to && plot->answers != NULL ? em * BAR_ROOM : 0);
  const gint64 begin = to ? plot->to_begin : plot->from_begin;

  for (gint64 i = (begin + step - 1) / step * step; i < (to ? plot->to_end : plot->from_end);
       i += step)
    {
      g_autofree char *name = cjv_synapse_plot_dup_name (plot, to, i);

      cjv_text_draw (scene, cr, to ? column->x + gap : column->x - gap,
                     cjv_column_get_y (column, i), MAX (room, em), CJV_SIZE_NOTE,
                     CJV_TEXT_MIDDLE | (to ? 0 : CJV_TEXT_RIGHT),
                     cjv_style_color (scene->style, CJV_INK_DIM), name);
    }
}

static void
draw_answers (const CjvSynapsePlot *plot, const CjvScene *scene, cairo_t *cr)
{
  const double em = scene->style->font_size, room = MIN (em * BAR_ROOM, plot->area.width * 0.2);
  const double right = plot->area.x + plot->area.width, left = right - room + em * 0.5;
  const double tall = MIN (em * 0.7, plot->to.pitch * 0.7);

  if (plot->answers == NULL)
    return;
  for (gint64 i = plot->to_begin; i < plot->to_end; i++)
    {
      const double share = CLAMP (cjv_tensor_at (plot->answers, i), 0, 1);
      const double y = cjv_column_get_y (&plot->to, i);

      cairo_rectangle (cr, left, y - tall / 2, right - left, tall);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
      cairo_fill (cr);
      cairo_rectangle (cr, left, y - tall / 2, MAX ((right - left) * share, 1), tall);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_GOOD));
      cairo_fill (cr);
    }
}

static void
draw_kernel (const CjvSynapsePlot *plot, const CjvScene *scene, cairo_t *cr, gint64 unit,
             gint64 from, double x, double y, double side, const float range[2])
{
  const gint64 h = plot->kernels->shape.dims[2], w = plot->kernels->shape.dims[3];
  const float *values = cj_tensor_f32 (plot->kernels) + (unit * plot->all.n_from + from) * h * w;
  const CjvMap map = cjv_style_map (scene->style, CJV_MAP_SIGNED);
  const double cell = side / (double) MAX (h, w);

  for (gint64 i = 0; i < h * w; i++)
    {
      cairo_rectangle (cr, x + cell * (double) (i % w), y - side / 2 + cell * (double) (i / w),
                       cell, cell);
      cjv_draw_set_color (
          cr, cjv_map_color (map, scene->style,
                             ((double) values[i] - range[0]) / ((double) range[1] - range[0])));
      cairo_fill (cr);
    }
  cairo_rectangle (cr, x, y - side / 2, cell * (double) w, cell * (double) h);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
  cairo_set_line_width (cr, 0.5);
  cairo_stroke (cr);
}

/* The kernels of the chosen unit where its synapses begin, of a single sender where they end. */
static void
draw_kernels (const CjvSynapsePlot *plot, const CjvScene *scene, const CjvSynapseView *view,
              cairo_t *cr)
{
  const gboolean ends = plot->kernels != NULL && (plot->all.n_from == 1 || view->only_from >= 0);
  const double em = scene->style->font_size;
  const CjvColumn *column = ends ? &plot->to : &plot->from;
  const double side = MIN (column->pitch * 0.86, em * MAX_KERNEL);
  float range[2];

  if (plot->kernels == NULL || (!ends && view->only_to < 0) || side < 4)
    return;
  cjv_range_find (cj_tensor_f32 (plot->kernels), cjv_tensor_size (plot->kernels), CJV_MAP_SIGNED,
                  &range[0], &range[1]);
  if (ends)
    for (gint64 u = plot->to_begin; u < plot->to_end; u++)
      draw_kernel (plot, scene, cr, u, MAX (view->only_from, 0),
                   column->x - column->radius - em * 0.3 - side, cjv_column_get_y (column, u), side,
                   range);
  else
    for (gint64 f = plot->from_begin; f < plot->from_end; f++)
      draw_kernel (plot, scene, cr, view->only_to, f, column->x + column->radius + em * 0.3,
                   cjv_column_get_y (column, f), side, range);
}

static void
draw_legend (const CjvSynapsePlot *plot, const CjvScene *scene, cairo_t *cr)
{
  const CjvLegendItem items[] = {
    { .color = cjv_style_signed_ink (scene->style, 1),
      .text = _ ("excitatory"),
      .marker = CJV_LEGEND_LINE },
    { .color = cjv_style_signed_ink (scene->style, -1),
      .text = _ ("inhibitory"),
      .marker = CJV_LEGEND_LINE,
      .dash = TRUE },
    { .color = cjv_style_color (scene->style, CJV_INK_DIM),
      .text = _ ("pruned (dotted)"),
      .marker = CJV_LEGEND_LINE,
      .dash = TRUE },
  };
  const double bottom = plot->area.y + plot->area.height;

  if (scene->height - bottom > cjv_text_height (scene, 1) * 1.2)
    cjv_legend_draw (scene, cr, plot->area.x, bottom + cjv_text_height (scene, 1) * 0.4,
                     plot->area.width, items, plot->all.kept != NULL ? 3 : 2);
}

void
cjv_synapse_plot_draw (const CjvSynapsePlot *plot, const CjvScene *scene,
                       const CjvSynapseView *view, const CjvSynapsePick *pick, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (plot->frame, "title");
  const char *from = cjv_frame_get_text (plot->frame, "from-title");
  g_autofree char *counts = cjv_synapse_plot_print_counts (plot, pick);
  g_autofree char *heading = g_strdup_printf (
      _ ("%s, %d units → %s, %d units"), from != NULL ? from : _ ("Input"), (int) plot->all.n_from,
      title != NULL ? title : _ ("Layer"), (int) plot->all.n_to);

  cairo_save (cr);
  cairo_rectangle (cr, 0, plot->area.y, scene->width, plot->area.height);
  cairo_clip (cr);
  draw_kernels (plot, scene, view, cr);
  draw_units (plot, scene, cr, FALSE, view->only_from);
  draw_units (plot, scene, cr, TRUE, view->only_to);
  draw_names (plot, scene, cr, FALSE);
  draw_names (plot, scene, cr, TRUE);
  draw_answers (plot, scene, cr);
  cairo_restore (cr);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, plot->area.x, plot->area.y - cjv_heading_height (scene),
                      plot->area.width, heading, counts);
  draw_legend (plot, scene, cr);
}

gint64
cjv_synapse_plot_find_unit (const CjvSynapsePlot *plot, double x, double y, gboolean *to)
{
  for (int side = 0; side < 2; side++)
    {
      const CjvColumn *column = side ? &plot->to : &plot->from;
      const gint64 unit = (gint64) floor ((y - column->top) / column->pitch);

      if (fabs (x - column->x) <= MAX (column->radius, 6)
          && unit >= (side ? plot->to_begin : plot->from_begin)
          && unit < (side ? plot->to_end : plot->from_end))
        {
          *to = side == 1;
          return unit;
        }
    }
  return -1;
}
