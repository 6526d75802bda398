/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tuning curves of one unit. O orientations evenly over half a turn, F frequencies, P phases over a cycle,
 * S sizes. */
#include "cjv-panels.h"
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define SIMPLE 1.0 /* F1/F0 above it: Skottun et al. 1991 */

typedef struct
{
  gboolean stimulus;
} Params;

static const CjParam params[] = {
  { .name = "stimulus",
    .title = N_ ("Best stimulus"),
    .blurb = N_ ("Draws what the unit answers best to in the corner"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, stimulus),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "orientation", CJV_WANT_ARRAY, TRUE, "[O]",
    N_ ("Responses to orientations, evenly over half a turn from level") },
  { "frequency", CJV_WANT_ARRAY, TRUE, "[F]", N_ ("Responses to spatial frequencies") },
  { "frequencies", CJV_WANT_ARRAY, TRUE, "[F]", N_ ("Those frequencies, in cycles a pixel") },
  { "phase", CJV_WANT_ARRAY, TRUE, "[P]", N_ ("Rates over one cycle of the best grating") },
  { "size", CJV_WANT_ARRAY, FALSE, "[S]", N_ ("Responses to windows of growing size") },
  { "light", CJV_WANT_ARRAY, FALSE, "[S]", N_ ("Responses to spots of light") },
  { "dark", CJV_WANT_ARRAY, FALSE, "[S]", N_ ("Responses to dark spots") },
  { "sizes", CJV_WANT_ARRAY, FALSE, "[S]", N_ ("Those sizes, in pixels") },
  { "before-orientation", CJV_WANT_ARRAY, FALSE, "[O]", N_ ("The same before training") },
  { "before-frequency", CJV_WANT_ARRAY, FALSE, "[F]", N_ ("The same before training") },
  { "before-phase", CJV_WANT_ARRAY, FALSE, "[P]", N_ ("The same before training") },
  { "before-size", CJV_WANT_ARRAY, FALSE, "[S]", N_ ("The same before training") },
  { "stimulus", CJV_WANT_ARRAY, FALSE, "[H, W]", N_ ("The best stimulus, -1 dark to 1 light") },
  { "preferred", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Preferred orientation in degrees") },
  { "selectivity", CJV_WANT_SCALAR, FALSE, NULL, N_ ("1 − circular variance") },
  { "index", CJV_WANT_SCALAR, FALSE, NULL, N_ ("(R preferred − R orthogonal) / their sum") },
  { "width", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Half width at half height in degrees") },
  { "best-frequency", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Preferred frequency") },
  { "best-phase", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Preferred phase in degrees") },
  { "best-size", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Best size in pixels") },
  { "modulation", CJV_WANT_SCALAR, FALSE, NULL, N_ ("F1/F0 at the best grating") },
  { "unit", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Number of the unit") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Layer and unit") },
  { NULL },
};

enum
{
  POLAR,
  FREQUENCY,
  PHASE,
  SIZE,
  N_PANELS
};

typedef struct
{
  const CjTensor *orientation, *frequency, *frequencies, *phase, *size, *light, *dark, *sizes;
  /* of before training, NULL where there is none; the phase closed, owned */
  const CjTensor *was_orientation, *was_frequency, *was_size;
  CjTensor *was_closed;
  CjTensor *angles,
      *closed; /* the phases in degrees and their rates, the first again at 360; owned */
  guint n;
  CjvRect panels[N_PANELS];
  CjvPlot plots[N_PANELS]; /* of POLAR only y: the radius */
  double x, y, radius;     /* of the polar plot */
} Bench;

static void
bench_clear (Bench *b)
{
  g_clear_pointer (&b->angles, cj_tensor_unref);
  g_clear_pointer (&b->closed, cj_tensor_unref);
  g_clear_pointer (&b->was_closed, cj_tensor_unref);
}

static void
include_all (CjvAxis *axis, const CjTensor *values)
{
  for (gint64 i = 0; i < cjv_tensor_size (values); i++)
    cjv_axis_include (axis, cjv_tensor_at (values, i));
}

/* The rates over a cycle with the first again at its end. */
static CjTensor *
close_cycle (const CjTensor *phase)
{
  const gint64 n = cjv_tensor_size (phase);
  const CjShape shape = cj_shape1 (n + 1);
  CjTensor *closed = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i <= n; i++)
    cj_tensor_f32 (closed)[i] = (float) cjv_tensor_at (phase, i % n);
  return closed;
}

static CjTensor *
make_angles (gint64 n)
{
  const CjShape shape = cj_shape1 (n + 1);
  CjTensor *angles = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i <= n; i++)
    cj_tensor_f32 (angles)[i] = (float) (360.0 * (double) i / (double) n);
  return angles;
}

/* An array of before training, if it is as long as that of now. */
static const CjTensor *
find_before (const CjvFrame *frame, const char *name, const CjTensor *now)
{
  const CjTensor *before = cjv_frame_get_array (frame, name);

  return cjv_tensor_size (before) == cjv_tensor_size (now) ? before : NULL;
}

static void
place_polar (Bench *b, const CjvScene *scene)
{
  const CjvRect *in = &b->panels[POLAR];
  const double text = scene->style->bare ? 0 : cjv_text_height (scene, CJV_SIZE_NOTE);

  b->x = in->x + in->width / 2;
  b->y = in->y + in->height / 2;
  b->radius = MAX (MIN (in->width / 2 - 2 * text, in->height / 2 - 1.3 * text), 1);
  cjv_axis_place (&b->plots[POLAR].y, 2, FALSE);
}

/* Quarters of a cycle. */
static void
mark_quarters (CjvAxis *axis)
{
  axis->n_ticks = 5;
  for (guint i = 0; i < axis->n_ticks; i++)
    {
      axis->ticks[i] = 90.0 * i;
      g_snprintf (axis->texts[i], sizeof axis->texts[i], "%u", 90 * i);
    }
}

/* What is drawn, without a place. */
static gboolean
bench_read (Bench *b, const CjvScene *scene)
{
  const CjvFrame *f = scene->frame;

  *b = (Bench){ .orientation = cjv_frame_get_array (f, "orientation"),
                .frequency = cjv_frame_get_array (f, "frequency"),
                .frequencies = cjv_frame_get_array (f, "frequencies"),
                .phase = cjv_frame_get_array (f, "phase"),
                .size = cjv_frame_get_array (f, "size"),
                .light = cjv_frame_get_array (f, "light"),
                .dark = cjv_frame_get_array (f, "dark"),
                .sizes = cjv_frame_get_array (f, "sizes") };
  if (cjv_tensor_size (b->orientation) < 2 || cjv_tensor_size (b->phase) < 2
      || cjv_tensor_size (b->frequency) < 1
      || cjv_tensor_size (b->frequency) != cjv_tensor_size (b->frequencies))
    return FALSE;
  b->n = cjv_tensor_size (b->sizes) > 0 && cjv_tensor_size (b->size) == cjv_tensor_size (b->sizes)
             ? N_PANELS
             : SIZE;
  b->was_orientation = find_before (f, "before-orientation", b->orientation);
  b->was_frequency = find_before (f, "before-frequency", b->frequency);
  b->was_size = find_before (f, "before-size", b->size);
  return TRUE;
}

/* The names of curves stand above the plots, in which they would lie on the curves. */
static void
leave_room (Bench *b, const CjvScene *scene)
{
  const double line = scene->style->bare ? 0 : cjv_text_height (scene, CJV_SIZE_TINY) * 1.4;
  const gboolean names = b->n == N_PANELS || b->was_frequency != NULL;

  for (guint i = FREQUENCY; i < b->n && names; i++)
    if (b->panels[i].height > 3 * line)
      {
        b->panels[i].y += line;
        b->panels[i].height -= line;
      }
}

static gboolean
bench_init (Bench *b, const CjvScene *scene)
{
  if (!bench_read (b, scene))
    return FALSE;
  b->angles = make_angles (cjv_tensor_size (b->phase));
  b->closed = close_cycle (b->phase);
  if (find_before (scene->frame, "before-phase", b->phase) != NULL)
    b->was_closed = close_cycle (cjv_frame_get_array (scene->frame, "before-phase"));
  cjv_panels_place (scene, b->n, b->panels);
  leave_room (b, scene);
  for (guint i = 0; i < b->n; i++)
    {
      cjv_axis_init (&b->plots[i].x);
      cjv_axis_init (&b->plots[i].y);
      cjv_axis_include (&b->plots[i].y, 0);
      b->plots[i].x.log = i == FREQUENCY || i == SIZE;
    }
  include_all (&b->plots[POLAR].y, b->orientation);
  include_all (&b->plots[FREQUENCY].x, b->frequencies);
  include_all (&b->plots[FREQUENCY].y, b->frequency);
  include_all (&b->plots[PHASE].x, b->angles);
  include_all (&b->plots[PHASE].y, b->phase);
  include_all (&b->plots[POLAR].y, b->was_orientation);
  include_all (&b->plots[FREQUENCY].y, b->was_frequency);
  include_all (&b->plots[PHASE].y, b->was_closed);
  b->plots[FREQUENCY].x.label = _ ("Spatial frequency (cycles/px)");
  b->plots[PHASE].x.label = _ ("Phase (°)");
  if (b->n == N_PANELS)
    {
      include_all (&b->plots[SIZE].x, b->sizes);
      include_all (&b->plots[SIZE].y, b->size);
      include_all (&b->plots[SIZE].y, b->light);
      include_all (&b->plots[SIZE].y, b->dark);
      include_all (&b->plots[SIZE].y, b->was_size);
      b->plots[SIZE].x.label = _ ("Size (px)");
    }
  place_polar (b, scene);
  for (guint i = FREQUENCY; i < b->n; i++)
    cjv_plot_place (&b->plots[i], scene, &b->panels[i], FALSE, TRUE);
  mark_quarters (&b->plots[PHASE].x);
  return TRUE;
}

/* Where a response to an orientation, in degrees, lies on the polar plot. */
static void
find_polar (const Bench *b, double degrees, double response, double *x, double *y)
{
  const double r = b->radius * CLAMP (cjv_axis_map (&b->plots[POLAR].y, response), 0, 1);

  *x = b->x + r * cos (degrees * G_PI / 180);
  *y = b->y - r * sin (degrees * G_PI / 180);
}

static void
draw_polar_grid (const Bench *b, const CjvScene *scene, cairo_t *cr)
{
  static const char *const names[] = { "0°", "45°", "90°", "135°", "180°", NULL, NULL, NULL };
  const CjvAxis *axis = &b->plots[POLAR].y;
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);

  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_GRID));
  cairo_set_line_width (cr, 1);
  for (guint i = 0; i < axis->n_ticks; i++)
    {
      const double r = b->radius * cjv_axis_map (axis, axis->ticks[i]);

      if (r <= 0)
        continue;
      cairo_new_sub_path (cr);
      cairo_arc (cr, b->x, b->y, r, 0, 2 * G_PI);
    }
  for (int k = 0; k < 4; k++)
    {
      const double c = b->radius * cos (k * G_PI / 4), s = b->radius * sin (k * G_PI / 4);

      cairo_move_to (cr, b->x - c, b->y + s);
      cairo_line_to (cr, b->x + c, b->y - s);
    }
  cairo_stroke (cr);
  if (scene->style->bare)
    return;
  for (int k = 0; k < 8; k++)
    if (names[k] != NULL)
      cjv_text_draw (scene, cr, b->x + (b->radius + line) * cos (k * G_PI / 4),
                     b->y - (b->radius + line * 0.75) * sin (k * G_PI / 4), 0, CJV_SIZE_NOTE,
                     CJV_TEXT_CENTER | CJV_TEXT_MIDDLE, dim, names[k]);
  if (axis->n_ticks > 0)
    cjv_text_draw (scene, cr, b->x + 3,
                   b->y + b->radius * cjv_axis_map (axis, axis->ticks[axis->n_ticks - 1]), 0,
                   CJV_SIZE_TINY, 0, dim, axis->texts[axis->n_ticks - 1]);
}

