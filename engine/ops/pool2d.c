/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest or the mean number under each window, channels last. The place of a maximum is kept for
 * the gradient; ties go to the first position in row order. Adaptive windows reach from
 * floor (i n / m) to ceil ((i + 1) n / m) and may overlap. */
#include "cj-math.h"
#include "cj-ops.h"

/* One axis of a window: positions begin, begin + step ... below end; count is what an average divides
 * by along this axis. */
typedef struct
{
  gint64 begin, end, step, count;
} Span;

static Span
get_span (gint64 i, gint64 n, gint64 m, int kernel, int stride, int pad, int dilation,
          gboolean adaptive, gboolean exclude_pad)
{
  Span span;

  if (adaptive)
    {
      span = (Span){ i * n / m, ((i + 1) * n + m - 1) / m, 1, 0 };
      span.count = span.end - span.begin;
      return span;
    }
  span = (Span){ i * stride - pad, i * stride - pad + (gint64) (kernel - 1) * dilation + 1,
                 dilation, 0 };
  /* a window that ceil lets hang over the padded border is cut there */
  span.count = MIN (span.end, n + pad) - span.begin;
  while (span.begin < 0)
    span.begin += span.step;
  span.end = MIN (span.end, n);
  if (exclude_pad)
    span.count = span.end - span.begin;
  return span;
}

static Span
get_rows (const CjOp *op, gint64 row)
{
  const CjPoolAttrs *a = op->attrs;

  return get_span (row, op->in_shape[0].dims[2], op->out_shape[0].dims[2], a->kernel_h, a->stride_h,
                   a->pad_h, a->dilation_h, a->out_h > 0, a->exclude_pad);
}

static Span
get_columns (const CjOp *op, gint64 column)
{
  const CjPoolAttrs *a = op->attrs;

  return get_span (column, op->in_shape[0].dims[3], op->out_shape[0].dims[3], a->kernel_w,
                   a->stride_w, a->pad_w, a->dilation_w, a->out_h > 0, a->exclude_pad);
}

/* Number of windows on an axis; a last one that ceil adds must begin inside the picture or the left
 * padding. */
static gint64
count_windows (gint64 n, int kernel, int stride, int pad, int dilation, gboolean ceil)
{
  const gint64 room = n + 2 * pad - (gint64) (kernel - 1) * dilation - 1;
  gint64 count = room < 0 ? 0 : (room + (ceil ? stride - 1 : 0)) / stride + 1;

  if (ceil && count > 1 && (count - 1) * stride >= n + pad)
    count--;
  return count;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjPoolAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  g_autofree char *wanted
      = g_strdup_printf ("pictures of at least %d×%d", a->kernel_h, a->kernel_w);
  gint64 h, w;

  if (x->n_dims != 4)
    return cj_op_refuse (op, "pictures", "Put it before Flatten.", error);
  h = a->out_h > 0
          ? a->out_h
          : count_windows (x->dims[2], a->kernel_h, a->stride_h, a->pad_h, a->dilation_h, a->ceil);
  w = a->out_h > 0
          ? a->out_w
          : count_windows (x->dims[3], a->kernel_w, a->stride_w, a->pad_w, a->dilation_w, a->ceil);
  if (h < 1 || w < 1)
    return cj_op_refuse (op, wanted, "Use a smaller window.", error);
  op->out_shape[0] = cj_shape4 (x->dims[0], x->dims[1], h, w);
  return TRUE;
}

static gboolean
infer_max (CjOp *op, GError **error)
{
  const CjPoolAttrs *a = op->attrs;

  if (!infer (op, error))
    return FALSE;
  if (a->out_h == 0 && (a->pad_h * 2 > a->kernel_h || a->pad_w * 2 > a->kernel_w))
    return cj_op_refuse (op, "a padding of at most half the window", "Make the padding smaller.",
                         error);
  op->saved_bytes = sizeof (gint32) * (gsize) cj_shape_size (&op->out_shape[0]);
  return TRUE;
}

/* One tap of all channels against the best so far. */
CJ_CLONES static void
take_larger (const float *tap, gint64 c, gint32 at, gboolean first, float *best, gint32 *place)
{
  if (first)
    for (gint64 k = 0; k < c; k++)
      {
        best[k] = tap[k];
        place[k] = at;
      }
  else
    for (gint64 k = 0; k < c; k++)
      {
        const gboolean better = tap[k] > best[k];

        best[k] = better ? tap[k] : best[k];
        place[k] = better ? at : place[k];
      }
}

