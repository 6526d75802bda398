/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plane of two variables of a neuron: where each stands still, where both do, and the way it went. S samples of
 * the way, P fixed points, A arrows. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct
{
  gboolean flow;
} Params;

static const CjParam params[] = {
  { .name = "flow",
    .title = N_ ("Flow"),
    .blurb = N_ ("Draws arrows along which the neuron moves"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, flow),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "way", CJV_WANT_ARRAY, TRUE, "[S, 2]",
    N_ ("Membrane and recovery variable over time; NaN where it jumps") },
  { "v-null", CJV_WANT_ARRAY, FALSE, "[M, 4]", N_ ("Stretches where the membrane stands still") },
  { "w-null", CJV_WANT_ARRAY, FALSE, "[M, 4]", N_ ("Stretches where the recovery stands still") },
  { "fixed", CJV_WANT_ARRAY, FALSE, "[P, 3]",
    N_ ("Fixed points; third: 0 stable node, 1 stable focus, 2 unstable node, 3 unstable focus, 4 "
        "saddle") },
  { "flow", CJV_WANT_ARRAY, FALSE, "[A, 4]", N_ ("Places and how fast both variables change") },
  { "bounds", CJV_WANT_ARRAY, FALSE, "[4]", N_ ("Of the plane: v from, to, w from, to") },
  { "names", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the two variables, with their units") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the neuron") },
  { "note", CJV_WANT_TEXT, FALSE, NULL, N_ ("With how much current") },
  { NULL },
};

static const char *const kinds[] = { N_ ("stable node"), N_ ("stable focus"), N_ ("unstable node"),
                                     N_ ("unstable focus"), N_ ("saddle") };

typedef struct
{
  const CjTensor *way, *null[2], *fixed, *flow;
  gint64 s, n_fixed;
  CjvPlot plot;
  double pad;
} Plane;

/* An array of rows of `wide` numbers, or NULL. */
static const CjTensor *
get_rows (const CjvFrame *frame, const char *name, gint64 wide)
{
  const CjTensor *array = cjv_frame_get_array (frame, name);

  return array != NULL && array->shape.n_dims == 2 && array->shape.dims[1] == wide
                 && cjv_tensor_size (array) > 0
             ? array
             : NULL;
}

static gboolean
plane_init (Plane *p, const CjvFrame *frame)
{
  *p = (Plane){ .way = get_rows (frame, "way", 2),
                .null = { get_rows (frame, "v-null", 4), get_rows (frame, "w-null", 4) },
                .fixed = get_rows (frame, "fixed", 3),
                .flow = get_rows (frame, "flow", 4) };
  if (p->way == NULL)
    return FALSE;
  p->s = p->way->shape.dims[0];
  p->n_fixed = p->fixed != NULL ? p->fixed->shape.dims[0] : 0;
  return TRUE;
}

static void
plane_place (Plane *p, const CjvScene *scene)
{
  const CjTensor *bounds = cjv_frame_get_array (scene->frame, "bounds");
  const double heading = cjv_heading_height (scene);
  CjvRect room;

  p->pad = MIN (scene->style->font_size * 0.8, scene->width / 10);
  cjv_axis_init (&p->plot.x);
  cjv_axis_init (&p->plot.y);
  p->plot.x.label = cjv_frame_get_string (scene->frame, "names", 0);
  p->plot.y.label = cjv_frame_get_string (scene->frame, "names", 1);
  for (gint64 i = 0; cjv_tensor_size (bounds) == 4 && i < 4; i++)
    cjv_axis_include (i < 2 ? &p->plot.x : &p->plot.y, cjv_tensor_at (bounds, i));
  for (gint64 i = 0; cjv_tensor_size (bounds) != 4 && i < 2 * p->s; i++)
    cjv_axis_include (i % 2 == 0 ? &p->plot.x : &p->plot.y, cjv_tensor_at (p->way, i));
  p->plot.empty = cjv_axis_is_empty (&p->plot.x) || cjv_axis_is_empty (&p->plot.y);
  room = (CjvRect){ p->pad, p->pad + heading, MAX (scene->width - 2 * p->pad, 1),
                    MAX (scene->height - 2 * p->pad - heading, 1) };
  cjv_plot_place (&p->plot, scene, &room, FALSE, FALSE);
}

