/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-text.h"

#include "cj-rng.h"
#include "cjl-onnx-run.h"
#include "onnx.pb-c.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Everything is freed with the model, by the way of protobuf-c. */
static char *
text (const char *from)
{
  return strdup (from);
}

#define GROW(list, n, item)                                                                        \
  ((list) = realloc ((list), ((n) + 1) * sizeof *(list)), (list)[(n)++] = (item))

static void
add_dims (const char *words, gsize *n, int64_t **dims)
{
  g_auto (GStrv) parts = g_strsplit (words, ",", -1);

  for (guint i = 0; parts[i] != NULL && *words != '\0'; i++)
    if (*parts[i] != '\0')
      GROW (*dims, *n, g_ascii_strtoll (parts[i], NULL, 10));
}

static Onnx__TensorProto *
new_tensor (const char *name, int type, const char *dims)
{
  Onnx__TensorProto *tensor = malloc (sizeof *tensor);

  onnx__tensor_proto__init (tensor);
  tensor->name = text (name);
  tensor->has_data_type = TRUE;
  tensor->data_type = type;
  add_dims (dims, &tensor->n_dims, &tensor->dims);
  return tensor;
}

static gint64
size_of (const Onnx__TensorProto *tensor)
{
  gint64 size = 1;

  for (gsize i = 0; i < tensor->n_dims; i++)
    size *= tensor->dims[i];
  return size;
}

/* Weights by chance: those of one name are always the same. */
static void
draw (Onnx__TensorProto *tensor, CjRng *rng, const char *kind)
{
  const gint64 size = size_of (tensor);

  if (tensor->data_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)
    {
      tensor->int32_data = malloc ((gsize) MAX (size, 1) * sizeof *tensor->int32_data);
      tensor->n_int32_data = (gsize) size;
      for (gint64 i = 0; i < size; i++)
        tensor->int32_data[i] = (gint32) (40 * cj_rng_normal (rng));
      for (gint64 i = 0; i < size; i++)
        tensor->int32_data[i] = CLAMP (tensor->int32_data[i], -128, 127);
      return;
    }
  tensor->float_data = malloc ((gsize) MAX (size, 1) * sizeof *tensor->float_data);
  tensor->n_float_data = (gsize) size;
  for (gint64 i = 0; i < size; i++)
    tensor->float_data[i] = g_str_equal (kind, "zeros")  ? 0
                            : g_str_equal (kind, "ones") ? 1
                            : g_str_equal (kind, "mask")
                                ? (i % tensor->dims[1] > i / tensor->dims[1] ? -INFINITY : 0)
                                : 0.4f * cj_rng_normal (rng);
}

static Onnx__TensorProto *
read_tensor (const char *kind, const char *name, const char *words, CjRng *rng)
{
  static const struct
  {
    const char *word;
    int type;
  } numbers[] = { { "n", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT },
                  { "u8", ONNX__TENSOR_PROTO__DATA_TYPE__UINT8 },
                  { "i8", ONNX__TENSOR_PROTO__DATA_TYPE__INT8 },
                  { "b", ONNX__TENSOR_PROTO__DATA_TYPE__BOOL } };
  g_autofree char *square = g_strdup_printf ("%s,%s", words, words);
  Onnx__TensorProto *tensor;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (kind, numbers[i].word))
      {
        tensor = new_tensor (name, numbers[i].type, "");
        if (i == 0)
          GROW (tensor->float_data, tensor->n_float_data, (float) g_ascii_strtod (words, NULL));
        else
          GROW (tensor->int32_data, tensor->n_int32_data, atoi (words));
        return tensor;
      }
  if (g_str_equal (kind, "l"))
    {
      tensor = new_tensor (name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, "");
      add_dims (words, &tensor->n_int64_data, &tensor->int64_data);
      GROW (tensor->dims, tensor->n_dims, (gint64) tensor->n_int64_data);
      return tensor;
    }
  tensor = new_tensor (name,
                       g_str_equal (kind, "int8") ? ONNX__TENSOR_PROTO__DATA_TYPE__INT8
                                                  : ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT,
                       g_str_equal (kind, "mask") ? square : words);
  draw (tensor, rng, kind);
  return tensor;
}

