/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trainer on its thread: commands, series, snapshots; pausing changes no bit. */
#include "network.h"

#include "cj-rig.h"

#include "cj-error.h"
#include "cj-runner.h"

#include <malloc.h>
#include <math.h>
#include <string.h>

#define CHAIN "conv-2d 4, relu, flatten, dropout 0.2, dense 4, cross-entropy"

static CjRunner *
new_runner (guint threads)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  CjFeed *feed = network_get_prototypes ();
  CjRunner *runner;
  g_autoptr (GError) error = NULL;

  setup->epochs = 3;
  setup->batch = 10;
  runner = cj_runner_new (graph, setup, threads, feed, feed, &error);
  g_assert_no_error (error);
  return runner;
}

static CjRunState
wait_while (CjRunner *runner, CjRunStatus status)
{
  while (cj_runner_get_state (runner).status == status)
    g_usleep (1000);
  return cj_runner_get_state (runner);
}

static void
test_whole_run (void)
{
  g_autoptr (CjRunner) one = new_runner (1), two = new_runner (2);
  g_autoptr (CjCheckpoint) a = NULL, b = NULL, snapshot = NULL, best = NULL;
  CjRunPoint points[100];
  CjRunEpoch epochs[10];
  CjRunState state;

  cj_runner_watch (one, TRUE);
  cj_runner_train (one, G_MAXUINT64);
  state = wait_while (one, CJ_RUN_TRAINING);
  g_assert_cmpint (state.status, ==, CJ_RUN_FINISHED);
  g_assert_cmpuint (state.step, ==, 60);
  g_assert_cmpuint (cj_runner_read_points (one, 10, points, 100), ==, 50);
  g_assert_cmpuint (points[0].step, ==, 11);
  g_assert_cmpuint (cj_runner_read_epochs (one, 0, epochs, 10), ==, 3);
  g_assert_cmpfloat (epochs[2].val.accuracy, >, 0.9);
  snapshot = cj_runner_dup_snapshot (one);
  g_assert_cmpuint (snapshot->at.step, ==, 60);
  best = cj_runner_dup_best (one);
  g_assert_nonnull (best);

  for (guint i = 0; i < 60; i += 7)
    {
      cj_runner_train (two, 7);
      wait_while (two, CJ_RUN_TRAINING);
    }
  a = cj_runner_save (one);
  b = cj_runner_save (two);
  g_assert_cmpuint (b->at.step, ==, 60);
  network_assert_same (a, b);
}

/* A state asked for while the thread is about another: neither is forgotten when it goes to rest. */
static void
test_ask_and_save (void)
{
  g_autoptr (CjRunner) runner = new_runner (1);

  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (CjCheckpoint) saved = NULL;

      cj_runner_ask_keep (runner);
      for (guint k = 0; k < i % 150 * 20; k++) /* at any moment of it */
        __asm__ volatile("");
      saved = cj_runner_save (runner);
      g_assert_nonnull (saved);
    }
}

static void
test_failure (void)
{
  g_autoptr (CjRunner) runner = new_runner (2);
  g_autoptr (CjCheckpoint) start = cj_runner_save (runner);
  g_autofree char *error = NULL, *none = NULL;

  cj_runner_set (runner, "learning-rate", "100");
  for (gint64 i = 0; i < start->table->n_weights; i++)
    start->weights[i] = NAN;
  cj_runner_load (runner, start);
  cj_runner_train (runner, 1);
  while (cj_runner_get_state (runner).status != CJ_RUN_FAILED)
    g_usleep (1000);
  error = cj_runner_dup_error (runner);
  g_assert_true (g_pattern_match_simple ("The loss is no longer a number in step 1*", error));
  for (gint64 i = 0; i < start->table->n_weights; i++)
    start->weights[i] = 0.01f;
  cj_runner_set (runner, "learning-rate", "0.001");
  cj_runner_load (runner, start);
  cj_runner_train (runner, 1);
  wait_while (runner, CJ_RUN_TRAINING);
  none = cj_runner_dup_error (runner);
  g_assert_null (none);
}

