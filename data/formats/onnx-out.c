/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-out.h"

#include "cj-error.h"
#include "onnx.pb-c.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define IR_VERSION 7 /* the format of the file that came with opset 13 */

/* Messages are made with the allocator that protobuf-c frees them with. */
#define NEW(type, init) memcpy (g_malloc (sizeof (type)), &(type) init, sizeof (type))

struct _CjdOnnxOut
{
  char *name, *producer, *version, *doc;
  int opset;
  GPtrArray *nodes, *constants, *inputs, *outputs, *notes; /* messages, owned */
};

static void
free_message (gpointer message)
{
  protobuf_c_message_free_unpacked (message, NULL);
}

CjdOnnxOut *
cjd_onnx_out_new (const char *name, int opset)
{
  CjdOnnxOut *self = g_new0 (CjdOnnxOut, 1);

  self->name = g_strdup (name);
  self->opset = opset;
  self->nodes = g_ptr_array_new_with_free_func (free_message);
  self->constants = g_ptr_array_new_with_free_func (free_message);
  self->inputs = g_ptr_array_new_with_free_func (free_message);
  self->outputs = g_ptr_array_new_with_free_func (free_message);
  self->notes = g_ptr_array_new_with_free_func (free_message);
  return self;
}

void
cjd_onnx_out_free (CjdOnnxOut *self)
{
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->constants);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->outputs);
  g_ptr_array_unref (self->notes);
  g_free (self->name);
  g_free (self->producer);
  g_free (self->version);
  g_free (self->doc);
  g_free (self);
}

void
cjd_onnx_out_set_producer (CjdOnnxOut *self, const char *name, const char *version)
{
  g_free (self->producer);
  g_free (self->version);
  self->producer = g_strdup (name);
  self->version = g_strdup (version);
}

void
cjd_onnx_out_set_doc (CjdOnnxOut *self, const char *text)
{
  g_free (self->doc);
  self->doc = g_strdup (text);
}

void
cjd_onnx_out_add_note (CjdOnnxOut *self, const char *key, const char *text)
{
  Onnx__StringStringEntryProto *note
      = NEW (Onnx__StringStringEntryProto, ONNX__STRING_STRING_ENTRY_PROTO__INIT);

  note->key = g_strdup (key);
  note->value = g_strdup (text);
  g_ptr_array_add (self->notes, note);
}

/* --- values --- */

static Onnx__TensorShapeProto *
make_shape (const CjShape *shape)
{
  Onnx__TensorShapeProto *to = NEW (Onnx__TensorShapeProto, ONNX__TENSOR_SHAPE_PROTO__INIT);

  to->n_dim = shape->n_dims;
  to->dim = shape->n_dims > 0 ? g_new0 (Onnx__TensorShapeProto__Dimension *, shape->n_dims) : NULL;
  for (guint i = 0; i < shape->n_dims; i++)
    {
      to->dim[i]
          = NEW (Onnx__TensorShapeProto__Dimension, ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT);
      to->dim[i]->has_dim_value = shape->dims[i] != CJD_ONNX_FREE;
      to->dim[i]->dim_value = to->dim[i]->has_dim_value ? shape->dims[i] : 0;
      to->dim[i]->dim_param = to->dim[i]->has_dim_value ? NULL : g_strdup ("N");
    }
  return to;
}

static void
add_value (GPtrArray *values, const char *name, CjdOnnxType type, const CjShape *shape,
           const char *doc)
{
  Onnx__ValueInfoProto *value = NEW (Onnx__ValueInfoProto, ONNX__VALUE_INFO_PROTO__INIT);

  value->name = g_strdup (name);
  value->doc_string = g_strdup (doc);
  value->type = NEW (Onnx__TypeProto, ONNX__TYPE_PROTO__INIT);
  value->type->tensor_type = NEW (Onnx__TypeProto__Tensor, ONNX__TYPE_PROTO__TENSOR__INIT);
  value->type->tensor_type->has_elem_type = TRUE;
  value->type->tensor_type->elem_type = type;
  value->type->tensor_type->shape = make_shape (shape);
  g_ptr_array_add (values, value);
}

void
cjd_onnx_out_add_input (CjdOnnxOut *self, const char *name, CjdOnnxType type, const CjShape *shape,
                        const char *doc)
{
  add_value (self->inputs, name, type, shape, doc);
}

