/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers found and put by index. Every index is checked against its dimension. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

static guint8 *
at (const CjArray *value, gint64 index)
{
  return (guint8 *) value->data + (gsize) index * cj_array_type_size (value->type);
}

/* An index from -size to size - 1 as one from 0. */
static gboolean
find (const CjArray *indices, gint64 i, gint64 size, gint64 *index, GError **error)
{
  *index = cj_array_get_int (indices, i);
  if (*index < 0)
    *index += size;
  return (*index >= 0 && *index < size) || cj_extra_refuse_index (error);
}

/* `a` without its axis, with `b` in its place, FALSE: too many dimensions. */
static gboolean
put_in (const CjDims *a, guint axis, const CjDims *b, CjDims *out, GError **error)
{
  *out = (CjDims){ .n = a->n - 1 + b->n };
  if (out->n > CJ_ARRAY_MAX_DIMS)
    return cj_extra_refuse_shapes (error);
  for (guint k = 0; k < out->n; k++)
    out->d[k] = k < axis ? a->d[k] : k < axis + b->n ? b->d[k - axis] : a->d[k - b->n + 1];
  return TRUE;
}

static gboolean
run_gather (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *indices = call->in[1];
  gint64 outer, inner, index;
  CjDims dims;
  CjArray *y;
  guint axis;

  if (!cj_extra_axis (cj_extra_int (call, "axis", 0), x->dims.n, &axis, error)
      || !put_in (&x->dims, axis, &indices->dims, &dims, error))
    return FALSE;
  y = cj_extra_out (call, 0, x->type, &dims, error);
  if (y == NULL)
    return FALSE;
  outer = cj_dims_size (&x->dims, 0, axis);
  inner = cj_dims_size (&x->dims, axis + 1, x->dims.n);
  for (gint64 i = 0; i < indices->size; i++)
    {
      if (!find (indices, i, x->dims.d[axis], &index, error))
        return FALSE;
      for (gint64 o = 0; y->size > 0 && o < outer; o++)
        memcpy (at (y, (o * indices->size + i) * inner),
                at (x, (o * x->dims.d[axis] + index) * inner),
                (gsize) inner * cj_array_type_size (x->type));
    }
  return TRUE;
}

/* The place in `x` of element `i` of `indices`, whose index counts along an axis. */
static gboolean
find_along (const CjArray *x, const CjArray *indices, gint64 i, guint axis, gint64 *place,
            GError **error)
{
  gint64 rest = i, stride = 1;

  *place = 0;
  for (guint k = x->dims.n; k-- > 0;)
    {
      gint64 one = rest % indices->dims.d[k];

      rest /= indices->dims.d[k];
      if (k == axis && !find (indices, i, x->dims.d[k], &one, error))
        return FALSE;
      *place += one * stride;
      stride *= x->dims.d[k];
    }
  return TRUE;
}

/* Whether `indices` has the rank of `x` and lies within it but for the axis. */
static gboolean
lies_within (const CjArray *x, const CjArray *indices, guint axis)
{
  for (guint k = 0; k < x->dims.n && k < indices->dims.n; k++)
    if (k != axis && indices->dims.d[k] > x->dims.d[k])
      return FALSE;
  return x->dims.n == indices->dims.n;
}

static gboolean
run_gather_elements (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *indices = call->in[1];
  gint64 place;
  CjArray *y;
  guint axis;

  if (!cj_extra_axis (cj_extra_int (call, "axis", 0), x->dims.n, &axis, error))
    return FALSE;
  if (!lies_within (x, indices, axis))
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, &indices->dims, error);
  for (gint64 i = 0; y != NULL && i < y->size; i++)
    {
      if (!find_along (x, indices, i, axis, &place, error))
        return FALSE;
      memcpy (at (y, i), at (x, place), cj_array_type_size (x->type));
    }
  return y != NULL;
}

/* Index `i` of a list of index tuples of `depth` numbers each as a place in dimensions from `first` on. */
static gboolean
find_tuple (const CjArray *x, guint first, const CjArray *indices, gint64 i, guint depth,
            gint64 *place, GError **error)
{
  *place = 0;
  for (guint k = 0; k < depth; k++)
    {
      gint64 one;

      if (!find (indices, i * depth + k, x->dims.d[first + k], &one, error))
        return FALSE;
      *place = *place * x->dims.d[first + k] + one;
    }
  return TRUE;
}

