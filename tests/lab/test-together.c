/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that has a thread at once: a trainer on two, loaders that prepare its batches, a map and a
 * check-up of weights that it publishes, live values, edits that are compiled on the side, saving; and the
 * owner, who looks at all of it. For the thread sanitizer; and what comes out is what one thread gives. */
#include "cjl-checkup.h"
#include "cjl-embedding.h"
#include "cjl-session.h"
#include "cjl-template.h"

static CjlProject *
make (CjdDataset **dataset)
{
  const CjlTemplate template = { .id = "test",
                                 .title = "Test",
                                 .source = "gratings",
                                 .data = "samples=400",
                                 .network = "input, conv-2d 6 kernel=5 stride=3, relu, flatten, "
                                            "dense 16 tanh, dense 8, cross-entropy",
                                 .setup = "batch=20 epochs=6" };
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (&template, &error);

  g_assert_no_error (error);
  g_assert_true (cjl_project_set (project, "data.augment", "shift amount=2, flip", &error));
  *dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  (*dataset)->n_loaders = 2;
  return project;
}

/* A job of weights that were published meanwhile, or NULL. */
static CjlJob *
start_map (CjlProject *project, CjdDataset *dataset, CjRunner *runner)
{
  g_autoptr (CjCheckpoint) weights = cj_runner_dup_snapshot (runner);
  CjlEmbedOptions options;

  if (weights == NULL)
    return NULL;
  cjl_embed_options_init (&options);
  options.node = "dense1";
  options.n_samples = 40;
  options.n_iterations = 40;
  return cjl_embedding_start (cjl_network_new (project->graph, dataset, weights), &options);
}

static CjlJob *
start_checkup (CjlProject *project, CjdDataset *dataset, CjRunner *runner)
{
  g_autoptr (CjCheckpoint) weights = cj_runner_dup_snapshot (runner);

  return weights != NULL ? cjl_checkup_start (project->graph, dataset, weights) : NULL;
}

/* Takes what a job has; whether it was there to be asked. */
static gboolean
look (CjlJob **job, GDestroyNotify free)
{
  gpointer result = *job != NULL ? cjl_job_take_result (*job) : NULL;

  g_clear_pointer (&result, free);
  if (*job == NULL || !cjl_job_is_done (*job))
    return FALSE;
  g_clear_pointer (job, cjl_job_free);
  return TRUE;
}

static void
test_together (void)
{
  CjdDataset *dataset;
  g_autoptr (CjlProject) project = make (&dataset);
  g_autoptr (GError) error = NULL;
  CjlSession *session = cjl_session_new (project, dataset, 2, &error);
  CjlJob *map = NULL, *checkup = NULL;
  guint n_maps = 0, n_checkups = 0, n_stored = 0;

  g_assert_no_error (error);
  cj_runner_watch (cjl_session_get_runner (session), TRUE);
  cjl_session_train (session, G_MAXUINT64);
  for (guint i = 0; n_maps < 2 || n_checkups < 2 || n_stored < 2 || i < 120; i++)
    {
      CjRunner *runner = cjl_session_get_runner (session);

      if (map == NULL)
        map = start_map (project, dataset, runner);
      if (checkup == NULL)
        checkup = start_checkup (project, dataset, runner);
      n_maps += look (&map, (GDestroyNotify) cjl_embedding_free);
      n_checkups += look (&checkup, (GDestroyNotify) cjl_checkup_free);
      n_stored += cjl_session_try_store (session);
      cjl_session_read_points (session);
      cjl_session_read_epochs (session);
      cjl_session_probe (session, CJD_SPLIT_VAL, i % 10);
      cjl_session_settle (session);
      if (i % 50 == 10) /* one that is compiled anew, and one that is not */
        {
          const gboolean anew = i % 100 == 10;

          g_assert_true (cjl_project_set (project, anew ? "dense1.units" : "learning-rate",
                                          anew ? "12" : "0.005", &error));
          g_assert_true (cjl_session_refresh (session, &error));
          cjl_session_train (session, G_MAXUINT64);
        }
      g_usleep (1000);
    }
  cj_runner_wait (cjl_session_get_runner (session));
  g_assert_cmpint (cj_runner_get_state (cjl_session_get_runner (session)).status, !=,
                   CJ_RUN_FAILED);
  g_assert_cmpuint (cjl_session_read_points (session)->len, >, 0);
  g_clear_pointer (&map, cjl_job_free);
  g_clear_pointer (&checkup, cjl_job_free);
  cjl_session_free (session);
  cjd_dataset_unref (dataset);
}

/* The same bits with loaders and threads as with none. */
static void
test_same (void)
{
  g_autofree float *first = NULL;
  gint64 size = 0;

  for (guint threads = 1; threads <= 2; threads++)
    {
      CjdDataset *dataset;
      g_autoptr (CjlProject) project = make (&dataset);
      g_autoptr (GError) error = NULL;
      CjlSession *session;
      CjTensor *weight;

      dataset->n_loaders = threads;
      session = cjl_session_new (project, dataset, threads, &error);
      g_assert_no_error (error);
      cjl_session_train (session, 20);
      cj_runner_wait (cjl_session_get_runner (session));
      cj_checkpoint_unref (cj_runner_save (cjl_session_get_runner (session)));
      weight = cjl_session_dup_param (session, "dense1.weight");
      g_assert_nonnull (weight);
      if (first == NULL)
        {
          size = cj_shape_size (&weight->shape);
          first = g_memdup2 (weight->data, (gsize) size * sizeof (float));
        }
      g_assert_cmpmem (first, (gsize) size * sizeof (float), weight->data,
                       (gsize) cj_shape_size (&weight->shape) * sizeof (float));
      cj_tensor_unref (weight);
      cjl_session_free (session);
      cjd_dataset_unref (dataset);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/together/same", test_same);
  g_test_add_func ("/lab/together/all", test_together);
  return g_test_run ();
}
