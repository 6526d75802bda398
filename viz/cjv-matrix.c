/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-matrix.h"

#include "cjv-thumbnail.h"

#include <math.h>
#include <string.h>

#define MAX_SIDE 4096
#define LEAST_BAND 7  /* px */
#define MAX_SHAPES 48 /* rows or columns; beyond, the cells are one image */

static void
band_clear (gpointer data)
{
  g_free (((CjvBand *) data)->name);
}

static GArray *
bands_new (void)
{
  GArray *bands = g_array_new (FALSE, FALSE, sizeof (CjvBand));

  g_array_set_clear_func (bands, band_clear);
  return bands;
}

gboolean
cjv_matrix_init_part (CjvMatrix *m, const CjvFrame *frame, const char *name, gint64 part)
{
  const CjTensor *values = cjv_frame_get_array (frame, name);
  const int before = values != NULL ? (int) values->shape.n_dims - 2 : -1;
  const gint64 *dims = before >= 0 ? values->shape.dims + before : NULL;
  g_autoptr (CjTensor) all = NULL;
  CjShape shape;

  *m = (CjvMatrix){ .map = CJV_MAP_SEQUENTIAL, .high = 1 };
  m->row_bands = bands_new ();
  m->column_bands = bands_new ();
  if (before < 0 || before > 1 || part < 0 || part >= (before == 1 ? values->shape.dims[0] : 1)
      || dims[0] < 1 || dims[1] < 1 || dims[0] > MAX_SIDE || dims[1] > MAX_SIDE)
    return FALSE;
  m->rows = dims[0];
  m->columns = dims[1];
  all = cjv_tensor_to_float (values);
  shape = cj_shape2 (m->rows, m->columns);
  m->values = cj_tensor_new (CJ_FLOAT32, &shape);
  memcpy (m->values->data, cj_tensor_f32 (all) + part * m->rows * m->columns,
          cj_tensor_bytes (m->values));
  return TRUE;
}

gboolean
cjv_matrix_init (CjvMatrix *m, const CjvFrame *frame, const char *name)
{
  const CjTensor *values = cjv_frame_get_array (frame, name);

  return cjv_matrix_init_part (m, frame, name,
                               values != NULL && values->shape.n_dims == 2 ? 0 : -1);
}

void
cjv_matrix_clear (CjvMatrix *m)
{
  g_clear_pointer (&m->values, cj_tensor_unref);
  g_clear_pointer (&m->row_bands, g_array_unref);
  g_clear_pointer (&m->column_bands, g_array_unref);
}

static void
add_names (GArray *bands, const CjvFrame *frame, const char *name, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    {
      const CjvBand band = { i + 1, cjv_class_dup (frame, name, i) };

      g_array_append_val (bands, band);
    }
}

void
cjv_matrix_name (CjvMatrix *m, const CjvFrame *frame, const char *rows, const char *columns)
{
  add_names (m->row_bands, frame, rows, m->rows);
  add_names (m->column_bands, frame, columns, m->columns);
}

static void
add_runs (GArray *bands, const CjvFrame *frame, const CjTensor *labels, const char *classes,
          gint64 n)
{
  for (gint64 i = 0, end; i < n; i = end)
    {
      const double label = cjv_tensor_at (labels, i);
      CjvBand band;

      for (end = i + 1; end < n && cjv_tensor_at (labels, end) == label;)
        end++;
      band.end = end;
      band.name = label >= 0 && label < 1e9 ? cjv_class_dup (frame, classes, (gint64) label)
                                            : g_strdup ("–");
      g_array_append_val (bands, band);
    }
}

void
cjv_matrix_band (CjvMatrix *m, const CjvFrame *frame, const char *labels, const char *classes)
{
  const CjTensor *values = cjv_frame_get_array (frame, labels);

  if (cjv_tensor_size (values) == m->rows)
    add_runs (m->row_bands, frame, values, classes, m->rows);
  if (cjv_tensor_size (values) == m->columns)
    add_runs (m->column_bands, frame, values, classes, m->columns);
}

double
cjv_matrix_at (const CjvMatrix *m, gint64 row, gint64 column)
{
  return cj_tensor_f32 (m->values)[row * m->columns + column];
}

static const char *
get_name (const GArray *bands, gint64 i)
{
  for (guint b = 0; b < bands->len; b++)
    if (i < g_array_index (bands, CjvBand, b).end)
      return g_array_index (bands, CjvBand, b).name;
  return NULL;
}

const char *
cjv_matrix_get_row_name (const CjvMatrix *m, gint64 row)
{
  return get_name (m->row_bands, row);
}

const char *
cjv_matrix_get_column_name (const CjvMatrix *m, gint64 column)
{
  return get_name (m->column_bands, column);
}

/* --- where things stand --- */

static double
find_widest (const CjvScene *scene, const GArray *bands)
{
  double widest = 0;

  for (guint b = 0; b < bands->len; b++)
    widest = MAX (widest,
                  cjv_text_width (scene, CJV_SIZE_NOTE, g_array_index (bands, CjvBand, b).name));
  return widest;
}

