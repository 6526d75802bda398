/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Representations compared, against the formulas of the papers written out slowly. N samples. */
#include "cj-similarity.h"

#include "cj-rng.h"

#include <math.h>

#define N 14

static CjTensor *
make (gint64 n, gint64 d, guint64 seed, float shift)
{
  const CjShape shape = cj_shape2 (n, d);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &shape);
  CjRng rng;

  cj_rng_init (&rng, seed, CJ_RNG_TEST, 5);
  for (gint64 i = 0; i < n * d; i++)
    cj_tensor_f32 (x)[i] = shift + cj_rng_normal (&rng);
  return x;
}

/* A linear image of `x` with noise of one's choice. */
static CjTensor *
mix (const CjTensor *x, gint64 d, float noise, guint64 seed)
{
  const gint64 n = x->shape.dims[0], from = x->shape.dims[1];
  CjTensor *y = make (n, d, seed, 0);
  g_autoptr (CjTensor) w = make (from, d, seed + 1, 0);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      {
        double sum = noise * cj_tensor_f32 (y)[i * d + j];

        for (gint64 k = 0; k < from; k++)
          sum += cj_tensor_f32 (x)[i * from + k] * cj_tensor_f32 (w)[k * d + j];
        cj_tensor_f32 (y)[i * d + j] = (float) sum;
      }
  return y;
}

static double
compare (const CjTensor *x, const CjTensor *y, CjSimilarity kind)
{
  g_autoptr (CjTensor) a = cj_signature_new (x, kind), b = cj_signature_new (y, kind);

  return cj_signature_compare (a, b);
}

static void
gram (const CjTensor *x, double k[N][N])
{
  const gint64 d = x->shape.dims[1];

  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      {
        k[i][j] = 0;
        for (gint64 f = 0; f < d; f++)
          k[i][j] += (double) cj_tensor_f32 (x)[i * d + f] * cj_tensor_f32 (x)[j * d + f];
      }
}

/* tr (K H L H) with H = I - 1 / N written out. */
static double
hsic (double k[N][N], double l[N][N])
{
  double sum = 0;

  for (int a = 0; a < N; a++)
    for (int b = 0; b < N; b++)
      for (int c = 0; c < N; c++)
        for (int d = 0; d < N; d++)
          sum += k[a][b] * ((b == c) - 1.0 / N) * l[c][d] * ((d == a) - 1.0 / N);
  return sum / ((N - 1) * (N - 1));
}

/* Song et al. 2012, eq. 5. */
static double
hsic_unbiased (double k[N][N], double l[N][N])
{
  double trace = 0, sum_k = 0, sum_l = 0, both = 0;

  for (int a = 0; a < N; a++)
    for (int b = 0; b < N; b++)
      if (a != b)
        {
          trace += k[a][b] * l[b][a];
          sum_k += k[a][b];
          sum_l += l[a][b];
          for (int c = 0; c < N; c++)
            both += b == c ? 0 : k[a][b] * l[b][c];
        }
  return (trace + sum_k * sum_l / ((N - 1) * (N - 2)) - 2 * both / (N - 2)) / (N * (N - 3));
}

static void
test_cka (void)
{
  for (guint64 seed = 0; seed < 3; seed++)
    {
      g_autoptr (CjTensor) x = make (N, 9, seed, 2), y = mix (x, 5, 3, seed + 10);
      double k[N][N], l[N][N];

      gram (x, k);
      gram (y, l);
      g_assert_cmpfloat_with_epsilon (compare (x, y, CJ_SIMILARITY_CKA),
                                      hsic (k, l) / sqrt (hsic (k, k) * hsic (l, l)), 1e-5);
      g_assert_cmpfloat_with_epsilon (
          compare (x, y, CJ_SIMILARITY_CKA_UNBIASED),
          hsic_unbiased (k, l) / sqrt (hsic_unbiased (k, k) * hsic_unbiased (l, l)), 1e-5);
    }
}

/* Theorems of the paper: the same under rotation, scale and shift, not under any linear map; and the form
 * |Yᵀ X|² / (|Xᵀ X| |Yᵀ Y|) of centred features. */
static void
test_cka_invariance (void)
{
  g_autoptr (CjTensor) x = make (N, 2, 1, 0), turned = make (N, 2, 1, 0);
  g_autoptr (CjTensor) stretched = make (N, 2, 1, 0);
  const float *v = cj_tensor_f32 (x);

  for (int i = 0; i < N; i++)
    {
      cj_tensor_f32 (turned)[2 * i] = 7 * (0.6f * v[2 * i] - 0.8f * v[2 * i + 1]) + 100;
      cj_tensor_f32 (turned)[2 * i + 1] = 7 * (0.8f * v[2 * i] + 0.6f * v[2 * i + 1]) - 30;
      cj_tensor_f32 (stretched)[2 * i] *= 20;
    }
  for (guint kind = CJ_SIMILARITY_CKA; kind <= CJ_SIMILARITY_CKA_UNBIASED; kind++)
    {
      g_assert_cmpfloat_with_epsilon (compare (x, turned, (CjSimilarity) kind), 1, 1e-5);
      g_assert_cmpfloat (compare (x, stretched, (CjSimilarity) kind), <, 0.95);
    }
}

