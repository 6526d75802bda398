/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-private.h"

#include "cj-error.h"
#include "file.h"

#include <glib/gi18n-lib.h>

/* Where a graph is read: which version the operators are of. */
typedef struct
{
  CjdOnnxStore *store;
  Onnx__OperatorSetIdProto *const *opsets;
  gsize n_opsets;
} Reading;

static CjdOnnxGraph *read_graph (Reading *r, const Onnx__GraphProto *proto, GError **error);

/* Text of a file; what is no UTF-8 becomes so. */
static char *
text_of (const char *text)
{
  return g_utf8_make_valid (text != NULL ? text : "", -1);
}

/* Functions of one name are told apart by a word behind it. */
static char *
op_name_of (const char *name, const char *overload)
{
  g_autofree char *plain = text_of (name), *more = text_of (overload);

  return *more != '\0' ? g_strconcat (plain, ":", more, NULL) : g_steal_pointer (&plain);
}

static const char *
domain_of (const char *domain)
{
  return domain == NULL || g_str_equal (domain, "ai.onnx") ? "" : domain;
}

static gint64
version_of (const Reading *r, const char *domain)
{
  for (gsize i = 0; i < r->n_opsets; i++)
    if (g_str_equal (domain_of (r->opsets[i]->domain), domain))
      return r->opsets[i]->version;
  return 1;
}

/* --- freeing --- */

static void
free_info (gpointer data)
{
  CjdOnnxInfo *info = data;

  for (guint k = 0; k < CJ_ARRAY_MAX_DIMS; k++)
    g_free (info->names[k]);
  g_free (info->name);
  g_free (info);
}

static void
free_tensor (gpointer data)
{
  CjdOnnxTensor *tensor = data;

  if (tensor->value != NULL)
    cj_array_unref (tensor->value);
  g_free (tensor->name);
  g_free (tensor);
}

static void
free_node (gpointer data)
{
  CjdOnnxNode *node = data;

  cj_extra_node_free (node->op);
  g_ptr_array_unref (node->inputs);
  g_ptr_array_unref (node->outputs);
  g_free (node->domain);
  g_free (node->name);
  g_free (node);
}

static void
free_graph (gpointer data)
{
  CjdOnnxGraph *graph = data;

  g_ptr_array_unref (graph->nodes);
  g_ptr_array_unref (graph->tensors);
  g_ptr_array_unref (graph->inputs);
  g_ptr_array_unref (graph->outputs);
  g_ptr_array_unref (graph->infos);
  g_free (graph);
}

static CjdOnnxGraph *
new_graph (void)
{
  CjdOnnxGraph *graph = g_new0 (CjdOnnxGraph, 1);

  graph->nodes = g_ptr_array_new_with_free_func (free_node);
  graph->tensors = g_ptr_array_new_with_free_func (free_tensor);
  graph->inputs = g_ptr_array_new_with_free_func (free_info);
  graph->outputs = g_ptr_array_new_with_free_func (free_info);
  graph->infos = g_ptr_array_new_with_free_func (free_info);
  return graph;
}

static void
free_attr (gpointer attr)
{
  cj_attr_free (attr);
}

static void
free_function (gpointer data)
{
  CjdOnnxFunction *function = data;

  free_graph (function->body);
  g_ptr_array_unref (function->inputs);
  g_ptr_array_unref (function->outputs);
  g_ptr_array_unref (function->presets);
  g_free (function->domain);
  g_free (function->name);
  g_free (function);
}

void
cjd_onnx_free (CjdOnnx *model)
{
  free_graph (model->graph);
  g_ptr_array_unref (model->functions);
  g_ptr_array_unref (model->notes);
  g_free (model->producer);
  g_free (model->name);
  g_free (model);
}

/* --- attributes --- */

/* Files of version 1 do not say of what kind an attribute is: it is what it holds. */
static int
kind_of (const Onnx__AttributeProto *proto)
{
  if (proto->has_type && proto->type != ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__UNDEFINED)
    return proto->type;
  if (proto->has_f)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
  if (proto->has_i)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
  if (proto->has_s)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING;
  if (proto->t != NULL)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR;
  if (proto->g != NULL)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH;
  if (proto->n_floats > 0)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS;
  if (proto->n_ints > 0)
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
  return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS;
}

