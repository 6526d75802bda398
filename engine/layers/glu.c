/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-axis.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int axis;
} Params;

static const CjParam params[] = {
  { .name = "axis",
    .title = "Axis",
    .blurb = "The axis that is halved; 1 is the first of a sample, -1 the last",
    .offset = offsetof (Params, axis),
    .preset = -1,
    CJ_AXIS_NUMBER },
  { NULL },
};

/* Dauphin et al., 2017. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjShape *x = cj_layer_build_shape (build, 0);
  const int axis = cj_axis_find (x, ((const Params *) build->params)->axis, error);
  const gint64 half = axis > 0 ? x->dims[axis] / 2 : 0;
  const CjSliceAttrs first = { axis, 0, half }, second = { axis, half, half };
  const CjUnaryAttrs gate = { .kind = CJ_UNARY_SIGMOID };
  const CjBinaryAttrs times = { CJ_BINARY_MULTIPLY };
  int halves[2];

  if (axis < 0)
    return FALSE;
  if (half * 2 != x->dims[axis])
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("halves an axis of %lld numbers. Give the layer before it an even number."),
                   (long long) x->dims[axis]);
      return FALSE;
    }
  return cj_layer_build_emit (build, &cj_op_slice, &first, build->in, 1, &halves[0], error)
         && cj_layer_build_emit (build, &cj_op_slice, &second, build->in, 1, &halves[1], error)
         && cj_layer_build_emit (build, &cj_op_unary, &gate, &halves[1], 1, &halves[1], error)
         && cj_layer_build_emit (build, &cj_op_binary, &times, halves, 2, &build->out[0], error);
}

const CjLayerInfo cj_layer_glu = {
  .abi = CJ_LAYER_ABI,
  .id = "glu",
  .title = "GLU",
  .category = "activation",
  .blurb = "Lets one half of the features decide how much of the other half passes",
  .formula = "y = a · sigmoid (b), x = [a, b]",
  .biology = "Gating: the thalamus lets a signal through or holds it back",
  .synonyms = "gated-linear-unit",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
