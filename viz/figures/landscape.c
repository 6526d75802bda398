/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R rows and C columns of a plane in the space of weights; P moments of a run. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_LEVELS 24
#define MAX_PIXELS 512 /* of the picture along each side */

typedef struct
{
  gboolean log, path;
  int levels;
} Params;

static const CjParam params[] = {
  { .name = "log",
    .title = N_ ("Logarithm"),
    .blurb = N_ ("Colours and contours by the logarithm of the loss, where it is positive"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, log),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { .name = "levels",
    .title = N_ ("Contours"),
    .blurb = N_ ("Lines of equal loss; 0: none"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, levels),
    .preset = 10,
    .max = MAX_LEVELS,
    .flags = CJ_PARAM_LIVE },
  { .name = "path",
    .title = N_ ("Path"),
    .blurb = N_ ("The way of the run, a dot for each kept moment"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, path),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "loss", CJV_WANT_ARRAY, TRUE, "[R, C]",
    N_ ("At each point of the plane, from the lowest y; not a number: not measured yet") },
  { "x", CJV_WANT_ARRAY, TRUE, "[C]", N_ ("Places along the first direction, rising") },
  { "y", CJV_WANT_ARRAY, TRUE, "[R]", N_ ("Places along the second direction, rising") },
  { "path", CJV_WANT_ARRAY, FALSE, "[P, 2]", N_ ("Where the run was; the weights are at 0, 0") },
  { "steps", CJV_WANT_ARRAY, FALSE, "[P]", N_ ("When it was there") },
  { "x-label", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the first direction") },
  { "y-label", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the second direction") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { NULL },
};

typedef struct
{
  const CjTensor *x, *y, *path, *steps; /* path: or NULL */
  gint64 rows, columns, n_path;
  double *height; /* [R, C]: of what colours show, the loss or its logarithm; holes are filled */
  gboolean *known;
  gboolean log;
  double low, high, least; /* of height; least: the smallest loss */
  gint64 best;             /* where that is; -1: none is known */
  CjvPlot plot;
  CjvRect bar;
} Land;

static void
land_clear (Land *l)
{
  g_clear_pointer (&l->height, g_free);
  g_clear_pointer (&l->known, g_free);
}

/* The nearest known point, where one is not measured yet: the coarse picture comes first. */
static void
fill_holes (Land *l)
{
  for (gint64 i = 0; i < l->rows * l->columns; i++)
    for (gint64 stride = 2; !l->known[i] && stride <= 4; stride *= 2)
      {
        const gint64 r = MIN ((i / l->columns + stride / 2) / stride * stride, l->rows - 1);
        const gint64 c = MIN ((i % l->columns + stride / 2) / stride * stride, l->columns - 1);

        if (l->known[r * l->columns + c])
          {
            l->height[i] = l->height[r * l->columns + c];
            break;
          }
      }
}

static void
read_heights (Land *l, const CjTensor *loss, gboolean wants_log)
{
  const gint64 n = l->rows * l->columns;

  l->height = g_new (double, n + 1);
  l->known = g_new0 (gboolean, n + 1);
  l->best = -1;
  l->log = wants_log;
  for (gint64 i = 0; i < n; i++)
    {
      const double v = cjv_tensor_at (loss, i);

      l->log = l->log && !(v <= 0);
      if (isfinite (v) && (l->best < 0 || v < cjv_tensor_at (loss, l->best)))
        l->best = i;
    }
  l->low = INFINITY;
  l->high = -INFINITY;
  for (gint64 i = 0; i < n; i++)
    {
      const double v = cjv_tensor_at (loss, i);

      l->known[i] = isfinite (v);
      l->height[i] = !l->known[i] ? NAN : l->log ? log10 (v) : v;
      if (l->known[i])
        {
          l->low = MIN (l->low, l->height[i]);
          l->high = MAX (l->high, l->height[i]);
        }
    }
  if (!(l->high > l->low))
    {
      l->low = isfinite (l->low) ? l->low : 0;
      l->high = l->low + 1;
    }
  fill_holes (l);
}

static gboolean
rises (const CjTensor *axis)
{
  for (gint64 i = 0; i < cjv_tensor_size (axis); i++)
    if (!isfinite (cjv_tensor_at (axis, i))
        || (i > 0 && !(cjv_tensor_at (axis, i) > cjv_tensor_at (axis, i - 1))))
      return FALSE;
  return TRUE;
}

static gboolean
land_init (Land *l, const CjvScene *scene)
{
  const CjTensor *loss = cjv_frame_get_array (scene->frame, "loss");
  const CjTensor *path = cjv_frame_get_array (scene->frame, "path");
  const Params *p = scene->params;

  *l = (Land){ .x = cjv_frame_get_array (scene->frame, "x"),
               .y = cjv_frame_get_array (scene->frame, "y") };
  if (loss->shape.n_dims != 2 || cjv_tensor_size (l->x) != loss->shape.dims[1]
      || cjv_tensor_size (l->y) != loss->shape.dims[0] || loss->shape.dims[0] < 2
      || loss->shape.dims[1] < 2 || !rises (l->x) || !rises (l->y))
    return FALSE;
  l->rows = loss->shape.dims[0];
  l->columns = loss->shape.dims[1];
  read_heights (l, loss, p->log);
  if (p->path && path != NULL && path->shape.n_dims == 2 && path->shape.dims[1] == 2)
    {
      l->path = path;
      l->n_path = path->shape.dims[0];
      l->steps = cjv_frame_get_array (scene->frame, "steps");
    }
  return TRUE;
}

static void
land_place (Land *l, const CjvScene *scene)
{
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 10);
  const double heading = cjv_heading_height (scene);
  const char *x = cjv_frame_get_text (scene->frame, "x-label");
  const char *y = cjv_frame_get_text (scene->frame, "y-label");
  CjvRect outer = { pad, pad + heading, MAX (scene->width - 2 * pad, 1),
                    MAX (scene->height - 2 * pad - heading, 1) };
  double bar = 0;

  if (!scene->style->bare && scene->width > em * 20 && scene->height > em * 8)
    bar = cjv_color_bar_width (scene, l->low, l->high) + em;
  outer.width = MAX (outer.width - bar, 1);
  /* neither direction is more than the other */
  outer.width = MIN (outer.width, MAX (outer.height * 1.8, em * 12));
  l->plot = (CjvPlot){ .x = { .label = x }, .y = { .label = y } };
  l->plot.x.low = cjv_tensor_at (l->x, 0);
  l->plot.x.high = cjv_tensor_at (l->x, l->columns - 1);
  l->plot.y.low = cjv_tensor_at (l->y, 0);
  l->plot.y.high = cjv_tensor_at (l->y, l->rows - 1);
  cjv_plot_place (&l->plot, scene, &outer, FALSE, FALSE);
  if (bar > 0)
    l->bar = (CjvRect){ l->plot.inner.x + l->plot.inner.width + em, l->plot.inner.y, bar - em,
                        CLAMP (l->plot.inner.height, em * 4, em * 14) };
}

/* Between the points, straight along both directions; `r` and `c` count rows and columns. */
static double
interpolate (const Land *l, double r, double c)
{
  const gint64 i = CLAMP ((gint64) r, 0, l->rows - 2), j = CLAMP ((gint64) c, 0, l->columns - 2);
  const double a = CLAMP (r - (double) i, 0, 1), b = CLAMP (c - (double) j, 0, 1);
  const double *h = l->height + i * l->columns + j;

  return (1 - a) * ((1 - b) * h[0] + b * h[1])
         + a * ((1 - b) * h[l->columns] + b * h[l->columns + 1]);
}

static void
draw_colors (const CjvScene *scene, cairo_t *cr, const Land *l)
{
  const CjvRect *room = &l->plot.inner;
  const int width = (int) CLAMP (room->width * scene->style->scale, 1, MAX_PIXELS);
  const int height = (int) CLAMP (room->height * scene->style->scale, 1, MAX_PIXELS);
  const guint32 *map
      = cjv_map_table (cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL), scene->style->dark);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);

  if (cairo_surface_status (image) == CAIRO_STATUS_SUCCESS)
    {
      const gsize stride = (gsize) cairo_image_surface_get_stride (image) / 4;
      guint32 *pixels = (guint32 *) cairo_image_surface_get_data (image);

      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          {
            const double r = (1 - (y + 0.5) / height) * (double) (l->rows - 1);
            const double c = (x + 0.5) / width * (double) (l->columns - 1);
            const double t = (interpolate (l, r, c) - l->low) / (l->high - l->low);

            /* what is not known, or not finite, stays empty */
            pixels[(gsize) y * stride + (gsize) x]
                = isfinite (t) ? map[(int) CLAMP (t * (CJV_MAP_SIZE - 1), 0, CJV_MAP_SIZE - 1)] : 0;
          }
      cairo_surface_mark_dirty (image);
      cairo_save (cr);
      cairo_translate (cr, room->x, room->y);
      cairo_scale (cr, room->width / width, room->height / height);
      cairo_set_source_surface (cr, image, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
      cairo_paint (cr);
      cairo_restore (cr);
    }
  cairo_surface_destroy (image);
}

/* Where an edge from point `a` to `b` is at the level; FALSE: it does not cross it. */
static gboolean
cross (const Land *l, gint64 a, gint64 b, double level, double *x, double *y)
{
  const double u = l->height[a] - level, v = l->height[b] - level;
  double t;

  if (!(u < 0) == !(v < 0) || !isfinite (u) || !isfinite (v))
    return FALSE;
  t = u / (u - v);
  *x = cjv_plot_x (&l->plot, (1 - t) * cjv_tensor_at (l->x, a % l->columns)
                                 + t * cjv_tensor_at (l->x, b % l->columns));
  *y = cjv_plot_y (&l->plot, (1 - t) * cjv_tensor_at (l->y, a / l->columns)
                                 + t * cjv_tensor_at (l->y, b / l->columns));
  return TRUE;
}

/* A line of equal height, cell by cell (marching squares). Where four edges are crossed they are joined in
 * their order around the cell. */
static void
draw_contour (cairo_t *cr, const Land *l, double level)
{
  for (gint64 r = 0; r + 1 < l->rows; r++)
    for (gint64 c = 0; c + 1 < l->columns; c++)
      {
        const gint64 at = r * l->columns + c;
        const gint64 corners[] = { at, at + 1, at + l->columns + 1, at + l->columns, at };
        guint n = 0;

        for (guint k = 0; k < 4; k++)
          {
            double x, y;

            if (!cross (l, corners[k], corners[k + 1], level, &x, &y))
              continue;
            if (n++ % 2 == 0)
              cairo_move_to (cr, x, y);
            else
              cairo_line_to (cr, x, y);
          }
      }
  cairo_stroke (cr);
}

static void
draw_contours (const CjvScene *scene, cairo_t *cr, const Land *l)
{
  const int n = ((const Params *) scene->params)->levels;

  cairo_save (cr);
  cairo_set_line_width (cr, MAX (scene->style->line_width * 0.4, 0.7));
  for (int i = 1; i <= n; i++)
    {
      const double t = (double) i / (n + 1);
      const CjvColor under
          = cjv_map_color (cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL), scene->style, t);

      cjv_draw_set_color (cr, cjv_color_alpha (cjv_color_ink_on (under), 0.55));
      draw_contour (cr, l, l->low + t * (l->high - l->low));
    }
  cairo_restore (cr);
}

