/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explainers where samples or answers have a shape that is none of the usual ones. */
#include "cj-explainer.h"

#include "network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Three classes, weights as drawn. */
static CjExplained *
open_network (const char *chain, const CjShape *x, const CjShape *y)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  const CjDataSpec spec = { .batch = 1,
                            .x_shape = *x,
                            .y_shape = *y,
                            .x_dtype = CJ_FLOAT32,
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = 3 };
  g_autoptr (GError) error = NULL;
  CjExplained *network = cj_explained_new (graph, &spec, 1, &error);

  g_assert_no_error (error);
  cj_program_init (cj_explained_get_program (network), 5);
  return network;
}

/* A method with "name=value name=value"; fails the test if it refuses. */
static void
run (const char *id, const char *settings, CjExplained *network, const float *x, gint64 target,
     CjExplanation *explanation)
{
  const CjExplainerInfo *info = cj_explainer_find (id);
  g_autofree gpointer params = cj_explainer_new_params (info);
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);
  const CjExplainCall call = { .network = network,
                               .x = x,
                               .target = { CJ_NO_VALUE, target },
                               .layer = CJ_NO_VALUE,
                               .params = params };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      g_assert_true (cj_params_parse (info->params, params, pair[0], pair[1], &error));
    }
  g_assert_true (cj_explainer_run (info, &call, explanation, &error));
  g_assert_no_error (error);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

