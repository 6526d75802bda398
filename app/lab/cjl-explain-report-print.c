/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as a table, as files and as figures. Best first: methods that pass the sanity check, then by
 * their mean place in the four measures of faithfulness. M methods, L layers. */
#include "cjl-explain-report.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static const char *const verdicts[] = { "unknown", "passes", "fails" };
static const char *const splits[CJD_N_SPLITS] = { "train", "val", "test" };

/* --- the best first --- */

/* Whether more of a column is better, less, or neither. */
static int
get_sense (guint column)
{
  switch (column)
    {
    case CJL_REPORT_INSERTION:
      return 1;
    case CJL_REPORT_DELETION:
    case CJL_REPORT_INFIDELITY:
    case CJL_REPORT_SENSITIVITY:
      return -1;
    default:
      return 0;
    }
}

/* How many methods are better than this one, in the mean over the measures. */
static double
find_place (const CjlReport *report, guint row)
{
  double sum = 0;

  for (guint c = 0; c < CJL_REPORT_N_COLUMNS; c++)
    for (guint i = 0; i < report->n_done && get_sense (c) != 0; i++)
      {
        const double own = report->rows[row].values[c].mean, other = report->rows[i].values[c].mean;

        if (isnan (own) ? isfinite (other) : (other - own) * get_sense (c) > 0)
          sum++;
      }
  return sum;
}

typedef struct
{
  guint row;
  int verdict;
  double place;
} Standing;

static int
compare_standings (gconstpointer a, gconstpointer b)
{
  const Standing *x = a, *y = b;

  if (x->verdict != y->verdict)
    return x->verdict - y->verdict;
  if (x->place != y->place)
    return x->place < y->place ? -1 : 1;
  return (int) x->row - (int) y->row;
}

/* Rows that have numbers (Standing), the best first. You unref. */
static GArray *
find_standings (const CjlReport *report)
{
  GArray *standings = g_array_new (FALSE, FALSE, sizeof (Standing));

  for (guint i = 0; i < report->n_done; i++)
    {
      const CjSanityVerdict verdict = report->rows[i].verdict;
      const Standing standing = { i,
                                  verdict == CJ_SANITY_PASSES  ? 0
                                  : verdict == CJ_SANITY_FAILS ? 2
                                                               : 1,
                                  find_place (report, i) };

      if (report->rows[i].problem == NULL)
        g_array_append_val (standings, standing);
    }
  g_array_sort (standings, compare_standings);
  return standings;
}

/* --- text --- */

static void
append_cell (GString *out, const char *text, gint64 width, gboolean right)
{
  const gint64 blank = MAX (width - g_utf8_strlen (text, -1), 0);

  g_string_append_printf (out, "%*s%s%*s", right ? (int) blank : 0, "", text,
                          right ? 0 : (int) blank, "");
}

static char *
print_value (const CjlReportValue *value, guint column)
{
  const int digits = column == CJL_REPORT_MILLISECONDS ? 1 : 3;

  if (!isfinite (value->mean))
    return g_strdup ("–");
  return isfinite (value->error)
             ? g_strdup_printf ("%.*f ± %.*f", digits, value->mean, digits, value->error)
             : g_strdup_printf ("%.*f", digits, value->mean);
}

char *
cjl_report_print_table (const CjlReport *report)
{
  const char *const headings[CJL_REPORT_N_COLUMNS]
      = { _ ("Deletion ↓"), _ ("Insertion ↑"), _ ("Infidelity ↓"), _ ("Sensitivity ↓"),
          _ ("Cascade ↓"),  _ ("Untrained"),   _ ("SSIM"),         _ ("ms") };
  const char *const words[] = { _ ("–"), _ ("passes"), _ ("fails") };
  g_autoptr (GArray) standings = find_standings (report);
  GString *out = g_string_new (NULL);
  gint64 widest = 0;

  for (guint i = 0; i < report->n_done; i++)
    widest = MAX (widest, g_utf8_strlen (_ (report->rows[i].info->title), -1));
  append_cell (out, _ ("Method"), widest + 2, FALSE);
  append_cell (out, _ ("Sanity"), 9, FALSE);
  for (guint c = 0; c < CJL_REPORT_N_COLUMNS; c++)
    append_cell (out, headings[c], 17, TRUE);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < standings->len; i++)
    {
      const CjlReportRow *row = &report->rows[g_array_index (standings, Standing, i).row];

      append_cell (out, _ (row->info->title), widest + 2, FALSE);
      append_cell (out, words[row->verdict], 9, FALSE);
      for (guint c = 0; c < CJL_REPORT_N_COLUMNS; c++)
        {
          g_autofree char *text = print_value (&row->values[c], c);

          append_cell (out, text, 17, TRUE);
        }
      g_string_append_c (out, '\n');
    }
  for (guint i = 0; i < report->n_done; i++)
    if (report->rows[i].problem != NULL)
      g_string_append_printf (out, _ ("Without %s, which %s\n"), _ (report->rows[i].info->title),
                              report->rows[i].problem);
  return g_string_free (out, FALSE);
}

