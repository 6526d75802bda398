/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-array.h"

#include "cj-error.h"
#include "cj-half.h"

#include <glib/gi18n-lib.h>
#include <math.h>

typedef struct
{
  const char *name;
  gsize size;
  double least, most; /* of whole numbers */
} Type;

static const Type types[] = {
  [CJ_ARRAY_F32] = { "float", 4, 0, 0 },
  [CJ_ARRAY_F64] = { "double", 8, 0, 0 },
  [CJ_ARRAY_F16] = { "float16", 2, 0, 0 },
  [CJ_ARRAY_BF16] = { "bfloat16", 2, 0, 0 },
  [CJ_ARRAY_I8] = { "int8", 1, G_MININT8, G_MAXINT8 },
  [CJ_ARRAY_I16] = { "int16", 2, G_MININT16, G_MAXINT16 },
  [CJ_ARRAY_I32] = { "int32", 4, G_MININT32, G_MAXINT32 },
  /* the largest numbers of 64 bits that a double has below the bound */
  [CJ_ARRAY_I64] = { "int64", 8, -9223372036854775808.0, 9223372036854774784.0 },
  [CJ_ARRAY_U8] = { "uint8", 1, 0, G_MAXUINT8 },
  [CJ_ARRAY_U16] = { "uint16", 2, 0, G_MAXUINT16 },
  [CJ_ARRAY_U32] = { "uint32", 4, 0, G_MAXUINT32 },
  [CJ_ARRAY_U64] = { "uint64", 8, 0, 18446744073709549568.0 },
  [CJ_ARRAY_BOOL] = { "bool", 1, 0, 1 },
  [CJ_ARRAY_I4] = { "int4", 1, -8, 7 },
  [CJ_ARRAY_U4] = { "uint4", 1, 0, 15 },
};

const char *
cj_array_type_get_name (CjArrayType type)
{
  return types[type].name;
}

gsize
cj_array_type_size (CjArrayType type)
{
  return types[type].size;
}

gboolean
cj_array_type_is_float (CjArrayType type)
{
  return type <= CJ_ARRAY_BF16;
}

/* --- shapes --- */

CjDims
cj_dims (guint n, const gint64 *d)
{
  CjDims dims = { .n = n };

  g_assert (n <= CJ_ARRAY_MAX_DIMS);
  for (guint i = 0; i < n; i++)
    dims.d[i] = d[i];
  return dims;
}

gboolean
cj_dims_equal (const CjDims *a, const CjDims *b)
{
  for (guint i = 0; i < a->n && i < b->n; i++)
    if (a->d[i] != b->d[i])
      return FALSE;
  return a->n == b->n;
}

gint64
cj_dims_size (const CjDims *dims, guint from, guint to)
{
  gint64 size = 1;

  for (guint i = from; i < to; i++)
    size *= dims->d[i];
  return size;
}

gboolean
cj_dims_broadcast (const CjDims *a, const CjDims *b, CjDims *out)
{
  const CjDims one = *a, other = *b;

  out->n = MAX (one.n, other.n);
  for (guint i = 0; i < out->n; i++)
    {
      const gint64 x = i < one.n ? one.d[one.n - 1 - i] : 1;
      const gint64 y = i < other.n ? other.d[other.n - 1 - i] : 1;

      if (x != y && x != 1 && y != 1)
        return FALSE;
      out->d[out->n - 1 - i] = x == 1 ? y : x;
    }
  return TRUE;
}

char *
cj_dims_print (const CjDims *dims)
{
  GString *text = g_string_new (dims->n == 0 ? _ ("scalar") : NULL);

  for (guint i = 0; i < dims->n; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "×" : "", dims->d[i]);
  return g_string_free (text, FALSE);
}

/* --- values --- */

