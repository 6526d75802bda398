/* SPDX-License-Identifier: GPL-3.0-or-later */
/* C points on the line through the initial weights (0) and the current ones (1). */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  gboolean log;
} Params;

static const CjParam params[] = {
  { .name = "log",
    .title = N_ ("Logarithm"),
    .blurb = N_ ("Draws the loss on a logarithmic axis, where it is positive"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, log),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "x", CJV_WANT_ARRAY, TRUE, "[C]", N_ ("Share of the way, 0: initial, 1: current weights") },
  { "loss", CJV_WANT_ARRAY, TRUE, "[C]", N_ ("Of training samples; not a number: not yet known") },
  { "held", CJV_WANT_ARRAY, FALSE, "[C]", N_ ("Of validation samples") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { NULL },
};

typedef struct
{
  const CjTensor *x, *lines[2]; /* lines[1]: or NULL */
  gint64 n;
  CjvPlot plot;
} Line;

static gboolean
line_init (Line *l, const CjvScene *scene)
{
  *l = (Line){ .x = cjv_frame_get_array (scene->frame, "x"),
               .lines = { cjv_frame_get_array (scene->frame, "loss"),
                          cjv_frame_get_array (scene->frame, "held") } };
  l->n = cjv_tensor_size (l->x);
  if (l->x->shape.n_dims != 1 || cjv_tensor_size (l->lines[0]) != l->n)
    return FALSE;
  if (cjv_tensor_size (l->lines[1]) != l->n)
    l->lines[1] = NULL;
  return TRUE;
}

static void
line_place (Line *l, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 10);
  const double top = pad + cjv_heading_height (scene)
                     + (scene->style->bare ? 0 : cjv_text_height (scene, CJV_SIZE_NOTE) * 1.3);
  const CjvRect outer
      = { pad, top, MAX (scene->width - 2 * pad, 1), MAX (scene->height - pad - top, 1) };
  gboolean positive = TRUE;

  l->plot = (CjvPlot){ 0 };
  cjv_axis_init (&l->plot.x);
  cjv_axis_init (&l->plot.y);
  l->plot.x.label = _ ("share of the way from the initial weights");
  l->plot.y.label = _ ("loss");
  for (gint64 i = 0; i < l->n; i++)
    {
      cjv_axis_include (&l->plot.x, cjv_tensor_at (l->x, i));
      for (int k = 0; k < 2; k++)
        {
          positive = positive && !(cjv_tensor_at (l->lines[k], i) <= 0);
          cjv_axis_include (&l->plot.y, cjv_tensor_at (l->lines[k], i));
        }
    }
  l->plot.y.log = p->log && positive && !cjv_axis_is_empty (&l->plot.y);
  l->plot.empty = cjv_axis_is_empty (&l->plot.y);
  cjv_plot_place (&l->plot, scene, &outer, FALSE, TRUE);
}

static CjvColor
get_color (const CjvScene *scene, int line)
{
  return cjv_style_category (scene->style, (guint) line);
}

