/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers in a row that learn by predictive coding (J. Whittington, R. Bogacz, Neural Computation, 2017;
 * notation after B. Millidge, A. Tschantz, C. Buckley, 2020). N samples, layers l of L, U[l] units.
 * Each layer predicts the next: μ[l] = f[l] (W[l] z[l-1] + b[l]), e[l] = z[l] − μ[l], z[0] the input. Forward
 * z[l] = μ[l]. Backward the last layer is held where the error pushes it, σ² β N dL/dμ[L] from where it was, of
 * variance σ²: e[L] = − β N dL/dμ[L] + (what it was − μ[L]) / σ², and the others move down
 * F = Σ |e[l]|² / 2, the last term times σ²:
 *   z[l] ← z[l] + γ (− e[l] + W[l+1]ᵀ (f'[l+1] ⊙ e[l+1]))     so many steps, layers together;
 * then dW[l] = − (f'[l] ⊙ e[l]) z[l-1]ᵀ / β N, which is the gradient where z has come to rest, the push is
 * small and the variance large; and what goes on to the input is − W[1]ᵀ (f'[1] ⊙ e[1]) / β N. */
#include "cj-gemm.h"
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rows.h"

#include <math.h>

#define PANEL 32 /* units of a chunk */

static const CjPredictiveAttrs *
get_attrs (const CjOp *op)
{
  return op->attrs;
}

static gint64
get_n (const CjOp *op)
{
  return op->in_shape[0].dims[0];
}

/* Units of all layers before `l` from the first on. */
static gint64
count_before (const CjPredictiveAttrs *a, guint l)
{
  gint64 units = 0;

  for (guint k = 1; k < l; k++)
    units += a->widths[k];
  return units;
}

/* Workspace of backward: for each layer z, then the prediction, then what changes it: three times [N, U]. */
static float *
get_room (const CjOpCall *call, guint l, guint which)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const gint64 n = get_n (call->op), all = count_before (a, a->n_layers + 1);

  return call->workspace + n * (which * all + count_before (a, l));
}

/* What layer `l` sends, as forward had it: kept, the last as the result. */
static float *
get_sent (const CjOpCall *call, guint l)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);

  return l == a->n_layers ? call->out[0]
                          : (float *) call->saved + get_n (call->op) * count_before (a, l);
}

static gboolean
infer (CjOp *op, GError **error)
{
  CjPredictiveAttrs *a = op->attrs;
  gint64 all;

  (void) error;
  op->macs = 0;
  a->widths[0] = op->in_shape[0].dims[1];
  for (guint l = 1; l <= a->n_layers; l++)
    {
      a->widths[l] = op->in_shape[2 * l - 1].dims[0];
      op->macs += get_n (op) * a->widths[l - 1] * a->widths[l];
    }
  op->out_shape[0] = cj_shape2 (get_n (op), a->widths[a->n_layers]);
  all = count_before (a, a->n_layers + 1);
  op->saved_bytes = sizeof (float) * (gsize) (get_n (op) * all);
  op->workspace_bytes = 3 * op->saved_bytes;
  return TRUE;
}

CJ_CLONES static void
apply (CjChainFunction function, gint64 n, float *restrict y)
{
  for (gint64 i = 0; i < n && function == CJ_CHAIN_RELU; i++)
    y[i] = y[i] > 0 ? y[i] : 0;
  for (gint64 i = 0; i < n && function == CJ_CHAIN_TANH; i++)
    y[i] = cj_tanh (y[i]);
  for (gint64 i = 0; i < n && function == CJ_CHAIN_SIGMOID; i++)
    y[i] = cj_sigmoid (y[i]);
}

CJ_CLONES static void
subtract (gint64 n, float share, const float *restrict z, const float *restrict y,
          float *restrict e)
{
  for (gint64 i = 0; i < n; i++)
    e[i] = share * (z[i] - y[i]);
}

/* g ⊙ f', with the slope told from what the function gives. */
CJ_CLONES static void
slope (CjChainFunction function, gint64 n, const float *restrict y, float *restrict g)
{
  for (gint64 i = 0; i < n && function == CJ_CHAIN_RELU; i++)
    g[i] = y[i] > 0 ? g[i] : 0;
  for (gint64 i = 0; i < n && function == CJ_CHAIN_TANH; i++)
    g[i] *= 1 - y[i] * y[i];
  for (gint64 i = 0; i < n && function == CJ_CHAIN_SIGMOID; i++)
    g[i] *= y[i] * (1 - y[i]);
}

/* y = f (W x + b) of some rows of layer `l`. */
static void
predict (const CjOpCall *call, guint l, const float *x, gint64 n, float *y)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const gint64 ni = a->widths[l - 1], nu = a->widths[l];
  const CjGemmMatrix rows = { x, ni, 1 }, w = { call->in[2 * l - 1], ni, 1 };
  const CjGemmEnd end = { call->op->has_in[2 * l] ? call->in[2 * l] : NULL, FALSE };

  cj_gemm_end (n, nu, ni, (CjGemmOperand){ cj_gemm_pack_matrix, &rows },
               (CjGemmOperand){ cj_gemm_pack_matrix, &w }, y, nu, FALSE, end, call->scratch);
  apply (a->functions[l - 1], n * nu, y);
}

