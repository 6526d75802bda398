/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double use, recover, facilitate, dt;
} Params;

static const CjParam params[] = {
  { .name = "use",
    .title = "Use U",
    .blurb = "Share of the transmitter at hand that a spike of a rested synapse releases",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, use),
    .preset = 0.5,
    .min = 0.001,
    .max = 1,
    .digits = 3 },
  { .name = "recover",
    .title = "Recovery",
    .blurb = "How long the synapse takes to fill up again",
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, recover),
    .preset = 800,
    .max = 1e6,
    .soft_max = 2000,
    .digits = 1 },
  { .name = "facilitate",
    .title = "Facilitation",
    .blurb = "How long a spike makes the next one release more; 0: not at all",
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, facilitate),
    .max = 1e6,
    .soft_max = 2000,
    .digits = 1 },
  { CJ_SPIKING_MOMENT, .offset = offsetof (Params, dt) },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjSynapseAttrs attrs
      = { .kind = CJ_SYNAPSE_PLASTIC,
          .use = p->use,
          .recover = p->recover > 0 ? exp (-p->dt / p->recover) : 0,
          .facilitate = p->facilitate > 0 ? exp (-p->dt / p->facilitate) : 0 };

  if (cj_layer_build_shape (build, 0)->n_dims < 3)
    return cj_spiking_refuse (build, error);
  return cj_layer_build_simple (build, &cj_op_synapse, &attrs, error);
}

static const CjPort inputs[] = { { "x", "Spikes", "N T …", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_short_term_plasticity = {
  .abi = CJ_LAYER_ABI,
  .id = "short-term-plasticity",
  .title = "Short-term plasticity",
  .category = "spiking",
  .blurb = "Synapses that tire or warm up with use: what passes depends on the spikes before",
  .formula = "u = f u + U (1 − f u) s, y = u R s / U, R loses u R s and recovers to 1 (Tsodyks, "
             "Pawelzik and Markram 1998)",
  .biology
  = "Vesicles run out and calcium builds up: cortical synapses onto pyramidal cells depress, "
    "many onto interneurons facilitate",
  .synonyms = "stp depression facilitation tsodyks markram synapse snn",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
