/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-segments.h"
#include "cj-error.h"
#include "cj-linear-fit.h"
#include "cj-rng.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct
{
  int segments, samples, baseline;
} Params;

static const CjParam params[] = {
  { CJ_SEGMENTS_ROW, .offset = offsetof (Params, segments), .preset = 64, .max = 512,
    .soft_max = 256 },
  { .name = "samples",
    .title = "Coalitions",
    .blurb = "How many sets of segments are asked about; up to twelve segments all there are",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, samples),
    .preset = 2048,
    .min = 64,
    .max = 65536,
    .soft_min = 512,
    .soft_max = 16384,
    .flags = CJ_PARAM_LOG },
  { CJ_BASELINE_ROW, .blurb = "What stands in place of what is left out",
    .offset = offsetof (Params, baseline) },
  { NULL },
};

#define EXACT 12 /* segments up to which every coalition is asked about */

typedef struct
{
  gint64 n;
  guint8 *shown;   /* n × S */
  double *weights; /* n */
} Coalitions;

static void
coalitions_clear (Coalitions *coalitions)
{
  g_free (coalitions->shown);
  g_free (coalitions->weights);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Coalitions, coalitions_clear)

/* The Shapley kernel, (S - 1) / (C (S, k) k (S - k)), of a coalition of k. */
static double
get_kernel (guint s, guint k)
{
  const double choose = exp (lgamma (s + 1.0) - lgamma (k + 1.0) - lgamma (s - k + 1.0));

  return (s - 1) / (choose * k * (s - k));
}

static void
take_all (Coalitions *self, guint s)
{
  self->n = ((gint64) 1 << s) - 2;
  self->shown = g_malloc ((gsize) self->n * s);
  self->weights = g_new (double, (gsize) self->n);
  for (gint64 i = 0; i < self->n; i++)
    {
      guint k = 0;

      for (guint j = 0; j < s; j++)
        k += self->shown[i * s + j] = ((i + 1) >> j) & 1;
      self->weights[i] = get_kernel (s, k);
    }
}

/* Sizes drawn as the kernel weighs them, then all coalitions count alike; each with its complement,
 * which cancels most of the noise (Covert and Lee, 2021). */
static void
draw (Coalitions *self, guint s, gint64 n, guint64 seed)
{
  g_autofree double *until = g_new0 (double, s);
  g_autofree guint32 *order = g_new (guint32, s);
  CjRng rng;

  self->n = n / 2 * 2;
  self->shown = g_malloc0 ((gsize) self->n * s);
  self->weights = g_new (double, (gsize) self->n);
  for (guint k = 1; k < s; k++)
    until[k] = until[k - 1] + 1.0 / ((double) k * (s - k));
  cj_rng_init (&rng, seed, CJ_RNG_DATA, 0);
  for (gint64 i = 0; i < self->n; i += 2)
    {
      const double at = cj_rng_uniform (&rng) * until[s - 1];
      guint k = 1;

      while (k + 1 < s && until[k] <= at)
        k++;
      for (guint j = 0; j < s; j++)
        order[j] = j;
      cj_rng_shuffle (&rng, order, s);
      for (guint j = 0; j < s; j++)
        {
          self->shown[i * s + order[j]] = j < k;
          self->shown[(i + 1) * s + order[j]] = j >= k;
        }
      self->weights[i] = self->weights[i + 1] = 1;
    }
}

/* Of the normal equations a [S, S] and b [2, S], of which the second row is ones, the values that solve them
 * under the constraint that all of them add up to `whole`. */
static gboolean
solve (double *a, double *b, guint s, double whole, double *values)
{
  double sum = 0, ones = 0;

  for (guint j = 0; j < s; j++)
    b[s + j] = 1;
  if (!cj_solve_symmetric (a, b, s, 2))
    return FALSE;
  for (guint j = 0; j < s; j++)
    {
      sum += b[j];
      ones += b[s + j];
    }
  for (guint j = 0; j < s; j++)
    values[j] = b[j] - b[s + j] * (sum - whole) / ones;
  return TRUE;
}

/* The values whose sums over coalitions are nearest to the answers. FALSE: stopped, or an error. */
static gboolean
find_values (const CjExplainCall *call, const CjSegments *segments, const float *base,
             double base_answer, double whole, double *values, GError **error)
{
  const Params *p = call->params;
  const guint s = segments->n;
  g_autofree double *a = g_new0 (double, (gsize) s *s), *b = g_new0 (double, (gsize) 2 * s);
  g_autofree float *answers = NULL;
  g_auto (Coalitions) coalitions = { 0 };

  if (s <= EXACT)
    take_all (&coalitions, s);
  else
    draw (&coalitions, s, p->samples, call->seed);
  answers = g_new (float, (gsize) coalitions.n);
  if (!cj_segments_ask (segments, call, base, coalitions.shown, coalitions.n, 0, CJ_SEGMENTS_ASKED,
                        answers)
      || !cj_segments_gather (segments, call, coalitions.shown, coalitions.n, coalitions.weights,
                              answers, base_answer, FALSE, CJ_SEGMENTS_ASKED, 1, a, b))
    return FALSE;
  if (solve (a, b, s, whole, values))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_NUMBER,
               _ ("finds no values that fit the answers. Ask about more coalitions, or cut "
                  "fewer segments."));
  return FALSE;
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const gint64 n = cj_explained_get_n_features (call->network);
  g_autofree float *base = g_new (float, (gsize) n);
  g_autofree double *values = NULL;
  g_auto (CjSegments) segments = { 0 };
  float answer, base_answer;

  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, base, error))
    return FALSE;
  cj_segments_init (&segments, call, (guint) p->segments);
  values = g_new0 (double, segments.n);
  cj_explained_ask (call->network, call->x, 1, &call->target, &answer);
  cj_explained_ask (call->network, base, 1, &call->target, &base_answer);
  values[0] = (double) answer - base_answer; /* of a single segment */
  if (segments.n > 1
      && !find_values (call, &segments, base, base_answer, (double) answer - base_answer, values,
                       error))
    return FALSE;
  explanation->map = cj_segments_spread (&segments, values, TRUE);
  explanation->answer = answer;
  explanation->base_answer = base_answer;
  return TRUE;
}

const CjExplainerInfo cj_explainer_kernel_shap = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "kernel-shap",
  .title = "KernelSHAP",
  .blurb = "What each segment adds to the answer, averaged over all sets it could join",
  .formula = "φ = argmin Σ_z k (z) (f (z) − f (∅) − z · φ)², Σ φ = f (x) − f (∅)",
  .source = "Lundberg and Lee, 2017: A unified approach to interpreting model predictions",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_COMPLETE | CJ_EXPLAIN_RANDOM | CJ_EXPLAIN_SLOW,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
