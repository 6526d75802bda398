/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-embedding.h"

#include "cj-error.h"
#include <string.h>

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
  job = cjl_embedding_start (cjl_network_new (project->graph, dataset, weights), &options);
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
  frame = cjl_embedding_frame (embedding, embedding->place[7]);
  g_assert_cmpfloat (cjv_frame_get_scalar (frame, "chosen", -1), ==, 7);
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
  job = cjl_embedding_start (cjl_network_new (project->graph, dataset, weights), &options);
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

/* What a person types. */
static void
test_parse (void)
{
  static const char *const wrong[] = {
    "", "isomap", "umap perplexity=3", "t-sne perplexity", "t-sne perplexity=1e9", "pca method=umap"
  };
  CjlEmbedOptions options;
  GError *error = NULL;

  cjl_embed_options_init (&options);
  g_assert_true (cjl_embed_parse ("UMAP  neighbours=30 start=random", &options, &error));
  g_assert_cmpint (options.method, ==, CJL_EMBED_UMAP);
  g_assert_cmpint (options.n_neighbours, ==, 30);
  g_assert_cmpint (options.start, ==, CJ_UMAP_RANDOM);
  g_assert_true (cjl_embed_parse ("tSNE perplexity=50", &options, &error));
  g_assert_cmpint (options.method, ==, CJL_EMBED_TSNE);
  g_assert_cmpfloat (options.perplexity, ==, 50);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (cjl_embed_parse (wrong[i], &options, &error));
      g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/embed/job", test_job);
  g_test_add_func ("/lab/embed/job/stops", test_job_stops);
  g_test_add_func ("/lab/embed/parse", test_parse);
  g_test_add_func ("/lab/embed/refusals", test_refusals);
  return g_test_run ();
}
