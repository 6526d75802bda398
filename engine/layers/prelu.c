/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  double slope;
  gboolean shared;
} Params;

static const CjParam params[] = {
  { .name = "slope",
    .title = "Slope",
    .blurb = "Where the learned slope below zero starts",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, slope),
    .preset = 0.25,
    .min = -10,
    .max = 10,
    .soft_max = 1,
    .digits = 3 },
  { .name = "shared",
    .title = "Shared",
    .blurb = "One slope for all channels",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, shared),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { NULL },
};

/* max (0, x) + w min (x, 0), the weight stretched over all but the channels. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gboolean picture = x->n_dims > 3;
  const gint64 channels = p->shared || x->n_dims == 0 ? 1 : x->dims[picture ? 1 : x->n_dims - 1];
  const CjInit init = { .kind = CJ_INIT_CONSTANT, .scale = p->slope };
  const CjUnaryAttrs positive = { .kind = CJ_UNARY_RELU }, negative = { .kind = CJ_UNARY_NEGATIVE };
  const CjBinaryAttrs times = { CJ_BINARY_MULTIPLY }, plus = { CJ_BINARY_ADD };
  const CjShape shape = cj_shape1 (channels);
  CjReshapeAttrs spread = { .shape = { .n_dims = picture ? x->n_dims - 1 : 1 } };
  int above, product[2], sum[2];

  spread.shape.dims[0] = channels;
  for (guint i = 1; i < spread.shape.n_dims; i++)
    spread.shape.dims[i] = 1;
  product[1] = cj_layer_build_param (build, "weight", &shape, init);
  if (!cj_layer_build_emit (build, &cj_op_unary, &positive, build->in, 1, &above, error)
      || !cj_layer_build_emit (build, &cj_op_unary, &negative, build->in, 1, &product[0], error)
      || !cj_layer_build_emit (build, &cj_op_reshape, &spread, &product[1], 1, &product[1], error)
      || !cj_layer_build_emit (build, &cj_op_broadcast, &times, product, 2, &sum[1], error))
    return FALSE;
  sum[0] = above;
  return cj_layer_build_emit (build, &cj_op_binary, &plus, sum, 2, &build->out[0], error);
}

const CjLayerInfo cj_layer_prelu = {
  .abi = CJ_LAYER_ABI,
  .id = "prelu",
  .title = "PReLU",
  .category = "activation",
  .blurb = "A leaky ReLU whose slope below zero is learned, one a channel",
  .formula = "y = max (0, x) + w · min (0, x)",
  .synonyms = "parametric-relu",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
