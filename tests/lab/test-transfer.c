/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Freezing by depth, rates by depth, a new head: what changes, what stays, and that each is one edit. */
#include "cj-error.h"
#include "cjl-template.h"
#include "cjl-transfer.h"
#include "safetensors.h"

#include <math.h>
#include <string.h>

#define CHAIN                                                                                      \
  "input, flatten, dense 8 relu, batch-norm, dropout 0.2, dense 6 relu, dense 3, cross-entropy"

static CjlProject *
new_project (CjdDataset **dataset)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_project_new ();

  g_assert_true (cjl_graph_add_text (project->graph, CHAIN, &error));
  cjl_project_set (project, "data.samples", "512", &error);
  g_assert_no_error (error);
  *dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  g_assert_true (cjl_project_refit (project, *dataset));
  return project;
}

static const CjNode *
find (CjlProject *project, const char *id)
{
  const CjNode *node = cj_graph_find (project->graph, id);

  g_assert_nonnull (node);
  return node;
}

/* The ids of what is frozen. */
static char *
list (CjlProject *project)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < project->graph->nodes->len; i++)
    if (((const CjNode *) project->graph->nodes->pdata[i])->frozen)
      g_string_append_printf (text, "%s ", ((const CjNode *) project->graph->nodes->pdata[i])->id);
  return g_string_free (text, FALSE);
}

static void
expect (CjlProject *project, const char *ids)
{
  g_autofree char *text = list (project);

  g_assert_cmpstr (text, ==, ids);
}

static void
test_freeze (void)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = new_project (&dataset);
  g_autoptr (CjLowered) lowered = cjl_project_lower (project, dataset, 16);
  g_autoptr (GError) none = NULL, all = NULL, missing = NULL, error = NULL;
  g_autofree guint *depths = g_new0 (guint, project->graph->nodes->len);
  g_autofree char *text = NULL;

  g_assert_cmpuint (cjl_transfer_find_depths (project->graph, lowered, depths), ==, 3);
  g_assert_cmpuint (depths[cj_graph_get_index (project->graph, find (project, "batch1"))], ==, 1);
  g_assert_true (cjl_project_freeze_all_but (project, lowered, 1, &error));
  expect (project, "batch1 dense1 dense2 dropout1 ");
  text = cjl_transfer_print (project->graph, lowered);
  g_assert_nonnull (strstr (text, "3 of 4 layers with weights are frozen, "));
  g_assert_true (cjl_project_freeze_all_but (project, lowered, 2, &error));
  expect (project, "batch1 dense1 dropout1 ");
  g_assert_true (cjl_project_freeze_up_to (project, lowered, "dense1", &error));
  expect (project, "dense1 ");
  g_assert_no_error (error);
  g_assert_true (cjl_project_undo (project));
  expect (project, "batch1 dense1 dropout1 ");
  g_assert_true (cjl_project_is_frozen (project));
  cjl_project_unfreeze (project);
  expect (project, "");
  g_assert_false (cjl_project_freeze_all_but (project, lowered, 3, &all));
  g_assert_nonnull (strstr (all->message, "3 layers"));
  g_assert_false (cjl_project_freeze_up_to (project, lowered, "flatten1", &none));
  g_assert_nonnull (strstr (none->message, "further on"));
  g_assert_false (cjl_project_freeze_up_to (project, lowered, "dense9", &missing));
  expect (project, "");
}

