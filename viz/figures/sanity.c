/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M explainers, L layers that learn, from the output down. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  int shown;
} Params;

enum
{
  SHOWN_CASCADE,
  SHOWN_ALONE
};

static const char *const shown_choices[] = { "cascade", "alone", NULL };

static const CjParam params[] = {
  { .name = "shown",
    .title = N_ ("Drawn anew"),
    .blurb = N_ ("All layers down to one, from the output on (cascade), or each alone"),
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, shown),
    .max = SHOWN_ALONE,
    .choices = shown_choices,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "cascade", CJV_WANT_ARRAY, TRUE, "[M, L + 1]",
    N_ ("Correlation of ranks with the first map after 0, 1 … L layers were drawn anew") },
  { "errors", CJV_WANT_ARRAY, FALSE, "[M, L + 1]", N_ ("Their standard errors") },
  { "alone", CJV_WANT_ARRAY, FALSE, "[M, L + 1]",
    N_ ("The same with none, then with each layer alone drawn anew") },
  { "methods", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the explainers") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the layers from the output down") },
  { "limit", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Mean of the cascade from which on one fails") },
  { "samples", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Samples that were explained") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the data") },
  { NULL },
};

typedef struct
{
  CjvPlot plot;
  const CjTensor *lines, *cascade; /* what is drawn, and what is judged */
  gint64 m, n;                     /* methods, points of a line */
  gboolean alone;
  double limit;                /* NAN: none */
  double pad, heading;         /* px */
  double legend, line, radius; /* px: width, of an entry, of a marker */
  gint64 n_named;              /* entries that have room */
} Layout;

static double
get (const Layout *layout, gint64 method, gint64 k)
{
  return cjv_tensor_at (layout->lines, method * layout->n + k);
}

/* The mean of the cascade without its start. */
static double
get_mean (const Layout *layout, gint64 method)
{
  double sum = 0;

  for (gint64 k = 1; k < layout->n; k++)
    sum += cjv_tensor_at (layout->cascade, method * layout->n + k);
  return layout->n > 1 ? sum / (double) (layout->n - 1) : NAN;
}

static gboolean
fails (const Layout *layout, gint64 method)
{
  return get_mean (layout, method) >= layout->limit;
}

/* Names of the layers in place of their numbers, where they have room. */
static void
name_ticks (Layout *layout, const CjvScene *scene)
{
  CjvAxis *axis = &layout->plot.x;
  const double room = layout->plot.inner.width / (double) MAX (layout->n - 1, 1);

  for (gint64 k = 1; k < layout->n; k++)
    {
      const char *name = cjv_frame_get_string (scene->frame, "layers", k - 1);

      if (name == NULL || layout->n > CJV_MAX_TICKS
          || cjv_text_width (scene, CJV_SIZE_NOTE, name) > room * 0.92)
        return;
    }
  axis->n_ticks = (guint) layout->n;
  for (gint64 k = 0; k < layout->n; k++)
    {
      axis->ticks[k] = (double) k;
      g_strlcpy (axis->texts[k],
                 k > 0 ? cjv_frame_get_string (scene->frame, "layers", k - 1) : _ ("none"),
                 sizeof axis->texts[k]);
    }
}

static void
place_legend (Layout *layout, const CjvScene *scene)
{
  const double em = scene->style->font_size;

  layout->line = cjv_text_height (scene, CJV_SIZE_NOTE) * 1.12;
  layout->radius = em * 0.3;
  layout->legend = 0;
  if (scene->style->bare || scene->width < em * 30)
    return;
  for (gint64 i = 0; i < layout->m; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "methods", i);

      layout->legend = MAX (layout->legend, cjv_text_width (scene, CJV_SIZE_NOTE, name));
    }
  layout->legend = MIN (layout->legend + em * 3.4, scene->width * 0.32);
  layout->n_named = CLAMP (
      (gint64) ((scene->height - 2 * layout->pad - layout->heading) / layout->line), 0, layout->m);
}

/* What is there, without places. */
static gboolean
layout_read (Layout *layout, const CjvScene *scene)
{
  *layout = (Layout){ .cascade = cjv_frame_get_array (scene->frame, "cascade"),
                      .limit = cjv_frame_get_scalar (scene->frame, "limit", NAN) };
  layout->lines = layout->cascade;
  if (((const Params *) scene->params)->shown == SHOWN_ALONE)
    layout->lines = cjv_frame_get_array (scene->frame, "alone");
  layout->alone = layout->lines != layout->cascade;
  if (layout->lines == NULL || layout->cascade->shape.n_dims != 2
      || !cj_shape_equal (&layout->lines->shape, &layout->cascade->shape)
      || layout->cascade->shape.dims[0] < 1 || layout->cascade->shape.dims[1] < 2)
    return FALSE;
  layout->m = layout->lines->shape.dims[0];
  layout->n = layout->lines->shape.dims[1];
  return TRUE;
}

