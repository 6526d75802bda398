/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights out of a project and back: names, layouts and values; and files of other programs. */
#include "cj-error.h"
#include "cjl-format.h"
#include "cjl-template.h"
#include "npz.h"
#include "safetensors.h"

#include <glib/gstdio.h>
#include <string.h>

/* A project of a network on 1×12×12 pictures, with the weights it begins with. */
static CjlProject *
make_project (const char *network, CjShape x, CjDtype x_dtype)
{
  const CjDataSpec spec = {
    .batch = 2, .x_shape = x, .x_dtype = x_dtype, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = 3
  };
  CjlProject *project = cjl_project_new ();
  g_autoptr (CjProgram) program = NULL;
  GError *error = NULL;

  cjl_graph_add_text (project->graph, network, &error);
  g_assert_no_error (error);
  program = cj_program_new (project->graph, CJ_PURPOSE_TRAIN, &spec, 1, &error);
  g_assert_no_error (error);
  cj_program_init (program, 7);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &param->shape);

      memcpy (tensor->data, cj_program_get_param_data (program, param), cj_tensor_bytes (tensor));
      g_ptr_array_add (cjl_project_get_weights (project),
                       cjd_named_tensor_new (param->name, tensor));
    }
  return project;
}

static void
assert_shape (const GPtrArray *tensors, const char *name, CjShape shape)
{
  const CjTensor *tensor = cjd_named_tensors_find (tensors, name);

  g_assert_nonnull (tensor);
  g_assert_true (cj_shape_equal (&tensor->shape, &shape));
}

static void
assert_same (const GPtrArray *a, const GPtrArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const CjdNamedTensor *x = a->pdata[i], *y = b->pdata[i];

      g_assert_cmpstr (x->name, ==, y->name);
      g_assert_true (cj_shape_equal (&x->tensor->shape, &y->tensor->shape));
      g_assert_cmpmem (x->tensor->data, cj_tensor_bytes (x->tensor), y->tensor->data,
                       cj_tensor_bytes (y->tensor));
    }
}

static GPtrArray *
read_npz (const char *path)
{
  g_autoptr (GPtrArray) arrays = cjd_npz_load (path, NULL);
  GPtrArray *tensors = cjd_named_tensors_new ();

  g_assert_nonnull (arrays);
  for (guint i = 0; i < arrays->len; i++)
    {
      const CjdNpyArray *array = arrays->pdata[i];

      g_ptr_array_add (tensors,
                       cjd_named_tensor_new (array->name, cjd_npy_array_dup_tensor (array, NULL)));
    }
  return tensors;
}

static gboolean
write_file (CjlProject *project, const char *path, GError **error)
{
  g_auto (CjlExported) done = { 0 };

  return cjl_export (project, path, NULL, &done, error);
}

/* Writes both formats, reads them, and returns what the first holds. */
static GPtrArray *
round_trip (CjlProject *project)
{
  g_autofree char *folder = g_dir_make_tmp ("cajal-export-XXXXXX", NULL);
  g_autofree char *first = g_build_filename (folder, "w.safetensors", NULL);
  g_autofree char *second = g_build_filename (folder, "w.npz", NULL);
  g_autoptr (GPtrArray) arrays = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GPtrArray *tensors;
  GError *error = NULL;
  char *text;
  gsize size;

  write_file (project, first, &error);
  g_assert_no_error (error);
  write_file (project, second, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (first, &text, &size, NULL));
  bytes = g_bytes_new_take (text, size);
  tensors = cjd_safetensors_parse (bytes, &error);
  g_assert_no_error (error);
  arrays = read_npz (second);
  assert_same (cjl_project_get_weights (project), tensors);
  assert_same (cjl_project_get_weights (project), arrays);
  g_unlink (first);
  g_unlink (second);
  g_rmdir (folder);
  return tensors;
}

static void
test_pictures (void)
{
  g_autoptr (CjlProject) project = make_project (
      "input, conv-2d 4 kernel=3x5 groups=1, batch-norm, relu, conv-2d 6 kernel=3 groups=2, "
      "transposed-conv-2d 3 kernel=2 stride=2, flatten, dense 3, cross-entropy",
      cj_shape3 (1, 12, 12), CJ_FLOAT32);
  g_autoptr (GPtrArray) tensors = round_trip (project);

  assert_shape (tensors, "conv1.weight", cj_shape4 (4, 1, 3, 5));
  assert_shape (tensors, "conv1.bias", cj_shape1 (4));
  assert_shape (tensors, "batch1.running_mean", cj_shape1 (4));
  assert_shape (tensors, "batch1.running_var", cj_shape1 (4));
  assert_shape (tensors, "conv2.weight", cj_shape4 (6, 2, 3, 3));
  assert_shape (tensors, "transposed1.weight", cj_shape4 (6, 3, 2, 2));
  g_assert_cmpint (cjd_named_tensors_find (tensors, "dense1.weight")->shape.dims[0], ==, 3);
}

