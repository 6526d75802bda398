/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readouts, codes and collapse of representations, against slow twins and cases whose answer is known. */
#include "cj-code.h"
#include "cj-collapse.h"
#include "cj-concept.h"
#include "cj-linear-probe.h"

#include "cj-rng.h"

#include <math.h>
#include <string.h>

static CjTensor *
make (gint64 n, gint64 d, guint64 seed)
{
  const CjShape shape = cj_shape2 (n, d);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &shape);
  CjRng rng;

  cj_rng_init (&rng, seed, CJ_RNG_TEST, 11);
  for (gint64 i = 0; i < n * d; i++)
    cj_tensor_f32 (x)[i] = cj_rng_normal (&rng);
  return x;
}

static CjTensor *
from (gint64 n, gint64 d, const float *values)
{
  const CjShape shape = cj_shape2 (n, d);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &shape);

  memcpy (x->data, values, cj_tensor_bytes (x));
  return x;
}

/* Solves a x = b [n, k] by elimination with pivots; a and b are used up. */
static void
eliminate (double *a, double *b, int n, int k)
{
  for (int c = 0; c < n; c++)
    {
      int best = c;

      for (int r = c + 1; r < n; r++)
        best = fabs (a[r * n + c]) > fabs (a[best * n + c]) ? r : best;
      for (int j = 0; j < n; j++)
        {
          const double t = a[c * n + j];

          a[c * n + j] = a[best * n + j];
          a[best * n + j] = t;
        }
      for (int j = 0; j < k; j++)
        {
          const double t = b[c * k + j];

          b[c * k + j] = b[best * k + j];
          b[best * k + j] = t;
        }
      for (int r = 0; r < n; r++)
        {
          const double f = a[r * n + c] / a[c * n + c];

          if (r == c)
            continue;
          for (int j = 0; j < n; j++)
            a[r * n + j] -= f * a[c * n + j];
          for (int j = 0; j < k; j++)
            b[r * k + j] -= f * b[c * k + j];
        }
    }
  for (int r = 0; r < n; r++)
    for (int j = 0; j < k; j++)
      b[r * k + j] /= a[r * (n + 1)];
}

#define D 4
#define K 3

/* Ridge regression on features, the sample `without` (-1: none) left out; weights [D + 1, K]. */
static void
fit_primal (const CjTensor *x, const double *mean, const gint32 *classes, double scale,
            double ridge, int without, double w[(D + 1) * K])
{
  double a[(D + 1) * (D + 1)] = { 0 };

  memset (w, 0, sizeof (double) * (D + 1) * K);
  for (int i = 0; i < x->shape.dims[0]; i++)
    {
      double f[D + 1];

      if (i == without)
        continue;
      for (int j = 0; j < D; j++)
        f[j] = cj_tensor_f32 (x)[i * D + j] - mean[j];
      f[D] = sqrt (scale);
      for (int j = 0; j <= D; j++)
        {
          for (int l = 0; l <= D; l++)
            a[j * (D + 1) + l] += f[j] * f[l];
          w[j * K + classes[i]] += f[j];
        }
    }
  for (int j = 0; j <= D; j++)
    a[j * (D + 2)] += ridge;
  eliminate (a, w, D + 1, K);
}

static int
choose (const float *x, const double *mean, double scale, const double *w)
{
  int best = 0;
  double most = -INFINITY;

  for (int k = 0; k < K; k++)
    {
      double sum = w[D * K + k] * sqrt (scale);

      for (int j = 0; j < D; j++)
        sum += (x[j] - mean[j]) * w[j * K + k];
      if (sum > most)
        {
          most = sum;
          best = k;
        }
    }
  return best;
}