/* The path of responses to orientations, which come again on the other side. */
static void
add_polar (const Bench *b, cairo_t *cr, const CjTensor *responses)
{
  const gint64 n = cjv_tensor_size (responses);

  cairo_new_path (cr);
  for (gint64 i = 0; i < 2 * n; i++)
    {
      double x, y;

      find_polar (b, 180.0 * (double) i / (double) n, cjv_tensor_at (responses, i % n), &x, &y);
      cairo_line_to (cr, x, y);
    }
  cairo_close_path (cr);
}

static void
draw_polar (const Bench *b, const CjvScene *scene, cairo_t *cr)
{
  const CjvColor color = cjv_style_category (scene->style, 0);
  const double preferred = cjv_frame_get_scalar (scene->frame, "preferred", NAN);

  draw_polar_grid (b, scene, cr);
  add_polar (b, cr, b->orientation);
  cjv_draw_set_color (cr, cjv_color_alpha (color, 0.25));
  cairo_fill_preserve (cr);
  cjv_draw_set_color (cr, color);
  cairo_set_line_width (cr, scene->style->line_width);
  cairo_stroke (cr);
  if (b->was_orientation != NULL)
    {
      add_polar (b, cr, b->was_orientation);
      cairo_set_dash (cr, (const double[]){ 2, 2 }, 2, 0);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
    }
  if (!isfinite (preferred))
    return;
  cairo_move_to (cr, b->x - b->radius * cos (preferred * G_PI / 180),
                 b->y + b->radius * sin (preferred * G_PI / 180));
  cairo_line_to (cr, b->x + b->radius * cos (preferred * G_PI / 180),
                 b->y - b->radius * sin (preferred * G_PI / 180));
  cairo_set_dash (cr, (const double[]){ 4, 3 }, 2, 0);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

/* The best stimulus, small, in the corner of the polar plot that has no labels. */
static void
draw_stimulus (const Bench *b, const CjvScene *scene, cairo_t *cr)
{
  const Params *p = scene->params;
  const CjTensor *picture = p->stimulus ? cjv_frame_get_array (scene->frame, "stimulus") : NULL;
  const CjvRect *in = &b->panels[POLAR];
  const double side = MIN (in->width, in->height) * 0.2;
  const CjvRect corner = { in->x, in->y + in->height - side, side, side };

  if (picture != NULL && picture->shape.n_dims == 2 && picture->dtype == CJ_FLOAT32
      && side * scene->style->scale >= 12)
    cjv_tile_draw_picture (scene, cr, &corner, cj_tensor_f32 (picture), 1, picture->shape.dims[0],
                           picture->shape.dims[1], -1, 1);
}

/* Names of curves side by side above a plot, each in its colour; those that there is no room for are left
 * out. */
static void
draw_names (const CjvScene *scene, cairo_t *cr, const CjvPlot *plot, const CjvLegendItem *items,
            guint n)
{
  const double line = cjv_text_height (scene, CJV_SIZE_TINY), sign = line * 1.1, gap = line * 0.7;
  const double end = plot->inner.x + plot->inner.width, y = plot->inner.y - line * 1.5;
  double x = plot->inner.x;

  for (guint i = 0; i < n && !scene->style->bare; i++)
    {
      const double width = cjv_text_width (scene, CJV_SIZE_TINY, items[i].text);

      if (x + sign + gap * 0.4 + width > end + gap)
        return;
      cjv_draw_set_color (cr, items[i].color);
      cairo_set_line_width (cr, scene->style->line_width);
      cairo_set_dash (cr, (const double[]){ 3, 2 }, items[i].dash ? 2 : 0, 0);
      cairo_move_to (cr, x, y + line / 2);
      cairo_line_to (cr, x + sign, y + line / 2);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
      cjv_text_draw (scene, cr, x + sign + gap * 0.4, y, 0, CJV_SIZE_TINY, 0, items[i].color,
                     items[i].text);
      x += sign + gap * 1.4 + width;
    }
}

static void
draw_sizes (const Bench *b, const CjvScene *scene, cairo_t *cr)
{
  const CjvPlot *plot = &b->plots[SIZE];
  const CjvLegendItem items[]
      = { { cjv_style_category (scene->style, 0), _ ("window"), CJV_LEGEND_LINE, FALSE },
          { cjv_style_category (scene->style, 1), _ ("light spot"), CJV_LEGEND_LINE, FALSE },
          { cjv_style_category (scene->style, 2), _ ("dark spot"), CJV_LEGEND_LINE, TRUE } };
  const CjTensor *curves[] = { b->size, b->light, b->dark };

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    cjv_panel_draw_line (scene, cr, plot, b->sizes, curves[i], items[i].color, items[i].dash);
  draw_names (scene, cr, plot, items, G_N_ELEMENTS (items));
}

/* The unit as it was, below what it is. */
static void
draw_before (const Bench *b, const CjvScene *scene, cairo_t *cr)
{
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);
  const CjvLegendItem items[]
      = { { cjv_style_category (scene->style, 0), _ ("now"), CJV_LEGEND_LINE, FALSE },
          { dim, _ ("before training"), CJV_LEGEND_LINE, TRUE } };

  if (b->was_frequency != NULL)
    {
      cjv_panel_draw_line (scene, cr, &b->plots[FREQUENCY], b->frequencies, b->was_frequency, dim,
                           TRUE);
      draw_names (scene, cr, &b->plots[FREQUENCY], items, G_N_ELEMENTS (items));
    }
  if (b->was_closed != NULL)
    cjv_panel_draw_line (scene, cr, &b->plots[PHASE], b->angles, b->was_closed, dim, TRUE);
  if (b->n == N_PANELS && b->was_size != NULL)
    cjv_panel_draw_line (scene, cr, &b->plots[SIZE], b->sizes, b->was_size, dim, TRUE);
}

