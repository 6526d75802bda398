/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pool-params.h"

#include <stddef.h>

typedef struct
{
  int window[2], stride[2], padding[2], dilation[2];
  gboolean ceil;
} Params;

static const CjParam params[] = {
  { .name = "window",
    .title = "Window",
    .blurb = "Height and width of the window whose maximum is taken",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, window),
    .preset = 2,
    .min = 1,
    .max = 63,
    .soft_min = 2,
    .soft_max = 5,
    .flags = CJ_PARAM_RESHAPES },
  { .offset = offsetof (Params, stride), CJ_POOL_STRIDE_2D },
  { .offset = offsetof (Params, padding), CJ_POOL_PADDING_2D },
  { .name = "dilation",
    .title = "Dilation",
    .blurb = "Spacing between the points of the window",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, dilation),
    .preset = 1,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .offset = offsetof (Params, ceil), CJ_POOL_CEIL },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjPoolAttrs attrs = {
    .kernel_h = p->window[0],
    .kernel_w = p->window[1],
    .stride_h = p->stride[0],
    .stride_w = p->stride[1],
    .pad_h = p->padding[0],
    .pad_w = p->padding[1],
    .dilation_h = p->dilation[0],
    .dilation_w = p->dilation[1],
    .ceil = p->ceil,
  };

  return cj_window_pool (build, &cj_op_max_pool2d, &attrs, error);
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