static void
forward (const CjOpCall *call, guint block)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const CjSamples rows = cj_op_samples (call->op, block);
  const float *x = (const float *) call->in[0] + rows.begin * a->widths[0];

  for (guint l = 1; l <= a->n_layers; l++)
    {
      float *y = get_sent (call, l) + rows.begin * a->widths[l];

      predict (call, l, x, rows.end - rows.begin, y);
      x = y;
    }
}

/* to = [add to] from W of layer `l`, some rows. */
static void
send_back (const CjOpCall *call, guint l, const float *from, gint64 n, gboolean add, float *to)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const gint64 ni = a->widths[l - 1], nu = a->widths[l];
  const CjGemmMatrix rows = { from, nu, 1 }, w = { call->in[2 * l - 1], 1, ni };

  cj_gemm (n, ni, nu, (CjGemmOperand){ cj_gemm_pack_matrix, &rows },
           (CjGemmOperand){ cj_gemm_pack_matrix, &w }, to, ni, add, call->scratch);
}

/* Where the samples of a block begin in the rooms of layer `l`. */
static float *
get_rows (const CjOpCall *call, guint l, guint which, gint64 begin)
{
  return get_room (call, l, which) + begin * get_attrs (call->op)->widths[l];
}

enum
{
  Z,
  PREDICTED,
  CHANGE /* f' ⊙ e; while z moves, of the layer before last moved, its step */
};

/* All predictions but the first, which stays, and what changes each. */
static void
compare (const CjOpCall *call, gint64 begin, gint64 n)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const gint64 last = a->widths[a->n_layers];
  const float *error = call->d_out[0] + begin * last;
  const float push = (float) (a->push * (double) get_n (call->op));

  for (guint l = 1; l <= a->n_layers; l++)
    {
      float *y = get_rows (call, l, PREDICTED, begin), *g = get_rows (call, l, CHANGE, begin);

      if (l > 1)
        predict (call, l, get_rows (call, l - 1, Z, begin), n, y);
      subtract (n * a->widths[l], l < a->n_layers ? 1 : (float) (1 / a->variance),
                get_rows (call, l, Z, begin), y, g);
      for (gint64 i = 0; i < n * last && l == a->n_layers; i++)
        g[i] -= push * error[i];
      slope (a->functions[l - 1], n * a->widths[l], y, g);
    }
}

CJ_CLONES static void
move (gint64 n, float rate, const float *restrict y, const float *restrict pull, float *restrict z)
{
  for (gint64 i = 0; i < n; i++)
    z[i] += rate * (y[i] - z[i] + pull[i]);
}

static void
settle (const CjOpCall *call, guint block)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const CjSamples rows = cj_op_samples (call->op, block);
  const gint64 n = rows.end - rows.begin;
  const float push = (float) (a->push * (double) get_n (call->op));

  for (guint l = 1; l <= a->n_layers; l++)
    {
      const float *sent = get_sent (call, l) + rows.begin * a->widths[l];
      const gsize bytes = sizeof (float) * (gsize) (n * a->widths[l]);

      memcpy (get_rows (call, l, Z, rows.begin), sent, bytes);
      memcpy (get_rows (call, l, PREDICTED, rows.begin), sent, bytes);
    }
  compare (call, rows.begin, n);
  for (int step = 0; step < a->steps && a->n_layers > 1; step++)
    {
      /* the change of a layer has gone back before it is needed as the room of its pull */
      for (guint l = 1; l < a->n_layers; l++)
        {
          float *pull = get_rows (call, l, CHANGE, rows.begin);

          send_back (call, l + 1, get_rows (call, l + 1, CHANGE, rows.begin), n, FALSE, pull);
          move (n * a->widths[l], (float) a->rate, get_rows (call, l, PREDICTED, rows.begin), pull,
                get_rows (call, l, Z, rows.begin));
        }
      compare (call, rows.begin, n);
    }
  if (call->d_in[0] == NULL)
    return;
  {
    float *dx = call->d_in[0] + rows.begin * a->widths[0];
    float *g = get_rows (call, 1, CHANGE, rows.begin);

    for (gint64 i = 0; i < n * a->widths[1]; i++) /* of its final size: the weights want the same */
      g[i] *= -1 / push;
    send_back (call, 1, g, n, call->add_in[0], dx);
    for (gint64 i = 0; i < n * a->widths[1]; i++)
      g[i] *= -push;
  }
}

