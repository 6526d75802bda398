/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit wants, in networks where that is known. */
#include "cjl-figures.h"
#include "cjl-ideal.h"
#include "cjl-template.h"

#include <math.h>
#include <string.h>

static void
test_direction (void)
{
  static const char *const bad[] = { "", "9", "-1", "a", "3:x", "3:", "3:inf", "3x" };
  g_autoptr (GError) error = NULL;
  g_autofree float *weights = cjl_direction_parse ("3, 5:-1 3:0.5", 8, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (weights[3], ==, 1.5f);
  g_assert_cmpfloat (weights[5], ==, -1);
  g_assert_cmpfloat (weights[0], ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) refused = NULL;

      g_assert_null (cjl_direction_parse (bad[i], 8, &refused));
      g_assert_nonnull (refused);
    }
}

static CjlProject *
make_project (const char *network, CjdDataset **dataset)
{
  CjlProject *project = cjl_project_new ();

  g_assert_true (cjl_graph_add_text (project->graph, network, NULL));
  g_assert_true (cjl_project_set (project, "data", "gratings", NULL));
  g_assert_true (cjl_project_set (project, "data.samples", "80", NULL));
  *dataset = cjl_data_load (&project->data, NULL);
  g_assert_nonnull (*dataset);
  return project;
}

/* The made pictures drive the unit more than any of the data; examples are sorted and of the size of the
 * receptive field; the field lies in the box. */
static void
test_unit (void)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project
      = make_project ("input, conv-2d 6 kernel=5 activation=relu, max-pool-2d, conv-2d 4 kernel=3, "
                      "flatten, dense 8, cross-entropy",
                      &dataset);
  g_autoptr (CjlIdeal) ideal = NULL;
  g_autoptr (GError) error = NULL;
  CjlIdealOptions options;

  cjl_ideal_options_init (&options);
  options.node = "conv2";
  options.unit = 2;
  ideal = cjl_ideal_project (project, dataset, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ideal->pictures->shape.dims[0], ==, options.n_pictures);
  for (int i = 0; i < options.n_pictures; i++)
    g_assert_cmpfloat (ideal->answers[i], >, ideal->most_answers[0]);
  for (int i = 1; i < options.n_examples; i++)
    {
      g_assert_cmpfloat (ideal->most_answers[i], <=, ideal->most_answers[i - 1]);
      g_assert_cmpfloat (ideal->least_answers[i], >=, ideal->least_answers[i - 1]);
    }
  /* 3 of the pool's map, 2 px each, and 4 more of the first kernel */
  g_assert_cmpint (ideal->box.right - ideal->box.left + 1, ==, 10);
  g_assert_cmpint (ideal->most->shape.dims[2], ==, 10);
  g_assert_cmpint (ideal->most->shape.dims[3], ==, 10);
  for (gint64 y = 0; y < 28; y++)
    for (gint64 x = 0; x < 28; x++)
      if (y < ideal->box.top || y > ideal->box.bottom || x < ideal->box.left
          || x > ideal->box.right)
        g_assert_cmpfloat (cj_tensor_f32 (ideal->field)[y * 28 + x], ==, 0);
  g_assert_cmpfloat (ideal->radius, >, 0);
  g_assert_cmpfloat (ideal->radius, <, 7.1);
}

/* A crop shown again in the middle of a picture drives the middle unit as it was said to. */
static void
test_examples (void)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = make_project (
      "input, conv-2d 3 kernel=7, global-avg-pool, dense 8, cross-entropy", &dataset);
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjlIdeal) ideal = NULL;
  CjlIdealOptions options;
  CjDataSpec spec = cjl_data_spec (dataset, 1);
  const float *filter, *bias;

  cjl_ideal_options_init (&options);
  options.node = "conv1";
  options.unit = 1;
  options.climb.n_steps = 2;
  ideal = cjl_ideal_project (project, dataset, &options, NULL);
  g_assert_nonnull (ideal);
  program = cj_program_new (project->graph, CJ_PURPOSE_INFER, &spec, 1, NULL);
  cj_program_init (program, (guint64) project->setup->seed);
  filter = cj_program_get_param_data (program, cj_program_find_param (program, "conv1.weight"));
  bias = cj_program_get_param_data (program, cj_program_find_param (program, "conv1.bias"));
  for (int i = 0; i < options.n_examples; i++)
    {
      double sum = bias[1];

      for (int k = 0; k < 49; k++)
        sum += filter[49 + k] * (cj_tensor_f32 (ideal->most)[i * 49 + k] - dataset->mean[0])
               / dataset->std[0];
      g_assert_cmpfloat (fabs (sum - ideal->most_answers[i]), <, 1e-3);
    }
}

