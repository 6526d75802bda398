/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Membranes of R units of a layer over T moments, each with the threshold at which it fires. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_ROWS 8
#define BAND 0.45 /* of a row, for conductances */

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "membrane", CJV_WANT_ARRAY, TRUE, "[R, T]", N_ ("Potential of each unit before its reset") },
  { "spikes", CJV_WANT_ARRAY, FALSE, "[R, T]", N_ ("1 where it fires, else 0") },
  { "excitation", CJV_WANT_ARRAY, FALSE, "[R, T]", N_ ("Excitatory conductance of each unit") },
  { "inhibition", CJV_WANT_ARRAY, FALSE, "[R, T]", N_ ("Inhibitory conductance of each unit") },
  { "threshold", CJV_WANT_ARRAY, FALSE, "[R, T]", N_ ("Where it would fire at that time step") },
  { "units", CJV_WANT_ARRAY, FALSE, "[R]", N_ ("Numbers of the units") },
  { "dt", CJV_WANT_SCALAR, FALSE, NULL, N_ ("How long a time step is") },
  { "time-unit", CJV_WANT_TEXT, FALSE, NULL, N_ ("Unit of the times; none: time steps") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  const CjTensor *membrane, *spikes, *threshold;
  const CjTensor *opened[2]; /* excitatory and inhibitory conductances; NULL: not known */
  double widest;             /* the largest of them that is shown */
  double floor;              /* of the membranes that are shown: conductances lie below */
  gint64 r, t;
  guint n_shown;
  double dt, pad;
  CjvPlot rows[MAX_ROWS];
  char names[MAX_ROWS][40];
} Membrane;

static gboolean
membrane_init (Membrane *m, const CjvFrame *frame)
{
  *m = (Membrane){ .membrane = cjv_frame_get_array (frame, "membrane"),
                   .spikes = cjv_frame_get_array (frame, "spikes"),
                   .threshold = cjv_frame_get_array (frame, "threshold"),
                   .opened = { cjv_frame_get_array (frame, "excitation"),
                               cjv_frame_get_array (frame, "inhibition") },
                   .dt = cjv_frame_get_scalar (frame, "dt", 1) };
  if (m->membrane->shape.n_dims != 2 || cjv_tensor_size (m->membrane) == 0)
    return FALSE;
  if (!(m->dt > 0 && isfinite (m->dt)))
    m->dt = 1;
  m->r = m->membrane->shape.dims[0];
  m->t = m->membrane->shape.dims[1];
  if (cjv_tensor_size (m->spikes) != m->r * m->t)
    m->spikes = NULL;
  if (cjv_tensor_size (m->threshold) != m->r * m->t)
    m->threshold = NULL;
  for (guint side = 0; side < 2; side++)
    if (cjv_tensor_size (m->opened[side]) != m->r * m->t)
      m->opened[0] = m->opened[1] = NULL;
  return TRUE;
}

static gint64
get_unit (const CjvFrame *frame, gint64 row)
{
  const CjTensor *units = cjv_frame_get_array (frame, "units");
  const double unit = cjv_tensor_at (units, row);

  return isfinite (unit) && fabs (unit) < 1e9 ? (gint64) unit : row;
}

static gboolean
fires (const Membrane *m, gint64 row, gint64 t)
{
  return m->spikes != NULL && cjv_tensor_at (m->spikes, row * m->t + t) > 0;
}

static const char *
get_time_label (const CjvScene *scene)
{
  const char *unit = cjv_frame_get_text (scene->frame, "time-unit");

  return unit != NULL && g_str_equal (unit, "ms") ? _ ("Time (ms)") : _ ("Time step");
}

/* What stands below the membranes is no potential. */
static void
drop_ticks (CjvAxis *axis, double floor)
{
  guint n = 0;

  for (guint i = 0; i < axis->n_ticks; i++)
    if (axis->ticks[i] >= floor)
      {
        axis->ticks[n] = axis->ticks[i];
        memmove (axis->texts[n++], axis->texts[i], sizeof axis->texts[i]);
      }
  axis->n_ticks = n;
}

