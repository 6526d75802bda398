/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that try something out: the mean of many changes is the gradient, as far as the spread of the draws lets one
 * tell; they learn, alone and beside backpropagation; what they cannot do they say. */
#include "network.h"

#include "cj-rig.h"
#include "cj-rule.h"

#include <math.h>
#include <string.h>

enum
{
  N = 9,
  CLASSES = 3
};

/* A rule with its parameters, as "node-perturbation noise=0.02". */
static CjTrainSetup *
new_setup (const char *rule)
{
  CjTrainSetup *setup = cj_train_setup_new ();
  g_auto (GStrv) words = g_strsplit (rule, " ", -1);
  g_autoptr (GError) error = NULL;

  cj_train_setup_set (setup, "rule", words[0], &error);
  g_assert_no_error (error);
  for (guint i = 1; words[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);
      const gboolean of_setup
          = strchr (pair[0], '.') != NULL || g_str_equal (pair[0], "learning-rate");
      g_autofree char *name = of_setup ? g_strdup (pair[0]) : g_strconcat ("rule.", pair[0], NULL);

      cj_train_setup_set (setup, name, pair[1], &error);
      g_assert_no_error (error);
    }
  return setup;
}

static CjProgram *
compile (const CjGraph *graph, const char *rule, CjShape x, GError **error)
{
  g_autoptr (CjTrainSetup) setup = new_setup (rule);
  const CjLearning learning = cj_train_setup_get_learning (setup);
  const CjDataSpec spec = { .batch = N,
                            .x_shape = x,
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = CLASSES,
                            .learning = &learning };
  CjProgram *program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 1, error);

  if (program != NULL)
    {
      cj_program_init (program, 5);
      network_fill (program, CLASSES);
    }
  return program;
}

/* The mean over draws lies within 5 of its own standard errors, and a share of the gradient for what curves, of the
 * gradient; and points along it. */
static void
check_mean (const char *chain, const char *rule, CjShape x, guint draws, double bias)
{
  g_autofree char *all = g_strconcat (chain, ", cross-entropy", NULL);
  g_autoptr (CjGraph) graph = network_new_graph (all);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjProgram) program = compile (graph, rule, x, &error),
                        plain = compile (graph, "backprop", x, &error);
  g_autofree double *sum = NULL, *squares = NULL;
  gint64 size;
  const float *g, *expected;
  double dot = 0, aa = 0, bb = 0, length;

  g_assert_no_error (error);
  cj_program_get_weights (plain, &size);
  sum = g_new0 (double, size);
  squares = g_new0 (double, size);
  cj_program_forward (plain, TRUE, N, 1, 1);
  cj_program_backward (plain);
  expected = cj_program_get_gradients (plain);
  g = cj_program_get_gradients (program);
  for (guint i = 0; i < draws; i++)
    {
      cj_program_forward (program, TRUE, N, 1, i);
      cj_program_backward (program);
      for (gint64 k = 0; k < size && i >= draws / 10; k++) /* the usual reward is known by then */
        {
          sum[k] += g[k];
          squares[k] += (double) g[k] * g[k];
        }
    }
  draws -= draws / 10;
  for (gint64 k = 0; k < size; k++)
    bb += (double) expected[k] * expected[k];
  length = sqrt (bb);
  for (gint64 k = 0; k < size; k++)
    {
      const double mean = sum[k] / draws;
      const double spread = sqrt (MAX (squares[k] / draws - mean * mean, 0) / draws);

      g_assert_cmpfloat_with_epsilon (mean, expected[k], 5 * spread + bias * length);
      dot += mean * expected[k];
      aa += mean * mean;
    }
  g_test_message ("%s, %s: cosine %g", rule, chain, dot / (sqrt (aa) * length));
  g_assert_cmpfloat (dot, >, 0.9 * sqrt (aa) * length);
  g_assert_cmpfloat_with_epsilon (dot / bb, 1, 0.15);
}

#define LAYERS "dense units=6 activation=tanh, dense units=3"
#define MOMENTS "reshape shape=3x2, dense units=4 activation=tanh, mean, dense units=3"
#define PICTURES "conv-2d filters=2 kernel=2 activation=tanh, flatten, dense units=3"

static void
test_mean (void)
{
  check_mean (LAYERS, "node-perturbation noise=0.02", cj_shape1 (6), 6000, 0.01);
  check_mean (MOMENTS, "node-perturbation noise=0.02", cj_shape1 (6), 6000, 0.01);
  check_mean (PICTURES, "node-perturbation noise=0.02", cj_shape3 (1, 4, 3), 6000, 0.01);
  check_mean (LAYERS, "weight-perturbation noise=0.01", cj_shape1 (6), 6000, 0.01);
  check_mean ("batch-norm, " LAYERS, "weight-perturbation noise=0.01", cj_shape1 (6), 6000, 0.01);
  check_mean ("reshape shape=3x2, gru units=3, pick-token, dense units=3",
              "weight-perturbation noise=0.01", cj_shape1 (6), 6000, 0.01);
  check_mean ("dense units=3", "reward-modulated noise=0.3 follow=0.02", cj_shape1 (6), 40000,
              0.03);
  check_mean (MOMENTS, "reward-modulated noise=0.2 follow=0.02", cj_shape1 (6), 60000, 0.05);
}

