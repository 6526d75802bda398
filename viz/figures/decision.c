/* SPDX-License-Identifier: GPL-3.0-or-later */
/* K classes, H W grid, P points. Row 0 of the grid is the lowest y. */
#include "cjv-points.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_CLASSES 64
#define SHADES 64

typedef struct
{
  gboolean sure, held;
} Params;

static const CjParam params[] = {
  { .name = "sure",
    .title = N_ ("Show certainty"),
    .blurb = N_ ("Paler where the network is less sure"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, sure),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "held",
    .title = N_ ("Samples held back"),
    .blurb = N_ ("Draws samples that are not trained on as well, as outlines"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, held),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "surface", CJV_WANT_ARRAY, TRUE, "[K, H, W]", N_ ("Probability of each class over the plane") },
  { "range", CJV_WANT_ARRAY, FALSE, "[4]", N_ ("Least x, largest x, least y, largest y") },
  { "points", CJV_WANT_ARRAY, FALSE, "[P, 2]", N_ ("The samples") },
  { "labels", CJV_WANT_ARRAY, FALSE, "[P]", N_ ("Their classes") },
  { "held", CJV_WANT_ARRAY, FALSE, "[P]", N_ ("Not 0 for samples that are not trained on") },
  { "classes", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the classes") },
  { NULL },
};

typedef struct
{
  CjTensor *surface; /* float32 */
  gint64 k, h, w;
  double range[4];
  CjvPoints points;
  gboolean has_points;
  CjvPlot plot;
  double heading, pad;
} Decision;

static gboolean
decision_init (Decision *d, const CjvScene *scene)
{
  const CjTensor *surface = cjv_frame_get_array (scene->frame, "surface");
  const CjTensor *range = cjv_frame_get_array (scene->frame, "range");
  const guint n = surface->shape.n_dims;

  *d = (Decision){ .range = { -1, 1, -1, 1 } };
  if (n < 2 || n > 3)
    return FALSE;
  d->k = n == 3 ? surface->shape.dims[0] : 1;
  d->h = surface->shape.dims[n - 2];
  d->w = surface->shape.dims[n - 1];
  if (d->k > MAX_CLASSES)
    return FALSE;
  for (int i = 0; i < 4 && cjv_tensor_size (range) == 4; i++)
    d->range[i] = cjv_tensor_at (range, i);
  if (!(d->range[1] > d->range[0] && d->range[3] > d->range[2] && isfinite (d->range[0])
        && isfinite (d->range[1]) && isfinite (d->range[2]) && isfinite (d->range[3])))
    return FALSE;
  d->surface = cjv_tensor_to_float (surface);
  return TRUE;
}

static void
decision_place (Decision *d, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size;
  CjvRect room;

  d->pad = MIN (em * 0.8, scene->width / 10);
  d->has_points = cjv_points_init (&d->points, scene, "points", "labels", NULL,
                                   em * (scene->style->bare ? 0.2 : 0.32));
  if (d->has_points)
    d->points.hollow = cjv_frame_get_array (scene->frame, "held");
  d->points.skip_hollow = !p->held;
  d->heading = cjv_heading_height (scene);
  room = (CjvRect){ d->pad, d->pad + d->heading, scene->width - 2 * d->pad,
                    scene->height - 2 * d->pad - d->heading };
  /* A plane is not stretched beyond twice its height. */
  room.width = MIN (room.width, room.height * 2.2);
  cjv_axis_init (&d->plot.x);
  cjv_axis_init (&d->plot.y);
  d->plot.x.low = d->range[0];
  d->plot.x.high = d->range[1];
  d->plot.y.low = d->range[2];
  d->plot.y.high = d->range[3];
  if (scene->style->bare)
    d->plot.inner = (CjvRect){ 0, 0, scene->width, scene->height };
  else
    cjv_plot_place (&d->plot, scene, &room, FALSE, FALSE);
}

/* The class at u, v (0..1 from the lower left) and its probability, between the four cells around it;
 * -1 if there is no number. With one plane: class 1 where it is over a half. */
static int
winner (const Decision *d, double u, double v, double *sure)
{
  const double x = CLAMP (u * d->w - 0.5, 0, d->w - 1), y = CLAMP (v * d->h - 0.5, 0, d->h - 1);
  const gint64 x0 = (gint64) x, y0 = (gint64) y;
  const gint64 x1 = MIN (x0 + 1, d->w - 1), y1 = MIN (y0 + 1, d->h - 1);
  const double fx = x - (double) x0, fy = y - (double) y0;
  int best = -1;

  *sure = -INFINITY;
  for (gint64 k = 0; k < d->k; k++)
    {
      const float *plane = cj_tensor_f32 (d->surface) + k * d->h * d->w;
      const double p = (plane[y0 * d->w + x0] * (1 - fx) + plane[y0 * d->w + x1] * fx) * (1 - fy)
                       + (plane[y1 * d->w + x0] * (1 - fx) + plane[y1 * d->w + x1] * fx) * fy;

      if (p > *sure)
        {
          *sure = p;
          best = (int) k;
        }
    }
  if (d->k == 1 && best == 0)
    {
      best = *sure > 0.5;
      *sure = MAX (*sure, 1 - *sure);
    }
  return best;
}

static guint32
pixel_of (CjvColor c)
{
  return 0xff000000 | (guint32) lround (c.r * 255) << 16 | (guint32) lround (c.g * 255) << 8
         | (guint32) lround (c.b * 255);
}

/* Colours of a class from the least to the most certain. */
static void
make_shades (const Decision *d, const CjvScene *scene, guint32 *shades)
{
  const CjvColor back = cjv_style_color (scene->style, CJV_BACKGROUND);

  for (gint64 k = 0; k < MAX (d->k, 2); k++)
    for (int i = 0; i < SHADES; i++)
      shades[k * SHADES + i] = pixel_of (cjv_color_mix (
          back, cjv_style_category (scene->style, (guint) k), 0.1 + 0.3 * i / (SHADES - 1)));
}

/* One row of pixels at v (0..1 from below): the winner of each and its certainty, as winner () has it,
 * with what is the same for the whole row taken out of the loop. `mixed` holds K W numbers. */
static void
fill_row (const Decision *d, double v, int width, float *mixed, gint8 *classes, float *sure)
{
  const double y = CLAMP (v * (double) d->h - 0.5, 0, (double) d->h - 1);
  const gint64 y0 = (gint64) y, y1 = MIN (y0 + 1, d->h - 1);
  const float fy = (float) (y - (double) y0);

  for (gint64 k = 0; k < d->k; k++)
    {
      const float *plane = cj_tensor_f32 (d->surface) + k * d->h * d->w;

      for (gint64 x = 0; x < d->w; x++)
        mixed[k * d->w + x] = plane[y0 * d->w + x] * (1 - fy) + plane[y1 * d->w + x] * fy;
    }
  for (int i = 0; i < width; i++)
    {
      const double x = CLAMP ((i + 0.5) / width * (double) d->w - 0.5, 0, (double) d->w - 1);
      const gint64 x0 = (gint64) x, x1 = MIN (x0 + 1, d->w - 1);
      const float fx = (float) (x - (double) x0);

      classes[i] = -1;
      sure[i] = -INFINITY;
      for (gint64 k = 0; k < d->k; k++)
        {
          const float *row = mixed + k * d->w, p = row[x0] * (1 - fx) + row[x1] * fx;

          if (p > sure[i])
            {
              sure[i] = p;
              classes[i] = (gint8) k;
            }
        }
      if (d->k == 1 && classes[i] == 0)
        {
          classes[i] = sure[i] > 0.5f;
          sure[i] = MAX (sure[i], 1 - sure[i]);
        }
    }
}

static void
fill (const Decision *d, const CjvScene *scene, guint32 *pixels, int stride, int width, int height)
{
  const Params *p = scene->params;
  const float chance = 1.0f / (float) MAX (d->k, 2);
  const CjvColor back = cjv_style_color (scene->style, CJV_BACKGROUND);
  const guint32 line
      = pixel_of (cjv_color_mix (back, cjv_style_color (scene->style, CJV_INK), 0.75));
  const guint32 none = pixel_of (cjv_style_color (scene->style, CJV_SURFACE));
  g_autofree gint8 *classes = g_new (gint8, (gsize) width * (gsize) height);
  g_autofree float *sure = g_new (float, width), *mixed = g_new (float, d->k * d->w);
  g_autofree guint32 *shades = g_new (guint32, SHADES * MAX (d->k, 2));

  make_shades (d, scene, shades);
  for (int y = 0; y < height; y++)
    {
      gint8 *row = classes + (gsize) y * width;

      fill_row (d, 1 - (y + 0.5) / height, width, mixed, row, sure);
      for (int x = 0; x < width; x++)
        {
          const float t = p->sure ? CLAMP ((sure[x] - chance) / (1 - chance), 0, 1) : 1;

          pixels[(gsize) y * stride + x]
              = row[x] < 0 ? none : shades[row[x] * SHADES + (int) (t * (SHADES - 1) + 0.5f)];
        }
    }
  /* The border between classes, a line of ink two of these pixels wide: seen without colour. */
  for (int y = 1; y < height; y++)
    for (int x = 1; x < width; x++)
      {
        const gint8 *at = classes + (gsize) y * width + x;
        const gboolean left = at[0] != at[-1], top = at[0] != at[-width];

        if (left || top)
          pixels[(gsize) y * stride + x] = line;
        if (left)
          pixels[(gsize) y * stride + x - 1] = line;
        if (top)
          pixels[(gsize) (y - 1) * stride + x] = line;
      }
}

static void
draw_surface (const Decision *d, const CjvScene *scene, cairo_t *cr)
{
  /* Twice as fine as the screen, so that the border is smooth, unless that would take long. */
  const double cost = d->plot.inner.width * d->plot.inner.height * (double) d->k;
  const double scale = cost > 3e5 ? scene->style->scale : MIN (2 * scene->style->scale, 4);
  const int width = (int) CLAMP (d->plot.inner.width * scale, 1, 2048);
  const int height = (int) CLAMP (d->plot.inner.height * scale, 1, 2048);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);

  if (cairo_surface_status (image) == CAIRO_STATUS_SUCCESS)
    {
      fill (d, scene, (guint32 *) cairo_image_surface_get_data (image),
            cairo_image_surface_get_stride (image) / 4, width, height);
      cairo_surface_mark_dirty (image);
      cairo_save (cr);
      cairo_translate (cr, d->plot.inner.x, d->plot.inner.y);
      cairo_scale (cr, d->plot.inner.width / width, d->plot.inner.height / height);
      cairo_set_source_surface (cr, image, 0, 0);
      cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_GOOD);
      cairo_rectangle (cr, 0, 0, width, height);
      cairo_fill (cr);
      cairo_restore (cr);
    }
  cairo_surface_destroy (image);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const Params *p = scene->params;
  const char *title = _ ("Decision");
  const double em = scene->style->font_size;
  Decision d;

  if (!decision_init (&d, scene))
    return FALSE;
  decision_place (&d, scene);
  if (!scene->style->bare)
    cjv_plot_draw_grid (&d.plot, scene, cr, FALSE);
  draw_surface (&d, scene, cr);
  if (d.has_points)
    {
      cairo_save (cr);
      cairo_rectangle (cr, d.plot.inner.x, d.plot.inner.y, d.plot.inner.width, d.plot.inner.height);
      cairo_clip (cr);
      cjv_points_draw (&d.points, scene, cr, &d.plot, TRUE);
      cairo_restore (cr);
    }
  if (d.heading > 0)
    {
      const double body = cjv_text_height (scene, CJV_SIZE_BODY);
      const double note = cjv_text_height (scene, CJV_SIZE_NOTE);
      double width;

      cjv_text_measure (scene, 0, CJV_SIZE_BODY, CJV_TEXT_BOLD, title, &width, NULL);
      cjv_draw_heading (scene, cr, d.plot.inner.x, d.pad, d.plot.inner.width, title, NULL);
      if (d.has_points)
        width = cjv_points_draw_legend (&d.points, scene, cr, d.plot.inner.x + width + em * 1.2,
                                        d.pad + (body - note) / 2,
                                        scene->width - d.pad - d.plot.inner.x - width - em * 1.2);
      if (d.has_points && p->held && cjv_tensor_size (d.points.hollow) == d.points.n
          && scene->width - width > em * 9)
        cjv_text_draw (scene, cr, width, d.pad + (body - note) / 2, scene->width - d.pad - width,
                       CJV_SIZE_NOTE, 0, cjv_style_color (scene->style, CJV_INK_DIM),
                       _ ("outlines: not trained on"));
    }
  cj_tensor_unref (d.surface);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gboolean inside;
  Decision d;

  if (!decision_init (&d, scene))
    return FALSE;
  decision_place (&d, scene);
  inside = cjv_rect_contains (&d.plot.inner, x, y);
  if (inside)
    {
      const double u = (x - d.plot.inner.x) / d.plot.inner.width;
      const double v = 1 - (y - d.plot.inner.y) / d.plot.inner.height;
      double sure;
      const int k = winner (&d, u, v, &sure);
      g_autofree char *a = cjv_number_print (cjv_axis_unmap (&d.plot.x, u), 3);
      g_autofree char *b = cjv_number_print (cjv_axis_unmap (&d.plot.y, v), 3);
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", k);
      g_autofree char *percent = cjv_percent_print (sure, 0);

      *out = (CjvHit){ .index = -1, .series = k, .x = x - 1, .y = y - 1, .width = 2, .height = 2 };
      if (d.has_points)
        out->index = cjv_points_find (&d.points, &d.plot, x, y, scene->style->font_size * 0.6);
      out->text = k >= 0 ? g_strdup_printf (_ ("%s, %s: %s, %s sure"), a, b, name, percent)
                         : g_strdup_printf (_ ("%s, %s: not a number"), a, b);
    }
  cj_tensor_unref (d.surface);
  return inside;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Decision d;

  g_string_append (out, "x,y,class,probability\r\n");
  if (!decision_init (&d, scene))
    return;
  for (gint64 i = 0; i < d.h * d.w; i++)
    {
      const double u = ((double) (i % d.w) + 0.5) / (double) d.w;
      const double v = ((double) (i / d.w) + 0.5) / (double) d.h;
      double sure;
      const int k = winner (&d, u, v, &sure);
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", k);

      cjv_csv_number (out, d.range[0] + u * (d.range[1] - d.range[0]));
      g_string_append_c (out, ',');
      cjv_csv_number (out, d.range[2] + v * (d.range[3] - d.range[2]));
      g_string_append_c (out, ',');
      cjv_csv_text (out, k >= 0 ? name : "");
      g_string_append_c (out, ',');
      cjv_csv_number (out, sure);
      g_string_append (out, "\r\n");
    }
  cj_tensor_unref (d.surface);
}

static char *
words (const CjvScene *scene)
{
  gint64 areas[MAX_CLASSES + 2] = { 0 };
  GString *out;
  Decision d;

  if (!decision_init (&d, scene))
    return NULL;
  out = g_string_new (_ ("Share of the plane given to each class:"));
  for (gint64 i = 0; i < d.h * d.w; i++)
    {
      double sure;
      const int k = winner (&d, ((double) (i % d.w) + 0.5) / (double) d.w,
                            ((double) (i / d.w) + 0.5) / (double) d.h, &sure);

      if (k >= 0)
        areas[k]++;
    }
  for (gint64 k = 0; k < MAX (d.k, 2); k++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "classes", k);
      g_autofree char *percent = cjv_percent_print ((double) areas[k] / (double) (d.h * d.w), 0);

      g_string_append_printf (out, "%s %s %s", k > 0 ? "," : "", name, percent);
    }
  g_string_append_c (out, '.');
  cj_tensor_unref (d.surface);
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_decision = {
  .id = "decision",
  .title = N_ ("Decision"),
  .blurb = N_ ("Which class the network gives to every point of the plane"),
  .empty = N_ ("Wire a network with two inputs to a loss: it divides this plane."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 560,
  .preset_height = 480,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
