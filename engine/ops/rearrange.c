/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ops that move numbers without changing them, in the logical layout. */
#include "cj-error.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* to (+)= from */
static void
put (const float *from, gint64 n, float *to, gboolean add)
{
  if (!add)
    memcpy (to, from, sizeof (float) * (gsize) n);
  else
    for (gint64 i = 0; i < n; i++)
      to[i] += from[i];
}

/* --- copies in order: reshape, and the steps between pictures and sequences --- */

static gboolean
infer_reshape (CjOp *op, GError **error)
{
  const CjShape *shape = &((const CjReshapeAttrs *) op->attrs)->shape;

  if (cj_shape_size (shape) != cj_shape_size (&op->in_shape[0]))
    {
      g_autofree char *to = cj_shape_print_sample (shape);
      g_autofree char *wanted = g_strdup_printf (_ ("as many numbers as %s has"), to);

      return cj_op_refuse (op, wanted, _ ("Choose a shape of the same size."), error);
    }
  op->out_shape[0] = *shape;
  return TRUE;
}

static gboolean
infer_to_picture (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 3)
    return cj_op_refuse (op, _ ("a sequence of vectors"), _ ("Wire it to a sequence."), error);
  op->out_shape[0] = cj_shape4 (x->dims[0], x->dims[2], 1, x->dims[1]);
  return TRUE;
}

static gboolean
infer_to_tokens (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 4)
    return cj_op_refuse (op, _ ("pictures"), _ ("Put it before Flatten."), error);
  op->out_shape[0] = cj_shape3 (x->dims[0], x->dims[2] * x->dims[3], x->dims[1]);
  return TRUE;
}

static void
copy_forward (const CjOpCall *call, guint block)
{
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  put ((const float *) call->in[0] + begin, n, call->out[0] + begin, FALSE);
}

static void
copy_backward (const CjOpCall *call, guint block)
{
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  if (call->d_in[0] != NULL)
    put (call->d_out[0] + begin, n, call->d_in[0] + begin, call->add_in[0]);
}

static void
copy_twin (const CjOp *op, const void *const *in, float *const *out)
{
  memcpy (out[0], in[0], sizeof (float) * (gsize) cj_shape_size (&op->out_shape[0]));
}

/* [N, C, H W] to [N, H W, C], or back; the logical numbers of a picture become tokens. */
static void
tokens_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjShape *x = &op->in_shape[0];
  const gint64 c = x->dims[1], plane = cj_shape_size (x) / MAX (x->dims[0] * c, 1);

  for (gint64 i = 0; i < cj_shape_size (x); i++)
    out[0][(i / (c * plane) * plane + i % plane) * c + i / plane % c] = ((const float *) in[0])[i];
}

