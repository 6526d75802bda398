/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static const CjPort inputs[] = { { "x", "Scores", "N K", CJ_PORT_REQUIRED },
                                 { "target", "Target", "N", CJ_PORT_OPTIONAL },
                                 { NULL } };
static const CjPort outputs[] = { { "loss", "Loss", "", CJ_PORT_REQUIRED }, { NULL } };

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_layer_build_emit (build, &cj_op_cross_entropy, NULL, build->in, 2, &build->out[0],
                              error);
}

const CjLayerInfo cj_layer_cross_entropy = {
  .abi = CJ_LAYER_ABI,
  .id = "cross-entropy",
  .title = "Cross-entropy",
  .category = "loss",
  .blurb = "How surprised the network is by the right class; takes scores before any softmax",
  .formula = "L = −log softmax (x)[target], mean over the batch",
  .biology = "Surprise: the less likely the right answer was held, the stronger the lesson",
  .synonyms = "ce softmax nll crossentropy",
  .version = 1,
  .role = CJ_ROLE_LOSS,
  .inputs = inputs,
  .outputs = outputs,
  .build = build,
};
