/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The input is spread by the stride, padded by what the kernel reaches, and convolved with the kernel
 * turned round whose inputs and outputs changed places (Dumoulin and Visin, 2016). */
#include "cj-transposed.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

static gboolean
refuse_axis (const CjTransposedAxis *axis, GError **error)
{
  if (axis->output_padding < MAX (axis->stride, axis->dilation))
    return FALSE;
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_SHAPE,
      _ ("has an output padding of %d. It must be smaller than the stride or the dilation."),
      axis->output_padding);
  return TRUE;
}

/* Whether padding takes away more than the kernel paints. */
static gboolean
refuse_padding (const CjTransposedAxis *axis, gint64 n, GError **error)
{
  const gint64 out = (n - 1) * axis->stride + (gint64) (axis->kernel - 1) * axis->dilation + 1
                     + axis->output_padding - 2 * axis->padding;

  if (out >= 1)
    return FALSE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
               _ ("has a padding of %d, which cuts away all that a kernel of %d paints. Make the "
                  "padding smaller."),
               axis->padding, axis->kernel);
  return TRUE;
}

/* [C, O/groups, kh, kw] to [O, C/groups, kh, kw], turned round. */
static gboolean
turn_weight (CjLayerBuild *build, const CjShape *shape, int kh, int kw, int groups, int *weight,
             GError **error)
{
  const gint64 c = shape->dims[0] / groups, o = shape->dims[1];
  const CjReshapeAttrs split = { { 5, { groups, c, o, kh, kw } } };
  const CjPermuteAttrs turn = { .axes = { 0, 2, 1, 3, 4 }, .flip = 1u << 3 | 1u << 4 };
  const CjReshapeAttrs join = { cj_shape4 (groups * o, c, kh, kw) };

  return cj_layer_build_emit (build, &cj_op_reshape, &split, weight, 1, weight, error)
         && cj_layer_build_emit (build, &cj_op_permute, &turn, weight, 1, weight, error)
         && cj_layer_build_emit (build, &cj_op_reshape, &join, weight, 1, weight, error);
}

gboolean
cj_transposed_build (CjLayerBuild *build, int x, const CjShape *shape, const CjTransposedAxis *rows,
                     const CjTransposedAxis *columns, int groups, gboolean bias,
                     const CjStart *start, int *out, GError **error)
{
  const CjShape *in = cj_builder_get_shape (build->builder, x);
  const int top = (rows->kernel - 1) * rows->dilation - rows->padding;
  const int left = (columns->kernel - 1) * columns->dilation - columns->padding;
  const CjRemapAttrs spread = { .mode = CJ_REMAP_ZEROS,
                                .top = top,
                                .bottom = top + rows->output_padding,
                                .left = left,
                                .right = left + columns->output_padding,
                                .spread_h = rows->stride,
                                .spread_w = columns->stride };
  const CjWindowAxis down = { 0, rows->kernel, 1, rows->dilation, 0 };
  const CjWindowAxis across = { 0, columns->kernel, 1, columns->dilation, 0 };
  const gint64 fan_in = cj_shape_size (shape) / MAX (shape->dims[0], 1);
  int weight, offset;

  if (in->n_dims != 4)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE, _ ("expects pictures. Put it before Flatten."));
      return FALSE;
    }
  if (refuse_axis (rows, error) || refuse_axis (columns, error)
      || refuse_padding (rows, in->dims[2], error) || refuse_padding (columns, in->dims[3], error)
      || !cj_layer_build_emit (build, &cj_op_remap2d, &spread, &x, 1, &x, error))
    return FALSE;
  weight = cj_window_add_weight (build, shape, groups, start);
  offset = cj_window_add_bias (build, bias, shape->dims[1] * groups, fan_in, start);
  return turn_weight (build, shape, rows->kernel, columns->kernel, groups, &weight, error)
         && cj_window_convolve (build, x, weight, offset, &down, &across, groups, CJ_REMAP_ZEROS,
                                out, error);
}
