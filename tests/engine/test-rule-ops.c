/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Learning rules: what they change weights by, against loops that follow the papers; the same bits for any
 * number of threads; feedback that is kept. */
#include "network.h"

#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-rig.h"
#include "cj-rule.h"

#include <math.h>
#include <string.h>

enum
{
  N = 11,
  CLASSES = 5,
  LAYERS = 3
};

static const gint64 sizes[LAYERS + 1] = { 7, 70, 33, CLASSES };

#define CHAIN "dense units=70 activation=tanh, dense units=33 activation=relu, dense units=5"

/* A rule with its parameters, as "feedback-alignment scale=2". */
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
      g_autofree char *name = g_strconcat ("rule.", pair[0], NULL);

      cj_train_setup_set (setup, name, pair[1], &error);
      g_assert_no_error (error);
    }
  return setup;
}

static CjProgram *
compile (const CjGraph *graph, const char *rule, CjShape x, guint threads)
{
  g_autoptr (CjTrainSetup) setup = new_setup (rule);
  const CjLearning learning = cj_train_setup_get_learning (setup);
  const CjDataSpec spec = { .batch = N,
                            .x_shape = x,
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = CLASSES,
                            .learning = &learning };
  g_autoptr (GError) error = NULL;
  CjProgram *program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, threads, &error);

  g_assert_no_error (error);
  cj_program_init (program, 5);
  network_fill (program, CLASSES);
  return program;
}

static CjProgram *
compile_layers (const char *rule)
{
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN ", cross-entropy");

  return compile (graph, rule, cj_shape1 (sizes[0]), 2);
}

static const CjProgramParam *
find (CjProgram *program, const char *name)
{
  const CjProgramParam *param = cj_program_find_param (program, name);

  g_assert_nonnull (param);
  return param;
}

/* The network again, in loops: activities, and errors that come back some way. */
typedef struct
{
  double *h[LAYERS + 1],
      *delta[LAYERS + 1]; /* of layer l: delta is that of what its function is given */
  const float *w[LAYERS + 1];
} Plain;

static double
slope (guint layer, double h)
{
  return layer == 1 ? 1 - h * h : layer == 2 ? h > 0 : 1;
}

static void
plain_forward (Plain *plain, CjProgram *program)
{
  const float *x = cj_tensor_f32 (cj_program_get_x (program));
  const gint32 *y = cj_tensor_i32 (cj_program_get_y (program));

  for (guint l = 0; l <= LAYERS; l++)
    {
      plain->h[l] = g_new0 (double, N *sizes[l]);
      plain->delta[l] = g_new0 (double, N *sizes[l]);
    }
  for (gint64 i = 0; i < N * sizes[0]; i++)
    plain->h[0][i] = x[i];
  for (guint l = 1; l <= LAYERS; l++)
    {
      g_autofree char *weight = g_strdup_printf ("dense%u.weight", l);
      g_autofree char *bias = g_strdup_printf ("dense%u.bias", l);
      const float *b = cj_program_get_param_data (program, find (program, bias));

      plain->w[l] = cj_program_get_param_data (program, find (program, weight));
      for (gint64 n = 0; n < N; n++)
        for (gint64 u = 0; u < sizes[l]; u++)
          {
            double sum = b[u];

            for (gint64 i = 0; i < sizes[l - 1]; i++)
              sum += plain->w[l][u * sizes[l - 1] + i] * plain->h[l - 1][n * sizes[l - 1] + i];
            plain->h[l][n * sizes[l] + u] = l == 1 ? tanh (sum) : l == 2 ? MAX (sum, 0) : sum;
          }
    }
  for (gint64 n = 0; n < N; n++)
    {
      const double *z = plain->h[LAYERS] + n * CLASSES;
      double sum = 0;

      for (gint64 k = 0; k < CLASSES; k++)
        sum += exp (z[k]);
      for (gint64 k = 0; k < CLASSES; k++)
        plain->delta[LAYERS][n * CLASSES + k] = (exp (z[k]) / sum - (k == y[n])) / N;
    }
}

/* The error of layer `from` through a matrix [from, to] to layer `to`. */
static void
plain_back (Plain *plain, guint from, guint to, const float *matrix)
{
  for (gint64 n = 0; n < N; n++)
    for (gint64 i = 0; i < sizes[to]; i++)
      {
        double sum = 0;

        for (gint64 u = 0; u < sizes[from]; u++)
          sum += matrix[u * sizes[to] + i] * plain->delta[from][n * sizes[from] + u];
        plain->delta[to][n * sizes[to] + i] = sum * slope (to, plain->h[to][n * sizes[to] + i]);
      }
}