/* "prefers 45° ± 20° at 0.12 cycles/px, selectivity 0.71 (index 0.9)"; you free. */
static char *
print_preferred (const CjvScene *scene)
{
  const CjvFrame *f = scene->frame;
  const double width = cjv_frame_get_scalar (f, "width", NAN);
  g_autofree char *at = cjv_number_print (cjv_frame_get_scalar (f, "best-frequency", NAN), 2);
  g_autofree char *degrees = g_strdup_printf ("%.0f", cjv_frame_get_scalar (f, "preferred", NAN));
  g_autofree char *half = g_strdup_printf ("%.0f", width);
  g_autofree char *selectivity = cjv_number_print (cjv_frame_get_scalar (f, "selectivity", NAN), 2);
  g_autofree char *index = cjv_number_print (cjv_frame_get_scalar (f, "index", NAN), 2);

  if (!isfinite (width))
    /* Translators: an orientation, a spatial frequency, two numbers between 0 and 1 */
    return g_strdup_printf (_ ("prefers %s° at %s cycles/px · selectivity %s, index %s"), degrees,
                            at, selectivity, index);
  /* Translators: an orientation, the half width of the tuning curve, a spatial frequency, two numbers
   * between 0 and 1 */
  return g_strdup_printf (_ ("prefers %s° ± %s° at %s cycles/px · selectivity %s, index %s"),
                          degrees, half, at, selectivity, index);
}

