/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "safetensors.h"

#include "cj-error.h"
#include "cj-half.h"
#include "json.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_HEADER (64u << 20)

CjdNamedTensor *
cjd_named_tensor_new (const char *name, CjTensor *tensor)
{
  CjdNamedTensor *named = g_new0 (CjdNamedTensor, 1);

  named->name = g_strdup (name);
  named->tensor = tensor;
  return named;
}

CjdNamedTensor *
cjd_named_tensor_new_view (const char *name, const CjShape *shape, float *data)
{
  CjTensor *tensor = g_new0 (CjTensor, 1);
  CjdNamedTensor *named = cjd_named_tensor_new (name, tensor);

  tensor->dtype = CJ_FLOAT32;
  tensor->shape = *shape;
  tensor->data = data;
  named->view = TRUE;
  return named;
}

void
cjd_named_tensor_free (CjdNamedTensor *named)
{
  g_free (named->name);
  if (named->view)
    g_free (named->tensor);
  else
    cj_tensor_unref (named->tensor);
  g_free (named);
}

GPtrArray *
cjd_named_tensors_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cjd_named_tensor_free);
}

CjTensor *
cjd_named_tensors_find (const GPtrArray *tensors, const char *name)
{
  for (guint i = 0; i < tensors->len; i++)
    {
      const CjdNamedTensor *named = tensors->pdata[i];

      if (g_str_equal (named->name, name))
        return named->tensor;
    }
  return NULL;
}

static const char *
print_dtype (CjDtype dtype)
{
  return dtype == CJ_FLOAT32 ? "F32" : dtype == CJ_INT32 ? "I32" : "U8";
}

GBytes *
cjd_safetensors_print (const GPtrArray *tensors)
{
  return cjd_safetensors_print_noted (tensors, NULL);
}

GBytes *
cjd_safetensors_print_noted (const GPtrArray *tensors, const char *const *notes)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *header = NULL;
  GByteArray *out;
  gsize offset = 0, length;
  guint64 prefix;

  json_builder_begin_object (json);
  if (notes != NULL)
    {
      json_builder_set_member_name (json, "__metadata__");
      json_builder_begin_object (json);
      for (guint i = 0; notes[i] != NULL; i += 2)
        {
          json_builder_set_member_name (json, notes[i]);
          json_builder_add_string_value (json, notes[i + 1]);
        }
      json_builder_end_object (json);
    }
  for (guint i = 0; i < tensors->len; i++)
    {
      const CjdNamedTensor *named = tensors->pdata[i];
      const CjTensor *tensor = named->tensor;

      json_builder_set_member_name (json, named->name);
      json_builder_begin_object (json);
      json_builder_set_member_name (json, "dtype");
      json_builder_add_string_value (json, print_dtype (tensor->dtype));
      json_builder_set_member_name (json, "shape");
      json_builder_begin_array (json);
      for (guint d = 0; d < tensor->shape.n_dims; d++)
        json_builder_add_int_value (json, tensor->shape.dims[d]);
      json_builder_end_array (json);
      json_builder_set_member_name (json, "data_offsets");
      json_builder_begin_array (json);
      json_builder_add_int_value (json, (gint64) offset);
      offset += cj_tensor_bytes (tensor);
      json_builder_add_int_value (json, (gint64) offset);
      json_builder_end_array (json);
      json_builder_end_object (json);
    }
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  json_generator_set_root (generator, root);
  header = json_generator_to_data (generator, &length);
  prefix = GUINT64_TO_LE ((length + 7) / 8 * 8);
  out = g_byte_array_sized_new ((guint) MIN (offset + length + 16, G_MAXUINT)); /* at once */
  g_byte_array_append (out, (const guint8 *) &prefix, sizeof prefix);
  g_byte_array_append (out, (const guint8 *) header, (guint) length);
  while (out->len % 8 != 0)
    g_byte_array_append (out, (const guint8 *) " ", 1);
  for (guint i = 0; i < tensors->len; i++)
    {
      const CjTensor *tensor = ((const CjdNamedTensor *) tensors->pdata[i])->tensor;

      g_byte_array_append (out, tensor->data, (guint) cj_tensor_bytes (tensor));
    }
  return g_byte_array_free_to_bytes (out);
}

typedef enum
{
  F32,
  F64,
  F16,
  BF16,
  I32,
  I64,
  I8,
  I16,
  U16,
  U32,
  U64,
  U8,
  BOOL,
  N_KINDS
} Kind;