static void
test_sequences (void)
{
  g_autoptr (CjlProject) project
      = make_project ("input, embedding 8 words=5, lstm 6, pick-token 6, dense 3, cross-entropy",
                      cj_shape1 (7), CJ_INT32);
  g_autoptr (GPtrArray) tensors = round_trip (project);

  assert_shape (tensors, "embedding1.weight", cj_shape2 (5, 8));
  assert_shape (tensors, "lstm1.weight_ih_l0", cj_shape2 (24, 8));
  assert_shape (tensors, "lstm1.weight_hh_l0", cj_shape2 (24, 6));
  assert_shape (tensors, "lstm1.bias_hh_l0", cj_shape1 (24));
  assert_shape (tensors, "dense1.weight", cj_shape2 (3, 6));
}

/* How samples are normalised stands in the metadata. */
static void
test_notes (void)
{
  g_autoptr (CjlProject) project
      = make_project ("input, flatten, dense 3, cross-entropy", cj_shape3 (1, 2, 2), CJ_FLOAT32);
  g_autofree char *path = NULL, *text = NULL;
  const int file = g_file_open_tmp ("cajal-XXXXXX.safetensors", &path, NULL);
  const CjShape one = cj_shape1 (1);
  CjTensor *mean = cj_tensor_new (CJ_FLOAT32, &one);
  GError *error = NULL;
  gsize size;

  g_close (file, NULL);
  cj_tensor_f32 (mean)[0] = 0.25f;
  g_ptr_array_add (project->norm, cjd_named_tensor_new ("mean", mean));
  write_file (project, path, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_assert_nonnull (g_strstr_len (text + 8, (gssize) size - 8, "\"mean\":\"0.25\""));
  g_unlink (path);
}

static void
test_refused (void)
{
  g_autoptr (CjlProject) empty = cjl_project_new ();
  g_autoptr (CjlProject) project
      = make_project ("input, flatten, dense 3, cross-entropy", cj_shape3 (1, 2, 2), CJ_FLOAT32);
  g_autoptr (GError) no_weights = NULL, ending = NULL;

  g_assert_false (write_file (empty, "w.npz", &no_weights));
  g_assert_error (no_weights, CJ_ERROR, CJ_ERROR_PARAM);
  g_assert_false (write_file (project, "w.xyz", &ending));
  g_assert_nonnull (strstr (ending->message, ".safetensors"));
}

static GPtrArray *
load_foreign (const char *name)
{
  const char *data = g_getenv ("CAJAL_DATA_DIR");
  g_autofree char *path = data != NULL ? g_build_filename (data, "safetensors", name, NULL) : NULL;
  g_autoptr (GBytes) bytes = NULL;
  GPtrArray *tensors;
  GError *error = NULL;
  char *text;
  gsize size;

  if (path == NULL || !g_file_get_contents (path, &text, &size, NULL))
    return NULL;
  bytes = g_bytes_new_take (text, size);
  tensors = cjd_safetensors_parse (bytes, &error);
  g_assert_no_error (error);
  return tensors;
}

/* Files that other programs wrote: six numbers from -3 to 2, and a transformer by PyTorch. */
static void
test_foreign (void)
{
  g_autoptr (GPtrArray) floats = load_foreign ("f.safetensors");
  g_autoptr (GPtrArray) vit = load_foreign ("vit-tiny.safetensors");
  const CjTensor *values;

  if (floats == NULL || vit == NULL)
    {
      g_test_skip ("CAJAL_DATA_DIR has no safetensors folder");
      return;
    }
  values = ((const CjdNamedTensor *) floats->pdata[0])->tensor;
  g_assert_cmpint (cj_shape_size (&values->shape), ==, 6);
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat (cj_tensor_f32 (values)[i], ==, (float) (i - 3));
  g_assert_cmpuint (vit->len, >, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/export/pictures", test_pictures);
  g_test_add_func ("/lab/export/sequences", test_sequences);
  g_test_add_func ("/lab/export/notes", test_notes);
  g_test_add_func ("/lab/export/refused", test_refused);
  g_test_add_func ("/lab/export/foreign", test_foreign);
  return g_test_run ();
}
