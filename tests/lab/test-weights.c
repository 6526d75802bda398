/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of other programs: what is taken by name, behind a prefix and by order, what is said of the rest, and that
 * it is one edit. */
#include "cj-error.h"
#include "cjl-format.h"
#include "cjl-template.h"
#include "cjl-weights.h"
#include "npz.h"
#include "safetensors.h"
#include "../data/files.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static CjTable *
make_table (void)
{
  CjTable *table = cj_table_new_empty ();
  const CjShape weight = cj_shape2 (3, 2), bias = cj_shape1 (3), square = cj_shape2 (3, 3);

  cj_table_append (table, "dense1.weight", &weight, FALSE);
  cj_table_append (table, "dense1.bias", &bias, FALSE);
  cj_table_append (table, "batch1.weight", &bias, FALSE);
  cj_table_append (table, "batch1.bias", &bias, FALSE);
  cj_table_append (table, "batch1.running_mean", &bias, TRUE);
  cj_table_append (table, "batch1.running_var", &bias, TRUE);
  cj_table_append (table, "dense2.weight", &square, FALSE);
  return table;
}

static void
add (GPtrArray *tensors, const char *name, CjShape shape, float first)
{
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    cj_tensor_f32 (tensor)[i] = first + (float) i;
  g_ptr_array_add (tensors, cjd_named_tensor_new (name, tensor));
}

static const CjlWeightsRow *
get (const CjlWeightsMatch *match, guint i)
{
  g_assert_cmpuint (i, <, match->rows->len);
  return &g_array_index (match->rows, CjlWeightsRow, i);
}

static void
say (const CjlWeightsMatch *match, guint i, const char *expected)
{
  g_autofree char *text = cjl_weights_row_print (get (match, i));

  g_assert_cmpstr (text, ==, expected);
}

static void
test_names (void)
{
  g_autoptr (CjTable) table = make_table ();
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();
  g_autoptr (CjlWeightsMatch) match = NULL;
  g_autofree char *text = NULL;

  add (tensors, "module.dense1.weight", cj_shape2 (3, 2), 0);
  add (tensors, "module.dense1.bias", cj_shape1 (4), 0);
  add (tensors, "module.batch1.running_mean", cj_shape1 (3), 7);
  add (tensors, "module.batch1.num_batches_tracked", cj_shape (0, NULL), 7);
  add (tensors, "module.extra", cj_shape1 (5), 0);
  match = cjl_weights_match (table, tensors, FALSE);
  g_assert_cmpuint (match->n_taken, ==, 2);
  g_assert_cmpstr (match->prefix, ==, "module.");
  g_assert_cmpuint (match->rows->len, ==, 8);
  g_assert_true (get (match, 4)->tensor == ((CjdNamedTensor *) tensors->pdata[2])->tensor);
  say (match, 0, "“dense1.weight” (3×2) is “module.dense1.weight” of the file.");
  say (match, 1, "“dense1.bias” is 3 here and 4 in the file.");
  say (match, 2, "“batch1.weight” (3) is not in the file.");
  say (match, 7, "“module.extra” (5) of the file is nothing that the network has.");
  text = cjl_weights_match_print (match);
  g_assert_cmpstr (text, ==,
                   "2 of 7 tensors of the network are from the file. Names there begin with "
                   "“module.”.");
}

/* A name as it is wins over one behind a prefix that finds as many. */
static void
test_prefixes (void)
{
  g_autoptr (CjTable) table = make_table ();
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();
  g_autoptr (CjlWeightsMatch) match = NULL;

  add (tensors, "teacher.dense1.bias", cj_shape1 (3), 1);
  add (tensors, "dense1.bias", cj_shape1 (3), 2);
  match = cjl_weights_match (table, tensors, TRUE);
  g_assert_cmpstr (match->prefix, ==, "");
  g_assert_cmpstr (get (match, 1)->there, ==, "dense1.bias");
}

/* Layers by their place: of names sorted as text, 2 comes before 10; one that has other shapes is passed over;
 * within a layer the last name counts before the place. */
