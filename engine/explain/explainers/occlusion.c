/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

#include <stddef.h>

typedef struct
{
  int window, stride, baseline;
} Params;

static const CjParam params[] = {
  { .name = "window",
    .title = "Window",
    .blurb = "Side of the square that is hidden; 0: an eighth of the picture, 1 of other features",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, window),
    .max = 1024,
    .soft_max = 32 },
  { .name = "stride",
    .title = "Stride",
    .blurb = "How far the window moves; 0: half its side",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, stride),
    .max = 1024,
    .soft_max = 16 },
  { CJ_BASELINE_ROW, .blurb = "What stands where something is hidden",
    .offset = offsetof (Params, baseline) },
  { NULL },
};

typedef struct
{
  CjExplainGrid grid;
  gint64 window_h, window_w, rows, columns; /* places of the window */
  gint64 stride_h, stride_w;
  const float *base;
  float answer;
  double *sum; /* [H, W]: what the answer fell by where a pixel was hidden */
  int *count;  /* how often it was */
} Places;

static Places
find_places (const CjExplainCall *call)
{
  const Params *p = call->params;
  Places places = { .grid = cj_explain_grid (call->network) };
  const CjExplainGrid *g = &places.grid;
  const gint64 window = p->window > 0   ? p->window
                        : g->is_picture ? MAX (MIN (g->h, g->w) / 8, 1)
                                        : 1;
  const gint64 stride = p->stride > 0 ? p->stride : MAX (window / 2, 1);

  places.window_h = MIN (window, g->h);
  places.window_w = MIN (window, g->w);
  places.stride_h = places.stride_w = stride;
  places.rows = (g->h - places.window_h + stride - 1) / stride + 1;
  places.columns = (g->w - places.window_w + stride - 1) / stride + 1;
  return places;
}

/* The first pixel of place `i`; the last place ends with the picture. */
static void
get_place (const Places *places, gint64 i, gint64 *row, gint64 *column)
{
  *row = MIN (i / places->columns * places->stride_h, places->grid.h - places->window_h);
  *column = MIN (i % places->columns * places->stride_w, places->grid.w - places->window_w);
}

static void
hide (gint64 i, float *x, gpointer data)
{
  const Places *places = data;
  gint64 top, left;

  get_place (places, i, &top, &left);
  for (gint64 c = 0; c < places->grid.c; c++)
    for (gint64 r = top; r < top + places->window_h; r++)
      for (gint64 k = left; k < left + places->window_w; k++)
        {
          const gint64 at = cj_explain_at (&places->grid, c, r * places->grid.w + k);

          x[at] = places->base[at];
        }
}

static void
spread (gint64 i, const float *answers, gpointer data)
{
  const Places *places = data;
  gint64 top, left;

  get_place (places, i, &top, &left);
  for (gint64 r = top; r < top + places->window_h; r++)
    for (gint64 k = left; k < left + places->window_w; k++)
      {
        places->sum[r * places->grid.w + k] += (double) places->answer - *answers;
        places->count[r * places->grid.w + k]++;
      }
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  Places places = find_places (call);
  const gint64 pixels = places.grid.h * places.grid.w;
  const CjShape shape = cj_shape3 (1, places.grid.h, places.grid.w);
  const CjExplainRows rows = { hide, spread, &places, FALSE };
  g_autofree float *base = g_new (float, (gsize) cj_explained_get_n_features (call->network));
  g_autofree double *sum = g_new0 (double, (gsize) pixels);
  g_autofree int *count = g_new0 (int, (gsize) pixels);

  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, base, error))
    return FALSE;
  places.base = base;
  places.sum = sum;
  places.count = count;
  cj_explained_ask (call->network, call->x, 1, &call->target, &places.answer);
  if (!cj_explain_ask (call, &rows, places.rows * places.columns, 0, 1))
    return FALSE;
  explanation->map = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < pixels; i++)
    cj_tensor_f32 (explanation->map)[i] = (float) (sum[i] / MAX (count[i], 1));
  explanation->answer = places.answer;
  return TRUE;
}

const CjExplainerInfo cj_explainer_occlusion = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "occlusion",
  .title = "Occlusion",
  .blurb = "How far the answer falls when a square of the picture, or a feature, is hidden",
  .formula = "R = mean over the windows that cover a pixel of f (x) − f (x hidden)",
  .source = "Zeiler and Fergus, 2014: Visualizing and understanding convolutional networks",
  .traits = CJ_EXPLAIN_SIGNED,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
