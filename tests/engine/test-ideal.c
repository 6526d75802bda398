/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activation maximisation where the answer is known: a linear unit wants its own filter. */
#include "cj-ideal.h"

#include <math.h>
#include <string.h>

#define SIDE 9

static void
test_hartley (void)
{
  enum
  {
    H = 5,
    W = 6
  };
  float x[H * W], once[H * W], twice[H * W];
  double before = 0, after = 0;

  for (int i = 0; i < H * W; i++)
    x[i] = (float) sin (i * i + 1);
  cj_hartley (x, H, W, once);
  cj_hartley (once, H, W, twice);
  for (int i = 0; i < H * W; i++)
    {
      before += x[i] * x[i];
      after += once[i] * once[i];
      g_assert_cmpfloat (fabs (x[i] - twice[i]), <, 1e-5);
    }
  g_assert_cmpfloat (fabs (before - after), <, 1e-4);
  /* by its definition, one element */
  {
    double sum = 0;

    for (int r = 0; r < H; r++)
      for (int c = 0; c < W; c++)
        {
          const double a = 2 * G_PI * 2 * r / H, b = 2 * G_PI * 3 * c / W;

          sum += x[r * W + c] * (cos (a) + sin (a)) * (cos (b) + sin (b)) / sqrt (H * W);
        }
    g_assert_cmpfloat (fabs (once[2 * W + 3] - sum), <, 1e-5);
  }
}

/* A convolution as large as the picture, two units of which see it whole; n pictures at a time. */
static CjProgram *
make_program (const char *text, gint64 n, guint *last)
{
  const CjDataSpec spec = { .batch = n,
                            .x_shape = { 3, { 1, SIDE, SIDE } },
                            .y_shape = { 0, { 0 } },
                            .x_dtype = CJ_FLOAT32,
                            .y_dtype = CJ_INT32,
                            .n_classes = 2,
                            .has_y = TRUE };
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GError) error = NULL;
  CjProgram *program;
  CjNode *end = cj_graph_add_chain (graph, NULL, text, &error);

  g_assert_nonnull (end);
  *last = (guint) cj_graph_get_index (graph, end);
  program = cj_program_new (graph, CJ_PURPOSE_EXPLAIN, &spec, 1, &error);
  g_assert_no_error (error);
  cj_program_init (program, 3);
  return program;
}

static double
correlate (const float *a, const float *b, int n)
{
  double ab = 0, aa = 0, bb = 0;

  for (int i = 0; i < n; i++)
    {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
  return ab / sqrt (aa * bb);
}

static void
test_linear (void)
{
  static const float ground = 0.2f, reach = 0.7f;

  for (int spectral = 0; spectral < 2; spectral++)
    {
      guint node;
      g_autoptr (CjProgram) program
          = make_program ("input, conv-2d 2 kernel=9 bias=false", 2, &node);
      float *filters
          = cj_program_get_param_data (program, cj_program_find_param (program, "conv1.weight"));
      const float want[2] = { 0, 1 };
      float pictures[2 * SIDE * SIDE], answers[2], most = 0;
      CjIdealOptions options;
      CjIdealCall call = { .program = program,
                           .node = node,
                           .weights = want,
                           .ground = &ground,
                           .reach = &reach,
                           .options = &options };

      for (int i = 0; i < 2 * SIDE * SIDE; i++)
        {
          const double x = i % SIDE - 4, y = i / SIDE % SIDE - 4;

          filters[i] = (float) (exp (-(x * x + y * y) / 8) * cos (x + (i < SIDE * SIDE)));
        }
      cj_ideal_options_init (&options);
      options.jitter = 0;
      options.variation = 0;
      options.spectral = spectral;
      options.n_steps = 300;
      g_assert_true (cj_ideal_run (&call, pictures, answers));
      for (int i = 0; i < SIDE * SIDE; i++)
        most += fabsf (filters[SIDE * SIDE + i]) * reach + filters[SIDE * SIDE + i] * ground;
      for (int k = 0; k < 2; k++)
        {
          float *picture = pictures + k * SIDE * SIDE;
          double sum = 0;

          for (int i = 0; i < SIDE * SIDE; i++)
            {
              sum += picture[i] * filters[SIDE * SIDE + i];
              g_assert_cmpfloat (fabs (picture[i] - ground), <=, reach + 1e-5);
              picture[i] -= ground;
            }
          g_assert_cmpfloat (fabs (sum - answers[k]), <, 1e-3);
          g_assert_cmpfloat (answers[k], >, 0.8 * most);
          g_assert_cmpfloat (correlate (picture, filters + SIDE * SIDE, SIDE * SIDE), >, 0.6);
        }
    }
}

/* The mean likeness of the pictures' Gram matrices at the node. */
static double
measure_likeness (CjProgram *program, guint node, gint64 n)
{
  g_autoptr (CjTensor) answer = cj_program_dup_output (program, node, 0);
  const gint64 k = answer->shape.dims[1], p = answer->shape.dims[2] * answer->shape.dims[3];
  g_autofree float *grams = g_new0 (float, n *k *k);
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    for (gint64 a = 0; a < k; a++)
      for (gint64 b = 0; b < k; b++)
        for (gint64 q = 0; q < p; q++)
          grams[(i * k + a) * k + b] += cj_tensor_f32 (answer)[(i * k + a) * p + q]
                                        * cj_tensor_f32 (answer)[(i * k + b) * p + q];
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < i; j++)
      sum += correlate (grams + i * k * k, grams + j * k * k, (int) (k * k));
  return sum / (double) (n * (n - 1) / 2);
}

