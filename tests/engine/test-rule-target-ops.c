/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules with targets and labels of their own: difference target propagation against loops that follow the paper, and
 * forward–forward with the labels as a layer of the drawing. */
#include "network.h"

#include "cj-gemm.h"
#include "cj-rig.h"
#include "cj-rule.h"

#include <math.h>
#include <string.h>

enum
{
  N = 6,
  CLASSES = 4,
  LAYERS = 4
};

static const gint64 sizes[LAYERS + 1] = { 5, 9, 7, 8, CLASSES };

#define CHAIN                                                                                      \
  "dense units=9 activation=tanh, dense units=7 activation=sigmoid, dense units=8 "                \
  "activation=tanh, "                                                                              \
  "dense units=4, cross-entropy"

static CjTrainSetup *
new_setup (const char *rule)
{
  CjTrainSetup *setup = cj_train_setup_new ();
  g_auto (GStrv) words = g_strsplit (rule, " ", -1);
  g_autoptr (GError) error = NULL;

  cj_train_setup_set (setup, "rule", words[0], &error);
  for (guint i = 1; words[i] != NULL && error == NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);

      cj_train_setup_set (setup, pair[0], pair[1], &error);
    }
  g_assert_no_error (error);
  return setup;
}

static CjProgram *
compile (const char *chain, const char *rule, gint64 width, guint threads)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (CjTrainSetup) setup = new_setup (rule);
  const CjLearning learning = cj_train_setup_get_learning (setup);
  const CjDataSpec spec = { .batch = N,
                            .x_shape = cj_shape1 (width),
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

static const float *
get_data (CjProgram *program, guint layer, const char *name)
{
  g_autofree char *all = g_strdup_printf ("dense%u.%s", layer, name);
  const CjProgramParam *param = cj_program_find_param (program, all);

  return param != NULL ? cj_program_get_param_data (program, param) : NULL;
}

static const float *
get_gradient (CjProgram *program, guint layer, const char *name)
{
  g_autofree char *all = g_strdup_printf ("dense%u.%s", layer, name);

  return cj_program_get_param_gradient (program, cj_program_find_param (program, all));
}

static double
function (guint layer, double a)
{
  return layer == 1 || layer == 3 ? tanh (a) : layer == 2 ? 1 / (1 + exp (-a)) : a;
}

static double
slope (guint layer, double h)
{
  return layer == 1 || layer == 3 ? 1 - h * h : layer == 2 ? h * (1 - h) : 1;
}

/* What layer `l` makes of one sample. */
static void
there (CjProgram *program, guint l, const double *x, double *h)
{
  for (gint64 u = 0; u < sizes[l]; u++)
    {
      double sum = get_data (program, l, "bias")[u];

      for (gint64 i = 0; i < sizes[l - 1]; i++)
        sum += get_data (program, l, "weight")[u * sizes[l - 1] + i] * x[i];
      h[u] = function (l, sum);
    }
}

/* What the way back of layer `l` makes of what it sent. */
static void
back (CjProgram *program, guint l, const double *h, double *x)
{
  for (gint64 i = 0; i < sizes[l - 1]; i++)
    {
      double sum = get_data (program, l, "feedback-bias")[i];

      for (gint64 u = 0; u < sizes[l]; u++)
        sum += get_data (program, l, "feedback")[i * sizes[l] + u] * h[u];
      x[i] = function (l - 1, sum);
    }
}

/* One sample the slow way: activities, targets, and what each layer changes by. */
typedef struct
{
  double h[LAYERS + 1][16], target[LAYERS + 1][16], error[LAYERS + 1][16]; /* h − target */
} Sample;

static void
run_slowly (CjProgram *program, gint64 n, double step, Sample *s)
{
  const float *x = (const float *) cj_tensor_f32 (cj_program_get_x (program)) + n * sizes[0];
  const gint32 class = cj_tensor_i32 (cj_program_get_y (program))[n];
  double sum = 0;

  for (gint64 i = 0; i < sizes[0]; i++)
    s->h[0][i] = x[i];
  for (guint l = 1; l <= LAYERS; l++)
    there (program, l, s->h[l - 1], s->h[l]);
  for (gint64 k = 0; k < CLASSES; k++)
    sum += exp (s->h[LAYERS][k]);
  for (gint64 k = 0; k < CLASSES; k++)
    s->error[LAYERS][k] = exp (s->h[LAYERS][k]) / sum - (k == class);
  for (gint64 i = 0; i < sizes[LAYERS - 1]; i++) /* equation 10: a step down the loss */
    {
      double slope_here = 0;

      for (gint64 k = 0; k < CLASSES; k++)
        slope_here += get_data (program, LAYERS, "weight")[k * sizes[LAYERS - 1] + i]
                      * s->error[LAYERS][k];
      s->target[LAYERS - 1][i] = s->h[LAYERS - 1][i] - step * slope_here;
    }
  for (guint l = LAYERS - 1; l > 1; l--) /* equation 15 */
    {
      double of_target[16], of_h[16];

      back (program, l, s->target[l], of_target);
      back (program, l, s->h[l], of_h);
      for (gint64 i = 0; i < sizes[l - 1]; i++)
        s->target[l - 1][i] = s->h[l - 1][i] + of_target[i] - of_h[i];
    }
  for (guint l = 1; l < LAYERS; l++)
    for (gint64 i = 0; i < sizes[l]; i++)
      s->error[l][i] = (s->h[l][i] - s->target[l][i]) / step;
}

static void
test_targets (void)
{
  const double step = 0.4;
  g_autoptr (CjProgram) program
      = compile (CHAIN, "target-propagation rule.noise=0 rule.step=0.4", sizes[0], 2);
  Sample s[N];

  cj_program_forward (program, TRUE, N, 1, 1);
  cj_program_backward (program);
  g_assert_null (get_data (program, 1, "feedback"));
  g_assert_null (get_data (program, LAYERS, "feedback"));
  for (gint64 n = 0; n < N; n++)
    run_slowly (program, n, step, &s[n]);
  for (guint l = 1; l <= LAYERS; l++)
    for (gint64 u = 0; u < sizes[l]; u++)
      {
        double db = 0;

        for (gint64 n = 0; n < N; n++)
          db += s[n].error[l][u] * slope (l, s[n].h[l][u]) / N;
        g_assert_cmpfloat_with_epsilon (get_gradient (program, l, "bias")[u], db, 2e-5);
        for (gint64 i = 0; i < sizes[l - 1]; i++)
          {
            double dw = 0;

            for (gint64 n = 0; n < N; n++)
              dw += s[n].error[l][u] * slope (l, s[n].h[l][u]) * s[n].h[l - 1][i] / N;
            g_assert_cmpfloat_with_epsilon (
                get_gradient (program, l, "weight")[u * sizes[l - 1] + i], dw, 2e-5);
          }
      }
}

/* The numbers that the noise of the way back of layer `l` makes of `x` in a step. */
static void
draw_noise (CjProgram *program, guint l, guint64 step, const float *x, float *noisy)
{
  const GArray *steps = cj_program_get_lowered (program)->builder->steps;
  guint nth = l - 1; /* in the order of layers from the second on */

  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *s = &g_array_index (steps, CjStep, i);
      const CjOpCall call = { .op = &s->op,
                              .in = { (gpointer) x },
                              .out = { noisy },
                              .training = TRUE,
                              .seed = 1,
                              .step = step };

      if (s->op.info != &cj_op_noise || --nth > 0)
        continue;
      g_assert_cmpint (s->op.in_shape[0].dims[1], ==, sizes[l - 1]);
      for (guint b = 0; b < cj_op_blocks (&s->op); b++)
        s->op.info->forward[0].run (&call, b);
      return;
    }
  g_assert_not_reached ();
}