static void
max_forward (const CjOpCall *call, guint sample)
{
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims, c = x[1];
  const float *in = (const float *) call->in[0] + sample * x[2] * x[3] * c;
  gint32 *place = (gint32 *) call->saved + sample * y[2] * y[3] * c;
  float *out = call->out[0] + sample * y[2] * y[3] * c;

  for (gint64 row = 0; row < y[2]; row++)
    for (gint64 column = 0; column < y[3]; column++, out += c, place += c)
      {
        const Span rows = get_rows (call->op, row), columns = get_columns (call->op, column);
        gboolean first = TRUE;

        for (gint64 i = rows.begin; i < rows.end; i += rows.step)
          for (gint64 j = columns.begin; j < columns.end; j += columns.step, first = FALSE)
            take_larger (in + (i * x[3] + j) * c, c, (gint32) (i * x[3] + j), first, out, place);
      }
}

static void
max_backward (const CjOpCall *call, guint sample)
{
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims, c = x[1];
  const gint32 *place = (const gint32 *) call->saved + sample * y[2] * y[3] * c;
  const float *dy = call->d_out[0] + sample * y[2] * y[3] * c;
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

CJ_CLONES static void
add_scaled (const float *from, gint64 c, float scale, float *to)
{
  for (gint64 k = 0; k < c; k++)
    to[k] += from[k] * scale;
}

/* Sums windows into out, or spreads what arrives at out over them. */
static void
average (const CjOp *op, const float *in, float *out, float *d_in, const float *d_out)
{
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims, c = x[1];

  for (gint64 row = 0; row < y[2]; row++)
    for (gint64 column = 0; column < y[3]; column++)
      {
        const Span rows = get_rows (op, row), columns = get_columns (op, column);
        const float scale = 1.0f / (float) (MAX (rows.count, 1) * MAX (columns.count, 1));
        const gint64 at = (row * y[3] + column) * c;

        for (gint64 i = rows.begin; i < rows.end; i += rows.step)
          for (gint64 j = columns.begin; j < columns.end; j += columns.step)
            if (d_in == NULL)
              add_scaled (in + (i * x[3] + j) * c, c, scale, out + at);
            else
              add_scaled (d_out + at, c, scale, d_in + (i * x[3] + j) * c);
      }
}

static void
avg_forward (const CjOpCall *call, guint sample)
{
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims, c = x[1];
  float *out = call->out[0] + sample * y[2] * y[3] * c;

  memset (out, 0, sizeof (float) * (gsize) (y[2] * y[3] * c));
  average (call->op, (const float *) call->in[0] + sample * x[2] * x[3] * c, out, NULL, NULL);
}

static void
avg_backward (const CjOpCall *call, guint sample)
{
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims, c = x[1];
  float *dx;

  if (call->d_in[0] == NULL)
    return;
  dx = call->d_in[0] + sample * x[2] * x[3] * c;
  if (!call->add_in[0])
    memset (dx, 0, sizeof (float) * (gsize) (x[2] * x[3] * c));
  average (call->op, NULL, NULL, dx, call->d_out[0] + sample * y[2] * y[3] * c);
}

/* In the logical layout N C H W. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;
  const gboolean largest = op->info == &cj_op_max_pool2d;

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const Span rows = get_rows (op, i / y[3] % y[2]), columns = get_columns (op, i % y[3]);
      const float *picture = (const float *) in[0] + i / y[3] / y[2] * x[2] * x[3];
      double sum = 0, most = -INFINITY;

      for (gint64 r = rows.begin; r < rows.end; r += rows.step)
        for (gint64 s = columns.begin; s < columns.end; s += columns.step)
          {
            sum += picture[r * x[3] + s];
            most = MAX (most, picture[r * x[3] + s]);
          }
      out[0][i] = (float) (largest ? most : sum / (double) (rows.count * columns.count));
    }
}

const CjOpInfo cj_op_max_pool2d = {
  .id = "max-pool2d",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjPoolAttrs),
  .infer = infer_max,
  .forward = { { cj_op_chunk_samples, max_forward } },
  .backward = { { cj_op_chunk_samples, max_backward } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};

const CjOpInfo cj_op_avg_pool2d = {
  .id = "avg-pool2d",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjPoolAttrs),
  .infer = infer,
  .forward = { { cj_op_chunk_samples, avg_forward } },
  .backward = { { cj_op_chunk_samples, avg_backward } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};
