/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas: what is read and what is refused, against arithmetic in C, gradients, ports, training. */
#include "cj-error.h"
#include "cj-formula-private.h"
#include "network.h"

#include <math.h>
#include <string.h>

/* --- reading --- */

static const struct
{
  const char *text, *mistake; /* a pattern */
} bad[] = {
  { "", "column 1: there is no formula. *" },
  { "  ", "column 1: there is no formula. *" },
  { "3", "column 1: the formula has no input. *" },
  { "a * 2", "column 1: the formula has no input. *" },
  { "x + z", "column 1: y is not used, but z is. *" },
  { "a * tahn(x)", "column 5: there is no function “tahn”. Did you mean “tanh”?" },
  { "x + nothing(x)", "column 5: there is no function “nothing”. *" },
  { "b(x)", "column 1: there is no function “b”. To multiply *" },
  { "tanh x", "column 1: “tanh” is a function. *" },
  { "tanh * x", "column 1: “tanh” is a function. *" },
  { "(x + 1", "column 1: this bracket is not closed. *" },
  { "x + 1)", "column 6: “)” has no meaning here. *" },
  { "tanh(x", "column 7: there is the end where “)” *" },
  { "tanh(x, 2)", "column 7: there is “,” where “)” *" },
  { "x +", "column 4: there is the end where a number, a name or “(” is expected." },
  { "* x", "column 1: there is “*” where *" },
  { "2x", "column 2: there is “x” without a sign before it. *" },
  { "x 2", "column 3: there is “2” without a sign before it. *" },
  { "x (2)", "column 3: there is “(” without a sign before it. *" },
  { "x + α", "column 5: there is “α” where *" },
  { "α + x", "column 1: there is “α” where *" },
  { "max(x)", "column 1: max takes two numbers. *" },
  { "pow(x, 2, 3)", "column 9: there is “,” where *" },
  { "clamp(x, 1)", "column 1: clamp takes two borders, *" },
  { "clamp(x, 1, 0)", "column 1: clamp takes two borders, *" },
  { "clamp(x, a, 1)", "column 10: clamp takes a number here. *" },
  { "mean(x, rows)", "column 9: mean runs along channel, *" },
  { "mean(a) * x", "column 1: mean needs something made of an input. *" },
  { "gelu(1) * x", "column 1: gelu of a number is a number. *" },
  { "log(0) * x", "column 1: this is no finite number. *" },
  { "1e999 * x", "column 1: this is no finite number. *" },
  { "x / 0", "column 3: nothing can be divided by 0. *" },
  { "(-2) ^ x", "column 6: -2 cannot be raised to a power that varies. *" },
  { "a * x where", "column 12: “where” is followed by *" },
  { "a * x where b = 1", "column 13: “b” is not learned by this formula. *" },
  { "a * x where a", "column 14: “=” and a number must follow *" },
  { "a * x where a = b", "column 17: “a” starts with a number. *" },
  { "a * x where a = 1, a = 2", "column 20: “a” is set twice. *" },
  { "a * x where a = 1 per layer", "column 23: “per” is followed by *" },
  { "a * x where a = 1e7", "column 17: “a” starts too large. *" },
  { "a * x where a = 1 b", "column 19: there is “b” without *" },
  { "per * x", "column 1: “per” has a meaning of its own. *" },
  { "a_name_that_has_no_end_at_all * x", "column 1: this name is too long. *" },
  { "a+b+c+d+f+g+h+i+j+k+l+m+n+o+p+q+r+x", "column 33: there are more than 16 learned names. *" },
};

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree CjFormula *formula = cj_formula_parse (bad[i].text, &error);

      g_assert_null (formula);
      g_assert_nonnull (error);
      if (!g_pattern_match_simple (bad[i].mistake, error->message))
        g_test_fail_printf ("“%s”: “%s” and not “%s”", bad[i].text, error->message, bad[i].mistake);
    }
}

/* Nesting and length end in a sentence, not on the stack. */
static void
test_bounds (void)
{
  static const char *const opening[] = { "(", "-", "tanh(", "2^", "mean(x+" };

  for (guint i = 0; i < G_N_ELEMENTS (opening); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      for (guint n = 0; n < 100000; n++)
        g_string_append (text, opening[i]);
      g_assert_null (cj_formula_parse (text->str, &error));
      g_assert_true (g_pattern_match_simple ("*nested too deeply*", error->message));
    }
  {
    g_autoptr (GString) text = g_string_new ("x");
    g_autoptr (GError) error = NULL;

    for (guint n = 0; n < 300; n++)
      g_string_append_printf (text, "+%u*x", n + 2);
    g_assert_null (cj_formula_parse (text->str, &error));
    g_assert_true (g_pattern_match_simple ("*too long*", error->message));
  }
}

