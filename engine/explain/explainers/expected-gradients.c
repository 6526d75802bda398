/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

#include "cj-error.h"
#include "cj-rng.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int samples;
} Params;

static const CjParam params[] = {
  { .name = "samples",
    .title = "Samples",
    .blurb = "How many pairs of a background sample and a place on the way from it are drawn",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, samples),
    .preset = 128,
    .min = 8,
    .max = 16384,
    .soft_min = 32,
    .soft_max = 512 },
  { NULL },
};

/* Pair k: background row k mod M in a shuffled order, at a place of its own stratum. */
static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const gint64 n = cj_explained_get_n_features (call->network);
  const gint64 batch = cj_explained_get_batch (call->network);
  g_autofree float *rows = g_new (float, (gsize) (batch * n));
  g_autofree float *slopes = g_new (float, (gsize) (batch * n));
  g_autofree double *sum = g_new0 (double, (gsize) n);
  g_autofree guint32 *strata = g_new (guint32, (gsize) p->samples);
  g_autofree float *answers = NULL;
  double base = 0;
  float answer;
  CjRng rng;

  if (call->n_background < 1)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("wants samples of the data to compare with, and none were given."));
      return FALSE;
    }
  cj_rng_init (&rng, call->seed, CJ_RNG_DATA, 0);
  for (int k = 0; k < p->samples; k++)
    strata[k] = (guint32) k;
  cj_rng_shuffle (&rng, strata, (gsize) p->samples);
  for (gint64 begin = 0; begin < p->samples; begin += batch)
    {
      const gint64 count = MIN (batch, p->samples - begin);

      for (gint64 k = 0; k < count; k++)
        {
          const float *base_row = call->background + (begin + k) % call->n_background * n;
          const float at = ((float) strata[begin + k] + cj_rng_uniform (&rng)) / (float) p->samples;

          for (gint64 i = 0; i < n; i++)
            rows[k * n + i] = base_row[i] + at * (call->x[i] - base_row[i]);
        }
      cj_explained_slope (call->network, rows, count, &call->target, NULL, slopes, NULL);
      for (gint64 k = 0; k < count; k++)
        {
          const float *base_row = call->background + (begin + k) % call->n_background * n;

          for (gint64 i = 0; i < n; i++)
            sum[i] += (double) slopes[k * n + i] * (call->x[i] - base_row[i]);
        }
      if (!cj_explain_go_on (call, (double) (begin + count) / p->samples))
        return FALSE;
    }
  explanation->map = cj_explain_new_map (call->network);
  for (gint64 i = 0; i < n; i++)
    cj_tensor_f32 (explanation->map)[i] = (float) (sum[i] / p->samples);
  answers = g_new (float, (gsize) call->n_background);
  cj_explained_ask (call->network, call->background, call->n_background, &call->target, answers);
  for (gint64 k = 0; k < call->n_background; k++)
    base += answers[k] / (double) call->n_background;
  cj_explained_ask (call->network, call->x, 1, &call->target, &answer);
  explanation->answer = answer;
  explanation->base_answer = base;
  return TRUE;
}

const CjExplainerInfo cj_explainer_expected_gradients = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "expected-gradients",
  .title = "Expected gradients",
  .blurb = "Integrated gradients, averaged over samples of the data as baselines",
  .formula = "R = E [(x − x₀) ∂f / ∂x (x₀ + a (x − x₀))], x₀ from the data, a uniform",
  .source
  = "Erion, Janizek, Sturmfels, Lundberg and Lee, 2021: Improving performance of deep learning "
    "models with axiomatic attribution priors",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_COMPLETE | CJ_EXPLAIN_BACKGROUND | CJ_EXPLAIN_RANDOM,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
