/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-explain-units.h"

#include "cj-error.h"
#include "cjl-template.h"

#include <math.h>
#include <string.h>

typedef struct
{
  CjlProject *project;
  CjdDataset *dataset;
} Lab;

/* A template with little data and the weights it starts with. */
static Lab
open_lab (const char *id, const char *size)
{
  g_autoptr (GError) error = NULL;
  Lab lab = { cjl_template_make (cjl_template_find (id), &error), NULL };

  g_assert_no_error (error);
  if (size != NULL)
    g_assert_true (cjl_project_set (lab.project, "data.samples", size, &error));
  g_assert_no_error (error);
  lab.dataset = cjl_data_load (&lab.project->data, &error);
  g_assert_no_error (error);
  return lab;
}

static void
close_lab (Lab *lab)
{
  cjd_dataset_unref (lab->dataset);
  cjl_project_unref (lab->project);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Lab, close_lab)

static CjlExplainRequest *
new_request (const char *const *methods)
{
  CjlExplainRequest *request = cjl_explain_request_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; methods[i] != NULL; i++)
    g_assert_true (cjl_explain_request_add_method (request, methods[i], NULL, &error));
  return request;
}

/* Pictures: every cell has a map, in the shape of the features or of the picture, and the frame has all
 * of them. */
static void
test_pictures (void)
{
  static const char *const methods[] = { "gradient", "grad-cam", "integrated-gradients", NULL };
  g_auto (Lab) lab = open_lab ("lenet-5", "360");
  g_autoptr (CjlExplainRequest) request = new_request (methods);
  g_autoptr (CjlExplanations) all = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  g_autoptr (GError) error = NULL;
  const CjTensor *maps;
  guint n;

  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 3, CJL_TARGET_PREDICTED);
  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 5, CJL_TARGET_TRUE);
  all = cjl_explain_project (lab.project, lab.dataset, request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->n_rows, ==, 2);
  g_assert_cmpuint (all->n_methods, ==, 3);
  g_assert_cmpint (all->rows[0].target, ==, all->rows[0].predicted);
  g_assert_cmpint (all->rows[1].target, ==, all->rows[1].label);
  g_assert_cmpstr (all->layer, ==, "max2"); /* the last that makes maps */
  for (guint i = 0; i < 6; i++)
    {
      g_assert_nonnull (all->cells[i].map);
      g_assert_cmpfloat_with_epsilon (all->cells[i].answer, all->rows[i / 3].answer, 1e-4);
    }
  g_assert_cmpint (cj_shape_size (&cjl_explanations_get (all, 0, 1)->map->shape), ==, 28 * 28);
  g_assert_nonnull (all->rows[0].picture);
  frame = cjl_explanations_frame (all);
  maps = cjv_frame_get_array (frame, "maps");
  g_assert_cmpint (maps->shape.dims[0], ==, 2);
  g_assert_cmpint (maps->shape.dims[1], ==, 3);
  g_assert_true (isfinite (cjv_tensor_at (maps, 0)));
  g_assert_nonnull (cjv_frame_get_strings (frame, "methods", &n));
  g_assert_cmpuint (n, ==, 3);
}

/* Every map carries how true it is, and the frame has the curves of it; what is not measured has none. */
static void
test_measured (void)
{
  static const char *const methods[] = { "gradient", "lime", "attention-rollout", NULL };
  g_auto (Lab) lab = open_lab ("playground", NULL);
  g_autoptr (CjlExplainRequest) request = new_request (methods);
  g_autoptr (CjlExplanations) all = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  const CjlExplainCell *cell;
  const CjTensor *curves;
  const gint64 n = CJ_FAITHFUL_STEPS + 1;
  g_autoptr (GError) error = NULL;
  double area = 0;

  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 3, CJL_TARGET_PREDICTED);
  request->measured = TRUE;
  all = cjl_explain_project (lab.project, lab.dataset, request, &error);
  g_assert_no_error (error);
  cell = cjl_explanations_get (all, 0, 0);
  g_assert_true (isfinite (cell->deletion) && isfinite (cell->insertion));
  g_assert_true (isfinite (cell->infidelity) && isfinite (cell->sensitivity));
  /* a slow method as well */
  g_assert_true (isfinite (cjl_explanations_get (all, 0, 1)->sensitivity));
  g_assert_cmpint (all->verdicts[1], !=, CJ_SANITY_UNKNOWN);
  g_assert_true (isfinite (cjl_explanations_get (all, 0, 1)->deletion));
  g_assert_null (cjl_explanations_get (all, 0, 2)->curves); /* refused */
  for (gint64 i = 0; i + 1 < n; i++)
    area += (cj_tensor_f32 (cell->curves)[i] + cj_tensor_f32 (cell->curves)[i + 1]) / 2
            / CJ_FAITHFUL_STEPS;
  g_assert_cmpfloat_with_epsilon (area, cell->deletion, 1e-4);
  frame = cjl_explanations_frame (all);
  curves = cjv_frame_get_array (frame, "curves");
  g_assert_nonnull (curves);
  g_assert_cmpint (cj_shape_size (&curves->shape), ==, 3 * 2 * n);
  g_assert_true (isfinite (cjv_tensor_at (curves, 0)));
  g_assert_true (isnan (cjv_tensor_at (curves, 2 * 2 * n)));
}

