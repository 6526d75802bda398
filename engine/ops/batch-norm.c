/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batch normalisation (Ioffe and Szegedy, 2015). Seen as R rows of C channels: y = w (x - m) / s + b
 * with m and s² = v + eps of each channel over all rows. In training m and v are the batch's (v
 * divided by R), and the running ones move towards them by `momentum`, the variance divided by R - 1.
 * With x' = (x - m) / s and g = w / s: dx = g (dy - mean dy - x' mean (x' dy)), or g dy where the
 * statistics are fixed; dw = sum of x' dy; db = sum of dy.
 * Statistics are taken chunk by chunk of rows about the chunk's first row, and joined in the order of
 * the chunks (Chan, Golub and LeVeque, 1979). */
#include "cj-ops.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

#define CHUNK 16384 /* numbers a chunk, about */

enum
{
  X,
  WEIGHT,
  BIAS,
  MEAN,
  VARIANCE
};

static gint64
get_c (const CjOp *op)
{
  const CjShape *x = &op->in_shape[X];

  return x->dims[op->info == &cj_op_batch_norm ? 1 : x->n_dims - 1];
}

static gint64
get_rows (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[X]) / MAX (get_c (op), 1);
}

static gint64
get_share (const CjOp *op)
{
  return MAX (CHUNK / get_c (op), 1);
}

static guint
n_chunks (const CjOp *op)
{
  return (guint) ((get_rows (op) + get_share (op) - 1) / get_share (op));
}

static gboolean
uses_batch (const CjOpCall *call)
{
  return call->training && !((const CjBatchNormAttrs *) call->op->attrs)->fixed;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[X];

  if (x->n_dims < 2 || op->in_dtype[X] != CJ_FLOAT32)
    return cj_op_refuse (op, _ ("channels or features"), _ ("Wire it to a layer that has some."),
                         error);
  if (op->info == &cj_op_batch_norm_rows && x->n_dims != 3)
    return cj_op_refuse (op, _ ("a sequence of vectors"), _ ("Wire it to a sequence."), error);
  op->out_shape[0] = *x;
  op->saved_bytes = sizeof (float) * 2 * (gsize) get_c (op); /* m, 1 / s */
  /* two sums a chunk and channel; then scale, offset and slope a channel */
  op->workspace_bytes = sizeof (float) * (2 * n_chunks (op) + 3) * (gsize) get_c (op);
  op->macs = cj_shape_size (x);
  return TRUE;
}

/* Sums of x - first and of its square down the rows, for eight channels. */
CJ_INLINE void
sum_lanes (const float *x, gint64 rows, gint64 c, float *sums, float *squares)
{
  const CjLanes first = *(const CjLanes *) x;
  CjLanes sum[2] = { 0 }, square[2] = { 0 };
  gint64 r = 0;

  for (; r + 2 <= rows; r += 2, x += 2 * c)
    {
      const CjLanes a = *(const CjLanes *) x - first, b = *(const CjLanes *) (x + c) - first;

      sum[0] += a;
      sum[1] += b;
      square[0] += a * a;
      square[1] += b * b;
    }
  if (r < rows)
    {
      const CjLanes a = *(const CjLanes *) x - first;

      sum[0] += a;
      square[0] += a * a;
    }
  *(CjLanes *) sums = sum[0] + sum[1];
  *(CjLanes *) squares = square[0] + square[1];
}

/* out: [2, c], the mean of the rows of a chunk and the summed squares about it. */
CJ_CLONES static void
sum_rows (const float *x, gint64 rows, gint64 c, float *out)
{
  gint64 k = 0;

  for (; k + CJ_LANES <= c; k += CJ_LANES)
    sum_lanes (x + k, rows, c, out + k, out + c + k);
  for (; k < c; k++)
    {
      out[k] = out[c + k] = 0;
      for (gint64 r = 0; r < rows; r++)
        {
          const float d = x[r * c + k] - x[k];

          out[k] += d;
          out[c + k] += d * d;
        }
    }
  for (k = 0; k < c; k++)
    {
      const float mean = out[k] / (float) rows;

      out[c + k] -= mean * out[k];
      out[k] = x[k] + mean;
    }
}

static void
forward_sums (const CjOpCall *call, guint chunk)
{
  const gint64 c = get_c (call->op), share = get_share (call->op), begin = chunk * share;

  if (uses_batch (call))
    sum_rows ((const float *) call->in[X] + begin * c, MIN (share, get_rows (call->op) - begin), c,
              call->workspace + chunk * 2 * c);
}

static void
move_towards (float *running, double value, double momentum)
{
  *running = (float) ((1 - momentum) * *running + momentum * value);
}

