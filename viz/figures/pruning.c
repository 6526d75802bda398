/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many synapses of each layer are left, L layers; and beside them what the network got right at what share of
 * its synapses, R runs of E epochs. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_RUNS 8

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "kept", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Share of the synapses that is left") },
  { "synapses", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Number of synapses at first") },
  { "units", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("Number of units") },
  { "silent", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("Number of units that hear nothing any more") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the layers") },
  { "left", CJV_WANT_ARRAY, FALSE, "[R, E]", N_ ("Share of all synapses that was left") },
  { "right", CJV_WANT_ARRAY, FALSE, "[R, E]", N_ ("What the network got right then") },
  { "runs", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the runs") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { NULL },
};

typedef struct
{
  const CjTensor *kept, *synapses, *units, *silent;
  gint64 l, shown;
  double pad, top, row, name, number, width; /* px */
  const CjTensor *left, *right;              /* NULL: there is no curve */
  gint64 r, e;
  CjvPlot curve;
} Plot;

static void
plot_init (Plot *plot, const CjvScene *scene)
{
  const CjvFrame *frame = scene->frame;

  *plot = (Plot){ .kept = cjv_frame_get_array (frame, "kept"),
                  .synapses = cjv_frame_get_array (frame, "synapses"),
                  .units = cjv_frame_get_array (frame, "units"),
                  .silent = cjv_frame_get_array (frame, "silent") };
  plot->l = MIN (cjv_tensor_size (plot->kept), cjv_tensor_size (plot->synapses));
  if (cjv_tensor_size (plot->units) < plot->l || cjv_tensor_size (plot->silent) < plot->l)
    plot->units = plot->silent = NULL;
  plot->left = cjv_frame_get_array (frame, "left");
  plot->right = cjv_frame_get_array (frame, "right");
  if (plot->left == NULL || plot->right == NULL || plot->left->shape.n_dims != 2
      || !cj_shape_equal (&plot->left->shape, &plot->right->shape))
    plot->left = plot->right = NULL;
  plot->r = plot->left != NULL ? MIN (plot->left->shape.dims[0], MAX_RUNS) : 0;
  plot->e = plot->left != NULL ? plot->left->shape.dims[1] : 0;
}

static double
get_left (const Plot *plot, gint64 run, gint64 epoch)
{
  return cjv_tensor_at (plot->left, run * plot->e + epoch);
}

static double
get_right (const Plot *plot, gint64 run, gint64 epoch)
{
  return cjv_tensor_at (plot->right, run * plot->e + epoch);
}

/* The curve, in the right half where there is room for it. */
static void
place_curve (Plot *plot, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  CjvRect outer;

  plot->width = scene->width;
  if (plot->r == 0 || scene->width < em * 30)
    {
      plot->r = 0;
      return;
    }
  plot->width = scene->width * 0.48;
  outer = (CjvRect){ plot->width + plot->pad, plot->top + line * 1.4,
                     MAX (scene->width - plot->width - 2 * plot->pad, 1),
                     MAX (scene->height - plot->top - line * 1.4 - plot->pad, 1) };
  cjv_axis_init (&plot->curve.x);
  cjv_axis_init (&plot->curve.y);
  plot->curve.x.label = _ ("share of the synapses that is left");
  plot->curve.y.label = _ ("right answers");
  plot->curve.x.unit = plot->curve.y.unit = CJV_UNIT_PERCENT;
  for (gint64 k = 0; k < plot->r; k++)
    for (gint64 i = 0; i < plot->e; i++)
      {
        cjv_axis_include (&plot->curve.x, get_left (plot, k, i));
        cjv_axis_include (&plot->curve.y, get_right (plot, k, i));
      }
  plot->curve.empty = cjv_axis_is_empty (&plot->curve.y);
  cjv_axis_include (&plot->curve.x, 0);
  cjv_axis_include (&plot->curve.x, 1);
  cjv_plot_place (&plot->curve, scene, &outer, TRUE, TRUE);
}

static void
draw_run (const Plot *plot, const CjvScene *scene, cairo_t *cr, gint64 run)
{
  const CjvColor color = cjv_style_category (scene->style, (guint) run);

  cairo_new_path (cr);
  for (gint64 i = 0; i < plot->e; i++)
    if (isfinite (get_left (plot, run, i)) && isfinite (get_right (plot, run, i)))
      cairo_line_to (cr, cjv_plot_x (&plot->curve, get_left (plot, run, i)),
                     cjv_plot_y (&plot->curve, get_right (plot, run, i)));
  cjv_draw_set_color (cr, cjv_color_alpha (color, 0.6));
  cairo_set_line_width (cr, scene->style->line_width * 0.7);
  cairo_stroke (cr);
  for (gint64 i = 0; i < plot->e; i++)
    {
      cairo_new_path (cr);
      if (isfinite (get_left (plot, run, i)) && isfinite (get_right (plot, run, i)))
        cjv_draw_marker (cr, (guint) run, cjv_plot_x (&plot->curve, get_left (plot, run, i)),
                         cjv_plot_y (&plot->curve, get_right (plot, run, i)),
                         scene->style->line_width * 1.4);
      cjv_draw_set_color (cr, color);
      cairo_fill (cr);
    }
}

static void
draw_curve (const Plot *plot, const CjvScene *scene, cairo_t *cr)
{
  CjvLegendItem items[MAX_RUNS];
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  cjv_plot_draw_grid (&plot->curve, scene, cr, FALSE);
  for (gint64 k = plot->r; k-- > 0;)
    draw_run (plot, scene, cr, k);
  for (gint64 k = 0; k < plot->r; k++)
    {
      g_ptr_array_add (names, cjv_class_dup (scene->frame, "runs", k));
      items[k] = (CjvLegendItem){ .color = cjv_style_category (scene->style, (guint) k),
                                  .text = names->pdata[k],
                                  .marker = (int) k };
    }
  if (!scene->style->bare)
    cjv_legend_draw (scene, cr, plot->width + plot->pad, plot->top,
                     scene->width - plot->width - 2 * plot->pad, items, (guint) plot->r);
}

/* The nearest point of the curve; FALSE: the pointer is elsewhere. */
static gboolean
hit_curve (const Plot *plot, const CjvScene *scene, double x, double y, CjvHit *out)
{
  double nearest = INFINITY;

  if (plot->r == 0 || !cjv_rect_contains (&plot->curve.inner, x, y))
    return FALSE;
  for (gint64 k = 0; k < plot->r; k++)
    for (gint64 i = 0; i < plot->e; i++)
      {
        const double px = cjv_plot_x (&plot->curve, get_left (plot, k, i));
        const double py = cjv_plot_y (&plot->curve, get_right (plot, k, i));
        const double far = (px - x) * (px - x) + (py - y) * (py - y);

        if (!(far < nearest)) /* not where it is not a number */
          continue;
        nearest = far;
        *out = (CjvHit){
          .index = i, .series = k, .x = px - 3, .y = py - 3, .width = 6, .height = 6
        };
      }
  if (!isfinite (nearest))
    return FALSE;
  {
    g_autofree char *name = cjv_class_dup (scene->frame, "runs", out->series);
    g_autofree char *left = cjv_percent_print (get_left (plot, out->series, out->index), 1);
    g_autofree char *right = cjv_percent_print (get_right (plot, out->series, out->index), 1);

    /* Translators: a run, a share of synapses, a share of answers */
    out->text = g_strdup_printf (_ ("%s: with %s of the synapses %s are right"), name, left, right);
  }
  return TRUE;
}

static gint64
count (const CjTensor *of, gint64 i)
{
  const double n = of != NULL ? cjv_tensor_at (of, i) : 0;

  return isfinite (n) ? (gint64) CLAMP (n, 0, 9e15) : 0;
}

static gint64
count_kept (const Plot *plot, gint64 i)
{
  const double share = cjv_tensor_at (plot->kept, i);

  return isfinite (share)
             ? (gint64) round (CLAMP (share, 0, 1) * (double) count (plot->synapses, i))
             : 0;
}

/* "26 620 of 266 200 synapses are left, 10.0 %". */
static char *
print_left (gint64 kept, gint64 all)
{
  g_autofree char *left = cjv_count_print (kept), *whole = cjv_count_print (all);
  g_autofree char *share = cjv_percent_print ((double) kept / (double) MAX (all, 1), 1);

  /* Translators: two numbers of synapses, and the share in per cent */
  return g_strdup_printf (_ ("%s of %s synapses are left, %s"), left, whole, share);
}

static char *
print_all (const Plot *plot)
{
  gint64 kept = 0, all = 0;

  for (gint64 i = 0; i < plot->l; i++)
    {
      kept += count_kept (plot, i);
      all += count (plot->synapses, i);
    }
  return print_left (kept, all);
}

static char *
print_layer (const Plot *plot, const CjvScene *scene, gint64 i)
{
  g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
  g_autofree char *left = print_left (count_kept (plot, i), count (plot->synapses, i));
  const gint64 silent = count (plot->silent, i);

  if (silent == 0)
    return g_strdup_printf (_ ("%s: %s"), name, left);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       /* Translators: a layer; what is left of it */
                                       "%s: %s; %d of %d units is silent",
                                       "%s: %s; %d of %d units are silent", (gulong) silent),
                          name, left, (int) silent, (int) count (plot->units, i));
}

