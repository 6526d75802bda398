/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-activation.h"

#include <stddef.h>

typedef struct
{
  int units;
  double rate;
  gboolean bias;
  int activation; /* index into cj_activation_names */
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, units), CJ_UNITS },
  { .name = "rate",
    .title = "Rate",
    .blurb = "Share of the connections cut in each step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rate),
    .preset = 0.5,
    .max = 0.99,
    .soft_max = 0.9,
    .digits = 2 },
  { .offset = offsetof (Params, activation), CJ_ACTIVATION },
  { .offset = offsetof (Params, bias), CJ_UNITS_BIAS },
  { NULL },
};

/* Wan et al., 2013: dropout of the weights. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 inputs = x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1;
  const CjInit init = { .kind = CJ_INIT_FAN_IN, .fan_in = inputs, .fan_out = p->units };
  const CjShape weight = cj_shape2 (p->units, inputs), bias = cj_shape1 (p->units);
  const CjNoiseAttrs drop = { CJ_NOISE_DROPOUT, p->rate };
  int all[3] = { build->in[0] };

  if (x->n_dims == 4)
    build->mend = "flatten";
  all[1] = cj_layer_build_param (build, "weight", &weight, init);
  if (p->bias)
    all[2] = cj_layer_build_param (build, "bias", &bias, init);
  return cj_layer_build_emit (build, &cj_op_noise, &drop, &all[1], 1, &all[1], error)
         && cj_layer_build_emit (build, &cj_op_dense, NULL, all, p->bias ? 3 : 2, &build->out[0],
                                 error)
         && cj_activation_emit (build, p->activation, &build->out[0], error);
}

const CjLayerInfo cj_layer_drop_connect = {
  .abi = CJ_LAYER_ABI,
  .id = "drop-connect",
  .title = "DropConnect",
  .category = "regularisation",
  .blurb = "A dense layer that cuts random connections in each training step",
  .formula = "y = x (W · m / (1 − rate))ᵀ + b, m random 0 or 1; m = 1 − rate outside training",
  .biology = "Synapses come and go: spines of cortex turn over within days",
  .synonyms = "dropconnect",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