static void
test_terms (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree CjFormula *formula
      = cj_formula_parse ("a * tanh(x)^2 + tanh(x) where a = -0.5 per channel", &error);

  g_assert_no_error (error);
  /* a, x, tanh, 2, power, product, sum: the second tanh (x) is the first */
  g_assert_cmpuint (formula->n_terms, ==, 7);
  g_assert_cmpuint (formula->n_learned, ==, 1);
  g_assert_cmpuint (formula->n_inputs, ==, 1);
  g_assert_cmpstr (formula->learned[0].name, ==, "a");
  g_assert_cmpfloat (formula->learned[0].start, ==, -0.5);
  g_assert_cmpint (formula->learned[0].per, ==, CJ_PER_CHANNEL);
}

/* The words that a person reads name functions that there are, and all of them. */
static void
test_words (void)
{
  const CjParam *param = cj_params_find (cj_layer_find ("formula")->params, "formula");
  g_auto (GStrv) words = g_strsplit_set (strstr (param->blurb, "Functions: "), ",; :", -1);
  guint n = 0;

  for (guint i = 0; words[i] != NULL; i++)
    n += cj_formula_find_function (words[i]) != NULL;
  g_assert_cmpuint (n, ==, cj_formula_count_functions ());
}

/* --- computing --- */

typedef struct
{
  CjGraph *graph;
  CjNode *node;
  CjProgram *program;
  guint n_in;
} Bench;

static void
bench_clear (Bench *b)
{
  cj_graph_free (b->graph);
  cj_program_free (b->program);
}

/* The formula over inputs of these shapes. */
static Bench
new_bench (const char *text, const CjShape *shapes, GError **error)
{
  static const char *const ids[] = { "in0", "in1", "in2" };
  Bench b = { .graph = cj_graph_new () };
  CjInputSpec specs[CJ_FORMULA_MAX_INPUTS];
  const CjProblem *problem;
  CjDataSpec spec = { .inputs = specs };

  b.node = cj_graph_add (b.graph, cj_layer_find ("formula"), "f", NULL);
  if (!cj_graph_set_param (b.graph, b.node, "formula", text, error))
    return b;
  b.n_in = cj_node_get_n_in (b.node);
  for (guint i = 0; i < b.n_in; i++)
    {
      CjNode *input = cj_graph_add (b.graph, cj_layer_find ("input"), ids[i], NULL);

      g_assert_true (cj_graph_connect (b.graph, input, 0, b.node, i, NULL));
      specs[i] = (CjInputSpec){ ids[i], shapes[i], CJ_FLOAT32, TRUE };
    }
  spec.n_inputs = b.n_in;
  spec.batch = shapes[0].dims[0];
  b.program = cj_program_new (b.graph, CJ_PURPOSE_EXPLAIN, &spec, 2, error);
  if (b.program == NULL)
    return b;
  problem = cj_lowered_get_error (cj_program_get_lowered (b.program));
  if (problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_SHAPE, problem->sentence);
      return b;
    }
  cj_program_init (b.program, 7);
  for (guint i = 0; i < b.n_in; i++)
    for (gint64 k = 0; k < cj_shape_size (&shapes[i]); k++)
      cj_tensor_f32 (cj_program_get_input (b.program, i))[k]
          = 0.3f + 0.4f * (float) ((k * 7 + (gint64) i * 3) % 11) - (i == 0 ? 1.0f : 0.0f);
  return b;
}

static CjTensor *
dup_result (const Bench *b)
{
  cj_program_forward (b->program, TRUE, cj_program_get_batch (b->program), 1, 1);
  return cj_program_dup_output (b->program, (guint) cj_graph_get_index (b->graph, b->node), 0);
}

