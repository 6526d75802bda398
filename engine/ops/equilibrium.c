/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers in a row whose activities settle under connections of both directions, and that learn from two
 * such states: equilibrium propagation (B. Scellier, Y. Bengio, Frontiers in Computational Neuroscience, 2017; on
 * both sides of the free state A. Laborieux et al., Frontiers in Neuroscience, 2021) and contrastive Hebbian
 * learning (J. Movellan, 1991; X. Xie, H. S. Seung, Neural Computation, 2003, whose γ and energy these are).
 * N samples, layers l of L, U[l] units, x[0] the input, x[l] = f[l] (a[l]) what a unit sends. At rest
 *   a[l] = W[l] x[l-1] + b[l] + γ W[l+1]ᵀ x[l+1],
 * which is where E = Σ γ^(l-L) (Σ ∫ f[l]⁻¹ (x[l]) − x[l]ᵀ (W[l] x[l-1] + b[l])) has no slope. One layer after
 * another, from the last to the first, goes a share of the way to where E is least with the others held, so that
 * E never rises. Forward is the free state. Backward has g = N dL/dx[L], as it was there, and settles on from it
 * with a[L] less β g, or with x[L] held β g below where it was. With what is sent in two of the states, A
 * and B, β apart,
 *   dW[l] = − γ^(l-L) (A[l] A[l-1]ᵀ − B[l] B[l-1]ᵀ) / β N,
 * which for a nudge that goes to 0 is the gradient of the loss in the free state at rest, whatever γ is; and for
 * a γ that goes to 0 that state is the one pass forward. A Aᵀ − B Bᵀ is made from the difference and the mean of
 * the two, which are exact where they are nearly the same. */
#include "cj-dense-row.h"
#include "cj-gemm.h"
#include "cj-math.h"

#include <math.h>
#include <string.h>

static const CjEquilibriumAttrs *
get_attrs (const CjOp *op)
{
  return op->attrs;
}

static gint64
get_n (const CjOp *op)
{
  return op->in_shape[0].dims[0];
}

/* Kept for backward: W[1] x[0] + b[1], the turned weights, and what the layers before the last send at rest. */
static float *
get_drive (const CjOpCall *call)
{
  return call->saved;
}

static float *
get_turned (const CjOpCall *call)
{
  return get_drive (call) + get_n (call->op) * get_attrs (call->op)->row.widths[1];
}

static float *
get_sent (const CjOpCall *call, guint l)
{
  const CjDenseChainAttrs *row = &get_attrs (call->op)->row;

  return l == row->n_layers ? call->out[0]
                            : get_turned (call) + cj_dense_row_count_turned (row)
                                  + get_n (call->op) * cj_dense_row_count (row, l);
}

/* Workspace: room for what comes to a layer, then the two states; in the end their difference, scaled as its layer's
 * changes are, their mean, and γ times that. */
enum
{
  DIFFERENCE,
  MEAN,
  WEAK_MEAN,
  N_ROOMS
};

static float *
get_room (const CjOpCall *call, guint l, guint which)
{
  const CjDenseChainAttrs *row = &get_attrs (call->op)->row;
  const gint64 all = cj_dense_row_count (row, row->n_layers + 1);

  return call->workspace
         + get_n (call->op)
               * (cj_dense_row_count_widest (row) + which * all + cj_dense_row_count (row, l));
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjEquilibriumAttrs *a = op->attrs;
  const CjDenseChainAttrs *row = &a->row;
  gint64 all, hidden, moving = 0;

  (void) error;
  cj_dense_row_infer (op);
  all = cj_dense_row_count (row, row->n_layers + 1);
  hidden = cj_dense_row_count (row, row->n_layers);
  for (guint l = 2; l <= row->n_layers; l++)
    moving += row->widths[l - 1] * row->widths[l];
  op->macs += 2 * a->free_steps * get_n (op) * moving;
  op->saved_bytes
      = sizeof (float)
        * (gsize) (get_n (op) * (row->widths[1] + hidden) + cj_dense_row_count_turned (row));
  op->workspace_bytes
      = sizeof (float) * (gsize) (get_n (op) * (cj_dense_row_count_widest (row) + N_ROOMS * all));
  return TRUE;
}

static void
begin (const CjOpCall *call, guint chunk)
{
  cj_dense_row_begin (call, chunk, get_turned (call), get_drive (call));
}

/* What settles: some samples, from `begin` on. */
typedef struct
{
  const CjOpCall *call;
  gint64 begin, n;
  float *x[CJ_CHAIN_MAX_LAYERS + 1]; /* of these samples, from layer 1 on */
  float nudge;                       /* times β N, of the error */
  gboolean held;                     /* the last layer does not move */
} Settling;

static gint64
get_width (const Settling *s, guint l)
{
  return get_attrs (s->call->op)->row.widths[l];
}

CJ_CLONES static void
scale (gint64 n, float by, float *restrict y)
{
  for (gint64 i = 0; i < n; i++)
    y[i] *= by;
}

CJ_CLONES static void
add_scaled (gint64 n, float by, const float *restrict x, float *restrict y)
{
  for (gint64 i = 0; i < n; i++)
    y[i] += by * x[i];
}