static void
test_order (void)
{
  g_autoptr (CjTable) table = make_table ();
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();
  g_autoptr (CjlWeightsMatch) names = NULL, match = NULL;

  add (tensors, "net.0.bias", cj_shape1 (3), 1);
  add (tensors, "net.0.weight", cj_shape2 (3, 2), 2);
  add (tensors, "net.1.weight", cj_shape1 (8), 3);
  add (tensors, "net.10.weight", cj_shape2 (3, 3), 4);
  add (tensors, "net.2.bias", cj_shape1 (3), 5);
  add (tensors, "net.2.running_mean", cj_shape1 (3), 6);
  add (tensors, "net.2.running_var", cj_shape1 (3), 7);
  add (tensors, "net.2.weight", cj_shape1 (3), 8);
  names = cjl_weights_match (table, tensors, FALSE);
  g_assert_cmpuint (names->n_taken, ==, 0);
  match = cjl_weights_match (table, tensors, TRUE);
  g_assert_cmpuint (match->n_taken, ==, 7);
  g_assert_cmpstr (get (match, 0)->there, ==, "net.0.weight");
  g_assert_cmpstr (get (match, 1)->there, ==, "net.0.bias");
  g_assert_cmpstr (get (match, 2)->there, ==, "net.2.weight");
  g_assert_cmpstr (get (match, 3)->there, ==, "net.2.bias");
  g_assert_cmpstr (get (match, 5)->there, ==, "net.2.running_var");
  g_assert_cmpstr (get (match, 6)->there, ==, "net.10.weight");
  g_assert_cmpuint (match->rows->len, ==, 8);
  say (match, 7, "“net.1.weight” (8) of the file is nothing that the network has.");
}

typedef struct
{
  CjlProject *project;
  CjdDataset *dataset;
  CjlSession *session;
} Lab;

static void
open_lab (Lab *lab, const char *template)
{
  g_autoptr (GError) error = NULL;

  lab->project = cjl_template_make (cjl_template_find (template), &error);
  g_assert_no_error (error);
  lab->dataset = cjl_data_load (&lab->project->data, &error);
  g_assert_no_error (error);
  lab->session = cjl_session_new (lab->project, lab->dataset, 2, &error);
  g_assert_no_error (error);
}

static void
close_lab (Lab *lab)
{
  cjl_session_free (lab->session);
  cjd_dataset_unref (lab->dataset);
  cjl_project_unref (lab->project);
}

static float
get_weight (Lab *lab)
{
  g_autoptr (CjTensor) tensor = cjl_session_dup_param (lab->session, "dense1.weight");

  return cj_tensor_f32 (tensor)[0];
}

/* What is written is read back bit for bit, from both kinds of file; taken is one edit; nothing that fits changes
 * nothing. */
static void
test_session (void)
{
  static const char *const endings[] = { "w.safetensors", "w.npz" };
  char *folder = files_new_folder ();
  Lab lab;

  open_lab (&lab, "playground");
  cjl_session_store (lab.session, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_build_filename (folder, endings[i], NULL);
      const char *const paths[] = { path, NULL };
      g_autoptr (CjTable) table = cjl_session_dup_table (lab.session);
      g_autoptr (GPtrArray) tensors = NULL;
      g_autoptr (CjlWeightsMatch) match = NULL, nothing = NULL;
      g_autoptr (GPtrArray) none = cjd_named_tensors_new ();
      g_autoptr (GError) error = NULL;
      const float before = get_weight (&lab);

      g_assert_true (cjl_export (lab.project, path, NULL, NULL, &error));
      tensors = cjl_weights_load (paths, &error);
      g_assert_no_error (error);
      cj_tensor_f32 (cjd_named_tensors_find (tensors, "dense1.weight"))[0] = 42;
      match = cjl_weights_match (table, tensors, FALSE);
      g_assert_cmpuint (match->n_taken, ==, match->rows->len);
      g_assert_true (cjl_session_take_weights (lab.session, match, &error));
      g_assert_cmpfloat (get_weight (&lab), ==, 42);
      g_assert_cmpstr (cjl_project_get_undo_title (lab.project), ==, "Load weights");
      g_assert_true (cjl_project_undo (lab.project));
      cj_runner_wait (cjl_session_get_runner (lab.session));
      g_assert_cmpfloat (get_weight (&lab), ==, before);
      g_assert_null (cjl_project_get_undo_title (lab.project));
      nothing = cjl_weights_match (table, none, FALSE);
      g_assert_false (cjl_session_take_weights (lab.session, nothing, &error));
      g_assert_nonnull (strstr (error->message, "stays as it is"));
      g_assert_null (cjl_project_get_undo_title (lab.project));
    }
  close_lab (&lab);
  files_remove (folder);
}