static gboolean
layout_init (Layout *layout, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  CjvPlot *plot = &layout->plot;
  CjvRect room;

  if (!layout_read (layout, scene))
    return FALSE;
  layout->pad = MIN (em * 0.8, scene->width / 12);
  layout->heading = cjv_heading_height (scene);
  place_legend (layout, scene);
  cjv_axis_init (&plot->x);
  cjv_axis_init (&plot->y);
  cjv_axis_include (&plot->x, 0);
  cjv_axis_include (&plot->x, (double) (layout->n - 1));
  cjv_axis_include (&plot->y, 0);
  cjv_axis_include (&plot->y, 1);
  for (gint64 i = 0; i < layout->m * layout->n; i++)
    cjv_axis_include (&plot->y, cjv_tensor_at (layout->lines, i));
  plot->x.unit = CJV_UNIT_COUNT;
  plot->x.label = scene->style->bare ? NULL
                  : layout->alone    ? _ ("The layer that was drawn anew")
                                     : _ ("Layers drawn anew, down to");
  plot->y.label = scene->style->bare ? NULL : _ ("Correlation of ranks");
  room = (CjvRect){ layout->pad, layout->pad + layout->heading,
                    MAX (scene->width - 2 * layout->pad - layout->legend, 1),
                    MAX (scene->height - 2 * layout->pad - layout->heading, 1) };
  cjv_plot_place (plot, scene, &room, FALSE, TRUE);
  name_ticks (layout, scene);
  return TRUE;
}

static void
draw_line (const CjvScene *scene, cairo_t *cr, const Layout *layout, gint64 i)
{
  const double width = scene->style->line_width, dash[] = { width * 3, width * 2 };
  gboolean pen = FALSE;

  cjv_draw_set_color (cr, cjv_style_category (scene->style, (guint) i));
  cairo_set_line_width (cr, width * 0.8);
  if (fails (layout, i))
    cairo_set_dash (cr, dash, 2, 0);
  for (gint64 k = 0; k < layout->n; k++)
    {
      const double v = get (layout, i, k), x = cjv_plot_x (&layout->plot, (double) k);

      if (isfinite (v) && pen)
        cairo_line_to (cr, x, cjv_plot_y (&layout->plot, v));
      else if (isfinite (v))
        cairo_move_to (cr, x, cjv_plot_y (&layout->plot, v));
      pen = isfinite (v);
    }
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  for (gint64 k = 0; k < layout->n; k++)
    if (isfinite (get (layout, i, k)))
      {
        cjv_draw_marker (cr, (guint) i, cjv_plot_x (&layout->plot, (double) k),
                         cjv_plot_y (&layout->plot, get (layout, i, k)), layout->radius);
        cairo_fill (cr);
      }
}

static void
draw_limit (const CjvScene *scene, cairo_t *cr, const Layout *layout)
{
  const double dash[] = { 1, 3 }, y = cjv_plot_y (&layout->plot, layout->limit);
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK_DIM);
  const double line = cjv_text_height (scene, CJV_SIZE_TINY);

  if (!isfinite (layout->limit) || layout->alone)
    return;
  cjv_draw_set_color (cr, ink);
  cairo_set_line_width (cr, scene->style->line_width * 0.6);
  cairo_set_dash (cr, dash, 2, 0);
  cairo_move_to (cr, layout->plot.inner.x, y);
  cairo_line_to (cr, layout->plot.inner.x + layout->plot.inner.width, y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  if (!scene->style->bare && layout->plot.inner.width > 28 * scene->style->font_size)
    cjv_text_draw (scene, cr, layout->plot.inner.x + layout->plot.inner.width, y - line * 1.1,
                   layout->plot.inner.width * 0.6, CJV_SIZE_TINY, CJV_TEXT_RIGHT, ink,
                   _ ("fails if the mean of its line lies above"));
}