/* Two unrelated wide representations of few samples look alike to the biased measure only. */
static void
test_chance (void)
{
  g_autoptr (CjTensor) x = make (40, 400, 3, 0), y = make (40, 400, 4, 0);

  g_assert_cmpfloat (compare (x, y, CJ_SIMILARITY_CKA), >, 0.8);
  g_assert_cmpfloat (fabs (compare (x, y, CJ_SIMILARITY_CKA_UNBIASED)), <, 0.1);
}

static double
correlate (const double *a, const double *b, int n)
{
  double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;

  for (int i = 0; i < n; i++)
    {
      ma += a[i] / n;
      mb += b[i] / n;
    }
  for (int i = 0; i < n; i++)
    {
      ab += (a[i] - ma) * (b[i] - mb);
      aa += (a[i] - ma) * (a[i] - ma);
      bb += (b[i] - mb) * (b[i] - mb);
    }
  return ab / sqrt (aa * bb);
}

/* Ranks by counting who is smaller. */
static void
count_ranks (double *values, int n)
{
  g_autofree double *ranks = g_new (double, n);

  for (int i = 0; i < n; i++)
    {
      ranks[i] = 0.5;
      for (int j = 0; j < n; j++)
        ranks[i] += values[j] < values[i] ? 1 : values[j] == values[i] ? 0.5 : 0;
    }
  for (int i = 0; i < n; i++)
    values[i] = ranks[i];
}

static int
fill_dissimilarities (const CjTensor *x, double *out)
{
  const int d = (int) x->shape.dims[1];
  int n = 0;

  for (int i = 0; i < N; i++)
    for (int j = i + 1; j < N; j++)
      {
        double a[16], b[16];

        for (int f = 0; f < d; f++)
          {
            a[f] = cj_tensor_f32 (x)[i * d + f];
            b[f] = cj_tensor_f32 (x)[j * d + f];
          }
        out[n++] = 1 - correlate (a, b, d);
      }
  return n;
}

static void
test_rsa (void)
{
  g_autoptr (CjTensor) x = make (N, 9, 1, 5), y = mix (x, 6, 2, 3);
  g_autoptr (CjTensor) rdm = cj_compare_samples (x, CJ_PAIR_DISSIMILARITY);
  g_autoptr (CjTensor) rsm = cj_compare_samples (x, CJ_PAIR_CORRELATION);
  double a[N * N], b[N * N];
  const int n = fill_dissimilarities (x, a);
  int at = 0;

  for (int i = 0; i < N; i++)
    for (int j = i + 1; j < N; j++)
      {
        g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (rdm)[i * N + j], a[at], 1e-4);
        g_assert_cmpfloat (cj_tensor_f32 (rdm)[j * N + i], ==, cj_tensor_f32 (rdm)[i * N + j]);
        g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (rsm)[i * N + j], 1 - a[at], 1e-4);
        at++;
      }
  for (int i = 0; i < N; i++)
    {
      g_assert_cmpfloat (cj_tensor_f32 (rdm)[i * (N + 1)], ==, 0);
      g_assert_cmpfloat (cj_tensor_f32 (rsm)[i * (N + 1)], ==, 1);
    }
  fill_dissimilarities (y, b);
  count_ranks (a, n);
  count_ranks (b, n);
  g_assert_cmpfloat_with_epsilon (compare (x, y, CJ_SIMILARITY_RSA), correlate (a, b, n), 1e-3);
  g_assert_cmpfloat_with_epsilon (compare (x, x, CJ_SIMILARITY_RSA), 1, 1e-5);
}

static void
test_ranks (void)
{
  const float values[] = { 3, 1, 3, -2, 3 };
  double ranks[5];

  cj_rank (values, 5, ranks);
  g_assert_cmpfloat (ranks[0], ==, 4);
  g_assert_cmpfloat (ranks[1], ==, 2);
  g_assert_cmpfloat (ranks[2], ==, 4);
  g_assert_cmpfloat (ranks[3], ==, 1);
  g_assert_cmpfloat (ranks[4], ==, 4);
}

/* To a layer whose units are all dead, or say the same of all samples, nothing is alike. */
static void
test_nothing (void)
{
  const CjShape shape = cj_shape2 (N, 3);
  g_autoptr (CjTensor) dead = cj_tensor_new (CJ_FLOAT32, &shape), x = make (N, 3, 0, 0);
  g_autoptr (CjTensor) constant = cj_tensor_new (CJ_FLOAT32, &shape);

  for (int i = 0; i < 3 * N; i++)
    cj_tensor_f32 (constant)[i] = 0.1f * (float) (i % 3) + 12.3f;
  for (guint kind = 0; kind < CJ_SIMILARITY_N_KINDS; kind++)
    g_assert_true (isnan (compare (dead, x, (CjSimilarity) kind)));
  for (guint kind = 0; kind <= CJ_SIMILARITY_CKA_UNBIASED; kind++)
    g_assert_true (isnan (compare (x, constant, (CjSimilarity) kind)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/explain/similarity/cka", test_cka);
  g_test_add_func ("/engine/explain/similarity/invariance", test_cka_invariance);
  g_test_add_func ("/engine/explain/similarity/chance", test_chance);
  g_test_add_func ("/engine/explain/similarity/rsa", test_rsa);
  g_test_add_func ("/engine/explain/similarity/ranks", test_ranks);
  g_test_add_func ("/engine/explain/similarity/nothing", test_nothing);
  return g_test_run ();
}