/* The layer and first unit of a chunk. */
static guint
find_layer (const CjOp *op, guint chunk, gint64 *unit)
{
  const CjPredictiveAttrs *a = get_attrs (op);
  guint l = 1;

  for (; chunk >= (guint) ((a->widths[l] + PANEL - 1) / PANEL); l++)
    chunk -= (guint) ((a->widths[l] + PANEL - 1) / PANEL);
  *unit = (gint64) chunk * PANEL;
  return l;
}

static guint
panels (const CjOp *op)
{
  const CjPredictiveAttrs *a = get_attrs (op);
  guint n = 0;

  for (guint l = 1; l <= a->n_layers; l++)
    n += (guint) ((a->widths[l] + PANEL - 1) / PANEL);
  return n;
}

static void
change (const CjOpCall *call, guint chunk)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  gint64 u0;
  const guint l = find_layer (call->op, chunk, &u0);
  const gint64 n = get_n (call->op), ni = a->widths[l - 1], nu = a->widths[l];
  const gint64 units = MIN (PANEL, nu - u0);
  const float *g = get_room (call, l, CHANGE) + u0;
  const CjGemmMatrix left = { g, 1, nu };
  const CjGemmMatrix right = { l == 1 ? call->in[0] : get_room (call, l - 1, Z), 1, ni };
  const float scale = -1 / (float) (a->push * (double) n);
  float *dw = call->d_in[2 * l - 1], *db = call->d_in[2 * l];

  if (dw != NULL)
    {
      cj_gemm (units, ni, n, (CjGemmOperand){ cj_gemm_pack_matrix, &left },
               (CjGemmOperand){ cj_gemm_pack_matrix, &right }, dw + u0 * ni, ni, FALSE,
               call->scratch);
      for (gint64 i = u0 * ni; i < (u0 + units) * ni; i++)
        dw[i] *= scale;
    }
  for (gint64 u = 0; u < units && db != NULL; u++)
    {
      float sum = 0;

      for (gint64 i = 0; i < n; i++)
        sum += g[i * nu + u];
      db[u0 + u] = sum * scale;
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjPredictiveAttrs *a = get_attrs (op);
  const gint64 n = get_n (op);
  g_autofree double *x = g_new (double, n * a->widths[0]);

  for (gint64 i = 0; i < n * a->widths[0]; i++)
    x[i] = ((const float *) in[0])[i];
  for (guint l = 1; l <= a->n_layers; l++)
    {
      const float *w = in[2 * l - 1], *b = op->has_in[2 * l] ? in[2 * l] : NULL;
      double *y = g_new (double, n * a->widths[l]);

      for (gint64 i = 0; i < n * a->widths[l]; i++)
        {
          const gint64 u = i % a->widths[l], row = i / a->widths[l];
          const CjChainFunction f = a->functions[l - 1];
          double sum = b != NULL ? b[u] : 0;

          for (gint64 k = 0; k < a->widths[l - 1]; k++)
            sum += w[u * a->widths[l - 1] + k] * x[row * a->widths[l - 1] + k];
          y[i] = f == CJ_CHAIN_RELU      ? MAX (sum, 0)
                 : f == CJ_CHAIN_TANH    ? tanh (sum)
                 : f == CJ_CHAIN_SIGMOID ? 1 / (1 + exp (-sum))
                                         : sum;
        }
      g_free (x);
      x = y;
    }
  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = (float) x[i];
}

const CjOpInfo cj_op_predictive = {
  .id = "predictive",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjPredictiveAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, settle }, { panels, change } },
  .twin = twin,
};
