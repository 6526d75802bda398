/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers in a row that learn by predictive coding (J. Whittington, R. Bogacz, Neural Computation, 2017;
 * notation after B. Millidge, A. Tschantz, C. Buckley, 2020). N samples, layers l of L, U[l] units.
 * Each layer predicts the next: μ[l] = f[l] (W[l] z[l-1] + b[l]), e[l] = z[l] − μ[l], z[0] the input. Forward
 * z[l] = μ[l]. Backward the last layer is held where the error pushes it, σ² β N dL/dμ[L] from where it was, of
 * variance σ²: e[L] = − β N dL/dμ[L] + (what it was − μ[L]) / σ², and the others move down
 * F = Σ |e[l]|² / 2, the last term times σ²:
 *   z[l] ← z[l] + γ[l] (− e[l] + W[l+1]ᵀ (f'[l+1] ⊙ e[l+1]))     so many steps, layers together;
 * then dW[l] = − (f'[l] ⊙ e[l]) z[l-1]ᵀ / β N, which is the gradient where z has come to rest, the push is
 * small and the variance large; and what goes on to the input is − W[1]ᵀ (f'[1] ⊙ e[1]) / β N.
 * A step of one size would swing ever wider where weights have grown, and creep where they are small. With s[l] the
 * largest singular value of W[l] times the steepest slope of f[l], F curves along z[l] by at most 1 + s[l+1]² (the
 * last over σ²), and bends with its hidden neighbours by s[l] and s[l+1]; γ[l] is a share of 1 over the sum of these
 * (Gershgorin's bound, by blocks), so that no step goes too far. Steps have momentum, k / (k + 3) in step k (Y.
 * Nesterov, 1983), or what curves little would take as many as the steepest is steeper. */
#include "cj-dense-row.h"
#include "cj-gemm.h"
#include "cj-math.h"

#include <string.h>

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
  return cj_dense_row_count (&a->row, l);
}

enum
{
  Z,
  PREDICTED,
  CHANGE, /* f' ⊙ e; while z moves, of the layer before last moved, its step */
  BEFORE, /* z without momentum, a step ago */
  N_ROOMS
};

/* Workspace of backward: [N, U] of each layer so often, then s[l] from the second layer on, and room to find it. */
static float *
get_room (const CjOpCall *call, guint l, guint which)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const gint64 n = get_n (call->op), all = count_before (a, a->row.n_layers + 1);

  return call->workspace + n * (which * all + count_before (a, l));
}

static float *
get_norms (const CjOpCall *call)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);

  return get_room (call, a->row.n_layers + 1, N_ROOMS - 1);
}

/* Kept for backward: the turned weights, and what the layers before the last sent. */
static float *
get_sent (const CjOpCall *call, guint l)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);

  return l == a->row.n_layers ? call->out[0]
                              : (float *) call->saved + cj_dense_row_count_turned (&a->row)
                                    + get_n (call->op) * count_before (a, l);
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjPredictiveAttrs *a = op->attrs;
  gint64 all;

  (void) error;
  cj_dense_row_infer (op);
  all = get_n (op) * count_before (a, a->row.n_layers + 1);
  op->saved_bytes = sizeof (float) * (gsize) (cj_dense_row_count_turned (&a->row) + all);
  op->workspace_bytes = sizeof (float)
                        * (gsize) (N_ROOMS * all + CJ_CHAIN_MAX_LAYERS + 1
                                   + a->row.n_layers * 2 * cj_dense_row_count_widest (&a->row));
  return TRUE;
}

static void
begin (const CjOpCall *call, guint chunk)
{
  cj_dense_row_begin (call, chunk, call->saved, get_sent (call, 1));
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

/* y = f (W x + b) of some rows of layer `l` from the second on. */
static void
predict (const CjOpCall *call, guint l, const float *x, gint64 n, float *y)
{
  const CjDenseChainAttrs *row = &get_attrs (call->op)->row;

  cj_dense_row_send (call, call->saved, l, x, n, FALSE, y);
  cj_dense_row_apply (row->functions[l - 1], n * row->widths[l], y);
}

static void
forward (const CjOpCall *call, guint block)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const CjSamples rows = cj_op_samples (call->op, block);
  const gint64 n = rows.end - rows.begin;
  float *x = get_sent (call, 1) + rows.begin * a->row.widths[1];

  cj_dense_row_apply (a->row.functions[0], n * a->row.widths[1], x);
  for (guint l = 2; l <= a->row.n_layers; l++)
    {
      float *y = get_sent (call, l) + rows.begin * a->row.widths[l];

      predict (call, l, x, n, y);
      x = y;
    }
}