/* As many rows as can be read, on one scale, so that they can be compared. */
static void
membrane_place (Membrane *m, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  double top, room, high, left = 0, low = INFINITY, most = -INFINITY;

  m->pad = MIN (em * 0.8, scene->width / 10);
  top = m->pad + cjv_heading_height (scene);
  room = MAX (scene->height - m->pad - top, 1);
  m->n_shown = (guint) CLAMP (
      MIN ((double) m->r, floor (room / (em * (m->opened[0] != NULL ? 8 : 4.2)))), 1, MAX_ROWS);
  for (gint64 i = 0; i < (gint64) m->n_shown * m->t; i++)
    {
      const double v = cjv_tensor_at (m->membrane, i);
      const double at = m->threshold != NULL ? cjv_tensor_at (m->threshold, i) : v;

      if (isfinite (v) && isfinite (at))
        {
          low = MIN (low, MIN (v, at));
          most = MAX (most, MAX (v, at));
        }
      for (guint side = 0; m->opened[0] != NULL && side < 2; side++)
        if (isfinite (cjv_tensor_at (m->opened[side], i)))
          m->widest = MAX (m->widest, cjv_tensor_at (m->opened[side], i));
    }
  m->floor = low;
  if (m->widest > 0) /* a band of their own, below */
    low -= MAX (most - low, 1e-9) * BAND / (1 - BAND);
  high = (room - em * 2.4) / m->n_shown; /* the last has the axis of time as well */
  for (guint row = 0; row < m->n_shown; row++)
    {
      CjvPlot *plot = &m->rows[row];
      const gboolean last = row + 1 == m->n_shown;
      const CjvRect outer = { m->pad, top + MAX (high, 1) * row, MAX (scene->width - 2 * m->pad, 1),
                              MAX (last ? room - high * row : high - em * 0.4, 1) };

      *plot = (CjvPlot){ 0 };
      cjv_axis_init (&plot->x);
      cjv_axis_init (&plot->y);
      g_snprintf (m->names[row], sizeof m->names[row], _ ("unit %d"),
                  (int) get_unit (scene->frame, row));
      plot->y.label = m->names[row];
      plot->x.label = last ? get_time_label (scene) : NULL;
      cjv_axis_include (&plot->x, 0);
      cjv_axis_include (&plot->x, (double) m->t * m->dt);
      cjv_axis_include (&plot->y, low);
      cjv_axis_include (&plot->y, most + (most - low) * 0.12); /* for the marks of spikes */
      plot->empty = cjv_axis_is_empty (&plot->y);
      cjv_plot_place (plot, scene, &outer, FALSE, FALSE);
      if (m->widest > 0)
        drop_ticks (&plot->y, m->floor);
      if (!last) /* the time stands below the last */
        {
          plot->x.n_ticks = 0;
          plot->inner.height = MAX (outer.y + outer.height - plot->inner.y, 1);
        }
      left = MAX (left, plot->inner.x);
    }
  for (guint row = 0; row < m->n_shown; row++)
    {
      CjvRect *in = &m->rows[row].inner;

      in->width = MAX (in->x + in->width - left, 1);
      in->x = left;
    }
}

static double
get_x (const Membrane *m, guint row, gint64 t)
{
  return cjv_plot_x (&m->rows[row], ((double) t + 0.5) * m->dt);
}

static void
trace (const Membrane *m, cairo_t *cr, guint row, const CjTensor *values)
{
  gboolean on = FALSE;

  cairo_new_path (cr);
  for (gint64 t = 0; t < m->t; t++)
    {
      const double v = cjv_tensor_at (values, row * m->t + t);

      if (!isfinite (v))
        on = FALSE;
      else if (on)
        cairo_line_to (cr, get_x (m, row, t), cjv_plot_y (&m->rows[row], v));
      else
        {
          cairo_move_to (cr, get_x (m, row, t), cjv_plot_y (&m->rows[row], v));
          on = TRUE;
        }
    }
}

