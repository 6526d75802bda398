/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-attention-flow.h"

#include <math.h>

CjTensor *
cj_attention_mean_heads (const CjTensor *weights)
{
  const gint64 n = weights->shape.dims[0], heads = weights->shape.dims[1];
  const gint64 map = weights->shape.dims[2] * weights->shape.dims[3];
  const CjShape shape = cj_shape3 (n, weights->shape.dims[2], weights->shape.dims[3]);
  CjTensor *mean = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < n * map; i++)
    {
      const float *at = cj_tensor_f32 (weights) + i / map * heads * map + i % map;
      double sum = 0;

      for (gint64 h = 0; h < heads; h++)
        sum += at[h * map];
      cj_tensor_f32 (mean)[i] = (float) (sum / (double) heads);
    }
  return mean;
}

/* (A + I) / 2 of one sample in double, [T, T]. */
static double *
dup_pipes (const CjTensor *weights, gint64 sample)
{
  const gint64 heads = weights->shape.dims[1], t = weights->shape.dims[2];
  const float *maps = cj_tensor_f32 (weights) + sample * heads * t * t;
  double *pipes = g_new (double, t *t);

  for (gint64 i = 0; i < t * t; i++)
    {
      double sum = 0;

      for (gint64 h = 0; h < heads; h++)
        sum += maps[h * t * t + i];
      pipes[i] = (sum / (double) heads + (i / t == i % t)) / 2;
    }
  return pipes;
}

/* left [T, T] right [T, T], a new one. */
static double *
dup_product (const double *left, const double *right, gint64 t)
{
  double *product = g_new0 (double, t *t);

  for (gint64 i = 0; i < t; i++)
    for (gint64 k = 0; k < t; k++)
      for (gint64 j = 0; j < t; j++)
        product[i * t + j] += left[i * t + k] * right[k * t + j];
  return product;
}

CjTensor *
cj_attention_rollout (CjTensor *const *layers, guint n_layers)
{
  const gint64 n = layers[0]->shape.dims[0], t = layers[0]->shape.dims[2];
  const CjShape shape = cj_shape3 (n, t, t);
  CjTensor *rollout = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 sample = 0; sample < n; sample++)
    {
      g_autofree double *product = dup_pipes (layers[0], sample);

      for (guint i = 1; i < n_layers; i++)
        {
          g_autofree double *pipes = dup_pipes (layers[i], sample), *before = product;

          product = dup_product (pipes, before, t);
        }
      for (gint64 i = 0; i < t * t; i++)
        cj_tensor_f32 (rollout)[sample * t * t + i] = (float) product[i];
    }
  return rollout;
}

/* Pipes between the tokens of neighbouring layers, and what they can still take. Node l T + i is token i
 * before layer l; `down` from layer l to what it reads, `back` what could be taken back. */
typedef struct
{
  gint64 t;
  guint n_layers;
  double **down, **back; /* of each layer [T, T], query then key */
  int *level;            /* of each node; -1: not reached */
  gint64 *queue, *next;  /* nodes; of each node, the first pipe that may still carry */
} Pipes;

#define LEAST 1e-12 /* less is no flow but rounding */

/* What can still go from node `from` through its pipe number `i`: T down to the keys, T back up to the
 * queries of the layer above. */
static double *
get_room (const Pipes *p, gint64 from, gint64 i, gint64 *to)
{
  const gint64 level = from / p->t, token = from % p->t;

  if (i < p->t)
    {
      *to = (level - 1) * p->t + i;
      return level > 0 ? &p->down[level - 1][token * p->t + i] : NULL;
    }
  *to = (level + 1) * p->t + i - p->t;
  return level < p->n_layers ? &p->back[level][(i - p->t) * p->t + token] : NULL;
}

/* Numbers the nodes by how many pipes with room they are from `source`; FALSE if `sink` is cut off. */
static gboolean
find_levels (const Pipes *p, gint64 source, gint64 sink)
{
  gint64 begin = 0, end = 0;

  for (gint64 i = 0; i < (p->n_layers + 1) * p->t; i++)
    {
      p->level[i] = -1;
      p->next[i] = 0;
    }
  p->level[source] = 0;
  for (p->queue[end++] = source; begin < end; begin++)
    for (gint64 i = 0; i < 2 * p->t; i++)
      {
        gint64 to;
        const double *room = get_room (p, p->queue[begin], i, &to);

        if (room == NULL || *room <= LEAST || p->level[to] >= 0)
          continue;
        p->level[to] = p->level[p->queue[begin]] + 1;
        p->queue[end++] = to;
      }
  return p->level[sink] >= 0;
}