/* Statistics of one channel from those of the chunks. */
static void
join_chunks (const CjOp *op, const float *parts, gint64 k, double *mean, double *squares)
{
  const gint64 c = get_c (op), rows = get_rows (op), share = get_share (op);
  double count = 0;

  *mean = *squares = 0;
  for (guint i = 0; i < n_chunks (op); i++)
    {
      const double n = (double) MIN (share, rows - i * share);
      const double apart = parts[i * 2 * c + k] - *mean;

      *mean += apart * n / (count + n);
      *squares += parts[i * 2 * c + c + k] + apart * apart * count * n / (count + n);
      count += n;
    }
}

static void
forward_join (const CjOpCall *call, guint chunk)
{
  const CjBatchNormAttrs *a = call->op->attrs;
  const gint64 c = get_c (call->op), rows = get_rows (call->op);
  float *saved = call->saved, *running[2] = { call->in[MEAN], call->in[VARIANCE] };
  float *line = call->workspace + 2 * n_chunks (call->op) * c;

  (void) chunk;
  for (gint64 k = 0; k < c; k++)
    {
      double mean = running[0][k], variance = running[1][k];

      if (uses_batch (call))
        {
          double squares;

          join_chunks (call->op, call->workspace, k, &mean, &squares);
          variance = squares / (double) rows;
          move_towards (&running[0][k], mean, a->momentum);
          move_towards (&running[1][k], rows > 1 ? squares / (double) (rows - 1) : 0, a->momentum);
        }
      saved[k] = (float) mean;
      saved[c + k] = (float) (1 / sqrt (MAX (variance, 0) + a->eps));
      line[k] = saved[c + k] * (call->in[WEIGHT] != NULL ? ((float *) call->in[WEIGHT])[k] : 1);
      line[c + k] = call->in[BIAS] != NULL ? ((float *) call->in[BIAS])[k] : 0;
    }
}

/* y = (x - mean) scale + offset */
CJ_CLONES static void
scale_rows (const float *x, gint64 rows, gint64 c, const float *mean, const float *scale,
            const float *offset, float *y)
{
  for (gint64 r = 0; r < rows; r++, x += c, y += c)
    for (gint64 k = 0; k < c; k++)
      y[k] = (x[k] - mean[k]) * scale[k] + offset[k];
}

static void
forward_scale (const CjOpCall *call, guint chunk)
{
  const gint64 c = get_c (call->op), share = get_share (call->op), begin = chunk * share;
  const float *line = call->workspace + 2 * n_chunks (call->op) * c;

  scale_rows ((const float *) call->in[X] + begin * c, MIN (share, get_rows (call->op) - begin), c,
              call->saved, line, line + c, call->out[0] + begin * c);
}

/* Sums of dy and of (x - mean) dy down the rows, for eight channels. */
CJ_INLINE void
dot_lanes (const float *x, const float *dy, gint64 rows, gint64 c, const float *mean, float *sums,
           float *dots)
{
  const CjLanes m = *(const CjLanes *) mean;
  CjLanes sum[2] = { 0 }, dot[2] = { 0 };
  gint64 r = 0;

  for (; r + 2 <= rows; r += 2, x += 2 * c, dy += 2 * c)
    {
      const CjLanes a = *(const CjLanes *) dy, b = *(const CjLanes *) (dy + c);

      sum[0] += a;
      sum[1] += b;
      dot[0] += a * (*(const CjLanes *) x - m);
      dot[1] += b * (*(const CjLanes *) (x + c) - m);
    }
  if (r < rows)
    {
      sum[0] += *(const CjLanes *) dy;
      dot[0] += *(const CjLanes *) dy * (*(const CjLanes *) x - m);
    }
  *(CjLanes *) sums = sum[0] + sum[1];
  *(CjLanes *) dots = dot[0] + dot[1];
}

CJ_CLONES static void
dot_rows (const float *x, const float *dy, gint64 rows, gint64 c, const float *mean, float *out)
{
  gint64 k = 0;

  for (; k + CJ_LANES <= c; k += CJ_LANES)
    dot_lanes (x + k, dy + k, rows, c, mean + k, out + k, out + c + k);
  for (; k < c; k++)
    {
      out[k] = out[c + k] = 0;
      for (gint64 r = 0; r < rows; r++)
        {
          out[k] += dy[r * c + k];
          out[c + k] += dy[r * c + k] * (x[r * c + k] - mean[k]);
        }
    }
}

static void
backward_sums (const CjOpCall *call, guint chunk)
{
  const gint64 c = get_c (call->op), share = get_share (call->op), begin = chunk * share;

  dot_rows ((const float *) call->in[X] + begin * c, call->d_out[0] + begin * c,
            MIN (share, get_rows (call->op) - begin), c, call->saved,
            call->workspace + chunk * 2 * c);
}

