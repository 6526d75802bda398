/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures on predictions that are known: the network is nothing but a loss, its prediction the data. */
#include "network.h"

#include <math.h>
#include <string.h>

static CjProgram *
new_program (const char *chain, CjShape x, CjShape y, CjDtype dtype, gint64 batch)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (GError) error = NULL;
  const CjDataSpec spec
      = { .batch = batch, .x_shape = x, .y_shape = y, .y_dtype = dtype, .has_y = TRUE };
  CjProgram *program = cj_program_new (graph, CJ_PURPOSE_INFER, &spec, 1, &error);

  g_assert_no_error (error);
  return program;
}

static void
fill (CjProgram *program, const float *x, gconstpointer y)
{
  memcpy (cj_program_get_x (program)->data, x, cj_tensor_bytes (cj_program_get_x (program)));
  memcpy (cj_program_get_y (program)->data, y, cj_tensor_bytes (cj_program_get_y (program)));
  cj_program_forward (program, FALSE, cj_program_get_batch (program), 0, 0);
}

/* True 0 0 0 1 1 2, said 0 0 1 1 1 0; a class that never occurs; a sample without a class; filling. */
static void
test_classes (void)
{
  static const gint32 y[8] = { 0, 0, 0, 1, 1, 2, -1, 3 };
  static const int said[8] = { 0, 0, 1, 1, 1, 0, 2, 3 };
  g_autoptr (CjProgram) program
      = new_program ("cross-entropy", cj_shape1 (4), cj_shape (0, NULL), CJ_INT32, 8);
  g_autoptr (CjMetrics) m = cj_metrics_new (program);
  float x[32] = { 0 };

  for (int i = 0; i < 8; i++)
    x[4 * i + said[i]] = 1;
  fill (program, x, y);
  cj_metrics_add (m, 7);
  g_assert_cmpint (m->task, ==, CJ_TASK_CLASSES);
  g_assert_cmpint (m->n_samples, ==, 7);
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_accuracy (m), 4 / 6.0, 1e-12);
  g_assert_cmpfloat (cj_metrics_get_share (m), ==, cj_metrics_get_accuracy (m));
  g_assert_cmpint (m->confusion[0 * 4 + 1], ==, 1);
  g_assert_cmpint (m->confusion[2 * 4 + 0], ==, 1);
  g_assert_cmpint (cj_metrics_get_class (m, 0).n, ==, 3);
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_class (m, 0).precision, 2 / 3.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_class (m, 1).recall, 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_class (m, 1).precision, 2 / 3.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_class (m, 1).f1, 0.8, 1e-12);
  g_assert_true (isnan (cj_metrics_get_class (m, 2).precision));
  g_assert_cmpfloat (cj_metrics_get_class (m, 2).f1, ==, 0);
  g_assert_true (isnan (cj_metrics_get_class (m, 3).f1));
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_f1 (m), (2 / 3.0 + 0.8 + 0) / 3, 1e-12);
  g_assert_true (isnan (cj_metrics_get_top (m)));
  g_assert_true (isnan (cj_metrics_get_mse (m)));
}

static void
test_top (void)
{
  static const gint32 y[2] = { 2, 1 };
  static const float x[14] = { 7, 6, 5, 4, 3, 2, 1, 7, 0, 6, 5, 4, 3, 2 };
  g_autoptr (CjProgram) program
      = new_program ("cross-entropy", cj_shape1 (7), cj_shape (0, NULL), CJ_INT32, 2);
  g_autoptr (CjMetrics) m = cj_metrics_new (program);

  fill (program, x, y);
  cj_metrics_add (m, 2);
  g_assert_cmpfloat (cj_metrics_get_top (m), ==, 0.5);
  g_assert_cmpfloat (cj_metrics_get_accuracy (m), ==, 0);
}

/* A class at every moment; a class at every pixel, in either layout. */
static void
test_sequence (void)
{
  static const float x[8] = { 1, 0, 0, 1, 0, 1, 1, 0 };
  static const gint32 moments[4] = { 0, 1, 0, -1 }, pixels[4] = { 0, 1, 0, 1 };
  static const float maps[8] = { 1, 0, 1, 1, 0, 1, 0, 0 };
  g_autoptr (CjProgram) text
      = new_program ("cross-entropy", cj_shape2 (2, 2), cj_shape1 (2), CJ_INT32, 2);
  g_autoptr (CjMetrics) a = cj_metrics_new (text);

  fill (text, x, moments);
  cj_metrics_add (a, 2);
  g_assert_cmpint (a->task, ==, CJ_TASK_SEQUENCE);
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_accuracy (a), 2 / 3.0, 1e-12);
  for (int last = 0; last < 2; last++)
    {
      const char *chain
          = last ? "batch-norm affine=false eps=1e-6, cross-entropy" : "cross-entropy";
      g_autoptr (CjProgram) program
          = new_program (chain, cj_shape3 (2, 1, 4), cj_shape2 (1, 4), CJ_INT32, 1);
      g_autoptr (CjMetrics) b = cj_metrics_new (program);

      cj_program_init (program, 1);
      fill (program, maps, pixels); /* says 0 1 0 0 */
      cj_metrics_add (b, 1);
      g_assert_cmpint (b->task, ==, CJ_TASK_SEQUENCE);
      g_assert_cmpfloat (cj_metrics_get_accuracy (b), ==, 0.75);
    }
}

static void
test_values (void)
{
  static const float x[4] = { 1, 2, 3, 5 }, y[4] = { 1, 2, 4, 3 };
  g_autoptr (CjProgram) program = new_program ("mse", cj_shape1 (2), cj_shape1 (2), CJ_FLOAT32, 2);
  g_autoptr (CjMetrics) m = cj_metrics_new (program);

  fill (program, x, y);
  cj_metrics_add (m, 2);
  g_assert_cmpint (m->task, ==, CJ_TASK_VALUES);
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_mse (m), 5 / 4.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_mae (m), 3 / 4.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (cj_metrics_get_r2 (m), 1 - 5 / 5.0, 1e-12);
  g_assert_true (isnan (cj_metrics_get_accuracy (m)));
  g_assert_true (isnan (cj_metrics_get_f1 (m)));
}

/* Counting in parts or in one go is the same, whatever the size of a batch. */
static void
test_whole_feed (void)
{
  CjFeed *feed = network_get_prototypes ();
  CjScore scores[2];
  gint64 confusion[2] = { 0 };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (CjProgram) program = network_compile (
          "flatten, dense 4, cross-entropy", CJ_PURPOSE_INFER, feed->x_shape, i ? 7 : 32, 4, 1);
      g_autoptr (CjMetrics) m = cj_metrics_new (program);

      cj_program_init (program, 3);
      scores[i] = cj_evaluate (program, feed, m);
      g_assert_cmpint (m->n_samples, ==, feed->n_samples);
      for (int k = 0; k < 16; k++)
        confusion[i] += m->confusion[k] * (k + 1);
      g_assert_cmpfloat (scores[i].accuracy, ==, cj_metrics_get_accuracy (m));
    }
  g_assert_cmpfloat (scores[0].accuracy, ==, scores[1].accuracy);
  g_assert_cmpint (confusion[0], ==, confusion[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/train/metrics/classes", test_classes);
  g_test_add_func ("/engine/train/metrics/top", test_top);
  g_test_add_func ("/engine/train/metrics/sequence", test_sequence);
  g_test_add_func ("/engine/train/metrics/values", test_values);
  g_test_add_func ("/engine/train/metrics/whole-feed", test_whole_feed);
  return g_test_run ();
}
