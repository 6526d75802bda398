/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses against their twins and central differences; what does not count does not count. */
#include "op-check.h"

#include <math.h>
#include <string.h>

static OpCheckInput
floats (CjShape shape)
{
  return (OpCheckInput){ .shape = shape, .given = TRUE };
}

static OpCheckInput
between (CjShape shape, double low, double high)
{
  return (OpCheckInput){ .shape = shape, .given = TRUE, .low = low, .high = high };
}

static OpCheckInput
integers (CjShape shape, int below)
{
  return (OpCheckInput){ .shape = shape, .dtype = CJ_INT32, .given = TRUE, .below = below };
}

static CjCrossEntropyAttrs
new_attrs (int variant, int axis, gint64 k)
{
  CjCrossEntropyAttrs attrs
      = { .reduction = (CjReduction) (variant % 4), .axis = axis, .ignore = -1 };

  if (variant & 4)
    attrs.smoothing = 0.2;
  if (variant & 8)
    attrs.ignore = 1;
  if (variant & 16)
    attrs.weights.n = (int) k;
  for (int i = 0; i < attrs.weights.n; i++)
    attrs.weights.w[i] = 0.5f + (float) (i % 3);
  attrs.logs = (variant & 32) != 0;
  return attrs;
}

static void
test_cross_entropy (void)
{
  static const struct
  {
    gint64 n, k, h, w;
    int axis;
  } cases[] = {
    { 1, 2, 0, 0, 1 }, { 6, 5, 0, 0, 1 },    { 2, 3, 4, 5, 1 },
    { 3, 7, 5, 0, 2 }, { 301, 67, 0, 0, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int variant = 0; variant < 64; variant++)
      {
        const gint64 *d = &cases[i].n;
        const CjShape x = cj_shape (d[2] == 0 ? 2 : d[3] == 0 ? 3 : 4, d);
        const gint64 k = x.dims[cases[i].axis];
        const CjCrossEntropyAttrs attrs = new_attrs (variant, cases[i].axis, k);
        const CjShape rows
            = x.n_dims == 4 ? cj_shape3 (d[0], d[2], d[3]) : cj_shape (x.n_dims - 1, d);
        OpCheckInput in[2] = { floats (x), integers (rows, (int) k) };
        g_autofree char *what = g_strdup_printf ("cross-entropy %u, %d", i, variant);

        op_check (what, &cj_op_cross_entropy, &attrs, in, 2, i);
        in[1] = between (x, 0, 1);
        op_check (what, &cj_op_cross_entropy, &attrs, in, 2, i);
      }
}

/* Loss and gradient of four rows of scores with targets of which `n_valid` count. */
static float
run_classes (const CjCrossEntropyAttrs *attrs, const float *z, const gint32 *targets,
             gint64 n_valid, float *dz)
{
  float loss, one = 1, saved[16];
  double workspace[8];
  CjOp op = { .info = &cj_op_cross_entropy,
              .attrs = (gpointer) attrs,
              .blocks = 1,
              .n_in = 2,
              .in_shape = { cj_shape2 (4, 3), cj_shape1 (4) },
              .in_dtype = { CJ_FLOAT32, CJ_INT32 } };
  const CjOpCall call = { .op = &op,
                          .in = { (gpointer) z, (gpointer) targets },
                          .out = { &loss },
                          .d_in = { dz },
                          .d_out = { &one },
                          .saved = saved,
                          .workspace = (float *) workspace,
                          .n_valid = n_valid };

  g_assert_true (cj_op_cross_entropy.infer (&op, NULL));
  g_assert_cmpuint (op.saved_bytes, <=, sizeof saved);
  g_assert_cmpuint (op.workspace_bytes, <=, sizeof workspace);
  for (guint block = 0; block < cj_op_blocks (&op); block++)
    cj_op_cross_entropy.forward[0].run (&call, block);
  cj_op_cross_entropy.forward[1].run (&call, 0);
  for (guint block = 0; block < cj_op_blocks (&op); block++)
    cj_op_cross_entropy.backward[0].run (&call, block);
  return loss;
}

/* Rows that are filling, of the ignored class or of no class change neither loss nor gradient. */
static void
test_what_counts (void)
{
  const float z[12] = { 1, 2, 3, 0, 0, 0, 9, -9, 3, 4, 4, 4 };
  const CjCrossEntropyAttrs attrs = { .axis = 1, .ignore = 2 };
  const gint32 none[4] = { 2, -1, 7, 2 };
  float dz[12];
  const float expected = logf (3);

  for (int variant = 0; variant < 3; variant++)
    {
      const gint32 targets[4] = { variant == 0 ? 2 : variant == 1 ? -1 : 3, 1, 1, 0 };

      g_assert_cmpfloat_with_epsilon (run_classes (&attrs, z, targets, 2, dz), expected, 1e-6);
      for (int i = 0; i < 12; i++)
        g_assert_cmpfloat_with_epsilon (dz[i], i / 3 != 1 ? 0 : (i == 4 ? 1 / 3.0 - 1 : 1 / 3.0),
                                        1e-6);
    }
  g_assert_cmpfloat (run_classes (&attrs, z, none, 4, dz), ==, 0);
  for (int i = 0; i < 12; i++)
    g_assert_cmpfloat (dz[i], ==, 0);
}

static void
test_cross_entropy_large (void)
{
  const float z[12] = { 5000, -5000, 0, -1e8f, 1e8f, 0, 1, 1, 1, 88, 89, 90 };
  const CjCrossEntropyAttrs attrs = { .axis = 1, .ignore = -1 };
  const gint32 right[4] = { 0, 1, 0, 0 };
  float dz[12];

  g_assert_cmpfloat_with_epsilon (run_classes (&attrs, z, right, 2, dz), 0, 1e-6);
  g_assert_true (isfinite (run_classes (&attrs, z, right, 4, dz)));
  for (int i = 0; i < 12; i++)
    g_assert_true (isfinite (dz[i]));
}

static void
test_pair (void)
{
  static const CjShape shapes[] = {
    { 2, { 1, 1 } }, { 2, { 4, 6 } }, { 1, { 7 } }, { 3, { 3, 5, 3 } }, { 4, { 3, 3, 57, 61 } },
  };

  for (CjPairKind kind = CJ_PAIR_SQUARE; kind <= CJ_PAIR_HINGE; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
      for (int variant = 0; variant < 8; variant++)
        {
          const gboolean weighted = variant >= 4 && kind == CJ_PAIR_BCE_LOGITS;
          const gboolean probability = kind == CJ_PAIR_BCE || kind == CJ_PAIR_KL;
          CjPairLossAttrs attrs = { .kind = kind, .reduction = (CjReduction) (variant % 4) };
          OpCheckInput in[2] = { floats (shapes[i]), floats (shapes[i]) };
          g_autofree char *what = g_strdup_printf ("pair %d, shape %u, %d", kind, i, variant);

          attrs.a = variant >= 4 ? 0.5 : 1;
          if (probability || kind == CJ_PAIR_BCE_LOGITS)
            in[1] = between (shapes[i], 0.1, 0.9);
          if (kind == CJ_PAIR_BCE)
            in[0] = between (shapes[i], 0.1, 0.9);
          if (kind == CJ_PAIR_HINGE)
            in[1].below = 2;
          if (weighted)
            attrs.weights = (CjWeights){ shapes[i].n_dims > 2 ? 3 : 1, { 0.5f, 2, 3 } };
          op_check (what, &cj_op_pair_loss, &attrs, in, 2, i);
        }
}

/* One output a sample meets targets without that dimension; single losses can be counted apart from
 * filling. */
static void
test_pair_valid (void)
{
  const CjPairLossAttrs attrs = { .kind = CJ_PAIR_SQUARE };
  const float x[3] = { 1, 2, 30 }, t[3] = { 0, 0, 0 };
  float loss, one = 2, dx[3], saved;
  double workspace[4];
  CjOp op = { .info = &cj_op_pair_loss,
              .attrs = (gpointer) &attrs,
              .n_in = 2,
              .in_shape = { cj_shape2 (3, 1), cj_shape1 (3) } };
  const CjOpCall call = { .op = &op,
                          .in = { (gpointer) x, (gpointer) t },
                          .out = { &loss },
                          .d_in = { dx },
                          .d_out = { &one },
                          .saved = &saved,
                          .workspace = (float *) workspace,
                          .n_valid = 2 };

  g_assert_true (cj_op_pair_loss.infer (&op, NULL));
  cj_op_pair_loss.forward[0].run (&call, 0);
  cj_op_pair_loss.forward[1].run (&call, 0);
  cj_op_pair_loss.backward[0].run (&call, 0);
  g_assert_cmpfloat (loss, ==, 2.5f);
  g_assert_cmpfloat (dx[0], ==, 2);
  g_assert_cmpfloat (dx[1], ==, 4);
  g_assert_cmpfloat (dx[2], ==, 0);
}

static void
test_rows (void)
{
  static const gint64 sizes[][2] = { { 1, 1 }, { 5, 4 }, { 3, 17 }, { 400, 33 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int variant = 0; variant < 4; variant++)
      {
        const CjShape x = cj_shape2 (sizes[i][0], sizes[i][1]), n = cj_shape1 (sizes[i][0]);
        CjRowLossAttrs attrs
            = { CJ_ROW_TRIPLET, (CjReduction) variant, sizes[i][1] == 1 ? 9 : 0.7 };
        OpCheckInput in[3] = { floats (x), floats (x), floats (x) };

        op_check ("triplet", &cj_op_row_loss, &attrs, in, 3, i);
        attrs = (CjRowLossAttrs){ CJ_ROW_COSINE, (CjReduction) variant, -0.3 };
        in[2] = integers (n, 2);
        op_check ("cosine", &cj_op_row_loss, &attrs, in, 3, i);
        in[2].dtype = CJ_FLOAT32;
        op_check ("cosine", &cj_op_row_loss, &attrs, in, 3, i);
        attrs = (CjRowLossAttrs){ CJ_ROW_MULTI_HINGE, (CjReduction) variant, 1 };
        in[1] = integers (n, (int) sizes[i][1]);
        op_check ("multi-hinge", &cj_op_row_loss, &attrs, in, 2, i);
      }
}

static void
test_refuses (void)
{
  const CjShape x = cj_shape2 (4, 3), n = cj_shape1 (4), picture = cj_shape4 (4, 3, 2, 2);
  CjCrossEntropyAttrs classes = { .axis = 1, .weights = { .n = 2 } };
  CjPairLossAttrs pair = { .kind = CJ_PAIR_SQUARE };
  const CjRowLossAttrs row = { .kind = CJ_ROW_COSINE }, hinge = { .kind = CJ_ROW_MULTI_HINGE };
  OpCheckInput in[3] = { floats (x), integers (n, 3), floats (n) };

  op_check_refuses (&cj_op_cross_entropy, &classes, in, 2, "*class weights, 2*");
  op_check_refuses (&cj_op_pair_loss, &pair, in, 2, "*values as targets*");
  in[0] = floats (picture);
  op_check_refuses (&cj_op_cross_entropy, &classes, in, 2, "*Flatten and Dense*");
  op_check_refuses (&cj_op_row_loss, &hinge, in, 2, "*Flatten*");
  in[1] = floats (x);
  op_check_refuses (&cj_op_pair_loss, &pair, in, 2, "*shape of its target, 3*");
  in[0] = floats (x);
  op_check_refuses (&cj_op_row_loss, &hinge, in, 2, "*one target a sample*");
  in[2] = floats (x);
  op_check_refuses (&cj_op_row_loss, &row, in, 3, "*one target a sample*");
  pair = (CjPairLossAttrs){ .kind = CJ_PAIR_BCE_LOGITS, .weights = { .n = 2 } };
  op_check_refuses (&cj_op_pair_loss, &pair, in, 2, "*as weights, 2*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/ops/cross-entropy/twin-and-gradient", test_cross_entropy);
  g_test_add_func ("/engine/ops/cross-entropy/what-counts", test_what_counts);
  g_test_add_func ("/engine/ops/cross-entropy/large", test_cross_entropy_large);
  g_test_add_func ("/engine/ops/pair-loss/twin-and-gradient", test_pair);
  g_test_add_func ("/engine/ops/pair-loss/valid", test_pair_valid);
  g_test_add_func ("/engine/ops/row-loss/twin-and-gradient", test_rows);
  g_test_add_func ("/engine/ops/losses/refuse", test_refuses);
  return g_test_run ();
}
