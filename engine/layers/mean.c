/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-reduce-params.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_reduce_build (build, CJ_REDUCE_MEAN, error);
}

const CjLayerInfo cj_layer_mean = {
  .abi = CJ_LAYER_ABI,
  .id = "mean",
  .title = "Mean",
  .category = "shape",
  .blurb = "Averages over the time steps of a sequence or other dimensions",
  .formula = "y = mean of x over the axes",
  .biology = "Temporal integration: a slow neuron hears the average of what arrives",
  .synonyms = "reduce pool aggregate",
  .version = 1,
  .params_size = sizeof (CjReduceParams),
  .params = cj_reduce_params,
  .build = build,
};