static double
plain (double x, double y)
{
  (void) y;
  return 2 * x - 1;
}
static double
signs (double x, double y)
{
  (void) y;
  return -x * -2 - -3 + +x;
}
static double
order (double x, double y)
{
  return x - y - 2 * x / y / 4;
}
static double
powers (double x, double y)
{
  (void) y;
  return -(x * x) + pow (2, 3 * 3) + pow (2, -x);
}
static double
right (double x, double y)
{
  (void) x;
  return pow (y, pow (2, 0.5)) + pow (y, y);
}
static double
left (double x, double y)
{
  (void) x;
  return 3 / y + (1 - y) + pow (3, y) - sqrt (y);
}
static double
least (double x, double y)
{
  return fmin (fmax (x, y), fmin (0.4, x + 1)) + fmax (1, x);
}
static double
curves (double x, double y)
{
  return exp (x) * log (y) + sin (G_PI * x) - cos (G_E) + 1 / (1 + exp (-x));
}
static double
bounded (double x, double y)
{
  (void) y;
  return fmin (fmax (x, -0.5), 0.5) + (x > 0 ? x : 0.2 * x) + fabs (x) + (x > 0 ? x : 0.01 * x);
}
static double
learned (double x, double y)
{
  (void) y;
  return 0.5 * tanh (-1 * x) + 1;
}
static double
pasted (double x, double y)
{
  return 2 * x * y / 4 - 1;
}

static const struct
{
  const char *text;
  double (*of) (double x, double y);
} good[] = {
  { "2 * x - 1", plain },
  { "2*x-1", plain },
  { " 2e0 *\tx - 1.0 ", plain },
  { "-x * -2 - -3 + +x", signs },
  { "x - y - 2 * x / y / 4", order },
  { "-x ^ 2 + 2 ^ (3 * 3) + 2 ^ -x", powers },
  { "y ^ 2 ^ 0.5 + pow(y, y) + 0 * x", right },
  { "3 / y + (1 - y) + 3 ** y - y ^ .5 + 0 * x", left },
  { "min(max(x, y), 0.4, x + 1) + max(1, x)", least },
  { "exp(x) * ln(y) + sin(pi * x) - cos(e) + sigmoid(x)", curves },
  { "clamp(x, -0.5, 1/2) + leaky_relu(x, 0.2) + abs(x) + leaky_relu(x)", bounded },
  { "a * tanh(b * x) + c where a = .5, b = -1", learned },
  { "2·x×y÷4−1", pasted },
};

static void
test_good (void)
{
  const CjShape shapes[] = { cj_shape2 (3, 4), cj_shape2 (3, 4) };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      Bench b = new_bench (good[i].text, shapes, &error);
      g_autoptr (CjTensor) y = NULL;

      g_assert_no_error (error);
      y = dup_result (&b);
      for (gint64 k = 0; k < 12; k++)
        {
          const double first = (double) cj_tensor_f32 (cj_program_get_input (b.program, 0))[k];
          const double second
              = b.n_in > 1 ? (double) cj_tensor_f32 (cj_program_get_input (b.program, 1))[k] : 0;
          const double expected = good[i].of (first, second);

          if (!(fabs ((double) cj_tensor_f32 (y)[k] - expected) <= 2e-5 * (1 + fabs (expected))))
            g_test_fail_printf ("%s: %g and not %g", good[i].text, (double) cj_tensor_f32 (y)[k],
                                expected);
        }
      bench_clear (&b);
    }
}