static const struct
{
  const char *name;
  gsize size;
  CjDtype dtype;
} kinds[N_KINDS] = { { "F32", 4, CJ_FLOAT32 },  { "F64", 8, CJ_FLOAT32 }, { "F16", 2, CJ_FLOAT32 },
                     { "BF16", 2, CJ_FLOAT32 }, { "I32", 4, CJ_INT32 },   { "I64", 8, CJ_INT32 },
                     { "I8", 1, CJ_INT32 },     { "I16", 2, CJ_INT32 },   { "U16", 2, CJ_INT32 },
                     { "U32", 4, CJ_INT32 },    { "U64", 8, CJ_INT32 },   { "U8", 1, CJ_UINT8 },
                     { "BOOL", 1, CJ_UINT8 } };

/* A whole number of the file as int32; FALSE if it does not fit. */
static gboolean
convert_whole (Kind kind, const guint8 *from, gint32 *to)
{
  const guint width = (guint) kinds[kind].size * 8;
  const gboolean has_sign = kind <= I16;
  guint64 bits = 0;
  gint64 wide;

  for (guint i = 0; i < width / 8; i++)
    bits |= (guint64) from[i] << 8 * i;
  wide = has_sign ? (gint64) (bits << (64 - width)) >> (64 - width) : (gint64) bits;
  *to = (gint32) wide;
  return wide == *to && (has_sign || bits <= G_MAXINT32);
}

/* A whole number of 32 or 64 bits as the nearest float. */
static float
convert_wide (Kind kind, const guint8 *from)
{
  guint64 bits = 0;

  for (guint i = 0; i < kinds[kind].size; i++)
    bits |= (guint64) from[i] << 8 * i;
  return kind == I64 ? (float) (gint64) bits : (float) bits;
}

/* Converts one number; FALSE if an integer does not fit. */
static gboolean
convert (Kind kind, const guint8 *from, CjTensor *to, gint64 i)
{
  guint16 half;
  guint32 bits;
  double number;

  switch (kind)
    {
    case F64:
      memcpy (&number, from + i * 8, 8);
      cj_tensor_f32 (to)[i] = (float) number;
      return TRUE;
    case F16:
      memcpy (&half, from + i * 2, 2);
      cj_tensor_f32 (to)[i] = cj_half_to_float (GUINT16_FROM_LE (half));
      return TRUE;
    case BF16:
      memcpy (&half, from + i * 2, 2);
      bits = (guint32) GUINT16_FROM_LE (half) << 16;
      memcpy (cj_tensor_f32 (to) + i, &bits, 4);
      return TRUE;
    case F32:
    case U8:
    case BOOL:
      memcpy ((guint8 *) to->data + (gsize) i * kinds[kind].size,
              from + (gsize) i * kinds[kind].size, kinds[kind].size);
      return TRUE;
    default:
      return convert_whole (kind, from + (gsize) i * kinds[kind].size, cj_tensor_i32 (to) + i);
    }
}

/* Converts all of them: to int32 where they all fit, else to the nearest floats. */
static CjTensor *
convert_all (Kind kind, const CjShape *shape, const guint8 *from)
{
  g_autoptr (CjTensor) tensor = cj_tensor_new (kinds[kind].dtype, shape);
  const gint64 n = cj_shape_size (shape);
  CjTensor *floats;
  gint64 i = 0;

  while (i < n && convert (kind, from, tensor, i))
    i++;
  if (i == n)
    return g_steal_pointer (&tensor);
  floats = cj_tensor_new (CJ_FLOAT32, shape);
  for (i = 0; i < n; i++)
    cj_tensor_f32 (floats)[i] = convert_wide (kind, from + (gsize) i * kinds[kind].size);
  return floats;
}

static gboolean
refuse (GError **error, const char *name, const char *reason)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               /* Translators: name of a tensor, and what is wrong, as “has no usable shape” */
               _ ("Tensor “%s” %s."), name, reason);
  return FALSE;
}

static JsonArray *
get_array (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* Whole numbers of an array, none below 0; FALSE if there is anything else, or more than `max`. */
static gboolean
read_numbers (JsonObject *object, const char *member, guint max, gint64 *numbers, guint *n)
{
  JsonArray *array = get_array (object, member);

  if (array == NULL || json_array_get_length (array) > max)
    return FALSE;
  *n = json_array_get_length (array);
  for (guint i = 0; i < *n; i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (item) || json_node_get_value_type (item) != G_TYPE_INT64)
        return FALSE;
      numbers[i] = json_node_get_int (item);
      if (numbers[i] < 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_kind (const char *name, JsonObject *object, Kind *kind, GError **error)
{
  JsonNode *node = json_object_get_member (object, "dtype");
  const char *dtype = "";

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node)
      && json_node_get_value_type (node) == G_TYPE_STRING)
    dtype = json_node_get_string (node);
  for (*kind = F32; *kind < N_KINDS; (*kind)++)
    if (g_str_equal (kinds[*kind].name, dtype))
      return TRUE;
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_FILE,
      /* Translators: names of a tensor and of a type of numbers, as F8_E4M3 */
      _ ("Tensor “%s” is of the type “%s”, which is not read. Save it as one of F16, BF16, "
         "F32, F64, I8 to I64, U8 to U64 or BOOL."),
      name, dtype);
  return FALSE;
}

