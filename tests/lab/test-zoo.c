/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The networks that come with the program: they open, know where they are from, do what they say, and learn a few
 * samples of something else. */
#include "cj-error.h"
#include "cjd-source.h"
#include "cjl-evaluation.h"
#include "cjl-session.h"
#include "cjl-transfer.h"
#include "cjl-zoo.h"
#include "safetensors.h"

#include <gio/gio.h>
#include <string.h>

#define MOST_BYTES (300 << 10) /* of a file */

static void
test_origin (void)
{
  for (const CjlZooNet *net = cjl_zoo (); net->experiment.id != NULL; net++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = cjl_zoo_load (net, &error), again = cjl_zoo_load (net, NULL);
      g_autoptr (GVariant) origin = NULL, kept = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (CjlProject) read = NULL;
      const char *id, *recipe, *licence, *plan;
      double accuracy;
      gint64 seed, samples;

      g_assert_no_error (error);
      g_assert_cmpstr (net->experiment.category, ==, CJL_ZOO_CATEGORY);
      origin = cjl_zoo_get_origin (project);
      g_assert_true (g_variant_lookup (origin, "id", "&s", &id)
                     && g_variant_lookup (origin, "recipe", "&s", &recipe)
                     && g_variant_lookup (origin, "licence", "&s", &licence)
                     && g_variant_lookup (origin, "plan", "&s", &plan)
                     && g_variant_lookup (origin, "accuracy", "d", &accuracy)
                     && g_variant_lookup (origin, "samples", "x", &samples)
                     && g_variant_lookup (origin, "seed", "x", &seed));
      g_assert_cmpstr (id, ==, net->experiment.id);
      g_assert_cmpstr (licence, ==, net->licence);
      g_assert_nonnull (strstr (recipe, net->experiment.network));
      g_assert_cmpfloat_with_epsilon (accuracy, net->accuracy, 1e-3);
      g_assert_cmpint (samples, >=, 1000);
      g_assert_cmpstr (project->uuid, !=, again->uuid);
      g_assert_true (cjl_zoo_is_same (project, again));
      cj_tensor_f32 (((CjdNamedTensor *) cjl_project_get_weights (again)->pdata[0])->tensor)[0]
          += 1;
      g_assert_false (cjl_zoo_is_same (project, again));
      bytes = cjl_project_print (project, &error); /* what it says of itself travels */
      g_assert_cmpuint (g_bytes_get_size (bytes), <, MOST_BYTES);
      read = cjl_project_parse (bytes, &error);
      g_assert_no_error (error);
      kept = cjl_zoo_get_origin (read);
      g_assert_true (g_variant_equal (kept, origin));
    }
}

/* What is shipped names no folder of the machine it was made on: its data are there on every machine. */
static void
test_at_home (void)
{
  for (const CjlZooNet *net = cjl_zoo (); net->experiment.id != NULL; net++)
    {
      g_autofree char *path = g_strdup_printf ("/org/cajal/zoo/%s.cajal", net->experiment.id);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes
          = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
      g_autoptr (CjlProject) project = bytes != NULL ? cjl_project_parse (bytes, &error) : NULL;
      g_autoptr (CjdDataset) dataset = NULL;

      g_assert_no_error (error);
      g_assert_nonnull (cjd_source_find (project->data.source));
      dataset = cjl_data_load (&project->data, &error);
      g_assert_no_error (error);
    }
}

/* Samples that are made anew, by another seed: as good as they say. */
static void
test_accuracy (void)
{
  for (const CjlZooNet *net = cjl_zoo (); net->experiment.id != NULL; net++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = cjl_zoo_load (net, &error);
      g_autoptr (CjdDataset) dataset = NULL;
      g_autoptr (CjlEvaluation) evaluation = NULL;

      if (net->data_set != NULL)
        continue;
      g_assert_true (cjl_project_set (project, "data.samples", "3000", &error));
      g_assert_true (cjl_project_set (project, "data.seed", "77", &error));
      dataset = cjl_data_load (&project->data, &error);
      g_assert_no_error (error);
      evaluation = cjl_evaluate_project (project, dataset, CJD_SPLIT_TEST, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat_with_epsilon (evaluation->score.accuracy, net->accuracy, 0.06);
    }
}

static CjdDataset *
load_base (const char *signs)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autoptr (GError) error = NULL;

  cjl_project_set (project, "data.signs", signs, &error);
  cjl_project_set (project, "data.samples", "300", &error);
  g_assert_no_error (error);
  return cjl_data_load_base (&project->data, &error);
}

