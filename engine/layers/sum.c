/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-reduce-params.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_reduce_build (build, CJ_REDUCE_SUM, error);
}

const CjLayerInfo cj_layer_sum = {
  .abi = CJ_LAYER_ABI,
  .id = "sum",
  .title = "Sum",
  .category = "shape",
  .blurb = "Adds up over the time steps of a sequence or other dimensions",
  .formula = "y = Σ x over the axes",
  .biology = "Summation of synaptic input along a dendrite",
  .synonyms = "reduce pool aggregate",
  .version = 1,
  .params_size = sizeof (CjReduceParams),
  .params = cj_reduce_params,
  .build = build,
};
