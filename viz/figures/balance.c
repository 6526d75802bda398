/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Excitation and inhibition: a bar to each side for every layer, and the units of one layer as points. L layers, N
 * pairs of a unit and a place. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "excitation", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Mean excitatory current of a unit") },
  { "inhibition", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Mean size of its inhibitory current") },
  { "correlations", CJV_WANT_ARRAY, FALSE, "[L]",
    N_ ("Of both over units and places; not a number: one does not vary") },
  { "rests", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("Share of the currents that does not cancel") },
  { "points", CJV_WANT_ARRAY, FALSE, "[N, 2]", N_ ("Excitation and inhibition of each pair") },
  { "units", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Number of the unit of each pair") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the layers") },
  { "chosen", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Number of the layer that the points are of") },
  { "note", CJV_WANT_TEXT, FALSE, NULL, N_ ("Which sample") },
  { NULL },
};

typedef struct
{
  const CjTensor *excitation, *inhibition, *correlations, *rests, *points, *units;
  gint64 l, shown, n, chosen;
  double most;                                                   /* of all currents */
  double pad, top, row, name, middle, half, number, left, width; /* px */
  CjvPlot plot;                                                  /* of the units; if n > 0 */
} Plot;

static gboolean
plot_init (Plot *p, const CjvScene *scene)
{
  const CjvFrame *frame = scene->frame;

  *p = (Plot){ .excitation = cjv_frame_get_array (frame, "excitation"),
               .inhibition = cjv_frame_get_array (frame, "inhibition"),
               .correlations = cjv_frame_get_array (frame, "correlations"),
               .rests = cjv_frame_get_array (frame, "rests"),
               .points = cjv_frame_get_array (frame, "points"),
               .units = cjv_frame_get_array (frame, "units") };
  const double chosen = cjv_frame_get_scalar (frame, "chosen", -1);

  p->l = MIN (cjv_tensor_size (p->excitation), cjv_tensor_size (p->inhibition));
  p->chosen = chosen >= 0 && chosen < (double) p->l ? (gint64) chosen : -1;
  if (p->points != NULL && p->points->shape.n_dims == 2 && p->points->shape.dims[1] == 2)
    p->n = p->points->shape.dims[0];
  for (gint64 i = 0; i < p->l; i++)
    {
      p->most = fmax (p->most, cjv_tensor_at (p->excitation, i));
      p->most = fmax (p->most, cjv_tensor_at (p->inhibition, i));
    }
  p->most = isfinite (p->most) ? p->most : 0;
  return p->l > 0;
}

/* The current of a layer; what is not a number is nothing. */
static double
get_current (const CjTensor *of, gint64 i)
{
  const double current = cjv_tensor_at (of, i);

  return isfinite (current) && current > 0 ? current : 0;
}

/* "I/E 0.94", what of the excitation is met by inhibition. */
static char *
print_ratio (const Plot *p, gint64 i)
{
  const double e = get_current (p->excitation, i);
  g_autofree char *ratio = cjv_number_print (get_current (p->inhibition, i) / e, 3);

  return e > 0 ? g_strdup (ratio) : g_strdup ("–");
}

static void
place_units (Plot *p, const CjvScene *scene, const CjvRect *outer)
{
  cjv_axis_init (&p->plot.x);
  cjv_axis_init (&p->plot.y);
  cjv_axis_include (&p->plot.x, 0);
  for (gint64 i = 0; i < 2 * p->n; i++)
    cjv_axis_include (&p->plot.x, cjv_tensor_at (p->points, i));
  cjv_axis_include (&p->plot.y, p->plot.x.low);
  cjv_axis_include (&p->plot.y, p->plot.x.high);
  p->plot.x.label = _ ("excitation");
  p->plot.y.label = _ ("inhibition");
  cjv_plot_place (&p->plot, scene, outer, FALSE, FALSE);
}