static void
assert_updates (Plain *plain, CjProgram *program)
{
  for (guint l = 1; l <= LAYERS; l++)
    {
      g_autofree char *weight = g_strdup_printf ("dense%u.weight", l);
      g_autofree char *bias = g_strdup_printf ("dense%u.bias", l);
      const float *dw = cj_program_get_param_gradient (program, find (program, weight));
      const float *db = cj_program_get_param_gradient (program, find (program, bias));

      for (gint64 u = 0; u < sizes[l]; u++)
        {
          double sum = 0;

          for (gint64 n = 0; n < N; n++)
            sum += plain->delta[l][n * sizes[l] + u];
          g_assert_cmpfloat_with_epsilon (db[u], sum, 1e-5);
          for (gint64 i = 0; i < sizes[l - 1]; i++)
            {
              sum = 0;
              for (gint64 n = 0; n < N; n++)
                sum += plain->delta[l][n * sizes[l] + u] * plain->h[l - 1][n * sizes[l - 1] + i];
              g_assert_cmpfloat_with_epsilon (dw[u * sizes[l - 1] + i], sum, 1e-5);
            }
        }
    }
}

static void
plain_clear (Plain *plain)
{
  for (guint l = 0; l <= LAYERS; l++)
    {
      g_free (plain->h[l]);
      g_free (plain->delta[l]);
    }
}

static void
run (CjProgram *program)
{
  cj_program_forward (program, TRUE, N, 1, 1);
  cj_program_backward (program);
}

/* Errors of a layer come through a matrix that stands for the weight of the layer behind it. */
static void
test_layer_by_layer (void)
{
  static const char *const rules[] = { "feedback-alignment scale=2", "sign-symmetric size=random",
                                       "sign-symmetric size=equal", "kolen-pollack" };

  for (guint r = 0; r < G_N_ELEMENTS (rules); r++)
    {
      g_autoptr (CjProgram) program = compile_layers (rules[r]);
      Plain plain = { 0 };

      g_assert_null (cj_program_find_param (program, "dense1.feedback"));
      run (program);
      plain_forward (&plain, program);
      for (guint l = LAYERS; l > 1; l--)
        {
          g_autofree char *name = g_strdup_printf ("dense%u.feedback", l);
          const CjProgramParam *param = find (program, name);
          g_autofree float *b = g_memdup2 (cj_program_get_param_data (program, param),
                                           sizeof (float) * (gsize) param->size);

          g_assert_cmpint (param->state, ==, r < 3);
          for (gint64 i = 0; i < param->size && (r == 1 || r == 2); i++)
            b[i] = copysignf (b[i], plain.w[l][i]);
          plain_back (&plain, l, l - 1, b);
        }
      assert_updates (&plain, program);
      plain_clear (&plain);
    }
}

/* Feedback that learns gets what its weight gets, bit by bit. */
static void
test_kolen_pollack (void)
{
  g_autoptr (CjProgram) program = compile_layers ("kolen-pollack");

  run (program);
  for (guint l = 2; l <= LAYERS; l++)
    {
      g_autofree char *weight = g_strdup_printf ("dense%u.weight", l);
      g_autofree char *feedback = g_strdup_printf ("dense%u.feedback", l);
      const CjProgramParam *w = find (program, weight), *b = find (program, feedback);

      g_assert_cmpmem (cj_program_get_param_gradient (program, w), sizeof (float) * (gsize) w->size,
                       cj_program_get_param_gradient (program, b),
                       sizeof (float) * (gsize) b->size);
    }
}

static void
test_direct (void)
{
  g_autoptr (CjProgram) program = compile_layers ("direct-feedback-alignment scale=0.7");
  Plain plain = { 0 };

  run (program);
  plain_forward (&plain, program);
  for (guint l = 1; l < LAYERS; l++)
    {
      g_autofree char *name = g_strdup_printf ("dense%u.feedback", l);

      plain_back (&plain, LAYERS, l, cj_program_get_param_data (program, find (program, name)));
    }
  assert_updates (&plain, program);
  plain_clear (&plain);
}

