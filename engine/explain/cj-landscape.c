/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-landscape.h"

#include "cj-gram.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define GROUP 4   /* batches of the larger size */
#define STEP 1e-3 /* of differences, as a share of the norm of the weights */

static double
dot (const float *a, const float *b, gint64 n)
{
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    sum += (double) a[i] * b[i];
  return sum;
}

/* a += by b */
static void
add (float *a, const float *b, double by, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    a[i] = (float) (a[i] + by * b[i]);
}

static void
scale (float *a, double by, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    a[i] = (float) (a[i] * by);
}

void
cj_landscape_direction (const CjProgram *program, const float *weights, guint64 seed,
                        float *direction)
{
  gint64 end = 0;

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *p = cj_program_get_param (program, i);

      end = p->state ? end : MAX (end, p->offset + p->size);
    }
  memset (direction, 0, sizeof (float) * (gsize) end);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *p = cj_program_get_param (program, i);
      const gint64 rows = p->shape.n_dims > 1 ? p->shape.dims[0] : 0;
      CjRng rng;

      cj_rng_init (&rng, seed, CJ_RNG_TEST, i);
      for (gint64 r = 0; r < rows && !p->state && !p->frozen; r++)
        {
          const gint64 n = p->size / rows;
          float *d = direction + p->offset + r * n;
          const float *w = weights + p->offset + r * n;
          double norm;

          for (gint64 j = 0; j < n; j++)
            d[j] = cj_rng_normal (&rng);
          norm = sqrt (dot (d, d, n));
          scale (d, norm > 0 ? sqrt (dot (w, w, n)) / norm : 0, n);
        }
    }
}

gboolean
cj_landscape_place (const float *const *points, guint n_points, gint64 n_weights,
                    const float *first, const float *second, double *places, double shares[2])
{
  const float *origin = points[n_points - 1], *const directions[2] = { first, second };
  const double uu = dot (first, first, n_weights), vv = dot (second, second, n_weights);
  const double uv = dot (first, second, n_weights), whole = uu * vv - uv * uv;
  double all = 0, along[2] = { 0, 0 };

  if (!(whole > 1e-10 * uu * vv))
    return FALSE;
  for (guint i = 0; i < n_points; i++)
    {
      double d[2] = { 0, 0 };

      for (gint64 k = 0; k < n_weights; k++)
        {
          const double step = (double) points[i][k] - origin[k];

          all += step * step;
          d[0] += step * directions[0][k];
          d[1] += step * directions[1][k];
        }
      places[2 * i] = (vv * d[0] - uv * d[1]) / whole;
      places[2 * i + 1] = (uu * d[1] - uv * d[0]) / whole;
      along[0] += d[0] * d[0] / uu;
      along[1] += d[1] * d[1] / vv;
    }
  for (int k = 0; k < 2; k++)
    shares[k] = all > 0 ? along[k] / all : 0;
  return TRUE;
}

gboolean
cj_landscape_plane (const float *const *points, guint n_points, gint64 n_weights, float *first,
                    float *second, double *places, double shares[2])
{
  const guint n = n_points - 1; /* the last is the origin */
  const float *origin = points[n];
  g_autofree double *gram = g_new0 (double, n *n), *vectors = g_new0 (double, n *n);
  float *const directions[2] = { first, second };
  double all = 0;
  guint top[2] = { 0, 0 };

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j <= i; j++)
      {
        double sum = 0;

        for (gint64 k = 0; k < n_weights; k++)
          sum += ((double) points[i][k] - origin[k]) * ((double) points[j][k] - origin[k]);
        gram[i * n + j] = gram[j * n + i] = sum;
      }
  cj_jacobi (gram, vectors, n);
  for (guint i = 0; i < n; i++)
    {
      all += gram[i * n + i];
      if (gram[i * n + i] > gram[top[0] * n + top[0]])
        top[0] = i;
    }
  top[1] = top[0] == 0 ? 1 : 0;
  for (guint i = 0; i < n; i++)
    if (i != top[0] && gram[i * n + i] > gram[top[1] * n + top[1]])
      top[1] = i;
  for (int k = 0; k < 2; k++)
    {
      const double value = gram[top[k] * n + top[k]];

      if (!(value > 1e-10 * all) || !(all > 0))
        return FALSE;
      shares[k] = value / all;
      memset (directions[k], 0, sizeof (float) * (gsize) n_weights);
      for (guint i = 0; i < n; i++)
        {
          add (directions[k], points[i], vectors[i * n + top[k]] / sqrt (value), n_weights);
          add (directions[k], origin, -vectors[i * n + top[k]] / sqrt (value), n_weights);
          places[2 * i + (guint) k] = vectors[i * n + top[k]] * sqrt (value);
        }
      places[2 * n + (guint) k] = 0;
    }
  return TRUE;
}

