/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explainers on small random networks of several kinds: what their numbers must add up to, twins that are
 * slow and obvious, what they refuse, that they stop, and that they say the same again. */
#include "cj-explain-tools.h"

#include "network.h"

#include <math.h>
#include <string.h>

/* --- networks --- */

/* One sort of network. `chain` may leave a residual to new_graph. */
typedef struct
{
  const char *name, *chain;
  CjShape x;
  guint n_classes, n_words;
  gboolean residual;       /* what "relu1" gives is added to what "conv2" gives */
  const char *formulas[2]; /* of "formula1" and "formula2" */
} Kind;

static const Kind kinds[] = {
  { "picture",
    "conv-2d filters=4 kernel=3x3 padding=same, batch-norm, relu, "
    "conv-2d filters=4 kernel=3x3 padding=same, add, max-pool-2d, relu, flatten, "
    "dense units=3, cross-entropy",
    { 3, { 2, 8, 8 } },
    3,
    0,
    TRUE },
  { "table",
    "dense units=9, tanh, dense units=7, gelu, dense units=3, cross-entropy",
    { 1, { 10 } },
    3,
    0,
    FALSE },
  { "tokens",
    "transformer-block heads=2, mean, dense units=3, cross-entropy",
    { 2, { 5, 8 } },
    3,
    0,
    FALSE },
  { "text",
    "embedding features=8, transformer-block heads=2, mean, dense units=3, "
    "cross-entropy",
    { 1, { 6 } },
    3,
    11,
    FALSE },
  { "memory",
    "embedding features=6, lstm units=5, gru units=4 output=last, softmax, dense units=3, "
    "cross-entropy",
    { 1, { 7 } },
    3,
    11,
    FALSE },
  { "patches",
    "patch-embedding patch=4 features=8, transformer-block heads=2, "
    "transformer-block heads=2, layer-norm, mean, dense units=3, cross-entropy",
    { 3, { 2, 12, 12 } },
    3,
    0,
    FALSE },
  { "gates", /* products, quotients, the larger of two, what is stretched */
    "conv-2d filters=4 kernel=3x3, group-norm groups=2, "
    "formula, local-response-norm, formula, flatten, dense units=3, cross-entropy",
    { 3, { 2, 6, 6 } },
    3,
    0,
    FALSE,
    { "x * sigmoid (mean (x, space))", "max (tanh (x), x) / (2 + square (x))" } },
};

static CjGraph *
new_graph (const Kind *kind)
{
  CjGraph *graph = network_new_graph (kind->chain);

  if (kind->residual)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (cj_graph_connect (graph, cj_graph_find (graph, "relu1"), 0,
                                       cj_graph_find (graph, "add1"), 1, &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < 2 && kind->formulas[i] != NULL; i++)
    g_assert_true (cj_graph_set_param (graph,
                                       cj_graph_find (graph, i == 0 ? "formula1" : "formula2"),
                                       "formula", kind->formulas[i], NULL));
  return graph;
}

/* Weights as drawn, but no number is what it was initialised with: running means move, too. */
static CjExplained *
open_kind (const Kind *kind, guint threads)
{
  g_autoptr (CjGraph) graph = new_graph (kind);
  const CjDataSpec spec = { .batch = 1,
                            .x_shape = kind->x,
                            .x_dtype = kind->n_words > 0 ? CJ_INT32 : CJ_FLOAT32,
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = kind->n_classes,
                            .n_words = kind->n_words };
  g_autoptr (GError) error = NULL;
  CjExplained *network = cj_explained_new (graph, &spec, threads, &error);
  CjProgram *program;

  g_assert_no_error (error);
  g_assert_cmpint (cj_explained_get_n_scores (network), ==, kind->n_classes); /* all is built */
  program = cj_explained_get_program (network);
  cj_program_init (program, 5);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      CjRng rng;

      cj_rng_init (&rng, 6, CJ_RNG_TEST, i);
      for (gint64 k = 0; k < param->size; k++)
        cj_program_get_param_data (program, param)[k] += 0.2f * cj_rng_uniform (&rng);
    }
  return network;
}

