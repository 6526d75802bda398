/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int filters, stride;
} Params;

static const CjParam params[] = {
  { .name = "filters",
    .title = "Filters",
    .blurb = "How many channels the result has; the added ones are empty",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, filters),
    .preset = 32,
    .min = 1,
    .max = 4096,
    .soft_max = 256,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "stride",
    .title = "Stride",
    .blurb = "Keeps one pixel in so many along each row and column",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, stride),
    .preset = 2,
    .min = 1,
    .max = 63,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

/* Channels stand one behind the other, so a border above and below one tall picture adds channels. */
static gboolean
pad_channels (CjLayerBuild *build, int filters, int *value, GError **error)
{
  const CjShape x = *cj_builder_get_shape (build->builder, *value);
  const int more = filters - (int) x.dims[1];
  CjReshapeAttrs tall = { cj_shape4 (x.dims[0], 1, x.dims[1], x.dims[2] * x.dims[3]) };
  CjReshapeAttrs back = { cj_shape4 (x.dims[0], filters, x.dims[2], x.dims[3]) };
  const CjRemapAttrs pad = {
    .mode = CJ_REMAP_ZEROS, .top = more / 2, .bottom = more - more / 2, .spread_h = 1, .spread_w = 1
  };

  return more == 0
         || (cj_layer_build_emit (build, &cj_op_reshape, &tall, value, 1, value, error)
             && cj_layer_build_emit (build, &cj_op_remap2d, &pad, value, 1, value, error)
             && cj_layer_build_emit (build, &cj_op_reshape, &back, value, 1, value, error));
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const CjPoolAttrs thin = { .kernel_h = 1,
                             .kernel_w = 1,
                             .stride_h = p->stride,
                             .stride_w = p->stride,
                             .dilation_h = 1,
                             .dilation_w = 1 };
  int value = build->in[0];

  if (x->n_dims != 4 || x->dims[1] > p->filters)
    {
      if (x->n_dims != 4)
        g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                     _ ("takes pictures of channels × height × width."));
      else
        g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                     g_dngettext (GETTEXT_PACKAGE, "cannot make %d channel of more. Raise Filters.",
                                  "cannot make %d channels of more. Raise Filters.",
                                  (gulong) p->filters),
                     p->filters);
      return FALSE;
    }
  if (p->stride > 1
      && !cj_layer_build_emit (build, &cj_op_max_pool2d, &thin, &value, 1, &value, error))
    return FALSE;
  if (!pad_channels (build, p->filters, &value, error))
    return FALSE;
  build->out[0] = value;
  return TRUE;
}

const CjLayerInfo cj_layer_shortcut = {
  .abi = CJ_LAYER_ABI,
  .id = "shortcut",
  .title = "Shortcut",
  .category = "combine",
  .blurb
  = "Carries a picture past a few layers without learning: thinned out, with empty channels, "
    "so that Add can join both",
  .formula = "y[c, i, j] = x[c − (F − C) / 2, s i, s j], 0 where there is no such channel",
  .biology = "Fibres that skip an area of cortex and end in the one behind it",
  .synonyms = "residual skip identity",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
