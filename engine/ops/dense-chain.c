/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few small dense layers and the functions between them as one op; put in by the plan, for a network
 * of a few hundred weights spends its time on the way from op to op. y[l] = f[l] (W[l] y[l-1] + b[l]).
 * N rows, U[l] units; P is U rounded up to whole vectors. Lanes are units: forward reads the weight
 * turned round, [U[l-1], P[l]], the way back as it lies, [U[l], P[l-1]]; both are copied once a step,
 * with zeros behind the ends. A step of the 2-8-8-2 network fell from 6 us to 1.4. */
#include "cj-math.h"
#include "cj-ops.h"

#include <string.h>

#define LANES 8
#define ROWS 4 /* side by side, or each would wait for its own last addition */

typedef float Vec __attribute__ ((vector_size (4 * LANES), aligned (4), may_alias));

static const CjDenseChainAttrs *
get_attrs (const CjOp *op)
{
  return op->attrs;
}

static gint64
pad (gint64 n)
{
  return (n + LANES - 1) / LANES * LANES;
}

/* Width of what goes into layer `l`; of layer n_layers, of what comes out in the end. */
static gint64
get_width (const CjOp *op, guint l)
{
  return l == 0 ? op->in_shape[0].dims[1] : op->in_shape[2 * l - 1].dims[0];
}

static gint64
get_n (const CjOp *op)
{
  return op->in_shape[0].dims[0];
}

/* Rows are kept for the way back as they go into each layer, [N, P], and as they leave the last. */
static float *
get_rows (const CjOpCall *call, guint l)
{
  float *rows = call->saved;

  for (guint k = 0; k < l; k++)
    rows += get_n (call->op) * pad (get_width (call->op, k));
  return rows;
}

static gint64
count_weights (const CjOp *op)
{
  gint64 most = 0;

  for (guint l = 0; l < get_attrs (op)->n_layers; l++)
    {
      const gint64 in = get_width (op, l), out = get_width (op, l + 1);

      most = MAX (most, MAX (in * pad (out), out * pad (in)));
    }
  return most;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const guint n = get_attrs (op)->n_layers;
  gint64 rows = 0, widest = 0;

  (void) error;
  op->out_shape[0] = cj_shape2 (get_n (op), get_width (op, n));
  op->macs = 0;
  for (guint l = 0; l <= n; l++)
    {
      rows += pad (get_width (op, l));
      widest = MAX (widest, pad (get_width (op, l)));
      if (l > 0)
        op->macs += get_n (op) * get_width (op, l - 1) * get_width (op, l);
    }
  op->saved_bytes = sizeof (float) * (gsize) (get_n (op) * rows);
  /* a weight, and the gradient of two layers' rows */
  op->workspace_bytes = sizeof (float) * (gsize) (count_weights (op) + 2 * get_n (op) * widest);
  return TRUE;
}

/* c [N, P] = rows a [N, a_step], of which `k` numbers count, times b [k, P], plus bias [P] or NULL. */
CJ_INLINE void
multiply (const float *a, gint64 a_step, gint64 n, gint64 k, const float *b, gint64 p,
          const float *bias, float *c)
{
  for (gint64 j = 0; j < p; j += LANES)
    {
      const Vec start = bias != NULL ? *(const Vec *) (bias + j) : (Vec){ 0 };
      gint64 r = 0;

      for (; r + ROWS <= n; r += ROWS)
        {
          const float *row = a + r * a_step;
          Vec sum[ROWS] = { start, start, start, start };

          for (gint64 i = 0; i < k; i++)
            {
              const Vec weight = *(const Vec *) (b + i * p + j);

#pragma GCC unroll 4
              for (int q = 0; q < ROWS; q++)
                sum[q] += row[q * a_step + i] * weight;
            }
#pragma GCC unroll 4
          for (int q = 0; q < ROWS; q++)
            *(Vec *) (c + (r + q) * p + j) = sum[q];
        }
      for (; r < n; r++)
        {
          Vec sum = start;

          for (gint64 i = 0; i < k; i++)
            sum += a[r * a_step + i] * *(const Vec *) (b + i * p + j);
          *(Vec *) (c + r * p + j) = sum;
        }
    }
}

