/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures of explanations against answers that are known: linear networks, maps that say all or nothing,
 * slow twins of the two likenesses. */
#include "cj-explain-tools.h"
#include "cj-faithful.h"

#include "network.h"

#include <math.h>
#include <string.h>

static CjExplained *
open_chain (const char *chain, CjShape x, guint n_classes, guint threads)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  const CjDataSpec spec
      = { .batch = 1, .x_shape = x, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = n_classes };
  g_autoptr (GError) error = NULL;
  CjExplained *network = cj_explained_new (graph, &spec, threads, &error);

  g_assert_no_error (error);
  cj_program_init (cj_explained_get_program (network), 5);
  return network;
}

static float *
new_sample (const CjExplained *network, guint64 stream)
{
  const gint64 n = cj_explained_get_n_features (network);
  float *x = g_new (float, (gsize) n);
  CjRng rng;

  cj_rng_init (&rng, 9, CJ_RNG_TEST, stream);
  for (gint64 i = 0; i < n; i++)
    x[i] = cj_rng_normal (&rng);
  return x;
}

static CjTensor *
run (const char *id, const CjExplainCall *call)
{
  g_auto (CjExplanation) explanation = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (cj_explainer_run (cj_explainer_find (id), call, &explanation, &error));
  g_assert_no_error (error);
  return cj_tensor_ref (explanation.map);
}

/* Of a linear network gradients, integrated gradients and gradient × input say all there is, whatever
 * their unit; twice as much and the opposite say it as well; zeros say nothing. */
static void
test_infidelity (void)
{
  static const char *const ids[]
      = { "gradient", "gradient-x-input", "integrated-gradients", "deep-lift" };
  const CjExplainerInfo *parts = cj_explainer_find ("gradient-x-input");
  g_autoptr (CjExplained) network
      = open_chain ("flatten, dense units=3, cross-entropy", cj_shape3 (2, 8, 8), 3, 1);
  g_autofree float *x = new_sample (network, 1);
  const CjExplainCall call
      = { .network = network, .x = x, .target = { CJ_NO_VALUE, 1 }, .layer = CJ_NO_VALUE };
  g_autoptr (CjTensor) map = NULL;
  double infidelity;
  CjRng rng;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (CjTensor) own = run (ids[i], &call);

      g_assert_true (
          cj_faithful_infidelity (cj_explainer_find (ids[i]), &call, own, 64, &infidelity));
      g_assert_cmpfloat_with_epsilon (infidelity, 0, 1e-6);
    }
  map = run ("gradient-x-input", &call);
  for (gint64 i = 0; i < cj_shape_size (&map->shape); i++)
    cj_tensor_f32 (map)[i] *= -2;
  g_assert_true (cj_faithful_infidelity (parts, &call, map, 64, &infidelity));
  g_assert_cmpfloat_with_epsilon (infidelity, 0, 1e-6);
  cj_rng_init (&rng, 3, CJ_RNG_TEST, 2);
  for (gint64 i = 0; i < cj_shape_size (&map->shape); i++)
    cj_tensor_f32 (map)[i] = cj_rng_normal (&rng);
  g_assert_true (cj_faithful_infidelity (parts, &call, map, 256, &infidelity));
  g_assert_cmpfloat (infidelity, >, 0.5);
  g_assert_cmpfloat (infidelity, <=, 1);
  memset (map->data, 0, cj_tensor_bytes (map));
  g_assert_true (cj_faithful_infidelity (parts, &call, map, 64, &infidelity));
  g_assert_cmpfloat (infidelity, ==, 1);
}

