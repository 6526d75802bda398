/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-window.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

const char *const cj_window_paddings[] = { "same", "valid", NULL };
const char *const cj_window_paddings_causal[] = { "same", "valid", "causal", NULL };
const char *const cj_window_groups[] = { "depthwise", NULL };
const char *const cj_window_borders[] = { "zeros", "reflect", "circular", "edge", NULL };

void
cj_window_pad (const CjWindowAxis *axis, int *before, int *after)
{
  const gint64 reach = (gint64) (axis->kernel - 1) * axis->dilation;
  const gint64 last = (axis->n + axis->stride - 1) / axis->stride - 1;
  const gint64 total = MAX (0, last * axis->stride + reach + 1 - axis->n);

  *before = *after = axis->padding;
  if (axis->padding == CJ_WINDOW_SAME)
    {
      *before = (int) (total / 2);
      *after = (int) (total - total / 2);
    }
  else if (axis->padding == CJ_WINDOW_VALID)
    *before = *after = 0;
  else if (axis->padding == CJ_WINDOW_CAUSAL)
    {
      *before = (int) reach;
      *after = 0;
    }
}

int
cj_window_get_groups (int groups, gint64 channels, int filters, GError **error)
{
  if (groups == CJ_PARAM_WORD (0))
    groups = (int) MAX (channels, 1);
  if (channels % groups == 0 && filters % groups == 0)
    return groups;
  g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
               _ ("cannot split %lld channels and %d filters into %d groups. Choose a number of "
                  "groups that divides both."),
               (long long) channels, filters, groups);
  return 0;
}

gboolean
cj_window_convolve (CjLayerBuild *build, int x, int weight, int bias, const CjWindowAxis *rows,
                    const CjWindowAxis *columns, int groups, CjRemapMode border, int *out,
                    GError **error)
{
  CjRemapAttrs pad = { .mode = border, .spread_h = 1, .spread_w = 1 };
  CjConv2dAttrs attrs = {
    .kernel_h = rows->kernel,
    .kernel_w = columns->kernel,
    .stride_h = rows->stride,
    .stride_w = columns->stride,
    .dilation_h = rows->dilation,
    .dilation_w = columns->dilation,
    .groups = groups,
  };
  int all[3] = { x, weight, bias };

  cj_window_pad (rows, &pad.top, &pad.bottom);
  cj_window_pad (columns, &pad.left, &pad.right);
  if (border == CJ_REMAP_ZEROS)
    {
      attrs.pad_top = pad.top;
      attrs.pad_bottom = pad.bottom;
      attrs.pad_left = pad.left;
      attrs.pad_right = pad.right;
    }
  else if (!cj_layer_build_emit (build, &cj_op_remap2d, &pad, all, 1, &all[0], error))
    return FALSE;
  return cj_layer_build_emit (build, &cj_op_conv2d, &attrs, all, bias != CJ_NO_VALUE ? 3 : 2, out,
                              error);
}

int
cj_window_add_weight (CjLayerBuild *build, const CjShape *shape, int groups, const CjStart *start)
{
  const gint64 size = cj_shape_size (shape);

  return cj_layer_build_param (build, "weight", shape,
                               cj_start_weight (start, size / MAX (shape->dims[0], 1),
                                                size / MAX (shape->dims[1] * groups, 1)));
}

int
cj_window_add_bias (CjLayerBuild *build, gboolean wanted, gint64 filters, gint64 fan_in,
                    const CjStart *start)
{
  const CjShape shape = cj_shape1 (filters);

  return wanted ? cj_layer_build_param (build, "bias", &shape, cj_start_bias (start, fan_in))
                : CJ_NO_VALUE;
}

gboolean
cj_window_to_picture (CjLayerBuild *build, int *value, GError **error)
{
  if (cj_builder_get_shape (build->builder, *value)->n_dims != 3)
    return cj_layer_build_refuse_sequence (build, 0, error);
  return cj_layer_build_emit (build, &cj_op_to_picture, NULL, value, 1, value, error);
}

gboolean
cj_window_to_sequence (CjLayerBuild *build, int *value, GError **error)
{
  return cj_layer_build_emit (build, &cj_op_to_tokens, NULL, value, 1, value, error);
}

gboolean
cj_window_fold (CjLayerBuild *build, int *value, gint64 *moments, GError **error)
{
  const CjShape x = *cj_builder_get_shape (build->builder, *value);
  CjReshapeAttrs flat;

  *moments = 0;
  if (x.n_dims != 5)
    return TRUE;
  *moments = x.dims[1];
  flat.shape = cj_shape4 (x.dims[0] * x.dims[1], x.dims[2], x.dims[3], x.dims[4]);
  return cj_layer_build_emit (build, &cj_op_reshape, &flat, value, 1, value, error);
}

gboolean
cj_window_unfold (CjLayerBuild *build, gint64 moments, int *value, GError **error)
{
  const CjShape y = *cj_builder_get_shape (build->builder, *value);
  CjReshapeAttrs deep = { { .n_dims = 5 } };

  if (moments == 0)
    return TRUE;
  deep.shape.dims[0] = y.dims[0] / moments;
  deep.shape.dims[1] = moments;
  for (guint i = 1; i < 4; i++)
    deep.shape.dims[i + 1] = y.dims[i];
  return cj_layer_build_emit (build, &cj_op_reshape, &deep, value, 1, value, error);
}

gboolean
cj_window_pool (CjLayerBuild *build, const CjOpInfo *op, gconstpointer attrs, GError **error)
{
  int value = build->in[0];
  gint64 moments;

  if (!cj_window_fold (build, &value, &moments, error)
      || !cj_layer_build_emit (build, op, attrs, &value, 1, &value, error)
      || !cj_window_unfold (build, moments, &value, error))
    return FALSE;
  build->out[0] = value;
  return TRUE;
}