static Onnx__ValueInfoProto *
new_info (const char *name, const char *kind, const char *words)
{
  Onnx__ValueInfoProto *info = malloc (sizeof *info);
  Onnx__TypeProto *type = malloc (sizeof *type);
  Onnx__TypeProto__Tensor *tensor = malloc (sizeof *tensor);
  g_auto (GStrv) parts = g_strsplit (words != NULL ? words : "", ",", -1);

  onnx__value_info_proto__init (info);
  info->name = text (name);
  if (words == NULL)
    {
      free (type);
      free (tensor);
      return info;
    }
  onnx__type_proto__init (type);
  onnx__type_proto__tensor__init (tensor);
  info->type = type;
  type->tensor_type = tensor;
  tensor->has_elem_type = TRUE;
  tensor->elem_type = g_str_equal (kind, "in:int64")  ? ONNX__TENSOR_PROTO__DATA_TYPE__INT64
                      : g_str_equal (kind, "in:bool") ? ONNX__TENSOR_PROTO__DATA_TYPE__BOOL
                                                      : ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  tensor->shape = malloc (sizeof *tensor->shape);
  onnx__tensor_shape_proto__init (tensor->shape);
  for (guint i = 0; parts[i] != NULL && *words != '\0'; i++)
    {
      Onnx__TensorShapeProto__Dimension *dim = malloc (sizeof *dim);

      onnx__tensor_shape_proto__dimension__init (dim);
      if (g_ascii_isdigit (*parts[i]))
        {
          dim->has_dim_value = TRUE;
          dim->dim_value = atoi (parts[i]);
        }
      else if (!g_str_equal (parts[i], "-"))
        {
          dim->dim_param = text (parts[i]);
        }
      GROW (tensor->shape->dim, tensor->shape->n_dim, dim);
    }
  return info;
}

static Onnx__AttributeProto *
read_attr (const char *word)
{
  g_auto (GStrv) pair = g_strsplit (word, "=", 2);
  Onnx__AttributeProto *attr = malloc (sizeof *attr);
  const char *value = pair[1];

  onnx__attribute_proto__init (attr);
  attr->name = text (pair[0]);
  attr->has_type = TRUE;
  if (strchr (value, ',') != NULL && (g_ascii_isdigit (*value) || *value == '-'))
    {
      attr->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
      add_dims (value, &attr->n_ints, &attr->ints);
    }
  else if (g_ascii_isalpha (*value) || *value == '@')
    {
      g_auto (GStrv) words = g_strsplit (value, ",", -1);

      /* one word is a text, several are texts; @name is an attribute of the call of a function */
      attr->type = words[1] != NULL ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS
                                    : ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING;
      if (*value == '@')
        {
          attr->has_type = FALSE;
          attr->ref_attr_name = text (value + 1);
          return attr;
        }
      for (guint i = 0; words[1] != NULL && words[i] != NULL; i++)
        {
          const ProtobufCBinaryData one = { strlen (words[i]), (guint8 *) text (words[i]) };

          GROW (attr->strings, attr->n_strings, one);
        }
      if (words[1] == NULL)
        {
          attr->has_s = TRUE;
          attr->s = (ProtobufCBinaryData){ strlen (value), (guint8 *) text (value) };
        }
    }
  else if (strchr (value, '.') != NULL)
    {
      attr->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
      attr->has_f = TRUE;
      attr->f = (float) g_ascii_strtod (value, NULL);
    }
  else
    {
      attr->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
      attr->has_i = TRUE;
      attr->i = g_ascii_strtoll (value, NULL, 10);
    }
  return attr;
}