/* Arrows as long as their distance, in the picture, not in the units of the variables. */
static void
draw_flow (const Plane *p, const CjvScene *scene, cairo_t *cr)
{
  const CjvRect *in = &p->plot.inner;
  const double length = scene->style->font_size * 0.8;
  const double by_v = in->width / (p->plot.x.high - p->plot.x.low);
  const double by_w = in->height / (p->plot.y.high - p->plot.y.low);

  for (gint64 i = 0; i < p->flow->shape.dims[0]; i++)
    {
      const double x = cjv_plot_x (&p->plot, cjv_tensor_at (p->flow, 4 * i));
      const double y = cjv_plot_y (&p->plot, cjv_tensor_at (p->flow, 4 * i + 1));
      const double dx = cjv_tensor_at (p->flow, 4 * i + 2) * by_v;
      const double dy = -cjv_tensor_at (p->flow, 4 * i + 3) * by_w, size = hypot (dx, dy);
      double u, v;

      if (!(size > 0) || !isfinite (size) || !isfinite (x) || !isfinite (y))
        continue;
      u = dx / size * length / 2;
      v = dy / size * length / 2;
      cairo_move_to (cr, x - u, y - v);
      cairo_line_to (cr, x + u, y + v);
      cairo_line_to (cr, x + u * 0.3 - v * 0.4, y + v * 0.3 + u * 0.4);
      cairo_move_to (cr, x + u, y + v);
      cairo_line_to (cr, x + u * 0.3 + v * 0.4, y + v * 0.3 - u * 0.4);
    }
  cairo_set_line_width (cr, 1);
  cjv_draw_set_color (cr, cjv_color_alpha (cjv_style_color (scene->style, CJV_INK_DIM), 0.45));
  cairo_stroke (cr);
}

static void
draw_null (const Plane *p, const CjvScene *scene, cairo_t *cr, guint which)
{
  const CjTensor *null = p->null[which];

  for (gint64 i = 0; null != NULL && i < null->shape.dims[0]; i++)
    {
      const double x0 = cjv_plot_x (&p->plot, cjv_tensor_at (null, 4 * i));
      const double y0 = cjv_plot_y (&p->plot, cjv_tensor_at (null, 4 * i + 1));
      const double x1 = cjv_plot_x (&p->plot, cjv_tensor_at (null, 4 * i + 2));
      const double y1 = cjv_plot_y (&p->plot, cjv_tensor_at (null, 4 * i + 3));

      if (isfinite (x0) && isfinite (y0) && isfinite (x1) && isfinite (y1))
        {
          cairo_move_to (cr, x0, y0);
          cairo_line_to (cr, x1, y1);
        }
    }
  cairo_save (cr);
  cairo_set_line_width (cr, scene->style->line_width);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cjv_draw_set_color (cr, cjv_style_category (scene->style, 1 + which));
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_way (const Plane *p, const CjvScene *scene, cairo_t *cr)
{
  gboolean on = FALSE;

  cairo_new_path (cr);
  for (gint64 i = 0; i < p->s; i++)
    {
      const double x = cjv_plot_x (&p->plot, cjv_tensor_at (p->way, 2 * i));
      const double y = cjv_plot_y (&p->plot, cjv_tensor_at (p->way, 2 * i + 1));

      if (!isfinite (x) || !isfinite (y))
        on = FALSE;
      else if (on)
        cairo_line_to (cr, x, y);
      else
        {
          cairo_move_to (cr, x, y);
          on = TRUE;
        }
    }
  cairo_set_line_width (cr, scene->style->line_width * 0.6);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cjv_draw_set_color (cr, cjv_style_category (scene->style, 0));
  cairo_stroke (cr);
}

static guint
get_kind (const Plane *p, gint64 i)
{
  const double kind = cjv_tensor_at (p->fixed, 3 * i + 2);

  return kind >= 0 && kind < G_N_ELEMENTS (kinds) ? (guint) kind : 4;
}

/* Filled where it is stable, hollow where it is not, crossed where it is a saddle. */
static void
draw_fixed (const Plane *p, const CjvScene *scene, cairo_t *cr)
{
  const double radius = scene->style->font_size * 0.36;

  for (gint64 i = 0; i < p->n_fixed; i++)
    {
      const double x = cjv_plot_x (&p->plot, cjv_tensor_at (p->fixed, 3 * i));
      const double y = cjv_plot_y (&p->plot, cjv_tensor_at (p->fixed, 3 * i + 1));
      const guint kind = get_kind (p, i);

      if (!isfinite (x) || !isfinite (y))
        continue;
      cairo_new_path (cr);
      cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, kind < 2 ? CJV_INK : CJV_BACKGROUND));
      cairo_fill_preserve (cr);
      if (kind == 4)
        {
          cairo_move_to (cr, x - radius, y);
          cairo_line_to (cr, x + radius, y);
        }
      cairo_set_line_width (cr, scene->style->line_width * 0.8);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
      cairo_stroke (cr);
    }
}