/* The body stays bit for bit, the head is new and fits, one edit leads back. */
static void
test_teach (void)
{
  g_autoptr (CjdDataset) base = load_base ("digits"), dataset = NULL;
  g_autoptr (GError) error = NULL;
  const CjlZooNet *net = cjl_zoo_choose (base);
  g_autoptr (CjlProject) project = cjl_zoo_teach (net, "glyphs", base, &error);
  g_autoptr (CjlProject) shipped = cjl_zoo_load (net, NULL);
  g_autoptr (CjlSession) session = NULL;
  g_autoptr (CjTensor) body = NULL, mean = NULL;
  const CjTensor *was, *mean_was;

  g_assert_no_error (error);
  g_assert_true (cj_graph_find (project->graph, "conv1")->frozen);
  g_assert_null (cj_graph_find (project->graph, "dense1"));
  g_assert_false (cj_graph_find (project->graph, "dense2")->frozen);
  g_assert_cmpstr (project->data.augment, ==, "");
  g_assert_cmpint (project->setup->batch, <=, 32);
  cjl_project_set (project, "data.signs", "digits", &error);
  cjl_project_set (project, "data.samples", "300", &error);
  dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  session = cjl_session_new (project, dataset, 2, &error);
  g_assert_no_error (error);
  cjl_session_train (session, 20);
  cj_runner_wait (cjl_session_get_runner (session));
  body = cjl_session_dup_param (session, "conv3.weight");
  mean = cjl_session_dup_param (session, "batch3.running_mean");
  was = cjd_named_tensors_find (cjl_project_get_weights (shipped), "conv3.weight");
  mean_was = cjd_named_tensors_find (cjl_project_get_weights (shipped), "batch3.running_mean");
  g_assert_cmpmem (body->data, cj_tensor_bytes (body), was->data, cj_tensor_bytes (was));
  g_assert_cmpmem (mean->data, cj_tensor_bytes (mean), mean_was->data, cj_tensor_bytes (mean_was));
  g_clear_pointer (&session, cjl_session_free);
}

static void
test_teach_is_one_edit (void)
{
  g_autoptr (CjdDataset) base = load_base ("digits");
  g_autoptr (CjlProject) project = cjl_zoo_load (cjl_zoo_find ("zoo-letters"), NULL);
  const CjShape before = cj_shape3 (1, 28, 28);
  CjlAdoption adoption;

  cjl_project_teach (project, "glyphs", base, &before, &adoption);
  g_assert_null (adoption.problem);
  g_assert_true (cjl_project_is_frozen (project));
  g_assert_true (cjl_project_undo (project));
  g_assert_false (cjl_project_is_frozen (project));
  g_assert_nonnull (cj_graph_find (project->graph, "dense1"));
  g_assert_null (cjl_project_get_undo_title (project));
}

/* Coloured pictures for a body that learned grey ones: they become grey, for its first layer keeps its weights. */
static void
test_teach_colour (void)
{
  g_autoptr (CjlProject) shapes = cjl_project_new ();
  g_autoptr (CjdDataset) base = NULL, dataset = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = NULL, shipped = NULL;
  g_autoptr (CjlSession) session = NULL;
  g_autoptr (CjTensor) first = NULL;
  const CjTensor *was;

  cjl_project_set (shapes, "data", "shapes", NULL);
  base = cjl_data_load_base (&shapes->data, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cjd_dataset_get_x_shape (base).dims[0], ==, 3);
  project = cjl_zoo_teach (cjl_zoo_find ("zoo-clothes"), "shapes", base, &error);
  g_assert_no_error (error);
  dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cjd_dataset_get_x_shape (dataset).dims[0], ==, 1);
  session = cjl_session_new (project, dataset, 2, &error);
  g_assert_no_error (error);
  first = cjl_session_dup_param (session, "conv1.weight");
  shipped = cjl_zoo_load (cjl_zoo_find ("zoo-clothes"), NULL);
  was = cjd_named_tensors_find (cjl_project_get_weights (shipped), "conv1.weight");
  g_assert_cmpmem (first->data, cj_tensor_bytes (first), was->data, cj_tensor_bytes (was));
  g_clear_pointer (&session, cjl_session_free);
}

static void
test_refused (void)
{
  g_autoptr (CjlProject) table = cjl_project_new ();
  g_autoptr (CjdDataset) base = NULL;
  g_autoptr (GError) error = NULL;

  cjl_project_set (table, "data", "spirals", NULL);
  base = cjl_data_load_base (&table->data, NULL);
  g_assert_null (cjl_zoo_choose (base));
  g_assert_null (cjl_zoo_teach (cjl_zoo (), "spirals", base, &error));
  g_assert_nonnull (strstr (error->message, "a folder a class"));
  g_assert_null (cjl_zoo_find ("zoo-none"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/zoo/origin", test_origin);
  g_test_add_func ("/lab/zoo/at-home", test_at_home);
  g_test_add_func ("/lab/zoo/accuracy", test_accuracy);
  g_test_add_func ("/lab/zoo/teach", test_teach);
  g_test_add_func ("/lab/zoo/teach-is-one-edit", test_teach_is_one_edit);
  g_test_add_func ("/lab/zoo/teach-colour", test_teach_colour);
  g_test_add_func ("/lab/zoo/refused", test_refused);
  return g_test_run ();
}
