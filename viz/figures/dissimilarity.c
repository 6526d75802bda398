/* SPDX-License-Identifier: GPL-3.0-or-later */
/* N samples, in the order of their classes; P representations of them. */
#include "cjv-matrix.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_PANELS 64

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "matrix", CJV_WANT_ARRAY, TRUE, "[N, N] or [P, N, N]",
    N_ ("Dissimilarity of each sample to each other, once or in several representations") },
  { "panels", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of several representations") },
  { "labels", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Class of each sample, equal ones in a run") },
  { "samples", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Number of each sample in its split") },
  { "classes", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the classes") },
  { "alike", CJV_WANT_SCALAR, FALSE, NULL,
    N_ ("1: the numbers say how alike samples are, 1 at most, not how unlike") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("What is compared, and how") },
  { NULL },
};

/* All matrices of the frame, [P, N, N]; they share their colours. */
typedef struct
{
  gint64 p, n;
  CjvMap map;
  double low, high;
  CjvMatrix *m; /* P */

  /* of several: a grid */
  double heading, caption;
  CjvRect bar;
} View;

static void
view_clear (View *v)
{
  for (gint64 i = 0; i < v->p; i++)
    cjv_matrix_clear (&v->m[i]);
  g_free (v->m);
}

static void
find_range (View *v, gboolean alike)
{
  double most = 0, least = 0;

  for (gint64 i = 0; i < v->p * v->n * v->n; i++)
    {
      const double value = cj_tensor_f32 (v->m[i / (v->n * v->n)].values)[i % (v->n * v->n)];

      most = isfinite (value) && value > most ? value : most;
      least = isfinite (value) && value < least ? value : least;
    }
  v->high = alike ? 1 : most > 0 ? most : 1;
  v->low = alike && least < -0.05 ? -1 : 0;
  v->map = v->low < 0 ? CJV_MAP_SIGNED : CJV_MAP_SEQUENTIAL;
}

/* FALSE, and nothing to clear, if the frame is not that. */
static gboolean
view_init (View *v, const CjvFrame *frame)
{
  const CjTensor *values = cjv_frame_get_array (frame, "matrix");
  const guint d = values->shape.n_dims;

  *v = (View){ .p = d == 3 ? values->shape.dims[0] : 1 };
  if (d < 2 || d > 3 || v->p < 1 || v->p > MAX_PANELS
      || values->shape.dims[d - 1] != values->shape.dims[d - 2])
    return FALSE;
  v->n = values->shape.dims[d - 1];
  v->m = g_new0 (CjvMatrix, v->p);
  for (gint64 i = 0; i < v->p; i++)
    if (!cjv_matrix_init_part (&v->m[i], frame, "matrix", i))
      {
        view_clear (v);
        return FALSE;
      }
  find_range (v, cjv_frame_get_scalar (frame, "alike", 0) > 0);
  for (gint64 i = 0; i < v->p; i++)
    {
      v->m[i].map = v->map;
      v->m[i].low = v->low;
      v->m[i].high = v->high;
      cjv_matrix_band (&v->m[i], frame, "labels", "classes");
    }
  return TRUE;
}

/* --- where they stand --- */

/* Side of a cell of the grid with so many columns, px. */
static double
get_side (const View *v, double width, double height, gint64 columns, double gap)
{
  const gint64 rows = (v->p + columns - 1) / columns;

  return MIN ((width - gap * (double) (columns - 1)) / (double) columns,
              (height - gap * (double) (rows - 1)) / (double) rows - v->caption);
}

/* Several stand in the grid that leaves them largest. */
static void
view_place (View *v, const CjvScene *scene)
{
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 10), gap = em;
  double width = scene->width - 2 * pad, height = scene->height - 2 * pad, side = 0;
  gint64 columns = 1;

  if (v->p == 1)
    {
      cjv_matrix_place (&v->m[0], scene);
      return;
    }
  v->heading = cjv_heading_height (scene);
  v->caption = scene->style->bare || scene->height < em * 9
                   ? 0
                   : cjv_text_height (scene, CJV_SIZE_NOTE) * 1.15;
  height -= v->heading;
  if (!scene->style->bare && scene->width > em * 18 && scene->height > em * 7)
    v->bar.width = cjv_color_bar_width (scene, v->low, v->high);
  width -= v->bar.width > 0 ? v->bar.width + em : 0;
  for (gint64 c = 1; c <= v->p; c++)
    if (get_side (v, width, height, c, gap) > get_side (v, width, height, columns, gap) + 0.5)
      columns = c;
  side = MAX (get_side (v, width, height, columns, gap), 1);
  for (gint64 i = 0; i < v->p; i++)
    {
      const double x = pad + (double) (i % columns) * (side + gap);
      const double y = pad + v->heading + (double) (i / columns) * (side + v->caption + gap);

      v->m[i].cells = (CjvRect){ cjv_snap (scene->style, x),
                                 cjv_snap (scene->style, y + v->caption), side, side };
      v->m[i].cell_w = v->m[i].cell_h = side / (double) v->n;
    }
  v->bar = (CjvRect){ pad + (double) columns * (side + gap), pad + v->heading + v->caption,
                      v->bar.width, CLAMP (side, em * 4, em * 14) };
}

static int
get_sample (const CjvScene *scene, gint64 i)
{
  const CjTensor *samples = cjv_frame_get_array (scene->frame, "samples");
  const double n = i < cjv_tensor_size (samples) ? cjv_tensor_at (samples, i) : (double) i;

  return n >= 0 && n < 2e9 ? (int) n : 0;
}

static const char *
get_title (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");

  return title != NULL ? title : _ ("Dissimilarity");
}

static void
draw_several (const View *v, const CjvScene *scene, cairo_t *cr, const char *note)
{
  const double pad = MIN (scene->style->font_size * 0.8, scene->width / 10);

  for (gint64 i = 0; i < v->p; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "panels", i);
      const CjvRect *cells = &v->m[i].cells;

      cjv_matrix_draw (&v->m[i], scene, cr, FALSE, NULL, NULL);
      if (v->caption > 0)
        cjv_text_draw (scene, cr, cells->x, cells->y - v->caption, cells->width, CJV_SIZE_NOTE, 0,
                       cjv_style_color (scene->style, CJV_INK_DIM), name);
    }
  if (v->bar.width > 0)
    cjv_draw_color_bar (scene, cr, &v->bar, cjv_style_map (scene->style, v->map), v->low, v->high);
  if (v->heading > 0)
    cjv_draw_heading (scene, cr, pad, pad, scene->width - 2 * pad, get_title (scene), note);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  g_autofree char *n = NULL, *note = NULL;
  View v;

  if (!view_init (&v, scene->frame))
    return FALSE;
  n = cjv_count_print (v.n);
  note = g_strdup_printf (_ ("%s samples"), n);
  view_place (&v, scene);
  if (v.p == 1)
    cjv_matrix_draw (&v.m[0], scene, cr, FALSE, get_title (scene), note);
  else
    draw_several (&v, scene, cr, note);
  view_clear (&v);
  return TRUE;
}

/* Two samples, their classes where they have any, and how they compare. You free. */
static char *
print_pair (const CjvScene *scene, const CjvMatrix *m, gint64 row, gint64 column)
{
  const char *a = cjv_matrix_get_row_name (m, row), *b = cjv_matrix_get_column_name (m, column);
  g_autofree char *value = cjv_number_print (cjv_matrix_at (m, row, column), 3);

  if (a != NULL && b != NULL)
    /* Translators: numbers and classes of two samples, and how unlike they are */
    return g_strdup_printf (_ ("sample %d, %s, and sample %d, %s: %s"), get_sample (scene, row) + 1,
                            a, get_sample (scene, column) + 1, b, value);
  return g_strdup_printf (_ ("sample %d and sample %d: %s"), get_sample (scene, row) + 1,
                          get_sample (scene, column) + 1, value);
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gboolean found = FALSE;
  View v;

  if (!view_init (&v, scene->frame))
    return FALSE;
  view_place (&v, scene);
  for (gint64 i = 0; i < v.p && !found; i++)
    {
      found = cjv_matrix_hit (&v.m[i], x, y, out);
      if (found)
        {
          g_autofree char *name = cjv_class_dup (scene->frame, "panels", i);
          g_autofree char *pair = print_pair (scene, &v.m[i], out->series, out->index);

          /* Translators: a layer or a moment, and what is said of two samples there */
          out->text
              = v.p > 1 ? g_strdup_printf (_ ("%s: %s"), name, pair) : g_steal_pointer (&pair);
        }
    }
  view_clear (&v);
  return found;
}

static void
csv_pair (const CjvScene *scene, const CjvMatrix *m, gint64 i, GString *out)
{
  const gint64 side[2] = { i / m->columns, i % m->columns };

  for (int k = 0; k < 2; k++)
    {
      const char *name = cjv_matrix_get_row_name (m, side[k]);

      g_string_append_printf (out, "%d,", get_sample (scene, side[k]));
      cjv_csv_text (out, name != NULL ? name : "");
      g_string_append_c (out, ',');
    }
  cjv_csv_number (out, cj_tensor_f32 (m->values)[i]);
  g_string_append (out, "\r\n");
}

static void
csv (const CjvScene *scene, GString *out)
{
  const CjTensor *values = cjv_frame_get_array (scene->frame, "matrix");
  const gboolean several = values->shape.n_dims == 3 && values->shape.dims[0] > 1;
  View v;

  g_string_append_printf (
      out, "%ssample,class,other_sample,other_class,%s\r\n", several ? "panel," : "",
      cjv_frame_get_scalar (scene->frame, "alike", 0) > 0 ? "similarity" : "dissimilarity");
  if (!view_init (&v, scene->frame))
    return;
  for (gint64 p = 0; p < v.p; p++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "panels", p);

      for (gint64 i = 0; i < v.n * v.n; i++)
        {
          if (several)
            {
              cjv_csv_text (out, name);
              g_string_append_c (out, ',');
            }
          csv_pair (scene, &v.m[p], i, out);
        }
    }
  view_clear (&v);
}

