/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-combine.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_combine_build (build, CJ_BINARY_ADD, error);
}

const CjLayerInfo cj_layer_add = {
  .abi = CJ_LAYER_ABI,
  .id = "add",
  .title = "Add",
  .category = "combine",
  .blurb = "Adds its inputs number by number; a shortcut past a few layers makes them residual",
  .formula = "y = x₁ + x₂ + …",
  .biology = "A dendrite that sums what arrives on its branches",
  .synonyms = "sum residual skip plus",
  .version = 1,
  .inputs = cj_combine_inputs,
  .build = build,
};