CjArray *
cj_array_new (CjArrayType type, const CjDims *dims, GError **error)
{
  const gsize most = CJ_ARRAY_MAX_BYTES / types[type].size;
  gsize size = 1;
  gboolean fits = dims->n <= CJ_ARRAY_MAX_DIMS, empty = FALSE;
  CjArray *value;

  for (guint i = 0; fits && i < dims->n; i++)
    {
      /* An empty array is small whatever else its shape says, but each dimension has its bound. */
      fits = dims->d[i] >= 0 && (gsize) dims->d[i] <= most;
      empty = empty || dims->d[i] == 0;
    }
  for (guint i = 0; fits && !empty && i < dims->n; i++)
    {
      fits = (gsize) dims->d[i] <= most / size;
      size *= (gsize) dims->d[i];
    }
  if (!fits)
    {
      g_autofree char *shape
          = dims->n <= CJ_ARRAY_MAX_DIMS ? cj_dims_print (dims) : g_strdup_printf ("%u-D", dims->n);

      g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
                   _ ("a tensor of %s is larger than the 2 GiB that are taken"), shape);
      return NULL;
    }
  value = g_new0 (CjArray, 1);
  value->ref_count = 1;
  value->type = type;
  value->dims = *dims;
  value->size = empty ? 0 : (gint64) size;
  value->data = g_try_malloc0 (MAX ((gsize) value->size, 1) * types[type].size);
  if (value->data == NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_MEMORY,
                           _ ("there is not enough memory for its tensors"));
      g_free (value);
      return NULL;
    }
  return value;
}

CjArray *
cj_array_new_ints (const gint64 *ints, guint n)
{
  const gint64 d = n;
  const CjDims dims = cj_dims (1, &d);
  CjArray *value = cj_array_new (CJ_ARRAY_I64, &dims, NULL);

  if (n > 0)
    memcpy (value->data, ints, n * sizeof *ints);
  return value;
}

CjArray *
cj_array_new_sequence (CjArrayType type, GPtrArray *items)
{
  const CjDims none = { 1, { 0 } };
  CjArray *value = cj_array_new (type, &none, NULL);

  value->items = items;
  return value;
}

CjArray *
cj_array_new_absent (void)
{
  const CjDims none = { 1, { 0 } };
  CjArray *value = cj_array_new (CJ_ARRAY_F32, &none, NULL);

  value->absent = TRUE;
  return value;
}

gboolean
cj_array_is_tensor (const CjArray *value)
{
  return value->items == NULL && !value->absent;
}

CjArray *
cj_array_ref (CjArray *value)
{
  g_atomic_int_inc (&value->ref_count);
  return value;
}

void
cj_array_unref (CjArray *value)
{
  if (!g_atomic_int_dec_and_test (&value->ref_count))
    return;
  if (value->base != NULL)
    cj_array_unref (value->base);
  else
    g_free (value->data);
  if (value->items != NULL)
    g_ptr_array_unref (value->items);
  g_free (value);
}

CjArray *
cj_array_reshape (CjArray *value, const CjDims *dims)
{
  CjArray *view = g_new0 (CjArray, 1);

  *view = *value;
  view->ref_count = 1;
  view->dims = *dims;
  view->items = NULL;
  view->base = cj_array_ref (value->base != NULL ? value->base : value);
  return view;
}

/* --- elements --- */

static double
read_one (const CjArray *value, gint64 i)
{
  switch (value->type)
    {
    case CJ_ARRAY_F32:
      return ((const float *) value->data)[i];
    case CJ_ARRAY_F64:
      return ((const double *) value->data)[i];
    case CJ_ARRAY_F16:
      return (double) cj_half_to_float (((const guint16 *) value->data)[i]);
    case CJ_ARRAY_BF16:
      return (double) cj_bfloat_to_float (((const guint16 *) value->data)[i]);
    case CJ_ARRAY_I8:
    case CJ_ARRAY_I4:
      return ((const gint8 *) value->data)[i];
    case CJ_ARRAY_I16:
      return ((const gint16 *) value->data)[i];
    case CJ_ARRAY_I32:
      return ((const gint32 *) value->data)[i];
    case CJ_ARRAY_I64:
      return (double) ((const gint64 *) value->data)[i];
    case CJ_ARRAY_U8:
    case CJ_ARRAY_U4:
    case CJ_ARRAY_BOOL:
      return ((const guint8 *) value->data)[i];
    case CJ_ARRAY_U16:
      return ((const guint16 *) value->data)[i];
    case CJ_ARRAY_U32:
      return ((const guint32 *) value->data)[i];
    case CJ_ARRAY_U64:
      return (double) ((const guint64 *) value->data)[i];
    }
  g_assert_not_reached ();
}

