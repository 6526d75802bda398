/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layer-wise relevance propagation. For an op z = Σ x w + b the relevance R of z is shared among the x by
 * their parts: R_x = x · Jᵀ (R / z), with J the op's own slope, so that one rule serves dense layers,
 * convolutions, means, normalisation at rest and resampling. Bach et al., 2015: On pixel-wise
 * explanations; Montavon et al., 2019, for the composite. Relevance passes functions of one number
 * unchanged, as it passes local normalisation (Binder et al., 2016). Of attention the weights, and of rows
 * that are normalised the deviation, count as constants: what is left is linear, R_x = x_i p_ij / Σ x p
 * R_y and R_x = x_i (δ_ij − 1 / N) / Σ x (δ − 1 / N) R_y (Ali et al., 2022: XAI for transformers,
 * the rules for attention heads and for layer norm). Softmax is expanded to first order: R_x = x_i (R_i −
 * y_i Σ R), which is x · Jᵀ (R / y) (Achtibat et al., 2024: AttnLRP); so are recurrent layers. */
#include "cj-explain-rules-private.h"

#include "cj-ops.h"

#include <math.h>
#include <string.h>

/* R / z, kept from dividing by next to nothing: epsilon is a share of what z usually is, its root mean
 * square, so that one setting suits layers of any scale. */
static void
divide (const float *r, const float *z, double epsilon, float *s, gint64 n)
{
  double square = 0;
  float least;

  for (gint64 i = 0; i < n; i++)
    square += (double) z[i] * z[i];
  least = (float) (epsilon * sqrt (square / (double) MAX (n, 1)));
  for (gint64 i = 0; i < n; i++)
    {
      const float below = z[i] + (z[i] < 0 ? -least : least);

      s[i] = below != 0 ? r[i] / below : 0;
    }
}

/* Jᵀ s of input 0 with the weight and, for ops that look at it, the input given. */
static void
pull (CjProgram *program, const CjOpCall *call, const float *weight, const float *s, float *d)
{
  CjOpCall altered = *call;

  if (weight != NULL)
    altered.in[1] = (void *) weight;
  altered.d_out[0] = s;
  altered.d_in[0] = d;
  altered.add_in[0] = FALSE;
  for (guint j = 1; j < call->op->n_in; j++)
    altered.d_in[j] = NULL;
  cj_program_run_op (program, TRUE, &altered);
}

/* z of other inputs, weights and biases. */
static void
push (CjProgram *program, const CjOpCall *call, GPtrArray *rooms, const float *x,
      const float *weight, const float *bias, float *z)
{
  CjOpCall altered = *call;

  altered.in[0] = (void *) x;
  altered.in[1] = (void *) weight;
  altered.in[2] = (void *) bias;
  cj_rules_move (&altered, rooms);
  altered.out[0] = z;
  cj_program_run_op (program, FALSE, &altered);
}

/* Anything linear in in[0], or taken as such; it may have several results. */
static void
pass_linear (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const CjLrp *lrp = data;
  const gint64 n = cj_shape_size (&call->op->in_shape[0]);
  g_autoptr (GPtrArray) rooms = cj_rules_new_rooms ();
  float *d = cj_rules_take (rooms, n);
  CjOpCall altered = *call;

  for (guint j = 0; j < call->op->n_out; j++)
    {
      const gint64 m = cj_shape_size (&call->op->out_shape[j]);
      float *s = call->d_out[j] != NULL ? cj_rules_take (rooms, m) : NULL;

      altered.d_out[j] = s;
      if (s != NULL)
        divide (call->d_out[j], call->out[j], lrp->epsilon, s, m);
    }
  pull (program, &altered, NULL, altered.d_out[0], d);
  for (gint64 i = 0; i < n; i++)
    d[i] *= ((const float *) call->in[0])[i];
  cj_rules_put (call, 0, d);
}

/* Copies of n numbers with 0 in place of those on the other side of it. */
static float *
keep_side (GPtrArray *rooms, const float *from, gint64 n, int side)
{
  float *kept = cj_rules_take (rooms, n);

  for (gint64 i = 0; i < n; i++)
    kept[i] = from[i] * (float) side > 0 ? from[i] : 0;
  return kept;
}