static void
append_number (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (out, ',');
  if (isfinite (value))
    g_string_append (out, g_ascii_formatd (text, sizeof text, "%.9g", value));
}

char *
cjl_report_print_csv (const CjlReport *report)
{
  g_autoptr (GArray) standings = find_standings (report);
  GString *out = g_string_new ("method,sanity");

  for (guint c = 0; c < CJL_REPORT_N_COLUMNS; c++)
    g_string_append_printf (out, ",%s,%s-error", cjl_report_columns[c], cjl_report_columns[c]);
  g_string_append (out, ",maps\r\n");
  for (guint i = 0; i < standings->len; i++)
    {
      const CjlReportRow *row = &report->rows[g_array_index (standings, Standing, i).row];

      g_string_append_printf (out, "%s,%s", row->info->id, verdicts[row->verdict]);
      for (guint c = 0; c < CJL_REPORT_N_COLUMNS; c++)
        {
          append_number (out, row->values[c].mean);
          append_number (out, row->values[c].error);
        }
      g_string_append_printf (out, ",%u\r\n", row->values[CJL_REPORT_MILLISECONDS].n);
    }
  return g_string_free (out, FALSE);
}

static GVariant *
value_to_data (const CjlReportValue *value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "mean", "d", value->mean);
  g_variant_dict_insert (&dict, "error", "d", value->error);
  return g_variant_dict_end (&dict);
}

static GVariant *
values_to_data (const CjlReportValue *values, guint n)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < n; i++)
    g_variant_builder_add (&builder, "v", value_to_data (&values[i]));
  return g_variant_builder_end (&builder);
}

GVariant *
cjl_report_row_to_data (const CjlReport *report, guint index)
{
  const CjlReportRow *row = &report->rows[index];
  GVariantBuilder layers;
  GVariantDict dict;

  g_variant_builder_init (&layers, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < report->n_layers; i++)
    g_variant_builder_add (&layers, "v", g_variant_new_string (report->layers[i]));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "method", "s", row->info->id);
  g_variant_dict_insert (&dict, "title", "s", row->info->title);
  g_variant_dict_insert (&dict, "data", "s", report->data);
  g_variant_dict_insert (&dict, "split", "s", splits[report->split]);
  g_variant_dict_insert (&dict, "samples", "x", (gint64) report->n_samples);
  g_variant_dict_insert (&dict, "seed", "x", (gint64) report->seed);
  g_variant_dict_insert_value (&dict, "layers", g_variant_builder_end (&layers));
  if (row->problem != NULL)
    {
      g_variant_dict_insert (&dict, "problem", "s", row->problem);
      return g_variant_dict_end (&dict);
    }
  g_variant_dict_insert (&dict, "sanity", "s", verdicts[row->verdict]);
  for (guint c = 0; c < CJL_REPORT_N_COLUMNS; c++)
    g_variant_dict_insert_value (&dict, cjl_report_columns[c], value_to_data (&row->values[c]));
  g_variant_dict_insert_value (&dict, "cascade-ranks",
                               values_to_data (row->cascade, report->n_layers + 1));
  g_variant_dict_insert_value (&dict, "alone-ranks", values_to_data (row->alone, report->n_layers));
  return g_variant_dict_end (&dict);
}