static void
add_names (const char *words, gsize *n, char ***names)
{
  g_auto (GStrv) parts = g_strsplit (words, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    GROW (*names, *n, text (g_str_equal (parts[i], "-") ? "" : parts[i]));
}

static Onnx__GraphProto *read_graph (const char *statements, CjRng *rng, Onnx__ModelProto *model);

/* The graphs of an If or the one of a Loop, between the braces of its statement. */
static void
add_graphs (Onnx__NodeProto *node, const char *inside, CjRng *rng, Onnx__ModelProto *model)
{
  const gboolean loops = g_str_equal (node->op_type, "Loop");
  const char *const names[] = { loops ? "body" : "then_branch", "else_branch" };
  g_auto (GStrv) halves = g_strsplit (inside, "|", loops ? 1 : 2);

  for (guint i = 0; i < (loops ? 1u : 2u); i++)
    {
      Onnx__AttributeProto *attr = malloc (sizeof *attr);

      onnx__attribute_proto__init (attr);
      attr->name = text (names[i]);
      attr->has_type = TRUE;
      attr->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH;
      attr->g = read_graph (halves[i], rng, model);
      GROW (node->attribute, node->n_attribute, attr);
    }
}

static Onnx__NodeProto *
read_node (char **words, const char *inside, CjRng *rng, Onnx__ModelProto *model)
{
  const guint n = g_strv_length (words);
  Onnx__NodeProto *node = malloc (sizeof *node);
  const char *dot = strrchr (words[0], '.');
  guint at = 1;

  onnx__node_proto__init (node);
  node->op_type = text (dot != NULL ? dot + 1 : words[0]);
  if (dot != NULL)
    {
      g_autofree char *domain = g_strndup (words[0], (gsize) (dot - words[0]));

      node->domain = text (domain);
    }
  if (!g_str_equal (words[at], ">"))
    add_names (words[at++], &node->n_input, &node->input);
  g_assert_cmpstr (words[at], ==, ">");
  add_names (words[at + 1], &node->n_output, &node->output);
  node->name = text (node->output[0]);
  for (guint i = at + 2; i < n; i++)
    GROW (node->attribute, node->n_attribute, read_attr (words[i]));
  if (inside != NULL)
    add_graphs (node, inside, rng, model);
  return node;
}

static void
add_function (char **words, const char *inside, CjRng *rng, Onnx__ModelProto *model)
{
  Onnx__FunctionProto *function = malloc (sizeof *function);
  Onnx__OperatorSetIdProto *opset = malloc (sizeof *opset);
  Onnx__GraphProto *graph = read_graph (inside, rng, model);

  onnx__function_proto__init (function);
  onnx__operator_set_id_proto__init (opset);
  opset->has_version = TRUE;
  opset->version = 13;
  GROW (function->opset_import, function->n_opset_import, opset);
  function->name = text (words[1]);
  function->domain = text ("mine");
  add_names (words[2], &function->n_input, &function->input);
  add_names (words[4], &function->n_output, &function->output);
  function->node = graph->node;
  function->n_node = graph->n_node;
  graph->node = NULL;
  graph->n_node = 0;
  onnx__graph_proto__free_unpacked (graph, NULL);
  GROW (model->functions, model->n_functions, function);
}

/* Statements, apart at “;” outside of braces. */
static GPtrArray *
split (const char *statements)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  const char *from = statements;
  int depth = 0;

  for (const char *c = statements;; c++)
    {
      depth += *c == '{' ? 1 : *c == '}' ? -1 : 0;
      if (*c != '\0' && (*c != ';' || depth > 0))
        continue;
      g_ptr_array_add (list, g_strstrip (g_strndup (from, (gsize) (c - from))));
      from = c + 1;
      if (*c == '\0')
        return list;
    }
}

