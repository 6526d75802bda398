/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_SELU };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_selu = {
  .abi = CJ_LAYER_ABI,
  .id = "selu",
  .title = "SELU",
  .category = "activation",
  .blurb = "An ELU scaled so that activities keep mean 0 and variance 1 from layer to layer",
  .formula = "y = 1.0507 · (x for x > 0, 1.6733 · (exp x − 1) below)",
  .biology = "Homeostasis: neurons hold their mean activity near a set point",
  .version = 1,
  .build = build,
};
