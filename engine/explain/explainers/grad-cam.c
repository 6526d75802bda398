/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-cam.h"

#include <stddef.h>

typedef struct
{
  gboolean signed_map;
} Params;

static const CjParam params[] = {
  { .name = "signed",
    .title = "Signed",
    .blurb = "Shows what speaks against the target, too; the paper leaves it out",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, signed_map),
    .max = 1 },
  { NULL },
};

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  g_auto (CjCam) cam = { 0 };

  if (!cj_cam_open (&cam, call, error))
    return FALSE;
  cj_cam_finish (&cam, call, cj_cam_grad_cam (&cam, !((const Params *) call->params)->signed_map),
                 explanation);
  return TRUE;
}

const CjExplainerInfo cj_explainer_grad_cam = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "grad-cam",
  .title = "Grad-CAM",
  .blurb = "Where a layer's maps are that the answer leans on",
  .formula = "w_c = mean (∂f / ∂A_c); R = max (Σ_c w_c A_c, 0)",
  .source = "Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra, 2017: Grad-CAM",
  .traits = CJ_EXPLAIN_LAYER | CJ_EXPLAIN_PICTURES,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
