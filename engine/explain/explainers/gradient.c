/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  gboolean absolute;
} Params;

static const CjParam params[] = {
  { .name = "absolute",
    .title = "Absolute",
    .blurb = "How much the answer leans on a feature, whichever way (the saliency of the paper)",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, absolute),
    .max = 1 },
  { NULL },
};

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;

  (void) error;
  explanation->map = cj_explain_slope (call, NULL, &explanation->answer);
  for (gint64 i = 0; i < cj_shape_size (&explanation->map->shape) && p->absolute; i++)
    cj_tensor_f32 (explanation->map)[i] = fabsf (cj_tensor_f32 (explanation->map)[i]);
  return TRUE;
}

const CjExplainerInfo cj_explainer_gradient = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "gradient",
  .title = "Gradient",
  .blurb = "How the answer would change if a feature changed a little",
  .formula = "R = ∂f / ∂x",
  .source = "Simonyan, Vedaldi and Zisserman, 2013: Deep inside convolutional networks",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_SLOPE,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
