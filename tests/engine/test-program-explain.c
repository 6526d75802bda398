/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explain programs that someone steps into: values that are held, rules for gradients, parameters whose
 * gradients nobody wants. */
#include "cj-ops.h"
#include "network.h"

#include <string.h>

static const char table[]
    = "dense units=9, tanh, dense units=7, gelu, dense units=3, cross-entropy";
static const char picture[]
    = "conv-2d filters=4 kernel=3x3 padding=same, batch-norm, relu, max-pool-2d, "
      "flatten, dense units=3, cross-entropy";

/* What is held stands in place of what would be made, for those behind it, until it is let go. */
static void
test_hold (void)
{
  g_autoptr (CjProgram) program
      = network_compile (table, CJ_PURPOSE_EXPLAIN, cj_shape1 (10), 6, 3, 2);
  const CjLowered *lowered = cj_program_get_lowered (program);
  const gint64 batch = cj_program_get_batch (program);
  g_autoptr (CjTensor) hidden = NULL, before = NULL, held = NULL, after = NULL, kept = NULL;
  const int value = lowered->nodes[2].out[0]; /* tanh */

  cj_program_init (program, 1);
  network_fill (program, 3);
  cj_program_forward (program, FALSE, batch, 0, 0);
  hidden = cj_program_dup_value (program, value);
  before = cj_program_dup_value (program, lowered->prediction);
  for (gint64 i = 0; i < cj_shape_size (&hidden->shape); i++)
    cj_tensor_f32 (hidden)[i] *= -1;
  cj_program_hold (program, value, cj_tensor_f32 (hidden));
  cj_program_forward (program, FALSE, batch, 0, 0);
  kept = cj_program_dup_value (program, value);
  held = cj_program_dup_value (program, lowered->prediction);
  g_assert_cmpmem (kept->data, cj_tensor_bytes (kept), hidden->data, cj_tensor_bytes (hidden));
  g_assert_cmpint (memcmp (held->data, before->data, cj_tensor_bytes (held)), !=, 0);
  cj_program_hold (program, value, NULL);
  cj_program_hold (program, value, NULL); /* twice is once */
  cj_program_forward (program, FALSE, batch, 0, 0);
  after = cj_program_dup_value (program, lowered->prediction);
  g_assert_cmpmem (after->data, cj_tensor_bytes (after), before->data, cj_tensor_bytes (before));
}

/* Held maps of pictures come in the logical layout, whatever the plan chose. */
static void
test_hold_maps (void)
{
  g_autoptr (CjProgram) program
      = network_compile (picture, CJ_PURPOSE_EXPLAIN, cj_shape3 (2, 8, 8), 6, 3, 2);
  const CjLowered *lowered = cj_program_get_lowered (program);
  const gint64 batch = cj_program_get_batch (program);

  cj_program_init (program, 1);
  network_fill (program, 3);
  for (guint i = 1; i < lowered->n_nodes; i++)
    {
      const int value = lowered->nodes[i].n_out > 0 ? lowered->nodes[i].out[0] : CJ_NO_VALUE;
      g_autoptr (CjTensor) own = NULL, before = NULL, after = NULL;

      if (value == CJ_NO_VALUE || value == lowered->x)
        continue;
      cj_program_forward (program, FALSE, batch, 0, 0);
      own = cj_program_dup_value (program, value);
      before = cj_program_dup_value (program, lowered->prediction);
      if (own == NULL)
        continue;
      cj_program_hold (program, value, cj_tensor_f32 (own));
      cj_program_forward (program, FALSE, batch, 0, 0);
      after = cj_program_dup_value (program, lowered->prediction);
      cj_program_hold (program, value, NULL);
      g_assert_cmpmem (after->data, cj_tensor_bytes (after), before->data,
                       cj_tensor_bytes (before));
    }
}

/* A rule that is the op's own backward changes nothing; one that doubles it does, once an op. */
static void
pass_as_is (CjProgram *program, const CjOpCall *call, gpointer data)
{
  ++*(int *) data;
  cj_program_run_op (program, TRUE, call);
}