/* The same with "F1/F0 1.52, simple"; you free. */
static char *
print_note (const CjvScene *scene)
{
  const double modulation = cjv_frame_get_scalar (scene->frame, "modulation", NAN);
  g_autofree char *preferred = print_preferred (scene);
  g_autofree char *ratio = cjv_number_print (modulation, 3);

  if (!isfinite (cjv_frame_get_scalar (scene->frame, "preferred", NAN)))
    return g_strdup (_ ("answers nothing that was shown more than the even ground"));
  if (!isfinite (modulation))
    return g_steal_pointer (&preferred);
  /* Translators: what the unit prefers, then F1/F0 */
  return g_strdup_printf (modulation > SIMPLE ? _ ("%s · F1/F0 %s, simple")
                                              : _ ("%s · F1/F0 %s, complex"),
                          preferred, ratio);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = print_note (scene);
  const CjvColor color = cjv_style_category (scene->style, 0);
  Bench b;

  if (!bench_init (&b, scene))
    return FALSE;
  draw_polar (&b, scene, cr);
  draw_stimulus (&b, scene, cr);
  for (guint i = FREQUENCY; i < b.n; i++)
    cjv_plot_draw_grid (&b.plots[i], scene, cr, FALSE);
  draw_before (&b, scene, cr);
  cjv_panel_draw_line (scene, cr, &b.plots[FREQUENCY], b.frequencies, b.frequency, color, FALSE);
  cjv_panel_draw_line (scene, cr, &b.plots[PHASE], b.angles, b.closed, color, FALSE);
  if (b.n == N_PANELS)
    draw_sizes (&b, scene, cr);
  cjv_panels_draw_heading (scene, cr, title != NULL ? title : _ ("Tuning"), note);
  bench_clear (&b);
  return TRUE;
}

