/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Same seed, same commands, same bits: for any number of threads, stopped and resumed after any step,
 * and computed again from any kept checkpoint. */
#include "network.h"

#include "cj-isa.h"

#include <string.h>

#define N_STEPS 42 /* two epochs of twenty and the beginning of a third */

typedef struct
{
  const char *name, *chain;
} Case;

static const Case cases[] = {
  { "mlp", "flatten, dense 24, relu, dropout 0.3, dense 12, tanh, dense 4, cross-entropy" },
  { "cnn", "conv-2d 6, batch-norm, relu, spatial-dropout 0.2, max-pool-2d 2, conv-2d 8 kernel=2, "
           "batch-norm, relu, flatten, dropout 0.3, dense 4, cross-entropy" },
  { "chain", "flatten, dense 9, tanh, dense 7, relu, dense 4, cross-entropy" },
  { "wide", "flatten, dense 300, relu, dense 300, relu, dense 4, cross-entropy" },
  { "winograd", "conv-2d 32 padding=1, batch-norm, relu, conv-2d 32 padding=1, batch-norm, relu, "
                "max-pool-2d 2, conv-2d 33, relu, flatten, dense 4, cross-entropy" },
  { "transformer",
    "patch-embedding features=8 patch=3, learned-position, transformer-block heads=2 "
    "hidden=16 dropout=0.1, layer-norm, transformer-block heads=4 hidden=12, "
    "flatten, dense 4, cross-entropy" },
  { "lstm", "patch-embedding features=6 patch=3, lstm 7 layers=2 dropout=0.2 bidirectional=true "
            "output=last, dense 4, cross-entropy" },
};

static CjRunner *
new_runner (const Case *c, guint threads)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (CjGraph) graph = network_new_graph (c->chain);
  CjFeed *feed = network_get_prototypes ();
  g_autoptr (GError) error = NULL;
  CjRunner *runner;

  setup->epochs = 4;
  setup->batch = 10;
  setup->average = 0.99;
  setup->clip_norm = 2;
  g_assert_true (cj_train_setup_set (setup, "schedule", "plateau", NULL));
  runner = cj_runner_new (graph, setup, threads, feed, feed, &error);
  g_assert_no_error (error);
  return runner;
}

/* The commands of a run, each at its step. */
static void
command (CjRunner *runner, guint64 step)
{
  if (step == 6)
    cj_runner_set (runner, "learning-rate", "0.004");
  if (step == 13)
    cj_runner_set (runner, "schedule", "cosine");
  if (step == 29)
    cj_runner_set (runner, "optimizer.beta2", "0.99");
}

static void
train (CjRunner *runner, guint64 to)
{
  while (cj_runner_get_state (runner).step < to)
    {
      command (runner, cj_runner_get_state (runner).step);
      cj_runner_train (runner, 1);
      cj_runner_wait (runner);
    }
}

static CjRunner *
copy (CjRunner *runner, gsize budget, guint threads)
{
  CjFeed *feed = network_get_prototypes ();
  g_autoptr (GError) error = NULL;
  CjRunLog *log;
  CjRing *ring;
  CjRunner *again;

  cj_runner_dup_run (runner, budget, &log, &ring, NULL);
  again = cj_runner_resume (log, ring, threads, feed, feed, &error);
  g_assert_no_error (error);
  return again;
}

static void
test_threads (gconstpointer data)
{
  g_autoptr (CjRunner) one = new_runner (data, 1);
  g_autoptr (CjCheckpoint) end = NULL;

  train (one, N_STEPS);
  end = cj_runner_save (one);
  for (guint threads = 2; threads <= 4; threads++)
    {
      g_autoptr (CjRunner) other = new_runner (data, threads);
      g_autoptr (CjCheckpoint) same = NULL;

      train (other, N_STEPS);
      same = cj_runner_save (other);
      network_assert_same (end, same);
    }
}

/* At every step the run is taken down, put up again from its last checkpoint alone, and goes on. */
static void
test_resume (gconstpointer data)
{
  g_autoptr (CjRunner) whole = new_runner (data, 2);
  CjRunner *runner = new_runner (data, 1);
  g_autoptr (CjCheckpoint) a = NULL, b = NULL;

  for (guint step = 0; step < N_STEPS; step++)
    {
      g_autoptr (CjCheckpoint) last = cj_runner_save (runner);
      CjRunner *next = copy (runner, 0, 1 + step % 4);
      guint64 kept[4];

      g_assert_cmpuint (cj_runner_read_kept (next, kept, 4), <=, 2);
      g_assert_cmpuint (cj_runner_get_state (next).step, ==, step);
      cj_runner_free (runner);
      runner = next;
      train (runner, step + 1);
    }
  a = cj_runner_save (runner);
  cj_runner_free (runner);
  train (whole, N_STEPS);
  b = cj_runner_save (whole);
  network_assert_same (a, b);
}

/* From the seed alone, and from what the ring kept, to any step. */
static void
test_replay (gconstpointer data)
{
  g_autoptr (CjRunner) runner = new_runner (data, 2);
  CjCheckpoint *steps[N_STEPS + 1];

  for (guint step = 0; step <= N_STEPS; step++)
    {
      train (runner, step);
      steps[step] = cj_runner_save (runner);
    }
  for (guint k = 0; k <= N_STEPS; k += 3)
    {
      g_autoptr (CjRunner) again = copy (runner, k % 2 == 0 ? 0 : 60000, 3);
      g_autoptr (CjCheckpoint) there = NULL, end = NULL;

      cj_runner_branch (again, k);
      cj_runner_wait (again);
      there = cj_runner_save (again);
      g_assert_cmpuint (there->at.step, ==, k);
      network_assert_same (steps[k], there);
      train (again, N_STEPS);
      end = cj_runner_save (again);
      network_assert_same (steps[N_STEPS], end);
    }
  for (guint k = 0; k <= N_STEPS; k++)
    cj_checkpoint_unref (steps[k]);
}

/* Programs of one plan compute the same bits, whatever the width of the processor's vectors. */
static void
test_plan (gconstpointer data)
{
  const CjIsa best = cj_isa_get ();
  CjCheckpoint *ends[CJ_N_ISAS] = { NULL };

  for (guint isa = 0; isa < CJ_N_ISAS; isa++)
    if (cj_isa_force ((CjIsa) isa))
      {
        g_autoptr (CjRunner) runner = new_runner (data, 2);

        train (runner, 8);
        ends[isa] = cj_runner_save (runner);
        for (guint other = 0; other < isa; other++)
          if (ends[other] != NULL && g_str_equal (ends[other]->plan, ends[isa]->plan))
            network_assert_same (ends[other], ends[isa]);
      }
  for (guint isa = 0; isa < CJ_N_ISAS; isa++)
    g_clear_pointer (&ends[isa], cj_checkpoint_unref);
  g_assert_true (cj_isa_force (best));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc run;
  } tests[] = { { "threads", test_threads },
                { "resume", test_resume },
                { "replay", test_replay },
                { "plan", test_plan } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint k = 0; k < G_N_ELEMENTS (tests); k++)
      {
        g_autofree char *path
            = g_strdup_printf ("/engine/train/determinism/%s/%s", cases[i].name, tests[k].name);

        g_test_add_data_func (path, &cases[i], tests[k].run);
      }
  return g_test_run ();
}
