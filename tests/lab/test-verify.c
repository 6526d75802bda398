/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reference vectors: a folder made here whose right answers are plain, wrong ones that must be found,
 * and the downloaded folder where there is one. */
#include "cj-error.h"
#include "cjl-verify.h"
#include "npz.h"
#include "safetensors.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

typedef struct
{
  char *folder;
  guint n_rows;
  char *note, *array;
  gboolean pass;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  (void) data;
  f->folder = g_dir_make_tmp ("cajal-verify-XXXXXX", NULL);
  g_assert_nonnull (f->folder);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;

  (void) data;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->note);
  g_free (f->array);
}

static void
add (GPtrArray *arrays, const char *name, CjShape shape, const float *values)
{
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

  memcpy (tensor->data, values, cj_tensor_bytes (tensor));
  g_ptr_array_add (arrays, cjd_named_tensor_new (name, tensor));
}

static void
write_text (const Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Writes a case and a manifest with it alone. */
static void
save_case (const Fixture *f, const char *name, const char *meta, GPtrArray *arrays)
{
  const CjShape text = cj_shape1 ((gint64) strlen (meta));
  CjTensor *bytes = cj_tensor_new (CJ_UINT8, &text);
  g_autofree char *base = g_strconcat (name, ".npz", NULL);
  g_autofree char *path = g_build_filename (f->folder, base, NULL);
  g_autofree char *manifest = g_strdup_printf ("{\"cases\": [{\"name\": \"%s\"}]}", name);
  g_autoptr (GBytes) file = NULL;

  memcpy (bytes->data, meta, strlen (meta));
  g_ptr_array_add (arrays, cjd_named_tensor_new ("meta", bytes));
  file = cjd_npz_print (arrays, NULL);
  g_assert_nonnull (file);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (file, NULL),
                                      (gssize) g_bytes_get_size (file), NULL));
  write_text (f, "manifest.json", manifest);
}

/* One case "it" of y = x Wᵀ + b with two inputs, one unit; `off` is added to the gradient of x. */
static void
write_case (const Fixture *f, const char *meta, float off, gboolean extra)
{
  g_autoptr (GPtrArray) arrays = cjd_named_tensors_new ();

  add (arrays, "in0", cj_shape2 (1, 2), (const float[]){ 3, 5 });
  add (arrays, "param.weight", cj_shape2 (1, 2), (const float[]){ 2, -1 });
  add (arrays, "param.bias", cj_shape1 (1), (const float[]){ 10 });
  add (arrays, "cot0", cj_shape2 (1, 1), (const float[]){ 4 });
  add (arrays, "out0", cj_shape2 (1, 1), (const float[]){ 11 });
  add (arrays, "grad.in0", cj_shape2 (1, 2), (const float[]){ 8, -4 + off });
  add (arrays, "grad.param.weight", cj_shape2 (1, 2), (const float[]){ 12, 20 });
  add (arrays, "grad.param.bias", cj_shape1 (1), (const float[]){ 4 });
  if (extra)
    add (arrays, "grad.param.more", cj_shape1 (1), (const float[]){ 4 });
  save_case (f, "it", meta, arrays);
}

static void
take_row (const CjlVerifyRow *row, gpointer data)
{
  Fixture *f = data;

  f->n_rows++;
  g_free (f->note);
  g_free (f->array);
  f->note = g_strdup (row->note);
  f->array = g_strdup (row->array);
  f->pass = row->pass;
  g_assert_true (row->pass == (row->note == NULL));
}