static void
get_place (const Land *l, gint64 i, double *x, double *y)
{
  *x = cjv_plot_x (&l->plot, cjv_tensor_at (l->path, 2 * i));
  *y = cjv_plot_y (&l->plot, cjv_tensor_at (l->path, 2 * i + 1));
}

/* A light line on a dark one is seen on any colour. */
static void
draw_path (const CjvScene *scene, cairo_t *cr, const Land *l)
{
  const double width = scene->style->line_width;

  for (int pass = 0; pass < 2; pass++)
    {
      cairo_set_source_rgb (cr, pass, pass, pass);
      cairo_set_line_width (cr, pass == 0 ? width * 1.8 : width * 0.8);
      cairo_new_path (cr);
      for (gint64 i = 0; i < l->n_path; i++)
        {
          double x, y;

          get_place (l, i, &x, &y);
          if (isfinite (x) && isfinite (y))
            cairo_line_to (cr, x, y);
        }
      cairo_stroke (cr);
      for (gint64 i = 0; i < l->n_path; i++)
        {
          double x, y;

          get_place (l, i, &x, &y);
          if (!isfinite (x) || !isfinite (y))
            continue;
          cairo_arc (cr, x, y, width * (pass == 0 ? 1.9 : 1.3), 0, 2 * G_PI);
          cairo_fill (cr);
        }
    }
}

