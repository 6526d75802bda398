/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  (void) error;
  explanation->map = cj_explain_slope (call, NULL, &explanation->answer);
  cj_explain_weigh (call->x, NULL, cj_tensor_f32 (explanation->map),
                    cj_explained_get_n_features (call->network));
  return TRUE;
}

const CjExplainerInfo cj_explainer_gradient_x_input = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "gradient-x-input",
  .title = "Gradient × input",
  .blurb = "What each feature adds to the answer as far as the network is linear",
  .formula = "R = x · ∂f / ∂x",
  .source = "Shrikumar, Greenside, Shcherbina and Kundaje, 2016: Not just a black box",
  .traits = CJ_EXPLAIN_SIGNED,
  .version = 1,
  .run = run,
};
