/* SPDX-License-Identifier: GPL-3.0-or-later */
/* K classes. */
#include "cjv-draw.h"
#include "cjv-thumbnail.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define MAX_CLASSES 4096
#define MAX_SHAPES 40 /* classes; beyond, the cells are one image */
#define MAX_WORST 24  /* mistakes named beside the matrix */
#define LINE 1.3      /* of that list, heights of its text */

typedef struct
{
  gint64 row, column;
} Cell;

typedef struct
{
  double contrast;
  gboolean counts;
} Params;

static const CjParam params[] = {
  { .name = "contrast",
    .title = N_ ("Contrast of rare mistakes"),
    .blurb = N_ ("Colour is the share of the row to the power of one minus this"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, contrast),
    .preset = 0.6,
    .max = 0.9,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "counts",
    .title = N_ ("Numbers"),
    .blurb = N_ ("Writes the number of samples into the cells where there is room"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, counts),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "matrix", CJV_WANT_ARRAY, TRUE, "[K, K]",
    N_ ("Samples of true class (row) given a class (column)") },
  { "classes", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the classes") },
  { NULL },
};

typedef struct
{
  CjTensor *counts; /* float32 [K, K] */
  gint64 k;
  double *sums; /* of the rows */
  double right, total;
  GStrv names;

  CjvRect cells;                             /* px */
  double cell_w, cell_h;                     /* px */
  double row_room, column_room, recall_room; /* px; 0: not drawn */
  double heading, caption;
  gboolean turned; /* names of columns stand upright */

  Cell worst[MAX_WORST]; /* the most frequent mistakes, the worst first */
  guint n_worst;
  CjvRect list; /* where they stand, px; 0 wide: nowhere */
  guint rows;   /* of that list */
} Matrix;

static void
matrix_clear (Matrix *matrix)
{
  g_clear_pointer (&matrix->counts, cj_tensor_unref);
  g_clear_pointer (&matrix->sums, g_free);
  g_clear_pointer (&matrix->names, g_strfreev);
}

static double
count (const Matrix *matrix, gint64 row, gint64 column)
{
  const double v = cj_tensor_f32 (matrix->counts)[row * matrix->k + column];

  return isfinite (v) && v > 0 ? v : 0;
}

static double
share (const Matrix *matrix, gint64 row, gint64 column)
{
  return matrix->sums[row] > 0 ? count (matrix, row, column) / matrix->sums[row] : 0;
}

static gboolean
matrix_init (Matrix *matrix, const CjvScene *scene)
{
  const CjTensor *counts = cjv_frame_get_array (scene->frame, "matrix");

  *matrix = (Matrix){ 0 };
  if (counts->shape.n_dims != 2 || counts->shape.dims[0] != counts->shape.dims[1]
      || counts->shape.dims[0] > MAX_CLASSES)
    return FALSE;
  matrix->counts = cjv_tensor_to_float (counts);
  matrix->k = counts->shape.dims[0];
  matrix->sums = g_new0 (double, matrix->k);
  matrix->names = g_new0 (char *, matrix->k + 1);
  for (gint64 i = 0; i < matrix->k; i++)
    {
      matrix->names[i] = cjv_class_dup (scene->frame, "classes", i);
      for (gint64 j = 0; j < matrix->k; j++)
        matrix->sums[i] += count (matrix, i, j);
      matrix->right += count (matrix, i, i);
      matrix->total += matrix->sums[i];
    }
  return TRUE;
}

/* The most frequent mistakes, in room that the matrix leaves beside it. */
static void
find_worst (Matrix *m, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  const double left = m->cells.x + m->cells.width + m->recall_room + em * 2.5;
  const double room = scene->width - left - em * 0.8;

  m->rows = (guint) ((scene->height - m->cells.y - em * 0.8)
                     / (cjv_text_height (scene, CJV_SIZE_NOTE) * LINE));
  if (scene->style->bare || room < em * 12 || m->rows < 3)
    return;
  for (gint64 i = 0; i < m->k; i++)
    for (gint64 j = 0; j < m->k; j++)
      {
        const double n = i != j ? count (m, i, j) : 0;
        guint at = m->n_worst;

        while (at > 0 && count (m, m->worst[at - 1].row, m->worst[at - 1].column) < n)
          at--;
        if (n <= 0 || at == MAX_WORST)
          continue;
        m->n_worst = MIN (m->n_worst + 1, MAX_WORST);
        memmove (&m->worst[at + 1], &m->worst[at], (m->n_worst - 1 - at) * sizeof (Cell));
        m->worst[at] = (Cell){ i, j };
      }
  m->list = (CjvRect){ left, m->cells.y, MIN (room, em * 34), scene->height - m->cells.y };
}

static void
matrix_place (Matrix *m, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  const double pad = em * 0.8;
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double k = (double) m->k;
  const double widest = cjv_text_widest (scene, CJV_SIZE_NOTE, (const char *const *) m->names);
  const gboolean bare = scene->style->bare;
  const gboolean roomy = !bare && scene->width > em * 22 && scene->height > em * 14;
  double width = scene->width - 2 * pad, height = scene->height - 2 * pad;
  double left = pad, top = pad;

  if (!bare && scene->height > em * 8)
    {
      m->heading = cjv_text_height (scene, CJV_SIZE_BODY) * 1.5;
      top += m->heading;
      height -= m->heading;
    }
  m->caption = roomy ? line * 1.3 : 0;
  if (!bare && scene->width > em * 12 && scene->height > em * 8)
    m->row_room = MIN (widest, scene->width * 0.22) + em * 0.5;
  if (roomy)
    m->recall_room = cjv_text_width (scene, CJV_SIZE_NOTE, "100 %") + em * 0.6;
  width -= m->row_room + m->recall_room + m->caption;
  left += m->row_room + m->caption;
  /* Names of columns lie where they fit into a cell and stand where they do not. */
  m->turned = widest > MIN (width / k, height / k * 2.2) * 0.95;
  if (m->row_room > 0)
    m->column_room = m->turned ? MIN (widest, scene->height * 0.22) + em * 0.5 : line + em * 0.3;
  height -= m->column_room + m->caption;

  m->cell_h = height / k;
  m->cell_w = MIN (width / k, m->cell_h * 2.2);
  m->cell_h = MIN (m->cell_h, m->cell_w * 1.2);
  if (m->cell_w >= 6 && m->cell_h >= 6)
    {
      m->cell_w = floor (m->cell_w * scene->style->scale) / scene->style->scale;
      m->cell_h = floor (m->cell_h * scene->style->scale) / scene->style->scale;
    }
  if (bare)
    {
      left += (width - m->cell_w * k) / 2;
      top += (height - m->cell_h * k) / 2;
    }
  m->cells = (CjvRect){ cjv_snap (scene->style, left), cjv_snap (scene->style, top), m->cell_w * k,
                        m->cell_h * k };
  find_worst (m, scene);
}

/* Where the mistake stands; the first row is the heading. One column where all fit, else two. */
static CjvRect
place_worst (const Matrix *m, guint i)
{
  const guint rows = m->rows - 1;
  const guint columns = m->n_worst > rows ? 2 : 1;
  const double line = m->list.height / m->rows;

  return (CjvRect){ m->list.x + m->list.width / 2 * (i / rows), m->list.y + (1 + i % rows) * line,
                    i / rows < columns ? m->list.width / 2 : 0, line };
}

static void
draw_worst (const CjvScene *scene, cairo_t *cr, const Matrix *m)
{
  const double em = scene->style->font_size;
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK_DIM);

  if (m->list.width <= 0 || m->n_worst == 0)
    return;
  cjv_text_draw (scene, cr, m->list.x, m->list.y, m->list.width, CJV_SIZE_NOTE, CJV_TEXT_BOLD,
                 cjv_style_color (scene->style, CJV_INK), _ ("Most frequent mistakes"));
  for (guint i = 0; i < m->n_worst; i++)
    {
      const CjvRect place = place_worst (m, i);
      g_autofree char *n = NULL, *text = NULL;

      if (place.width <= 0)
        return;
      n = cjv_count_print ((gint64) MIN (count (m, m->worst[i].row, m->worst[i].column), 1e15));
      text = g_strdup_printf (_ ("%s taken for %s"), m->names[m->worst[i].row],
                              m->names[m->worst[i].column]);
      cjv_text_draw (scene, cr, place.x + em * 2.2, place.y, em * 2.2, CJV_SIZE_NOTE,
                     CJV_TEXT_RIGHT | CJV_TEXT_BOLD, ink, n);
      cjv_text_draw (scene, cr, place.x + em * 2.8, place.y, place.width - em * 3.4, CJV_SIZE_NOTE,
                     0, ink, text);
    }
}