/* Where the weights are. */
static void
draw_weights (const CjvScene *scene, cairo_t *cr, const Land *l)
{
  const double x = cjv_plot_x (&l->plot, 0), y = cjv_plot_y (&l->plot, 0);
  const double r = scene->style->line_width * 3;

  if (!cjv_rect_contains (&l->plot.inner, x, y))
    return;
  for (int pass = 0; pass < 2; pass++)
    {
      cairo_set_source_rgb (cr, pass, pass * 0.85, pass * 0.1);
      cairo_set_line_width (cr, scene->style->line_width * (pass == 0 ? 2 : 1));
      cairo_move_to (cr, x - r, y);
      cairo_line_to (cr, x + r, y);
      cairo_move_to (cr, x, y - r);
      cairo_line_to (cr, x, y + r);
      cairo_stroke (cr);
    }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double heading = cjv_heading_height (scene);
  Land l;

  if (!land_init (&l, scene))
    return FALSE;
  land_place (&l, scene);
  cjv_plot_draw_grid (&l.plot, scene, cr, FALSE);
  draw_colors (scene, cr, &l);
  cairo_save (cr);
  cairo_rectangle (cr, l.plot.inner.x, l.plot.inner.y, l.plot.inner.width, l.plot.inner.height);
  cairo_clip (cr);
  draw_contours (scene, cr, &l);
  if (l.path != NULL)
    draw_path (scene, cr, &l);
  draw_weights (scene, cr, &l);
  cairo_restore (cr);
  if (heading > 0)
    cjv_draw_heading (scene, cr, l.plot.inner.x, MIN (scene->style->font_size * 0.8, 10),
                      scene->width - l.plot.inner.x, title != NULL ? title : _ ("Loss landscape"),
                      l.log ? _ ("log₁₀ of the loss; cross: the weights")
                            : _ ("loss; cross: the weights"));
  if (l.bar.width > 0)
    cjv_draw_color_bar (scene, cr, &l.bar, cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL), l.low,
                        l.high);
  land_clear (&l);
  return TRUE;
}

