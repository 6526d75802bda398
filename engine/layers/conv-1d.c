/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-activation.h"
#include "cj-window.h"

#include <stddef.h>

typedef struct
{
  int filters, kernel, stride, padding, dilation, groups, border;
  gboolean bias;
  int activation; /* index into cj_activation_names */
  CjStart start;
} Params;

static const CjPort inputs[] = { { "x", "Input", "N T C", CJ_PORT_REQUIRED }, { NULL } };

static const CjParam params[] = {
  { .offset = offsetof (Params, filters), CJ_WINDOW_FILTERS },
  { .name = "kernel",
    .title = "Kernel size",
    .blurb = "How many time steps each unit looks at",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, kernel),
    .preset = 3,
    .min = 1,
    .max = 1023,
    .soft_min = 1,
    .soft_max = 15,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "stride",
    .title = "Stride",
    .blurb = "Distance between neighbouring windows",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, stride),
    .preset = 1,
    .min = 1,
    .max = 1023,
    .soft_min = 1,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "padding",
    .title = "Padding",
    .blurb
    = "Time steps put before and after; “same” keeps the length, “causal” lets no time step see a "
      "later one",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, padding),
    .max = 1023,
    .soft_max = 7,
    .choices = cj_window_paddings_causal,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "dilation",
    .title = "Dilation",
    .blurb = "Spacing between the points of the kernel",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, dilation),
    .preset = 1,
    .min = 1,
    .max = 1023,
    .soft_min = 1,
    .soft_max = 64,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .offset = offsetof (Params, groups), CJ_WINDOW_GROUPS },
  { .offset = offsetof (Params, activation), CJ_ACTIVATION },
  { .offset = offsetof (Params, bias), CJ_WINDOW_BIAS },
  { .offset = offsetof (Params, border), CJ_WINDOW_BORDER },
  { CJ_START_INIT, .offset = offsetof (Params, start.init) },
  { CJ_START_GAIN, .offset = offsetof (Params, start.gain) },
  { NULL },
};

/* A sequence is a picture one pixel high. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gboolean sequence = x->n_dims == 3;
  const gint64 channels = sequence ? x->dims[2] : 0;
  const CjWindowAxis rows = { 1, 1, 1, 1, 0 };
  const CjWindowAxis columns
      = { sequence ? x->dims[1] : 1, p->kernel, p->stride, p->dilation, p->padding };
  const int groups = cj_window_get_groups (p->groups, channels, p->filters, error);
  CjReshapeAttrs flat;
  CjShape shape;
  int value = build->in[0], weight, bias;

  if (groups == 0 || !cj_window_to_picture (build, &value, error))
    return FALSE;
  shape = cj_shape3 (p->filters, channels / groups, p->kernel);
  flat.shape = cj_shape4 (p->filters, channels / groups, 1, p->kernel);
  weight = cj_window_add_weight (build, &shape, groups, &p->start);
  bias = cj_window_add_bias (build, p->bias, p->filters, cj_shape_size (&shape) / p->filters,
                             &p->start);
  if (!cj_layer_build_emit (build, &cj_op_reshape, &flat, &weight, 1, &weight, error)
      || !cj_window_convolve (build, value, weight, bias, &rows, &columns, groups,
                              (CjRemapMode) p->border, &value, error)
      || !cj_activation_emit (build, p->activation, &value, error)
      || !cj_window_to_sequence (build, &value, error))
    return FALSE;
  build->out[0] = value;
  return TRUE;
}

const CjLayerInfo cj_layer_conv_1d = {
  .abi = CJ_LAYER_ABI,
  .id = "conv-1d",
  .title = "Conv 1D",
  .category = "feature",
  .blurb = "Slides small learned filters along a sequence, each answering to a pattern in time",
  .formula = "y[t, o] = b[o] + Σ w[o, c, k] · x[t + k, c]",
  .biology = "Neurons of auditory cortex tuned to a stretch of a spectrogram",
  .synonyms = "conv1d temporal-convolution tcn",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
