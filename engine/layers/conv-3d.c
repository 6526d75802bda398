/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-activation.h"
#include "cj-window.h"

#include <stddef.h>

typedef struct
{
  int filters, depth, kernel[2], stride[2], padding[2], dilation[2];
  int stride_depth, padding_depth, dilation_depth, groups, border;
  gboolean bias;
  int activation; /* index into cj_activation_names */
  CjStart start;
} Params;

static const CjPort inputs[] = { { "x", "Input", "N C D H W", CJ_PORT_REQUIRED }, { NULL } };

static const CjParam params[] = {
  { .offset = offsetof (Params, filters), CJ_WINDOW_FILTERS },
  { .name = "depth",
    .title = "Kernel depth",
    .blurb = "How many slices each unit looks at",
    .unit = "slices",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, depth),
    .preset = 3,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 7,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "kernel",
    .title = "Kernel size",
    .blurb = "Height and width of the window in a slice",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, kernel),
    .preset = 3,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 11,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "stride",
    .title = "Stride",
    .blurb = "Distance between neighbouring windows in a slice",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, stride),
    .preset = 1,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "padding",
    .title = "Padding",
    .blurb = "Pixels put around each slice; “same” keeps its size, “valid” adds none",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, padding),
    .max = 63,
    .soft_max = 5,
    .choices = cj_window_paddings,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "dilation",
    .title = "Dilation",
    .blurb = "Spacing between the points of the kernel in a slice",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, dilation),
    .preset = 1,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 8,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .name = "stride-depth",
    .title = "Stride in depth",
    .blurb = "Distance between neighbouring windows in depth",
    .unit = "slices",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, stride_depth),
    .preset = 1,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .name = "padding-depth",
    .title = "Padding in depth",
    .blurb = "Empty slices put before and after",
    .unit = "slices",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, padding_depth),
    .max = 63,
    .soft_max = 5,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "dilation-depth",
    .title = "Dilation in depth",
    .blurb = "Spacing between the slices of the kernel",
    .unit = "slices",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, dilation_depth),
    .preset = 1,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 8,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .offset = offsetof (Params, groups), CJ_WINDOW_GROUPS },
  { .offset = offsetof (Params, activation), CJ_ACTIVATION },
  { .offset = offsetof (Params, bias), CJ_WINDOW_BIAS },
  { .offset = offsetof (Params, border), CJ_WINDOW_BORDER },
  { CJ_START_INIT, .offset = offsetof (Params, start.init) },
  { CJ_START_GAIN, .offset = offsetof (Params, start.gain) },
  { NULL },
};

/* The slices under each window of depths become channels of one picture. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape x = *cj_layer_build_shape (build, 0);
  const gboolean volume = x.n_dims == 5;
  const gint64 channels = volume ? x.dims[1] : 0;
  const CjWindowAxis rows
      = { volume ? x.dims[3] : 1, p->kernel[0], p->stride[0], p->dilation[0], p->padding[0] };
  const CjWindowAxis columns
      = { volume ? x.dims[4] : 1, p->kernel[1], p->stride[1], p->dilation[1], p->padding[1] };
  const CjUnfoldAttrs unfold = { p->depth, p->stride_depth, p->padding_depth, p->dilation_depth };
  const CjPermuteAttrs back = { { 0, 2, 1, 3, 4 } };
  const int groups = cj_window_get_groups (p->groups, channels, p->filters, error);
  CjReshapeAttrs flat, deep;
  CjShape shape = { .n_dims = 5 };
  const CjShape *y;
  int value = build->in[0], weight, bias;

  if (groups == 0
      || !cj_layer_build_emit (build, &cj_op_unfold_depth, &unfold, &value, 1, &value, error))
    return FALSE;
  shape.dims[0] = p->filters;
  shape.dims[1] = channels / groups;
  shape.dims[2] = p->depth;
  shape.dims[3] = p->kernel[0];
  shape.dims[4] = p->kernel[1];
  flat.shape = cj_shape4 (p->filters, channels / groups * p->depth, p->kernel[0], p->kernel[1]);
  weight = cj_window_add_weight (build, &shape, groups, &p->start);
  bias = cj_window_add_bias (build, p->bias, p->filters, cj_shape_size (&shape) / p->filters,
                             &p->start);
  if (!cj_layer_build_emit (build, &cj_op_reshape, &flat, &weight, 1, &weight, error)
      || !cj_window_convolve (build, value, weight, bias, &rows, &columns, groups,
                              (CjRemapMode) p->border, &value, error)
      || !cj_activation_emit (build, p->activation, &value, error))
    return FALSE;
  y = cj_builder_get_shape (build->builder, value);
  deep.shape
      = (CjShape){ 5, { x.dims[0], y->dims[0] / x.dims[0], y->dims[1], y->dims[2], y->dims[3] } };
  return cj_layer_build_emit (build, &cj_op_reshape, &deep, &value, 1, &value, error)
         && cj_layer_build_emit (build, &cj_op_permute, &back, &value, 1, &build->out[0], error);
}

const CjLayerInfo cj_layer_conv_3d = {
  .abi = CJ_LAYER_ABI,
  .id = "conv-3d",
  .title = "Conv 3D",
  .category = "feature",
  .blurb = "Slides small learned filters through a volume: a film, or a scan in slices",
  .formula = "y[o] = b[o] + Σ w[o, c] ⋆ x[c] over depth, height and width",
  .biology = "Motion cells of area MT: a receptive field in space and time",
  .synonyms = "conv3d volume video",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