static gboolean
run_gather_nd (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *indices = call->in[1];
  const gint64 given = cj_extra_int (call, "batch_dims", 0);
  const guint rank = indices->dims.n, batch = (guint) CLAMP (given, 0, CJ_ARRAY_MAX_DIMS);
  gint64 depth, outer, tuples, inner, place;
  CjDims dims = { 0 };
  CjArray *y;

  if (rank == 0 || given < 0 || given >= rank || batch >= x->dims.n)
    return cj_extra_refuse_shapes (error);
  depth = indices->dims.d[rank - 1];
  if (depth < 1 || depth > x->dims.n - batch
      || rank - 1 + x->dims.n - batch - (guint) depth > CJ_ARRAY_MAX_DIMS)
    return cj_extra_refuse_shapes (error);
  for (guint k = 0; k < batch; k++)
    if (x->dims.d[k] != indices->dims.d[k])
      return cj_extra_refuse_shapes (error);
  for (guint k = 0; k + 1 < rank; k++)
    dims.d[dims.n++] = indices->dims.d[k];
  for (guint k = batch + (guint) depth; k < x->dims.n; k++)
    dims.d[dims.n++] = x->dims.d[k];
  y = cj_extra_out (call, 0, x->type, &dims, error);
  if (y == NULL || y->size == 0)
    return y != NULL;
  outer = cj_dims_size (&x->dims, 0, batch);
  inner = cj_dims_size (&x->dims, batch + (guint) depth, x->dims.n);
  tuples = indices->size / depth / outer;
  for (gint64 i = 0; i < outer * tuples; i++)
    {
      if (!find_tuple (x, batch, indices, i, (guint) depth, &place, error))
        return FALSE;
      memcpy (at (y, i * inner),
              at (x, i / tuples * cj_dims_size (&x->dims, batch, x->dims.n) + place * inner),
              (gsize) inner * cj_array_type_size (x->type));
    }
  return TRUE;
}

/* --- scattering --- */

typedef enum
{
  PUT_NONE,
  PUT_ADD,
  PUT_MUL,
  PUT_MAX,
  PUT_MIN
} PutMode;

static gboolean
read_mode (const CjExtraCall *call, PutMode *mode, GError **error)
{
  static const char *const modes[] = { "none", "add", "mul", "max", "min" };
  const char *text = cj_extra_text (call, "reduction", "none");

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (modes[i], text))
      {
        *mode = (PutMode) i;
        return TRUE;
      }
  return cj_extra_refuse_attr ("reduction", error);
}

/* Element `to` of y becomes what the mode makes of it and element `from` of the updates. */
static void
put (CjArray *y, gint64 to, const CjArray *updates, gint64 from, PutMode mode)
{
  if (mode == PUT_NONE)
    memcpy (at (y, to), at (updates, from), cj_array_type_size (y->type));
  else if (cj_array_type_is_float (y->type))
    {
      const double a = cj_array_get (y, to), b = cj_array_get (updates, from);

      cj_array_set (y, to,
                    mode == PUT_ADD   ? a + b
                    : mode == PUT_MUL ? a * b
                    : mode == PUT_MAX ? fmax (a, b)
                                      : fmin (a, b));
    }
  else
    {
      const gint64 a = cj_array_get_int (y, to), b = cj_array_get_int (updates, from);

      cj_array_set_int (y, to,
                        mode == PUT_ADD   ? (gint64) ((guint64) a + (guint64) b)
                        : mode == PUT_MUL ? (gint64) ((guint64) a * (guint64) b)
                        : mode == PUT_MAX ? MAX (a, b)
                                          : MIN (a, b));
    }
}

/* Result 0 as a copy of input 0. */
static CjArray *
copy_input (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  CjArray *y = cj_extra_out (call, 0, x->type, &x->dims, error);

  if (y != NULL)
    memcpy (y->data, x->data, (gsize) x->size * cj_array_type_size (x->type));
  return y;
}

static gboolean
run_scatter_elements (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *indices = call->in[1], *updates = call->in[2];
  PutMode mode = PUT_NONE;
  gint64 place;
  CjArray *y;
  guint axis;

  if (!read_mode (call, &mode, error)
      || !cj_extra_axis (cj_extra_int (call, "axis", 0), x->dims.n, &axis, error))
    return FALSE;
  if (!lies_within (x, indices, axis) || updates->type != x->type
      || !cj_dims_equal (&indices->dims, &updates->dims))
    return cj_extra_refuse_shapes (error);
  y = copy_input (call, error);
  for (gint64 i = 0; y != NULL && i < indices->size; i++)
    {
      if (!find_along (x, indices, i, axis, &place, error))
        return FALSE;
      put (y, place, updates, i, mode);
    }
  return y != NULL;
}

static gboolean
run_scatter_nd (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *indices = call->in[1], *updates = call->in[2];
  const guint rank = indices->dims.n;
  gint64 depth, inner, tuples, place;
  PutMode mode = PUT_NONE;
  CjArray *y;

  if (!read_mode (call, &mode, error))
    return FALSE;
  depth = rank > 0 ? indices->dims.d[rank - 1] : 0;
  if (depth < 1 || depth > x->dims.n || updates->type != x->type)
    return cj_extra_refuse_shapes (error);
  inner = cj_dims_size (&x->dims, (guint) depth, x->dims.n);
  tuples = indices->size / depth;
  if (updates->size != tuples * inner)
    return cj_extra_refuse_shapes (error);
  y = copy_input (call, error);
  for (gint64 i = 0; y != NULL && i < tuples; i++)
    {
      if (!find_tuple (x, 0, indices, i, (guint) depth, &place, error))
        return FALSE;
      for (gint64 k = 0; k < inner; k++)
        put (y, place * inner + k, updates, i * inner + k, mode);
    }
  return y != NULL;
}