void
cjv_matrix_place (CjvMatrix *m, const CjvScene *scene)
{
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 10);
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const gboolean labels = !scene->style->bare && scene->width > em * 14 && scene->height > em * 9;
  const double widest = labels ? find_widest (scene, m->column_bands) : 0;
  const double least = labels && m->column_bands->len == m->columns ? widest * 1.1 : 0;
  double width = scene->width - 2 * pad, height = scene->height - 2 * pad, bar = 0;

  m->heading = cjv_heading_height (scene);
  height -= m->heading;
  if (!scene->style->bare && scene->width > em * 18 && scene->height > em * 7)
    bar = cjv_color_bar_width (scene, m->low, m->high) + em;
  width -= bar;
  if (labels && m->row_bands->len > 0)
    m->row_room = MIN (find_widest (scene, m->row_bands), scene->width * 0.25) + em * 0.5;
  width -= m->row_room;
  if (labels && m->column_bands->len > 0)
    {
      const double band
          = MIN (width, MAX (height * 1.6, least * (double) m->columns)) / m->column_bands->len;

      m->turned = widest > band * 0.92;
      m->column_room = m->turned ? MIN (widest, scene->height * 0.28) + em * 0.4 : line * 1.3;
    }
  height -= m->column_room;
  /* cells are about as wide as high, wider where they have names; and few are not stretched */
  m->cell_h = MAX (MIN (height / (double) m->rows, em * 5), 0.01);
  m->cell_w = MAX (MIN (width / (double) m->columns, MAX (m->cell_h * 1.6, least)), 0.01);
  m->cell_h = MIN (m->cell_h, m->cell_w * 1.6);
  m->cells = (CjvRect){ cjv_snap (scene->style, pad + m->row_room),
                        cjv_snap (scene->style, pad + m->heading), m->cell_w * (double) m->columns,
                        m->cell_h * (double) m->rows };
  if (bar > 0)
    m->bar = (CjvRect){ m->cells.x + m->cells.width + em, m->cells.y, bar - em,
                        CLAMP (m->cells.height, em * 4, em * 14) };
}

/* --- drawing --- */

static CjvColor
cell_color (const CjvMatrix *m, const CjvScene *scene, gint64 row, gint64 column)
{
  const double v = cjv_matrix_at (m, row, column);

  if (!isfinite (v))
    return cjv_style_color (scene->style, CJV_SURFACE);
  return cjv_map_color (cjv_style_map (scene->style, m->map), scene->style,
                        CLAMP ((v - m->low) / (m->high - m->low), 0, 1));
}

static void
draw_shapes (const CjvMatrix *m, const CjvScene *scene, cairo_t *cr)
{
  const double gap = m->cell_w > 10 && m->cell_h > 10 ? 1 : 0;

  for (gint64 i = 0; i < m->rows; i++)
    for (gint64 j = 0; j < m->columns; j++)
      {
        const double x = m->cells.x + (double) j * m->cell_w;
        const double y = m->cells.y + (double) i * m->cell_h;

        cjv_draw_set_color (cr, cell_color (m, scene, i, j));
        cairo_rectangle (cr, x, y, m->cell_w - gap, m->cell_h - gap);
        cairo_fill (cr);
        if (isfinite (cjv_matrix_at (m, i, j)) || m->cell_w < 6 || m->cell_h < 6)
          continue;
        /* nothing to compare: a stroke through the cell */
        cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
        cairo_set_line_width (cr, 1);
        cairo_move_to (cr, x + 2, y + m->cell_h - gap - 2);
        cairo_line_to (cr, x + m->cell_w - gap - 2, y + 2);
        cairo_stroke (cr);
      }
}

static void
draw_image (const CjvMatrix *m, const CjvScene *scene, cairo_t *cr)
{
  const int width = (int) CLAMP (m->cells.width * scene->style->scale, 1, 8192);
  const int height = (int) CLAMP (m->cells.height * scene->style->scale, 1, 8192);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);

  if (cairo_surface_status (image) == CAIRO_STATUS_SUCCESS)
    {
      cjv_thumbnail_map (cj_tensor_f32 (m->values), m->rows, m->columns,
                         cjv_style_map (scene->style, m->map), scene->style->dark, (float) m->low,
                         (float) m->high, (guint32 *) cairo_image_surface_get_data (image),
                         (gsize) cairo_image_surface_get_stride (image) / 4, width, height);
      cairo_surface_mark_dirty (image);
      cairo_save (cr);
      cairo_translate (cr, m->cells.x, m->cells.y);
      cairo_scale (cr, m->cells.width / width, m->cells.height / height);
      cairo_set_source_surface (cr, image, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
      cairo_paint (cr);
      cairo_restore (cr);
    }
  cairo_surface_destroy (image);
}

