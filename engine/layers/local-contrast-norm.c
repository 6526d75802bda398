/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local contrast normalisation as in K. Jarrett, K. Kavukcuoglu, M. Ranzato, Y. LeCun, "What is the best
 * multi-stage architecture for object recognition?", ICCV 2009, with the mean of a square window in
 * place of their bell: subtractive for every channel alone, so that colours stay, divisive over all
 * channels. No number is learned. */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int window;
  double floor;
} Params;

static const CjParam params[] = {
  { .name = "window",
    .title = "Window",
    .blurb = "Side of the square around a pixel whose mean and contrast count; odd",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, window),
    .preset = 9,
    .min = 1,
    .max = 63,
    .soft_min = 3,
    .soft_max = 15 },
  { .name = "floor",
    .title = "Floor",
    .blurb = "Contrasts far below this are left faint, so that flat places do not become noise",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, floor),
    .preset = 0.1,
    .min = 1e-3,
    .max = 100,
    .soft_min = 0.01,
    .soft_max = 1,
    .digits = 3,
    .flags = CJ_PARAM_LOG },
  { NULL },
};

/* The mean of the window around every pixel, of what lies inside the picture; along rows, then columns:
 * of a rectangle that is the same. */
static gboolean
emit_mean (CjLayerBuild *build, int side, int from, int *out, GError **error)
{
  CjPoolAttrs pool = { .kernel_h = side,
                       .kernel_w = 1,
                       .stride_h = 1,
                       .stride_w = 1,
                       .pad_h = side / 2,
                       .dilation_h = 1,
                       .dilation_w = 1,
                       .exclude_pad = TRUE };

  if (!cj_layer_build_emit (build, &cj_op_avg_pool2d, &pool, &from, 1, out, error))
    return FALSE;
  pool.kernel_h = 1;
  pool.kernel_w = side;
  pool.pad_h = 0;
  pool.pad_w = side / 2;
  return cj_layer_build_emit (build, &cj_op_avg_pool2d, &pool, out, 1, out, error);
}

/* The root of the mean square over window and channels, with the floor. */
static gboolean
emit_contrast (CjLayerBuild *build, const Params *p, int side, int centred, int *out,
               GError **error)
{
  const CjUnaryAttrs square = { CJ_UNARY_SQUARE, 0, 0 }, root = { CJ_UNARY_SQRT, 0, 0 };
  const CjUnaryAttrs above = { CJ_UNARY_AFFINE, 1, p->floor * p->floor };
  const CjReduceAttrs channels = { .kind = CJ_REDUCE_MEAN, .axes = 1u << 1, .keep = TRUE };

  *out = centred;
  return cj_layer_build_emit (build, &cj_op_unary, &square, out, 1, out, error)
         && cj_layer_build_emit (build, &cj_op_reduce, &channels, out, 1, out, error)
         && emit_mean (build, side, *out, out, error)
         && cj_layer_build_emit (build, &cj_op_unary, &above, out, 1, out, error)
         && cj_layer_build_emit (build, &cj_op_unary, &root, out, 1, out, error);
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const int side = p->window | 1; /* an even window has no middle */
  const CjBinaryAttrs minus = { CJ_BINARY_SUBTRACT }, over = { CJ_BINARY_DIVIDE };
  int pair[2] = { build->in[0], CJ_NO_VALUE };

  if (cj_layer_build_shape (build, 0)->n_dims != 4)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("expects pictures. Put it behind the input or a convolution."));
      return FALSE;
    }
  if (!emit_mean (build, side, pair[0], &pair[1], error)
      || !cj_layer_build_emit (build, &cj_op_binary, &minus, pair, 2, &pair[0], error)
      || !emit_contrast (build, p, side, pair[0], &pair[1], error)
      || !cj_layer_build_emit (build, &cj_op_broadcast, &over, pair, 2, &pair[0], error))
    return FALSE;
  build->out[0] = pair[0];
  return TRUE;
}

const CjLayerInfo cj_layer_local_contrast_norm = {
  .abi = CJ_LAYER_ABI,
  .id = "local-contrast-norm",
  .title = "Local contrast norm",
  .category = "normalisation",
  .blurb = "Takes the mean of its surround from every pixel and divides by the contrast there",
  .formula = "y = (x − mean x) / √(floor² + mean (x − mean x)²), means over a window",
  .biology = "Retina and thalamus: the surround is subtracted, then contrast sets the gain",
  .synonyms = "lcn localcontrastnorm whitening whiten retina centre-surround center-surround",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
