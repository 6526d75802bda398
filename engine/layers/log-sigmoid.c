/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_LOG_SIGMOID };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_log_sigmoid = {
  .abi = CJ_LAYER_ABI,
  .id = "log-sigmoid",
  .title = "Log-sigmoid",
  .category = "activation",
  .blurb = "The logarithm of the sigmoid, without overflow",
  .formula = "y = −log (1 + exp (−x))",
  .synonyms = "logsigmoid",
  .version = 1,
  .build = build,
};
