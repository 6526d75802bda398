/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-activation.h"
#include "cj-transposed.h"

#include <stddef.h>

typedef struct
{
  int filters, kernel, stride, padding, output_padding, dilation, groups;
  gboolean bias;
  int activation; /* index into cj_activation_names */
  CjStart start;
} Params;

static const CjPort inputs[] = { { "x", "Input", "N T C", CJ_PORT_REQUIRED }, { NULL } };

static const CjParam params[] = {
  { .offset = offsetof (Params, filters), CJ_WINDOW_FILTERS },
  { .name = "kernel",
    .title = "Kernel size",
    .blurb = "How far each input time step is spread",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, kernel),
    .preset = 2,
    .min = 1,
    .max = 1023,
    .soft_max = 7,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "stride",
    .title = "Stride",
    .blurb = "By how much the sequence grows",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, stride),
    .preset = 2,
    .min = 1,
    .max = 1023,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "padding",
    .title = "Padding",
    .blurb = "Time steps cut off on each side of the result",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, padding),
    .max = 1023,
    .soft_max = 5,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "output-padding",
    .title = "Output padding",
    .blurb = "Time steps added at the end, to choose between sizes that fit",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, output_padding),
    .max = 1023,
    .soft_max = 2,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .name = "dilation",
    .title = "Dilation",
    .blurb = "Spacing between the points of the kernel",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, dilation),
    .preset = 1,
    .min = 1,
    .max = 1023,
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
  const gint64 channels = x->n_dims == 3 ? x->dims[2] : 0;
  const CjTransposedAxis rows = { 1, 1, 1, 0, 0 };
  const CjTransposedAxis columns
      = { p->kernel, p->stride, p->dilation, p->padding, p->output_padding };
  const int groups = cj_window_get_groups (p->groups, channels, p->filters, error);
  CjShape shape;
  int value = build->in[0];

  if (groups == 0 || !cj_window_to_picture (build, &value, error))
    return FALSE;
  shape = cj_shape3 (channels, p->filters / groups, p->kernel);
  if (!cj_transposed_build (build, value, &shape, &rows, &columns, groups, p->bias, &p->start,
                            &value, error)
      || !cj_activation_emit (build, p->activation, &value, error)
      || !cj_window_to_sequence (build, &value, error))
    return FALSE;
  build->out[0] = value;
  return TRUE;
}

const CjLayerInfo cj_layer_transposed_conv_1d = {
  .abi = CJ_LAYER_ABI,
  .id = "transposed-conv-1d",
  .title = "Transposed conv 1D",
  .category = "feature",
  .blurb = "Stretches a sequence: every time step paints a learned pattern, and patterns add where "
           "they overlap",
  .formula = "y[s · t + k] += x[t] · w[k]",
  .synonyms = "convtranspose1d",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
