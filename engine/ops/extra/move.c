/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that move: joined, cut, padded, turned, repeated. Elements are bytes here, whatever their type. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

#define MAX_PARTS 4096 /* of a split */

static guint8 *
at (const CjArray *value, gint64 index)
{
  return (guint8 *) value->data + (gsize) index * cj_array_type_size (value->type);
}

static gboolean
run_transpose (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  gint64 perm[CJ_ARRAY_MAX_DIMS];
  guint order[CJ_ARRAY_MAX_DIMS], n, bits;

  if (!cj_extra_ints (call, "perm", CJ_ARRAY_MAX_DIMS, perm, &n, error)
      || !cj_extra_axes (perm, n, x->dims.n, &bits, error))
    return FALSE;
  if (n != 0 && n != x->dims.n)
    return cj_extra_refuse_shapes (error);
  for (guint k = 0; k < x->dims.n; k++)
    order[k] = n > 0 ? (guint) (perm[k] < 0 ? perm[k] + n : perm[k]) : x->dims.n - 1 - k;
  return cj_extra_give (call, 0, cj_array_permute (x, order, error));
}

static gboolean
run_concat (CjExtraCall *call, GError **error)
{
  const CjArray *first = call->in[0];
  const gint64 preset = call->node->opset < 4 ? 1 : 0;
  CjDims dims = first->dims;
  gint64 outer, inner, filled = 0;
  CjArray *out;
  guint axis;

  if (!cj_extra_axis (cj_extra_int (call, "axis", preset), dims.n, &axis, error))
    return FALSE;
  dims.d[axis] = 0;
  for (guint i = 0; i < call->n_in; i++)
    {
      CjDims own;

      if (call->in[i] == NULL || call->in[i]->type != first->type)
        return cj_extra_refuse_shapes (error);
      own = call->in[i]->dims;
      dims.d[axis] += own.n > axis ? own.d[axis] : 0;
      own.d[axis] = dims.d[axis];
      if (!cj_dims_equal (&own, &dims))
        return cj_extra_refuse_shapes (error);
    }
  out = cj_extra_out (call, 0, first->type, &dims, error);
  if (out == NULL)
    return FALSE;
  outer = cj_dims_size (&dims, 0, axis);
  inner = cj_dims_size (&dims, axis + 1, dims.n);
  for (guint i = 0; i < call->n_in; i++)
    {
      const gint64 length = call->in[i]->dims.d[axis] * inner;

      for (gint64 o = 0; length > 0 && o < outer; o++)
        memcpy (at (out, o * dims.d[axis] * inner + filled), at (call->in[i], o * length),
                (gsize) length * cj_array_type_size (first->type));
      filled += length;
    }
  return TRUE;
}

/* Elements [from, from + length) along an axis. */
static CjArray *
cut (const CjArray *x, guint axis, gint64 from, gint64 length, GError **error)
{
  const gint64 outer = cj_dims_size (&x->dims, 0, axis);
  const gint64 inner = cj_dims_size (&x->dims, axis + 1, x->dims.n);
  CjDims dims = x->dims;
  CjArray *part;

  dims.d[axis] = length;
  part = cj_array_new (x->type, &dims, error);
  for (gint64 o = 0; part != NULL && part->size > 0 && o < outer; o++)
    memcpy (at (part, o * length * inner), at (x, (o * x->dims.d[axis] + from) * inner),
            (gsize) (length * inner) * cj_array_type_size (x->type));
  return part;
}

