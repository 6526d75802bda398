/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of every lie of their operands, for every set of instructions, against plain sums. */
#include "cj-gemm.h"
#include "cj-isa.h"
#include "cj-rng.h"

#include <math.h>

typedef struct
{
  gint64 m, n, k;
} Sizes;

/* Around every decision: whole and broken panels and tiles, one and more blocks of the depth, A packed
 * and in place, B on bad strides that is reread or packed. */
static const Sizes sizes[] = {
  { 1, 1, 1 },      { 3, 5, 7 },      { 12, 32, 64 },    { 16, 256, 40 },   { 33, 512, 513 },
  { 47, 300, 129 }, { 48, 768, 340 }, { 129, 257, 150 }, { 200, 256, 131 }, { 140, 290, 1030 },
};

static float *
make_matrix (CjRng *rng, gint64 n)
{
  float *matrix = g_new (float, n + CJ_GEMM_NR); /* kernels read whole vectors */

  for (gint64 i = 0; i < n + CJ_GEMM_NR; i++)
    matrix[i] = cj_rng_normal (rng);
  return matrix;
}

/* A few elements of C, one of every row among them, against sums in double precision. */
static void
compare (Sizes s, const CjGemmMatrix *a, const CjGemmMatrix *b, const CjGemmEnd *end, float start,
         const float *c)
{
  for (gint64 i = 0; i < s.m; i++)
    for (gint64 j = (i * 31) % s.n; j < s.n; j += 37)
      {
        double sum = start + (end->bias != NULL ? end->bias[j] : 0), size = fabs (sum);

        for (gint64 p = 0; p < s.k; p++)
          {
            const double term = (double) a->data[i * a->stride + p * a->k_stride]
                                * b->data[j * b->stride + p * b->k_stride];

            sum += term;
            size += fabs (term);
          }
        if (end->relu && sum < 0)
          sum = 0;
        if (fabs (sum - c[i * s.n + j]) > 1e-6 * size)
          g_error ("%d x %d x %d at %d, %d: %g instead of %g", (int) s.m, (int) s.n, (int) s.k,
                   (int) i, (int) j, (double) c[i * s.n + j], sum);
      }
}

static void
check (CjRng *rng, Sizes s, gboolean a_turned, gboolean b_turned, gboolean add, gboolean relu)
{
  g_autofree float *a = make_matrix (rng, s.m * s.k), *b = make_matrix (rng, s.n * s.k);
  g_autofree float *c = g_new (float, s.m *s.n), *scratch = g_new (float, CJ_GEMM_SCRATCH);
  g_autofree float *bias = make_matrix (rng, s.n);
  const CjGemmMatrix left = { a, a_turned ? 1 : s.k, a_turned ? s.m : 1 };
  const CjGemmMatrix right = { b, b_turned ? s.k : 1, b_turned ? 1 : s.n };
  const CjGemmEnd end = { relu ? bias : NULL, relu };

  for (gint64 i = 0; i < s.m * s.n; i++)
    c[i] = add ? 0.5f : NAN;
  cj_gemm_end (s.m, s.n, s.k, (CjGemmOperand){ cj_gemm_pack_matrix, &left },
               (CjGemmOperand){ cj_gemm_pack_matrix, &right }, c, s.n, add, end, scratch);
  compare (s, &left, &right, &end, add ? 0.5f : 0, c);
}

static void
test_products (gconstpointer data)
{
  const CjIsa isa = (CjIsa) GPOINTER_TO_UINT (data), before = cj_isa_get ();
  CjRng rng;

  if (!cj_isa_force (isa))
    {
      g_test_skip ("this processor has not these instructions");
      return;
    }
  cj_rng_init (&rng, 1, CJ_RNG_TEST, 0);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint how = 0; how < 16; how++)
      check (&rng, sizes[i], how & 1, (how & 2) != 0, (how & 4) != 0, (how & 8) != 0);
  g_assert_true (cj_isa_force (before));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint isa = 0; isa < CJ_N_ISAS; isa++)
    {
      g_autofree char *path
          = g_strdup_printf ("/engine/tensor/gemm/%s", cj_isa_get_name ((CjIsa) isa));

      g_test_add_data_func (path, GUINT_TO_POINTER (isa), test_products);
    }
  return g_test_run ();
}
