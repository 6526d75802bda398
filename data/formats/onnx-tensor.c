/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-private.h"

#include "cj-error.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  const char *name;
  gint8 type; /* CjArrayType, or -1 */
} Known;

/* By the standard's numbers. */
static const Known known[] = {
  { "undefined", -1 },        { "float", CJ_ARRAY_F32 },     { "uint8", CJ_ARRAY_U8 },
  { "int8", CJ_ARRAY_I8 },    { "uint16", CJ_ARRAY_U16 },    { "int16", CJ_ARRAY_I16 },
  { "int32", CJ_ARRAY_I32 },  { "int64", CJ_ARRAY_I64 },     { "string", -1 },
  { "bool", CJ_ARRAY_BOOL },  { "float16", CJ_ARRAY_F16 },   { "double", CJ_ARRAY_F64 },
  { "uint32", CJ_ARRAY_U32 }, { "uint64", CJ_ARRAY_U64 },    { "complex64", -1 },
  { "complex128", -1 },       { "bfloat16", CJ_ARRAY_BF16 }, { "float8e4m3fn", -1 },
  { "float8e4m3fnuz", -1 },   { "float8e5m2", -1 },          { "float8e5m2fnuz", -1 },
  { "uint4", CJ_ARRAY_U4 },   { "int4", CJ_ARRAY_I4 },       { "float4e2m1", -1 },
};

gboolean
cjd_onnx_type (gint32 number, CjArrayType *type, const char **name)
{
  if (number < 0 || number >= (gint32) G_N_ELEMENTS (known))
    {
      *name = "unknown";
      return FALSE;
    }
  *name = known[number].name;
  if (known[number].type < 0)
    return FALSE;
  *type = (CjArrayType) known[number].type;
  return TRUE;
}

static const char *
name_of (const Onnx__TensorProto *proto)
{
  return proto->name != NULL && g_utf8_validate (proto->name, -1, NULL) ? proto->name : "";
}

static gboolean
refuse_size (const Onnx__TensorProto *proto, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("the tensor “%s” has not as many numbers as its shape says"), name_of (proto));
  return FALSE;
}

/* --- numbers of four bits --- */

static gboolean
is_packed (CjArrayType type)
{
  return type == CJ_ARRAY_I4 || type == CJ_ARRAY_U4;
}

/* Bytes in a file of what takes `bytes` here: two numbers of four bits lie in one. */
static gsize
stored_size (CjArrayType type, gsize bytes)
{
  return is_packed (type) ? bytes / 2 + bytes % 2 : bytes;
}

/* From two in a byte, the first in the lower bits, to one in a byte: from the end on, so that it is done in place. */
static void
unpack (CjArray *value)
{
  guint8 *bytes = value->data;

  for (gint64 i = value->size; i-- > 0;)
    cj_array_set_int (value, i, i % 2 != 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15);
}

/* --- numbers in other files --- */

/* Path of a file that a tensor names; it must lie in the folder, links followed. You free. */
static char *
resolve (const char *folder, const char *location, GError **error)
{
  g_autofree char *path = g_build_filename (folder, location, NULL);
  g_autofree char *real = NULL, *home = NULL, *prefix = NULL;
  g_auto (GStrv) parts = g_strsplit_set (location, "/\\", -1);
  char *found;

  if (g_path_is_absolute (location) || *location == '\0'
      || g_strv_contains ((const char *const *) parts, ".."))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("its numbers lie in “%s”, outside of the model's folder"), location);
      return NULL;
    }
  found = realpath (path, NULL);
  real = g_strdup (found);
  free (found);
  found = realpath (folder, NULL);
  home = g_strdup (found);
  free (found);
  if (real == NULL || home == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("its numbers lie in “%s”, which is not beside it"), location);
      return NULL;
    }
  prefix = g_str_has_suffix (home, "/") ? g_strdup (home) : g_strconcat (home, "/", NULL);
  if (!g_str_has_prefix (real, prefix))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("its numbers lie in “%s”, outside of the model's folder"), location);
      return NULL;
    }
  return g_steal_pointer (&real);
}

