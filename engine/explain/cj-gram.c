/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-gram.h"

#include <math.h>

#define SWEEPS 60

void
cj_multiply (gint64 m, gint64 n, gint64 k, CjGemmMatrix a, CjGemmMatrix b, float *c)
{
  g_autofree float *scratch = g_new (float, CJ_GEMM_SCRATCH);

  cj_gemm (m, n, k, (CjGemmOperand){ cj_gemm_pack_matrix, &a },
           (CjGemmOperand){ cj_gemm_pack_matrix, &b }, c, n, FALSE, scratch);
}

CjTensor *
cj_centre (const CjTensor *x)
{
  const gint64 n = x->shape.dims[0], d = x->shape.dims[1];
  CjTensor *centred = cj_tensor_new (CJ_FLOAT32, &x->shape);
  g_autofree double *mean = g_new0 (double, d + 1);

  g_return_val_if_fail (x->shape.n_dims == 2, centred);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      mean[j] += cj_tensor_f32 (x)[i * d + j] / (double) n;
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      cj_tensor_f32 (centred)[i * d + j] = (float) (cj_tensor_f32 (x)[i * d + j] - mean[j]);
  return centred;
}

CjTensor *
cj_gram (const CjTensor *a, const CjTensor *b)
{
  const gint64 n = a->shape.dims[0], m = b->shape.dims[0], d = a->shape.dims[1];
  const CjShape shape = cj_shape2 (n, m);
  CjTensor *out = cj_tensor_new (CJ_FLOAT32, &shape);

  g_return_val_if_fail (b->shape.dims[1] == d, out);

  cj_multiply (n, m, d, (CjGemmMatrix){ a->data, d, 1 }, (CjGemmMatrix){ b->data, d, 1 },
               cj_tensor_f32 (out));
  return out;
}

CjTensor *
cj_squared_distances (const CjTensor *x)
{
  g_autoptr (CjTensor) centred = cj_centre (x); /* less is lost where the products are subtracted */
  g_autoptr (CjTensor) gram = cj_gram (centred, centred);
  CjTensor *out = cj_tensor_new (CJ_FLOAT32, &gram->shape);
  const gint64 n = x->shape.dims[0];
  const float *g = cj_tensor_f32 (gram);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < n; j++)
      {
        const double both = (double) g[i * (n + 1)] + g[j * (n + 1)] - 2.0 * g[i * n + j];

        cj_tensor_f32 (out)[i * n + j] = i == j ? 0 : (float) MAX (both, 0);
      }
  return out;
}

gboolean
cj_cholesky (double *a, gint64 n)
{
  for (gint64 j = 0; j < n; j++)
    for (gint64 i = j; i < n; i++)
      {
        double sum = a[i * n + j];

        for (gint64 k = 0; k < j; k++)
          sum -= a[i * n + k] * a[j * n + k];
        if (i > j)
          a[i * n + j] = sum / a[j * (n + 1)];
        else if (sum > 0 && isfinite (sum))
          a[j * (n + 1)] = sqrt (sum);
        else
          return FALSE;
      }
  return TRUE;
}

void
cj_cholesky_solve (const double *l, gint64 n, double *b, gint64 k)
{
  for (gint64 i = 0; i < n; i++)
    {
      for (gint64 j = 0; j < i; j++)
        for (gint64 c = 0; c < k; c++)
          b[i * k + c] -= l[i * n + j] * b[j * k + c];
      for (gint64 c = 0; c < k; c++)
        b[i * k + c] /= l[i * (n + 1)];
    }
  for (gint64 i = n; i-- > 0;)
    {
      for (gint64 j = i + 1; j < n; j++)
        for (gint64 c = 0; c < k; c++)
          b[i * k + c] -= l[j * n + i] * b[j * k + c];
      for (gint64 c = 0; c < k; c++)
        b[i * k + c] /= l[i * (n + 1)];
    }
}

/* Turns rows and columns p, q of a, and columns p, q of e, so that a[p, q] vanishes. */
static void
turn (double *a, double *e, gint64 n, gint64 p, gint64 q)
{
  const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  const double t = (theta >= 0 ? 1 : -1) / (fabs (theta) + sqrt (theta * theta + 1));
  const double c = 1 / sqrt (t * t + 1), s = t * c;

  for (gint64 i = 0; i < n; i++)
    {
      const double ip = a[i * n + p], iq = a[i * n + q];

      a[i * n + p] = c * ip - s * iq;
      a[i * n + q] = s * ip + c * iq;
    }
  for (gint64 i = 0; i < n; i++)
    {
      const double pi = a[p * n + i], qi = a[q * n + i];
      const double ep = e[i * n + p], eq = e[i * n + q];

      a[p * n + i] = c * pi - s * qi;
      a[q * n + i] = s * pi + c * qi;
      e[i * n + p] = c * ep - s * eq;
      e[i * n + q] = s * ep + c * eq;
    }
}

void
cj_jacobi (double *a, double *e, gint64 n)
{
  double whole = 0;

  for (gint64 i = 0; i < n * n; i++)
    {
      e[i] = i % (n + 1) == 0;
      whole += a[i] * a[i];
    }
  for (int sweep = 0; sweep < SWEEPS; sweep++)
    {
      double off = 0;

      for (gint64 p = 0; p < n; p++)
        for (gint64 q = p + 1; q < n; q++)
          off += a[p * n + q] * a[p * n + q];
      if (off <= 1e-24 * whole)
        return;
      for (gint64 p = 0; p < n; p++)
        for (gint64 q = p + 1; q < n; q++)
          if (a[p * n + q] != 0)
            turn (a, e, n, p, q);
    }
}
