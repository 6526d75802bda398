/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-cam.h"

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  g_auto (CjCam) cam = { 0 };
  CjTensor *map;
  CjShape shape;

  if (!cj_cam_open (&cam, call, error))
    return FALSE;
  shape = cj_shape2 (cam.h, cam.w);
  map = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < cam.n && cam.slopes != NULL; i++)
    {
      double sum = 0;

      for (gint64 c = 0; c < cam.c; c++)
        sum += MAX (cj_tensor_f32 (cam.slopes)[c * cam.n + i], 0)
               * cj_tensor_f32 (cam.maps)[c * cam.n + i];
      cj_tensor_f32 (map)[i] = (float) MAX (sum, 0);
    }
  cj_cam_finish (&cam, call, map, explanation);
  return TRUE;
}

const CjExplainerInfo cj_explainer_layer_cam = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "layer-cam",
  .title = "Layer-CAM",
  .blurb = "Every place of every map weighed by its own slope: sharp in early layers, too",
  .formula = "R = max (Σ_c max (∂f / ∂A_c, 0) · A_c, 0)",
  .source = "Jiang, Zhang, Hou, Cheng and Wei, 2021: LayerCAM",
  .traits = CJ_EXPLAIN_LAYER | CJ_EXPLAIN_PICTURES,
  .version = 1,
  .run = run,
};
