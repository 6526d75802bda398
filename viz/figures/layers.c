/* SPDX-License-Identifier: GPL-3.0-or-later */
/* L layers, M measures: a table whose cells are bars as well, so that a column is read as a curve. */
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "values", CJV_WANT_ARRAY, TRUE, "[L, M]", N_ ("Measures of each layer") },
  { "percents", CJV_WANT_ARRAY, FALSE, "[M]", N_ ("Not 0 for measures that are shares") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Name of each layer") },
  { "measures", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Name of each measure") },
  { "blurbs", CJV_WANT_STRINGS, FALSE, NULL, N_ ("What each measure tells") },
  { NULL },
};

#define MAX_COLUMNS 64

typedef struct
{
  const CjTensor *values, *percents;
  gint64 rows, columns;                                   /* all of them */
  gint64 shown_rows, shown_columns;                       /* that have room */
  double most[MAX_COLUMNS];                               /* what fills a cell */
  double pad, heading, head, name, left, top, width, row; /* px */
} Table;

static double
table_at (const Table *t, gint64 row, gint64 column)
{
  return cjv_tensor_at (t->values, row * t->columns + column);
}

static gboolean
is_percent (const Table *t, gint64 column)
{
  return column < cjv_tensor_size (t->percents) && cjv_tensor_at (t->percents, column) > 0;
}

static gboolean
table_init (Table *t, const CjvScene *scene)
{
  const CjTensor *values = cjv_frame_get_array (scene->frame, "values");

  *t = (Table){ .values = values, .percents = cjv_frame_get_array (scene->frame, "percents") };
  if (values->shape.n_dims != 2 || values->shape.dims[0] < 1 || values->shape.dims[1] < 1
      || values->shape.dims[1] > MAX_COLUMNS || values->shape.dims[0] > 100000)
    return FALSE;
  t->rows = values->shape.dims[0];
  t->columns = values->shape.dims[1];
  for (gint64 j = 0; j < t->columns; j++)
    {
      for (gint64 i = 0; i < t->rows; i++)
        if (isfinite (table_at (t, i, j)))
          t->most[j] = MAX (t->most[j], fabs (table_at (t, i, j)));
      t->most[j] = is_percent (t, j) ? MAX (t->most[j], 1) : t->most[j];
    }
  return TRUE;
}

/* "93 %", "12.4"; a dash where there is no number. You free. */
static char *
print_cell (const Table *t, gint64 row, gint64 column)
{
  const double v = table_at (t, row, column);

  if (!isfinite (v))
    return g_strdup ("–");
  if (is_percent (t, column))
    return cjv_percent_print (v, 1);
  return v == floor (v) && fabs (v) < 1e9 ? cjv_count_print ((gint64) v) : cjv_number_print (v, 3);
}

static void
table_place (Table *t, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  double room;

  t->pad = MIN (em * 0.8, scene->width / 10);
  t->heading = cjv_heading_height (scene);
  for (gint64 i = 0; i < MIN (t->rows, 200); i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);

      t->name = MAX (t->name, cjv_text_width (scene, CJV_SIZE_NOTE, name));
    }
  t->name = MIN (t->name, scene->width * 0.22) + em * 0.7;
  t->left = t->pad + t->name;
  room = MAX (scene->width - t->left - t->pad, 1);
  t->shown_columns = CLAMP ((gint64) (room / (em * 4.4)), 1, t->columns);
  t->width = MIN (room / (double) t->shown_columns, em * 9);
  for (gint64 j = 0; j < t->shown_columns; j++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "measures", j);
      double width, height;

      cjv_text_measure (scene, t->width - em * 0.5, CJV_SIZE_TINY, CJV_TEXT_WRAP, name, &width,
                        &height);
      t->head = MAX (t->head, height);
    }
  t->head = MIN (t->head, scene->height / 3) + em * 0.3;
  t->top = t->pad + t->heading + t->head;
  room = MAX (scene->height - t->top - t->pad, 1);
  t->shown_rows = CLAMP ((gint64) (room / (line * 1.15)), 1, t->rows);
  t->row = MIN (room / (double) t->shown_rows, line * 2);
}

static void
draw_cell (const Table *t, const CjvScene *scene, cairo_t *cr, gint64 i, gint64 j)
{
  const double em = scene->style->font_size;
  const double x = t->left + (double) j * t->width, y = t->top + (double) i * t->row;
  const double v = table_at (t, i, j), room = t->width - em * 0.5;
  const CjvColor back = cjv_style_color (scene->style, CJV_BACKGROUND);
  g_autofree char *text = print_cell (t, i, j);

  if (isfinite (v) && t->most[j] > 0 && isfinite (t->most[j]))
    {
      const double share = CLAMP (fabs (v) / t->most[j], 0, 1);

      cjv_draw_set_color (cr,
                          cjv_color_mix (back, cjv_style_color (scene->style, CJV_ACCENT), 0.3));
      cjv_draw_round_rect (cr, x, y + 1, MAX (room * share, 1), MAX (t->row - 2, 1), 2);
      cairo_fill (cr);
    }
  cjv_text_draw (scene, cr, x + room - em * 0.25, y + t->row / 2, room, CJV_SIZE_NOTE,
                 CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE,
                 cjv_style_color (scene->style, isfinite (v) ? CJV_INK : CJV_INK_DIM), text);
}

