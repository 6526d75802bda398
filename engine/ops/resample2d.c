/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures padded, cropped, spread, thinned or stretched, channels last. Every pixel of the result is one
 * of x or 0 (remap, shortcut), or a mean of the four around a point (bilinear). */
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

/* Where position i of an axis of the result comes from; -1: nowhere. */
static gint64
source (CjRemapMode mode, gint64 i, gint64 n, int before, int spread, gint64 out)
{
  gint64 at = i - before;

  if (mode == CJ_REMAP_NEAREST)
    return i * n / out;
  if (spread > 1)
    {
      if (at < 0 || at % spread != 0)
        return -1;
      at /= spread;
      return at < n ? at : -1;
    }
  if (at >= 0 && at < n)
    return at;
  switch (mode)
    {
    case CJ_REMAP_REFLECT:
      return at < 0 ? -at : 2 * (n - 1) - at;
    case CJ_REMAP_CIRCULAR:
      return (at % n + n) % n;
    case CJ_REMAP_EDGE:
      return CLAMP (at, 0, n - 1);
    default:
      return -1;
    }
}

static gboolean
infer_remap (CjOp *op, GError **error)
{
  const CjRemapAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  const gboolean nearest = a->mode == CJ_REMAP_NEAREST;
  gint64 h, w;

  if (x->n_dims != 4)
    return cj_op_refuse (op, _ ("pictures"), _ ("Put it before Flatten."), error);
  h = nearest ? a->out_h : (x->dims[2] - 1) * a->spread_h + 1 + a->top + a->bottom;
  w = nearest ? a->out_w : (x->dims[3] - 1) * a->spread_w + 1 + a->left + a->right;
  if (a->mode == CJ_REMAP_REFLECT
      && (MAX (a->top, a->bottom) >= x->dims[2] || MAX (a->left, a->right) >= x->dims[3]))
    return cj_op_refuse (op, _ ("pictures larger than the padding that mirrors them"),
                         _ ("Make the padding smaller."), error);
  if (h < 1 || w < 1)
    return cj_op_refuse (op, _ ("pictures larger than what is cut off"),
                         _ ("Make the padding larger."), error);
  op->out_shape[0] = cj_shape4 (x->dims[0], x->dims[1], h, w);
  return TRUE;
}

/* Place in H W of x of pixel `i` of the result, -1 for a zero. */
static gint64
remap_pixel (const CjOp *op, gint64 i)
{
  const CjRemapAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;
  const gint64 row = source (a->mode, i / y[3], x[2], a->top, a->spread_h, y[2]);
  const gint64 column = source (a->mode, i % y[3], x[3], a->left, a->spread_w, y[3]);

  return row < 0 || column < 0 ? -1 : row * x[3] + column;
}

static void
remap_sample (const CjOpCall *call, gint64 sample)
{
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims, c = x[1];
  const float *in = (const float *) call->in[0] + sample * x[2] * x[3] * c;
  float *out = call->out[0] + sample * y[2] * y[3] * c;

  for (gint64 i = 0; i < y[2] * y[3]; i++, out += c)
    {
      const gint64 from = remap_pixel (call->op, i);

      if (from >= 0)
        memcpy (out, in + from * c, sizeof (float) * (gsize) c);
      else
        memset (out, 0, sizeof (float) * (gsize) c);
    }
}

static void
remap_forward (const CjOpCall *call, guint block)
{
  const CjSamples s = cj_op_samples (call->op, block);

  for (gint64 i = s.begin; i < s.end; i++)
    remap_sample (call, i);
}

static void
unmap_sample (const CjOpCall *call, gint64 sample)
{
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims, c = x[1];
  const float *dy = call->d_out[0] + sample * y[2] * y[3] * c;
  float *dx = call->d_in[0] + sample * x[2] * x[3] * c;

  if (!call->add_in[0])
    memset (dx, 0, sizeof (float) * (gsize) (x[2] * x[3] * c));
  for (gint64 i = 0; i < y[2] * y[3]; i++, dy += c)
    {
      const gint64 from = remap_pixel (call->op, i);

      for (gint64 k = 0; from >= 0 && k < c; k++)
        dx[from * c + k] += dy[k];
    }
}

