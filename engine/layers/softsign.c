/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs attrs = { .kind = CJ_UNARY_SOFTSIGN };

  return cj_layer_build_simple (build, &cj_op_unary, &attrs, error);
}

const CjLayerInfo cj_layer_softsign = {
  .abi = CJ_LAYER_ABI,
  .id = "softsign",
  .title = "Softsign",
  .category = "activation",
  .blurb = "Squeezes values between −1 and 1, more gently than tanh",
  .formula = "y = x / (1 + |x|)",
  .biology = "The Naka-Rushton curve of contrast responses, with exponent 1",
  .version = 1,
  .build = build,
};
