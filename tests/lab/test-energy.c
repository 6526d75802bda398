/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Versions of a trained network: what they get right and cost; and networks of 8 bits. */
#include "cj-quant.h"
#include "cj-rig.h"
#include "cjl-evaluation.h"
#include "cjl-quantise.h"
#include "cjl-template.h"
#include "cjl-versions.h"

#include <math.h>
#include <string.h>

static CjlNetwork *
train (const char *network, CjlProject **project)
{
  const CjlTemplate info = { .id = "t",
                             .title = "T",
                             .source = "glyphs",
                             .data = "samples=1200",
                             .network = network,
                             .setup = "epochs=4 batch=25 learning-rate=0.004" };
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjFeed) feed = NULL;
  g_autoptr (CjRig) rig = NULL;
  g_autoptr (CjCheckpoint) weights = NULL;
  CjStepReport report;

  *project = cjl_template_make (&info, &error);
  g_assert_no_error (error);
  dataset = cjl_data_load (&(*project)->data, &error);
  g_assert_no_error (error);
  feed = cjd_dataset_new_training_feed (dataset);
  rig = cj_rig_new ((*project)->graph, (*project)->setup, feed, 2, &error);
  g_assert_no_error (error);
  while (!cj_trainer_has_ended (rig->trainer))
    g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
  weights = cj_trainer_save (rig->trainer);
  cjl_project_store (*project, weights);
  return cjl_network_new ((*project)->graph, dataset, weights);
}

static const CjlVersion *
find (const CjlVersions *versions, CjlVersionKind kind, double setting)
{
  for (guint i = 0; i < versions->versions->len; i++)
    {
      const CjlVersion *version = &g_array_index (versions->versions, CjlVersion, i);

      if (version->kind == kind && (isnan (setting) || fabs (version->setting - setting) < 1e-9))
        return version;
    }
  return NULL;
}

static CjlVersions *
compare (const CjlNetwork *network, CjvFrame **frame)
{
  g_autoptr (GError) error = NULL;
  CjlVersionsOptions options;
  CjlVersions *versions;

  cjl_versions_options_init (&options);
  options.n_samples = 120;
  cjl_versions_options_add_sparsity (&options, 0.6);
  cjl_versions_options_add_sparsity (&options, 0.9); /* it is there */
  g_assert_cmpuint (options.n_sparsities, ==, 6);
  options.n_steps = 3;
  versions = cjl_versions_measure (network, &options, &error);
  g_assert_no_error (error);
  *frame = cjl_versions_frame (versions);
  return versions;
}

/* A chain of dense layers has all versions, and each is what it says. */
static void
test_versions (void)
{
  CjlProject *project;
  g_autoptr (CjlNetwork) network
      = train ("input, flatten, dense 48 relu, dense 36, cross-entropy", &project);
  CjvFrame *frame;
  g_autoptr (CjlVersions) versions = compare (network, &frame);
  const CjlVersion *dense = find (versions, CJL_VERSION_DENSE, NAN);
  const CjlVersion *few = find (versions, CJL_VERSION_INT8, NAN);
  const CjlVersion *half = find (versions, CJL_VERSION_PRUNED, 0.5);
  const CjlVersion *spikes = find (versions, CJL_VERSION_SPIKING, 20);

  g_assert_null (versions->missing);
  g_assert_null (find (versions, CJL_VERSION_MASKED, NAN));
  g_assert_cmpfloat (dense->accuracy, >, 0.6);
  g_assert_cmpfloat (fabs (few->accuracy - dense->accuracy), <, 0.03);
  g_assert_cmpfloat (few->energy, <, dense->energy * 0.5);
  g_assert_cmpfloat (half->cost.compute, <, dense->cost.compute * 0.55);
  g_assert_cmpfloat (half->cost.compute, >, dense->cost.compute * 0.45);
  g_assert_cmpfloat (find (versions, CJL_VERSION_PRUNED, 0.98)->accuracy, <, dense->accuracy);
  g_assert_cmpfloat (spikes->accuracy, >, dense->accuracy - 0.1);
  g_assert_cmpfloat (spikes->energy, >, find (versions, CJL_VERSION_SPIKING, 5)->energy);
  g_assert_nonnull (frame);
  cjv_frame_free (frame);
  cjl_project_unref (project);
}

