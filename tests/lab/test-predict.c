/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network that gives the class of the brighter half answers pictures of any size and colour, tables
 * of pictures, and lists with broken files in them. */
#include "cj-error.h"
#include "cjl-predict.h"
#include "cjl-template.h"
#include "npz.h"
#include "safetensors.h"

#include <glib/gstdio.h>
#include <cairo.h>
#include <string.h>

typedef struct
{
  char *folder;
  CjlProject *project;
  GString *seen;
} Fixture;

static void
put (GPtrArray *tensors, const char *name, CjShape shape, const float *values)
{
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

  memcpy (tensor->data, values, cj_tensor_bytes (tensor));
  g_ptr_array_add (tensors, cjd_named_tensor_new (name, tensor));
}

/* 1×1×2 pictures; class "left" where the left pixel is brighter. */
static void
setup (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "left", "right, or \"none\"", NULL };
  const CjShape x_shape = cj_shape4 (4, 1, 1, 2), y_shape = cj_shape1 (4);
  static const float weight[] = { 3, -3, -3, 3 }, zero[] = { 0, 0 }, half[] = { 0.5 };
  g_autoptr (CjdDataset) dataset = cjd_dataset_new ("halves", cj_tensor_new (CJ_UINT8, &x_shape),
                                                    cj_tensor_new (CJ_INT32, &y_shape), 2, names);

  (void) data;
  f->folder = g_dir_make_tmp ("cajal-predict-XXXXXX", NULL);
  f->seen = g_string_new (NULL);
  f->project = cjl_project_new ();
  g_assert_true (
      cjl_graph_add_text (f->project->graph, "input, flatten, dense 2, cross-entropy", NULL));
  put (cjl_project_get_weights (f->project), "dense1.weight", cj_shape2 (2, 2), weight);
  put (cjl_project_get_weights (f->project), "dense1.bias", cj_shape1 (2), zero);
  put (f->project->norm, "mean", cj_shape1 (1), half);
  put (f->project->norm, "std", cj_shape1 (1), half);
  f->project->learned = g_variant_ref_sink (cjl_learned_print (dataset, 0));
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_autofree char *sub = g_build_filename (f->folder, "sub", NULL);
  const char *folders[] = { sub, f->folder };

  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (folders[i], name, NULL);

          g_unlink (path);
        }
      g_rmdir (folders[i]);
    }
  cjl_project_unref (f->project);
  g_string_free (f->seen, TRUE);
  g_free (f->folder);
}

/* A colour picture of twice `side` by `side` pixels, one half red; returns its path. */
static char *
draw (const Fixture *f, const char *name, int side, gboolean left)
{
  char *path = g_build_filename (f->folder, name, NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 2 * side, side);
  cairo_t *cr = cairo_create (surface);

  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, 1, 0, 0);
  cairo_rectangle (cr, left ? 0 : side, 0, side, side);
  cairo_fill (cr);
  cairo_destroy (cr);
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
  return path;
}

static CjlPredictor *
new_predictor (const Fixture *f)
{
  GError *error = NULL;
  CjlPredictor *predictor = cjl_predictor_new (f->project, 1, &error);

  g_assert_no_error (error);
  return predictor;
}

/* Writes L, R or ? for each answer. */
static void
note (const CjlPrediction *p, gpointer data)
{
  Fixture *f = data;

  g_string_append_c (f->seen, p->problem != NULL ? '?' : p->order[0] == 0 ? 'L' : 'R');
  if (p->problem != NULL)
    return;
  g_assert_cmpfloat_with_epsilon ((double) (p->scores[0] + p->scores[1]), 1, 1e-6);
  g_assert_cmpfloat ((double) p->scores[p->order[0]], >, 0.5);
}

static CjlPredictCount
ask (Fixture *f, const char *const *paths)
{
  g_autoptr (CjlPredictor) predictor = new_predictor (f);
  CjlPredictCount count = { 0 };

  g_assert_true (cjl_predict (predictor, paths, NULL, note, f, &count));
  return count;
}

static void
test_pictures (Fixture *f, gconstpointer data)
{
  g_autofree char *a = draw (f, "a.png", 1, TRUE), *b = draw (f, "b.png", 40, FALSE);
  const char *paths[] = { b, a, NULL };

  (void) data;
  g_assert_cmpuint (ask (f, paths).n_answered, ==, 2);
  g_assert_cmpstr (f->seen->str, ==, "RL");
}

/* Sorted, with folders in it, more than a batch of them; what is no picture is not asked for. */
static void
test_folder (Fixture *f, gconstpointer data)
{
  g_autofree char *sub = g_build_filename (f->folder, "sub", NULL);
  g_autofree char *text = g_build_filename (f->folder, "notes.txt", NULL);
  const char *paths[] = { f->folder, NULL };

  (void) data;
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  g_assert_true (g_file_set_contents (text, "no picture", -1, NULL));
  for (int i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s%02d.png", i < 36 ? "" : "sub/", i);

      g_free (draw (f, name, 3, i % 3 == 0));
    }
  g_assert_cmpuint (ask (f, paths).n_answered, ==, 40);
  for (int i = 0; i < 40; i++)
    g_assert_cmpint (f->seen->str[i], ==, i % 3 == 0 ? 'L' : 'R');
}

