/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lateral inhibition as in the eye of the horseshoe crab (H. K. Hartline, F. Ratliff, "Inhibitory interaction of
 * receptor units in the eye of Limulus", Journal of General Physiology 40, 1957, equation 2, with a threshold
 * of 0): what a unit loses depends on the responses of its neighbours, not on their inputs. The equations
 * are settled in steps from r = x on; with one of them the surround is that of the inputs. Units that are
 * no picture stand in a row. */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int window;
  double strength;
  int steps;
  gboolean learned;
} Params;

static const CjParam params[] = {
  { .name = "window",
    .title = "Window",
    .blurb = "Side of the surround, in units or pixels; odd",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, window),
    .preset = 5,
    .min = 3,
    .max = 63,
    .soft_min = 3,
    .soft_max = 15 },
  { .name = "strength",
    .title = "Strength",
    .blurb = "Share of the mean of its surround that a unit loses",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, strength),
    .preset = 0.5,
    .max = 10,
    .soft_max = 1,
    .digits = 2 },
  { .name = "steps",
    .title = "Steps",
    .blurb = "In how many steps units inhibit those that inhibit them; settles below strength 1",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 1,
    .min = 1,
    .max = 50,
    .soft_min = 1,
    .soft_max = 10 },
  { .name = "learned",
    .title = "Learned",
    .blurb = "Learns the surround of each channel, itself included; it never excites",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, learned),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

/* Height and width of the window: a row has no height. */
typedef struct
{
  int h, w;
} Window;

/* Minus what the neighbours r take: strength times the mean of the window without its middle, where
 * nobody stands beyond the edge; also along rows, then columns. */
static gboolean
emit_mean (CjLayerBuild *build, const Params *p, Window window, int r, int *out, GError **error)
{
  const double n = (double) window.h * window.w, share = p->strength / (n - 1);
  const CjUnaryAttrs all = { CJ_UNARY_AFFINE, -share * n, 0 };
  const CjUnaryAttrs middle = { CJ_UNARY_AFFINE, share, 0 };
  const CjBinaryAttrs plus = { CJ_BINARY_ADD };
  CjPoolAttrs pool = { .kernel_h = window.h,
                       .kernel_w = 1,
                       .stride_h = 1,
                       .stride_w = 1,
                       .pad_h = window.h / 2,
                       .dilation_h = 1,
                       .dilation_w = 1 };
  int pair[2] = { r, r };

  if (window.h > 1
      && !cj_layer_build_emit (build, &cj_op_avg_pool2d, &pool, pair, 1, &pair[0], error))
    return FALSE;
  pool.kernel_h = 1;
  pool.kernel_w = window.w;
  pool.pad_h = 0;
  pool.pad_w = window.w / 2;
  return cj_layer_build_emit (build, &cj_op_avg_pool2d, &pool, pair, 1, &pair[0], error)
         && cj_layer_build_emit (build, &cj_op_unary, &all, pair, 1, &pair[0], error)
         && cj_layer_build_emit (build, &cj_op_unary, &middle, &pair[1], 1, &pair[1], error)
         && cj_layer_build_emit (build, &cj_op_binary, &plus, pair, 2, out, error);
}

/* The same with weights -|V| of the window, a set a channel. */
static gboolean
emit_learned (CjLayerBuild *build, Window window, int weight, int r, int *out, GError **error)
{
  const gint64 channels = cj_builder_get_shape (build->builder, r)->dims[1];
  const CjConv2dAttrs conv = { .kernel_h = window.h,
                               .kernel_w = window.w,
                               .stride_h = 1,
                               .stride_w = 1,
                               .pad_top = window.h / 2,
                               .pad_bottom = window.h / 2,
                               .pad_left = window.w / 2,
                               .pad_right = window.w / 2,
                               .dilation_h = 1,
                               .dilation_w = 1,
                               .groups = (int) channels };
  const int pair[2] = { r, weight };

  return cj_layer_build_emit (build, &cj_op_conv2d, &conv, pair, 2, out, error);
}

