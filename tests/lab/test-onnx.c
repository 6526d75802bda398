/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole ONNX models: the standard's cases and models of other programs where they are, functions, unknown ones. */
#include "../data/files.h"
#include "cj-error.h"
#include "cjl-onnx-test.h"
#include "onnx.pb-c.h"

#include <string.h>

static void
look (const CjlOnnxRow *row, gpointer data)
{
  (void) data;
  if (row->verdict == CJL_ONNX_FAILED)
    g_test_message ("%s: %s", row->name, row->note);
}

static void
run_folder (const char *name, CjlOnnxLimit limit, guint n)
{
  g_autofree char *folder = files_find (name);
  CjlOnnxCount count = { 0 };
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    return;
  g_assert_true (cjl_onnx_test (folder, limit, NULL, look, NULL, &count, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count.n_failed, ==, 0);
  g_assert_cmpuint (count.n_unsupported, ==, 0);
  g_assert_cmpuint (count.n_passed, >=, n);
}

static void
test_standard (void)
{
  run_folder ("onnx-backend", CJL_ONNX_BY_NUMBER, 336);
}

static void
test_models (void)
{
  run_folder ("onnx", CJL_ONNX_BY_TENSOR, 7);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/onnx/standard", test_standard);
  g_test_add_func ("/lab/onnx/models", test_models);
  g_test_add_func ("/lab/onnx/function", test_function);
  g_test_add_func ("/lab/onnx/unknown", test_unknown);
  return g_test_run ();
}
