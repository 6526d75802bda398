/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-recurrent.h"

static const CjParam params[] = {
  { CJ_RECURRENT_UNITS },
  { CJ_RECURRENT_OUTPUT },
  { CJ_RECURRENT_LAYERS },
  { CJ_RECURRENT_BIDIRECTIONAL },
  { .name = "projection",
    .title = "Projection",
    .blurb = "Passes on that many mixtures of the cells instead of the cells; 0: none",
    .kind = CJ_PARAM_INT,
    .offset = G_STRUCT_OFFSET (CjRecurrentParams, projection),
    .max = 16384,
    .soft_max = 256,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { CJ_RECURRENT_DROPOUT },
  { CJ_RECURRENT_BIAS },
  { NULL },
};

static const CjPort inputs[] = { { "x", "Sequence", "N T I", CJ_PORT_REQUIRED },
                                 { "h0", "First state", "L N H", CJ_PORT_OPTIONAL },
                                 { "c0", "First cells", "L N H", CJ_PORT_OPTIONAL },
                                 { NULL } };
static const CjPort outputs[] = { { "y", "Output", "N T H", CJ_PORT_REQUIRED },
                                  { "h", "Last state", "L N H", CJ_PORT_REQUIRED },
                                  { "c", "Last cells", "L N H", CJ_PORT_REQUIRED },
                                  { NULL } };

static gboolean
build (CjLayerBuild *build, GError **error)
{
  return cj_recurrent_build (build, CJ_CELL_LSTM, error);
}

const CjLayerInfo cj_layer_lstm = {
  .abi = CJ_LAYER_ABI,
  .id = "lstm",
  .title = "LSTM",
  .category = "recurrent",
  .blurb = "Reads a sequence with memory cells that gates open and close, so that it can remember "
           "for long",
  .formula
  = "c[t] = f c[t − 1] + i g, h[t] = o tanh c[t]; i, f, o = σ (W x + U h), g = tanh (W x + "
    "U h)",
  .biology = "Persistent activity: a neuron that keeps firing holds a memory until it is released",
  .synonyms = "recurrent long short-term memory",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (CjRecurrentParams),
  .params = params,
  .build = build,
};
