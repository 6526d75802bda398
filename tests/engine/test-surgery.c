/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A changed network keeps what still fits, and its output where the mathematics allows. */
#include "network.h"

#include "cj-rig.h"

#include <math.h>
#include <string.h>

#define BATCH 10

typedef struct
{
  CjRig *old, *new;
  float *before, *after; /* predictions of the same batch */
  gint64 n_before, n_after;
} Change;

static float *
predict (CjRig *rig, gint64 *n)
{
  CjFeed *feed = network_get_prototypes ();
  guint32 indices[BATCH];
  const float *z;
  CjShape shape;

  for (guint i = 0; i < BATCH; i++)
    indices[i] = i * 7;
  feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (rig->program),
              cj_program_get_y (rig->program));
  cj_program_forward (rig->program, FALSE, BATCH, 0, 0);
  z = cj_program_get_prediction (rig->program, &shape);
  *n = cj_shape_size (&shape);
  return g_memdup2 (z, sizeof (float) * (gsize) *n);
}

static CjRig *
new_rig (const CjGraph *graph)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (GError) error = NULL;
  CjRig *rig;

  setup->batch = BATCH;
  setup->average = 0.5;
  rig = cj_rig_new (graph, setup, network_get_prototypes (), 2, &error);
  g_assert_no_error (error);
  return rig;
}

static Change
change_graph (const CjGraph *before, const CjGraph *after, const GArray *cuts)
{
  Change change = { 0 };
  CjStepReport report;

  change.old = new_rig (before);
  for (guint i = 0; i < 25; i++)
    g_assert_true (cj_trainer_step (change.old->trainer, &report, NULL));
  change.new = new_rig (after);
  cj_rig_take_over (change.new, change.old, cuts);
  change.before = predict (change.old, &change.n_before);
  change.after = predict (change.new, &change.n_after);
  g_assert_cmpuint (cj_trainer_get_place (change.new->trainer)->step, ==, 25);
  return change;
}

static Change
change_chain (const char *before, const char *after, const GArray *cuts)
{
  g_autoptr (CjGraph) a = network_new_graph (before), b = network_new_graph (after);

  return change_graph (a, b, cuts);
}

static void
clear (Change *change)
{
  cj_rig_free (change->old);
  cj_rig_free (change->new);
  g_free (change->before);
  g_free (change->after);
}

static double
find_difference (const Change *change)
{
  double largest = 0;

  g_assert_cmpint (change->n_before, ==, change->n_after);
  for (gint64 i = 0; i < change->n_before; i++)
    largest = MAX (largest, fabs ((double) change->before[i] - change->after[i]));
  return largest;
}

/* Train on: what was added must be able to learn. */
static void
assert_learns (CjRig *rig, const char *name)
{
  const CjProgramParam *param = cj_program_find_param (rig->program, name);
  CjStepReport report;
  double sum = 0;

  for (guint i = 0; i < 3; i++)
    g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
  for (gint64 i = 0; i < param->size; i++)
    sum += fabs ((double) cj_program_get_param_gradient (rig->program, param)[i]);
  g_assert_cmpfloat (sum, >, 0);
}

