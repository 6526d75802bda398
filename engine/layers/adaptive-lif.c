/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

static const CjParam params[] = {
  { CJ_SPIKING_BETA },
  { CJ_SPIKING_TAU },
  { CJ_SPIKING_THRESHOLD },
  { CJ_SPIKING_RESET },
  { CJ_SPIKING_REFRACTORY },
  { CJ_SPIKING_ADAPT_TAU },
  { CJ_SPIKING_ADAPT_JUMP },
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
  return cj_spiking_build (build, CJ_SPIKING_ADAPTS, error);
}

const CjLayerInfo cj_layer_adaptive_lif = {
  .abi = CJ_LAYER_ABI,
  .id = "adaptive-lif",
  .title = "Adaptive LIF",
  .category = "spiking",
  .blurb
  = "Spiking neurons whose threshold rises with every spike, which gives them a memory of seconds",
  .formula = "s[t] = v[t] > θ + b a[t], a[t] = ρ a[t − 1] + s[t − 1] (Bellec et al. 2018)",
  .biology = "Spike-frequency adaptation: slow potassium currents make a neuron that has fired "
             "harder to excite",
  .synonyms = "alif lsnn adaptation spiking neuron snn",
  .version = 1,
  .inputs = cj_spiking_inputs,
  .outputs = cj_spiking_outputs,
  .params_size = sizeof (CjSpikingParams),
  .params = params,
  .build = build,
};