/* What is stretched over what, and what has no such axis. */
static void
test_shapes (void)
{
  static const struct
  {
    const char *text;
    CjShape shapes[2];
    const char *result; /* of a sample, or a pattern of the refusal */
  } cases[] = {
    { "x * y", { { 4, { 2, 3, 5, 4 } }, { 2, { 2, 3 } } }, "3×5×4" },
    { "x * y", { { 2, { 2, 3 } }, { 4, { 2, 3, 5, 4 } } }, "3×5×4" },
    { "x + y", { { 3, { 2, 7, 3 } }, { 2, { 2, 3 } } }, "7×3" },
    { "x + y", { { 4, { 2, 1, 5, 4 } }, { 4, { 2, 3, 1, 1 } } }, "3×5×4" },
    { "mean(x, space)", { { 4, { 2, 3, 5, 4 } } }, "3×1×1" },
    { "mean(x)", { { 4, { 2, 3, 5, 4 } } }, "1×5×4" },
    { "sum(x, all)", { { 3, { 2, 7, 3 } } }, "1×1" },
    { "softmax(x, space)", { { 4, { 2, 3, 5, 4 } } }, "3×5×4" },
    { "a * x where a = 1 per unit", { { 4, { 2, 3, 5, 4 } } }, "3×5×4" },
    { "x + y",
      { { 2, { 3, 5 } }, { 2, { 3, 4 } } },
      "Formula “f” at column 3 cannot combine 5 with 4. *" },
    { "x + y", { { 4, { 2, 3, 5, 4 } }, { 3, { 2, 3, 5 } } }, "Formula “f” has inputs of *" },
    { "mean(x, time)",
      { { 4, { 2, 3, 5, 4 } } },
      "Formula “f” at column 1 has no such axis in 3×5×4. *" },
    { "1 + softmax(x, space)", { { 2, { 2, 3 } } }, "Formula “f” at column 5 has no such axis *" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      Bench b = new_bench (cases[i].text, cases[i].shapes, &error);
      g_autoptr (CjTensor) y = error == NULL ? dup_result (&b) : NULL;
      g_autofree char *sample = y != NULL ? cj_shape_print_sample (&y->shape) : NULL;
      const char *got = sample != NULL ? sample : error->message;

      if (!g_pattern_match_simple (cases[i].result, got))
        g_test_fail_printf ("%s: “%s” and not “%s”", cases[i].text, got, cases[i].result);
      bench_clear (&b);
    }
}

/* One number a network, a channel, a unit. */
static void
test_learned (void)
{
  const CjShape pictures = cj_shape4 (2, 3, 5, 4), tokens = cj_shape3 (2, 7, 3);
  g_autoptr (GError) error = NULL;
  Bench b = new_bench ("a * x + b + c where b = 2 per channel, c = 3 per unit", &pictures, &error);
  const CjProgramParam *channel;

  g_assert_no_error (error);
  channel = cj_program_find_param (b.program, "f.b");
  g_assert_cmpint (cj_program_find_param (b.program, "f.a")->size, ==, 1);
  g_assert_cmpint (channel->size, ==, 3);
  g_assert_cmpint (cj_program_find_param (b.program, "f.c")->size, ==, 60);
  g_assert_cmpfloat (cj_program_get_param_data (b.program, channel)[2], ==, 2);
  bench_clear (&b);
  b = new_bench ("b * x where b = 1 per channel", &tokens, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cj_program_find_param (b.program, "f.b")->size, ==, 3);
  bench_clear (&b);
}

/* softmax, mean and sum by hand, along one axis of [1, 2, 1, 2]. */
static void
test_axes (void)
{
  const CjShape shape = cj_shape4 (1, 2, 1, 2);
  static const char *const texts[]
      = { "softmax(x)", "softmax(x, all)", "mean(x) + 0 * x", "sum(x, space) + 0 * x" };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Bench b = new_bench (texts[i], &shape, &error);
      g_autoptr (CjTensor) y = NULL;
      const float *x;

      g_assert_no_error (error);
      y = dup_result (&b);
      x = cj_tensor_f32 (cj_program_get_input (b.program, 0));
      for (guint k = 0; k < 4; k++)
        {
          const double all = exp (x[0]) + exp (x[1]) + exp (x[2]) + exp (x[3]);
          const double expected[] = { exp (x[k]) / (exp (x[k]) + exp (x[k ^ 2])), exp (x[k]) / all,
                                      (x[k] + x[k ^ 2]) / 2, x[k] + x[k ^ 1] };

          g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (y)[k], expected[i], 1e-6);
        }
      bench_clear (&b);
    }
}

/* --- gradients and training --- */

static CjGraph *
new_graph (void)
{
  CjGraph *graph = network_new_graph ("conv-2d 4, formula, max-pool-2d 2, formula, flatten, dense "
                                      "6, formula, dense 4, cross-entropy");
  static const char *const texts[][2] = {
    { "formula1",
      "r * relu(x + s)^n / (1 + relu(x + s)^n) where r = 2 per channel, n = 1.7, s = 2" },
    { "formula2", "x * sigmoid(a * mean(x, space) + b) where b = 0 per unit" },
    { "formula3", "a * tanh(b * x) + c * softmax(x) where a = 0.7 per channel, c = -1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      cj_graph_set_param (graph, cj_graph_find (graph, texts[i][0]), "formula", texts[i][1],
                          &error);
      g_assert_no_error (error);
    }
  return graph;
}