/* R_x = Σ (x w + gamma (x w)ˢ) / (z + gamma zˢ) R with s the side of z, + or −, and zˢ = Σ (x w)ˢ + bˢ:
 * what agrees with a unit counts for more. For inputs and units above 0 that is w + gamma w⁺; the sides
 * keep the divisor from passing 0 where inputs have both signs (Andéol et al., 2021). */
static void
pass_gamma (CjProgram *program, const CjOpCall *call, const CjLrp *lrp)
{
  const CjOp *op = call->op;
  const gint64 n = cj_shape_size (&op->in_shape[0]), m = cj_shape_size (&op->out_shape[0]);
  const gint64 n_weights = cj_shape_size (&op->in_shape[1]);
  const gint64 n_bias = op->has_in[2] ? cj_shape_size (&op->in_shape[2]) : 0;
  g_autoptr (GPtrArray) rooms = cj_rules_new_rooms ();
  const float *above = keep_side (rooms, call->in[0], n, 1);
  const float *below = keep_side (rooms, call->in[0], n, -1);
  float *z = cj_rules_take (rooms, m), *z2 = cj_rules_take (rooms, m),
        *s = cj_rules_take (rooms, m), *both = cj_rules_take (rooms, m);
  float *d = cj_rules_take (rooms, n), *d2 = cj_rules_take (rooms, n),
        *r = cj_rules_take (rooms, n);

  for (int side = 1; side >= -1; side -= 2)
    {
      const float *same = keep_side (rooms, call->in[1], n_weights, side);
      const float *other = keep_side (rooms, call->in[1], n_weights, -side);
      const float *bias = n_bias > 0 ? keep_side (rooms, call->in[2], n_bias, side) : NULL;

      push (program, call, rooms, above, same, bias, z);
      push (program, call, rooms, below, other, NULL, z2);
      for (gint64 i = 0; i < m; i++)
        {
          const float own = ((const float *) call->out[0])[i];

          z[i] = own + (float) lrp->gamma * (z[i] + z2[i]);
          z2[i] = (own < 0) == (side < 0) ? call->d_out[0][i] : 0;
        }
      divide (z2, z, lrp->epsilon, s, m);
      pull (program, call, same, s, d);
      pull (program, call, other, s, d2);
      for (gint64 i = 0; i < n; i++)
        r[i] += (float) lrp->gamma * (above[i] * d[i] + below[i] * d2[i]);
      for (gint64 i = 0; i < m; i++)
        both[i] += s[i];
    }
  pull (program, call, NULL, both, d);
  for (gint64 i = 0; i < n; i++)
    r[i] += ((const float *) call->in[0])[i] * d[i];
  cj_rules_put (call, 0, r);
}

/* R_x = alpha Σ (x w)⁺ / Σ (x w)⁺ R − beta Σ (x w)⁻ / Σ (x w)⁻ R: one side of it, added to r. Biases
 * get nothing, so that nothing is lost on the way (Montavon et al., 2017: deep Taylor decomposition). */
static void
add_side (CjProgram *program, const CjOpCall *call, int side, double share, float *r)
{
  const CjOp *op = call->op;
  const gint64 n = cj_shape_size (&op->in_shape[0]), m = cj_shape_size (&op->out_shape[0]);
  const gint64 n_weights = cj_shape_size (&op->in_shape[1]);
  g_autoptr (GPtrArray) rooms = cj_rules_new_rooms ();
  const float *above = keep_side (rooms, call->in[0], n, 1);
  const float *below = keep_side (rooms, call->in[0], n, -1);
  const float *same = keep_side (rooms, call->in[1], n_weights, side);
  const float *other = keep_side (rooms, call->in[1], n_weights, -side);
  float *z = cj_rules_take (rooms, m), *z2 = cj_rules_take (rooms, m),
        *d = cj_rules_take (rooms, n), *d2 = cj_rules_take (rooms, n);

  push (program, call, rooms, above, same, NULL, z);
  push (program, call, rooms, below, other, NULL, z2);
  for (gint64 i = 0; i < m; i++)
    z[i] += z2[i];
  divide (call->d_out[0], z, 1e-9, z, m);
  pull (program, call, same, z, d);
  pull (program, call, other, z, d2);
  for (gint64 i = 0; i < n; i++)
    r[i] += (float) share * (above[i] * d[i] + below[i] * d2[i]);
}

