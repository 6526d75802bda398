/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-init.h"

#include <math.h>

const char *const cj_init_names[] = {
  "zeros",      "ones",           "constant",      "fan-in",        "uniform",   "normal",
  "truncated",  "glorot-uniform", "glorot-normal", "he-uniform",    "he-normal", "lecun-normal",
  "orthogonal", "he-uniform-out", "he-normal-out", "lecun-uniform", NULL
};

G_STATIC_ASSERT (G_N_ELEMENTS (cj_init_names) == CJ_INIT_LAST + 2);

static void
fill_uniform (CjRng *rng, double limit, gint64 n, float *out)
{
  for (gint64 i = 0; i < n; i++)
    out[i] = cj_rng_range (rng, (float) -limit, (float) limit);
}

static void
fill_normal (CjRng *rng, double deviation, double cut, gint64 n, float *out)
{
  for (gint64 i = 0; i < n; i++)
    {
      float value;

      do
        value = cj_rng_normal (rng);
      while (fabsf (value) > cut);
      out[i] = (float) deviation * value;
    }
}

/* Modified Gram-Schmidt in double over the shorter side of [rows, columns]; rows or columns come out
 * orthonormal. The signs of the normal draws make the distribution uniform. */
static void
fill_orthogonal (CjRng *rng, gint64 rows, gint64 columns, double scale, float *out)
{
  const gint64 n = MIN (rows, columns), size = MAX (rows, columns);
  g_autofree double *q = g_new (double, n *size + 1);

  for (gint64 i = 0; i < n; i++)
    {
      double norm = 0;

      for (gint64 k = 0; k < size; k++)
        q[i * size + k] = cj_rng_normal (rng);
      for (gint64 j = 0; j < i; j++)
        {
          double dot = 0;

          for (gint64 k = 0; k < size; k++)
            dot += q[i * size + k] * q[j * size + k];
          for (gint64 k = 0; k < size; k++)
            q[i * size + k] -= dot * q[j * size + k];
        }
      for (gint64 k = 0; k < size; k++)
        norm += q[i * size + k] * q[i * size + k];
      norm = sqrt (MAX (norm, 1e-300));
      for (gint64 k = 0; k < size; k++)
        q[i * size + k] /= norm;
    }
  for (gint64 r = 0; r < rows; r++)
    for (gint64 c = 0; c < columns; c++)
      out[r * columns + c]
          = (float) (scale * (rows <= columns ? q[r * size + c] : q[c * size + r]));
}

void
cj_init_fill (const CjInit *init, const CjShape *shape, CjRng *rng, float *out)
{
  const gint64 n = cj_shape_size (shape);
  const double scale = init->scale == 0 ? 1 : init->scale;
  const double in = (double) MAX (init->fan_in, 1), fan_out = (double) MAX (init->fan_out, 1);

  switch (init->kind)
    {
    case CJ_INIT_FAN_IN:
      fill_uniform (rng, scale / sqrt (in), n, out);
      break;
    case CJ_INIT_UNIFORM:
      fill_uniform (rng, scale, n, out);
      break;
    case CJ_INIT_NORMAL:
      fill_normal (rng, scale, INFINITY, n, out);
      break;
    case CJ_INIT_TRUNCATED:
      fill_normal (rng, scale, 2, n, out);
      break;
    case CJ_INIT_GLOROT_UNIFORM:
      fill_uniform (rng, scale * sqrt (6 / (in + fan_out)), n, out);
      break;
    case CJ_INIT_GLOROT_NORMAL:
      fill_normal (rng, scale * sqrt (2 / (in + fan_out)), INFINITY, n, out);
      break;
    case CJ_INIT_HE_UNIFORM:
      fill_uniform (rng, scale * sqrt (6 / in), n, out);
      break;
    case CJ_INIT_HE_NORMAL:
      fill_normal (rng, scale * sqrt (2 / in), INFINITY, n, out);
      break;
    case CJ_INIT_LECUN_NORMAL:
      fill_normal (rng, scale / sqrt (in), INFINITY, n, out);
      break;
    case CJ_INIT_HE_UNIFORM_OUT:
      fill_uniform (rng, scale * sqrt (6 / fan_out), n, out);
      break;
    case CJ_INIT_HE_NORMAL_OUT:
      fill_normal (rng, scale * sqrt (2 / fan_out), INFINITY, n, out);
      break;
    case CJ_INIT_LECUN_UNIFORM:
      fill_uniform (rng, scale * sqrt (3 / in), n, out);
      break;
    case CJ_INIT_ORTHOGONAL:
      fill_orthogonal (rng, shape->n_dims > 0 ? shape->dims[0] : 1,
                       shape->n_dims > 0 ? n / MAX (shape->dims[0], 1) : 1, scale, out);
      break;
    case CJ_INIT_ZEROS:
    case CJ_INIT_ONES:
    case CJ_INIT_CONSTANT:
    default:
      for (gint64 i = 0; i < n; i++)
        out[i] = init->kind == CJ_INIT_ZEROS  ? 0
                 : init->kind == CJ_INIT_ONES ? 1
                                              : (float) init->scale;
    }
}
