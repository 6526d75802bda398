/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-activation.h"
#include "cj-transposed.h"

#include <stddef.h>

typedef struct
{
  int filters, kernel[2], stride[2], padding[2], output_padding[2], dilation[2], groups;
  gboolean bias;
  int activation; /* index into cj_activation_names */
  CjStart start;
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, filters), CJ_WINDOW_FILTERS },
  { .name = "kernel",
    .title = "Kernel size",
    .blurb = "How far each input pixel is spread",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, kernel),
    .preset = 2,
    .min = 1,
    .max = 63,
    .soft_max = 7,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "stride",
    .title = "Stride",
    .blurb = "By how much the picture grows",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, stride),
    .preset = 2,
    .min = 1,
    .max = 63,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "padding",
    .title = "Padding",
    .blurb = "Pixels cut off on each side of the result",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, padding),
    .max = 63,
    .soft_max = 5,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "output-padding",
    .title = "Output padding",
    .blurb = "Pixels added at the end, to choose between sizes that fit",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, output_padding),
    .max = 62,
    .soft_max = 2,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .name = "dilation",
    .title = "Dilation",
    .blurb = "Spacing between the points of the kernel",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, dilation),
    .preset = 1,
    .min = 1,
    .max = 63,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .offset = offsetof (Params, groups), CJ_WINDOW_GROUPS },
  { .offset = offsetof (Params, activation), CJ_ACTIVATION },
  { .offset = offsetof (Params, bias), CJ_WINDOW_BIAS },
  { CJ_START_INIT, .offset = offsetof (Params, start.init) },
  { CJ_START_GAIN, .offset = offsetof (Params, start.gain) },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 channels = x->n_dims == 4 ? x->dims[1] : 0;
  const CjTransposedAxis rows
      = { p->kernel[0], p->stride[0], p->dilation[0], p->padding[0], p->output_padding[0] };
  const CjTransposedAxis columns
      = { p->kernel[1], p->stride[1], p->dilation[1], p->padding[1], p->output_padding[1] };
  const int groups = cj_window_get_groups (p->groups, channels, p->filters, error);
  CjShape shape;

  if (groups == 0)
    return FALSE;
  shape = cj_shape4 (channels, p->filters / groups, p->kernel[0], p->kernel[1]);
  return cj_transposed_build (build, build->in[0], &shape, &rows, &columns, groups, p->bias,
                              &p->start, &build->out[0], error)
         && cj_activation_emit (build, p->activation, &build->out[0], error);
}

const CjLayerInfo cj_layer_transposed_conv_2d = {
  .abi = CJ_LAYER_ABI,
  .id = "transposed-conv-2d",
  .title = "Transposed conv 2D",
  .category = "feature",
  .blurb
  = "Enlarges a picture: every pixel paints a learned pattern, and patterns add where they overlap",
  .formula = "y = the gradient of a convolution: y[s · i + k] += x[i] · w[k]",
  .biology = "Feedback from higher visual areas to lower ones, from few neurons to many",
  .synonyms = "deconv deconvolution convtranspose2d up-convolution",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
