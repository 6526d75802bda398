/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench on networks whose filters are written by hand, so that what it must find is known. */
#include "cjl-figures.h"
#include "cjl-template.h"
#include "cjl-tuning.h"

#include <math.h>
#include <string.h>

#define SIDE 11

/* Two pairs of Gabor filters, even and odd, at two orientations; behind them their energy. */
static const double orientations[2] = { 30, 105 };
#define FREQUENCY 0.15

static void
write_weights (CjProgram *program)
{
  float *filters
      = cj_program_get_param_data (program, cj_program_find_param (program, "conv1.weight"));
  float *sums
      = cj_program_get_param_data (program, cj_program_find_param (program, "conv2.weight"));

  for (int k = 0; k < 4; k++)
    {
      const CjGabor g = { .amplitude = 1,
                          .orientation = orientations[k / 2],
                          .frequency = FREQUENCY,
                          .phase = k % 2 ? 90 : 0,
                          .sigma_across = 2,
                          .sigma_along = 2.5 };

      cj_gabor_draw (&g, SIDE, SIDE, filters + k * SIDE * SIDE);
    }
  memcpy (sums, (const float[]){ 1, 1, 0, 0, 0, 0, 1, 1 }, sizeof (float[8]));
}

typedef struct
{
  CjGraph *graph;
  CjdDataset *dataset;
  CjCheckpoint *weights;
} Bench;

static void
bench_init (Bench *b)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTable) table = NULL;
  CjDataSpec spec;

  g_assert_true (cjl_project_set (project, "data", "gratings", NULL));
  g_assert_true (cjl_project_set (project, "data.samples", "60", NULL));
  b->dataset = cjl_data_load (&project->data, NULL);
  g_assert_nonnull (b->dataset);
  b->graph = cj_graph_new ();
  g_assert_true (cjl_graph_add_text (b->graph,
                                     "input, conv-2d 4 kernel=11 bias=false, formula square(x), "
                                     "conv-2d 2 kernel=1 bias=false, global-avg-pool, dense 8, "
                                     "cross-entropy",
                                     NULL));
  spec = cjl_data_spec (b->dataset, 1);
  program = cj_program_new (b->graph, CJ_PURPOSE_INFER, &spec, 1, NULL);
  g_assert_nonnull (program);
  cj_program_init (program, 1);
  write_weights (program);
  table = cj_table_new (program);
  b->weights = cj_checkpoint_new (table, 0, FALSE);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const CjTableEntry *entry = cj_table_find (table, param->name);

      memcpy (cj_checkpoint_get_data (b->weights, entry),
              cj_program_get_param_data (program, param), sizeof (float) * (gsize) entry->size);
    }
}

static void
bench_clear (Bench *b)
{
  cj_graph_free (b->graph);
  cjd_dataset_unref (b->dataset);
  cj_checkpoint_unref (b->weights);
}

static CjlTuning *
run (const Bench *b, const CjlTuningOptions *options, GError **error)
{
  g_autoptr (CjlJob) job = cjl_tuning_start (b->graph, b->dataset, b->weights, 1, options);
  GError *failed;

  cjl_job_wait (job);
  failed = cjl_job_dup_error (job);
  if (failed != NULL)
    g_propagate_error (error, failed);
  return cjl_job_take_result (job);
}

static double
apart (double a, double b)
{
  const double d = fabs (fmod (a - b, 180));

  return MIN (d, 180 - d);
}

/* The filters are linear: simple cells, tuned as they are drawn. */
static void
test_simple (void)
{
  Bench b;
  CjlTuningOptions options;
  g_autoptr (CjlTuning) tuning = NULL;

  bench_init (&b);
  cjl_tuning_options_init (&options);
  options.node = "conv1";
  tuning = run (&b, &options, NULL);
  g_assert_nonnull (tuning);
  g_assert_cmpuint (tuning->n_units, ==, 4);
  g_assert_cmpuint (tuning->n_done, ==, options.n_frequencies);
  g_assert_true (tuning->sized);
  for (guint u = 0; u < 4; u++)
    {
      const CjlUnitTuning *unit = &tuning->units[u];

      g_assert_cmpfloat (apart (unit->orientation.preferred, orientations[u / 2]), <, 4);
      g_assert_cmpfloat (unit->orientation.selectivity, >, 0.5);
      g_assert_cmpfloat (unit->orientation.index, >, 0.8);
      g_assert_cmpfloat (fabs (log (unit->frequency / FREQUENCY)), <, 0.15);
      g_assert_cmpfloat (fabs (unit->modulation - G_PI / 2), <, 0.1);
      /* even filters answer most to light in their middle, odd ones a quarter of a cycle off it */
      g_assert_cmpfloat (fabs (sin ((unit->phase - (u % 2 ? 90 : 0)) * G_PI / 180)), <, 0.2);
      g_assert_cmpfloat (unit->size, >, 8);
      /* the larger the window the better, until it covers the filter */
      g_assert_cmpfloat (tuning->size_curves[u * options.n_sizes], <,
                         0.5 * tuning->size_curves[u * options.n_sizes + options.n_sizes - 1]);
    }
  bench_clear (&b);
}