/* The way back lowers |g (f (h + ξ)) − (h + ξ)|² of the noise that was drawn: equation 12. */
static void
test_way_back (void)
{
  g_autoptr (CjProgram) program = compile (CHAIN, "target-propagation rule.noise=0.3", sizes[0], 1);

  cj_program_forward (program, TRUE, N, 1, 7);
  cj_program_backward (program);
  for (guint l = 2; l < LAYERS; l++)
    {
      float clean[N * 16], noisy[N * 16];
      double spread = 0, dv[16 * 16] = { 0 }, dc[16] = { 0 };

      for (gint64 n = 0; n < N; n++)
        {
          Sample s;

          run_slowly (program, n, 1, &s);
          for (gint64 i = 0; i < sizes[l - 1]; i++)
            clean[n * sizes[l - 1] + i] = (float) s.h[l - 1][i];
        }
      draw_noise (program, l, 7, clean, noisy);
      for (gint64 n = 0; n < N; n++)
        {
          double x[16], h[16], again[16];

          for (gint64 i = 0; i < sizes[l - 1]; i++)
            {
              x[i] = noisy[n * sizes[l - 1] + i];
              spread += fabs (x[i] - clean[n * sizes[l - 1] + i]);
            }
          there (program, l, x, h);
          back (program, l, h, again);
          for (gint64 i = 0; i < sizes[l - 1]; i++)
            {
              const double e = 2 * (again[i] - x[i]) * slope (l - 1, again[i]) / N;

              dc[i] += e;
              for (gint64 u = 0; u < sizes[l]; u++)
                dv[i * sizes[l] + u] += e * h[u];
            }
        }
      g_assert_cmpfloat (spread, >, 1);
      for (gint64 i = 0; i < sizes[l - 1]; i++)
        {
          g_assert_cmpfloat_with_epsilon (get_gradient (program, l, "feedback-bias")[i], dc[i],
                                          2e-5);
          for (gint64 u = 0; u < sizes[l]; u++)
            g_assert_cmpfloat_with_epsilon (get_gradient (program, l, "feedback")[i * sizes[l] + u],
                                            dv[i * sizes[l] + u], 2e-5);
        }
    }
}