const CjOpInfo cj_op_reshape = {
  .id = "reshape",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjReshapeAttrs),
  .infer = infer_reshape,
  .forward = { { cj_op_blocks, copy_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, copy_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = copy_twin,
};

const CjOpInfo cj_op_to_picture = {
  .id = "to-picture",
  .layout = CJ_LAYOUT_PLAIN,
  .makes = CJ_LAYOUT_LAST,
  .infer = infer_to_picture,
  .forward = { { cj_op_blocks, copy_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, copy_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = tokens_twin,
};

const CjOpInfo cj_op_to_tokens = {
  .id = "to-tokens",
  .layout = CJ_LAYOUT_LAST,
  .makes = CJ_LAYOUT_PLAIN,
  .infer = infer_to_tokens,
  .forward = { { cj_op_blocks, copy_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, copy_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = tokens_twin,
};

/* --- permute --- */

static gboolean
infer_permute (CjOp *op, GError **error)
{
  const CjPermuteAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  guint seen = 0;

  for (guint i = 0; i < x->n_dims; i++)
    if (a->axes[i] >= 0 && a->axes[i] < (int) x->n_dims)
      seen |= 1u << a->axes[i];
  if (seen != (1u << x->n_dims) - 1)
    return cj_op_refuse (op, _ ("an order that names every axis once"), _ ("Change the order."),
                         error);
  op->out_shape[0].n_dims = x->n_dims;
  for (guint i = 0; i < x->n_dims; i++)
    op->out_shape[0].dims[i] = x->dims[a->axes[i]];
  op->mixes = a->axes[0] != 0 || (a->flip & 1) != 0;
  return TRUE;
}

/* Distance in x of two neighbours along each axis of the result; where its first element lies. */
static gint64
get_steps (const CjOp *op, gint64 *steps)
{
  const CjPermuteAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  gint64 first = 0;

  for (guint i = 0; i < x->n_dims; i++)
    {
      steps[i] = 1;
      for (guint j = (guint) a->axes[i] + 1; j < x->n_dims; j++)
        steps[i] *= x->dims[j];
      if ((a->flip & 1u << i) != 0)
        {
          first += steps[i] * (x->dims[a->axes[i]] - 1);
          steps[i] = -steps[i];
        }
    }
  return first;
}

/* The elements of the result that a block makes: an equal share, of whole samples where there are. */
static void
permute_run (const CjOpCall *call, guint block, float *dx)
{
  const CjShape *y = &call->op->out_shape[0];
  const float *from = call->in[0];
  gint64 n, steps[CJ_MAX_DIMS], at[CJ_MAX_DIMS], offset;
  gint64 rest = cj_op_range (call->op, block, &n);
  const gint64 begin = rest;

  offset = get_steps (call->op, steps);
  for (guint axis = y->n_dims; axis-- > 0; rest /= y->dims[axis])
    {
      at[axis] = rest % y->dims[axis];
      offset += at[axis] * steps[axis];
    }
  for (gint64 i = begin; i < begin + n; i++)
    {
      if (dx == NULL)
        call->out[0][i] = from[offset];
      else
        dx[offset] = call->add_in[0] ? dx[offset] + call->d_out[0][i] : call->d_out[0][i];
      for (guint axis = y->n_dims; axis-- > 0;)
        {
          offset += steps[axis];
          if (++at[axis] < y->dims[axis])
            break;
          offset -= steps[axis] * y->dims[axis];
          at[axis] = 0;
        }
    }
}

static void
permute_forward (const CjOpCall *call, guint block)
{
  permute_run (call, block, NULL);
}

static void
permute_backward (const CjOpCall *call, guint block)
{
  if (call->d_in[0] != NULL)
    permute_run (call, block, call->d_in[0]);
}

static void
permute_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjShape *y = &op->out_shape[0];
  gint64 steps[CJ_MAX_DIMS];
  const gint64 first = get_steps (op, steps);

  for (gint64 i = 0; i < cj_shape_size (y); i++)
    {
      gint64 rest = i, from = first;

      for (guint axis = y->n_dims; axis-- > 0; rest /= y->dims[axis])
        from += rest % y->dims[axis] * steps[axis];
      out[0][i] = ((const float *) in[0])[from];
    }
}

const CjOpInfo cj_op_permute = {
  .id = "permute",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjPermuteAttrs),
  .infer = infer_permute,
  .forward = { { cj_op_blocks, permute_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, permute_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = permute_twin,
};

/* --- slices and their reverse --- */

/* Product of the dimensions after `axis`. */
static gint64
get_inner (const CjShape *shape, int axis)
{
  gint64 inner = 1;

  for (guint i = (guint) axis + 1; i < shape->n_dims; i++)
    inner *= shape->dims[i];
  return inner;
}

static gboolean
infer_slice (CjOp *op, GError **error)
{
  const CjSliceAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];

  if (a->axis < 0 || a->axis >= (int) x->n_dims || a->begin < 0 || a->length < 1
      || a->begin + a->length > x->dims[a->axis])
    return cj_op_refuse (op, _ ("a part that lies inside its input"), _ ("Choose a smaller part."),
                         error);
  if (op->in_dtype[0] != CJ_FLOAT32 && op->in_dtype[0] != CJ_INT32)
    return cj_op_refuse (op, _ ("measured values or numbers of words"),
                         _ ("Wire it to one of them."), error);
  op->out_shape[0] = *x;
  op->out_shape[0].dims[a->axis] = a->length;
  op->out_dtype[0] = op->in_dtype[0]; /* numbers of words stay what they are; a float is as wide */
  op->mixes = a->axis == 0;
  return TRUE;
}

/* The places along the axes before `axis` that belong to the samples of a block. Where samples are what
 * is cut or joined there is one place, and the first block has it. */
static CjSamples
get_outer (const CjOp *op, int axis, guint block)
{
  CjSamples s = cj_op_samples (op, block);
  gint64 each = 1;

  if (axis == 0)
    return (CjSamples){ 0, block == 0 ? 1 : 0 };
  for (int i = 1; i < axis; i++)
    each *= op->in_shape[0].dims[i];
  return (CjSamples){ s.begin * each, s.end * each };
}

static void
slice_run (const CjOpCall *call, guint block, float *dx)
{
  const CjSliceAttrs *a = call->op->attrs;
  const CjShape *x = &call->op->in_shape[0];
  const gint64 inner = get_inner (x, a->axis), row = x->dims[a->axis] * inner;
  const gint64 part = a->length * inner;
  const CjSamples outer = get_outer (call->op, a->axis, block);

  if (dx != NULL && !call->add_in[0])
    memset (dx + outer.begin * row, 0, sizeof (float) * (gsize) ((outer.end - outer.begin) * row));
  for (gint64 i = outer.begin; i < outer.end; i++)
    {
      const gint64 at = i * row + a->begin * inner;

      if (dx == NULL)
        put ((const float *) call->in[0] + at, part, call->out[0] + i * part, FALSE);
      else
        put (call->d_out[0] + i * part, part, dx + at, TRUE);
    }
}

static void
slice_forward (const CjOpCall *call, guint block)
{
  slice_run (call, block, NULL);
}

static void
slice_backward (const CjOpCall *call, guint block)
{
  if (call->d_in[0] != NULL)
    slice_run (call, block, call->d_in[0]);
}

static void
slice_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjSliceAttrs *a = op->attrs;
  const gint64 inner = get_inner (&op->in_shape[0], a->axis), n = op->in_shape[0].dims[a->axis];

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const gint64 outer = i / inner / a->length, at = i / inner % a->length;

      out[0][i] = ((const float *) in[0])[(outer * n + a->begin + at) * inner + i % inner];
    }
}

const CjOpInfo cj_op_slice = {
  .id = "slice",
  .layout = CJ_LAYOUT_PLAIN,
  .whole_in = 1,
  .attrs_size = sizeof (CjSliceAttrs),
  .infer = infer_slice,
  .forward = { { cj_op_blocks, slice_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, slice_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = slice_twin,
};

static gboolean
infer_concat (CjOp *op, GError **error)
{
  const int axis = ((const CjAxisAttrs *) op->attrs)->axis;
  const CjShape *first = &op->in_shape[0];
  gint64 sum = 0;

  for (guint i = 0; i < op->n_in; i++)
    {
      const CjShape *x = &op->in_shape[i];
      CjShape alike = *x;

      if (axis >= 0 && axis < (int) x->n_dims && axis < (int) first->n_dims)
        {
          alike.dims[axis] = first->dims[axis];
          sum += x->dims[axis];
        }
      if (axis < 0 || axis >= (int) first->n_dims || !cj_shape_equal (&alike, first))
        {
          g_autofree char *a = cj_shape_print_sample (first), *b = cj_shape_print_sample (x);

          g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                       _ ("cannot join %s and %s. They may differ in the joined dimension only."),
                       a, b);
          return FALSE;
        }
    }
  op->out_shape[0] = *first;
  op->out_shape[0].dims[axis] = sum;
  op->mixes = axis == 0;
  return TRUE;
}

/* Input `i`: from it into the result, or back. */
static void
concat_run (const CjOpCall *call, guint block, guint i, gboolean back)
{
  const int axis = ((const CjAxisAttrs *) call->op->attrs)->axis;
  const CjShape *y = &call->op->out_shape[0];
  const gint64 inner = get_inner (y, axis), row = y->dims[axis] * inner;
  const gint64 part = call->op->in_shape[i].dims[axis] * inner;
  const CjSamples outer = get_outer (call->op, axis, block);
  gint64 at = 0;

  for (guint j = 0; j < i; j++)
    at += call->op->in_shape[j].dims[axis] * inner;
  for (gint64 k = outer.begin; k < outer.end; k++)
    if (!back)
      put ((const float *) call->in[i] + k * part, part, call->out[0] + k * row + at, FALSE);
    else
      put (call->d_out[0] + k * row + at, part, call->d_in[i] + k * part, call->add_in[i]);
}

static void
concat_forward (const CjOpCall *call, guint block)
{
  for (guint i = 0; i < call->op->n_in; i++)
    concat_run (call, block, i, FALSE);
}

static void
concat_backward (const CjOpCall *call, guint block)
{
  for (guint i = 0; i < call->op->n_in; i++)
    if (call->d_in[i] != NULL)
      concat_run (call, block, i, TRUE);
}

static void
concat_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const int axis = ((const CjAxisAttrs *) op->attrs)->axis;
  const CjShape *y = &op->out_shape[0];
  const gint64 inner = get_inner (y, axis);

  for (gint64 i = 0; i < cj_shape_size (y); i++)
    {
      gint64 at = i / inner % y->dims[axis];
      guint which = 0;

      while (at >= op->in_shape[which].dims[axis])
        at -= op->in_shape[which++].dims[axis];
      at += i / inner / y->dims[axis] * op->in_shape[which].dims[axis];
      out[0][i] = ((const float *) in[which])[at * inner + i % inner];
    }
}

const CjOpInfo cj_op_concat = {
  .id = "concat",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjAxisAttrs),
  .infer = infer_concat,
  .forward = { { cj_op_blocks, concat_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, concat_backward, CJ_PHASE_SAMPLES } },
  .free_in = G_MAXUINT,
  .free_out = 1,
  .twin = concat_twin,
};

static gboolean
infer_prepend (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 3 || cj_shape_size (&op->in_shape[1]) != x->dims[2])
    return cj_op_refuse (op, _ ("a sequence of vectors"), _ ("Wire it to a sequence."), error);
  op->out_shape[0] = cj_shape3 (x->dims[0], x->dims[1] + 1, x->dims[2]);
  op->workspace_bytes = sizeof (float) * (gsize) (cj_op_blocks (op) * x->dims[2]);
  return TRUE;
}