/* The energy of a pair in quadrature does not care for phase: complex cells (Adelson and Bergen 1985). */
static void
test_complex (void)
{
  static const CjlShow shows[] = { CJL_SHOW_DRIFTING, CJL_SHOW_STATIC, CJL_SHOW_BARS };
  Bench b;

  bench_init (&b);
  for (guint i = 0; i < G_N_ELEMENTS (shows); i++)
    {
      g_autoptr (CjlTuning) tuning = NULL;
      CjlTuningOptions options;

      cjl_tuning_options_init (&options);
      options.node = "conv2";
      options.show = shows[i];
      tuning = run (&b, &options, NULL);
      g_assert_nonnull (tuning);
      g_assert_cmpuint (tuning->n_units, ==, 2);
      for (guint u = 0; u < 2; u++)
        {
          g_assert_cmpfloat (apart (tuning->units[u].orientation.preferred, orientations[u]), <, 6);
          if (shows[i] != CJL_SHOW_BARS)
            g_assert_cmpfloat (tuning->units[u].modulation, <, 0.3);
        }
    }
  bench_clear (&b);
}

/* Units of a layer without a plane, means of maps, untrained weights, and layers that are none. */
static void
test_kinds (void)
{
  Bench b;
  CjlTuningOptions options;
  g_autoptr (CjlTuning) dense = NULL, mean = NULL, untrained = NULL, none = NULL;
  g_autoptr (GError) error = NULL;

  bench_init (&b);
  cjl_tuning_options_init (&options);
  options.n_frequencies = 4;
  options.node = "dense1";
  dense = run (&b, &options, NULL);
  g_assert_cmpuint (dense->n_units, ==, 8);
  options.node = "conv2";
  options.mean = TRUE;
  mean = run (&b, &options, NULL);
  g_assert_cmpfloat (apart (mean->units[0].orientation.preferred, orientations[0]), <, 8);
  options.node = "conv1";
  options.mean = FALSE;
  options.untrained = TRUE;
  untrained = run (&b, &options, NULL);
  g_assert_true (untrained->untrained);
  g_assert_cmpfloat (untrained->units[0].orientation.selectivity, <, 0.5);
  options.node = "conv9";
  none = run (&b, &options, &error);
  g_assert_null (none);
  g_assert_nonnull (error);
  bench_clear (&b);
}

/* A job that is stopped gives back, and what there is stays of use. */
static void
test_cancel (void)
{
  Bench b;
  CjlTuningOptions options;
  g_autoptr (CjlJob) job = NULL;
  g_autoptr (CjlTuning) tuning = NULL;

  bench_init (&b);
  cjl_tuning_options_init (&options);
  options.node = "conv1";
  options.n_orientations = 90;
  options.n_phases = 64;
  job = cjl_tuning_start (b.graph, b.dataset, b.weights, 1, &options);
  cjl_job_cancel (job);
  cjl_job_wait (job);
  tuning = cjl_job_take_result (job);
  g_assert_true (tuning == NULL || tuning->n_done < options.n_frequencies);
  bench_clear (&b);
}

