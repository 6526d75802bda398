/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

const CjLayerInfo cj_layer_input = {
  .abi = CJ_LAYER_ABI,
  .id = "input",
  .title = "Input",
  .category = "data",
  .blurb = "Where the samples of the data set come in",
  .formula = "x",
  .biology = "The retina: what the network is given to see",
  .synonyms = "data images dataset",
  .version = 1,
  .role = CJ_ROLE_INPUT,
};
