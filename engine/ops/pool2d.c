/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest or the mean number under each window, channels last. The place of a maximum is kept for
 * the gradient; ties go to the first position in row order. Adaptive windows reach from
 * floor (i n / m) to ceil ((i + 1) n / m) and may overlap. */
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

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
  g_autofree char *wanted = g_strdup_printf (_ ("pictures of at least %d×%d"),
                                             (a->kernel_h - 1) * a->dilation_h + 1 - 2 * a->pad_h,
                                             (a->kernel_w - 1) * a->dilation_w + 1 - 2 * a->pad_w);
  gint64 h, w;

  if (x->n_dims != 4)
    return cj_op_refuse (op, _ ("pictures"), _ ("Put it before Flatten."), error);
  h = a->out_h > 0
          ? a->out_h
          : count_windows (x->dims[2], a->kernel_h, a->stride_h, a->pad_h, a->dilation_h, a->ceil);
  w = a->out_h > 0
          ? a->out_w
          : count_windows (x->dims[3], a->kernel_w, a->stride_w, a->pad_w, a->dilation_w, a->ceil);
  if (h < 1 || w < 1)
    return cj_op_refuse (op, wanted, _ ("Use a smaller window."), error);
  if (a->out_h == 0 && (a->pad_h * 2 > a->kernel_h || a->pad_w * 2 > a->kernel_w))
    return cj_op_refuse (op, _ ("a padding of at most half the window"),
                         _ ("Make the padding smaller."), error);
  op->out_shape[0] = cj_shape4 (x->dims[0], x->dims[1], h, w);
  return TRUE;
}

static gboolean
infer_max (CjOp *op, GError **error)
{
  if (!infer (op, error))
    return FALSE;
  op->saved_bytes = sizeof (gint32) * (gsize) cj_shape_size (&op->out_shape[0]);
  return TRUE;
}

typedef float Vec8 __attribute__ ((vector_size (32), aligned (4), may_alias));
typedef gint32 Place8 __attribute__ ((vector_size (32), aligned (4), may_alias));
typedef float Vec4 __attribute__ ((vector_size (16), aligned (4), may_alias));
typedef gint32 Place4 __attribute__ ((vector_size (16), aligned (4), may_alias));

/* The windows of one row; places are pixels of the picture. */
typedef struct
{
  const float *in;
  gint64 c, width; /* of the picture */
  Span rows;
} Windows;

/* One window for 8, 4 or 1 channels, of which out, place and in + k are the first: the best so far
 * stays in registers, and no branch depends on the numbers. */
CJ_INLINE void
max_8 (const Windows *w, Span columns, gint64 k, float *out, gint32 *place)
{
  gint32 pixel = (gint32) (w->rows.begin * w->width + columns.begin);
  Vec8 best = *(const Vec8 *) (w->in + pixel * w->c + k);
  Place8 at = (Place8){ 0 } + pixel;

  for (gint64 i = w->rows.begin; i < w->rows.end; i += w->rows.step)
    for (gint64 j = columns.begin; j < columns.end; j += columns.step)
      {
        Vec8 value;
        Place8 better;

        pixel = (gint32) (i * w->width + j);
        value = *(const Vec8 *) (w->in + pixel * w->c + k);
        better = (Place8) (value > best);
        best = (Vec8) (((Place8) value & better) | ((Place8) best & ~better));
        at = (pixel & better) | (at & ~better);
      }
  *(Vec8 *) out = best;
  *(Place8 *) place = at;
}

CJ_INLINE void
max_4 (const Windows *w, Span columns, gint64 k, float *out, gint32 *place)
{
  gint32 pixel = (gint32) (w->rows.begin * w->width + columns.begin);
  Vec4 best = *(const Vec4 *) (w->in + pixel * w->c + k);
  Place4 at = (Place4){ 0 } + pixel;

  for (gint64 i = w->rows.begin; i < w->rows.end; i += w->rows.step)
    for (gint64 j = columns.begin; j < columns.end; j += columns.step)
      {
        Vec4 value;
        Place4 better;

        pixel = (gint32) (i * w->width + j);
        value = *(const Vec4 *) (w->in + pixel * w->c + k);
        better = (Place4) (value > best);
        best = (Vec4) (((Place4) value & better) | ((Place4) best & ~better));
        at = (pixel & better) | (at & ~better);
      }
  *(Vec4 *) out = best;
  *(Place4 *) place = at;
}

CJ_INLINE void
max_1 (const Windows *w, Span columns, gint64 k, float *out, gint32 *place)
{
  gint32 at = (gint32) (w->rows.begin * w->width + columns.begin);
  float best = w->in[at * w->c + k];

  for (gint64 i = w->rows.begin; i < w->rows.end; i += w->rows.step)
    for (gint64 j = columns.begin; j < columns.end; j += columns.step)
      {
        const gint32 pixel = (gint32) (i * w->width + j);
        const float value = w->in[pixel * w->c + k];

        at = value > best ? pixel : at;
        best = value > best ? value : best;
      }
  *out = best;
  *place = at;
}

/* Channels left over by whole vectors are done in one that overlaps the last. */
CJ_CLONES static void
max_row (const CjOp *op, const Windows *w, gint64 n, float *out, gint32 *place)
{
  const gint64 c = w->c;

  for (gint64 column = 0; column < n; column++, out += c, place += c)
    {
      const Span columns = get_columns (op, column);

      if (c >= 8)
        for (gint64 i = 0; i < c; i += 8)
          {
            const gint64 k = MIN (i, c - 8);

            max_8 (w, columns, k, out + k, place + k);
          }
      else if (c >= 4)
        for (gint64 i = 0; i < c; i += 4)
          {
            const gint64 k = MIN (i, c - 4);

            max_4 (w, columns, k, out + k, place + k);
          }
      else
        for (gint64 k = 0; k < c; k++)
          max_1 (w, columns, k, out + k, place + k);
    }
}

static void
max_forward (const CjOpCall *call, guint sample)
{
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims, c = x[1];
  Windows w
      = { .in = (const float *) call->in[0] + sample * x[2] * x[3] * c, .c = c, .width = x[3] };

  for (gint64 row = 0; row < y[2]; row++)
    {
      const gint64 at = (sample * y[2] + row) * y[3] * c;

      w.rows = get_rows (call->op, row);
      max_row (call->op, &w, y[3], call->out[0] + at, (gint32 *) call->saved + at);
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