static void
pass_alpha_beta (CjProgram *program, const CjOpCall *call, const CjLrp *lrp)
{
  g_autofree float *r = g_new0 (float, (gsize) cj_shape_size (&call->op->in_shape[0]));

  add_side (program, call, 1, lrp->alpha, r);
  if (lrp->alpha != 1)
    add_side (program, call, -1, 1 - lrp->alpha, r);
  cj_rules_put (call, 0, r);
}

static void
pass_weights (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const CjLrp *lrp = data;
  const gboolean gamma = lrp->rule == CJ_LRP_GAMMA
                         || (lrp->rule == CJ_LRP_COMPOSITE && call->op->info == &cj_op_conv2d);

  if (call->d_in[0] == NULL)
    return;
  if (lrp->rule == CJ_LRP_ALPHA_BETA)
    pass_alpha_beta (program, call, lrp);
  else if (gamma)
    pass_gamma (program, call, lrp);
  else
    pass_linear (program, call, data);
}

static void
pass_unchanged (CjProgram *program, const CjOpCall *call, gpointer data)
{
  (void) program;
  (void) data;
  cj_rules_put (call, 0, call->d_out[0]);
}

/* What arrives, times `share`, to operand `in`, added up where that was stretched: the slope of a sum. */
static void
pass_share (CjProgram *program, const CjOpCall *call, guint in, float share)
{
  const CjBinaryAttrs sum = { CJ_BINARY_ADD };
  CjOp op = *call->op;
  CjOpCall altered = *call;
  const gint64 n = cj_shape_size (&op.out_shape[0]);
  g_autofree float *part = g_new (float, (gsize) n);

  for (gint64 i = 0; i < n; i++)
    part[i] = call->d_out[0][i] * share;
  op.attrs = (gpointer) &sum;
  altered.op = &op;
  altered.d_out[0] = part;
  altered.d_in[1 - in] = NULL;
  cj_program_run_op (program, TRUE, &altered);
}

/* The terms of a sum by their parts in it. */
static void
pass_sum (CjProgram *program, const CjOpCall *call, const CjLrp *lrp)
{
  const gint64 n = cj_shape_size (&call->op->out_shape[0]);
  g_autoptr (GPtrArray) rooms = cj_rules_new_rooms ();
  CjOpCall altered = *call;
  float *s = cj_rules_take (rooms, n), *d[2] = { NULL };

  divide (call->d_out[0], call->out[0], lrp->epsilon, s, n);
  altered.d_out[0] = s;
  for (guint k = 0; k < 2; k++)
    if (call->d_in[k] != NULL)
      {
        altered.d_in[k] = d[k] = cj_rules_take (rooms, cj_shape_size (&call->op->in_shape[k]));
        altered.add_in[k] = FALSE;
      }
  cj_program_run_op (program, TRUE, &altered);
  for (guint k = 0; k < 2; k++)
    if (d[k] != NULL)
      {
        for (gint64 i = 0; i < cj_shape_size (&call->op->in_shape[k]); i++)
          d[k][i] *= ((const float *) call->in[k])[i];
        cj_rules_put (call, k, d[k]);
      }
}

/* Factors have equal parts in a product, but a weight has none; what divides, and what is a power's
 * exponent, says how much, not what; the larger or smaller of two takes all. */
static void
pass_pair (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gboolean wanted[2] = { call->d_in[0] != NULL, call->d_in[1] != NULL };

  switch (((const CjBinaryAttrs *) call->op->attrs)->kind)
    {
    case CJ_BINARY_ADD:
    case CJ_BINARY_SUBTRACT:
      pass_sum (program, call, data);
      return;
    case CJ_BINARY_MULTIPLY:
      for (guint k = 0; k < 2; k++)
        if (wanted[k])
          pass_share (program, call, k, wanted[1 - k] ? 0.5f : 1);
      return;
    case CJ_BINARY_DIVIDE:
    case CJ_BINARY_POWER:
      for (guint k = 0; k < 2; k++)
        if (wanted[k])
          pass_share (program, call, k, k == 0 || !wanted[0] ? 1 : 0);
      return;
    case CJ_BINARY_MAXIMUM:
    case CJ_BINARY_MINIMUM:
    default:
      cj_program_run_op (program, TRUE, call);
      return;
    }
}

