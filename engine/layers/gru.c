/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-recurrent.h"

static const CjParam params[] = {
  { CJ_RECURRENT_UNITS },
  { CJ_RECURRENT_OUTPUT },
  { CJ_RECURRENT_LAYERS },
  { CJ_RECURRENT_BIDIRECTIONAL },
  { CJ_RECURRENT_DROPOUT },
  { CJ_RECURRENT_BIAS },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_recurrent_build (build, CJ_CELL_GRU, error);
}

const CjLayerInfo cj_layer_gru = {
  .abi = CJ_LAYER_ABI,
  .id = "gru",
  .title = "GRU",
  .category = "recurrent",
  .blurb = "Reads a sequence with cells that choose, by two gates, what to keep and what to renew",
  .formula = "h[t] = (1 − z) n + z h[t − 1]; r, z = σ (W x + U h), n = tanh (W x + r (U h))",
  .biology = "Gating of working memory: the prefrontal cortex holds or renews what it has in mind",
  .synonyms = "recurrent gated",
  .version = 1,
  .inputs = cj_recurrent_inputs,
  .outputs = cj_recurrent_outs,
  .params_size = sizeof (CjRecurrentParams),
  .params = params,
  .build = build,
};
