/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spectral.h"

#include "cj-gram.h"
#include "cj-rng.h"

#include <math.h>
#include <string.h>

#define OVERSAMPLE 6   /* vectors more than asked for; the last of them bounds what is damped */
#define ROUNDS 60      /* filters at most */
#define DEGREE 50      /* of a filter at most */
#define MOST_GROWTH 14 /* logarithm: more, and rounding is all that is left of the smaller ones */
#define TOLERANCE 1e-6 /* of the residual, eigenvalues are between -1 and 1 */

guint
cj_links_find_parts (const CjLinks *links, guint *part)
{
  g_autofree guint *queue = g_new (guint, links->n + 1);
  guint n_parts = 0;

  for (gint64 i = 0; i < links->n; i++)
    part[i] = G_MAXUINT;
  for (gint64 first = 0; first < links->n; first++)
    {
      gint64 begin = 0, end = 0;

      if (part[first] != G_MAXUINT)
        continue;
      part[first] = n_parts;
      for (queue[end++] = (guint) first; begin < end; begin++)
        for (guint e = links->start[queue[begin]]; e < links->start[queue[begin] + 1]; e++)
          if (part[links->to[e]] == G_MAXUINT)
            {
              part[links->to[e]] = n_parts;
              queue[end++] = links->to[e];
            }
      n_parts++;
    }
  return n_parts;
}

/* The search for eigenvectors of S = D^-1/2 A D^-1/2 with the largest eigenvalues but 1, whose own vector
 * is D^1/2. W vectors. */
typedef struct
{
  const CjLinks *links;
  gint64 n, w;
  double *share;  /* S, as the weights of the links */
  double *first;  /* N: D^1/2, of length 1 */
  double *v, *sv; /* [N, W] the vectors, and S times them */
  double *theta;  /* W Ritz values, descending */
} Search;

static void
multiply (const Search *s, const double *x, double *y)
{
  const gint64 w = s->w;

  memset (y, 0, sizeof (double) * (gsize) (s->n * w));
  for (gint64 i = 0; i < s->n; i++)
    for (guint e = s->links->start[i]; e < s->links->start[i + 1]; e++)
      {
        const double *from = x + s->links->to[e] * w;

        for (gint64 j = 0; j < w; j++)
          y[i * w + j] += s->share[e] * from[j];
      }
}

/* Takes the share of `u` (stride `us`) out of column j of v. */
static void
take_out (const Search *s, gint64 j, const double *u, gint64 us)
{
  double dot = 0;

  for (gint64 i = 0; i < s->n; i++)
    dot += s->v[i * s->w + j] * u[i * us];
  for (gint64 i = 0; i < s->n; i++)
    s->v[i * s->w + j] -= dot * u[i * us];
}

/* Columns of length 1, orthogonal to one another and to the first vector, twice over for the rounding;
 * one that vanishes becomes 0. */
static void
orthonormalize (Search *s)
{
  for (gint64 j = 0; j < s->w; j++)
    {
      double before = 0, norm = 0;

      for (gint64 i = 0; i < s->n; i++)
        before += s->v[i * s->w + j] * s->v[i * s->w + j];
      for (int again = 0; again < 2; again++)
        {
          take_out (s, j, s->first, 1);
          for (gint64 other = 0; other < j; other++)
            take_out (s, j, s->v + other, s->w);
        }
      for (gint64 i = 0; i < s->n; i++)
        norm += s->v[i * s->w + j] * s->v[i * s->w + j];
      norm = norm > 1e-24 * before && norm > 0 ? 1 / sqrt (norm) : 0;
      for (gint64 i = 0; i < s->n; i++)
        s->v[i * s->w + j] *= norm;
    }
}

/* Turns the columns of x [N, W] by e [W, W], taken in this order. */
static void
turn (const Search *s, double *x, const double *e, const gint64 *order)
{
  g_autofree double *row = g_new (double, s->w);

  for (gint64 i = 0; i < s->n; i++)
    {
      for (gint64 j = 0; j < s->w; j++)
        {
          row[j] = 0;
          for (gint64 q = 0; q < s->w; q++)
            row[j] += x[i * s->w + q] * e[q * s->w + order[j]];
        }
      memcpy (x + i * s->w, row, sizeof (double) * (gsize) s->w);
    }
}

/* The best vectors of the space that the columns of v span. */
static void
rayleigh_ritz (Search *s)
{
  const gint64 w = s->w;
  g_autofree double *a = g_new0 (double, w *w), *e = g_new (double, w *w);
  g_autofree gint64 *order = g_new (gint64, w);

  orthonormalize (s);
  multiply (s, s->v, s->sv);
  for (gint64 i = 0; i < s->n; i++)
    for (gint64 p = 0; p < w; p++)
      for (gint64 q = 0; q < w; q++)
        a[p * w + q] += s->v[i * w + p] * s->sv[i * w + q];
  cj_jacobi (a, e, w);
  for (gint64 j = 0; j < w; j++)
    {
      gint64 at = j;

      for (; at > 0 && a[order[at - 1] * (w + 1)] < a[j * (w + 1)]; at--)
        order[at] = order[at - 1];
      order[at] = j;
    }
  for (gint64 j = 0; j < w; j++)
    s->theta[j] = a[order[j] * (w + 1)];
  turn (s, s->v, e, order);
  turn (s, s->sv, e, order);
}