/* Accuracy on test samples, and on samples left out one by one with a fit of their own each. */
static void
test_classes (void)
{
  const int n = 40;
  g_autoptr (CjTensor) x = make (n, D, 1), other = make (60, D, 2);
  gint32 classes[40], others[60];
  double mean[D] = { 0 }, scale = 0, right = 0, left = 0, w[(D + 1) * K];
  CjProbeScore score;

  for (int i = 0; i < 60; i++)
    {
      others[i] = i % K;
      cj_tensor_f32 (other)[i * D + i % K] += 1;
      if (i >= n)
        continue;
      classes[i] = i % K;
      cj_tensor_f32 (x)[i * D + i % K] += 1;
    }
  for (int i = 0; i < n * D; i++)
    mean[i % D] += cj_tensor_f32 (x)[i] / n;
  for (int i = 0; i < n * D; i++)
    scale += pow (cj_tensor_f32 (x)[i] - mean[i % D], 2) / n;
  g_assert_true (cj_probe_classes (x, classes, other, others, K, &score));
  fit_primal (x, mean, classes, scale, score.strength * scale, -1, w);
  for (int i = 0; i < 60; i++)
    right += choose (cj_tensor_f32 (other) + i * D, mean, scale, w) == others[i];
  for (int i = 0; i < n; i++)
    {
      fit_primal (x, mean, classes, scale, score.strength * scale, i, w);
      left += choose (cj_tensor_f32 (x) + i * D, mean, scale, w) == classes[i];
    }
  g_assert_cmpfloat_with_epsilon (score.accuracy, right / 60, 1e-9);
  g_assert_cmpfloat_with_epsilon (score.left_out, left / n, 1e-9);
  g_assert_cmpfloat (score.accuracy, >, 0.5);
}

/* What no line can part is not read off; samples without a class count for nothing. */
static void
test_classes_odd (void)
{
  const float xor [] = { 0, 0, 0, 1, 1, 0, 1, 1 };
  const gint32 parity[] = { 0, 1, 1, 0 }, unknown[] = { -1, -1, -1, -1 };
  g_autoptr (CjTensor) x = from (4, 2, xor), same = from (4, 2, (const float[8]){ 0 });
  CjProbeScore score;

  g_assert_true (cj_probe_classes (x, parity, x, parity, 2, &score));
  g_assert_cmpfloat (score.accuracy, <=, 0.75);
  g_assert_true (cj_probe_classes (x, parity, x, unknown, 2, &score));
  g_assert_true (isnan (score.accuracy));
  g_assert_false (cj_probe_classes (same, parity, same, parity, 2, &score));
}