/* Right is on the blue side, wrong on the red one: the diagonal is the second carrier. */
static double
tone (const Matrix *m, const Params *p, gint64 row, gint64 column)
{
  const double s = pow (share (m, row, column), 1 - p->contrast);

  return row == column ? s : -s;
}

static CjvColor
cell_color (const CjvScene *scene, const Matrix *m, gint64 row, gint64 column)
{
  /* Not to the darkest ends: the numbers have to be read. */
  return cjv_map_color (CJV_MAP_SIGNED, scene->style,
                        0.5 + 0.4 * tone (m, scene->params, row, column));
}

static void
draw_shapes (const CjvScene *scene, cairo_t *cr, const Matrix *m)
{
  const double gap = m->cell_w > 10 && m->cell_h > 10 ? 1 : 0;

  for (gint64 i = 0; i < m->k; i++)
    for (gint64 j = 0; j < m->k; j++)
      {
        cjv_draw_set_color (cr,
                            count (m, i, j) > 0
                                ? cell_color (scene, m, i, j)
                                : cjv_color_mix (cjv_style_color (scene->style, CJV_BACKGROUND),
                                                 cjv_style_color (scene->style, CJV_SURFACE), 0.6));
        cairo_rectangle (cr, m->cells.x + j * m->cell_w, m->cells.y + i * m->cell_h,
                         m->cell_w - gap, m->cell_h - gap);
        cairo_fill (cr);
      }
}