/* Takes the point over if it is the nearest so far. */
static void
try_point (double x, double y, double at_x, double at_y, double *nearest, CjvHit *out, gint64 index,
           char *text)
{
  const double away = hypot (at_x - x, at_y - y);

  if (away >= *nearest)
    {
      g_free (text);
      return;
    }
  *nearest = away;
  g_free (out->text);
  *out = (CjvHit){ .index = index,
                   .series = -1,
                   .x = at_x - 4,
                   .y = at_y - 4,
                   .width = 8,
                   .height = 8,
                   .text = text };
}

static void
try_line (const CjvPlot *plot, const CjTensor *x, const CjTensor *y, const char *curve,
          const char *unit, double to_x, double to_y, double *nearest, CjvHit *out)
{
  const gint64 n = MIN (cjv_tensor_size (x), cjv_tensor_size (y));

  for (gint64 i = 0; i < n; i++)
    {
      g_autofree char *at = cjv_number_print (cjv_tensor_at (x, i), 3);
      g_autofree char *response = cjv_number_print (cjv_tensor_at (y, i), 3);

      /* Translators: which curve, as “light spot”; where on it, as “4” and “px”; the value there */
      try_point (to_x, to_y, cjv_plot_x (plot, cjv_tensor_at (x, i)),
                 cjv_plot_y (plot, cjv_tensor_at (y, i)), nearest, out, i,
                 g_strdup_printf (_ ("%s, %s %s: response %s"), curve, at, unit, response));
    }
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  double nearest = scene->style->font_size * 1.2;
  Bench b;

  if (!bench_init (&b, scene))
    return FALSE;
  for (gint64 i = 0; i < 2 * cjv_tensor_size (b.orientation); i++)
    {
      const gint64 n = cjv_tensor_size (b.orientation);
      const double degrees = 180.0 * (double) i / (double) n;
      const double value = cjv_tensor_at (b.orientation, i % n);
      g_autofree char *response = cjv_number_print (value, 3);
      g_autofree char *angle = cjv_number_print (fmod (degrees, 180), 3);
      double at_x, at_y;

      find_polar (&b, degrees, value, &at_x, &at_y);
      try_point (x, y, at_x, at_y, &nearest, out, i % n,
                 g_strdup_printf (_ ("%s°: response %s"), angle, response));
    }
  try_line (&b.plots[FREQUENCY], b.frequencies, b.frequency, _ ("frequency"), _ ("cycles/px"), x, y,
            &nearest, out);
  try_line (&b.plots[PHASE], b.angles, b.closed, _ ("phase"), "°", x, y, &nearest, out);
  if (b.n == N_PANELS)
    {
      try_line (&b.plots[SIZE], b.sizes, b.size, _ ("window"), "px", x, y, &nearest, out);
      try_line (&b.plots[SIZE], b.sizes, b.light, _ ("light spot"), "px", x, y, &nearest, out);
      try_line (&b.plots[SIZE], b.sizes, b.dark, _ ("dark spot"), "px", x, y, &nearest, out);
    }
  bench_clear (&b);
  return out->text != NULL;
}

