/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_HARDSWISH };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_hardswish = {
  .abi = CJ_LAYER_ABI,
  .id = "hardswish",
  .title = "Hard swish",
  .category = "activation",
  .blurb = "The SiLU made of straight lines, for small devices",
  .formula = "y = x · clamp (x + 3, 0, 6) / 6",
  .synonyms = "hard-swish hswish",
  .version = 1,
  .build = build,
};
