/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  int size;
  double alpha, beta, k;
} Params;

static const CjParam params[] = {
  { .name = "size",
    .title = "Neighbours",
    .blurb = "How many channels side by side share one divisor",
    .unit = "channels",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, size),
    .preset = 5,
    .min = 1,
    .max = 255,
    .soft_min = 1,
    .soft_max = 15 },
  { .name = "alpha",
    .title = "Alpha",
    .blurb = "Strength of the neighbours; divided by their number",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, alpha),
    .preset = 1e-4,
    .max = 1000,
    .soft_min = 1e-6,
    .soft_max = 1,
    .digits = 6,
    .flags = CJ_PARAM_LOG },
  { .name = "beta",
    .title = "Beta",
    .blurb = "Power of the divisor",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, beta),
    .preset = 0.75,
    .max = 10,
    .soft_max = 2,
    .digits = 3 },
  { .name = "k",
    .title = "Constant",
    .blurb = "What is divided by where all neighbours are silent",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, k),
    .preset = 1,
    .min = 1e-6,
    .max = 1000,
    .soft_min = 0.1,
    .soft_max = 5,
    .digits = 3 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjLocalNormAttrs attrs = { p->size, p->alpha, p->beta, p->k };

  return cj_layer_build_simple (build, &cj_op_local_norm, &attrs, error);
}

const CjLayerInfo cj_layer_local_response_norm = {
  .abi = CJ_LAYER_ABI,
  .id = "local-response-norm",
  .title = "Local response norm",
  .category = "normalisation",
  .blurb = "Divides every response by the strength of its neighbours in other channels",
  .formula = "y = x / (k + α/n · Σ x²)^β, summed over n neighbouring channels",
  .biology = "Lateral inhibition: active neurons quieten their neighbours through interneurons",
  .synonyms = "lrn localresponsenorm lateral",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