static void
draw_heading (const Plane *p, const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double room = MAX (scene->width - 2 * p->pad, 1), em = scene->style->font_size;
  const char *v = cjv_frame_get_string (scene->frame, "names", 0);
  const char *w = cjv_frame_get_string (scene->frame, "names", 1);
  const double lift
      = cjv_text_height (scene, CJV_SIZE_BODY) - cjv_text_height (scene, CJV_SIZE_NOTE);
  g_autofree char *first = NULL, *second = NULL;
  double needed = 0;

  first = g_strdup_printf (_ ("%.*s stands still"), v != NULL ? (int) strcspn (v, " ") : 1,
                           v != NULL ? v : "v");
  second = g_strdup_printf (_ ("%.*s stands still"), w != NULL ? (int) strcspn (w, " ") : 1,
                            w != NULL ? w : "w");
  {
    const CjvLegendItem items[]
        = { { cjv_style_category (scene->style, 1), first, CJV_LEGEND_LINE, FALSE },
            { cjv_style_category (scene->style, 2), second, CJV_LEGEND_LINE, FALSE },
            { cjv_style_category (scene->style, 0), _ ("its way"), CJV_LEGEND_LINE, FALSE } };

    for (guint i = 0; i < G_N_ELEMENTS (items); i++)
      needed += cjv_text_width (scene, CJV_SIZE_NOTE, items[i].text) + em * 3.1;
    if (needed > room * 0.7)
      needed = 0;
    cjv_draw_heading (scene, cr, p->pad, p->pad, room - needed,
                      title != NULL ? title : _ ("Phase plane"),
                      cjv_frame_get_text (scene->frame, "note"));
    if (needed > 0)
      cjv_legend_draw (scene, cr, p->pad + room - needed, p->pad + lift / 2, needed, items,
                       G_N_ELEMENTS (items));
  }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const Params *values = scene->params;
  Plane p;

  if (!plane_init (&p, scene->frame))
    return FALSE;
  plane_place (&p, scene);
  cjv_plot_draw_grid (&p.plot, scene, cr, FALSE);
  if (!p.plot.empty)
    {
      const CjvRect *in = &p.plot.inner;

      cairo_save (cr);
      cairo_rectangle (cr, in->x, in->y, in->width, in->height);
      cairo_clip (cr);
      if (values->flow && p.flow != NULL && in->height > scene->style->font_size * 6)
        draw_flow (&p, scene, cr);
      draw_null (&p, scene, cr, 0);
      draw_null (&p, scene, cr, 1);
      draw_way (&p, scene, cr);
      draw_fixed (&p, scene, cr);
      cairo_restore (cr);
    }
  if (cjv_heading_height (scene) > 0)
    draw_heading (&p, scene, cr);
  return TRUE;
}