static void
prepend_forward (const CjOpCall *call, guint block)
{
  const gint64 *x = call->op->in_shape[0].dims, e = x[2], row = x[1] * e;
  const CjSamples s = cj_op_samples (call->op, block);

  for (gint64 i = s.begin; i < s.end; i++)
    {
      float *y = call->out[0] + i * (row + e);

      put (call->in[1], e, y, FALSE);
      put ((const float *) call->in[0] + i * row, row, y + e, FALSE);
    }
}

/* The token's gradient is summed over each block, then over the blocks. */
static void
prepend_backward (const CjOpCall *call, guint block)
{
  const gint64 *x = call->op->in_shape[0].dims, e = x[2], row = x[1] * e;
  const CjSamples s = cj_op_samples (call->op, block);

  for (gint64 i = s.begin; i < s.end; i++)
    {
      const float *dy = call->d_out[0] + i * (row + e);

      if (call->d_in[0] != NULL)
        put (dy + e, row, call->d_in[0] + i * row, call->add_in[0]);
      put (dy, e, call->workspace + block * e, i > s.begin);
    }
}

static void
prepend_finish (const CjOpCall *call, guint chunk)
{
  const gint64 e = call->op->in_shape[0].dims[2];

  (void) chunk;
  for (guint block = 0; block < cj_op_blocks (call->op) && call->d_in[1] != NULL; block++)
    put (call->workspace + block * e, e, call->d_in[1], block > 0 || call->add_in[1]);
}

