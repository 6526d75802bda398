/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neighbours in a graph given as a list of edges, with a loop at every vertex. V vertices, U features,
 * E edges. Numbers that are no vertex of the graph, and loops in the list, are passed over. */
#include "cj-error.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define PANEL 16 /* features of a chunk of propagate */
#define FAR -1e30f

static gboolean
infer_edges (const CjOp *op, GError **error)
{
  const CjShape *edges = &op->in_shape[1];

  if (op->in_dtype[1] == CJ_INT32 && edges->n_dims == 2 && edges->dims[1] == 2)
    return TRUE;
  return cj_op_refuse (op, _ ("edges as pairs of vertex numbers beside the features"),
                       _ ("Wire the edges of the graph to it."), error);
}

/* The ends of an edge; FALSE if it does not join two vertices. */
static gboolean
get_edge (const CjOp *op, const void *edges, gint64 e, gint64 *i, gint64 *j)
{
  const gint64 v = op->in_shape[0].dims[0];

  *i = ((const gint32 *) edges)[2 * e];
  *j = ((const gint32 *) edges)[2 * e + 1];
  return *i >= 0 && *i < v && *j >= 0 && *j < v && *i != *j;
}

/* --- propagate --- */

static gboolean
infer_propagate (CjOp *op, GError **error)
{
  const CjShape *h = &op->in_shape[0];

  if (h->n_dims != 2)
    return cj_op_refuse (op, _ ("one vector a vertex"), _ ("Put Flatten before it."), error);
  op->out_shape[0] = *h;
  op->saved_bytes = sizeof (float) * (gsize) h->dims[0];
  op->macs = (h->dims[0] + 2 * op->in_shape[1].dims[0]) * h->dims[1];
  return infer_edges (op, error);
}

/* saved [V]: one over the root of the degree. */
static void
count_degrees (const CjOpCall *call, guint chunk)
{
  const CjOp *op = call->op;
  float *roots = call->saved;
  gint64 i, j;

  (void) chunk;
  for (gint64 v = 0; v < op->in_shape[0].dims[0]; v++)
    roots[v] = 1;
  for (gint64 e = 0; e < op->in_shape[1].dims[0]; e++)
    if (get_edge (op, call->in[1], e, &i, &j))
      {
        roots[i]++;
        roots[j]++;
      }
  for (gint64 v = 0; v < op->in_shape[0].dims[0]; v++)
    roots[v] = 1.0f / sqrtf (roots[v]);
}

static guint
feature_panels (const CjOp *op)
{
  return (guint) ((op->in_shape[0].dims[1] + PANEL - 1) / PANEL);
}

/* to (+)= D^-1/2 (A + I) D^-1/2 from, for a panel of features; the matrix is its own transpose. */
static void
propagate (const CjOpCall *call, guint chunk, const float *from, float *to, gboolean add)
{
  const CjOp *op = call->op;
  const gint64 u = op->in_shape[0].dims[1], first = (gint64) chunk * PANEL;
  const gint64 n = MIN (PANEL, u - first);
  const float *roots = call->saved;
  gint64 i, j;

  from += first;
  to += first;
  for (gint64 v = 0; v < op->in_shape[0].dims[0]; v++)
    for (gint64 k = 0; k < n; k++)
      to[v * u + k] = roots[v] * roots[v] * from[v * u + k] + (add ? to[v * u + k] : 0);
  for (gint64 e = 0; e < op->in_shape[1].dims[0]; e++)
    if (get_edge (op, call->in[1], e, &i, &j))
      for (gint64 k = 0; k < n; k++)
        {
          const float weight = roots[i] * roots[j];

          to[i * u + k] += weight * from[j * u + k];
          to[j * u + k] += weight * from[i * u + k];
        }
}

static void
propagate_forward (const CjOpCall *call, guint chunk)
{
  propagate (call, chunk, call->in[0], call->out[0], FALSE);
}

static void
propagate_backward (const CjOpCall *call, guint chunk)
{
  if (call->d_in[0] != NULL)
    propagate (call, chunk, call->d_out[0], call->d_in[0], call->add_in[0]);
}

/* The dense matrix, written out. */
static void
propagate_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 v = op->in_shape[0].dims[0], u = op->in_shape[0].dims[1];
  g_autofree double *a = g_new0 (double, v *v), *degree = g_new0 (double, v);
  gint64 i, j;

  for (i = 0; i < v; i++)
    a[i * v + i] = 1;
  for (gint64 e = 0; e < op->in_shape[1].dims[0]; e++)
    if (get_edge (op, in[1], e, &i, &j))
      {
        a[i * v + j]++;
        a[j * v + i]++;
      }
  for (i = 0; i < v * v; i++)
    degree[i / v] += a[i];
  for (i = 0; i < v * u; i++)
    {
      double sum = 0;

      for (j = 0; j < v; j++)
        sum += a[i / u * v + j] / sqrt (degree[i / u] * degree[j])
               * ((const float *) in[0])[j * u + i % u];
      out[0][i] = (float) sum;
    }
}

const CjOpInfo cj_op_propagate = {
  .id = "propagate",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer_propagate,
  .forward = { { cj_op_chunk_one, count_degrees }, { feature_panels, propagate_forward } },
  .backward = { { feature_panels, propagate_backward } },
  .free_in = 1,
  .free_out = 1,
  .twin = propagate_twin,
  .whole_in = 1u << 1,
  .varies = TRUE,
};

/* --- adjacency --- */

static gboolean
infer_adjacency (CjOp *op, GError **error)
{
  const gint64 v = op->in_shape[0].n_dims > 0 ? op->in_shape[0].dims[0] : 1;

  op->out_shape[0] = cj_shape2 (v, v);
  return infer_edges (op, error);
}

static void
adjacency_forward (const CjOpCall *call, guint chunk)
{
  const gint64 v = call->op->out_shape[0].dims[0];
  gint64 i, j;

  (void) chunk;
  for (gint64 k = 0; k < v * v; k++)
    call->out[0][k] = FAR;
  for (gint64 k = 0; k < v; k++)
    call->out[0][k * v + k] = 0;
  for (gint64 e = 0; e < call->op->in_shape[1].dims[0]; e++)
    if (get_edge (call->op, call->in[1], e, &i, &j))
      call->out[0][i * v + j] = call->out[0][j * v + i] = 0;
}

static void
adjacency_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 v = op->out_shape[0].dims[0];
  gint64 i, j;

  for (gint64 k = 0; k < v * v; k++)
    {
      gboolean joined = k / v == k % v;

      for (gint64 e = 0; e < op->in_shape[1].dims[0]; e++)
        joined |= get_edge (op, in[1], e, &i, &j)
                  && ((i == k / v && j == k % v) || (j == k / v && i == k % v));
      out[0][k] = joined ? 0 : FAR;
    }
}

const CjOpInfo cj_op_adjacency = {
  .id = "adjacency",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer_adjacency,
  .forward = { { cj_op_chunk_one, adjacency_forward } },
  .free_in = 1,
  .free_out = 1,
  .twin = adjacency_twin,
  .whole_in = 1u << 1,
  .varies = TRUE,
};
