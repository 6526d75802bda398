/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any step of a run can be gone back to: what is computed again from the nearest kept checkpoint, the
 * log of commands in between, is the run that never stopped, bit for bit. */
#include "network.h"

#include "cj-error.h"

#include <float.h>
#include <string.h>

#define CHAIN "conv-2d 4, relu, flatten, dropout 0.2, dense 12, relu, dense 4, cross-entropy"
#define WIDER "conv-2d 6, relu, flatten, dropout 0.2, dense 15, relu, dense 4, cross-entropy"

static CjTrainSetup *
new_setup (void)
{
  CjTrainSetup *setup = cj_train_setup_new ();

  setup->epochs = 5;
  setup->batch = 10;
  setup->average = 0.9;
  g_assert_true (cj_train_setup_set (setup, "schedule", "cosine", NULL));
  return setup;
}

static CjRunner *
new_runner (guint threads)
{
  g_autoptr (CjTrainSetup) setup = new_setup ();
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  CjFeed *feed = network_get_prototypes ();
  g_autoptr (GError) error = NULL;
  CjRunner *runner = cj_runner_new (graph, setup, threads, feed, feed, &error);

  g_assert_no_error (error);
  return runner;
}

static void
train (CjRunner *runner, guint64 n_steps)
{
  cj_runner_train (runner, n_steps);
  cj_runner_wait (runner);
}

static CjRunner *
copy (CjRunner *runner, guint threads)
{
  CjFeed *feed = network_get_prototypes ();
  g_autoptr (CjRing) ring = NULL;
  g_autoptr (GError) error = NULL;
  CjRunLog *log;
  CjRunner *again;

  cj_runner_dup_run (runner, 1 << 20, &log, &ring, NULL);
  again = cj_runner_resume (log, g_steal_pointer (&ring), threads, feed, feed, &error);
  g_assert_no_error (error);
  return again;
}

/* A run with everything that can happen to it: values, a wider network, another optimizer and batch. */
static void
live (CjRunner *runner)
{
  g_autoptr (CjTrainSetup) setup = new_setup ();
  g_autoptr (CjGraph) graph = network_new_graph (WIDER);

  train (runner, 7);
  cj_runner_set (runner, "learning-rate", "0.01");
  train (runner, 8);
  cj_runner_set (runner, "optimizer.beta1", "0.8");
  cj_runner_set (runner, "schedule", "constant");
  train (runner, 9);
  g_assert_true (cj_train_setup_set (setup, "learning-rate", "0.004", NULL));
  cj_runner_swap (runner, graph, setup, NULL);
  cj_runner_wait (runner);
  g_assert_cmpuint (cj_runner_get_state (runner).revision, ==, 1);
  train (runner, 10);
  g_assert_true (cj_train_setup_set (setup, "optimizer", "sgd", NULL));
  g_assert_true (cj_train_setup_set (setup, "batch", "7", NULL));
  cj_runner_swap (runner, graph, setup, NULL);
  train (runner, 0);
  train (runner, 15);
  g_assert_cmpuint (cj_runner_get_state (runner).step, ==, 49);
}

static void
test_replay (void)
{
  g_autoptr (CjRunner) runner = new_runner (2), other = NULL;
  g_autoptr (CjCheckpoint) end = NULL;

  live (runner);
  end = cj_runner_save (runner);
  other = copy (runner, 3);
  for (guint64 k = 0; k <= 49; k += k < 20 ? 5 : 4)
    {
      g_autoptr (CjCheckpoint) there = NULL, again = NULL, after = NULL;
      guint64 rest;

      cj_runner_seek (runner, k);
      cj_runner_wait (runner);
      g_assert_cmpuint (cj_runner_get_state (runner).step, ==, k);
      g_assert_cmpuint (cj_runner_get_state (runner).last, ==, 49);
      there = cj_runner_save (runner);
      cj_runner_seek (other, k);
      cj_runner_wait (other);
      again = cj_runner_save (other);
      network_assert_same (there, again);
      rest = 49 - k;
      train (other, rest);
      after = cj_runner_save (other);
      network_assert_same (end, after);
    }
  g_assert_cmpuint (cj_runner_get_state (runner).n_cuts, ==, 0);
}

