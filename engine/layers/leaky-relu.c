/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  double slope;
} Params;

static const CjParam params[] = {
  { .name = "slope",
    .title = "Slope",
    .blurb = "Share of a negative value that passes",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, slope),
    .preset = 0.01,
    .max = 1,
    .soft_max = 0.5,
    .digits = 3 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_LEAKY_RELU, .a = p->slope };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_leaky_relu = {
  .abi = CJ_LAYER_ABI,
  .id = "leaky-relu",
  .title = "Leaky ReLU",
  .category = "activation",
  .blurb = "Passes positive values and lets a small share of negative ones leak through",
  .formula = "y = x for x > 0, slope · x below",
  .biology = "A neuron that still answers weakly to inhibition, so that it can recover",
  .synonyms = "lrelu leakyrelu",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
