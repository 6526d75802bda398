/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

static const CjParam params[] = {
  { CJ_SPIKING_THRESHOLD },  { CJ_SPIKING_RESET },
  { CJ_SPIKING_REFRACTORY }, { CJ_SPIKING_SURROGATE },
  { CJ_SPIKING_SLOPE },      { CJ_SPIKING_HEIGHT },
  { CJ_SPIKING_ATTACHED },   { CJ_SPIKING_LEARN_THRESHOLD },
  { CJ_SPIKING_WINDOW },     { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_spiking_build (build, CJ_SPIKING_PERFECT, error);
}

const CjLayerInfo cj_layer_integrate_and_fire = {
  .abi = CJ_LAYER_ABI,
  .id = "integrate-and-fire",
  .title = "Integrate and fire",
  .category = "spiking",
  .blurb
  = "Spiking neurons that add up their current without forgetting and fire when it is enough",
  .formula = "v[t] = r[t − 1] + x[t], s[t] = v[t] > θ, r[t] = v[t] − θ s[t]",
  .biology = "Lapicque (1907): a nerve is a condenser that is charged until it fires, and its rate "
             "grows with the current",
  .synonyms = "if spiking neuron snn",
  .version = 1,
  .inputs = cj_spiking_inputs,
  .outputs = cj_spiking_outputs,
  .params_size = sizeof (CjSpikingParams),
  .params = params,
  .build = build,
};
