/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_SIGMOID };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_sigmoid = {
  .abi = CJ_LAYER_ABI,
  .id = "sigmoid",
  .title = "Sigmoid",
  .category = "activation",
  .blurb = "Squeezes any value between 0 and 1",
  .formula = "y = 1 / (1 + exp (−x))",
  .biology = "The chance that a noisy neuron fires as its drive grows",
  .synonyms = "logistic",
  .version = 1,
  .build = build,
};