void
cjd_onnx_out_add_output (CjdOnnxOut *self, const char *name, CjdOnnxType type, const CjShape *shape,
                         const char *doc)
{
  add_value (self->outputs, name, type, shape, doc);
}

static gsize
get_size (CjdOnnxType type)
{
  return type == CJD_ONNX_INT64 ? 8 : type == CJD_ONNX_FLOAT || type == CJD_ONNX_INT32 ? 4 : 1;
}

/* The numbers lie in the file as in memory: the first byte of each is the lowest. */
static Onnx__TensorProto *
make_tensor (const char *name, CjdOnnxType type, const CjShape *shape, gconstpointer data)
{
  Onnx__TensorProto *tensor = NEW (Onnx__TensorProto, ONNX__TENSOR_PROTO__INIT);
  const gsize bytes = get_size (type) * (gsize) cj_shape_size (shape);

  G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);
  tensor->name = g_strdup (name);
  tensor->has_data_type = TRUE;
  tensor->data_type = type;
  tensor->n_dims = shape->n_dims;
  tensor->dims = g_memdup2 (shape->dims, sizeof *shape->dims * shape->n_dims);
  tensor->has_raw_data = TRUE;
  tensor->raw_data.len = bytes;
  tensor->raw_data.data = g_memdup2 (data, bytes);
  return tensor;
}

void
cjd_onnx_out_add_constant (CjdOnnxOut *self, const char *name, CjdOnnxType type,
                           const CjShape *shape, gconstpointer data)
{
  g_ptr_array_add (self->constants, make_tensor (name, type, shape, data));
}

/* --- nodes --- */

