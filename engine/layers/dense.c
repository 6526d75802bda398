/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-activation.h"
#include "cj-start.h"

#include <stddef.h>

typedef struct
{
  int units;
  gboolean bias;
  int activation; /* index into cj_activation_names */
  CjStart start;
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, units), CJ_UNITS },
  { .offset = offsetof (Params, activation), CJ_ACTIVATION },
  { .offset = offsetof (Params, bias), CJ_UNITS_BIAS },
  { CJ_START_INIT, .offset = offsetof (Params, start.init) },
  { CJ_START_GAIN, .offset = offsetof (Params, start.gain) },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 inputs = x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1;
  const CjShape weight = cj_shape2 (p->units, inputs), bias = cj_shape1 (p->units);
  int all[3] = { build->in[0] };

  if (x->n_dims == 4)
    build->mend = "flatten";
  all[1] = cj_layer_build_param (build, "weight", &weight,
                                 cj_start_weight (&p->start, inputs, p->units));
  if (p->bias)
    all[2] = cj_layer_build_param (build, "bias", &bias, cj_start_bias (&p->start, inputs));
  if (!cj_layer_build_emit (build, &cj_op_dense, NULL, all, p->bias ? 3 : 2, &build->out[0], error))
    return FALSE;
  return cj_activation_emit (build, p->activation, &build->out[0], error);
}

const CjLayerInfo cj_layer_dense = {
  .abi = CJ_LAYER_ABI,
  .id = "dense",
  .title = "Dense",
  .category = "dense",
  .blurb = "Connects every unit to every input: multiplies by a matrix and adds a bias",
  .formula = "y = x Wᵀ + b",
  .biology = "A population in which every neuron hears the whole population before it",
  .synonyms = "fc linear fully-connected",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