static void
draw_image (const CjvScene *scene, cairo_t *cr, const Matrix *m)
{
  const double scale = scene->style->scale;
  const int width = (int) CLAMP (m->cells.width * scale, 1, 8192);
  const int height = (int) CLAMP (m->cells.height * scale, 1, 8192);
  const CjShape shape = cj_shape2 (m->k, m->k);
  g_autoptr (CjTensor) tones = cj_tensor_new (CJ_FLOAT32, &shape);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);

  for (gint64 i = 0; i < m->k * m->k; i++)
    cj_tensor_f32 (tones)[i] = (float) tone (m, scene->params, i / m->k, i % m->k);
  if (cairo_surface_status (image) == CAIRO_STATUS_SUCCESS)
    {
      cjv_thumbnail_map (cj_tensor_f32 (tones), m->k, m->k, CJV_MAP_SIGNED, scene->style->dark,
                         -1.25f, 1.25f, (guint32 *) cairo_image_surface_get_data (image),
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
  cairo_rectangle (cr, m->cells.x - 0.5, m->cells.y - 0.5, m->cells.width + 1, m->cells.height + 1);
  cairo_set_line_width (cr, 1);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_GRID));
  cairo_stroke (cr);
}

static void
draw_counts (const CjvScene *scene, cairo_t *cr, const Matrix *m)
{
  double most = 0, size = CJV_SIZE_NOTE;
  g_autofree char *widest = NULL;

  for (gint64 i = 0; i < m->k * m->k; i++)
    most = MAX (most, count (m, i / m->k, i % m->k));
  widest = cjv_count_print ((gint64) MIN (most, 1e15));
  if (cjv_text_width (scene, size, widest) > m->cell_w - 4)
    size = CJV_SIZE_TINY;
  if (cjv_text_width (scene, size, widest) > m->cell_w - 3
      || cjv_text_height (scene, size) > m->cell_h)
    return;
  for (gint64 i = 0; i < m->k; i++)
    for (gint64 j = 0; j < m->k; j++)
      {
        g_autofree char *text = NULL;

        if (count (m, i, j) <= 0)
          continue;
        text = cjv_count_print ((gint64) MIN (count (m, i, j), 1e15));
        cjv_text_draw (scene, cr, m->cells.x + (j + 0.5) * m->cell_w,
                       m->cells.y + (i + 0.5) * m->cell_h, 0, size,
                       CJV_TEXT_CENTER | CJV_TEXT_MIDDLE | (i == j ? CJV_TEXT_BOLD : 0),
                       cjv_color_ink_on (cell_color (scene, m, i, j)), text);
      }
}

