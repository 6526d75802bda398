/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an output can be wired to, before the wire is there. */
#include "cjl-fit.h"

static void
test_fit (void)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  const CjDataSpec spec = { .batch = 1,
                            .x_shape = cj_shape (3, (const gint64[]){ 1, 12, 12 }),
                            .y_shape = cj_shape (0, NULL),
                            .x_dtype = CJ_FLOAT32,
                            .y_dtype = CJ_INT32,
                            .n_classes = 10,
                            .has_y = TRUE };
  g_autoptr (CjLowered) lowered = NULL;
  g_autoptr (CjlFit) fit = NULL, blind = NULL;
  CjWire from;

  g_assert_nonnull (cj_graph_add_chain (graph, NULL, "input, conv-2d 4 3, relu", NULL));
  g_assert_nonnull (cj_graph_add_chain (graph, NULL, "dense 3", NULL));
  g_assert_nonnull (cj_graph_add_chain (graph, NULL, "conv-2d 2 40", NULL));
  g_assert_nonnull (cj_graph_add_chain (graph, NULL, "max-pool-2d", NULL));
  lowered = cj_lower (graph, &spec);
  from = (CjWire){ cj_graph_find (graph, "relu1"), 0 };
  fit = cjl_fit_new (graph, lowered, &spec, from);
  g_assert_true (cjl_fit_input (fit, cj_graph_find (graph, "max1"), 0));
  g_assert_false (cjl_fit_input (fit, cj_graph_find (graph, "dense1"), 0)); /* wants it flat */
  g_assert_false (cjl_fit_input (fit, cj_graph_find (graph, "conv2"), 0));  /* too large */
  g_assert_false (cjl_fit_input (fit, cj_graph_find (graph, "conv1"), 0));  /* a loop */
  g_assert_false (cjl_fit_input (fit, cj_graph_find (graph, "relu1"), 0));
  g_assert_true (cjl_fit_layer (fit, cj_layer_find ("flatten"), NULL));
  g_assert_false (cjl_fit_layer (fit, cj_layer_find ("dense"), NULL));
  g_assert_false (cjl_fit_layer (fit, cj_layer_find ("input"), NULL));
  blind = cjl_fit_new (graph, NULL, NULL, from);
  g_assert_true (cjl_fit_input (blind, cj_graph_find (graph, "dense1"), 0));
  g_assert_false (cjl_fit_input (blind, cj_graph_find (graph, "conv1"), 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/fit", test_fit);
  return g_test_run ();
}