static float *
new_sample (CjExplained *network, const Kind *kind, guint64 stream)
{
  float *x = g_new (float, (gsize) cj_explained_get_n_features (network));
  gint32 words[16];
  CjRng rng;

  cj_rng_init (&rng, 9, CJ_RNG_TEST, stream);
  if (kind->n_words > 0)
    {
      for (gint64 i = 0; i < kind->x.dims[0]; i++)
        words[i] = (gint32) cj_rng_below (&rng, kind->n_words);
      cj_explained_read (network, words, 1, x);
      return x;
    }
  for (gint64 i = 0; i < cj_explained_get_n_features (network); i++)
    x[i] = cj_rng_normal (&rng);
  return x;
}

static CjExplainCall
make_call (CjExplained *network, const float *x, gint64 target)
{
  return (CjExplainCall){
    .network = network, .x = x, .target = { CJ_NO_VALUE, target }, .layer = CJ_NO_VALUE
  };
}

/* Runs a method with "name=value name=value"; fails the test if it refuses. */
static void
run (const char *id, const char *settings, CjExplainCall call, CjExplanation *explanation)
{
  const CjExplainerInfo *info = cj_explainer_find (id);
  g_autofree gpointer params = cj_explainer_new_params (info);
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; pairs[i] != NULL && *pairs[i] != '\0'; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      g_assert_true (cj_params_parse (info->params, params, pair[0], pair[1], &error));
    }
  call.params = params;
  cj_explainer_run (info, &call, explanation, &error);
  g_assert_no_error (error);
  g_assert_nonnull (explanation->map);
}

static double
sum_map (const CjExplanation *explanation)
{
  double sum = 0;

  for (gint64 i = 0; i < cj_shape_size (&explanation->map->shape); i++)
    sum += cj_tensor_f32 (explanation->map)[i];
  return sum;
}

/* --- identities --- */

/* Σ R = f (x) − f (x₀). */
static void
test_completeness (gconstpointer data)
{
  const Kind *kind = data;
  static const struct
  {
    const char *id, *settings;
    double tolerance; /* of the difference */
  } methods[] = {
    { "deep-lift", "baseline=mean", 1e-3 },
    { "deep-lift", "baseline=noise", 1e-3 },
    { "integrated-gradients", "baseline=mean steps=64", 0.01 },
    { "integrated-gradients", "baseline=noise steps=64", 0.01 },
    { "kernel-shap", "baseline=mean segments=8", 1e-4 },
    { "kernel-shap", "baseline=blur segments=12", 1e-4 },
  };
  g_autoptr (CjExplained) network = open_kind (kind, 1);
  g_autofree float *x = new_sample (network, kind, 1);

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    for (gint64 target = 0; target < kind->n_classes; target++)
      {
        g_auto (CjExplanation) explanation = { 0 };
        double whole;

        run (methods[i].id, methods[i].settings, make_call (network, x, target), &explanation);
        whole = explanation.answer - explanation.base_answer;
        g_test_message ("%s, %s %s: %g of %g", kind->name, methods[i].id, methods[i].settings,
                        sum_map (&explanation), whole);
        g_assert_cmpfloat_with_epsilon (sum_map (&explanation), whole,
                                        methods[i].tolerance * (fabs (whole) + 0.05));
      }
}

/* Ten numbers of a table, each a player: φ from all 10! orders by the formula over sets. */
static void
test_shapley (void)
{
  const Kind *kind = &kinds[1];
  const int n = 10;
  g_autoptr (CjExplained) network = open_kind (kind, 1);
  g_autofree float *x = new_sample (network, kind, 1), *rows = g_new0 (float, 1024 * 10);
  g_autofree float *answers = g_new (float, 1024);
  const CjExplainTarget target = { CJ_NO_VALUE, 2 };
  g_auto (CjExplanation) explanation = { 0 };
  double factorial[11] = { 1 };

  for (int i = 1; i <= n; i++)
    factorial[i] = factorial[i - 1] * i;
  for (int set = 0; set < 1024; set++)
    for (int i = 0; i < n; i++)
      rows[set * n + i] = set >> i & 1 ? x[i] : 0;
  cj_explained_ask (network, rows, 1024, &target, answers);
  run ("kernel-shap", "baseline=mean segments=16", make_call (network, x, 2), &explanation);
  for (int i = 0; i < n; i++)
    {
      double phi = 0;

      for (int set = 0; set < 1024; set++)
        {
          int size = 0;

          for (int k = 0; k < n; k++)
            size += set >> k & 1;
          if ((set >> i & 1) == 0)
            phi += factorial[size] * factorial[n - size - 1] / factorial[n]
                   * ((double) answers[set | 1 << i] - answers[set]);
        }
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (explanation.map)[i], phi, 1e-5);
    }
}

