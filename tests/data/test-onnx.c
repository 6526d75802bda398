/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading ONNX: every type of tensor, numbers in other files, and what must be refused. */
#include "cj-error.h"
#include "files.h"
#include "onnx.h"
#include "onnx.pb-c.h"

#include <string.h>
#include <unistd.h>

/* The bytes of a message. */
static GBytes *
pack (const ProtobufCMessage *message)
{
  const gsize size = protobuf_c_message_get_packed_size (message);
  guint8 *bytes = g_malloc (size + 1);

  protobuf_c_message_pack (message, bytes);
  return g_bytes_new_take (bytes, size);
}

static GBytes *
pack_tensor (gint32 type, gint64 n, gconstpointer raw, gsize size)
{
  Onnx__TensorProto tensor = ONNX__TENSOR_PROTO__INIT;

  tensor.has_data_type = TRUE;
  tensor.data_type = type;
  tensor.n_dims = 1;
  tensor.dims = &n;
  tensor.has_raw_data = TRUE;
  tensor.raw_data.data = (guint8 *) raw;
  tensor.raw_data.len = size;
  return pack (&tensor.base);
}

static void
test_types (void)
{
  /* 1.5 in each type that has it, or 200, 1 and so on: number of the type, bytes, what they are */
  static const struct
  {
    gint32 number;
    CjArrayType type;
    guint8 bytes[8];
    guint size;
    double is;
  } rows[] = {
    { 1, CJ_ARRAY_F32, { 0, 0, 0xc0, 0x3f }, 4, 1.5 },
    { 2, CJ_ARRAY_U8, { 200 }, 1, 200 },
    { 3, CJ_ARRAY_I8, { 200 }, 1, -56 },
    { 4, CJ_ARRAY_U16, { 1, 2 }, 2, 513 },
    { 5, CJ_ARRAY_I16, { 0xfe, 0xff }, 2, -2 },
    { 6, CJ_ARRAY_I32, { 0xfd, 0xff, 0xff, 0xff }, 4, -3 },
    { 7, CJ_ARRAY_I64, { 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 8, -4 },
    { 9, CJ_ARRAY_BOOL, { 7 }, 1, 1 },
    { 10, CJ_ARRAY_F16, { 0, 0x3e }, 2, 1.5 },
    { 11, CJ_ARRAY_F64, { 0, 0, 0, 0, 0, 0, 0xf8, 0x3f }, 8, 1.5 },
    { 12, CJ_ARRAY_U32, { 0xff, 0xff, 0xff, 0xff }, 4, 4294967295.0 },
    { 13, CJ_ARRAY_U64, { 5 }, 8, 5 },
    { 16, CJ_ARRAY_BF16, { 0xc0, 0x3f }, 2, 1.5 },
    { 21, CJ_ARRAY_U4, { 0xea }, 1, 10 },
    { 22, CJ_ARRAY_I4, { 0xea }, 1, -6 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) bytes = pack_tensor (rows[i].number, 1, rows[i].bytes, rows[i].size);
      g_autoptr (GError) error = NULL;
      g_autoptr (CjArray) array = cjd_onnx_tensor_parse (bytes, &error);

      g_assert_no_error (error);
      g_assert_cmpint (array->type, ==, rows[i].type);
      g_assert_cmpfloat (cj_array_get (array, 0), ==, rows[i].is);
    }
}

/* Numbers in lists: halves and bytes lie in int32. */
static void
test_lists (void)
{
  Onnx__TensorProto tensor = ONNX__TENSOR_PROTO__INIT;
  gint64 dims[2] = { 1, 2 };
  gint32 halves[2] = { 0x3e00, 0xc000 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjArray) array = NULL;

  tensor.has_data_type = TRUE;
  tensor.data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16;
  tensor.n_dims = 2;
  tensor.dims = dims;
  tensor.n_int32_data = 2;
  tensor.int32_data = halves;
  bytes = pack (&tensor.base);
  array = cjd_onnx_tensor_parse (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (array->dims.n, ==, 2);
  g_assert_cmpfloat (cj_array_get (array, 0), ==, 1.5);
  g_assert_cmpfloat (cj_array_get (array, 1), ==, -2);
}

/* Numbers of four bits lie two in a byte, the lower half first; in lists too. */
static void
test_packed (void)
{
  const guint8 raw[2] = { 0x8f, 0x73 };
  Onnx__TensorProto tensor = ONNX__TENSOR_PROTO__INIT;
  gint64 dims[1] = { 3 };
  gint32 list[2] = { 0x8f, 0x73 };
  g_autoptr (GBytes) bytes = pack_tensor (22, 3, raw, 2), listed = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjArray) array = cjd_onnx_tensor_parse (bytes, &error), other = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (array->type, ==, CJ_ARRAY_I4);
  g_assert_cmpint (cj_array_get_int (array, 0), ==, -1);
  g_assert_cmpint (cj_array_get_int (array, 1), ==, -8);
  g_assert_cmpint (cj_array_get_int (array, 2), ==, 3);
  tensor.has_data_type = TRUE;
  tensor.data_type = 21;
  tensor.n_dims = 1;
  tensor.dims = dims;
  tensor.n_int32_data = 2;
  tensor.int32_data = list;
  listed = pack (&tensor.base);
  other = cjd_onnx_tensor_parse (listed, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cj_array_get_int (other, 0), ==, 15);
  g_assert_cmpint (cj_array_get_int (other, 1), ==, 8);
  g_assert_cmpint (cj_array_get_int (other, 2), ==, 3);
}

/* A sequence of two tensors, and an optional value with one of them and without. */
static void
test_values (void)
{
  Onnx__TensorProto tensor = ONNX__TENSOR_PROTO__INIT, *tensors[2] = { &tensor, &tensor };
  Onnx__SequenceProto sequence = ONNX__SEQUENCE_PROTO__INIT;
  Onnx__OptionalProto optional = ONNX__OPTIONAL_PROTO__INIT;
  float number = 1.5f;
  g_autoptr (GBytes) list = NULL, some = NULL, none = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjArray) items = NULL, value = NULL, absent = NULL;

  tensor.has_data_type = TRUE;
  tensor.data_type = 1;
  tensor.n_float_data = 1;
  tensor.float_data = &number;
  sequence.n_tensor_values = 2;
  sequence.tensor_values = tensors;
  optional.has_elem_type = TRUE;
  none = pack (&optional.base);
  optional.tensor_value = &tensor;
  list = pack (&sequence.base);
  some = pack (&optional.base);
  items = cjd_onnx_value_parse (list, CJD_ONNX_SEQUENCE, &error);
  g_assert_no_error (error);
  g_assert_false (cj_array_is_tensor (items));
  g_assert_cmpuint (items->items->len, ==, 2);
  g_assert_cmpfloat (cj_array_get (items->items->pdata[1], 0), ==, 1.5);
  value = cjd_onnx_value_parse (some, CJD_ONNX_OPTIONAL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (cj_array_get (value, 0), ==, 1.5);
  absent = cjd_onnx_value_parse (none, CJD_ONNX_OPTIONAL, &error);
  g_assert_no_error (error);
  g_assert_true (absent->absent);
  g_assert_null (cjd_onnx_value_parse (some, CJD_ONNX_OTHER, &error));
  g_assert_nonnull (error);
}

static void
refuse_tensor (gint32 type, gint64 n, gconstpointer raw, gsize size, const char *reason)
{
  g_autoptr (GBytes) bytes = pack_tensor (type, n, raw, size);
  g_autoptr (GError) error = NULL;

  g_assert_null (cjd_onnx_tensor_parse (bytes, &error));
  g_assert_nonnull (strstr (error->message, reason));
}

static void
test_refused (void)
{
  const guint8 raw[8] = { 0 };

  refuse_tensor (1, 3, raw, 8, "not as many numbers");
  refuse_tensor (1, -1, raw, 4, "not as many numbers");
  refuse_tensor (1, G_MAXINT64, raw, 4, "not as many numbers");
  refuse_tensor (1, (gint64) 1 << 40, raw, 4, "not as many numbers");
  refuse_tensor (8, 1, raw, 4, "string");
  refuse_tensor (14, 1, raw, 8, "complex64");
  refuse_tensor (99, 1, raw, 8, "unknown");
}

/* A model of one Identity whose weight lies in another file. */
static GBytes *
pack_model (const char *location, const char *offset)
{
  Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
  Onnx__GraphProto graph = ONNX__GRAPH_PROTO__INIT;
  Onnx__TensorProto tensor = ONNX__TENSOR_PROTO__INIT, *tensors[1] = { &tensor };
  Onnx__StringStringEntryProto a = ONNX__STRING_STRING_ENTRY_PROTO__INIT,
                               b = ONNX__STRING_STRING_ENTRY_PROTO__INIT, *entries[2] = { &a, &b };
  gint64 n = 2;

  tensor.name = (char *) "w";
  tensor.has_data_type = TRUE;
  tensor.data_type = ONNX__TENSOR_PROTO__DATA_TYPE__UINT8;
  tensor.n_dims = 1;
  tensor.dims = &n;
  tensor.has_data_location = TRUE;
  tensor.data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
  a.key = (char *) "location";
  a.value = (char *) location;
  b.key = (char *) "offset";
  b.value = (char *) offset;
  tensor.n_external_data = 2;
  tensor.external_data = entries;
  graph.n_initializer = 1;
  graph.initializer = tensors;
  model.graph = &graph;
  return pack (&model.base);
}

static CjdOnnx *
load_external (const char *folder, const char *location, const char *offset, GError **error)
{
  g_autoptr (GBytes) bytes = pack_model (location, offset);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *path = files_write (folder, "model.onnx", data, size);

  return cjd_onnx_load (path, error);
}

static void
test_external (void)
{
  char *folder = files_new_folder (), *outside = files_new_folder ();
  g_autofree char *weights = files_write (folder, "w.bin", "\1\2\3\4", 4);
  g_autofree char *secret = files_write (outside, "secret", "\1\2\3\4", 4);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *up = g_strconcat ("../", strrchr (outside, '/') + 1, "/secret", NULL);
  const char *const bad[][2]
      = { { up, "0" },       { secret, "0" }, { "link", "0" },  { "w.bin", "3" }, { "none", "0" },
          { "w.bin", "-1" }, { "", "0" },     { "w.bin", "x" }, { ".", "0" } };
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdOnnx) model = load_external (folder, "w.bin", "1", &error);
  const CjdOnnxTensor *tensor;

  g_assert_no_error (error);
  tensor = model->graph->tensors->pdata[0];
  g_assert_true (tensor->is_external);
  g_assert_cmpfloat (cj_array_get (tensor->value, 1), ==, 3);
  g_assert_cmpint (symlink (secret, link), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) own = NULL;

      g_assert_null (load_external (folder, bad[i][0], bad[i][1], &own));
      g_assert_nonnull (strstr (own->message, "model.onnx: "));
    }
  files_remove (folder);
  files_remove (outside);
}

