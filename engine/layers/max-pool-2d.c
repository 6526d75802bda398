/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  int window, stride;
} Params;

static const CjParam params[] = {
  { .name = "window",
    .title = "Window",
    .blurb = "Side of the square whose maximum is taken",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, window),
    .preset = 2,
    .min = 1,
    .max = 63,
    .soft_min = 2,
    .soft_max = 5,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "stride",
    .title = "Stride",
    .blurb = "Distance between neighbouring windows",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, stride),
    .preset = 2,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 5,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjPoolAttrs attrs = {
    .kernel_h = p->window,
    .kernel_w = p->window,
    .stride_h = p->stride,
    .stride_w = p->stride,
    .dilation_h = 1,
    .dilation_w = 1,
  };

  return cj_layer_build_simple (build, &cj_op_max_pool2d, &attrs, error);
}

const CjLayerInfo cj_layer_max_pool_2d = {
  .abi = CJ_LAYER_ABI,
  .id = "max-pool-2d",
  .title = "Max pool 2D",
  .category = "feature",
  .blurb = "Keeps the strongest response in each small window and shrinks the picture",
  .formula = "y[i] = max over the window at i of x",
  .biology = "Complex cells of visual cortex: the same feature anywhere nearby will do",
  .synonyms = "pool maxpool subsampling",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
