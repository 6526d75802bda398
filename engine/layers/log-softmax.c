/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-softmax-params.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_softmax_build (build, TRUE, error);
}

const CjLayerInfo cj_layer_log_softmax = {
  .abi = CJ_LAYER_ABI,
  .id = "log-softmax",
  .title = "Log-softmax",
  .category = "activation",
  .blurb = "Turns scores into logarithms of probabilities",
  .formula = "y[k] = x[k] / T − log Σ exp (x[j] / T)",
  .synonyms = "logsoftmax log-probabilities",
  .version = 1,
  .params_size = sizeof (CjSoftmaxParams),
  .params = cj_softmax_params,
  .build = build,
};