/* A float cut to a whole number within the bounds of a type. */
static gint64
cut (CjArrayType type, double x)
{
  const double whole = isnan (x) ? 0 : CLAMP (trunc (x), types[type].least, types[type].most);

  return type == CJ_ARRAY_U64 ? (gint64) (guint64) whole : (gint64) whole;
}

static gint64
read_one_int (const CjArray *value, gint64 i)
{
  switch (value->type)
    {
    case CJ_ARRAY_I8:
    case CJ_ARRAY_I4:
      return ((const gint8 *) value->data)[i];
    case CJ_ARRAY_I16:
      return ((const gint16 *) value->data)[i];
    case CJ_ARRAY_I32:
      return ((const gint32 *) value->data)[i];
    case CJ_ARRAY_I64:
      return ((const gint64 *) value->data)[i];
    case CJ_ARRAY_U8:
    case CJ_ARRAY_U4:
    case CJ_ARRAY_BOOL:
      return ((const guint8 *) value->data)[i];
    case CJ_ARRAY_U16:
      return ((const guint16 *) value->data)[i];
    case CJ_ARRAY_U32:
      return ((const guint32 *) value->data)[i];
    case CJ_ARRAY_U64:
      return (gint64) ((const guint64 *) value->data)[i];
    default:
      return cut (CJ_ARRAY_I64, read_one (value, i));
    }
}

static void
write_one_int (CjArray *value, gint64 i, gint64 x)
{
  switch (value->type)
    {
    case CJ_ARRAY_I8:
    case CJ_ARRAY_U8:
      ((guint8 *) value->data)[i] = (guint8) x;
      return;
    case CJ_ARRAY_I4:
      ((gint8 *) value->data)[i] = (gint8) (((x & 15) ^ 8) - 8);
      return;
    case CJ_ARRAY_U4:
      ((guint8 *) value->data)[i] = (guint8) (x & 15);
      return;
    case CJ_ARRAY_BOOL:
      ((guint8 *) value->data)[i] = x != 0;
      return;
    case CJ_ARRAY_I16:
    case CJ_ARRAY_U16:
      ((guint16 *) value->data)[i] = (guint16) x;
      return;
    case CJ_ARRAY_I32:
    case CJ_ARRAY_U32:
      ((guint32 *) value->data)[i] = (guint32) x;
      return;
    case CJ_ARRAY_I64:
    case CJ_ARRAY_U64:
      ((guint64 *) value->data)[i] = (guint64) x;
      return;
    default:
      cj_array_set (value, i, (double) x);
    }
}

static void
write_one (CjArray *value, gint64 i, double x)
{
  switch (value->type)
    {
    case CJ_ARRAY_F32:
      ((float *) value->data)[i] = (float) x;
      return;
    case CJ_ARRAY_F64:
      ((double *) value->data)[i] = x;
      return;
    case CJ_ARRAY_F16:
      ((guint16 *) value->data)[i] = cj_half_from_float ((float) x);
      return;
    case CJ_ARRAY_BF16:
      ((guint16 *) value->data)[i] = cj_bfloat_from_float ((float) x);
      return;
    case CJ_ARRAY_BOOL:
      ((guint8 *) value->data)[i] = x != 0;
      return;
    default:
      write_one_int (value, i, cut (value->type, x));
    }
}

double
cj_array_get (const CjArray *value, gint64 index)
{
  return read_one (value, index);
}

gint64
cj_array_get_int (const CjArray *value, gint64 index)
{
  return read_one_int (value, index);
}

void
cj_array_set (CjArray *value, gint64 index, double number)
{
  write_one (value, index, number);
}