static void
draw_names (const CjvScene *scene, cairo_t *cr, const Matrix *m)
{
  const double em = scene->style->font_size;
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK_DIM);
  const gint64 skip_rows = MAX (1, (gint64) ceil (line * 0.85 / m->cell_h));
  const gint64 skip_columns = m->turned ? MAX (1, (gint64) ceil (line * 0.85 / m->cell_w)) : 1;
  const double bottom = m->cells.y + m->cells.height + em * 0.25;

  for (gint64 i = 0; m->row_room > 0 && i < m->k; i += skip_rows)
    cjv_text_draw (scene, cr, m->cells.x - em * 0.5, m->cells.y + (i + 0.5) * m->cell_h,
                   m->row_room - em * 0.5, CJV_SIZE_NOTE, CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink,
                   m->names[i]);
  for (gint64 i = 0; m->recall_room > 0 && i < m->k; i += skip_rows)
    {
      g_autofree char *text
          = m->sums[i] > 0 ? cjv_percent_print (share (m, i, i), 0) : g_strdup ("–");

      cjv_text_draw (scene, cr, m->cells.x + m->cells.width + m->recall_room,
                     m->cells.y + (i + 0.5) * m->cell_h, 0, CJV_SIZE_NOTE,
                     CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, text);
    }
  for (gint64 j = 0; m->column_room > 0 && j < m->k; j += skip_columns)
    {
      const double x = m->cells.x + (j + 0.5) * m->cell_w;

      if (!m->turned)
        cjv_text_draw (scene, cr, x, bottom, m->cell_w, CJV_SIZE_NOTE, CJV_TEXT_CENTER, ink,
                       m->names[j]);
      else
        cjv_text_draw (scene, cr, x - line / 2, bottom, m->column_room - em * 0.5, CJV_SIZE_NOTE,
                       CJV_TEXT_UP | CJV_TEXT_RIGHT, ink, m->names[j]);
    }
}

static void
draw_captions (const CjvScene *scene, cairo_t *cr, const Matrix *m)
{
  const double em = scene->style->font_size, pad = em * 0.8;
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK);
  g_autofree char *accuracy = cjv_percent_print (m->total > 0 ? m->right / m->total : NAN, 1);
  g_autofree char *samples = cjv_count_print ((gint64) MIN (m->total, 1e15));
  g_autofree char *title = g_strdup_printf (_ ("Accuracy %s"), accuracy);
  g_autofree char *note = g_strdup_printf (_ ("%s samples"), samples);

  if (m->caption > 0)
    {
      cjv_text_draw (scene, cr, pad, m->cells.y + m->cells.height / 2, m->cells.height,
                     CJV_SIZE_NOTE, CJV_TEXT_UP | CJV_TEXT_CENTER, ink, _ ("True class"));
      cjv_text_draw (scene, cr, m->cells.x + m->cells.width / 2,
                     m->cells.y + m->cells.height + m->column_room, m->cells.width, CJV_SIZE_NOTE,
                     CJV_TEXT_CENTER, ink, _ ("Predicted class"));
    }
  if (m->heading <= 0)
    return;
  cjv_draw_heading (scene, cr, pad, pad, scene->width - 2 * pad, title, note);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const Params *p = scene->params;
  Matrix m;

  if (!matrix_init (&m, scene))
    return FALSE;
  matrix_place (&m, scene);
  if (m.k <= MAX_SHAPES)
    draw_shapes (scene, cr, &m);
  else
    draw_image (scene, cr, &m);
  if (p->counts && m.k <= MAX_SHAPES)
    draw_counts (scene, cr, &m);
  draw_names (scene, cr, &m);
  draw_captions (scene, cr, &m);
  draw_worst (scene, cr, &m);
  matrix_clear (&m);
  return TRUE;
}

