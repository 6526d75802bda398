/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Number by number, two by two, along an axis, and normalised. */
#include "cjl-onnx-export-private.h"

#include "cj-ops.h"
#include "cj-quant.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define SOFTPLUS_SURE 15 /* beyond, log (1 + e^x) is x to the rounding of floats */

/* --- levels --- */

const CjStep *
cjl_onnx_find_range (const CjlOnnxExport *e, const CjStep *step)
{
  const CjStep *range;

  if (step->op.info != &cj_op_unary
      || ((const CjUnaryAttrs *) step->op.attrs)->kind != CJ_UNARY_ROUND)
    return NULL;
  range = cjl_onnx_find_maker (e, step->in[0]);
  return range != NULL && range->op.info == &cj_op_unary
                 && ((const CjUnaryAttrs *) range->op.attrs)->kind == CJ_UNARY_CLAMP
                 && cjl_onnx_is_read_once (e, step->in[0])
             ? range
             : NULL;
}

/* What is cut to a range and rounded to its 2^b levels, b <= 8, as a pair of QuantizeLinear and
 * DequantizeLinear; of fewer bits than 8 it is cut before. FALSE if the range is not of such levels. */
static gboolean
write_pair (CjlOnnxExport *e, const CjStep *step, const CjStep *range)
{
  const CjUnaryAttrs *cut = range->op.attrs, *round = step->op.attrs;
  const double levels = (cut->b - cut->a) / round->a, zero = -cut->a / round->a;
  const guint8 point = (guint8) CLAMP (lrint (zero), 0, 255);
  const CjShape none = { 0 };
  const float scale = (float) round->a;
  const char *x = cjl_onnx_in (e, range, 0), *s, *z;

  if (levels > 255.5 || fabs (zero - rint (zero)) > 1e-3 || zero < -0.5 || zero > 255.5)
    return FALSE;
  if (lrint (levels) < 255)
    x = cjl_onnx_add (e, "Clip", NULL, x, cjl_onnx_number (e, cut->a), cjl_onnx_number (e, cut->b),
                      NULL);
  s = cjl_onnx_floats (e, "scale", &none, &scale);
  z = cjl_onnx_name (e, "zero");
  cjd_onnx_out_add_constant (e->out, z, CJD_ONNX_UINT8, &none, &point);
  x = cjl_onnx_add (e, "QuantizeLinear", NULL, x, s, z, NULL);
  cjl_onnx_add (e, "DequantizeLinear", cjl_onnx_result (e, step, 0), x, s, z, NULL);
  return TRUE;
}

/* --- number by number --- */

/* A node of one input that needs no more than its name. */
static const char *const plain[] = {
  [CJ_UNARY_RELU] = "Relu", [CJ_UNARY_SIGMOID] = "Sigmoid",   [CJ_UNARY_TANH] = "Tanh",
  [CJ_UNARY_ABS] = "Abs",   [CJ_UNARY_SOFTSIGN] = "Softsign", [CJ_UNARY_SQRT] = "Sqrt",
  [CJ_UNARY_EXP] = "Exp",   [CJ_UNARY_LOG] = "Log",           [CJ_UNARY_SIN] = "Sin",
  [CJ_UNARY_COS] = "Cos",   [CJ_UNARY_SELU] = "Selu",
};

static void
add_with (CjlOnnxExport *e, const char *op, const char *result, const char *x, const char *name,
          double value)
{
  cjl_onnx_add (e, op, result, x, NULL);
  cjd_onnx_out_set_float (e->out, name, value);
}

/* (1 + tail (x)) x / 2 */
static void
write_gelu (CjlOnnxExport *e, const char *result, const char *x, const char *tail)
{
  const char *sum = cjl_onnx_add (e, "Add", NULL, tail, cjl_onnx_number (e, 1), NULL);
  const char *half = cjl_onnx_add (e, "Mul", NULL, x, cjl_onnx_number (e, 0.5), NULL);

  cjl_onnx_add (e, "Mul", result, half, sum, NULL);
}