/* A branch is the run that was never taken any other way. */
static void
test_branch (void)
{
  g_autoptr (CjRunner) runner = new_runner (1), straight = new_runner (2);
  g_autoptr (CjCheckpoint) a = NULL, b = NULL;
  CjRunPoint points[100];
  CjRunState state;

  live (runner);
  cj_runner_branch (runner, 15);
  cj_runner_wait (runner);
  state = cj_runner_get_state (runner);
  g_assert_cmpuint (state.step, ==, 15);
  g_assert_cmpuint (state.last, ==, 15);
  g_assert_cmpuint (state.n_points, ==, 15);
  g_assert_cmpuint (state.n_cuts, ==, 1);
  g_assert_cmpuint (state.revision, ==, 0);
  cj_runner_set (runner, "learning-rate", "0.02");
  train (runner, 20);

  train (straight, 7);
  cj_runner_set (straight, "learning-rate", "0.01");
  train (straight, 8);
  cj_runner_set (straight, "learning-rate", "0.02");
  train (straight, 20);
  a = cj_runner_save (runner);
  b = cj_runner_save (straight);
  network_assert_same (a, b);
  g_assert_cmpuint (cj_runner_read_points (runner, 0, points, 100), ==, 35);
  for (guint i = 0; i < 35; i++)
    g_assert_cmpuint (points[i].step, ==, i + 1);
}

/* A command in the past forgets what lay ahead; training alone repeats it. */
static void
test_past (void)
{
  g_autoptr (CjRunner) runner = new_runner (2);
  g_autoptr (CjCheckpoint) end = NULL, again = NULL;

  live (runner);
  end = cj_runner_save (runner);
  cj_runner_seek (runner, 9);
  train (runner, 3);
  g_assert_cmpuint (cj_runner_get_state (runner).last, ==, 49);
  cj_runner_seek (runner, 1000);
  cj_runner_wait (runner);
  again = cj_runner_save (runner);
  network_assert_same (end, again);
  cj_runner_seek (runner, 9);
  cj_runner_set (runner, "clip-norm", "1");
  cj_runner_wait (runner);
  g_assert_cmpuint (cj_runner_get_state (runner).last, ==, 9);
}

/* Stopped, saved, loaded and resumed after every single step. */
static void
test_every_step (void)
{
  g_autoptr (CjRunner) runner = new_runner (1), whole = new_runner (2);
  g_autoptr (CjCheckpoint) a = NULL, b = NULL;

  for (guint k = 0; k < 45; k++)
    {
      CjRunner *next = copy (runner, 1 + k % 4);

      cj_runner_free (runner);
      runner = next;
      train (runner, 1);
      g_clear_pointer (&a, cj_checkpoint_unref);
      a = cj_runner_save (runner);
    }
  train (whole, 45);
  b = cj_runner_save (whole);
  network_assert_same (a, b);
}

static CjCheckpoint *
new_checkpoint (CjTable *table, guint64 step)
{
  CjCheckpoint *checkpoint = cj_checkpoint_new (table, 0, FALSE);

  checkpoint->at.step = step;
  return checkpoint;
}

/* Within the budget, the newest always there, gaps that grow with age but stay below it. */
static void
test_thinning (void)
{
  g_autoptr (CjTable) table = cj_table_new_empty ();
  const CjShape shape = cj_shape1 (1000);
  g_autoptr (CjRing) ring = cj_ring_new (20 * 4300), thin = NULL;
  g_autoptr (CjCheckpoint) found = NULL;

  cj_table_append (table, "a.weight", &shape, FALSE);
  cj_ring_pin (ring, 77);
  for (guint64 step = 1; step <= 5000; step++)
    {
      g_autoptr (CjCheckpoint) fresh = new_checkpoint (table, step);

      cj_ring_add (ring, fresh);
      g_assert_cmpuint (cj_ring_get_bytes (ring), <=, 20 * 4300);
      g_assert_cmpuint (cj_ring_get_step (ring, cj_ring_get_n (ring) - 1), ==, step);
    }
  g_assert_cmpuint (cj_ring_get_n (ring), >, 12);
  for (guint i = 1; i < cj_ring_get_n (ring); i++)
    {
      const guint64 step = cj_ring_get_step (ring, i - 1);

      g_assert_cmpuint (cj_ring_get_step (ring, i) - step, <=, 5000 - step);
    }
  found = cj_ring_find (ring, 77, 0);
  g_assert_cmpuint (found->at.step, ==, 77);
  thin = cj_ring_thin (ring, 3 * 4300);
  g_assert_cmpuint (cj_ring_get_n (thin), ==, 3);
  cj_ring_cut (ring, 100, 0);
  g_assert_cmpuint (cj_ring_get_step (ring, cj_ring_get_n (ring) - 1), <=, 100);
}