static char *
bytes_as_text (const ProtobufCBinaryData *bytes)
{
  return g_utf8_make_valid (bytes->data != NULL ? (const char *) bytes->data : "",
                            (gssize) bytes->len);
}

static void
read_lists (CjAttr *attr, const Onnx__AttributeProto *proto)
{
  switch (attr->kind)
    {
    case CJ_ATTR_FLOATS:
      attr->n = (guint) proto->n_floats;
      attr->floats = g_new0 (double, MAX (attr->n, 1));
      for (guint i = 0; i < attr->n; i++)
        attr->floats[i] = (double) proto->floats[i];
      break;
    case CJ_ATTR_INTS:
      attr->n = (guint) proto->n_ints;
      attr->ints = g_new0 (gint64, MAX (attr->n, 1));
      for (guint i = 0; i < attr->n; i++)
        attr->ints[i] = proto->ints[i];
      break;
    default:
      attr->n = (guint) proto->n_strings;
      attr->texts = g_new0 (char *, MAX (attr->n, 1));
      for (guint i = 0; i < attr->n; i++)
        attr->texts[i] = bytes_as_text (&proto->strings[i]);
    }
}

static gboolean
read_attr_tensor (Reading *r, CjAttr *attr, const Onnx__AttributeProto *proto, GError **error)
{
  GError *own = NULL;
  const char *type;

  if (proto->sparse_tensor != NULL)
    attr->value = cjd_onnx_read_sparse (proto->sparse_tensor, r->store, &own);
  else if (proto->t != NULL)
    attr->value = cjd_onnx_read_tensor (proto->t, r->store, &type, &own);
  attr->kind = attr->value != NULL ? CJ_ATTR_VALUE : CJ_ATTR_OTHER;
  if (own != NULL)
    g_propagate_error (error, own);
  return own == NULL;
}

/* NULL on failure. */
static CjAttr *
read_attr (Reading *r, const Onnx__AttributeProto *proto, GError **error)
{
  g_autofree char *name = text_of (proto->name);
  g_autoptr (CjAttr) attr = cj_attr_new (name, CJ_ATTR_OTHER);

  if (proto->ref_attr_name != NULL && *proto->ref_attr_name != '\0')
    {
      attr->ref = text_of (proto->ref_attr_name);
      return g_steal_pointer (&attr);
    }
  switch (kind_of (proto))
    {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
      attr->kind = CJ_ATTR_FLOAT;
      attr->f = (double) proto->f;
      break;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
      attr->kind = CJ_ATTR_INT;
      attr->i = proto->i;
      break;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
      attr->kind = CJ_ATTR_TEXT;
      attr->text = bytes_as_text (&proto->s);
      break;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSOR:
      if (!read_attr_tensor (r, attr, proto, error))
        return NULL;
      break;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH:
      attr->kind = CJ_ATTR_GRAPH;
      attr->graph = proto->g != NULL ? read_graph (r, proto->g, error) : NULL;
      if (proto->g != NULL && attr->graph == NULL)
        return NULL;
      attr->kind = attr->graph != NULL ? CJ_ATTR_GRAPH : CJ_ATTR_OTHER;
      attr->free_graph = attr->graph != NULL ? free_graph : NULL;
      break;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
      attr->kind = CJ_ATTR_FLOATS;
      read_lists (attr, proto);
      break;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
      attr->kind = CJ_ATTR_INTS;
      read_lists (attr, proto);
      break;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS:
      attr->kind = CJ_ATTR_TEXTS;
      read_lists (attr, proto);
      break;
    default:
      break;
    }
  return g_steal_pointer (&attr);
}

/* --- graphs --- */

static GPtrArray *
read_names (char *const *names, gsize n)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (list, text_of (names[i]));
  return list;
}

static gboolean
read_node (Reading *r, const Onnx__NodeProto *proto, CjdOnnxGraph *graph, GError **error)
{
  CjdOnnxNode *node = g_new0 (CjdOnnxNode, 1);
  g_autofree char *op = op_name_of (proto->op_type, proto->overload);

  g_ptr_array_add (graph->nodes, node);
  node->name = text_of (proto->name);
  node->domain = text_of (domain_of (proto->domain));
  node->inputs = read_names (proto->input, proto->n_input);
  node->outputs = read_names (proto->output, proto->n_output);
  node->op = cj_extra_node_new (op, version_of (r, node->domain));
  for (gsize i = 0; i < proto->n_attribute; i++)
    {
      CjAttr *attr = read_attr (r, proto->attribute[i], error);

      if (attr == NULL)
        {
          g_prefix_error (error, "%s: ", op);
          return FALSE;
        }
      g_ptr_array_add (node->op->attrs, attr);
    }
  return TRUE;
}

