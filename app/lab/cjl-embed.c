/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-embed.h"

#include "cj-gemm.h"
#include "cj-rng.h"

#include <math.h>
#include <string.h>

#define OVERSAMPLE 8 /* columns more than asked for; they are what converges slowly */
#define ROUNDS 12
#define SWEEPS 60
#define LANES 8
#define EXAGGERATION 12
#define RATE 50 /* of the usual N / 12 / 4 the least that is used, and N is small here */

/* --- principal components --- */

/* C [m, n] = A [m, k] B [k, n], each given with its strides. */
static void
multiply (gint64 m, gint64 n, gint64 k, CjGemmMatrix a, CjGemmMatrix b, float *c)
{
  g_autofree float *scratch = g_new (float, CJ_GEMM_SCRATCH);

  cj_gemm (m, n, k, (CjGemmOperand){ cj_gemm_pack_matrix, &a },
           (CjGemmOperand){ cj_gemm_pack_matrix, &b }, c, n, FALSE, scratch);
}

static CjTensor *
centre (const CjTensor *x)
{
  const gint64 n = x->shape.dims[0], d = x->shape.dims[1];
  CjTensor *centred = cj_tensor_new (CJ_FLOAT32, &x->shape);
  g_autofree double *mean = g_new0 (double, d + 1);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      mean[j] += cj_tensor_f32 (x)[i * d + j] / (double) n;
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      cj_tensor_f32 (centred)[i * d + j] = (float) (cj_tensor_f32 (x)[i * d + j] - mean[j]);
  return centred;
}

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

/* Eigenvalues of the symmetric a [n, n] onto its diagonal, eigenvectors into the columns of e, by
 * cyclic Jacobi rotations (G. Golub, C. van Loan, "Matrix Computations", 8.5). */
static void
jacobi (double *a, double *e, gint64 n)
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
          {
            double theta, t, c, s;

            if (a[p * n + q] == 0)
              continue;
            theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
            t = (theta >= 0 ? 1 : -1) / (fabs (theta) + sqrt (theta * theta + 1));
            c = 1 / sqrt (t * t + 1);
            s = t * c;
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
  jacobi (a, e, w);
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
cjl_pca (const CjTensor *x, guint k, guint64 seed, double *shares)
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

  centred = centre (x);
  v = g_new (float, d *w);
  scores = g_new (float, n *w);
  cj_rng_init (&rng, seed, CJ_RNG_INIT, 0);
  for (gint64 i = 0; i < d * w; i++)
    v[i] = cj_rng_normal (&rng);
  for (int round = 0; round <= ROUNDS; round++)
    {
      const CjGemmMatrix rows = { centred->data, d, 1 }, columns = { centred->data, 1, d };

      orthonormalize (v, d, w);
      multiply (n, w, d, rows, (CjGemmMatrix){ v, 1, w }, scores);
      if (round < ROUNDS)
        multiply (d, w, n, columns, (CjGemmMatrix){ scores, 1, w }, v);
    }
  out = cj_tensor_new (CJ_FLOAT32, &shape);
  rotate (scores, n, w, k, v, d, cj_tensor_f32 (out), values);
  for (gint64 i = 0; shares != NULL && i < n * d; i++)
    whole += (double) cj_tensor_f32 (centred)[i] * cj_tensor_f32 (centred)[i];
  for (guint j = 0; shares != NULL && j < k; j++)
    shares[j] = whole > 0 ? values[j] / whole : 0;
  return out;
}

/* --- t-SNE --- */

/* Rows are padded to m, a multiple of LANES, with points infinitely far away. */
typedef struct
{
  gint64 n, m;
  float *p;                          /* [n, m], symmetric, sum 1 */
  float *u, *v;                      /* places, m each */
  float *velocity, *gain, *gradient; /* [n, 2] */
} Tsne;

