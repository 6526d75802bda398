/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators that were experimental in the first sets and left the standard with version 10, which converters of the
 * time wrote (https://github.com/onnx/onnx/blob/v1.2.3/docs/Operators.md). */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

static double
soft (double x)
{
  return x > 0 ? x + log1p (exp (-x)) : log1p (exp (x));
}

/* Affine: alpha · x + beta; ParametricSoftplus and ScaledTanh: alpha · f (beta · x). */
static gboolean
run_function (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const gboolean affine = g_str_equal (call->node->op, "Affine");
  const gboolean softplus = g_str_equal (call->node->op, "ParametricSoftplus");
  const double alpha = cj_extra_float (call, "alpha", 1);
  const double beta = cj_extra_float (call, "beta", affine ? 0 : 1);
  CjArray *y = cj_extra_out (call, 0, x->type, &x->dims, error);

  for (gint64 i = 0; y != NULL && i < x->size; i++)
    {
      const double one = cj_array_get (x, i);

      cj_array_set (y, i,
                    affine     ? alpha * one + beta
                    : softplus ? alpha * soft (beta * one)
                               : alpha * tanh (beta * one));
    }
  return y != NULL;
}

/* A picture times a number, and one of a list added to each channel. */
static gboolean
run_image_scaler (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const CjAttr *bias = cj_extra_node_find (call->node, "bias");
  const double scale = cj_extra_float (call, "scale", 1);
  gint64 channels, inner;
  CjArray *y;

  if (x->dims.n < 2 || bias == NULL || bias->kind != CJ_ATTR_FLOATS || bias->n != x->dims.d[1])
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  channels = x->dims.d[1];
  inner = MAX (cj_dims_size (&x->dims, 2, x->dims.n), 1);
  for (gint64 i = 0; y != NULL && i < x->size; i++)
    cj_array_set (y, i, scale * cj_array_get (x, i) + bias->floats[i / inner % channels]);
  return y != NULL;
}

/* A picture without its left, upper, right and lower border; of a given height and width, from the corner on. */
static gboolean
run_crop (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  gint64 border[4] = { 0 }, size[2] = { 0 }, starts[2], ends[2];
  const gint64 axes[2] = { 2, 3 };
  guint n_border, n_size;
  g_autoptr (CjArray) start = NULL, end = NULL, along = NULL;
  CjArray *in[4] = { call->in[0] };

  if (!cj_extra_ints (call, "border", 4, border, &n_border, error)
      || !cj_extra_ints (call, "scale", 2, size, &n_size, error))
    return FALSE;
  if (x->dims.n != 4 || n_border != 4 || n_size == 1)
    return cj_extra_refuse_shapes (error);
  for (guint k = 0; k < 2; k++)
    {
      const gint64 length = x->dims.d[2 + k], low = border[1 - k], high = border[3 - k];

      if (low < 0 || low > length || high < 0 || high > length - low
          || (n_size == 2 && (size[k] < 0 || size[k] > length - low)))
        return cj_extra_refuse_shapes (error);
      starts[k] = low;
      ends[k] = n_size == 2 ? low + size[k] : length - high;
    }
  in[1] = start = cj_array_new_ints (starts, 2);
  in[2] = end = cj_array_new_ints (ends, 2);
  in[3] = along = cj_array_new_ints (axes, 2);
  return cj_extra_give (call, 0, cj_extra_apply ("Slice", 13, NULL, 4, in, error));
}

/* Slice, as it came to be. */
static gboolean
run_dynamic_slice (CjExtraCall *call, GError **error)
{
  return cj_extra_give (call, 0, cj_extra_apply ("Slice", 13, NULL, call->n_in, call->in, error));
}

const CjExtraInfo cj_extra_old[] = {
  { "Affine", 1, 10, 1, 1, run_function },
  { "Crop", 1, 10, 1, 1, run_crop },
  { "DynamicSlice", 1, 10, 3, 4, run_dynamic_slice },
  { "ImageScaler", 1, 10, 1, 1, run_image_scaler },
  { "ParametricSoftplus", 1, 10, 1, 1, run_function },
  { "ScaledTanh", 1, 10, 1, 1, run_function },
  { NULL, 0, 0, 0, 0, NULL },
};
