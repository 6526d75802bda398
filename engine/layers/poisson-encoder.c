/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-encoder.h"

static const CjParam params[] = {
  { CJ_ENCODER_STEPS }, { CJ_ENCODER_RATE }, { CJ_ENCODER_RANGE },
  { CJ_ENCODER_LOW },   { CJ_ENCODER_HIGH }, { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_encoder_build (build, CJ_ENCODE_POISSON, error);
}

const CjLayerInfo cj_layer_poisson_encoder = {
  .abi = CJ_LAYER_ABI,
  .id = "poisson-encoder",
  .title = "Poisson encoder",
  .category = "spiking",
  .blurb = "Turns numbers into spikes by chance: the larger a number, the more often it fires",
  .formula = "P (y[t] = 1) = rate · (x − low) / (high − low)",
  .biology = "Rate code: sensory fibres fire irregularly, and faster the stronger the stimulus "
             "(Adrian and Zotterman 1926)",
  .synonyms = "rate bernoulli spikes snn",
  .version = 1,
  .inputs = cj_encoder_inputs,
  .outputs = cj_encoder_outputs,
  .params_size = sizeof (CjEncoderParams),
  .params = params,
  .build = build,
};