/* Squared distances of the rows of x into the first n of m columns. */
static void
measure_distances (const CjTensor *x, float *out, gint64 m)
{
  const gint64 n = x->shape.dims[0], d = x->shape.dims[1];
  const CjGemmMatrix rows = { x->data, d, 1 };
  g_autofree float *products = g_new (float, n *n);

  multiply (n, n, d, rows, rows, products);
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < n; j++)
      out[i * m + j] = i == j ? 0
                              : (float) MAX ((double) products[i * (n + 1)] + products[j * (n + 1)]
                                                 - 2.0 * products[i * n + j],
                                             0);
}

/* A row of squared distances becomes probabilities whose entropy is log (perplexity). */
static void
find_row (float *row, gint64 n, gint64 self, double perplexity)
{
  double beta, low = 0, high = INFINITY, mean = 0, least = INFINITY, sum = 0;

  for (gint64 j = 0; j < n; j++)
    if (j != self)
      {
        mean += row[j] / (double) (n - 1);
        least = MIN (least, row[j]);
      }
  beta = mean > 0 ? 1 / mean : 1;
  for (int tries = 0; tries < 64; tries++)
    {
      double weighted = 0, entropy;

      sum = 0;
      for (gint64 j = 0; j < n; j++)
        if (j != self)
          {
            const double e = exp (-beta * (row[j] - least));

            sum += e;
            weighted += e * (row[j] - least);
          }
      entropy = log (sum) + beta * weighted / sum;
      if (fabs (entropy - log (perplexity)) < 1e-5)
        break;
      if (entropy > log (perplexity))
        low = beta;
      else
        high = beta;
      beta = isinf (high) ? beta * 2 : (low + high) / 2;
    }
  for (gint64 j = 0; j < n; j++)
    row[j] = j == self ? 0 : (float) (exp (-beta * (row[j] - least)) / sum);
}

/* From the first two components, shrunk until the first deviates by 1e-4. */
static void
tsne_place (Tsne *t, const CjTensor *x, guint64 seed)
{
  const guint k = (guint) MIN (x->shape.dims[1], 2);
  g_autoptr (CjTensor) start = cjl_pca (x, k, seed, NULL);
  const float *y = cj_tensor_f32 (start);
  double square = 0;
  CjRng rng;

  for (gint64 i = 0; i < t->n; i++)
    square += (double) y[k * i] * y[k * i];
  square = square > 0 ? 1e-4 / sqrt (square / (double) t->n) : 0;
  cj_rng_init (&rng, seed, CJ_RNG_INIT, 1);
  for (gint64 i = 0; i < t->m; i++)
    {
      /* a grain of noise parts samples that are the same */
      t->u[i] = i < t->n ? (float) (y[k * i] * square) + 1e-6f * cj_rng_normal (&rng) : 1e15f;
      t->v[i]
          = i < t->n ? (float) (y[k * i + k - 1] * square) + 1e-6f * cj_rng_normal (&rng) : 1e15f;
    }
}

static void
tsne_init (Tsne *t, const CjTensor *x, double perplexity, guint64 seed)
{
  const gint64 n = x->shape.dims[0], m = (n + LANES - 1) / LANES * LANES;

  *t = (Tsne){ .n = n, .m = m };
  t->p = g_new0 (float, n *m);
  t->u = g_new (float, m);
  t->v = g_new (float, m);
  t->velocity = g_new0 (float, 2 * n);
  t->gradient = g_new0 (float, 2 * n);
  t->gain = g_new (float, 2 * n);
  measure_distances (x, t->p, m);
  for (gint64 i = 0; i < n; i++)
    find_row (t->p + i * m, n, i, perplexity);
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = i; j < n; j++)
      {
        const float both = (t->p[i * m + j] + t->p[j * m + i]) / (2 * (float) n);

        t->p[i * m + j] = t->p[j * m + i] = MAX (both, 1e-12f);
      }
  for (gint64 i = 0; i < 2 * n; i++)
    t->gain[i] = 1;
  tsne_place (t, x, seed);
}

static void
tsne_clear (Tsne *t)
{
  g_free (t->p);
  g_free (t->u);
  g_free (t->v);
  g_free (t->velocity);
  g_free (t->gain);
  g_free (t->gradient);
}