/* Of functions of one number at a time DeepLIFT adds up to what exact Shapley values do. */
static void
test_deep_lift_and_shapley (void)
{
  const Kind *kind = &kinds[1];
  g_autoptr (CjExplained) network = open_kind (kind, 1);
  g_autofree float *x = new_sample (network, kind, 3), *own = new_sample (network, kind, 4);
  CjExplainCall call = make_call (network, x, 1);
  g_auto (CjExplanation) lift = { 0 }, shapley = { 0 };

  call.baseline = own;
  run ("deep-lift", "baseline=own", call, &lift);
  run ("kernel-shap", "baseline=own segments=12", call, &shapley);
  g_assert_cmpfloat_with_epsilon (sum_map (&lift), sum_map (&shapley), 1e-4);
  g_assert_cmpfloat_with_epsilon (lift.base_answer, shapley.base_answer, 1e-5);
}

/* Without biases LRP-ε is gradient × input where functions are rectifiers, and keeps the score; z⁺ keeps
 * it whatever the biases, and αβ does. */
static void
test_relevance (void)
{
  static const char bare[] = "conv-2d filters=4 kernel=3x3 bias=false, relu, max-pool-2d, flatten, "
                             "dense units=6 bias=false, relu, dense units=3 bias=false, "
                             "cross-entropy";
  static const char biased[]
      = "dense units=12, relu, dense units=8, relu, dense units=3, cross-entropy";
  const Kind without = { "bare", bare, { 3, { 2, 8, 8 } }, 3, 0, FALSE };
  const Kind with = { "biased", biased, { 1, { 20 } }, 3, 0, FALSE };
  g_autoptr (CjExplained) network = open_kind (&without, 1), other = open_kind (&with, 1);
  g_autofree float *x = new_sample (network, &without, 1), *z = new_sample (other, &with, 2);

  for (gint64 target = 0; target < 3; target++)
    {
      g_auto (CjExplanation) epsilon = { 0 }, part = { 0 }, plus = { 0 }, two = { 0 };

      run ("lrp", "rule=epsilon epsilon=1e-9", make_call (network, x, target), &epsilon);
      run ("gradient-x-input", "", make_call (network, x, target), &part);
      g_assert_cmpfloat_with_epsilon (sum_map (&epsilon), epsilon.answer,
                                      1e-4 * (1 + fabs (epsilon.answer)));
      for (gint64 i = 0; i < cj_shape_size (&part.map->shape); i++)
        g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (epsilon.map)[i], cj_tensor_f32 (part.map)[i],
                                        1e-3 * (1 + fabs (epsilon.answer)));
      run ("lrp", "rule=alpha-beta alpha=1", make_call (other, z, target), &plus);
      g_assert_cmpfloat_with_epsilon (sum_map (&plus), plus.answer,
                                      1e-4 * (1 + fabs (plus.answer)));
      run ("lrp", "rule=alpha-beta alpha=2", make_call (other, z, target), &two);
      g_assert_true (isfinite (sum_map (&two)));
    }
}

/* Of one dense layer by hand: R_i = x_i w_i / (Σ x w + b) f, so what is missing is the bias's share. */
static void
test_relevance_of_biases (void)
{
  const Kind kind = { "one", "dense units=2, cross-entropy", { 1, { 6 } }, 2, 0, FALSE };
  g_autoptr (CjExplained) network = open_kind (&kind, 1);
  CjProgram *program = cj_explained_get_program (network);
  const float *bias
      = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.bias"));
  const float *w
      = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.weight"));
  g_autofree float *x = new_sample (network, &kind, 1);
  g_auto (CjExplanation) explanation = { 0 }, sides = { 0 };
  double above = 0, below = 0;

  run ("lrp", "rule=epsilon epsilon=1e-9", make_call (network, x, 1), &explanation);
  g_assert_cmpfloat_with_epsilon (sum_map (&explanation) + bias[1], explanation.answer, 1e-5);
  for (int i = 0; i < 6; i++)
    {
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (explanation.map)[i], x[i] * w[6 + i], 1e-5);
      above += MAX (x[i] * w[6 + i], 0);
      below += MIN (x[i] * w[6 + i], 0);
    }
  run ("lrp", "rule=alpha-beta alpha=2", make_call (network, x, 1), &sides);
  for (int i = 0; i < 6; i++)
    {
      const double z = (double) x[i] * w[6 + i];

      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (sides.map)[i],
                                      (z > 0 ? 2 * z / above : -z / below) * sides.answer,
                                      1e-4 * (1 + fabs (sides.answer)));
    }
  g_assert_cmpfloat_with_epsilon (sum_map (&sides), sides.answer, 1e-4);
}