static void
test_bad_files (Fixture *f, gconstpointer data)
{
  g_autofree char *good = draw (f, "good.png", 2, TRUE);
  g_autofree char *bad = g_build_filename (f->folder, "bad.png", NULL);
  const char *paths[] = { "/nowhere/x.png", bad, good, NULL };
  CjlPredictCount count;

  (void) data;
  g_assert_true (g_file_set_contents (bad, "\x89PNG\r\n\x1a\nbroken", -1, NULL));
  count = ask (f, paths);
  g_assert_cmpuint (count.n_answered, ==, 1);
  g_assert_cmpuint (count.n_failed, ==, 2);
  g_assert_cmpstr (f->seen->str, ==, "??L");
}

/* Samples of a .npz file, as the training data could have come. */
static void
test_arrays (Fixture *f, gconstpointer data)
{
  static const guint8 pixels[] = { 255, 0, 10, 200, 90, 80 };
  const CjShape x_shape = cj_shape4 (3, 1, 1, 2), y_shape = cj_shape1 (3);
  g_autofree char *path = g_build_filename (f->folder, "samples.npz", NULL);
  g_autoptr (GPtrArray) arrays = cjd_named_tensors_new ();
  g_autoptr (GBytes) bytes = NULL;
  const char *paths[] = { path, NULL };
  CjTensor *x = cj_tensor_new (CJ_UINT8, &x_shape);

  (void) data;
  memcpy (x->data, pixels, sizeof pixels);
  g_ptr_array_add (arrays, cjd_named_tensor_new ("x", x));
  g_ptr_array_add (arrays, cjd_named_tensor_new ("y", cj_tensor_new (CJ_INT32, &y_shape)));
  bytes = cjd_npz_print (arrays, NULL);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  g_assert_cmpuint (ask (f, paths).n_answered, ==, 3);
  g_assert_cmpstr (f->seen->str, ==, "LRL");
}

static void
test_csv (Fixture *f, gconstpointer data)
{
  g_autofree char *picture = draw (f, "a,b.png", 1, FALSE);
  g_autofree char *output = g_build_filename (f->folder, "out.csv", NULL), *text = NULL;
  g_autoptr (CjlPredictor) predictor = new_predictor (f);
  g_auto (GStrv) lines = NULL;
  g_autofree char *start = NULL, *top = NULL;
  const char *paths[] = { picture, NULL };
  CjlPredictCount count = { 0 };

  (void) data;
  g_assert_true (cjl_predict_save (predictor, paths, 0, output, NULL, NULL, NULL, &count, NULL));
  g_assert_true (g_file_get_contents (output, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpstr (lines[0], ==, "file,prediction,probability,left,\"right, or \"\"none\"\"\"");
  start = g_strdup_printf ("\"%s\",\"right, or \"\"none\"\"\",0.9", picture);
  g_assert_true (g_str_has_prefix (lines[1], start));
  g_assert_cmpstr (lines[2], ==, "");
  top = cjl_predict_print_header (predictor, 2);
  g_assert_cmpstr (top, ==, "file,prediction,probability,prediction 2,probability 2\n");
}

/* Waits until the job is cancelled, then answers. */
static gpointer
answer_late (CjlJob *job, gpointer data, GError **error)
{
  Fixture *f = data;
  g_autoptr (CjlPredictor) predictor = new_predictor (f);
  const char *paths[] = { f->folder, NULL };
  CjlPredictCount count = { 0 };

  (void) error;
  while (!cjl_job_is_cancelled (job))
    g_usleep (1000);
  g_assert_false (cjl_predict (predictor, paths, job, note, f, &count));
  g_assert_cmpuint (count.n_answered + count.n_failed, ==, 0);
  return NULL;
}

static void
test_cancelled (Fixture *f, gconstpointer data)
{
  g_autofree char *picture = draw (f, "a.png", 1, TRUE);
  g_autoptr (CjlJob) job = cjl_job_new (answer_late, f, NULL, NULL);

  (void) data;
  cjl_job_cancel (job);
  cjl_job_wait (job);
  g_assert_cmpstr (f->seen->str, ==, "");
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  g_ptr_array_set_size (cjl_project_get_weights (f->project), 0);
  g_assert_null (cjl_predictor_new (f->project, 1, &error));
  g_assert_nonnull (strstr (error->message, "Train it first"));
}

/* The file keeps what the weights were learned from, and nonsense there is no way in. */
static void
test_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) bytes = cjl_project_print (f->project, NULL);
  g_autoptr (CjlProject) again = cjl_project_parse (bytes, NULL);
  g_autoptr (CjlPredictor) predictor = cjl_predictor_new (again, 1, NULL);
  GVariantDict dict;

  (void) data;
  g_assert_nonnull (predictor);
  g_assert_cmpstr (cjl_predictor_get_name (predictor, 0), ==, "left");
  g_variant_dict_init (&dict, again->learned);
  g_variant_dict_insert (&dict, "type", "x", (gint64) 77);
  g_variant_unref (again->learned);
  again->learned = g_variant_ref_sink (g_variant_dict_end (&dict));
  cjl_project_set_data (again, "/nowhere", NULL);
  g_assert_null (cjl_predictor_new (again, 1, NULL));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/lab/predict/pictures", test_pictures },
    { "/lab/predict/folder", test_folder },
    { "/lab/predict/bad-files", test_bad_files },
    { "/lab/predict/arrays", test_arrays },
    { "/lab/predict/csv", test_csv },
    { "/lab/predict/cancelled", test_cancelled },
    { "/lab/predict/refused", test_refused },
    { "/lab/predict/kept", test_kept },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, setup, tests[i].run, teardown);
  return g_test_run ();
}
