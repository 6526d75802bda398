/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-embed.h"
#include "cjl-embedding.h"

#include "cj-error.h"
#include "cj-rng.h"

#include <math.h>
#include <string.h>

/* Rows around `k` far centres in `d` dimensions, one after another in turn. */
static CjTensor *
make_clusters (gint64 n, gint64 d, int k)
{
  const CjShape shape = cj_shape2 (n, d);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &shape);
  CjRng rng;

  cj_rng_init (&rng, 7, CJ_RNG_TEST, 0);
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      cj_tensor_f32 (x)[i * d + j] = 0.3f * cj_rng_normal (&rng) + (j == i % k ? 6 : 0);
  return x;
}

/* Points on a line in space, with a little noise across it: the first component is the place on the
 * line, and its share of the variance is known. */
static void
test_pca_line (void)
{
  const gint64 n = 400, d = 6;
  const CjShape shape = cj_shape2 (n, d);
  const double along[6] = { 0.1, -0.2, 0.9, 0.3, 0.1, 0.2 }, length = 1.0;
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autoptr (CjTensor) y = NULL, again = NULL;
  double shares[2], norm = 0, sign;
  CjRng rng;

  cj_rng_init (&rng, 1, CJ_RNG_TEST, 1);
  for (int j = 0; j < d; j++)
    norm += along[j] * along[j];
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      cj_tensor_f32 (x)[i * d + j]
          = (float) (5 + (double) (i - 200) / 100 * length * along[j] / sqrt (norm)
                     + 0.01 * cj_rng_normal (&rng));
  y = cjl_pca (x, 2, 3, shares);
  again = cjl_pca (x, 2, 3, NULL);
  g_assert_cmpmem (y->data, cj_tensor_bytes (y), again->data, cj_tensor_bytes (again));
  g_assert_cmpfloat (shares[0], >, 0.99);
  g_assert_cmpfloat (shares[1], <, 0.01);
  sign = cj_tensor_f32 (y)[2 * 399] > 0 ? 1 : -1;
  for (gint64 i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (sign * cj_tensor_f32 (y)[2 * i], (double) (i - 199.5) / 100,
                                    0.05);
}

/* All components together keep every distance. */
static void
test_pca_distances (void)
{
  g_autoptr (CjTensor) x = make_clusters (40, 9, 3);
  double shares[9], sum = 0;
  g_autoptr (CjTensor) y = cjl_pca (x, 9, 0, shares);

  for (int j = 0; j < 9; j++)
    {
      sum += shares[j];
      g_assert_true (j == 0 || shares[j] <= shares[j - 1] + 1e-9);
    }
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-4);
  for (gint64 a = 0; a < 40; a += 7)
    for (gint64 b = 0; b < 40; b += 3)
      {
        double before = 0, after = 0;

        for (int j = 0; j < 9; j++)
          {
            before += pow (cj_tensor_f32 (x)[a * 9 + j] - cj_tensor_f32 (x)[b * 9 + j], 2);
            after += pow (cj_tensor_f32 (y)[a * 9 + j] - cj_tensor_f32 (y)[b * 9 + j], 2);
          }
        g_assert_cmpfloat_with_epsilon (sqrt (before), sqrt (after), 1e-3);
      }
}

/* Share of samples whose nearest neighbour on the map is of their own cluster. */
static double
purity (const CjTensor *map, int k)
{
  const gint64 n = map->shape.dims[0];
  const float *y = cj_tensor_f32 (map);
  int right = 0;

  for (gint64 i = 0; i < n; i++)
    {
      double best = INFINITY;
      gint64 nearest = i;

      for (gint64 j = 0; j < n; j++)
        if (j != i && hypot (y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1]) < best)
          {
            best = hypot (y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1]);
            nearest = j;
          }
      right += nearest % k == i % k;
    }
  return (double) right / (double) n;
}

static gboolean
count_steps (guint iteration, const CjTensor *map, gpointer data)
{
  g_assert_cmpint (map->shape.dims[1], ==, 2);
  *(guint *) data = iteration;
  return iteration < 20;
}

static void
test_tsne (void)
{
  g_autoptr (CjTensor) x = make_clusters (203, 12, 5); /* 203: rows are padded */
  g_autoptr (CjTensor) map = cjl_tsne (x, 15, 300, 1, NULL, NULL), stopped = NULL, again = NULL;
  double spread = 0;
  guint steps = 0;

  g_assert_cmpfloat (purity (map, 5), >, 0.97);
  for (gint64 i = 0; i < 2 * 203; i++)
    {
      g_assert_true (isfinite (cj_tensor_f32 (map)[i]));
      spread = MAX (spread, fabs (cj_tensor_f32 (map)[i]));
    }
  g_assert_cmpfloat (spread, >, 1);
  g_assert_cmpfloat (spread, <, 200);
  again = cjl_tsne (x, 15, 300, 1, NULL, NULL);
  g_assert_cmpmem (map->data, cj_tensor_bytes (map), again->data, cj_tensor_bytes (again));
  stopped = cjl_tsne (x, 15, 300, 1, count_steps, &steps);
  g_assert_cmpuint (steps, ==, 20);
}