/* Where the samples of a block begin in the rooms of layer `l`. */
static float *
get_rows (const CjOpCall *call, guint l, guint which, gint64 begin)
{
  return get_room (call, l, which) + begin * get_attrs (call->op)->row.widths[l];
}

/* All predictions but the first, which stays, and what changes each. */
static void
compare (const CjOpCall *call, gint64 begin, gint64 n)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const gint64 last = a->row.widths[a->row.n_layers];
  const float *error = call->d_out[0] + begin * last;
  const float push = (float) (a->push * (double) get_n (call->op));

  for (guint l = 1; l <= a->row.n_layers; l++)
    {
      float *y = get_rows (call, l, PREDICTED, begin), *g = get_rows (call, l, CHANGE, begin);

      if (l > 1)
        predict (call, l, get_rows (call, l - 1, Z, begin), n, y);
      subtract (n * a->row.widths[l], l < a->row.n_layers ? 1 : (float) (1 / a->variance),
                get_rows (call, l, Z, begin), y, g);
      for (gint64 i = 0; i < n * last && l == a->row.n_layers; i++)
        g[i] -= push * error[i];
      slope (a->row.functions[l - 1], n * a->row.widths[l], y, g);
    }
}

static guint
count_norms (const CjOp *op)
{
  return get_attrs (op)->row.n_layers - 1;
}

static void
find_norm (const CjOpCall *call, guint chunk)
{
  const CjDenseChainAttrs *row = &get_attrs (call->op)->row;
  const guint l = chunk + 2;
  float *norms = get_norms (call);
  float *room = norms + CJ_CHAIN_MAX_LAYERS + 1 + chunk * 2 * cj_dense_row_count_widest (row);

  norms[l] = cj_dense_row_find_norm (call, l, room)
             * (row->functions[l - 1] == CJ_CHAIN_SIGMOID ? 0.25f : 1);
}

/* γ[l] of a layer before the last. */
static float
find_rate (const CjOpCall *call, guint l)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const float *norms = get_norms (call);
  const gboolean penultimate = l + 1 == a->row.n_layers;
  double curve = norms[l + 1] * (double) norms[l + 1];

  curve = penultimate ? curve / a->variance : curve + norms[l + 1];
  return (float) (a->rate / (1 + curve + (l > 1 ? norms[l] : 0)));
}

CJ_CLONES static void
move (gint64 n, float rate, float momentum, const float *restrict y, const float *restrict pull,
      float *restrict z, float *restrict before)
{
  for (gint64 i = 0; i < n; i++)
    {
      const float next = z[i] + rate * (y[i] - z[i] + pull[i]);

      z[i] = next + momentum * (next - before[i]);
      before[i] = next;
    }
}

CJ_CLONES static void
scale (gint64 n, float by, float *restrict g)
{
  for (gint64 i = 0; i < n; i++)
    g[i] *= by;
}

