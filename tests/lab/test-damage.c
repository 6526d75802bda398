/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A damaged network: against one whose weights were altered by hand, and the network itself is left as
 * it is. */
#include "cj-rig.h"
#include "cjl-damage.h"
#include "cj-heads.h"
#include "cjl-evaluation.h"
#include "cjl-retraining.h"
#include "cjl-robustness.h"
#include "cjl-template.h"

#include <math.h>
#include <string.h>

#define HIDDEN 16

static CjlNetwork *
train (const char *network, CjlProject **project)
{
  const CjlTemplate info = { .id = "t",
                             .title = "T",
                             .source = "glyphs",
                             .data = "samples=1500",
                             .network = network,
                             .setup = "epochs=5 batch=25 learning-rate=0.004" };
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjFeed) feed = NULL;
  g_autoptr (CjRig) rig = NULL;
  g_autoptr (CjCheckpoint) weights = NULL;
  CjStepReport report;

  *project = cjl_template_make (&info, &error);
  g_assert_no_error (error);
  dataset = cjl_data_load (&(*project)->data, &error);
  g_assert_no_error (error);
  feed = cjd_dataset_new_training_feed (dataset);
  rig = cj_rig_new ((*project)->graph, (*project)->setup, feed, 2, &error);
  g_assert_no_error (error);
  while (!cj_trainer_has_ended (rig->trainer))
    g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
  weights = cj_trainer_save (rig->trainer);
  return cjl_network_new ((*project)->graph, dataset, weights);
}

static CjlAttacked
measure (const CjlNetwork *network, const char *id, const char *order, const char *node,
         double dose, guint64 seed)
{
  const CjDamageInfo *info = cj_damage_find (id);
  g_autofree gpointer params = cj_damage_new_params (info);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlDamaged) damaged = NULL;
  CjlAttacked score;

  if (order != NULL)
    g_assert_true (cj_params_parse (info->params, params, "order", order, NULL));
  damaged = cjl_damaged_new (network, info, params, node, &error);
  g_assert_no_error (error);
  g_assert_true (
      cjl_damaged_measure (damaged, CJD_SPLIT_TEST, 0, dose, seed, NULL, NULL, &score, &error));
  g_assert_no_error (error);
  return score;
}

static double
evaluate (const CjlNetwork *network)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlEvaluation) evaluation = cjl_evaluate (network, CJD_SPLIT_TEST, &error);

  g_assert_no_error (error);
  return evaluation->score.accuracy;
}

/* Silent units are those whose weights to the next layer are 0. */
static void
test_by_hand (void)
{
  CjlProject *project;
  g_autoptr (CjlNetwork) network
      = train ("input, flatten, dense 16 relu, dense 36, cross-entropy", &project);
  const CjTableEntry *entry = cj_table_find (network->weights->table, "dense2.weight");
  float *w = cj_checkpoint_get_data (network->weights, entry);
  g_autofree float *kept = g_memdup2 (w, sizeof (float) * 36 * HIDDEN);
  g_autofree guint32 *list = cj_damage_list (CJ_DAMAGE_RANDOM, NULL, HIDDEN, 4, 0);
  const double clean = evaluate (network);
  const CjlAttacked none = measure (network, "unit-loss", NULL, "dense1", 0, 4);
  const CjlAttacked half = measure (network, "unit-loss", NULL, "dense1", 0.5, 4);
  const CjlAttacked all = measure (network, "unit-loss", NULL, NULL, 0.5, 4);

  g_assert_cmpfloat (clean, >, 0.3);
  g_assert_cmpfloat_with_epsilon (none.accuracy, clean, 1e-9);
  g_assert_cmpfloat (half.accuracy, <, clean);
  g_assert_cmpfloat (all.accuracy, ==, half.accuracy); /* there is one hidden layer */
  for (guint i = 0; i < HIDDEN / 2; i++)
    for (guint k = 0; k < 36; k++)
      w[k * HIDDEN + list[i]] = 0;
  g_assert_cmpfloat_with_epsilon (evaluate (network), half.accuracy, 1e-9);
  memcpy (w, kept, sizeof (float) * 36 * HIDDEN);
  g_assert_cmpfloat (evaluate (network), ==, clean); /* nothing of it stays */
  cjl_project_unref (project);
}