static CjdOnnxKind
kind_of_type (const Onnx__TypeProto *type)
{
  const Onnx__TypeProto *inner;

  if (type == NULL)
    return CJD_ONNX_TENSOR;
  if (type->map_type != NULL || type->sparse_tensor_type != NULL)
    return CJD_ONNX_OTHER;
  if (type->sequence_type == NULL && type->optional_type == NULL)
    return CJD_ONNX_TENSOR;
  inner = type->sequence_type != NULL ? type->sequence_type->elem_type
                                      : type->optional_type->elem_type;
  /* sequences hold tensors, optional values one of these or a sequence */
  if (type->sequence_type != NULL)
    return kind_of_type (inner) == CJD_ONNX_TENSOR ? CJD_ONNX_SEQUENCE : CJD_ONNX_OTHER;
  return kind_of_type (inner) <= CJD_ONNX_SEQUENCE ? CJD_ONNX_OPTIONAL : CJD_ONNX_OTHER;
}

static CjdOnnxInfo *
read_info (const Onnx__ValueInfoProto *proto)
{
  CjdOnnxInfo *info = g_new0 (CjdOnnxInfo, 1);
  const Onnx__TypeProto *type = proto->type;
  const Onnx__TensorShapeProto *shape;
  const char *name;

  info->name = text_of (proto->name);
  info->kind = kind_of_type (type);
  info->is_tensor = info->kind == CJD_ONNX_TENSOR;
  if (type == NULL || type->tensor_type == NULL)
    return info;
  info->has_type = cjd_onnx_type (type->tensor_type->elem_type, &info->type, &name);
  shape = type->tensor_type->shape;
  info->has_shape = shape != NULL && shape->n_dim <= CJ_ARRAY_MAX_DIMS;
  info->n = info->has_shape ? (guint) shape->n_dim : 0;
  for (guint k = 0; k < info->n; k++)
    {
      const Onnx__TensorShapeProto__Dimension *dim = shape->dim[k];

      info->d[k] = dim->has_dim_value && dim->dim_value >= 0 ? dim->dim_value : -1;
      info->names[k] = dim->dim_param != NULL ? text_of (dim->dim_param) : NULL;
    }
  return info;
}

static gboolean
read_tensors (Reading *r, const Onnx__GraphProto *proto, CjdOnnxGraph *graph, GError **error)
{
  for (gsize i = 0; i < proto->n_initializer + proto->n_sparse_initializer; i++)
    {
      const gboolean dense = i < proto->n_initializer;
      const Onnx__SparseTensorProto *sparse
          = dense ? NULL : proto->sparse_initializer[i - proto->n_initializer];
      const Onnx__TensorProto *one = dense ? proto->initializer[i] : sparse->values;
      CjdOnnxTensor *tensor = g_new0 (CjdOnnxTensor, 1);
      GError *own = NULL;

      g_ptr_array_add (graph->tensors, tensor);
      tensor->name = text_of (one != NULL ? one->name : NULL);
      tensor->type = "";
      tensor->is_external = one != NULL && one->has_data_location
                            && one->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
      tensor->value = dense ? cjd_onnx_read_tensor (one, r->store, &tensor->type, &own)
                            : cjd_onnx_read_sparse (sparse, r->store, &own);
      if (own != NULL)
        {
          g_propagate_error (error, own);
          return FALSE;
        }
    }
  return TRUE;
}

static CjdOnnxGraph *
read_graph (Reading *r, const Onnx__GraphProto *proto, GError **error)
{
  CjdOnnxGraph *graph = new_graph ();
  gboolean done = read_tensors (r, proto, graph, error);

  for (gsize i = 0; done && i < proto->n_node; i++)
    done = read_node (r, proto->node[i], graph, error);
  if (!done)
    {
      free_graph (graph);
      return NULL;
    }
  for (gsize i = 0; i < proto->n_input; i++)
    g_ptr_array_add (graph->inputs, read_info (proto->input[i]));
  for (gsize i = 0; i < proto->n_output; i++)
    g_ptr_array_add (graph->outputs, read_info (proto->output[i]));
  for (gsize i = 0; i < proto->n_value_info; i++)
    g_ptr_array_add (graph->infos, read_info (proto->value_info[i]));
  return graph;
}