/* The units that a place speaks through: those of the layers that learn, and nothing of a corner that is
 * black anyway. */
static void
test_units (void)
{
  static const char *const methods[] = { "gradient", NULL };
  g_auto (Lab) lab = open_lab ("lenet-5", NULL);
  g_autoptr (CjlExplainRequest) request = new_request (methods);
  g_autoptr (CjlExplanations) all = NULL;
  g_autoptr (CjExplained) network = NULL;
  g_autoptr (GArray) middle = NULL, outside = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  const CjlUnitShare *unit;

  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 3, CJL_TARGET_PREDICTED);
  all = cjl_explain_project (lab.project, lab.dataset, request, &error);
  g_assert_no_error (error);
  network = cjl_explained_new_project (lab.project, lab.dataset, &error);
  g_assert_no_error (error);
  for (gint64 place = 0; place < 28 * 28 && (middle == NULL || middle->len == 0); place++)
    if (cj_tensor_f32 (all->rows[0].picture)[place] > 0.9f)
      {
        g_clear_pointer (&middle, g_array_unref);
        middle = cjl_units_find (network, lab.project->graph, lab.dataset, &all->rows[0], place);
      }
  g_assert_nonnull (middle);
  g_assert_cmpuint (middle->len, >, CJL_UNITS_MOST);
  g_assert_cmpuint (middle->len, <=, 4 * CJL_UNITS_MOST); /* two convolutions, two dense layers */
  unit = &g_array_index (middle, CjlUnitShare, 0);
  name = cjl_unit_print (unit);
  g_assert_cmpstr (unit->node, ==, "conv1");
  g_assert_true (g_str_has_prefix (name, "conv1, map "));
  for (guint i = 1; i < middle->len; i++)
    {
      const CjlUnitShare *next = &g_array_index (middle, CjlUnitShare, i);

      if (g_str_equal (next->node, unit->node))
        g_assert_cmpfloat (fabs (next->share), <=, fabs (unit->share));
      unit = next;
    }
  g_assert_cmpint (unit->row, ==, -1); /* of a dense layer */
  outside = cjl_units_find (network, lab.project->graph, lab.dataset, &all->rows[0], -1);
  g_assert_cmpuint (outside->len, ==, 0);
}

/* What a method cannot explain has a sentence in its cell; the others go on. */
static void
test_refusals (void)
{
  static const char *const methods[] = { "grad-cam", "gradient", "attention-rollout", NULL };
  g_auto (Lab) lab = open_lab ("playground", NULL);
  g_autoptr (CjlExplainRequest) request = new_request (methods);
  g_autoptr (CjlExplanations) all = NULL;
  g_autoptr (GError) error = NULL;

  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 0, 1);
  all = cjl_explain_project (lab.project, lab.dataset, request, &error);
  g_assert_no_error (error);
  g_assert_null (all->cells[0].map);
  g_assert_nonnull (strstr (all->cells[0].problem, "pictures"));
  g_assert_nonnull (all->cells[1].map);
  g_assert_nonnull (strstr (all->cells[2].problem, "attention"));
  g_assert_null (all->layer);
  g_clear_pointer (&all, cjl_explanations_unref);

  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 1000000, 1);
  g_assert_null (cjl_explain_project (lab.project, lab.dataset, request, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
  g_assert_nonnull (strstr (error->message, "1000000"));
  g_clear_error (&error);

  g_array_set_size (request->rows, 0);
  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 0, 77);
  g_assert_null (cjl_explain_project (lab.project, lab.dataset, request, &error));
  g_assert_nonnull (strstr (error->message, "77"));
  g_clear_error (&error);

  g_array_set_size (request->rows, 0);
  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 0, 1);
  request->layer = g_strdup ("dense1");
  g_assert_null (cjl_explain_project (lab.project, lab.dataset, request, &error));
  g_assert_nonnull (strstr (error->message, "dense1"));
  g_clear_error (&error);

  g_assert_false (cjl_explain_request_add_method (request, "tea-leaves", NULL, &error));
  g_assert_nonnull (strstr (error->message, "tea-leaves"));
  g_clear_error (&error);
  g_assert_false (cjl_explain_request_add_method (
      request, "smoothgrad", (const char *const[]){ "sugar=2", NULL }, &error));
  g_assert_nonnull (strstr (error->message, "sugar"));
}

