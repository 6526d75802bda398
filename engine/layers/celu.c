/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  double depth;
} Params;

static const CjParam params[] = {
  { .name = "depth",
    .title = "Depth",
    .blurb = "How far below zero the floor lies",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, depth),
    .preset = 1,
    .min = 0.01,
    .max = 10,
    .soft_min = 0.01,
    .soft_max = 2,
    .digits = 3 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_CELU, .a = p->depth };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_celu = {
  .abi = CJ_LAYER_ABI,
  .id = "celu",
  .title = "CELU",
  .category = "activation",
  .blurb = "An ELU whose slope is continuous at zero for every depth",
  .formula = "y = max (0, x) + min (0, depth · (exp (x / depth) − 1))",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
