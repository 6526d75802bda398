/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few small dense layers and the functions between them as one op; put in by the plan, for a network
 * of a few hundred weights spends its time on the way from op to op. y[l] = f[l] (W[l] y[l-1] + b[l]).
 * N rows, U[l] units; P is U rounded up to whole vectors, zeros behind the ends. Lanes are units:
 * forward reads the weight turned round, [U[l-1], P[l]], the way back as it lies, [U[l], P[l-1]], copied
 * only where rows are no whole vectors. */
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rows.h"

#include <string.h>

#define LANES CJ_LANES
#define ROWS 10 /* side by side, or each would wait for its own last addition */

typedef CjLanes Vec;

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

static gint64
get_n (const CjOp *op)
{
  return op->in_shape[0].dims[0];
}

/* Rows are kept for the way back as they go into each layer, [N, P], and as they leave the last: so many
 * numbers a row lie ahead of what goes into layer `l`. */
static gint64
count_columns (const CjDenseChainAttrs *a, guint l)
{
  gint64 columns = 0;

  for (guint k = 0; k < l; k++)
    columns += pad (a->widths[k]);
  return columns;
}

static gint64
count_widest (const CjDenseChainAttrs *a)
{
  gint64 most = 0;

  for (guint l = 0; l <= a->n_layers; l++)
    most = MAX (most, pad (a->widths[l]));
  return most;
}

static gint64
count_weights (const CjDenseChainAttrs *a)
{
  gint64 most = 0;

  for (guint l = 0; l < a->n_layers; l++)
    most = MAX (most,
                MAX (a->widths[l] * pad (a->widths[l + 1]), a->widths[l + 1] * pad (a->widths[l])));
  return most;
}

static gboolean
infer (CjOp *op, GError **error)
{
  CjDenseChainAttrs *a = op->attrs;

  (void) error;
  op->macs = 0;
  a->widths[0] = op->in_shape[0].dims[1];
  for (guint l = 1; l <= a->n_layers; l++)
    {
      a->widths[l] = op->in_shape[2 * l - 1].dims[0];
      op->macs += get_n (op) * a->widths[l - 1] * a->widths[l];
    }
  op->out_shape[0] = cj_shape2 (get_n (op), a->widths[a->n_layers]);
  op->saved_bytes = sizeof (float) * (gsize) (get_n (op) * count_columns (a, a->n_layers + 1));
  /* a weight, and the gradient of two layers' rows */
  op->workspace_bytes
      = sizeof (float) * (gsize) (count_weights (a) + 2 * get_n (op) * count_widest (a));
  return TRUE;
}

/* The first `n` <= LANES numbers, by halves: they are too few for a loop. */
CJ_INLINE void
copy_part (const float *from, gint64 n, float *to)
{
  if (n == LANES)
    *(Vec *) to = *(const Vec *) from;
  else
#pragma GCC unroll 3
    for (gint64 size = LANES / 2; size > 0; size /= 2)
      if ((n & size) != 0)
        {
          memcpy (to, from, sizeof (float) * (gsize) size);
          from += size;
          to += size;
        }
}

/* Rows of `width` numbers to rows of p and zeros. Of narrow rows a vector holds the next ones as well, up
 * to the last few rows: what is too much is cut off. */
CJ_INLINE void
spread (const float *from, gint64 n, gint64 width, float *to, const gint64 p)
{
  gint64 r = 0;

  if (p == LANES)
    {
      const CjLaneBits keep = (CjLaneBits){ 0, 1, 2, 3, 4, 5, 6, 7 } < (gint32) width;

      for (; r * width + LANES <= n * width; r++)
        *(CjLaneBits *) (to + r * p) = *(const CjLaneBits *) (from + r * width) & keep;
    }
  for (; r < n; r++)
    for (gint64 i = 0; i < width; i += LANES)
      {
        *(Vec *) (to + r * p + i) = (Vec){ 0 };
        copy_part (from + r * width + i, MIN (LANES, width - i), to + r * p + i);
      }
}

/* And back, where the next row writes over what is too much. */
CJ_INLINE void
gather (const float *from, gint64 n, gint64 width, float *to, const gint64 p)
{
  gint64 r = 0;

  for (; p == LANES && r * width + LANES <= n * width; r++)
    *(Vec *) (to + r * width) = *(const Vec *) (from + r * p);
  for (; r < n; r++)
    for (gint64 i = 0; i < width; i += LANES)
      copy_part (from + r * p + i, MIN (LANES, width - i), to + r * width + i);
}

/* One vector of units in `count` rows: c = a b + start. Rows of a are p apart, those of b and c q. What
 * is const here and below is a constant where it matters, for networks of up to eight units a layer. */
