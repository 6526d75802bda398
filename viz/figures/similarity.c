/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R rows, C columns: layers, or moments of a run. */
#include "cjv-matrix.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  gboolean numbers;
} Params;

static const CjParam params[] = {
  { .name = "numbers",
    .title = N_ ("Numbers"),
    .blurb = N_ ("Writes the similarity into the cells where there is room"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, numbers),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "matrix", CJV_WANT_ARRAY, TRUE, "[R, C]", N_ ("Similarity, 1 at most") },
  { "rows", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Name of each row") },
  { "columns", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Name of each column") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("What is compared, and how") },
  { NULL },
};

/* Nothing is stretched to what happens to be there: two figures can be compared. */
static gboolean
similarity_init (CjvMatrix *m, const CjvScene *scene)
{
  if (!cjv_matrix_init (m, scene->frame, "matrix"))
    return FALSE;
  cjv_matrix_name (m, scene->frame, "rows", "columns");
  for (gint64 i = 0; i < m->rows * m->columns; i++)
    if (cjv_matrix_at (m, i / m->columns, i % m->columns) < -0.05)
      {
        m->map = CJV_MAP_SIGNED;
        m->low = -1;
      }
  return TRUE;
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const Params *p = scene->params;
  const char *title = cjv_frame_get_text (scene->frame, "title");
  gboolean good;
  CjvMatrix m;

  good = similarity_init (&m, scene);
  if (good)
    {
      cjv_matrix_place (&m, scene);
      cjv_matrix_draw (&m, scene, cr, p->numbers, title != NULL ? title : _ ("Similarity"), NULL);
    }
  cjv_matrix_clear (&m);
  return good;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gboolean found = FALSE;
  CjvMatrix m;

  if (similarity_init (&m, scene))
    {
      cjv_matrix_place (&m, scene);
      found = cjv_matrix_hit (&m, x, y, out);
    }
  if (found)
    {
      g_autofree char *value = cjv_number_print (cjv_matrix_at (&m, out->series, out->index), 3);

      /* Translators: names of two layers, and a number */
      out->text = g_strdup_printf (_ ("%s and %s: %s"), cjv_matrix_get_row_name (&m, out->series),
                                   cjv_matrix_get_column_name (&m, out->index), value);
    }
  cjv_matrix_clear (&m);
  return found;
}

static void
csv (const CjvScene *scene, GString *out)
{
  CjvMatrix m;

  g_string_append (out, "row,column,similarity\r\n");
  if (similarity_init (&m, scene))
    for (gint64 i = 0; i < m.rows * m.columns; i++)
      {
        cjv_csv_text (out, cjv_matrix_get_row_name (&m, i / m.columns));
        g_string_append_c (out, ',');
        cjv_csv_text (out, cjv_matrix_get_column_name (&m, i % m.columns));
        g_string_append_c (out, ',');
        cjv_csv_number (out, cjv_matrix_at (&m, i / m.columns, i % m.columns));
        g_string_append (out, "\r\n");
      }
  cjv_matrix_clear (&m);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  gint64 best = -1, worst = -1;
  char *text = NULL;
  CjvMatrix m;

  if (similarity_init (&m, scene))
    {
      for (gint64 i = 0; i < m.rows * m.columns; i++)
        {
          const float *v = cj_tensor_f32 (m.values);

          /* with itself each is alike */
          if (!isfinite (v[i]) || (m.rows == m.columns && i % (m.columns + 1) == 0))
            continue;
          best = best < 0 || v[i] > v[best] ? i : best;
          worst = worst < 0 || v[i] < v[worst] ? i : worst;
        }
      if (best < 0)
        text = g_strdup_printf (_ ("%s: there is nothing that can be compared."),
                                title != NULL ? title : _ ("Similarity"));
      else
        {
          g_autofree char *high = cjv_number_print (cj_tensor_f32 (m.values)[best], 2);
          g_autofree char *low = cjv_number_print (cj_tensor_f32 (m.values)[worst], 2);

          text = g_strdup_printf (
              _ ("%s, %d by %d: most alike are %s and %s with %s, least %s and %s with %s."),
              title != NULL ? title : _ ("Similarity"), (int) m.rows, (int) m.columns,
              cjv_matrix_get_row_name (&m, best / m.columns),
              cjv_matrix_get_column_name (&m, best % m.columns), high,
              cjv_matrix_get_row_name (&m, worst / m.columns),
              cjv_matrix_get_column_name (&m, worst % m.columns), low);
        }
    }
  cjv_matrix_clear (&m);
  return text;
}

const CjvFigureInfo cjv_figure_similarity = {
  .id = "similarity",
  .title = N_ ("Similarity"),
  .blurb = N_ ("How alike layers see the same samples: 1 is the same but for turn and scale"),
  .empty = N_ ("Press Compare: every layer is set beside every other."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 620,
  .preset_height = 520,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