/* Against gradient descent on the weights themselves. */
static void
test_direction (void)
{
  const int n = 50, n_in = 20;
  g_autoptr (CjTensor) x = make (n, 3, 5);
  double mean[3] = { 0 }, w[4] = { 0 }, scale = 0, length = 0, accuracy;
  float direction[3];

  for (int i = 0; i < n_in; i++)
    {
      cj_tensor_f32 (x)[3 * i] += 2;
      cj_tensor_f32 (x)[3 * i + 1] -= 1;
    }
  for (int i = 0; i < 3 * n; i++)
    mean[i % 3] += cj_tensor_f32 (x)[i] / n;
  for (int i = 0; i < 3 * n; i++)
    scale += pow (cj_tensor_f32 (x)[i] - mean[i % 3], 2) / n;
  for (int round = 0; round < 20000; round++)
    {
      double g[4] = { 0 };

      for (int i = 0; i < n; i++)
        {
          const float *v = cj_tensor_f32 (x) + 3 * i;
          const double f[4] = { v[0] - mean[0], v[1] - mean[1], v[2] - mean[2], sqrt (scale) };
          const double p = 1 / (1 + exp (-(f[0] * w[0] + f[1] * w[1] + f[2] * w[2] + f[3] * w[3])));

          for (int j = 0; j < 4; j++)
            g[j] += (p - (i < n_in)) * f[j];
        }
      for (int j = 0; j < 4; j++)
        w[j] -= 0.005 * (g[j] + 0.1 * scale * w[j]);
    }
  g_assert_true (cj_probe_direction (x, n_in, 0.1, direction, &accuracy));
  length = sqrt (w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
  for (int j = 0; j < 3; j++)
    g_assert_cmpfloat_with_epsilon (direction[j], w[j] / length, 1e-4);
  g_assert_cmpfloat (accuracy, >, 0.8);
}

static void
test_participation (void)
{
  /* orthogonal columns with variances 4, 1, 1 (times one number): 36 / 18 */
  const float square[] = { 2, 1, 1, 2, -1, -1, -2, 1, -1, -2, -1, 1 };
  g_autoptr (CjTensor) x = from (4, 3, square), same = from (2, 2, (const float[]){ 3, 4, 3, 4 });
  g_autoptr (CjTensor) wide = make (20, 400, 0), narrow = make (400, 20, 0);

  for (int i = 0; i < 12; i++)
    cj_tensor_f32 (x)[i] += 10;
  g_assert_cmpfloat_with_epsilon (cj_participation_ratio (x), 2, 1e-5);
  g_assert_true (isnan (cj_participation_ratio (same)));
  g_assert_cmpfloat (cj_participation_ratio (wide), <=, 19);
  g_assert_cmpfloat (cj_participation_ratio (narrow), >, 17);
}

static void
test_sparseness (void)
{
  const float one[] = { 0, 0, 5, 0, 0 }, all[] = { -2, 2, 2, 2 },
              half[] = { 1, 9, 1, 9, 0, 9, 0, 9 };

  g_assert_cmpfloat_with_epsilon (cj_sparseness (one, 5, 1), 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (cj_sparseness (all, 4, 1), 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (cj_sparseness (half, 4, 2), 2.0 / 3, 1e-9);
  g_assert_true (isnan (cj_sparseness (one, 2, 1)));
}

static void
test_duplicates (void)
{
  g_autoptr (CjTensor) x = make (30, 6, 3);

  for (int i = 0; i < 30; i++)
    {
      float *row = cj_tensor_f32 (x) + 6 * i;

      row[2] = 3 - 2 * row[0]; /* the same turned round and shifted */
      row[4] = 0.1f;           /* constants are no duplicates */
      row[5] = 0.1f;
    }
  g_assert_cmpuint (cj_count_duplicates (x, 0.99), ==, 1);
  g_assert_cmpuint (cj_count_duplicates (x, 2), ==, 0);
}

/* Corners of a tetrahedron, each class at its own: all of it is 0, with the network's choices right. */
static void
test_collapsed (void)
{
  static const float corners[4][3] = { { 1, 1, 1 }, { 1, -1, -1 }, { -1, 1, -1 }, { -1, -1, 1 } };
  float values[24];
  gint32 classes[8];
  g_autoptr (CjTensor) x = NULL, weights = from (4, 3, corners[0]);
  CjCollapse c;

  for (int i = 0; i < 8; i++)
    {
      classes[i] = i % 4;
      for (int j = 0; j < 3; j++)
        values[3 * i + j] = 5 + 2 * corners[i % 4][j];
    }
  x = from (8, 3, values);
  g_assert_true (cj_collapse_measure (x, classes, 4, weights, classes, &c));
  g_assert_cmpfloat_with_epsilon (c.nc1, 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (c.nc2_norms, 0, 1e-3);
  g_assert_cmpfloat_with_epsilon (c.nc2_angles, 0, 1e-5);
  g_assert_cmpfloat_with_epsilon (c.nc3, 0, 1e-6);
  g_assert_cmpfloat (c.nc4, ==, 0);
}

/* Variability with the inverse written out: four classes in three dimensions leave S_B one. */
static void
test_variability (void)
{
  const int n = 40;
  g_autoptr (CjTensor) x = make (n, 3, 9);
  double mean[4][3] = { { 0 } }, centre[3] = { 0 }, between[9] = { 0 }, within[9] = { 0 };
  gint32 classes[40], choices[40];
  double trace = 0, other = 0;
  CjCollapse c;

  for (int i = 0; i < n; i++)
    {
      classes[i] = i % 4;
      choices[i] = 0;
      if (i % 4 < 3)
        cj_tensor_f32 (x)[3 * i + i % 4] += 2;
    }
  for (int i = 0; i < 3 * n; i++)
    mean[i / 3 % 4][i % 3] += cj_tensor_f32 (x)[i] / (n / 4.0);
  for (int k = 0; k < 12; k++)
    centre[k % 3] += mean[k / 3][k % 3] / 4;
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      {
        for (int k = 0; k < 4; k++)
          between[3 * a + b] += (mean[k][a] - centre[a]) * (mean[k][b] - centre[b]) / 4;
        for (int i = 0; i < n; i++)
          within[3 * a + b] += (cj_tensor_f32 (x)[3 * i + a] - mean[i % 4][a])
                               * (cj_tensor_f32 (x)[3 * i + b] - mean[i % 4][b]) / n;
      }
  eliminate (between, within, 3, 3); /* S_B^-1 S_W, with the same trace */
  for (int a = 0; a < 3; a++)
    trace += within[4 * a];
  for (int i = 0; i < n; i++)
    {
      double least = INFINITY;
      int nearest = 0;

      for (int k = 0; k < 4; k++)
        {
          double d = 0;

          for (int j = 0; j < 3; j++)
            d += pow (cj_tensor_f32 (x)[3 * i + j] - mean[k][j], 2);
          if (d < least)
            {
              least = d;
              nearest = k;
            }
        }
      other += nearest != 0;
    }
  g_assert_true (cj_collapse_measure (x, classes, 4, NULL, choices, &c));
  g_assert_cmpfloat_with_epsilon (c.nc1, trace / 4, 1e-4);
  g_assert_cmpfloat_with_epsilon (c.nc4, other / n, 1e-9);
  g_assert_true (isnan (c.nc3));
  g_assert_cmpfloat (c.nc2_norms, >, 0.01);
}

/* Critical values from the printed tables, and the closed forms for one and two degrees of freedom. */
static void
test_student (void)
{
  static const double table[][3]
      = { { 12.706, 1, 0.05 }, { 4.303, 2, 0.05 },  { 2.228, 10, 0.05 },
          { 3.169, 10, 0.01 }, { 2.042, 30, 0.05 }, { 1.960, 1e7, 0.05 } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpfloat_with_epsilon (cj_student_tail (table[i][0], table[i][1]), table[i][2], 5e-5);
  for (double t = 0.1; t < 20; t *= 1.7)
    {
      g_assert_cmpfloat_with_epsilon (cj_student_tail (t, 1), 1 - 2 / G_PI * atan (t), 1e-12);
      g_assert_cmpfloat_with_epsilon (cj_student_tail (-t, 2), 1 - t / sqrt (2 + t * t), 1e-12);
    }
  g_assert_cmpfloat (cj_student_tail (0, 5), ==, 1);
}

static void
test_welch (void)
{
  /* t = -1.2247 with 4 degrees of freedom, as equal spreads and numbers have */
  const double a[] = { 1, 2, 3 }, b[] = { 2, 3, 4 }, same[] = { 5, 5, 5 }, other[] = { 6, 6 };

  g_assert_cmpfloat_with_epsilon (cj_welch_test (a, 3, b, 3), cj_student_tail (1.2247449, 4), 1e-6);
  g_assert_cmpfloat (cj_welch_test (same, 3, same, 3), ==, 1);
  g_assert_cmpfloat (cj_welch_test (same, 3, other, 2), ==, 0);
  g_assert_true (isnan (cj_welch_test (a, 1, b, 3)));
}

static void
test_concept_score (void)
{
  const float slopes[] = { 1, 0, -1, 5, 2, -3, 0, 0 }, direction[] = { 1, 0.5f };

  g_assert_cmpfloat_with_epsilon (cj_concept_score (slopes, 4, 2, direction), 3.5 / 4, 1e-9);
  g_assert_true (isnan (cj_concept_score (slopes, 0, 2, direction)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/explain/probe/classes", test_classes);
  g_test_add_func ("/engine/explain/probe/odd", test_classes_odd);
  g_test_add_func ("/engine/explain/probe/direction", test_direction);
  g_test_add_func ("/engine/explain/code/participation", test_participation);
  g_test_add_func ("/engine/explain/code/sparseness", test_sparseness);
  g_test_add_func ("/engine/explain/code/duplicates", test_duplicates);
  g_test_add_func ("/engine/explain/collapse/collapsed", test_collapsed);
  g_test_add_func ("/engine/explain/collapse/variability", test_variability);
  g_test_add_func ("/engine/explain/concept/student", test_student);
  g_test_add_func ("/engine/explain/concept/welch", test_welch);
  g_test_add_func ("/engine/explain/concept/score", test_concept_score);
  return g_test_run ();
}