static void
run (Fixture *f)
{
  CjlVerifyCount count = { 0 };
  g_autoptr (GError) error = NULL;

  f->n_rows = 0;
  g_assert_true (cjl_verify (f->folder, 2, take_row, f, &count, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (f->n_rows, ==, 1);
  g_assert_cmpuint (count.n_passed, ==, f->pass ? 1 : 0);
  g_assert_cmpuint (count.n_failed, ==, f->pass ? 0 : 1);
}

#define LINEAR                                                                                     \
  "{\"kind\": \"layer\", \"module\": \"Linear\", \"train\": true, "                                \
  "\"settings\": {\"in_features\": 2, \"out_features\": 1}}"

static void
test_right (Fixture *f, gconstpointer data)
{
  (void) data;
  write_case (f, LINEAR, 0, FALSE);
  run (f);
  g_assert_true (f->pass);
  g_assert_nonnull (f->array);
}

/* A number a little off, one that nothing makes, a module nobody knows: each fails and says why. */
static void
test_wrong (Fixture *f, gconstpointer data)
{
  (void) data;
  write_case (f, LINEAR, 1e-3f, FALSE);
  run (f);
  g_assert_cmpstr (f->note, ==, "grad.in0 is off");
  g_assert_cmpstr (f->array, ==, "grad.in0");
  write_case (f, LINEAR, INFINITY, FALSE); /* a reference without bounds allows nothing else */
  run (f);
  g_assert_cmpstr (f->note, ==, "grad.in0 is off");
  write_case (f, LINEAR, NAN, FALSE);
  run (f);
  g_assert_cmpstr (f->note, ==, "grad.in0 is off");
  write_case (f, LINEAR, 0, TRUE);
  run (f);
  g_assert_cmpstr (f->note, ==, "nothing gives grad.param.more");
  write_case (f, "{\"kind\": \"layer\", \"module\": \"Nonsense\"}", 0, FALSE);
  run (f);
  g_assert_true (g_str_has_prefix (f->note, "not supported"));
  write_case (f, "{\"kind\": \"nonsense\"}", 0, FALSE);
  run (f);
  g_assert_true (g_str_has_prefix (f->note, "not supported"));
}

/* One input, no gradient to speak of, one output. */
static void
check_case (Fixture *f, const char *name, const char *meta, CjShape in, const float *x, CjShape out,
            const float *y)
{
  static const float zeros[8] = { 0 };
  g_autoptr (GPtrArray) arrays = cjd_named_tensors_new ();

  add (arrays, "in0", in, x);
  add (arrays, "cot0", out, zeros);
  add (arrays, "out0", out, y);
  add (arrays, "grad.in0", in, zeros);
  save_case (f, name, meta, arrays);
  run (f);
  g_assert_cmpstr (f->note, ==, NULL);
}

#define BY_HAND "{\"kind\": \"layer\", \"module\": \"Fn\", \"settings\": {}}"

/* What a case declares, or its shapes tell, decides; not what such cases usually are. */
static void
test_declared (Fixture *f, gconstpointer data)
{
  static const float x[] = { 1, 1, -1, -1, 2, 2 };
  static const float turned[] = { 1, -1, 2, 1, -1, 2 }, sums[] = { 2, -2 };
  static const float norm[] = { 0.999995f, 0.999995f, -0.999995f, -0.999995f };

  (void) data;
  check_case (f, "norm",
              "{\"kind\": \"layer\", \"module\": \"LayerNorm\", \"settings\": "
              "{\"normalized_shape\": [2, 2], \"eps\": 1e-5, \"elementwise_affine\": false}}",
              cj_shape3 (1, 2, 2), x, cj_shape3 (1, 2, 2), norm);
  check_case (f, "transpose_permute", BY_HAND, cj_shape3 (1, 3, 2), x, cj_shape3 (1, 2, 3), turned);
  check_case (f, "sum_axis_keep", BY_HAND, cj_shape3 (1, 2, 2), x, cj_shape3 (1, 2, 1), sums);
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  static const char *const manifests[]
      = { "", "[", "[]", "{}", "{\"cases\": 3}", "{\"cases\": {}}" };
  CjlVerifyCount count = { 0 };

  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (manifests); i++)
    {
      g_autoptr (GError) error = NULL;

      write_text (f, "manifest.json", manifests[i]);
      g_assert_false (cjl_verify (f->folder, 1, take_row, f, &count, &error));
      g_assert_nonnull (error);
      g_assert_true (strstr (error->message, "manifest.json") != NULL);
    }
  write_case (f, "no json", 0, FALSE);
  run (f);
  g_assert_false (f->pass);
  write_text (f, "it.npz", "PK, but not a zip");
  run (f);
  g_assert_false (f->pass);
  write_text (f, "manifest.json", "{\"cases\": [{\"name\": \"../it\"}]}");
  run (f);
  g_assert_false (f->pass);
}

/* --- explanations --- */

/* One dense layer of two features and two classes, with explanations of one row. */
typedef struct
{
  CjShape x, weight, bias, logits, gradient;
  float target, last; /* last number of the gradient */
} Explained;

static void
take_explained (const CjlVerifyRow *row, gpointer data)
{
  Fixture *f = data;

  f->n_rows++;
  g_assert_true (row->pass == (row->note == NULL));
  f->pass = f->pass && row->pass;
}

/* FALSE: something failed. */
static gboolean
verify_explained (Fixture *f, const Explained *e)
{
  g_autoptr (GPtrArray) arrays = cjd_named_tensors_new ();
  g_autofree char *path = g_build_filename (f->folder, "it.npz", NULL);
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GError) error = NULL;
  CjlVerifyCount count = { 0 };

  add (arrays, "x", e->x, (const float[]){ 3, 5, 0, 0 });
  add (arrays, "target", cj_shape1 (1), &e->target);
  add (arrays, "logits", e->logits, (const float[]){ 1, 7, 0, 0 });
  add (arrays, "param.seq.0.weight", e->weight, (const float[]){ 2, -1, -1, 2 });
  add (arrays, "param.seq.0.bias", e->bias, (const float[]){ 0, 0, 0, 0 });
  add (arrays, "gradient", e->gradient, (const float[]){ -1, e->last, 0, 0 });
  file = cjd_npz_print (arrays, NULL);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (file, NULL),
                                      (gssize) g_bytes_get_size (file), NULL));
  f->n_rows = 0;
  f->pass = TRUE;
  g_assert_true (cjl_verify (f->folder, 1, take_explained, f, &count, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (f->n_rows, >=, 1);
  return f->pass;
}

/* Arrays that do not fit one another, have other dimensions or none, or hold no numbers, fail. */
static void
test_explained (Fixture *f, gconstpointer data)
{
  const Explained good = {
    cj_shape2 (1, 2), cj_shape2 (2, 2), cj_shape1 (2), cj_shape2 (1, 2), cj_shape2 (1, 2), 1, 2
  };
  Explained bad[12];

  (void) data;
  g_assert_true (verify_explained (f, &good));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    bad[i] = good;
  bad[0].logits = cj_shape2 (1, 4); /* more than the layer has units */
  bad[1].logits = cj_shape1 (1);    /* and fewer */
  bad[1].target = 0;
  bad[2].weight = cj_shape1 (4);
  bad[3].weight = cj_shape3 (2, 2, 1);
  bad[4].weight = (CjShape){ 0 };
  bad[5].weight = cj_shape2 (1000000000, 0);
  bad[6].weight = cj_shape4 (2, 2, 1, 1);
  bad[7].x = (CjShape){ 0 };
  bad[8].x = cj_shape2 (1, 0);
  bad[9].target = NAN;
  bad[10].last = NAN;
  bad[11].gradient = cj_shape2 (1, 1);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%u", i);
      g_assert_false (verify_explained (f, &bad[i]));
    }
}

