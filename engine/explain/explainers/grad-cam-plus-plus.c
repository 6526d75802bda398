/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-cam.h"

/* Weights by the closed form for a score behind an exponential: α = g² / (2 g² + g³ Σ A), the sum over
 * the map, and w = Σ α max (g, 0). */
static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  g_auto (CjCam) cam = { 0 };
  g_autofree double *weights = NULL;

  if (!cj_cam_open (&cam, call, error))
    return FALSE;
  weights = g_new0 (double, (gsize) cam.c);
  for (gint64 c = 0; c < cam.c && cam.slopes != NULL; c++)
    {
      const float *maps = cj_tensor_f32 (cam.maps) + c * cam.n;
      double sum = 0;

      for (gint64 i = 0; i < cam.n; i++)
        sum += maps[i];
      for (gint64 i = 0; i < cam.n; i++)
        {
          const double g = cj_tensor_f32 (cam.slopes)[c * cam.n + i];
          const double below = 2 * g * g + sum * g * g * g;

          weights[c] += below != 0 ? g * g / below * MAX (g, 0) : 0;
        }
    }
  cj_cam_finish (&cam, call, cj_cam_sum (&cam, weights, TRUE), explanation);
  return TRUE;
}

const CjExplainerInfo cj_explainer_grad_cam_plus_plus = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "grad-cam-plus-plus",
  .title = "Grad-CAM++",
  .blurb = "Grad-CAM that does not lose a thing that is there several times",
  .formula = "w_c = Σ α max (∂f / ∂A_c, 0), α = g² / (2 g² + g³ Σ A_c); R = max (Σ_c w_c A_c, 0)",
  .source = "Chattopadhay, Sarkar, Howlader and Balasubramanian, 2018: Grad-CAM++",
  .traits = CJ_EXPLAIN_LAYER | CJ_EXPLAIN_PICTURES,
  .version = 1,
  .run = run,
};
