/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-umap.h"

#include "cj-gram.h"
#include "cj-pca.h"
#include "cj-rng.h"
#include "cj-spectral.h"

#include <math.h>

#define NEGATIVES 5
#define REACH 10     /* of the start along its longer axis, as the authors' program has it */
#define MAX_MOVE 4   /* of one step, before the rate */
#define CURVE_AT 300 /* points that the curve is fitted at */

/* An attraction of i to j, due every `period` iterations. */
typedef struct
{
  guint i, j;
  double period, next, next_negative;
} Edge;

typedef struct
{
  gint64 n;
  double a, b;
  GArray *edges; /* Edge */
  /* the same graph, whole, for the start */
  CjLinks links;
  GArray *first, *to, *weight; /* guint, guint, float: what links borrows */
  float *y;                    /* [N, 2] */
  CjRng rng;
} Umap;

void
cj_umap_options_init (CjUmapOptions *options)
{
  *options = (CjUmapOptions){ .n_neighbours = 15, .min_distance = 0.1, .n_iterations = 500 };
}

/* --- the curve --- */

/* Sum of squares of the curve (a, b), and what a step of Gauss and Newton needs: J'J and J'r. */
static double
measure_curve (double min_distance, double a, double b, double jj[3], double jr[2])
{
  double sum = 0;

  jj[0] = jj[1] = jj[2] = jr[0] = jr[1] = 0;
  for (int i = 0; i < CURVE_AT; i++)
    {
      const double d = 3.0 * i / (CURVE_AT - 1);
      const double want = d < min_distance ? 1 : exp (min_distance - d);
      const double p = pow (d, 2 * b), f = 1 / (1 + a * p), r = want - f;
      const double da = -p * f * f, db = d > 0 ? -2 * a * p * log (d) * f * f : 0;

      sum += r * r;
      jj[0] += da * da;
      jj[1] += da * db;
      jj[2] += db * db;
      jr[0] += da * r;
      jr[1] += db * r;
    }
  return sum;
}

void
cj_umap_fit_curve (double min_distance, double *a, double *b)
{
  double jj[3], jr[2], damping = 1e-3;
  double best = measure_curve (min_distance, *a = 1, *b = 1, jj, jr);

  /* K. Levenberg (1944), D. Marquardt (1963) */
  for (int i = 0; i < 100; i++)
    {
      const double p = jj[0] * (1 + damping), q = jj[2] * (1 + damping);
      const double whole = p * q - jj[1] * jj[1];
      const double u = *a + (q * jr[0] - jj[1] * jr[1]) / whole;
      const double v = *b + (p * jr[1] - jj[1] * jr[0]) / whole;
      double next_jj[3] = { 0 }, next_jr[2] = { 0 }, sum;

      sum = u > 0 && v > 0 ? measure_curve (min_distance, u, v, next_jj, next_jr) : INFINITY;
      if (!(sum < best))
        {
          damping *= 10;
          continue;
        }
      *a = u;
      *b = v;
      best = sum;
      damping /= 10;
      for (int k = 0; k < 3; k++)
        jj[k] = next_jj[k];
      for (int k = 0; k < 2; k++)
        jr[k] = next_jr[k];
    }
}

/* --- the graph --- */

void
cj_umap_find_scale (const float *distances, guint n, double *rho, double *sigma)
{
  const double target = log2 (n + 1.0);
  double low = 0, high = INFINITY, mean = 0;
  guint first = 0;

  while (first < n && !(distances[first] > 0))
    first++;
  *rho = first < n ? distances[first] : 0;
  for (guint j = 0; j < n; j++)
    mean += distances[j] / n;
  *sigma = 1;
  for (int tries = 0; tries < 64; tries++)
    {
      double sum = 0;

      for (guint j = 0; j < n; j++)
        sum += exp (-MAX (distances[j] - *rho, 0) / *sigma);
      if (fabs (sum - target) < 1e-5)
        break;
      if (sum > target)
        high = *sigma;
      else
        low = *sigma;
      *sigma = isinf (high) ? *sigma * 2 : (low + high) / 2;
    }
  *sigma = MAX (*sigma, MAX (1e-3 * mean, 1e-12)); /* neighbours that are all the same */
}