static gboolean
read_external (const Onnx__TensorProto *proto, const char *folder, CjArray *value, GError **error)
{
  const gsize bytes
      = stored_size (value->type, (gsize) value->size * cj_array_type_size (value->type));
  const char *location = "";
  guint64 offset = 0, length = bytes;
  g_autofree char *path = NULL;
  GStatBuf status;
  gboolean whole;
  FILE *file;

  for (gsize i = 0; i < proto->n_external_data; i++)
    {
      const Onnx__StringStringEntryProto *entry = proto->external_data[i];
      const char *key = entry->key != NULL ? entry->key : "";
      const char *text = entry->value != NULL ? entry->value : "";

      if (g_str_equal (key, "location"))
        location = text;
      else if ((g_str_equal (key, "offset")
                && !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &offset, NULL))
               || (g_str_equal (key, "length")
                   && !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &length, NULL)))
        return refuse_size (proto, error);
    }
  if (folder == NULL || !g_utf8_validate (location, -1, NULL))
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE,
                           _ ("its numbers lie in another file, and there is no folder for it"));
      return FALSE;
    }
  path = resolve (folder, location, error);
  if (path == NULL)
    return FALSE;
  if (length != bytes || g_stat (path, &status) != 0 || !S_ISREG (status.st_mode)
      || (guint64) status.st_size < offset || (guint64) status.st_size - offset < bytes)
    return refuse_size (proto, error);
  file = g_fopen (path, "rbe");
  whole = file != NULL && fseeko (file, (off_t) offset, SEEK_SET) == 0
          && fread (value->data, 1, bytes, file) == bytes;
  if (file != NULL)
    fclose (file);
  return whole || refuse_size (proto, error);
}

/* --- numbers in the file --- */

/* From little-endian bytes as they lie in the file. */
static void
order_bytes (CjArray *value)
{
  guint8 *bytes = value->data;

  if (is_packed (value->type))
    unpack (value);
  if (value->type == CJ_ARRAY_BOOL)
    for (gint64 i = 0; i < value->size; i++)
      bytes[i] = bytes[i] != 0;
  for (gint64 i = 0; G_BYTE_ORDER == G_BIG_ENDIAN && i < value->size; i++)
    switch (cj_array_type_size (value->type))
      {
      case 2:
        ((guint16 *) value->data)[i] = GUINT16_FROM_LE (((guint16 *) value->data)[i]);
        break;
      case 4:
        ((guint32 *) value->data)[i] = GUINT32_FROM_LE (((guint32 *) value->data)[i]);
        break;
      case 8:
        ((guint64 *) value->data)[i] = GUINT64_FROM_LE (((guint64 *) value->data)[i]);
        break;
      default:
        break;
      }
}

/* From the list of numbers that the type is kept in; small types lie in int32. */
static gboolean
read_list (const Onnx__TensorProto *proto, CjArray *value)
{
  const gsize n = (gsize) value->size;

  switch (value->type)
    {
    case CJ_ARRAY_F32:
      if (proto->n_float_data == n)
        memcpy (value->data, proto->float_data, n * sizeof (float));
      return proto->n_float_data == n;
    case CJ_ARRAY_F64:
      if (proto->n_double_data == n)
        memcpy (value->data, proto->double_data, n * sizeof (double));
      return proto->n_double_data == n;
    case CJ_ARRAY_I64:
      if (proto->n_int64_data == n)
        memcpy (value->data, proto->int64_data, n * sizeof (gint64));
      return proto->n_int64_data == n;
    case CJ_ARRAY_U32:
    case CJ_ARRAY_U64:
      for (gsize i = 0; proto->n_uint64_data == n && i < n; i++)
        cj_array_set_int (value, (gint64) i, (gint64) proto->uint64_data[i]);
      return proto->n_uint64_data == n;
    case CJ_ARRAY_F16:
    case CJ_ARRAY_BF16:
      for (gsize i = 0; proto->n_int32_data == n && i < n; i++)
        ((guint16 *) value->data)[i] = (guint16) proto->int32_data[i];
      return proto->n_int32_data == n;
    case CJ_ARRAY_I4:
    case CJ_ARRAY_U4:
      for (gsize i = 0; proto->n_int32_data == stored_size (value->type, n) && i < n; i++)
        cj_array_set_int (value, (gint64) i, proto->int32_data[i / 2] >> i % 2 * 4);
      return proto->n_int32_data == stored_size (value->type, n);
    default:
      for (gsize i = 0; proto->n_int32_data == n && i < n; i++)
        cj_array_set_int (value, (gint64) i, proto->int32_data[i]);
      return proto->n_int32_data == n;
    }
}