static void
free_nothing (gpointer data)
{
  (void) data;
}

static CjCheckpoint *
load_it (gpointer data)
{
  gint *count = data;

  return ++*count < 3 ? new_checkpoint (cj_table_new_empty (), 5) : NULL;
}

static void
test_later (void)
{
  g_autoptr (CjRing) ring = cj_ring_new (1000), thin = NULL;
  const CjPlace at = { .step = 5, .n_commands = 1 };
  gint count = 0;

  cj_ring_add_later (ring, &at, 10, load_it, &count, free_nothing);
  thin = cj_ring_thin (ring, 100);
  g_assert_cmpint (count, ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (CjCheckpoint) found = cj_ring_find (ring, 9, 1);

      g_assert_cmpuint (found->at.step, ==, 5);
      cj_table_unref (found->table);
    }
  g_assert_null (cj_ring_find (ring, 9, 1)); /* damaged: forgotten */
  g_assert_cmpuint (cj_ring_get_n (ring), ==, 0);
}

/* Log and place survive as data. */
static void
test_log (void)
{
  g_autoptr (CjRunner) runner = new_runner (1);
  g_autoptr (CjRing) ring = NULL;
  g_autoptr (CjRunLog) log = NULL, again = NULL, none = NULL;
  g_autoptr (GVariant) data = NULL, same = NULL;
  g_autoptr (GError) error = NULL;

  live (runner);
  cj_runner_dup_run (runner, 1 << 20, &log, &ring, NULL);
  g_assert_cmpuint (log->commands->len, ==, 6);
  data = g_variant_ref_sink (cj_run_log_save (log));
  again = cj_run_log_load (data, &error);
  g_assert_no_error (error);
  same = g_variant_ref_sink (cj_run_log_save (again));
  g_assert_true (g_variant_equal (data, same));
  g_variant_unref (data);
  data = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  none = cj_run_log_load (data, &error);
  g_assert_null (none);
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
}

/* The latest of several swaps wins; one that cannot be made is refused and the old network stays. */
static void
test_swaps (void)
{
  g_autoptr (CjRunner) runner = new_runner (2);
  g_autoptr (CjTrainSetup) setup = new_setup ();
  g_autoptr (CjGraph) bad = network_new_graph ("flatten, dense 5, cross-entropy");
  g_autofree char *refusal = NULL;
  g_autoptr (CjCheckpoint) now = NULL;

  cj_runner_train (runner, 60);
  for (guint units = 5; units < 12; units++)
    {
      g_autofree char *chain = g_strdup_printf ("flatten, dense %u, dense 4, cross-entropy", units);
      g_autoptr (CjGraph) graph = network_new_graph (chain);

      cj_runner_swap (runner, graph, setup, NULL);
    }
  cj_runner_wait (runner);
  now = cj_runner_save (runner);
  g_assert_cmpint (cj_table_find (now->table, "dense1.weight")->shape.dims[0], ==, 11);
  g_assert_cmpuint (cj_runner_get_state (runner).step, ==, 60);
  cj_runner_swap (runner, bad, setup, NULL);
  cj_runner_wait (runner);
  refusal = cj_runner_dup_refusal (runner);
  g_assert_true (g_pattern_match_simple ("*5 scores*4 classes*", refusal));
  train (runner, 3);
  g_assert_cmpuint (cj_runner_get_state (runner).step, ==, 63);
}

