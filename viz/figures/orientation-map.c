/* SPDX-License-Identifier: GPL-3.0-or-later */
/* U units, each a bar in its preferred orientation, as long as it is selective. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  gboolean sort;
} Params;

static const CjParam params[] = {
  { .name = "sort",
    .title = N_ ("By orientation"),
    .blurb = N_ ("Orders the units by the orientation that they prefer"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, sort),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "preferred", CJV_WANT_ARRAY, TRUE, "[U]", N_ ("Orientation in degrees, 0 level") },
  { "selectivity", CJV_WANT_ARRAY, TRUE, "[U]", N_ ("1 − circular variance, 0 to 1") },
  { "index", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("(R preferred − R orthogonal) / their sum") },
  { "frequency", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Best spatial frequency, cycles a pixel") },
  { "modulation", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("F1/F0") },
  { "response", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("To the best stimulus") },
  { "phase", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Preferred phase in degrees") },
  { "size", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Best size in pixels") },
  { "width", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Half width at half height in degrees") },
  { "before-preferred", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Orientation before training") },
  { "before-selectivity", CJV_WANT_ARRAY, FALSE, "[U]", N_ ("Selectivity before training") },
  { "unit", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Unit to mark") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  const CjTensor *preferred, *selectivity;
  const CjTensor *was_preferred, *was_selectivity; /* before training, or NULL */
  gint64 n;
  gint64 *order; /* U; owned */
  CjvTilePanel panel;
} Data;

static gint
compare (gconstpointer a, gconstpointer b, gpointer preferred)
{
  const double x = cjv_tensor_at (preferred, *(const gint64 *) a);
  const double y = cjv_tensor_at (preferred, *(const gint64 *) b);

  if (isfinite (x) && isfinite (y) && x != y)
    return x < y ? -1 : 1;
  if (isfinite (x) != isfinite (y))
    return isfinite (x) ? -1 : 1;
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : 1;
}

static gboolean
data_init (Data *d, const CjvScene *scene)
{
  const Params *p = scene->params;

  *d = (Data){ .preferred = cjv_frame_get_array (scene->frame, "preferred"),
               .selectivity = cjv_frame_get_array (scene->frame, "selectivity") };
  d->n = cjv_tensor_size (d->preferred);
  if (d->n == 0 || cjv_tensor_size (d->selectivity) != d->n)
    return FALSE;
  d->was_preferred = cjv_frame_get_array (scene->frame, "before-preferred");
  d->was_selectivity = cjv_frame_get_array (scene->frame, "before-selectivity");
  if (cjv_tensor_size (d->was_preferred) != d->n || cjv_tensor_size (d->was_selectivity) != d->n)
    d->was_preferred = d->was_selectivity = NULL;
  d->order = g_new (gint64, d->n);
  for (gint64 i = 0; i < d->n; i++)
    d->order[i] = i;
  if (p->sort)
    g_qsort_with_data (d->order, (gint) d->n, sizeof *d->order, compare, (gpointer) d->preferred);
  return TRUE;
}

static void
place (Data *d, const CjvScene *scene)
{
  /* tiles of several elements, so that they are not as large as the figure where there are few */
  cjv_tile_panel_place (&d->panel, scene, d->n, 1, 1, 2, scene->style->font_size * 0.7, NAN, NAN);
}

/* A colour that comes back to itself after half a turn; the bar itself says the same. */
static CjvColor
get_color (const CjvStyle *style, double degrees)
{
  const double turn = 2 * degrees * G_PI / 180, light = style->dark ? 0.68 : 0.42, depth = 0.3;

  return (CjvColor){ CLAMP (light + depth * cos (turn), 0, 1),
                     CLAMP (light + depth * cos (turn - 2 * G_PI / 3) * 0.8, 0, 1),
                     CLAMP (light + depth * cos (turn + 2 * G_PI / 3), 0, 1), 1 };
}

/* A bar through the middle of a tile, as long as it is selective. */
static void
draw_bar (cairo_t *cr, const CjvRect *tile, double preferred, double selectivity, double thick,
          CjvColor color)
{
  const double x = tile->x + tile->width / 2, y = tile->y + tile->height / 2;
  const double half = MIN (tile->width, tile->height) * 0.46 * CLAMP (selectivity, 0, 1);
  const double angle = preferred * G_PI / 180;

  cairo_move_to (cr, x - half * cos (angle), y + half * sin (angle));
  cairo_line_to (cr, x + half * cos (angle), y - half * sin (angle));
  cairo_set_line_width (cr, thick);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cjv_draw_set_color (cr, color);
  cairo_stroke (cr);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
}

static void
draw_unit (const Data *d, const CjvScene *scene, cairo_t *cr, const CjvRect *tile, gint64 unit)
{
  const double side = MIN (tile->width, tile->height);
  const double x = tile->x + tile->width / 2, y = tile->y + tile->height / 2;
  const double preferred = cjv_tensor_at (d->preferred, unit);
  const double selectivity = cjv_tensor_at (d->selectivity, unit);
  const double was = cjv_tensor_at (d->was_preferred, unit);
  const double was_selective = cjv_tensor_at (d->was_selectivity, unit);

  cairo_new_path (cr);
  cairo_arc (cr, x, y, side * 0.46, 0, 2 * G_PI);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
  cairo_fill (cr);
  if (isfinite (preferred) && isfinite (selectivity))
    draw_bar (cr, tile, preferred, selectivity, MAX (side * 0.14, 1),
              get_color (scene->style, preferred));
  else
    {
      cairo_arc (cr, x, y, MAX (side * 0.06, 0.7), 0, 2 * G_PI);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
      cairo_fill (cr);
    }
  if (isfinite (was) && isfinite (was_selective))
    draw_bar (cr, tile, was, was_selective, MAX (side * 0.04, 0.8),
              cjv_style_color (scene->style, CJV_INK));
}

