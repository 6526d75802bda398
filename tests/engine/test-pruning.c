/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is pruned is chosen as the papers say, stays 0 whatever the optimizer does, and is the same bits for
 * any number of threads, after going back, and in a changed network. */
#include "network.h"

#include "cj-rig.h"

#include <math.h>
#include <string.h>

#define CHAIN                                                                                      \
  "conv-2d 4, batch-norm, relu, flatten, dropout 0.2, dense 12, relu, dense 4, cross-entropy"
#define BATCH 10
#define STEPS_PER_EPOCH 20 /* of 205 samples */

static CjTrainSetup *
new_setup (const char *settings)
{
  CjTrainSetup *setup = cj_train_setup_new ();
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);

  setup->batch = BATCH;
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);
      g_autoptr (GError) error = NULL;

      cj_train_setup_set (setup, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  return setup;
}

static CjRig *
new_rig (const char *chain, const char *settings, guint threads)
{
  g_autoptr (CjTrainSetup) setup = new_setup (settings);
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (GError) error = NULL;
  CjRig *rig = cj_rig_new (graph, setup, network_get_prototypes (), threads, &error);

  g_assert_no_error (error);
  return rig;
}

static void
run_to (CjRig *rig, guint64 step)
{
  CjStepReport report;

  while (cj_trainer_get_place (rig->trainer)->step < step)
    {
      g_autoptr (GError) error = NULL;

      cj_trainer_step (rig->trainer, &report, &error);
      g_assert_no_error (error);
      if (report.epoch_ended)
        cj_trainer_set_validation (rig->trainer, report.epoch_score);
    }
}

/* The share of the synapses of a parameter that is gone. */
static double
get_share (const CjCheckpoint *of, const char *name)
{
  const CjTableEntry *entry = cj_table_find (of->table, name);

  return of->flags != NULL ? (double) cj_mask_count (of->flags + entry->offset, entry->size)
                                 / (double) entry->size
                           : 0;
}

/* Of all that connects units. */
static double
get_whole_share (const CjCheckpoint *of)
{
  gint64 n = 0, gone = 0;

  for (guint i = 0; i < of->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (of->table, i);

      if (entry->state || entry->shape.n_dims < 2)
        continue;
      n += entry->size;
      gone += of->flags != NULL ? cj_mask_count (of->flags + entry->offset, entry->size) : 0;
    }
  return (double) gone / (double) n;
}

/* Weight, memory and average of what is gone are 0. */
static void
assert_zeros (const CjCheckpoint *of)
{
  const float *average = cj_checkpoint_get_kind (of, CJ_SLOT_AVERAGE);
  const guint n = of->n_slots - cj_slots_count (of->kinds);

  for (gint64 i = 0; of->flags != NULL && i < of->table->n_weights; i++)
    {
      if ((of->flags[i] & CJ_MASK_PRUNED) == 0)
        continue;
      g_assert_cmpfloat (of->weights[i], ==, 0);
      for (guint k = 0; k < n; k++)
        g_assert_cmpfloat (of->slots[k * of->table->n_weights + i], ==, 0);
      g_assert_true (average == NULL || average[i] == 0);
    }
}

/* --- catalogue and courses --- */

static void
test_catalogue (void)
{
  const CjParam *method = cj_params_find (cj_pruning_params, "method");
  guint n = 0;

  for (const CjPrunerInfo *const *p = cj_pruners (); *p != NULL; p++, n++)
    {
      g_assert_true (g_regex_match_simple ("^[a-z0-9]+(-[a-z0-9]+)*$", (*p)->id, 0, 0));
      g_assert_cmpuint (strlen ((*p)->blurb), >, 20);
      g_assert_false (g_str_has_suffix ((*p)->blurb, "."));
      g_assert_nonnull ((*p)->formula);
      g_assert_nonnull ((*p)->source);
      g_assert_cmpstr (method->choices[n + 1], ==, (*p)->id);
      g_assert_true (cj_pruner_find ((*p)->id) == *p);
    }
  g_assert_null (method->choices[n + 1]);
  g_assert_cmpfloat (method->max, ==, n);
}

