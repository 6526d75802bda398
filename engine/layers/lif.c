/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

static const CjParam params[] = {
  { CJ_SPIKING_BETA },   { CJ_SPIKING_TAU },         { CJ_SPIKING_THRESHOLD },
  { CJ_SPIKING_RESET },  { CJ_SPIKING_REFRACTORY },  { CJ_SPIKING_SURROGATE },
  { CJ_SPIKING_SLOPE },  { CJ_SPIKING_HEIGHT },      { CJ_SPIKING_ATTACHED },
  { CJ_SPIKING_SCALED }, { CJ_SPIKING_LEARN_DECAY }, { CJ_SPIKING_LEARN_THRESHOLD },
  { CJ_SPIKING_WINDOW }, { CJ_SPIKING_DT },          { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_spiking_build (build, 0, error);
}

const CjLayerInfo cj_layer_lif = {
  .abi = CJ_LAYER_ABI,
  .id = "lif",
  .title = "LIF",
  .category = "spiking",
  .blurb = "Spiking neurons whose membrane adds up current, leaks, and fires at a threshold",
  .formula = "v[t] = β r[t − 1] + x[t], s[t] = v[t] > θ, r[t] = v[t] − θ s[t]; backward ds/dv is "
             "the surrogate",
  .biology = "The membrane of a neuron: charge leaks through open channels, and a spike empties it",
  .synonyms = "leaky integrate-and-fire spiking neuron snn membrane",
  .version = 1,
  .inputs = cj_spiking_inputs,
  .outputs = cj_spiking_outputs,
  .params_size = sizeof (CjSpikingParams),
  .params = params,
  .build = build,
};