/* The rule of what agrees by hand on one dense layer, for a score above and one below 0; and nothing is
 * lost without biases. */
static void
test_relevance_gamma (void)
{
  static const char bare[]
      = "conv-2d filters=4 kernel=3x3 bias=false, relu, flatten, dense units=3 bias=false, "
        "cross-entropy";
  const Kind one = { "one", "dense units=4, cross-entropy", { 1, { 6 } }, 4, 0, FALSE };
  const Kind chain = { "bare", bare, { 3, { 2, 6, 6 } }, 3, 0, FALSE };
  g_autoptr (CjExplained) network = open_kind (&one, 1), other = open_kind (&chain, 1);
  CjProgram *program = cj_explained_get_program (network);
  float *bias = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.bias"));
  const float *w
      = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.weight"));
  g_autofree float *x = new_sample (network, &one, 1), *y = new_sample (other, &chain, 2);
  gboolean seen[2] = { FALSE, FALSE };

  bias[0] = 3;
  bias[1] = -3;
  for (gint64 k = 0; k < 4; k++)
    {
      g_auto (CjExplanation) gamma = { 0 };
      const double gain = 0.25;
      double z = bias[k], agrees;

      for (int i = 0; i < 6; i++)
        z += (double) x[i] * w[6 * k + i];
      agrees = (bias[k] > 0) == (z > 0) ? bias[k] : 0;
      for (int i = 0; i < 6; i++)
        agrees += (x[i] * w[6 * k + i] > 0) == (z > 0) ? (double) x[i] * w[6 * k + i] : 0;
      run ("lrp", "rule=gamma gamma=0.25 epsilon=1e-9", make_call (network, x, k), &gamma);
      seen[z > 0] = TRUE;
      for (int i = 0; i < 6; i++)
        {
          const double part = (double) x[i] * w[6 * k + i];

          g_assert_cmpfloat_with_epsilon (
              cj_tensor_f32 (gamma.map)[i],
              part * ((part > 0) == (z > 0) ? 1 + gain : 1) / (z + gain * agrees) * z, 1e-4);
        }
    }
  g_assert_true (seen[0] && seen[1]);
  for (gint64 target = 0; target < 3; target++)
    {
      g_auto (CjExplanation) gamma = { 0 }, composite = { 0 };

      run ("lrp", "rule=gamma epsilon=1e-9", make_call (other, y, target), &gamma);
      run ("lrp", "rule=composite epsilon=1e-9", make_call (other, y, target), &composite);
      g_assert_cmpfloat_with_epsilon (sum_map (&gamma), gamma.answer,
                                      1e-3 * (1 + fabs (gamma.answer)));
      g_assert_cmpfloat_with_epsilon (sum_map (&composite), composite.answer,
                                      1e-3 * (1 + fabs (composite.answer)));
    }
}

/* Without biases nothing is lost in a transformer, whose weights of attention and deviations of rows
 * count as constants (Ali et al., 2022), nor in what multiplies or divides. */
static void
test_relevance_of_transformers (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (CjExplained) network = open_kind (kind, 1);
  CjProgram *program = cj_explained_get_program (network);
  g_autofree float *x = new_sample (network, kind, 1);

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      if (strstr (param->name, "bias") != NULL)
        memset (cj_program_get_param_data (program, param), 0,
                sizeof (float) * (gsize) param->size);
    }
  cj_explained_forget (network);
  for (gint64 target = 0; target < kind->n_classes; target++)
    {
      g_auto (CjExplanation) epsilon = { 0 };

      run ("lrp", "rule=epsilon epsilon=1e-9", make_call (network, x, target), &epsilon);
      g_test_message ("%g of %g", sum_map (&epsilon), epsilon.answer);
      g_assert_cmpfloat_with_epsilon (sum_map (&epsilon), epsilon.answer,
                                      1e-3 * (0.1 + fabs (epsilon.answer)));
    }
}