static gboolean
run_split (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  g_autofree gint64 *lengths = g_new0 (gint64, MAX_PARTS);
  gint64 whole, from = 0, size;
  guint axis, n;

  if (!cj_extra_axis (cj_extra_int (call, "axis", 0), x->dims.n, &axis, error)
      || !cj_extra_ints_of (call, 1, "split", MAX_PARTS, lengths, &n, error))
    return FALSE;
  whole = x->dims.d[axis];
  if (n == 0)
    {
      /* since version 18 the number of parts is said, and not all of them need be read */
      const gint64 said = cj_extra_int (call, "num_outputs", call->n_out);

      if (said < call->n_out || said > MAX_PARTS)
        return cj_extra_refuse_attr ("num_outputs", error);
      n = (guint) said;
      if (n == 0 || n > MAX_PARTS)
        return cj_extra_refuse_shapes (error);
      size = (whole + n - 1) / n;
      for (guint i = 0; i < n; i++)
        lengths[i] = CLAMP (whole - i * size, 0, size);
    }
  if (n < call->n_out)
    return cj_extra_refuse_shapes (error);
  for (guint i = 0; i < n; i++)
    {
      if (lengths[i] < 0 || lengths[i] > whole - from)
        return cj_extra_refuse_shapes (error);
      if (i < call->n_out && !cj_extra_give (call, i, cut (x, axis, from, lengths[i], error)))
        return FALSE;
      from += lengths[i];
    }
  return from == whole || cj_extra_refuse_shapes (error);
}

/* Copies out of a value, dimension by dimension: element i of dimension k is start[k] + i * step[k]. */
static CjArray *
pick (const CjArray *x, const CjDims *dims, const gint64 *start, const gint64 *step, GError **error)
{
  const gsize bytes = cj_array_type_size (x->type);
  gint64 index[CJ_ARRAY_MAX_DIMS] = { 0 }, strides[CJ_ARRAY_MAX_DIMS], from = 0;
  CjArray *out = cj_array_new (x->type, dims, error);

  for (guint k = 0; k < dims->n; k++)
    {
      strides[k] = cj_dims_size (&x->dims, k + 1, dims->n);
      from += start[k] * strides[k];
      strides[k] *= step[k];
    }
  for (gint64 i = 0; out != NULL && i < out->size; i++)
    {
      memcpy (at (out, i), at (x, from), bytes);
      for (guint k = dims->n; k-- > 0;)
        {
          from += strides[k];
          if (++index[k] < dims->d[k])
            break;
          from -= index[k] * strides[k];
          index[k] = 0;
        }
    }
  return out;
}

/* One dimension of a slice as NumPy has it. */
static gboolean
slice_one (gint64 size, gint64 start, gint64 end, gint64 step, gint64 *first, gint64 *length,
           GError **error)
{
  if (step == 0)
    return cj_extra_refuse_index (error);
  if (start < 0)
    start += size;
  if (end < 0 && end >= -size)
    end += size;
  else if (end < 0)
    end = step > 0 ? 0 : -1;
  start = step > 0 ? CLAMP (start, 0, size) : CLAMP (start, -1, size - 1);
  end = step > 0 ? CLAMP (end, 0, size) : CLAMP (end, -1, size - 1);
  *first = start;
  if (step > 0)
    *length = end > start ? (end - start - 1) / step + 1 : 0;
  else
    *length = start > end ? (gint64) ((guint64) (start - end - 1) / (0 - (guint64) step)) + 1 : 0;
  return TRUE;
}