static gboolean
read_function (CjdOnnx *model, CjdOnnxStore *store, const Onnx__FunctionProto *proto,
               GError **error)
{
  Reading r = { store, proto->opset_import, proto->n_opset_import };
  CjdOnnxFunction *function = g_new0 (CjdOnnxFunction, 1);

  g_ptr_array_add (model->functions, function);
  function->domain = text_of (domain_of (proto->domain));
  function->name = op_name_of (proto->name, proto->overload);
  function->inputs = read_names (proto->input, proto->n_input);
  function->outputs = read_names (proto->output, proto->n_output);
  function->presets = g_ptr_array_new_with_free_func (free_attr);
  function->body = new_graph ();
  for (gsize i = 0; i < proto->n_attribute_proto; i++)
    {
      CjAttr *attr = read_attr (&r, proto->attribute_proto[i], error);

      if (attr == NULL)
        return FALSE;
      g_ptr_array_add (function->presets, attr);
    }
  for (gsize i = 0; i < proto->n_node; i++)
    if (!read_node (&r, proto->node[i], function->body, error))
      return FALSE;
  return TRUE;
}

/* --- models --- */

static gboolean
read_model (CjdOnnx *model, const Onnx__ModelProto *proto, const char *folder, GError **error)
{
  CjdOnnxStore store = { folder, 0 };
  Reading r = { &store, proto->opset_import, proto->n_opset_import };
  g_autofree char *program = text_of (proto->producer_name);
  g_autofree char *version = text_of (proto->producer_version);

  if (proto->graph == NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE,
                           _ ("it is no ONNX model: there is no graph in it"));
      return FALSE;
    }
  model->ir_version = proto->ir_version;
  model->opset = version_of (&r, "");
  model->producer = g_strstrip (g_strconcat (program, " ", version, NULL));
  model->name = text_of (proto->graph->name);
  for (gsize i = 0; i < proto->n_metadata_props; i++)
    {
      g_ptr_array_add (model->notes, text_of (proto->metadata_props[i]->key));
      g_ptr_array_add (model->notes, text_of (proto->metadata_props[i]->value));
    }
  for (gsize i = 0; i < proto->n_functions; i++)
    if (!read_function (model, &store, proto->functions[i], error))
      return FALSE;
  free_graph (model->graph);
  model->graph = read_graph (&r, proto->graph, error);
  if (model->graph != NULL)
    return TRUE;
  model->graph = new_graph ();
  return FALSE;
}

CjdOnnx *
cjd_onnx_parse (GBytes *bytes, const char *folder, GError **error)
{
  CjdOnnxMemory memory;
  Onnx__ModelProto *proto = (Onnx__ModelProto *) cjd_onnx_unpack (&onnx__model_proto__descriptor,
                                                                  bytes, &memory, error);
  CjdOnnx *model;

  if (proto == NULL)
    return NULL;
  model = g_new0 (CjdOnnx, 1);
  model->functions = g_ptr_array_new_with_free_func (free_function);
  model->notes = g_ptr_array_new_with_free_func (g_free);
  model->graph = new_graph ();
  if (!read_model (model, proto, folder, error))
    g_clear_pointer (&model, cjd_onnx_free);
  protobuf_c_message_free_unpacked (&proto->base, &memory.allocator);
  return model;
}

CjdOnnx *
cjd_onnx_load (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_ONNX_MAX_FILE, error);
  CjdOnnx *model = bytes != NULL ? cjd_onnx_parse (bytes, folder, error) : NULL;

  if (bytes != NULL && model == NULL)
    {
      g_autofree char *name = g_path_get_basename (path);

      g_prefix_error (error, "%s: ", name);
    }
  return model;
}

const CjdOnnxFunction *
cjd_onnx_find_function (const CjdOnnx *model, const char *domain, const char *name)
{
  for (guint i = 0; i < model->functions->len; i++)
    {
      const CjdOnnxFunction *function = model->functions->pdata[i];

      if (g_str_equal (function->name, name) && g_str_equal (function->domain, domain))
        return function;
    }
  return NULL;
}
