/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M explainers, the most faithful first. */
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "values", CJV_WANT_ARRAY, TRUE, "[M, 8]",
    N_ ("Deletion, insertion, infidelity, sensitivity, mean of the cascade, correlation of ranks "
        "and "
        "SSIM with the untrained network, milliseconds a map") },
  { "errors", CJV_WANT_ARRAY, FALSE, "[M, 8]", N_ ("Their standard errors") },
  { "methods", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the explainers") },
  { "passes", CJV_WANT_ARRAY, FALSE, "[M]",
    N_ ("1: passes the sanity check, 0: fails, not a number: not known") },
  { "samples", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Samples that were explained") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the data") },
  { NULL },
};

/* What stands in a column. */
typedef struct
{
  const char *title, *csv;
  int sense;         /* 1: high is good, -1: low is, 0: neither */
  gboolean is_faith; /* measures how faithful a map is: the best stands out */
  double high;       /* where bars end; 0: at the largest number */
} Column;

static const Column columns[] = {
  { N_ ("Deletion"), "deletion_auc", -1, TRUE, 1 },
  { N_ ("Insertion"), "insertion_auc", 1, TRUE, 1 },
  { N_ ("Infidelity"), "infidelity", -1, TRUE, 1 },
  { N_ ("Sensitivity"), "sensitivity", -1, TRUE, 1 },
  { N_ ("Cascade"), "cascade", -1, FALSE, 1 },
  { N_ ("Untrained"), "rank", -1, FALSE, 1 },
  { N_ ("SSIM"), "ssim", -1, FALSE, 1 },
  { N_ ("ms a map"), "milliseconds", 0, FALSE, 0 },
};

#define N_COLUMNS G_N_ELEMENTS (columns)

typedef struct
{
  const CjTensor *values, *errors, *passes;
  gint64 m, shown;
  guint n_columns; /* that have room */
  gint64 best[N_COLUMNS];
  double high[N_COLUMNS];
  double pad, heading, top, row;         /* px */
  double name, mark, left, column_width; /* px */
} Table;

static double
get_value (const Table *t, gint64 row, guint column)
{
  return cjv_tensor_at (t->values, row * (gint64) N_COLUMNS + column);
}

static double
get_error (const Table *t, gint64 row, guint column)
{
  return t->errors != NULL ? cjv_tensor_at (t->errors, row * (gint64) N_COLUMNS + column) : NAN;
}

static double
get_verdict (const Table *t, gint64 row)
{
  return t->passes != NULL ? cjv_tensor_at (t->passes, row) : NAN;
}

/* The best number of each column of the methods that do not fail, and where bars end. */
static void
find_best (Table *t)
{
  for (guint c = 0; c < N_COLUMNS; c++)
    {
      t->best[c] = -1;
      t->high[c] = columns[c].high;
      for (gint64 i = 0; i < t->m; i++)
        {
          const double v = get_value (t, i, c);

          if (!isfinite (v))
            continue;
          if (columns[c].high == 0)
            t->high[c] = MAX (t->high[c], v);
          if (!columns[c].is_faith || get_verdict (t, i) == 0)
            continue;
          if (t->best[c] < 0 || (v - get_value (t, t->best[c], c)) * columns[c].sense > 0)
            t->best[c] = i;
        }
      if (!(t->high[c] > 0))
        t->high[c] = 1;
    }
}

static gboolean
table_init (Table *t, const CjvScene *scene)
{
  *t = (Table){ .values = cjv_frame_get_array (scene->frame, "values"),
                .errors = cjv_frame_get_array (scene->frame, "errors"),
                .passes = cjv_frame_get_array (scene->frame, "passes") };
  if (t->values == NULL || t->values->shape.n_dims != 2
      || t->values->shape.dims[1] != (gint64) N_COLUMNS || t->values->shape.dims[0] < 1)
    return FALSE;
  t->m = t->values->shape.dims[0];
  if (cjv_tensor_size (t->errors) != t->m * (gint64) N_COLUMNS)
    t->errors = NULL;
  if (cjv_tensor_size (t->passes) != t->m)
    t->passes = NULL;
  find_best (t);
  return TRUE;
}

static void
table_place (Table *t, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  double room;

  t->pad = MIN (em * 0.8, scene->width / 12);
  t->heading = cjv_heading_height (scene);
  t->top = t->pad + t->heading + 2.1 * line;
  room = MAX (scene->height - t->top - t->pad, 1);
  t->shown = CLAMP ((gint64) (room / (line * 1.15)), 1, t->m);
  t->row = MIN (room / (double) t->shown, line * 2.1);
  for (gint64 i = 0; i < t->shown; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "methods", i);
      double width;

      cjv_text_measure (scene, 0, CJV_SIZE_NOTE, CJV_TEXT_BOLD, name, &width, NULL);
      t->name = MAX (t->name, width + 1);
    }
  t->name = MIN (t->name, scene->width * 0.4);
  t->mark = t->passes != NULL ? line * 1.3 : 0;
  t->left = t->pad + t->name + em * 0.6 + t->mark;
  room = MAX (scene->width - t->pad - t->left, 0);
  t->n_columns = (guint) CLAMP (room / (em * 6.4), 0, N_COLUMNS);
  t->column_width = t->n_columns > 0 ? room / t->n_columns : 0;
}