static char *
print_number (const Plot *plot, gint64 i)
{
  return cjv_percent_print (cjv_tensor_at (plot->kept, i), 1);
}

static void
plot_place (Plot *plot, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  double room;

  plot->pad = MIN (em * 0.8, scene->width / 12);
  plot->top = plot->pad + cjv_heading_height (scene);
  place_curve (plot, scene);
  room = MAX (scene->height - plot->top - plot->pad, 1);
  plot->shown = CLAMP ((gint64) (room / (line * 1.1)), 1, MAX (plot->l, 1));
  plot->shown = MIN (plot->shown, plot->l);
  plot->row = MIN (room / (double) MAX (plot->shown, 1), line * 2);
  for (gint64 i = 0; i < plot->shown; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
      g_autofree char *number = print_number (plot, i);

      plot->name = MAX (plot->name, cjv_text_width (scene, CJV_SIZE_NOTE, name));
      plot->number = MAX (plot->number, cjv_text_width (scene, CJV_SIZE_NOTE, number));
    }
  plot->name = MIN (plot->name, plot->width * 0.35) + em * 0.6;
  plot->number += em * 0.6;
  if (plot->width - plot->name - plot->number < em * 6)
    plot->number = 0;
}

static void
draw_row (const Plot *plot, const CjvScene *scene, cairo_t *cr, gint64 i)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double y = plot->top + ((double) i + 0.5) * plot->row;
  const double left = plot->pad + plot->name;
  const double width = MAX (plot->width - plot->pad - plot->number - left, 1);
  const double height = cjv_snap (scene->style, MIN (plot->row * 0.62, line * 0.8));
  const double top = cjv_snap (scene->style, y - height / 2);
  const double share = cjv_tensor_at (plot->kept, i);
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK);
  g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
  g_autofree char *number = print_number (plot, i);

  cjv_text_draw (scene, cr, left - em * 0.6, y, plot->name - em * 0.6, CJV_SIZE_NOTE,
                 CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, name);
  cjv_draw_round_rect (cr, left, top, width, height, height / 4);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
  cairo_fill_preserve (cr);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  if (isfinite (share) && share > 0)
    {
      cjv_draw_round_rect (cr, left, top, MAX (MIN (share, 1) * width, 1.5), height, height / 4);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
      cairo_fill (cr);
    }
  if (plot->number > 0)
    cjv_text_draw (scene, cr, plot->width - plot->pad, y, plot->number, CJV_SIZE_NOTE,
                   CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, number);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Plot plot;

  plot_init (&plot, scene);
  if (plot.l == 0)
    return FALSE;
  plot_place (&plot, scene);
  note = print_all (&plot);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, plot.pad, plot.pad, scene->width - 2 * plot.pad,
                      title != NULL ? title : _ ("Pruning"), note);
  for (gint64 i = 0; i < plot.shown; i++)
    draw_row (&plot, scene, cr, i);
  if (plot.r > 0)
    draw_curve (&plot, scene, cr);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Plot plot;
  gint64 i;

  plot_init (&plot, scene);
  if (plot.l == 0)
    return FALSE;
  plot_place (&plot, scene);
  if (x > plot.width)
    return hit_curve (&plot, scene, x, y, out);
  i = (gint64) floor ((y - plot.top) / plot.row);
  if (i < 0 || i >= plot.shown)
    return FALSE;
  *out = (CjvHit){ .index = i,
                   .series = -1,
                   .x = plot.pad,
                   .y = plot.top + (double) i * plot.row,
                   .width = plot.width - 2 * plot.pad,
                   .height = plot.row };
  out->text = print_layer (&plot, scene, i);
  return TRUE;
}

