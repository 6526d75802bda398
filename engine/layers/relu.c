/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_RELU };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_relu = {
  .abi = CJ_LAYER_ABI,
  .id = "relu",
  .title = "ReLU",
  .category = "activation",
  .blurb = "Passes positive values and silences negative ones",
  .formula = "y = max (0, x)",
  .biology = "A firing rate: below threshold a neuron is silent, above it fires in proportion",
  .version = 1,
  .build = build,
};
