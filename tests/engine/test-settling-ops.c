/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that settle before they learn: &cj_op_predictive against its equations in loops, and against the
 * gradient, which it comes to as activities come to rest. */
#include "network.h"

#include "cj-rule.h"

#include <math.h>
#include <string.h>

enum
{
  N = 13,
  CLASSES = 4,
  LAYERS = 3
};

static const gint64 sizes[LAYERS + 1] = { 6, 41, 35, CLASSES };

#define CHAIN                                                                                      \
  "dense units=41 activation=tanh, dense units=35 activation=relu, dense units=4, cross-entropy"

static CjProgram *
compile (const CjGraph *graph, const char *rule, double rate, double push, double variance,
         int steps)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autofree char *rate_text = g_strdup_printf ("%g", rate);
  g_autofree char *push_text = g_strdup_printf ("%g", push);
  g_autofree char *variance_text = g_strdup_printf ("%g", variance);
  g_autofree char *steps_text = g_strdup_printf ("%d", steps);
  g_autoptr (GError) error = NULL;
  CjDataSpec spec = { .batch = N,
                      .x_shape = cj_shape1 (sizes[0]),
                      .has_y = TRUE,
                      .y_dtype = CJ_INT32,
                      .n_classes = CLASSES };
  CjLearning learning;
  CjProgram *program;

  cj_train_setup_set (setup, "rule", rule, &error);
  if (g_str_equal (rule, "predictive-coding"))
    {
      cj_train_setup_set (setup, "rule.rate", rate_text, &error);
      cj_train_setup_set (setup, "rule.push", push_text, &error);
      cj_train_setup_set (setup, "rule.variance", variance_text, &error);
      cj_train_setup_set (setup, "rule.steps", steps_text, &error);
    }
  g_assert_no_error (error);
  learning = cj_train_setup_get_learning (setup);
  spec.learning = &learning;
  program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 2, &error);
  g_assert_no_error (error);
  cj_program_init (program, 5);
  network_fill (program, CLASSES);
  cj_program_forward (program, TRUE, N, 1, 1);
  cj_program_backward (program);
  return program;
}

static float *
get (CjProgram *program, guint layer, const char *name, gboolean gradient)
{
  g_autofree char *whole = g_strdup_printf ("dense%u.%s", layer, name);
  const CjProgramParam *param = cj_program_find_param (program, whole);

  g_assert_nonnull (param);
  return gradient ? cj_program_get_param_gradient (program, param)
                  : cj_program_get_param_data (program, param);
}

static double
function (guint layer, double a)
{
  return layer == 1 ? tanh (a) : layer == 2 ? MAX (a, 0) : a;
}

static double
slope (guint layer, double y)
{
  return layer == 1 ? 1 - y * y : layer == 2 ? y > 0 : 1;
}

/* One sample: z and what is predicted of it, layer by layer. */
typedef struct
{
  double z[LAYERS + 1][41], y[LAYERS + 1][41];
} Sample;

static void
predict (CjProgram *program, Sample *s)
{
  for (guint l = 1; l <= LAYERS; l++)
    for (gint64 u = 0; u < sizes[l]; u++)
      {
        double a = get (program, l, "bias", FALSE)[u];

        for (gint64 i = 0; i < sizes[l - 1]; i++)
          a += get (program, l, "weight", FALSE)[u * sizes[l - 1] + i] * s->z[l - 1][i];
        s->y[l][u] = function (l, a);
      }
}

