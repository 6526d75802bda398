/* SPDX-License-Identifier: GPL-3.0-or-later */
/* N samples, in the order of their classes. */
#include "cjv-matrix.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "matrix", CJV_WANT_ARRAY, TRUE, "[N, N]", N_ ("Dissimilarity of each sample to each other") },
  { "labels", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Class of each sample, equal ones in a run") },
  { "samples", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Number of each sample in its split") },
  { "classes", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the classes") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("What is compared, and how") },
  { NULL },
};

static gboolean
dissimilarity_init (CjvMatrix *m, const CjvScene *scene)
{
  if (!cjv_matrix_init (m, scene->frame, "matrix") || m->rows != m->columns)
    return FALSE;
  cjv_matrix_band (m, scene->frame, "labels", "classes");
  m->high = 0;
  for (gint64 i = 0; i < m->rows * m->columns; i++)
    {
      const double v = cj_tensor_f32 (m->values)[i];

      m->high = isfinite (v) && v > m->high ? v : m->high;
    }
  m->high = m->high > 0 ? m->high : 1;
  return TRUE;
}

static int
get_sample (const CjvScene *scene, gint64 i)
{
  const CjTensor *samples = cjv_frame_get_array (scene->frame, "samples");
  const double n = i < cjv_tensor_size (samples) ? cjv_tensor_at (samples, i) : (double) i;

  return n >= 0 && n < 2e9 ? (int) n : 0;
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  gboolean good;
  CjvMatrix m;

  good = dissimilarity_init (&m, scene);
  if (good)
    {
      g_autofree char *n = cjv_count_print (m.rows);
      g_autofree char *note = g_strdup_printf (_ ("%s samples"), n);

      cjv_matrix_place (&m, scene);
      cjv_matrix_draw (&m, scene, cr, FALSE, title != NULL ? title : _ ("Dissimilarity"), note);
    }
  cjv_matrix_clear (&m);
  return good;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gboolean found = FALSE;
  CjvMatrix m;

  if (dissimilarity_init (&m, scene))
    {
      cjv_matrix_place (&m, scene);
      found = cjv_matrix_hit (&m, x, y, out);
    }
  if (found)
    {
      const char *a = cjv_matrix_get_row_name (&m, out->series);
      const char *b = cjv_matrix_get_column_name (&m, out->index);
      g_autofree char *value = cjv_number_print (cjv_matrix_at (&m, out->series, out->index), 3);

      if (a != NULL && b != NULL)
        /* Translators: numbers and classes of two samples, and how unlike they are */
        out->text = g_strdup_printf (_ ("sample %d, %s, and sample %d, %s: %s"),
                                     get_sample (scene, out->series) + 1, a,
                                     get_sample (scene, out->index) + 1, b, value);
      else
        out->text = g_strdup_printf (_ ("sample %d and sample %d: %s"),
                                     get_sample (scene, out->series) + 1,
                                     get_sample (scene, out->index) + 1, value);
    }
  cjv_matrix_clear (&m);
  return found;
}

static void
csv (const CjvScene *scene, GString *out)
{
  CjvMatrix m;

  g_string_append (out, "sample,class,other_sample,other_class,dissimilarity\r\n");
  if (dissimilarity_init (&m, scene))
    for (gint64 i = 0; i < m.rows * m.columns; i++)
      {
        const gint64 side[2] = { i / m.columns, i % m.columns };

        for (int k = 0; k < 2; k++)
          {
            const char *name = cjv_matrix_get_row_name (&m, side[k]);

            g_string_append_printf (out, "%d,", get_sample (scene, side[k]));
            cjv_csv_text (out, name != NULL ? name : "");
            g_string_append_c (out, ',');
          }
        cjv_csv_number (out, cj_tensor_f32 (m.values)[i]);
        g_string_append (out, "\r\n");
      }
  cjv_matrix_clear (&m);
}

/* Means of pairs of the same class and of different ones, which is what an eye sees as blocks. */
static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  double sum[2] = { 0, 0 };
  gint64 n[2] = { 0, 0 };
  char *text = NULL;
  CjvMatrix m;

  if (dissimilarity_init (&m, scene))
    {
      const CjTensor *labels = cjv_frame_get_array (scene->frame, "labels");

      for (gint64 i = 0; i < m.rows; i++)
        for (gint64 j = 0; j < m.columns; j++)
          {
            const double v = cjv_matrix_at (&m, i, j);
            const int same = cjv_tensor_at (labels, i) == cjv_tensor_at (labels, j);

            if (i == j || !isfinite (v))
              continue;
            sum[same] += v;
            n[same]++;
          }
      if (title == NULL)
        title = _ ("Dissimilarity");
      if (n[0] > 0 && n[1] > 0)
        {
          g_autofree char *apart = cjv_number_print (sum[0] / (double) n[0], 2);
          g_autofree char *within = cjv_number_print (sum[1] / (double) n[1], 2);

          text = g_strdup_printf (_ ("%s: %d samples; the mean is %s within a class and %s between "
                                     "classes."),
                                  title, (int) m.rows, within, apart);
        }
      else
        text = g_strdup_printf (_ ("%s: %d samples against one another."), title, (int) m.rows);
    }
  cjv_matrix_clear (&m);
  return text;
}

const CjvFigureInfo cjv_figure_dissimilarity = {
  .id = "dissimilarity",
  .title = N_ ("Dissimilarity"),
  .blurb = N_ ("Which samples a layer tells apart: dark blocks are classes that look alike to it"),
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