/* Rows that are normalised, by hand: R_i = x_i Σ_j (δ_ij − 1 / N) R_j / (x_j − mean x). */
static void
test_relevance_of_rows (void)
{
  const Kind kind = { "rows", "layer-norm, cross-entropy", { 1, { 5 } }, 5, 0, FALSE };
  g_autoptr (CjExplained) network = open_kind (&kind, 1);
  CjProgram *program = cj_explained_get_program (network);
  const CjProgramParam *bias = cj_program_find_param (program, "layer1.bias");
  const float x[5] = { 0.7f, -1.2f, 2.0f, 0.9f, -0.1f };
  double mean = 0;

  g_assert_nonnull (bias);
  memset (cj_program_get_param_data (program, bias), 0, sizeof (float) * (gsize) bias->size);
  for (int i = 0; i < 5; i++)
    mean += x[i] / 5.0;
  for (gint64 target = 0; target < 5; target++)
    {
      g_auto (CjExplanation) epsilon = { 0 };

      run ("lrp", "rule=epsilon epsilon=1e-9", make_call (network, x, target), &epsilon);
      for (int i = 0; i < 5; i++)
        g_assert_cmpfloat_with_epsilon (
            cj_tensor_f32 (epsilon.map)[i],
            x[i] * ((i == target) - 0.2) / (x[target] - mean) * epsilon.answer, 1e-4);
    }
}

/* --- where it is steep --- */

/* Behind the norm of rows a picture of nothing is a cliff, over which 64 places that are equally far apart
 * step: those that lie closer where it is steep miss less than a hundredth of it. */
static void
test_cliff (void)
{
  const Kind kind = { "cliff",
                      "layer-norm, dense units=9, relu, layer-norm, dense units=3, cross-entropy",
                      { 2, { 4, 16 } },
                      12,
                      0,
                      FALSE };
  g_autoptr (CjExplained) network = open_kind (&kind, 1);
  g_autofree float *x = new_sample (network, &kind, 1);
  guint n_missed = 0;

  for (gint64 target = 0; target < 12; target++)
    {
      g_auto (CjExplanation) even = { 0 }, adaptive = { 0 }, automatic = { 0 };
      double whole, missing[2];

      run ("integrated-gradients", "rule=midpoint baseline=mean", make_call (network, x, target),
           &even);
      run ("integrated-gradients", "rule=adaptive baseline=mean", make_call (network, x, target),
           &adaptive);
      run ("integrated-gradients", "baseline=mean", make_call (network, x, target), &automatic);
      whole = even.answer - even.base_answer;
      missing[0] = fabs (sum_map (&even) - whole);
      missing[1] = fabs (sum_map (&adaptive) - whole);
      g_test_message ("%g: %g, %g, %g", whole, sum_map (&even), sum_map (&adaptive),
                      sum_map (&automatic));
      n_missed += missing[0] > 0.01 * fabs (whole);
      g_assert_cmpfloat (missing[1], <=, 0.01 * fabs (whole));
      g_assert_cmpfloat (fabs (sum_map (&automatic) - whole), <=, 0.01 * fabs (whole));
    }
  g_assert_cmpuint (n_missed, >=, 6); /* the cliff is there */
}

/* --- twins --- */

/* A central difference for each feature. */
static void
test_gradient (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (CjExplained) network = open_kind (kind, 2);
  const gint64 n = cj_explained_get_n_features (network);
  const CjExplainTarget target = { CJ_NO_VALUE, 1 };
  g_autofree float *x = new_sample (network, kind, 1);
  g_autofree float *rows = g_new (float, (gsize) (2 * n * n)), *answers = g_new (float, 2 * n);
  g_auto (CjExplanation) explanation = { 0 };
  const float h = 2e-3f;
  guint n_corners = 0;

  for (gint64 k = 0; k < 2 * n; k++)
    {
      memcpy (rows + k * n, x, sizeof (float) * (gsize) n);
      rows[k * n + k / 2] += k % 2 == 0 ? h : -h;
    }
  cj_explained_ask (network, rows, 2 * n, &target, answers);
  run ("gradient", "", make_call (network, x, 1), &explanation);
  for (gint64 i = 0; i < n; i++)
    {
      const double slope = ((double) answers[2 * i] - answers[2 * i + 1]) / (2 * h);

      n_corners += fabs (slope - cj_tensor_f32 (explanation.map)[i]) > 5e-3 * (1 + fabs (slope));
    }
  g_assert_cmpuint (n_corners, <=, kind->x.n_dims == 3 ? (guint) n / 20 : 0); /* of rectifiers */
}

