/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses of whole rows of D numbers. */
#include "cj-loss.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define CHUNK 4096 /* numbers a chunk, about */

/* Keep square roots away from 0, as the field does. */
#define COSINE_FLOOR 1e-12
#define TRIPLET_SHIFT 1e-6

static gint64
get_d (const CjOp *op)
{
  return op->in_shape[0].dims[1];
}

static gint64
get_share (const CjOp *op)
{
  return MAX (CHUNK / get_d (op), 1);
}

static guint
n_chunks (const CjOp *op)
{
  return (guint) ((op->in_shape[0].dims[0] + get_share (op) - 1) / get_share (op));
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjRowLossAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0], rows = cj_shape1 (x->n_dims > 0 ? x->dims[0] : 1);
  const guint n_alike = a->kind == CJ_ROW_TRIPLET ? 3 : a->kind == CJ_ROW_COSINE ? 2 : 1;

  if (x->n_dims != 2)
    return cj_op_refuse (op, _ ("one vector a sample"), _ ("Add Flatten before it."), error);
  for (guint i = 1; i < n_alike; i++)
    if (!cj_shape_equal (x, &op->in_shape[i]))
      {
        g_autofree char *other = cj_shape_print_sample (&op->in_shape[i]);
        g_autofree char *wanted = g_strdup_printf (_ ("vectors of one length, as %s"), other);

        return cj_op_refuse (op, wanted, _ ("Give both branches as many units."), error);
      }
  if (n_alike < op->n_in && cj_shape_size (&op->in_shape[n_alike]) != x->dims[0])
    return cj_op_refuse (op, _ ("one target a sample"), _ ("Wire its target to one."), error);
  if (a->kind == CJ_ROW_MULTI_HINGE && op->in_dtype[1] != CJ_INT32)
    return cj_op_refuse (op, _ ("classes as targets"), _ ("Use a data set with classes."), error);
  op->out_shape[0] = a->reduction == CJ_REDUCTION_NONE ? rows : cj_shape (0, NULL);
  op->saved_bytes = sizeof (float);
  op->workspace_bytes = sizeof (double) * n_chunks (op);
  op->macs = cj_shape_size (x) * n_alike;
  return TRUE;
}

/* What a row is told: a class, or 1 or -1. */
static double
get_target (const CjOp *op, const void *const *in, guint i, gint64 row)
{
  return op->in_dtype[i] == CJ_INT32 ? ((const gint32 *) in[i])[row] : ((const float *) in[i])[row];
}

/* Length of a - b, a little shifted. */
static double
get_distance (const float *a, const float *b, gint64 n)
{
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    sum += pow ((double) a[i] - b[i] + TRIPLET_SHIFT, 2);
  return sqrt (sum);
}

static double
dot (const float *a, const float *b, gint64 n)
{
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    sum += (double) a[i] * b[i];
  return sum;
}

/* How far class `k` comes within the margin of class `y`. */
static double
get_excess (const CjRowLossAttrs *a, const float *z, gint64 y, gint64 k)
{
  return k != y ? MAX (a->a - z[y] + z[k], 0) : 0;
}

static double
row_value (const CjOp *op, const void *const *in, gint64 row)
{
  const CjRowLossAttrs *a = op->attrs;
  const gint64 d = get_d (op), at = row * d;
  const float *x = (const float *) in[0] + at, *x2 = (const float *) in[1] + at;
  double sum = 0;

  if (a->kind == CJ_ROW_TRIPLET)
    return MAX (a->a + get_distance (x, x2, d) - get_distance (x, (const float *) in[2] + at, d),
                0);
  if (a->kind == CJ_ROW_COSINE)
    {
      const double cosine
          = dot (x, x2, d)
            / sqrt ((dot (x, x, d) + COSINE_FLOOR) * (dot (x2, x2, d) + COSINE_FLOOR));

      return get_target (op, in, 2, row) > 0 ? 1 - cosine : MAX (cosine - a->a, 0);
    }
  for (gint64 k = 0; k < d; k++)
    sum += get_excess (a, x, CLAMP ((gint64) get_target (op, in, 1, row), 0, d - 1), k);
  return sum / (double) d;
}

static void
forward (const CjOpCall *call, guint chunk)
{
  const CjRowLossAttrs *a = call->op->attrs;
  const gint64 rows = call->op->in_shape[0].dims[0], share = get_share (call->op);
  const gint64 begin = chunk * share, valid = cj_loss_get_valid (call, rows);
  double sum = 0;

  for (gint64 r = begin; r < MIN (begin + share, rows); r++)
    {
      const double loss = row_value (call->op, (const void *const *) call->in, r);

      sum += r < valid ? loss : 0;
      if (a->reduction == CJ_REDUCTION_NONE)
        call->out[0][r] = (float) loss;
    }
  ((double *) call->workspace)[chunk] = sum;
}

static void
join (const CjOpCall *call, guint chunk)
{
  const double *sums = (const double *) call->workspace;
  double sum = 0;

  (void) chunk;
  for (guint i = 0; i < n_chunks (call->op); i++)
    sum += sums[i];
  *(float *) call->saved
      = cj_loss_reduce (call, ((const CjRowLossAttrs *) call->op->attrs)->reduction, sum,
                        (double) cj_loss_get_valid (call, call->op->in_shape[0].dims[0]));
}