/* A graph in a graph in a graph ... of which protobuf-c would make as many calls. */
static void
test_deep (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GBytes) all = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 60; i++)
    {
      /* graph: field 6 of an attribute, 5 of a node, 1 of a graph; a length each */
      static const guint8 tags[3] = { 6 << 3 | 2, 5 << 3 | 2, 1 << 3 | 2 };

      for (guint k = 0; k < 3; k++)
        {
          guint8 head[6] = { tags[k] };
          guint n = 1, length = bytes->len;

          do
            head[n++] = (guint8) ((length & 127) | (length > 127 ? 128 : 0));
          while ((length >>= 7) > 0);
          g_byte_array_prepend (bytes, head, n);
        }
    }
  g_byte_array_prepend (bytes, (const guint8[]){ 7 << 3 | 2, 0, 0 }, 3);
  bytes->data[1] = (guint8) (((bytes->len - 3) & 127) | 128);
  bytes->data[2] = (guint8) ((bytes->len - 3) >> 7);
  all = g_bytes_new (bytes->data, bytes->len);
  g_assert_null (cjd_onnx_parse (all, NULL, &error));
  g_assert_nonnull (strstr (error->message, "messages deep"));
}

/* Every beginning of a model, and every byte of it changed, is read or refused with a sentence. */
static void
test_damaged (void)
{
  g_autoptr (GBytes) whole = pack_model ("w.bin", "1");
  gsize size;
  const guint8 *data = g_bytes_get_data (whole, &size);

  for (gsize i = 0; i < 2 * size; i++)
    {
      guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (CjdOnnx) model = NULL;

      if (i >= size)
        copy[i - size] ^= 0xff;
      bytes = g_bytes_new_take (copy, i < size ? i : size);
      model = cjd_onnx_parse (bytes, NULL, &error);
      g_assert_true ((model == NULL) == (error != NULL));
      g_assert_true (error == NULL || *error->message != '\0');
    }
}

/* A field of two bytes is a struct of fifty in memory: a file of nothing else is refused. */
static void
test_swollen (void)
{
  const gsize size = (gsize) 2 << 20;
  guint8 *data = g_malloc (size);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < size; i++)
    data[i] = i % 2 == 0 ? 8 << 3 | 2 : 0;
  bytes = g_bytes_new_take (data, size);
  g_assert_null (cjd_onnx_parse (bytes, NULL, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/onnx/types", test_types);
  g_test_add_func ("/data/onnx/lists", test_lists);
  g_test_add_func ("/data/onnx/packed", test_packed);
  g_test_add_func ("/data/onnx/values", test_values);
  g_test_add_func ("/data/onnx/refused", test_refused);
  g_test_add_func ("/data/onnx/external", test_external);
  g_test_add_func ("/data/onnx/deep", test_deep);
  g_test_add_func ("/data/onnx/damaged", test_damaged);
  g_test_add_func ("/data/onnx/swollen", test_swollen);
  return g_test_run ();
}
