/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-encoder.h"

static const CjParam params[] = {
  { CJ_ENCODER_STEPS }, { CJ_ENCODER_RANGE }, { CJ_ENCODER_LOW }, { CJ_ENCODER_HIGH }, { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_encoder_build (build, CJ_ENCODE_LATENCY, error);
}

const CjLayerInfo cj_layer_latency_encoder = {
  .abi = CJ_LAYER_ABI,
  .id = "latency-encoder",
  .title = "Latency encoder",
  .category = "spiking",
  .blurb = "Gives every number one spike, the sooner the larger it is, and none to the least",
  .formula = "spike at t = (T − 1) (1 − (x − low) / (high − low))",
  .biology
  = "First spikes of the retina tell a picture before rates could be counted (Thorpe 2001; "
    "Gollisch and Meister 2008)",
  .synonyms = "time to first spike ttfs temporal spikes snn",
  .version = 1,
  .inputs = cj_encoder_inputs,
  .outputs = cj_encoder_outputs,
  .params_size = sizeof (CjEncoderParams),
  .params = params,
  .build = build,
};
