/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-activation.h"

#include <stddef.h>

typedef struct
{
  int filters, kernel, stride, padding, dilation, groups;
  gboolean bias;
  int activation; /* index into cj_activation_names */
} Params;

static const CjParam params[] = {
  { .name = "filters",
    .title = "Filters",
    .blurb = "How many feature maps the layer makes",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, filters),
    .preset = 16,
    .min = 1,
    .max = 4096,
    .soft_min = 1,
    .soft_max = 256,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "kernel",
    .title = "Kernel size",
    .blurb = "Side of the square each unit looks at",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, kernel),
    .preset = 3,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 11,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "stride",
    .title = "Stride",
    .blurb = "Distance between neighbouring squares",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, stride),
    .preset = 1,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "padding",
    .title = "Padding",
    .blurb = "Zeros put around the picture on each side",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, padding),
    .preset = 0,
    .min = 0,
    .max = 63,
    .soft_min = 0,
    .soft_max = 5,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "dilation",
    .title = "Dilation",
    .blurb = "Spacing between the points of the kernel",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, dilation),
    .preset = 1,
    .min = 1,
    .max = 63,
    .soft_min = 1,
    .soft_max = 8,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .name = "groups",
    .title = "Groups",
    .blurb = "Splits the channels into groups that do not see each other",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, groups),
    .preset = 1,
    .min = 1,
    .max = 4096,
    .soft_min = 1,
    .soft_max = 64,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .name = "activation",
    .title = "Activation",
    .blurb = "What every unit does with its sum",
    .offset = offsetof (Params, activation),
    CJ_ACTIVATION_CHOICES },
  { .name = "bias",
    .title = "Bias",
    .blurb = "Adds one learned offset a filter",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, bias),
    .preset = TRUE,
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 channels = x->n_dims == 4 ? x->dims[1] : 0;
  const gint64 taps = (gint64) p->kernel * p->kernel, fan_in = channels / p->groups * taps;
  const CjInit init
      = { .kind = CJ_INIT_FAN_IN, .fan_in = fan_in, .fan_out = p->filters / p->groups * taps };
  const CjShape weight = cj_shape4 (p->filters, channels / p->groups, p->kernel, p->kernel);
  const CjShape bias = cj_shape1 (p->filters);
  const CjConv2dAttrs attrs = {
    .kernel_h = p->kernel,
    .kernel_w = p->kernel,
    .stride_h = p->stride,
    .stride_w = p->stride,
    .pad_top = p->padding,
    .pad_bottom = p->padding,
    .pad_left = p->padding,
    .pad_right = p->padding,
    .dilation_h = p->dilation,
    .dilation_w = p->dilation,
    .groups = p->groups,
  };
  int all[3] = { build->in[0] };

  if (channels % p->groups != 0 || p->filters % p->groups != 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   "cannot split %" G_GINT64_FORMAT " channels and %d filters into %d groups. "
                   "Choose a number of groups that divides both.",
                   channels, p->filters, p->groups);
      return FALSE;
    }
  all[1] = cj_layer_build_param (build, "weight", &weight, init);
  if (p->bias)
    all[2] = cj_layer_build_param (build, "bias", &bias, init);
  if (!cj_layer_build_emit (build, &cj_op_conv2d, &attrs, all, p->bias ? 3 : 2, &build->out[0],
                            error))
    return FALSE;
  return cj_activation_emit (build, p->activation, &build->out[0], error);
}

const CjLayerInfo cj_layer_conv_2d = {
  .abi = CJ_LAYER_ABI,
  .id = "conv-2d",
  .title = "Conv 2D",
  .category = "feature",
  .blurb = "Slides small learned filters over the picture and makes one feature map a filter",
  .formula = "y[o] = b[o] + Σ w[o, c] ⋆ x[c]",
  .biology = "Simple cells of visual cortex: the same receptive field repeated across the retina",
  .synonyms = "conv convolution conv2d",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
