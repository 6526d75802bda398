/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-encoder.h"

static const CjParam params[] = {
  { CJ_ENCODER_STEPS },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_encoder_build (build, CJ_ENCODE_REPEAT, error);
}

const CjLayerInfo cj_layer_direct_current = {
  .abi = CJ_LAYER_ABI,
  .id = "direct-current",
  .title = "Direct current",
  .category = "spiking",
  .blurb = "Holds the same current for a number of time steps; behind a dense layer it costs least",
  .formula = "y[t] = x for t = 1 … T",
  .biology = "A current clamp: an electrode that keeps a neuron's input steady",
  .synonyms = "repeat encoder constant rate snn",
  .version = 1,
  .inputs = cj_encoder_inputs,
  .outputs = cj_encoder_outputs,
  .params_size = sizeof (CjEncoderParams),
  .params = params,
  .build = build,
};
