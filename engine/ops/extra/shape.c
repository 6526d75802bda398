/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapes, and values that are made of shapes. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

/* --- other shapes of the same numbers --- */

static gboolean
run_reshape (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  gint64 ints[CJ_ARRAY_MAX_DIMS], known = 1;
  const gboolean zeros = cj_extra_int (call, "allowzero", 0) != 0;
  guint n, open = G_MAXUINT;
  CjDims dims = { 0 };

  if (!cj_extra_ints_of (call, 1, "shape", CJ_ARRAY_MAX_DIMS, ints, &n, error))
    return FALSE;
  dims.n = n;
  for (guint i = 0; i < n; i++)
    {
      dims.d[i] = ints[i] == 0 && !zeros && i < x->dims.n ? x->dims.d[i] : ints[i];
      if (dims.d[i] == -1 && open == G_MAXUINT)
        open = i;
      else if (dims.d[i] < 0 || (dims.d[i] > 0 && known > G_MAXINT64 / dims.d[i]))
        return cj_extra_refuse_shapes (error);
      else
        known *= dims.d[i];
    }
  if (open != G_MAXUINT)
    {
      if (known == 0 || x->size % known != 0)
        return cj_extra_refuse_shapes (error);
      dims.d[open] = x->size / known;
      known *= dims.d[open];
    }
  if (known != x->size)
    return cj_extra_refuse_shapes (error);
  return cj_extra_give (call, 0, cj_array_reshape (x, &dims));
}

static gboolean
run_flatten (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  const gint64 axis = cj_extra_int (call, "axis", 1);
  const gint64 at = axis < 0 ? axis + x->dims.n : axis;
  CjDims dims = { .n = 2 };

  if (at < 0 || at > x->dims.n)
    return cj_extra_refuse_index (error);
  dims.d[0] = cj_dims_size (&x->dims, 0, (guint) at);
  dims.d[1] = cj_dims_size (&x->dims, (guint) at, x->dims.n);
  return cj_extra_give (call, 0, cj_array_reshape (x, &dims));
}

static gboolean
run_squeeze (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  const gboolean all
      = cj_extra_in (call, 1) == NULL && cj_extra_node_find (call->node, "axes") == NULL;
  gint64 axes[CJ_ARRAY_MAX_DIMS];
  CjDims dims = { 0 };
  guint n, bits;

  if (!cj_extra_ints_of (call, 1, "axes", CJ_ARRAY_MAX_DIMS, axes, &n, error)
      || !cj_extra_axes (axes, n, x->dims.n, &bits, error))
    return FALSE;
  for (guint k = 0; k < x->dims.n; k++)
    if (all ? x->dims.d[k] != 1 : (bits & 1u << k) == 0)
      dims.d[dims.n++] = x->dims.d[k];
    else if (x->dims.d[k] != 1)
      return cj_extra_refuse_shapes (error);
  return cj_extra_give (call, 0, cj_array_reshape (x, &dims));
}

static gboolean
run_unsqueeze (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  gint64 axes[CJ_ARRAY_MAX_DIMS];
  CjDims dims = { 0 };
  guint n, bits, from = 0;

  if (!cj_extra_ints_of (call, 1, "axes", CJ_ARRAY_MAX_DIMS, axes, &n, error))
    return FALSE;
  dims.n = x->dims.n + n;
  if (dims.n > CJ_ARRAY_MAX_DIMS)
    return cj_extra_refuse_shapes (error);
  if (!cj_extra_axes (axes, n, dims.n, &bits, error))
    return FALSE;
  for (guint k = 0; k < dims.n; k++)
    dims.d[k] = bits & 1u << k ? 1 : x->dims.d[from++];
  return cj_extra_give (call, 0, cj_array_reshape (x, &dims));
}