/* The `k` nearest of sample `self` but itself, ascending; equal ones in the order of their numbers. */
static void
find_nearest (const float *row, gint64 n, gint64 self, guint k, guint *index, float *distance)
{
  guint have = 0;

  for (gint64 j = 0; j < n; j++)
    {
      guint at = have;

      if (j == self || (have == k && row[j] >= distance[k - 1]))
        continue;
      have = MIN (have + 1, k);
      for (at = have - 1; at > 0 && distance[at - 1] > row[j]; at--)
        {
          distance[at] = distance[at - 1];
          index[at] = index[at - 1];
        }
      distance[at] = row[j];
      index[at] = (guint) j;
    }
  for (guint i = 0; i < have; i++)
    distance[i] = sqrtf (distance[i]);
}

/* How far j belongs to the neighbourhood of i, [N, N]; 0 for most. */
static CjTensor *
find_memberships (const CjTensor *x, guint k)
{
  g_autoptr (CjTensor) distances = cj_squared_distances (x);
  const gint64 n = x->shape.dims[0];
  CjTensor *out = cj_tensor_new (CJ_FLOAT32, &distances->shape);
  g_autofree guint *index = g_new (guint, k);
  g_autofree float *distance = g_new (float, k);

  for (gint64 i = 0; i < n; i++)
    {
      double rho, sigma;

      find_nearest (cj_tensor_f32 (distances) + i * n, n, i, k, index, distance);
      cj_umap_find_scale (distance, k, &rho, &sigma);
      for (guint j = 0; j < k; j++)
        cj_tensor_f32 (out)[i * n + index[j]] = (float) exp (-MAX (distance[j] - rho, 0) / sigma);
    }
  return out;
}

/* The fuzzy union of both directions, row by row; the largest of it. */
static double
umap_link (Umap *u, const CjTensor *x, const CjUmapOptions *options)
{
  const guint k = (guint) MIN ((gint64) MAX (options->n_neighbours, 2), u->n) - 1;
  g_autoptr (CjTensor) memberships = find_memberships (x, k);
  const float *m = cj_tensor_f32 (memberships);
  const gint64 n = u->n;
  double most = 0;

  for (gint64 i = 0; i < n; i++)
    {
      g_array_append_val (u->first, u->to->len);
      for (gint64 j = 0; j < n; j++)
        {
          const double p = m[i * n + j], q = m[j * n + i];
          const float w = (float) (p + q - p * q);
          const guint to = (guint) j;

          if (!(w > 0))
            continue;
          most = MAX (most, w);
          g_array_append_val (u->to, to);
          g_array_append_val (u->weight, w);
        }
    }
  g_array_append_val (u->first, u->to->len);
  u->links = (CjLinks){ n, (const guint *) u->first->data, (const guint *) u->to->data,
                        (const float *) u->weight->data };
  return most;
}

/* An attraction for every link, but such as would never be due. */
static void
umap_schedule (Umap *u, double most, guint n_iterations)
{
  for (gint64 i = 0; i < u->n; i++)
    for (guint e = u->links.start[i]; e < u->links.start[i + 1]; e++)
      {
        const double w = u->links.weight[e];
        Edge edge = { .i = (guint) i, .j = u->links.to[e] };

        if (w * n_iterations < most)
          continue;
        edge.period = edge.next = most / w;
        edge.next_negative = edge.period / NEGATIVES;
        g_array_append_val (u->edges, edge);
      }
}

/* --- the start --- */

/* REACH wide along the longer axis. */
static void
stretch (double *place, gint64 n)
{
  double most = 0;

  for (gint64 i = 0; i < 2 * n; i++)
    most = MAX (most, fabs (place[i]));
  for (gint64 i = 0; i < 2 * n && most > 0; i++)
    place[i] *= REACH / most;
}

static void
place_components (const CjTensor *x, guint64 seed, double *place)
{
  const gint64 n = x->shape.dims[0];
  const guint k = (guint) MIN (MIN (x->shape.dims[1], n), 2);
  g_autoptr (CjTensor) start = cj_pca (x, k, seed, NULL);

  for (gint64 i = 0; i < 2 * n; i++)
    place[i] = i % 2 < k ? cj_tensor_f32 (start)[i / 2 * k + i % 2] : 0;
  stretch (place, n);
}

/* One part of the graph, its nodes numbered anew. */
typedef struct
{
  CjLinks links;
  guint *node; /* of the whole */
  guint *start, *to;
  float *weight;
} Part;