CJ_CLONES static void
move (gint64 n, float rate, const float *restrict to, float *restrict x)
{
  for (gint64 i = 0; i < n; i++)
    x[i] += rate * (to[i] - x[i]);
}

/* The first layer gets from the input what was made at the start. */
static void
add_below (const Settling *s, guint l, gboolean add, float *a)
{
  const gint64 size = s->n * get_width (s, l);
  const float *drive = get_drive (s->call) + s->begin * get_width (s, 1);

  if (l > 1)
    cj_dense_row_send (s->call, get_turned (s->call), l, s->x[l - 1], s->n, add, a);
  else if (add)
    add_scaled (size, 1, drive, a);
  else
    memcpy (a, drive, sizeof (float) * (gsize) size);
}

static void
relax (const Settling *s, guint l)
{
  const CjEquilibriumAttrs *attrs = get_attrs (s->call->op);
  const gboolean last = l == attrs->row.n_layers;
  const gint64 size = s->n * get_width (s, l);
  float *a = s->call->workspace + s->begin * cj_dense_row_count_widest (&attrs->row);

  if (!last)
    {
      cj_dense_row_send_back (s->call, l + 1, s->x[l + 1], s->n, FALSE, a);
      scale (size, (float) attrs->feedback, a);
    }
  add_below (s, l, !last, a);
  if (last && s->nudge != 0)
    add_scaled (size, -s->nudge, s->call->d_out[0] + s->begin * get_width (s, l), a);
  cj_dense_row_apply (attrs->row.functions[l - 1], size, a);
  move (size, (float) attrs->rate, a, s->x[l]);
}

static void
settle (const Settling *s, int steps)
{
  const guint last = get_attrs (s->call->op)->row.n_layers;

  for (int step = 0; step < steps; step++)
    for (guint l = last; l >= 1; l--)
      if (l < last || !s->held)
        relax (s, l);
  if (steps > 0 && !s->held) /* the last has what came of the others */
    relax (s, last);
}

static Settling
start (const CjOpCall *call, guint block)
{
  const CjSamples rows = cj_op_samples (call->op, block);

  return (Settling){ .call = call, .begin = rows.begin, .n = rows.end - rows.begin };
}

static void
rest (const CjOpCall *call, guint block)
{
  const CjEquilibriumAttrs *a = get_attrs (call->op);
  Settling s = start (call, block);

  for (guint l = 1; l <= a->row.n_layers; l++)
    {
      s.x[l] = get_sent (call, l) + s.begin * a->row.widths[l];
      add_below (&s, l, FALSE, s.x[l]);
      cj_dense_row_apply (a->row.functions[l - 1], s.n * a->row.widths[l], s.x[l]);
    }
  settle (&s, a->free_steps);
}

/* Settles on from the free state, in a room. */
static void
nudge (Settling *s, float by, guint which)
{
  const CjEquilibriumAttrs *a = get_attrs (s->call->op);
  const guint last = a->row.n_layers;

  for (guint l = 1; l <= last; l++)
    {
      const gint64 from = s->begin * a->row.widths[l];

      s->x[l] = get_room (s->call, l, which) + from;
      memcpy (s->x[l], get_sent (s->call, l) + from,
              sizeof (float) * (gsize) (s->n * a->row.widths[l]));
    }
  s->held = a->nudge == CJ_NUDGE_HELD && by != 0;
  s->nudge = by * (float) (a->push * (double) get_n (s->call->op));
  if (s->held)
    add_scaled (s->n * a->row.widths[last], -s->nudge,
                s->call->d_out[0] + s->begin * a->row.widths[last], s->x[last]);
  if (by != 0)
    settle (s, a->nudged_steps);
}

CJ_CLONES static void
compare (gint64 n, float by, float weak, float *restrict a, float *restrict b, float *restrict c)
{
  for (gint64 i = 0; i < n; i++)
    {
      const float difference = by * (a[i] - b[i]), mean = 0.5f * (a[i] + b[i]);

      a[i] = difference;
      b[i] = mean;
      c[i] = weak * mean;
    }
}

/* What makes a change of the layer's weights of the difference of activities. */
static float
get_scale (const CjOp *op, guint l)
{
  const CjEquilibriumAttrs *a = get_attrs (op);
  const double apart = a->push * (double) get_n (op) * (a->nudge == CJ_NUDGE_BOTH ? 2 : 1);

  return (float) (-pow (a->feedback, (double) l - a->row.n_layers) / apart);
}

static float
find_sign (const CjOpCall *call)
{
  CjRng rng;

  if (get_attrs (call->op)->nudge != CJ_NUDGE_RANDOM)
    return 1;
  cj_rng_init (&rng, call->seed, CJ_RNG_DROPOUT, call->op->stream << 40 | call->step);
  return (cj_rng_next (&rng) & 1) != 0 ? 1 : -1;
}