static char *
value_text (const Table *t, gint64 row, guint column)
{
  const double v = get_value (t, row, column);

  if (!isfinite (v))
    return g_strdup ("–");
  return cjv_number_print (round (v * 100) / 100, fabs (v) < 0.095 ? 1 : fabs (v) < 1 ? 2 : 3);
}

static void
draw_heads (const CjvScene *scene, cairo_t *cr, const Table *t)
{
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK);
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE), top = t->top - 2 * line;
  const double gap = scene->style->font_size * 0.6;

  for (guint c = 0; c < t->n_columns; c++)
    {
      const double x = t->left + c * t->column_width + gap, room = t->column_width - gap;
      const char *sense = columns[c].sense > 0   ? _ ("high is good")
                          : columns[c].sense < 0 ? _ ("low is good")
                                                 : NULL;

      cjv_text_draw (scene, cr, x, top, room, CJV_SIZE_NOTE, CJV_TEXT_BOLD, ink,
                     _ (columns[c].title));
      if (sense != NULL)
        cjv_text_draw (scene, cr, x, top + line, room, CJV_SIZE_TINY, 0, dim, sense);
    }
  cjv_text_draw (scene, cr, t->pad, top, t->name + t->mark, CJV_SIZE_NOTE, CJV_TEXT_BOLD, ink,
                 _ ("Explainer"));
  if (t->passes != NULL)
    cjv_text_draw (scene, cr, t->pad, top + line, t->name + t->mark, CJV_SIZE_TINY, 0, dim,
                   _ ("✓ passes the sanity check"));
}

/* A bar on its track, the error as a line on it, and the number. */
static void
draw_cell (const CjvScene *scene, cairo_t *cr, const Table *t, gint64 row, guint c)
{
  const double em = scene->style->font_size, v = get_value (t, row, c);
  const double y = t->top + ((double) row + 0.5) * t->row;
  const double x = t->left + c * t->column_width + em * 0.6;
  const double number = em * 2.7, width = MAX (t->column_width - em * 0.6 - number, 2);
  const double height = cjv_snap (scene->style, MIN (t->row * 0.5, em * 0.75));
  const double top = cjv_snap (scene->style, y - height / 2), error = get_error (t, row, c);
  const gboolean best = t->best[c] == row, fails = get_verdict (t, row) == 0;
  const CjvColor plain
      = cjv_color_mix (cjv_style_color (scene->style, CJV_INK_DIM),
                       cjv_style_color (scene->style, CJV_BACKGROUND), fails ? 0.6 : 0.35);
  const CjvColor ink = cjv_style_color (scene->style, best ? CJV_INK : CJV_INK_DIM);
  g_autofree char *text = value_text (t, row, c);

  cjv_draw_round_rect (cr, x, top, width, height, height / 4);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
  cairo_fill (cr);
  if (isfinite (v) && v > 0)
    {
      cjv_draw_round_rect (cr, x, top, MAX (MIN (v / t->high[c], 1) * width, 1.5), height,
                           height / 4);
      cjv_draw_set_color (cr, best ? cjv_style_color (scene->style, CJV_ACCENT) : plain);
      cairo_fill (cr);
    }
  if (isfinite (v) && isfinite (error) && v - error < t->high[c])
    {
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
      cairo_set_line_width (cr, MAX (scene->style->line_width * 0.5, 0.5));
      cairo_move_to (cr, x + CLAMP ((v - error) / t->high[c], 0, 1) * width, y);
      cairo_line_to (cr, x + CLAMP ((v + error) / t->high[c], 0, 1) * width, y);
      cairo_stroke (cr);
    }
  cjv_text_draw (scene, cr, x + width + em * 0.4, y, number - em * 0.4, CJV_SIZE_NOTE,
                 CJV_TEXT_MIDDLE | (best ? CJV_TEXT_BOLD : 0), ink, text);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const int samples = (int) cjv_frame_get_scalar (scene->frame, "samples", 0);
  g_autofree char *whole = NULL, *note = NULL;
  Table t;

  if (!table_init (&t, scene))
    return FALSE;
  table_place (&t, scene);
  /* Translators: the name of the data */
  whole = title != NULL ? g_strdup_printf (_ ("Which explainer to trust on %s"), title)
                        : g_strdup (_ ("Which explainer to trust"));
  if (t.shown < t.m)
    note = g_strdup_printf (_ ("the first %d of %d"), (int) t.shown, (int) t.m);
  else if (samples > 0)
    note = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "mean of %d sample", "means of %d samples", samples),
        samples);
  if (t.heading > 0)
    cjv_draw_heading (scene, cr, t.pad, t.pad, scene->width - 2 * t.pad, whole, note);
  draw_heads (scene, cr, &t);
  for (gint64 i = 0; i < t.shown; i++)
    {
      const double y = t.top + ((double) i + 0.5) * t.row, verdict = get_verdict (&t, i);
      g_autofree char *name = cjv_class_dup (scene->frame, "methods", i);

      cjv_text_draw (scene, cr, t.pad + t.mark, y, t.name, CJV_SIZE_NOTE, CJV_TEXT_MIDDLE,
                     cjv_style_color (scene->style, verdict == 0 ? CJV_INK_DIM : CJV_INK), name);
      if (isfinite (verdict))
        cjv_draw_mark (scene, cr, verdict != 0, t.pad + t.mark * 0.38, y,
                       MIN (t.mark * 0.27, t.row * 0.4));
      for (guint c = 0; c < t.n_columns; c++)
        draw_cell (scene, cr, &t, i, c);
    }
  return TRUE;
}