/* y = w (x − mean x) / s + b with s a constant: linear in x. */
static void
pass_rows (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const CjLrp *lrp = data;
  const CjRowNormAttrs *a = call->op->attrs;
  const gint64 n = cj_shape_size (&call->op->in_shape[0]);
  const gint64 n_weights = call->in[1] != NULL ? cj_shape_size (&call->op->in_shape[1]) : 1;
  const float *x = call->in[0], *w = call->in[1],
              *stats = call->saved; /* mean, 1 / s of each row */
  g_autofree float *s = g_new (float, (gsize) n);

  (void) program;
  divide (call->d_out[0], call->out[0], lrp->epsilon, s, n);
  for (gint64 begin = 0; begin < n; begin += a->row, stats += 2)
    {
      double mean = 0;

      for (gint64 i = begin; i < begin + a->row; i++)
        {
          s[i] *= stats[1] * (w != NULL ? w[i / a->per % n_weights] : 1);
          mean += s[i] / (double) a->row;
        }
      for (gint64 i = begin; i < begin + a->row; i++)
        s[i] = x[i] * (s[i] - (a->rms ? 0 : (float) mean));
    }
  cj_rules_put (call, 0, s);
}

/* Both factors of products of matrices: half of x · Jᵀ (R / z) each. */
static void
pass_matmul (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const CjLrp *lrp = data;
  const gint64 m = cj_shape_size (&call->op->out_shape[0]);
  g_autoptr (GPtrArray) rooms = cj_rules_new_rooms ();
  CjOpCall altered = *call;
  float *s = cj_rules_take (rooms, m), *d[2];

  divide (call->d_out[0], call->out[0], lrp->epsilon, s, m);
  altered.d_out[0] = s;
  for (guint k = 0; k < 2; k++)
    {
      d[k] = cj_rules_take (rooms, cj_shape_size (&call->op->in_shape[k]));
      altered.d_in[k] = d[k];
      altered.add_in[k] = FALSE;
    }
  cj_program_run_op (program, TRUE, &altered);
  for (guint k = 0; k < 2; k++)
    {
      for (gint64 i = 0; i < cj_shape_size (&call->op->in_shape[k]); i++)
        d[k][i] *= ((const float *) call->in[k])[i] / 2;
      cj_rules_put (call, k, d[k]);
    }
}

/* Only what is mixed gets relevance, not what decides how. */
static void
pass_attention (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const CjLrp *lrp = data;
  const CjOp *op = call->op;
  const gint64 m = cj_shape_size (&op->out_shape[0]);
  const gboolean packed = !op->has_in[1];
  const gint64 e = op->out_shape[0].dims[op->out_shape[0].n_dims - 1];
  const guint of = packed ? 0 : 2;
  g_autoptr (GPtrArray) rooms = cj_rules_new_rooms ();
  CjOpCall altered = *call;
  float *s = cj_rules_take (rooms, m);

  divide (call->d_out[0], call->out[0], lrp->epsilon, s, m);
  altered.d_out[0] = s;
  for (guint k = 0; k <= of; k++)
    {
      altered.d_in[k] = cj_rules_take (rooms, cj_shape_size (&op->in_shape[k]));
      altered.add_in[k] = FALSE;
    }
  cj_program_run_op (program, TRUE, &altered);
  for (guint k = 0; k <= of; k++)
    {
      for (gint64 i = 0; i < cj_shape_size (&op->in_shape[k]); i++)
        altered.d_in[k][i]
            *= (packed ? i % (3 * e) >= 2 * e : k == 2) ? ((const float *) call->in[k])[i] : 0;
      cj_rules_put (call, k, altered.d_in[k]);
    }
}

const CjBackwardRule cj_rules_lrp[] = {
  { &cj_op_dense, pass_weights },       { &cj_op_conv2d, pass_weights },
  { &cj_op_batch_norm, pass_linear },   { &cj_op_batch_norm_rows, pass_linear },
  { &cj_op_avg_pool2d, pass_linear },   { &cj_op_bilinear, pass_linear },
  { &cj_op_reduce, pass_linear },       { &cj_op_places, pass_linear },
  { &cj_op_sinusoid, pass_linear },     { &cj_op_propagate, pass_linear },
  { &cj_op_unary, pass_unchanged },     { &cj_op_local_norm, pass_unchanged },
  { &cj_op_row_norm, pass_rows },       { &cj_op_softmax, pass_linear },
  { &cj_op_recurrent, pass_linear },    { &cj_op_binary, pass_pair },
  { &cj_op_broadcast, pass_pair },      { &cj_op_matmul, pass_matmul },
  { &cj_op_attention, pass_attention }, { NULL, NULL },
};
