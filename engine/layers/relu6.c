/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_CLAMP, .a = 0, .b = 6 };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_relu6 = {
  .abi = CJ_LAYER_ABI,
  .id = "relu6",
  .title = "ReLU6",
  .category = "activation",
  .blurb = "A ReLU that stops rising at 6",
  .formula = "y = min (max (0, x), 6)",
  .biology = "A firing rate with an upper limit, as the refractory period sets one",
  .version = 1,
  .build = build,
};