static void
backward_join (const CjOpCall *call, guint chunk)
{
  const gint64 c = get_c (call->op);
  const double rows = (double) get_rows (call->op);
  const float *saved = call->saved, *parts = call->workspace;
  float *line = call->workspace + 2 * n_chunks (call->op) * c;

  (void) chunk;
  for (gint64 k = 0; k < c; k++)
    {
      const double weight = call->in[WEIGHT] != NULL ? ((float *) call->in[WEIGHT])[k] : 1;
      double sum = 0, dot = 0;

      for (guint i = 0; i < n_chunks (call->op); i++)
        {
          sum += parts[i * 2 * c + k];
          dot += parts[i * 2 * c + c + k];
        }
      dot *= saved[c + k];
      if (call->d_in[WEIGHT] != NULL)
        call->d_in[WEIGHT][k] = (float) (dot + (call->add_in[WEIGHT] ? call->d_in[WEIGHT][k] : 0));
      if (call->d_in[BIAS] != NULL)
        call->d_in[BIAS][k] = (float) (sum + (call->add_in[BIAS] ? call->d_in[BIAS][k] : 0));
      if (!uses_batch (call))
        sum = dot = 0;
      line[k] = (float) (weight * saved[c + k]);
      line[c + k] = (float) (-weight * saved[c + k] * sum / rows);
      line[2 * c + k] = (float) (-weight * saved[c + k] * saved[c + k] * dot / rows);
    }
}

/* dx (+)= dy scale + offset + (x - mean) slope */
CJ_CLONES static void
slope_rows (const float *x, const float *dy, gint64 rows, gint64 c, const float *mean,
            const float *line, float *dx, gboolean add)
{
  const float *scale = line, *offset = line + c, *slope = line + 2 * c;

  for (gint64 r = 0; r < rows; r++, x += c, dy += c, dx += c)
    if (add)
      for (gint64 k = 0; k < c; k++)
        dx[k] += dy[k] * scale[k] + offset[k] + (x[k] - mean[k]) * slope[k];
    else
      for (gint64 k = 0; k < c; k++)
        dx[k] = dy[k] * scale[k] + offset[k] + (x[k] - mean[k]) * slope[k];
}

static void
backward_input (const CjOpCall *call, guint chunk)
{
  const gint64 c = get_c (call->op), share = get_share (call->op), begin = chunk * share;

  if (call->d_in[X] != NULL)
    slope_rows ((const float *) call->in[X] + begin * c, call->d_out[0] + begin * c,
                MIN (share, get_rows (call->op) - begin), c, call->saved,
                call->workspace + 2 * n_chunks (call->op) * c, call->d_in[X] + begin * c,
                call->add_in[X]);
}

/* In training, in the logical layout; leaves the running statistics alone. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjBatchNormAttrs *a = op->attrs;
  const CjShape *shape = &op->in_shape[X];
  const gint64 c = get_c (op), rows = get_rows (op);
  const gint64 inner = op->info == &cj_op_batch_norm ? rows / shape->dims[0] : 1;
  const float *x = in[X];

  for (gint64 k = 0; k < c; k++)
    {
      double mean = 0, variance = 0;

      for (gint64 r = 0; r < rows; r++)
        mean += x[(r / inner * c + k) * inner + r % inner] / (double) rows;
      for (gint64 r = 0; r < rows; r++)
        variance += pow (x[(r / inner * c + k) * inner + r % inner] - mean, 2) / (double) rows;
      if (a->fixed)
        {
          mean = ((const float *) in[MEAN])[k];
          variance = ((const float *) in[VARIANCE])[k];
        }
      for (gint64 r = 0; r < rows; r++)
        {
          const gint64 i = (r / inner * c + k) * inner + r % inner;

          out[0][i] = (float) ((x[i] - mean) / sqrt (variance + a->eps)
                                   * (in[WEIGHT] != NULL ? ((const float *) in[WEIGHT])[k] : 1)
                               + (in[BIAS] != NULL ? ((const float *) in[BIAS])[k] : 0));
        }
    }
}

const CjOpInfo cj_op_batch_norm = {
  .id = "batch-norm",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjBatchNormAttrs),
  .infer = infer,
  .forward = { { n_chunks, forward_sums }, { NULL, forward_join }, { n_chunks, forward_scale } },
  .backward
  = { { n_chunks, backward_sums }, { NULL, backward_join }, { n_chunks, backward_input } },
  .free_out = 1,
  .twin = twin,
};

const CjOpInfo cj_op_batch_norm_rows = {
  .id = "batch-norm-rows",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjBatchNormAttrs),
  .infer = infer,
  .forward = { { n_chunks, forward_sums }, { NULL, forward_join }, { n_chunks, forward_scale } },
  .backward
  = { { n_chunks, backward_sums }, { NULL, backward_join }, { n_chunks, backward_input } },
  .free_out = 1,
  .twin = twin,
};