/* --- by what is there --- */

static gboolean
run_one_hot (CjExtraCall *call, GError **error)
{
  const CjArray *indices = call->in[0], *depth = call->in[1], *values = call->in[2];
  CjDims dims = { .n = indices->dims.n + 1 };
  gint64 size, inner;
  CjArray *y;
  guint axis;

  if (depth->size != 1 || values->size != 2 || dims.n > CJ_ARRAY_MAX_DIMS)
    return cj_extra_refuse_shapes (error);
  if (!cj_extra_axis (cj_extra_int (call, "axis", -1), dims.n, &axis, error))
    return FALSE;
  size = cj_array_get_int (depth, 0);
  for (guint k = 0; k < dims.n; k++)
    dims.d[k] = k < axis ? indices->dims.d[k] : k == axis ? size : indices->dims.d[k - 1];
  y = cj_extra_out (call, 0, values->type, &dims, error);
  if (y == NULL)
    return FALSE;
  inner = cj_dims_size (&dims, axis + 1, dims.n);
  for (gint64 i = 0; i < y->size; i++)
    {
      const gint64 which = i / inner % size, from = i / inner / size * inner + i % inner;
      gint64 index = cj_array_get_int (indices, from);

      if (index < 0)
        index += size;
      memcpy (at (y, i), at (values, index == which), cj_array_type_size (y->type));
    }
  return TRUE;
}

static gboolean
run_non_zero (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const guint rank = MAX (x->dims.n, 1);
  CjDims dims = { .n = 2, .d = { x->dims.n, 0 } };
  gint64 found = 0;
  CjArray *y;

  for (gint64 i = 0; i < x->size; i++)
    dims.d[1] += cj_array_get (x, i) != 0;
  dims.d[0] = rank;
  y = cj_extra_out (call, 0, CJ_ARRAY_I64, &dims, error);
  if (y == NULL)
    return FALSE;
  for (gint64 i = 0; i < x->size; i++)
    {
      gint64 rest = i;

      if (cj_array_get (x, i) == 0)
        continue;
      for (guint k = x->dims.n; k-- > 0;)
        {
          cj_array_set_int (y, k * dims.d[1] + found, rest % x->dims.d[k]);
          rest /= x->dims.d[k];
        }
      found++;
    }
  return TRUE;
}

static gboolean
run_compress (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *keep = call->in[1];
  const gboolean flat = cj_extra_node_find (call->node, "axis") == NULL;
  const gsize bytes = cj_array_type_size (x->type);
  CjDims dims = flat ? (CjDims){ 1, { x->size } } : x->dims;
  gint64 whole, outer, inner, kept = 0;
  CjArray *y;
  guint axis;

  if (!cj_extra_axis (cj_extra_int (call, "axis", 0), dims.n, &axis, error))
    return FALSE;
  whole = dims.d[axis];
  outer = cj_dims_size (&dims, 0, axis);
  inner = cj_dims_size (&dims, axis + 1, dims.n);
  dims.d[axis] = 0;
  for (gint64 i = 0; i < MIN (whole, keep->size); i++)
    dims.d[axis] += cj_array_get (keep, i) != 0;
  y = cj_extra_out (call, 0, x->type, &dims, error);
  for (gint64 i = 0; y != NULL && y->size > 0 && i < MIN (whole, keep->size); i++)
    {
      if (cj_array_get (keep, i) == 0)
        continue;
      for (gint64 o = 0; o < outer; o++)
        memcpy (at (y, (o * dims.d[axis] + kept) * inner), at (x, (o * whole + i) * inner),
                (gsize) inner * bytes);
      kept++;
    }
  return y != NULL;
}

const CjExtraInfo cj_extra_index[] = {
  { "Compress", 9, 0, 2, 2, run_compress },
  { "Gather", 1, 0, 2, 2, run_gather },
  { "GatherElements", 11, 0, 2, 2, run_gather_elements },
  { "GatherND", 11, 0, 2, 2, run_gather_nd },
  { "NonZero", 9, 0, 1, 1, run_non_zero },
  { "OneHot", 9, 0, 3, 3, run_one_hot },
  { "Scatter", 9, 0, 3, 3, run_scatter_elements },
  { "ScatterElements", 11, 0, 3, 3, run_scatter_elements },
  { "ScatterND", 11, 0, 3, 3, run_scatter_nd },
  { NULL, 0, 0, 0, 0, NULL },
};
