/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole ONNX models: the standard's cases and models of other programs where they are, functions, unknown ones. */
#include "../data/files.h"
#include "cj-error.h"
#include "cjl-onnx-import.h"
#include "cjl-onnx-test.h"
#include "onnx.pb-c.h"

#include <string.h>

static void
look (const CjlOnnxRow *row, gpointer data)
{
  (void) data;
  if (row->verdict == CJL_ONNX_FAILED)
    g_test_message ("%s: %s", row->name, row->note);
  if (row->on_canvas && row->canvas_verdict != CJL_ONNX_PASSED)
    g_test_message ("%s on the canvas: %s", row->name, row->canvas_note);
}

static void
run_folder (const char *name, CjlOnnxLimit limit, CjlOnnxAnswer canvas, guint n)
{
  g_autofree char *folder = files_find (name);
  CjlOnnxCount count[2] = { { 0 } };
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    return;
  g_assert_true (cjl_onnx_test (folder, limit, canvas, look, NULL, count, &error));
  g_assert_no_error (error);
  for (guint k = 0; k < (canvas != NULL ? 2 : 1); k++)
    {
      g_assert_cmpuint (count[k].n_failed, ==, 0);
      g_assert_cmpuint (count[k].n_unsupported, ==, 0);
      g_assert_cmpuint (count[k].n_passed, >=, n);
    }
}

static void
test_standard (void)
{
  run_folder ("onnx-backend", CJL_ONNX_BY_NUMBER, NULL, 336);
}

static void
test_models (void)
{
  run_folder ("onnx", CJL_ONNX_BY_TENSOR, cjl_onnx_answer_on_canvas, 7);
}

/* --- models made here --- */

typedef struct
{
  Onnx__NodeProto proto;
  char *in[4], *out[4];
  Onnx__AttributeProto attr, *attrs[1];
} Node;

static void
node_init (Node *node, const char *op, const char *domain, const char *a, const char *b,
           const char *out)
{
  onnx__node_proto__init (&node->proto);
  node->proto.op_type = (char *) op;
  node->proto.domain = (char *) domain;
  node->in[0] = (char *) a;
  node->in[1] = (char *) b;
  node->out[0] = (char *) out;
  node->proto.n_input = b != NULL ? 2 : a != NULL ? 1 : 0;
  node->proto.input = node->in;
  node->proto.n_output = 1;
  node->proto.output = node->out;
  onnx__attribute_proto__init (&node->attr);
  node->attrs[0] = &node->attr;
}

static CjdOnnx *
parse (const Onnx__ModelProto *model)
{
  const gsize size = onnx__model_proto__get_packed_size (model);
  guint8 *data = g_malloc (size);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  CjdOnnx *parsed;

  onnx__model_proto__pack (model, data);
  bytes = g_bytes_new_take (data, size);
  parsed = cjd_onnx_parse (bytes, NULL, &error);
  g_assert_no_error (error);
  return parsed;
}

static CjArray *
new_number (double number)
{
  CjArray *array = cj_array_new (CJ_ARRAY_F32, &(CjDims){ 0 }, NULL);

  cj_array_set (array, 0, number);
  return array;
}