static void
remap_backward (const CjOpCall *call, guint block)
{
  const CjSamples s = cj_op_samples (call->op, block);

  for (gint64 i = s.begin; i < s.end && call->d_in[0] != NULL; i++)
    unmap_sample (call, i);
}

static void
remap_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const gint64 from = remap_pixel (op, i % (y[2] * y[3]));
      const float *picture = (const float *) in[0] + i / (y[2] * y[3]) * x[2] * x[3];

      out[0][i] = from >= 0 ? picture[from] : 0;
    }
}

const CjOpInfo cj_op_remap2d = {
  .id = "remap2d",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjRemapAttrs),
  .infer = infer_remap,
  .forward = { { cj_op_blocks, remap_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, remap_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = remap_twin,
};

/* --- shortcut --- */

static gboolean
infer_shortcut (CjOp *op, GError **error)
{
  const CjShortcutAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 4)
    return cj_op_refuse (op, _ ("pictures"), _ ("Put it before Flatten."), error);
  op->out_shape[0] = cj_shape4 (x->dims[0], x->dims[1] + a->before + a->behind,
                                (x->dims[2] - 1) / a->stride + 1, (x->dims[3] - 1) / a->stride + 1);
  return TRUE;
}

/* Pixels of a row, c channels of x among `all` of y. */
CJ_CLONES static void
widen_row (const float *restrict x, gint64 step, gint64 n, gint64 c, gint64 before, gint64 all,
           float *restrict y)
{
  for (gint64 i = 0; i < n; i++, x += step, y += all)
    {
      for (gint64 k = 0; k < before; k++)
        y[k] = 0;
      for (gint64 k = 0; k < c; k++)
        y[before + k] = x[k];
      for (gint64 k = before + c; k < all; k++)
        y[k] = 0;
    }
}

CJ_CLONES static void
narrow_row (const float *restrict dy, gint64 step, gint64 n, gint64 c, gint64 all,
            float *restrict dx)
{
  for (gint64 i = 0; i < n; i++, dx += step, dy += all)
    for (gint64 k = 0; k < c; k++)
      dx[k] += dy[k];
}

static void
shortcut_forward (const CjOpCall *call, guint block)
{
  const CjShortcutAttrs *a = call->op->attrs;
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims;
  const CjSamples s = cj_op_samples (call->op, block);

  for (gint64 row = s.begin * y[2]; row < s.end * y[2]; row++)
    widen_row ((const float *) call->in[0]
                   + (row / y[2] * x[2] + row % y[2] * a->stride) * x[3] * x[1],
               a->stride * x[1], y[3], x[1], a->before, y[1], call->out[0] + row * y[3] * y[1]);
}

static void
shortcut_backward (const CjOpCall *call, guint block)
{
  const CjShortcutAttrs *a = call->op->attrs;
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims;
  const CjSamples s = cj_op_samples (call->op, block);
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  if (call->d_in[0] == NULL)
    return;
  if (!call->add_in[0])
    memset (call->d_in[0] + begin, 0, sizeof (float) * (gsize) n);
  for (gint64 row = s.begin * y[2]; row < s.end * y[2]; row++)
    narrow_row (call->d_out[0] + row * y[3] * y[1] + a->before, a->stride * x[1], y[3], x[1], y[1],
                call->d_in[0] + (row / y[2] * x[2] + row % y[2] * a->stride) * x[3] * x[1]);
}

static void
shortcut_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjShortcutAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const gint64 column = i % y[3] * a->stride, row = i / y[3] % y[2] * a->stride;
      const gint64 channel = i / y[3] / y[2] % y[1] - a->before, sample = i / y[3] / y[2] / y[1];

      out[0][i]
          = channel < 0 || channel >= x[1]
                ? 0
                : ((const float *) in[0])[((sample * x[1] + channel) * x[2] + row) * x[3] + column];
    }
}

