/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers by sparse rows: the numbers of the dense product, whatever is left of the weights. */
#include "cj-program-sparse.h"
#include "network.h"

#include <math.h>
#include <string.h>

#define I 300
#define U 70

static const char *const sparse[] = { "dense1.weight", NULL };

static CjProgram *
compile (const char *chain, CjShape x, gint64 batch, guint threads, gboolean rows)
{
  const CjDataSpec spec
      = { .batch = batch, .x_shape = x, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = 4 };
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (GError) error = NULL;
  CjProgram *program = rows ? cj_program_new_sparse (graph, &spec, threads, sparse, &error)
                            : cj_program_new (graph, CJ_PURPOSE_INFER, &spec, threads, &error);

  g_assert_no_error (error);
  cj_program_init (program, 1);
  network_fill (program, 4);
  return program;
}

/* Keeps a share of the weights of the first layer; from unit `all` on all of them. */
static void
thin (CjProgram *program, double kept, gint64 all)
{
  float *w = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.weight"));
  CjRng rng;

  cj_rng_init (&rng, 4, CJ_RNG_TEST, 0);
  for (gint64 i = 0; i < U * I; i++)
    if (cj_rng_uniform (&rng) >= (float) kept && i / I < all)
      w[i] = 0;
}

static void
assert_near (CjProgram *a, CjProgram *b, gboolean same)
{
  const gint64 batch = cj_program_get_batch (a);
  const float *x, *y;
  CjShape shape;

  cj_program_forward (a, FALSE, batch, 1, 1);
  cj_program_forward (b, FALSE, batch, 1, 1);
  x = cj_program_get_prediction (a, &shape);
  y = cj_program_get_prediction (b, NULL);
  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    if (same)
      g_assert_cmpfloat (x[i], ==, y[i]);
    else
      g_assert_cmpfloat_with_epsilon (x[i], y[i], 1e-5 * (1 + fabs ((double) y[i])));
}

static void
test_same (void)
{
  static const gint64 batches[] = { 1, 2, 3, 64 };
  static const double kept[] = { 0, 0.05, 0.5, 1 };
  static const char *const chains[]
      = { "dense 70, dense 4, cross-entropy", "dense 70 activation=relu, dense 4, cross-entropy",
          "dense 70 bias=false, dense 4, cross-entropy" };

  for (guint c = 0; c < G_N_ELEMENTS (chains); c++)
    for (guint b = 0; b < G_N_ELEMENTS (batches); b++)
      for (guint k = 0; k < G_N_ELEMENTS (kept); k++)
        {
          const CjShape x = cj_shape1 (I);
          g_autoptr (CjProgram) rows = compile (chains[c], x, batches[b], 1, TRUE);
          g_autoptr (CjProgram) dense = compile (chains[c], x, batches[b], 1, FALSE);
          g_autoptr (CjProgram) two = compile (chains[c], x, batches[b], 2, TRUE);
          /* the first 32 units are thin, and the others have no room */
          const gint64 all = k == 1 ? 32 : U;

          thin (rows, kept[k], all);
          thin (dense, kept[k], all);
          thin (two, kept[k], all);
          assert_near (rows, dense, FALSE);
          assert_near (rows, two, TRUE);
        }
}

/* Tokens are rows as samples are. */
static void
test_sequence (void)
{
  const CjShape x = cj_shape2 (9, I);
  const char *chain = "dense 70, flatten, dense 4, cross-entropy";
  g_autoptr (CjProgram) rows = compile (chain, x, 5, 2, TRUE);
  g_autoptr (CjProgram) dense = compile (chain, x, 5, 2, FALSE);

  thin (rows, 0.05, U);
  thin (dense, 0.05, U);
  assert_near (rows, dense, FALSE);
  thin (rows, 0.02, U); /* weights that are asked for are packed anew */
  thin (dense, 0.02, U);
  assert_near (rows, dense, FALSE);
}

static void
test_plan (void)
{
  const char *chain = "dense 70, dense 4, cross-entropy";
  g_autoptr (CjProgram) rows = compile (chain, cj_shape1 (I), 4, 1, TRUE);
  g_autoptr (CjProgram) dense = compile (chain, cj_shape1 (I), 4, 1, FALSE);
  g_autofree float *weights = g_new0 (float, 20000);

  g_assert_nonnull (strstr (cj_program_get_plan (rows), ", sparse rows"));
  g_assert_null (strstr (cj_program_get_plan (dense), "sparse"));
  g_assert_true (cj_sparse_pays (weights, 20000));
  g_assert_false (cj_sparse_pays (weights, 1000));
  for (guint i = 0; i < 900; i++)
    weights[13 * i] = 1;
  g_assert_true (cj_sparse_pays (weights, 20000));
  for (guint i = 0; i < 300; i++)
    weights[13 * i + 5] = 1;
  g_assert_false (cj_sparse_pays (weights, 20000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/sparse/same", test_same);
  g_test_add_func ("/engine/sparse/sequence", test_sequence);
  g_test_add_func ("/engine/sparse/plan", test_plan);
  return g_test_run ();
}
