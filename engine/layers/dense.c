/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  int units;
  gboolean bias;
} Params;

static const CjParam params[] = {
  { .name = "units",
    .title = "Units",
    .blurb = "How many neurons the layer has",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, units),
    .preset = 128,
    .min = 1,
    .max = 65536,
    .soft_min = 1,
    .soft_max = 1024,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "bias",
    .title = "Bias",
    .blurb = "Adds one learned offset a unit",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, bias),
    .preset = TRUE,
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static int
build (CjBuilder *builder, const char *node, gconstpointer data, const int *in, GError **error)
{
  const Params *p = data;
  const CjShape *x = &cj_builder_get_value (builder, in[0])->shape;
  const gint64 inputs = x->dims[x->n_dims - 1];
  const CjShape weight = cj_shape2 (p->units, inputs), bias = cj_shape1 (p->units);
  int all[3] = { in[0] };

  all[1] = cj_builder_add_param (builder, node, "weight", &weight, inputs);
  if (p->bias)
    all[2] = cj_builder_add_param (builder, node, "bias", &bias, inputs);
  return cj_builder_emit (builder, &cj_op_dense, NULL, all, p->bias ? 3 : 2, error);
}

const CjLayerInfo cj_layer_dense = {
  .id = "dense",
  .title = "Dense",
  .category = "core",
  .blurb = "Connects every unit to every input: multiplies by a matrix and adds a bias",
  .formula = "y = x Wᵀ + b",
  .biology = "A population in which every neuron hears the whole population before it",
  .version = 1,
  .n_inputs = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
