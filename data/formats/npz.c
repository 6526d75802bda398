/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The format: "NumPy Enhancement Proposal 1", numpy/lib/format.py. */
#include "npz.h"

#include "cj-error.h"
#include "file.h"
#include "cj-half.h"
#include "safetensors.h"
#include "zip.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_HEADER 65536
#define MAX_SIZE ((gint64) 1 << 47) /* of a product of dimensions, far beyond every file */

static const struct
{
  const char *descr; /* without the byte order */
  guint size;
} types[] = {
  [CJD_NPY_FLOAT16] = { "f2", 2 }, [CJD_NPY_FLOAT32] = { "f4", 4 }, [CJD_NPY_FLOAT64] = { "f8", 8 },
  [CJD_NPY_INT8] = { "i1", 1 },    [CJD_NPY_INT16] = { "i2", 2 },   [CJD_NPY_INT32] = { "i4", 4 },
  [CJD_NPY_INT64] = { "i8", 8 },   [CJD_NPY_UINT16] = { "u2", 2 },  [CJD_NPY_UINT32] = { "u4", 4 },
  [CJD_NPY_UINT64] = { "u8", 8 },  [CJD_NPY_UINT8] = { "u1", 1 },   [CJD_NPY_BOOL] = { "b1", 1 },
};

static gboolean
refuse (GError **error, const char *name, const char *why)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               /* Translators: name of an array, and what is wrong, as “is cut off …” */
               _ ("The array “%s” %s."), name, why);
  return FALSE;
}

void
cjd_npy_array_free (CjdNpyArray *array)
{
  g_free (array->name);
  g_clear_pointer (&array->bytes, g_bytes_unref);
  g_free (array);
}

/* The text behind 'key': in a header, or NULL. */
static const char *
find_key (const char *header, const char *key)
{
  g_autofree char *quoted = g_strdup_printf ("'%s':", key);
  const char *at = strstr (header, quoted);

  if (at == NULL)
    return NULL;
  at += strlen (quoted);
  return at + strspn (at, " ");
}

static gboolean
parse_shape (CjdNpyArray *array, const char *text, gsize bytes_left, guint item, GError **error)
{
  gint64 size = 1;
  gsize bytes;

  if (text == NULL || *text++ != '(')
    return refuse (error, array->name, _ ("has a header without a shape; the file is damaged"));
  while (text += strspn (text, " ,"), g_ascii_isdigit (*text))
    {
      char *end;
      const guint64 dim = g_ascii_strtoull (text, &end, 10);

      if (array->shape.n_dims == CJ_MAX_DIMS)
        return refuse (error, array->name, _ ("has more than six dimensions, which is too many"));
      if (dim > MAX_SIZE || (dim > 0 && size > MAX_SIZE / (gint64) dim))
        return refuse (error, array->name,
                       _ ("is cut off: there is less data than its shape says"));
      array->shape.dims[array->shape.n_dims++] = (gint64) dim;
      size *= (gint64) dim;
      text = end;
    }
  if (*text != ')')
    return refuse (error, array->name, _ ("has a header without a shape; the file is damaged"));
  /* An empty array may have a shape that no tensor has: (1073741824, 70741, 824, 0). */
  if ((guint64) size > bytes_left / item || !cj_shape_bytes (&array->shape, CJ_FLOAT32, &bytes))
    return refuse (error, array->name, _ ("is cut off: there is less data than its shape says"));
  array->size = size;
  return TRUE;
}

/* Names the kind as the header does: '<c16', or a list of fields. */
static gboolean
refuse_kind (GError **error, const char *name, const char *descr)
{
  const gsize n = descr != NULL ? strcspn (descr + (*descr == '\''), "',\n") : 0;
  g_autofree char *raw = descr != NULL ? g_strndup (descr + (*descr == '\''), MIN (n, 20)) : NULL;
  g_autofree char *kind = raw != NULL ? g_utf8_make_valid (raw, -1) : g_strdup ("");

  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               /* Translators: names of an array and of a kind of numbers, as <c16 */
               _ ("The array “%s” has numbers of the kind “%s”, which is not read. Save it as "
                  "floats, whole numbers or bool."),
               name, kind);
  return FALSE;
}