static double
get_residual (const Search *s, gint64 k)
{
  double worst = 0;

  for (gint64 j = 0; j < k; j++)
    {
      double sum = 0;

      for (gint64 i = 0; i < s->n; i++)
        sum += pow (s->sv[i * s->w + j] - s->theta[j] * s->v[i * s->w + j], 2);
      worst = MAX (worst, sqrt (sum));
    }
  return worst;
}

/* Damps what lies between -1 and the smallest Ritz value, and lets the rest grow: v becomes p (S) v with
 * a Chebyshev polynomial p, as high as rounding allows. */
static void
filter (Search *s)
{
  const gint64 size = s->n * s->w;
  const double low = -1.001, high = MAX (s->theta[s->w - 1], -0.9);
  const double half = (high - low) / 2, middle = (high + low) / 2;
  const double growth = acosh (MAX ((s->theta[0] - middle) / half, 1 + 1e-9));
  const int degree = (int) CLAMP (MOST_GROWTH / growth, 2, DEGREE);
  g_autofree double *before = g_memdup2 (s->v, sizeof (double) * (gsize) size);
  g_autofree double *product = g_new (double, size);

  for (gint64 i = 0; i < size; i++)
    s->v[i] = (s->sv[i] - middle * before[i]) / half;
  for (int d = 2; d <= degree; d++)
    {
      multiply (s, s->v, product);
      for (gint64 i = 0; i < size; i++)
        {
          const double next = 2 * (product[i] - middle * s->v[i]) / half - before[i];

          before[i] = s->v[i];
          s->v[i] = next;
        }
    }
}

static void
scale_links (Search *s)
{
  const CjLinks *l = s->links;
  double square = 0;

  for (gint64 i = 0; i < s->n; i++)
    {
      double sum = 0;

      for (guint e = l->start[i]; e < l->start[i + 1]; e++)
        sum += l->weight[e];
      s->first[i] = sqrt (sum);
      square += sum;
    }
  for (gint64 i = 0; i < s->n; i++)
    for (guint e = l->start[i]; e < l->start[i + 1]; e++)
      s->share[e] = l->weight[e] / (s->first[i] * s->first[l->to[e]]);
  for (gint64 i = 0; i < s->n; i++)
    s->first[i] /= square > 0 ? sqrt (square) : 1;
}

/* Column j as it is handed out: its largest number is positive. */
static void
copy_vector (const Search *s, gint64 j, guint k, double *vectors)
{
  double sign = 1, largest = 0;

  for (gint64 i = 0; i < s->n; i++)
    if (fabs (s->v[i * s->w + j]) > largest * (1 + 1e-6))
      {
        largest = fabs (s->v[i * s->w + j]);
        sign = s->v[i * s->w + j] < 0 ? -1 : 1;
      }
  for (gint64 i = 0; i < s->n; i++)
    vectors[i * k + j] = sign * s->v[i * s->w + j];
}

gboolean
cj_laplacian_vectors (const CjLinks *links, guint k, guint64 seed, double *values, double *vectors)
{
  const gint64 n = links->n, w = MIN ((gint64) k + OVERSAMPLE, n - 1), have = MIN ((gint64) k, w);
  g_autofree double *share = g_new (double, links->start[n] + 1);
  g_autofree double *first = g_new (double, n + 1), *theta = g_new0 (double, w + 1);
  g_autofree double *v = g_new (double, n *w + 1), *sv = g_new (double, n *w + 1);
  Search s = { links, n, w, share, first, v, sv, theta };
  gboolean settled;
  CjRng rng;

  memset (values, 0, sizeof (double) * k);
  memset (vectors, 0, sizeof (double) * (gsize) n * k);
  if (w < 1)
    return TRUE;
  cj_rng_init (&rng, seed, CJ_RNG_INIT, 3);
  for (gint64 i = 0; i < n * w; i++)
    v[i] = cj_rng_normal (&rng);
  scale_links (&s);
  rayleigh_ritz (&s);
  settled = get_residual (&s, have) < TOLERANCE;
  for (int round = 0; round < ROUNDS && !settled; round++)
    {
      filter (&s);
      rayleigh_ritz (&s);
      settled = get_residual (&s, have) < TOLERANCE;
    }
  for (gint64 j = 0; j < have; j++)
    {
      values[j] = 1 - theta[j];
      copy_vector (&s, j, k, vectors);
    }
  return settled;
}
