/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network of neurons whose synapses are conductances: it learns, is shown, and is refused where others have no
 * word for it. */
#include "cj-rig.h"
#include "cjl-figures.h"
#include "cjl-network.h"
#include "cjl-nir.h"
#include "cjl-template.h"

#include <string.h>

#define BATCH 50
#define NETWORK                                                                                    \
  "input, flatten, poisson-encoder 20 rate=0.5, conductance-lif 100 "                              \
  "surrogate=arctan, dense 10, leaky-integrator beta=0.9, spike-readout last, cross-entropy"

static CjlProject *
make_project (const char *network, const char *data, const char *setup)
{
  CjlProject *project = cjl_project_new ();
  g_auto (GStrv) words = g_strsplit (setup, " ", -1);
  g_autoptr (GError) error = NULL;

  cjl_graph_add_text (project->graph, network, &error);
  g_assert_no_error (error);
  g_assert_true (cjl_project_set (project, "data", data, &error));
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);

      cjl_project_set (project, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  return project;
}

/* Of the first 500 test samples the share whose class the network says as it is now. */
static double
measure (CjlProject *project, CjdDataset *dataset, CjRig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjCheckpoint) weights = cj_trainer_save_weights (rig->trainer);
  g_autoptr (CjlNetwork) network = cjl_network_new (project->graph, dataset, weights);
  g_autoptr (CjProgram) program = cjl_network_compile (network, CJ_PURPOSE_INFER, BATCH, &error);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TEST);
  guint32 indices[BATCH];
  guint right = 0;

  g_assert_no_error (error);
  for (guint begin = 0; begin < 500; begin += BATCH)
    {
      const float *answers;
      CjShape shape;

      for (guint i = 0; i < BATCH; i++)
        indices[i] = begin + i;
      feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (program),
                  cj_program_get_y (program));
      cj_program_forward (program, FALSE, BATCH, 0, begin);
      answers = cj_program_get_prediction (program, &shape);
      for (guint i = 0; i < BATCH; i++)
        {
          const float *a = answers + (gsize) i * 10;
          gint32 best = 0;

          for (gint32 c = 1; c < 10; c++)
            best = a[c] > a[best] ? c : best;
          right += best == cj_tensor_i32 (cj_program_get_y (program))[i];
        }
    }
  return right / 500.0;
}

/* Digits: five hundred of them are enough to tell most others. */
static void
test_learns (void)
{
  const char *folder = g_getenv ("CAJAL_DATA_DIR");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "mnist", NULL) : NULL;
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjFeed) feed = NULL;
  g_autoptr (CjRig) rig = NULL;
  g_autoptr (GError) error = NULL;
  CjStepReport report;
  double before, after;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("CAJAL_DATA_DIR has no folder mnist");
      return;
    }
  project = make_project (NETWORK, path, "epochs=8 batch=25 optimizer=adam learning-rate=0.003");
  dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  feed->n_samples = 500;
  rig = cj_rig_new (project->graph, project->setup, feed, 2, &error);
  g_assert_no_error (error);
  before = measure (project, dataset, rig);
  while (!cj_trainer_has_ended (rig->trainer))
    g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
  after = measure (project, dataset, rig);
  g_test_message ("%g of the digits before, %g after", before, after);
  g_assert_cmpfloat (before, <, 0.3);
  g_assert_cmpfloat (after, >, 0.75);
}

/* The figures of membranes and of balance tell the conductances, which are never below 0. */
static void
test_shown (void)
{
  static const char *const sides[] = { "excitation", "inhibition" };
  g_autoptr (CjlProject) project = make_project (
      "input, flatten, poisson-encoder 20, conductance-lif 12, spike-readout rate, dense 36, "
      "cross-entropy",
      "glyphs", "epochs=1");
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, &error);
  const CjlFigureChoice choice = { .split = CJD_SPLIT_VAL, .query = -1, .unit = -1 };
  g_autoptr (CjvFrame) membrane = NULL, balance = NULL;

  g_assert_no_error (error);
  membrane = cjl_figure_frame (project, dataset, "membrane", &choice, &error);
  g_assert_no_error (error);
  balance = cjl_figure_frame (project, dataset, "balance", &choice, &error);
  g_assert_no_error (error);
  for (guint side = 0; side < 2; side++)
    {
      const CjTensor *rows = cjv_frame_get_array (membrane, sides[side]);
      const CjTensor *means = cjv_frame_get_array (balance, sides[side]);
      double most = 0;

      g_assert_nonnull (rows);
      g_assert_cmpint (rows->shape.dims[1], ==, 20);
      for (gint64 i = 0; i < cj_shape_size (&rows->shape); i++)
        {
          g_assert_cmpfloat (cj_tensor_f32 (rows)[i], >=, 0);
          most = MAX (most, (double) cj_tensor_f32 (rows)[i]);
        }
      g_assert_cmpfloat (most, >, 0);
      /* of the neurons and of the dense layer behind the readout */
      g_assert_cmpint (cj_shape_size (&means->shape), ==, 2);
      g_assert_cmpfloat (cj_tensor_f32 (means)[0], >, 0);
    }
}

/* NIR has no word for neurons whose synapses are conductances, and the sentence names them. */
static void
test_refused (void)
{
  g_autoptr (CjlProject) project
      = make_project ("input, conductance-lif 12, dense 4, leaky-integrator, spike-readout rate, "
                      "cross-entropy",
                      "rate-patterns", "epochs=1");
  CjlNirOptions options;
  g_autoptr (GError) error = NULL;

  cjl_nir_options_init (&options);
  g_assert_null (cjl_nir_print (project, &options, &error));
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "conductance1"));
  g_assert_nonnull (strstr (error->message, "NIR has no word for"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/conductance/learns", test_learns);
  g_test_add_func ("/lab/conductance/shown", test_shown);
  g_test_add_func ("/lab/conductance/refused", test_refused);
  return g_test_run ();
}