/* The largest singular value of a layer's weights, by the power method from their longest row. */
static double
find_norm (CjProgram *program, guint layer, int rounds)
{
  const float *w = get (program, layer, "weight", FALSE);
  double x[41], y[41], norm = 0, longest = 0;

  for (gint64 u = 0; u < sizes[layer]; u++)
    {
      double size = 0;

      for (gint64 i = 0; i < sizes[layer - 1]; i++)
        size += w[u * sizes[layer - 1] + i] * (double) w[u * sizes[layer - 1] + i];
      for (gint64 i = 0; i < sizes[layer - 1] && size > longest; i++)
        x[i] = w[u * sizes[layer - 1] + i];
      longest = MAX (size, longest);
    }
  for (int round = 0; round < rounds; round++)
    {
      double size = 0;

      norm = 0;
      for (gint64 i = 0; i < sizes[layer - 1]; i++)
        size += x[i] * x[i];
      for (gint64 u = 0; u < sizes[layer]; u++)
        {
          y[u] = 0;
          for (gint64 i = 0; i < sizes[layer - 1]; i++)
            y[u] += w[u * sizes[layer - 1] + i] * x[i] / sqrt (size);
          norm += y[u] * y[u];
        }
      for (gint64 i = 0; i < sizes[layer - 1]; i++)
        {
          x[i] = 0;
          for (gint64 u = 0; u < sizes[layer]; u++)
            x[i] += w[u * sizes[layer - 1] + i] * y[u];
        }
    }
  return sqrt (norm);
}

/* The weight changes of the equations, to be compared with dW. */
static void
test_equations (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  const double rate = 0.6, push = 0.8, variance = 1.7;
  const int steps = 6;
  g_autoptr (CjProgram) program = compile (graph, "predictive-coding", rate, push, variance, steps);
  const float *x = cj_tensor_f32 (cj_program_get_x (program));
  const gint32 *y = cj_tensor_i32 (cj_program_get_y (program));
  g_autofree Sample *all = g_new0 (Sample, N);
  const double s2 = find_norm (program, 2, 12), s3 = find_norm (program, 3, 12);
  const double rates[] = { 0, rate / (1 + s2 * s2 + s2), rate / (1 + s3 * s3 / variance + s2) };

  g_assert_cmpfloat_with_epsilon (s2, find_norm (program, 2, 2000), 0.03 * s2);
  g_assert_cmpfloat_with_epsilon (s3, find_norm (program, 3, 2000), 0.03 * s3);
  for (int n = 0; n < N; n++)
    {
      Sample *s = &all[n], before;
      double sum = 0;

      for (int i = 0; i < sizes[0]; i++)
        s->z[0][i] = x[n * sizes[0] + i];
      for (guint l = 1; l <= LAYERS; l++) /* forward: every layer as predicted */
        {
          predict (program, s);
          memcpy (s->z[l], s->y[l], sizeof s->z[l]);
        }
      for (int k = 0; k < CLASSES; k++)
        sum += exp (s->y[LAYERS][k]);
      for (int k = 0; k < CLASSES; k++)
        s->z[LAYERS][k] -= push * variance * (exp (s->y[LAYERS][k]) / sum - (k == y[n]));
      before = *s;
      for (int step = 0; step < steps; step++)
        {
          const double momentum = step + 1 < steps ? step / (step + 3.0) : 0;
          const Sample old = *s;

          for (guint l = 1; l < LAYERS; l++)
            for (gint64 i = 0; i < sizes[l]; i++)
              {
                double pull = 0;

                for (gint64 u = 0; u < sizes[l + 1]; u++)
                  pull += get (program, l + 1, "weight", FALSE)[u * sizes[l] + i]
                          * slope (l + 1, old.y[l + 1][u]) * (old.z[l + 1][u] - old.y[l + 1][u])
                          / (l + 1 == LAYERS ? variance : 1);
                s->z[l][i] += rates[l] * (old.y[l][i] - old.z[l][i] + pull);
                pull = s->z[l][i] - before.z[l][i];
                before.z[l][i] = s->z[l][i];
                s->z[l][i] += momentum * pull;
              }
          predict (program, s);
        }
    }
  for (guint l = 1; l <= LAYERS; l++)
    for (gint64 u = 0; u < sizes[l]; u++)
      for (gint64 i = -1; i < sizes[l - 1]; i++)
        {
          double sum = 0;

          for (int n = 0; n < N; n++)
            sum -= slope (l, all[n].y[l][u]) * (all[n].z[l][u] - all[n].y[l][u])
                   * (i < 0 ? 1 : all[n].z[l - 1][i]) / (push * N * (l == LAYERS ? variance : 1));
          g_assert_cmpfloat_with_epsilon (
              i < 0 ? get (program, l, "bias", TRUE)[u]
                    : get (program, l, "weight", TRUE)[u * sizes[l - 1] + i],
              sum, 1e-5);
        }
}