static void
plot_place (Plot *p, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const gboolean bare = scene->style->bare;
  double room;

  p->pad = MIN (em * 0.8, scene->width / 12);
  p->top = p->pad + cjv_heading_height (scene) + (bare ? 0 : line * 1.5);
  p->width = (scene->width - 2 * p->pad) * (p->n > 0 ? 0.56 : 1);
  room = MAX (scene->height - p->top - p->pad, 1);
  p->shown = MIN (CLAMP ((gint64) (room / (line * 1.1)), 1, p->l), p->l);
  p->row = MIN (room / (double) p->shown, line * 2.2);
  for (gint64 i = 0; i < p->shown; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
      g_autofree char *number = print_ratio (p, i);

      p->name = MAX (p->name, cjv_text_width (scene, CJV_SIZE_NOTE, name));
      p->number = MAX (p->number, cjv_text_width (scene, CJV_SIZE_NOTE, number));
    }
  p->name = bare ? 0 : MIN (p->name + em * 0.8, p->width * 0.3) + em * 0.6; /* bold is wider */
  p->number = bare ? 0 : p->number + em * 0.8;
  p->left = p->pad + p->name;
  p->half = MAX ((p->width - p->name - p->number) / 2, 1);
  p->middle = p->left + p->half;
  if (p->n > 0)
    {
      const double left = p->pad + p->width + (bare ? em * 0.4 : em * 1.2);
      const double above = p->pad + cjv_heading_height (scene);
      const CjvRect outer = { left, above, MAX (scene->width - p->pad - left, 1),
                              MAX (scene->height - p->pad - above, 1) };

      place_units (p, scene, &outer);
    }
}

/* Inhibition to the left, with strokes across; excitation to the right. */
static void
draw_bar (const Plot *p, const CjvScene *scene, cairo_t *cr, gint64 i, gboolean inhibits)
{
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double height = cjv_snap (scene->style, MIN (p->row * 0.62, line * 0.85));
  const double y = cjv_snap (scene->style, p->top + ((double) i + 0.5) * p->row - height / 2);
  const double length
      = p->most > 0
            ? p->half * 0.96 * get_current (inhibits ? p->inhibition : p->excitation, i) / p->most
            : 0;
  const double x = inhibits ? p->middle - length : p->middle;

  cairo_rectangle (cr, x, y, length, height);
  cjv_draw_set_color (cr, cjv_style_signed_ink (scene->style, inhibits ? -1 : 1));
  cairo_fill (cr);
  if (!inhibits || length <= 0)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, x, y, length, height);
  cairo_clip (cr);
  for (double at = x - height; at < x + length; at += MAX (scene->style->font_size * 0.5, 3))
    {
      cairo_move_to (cr, at, y + height);
      cairo_line_to (cr, at + height, y);
    }
  cjv_draw_set_color (cr, cjv_color_alpha (cjv_style_color (scene->style, CJV_BACKGROUND), 0.6));
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_row (const Plot *p, const CjvScene *scene, cairo_t *cr, gint64 i)
{
  const double em = scene->style->font_size, y = p->top + ((double) i + 0.5) * p->row;
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK);
  g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
  g_autofree char *ratio = print_ratio (p, i);

  draw_bar (p, scene, cr, i, TRUE);
  draw_bar (p, scene, cr, i, FALSE);
  if (scene->style->bare)
    return;
  cjv_text_draw (scene, cr, p->left - em * 0.6, y, p->name - em * 0.6, CJV_SIZE_NOTE,
                 CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE | (i == p->chosen ? CJV_TEXT_BOLD : 0), ink,
                 name);
  cjv_text_draw (scene, cr, p->pad + p->width, y, p->number, CJV_SIZE_NOTE,
                 CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, ratio);
}