/* The two ops of rules alone: what goes through them, and that they take rows of scores. */
static void
test_ops (void)
{
  static const float y[6] = { 1, 2, 3, 4, 5, 6 }, e[6] = { 1, 0, -1, 2, 0.5f, 0 };
  static const float b[6] = { 1, 2, 3, 4, 5, 6 };
  static const float w[4] = { -2, 0, 3, -0.5f }, r[4] = { 0.1f, 0.2f, -0.3f, -0.4f };
  float out[6], dy[6] = { 0 }, dx[9], signs[4];
  CjOp op = { .info = &cj_op_feedback,
              .n_in = 3,
              .in_shape = { cj_shape2 (3, 2), cj_shape2 (3, 3), cj_shape2 (2, 3) } };
  CjOp sign
      = { .info = &cj_op_signs, .n_in = 2, .in_shape = { cj_shape2 (2, 2), cj_shape2 (2, 2) } };
  g_autofree float *scratch = g_new0 (float, CJ_GEMM_SCRATCH);
  const CjOpCall call = { .op = &op,
                          .in = { (gpointer) y, dx, (gpointer) b },
                          .out = { out },
                          .d_in = { dy, dx },
                          .d_out = { e },
                          .add_in = { TRUE, FALSE },
                          .scratch = scratch };
  const CjOpCall sign_call
      = { .op = &sign, .in = { (gpointer) w, (gpointer) r }, .out = { signs } };

  g_assert_true (op.info->infer (&op, NULL));
  for (guint block = 0; block < cj_op_blocks (&op); block++)
    {
      op.info->forward[0].run (&call, block);
      op.info->backward[0].run (&call, block);
    }
  g_assert_cmpmem (out, sizeof out, y, sizeof y);
  g_assert_cmpmem (dy, sizeof dy, e, sizeof e);
  for (guint n = 0; n < 3; n++)
    for (guint i = 0; i < 3; i++)
      g_assert_cmpfloat (dx[n * 3 + i], ==, e[2 * n] * b[i] + e[2 * n + 1] * b[3 + i]);
  g_assert_true (sign.info->infer (&sign, NULL));
  sign.info->forward[0].run (&sign_call, 0);
  g_assert_cmpfloat (signs[0], ==, -0.1f);
  g_assert_cmpfloat (signs[1], ==, 0);
  g_assert_cmpfloat (signs[2], ==, 0.3f);
  g_assert_cmpfloat (signs[3], ==, -0.4f);
}

/* Wrong labels are never the right one, and each sample has its own. */
static void
test_labels (void)
{
  enum
  {
    SAMPLES = 40,
    WIDTH = 8,
    K = 5
  };
  const CjLabelAttrs attrs = { CJ_LABEL_WRONG, K, FALSE };
  CjOp op = { .info = &cj_op_label,
              .attrs = (gpointer) &attrs,
              .n_in = 2,
              .in_shape = { cj_shape2 (SAMPLES, WIDTH), cj_shape1 (SAMPLES) } };
  float x[SAMPLES * WIDTH], y[SAMPLES * WIDTH];
  gint32 classes[SAMPLES];
  gboolean seen[K] = { FALSE };
  const CjOpCall call
      = { .op = &op, .in = { x, classes }, .out = { y }, .seed = 3, .step = 9, .training = TRUE };

  for (int i = 0; i < SAMPLES * WIDTH; i++)
    x[i] = (float) (i % WIDTH);
  for (int i = 0; i < SAMPLES; i++)
    classes[i] = 2;
  g_assert_true (op.info->infer (&op, NULL));
  for (guint block = 0; block < cj_op_blocks (&op); block++)
    op.info->forward[0].run (&call, block);
  for (int n = 0; n < SAMPLES; n++)
    {
      int lit = 0;

      for (int i = 0; i < WIDTH; i++)
        if (i >= K)
          g_assert_cmpfloat (y[n * WIDTH + i], ==, x[n * WIDTH + i]);
        else if (y[n * WIDTH + i] == WIDTH - 1)
          {
            seen[i] = TRUE;
            lit++;
          }
        else
          g_assert_cmpfloat (y[n * WIDTH + i], ==, 0);
      g_assert_cmpint (lit, ==, 1);
    }
  for (int k = 0; k < K; k++)
    g_assert_cmpint (seen[k], ==, k != 2);
}

/* Hidden layers learn each by itself: what makes the scores changes nothing of what they learn, and an earlier one
 * does not hear of a later one; pictures as well. */