/* Below the membrane, on a scale that all rows share: the excitatory conductance up from a line, the inhibitory one
 * down, its edge dashed. */
static void
draw_opened (const Membrane *m, const CjvScene *scene, cairo_t *cr, guint row)
{
  static const double dash[] = { 4, 2 };
  const CjvRect *in = &m->rows[row].inner;
  const double top = cjv_plot_y (&m->rows[row], m->floor), bottom = in->y + in->height;
  const double half = (bottom - top) / 2, middle = bottom - half;

  cairo_set_line_width (cr, 1);
  for (guint side = 0; side < 2; side++)
    {
      const CjvColor ink = cjv_style_signed_ink (scene->style, side == 0 ? 1 : -1);

      cairo_new_path (cr);
      for (gint64 t = 0; t < m->t; t++)
        {
          const double g = cjv_tensor_at (m->opened[side], row * m->t + t);
          const double reach = (isfinite (g) ? CLAMP (g / m->widest, 0, 1) : 0) * half * 0.92;

          cairo_line_to (cr, get_x (m, row, t), side == 0 ? middle - reach : middle + reach);
        }
      cairo_set_dash (cr, dash, side == 1 ? 2 : 0, 0);
      cjv_draw_set_color (cr, ink);
      cairo_stroke_preserve (cr);
      cairo_line_to (cr, get_x (m, row, m->t - 1), middle);
      cairo_line_to (cr, get_x (m, row, 0), middle);
      cairo_close_path (cr);
      cjv_draw_set_color (cr, cjv_color_alpha (ink, 0.25));
      cairo_fill (cr);
    }
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_row (const Membrane *m, const CjvScene *scene, cairo_t *cr, guint row)
{
  static const double dash[] = { 4, 3 };
  const CjvPlot *plot = &m->rows[row];
  const CjvRect *in = &plot->inner;
  const double em = scene->style->font_size;

  cjv_plot_draw_grid (plot, scene, cr, FALSE);
  if (plot->empty)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, in->x, in->y - 2, in->width, in->height + 4);
  cairo_clip (cr);
  cairo_set_line_width (cr, scene->style->line_width * 0.8);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (m->widest > 0)
    {
      draw_opened (m, scene, cr, row);
      cairo_set_line_width (cr, scene->style->line_width * 0.8);
    }
  trace (m, cr, row, m->membrane);
  /* blue is what excites where that is shown */
  cjv_draw_set_color (cr, m->widest > 0 ? cjv_style_color (scene->style, CJV_INK)
                                        : cjv_style_category (scene->style, 0));
  cairo_stroke (cr);
  cairo_set_line_width (cr, scene->style->line_width);
  for (gint64 t = 0; t < m->t; t++)
    if (fires (m, row, t))
      {
        cairo_move_to (cr, get_x (m, row, t), in->y);
        cairo_line_to (cr, get_x (m, row, t), in->y + MIN (em * 0.6, in->height / 3));
      }
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
  cairo_stroke (cr);
  if (m->threshold != NULL)
    {
      cairo_set_dash (cr, dash, 2, 0);
      cairo_set_line_width (cr, 1);
      trace (m, cr, row, m->threshold);
      /* red and dashed is what inhibits where that is shown */
      cjv_draw_set_color (cr,
                          cjv_style_color (scene->style, m->widest > 0 ? CJV_INK_DIM : CJV_BAD));
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

static gint64
count_spikes (const Membrane *m, gint64 row)
{
  gint64 n = 0;

  for (gint64 t = 0; t < m->t; t++)
    n += fires (m, row, t);
  return n;
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Membrane m;

  if (!membrane_init (&m, scene->frame))
    return FALSE;
  membrane_place (&m, scene);
  for (guint row = 0; row < m.n_shown; row++)
    draw_row (&m, scene, cr, row);
  if (m.widest > 0)
    {
      g_autofree char *widest = cjv_number_print (m.widest, 3);

      note = g_strdup_printf (_ ("dashed: the threshold; below: the excitatory conductance up, the "
                                 "inhibitory one down, at most %s times the leak"),
                              widest);
    }
  else if (m.threshold != NULL)
    note = g_strdup (_ ("membrane; dashed: the threshold; marks: spikes"));
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, m.pad, m.pad, MAX (scene->width - 2 * m.pad, 1),
                      title != NULL ? title : _ ("Membranes"), note);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Membrane m;

  if (!membrane_init (&m, scene->frame))
    return FALSE;
  membrane_place (&m, scene);
  for (guint row = 0; row < m.n_shown; row++)
    {
      const CjvRect *in = &m.rows[row].inner;

      if (!m.rows[row].empty && cjv_rect_contains (in, x, y))
        {
          const gint64 t = CLAMP ((gint64) ((x - in->x) / in->width * (double) m.t), 0, m.t - 1);
          const int unit = (int) get_unit (scene->frame, row);
          g_autofree char *time = cjv_number_print ((double) t * m.dt, 4);
          g_autofree char *v = cjv_number_print (cjv_tensor_at (m.membrane, row * m.t + t), 3);

          *out = (CjvHit){ .index = unit,
                           .series = t,
                           .x = get_x (&m, row, t) - 1,
                           .y = in->y,
                           .width = 2,
                           .height = in->height,
                           .text = g_strdup_printf (fires (&m, row, t)
                                                        ? _ ("unit %d fires at %s: membrane %s")
                                                        : _ ("unit %d at %s: membrane %s"),
                                                    unit, time, v) };
          return TRUE;
        }
    }
  return FALSE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Membrane m;

  if (!membrane_init (&m, scene->frame))
    return;
  g_string_append_printf (out, "time,unit,membrane,threshold,spike%s\r\n",
                          m.opened[0] != NULL ? ",excitation,inhibition" : "");
  for (gint64 row = 0; row < m.r; row++)
    for (gint64 t = 0; t < m.t; t++)
      {
        cjv_csv_number (out, (double) t * m.dt);
        g_string_append_printf (out, ",%d,", (int) get_unit (scene->frame, row));
        cjv_csv_number (out, cjv_tensor_at (m.membrane, row * m.t + t));
        g_string_append_c (out, ',');
        cjv_csv_number (out,
                        m.threshold != NULL ? cjv_tensor_at (m.threshold, row * m.t + t) : NAN);
        g_string_append_printf (out, ",%d", fires (&m, row, t));
        for (guint side = 0; m.opened[0] != NULL && side < 2; side++)
          {
            g_string_append_c (out, ',');
            cjv_csv_number (out, cjv_tensor_at (m.opened[side], row * m.t + t));
          }
        g_string_append (out, "\r\n");
      }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  GString *text;
  Membrane m;

  if (!membrane_init (&m, scene->frame))
    return NULL;
  text = g_string_new (NULL);
  g_string_append_printf (text, _ ("%s, membranes over %d time steps:"),
                          title != NULL ? title : _ ("Membranes"), (int) m.t);
  for (gint64 row = 0; row < MIN (m.r, MAX_ROWS); row++)
    {
      const gint64 n = count_spikes (&m, row);

      g_string_append_printf (text,
                              g_dngettext (GETTEXT_PACKAGE, "%s unit %d fires %d time",
                                           "%s unit %d fires %d times", (gulong) n),
                              row > 0 ? "," : "", (int) get_unit (scene->frame, row), (int) n);
    }
  g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

const CjvFigureInfo cjv_figure_membrane = {
  .id = "membrane",
  .title = N_ ("Membranes"),
  .blurb = N_ ("The membranes of a few units of a layer, their thresholds and their spikes"),
  .empty = N_ ("Here stand the membranes of units, as soon as the network has a layer of spiking "
               "neurons and has seen a sample."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 720,
  .preset_height = 440,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
