/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-window.h"

/* One number a channel: a picture [N, C, H, W] or a sequence [N, T, C] becomes [N, C]. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjPoolAttrs attrs = { .out_h = 1, .out_w = 1 };
  const CjShape x = *cj_layer_build_shape (build, 0);
  const CjReshapeAttrs flat = { cj_shape2 (x.dims[0], x.dims[x.n_dims == 3 ? 2 : 1]) };
  int value = build->in[0];

  if (x.n_dims == 3 && !cj_window_to_picture (build, &value, error))
    return FALSE;
  return cj_layer_build_emit (build, &cj_op_avg_pool2d, &attrs, &value, 1, &value, error)
         && cj_layer_build_emit (build, &cj_op_reshape, &flat, &value, 1, &build->out[0], error);
}

const CjLayerInfo cj_layer_global_avg_pool = {
  .abi = CJ_LAYER_ABI,
  .id = "global-avg-pool",
  .title = "Global average pool",
  .category = "feature",
  .blurb = "Keeps the mean of every channel over the whole picture or sequence",
  .formula = "y[c] = mean over all pixels of x[c]",
  .biology = "Population coding: the mean answer of neurons with one preference",
  .synonyms = "globalavgpool gap",
  .version = 1,
  .build = build,
};