static void
test_figures (void)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = make_project (
      "input, conv-2d 4 kernel=5 activation=tanh, flatten, dense 8, cross-entropy", &dataset);
  static const char *const ids[] = { "ideal", "receptive-field" };
  CjlFigureChoice choice = { .node = "dense1", .unit = 7 };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CjvFrame) frame = cjl_figure_frame (project, dataset, ids[i], &choice, &error);

      g_assert_no_error (error);
      g_assert_null (cjv_figure_get_missing (cjv_figure_find (ids[i]), frame));
    }
  for (int k = 0; k < 3; k++)
    {
      g_autoptr (GError) error = NULL;

      choice = (CjlFigureChoice){ .node = k == 2 ? "conv9" : "conv1",
                                  .unit = k == 0 ? 4 : 0,
                                  .direction = k == 1 ? "7" : NULL };
      g_assert_null (cjl_figure_frame (project, dataset, "ideal", &choice, &error));
      g_assert_nonnull (error);
    }
}

/* What the figure is called, and the last words of where it comes from. */
static void
check_words (CjlProject *project, CjdDataset *dataset, const CjlFigureChoice *choice,
             const char *title, const char *end)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjvFrame) frame = cjl_figure_frame (project, dataset, "ideal", choice, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (cjv_frame_get_text (frame, "title"), ==, title);
  g_assert_true (g_str_has_suffix (cjv_frame_get_provenance (frame), end));
}

/* A unit, a channel, a class by name and by number, a direction; with settings that are told. */
static void
test_targets (void)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = make_project (
      "input, conv-2d 4 kernel=5 activation=tanh, flatten, dense 8, cross-entropy", &dataset);
  const char *const settings[]
      = { "steps=2", "blur=0.5", "diversity=1", "pictures=2", "samples=0", NULL };
  const char *const wrong[] = { "colour=2", NULL }, *const far[] = { "jitter=65", NULL };
  const char *told = "pictures=2, steps=2, blur=0.5, diversity=1, samples=0";
  CjlFigureChoice choice = { .node = "conv1", .unit = 3, .settings = settings };
  g_autofree char *class = g_strdup_printf ("dense1, class %s", dataset->class_names[5]);

  check_words (project, dataset, &choice, "conv1, unit 3", told);
  choice.method = "mean";
  check_words (project, dataset, &choice, "conv1, channel 3", told);
  choice.direction = "3 1:-2";
  check_words (project, dataset, &choice, "conv1, 3 1:-2", told);
  choice = (CjlFigureChoice){ .unit = -1, .target = "5", .settings = settings };
  check_words (project, dataset, &choice, class, told);
  choice.target = dataset->class_names[5];
  check_words (project, dataset, &choice, class, told);
  for (int k = 0; k < 3; k++)
    {
      g_autoptr (GError) error = NULL;

      choice.target = k == 0 ? "nobody" : "5";
      choice.settings = k == 0 ? settings : k == 1 ? wrong : far;
      g_assert_null (cjl_figure_frame (project, dataset, "ideal", &choice, &error));
      g_assert_nonnull (strstr (error->message, k == 0 ? "nobody" : k == 1 ? "colour" : "64"));
    }
}

/* The field lies on the picture that is chosen, as the data have it. */
static void
test_input (void)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project
      = make_project ("input, conv-2d 4 kernel=5, flatten, dense 8, cross-entropy", &dataset);
  const CjlFigureChoice choice
      = { .node = "conv1", .unit = 0, .split = CJD_SPLIT_TRAIN, .sample = 7 };
  g_autoptr (CjvFrame) frame
      = cjl_figure_frame (project, dataset, "receptive-field", &choice, NULL);
  const CjTensor *input = cjv_frame_get_array (frame, "input");
  guint8 stored[28 * 28];
  gsize at = 0;

  g_assert_cmpint (input->shape.n_dims, ==, 3);
  for (gsize seen = 0; seen < 7 || dataset->split[at] != CJD_SPLIT_TRAIN; at++)
    seen += dataset->split[at] == CJD_SPLIT_TRAIN;
  g_assert_true (cjd_dataset_read (dataset, at, stored, NULL));
  for (int i = 0; i < 28 * 28; i++)
    g_assert_cmpfloat (fabs (cj_tensor_f32 (input)[i] - stored[i] / 255.0), <, 1e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/ideal/direction", test_direction);
  g_test_add_func ("/lab/ideal/unit", test_unit);
  g_test_add_func ("/lab/ideal/examples", test_examples);
  g_test_add_func ("/lab/ideal/figures", test_figures);
  g_test_add_func ("/lab/ideal/targets", test_targets);
  g_test_add_func ("/lab/ideal/input", test_input);
  return g_test_run ();
}
