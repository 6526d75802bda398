/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report on explainers: as a job and at once, whole and stopped, as table, files and frames. */
#include "cjl-explain-report.h"

#include "cjl-json.h"

#include <math.h>
#include <string.h>

static const char *const methods[] = { "gradient", "integrated-gradients", "grad-cam", NULL };

typedef struct
{
  CjlProject *project;
  CjdDataset *dataset;
} Bench;

/* A small network on two spirals, not trained. */
static void
bench_init (Bench *bench)
{
  g_autoptr (GError) error = NULL;

  bench->project = cjl_project_new ();
  cj_graph_add_chain (bench->project->graph, NULL,
                      "input, dense 8 tanh, dense 6 relu, dense 2, cross-entropy", &error);
  g_assert_no_error (error);
  cjl_project_set (bench->project, "data", "spirals", NULL);
  bench->dataset = cjl_data_load (&bench->project->data, &error);
  g_assert_no_error (error);
}

static void
bench_clear (Bench *bench)
{
  cjd_dataset_unref (bench->dataset);
  cjl_project_unref (bench->project);
}

static CjlReportOptions
few (void)
{
  CjlReportOptions options;

  cjl_report_options_init (&options);
  options.methods = methods;
  options.n_samples = 3;
  return options;
}

static void
test_rows (void)
{
  const CjlReportOptions options = few ();
  g_autoptr (CjlReport) report = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  Bench bench;

  bench_init (&bench);
  report = cjl_report_project (bench.project, bench.dataset, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  again = cjl_report_project (bench.project, bench.dataset, &options, NULL, NULL, &error);
  g_assert_cmpuint (report->n_rows, ==, 3);
  g_assert_cmpuint (report->n_done, ==, 3);
  g_assert_cmpuint (report->n_layers, >, 1);
  g_assert_cmpuint (report->n_samples, ==, 3);
  g_assert_nonnull (strstr (report->rows[2].problem, "pictures"));
  for (guint i = 0; i < 2; i++)
    {
      const CjlReportRow *row = &report->rows[i];

      g_assert_cmpstr (row->info->id, ==, methods[i]);
      g_assert_null (row->problem);
      for (guint c = 0; c < CJL_REPORT_N_COLUMNS; c++)
        {
          g_assert_true (isfinite (row->values[c].mean) && isfinite (row->values[c].error));
          g_assert_cmpuint (row->values[c].n, ==, 3);
          if (c != CJL_REPORT_MILLISECONDS)
            g_assert_cmpfloat (row->values[c].mean, ==, again->rows[i].values[c].mean);
        }
      g_assert_cmpfloat (row->cascade[0].mean, ==, 1);
      g_assert_cmpfloat (row->cascade[0].error, ==, 0);
      g_assert_cmpfloat (row->cascade[report->n_layers].mean, ==,
                         row->values[CJL_REPORT_RANK].mean);
      g_assert_cmpint (row->verdict, ==, cj_sanity_judge (row->values[CJL_REPORT_CASCADE].mean));
    }
  bench_clear (&bench);
}

/* Without names: all that suit but the slow ones. */
static void
test_choice (void)
{
  CjlReportOptions options = few ();
  g_autoptr (CjlReport) report = NULL;
  g_autoptr (GError) error = NULL;
  static const char *const wrong[] = { "gradient", "crystal-ball", NULL };
  Bench bench;

  bench_init (&bench);
  options.methods = NULL;
  options.n_samples = 1;
  report = cjl_report_project (bench.project, bench.dataset, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->n_rows, >, 5);
  for (guint i = 0; i < report->n_rows; i++)
    {
      g_assert_cmpint (report->rows[i].info->traits
                           & (CJ_EXPLAIN_SLOW | CJ_EXPLAIN_PICTURES | CJ_EXPLAIN_ATTENTION),
                       ==, 0);
      g_assert_true (isnan (report->rows[i].values[0].error)); /* of a single sample */
    }
  options.methods = wrong;
  g_assert_null (cjl_report_project (bench.project, bench.dataset, &options, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "crystal-ball"));
  bench_clear (&bench);
}

static gboolean
stop_at_half (double progress, gpointer data)
{
  double *last = data;

  g_assert_cmpfloat (progress, >=, *last - 1e-9);
  *last = progress;
  return progress < 0.5;
}

static void
test_stop (void)
{
  const CjlReportOptions options = few ();
  g_autoptr (GError) error = NULL;
  double last = 0;
  Bench bench;

  bench_init (&bench);
  g_assert_null (
      cjl_report_project (bench.project, bench.dataset, &options, stop_at_half, &last, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (last, >=, 0.5);
  bench_clear (&bench);
}

/* As a job, with the same numbers as at once. */
static void
test_job (void)
{
  const CjlReportOptions options = few ();
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTable) table = NULL;
  g_autoptr (CjCheckpoint) weights = NULL;
  g_autoptr (CjlJob) job = NULL;
  g_autoptr (CjlReport) report = NULL, at_once = NULL;
  g_autoptr (GError) error = NULL;
  Bench bench;

  bench_init (&bench);
  const CjDataSpec spec = cjl_data_spec (bench.dataset, 1);

  program = cj_program_new (bench.project->graph, CJ_PURPOSE_INFER, &spec, 1, &error);
  g_assert_no_error (error);
  cj_program_init (program, (guint64) bench.project->setup->seed);
  table = cj_table_new (program);
  weights = cj_checkpoint_new (table, 0, FALSE);
  memcpy (weights->weights, cj_program_get_weights (program, NULL),
          sizeof (float) * (gsize) table->n_weights);
  job = cjl_report_start (cjl_network_new (bench.project->graph, bench.dataset, weights), &options);
  cjl_job_wait (job);
  g_assert_null (cjl_job_dup_error (job));
  report = cjl_job_take_result (job);
  g_assert_cmpfloat (cjl_job_get_progress (job), >, 0.5);
  at_once = cjl_report_project (bench.project, bench.dataset, &options, NULL, NULL, &error);
  for (guint c = 0; c < CJL_REPORT_MILLISECONDS; c++)
    g_assert_cmpfloat (report->rows[1].values[c].mean, ==, at_once->rows[1].values[c].mean);
  g_clear_pointer (&job, cjl_job_free);
  job = cjl_report_start (cjl_network_new (bench.project->graph, bench.dataset, weights), &options);
  cjl_job_cancel (job);
  cjl_job_wait (job);
  g_assert_null (cjl_job_dup_error (job));
  bench_clear (&bench);
}

static void
test_print (void)
{
  const CjlReportOptions options = few ();
  g_autoptr (CjlReport) report = NULL;
  g_autoptr (CjvFrame) trust = NULL, sanity = NULL;
  g_autoptr (GVariant) row = NULL, refused = NULL;
  g_autofree char *table = NULL, *csv = NULL, *json = NULL;
  const char *problem;
  Bench bench;
  guint n = 0;

  bench_init (&bench);
  report = cjl_report_project (bench.project, bench.dataset, &options, NULL, NULL, NULL);
  table = cjl_report_print_table (report);
  csv = cjl_report_print_csv (report);
  row = g_variant_ref_sink (cjl_report_row_to_data (report, 1));
  refused = g_variant_ref_sink (cjl_report_row_to_data (report, 2));
  json = cjl_json_print (row, FALSE);
  trust = cjl_report_trust_frame (report);
  sanity = cjl_report_sanity_frame (report);
  g_assert_nonnull (strstr (table, "Integrated gradients"));
  g_assert_nonnull (strstr (table, "Without Grad-CAM"));
  g_assert_true (g_str_has_prefix (csv, "method,sanity,deletion-auc,deletion-auc-error,"));
  g_assert_nonnull (strstr (csv, "\r\nintegrated-gradients,"));
  g_assert_nonnull (strstr (json, "\"infidelity\":{\"error\":"));
  g_assert_true (g_variant_lookup (refused, "problem", "&s", &problem));
  g_assert_nonnull (strstr (problem, "pictures"));
  g_assert_cmpint (cjv_tensor_size (cjv_frame_get_array (trust, "values")), ==,
                   2 * CJL_REPORT_N_COLUMNS);
  g_assert_cmpint (cjv_tensor_size (cjv_frame_get_array (sanity, "cascade")), ==,
                   2 * (report->n_layers + 1));
  cjv_frame_get_strings (sanity, "layers", &n);
  g_assert_cmpuint (n, ==, report->n_layers);
  g_assert_nonnull (cjv_frame_get_provenance (trust));
  bench_clear (&bench);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/explain-report/rows", test_rows);
  g_test_add_func ("/lab/explain-report/choice", test_choice);
  g_test_add_func ("/lab/explain-report/stop", test_stop);
  g_test_add_func ("/lab/explain-report/job", test_job);
  g_test_add_func ("/lab/explain-report/print", test_print);
  return g_test_run ();
}