static gboolean
parse_header (CjdNpyArray *array, const char *header, gsize bytes_left, GError **error)
{
  const char *descr = find_key (header, "descr"), *order = find_key (header, "fortran_order");

  for (guint i = 0; descr != NULL && *descr == '\'' && i < G_N_ELEMENTS (types); i++)
    if (descr[1] != '\0' && strchr ("<>|=", descr[1]) != NULL
        && strncmp (descr + 2, types[i].descr, 2) == 0 && descr[4] == '\'')
      {
        array->type = (CjdNpyType) i;
        array->big = descr[1] == '>';
        array->columns = order != NULL && g_str_has_prefix (order, "True");
        if (!array->columns && (order == NULL || !g_str_has_prefix (order, "False")))
          return refuse (error, array->name, _ ("has a header without an order of its numbers"));
        return parse_shape (array, find_key (header, "shape"), bytes_left, types[i].size, error);
      }
  return refuse_kind (error, array->name, descr);
}

CjdNpyArray *
cjd_npy_parse (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (CjdNpyArray) array = g_new0 (CjdNpyArray, 1);
  g_autofree char *header = NULL;
  gsize total, length, start;
  const guint8 *data = g_bytes_get_data (bytes, &total);

  array->name = g_strdup (name);
  array->bytes = g_bytes_ref (bytes);
  if (total < 12 || memcmp (data, "\x93NUMPY", 6) != 0 || data[6] < 1 || data[6] > 3)
    {
      refuse (error, name, _ ("does not start like a NumPy array"));
      return NULL;
    }
  start = data[6] == 1 ? 10 : 12;
  length = data[8] + ((gsize) data[9] << 8);
  if (data[6] > 1)
    length += ((gsize) data[10] << 16) + ((gsize) data[11] << 24);
  if (length > MAX_HEADER || start + length > total)
    {
      refuse (error, name, _ ("is cut off inside its header"));
      return NULL;
    }
  header = g_strndup ((const char *) data + start, length);
  array->data = data + start + length;
  if (!parse_header (array, header, total - start - length, error))
    return NULL;
  return g_steal_pointer (&array);
}

/* The place in the file of element `index` in row-major order. */
static gint64
find_place (const CjdNpyArray *array, gint64 index)
{
  gint64 place = 0, stride = 1;
  gint64 at[CJ_MAX_DIMS] = { 0 };

  if (!array->columns)
    return index;
  for (guint d = array->shape.n_dims; d-- > 0;)
    {
      at[d] = index % array->shape.dims[d];
      index /= array->shape.dims[d];
    }
  for (guint d = 0; d < array->shape.n_dims; d++)
    {
      place += at[d] * stride;
      stride *= array->shape.dims[d];
    }
  return place;
}

double
cjd_npy_array_get (const CjdNpyArray *array, gint64 index)
{
  const guint8 *from;
  guint size;
  guint64 bits = 0;
  guint32 low;
  double wide;
  float narrow;

  g_return_val_if_fail (index >= 0 && index < array->size, 0);
  size = types[array->type].size;
  from = array->data + find_place (array, index) * size;
  for (guint i = 0; i < size; i++)
    bits |= (guint64) from[array->big ? size - 1 - i : i] << 8 * i;
  switch (array->type)
    {
    case CJD_NPY_FLOAT16:
      return (double) cj_half_to_float ((guint16) bits);
    case CJD_NPY_FLOAT32:
      low = (guint32) bits;
      memcpy (&narrow, &low, sizeof narrow);
      return (double) narrow;
    case CJD_NPY_FLOAT64:
      memcpy (&wide, &bits, sizeof wide);
      return wide;
    case CJD_NPY_INT8:
      return (gint8) bits;
    case CJD_NPY_INT16:
      return (gint16) bits;
    case CJD_NPY_INT32:
      return (gint32) bits;
    case CJD_NPY_INT64:
      return (double) (gint64) bits;
    default:
      return (double) bits;
    }
}

CjTensor *
cjd_npy_array_dup_tensor (const CjdNpyArray *array, GError **error)
{
  const CjDtype dtype = array->type <= CJD_NPY_FLOAT64
                            ? CJ_FLOAT32
                            : (array->type < CJD_NPY_UINT8 ? CJ_INT32 : CJ_UINT8);
  g_autoptr (CjTensor) tensor = cj_tensor_new (dtype, &array->shape);

  for (gint64 i = 0; i < array->size; i++)
    {
      const double value = cjd_npy_array_get (array, i);

      if (dtype == CJ_FLOAT32)
        cj_tensor_f32 (tensor)[i] = (float) value;
      else if (dtype == CJ_UINT8)
        ((guint8 *) tensor->data)[i] = (guint8) value;
      else if (fabs (value) <= G_MAXINT32)
        cj_tensor_i32 (tensor)[i] = (gint32) value;
      else
        {
          refuse (error, array->name, _ ("holds a whole number beyond 32 bits"));
          return NULL;
        }
    }
  return g_steal_pointer (&tensor);
}

