/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static int
build (CjBuilder *builder, const char *node, gconstpointer data, const int *in, GError **error)
{
  (void) node;
  (void) data;
  return cj_builder_emit (builder, &cj_op_flatten, NULL, in, 1, error);
}

const CjLayerInfo cj_layer_flatten = {
  .id = "flatten",
  .title = "Flatten",
  .category = "shape",
  .blurb = "Lays all channels and pixels of a sample in one row",
  .formula = "[C, H, W] → [C · H · W]",
  .version = 1,
  .n_inputs = 1,
  .build = build,
};
