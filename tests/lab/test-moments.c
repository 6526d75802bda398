/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures at moments: what layers of pictures do to each, and a network that learns recordings of a camera. */
#include "cj-program.h"
#include "cj-rig.h"
#include "cjl-card-tools.h"
#include "cjl-template.h"

#include <math.h>
#include <string.h>

static CjlProject *
make_project (const char *network)
{
  CjlProject *project = cjl_project_new ();
  g_autoptr (GError) error = NULL;

  cjl_graph_add_text (project->graph, network, &error);
  g_assert_no_error (error);
  return project;
}

static CjProgram *
compile (CjlProject *project, gint64 batch, const CjShape *sample)
{
  const CjDataSpec spec = { .batch = batch, .x_shape = *sample, .x_dtype = CJ_FLOAT32 };
  g_autoptr (GError) error = NULL;
  CjProgram *program = cj_program_new (project->graph, CJ_PURPOSE_PROBE, &spec, 1, &error);

  g_assert_no_error (error);
  cj_program_init (program, 3);
  return program;
}

/* Three pictures at moments of one sample are what three samples are. */
static void
test_moments (void)
{
  static const char *const layers[] = { "conv-2d 4 kernel=3 padding=1 stride=2 activation=relu",
                                        "conv-2d 4 kernel=3 padding=same border=reflect groups=2",
                                        "max-pool-2d 3 stride=2",
                                        "avg-pool-2d 2",
                                        "adaptive-avg-pool-2d size=3x2",
                                        "adaptive-max-pool-2d size=2x4",
                                        "batch-norm moments=true" };
  const CjShape picture = cj_shape3 (2, 7, 6), film = cj_shape4 (3, 2, 7, 6);

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      g_autofree char *network = g_strconcat ("input, ", layers[i], NULL);
      g_autoptr (CjlProject) project = make_project (network);
      g_autoptr (CjProgram) apart = compile (project, 3, &picture);
      g_autoptr (CjProgram) together = compile (project, 1, &film);
      float *x = cj_program_get_x (apart)->data;
      g_autoptr (CjTensor) a = NULL, b = NULL;
      const CjNode *node;
      CjRng rng;
      guint at;

      cj_rng_init (&rng, 5, CJ_RNG_TEST, i);
      for (gint64 k = 0; k < cj_shape_size (&film); k++)
        x[k] = cj_rng_normal (&rng);
      memcpy (cj_program_get_x (together)->data, x, sizeof (float) * (gsize) cj_shape_size (&film));
      cj_program_forward (apart, FALSE, 3, 1, 1);
      cj_program_forward (together, FALSE, 1, 1, 1);
      node = project->graph->nodes->pdata[0];
      at = node->layer->role == CJ_ROLE_INPUT ? 1 : 0;
      a = cj_program_dup_output (apart, at, 0);
      b = cj_program_dup_output (together, at, 0);
      g_assert_cmpuint (b->shape.n_dims, ==, 5);
      g_assert_cmpint (b->shape.dims[1], ==, 3);
      g_assert_cmpint (cj_shape_size (&a->shape), ==, cj_shape_size (&b->shape));
      for (gint64 k = 0; k < cj_shape_size (&a->shape); k++)
        g_assert_cmpfloat (fabsf (cj_tensor_f32 (a)[k] - cj_tensor_f32 (b)[k]), <, 1e-5f);
    }
}