/* Arrays one by one, of other types. */
static void
test_npy (void)
{
  char *folder = files_new_folder ();
  g_autofree char *path = g_build_filename (folder, "dense1.bias.npy", NULL);
  const char *const paths[] = { path, NULL };
  const CjShape shape = cj_shape1 (3);
  g_autoptr (CjTensor) whole = cj_tensor_new (CJ_INT32, &shape);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) tensors = NULL;
  g_autoptr (GError) error = NULL;
  const CjdNamedTensor *named;

  cj_tensor_i32 (whole)[1] = -7;
  bytes = cjd_npy_print (whole);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), &error));
  tensors = cjl_weights_load (paths, &error);
  g_assert_no_error (error);
  named = tensors->pdata[0];
  g_assert_cmpstr (named->name, ==, "dense1.bias");
  g_assert_cmpint (named->tensor->dtype, ==, CJ_FLOAT32);
  g_assert_cmpfloat (cj_tensor_f32 (named->tensor)[1], ==, -7);
  files_remove (folder);
}

static void
refuse (const char *path, const char *what)
{
  const char *const paths[] = { path, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (cjl_weights_load (paths, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, what));
}

static void
test_refused (void)
{
  char *folder = files_new_folder ();
  g_autofree char *damaged = files_write_text (folder, "x.safetensors", "no header");

  refuse ("model.pt", "is a pickle");
  refuse ("model.h5", "holds no weights");
  refuse (damaged, "cut off");
  g_assert_true (cjl_weights_is_file ("x.pth"));
  g_assert_false (cjl_weights_is_file ("data_batch_1.bin"));
  files_remove (folder);
}

/* Every file of the outside collections: -3 to 2 in all types, a transformer that PyTorch wrote, twice. */
static void
test_foreign (void)
{
  static const char *const arrays[] = { "npy/stored.npz", "npy/deflated.npz" };
  g_autofree char *all = files_find ("safetensors/overall.safetensors");
  g_autofree char *vit = files_find ("safetensors/vit-tiny.safetensors");
  g_autofree char *same = files_find ("onnx/pt113-vit-opset14/weights.npz");
  const char *const paths[] = { all, NULL }, *const two[] = { vit, NULL },
                    *const three[] = { same, NULL };
  g_autoptr (GPtrArray) tensors = NULL, a = NULL, b = NULL;
  g_autoptr (GError) error = NULL;

  if (all == NULL || vit == NULL || same == NULL)
    return;
  tensors = cjl_weights_load (paths, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tensors->len, ==, 9);
  for (guint i = 0; i < tensors->len; i++)
    {
      const CjdNamedTensor *named = tensors->pdata[i];

      for (int k = 3; k < 6; k++)
        g_assert_cmpfloat (cj_tensor_f32 (named->tensor)[k], ==, (float) (k - 3));
      if (g_ascii_islower (*named->name))
        g_assert_cmpfloat (cj_tensor_f32 (named->tensor)[0], ==, -3);
    }
  a = cjl_weights_load (two, &error);
  g_assert_no_error (error);
  b = cjl_weights_load (three, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const CjdNamedTensor *named = a->pdata[i];
      const CjTensor *other = cjd_named_tensors_find (b, named->name);

      g_assert_cmpmem (named->tensor->data, cj_tensor_bytes (named->tensor), other->data,
                       cj_tensor_bytes (other));
    }
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    {
      g_autofree char *path = files_find (arrays[i]);
      const char *const one[] = { path, NULL };
      g_autoptr (GPtrArray) read = cjl_weights_load (one, &error);

      g_assert_no_error (error);
      g_assert_cmpfloat (cj_tensor_f32 (cjd_named_tensors_find (read, "x"))[23], ==, 18);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/weights/names", test_names);
  g_test_add_func ("/lab/weights/prefixes", test_prefixes);
  g_test_add_func ("/lab/weights/order", test_order);
  g_test_add_func ("/lab/weights/session", test_session);
  g_test_add_func ("/lab/weights/npy", test_npy);
  g_test_add_func ("/lab/weights/refused", test_refused);
  g_test_add_func ("/lab/weights/foreign", test_foreign);
  return g_test_run ();
}
