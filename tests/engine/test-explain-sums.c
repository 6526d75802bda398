/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the numbers of explainers must add up to: the answer, or its difference from that to a baseline. */
#include "explained.h"

#include "cj-explain-units.h"

#include <math.h>
#include <string.h>

/* --- identities --- */

/* Σ R = f (x) − f (x₀). */
static void
test_completeness (gconstpointer data)
{
  const ExplainKind *kind = data;
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
  g_autoptr (CjExplained) network = explain_open (kind, 1);
  g_autofree float *x = explain_new_sample (network, kind, 1);

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    for (gint64 target = 0; target < kind->n_classes; target++)
      {
        g_auto (CjExplanation) explanation = { 0 };
        double whole;

        explain_run (methods[i].id, methods[i].settings, explain_make_call (network, x, target),
                     &explanation);
        whole = explanation.answer - explanation.base_answer;
        g_test_message ("%s, %s %s: %g of %g", kind->name, methods[i].id, methods[i].settings,
                        explain_sum (&explanation), whole);
        g_assert_cmpfloat_with_epsilon (explain_sum (&explanation), whole,
                                        methods[i].tolerance * (fabs (whole) + 0.05));
      }
}

/* Ten numbers of a table, each a player: φ from all 10! orders by the formula over sets. */
static void
test_shapley (void)
{
  const ExplainKind *kind = &explain_kinds[EXPLAIN_TABLE];
  const int n = 10;
  g_autoptr (CjExplained) network = explain_open (kind, 1);
  g_autofree float *x = explain_new_sample (network, kind, 1), *rows = g_new0 (float, 1024 * 10);
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
  explain_run ("kernel-shap", "baseline=mean segments=16", explain_make_call (network, x, 2),
               &explanation);
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
  const ExplainKind *kind = &explain_kinds[EXPLAIN_TABLE];
  g_autoptr (CjExplained) network = explain_open (kind, 1);
  g_autofree float *x = explain_new_sample (network, kind, 3),
                   *own = explain_new_sample (network, kind, 4);
  CjExplainCall call = explain_make_call (network, x, 1);
  g_auto (CjExplanation) lift = { 0 }, shapley = { 0 };

  call.baseline = own;
  explain_run ("deep-lift", "baseline=own", call, &lift);
  explain_run ("kernel-shap", "baseline=own segments=12", call, &shapley);
  g_assert_cmpfloat_with_epsilon (explain_sum (&lift), explain_sum (&shapley), 1e-4);
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
  const ExplainKind without = { "bare", bare, { 3, { 2, 8, 8 } }, 3, 0, FALSE };
  const ExplainKind with = { "biased", biased, { 1, { 20 } }, 3, 0, FALSE };
  g_autoptr (CjExplained) network = explain_open (&without, 1), other = explain_open (&with, 1);
  g_autofree float *x = explain_new_sample (network, &without, 1),
                   *z = explain_new_sample (other, &with, 2);

  for (gint64 target = 0; target < 3; target++)
    {
      g_auto (CjExplanation) epsilon = { 0 }, part = { 0 }, plus = { 0 }, two = { 0 };

      explain_run ("lrp", "rule=epsilon epsilon=1e-9", explain_make_call (network, x, target),
                   &epsilon);
      explain_run ("gradient-x-input", "", explain_make_call (network, x, target), &part);
      g_assert_cmpfloat_with_epsilon (explain_sum (&epsilon), epsilon.answer,
                                      1e-4 * (1 + fabs (epsilon.answer)));
      for (gint64 i = 0; i < cj_shape_size (&part.map->shape); i++)
        g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (epsilon.map)[i], cj_tensor_f32 (part.map)[i],
                                        1e-3 * (1 + fabs (epsilon.answer)));
      explain_run ("lrp", "rule=alpha-beta alpha=1", explain_make_call (other, z, target), &plus);
      g_assert_cmpfloat_with_epsilon (explain_sum (&plus), plus.answer,
                                      1e-4 * (1 + fabs (plus.answer)));
      explain_run ("lrp", "rule=alpha-beta alpha=2", explain_make_call (other, z, target), &two);
      g_assert_true (isfinite (explain_sum (&two)));
    }
}

