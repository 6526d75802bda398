/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-pool-params.h"

#include <stddef.h>

typedef struct
{
  int window, stride, padding;
  gboolean ceil, exclude_padding;
} Params;

static const CjPort inputs[] = { { "x", "Input", "N T C", CJ_PORT_REQUIRED }, { NULL } };

static const CjParam params[] = {
  { .name = "window",
    .title = "Window",
    .blurb = "How many time steps the mean is taken of",
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
  { .offset = offsetof (Params, ceil), CJ_POOL_CEIL },
  { .name = "exclude-padding",
    .title = "Leave out padding",
    .blurb = "Divides by what lies inside the sequence, not by the size of the window",
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
    .kernel_h = 1,
    .kernel_w = p->window,
    .stride_h = 1,
    .stride_w = p->stride,
    .pad_w = p->padding,
    .dilation_h = 1,
    .dilation_w = 1,
    .ceil = p->ceil,
    .exclude_pad = p->exclude_padding,
  };
  int value = build->in[0];

  if (!cj_window_to_picture (build, &value, error)
      || !cj_layer_build_emit (build, &cj_op_avg_pool2d, &attrs, &value, 1, &value, error)
      || !cj_window_to_sequence (build, &value, error))
    return FALSE;
  build->out[0] = value;
  return TRUE;
}

const CjLayerInfo cj_layer_avg_pool_1d = {
  .abi = CJ_LAYER_ABI,
  .id = "avg-pool-1d",
  .title = "Average pool 1D",
  .category = "feature",
  .blurb = "Takes the mean response in each short stretch and shortens the sequence",
  .formula = "y[t] = mean over the window at t of x",
  .synonyms = "avgpool1d",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