static void
test_gabors (void)
{
  const CjShape shape = cj_shape4 (3, 1, SIDE, SIDE), flat = cj_shape2 (3, 9);
  g_autoptr (CjTensor) kernels = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autoptr (CjTensor) dense = cj_tensor_new (CJ_FLOAT32, &flat);
  g_autoptr (CjlGaborFits) fits = NULL, none = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  g_autoptr (GError) error = NULL;
  CjRng rng;

  for (int k = 0; k < 2; k++)
    {
      const CjGabor g = { .amplitude = 1,
                          .orientation = orientations[k],
                          .frequency = FREQUENCY,
                          .sigma_across = 2,
                          .sigma_along = 2.5 };

      cj_gabor_draw (&g, SIDE, SIDE, cj_tensor_f32 (kernels) + k * SIDE * SIDE);
    }
  cj_rng_init (&rng, 3, CJ_RNG_TEST, 0);
  for (int i = 0; i < SIDE * SIDE; i++)
    cj_tensor_f32 (kernels)[2 * SIDE * SIDE + i] = cj_rng_normal (&rng);
  fits = cjl_fit_gabors (kernels, "conv1.weight", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (fits->gabors[0].r2, >, 0.999);
  g_assert_cmpfloat (fabs (cjl_gabor_fits_get_share (fits) - 2.0 / 3), <, 1e-9);
  frame = cjl_gabor_frame (fits, NULL);
  g_assert_nonnull (cjv_frame_get_array (frame, "fits"));
  g_assert_null (cjv_frame_get_array (frame, "before-r2"));
  none = cjl_fit_gabors (dense, "dense1.weight", NULL, &error);
  g_assert_null (none);
  g_assert_nonnull (error);
}

/* Curves, orientations and fits of before training stand beside those of now, and are those of the untrained
 * layer alone. */
static void
test_before (void)
{
  static const char *const ids[] = { "tuning", "orientation-map", "gabor" };
  static const char *const arrays[] = { "orientation", "selectivity", "r2" };
  static const char *const settings[] = { "orientations=8", "contrast=0.5", NULL };
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autoptr (CjdDataset) dataset = NULL;

  g_assert_true (cjl_graph_add_text (
      project->graph, "input, conv-2d 4 kernel=7, flatten, dense 8, cross-entropy", NULL));
  g_assert_true (cjl_project_set (project, "data", "gratings", NULL));
  g_assert_true (cjl_project_set (project, "data.samples", "60", NULL));
  dataset = cjl_data_load (&project->data, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const gboolean set = !g_str_equal (ids[i], "gabor");
      CjlFigureChoice choice = { .unit = 3, .before = TRUE, .settings = set ? settings : NULL };
      g_autofree char *name = g_strconcat ("before-", arrays[i], NULL);
      g_autoptr (CjvFrame) both = cjl_figure_frame (project, dataset, ids[i], &choice, NULL);
      g_autoptr (CjvFrame) alone = NULL;
      const CjTensor *before, *untrained;

      choice.before = FALSE;
      choice.untrained = TRUE;
      alone = cjl_figure_frame (project, dataset, ids[i], &choice, NULL);
      before = cjv_frame_get_array (both, name);
      untrained = cjv_frame_get_array (alone, arrays[i]);
      g_assert_nonnull (before);
      g_assert_true (cj_shape_equal (&before->shape, &untrained->shape));
      g_assert_cmpmem (before->data, cj_tensor_bytes (before), untrained->data,
                       cj_tensor_bytes (untrained));
      g_assert_true (
          !set || cjv_frame_get_provenance (both) == NULL
          || g_str_has_suffix (cjv_frame_get_provenance (both), "contrast=0.5, orientations=8"));
    }
}

/* Several layers beside one. */
static void
test_layers (void)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  g_autoptr (GError) error = NULL;
  CjlFigureChoice choice = { .node = "conv1", .unit = -1, .other = "conv2, dense1" };

  g_assert_true (cjl_graph_add_text (project->graph,
                                     "input, conv-2d 3 kernel=5, max-pool-2d, conv-2d 4 kernel=3, "
                                     "flatten, dense 8, cross-entropy",
                                     NULL));
  g_assert_true (cjl_project_set (project, "data", "gratings", NULL));
  g_assert_true (cjl_project_set (project, "data.samples", "60", NULL));
  dataset = cjl_data_load (&project->data, NULL);
  frame = cjl_figure_frame (project, dataset, "selectivity", &choice, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cj_shape_size (&cjv_frame_get_array (frame, "series")->shape), ==, 3 + 4 + 8);
  g_assert_nonnull (strstr (cjv_frame_get_string (frame, "names", 2), "dense1"));
  choice.other = "conv2,dense1,conv1,conv2";
  g_assert_null (cjl_figure_frame (project, dataset, "selectivity", &choice, &error));
  g_assert_nonnull (error);
}

/* What the command line draws. */
static void
test_figures (void)
{
  static const char *const ids[] = { "tuning", "orientation-map", "selectivity", "gabor" };
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find ("simple-cells"), NULL);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (GError) error = NULL;
  static const char *const few[]
      = { "orientations=4", "frequencies=3", "phases=4", "sizes=2", NULL };
  CjlFigureChoice choice = { .unit = -1 };

  g_assert_true (cjl_project_set (project, "data.samples", "100", &error));
  dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (CjvFrame) frame = NULL;

      choice.settings = g_str_equal (ids[i], "gabor") ? NULL : few;
      frame = cjl_figure_frame (project, dataset, ids[i], &choice, &error);
      g_assert_no_error (error);
      g_assert_null (cjv_figure_get_missing (cjv_figure_find (ids[i]), frame));
    }
  choice.settings = few;
  choice.unit = 64;
  g_assert_null (cjl_figure_frame (project, dataset, "tuning", &choice, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  choice.unit = -1;
  choice.method = "sparks";
  g_assert_null (cjl_figure_frame (project, dataset, "tuning", &choice, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/tuning/simple", test_simple);
  g_test_add_func ("/lab/tuning/complex", test_complex);
  g_test_add_func ("/lab/tuning/kinds", test_kinds);
  g_test_add_func ("/lab/tuning/cancel", test_cancel);
  g_test_add_func ("/lab/tuning/gabors", test_gabors);
  g_test_add_func ("/lab/tuning/before", test_before);
  g_test_add_func ("/lab/tuning/layers", test_layers);
  g_test_add_func ("/lab/tuning/figures", test_figures);
  return g_test_run ();
}
