/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-recurrent.h"

static const char *const activations[] = { "tanh", "relu", NULL };

static const CjParam params[] = {
  { CJ_RECURRENT_UNITS },
  { CJ_RECURRENT_OUTPUT },
  { CJ_RECURRENT_LAYERS },
  { .name = "activation",
    .title = "Activation",
    .blurb = "What every cell does with its sum",
    .kind = CJ_PARAM_CHOICE,
    .offset = G_STRUCT_OFFSET (CjRecurrentParams, activation),
    .choices = activations,
    .max = 1 },
  { CJ_RECURRENT_BIDIRECTIONAL },
  { CJ_RECURRENT_DROPOUT },
  { CJ_RECURRENT_BIAS },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjRecurrentParams *p = build->params;

  return cj_recurrent_build (build, p->activation == 0 ? CJ_CELL_TANH : CJ_CELL_RELU, error);
}

const CjLayerInfo cj_layer_rnn = {
  .abi = CJ_LAYER_ABI,
  .id = "rnn",
  .title = "RNN",
  .category = "recurrent",
  .blurb
  = "Reads a sequence step by step; every cell hears the input and all cells of the step before",
  .formula = "h[t] = tanh (W x[t] + b + U h[t − 1] + c)",
  .biology = "Recurrent collaterals: most synapses of a cortical cell come from its neighbours",
  .synonyms = "recurrent elman vanilla",
  .version = 1,
  .inputs = cj_recurrent_inputs,
  .outputs = cj_recurrent_outs,
  .params_size = sizeof (CjRecurrentParams),
  .params = params,
  .build = build,
};
