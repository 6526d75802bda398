/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  double deviation;
} Params;

static const CjParam params[] = {
  { .name = "deviation",
    .title = "Deviation",
    .blurb = "Standard deviation of the noise",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, deviation),
    .preset = 0.1,
    .max = 100,
    .soft_max = 1,
    .digits = 3 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjNoiseAttrs attrs = { CJ_NOISE_GAUSSIAN, ((const Params *) build->params)->deviation };

  return cj_layer_build_simple (build, &cj_op_noise, &attrs, error);
}

const CjLayerInfo cj_layer_gaussian_noise = {
  .abi = CJ_LAYER_ABI,
  .id = "gaussian-noise",
  .title = "Gaussian noise",
  .category = "regularisation",
  .blurb = "Adds normal noise in each training step, so that close inputs must give close answers",
  .formula = "y = x + deviation · n, n normal; y = x outside training",
  .biology = "Neural noise: the same stimulus never evokes the same response twice",
  .synonyms = "noise",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