static void
draw_units (const Plot *p, const CjvScene *scene, cairo_t *cr)
{
  const double low = MAX (p->plot.x.low, p->plot.y.low), dash[] = { 4, 3 };
  const double high = MIN (p->plot.x.high, p->plot.y.high);
  const CjvColor dot
      = cjv_color_alpha (cjv_style_color (scene->style, CJV_ACCENT), p->n > 400 ? 0.35 : 0.7);

  cjv_plot_draw_grid (&p->plot, scene, cr, TRUE);
  cairo_move_to (cr, cjv_plot_x (&p->plot, low), cjv_plot_y (&p->plot, low));
  cairo_line_to (cr, cjv_plot_x (&p->plot, high), cjv_plot_y (&p->plot, high));
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
  cairo_set_line_width (cr, 1);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  for (gint64 i = 0; i < p->n; i++)
    {
      const double x = cjv_plot_x (&p->plot, cjv_tensor_at (p->points, 2 * i));
      const double y = cjv_plot_y (&p->plot, cjv_tensor_at (p->points, 2 * i + 1));

      if (!isfinite (x) || !isfinite (y))
        continue;
      cjv_draw_marker (cr, 0, x, y, scene->style->line_width);
      cjv_draw_set_color (cr, dot);
      cairo_fill (cr);
    }
}

/* What stands over the columns. */
static void
draw_head (const Plot *p, const CjvScene *scene, cairo_t *cr)
{
  const double line = cjv_text_height (scene, CJV_SIZE_TINY), y = p->top - line * 1.4;
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);

  cjv_text_draw (scene, cr, p->middle - 4, y, p->half, CJV_SIZE_TINY, CJV_TEXT_RIGHT,
                 cjv_style_signed_ink (scene->style, -1), _ ("inhibition"));
  cjv_text_draw (scene, cr, p->middle + 4, y, p->half, CJV_SIZE_TINY, 0,
                 cjv_style_signed_ink (scene->style, 1), _ ("excitation"));
  cjv_text_draw (scene, cr, p->pad + p->width, y, p->number + p->half * 0.5, CJV_SIZE_TINY,
                 CJV_TEXT_RIGHT, dim, /* Translators: inhibition over excitation */ _ ("I / E"));
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  Plot p;

  if (!plot_init (&p, scene))
    return FALSE;
  plot_place (&p, scene);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, p.pad, p.pad, p.n > 0 ? p.width : scene->width - 2 * p.pad,
                      _ ("Balance"), cjv_frame_get_text (scene->frame, "note"));
  if (!scene->style->bare)
    draw_head (&p, scene, cr);
  for (gint64 i = 0; i < p.shown; i++)
    draw_row (&p, scene, cr, i);
  cairo_move_to (cr, cjv_snap (scene->style, p.middle), p.top);
  cairo_line_to (cr, cjv_snap (scene->style, p.middle), p.top + p.row * (double) p.shown);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  if (p.n > 0)
    draw_units (&p, scene, cr);
  return TRUE;
}

/* "dense1: excitation 2.1, inhibition 2.0 (I / E 0.95), correlation 0.81, 12 % does not cancel". */
static char *
print_layer (const Plot *p, const CjvScene *scene, gint64 i)
{
  const double r = cjv_tensor_at (p->correlations, i), rest = cjv_tensor_at (p->rests, i);
  g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
  g_autofree char *e = cjv_number_print (get_current (p->excitation, i), 3);
  g_autofree char *inhibition = cjv_number_print (get_current (p->inhibition, i), 3);
  g_autofree char *ratio = print_ratio (p, i);
  GString *text = g_string_new (NULL);

  /* Translators: a layer, two currents, and the second over the first */
  g_string_printf (text, _ ("%s: excitation %s, inhibition %s (I / E %s)"), name, e, inhibition,
                   ratio);
  if (isfinite (r))
    {
      g_autofree char *number = cjv_number_print (r, 2);

      g_string_append_printf (text, _ (", correlation %s"), number);
    }
  if (isfinite (rest))
    {
      g_autofree char *share = cjv_percent_print (rest, 0);

      g_string_append_printf (text, /* Translators: a share */ _ (", %s does not cancel"), share);
    }
  return g_string_free (text, FALSE);
}