CJ_INLINE void
apply (CjChainFunction f, float *y, gint64 n)
{
  if (f == CJ_CHAIN_RELU)
    for (gint64 i = 0; i < n; i++)
      y[i] = y[i] > 0 ? y[i] : 0;
  else if (f == CJ_CHAIN_TANH)
    for (gint64 i = 0; i < n; i++)
      y[i] = cj_tanh (y[i]);
  else if (f == CJ_CHAIN_SIGMOID)
    for (gint64 i = 0; i < n; i++)
      y[i] = cj_sigmoid (y[i]);
}

/* The gradient behind the function from the one ahead of it, by what came out. */
CJ_INLINE void
turn_back (CjChainFunction f, const float *restrict y, float *restrict d, gint64 n)
{
  if (f == CJ_CHAIN_RELU)
    for (gint64 i = 0; i < n; i++)
      d[i] = y[i] > 0 ? d[i] : 0;
  else if (f == CJ_CHAIN_TANH)
    for (gint64 i = 0; i < n; i++)
      d[i] *= 1 - y[i] * y[i];
  else if (f == CJ_CHAIN_SIGMOID)
    for (gint64 i = 0; i < n; i++)
      d[i] *= y[i] * (1 - y[i]);
}

/* Rows of `width` numbers into rows of p, or back; what is between stays as it is. */
CJ_INLINE void
copy_rows (const float *from, gint64 from_step, gint64 n, gint64 width, float *to, gint64 to_step)
{
  for (gint64 r = 0; r < n; r++)
    for (gint64 i = 0; i < width; i++)
      to[r * to_step + i] = from[r * from_step + i];
}

CJ_INLINE void
run_layer (const CjOpCall *call, guint l, gint64 in, gint64 out, const float *x, float *y)
{
  const gint64 n = get_n (call->op), p = pad (out);
  const float *weight = call->in[2 * l + 1], *bias = call->in[2 * l + 2];
  float *turned = call->workspace, start[CJ_CHAIN_MAX_WIDTH];

  for (gint64 i = 0; i < in; i++)
    for (gint64 u = 0; u < p; u++)
      turned[i * p + u] = u < out ? weight[u * in + i] : 0;
  for (gint64 u = 0; u < p; u++)
    start[u] = u < out && bias != NULL ? bias[u] : 0;
  multiply (x, pad (in), n, in, turned, p, start, y);
  apply (get_attrs (call->op)->functions[l], y, n * p);
}

CJ_CLONES static void
forward (const CjOpCall *call, guint chunk)
{
  const guint n_layers = get_attrs (call->op)->n_layers;
  const gint64 n = get_n (call->op), first = get_width (call->op, 0);
  float *x = call->saved;

  (void) chunk;
  copy_rows (call->in[0], first, n, first, x, pad (first));
  for (guint l = 0; l < n_layers; l++)
    {
      const gint64 in = get_width (call->op, l), out = get_width (call->op, l + 1);
      float *y = x + n * pad (in);

      run_layer (call, l, in, out, x, y);
      x = y;
    }
  copy_rows (x, pad (get_width (call->op, n_layers)), n, get_width (call->op, n_layers),
             call->out[0], get_width (call->op, n_layers));
}

/* dW [U, I] = sum over rows of d x, and db [U]. */
CJ_INLINE void
find_gradients (const CjOpCall *call, guint l, gint64 in, gint64 out, const float *x,
                const float *d)
{
  const gint64 n = get_n (call->op), p = pad (in), q = pad (out);
  float *dw = call->d_in[2 * l + 1], *db = call->d_in[2 * l + 2];
  float sums[CJ_CHAIN_MAX_WIDTH];

  for (gint64 u = 0; u < out && dw != NULL; u++)
    {
      for (gint64 j = 0; j < p; j += LANES)
        {
          Vec sum[2] = { 0 };
          gint64 r = 0;

          for (; r + 2 <= n; r += 2)
            {
              sum[0] += d[r * q + u] * *(const Vec *) (x + r * p + j);
              sum[1] += d[(r + 1) * q + u] * *(const Vec *) (x + (r + 1) * p + j);
            }
          if (r < n)
            sum[0] += d[r * q + u] * *(const Vec *) (x + r * p + j);
          *(Vec *) (sums + j) = sum[0] + sum[1];
        }
      for (gint64 i = 0; i < in; i++)
        dw[u * in + i] = sums[i] + (call->add_in[2 * l + 1] ? dw[u * in + i] : 0);
    }
  for (gint64 j = 0; j < q; j += LANES)
    {
      Vec sum = { 0 };

      for (gint64 r = 0; r < n; r++)
        sum += *(const Vec *) (d + r * q + j);
      *(Vec *) (sums + j) = sum;
    }
  for (gint64 u = 0; u < out && db != NULL; u++)
    db[u] = sums[u] + (call->add_in[2 * l + 2] ? db[u] : 0);
}

