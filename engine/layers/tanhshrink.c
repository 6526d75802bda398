/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_TANHSHRINK };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_tanhshrink = {
  .abi = CJ_LAYER_ABI,
  .id = "tanhshrink",
  .title = "Tanhshrink",
  .category = "activation",
  .blurb = "Silences small values and passes what exceeds the tanh",
  .formula = "y = x − tanh (x)",
  .synonyms = "tanh-shrink",
  .version = 1,
  .build = build,
};
