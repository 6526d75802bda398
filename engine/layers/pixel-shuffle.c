/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int factor;
} Params;

static const CjParam params[] = {
  { .name = "factor",
    .title = "Factor",
    .blurb = "By how much height and width grow",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, factor),
    .preset = 2,
    .min = 1,
    .max = 16,
    .soft_min = 1,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

/* Shi et al., 2016: the channels of a pixel become a square of pixels. */
static gboolean
build (CjLayerBuild *build, GError **error)
{
  const gint64 r = ((const Params *) build->params)->factor;
  const CjShape x = *cj_layer_build_shape (build, 0);
  const gint64 *d = x.dims, c = x.n_dims == 4 ? d[1] / (r * r) : 0;
  const CjReshapeAttrs split = { { 6, { d[0], c, r, r, d[2], d[3] } } };
  const CjPermuteAttrs order = { .axes = { 0, 1, 4, 2, 5, 3 } };
  const CjReshapeAttrs join = { cj_shape4 (d[0], c, d[2] * r, d[3] * r) };
  int value = build->in[0];

  if (c == 0 || c * r * r != d[1])
    {
      g_autofree char *got = cj_shape_print_sample (&x);

      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("expects pictures with a multiple of %lld channels, got %s. Change the "
                      "factor or the filters before it."),
                   (long long) (r * r), got);
      return FALSE;
    }
  return cj_layer_build_emit (build, &cj_op_reshape, &split, &value, 1, &value, error)
         && cj_layer_build_emit (build, &cj_op_permute, &order, &value, 1, &value, error)
         && cj_layer_build_emit (build, &cj_op_reshape, &join, &value, 1, &build->out[0], error);
}

const CjLayerInfo cj_layer_pixel_shuffle = {
  .abi = CJ_LAYER_ABI,
  .id = "pixel-shuffle",
  .title = "Pixel shuffle",
  .category = "shape",
  .blurb = "Enlarges a picture by laying out groups of channels as squares of pixels",
  .formula = "[C · r², H, W] → [C, r · H, r · W]",
  .synonyms = "pixelshuffle sub-pixel depth-to-space",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