/* Where a tensor lies in the data. */
typedef struct
{
  const char *name;
  gint64 begin, end;
} Span;

static gboolean
read_tensor (const char *name, JsonObject *object, const guint8 *data, gsize size,
             GPtrArray *tensors, GArray *spans, GError **error)
{
  Span span = { name, 0, 0 };
  gint64 offsets[2] = { 0 };
  CjShape shape = { 0 };
  gsize bytes;
  Kind kind;
  guint n;

  if (!read_kind (name, object, &kind, error))
    return FALSE;
  if (!read_numbers (object, "shape", CJ_MAX_DIMS, shape.dims, &shape.n_dims)
      || !cj_shape_bytes (&shape, CJ_FLOAT32, &bytes)) /* as long as any that is made of it */
    return refuse (error, name, _ ("has no usable shape"));
  if (!read_numbers (object, "data_offsets", 2, offsets, &n) || n != 2)
    return refuse (error, name, _ ("has no data offsets"));
  if (offsets[0] > offsets[1] || (guint64) offsets[1] > size
      || (guint64) (offsets[1] - offsets[0])
             != (guint64) bytes / cj_dtype_size (CJ_FLOAT32) * kinds[kind].size)
    return refuse (error, name, _ ("has offsets that do not fit its shape or the file"));
  span.begin = offsets[0];
  span.end = offsets[1];
  g_array_append_val (spans, span);
  g_ptr_array_add (tensors,
                   cjd_named_tensor_new (name, convert_all (kind, &shape, data + span.begin)));
  return TRUE;
}

static gint
compare_spans (gconstpointer a, gconstpointer b)
{
  const Span *one = a, *two = b;

  if (one->begin != two->begin)
    return one->begin < two->begin ? -1 : 1;
  return one->end < two->end ? -1 : one->end > two->end;
}

/* The format allows neither holes nor bytes that belong to two tensors. */
static gboolean
check_spans (GArray *spans, gsize size, GError **error)
{
  gint64 at = 0;

  g_array_sort (spans, compare_spans);
  for (guint i = 0; i < spans->len; i++)
    {
      const Span *span = &g_array_index (spans, Span, i);

      if (span->begin < at)
        return refuse (error, span->name, _ ("overlaps another tensor; the file is damaged"));
      if (span->begin > at)
        return refuse (error, span->name, _ ("follows a hole in the data; the file is damaged"));
      at = span->end;
    }
  if ((gsize) at == size)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("%zu bytes at the end belong to no tensor; the file is damaged."),
               size - (gsize) at);
  return FALSE;
}

GPtrArray *
cjd_safetensors_parse (GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (Span));
  g_autoptr (GList) names = NULL;
  JsonObject *root;
  guint64 length = 0;

  if (size >= 8)
    memcpy (&length, data, 8);
  length = GUINT64_FROM_LE (length);
  if (size < 8 || length > size - 8 || length > MAX_HEADER)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("The header is longer than the file, which is cut off or no safetensors file."));
      return NULL;
    }
  if (!cjd_json_check ((const char *) data + 8, (gsize) length, error)
      || !json_parser_load_from_data (parser, (const char *) data + 8, (gssize) length, error))
    return NULL;
  if (json_parser_get_root (parser) == NULL
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("The header is no JSON object."));
      return NULL;
    }
  root = json_node_get_object (json_parser_get_root (parser));
  names = json_object_get_members (root);
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonNode *node = json_object_get_member (root, l->data);

      if (g_str_equal (l->data, "__metadata__"))
        continue;
      if (!JSON_NODE_HOLDS_OBJECT (node))
        {
          refuse (error, l->data, _ ("is not described by an object"));
          return NULL;
        }
      if (!read_tensor (l->data, json_node_get_object (node), data + 8 + length, size - 8 - length,
                        tensors, spans, error))
        return NULL;
    }
  return check_spans (spans, size - 8 - length, error) ? g_steal_pointer (&tensors) : NULL;
}