/* A moment of the run within reach of the point, or -1. */
static gint64
find_moment (const CjvScene *scene, const Land *l, double x, double y)
{
  const double reach = scene->style->font_size * 0.6;

  for (gint64 i = l->n_path - 1; l->path != NULL && i >= 0; i--)
    {
      double a, b;

      get_place (l, i, &a, &b);
      if (hypot (a - x, b - y) < reach)
        return i;
    }
  return -1;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  const CjTensor *loss = cjv_frame_get_array (scene->frame, "loss");
  gint64 moment, row, column;
  gboolean found;
  Land l;

  if (!land_init (&l, scene))
    return FALSE;
  land_place (&l, scene);
  found = cjv_rect_contains (&l.plot.inner, x, y);
  moment = found ? find_moment (scene, &l, x, y) : -1;
  if (moment >= 0)
    {
      const double step = cjv_tensor_at (l.steps, moment);
      double a, b;

      get_place (&l, moment, &a, &b);
      *out = (CjvHit){
        .index = moment, .series = 1, .x = a - 4, .y = b - 4, .width = 8, .height = 8
      };
      out->text = isfinite (step) ? g_strdup_printf (_ ("step %.0f of the run"), step)
                                  : g_strdup_printf (_ ("moment %d of the run"), (int) moment);
    }
  else if (found)
    {
      const double w = l.plot.inner.width / (double) (l.columns - 1);
      const double h = l.plot.inner.height / (double) (l.rows - 1);
      g_autofree char *value = NULL;

      column = CLAMP (lround ((x - l.plot.inner.x) / w), 0, l.columns - 1);
      row = CLAMP (l.rows - 1 - lround ((y - l.plot.inner.y) / h), 0, l.rows - 1);
      value = cjv_number_print (cjv_tensor_at (loss, row * l.columns + column), 4);
      *out = (CjvHit){ .index = row * l.columns + column,
                       .series = 0,
                       .x = l.plot.inner.x + w * ((double) column - 0.5),
                       .y = l.plot.inner.y + h * ((double) (l.rows - 1 - row) - 0.5),
                       .width = w,
                       .height = h };
      out->text = g_strdup_printf (_ ("loss %s at %.2g, %.2g"), value, cjv_tensor_at (l.x, column),
                                   cjv_tensor_at (l.y, row));
    }
  land_clear (&l);
  return found;
}