static void
draw_numbers (const CjvMatrix *m, const CjvScene *scene, cairo_t *cr)
{
  const double width = cjv_text_width (scene, CJV_SIZE_TINY, "−0.00");

  if (width > m->cell_w - 3 || cjv_text_height (scene, CJV_SIZE_TINY) > m->cell_h)
    return;
  for (gint64 i = 0; i < m->rows; i++)
    for (gint64 j = 0; j < m->columns; j++)
      {
        g_autofree char *text = NULL;

        if (!isfinite (cjv_matrix_at (m, i, j)))
          continue;
        text = cjv_number_print (round (cjv_matrix_at (m, i, j) * 100) / 100, 2);
        cjv_text_draw (scene, cr, m->cells.x + ((double) j + 0.5) * m->cell_w,
                       m->cells.y + ((double) i + 0.5) * m->cell_h, m->cell_w - 2, CJV_SIZE_TINY,
                       CJV_TEXT_CENTER | CJV_TEXT_MIDDLE,
                       cjv_color_ink_on (cell_color (m, scene, i, j)), text);
      }
}

/* The names along a side; those that would run into one another are left out. */
static void
draw_names (const CjvMatrix *m, const CjvScene *scene, cairo_t *cr, gboolean of_rows)
{
  const GArray *bands = of_rows ? m->row_bands : m->column_bands;
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK_DIM);
  const double bottom = m->cells.y + m->cells.height;
  double free_from = -1e9;
  gint64 begin = 0;

  for (guint b = 0; b < bands->len; b++)
    {
      const CjvBand *band = &g_array_index (bands, CjvBand, b);
      const double at = (double) (begin + band->end) / 2 * (of_rows ? m->cell_h : m->cell_w);
      const double room = (double) (band->end - begin) * m->cell_w;

      begin = band->end;
      if (at < free_from)
        continue;
      if (of_rows || m->turned)
        free_from = at + line * 0.85;
      if (of_rows)
        cjv_text_draw (scene, cr, m->cells.x - em * 0.5, m->cells.y + at, m->row_room - em * 0.5,
                       CJV_SIZE_NOTE, CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, band->name);
      else if (m->turned)
        cjv_text_draw (scene, cr, m->cells.x + at - line / 2, bottom + em * 0.3,
                       m->column_room - em * 0.3, CJV_SIZE_NOTE, CJV_TEXT_UP | CJV_TEXT_RIGHT, ink,
                       band->name);
      else
        cjv_text_draw (scene, cr, m->cells.x + at, bottom + em * 0.2, room, CJV_SIZE_NOTE,
                       CJV_TEXT_CENTER, ink, band->name);
    }
}

/* Lines between bands of several rows and columns, unless there would be little but lines. */
static void
draw_borders (const CjvMatrix *m, const CjvScene *scene, cairo_t *cr)
{
  if (m->cells.height < LEAST_BAND * m->row_bands->len
      || m->cells.width < LEAST_BAND * m->column_bands->len)
    return;
  cairo_set_line_width (cr, 1);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_BACKGROUND));
  for (guint b = 0; b + 1 < m->row_bands->len && m->row_bands->len < m->rows; b++)
    {
      const double y
          = m->cells.y + m->cell_h * (double) g_array_index (m->row_bands, CjvBand, b).end;

      cairo_move_to (cr, m->cells.x, y);
      cairo_line_to (cr, m->cells.x + m->cells.width, y);
    }
  for (guint b = 0; b + 1 < m->column_bands->len && m->column_bands->len < m->columns; b++)
    {
      const double x
          = m->cells.x + m->cell_w * (double) g_array_index (m->column_bands, CjvBand, b).end;

      cairo_move_to (cr, x, m->cells.y);
      cairo_line_to (cr, x, m->cells.y + m->cells.height);
    }
  cairo_stroke (cr);
}

void
cjv_matrix_draw (const CjvMatrix *m, const CjvScene *scene, cairo_t *cr, gboolean numbers,
                 const char *title, const char *note)
{
  const double pad = MIN (scene->style->font_size * 0.8, scene->width / 10);
  const gboolean shapes = m->rows <= MAX_SHAPES && m->columns <= MAX_SHAPES;

  if (shapes)
    draw_shapes (m, scene, cr);
  else
    draw_image (m, scene, cr);
  draw_borders (m, scene, cr);
  if (shapes && numbers)
    draw_numbers (m, scene, cr);
  if (m->row_room > 0)
    draw_names (m, scene, cr, TRUE);
  if (m->column_room > 0)
    draw_names (m, scene, cr, FALSE);
  if (m->bar.width > 0)
    cjv_draw_color_bar (scene, cr, &m->bar, cjv_style_map (scene->style, m->map), m->low, m->high);
  if (m->heading > 0)
    cjv_draw_heading (scene, cr, pad, pad, scene->width - 2 * pad, title, note);
}

gboolean
cjv_matrix_hit (const CjvMatrix *m, double x, double y, CjvHit *out)
{
  gint64 row, column;

  if (!cjv_rect_contains (&m->cells, x, y))
    return FALSE;
  row = CLAMP ((gint64) ((y - m->cells.y) / m->cell_h), 0, m->rows - 1);
  column = CLAMP ((gint64) ((x - m->cells.x) / m->cell_w), 0, m->columns - 1);
  *out = (CjvHit){ .index = column,
                   .series = row,
                   .x = m->cells.x + (double) column * m->cell_w,
                   .y = m->cells.y + (double) row * m->cell_h,
                   .width = m->cell_w,
                   .height = m->cell_h };
  return TRUE;
}