/* One table: layers, then moments of runs; each leaves the columns of the other empty. */
static void
csv (const CjvScene *scene, GString *out)
{
  Plot plot;

  plot_init (&plot, scene);
  g_string_append (out, "layer,synapses,kept,share,units,silent,run,epoch,left,right\r\n");
  for (gint64 i = 0; i < plot.l; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);

      cjv_csv_text (out, name);
      g_string_append_printf (out, ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",",
                              count (plot.synapses, i), count_kept (&plot, i));
      cjv_csv_number (out, cjv_tensor_at (plot.kept, i));
      g_string_append_printf (out, ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",,,,\r\n",
                              count (plot.units, i), count (plot.silent, i));
    }
  for (gint64 k = 0; k < plot.r; k++)
    for (gint64 i = 0; i < plot.e; i++)
      {
        g_autofree char *name = cjv_class_dup (scene->frame, "runs", k);

        if (!isfinite (get_left (&plot, k, i)))
          continue;
        g_string_append (out, ",,,,,,");
        cjv_csv_text (out, name);
        g_string_append_printf (out, ",%d,", (int) i + 1);
        cjv_csv_number (out, get_left (&plot, k, i));
        g_string_append_c (out, ',');
        cjv_csv_number (out, get_right (&plot, k, i));
        g_string_append (out, "\r\n");
      }
}

