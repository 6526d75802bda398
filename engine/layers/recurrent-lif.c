/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

static const CjParam params[] = {
  { CJ_SPIKING_BETA },
  { CJ_SPIKING_TAU },
  { CJ_SPIKING_THRESHOLD },
  { CJ_SPIKING_RESET },
  { CJ_SPIKING_REFRACTORY },
  { CJ_SPIKING_THROUGH },
  { CJ_SPIKING_ADAPT_TAU, .flags = CJ_PARAM_ADVANCED },
  { .name = "adapt-jump",
    .title = "Adaptation",
    .blurb = "How much a spike raises the threshold; 0: not at all",
    .kind = CJ_PARAM_FLOAT,
    .offset = CJ_SPIKING_OFFSET (adapt_jump),
    .max = 100,
    .soft_max = 2,
    .digits = 3,
    .flags = CJ_PARAM_ADVANCED },
  { .name = "synapse",
    .title = "Synaptic time constant",
    .blurb = "How long the current of a spike lasts; 0: no longer than its time step",
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = CJ_SPIKING_OFFSET (synapse),
    .max = 100000,
    .soft_max = 50,
    .digits = 2,
    .flags = CJ_PARAM_ADVANCED },
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
  return cj_spiking_build (build, CJ_SPIKING_RECURRENT | CJ_SPIKING_ADAPTS | CJ_SPIKING_CURRENT,
                           error);
}

const CjLayerInfo cj_layer_recurrent_lif = {
  .abi = CJ_LAYER_ABI,
  .id = "recurrent-lif",
  .title = "Recurrent LIF",
  .category = "spiking",
  .blurb = "Spiking neurons that hear one another a time step later, so that activity can go round",
  .formula = "c[t] = α c[t − 1] + x[t] + Σ W s[t − 1], v[t] = β r[t − 1] + c[t], s[t] = v[t] > θ",
  .biology
  = "Recurrent excitation: in the cortex most synapses of a neuron come from its neighbours",
  .synonyms = "rlif lsnn alif rsnn rleaky spiking neuron snn eprop e-prop",
  .version = 1,
  .inputs = cj_spiking_inputs,
  .outputs = cj_spiking_outputs,
  .params_size = sizeof (CjSpikingParams),
  .params = params,
  .build = build,
};
