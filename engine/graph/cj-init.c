/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-init.h"

#include <math.h>

const char *const cj_init_names[] = {
  "zeros",      "ones",           "constant",      "fan-in",        "uniform",   "normal",
  "truncated",  "glorot-uniform", "glorot-normal", "he-uniform",    "he-normal", "lecun-normal",
  "orthogonal", "he-uniform-out", "he-normal-out", "lecun-uniform", NULL
};

#define GLOROT                                                                                     \
  "Glorot and Bengio, Understanding the difficulty of training deep networks, AISTATS 2010"
#define HE "He et al., Delving deep into rectifiers, ICCV 2015"
#define LECUN "LeCun et al., Efficient backprop, 1998"

const CjInitInfo cj_inits[] = {
  { "zeros", "Zeros", "All weights are 0; for offsets, since units that begin alike stay alike",
    "w = 0", NULL },
  { "ones", "Ones", "All weights are 1; for factors of a normalisation", "w = 1", NULL },
  { "constant", "Constant", "All weights are one number", "w = gain", NULL },
  { "fan-in", "Fan-in", "Uniform, the narrower the more inputs a unit has; the habit of the field",
    "w ~ U (±gain / √in)", NULL },
  { "uniform", "Uniform", "Every value between two limits is as likely", "w ~ U (±gain)", NULL },
  { "normal", "Normal", "Gaussian around 0", "w ~ N (0, gain²)", NULL },
  { "truncated", "Truncated normal", "Gaussian around 0 without values beyond two deviations",
    "w ~ N (0, gain²), |w| ≤ 2 gain", NULL },
  { "glorot-uniform", "Glorot uniform",
    "Keeps the size of signals and of gradients alike, for symmetric activations",
    "w ~ U (±gain √(6 / (in + out)))", GLOROT },
  { "glorot-normal", "Glorot normal",
    "Keeps the size of signals and of gradients alike, for symmetric activations",
    "w ~ N (0, gain² 2 / (in + out))", GLOROT },
  { "he-uniform", "He uniform", "Keeps the size of signals through ReLUs, which silence one half",
    "w ~ U (±gain √(6 / in))", HE },
  { "he-normal", "He normal", "Keeps the size of signals through ReLUs, which silence one half",
    "w ~ N (0, gain² 2 / in)", HE },
  { "lecun-normal", "LeCun normal",
    "Keeps the size of signals where activations hardly bend, and "
    "for SELU",
    "w ~ N (0, gain² / in)", LECUN },
  { "orthogonal", "Orthogonal",
    "Units listen to directions at right angles, so that nothing is "
    "stretched or lost",
    "W Wᵀ = gain² I",
    "Saxe et al., Exact solutions to the nonlinear dynamics "
    "of learning in deep linear networks, ICLR 2014" },
  { "he-uniform-out", "He uniform, by outputs", "Keeps the size of gradients through ReLUs",
    "w ~ U (±gain √(6 / out))", HE },
  { "he-normal-out", "He normal, by outputs", "Keeps the size of gradients through ReLUs",
    "w ~ N (0, gain² 2 / out)", HE },
  { "lecun-uniform", "LeCun uniform", "Keeps the size of signals where activations hardly bend",
    "w ~ U (±gain √(3 / in))", LECUN },
};

G_STATIC_ASSERT (G_N_ELEMENTS (cj_inits) == CJ_INIT_LAST + 1);
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