/* Numbers that run away stop the run, name the place, and a good checkpoint is there to go back to. */
static void
test_explosion (void)
{
  g_autoptr (CjTrainSetup) setup = new_setup ();
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  CjFeed *feed = network_get_prototypes ();
  g_autoptr (CjRunner) runner = NULL;
  g_autofree char *error = NULL, *node = NULL, *none = NULL;
  g_autoptr (CjCheckpoint) good = NULL;
  CjRunState state;

  g_assert_true (cj_train_setup_set (setup, "optimizer", "sgd", NULL));
  g_assert_true (cj_train_setup_set (setup, "schedule", "constant", NULL));
  runner = cj_runner_new (graph, setup, 2, feed, feed, NULL);
  train (runner, 10);
  cj_runner_set (runner, "learning-rate", "100");
  cj_runner_set (runner, "optimizer.weight-decay", "10");
  train (runner, G_MAXUINT64);
  state = cj_runner_get_state (runner);
  g_assert_cmpint (state.status, ==, CJ_RUN_FAILED);
  error = cj_runner_dup_error (runner);
  g_assert_nonnull (strstr (error, "no longer a number in step"));
  g_assert_nonnull (strstr (error, "In this step "));
  g_assert_cmpuint (state.good, >=, 10);
  good = cj_runner_dup_kept (runner, state.good);
  g_assert_null (cj_checkpoint_find_bad (good));
  cj_runner_branch (runner, 10);
  cj_runner_wait (runner);
  none = cj_runner_dup_error (runner);
  g_assert_null (none);
  g_assert_cmpuint (cj_runner_get_state (runner).last, ==, 10);
  train (runner, 5);
  g_assert_cmpuint (cj_runner_get_state (runner).step, ==, 15);
}

/* Numbers set by hand are part of the run: through a file, and at every step. */
static void
test_numbers (void)
{
  g_autoptr (CjRunner) runner = new_runner (2), other = NULL;
  g_autoptr (CjCheckpoint) before = NULL, set = NULL, end = NULL, again = NULL;
  g_autoptr (CjRunLog) log = NULL, read = NULL;
  g_autoptr (CjRing) ring = NULL;
  g_autoptr (GVariant) saved = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  const CjTableEntry *entry;
  g_autofree float *values = NULL;

  train (runner, 6);
  before = cj_runner_save (runner);
  entry = cj_table_find (before->table, "dense2.bias");
  values = g_new (float, entry->size);
  for (gint64 i = 0; i < entry->size; i++)
    values[i] = (float) i - 1.25f;
  bytes = g_bytes_new (values, sizeof (float) * (gsize) entry->size);
  cj_runner_put (runner, "dense2.bias", bytes);
  cj_runner_put (runner, "nobody.bias", bytes); /* does nothing */
  cj_runner_wait (runner);
  set = cj_runner_save (runner);
  g_assert_cmpmem (cj_checkpoint_get_data (set, entry), sizeof (float) * (gsize) entry->size,
                   values, sizeof (float) * (gsize) entry->size);
  train (runner, 6);
  end = cj_runner_save (runner);
  other = copy (runner, 1);
  for (guint64 k = 0; k < 12; k += 3)
    {
      cj_runner_seek (other, k);
      train (other, 12 - k);
      g_clear_pointer (&again, cj_checkpoint_unref);
      again = cj_runner_save (other);
      network_assert_same (end, again);
    }
  cj_runner_dup_run (runner, 0, &log, &ring, NULL);
  g_assert_cmpuint (log->commands->len, ==, 2);
  saved = g_variant_ref_sink (cj_run_log_save (log));
  read = cj_run_log_load (saved, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (cj_run_log_get (read, 1)->numbers, bytes));
}