/* Bytes of a shape, or FALSE. What it says is compared with what is there before it is believed. */
static gboolean
check_shape (const Onnx__TensorProto *proto, CjArrayType type, gsize *bytes)
{
  gsize size = 1;

  if (proto->n_dims > CJ_ARRAY_MAX_DIMS)
    return FALSE;
  for (gsize i = 0; i < proto->n_dims; i++)
    if (proto->dims[i] < 0
        || (proto->dims[i] > 0 && size > CJ_ARRAY_MAX_BYTES / (gsize) proto->dims[i]))
      return FALSE;
    else
      size *= (gsize) proto->dims[i];
  *bytes = size * cj_array_type_size (type);
  return *bytes <= CJ_ARRAY_MAX_BYTES;
}

static gboolean
has_numbers (const Onnx__TensorProto *proto, CjArrayType type, gsize bytes)
{
  const gsize n = bytes / cj_array_type_size (type);

  if (proto->has_raw_data && (proto->raw_data.len > 0 || n == 0))
    return proto->raw_data.len == stored_size (type, bytes);
  switch (type)
    {
    case CJ_ARRAY_F32:
      return proto->n_float_data == n;
    case CJ_ARRAY_F64:
      return proto->n_double_data == n;
    case CJ_ARRAY_I64:
      return proto->n_int64_data == n;
    case CJ_ARRAY_U32:
    case CJ_ARRAY_U64:
      return proto->n_uint64_data == n;
    default:
      return proto->n_int32_data == stored_size (type, n);
    }
}

CjArray *
cjd_onnx_read_tensor (const Onnx__TensorProto *proto, CjdOnnxStore *store, const char **type_name,
                      GError **error)
{
  const gboolean external = proto->has_data_location
                            && proto->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
  g_autoptr (CjArray) value = NULL;
  CjArrayType type;
  CjDims dims;
  gsize bytes;

  if (!cjd_onnx_type (proto->data_type, &type, type_name))
    return NULL;
  if (!check_shape (proto, type, &bytes) || (!external && !has_numbers (proto, type, bytes)))
    {
      refuse_size (proto, error);
      return NULL;
    }
  if (bytes > CJD_ONNX_MAX_BYTES - store->taken)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_MEMORY,
                           _ ("its tensors are larger than the 8 GiB that are taken"));
      return NULL;
    }
  dims = cj_dims ((guint) proto->n_dims, proto->dims);
  value = cj_array_new (type, &dims, error);
  if (value == NULL)
    return NULL;
  store->taken += bytes;
  if (external && !read_external (proto, store->folder, value, error))
    return NULL;
  if (!external && proto->has_raw_data && bytes > 0
      && proto->raw_data.len == stored_size (type, bytes))
    memcpy (value->data, proto->raw_data.data, proto->raw_data.len);
  else if (!external && bytes > 0 && !read_list (proto, value))
    {
      refuse_size (proto, error);
      return NULL;
    }
  else if (!external)
    return g_steal_pointer (&value);
  order_bytes (value);
  return g_steal_pointer (&value);
}

CjArray *
cjd_onnx_read_sparse (const Onnx__SparseTensorProto *proto, CjdOnnxStore *store, GError **error)
{
  g_autoptr (CjArray) numbers = NULL, places = NULL, dense = NULL;
  const guint rank = (guint) MIN (proto->n_dims, CJ_ARRAY_MAX_DIMS);
  const char *type;
  CjDims dims;

  if (proto->values == NULL || proto->indices == NULL || proto->n_dims > CJ_ARRAY_MAX_DIMS)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, _ ("a sparse tensor is not whole"));
      return NULL;
    }
  numbers = cjd_onnx_read_tensor (proto->values, store, &type, error);
  places = numbers != NULL ? cjd_onnx_read_tensor (proto->indices, store, &type, error) : NULL;
  if (places == NULL)
    {
      if (error != NULL && *error == NULL)
        refuse_size (proto->values, error);
      return NULL;
    }
  dims = cj_dims (rank, proto->dims);
  dense = cj_array_new (numbers->type, &dims, error);
  if (dense == NULL)
    return NULL;
  for (gint64 i = 0; i < numbers->size; i++)
    {
      const gboolean linear = places->size == numbers->size && places->dims.n == 1;
      gint64 place = 0;

      if (!linear && places->size != numbers->size * rank)
        {
          refuse_size (proto->indices, error);
          return NULL;
        }
      for (guint k = 0; !linear && k < rank; k++)
        {
          const gint64 at = cj_array_get_int (places, i * rank + k);

          place = place < 0 || at < 0 || at >= dims.d[k] ? -1 : place * dims.d[k] + at;
        }
      if (linear)
        place = cj_array_get_int (places, i);
      if (place < 0 || place >= dense->size)
        {
          refuse_size (proto->indices, error);
          return NULL;
        }
      memcpy ((guint8 *) dense->data + (gsize) place * cj_array_type_size (dense->type),
              (const guint8 *) numbers->data + (gsize) i * cj_array_type_size (dense->type),
              cj_array_type_size (dense->type));
    }
  return g_steal_pointer (&dense);
}