/* Weights and sums of class activation maps in plain loops over what the program holds. */
static void
test_cams (void)
{
  const Kind *kind = &kinds[0];
  g_autoptr (CjExplained) network = open_kind (kind, 1);
  CjProgram *program = cj_explained_get_program (network);
  g_autofree float *x = new_sample (network, kind, 1);
  const CjExplainCall call = make_call (network, x, 2);
  g_auto (CjExplanation) plain = { 0 }, raw = { 0 }, plus = { 0 }, layer = { 0 };
  g_autoptr (CjTensor) maps = NULL, slopes = NULL;
  g_autofree float *slope = g_new (float, (gsize) cj_explained_get_n_features (network));
  int value;

  run ("grad-cam", "", call, &plain);
  run ("grad-cam", "signed=true", call, &raw);
  run ("grad-cam-plus-plus", "", call, &plus);
  run ("layer-cam", "", call, &layer);
  g_assert_true (cj_explain_find_layer (&call, &value, NULL));
  cj_explained_slope (network, x, 1, &call.target, NULL, slope, NULL);
  maps = cj_program_dup_value (program, value);
  slopes = cj_program_dup_value_gradient (program, value);
  const gint64 channels = maps->shape.dims[1], n = maps->shape.dims[2] * maps->shape.dims[3];

  g_assert_cmpint (cj_shape_size (&plain.coarse->shape), ==, n);
  for (gint64 i = 0; i < n; i++)
    {
      double grad = 0, pp = 0, each = 0;

      for (gint64 c = 0; c < channels; c++)
        {
          const float *a = cj_tensor_f32 (maps) + c * n, *g = cj_tensor_f32 (slopes) + c * n;
          double mean = 0, whole = 0, weight = 0;

          for (gint64 k = 0; k < n; k++)
            {
              mean += g[k] / (double) n;
              whole += a[k];
            }
          for (gint64 k = 0; k < n; k++)
            {
              const double g2 = (double) g[k] * g[k], below = 2 * g2 + whole * g2 * g[k];

              weight += below != 0 ? g2 / below * MAX (g[k], 0) : 0;
            }
          grad += mean * a[i];
          pp += weight * a[i];
          each += MAX (g[i], 0) * a[i];
        }
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (raw.coarse)[i], grad, 1e-5);
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (plain.coarse)[i], MAX (grad, 0), 1e-5);
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (plus.coarse)[i], MAX (pp, 0),
                                      1e-4 * (1 + fabs (pp)));
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (layer.coarse)[i], MAX (each, 0), 1e-5);
    }
}

/* --- every explainer --- */

static gboolean
is_where_shape (const CjExplained *network, const CjShape *shape)
{
  const CjExplainGrid grid = cj_explain_grid (network);
  const CjShape picture = cj_shape3 (1, grid.h, grid.w), row = cj_shape1 (grid.w);

  return cj_shape_equal (shape, cj_explained_get_shape (network))
         || cj_shape_equal (shape, &picture) || (!grid.is_picture && cj_shape_equal (shape, &row));
}

/* With the presets, and few background samples. FALSE: refused, with a sentence. */
static gboolean
try_preset (const CjExplainerInfo *info, const Kind *kind, guint threads,
            CjExplanation *explanation)
{
  g_autoptr (CjExplained) network = open_kind (kind, threads);
  const gint64 n = cj_explained_get_n_features (network);
  g_autofree float *x = new_sample (network, kind, 1), *background = g_new (float, 3 * n);
  g_autofree char *refusal = cj_explainer_refuse (info, network);
  CjExplainCall call = make_call (network, x, 1);
  g_autoptr (GError) error = NULL;

  for (gint64 i = 0; i < 3; i++)
    {
      g_autofree float *row = new_sample (network, kind, 10 + (guint64) i);

      memcpy (background + i * n, row, sizeof (float) * (gsize) n);
    }
  call.background = background;
  call.n_background = 3;
  call.seed = 7;
  if (cj_explainer_run (info, &call, explanation, &error))
    {
      g_assert_null (refusal);
      g_assert_no_error (error);
      g_assert_true (is_where_shape (network, &explanation->map->shape));
      g_assert_true (isfinite (explanation->answer));
      return TRUE;
    }
  g_assert_nonnull (error);
  g_test_message ("%s: %s", kind->name, error->message);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_null (explanation->map);
  return FALSE;
}

