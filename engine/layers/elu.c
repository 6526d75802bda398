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
    .max = 10,
    .soft_max = 2,
    .digits = 3 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_ELU, .a = p->depth };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_elu = {
  .abi = CJ_LAYER_ABI,
  .id = "elu",
  .title = "ELU",
  .category = "activation",
  .blurb = "Passes positive values and bends negative ones smoothly towards a floor",
  .formula = "y = x for x > 0, depth · (exp x − 1) below",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