/* Rows are shown where they mean something. */
static void
test_rows (void)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  const CjParam *rewind = cj_params_find (cj_pruning_params, "rewind");
  const CjParam *sparsity = cj_params_find (cj_pruning_params, "sparsity");

  g_assert_false (cj_params_applies (cj_pruning_params, sparsity, &setup->pruning));
  g_assert_true (cj_train_setup_set (setup, "pruning.schedule", "rounds", NULL));
  g_assert_false (cj_params_applies (cj_pruning_params, rewind, &setup->pruning));
  g_assert_true (cj_train_setup_set (setup, "pruning.method", "magnitude", NULL));
  g_assert_true (cj_params_applies (cj_pruning_params, sparsity, &setup->pruning));
  g_assert_true (cj_params_applies (cj_pruning_params, rewind, &setup->pruning));
  g_assert_true (cj_train_setup_is_live (setup, "pruning.sparsity"));
  g_assert_false (cj_train_setup_is_live (setup, "pruning.method"));
}

static gboolean
ask (const CjTrainSetup *setup, guint64 step, double reached, CjPruneDue *due)
{
  const CjPruneTime time = { step, 100, 10, reached };

  return cj_pruning_get_due (&setup->pruning, &time, due);
}

/* s = s_f (1 - (1 - k/n)³) at the cuts and nothing between them. */
static void
test_gradual (void)
{
  g_autoptr (CjTrainSetup) setup
      = new_setup ("pruning.method=magnitude pruning.schedule=gradual pruning.begin=2 "
                   "pruning.end=6 pruning.every=1 pruning.sparsity=0.9");
  CjPruneDue due;

  g_assert_false (ask (setup, 19, 0, &due));
  g_assert_false (ask (setup, 20, 0, &due)); /* nothing is to go yet */
  g_assert_true (ask (setup, 30, 0, &due));
  g_assert_cmpfloat_with_epsilon (due.sparsity, 0.9 * (1 - 27.0 / 64), 1e-12);
  g_assert_false (ask (setup, 31, 0.1, &due));
  g_assert_true (ask (setup, 40, 0.6, &due));
  g_assert_cmpfloat_with_epsilon (due.sparsity, 0.9 * (1 - 1.0 / 8), 1e-12);
  g_assert_true (ask (setup, 60, 0.88, &due));
  g_assert_cmpfloat_with_epsilon (due.sparsity, 0.9, 1e-12);
  g_assert_false (ask (setup, 70, 0.9, &due));
}

/* Every round takes the same share of what is left; the last layer at half the rate. */
static void
test_rounds (void)
{
  g_autoptr (CjTrainSetup) setup = new_setup (
      "pruning.method=magnitude pruning.schedule=rounds pruning.begin=1 pruning.every=2 "
      "pruning.rounds=3 pruning.sparsity=0.488 pruning.rewind=start pruning.rewind-to=0.5 "
      "pruning.scope=layer pruning.last-share=0.5");
  const CjPruneTime early = { 3, 100, 10, 0 }, middle = { 11, 100, 10, 0.2 },
                    late = { 60, 100, 10, 0.488 };
  CjPruneDue due;

  g_assert_true (ask (setup, 5, 0, &due));
  g_assert_true (due.remember && !due.prunes && !due.rewinds);
  g_assert_true (ask (setup, 10, 0, &due));
  g_assert_true (due.prunes && due.rewinds);
  g_assert_cmpfloat_with_epsilon (due.sparsity, 0.2, 1e-9);
  g_assert_cmpfloat_with_epsilon (due.last, 0.1, 1e-9);
  g_assert_true (ask (setup, 50, 0.36, &due));
  g_assert_cmpfloat_with_epsilon (due.sparsity, 0.488, 1e-9);
  g_assert_cmpfloat_with_epsilon (due.last, 0.271, 1e-9);
  g_assert_false (ask (setup, 70, 0.488, &due));
  g_assert_cmpuint (cj_pruning_get_round_end (&setup->pruning, &early), ==, 10);
  g_assert_cmpuint (cj_pruning_get_round_end (&setup->pruning, &middle), ==, 30);
  g_assert_cmpuint (cj_pruning_get_round_end (&setup->pruning, &late), ==, 100);
}