/* Diversity makes the pictures less alike, total variation makes them smoother, and the same seed gives
 * the same bits. */
static void
test_terms (void)
{
  static const float ground = 0, reach = 1;
  enum
  {
    N = 3
  };
  double likeness[2], rough[2];
  float pictures[3][N * SIDE * SIDE], answers[N];

  for (int k = 0; k < 3; k++)
    {
      guint node;
      g_autoptr (CjProgram) program = make_program (
          "input, conv-2d 6 kernel=3 activation=relu, conv-2d 5 kernel=3", N, &node);
      float want[5 * 25];
      CjIdealOptions options;
      CjIdealCall call = { .program = program,
                           .node = node,
                           .weights = want,
                           .ground = &ground,
                           .reach = &reach,
                           .options = &options };

      for (guint i = 0; i < G_N_ELEMENTS (want); i++)
        want[i] = i / 25 == 2 ? 0.04f : 0;
      cj_ideal_options_init (&options);
      options.n_steps = 60;
      options.variation = 0;
      options.diversity = k == 1 ? 2 : 0;
      g_assert_true (cj_ideal_run (&call, pictures[k], answers));
      if (k < 2)
        likeness[k] = measure_likeness (program, node, N);
    }
  g_assert_cmpmem (pictures[0], sizeof pictures[0], pictures[2], sizeof pictures[2]);
  g_assert_cmpfloat (likeness[1], <, likeness[0]);
  for (int k = 0; k < 2; k++)
    {
      guint node;
      g_autoptr (CjProgram) program = make_program ("input, conv-2d 2 kernel=9", 1, &node);
      const float want[2] = { 1, 0 };
      CjIdealOptions options;
      CjIdealCall call = { .program = program,
                           .node = node,
                           .weights = want,
                           .ground = &ground,
                           .reach = &reach,
                           .options = &options };

      cj_ideal_options_init (&options);
      options.variation = k == 1 ? 0.2 : 0;
      options.blur = k == 1 ? 0.7 : 0;
      g_assert_true (cj_ideal_run (&call, pictures[0], answers));
      rough[k] = 0;
      for (int i = 0; i + 1 < SIDE * SIDE; i++)
        rough[k] += fabsf (pictures[0][i + 1] - pictures[0][i]);
    }
  g_assert_cmpfloat (rough[1], <, 0.8 * rough[0]);
}

/* A node that hears nothing of the picture's kind is refused. */
static void
test_refused (void)
{
  static const float ground = 0, reach = 1;
  const CjDataSpec spec = { .batch = 1,
                            .x_shape = { 1, { 4 } },
                            .x_dtype = CJ_FLOAT32,
                            .y_dtype = CJ_INT32,
                            .n_classes = 2,
                            .has_y = TRUE };
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (CjProgram) program = NULL;
  const float want[3] = { 1, 0, 0 };
  float picture[4], answer;
  CjIdealOptions options;
  CjIdealCall call = { .weights = want, .ground = &ground, .reach = &reach, .options = &options };

  g_assert_nonnull (cj_graph_add_chain (graph, NULL, "input, dense 3", NULL));
  program = cj_program_new (graph, CJ_PURPOSE_EXPLAIN, &spec, 1, NULL);
  g_assert_nonnull (program);
  call.program = program;
  call.node = (guint) cj_graph_get_index (graph, cj_graph_find (graph, "dense1"));
  cj_ideal_options_init (&options);
  g_assert_false (cj_ideal_run (&call, picture, &answer));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/explain/ideal/hartley", test_hartley);
  g_test_add_func ("/engine/explain/ideal/linear", test_linear);
  g_test_add_func ("/engine/explain/ideal/terms", test_terms);
  g_test_add_func ("/engine/explain/ideal/refused", test_refused);
  return g_test_run ();
}