static gboolean
run_shape (CjExtraCall *call, GError **error)
{
  const CjDims *dims = &call->in[0]->dims;
  gint64 start = cj_extra_int (call, "start", 0), end = cj_extra_int (call, "end", dims->n);

  (void) error;
  start = CLAMP (start < 0 ? start + dims->n : start, 0, dims->n);
  end = CLAMP (end < 0 ? end + dims->n : end, start, dims->n);
  return cj_extra_give (call, 0, cj_array_new_ints (dims->d + start, (guint) (end - start)));
}

static gboolean
run_size (CjExtraCall *call, GError **error)
{
  CjArray *size = cj_extra_out (call, 0, CJ_ARRAY_I64, &(CjDims){ 0 }, error);

  if (size != NULL)
    cj_array_set_int (size, 0, call->in[0]->size);
  return size != NULL;
}

/* --- values from nothing --- */

static gboolean
give_floats (CjExtraCall *call, const double *f, guint n, gboolean list, GError **error)
{
  const gint64 length = n;
  const CjDims dims = cj_dims (list ? 1 : 0, &length);
  CjArray *value = cj_extra_out (call, 0, CJ_ARRAY_F32, &dims, error);

  if (value != NULL)
    cj_array_write (value, 0, n, f);
  return value != NULL;
}

static gboolean
run_constant (CjExtraCall *call, GError **error)
{
  const CjAttr *attr = call->node->attrs->len > 0 ? call->node->attrs->pdata[0] : NULL;
  CjArray *one;

  if (attr == NULL)
    return cj_extra_refuse_attr ("value", error);
  switch (attr->kind)
    {
    case CJ_ATTR_VALUE:
      return cj_extra_give (call, 0, cj_array_ref (attr->value));
    case CJ_ATTR_INTS:
      return cj_extra_give (call, 0, cj_array_new_ints (attr->ints, attr->n));
    case CJ_ATTR_INT:
      one = cj_extra_out (call, 0, CJ_ARRAY_I64, &(CjDims){ 0 }, error);
      if (one != NULL)
        cj_array_set_int (one, 0, attr->i);
      return one != NULL;
    case CJ_ATTR_FLOAT:
      return give_floats (call, &attr->f, 1, FALSE, error);
    case CJ_ATTR_FLOATS:
      return give_floats (call, attr->floats, attr->n, TRUE, error);
    default:
      return cj_extra_refuse_attr (attr->name, error);
    }
}

static gboolean
run_constant_of_shape (CjExtraCall *call, GError **error)
{
  const CjAttr *attr = cj_extra_node_find (call->node, "value");
  const CjArray *fill = attr != NULL ? attr->value : NULL;
  CjDims dims = { 0 };
  CjArray *out;
  gsize bytes;

  if (!cj_extra_ints_in (call, 0, CJ_ARRAY_MAX_DIMS, dims.d, &dims.n, error))
    return FALSE;
  if (attr != NULL && (fill == NULL || fill->size != 1))
    return cj_extra_refuse_attr ("value", error);
  out = cj_extra_out (call, 0, fill != NULL ? fill->type : CJ_ARRAY_F32, &dims, error);
  if (out == NULL || fill == NULL)
    return out != NULL;
  bytes = cj_array_type_size (fill->type);
  for (gint64 i = 0; i < out->size; i++)
    memcpy ((guint8 *) out->data + (gsize) i * bytes, fill->data, bytes);
  return TRUE;
}

static gboolean
run_range (CjExtraCall *call, GError **error)
{
  const CjArray *start = call->in[0], *limit = call->in[1], *delta = call->in[2];
  CjDims dims = { .n = 1 };
  guint64 first, step;
  CjArray *out;
  double n;

  if (start->size != 1 || limit->size != 1 || delta->size != 1)
    return cj_extra_refuse_shapes (error);
  n = ceil ((cj_array_get (limit, 0) - cj_array_get (start, 0)) / cj_array_get (delta, 0));
  dims.d[0] = n > 0 ? (gint64) fmin (n, 1e15) : 0;
  out = cj_extra_out (call, 0, start->type, &dims, error);
  if (out == NULL)
    return FALSE;
  first = (guint64) cj_array_get_int (start, 0);
  step = (guint64) cj_array_get_int (delta, 0);
  for (gint64 i = 0; i < out->size; i++)
    if (cj_array_type_is_float (start->type))
      cj_array_set (out, i, cj_array_get (start, 0) + (double) i * cj_array_get (delta, 0));
    else
      cj_array_set_int (out, i,
                        (gint64) (first + (guint64) i * step)); /* the last may be rounded */
  return TRUE;
}

