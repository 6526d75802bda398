/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-softmax-params.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_softmax_build (build, FALSE, error);
}

const CjLayerInfo cj_layer_softmax = {
  .abi = CJ_LAYER_ABI,
  .id = "softmax",
  .title = "Softmax",
  .category = "activation",
  .blurb = "Turns scores into probabilities that sum to 1",
  .formula = "y[k] = exp (x[k] / T) / Σ exp (x[j] / T)",
  .biology = "Winner-take-all: neurons that inhibit each other through a shared pool",
  .synonyms = "probabilities normalise",
  .version = 1,
  .params_size = sizeof (CjSoftmaxParams),
  .params = cj_softmax_params,
  .build = build,
};
