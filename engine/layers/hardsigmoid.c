/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_HARDSIGMOID };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_hardsigmoid = {
  .abi = CJ_LAYER_ABI,
  .id = "hardsigmoid",
  .title = "Hard sigmoid",
  .category = "activation",
  .blurb = "The sigmoid made of three straight lines",
  .formula = "y = clamp (x + 3, 0, 6) / 6",
  .synonyms = "hard-sigmoid",
  .version = 1,
  .build = build,
};
