/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss around the weights of a small network: every kind of measurement, alone and as a job. */
#include "cj-error.h"
#include "cj-rng.h"
#include "cjl-figures.h"
#include "cjl-landscape.h"
#include "cjl-template.h"
#include "cjv-figure.h"

#include <math.h>
#include <string.h>

#define N 96
#define SAMPLES 32 /* measured */

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
new_project (void)
{
  CjlProject *project = cjl_project_new ();

  g_assert_true (cjl_graph_add_text (
      project->graph, "input, dense 6, batch-norm, tanh, dense 2, cross-entropy", NULL));
  return project;
}

static CjlLandscapeOptions
get_options (CjlLandscapeKind kind)
{
  CjlLandscapeOptions options;

  cjl_landscape_options_init (&options, kind);
  options.n_samples = SAMPLES;
  options.side = 5;
  return options;
}

static CjlLandscape *
measure (CjlProject *project, CjdDataset *dataset, CjlLandscapeKind kind)
{
  const CjlLandscapeOptions options = get_options (kind);
  g_autoptr (GError) error = NULL;
  CjlLandscape *landscape = cjl_landscape_project (project, dataset, &options, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (landscape->n_samples, ==, SAMPLES);
  return landscape;
}

static void
assert_frame (const CjlLandscape *landscape)
{
  const CjvFigureInfo *info = cjv_figure_find (cjl_landscape_get_figure (landscape->kind));
  g_autoptr (CjvFrame) frame = cjl_landscape_frame (landscape);
  g_autofree char *words = NULL;

  g_assert_null (cjv_figure_get_missing (info, frame));
  words = cjv_figure_print_words (info, frame, NULL);
  g_assert_null (strstr (words, info->empty));
  g_assert_nonnull (strstr (cjv_frame_get_provenance (frame), "bend"));
}

/* A project that was never trained is at its initial weights, so the line is one point: all along it the
 * loss is that of the middle of the random slice. */
static void
test_planes (void)
{
  g_autoptr (CjdDataset) dataset = new_data ();
  g_autoptr (CjlProject) project = new_project ();
  g_autoptr (CjlLandscape) line = measure (project, dataset, CJL_LANDSCAPE_LINE);
  g_autoptr (CjlLandscape) slice = measure (project, dataset, CJL_LANDSCAPE_SLICE);
  const float *loss = cj_tensor_f32 (slice->loss);
  const gint64 n = cj_shape_size (&line->x->shape);
  gboolean any = FALSE;

  for (gint64 i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (line->loss)[i], loss[12], 1e-5);
  for (guint i = 0; i < 25; i++)
    {
      g_assert_true (isfinite (loss[i]) && loss[i] > 0);
      any |= fabsf (loss[i] - loss[12]) > 1e-3f;
    }
  g_assert_true (any);
  g_assert_cmpfloat (cj_tensor_f32 (slice->x)[0], ==, -1);
  g_assert_cmpfloat (cj_tensor_f32 (slice->x)[2], ==, 0);
  g_assert_null (slice->path);
  assert_frame (line);
  assert_frame (slice);
}

static void
test_curvature (void)
{
  g_autoptr (CjdDataset) dataset = new_data ();
  g_autoptr (CjlProject) project = new_project ();
  g_autoptr (CjlLandscape) landscape = measure (project, dataset, CJL_LANDSCAPE_CURVATURE);
  const gint64 k = cj_shape_size (&landscape->values->shape);

  g_assert_cmpint (k, ==, 5);
  for (gint64 i = 0; i < k; i++)
    {
      g_assert_true (isfinite (cj_tensor_f32 (landscape->values)[i]));
      g_assert_cmpfloat (cj_tensor_f32 (landscape->errors)[i], >, 0);
    }
  g_assert_cmpfloat (fabsf (cj_tensor_f32 (landscape->values)[0]), >=,
                     fabsf (cj_tensor_f32 (landscape->values)[1]));
  assert_frame (landscape);
}

/* A run through weights that lie in a plane: its directions hold all of the way, and the losses on the path
 * are those of the weights. */
static void
test_run (void)
{
  g_autoptr (CjdDataset) dataset = new_data ();
  g_autoptr (CjlProject) project = new_project ();
  const CjlLandscapeOptions options = get_options (CJL_LANDSCAPE_RUN);
  g_autoptr (GError) error = NULL;
  CjlNetwork *network = cjl_network_new_project (project, dataset, &error);
  CjRunLog *log = cj_run_log_new ();
  g_autoptr (GVariant) graph = g_variant_ref_sink (cj_graph_save (project->graph));
  g_autoptr (GVariant) setup = g_variant_ref_sink (cj_train_setup_save (project->setup));
  CjRing *ring = cj_ring_new (1 << 20);
  CjCheckpoint *now = network->weights;
  g_autoptr (CjlLandscape) landscape = NULL;
  CjlJob *job;

  cj_run_log_add_network (log, 0, graph, setup, NULL);
  now->at.step = 30;
  now->at.n_commands = 1;
  for (guint i = 0; i < 3; i++)
    {
      CjCheckpoint *then = cj_checkpoint_new (now->table, 0, FALSE);
      const CjTableEntry *entry = cj_table_find (now->table, "dense1.weight");

      memcpy (then->weights, now->weights, sizeof (float) * (gsize) now->table->n_weights);
      memcpy (then->states, now->states, sizeof (float) * (gsize) now->table->n_states);
      cj_checkpoint_get_data (then, entry)[0] += (float) (3 - i);
      cj_checkpoint_get_data (then, entry)[5] += i == 1 ? 0.5f : 0;
      then->at = now->at;
      then->at.step = 10 * i;
      cj_ring_add (ring, then);
      cj_checkpoint_unref (then);
    }
  job = cjl_landscape_start (network, log, ring, 1, &options);
  cjl_job_wait (job);
  error = cjl_job_dup_error (job);
  g_assert_no_error (error);
  landscape = cjl_job_take_result (job);
  cjl_job_free (job);
  g_assert_cmpint (landscape->path->shape.dims[0], ==, 4);
  g_assert_cmpfloat_with_epsilon (landscape->shares[0] + landscape->shares[1], 1, 1e-4);
  g_assert_cmpfloat (cj_tensor_f32 (landscape->steps)[0], ==, 0);
  g_assert_cmpfloat (cj_tensor_f32 (landscape->steps)[3], ==, 30);
  g_assert_cmpfloat (cj_tensor_f32 (landscape->path)[6], ==, 0);
  g_assert_cmpfloat_with_epsilon (
      hypot (cj_tensor_f32 (landscape->path)[0], cj_tensor_f32 (landscape->path)[1]), 3, 1e-3);
  assert_frame (landscape);
}

static void
test_refusals (void)
{
  g_autoptr (CjdDataset) dataset = new_data ();
  g_autoptr (CjlProject) project = new_project ();
  CjlFigureChoice choice = { .query = -1, .method = "run" };
  g_autoptr (GError) error = NULL;

  g_assert_null (cjl_figure_frame (project, dataset, "landscape", &choice, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
  g_clear_error (&error);
  choice.method = "moon";
  g_assert_null (cjl_figure_frame (project, dataset, "landscape", &choice, &error));
  g_assert_nonnull (strstr (error->message, "moon"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/landscape/planes", test_planes);
  g_test_add_func ("/lab/landscape/curvature", test_curvature);
  g_test_add_func ("/lab/landscape/run", test_run);
  g_test_add_func ("/lab/landscape/refusals", test_refusals);
  return g_test_run ();
}