/* The most important first hurts more than the least important first. */
static void
test_targeted (void)
{
  CjlProject *project;
  g_autoptr (CjlNetwork) network
      = train ("input, conv-2d 8 kernel=5, batch-norm, relu, max-pool-2d, flatten, dense 36, "
               "cross-entropy",
               &project);
  const double clean = evaluate (network);
  const CjlAttacked none = measure (network, "unit-loss", NULL, "conv1", 0, 1);
  const CjlAttacked strong = measure (network, "unit-loss", "strongest first", "conv1", 0.375, 1);
  const CjlAttacked weak = measure (network, "unit-loss", "weakest first", "conv1", 0.375, 1);
  const CjlAttacked dead = measure (network, "unit-loss", NULL, "conv1", 1, 1);
  const CjlAttacked stuck = measure (network, "stuck-units", NULL, "conv1", 0.5, 1);

  g_assert_cmpfloat_with_epsilon (none.accuracy, clean, 1e-9);
  g_assert_cmpfloat (strong.accuracy, <, weak.accuracy);
  g_assert_cmpfloat (dead.accuracy, <, 0.15); /* what is left is a guess */
  g_assert_cmpfloat (stuck.accuracy, <, clean);
  cjl_project_unref (project);
}

static void
test_every (void)
{
  CjlProject *project;
  g_autoptr (CjlNetwork) network
      = train ("input, flatten, dense 16 relu, dense 36, cross-entropy", &project);
  const double clean = evaluate (network);
  g_autoptr (GError) error = NULL;

  for (const CjDamageInfo *const *i = cj_damages (); *i != NULL; i++)
    {
      CjlAttacked none, most;

      if ((*i)->target == CJ_DAMAGE_HEADS) /* there are none */
        continue;
      none = measure (network, (*i)->id, NULL, NULL, 0, 1);
      most = measure (network, (*i)->id, NULL, NULL, (*i)->most, 1);

      g_test_message ("%s: %.3f", (*i)->id, most.accuracy);
      g_assert_cmpfloat_with_epsilon (none.accuracy, clean, 0.01);
      g_assert_cmpfloat (most.accuracy, <, clean);
    }
  g_assert_null (cjl_damaged_new (network, cj_damage_find ("unit-loss"), NULL, "gone", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (cjl_damaged_new (network, cj_damage_find ("quantise"), NULL, "flatten1", &error));
  g_assert_nonnull (error);
  cjl_project_unref (project);
}

/* Dose and response of one network: every seed begins without damage and falls; half of it stays when it is
 * stopped. */
static void
test_robustness (void)
{
  CjlProject *project;
  g_autoptr (CjlNetwork) network
      = train ("input, flatten, dense 16 relu, dense 36, cross-entropy", &project);
  const double clean = evaluate (network);
  g_autoptr (CjlJob) job = NULL;
  g_autoptr (CjlRobustness) whole = NULL, part = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  CjlRobustnessOptions options;
  guint n = 0;

  for (guint i = 0; cjl_robustness_get_what (i) != NULL; i++)
    n += cjl_robustness_get_title (cjl_robustness_get_what (i)) != NULL;
  g_assert_cmpuint (n, >, 10);
  cjl_robustness_options_init (&options);
  options.n_doses = 4;
  options.n_seeds = 3;
  options.node = "dense1";
  job = cjl_robustness_start (cjl_network_new (network->graph, network->dataset, network->weights),
                              &options);
  cjl_job_wait (job);
  whole = cjl_job_take_result (job);
  g_assert_nonnull (whole);
  for (guint seed = 0; seed < 3; seed++)
    {
      const float *row = cj_tensor_f32 (whole->curve.accuracy) + seed * 4;

      g_assert_cmpfloat_with_epsilon ((double) row[0], clean, 1e-6);
      g_assert_cmpfloat (row[3], <, row[0]);
    }
  frame = cjl_robustness_frame ((const CjlRobustness *const[]){ whole, whole },
                                (const char *const[]){ "one", "two" }, 2);
  g_assert_cmpint (cjv_frame_get_array (frame, "curves")->shape.dims[0], ==, 2);
  g_assert_true (g_str_has_prefix (cjv_frame_get_string (frame, "lines", 1),
                                   "two: Lesion of units in dense1 ("));
  g_assert_cmpint (whole->code.n_units, ==, HIDDEN);
  g_assert_cmpfloat (whole->code.sparseness, >, 0);
  g_assert_cmpfloat (whole->code.sparseness, <, 1);
  g_assert_cmpfloat (whole->code.dimensions, >, 1);
  g_assert_cmpfloat (whole->code.dimensions, <, HIDDEN);
  g_clear_pointer (&job, cjl_job_free);

  options.n_seeds = CJL_ROBUSTNESS_MAX_SEEDS;
  options.n_doses = CJL_ROBUSTNESS_MAX_DOSES;
  job = cjl_robustness_start (cjl_network_new (network->graph, network->dataset, network->weights),
                              &options);
  while ((part = cjl_job_take_result (job)) == NULL)
    g_usleep (1000);
  cjl_job_cancel (job);
  cjl_job_wait (job);
  g_assert_true (isnan ((double) cj_tensor_f32 (
      part->curve.accuracy)[cj_shape_size (&part->curve.accuracy->shape) - 1]));
  g_assert_false (cjl_curve_is_like (&whole->curve, &part->curve));
  cjl_project_unref (project);
}

/* Heads that are lesioned are those whose columns of the projection out are 0; the most important first hurts at
 * least as much; a network without attention has none. */
static void
test_heads (void)
{
  CjlProject *project, *plain;
  g_autoptr (CjlNetwork) network
      = train ("input, patch-embedding 16 patch=7, multi-head-attention 4, flatten, dense 36, "
               "cross-entropy",
               &project);
  g_autoptr (CjlNetwork) other = train ("input, flatten, dense 36, cross-entropy", &plain);
  const CjTableEntry *entry = cj_table_find (network->weights->table, "multi1.out_proj.weight");
  float *w = cj_checkpoint_get_data (network->weights, entry);
  g_autofree guint32 *list = cj_damage_list (CJ_DAMAGE_RANDOM, NULL, 4, 7, 0);
  const double clean = evaluate (network);
  const CjlAttacked half = measure (network, "head-loss", NULL, "multi1", 0.5, 7);
  const CjlAttacked strong = measure (network, "head-loss", "strongest first", NULL, 0.5, 7);
  const CjlAttacked weak = measure (network, "head-loss", "weakest first", NULL, 0.5, 7);
  g_autoptr (GError) error = NULL;

  g_assert_cmpfloat (measure (network, "head-loss", NULL, NULL, 0, 7).accuracy, ==, clean);
  g_assert_cmpfloat (half.accuracy, <, clean);
  g_assert_cmpfloat (strong.accuracy, <=, weak.accuracy);
  for (guint i = 0; i < 2; i++)
    for (guint e = 0; e < 16; e++)
      memset (w + e * 16 + list[i] * 4, 0, 4 * sizeof (float));
  g_assert_cmpfloat_with_epsilon (evaluate (network), half.accuracy, 1e-9);
  g_assert_null (cjl_damaged_new (other, cj_damage_find ("head-loss"), NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "heads"));
  cjl_project_unref (project);
  cjl_project_unref (plain);
}

/* What a network that learned on under a lesion makes of samples, by the layer's node. */
static CjTensor *
run_lesioned (const CjGraph *graph, CjdDataset *dataset, const CjCheckpoint *weights,
              const char *node)
{
  const CjDataSpec spec = cjl_data_spec (dataset, 20);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TEST);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjProgram) program = cj_program_new (graph, CJ_PURPOSE_PROBE, &spec, 1, &error);
  guint32 indices[20];

  g_assert_no_error (error);
  g_assert_true (cj_checkpoint_apply (weights, program));
  for (guint i = 0; i < 20; i++)
    indices[i] = i;
  feed->fill (feed, indices, 20, 0, 0, cj_program_get_x (program), cj_program_get_y (program));
  cj_program_forward (program, FALSE, 20, 0, 0);
  return cj_program_dup_output (program,
                                (guint) cj_graph_get_index (graph, cj_graph_find (graph, node)), 0);
}

