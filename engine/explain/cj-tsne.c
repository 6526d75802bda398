/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-tsne.h"

#include "cj-gram.h"
#include "cj-pca.h"
#include "cj-rng.h"

#include <math.h>
#include <string.h>

#define LANES 8
#define EXAGGERATION 12
#define RATE 50 /* of the usual N / 12 / 4 the least that is used, and N is small here */

/* Rows are padded to m, a multiple of LANES, with points infinitely far away. */
typedef struct
{
  gint64 n, m;
  float *p;                          /* [n, m], symmetric, sum 1 */
  float *u, *v;                      /* places, m each */
  float *velocity, *gain, *gradient; /* [n, 2] */
} Tsne;

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
  g_autoptr (CjTensor) start = cj_pca (x, k, seed, NULL);
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
  g_autoptr (CjTensor) distances = cj_squared_distances (x);

  *t = (Tsne){ .n = n, .m = m };
  t->p = g_new0 (float, n *m);
  t->u = g_new (float, m);
  t->v = g_new (float, m);
  t->velocity = g_new0 (float, 2 * n);
  t->gradient = g_new0 (float, 2 * n);
  t->gain = g_new (float, 2 * n);
  for (gint64 i = 0; i < n; i++)
    {
      memcpy (t->p + i * m, cj_tensor_f32 (distances) + i * n, sizeof (float) * (gsize) n);
      find_row (t->p + i * m, n, i, perplexity);
    }
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
cj_tsne (const CjTensor *x, double perplexity, guint n_iterations, guint64 seed, CjMapStep step,
         gpointer data)
{
  const gint64 n = x->shape.dims[0];
  const CjShape shape = cj_shape2 (n, 2);
  const guint early = n_iterations / 4;
  CjTensor *map;
  Tsne t;

  g_return_val_if_fail (x->shape.n_dims == 2 && x->shape.dims[1] > 0, NULL);
  g_return_val_if_fail (n >= 4 && n <= CJ_MAP_MAX && perplexity >= 1, NULL);

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
