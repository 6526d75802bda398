/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-combine.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_combine_build (build, CJ_BINARY_MULTIPLY, error);
}

const CjLayerInfo cj_layer_multiply = {
  .abi = CJ_LAYER_ABI,
  .id = "multiply",
  .title = "Multiply",
  .category = "combine",
  .blurb = "Multiplies its inputs number by number, so that one can gate the other",
  .formula = "y = x₁ · x₂ · …",
  .biology = "Gain modulation: attention scales a response without changing its preference",
  .synonyms = "times product gate",
  .version = 1,
  .inputs = cj_combine_inputs,
  .build = build,
};
