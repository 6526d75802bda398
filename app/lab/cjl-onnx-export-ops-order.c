/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same numbers in another order, and a few of many. */
#include "cjl-onnx-export-private.h"

#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Shapes are written with the one dimension that grows with the batch as −1. */
static gboolean
write_reshape (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjShape shape = cjl_onnx_get_shape (e, step->out);
  guint n_free = 0;

  for (guint i = 0; i < shape.n_dims; i++)
    n_free += shape.dims[i] == CJD_ONNX_FREE;
  if (n_free > 1)
    return cjl_onnx_refuse (e, error,
                            _ ("has two dimensions that grow with the number of samples, of which "
                               "ONNX allows one. Choose another shape."));
  cjl_onnx_reshape (e, cjl_onnx_in (e, step, 0), &shape, cjl_onnx_result (e, step, 0));
  return TRUE;
}

/* The steps before the last one of a convolution over depth, height and width (conv-3d.c): slices become channels, are
 * convolved, and become slices again. FALSE: it is none. */
static gboolean
find_volume (const CjlOnnxExport *e, const CjStep *step, const CjStep **unfold, const CjStep **conv,
             const CjStep **flat)
{
  static const guint back[] = { 0, 2, 1, 3, 4 };
  const CjPermuteAttrs *a = step->op.attrs;
  const CjStep *deep = cjl_onnx_find_source (e, step->in[0]);

  *conv = deep != NULL && deep->op.info == &cj_op_reshape ? cjl_onnx_find_source (e, deep->in[0])
                                                          : NULL;
  if (*conv == NULL || (*conv)->op.info != &cj_op_conv2d || step->op.in_shape[0].n_dims != 5
      || a->flip != 0)
    return FALSE;
  for (guint i = 0; i < 5; i++)
    if ((guint) a->axes[i] != back[i])
      return FALSE;
  *unfold = cjl_onnx_find_source (e, (*conv)->in[0]);
  *flat = cjl_onnx_find_source (e, (*conv)->in[1]);
  return *unfold != NULL && (*unfold)->op.info == &cj_op_unfold_depth && *flat != NULL
         && (*flat)->op.info == &cj_op_reshape && (*flat)->op.in_shape[0].n_dims == 5
         && e->constant[(*flat)->in[0]];
}

/* As the one operator that it is; the parts go, for nobody reads them. */
static gboolean
write_volume (CjlOnnxExport *e, const CjStep *step)
{
  const CjStep *unfold, *conv, *flat;
  const CjUnfoldAttrs *u;
  const CjConv2dAttrs *a;

  if (!find_volume (e, step, &unfold, &conv, &flat))
    return FALSE;
  u = unfold->op.attrs;
  a = conv->op.attrs;
  cjl_onnx_add (e, "Conv", cjl_onnx_result (e, step, 0), cjl_onnx_in (e, unfold, 0),
                cjl_onnx_in (e, flat, 0), cjl_onnx_in (e, conv, 2), NULL);
  cjd_onnx_out_set_ints (e->out, "kernel_shape", (gint64[]){ u->kernel, a->kernel_h, a->kernel_w },
                         3);
  cjd_onnx_out_set_ints (e->out, "strides", (gint64[]){ u->stride, a->stride_h, a->stride_w }, 3);
  cjd_onnx_out_set_ints (
      e->out, "pads",
      (gint64[]){ u->pad, a->pad_top, a->pad_left, u->pad, a->pad_bottom, a->pad_right }, 6);
  cjd_onnx_out_set_ints (e->out, "dilations",
                         (gint64[]){ u->dilation, a->dilation_h, a->dilation_w }, 3);
  cjd_onnx_out_set_int (e->out, "group", a->groups);
  return TRUE;
}

static gboolean
write_permute (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjPermuteAttrs *a = step->op.attrs;
  const guint n = step->op.in_shape[0].n_dims;
  const char *x = cjl_onnx_in (e, step, 0), *result = cjl_onnx_result (e, step, 0);
  gint64 axes[CJ_MAX_DIMS], flipped[CJ_MAX_DIMS], begin[CJ_MAX_DIMS], end[CJ_MAX_DIMS],
      steps[CJ_MAX_DIMS];
  guint n_flipped = 0;

  (void) error;
  if (write_volume (e, step))
    return TRUE;
  for (guint i = 0; i < n; i++)
    {
      axes[i] = a->axes[i];
      if ((a->flip & 1u << i) == 0)
        continue;
      flipped[n_flipped] = i;
      begin[n_flipped] = -1;
      end[n_flipped] = G_MININT32;
      steps[n_flipped++] = -1;
    }
  x = cjl_onnx_transpose (e, x, n, axes, n_flipped == 0 ? result : NULL);
  if (n_flipped > 0)
    cjl_onnx_add (e, "Slice", result, x, cjl_onnx_list (e, n_flipped, begin),
                  cjl_onnx_list (e, n_flipped, end), cjl_onnx_list (e, n_flipped, flipped),
                  cjl_onnx_list (e, n_flipped, steps), NULL);
  return TRUE;
}

