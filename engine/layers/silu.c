/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_SILU };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_silu = {
  .abi = CJ_LAYER_ABI,
  .id = "silu",
  .title = "SiLU",
  .category = "activation",
  .blurb = "Weighs every value by its own sigmoid; smooth, with a small dip below zero",
  .formula = "y = x · sigmoid (x)",
  .synonyms = "swish",
  .version = 1,
  .build = build,
};
