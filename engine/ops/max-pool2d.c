/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest value under each window, channels last. The place of the maximum is kept for the
 * gradient; ties go to the first position in row order. */
#include "cj-error.h"
#include "cj-op.h"

#include <math.h>
#include <string.h>

static gboolean
infer (CjOp *op, GError **error)
{
  const CjConv2dAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 4 || x->dims[2] + a->pad_top + a->pad_bottom < a->kernel_h
      || x->dims[3] + a->pad_left + a->pad_right < a->kernel_w)
    {
      g_autofree char *got = cj_shape_print_sample (x);

      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   "expects pictures of at least %d×%d, got %s. Use a smaller window.", a->kernel_h,
                   a->kernel_w, got);
      return FALSE;
    }
  op->out_shape[0]
      = cj_shape4 (x->dims[0], x->dims[1],
                   (x->dims[2] + a->pad_top + a->pad_bottom - a->kernel_h) / a->stride_h + 1,
                   (x->dims[3] + a->pad_left + a->pad_right - a->kernel_w) / a->stride_w + 1);
  op->saved_bytes = sizeof (gint32) * cj_shape_size (&op->out_shape[0]);
  return TRUE;
}

/* Position in the H × W picture of the maximum of one window and channel. */
static gint32
find_maximum (const CjConv2dAttrs *a, const float *x, gint64 h, gint64 w, gint64 stride, gint64 row,
              gint64 column)
{
  float best = -INFINITY;
  gint32 at = -1;

  for (int ky = 0; ky < a->kernel_h; ky++)
    for (int kx = 0; kx < a->kernel_w; kx++)
      {
        const gint64 y = row * a->stride_h + ky - a->pad_top;
        const gint64 z = column * a->stride_w + kx - a->pad_left;

        if (y < 0 || y >= h || z < 0 || z >= w)
          continue;
        if (at < 0 || x[(y * w + z) * stride] > best)
          {
            best = x[(y * w + z) * stride];
            at = (gint32) (y * w + z);
          }
      }
  return at;
}

/* One output pixel of all channels: the largest of the taps under the window, and where it was. */
static void
find_maxima (const CjConv2dAttrs *a, const float *x, const gint64 *in, gint64 row, gint64 column,
             float *best, gint32 *place)
{
  const gint64 c = in[1];
  gboolean first = TRUE;

  for (int ky = 0; ky < a->kernel_h; ky++)
    for (int kx = 0; kx < a->kernel_w; kx++)
      {
        const gint64 y = row * a->stride_h + ky - a->pad_top;
        const gint64 z = column * a->stride_w + kx - a->pad_left;
        const gint32 at = (gint32) (y * in[3] + z);
        const float *tap = x + (gsize) at * (gsize) c;

        if (y < 0 || y >= in[2] || z < 0 || z >= in[3])
          continue;
        for (gint64 k = 0; k < c; k++)
          {
            const gboolean better = first || tap[k] > best[k];

            best[k] = better ? tap[k] : best[k];
            place[k] = better ? at : place[k];
          }
        first = FALSE;
      }
}

static void
forward (const CjOpCall *call, guint sample)
{
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims;
  const gint64 c = x[1], size = y[2] * y[3] * c;
  const float *in = (const float *) call->in[0] + sample * x[2] * x[3] * c;
  gint32 *place = (gint32 *) call->saved + sample * size;
  float *out = call->out[0] + sample * size;

  for (gint64 row = 0; row < y[2]; row++)
    for (gint64 column = 0; column < y[3]; column++, out += c, place += c)
      find_maxima (call->op->attrs, in, x, row, column, out, place);
}

static void
backward (const CjOpCall *call, guint sample)
{
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims;
  const gint64 c = x[1], size = y[2] * y[3] * c;
  const gint32 *place = (const gint32 *) call->saved + sample * size;
  const float *dy = call->d_out[0] + sample * size;
  float *dx;

  if (call->d_in[0] == NULL)
    return;
  dx = call->d_in[0] + sample * x[2] * x[3] * c;
  if (!call->add_in[0])
    memset (dx, 0, sizeof (float) * (gsize) (x[2] * x[3] * c));
  for (gint64 i = 0; i < y[2] * y[3]; i++, place += c, dy += c)
    for (gint64 k = 0; k < c; k++)
      dx[(gint64) place[k] * c + k] += dy[k];
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const gint64 column = i % y[3], row = i / y[3] % y[2], map = i / y[3] / y[2];
      const float *picture = (const float *) in[0] + map * x[2] * x[3];

      out[0][i] = picture[find_maximum (op->attrs, picture, x[2], x[3], 1, row, column)];
    }
}

const CjOpInfo cj_op_max_pool2d = {
  .id = "max-pool2d",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjConv2dAttrs),
  .infer = infer,
  .forward = { { cj_op_chunk_samples, forward } },
  .backward = { { cj_op_chunk_samples, backward } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};
