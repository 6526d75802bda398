/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

#include <stddef.h>

typedef struct
{
  double threshold;
  gboolean both;
} Params;

static const CjParam params[] = {
  { .name = "threshold",
    .title = "Threshold",
    .blurb = "How much a number must change from one time step to the next",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, threshold),
    .preset = 0.1,
    .min = 1e-6,
    .max = 1e6,
    .soft_max = 1,
    .digits = 3 },
  { .name = "both",
    .title = "Off spikes",
    .blurb = "A fall gives −1, as a rise gives 1",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, both),
    .preset = TRUE,
    .max = 1 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjSynapseAttrs attrs
      = { .kind = CJ_SYNAPSE_CHANGES, .threshold = p->threshold, .both = p->both };

  if (cj_layer_build_shape (build, 0)->n_dims < 3)
    return cj_spiking_refuse (build, error);
  return cj_layer_build_simple (build, &cj_op_synapse, &attrs, error);
}

static const CjPort inputs[] = { { "x", "Sequence", "N T …", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_delta_encoder = {
  .abi = CJ_LAYER_ABI,
  .id = "delta-encoder",
  .title = "Delta encoder",
  .category = "spiking",
  .blurb = "Turns a sequence into spikes where it changes, and is silent where it stays",
  .formula = "y[t] = 1 where x[t] − x[t − 1] ≥ θ, −1 where it is ≤ −θ",
  .biology
  = "On and off cells of the retina answer to changes; event cameras were built after them",
  .synonyms = "change event dvs spikes snn",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
