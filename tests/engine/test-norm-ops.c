/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over axes, softmax and normalisation, against their twins and central differences. */
#include "op-check.h"

#include <math.h>

static OpCheckInput
floats (CjShape shape)
{
  return (OpCheckInput){ .shape = shape, .given = TRUE };
}

static OpCheckInput
maybe (CjShape shape, gboolean given)
{
  return (OpCheckInput){ .shape = shape, .given = given };
}

static const gint64 shapes[][5] = {
  { 2, 1, 1 }, { 2, 3, 5 }, { 3, 1, 2, 1 }, { 3, 5, 7, 9 }, { 4, 2, 3, 4, 5 }, { 4, 3, 70, 3, 67 },
};

static CjShape
get_shape (guint i)
{
  return cj_shape ((guint) shapes[i][0], &shapes[i][1]);
}

static void
test_reduce (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (guint axes = 1; axes < 1u << shapes[i][0]; axes++)
      for (int k = 0; k < 4; k++)
        {
          const CjReduceAttrs attrs = { k % 2 ? CJ_REDUCE_SUM : CJ_REDUCE_MEAN, axes, k / 2 };
          const OpCheckInput in = floats (get_shape (i));
          g_autofree char *what = g_strdup_printf ("reduce %u over %x, %d", i, axes, k);

          op_check (what, &cj_op_reduce, &attrs, &in, 1, i);
        }
}

static void
test_reduce_refuses (void)
{
  const OpCheckInput in = floats (cj_shape2 (3, 4));

  op_check_refuses (&cj_op_reduce, &(CjReduceAttrs){ CJ_REDUCE_SUM, 4, FALSE }, &in, 1, "*axes*");
  op_check_refuses (&cj_op_reduce, &(CjReduceAttrs){ CJ_REDUCE_SUM, 0, FALSE }, &in, 1, "*axes*");
}

static void
test_softmax (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (int axis = 1; axis < shapes[i][0]; axis++)
      for (int log = 0; log < 2; log++)
        {
          const CjSoftmaxAttrs attrs = { axis, log };
          const OpCheckInput in = floats (get_shape (i));
          g_autofree char *what = g_strdup_printf ("softmax %u along %d, log %d", i, axis, log);

          op_check (what, &cj_op_softmax, &attrs, &in, 1, i);
        }
}

/* Scores of any size give probabilities. */
static void
test_softmax_large (void)
{
  for (int log = 0; log < 2; log++)
    {
      const CjSoftmaxAttrs attrs = { 1, log };
      float x[6] = { 3000, -2000, 1000, -1e9f, -1e9f, -1e9f }, y[6];
      CjOp op = { .info = &cj_op_softmax,
                  .attrs = (gpointer) &attrs,
                  .blocks = 1,
                  .n_in = 1,
                  .in_shape = { cj_shape2 (2, 3) } };
      const CjOpCall call = { .op = &op, .in = { x }, .out = { y } };

      g_assert_true (cj_op_softmax.infer (&op, NULL));
      for (guint block = 0; block < cj_op_blocks (&op); block++)
        cj_op_softmax.forward[0].run (&call, block);
      for (int i = 0; i < 6; i++)
        g_assert_true (isfinite (y[i]));
      g_assert_cmpfloat (y[0], ==, log ? 0 : 1);
      g_assert_cmpfloat_with_epsilon (y[4], log ? -logf (3) : 1 / 3.0f, 1e-6);
    }
}

