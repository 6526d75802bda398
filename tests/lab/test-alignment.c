/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The angle between what rules change and the gradient: none for backpropagation and for what makes the scores,
 * one for random feedback; along a run, alone and as a job, and of what a project keeps of rules. */
#include "cj-rng.h"
#include "cjl-alignment.h"
#include "cjl-run.h"
#include "cjl-session.h"
#include "cjl-template.h"
#include "cjv-figure.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N 96

/* Points of a plane, of one class above a bent line and another below. */
static CjdDataset *
new_data (void)
{
  const CjShape x_shape = cj_shape2 (N, 2), y_shape = cj_shape1 (N);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &x_shape), *y = cj_tensor_new (CJ_INT32, &y_shape);
  CjdDataset *dataset;
  CjRng rng;

  cj_rng_init (&rng, 2, CJ_RNG_TEST, 0);
  for (gint64 i = 0; i < N; i++)
    {
      float *point = cj_tensor_f32 (x) + 2 * i;

      point[0] = cj_rng_normal (&rng);
      point[1] = cj_rng_normal (&rng);
      cj_tensor_i32 (y)[i] = point[1] > point[0] * point[0] - 0.5f;
    }
  dataset = cjd_dataset_new ("bend", x, y, 2, NULL);
  cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0.25, 1);
  return dataset;
}

static CjlProject *
new_project (const char *rule)
{
  CjlProject *project = cjl_project_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (
      cjl_graph_add_text (project->graph, "input, dense 12 tanh, dense 2, cross-entropy", NULL));
  g_assert_true (cjl_project_set (project, "batch", "8", &error));
  g_assert_true (cjl_project_set (project, "epochs", "4", &error));
  g_assert_true (cjl_project_set (project, "rule", rule, &error));
  return project;
}

static void
train (CjlProject *project, CjdDataset *dataset)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 2, &error);
  CjRunner *runner;

  g_assert_no_error (error);
  runner = cjl_session_get_runner (session);
  cj_runner_train (runner, G_MAXUINT64);
  do
    g_usleep (2000);
  while (cj_runner_get_state (runner).status == CJ_RUN_TRAINING);
  cjl_session_store (session, TRUE);
}

static float
get (const CjlAlignment *alignment, guint moment, guint layer)
{
  return g_array_index (alignment->angles, float, moment *g_strv_length (alignment->nodes) + layer);
}

static void
assert_frame (const CjlAlignment *alignment)
{
  const CjvFigureInfo *info = cjv_figure_find ("alignment");
  g_autoptr (CjvFrame) frame = cjl_alignment_frame (alignment);
  g_autofree char *words = NULL;

  g_assert_null (cjv_figure_get_missing (info, frame));
  words = cjv_figure_print_words (info, frame, NULL);
  g_assert_nonnull (strstr (words, "dense1"));
  g_assert_nonnull (strstr (cjv_frame_get_provenance (frame), "bend"));
}

/* At the start, and over the moments that a run has kept. */
static void
test_angles (void)
{
  static const char *const rules[] = { "backprop", "feedback-alignment", "oja" };

  for (guint r = 0; r < G_N_ELEMENTS (rules); r++)
    {
      g_autoptr (CjdDataset) dataset = new_data ();
      g_autoptr (CjlProject) project = new_project (rules[r]);
      g_autoptr (CjlAlignment) fresh = NULL, trained = NULL;
      g_autoptr (GError) error = NULL;

      fresh = cjl_alignment_project (project, dataset, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (fresh->steps->len, ==, 1);
      g_assert_cmpstr (fresh->nodes[0], ==, "dense1");
      g_assert_cmpfloat_with_epsilon (get (fresh, 0, 1), 0, 0.1);
      if (r == 0)
        g_assert_cmpfloat_with_epsilon (get (fresh, 0, 0), 0, 0.1);
      else
        g_assert_cmpfloat (get (fresh, 0, 0), >, 3);
      train (project, dataset);
      trained = cjl_alignment_project (project, dataset, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (trained->steps->len, >=, 1);
      for (guint p = 0; p < trained->steps->len; p++)
        {
          g_assert_cmpfloat_with_epsilon (get (trained, p, 1), 0, 0.1);
          g_assert_cmpfloat (get (trained, p, 0), <=, 180);
          g_assert_true (p == 0
                         || g_array_index (trained->steps, double, p)
                                > g_array_index (trained->steps, double, p - 1));
        }
      assert_frame (trained);
    }
}

/* One sample at a time; and a job, which does not measure again what is known. */
static void
test_job (void)
{
  g_autoptr (CjdDataset) dataset = new_data ();
  g_autoptr (CjlProject) project = new_project ("feedback-alignment");
  g_autoptr (CjlNetwork) network = NULL;
  g_autoptr (CjlAlignment) result = NULL;
  g_autoptr (CjlJob) job = NULL;
  g_autoptr (GError) error = NULL;
  double angle;

  network = cjl_network_new_project (project, dataset, &error);
  g_assert_no_error (error);
  angle = cjl_alignment_find_signal (network, project->setup, "dense1", &error);
  g_assert_no_error (error);
  g_assert_true (angle > 3 && angle < 180);
  g_assert_cmpfloat_with_epsilon (
      cjl_alignment_find_signal (network, project->setup, "dense2", &error), 0, 0.1);
  job = cjl_alignment_start (cjl_network_new_project (project, dataset, NULL), project->setup, NULL,
                             NULL, NULL);
  cjl_job_wait (job);
  result = cjl_job_take_result (job);
  g_assert_nonnull (result);
  g_assert_cmpuint (result->steps->len, ==, 1);
}

/* The rules of network and nodes are in the file. */
static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("cajal-rules-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "rules.cajal", NULL), *scale = NULL;
  g_autoptr (CjlProject) project = new_project ("feedback-alignment"), again = NULL;
  g_autoptr (GError) error = NULL;
  const CjNode *node;

  g_assert_true (cjl_project_set (project, "rule.scale", "2.5", &error));
  g_assert_true (cjl_project_set (project, "dense2.rule", "backprop", &error));
  g_assert_true (cjl_project_save (project, path, &error));
  again = cjl_project_load (path, &error);
  g_assert_no_error (error);
  scale = cj_train_setup_print (again->setup, "rule.scale");
  g_assert_cmpstr (again->setup->rule->id, ==, "feedback-alignment");
  g_assert_cmpstr (scale, ==, "2.5");
  node = cj_graph_find (again->graph, "dense2");
  g_assert_cmpstr (cj_rule_names[node->rule], ==, "backprop");
  node = cj_graph_find (again->graph, "dense1");
  g_assert_cmpint (node->rule, ==, 0);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("cajal-home-XXXXXX", NULL);

  g_setenv ("XDG_STATE_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/alignment/angles", test_angles);
  g_test_add_func ("/lab/alignment/job", test_job);
  g_test_add_func ("/lab/alignment/file", test_file);
  return g_test_run ();
}
