/* SPDX-License-Identifier: GPL-3.0-or-later */
/* L layers, P moments of a run: angles in degrees between what a rule changes and the gradient. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_LAYERS 64 /* lines that are drawn */

typedef struct
{
  gboolean whole;
} Params;

static const CjParam params[] = {
  { .name = "whole",
    .title = N_ ("All angles"),
    .blurb = N_ ("Draws from 0° to 100°, not only as far as the angles reach"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, whole),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "angle", CJV_WANT_ARRAY, TRUE, "[L, P]",
    N_ ("Degrees; not a number: a layer that is not changed") },
  { "step", CJV_WANT_ARRAY, TRUE, "[P]", N_ ("Steps of the moments, rising") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the layers") },
  { "rule", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the learning rule") },
  { NULL },
};

typedef struct
{
  const CjTensor *angle, *step;
  gint64 n_layers, n_moments;
  CjvPlot plot;
  double heading, legend; /* px */
} Angles;

static double
get_angle (const Angles *a, gint64 layer, gint64 moment)
{
  return cjv_tensor_at (a->angle, layer * a->n_moments + moment);
}

static const char *
get_name (const CjvScene *scene, gint64 layer)
{
  const char *name = cjv_frame_get_string (scene->frame, "layers", layer);

  return name != NULL ? name : "?";
}

static gboolean
angles_init (Angles *a, const CjvScene *scene)
{
  *a = (Angles){ .angle = cjv_frame_get_array (scene->frame, "angle"),
                 .step = cjv_frame_get_array (scene->frame, "step") };
  if (a->angle->shape.n_dims != 2 || a->step->shape.n_dims != 1)
    return FALSE;
  a->n_layers = MIN (a->angle->shape.dims[0], MAX_LAYERS);
  a->n_moments = a->angle->shape.dims[1];
  return a->n_moments == cjv_tensor_size (a->step);
}

static void
angles_place (Angles *a, const CjvScene *scene)
{
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 10);
  CjvRect outer;

  a->heading = cjv_heading_height (scene);
  a->legend = scene->style->bare ? 0 : cjv_text_height (scene, CJV_SIZE_NOTE) * 1.3;
  outer = (CjvRect){ pad, pad + a->heading + a->legend, MAX (scene->width - 2 * pad, 1),
                     MAX (scene->height - 2 * pad - a->heading - a->legend, 1) };
  cjv_axis_init (&a->plot.x);
  cjv_axis_init (&a->plot.y);
  a->plot.x.unit = CJV_UNIT_COUNT;
  a->plot.x.prefix = _ ("step ");
  a->plot.y.label = _ ("angle to the gradient (°)");
  for (gint64 p = 0; p < a->n_moments; p++)
    for (gint64 l = 0; l < a->n_layers; l++)
      if (isfinite (get_angle (a, l, p)))
        {
          cjv_axis_include (&a->plot.x, cjv_tensor_at (a->step, p));
          cjv_axis_include (&a->plot.y, get_angle (a, l, p));
        }
  a->plot.empty = cjv_axis_is_empty (&a->plot.y);
  if (((const Params *) scene->params)->whole)
    {
      cjv_axis_include (&a->plot.y, 0);
      cjv_axis_include (&a->plot.y, 100);
    }
  cjv_plot_place (&a->plot, scene, &outer, FALSE, FALSE);
}

/* Above it a small step no longer lowers the loss. */
static void
draw_right_angle (const CjvScene *scene, cairo_t *cr, const Angles *a)
{
  const double dash[] = { 4, 4 }, y = cjv_snap (scene->style, cjv_plot_y (&a->plot, 90));

  if (y < a->plot.inner.y || y > a->plot.inner.y + a->plot.inner.height)
    return;
  cairo_move_to (cr, a->plot.inner.x, y);
  cairo_line_to (cr, a->plot.inner.x + a->plot.inner.width, y);
  cairo_set_line_width (cr, 1);
  cairo_set_dash (cr, dash, 2, 0);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  if (!scene->style->bare && scene->width > scene->style->font_size * 24
      && y - a->plot.inner.y > cjv_text_height (scene, CJV_SIZE_NOTE) + 2)
    cjv_text_draw (scene, cr, a->plot.inner.x + 4, a->plot.inner.y + 2, 0, CJV_SIZE_NOTE, 0,
                   cjv_style_color (scene->style, CJV_INK_DIM), _ ("above 90° it does not help"));
}

static void
draw_layer (const CjvScene *scene, cairo_t *cr, const Angles *a, gint64 layer)
{
  const CjvColor color = cjv_style_category (scene->style, (guint) layer);
  const double radius = MAX (scene->style->line_width * 1.4, 1.5);
  gboolean on = FALSE;

  cjv_draw_set_color (cr, color);
  cairo_set_line_width (cr, scene->style->line_width);
  cairo_new_path (cr);
  for (gint64 p = 0; p < a->n_moments; p++)
    {
      const double x = cjv_plot_x (&a->plot, cjv_tensor_at (a->step, p));
      const double y = cjv_plot_y (&a->plot, get_angle (a, layer, p));

      if (!isfinite (x) || !isfinite (y))
        on = FALSE;
      else if (on)
        cairo_line_to (cr, x, y);
      else
        cairo_move_to (cr, x, y);
      on = isfinite (x) && isfinite (y);
    }
  cairo_stroke (cr);
  for (gint64 p = 0; p < a->n_moments && a->n_moments <= 100; p++)
    if (isfinite (get_angle (a, layer, p)))
      {
        cairo_arc (cr, cjv_plot_x (&a->plot, cjv_tensor_at (a->step, p)),
                   cjv_plot_y (&a->plot, get_angle (a, layer, p)), radius, 0, 2 * G_PI);
        cairo_fill (cr);
      }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *rule = cjv_frame_get_text (scene->frame, "rule");
  const double pad = MIN (scene->style->font_size * 0.8, scene->width / 10);
  g_autofree CjvLegendItem *items = NULL;
  Angles a;

  if (!angles_init (&a, scene))
    return FALSE;
  angles_place (&a, scene);
  cjv_plot_draw_grid (&a.plot, scene, cr, FALSE);
  if (!a.plot.empty)
    draw_right_angle (scene, cr, &a);
  items = g_new0 (CjvLegendItem, a.n_layers + 1);
  for (gint64 l = 0; l < a.n_layers; l++)
    {
      draw_layer (scene, cr, &a, l);
      items[l] = (CjvLegendItem){ .color = cjv_style_category (scene->style, (guint) l),
                                  .text = get_name (scene, l),
                                  .marker = CJV_LEGEND_DOTTED_LINE };
    }
  if (a.heading > 0)
    cjv_draw_heading (scene, cr, pad, pad, scene->width - 2 * pad, _ ("Angle to the gradient"),
                      rule);
  if (!scene->style->bare)
    cjv_legend_draw (scene, cr, pad, pad + a.heading, scene->width - 2 * pad, items,
                     (guint) a.n_layers);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  double nearest = scene->style->font_size * 2;
  gint64 layer = -1, moment = -1;
  Angles a;

  if (!angles_init (&a, scene))
    return FALSE;
  angles_place (&a, scene);
  for (gint64 l = 0; l < a.n_layers; l++)
    for (gint64 p = 0; p < a.n_moments; p++)
      {
        const double away = isfinite (get_angle (&a, l, p))
                                ? hypot (cjv_plot_x (&a.plot, cjv_tensor_at (a.step, p)) - x,
                                         cjv_plot_y (&a.plot, get_angle (&a, l, p)) - y)
                                : INFINITY;

        if (away >= nearest)
          continue;
        nearest = away;
        layer = l;
        moment = p;
      }
  if (layer < 0)
    return FALSE;
  {
    const double px = cjv_plot_x (&a.plot, cjv_tensor_at (a.step, moment));
    const double py = cjv_plot_y (&a.plot, get_angle (&a, layer, moment));
    g_autofree char *angle = cjv_number_print (get_angle (&a, layer, moment), 3);
    g_autofree char *step = cjv_number_print (cjv_tensor_at (a.step, moment), 7);

    *out = (CjvHit){
      .index = moment, .series = layer, .x = px - 3, .y = py - 3, .width = 6, .height = 6
    };
    /* Translators: name of a layer, an angle, a step of the training */
    out->text = g_strdup_printf (_ ("%s: %s° at step %s"), get_name (scene, layer), angle, step);
  }
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Angles a;

  g_string_append (out, "step");
  if (!angles_init (&a, scene))
    {
      g_string_append (out, "\r\n");
      return;
    }
  for (gint64 l = 0; l < a.n_layers; l++)
    {
      g_string_append_c (out, ',');
      cjv_csv_text (out, get_name (scene, l));
    }
  g_string_append (out, "\r\n");
  for (gint64 p = 0; p < a.n_moments; p++)
    {
      cjv_csv_number (out, cjv_tensor_at (a.step, p));
      for (gint64 l = 0; l < a.n_layers; l++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, get_angle (&a, l, p));
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  GString *text;
  Angles a;

  if (!angles_init (&a, scene) || a.n_moments == 0)
    return NULL;
  text = g_string_new (_ ("Angle between what the learning rule changes and the gradient:"));
  for (gint64 l = 0; l < a.n_layers; l++)
    {
      g_autofree char *first = cjv_number_print (get_angle (&a, l, 0), 3);
      g_autofree char *last = cjv_number_print (get_angle (&a, l, a.n_moments - 1), 3);

      if (!isfinite (get_angle (&a, l, a.n_moments - 1)))
        continue;
      g_string_append_c (text, ' ');
      /* Translators: name of a layer, two angles */
      g_string_append_printf (text, _ ("%s from %s° to %s°;"), get_name (scene, l), first, last);
    }
  g_string_append_printf (text, " %s", _ ("under 90° a small step lowers the loss."));
  return g_string_free (text, FALSE);
}

const CjvFigureInfo cjv_figure_alignment = {
  .id = "alignment",
  .title = N_ ("Alignment"),
  .blurb = N_ ("How far what a learning rule changes points along the gradient, layer by layer "
               "over the run"),
  .empty = N_ ("Train with a learning rule: how far it points along the gradient stands here."),
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