/* The cell at a point, or the one that is named there. */
static gboolean
find_cell (const Matrix *m, double x, double y, Cell *cell, CjvRect *place)
{
  if (cjv_rect_contains (&m->cells, x, y))
    {
      *cell = (Cell){ MIN ((gint64) ((y - m->cells.y) / m->cell_h), m->k - 1),
                      MIN ((gint64) ((x - m->cells.x) / m->cell_w), m->k - 1) };
      *place = (CjvRect){ m->cells.x + (double) cell->column * m->cell_w,
                          m->cells.y + (double) cell->row * m->cell_h, m->cell_w, m->cell_h };
      return TRUE;
    }
  for (guint i = 0; m->list.width > 0 && i < m->n_worst; i++)
    {
      *place = place_worst (m, i);
      *cell = m->worst[i];
      if (cjv_rect_contains (place, x, y))
        return TRUE;
    }
  return FALSE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gboolean inside;
  CjvRect place;
  Cell cell;
  Matrix m;

  if (!matrix_init (&m, scene))
    return FALSE;
  matrix_place (&m, scene);
  inside = find_cell (&m, x, y, &cell, &place);
  if (inside)
    {
      const gint64 i = cell.row, j = cell.column;
      g_autofree char *n = cjv_count_print ((gint64) MIN (count (&m, i, j), 1e15));
      g_autofree char *percent = cjv_percent_print (share (&m, i, j), 1);

      *out = (CjvHit){ .index = j,
                       .series = i,
                       .x = place.x,
                       .y = place.y,
                       .width = place.width,
                       .height = place.height };
      out->text = i == j ? g_strdup_printf (_ ("%s recognized: %s samples, %s of them"), m.names[i],
                                            n, percent)
                         : g_strdup_printf (_ ("%s taken for %s: %s samples, %s of them"),
                                            m.names[i], m.names[j], n, percent);
    }
  matrix_clear (&m);
  return inside;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Matrix m;

  g_string_append (out, "true,predicted,samples,share\r\n");
  if (!matrix_init (&m, scene))
    return;
  for (gint64 i = 0; i < m.k; i++)
    for (gint64 j = 0; j < m.k; j++)
      {
        cjv_csv_text (out, m.names[i]);
        g_string_append_c (out, ',');
        cjv_csv_text (out, m.names[j]);
        g_string_append_c (out, ',');
        cjv_csv_number (out, count (&m, i, j));
        g_string_append_c (out, ',');
        cjv_csv_number (out, share (&m, i, j));
        g_string_append (out, "\r\n");
      }
  matrix_clear (&m);
}

static char *
words (const CjvScene *scene)
{
  gint64 row = 0, column = 0;
  g_autofree char *accuracy = NULL;
  GString *out;
  Matrix m;

  if (!matrix_init (&m, scene))
    return NULL;
  out = g_string_new (NULL);
  for (gint64 i = 0; i < m.k; i++)
    for (gint64 j = 0; j < m.k; j++)
      if (i != j && (row == column || count (&m, i, j) > count (&m, row, column)))
        {
          row = i;
          column = j;
        }
  accuracy = cjv_percent_print (m.total > 0 ? m.right / m.total : NAN, 1);
  g_string_append_printf (out, _ ("%d classes, accuracy %s."), (int) m.k, accuracy);
  if (row != column && count (&m, row, column) > 0)
    {
      g_autofree char *n = cjv_count_print ((gint64) MIN (count (&m, row, column), 1e15));

      g_string_append_printf (out, _ (" The most frequent mistake: %s taken for %s, %s times."),
                              m.names[row], m.names[column], n);
    }
  matrix_clear (&m);
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_confusion = {
  .id = "confusion",
  .title = N_ ("Confusion"),
  .blurb = N_ ("Which class is taken for which, and how many of each are recognized"),
  .empty = N_ ("Press Train: the matrix fills with the first evaluation."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 640,
  .preset_height = 560,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
