/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that look only at activity: each change of a weight against the formula in loops, &cj_op_local; and
 * what the papers promise of them: Oja's finds the first principal component, Sanger's the next ones as
 * well, units that compete come to stand for groups of samples, on a map in the order of the groups. */
#include "network.h"

#include "cj-error.h"
#include "cj-rule.h"

#include <math.h>
#include <string.h>

enum
{
  N = 9,
  I = 6,
  U = 37
};

static CjProgram *
compile (const char *chain, const char *rule, const char *set, CjShape x, gint64 batch, guint k)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_auto (GStrv) pair = g_strsplit (set, "=", 2);
  g_autoptr (GError) error = NULL;
  CjDataSpec spec
      = { .batch = batch, .x_shape = x, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = k };
  CjLearning learning;
  CjProgram *program;

  cj_train_setup_set (setup, "rule", rule, &error);
  g_assert_no_error (error);
  if (set[0] != '\0')
    cj_train_setup_set (setup, pair[0], pair[1], &error);
  g_assert_no_error (error);
  learning = cj_train_setup_get_learning (setup);
  spec.learning = &learning;
  program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 2, &error);
  g_assert_no_error (error);
  cj_program_init (program, 5);
  return program;
}

static float *
get (CjProgram *program, const char *name, gboolean gradient)
{
  const CjProgramParam *param = cj_program_find_param (program, name);

  g_assert_nonnull (param);
  return gradient ? cj_program_get_param_gradient (program, param)
                  : cj_program_get_param_data (program, param);
}

/* ΔW of unit u and input i, after the papers; `y` and `x` of all samples. */
static double
expect (const char *rule, const float *w, const double *y, const float *x, const double *theta,
        int u, int i)
{
  double sum = 0;

  for (int n = 0; n < N; n++)
    {
      const double post = y[n * U + u], pre = x[n * I + i], own = w[u * I + i];
      double nearest = INFINITY, taken = 0;
      int winner = 0;

      for (int k = 0; k < U; k++)
        {
          double away = 0;

          for (int j = 0; j < I; j++)
            away += pow (x[n * I + j] - w[k * I + j], 2);
          winner = away < nearest ? k : winner;
          nearest = MIN (nearest, away);
          taken += k <= u ? y[n * U + k] * w[k * I + i] : 0;
        }
      if (g_str_equal (rule, "hebb"))
        sum += post * pre - 0.3 * own;
      else if (g_str_equal (rule, "oja"))
        sum += post * (pre - post * own);
      else if (g_str_equal (rule, "sanger"))
        sum += post * (pre - taken);
      else if (g_str_equal (rule, "bcm"))
        sum += post * (post - theta[u]) * pre;
      else if (g_str_equal (rule, "competitive"))
        sum += winner == u ? pre - own : 0;
      else /* a map of 7 columns, at step 1000 of 2000: σ = 3 (0.5 / 3)^0.5 */
        {
          const double dx = u % 7 - winner % 7, dy = u / 7 - winner / 7;

          sum += exp (-(dx * dx + dy * dy) / (2 * 3 * 0.5)) * (pre - own);
        }
    }
  return sum / N;
}