/* A strip is cut into no more segments than are wanted, and nearly as many; a picture of one pixel is one. */
static void
test_strips (void)
{
  static const struct
  {
    gint64 h, w;
    guint least, most; /* segments of ten */
  } strips[] = { { 1, 300, 8, 10 }, { 300, 1, 8, 10 }, { 2, 150, 8, 10 }, { 1, 1, 1, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (strips); i++)
    {
      const gint64 pixels = strips[i].h * strips[i].w;
      const CjShape shape = cj_shape3 (1, strips[i].h, strips[i].w), y = { 0 };
      g_autoptr (CjExplained) network
          = open_network ("flatten, dense units=3, cross-entropy", &shape, &y);
      g_autofree float *x = g_new (float, (gsize) pixels);
      g_auto (CjExplanation) explanation = { 0 };
      guint n = 1;

      for (gint64 k = 0; k < pixels; k++)
        x[k] = 1; /* colours say nothing, only places do */
      run ("ablation", "baseline=mean segments=10", network, x, 1, &explanation);
      qsort (explanation.map->data, (gsize) pixels, sizeof (float), compare_numbers);
      for (gint64 k = 1; k < pixels; k++)
        n += cj_tensor_f32 (explanation.map)[k] != cj_tensor_f32 (explanation.map)[k - 1];
      g_assert_cmpuint (n, >=, strips[i].least);
      g_assert_cmpuint (n, <=, strips[i].most);
    }
}

/* Of answers for each moment, another class wins at the moment that is asked about. */
static void
test_moments (void)
{
  const CjShape x_shape = cj_shape2 (4, 5), y_shape = cj_shape1 (4);
  g_autoptr (CjExplained) network
      = open_network ("dense units=3, cross-entropy", &x_shape, &y_shape);
  float x[20], scores[12];
  CjRng rng;

  g_assert_cmpint (cj_explained_get_n_scores (network), ==, 12);
  cj_rng_init (&rng, 9, CJ_RNG_TEST, 1);
  for (int i = 0; i < 20; i++)
    x[i] = cj_rng_normal (&rng);
  for (int toward = 0; toward < 3; toward++)
    {
      const int target = 6 + (toward + 1) % 3;
      g_autofree char *settings = g_strdup_printf ("toward=%d steps=1000", toward);
      g_auto (CjExplanation) explanation = { 0 };
      float changed[20];

      run ("counterfactual", settings, network, x, target, &explanation);
      for (int i = 0; i < 20; i++)
        {
          changed[i] = x[i] + cj_tensor_f32 (explanation.map)[i];
          g_assert_true (i / 5 == 2 || changed[i] == x[i]);
        }
      cj_explained_score (network, changed, 1, scores);
      for (int k = 0; k < 3; k++)
        g_assert_true (k == toward || scores[6 + toward] > scores[6 + k]);
    }
}

/* Marks of the padding beside words: what is asked about are the vectors of the words, the marks stay those of the
 * sample, in every row and however many there are. */
static void
test_marks (void)
{
  enum
  {
    WORDS = 5,
    ROWS = 40
  };
  static const gint32 samples[2][2 * WORDS]
      = { { 3, 1, 4, 2, 5, 1, 1, 1, 0, 0 }, { 3, 1, 4, 2, 5, 1, 0, 1, 1, 1 } };
  const CjDataSpec spec = { .batch = 1,
                            .x_shape = cj_shape1 (2 * WORDS),
                            .x_dtype = CJ_INT32,
                            .has_y = TRUE,
                            .y_dtype = CJ_INT32,
                            .n_classes = 3,
                            .n_words = 7 };
  g_autoptr (CjGraph) graph
      = network_new_graph ("split size=5, embedding 6, multi-head-attention 3 padding-word=0, "
                           "flatten, dense 3, cross-entropy");
  g_autoptr (CjExplained) network = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree float *x = NULL, *scores = NULL;
  CjExplainTarget target = { CJ_NO_VALUE, 1 };
  const CjLowered *lowered;
  float wanted[2][3], slope[WORDS * 6], up[2];
  gint64 first, d;

  g_assert_true (cj_graph_connect (graph, cj_graph_find (graph, "split1"), 1,
                                   cj_graph_find (graph, "multi1"), 3, &error));
  network = cj_explained_new (graph, &spec, 1, &error);
  g_assert_no_error (error);
  cj_program_init (cj_explained_get_program (network), 5);
  lowered = cj_program_get_lowered (cj_explained_get_program (network));
  d = cj_explained_get_n_features (network);
  g_assert_cmpint (d, ==, WORDS * 6);
  g_assert_cmpint (cj_explained_get_words (network, &first), !=, CJ_NO_VALUE);
  g_assert_cmpint (first, ==, 0);
  x = g_new (float, ROWS *d);
  scores = g_new (float, ROWS * 3);
  for (int k = 0; k < 2; k++)
    {
      g_autoptr (CjTensor) all = NULL;

      cj_explained_read (network, samples[k], 1, x);
      all = cj_program_dup_value (cj_explained_get_program (network), lowered->prediction);
      memcpy (wanted[k], all->data, sizeof wanted[k]);
    }
  g_assert_cmpfloat (fabsf (wanted[0][1] - wanted[1][1]), >, 1e-3);
  for (gint64 i = 1; i < ROWS; i++)
    memcpy (x + i * d, x, sizeof (float) * (gsize) d);
  for (int k = 0; k < 2; k++)
    {
      cj_explained_stand_on (network, samples[k], 1);
      cj_explained_score (network, x, ROWS, scores);
      for (int i = 0; i < ROWS * 3; i++)
        g_assert_cmpfloat_with_epsilon (scores[i], wanted[k][i % 3], 1e-6);
    }
  cj_explained_stand_on (network, samples[0], 2); /* each on its own, then all on the second */
  cj_explained_score (network, x, ROWS, scores);
  for (int i = 0; i < ROWS * 3; i++)
    g_assert_cmpfloat_with_epsilon (scores[i], wanted[i < 3 ? 0 : 1][i % 3], 1e-6);
  cj_explained_stand_on (network, samples[0], 1);
  cj_explained_slope (network, x, 1, &target, NULL, slope, NULL);
  for (int i = 0; i < WORDS * 6; i++)
    {
      for (int side = 0; side < 2; side++)
        {
          x[i] += side == 0 ? 0.05f : -0.1f;
          cj_explained_ask (network, x, 1, &target, &up[side]);
        }
      x[i] += 0.05f;
      g_assert_cmpfloat_with_epsilon (slope[i], (up[0] - up[1]) / 0.1f, 1e-2);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/explain-shapes/strips", test_strips);
  g_test_add_func ("/engine/explain-shapes/moments", test_moments);
  g_test_add_func ("/engine/explain-shapes/marks", test_marks);
  return g_test_run ();
}
