/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-cam.h"

gboolean
cj_cam_open (CjCam *cam, const CjExplainCall *call, GError **error)
{
  CjProgram *program = cj_explained_get_program (call->network);
  g_autoptr (CjTensor) slope = NULL;

  *cam = (CjCam){ 0 };
  if (!cj_explain_find_layer (call, &cam->layer, error))
    return FALSE;
  slope = cj_explain_slope (call, NULL, &cam->answer);
  cam->maps = cj_program_dup_value (program, cam->layer);
  cam->slopes = cj_program_dup_value_gradient (program, cam->layer);
  cam->c = cam->maps->shape.dims[1];
  cam->h = cam->maps->shape.dims[2];
  cam->w = cam->maps->shape.dims[3];
  cam->n = cam->h * cam->w;
  return TRUE;
}

void
cj_cam_clear (CjCam *cam)
{
  g_clear_pointer (&cam->maps, cj_tensor_unref);
  g_clear_pointer (&cam->slopes, cj_tensor_unref);
}

CjTensor *
cj_cam_sum (const CjCam *cam, const double *weights, gboolean positive)
{
  const CjShape shape = cj_shape2 (cam->h, cam->w);
  CjTensor *map = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < cam->n; i++)
    {
      double sum = 0;

      for (gint64 c = 0; c < cam->c; c++)
        sum += weights[c] * cj_tensor_f32 (cam->maps)[c * cam->n + i];
      cj_tensor_f32 (map)[i] = (float) (positive ? MAX (sum, 0) : sum);
    }
  return map;
}

void
cj_cam_finish (const CjCam *cam, const CjExplainCall *call, CjTensor *coarse,
               CjExplanation *explanation)
{
  const CjExplainGrid grid = cj_explain_grid (call->network);

  explanation->coarse = coarse;
  explanation->map = cj_explain_enlarge (&grid, coarse);
  explanation->answer = cam->answer;
}

CjTensor *
cj_cam_grad_cam (const CjCam *cam, gboolean positive)
{
  g_autofree double *weights = g_new0 (double, (gsize) cam->c);

  for (gint64 c = 0; c < cam->c && cam->slopes != NULL; c++)
    for (gint64 i = 0; i < cam->n; i++)
      weights[c] += cj_tensor_f32 (cam->slopes)[c * cam->n + i] / (double) cam->n;
  return cj_cam_sum (cam, weights, positive);
}