/* --- curvature --- */

/* Lanczos' iteration: q[0 .. n_steps) are orthonormal, alpha and beta the tridiagonal matrix. */
typedef struct
{
  CjLossField *field;
  const float *weights;
  gint64 n;
  double h,
      rounding; /* the step, and what a value may be wrong by for the digits of the gradients */
  float **q, *scratch;
  double *alpha, *beta;
} Lanczos;

static void
start (const Lanczos *l, guint64 seed)
{
  const CjProgram *program = cj_loss_field_get_program (l->field);
  CjRng rng;

  memset (l->q[0], 0, sizeof (float) * (gsize) l->n);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *p = cj_program_get_param (program, i);

      cj_rng_init (&rng, seed, CJ_RNG_TEST, i);
      for (gint64 j = 0; j < p->size && !p->state && !p->frozen; j++)
        l->q[0][p->offset + j] = cj_rng_normal (&rng);
    }
  scale (l->q[0], 1 / sqrt (dot (l->q[0], l->q[0], l->n)), l->n);
}

/* One product; the next vector into `next`. FALSE: what is reached is whole. */
static gboolean
step_on (const Lanczos *l, guint k, float *next)
{
  cj_loss_field_multiply (l->field, l->weights, l->q[k], l->h, l->scratch, next);
  l->alpha[k] = dot (next, l->q[k], l->n);
  for (int twice = 0; twice < 2; twice++)
    for (guint i = 0; i <= k; i++)
      add (next, l->q[i], -dot (next, l->q[i], l->n), l->n);
  l->beta[k] = sqrt (dot (next, next, l->n));
  if (!(l->beta[k] > 1e-9 * (1e-30 + fabs (l->alpha[k]))))
    return FALSE;
  scale (next, 1 / l->beta[k], l->n);
  return TRUE;
}

/* Of the eigenvector of the small matrix in column `column`: how much twice the step changes the value. */
static double
get_step_error (const Lanczos *l, const double *vectors, guint m, guint column, float *ritz,
                float *product)
{
  double norm, near;

  memset (ritz, 0, sizeof (float) * (gsize) l->n);
  for (guint k = 0; k < m; k++)
    add (ritz, l->q[k], vectors[k * m + column], l->n);
  norm = sqrt (dot (ritz, ritz, l->n));
  scale (ritz, 1 / norm, l->n);
  cj_loss_field_multiply (l->field, l->weights, ritz, l->h, l->scratch, product);
  near = dot (product, ritz, l->n);
  cj_loss_field_multiply (l->field, l->weights, ritz, 2 * l->h, l->scratch, product);
  return fabs (dot (product, ritz, l->n) - near) / 3;
}

/* The eigenvalues of greatest magnitude of the small matrix, with what they may be wrong by. */
static guint
choose (const Lanczos *l, guint m, guint n, double *values, double *errors)
{
  g_autofree double *small = g_new0 (double, m *m), *vectors = g_new0 (double, m *m);
  g_autofree gboolean *taken = g_new0 (gboolean, m);
  g_autofree float *ritz = g_new (float, (gsize) l->n), *product = g_new (float, (gsize) l->n);
  guint found = 0;

  for (guint k = 0; k < m; k++)
    {
      small[k * m + k] = l->alpha[k];
      if (k + 1 < m)
        small[k * m + k + 1] = small[(k + 1) * m + k] = l->beta[k];
    }
  cj_jacobi (small, vectors, m);
  for (; found < MIN (n, m); found++)
    {
      guint best = m;

      for (guint k = 0; k < m; k++)
        if (!taken[k] && (best == m || fabs (small[k * m + k]) > fabs (small[best * m + best])))
          best = k;
      taken[best] = TRUE;
      values[found] = small[best * m + best];
      errors[found] = fabs (l->beta[m - 1] * vectors[(m - 1) * m + best])
                      + get_step_error (l, vectors, m, best, ritz, product) + l->rounding;
    }
  return found;
}

