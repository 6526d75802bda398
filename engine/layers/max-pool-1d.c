/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pool-params.h"

#include <stddef.h>

typedef struct
{
  int window, stride, padding, dilation;
  gboolean ceil;
} Params;

static const CjPort inputs[] = { { "x", "Input", "N T C", CJ_PORT_REQUIRED }, { NULL } };

static const CjParam params[] = {
  { .name = "window",
    .title = "Window",
    .blurb = "How many time steps the maximum is taken of",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, window),
    .preset = 2,
    .min = 1,
    .max = 1023,
    .soft_min = 2,
    .soft_max = 9,
    .flags = CJ_PARAM_RESHAPES },
  { .offset = offsetof (Params, stride), CJ_POOL_STRIDE_1D },
  { .offset = offsetof (Params, padding), CJ_POOL_PADDING_1D },
  { .name = "dilation",
    .title = "Dilation",
    .blurb = "Spacing between the points of the window",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, dilation),
    .preset = 1,
    .min = 1,
    .max = 1023,
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
    .kernel_h = 1,
    .kernel_w = p->window,
    .stride_h = 1,
    .stride_w = p->stride,
    .pad_w = p->padding,
    .dilation_h = 1,
    .dilation_w = p->dilation,
    .ceil = p->ceil,
  };
  int value = build->in[0];

  if (!cj_window_to_picture (build, &value, error)
      || !cj_layer_build_emit (build, &cj_op_max_pool2d, &attrs, &value, 1, &value, error)
      || !cj_window_to_sequence (build, &value, error))
    return FALSE;
  build->out[0] = value;
  return TRUE;
}

const CjLayerInfo cj_layer_max_pool_1d = {
  .abi = CJ_LAYER_ABI,
  .id = "max-pool-1d",
  .title = "Max pool 1D",
  .category = "feature",
  .blurb = "Keeps the strongest response in each short stretch and shortens the sequence",
  .formula = "y[t] = max over the window at t of x",
  .synonyms = "maxpool1d",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