static void
draw_line (const CjvScene *scene, cairo_t *cr, const Line *l, int k)
{
  const double dash[] = { scene->style->line_width * 3, scene->style->line_width * 2 };
  gboolean on = FALSE;

  cjv_draw_set_color (cr, get_color (scene, k));
  cairo_set_line_width (cr, scene->style->line_width);
  cairo_set_dash (cr, dash, k == 1 ? 2 : 0, 0);
  cairo_new_path (cr);
  for (gint64 i = 0; i < l->n; i++)
    {
      const double x = cjv_tensor_at (l->x, i), y = cjv_tensor_at (l->lines[k], i);

      if (!isfinite (x) || !isfinite (y))
        on = FALSE;
      else if (on)
        cairo_line_to (cr, cjv_plot_x (&l->plot, x), cjv_plot_y (&l->plot, y));
      else
        {
          cairo_move_to (cr, cjv_plot_x (&l->plot, x), cjv_plot_y (&l->plot, y));
          on = TRUE;
        }
    }
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

/* Where the run began and where it is. */
static void
draw_ends (const CjvScene *scene, cairo_t *cr, const Line *l)
{
  for (int end = 0; end < 2; end++)
    {
      const double x = cjv_plot_x (&l->plot, end);

      if (!isfinite (x) || x < l->plot.inner.x || x > l->plot.inner.x + l->plot.inner.width)
        continue;
      cairo_move_to (cr, cjv_snap (scene->style, x), l->plot.inner.y);
      cairo_line_to (cr, cjv_snap (scene->style, x), l->plot.inner.y + l->plot.inner.height);
      cairo_set_line_width (cr, 1);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
      cairo_stroke (cr);
      if (!scene->style->bare && scene->width > scene->style->font_size * 24)
        cjv_text_draw (scene, cr, x + 4, l->plot.inner.y + 2, 0, CJV_SIZE_NOTE, 0,
                       cjv_style_color (scene->style, CJV_INK_DIM),
                       end == 0 ? _ ("initial") : _ ("current"));
    }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double pad = MIN (scene->style->font_size * 0.8, scene->width / 10);
  const double heading = cjv_heading_height (scene);
  const CjvLegendItem items[] = {
    { .color = get_color (scene, 0), .text = _ ("training"), .marker = CJV_LEGEND_LINE },
    { .color = get_color (scene, 1),
      .text = _ ("validation"),
      .marker = CJV_LEGEND_LINE,
      .dash = TRUE },
  };
  Line l;

  if (!line_init (&l, scene))
    return FALSE;
  line_place (&l, scene);
  cjv_plot_draw_grid (&l.plot, scene, cr, FALSE);
  draw_ends (scene, cr, &l);
  for (int k = 0; k < 2; k++)
    if (l.lines[k] != NULL)
      draw_line (scene, cr, &l, k);
  if (heading > 0)
    cjv_draw_heading (scene, cr, pad, pad, scene->width - 2 * pad,
                      title != NULL ? title : _ ("From the initial weights"), NULL);
  if (!scene->style->bare)
    cjv_legend_draw (scene, cr, pad, pad + heading, scene->width - 2 * pad, items,
                     l.lines[1] != NULL ? 2 : 1);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gint64 nearest = -1;
  Line l;

  if (!line_init (&l, scene))
    return FALSE;
  line_place (&l, scene);
  for (gint64 i = 0; i < l.n && cjv_rect_contains (&l.plot.inner, x, y); i++)
    if (isfinite (cjv_tensor_at (l.x, i)) && isfinite (cjv_tensor_at (l.lines[0], i))
        && (nearest < 0
            || fabs (cjv_plot_x (&l.plot, cjv_tensor_at (l.x, i)) - x)
                   < fabs (cjv_plot_x (&l.plot, cjv_tensor_at (l.x, nearest)) - x)))
      nearest = i;
  if (nearest < 0)
    return FALSE;
  {
    const double at = cjv_plot_x (&l.plot, cjv_tensor_at (l.x, nearest));
    g_autofree char *share = cjv_percent_print (cjv_tensor_at (l.x, nearest), 0);
    g_autofree char *train = cjv_number_print (cjv_tensor_at (l.lines[0], nearest), 4);
    g_autofree char *held = cjv_number_print (cjv_tensor_at (l.lines[1], nearest), 4);

    *out = (CjvHit){ .index = nearest,
                     .series = -1,
                     .x = at - 2,
                     .y = l.plot.inner.y,
                     .width = 4,
                     .height = l.plot.inner.height };
    /* Translators: how far from the initial to the current weights, and the losses there */
    out->text = l.lines[1] != NULL
                    ? g_strdup_printf (_ ("%s of the way: training loss %s, validation %s"), share,
                                       train, held)
                    : g_strdup_printf (_ ("%s of the way: training loss %s"), share, train);
  }
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Line l;

  g_string_append (out, "share,loss,validation\r\n");
  if (!line_init (&l, scene))
    return;
  for (gint64 i = 0; i < l.n; i++)
    {
      cjv_csv_number (out, cjv_tensor_at (l.x, i));
      for (int k = 0; k < 2; k++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, cjv_tensor_at (l.lines[k], i));
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  g_autofree char *first = NULL, *last = NULL, *most = NULL;
  double start = NAN, end = NAN, top = -INFINITY;
  Line l;

  if (!line_init (&l, scene))
    return NULL;
  for (gint64 i = 0; i < l.n; i++)
    {
      const double x = cjv_tensor_at (l.x, i), y = cjv_tensor_at (l.lines[0], i);

      start = fabs (x) < 1e-3 ? y : start;
      end = fabs (x - 1) < 1e-3 ? y : end;
      if (x >= 0 && x <= 1 && y > top)
        top = y;
    }
  first = cjv_number_print (start, 3);
  last = cjv_number_print (end, 3);
  most = cjv_number_print (top, 3);
  return g_strdup_printf (_ ("The loss along the line from the initial weights (%s) to the current "
                             "ones (%s); between them it reaches %s."),
                          first, last, most);
}

const CjvFigureInfo cjv_figure_interpolation = {
  .id = "interpolation",
  .title = N_ ("Interpolation"),
  .blurb = N_ ("The loss along the line from the initial to the current weights"),
  .empty = N_ ("Measure the loss between the initial and the current weights: it stands here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 640,
  .preset_height = 360,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
