/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-cam.h"

#include <math.h>
#include <string.h>

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

typedef struct
{
  const CjExplainCall *call;
  const CjCam *cam;
  CjExplainGrid grid;
  CjExplainRivals rivals;
  float *base;
  double *weights; /* of the maps */
} Masks;

/* The picture seen through map k; the rest is black. */
static void
make_row (gint64 k, float *x, gpointer data)
{
  const Masks *self = data;
  const gint64 pixels = self->grid.h * self->grid.w;
  const CjShape shape = cj_shape2 (self->cam->h, self->cam->w);
  g_autoptr (CjTensor) coarse = cj_tensor_new (CJ_FLOAT32, &shape), map = NULL;
  gboolean says;

  memcpy (coarse->data, cj_tensor_f32 (self->cam->maps) + k * self->cam->n,
          sizeof (float) * (gsize) self->cam->n);
  map = cj_explain_enlarge (&self->grid, coarse);
  says = stretch (cj_tensor_f32 (map), pixels);
  for (gint64 i = 0; i < self->grid.c * pixels; i++)
    x[i] = self->base[i] + (says ? cj_tensor_f32 (map)[i % pixels] : 0) * (x[i] - self->base[i]);
}

static void
take_scores (gint64 k, const float *scores, gpointer data)
{
  const Masks *self = data;
  const gint64 target = self->call->target.index;

  self->weights[k]
      = self->rivals.k > 1 ? find_share (scores, &self->rivals, target) : scores[target];
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const gint64 n = cj_explained_get_n_features (call->network);
  g_auto (CjCam) cam = { 0 };
  g_autofree float *base = g_new (float, (gsize) n);
  g_autofree double *weights = NULL;
  Masks masks
      = { call, &cam, cj_explain_grid (call->network), cj_explain_rivals (call), base, NULL };
  const CjExplainRows rows = { make_row, take_scores, &masks, TRUE };

  if (!cj_cam_open (&cam, call, error)
      || !cj_explain_baseline (call, CJ_BASELINE_BLACK, base, error))
    return FALSE;
  masks.weights = weights = g_new (double, (gsize) cam.c);
  if (!cj_explain_ask (call, &rows, cam.c, 0, 1))
    return FALSE;
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