/* A map of pixels says the same of all its channels: where they are one, as one of features. */
static void
test_infidelity_of_pixels (void)
{
  const CjExplainerInfo *parts = cj_explainer_find ("gradient-x-input");
  g_autoptr (CjExplained) network
      = open_chain ("flatten, dense units=3, cross-entropy", cj_shape3 (3, 6, 6), 3, 1);
  g_autofree float *x = new_sample (network, 1);
  const CjExplainCall call
      = { .network = network, .x = x, .target = { CJ_NO_VALUE, 0 }, .layer = CJ_NO_VALUE };
  g_autoptr (CjTensor) map = run ("gradient-x-input", &call), pixels = NULL;
  const CjShape shape = cj_shape3 (1, 6, 6);
  double infidelity;

  pixels = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < 108; i++)
    cj_tensor_f32 (pixels)[i % 36] += cj_tensor_f32 (map)[i];
  g_assert_true (cj_faithful_infidelity (parts, &call, pixels, 64, &infidelity));
  g_assert_cmpfloat_with_epsilon (infidelity, 0, 1e-6);
}

/* The slope of a linear network is the same everywhere; gradient × input moves with the input. */
static void
test_sensitivity (void)
{
  g_autoptr (CjExplained) network
      = open_chain ("dense units=3, cross-entropy", cj_shape1 (10), 3, 1);
  g_autofree float *x = new_sample (network, 1);
  const CjExplainCall call
      = { .network = network, .x = x, .target = { CJ_NO_VALUE, 1 }, .layer = CJ_NO_VALUE };
  g_autoptr (CjTensor) slope = run ("gradient", &call), part = run ("gradient-x-input", &call);
  double still, moving, farther;

  g_assert_true (cj_faithful_sensitivity (cj_explainer_find ("gradient"), &call, slope, 8, 0.02,
                                          &still, NULL));
  g_assert_cmpfloat (still, ==, 0);
  g_assert_true (cj_faithful_sensitivity (cj_explainer_find ("gradient-x-input"), &call, part, 8,
                                          0.02, &moving, NULL));
  g_assert_true (cj_faithful_sensitivity (cj_explainer_find ("gradient-x-input"), &call, part, 8,
                                          0.04, &farther, NULL));
  g_assert_cmpfloat (moving, >, 0);
  g_assert_cmpfloat_with_epsilon (farther, 2 * moving, 1e-3 * farther);
  memset (part->data, 0, cj_tensor_bytes (part));
  g_assert_true (cj_faithful_sensitivity (cj_explainer_find ("gradient-x-input"), &call, part, 8,
                                          0.02, &moving, NULL));
  g_assert_true (isnan (moving));
}

/* Of a linear network with two classes each step of the best order takes away what is left of most; by
 * hand, with no more than the weights. */
static void
test_curves (void)
{
  g_autoptr (CjExplained) network
      = open_chain ("dense units=2, cross-entropy", cj_shape1 (8), 2, 1);
  CjProgram *program = cj_explained_get_program (network);
  const float *w
      = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.weight"));
  const float *b
      = cj_program_get_param_data (program, cj_program_find_param (program, "dense1.bias"));
  g_autofree float *x = new_sample (network, 1);
  const CjExplainCall call
      = { .network = network, .x = x, .target = { CJ_NO_VALUE, 0 }, .layer = CJ_NO_VALUE };
  const CjShape shape = cj_shape1 (8);
  g_autoptr (CjTensor) map = cj_tensor_new (CJ_FLOAT32, &shape);
  g_auto (CjFaithfulCurves) curves = { 0 }, worst = { 0 };
  double left[8], area = 0, margin = (double) b[0] - b[1], sure[9];

  for (int i = 0; i < 8; i++)
    {
      left[i] = (double) x[i] * ((double) w[i] - w[8 + i]);
      cj_tensor_f32 (map)[i] = (float) left[i];
      margin += left[i];
    }
  for (int k = 0; k <= 8; k++)
    {
      int largest = 0;

      sure[k] = 1 / (1 + exp (-margin));
      area += sure[k] / 8 / (k == 0 || k == 8 ? 2 : 1);
      for (int i = 1; i < 8; i++)
        if (left[i] > left[largest])
          largest = i;
      margin -= left[largest];
      left[largest] = -INFINITY;
    }
  g_assert_true (cj_faithful_curves (&call, map, 8, &curves));
  for (int k = 0; k <= 8; k++)
    g_assert_cmpfloat_with_epsilon (curves.deletion[k], sure[k], 1e-5);
  g_assert_cmpfloat_with_epsilon (curves.deletion_area, area, 1e-5);
  g_assert_cmpfloat_with_epsilon (curves.insertion[0], sure[8], 1e-5);
  g_assert_cmpfloat_with_epsilon (curves.insertion[8], sure[0], 1e-5);
  for (int i = 0; i < 8; i++)
    cj_tensor_f32 (map)[i] *= -1;
  g_assert_true (cj_faithful_curves (&call, map, 8, &worst));
  g_assert_cmpfloat (worst.deletion_area, >, curves.deletion_area);
  g_assert_cmpfloat (worst.insertion_area, <, curves.insertion_area);
  /* what is taken away in the worst order is given back in the best */
  for (int k = 0; k <= 8; k++)
    g_assert_cmpfloat_with_epsilon (worst.deletion[k], curves.insertion[8 - k], 1e-6);
}