static void
test_batch_norm (void)
{
  static const gint64 sizes[][5] = {
    { 2, 2, 1 },          { 2, 7, 5 },     { 3, 3, 4, 7 }, { 4, 4, 3, 5, 6 }, { 4, 1, 17, 3, 3 },
    { 4, 5, 16, 19, 19 }, { 2, 150, 129 }, { 3, 2, 1, 9 }, { 4, 2, 8, 1, 1 }, { 3, 65, 131, 9 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int k = 0; k < 8; k++)
      {
        const CjShape x = cj_shape ((guint) sizes[i][0], &sizes[i][1]);
        const gboolean rows = k >= 4, fixed = k % 2 == 1, affine = k / 2 % 2 == 0;
        const CjShape c = cj_shape1 (x.dims[rows ? 2 : 1]);
        const CjBatchNormAttrs attrs = { fixed ? 0.5 : 1e-3, 0.1, fixed };
        OpCheckInput in[5] = { floats (x), maybe (c, affine), maybe (c, affine) };
        g_autofree char *what = g_strdup_printf ("batch-norm %u, %d", i, k);

        if (rows && x.n_dims != 3)
          continue;
        in[3] = in[4] = (OpCheckInput){ .shape = c, .given = TRUE, .below = 3 };
        op_check (what, rows ? &cj_op_batch_norm_rows : &cj_op_batch_norm, &attrs, in, 5, i);
      }
}

/* With what the plan joins to it: ReLU, a sum, both; and as it is in programs that never train. */
static void
test_batch_norm_joined (void)
{
  static const struct
  {
    const CjOpInfo *info;
    guint n_in;
  } forms[] = {
    { &cj_op_batch_norm, 5 },
    { &cj_op_batch_norm_relu, 5 },
    { &cj_op_batch_norm_add, 6 },
    { &cj_op_batch_norm_add_relu, 6 },
  };
  static const gint64 sizes[][4] = { { 1, 1, 1, 2 },   { 3, 5, 4, 3 },   { 9, 8, 3, 3 },
                                     { 11, 16, 5, 5 }, { 10, 41, 3, 7 }, { 2, 32, 19, 19 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint k = 0; k < 2 * G_N_ELEMENTS (forms); k++)
      {
        const CjShape x = cj_shape (4, sizes[i]), c = cj_shape1 (sizes[i][1]);
        CjBatchNormAttrs attrs = { 1e-3, 0.1, k % 2 == 1 };
        OpCheckInput in[6] = { floats (x), maybe (c, i % 3 != 0), maybe (c, i % 3 != 1) };
        g_autofree char *what = g_strdup_printf ("%s %u, %u", forms[k / 2].info->id, i, k);

        in[3] = in[4] = (OpCheckInput){ .shape = c, .given = TRUE, .low = 0.2, .high = 2 };
        in[3].below = in[4].below = 1;
        in[5] = floats (x);
        op_check (what, forms[k / 2].info, &attrs, in, forms[k / 2].n_in, i);
      }
}

/* Programs that never train have the factors prepared, and wait for nobody. */
static void
test_batch_norm_inference (void)
{
  const CjBatchNormAttrs attrs = { 0.5, 0.1, FALSE };
  float x[6] = { 1, 2, 3, 6, -1, 0 }, weight[2] = { 2, -3 }, bias[2] = { 0, 1 };
  float mean[2] = { 4, 1 }, variance[2] = { 3.5, 1.75 }, y[6];
  double workspace[64];
  CjOp op = { .info = &cj_op_batch_norm_relu,
              .attrs = (gpointer) &attrs,
              .n_in = 5,
              .answers = TRUE,
              .in_shape = { cj_shape2 (3, 2) } };
  const CjOpCall call = { .op = &op,
                          .in = { x, weight, bias, mean, variance },
                          .out = { y },
                          .workspace = (float *) workspace };

  g_assert_true (op.info->infer (&op, NULL));
  g_assert_cmpuint (op.workspace_bytes, <=, sizeof workspace);
  g_assert_cmpuint (op.saved_bytes, ==, 0);
  for (const CjPhase *phase = op.info->forward; phase->run != NULL; phase++)
    for (guint k = 0; k < phase->n_chunks (&op); k++)
      {
        g_assert_cmpint (phase->kind, !=, CJ_PHASE_WHOLE);
        phase->run (&call, k);
      }
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (
        y[i],
        MAX (0,
             (x[i] - mean[i % 2]) / sqrtf (variance[i % 2] + 0.5f) * weight[i % 2] + bias[i % 2]),
        1e-5);
}

/* The running statistics move by `momentum` towards the mean and the unbiased variance in training, and
 * stand still, but are used, outside. */
static void
test_batch_norm_running (void)
{
  const CjBatchNormAttrs attrs = { 0, 0.25, FALSE };
  float x[4] = { 1, 2, 3, 6 }, mean = 4, variance = 2, y[4], saved[4];
  double workspace[32];
  CjOp op = { .info = &cj_op_batch_norm,
              .attrs = (gpointer) &attrs,
              .n_in = 5,
              .in_shape = { cj_shape2 (4, 1) } };
  CjOpCall call = { .op = &op,
                    .in = { x, NULL, NULL, &mean, &variance },
                    .out = { y },
                    .saved = saved,
                    .workspace = (float *) workspace };

  g_assert_true (cj_op_batch_norm.infer (&op, NULL));
  g_assert_cmpuint (op.workspace_bytes, <=, sizeof workspace);
  for (int training = 1; training >= 0; training--)
    {
      call.training = training;
      for (const CjPhase *phase = cj_op_batch_norm.forward; phase->run != NULL; phase++)
        for (guint k = 0; k < phase->n_chunks (&op); k++)
          phase->run (&call, k);
      g_assert_cmpfloat_with_epsilon (mean, 0.75 * 4 + 0.25 * 3, 1e-6);
      g_assert_cmpfloat_with_epsilon (variance, 0.75 * 2 + 0.25 * 14 / 3, 1e-6);
      for (int i = 0; i < 4; i++)
        g_assert_cmpfloat_with_epsilon (
            y[i], training ? (x[i] - 3) / sqrt (3.5) : (x[i] - mean) / sqrt (variance), 1e-5);
    }
}

/* One number far from 0 in every channel does not spoil the variance. */
static void
test_batch_norm_offset (void)
{
  const CjBatchNormAttrs attrs = { 0, 0.1, FALSE };
  enum
  {
    N = 4000,
    C = 9
  };
  g_autofree float *x = g_new (float, N *C), *y = g_new (float, N *C);
  float mean[C] = { 0 }, variance[C] = { 0 }, saved[4 * C];
  double workspace[256];
  CjOp op = { .info = &cj_op_batch_norm,
              .attrs = (gpointer) &attrs,
              .n_in = 5,
              .in_shape = { cj_shape2 (N, C) } };
  const CjOpCall call = { .op = &op,
                          .in = { x, NULL, NULL, mean, variance },
                          .out = { y },
                          .saved = saved,
                          .workspace = (float *) workspace,
                          .training = TRUE };

  for (int i = 0; i < N * C; i++)
    x[i] = 1000 + (float) (i / C % 2);
  g_assert_true (cj_op_batch_norm.infer (&op, NULL));
  g_assert_cmpuint (op.workspace_bytes, <=, sizeof workspace);
  for (const CjPhase *phase = cj_op_batch_norm.forward; phase->run != NULL; phase++)
    for (guint k = 0; k < (phase->n_chunks != NULL ? phase->n_chunks (&op) : 1); k++)
      phase->run (&call, k);
  for (int i = 0; i < N * C; i++)
    g_assert_cmpfloat_with_epsilon (y[i], i / C % 2 == 0 ? -1 : 1, 1e-3);
}

static void
test_row_norm (void)
{
  static const struct
  {
    gint64 n, c, h, w, row, per, weights;
  } cases[] = {
    { 3, 1, 1, 5, 5, 1, 5 },         { 2, 3, 5, 8, 8, 1, 8 },         { 2, 3, 4, 6, 24, 1, 24 },
    { 2, 6, 4, 5, 60, 20, 6 },       { 2, 4, 3, 3, 36, 9, 4 },        { 2, 3, 5, 4, 20, 20, 3 },
    { 5, 8, 1, 1, 4, 1, 8 },         { 200, 1, 1, 129, 129, 1, 129 }, { 1, 1, 300, 17, 17, 1, 17 },
    { 3, 8, 37, 33, 2442, 1221, 8 }, { 11, 1, 3, 32, 32, 1, 32 },     { 2, 1, 7, 80, 80, 1, 80 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int k = 0; k < 6; k++)
      {
        const CjRowNormAttrs attrs = { cases[i].row, cases[i].per, k % 2 ? 1e-5 : 1e-2, k % 2 };
        const CjShape x = cj_shape4 (cases[i].n, cases[i].c, cases[i].h, cases[i].w);
        const CjShape w = cj_shape1 (cases[i].weights);
        const OpCheckInput in[3] = { floats (x), maybe (w, k / 2 != 1), maybe (w, k / 2 == 0) };
        g_autofree char *what = g_strdup_printf ("row-norm %u, %d", i, k);

        op_check (what, &cj_op_row_norm, &attrs, in, 3, i);
      }
}

static void
test_local_norm (void)
{
  for (int size = 1; size < 7; size++)
    {
      const CjLocalNormAttrs attrs = { size, 0.5 * size, size == 2 ? 0.5 : 0.75, 1.5 };

      op_check ("local-norm", &cj_op_local_norm, &attrs,
                &(OpCheckInput){ .shape = cj_shape4 (3, 2 * size - 1, 3, 5), .given = TRUE }, 1,
                (guint) size);
      op_check ("local-norm", &cj_op_local_norm, &attrs,
                &(OpCheckInput){ .shape = cj_shape4 (1, 17, 19, 21), .given = TRUE }, 1, 1);
    }
}

static void
test_refuses (void)
{
  const CjShape vectors = cj_shape2 (3, 4), one = cj_shape1 (3), c = cj_shape1 (4);
  const OpCheckInput in[5] = { floats (vectors), floats (c), floats (c), floats (c), floats (c) };
  const OpCheckInput bare = floats (one);

  op_check_refuses (&cj_op_batch_norm, &(CjBatchNormAttrs){ 0 }, &bare, 1, "*channels*");
  op_check_refuses (&cj_op_batch_norm_rows, &(CjBatchNormAttrs){ 0 }, in, 5, "*sequence*");
  op_check_refuses (&cj_op_row_norm, &(CjRowNormAttrs){ 5, 1, 0, FALSE }, in, 3, "*whole rows*");
  op_check_refuses (&cj_op_row_norm, &(CjRowNormAttrs){ 3, 1, 0, FALSE }, &bare, 1, "*features*");
  op_check_refuses (&cj_op_local_norm, &(CjLocalNormAttrs){ 3, 1, 1, 1 }, in, 1, "*pictures*");
  op_check_refuses (&cj_op_softmax, &(CjSoftmaxAttrs){ 0, FALSE }, in, 1, "*axis*");
  op_check_refuses (&cj_op_softmax, &(CjSoftmaxAttrs){ 2, FALSE }, in, 1, "*axis*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/ops/reduce/twin-and-gradient", test_reduce);
  g_test_add_func ("/engine/ops/reduce/refuses", test_reduce_refuses);
  g_test_add_func ("/engine/ops/softmax/twin-and-gradient", test_softmax);
  g_test_add_func ("/engine/ops/softmax/large", test_softmax_large);
  g_test_add_func ("/engine/ops/batch-norm/twin-and-gradient", test_batch_norm);
  g_test_add_func ("/engine/ops/batch-norm/joined", test_batch_norm_joined);
  g_test_add_func ("/engine/ops/batch-norm/inference", test_batch_norm_inference);
  g_test_add_func ("/engine/ops/batch-norm/running", test_batch_norm_running);
  g_test_add_func ("/engine/ops/batch-norm/offset", test_batch_norm_offset);
  g_test_add_func ("/engine/ops/row-norm/twin-and-gradient", test_row_norm);
  g_test_add_func ("/engine/ops/local-norm/twin-and-gradient", test_local_norm);
  g_test_add_func ("/engine/ops/norms/refuse", test_refuses);
  return g_test_run ();
}
