/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-softmax-params.h"

#include <stddef.h>

const CjParam cj_softmax_params[] = {
  { .name = "axis",
    .title = "Axis",
    .blurb = "Along which dimension the outputs compete, the batch being 0 and the last −1; 0 "
             "picks the channels of pictures and the last of everything else",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjSoftmaxParams, axis),
    .min = -5,
    .max = 5,
    .flags = CJ_PARAM_ADVANCED },
  { .name = "temperature",
    .title = "Temperature",
    .blurb = "Divides the scores: below 1 sharpens the choice, above 1 evens it out",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjSoftmaxParams, temperature),
    .preset = 1,
    .min = 0.001,
    .max = 1000,
    .soft_min = 0.1,
    .soft_max = 10,
    .digits = 3,
    .flags = CJ_PARAM_LOG },
  { NULL },
};

gboolean
cj_softmax_build (CjLayerBuild *build, gboolean log, GError **error)
{
  const CjSoftmaxParams *p = build->params;
  const int n_dims = (int) cj_layer_build_shape (build, 0)->n_dims;
  const int chosen = p->axis != 0 ? p->axis : n_dims == 4 ? 1 : -1;
  const CjSoftmaxAttrs attrs = { chosen < 0 ? chosen + n_dims : chosen, log };
  const CjUnaryAttrs scale = { .kind = CJ_UNARY_AFFINE, .a = 1 / p->temperature };
  int x = build->in[0];

  if (p->temperature != 1 && !cj_layer_build_emit (build, &cj_op_unary, &scale, &x, 1, &x, error))
    return FALSE;
  return cj_layer_build_emit (build, &cj_op_softmax, &attrs, &x, 1, &build->out[0], error);
}
