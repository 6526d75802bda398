/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int features, patch;
} Params;

static const CjParam params[] = {
  { .name = "features",
    .title = "Features",
    .blurb = "How many numbers stand for one patch",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, features),
    .preset = 64,
    .min = 1,
    .max = 4096,
    .soft_max = 512,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "patch",
    .title = "Patch size",
    .blurb = "Side of the squares that the picture is cut into",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, patch),
    .preset = 4,
    .min = 1,
    .max = 63,
    .soft_max = 16,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const CjConv2dAttrs attrs = { .kernel_h = p->patch,
                                .kernel_w = p->patch,
                                .stride_h = p->patch,
                                .stride_w = p->patch,
                                .dilation_h = 1,
                                .dilation_w = 1,
                                .groups = 1 };
  int in[3] = { build->in[0] }, value;
  CjShape weight, bias = cj_shape1 (p->features);
  CjInit init = { .kind = CJ_INIT_FAN_IN };

  if (x->n_dims != 4)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE, _ ("expects pictures. Put it before Flatten."));
      return FALSE;
    }
  if (x->dims[2] >= p->patch && x->dims[3] >= p->patch
      && (x->dims[2] % p->patch != 0 || x->dims[3] % p->patch != 0))
    build->note = g_strdup_printf (
        _ ("leaves out the last rows (%lld) and columns (%lld) of the picture. Choose a patch that "
           "divides its sides, or put Pad 2D before it."),
        (long long) (x->dims[2] % p->patch), (long long) (x->dims[3] % p->patch));
  weight = cj_shape4 (p->features, x->dims[1], p->patch, p->patch);
  init.fan_in = x->dims[1] * p->patch * p->patch;
  init.fan_out = p->features;
  in[1] = cj_layer_build_param (build, "weight", &weight, init);
  in[2] = cj_layer_build_param (build, "bias", &bias, init);
  return cj_layer_build_emit (build, &cj_op_conv2d, &attrs, in, 3, &value, error)
         && cj_layer_build_emit (build, &cj_op_to_tokens, NULL, &value, 1, &build->out[0], error);
}

static const CjPort inputs[] = { { "x", "Pictures", "N C H W", CJ_PORT_REQUIRED }, { NULL } };
static const CjPort outputs[] = { { "y", "Tokens", "N T E", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_patch_embedding = {
  .abi = CJ_LAYER_ABI,
  .id = "patch-embedding",
  .title = "Patch embedding",
  .category = "sequence",
  .blurb = "Cuts the picture into squares and turns each into a token, row by row",
  .formula = "y[i] = W · patch[i] + b",
  .biology = "Saccades: the eye takes a scene in as a series of small views",
  .synonyms = "vit tokens patchify",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
