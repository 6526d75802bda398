/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-cam.h"
#include "cj-explain-rules.h"

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const CjExplainPass pass = { cj_rules_guided, NULL };
  const gint64 n = cj_explained_get_n_features (call->network);
  g_auto (CjCam) cam = { 0 };
  gint64 pixels;

  if (!cj_cam_open (&cam, call, error))
    return FALSE;
  cj_cam_finish (&cam, call, cj_cam_grad_cam (&cam, TRUE), explanation);
  pixels = cj_shape_size (&explanation->map->shape);
  g_autoptr (CjTensor) where = g_steal_pointer (&explanation->map);

  explanation->map = cj_explain_slope (call, &pass, &explanation->answer);
  for (gint64 i = 0; i < n; i++)
    cj_tensor_f32 (explanation->map)[i] *= cj_tensor_f32 (where)[i % pixels];
  return TRUE;
}

const CjExplainerInfo cj_explainer_guided_grad_cam = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "guided-grad-cam",
  .title = "Guided Grad-CAM",
  .blurb = "The fine lines of guided backprop where Grad-CAM points",
  .formula = "R = guided backprop · Grad-CAM, enlarged",
  .source = "Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra, 2017: Grad-CAM",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_SLOPE | CJ_EXPLAIN_LAYER | CJ_EXPLAIN_PICTURES,
  .version = 1,
  .run = run,
};