/* The exchanged share is α/2 (1 + cos (π t/T)); whoever asks late is served late. */
static void
test_exchange (void)
{
  g_autoptr (CjTrainSetup) setup
      = new_setup ("pruning.method=random pruning.regrow=gradient "
                   "pruning.drop=0.4 pruning.end=8 pruning.sparsity=0.9");
  CjPruneDue due;

  g_assert_true (ask (setup, 0, 0, &due));
  g_assert_true (due.prunes && due.exchange == 0);
  g_assert_true (ask (setup, 33, 0, &due));
  g_assert_true (due.prunes);
  g_assert_false (ask (setup, 33, 0.9, &due));
  g_assert_true (ask (setup, 20, 0.9, &due));
  g_assert_false (due.prunes);
  g_assert_cmpfloat_with_epsilon (due.exchange, 0.2 * (1 + cos (G_PI / 4)), 1e-12);
  g_assert_false (ask (setup, 80, 0.9, &due));
}

/* --- what goes --- */

static int
compare (gconstpointer a, gconstpointer b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* One shot before the first step: against a sorted copy of the initial weights. */
static void
test_magnitude (void)
{
  g_autoptr (CjRig) rig
      = new_rig (CHAIN, "pruning.method=magnitude pruning.sparsity=0.7 learning-rate=0", 2);
  g_autoptr (CjCheckpoint) before = cj_trainer_save (rig->trainer), after = NULL;
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (float));
  float limit;

  for (guint i = 0; i < before->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (before->table, i);

      for (gint64 k = 0; k < entry->size && !entry->state && entry->shape.n_dims > 1; k++)
        {
          const float size = fabsf (before->weights[entry->offset + k]);

          g_array_append_val (sizes, size);
        }
    }
  g_array_sort (sizes, compare);
  limit = g_array_index (sizes, float, (guint) round (0.7 * sizes->len) - 1);
  g_assert_null (before->flags);
  run_to (rig, 1);
  after = cj_trainer_save (rig->trainer);
  g_assert_cmpfloat_with_epsilon (get_whole_share (after), 0.7, 1.0 / sizes->len);
  for (guint i = 0; i < after->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (after->table, i);

      for (gint64 k = 0; k < entry->size && !entry->state; k++)
        {
          const float w = before->weights[entry->offset + k];
          const gboolean gone = entry->shape.n_dims > 1 && fabsf (w) <= limit;

          g_assert_cmpint (after->flags[entry->offset + k], ==, gone ? CJ_MASK_PRUNED : 0);
          g_assert_cmpfloat (after->weights[entry->offset + k], ==, gone ? 0 : w);
        }
    }
}

/* Scores that can be told from what the program says: |w g| of the batch that comes. */
static void
test_gradient (void)
{
  g_autoptr (CjRig) rig = new_rig (
      CHAIN, "pruning.method=gradient pruning.sparsity=0.5 pruning.scope=layer learning-rate=0", 1);
  g_autoptr (CjRig) twin = new_rig (CHAIN, "learning-rate=0", 1);
  g_autoptr (CjCheckpoint) after = NULL;
  const CjProgramParam *param;
  g_autofree float *scores = NULL, *sorted = NULL;
  const float *w, *g;

  run_to (twin, 1); /* leaves the gradient of the first batch */
  run_to (rig, 1);
  after = cj_trainer_save (rig->trainer);
  param = cj_program_find_param (twin->program, "dense1.weight");
  w = cj_program_get_param_data (twin->program, param);
  g = cj_program_get_param_gradient (twin->program, param);
  scores = g_new (float, param->size);
  for (gint64 i = 0; i < param->size; i++)
    scores[i] = fabsf (w[i] * g[i]);
  sorted = g_memdup2 (scores, sizeof (float) * (gsize) param->size);
  qsort (sorted, (gsize) param->size, sizeof (float), compare);
  g_assert_cmpfloat (get_share (after, "dense1.weight"), ==, 0.5);
  for (gint64 i = 0; i < param->size; i++)
    if (scores[i] != sorted[param->size / 2 - 1])
      g_assert_cmpint (after->flags[param->offset + i], ==,
                       scores[i] < sorted[param->size / 2 - 1] ? CJ_MASK_PRUNED : 0);
}

