/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models of ONNX: which ops they can hold, names, shapes, what is said of them, and what is refused. That they
 * compute the same is test-onnx-export.py's. */
#include "cj-error.h"
#include "cjl-format.h"
#include "cjl-onnx-export.h"
#include "cjl-template.h"
#include "onnx.pb-c.h"

#include <glib/gstdio.h>
#include <string.h>

/* A project on few samples of a source that is quick to make. */
static CjlProject *
make_project (const char *source, const char *network)
{
  CjlProject *project = cjl_project_new ();
  GVariantDict params;
  GError *error = NULL;

  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "samples", "s", "60");
  cjl_project_begin (project);
  cjl_graph_add_text (project->graph, network, &error);
  g_assert_no_error (error);
  cjl_project_set_data (project, source, g_variant_dict_end (&params));
  cjl_project_set_title (project, "A test");
  cjl_project_commit (project, "Make", NULL);
  return project;
}

static Onnx__ModelProto *
read_model (CjlProject *project)
{
  GError *error = NULL;
  g_autoptr (GBytes) bytes = cjl_onnx_print (project, &error);
  Onnx__ModelProto *model;

  g_assert_no_error (error);
  model
      = onnx__model_proto__unpack (NULL, g_bytes_get_size (bytes), g_bytes_get_data (bytes, NULL));
  g_assert_nonnull (model);
  return model;
}

static const char *
get_note (const Onnx__ModelProto *model, const char *key)
{
  for (gsize i = 0; i < model->n_metadata_props; i++)
    if (g_str_equal (model->metadata_props[i]->key, key))
      return model->metadata_props[i]->value;
  return NULL;
}

static const Onnx__TensorProto *
find_constant (const Onnx__ModelProto *model, const char *name)
{
  for (gsize i = 0; i < model->graph->n_initializer; i++)
    if (g_str_equal (model->graph->initializer[i]->name, name))
      return model->graph->initializer[i];
  return NULL;
}

static guint
count_nodes (const Onnx__ModelProto *model, const char *op)
{
  guint n = 0;

  for (gsize i = 0; i < model->graph->n_node; i++)
    n += g_str_equal (model->graph->node[i]->op_type, op);
  return n;
}

static void
assert_shape (const Onnx__ValueInfoProto *value, const char *name, guint n, const gint64 *dims)
{
  const Onnx__TensorShapeProto *shape = value->type->tensor_type->shape;

  g_assert_cmpstr (value->name, ==, name);
  g_assert_cmpuint (shape->n_dim, ==, n + 1);
  g_assert_cmpstr (shape->dim[0]->dim_param, ==, "N");
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (shape->dim[i + 1]->dim_value, ==, dims[i]);
}

/* Every op of the engine is written or has a reason why it is not. */
static void
test_ops (void)
{
  g_autofree char *folder
      = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "engine", "ops", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("^const CjOpInfo \\w+ = \\{\\s+\\.id = \"([^\"]+)\"",
                                          G_REGEX_MULTILINE, 0, NULL);
  guint n = 0, exported = 0;
  const char *file;

  g_assert_nonnull (dir);
  while ((file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, file, NULL), *text = NULL;
      g_autoptr (GMatchInfo) match = NULL;

      if (!g_str_has_suffix (file, ".c"))
        continue;
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match);
           g_match_info_next (match, NULL))
        {
          g_autofree char *id = g_match_info_fetch (match, 1);
          const char *fate = cjl_onnx_find_op (id);

          n++;
          exported += g_strcmp0 (fate, "exported") == 0;
          if (fate == NULL)
            g_test_fail_printf ("%s is neither written nor refused", id);
        }
    }
  g_assert_cmpuint (n, >=, 60);
  g_assert_cmpuint (exported, >=, 35);
  g_assert_null (cjl_onnx_find_op ("no-op"));
}

