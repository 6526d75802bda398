/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products: dense layers as Gemm, or MatMul where a sample has several rows; convolutions; matrices. */
#include "cjl-onnx-export-private.h"

#include "cj-ops.h"
#include "cj-quant.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- weights --- */

/* Whether what comes in is levels of a Quantise, whatever layout it is put into. */
static gboolean
takes_levels (const CjlOnnxExport *e, const CjStep *step)
{
  const CjStep *from = cjl_onnx_find_source (e, step->in[0]);

  return from != NULL && cjl_onnx_find_range (e, from) != NULL;
}

/* Weights that are levels of 8 bits with a scale for each of the first dimension go in as those. NULL if
 * they are not. */
static const char *
write_levels (CjlOnnxExport *e, const CjStep *step, const CjTensor *w)
{
  const gsize channels = (gsize) w->shape.dims[0],
              width = (gsize) cj_shape_size (&w->shape) / MAX (channels, 1);
  const CjShape row = cj_shape1 (w->shape.dims[0]);
  g_autofree float *scales = g_new (float, MAX (channels, 1));
  g_autofree gint8 *levels = g_new0 (gint8, MAX (channels * width, 1)), *zeros = NULL;
  const char *name = cjl_onnx_get_value (e, step->in[1])->name, *quantised, *scale, *zero;
  g_autofree char *label
      = g_strdup_printf ("%s_levels", name != NULL ? strrchr (name, '.') + 1 : "");

  /* only behind a Quantise: elsewhere weights that happen to be levels would gain nothing */
  if (name == NULL || !takes_levels (e, step)
      || !cj_quant_find_scales (w->data, channels, width, CJ_QUANT_MAX_BITS, scales))
    return NULL;
  cj_quant_store_weights (w->data, channels, width, scales, levels);
  zeros = g_new0 (gint8, MAX (channels, 1));
  quantised = cjl_onnx_name (e, label);
  cjd_onnx_out_add_constant (e->out, quantised, CJD_ONNX_INT8, &w->shape, levels);
  scale = cjl_onnx_floats (e, "weight_scale", &row, scales);
  zero = cjl_onnx_name (e, "weight_zero");
  cjd_onnx_out_add_constant (e->out, zero, CJD_ONNX_INT8, &row, zeros);
  e->names[step->in[1]]
      = (char *) cjl_onnx_add (e, "DequantizeLinear", NULL, quantised, scale, zero, NULL);
  cjd_onnx_out_set_int (e->out, "axis", 0);
  return e->names[step->in[1]];
}

/* The weight [U, ...] of a step, in[1]. */
static const char *
get_weight (CjlOnnxExport *e, const CjStep *step)
{
  if (e->names[step->in[1]] == NULL && e->constant[step->in[1]])
    {
      g_autoptr (CjTensor) w = cjl_onnx_dup_constant (e, step->in[1]);

      if (write_levels (e, step, w) != NULL)
        return e->names[step->in[1]];
    }
  return cjl_onnx_in (e, step, 1);
}

/* The weight [U, I] as [I, U]. */
static const char *
get_turned (CjlOnnxExport *e, const CjStep *step)
{
  static const gint64 turn[] = { 1, 0 };
  const int value = step->in[1];
  const CjShape shape
      = cj_shape2 (cjl_onnx_get_shape (e, value).dims[1], cjl_onnx_get_shape (e, value).dims[0]);
  g_autoptr (CjTensor) w = e->constant[value] ? cjl_onnx_dup_constant (e, value) : NULL;
  const char *name = cjl_onnx_get_value (e, value)->name;
  g_autofree char *label
      = g_strdup_printf ("%s_turned", name != NULL ? strrchr (name, '.') + 1 : "weight");
  g_autofree float *turned = NULL;

  if (w == NULL || write_levels (e, step, w) != NULL)
    return cjl_onnx_transpose (e, cjl_onnx_in (e, step, 1), 2, turn, NULL);
  turned = g_new (float, MAX (cj_shape_size (&shape), 1));
  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    turned[i] = cj_tensor_f32 (w)[i % shape.dims[1] * shape.dims[0] + i / shape.dims[1]];
  return cjl_onnx_floats (e, label, &shape, turned);
}

/* --- products --- */

static gboolean
write_dense (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const char *result = cjl_onnx_result (e, step, 0);
  const char *x = cjl_onnx_in (e, step, 0), *bias = cjl_onnx_in (e, step, 2);

  (void) error;
  if (step->op.in_shape[0].n_dims == 2)
    {
      cjl_onnx_add (e, "Gemm", result, x, get_weight (e, step), bias, NULL);
      cjd_onnx_out_set_int (e->out, "transB", 1);
      return TRUE;
    }
  x = cjl_onnx_add (e, "MatMul", *bias == '\0' ? result : NULL, x, get_turned (e, step), NULL);
  if (*bias != '\0')
    cjl_onnx_add (e, "Add", result, x, bias, NULL);
  return TRUE;
}

/* The step that begins to turn the weight [C, O/groups, kh, kw] of a transposed convolution round for the convolution
 * which it is computed by (cj-transposed.c), or NULL. */
static const CjStep *
find_turned_weight (const CjlOnnxExport *e, int value)
{
  const CjStep *join = cjl_onnx_find_maker (e, value);
  const CjStep *turn = join != NULL && join->op.info == &cj_op_reshape
                           ? cjl_onnx_find_maker (e, join->in[0])
                           : NULL;
  const CjStep *split
      = turn != NULL && turn->op.info == &cj_op_permute
                && ((const CjPermuteAttrs *) turn->op.attrs)->flip == (1u << 3 | 1u << 4)
            ? cjl_onnx_find_maker (e, turn->in[0])
            : NULL;

  return split != NULL && split->op.info == &cj_op_reshape && e->constant[split->in[0]] ? split
                                                                                        : NULL;
}