/* The sum of −w g, as SGD without momentum lets it be told from the weights: Δw = −η g. */
static void
test_movement (void)
{
  g_autoptr (CjRig) rig = new_rig (CHAIN,
                                   "pruning.method=movement pruning.begin=100 optimizer=sgd "
                                   "optimizer.momentum=0 learning-rate=0.5",
                                   3);
  g_autoptr (CjCheckpoint) one = NULL, two = NULL, three = NULL;
  const CjTableEntry *entry;
  const float *moved;

  one = cj_trainer_save (rig->trainer);
  run_to (rig, 1);
  two = cj_trainer_save (rig->trainer);
  run_to (rig, 2);
  three = cj_trainer_save (rig->trainer);
  entry = cj_table_find (one->table, "dense2.weight");
  moved = cj_checkpoint_get_kind (three, CJ_SLOT_MOVEMENT) + entry->offset;
  for (gint64 i = 0; i < entry->size; i++)
    {
      const float *w[] = { one->weights + entry->offset, two->weights + entry->offset,
                           three->weights + entry->offset };

      g_assert_cmpfloat_with_epsilon (
          moved[i], (w[0][i] * (w[1][i] - w[0][i]) + w[1][i] * (w[2][i] - w[1][i])) / 0.5, 1e-5);
    }
}

/* Narrow layers are spared: what a layer keeps goes with the sum of its sides, and the whole is right. */
static void
test_erdos (void)
{
  g_autoptr (CjRig) rig
      = new_rig (CHAIN, "pruning.method=random pruning.sparsity=0.9 pruning.scope=erdos-renyi", 1);
  g_autoptr (CjCheckpoint) after = NULL;
  const CjShape *wide;
  double kept;

  run_to (rig, 1);
  after = cj_trainer_save (rig->trainer);
  wide = &cj_table_find (after->table, "dense1.weight")->shape;
  kept = 1 - get_share (after, "dense1.weight");
  g_assert_cmpfloat_with_epsilon (get_whole_share (after), 0.9, 0.002);
  g_assert_cmpfloat_with_epsilon ((1 - get_share (after, "dense2.weight")) / kept,
                                  (4 + 12) / (4.0 * 12) * (double) (wide->dims[0] * wide->dims[1])
                                      / (double) (wide->dims[0] + wide->dims[1]),
                                  0.5);
}

/* A unit goes with all it hears and its bias. */
static void
test_units (void)
{
  g_autoptr (CjRig) rig = new_rig ("flatten, dense 12, relu, dense 4, cross-entropy",
                                   "pruning.method=magnitude pruning.sparsity=0.5 "
                                   "pruning.scope=layer pruning.pattern=unit "
                                   "pruning.last-share=0",
                                   1);
  g_autoptr (CjCheckpoint) before = cj_trainer_save (rig->trainer), after = NULL;
  const CjTableEntry *weight, *bias;
  double least = INFINITY, most = 0;

  run_to (rig, 30);
  after = cj_trainer_save (rig->trainer);
  weight = cj_table_find (after->table, "dense1.weight");
  bias = cj_table_find (after->table, "dense1.bias");
  g_assert_cmpfloat (get_share (after, "dense1.weight"), ==, 0.5);
  g_assert_cmpfloat (get_share (after, "dense1.bias"), ==, 0.5);
  g_assert_cmpfloat (get_share (after, "dense2.weight"), ==, 0);
  for (gint64 k = 0; k < 12; k++)
    {
      const gint64 row = weight->offset + k * weight->shape.dims[1];
      const gboolean gone = after->flags[bias->offset + k] != 0;
      double sum = 0;

      g_assert_cmpint (cj_mask_count (after->flags + row, weight->shape.dims[1]), ==,
                       gone ? weight->shape.dims[1] : 0);
      for (gint64 i = 0; i < weight->shape.dims[1]; i++)
        sum += (double) before->weights[row + i] * before->weights[row + i];
      least = gone ? least : MIN (least, sum);
      most = gone ? MAX (most, sum) : most;
    }
  g_assert_cmpfloat (most, <=, least);
  assert_zeros (after);
}

/* --- regrowth --- */

static void
check_exchange (const char *regrow, gboolean moves)
{
  g_autofree char *settings = g_strdup_printf (
      "pruning.method=random pruning.sparsity=0.8 pruning.scope=layer pruning.every=0.5 "
      "pruning.regrow=%s learning-rate=0.003 epochs=12",
      regrow);
  g_autoptr (CjRig) rig = new_rig (CHAIN, settings, 2);
  g_autoptr (CjCheckpoint) first = NULL, later = NULL;
  const CjTableEntry *entry;
  guint n_moved = 0;

  run_to (rig, 3);
  first = cj_trainer_save (rig->trainer);
  run_to (rig, 65);
  later = cj_trainer_save (rig->trainer);
  entry = cj_table_find (first->table, "dense1.weight");
  g_assert_cmpfloat (get_share (first, "dense1.weight"), ==, get_share (later, "dense1.weight"));
  for (gint64 i = entry->offset; i < entry->offset + entry->size; i++)
    n_moved += (first->flags[i] ^ later->flags[i]) & CJ_MASK_PRUNED;
  g_assert_true ((n_moved > 0) == moves);
  assert_zeros (later);
}

