/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

static int
build (CjBuilder *builder, const char *node, gconstpointer data, const int *in, GError **error)
{
  (void) node;
  (void) data;
  return cj_builder_emit (builder, &cj_op_relu, NULL, in, 1, error);
}

const CjLayerInfo cj_layer_relu = {
  .id = "relu",
  .title = "ReLU",
  .category = "activation",
  .blurb = "Passes positive values and silences negative ones",
  .formula = "y = max (0, x)",
  .biology = "A firing rate: below threshold a neuron is silent, above it fires in proportion",
  .version = 1,
  .n_inputs = 1,
  .build = build,
};
