/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Excitation and inhibition, against sums by hand and against what the layers give. */
#include "cj-balance.h"
#include "network.h"

#include <math.h>
#include <string.h>

static CjProgram *
compile (const char *chain, CjShape x, const char *id, CjGraph **graph, guint *node)
{
  const CjDataSpec spec
      = { .batch = 2, .x_shape = x, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = 4 };
  g_autoptr (GError) error = NULL;
  CjProgram *program;

  *graph = network_new_graph (chain);
  program = cj_program_new (*graph, CJ_PURPOSE_PROBE, &spec, 1, &error);
  g_assert_no_error (error);
  cj_program_init (program, 5);
  network_fill (program, 4);
  cj_program_forward (program, FALSE, 2, 1, 1);
  *node = (guint) cj_graph_get_index (*graph, cj_graph_find (*graph, id));
  return program;
}

/* Without offset and activation, excitation less inhibition is what a layer gives. */
static void
check_sum (const char *chain, CjShape x, const char *id, gboolean splits)
{
  g_autoptr (CjGraph) graph = NULL;
  guint node;
  g_autoptr (CjProgram) program = compile (chain, x, id, &graph, &node);
  g_autoptr (CjBalance) balance = cj_balance_measure (program, node);
  g_autoptr (CjTensor) y = cj_program_dup_output (program, node, 0);

  g_assert_nonnull (balance);
  g_assert_cmpint (balance->n, ==, cj_shape_size (&y->shape) / 2);
  for (gint64 i = 0; i < balance->n; i++)
    {
      g_assert_cmpfloat (balance->excitation[i], >=, 0);
      g_assert_cmpfloat (balance->inhibition[i], >=, 0);
      g_assert_cmpfloat_with_epsilon (balance->excitation[i] - balance->inhibition[i],
                                      cj_tensor_f32 (y)[i], 1e-4);
    }
  g_assert_true (!splits || (balance->mean[0] > 0 && balance->mean[1] > 0));
}

static void
test_sums (void)
{
  const CjShape picture = { 3, { 4, 7, 6 } }, sequence = { 2, { 5, 6 } };

  check_sum ("dense 9 bias=false, dense 4, cross-entropy", cj_shape1 (11), "dense1", TRUE);
  check_sum ("dense 9 bias=false, flatten, dense 4, cross-entropy", sequence, "dense1", TRUE);
  check_sum ("conv-2d filters=6 kernel=3 padding=1 stride=2 bias=false, flatten, dense 4, "
             "cross-entropy",
             picture, "conv1", TRUE);
  check_sum ("sigmoid, dale-dense 8 inhibition=interneurons bias=false, dense 4, cross-entropy",
             cj_shape1 (11), "dale1", TRUE);
  check_sum ("sigmoid, dale-dense 8 inhibition=senders bias=false, dense 4, cross-entropy",
             cj_shape1 (11), "dale1", TRUE);
}

/* By hand: w x of 1 · 2, −1 · 3 and −2 · −1. */
static void
test_by_hand (void)
{
  const float w[] = { 1, -1, -2, 0.5f, 0.5f, 1 }, x[] = { 2, 3, -1, 0, 0, 0 };
  g_autoptr (CjGraph) graph = NULL;
  guint node;
  g_autoptr (CjProgram) program
      = compile ("dense 2, dense 4, cross-entropy", cj_shape1 (3), "dense1", &graph, &node);
  g_autoptr (CjBalance) balance = NULL;

  memcpy (cj_program_get_param_data (program, cj_program_find_param (program, "dense1.weight")), w,
          sizeof w);
  memcpy (cj_program_get_x (program)->data, x, sizeof x);
  cj_program_forward (program, FALSE, 2, 1, 1);
  balance = cj_balance_measure (program, node);
  g_assert_cmpint (balance->n, ==, 2);
  g_assert_cmpfloat (balance->excitation[0], ==, 4);
  g_assert_cmpfloat (balance->inhibition[0], ==, 3);
  g_assert_cmpfloat (balance->excitation[1], ==, 2.5f);
  g_assert_cmpfloat (balance->inhibition[1], ==, 1);
  g_assert_cmpfloat_with_epsilon (balance->ratio, 4 / 6.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (balance->correlation, 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (balance->rest, 2.5 / 10.5, 1e-6);
}

/* Of neurons with conductances it is these, moment by moment. */
static void
test_conductances (void)
{
  g_autoptr (CjGraph) graph = NULL;
  guint node;
  g_autoptr (CjProgram) program
      = compile ("sigmoid, direct-current steps=7, conductance-lif 5, spike-readout, cross-entropy",
                 cj_shape1 (11), "conductance1", &graph, &node);
  g_autoptr (CjBalance) balance = cj_balance_measure (program, node);
  g_autoptr (CjTensor) e = cj_program_dup_output (program, node, 2);
  g_autoptr (CjTensor) i = cj_program_dup_output (program, node, 3);

  g_assert_nonnull (balance);
  g_assert_cmpint (balance->n, ==, 7 * 5);
  g_assert_cmpint (balance->n_units, ==, 5);
  g_assert_true (balance->mean[0] > 0 && balance->mean[1] > 0);
  for (gint64 k = 0; k < balance->n; k++)
    {
      g_assert_cmpuint (balance->unit[k], ==, k % 5);
      g_assert_cmpfloat (balance->excitation[k], ==, cj_tensor_f32 (e)[k]);
      g_assert_cmpfloat (balance->inhibition[k], ==, cj_tensor_f32 (i)[k]);
    }
}

/* Layers without weights have no balance; wide ones are looked at here and there. */
static void
test_bounds (void)
{
  g_autoptr (CjGraph) graph = NULL;
  guint node;
  g_autoptr (CjProgram) program
      = compile ("conv-2d filters=8 kernel=3 padding=1, relu, flatten, dense 4, cross-entropy",
                 cj_shape3 (1, 32, 32), "conv1", &graph, &node);
  g_autoptr (CjBalance) wide = cj_balance_measure (program, node);
  const guint relu = (guint) cj_graph_get_index (graph, cj_graph_find (graph, "relu1"));

  g_assert_cmpint (wide->n, ==, CJ_BALANCE_MAX_POINTS);
  g_assert_cmpint (wide->n_units, ==, 8);
  g_assert_cmpuint (wide->unit[wide->n - 1], ==, 7);
  g_assert_null (cj_balance_measure (program, relu));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/balance/conductances", test_conductances);
  g_test_add_func ("/engine/balance/sums", test_sums);
  g_test_add_func ("/engine/balance/by-hand", test_by_hand);
  g_test_add_func ("/engine/balance/bounds", test_bounds);
  return g_test_run ();
}