static void
test_regrowth (void)
{
  check_exchange ("none", FALSE);
  check_exchange ("random", TRUE);
  check_exchange ("gradient", TRUE);
  check_exchange ("sign", TRUE);
}

/* Of the exchange before step 10 alone: the weakest are gone, and those of the largest gradient are there. */
static void
test_rigl (void)
{
  g_autoptr (CjRig) rig = new_rig ("flatten, dense 12, relu, dense 4, cross-entropy",
                                   "pruning.method=random pruning.sparsity=0.5 pruning.scope=layer "
                                   "pruning.every=0.5 pruning.regrow=gradient optimizer=sgd "
                                   "optimizer.momentum=0 epochs=10",
                                   1);
  g_autoptr (CjCheckpoint) before = NULL, after = NULL;
  const CjTableEntry *entry;
  float kept = INFINITY, dropped = 0;
  guint n_grown = 0, n_dropped = 0;

  run_to (rig, 10);
  before = cj_trainer_save (rig->trainer);
  cj_trainer_set (rig->trainer, "learning-rate", "0", NULL);
  run_to (rig, 11);
  after = cj_trainer_save (rig->trainer);
  entry = cj_table_find (before->table, "dense1.weight");
  for (gint64 i = entry->offset; i < entry->offset + entry->size; i++)
    {
      const gboolean was = before->flags[i] == 0, is = after->flags[i] == 0;

      if (was && !is)
        dropped = MAX (dropped, fabsf (before->weights[i]));
      if (was && is && after->weights[i] != 0)
        kept = MIN (kept, fabsf (before->weights[i]));
      n_dropped += was && !is;
      n_grown += !was && is;
      if (!was && is)
        g_assert_cmpfloat (after->weights[i], ==, 0);
    }
  g_assert_cmpuint (n_dropped, >, 0);
  g_assert_cmpuint (n_dropped, ==, n_grown);
  g_assert_cmpfloat (dropped, <=, kept);
}

/* Once signs are watched none is violated, in any step. */
static void
test_signs (void)
{
  g_autoptr (CjRig) rig = new_rig (CHAIN,
                                   "pruning.method=random pruning.sparsity=0.6 "
                                   "pruning.every=0.1 pruning.regrow=sign epochs=6 "
                                   "learning-rate=0.01",
                                   2);

  run_to (rig, 2);
  for (guint64 step = 3; step < 60; step++)
    {
      g_autoptr (CjCheckpoint) at = NULL;
      guint n = 0;

      run_to (rig, step);
      at = cj_trainer_save (rig->trainer);
      for (gint64 i = 0; i < at->table->n_weights; i++)
        {
          g_assert_true ((at->flags[i] & CJ_MASK_POSITIVE) == 0 || at->weights[i] >= 0);
          g_assert_true ((at->flags[i] & CJ_MASK_NEGATIVE) == 0 || at->weights[i] <= 0);
          n += at->flags[i] > CJ_MASK_PRUNED;
        }
      g_assert_cmpuint (n, >, 100);
    }
}

/* --- rewinding --- */

/* A round begins with the weights of the step that was remembered, under the new mask. */
static void
test_rewinding (void)
{
  g_autoptr (CjRig) rig = new_rig (
      CHAIN,
      "pruning.method=magnitude pruning.schedule=rounds pruning.begin=2 pruning.every=2 "
      "pruning.rounds=2 pruning.rewind=start pruning.rewind-to=0.25 epochs=6 average=0.9",
      2);
  g_autoptr (CjCheckpoint) start = NULL, before = NULL, after = NULL;

  run_to (rig, 5);
  start = cj_trainer_save (rig->trainer);
  run_to (rig, 40);
  before = cj_trainer_save (rig->trainer);
  g_assert_null (before->flags);
  cj_trainer_set (rig->trainer, "learning-rate", "0", NULL);
  run_to (rig, 41);
  after = cj_trainer_save (rig->trainer);
  g_assert_cmpuint (after->at.origin, ==, 40);
  g_assert_cmpuint (before->at.origin, ==, 0);
  g_assert_true (isinf (after->at.best_loss));
  for (gint64 i = 0; i < after->table->n_weights; i++)
    g_assert_cmpfloat (after->weights[i], ==, after->flags[i] != 0 ? 0 : start->weights[i]);
  assert_zeros (after);
}

