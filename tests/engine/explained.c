/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explained.h"

#include "network.h"

#include <string.h>

const ExplainKind explain_kinds[EXPLAIN_N_KINDS] = {
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
new_graph (const ExplainKind *kind)
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

CjExplained *
explain_open (const ExplainKind *kind, guint threads)
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

float *
explain_new_sample (CjExplained *network, const ExplainKind *kind, guint64 stream)
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

CjExplainCall
explain_make_call (CjExplained *network, const float *x, gint64 target)
{
  return (CjExplainCall){
    .network = network, .x = x, .target = { CJ_NO_VALUE, target }, .layer = CJ_NO_VALUE
  };
}

void
explain_run (const char *id, const char *settings, CjExplainCall call, CjExplanation *explanation)
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

double
explain_sum (const CjExplanation *explanation)
{
  double sum = 0;

  for (gint64 i = 0; i < cj_shape_size (&explanation->map->shape); i++)
    sum += cj_tensor_f32 (explanation->map)[i];
  return sum;
}