static void
settle (const CjOpCall *call, guint block)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  const CjSamples rows = cj_op_samples (call->op, block);
  const gint64 n = rows.end - rows.begin;
  const float push = (float) (a->push * (double) get_n (call->op));
  float rates[CJ_CHAIN_MAX_LAYERS + 1];

  for (guint l = 1; l <= a->row.n_layers; l++)
    {
      const float *sent = get_sent (call, l) + rows.begin * a->row.widths[l];
      const gsize bytes = sizeof (float) * (gsize) (n * a->row.widths[l]);

      memcpy (get_rows (call, l, Z, rows.begin), sent, bytes);
      memcpy (get_rows (call, l, PREDICTED, rows.begin), sent, bytes);
      memcpy (get_rows (call, l, BEFORE, rows.begin), sent, bytes);
      rates[l] = l < a->row.n_layers ? find_rate (call, l) : 0;
    }
  compare (call, rows.begin, n);
  for (int step = 0; step < a->steps; step++)
    {
      const float momentum = step + 1 < a->steps ? (float) step / (float) (step + 3) : 0;

      /* the change of a layer has gone back before it is needed as the room of its pull */
      for (guint l = 1; l < a->row.n_layers; l++)
        {
          float *pull = get_rows (call, l, CHANGE, rows.begin);

          cj_dense_row_send_back (call, l + 1, get_rows (call, l + 1, CHANGE, rows.begin), n, FALSE,
                                  pull);
          move (n * a->row.widths[l], rates[l], momentum, get_rows (call, l, PREDICTED, rows.begin),
                pull, get_rows (call, l, Z, rows.begin), get_rows (call, l, BEFORE, rows.begin));
        }
      compare (call, rows.begin, n);
    }
  for (guint l = 1; l <= a->row.n_layers; l++) /* of the size of gradients */
    scale (n * a->row.widths[l], -1 / push, get_rows (call, l, CHANGE, rows.begin));
  if (call->d_in[0] != NULL)
    cj_dense_row_send_back (call, 1, get_rows (call, 1, CHANGE, rows.begin), n, call->add_in[0],
                            call->d_in[0] + rows.begin * a->row.widths[0]);
}

static void
change (const CjOpCall *call, guint chunk)
{
  const CjPredictiveAttrs *a = get_attrs (call->op);
  CjSamples units;
  const guint l = cj_dense_row_find (call->op, chunk, &units);
  const gint64 n = get_n (call->op), ni = a->row.widths[l - 1], nu = a->row.widths[l];
  const gint64 u0 = units.begin, n_units = units.end - units.begin;
  const float *g = get_room (call, l, CHANGE) + u0;
  const CjGemmMatrix left = { g, 1, nu };
  const CjGemmMatrix right = { l == 1 ? call->in[0] : get_room (call, l - 1, Z), 1, ni };
  float *dw = call->d_in[2 * l - 1], *db = call->d_in[2 * l];

  if (dw != NULL)
    cj_gemm (n_units, ni, n, (CjGemmOperand){ cj_gemm_pack_matrix, &left },
             (CjGemmOperand){ cj_gemm_pack_matrix, &right }, dw + u0 * ni, ni,
             call->add_in[2 * l - 1], call->scratch);
  for (gint64 u = 0; u < n_units && db != NULL; u++)
    {
      float sum = call->add_in[2 * l] ? db[u0 + u] : 0;

      for (gint64 i = 0; i < n; i++)
        sum += g[i * nu + u];
      db[u0 + u] = sum;
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjPredictiveAttrs *a = get_attrs (op);
  const gint64 n = get_n (op);
  g_autofree double *x = g_new (double, n * a->row.widths[0]);

  for (gint64 i = 0; i < n * a->row.widths[0]; i++)
    x[i] = ((const float *) in[0])[i];
  for (guint l = 1; l <= a->row.n_layers; l++)
    {
      const float *w = in[2 * l - 1], *b = op->has_in[2 * l] ? in[2 * l] : NULL;
      double *y = g_new (double, n * a->row.widths[l]);

      for (gint64 i = 0; i < n * a->row.widths[l]; i++)
        {
          const gint64 u = i % a->row.widths[l], row = i / a->row.widths[l];
          double sum = b != NULL ? b[u] : 0;

          for (gint64 k = 0; k < a->row.widths[l - 1]; k++)
            sum += w[u * a->row.widths[l - 1] + k] * x[row * a->row.widths[l - 1] + k];
          y[i] = cj_dense_row_apply_one (a->row.functions[l - 1], sum);
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
  .forward = { { cj_dense_row_panels, begin }, { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward
  = { { count_norms, find_norm }, { cj_op_blocks, settle }, { cj_dense_row_panels, change } },
  .twin = twin,
};