static void
contrast (const CjOpCall *call, guint block)
{
  const CjEquilibriumAttrs *a = get_attrs (call->op);
  const float sign = find_sign (call);
  Settling s = start (call, block);

  nudge (&s, sign, DIFFERENCE);
  nudge (&s, a->nudge == CJ_NUDGE_BOTH ? -1 : 0, MEAN);
  for (guint l = 1; l <= a->row.n_layers; l++)
    {
      const gint64 from = s.begin * a->row.widths[l];

      compare (s.n * a->row.widths[l], sign * get_scale (call->op, l), (float) a->feedback,
               get_room (call, l, DIFFERENCE) + from, get_room (call, l, MEAN) + from,
               get_room (call, l, WEAK_MEAN) + from);
    }
  if (call->d_in[0] != NULL)
    cj_dense_row_send_back (call, 1, get_room (call, 1, DIFFERENCE) + s.begin * a->row.widths[1],
                            s.n, call->add_in[0], call->d_in[0] + s.begin * a->row.widths[0]);
}

/* to [units, ni] (+)= Σ over samples of y [N, nu], from the first unit on, times x [N, ni] */
static void
multiply (const CjOpCall *call, const float *y, gint64 nu, gint64 units, const float *x, gint64 ni,
          gboolean add, float *to)
{
  const CjGemmMatrix left = { y, 1, nu }, right = { x, 1, ni };

  cj_gemm (units, ni, get_n (call->op), (CjGemmOperand){ cj_gemm_pack_matrix, &left },
           (CjGemmOperand){ cj_gemm_pack_matrix, &right }, to, ni, add, call->scratch);
}

static void
change (const CjOpCall *call, guint chunk)
{
  const CjDenseChainAttrs *row = &get_attrs (call->op)->row;
  CjSamples units;
  const guint l = cj_dense_row_find (call->op, chunk, &units);
  const gint64 ni = row->widths[l - 1], nu = row->widths[l], n = units.end - units.begin;
  const float *difference = get_room (call, l, DIFFERENCE) + units.begin;
  float *dw = call->d_in[2 * l - 1], *db = call->d_in[2 * l];

  if (dw != NULL)
    {
      dw += units.begin * ni;
      multiply (call, difference, nu, n,
                l > 1 ? get_room (call, l - 1, MEAN) : (const float *) call->in[0], ni,
                call->add_in[2 * l - 1], dw);
      if (l > 1)
        multiply (call, get_room (call, l, WEAK_MEAN) + units.begin, nu, n,
                  get_room (call, l - 1, DIFFERENCE), ni, TRUE, dw);
    }
  for (gint64 u = 0; u < n && db != NULL; u++)
    {
      float sum = call->add_in[2 * l] ? db[units.begin + u] : 0;

      for (gint64 i = 0; i < get_n (call->op); i++)
        sum += difference[i * nu + u];
      db[units.begin + u] = sum;
    }
}

/* One sample at rest, in plain loops. */
static void
settle_twin (const CjOp *op, const void *const *in, double **x)
{
  const CjEquilibriumAttrs *attrs = get_attrs (op);
  const CjDenseChainAttrs *row = &attrs->row;
  const guint last = row->n_layers;

  /* step −1 is the pass forward, the final one is of the last layer alone */
  for (int step = -1; step <= attrs->free_steps; step++)
    for (guint i = 1; i <= last; i++)
      {
        const guint l = step < 0 ? i : last + 1 - i;

        for (gint64 u = 0; u < row->widths[l]; u++)
          {
            const float *w = (const float *) in[2 * l - 1] + u * row->widths[l - 1];
            double a = op->has_in[2 * l] ? ((const float *) in[2 * l])[u] : 0;

            for (gint64 k = 0; k < row->widths[l - 1]; k++)
              a += w[k] * x[l - 1][k];
            for (gint64 k = 0; step >= 0 && l < last && k < row->widths[l + 1]; k++)
              a += attrs->feedback * ((const float *) in[2 * l + 1])[k * row->widths[l] + u]
                   * x[l + 1][k];
            x[l][u] += (step < 0 ? 1 : attrs->rate)
                       * (cj_dense_row_apply_one (row->functions[l - 1], a) - x[l][u]);
          }
        if (step == attrs->free_steps)
          break;
      }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjDenseChainAttrs *row = &get_attrs (op)->row;
  const gint64 nu = row->widths[row->n_layers];

  for (gint64 n = 0; n < get_n (op); n++)
    {
      double *x[CJ_CHAIN_MAX_LAYERS + 1];

      for (guint l = 0; l <= row->n_layers; l++)
        x[l] = g_new0 (double, row->widths[l]);
      for (gint64 i = 0; i < row->widths[0]; i++)
        x[0][i] = ((const float *) in[0])[n * row->widths[0] + i];
      settle_twin (op, in, x);
      for (gint64 u = 0; u < nu; u++)
        out[0][n * nu + u] = (float) x[row->n_layers][u];
      for (guint l = 0; l <= row->n_layers; l++)
        g_free (x[l]);
    }
}

const CjOpInfo cj_op_equilibrium = {
  .id = "equilibrium",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjEquilibriumAttrs),
  .infer = infer,
  .forward = { { cj_dense_row_panels, begin }, { cj_op_blocks, rest, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, contrast }, { cj_dense_row_panels, change } },
  .twin = twin,
  .varies = TRUE,
};