static void
test_every (gconstpointer data)
{
  const CjExplainerInfo *info = data;
  guint n_run = 0;

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_auto (CjExplanation) one = { 0 }, two = { 0 };

      if (!try_preset (info, &kinds[k], 1, &one))
        {
          g_assert_false (try_preset (info, &kinds[k], 2, &two));
          continue;
        }
      n_run++;
      g_assert_true (try_preset (info, &kinds[k], 2, &two));
      g_assert_cmpmem (one.map->data, cj_tensor_bytes (one.map), two.map->data,
                       cj_tensor_bytes (two.map));
      for (gint64 i = 0; i < cj_shape_size (&one.map->shape); i++)
        g_assert_true (isfinite (cj_tensor_f32 (one.map)[i]));
      if ((info->traits & CJ_EXPLAIN_SIGNED) == 0)
        for (gint64 i = 0; i < cj_shape_size (&one.map->shape); i++)
          g_assert_cmpfloat (cj_tensor_f32 (one.map)[i], >=, 0);
      if ((info->traits & CJ_EXPLAIN_COMPLETE) != 0)
        g_assert_true (isfinite (one.base_answer));
    }
  g_assert_cmpuint (n_run, >, 0);
}

typedef struct
{
  int left; /* answers until it says no */
  int asked;
  double last;
} Patience;

static gboolean
wait_for (double progress, gpointer data)
{
  Patience *patience = data;

  patience->asked++;
  g_assert_cmpfloat (progress, >=, 0);
  g_assert_cmpfloat (progress, <=, 1 + 1e-9);
  g_assert_cmpfloat (progress, >=, patience->last - 1e-9); /* never back */
  patience->last = progress;
  return patience->left-- > 0;
}

/* Stops whenever it is told to, without an error, and leaves nothing. */
static void
test_stop (gconstpointer data)
{
  const CjExplainerInfo *info = data;

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (CjExplained) network = open_kind (&kinds[k], 1);
      const gint64 n = cj_explained_get_n_features (network);
      g_autofree float *x = new_sample (network, &kinds[k], 1);
      g_autofree float *background = g_new0 (float, n);
      g_autofree char *refusal = cj_explainer_refuse (info, network);
      CjExplainCall call = make_call (network, x, 1);

      if (refusal != NULL)
        continue;
      call.background = background;
      call.n_background = 1;
      call.go_on = wait_for;
      for (int left = 0; left < 3; left++)
        {
          Patience patience = { .left = left };
          g_auto (CjExplanation) explanation = { 0 };
          g_autoptr (GError) error = NULL;
          gboolean done;

          call.data = &patience;
          done = cj_explainer_run (info, &call, &explanation, &error);
          g_assert_true (done == (explanation.map != NULL));
          g_assert_true (error == NULL || !done);
          if (patience.asked > left) /* it was told to stop */
            {
              g_assert_false (done);
              g_assert_no_error (error);
            }
          g_assert_cmpint (patience.asked, <=, left + 1);
        }
    }
}

/* --- what is wrong gets a sentence --- */