/* Of scores for each moment [T, K] the softmax is that of the target's moment. */
static void
test_curves_of_moments (void)
{
  g_autoptr (CjExplained) network
      = open_chain ("dense units=4, cross-entropy", cj_shape2 (3, 5), 4, 1);
  g_autofree float *x = new_sample (network, 1), *scores = g_new (float, 12);
  const CjExplainCall call
      = { .network = network, .x = x, .target = { CJ_NO_VALUE, 6 }, .layer = CJ_NO_VALUE };
  g_autoptr (CjTensor) map = run ("gradient-x-input", &call);
  g_auto (CjFaithfulCurves) curves = { 0 };
  double sum = 0;

  g_assert_cmpint (cj_explained_get_n_scores (network), ==, 12);
  cj_explained_score (network, x, 1, scores);
  for (int k = 4; k < 8; k++)
    sum += exp ((double) scores[k]);
  g_assert_true (cj_faithful_curves (&call, map, 3, &curves));
  g_assert_cmpfloat_with_epsilon (curves.deletion[0], exp ((double) scores[6]) / sum, 1e-5);
}

/* --- likeness --- */

/* Ranks by counting, correlation by its definition. */
static double
slow_rank_correlation (const float *a, const float *b, int n)
{
  g_autofree double *ra = g_new0 (double, n), *rb = g_new0 (double, n);
  double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;

  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      {
        ra[i] += fabsf (a[j]) < fabsf (a[i]) ? 1 : fabsf (a[j]) == fabsf (a[i]) ? 0.5 : 0;
        rb[i] += fabsf (b[j]) < fabsf (b[i]) ? 1 : fabsf (b[j]) == fabsf (b[i]) ? 0.5 : 0;
      }
  for (int i = 0; i < n; i++)
    {
      ma += ra[i] / n;
      mb += rb[i] / n;
    }
  for (int i = 0; i < n; i++)
    {
      ab += (ra[i] - ma) * (rb[i] - mb);
      aa += (ra[i] - ma) * (ra[i] - ma);
      bb += (rb[i] - mb) * (rb[i] - mb);
    }
  return ab / sqrt (aa * bb);
}

static void
test_ranks (void)
{
  static const float a[] = { 1, -2, 3, 4, -5 }, b[] = { -5, 6, 7, -8, 7 },
                     same[] = { 2, -2, 2, 2, 2 };
  float x[60], y[60];
  CjRng rng;

  /* Spearman's of 1 2 3 4 5 and 1 2 3.5 5 3.5, by hand: 8 / √(10 · 9.5) */
  g_assert_cmpfloat_with_epsilon (cj_faithful_rank_correlation (a, b, 5, TRUE), 8 / sqrt (95),
                                  1e-12);
  g_assert_cmpfloat_with_epsilon (cj_faithful_rank_correlation (a, a, 5, TRUE), 1, 1e-12);
  g_assert_true (isnan (cj_faithful_rank_correlation (a, same, 5, TRUE)));
  cj_rng_init (&rng, 1, CJ_RNG_TEST, 1);
  for (int trial = 0; trial < 20; trial++)
    {
      for (int i = 0; i < 60; i++)
        {
          x[i] = (float) cj_rng_below (&rng, 9) - 4;
          y[i] = cj_rng_normal (&rng) + x[i] * (float) (trial % 3);
        }
      g_assert_cmpfloat_with_epsilon (cj_faithful_rank_correlation (x, y, 60, TRUE),
                                      slow_rank_correlation (x, y, 60), 1e-9);
    }
}

