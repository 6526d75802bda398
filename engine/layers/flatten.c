/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 n = x->n_dims > 0 ? x->dims[0] : 1;
  const CjReshapeAttrs attrs = { cj_shape2 (n, cj_shape_size (x) / MAX (n, 1)) };

  return cj_layer_build_simple (build, &cj_op_reshape, &attrs, error);
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