static gboolean
run_slice (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  gint64 starts[CJ_ARRAY_MAX_DIMS], ends[CJ_ARRAY_MAX_DIMS], axes[CJ_ARRAY_MAX_DIMS];
  gint64 steps[CJ_ARRAY_MAX_DIMS], first[CJ_ARRAY_MAX_DIMS] = { 0 };
  gint64 step[CJ_ARRAY_MAX_DIMS] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  guint n, n_ends, n_axes, n_steps, bits, axis;
  CjDims dims = x->dims;

  if (!cj_extra_ints_of (call, 1, "starts", CJ_ARRAY_MAX_DIMS, starts, &n, error)
      || !cj_extra_ints_of (call, 2, "ends", CJ_ARRAY_MAX_DIMS, ends, &n_ends, error)
      || !cj_extra_ints_of (call, 3, "axes", CJ_ARRAY_MAX_DIMS, axes, &n_axes, error)
      || !cj_extra_ints_in (call, 4, CJ_ARRAY_MAX_DIMS, steps, &n_steps, error))
    return FALSE;
  if (n_ends != n || (n_axes != 0 && n_axes != n) || (n_steps != 0 && n_steps != n)
      || n > x->dims.n)
    return cj_extra_refuse_shapes (error);
  for (guint i = 0; n_axes == 0 && i < n; i++)
    axes[i] = i;
  if (!cj_extra_axes (axes, n, x->dims.n, &bits, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      axis = (guint) (axes[i] < 0 ? axes[i] + x->dims.n : axes[i]);
      step[axis] = n_steps > 0 ? steps[i] : 1;
      if (!slice_one (x->dims.d[axis], starts[i], ends[i], step[axis], &first[axis], &dims.d[axis],
                      error))
        return FALSE;
      /* so that no product of strides runs over */
      if (dims.d[axis] <= 1)
        step[axis] = 1;
    }
  return cj_extra_give (call, 0, pick (x, &dims, first, step, error));
}

/* --- padding --- */

typedef enum
{
  PAD_CONSTANT,
  PAD_REFLECT,
  PAD_EDGE,
  PAD_WRAP
} PadMode;

/* Where element i of a padded dimension comes from, or -1. */
static gint64
pad_from (PadMode mode, gint64 i, gint64 size)
{
  gint64 period;

  if (i >= 0 && i < size)
    return i;
  switch (mode)
    {
    case PAD_EDGE:
      return CLAMP (i, 0, size - 1);
    case PAD_WRAP:
      i %= size;
      return i < 0 ? i + size : i;
    case PAD_REFLECT:
      if (size == 1)
        return 0;
      period = 2 * (size - 1);
      i %= period;
      i = i < 0 ? i + period : i;
      return i < size ? i : period - i;
    case PAD_CONSTANT:
      break;
    }
  return -1;
}

static gboolean
pad (CjExtraCall *call, const gint64 *before, const CjDims *dims, PadMode mode, GError **error)
{
  const CjArray *x = call->in[0], *fill = cj_extra_in (call, 2);
  const double old = cj_extra_float (call, "value", 0);
  const gsize bytes = cj_array_type_size (x->type);
  gint64 index[CJ_ARRAY_MAX_DIMS] = { 0 };
  CjArray *y, *blank;
  g_autoptr (CjArray) blank_owned = NULL;

  if (fill != NULL && (fill->size != 1 || fill->type != x->type))
    fill = fill->size == 0 ? NULL : fill;
  blank = blank_owned = cj_array_new (x->type, &(CjDims){ 0 }, error);
  y = cj_extra_out (call, 0, x->type, dims, error);
  if (y == NULL || blank == NULL)
    return FALSE;
  cj_array_set (blank, 0, fill != NULL ? cj_array_get (fill, 0) : old);
  if (mode != PAD_CONSTANT && x->size == 0 && y->size > 0)
    return cj_extra_refuse_shapes (error);
  for (gint64 i = 0; i < y->size; i++)
    {
      gint64 from = 0;

      for (guint k = 0; k < dims->n && from >= 0; k++)
        {
          const gint64 one = pad_from (mode, index[k] - before[k], x->dims.d[k]);

          from = one < 0 ? -1 : from * x->dims.d[k] + one;
        }
      memcpy (at (y, i), from < 0 ? blank->data : at (x, from), bytes);
      for (guint k = dims->n; k-- > 0 && ++index[k] == dims->d[k];)
        index[k] = 0;
    }
  return TRUE;
}

/* Pads were attributes before version 11, of the name "paddings" before version 2. */
static gboolean
run_pad (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const char *mode = cj_extra_text (call, "mode", "constant");
  static const char *const modes[] = { "constant", "reflect", "edge", "wrap" };
  gint64 pads[2 * CJ_ARRAY_MAX_DIMS], axes[CJ_ARRAY_MAX_DIMS], before[CJ_ARRAY_MAX_DIMS] = { 0 };
  guint n, n_axes, bits, m = 0;
  CjDims dims = x->dims;

  while (m < G_N_ELEMENTS (modes) && !g_str_equal (modes[m], mode))
    m++;
  if (m == G_N_ELEMENTS (modes))
    return cj_extra_refuse_attr ("mode", error);
  if (!cj_extra_ints_of (call, 1, call->node->opset < 2 ? "paddings" : "pads",
                         2 * CJ_ARRAY_MAX_DIMS, pads, &n, error)
      || !cj_extra_ints_in (call, 3, CJ_ARRAY_MAX_DIMS, axes, &n_axes, error))
    return FALSE;
  if (cj_extra_in (call, 3) == NULL)
    {
      n_axes = x->dims.n;
      for (guint k = 0; k < n_axes; k++)
        axes[k] = k;
    }
  if (n != 2 * n_axes)
    return cj_extra_refuse_shapes (error);
  if (!cj_extra_axes (axes, n_axes, x->dims.n, &bits, error))
    return FALSE;
  for (guint i = 0; i < n_axes; i++)
    {
      const guint k = (guint) (axes[i] < 0 ? axes[i] + x->dims.n : axes[i]);
      const gint64 limit = (gint64) 1 << 40;

      if (pads[i] < -limit || pads[i] > limit || pads[n_axes + i] < -limit
          || pads[n_axes + i] > limit)
        return cj_extra_refuse_shapes (error);
      before[k] = pads[i];
      dims.d[k] += pads[i] + pads[n_axes + i];
    }
  return pad (call, before, &dims, (PadMode) m, error);
}

/* Keeps the middle of an axis, or puts zeros around it. */
static gboolean
run_center_crop_pad (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  gint64 sizes[CJ_ARRAY_MAX_DIMS], axes[CJ_ARRAY_MAX_DIMS], before[CJ_ARRAY_MAX_DIMS] = { 0 };
  guint n, n_axes, bits;
  CjDims dims = x->dims;
  CjExtraCall padding = *call;

  if (!cj_extra_ints_in (call, 1, CJ_ARRAY_MAX_DIMS, sizes, &n, error)
      || !cj_extra_ints (call, "axes", CJ_ARRAY_MAX_DIMS, axes, &n_axes, error))
    return FALSE;
  for (guint k = 0; n_axes == 0 && k < x->dims.n; k++)
    axes[k] = k;
  n_axes = n_axes == 0 ? x->dims.n : n_axes;
  if (n != n_axes)
    return cj_extra_refuse_shapes (error);
  if (!cj_extra_axes (axes, n_axes, x->dims.n, &bits, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const guint k = (guint) (axes[i] < 0 ? axes[i] + x->dims.n : axes[i]);
      const gint64 more = MAX (sizes[i], -1) - dims.d[k];

      before[k] = more >= 0 ? more / 2 : -(-more / 2);
      dims.d[k] = sizes[i];
    }
  padding.n_in = 1;
  return pad (&padding, before, &dims, PAD_CONSTANT, error);
}

static gboolean
run_tile (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const gsize bytes = cj_array_type_size (x->type);
  gint64 repeats[CJ_ARRAY_MAX_DIMS], index[CJ_ARRAY_MAX_DIMS] = { 0 };
  CjDims dims = x->dims;
  CjArray *y;
  guint n, axis;

  if (call->node->opset < 6)
    {
      if (call->n_in < 3 || call->in[1] == NULL || call->in[2] == NULL || call->in[1]->size != 1
          || call->in[2]->size != 1)
        return cj_extra_refuse_shapes (error);
      if (!cj_extra_axis (cj_array_get_int (call->in[2], 0), dims.n, &axis, error))
        return FALSE;
      for (guint k = 0; k < dims.n; k++)
        repeats[k] = k == axis ? cj_array_get_int (call->in[1], 0) : 1;
      n = dims.n;
    }
  else if (!cj_extra_ints_in (call, 1, CJ_ARRAY_MAX_DIMS, repeats, &n, error))
    return FALSE;
  if (n != dims.n)
    return cj_extra_refuse_shapes (error);
  for (guint k = 0; k < n; k++)
    {
      if (repeats[k] < 0 || (dims.d[k] > 0 && repeats[k] > G_MAXINT32))
        return cj_extra_refuse_shapes (error);
      dims.d[k] = dims.d[k] == 0 ? 0 : dims.d[k] * repeats[k];
    }
  y = cj_extra_out (call, 0, x->type, &dims, error);
  for (gint64 i = 0; y != NULL && i < y->size; i++)
    {
      gint64 from = 0;

      for (guint k = 0; k < n; k++)
        from = from * x->dims.d[k] + index[k] % MAX (x->dims.d[k], 1);
      memcpy (at (y, i), at (x, from), bytes);
      for (guint k = n; k-- > 0 && ++index[k] == dims.d[k];)
        index[k] = 0;
    }
  return y != NULL;
}

/* --- between channels and space --- */

static gboolean
run_depth_to_space (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  const gint64 b = cj_extra_int (call, "blocksize", 0), *d = x->dims.d;
  const gboolean crd = cj_extra_text_is (call, "mode", "DCR", "CRD");
  static const guint dcr_order[] = { 0, 3, 4, 1, 5, 2 }, crd_order[] = { 0, 1, 4, 2, 5, 3 };
  g_autoptr (CjArray) view = NULL, turned = NULL;
  CjDims out;

  if (x->dims.n != 4 || b <= 0 || b > 32768 || d[1] % (b * b) != 0)
    return cj_extra_refuse_shapes (error);
  view = cj_array_reshape (x, crd ? &(CjDims){ 6, { d[0], d[1] / (b * b), b, b, d[2], d[3] } }
                                  : &(CjDims){ 6, { d[0], b, b, d[1] / (b * b), d[2], d[3] } });
  turned = cj_array_permute (view, crd ? crd_order : dcr_order, error);
  out = (CjDims){ 4, { d[0], d[1] / (b * b), d[2] * b, d[3] * b } };
  return turned != NULL && cj_extra_give (call, 0, cj_array_reshape (turned, &out));
}

static gboolean
run_space_to_depth (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  const gint64 b = cj_extra_int (call, "blocksize", 0), *d = x->dims.d;
  static const guint order[] = { 0, 3, 5, 1, 2, 4 };
  g_autoptr (CjArray) view = NULL, turned = NULL;
  CjDims out;

  if (x->dims.n != 4 || b <= 0 || b > 32768 || d[2] % b != 0 || d[3] % b != 0)
    return cj_extra_refuse_shapes (error);
  view = cj_array_reshape (x, &(CjDims){ 6, { d[0], d[1], d[2] / b, b, d[3] / b, b } });
  turned = cj_array_permute (view, order, error);
  out = (CjDims){ 4, { d[0], d[1] * b * b, d[2] / b, d[3] / b } };
  return turned != NULL && cj_extra_give (call, 0, cj_array_reshape (turned, &out));
}

/* The first of the steps of each sequence come the other way round. */
static gboolean
run_reverse_sequence (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *lengths = call->in[1];
  const gint64 batch = cj_extra_int (call, "batch_axis", 1);
  const gint64 time = cj_extra_int (call, "time_axis", 0);
  const gsize bytes = cj_array_type_size (x->type);
  gint64 inner, steps, samples;
  CjArray *y;

  if (x->dims.n < 2 || batch + time != 1 || batch * time != 0)
    return cj_extra_refuse_shapes (error);
  samples = x->dims.d[batch];
  steps = x->dims.d[time];
  inner = cj_dims_size (&x->dims, 2, x->dims.n);
  if (lengths->size != samples)
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  for (gint64 n = 0; y != NULL && n < samples; n++)
    for (gint64 t = 0; t < steps; t++)
      {
        const gint64 length = cj_array_get_int (lengths, n);
        const gint64 from = t < length ? length - 1 - t : t;

        if (length < 0 || length > steps)
          return cj_extra_refuse_index (error);
        memcpy (at (y, (time == 0 ? t * samples + n : n * steps + t) * inner),
                at (x, (time == 0 ? from * samples + n : n * steps + from) * inner),
                (gsize) inner * bytes);
      }
  return y != NULL;
}

const CjExtraInfo cj_extra_move[] = {
  { "CenterCropPad", 18, 0, 2, 2, run_center_crop_pad },
  { "Concat", 1, 0, 1, G_MAXUINT, run_concat },
  { "DepthToSpace", 1, 0, 1, 1, run_depth_to_space },
  { "Pad", 1, 0, 1, 4, run_pad },
  { "ReverseSequence", 10, 0, 2, 2, run_reverse_sequence },
  { "Slice", 1, 0, 1, 5, run_slice },
  { "SpaceToDepth", 1, 0, 1, 1, run_space_to_depth },
  { "Split", 1, 0, 1, 2, run_split },
  { "Tile", 1, 0, 2, 3, run_tile },
  { "Transpose", 1, 0, 1, 1, run_transpose },
  { NULL, 0, 0, 0, 0, NULL },
};