/* What would not fit is refused before the first step, with the numbers. */
static void
test_memory (void)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (CjGraph) graph
      = network_new_graph ("conv-2d 4096 kernel=1, relu, conv-2d 4096 kernel=1, relu, "
                           "conv-2d 4096 kernel=1, flatten, dense 4, cross-entropy");
  CjFeed feed = *network_get_prototypes ();
  g_autoptr (CjRunner) runner = NULL;
  g_autoptr (GError) error = NULL;

  feed.n_samples = setup->batch = 65536;
  runner = cj_runner_new (graph, setup, 1, &feed, NULL, &error);
  g_assert_null (runner);
  g_assert_error (error, CJ_ERROR, CJ_ERROR_MEMORY);
  g_assert_true (g_pattern_match_simple ("The network needs * GiB for a batch of 65536, this "
                                         "machine has * GiB to spare. *",
                                         error->message));
}

/* What is announced before the first step is what the allocator is asked for. The allocators of
 * sanitizers and of memcheck do not tell; the scratch of a thread is not allocated. */
static void
test_true_peak (void)
{
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  static const struct
  {
    const char *chain, *setup;
  } cases[] = {
    { "conv-2d 32, batch-norm, relu, conv-2d 32, relu, flatten, dense 300, relu, dense 4, "
      "cross-entropy",
      "optimizer=adam" },
    { "flatten, dense 1000, relu, dense 1000, relu, dense 4, cross-entropy", "average=0.9" },
    { "flatten, dense 1000, relu, dense 1000, relu, dense 4, cross-entropy", "optimizer=sgd" },
    { "patch-embedding features=64 patch=3, transformer-block heads=4 hidden=256, flatten, "
      "dense 4, cross-entropy",
      "optimizer=lion" },
  };
  CjFeed *feed = network_get_prototypes ();

  if (mallinfo2 ().uordblks == 0)
    {
      g_test_skip ("this allocator does not tell what is in use");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (cases[i].chain);
      g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
      g_auto (GStrv) pair = g_strsplit (cases[i].setup, "=", 2);
      const struct mallinfo2 before = mallinfo2 ();
      g_autoptr (CjRig) rig = NULL;
      struct mallinfo2 after;
      CjStepReport report;
      double told, used;

      g_assert_true (cj_train_setup_set (setup, pair[0], pair[1], NULL));
      rig = cj_rig_new (graph, setup, feed, 1, NULL);
      g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
      after = mallinfo2 ();
      told = (double) cj_trainer_count_bytes (rig->program, setup);
      used = (double) (after.uordblks + after.hblkhd) - (double) (before.uordblks + before.hblkhd);
      g_test_message ("%s: told %.0f, used %.0f", cases[i].chain, told, used);
      g_assert_cmpfloat (used, <=, told + (128 << 10));
      g_assert_cmpfloat (used, >=, told - (512 << 10));
    }
#else
  g_test_skip ("this allocator does not tell what is in use");
#endif
}

/* A checkpoint of a machine with other kernels: the run goes on, and says so. */
static void
test_plan (void)
{
  g_autoptr (CjRunner) runner = new_runner (1);
  g_autoptr (CjCheckpoint) start = cj_runner_save (runner);
  g_autofree char *none = NULL, *notice = NULL;

  cj_runner_load (runner, start);
  cj_runner_wait (runner);
  none = cj_runner_dup_notice (runner);
  g_assert_null (none);
  start->plan = "kernels of another kind";
  cj_runner_load (runner, start);
  cj_runner_train (runner, 5);
  cj_runner_wait (runner);
  notice = cj_runner_dup_notice (runner);
  g_assert_nonnull (strstr (notice, "kernels of another kind"));
  g_assert_cmpuint (cj_runner_get_state (runner).step, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/train/runner/whole-run", test_whole_run);
  g_test_add_func ("/engine/train/runner/ask-and-save", test_ask_and_save);
  g_test_add_func ("/engine/train/runner/failure", test_failure);
  g_test_add_func ("/engine/train/runner/memory", test_memory);
  g_test_add_func ("/engine/train/runner/true-peak", test_true_peak);
  g_test_add_func ("/engine/train/runner/plan", test_plan);
  return g_test_run ();
}