static void
write_gelu_tanh (CjlOnnxExport *e, const char *result, const char *x)
{
  const char *y = cjl_onnx_add (e, "Mul", NULL, x, x, NULL);

  y = cjl_onnx_add (e, "Mul", NULL, y, cjl_onnx_number (e, 0.044715), NULL);
  y = cjl_onnx_add (e, "Add", NULL, y, cjl_onnx_number (e, 1), NULL);
  y = cjl_onnx_add (e, "Mul", NULL, y, x, NULL);
  y = cjl_onnx_add (e, "Mul", NULL, y, cjl_onnx_number (e, sqrt (2 / G_PI)), NULL);
  write_gelu (e, result, x, cjl_onnx_add (e, "Tanh", NULL, y, NULL));
}

/* log (1 + e^(a x)) / a, and x where a x is above b */
static void
write_softplus (CjlOnnxExport *e, const char *result, const char *x, double a, double b)
{
  const char *scaled = a == 1 ? x : cjl_onnx_add (e, "Mul", NULL, x, cjl_onnx_number (e, a), NULL);
  const gboolean sure = b >= SOFTPLUS_SURE;
  const char *y = cjl_onnx_add (e, "Softplus", sure && a == 1 ? result : NULL, scaled, NULL);
  const char *above, *more;

  if (a != 1)
    y = cjl_onnx_add (e, "Div", sure ? result : NULL, y, cjl_onnx_number (e, a), NULL);
  if (sure)
    return;
  above = cjl_onnx_add (e, "Sub", NULL, scaled, cjl_onnx_number (e, b), NULL);
  above = cjl_onnx_add (e, "Relu", NULL, cjl_onnx_add (e, "Sign", NULL, above, NULL), NULL);
  more = cjl_onnx_add (e, "Sub", NULL, x, y, NULL);
  cjl_onnx_add (e, "Add", result, y, cjl_onnx_add (e, "Mul", NULL, above, more, NULL), NULL);
}

static void
write_affine (CjlOnnxExport *e, const char *result, const char *x, double a, double b)
{
  if (a != 1)
    x = cjl_onnx_add (e, "Mul", b == 0 ? result : NULL, x, cjl_onnx_number (e, a), NULL);
  if (b != 0)
    cjl_onnx_add (e, "Add", result, x, cjl_onnx_number (e, b), NULL);
  else if (a == 1)
    cjl_onnx_add (e, "Identity", result, x, NULL);
}

/* Those that are made of several nodes. */
static void
write_made (CjlOnnxExport *e, const CjUnaryAttrs *a, const char *result, const char *x)
{
  const char *y;

  switch (a->kind)
    {
    case CJ_UNARY_GELU:
      y = cjl_onnx_add (e, "Mul", NULL, x, cjl_onnx_number (e, sqrt (0.5)), NULL);
      write_gelu (e, result, x, cjl_onnx_add (e, "Erf", NULL, y, NULL));
      return;
    case CJ_UNARY_GELU_TANH:
      write_gelu_tanh (e, result, x);
      return;
    case CJ_UNARY_SILU:
      cjl_onnx_add (e, "Mul", result, x, cjl_onnx_add (e, "Sigmoid", NULL, x, NULL), NULL);
      return;
    case CJ_UNARY_MISH:
      y = cjl_onnx_add (e, "Softplus", NULL, x, NULL);
      cjl_onnx_add (e, "Mul", result, x, cjl_onnx_add (e, "Tanh", NULL, y, NULL), NULL);
      return;
    case CJ_UNARY_HARDSWISH:
    case CJ_UNARY_HARDSIGMOID:
      y = cjl_onnx_add (e, "HardSigmoid", a->kind == CJ_UNARY_HARDSIGMOID ? result : NULL, x, NULL);
      cjd_onnx_out_set_float (e->out, "alpha", 1.0 / 6);
      cjd_onnx_out_set_float (e->out, "beta", 0.5);
      if (a->kind == CJ_UNARY_HARDSWISH)
        cjl_onnx_add (e, "Mul", result, x, y, NULL);
      return;
    case CJ_UNARY_LOG_SIGMOID:
      y = cjl_onnx_add (e, "Softplus", NULL, cjl_onnx_add (e, "Neg", NULL, x, NULL), NULL);
      cjl_onnx_add (e, "Neg", result, y, NULL);
      return;
    case CJ_UNARY_TANHSHRINK:
      cjl_onnx_add (e, "Sub", result, x, cjl_onnx_add (e, "Tanh", NULL, x, NULL), NULL);
      return;
    case CJ_UNARY_SOFTPLUS:
      write_softplus (e, result, x, a->a, a->b);
      return;
    case CJ_UNARY_AFFINE:
      write_affine (e, result, x, a->a, a->b);
      return;
    case CJ_UNARY_ROUND:
      y = cjl_onnx_add (e, "Div", NULL, x, cjl_onnx_number (e, a->a), NULL);
      y = cjl_onnx_add (e, "Round", NULL, y, NULL);
      cjl_onnx_add (e, "Mul", result, y, cjl_onnx_number (e, a->a), NULL);
      return;
    default:
      g_assert_not_reached ();
    }
}

