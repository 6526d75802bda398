/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  gboolean moments;
} Params;

static const CjParam params[] = {
  { .name = "moments",
    .title = "Each time step",
    .blurb
    = "Leaves the first axis of a sample, which is time in spiking networks, and flattens the "
      "others",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, moments),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 n = x->n_dims > 0 ? x->dims[0] : 1, t = x->n_dims > 1 ? x->dims[1] : 1;
  const gint64 size = cj_shape_size (x);
  const CjReshapeAttrs attrs
      = { p->moments ? cj_shape3 (n, t, size / MAX (n * t, 1)) : cj_shape2 (n, size / MAX (n, 1)) };

  return cj_layer_build_simple (build, &cj_op_reshape, &attrs, error);
}

const CjLayerInfo cj_layer_flatten = {
  .abi = CJ_LAYER_ABI,
  .id = "flatten",
  .title = "Flatten",
  .category = "shape",
  .blurb = "Lays all channels and pixels of a sample in one row",
  .formula = "[C, H, W] → [C · H · W]; each time step [T, C, H, W] → [T, C · H · W]",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
