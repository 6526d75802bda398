/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

static const CjParam params[] = {
  { CJ_SPIKING_BETA },        { CJ_SPIKING_TAU }, { CJ_SPIKING_SCALED },
  { CJ_SPIKING_LEARN_DECAY }, { CJ_SPIKING_DT },  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_spiking_build (build, CJ_SPIKING_SILENT, error);
}

const CjLayerInfo cj_layer_leaky_integrator = {
  .abi = CJ_LAYER_ABI,
  .id = "leaky-integrator",
  .title = "Leaky integrator",
  .category = "spiking",
  .blurb = "Adds up what arrives and forgets it slowly, without firing: a readout of spikes",
  .formula = "y[t] = β y[t − 1] + x[t]",
  .biology
  = "The membrane of a neuron that never reaches its threshold, as many cells of the retina",
  .synonyms = "li readout low-pass filter membrane snn",
  .version = 1,
  .inputs = cj_spiking_inputs,
  .params_size = sizeof (CjSpikingParams),
  .params = params,
  .build = build,
};
