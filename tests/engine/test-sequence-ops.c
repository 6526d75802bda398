/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ops for sequences and graphs, against their twins and central differences. */
#include "op-check.h"

static OpCheckInput
floats (CjShape shape)
{
  return (OpCheckInput){ shape, CJ_FLOAT32, TRUE, 0 };
}

static OpCheckInput
integers (CjShape shape, int below)
{
  return (OpCheckInput){ shape, CJ_INT32, TRUE, below };
}

static const OpCheckInput nothing = { { 0 }, CJ_FLOAT32, FALSE, 0 };

static void
test_embedding (void)
{
  static const struct
  {
    gint64 n, t, v, e;
  } cases[] = { { 1, 1, 1, 1 }, { 3, 5, 7, 4 }, { 2, 37, 301, 65 }, { 5, 64, 65, 128 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CjEmbeddingAttrs attrs = { -1 };
      const OpCheckInput in[2]
          = { integers (cj_shape2 (cases[i].n, cases[i].t), (int) cases[i].v + 1),
              floats (cj_shape2 (cases[i].v, cases[i].e)) };

      op_check ("embedding", &cj_op_embedding, &attrs, in, 2, i);
    }
}

/* The row of the padding word gets no gradient, all others the sum over their places. */
static void
test_embedding_padding (void)
{
  const CjEmbeddingAttrs attrs = { 1 };
  gint32 ids[] = { 1, 2, 1, 0, 2, 2 };
  float table[6] = { 1, 2, 3, 4, 5, 6 }, d_table[6], y[12], dy[12];
  static const float expected[6] = { 3, 30, 0, 0, 1 + 4 + 5, 10 + 40 + 50 };
  CjOp op = { .info = &cj_op_embedding,
              .attrs = (gpointer) &attrs,
              .n_in = 2,
              .in_shape = { cj_shape1 (6), cj_shape2 (3, 2) },
              .in_dtype = { CJ_INT32 } };
  CjOpCall call = {
    .op = &op, .in = { ids, table }, .out = { y }, .d_in = { NULL, d_table }, .d_out = { dy }
  };

  for (int i = 0; i < 6; i++)
    {
      dy[2 * i] = (float) i;
      dy[2 * i + 1] = 10 * (float) i;
    }
  g_assert_true (cj_op_embedding.infer (&op, NULL));
  cj_op_embedding.backward[0].run (&call, 0);
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat (d_table[i], ==, expected[i]);
}

static void
test_attention (void)
{
  static const struct
  {
    gint64 n, t, s, e;
    int heads;
    gboolean causal, padded, packed;
  } cases[] = {
    { 1, 1, 1, 1, 1, FALSE, FALSE, FALSE },   { 2, 5, 5, 6, 3, TRUE, FALSE, FALSE },
    { 3, 4, 7, 8, 2, FALSE, TRUE, FALSE },    { 2, 7, 7, 6, 2, FALSE, FALSE, TRUE },
    { 1, 131, 131, 8, 1, TRUE, FALSE, TRUE }, { 2, 65, 259, 16, 2, FALSE, TRUE, FALSE },
    { 2, 49, 49, 12, 4, TRUE, TRUE, TRUE },   { 9, 33, 33, 32, 2, FALSE, FALSE, TRUE },
    { 2, 70, 70, 64, 2, TRUE, TRUE, TRUE },   { 1, 17, 9, 256, 8, FALSE, FALSE, FALSE },
    { 1, 18, 18, 256, 8, TRUE, FALSE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* by word: as many keys are left as with marks of 0 and 1 */
      const CjAttentionAttrs attrs = { cases[i].heads, cases[i].causal, i % 2 == 1, 1 };
      const gint64 n = cases[i].n, t = cases[i].t, s = cases[i].s, e = cases[i].e;
      OpCheckInput in[4]
          = { floats (cj_shape3 (n, t, cases[i].packed ? 3 * e : e)), floats (cj_shape3 (n, s, e)),
              floats (cj_shape3 (n, s, e)), integers (cj_shape2 (n, s), 2) };
      g_autofree char *what = g_strdup_printf ("attention %u", i);

      if (cases[i].packed)
        in[1] = in[2] = nothing;
      if (!cases[i].padded)
        in[3] = nothing;
      op_check (what, &cj_op_attention, &attrs, in, 4, i);
    }
}

static void
test_recurrent (void)
{
  static const struct
  {
    gint64 n, t, h, p;
    gboolean bias, start, projected;
  } cases[] = { { 1, 1, 1, 1, FALSE, FALSE, FALSE },
                { 3, 5, 4, 4, TRUE, TRUE, FALSE },
                { 11, 7, 19, 19, TRUE, FALSE, FALSE },
                { 9, 6, 21, 5, TRUE, TRUE, TRUE },
                { 2, 3, 33, 33, FALSE, TRUE, FALSE } };
  static const int gates[] = { 1, 1, 4, 3 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (CjCell cell = CJ_CELL_TANH; cell <= CJ_CELL_GRU; cell++)
      for (int reverse = 0; reverse < 2; reverse++)
        {
          const CjRecurrentAttrs attrs = { cell, reverse };
          const gint64 n = cases[i].n, h = cases[i].h;
          const gboolean projected = cases[i].projected && cell == CJ_CELL_LSTM;
          const gint64 p = projected ? cases[i].p : h, g = gates[cell] * h;
          g_autofree char *what = g_strdup_printf ("cell %d case %u", cell, i);
          const OpCheckInput in[6] = {
            floats (cj_shape3 (n, cases[i].t, g)),
            floats (cj_shape2 (g, p)),
            cases[i].bias ? floats (cj_shape1 (g)) : nothing,
            cases[i].start ? floats (cj_shape2 (n, p)) : nothing,
            cases[i].start && cell == CJ_CELL_LSTM ? floats (cj_shape2 (n, h)) : nothing,
            projected ? floats (cj_shape2 (p, h)) : nothing,
          };

          /* of many rectified units one always stands on its corner, where there is no slope */
          if (cell != CJ_CELL_RELU || n * cases[i].t * h < 200)
            op_check (what, &cj_op_recurrent, &attrs, in, 6, i);
        }
}

static void
test_places (void)
{
  static const gint64 cases[][3] = { { 1, 1, 1 }, { 2, 6, 8 }, { 3, 37, 5 }, { 19, 67, 64 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const OpCheckInput in = floats (cj_shape3 (cases[i][0], cases[i][1], cases[i][2]));

      const OpCheckInput both[2] = { in, floats (cj_shape2 (cases[i][1], cases[i][2])) };

      op_check ("sinusoid", &cj_op_sinusoid, NULL, &in, 1, i);
      op_check ("places", &cj_op_places, NULL, both, 2, i);
    }
}

static void
test_graphs (void)
{
  static const gint64 cases[][3] = { { 1, 1, 1 }, { 6, 5, 7 }, { 40, 19, 90 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const OpCheckInput in[2] = { floats (cj_shape2 (cases[i][0], cases[i][1])),
                                   integers (cj_shape2 (cases[i][2], 2), (int) cases[i][0] + 1) };

      op_check ("propagate", &cj_op_propagate, NULL, in, 2, i);
      op_check ("adjacency", &cj_op_adjacency, NULL, in, 2, i);
    }
}

static void
test_refusals (void)
{
  const CjAttentionAttrs three = { 3, FALSE }, causal = { 1, TRUE };
  const CjRecurrentAttrs lstm = { CJ_CELL_LSTM, FALSE };
  const OpCheckInput x = floats (cj_shape3 (2, 5, 8)), longer = floats (cj_shape3 (2, 6, 8));
  const OpCheckInput wide = floats (cj_shape3 (2, 5, 7)), flat = floats (cj_shape2 (2, 8));
  const OpCheckInput marks = integers (cj_shape2 (2, 4), 2), weight = floats (cj_shape2 (8, 3));

  op_check_refuses (&cj_op_attention, &three, (OpCheckInput[]){ flat }, 1, "*sequence*");
  op_check_refuses (&cj_op_attention, &three, (OpCheckInput[]){ x, x, x }, 3, "*8*3 heads*");
  op_check_refuses (&cj_op_attention, &causal, (OpCheckInput[]){ x, wide, wide }, 3, "*Put Dense*");
  op_check_refuses (&cj_op_attention, &causal, (OpCheckInput[]){ x, longer, longer }, 3,
                    "*Turn causal off*");
  op_check_refuses (&cj_op_attention, &causal, (OpCheckInput[]){ x, x, x, marks }, 4, "*padding*");
  op_check_refuses (&cj_op_recurrent, &lstm, (OpCheckInput[]){ flat, weight }, 2, "*sequence*");
  op_check_refuses (&cj_op_recurrent, &lstm, (OpCheckInput[]){ x, weight }, 2,
                    "*RNN, LSTM or GRU*");
  op_check_refuses (&cj_op_sinusoid, NULL, &flat, 1, "*sequence*");
  op_check_refuses (&cj_op_places, NULL, (OpCheckInput[]){ x, flat }, 2, "*sequence*");
  op_check_refuses (&cj_op_propagate, NULL, (OpCheckInput[]){ flat, flat }, 2, "*edges*");
  op_check_refuses (&cj_op_propagate, NULL, (OpCheckInput[]){ x, marks }, 2, "*vertex*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/ops/embedding", test_embedding);
  g_test_add_func ("/engine/ops/embedding/padding", test_embedding_padding);
  g_test_add_func ("/engine/ops/attention", test_attention);
  g_test_add_func ("/engine/ops/recurrent", test_recurrent);
  g_test_add_func ("/engine/ops/places", test_places);
  g_test_add_func ("/engine/ops/graph", test_graphs);
  g_test_add_func ("/engine/ops/sequence-refusals", test_refusals);
  return g_test_run ();
}
