/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-activation.h"
#include "cj-window.h"

#include <stddef.h>

typedef struct
{
  int filters, kernel[2], stride[2], padding[2], dilation[2], groups, border;
  gboolean bias;
  int activation; /* index into cj_activation_names */
  CjStart start;
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, filters), CJ_WINDOW_FILTERS },
  { .name = "kernel",
    .title = "Kernel size",
    .blurb = "Height and width of the window each unit looks at",
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
    .blurb = "Distance between neighbouring windows",
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
    .blurb = "Pixels put around the picture on each side; “same” keeps its size, “valid” adds none",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, padding),
    .max = 63,
    .soft_max = 5,
    .choices = cj_window_paddings,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "dilation",
    .title = "Dilation",
    .blurb = "Spacing between the points of the kernel",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, dilation),
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

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const guint c = x->n_dims == 5 ? 2 : 1; /* behind time where there is any */
  const gboolean picture = x->n_dims == 4 || x->n_dims == 5;
  const gint64 channels = picture ? x->dims[c] : 0;
  const CjWindowAxis rows
      = { picture ? x->dims[c + 1] : 1, p->kernel[0], p->stride[0], p->dilation[0], p->padding[0] };
  const CjWindowAxis columns
      = { picture ? x->dims[c + 2] : 1, p->kernel[1], p->stride[1], p->dilation[1], p->padding[1] };
  const int groups = cj_window_get_groups (p->groups, channels, p->filters, error);
  int value = build->in[0], weight, bias;
  gint64 moments;
  CjShape shape;

  if (groups == 0 || !cj_window_fold (build, &value, &moments, error))
    return FALSE;
  shape = cj_shape4 (p->filters, channels / groups, p->kernel[0], p->kernel[1]);
  weight = cj_window_add_weight (build, &shape, groups, &p->start);
  bias = cj_window_add_bias (build, p->bias, p->filters, cj_shape_size (&shape) / p->filters,
                             &p->start);
  if (!cj_window_convolve (build, value, weight, bias, &rows, &columns, groups,
                           (CjRemapMode) p->border, &value, error)
      || !cj_window_unfold (build, moments, &value, error))
    return FALSE;
  build->out[0] = value;
  return cj_activation_emit (build, p->activation, &build->out[0], error);
}

const CjLayerInfo cj_layer_conv_2d = {
  .abi = CJ_LAYER_ABI,
  .id = "conv-2d",
  .title = "Conv 2D",
  .category = "feature",
  .blurb
  = "Slides small learned filters over the picture and makes one feature map a filter; over a "
    "sequence of pictures at each time step",
  .formula = "y[o] = b[o] + Σ w[o, c] ⋆ x[c]",
  .biology = "Simple cells of visual cortex: the same receptive field repeated across the retina",
  .synonyms = "conv convolution conv2d depthwise spiking-conv",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