static gboolean
write_unary (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjUnaryAttrs *a = step->op.attrs;
  const CjStep *range = cjl_onnx_find_range (e, step);
  const char *result = cjl_onnx_result (e, step, 0), *x;

  (void) error;
  if (range != NULL && write_pair (e, step, range))
    return TRUE;
  x = range == NULL
          ? cjl_onnx_in (e, step, 0)
          : cjl_onnx_add (e, "Clip", NULL, cjl_onnx_in (e, range, 0),
                          cjl_onnx_number (e, ((CjUnaryAttrs *) range->op.attrs)->a),
                          cjl_onnx_number (e, ((CjUnaryAttrs *) range->op.attrs)->b), NULL);
  if (a->kind < G_N_ELEMENTS (plain) && plain[a->kind] != NULL)
    cjl_onnx_add (e, plain[a->kind], result, x, NULL);
  else if (a->kind == CJ_UNARY_LEAKY_RELU)
    add_with (e, "LeakyRelu", result, x, "alpha", a->a);
  else if (a->kind == CJ_UNARY_ELU)
    add_with (e, "Elu", result, x, "alpha", a->a);
  else if (a->kind == CJ_UNARY_CELU)
    add_with (e, "Celu", result, x, "alpha", a->a);
  else if (a->kind == CJ_UNARY_NEGATIVE)
    cjl_onnx_add (e, "Min", result, x, cjl_onnx_number (e, 0), NULL);
  else if (a->kind == CJ_UNARY_CLAMP)
    cjl_onnx_add (e, "Clip", result, x, cjl_onnx_number (e, a->a), cjl_onnx_number (e, a->b), NULL);
  else if (a->kind == CJ_UNARY_SQUARE)
    cjl_onnx_add (e, "Mul", result, x, x, NULL);
  else if (a->kind == CJ_UNARY_POWER)
    cjl_onnx_add (e, "Pow", result, x, cjl_onnx_number (e, a->a), NULL);
  else
    write_made (e, a, result, x);
  return TRUE;
}

static const CjStep *
find_unary (const CjlOnnxExport *e, int value, CjUnaryKind kind)
{
  const CjStep *step = cjl_onnx_find_source (e, value);

  return step != NULL && step->op.info == &cj_op_unary
                 && ((const CjUnaryAttrs *) step->op.attrs)->kind == kind
             ? step
             : NULL;
}