static void
add (const CjOpCall *call, guint i, gint64 at, double value)
{
  if (call->d_in[i] != NULL)
    call->d_in[i][at] += (float) value;
}

/* d |a - p| - d |a - n| */
static void
triplet_backward (const CjOpCall *call, gint64 at, gint64 d, double scale)
{
  const float *x[3];
  double lengths[2];

  for (guint i = 0; i < 3; i++)
    x[i] = (const float *) call->in[i] + at;
  lengths[0] = get_distance (x[0], x[1], d);
  lengths[1] = get_distance (x[0], x[2], d);
  for (gint64 i = 0; i < d; i++)
    {
      const double near = ((double) x[0][i] - x[1][i] + TRIPLET_SHIFT) / lengths[0] * scale;
      const double far = ((double) x[0][i] - x[2][i] + TRIPLET_SHIFT) / lengths[1] * scale;

      add (call, 0, at + i, near - far);
      add (call, 1, at + i, -near);
      add (call, 2, at + i, far);
    }
}

/* d cosine = (x2 / |x2| - cosine x1 / |x1|) / |x1|, and the same with 1 and 2 changed. */
static void
cosine_backward (const CjOpCall *call, gint64 at, gint64 d, double scale)
{
  const float *x1 = (const float *) call->in[0] + at, *x2 = (const float *) call->in[1] + at;
  const double n1 = dot (x1, x1, d) + COSINE_FLOOR, n2 = dot (x2, x2, d) + COSINE_FLOOR;
  const double both = sqrt (n1 * n2), cosine = dot (x1, x2, d) / both;

  for (gint64 i = 0; i < d; i++)
    {
      add (call, 0, at + i, (x2[i] / both - cosine * x1[i] / n1) * scale);
      add (call, 1, at + i, (x1[i] / both - cosine * x2[i] / n2) * scale);
    }
}

static void
hinge_backward (const CjOpCall *call, gint64 at, gint64 d, gint64 y, double scale)
{
  for (gint64 k = 0; k < d; k++)
    if (get_excess (call->op->attrs, (const float *) call->in[0] + at, y, k) > 0)
      {
        add (call, 0, at + k, scale / (double) d);
        add (call, 0, at + y, -scale / (double) d);
      }
}

static void
row_backward (const CjOpCall *call, gint64 row, double scale)
{
  const CjRowLossAttrs *a = call->op->attrs;
  const void *const *in = (const void *const *) call->in;
  const gint64 d = get_d (call->op);

  if (row_value (call->op, in, row) <= 0 && a->kind != CJ_ROW_COSINE)
    return;
  if (a->kind == CJ_ROW_TRIPLET)
    triplet_backward (call, row * d, d, scale);
  else if (a->kind == CJ_ROW_MULTI_HINGE)
    hinge_backward (call, row * d, d, CLAMP ((gint64) get_target (call->op, in, 1, row), 0, d - 1),
                    scale);
  else if (get_target (call->op, in, 2, row) > 0)
    cosine_backward (call, row * d, d, -scale);
  else if (row_value (call->op, in, row) > 0)
    cosine_backward (call, row * d, d, scale);
}

static void
backward (const CjOpCall *call, guint chunk)
{
  const gboolean none = ((const CjRowLossAttrs *) call->op->attrs)->reduction == CJ_REDUCTION_NONE;
  const gint64 rows = call->op->in_shape[0].dims[0], share = get_share (call->op);
  const gint64 begin = chunk * share, end = MIN (begin + share, rows), d = get_d (call->op);
  const gint64 valid = none ? rows : cj_loss_get_valid (call, rows);

  for (guint i = 0; i < call->op->n_in; i++)
    if (call->d_in[i] != NULL && !call->add_in[i])
      {
        const gint64 width = cj_shape_size (&call->op->in_shape[i]) / rows;

        memset (call->d_in[i] + begin * width, 0, sizeof (float) * (gsize) ((end - begin) * width));
      }
  for (gint64 r = begin; r < MIN (end, valid) && d > 0; r++)
    row_backward (call, r, (double) *(const float *) call->saved * call->d_out[0][none ? r : 0]);
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjReduction reduction = ((const CjRowLossAttrs *) op->attrs)->reduction;
  const gint64 rows = op->in_shape[0].dims[0];
  double sum = 0;

  for (gint64 r = 0; r < rows; r++)
    {
      const double loss = row_value (op, in, r); /* as obvious as can be */

      sum += loss;
      if (reduction == CJ_REDUCTION_NONE)
        out[0][r] = (float) loss;
    }
  if (reduction != CJ_REDUCTION_NONE)
    out[0][0] = (float) (reduction == CJ_REDUCTION_SUM ? sum : sum / (double) rows);
}

const CjOpInfo cj_op_row_loss = {
  .id = "row-loss",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjRowLossAttrs),
  .infer = infer,
  .forward = { { n_chunks, forward }, { NULL, join } },
  .backward = { { n_chunks, backward } },
  .twin = twin,
  .whole_in = ~1u,
};