/* -|V|, which begins as the mean of the neighbours. */
static gboolean
emit_weight (CjLayerBuild *build, const Params *p, Window window, gint64 channels, int *weight,
             GError **error)
{
  const CjShape shape = { 4, { channels, 1, window.h, window.w } };
  const CjInit init
      = { .kind = CJ_INIT_CONSTANT, .scale = p->strength / ((double) window.h * window.w - 1) };
  const CjUnaryAttrs size = { CJ_UNARY_ABS, 0, 0 }, minus = { CJ_UNARY_AFFINE, -1, 0 };

  *weight = cj_layer_build_param (build, "weight", &shape, init);
  return cj_layer_build_emit (build, &cj_op_unary, &size, weight, 1, weight, error)
         && cj_layer_build_emit (build, &cj_op_unary, &minus, weight, 1, weight, error);
}

static gboolean
emit_settle (CjLayerBuild *build, const Params *p, Window window, int x, int *out, GError **error)
{
  const CjUnaryAttrs rectify = { CJ_UNARY_RELU, 0, 0 };
  const CjBinaryAttrs plus = { CJ_BINARY_ADD };
  int weight = CJ_NO_VALUE;

  *out = x;
  if (p->learned
      && !emit_weight (build, p, window, cj_builder_get_shape (build->builder, x)->dims[1], &weight,
                       error))
    return FALSE;
  for (int step = 0; step < p->steps; step++)
    {
      int pair[2] = { x, CJ_NO_VALUE };

      if (p->learned ? !emit_learned (build, window, weight, *out, &pair[1], error)
                     : !emit_mean (build, p, window, *out, &pair[1], error))
        return FALSE;
      if (!cj_layer_build_emit (build, &cj_op_binary, &plus, pair, 2, out, error)
          || !cj_layer_build_emit (build, &cj_op_unary, &rectify, out, 1, out, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjReshapeAttrs back = { *cj_layer_build_shape (build, 0) };
  const CjShape *x = &back.shape;
  const int side = p->window | 1; /* an even window has no middle */
  const Window window = { x->n_dims == 4 ? side : 1, side };
  CjReshapeAttrs row = { { 4, { 0 } } };
  int value = build->in[0];

  if (x->n_dims < 2 || x->n_dims > 4)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("expects pictures or units in a row. Put it behind a layer of those."));
      return FALSE;
    }
  if (x->n_dims == 4)
    return emit_settle (build, p, window, value, &build->out[0], error);
  row.shape.dims[0] = x->dims[0];
  row.shape.dims[1] = 1;
  row.shape.dims[2] = x->n_dims == 3 ? x->dims[1] : 1;
  row.shape.dims[3] = x->dims[x->n_dims - 1];
  return cj_layer_build_emit (build, &cj_op_reshape, &row, &value, 1, &value, error)
         && emit_settle (build, p, window, value, &value, error)
         && cj_layer_build_emit (build, &cj_op_reshape, &back, &value, 1, &build->out[0], error);
}

const CjLayerInfo cj_layer_lateral_inhibition = {
  .abi = CJ_LAYER_ABI,
  .id = "lateral-inhibition",
  .title = "Lateral inhibition",
  .category = "circuit",
  .blurb = "Every unit is inhibited by its neighbours, which sharpens edges and peaks",
  .formula = "r = max (0, x − k · mean of r around it), settled in steps from r = x (Hartline and "
             "Ratliff 1957); learned: r = max (0, x − |V| ∗ r)",
  .biology
  = "The eye of Limulus, horizontal cells of the retina and surround suppression in cortex: "
    "Mach bands are what it looks like",
  .synonyms = "surround suppression centre-surround center-surround hartline ratliff limulus mach "
              "inhibition mexican-hat",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