/* max (0, x) + w min (x, 0) is an operator of its own; the parts go, for nobody reads them. */
static gboolean
write_prelu (CjlOnnxExport *e, const CjStep *step)
{
  const gboolean adds = ((const CjBinaryAttrs *) step->op.attrs)->kind == CJ_BINARY_ADD;
  const CjStep *above = adds ? find_unary (e, step->in[0], CJ_UNARY_RELU) : NULL;
  const CjStep *times = above != NULL ? cjl_onnx_find_source (e, step->in[1]) : NULL;
  const CjStep *below
      = times != NULL && times->op.info == &cj_op_broadcast
                && ((const CjBinaryAttrs *) times->op.attrs)->kind == CJ_BINARY_MULTIPLY
            ? find_unary (e, times->in[0], CJ_UNARY_NEGATIVE)
            : NULL;

  if (below == NULL || below->in[0] != above->in[0] || !e->constant[times->in[1]])
    return FALSE;
  cjl_onnx_add (e, "PRelu", cjl_onnx_result (e, step, 0), cjl_onnx_in (e, above, 0),
                cjl_onnx_in (e, times, 1), NULL);
  return TRUE;
}

static gboolean
write_binary (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  static const char *const ops[] = {
    [CJ_BINARY_ADD] = "Add",    [CJ_BINARY_SUBTRACT] = "Sub", [CJ_BINARY_MULTIPLY] = "Mul",
    [CJ_BINARY_DIVIDE] = "Div", [CJ_BINARY_MAXIMUM] = "Max",  [CJ_BINARY_MINIMUM] = "Min",
    [CJ_BINARY_POWER] = "Pow",
  };

  (void) error;
  if (write_prelu (e, step))
    return TRUE;
  cjl_onnx_add (e, ops[((const CjBinaryAttrs *) step->op.attrs)->kind],
                cjl_onnx_result (e, step, 0), cjl_onnx_in (e, step, 0), cjl_onnx_in (e, step, 1),
                NULL);
  return TRUE;
}

/* What passes as it is once training is over. */
static gboolean
write_same (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  (void) error;
  cjl_onnx_pass (e, step, 0, cjl_onnx_in (e, step, 0));
  return TRUE;
}

/* --- along axes --- */

static gboolean
write_reduce (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjReduceAttrs *a = step->op.attrs;
  const char *x = cjl_onnx_in (e, step, 0), *result = cjl_onnx_result (e, step, 0);
  gint64 axes[CJ_MAX_DIMS];
  guint n = 0;

  (void) error;
  for (guint axis = 0; axis < step->op.in_shape[0].n_dims; axis++)
    if ((a->axes & 1u << axis) != 0)
      axes[n++] = axis;
  if (a->kind == CJ_REDUCE_SUM)
    cjl_onnx_add (e, "ReduceSum", result, x, cjl_onnx_list (e, n, axes), NULL);
  else
    {
      cjl_onnx_add (e, "ReduceMean", result, x, NULL);
      cjd_onnx_out_set_ints (e->out, "axes", axes, n);
    }
  cjd_onnx_out_set_int (e->out, "keepdims", a->keep);
  return TRUE;
}

static gboolean
write_softmax (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjSoftmaxAttrs *a = step->op.attrs;

  (void) error;
  cjl_onnx_add (e, a->log ? "LogSoftmax" : "Softmax", cjl_onnx_result (e, step, 0),
                cjl_onnx_in (e, step, 0), NULL);
  cjd_onnx_out_set_int (e->out, "axis", a->axis);
  return TRUE;
}

/* --- normalisation --- */

static const char *
get_or (CjlOnnxExport *e, const CjStep *step, guint index, gint64 n, float instead)
{
  const CjShape shape = cj_shape1 (n);
  g_autofree float *data = NULL;

  if (cjl_onnx_has_in (step, index))
    return cjl_onnx_in (e, step, index);
  data = g_new (float, MAX (n, 1));
  for (gint64 i = 0; i < n; i++)
    data[i] = instead;
  return cjl_onnx_floats (e, instead == 0 ? "zeros" : "ones", &shape, data);
}

