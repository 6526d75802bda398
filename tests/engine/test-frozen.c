/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A frozen layer does as in evaluation while the others learn: weights and running statistics stay, nothing is dropped
 * at random, and no gradient goes where all that is before is frozen. */
#include "network.h"

#include <string.h>

#define CHAIN                                                                                      \
  "conv-2d 4 kernel=3, batch-norm, relu, dropout 0.5, flatten, dense 6, relu, dense 4, "           \
  "cross-entropy"

static CjProgram *
compile (const CjGraph *graph, guint threads)
{
  const CjFeed *feed = network_get_prototypes ();
  const CjDataSpec spec = {
    .batch = 10, .x_shape = feed->x_shape, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = 4
  };
  g_autoptr (GError) error = NULL;
  CjProgram *program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, threads, &error);

  g_assert_no_error (error);
  cj_program_init (program, 1);
  return program;
}

static void
freeze (CjGraph *graph, const char *ids)
{
  g_auto (GStrv) names = g_strsplit (ids, " ", -1);

  for (guint i = 0; names[i] != NULL; i++)
    cj_graph_set_frozen (graph, cj_graph_find (graph, names[i]), TRUE);
}

/* Trains ten steps; the numbers of all tensors after that. */
static CjCheckpoint *
train (CjProgram *program)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CjTrainer) trainer = NULL;

  setup->batch = 10;
  trainer = cj_trainer_new (program, setup, network_get_prototypes (), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 10; i++)
    {
      CjStepReport report;

      g_assert_true (cj_trainer_step (trainer, &report, &error));
    }
  return cj_trainer_save (trainer);
}

static gboolean
moved (const CjCheckpoint *before, const CjCheckpoint *after, const char *name)
{
  const CjTableEntry *entry = cj_table_find (before->table, name);

  g_assert_nonnull (entry);
  return memcmp (cj_checkpoint_get_data (before, entry),
                 cj_checkpoint_get_data (after, cj_table_find (after->table, name)),
                 sizeof (float) * (gsize) entry->size)
         != 0;
}

static CjCheckpoint *
keep (CjProgram *program)
{
  g_autoptr (CjTable) table = cj_table_new (program);
  CjCheckpoint *checkpoint = cj_checkpoint_new (table, 0, 0);

  memcpy (checkpoint->weights, cj_program_get_weights (program, NULL),
          sizeof (float) * (gsize) table->n_weights);
  memcpy (checkpoint->states, cj_program_get_states (program, NULL),
          sizeof (float) * (gsize) table->n_states);
  return checkpoint;
}

/* Weights and statistics of what is frozen stay, all others move. */
static void
test_stays (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autoptr (CjProgram) free_program = compile (graph, 2), program = NULL;
  g_autoptr (CjCheckpoint) start = keep (free_program), learned = train (free_program);
  g_autoptr (CjCheckpoint) begin = NULL, end = NULL;
  static const char *const held[] = { "conv1.weight", "conv1.bias",          "batch1.weight",
                                      "batch1.bias",  "batch1.running_mean", "batch1.running_var" };

  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    g_assert_true (moved (start, learned, held[i]));
  freeze (graph, "conv1 batch1");
  program = compile (graph, 2);
  begin = keep (program);
  end = train (program);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    g_assert_false (moved (begin, end, held[i]));
  g_assert_true (moved (begin, end, "dense1.weight"));
  g_assert_true (moved (begin, end, "dense2.weight"));
}

/* The loss of a training forward, of the same batch with two seeds of chance. */
static gboolean
is_random (const CjGraph *graph)
{
  g_autoptr (CjProgram) program = compile (graph, 1);
  float one, two;

  network_fill (program, 4);
  one = cj_program_forward (program, TRUE, 10, 1, 1);
  two = cj_program_forward (program, TRUE, 10, 2, 2);
  return one != two;
}

static void
test_rests (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autoptr (CjProgram) program = NULL;
  float training, evaluation;

  g_assert_true (is_random (graph));
  freeze (graph, "dropout1");
  g_assert_false (is_random (graph));
  freeze (graph, "batch1");
  program = compile (graph, 1);
  network_fill (program, 4);
  training = cj_program_forward (program, TRUE, 10, 1, 1);
  evaluation = cj_program_forward (program, FALSE, 10, 1, 1);
  g_assert_cmpfloat (training, ==, evaluation);
}

/* A norm that learns beside a frozen ReLU, with which it is one step, goes on with its statistics. */
static void
test_fused (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjCheckpoint) begin = NULL, end = NULL;

  freeze (graph, "conv1 relu1");
  program = compile (graph, 1);
  begin = keep (program);
  end = train (program);
  g_assert_true (moved (begin, end, "batch1.running_mean"));
  g_assert_false (moved (begin, end, "conv1.weight"));
}

/* Gradients behind frozen layers are right, and the plan of a frozen prefix needs less memory: nothing is kept for a
 * backward that does not run. */
static void
test_backward (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (
      "conv-2d 8 kernel=3, relu, conv-2d 8 kernel=3, relu, flatten, dense 4, cross-entropy");
  g_autoptr (CjGraph) middle = cj_graph_dup (graph), prefix = cj_graph_dup (graph);
  g_autoptr (CjProgram) all = compile (graph, 1), some = NULL, head = NULL;
  const CjProgramParam *param;

  freeze (middle, "conv2");
  freeze (prefix, "conv1 conv2");
  some = compile (middle, 1);
  head = compile (prefix, 1);
  network_fill (some, 4);
  network_check_gradients (some, "frozen middle", 2e-2);
  network_fill (head, 4);
  network_check_gradients (head, "frozen prefix", 2e-2);
  param = cj_program_find_param (some, "conv2.weight");
  g_assert_true (param->frozen);
  g_assert_null (cj_program_get_param_gradient (some, param));
  g_assert_cmpint (cj_program_get_cost (head).peak_bytes, <, cj_program_get_cost (all).peak_bytes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/program/frozen/stays", test_stays);
  g_test_add_func ("/engine/program/frozen/rests", test_rests);
  g_test_add_func ("/engine/program/frozen/fused", test_fused);
  g_test_add_func ("/engine/program/frozen/backward", test_backward);
  return g_test_run ();
}