/* What pulls and pushes point i: five sums over all points, in lanes so that they run side by side. */
static void
tsne_row (const Tsne *t, gint64 i, double sums[5])
{
  const float *p = t->p + i * t->m, *u = t->u, *v = t->v, a = u[i], b = v[i];
  float lanes[5][LANES] = { { 0 } };

  for (gint64 j = 0; j < t->m; j += LANES)
    for (int l = 0; l < LANES; l++)
      {
        const float du = a - u[j + l], dv = b - v[j + l], q = 1 / (1 + du * du + dv * dv);
        const float near = p[j + l] * q, far = q * q;

        lanes[0][l] += q;
        lanes[1][l] += near * du;
        lanes[2][l] += near * dv;
        lanes[3][l] += far * du;
        lanes[4][l] += far * dv;
      }
  for (int k = 0; k < 5; k++)
    {
      sums[k] = 0;
      for (int l = 0; l < LANES; l++)
        sums[k] += lanes[k][l];
    }
  sums[0] -= 1; /* itself */
}

static void
tsne_gradient (Tsne *t, double exaggeration)
{
  g_autofree double *push = g_new (double, 2 * t->n);
  double z = 0;

  for (gint64 i = 0; i < t->n; i++)
    {
      double sums[5];

      tsne_row (t, i, sums);
      z += sums[0];
      for (int k = 0; k < 2; k++)
        {
          t->gradient[2 * i + k] = (float) (4 * exaggeration * sums[1 + k]);
          push[2 * i + k] = sums[3 + k];
        }
    }
  for (gint64 i = 0; i < 2 * t->n; i++)
    t->gradient[i] -= (float) (4 * push[i] / MAX (z, 1e-30));
}

static void
tsne_move (Tsne *t, float rate, float momentum)
{
  double mean[2] = { 0, 0 };

  for (gint64 i = 0; i < 2 * t->n; i++)
    {
      const gboolean same = (t->gradient[i] > 0) == (t->velocity[i] > 0);
      float *place = i % 2 == 0 ? &t->u[i / 2] : &t->v[i / 2];

      t->gain[i] = MAX (same ? t->gain[i] * 0.8f : t->gain[i] + 0.2f, 0.01f);
      t->velocity[i] = momentum * t->velocity[i] - rate * t->gain[i] * t->gradient[i];
      *place += t->velocity[i];
      mean[i % 2] += *place / (double) t->n;
    }
  for (gint64 i = 0; i < t->n; i++)
    {
      t->u[i] -= (float) mean[0];
      t->v[i] -= (float) mean[1];
    }
}

CjTensor *
cjl_tsne (const CjTensor *x, double perplexity, guint n_iterations, guint64 seed, CjlTsneStep step,
          gpointer data)
{
  const gint64 n = x->shape.dims[0];
  const CjShape shape = cj_shape2 (n, 2);
  const guint early = n_iterations / 4;
  CjTensor *map;
  Tsne t;

  g_return_val_if_fail (x->shape.n_dims == 2 && x->shape.dims[1] > 0, NULL);
  g_return_val_if_fail (n >= 4 && n <= CJL_TSNE_MAX && perplexity >= 1, NULL);

  map = cj_tensor_new (CJ_FLOAT32, &shape);
  tsne_init (&t, x, MIN (perplexity, (double) (n - 1) / 3), seed);
  for (guint iteration = 0; iteration < n_iterations; iteration++)
    {
      tsne_gradient (&t, iteration < early ? EXAGGERATION : 1);
      tsne_move (&t, RATE, iteration < early ? 0.5f : 0.8f);
      for (gint64 i = 0; i < n; i++)
        {
          cj_tensor_f32 (map)[2 * i] = t.u[i];
          cj_tensor_f32 (map)[2 * i + 1] = t.v[i];
        }
      if (step != NULL && !step (iteration + 1, map, data))
        break;
    }
  tsne_clear (&t);
  return map;
}
