/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_TANH };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_tanh = {
  .abi = CJ_LAYER_ABI,
  .id = "tanh",
  .title = "Tanh",
  .category = "activation",
  .blurb = "Squeezes any value between −1 and 1, symmetrically",
  .formula = "y = tanh (x)",
  .biology = "Push and pull of an excitatory and an inhibitory population that both saturate",
  .version = 1,
  .build = build,
};
