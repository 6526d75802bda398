/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explainers on small random networks of several kinds: twins that are slow and obvious, what they refuse,
 * that they stop, and that they say the same again. What their numbers add up to is asked in
 * test-explain-sums.c. */
#include "explained.h"

#include "network.h"

#include <math.h>
#include <string.h>

/* --- twins --- */

/* A central difference for each feature. */
static void
test_gradient (gconstpointer data)
{
  const ExplainKind *kind = data;
  g_autoptr (CjExplained) network = explain_open (kind, 2);
  const gint64 n = cj_explained_get_n_features (network);
  const CjExplainTarget target = { CJ_NO_VALUE, 1 };
  g_autofree float *x = explain_new_sample (network, kind, 1);
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
  explain_run ("gradient", "", explain_make_call (network, x, 1), &explanation);
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
  const ExplainKind *kind = &explain_kinds[EXPLAIN_PICTURE];
  g_autoptr (CjExplained) network = explain_open (kind, 1);
  CjProgram *program = cj_explained_get_program (network);
  g_autofree float *x = explain_new_sample (network, kind, 1);
  const CjExplainCall call = explain_make_call (network, x, 2);
  g_auto (CjExplanation) plain = { 0 }, raw = { 0 }, plus = { 0 }, layer = { 0 };
  g_autoptr (CjTensor) maps = NULL, slopes = NULL;
  g_autofree float *slope = g_new (float, (gsize) cj_explained_get_n_features (network));
  int value;

  explain_run ("grad-cam", "", call, &plain);
  explain_run ("grad-cam", "signed=true", call, &raw);
  explain_run ("grad-cam-plus-plus", "", call, &plus);
  explain_run ("layer-cam", "", call, &layer);
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
try_preset (const CjExplainerInfo *info, const ExplainKind *kind, guint threads,
            CjExplanation *explanation)
{
  g_autoptr (CjExplained) network = explain_open (kind, threads);
  const gint64 n = cj_explained_get_n_features (network);
  g_autofree float *x = explain_new_sample (network, kind, 1), *background = g_new (float, 3 * n);
  g_autofree char *refusal = cj_explainer_refuse (info, network);
  CjExplainCall call = explain_make_call (network, x, 1);
  g_autoptr (GError) error = NULL;

  for (gint64 i = 0; i < 3; i++)
    {
      g_autofree float *row = explain_new_sample (network, kind, 10 + (guint64) i);

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

  for (guint k = 0; k < EXPLAIN_N_KINDS; k++)
    {
      g_auto (CjExplanation) one = { 0 }, two = { 0 };

      if (!try_preset (info, &explain_kinds[k], 1, &one))
        {
          g_assert_false (try_preset (info, &explain_kinds[k], 2, &two));
          continue;
        }
      n_run++;
      g_assert_true (try_preset (info, &explain_kinds[k], 2, &two));
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

  for (guint k = 0; k < EXPLAIN_N_KINDS; k++)
    {
      g_autoptr (CjExplained) network = explain_open (&explain_kinds[k], 1);
      const gint64 n = cj_explained_get_n_features (network);
      g_autofree float *x = explain_new_sample (network, &explain_kinds[k], 1);
      g_autofree float *background = g_new0 (float, n);
      g_autofree char *refusal = cj_explainer_refuse (info, network);
      CjExplainCall call = explain_make_call (network, x, 1);

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

static gboolean
stop_behind (double progress, gpointer data)
{
  return progress < *(const double *) data;
}

/* The fit to the answers, which takes longer than they do where there are many segments, stops as well. */
static void
test_stop_fit (void)
{
  const ExplainKind *kind = &explain_kinds[EXPLAIN_PICTURE];
  static const char *const ids[] = { "kernel-shap", "lime" };
  g_autoptr (CjExplained) network = explain_open (kind, 1);
  g_autofree float *x = explain_new_sample (network, kind, 1);

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const CjExplainerInfo *info = cj_explainer_find (ids[i]);
      g_autofree gpointer params = cj_explainer_new_params (info);
      CjExplainCall call = explain_make_call (network, x, 1);
      g_auto (CjExplanation) explanation = { 0 };
      g_autoptr (GError) error = NULL;
      double behind = 0.91; /* all answers are there at 0.9 */

      g_assert_true (cj_params_parse (info->params, params, "samples", "2048", &error));
      call.params = params;
      call.go_on = stop_behind;
      call.data = &behind;
      g_assert_false (cj_explainer_run (info, &call, &explanation, &error));
      g_assert_no_error (error);
      g_assert_null (explanation.map);
      behind = 2;
      g_assert_true (cj_explainer_run (info, &call, &explanation, &error));
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
  g_autoptr (CjExplained) picture = explain_open (&explain_kinds[EXPLAIN_PICTURE], 1),
                          table = explain_open (&explain_kinds[EXPLAIN_TABLE], 1);
  g_autofree float *x = explain_new_sample (picture, &explain_kinds[EXPLAIN_PICTURE], 1),
                   *y = explain_new_sample (table, &explain_kinds[EXPLAIN_TABLE], 1);
  const CjExplainerInfo *info = cj_explainer_find ("integrated-gradients");
  g_autofree gpointer params = cj_explainer_new_params (info);
  const CjLowered *lowered = cj_program_get_lowered (cj_explained_get_program (picture));
  CjExplainCall call = explain_make_call (picture, x, 1), other = explain_make_call (table, y, 1);

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
  g_autoptr (CjExplained) network = explain_open (&explain_kinds[EXPLAIN_PICTURE], 1);
  g_autofree float *x = explain_new_sample (network, &explain_kinds[EXPLAIN_PICTURE], 1);
  const CjExplainCall call = explain_make_call (network, x, 1);
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
  for (guint k = 0; k < EXPLAIN_N_KINDS; k++)
    {
      g_autofree char *gradient
          = g_strdup_printf ("/engine/explain/gradient/%s", explain_kinds[k].name);

      g_test_add_data_func (gradient, &explain_kinds[k], test_gradient);
    }
  g_test_add_func ("/engine/explain/cams", test_cams);
  for (const CjExplainerInfo *const *e = cj_explainers (); *e != NULL; e++)
    {
      g_autofree char *every = g_strdup_printf ("/engine/explain/every/%s", (*e)->id);
      g_autofree char *stop = g_strdup_printf ("/engine/explain/stop/%s", (*e)->id);

      g_test_add_data_func (every, *e, test_every);
      g_test_add_data_func (stop, *e, test_stop);
    }
  g_test_add_func ("/engine/explain/stop-fit", test_stop_fit);
  g_test_add_func ("/engine/explain/refusals", test_refusals);
  g_test_add_func ("/engine/explain/no-network", test_no_network);
  g_test_add_func ("/engine/explain/not-finite", test_not_finite);
  return g_test_run ();
}
