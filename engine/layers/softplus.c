/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  double sharpness, linear;
} Params;

static const CjParam params[] = {
  { .name = "sharpness",
    .title = "Sharpness",
    .blurb = "How closely it follows the ReLU",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, sharpness),
    .preset = 1,
    .min = 0.01,
    .max = 100,
    .soft_min = 0.1,
    .soft_max = 10,
    .digits = 3 },
  { .name = "linear",
    .title = "Linear from",
    .blurb = "Where sharpness · x is above this the value passes unchanged",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, linear),
    .preset = 20,
    .min = 1,
    .max = 1000,
    .soft_min = 5,
    .soft_max = 50,
    .digits = 3 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_SOFTPLUS, .a = p->sharpness, .b = p->linear };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_softplus = {
  .abi = CJ_LAYER_ABI,
  .id = "softplus",
  .title = "Softplus",
  .category = "activation",
  .blurb = "A ReLU with a rounded corner; always positive",
  .formula = "y = log (1 + exp (sharpness · x)) / sharpness",
  .biology = "The mean rate of a neuron whose threshold is blurred by noise",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