static void
test_formulas (void)
{
  static const char *const rules[] = { "hebb", "oja", "sanger", "bcm", "competitive", "kohonen" };

  for (guint r = 0; r < G_N_ELEMENTS (rules); r++)
    {
      const char *set = r == 0 ? "rule.decay=0.3" : r == 3 ? "rule.follow=0.25" : "";
      g_autoptr (CjProgram) program
          = compile ("dense units=37 activation=tanh, dense units=3, cross-entropy", rules[r], set,
                     cj_shape1 (I), N, 3);
      const float *x = cj_tensor_f32 (cj_program_get_x (program));
      const float *w = get (program, "dense1.weight", FALSE);
      const float *b = get (program, "dense1.bias", FALSE);
      double y[N * U], theta[U];

      network_fill (program, 3);
      cj_program_forward (program, TRUE, N, 1, 1000);
      cj_program_backward (program);
      for (int u = 0; u < U; u++)
        {
          theta[u] = 0.75;
          for (int n = 0; n < N; n++)
            {
              double sum = b[u];

              for (int i = 0; i < I; i++)
                sum += w[u * I + i] * x[n * I + i];
              y[n * U + u] = tanh (sum);
              theta[u] += 0.25 * y[n * U + u] * y[n * U + u] / N;
            }
        }
      for (int u = 0; u < U; u++)
        for (int i = 0; i < I; i++)
          g_assert_cmpfloat_with_epsilon (-get (program, "dense1.weight", TRUE)[u * I + i],
                                          expect (rules[r], w, y, x, theta, u, i), 2e-6);
      for (int u = 0; u < U; u++) /* no error comes to the layer */
        g_assert_cmpfloat (get (program, "dense1.bias", TRUE)[u], ==, 0);
    }
}

/* Whether errors go on through the layer is a choice. */
static void
test_border (void)
{
  for (int passes = 0; passes < 2; passes++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (
          "dense units=5, dense units=4 activation=tanh, dense units=3, cross-entropy");
      g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
      CjDataSpec spec = {
        .batch = N, .x_shape = cj_shape1 (I), .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = 3
      };
      CjLearning learning;
      g_autoptr (CjLowered) lowered = NULL;
      gboolean told = FALSE;

      cj_train_setup_set (setup, "rule", "oja", NULL);
      cj_train_setup_set (setup, "rule.passes", passes ? "true" : "false", NULL);
      cj_graph_set_param (graph, cj_graph_find (graph, "dense1"), "rule", "backprop", NULL);
      learning = cj_train_setup_get_learning (setup);
      spec.learning = &learning;
      lowered = cj_lower (graph, &spec);
      for (guint i = 0; i < lowered->problems->len; i++)
        {
          const CjProblem *problem = lowered->problems->pdata[i];

          g_assert_cmpint (problem->kind, ==, CJ_PROBLEM_NOTE);
          told |= g_str_equal (problem->node, "dense1")
                  && strstr (problem->sentence, "does not learn") != NULL;
        }
      g_assert_cmpint (told, ==, !passes);
    }
}