static void
prepend_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 t = op->in_shape[0].dims[1], e = op->in_shape[0].dims[2];

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const gint64 sample = i / e / (t + 1), moment = i / e % (t + 1);

      out[0][i] = moment == 0 ? ((const float *) in[1])[i % e]
                              : ((const float *) in[0])[(sample * t + moment - 1) * e + i % e];
    }
}

const CjOpInfo cj_op_prepend = {
  .id = "prepend",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer_prepend,
  .forward = { { cj_op_blocks, prepend_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, prepend_backward, CJ_PHASE_SAMPLES },
                { NULL, prepend_finish, CJ_PHASE_FINISH } },
  .free_in = 3,
  .free_out = 1,
  .twin = prepend_twin,
};

/* --- windows of depths --- */

static gboolean
infer_unfold (CjOp *op, GError **error)
{
  const CjUnfoldAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims;
  gint64 depth;

  if (op->in_shape[0].n_dims != 5)
    return cj_op_refuse (op, _ ("volumes"), _ ("Wire it to volumes of C×D×H×W."), error);
  depth = x[2] + 2 * a->pad - (gint64) (a->kernel - 1) * a->dilation - 1;
  if (depth < 0)
    return cj_op_refuse (op, _ ("volumes at least as deep as the kernel"),
                         _ ("Use a smaller kernel."), error);
  op->out_shape[0] = cj_shape4 (x[0] * (depth / a->stride + 1), x[1] * a->kernel, x[3], x[4]);
  return TRUE;
}

