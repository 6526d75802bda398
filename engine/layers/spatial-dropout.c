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
    .blurb = "Share of the feature maps silenced in each step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rate),
    .preset = 0.5,
    .max = 0.99,
    .soft_max = 0.9,
    .digits = 2 },
  { NULL },
};

/* A map of a sequence is one feature at all moments. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjNoiseAttrs attrs = { CJ_NOISE_CHANNELS, ((const Params *) build->params)->rate };
  int value = build->in[0];

  if (cj_layer_build_shape (build, 0)->n_dims != 3)
    return cj_layer_build_simple (build, &cj_op_noise, &attrs, error);
  return cj_layer_build_emit (build, &cj_op_to_picture, NULL, &value, 1, &value, error)
         && cj_layer_build_emit (build, &cj_op_noise, &attrs, &value, 1, &value, error)
         && cj_layer_build_emit (build, &cj_op_to_tokens, NULL, &value, 1, &build->out[0], error);
}

const CjLayerInfo cj_layer_spatial_dropout = {
  .abi = CJ_LAYER_ABI,
  .id = "spatial-dropout",
  .title = "Spatial dropout",
  .category = "regularisation",
  .blurb = "Silences whole feature maps in each training step, since neighbouring pixels stand in "
           "for each other",
  .formula = "y = x · m / (1 − rate), one m a map; y = x outside training",
  .biology = "A lesion of one cortical column rather than of scattered neurons",
  .synonyms = "dropout2d dropout-2d channel-dropout",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