static gboolean
write_slice (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjSliceAttrs *a = step->op.attrs;

  if (cjl_onnx_get_shape (e, step->in[0]).dims[a->axis] == CJD_ONNX_FREE)
    return cjl_onnx_refuse (e, error,
                            _ ("takes some of the samples that run together, and how many these "
                               "are is free in ONNX. Cut another dimension."));
  cjl_onnx_slice (e, cjl_onnx_in (e, step, 0), a->axis, a->begin, a->begin + a->length,
                  cjl_onnx_result (e, step, 0));
  return TRUE;
}

static gboolean
write_concat (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const char *inputs[CJ_OP_MAX_IN], *result = cjl_onnx_result (e, step, 0);

  (void) error;
  for (guint i = 0; i < step->op.n_in; i++)
    inputs[i] = cjl_onnx_in (e, step, i);
  cjl_onnx_add_many (e, "Concat", inputs, step->op.n_in, &result, 1);
  cjd_onnx_out_set_int (e->out, "axis", ((const CjAxisAttrs *) step->op.attrs)->axis);
  return TRUE;
}

/* A token [1, E] before the others: an empty place, to which the token is added. */
static gboolean
write_prepend (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjShape *y = &step->op.out_shape[0], whole = cj_shape2 (y->dims[1], y->dims[2]);
  const gint64 before[] = { 0, 1, 0, 0, 0, 0 };
  g_autofree float *first = g_new0 (float, cj_shape_size (&whole) + 1);
  g_autoptr (CjTensor) token = NULL;
  const char *x;

  if (!e->constant[step->in[1]])
    return cjl_onnx_refuse (e, error,
                            _ ("puts a token first that depends on its input. Join the two with "
                               "Concat."));
  token = cjl_onnx_dup_constant (e, step->in[1]);
  memcpy (first, token->data, cj_tensor_bytes (token));
  x = cjl_onnx_add (e, "Pad", NULL, cjl_onnx_in (e, step, 0), cjl_onnx_list (e, 6, before), NULL);
  cjl_onnx_add (e, "Add", cjl_onnx_result (e, step, 0), x,
                cjl_onnx_floats (e, "token", &whole, first), NULL);
  return TRUE;
}

/* [N, T, C] to [N, C, 1, T] */
static gboolean
write_to_picture (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  static const gint64 turn[] = { 0, 2, 1 };
  const CjShape shape = cjl_onnx_get_shape (e, step->out);

  (void) error;
  cjl_onnx_reshape (e, cjl_onnx_transpose (e, cjl_onnx_in (e, step, 0), 3, turn, NULL), &shape,
                    cjl_onnx_result (e, step, 0));
  return TRUE;
}

/* [N, C, H, W] to [N, H W, C] */
static gboolean
write_to_tokens (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  static const gint64 turn[] = { 0, 2, 1 };
  const gint64 *d = step->op.in_shape[0].dims;
  const CjShape shape = cj_shape3 (CJD_ONNX_FREE, d[1], d[2] * d[3]);

  (void) error;
  cjl_onnx_transpose (e, cjl_onnx_reshape (e, cjl_onnx_in (e, step, 0), &shape, NULL), 3, turn,
                      cjl_onnx_result (e, step, 0));
  return TRUE;
}

const CjlOnnxOp cjl_onnx_ops_order[] = {
  { &cj_op_reshape, write_reshape, NULL },     { &cj_op_permute, write_permute, NULL },
  { &cj_op_slice, write_slice, NULL },         { &cj_op_concat, write_concat, NULL },
  { &cj_op_prepend, write_prepend, NULL },     { &cj_op_to_picture, write_to_picture, NULL },
  { &cj_op_to_tokens, write_to_tokens, NULL }, { NULL },
};