static void
unfold_run (const CjOpCall *call, gint64 sample, float *dx)
{
  const CjUnfoldAttrs *a = call->op->attrs;
  const gint64 *x = call->op->in_shape[0].dims, plane = x[3] * x[4];
  const gint64 depth = call->op->out_shape[0].dims[0] / x[0];
  const gint64 volume = x[1] * x[2] * plane;

  for (gint64 d = 0; d < depth; d++)
    for (gint64 channel = 0; channel < x[1] * a->kernel; channel++)
      {
        const gint64 from = d * a->stride - a->pad + channel % a->kernel * a->dilation;
        const gint64 at = sample * volume + (channel / a->kernel * x[2] + from) * plane;
        const gint64 to = ((sample * depth + d) * x[1] * a->kernel + channel) * plane;
        const gboolean inside = from >= 0 && from < x[2];

        if (dx != NULL && inside)
          put (call->d_out[0] + to, plane, dx + at, TRUE);
        else if (dx == NULL && inside)
          put ((const float *) call->in[0] + at, plane, call->out[0] + to, FALSE);
        else if (dx == NULL)
          memset (call->out[0] + to, 0, sizeof (float) * (gsize) plane);
      }
}

static void
unfold_forward (const CjOpCall *call, guint block)
{
  const CjSamples s = cj_op_samples (call->op, block);

  for (gint64 i = s.begin; i < s.end; i++)
    unfold_run (call, i, NULL);
}

static void
unfold_backward (const CjOpCall *call, guint block)
{
  const CjSamples s = cj_op_samples (call->op, block);
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  if (call->d_in[0] == NULL)
    return;
  if (!call->add_in[0])
    memset (call->d_in[0] + begin, 0, sizeof (float) * (gsize) n);
  for (gint64 i = s.begin; i < s.end; i++)
    unfold_run (call, i, call->d_in[0]);
}

static void
unfold_twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjUnfoldAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims, plane = x[3] * x[4];
  const gint64 depth = op->out_shape[0].dims[0] / x[0];

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const gint64 slice = i / plane % a->kernel, channel = i / plane / a->kernel % x[1];
      const gint64 sample = i / plane / a->kernel / x[1] / depth;
      const gint64 at = i / plane / a->kernel / x[1] % depth * a->stride;
      const gint64 from = at - a->pad + slice * a->dilation;

      out[0][i] = from < 0 || from >= x[2]
                      ? 0
                      : ((const float *)
                             in[0])[((sample * x[1] + channel) * x[2] + from) * plane + i % plane];
    }
}

const CjOpInfo cj_op_unfold_depth = {
  .id = "unfold-depth",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjUnfoldAttrs),
  .infer = infer_unfold,
  .forward = { { cj_op_blocks, unfold_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, unfold_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = unfold_twin,
};
