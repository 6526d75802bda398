/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pca.h"

#include "cj-gram.h"
#include "cj-rng.h"

#include <math.h>

#define OVERSAMPLE 8 /* columns more than asked for; they are what converges slowly */
#define ROUNDS 12

/* Makes the w columns of v [d, w] orthonormal, twice over for the rounding; columns that vanish
 * become zero. */
static void
orthonormalize (float *v, gint64 d, gint64 w)
{
  for (gint64 j = 0; j < w; j++)
    {
      double before = 0, norm = 0;

      for (gint64 i = 0; i < d; i++)
        before += (double) v[i * w + j] * v[i * w + j];
      for (int again = 0; again < 2; again++)
        for (gint64 other = 0; other < j; other++)
          {
            double dot = 0;

            for (gint64 i = 0; i < d; i++)
              dot += (double) v[i * w + j] * v[i * w + other];
            for (gint64 i = 0; i < d; i++)
              v[i * w + j] -= (float) dot * v[i * w + other];
          }
      for (gint64 i = 0; i < d; i++)
        norm += (double) v[i * w + j] * v[i * w + j];
      norm = norm > 1e-10 * before && norm > 0 ? 1 / sqrt (norm) : 0;
      for (gint64 i = 0; i < d; i++)
        v[i * w + j] *= (float) norm;
    }
}

/* scores [n, w] = x V: turned to the principal axes, largest first, into out [n, k]. */
static void
rotate (const float *scores, gint64 n, gint64 w, guint k, const float *v, gint64 d, float *out,
        double *values)
{
  g_autofree double *a = g_new0 (double, w *w), *e = g_new (double, w *w);
  g_autofree gint64 *order = g_new (gint64, w);

  for (gint64 i = 0; i < n; i++)
    for (gint64 p = 0; p < w; p++)
      for (gint64 q = 0; q < w; q++)
        a[p * w + q] += (double) scores[i * w + p] * scores[i * w + q];
  cj_jacobi (a, e, w);
  for (gint64 j = 0; j < w; j++)
    {
      gint64 at = j;

      while (at > 0 && a[order[at - 1] * (w + 1)] < a[j * (w + 1)])
        {
          order[at] = order[at - 1];
          at--;
        }
      order[at] = j;
    }
  for (guint j = 0; j < k; j++)
    {
      double sign = 1, largest = 0;

      for (gint64 i = 0; i < d; i++) /* weights of the component */
        {
          double weight = 0;

          for (gint64 q = 0; q < w; q++)
            weight += v[i * w + q] * e[q * w + order[j]];
          if (fabs (weight) > largest * (1 + 1e-6))
            {
              largest = fabs (weight);
              sign = weight < 0 ? -1 : 1;
            }
        }
      values[j] = MAX (a[order[j] * (w + 1)], 0);
      for (gint64 i = 0; i < n; i++)
        {
          double sum = 0;

          for (gint64 q = 0; q < w; q++)
            sum += scores[i * w + q] * e[q * w + order[j]];
          out[i * k + j] = (float) (sign * sum);
        }
    }
}

CjTensor *
cj_pca (const CjTensor *x, guint k, guint64 seed, double *shares)
{
  const gint64 n = x->shape.dims[0], d = x->shape.dims[1];
  const gint64 w = MIN ((gint64) k + OVERSAMPLE, MIN (n, d));
  const CjShape shape = cj_shape2 (n, k);
  g_autoptr (CjTensor) centred = NULL;
  g_autofree float *v = NULL, *scores = NULL;
  g_autofree double *values = g_new0 (double, k + 1);
  CjTensor *out;
  double whole = 0;
  CjRng rng;

  g_return_val_if_fail (x->shape.n_dims == 2 && k > 0 && k <= MIN (n, d), NULL);

  centred = cj_centre (x);
  v = g_new (float, d *w);
  scores = g_new (float, n *w);
  cj_rng_init (&rng, seed, CJ_RNG_INIT, 0);
  for (gint64 i = 0; i < d * w; i++)
    v[i] = cj_rng_normal (&rng);
  for (int round = 0; round <= ROUNDS; round++)
    {
      const CjGemmMatrix rows = { centred->data, d, 1 }, columns = { centred->data, 1, d };

      orthonormalize (v, d, w);
      cj_multiply (n, w, d, rows, (CjGemmMatrix){ v, 1, w }, scores);
      if (round < ROUNDS)
        cj_multiply (d, w, n, columns, (CjGemmMatrix){ scores, 1, w }, v);
    }
  out = cj_tensor_new (CJ_FLOAT32, &shape);
  rotate (scores, n, w, k, v, d, cj_tensor_f32 (out), values);
  for (gint64 i = 0; shares != NULL && i < n * d; i++)
    whole += (double) cj_tensor_f32 (centred)[i] * cj_tensor_f32 (centred)[i];
  for (guint j = 0; shares != NULL && j < k; j++)
    shares[j] = whole > 0 ? values[j] / whole : 0;
  return out;
}
