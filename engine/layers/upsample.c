/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double factor;
  int mode, size[2];
  gboolean align_corners;
} Params;

static const char *const modes[] = { "nearest", "bilinear", NULL };

static const CjParam params[] = {
  { .name = "factor",
    .title = "Factor",
    .blurb = "By how much height and width grow",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, factor),
    .preset = 2,
    .min = 0.01,
    .max = 64,
    .soft_min = 1,
    .soft_max = 8,
    .digits = 2,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "mode",
    .title = "Mode",
    .blurb = "Copies the nearest pixel, or mixes the four around each point",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, mode),
    .max = 1,
    .choices = modes,
    .flags = 0 },
  { .name = "size",
    .title = "Size",
    .blurb = "Height and width of the result instead of the factor; 0 takes the factor",
    .unit = "px",
    .kind = CJ_PARAM_PAIR,
    .offset = offsetof (Params, size),
    .max = 16384,
    .soft_max = 512,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .name = "align-corners",
    .title = "Align corners",
    .blurb = "The corner pixels of both pictures coincide, not their borders",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, align_corners),
    .max = 1,
    .flags = CJ_PARAM_ADVANCED },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  gint64 size[2];

  for (guint i = 0; i < 2; i++)
    {
      const gint64 n = x->n_dims == 4 ? x->dims[2 + i] : 1;

      size[i] = p->size[i] > 0 ? p->size[i] : (gint64) floor ((double) n * p->factor);
      if (size[i] >= 1 && size[i] <= 65536)
        continue;
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("would make pictures of %lld pixels a side. Choose another factor."),
                   (long long) size[i]);
      return FALSE;
    }
  if (p->mode == 0)
    return cj_layer_build_simple (build, &cj_op_remap2d,
                                  &(CjRemapAttrs){ .mode = CJ_REMAP_NEAREST,
                                                   .spread_h = 1,
                                                   .spread_w = 1,
                                                   .out_h = (int) size[0],
                                                   .out_w = (int) size[1] },
                                  error);
  return cj_layer_build_simple (
      build, &cj_op_bilinear, &(CjBilinearAttrs){ (int) size[0], (int) size[1], p->align_corners },
      error);
}

const CjLayerInfo cj_layer_upsample = {
  .abi = CJ_LAYER_ABI,
  .id = "upsample",
  .title = "Upsample",
  .category = "shape",
  .blurb = "Enlarges a picture without learning anything",
  .formula = "y[i] = x at i / factor",
  .biology = "Filling-in: the brain completes what lies between samples of the retina",
  .synonyms = "resize interpolate upsample-2d",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