/* Sends up to `most` from a node to the sink along rising levels; what arrived. */
static double
send (const Pipes *p, gint64 from, gint64 sink, double most)
{
  double sent = 0;

  if (from == sink)
    return most;
  for (gint64 *i = &p->next[from]; *i < 2 * p->t; (*i)++)
    {
      gint64 to, other;
      double *room = get_room (p, from, *i, &to), part;

      if (room == NULL || *room <= LEAST || p->level[to] != p->level[from] + 1)
        continue;
      part = send (p, to, sink, MIN (most - sent, *room));
      *room -= part;
      *get_room (p, to, *i < p->t ? p->t + from % p->t : from % p->t, &other) += part;
      sent += part;
      if (most - sent <= LEAST)
        break;
    }
  return sent;
}

static void
open_pipes (Pipes *p, double *const *widths)
{
  for (guint l = 0; l < p->n_layers; l++)
    for (gint64 i = 0; i < p->t * p->t; i++)
      {
        p->down[l][i] = widths[l][i];
        p->back[l][i] = 0;
      }
}

static double *
new_map (gint64 t)
{
  return g_new0 (double, t *t);
}

CjTensor *
cj_attention_flow (CjTensor *const *layers, guint n_layers, gint64 sample, gint64 query,
                   gboolean (*cancelled) (gpointer data), gpointer data)
{
  const gint64 t = layers[0]->shape.dims[2], nodes = (n_layers + 1) * t;
  const CjShape shape = cj_shape1 (t);
  g_autoptr (CjTensor) flow = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autofree int *level = g_new (int, nodes);
  g_autofree gint64 *queue = g_new (gint64, nodes), *next = g_new (gint64, nodes);
  g_autoptr (GPtrArray) maps = g_ptr_array_new_with_free_func (g_free);
  double **widths;
  Pipes p = { .t = t, .n_layers = n_layers, .level = level, .queue = queue, .next = next };
  gboolean stopped = FALSE;

  for (guint i = 0; i < 3 * n_layers; i++)
    g_ptr_array_add (maps, i < n_layers ? dup_pipes (layers[i], sample) : new_map (t));
  widths = (double **) maps->pdata;
  p.down = widths + n_layers;
  p.back = widths + 2 * n_layers;
  for (gint64 key = 0; key < t && !stopped; key++)
    {
      const gint64 source = n_layers * t + query;
      double sum = 0;

      open_pipes (&p, widths);
      while (find_levels (&p, source, key))
        sum += send (&p, source, key, G_MAXDOUBLE);
      cj_tensor_f32 (flow)[key] = (float) sum;
      stopped = cancelled != NULL && cancelled (data);
    }
  return stopped ? NULL : g_steal_pointer (&flow);
}

static double
measure_distance (CjAttentionPlace place, gint64 i, gint64 j)
{
  const gint64 a = i - place.first, b = j - place.first;

  if (place.columns <= 0)
    return fabs ((double) (a - b));
  return hypot ((double) (a / place.columns - b / place.columns),
                (double) (a % place.columns - b % place.columns));
}

/* A row's entropy, and its mean distance if its query is somewhere; FALSE of a row of zeros. */
static gboolean
measure_row (const float *row, gint64 query, gint64 s, CjAttentionPlace place, double *entropy,
             double *distance)
{
  double sum = 0, h = 0, far = 0, placed = 0;

  for (gint64 j = 0; j < s; j++)
    {
      sum += row[j];
      h -= row[j] > 0 ? row[j] * log2 (row[j]) : 0;
      if (j < place.first)
        continue;
      placed += row[j];
      far += row[j] * measure_distance (place, query, j);
    }
  *entropy = h;
  *distance = placed > 0 ? far / placed : 0;
  return sum > 0;
}

void
cj_attention_measure (const CjTensor *weights, CjAttentionPlace place, double *entropy,
                      double *distance)
{
  const gint64 n = weights->shape.dims[0], heads = weights->shape.dims[1];
  const gint64 t = weights->shape.dims[2], s = weights->shape.dims[3];

  for (gint64 h = 0; h < heads; h++)
    {
      gint64 rows = 0, placed = 0;

      entropy[h] = distance[h] = 0;
      for (gint64 i = 0; i < n * t; i++)
        {
          const float *row = cj_tensor_f32 (weights) + ((i / t * heads + h) * t + i % t) * s;
          double bits, far;

          if (!measure_row (row, i % t, s, place, &bits, &far))
            continue;
          rows++;
          entropy[h] += bits;
          placed += i % t >= place.first;
          distance[h] += i % t >= place.first ? far : 0;
        }
      entropy[h] /= (double) MAX (rows, 1);
      distance[h] /= (double) MAX (placed, 1);
    }
}
