/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-linear-probe.h"

#include "cj-gram.h"

#include <math.h>
#include <string.h>

#define STRENGTHS 6 /* 10^-3 to 10^2 */
#define NEWTON_STEPS 25

/* --- classes --- */

typedef struct
{
  gint64 n, k;
  double *kernel; /* [N, N], with that of the intercept */
  double *y;      /* [N, K] */
  double scale;   /* mean squared length of a sample: what the intercept's feature is as well */
} Ridge;

typedef struct
{
  double *inverse;  /* of the factor, [N, N] lower */
  double *a;        /* [N, K] */
  double *diagonal; /* of the inverse of C */
} Solution;

static void
solution_clear (Solution *s)
{
  g_free (s->inverse);
  g_free (s->a);
  g_free (s->diagonal);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Solution, solution_clear)

/* The inverse of a lower triangle, row by row. */
static void
invert_lower (const double *l, gint64 n, double *out)
{
  memset (out, 0, sizeof (double) * (gsize) (n * n));
  for (gint64 i = 0; i < n; i++)
    {
      double *row = out + i * n;

      row[i] = 1;
      for (gint64 k = 0; k < i; k++)
        for (gint64 j = 0; j <= k; j++)
          row[j] -= l[i * n + k] * out[k * n + j];
      for (gint64 j = 0; j <= i; j++)
        row[j] /= l[i * (n + 1)];
    }
}

/* a = C^-1 Y and the diagonal of C^-1, for C = kernel + ridge I. */
static gboolean
ridge_solve (const Ridge *r, double ridge, Solution *s)
{
  const gint64 n = r->n, k = r->k;
  g_autofree double *c = g_memdup2 (r->kernel, sizeof (double) * (gsize) (n * n));

  for (gint64 i = 0; i < n; i++)
    c[i * (n + 1)] += ridge;
  if (!cj_cholesky (c, n))
    return FALSE;
  invert_lower (c, n, s->inverse);
  memset (s->diagonal, 0, sizeof (double) * (gsize) n);
  memset (s->a, 0, sizeof (double) * (gsize) (n * k));
  for (gint64 i = 0; i < n; i++)
    {
      const double *row = s->inverse + i * n;
      g_autofree double *part = g_new0 (double, k);

      for (gint64 j = 0; j <= i; j++)
        for (gint64 f = 0; f < k; f++)
          part[f] += row[j] * r->y[j * k + f];
      for (gint64 j = 0; j <= i; j++)
        {
          s->diagonal[j] += row[j] * row[j];
          for (gint64 f = 0; f < k; f++)
            s->a[j * k + f] += row[j] * part[f];
        }
    }
  return TRUE;
}

/* Squared error and accuracy on samples left out. */
static double
measure_left_out (const Ridge *r, const Solution *s, const gint32 *classes, double *accuracy)
{
  double sum = 0, right = 0, known = 0;

  for (gint64 i = 0; i < r->n; i++)
    {
      gint64 best = 0;
      double most = -INFINITY;

      if (classes[i] < 0)
        continue;
      for (gint64 f = 0; f < r->k; f++)
        {
          const double e = s->a[i * r->k + f] / s->diagonal[i];

          sum += e * e;
          if (r->y[i * r->k + f] - e > most)
            {
              most = r->y[i * r->k + f] - e;
              best = f;
            }
        }
      known++;
      right += best == classes[i];
    }
  *accuracy = known > 0 ? right / known : NAN;
  return sum;
}

/* x less the means of the columns of `of`. */
static CjTensor *
shift (const CjTensor *x, const CjTensor *of)
{
  const gint64 n = x->shape.dims[0], m = of->shape.dims[0], d = x->shape.dims[1];
  CjTensor *out = cj_tensor_new (CJ_FLOAT32, &x->shape);
  g_autofree double *mean = g_new0 (double, d + 1);

  for (gint64 i = 0; i < m; i++)
    for (gint64 j = 0; j < d; j++)
      mean[j] += cj_tensor_f32 (of)[i * d + j] / (double) m;
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      cj_tensor_f32 (out)[i * d + j] = (float) (cj_tensor_f32 (x)[i * d + j] - mean[j]);
  return out;
}

static gboolean
ridge_init (Ridge *r, const CjTensor *gram, const gint32 *classes)
{
  const gint64 n = r->n;

  for (gint64 i = 0; i < n; i++)
    r->scale += cj_tensor_f32 (gram)[i * (n + 1)] / (double) n;
  for (gint64 i = 0; i < n * n; i++)
    r->kernel[i] = cj_tensor_f32 (gram)[i] + r->scale;
  for (gint64 i = 0; i < n; i++)
    if (classes[i] >= 0 && classes[i] < r->k)
      r->y[i * r->k + classes[i]] = 1;
  return r->scale > 0 && isfinite (r->scale);
}