/* --- figures --- */

static void
put_whole (CjvFrame *frame, const CjlReport *report, const GArray *standings)
{
  g_autofree const char **titles = g_new0 (const char *, standings->len + 1);
  g_autofree char *provenance = g_strdup_printf (
      /* Translators: data set, “train”, “val” or “test”, number of samples, seed */
      g_dngettext (GETTEXT_PACKAGE, "%s, split %s, %u sample, seed %llu",
                   "%s, split %s, %u samples, seed %llu", report->n_samples),
      report->data, splits[report->split], report->n_samples, (unsigned long long) report->seed);

  for (guint i = 0; i < standings->len; i++)
    titles[i] = _ (report->rows[g_array_index (standings, Standing, i).row].info->title);
  cjv_frame_set_strings (frame, "methods", titles);
  cjv_frame_set_text (frame, "title", report->data);
  cjv_frame_set_scalar (frame, "samples", report->n_samples);
  cjv_frame_set_provenance (frame, provenance);
}

CjvFrame *
cjl_report_trust_frame (const CjlReport *report)
{
  g_autoptr (GArray) standings = find_standings (report);
  const CjShape shape = cj_shape2 (MAX (standings->len, 1), CJL_REPORT_N_COLUMNS);
  CjTensor *values = cj_tensor_new (CJ_FLOAT32, &shape);
  CjTensor *errors = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autofree float *passes = g_new (float, standings->len + 1);
  CjvFrame *frame = cjv_frame_new ();

  for (guint i = 0; i < standings->len; i++)
    {
      const CjlReportRow *row = &report->rows[g_array_index (standings, Standing, i).row];

      passes[i] = row->verdict == CJ_SANITY_UNKNOWN ? NAN : row->verdict == CJ_SANITY_PASSES;
      for (guint c = 0; c < CJL_REPORT_N_COLUMNS; c++)
        {
          const guint at = i * CJL_REPORT_N_COLUMNS + c;

          cj_tensor_f32 (values)[at] = (float) row->values[c].mean;
          cj_tensor_f32 (errors)[at] = (float) row->values[c].error;
        }
    }
  put_whole (frame, report, standings);
  if (standings->len > 0)
    {
      cjv_frame_set_array (frame, "values", values);
      cjv_frame_set_array (frame, "errors", errors);
      cjv_frame_set_values (frame, "passes", passes, standings->len);
    }
  cj_tensor_unref (values);
  cj_tensor_unref (errors);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_report_sanity_frame (const CjlReport *report)
{
  g_autoptr (GArray) standings = find_standings (report);
  const guint n = report->n_layers;
  const CjShape shape = cj_shape2 (MAX (standings->len, 1), n + 1);
  CjTensor *cascade = cj_tensor_new (CJ_FLOAT32, &shape);
  CjTensor *errors = cj_tensor_new (CJ_FLOAT32, &shape);
  CjTensor *alone = cj_tensor_new (CJ_FLOAT32, &shape);
  CjvFrame *frame = cjv_frame_new ();

  for (guint i = 0; i < standings->len; i++)
    {
      const CjlReportRow *row = &report->rows[g_array_index (standings, Standing, i).row];

      for (guint k = 0; k <= n; k++)
        {
          const guint at = i * (n + 1) + k;

          cj_tensor_f32 (cascade)[at] = (float) row->cascade[k].mean;
          cj_tensor_f32 (errors)[at] = (float) row->cascade[k].error;
          cj_tensor_f32 (alone)[at] = k == 0 ? 1 : (float) row->alone[k - 1].mean;
        }
    }
  put_whole (frame, report, standings);
  cjv_frame_set_strings (frame, "layers", (const char *const *) report->layers);
  cjv_frame_set_scalar (frame, "limit", CJ_SANITY_LIMIT);
  if (standings->len > 0 && n > 0)
    {
      cjv_frame_set_array (frame, "cascade", cascade);
      cjv_frame_set_array (frame, "errors", errors);
      cjv_frame_set_array (frame, "alone", alone);
    }
  cj_tensor_unref (cascade);
  cj_tensor_unref (errors);
  cj_tensor_unref (alone);
  return cjv_frame_seal (frame);
}
