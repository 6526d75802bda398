/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_layer_build_simple (build, &cj_op_flatten, NULL, error);
}

const CjLayerInfo cj_layer_flatten = {
  .abi = CJ_LAYER_ABI,
  .id = "flatten",
  .title = "Flatten",
  .category = "shape",
  .blurb = "Lays all channels and pixels of a sample in one row",
  .formula = "[C, H, W] → [C · H · W]",
  .version = 1,
  .build = build,
};