/* in: x, weight, bias, mean, variance */
static gboolean
write_batch_norm (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  static const gint64 turn[] = { 0, 2, 1 };
  const gboolean rows = step->op.info == &cj_op_batch_norm_rows;
  const gint64 c = step->op.in_shape[0].dims[rows ? 2 : 1];
  const char *result = cjl_onnx_result (e, step, 0), *from = cjl_onnx_in (e, step, 0), *y;

  (void) error;
  if (rows)
    from = cjl_onnx_transpose (e, from, 3, turn, NULL);
  y = cjl_onnx_add (e, "BatchNormalization", rows ? NULL : result, from, get_or (e, step, 1, c, 1),
                    get_or (e, step, 2, c, 0), cjl_onnx_in (e, step, 3), cjl_onnx_in (e, step, 4),
                    NULL);
  cjd_onnx_out_set_float (e->out, "epsilon", ((const CjBatchNormAttrs *) step->op.attrs)->eps);
  if (rows)
    cjl_onnx_transpose (e, y, 3, turn, result);
  return TRUE;
}

/* The shape of a weight of n numbers, each of which counts for `per` numbers of x [N, ...] in a row, so that it
 * is stretched over x; FALSE if no borders of dimensions are there. */
static gboolean
find_stretch (const CjShape *x, gint64 per, gint64 n, CjShape *shape)
{
  gint64 behind = 1, count = 1;
  guint axis = x->n_dims;

  shape->n_dims = 0;
  while (behind < per && axis > 1)
    behind *= x->dims[--axis];
  for (guint i = axis; i < x->n_dims; i++)
    shape->dims[i] = 1;
  while (count < n && axis > 1)
    {
      axis--;
      count *= x->dims[axis];
      shape->dims[axis] = x->dims[axis];
    }
  for (guint i = axis; i < x->n_dims; i++)
    shape->dims[shape->n_dims++] = shape->dims[i];
  return behind == per && count == n;
}

/* y times the weight plus the bias, each as it lies along y. */
static gboolean
write_weights (CjlOnnxExport *e, const CjStep *step, const char *y, const char *result,
               GError **error)
{
  const CjRowNormAttrs *a = step->op.attrs;
  const gboolean has[] = { cjl_onnx_has_in (step, 1), cjl_onnx_has_in (step, 2) };

  for (guint i = 0; i < 2; i++)
    {
      CjShape shape;

      if (!has[i])
        continue;
      if (!find_stretch (&step->op.in_shape[0], a->per, cj_shape_size (&step->op.in_shape[i + 1]),
                         &shape))
        return cjl_onnx_refuse (e, error,
                                _ ("has weights that do not lie along its dimensions. Switch its "
                                   "weights off."));
      y = cjl_onnx_add (e, i == 0 ? "Mul" : "Add", i == 1 || !has[1] ? result : NULL, y,
                        cj_shape_equal (&shape, &step->op.in_shape[i + 1])
                            ? cjl_onnx_in (e, step, i + 1)
                            : cjl_onnx_reshape (e, cjl_onnx_in (e, step, i + 1), &shape, NULL),
                        NULL);
    }
  return TRUE;
}

static const char *
write_mean (CjlOnnxExport *e, const char *x, gint64 axis)
{
  const char *mean = cjl_onnx_add (e, "ReduceMean", NULL, x, NULL);

  cjd_onnx_out_set_ints (e->out, "axes", &axis, 1);
  cjd_onnx_out_set_int (e->out, "keepdims", 1);
  return mean;
}

