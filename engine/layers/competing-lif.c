/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double tau, threshold, inhibition, jump, relax;
  int refractory;
  double dt;
} Params;

static const CjParam params[] = {
  { .name = "tau",
    .title = "Time constant τ",
    .blurb = "How long the membrane remembers",
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, tau),
    .preset = 100,
    .min = 0.01,
    .max = 100000,
    .soft_max = 500,
    .digits = 2 },
  { .name = "threshold",
    .title = "Threshold θ",
    .blurb = "A membrane above it, and what it has risen by, can fire",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, threshold),
    .preset = 13,
    .min = 0.001,
    .max = 10000,
    .soft_max = 50,
    .digits = 3 },
  { .name = "inhibition",
    .title = "Inhibition",
    .blurb = "What a spike takes off the membranes of all other neurons",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, inhibition),
    .preset = 120,
    .max = 1e6,
    .soft_max = 500,
    .digits = 2 },
  { .name = "jump",
    .title = "Adaptation",
    .blurb = "How much a spike raises the neuron's own threshold, so that all come to fire equally "
             "often; it counts from the next batch on",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, jump),
    .preset = 0.3,
    .max = 1000,
    .soft_max = 2,
    .digits = 3 },
  { .name = "relax",
    .title = "Adaptation time constant",
    .blurb = "How long a raised threshold lasts, over many samples",
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, relax),
    .preset = 1e7,
    .min = 1,
    .max = 1e12,
    .soft_min = 1000,
    .soft_max = 1e8,
    .digits = 0,
    .flags = CJ_PARAM_LOG | CJ_PARAM_ADVANCED },
  { .name = "refractory",
    .title = "Refractory period",
    .blurb = "Time steps after a spike in which nothing comes in",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, refractory),
    .preset = 5,
    .max = 10000,
    .soft_max = 20 },
  { CJ_SPIKING_MOMENT, .offset = offsetof (Params, dt) },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  CjRivalsAttrs attrs = { .decay = exp (-p->dt / p->tau),
                          .threshold = p->threshold,
                          .jump = p->jump,
                          .inhibition = p->inhibition,
                          .refractory = p->refractory };
  int in[2] = { build->in[0] };
  CjShape units;

  if (x->n_dims < 3)
    return cj_spiking_refuse (build, error);
  attrs.left = exp (-(double) x->dims[1] * p->dt / p->relax);
  units = cj_shape1 (cj_shape_size (x) / MAX (x->dims[0] * x->dims[1], 1));
  in[1] = cj_builder_add_state (build->builder, build->node, "raised", &units,
                                (CjInit){ .kind = CJ_INIT_ZEROS });
  if (!cj_layer_build_emit (build, &cj_op_rivals, &attrs, in, 2, &build->out[0], error))
    return FALSE;
  build->out[1] = build->out[0] + 1;
  return TRUE;
}

const CjLayerInfo cj_layer_competing_lif = {
  .abi = CJ_LAYER_ABI,
  .id = "competing-lif",
  .title = "Competing LIF",
  .category = "spiking",
  .blurb = "Spiking neurons of which one at a time fires and silences the others, and finds it "
           "harder from then on; made for learning by STDP, as it passes no gradient",
  .formula
  = "v[t] = e^(−dt/τ) v[t−1] + x[t]; the largest v − θ − h above 0 fires: its v = 0 and its "
    "h grows, all other v fall by c (Diehl and Cook 2015)",
  .biology = "Pyramidal cells that share their inhibitory neighbours, with intrinsic plasticity: "
             "whoever is fastest speaks, and nobody speaks all the time",
  .synonyms = "winner-take-all wta diehl cook homeostasis lateral inhibition spiking neuron snn "
              "adaptive threshold",
  .version = 1,
  .inputs = cj_spiking_inputs,
  .outputs = cj_spiking_outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