/* Back to a moment, of another network as well, and forth: the same bits, and the same future. */
static void
test_moments (void)
{
  g_autoptr (CjRunner) runner = new_runner (2);
  g_autoptr (CjMoment) early = NULL, late = NULL;
  g_autoptr (CjCheckpoint) middle = NULL, end = NULL, back = NULL, again = NULL;
  g_autoptr (CjTrainSetup) setup = new_setup ();
  g_autoptr (CjGraph) wider = network_new_graph (WIDER);
  guint n_points;

  train (runner, 9);
  early = cj_runner_dup_moment (runner, 1 << 20);
  middle = cj_runner_save (runner);
  cj_runner_set (runner, "learning-rate", "0.01");
  train (runner, 4);
  cj_runner_swap (runner, wider, setup, NULL);
  train (runner, 5);
  end = cj_runner_save (runner);
  n_points = cj_runner_get_state (runner).n_points;
  late = cj_runner_dup_moment (runner, 1 << 20);
  cj_runner_restore (runner, early);
  cj_runner_wait (runner);
  back = cj_runner_save (runner);
  network_assert_same (middle, back);
  g_assert_cmpuint (cj_runner_get_state (runner).last, ==, 9);
  g_assert_cmpuint (cj_runner_get_state (runner).n_points, ==, 9);
  cj_runner_restore (runner, late);
  cj_runner_wait (runner);
  again = cj_runner_save (runner);
  network_assert_same (end, again);
  g_assert_cmpuint (cj_runner_get_state (runner).n_points, ==, n_points);
}

/* Every output is finite, but what is sent back is not: the node is named all the same, the numbers
 * stay as they were, and the run can go back. */
static void
test_bad_gradient (void)
{
  g_autoptr (CjTrainSetup) setup = new_setup ();
  g_autoptr (CjGraph) graph
      = network_new_graph ("flatten, dense 6, dense 6, dense 4, cross-entropy");
  CjFeed *feed = network_get_prototypes ();
  g_autoptr (CjRunner) runner = cj_runner_new (graph, setup, 2, feed, feed, NULL);
  g_autoptr (CjCheckpoint) start = cj_runner_save (runner);
  const CjTableEntry *one = cj_table_find (start->table, "dense1.weight");
  const CjTableEntry *two = cj_table_find (start->table, "dense2.weight");
  const CjTableEntry *three = cj_table_find (start->table, "dense3.weight");
  g_autofree char *error = NULL, *node = NULL;
  CjRunState state;

  for (gint64 i = 0; i < one->size; i++)
    cj_checkpoint_get_data (start, one)[i] *= 1e-37f;
  for (gint64 i = 0; i < two->size; i++)
    cj_checkpoint_get_data (start, two)[i] = i % 2 == 0 ? 1e38f : -1e38f;
  for (gint64 i = 0; i < three->size; i++)
    cj_checkpoint_get_data (start, three)[i] = i / 6 % 2 == 0 ? 1e3f : -1e3f;
  memset (cj_checkpoint_get_data (start, cj_table_find (start->table, "dense1.bias")), 0, 24);
  cj_runner_load (runner, start);
  train (runner, 1);
  state = cj_runner_get_state (runner);
  g_assert_cmpint (state.status, ==, CJ_RUN_FAILED);
  g_assert_cmpuint (state.step, ==, 0);
  error = cj_runner_dup_error (runner);
  g_test_message ("%s", error);
  g_assert_nonnull (strstr (error, "“dense1.bias” is no longer a number in step 1."));
  node = cj_runner_dup_bad_node (runner);
  g_assert_cmpstr (node, ==, "dense1");
}

/* Whatever is fused: the layer whose output is the first that is none is named, and the step. */
static void
test_bad_output (void)
{
  static const char *const networks[]
      = { "flatten, dense 6, relu, dense 6, batch-norm, relu, dense 6, dense 4, cross-entropy",
          "conv-2d 3 kernel=3, batch-norm, relu, conv-2d 3 kernel=3, relu, max-pool-2d, flatten, "
          "dense 32, relu, dense 4, cross-entropy" };
  CjFeed *feed = network_get_prototypes ();

  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (networks[i]);

      for (guint k = 0; k < graph->nodes->len; k++)
        {
          const CjNode *layer = graph->nodes->pdata[k];
          g_autoptr (CjTrainSetup) setup = new_setup ();
          g_autoptr (CjRunner) runner = cj_runner_new (graph, setup, 2, feed, feed, NULL);
          g_autofree char *name = g_strconcat (layer->id, ".weight", NULL);
          g_autofree char *error = NULL, *node = NULL;
          g_autofree float *values = NULL;
          g_autoptr (CjCheckpoint) now = NULL;
          g_autoptr (GBytes) bytes = NULL;
          const CjTableEntry *entry;

          train (runner, 3 + k);
          now = cj_runner_save (runner);
          entry = cj_table_find (now->table, name);
          if (entry == NULL)
            continue;
          values = g_new (float, entry->size);
          for (gint64 j = 0; j < entry->size; j++)
            values[j] = FLT_MAX;
          bytes = g_bytes_new (values, sizeof (float) * (gsize) entry->size);
          cj_runner_put (runner, name, bytes);
          train (runner, 20);
          g_assert_cmpint (cj_runner_get_state (runner).status, ==, CJ_RUN_FAILED);
          g_assert_cmpuint (cj_runner_get_state (runner).step, ==, 3 + k);
          error = cj_runner_dup_error (runner);
          g_test_message ("%s: %s", layer->id, error);
          node = cj_runner_dup_bad_node (runner);
          g_assert_cmpstr (node, ==, layer->id);
        }
    }
}