static char **
copy_texts (const char *const *texts, guint n)
{
  char **copy = g_new0 (char *, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    copy[i] = g_strdup (texts[i]);
  return copy;
}

void
cjd_onnx_out_add_node (CjdOnnxOut *self, const char *op, const char *name,
                       const char *const *inputs, guint n_inputs, const char *const *outputs,
                       guint n_outputs)
{
  Onnx__NodeProto *node = NEW (Onnx__NodeProto, ONNX__NODE_PROTO__INIT);

  node->op_type = g_strdup (op);
  node->name = g_strdup (name);
  node->n_input = n_inputs;
  node->input = copy_texts (inputs, n_inputs);
  node->n_output = n_outputs;
  node->output = copy_texts (outputs, n_outputs);
  g_ptr_array_add (self->nodes, node);
}

static Onnx__AttributeProto *
add_attribute (CjdOnnxOut *self, const char *name, Onnx__AttributeProto__AttributeType type)
{
  Onnx__NodeProto *node = self->nodes->pdata[self->nodes->len - 1];
  Onnx__AttributeProto *attribute = NEW (Onnx__AttributeProto, ONNX__ATTRIBUTE_PROTO__INIT);

  attribute->name = g_strdup (name);
  attribute->has_type = TRUE;
  attribute->type = type;
  node->attribute = g_renew (Onnx__AttributeProto *, node->attribute, node->n_attribute + 1);
  node->attribute[node->n_attribute++] = attribute;
  return attribute;
}

void
cjd_onnx_out_set_int (CjdOnnxOut *self, const char *name, gint64 value)
{
  Onnx__AttributeProto *attribute
      = add_attribute (self, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

  attribute->has_i = TRUE;
  attribute->i = value;
}

void
cjd_onnx_out_set_float (CjdOnnxOut *self, const char *name, double value)
{
  Onnx__AttributeProto *attribute
      = add_attribute (self, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);

  attribute->has_f = TRUE;
  attribute->f = (float) value;
}

void
cjd_onnx_out_set_ints (CjdOnnxOut *self, const char *name, const gint64 *values, guint n)
{
  Onnx__AttributeProto *attribute
      = add_attribute (self, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);

  attribute->n_ints = n;
  attribute->ints = g_memdup2 (values, sizeof *values * n);
}

static ProtobufCBinaryData
make_bytes (const char *text)
{
  return (ProtobufCBinaryData){ strlen (text), (guint8 *) g_strdup (text) };
}

void
cjd_onnx_out_set_text (CjdOnnxOut *self, const char *name, const char *text)
{
  Onnx__AttributeProto *attribute
      = add_attribute (self, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);

  attribute->has_s = TRUE;
  attribute->s = make_bytes (text);
}

void
cjd_onnx_out_set_texts (CjdOnnxOut *self, const char *name, const char *const *texts, guint n)
{
  Onnx__AttributeProto *attribute
      = add_attribute (self, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS);

  attribute->n_strings = n;
  attribute->strings = g_new0 (ProtobufCBinaryData, n);
  for (guint i = 0; i < n; i++)
    attribute->strings[i] = make_bytes (texts[i]);
}

/* Keeps what `keeps` says of an array, in its order. */
static void
keep_some (GPtrArray *array, const gboolean *keeps)
{
  guint n = 0;

  for (guint i = 0; i < array->len; i++)
    if (keeps[i])
      {
        gpointer kept = array->pdata[i];

        array->pdata[i] = array->pdata[n];
        array->pdata[n++] = kept;
      }
  g_ptr_array_set_size (array, (int) n);
}

void
cjd_onnx_out_drop_unread (CjdOnnxOut *self)
{
  g_autoptr (GHashTable) read = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gboolean *nodes = g_new0 (gboolean, MAX (self->nodes->len, 1));
  g_autofree gboolean *constants = g_new0 (gboolean, MAX (self->constants->len, 1));

  for (guint i = 0; i < self->outputs->len; i++)
    g_hash_table_add (read, ((Onnx__ValueInfoProto *) self->outputs->pdata[i])->name);
  for (guint i = self->nodes->len; i-- > 0;) /* they are in order */
    {
      const Onnx__NodeProto *node = self->nodes->pdata[i];

      for (gsize k = 0; k < node->n_output; k++)
        nodes[i] |= g_hash_table_contains (read, node->output[k]);
      for (gsize k = 0; k < node->n_input && nodes[i]; k++)
        g_hash_table_add (read, node->input[k]);
    }
  for (guint i = 0; i < self->constants->len; i++)
    constants[i]
        = g_hash_table_contains (read, ((Onnx__TensorProto *) self->constants->pdata[i])->name);
  keep_some (self->constants, constants); /* nodes own the names that are looked at */
  keep_some (self->nodes, nodes);
}

guint
cjd_onnx_out_get_n_nodes (const CjdOnnxOut *self)
{
  return self->nodes->len;
}

/* --- printing --- */

static GBytes *
pack (const ProtobufCMessage *message)
{
  const gsize size = protobuf_c_message_get_packed_size (message);
  guint8 *bytes = g_malloc (MAX (size, 1));

  protobuf_c_message_pack (message, bytes);
  return g_bytes_new_take (bytes, size);
}

GBytes *
cjd_onnx_out_print (CjdOnnxOut *self, GError **error)
{
  Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT, *opsets[] = { &opset };
  Onnx__GraphProto graph = ONNX__GRAPH_PROTO__INIT;
  Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
  gsize size;

  opset.domain = (char *) "";
  opset.has_version = TRUE;
  opset.version = self->opset;
  graph.name = self->name;
  graph.n_node = self->nodes->len;
  graph.node = (Onnx__NodeProto **) self->nodes->pdata;
  graph.n_initializer = self->constants->len;
  graph.initializer = (Onnx__TensorProto **) self->constants->pdata;
  graph.n_input = self->inputs->len;
  graph.input = (Onnx__ValueInfoProto **) self->inputs->pdata;
  graph.n_output = self->outputs->len;
  graph.output = (Onnx__ValueInfoProto **) self->outputs->pdata;
  model.has_ir_version = TRUE;
  model.ir_version = IR_VERSION;
  model.producer_name = self->producer;
  model.producer_version = self->version;
  model.doc_string = self->doc;
  model.n_opset_import = 1;
  model.opset_import = opsets;
  model.n_metadata_props = self->notes->len;
  model.metadata_props = (Onnx__StringStringEntryProto **) self->notes->pdata;
  model.graph = &graph;
  size = onnx__model_proto__get_packed_size (&model);
  if (size > G_MAXINT32)
    {
      g_autofree char *text = g_format_size (size);

      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” would take %s, and a file of ONNX holds 2 GB at most. Export its "
                      "weights as .safetensors, or make its layers smaller."),
                   self->name, text);
      return NULL;
    }
  return pack (&model.base);
}

GBytes *
cjd_onnx_tensor_print (const char *name, CjdOnnxType type, const CjShape *shape, gconstpointer data)
{
  Onnx__TensorProto *tensor = make_tensor (name, type, shape, data);
  GBytes *bytes = pack (&tensor->base);

  free_message (tensor);
  return bytes;
}