static void
test_refuses (void)
{
  g_autoptr (CjGraph) graph
      = network_new_graph ("conv-2d filters=3 kernel=3, flatten, dense units=3, cross-entropy");
  const CjRuleInfo *oja = cj_rule_find ("oja");
  const CjLearning learning = { oja, NULL };
  const CjDataSpec spec = { .batch = N,
                            .x_shape = cj_shape3 (1, 5, 5),
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = 3,
                            .learning = &learning };
  g_autoptr (GError) error = NULL;

  g_assert_null (cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 1, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
  g_assert_nonnull (strstr (error->message, "conv1"));
}

/* Samples that vary by 3, 2, 1 and little along the directions of a turned cross. */
static void
fill_turned (CjProgram *program, gint64 batch, guint64 step)
{
  static const double sizes[4] = { 3, 2, 1, 0.3 };
  float *x = cj_tensor_f32 (cj_program_get_x (program));
  CjRng rng;

  cj_rng_init (&rng, 3, CJ_RNG_TEST, step);
  for (gint64 n = 0; n < batch; n++)
    {
      const double a = sizes[0] * cj_rng_normal (&rng), b = sizes[1] * cj_rng_normal (&rng);
      const double c = sizes[2] * cj_rng_normal (&rng), d = sizes[3] * cj_rng_normal (&rng);

      x[4 * n] = (float) ((a + b + c + d) / 2);
      x[4 * n + 1] = (float) ((a - b + c - d) / 2);
      x[4 * n + 2] = (float) ((a + b - c - d) / 2);
      x[4 * n + 3] = (float) ((a - b - c + d) / 2);
    }
}

static void
follow (CjProgram *program, const char *name, gint64 size, double rate)
{
  float *w = get (program, name, FALSE);
  const float *g = get (program, name, TRUE);

  for (gint64 i = 0; i < size; i++)
    w[i] -= (float) rate * g[i];
}

static void
test_components (void)
{
  static const double directions[3][4]
      = { { 0.5, 0.5, 0.5, 0.5 }, { 0.5, -0.5, 0.5, -0.5 }, { 0.5, 0.5, -0.5, -0.5 } };
  static const struct
  {
    const char *rule;
    int units;
  } rows[] = { { "oja", 1 }, { "sanger", 3 } };

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autofree char *chain = g_strdup_printf (
          "dense units=%d bias=false, dense units=2, cross-entropy", rows[r].units);
      g_autoptr (CjProgram) program = compile (chain, rows[r].rule, "", cj_shape1 (4), 64, 2);
      const float *w = get (program, "dense1.weight", FALSE);

      for (guint step = 0; step < 1500; step++)
        {
          fill_turned (program, 64, step);
          cj_program_forward (program, TRUE, 64, 1, step);
          cj_program_backward (program);
          follow (program, "dense1.weight", 4 * rows[r].units, step < 1000 ? 0.01 : 0.001);
        }
      for (int u = 0; u < rows[r].units; u++)
        {
          double dot = 0, norm = 0;

          for (int i = 0; i < 4; i++)
            {
              dot += w[u * 4 + i] * directions[u][i];
              norm += (double) w[u * 4 + i] * w[u * 4 + i];
            }
          g_test_message ("%s, unit %d: cosine %g, length %g", rows[r].rule, u,
                          fabs (dot) / sqrt (norm), sqrt (norm));
          g_assert_cmpfloat (fabs (dot) / sqrt (norm), >, 0.99);
          g_assert_cmpfloat_with_epsilon (sqrt (norm), 1, 0.03);
        }
    }
}

/* Points on an arc: on a row of units, neighbours end up beside each other along it. */
static void
test_map (void)
{
  enum
  {
    UNITS = 8,
    BATCH = 64
  };
  g_autoptr (CjProgram) program = compile ("dense units=8, dense units=2, cross-entropy", "kohonen",
                                           "rule.columns=8", cj_shape1 (2), BATCH, 2);
  float *x = cj_tensor_f32 (cj_program_get_x (program));
  const float *w = get (program, "dense1.weight", FALSE);
  int turns = 0;

  for (guint step = 0; step < 2500; step++)
    {
      CjRng rng;

      cj_rng_init (&rng, 3, CJ_RNG_TEST, step);
      for (int n = 0; n < BATCH; n++)
        {
          const double at = G_PI * cj_rng_uniform (&rng);

          x[2 * n] = (float) cos (at);
          x[2 * n + 1] = (float) sin (at);
        }
      cj_program_forward (program, TRUE, BATCH, 1, step);
      cj_program_backward (program);
      follow (program, "dense1.weight", 2 * UNITS, 0.2);
    }
  for (int u = 2; u < UNITS; u++)
    {
      const double before = atan2 (w[2 * u - 1], w[2 * u - 2]) - atan2 (w[2 * u - 3], w[2 * u - 4]);
      const double now = atan2 (w[2 * u + 1], w[2 * u]) - atan2 (w[2 * u - 1], w[2 * u - 2]);

      turns += before * now <= 0;
    }
  g_assert_cmpint (turns, ==, 0);
  for (int u = 0; u < UNITS; u++)
    g_assert_cmpfloat_with_epsilon (hypot (w[2 * u], w[2 * u + 1]), 1, 0.1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/local-rules/formulas", test_formulas);
  g_test_add_func ("/engine/local-rules/border", test_border);
  g_test_add_func ("/engine/local-rules/refuses", test_refuses);
  g_test_add_func ("/engine/local-rules/components", test_components);
  g_test_add_func ("/engine/local-rules/map", test_map);
  return g_test_run ();
}
