/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_MISH };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_mish = {
  .abi = CJ_LAYER_ABI,
  .id = "mish",
  .title = "Mish",
  .category = "activation",
  .blurb = "A smooth self-gated function that lets small negative values through",
  .formula = "y = x · tanh (softplus (x))",
  .version = 1,
  .build = build,
};