/* "stable node at −70, −14". You free. */
static char *
print_fixed (const Plane *p, gint64 i)
{
  g_autofree char *v = cjv_number_print (cjv_tensor_at (p->fixed, 3 * i), 4);
  g_autofree char *w = cjv_number_print (cjv_tensor_at (p->fixed, 3 * i + 1), 3);

  return g_strdup_printf (/* Translators: kind of a fixed point, and the two numbers of its place */
                          _ ("%s at %s, %s"), _ (kinds[get_kind (p, i)]), v, w);
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  const double reach = scene->style->font_size * 0.8;
  g_autofree char *v = NULL, *w = NULL;
  Plane p;

  if (!plane_init (&p, scene->frame))
    return FALSE;
  plane_place (&p, scene);
  if (p.plot.empty || !cjv_rect_contains (&p.plot.inner, x, y))
    return FALSE;
  *out = (CjvHit){ .index = -1, .series = -1, .x = x - 1, .y = y - 1, .width = 2, .height = 2 };
  for (gint64 i = 0; i < p.n_fixed; i++)
    {
      const double px = cjv_plot_x (&p.plot, cjv_tensor_at (p.fixed, 3 * i));
      const double py = cjv_plot_y (&p.plot, cjv_tensor_at (p.fixed, 3 * i + 1));

      if (!(hypot (px - x, py - y) < reach))
        continue;
      *out = (CjvHit){ .index = i,
                       .series = -1,
                       .x = px - reach / 2,
                       .y = py - reach / 2,
                       .width = reach,
                       .height = reach,
                       .text = print_fixed (&p, i) };
      return TRUE;
    }
  v = cjv_number_print (cjv_axis_unmap (&p.plot.x, (x - p.plot.inner.x) / p.plot.inner.width), 4);
  w = cjv_number_print (cjv_axis_unmap (&p.plot.y, 1 - (y - p.plot.inner.y) / p.plot.inner.height),
                        3);
  out->text = g_strdup_printf ("%s %s · %s %s", p.plot.x.label != NULL ? p.plot.x.label : "v", v,
                               p.plot.y.label != NULL ? p.plot.y.label : "w", w);
  return TRUE;
}

static void
print_rows (GString *out, const char *what, const CjTensor *rows, gint64 used)
{
  const gint64 wide = rows != NULL ? rows->shape.dims[1] : 1;

  for (gint64 i = 0; rows != NULL && i < rows->shape.dims[0]; i++)
    {
      g_string_append (out, what);
      for (gint64 k = 0; k < 4; k++)
        {
          g_string_append_c (out, ',');
          if (k < used)
            cjv_csv_number (out, cjv_tensor_at (rows, i * wide + k));
        }
      g_string_append (out, "\r\n");
    }
}

static void
csv (const CjvScene *scene, GString *out)
{
  Plane p;

  g_string_append (out, "what,v,w,v2,w2\r\n");
  if (!plane_init (&p, scene->frame))
    return;
  print_rows (out, "way", p.way, 2);
  print_rows (out, "v-null", p.null[0], 4);
  print_rows (out, "w-null", p.null[1], 4);
  for (gint64 i = 0; i < p.n_fixed; i++)
    {
      g_string_append_printf (out, "%s,", kinds[get_kind (&p, i)]);
      cjv_csv_number (out, cjv_tensor_at (p.fixed, 3 * i));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (p.fixed, 3 * i + 1));
      g_string_append (out, ",,\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const char *note = cjv_frame_get_text (scene->frame, "note");
  GString *text;
  Plane p;

  if (!plane_init (&p, scene->frame))
    return NULL;
  text = g_string_new (title != NULL ? title : _ ("Phase plane"));
  if (note != NULL)
    g_string_append_printf (text, ", %s", note);
  g_string_append (text, ": ");
  if (p.n_fixed == 0)
    g_string_append (text, _ ("no fixed point, it never comes to rest"));
  for (gint64 i = 0; i < p.n_fixed; i++)
    {
      g_autofree char *fixed = print_fixed (&p, i);

      g_string_append_printf (text, "%s%s", i > 0 ? "; " : "", fixed);
    }
  g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

const CjvFigureInfo cjv_figure_phase_plane = {
  .id = "phase-plane",
  .title = N_ ("Phase plane"),
  .blurb
  = N_ ("Membrane against recovery of a neuron: where each stands still, and the way it goes"),
  .empty = N_ ("This neuron has no plane of two variables. Choose one that has: Izhikevich, "
               "Adaptive exponential or Hodgkin–Huxley."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 560,
  .preset_height = 440,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
