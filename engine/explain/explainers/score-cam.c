/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-cam.h"

#include <math.h>
#include <string.h>

#define TOGETHER 32 /* masked pictures that are asked about at once */

/* The enlarged map between 0 and 1; FALSE where it is the same everywhere. */
static gboolean
stretch (float *map, gint64 n)
{
  float least = map[0], most = map[0];

  for (gint64 i = 1; i < n; i++)
    {
      least = MIN (least, map[i]);
      most = MAX (most, map[i]);
    }
  for (gint64 i = 0; i < n && most > least; i++)
    map[i] = (map[i] - least) / (most - least);
  return most > least;
}

/* What the network answers to the picture seen through each map; the rest is black. FALSE: stopped. */
static gboolean
ask_masked (const CjExplainCall *call, const CjCam *cam, const float *base, float *scores)
{
  const CjExplainGrid grid = cj_explain_grid (call->network);
  const gint64 n = cj_explained_get_n_features (call->network), pixels = grid.h * grid.w;
  const gint64 k = cj_explained_get_n_scores (call->network);
  const CjShape shape = cj_shape2 (cam->h, cam->w);
  g_autofree float *rows = g_new (float, (gsize) (TOGETHER * n));

  for (gint64 c = 0; c < cam->c; c++)
    {
      g_autoptr (CjTensor) coarse = cj_tensor_new (CJ_FLOAT32, &shape), map = NULL;
      float *row = rows + c % TOGETHER * n;
      gboolean says;

      memcpy (coarse->data, cj_tensor_f32 (cam->maps) + c * cam->n,
              sizeof (float) * (gsize) cam->n);
      map = cj_explain_enlarge (&grid, coarse);
      says = stretch (cj_tensor_f32 (map), pixels);
      for (gint64 i = 0; i < n; i++)
        row[i] = base[i] + (says ? cj_tensor_f32 (map)[i % pixels] : 0) * (call->x[i] - base[i]);
      if (c + 1 < cam->c && (c + 1) % TOGETHER != 0)
        continue;
      cj_explained_score (call->network, rows, c % TOGETHER + 1,
                          scores + c / TOGETHER * TOGETHER * k);
      if (!cj_explain_go_on (call, (double) (c + 1) / (double) cam->c))
        return FALSE;
    }
  return TRUE;
}

/* The softmax of score `of` among its rivals. */
static double
find_share (const float *scores, const CjExplainRivals *rivals, gint64 of)
{
  float most = scores[of];
  double sum = 0;

  for (gint64 i = 0; i < rivals->k; i++)
    most = MAX (most, scores[rivals->first + i * rivals->step]);
  for (gint64 i = 0; i < rivals->k; i++)
    sum += exp ((double) scores[rivals->first + i * rivals->step] - most);
  return exp ((double) scores[of] - most) / sum;
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const gint64 k = cj_explained_get_n_scores (call->network);
  const gint64 n = cj_explained_get_n_features (call->network);
  const CjExplainRivals rivals = cj_explain_rivals (call);
  g_auto (CjCam) cam = { 0 };
  g_autofree float *base = g_new (float, (gsize) n), *scores = NULL;
  g_autofree double *weights = NULL;

  if (!cj_cam_open (&cam, call, error)
      || !cj_explain_baseline (call, CJ_BASELINE_BLACK, base, error))
    return FALSE;
  scores = g_new (float, (gsize) (cam.c * k));
  weights = g_new (double, (gsize) cam.c);
  if (!ask_masked (call, &cam, base, scores))
    return FALSE;
  for (gint64 c = 0; c < cam.c; c++)
    weights[c] = rivals.k > 1 ? find_share (scores + c * k, &rivals, call->target.index)
                              : scores[c * k + call->target.index];
  cj_cam_finish (&cam, call, cj_cam_sum (&cam, weights, TRUE), explanation);
  return TRUE;
}

const CjExplainerInfo cj_explainer_score_cam = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "score-cam",
  .title = "Score-CAM",
  .blurb
  = "Maps weighed by how sure the network is of the picture seen through them, without slopes",
  .formula = "w_c = softmax (f (x · A_c)) of the target; R = max (Σ_c w_c A_c, 0)",
  .source = "Wang, Wang, Du, Yang, Zhang, Ding, Mardziel and Hu, 2020: Score-CAM",
  .traits = CJ_EXPLAIN_LAYER | CJ_EXPLAIN_PICTURES,
  .version = 1,
  .run = run,
};