/* --- what every setting must do --- */

/* The same bits for any number of threads, and after going back; what is gone stays 0. */
static void
check_run (const char *settings)
{
  g_autoptr (CjRig) rig = new_rig (CHAIN, settings, 1);
  g_autoptr (CjCheckpoint) middle = NULL, end = NULL, again = NULL;

  run_to (rig, 53);
  middle = cj_trainer_save (rig->trainer);
  run_to (rig, 110);
  end = cj_trainer_save (rig->trainer);
  g_assert_cmpfloat (get_whole_share (end), >, 0.2);
  assert_zeros (middle);
  assert_zeros (end);
  g_assert_true (cj_trainer_load (rig->trainer, middle, NULL));
  run_to (rig, 110);
  again = cj_trainer_save (rig->trainer);
  network_assert_same (end, again);
  for (guint threads = 2; threads <= 3; threads++)
    {
      g_autoptr (CjRig) other = new_rig (CHAIN, settings, threads);
      g_autoptr (CjCheckpoint) there = NULL;

      run_to (other, 110);
      there = cj_trainer_save (other->trainer);
      network_assert_same (end, there);
    }
}

static void
test_every_method (void)
{
  static const char *const courses[]
      = { "pruning.begin=1",
          "pruning.schedule=gradual pruning.every=0.3",
          "pruning.schedule=rounds pruning.begin=1 pruning.rewind=start pruning.rewind-to=0.2",
          "pruning.schedule=rounds pruning.begin=1 pruning.rewind=redraw schedule=cosine",
          "pruning.regrow=gradient pruning.every=0.4",
          "pruning.regrow=random pruning.every=0.4",
          "pruning.regrow=sign pruning.every=0.1",
          "pruning.begin=1 pruning.pattern=unit" };

  for (const CjPrunerInfo *const *p = cj_pruners (); *p != NULL; p++)
    for (guint i = 0; i < G_N_ELEMENTS (courses); i++)
      {
        g_autofree char *settings
            = g_strdup_printf ("epochs=6 average=%s pruning.method=%s pruning.sparsity=0.6 %s",
                               i % 2 ? "0.9" : "0", (*p)->id, courses[i]);

        check_run (settings);
      }
}

static void
test_every_optimizer (void)
{
  for (const CjOptimizerInfo *const *o = cj_optimizers (); *o != NULL; o++)
    {
      g_autofree char *settings = g_strdup_printf (
          "epochs=6 optimizer=%s learning-rate=%g pruning.method=magnitude pruning.begin=1 "
          "pruning.regrow=random",
          (*o)->id, (*o)->rate);

      check_run (settings);
    }
}

/* --- by hand, and in a changed network --- */

static GBytes *
mask_every (guint n, gint64 size)
{
  guint8 *flags = g_new0 (guint8, size);

  for (gint64 i = 0; i < size; i += n)
    flags[i] = CJ_MASK_PRUNED;
  return g_bytes_new_take (flags, (gsize) size);
}