/* Of one dense layer by hand: R_i = x_i w_i / (Σ x w + b) f, so what is missing is the bias's share. */
static void
test_relevance_of_biases (void)
{
  const ExplainKind kind = { "one", "dense units=2, cross-entropy", { 1, { 6 } }, 2, 0, FALSE };
  g_autoptr (CjExplained) network = explain_open (&kind, 1);
  CjProgram *program = cj_explained_get_program (network);
  const float *bias
      = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.bias"));
  const float *w
      = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.weight"));
  g_autofree float *x = explain_new_sample (network, &kind, 1);
  g_auto (CjExplanation) explanation = { 0 }, sides = { 0 };
  double above = 0, below = 0;

  explain_run ("lrp", "rule=epsilon epsilon=1e-9", explain_make_call (network, x, 1), &explanation);
  g_assert_cmpfloat_with_epsilon (explain_sum (&explanation) + bias[1], explanation.answer, 1e-5);
  for (int i = 0; i < 6; i++)
    {
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (explanation.map)[i], x[i] * w[6 + i], 1e-5);
      above += MAX (x[i] * w[6 + i], 0);
      below += MIN (x[i] * w[6 + i], 0);
    }
  explain_run ("lrp", "rule=alpha-beta alpha=2", explain_make_call (network, x, 1), &sides);
  for (int i = 0; i < 6; i++)
    {
      const double z = (double) x[i] * w[6 + i];

      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (sides.map)[i],
                                      (z > 0 ? 2 * z / above : -z / below) * sides.answer,
                                      1e-4 * (1 + fabs (sides.answer)));
    }
  g_assert_cmpfloat_with_epsilon (explain_sum (&sides), sides.answer, 1e-4);
}

/* The rule of what agrees by hand on one dense layer, for a score above and one below 0; and nothing is
 * lost without biases. */
static void
test_relevance_gamma (void)
{
  static const char bare[]
      = "conv-2d filters=4 kernel=3x3 bias=false, relu, flatten, dense units=3 bias=false, "
        "cross-entropy";
  const ExplainKind one = { "one", "dense units=4, cross-entropy", { 1, { 6 } }, 4, 0, FALSE };
  const ExplainKind chain = { "bare", bare, { 3, { 2, 6, 6 } }, 3, 0, FALSE };
  g_autoptr (CjExplained) network = explain_open (&one, 1), other = explain_open (&chain, 1);
  CjProgram *program = cj_explained_get_program (network);
  float *bias = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.bias"));
  const float *w
      = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.weight"));
  g_autofree float *x = explain_new_sample (network, &one, 1),
                   *y = explain_new_sample (other, &chain, 2);
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
      explain_run ("lrp", "rule=gamma gamma=0.25 epsilon=1e-9", explain_make_call (network, x, k),
                   &gamma);
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

      explain_run ("lrp", "rule=gamma epsilon=1e-9", explain_make_call (other, y, target), &gamma);
      explain_run ("lrp", "rule=composite epsilon=1e-9", explain_make_call (other, y, target),
                   &composite);
      g_assert_cmpfloat_with_epsilon (explain_sum (&gamma), gamma.answer,
                                      1e-3 * (1 + fabs (gamma.answer)));
      g_assert_cmpfloat_with_epsilon (explain_sum (&composite), composite.answer,
                                      1e-3 * (1 + fabs (composite.answer)));
    }
}

/* Without biases nothing is lost in a transformer, whose weights of attention and deviations of rows
 * count as constants (Ali et al., 2022), nor in what multiplies or divides. */
static void
test_relevance_of_transformers (gconstpointer data)
{
  const ExplainKind *kind = data;
  g_autoptr (CjExplained) network = explain_open (kind, 1);
  CjProgram *program = cj_explained_get_program (network);
  g_autofree float *x = explain_new_sample (network, kind, 1);

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

      explain_run ("lrp", "rule=epsilon epsilon=1e-9", explain_make_call (network, x, target),
                   &epsilon);
      g_test_message ("%g of %g", explain_sum (&epsilon), epsilon.answer);
      g_assert_cmpfloat_with_epsilon (explain_sum (&epsilon), epsilon.answer,
                                      1e-3 * (0.1 + fabs (epsilon.answer)));
    }
}

/* Rows that are normalised, by hand: R_i = x_i Σ_j (δ_ij − 1 / N) R_j / (x_j − mean x). */
static void
test_relevance_of_rows (void)
{
  const ExplainKind kind = { "rows", "layer-norm, cross-entropy", { 1, { 5 } }, 5, 0, FALSE };
  g_autoptr (CjExplained) network = explain_open (&kind, 1);
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

      explain_run ("lrp", "rule=epsilon epsilon=1e-9", explain_make_call (network, x, target),
                   &epsilon);
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
  const ExplainKind kind
      = { "cliff",
          "layer-norm, dense units=9, relu, layer-norm, dense units=3, cross-entropy",
          { 2, { 4, 16 } },
          12,
          0,
          FALSE };
  g_autoptr (CjExplained) network = explain_open (&kind, 1);
  g_autofree float *x = explain_new_sample (network, &kind, 1);
  guint n_missed = 0;

  for (gint64 target = 0; target < 12; target++)
    {
      g_auto (CjExplanation) even = { 0 }, adaptive = { 0 }, automatic = { 0 };
      double whole, missing[2];

      explain_run ("integrated-gradients", "rule=midpoint baseline=mean",
                   explain_make_call (network, x, target), &even);
      explain_run ("integrated-gradients", "rule=adaptive baseline=mean",
                   explain_make_call (network, x, target), &adaptive);
      explain_run ("integrated-gradients", "baseline=mean", explain_make_call (network, x, target),
                   &automatic);
      whole = even.answer - even.base_answer;
      missing[0] = fabs (explain_sum (&even) - whole);
      missing[1] = fabs (explain_sum (&adaptive) - whole);
      g_test_message ("%g: %g, %g, %g", whole, explain_sum (&even), explain_sum (&adaptive),
                      explain_sum (&automatic));
      n_missed += missing[0] > 0.01 * fabs (whole);
      g_assert_cmpfloat (missing[1], <=, 0.01 * fabs (whole));
      g_assert_cmpfloat (fabs (explain_sum (&automatic) - whole), <=, 0.01 * fabs (whole));
    }
  g_assert_cmpuint (n_missed, >=, 6); /* the cliff is there */
}