CJ_INLINE void
multiply_rows (const float *a, const gint64 p, gint64 k, const float *b, const gint64 q, Vec start,
               float *c, const int count)
{
  Vec sum[ROWS];

#pragma GCC unroll 10
  for (int r = 0; r < count; r++)
    sum[r] = start;
  for (gint64 i = 0; i < k; i++)
    {
      const Vec weight = *(const Vec *) (b + i * q);

#pragma GCC unroll 10
      for (int r = 0; r < count; r++)
        sum[r] += a[r * p + i] * weight;
    }
#pragma GCC unroll 10
  for (int r = 0; r < count; r++)
    *(Vec *) (c + r * q) = sum[r];
}

/* c [N, q] = rows a [N, p], of which `k` numbers count, times b [k, q], plus bias [q] or NULL. */
CJ_INLINE void
multiply (const float *a, const gint64 p, gint64 n, gint64 k, const float *b, const gint64 q,
          const float *bias, float *c)
{
  for (gint64 j = 0; j < q; j += LANES)
    {
      const Vec start = bias != NULL ? *(const Vec *) (bias + j) : (Vec){ 0 };
      gint64 r = 0;

      for (; r + ROWS <= n; r += ROWS)
        multiply_rows (a + r * p, p, k, b + j, q, start, c + r * q + j, ROWS);
      for (; r + 4 <= n; r += 4)
        multiply_rows (a + r * p, p, k, b + j, q, start, c + r * q + j, 4);
      for (; r < n; r++)
        multiply_rows (a + r * p, p, k, b + j, q, start, c + r * q + j, 1);
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

/* W [out, in] to turned [in, q], eight by eight. */
CJ_INLINE void
turn (const float *weight, gint64 out, gint64 in, float *turned, const gint64 q)
{
  for (gint64 u = 0; u < q; u += LANES, weight += LANES * in)
    {
      const gint64 count = MIN (LANES, out - u);
      gint64 i = 0;

      for (; i + LANES <= in; i += LANES)
        {
          Vec rows[LANES];

#pragma GCC unroll 8
          for (int k = 0; k < LANES; k++)
            rows[k] = k < count ? *(const Vec *) (weight + k * in + i) : (Vec){ 0 };
          cj_lanes_transpose (rows);
#pragma GCC unroll 8
          for (int k = 0; k < LANES; k++)
            *(Vec *) (turned + (i + k) * q + u) = rows[k];
        }
      for (; i < in; i++)
        {
          *(Vec *) (turned + i * q + u) = (Vec){ 0 };
          for (gint64 k = 0; k < count; k++)
            turned[i * q + u + k] = weight[k * in + i];
        }
    }
}

CJ_INLINE void
run_layer (const CjOpCall *call, guint l, const float *x, const gint64 p, float *y, const gint64 q)
{
  const CjDenseChainAttrs *a = get_attrs (call->op);
  const gint64 n = get_n (call->op), in = a->widths[l], out = a->widths[l + 1];
  const float *bias = call->in[2 * l + 2];
  float *turned = call->workspace, start[CJ_CHAIN_MAX_WIDTH];

  turn (call->in[2 * l + 1], out, in, turned, q);
  if (bias != NULL)
    spread (bias, 1, out, start, q);
  multiply (x, p, n, in, turned, q, bias != NULL ? start : NULL, y);
  apply (a->functions[l], y, n * q);
}

CJ_CLONES static void
forward (const CjOpCall *call, guint chunk)
{
  const CjDenseChainAttrs *a = get_attrs (call->op);
  const gint64 n = get_n (call->op), last = a->widths[a->n_layers];
  float *x = call->saved;

  (void) chunk;
  if (pad (a->widths[0]) == LANES)
    spread (call->in[0], n, a->widths[0], x, LANES);
  else
    spread (call->in[0], n, a->widths[0], x, pad (a->widths[0]));
  for (guint l = 0; l < a->n_layers; l++)
    {
      const gint64 p = pad (a->widths[l]), q = pad (a->widths[l + 1]);
      float *y = x + n * p;

      if (p == LANES && q == LANES)
        run_layer (call, l, x, LANES, y, LANES);
      else
        run_layer (call, l, x, p, y, q);
      x = y;
    }
  if (pad (last) == LANES)
    gather (x, n, last, call->out[0], LANES);
  else
    gather (x, n, last, call->out[0], pad (last));
}

/* The first `n` lanes. */
CJ_INLINE void
put (Vec v, gint64 n, float *to, gboolean add)
{
  float lanes[LANES];

  if (n >= LANES)
    {
      *(Vec *) to = v + (add ? *(const Vec *) to : (Vec){ 0 });
      return;
    }
  *(Vec *) lanes = v;
  for (gint64 i = 0; i < n && add; i++)
    lanes[i] += to[i];
  copy_part (lanes, n, to);
}

/* The gradient of `count` units' weights from a vector of inputs, of which `left` are there. */
CJ_INLINE void
find_rows (const float *d, const gint64 q, const float *x, const gint64 p, gint64 n, float *dw,
           gint64 in, gint64 left, gboolean add, const int count)
{
  Vec sum[LANES];

#pragma GCC unroll 8
  for (int u = 0; u < count; u++)
    sum[u] = (Vec){ 0 };
  for (gint64 r = 0; r < n; r++)
    {
      const Vec input = *(const Vec *) (x + r * p);

#pragma GCC unroll 8
      for (int u = 0; u < count; u++)
        sum[u] += d[r * q + u] * input;
    }
#pragma GCC unroll 8
  for (int u = 0; u < count; u++)
    put (sum[u], left, dw + u * in, add);
}

/* dW [U, I] = sum over rows of d x, and db [U]. */
CJ_INLINE void
find_gradients (const CjOpCall *call, guint l, const float *x, const gint64 p, const float *d,
                const gint64 q)
{
  const gint64 n = get_n (call->op);
  const gint64 in = get_attrs (call->op)->widths[l], out = get_attrs (call->op)->widths[l + 1];
  const gboolean add = call->add_in[2 * l + 1];
  float *dw = call->d_in[2 * l + 1], *db = call->d_in[2 * l + 2];

  for (gint64 j = 0; j < p && dw != NULL; j += LANES)
    {
      gint64 u = 0;

      for (; u + LANES <= out; u += LANES)
        find_rows (d + u, q, x + j, p, n, dw + u * in + j, in, in - j, add, LANES);
      for (; u + 2 <= out; u += 2)
        find_rows (d + u, q, x + j, p, n, dw + u * in + j, in, in - j, add, 2);
      if (u < out)
        find_rows (d + u, q, x + j, p, n, dw + u * in + j, in, in - j, add, 1);
    }
  for (gint64 j = 0; j < q && db != NULL; j += LANES)
    {
      Vec sum = { 0 };

      for (gint64 r = 0; r < n; r++)
        sum += *(const Vec *) (d + r * q + j);
      put (sum, out - j, db + j, call->add_in[2 * l + 2]);
    }
}

/* From the gradient d of what layer `l` gives, which is changed, to that of what goes in. */
CJ_INLINE void
run_layer_back (const CjOpCall *call, guint l, const float *x, const gint64 p, const float *y,
                float *d, const gint64 q, float *next)
{
  const CjDenseChainAttrs *a = get_attrs (call->op);
  const gint64 n = get_n (call->op), in = a->widths[l], out = a->widths[l + 1];
  const float *weight = call->in[2 * l + 1];

  turn_back (a->functions[l], y, d, n * q);
  find_gradients (call, l, x, p, d, q);
  if (l == 0 && call->d_in[0] == NULL)
    return;
  if (in != p)
    {
      spread (weight, out, in, call->workspace, p);
      weight = call->workspace;
    }
  multiply (d, q, n, out, weight, p, NULL, next);
}

CJ_CLONES static void
backward (const CjOpCall *call, guint chunk)
{
  const CjDenseChainAttrs *a = get_attrs (call->op);
  const gint64 n = get_n (call->op), first = a->widths[0], last = a->widths[a->n_layers];
  float *d = call->workspace + count_weights (a), *next = d + n * count_widest (a);
  const float *y = (const float *) call->saved + n * count_columns (a, a->n_layers);

  (void) chunk;
  if (pad (last) == LANES)
    spread (call->d_out[0], n, last, d, LANES);
  else
    spread (call->d_out[0], n, last, d, pad (last));
  for (guint l = a->n_layers; l-- > 0;)
    {
      const gint64 p = pad (a->widths[l]), q = pad (a->widths[l + 1]);
      const float *x = y - n * p;
      float *before = d;

      if (p == LANES && q == LANES)
        run_layer_back (call, l, x, LANES, y, d, LANES, next);
      else
        run_layer_back (call, l, x, p, y, d, q, next);
      d = next;
      next = before;
      y = x;
    }
  for (gint64 r = 0; r < n && call->d_in[0] != NULL; r++)
    for (gint64 i = 0; i < first; i += LANES)
      put (*(const Vec *) (d + r * pad (first) + i), first - i, call->d_in[0] + r * first + i,
           call->add_in[0]);
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const guint n_layers = get_attrs (op)->n_layers;
  const gint64 *widths = get_attrs (op)->widths;

  for (gint64 r = 0; r < get_n (op); r++)
    {
      double rows[2][CJ_CHAIN_MAX_WIDTH], *x = rows[0], *y = rows[1], *swap;

      for (gint64 i = 0; i < widths[0]; i++)
        x[i] = ((const float *) in[0])[r * widths[0] + i];
      for (guint l = 0; l < n_layers; l++)
        {
          const float *w = in[2 * l + 1], *b = in[2 * l + 2];

          for (gint64 u = 0; u < widths[l + 1]; u++)
            {
              y[u] = b != NULL ? b[u] : 0;
              for (gint64 i = 0; i < widths[l]; i++)
                y[u] += w[u * widths[l] + i] * x[i];
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
      for (gint64 u = 0; u < widths[n_layers]; u++)
        out[0][r * widths[n_layers] + u] = (float) x[u];
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