/* What is pruned and grown by hand is part of the run: through a file, and at every step. */
static void
test_by_hand (void)
{
  g_autoptr (CjTrainSetup) setup = new_setup ("epochs=3");
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autoptr (CjRunner) runner
      = cj_runner_new (graph, setup, 2, network_get_prototypes (), NULL, NULL);
  g_autoptr (CjCheckpoint) pruned = NULL, end = NULL, again = NULL;
  g_autoptr (CjRunLog) log = NULL, read = NULL;
  g_autoptr (CjRing) ring = NULL;
  g_autoptr (GVariant) saved = NULL;
  g_autoptr (GBytes) half = NULL, third = NULL;
  g_autoptr (GError) error = NULL;
  gint64 size;

  cj_runner_train (runner, 6);
  cj_runner_wait (runner);
  end = cj_runner_save (runner);
  size = cj_table_find (end->table, "dense1.weight")->size;
  g_clear_pointer (&end, cj_checkpoint_unref);
  half = mask_every (2, size);
  third = mask_every (3, size);
  cj_runner_put_flags (runner, "dense1.weight", half);
  cj_runner_put_flags (runner, "nobody.weight", half); /* does nothing */
  cj_runner_wait (runner);
  pruned = cj_runner_dup_snapshot (runner);
  g_assert_cmpfloat_with_epsilon (get_share (pruned, "dense1.weight"), 0.5, 0.01);
  assert_zeros (pruned);
  cj_runner_train (runner, 4);
  cj_runner_wait (runner);
  cj_runner_put_flags (runner, "dense1.weight", third);
  cj_runner_train (runner, 5);
  cj_runner_wait (runner);
  end = cj_runner_save (runner);
  g_assert_cmpfloat_with_epsilon (get_share (end, "dense1.weight"), 1.0 / 3, 0.01);
  for (guint64 k = 0; k < 15; k += 2)
    {
      cj_runner_seek (runner, k);
      cj_runner_wait (runner);
      cj_runner_train (runner, 15 - k);
      cj_runner_wait (runner);
      g_clear_pointer (&again, cj_checkpoint_unref);
      again = cj_runner_save (runner);
      network_assert_same (end, again);
    }
  cj_runner_dup_run (runner, 0, &log, &ring, NULL);
  g_assert_cmpuint (log->commands->len, ==, 3);
  saved = g_variant_ref_sink (cj_run_log_save (log));
  read = cj_run_log_load (saved, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (cj_run_log_get (read, 1)->flags, half));
}

/* A wider network keeps the mask of what it had; new synapses are there. */
static void
test_surgery (void)
{
  static const char before[] = "flatten, dense 6, relu, dense 4, cross-entropy";
  static const char after[] = "flatten, dense 9, relu, dense 4, cross-entropy";
  static const char settings[] = "pruning.method=magnitude pruning.sparsity=0.5";
  g_autoptr (CjRig) old = new_rig (before, settings, 1), new = new_rig (after, "epochs=5", 1);
  g_autoptr (CjCheckpoint) a = NULL, b = NULL;
  const CjTableEntry *x, *y;

  run_to (old, 10);
  cj_rig_take_over (new, old, NULL);
  run_to (new, 20);
  a = cj_trainer_save (old->trainer);
  b = cj_trainer_save (new->trainer);
  x = cj_table_find (a->table, "dense1.weight");
  y = cj_table_find (b->table, "dense1.weight");
  g_assert_cmpmem (a->flags + x->offset, (gsize) x->size, b->flags + y->offset, (gsize) x->size);
  g_assert_cmpint (cj_mask_count (b->flags + y->offset + x->size, y->size - x->size), ==, 0);
  x = cj_table_find (a->table, "dense2.weight");
  y = cj_table_find (b->table, "dense2.weight");
  for (gint64 i = 0; i < 4; i++)
    g_assert_cmpmem (a->flags + x->offset + 6 * i, 6, b->flags + y->offset + 9 * i, 6);
  assert_zeros (b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/pruning/catalogue", test_catalogue);
  g_test_add_func ("/engine/pruning/rows", test_rows);
  g_test_add_func ("/engine/pruning/gradual", test_gradual);
  g_test_add_func ("/engine/pruning/rounds", test_rounds);
  g_test_add_func ("/engine/pruning/exchange", test_exchange);
  g_test_add_func ("/engine/pruning/magnitude", test_magnitude);
  g_test_add_func ("/engine/pruning/gradient", test_gradient);
  g_test_add_func ("/engine/pruning/movement", test_movement);
  g_test_add_func ("/engine/pruning/erdos-renyi", test_erdos);
  g_test_add_func ("/engine/pruning/units", test_units);
  g_test_add_func ("/engine/pruning/regrowth", test_regrowth);
  g_test_add_func ("/engine/pruning/rigl", test_rigl);
  g_test_add_func ("/engine/pruning/signs", test_signs);
  g_test_add_func ("/engine/pruning/rewinding", test_rewinding);
  g_test_add_func ("/engine/pruning/every-method", test_every_method);
  g_test_add_func ("/engine/pruning/every-optimizer", test_every_optimizer);
  g_test_add_func ("/engine/pruning/by-hand", test_by_hand);
  g_test_add_func ("/engine/pruning/surgery", test_surgery);
  return g_test_run ();
}