/* Share of the samples, given by their products with those that were learned from, that are right. */
static double
test (const Ridge *r, const Solution *s, const CjTensor *products, const gint32 *classes)
{
  const gint64 m = products->shape.dims[0], n = r->n, k = r->k;
  g_autofree double *scores = g_new (double, k);
  double right = 0, known = 0;

  for (gint64 i = 0; i < m; i++)
    {
      gint64 best = 0;

      if (classes[i] < 0)
        continue;
      memset (scores, 0, sizeof (double) * (gsize) k);
      for (gint64 j = 0; j < n; j++)
        for (gint64 f = 0; f < k; f++)
          scores[f] += (cj_tensor_f32 (products)[i * n + j] + r->scale) * s->a[j * k + f];
      for (gint64 f = 1; f < k; f++)
        best = scores[f] > scores[best] ? f : best;
      known++;
      right += best == classes[i];
    }
  return known > 0 ? right / known : NAN;
}

gboolean
cj_probe_classes (const CjTensor *x, const gint32 *classes, const CjTensor *test_x,
                  const gint32 *test_classes, guint n_classes, CjProbeScore *score)
{
  const gint64 n = x->shape.dims[0];
  g_autoptr (CjTensor) centred = shift (x, x), tested = shift (test_x, x);
  g_autoptr (CjTensor) gram = cj_gram (centred, centred), products = cj_gram (tested, centred);
  g_autofree double *kernel = g_new (double, n *n), *y = g_new0 (double, n *n_classes);
  g_auto (Solution) s = { g_new (double, n *n), g_new (double, n *n_classes), g_new (double, n) };
  Ridge r = { .n = n, .k = n_classes, .kernel = kernel, .y = y };
  double least = INFINITY;

  g_return_val_if_fail (n_classes > 0 && x->shape.dims[1] == test_x->shape.dims[1], FALSE);

  *score = (CjProbeScore){ NAN, NAN, NAN };
  if (!ridge_init (&r, gram, classes))
    return FALSE;
  for (int i = 0; i < STRENGTHS; i++)
    {
      const double strength = pow (10, i - 3);
      double accuracy, error;

      if (!ridge_solve (&r, strength * r.scale, &s))
        continue;
      error = measure_left_out (&r, &s, classes, &accuracy);
      if (!(error < least))
        continue;
      least = error;
      *score = (CjProbeScore){ test (&r, &s, products, test_classes), accuracy, strength };
    }
  return isfinite (least);
}

/* --- a direction --- */

/* One step of Newton on the dual: f [N] are the scores, a their weights on the samples. */
static gboolean
step_newton (const double *kernel, gint64 n, gint64 n_in, double ridge, double *f, double *a)
{
  g_autofree double *c = g_new (double, n *n), *z = g_new (double, n);

  /* (K + ridge W^-1) a = z: reweighted least squares; kept symmetric as it stands */
  for (gint64 i = 0; i < n; i++)
    {
      const double p = 1 / (1 + exp (-f[i])), w = MAX (p * (1 - p), 1e-6);

      z[i] = f[i] + ((i < n_in) - p) / w;
      memcpy (c + i * n, kernel + i * n, sizeof (double) * (gsize) n);
      c[i * (n + 1)] += ridge / w;
    }
  if (!cj_cholesky (c, n))
    return FALSE;
  memcpy (a, z, sizeof (double) * (gsize) n);
  cj_cholesky_solve (c, n, a, 1);
  for (gint64 i = 0; i < n; i++)
    {
      double sum = 0;

      for (gint64 j = 0; j < n; j++)
        sum += kernel[i * n + j] * a[j];
      f[i] = CLAMP (sum, -30, 30);
    }
  return TRUE;
}

gboolean
cj_probe_direction (const CjTensor *x, gint64 n_in, double strength, float *direction,
                    double *accuracy)
{
  const gint64 n = x->shape.dims[0], d = x->shape.dims[1];
  g_autoptr (CjTensor) centred = cj_centre (x), gram = cj_gram (centred, centred);
  g_autofree double *kernel = g_new (double, n *n), *f = g_new0 (double, n);
  g_autofree double *a = g_new0 (double, n);
  double scale = 0, square = 0, right = 0;

  g_return_val_if_fail (n_in > 0 && n_in < n && strength > 0, FALSE);

  for (gint64 i = 0; i < n; i++)
    scale += cj_tensor_f32 (gram)[i * (n + 1)] / (double) n;
  if (!(scale > 0) || !isfinite (scale))
    return FALSE;
  for (gint64 i = 0; i < n * n; i++)
    kernel[i] = cj_tensor_f32 (gram)[i] + scale;
  for (int i = 0; i < NEWTON_STEPS; i++)
    if (!step_newton (kernel, n, n_in, strength * scale, f, a))
      return FALSE;
  for (gint64 j = 0; j < d; j++)
    {
      double sum = 0;

      for (gint64 i = 0; i < n; i++)
        sum += a[i] * cj_tensor_f32 (centred)[i * d + j];
      direction[j] = (float) sum;
      square += sum * sum;
    }
  if (!(square > 0))
    return FALSE;
  for (gint64 j = 0; j < d; j++)
    direction[j] = (float) (direction[j] / sqrt (square));
  for (gint64 i = 0; i < n; i++)
    right += (f[i] > 0) == (i < n_in);
  if (accuracy != NULL)
    *accuracy = right / (double) n;
  return TRUE;
}