static void
read_statement (Onnx__GraphProto *graph, const char *statement, CjRng *rng, Onnx__ModelProto *model)
{
  static const char *const kinds[]
      = { "w", "zeros", "ones", "int8", "n", "u8", "i8", "b", "l", "mask" };
  const char *open = strchr (statement, '{');
  g_autofree char *head = g_strstrip (
      g_strndup (statement, open != NULL ? (gsize) (open - statement) : strlen (statement)));
  g_autofree char *inside = open != NULL ? g_strndup (open + 1, strlen (open) - 2) : NULL;
  g_auto (GStrv) words = g_strsplit (head, " ", -1);

  if (*head == '\0')
    return;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (words[0], kinds[i]))
      {
        GROW (graph->initializer, graph->n_initializer,
              read_tensor (words[0], words[1], words[2], rng));
        return;
      }
  if (g_str_equal (words[0], "in") || g_str_has_prefix (words[0], "in:"))
    GROW (graph->input, graph->n_input,
          new_info (words[1], words[0], words[2] != NULL ? words[2] : ""));
  else if (g_str_equal (words[0], "out"))
    GROW (graph->output, graph->n_output, new_info (words[1], words[0], NULL));
  else if (g_str_equal (words[0], "function"))
    add_function (words, inside, rng, model);
  else
    GROW (graph->node, graph->n_node, read_node (words, inside, rng, model));
}

static Onnx__GraphProto *
read_graph (const char *statements, CjRng *rng, Onnx__ModelProto *model)
{
  Onnx__GraphProto *graph = malloc (sizeof *graph);
  g_autoptr (GPtrArray) list = split (statements);

  onnx__graph_proto__init (graph);
  for (guint i = 0; i < list->len; i++)
    read_statement (graph, list->pdata[i], rng, model);
  return graph;
}

GBytes *
onnx_text_print (const char *statements)
{
  Onnx__ModelProto *model = malloc (sizeof *model);
  Onnx__OperatorSetIdProto *opset = malloc (sizeof *opset);
  guint8 *data;
  gsize size;
  CjRng rng;

  cj_rng_init (&rng, 5, CJ_RNG_TEST, 0);
  onnx__model_proto__init (model);
  onnx__operator_set_id_proto__init (opset);
  opset->has_version = TRUE;
  opset->version = 13;
  GROW (model->opset_import, model->n_opset_import, opset);
  model->graph = read_graph (statements, &rng, model);
  size = onnx__model_proto__get_packed_size (model);
  data = g_malloc (size);
  onnx__model_proto__pack (model, data);
  onnx__model_proto__free_unpacked (model, NULL);
  return g_bytes_new_take (data, size);
}

CjdOnnx *
onnx_text_parse (const char *statements)
{
  g_autoptr (GBytes) bytes = onnx_text_print (statements);
  GError *error = NULL;
  CjdOnnx *model = cjd_onnx_parse (bytes, NULL, &error);

  g_assert_no_error (error);
  return model;
}

GPtrArray *
onnx_text_inputs (const CjdOnnx *model, gint64 samples)
{
  g_autoptr (GPtrArray) infos = cjl_onnx_list_inputs (model->graph);
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_array_unref);
  CjRng rng;

  cj_rng_init (&rng, 9, CJ_RNG_TEST, 1);
  for (guint i = 0; i < infos->len; i++)
    {
      const CjdOnnxInfo *info = infos->pdata[i];
      CjDims dims = { .n = info->n };
      CjArray *x;

      for (guint k = 0; k < info->n; k++)
        dims.d[k] = info->d[k] >= 0                                               ? info->d[k]
                    : info->names[k] == NULL || g_str_equal (info->names[k], "N") ? samples
                                                                                  : 5;
      x = cj_array_new (info->type, &dims, NULL);
      for (gint64 k = 0; k < x->size; k++)
        cj_array_set (x, k,
                      cj_array_type_is_float (x->type) ? (double) cj_rng_normal (&rng)
                                                       : (double) (k * 7 % 3 % 2));
      /* where numbers are marks, something is heard from the beginning */
      for (gint64 k = 0; x->type == CJ_ARRAY_I64 && dims.n == 2 && k < dims.d[0]; k++)
        cj_array_set (x, k * dims.d[1], 1);
      g_ptr_array_add (inputs, x);
    }
  return inputs;
}
