/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static gboolean
build (CjLayerBuild *build, GError **error)
{
  if (cj_layer_build_shape (build, 0)->n_dims != 3)
    return cj_layer_build_refuse_sequence (build, 0, error);
  return cj_layer_build_simple (build, &cj_op_sinusoid, NULL, error);
}

const CjLayerInfo cj_layer_sinusoidal_position = {
  .abi = CJ_LAYER_ABI,
  .id = "sinusoidal-position",
  .title = "Sinusoidal position",
  .category = "sequence",
  .blurb = "Adds waves of many lengths to the tokens, so that their phases tell where each stands",
  .formula = "y[t, 2i] = x + sin (t / 10000^(2i/E)), y[t, 2i + 1] = x + cos (t / 10000^(2i/E))",
  .biology = "Grid cells: modules of different wave length together give one place away",
  .synonyms = "positional encoding fourier sine",
  .version = 1,
  .build = build,
};