/* `local` [N] is room. */
static Part
part_new (const CjLinks *all, const guint *part, guint number, guint *local)
{
  Part p = { .node = g_new (guint, all->n + 1), .start = g_new (guint, all->n + 1) };
  guint n = 0, n_links = 0;

  for (gint64 i = 0; i < all->n; i++)
    if (part[i] == number)
      {
        local[i] = n;
        p.node[n++] = (guint) i;
        n_links += all->start[i + 1] - all->start[i];
      }
  p.to = g_new (guint, n_links + 1);
  p.weight = g_new (float, n_links + 1);
  p.start[0] = n_links = 0;
  for (guint i = 0; i < n; i++)
    {
      for (guint e = all->start[p.node[i]]; e < all->start[p.node[i] + 1]; e++)
        {
          p.to[n_links] = local[all->to[e]];
          p.weight[n_links++] = all->weight[e];
        }
      p.start[i + 1] = n_links;
    }
  p.links = (CjLinks){ n, p.start, p.to, p.weight };
  return p;
}

static void
part_clear (Part *p)
{
  g_free (p->node);
  g_free (p->start);
  g_free (p->to);
  g_free (p->weight);
}

/* Means of the parts [P, D] on their first two components. */
static double *
place_parts (const CjTensor *x, const guint *part, guint n_parts, guint64 seed)
{
  const gint64 n = x->shape.dims[0], d = x->shape.dims[1];
  const CjShape shape = cj_shape2 (n_parts, d);
  g_autoptr (CjTensor) mean = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autofree guint *count = g_new0 (guint, n_parts);
  double *place = g_new (double, 2 * n_parts);

  for (gint64 i = 0; i < n; i++)
    count[part[i]]++;
  for (gint64 i = 0; i < n * d; i++)
    cj_tensor_f32 (mean)[part[i / d] * d + i % d]
        += cj_tensor_f32 (x)[i] / (float) count[part[i / d]];
  place_components (mean, seed, place);
  return place;
}

/* How far a part may reach without touching another: half of the way to the next, and a little even
 * where two lie upon one another. */
static double
find_room (const double *centre, guint n_parts, guint self)
{
  double nearest = 2 * REACH;

  for (guint i = 0; i < n_parts; i++)
    if (i != self)
      nearest = MIN (nearest, hypot (centre[2 * i] - centre[2 * self],
                                     centre[2 * i + 1] - centre[2 * self + 1]));
  return MAX (nearest / 2, REACH / (4.0 * n_parts));
}

static void
place_spectral (const CjLinks *links, const CjTensor *x, guint64 seed, double *place)
{
  const gint64 n = links->n;
  g_autofree guint *part = g_new (guint, n), *local = g_new (guint, n);
  const guint n_parts = cj_links_find_parts (links, part);
  g_autofree double *centre = n_parts > 1 ? place_parts (x, part, n_parts, seed) : NULL;

  for (guint k = 0; k < n_parts; k++)
    {
      Part p = part_new (links, part, k, local);
      g_autofree double *vectors = g_new (double, 2 * p.links.n);
      const double room = centre != NULL ? find_room (centre, n_parts, k) / REACH : 1;
      double values[2];

      cj_laplacian_vectors (&p.links, 2, seed, values, vectors);
      stretch (vectors, p.links.n);
      for (gint64 i = 0; i < 2 * p.links.n; i++)
        place[2 * p.node[i / 2] + i % 2]
            = room * vectors[i] + (centre != NULL ? centre[2 * k + i % 2] : 0);
      part_clear (&p);
    }
  stretch (place, n);
}

/* With a grain of noise, which parts samples that are the same. */
static void
umap_place (Umap *u, const CjTensor *x, const CjUmapOptions *options)
{
  g_autofree double *place = g_new0 (double, 2 * u->n);

  if (options->start == CJ_UMAP_PCA)
    place_components (x, options->seed, place);
  else if (options->start == CJ_UMAP_SPECTRAL)
    place_spectral (&u->links, x, options->seed, place);
  else
    for (gint64 i = 0; i < 2 * u->n; i++)
      place[i] = REACH * (2 * cj_rng_uniform (&u->rng) - 1);
  for (gint64 i = 0; i < 2 * u->n; i++)
    u->y[i] = (float) place[i] + 1e-4f * cj_rng_normal (&u->rng);
}