static char *
print_verdict (double verdict)
{
  if (!isfinite (verdict))
    return g_strdup (_ ("sanity not known"));
  return g_strdup (verdict != 0 ? _ ("passes the sanity check") : _ ("fails the sanity check"));
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gint64 row;
  Table t;

  if (!table_init (&t, scene))
    return FALSE;
  table_place (&t, scene);
  row = (gint64) floor ((y - t.top) / t.row);
  if (row < 0 || row >= t.shown || x < t.pad || x >= scene->width - t.pad)
    return FALSE;
  *out = (CjvHit){ .index = row,
                   .series = -1,
                   .x = t.pad,
                   .y = t.top + (double) row * t.row,
                   .width = t.left - t.pad,
                   .height = t.row };
  g_autofree char *name = cjv_class_dup (scene->frame, "methods", row);

  if (x < t.left || t.n_columns == 0)
    {
      g_autofree char *verdict = print_verdict (get_verdict (&t, row));

      out->text = g_strdup_printf (_ ("%s: %s"), name, verdict);
      return TRUE;
    }
  const guint c = MIN ((guint) ((x - t.left) / t.column_width), t.n_columns - 1);
  g_autofree char *value = cjv_number_print (get_value (&t, row, c), 3);
  g_autofree char *error = cjv_number_print (get_error (&t, row, c), 2);

  out->series = c;
  out->x = t.left + c * t.column_width;
  out->width = t.column_width;
  /* Translators: an explainer, what was measured, and the number; then its standard error */
  out->text
      = isfinite (get_error (&t, row, c))
            ? g_strdup_printf (_ ("%s, %s: %s ± %s"), name, _ (columns[c].title), value, error)
            : g_strdup_printf (_ ("%s, %s: %s"), name, _ (columns[c].title), value);
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Table t;

  g_string_append (out, "method,passes");
  for (guint c = 0; c < N_COLUMNS; c++)
    g_string_append_printf (out, ",%s,%s_error", columns[c].csv, columns[c].csv);
  g_string_append (out, "\r\n");
  if (!table_init (&t, scene))
    return;
  for (gint64 i = 0; i < t.m; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "methods", i);

      cjv_csv_text (out, name);
      g_string_append_c (out, ',');
      cjv_csv_number (out, get_verdict (&t, i));
      for (guint c = 0; c < N_COLUMNS; c++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, get_value (&t, i, c));
          g_string_append_c (out, ',');
          cjv_csv_number (out, get_error (&t, i, c));
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  GString *out = g_string_new (NULL);
  guint n_fail = 0;
  Table t;

  if (!table_init (&t, scene))
    return g_string_free (out, TRUE);
  g_autofree char *first = cjv_class_dup (scene->frame, "methods", 0);
  g_autofree char *deletion = cjv_number_print (get_value (&t, 0, 0), 2);
  g_autofree char *infidelity = cjv_number_print (get_value (&t, 0, 2), 2);

  g_string_append_printf (out,
                          _ ("%d explainers, the most faithful first: %s, with deletion %s and "
                             "infidelity %s."),
                          (int) t.m, first, deletion, infidelity);
  for (gint64 i = 0; i < t.m; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "methods", i);

      if (get_verdict (&t, i) != 0)
        continue;
      g_string_append (out, n_fail++ > 0 ? ", " : _ (" These fail the sanity check: "));
      g_string_append (out, name);
    }
  g_string_append (out, n_fail > 0 ? "." : _ (" None fails the sanity check."));
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_trust = {
  .id = "trust",
  .title = N_ ("Trust"),
  .blurb = N_ ("How faithful each explainer is to this network, and whether its maps show what was "
               "learned"),
  .empty
  = N_ ("Nothing is measured yet. Measure tries every explainer on what the network has learned."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 960,
  .preset_height = 460,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