/* The last point of a run, -1: it has none. */
static gint64
find_last (const Plot *plot, gint64 run)
{
  gint64 last = plot->e - 1;

  while (last >= 0 && !isfinite (get_left (plot, run, last)))
    last--;
  return last;
}

static char *
words (const CjvScene *scene)
{
  GString *out = g_string_new (NULL);
  g_autofree char *all = NULL;
  Plot plot;

  plot_init (&plot, scene);
  all = print_all (&plot);
  g_string_append_printf (out, "%s.", all);
  for (gint64 i = 0; i < plot.l; i++)
    {
      g_autofree char *one = print_layer (&plot, scene, i);

      g_string_append_printf (out, " %s.", one);
    }
  for (gint64 k = 0; k < plot.r; k++)
    {
      const gint64 last = find_last (&plot, k);
      g_autofree char *name = cjv_class_dup (scene->frame, "runs", k);
      g_autofree char *left = cjv_percent_print (get_left (&plot, k, MAX (last, 0)), 1);
      g_autofree char *right = cjv_percent_print (get_right (&plot, k, MAX (last, 0)), 1);

      if (last >= 0)
        {
          /* Translators: a run, a share of synapses, a share of answers */
          g_string_append_printf (out, _ (" %s: with %s of the synapses %s are right"), name, left,
                                  right);
          g_string_append_c (out, '.');
        }
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_pruning = {
  .id = "pruning",
  .title = N_ ("Pruning"),
  .blurb
  = N_ ("How many synapses of each layer are left, how many of its units are silent, and what "
        "the network gets right with them"),
  .empty
  = N_ ("Draw a network with layers that learn: what is left of their synapses stands here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 520,
  .preset_height = 260,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