/* Equation 13 window by window, with moments about the means. */
static double
slow_ssim (const double *x, const double *y, int h, int w, int window_h, int window_w)
{
  double sum = 0;
  int n = 0;

  for (int r = 0; r + window_h <= h; r++)
    for (int c = 0; c + window_w <= w; c++, n++)
      {
        double all = 0, mx = 0, my = 0, vx = 0, vy = 0, xy = 0;

        for (int pass = 0; pass < 3; pass++)
          for (int i = 0; i < window_h; i++)
            for (int j = 0; j < window_w; j++)
              {
                const double v = i - (window_h - 1) / 2.0, u = j - (window_w - 1) / 2.0;
                const double bell = exp (-(u * u + v * v) / (2 * 1.5 * 1.5));
                const double a = x[(r + i) * w + c + j], b = y[(r + i) * w + c + j];

                if (pass == 0)
                  all += bell;
                else if (pass == 1)
                  {
                    mx += bell * a / all;
                    my += bell * b / all;
                  }
                else
                  {
                    vx += bell * (a - mx) * (a - mx) / all;
                    vy += bell * (b - my) * (b - my) / all;
                    xy += bell * (a - mx) * (b - my) / all;
                  }
              }
        sum += (2 * mx * my + 1e-4) * (2 * xy + 9e-4)
               / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4));
      }
  return sum / n;
}

static void
test_ssim (void)
{
  static const int sizes[][4] = {
    { 16, 14, 11, 11 }, { 11, 11, 11, 11 }, { 8, 5, 7, 5 }, { 1, 20, 1, 11 }, { 2, 1, 1, 1 }
  };

  for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
    {
      const int h = sizes[k][0], w = sizes[k][1], n = h * w;
      g_autofree float *a = g_new (float, n), *b = g_new (float, n);
      g_autofree double *x = g_new (double, n), *y = g_new (double, n);
      float low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
      CjRng rng;

      cj_rng_init (&rng, 1, CJ_RNG_TEST, k);
      for (int i = 0; i < n; i++)
        {
          a[i] = cj_rng_normal (&rng);
          b[i] = 3 * a[i] + cj_rng_normal (&rng);
          low[0] = MIN (low[0], a[i]);
          high[0] = MAX (high[0], a[i]);
          low[1] = MIN (low[1], b[i]);
          high[1] = MAX (high[1], b[i]);
        }
      for (int i = 0; i < n; i++)
        {
          x[i] = ((double) a[i] - low[0]) / ((double) high[0] - low[0]);
          y[i] = ((double) b[i] - low[1]) / ((double) high[1] - low[1]);
        }
      g_assert_cmpfloat_with_epsilon (cj_faithful_ssim (a, b, h, w),
                                      slow_ssim (x, y, h, w, sizes[k][2], sizes[k][3]), 1e-9);
      g_assert_cmpfloat_with_epsilon (cj_faithful_ssim (a, a, h, w), 1, 1e-9);
      for (int i = 0; i < n; i++)
        b[i] = 5 * a[i] - 2; /* stretched to the same picture */
      g_assert_cmpfloat_with_epsilon (cj_faithful_ssim (a, b, h, w), 1, 1e-5);
    }
}

/* --- sanity --- */

static void
test_layers (void)
{
  g_autoptr (CjExplained) network
      = open_chain ("conv-2d filters=3 kernel=3x3, batch-norm, relu, flatten, dense units=5, relu, "
                    "dense units=2, cross-entropy",
                    cj_shape3 (1, 7, 7), 2, 1);
  g_auto (GStrv) layers = cj_faithful_list_layers (network);
  g_autofree char *all = g_strjoinv (" ", layers);

  g_assert_cmpstr (all, ==, "dense2 dense1 batch1 conv1");
}