void
cj_array_set_int (CjArray *value, gint64 index, gint64 number)
{
  write_one_int (value, index, number);
}

void
cj_array_read (const CjArray *value, gint64 start, gint64 step, gint64 n, double *out)
{
  if (value->type == CJ_ARRAY_F32)
    for (gint64 i = 0; i < n; i++)
      out[i] = ((const float *) value->data)[start + i * step];
  else
    for (gint64 i = 0; i < n; i++)
      out[i] = read_one (value, start + i * step);
}

void
cj_array_read_ints (const CjArray *value, gint64 start, gint64 step, gint64 n, gint64 *out)
{
  for (gint64 i = 0; i < n; i++)
    out[i] = read_one_int (value, start + i * step);
}

void
cj_array_write (CjArray *value, gint64 start, gint64 n, const double *in)
{
  if (value->type == CJ_ARRAY_F32)
    for (gint64 i = 0; i < n; i++)
      ((float *) value->data)[start + i] = (float) in[i];
  else
    for (gint64 i = 0; i < n; i++)
      write_one (value, start + i, in[i]);
}

void
cj_array_write_ints (CjArray *value, gint64 start, gint64 n, const gint64 *in)
{
  for (gint64 i = 0; i < n; i++)
    write_one_int (value, start + i, in[i]);
}

CjArray *
cj_array_cast (CjArray *value, CjArrayType type, GError **error)
{
  const gboolean whole = !cj_array_type_is_float (value->type) && !cj_array_type_is_float (type);
  CjArray *cast;

  if (value->type == type)
    return cj_array_ref (value);
  cast = cj_array_new (type, &value->dims, error);
  if (cast == NULL)
    return NULL;
  for (gint64 i = 0; i < value->size; i++)
    if (whole)
      write_one_int (cast, i, read_one_int (value, i));
    else
      write_one (cast, i, read_one (value, i));
  return cast;
}

/* --- order of dimensions --- */

static void
copy_row (guint8 *to, const guint8 *from, gsize bytes, gint64 n, gint64 step)
{
  switch (bytes)
    {
    case 1:
      for (gint64 i = 0; i < n; i++)
        to[i] = from[i * step];
      return;
    case 2:
      for (gint64 i = 0; i < n; i++)
        ((guint16 *) to)[i] = ((const guint16 *) from)[i * step];
      return;
    case 4:
      for (gint64 i = 0; i < n; i++)
        ((guint32 *) to)[i] = ((const guint32 *) from)[i * step];
      return;
    default:
      for (gint64 i = 0; i < n; i++)
        ((guint64 *) to)[i] = ((const guint64 *) from)[i * step];
    }
}

CjArray *
cj_array_permute (CjArray *value, const guint *order, GError **error)
{
  const guint n = value->dims.n;
  const gsize bytes = types[value->type].size;
  gint64 strides[CJ_ARRAY_MAX_DIMS], at[CJ_ARRAY_MAX_DIMS] = { 0 }, row, from = 0;
  gboolean same = TRUE;
  CjDims dims = { .n = n };
  CjArray *turned;

  for (guint k = 0; k < n; k++)
    {
      dims.d[k] = value->dims.d[order[k]];
      strides[k] = cj_dims_size (&value->dims, order[k] + 1, n);
      same = same && order[k] == k;
    }
  if (same)
    return cj_array_ref (value);
  turned = cj_array_new (value->type, &dims, error);
  if (turned == NULL || turned->size == 0)
    return turned;
  row = dims.d[n - 1];
  for (gint64 to = 0; to < turned->size; to += row)
    {
      copy_row ((guint8 *) turned->data + (gsize) to * bytes,
                (const guint8 *) value->data + (gsize) from * bytes, bytes, row, strides[n - 1]);
      for (guint k = n - 1; k-- > 0;)
        {
          from += strides[k];
          if (++at[k] < dims.d[k])
            break;
          from -= at[k] * strides[k];
          at[k] = 0;
        }
    }
  return turned;
}
