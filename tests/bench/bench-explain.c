/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How soon a click is answered: from a question to the first map of each quick method, and to a row of
 * nine methods, as the view asks them: with the compilation of the network, on fresh weights. */
#include "bench.h"

#include "cjl-explain.h"
#include "cjl-template.h"

#define ROUNDS 7
#define POLL_US 200

/* Milliseconds from the question to the first map, and to the last. */
typedef struct
{
  double first, last;
} Waits;

static Waits
ask (CjlProject *project, CjdDataset *dataset, CjCheckpoint *weights, const char *const *methods,
     gsize sample)
{
  g_autoptr (CjlExplainRequest) request = cjl_explain_request_new ();
  const gint64 start = g_get_monotonic_time ();
  g_autoptr (CjlJob) job = NULL;
  g_autoptr (GError) error = NULL;
  Waits waits = { 0 };

  for (guint i = 0; methods[i] != NULL; i++)
    cjl_explain_request_add_method (request, methods[i], NULL, &error);
  g_assert_no_error (error);
  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, sample, CJL_TARGET_PREDICTED);
  job = cjl_explain_start (project->graph, dataset, weights, request);
  while (!cjl_job_is_done (job))
    {
      CjlExplanations *some = cjl_job_take_result (job);

      if (some != NULL && waits.first == 0)
        waits.first = (double) (g_get_monotonic_time () - start) / 1000;
      g_clear_pointer (&some, cjl_explanations_unref);
      g_usleep (POLL_US);
    }
  waits.last = (double) (g_get_monotonic_time () - start) / 1000;
  if (waits.first == 0)
    waits.first = waits.last;
  error = cjl_job_dup_error (job);
  g_assert_no_error (error);
  return waits;
}

/* Weights as a run has them at its start. */
static CjCheckpoint *
draw_weights (CjlProject *project, CjdDataset *dataset)
{
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  g_autoptr (CjProgram) program = cj_program_new (project->graph, CJ_PURPOSE_TRAIN, &spec, 1, NULL);
  g_autoptr (CjTable) table = cj_table_new (program);
  CjCheckpoint *checkpoint = cj_checkpoint_new (table, 0, FALSE);

  cj_program_init (program, 1);
  for (guint i = 0; i < table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (table, i);
      const CjProgramParam *param = cj_program_find_param (program, entry->name);

      memcpy (cj_checkpoint_get_data (checkpoint, entry),
              cj_program_get_param_data (program, param), sizeof (float) * (gsize) entry->size);
    }
  return checkpoint;
}

static void
measure (BenchReport *report, const char *template, double bar)
{
  static const char *const quick[][2]
      = { { "gradient", NULL },   { "gradient-x-input", NULL },
          { "smoothgrad", NULL }, { "guided-backprop", NULL },
          { "deconvnet", NULL },  { "integrated-gradients", NULL } };
  static const char *const row[] = { "gradient",
                                     "gradient-x-input",
                                     "smoothgrad",
                                     "integrated-gradients",
                                     "guided-backprop",
                                     "grad-cam",
                                     "lrp",
                                     "deep-lift",
                                     "occlusion",
                                     NULL };
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find (template), NULL);
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  g_autoptr (CjCheckpoint) weights = draw_weights (project, dataset);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (double));
  g_autofree char *title = g_strdup_printf ("%s, row of nine methods", template);

  for (guint i = 0; i < G_N_ELEMENTS (quick); i++)
    {
      g_autoptr (GArray) waits = g_array_new (FALSE, FALSE, sizeof (double));
      g_autofree char *name = g_strdup_printf ("%s, first map, %s", template, quick[i][0]);

      for (gsize k = 0; k < ROUNDS; k++)
        {
          const Waits one = ask (project, dataset, weights, quick[i], k);

          g_array_append_val (waits, one.first);
        }
      bench_report_add_samples (report, name, waits, "ms", BENCH_AT_MOST, bar);
    }
  for (gsize k = 0; k < ROUNDS; k++)
    {
      const Waits one = ask (project, dataset, weights, row, k);

      g_array_append_val (all, one.last);
    }
  bench_report_add_samples (report, title, all, "ms", BENCH_AT_MOST, 2000);
}

static int
run (GtkApplication *application, gboolean json)
{
  g_autoptr (BenchReport) report = bench_report_new ("Explanations of one decision");

  (void) application;
  measure (report, "fashion-cnn", 50);
  measure (report, "resnet-20", 300);
  return bench_report_print (report, json) ? 0 : 1;
}

int
main (int argc, char **argv)
{
  return bench_run (run, argc, argv);
}
