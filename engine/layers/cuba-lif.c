/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

static const CjParam params[] = {
  { CJ_SPIKING_SYNAPSE },
  { CJ_SPIKING_BETA },
  { CJ_SPIKING_TAU },
  { CJ_SPIKING_THRESHOLD },
  { CJ_SPIKING_RESET },
  { CJ_SPIKING_REFRACTORY },
  { CJ_SPIKING_SURROGATE },
  { CJ_SPIKING_SLOPE },
  { CJ_SPIKING_HEIGHT },
  { CJ_SPIKING_ATTACHED },
  { CJ_SPIKING_SCALED },
  { CJ_SPIKING_LEARN_DECAY },
  { CJ_SPIKING_LEARN_THRESHOLD },
  { CJ_SPIKING_WINDOW },
  { CJ_SPIKING_DT },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_spiking_build (build, CJ_SPIKING_CURRENT, error);
}

const CjLayerInfo cj_layer_cuba_lif = {
  .abi = CJ_LAYER_ABI,
  .id = "cuba-lif",
  .title = "Current-based LIF",
  .category = "spiking",
  .blurb = "Spiking neurons behind synapses whose current lasts a while after each spike",
  .formula = "c[t] = α c[t − 1] + x[t], v[t] = β r[t − 1] + c[t], s[t] = v[t] > θ",
  .biology
  = "Postsynaptic currents: receptors stay open for milliseconds after the transmitter has come",
  .synonyms = "synaptic cubalif second order spiking neuron snn",
  .version = 1,
  .inputs = cj_spiking_inputs,
  .outputs = cj_spiking_outputs,
  .params_size = sizeof (CjSpikingParams),
  .params = params,
  .build = build,
};
