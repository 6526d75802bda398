/* SPDX-License-Identifier: GPL-3.0-or-later */
/* U rows (units), I columns (what they listen to). */
#include "cjv-draw.h"
#include "cjv-thumbnail.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  gboolean square;
} Params;

static const CjParam params[] = {
  { .name = "square",
    .title = N_ ("Square cells"),
    .blurb = N_ ("As wide as high, instead of filling the view"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, square),
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "weights", CJV_WANT_ARRAY, TRUE, "[U, I]",
    N_ ("A row for each unit, a column for each input") },
  { "unit", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Row to mark") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the layer") },
  { NULL },
};

typedef struct
{
  CjTensor *values; /* float32 */
  gint64 rows, columns;
  float low, high;
  double heading;
  CjvRect room; /* of the cells, px */
  CjvRect bar;  /* width 0: no room for it */
} Heatmap;

static gboolean
heatmap_init (Heatmap *h, const CjvScene *scene)
{
  const CjTensor *weights = cjv_frame_get_array (scene->frame, "weights");

  *h = (Heatmap){ 0 };
  if (weights->shape.n_dims != 2)
    return FALSE;
  h->rows = weights->shape.dims[0];
  h->columns = weights->shape.dims[1];
  h->values = cjv_tensor_to_float (weights);
  cjv_range_find (cj_tensor_f32 (h->values), h->rows * h->columns, CJV_MAP_SIGNED, &h->low,
                  &h->high);
  return TRUE;
}

static void
heatmap_place (Heatmap *h, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 10);
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const gboolean labels = !scene->style->bare && scene->width > em * 14 && scene->height > em * 9;
  double bar = 0, cell;

  h->heading = cjv_heading_height (scene);
  if (!scene->style->bare && scene->width > em * 18 && scene->height > em * 7)
    bar = cjv_color_bar_width (scene, h->low, h->high) + em;
  h->room.x = pad + (labels ? line * 1.3 : 0);
  h->room.y = pad + h->heading;
  h->room.width = MAX (scene->width - h->room.x - pad - bar, 1);
  h->room.height = MAX (scene->height - h->room.y - pad - (labels ? line * 1.2 : 0), 1);
  cell = MIN (h->room.width / (double) h->columns, h->room.height / (double) h->rows);
  if (p->square)
    {
      h->room.width = MAX (cell * (double) h->columns, 1);
      h->room.height = MAX (cell * (double) h->rows, 1);
    }
  else /* a few cells are not stretched into planks */
    {
      h->room.width = MIN (h->room.width, em * 4 * (double) h->columns);
      h->room.height = MIN (h->room.height, em * 4 * (double) h->rows);
    }
  if (bar > 0)
    h->bar = (CjvRect){ h->room.x + h->room.width + em, pad + h->heading, bar - em,
                        CLAMP (h->room.height, em * 4, em * 14) };
}

static void
draw_cells (const CjvScene *scene, cairo_t *cr, const Heatmap *h)
{
  const int width = (int) CLAMP (h->room.width * scene->style->scale, 1, 8192);
  const int height = (int) CLAMP (h->room.height * scene->style->scale, 1, 8192);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);

  if (cairo_surface_status (image) == CAIRO_STATUS_SUCCESS)
    {
      cjv_thumbnail_map (cj_tensor_f32 (h->values), h->rows, h->columns,
                         cjv_style_map (scene->style, CJV_MAP_SIGNED), scene->style->dark, h->low,
                         h->high, (guint32 *) cairo_image_surface_get_data (image),
                         (gsize) cairo_image_surface_get_stride (image) / 4, width, height);
      cairo_surface_mark_dirty (image);
      cairo_save (cr);
      cairo_translate (cr, h->room.x, h->room.y);
      cairo_scale (cr, h->room.width / width, h->room.height / height);
      cairo_set_source_surface (cr, image, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
      cairo_paint (cr);
      cairo_restore (cr);
    }
  cairo_surface_destroy (image);
  cairo_rectangle (cr, h->room.x, h->room.y, h->room.width, h->room.height);
  cairo_set_line_width (cr, 1);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_GRID));
  cairo_stroke (cr);
}