/* y = Twice (x) + x, where Twice is the model's own function; the nodes stand in the wrong order. */
static void
test_function (void)
{
  Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
  Onnx__GraphProto graph = ONNX__GRAPH_PROTO__INIT;
  Onnx__FunctionProto function = ONNX__FUNCTION_PROTO__INIT, *functions[1] = { &function };
  Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT, *opsets[1] = { &opset };
  Onnx__ValueInfoProto x = ONNX__VALUE_INFO_PROTO__INIT, y = ONNX__VALUE_INFO_PROTO__INIT;
  Onnx__ValueInfoProto *inputs[1] = { &x }, *outputs[1] = { &y };
  Node sum, twice, add;
  Onnx__NodeProto *nodes[2] = { &sum.proto, &twice.proto }, *inner[1] = { &add.proto };
  char *a = (char *) "a", *b = (char *) "b";
  g_autoptr (CjdOnnx) parsed = NULL;
  g_autoptr (CjArray) three = new_number (3);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;

  node_init (&sum, "Add", "", "t", "x", "y");
  node_init (&twice, "Twice", "mine", "x", NULL, "t");
  node_init (&add, "Add", "", "a", "a", "b");
  opset.has_version = TRUE;
  opset.version = 13;
  x.name = (char *) "x";
  y.name = (char *) "y";
  function.name = (char *) "Twice";
  function.domain = (char *) "mine";
  function.overload = twice.proto.overload = (char *) "one of several";
  function.n_input = function.n_output = function.n_node = function.n_opset_import = 1;
  function.input = &a;
  function.output = &b;
  function.node = inner;
  function.opset_import = opsets;
  graph.n_node = 2;
  graph.node = nodes;
  graph.n_input = graph.n_output = 1;
  graph.input = inputs;
  graph.output = outputs;
  model.graph = &graph;
  model.n_functions = model.n_opset_import = 1;
  model.functions = functions;
  model.opset_import = opsets;
  parsed = parse (&model);
  g_assert_null (cjl_onnx_print_unknown (parsed));
  results = cjl_onnx_run (parsed, &three, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (cj_array_get (results->pdata[0], 0), ==, 9);

  /* one that calls itself comes to an end */
  add.proto.op_type = (char *) "Twice";
  add.proto.domain = (char *) "mine";
  add.proto.overload = function.overload;
  add.proto.n_input = 1;
  g_clear_pointer (&parsed, cjd_onnx_free);
  g_clear_pointer (&results, g_ptr_array_unref);
  parsed = parse (&model);
  results = cjl_onnx_run (parsed, &three, 1, NULL, &error);
  g_assert_null (results);
  g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
}

static void
test_unknown (void)
{
  Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
  Onnx__GraphProto graph = ONNX__GRAPH_PROTO__INIT;
  Onnx__ValueInfoProto y = ONNX__VALUE_INFO_PROTO__INIT, *outputs[1] = { &y };
  Node foo;
  Onnx__NodeProto *nodes[1] = { &foo.proto };
  g_autoptr (CjdOnnx) parsed = NULL;
  g_autoptr (GPtrArray) list = NULL, results = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  node_init (&foo, "Foo", "com.acme", NULL, NULL, "y");
  foo.proto.name = (char *) "here";
  y.name = (char *) "y";
  graph.n_node = graph.n_output = 1;
  graph.node = nodes;
  graph.output = outputs;
  model.graph = &graph;
  parsed = parse (&model);
  text = cjl_onnx_print_unknown (parsed);
  g_assert_cmpstr (text, ==, "com.acme.Foo");
  list = cjl_onnx_list_unknown (parsed);
  g_assert_nonnull (strstr (list->pdata[0], "here"));
  results = cjl_onnx_run (parsed, NULL, 0, NULL, &error);
  g_assert_null (results);
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
}

/* A file of the data folder as a project; NULL and the test is skipped where it is not there. */
static CjlProject *
import (const char *name, char **note)
{
  g_autofree char *path = files_find (name);
  g_autoptr (GError) error = NULL;
  CjlProject *project = path != NULL ? cjl_onnx_load (path, note, &error) : NULL;

  g_assert_no_error (error);
  return project;
}

static guint
count_layers (const CjlProject *project, const char *layer)
{
  guint n = 0;

  for (guint i = 0; i < project->graph->nodes->len; i++)
    n += g_str_equal (((const CjNode *) project->graph->nodes->pdata[i])->layer->id, layer);
  return n;
}

/* Layers where layers are known, names and weights kept, the file opens again. */
static void
test_import (void)
{
  g_autofree char *note = NULL;
  g_autoptr (CjlProject) project = import ("onnx/simple-cnn-pytorch210/model.onnx", &note);
  g_autoptr (CjlProject) again = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  if (project == NULL)
    return;
  g_assert_null (note);
  g_assert_cmpuint (count_layers (project, "conv-2d"), ==, 2);
  g_assert_cmpuint (count_layers (project, "relu"), ==, 2);
  g_assert_cmpuint (count_layers (project, "max-pool-2d"), ==, 2);
  g_assert_cmpuint (count_layers (project, "dense"), ==, 1);
  g_assert_cmpuint (count_layers (project, "onnx-operator"), ==, 0);
  g_assert_cmpuint (cjl_project_get_weights (project)->len, ==, 6);
  bytes = cjl_project_print (project, &error);
  g_assert_no_error (error);
  again = cjl_project_parse (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cjl_project_get_weights (again)->len, ==, 6);
}

/* What is spelled out is found, so that all of it learns: attention, norms, gelu, what stands before all tokens. */
static void
test_spelled (void)
{
  static const char *const once[] = { "patch-embedding",   "class-token", "learned-position",
                                      "transformer-block", "layer-norm",  "pick-token" };
  g_autoptr (CjlProject) project = import ("onnx/pt113-vit-opset14/model.onnx", NULL);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjLowered) lowered = NULL;
  g_autoptr (GError) error = NULL;

  if (project == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (once); i++)
    g_assert_cmpuint (count_layers (project, once[i]), ==, 1);
  g_assert_cmpuint (count_layers (project, "onnx-operator"), ==, 0);
  dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  lowered = cjl_project_lower (project, dataset, 2);
  g_assert_null (cj_lowered_get_error (lowered));
  cj_lowered_can_train (lowered, &error);
  g_assert_no_error (error);
}