static void
test_gradients (void)
{
  g_autoptr (CjGraph) graph = new_graph ();
  g_autoptr (GError) error = NULL;
  const CjDataSpec spec = {
    .batch = 6, .x_shape = cj_shape3 (1, 9, 9), .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = 4
  };
  g_autoptr (CjProgram) program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 2, &error);

  g_assert_no_error (error);
  cj_program_init (program, 3);
  network_fill (program, 4);
  network_check_gradients (program, "formulas", 6e-3);
}

/* Learns, its own numbers too, with the same bits for any number of threads. */
static void
test_training (void)
{
  g_autoptr (CjCheckpoint) first = NULL;

  for (guint threads = 1; threads <= 3; threads++)
    {
      g_autoptr (CjGraph) graph = new_graph ();
      g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
      CjFeed *feed = network_get_prototypes ();
      g_autoptr (GError) error = NULL;
      g_autoptr (CjRunner) runner = NULL;
      g_autoptr (CjCheckpoint) end = NULL;

      setup->epochs = 6;
      setup->batch = 10;
      g_assert_true (cj_train_setup_set (setup, "learning-rate", "0.01", NULL));
      runner = cj_runner_new (graph, setup, threads, feed, feed, &error);
      g_assert_no_error (error);
      cj_runner_train (runner, G_MAXUINT64);
      cj_runner_wait (runner);
      end = cj_runner_save (runner);
      if (first == NULL)
        {
          CjRunEpoch epochs[6];
          const guint n = cj_runner_read_epochs (runner, 0, epochs, 6);

          g_assert_cmpuint (n, ==, 6);
          g_assert_cmpfloat (epochs[5].val.accuracy, >, 0.95);
          first = g_steal_pointer (&end);
        }
      else
        network_assert_same (first, end);
    }
}

/* --- ports and edits --- */

static void
test_ports (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("relu, formula"), again = cj_graph_new ();
  CjNode *relu = cj_graph_find (graph, "relu1"), *node = cj_graph_find (graph, "formula1");
  g_autoptr (GVariant) before = NULL, after = NULL;
  g_autoptr (CjPatch) patch = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (cj_node_get_n_in (node), ==, 1);
  g_assert_false (cj_graph_connect (graph, relu, 0, node, 1, NULL));
  g_assert_true (cj_graph_set_param (graph, node, "formula", "x * sigmoid(y)", NULL));
  g_assert_cmpuint (cj_node_get_n_in (node), ==, 2);
  g_assert_true (cj_graph_connect (graph, relu, 0, node, 1, NULL));
  before = g_variant_ref_sink (cj_graph_save (graph));
  g_assert_true (cj_graph_load (again, before, &error));

  cj_graph_begin (graph);
  g_assert_false (cj_graph_set_param (graph, node, "formula", "x * sigmoid(", &error));
  g_assert_true (g_str_has_prefix (error->message, "Formula, column 13: "));
  g_assert_cmpuint (cj_node_get_n_in (node), ==, 2);
  g_assert_true (cj_graph_set_param (graph, node, "formula", "2 * x", NULL));
  patch = cj_graph_commit (graph);
  g_assert_cmpuint (cj_node_get_n_in (node), ==, 1);
  g_assert_null (node->from[1].node);
  g_assert_true (cj_graph_apply (graph, patch, TRUE, NULL));
  after = g_variant_ref_sink (cj_graph_save (graph));
  g_assert_true (g_variant_equal (before, after));
  g_assert_true (cj_graph_find (graph, "formula1")->from[1].node == relu);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/layers/formula/bad", test_bad);
  g_test_add_func ("/engine/layers/formula/bounds", test_bounds);
  g_test_add_func ("/engine/layers/formula/terms", test_terms);
  g_test_add_func ("/engine/layers/formula/words", test_words);
  g_test_add_func ("/engine/layers/formula/good", test_good);
  g_test_add_func ("/engine/layers/formula/shapes", test_shapes);
  g_test_add_func ("/engine/layers/formula/learned", test_learned);
  g_test_add_func ("/engine/layers/formula/axes", test_axes);
  g_test_add_func ("/engine/layers/formula/gradients", test_gradients);
  g_test_add_func ("/engine/layers/formula/training", test_training);
  g_test_add_func ("/engine/layers/formula/ports", test_ports);
  return g_test_run ();
}