static void
test_widen (void)
{
  static const char *const chains[][3] = {
    { "flatten, dense 8, relu, dense 6, relu, dense 4, cross-entropy",
      "flatten, dense 13, relu, dense 9, relu, dense 4, cross-entropy", "dense2.weight" },
    { "conv-2d 4, relu, max-pool-2d 2, conv-2d 5 kernel=2, relu, flatten, dense 4, cross-entropy",
      "conv-2d 7, relu, max-pool-2d 2, conv-2d 8 kernel=2, relu, flatten, dense 4, cross-entropy",
      "conv2.weight" },
    { "conv-2d 4 kernel=3 padding=1, relu, flatten, dense 4, cross-entropy",
      "conv-2d 6 kernel=5 padding=2, relu, flatten, dense 4, cross-entropy", "conv1.weight" },
    { "conv-2d 4, conv-2d 4 groups=4, relu, flatten, dense 4, cross-entropy",
      "conv-2d 6, conv-2d 6 groups=6, relu, flatten, dense 4, cross-entropy", "conv2.weight" },
    { "conv-2d 4, batch-norm, relu, max-pool-2d 2, flatten, dense 6, batch-norm, relu, dense 4, "
      "cross-entropy",
      "conv-2d 7, batch-norm, relu, max-pool-2d 2, flatten, dense 9, batch-norm, relu, dense 4, "
      "cross-entropy",
      "batch1.weight" },
    { "conv-2d 4, silu, global-avg-pool, dense 6, tanh, dense 4, cross-entropy",
      "conv-2d 9, silu, global-avg-pool, dense 8, tanh, dense 4, cross-entropy", "dense1.weight" },
    { "patch-embedding features=8 patch=3, transformer-block heads=2 hidden=9, flatten, dense 4, "
      "cross-entropy",
      "patch-embedding features=8 patch=3, transformer-block heads=2 hidden=14, flatten, dense 4, "
      "cross-entropy",
      "transformer1.linear2.weight" },
    { "patch-embedding features=4 patch=3, lstm 5, flatten, dense 4, cross-entropy",
      "patch-embedding features=6 patch=3, lstm 8, flatten, dense 4, cross-entropy",
      "lstm1.weight_hh_l0" },
    { "patch-embedding features=4 patch=3, gru 5 output=last, dense 4, cross-entropy",
      "patch-embedding features=4 patch=3, gru 7 output=last, dense 4, cross-entropy",
      "gru1.weight_hh_l0" },
    { "flatten, dense 8, direct-current 8, recurrent-lif threshold=0.05, dense 4, lif, "
      "spike-readout rate, cross-entropy",
      "flatten, dense 11, direct-current 8, recurrent-lif threshold=0.05, dense 4, lif, "
      "spike-readout rate, cross-entropy",
      "recurrent1.weight" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (chains); i++)
    {
      Change change = change_chain (chains[i][0], chains[i][1], NULL);

      g_test_message ("%s", chains[i][1]);
      g_assert_cmpfloat (find_difference (&change), <, 1e-5);
      assert_learns (change.new, chains[i][2]);
      clear (&change);
    }
}

/* A copy of a graph with a chain put between a node and the one that hears it. */
static CjGraph *
insert (const CjGraph *graph, const char *from, const char *to, const char *chain)
{
  CjGraph *copy = cj_graph_dup (graph);
  g_autoptr (GError) error = NULL;
  CjNode *last = cj_graph_add_chain (copy, cj_graph_find (copy, from), chain, &error);

  g_assert_no_error (error);
  g_assert_true (cj_graph_connect (copy, last, 0, cj_graph_find (copy, to), 0, NULL));
  return copy;
}

static void
test_deepen (void)
{
  static const char *const cases[][4] = {
    { "flatten, dense 8, relu, dense 4, cross-entropy", "relu1", "dense2", "dense 11, relu" },
    { "flatten, dense 8, dense 4, cross-entropy", "flatten1", "dense1", "dense 81" },
    { "conv-2d 4, relu, flatten, dense 4, cross-entropy", "relu1", "flatten1",
      "conv-2d 6 kernel=3 padding=1, relu" },
    { "conv-2d 4, relu, flatten, dense 4, cross-entropy", "dense1", "cross1", "dense 4" },
    { "conv-2d 4, flatten, dense 4, cross-entropy", "conv1", "flatten1",
      "conv-2d 4 kernel=5 padding=4 dilation=2 groups=4" },
    { "flatten, dense 8, relu, dense 4, cross-entropy", "relu1", "dense2", "dropout 0.3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjGraph) before = network_new_graph (cases[i][0]);
      g_autoptr (CjGraph) after = insert (before, cases[i][1], cases[i][2], cases[i][3]);
      Change change = change_graph (before, after, NULL), back;

      g_test_message ("%s", cases[i][3]);
      g_assert_cmpfloat (find_difference (&change), <, 1e-5);
      clear (&change);
      back = change_graph (after, before, NULL); /* and out again: the others keep their numbers */
      g_assert_cmpint (back.n_before, ==, back.n_after);
      clear (&back);
    }
}

/* The first row of slot `slot` (or the weights, -1) of a parameter. */
static float
get_number (CjRig *rig, const char *name, int slot, gint64 index)
{
  g_autoptr (CjCheckpoint) now = cj_trainer_save (rig->trainer);
  const CjTableEntry *entry = cj_table_find (now->table, name);

  g_assert_nonnull (entry);
  return slot < 0 ? cj_checkpoint_get_data (now, entry)[index]
                  : cj_checkpoint_get_slot (now, entry, (guint) slot)[index];
}

/* Filter 1 and then what was filter 3: the rest is as if they had been silenced. */
static void
test_delete (void)
{
  const char *before = "conv-2d 5, relu, max-pool-2d 2, flatten, dense 4, cross-entropy";
  const char *after = "conv-2d 3, relu, max-pool-2d 2, flatten, dense 4, cross-entropy";
  static const gint64 left[] = { 0, 2, 4 };
  g_autoptr (GArray) cuts = cj_unit_cuts_new ();
  g_autofree float *silenced = NULL;
  Change change;
  gint64 n, row, plane;

  cj_unit_cuts_add (cuts, "conv1", 1);
  cj_unit_cuts_add (cuts, "conv1", 2);
  change = change_chain (before, after, cuts);
  row = cj_program_find_param (change.old->program, "dense1.weight")->shape.dims[1];
  plane = row / 5;
  for (int slot = -1; slot < 3; slot++)
    for (gint64 i = 0; i < 3; i++)
      {
        for (gint64 k = 0; k < 9; k++)
          g_assert_cmpfloat (get_number (change.new, "conv1.weight", slot, i * 9 + k), ==,
                             get_number (change.old, "conv1.weight", slot, left[i] * 9 + k));
        g_assert_cmpfloat (get_number (change.new, "conv1.bias", slot, i), ==,
                           get_number (change.old, "conv1.bias", slot, left[i]));
        g_assert_cmpfloat (
            get_number (change.new, "dense1.weight", slot, 2 * 3 * plane + i * plane + 1), ==,
            get_number (change.old, "dense1.weight", slot, 2 * row + left[i] * plane + 1));
      }
  for (gint64 u = 0; u < 4; u++)
    for (gint64 k = 0; k < 2 * plane; k++)
      cj_program_get_param_data (
          change.old->program,
          cj_program_find_param (
              change.old->program,
              "dense1.weight"))[u * row + (k / plane == 0 ? 1 : 3) * plane + k % plane]
          = 0;
  silenced = predict (change.old, &n);
  for (gint64 i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (silenced[i], change.after[i], 1e-5);
  clear (&change);
}

/* Two branches that are joined: widening the first shifts what the second's units are heard by. */
static void
test_branches (void)
{
  g_autoptr (CjGraph) before = network_new_graph ("flatten, dense 8, relu, dense 4, cross-entropy");
  g_autoptr (CjGraph) after = NULL;
  CjNode *concat = cj_graph_add (before, cj_layer_find ("concat"), "join", NULL);
  CjNode *second = cj_graph_add (before, cj_layer_find ("dense"), "second", NULL);
  Change change;

  g_assert_true (cj_graph_set_param (before, second, "units", "5", NULL));
  g_assert_true (cj_graph_connect (before, cj_graph_find (before, "flatten1"), 0, second, 0, NULL));
  g_assert_true (cj_graph_connect (before, cj_graph_find (before, "relu1"), 0, concat, 0, NULL));
  g_assert_true (cj_graph_connect (before, second, 0, concat, 1, NULL));
  g_assert_true (cj_graph_connect (before, concat, 0, cj_graph_find (before, "dense2"), 0, NULL));
  after = cj_graph_dup (before);
  g_assert_true (cj_graph_set_param (after, cj_graph_find (after, "dense1"), "units", "11", NULL));
  change = change_graph (before, after, NULL);
  g_assert_cmpfloat (find_difference (&change), <, 1e-5);
  clear (&change);
}

/* A deleted unit takes its batch statistics with it. */
static void
test_delete_normed (void)
{
  static const char *const names[]
      = { "batch1.weight", "batch1.bias", "batch1.running_mean", "batch1.running_var" };
  g_autoptr (GArray) cuts = cj_unit_cuts_new ();
  Change change;

  cj_unit_cuts_add (cuts, "dense1", 0);
  change = change_chain ("flatten, dense 4, batch-norm, relu, dense 4, cross-entropy",
                         "flatten, dense 3, batch-norm, relu, dense 4, cross-entropy", cuts);
  for (gint64 i = 0; i < 3; i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (names); k++)
        g_assert_cmpfloat (get_number (change.new, names[k], -1, i), ==,
                           get_number (change.old, names[k], -1, i + 1));
      g_assert_cmpfloat (get_number (change.new, "dense2.weight", 0, 3 + i), ==,
                         get_number (change.old, "dense2.weight", 0, 4 + i + 1));
    }
  clear (&change);
}

/* What no label matches is kept by place; layers that went out leave the others alone; a node keeps
 * what it learned under another name. */
static void
test_rewire (void)
{
  const char *chain = "flatten, dense 8, relu, dense 8, relu, dense 4, cross-entropy";
  g_autoptr (CjGraph) before = network_new_graph (chain), after = network_new_graph (chain);
  Change change;

  g_assert_true (cj_graph_connect (after, cj_graph_find (after, "relu1"), 0,
                                   cj_graph_find (after, "dense3"), 0, NULL));
  cj_graph_remove (after, cj_graph_find (after, "dense2"));
  cj_graph_remove (after, cj_graph_find (after, "relu2"));
  g_assert_true (cj_graph_rename (after, cj_graph_find (after, "dense1"), "first", NULL));
  change = change_graph (before, after, NULL);
  for (int slot = -1; slot < 3; slot++)
    for (gint64 i = 0; i < 32; i++)
      {
        g_assert_cmpfloat (get_number (change.new, "dense3.weight", slot, i), ==,
                           get_number (change.old, "dense3.weight", slot, i));
        g_assert_cmpfloat (get_number (change.new, "first.weight", slot, i), ==,
                           get_number (change.old, "dense1.weight", slot, i));
      }
  clear (&change);
}

/* Shrinking without saying which unit keeps the first ones; the same network keeps every bit. */
static void
test_shrink (void)
{
  Change change = change_chain ("flatten, dense 8, relu, dense 4, cross-entropy",
                                "flatten, dense 5, relu, dense 4, cross-entropy", NULL);
  Change same = change_chain ("conv-2d 3, relu, flatten, dense 4, cross-entropy",
                              "conv-2d 3, relu, flatten, dense 4, cross-entropy", NULL);
  g_autoptr (CjCheckpoint) a = cj_trainer_save (same.old->trainer);
  g_autoptr (CjCheckpoint) b = cj_trainer_save (same.new->trainer);

  for (gint64 u = 0; u < 4; u++)
    for (gint64 i = 0; i < 5; i++)
      g_assert_cmpfloat (get_number (change.new, "dense2.weight", -1, u * 5 + i), ==,
                         get_number (change.old, "dense2.weight", -1, u * 8 + i));
  network_assert_same (a, b);
  clear (&change);
  clear (&same);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/train/surgery/widen", test_widen);
  g_test_add_func ("/engine/train/surgery/deepen", test_deepen);
  g_test_add_func ("/engine/train/surgery/delete", test_delete);
  g_test_add_func ("/engine/train/surgery/branches", test_branches);
  g_test_add_func ("/engine/train/surgery/delete-normed", test_delete_normed);
  g_test_add_func ("/engine/train/surgery/rewire", test_rewire);
  g_test_add_func ("/engine/train/surgery/shrink", test_shrink);
  return g_test_run ();
}