/* An update that makes weights run over is told in its own step, also if that is the last of the run. */
static void
test_burst (void)
{
  for (int epochs = 1; epochs <= 2; epochs++)
    {
      g_autoptr (CjTrainSetup) setup = new_setup ();
      g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
      CjFeed *feed = network_get_prototypes ();
      g_autofree char *text = g_strdup_printf ("%d", epochs), *error = NULL, *told = NULL;
      g_autoptr (CjRunner) runner = NULL;
      g_autoptr (CjCheckpoint) now = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autofree float *values = NULL;
      const CjTableEntry *entry;
      CjRunState state;
      guint64 last;

      g_assert_true (cj_train_setup_set (setup, "optimizer", "sgd", NULL));
      g_assert_true (cj_train_setup_set (setup, "schedule", "constant", NULL));
      g_assert_true (cj_train_setup_set (setup, "epochs", text, NULL));
      runner = cj_runner_new (graph, setup, 2, feed, NULL, NULL);
      last = cj_runner_get_state (runner).n_steps;
      train (runner, last - 1);
      cj_runner_set (runner, "learning-rate", "100");
      cj_runner_set (runner, "optimizer.weight-decay", "10"); /* 999 times as large each step */
      now = cj_runner_save (runner);
      entry = cj_table_find (now->table, "dense1.weight");
      values = g_new (float, entry->size);
      for (gint64 j = 0; j < entry->size; j++)
        values[j] = -5e35f; /* what comes in is positive, so nothing passes the ReLU behind */
      bytes = g_bytes_new (values, sizeof (float) * (gsize) entry->size);
      cj_runner_put (runner, "dense1.weight", bytes);
      train (runner, G_MAXUINT64);
      state = cj_runner_get_state (runner);
      g_assert_cmpint (state.status, ==, CJ_RUN_FAILED);
      g_assert_cmpuint (state.step, ==, last);
      error = cj_runner_dup_error (runner);
      told = g_strdup_printf ("A weight is no longer a number in step %llu.",
                              (unsigned long long) last);
      g_assert_nonnull (strstr (error, told));
      g_assert_cmpuint (state.good, <, last);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/train/ring/replay", test_replay);
  g_test_add_func ("/engine/train/ring/branch", test_branch);
  g_test_add_func ("/engine/train/ring/past", test_past);
  g_test_add_func ("/engine/train/ring/every-step", test_every_step);
  g_test_add_func ("/engine/train/ring/thinning", test_thinning);
  g_test_add_func ("/engine/train/ring/later", test_later);
  g_test_add_func ("/engine/train/ring/log", test_log);
  g_test_add_func ("/engine/train/ring/numbers", test_numbers);
  g_test_add_func ("/engine/train/ring/moments", test_moments);
  g_test_add_func ("/engine/train/runner/swaps", test_swaps);
  g_test_add_func ("/engine/train/runner/explosion", test_explosion);
  g_test_add_func ("/engine/train/runner/bad-gradient", test_bad_gradient);
  g_test_add_func ("/engine/train/runner/bad-output", test_bad_output);
  g_test_add_func ("/engine/train/runner/burst", test_burst);
  return g_test_run ();
}