/* The mean of what is finite, and how many that are. */
static double
find_mean (const CjTensor *values, gint64 *n)
{
  double sum = 0;

  *n = 0;
  for (gint64 i = 0; i < cjv_tensor_size (values); i++)
    if (isfinite (cjv_tensor_at (values, i)))
      {
        sum += cjv_tensor_at (values, i);
        (*n)++;
      }
  return *n > 0 ? sum / (double) *n : NAN;
}

/* "64 units, 3 silent · mean selectivity 0.45"; you free. */
static char *
print_note (const Data *d)
{
  gint64 answer, answered;
  g_autofree char *mean = cjv_number_print (find_mean (d->selectivity, &answer), 2);
  g_autofree char *before = cjv_number_print (find_mean (d->was_selectivity, &answered), 2);

  if (d->was_selectivity != NULL && answer == d->n)
    return g_strdup_printf (_ ("%d units · mean selectivity %s, before training %s (thin)"),
                            (int) d->n, mean, before);
  if (d->was_selectivity != NULL)
    return g_strdup_printf (
        _ ("%d units, %d of them silent · mean selectivity %s, before training %s (thin)"),
        (int) d->n, (int) (d->n - answer), mean, before);
  return answer == d->n ? g_strdup_printf (_ ("%d units · mean selectivity %s"), (int) d->n, mean)
                        : g_strdup_printf (_ ("%d units, %d of them silent · mean selectivity %s"),
                                           (int) d->n, (int) (d->n - answer), mean);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double unit = cjv_frame_get_scalar (scene->frame, "unit", -1);
  g_autofree char *note = NULL;
  Data d;

  if (!data_init (&d, scene))
    return FALSE;
  place (&d, scene);
  for (gint64 i = 0; i < cjv_tile_grid_get_shown (&d.panel.grid); i++)
    {
      const CjvRect tile = cjv_tile_grid_get_rect (&d.panel.grid, i);
      const gint64 u = d.order[i];

      draw_unit (&d, scene, cr, &tile, u);
      if ((double) u != unit)
        continue;
      cairo_rectangle (cr, tile.x, tile.y, tile.width, tile.height);
      cairo_set_line_width (cr, scene->style->line_width);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
      cairo_stroke (cr);
    }
  note = print_note (&d);
  cjv_tile_panel_draw_heading (&d.panel, scene, cr,
                               title != NULL ? title : _ ("Preferred orientations"), note);
  g_free (d.order);
  return TRUE;
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
      const gint64 u = d.order[i];
      g_autofree char *angle = g_strdup_printf ("%.0f", cjv_tensor_at (d.preferred, u));
      g_autofree char *selectivity = cjv_number_print (cjv_tensor_at (d.selectivity, u), 2);

      *out = (CjvHit){ u, -1, tile.x, tile.y, tile.width, tile.height, NULL };
      out->text = isfinite (cjv_tensor_at (d.preferred, u))
                      ? g_strdup_printf (_ ("unit %d prefers %s°, selectivity %s"), (int) u, angle,
                                         selectivity)
                      : g_strdup_printf (_ ("unit %d answered nothing"), (int) u);
    }
  g_free (d.order);
  return i >= 0;
}

static void
csv (const CjvScene *scene, GString *out)
{
  static const char *const columns[] = { "preferred",
                                         "selectivity",
                                         "index",
                                         "width",
                                         "frequency",
                                         "phase",
                                         "size",
                                         "modulation",
                                         "response",
                                         "before-preferred",
                                         "before-selectivity" };
  const gint64 n = cjv_tensor_size (cjv_frame_get_array (scene->frame, "preferred"));

  g_string_append (out, "unit,preferred,selectivity,index,width,frequency,phase,size,modulation,"
                        "response,before-preferred,before-selectivity\r\n");
  for (gint64 i = 0; i < n; i++)
    {
      g_string_append_printf (out, "%d", (int) i);
      for (guint k = 0; k < G_N_ELEMENTS (columns); k++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, cjv_tensor_at (cjv_frame_get_array (scene->frame, columns[k]), i));
        }
      g_string_append (out, "\r\n");
    }
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
  /* Translators: name of a layer, then "64 units · mean selectivity 0.45" */
  return g_strdup_printf (_ ("%s: preferred orientations of %s."),
                          title != NULL ? title : _ ("Layer"), note);
}

const CjvFigureInfo cjv_figure_orientation_map = {
  .id = "orientation-map",
  .title = N_ ("Preferred orientations"),
  .blurb = N_ ("Every unit as a bar in the orientation it prefers, as long as it is selective"),
  .empty = N_ ("Choose a layer and press Show gratings: its units appear here as bars."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 480,
  .preset_height = 360,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