static void
csv (const CjvScene *scene, GString *out)
{
  const CjTensor *loss = cjv_frame_get_array (scene->frame, "loss");
  Land l;

  g_string_append (out, "x,y,loss,step\r\n");
  if (!land_init (&l, scene))
    return;
  for (gint64 i = 0; i < l.rows * l.columns; i++)
    {
      cjv_csv_number (out, cjv_tensor_at (l.x, i % l.columns));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (l.y, i / l.columns));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (loss, i));
      g_string_append (out, ",\r\n");
    }
  for (gint64 i = 0; i < l.n_path; i++)
    {
      cjv_csv_number (out, cjv_tensor_at (l.path, 2 * i));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (l.path, 2 * i + 1));
      g_string_append (out, ",,");
      cjv_csv_number (out, cjv_tensor_at (l.steps, i));
      g_string_append (out, "\r\n");
    }
  land_clear (&l);
}

static char *
words (const CjvScene *scene)
{
  const CjTensor *loss = cjv_frame_get_array (scene->frame, "loss");
  const char *title = cjv_frame_get_text (scene->frame, "title");
  GString *out = g_string_new (NULL);
  Land l;

  if (!land_init (&l, scene))
    {
      g_string_free (out, TRUE);
      return NULL;
    }
  g_string_append_printf (out, _ ("%s: the loss at %d by %d points around the weights."),
                          title != NULL ? title : _ ("Loss landscape"), (int) l.columns,
                          (int) l.rows);
  if (l.best >= 0)
    {
      g_autofree char *least = cjv_number_print (cjv_tensor_at (loss, l.best), 3);
      g_autofree char *low = cjv_number_print (cjv_tensor_at (l.x, l.best % l.columns), 2);
      g_autofree char *side = cjv_number_print (cjv_tensor_at (l.y, l.best / l.columns), 2);
      g_autofree char *most = cjv_number_print (l.log ? pow (10, l.high) : l.high, 3);

      g_string_append_printf (out, _ (" It is least with %s at %s, %s and at most %s."), least, low,
                              side, most);
    }
  if (l.n_path > 0)
    g_string_append_printf (out, _ (" The run is drawn with %d kept moments."), (int) l.n_path);
  land_clear (&l);
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_landscape = {
  .id = "landscape",
  .title = N_ ("Loss landscape"),
  .blurb = N_ ("The loss on a plane through the weights, with the way of the run"),
  .empty = N_ ("Measure the loss around the weights: it stands here as a map, coarse at first."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 640,
  .preset_height = 440,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