static gboolean
run_eye_like (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const gint64 k = cj_extra_int (call, "k", 0);
  CjArrayType type;
  CjArray *out;

  if (x->dims.n != 2)
    return cj_extra_refuse_shapes (error);
  if (!cj_extra_type (call, "dtype", x->type, &type, error))
    return FALSE;
  out = cj_extra_out (call, 0, type, &x->dims, error);
  if (out == NULL)
    return FALSE;
  for (gint64 i = 0; i < x->dims.d[0]; i++)
    if (k > -x->dims.d[0] && k < x->dims.d[1] && i + k >= 0 && i + k < x->dims.d[1])
      cj_array_set (out, i * x->dims.d[1] + i + k, 1);
  return TRUE;
}

static gboolean
run_trilu (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *shift = cj_extra_in (call, 1);
  const gint64 k = shift != NULL && shift->size == 1 ? cj_array_get_int (shift, 0) : 0;
  const gboolean upper = cj_extra_int (call, "upper", 1) != 0;
  const gsize bytes = cj_array_type_size (x->type);
  CjArray *y;
  gint64 rows, columns;

  if (x->dims.n < 2)
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  if (y == NULL)
    return FALSE;
  rows = x->dims.d[x->dims.n - 2];
  columns = x->dims.d[x->dims.n - 1];
  for (gint64 i = 0; i < x->size; i++)
    {
      const gint64 away = i % columns - i / columns % rows;

      if (upper ? away >= k : away <= k)
        memcpy ((guint8 *) y->data + (gsize) i * bytes,
                (const guint8 *) x->data + (gsize) i * bytes, bytes);
    }
  return TRUE;
}

static gboolean
run_expand (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0];
  const gsize bytes = cj_array_type_size (x->type);
  CjDims wanted = { 0 }, dims;
  CjArray *y;
  CjWalk walk;

  if (!cj_extra_ints_in (call, 1, CJ_ARRAY_MAX_DIMS, wanted.d, &wanted.n, error))
    return FALSE;
  if (!cj_dims_broadcast (&x->dims, &wanted, &dims))
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, &dims, error);
  if (y == NULL)
    return FALSE;
  cj_walk_init (&walk, &dims, 1, &x);
  while (cj_walk_next (&walk))
    for (gint64 i = 0; i < walk.row; i++)
      memcpy ((guint8 *) y->data + (gsize) (walk.done + i) * bytes,
              (const guint8 *) x->data + (gsize) (walk.offset[0] + i * walk.step[0]) * bytes,
              bytes);
  return TRUE;
}

const CjExtraInfo cj_extra_shape[] = {
  { "Constant", 1, 0, 0, 0, run_constant },
  { "ConstantOfShape", 9, 0, 1, 1, run_constant_of_shape },
  { "Expand", 8, 0, 2, 2, run_expand },
  { "EyeLike", 9, 0, 1, 1, run_eye_like },
  { "Flatten", 1, 0, 1, 1, run_flatten },
  { "Range", 11, 0, 3, 3, run_range },
  { "Reshape", 1, 0, 1, 2, run_reshape },
  { "Shape", 1, 0, 1, 1, run_shape },
  { "Size", 1, 0, 1, 1, run_size },
  { "Squeeze", 1, 0, 1, 2, run_squeeze },
  { "Trilu", 14, 0, 1, 2, run_trilu },
  { "Unsqueeze", 1, 0, 1, 2, run_unsqueeze },
  { NULL, 0, 0, 0, 0, NULL },
};