/* Howard and Ruder: the layer before learns at 1 / 2.6 of the rate. */
static void
test_rates (void)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = new_project (&dataset);
  g_autoptr (CjLowered) lowered = cjl_project_lower (project, dataset, 16);
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_project_set_rates (project, lowered, CJL_TRANSFER_FALL, &error));
  g_assert_cmpfloat (find (project, "dense3")->rate, ==, 1);
  g_assert_cmpfloat_with_epsilon (find (project, "dense2")->rate, 1 / 2.6, 1e-12);
  g_assert_cmpfloat_with_epsilon (find (project, "dense1")->rate, 1 / 2.6 / 2.6, 1e-12);
  g_assert_cmpfloat_with_epsilon (find (project, "batch1")->rate, 1 / 2.6 / 2.6, 1e-12);
  g_assert_true (cjl_project_set_rates (project, lowered, 1, &error));
  g_assert_cmpfloat (find (project, "dense1")->rate, ==, 1);
  g_assert_false (cjl_project_set_rates (project, lowered, (double) NAN, &error));
}

static float
get (CjlSession *session, const char *name)
{
  g_autoptr (CjTensor) tensor = cjl_session_dup_param (session, name);

  return cj_tensor_f32 (tensor)[0];
}

static void
train (CjlSession *session, guint64 steps)
{
  cjl_session_train (session, steps);
  cj_runner_wait (cjl_session_get_runner (session));
  cjl_session_settle (session);
}

/* A new head has the numbers of the seed, the body what it learned; and undo brings the old one back. */
static void
test_head (void)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = new_project (&dataset);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 2, &error);
  g_autofree char *names = NULL;
  float head, body, learned;

  g_assert_no_error (error);
  head = get (session, "dense3.weight");
  train (session, 5);
  body = get (session, "dense2.weight");
  learned = get (session, "dense3.weight");
  g_assert_cmpfloat (learned, !=, head);
  g_assert_true (cjl_session_renew_head (session, &names, &error));
  g_assert_cmpstr (names, ==, "dense3");
  g_assert_cmpfloat (get (session, "dense3.weight"), ==, head);
  g_assert_cmpfloat (get (session, "dense2.weight"), ==, body);
  g_assert_true (cjl_project_undo (project));
  cj_runner_wait (cjl_session_get_runner (session));
  g_assert_cmpfloat (get (session, "dense3.weight"), ==, learned);
}

/* A run that begins anew keeps what is frozen: of a session, and of a project that is read. */
static void
test_anew (void)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = new_project (&dataset);
  g_autoptr (CjLowered) lowered = cjl_project_lower (project, dataset, 16);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlSession) session = cjl_session_new (project, dataset, 2, &error);
  float head, body, mean;

  g_assert_no_error (error);
  head = get (session, "dense3.weight");
  train (session, 5);
  body = get (session, "dense2.weight");
  mean = get (session, "batch1.running_mean");
  g_assert_true (cjl_project_freeze_all_but (project, lowered, 1, &error));
  g_assert_true (cjl_session_refresh (session, &error));
  train (session, 10);
  g_assert_cmpfloat (get (session, "dense2.weight"), ==, body);
  g_assert_cmpfloat (get (session, "batch1.running_mean"), ==, mean);
  g_assert_true (cjl_session_reset (session, &error));
  g_assert_cmpfloat (get (session, "dense2.weight"), ==, body);
  g_assert_cmpfloat (get (session, "batch1.running_mean"), ==, mean);
  g_assert_cmpfloat (get (session, "dense3.weight"), ==, head);
  cjl_session_store (session, FALSE);
  cjl_project_begin_anew (project); /* no step was trained: all stays */
  g_assert_nonnull (cjd_named_tensors_find (cjl_project_get_weights (project), "dense3.weight"));
  train (session, 5);
  cjl_session_store (session, FALSE);
  cjl_project_begin_anew (project);
  g_assert_null (cjd_named_tensors_find (cjl_project_get_weights (project), "dense3.weight"));
  g_assert_nonnull (cjd_named_tensors_find (cjl_project_get_weights (project), "dense2.weight"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/transfer/freeze", test_freeze);
  g_test_add_func ("/lab/transfer/rates", test_rates);
  g_test_add_func ("/lab/transfer/head", test_head);
  g_test_add_func ("/lab/transfer/anew", test_anew);
  return g_test_run ();
}