const CjOpInfo cj_op_shortcut = {
  .id = "shortcut",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjShortcutAttrs),
  .infer = infer_shortcut,
  .forward = { { cj_op_blocks, shortcut_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, shortcut_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = shortcut_twin,
};

/* --- bilinear --- */

static gboolean
infer_bilinear (CjOp *op, GError **error)
{
  const CjBilinearAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 4)
    return cj_op_refuse (op, _ ("pictures"), _ ("Put it before Flatten."), error);
  op->out_shape[0] = cj_shape4 (x->dims[0], x->dims[1], a->out_h, a->out_w);
  op->macs = 4 * cj_shape_size (&op->out_shape[0]);
  return TRUE;
}

typedef struct
{
  gint64 at[2];
  float weight[2];
} Mix;

/* The two neighbours of one position on an axis. With aligned corners the first and last positions
 * of both pictures coincide; else pixels are squares and their borders do. */
static Mix
get_mix (gint64 i, gint64 n, gint64 out, gboolean aligned)
{
  const double scale
      = aligned ? (out > 1 ? (double) (n - 1) / (double) (out - 1) : 0) : (double) n / (double) out;
  const double at = MAX (0, aligned ? (double) i * scale : ((double) i + 0.5) * scale - 0.5);
  const gint64 first = MIN ((gint64) at, n - 1);
  const float share = (float) (at - (double) first);

  return (Mix){ { first, MIN (first + 1, n - 1) }, { 1 - share, share } };
}

static void
bilinear_run (const CjOpCall *call, gint64 sample, float *dx)
{
  const CjBilinearAttrs *a = call->op->attrs;
  const gint64 *x = call->op->in_shape[0].dims, *y = call->op->out_shape[0].dims, c = x[1];
  const float *in = (const float *) call->in[0] + sample * x[2] * x[3] * c;

  for (gint64 i = 0; i < y[2] * y[3]; i++)
    {
      const Mix rows = get_mix (i / y[3], x[2], y[2], a->align_corners);
      const Mix columns = get_mix (i % y[3], x[3], y[3], a->align_corners);
      const gint64 at = (sample * y[2] * y[3] + i) * c;

      if (dx == NULL)
        memset (call->out[0] + at, 0, sizeof (float) * (gsize) c);
      for (int corner = 0; corner < 4; corner++)
        {
          const gint64 from = (rows.at[corner / 2] * x[3] + columns.at[corner % 2]) * c;
          const float weight = rows.weight[corner / 2] * columns.weight[corner % 2];

          for (gint64 k = 0; k < c; k++)
            if (dx == NULL)
              call->out[0][at + k] += weight * in[from + k];
            else
              dx[from + k] += weight * call->d_out[0][at + k];
        }
    }
}

static void
bilinear_forward (const CjOpCall *call, guint block)
{
  const CjSamples s = cj_op_samples (call->op, block);

  for (gint64 i = s.begin; i < s.end; i++)
    bilinear_run (call, i, NULL);
}

static void
bilinear_backward (const CjOpCall *call, guint block)
{
  const CjSamples s = cj_op_samples (call->op, block);
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n), size = n / (s.end - s.begin);

  if (call->d_in[0] == NULL)
    return;
  if (!call->add_in[0])
    memset (call->d_in[0] + begin, 0, sizeof (float) * (gsize) n);
  for (gint64 i = s.begin; i < s.end; i++)
    bilinear_run (call, i, call->d_in[0] + i * size);
}

static void
bilinear_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjBilinearAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const Mix rows = get_mix (i / y[3] % y[2], x[2], y[2], a->align_corners);
      const Mix columns = get_mix (i % y[3], x[3], y[3], a->align_corners);
      const float *picture = (const float *) in[0] + i / y[3] / y[2] * x[2] * x[3];
      double sum = 0;

      for (int corner = 0; corner < 4; corner++)
        sum += (double) rows.weight[corner / 2] * columns.weight[corner % 2]
               * picture[rows.at[corner / 2] * x[3] + columns.at[corner % 2]];
      out[0][i] = (float) sum;
    }
}

const CjOpInfo cj_op_bilinear = {
  .id = "bilinear",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjBilinearAttrs),
  .infer = infer_bilinear,
  .forward = { { cj_op_blocks, bilinear_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, bilinear_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = bilinear_twin,
};