/* An operator that nobody knows keeps its place and is named; what is around it is there. */
static void
test_placeholder (void)
{
  Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
  Onnx__GraphProto graph = ONNX__GRAPH_PROTO__INIT;
  Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT, *opsets[1] = { &opset };
  Onnx__ValueInfoProto x = ONNX__VALUE_INFO_PROTO__INIT, y = ONNX__VALUE_INFO_PROTO__INIT;
  Onnx__ValueInfoProto *inputs[1] = { &x }, *outputs[1] = { &y };
  Node first, foo, last;
  Onnx__NodeProto *nodes[3] = { &first.proto, &foo.proto, &last.proto };
  g_autofree guint8 *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (CjlProject) project = NULL;
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  node_init (&first, "Relu", "", "x", NULL, "a");
  node_init (&foo, "Foo", "com.acme", "a", NULL, "b");
  node_init (&last, "Tanh", "", "b", NULL, "y");
  opset.has_version = TRUE;
  opset.version = 13;
  x.name = (char *) "x";
  y.name = (char *) "y";
  graph.n_node = 3;
  graph.node = nodes;
  graph.n_input = graph.n_output = 1;
  graph.input = inputs;
  graph.output = outputs;
  model.graph = &graph;
  model.n_opset_import = 1;
  model.opset_import = opsets;
  size = onnx__model_proto__get_packed_size (&model);
  data = g_malloc (size);
  onnx__model_proto__pack (&model, data);
  bytes = g_bytes_new (data, size);
  project = cjl_onnx_parse (bytes, NULL, "made", &note, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (note, "com.acme.Foo"));
  g_assert_cmpuint (count_layers (project, "relu"), ==, 1);
  g_assert_cmpuint (count_layers (project, "tanh"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/onnx/standard", test_standard);
  g_test_add_func ("/lab/onnx/models", test_models);
  g_test_add_func ("/lab/onnx/function", test_function);
  g_test_add_func ("/lab/onnx/unknown", test_unknown);
  g_test_add_func ("/lab/onnx/import", test_import);
  g_test_add_func ("/lab/onnx/spelled", test_spelled);
  g_test_add_func ("/lab/onnx/placeholder", test_placeholder);
  return g_test_run ();
}