/* Everything is as it was, and gradients of a network drawn anew are others. */
static void
test_sanity (void)
{
  g_autoptr (CjExplained) network
      = open_chain ("conv-2d filters=4 kernel=3x3, batch-norm, relu, flatten, dense units=8, tanh, "
                    "dense units=2, cross-entropy",
                    cj_shape3 (1, 9, 9), 2, 1);
  CjProgram *program = cj_explained_get_program (network);
  const CjExplainerInfo *info = cj_explainer_find ("gradient");
  g_autofree float *x = new_sample (network, 1);
  const CjExplainCall call
      = { .network = network, .x = x, .target = { CJ_NO_VALUE, 1 }, .layer = CJ_NO_VALUE };
  g_autoptr (CjTensor) before = NULL, after = NULL, zeros = NULL;
  g_auto (CjSanity) sanity = { 0 }, again = { 0 }, nothing = { 0 };
  float scores[2], later[2];

  for (guint i = 0; i < cj_program_get_n_params (program); i++) /* learned: not as initialised */
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      CjRng rng;

      cj_rng_init (&rng, 4, CJ_RNG_TEST, i);
      for (gint64 k = 0; k < param->size; k++)
        cj_program_get_param_data (program, param)[k]
            = param->state ? 0.5f + cj_rng_uniform (&rng) : 0.3f * cj_rng_normal (&rng);
    }
  cj_explained_forget (network);
  before = run ("gradient", &call);
  cj_explained_score (network, x, 1, scores);
  g_assert_true (cj_faithful_sanity (info, &call, before, TRUE, &sanity));
  after = run ("gradient", &call);
  cj_explained_score (network, x, 1, later);
  g_assert_cmpmem (before->data, cj_tensor_bytes (before), after->data, cj_tensor_bytes (after));
  g_assert_cmpmem (scores, sizeof scores, later, sizeof later);
  g_assert_cmpuint (sanity.n, ==, 4);
  g_assert_cmpfloat (fabs (sanity.cascade_rank[3]), <, 0.9);
  g_assert_cmpfloat (sanity.cascade_ssim[3], <, 0.9);
  g_assert_cmpfloat (sanity.cascade_rank[0], ==, sanity.alone_rank[0]);
  g_assert_true (cj_faithful_sanity (info, &call, before, FALSE, &again));
  g_assert_cmpmem (sanity.cascade_rank, 4 * sizeof (double), again.cascade_rank,
                   4 * sizeof (double));
  g_assert_null (again.alone_rank);
  zeros = cj_tensor_dup (before);
  memset (zeros->data, 0, cj_tensor_bytes (zeros));
  g_assert_true (cj_faithful_sanity (info, &call, zeros, FALSE, &nothing));
  g_assert_true (isnan (nothing.cascade_rank[0]));
  g_assert_cmpint (cj_sanity_judge (cj_sanity_get_mean (&nothing)), ==, CJ_SANITY_UNKNOWN);
}

/* An explainer that does not look at what was learned: the sample itself. */
static gboolean
run_blind (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  (void) error;
  explanation->map = cj_explain_new_map (call->network);
  memcpy (explanation->map->data, call->x, cj_tensor_bytes (explanation->map));
  return TRUE;
}