/* Rows are put on an axis of their own, unless they are the last one. */
static gboolean
write_row_norm (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjRowNormAttrs *a = step->op.attrs;
  const CjShape shape = cjl_onnx_get_shape (e, step->in[0]), *x = &step->op.in_shape[0];
  const gboolean apart = x->dims[x->n_dims - 1] != a->row;
  const gint64 sample = cj_shape_size (x) / MAX (x->dims[0], 1);
  const CjShape rows = cj_shape3 (CJD_ONNX_FREE, sample / a->row, a->row);
  const gint64 axis = apart ? 2 : (gint64) x->n_dims - 1;
  const gboolean weights = cjl_onnx_has_in (step, 1) || cjl_onnx_has_in (step, 2);
  const char *result = cjl_onnx_result (e, step, 0), *from = cjl_onnx_in (e, step, 0), *size, *y;

  if (apart)
    from = cjl_onnx_reshape (e, from, &rows, NULL);
  if (!a->rms)
    from = cjl_onnx_add (e, "Sub", NULL, from, write_mean (e, from, axis), NULL);
  size = write_mean (e, cjl_onnx_add (e, "Mul", NULL, from, from, NULL), axis);
  size = cjl_onnx_add (e, "Add", NULL, size, cjl_onnx_number (e, a->eps), NULL);
  size = cjl_onnx_add (e, "Sqrt", NULL, size, NULL);
  y = cjl_onnx_add (e, "Div", apart || weights ? NULL : result, from, size, NULL);
  if (apart)
    y = cjl_onnx_reshape (e, y, &shape, weights ? NULL : result);
  return !weights || write_weights (e, step, y, result, error);
}

/* x (k + α / size · Σ x²)^−β; the standard's LRN has its window elsewhere where its size is even, so
 * sums are then a convolution with ones. */
static gboolean
write_local_norm (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjLocalNormAttrs *a = step->op.attrs;
  const gint64 c = step->op.in_shape[0].dims[1];
  const CjShape shape = cj_shape4 (c, c, 1, 1);
  const char *result = cjl_onnx_result (e, step, 0), *x = cjl_onnx_in (e, step, 0), *sum;
  g_autofree float *band = NULL;

  (void) error;
  if (a->size % 2 == 1)
    {
      cjl_onnx_add (e, "LRN", result, x, NULL);
      cjd_onnx_out_set_int (e->out, "size", a->size);
      cjd_onnx_out_set_float (e->out, "alpha", a->alpha);
      cjd_onnx_out_set_float (e->out, "beta", a->beta);
      cjd_onnx_out_set_float (e->out, "bias", a->k);
      return TRUE;
    }
  band = g_new0 (float, c *c);
  for (gint64 k = 0; k < c; k++)
    for (gint64 j = MAX (k - a->size / 2, 0); j < MIN (k - a->size / 2 + a->size, c); j++)
      band[k * c + j] = (float) (a->alpha / a->size);
  sum = cjl_onnx_add (e, "Mul", NULL, x, x, NULL);
  sum = cjl_onnx_add (e, "Conv", NULL, sum, cjl_onnx_floats (e, "window", &shape, band), NULL);
  sum = cjl_onnx_add (e, "Add", NULL, sum, cjl_onnx_number (e, a->k), NULL);
  sum = cjl_onnx_add (e, "Pow", NULL, sum, cjl_onnx_number (e, -a->beta), NULL);
  cjl_onnx_add (e, "Mul", result, x, sum, NULL);
  return TRUE;
}

const CjlOnnxOp cjl_onnx_ops_numbers[] = {
  { &cj_op_unary, write_unary, NULL },
  { &cj_op_binary, write_binary, NULL },
  { &cj_op_broadcast, write_binary, NULL },
  { &cj_op_noise, write_same, NULL },
  { &cj_op_to_last, write_same, NULL },
  { &cj_op_to_plain, write_same, NULL },
  { &cj_op_reduce, write_reduce, NULL },
  { &cj_op_softmax, write_softmax, NULL },
  { &cj_op_batch_norm, write_batch_norm, NULL },
  { &cj_op_batch_norm_rows, write_batch_norm, NULL },
  { &cj_op_row_norm, write_row_norm, NULL },
  { &cj_op_local_norm, write_local_norm, NULL },
  { NULL },
};