static void
test_forward_forward (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (
      "conv-2d filters=6 kernel=3 activation=relu, flatten, dense units=20 activation=relu, "
      "dense units=5, cross-entropy");
  g_autoptr (CjProgram) program = compile (graph, "forward-forward", cj_shape3 (1, 6, 6), 2);
  const CjProgramParam *conv = find (program, "conv1.weight");
  const CjProgramParam *hidden = find (program, "dense1.weight"),
                       *last = find (program, "dense2.weight");
  const float *g = cj_program_get_param_gradient (program, conv);
  const gsize bytes = sizeof (float) * (gsize) conv->size;
  g_autofree float *before = NULL;
  double size = 0;

  run (program);
  before = g_memdup2 (g, bytes);
  for (gint64 i = 0; i < conv->size; i++)
    size += fabs ((double) g[i]);
  g_assert_cmpfloat (size, >, 0);
  for (gint64 i = 0; i < last->size; i++)
    cj_program_get_param_data (program, last)[i] += 1;
  for (gint64 i = 0; i < hidden->size; i++)
    cj_program_get_param_data (program, hidden)[i] *= 2;
  run (program);
  g_assert_cmpmem (before, bytes, g, bytes);
}

/* With the forward weights as feedback the gradient comes out, of convolutions as well. */
static void
test_same_weights (void)
{
  static const struct
  {
    const char *chain;
    gint64 c, h, w;
  } networks[] = {
    { CHAIN, 7, 1, 1 },
    { "conv-2d filters=5 kernel=3, relu, conv-2d filters=3 kernel=3 stride=2, conv-2d filters=20 "
      "kernel=2, flatten, dense units=5",
      2, 11, 9 },
    { "conv-2d filters=16 kernel=3 padding=1, relu, conv-2d filters=32 kernel=3 padding=1, relu, "
      "flatten, dense units=5",
      3, 12, 12 },
    { "reshape shape=9x4, dense units=8, tanh, dense units=6, flatten, dense units=5", 36, 1, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      const CjShape x = networks[i].h > 1 ? cj_shape3 (networks[i].c, networks[i].h, networks[i].w)
                                          : cj_shape1 (networks[i].c);
      g_autofree char *chain = g_strconcat (networks[i].chain, ", cross-entropy", NULL);
      g_autoptr (CjGraph) graph = network_new_graph (chain);
      g_autoptr (CjProgram) aligned = compile (graph, "feedback-alignment", x, 2);
      g_autoptr (CjProgram) plain = compile (graph, "backprop", x, 2);
      guint n_feedback = 0;

      for (guint p = 0; p < cj_program_get_n_params (aligned); p++)
        {
          const CjProgramParam *param = cj_program_get_param (aligned, p);
          g_autofree char *node = g_strndup (param->name, strcspn (param->name, "."));
          g_autofree char *weight = g_strconcat (node, ".weight", NULL);

          if (!g_str_has_suffix (param->name, ".feedback"))
            continue;
          memcpy (cj_program_get_param_data (aligned, param),
                  cj_program_get_param_data (aligned, find (aligned, weight)),
                  sizeof (float) * (gsize) param->size);
          n_feedback++;
        }
      g_assert_cmpuint (n_feedback, ==, 2 + (i == 1));
      run (aligned);
      run (plain);
      for (guint p = 0; p < cj_program_get_n_params (plain); p++)
        {
          const CjProgramParam *param = cj_program_get_param (plain, p);
          const float *a = cj_program_get_param_gradient (aligned, find (aligned, param->name));
          const float *b = cj_program_get_param_gradient (plain, param);

          for (gint64 j = 0; j < param->size; j++)
            g_assert_cmpfloat_with_epsilon (a[j], b[j], 1e-5);
        }
    }
}

/* A network in which a rule can learn: one of spikes, for k classes, if it wants those. */
static CjGraph *
new_graph_for (const CjRuleInfo *rule, const char *chain, guint k)
{
  g_autofree char *spikes = g_strdup_printf (
      "flatten, poisson-encoder steps=20, dense units=40 bias=false, competing-lif threshold=1, "
      "spike-readout, class-vote units=%u, cross-entropy",
      k);

  return network_new_graph (g_str_equal (rule->id, "stdp") ? spikes : chain);
}

/* Wide enough that samples go through in several blocks. */
static void
test_threads (void)
{
  for (guint r = 0; cj_rules ()[r] != NULL; r++)
    {
      g_autoptr (CjGraph) graph = new_graph_for (
          cj_rules ()[r],
          "dense units=700 activation=tanh, dense units=70, dense units=5, cross-entropy", CLASSES);
      g_autoptr (CjProgram) one = compile (graph, cj_rules ()[r]->id, cj_shape1 (sizes[0]), 1);
      gint64 size;

      cj_program_get_weights (one, &size);
      run (one);
      for (guint threads = 2; threads <= 3; threads++)
        {
          g_autoptr (CjProgram) more
              = compile (graph, cj_rules ()[r]->id, cj_shape1 (sizes[0]), threads);

          run (more);
          g_assert_cmpmem (cj_program_get_gradients (one), sizeof (float) * (gsize) size,
                           cj_program_get_gradients (more), sizeof (float) * (gsize) size);
        }
    }
}

/* A node's own rule against the network's, in drawings that are saved and read. */
static void
test_nodes (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN ", cross-entropy"), copy = NULL;
  g_autoptr (CjProgram) program = NULL, other = NULL;
  g_autoptr (GError) error = NULL;

  cj_graph_set_param (graph, cj_graph_find (graph, "dense3"), "rule", "feedback-alignment", &error);
  g_assert_no_error (error);
  copy = cj_graph_dup (graph);
  program = compile (copy, "backprop", cj_shape1 (sizes[0]), 2);
  g_assert_nonnull (cj_program_find_param (program, "dense3.feedback"));
  g_assert_null (cj_program_find_param (program, "dense2.feedback"));
  cj_graph_set_param (copy, cj_graph_find (copy, "dense3"), "rule", "backprop", &error);
  other = compile (copy, "feedback-alignment", cj_shape1 (sizes[0]), 2);
  g_assert_null (cj_program_find_param (other, "dense3.feedback"));
  g_assert_nonnull (cj_program_find_param (other, "dense2.feedback"));
  g_assert_false (
      cj_graph_set_param (copy, cj_graph_find (copy, "dense3"), "rule", "magic", &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
}

static CjRig *
new_rig (const CjGraph *graph, const char *rule)
{
  g_autoptr (CjTrainSetup) setup = new_setup (rule);
  g_autoptr (GError) error = NULL;
  CjRig *rig;

  setup->batch = N;
  rig = cj_rig_new (graph, setup, network_get_prototypes (), 2, &error);
  g_assert_no_error (error);
  return rig;
}

/* Feedback is a part of the run: it stays where the network is changed, and begins anew with a rule. */
static void
test_surgery (void)
{
  g_autoptr (CjGraph) graph
      = network_new_graph ("flatten, dense units=12 activation=relu, dense units=4, cross-entropy");
  g_autoptr (CjGraph) wider
      = network_new_graph ("flatten, dense units=14 activation=relu, dense units=4, cross-entropy");
  g_autoptr (CjRig) rig = new_rig (graph, "feedback-alignment"),
                    grown = new_rig (wider, "feedback-alignment"),
                    plain = new_rig (graph, "backprop");
  const float *before, *after;
  CjStepReport report;

  for (guint i = 0; i < 20; i++)
    g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
  before = cj_program_get_param_data (rig->program, find (rig->program, "dense2.feedback"));
  cj_rig_take_over (grown, rig, NULL);
  after = cj_program_get_param_data (grown->program, find (grown->program, "dense2.feedback"));
  for (guint u = 0; u < 4; u++)
    for (guint i = 0; i < 12; i++)
      g_assert_cmpfloat (after[u * 14 + i], ==, before[u * 12 + i]);
  cj_rig_take_over (plain, grown, NULL);
  g_assert_null (cj_program_find_param (plain->program, "dense2.feedback"));
  g_assert_true (cj_trainer_step (plain->trainer, &report, NULL));
}

/* It goes on after a checkpoint bit by bit, feedback that was altered included. */
static void
test_checkpoint (void)
{
  g_autoptr (CjGraph) graph
      = network_new_graph ("flatten, dense units=12 activation=relu, dense units=4, cross-entropy");
  g_autoptr (CjRig) rig = new_rig (graph, "feedback-alignment"),
                    again = new_rig (graph, "feedback-alignment");
  g_autoptr (CjCheckpoint) start = NULL, a = NULL, b = NULL;
  CjStepReport report;

  cj_program_get_param_data (rig->program, find (rig->program, "dense2.feedback"))[3] = 7;
  g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
  start = cj_trainer_save (rig->trainer);
  g_assert_true (cj_trainer_load (again->trainer, start, NULL));
  for (guint i = 0; i < 5; i++)
    {
      g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
      g_assert_true (cj_trainer_step (again->trainer, &report, NULL));
    }
  a = cj_trainer_save (rig->trainer);
  b = cj_trainer_save (again->trainer);
  network_assert_same (a, b);
}

/* What is told of a rule is there, and a rule in its place learns. */
static void
test_catalogue (void)
{
  guint n = 0;

  for (const CjRuleInfo *const *rule = cj_rules (); *rule != NULL; rule++, n++)
    {
      /* by one number for all, that of the batch or a reward: it takes long */
      const gboolean slow = g_str_equal ((*rule)->id, "weight-perturbation")
                            || g_str_equal ((*rule)->id, "reward-modulated");
      const guint steps = slow ? 3000 : 200;
      g_autoptr (CjGraph) graph = new_graph_for (
          *rule, "flatten, dense units=40 activation=relu, dense units=4, cross-entropy", 4);
      g_autoptr (CjRig) rig = new_rig (graph, (*rule)->id);
      CjStepReport report;
      double first = 0, last = 0;

      g_assert_cmpuint ((*rule)->abi, ==, CJ_RULE_ABI);
      g_assert_true ((*rule)->title != NULL && (*rule)->blurb != NULL && (*rule)->formula != NULL);
      g_assert_true ((*rule)->source != NULL && (*rule)->local != NULL && (*rule)->distant != NULL);
      g_assert_cmpstr (cj_rule_names[n + 1], ==, (*rule)->id);
      g_assert_true (cj_rule_find ((*rule)->id) == *rule);
      for (guint i = 0; i < steps; i++)
        {
          g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
          first += i < 10 ? report.score.loss : 0;
          last += i >= steps - 10 ? report.score.loss : 0;
        }
      g_test_message ("%s: %g, then %g", (*rule)->id, first / 10, last / 10);
      g_assert_cmpfloat (last, <, 0.7 * first);
    }
  g_assert_null (cj_rule_names[n + 1]);
  g_assert_cmpstr (cj_rule_names[0], ==, "network");
}

/* Setups remember the rule; those that were saved before there were any learn by backpropagation. */
static void
test_setup (void)
{
  g_autoptr (CjTrainSetup) setup = new_setup ("feedback-alignment scale=3"),
                           other = cj_train_setup_new ();
  g_autoptr (GVariant) saved = g_variant_ref_sink (cj_train_setup_save (setup)), old = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *scale = NULL;
  GVariantDict dict;

  g_assert_false (cj_train_setup_learns_alike (setup, other));
  g_assert_true (cj_train_setup_load (other, saved, &error));
  scale = cj_train_setup_print (other, "rule.scale");
  g_assert_cmpstr (scale, ==, "3");
  g_assert_true (cj_train_setup_learns_alike (setup, other));
  g_assert_false (cj_train_setup_is_live (setup, "rule"));
  g_assert_false (cj_train_setup_is_live (setup, "rule.scale"));
  g_variant_dict_init (&dict, saved);
  g_variant_dict_remove (&dict, "rule");
  g_variant_dict_remove (&dict, "rule.scale");
  old = g_variant_ref_sink (g_variant_dict_end (&dict));
  cj_train_setup_free (other);
  other = cj_train_setup_new ();
  g_assert_true (cj_train_setup_load (other, old, &error));
  g_assert_cmpstr (other->rule->id, ==, "backprop");
  g_assert_false (cj_train_setup_set (other, "rule", "magic", &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/rules/layer-by-layer", test_layer_by_layer);
  g_test_add_func ("/engine/rules/kolen-pollack", test_kolen_pollack);
  g_test_add_func ("/engine/rules/direct", test_direct);
  g_test_add_func ("/engine/rules/ops", test_ops);
  g_test_add_func ("/engine/rules/labels", test_labels);
  g_test_add_func ("/engine/rules/forward-forward", test_forward_forward);
  g_test_add_func ("/engine/rules/same-weights", test_same_weights);
  g_test_add_func ("/engine/rules/threads", test_threads);
  g_test_add_func ("/engine/rules/nodes", test_nodes);
  g_test_add_func ("/engine/rules/surgery", test_surgery);
  g_test_add_func ("/engine/rules/checkpoint", test_checkpoint);
  g_test_add_func ("/engine/rules/catalogue", test_catalogue);
  g_test_add_func ("/engine/rules/setup", test_setup);
  return g_test_run ();
}
