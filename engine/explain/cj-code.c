/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-code.h"

#include "cj-gram.h"

#include <math.h>

/* Products of the columns of x [N, D] with one another, [D, D]. */
static CjTensor *
multiply_columns (const CjTensor *x)
{
  const gint64 n = x->shape.dims[0], d = x->shape.dims[1];
  const CjGemmMatrix columns = { x->data, 1, d };
  const CjShape shape = cj_shape2 (d, d);
  CjTensor *out = cj_tensor_new (CJ_FLOAT32, &shape);

  cj_multiply (d, d, n, columns, columns, cj_tensor_f32 (out));
  return out;
}

double
cj_participation_ratio (const CjTensor *x)
{
  const gint64 n = x->shape.dims[0], d = x->shape.dims[1], m = MIN (n, d);
  g_autoptr (CjTensor) centred = cj_centre (x);
  /* both have the same eigenvalues but for zeros */
  g_autoptr (CjTensor) products = d < n ? multiply_columns (centred) : cj_gram (centred, centred);
  double trace = 0, square = 0, whole = 0;

  for (gint64 i = 0; i < n * d; i++)
    whole += (double) cj_tensor_f32 (x)[i] * cj_tensor_f32 (x)[i];
  for (gint64 i = 0; i < m; i++)
    trace += cj_tensor_f32 (products)[i * (m + 1)];
  for (gint64 i = 0; i < m * m; i++)
    square += (double) cj_tensor_f32 (products)[i] * cj_tensor_f32 (products)[i];
  return trace > 1e-12 * whole ? trace * trace / square : NAN;
}

double
cj_sparseness (const float *answers, gint64 n, gint64 stride)
{
  double sum = 0, square = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const double r = fabs (answers[i * stride]);

      sum += r / (double) n;
      square += r * r / (double) n;
    }
  if (n < 2 || !(square > 0))
    return NAN;
  return CLAMP ((1 - sum * sum / square) / (1 - 1 / (double) n), 0, 1);
}

guint
cj_count_duplicates (const CjTensor *x, double least)
{
  const gint64 n = x->shape.dims[0], u = x->shape.dims[1];
  g_autoptr (CjTensor) centred = cj_centre (x);
  g_autoptr (CjTensor) products = multiply_columns (centred);
  g_autofree double *length = g_new0 (double, u + 1);
  const float *p = cj_tensor_f32 (products);
  guint alike = 0;

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < u; j++)
      length[j] += (double) cj_tensor_f32 (x)[i * u + j] * cj_tensor_f32 (x)[i * u + j];
  for (gint64 j = 0; j < u; j++) /* what is left of a constant is rounding */
    length[j] = p[j * (u + 1)] > 1e-10 * length[j] ? sqrt (p[j * (u + 1)]) : INFINITY;
  for (gint64 i = 1; i < u; i++)
    for (gint64 j = 0; j < i; j++)
      if (fabs (p[i * u + j]) >= least * length[i] * length[j])
        {
          alike++;
          break;
        }
  return alike;
}