/* Lesioned units stay silent while the rest learns on, cut synapses stay 0, and so do the columns of silent
 * heads. */
static void
test_stays_silent (void)
{
  CjlProject *project;
  g_autoptr (CjlNetwork) network
      = train ("input, flatten, dense 16 sigmoid, dense 36, cross-entropy", &project);
  g_autofree guint32 *list = cj_damage_list (CJ_DAMAGE_RANDOM, NULL, HIDDEN, 3, 0);
  const CjTableEntry *entry = cj_table_find (network->weights->table, "dense1.weight");
  g_autoptr (CjGraph) graph = NULL, cut = NULL;
  g_autoptr (CjCheckpoint) trained = NULL, sparse = NULL;
  g_autoptr (CjTensor) said = NULL;
  g_autoptr (GError) error = NULL;
  CjlRetrainingOptions options;
  gint64 zeros = 0, held = 0, moved = 0;

  cjl_retraining_options_init (&options);
  options.node = "dense1";
  options.n_steps = 40;
  trained = cjl_retraining_run_one (network, project->setup, &options, 3, &graph, &error);
  g_assert_no_error (error);
  said = run_lesioned (graph, network->dataset, trained, "lesion1");
  for (guint i = 0; i < HIDDEN; i++)
    for (guint n = 0; n < 20; n++)
      g_assert_true ((cj_tensor_f32 (said)[n * HIDDEN + list[i]] == 0)
                     == (i < HIDDEN / 2)); /* not 0.5 */
  options.what = "synapse-loss";
  sparse = cjl_retraining_run_one (network, project->setup, &options, 3, &cut, &error);
  g_assert_no_error (error);
  for (gint64 i = 0; i < entry->size; i++)
    {
      zeros += sparse->weights[entry->offset + i] == 0;
      held += (sparse->flags[entry->offset + i] & CJ_MASK_PRUNED) != 0;
      moved
          += sparse->weights[entry->offset + i] != 0
             && sparse->weights[entry->offset + i] != network->weights->weights[entry->offset + i];
    }
  g_assert_cmpint (held, ==, entry->size / 2);
  g_assert_cmpint (zeros, >=, held);
  g_assert_cmpint (moved, >, 0);
  options.what = "blur";
  g_assert_null (cjl_retraining_run_one (network, project->setup, &options, 3, &cut, &error));
  g_assert_nonnull (strstr (error->message, "blur"));
  cjl_project_unref (project);
}