static void
draw_legend (const CjvScene *scene, cairo_t *cr, const Layout *layout)
{
  const double em = scene->style->font_size, x = scene->width - layout->pad - layout->legend;

  for (gint64 i = 0; i < layout->n_named && layout->legend > 0; i++)
    {
      const double y = layout->pad + layout->heading + ((double) i + 0.5) * layout->line;
      const gboolean last = i + 1 == layout->n_named && layout->n_named < layout->m;
      g_autofree char *name = last ? g_strdup_printf (_ ("and %d more"), (int) (layout->m - i))
                                   : cjv_class_dup (scene->frame, "methods", i);

      if (!last)
        {
          cjv_draw_set_color (cr, cjv_style_category (scene->style, (guint) i));
          cjv_draw_marker (cr, (guint) i, x + em * 1.2, y, layout->radius);
          cairo_fill (cr);
        }
      if (!last && fails (layout, i))
        cjv_draw_mark (scene, cr, FALSE, x + layout->legend - em * 0.5, y, em * 0.36);
      cjv_text_draw (scene, cr, x + em * 1.8, y, layout->legend - em * 3, CJV_SIZE_NOTE,
                     CJV_TEXT_MIDDLE, cjv_style_color (scene->style, CJV_INK), name);
    }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const int samples = (int) cjv_frame_get_scalar (scene->frame, "samples", 0);
  g_autofree char *note = NULL;
  Layout layout;

  if (!layout_init (&layout, scene))
    return FALSE;
  if (samples > 0)
    note = g_strdup_printf (
        /* Translators: the name of the data comes first */
        g_dngettext (GETTEXT_PACKAGE, "%s, mean of %d sample", "%s, means of %d samples", samples),
        title != NULL ? title : "", samples);
  if (layout.heading > 0)
    cjv_draw_heading (scene, cr, layout.pad, layout.pad, scene->width - 2 * layout.pad,
                      _ ("Maps as what was learned is taken away"), samples > 0 ? note : title);
  cjv_plot_draw_grid (&layout.plot, scene, cr, FALSE);
  draw_limit (scene, cr, &layout);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (gint64 i = layout.m; i-- > 0;)
    draw_line (scene, cr, &layout, i);
  draw_legend (scene, cr, &layout);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  const CjTensor *errors = cjv_frame_get_array (scene->frame, "errors");
  double best = scene->style->font_size * 2.5;
  Layout layout;

  out->index = -1;
  if (!layout_init (&layout, scene))
    return FALSE;
  for (gint64 i = 0; i < layout.m; i++)
    for (gint64 k = 0; k < layout.n; k++)
      {
        const double px = cjv_plot_x (&layout.plot, (double) k);
        const double py = cjv_plot_y (&layout.plot, get (&layout, i, k));
        const double distance = hypot (px - x, py - y);

        if (!(distance < best))
          continue;
        best = distance;
        *out = (CjvHit){ .index = k,
                         .series = i,
                         .x = px - 2 * layout.radius,
                         .y = py - 2 * layout.radius,
                         .width = 4 * layout.radius,
                         .height = 4 * layout.radius };
      }
  if (out->index < 0)
    return FALSE;
  const double error
      = layout.alone ? NAN : cjv_tensor_at (errors, out->series * layout.n + out->index);
  const char *layer
      = out->index > 0 ? cjv_frame_get_string (scene->frame, "layers", out->index - 1) : _ ("none");
  g_autofree char *name = cjv_class_dup (scene->frame, "methods", out->series);
  g_autofree char *value = cjv_number_print (get (&layout, out->series, out->index), 3);
  g_autofree char *more = cjv_number_print (error, 2);

  /* Translators: an explainer, the layer down to which all are new, the number; then its standard error */
  out->text
      = isfinite (error)
            ? g_strdup_printf (_ ("%s, %s: %s ± %s"), name, layer != NULL ? layer : "", value, more)
            : g_strdup_printf (_ ("%s, %s: %s"), name, layer != NULL ? layer : "", value);
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  const CjTensor *cascade = cjv_frame_get_array (scene->frame, "cascade");
  const CjTensor *alone = cjv_frame_get_array (scene->frame, "alone");
  const CjTensor *errors = cjv_frame_get_array (scene->frame, "errors");
  const gint64 n = cascade != NULL && cascade->shape.n_dims == 2 ? cascade->shape.dims[1] : 1;

  g_string_append (out, "method,layers,layer,cascade,cascade_error,alone\r\n");
  for (gint64 i = 0; i < cjv_tensor_size (cascade); i++)
    {
      const char *layer
          = i % n > 0 ? cjv_frame_get_string (scene->frame, "layers", i % n - 1) : NULL;
      g_autofree char *name = cjv_class_dup (scene->frame, "methods", i / n);

      cjv_csv_text (out, name);
      g_string_append_printf (out, ",%d,", (int) (i % n));
      cjv_csv_text (out, layer != NULL ? layer : "");
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (cascade, i));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (errors, i));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (alone, i));
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  GString *out;
  guint n_fail = 0;
  Layout layout;

  if (!layout_read (&layout, scene))
    return NULL;
  out = g_string_new (NULL);
  g_string_append_printf (out,
                          _ ("How alike the maps of %d explainers stay to the first ones while %d "
                             "layers lose what they learned."),
                          (int) layout.m, (int) layout.n - 1);
  for (gint64 i = 0; i < layout.m; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "methods", i);

      if (!fails (&layout, i))
        continue;
      g_string_append (out, n_fail++ > 0 ? ", " : _ (" These hardly change: "));
      g_string_append (out, name);
    }
  g_string_append (out, n_fail > 0 ? "." : _ (" All of them change."));
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_sanity = {
  .id = "sanity",
  .title = N_ ("Sanity check"),
  .blurb = N_ ("Whether maps of explainers change when layers lose what they learned"),
  .empty = N_ ("Nothing is measured yet. Measure draws the layers anew, one after another, and "
               "looks whether the maps notice."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 760,
  .preset_height = 420,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
