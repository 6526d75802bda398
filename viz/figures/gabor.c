/* SPDX-License-Identifier: GPL-3.0-or-later */
/* N filters of H x W, each beside the Gabor function that describes it best. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define GOOD 0.6 /* where the frame says nothing else */

typedef struct
{
  gboolean sort;
} Params;

static const CjParam params[] = {
  { .name = "sort",
    .title = N_ ("Best first"),
    .blurb = N_ ("Orders the filters by how well they are described"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, sort),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "filters", CJV_WANT_ARRAY, TRUE, "[N, H, W]", N_ ("The filters") },
  { "fits", CJV_WANT_ARRAY, TRUE, "[N, H, W]", N_ ("The function fitted to each") },
  { "r2", CJV_WANT_ARRAY, TRUE, "[N]", N_ ("Share of the variance that it explains") },
  { "orientation", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Of the stripes, in degrees") },
  { "frequency", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Cycles a pixel") },
  { "phase", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("In degrees, 0 even, ±90 odd") },
  { "across", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Deviation of the bell across the stripes, px") },
  { "along", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Deviation of the bell along the stripes, px") },
  { "x", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Its middle, px right of that of the filter") },
  { "y", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Its middle, px below that of the filter") },
  { "amplitude", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Its height") },
  { "before-r2", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("R² of the same filters before training") },
  { "good", CJV_WANT_SCALAR, FALSE, NULL, N_ ("From this R² on a filter counts as a Gabor") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  const CjTensor *filters, *fits, *r2, *before;
  gint64 n, h, w, n_good, n_before; /* n_before: good ones before training; -1: not known */
  double good, median;
  gint64 *order; /* N: which filter stands where; owned */
  CjvTilePanel panel;
} Data;

static gint
compare (gconstpointer a, gconstpointer b, gpointer r2)
{
  const double x = cjv_tensor_at (r2, *(const gint64 *) a);
  const double y = cjv_tensor_at (r2, *(const gint64 *) b);

  if (isfinite (x) && isfinite (y) && x != y)
    return x > y ? -1 : 1;
  if (isfinite (x) != isfinite (y))
    return isfinite (x) ? -1 : 1;
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : 1;
}

static gboolean
data_init (Data *d, const CjvScene *scene)
{
  const Params *p = scene->params;
  g_autofree gint64 *sorted = NULL;
  gint64 known = 0;

  *d = (Data){ .filters = cjv_frame_get_array (scene->frame, "filters"),
               .fits = cjv_frame_get_array (scene->frame, "fits"),
               .r2 = cjv_frame_get_array (scene->frame, "r2"),
               .before = cjv_frame_get_array (scene->frame, "before-r2"),
               .good = cjv_frame_get_scalar (scene->frame, "good", GOOD),
               .median = NAN };
  if (d->filters->shape.n_dims != 3 || !cj_shape_equal (&d->filters->shape, &d->fits->shape)
      || d->filters->dtype != CJ_FLOAT32 || d->fits->dtype != CJ_FLOAT32
      || cjv_tensor_size (d->filters) == 0 || cjv_tensor_size (d->r2) != d->filters->shape.dims[0])
    return FALSE;
  d->n = d->filters->shape.dims[0];
  d->h = d->filters->shape.dims[1];
  d->w = d->filters->shape.dims[2];
  sorted = g_new (gint64, d->n);
  d->order = g_new (gint64, d->n);
  for (gint64 i = 0; i < d->n; i++)
    {
      sorted[i] = d->order[i] = i;
      known += isfinite (cjv_tensor_at (d->r2, i));
      d->n_good += cjv_tensor_at (d->r2, i) >= d->good;
    }
  d->n_before = cjv_tensor_size (d->before) == d->n ? 0 : -1;
  for (gint64 i = 0; i < d->n && d->n_before >= 0; i++)
    d->n_before += cjv_tensor_at (d->before, i) >= d->good;
  g_qsort_with_data (sorted, (gint) d->n, sizeof *sorted, compare, (gpointer) d->r2);
  if (known > 0)
    d->median = cjv_tensor_at (d->r2, sorted[known / 2]);
  if (p->sort)
    memcpy (d->order, sorted, sizeof *sorted * (gsize) d->n);
  return TRUE;
}

static void
place (Data *d, const CjvScene *scene)
{
  cjv_tile_panel_place (&d->panel, scene, d->n, d->h, 2 * d->w, scene->style->font_size * 0.5,
                        scene->style->font_size * 0.9, NAN, NAN);
}

/* Filter and function on one scale. */
static void
fill (const Data *d, const CjvScene *scene, guint32 *pixels, gsize stride)
{
  const CjvTileGrid *grid = &d->panel.grid;
  const gint64 size = d->h * d->w;
  g_autofree float *both = g_new (float, 2 * size);

  for (gint64 i = 0; i < cjv_tile_grid_get_shown (grid); i++)
    {
      const float *filter = cj_tensor_f32 (d->filters) + d->order[i] * size;
      const float *fit = cj_tensor_f32 (d->fits) + d->order[i] * size;
      float low, high;
      int x, y;

      for (gint64 row = 0; row < d->h; row++)
        {
          memcpy (both + row * 2 * d->w, filter + row * d->w, sizeof *both * (gsize) d->w);
          memcpy (both + (row * 2 + 1) * d->w, fit + row * d->w, sizeof *both * (gsize) d->w);
        }
      cjv_range_find (both, 2 * size, CJV_MAP_SIGNED, &low, &high);
      cjv_tiles_get_origin (&grid->tiles, i, &x, &y);
      cjv_thumbnail_map (both, d->h, 2 * d->w, cjv_style_map (scene->style, CJV_MAP_SIGNED),
                         scene->style->dark, low, high, pixels + (gsize) y * stride + x, stride,
                         grid->tiles.tile_width, grid->tiles.tile_height);
    }
}

/* A frame around each pair: thick round those that count, thin and dashed round the others. */
static void
draw_frames (const Data *d, const CjvScene *scene, cairo_t *cr)
{
  const CjvTileGrid *grid = &d->panel.grid;

  for (gint64 i = 0; i < cjv_tile_grid_get_shown (grid); i++)
    {
      const gboolean good = cjv_tensor_at (d->r2, d->order[i]) >= d->good;
      const CjvRect tile = cjv_tile_grid_get_rect (grid, i);

      cairo_rectangle (cr, tile.x - 0.5, tile.y - 0.5, tile.width + 1, tile.height + 1);
      cairo_set_line_width (cr, good ? scene->style->line_width * 0.8 : 1);
      cairo_set_dash (cr, (const double[]){ 2, 2 }, good ? 0 : 2, 0);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, good ? CJV_ACCENT : CJV_INK_DIM));
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
      cairo_move_to (cr, tile.x + tile.width / 2, tile.y);
      cairo_line_to (cr, tile.x + tile.width / 2, tile.y + tile.height);
      cairo_set_line_width (cr, 1);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
      cairo_stroke (cr);
    }
}

/* "50 of 64 filters have R² ≥ 0.6 · median R² 0.71 · before training 3"; you free. */
static char *
print_note (const Data *d)
{
  g_autofree char *good = cjv_number_print (d->good, 1);
  g_autofree char *median = cjv_number_print (d->median, 2);

  if (d->n_before < 0)
    return g_strdup_printf (_ ("%d of %d filters have R² ≥ %s · median R² %s"), (int) d->n_good,
                            (int) d->n, good, median);
  return g_strdup_printf (_ ("%d of %d filters have R² ≥ %s, before training %d · median R² %s"),
                          (int) d->n_good, (int) d->n, good, (int) d->n_before, median);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  cairo_surface_t *image;
  guint32 *pixels;
  gsize stride;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  place (&d, scene);
  image = cjv_tile_grid_new_image (&d.panel.grid, &pixels, &stride);
  if (image != NULL)
    fill (&d, scene, pixels, stride);
  cjv_tile_grid_paint (&d.panel.grid, cr, image);
  draw_frames (&d, scene, cr);
  note = print_note (&d);
  cjv_tile_panel_draw_heading (&d.panel, scene, cr, title != NULL ? title : _ ("Gabor fits"), note);
  g_free (d.order);
  return TRUE;
}

static char *
print_number (const CjvScene *scene, const char *array, gint64 i, int digits)
{
  return cjv_number_print (cjv_tensor_at (cjv_frame_get_array (scene->frame, array), i), digits);
}

static char *
print_degrees (const CjvScene *scene, const char *array, gint64 i)
{
  const double degrees = cjv_tensor_at (cjv_frame_get_array (scene->frame, array), i);

  return isfinite (degrees) ? g_strdup_printf ("%.0f", degrees) : cjv_number_print (degrees, 2);
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gint64 i;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  place (&d, scene);
  i = cjv_tile_grid_find (&d.panel.grid, x, y, NULL, NULL);
  if (i >= 0)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&d.panel.grid, i);
      const gint64 f = d.order[i];
      g_autofree char *r2 = print_number (scene, "r2", f, 2);
      g_autofree char *angle = print_degrees (scene, "orientation", f);
      g_autofree char *frequency = print_number (scene, "frequency", f, 2);
      g_autofree char *phase = print_degrees (scene, "phase", f);
      g_autofree char *across = print_number (scene, "across", f, 2);
      g_autofree char *along = print_number (scene, "along", f, 2);

      *out = (CjvHit){ f, -1, tile.x, tile.y, tile.width, tile.height, NULL };
      out->text = g_strdup_printf (
          _ ("filter %d: R² %s; %s°, %s cycles/px, phase %s°, bell %s px across, %s px along"),
          (int) f, r2, angle, frequency, phase, across, along);
      if (d.n_before >= 0)
        {
          g_autofree char *before = print_number (scene, "before-r2", f, 2);
          g_autofree char *now = out->text;

          /* Translators: what is said of a filter, then a number */
          out->text = g_strdup_printf (_ ("%s; R² before training %s"), now, before);
        }
    }
  g_free (d.order);
  return i >= 0;
}

static void
csv (const CjvScene *scene, GString *out)
{
  static const char *const columns[]
      = { "r2",    "orientation", "frequency", "phase",     "across",
          "along", "x",           "y",         "amplitude", "before-r2" };
  Data d;

  g_string_append (
      out, "filter,r2,orientation,frequency,phase,across,along,x,y,amplitude,before-r2\r\n");
  if (!data_init (&d, scene))
    return;
  for (gint64 i = 0; i < d.n; i++)
    {
      g_string_append_printf (out, "%d", (int) i);
      for (guint k = 0; k < G_N_ELEMENTS (columns); k++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, cjv_tensor_at (cjv_frame_get_array (scene->frame, columns[k]), i));
        }
      g_string_append (out, "\r\n");
    }
  g_free (d.order);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Data d;

  if (!data_init (&d, scene))
    return NULL;
  note = print_note (&d);
  g_free (d.order);
  /* Translators: name of a layer, then how many of its filters are described well */
  return g_strdup_printf (_ ("%s: Gabor functions fitted to the filters; %s."),
                          title != NULL ? title : _ ("Gabor fits"), note);
}

const CjvFigureInfo cjv_figure_gabor = {
  .id = "gabor",
  .title = N_ ("Gabor fits"),
  .blurb = N_ ("The filters of a layer, each beside the Gabor function that describes it best"),
  .empty = N_ ("Choose a convolution with kernels of 3×3 or more and press Fit."),
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
