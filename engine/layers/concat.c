/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-axis.h"

#include <stddef.h>

typedef struct
{
  int axis;
} Params;

static const CjPort inputs[] = { { "x", "Inputs", "N …", CJ_PORT_MANY }, { NULL } };

static const CjParam params[] = {
  { .name = "axis",
    .title = "Axis",
    .blurb = "The axis along which they are joined; 1 is the first of a sample, -1 the last",
    .offset = offsetof (Params, axis),
    .preset = 1,
    CJ_AXIS_NUMBER },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjAxisAttrs attrs = { cj_axis_find (cj_layer_build_shape (build, 0),
                                            ((const Params *) build->params)->axis, error) };

  return attrs.axis > 0
         && cj_layer_build_emit (build, &cj_op_concat, &attrs, build->in, build->n_in,
                                 &build->out[0], error);
}

const CjLayerInfo cj_layer_concat = {
  .abi = CJ_LAYER_ABI,
  .id = "concat",
  .title = "Concat",
  .category = "combine",
  .blurb = "Lays its inputs side by side: the channels of one behind those of the other",
  .formula = "y = [x₁, x₂, …]",
  .biology = "Convergence: axons of several areas ending on one",
  .synonyms = "concatenate cat join",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