/* Through a layer that everything goes through goes all of the difference, where what follows is linear; and
 * only what is named is looked at. */
static void
test_units (void)
{
  const ExplainKind kind
      = { "two", "dense units=6, tanh, dense units=3, cross-entropy", { 1, { 4 } }, 3, 0, FALSE,
          { 0 } };
  g_autoptr (CjExplained) network = explain_open (&kind, 1);
  const CjLowered *lowered = cj_program_get_lowered (cj_explained_get_program (network));
  g_autofree float *x = explain_new_sample (network, &kind, 1);
  g_autofree float *without = explain_new_sample (network, &kind, 2);
  const CjExplainTarget target = { CJ_NO_VALUE, 1 };
  int values[1] = { CJ_NO_VALUE }; /* behind tanh: the last with six numbers a row */
  g_autoptr (GArray) all = NULL, one = NULL;
  float answers[2];
  double sum = 0;

  for (guint i = 0; i < lowered->n_nodes; i++)
    if (lowered->nodes[i].n_out > 0)
      {
        const int value = lowered->nodes[i].out[0];
        const CjShape *shape = cj_builder_get_shape (lowered->builder, value);

        if (shape->n_dims == 2 && shape->dims[1] == 6)
          values[0] = MAX (values[0], value);
      }
  all = cj_explain_units (network, x, without, &target, values, G_N_ELEMENTS (values), 100);
  one = cj_explain_units (network, x, without, &target, values, G_N_ELEMENTS (values), 1);

  cj_explained_ask (network, x, 1, &target, &answers[0]);
  cj_explained_ask (network, without, 1, &target, &answers[1]);
  g_assert_cmpuint (all->len, ==, 6);
  for (guint i = 0; i < all->len; i++)
    sum += g_array_index (all, CjUnitShare, i).share;
  g_assert_cmpfloat_with_epsilon (sum, (double) answers[0] - answers[1], 1e-5);
  g_assert_cmpuint (one->len, ==, 1);
  for (guint i = 1; i < all->len; i++)
    g_assert_cmpfloat (fabs (g_array_index (all, CjUnitShare, i).share), <=,
                       fabs (g_array_index (one, CjUnitShare, 0).share));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint k = 0; k < EXPLAIN_N_KINDS; k++)
    {
      g_autofree char *complete
          = g_strdup_printf ("/engine/explain/completeness/%s", explain_kinds[k].name);

      g_test_add_data_func (complete, &explain_kinds[k], test_completeness);
    }
  g_test_add_func ("/engine/explain/shapley", test_shapley);
  g_test_add_func ("/engine/explain/deep-lift-and-shapley", test_deep_lift_and_shapley);
  g_test_add_func ("/engine/explain/relevance", test_relevance);
  g_test_add_func ("/engine/explain/relevance-of-biases", test_relevance_of_biases);
  g_test_add_func ("/engine/explain/relevance-gamma", test_relevance_gamma);
  g_test_add_data_func ("/engine/explain/relevance-of-transformers/tokens",
                        &explain_kinds[EXPLAIN_TOKENS], test_relevance_of_transformers);
  g_test_add_data_func ("/engine/explain/relevance-of-transformers/patches",
                        &explain_kinds[EXPLAIN_PATCHES], test_relevance_of_transformers);
  g_test_add_data_func ("/engine/explain/relevance-of-transformers/gates",
                        &explain_kinds[EXPLAIN_GATES], test_relevance_of_transformers);
  g_test_add_func ("/engine/explain/relevance-of-rows", test_relevance_of_rows);
  g_test_add_func ("/engine/explain/cliff", test_cliff);
  g_test_add_func ("/engine/explain/units", test_units);
  return g_test_run ();
}