static double
find_cosine (CjProgram *a, CjProgram *b, guint layer)
{
  const float *x = get (a, layer, "weight", TRUE), *y = get (b, layer, "weight", TRUE);
  double dot = 0, xx = 0, yy = 0;

  for (gint64 i = 0; i < sizes[layer] * sizes[layer - 1]; i++)
    {
      dot += (double) x[i] * y[i];
      xx += (double) x[i] * x[i];
      yy += (double) y[i] * y[i];
    }
  return xx > 0 ? dot / sqrt (xx * yy) : 0;
}

/* At rest it is the nearer to the gradient the less it is pushed and the larger the variance; before the error has come through, the first
 * layer does not change at all. */
static void
test_gradient (void)
{
  static const double pushes[] = { 1, 0.1, 0.01, 0.001 }, variances[] = { 1, 1000 };
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autoptr (CjProgram) plain = compile (graph, "backprop", 0, 0, 0, 0);
  g_autoptr (CjProgram) early = compile (graph, "predictive-coding", 1, 0.01, 1, 1);
  double best[2];

  g_assert_cmpfloat (find_cosine (early, plain, 1), ==, 0);
  for (guint v = 0; v < G_N_ELEMENTS (variances); v++)
    {
      double before = 0;

      for (guint i = 0; i < G_N_ELEMENTS (pushes); i++)
        {
          g_autoptr (CjProgram) program
              = compile (graph, "predictive-coding", 1, pushes[i], variances[v], 100);
          double cosine = 1;

          for (guint l = 1; l <= LAYERS; l++)
            cosine = MIN (cosine, find_cosine (program, plain, l));
          g_test_message ("variance %g, push %g: %g", variances[v], pushes[i], cosine);
          g_assert_cmpfloat (cosine, >, before - 1e-4);
          before = cosine;
        }
      best[v] = before;
    }
  g_assert_cmpfloat (best[1], >, best[0]);
  g_assert_cmpfloat (best[1], >, 0.9999);
}

/* With weights of any size activities come to rest. */
static void
test_large (void)
{
  static const double sizes_of_weights[] = { 3, 6 };
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);

  for (guint k = 0; k < G_N_ELEMENTS (sizes_of_weights); k++)
    {
      g_autoptr (CjProgram) plain = compile (graph, "backprop", 0, 0, 0, 0);
      g_autoptr (CjProgram) program = compile (graph, "predictive-coding", 1, 0.001, 1e5, 1000);
      CjProgram *const both[] = { plain, program };

      for (guint p = 0; p < G_N_ELEMENTS (both); p++)
        {
          for (guint l = 2; l <= LAYERS; l++)
            for (gint64 i = 0; i < sizes[l] * sizes[l - 1]; i++)
              get (both[p], l, "weight", FALSE)[i] *= (float) sizes_of_weights[k];
          cj_program_forward (both[p], TRUE, N, 1, 1);
          cj_program_backward (both[p]);
        }
      for (guint l = 1; l <= LAYERS; l++)
        {
          g_test_message ("%g times, layer %u: %g", sizes_of_weights[k], l,
                          find_cosine (program, plain, l));
          g_assert_cmpfloat (find_cosine (program, plain, l), >, 0.99);
        }
    }
}

/* The error goes on to what is before the settling layers. */
static void
test_border (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autoptr (CjProgram) plain = compile (graph, "backprop", 0, 0, 0, 0), program = NULL;

  cj_graph_set_param (graph, cj_graph_find (graph, "dense1"), "rule", "backprop", NULL);
  program = compile (graph, "predictive-coding", 1, 0.001, 1000, 100);
  g_assert_cmpfloat (find_cosine (program, plain, 1), >, 0.999);
  g_assert_cmpfloat (find_cosine (program, plain, 2), >, 0.999);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/settling/equations", test_equations);
  g_test_add_func ("/engine/settling/gradient", test_gradient);
  g_test_add_func ("/engine/settling/large", test_large);
  g_test_add_func ("/engine/settling/border", test_border);
  return g_test_run ();
}