/* The op alone: with a straight way back the error that goes on is the one that came, through its weights. */
static void
test_op (void)
{
  static const float h[4] = { 1, -2, 0.5f, 3 }, e[4] = { 0.25f, 0, -0.5f, 1 };
  static const float v[6] = { 1, 2, 0, -1, 3, 0.5f }, c[3] = { 1, 1, -1 };
  const CjTargetAttrs attrs = { CJ_CHAIN_NONE, 0.5 };
  float out[4], x[6] = { 0 }, dh[4] = { 1, 1, 1, 1 }, dx[6];
  CjOp op = { .info = &cj_op_target,
              .attrs = (gpointer) &attrs,
              .n_in = 4,
              .in_shape = { cj_shape2 (2, 2), cj_shape2 (2, 3), cj_shape2 (3, 2), cj_shape1 (3) } };
  g_autofree float *scratch = g_new0 (float, CJ_GEMM_SCRATCH), *workspace = NULL;
  CjOpCall call = { .op = &op,
                    .in = { (gpointer) h, x, (gpointer) v, (gpointer) c },
                    .out = { out },
                    .d_in = { dh, dx },
                    .add_in = { TRUE, FALSE },
                    .d_out = { e },
                    .scratch = scratch };

  g_assert_true (op.info->infer (&op, NULL));
  workspace = g_malloc0 (op.workspace_bytes);
  call.workspace = workspace;
  for (guint b = 0; b < cj_op_blocks (&op); b++)
    {
      op.info->forward[0].run (&call, b);
      op.info->backward[0].run (&call, b);
    }
  g_assert_cmpmem (out, sizeof out, h, sizeof h);
  for (guint n = 0; n < 2; n++)
    for (guint i = 0; i < 3; i++)
      g_assert_cmpfloat_with_epsilon (dx[n * 3 + i],
                                      e[2 * n] * v[2 * i] + e[2 * n + 1] * v[2 * i + 1], 1e-5);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat (dh[i], ==, 1 + e[i]);
}

