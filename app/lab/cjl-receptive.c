/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-receptive.h"

#include "cj-ops.h"

#include <math.h>

/* A stretch along one axis; low > high: nothing. */
typedef struct
{
  gint64 low, high;
} Span;

typedef struct
{
  gboolean reached;
  Span y, x;
} Box;

static Span
clamp (Span s, gint64 n)
{
  return (Span){ MAX (s.low, 0), MIN (s.high, n - 1) };
}

static Span
slide (Span s, int kernel, int stride, int pad, int dilation)
{
  return (Span){ s.low * stride - pad, s.high * stride - pad + (gint64) (kernel - 1) * dilation };
}

/* Windows that share `from` places evenly among `to`. */
static Span
spread (Span s, gint64 from, gint64 to)
{
  return (Span){ s.low * from / to, ((s.high + 1) * from + to - 1) / to - 1 };
}

static gint64
floor_div (gint64 a, gint64 b)
{
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static Span
unpad (Span s, int pad, int zeros, CjRemapMode mode, gint64 n)
{
  /* between neighbours lie zeros - 1 places that are nothing */
  const Span in = { floor_div (s.low - pad + zeros - 1, zeros), floor_div (s.high - pad, zeros) };

  if ((mode == CJ_REMAP_REFLECT || mode == CJ_REMAP_CIRCULAR) && (in.low < 0 || in.high >= n))
    return (Span){ 0, n - 1 };
  if (mode == CJ_REMAP_EDGE)
    return (Span){ CLAMP (in.low, 0, n - 1), CLAMP (in.high, 0, n - 1) };
  return in;
}

/* The four neighbours that a place between pixels is mixed from. */
static Span
resample (Span s, gint64 from, gint64 to, gboolean corners)
{
  const double step = corners ? (to > 1 ? (double) (from - 1) / (double) (to - 1) : 0)
                              : (double) from / (double) to;
  const double shift = corners ? 0 : 0.5 * step - 0.5;
  const double low = MAX ((double) s.low * step + shift, 0);
  const double high = MAX ((double) s.high * step + shift, 0);

  return (Span){ (gint64) floor (low), (gint64) ceil (high) };
}

/* Ops that leave every number where it is on the plane. */
static gboolean
keeps_places (const CjStep *step)
{
  static const CjOpInfo *const kept[]
      = { &cj_op_unary,      &cj_op_binary,  &cj_op_broadcast, &cj_op_noise,
          &cj_op_batch_norm, &cj_op_to_last, &cj_op_to_plain,  &cj_op_local_norm };
  const CjOpInfo *info = step->op.info;

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (info == kept[i])
      return TRUE;
  if (info == &cj_op_concat)
    return ((const CjAxisAttrs *) step->op.attrs)->axis == 1;
  if (info == &cj_op_slice)
    return ((const CjSliceAttrs *) step->op.attrs)->axis == 1;
  if (info == &cj_op_softmax)
    return ((const CjSoftmaxAttrs *) step->op.attrs)->axis == 1;
  return FALSE;
}

static Box
pool (Box out, const CjPoolAttrs *a, const CjShape *in)
{
  const gboolean adaptive = a->out_h > 0;

  out.y = adaptive ? spread (out.y, in->dims[2], a->out_h)
                   : slide (out.y, a->kernel_h, a->stride_h, a->pad_h, a->dilation_h);
  out.x = adaptive ? spread (out.x, in->dims[3], a->out_w)
                   : slide (out.x, a->kernel_w, a->stride_w, a->pad_w, a->dilation_w);
  return out;
}

static Box
remap (Box out, const CjRemapAttrs *a, const CjShape *in)
{
  if (a->mode == CJ_REMAP_NEAREST)
    {
      out.y = (Span){ out.y.low * in->dims[2] / a->out_h, out.y.high * in->dims[2] / a->out_h };
      out.x = (Span){ out.x.low * in->dims[3] / a->out_w, out.x.high * in->dims[3] / a->out_w };
      return out;
    }
  out.y = unpad (out.y, a->top, a->spread_h, a->mode, in->dims[2]);
  out.x = unpad (out.x, a->left, a->spread_w, a->mode, in->dims[3]);
  return out;
}

/* What of an input of `step` the box of its result depends on. */
static Box
go_back (const CjStep *step, Box out, const CjShape *made, const CjShape *in)
{
  const CjOpInfo *info = step->op.info;
  Box box = out;

  if (in->n_dims != 4)
    return (Box){ TRUE, { 0, 0 }, { 0, 0 } };
  if (made->n_dims != 4)
    return (Box){ TRUE, { 0, in->dims[2] - 1 }, { 0, in->dims[3] - 1 } };
  if (info == &cj_op_conv2d || info == &cj_op_conv2d_relu)
    {
      const CjConv2dAttrs *a = step->op.attrs;

      box.y = slide (out.y, a->kernel_h, a->stride_h, a->pad_top, a->dilation_h);
      box.x = slide (out.x, a->kernel_w, a->stride_w, a->pad_left, a->dilation_w);
    }
  else if (info == &cj_op_max_pool2d || info == &cj_op_avg_pool2d)
    box = pool (out, step->op.attrs, in);
  else if (info == &cj_op_remap2d)
    box = remap (out, step->op.attrs, in);
  else if (info == &cj_op_shortcut)
    {
      const CjShortcutAttrs *a = step->op.attrs;

      box.y = slide (out.y, 1, a->stride, 0, 1);
      box.x = slide (out.x, 1, a->stride, 0, 1);
    }
  else if (info == &cj_op_bilinear)
    {
      const CjBilinearAttrs *a = step->op.attrs;

      box.y = resample (out.y, in->dims[2], a->out_h, a->align_corners);
      box.x = resample (out.x, in->dims[3], a->out_w, a->align_corners);
    }
  else if (!keeps_places (step) || in->dims[2] != made->dims[2] || in->dims[3] != made->dims[3])
    box = (Box){ TRUE, { 0, in->dims[2] - 1 }, { 0, in->dims[3] - 1 } };
  box.y = clamp (box.y, in->dims[2]);
  box.x = clamp (box.x, in->dims[3]);
  box.reached = box.y.low <= box.y.high && box.x.low <= box.x.high;
  return box;
}

static void
unite (Box *box, Box other)
{
  if (!other.reached)
    return;
  if (!box->reached)
    *box = other;
  box->y.low = MIN (box->y.low, other.y.low);
  box->y.high = MAX (box->y.high, other.y.high);
  box->x.low = MIN (box->x.low, other.x.low);
  box->x.high = MAX (box->x.high, other.x.high);
}

gboolean
cjl_receptive_field (const CjLowered *lowered, guint node, gint64 row, gint64 column,
                     CjlField *field)
{
  CjBuilder *builder = lowered->builder;
  g_autofree Box *boxes = g_new0 (Box, builder->values->len + 1);
  const CjShape *shape;
  int start;

  if (node >= lowered->n_nodes || !lowered->nodes[node].valid || lowered->x == CJ_NO_VALUE
      || cj_builder_get_shape (builder, lowered->x)->n_dims != 4)
    return FALSE;
  start = lowered->nodes[node].out[0];
  shape = cj_builder_get_shape (builder, start);
  if (shape->n_dims == 4
      && (row < 0 || column < 0 || row >= shape->dims[2] || column >= shape->dims[3]))
    return FALSE;
  boxes[start] = (Box){ TRUE, { row, row }, { column, column } };
  for (guint i = builder->steps->len; i-- > 0;)
    {
      const CjStep *step = &g_array_index (builder->steps, CjStep, i);

      for (guint k = 0; k < step->op.n_out; k++)
        if (boxes[step->out + (int) k].reached)
          for (guint j = 0; j < step->op.n_in; j++)
            if (step->in[j] != CJ_NO_VALUE)
              unite (&boxes[step->in[j]], go_back (step, boxes[step->out + (int) k],
                                                   &step->op.out_shape[k], &step->op.in_shape[j]));
    }
  *field = (CjlField){ boxes[lowered->x].y.low, boxes[lowered->x].x.low, boxes[lowered->x].y.high,
                       boxes[lowered->x].x.high };
  return boxes[lowered->x].reached;
}
