/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A damaged network: against one whose weights were altered by hand, and the network itself is left as
 * it is. */
#include "cj-rig.h"
#include "cjl-damage.h"
#include "cjl-evaluation.h"
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
      const CjlAttacked none = measure (network, (*i)->id, NULL, NULL, 0, 1);
      const CjlAttacked most = measure (network, (*i)->id, NULL, NULL, (*i)->most, 1);

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
      const float *row = cj_tensor_f32 (whole->accuracy) + seed * 4;

      g_assert_cmpfloat_with_epsilon ((double) row[0], clean, 1e-6);
      g_assert_cmpfloat (row[3], <, row[0]);
    }
  frame = cjl_robustness_frame (whole, "one", whole, "two");
  g_assert_cmpint (cjv_frame_get_array (frame, "curves")->shape.dims[0], ==, 2);
  g_assert_cmpstr (cjv_frame_get_string (frame, "lines", 1), ==, "two: Lesion of units in dense1");
  g_clear_pointer (&job, cjl_job_free);

  options.n_seeds = CJL_ROBUSTNESS_MAX_SEEDS;
  options.n_doses = CJL_ROBUSTNESS_MAX_DOSES;
  job = cjl_robustness_start (cjl_network_new (network->graph, network->dataset, network->weights),
                              &options);
  while ((part = cjl_job_take_result (job)) == NULL)
    g_usleep (1000);
  cjl_job_cancel (job);
  cjl_job_wait (job);
  g_assert_true (
      isnan ((double) cj_tensor_f32 (part->accuracy)[cj_shape_size (&part->accuracy->shape) - 1]));
  g_assert_false (cjl_robustness_is_like (whole, part));
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
  return g_test_run ();
}