const CjStep *
cjl_onnx_find_spread (const CjlOnnxExport *e, const CjStep *step)
{
  const CjConv2dAttrs *a = step->op.info == &cj_op_conv2d ? step->op.attrs : NULL;
  const CjStep *spread = a != NULL ? cjl_onnx_find_maker (e, step->in[0]) : NULL;
  const CjRemapAttrs *r
      = spread != NULL && spread->op.info == &cj_op_remap2d ? spread->op.attrs : NULL;

  return r != NULL && r->mode == CJ_REMAP_ZEROS && cjl_onnx_is_read_once (e, step->in[0])
                 && find_turned_weight (e, step->in[1]) != NULL && a->stride_h == 1
                 && a->stride_w == 1 && a->pad_top == 0 && a->pad_left == 0 && a->pad_bottom == 0
                 && a->pad_right == 0 && r->top <= (a->kernel_h - 1) * a->dilation_h
                 && r->left <= (a->kernel_w - 1) * a->dilation_w && r->bottom >= r->top
                 && r->right >= r->left
             ? spread
             : NULL;
}

/* The weight [C, O/groups, kh, kw] of a step that turns it round; over time it has no kh of its own. */
static const char *
write_unturned (CjlOnnxExport *e, const CjStep *split)
{
  const gint64 *d = split->op.out_shape[0].dims; /* groups, C/groups, O/groups, kh, kw */
  const CjShape shape = cj_shape4 (d[0] * d[1], d[2], d[3], d[4]);
  g_autoptr (CjTensor) w = NULL;

  if (split->op.in_shape[0].n_dims == 4)
    return cjl_onnx_in (e, split, 0);
  w = cjl_onnx_dup_constant (e, split->in[0]);
  return cjl_onnx_floats (e, "weight", &shape, cj_tensor_f32 (w));
}

/* What is spread, padded by what the kernel reaches and convolved, as the one operator that it is. */
static void
write_transposed (CjlOnnxExport *e, const CjStep *step, const CjStep *spread)
{
  const CjConv2dAttrs *a = step->op.attrs;
  const CjRemapAttrs *r = spread->op.attrs;
  const CjStep *split = find_turned_weight (e, step->in[1]);
  const gint64 top = (gint64) (a->kernel_h - 1) * a->dilation_h - r->top,
               left = (gint64) (a->kernel_w - 1) * a->dilation_w - r->left;
  const char *weight;

  g_assert (split != NULL); /* it is what a spread was found by */
  weight = write_unturned (e, split);
  cjl_onnx_add (e, "ConvTranspose", cjl_onnx_result (e, step, 0), cjl_onnx_in (e, spread, 0),
                weight, cjl_onnx_in (e, step, 2), NULL);
  cjd_onnx_out_set_ints (e->out, "kernel_shape", (gint64[]){ a->kernel_h, a->kernel_w }, 2);
  cjd_onnx_out_set_ints (e->out, "strides", (gint64[]){ r->spread_h, r->spread_w }, 2);
  cjd_onnx_out_set_ints (e->out, "pads", (gint64[]){ top, left, top, left }, 4);
  cjd_onnx_out_set_ints (e->out, "output_padding",
                         (gint64[]){ r->bottom - r->top, r->right - r->left }, 2);
  cjd_onnx_out_set_ints (e->out, "dilations", (gint64[]){ a->dilation_h, a->dilation_w }, 2);
  cjd_onnx_out_set_int (e->out, "group", a->groups);
}

static gboolean
write_conv2d (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjConv2dAttrs *a = step->op.attrs;
  const CjStep *spread = cjl_onnx_find_spread (e, step);

  (void) error;
  if (spread != NULL)
    {
      write_transposed (e, step, spread);
      return TRUE;
    }
  cjl_onnx_add (e, "Conv", cjl_onnx_result (e, step, 0), cjl_onnx_in (e, step, 0),
                get_weight (e, step), cjl_onnx_in (e, step, 2), NULL);
  cjd_onnx_out_set_ints (e->out, "kernel_shape", (gint64[]){ a->kernel_h, a->kernel_w }, 2);
  cjd_onnx_out_set_ints (e->out, "strides", (gint64[]){ a->stride_h, a->stride_w }, 2);
  cjd_onnx_out_set_ints (e->out, "pads",
                         (gint64[]){ a->pad_top, a->pad_left, a->pad_bottom, a->pad_right }, 4);
  cjd_onnx_out_set_ints (e->out, "dilations", (gint64[]){ a->dilation_h, a->dilation_w }, 2);
  cjd_onnx_out_set_int (e->out, "group", a->groups);
  return TRUE;
}

static gboolean
write_matmul (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjMatmulAttrs *a = step->op.attrs;
  const guint n = step->op.in_shape[1].n_dims;
  gint64 turn[CJ_MAX_DIMS];
  const char *b = cjl_onnx_in (e, step, 1);

  (void) error;
  for (guint i = 0; i < n; i++)
    turn[i] = i + 2 < n ? i : n - 1 - (i + 2 - n);
  if (a->transpose_b)
    b = cjl_onnx_transpose (e, b, n, turn, NULL);
  cjl_onnx_add (e, "MatMul", cjl_onnx_result (e, step, 0), cjl_onnx_in (e, step, 0), b, NULL);
  return TRUE;
}

const CjlOnnxOp cjl_onnx_ops_dense[] = {
  { &cj_op_dense, write_dense, NULL },
  { &cj_op_conv2d, write_conv2d, NULL },
  { &cj_op_matmul, write_matmul, NULL },
  { NULL },
};