/* Statistics of a channel are those of all samples, moments and pixels; and learning sees them so. */
static void
test_batch_norm (void)
{
  const CjShape film = cj_shape4 (3, 2, 4, 5);
  const CjDataSpec spec = { .batch = 4,
                            .x_shape = film,
                            .x_dtype = CJ_FLOAT32,
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = 3 };
  g_autoptr (CjlProject) project
      = make_project ("input, batch-norm moments=true momentum=1, flatten, dense 3, cross-entropy");
  g_autoptr (GError) error = NULL;
  g_autoptr (CjProgram) program
      = cj_program_new (project->graph, CJ_PURPOSE_TRAIN, &spec, 1, &error);
  const CjProgramParam *mean, *weight;
  float *x;
  double sums[2] = { 0, 0 };
  CjRng rng;

  g_assert_no_error (error);
  cj_program_init (program, 3);
  x = cj_tensor_f32 (cj_program_get_x (program));
  cj_rng_init (&rng, 6, CJ_RNG_TEST, 1);
  for (gint64 i = 0; i < 4 * 3 * 2 * 20; i++)
    {
      const gint64 channel = i / 20 % 2, moment = i / 40 % 3;

      x[i] = cj_rng_normal (&rng) + (float) (channel * 2 + moment);
      sums[channel] += (double) x[i] / (4 * 3 * 20);
    }
  memset (cj_program_get_y (program)->data, 0, 4 * sizeof (gint32));
  cj_program_forward (program, TRUE, 4, 1, 1);
  cj_program_backward (program);
  mean = cj_program_find_param (program, "batch1.running_mean");
  weight = cj_program_find_param (program, "batch1.weight");
  g_assert_cmpint (mean->size, ==, 2);
  for (guint c = 0; c < 2; c++)
    {
      const float *running = cj_program_get_param_data (program, mean);

      g_assert_cmpfloat_with_epsilon (running[c], sums[c], 1e-4);
      g_assert_cmpfloat (fabsf (cj_program_get_param_gradient (program, weight)[c]), >, 0);
    }
}

/* Each moment is laid in a row by itself, or all of them in one. */
static void
test_flatten (void)
{
  const CjShape film = cj_shape4 (3, 2, 4, 5);
  g_autoptr (CjlProject) each = make_project ("input, flatten moments=true");
  g_autoptr (CjlProject) all = make_project ("input, flatten");
  g_autoptr (CjProgram) a = compile (each, 1, &film), b = compile (all, 1, &film);
  g_autoptr (CjTensor) rows = cj_program_dup_output (a, 0, 0);
  g_autoptr (CjTensor) row = cj_program_dup_output (b, 0, 0);

  g_assert_true (cj_shape_equal (&rows->shape, &(CjShape){ 3, { 1, 3, 40 } }));
  g_assert_true (cj_shape_equal (&row->shape, &(CjShape){ 2, { 1, 120 } }));
}

/* A convolution, spiking neurons, a pool and a readout learn digits that a camera saw. */
static void
test_camera (void)
{
  const char *folder = g_getenv ("CAJAL_DATA_DIR");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "nmnist-small", NULL) : NULL;
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjFeed) feed = NULL;
  g_autoptr (CjRig) rig = NULL;
  g_autoptr (CjCheckpoint) weights = NULL;
  g_autoptr (CjlNetwork) network = NULL;
  g_autoptr (GError) error = NULL;
  CjStepReport report;
  double right;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("CAJAL_DATA_DIR has no folder nmnist-small");
      return;
    }
  project = make_project ("input, reshape ?x2x34x34, conv-2d 8 kernel=5 stride=2, lif beta=0.7 "
                          "threshold=0.5 surrogate=arctan, avg-pool-2d 3 stride=3, flatten "
                          "moments=true, dense 10, leaky-integrator beta=0.9, spike-readout rate, "
                          "cross-entropy");
  g_assert_true (cjl_project_set (project, "data", path, &error));
  g_assert_true (cjl_project_set (project, "data.moment", "40", &error));
  g_assert_true (cjl_project_set (project, "epochs", "12", &error));
  g_assert_true (cjl_project_set (project, "batch", "20", &error));
  g_assert_true (cjl_project_set (project, "learning-rate", "0.005", &error));
  dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  rig = cj_rig_new (project->graph, project->setup, feed, 2, &error);
  g_assert_no_error (error);
  while (!cj_trainer_has_ended (rig->trainer))
    g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
  weights = cj_trainer_save (rig->trainer);
  network = cjl_network_new (project->graph, dataset, weights);
  right = cjl_card_measure_accuracy (network, &error);
  g_assert_no_error (error);
  g_test_message ("%g of the test samples", right);
  g_assert_cmpfloat (right, >, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/moments/layers", test_moments);
  g_test_add_func ("/lab/moments/batch-norm", test_batch_norm);
  g_test_add_func ("/lab/moments/flatten", test_flatten);
  g_test_add_func ("/lab/moments/camera", test_camera);
  return g_test_run ();
}
