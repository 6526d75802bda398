/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a neuron does over time: V variables of S samples, the membrane first, above the current that was
 * injected. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_ROWS 7
#define MEMBRANE 2.4 /* heights of another row */

typedef struct
{
  double from, to;
  gboolean others;
} Params;

static const CjParam params[] = {
  { .name = "from",
    .title = N_ ("From"),
    .blurb = N_ ("Share of the time at which the picture begins"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, from),
    .max = 1,
    .digits = 4,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "to",
    .title = N_ ("To"),
    .blurb = N_ ("Share of the time at which the picture ends"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, to),
    .preset = 1,
    .max = 1,
    .digits = 4,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "others",
    .title = N_ ("Other variables"),
    .blurb = N_ ("Draws what drives the membrane below it"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, others),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "states", CJV_WANT_ARRAY, TRUE, "[V, S]", N_ ("Variables over time, the membrane first") },
  { "current", CJV_WANT_ARRAY, FALSE, "[S]", N_ ("What was injected") },
  { "spikes", CJV_WANT_ARRAY, FALSE, "[K]", N_ ("Times of the spikes") },
  { "dt", CJV_WANT_SCALAR, TRUE, NULL, N_ ("Time between two samples, ms") },
  { "threshold", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Where it fires, mV") },
  { "peak", CJV_WANT_SCALAR, FALSE, NULL,
    N_ ("How high spikes are drawn, mV, where the model cuts them off") },
  { "names", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the variables, with their units") },
  { "current-name", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the current, with its unit") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the neuron") },
  { NULL },
};

typedef struct
{
  const CjTensor *states, *current, *spikes;
  gint64 v, s;
  double dt, begin, end; /* ms; the stretch that is seen */
  guint n_rows;
  CjvPlot rows[MAX_ROWS];
  double pad;
} Traces;

static gboolean
traces_init (Traces *t, const CjvFrame *frame)
{
  *t = (Traces){ .states = cjv_frame_get_array (frame, "states"),
                 .current = cjv_frame_get_array (frame, "current"),
                 .spikes = cjv_frame_get_array (frame, "spikes"),
                 .dt = cjv_frame_get_scalar (frame, "dt", NAN) };
  if (t->states->shape.n_dims != 2 || cjv_tensor_size (t->states) == 0 || !(t->dt > 0)
      || !isfinite (t->dt))
    return FALSE;
  t->v = MIN (t->states->shape.dims[0], MAX_ROWS - 1);
  t->s = t->states->shape.dims[1];
  if (cjv_tensor_size (t->current) != t->s)
    t->current = NULL;
  t->end = (double) t->s * t->dt;
  return TRUE;
}

/* Row v is the current. */
static double
get_value (const Traces *t, guint row, gint64 i)
{
  return row < (guint) t->v ? cjv_tensor_at (t->states, (gint64) row * t->s + i)
                            : cjv_tensor_at (t->current, i);
}

/* The variable that a row shows. */
static guint
get_variable (const Traces *t, guint row)
{
  return row + 1 == t->n_rows && t->current != NULL ? (guint) t->v : row;
}

static const char *
get_name (const CjvScene *scene, const Traces *t, guint row)
{
  const guint variable = get_variable (t, row);

  if (variable < (guint) t->v)
    return cjv_frame_get_string (scene->frame, "names", variable);
  return cjv_frame_get_text (scene->frame, "current-name");
}

static void
place_row (Traces *t, const CjvScene *scene, guint row, const CjvRect *outer)
{
  CjvPlot *plot = &t->rows[row];
  const double peak = cjv_frame_get_scalar (scene->frame, "peak", NAN);

  *plot = (CjvPlot){ 0 };
  cjv_axis_init (&plot->x);
  cjv_axis_init (&plot->y);
  plot->x.label = row + 1 == t->n_rows ? _ ("Time (ms)") : NULL;
  plot->y.label = get_name (scene, t, row);
  cjv_axis_include (&plot->x, t->begin);
  cjv_axis_include (&plot->x, t->end);
  for (gint64 i = 0; i < t->s; i++)
    cjv_axis_include (&plot->y, get_value (t, get_variable (t, row), i));
  if (row == 0 && cjv_tensor_size (t->spikes) > 0 && isfinite (peak))
    cjv_axis_include (&plot->y, peak);
  if (row == 0)
    cjv_axis_include (&plot->y, cjv_frame_get_scalar (scene->frame, "threshold", NAN));
  plot->empty = cjv_axis_is_empty (&plot->y);
  cjv_plot_place (plot, scene, outer, FALSE, TRUE);
}

/* A low and wide place, as in the dock: the membrane at the left, as much of the others as can be read at its
 * right, the current last. */
static void
place_beside (Traces *t, const CjvScene *scene, double top, double room)
{
  const double em = scene->style->font_size, width = MAX (scene->width - 2 * t->pad, 1);
  const guint most = (guint) MAX (floor ((room - em * 2.5) / (em * 3.2)), 1);
  double left = 0;

  t->n_rows = MIN (t->n_rows, 1 + most);
  for (guint row = 0; row < t->n_rows; row++)
    {
      const double high = (room - em * 2.5) / (t->n_rows - 1);
      const gboolean last = row + 1 == t->n_rows;
      const CjvRect outer = row == 0 ? (CjvRect){ t->pad, top, width * 0.58, room }
                                     : (CjvRect){ t->pad + width * 0.6, top + (row - 1) * high,
                                                  width * 0.4, high + (last ? em * 2.5 : 0) };

      place_row (t, scene, row, &outer);
      if (row == 0)
        t->rows[0].x.label = NULL;
      else
        left = MAX (left, t->rows[row].inner.x);
      if (row > 0 && !last) /* the time stands below the last */
        {
          t->rows[row].x.n_ticks = 0;
          t->rows[row].inner.height = MAX (high - em * 0.6, 1);
        }
    }
  for (guint row = 1; row < t->n_rows; row++)
    {
      CjvRect *inner = &t->rows[row].inner;

      inner->width = MAX (inner->x + inner->width - left, 1);
      inner->x = left;
    }
}

/* All rows begin at the same place to the right of their numbers. */
static void
traces_place (Traces *t, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size;
  const double all = t->end;
  double top, room, unit, left = 0;

  t->pad = MIN (em * 0.8, scene->width / 10);
  t->begin = MIN (p->from, p->to) * all;
  t->end = MAX (MAX (p->from, p->to) * all, t->begin + t->dt);
  t->n_rows = (guint) (p->others && !scene->style->bare ? t->v : 1) + (t->current != NULL);
  top = t->pad + cjv_heading_height (scene);
  room = MAX (scene->height - t->pad - top, 1);
  if (scene->height < em * 16 && scene->width >= em * 40 && room > em * 4.5 && t->n_rows > 1)
    {
      place_beside (t, scene, top, room);
      return;
    }
  if (scene->height < em * 16) /* the membrane alone */
    {
      t->n_rows = 1;
      t->current = NULL;
    }
  unit = room / (MEMBRANE + t->n_rows - 1);
  for (guint row = 0; row < t->n_rows; row++)
    {
      const CjvRect outer
          = { t->pad, top + (row > 0 ? unit * (MEMBRANE + row - 1) : 0),
              MAX (scene->width - 2 * t->pad, 1), row > 0 ? unit : unit * MEMBRANE };

      place_row (t, scene, row, &outer);
      left = MAX (left, t->rows[row].inner.x);
    }
  for (guint row = 0; row < t->n_rows; row++)
    {
      CjvRect *inner = &t->rows[row].inner;

      inner->width = MAX (inner->x + inner->width - left, 1);
      inner->x = left;
    }
}

/* The least and the largest of the samples in each pixel: of many nothing is lost. */
static void
draw_row (const Traces *t, const CjvScene *scene, cairo_t *cr, guint row)
{
  const CjvPlot *plot = &t->rows[row];
  const guint variable = get_variable (t, row);
  const gint64 first = MAX ((gint64) (t->begin / t->dt) - 1, 0);
  const gint64 last = MIN ((gint64) (t->end / t->dt) + 2, t->s);
  double column = -INFINITY, low = 0, high = 0;
  gboolean on = FALSE;

  cairo_save (cr);
  cairo_rectangle (cr, plot->inner.x, plot->inner.y - 2, plot->inner.width, plot->inner.height + 4);
  cairo_clip (cr);
  cairo_new_path (cr);
  for (gint64 i = first; i < last; i++)
    {
      const double v = get_value (t, variable, i);
      const double x = cjv_plot_x (plot, (double) i * t->dt), y = cjv_plot_y (plot, v);

      if (!isfinite (v))
        {
          on = FALSE;
          continue;
        }
      if (on && x < column + 0.5 && y >= low && y <= high)
        continue;
      if (on)
        cairo_line_to (cr, x, y);
      else
        cairo_move_to (cr, x, y);
      if (!on || x >= column + 0.5)
        {
          column = x;
          low = high = y;
        }
      low = MIN (low, y);
      high = MAX (high, y);
      on = TRUE;
    }
  cairo_set_line_width (cr, scene->style->line_width * (row == 0 ? 0.8 : 0.65));
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cjv_draw_set_color (cr, variable == (guint) t->v ? cjv_style_color (scene->style, CJV_INK_DIM)
                                                   : cjv_style_category (scene->style, variable));
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* A line up where the model fired and was reset, which the samples do not show. */
static void
draw_spikes (const Traces *t, const CjvScene *scene, cairo_t *cr)
{
  const double peak = cjv_frame_get_scalar (scene->frame, "peak", NAN);
  const double threshold = cjv_frame_get_scalar (scene->frame, "threshold", NAN);
  const double dash[] = { 4, 3 };
  const CjvPlot *plot = &t->rows[0];

  cairo_save (cr);
  cairo_rectangle (cr, plot->inner.x, plot->inner.y - 2, plot->inner.width, plot->inner.height + 4);
  cairo_clip (cr);
  for (gint64 i = 0; i < cjv_tensor_size (t->spikes) && isfinite (peak); i++)
    {
      const double at = cjv_tensor_at (t->spikes, i);
      const gint64 sample = CLAMP ((gint64) (at / t->dt + 0.5), 0, t->s - 1);
      const double x = cjv_plot_x (plot, at);

      cairo_move_to (cr, x, cjv_plot_y (plot, cjv_tensor_at (t->states, MAX (sample - 1, 0))));
      cairo_line_to (cr, x, cjv_plot_y (plot, peak));
      cairo_line_to (cr, x, cjv_plot_y (plot, cjv_tensor_at (t->states, sample)));
    }
  cairo_set_line_width (cr, scene->style->line_width * 0.8);
  cjv_draw_set_color (cr, cjv_style_category (scene->style, 0));
  cairo_stroke (cr);
  if (isfinite (threshold))
    {
      cairo_set_dash (cr, dash, 2, 0);
      cairo_move_to (cr, plot->inner.x, cjv_plot_y (plot, threshold));
      cairo_line_to (cr, plot->inner.x + plot->inner.width, cjv_plot_y (plot, threshold));
      cairo_set_line_width (cr, 1);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_BAD));
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

static char *
print_rate (const Traces *t)
{
  const gint64 n = cjv_tensor_size (t->spikes);
  g_autofree char *rate = cjv_number_print ((double) n * 1000 / ((double) t->s * t->dt), 3);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d spike, %s per second",
                                       "%d spikes, %s per second", (gulong) n),
                          (int) n, rate);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *rate = NULL;
  Traces t;

  if (!traces_init (&t, scene->frame))
    return FALSE;
  traces_place (&t, scene);
  for (guint row = 0; row < t.n_rows; row++)
    {
      cjv_plot_draw_grid (&t.rows[row], scene, cr, FALSE);
      draw_row (&t, scene, cr, row);
    }
  draw_spikes (&t, scene, cr);
  rate = print_rate (&t);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, t.pad, t.pad, scene->width - 2 * t.pad,
                      title != NULL ? title : _ ("Neuron"), rate);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Traces t;

  if (!traces_init (&t, scene->frame))
    return FALSE;
  traces_place (&t, scene);
  for (guint row = 0; row < t.n_rows; row++)
    {
      const CjvPlot *plot = &t.rows[row];

      if (cjv_rect_contains (&plot->inner, x, y))
        {
          const double share = (x - plot->inner.x) / plot->inner.width;
          const gint64 i
              = CLAMP ((gint64) ((t.begin + share * (t.end - t.begin)) / t.dt + 0.5), 0, t.s - 1);
          const char *name = get_name (scene, &t, row);
          g_autofree char *time = cjv_number_print ((double) i * t.dt, 4);
          g_autofree char *value = cjv_number_print (get_value (&t, get_variable (&t, row), i), 4);

          *out = (CjvHit){ .index = i,
                           .series = get_variable (&t, row),
                           .x = x - 1,
                           .y = plot->inner.y,
                           .width = 2,
                           .height = plot->inner.height,
                           .text = g_strdup_printf (_ ("%s ms: %s %s"), time,
                                                    name != NULL ? name : "", value) };
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
zoom (const CjvScene *scene, const CjvZoom *how, gpointer values)
{
  Params *p = values;
  double from, to;
  Traces t;

  if (!traces_init (&t, scene->frame))
    return FALSE;
  traces_place (&t, scene);
  if (!cjv_plot_zoom (&t.rows[0], how, FALSE, &from, &to))
    {
      const gboolean was = p->from > 0 || p->to < 1;

      p->from = 0;
      p->to = 1;
      return was;
    }
  {
    const double span = p->to - p->from, begin = p->from;

    p->from = CLAMP (begin + from * span, 0, 1);
    p->to = CLAMP (begin + to * span, 0, 1);
  }
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Traces t;

  if (!traces_init (&t, scene->frame))
    return;
  g_string_append (out, "time");
  for (gint64 v = 0; v < t.v; v++)
    {
      const char *name = cjv_frame_get_string (scene->frame, "names", v);

      g_string_append_c (out, ',');
      cjv_csv_text (out, name != NULL ? name : "state");
    }
  g_string_append (out, ",current\r\n");
  for (gint64 i = 0; i < t.s; i++)
    {
      cjv_csv_number (out, (double) i * t.dt);
      for (gint64 v = 0; v <= t.v; v++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, get_value (&t, (guint) v, i));
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *rate = NULL, *time = NULL;
  Traces t;

  if (!traces_init (&t, scene->frame))
    return NULL;
  rate = print_rate (&t);
  time = cjv_number_print (t.end, 4);
  return g_strdup_printf (_ ("%s over %s ms: %s."), title != NULL ? title : _ ("A neuron"), time,
                          rate);
}

const CjvFigureInfo cjv_figure_traces = {
  .id = "traces",
  .title = N_ ("Traces"),
  .blurb = N_ ("The membrane of a neuron over time, what drives it, and its spikes"),
  .empty = N_ ("Here stands what a neuron does, as soon as a current is injected."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 800,
  .preset_height = 520,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
  .zoom = zoom,
};
