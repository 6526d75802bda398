/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of rectifiers, and DeepLIFT's. What arrives at an op is d_out, what leaves it d_in; element i
 * of the first half of the batch and element i of the second belong together. */
#include "cj-explain-rules.h"

#include "cj-ops.h"

#include <math.h>
#include <string.h>

/* --- rectifiers --- */

/* Kinds that are 0, or nearly so, below 0. */
static gboolean
is_rectifier (const CjOp *op)
{
  switch (((const CjUnaryAttrs *) op->attrs)->kind)
    {
    case CJ_UNARY_RELU:
    case CJ_UNARY_LEAKY_RELU:
    case CJ_UNARY_CLAMP:
    case CJ_UNARY_ELU:
    case CJ_UNARY_CELU:
    case CJ_UNARY_SELU:
    case CJ_UNARY_GELU:
    case CJ_UNARY_GELU_TANH:
    case CJ_UNARY_SILU:
    case CJ_UNARY_MISH:
    case CJ_UNARY_HARDSWISH:
    case CJ_UNARY_SOFTPLUS:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
pass_guided (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gint64 n = cj_shape_size (&call->op->out_shape[0]);
  g_autofree float *positive = NULL;
  CjOpCall altered = *call;

  (void) data;
  if (is_rectifier (call->op))
    {
      positive = g_new (float, (gsize) n);
      for (gint64 i = 0; i < n; i++)
        positive[i] = MAX (call->d_out[0][i], 0);
      altered.d_out[0] = positive;
    }
  cj_program_run_op (program, TRUE, &altered);
}

const CjBackwardRule cj_rules_guided[] = { { &cj_op_unary, pass_guided }, { NULL, NULL } };

static void
pass_deconvnet (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gint64 n = cj_shape_size (&call->op->out_shape[0]);

  (void) data;
  if (!is_rectifier (call->op))
    {
      cj_program_run_op (program, TRUE, call);
      return;
    }
  for (gint64 i = 0; i < n && call->d_in[0] != NULL; i++)
    call->d_in[0][i] = MAX (call->d_out[0][i], 0) + (call->add_in[0] ? call->d_in[0][i] : 0);
}

const CjBackwardRule cj_rules_deconvnet[] = { { &cj_op_unary, pass_deconvnet }, { NULL, NULL } };

/* --- rescale --- */

#define SAME 1e-6f /* inputs closer than this: the slope itself */

#define NEAR                                                                                       \
  0.1f /* closer than this the ratio would lose digits: the mean slope by Simpson's rule */

/* d_in of the op at `x` (NULL: where it is) through its own backward into a room of one's own, from
 * `d_out`. You free. */
static float *
run_apart (CjProgram *program, const CjOpCall *call, const float *x, const float *d_out)
{
  float *d_in = g_new0 (float, (gsize) cj_shape_size (&call->op->in_shape[0]));
  g_autofree float *y = NULL;
  CjOpCall altered = *call;

  altered.d_out[0] = d_out;
  altered.d_in[0] = d_in;
  altered.add_in[0] = FALSE;
  if (x != NULL)
    {
      altered.in[0] = (void *) x;
      altered.out[0] = y = g_new (float, (gsize) cj_shape_size (&call->op->out_shape[0]));
      cj_program_run_op (program, FALSE, &altered);
    }
  cj_program_run_op (program, TRUE, &altered);
  return d_in;
}

/* Functions with a corner or a step in them, straight elsewhere. */
static gboolean
has_corner (const CjOp *op)
{
  switch (((const CjUnaryAttrs *) op->attrs)->kind)
    {
    case CJ_UNARY_RELU:
    case CJ_UNARY_LEAKY_RELU:
    case CJ_UNARY_NEGATIVE:
    case CJ_UNARY_CLAMP:
    case CJ_UNARY_ABS:
    case CJ_UNARY_HARDSWISH:
    case CJ_UNARY_HARDSIGMOID:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Δy / Δx of each pair, [half]. You free. */
static float *
find_ratios (CjProgram *program, const CjOpCall *call)
{
  const gint64 half = cj_shape_size (&call->op->out_shape[0]) / 2;
  const float *x = call->in[0], *y = call->out[0];
  const gboolean corner = has_corner (call->op);
  g_autofree float *ones = g_new (float, (gsize) (2 * half)), *ends = NULL, *middle = NULL;
  g_autofree float *halfway = g_new (float, (gsize) (2 * half));
  float *ratios = g_new (float, (gsize) half);

  for (gint64 i = 0; i < 2 * half; i++)
    {
      ones[i] = 1;
      halfway[i] = (x[i % half] + x[i % half + half]) / 2;
    }
  ends = run_apart (program, call, NULL, ones);
  middle = run_apart (program, call, halfway, ones);
  for (gint64 i = 0; i < half; i++)
    {
      const float step = x[i] - x[i + half];

      if (fabsf (step) > (corner ? SAME : NEAR))
        ratios[i] = (y[i] - y[i + half]) / step;
      else if (corner)
        ratios[i] = ends[i];
      else
        ratios[i] = (ends[i] + 4 * middle[i] + ends[i + half]) / 6;
    }
  return ratios;
}

static void
rescale_unary (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gint64 half = cj_shape_size (&call->op->out_shape[0]) / 2;
  g_autofree float *ratios = NULL;

  (void) data;
  if (call->d_in[0] == NULL)
    return;
  ratios = find_ratios (program, call);
  for (gint64 i = 0; i < 2 * half; i++)
    call->d_in[0][i]
        = call->d_out[0][i] * ratios[i % half] + (call->add_in[0] ? call->d_in[0][i] : 0);
}

/* What changed from the second half to the first goes to the pixel that was the largest there: as far as
 * it is above the larger of both to the first half's, the rest to the second's. */
static void
rescale_max_pool (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gint64 n = cj_shape_size (&call->op->in_shape[0]) / 2;
  const gint64 half = cj_shape_size (&call->op->out_shape[0]) / 2;
  const float *x = call->in[0], *y = call->out[0], *d = call->d_out[0];
  g_autofree float *change = g_new (float, (gsize) (2 * half)), *own = NULL, *put = NULL;

  (void) data;
  if (call->d_in[0] == NULL)
    return;
  for (gint64 i = 0; i < half; i++)
    {
      const float larger = MAX (y[i], y[i + half]);

      change[i] = d[i] * (larger - y[i + half]);
      change[i + half] = d[i] * (y[i] - larger);
    }
  own = run_apart (program, call, NULL, d);
  put = run_apart (program, call, NULL, change);
  for (gint64 i = 0; i < 2 * n; i++)
    {
      const gint64 at = i % n;
      const float step_x = x[at] - x[at + n];
      const float slope = fabsf (step_x) > SAME ? (put[at] + put[at + n]) / step_x : own[i];

      call->d_in[0][i] = slope + (call->add_in[0] ? call->d_in[0][i] : 0);
    }
}

/* A product leans on each factor as on the mean of the other: then all that changed is shared out. */
static void
rescale_product (CjProgram *program, const CjOpCall *call, gpointer data)
{
  CjOpCall altered = *call;
  g_autofree float *first = NULL, *second = NULL;
  float *means[2];

  (void) data;
  if (call->op->info == &cj_op_binary
      && ((const CjBinaryAttrs *) call->op->attrs)->kind != CJ_BINARY_MULTIPLY)
    {
      cj_program_run_op (program, TRUE, call);
      return;
    }
  for (guint k = 0; k < 2; k++)
    {
      const gint64 half = cj_shape_size (&call->op->in_shape[k]) / 2;
      const float *x = call->in[k];

      means[k] = g_new (float, (gsize) (2 * half));
      for (gint64 i = 0; i < half; i++)
        means[k][i] = means[k][i + half] = (x[i] + x[i + half]) / 2;
      altered.in[k] = means[k];
    }
  first = means[0];
  second = means[1];
  cj_program_run_op (program, TRUE, &altered);
}

const CjBackwardRule cj_rules_rescale[] = {
  { &cj_op_unary, rescale_unary },
  { &cj_op_max_pool2d, rescale_max_pool },
  { &cj_op_binary, rescale_product },
  { &cj_op_matmul, rescale_product },
  { NULL, NULL },
};
