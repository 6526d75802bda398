/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  double rate;
} Params;

static const CjParam params[] = {
  { .name = "rate",
    .title = "Rate",
    .blurb = "Share of the units silenced in each step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rate),
    .preset = 0.5,
    .min = 0,
    .max = 0.99,
    .soft_max = 0.9,
    .digits = 2 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjNoiseAttrs attrs = { CJ_NOISE_DROPOUT, ((const Params *) build->params)->rate };

  return cj_layer_build_simple (build, &cj_op_noise, &attrs, error);
}

const CjLayerInfo cj_layer_dropout = {
  .abi = CJ_LAYER_ABI,
  .id = "dropout",
  .title = "Dropout",
  .category = "regularisation",
  .blurb = "Silences random units in each training step, so that none can be relied on alone",
  .formula = "y = x · m / (1 − rate), m random 0 or 1; y = x outside training",
  .biology = "Unreliable synapses: most vesicle releases in cortex fail",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