static void
draw_labels (const CjvScene *scene, cairo_t *cr, const Heatmap *h)
{
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK_DIM);
  const double pad = MIN (scene->style->font_size * 0.8, scene->width / 10);

  if (h->room.x <= pad)
    return;
  cjv_text_draw (scene, cr, h->room.x + h->room.width / 2, h->room.y + h->room.height + line * 0.2,
                 h->room.width, CJV_SIZE_NOTE, CJV_TEXT_CENTER, ink, _ ("input"));
  cjv_text_draw (scene, cr, pad, h->room.y + h->room.height / 2, h->room.height, CJV_SIZE_NOTE,
                 CJV_TEXT_UP | CJV_TEXT_CENTER, ink, _ ("unit"));
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double unit = cjv_frame_get_scalar (scene->frame, "unit", -1);
  g_autofree char *note = NULL;
  Heatmap h;

  if (!heatmap_init (&h, scene))
    return FALSE;
  heatmap_place (&h, scene);
  draw_cells (scene, cr, &h);
  if (unit >= 0 && unit < (double) h.rows)
    {
      const double step = h.room.height / (double) h.rows;

      cairo_rectangle (cr, h.room.x, h.room.y + step * floor (unit), h.room.width, step);
      cairo_set_line_width (cr, scene->style->line_width);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
      cairo_stroke (cr);
    }
  draw_labels (scene, cr, &h);
  note = g_strdup_printf (_ ("%d units of %d inputs"), (int) h.rows, (int) h.columns);
  if (h.heading > 0)
    cjv_draw_heading (scene, cr, h.room.x, h.room.y - h.heading, scene->width - h.room.x,
                      title != NULL ? title : _ ("Weights"), note);
  if (h.bar.width > 0)
    cjv_draw_color_bar (scene, cr, &h.bar, cjv_style_map (scene->style, CJV_MAP_SIGNED), h.low,
                        h.high);
  cj_tensor_unref (h.values);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gboolean found;
  Heatmap h;

  if (!heatmap_init (&h, scene))
    return FALSE;
  heatmap_place (&h, scene);
  found = cjv_rect_contains (&h.room, x, y);
  if (found)
    {
      const double w = h.room.width / (double) h.columns, s = h.room.height / (double) h.rows;
      const gint64 row = CLAMP ((gint64) ((y - h.room.y) / s), 0, h.rows - 1);
      const gint64 column = CLAMP ((gint64) ((x - h.room.x) / w), 0, h.columns - 1);
      g_autofree char *value
          = cjv_number_print (cj_tensor_f32 (h.values)[row * h.columns + column], 4);

      *out = (CjvHit){ .index = row,
                       .series = column,
                       .x = h.room.x + w * (double) column,
                       .y = h.room.y + s * (double) row,
                       .width = w,
                       .height = s };
      out->text = g_strdup_printf (_ ("unit %d, input %d: %s"), (int) row, (int) column, value);
    }
  cj_tensor_unref (h.values);
  return found;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Heatmap h;

  g_string_append (out, "unit,input,weight\r\n");
  if (!heatmap_init (&h, scene))
    return;
  for (gint64 i = 0; i < h.rows * h.columns; i++)
    {
      g_string_append_printf (out, "%d,%d,", (int) (i / h.columns), (int) (i % h.columns));
      cjv_csv_number (out, cj_tensor_f32 (h.values)[i]);
      g_string_append (out, "\r\n");
    }
  cj_tensor_unref (h.values);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  gint64 positive = 0, strongest = 0;
  double most = -1;
  Heatmap h;

  if (!heatmap_init (&h, scene))
    return NULL;
  for (gint64 i = 0; i < h.rows; i++)
    {
      double sum = 0;

      for (gint64 j = 0; j < h.columns; j++)
        {
          const float v = cj_tensor_f32 (h.values)[i * h.columns + j];

          positive += v > 0;
          sum += fabs (v);
        }
      if (sum > most)
        {
          most = sum;
          strongest = i;
        }
    }
  {
    g_autofree char *share
        = cjv_percent_print ((double) positive / (double) (h.rows * h.columns), 0);
    g_autofree char *high = cjv_number_print (h.high, 3);

    cj_tensor_unref (h.values);
    return g_strdup_printf (_ ("%s: %d units of %d inputs; %s of the weights are positive, the "
                               "largest magnitude is %s; unit %d has the strongest weights."),
                            title != NULL ? title : _ ("Weights"), (int) h.rows, (int) h.columns,
                            share, high, (int) strongest);
  }
}

const CjvFigureInfo cjv_figure_heatmap = {
  .id = "heatmap",
  .title = N_ ("Heat map"),
  .blurb = N_ ("Every weight of a layer: blue excites, red inhibits"),
  .empty = N_ ("Choose a layer with weights on the canvas; they appear as soon as the data is "
               "loaded."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 640,
  .preset_height = 400,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
