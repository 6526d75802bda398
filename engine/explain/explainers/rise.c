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
  { CJ_BASELINE_ROW, .blurb = "What stands where nothing is shown",
    .offset = offsetof (Params, baseline) },
  { NULL },
};

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

typedef struct
{
  const CjExplainCall *call;
  CjExplainGrid grid;
  const float *base;
  float *masks;         /* [CJ_EXPLAIN_TOGETHER, H, W] */
  double *both, *alone; /* [H, W]: sums of answer and mask together, and of the masks */
  double sum;           /* of the answers */
} Rise;

static void
make_row (gint64 k, float *x, gpointer data)
{
  const Rise *self = data;
  const gint64 pixels = self->grid.h * self->grid.w;
  float *mask = self->masks + k % CJ_EXPLAIN_TOGETHER * pixels;

  draw_mask (self->call, &self->grid, self->call->params, (guint64) k, mask);
  for (gint64 i = 0; i < self->grid.c * pixels; i++)
    x[i] = self->base[i] + mask[i % pixels] * (x[i] - self->base[i]);
}

static void
take_answer (gint64 k, const float *answers, gpointer data)
{
  Rise *self = data;
  const gint64 pixels = self->grid.h * self->grid.w;
  const float *mask = self->masks + k % CJ_EXPLAIN_TOGETHER * pixels;

  self->sum += *answers;
  for (gint64 i = 0; i < pixels; i++)
    {
      self->both[i] += (double) *answers * mask[i];
      self->alone[i] += mask[i];
    }
}

/* Means of answer and mask over all masks, together and apart: their covariance over the share that is
 * shown, which is the paper's expectation without the part that all pixels have in common. */
static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const CjExplainGrid grid = cj_explain_grid (call->network);
  const gint64 pixels = grid.h * grid.w;
  const CjShape shape = cj_shape3 (1, grid.h, grid.w);
  g_autofree float *base = g_new (float, (gsize) cj_explained_get_n_features (call->network));
  g_autofree float *masks = g_new (float, (gsize) (CJ_EXPLAIN_TOGETHER * pixels));
  g_autofree double *both = g_new0 (double, (gsize) pixels);
  g_autofree double *alone = g_new0 (double, (gsize) pixels);
  Rise rise = { call, grid, base, masks, both, alone, 0 };
  const CjExplainRows rows = { make_row, take_answer, &rise, FALSE };
  float answer;

  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, base, error)
      || !cj_explain_ask (call, &rows, p->masks, 0, 1))
    return FALSE;
  explanation->map = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < pixels; i++)
    cj_tensor_f32 (explanation->map)[i]
        = (float) ((both[i] / p->masks - rise.sum / p->masks * alone[i] / p->masks) / p->share);
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
