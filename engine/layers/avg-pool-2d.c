/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pool-params.h"

#include <stddef.h>

typedef struct
{
  int window[2], stride[2], padding[2];
  gboolean ceil, exclude_padding;
} Params;

static const CjParam params[] = {
  { .name = "window",
    .title = "Window",
    .blurb = "Height and width of the window whose mean is taken",
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
  { .offset = offsetof (Params, ceil), CJ_POOL_CEIL },
  { .name = "exclude-padding",
    .title = "Leave out padding",
    .blurb = "Divides by what lies inside the picture, not by the size of the window",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, exclude_padding),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
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
    .dilation_h = 1,
    .dilation_w = 1,
    .ceil = p->ceil,
    .exclude_pad = p->exclude_padding,
  };

  return cj_window_pool (build, &cj_op_avg_pool2d, &attrs, error);
}

const CjLayerInfo cj_layer_avg_pool_2d = {
  .abi = CJ_LAYER_ABI,
  .id = "avg-pool-2d",
  .title = "Average pool 2D",
  .category = "feature",
  .blurb = "Takes the mean response in each small window and shrinks the picture",
  .formula = "y[i] = mean over the window at i of x",
  .biology = "A ganglion cell of the retina that pools over many receptors",
  .synonyms = "avgpool average-pool mean-pool",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
