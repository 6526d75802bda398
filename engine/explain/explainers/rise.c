/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

#include "cj-rng.h"

#include <stddef.h>

typedef struct
{
  int masks, cells, baseline;
  double share;
} Params;

static const CjParam params[] = {
  { .name = "masks",
    .title = "Masks",
    .blurb = "How many random masks the picture is seen through",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, masks),
    .preset = 1024,
    .min = 32,
    .max = 65536,
    .soft_min = 128,
    .soft_max = 8192,
    .flags = CJ_PARAM_LOG },
  { .name = "cells",
    .title = "Cells",
    .blurb = "Side of the coarse mask that is enlarged",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, cells),
    .preset = 7,
    .min = 2,
    .max = 64,
    .soft_max = 16 },
  { .name = "share",
    .title = "Shown",
    .blurb = "Share of the cells that lets the picture through",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, share),
    .preset = 0.5,
    .min = 0.01,
    .max = 0.99,
    .digits = 2 },
  { .name = "baseline",
    .title = "Baseline",
    .blurb = "What stands where nothing is shown",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, baseline),
    .preset = CJ_BASELINE_BLACK,
    .max = CJ_BASELINE_MAX,
    .choices = cj_baseline_names },
  { NULL },
};

#define TOGETHER 32

/* Mask `index` [H, W]: cells that are 0 or 1, enlarged bilinearly and shifted by part of a cell. */
static void
draw_mask (const CjExplainCall *call, const CjExplainGrid *grid, const Params *p, guint64 index,
           float *mask)
{
  const gint64 side = p->cells + 1;
  g_autofree float *cells = g_new (float, (gsize) (side * side));
  double down, right;
  CjRng rng;

  cj_rng_init (&rng, call->seed, CJ_RNG_DATA, index);
  for (gint64 i = 0; i < side * side; i++)
    cells[i] = cj_rng_uniform (&rng) < (float) p->share ? 1 : 0;
  down = cj_rng_uniform (&rng);
  right = cj_rng_uniform (&rng);
  for (gint64 r = 0; r < grid->h; r++)
    for (gint64 c = 0; c < grid->w; c++)
      {
        const double y = MIN ((double) r * (p->cells - 1) / (double) MAX (grid->h - 1, 1) + down,
                              (double) p->cells - 1e-6);
        const double x = MIN ((double) c * (p->cells - 1) / (double) MAX (grid->w - 1, 1) + right,
                              (double) p->cells - 1e-6);
        const gint64 top = (gint64) y, left = (gint64) x;
        const float v = (float) (y - (double) top), u = (float) (x - (double) left);
        const float *at = cells + top * side + left;

        mask[r * grid->w + c]
            = (1 - v) * ((1 - u) * at[0] + u * at[1]) + v * ((1 - u) * at[side] + u * at[side + 1]);
      }
}

/* Means of answer and mask over all masks, together and apart: their covariance over the share that is
 * shown, which is the paper's expectation without the part that all pixels have in common. */
static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const CjExplainGrid grid = cj_explain_grid (call->network);
  const gint64 n = cj_explained_get_n_features (call->network), pixels = grid.h * grid.w;
  const CjShape shape = cj_shape3 (1, grid.h, grid.w);
  g_autofree float *base = g_new (float, (gsize) n), *rows = g_new (float, (gsize) (TOGETHER * n));
  g_autofree float *masks = g_new (float, (gsize) (TOGETHER * pixels));
  g_autofree double *both = g_new0 (double, (gsize) pixels),
                    *alone = g_new0 (double, (gsize) pixels);
  float answers[TOGETHER], answer;
  double sum = 0;

  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, base, error))
    return FALSE;
  for (gint64 begin = 0; begin < p->masks; begin += TOGETHER)
    {
      const gint64 many = MIN (TOGETHER, p->masks - begin);

      for (gint64 k = 0; k < many; k++)
        {
          float *mask = masks + k * pixels;

          draw_mask (call, &grid, p, (guint64) (begin + k), mask);
          for (gint64 i = 0; i < n; i++)
            rows[k * n + i] = base[i] + mask[i % pixels] * (call->x[i] - base[i]);
        }
      cj_explained_ask (call->network, rows, many, &call->target, answers);
      for (gint64 k = 0; k < many; k++)
        {
          sum += answers[k];
          for (gint64 i = 0; i < pixels; i++)
            {
              both[i] += (double) answers[k] * masks[k * pixels + i];
              alone[i] += masks[k * pixels + i];
            }
        }
      if (!cj_explain_go_on (call, (double) (begin + many) / p->masks))
        return FALSE;
    }
  explanation->map = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < pixels; i++)
    cj_tensor_f32 (explanation->map)[i]
        = (float) ((both[i] / p->masks - sum / p->masks * alone[i] / p->masks) / p->share);
  cj_explained_ask (call->network, call->x, 1, &call->target, &answer);
  explanation->answer = answer;
  return TRUE;
}

const CjExplainerInfo cj_explainer_rise = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "rise",
  .title = "RISE",
  .blurb = "Random masks, weighed by what the network answers to the picture seen through them",
  .formula = "R = (E [f (x · M) M] − E [f (x · M)] E [M]) / p",
  .source = "Petsiuk, Das and Saenko, 2018: RISE",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_PICTURES | CJ_EXPLAIN_RANDOM | CJ_EXPLAIN_SLOW,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
