/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layer of CONTRIBUTING.md, compiled from that page: it computes what it says. */
#include "cj-program.h"

extern const CjLayerInfo cj_layer_stretch;

/* y = x · w + b and its gradients on two samples of three features, by hand. */
static void
test_stretch (void)
{
  static const float x[6] = { 1, 2, 3, -1, 0, 5 }, w[3] = { 2, -1, 0.5f }, b[3] = { 0, 1, 10 };
  static const float dy[6] = { 1, 1, 1, 2, 3, 4 };
  static const float dw[3] = { 1 * 1 - 1 * 2, 2 * 1 + 0 * 3, 3 * 1 + 5 * 4 }, db[3] = { 3, 4, 5 };
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CjTensor) y = NULL, dx = NULL;
  g_autoptr (CjProgram) program = NULL;
  const CjInputSpec input = { "in", cj_shape2 (2, 3), CJ_FLOAT32, TRUE };
  const CjDataSpec spec = { .batch = 2, .inputs = &input, .n_inputs = 1 };
  CjNode *in = cj_graph_add (graph, cj_layer_find ("input"), "in", &error);
  CjNode *node = cj_graph_add (graph, &cj_layer_stretch, NULL, &error);
  const CjProgramParam *weight, *bias;
  guint index;

  g_assert_no_error (error);
  g_assert_cmpstr (node->id, ==, "stretch1");
  g_assert_true (cj_graph_set_param (graph, node, "shift", "true", &error));
  g_assert_true (cj_graph_connect (graph, in, 0, node, 0, &error));
  program = cj_program_new (graph, CJ_PURPOSE_EXPLAIN, &spec, 2, &error);
  g_assert_no_error (error);
  cj_program_init (program, 1);
  weight = cj_program_find_param (program, "stretch1.weight");
  bias = cj_program_find_param (program, "stretch1.bias");
  g_assert_nonnull (weight);
  g_assert_nonnull (bias);
  g_assert_cmpfloat (cj_program_get_param_data (program, weight)[2], ==, 1);
  for (guint i = 0; i < 3; i++)
    {
      cj_program_get_param_data (program, weight)[i] = w[i];
      cj_program_get_param_data (program, bias)[i] = b[i];
    }
  for (guint i = 0; i < 6; i++)
    cj_tensor_f32 (cj_program_get_input (program, 0))[i] = x[i];
  index = (guint) cj_graph_get_index (graph, node);
  cj_program_forward (program, TRUE, 2, 0, 0);
  cj_program_seed_gradient (program, index, 0, dy);
  cj_program_backward (program);
  y = cj_program_dup_output (program, index, 0);
  dx = cj_program_dup_input_gradient (program, 0);
  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpfloat (cj_tensor_f32 (y)[i], ==, x[i] * w[i % 3] + b[i % 3]);
      g_assert_cmpfloat (cj_tensor_f32 (dx)[i], ==, dy[i] * w[i % 3]);
    }
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpfloat (cj_program_get_param_gradient (program, weight)[i], ==, dw[i]);
      g_assert_cmpfloat (cj_program_get_param_gradient (program, bias)[i], ==, db[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/every/example/stretch", test_stretch);
  return g_test_run ();
}