/* Text: a number a letter, and the letters themselves. */
static void
test_words (void)
{
  static const char *const methods[] = { "gradient", "occlusion", "attention-rollout", NULL };
  g_auto (Lab) lab = open_lab ("char-gpt", NULL);
  g_autoptr (CjlExplainRequest) request = new_request (methods);
  g_autoptr (CjlExplanations) all = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  g_autoptr (GError) error = NULL;
  const CjTensor *maps;
  guint n;

  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 2, CJL_TARGET_PREDICTED);
  all = cjl_explain_project (lab.project, lab.dataset, request, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpstr (all->cells[i].problem, ==, NULL);
      g_assert_nonnull (all->cells[i].map);
    }
  frame = cjl_explanations_frame (all);
  maps = cjv_frame_get_array (frame, "maps");
  g_assert_cmpint (maps->shape.dims[2], ==, 1);
  g_assert_nonnull (cjv_frame_get_strings (frame, "words", &n));
  g_assert_cmpint (n, ==, maps->shape.dims[3]);
  for (gint64 i = 0; i < maps->shape.dims[3]; i++) /* the length of a slope has no sign */
    g_assert_cmpfloat (cjv_tensor_at (maps, i), >=, 0);
}

/* As a job: partial results come before the last, and stopping it leaves nothing behind. */
static void
test_job (void)
{
  static const char *const methods[]
      = { "gradient", "kernel-shap", "gradient-x-input", "rise", NULL };
  g_auto (Lab) lab = open_lab ("lenet-5", "360");
  g_autoptr (CjlExplainRequest) request = new_request (methods);
  const CjDataSpec spec = cjl_data_spec (lab.dataset, 1);
  g_autoptr (CjProgram) program
      = cj_program_new (lab.project->graph, CJ_PURPOSE_TRAIN, &spec, 1, NULL);
  g_autoptr (CjTable) table = cj_table_new (program);
  g_autoptr (CjCheckpoint) weights = cj_checkpoint_new (table, 0, FALSE);
  g_autoptr (CjlJob) job = NULL, stopped = NULL;
  g_autoptr (CjlExplanations) last = NULL;

  cjl_explain_request_add_sample (request, CJD_SPLIT_VAL, 0, 4);
  job = cjl_explain_start (lab.project->graph, lab.dataset, weights, request);
  cjl_job_wait (job);
  last = cjl_job_take_result (job);
  g_assert_nonnull (last);
  for (guint i = 0; i < 4; i++)
    g_assert_nonnull (last->cells[i].map);
  stopped = cjl_explain_start (lab.project->graph, lab.dataset, weights, request);
  cjl_job_cancel (stopped);
  cjl_job_wait (stopped);
  g_assert_null (cjl_job_dup_error (stopped));
}

/* A picture of one's own must have the size that the network looks at. */
static void
test_own_picture (void)
{
  static const char *const methods[] = { "gradient", NULL };
  g_auto (Lab) lab = open_lab ("lenet-5", "360");
  g_autoptr (CjlExplainRequest) request = new_request (methods);
  g_autoptr (CjlExplanations) all = NULL;
  g_autoptr (GError) error = NULL;
  const CjShape good = cj_shape3 (1, 28, 28), bad = cj_shape3 (1, 20, 28);

  cjl_explain_request_take_picture (request, cj_tensor_new (CJ_FLOAT32, &good), "mine.png", 2);
  all = cjl_explain_project (lab.project, lab.dataset, request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (all->rows[0].title, ==, "mine.png");
  g_assert_cmpint (all->rows[0].label, ==, -1);
  cjl_explain_request_take_picture (request, cj_tensor_new (CJ_FLOAT32, &bad), "other.png", 2);
  g_assert_null (cjl_explain_project (lab.project, lab.dataset, request, &error));
  g_assert_nonnull (strstr (error->message, "other.png"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/explain/pictures", test_pictures);
  g_test_add_func ("/lab/explain/refusals", test_refusals);
  g_test_add_func ("/lab/explain/measured", test_measured);
  g_test_add_func ("/lab/explain/units", test_units);
  g_test_add_func ("/lab/explain/words", test_words);
  g_test_add_func ("/lab/explain/job", test_job);
  g_test_add_func ("/lab/explain/own-picture", test_own_picture);
  return g_test_run ();
}