static void
test_model (void)
{
  static const gint64 x[] = { 1, 28, 28 }, y[] = { 36 };
  g_autoptr (CjlProject) project
      = make_project ("glyphs", "input, conv-2d 6 kernel=5 activation=relu, max-pool-2d, flatten, "
                                "dense 36, cross-entropy");
  Onnx__ModelProto *model = read_model (project);
  const Onnx__GraphProto *graph = model->graph;
  const Onnx__TensorProto *weight = find_constant (model, "conv1.weight");

  g_assert_cmpint (model->opset_import[0]->version, ==, CJL_ONNX_OPSET);
  g_assert_cmpstr (model->producer_name, ==, "Cajal");
  g_assert_cmpstr (graph->name, ==, "A test");
  g_assert_cmpuint (graph->n_input, ==, 1);
  assert_shape (graph->input[0], "input", 3, x);
  g_assert_nonnull (strstr (graph->input[0]->doc_string, "0 to 255"));
  g_assert_cmpuint (graph->n_output, ==, 2);
  assert_shape (graph->output[0], "probabilities", 1, y);
  assert_shape (graph->output[1], "scores", 1, y);
  g_assert_nonnull (weight);
  g_assert_cmpuint (weight->n_dims, ==, 4);
  g_assert_cmpint (weight->dims[0], ==, 6);
  g_assert_cmpint (weight->dims[3], ==, 5);
  g_assert_cmpuint (weight->raw_data.len, ==, 6 * 25 * 4);
  g_assert_nonnull (find_constant (model, "dense1.bias"));
  g_assert_cmpuint (count_nodes (model, "Conv"), ==, 1);
  g_assert_cmpuint (count_nodes (model, "Gemm"), ==, 1);
  g_assert_true (g_str_has_prefix (get_note (model, "classes"), "["));
  g_assert_cmpstr (get_note (model, "probabilities"), ==, "softmax");
  g_assert_cmpstr (get_note (model, "data"), ==, "glyphs");
  g_assert_nonnull (get_note (model, "mean"));
  g_assert_nonnull (get_note (model, "training.seed"));
  g_assert_cmpstr (get_note (model, "training.steps"), ==, "0");
  g_assert_nonnull (get_note (model, "cajal.version"));
  onnx__model_proto__free_unpacked (model, NULL);
}

/* What only depends on weights is worked out; what a lesion silences is 0; names are those of the cards. */
static void
test_folding (void)
{
  g_autoptr (CjlProject) project
      = make_project ("blobs", "input, dale-dense 8 activation=relu, dense 4, cross-entropy");
  Onnx__ModelProto *model = read_model (project);

  for (gsize i = 0; i < model->graph->n_node; i++)
    g_assert_false (g_str_equal (model->graph->node[i]->op_type, "Abs"));
  g_assert_cmpuint (count_nodes (model, "Gemm"), ==, 2);
  g_assert_null (find_constant (model, "dale1.weight"));
  onnx__model_proto__free_unpacked (model, NULL);
  cjl_project_begin (project);
  cj_graph_set_lesioned (project->graph, cj_graph_find (project->graph, "dale1"), TRUE);
  cjl_project_commit (project, "Lesion", NULL);
  model = read_model (project);
  g_assert_nonnull (find_constant (model, "number/0"));
  onnx__model_proto__free_unpacked (model, NULL);
}

/* The sentence names the card, and no file is there. */
static void
check_refused (const char *source, const char *network, const char *words)
{
  g_autoptr (CjlProject) project = make_project (source, network);
  g_autofree char *folder = g_dir_make_tmp ("cajal-onnx-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "x.onnx", NULL);
  g_auto (CjlExported) done = { 0 };
  g_autoptr (GError) error = NULL;

  if (cjl_export (project, path, NULL, &done, &error))
    g_error ("%s: is exported", network);
  g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
  if (strstr (error->message, words) == NULL)
    g_test_fail_printf ("%s: “%s” is missing in “%s”", network, words, error->message);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_rmdir (folder);
}

static void
test_refused (void)
{
  check_refused ("cues", "input, lstm 8 projection=4, dense 2, spike-readout last, cross-entropy",
                 "“lstm1” projects what it remembers");
  check_refused ("glyphs", "input, flatten, label-overlay show=neutral, dense 36, cross-entropy",
                 "“label1” writes labels");
  check_refused ("blobs", "input, conv-2d, dense 4, cross-entropy",
                 "“conv1”"); /* as Problems says */
}

/* Samples go beside the model, as whoever checks models expects them. */
static void
test_samples (void)
{
  g_autoptr (CjlProject) project = make_project ("blobs", "input, dense 4, cross-entropy");
  g_autofree char *folder = g_dir_make_tmp ("cajal-onnx-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);
  const CjlOnnxOptions options = { .samples = 5 };
  static const char *const names[] = { "input_0.pb", "output_0.pb", "output_1.pb" };
  g_auto (CjlExported) done = { 0 };
  GError *error = NULL;

  cjl_export (project, path, &options, &done, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (done.files->len, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_build_filename (done.files->pdata[0], names[i], NULL), *text = NULL;
      Onnx__TensorProto *tensor;
      gsize size;

      g_assert_true (g_file_get_contents (file, &text, &size, NULL));
      tensor = onnx__tensor_proto__unpack (NULL, size, (const guint8 *) text);
      g_assert_nonnull (tensor);
      g_assert_cmpint (tensor->dims[0], ==, 5);
      g_assert_cmpint (tensor->dims[1], ==, i == 0 ? 2 : 4);
      onnx__tensor_proto__free_unpacked (tensor, NULL);
      g_unlink (file);
    }
  g_rmdir (done.files->pdata[0]);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/onnx-export/ops", test_ops);
  g_test_add_func ("/lab/onnx-export/model", test_model);
  g_test_add_func ("/lab/onnx-export/folding", test_folding);
  g_test_add_func ("/lab/onnx-export/refused", test_refused);
  g_test_add_func ("/lab/onnx-export/samples", test_samples);
  return g_test_run ();
}