/* What has no counterpart in spikes says so; the others are there. */
static void
test_no_spikes (void)
{
  CjlProject *project;
  g_autoptr (CjlNetwork) network = train (
      "input, conv-2d filters=4 kernel=5, relu, max-pool-2d 4, flatten, dense 36, cross-entropy",
      &project);
  CjvFrame *frame;
  g_autoptr (CjlVersions) versions = compare (network, &frame);

  g_assert_null (find (versions, CJL_VERSION_SPIKING, NAN));
  g_assert_nonnull (strstr (versions->missing, "spikes"));
  g_assert_cmpfloat (find (versions, CJL_VERSION_INT8, NAN)->energy, <,
                     find (versions, CJL_VERSION_DENSE, NAN)->energy);
  g_assert_cmpstr (cjv_frame_get_text (frame, "missing"), ==, versions->missing);
  cjv_frame_free (frame);
  cjl_project_unref (project);
}

/* Weights are levels of their channels, inputs pass a Quantise, answers stay what they are, to a few. */
static void
test_quantise (void)
{
  CjlProject *project;
  g_autoptr (CjlNetwork) network
      = train ("input, conv-2d filters=4 kernel=5, relu, max-pool-2d 4, flatten, dense 36, "
               "cross-entropy",
               &project);
  g_autoptr (CjlProject) made = NULL;
  g_autoptr (CjlNetwork) few = NULL;
  g_autoptr (CjlEvaluation) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  CjlQuantiseOptions options;
  guint n = 0;

  cjl_quantise_options_init (&options);
  few = cjl_quantise_new (network, &options, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < few->graph->nodes->len; i++)
    n += g_str_equal (((CjNode *) few->graph->nodes->pdata[i])->layer->id, "quantise");
  g_assert_cmpuint (n, ==, 2);
  for (guint i = 0; i < few->weights->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (few->weights->table, i);

      if (entry->shape.n_dims >= 2)
        g_assert_true (cj_quant_find_scales (
            cj_checkpoint_get_data (few->weights, entry), (gsize) entry->shape.dims[0],
            (gsize) (entry->size / entry->shape.dims[0]), 8, NULL));
    }
  before = cjl_evaluate (network, CJD_SPLIT_TEST, &error);
  g_assert_no_error (error);
  after = cjl_evaluate (few, CJD_SPLIT_TEST, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (fabs (before->score.accuracy - after->score.accuracy), <, 0.03);
  made = cjl_quantise_new_project (project, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (made->title, ==, "T, in 8 bits");
  g_assert_cmpuint (made->graph->nodes->len, ==, project->graph->nodes->len + 2);
  /* what is in few bits has nothing left to be quantised */
  g_clear_pointer (&few, cjl_network_free);
  few = cjl_network_new_project (made, network->dataset, &error);
  g_assert_no_error (error);
  g_assert_null (cjl_quantise_new (few, &options, &error));
  g_assert_nonnull (error);
  cjl_project_unref (project);
}

static void
test_table (void)
{
  CjEnergyTable table, back;
  g_autofree char *text = NULL;

  cjl_energy_table_parse (&table, NULL);
  g_assert_null (cjl_energy_table_print (&table));
  table.dram = 2600;
  table.skip_zeros = FALSE;
  text = cjl_energy_table_print (&table);
  g_assert_cmpstr (text, ==, "dram=2600, skip-zeros=false");
  cjl_energy_table_parse (&back, text);
  g_assert_cmpfloat (back.dram, ==, 2600);
  g_assert_false (back.skip_zeros);
  cjl_energy_table_parse (&back, "dram=many, =, float-add=1");
  g_assert_cmpfloat (back.dram, ==, 1300);
  g_assert_cmpfloat (back.float_add, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/energy/versions", test_versions);
  g_test_add_func ("/lab/energy/no-spikes", test_no_spikes);
  g_test_add_func ("/lab/energy/quantise", test_quantise);
  g_test_add_func ("/lab/energy/table", test_table);
  return g_test_run ();
}