/* --- the layout --- */

static float
bound (double move)
{
  return (float) CLAMP (move, -MAX_MOVE, MAX_MOVE);
}

static void
attract (Umap *u, const Edge *edge, float rate)
{
  float *p = u->y + 2 * edge->i, *q = u->y + 2 * edge->j;
  const double dx = p[0] - q[0], dy = p[1] - q[1], square = dx * dx + dy * dy;
  double pull;

  if (!(square > 0))
    return;
  pull = powf ((float) square, (float) u->b);
  pull = -2 * u->a * u->b * pull / square / (1 + u->a * pull);
  for (int k = 0; k < 2; k++)
    {
      const float move = rate * bound (pull * (k == 0 ? dx : dy));

      p[k] += move;
      q[k] -= move;
    }
}

static void
repel (Umap *u, guint i, float rate)
{
  const guint j = cj_rng_below (&u->rng, (guint32) u->n);
  float *p = u->y + 2 * i, *q = u->y + 2 * j;
  const double dx = p[0] - q[0], dy = p[1] - q[1], square = dx * dx + dy * dy;
  double push;

  if (i == j || !(square > 0))
    return;
  push = 2 * u->b / ((0.001 + square) * (1 + u->a * powf ((float) square, (float) u->b)));
  p[0] += rate * bound (push * dx);
  p[1] += rate * bound (push * dy);
}

static void
umap_move (Umap *u, guint iteration, float rate)
{
  for (guint e = 0; e < u->edges->len; e++)
    {
      Edge *edge = &g_array_index (u->edges, Edge, e);

      if (edge->next > iteration)
        continue;
      attract (u, edge, rate);
      edge->next += edge->period;
      while (edge->next_negative <= iteration)
        {
          repel (u, edge->i, rate);
          edge->next_negative += edge->period / NEGATIVES;
        }
    }
}

/* The graph, and a map of the start, which is yours. */
static CjTensor *
umap_begin (Umap *u, const CjTensor *x, const CjUmapOptions *options)
{
  const CjShape shape = cj_shape2 (x->shape.dims[0], 2);
  CjTensor *map = cj_tensor_new (CJ_FLOAT32, &shape);
  double most;

  *u = (Umap){ .n = x->shape.dims[0], .y = cj_tensor_f32 (map) };
  u->edges = g_array_new (FALSE, FALSE, sizeof (Edge));
  u->first = g_array_new (FALSE, FALSE, sizeof (guint));
  u->to = g_array_new (FALSE, FALSE, sizeof (guint));
  u->weight = g_array_new (FALSE, FALSE, sizeof (float));
  cj_umap_fit_curve (options->min_distance, &u->a, &u->b);
  cj_rng_init (&u->rng, options->seed, CJ_RNG_INIT, 2);
  most = umap_link (u, x, options);
  umap_place (u, x, options);
  umap_schedule (u, most, options->n_iterations);
  return map;
}

static void
umap_clear (Umap *u)
{
  g_array_unref (u->edges);
  g_array_unref (u->first);
  g_array_unref (u->to);
  g_array_unref (u->weight);
}

static gboolean
fits (const CjTensor *x, const CjUmapOptions *options)
{
  return x->shape.n_dims == 2 && x->shape.dims[1] > 0 && x->shape.dims[0] >= 4
         && x->shape.dims[0] <= CJ_MAP_MAX && options->n_iterations > 0;
}

CjTensor *
cj_umap_begin (const CjTensor *x, const CjUmapOptions *options)
{
  CjTensor *map;
  Umap u;

  g_return_val_if_fail (fits (x, options), NULL);

  map = umap_begin (&u, x, options);
  umap_clear (&u);
  return map;
}

CjTensor *
cj_umap (const CjTensor *x, const CjUmapOptions *options, CjMapStep step, gpointer data)
{
  CjTensor *map;
  Umap u;

  g_return_val_if_fail (fits (x, options), NULL);

  map = umap_begin (&u, x, options);
  for (guint iteration = 1; iteration <= options->n_iterations; iteration++)
    {
      umap_move (&u, iteration, 1 - (float) (iteration - 1) / (float) options->n_iterations);
      if (step != NULL && !step (iteration, map, data))
        break;
    }
  umap_clear (&u);
  return map;
}
