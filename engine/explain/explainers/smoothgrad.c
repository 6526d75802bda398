/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

#include "cj-rng.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

typedef enum
{
  FORM_MEAN,
  FORM_SQUARED,
  FORM_VARIANCE
} Form;

typedef struct
{
  int samples, form;
  double noise;
} Params;

static const char *const forms[] = { "mean", "squared", "variance", NULL };

static const CjParam params[] = {
  { .name = "samples",
    .title = "Samples",
    .blurb = "How many noisy copies are looked at",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, samples),
    .preset = 32,
    .min = 2,
    .max = 4096,
    .soft_min = 8,
    .soft_max = 128 },
  { .name = "noise",
    .title = "Noise",
    .blurb = "Deviation of the noise, as a share of the range of the sample",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, noise),
    .preset = 0.15,
    .min = 0,
    .max = 2,
    .soft_max = 0.5,
    .digits = 2 },
  { .name = "form",
    .title = "Form",
    .blurb = "The mean of the gradients, of their squares, or how much they differ (VarGrad)",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, form),
    .max = FORM_VARIANCE,
    .choices = forms },
  { NULL },
};

static float
find_range (const float *x, gint64 n)
{
  float least = x[0], most = x[0];

  for (gint64 i = 1; i < n; i++)
    {
      least = MIN (least, x[i]);
      most = MAX (most, x[i]);
    }
  return most - least;
}

/* Means of gradients and of their squares over the noisy copies; FALSE: stopped. */
static gboolean
gather (const CjExplainCall *call, const Params *p, double *sum, double *square)
{
  const gint64 n = cj_explained_get_n_features (call->network);
  const gint64 batch = cj_explained_get_batch (call->network);
  const float deviation = (float) p->noise * find_range (call->x, n);
  g_autofree float *rows = g_new (float, (gsize) (batch * n));
  g_autofree float *slopes = g_new (float, (gsize) (batch * n));

  for (gint64 begin = 0; begin < p->samples; begin += batch)
    {
      const gint64 count = MIN (batch, p->samples - begin);

      for (gint64 k = 0; k < count; k++)
        {
          CjRng rng;

          cj_rng_init (&rng, call->seed, CJ_RNG_DATA, (guint64) (begin + k));
          for (gint64 i = 0; i < n; i++)
            rows[k * n + i] = call->x[i] + deviation * cj_rng_normal (&rng);
        }
      cj_explained_slope (call->network, rows, count, &call->target, NULL, slopes, NULL);
      for (gint64 k = 0; k < count; k++)
        for (gint64 i = 0; i < n; i++)
          {
            sum[i] += slopes[k * n + i];
            square[i] += (double) slopes[k * n + i] * slopes[k * n + i];
          }
      if (!cj_explain_go_on (call, (double) (begin + count) / p->samples))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const gint64 n = cj_explained_get_n_features (call->network);
  g_autofree double *sum = g_new0 (double, (gsize) n), *square = g_new0 (double, (gsize) n);
  float answer;

  (void) error;
  if (!gather (call, p, sum, square))
    return FALSE;
  explanation->map = cj_explain_new_map (call->network);
  for (gint64 i = 0; i < n; i++)
    {
      const double mean = sum[i] / p->samples, mean_square = square[i] / p->samples;

      cj_tensor_f32 (explanation->map)[i]
          = (float) (p->form == FORM_MEAN      ? mean
                     : p->form == FORM_SQUARED ? mean_square
                                               : MAX (mean_square - mean * mean, 0));
    }
  cj_explained_ask (call->network, call->x, 1, &call->target, &answer);
  explanation->answer = answer;
  return TRUE;
}

const CjExplainerInfo cj_explainer_smoothgrad = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "smoothgrad",
  .title = "SmoothGrad",
  .blurb = "The gradient, averaged over copies with noise, so that what flickers cancels out",
  .formula = "R = 1/n Σ ∂f / ∂x (x + ε), ε ~ N (0, σ²)",
  .source
  = "Smilkov, Thorat, Kim, Viégas and Wattenberg, 2017: SmoothGrad; Adebayo et al., 2018, for "
    "VarGrad",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_SLOPE | CJ_EXPLAIN_RANDOM,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