/* --- files of one tensor --- */

static CjArray *
read_whole (const Onnx__TensorProto *proto, CjdOnnxStore *store, GError **error)
{
  const char *type = "";
  GError *own = NULL;
  CjArray *value = cjd_onnx_read_tensor (proto, store, &type, &own);

  if (value == NULL && own == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("tensors of type %s are not read"), type);
  else if (own != NULL)
    g_propagate_error (error, own);
  return value;
}

CjArray *
cjd_onnx_tensor_parse (GBytes *bytes, GError **error)
{
  CjdOnnxStore store = { 0 };
  CjdOnnxMemory memory;
  Onnx__TensorProto *proto = (Onnx__TensorProto *) cjd_onnx_unpack (&onnx__tensor_proto__descriptor,
                                                                    bytes, &memory, error);
  CjArray *value;

  if (proto == NULL)
    return NULL;
  value = read_whole (proto, &store, error);
  protobuf_c_message_free_unpacked (&proto->base, &memory.allocator);
  return value;
}

/* --- files of other values --- */

static CjArray *
read_sequence (const Onnx__SequenceProto *proto, CjdOnnxStore *store, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_array_unref);
  CjArrayType type = CJ_ARRAY_F32;

  /* sequences of sequences and the like */
  if (proto->elem_type > 1)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("tensors of type %s are not read"),
                   "sequence");
      return NULL;
    }
  for (gsize i = 0; i < proto->n_tensor_values; i++)
    {
      CjArray *item = read_whole (proto->tensor_values[i], store, error);

      if (item == NULL)
        return NULL;
      g_ptr_array_add (items, item);
      type = item->type;
    }
  return cj_array_new_sequence (type, g_steal_pointer (&items));
}

static CjArray *
read_optional (const Onnx__OptionalProto *proto, CjdOnnxStore *store, GError **error)
{
  if (proto->sequence_value != NULL)
    return read_sequence (proto->sequence_value, store, error);
  if (proto->tensor_value != NULL)
    return read_whole (proto->tensor_value, store, error);
  return cj_array_new_absent ();
}

CjArray *
cjd_onnx_value_parse (GBytes *bytes, CjdOnnxKind kind, GError **error)
{
  const gboolean sequence = kind == CJD_ONNX_SEQUENCE;
  CjdOnnxStore store = { 0 };
  CjdOnnxMemory memory;
  ProtobufCMessage *proto;
  CjArray *value;

  if (kind == CJD_ONNX_TENSOR)
    return cjd_onnx_tensor_parse (bytes, error);
  if (kind == CJD_ONNX_OTHER)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("tensors of type %s are not read"), "map");
      return NULL;
    }
  proto = cjd_onnx_unpack (sequence ? &onnx__sequence_proto__descriptor
                                    : &onnx__optional_proto__descriptor,
                           bytes, &memory, error);
  if (proto == NULL)
    return NULL;
  value = sequence ? read_sequence ((const Onnx__SequenceProto *) proto, &store, error)
                   : read_optional ((const Onnx__OptionalProto *) proto, &store, error);
  protobuf_c_message_free_unpacked (proto, &memory.allocator);
  return value;
}

CjArray *
cjd_onnx_tensor_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_ONNX_MAX_FILE, error);
  CjArray *value = bytes != NULL ? cjd_onnx_tensor_parse (bytes, error) : NULL;

  if (bytes != NULL && value == NULL)
    {
      g_autofree char *name = g_path_get_basename (path);

      g_prefix_error (error, "%s: ", name);
    }
  return value;
}