/* Points of a curve, each "name,x,response"; those of before training stand in the last column. */
static void
print_curve (GString *out, const char *name, const CjTensor *x, double step, const CjTensor *y,
             const CjTensor *before)
{
  for (gint64 i = 0; i < cjv_tensor_size (y); i++)
    {
      g_string_append_printf (out, "%s,", name);
      cjv_csv_number (out, x != NULL ? cjv_tensor_at (x, i) : step * (double) i);
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (y, i));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (before, i));
      g_string_append (out, "\r\n");
    }
}

static void
csv (const CjvScene *scene, GString *out)
{
  Bench b;

  g_string_append (out, "curve,x,response,before\r\n");
  if (!bench_read (&b, scene))
    return;
  print_curve (out, "orientation", NULL, 180.0 / (double) cjv_tensor_size (b.orientation),
               b.orientation, b.was_orientation);
  print_curve (out, "frequency", b.frequencies, 0, b.frequency, b.was_frequency);
  print_curve (out, "phase", NULL, 360.0 / (double) cjv_tensor_size (b.phase), b.phase,
               find_before (scene->frame, "before-phase", b.phase));
  if (b.n == N_PANELS)
    {
      print_curve (out, "size", b.sizes, 0, b.size, b.was_size);
      print_curve (out, "light-spot", b.sizes, 0, b.light, NULL);
      print_curve (out, "dark-spot", b.sizes, 0, b.dark, NULL);
    }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = print_note (scene);
  Bench b;

  if (!bench_read (&b, scene))
    return NULL;
  /* Translators: layer and unit, then what it prefers */
  return g_strdup_printf (_ ("%s %s."), title != NULL ? title : _ ("This unit"), note);
}

const CjvFigureInfo cjv_figure_tuning = {
  .id = "tuning",
  .title = N_ ("Tuning curves"),
  .blurb = N_ ("What one unit answers to gratings of every orientation, frequency, phase and size"),
  .empty = N_ ("Choose a layer and press Show gratings: the curves of its units appear here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 960,
  .preset_height = 300,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