guint
cj_landscape_eigenvalues (CjLossField *field, const float *weights, guint n, guint n_steps,
                          guint64 seed, CjLandscapeStep step, gpointer data, double *values,
                          double *errors)
{
  const gint64 w = cj_loss_field_get_n_weights (field);
  const double norm = sqrt (dot (weights, weights, w));
  g_autoptr (GPtrArray) q = g_ptr_array_new_with_free_func (g_free);
  g_autofree float *scratch = g_new (float, 2 * (gsize) MAX (w, 1));
  g_autofree double *alpha = g_new0 (double, n_steps + 1), *beta = g_new0 (double, n_steps + 1);
  Lanczos l = { .field = field,
                .weights = weights,
                .n = w,
                .h = STEP * MAX (norm, 1),
                .scratch = scratch,
                .alpha = alpha,
                .beta = beta };
  guint m = 0;
  gboolean more = TRUE;

  for (guint i = 0; i <= n_steps; i++)
    g_ptr_array_add (q, g_new (float, (gsize) w));
  l.q = (float **) q->pdata;
  start (&l, seed);
  cj_loss_field_slope (field, weights, l.q[1]);
  l.rounding = FLT_EPSILON * sqrt (dot (l.q[1], l.q[1], w)) / l.h;
  while (m < n_steps && more)
    {
      if (step != NULL && !step ((double) m / (n_steps + n), data))
        return 0;
      more = step_on (&l, m, l.q[m + 1]);
      m++;
    }
  return choose (&l, m, n, values, errors);
}

/* --- noise --- */

/* Of a group of batches: |G|² and tr (Σ), both without bias. */
static void
measure_group (CjLossField *field, const float *weights, guint group, float *sum, float *one,
               double *slope, double *noise)
{
  const gint64 n = cj_loss_field_get_n_weights (field), b = cj_loss_field_get_batch (field);
  double small = 0, big;

  memset (sum, 0, sizeof (float) * (gsize) n);
  for (guint i = 0; i < GROUP; i++)
    {
      cj_loss_field_slope_batch (field, weights, group * GROUP + i, one);
      small += dot (one, one, n) / GROUP;
      add (sum, one, 1.0 / GROUP, n);
    }
  big = dot (sum, sum, n);
  *slope = (GROUP * big - small) / (GROUP - 1);
  *noise = (small - big) / (1.0 / (double) b - 1.0 / (double) (GROUP * b));
}

gboolean
cj_landscape_noise (CjLossField *field, const float *weights, CjLandscapeStep step, gpointer data,
                    CjGradientNoise *out)
{
  const guint groups = cj_loss_field_get_n_batches (field) / GROUP;
  const gint64 n = cj_loss_field_get_n_weights (field), b = cj_loss_field_get_batch (field);
  g_autofree float *sum = g_new (float, (gsize) n), *one = g_new (float, (gsize) n);
  g_autofree double *slopes = g_new0 (double, groups + 1), *noises = g_new0 (double, groups + 1);
  double ss = 0, nn = 0, sn = 0;

  *out = (CjGradientNoise){ .small = b, .big = GROUP * b, .n_groups = groups, .scale = NAN };
  out->error = NAN;
  for (guint i = 0; i < groups; i++)
    {
      if (step != NULL && !step ((double) i / groups, data))
        return FALSE;
      measure_group (field, weights, i, sum, one, &slopes[i], &noises[i]);
      out->slope += slopes[i] / groups;
      out->noise += noises[i] / groups;
    }
  if (groups < 2)
    return FALSE;
  for (guint i = 0; i < groups; i++)
    {
      const double s = slopes[i] / out->slope - 1, e = noises[i] / out->noise - 1;

      ss += s * s;
      nn += e * e;
      sn += s * e;
    }
  if (!(out->slope > 0 && out->noise > 0))
    return TRUE;
  out->scale = out->noise / out->slope;
  /* of a quotient, to first order */
  out->error = out->scale * sqrt (MAX (ss + nn - 2 * sn, 0) / (groups * (groups - 1.0)));
  return TRUE;
}