static void
expect_refusal (const char *id, const CjExplainCall *call, const char *part)
{
  g_auto (CjExplanation) explanation = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (cj_explainer_run (cj_explainer_find (id), call, &explanation, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_null (explanation.map);
}

static void
test_refusals (void)
{
  g_autoptr (CjExplained) picture = open_kind (&kinds[0], 1), table = open_kind (&kinds[1], 1);
  g_autofree float *x = new_sample (picture, &kinds[0], 1), *y = new_sample (table, &kinds[1], 1);
  const CjExplainerInfo *info = cj_explainer_find ("integrated-gradients");
  g_autofree gpointer params = cj_explainer_new_params (info);
  const CjLowered *lowered = cj_program_get_lowered (cj_explained_get_program (picture));
  CjExplainCall call = make_call (picture, x, 1), other = make_call (table, y, 1);

  expect_refusal ("grad-cam", &other, "Grad-CAM");
  expect_refusal ("rise", &other, "pictures");
  expect_refusal ("attention-rollout", &other, "attend");
  expect_refusal ("expected-gradients", &call, "none were given");
  g_assert_true (cj_params_parse (info->params, params, "baseline", "own", NULL));
  call.params = params;
  expect_refusal ("integrated-gradients", &call, "baseline of your own");
  call.params = NULL;
  call.layer = lowered->prediction;
  expect_refusal ("grad-cam", &call, "maps of a layer");
}

/* Weights that have grown without bounds get a sentence, not a map of nothing. */
static void
test_not_finite (void)
{
  g_autoptr (CjExplained) network = open_kind (&kinds[0], 1);
  g_autofree float *x = new_sample (network, &kinds[0], 1);
  const CjExplainCall call = make_call (network, x, 1);
  CjProgram *program = cj_explained_get_program (network);

  cj_program_get_param_data (program, cj_program_find_param (program, "dense1.weight"))[0] = NAN;
  cj_explained_forget (network);
  for (const CjExplainerInfo *const *e = cj_explainers (); *e != NULL; e++)
    {
      g_auto (CjExplanation) explanation = { 0 };
      g_autoptr (GError) error = NULL;

      if (!cj_explainer_run (*e, &call, &explanation, &error))
        g_assert_nonnull (error);
      for (gint64 i = 0; error == NULL && i < cj_shape_size (&explanation.map->shape); i++)
        g_assert_true (isfinite (cj_tensor_f32 (explanation.map)[i]));
    }
  expect_refusal ("integrated-gradients", &call, "too large");
}

/* No network that could be asked. */
static void
test_no_network (void)
{
  static const struct
  {
    const char *chain;
    CjDtype dtype;
    const char *part;
  } cases[] = {
    { "flatten, dense units=2, cross-entropy", CJ_INT32, "Embedding" },
    { "dense units=2, cross-entropy", CJ_FLOAT32, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (cases[i].chain);
      const CjDataSpec spec = { .batch = 1,
                                .x_shape = cj_shape2 (3, 4),
                                .x_dtype = cases[i].dtype,
                                .has_y = TRUE,
                                .y_dtype = CJ_INT32,
                                .n_classes = 2 };
      g_autoptr (GError) error = NULL;
      g_autoptr (CjExplained) network = cj_explained_new (graph, &spec, 1, &error);

      g_assert_true ((network == NULL) == (error != NULL));
      if (error != NULL)
        g_test_message ("%s", error->message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autofree char *complete
          = g_strdup_printf ("/engine/explain/completeness/%s", kinds[k].name);
      g_autofree char *gradient = g_strdup_printf ("/engine/explain/gradient/%s", kinds[k].name);

      g_test_add_data_func (complete, &kinds[k], test_completeness);
      g_test_add_data_func (gradient, &kinds[k], test_gradient);
    }
  g_test_add_func ("/engine/explain/shapley", test_shapley);
  g_test_add_func ("/engine/explain/deep-lift-and-shapley", test_deep_lift_and_shapley);
  g_test_add_func ("/engine/explain/relevance", test_relevance);
  g_test_add_func ("/engine/explain/relevance-of-biases", test_relevance_of_biases);
  g_test_add_func ("/engine/explain/relevance-gamma", test_relevance_gamma);
  g_test_add_data_func ("/engine/explain/relevance-of-transformers/tokens", &kinds[2],
                        test_relevance_of_transformers);
  g_test_add_data_func ("/engine/explain/relevance-of-transformers/patches", &kinds[5],
                        test_relevance_of_transformers);
  g_test_add_data_func ("/engine/explain/relevance-of-transformers/gates", &kinds[6],
                        test_relevance_of_transformers);
  g_test_add_func ("/engine/explain/relevance-of-rows", test_relevance_of_rows);
  g_test_add_func ("/engine/explain/cliff", test_cliff);
  g_test_add_func ("/engine/explain/cams", test_cams);
  for (const CjExplainerInfo *const *e = cj_explainers (); *e != NULL; e++)
    {
      g_autofree char *every = g_strdup_printf ("/engine/explain/every/%s", (*e)->id);
      g_autofree char *stop = g_strdup_printf ("/engine/explain/stop/%s", (*e)->id);

      g_test_add_data_func (every, *e, test_every);
      g_test_add_data_func (stop, *e, test_stop);
    }
  g_test_add_func ("/engine/explain/refusals", test_refusals);
  g_test_add_func ("/engine/explain/no-network", test_no_network);
  g_test_add_func ("/engine/explain/not-finite", test_not_finite);
  return g_test_run ();
}
