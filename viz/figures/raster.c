/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who fires when: T moments, U units, with the rates of the units at their right and of the populations below. */
#include "cj-spike-trains.h"
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_GROUPS 12
#define MAX_MARKS 8000 /* more are painted as pixels */

typedef enum
{
  SORT_NUMBER,
  SORT_RATE
} Sort;

typedef struct
{
  int sort;
  double smooth;
} Params;

static const char *const sorts[] = { "number", "rate", NULL };

static const CjParam params[] = {
  { .name = "sort",
    .title = N_ ("Order"),
    .blurb = N_ ("Units of a population by their number, or the ones that fire most first"),
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, sort),
    .choices = sorts,
    .max = SORT_RATE,
    .flags = CJ_PARAM_LIVE },
  { .name = "smooth",
    .title = N_ ("Smoothing"),
    .blurb = N_ ("Width of the bell that smooths the rates of populations, in time steps"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, smooth),
    .preset = 1,
    .max = 1000,
    .soft_max = 20,
    .digits = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "spikes", CJV_WANT_ARRAY, TRUE, "[T, U]", N_ ("1 where a unit fires, else 0") },
  { "groups", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Population of each unit") },
  { "group-names", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the populations") },
  { "dt", CJV_WANT_SCALAR, FALSE, NULL, N_ ("How long a time step is") },
  { "time-unit", CJV_WANT_TEXT, FALSE, NULL, N_ ("Unit of the times; none: time steps") },
  { "unit", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Unit to mark") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  CjTensor *spikes; /* float32 */
  gint64 t, u, n_spikes;
  double dt;
  guint n_groups;
  guint *group;  /* [U] */
  guint *counts; /* [U], spikes */
  guint *order;  /* [U]: which unit stands in a row, from the top */
  guint members[MAX_GROUPS];
  CjvPlot raster, rates, units;
  double pad, heading;
  gboolean has_rates, has_units, by_rate;
} Raster;

static void
raster_clear (Raster *r)
{
  g_clear_pointer (&r->spikes, cj_tensor_unref);
  g_free (r->group);
  g_free (r->counts);
  g_free (r->order);
}

static gboolean
fires (const Raster *r, gint64 t, gint64 u)
{
  return cj_tensor_f32 (r->spikes)[t * r->u + u] > 0;
}

static int
compare_units (gconstpointer a, gconstpointer b, gpointer data)
{
  const Raster *r = data;
  const guint i = *(const guint *) a, j = *(const guint *) b;

  if (r->group[i] != r->group[j])
    return r->group[i] < r->group[j] ? -1 : 1;
  if (r->by_rate && r->counts[i] != r->counts[j])
    return r->counts[i] > r->counts[j] ? -1 : 1;
  return i < j ? -1 : i > j;
}

static void
read_groups (Raster *r, const CjvFrame *frame)
{
  const CjTensor *groups = cjv_frame_get_array (frame, "groups");

  r->n_groups = 1;
  for (gint64 u = 0; u < r->u; u++)
    {
      const double group = cjv_tensor_size (groups) == r->u ? cjv_tensor_at (groups, u) : 0;

      r->group[u] = group >= 0 && group < MAX_GROUPS ? (guint) group : 0;
      r->members[r->group[u]]++;
      r->n_groups = MAX (r->n_groups, r->group[u] + 1);
    }
}

/* Clear it when done, if it is TRUE. */
static gboolean
raster_init (Raster *r, const CjvScene *scene)
{
  const CjTensor *spikes = cjv_frame_get_array (scene->frame, "spikes");
  const Params *p = scene->params;

  *r = (Raster){ .dt = cjv_frame_get_scalar (scene->frame, "dt", 1),
                 .by_rate = p->sort == SORT_RATE };
  if (spikes->shape.n_dims != 2 || cjv_tensor_size (spikes) == 0 || spikes->shape.dims[1] > 1 << 24)
    return FALSE;
  if (!(r->dt > 0 && isfinite (r->dt)))
    r->dt = 1;
  r->t = spikes->shape.dims[0];
  r->u = spikes->shape.dims[1];
  r->spikes = cjv_tensor_to_float (spikes);
  r->group = g_new0 (guint, r->u);
  r->counts = g_new0 (guint, r->u);
  r->order = g_new (guint, r->u);
  for (gint64 i = 0; i < r->t * r->u; i++)
    if (cj_tensor_f32 (r->spikes)[i] > 0)
      {
        r->counts[i % r->u]++;
        r->n_spikes++;
      }
  read_groups (r, scene->frame);
  for (gint64 u = 0; u < r->u; u++)
    r->order[u] = (guint) u;
  g_qsort_with_data (r->order, (gint) r->u, sizeof *r->order, compare_units, r);
  return TRUE;
}

/* Spikes of a population at each moment by its members, smoothed: [T]. You free. */
static double *
find_rates (const Raster *r, const CjvScene *scene, guint group)
{
  const Params *p = scene->params;
  const char *unit = cjv_frame_get_text (scene->frame, "time-unit");
  const double by = unit != NULL && g_str_equal (unit, "ms") ? 1000 / r->dt : 1;
  g_autofree double *raw = g_new0 (double, r->t);
  double *smooth = g_new (double, r->t);

  for (gint64 t = 0; t < r->t; t++)
    {
      for (gint64 u = 0; u < r->u; u++)
        raw[t] += r->group[u] == group && fires (r, t, u);
      raw[t] *= by / MAX (r->members[group], 1);
    }
  cj_rates_smooth (raw, (guint) r->t, p->smooth, smooth);
  return smooth;
}

static const char *
get_time_label (const CjvScene *scene)
{
  const char *unit = cjv_frame_get_text (scene->frame, "time-unit");

  return unit != NULL && g_str_equal (unit, "ms") ? _ ("Time (ms)") : _ ("Time step");
}

static const char *
get_rate_label (const CjvScene *scene)
{
  const char *unit = cjv_frame_get_text (scene->frame, "time-unit");

  return unit != NULL && g_str_equal (unit, "ms") ? _ ("Rate (Hz)") : _ ("Rate");
}

static void
place_rates (Raster *r, const CjvScene *scene, const CjvRect *outer)
{
  cjv_axis_init (&r->rates.x);
  cjv_axis_init (&r->rates.y);
  r->rates.x.label = get_time_label (scene);
  r->rates.y.label = get_rate_label (scene);
  cjv_axis_include (&r->rates.x, 0);
  cjv_axis_include (&r->rates.x, (double) r->t * r->dt);
  cjv_axis_include (&r->rates.y, 0);
  for (guint g = 0; g < r->n_groups; g++)
    {
      g_autofree double *rates = find_rates (r, scene, g);

      for (gint64 t = 0; t < r->t; t++)
        cjv_axis_include (&r->rates.y, rates[t]);
    }
  cjv_plot_place (&r->rates, scene, outer, FALSE, TRUE);
}

/* The plots above one another begin at the same place. */
static void
align (CjvPlot *plot, double left)
{
  plot->inner.width = MAX (plot->inner.x + plot->inner.width - left, 1);
  plot->inner.x = left;
}

static void
raster_place (Raster *r, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  CjvRect top, side = { 0 };
  gboolean beside;

  r->pad = MIN (em * 0.8, scene->width / 10);
  r->heading = cjv_heading_height (scene);
  r->has_units = scene->width >= em * 30 && !scene->style->bare;
  r->has_rates
      = !scene->style->bare
        && (scene->height >= em * 15 || (scene->width > em * 44 && scene->height > em * 8));
  top = (CjvRect){ r->pad, r->pad + r->heading, MAX (scene->width - 2 * r->pad, 1),
                   MAX (scene->height - 2 * r->pad - r->heading, 1) };
  if (r->has_units)
    top.width -= side.width = CLAMP (top.width * 0.14, em * 4, em * 10);
  cjv_axis_init (&r->raster.x);
  cjv_axis_init (&r->raster.y);
  r->raster.x.low = r->raster.y.low = 0;
  r->raster.x.high = (double) r->t * r->dt;
  r->raster.y.high = (double) r->u;
  r->raster.y.unit = CJV_UNIT_COUNT;
  r->raster.y.label = _ ("Unit");
  beside = r->has_rates && r->has_units && scene->height < em * 20 && scene->width > em * 44;
  if (beside) /* a low dock has room at the side */
    {
      CjvRect right = top;

      right.width = top.width * 0.34;
      top.width -= right.width + em;
      right.x = top.x + top.width + side.width + em;
      place_rates (r, scene, &right);
    }
  else if (r->has_rates)
    {
      CjvRect low = top;

      low.height = MAX (em * 6.5, top.height * 0.3);
      low.y = top.y + top.height - low.height;
      top.height -= low.height + em * 0.3;
      place_rates (r, scene, &low);
    }
  if (beside || !r->has_rates)
    r->raster.x.label = get_time_label (scene);
  cjv_plot_place (&r->raster, scene, &top, FALSE, FALSE);
  if (r->has_rates && !beside)
    {
      const double left = MAX (r->raster.inner.x, r->rates.inner.x);

      align (&r->raster, left);
      align (&r->rates, left);
    }
  if (!r->has_units)
    return;
  r->units = r->raster;
  r->units.inner.x = r->raster.inner.x + r->raster.inner.width + em * 1.6;
  r->units.inner.width = MAX (side.width - em * 1.6, 1);
}

static CjvColor
get_color (const CjvScene *scene, guint group)
{
  return cjv_style_category (scene->style, group);
}

/* --- drawing --- */

static void
draw_marks (const Raster *r, const CjvScene *scene, cairo_t *cr)
{
  const CjvRect *in = &r->raster.inner;
  const double wide = in->width / (double) r->t, high = in->height / (double) r->u;
  const double width = CLAMP (wide * 0.7, 1, MAX (scene->style->line_width * 1.5, 1));
  const double height = high > 3 ? high - 1 : MAX (high, 1);

  for (guint g = 0; g < r->n_groups; g++)
    {
      for (gint64 row = 0; row < r->u; row++)
        {
          const gint64 u = r->order[row];

          if (r->group[u] != g || r->counts[u] == 0)
            continue;
          for (gint64 t = 0; t < r->t; t++)
            if (fires (r, t, u))
              cairo_rectangle (cr, in->x + ((double) t + 0.5) * wide - width / 2,
                               in->y + in->height - (double) (row + 1) * high, width, height);
        }
      cjv_draw_set_color (cr, get_color (scene, g));
      cairo_fill (cr);
    }
}

/* Of more units than lines of pixels, or more moments than columns, each pixel says which share of its cells
 * holds a spike: by how strong its colour is, and never less than can be seen. */
static void
draw_pixels (const Raster *r, const CjvScene *scene, cairo_t *cr)
{
  const CjvRect *in = &r->raster.inner;
  const int width = (int) MIN ((double) r->t, MAX (in->width * scene->style->scale, 1));
  const int height = (int) MIN ((double) r->u, MAX (in->height * scene->style->scale, 1));
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  const int stride = cairo_image_surface_get_stride (image) / 4;
  guint32 *pixels = (guint32 *) (gpointer) cairo_image_surface_get_data (image);
  g_autofree guint *hits = g_new0 (guint, (gsize) width * (gsize) height);

  for (gint64 row = 0; row < r->u; row++)
    for (gint64 t = 0; r->counts[r->order[row]] > 0 && t < r->t; t++)
      if (fires (r, t, r->order[row]))
        hits[(height - 1 - row * height / r->u) * width + t * width / r->t]++;
  for (int y = 0; pixels != NULL && y < height; y++)
    {
      const gint64 row = (gint64) (height - 1 - y) * r->u / height;
      const CjvColor color = get_color (scene, r->group[r->order[row]]);

      for (int x = 0; x < width; x++)
        {
          const double cells = (double) r->t * (double) r->u / width / height;
          const double share = MIN (hits[y * width + x] / cells, 1);
          const double a = share > 0 ? 0.35 + 0.65 * share : 0;

          pixels[y * stride + x] = (guint32) (a * 255) << 24 | (guint32) (a * color.r * 255) << 16
                                   | (guint32) (a * color.g * 255) << 8
                                   | (guint32) (a * color.b * 255);
        }
    }
  cairo_surface_mark_dirty (image);
  cairo_save (cr);
  cairo_translate (cr, in->x, in->y);
  cairo_scale (cr, in->width / width, in->height / height);
  cairo_set_source_surface (cr, image, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_restore (cr);
  cairo_surface_destroy (image);
}

static gboolean
is_crowded (const Raster *r)
{
  return r->n_spikes > MAX_MARKS || r->raster.inner.height / (double) r->u < 0.8;
}

/* Where one population ends and the next begins, across raster and rates of units. */
static void
draw_borders (const Raster *r, const CjvScene *scene, cairo_t *cr)
{
  const CjvRect *in = &r->raster.inner;
  const double right = r->has_units ? r->units.inner.x + r->units.inner.width : in->x + in->width;
  const double em = scene->style->font_size;
  double below = 0;

  for (guint g = 0; g < r->n_groups; g++)
    {
      const char *name = cjv_frame_get_string (scene->frame, "group-names", g);
      const double bottom = cjv_plot_y (&r->raster, below);
      const double top = cjv_plot_y (&r->raster, below + r->members[g]);

      below += r->members[g];
      if (g > 0 && r->members[g] > 0)
        {
          cairo_move_to (cr, in->x, cjv_snap (scene->style, bottom));
          cairo_line_to (cr, right, cjv_snap (scene->style, bottom));
          cairo_set_line_width (cr, 1);
          cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
          cairo_stroke (cr);
        }
      if (r->n_groups > 1 && name != NULL && r->has_units && bottom - top > em * 1.4)
        cjv_text_draw (scene, cr, right, (top + bottom) / 2, r->units.inner.width, CJV_SIZE_NOTE,
                       CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, cjv_style_color (scene->style, CJV_INK),
                       name);
    }
}

/* Spikes of each unit as bars; where several share a line, their mean. */
static void
draw_units (const Raster *r, const CjvScene *scene, cairo_t *cr)
{
  const CjvRect *in = &r->units.inner;
  const gint64 lines = (gint64) CLAMP (in->height, 1, (double) r->u);
  const double high = in->height / (double) lines;
  g_autofree char *label = NULL, *number = NULL;
  guint most = 1;

  for (gint64 u = 0; u < r->u; u++)
    most = MAX (most, r->counts[u]);
  for (gint64 line = 0; line < lines; line++)
    {
      const gint64 first = line * r->u / lines, end = MAX ((line + 1) * r->u / lines, first + 1);
      double sum = 0;

      for (gint64 row = first; row < end; row++)
        sum += r->counts[r->order[row]];
      cairo_rectangle (cr, in->x, in->y + in->height - (double) (line + 1) * high,
                       in->width * sum / (double) (end - first) / most, high > 3 ? high - 1 : high);
      cjv_draw_set_color (cr, cjv_color_alpha (get_color (scene, r->group[r->order[first]]), 0.4));
      cairo_fill (cr);
    }
  number = cjv_count_print (most);
  label = g_strdup_printf (_ ("spikes, to %s"), number);
  cjv_text_draw (scene, cr, in->x, in->y + in->height + scene->style->font_size * 0.3, in->width,
                 CJV_SIZE_TINY, 0, cjv_style_color (scene->style, CJV_INK_DIM), label);
}

static void
draw_rates (const Raster *r, const CjvScene *scene, cairo_t *cr)
{
  cjv_plot_draw_grid (&r->rates, scene, cr, FALSE);
  for (guint g = 0; g < r->n_groups; g++)
    {
      g_autofree double *rates = find_rates (r, scene, g);

      cairo_new_path (cr);
      for (gint64 t = 0; t < r->t; t++)
        cairo_line_to (cr, cjv_plot_x (&r->rates, ((double) t + 0.5) * r->dt),
                       cjv_plot_y (&r->rates, rates[t]));
      cairo_set_line_width (cr, scene->style->line_width * 0.8);
      cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
      cjv_draw_set_color (cr, get_color (scene, g));
      cairo_stroke (cr);
    }
}

/* A frame around the row of the chosen unit. */
static void
draw_unit (const Raster *r, const CjvScene *scene, cairo_t *cr)
{
  const double unit = cjv_frame_get_scalar (scene->frame, "unit", -1);
  const CjvRect *in = &r->raster.inner;
  const double high = in->height / (double) r->u;

  for (gint64 row = 0; row < r->u; row++)
    if (r->order[row] == unit)
      {
        cairo_rectangle (cr, in->x, in->y + in->height - (double) (row + 1) * high - 1, in->width,
                         MAX (high, 1) + 2);
        cairo_set_line_width (cr, 1);
        cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
        cairo_stroke (cr);
      }
}

/* "1,000 units, 25 time steps, 3,412 spikes", and how many share a line. */
static char *
print_note (const Raster *r, const CjvScene *scene)
{
  g_autofree char *units = cjv_count_print (r->u), *moments = cjv_count_print (r->t);
  g_autofree char *spikes = cjv_count_print (r->n_spikes);
  GString *text = g_string_new (NULL);

  g_string_printf (text, _ ("%s units, %s time steps, %s spikes"), units, moments, spikes);
  if (scene->style != NULL && r->raster.inner.height * scene->style->scale < (double) r->u)
    {
      g_autofree char *each
          = cjv_number_print ((double) r->u / (r->raster.inner.height * scene->style->scale), 2);

      g_string_append_printf (text, _ ("; %s units a line of pixels"), each);
    }
  return g_string_free (text, FALSE);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Raster r;

  if (!raster_init (&r, scene))
    return FALSE;
  raster_place (&r, scene);
  cjv_plot_draw_grid (&r.raster, scene, cr, FALSE);
  (is_crowded (&r) ? draw_pixels : draw_marks) (&r, scene, cr);
  if (r.has_units)
    draw_units (&r, scene, cr);
  draw_borders (&r, scene, cr);
  draw_unit (&r, scene, cr);
  if (r.has_rates)
    draw_rates (&r, scene, cr);
  note = print_note (&r, scene);
  if (r.heading > 0)
    cjv_draw_heading (scene, cr, r.pad, r.pad, MAX (scene->width - 2 * r.pad, 1),
                      title != NULL ? title : _ ("Spikes"), note);
  raster_clear (&r);
  return TRUE;
}

/* --- under the pointer --- */

/* "unit 12 (inhibitory)". You free. */
static char *
print_unit (const Raster *r, const CjvFrame *frame, gint64 u)
{
  const char *name = cjv_frame_get_string (frame, "group-names", r->group[u]);

  return name != NULL ? g_strdup_printf (_ ("unit %d (%s)"), (int) u, name)
                      : g_strdup_printf (_ ("unit %d"), (int) u);
}

static void
hit_unit (const Raster *r, const CjvScene *scene, double x, double y, CjvHit *out)
{
  const CjvRect *in = &r->raster.inner;
  const gint64 row
      = CLAMP ((gint64) ((in->y + in->height - y) / in->height * (double) r->u), 0, r->u - 1);
  const gint64 t = CLAMP ((gint64) ((x - in->x) / in->width * (double) r->t), 0, r->t - 1);
  const gint64 u = r->order[row];
  const gboolean whole = x > in->x + in->width;
  const double high = in->height / (double) r->u;
  g_autofree char *name = print_unit (r, scene->frame, u);
  g_autofree char *time = cjv_number_print ((double) t * r->dt, 4);

  *out = (CjvHit){ .index = u,
                   .series = whole ? -1 : t,
                   .x = in->x,
                   .y = in->y + in->height - (double) (row + 1) * high,
                   .width = in->width,
                   .height = MAX (high, 1) };
  if (whole)
    out->text
        = g_strdup_printf (_ ("%s: %u spikes in %d time steps"), name, r->counts[u], (int) r->t);
  else
    out->text = g_strdup_printf (fires (r, t, u) ? _ ("%s fires at %s; %u spikes in all")
                                                 : _ ("%s is silent at %s; %u spikes in all"),
                                 name, time, r->counts[u]);
}

static void
hit_rates (const Raster *r, const CjvScene *scene, double x, CjvHit *out)
{
  const CjvRect *in = &r->rates.inner;
  const gint64 t = CLAMP ((gint64) ((x - in->x) / in->width * (double) r->t), 0, r->t - 1);
  g_autofree char *time = cjv_number_print ((double) t * r->dt, 4);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s: %s", get_time_label (scene), time);
  for (guint g = 0; g < r->n_groups; g++)
    {
      const char *name = cjv_frame_get_string (scene->frame, "group-names", g);
      g_autofree double *rates = find_rates (r, scene, g);
      g_autofree char *rate = cjv_number_print (rates[t], 3);

      g_string_append_printf (text, " · %s %s", name != NULL ? name : get_rate_label (scene), rate);
    }
  *out = (CjvHit){ .index = -1,
                   .series = t,
                   .x = in->x + ((double) t + 0.5) * in->width / (double) r->t - 1,
                   .y = in->y,
                   .width = 2,
                   .height = in->height,
                   .text = g_string_free (text, FALSE) };
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gboolean found = FALSE;
  Raster r;

  if (!raster_init (&r, scene))
    return FALSE;
  raster_place (&r, scene);
  if (cjv_rect_contains (&r.raster.inner, x, y)
      || (r.has_units && cjv_rect_contains (&r.units.inner, x, y)))
    {
      hit_unit (&r, scene, x, y, out);
      found = TRUE;
    }
  else if (r.has_rates && cjv_rect_contains (&r.rates.inner, x, y))
    {
      hit_rates (&r, scene, x, out);
      found = TRUE;
    }
  raster_clear (&r);
  return found;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Raster r;

  g_string_append (out, "time,unit,population\r\n");
  if (!raster_init (&r, scene))
    return;
  for (gint64 t = 0; t < r.t; t++)
    for (gint64 u = 0; u < r.u; u++)
      if (fires (&r, t, u))
        {
          const char *name = cjv_frame_get_string (scene->frame, "group-names", r.group[u]);

          cjv_csv_number (out, (double) t * r.dt);
          g_string_append_printf (out, ",%d,", (int) u);
          cjv_csv_text (out, name != NULL ? name : "");
          g_string_append (out, "\r\n");
        }
  raster_clear (&r);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL, *share = NULL, *rate = NULL;
  gint64 silent = 0, most = 0;
  char *text;
  Raster r;

  if (!raster_init (&r, scene))
    return NULL;
  note = print_note (&r, scene);
  for (gint64 u = 0; u < r.u; u++)
    {
      silent += r.counts[u] == 0;
      most = r.counts[u] > r.counts[most] ? u : most;
    }
  share = cjv_percent_print ((double) silent / (double) r.u, 0);
  rate = cjv_number_print ((double) r.n_spikes / (double) r.u / (double) r.t, 2);
  text = g_strdup_printf (
      _ ("%s: %s. %s spikes a time step and unit; %s of the units are silent, unit "
         "%d fires most, %u times."),
      title != NULL ? title : _ ("Spikes"), note, rate, share, (int) most, r.counts[most]);
  raster_clear (&r);
  return text;
}

const CjvFigureInfo cjv_figure_raster = {
  .id = "raster",
  .title = N_ ("Raster"),
  .blurb = N_ ("Which unit of a layer fires when, and how fast units and populations do"),
  .empty = N_ ("Here stand the spikes of a layer, as soon as the network has a layer of spiking "
               "neurons and has seen a sample."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 720,
  .preset_height = 440,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