static gboolean
hit_unit (const Plot *p, const CjvScene *scene, double x, double y, CjvHit *out)
{
  double nearest = scene->style->font_size;
  gint64 found = -1;

  for (gint64 i = 0; i < p->n; i++)
    {
      const double d = hypot (cjv_plot_x (&p->plot, cjv_tensor_at (p->points, 2 * i)) - x,
                              cjv_plot_y (&p->plot, cjv_tensor_at (p->points, 2 * i + 1)) - y);

      if (d < nearest)
        {
          nearest = d;
          found = i;
        }
    }
  if (found < 0)
    return FALSE;
  {
    const double e = cjv_tensor_at (p->points, 2 * found);
    const double i = cjv_tensor_at (p->points, 2 * found + 1);
    const double unit = cjv_tensor_at (p->units, found);
    g_autofree char *excitation = cjv_number_print (e, 3), *inhibition = cjv_number_print (i, 3);

    *out = (CjvHit){ .index = found,
                     .series = 1,
                     .x = cjv_plot_x (&p->plot, e) - 4,
                     .y = cjv_plot_y (&p->plot, i) - 4,
                     .width = 8,
                     .height = 8,
                     .text = g_strdup_printf (
                         /* Translators: the number of a unit, and two currents */
                         _ ("unit %d: excitation %s, inhibition %s"),
                         isfinite (unit) ? (int) unit : (int) found, excitation, inhibition) };
  }
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Plot p;
  gint64 i;

  if (!plot_init (&p, scene))
    return FALSE;
  plot_place (&p, scene);
  if (x > p.pad + p.width)
    return p.n > 0 && hit_unit (&p, scene, x, y, out);
  i = (gint64) floor ((y - p.top) / p.row);
  if (i < 0 || i >= p.shown || x < 0)
    return FALSE;
  *out = (CjvHit){ .index = i,
                   .series = 0,
                   .x = p.pad,
                   .y = p.top + (double) i * p.row,
                   .width = p.width,
                   .height = p.row,
                   .text = print_layer (&p, scene, i) };
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Plot p;

  g_string_append (out, "layer,unit,excitation,inhibition,correlation,rest\r\n");
  if (!plot_init (&p, scene))
    return;
  for (gint64 i = 0; i < p.l + p.n; i++)
    {
      const gboolean pair = i >= p.l;
      const gint64 at = pair ? i - p.l : i;
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", pair ? p.chosen : i);
      const double numbers[]
          = { pair ? cjv_tensor_at (p.units, at) : NAN,
              pair ? cjv_tensor_at (p.points, 2 * at) : cjv_tensor_at (p.excitation, at),
              pair ? cjv_tensor_at (p.points, 2 * at + 1) : cjv_tensor_at (p.inhibition, at),
              pair ? NAN : cjv_tensor_at (p.correlations, at),
              pair ? NAN : cjv_tensor_at (p.rests, at) };

      cjv_csv_text (out, name);
      for (guint k = 0; k < G_N_ELEMENTS (numbers); k++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, numbers[k]);
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  GString *out = g_string_new (_ ("Balance of excitation and inhibition."));
  Plot p;

  if (!plot_init (&p, scene))
    return g_string_free (out, FALSE);
  for (gint64 i = 0; i < MIN (p.l, 12); i++)
    {
      g_autofree char *text = print_layer (&p, scene, i);

      g_string_append_printf (out, " %s.", text);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_balance = {
  .id = "balance",
  .title = N_ ("Balance"),
  .blurb = N_ ("How much excitation and inhibition the units of each layer get"),
  .empty = N_ ("Choose a sample: what excites and inhibits the units of each layer stands here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 720,
  .preset_height = 320,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