static void
test_blind (void)
{
  static const CjExplainerInfo blind = { .id = "blind", .title = "Blind", .run = run_blind };
  g_autoptr (CjExplained) network
      = open_chain ("dense units=6, relu, dense units=2, cross-entropy", cj_shape1 (12), 2, 1);
  g_autofree float *x = new_sample (network, 1);
  const CjExplainCall call
      = { .network = network, .x = x, .target = { CJ_NO_VALUE, 1 }, .layer = CJ_NO_VALUE };
  g_auto (CjExplanation) explanation = { 0 };
  g_auto (CjSanity) sanity = { 0 };

  g_assert_true (cj_explainer_run (&blind, &call, &explanation, NULL));
  g_assert_true (cj_faithful_sanity (&blind, &call, explanation.map, TRUE, &sanity));
  for (guint k = 0; k < sanity.n; k++)
    {
      g_assert_cmpfloat_with_epsilon (sanity.cascade_rank[k], 1, 1e-12);
      g_assert_cmpfloat_with_epsilon (sanity.alone_ssim[k], 1, 1e-9);
    }
  g_assert_cmpint (cj_sanity_judge (cj_sanity_get_mean (&sanity)), ==, CJ_SANITY_FAILS);
  g_assert_cmpint (cj_sanity_judge (0.3), ==, CJ_SANITY_PASSES);
}

/* --- stopping --- */

typedef struct
{
  int left; /* answers until it says no */
  double last;
} Patience;

static gboolean
stop_after (double progress, gpointer data)
{
  Patience *patience = data;

  g_assert_cmpfloat (progress, >=, patience->last - 1e-9); /* never back */
  g_assert_cmpfloat (progress, <=, 1 + 1e-9);
  patience->last = progress;
  return patience->left-- > 0;
}

/* Whenever it is told to, and the network has its weights again. */
static void
test_stop (void)
{
  const CjExplainerInfo *info = cj_explainer_find ("integrated-gradients");
  g_autoptr (CjExplained) network
      = open_chain ("dense units=6, relu, dense units=2, cross-entropy", cj_shape1 (12), 2, 1);
  g_autofree float *x = new_sample (network, 1);
  CjExplainCall call
      = { .network = network, .x = x, .target = { CJ_NO_VALUE, 1 }, .layer = CJ_NO_VALUE };
  g_autoptr (CjTensor) map = run ("integrated-gradients", &call), after = NULL;

  call.go_on = stop_after;
  for (int n = 0; n < 5; n++)
    {
      const int many = n < 4 ? n : 100000; /* the last is never told to stop */
      Patience first = { n < 2 ? n : many }, second = { n < 2 ? n : many }, third = { many },
               fourth = { many };
      g_auto (CjFaithfulCurves) curves = { 0 };
      g_auto (CjSanity) sanity = { 0 };
      g_autoptr (GError) error = NULL;
      double number;

      call.data = &first;
      g_assert_true (cj_faithful_curves (&call, map, 8, &curves) == (n >= 2));
      call.data = &second;
      g_assert_true (cj_faithful_infidelity (info, &call, map, 64, &number) == (n >= 2));
      call.data = &third;
      g_assert_true (cj_faithful_sensitivity (info, &call, map, 8, 0.02, &number, &error)
                     == (n == 4));
      g_assert_no_error (error);
      call.data = &fourth;
      g_assert_true (cj_faithful_sanity (info, &call, map, TRUE, &sanity) == (n == 4));
      g_assert_true ((sanity.cascade_rank != NULL) == (n == 4));
    }
  call.go_on = NULL;
  after = run ("integrated-gradients", &call);
  g_assert_cmpmem (map->data, cj_tensor_bytes (map), after->data, cj_tensor_bytes (after));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/explain/faithful/infidelity", test_infidelity);
  g_test_add_func ("/engine/explain/faithful/infidelity-of-pixels", test_infidelity_of_pixels);
  g_test_add_func ("/engine/explain/faithful/sensitivity", test_sensitivity);
  g_test_add_func ("/engine/explain/faithful/curves", test_curves);
  g_test_add_func ("/engine/explain/faithful/curves-of-moments", test_curves_of_moments);
  g_test_add_func ("/engine/explain/faithful/ranks", test_ranks);
  g_test_add_func ("/engine/explain/faithful/ssim", test_ssim);
  g_test_add_func ("/engine/explain/faithful/layers", test_layers);
  g_test_add_func ("/engine/explain/faithful/sanity", test_sanity);
  g_test_add_func ("/engine/explain/faithful/blind", test_blind);
  g_test_add_func ("/engine/explain/faithful/stop", test_stop);
  return g_test_run ();
}