/* Samples that are all the same, fewer than the perplexity wants, one feature. */
static void
test_tsne_odd (void)
{
  const CjShape same = cj_shape2 (9, 3), thin = cj_shape2 (4, 1);
  g_autoptr (CjTensor) a = cj_tensor_new (CJ_FLOAT32, &same);
  g_autoptr (CjTensor) b = cj_tensor_new (CJ_FLOAT32, &thin);
  g_autoptr (CjTensor) first = cjl_tsne (a, 30, 40, 0, NULL, NULL);
  g_autoptr (CjTensor) second = NULL;

  for (int i = 0; i < 4; i++)
    cj_tensor_f32 (b)[i] = (float) i;
  second = cjl_tsne (b, 30, 40, 0, NULL, NULL);
  for (int i = 0; i < 18; i++)
    g_assert_true (isfinite (cj_tensor_f32 (first)[i]));
  for (int i = 0; i < 8; i++)
    g_assert_true (isfinite (cj_tensor_f32 (second)[i]));
}

static CjlProject *
make_project (void)
{
  CjlProject *project = cjl_project_new ();

  cj_graph_add_chain (project->graph, NULL, "input, dense 8 tanh, dense 1, dense 2, cross-entropy",
                      NULL);
  cjl_project_set (project, "data", "spirals", NULL);
  return project;
}

static void
test_job (void)
{
  g_autoptr (CjlProject) project = make_project ();
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  g_autoptr (CjProgram) program = cj_program_new (project->graph, CJ_PURPOSE_INFER, &spec, 1, NULL);
  g_autoptr (CjTable) table = cj_table_new (program);
  g_autoptr (CjCheckpoint) weights = cj_checkpoint_new (table, 0, FALSE);
  g_autoptr (CjlEmbedding) embedding = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  CjlEmbedOptions options;
  CjlJob *job;
  GError *error;
  guint partial = 0;

  cjl_embed_options_init (&options);
  options.node = "dense1";
  options.n_samples = 120;
  options.n_iterations = 100;
  job = cjl_embedding_start (project->graph, dataset, weights, &options);
  while (!cjl_job_is_done (job))
    {
      CjlEmbedding *now = cjl_job_take_result (job);

      if (now != NULL && now->iteration < 100)
        partial++;
      g_clear_pointer (&embedding, cjl_embedding_free);
      embedding = now;
    }
  if (embedding == NULL || embedding->iteration < 100)
    {
      g_clear_pointer (&embedding, cjl_embedding_free);
      embedding = cjl_job_take_result (job);
    }
  error = cjl_job_dup_error (job);
  g_assert_no_error (error);
  g_assert_nonnull (embedding);
  g_test_message ("%u partial maps seen", partial);
  g_assert_cmpuint (embedding->n, ==, 120);
  g_assert_cmpuint (embedding->iteration, ==, 100);
  g_assert_cmpfloat (cjl_job_get_progress (job), ==, 1);
  for (gsize i = 0; i < embedding->n; i++)
    {
      g_assert_cmpuint (dataset->split[embedding->index[i]], ==, CJD_SPLIT_VAL);
      g_assert_cmpint (embedding->targets[i], ==,
                       cjd_dataset_get_class (dataset, embedding->index[i]));
    }
  frame = cjl_embedding_frame (embedding);
  g_assert_cmpint (cjv_tensor_size (cjv_frame_get_array (frame, "labels")), ==, 120);
  cjl_job_free (job);
}

static void
test_job_stops (void)
{
  g_autoptr (CjlProject) project = make_project ();
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  g_autoptr (CjProgram) program = cj_program_new (project->graph, CJ_PURPOSE_INFER, &spec, 1, NULL);
  g_autoptr (CjTable) table = cj_table_new (program);
  g_autoptr (CjCheckpoint) weights = cj_checkpoint_new (table, 0, FALSE);
  CjlEmbedOptions options;
  CjlJob *job;

  cjl_embed_options_init (&options);
  options.node = "dense1";
  options.n_iterations = 1000000000;
  job = cjl_embedding_start (project->graph, dataset, weights, &options);
  cjl_job_cancel (job);
  cjl_job_wait (job);
  g_assert_true (cjl_job_is_cancelled (job));
  cjl_job_free (job);
}

static void
test_refusals (void)
{
  g_autoptr (CjlProject) project = make_project ();
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  GError *error = NULL;
  CjlEmbedOptions options;

  cjl_embed_options_init (&options);
  options.node = "nobody";
  g_assert_null (cjl_embed_project (project, dataset, &options, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
  g_assert_nonnull (strstr (error->message, "nobody"));
  g_clear_error (&error);
  options.node = "cross1";
  g_assert_null (cjl_embed_project (project, dataset, &options, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
  g_clear_error (&error);
  options.node = "dense2"; /* one unit has no plane */
  options.method = CJL_EMBED_PCA;
  g_assert_null (cjl_embed_project (project, dataset, &options, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/embed/pca/line", test_pca_line);
  g_test_add_func ("/lab/embed/pca/distances", test_pca_distances);
  g_test_add_func ("/lab/embed/tsne", test_tsne);
  g_test_add_func ("/lab/embed/tsne/odd", test_tsne_odd);
  g_test_add_func ("/lab/embed/job", test_job);
  g_test_add_func ("/lab/embed/job/stops", test_job_stops);
  g_test_add_func ("/lab/embed/refusals", test_refusals);
  return g_test_run ();
}