static double
train (const char *chain, const char *rule, guint steps, double *accuracy)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (CjTrainSetup) setup = new_setup (rule);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjRig) rig = NULL;
  double last = 0;

  setup->batch = 32;
  rig = cj_rig_new (graph, setup, network_get_prototypes (), 1, &error);
  g_assert_no_error (error);
  *accuracy = 0;
  for (guint i = 0; i < steps; i++)
    {
      CjStepReport report;

      g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
      last += i >= steps - 20 ? report.score.loss / 20 : 0;
      *accuracy += i >= steps - 20 ? report.score.accuracy / 20 : 0;
    }
  g_test_message ("%s: loss %g, %g right", rule, last, *accuracy);
  return last;
}

static void
test_targets_learn (void)
{
  double accuracy;

  g_assert_cmpfloat (
      train ("flatten, dense units=30 activation=tanh, dense units=20 activation=tanh, "
             "dense units=12 activation=tanh, dense units=4, cross-entropy",
             "target-propagation learning-rate=0.003", 300, &accuracy),
      <, 0.3);
}

#define GOODNESS                                                                                   \
  "label-overlay, dense units=30 activation=relu, rms-norm affine=false, dense units=20, relu, "   \
  "goodness, cross-entropy"

/* The scores are those of the label overlay written out: each copy alone through the network. */
static void
test_candidates (void)
{
  g_autoptr (CjProgram) program = compile (GOODNESS, "backprop", 12, 2);
  const float *x = cj_tensor_f32 (cj_program_get_x (program));
  g_autofree float *all = NULL;

  cj_program_forward (program, FALSE, N, 1, 1);
  all = g_memdup2 (cj_program_get_prediction (program, NULL), sizeof (float) * N * CLASSES);
  for (guint k = 0; k < CLASSES; k++)
    {
      for (guint n = 0; n < N; n++)
        {
          double low = x[n * 12], high = x[n * 12], h[30], square = 0, goodness = 0;

          for (guint i = 0; i < 12; i++)
            {
              low = MIN (low, x[n * 12 + i]);
              high = MAX (high, x[n * 12 + i]);
            }
          for (guint u = 0; u < 30; u++)
            {
              h[u] = get_data (program, 1, "bias")[u];
              for (guint i = 0; i < 12; i++)
                h[u] += get_data (program, 1, "weight")[u * 12 + i]
                        * (i >= CLASSES ? x[n * 12 + i]
                           : i == k     ? high
                                        : low);
              h[u] = MAX (h[u], 0);
              square += h[u] * h[u] / 30;
            }
          for (guint u = 0; u < 20; u++)
            {
              double sum = get_data (program, 2, "bias")[u];

              for (guint i = 0; i < 30; i++)
                sum += get_data (program, 2, "weight")[u * 30 + i] * h[i] / sqrt (square + 1e-5);
              goodness += MAX (sum, 0) * MAX (sum, 0) / 20;
            }
          g_assert_cmpfloat_with_epsilon (all[n * CLASSES + k], goodness, 1e-4);
        }
    }
}

/* A layer learns what it learned without a label drawn as a layer: the same samples, once with the right and once with
 * a wrong label. */
static void
test_overlay (void)
{
  g_autoptr (CjProgram) with = compile (GOODNESS, "forward-forward", 12, 2);
  g_autoptr (CjProgram) without
      = compile ("dense units=30 activation=relu, rms-norm affine=false, dense units=20, relu, "
                 "dense units=4, cross-entropy",
                 "forward-forward", 12, 2);
  double size = 0;

  for (guint l = 1; l <= 2; l++)
    {
      static const char *const names[] = { "weight", "bias" };

      for (guint i = 0; i < 2; i++)
        {
          g_autofree char *name = g_strdup_printf ("dense%u.%s", l, names[i]);
          const CjProgramParam *a = cj_program_find_param (with, name),
                               *b = cj_program_find_param (without, name);

          memcpy (cj_program_get_param_data (without, b), cj_program_get_param_data (with, a),
                  sizeof (float) * (gsize) a->size);
        }
    }
  cj_program_forward (with, TRUE, N, 1, 1);
  cj_program_backward (with);
  for (gint64 i = 0; i < 12 * 30; i++)
    size += fabs ((double) get_gradient (with, 1, "weight")[i]);
  g_assert_cmpfloat (size, >, 0.01);
  /* right labels alone are the same in both; the wrong ones are other draws: of the mean over many */
  {
    g_autofree double *a = g_new0 (double, 360), *b = g_new0 (double, 360);

    for (guint step = 0; step < 2000; step++)
      {
        cj_program_forward (with, TRUE, N, 1, step);
        cj_program_backward (with);
        cj_program_forward (without, TRUE, N, 1, step);
        cj_program_backward (without);
        for (guint i = 0; i < 360; i++)
          {
            a[i] += get_gradient (with, 1, "weight")[i] / 2000;
            b[i] += get_gradient (without, 1, "weight")[i] / 2000;
          }
      }
    for (guint i = 0; i < 360; i++)
      g_assert_cmpfloat_with_epsilon (a[i], b[i], 0.01);
  }
}