/* The curve begins where the dose and response of the same seed is, and ends higher; the network itself is as
 * before; the figure says where it was. */
static void
test_recovery (void)
{
  CjlProject *project;
  g_autoptr (CjlNetwork) network
      = train ("input, flatten, dense 16 relu, dense 36, cross-entropy", &project);
  const double clean = evaluate (network);
  const CjlAttacked lesion = measure (network, "unit-loss", NULL, "dense1", 0.5, 2);
  g_autoptr (CjlJob) job = NULL;
  g_autoptr (CjlRetraining) found = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  CjlRetrainingOptions options;

  cjl_retraining_options_init (&options);
  options.node = "dense1";
  options.n_samples = 1 << 30;
  options.n_steps = 60;
  options.n_points = 4;
  options.n_seeds = 2;
  job = cjl_retraining_start (cjl_network_new (network->graph, network->dataset, network->weights),
                              project->setup, &options);
  cjl_job_wait (job);
  g_assert_null (cjl_job_dup_error (job));
  found = cjl_job_take_result (job);
  g_assert_cmpfloat_with_epsilon (found->before, clean, 1e-9);
  g_assert_cmpfloat_with_epsilon ((double) cj_tensor_f32 (found->curve.accuracy)[4],
                                  lesion.accuracy, 1e-6);
  for (guint s = 0; s < 2; s++)
    g_assert_cmpfloat (cj_tensor_f32 (found->curve.accuracy)[s * 4 + 3], >,
                       cj_tensor_f32 (found->curve.accuracy)[s * 4]);
  g_assert_cmpfloat (cj_tensor_f32 (found->curve.x)[3], ==, 60);
  g_assert_cmpfloat (evaluate (network), ==, clean);
  frame = cjl_retraining_frame (found);
  g_assert_cmpfloat (cjv_frame_get_scalar (frame, "before", NAN), ==, found->before);
  g_assert_cmpstr (cjv_frame_get_string (frame, "lines", 0), ==, "Lesion of units in dense1, 50 %");
  cjl_project_unref (project);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/damage/by-hand", test_by_hand);
  g_test_add_func ("/lab/damage/targeted", test_targeted);
  g_test_add_func ("/lab/damage/every", test_every);
  g_test_add_func ("/lab/damage/robustness", test_robustness);
  g_test_add_func ("/lab/damage/heads", test_heads);
  g_test_add_func ("/lab/damage/stays-silent", test_stays_silent);
  g_test_add_func ("/lab/damage/recovery", test_recovery);
  return g_test_run ();
}
