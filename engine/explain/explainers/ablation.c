/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-segments.h"

#include <stddef.h>

typedef struct
{
  int segments, baseline;
} Params;

static const CjParam params[] = {
  { CJ_SEGMENTS_ROW, .offset = offsetof (Params, segments), .preset = 128, .max = 16384,
    .soft_min = 16, .soft_max = 512 },
  { CJ_BASELINE_ROW, .blurb = "What stands in place of what is taken away",
    .offset = offsetof (Params, baseline) },
  { NULL },
};

typedef struct
{
  CjSegments segments;
  float *base;
  double *values; /* what each segment is worth */
  float answer;
} Ablation;

static void
ablation_clear (Ablation *self)
{
  cj_segments_clear (&self->segments);
  g_free (self->base);
  g_free (self->values);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ablation, ablation_clear)

/* The sample without segment k. */
static void
make_row (gint64 k, float *x, gpointer data)
{
  const Ablation *self = data;
  const CjExplainGrid *grid = &self->segments.grid;

  for (gint64 i = 0; i < grid->h * grid->w; i++)
    for (gint64 c = 0; c < grid->c && self->segments.labels[i] == k; c++)
      x[cj_explain_at (grid, c, i)] = self->base[cj_explain_at (grid, c, i)];
}

static void
take_answer (gint64 k, const float *answers, gpointer data)
{
  Ablation *self = data;

  self->values[k] = (double) self->answer - *answers;
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  g_auto (Ablation) self = { 0 };
  const CjExplainRows rows = { make_row, take_answer, &self, FALSE };

  self.base = g_new (float, (gsize) cj_explained_get_n_features (call->network));
  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, self.base, error))
    return FALSE;
  cj_segments_init (&self.segments, call, (guint) p->segments);
  self.values = g_new (double, self.segments.n);
  cj_explained_ask (call->network, call->x, 1, &call->target, &self.answer);
  if (!cj_explain_ask (call, &rows, self.segments.n, 0, 1))
    return FALSE;
  explanation->map = cj_segments_spread (&self.segments, self.values, FALSE);
  explanation->answer = self.answer;
  return TRUE;
}

const CjExplainerInfo cj_explainer_ablation = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "ablation",
  .title = "Feature ablation",
  .blurb = "How far the answer falls when one feature, word or superpixel is taken away",
  .formula = "R_s = f (x) − f (x without s)",
  .source = "Kokhlikyan et al., 2020: Captum; superpixels by SLIC, Achanta et al., 2012",
  .traits = CJ_EXPLAIN_SIGNED,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