static void
draw_head (const Table *t, const CjvScene *scene, cairo_t *cr)
{
  const double em = scene->style->font_size, room = t->width - em * 0.5;
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);

  for (gint64 j = 0; j < t->shown_columns; j++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "measures", j);
      double width, height;

      cjv_text_measure (scene, room, CJV_SIZE_TINY, CJV_TEXT_WRAP, name, &width, &height);
      cjv_text_draw (scene, cr, t->left + (double) j * t->width,
                     MAX (t->top - em * 0.2 - height, t->pad + t->heading), room, CJV_SIZE_TINY,
                     CJV_TEXT_WRAP, dim, name);
    }
  for (gint64 i = 0; i < t->shown_rows; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);

      cjv_text_draw (scene, cr, t->left - em * 0.7, t->top + ((double) i + 0.5) * t->row,
                     t->name - em * 0.7, CJV_SIZE_NOTE, CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, dim,
                     name);
    }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  g_autofree char *note = NULL;
  Table t;

  if (!table_init (&t, scene))
    return FALSE;
  table_place (&t, scene);
  if (t.shown_rows < t.rows || t.shown_columns < t.columns)
    note = g_strdup_printf (_ ("%d of %d layers, %d of %d measures; a larger view shows more"),
                            (int) t.shown_rows, (int) t.rows, (int) t.shown_columns,
                            (int) t.columns);
  if (t.heading > 0)
    cjv_draw_heading (scene, cr, t.pad, t.pad, scene->width - 2 * t.pad, _ ("Layers"), note);
  draw_head (&t, scene, cr);
  for (gint64 i = 0; i < t.shown_rows; i++)
    for (gint64 j = 0; j < t.shown_columns; j++)
      draw_cell (&t, scene, cr, i, j);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  g_autofree char *layer = NULL, *measure = NULL, *value = NULL;
  const char *blurb;
  gint64 row, column;
  Table t;

  if (!table_init (&t, scene))
    return FALSE;
  table_place (&t, scene);
  row = (gint64) floor ((y - t.top) / t.row);
  column = (gint64) floor ((x - t.left) / t.width);
  if (row < 0 || row >= t.shown_rows || column < 0 || column >= t.shown_columns)
    return FALSE;
  layer = cjv_class_dup (scene->frame, "layers", row);
  measure = cjv_class_dup (scene->frame, "measures", column);
  value = print_cell (&t, row, column);
  blurb = cjv_frame_get_string (scene->frame, "blurbs", column);
  *out = (CjvHit){ .index = row,
                   .series = column,
                   .x = t.left + (double) column * t.width,
                   .y = t.top + (double) row * t.row,
                   .width = t.width,
                   .height = t.row };
  if (blurb != NULL)
    /* Translators: a layer, a measure, its value, and what it tells */
    out->text = g_strdup_printf (_ ("%s, %s: %s (%s)"), layer, measure, value, blurb);
  else
    out->text = g_strdup_printf (_ ("%s, %s: %s"), layer, measure, value);
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Table t;

  g_string_append (out, "layer,measure,value\r\n");
  if (!table_init (&t, scene))
    return;
  for (gint64 i = 0; i < t.rows * t.columns; i++)
    {
      g_autofree char *layer = cjv_class_dup (scene->frame, "layers", i / t.columns);
      g_autofree char *measure = cjv_class_dup (scene->frame, "measures", i % t.columns);

      cjv_csv_text (out, layer);
      g_string_append_c (out, ',');
      cjv_csv_text (out, measure);
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (t.values, i));
      g_string_append (out, "\r\n");
    }
}

/* The first measure, from the first layer to the last, and where it is largest. */
static char *
words (const CjvScene *scene)
{
  g_autofree char *measure = NULL, *layer = NULL, *value = NULL, *first = NULL, *from = NULL;
  gint64 best = -1;
  Table t;

  if (!table_init (&t, scene))
    return NULL;
  for (gint64 i = 0; i < t.rows; i++)
    if (isfinite (table_at (&t, i, 0))
        && (best < 0 || table_at (&t, i, 0) > table_at (&t, best, 0)))
      best = i;
  if (best < 0)
    return g_strdup_printf (_ ("A table of %d layers and %d measures."), (int) t.rows,
                            (int) t.columns);
  measure = cjv_class_dup (scene->frame, "measures", 0);
  layer = cjv_class_dup (scene->frame, "layers", best);
  from = cjv_class_dup (scene->frame, "layers", 0);
  value = print_cell (&t, best, 0);
  first = print_cell (&t, 0, 0);
  return g_strdup_printf (_ ("A table of %d layers and %d measures: %s is %s in %s and largest in "
                             "%s with %s."),
                          (int) t.rows, (int) t.columns, measure, first, from, layer, value);
}

const CjvFigureInfo cjv_figure_layers = {
  .id = "layers",
  .title = N_ ("Layers"),
  .blurb = N_ ("What can be read off each layer, how it uses its units, how its classes lie"),
  .empty = N_ ("Press Measure: every layer gets a row."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 960,
  .preset_height = 420,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