/* Labels that a network takes for right are drawn as wrong ones by the softmax of its scores. */
static void
test_likely (void)
{
  enum
  {
    SAMPLES = 4000,
    K = 4
  };
  static const double odds[K] = { 1, 0, 2, 5 };
  const CjLabelAttrs attrs = { CJ_LABEL_WRONG, K, FALSE };
  g_autofree float *x = g_new0 (float, SAMPLES *K), *y = g_new0 (float, SAMPLES *K),
                   *scores = g_new0 (float, SAMPLES *K);
  g_autofree gint32 *classes = g_new (gint32, SAMPLES);
  CjOp op = { .info = &cj_op_label,
              .attrs = (gpointer) &attrs,
              .n_in = 3,
              .in_shape = { cj_shape2 (SAMPLES, K), cj_shape1 (SAMPLES), cj_shape2 (SAMPLES, K) } };
  const CjOpCall call
      = { .op = &op, .in = { x, classes, scores }, .out = { y }, .seed = 3, .training = TRUE };
  int seen[K] = { 0 };

  for (int n = 0; n < SAMPLES; n++)
    {
      classes[n] = 1;
      x[n * K] = 1;
      for (int k = 0; k < K; k++)
        scores[n * K + k] = k == 1 ? 9 : (float) log (odds[k]);
    }
  g_assert_true (op.info->infer (&op, NULL));
  for (guint b = 0; b < cj_op_blocks (&op); b++)
    op.info->forward[0].run (&call, b);
  for (int i = 0; i < SAMPLES * K; i++)
    seen[i % K] += y[i] == 1;
  g_assert_cmpint (seen[1], ==, 0);
  for (int k = 0; k < K; k++)
    g_assert_cmpfloat_with_epsilon (seen[k] / (double) SAMPLES, odds[k] / 8, 0.04);
}

static void
test_forward_forward_learns (void)
{
  static const char *const chains[]
      = { "flatten, label-overlay, dense units=40 activation=relu, rms-norm affine=false, dense "
          "units=30 activation=relu, "
          "goodness, cross-entropy",
          "flatten, label-overlay show=neutral, dense units=40 activation=relu, rms-norm "
          "affine=false, dense "
          "units=30 activation=relu, rms-norm affine=false, dense units=4, cross-entropy" };

  for (guint i = 0; i < G_N_ELEMENTS (chains); i++)
    {
      double accuracy;

      train (chains[i], "forward-forward learning-rate=0.003", 300, &accuracy);
      g_assert_cmpfloat (accuracy, >, 0.9);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/rules/targets/op", test_op);
  g_test_add_func ("/engine/rules/targets/updates", test_targets);
  g_test_add_func ("/engine/rules/targets/way-back", test_way_back);
  g_test_add_func ("/engine/rules/targets/learning", test_targets_learn);
  g_test_add_func ("/engine/rules/labels/candidates", test_candidates);
  g_test_add_func ("/engine/rules/labels/overlay", test_overlay);
  g_test_add_func ("/engine/rules/labels/likely", test_likely);
  g_test_add_func ("/engine/rules/labels/learning", test_forward_forward_learns);
  return g_test_run ();
}