static void
tell (const CjlVerifyRow *row, gpointer data)
{
  (void) data;
  if (!row->pass)
    g_test_message ("%s: %s", row->name, row->note);
}

static void
test_folder (void)
{
  const char *data = g_getenv ("CAJAL_DATA_DIR");
  g_autofree char *folder = data != NULL ? g_build_filename (data, "layer-vectors", NULL) : NULL;
  CjlVerifyCount count = { 0 };
  g_autoptr (GError) error = NULL;

  if (folder == NULL || !g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("CAJAL_DATA_DIR has no folder layer-vectors");
      return;
    }
  g_assert_true (cjl_verify (folder, 3, tell, NULL, &count, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count.n_failed, ==, 0);
  g_assert_cmpuint (count.n_passed, >=, 189);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/lab/verify/right", Fixture, NULL, setup, test_right, teardown);
  g_test_add ("/lab/verify/wrong", Fixture, NULL, setup, test_wrong, teardown);
  g_test_add ("/lab/verify/declared", Fixture, NULL, setup, test_declared, teardown);
  g_test_add ("/lab/verify/damaged", Fixture, NULL, setup, test_damaged, teardown);
  g_test_add ("/lab/verify/explained", Fixture, NULL, setup, test_explained, teardown);
  g_test_add_func ("/lab/verify/layer-vectors", test_folder);
  return g_test_run ();
}
