/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

#include <stddef.h>

typedef struct
{
  int most;
} Params;

static const CjParam params[] = {
  { .name = "most",
    .title = "Longest delay",
    .blurb = "Time steps that a spike may take to arrive; delays begin evenly spread below it",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, most),
    .preset = 10,
    .min = 1,
    .max = 10000,
    .soft_max = 50 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const CjSynapseAttrs attrs = { .kind = CJ_SYNAPSE_DELAY, .most = p->most };
  const CjUnaryAttrs size = { .kind = CJ_UNARY_ABS };
  int in[2] = { build->in[0] };
  CjShape units;

  if (x->n_dims < 3)
    return cj_spiking_refuse (build, error);
  units = cj_shape1 (cj_shape_size (x) / MAX (x->dims[0] * x->dims[1], 1));
  in[1] = cj_layer_build_param (build, "delay", &units,
                                (CjInit){ .kind = CJ_INIT_UNIFORM, .scale = p->most });
  return cj_layer_build_emit (build, &cj_op_unary, &size, &in[1], 1, &in[1], error)
         && cj_layer_build_emit (build, &cj_op_synapse, &attrs, in, 2, &build->out[0], error);
}

static const CjPort inputs[] = { { "x", "Spikes", "N T …", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_synaptic_delay = {
  .abi = CJ_LAYER_ABI,
  .id = "synaptic-delay",
  .title = "Synaptic delay",
  .category = "spiking",
  .blurb = "Lets the spikes of every neuron arrive after a delay of its own, which is learned",
  .formula = "y[t] = (1 − f) x[t − ⌊d⌋] + f x[t − ⌊d⌋ − 1], f = d − ⌊d⌋",
  .biology = "Axons conduct at different speeds, and owls find sounds by the difference (Jeffress "
             "1948; Carr and Konishi 1990)",
  .synonyms = "axon conduction learned delays snn",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