static double
train (const char *chain, const char *rule, guint steps, double *first)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (CjTrainSetup) setup = new_setup (rule);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjRig) rig = NULL;
  double last = 0;

  setup->batch = 32;
  rig = cj_rig_new (graph, setup, network_get_prototypes (), 1, &error);
  g_assert_no_error (error);
  *first = 0;
  for (guint i = 0; i < steps; i++)
    {
      CjStepReport report;

      g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
      *first += i < 10 ? report.score.loss / 10 : 0;
      last += i >= steps - 20 ? report.score.loss / 20 : 0;
    }
  g_test_message ("%s: %g, then %g", rule, *first, last);
  return last;
}

#define PROTOTYPES "flatten, dense units=12 activation=tanh, dense units=4, cross-entropy"

/* Four pictures with noise, of which chance knows ln 4. */
static void
test_learning (void)
{
  double first;

  g_assert_cmpfloat (train (PROTOTYPES, "node-perturbation learning-rate=0.01", 400, &first), <,
                     0.3);
  g_assert_cmpfloat (train (PROTOTYPES, "weight-perturbation learning-rate=0.003", 1500, &first), <,
                     0.6);
  g_assert_cmpfloat (
      train (PROTOTYPES, "reward-modulated noise=0.2 learning-rate=0.01", 1000, &first), <, 0.4);
  g_assert_cmpfloat (train (PROTOTYPES,
                            "reward-modulated reward=answer noise=0.5 learning-rate=0.01", 1000,
                            &first),
                     <, 0.8);
}

/* One layer by a rule of its own: those before it still hear of the error. */
static void
test_beside (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (LAYERS ", cross-entropy");
  g_autoptr (CjProgram) program = NULL, plain = NULL;
  g_autoptr (GError) error = NULL;
  const CjProgramParam *param;

  plain = compile (graph, "backprop", cj_shape1 (6), &error);
  cj_graph_set_param (graph, cj_graph_find (graph, "dense2"), "rule", "node-perturbation", &error);
  program = compile (graph, "backprop", cj_shape1 (6), &error);
  g_assert_no_error (error);
  cj_program_forward (program, TRUE, N, 1, 1);
  cj_program_backward (program);
  cj_program_forward (plain, TRUE, N, 1, 1);
  cj_program_backward (plain);
  param = cj_program_find_param (program, "dense1.weight");
  for (gint64 i = 0; i < param->size; i++)
    g_assert_cmpfloat_with_epsilon (
        cj_program_get_param_gradient (program, param)[i],
        cj_program_get_param_gradient (plain, cj_program_find_param (plain, param->name))[i], 1e-6);
  param = cj_program_find_param (program, "dense2.weight");
  g_assert_cmpfloat (
      fabs ((double) cj_program_get_param_gradient (program, param)[0]
            - cj_program_get_param_gradient (plain, cj_program_find_param (plain, param->name))[0]),
      >, 1e-6);
}

/* The cost is compared with what it was before this step, and that follows. */
static void
test_reward (void)
{
  const CjRewardAttrs attrs = { 0.25 };
  CjOp op = { .info = &cj_op_reward,
              .attrs = (gpointer) &attrs,
              .n_in = 3,
              .in_shape = { cj_shape2 (4, 3), cj_shape1 (1), cj_shape1 (4) } };
  float scores[12] = { 1, 2, 0, 5, 1, 1, 0, 0, 0, -1, -3, -2 }, usual = 0.5f, out[4];
  gint32 classes[4] = { 1, 1, 0, 2 };
  const CjOpCall call = {
    .op = &op, .in = { scores, &usual, classes }, .out = { out }, .training = TRUE, .n_valid = 4
  };

  g_assert_true (op.info->infer (&op, NULL));
  g_assert_cmpint (op.out_shape[0].dims[0], ==, 4);
  op.info->forward[0].run (&call, 0);
  g_assert_cmpfloat (out[0], ==, -0.5f);
  g_assert_cmpfloat (out[1], ==, 0.5f);
  g_assert_cmpfloat (out[2], ==, -0.5f);
  g_assert_cmpfloat (out[3], ==, 0.5f);
  g_assert_cmpfloat (usual, ==, 0.5f);
  classes[1] = 0;
  op.info->forward[0].run (&call, 0);
  g_assert_cmpfloat (out[1], ==, -0.5f);
  g_assert_cmpfloat (usual, ==, 0.4375f);
}

static void
test_refusals (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("reshape shape=3x2, dense units=3, cross-entropy");
  g_autoptr (CjTrainSetup) setup = new_setup ("reward-modulated reward=answer");
  const CjLearning learning = cj_train_setup_get_learning (setup);
  const CjDataSpec spec = { .batch = N,
                            .x_shape = cj_shape1 (6),
                            .y_shape = cj_shape1 (3),
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = CLASSES,
                            .learning = &learning };
  g_autoptr (CjLowered) lowered = cj_lower (graph, &spec);
  g_autoptr (GError) error = NULL;

  g_assert_false (cj_lowered_can_train (lowered, &error));
  g_assert_nonnull (strstr (error->message, "right or wrong"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/rules/trials/mean", test_mean);
  g_test_add_func ("/engine/rules/trials/learning", test_learning);
  g_test_add_func ("/engine/rules/trials/beside", test_beside);
  g_test_add_func ("/engine/rules/trials/reward", test_reward);
  g_test_add_func ("/engine/rules/trials/refusals", test_refusals);
  return g_test_run ();
}
