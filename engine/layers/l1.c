/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss-params.h"

#include <stddef.h>

typedef struct
{
  int reduction; /* CjReduction */
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, reduction), CJ_REDUCTION_CHOICES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;

  return cj_loss_build_pair (build, CJ_PAIR_ABSOLUTE, p->reduction, 0, error);
}

const CjLayerInfo cj_layer_l1 = {
  .abi = CJ_LAYER_ABI,
  .id = "l1",
  .title = "Mean absolute error",
  .category = "loss",
  .blurb = "How far the outputs are from their targets; a few wild targets do not rule it",
  .formula = "L = |x − t|, mean over all numbers",
  .synonyms = "mae absolute regression",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = cj_loss_inputs,
  .outputs = cj_loss_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
