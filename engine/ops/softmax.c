/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y[k] = e^x[k] / sum of e^x[j] over one axis, or its logarithm. Seen as [outer, K, inner].
 * dx = y (dy - sum of y dy); for logarithms dx = dy - e^y times the sum of dy. The largest x is taken
 * away first, so nothing overflows. */
#include "cj-ops.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

#define TILE 64 /* columns side by side where the axis is not the last */

static CjAxisSize
get_size (const CjOp *op)
{
  return cj_axis_split (&op->in_shape[0], ((const CjSoftmaxAttrs *) op->attrs)->axis);
}

static gboolean
infer (CjOp *op, GError **error)
{
  const int axis = ((const CjSoftmaxAttrs *) op->attrs)->axis;

  if (axis < 1 || axis >= (int) op->in_shape[0].n_dims)
    return cj_op_refuse (op, _ ("an axis behind the batch"), _ ("Choose another axis."), error);
  return cj_op_infer_same (op, error);
}

CJ_CLONES static void
row_forward (const float *x, gint64 k, gboolean logs, float *y)
{
  const float most = cj_row_max (x, k);
  const float sum = cj_row_exp (x, k, most, y);
  const float scale = 1 / sum, rest = logf (sum);

  if (logs)
    for (gint64 i = 0; i < k; i++)
      y[i] = (x[i] - most) - rest;
  else
    for (gint64 i = 0; i < k; i++)
      y[i] *= scale;
}

/* The same for `width` neighbouring columns, up to TILE. */
CJ_CLONES static void
columns_forward (const float *x, gint64 k, gint64 inner, gint64 width, gboolean logs, float *y)
{
  float most[TILE], sum[TILE];

  for (gint64 j = 0; j < width; j++)
    {
      most[j] = x[j];
      sum[j] = 0;
    }
  for (gint64 i = 1; i < k; i++)
    for (gint64 j = 0; j < width; j++)
      most[j] = MAX (most[j], x[i * inner + j]);
  for (gint64 i = 0; i < k; i++)
    for (gint64 j = 0; j < width; j++)
      {
        y[i * inner + j] = cj_exp (x[i * inner + j] - most[j]);
        sum[j] += y[i * inner + j];
      }
  for (gint64 j = 0; j < width; j++)
    sum[j] = logs ? logf (sum[j]) : 1 / sum[j];
  for (gint64 i = 0; i < k; i++)
    for (gint64 j = 0; j < width; j++)
      y[i * inner + j] = logs ? (x[i * inner + j] - most[j]) - sum[j] : y[i * inner + j] * sum[j];
}

CJ_CLONES static void
row_backward (const float *y, const float *dy, gint64 k, gboolean logs, float *dx, gboolean add)
{
  const float sum = logs ? cj_row_sum (dy, k) : cj_row_dot (y, dy, k);

  for (gint64 i = 0; i < k; i++)
    {
      const float d = logs ? dy[i] - cj_exp (y[i]) * sum : y[i] * (dy[i] - sum);

      dx[i] = add ? dx[i] + d : d;
    }
}

CJ_CLONES static void
columns_backward (const float *y, const float *dy, gint64 k, gint64 inner, gint64 width,
                  gboolean logs, float *dx, gboolean add)
{
  float sum[TILE] = { 0 };

  for (gint64 i = 0; i < k; i++)
    for (gint64 j = 0; j < width; j++)
      sum[j] += logs ? dy[i * inner + j] : y[i * inner + j] * dy[i * inner + j];
  for (gint64 i = 0; i < k; i++)
    for (gint64 j = 0; j < width; j++)
      {
        const gint64 at = i * inner + j;
        const float d = logs ? dy[at] - cj_exp (y[at]) * sum[j] : y[at] * (dy[at] - sum[j]);

        dx[at] = add ? dx[at] + d : d;
      }
}

static void
forward (const CjOpCall *call, guint block)
{
  const gboolean logs = ((const CjSoftmaxAttrs *) call->op->attrs)->log;
  const CjAxisSize size = get_size (call->op);
  const CjSamples rows = cj_op_rows (call->op, block, size.outer);

  for (gint64 r = rows.begin; r < rows.end; r++)
    {
      const float *x = (const float *) call->in[0] + r * size.k * size.inner;
      float *y = call->out[0] + r * size.k * size.inner;

      if (size.inner == 1)
        row_forward (x, size.k, logs, y);
      else
        for (gint64 j = 0; j < size.inner; j += TILE)
          columns_forward (x + j, size.k, size.inner, MIN (TILE, size.inner - j), logs, y + j);
    }
}

static void
backward (const CjOpCall *call, guint block)
{
  const gboolean logs = ((const CjSoftmaxAttrs *) call->op->attrs)->log;
  const CjAxisSize size = get_size (call->op);
  const CjSamples rows = cj_op_rows (call->op, block, size.outer);

  for (gint64 r = rows.begin; r < rows.end && call->d_in[0] != NULL; r++)
    {
      const gint64 at = r * size.k * size.inner;
      const float *y = call->out[0] + at, *dy = call->d_out[0] + at;
      float *dx = call->d_in[0] + at;

      if (size.inner == 1)
        row_backward (y, dy, size.k, logs, dx, call->add_in[0]);
      else
        for (gint64 j = 0; j < size.inner; j += TILE)
          columns_backward (y + j, dy + j, size.k, size.inner, MIN (TILE, size.inner - j), logs,
                            dx + j, call->add_in[0]);
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gboolean logs = ((const CjSoftmaxAttrs *) op->attrs)->log;
  const CjAxisSize size = get_size (op);

  for (gint64 i = 0; i < size.outer * size.inner; i++)
    {
      const gint64 at = i / size.inner * size.k * size.inner + i % size.inner;
      const float *x = (const float *) in[0] + at;
      double most = x[0], sum = 0;

      for (gint64 k = 1; k < size.k; k++)
        most = MAX (most, x[k * size.inner]);
      for (gint64 k = 0; k < size.k; k++)
        sum += exp (x[k * size.inner] - most);
      for (gint64 k = 0; k < size.k; k++)
        {
          const double y = x[k * size.inner] - most - log (sum);

          out[0][at + k * size.inner] = (float) (logs ? y : exp (y));
        }
    }
}

const CjOpInfo cj_op_softmax = {
  .id = "softmax",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjSoftmaxAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .twin = twin,
};