CJ_CLONES static void
backward (const CjOpCall *call, guint chunk)
{
  const CjDenseChainAttrs *a = get_attrs (call->op);
  const gint64 n = get_n (call->op), last = get_width (call->op, a->n_layers);
  float *weight = call->workspace, *d = weight + count_weights (call->op), *next;
  gint64 widest = 0;

  (void) chunk;
  for (guint l = 0; l <= a->n_layers; l++)
    widest = MAX (widest, pad (get_width (call->op, l)));
  next = d + n * widest;
  memset (d, 0, sizeof (float) * (gsize) (n * pad (last)));
  copy_rows (call->d_out[0], last, n, last, d, pad (last));
  for (guint l = a->n_layers; l-- > 0;)
    {
      const gint64 in = get_width (call->op, l), out = get_width (call->op, l + 1), p = pad (in);
      const float *x = get_rows (call, l), *w = call->in[2 * l + 1];
      float *before = d;

      turn_back (a->functions[l], x + n * p, d, n * pad (out));
      find_gradients (call, l, in, out, x, d);
      if (l == 0 && call->d_in[0] == NULL)
        return;
      for (gint64 u = 0; u < out; u++)
        for (gint64 i = 0; i < p; i++)
          weight[u * p + i] = i < in ? w[u * in + i] : 0;
      multiply (d, pad (out), n, out, weight, p, NULL, next);
      d = next;
      next = before;
    }
  for (gint64 r = 0; r < n; r++)
    for (gint64 i = 0; i < get_width (call->op, 0); i++)
      {
        float *to = &call->d_in[0][r * get_width (call->op, 0) + i];

        *to = d[r * pad (get_width (call->op, 0)) + i] + (call->add_in[0] ? *to : 0);
      }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const guint n_layers = get_attrs (op)->n_layers;

  for (gint64 r = 0; r < get_n (op); r++)
    {
      double rows[2][CJ_CHAIN_MAX_WIDTH], *x = rows[0], *y = rows[1], *swap;

      for (gint64 i = 0; i < get_width (op, 0); i++)
        x[i] = ((const float *) in[0])[r * get_width (op, 0) + i];
      for (guint l = 0; l < n_layers; l++)
        {
          const float *w = in[2 * l + 1], *b = in[2 * l + 2];

          for (gint64 u = 0; u < get_width (op, l + 1); u++)
            {
              y[u] = b != NULL ? b[u] : 0;
              for (gint64 i = 0; i < get_width (op, l); i++)
                y[u] += w[u * get_width (op, l) + i] * x[i];
              if (get_attrs (op)->functions[l] == CJ_CHAIN_RELU)
                y[u] = MAX (y[u], 0);
              else if (get_attrs (op)->functions[l] == CJ_CHAIN_TANH)
                y[u] = tanh (y[u]);
              else if (get_attrs (op)->functions[l] == CJ_CHAIN_SIGMOID)
                y[u] = 1 / (1 + exp (-y[u]));
            }
          swap = x;
          x = y;
          y = swap;
        }
      for (gint64 u = 0; u < get_width (op, n_layers); u++)
        out[0][r * get_width (op, n_layers) + u] = (float) x[u];
    }
}

const CjOpInfo cj_op_dense_chain = {
  .id = "dense-chain",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjDenseChainAttrs),
  .infer = infer,
  .forward = { { NULL, forward } },
  .backward = { { NULL, backward } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};