CjTensor *
cjd_npy_array_dup_floats (const CjdNpyArray *array)
{
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &array->shape);

  for (gint64 i = 0; i < array->size; i++)
    cj_tensor_f32 (tensor)[i] = (float) cjd_npy_array_get (array, i);
  return tensor;
}

static GPtrArray *
parse_members (const GPtrArray *pieces, GError **error)
{
  g_autoptr (GPtrArray) arrays
      = g_ptr_array_new_with_free_func ((GDestroyNotify) cjd_npy_array_free);

  for (guint i = 0; i < pieces->len; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];
      g_autofree char *name = g_strdup (piece->name);
      g_autoptr (GBytes) bytes = cjd_piece_dup (piece);
      CjdNpyArray *array;

      if (g_str_has_suffix (name, ".npy"))
        name[strlen (name) - 4] = '\0';
      array = cjd_npy_parse (name, bytes, error);
      if (array == NULL)
        return NULL;
      g_ptr_array_add (arrays, array);
    }
  return g_steal_pointer (&arrays);
}

CjdNpyArray *
cjd_npy_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_NPZ_MAX_BYTES, error);
  CjdNpyArray *array = bytes != NULL ? cjd_npy_parse ("array", bytes, error) : NULL;

  if (array == NULL && bytes != NULL)
    g_prefix_error (error, "%s: ", path);
  return array;
}

GPtrArray *
cjd_npz_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_NPZ_MAX_BYTES, error);
  g_autoptr (GPtrArray) pieces
      = bytes != NULL ? cjd_zip_parse (bytes, CJD_NPZ_MAX_BYTES, error) : NULL;
  GPtrArray *arrays = pieces != NULL ? parse_members (pieces, error) : NULL;

  if (arrays == NULL && bytes != NULL)
    g_prefix_error (error, "%s: ", path);
  return arrays;
}

const CjdNpyArray *
cjd_npz_find (const GPtrArray *arrays, const char *name)
{
  for (guint i = 0; i < arrays->len; i++)
    if (g_str_equal (((const CjdNpyArray *) arrays->pdata[i])->name, name))
      return arrays->pdata[i];
  return NULL;
}

GBytes *
cjd_npy_print (const CjTensor *tensor)
{
  static const char *const names[]
      = { [CJ_FLOAT32] = "<f4", [CJ_INT32] = "<i4", [CJ_UINT8] = "|u1" };
  const gsize n = (gsize) cj_shape_size (&tensor->shape), item = cj_dtype_size (tensor->dtype);
  g_autoptr (GString) header = g_string_new (NULL);
  GByteArray *out = g_byte_array_new ();
  guint16 length;

  g_string_printf (header, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                   names[tensor->dtype]);
  for (guint d = 0; d < tensor->shape.n_dims; d++)
    g_string_append_printf (header, "%" G_GINT64_FORMAT ", ", tensor->shape.dims[d]);
  g_string_append (header, "), }");
  while ((10 + header->len + 1) % 64 != 0)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');
  length = GUINT16_TO_LE ((guint16) header->len);
  g_byte_array_append (out, (const guint8 *) "\x93NUMPY\1\0", 8);
  g_byte_array_append (out, (const guint8 *) &length, 2);
  g_byte_array_append (out, (const guint8 *) header->str, (guint) header->len);
  for (gsize i = 0; i < n && item == 4; i++)
    {
      const guint32 word = GUINT32_TO_LE (((const guint32 *) tensor->data)[i]);

      g_byte_array_append (out, (const guint8 *) &word, 4);
    }
  if (item == 1)
    g_byte_array_append (out, tensor->data, (guint) n);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
cjd_npz_print (const GPtrArray *tensors, GError **error)
{
  g_autoptr (GPtrArray) pieces = cjd_pieces_new ();

  for (guint i = 0; i < tensors->len; i++)
    {
      const CjdNamedTensor *named = tensors->pdata[i];
      g_autofree char *name = g_strconcat (named->name, ".npy", NULL);

      cjd_pieces_add (pieces, name, cjd_npy_print (named->tensor));
    }
  return cjd_zip_print (pieces, error);
}