/* Means of pairs of different classes and of the same, which is what an eye sees as blocks; FALSE if
 * there are no such pairs. */
static gboolean
measure_blocks (const CjvMatrix *m, const CjTensor *labels, double mean[2])
{
  gint64 n[2] = { 0, 0 };

  mean[0] = mean[1] = 0;
  for (gint64 i = 0; i < m->rows * m->columns; i++)
    {
      const double v = cj_tensor_f32 (m->values)[i];
      const gint64 a = i / m->columns, b = i % m->columns;
      const int same = cjv_tensor_at (labels, a) == cjv_tensor_at (labels, b);

      if (a == b || !isfinite (v))
        continue;
      mean[same] += v;
      n[same]++;
    }
  for (int k = 0; k < 2; k++)
    mean[k] /= (double) MAX (n[k], 1);
  return n[0] > 0 && n[1] > 0;
}

static void
say (GString *text, const CjvScene *scene, const View *v, gint64 p)
{
  g_autofree char *name = cjv_class_dup (scene->frame, "panels", p);
  const char *title = v->p > 1 ? name : get_title (scene);
  double mean[2];

  if (text->len > 0)
    g_string_append_c (text, ' ');
  if (measure_blocks (&v->m[p], cjv_frame_get_array (scene->frame, "labels"), mean))
    {
      g_autofree char *apart = cjv_number_print (mean[0], 2);
      g_autofree char *within = cjv_number_print (mean[1], 2);

      g_string_append_printf (text,
                              _ ("%s: %d samples; the mean is %s within a class and %s between "
                                 "classes."),
                              title, (int) v->n, within, apart);
    }
  else
    g_string_append_printf (text, _ ("%s: %d samples against one another."), title, (int) v->n);
}

/* Of several the first and the last. */
static char *
words (const CjvScene *scene)
{
  GString *text;
  View v;

  if (!view_init (&v, scene->frame))
    return NULL;
  text = g_string_new (NULL);
  if (v.p > 1)
    g_string_append_printf (text, "%s.", get_title (scene));
  say (text, scene, &v, 0);
  if (v.p > 1)
    say (text, scene, &v, v.p - 1);
  view_clear (&v);
  return g_string_free (text, FALSE);
}

const CjvFigureInfo cjv_figure_dissimilarity = {
  .id = "dissimilarity",
  .title = N_ ("Dissimilarity"),
  .blurb = N_ ("Which samples a layer tells apart, or takes for alike: blocks are classes"),
  .empty = N_ ("Choose a layer and press Compare: its samples are set beside one another."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 620,
  .preset_height = 560,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