static void
pass_double (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gint64 n = cj_shape_size (&call->op->out_shape[0]);
  g_autofree float *twice = g_new (float, (gsize) n);
  CjOpCall altered = *call;

  ++*(int *) data;
  for (gint64 i = 0; i < n; i++)
    twice[i] = 2 * call->d_out[0][i];
  altered.d_out[0] = twice;
  cj_program_run_op (program, TRUE, &altered);
}

/* The gradient of the loss at x, by the rules. You unref. */
static CjTensor *
find_slope (CjProgram *program, const CjBackwardRule *rules, gpointer data)
{
  cj_program_set_rules (program, rules, data);
  cj_program_forward (program, FALSE, cj_program_get_batch (program), 0, 0);
  cj_program_backward (program);
  cj_program_set_rules (program, NULL, NULL);
  return cj_program_dup_value_gradient (program, cj_program_get_lowered (program)->x);
}

static void
test_rules (void)
{
  static const CjBackwardRule same[]
      = { { &cj_op_unary, pass_as_is }, { &cj_op_dense, pass_as_is }, { NULL, NULL } };
  static const CjBackwardRule twice[] = { { &cj_op_unary, pass_double }, { NULL, NULL } };
  g_autoptr (CjProgram) program
      = network_compile (table, CJ_PURPOSE_EXPLAIN, cj_shape1 (10), 6, 3, 2);
  g_autoptr (CjTensor) plain = NULL, by_rule = NULL, doubled = NULL, again = NULL;
  int n_same = 0, n_twice = 0;

  cj_program_init (program, 1);
  network_fill (program, 3);
  plain = find_slope (program, NULL, NULL);
  by_rule = find_slope (program, same, &n_same);
  doubled = find_slope (program, twice, &n_twice);
  again = find_slope (program, NULL, NULL);
  g_assert_cmpmem (plain->data, cj_tensor_bytes (plain), by_rule->data, cj_tensor_bytes (by_rule));
  g_assert_cmpmem (plain->data, cj_tensor_bytes (plain), again->data, cj_tensor_bytes (again));
  g_assert_cmpint (n_same, ==, 5);
  g_assert_cmpint (n_twice, ==, 2);
  for (gint64 i = 0; i < cj_shape_size (&plain->shape); i++)
    g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (doubled)[i], 4 * cj_tensor_f32 (plain)[i], 1e-6);
}

/* Gradients of parameters stay as they are, those of features are the same. */
static void
test_skip (void)
{
  g_autoptr (CjProgram) program
      = network_compile ("dense units=6, tanh, dense units=3, cross-entropy", CJ_PURPOSE_EXPLAIN,
                         cj_shape1 (5), 4, 3, 1);
  const CjProgramParam *weight = cj_program_find_param (program, "dense1.weight");
  g_autoptr (CjTensor) first = NULL, second = NULL;
  float *gradient = cj_program_get_param_gradient (program, weight);
  g_autofree float *whole = NULL;

  cj_program_init (program, 1);
  network_fill (program, 3);
  cj_program_forward (program, FALSE, 4, 0, 0);
  cj_program_backward (program);
  whole = g_memdup2 (gradient, sizeof (float) * (gsize) weight->size);
  first = cj_program_dup_value_gradient (program, cj_program_get_lowered (program)->x);
  for (gint64 i = 0; i < weight->size; i++)
    gradient[i] = 77;
  cj_program_skip_parameters (program, TRUE);
  cj_program_forward (program, FALSE, 4, 0, 0);
  cj_program_backward (program);
  second = cj_program_dup_value_gradient (program, cj_program_get_lowered (program)->x);
  g_assert_cmpmem (first->data, cj_tensor_bytes (first), second->data, cj_tensor_bytes (second));
  for (gint64 i = 0; i < weight->size; i++)
    g_assert_cmpfloat (gradient[i], ==, 77);
  cj_program_skip_parameters (program, FALSE);
  cj_program_forward (program, FALSE, 4, 0, 0);
  cj_program_backward (program);
  g_assert_cmpmem (gradient, sizeof (float) * (gsize) weight->size, whole,
                   sizeof (float) * (gsize) weight->size);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/program/explain/hold", test_hold);
  g_test_add_func ("/engine/program/explain/hold-maps", test_hold_maps);
  g_test_add_func ("/engine/program/explain/rules", test_rules);
  g_test_add_func ("/engine/program/explain/skip-parameters", test_skip);
  return g_test_run ();
}
