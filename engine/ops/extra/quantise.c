/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole numbers of 4, 8 or 16 bits that stand for floats: x = (q - zero point) · scale. Jacob et al. (2018),
 * "Quantization and training of neural networks for efficient integer-arithmetic-only inference". */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

/* Bounds of a quantised type. */
static gboolean
bounds (CjArrayType type, double *least, double *most, GError **error)
{
  switch (type)
    {
    case CJ_ARRAY_U8:
      *least = 0, *most = G_MAXUINT8;
      return TRUE;
    case CJ_ARRAY_I8:
      *least = G_MININT8, *most = G_MAXINT8;
      return TRUE;
    case CJ_ARRAY_U16:
      *least = 0, *most = G_MAXUINT16;
      return TRUE;
    case CJ_ARRAY_I16:
      *least = G_MININT16, *most = G_MAXINT16;
      return TRUE;
    case CJ_ARRAY_I4:
      *least = -8, *most = 7;
      return TRUE;
    case CJ_ARRAY_U4:
      *least = 0, *most = 15;
      return TRUE;
    default:
      return cj_extra_refuse_type (type, error);
    }
}

/* Where the scale of an element stands: one for all, or one for each place along an axis, or one for each block of
 * so many places along it. */
typedef struct
{
  gint64 n, inner;      /* scales along the axis; elements behind it */
  gint64 length, block; /* places along the axis; 0: no blocks */
} Scales;

/* Since version 21: a scale has the dimensions of the input but for the axis. */
static gboolean
read_blocks (const CjExtraCall *call, gint64 block, Scales *s, GError **error)
{
  const CjArray *x = call->in[0], *scale = call->in[1];
  guint axis;

  if (block < 1)
    return cj_extra_refuse_attr ("block_size", error);
  if (!cj_extra_axis (cj_extra_int (call, "axis", 1), x->dims.n, &axis, error))
    return FALSE;
  for (guint k = 0; k < x->dims.n && scale->dims.n == x->dims.n; k++)
    if (scale->dims.d[k]
        != (k != axis || x->dims.d[k] == 0 ? x->dims.d[k] : (x->dims.d[k] - 1) / block + 1))
      return cj_extra_refuse_shapes (error);
  if (scale->dims.n != x->dims.n)
    return cj_extra_refuse_shapes (error);
  s->n = MAX (scale->dims.d[axis], 1);
  s->length = MAX (x->dims.d[axis], 1);
  s->inner = MAX (cj_dims_size (&x->dims, axis + 1, x->dims.n), 1);
  s->block = block;
  return TRUE;
}

static gboolean
read_scales (const CjExtraCall *call, Scales *s, GError **error)
{
  const CjArray *x = call->in[0], *scale = call->in[1], *zero = cj_extra_in (call, 2);
  const gint64 block = cj_extra_int (call, "block_size", 0);
  guint axis;

  *s = (Scales){ 1, 1, 1, 0 };
  if (zero != NULL && zero->size != scale->size)
    return cj_extra_refuse_shapes (error);
  if (block != 0)
    return read_blocks (call, block, s, error);
  if (scale->size == 1)
    return TRUE;
  if (scale->dims.n != 1)
    return cj_extra_refuse_shapes (error);
  if (!cj_extra_axis (cj_extra_int (call, "axis", 1), x->dims.n, &axis, error))
    return FALSE;
  if (scale->size != x->dims.d[axis])
    return cj_extra_refuse_shapes (error);
  s->n = MAX (scale->size, 1);
  s->inner = MAX (cj_dims_size (&x->dims, axis + 1, x->dims.n), 1);
  return TRUE;
}

/* The scale of element i. */
static gint64
scale_at (const Scales *s, gint64 i)
{
  const gint64 row = i / s->inner;

  if (s->block == 0)
    return row % s->n;
  return (row / s->length * s->n + row % s->length / s->block) * s->inner + i % s->inner;
}

static double
quantise (double x, double scale, double zero, double least, double most)
{
  const double q = nearbyint (x / scale) + zero;

  return isnan (q) ? zero : CLAMP (q, least, most);
}

static gboolean
run_quantise (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *zero = cj_extra_in (call, 2);
  CjArrayType type = CJ_ARRAY_U8;
  double least = 0, most = 0;
  Scales s;
  CjArray *y;

  if (!cj_extra_type (call, "output_dtype", CJ_ARRAY_U8, &type, error))
    return FALSE;
  type = zero != NULL ? zero->type : type;
  if (!bounds (type, &least, &most, error) || !read_scales (call, &s, error))
    return FALSE;
  y = cj_extra_out (call, 0, type, &x->dims, error);
  for (gint64 i = 0; y != NULL && i < x->size; i++)
    {
      const gint64 k = scale_at (&s, i);
      /* in float32, as everybody does it, for the sake of numbers halfway between two */
      const float quotient = (float) cj_array_get (x, i) / (float) cj_array_get (call->in[1], k);

      cj_array_set (
          y, i,
          quantise ((double) quotient, 1, zero != NULL ? cj_array_get (zero, k) : 0, least, most));
    }
  return y != NULL;
}

static gboolean
run_dequantise (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *scale = call->in[1], *zero = cj_extra_in (call, 2);
  CjArrayType type;
  Scales s;
  CjArray *y;

  if (cj_array_type_is_float (x->type))
    return cj_extra_refuse_type (x->type, error);
  if (!cj_extra_type (call, "output_dtype", scale->type, &type, error)
      || !read_scales (call, &s, error))
    return FALSE;
  y = cj_extra_out (call, 0, type, &x->dims, error);
  for (gint64 i = 0; y != NULL && i < x->size; i++)
    {
      const gint64 k = scale_at (&s, i);

      cj_array_set (y, i,
                    (cj_array_get (x, i) - (zero != NULL ? cj_array_get (zero, k) : 0))
                        * cj_array_get (scale, k));
    }
  return y != NULL;
}

static gboolean
run_dynamic (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const CjDims scalar = { 0 };
  CjArray *y = cj_extra_out (call, 0, CJ_ARRAY_U8, &x->dims, error);
  g_autoptr (CjArray) scale = cj_array_new (CJ_ARRAY_F32, &scalar, error);
  g_autoptr (CjArray) zero = cj_array_new (CJ_ARRAY_U8, &scalar, error);
  float least = 0, most = 0, step, middle;

  if (y == NULL || scale == NULL || zero == NULL)
    return FALSE;
  for (gint64 i = 0; i < x->size; i++)
    {
      const float one = (float) cj_array_get (x, i);

      least = MIN (least, one);
      most = MAX (most, one);
    }
  step = (most - least) / 255;
  step = step == 0 ? 1 : step;
  middle = nearbyintf (CLAMP (-least / step, 0, 255));
  for (gint64 i = 0; i < x->size; i++)
    cj_array_set (
        y, i, quantise ((double) ((float) cj_array_get (x, i) / step), 1, (double) middle, 0, 255));
  cj_array_set (scale, 0, (double) step);
  cj_array_set (zero, 0, (double) middle);
  return cj_extra_give (call, 1, g_steal_pointer (&scale))
         && cj_extra_give (call, 2, g_steal_pointer (&zero));
}

/* --- products --- */

/* x - zero as float32; zero points lie along an axis, or there is one, or none. */
static CjArray *
shift (const CjArray *x, const CjArray *zero, guint axis, GError **error)
{
  const gint64 inner = axis < x->dims.n ? cj_dims_size (&x->dims, axis + 1, x->dims.n) : 1;
  const gint64 n = zero != NULL ? zero->size : 1;
  CjArray *y;

  if (cj_array_type_is_float (x->type))
    {
      cj_extra_refuse_type (x->type, error);
      return NULL;
    }
  if (n != 1 && (axis >= x->dims.n || n != x->dims.d[axis]))
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  y = cj_array_new (CJ_ARRAY_F32, &x->dims, error);
  for (gint64 i = 0; y != NULL && i < x->size; i++)
    cj_array_set (y, i,
                  cj_array_get (x, i)
                      - (zero != NULL ? cj_array_get (zero, n == 1 ? 0 : i / inner % n) : 0));
  return y;
}

/* Splits weights of at most 9 bits: w = 16 · high + low. Products of both parts with numbers of 9 bits are summed
 * by float32 without an error up to depths of 4,000. */
static gboolean
halve (const CjArray *w, CjArray **high, CjArray **low, GError **error)
{
  *high = cj_array_new (CJ_ARRAY_F32, &w->dims, error);
  *low = *high != NULL ? cj_array_new (CJ_ARRAY_F32, &w->dims, error) : NULL;
  if (*low == NULL)
    return FALSE;
  for (gint64 i = 0; i < w->size; i++)
    {
      const double one = cj_array_get (w, i), top = floor (one / 16);

      cj_array_set (*high, i, top);
      cj_array_set (*low, i, one - 16 * top);
    }
  return TRUE;
}

/* 16 · high + low as doubles. */
static CjArray *
join (const CjArray *high, const CjArray *low, GError **error)
{
  CjArray *y = cj_array_new (CJ_ARRAY_F64, &high->dims, error);

  for (gint64 i = 0; y != NULL && i < y->size; i++)
    cj_array_set (y, i, 16 * cj_array_get (high, i) + cj_array_get (low, i));
  return y;
}

/* A convolution of whole numbers held as float32. */
static CjArray *
convolve (const CjExtraCall *call, const CjArray *x, const CjArray *w, GError **error)
{
  const gint64 groups = cj_extra_int (call, "group", 1);
  g_autoptr (CjArray) high = NULL, low = NULL, y_high = NULL, y_low = NULL;
  CjWindow window;
  CjDims dims;

  if (w->dims.n != x->dims.n || w->dims.n < 3 || groups < 1 || x->dims.d[1] % groups != 0
      || w->dims.d[0] % groups != 0 || w->dims.d[1] != x->dims.d[1] / groups)
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  if (!cj_window_init (&window, call, x, w->dims.d + 2, error) || !halve (w, &high, &low, error))
    return NULL;
  dims = cj_window_dims (&window, x->dims.d[0], w->dims.d[0], window.out);
  y_high = cj_array_new (CJ_ARRAY_F32, &dims, error);
  y_low = y_high != NULL ? cj_array_new (CJ_ARRAY_F32, &dims, error) : NULL;
  if (y_low == NULL)
    return NULL;
  if (y_low->size > 0 && w->size > 0)
    {
      cj_extra_convolve (&window, x->dims.d[0], x->dims.d[1], w->dims.d[0], groups, x->data,
                         high->data, NULL, y_high->data);
      cj_extra_convolve (&window, x->dims.d[0], x->dims.d[1], w->dims.d[0], groups, x->data,
                         low->data, NULL, y_low->data);
    }
  return join (y_high, y_low, error);
}

static CjArray *
multiply (CjArray *a, CjArray *b, GError **error)
{
  g_autoptr (CjArray) high = NULL, low = NULL, y_high = NULL, y_low = NULL;

  if (!halve (b, &high, &low, error))
    return NULL;
  y_high = cj_extra_matmul (a, high, CJ_ARRAY_F32, error);
  y_low = y_high != NULL ? cj_extra_matmul (a, low, CJ_ARRAY_F32, error) : NULL;
  return y_low != NULL ? join (y_high, y_low, error) : NULL;
}

static gboolean
run_conv_integer (CjExtraCall *call, GError **error)
{
  g_autoptr (CjArray) x = shift (call->in[0], cj_extra_in (call, 2), G_MAXUINT, error);
  g_autoptr (CjArray) w = x != NULL ? shift (call->in[1], cj_extra_in (call, 3), 0, error) : NULL;

  return w != NULL && cj_extra_give_as (call, 0, convolve (call, x, w, error), CJ_ARRAY_I32, error);
}

/* Zero points of A stand one a row, those of B one a column. */
static CjArray *
multiply_shifted (const CjArray *a, const CjArray *a_zero, const CjArray *b, const CjArray *b_zero,
                  GError **error)
{
  g_autoptr (CjArray) left = shift (a, a_zero, a->dims.n > 1 ? a->dims.n - 2 : 0, error);
  g_autoptr (CjArray) right
      = left != NULL ? shift (b, b_zero, b->dims.n > 0 ? b->dims.n - 1 : 0, error) : NULL;

  return right != NULL ? multiply (left, right, error) : NULL;
}

static gboolean
run_matmul_integer (CjExtraCall *call, GError **error)
{
  return cj_extra_give_as (call, 0,
                           multiply_shifted (call->in[0], cj_extra_in (call, 2), call->in[1],
                                             cj_extra_in (call, 3), error),
                           CJ_ARRAY_I32, error);
}

/* Sums [.., rows or channels, ..] back to 8 bits: scales of either side and of the result. */
typedef struct
{
  const CjArray *a, *b, *y_scale, *y_zero, *bias;
  gint64 a_inner, b_inner; /* elements after the axis along which a's and b's scales lie */
} Rescale;

static gboolean
give_rescaled (CjExtraCall *call, CjArray *sums, const Rescale *r, GError **error)
{
  g_autoptr (CjArray) owned = sums;
  double least = 0, most = 0;
  CjArray *y;

  if (r->y_scale->size != 1 || r->y_zero->size != 1 || r->a->size < 1 || r->b->size < 1)
    return cj_extra_refuse_shapes (error);
  if (!bounds (r->y_zero->type, &least, &most, error))
    return FALSE;
  y = cj_extra_out (call, 0, r->y_zero->type, &sums->dims, error);
  for (gint64 i = 0; y != NULL && i < y->size; i++)
    {
      const gint64 b = i / r->b_inner % r->b->size;
      const double scale = cj_array_get (r->a, i / r->a_inner % r->a->size) * cj_array_get (r->b, b)
                           / cj_array_get (r->y_scale, 0);
      const double bias
          = r->bias != NULL ? cj_array_get (r->bias, i / r->b_inner % r->bias->size) : 0;

      cj_array_set (y, i,
                    quantise ((cj_array_get (sums, i) + bias) * scale, 1,
                              cj_array_get (r->y_zero, 0), least, most));
    }
  return y != NULL;
}

static gboolean
run_qlinear_conv (CjExtraCall *call, GError **error)
{
  CjArray *const *in = call->in;
  g_autoptr (CjArray) x = shift (in[0], in[2], G_MAXUINT, error);
  g_autoptr (CjArray) w = x != NULL ? shift (in[3], in[5], 0, error) : NULL;
  CjArray *sums = w != NULL ? convolve (call, x, w, error) : NULL;
  Rescale r = { in[1], in[4], in[6], in[7], cj_extra_in (call, 8), 1, 1 };

  if (sums == NULL)
    return FALSE;
  r.b_inner = MAX (cj_dims_size (&sums->dims, 2, sums->dims.n), 1);
  if (in[1]->size != 1 || (in[4]->size != 1 && in[4]->size != in[3]->dims.d[0])
      || (r.bias != NULL && r.bias->size != in[3]->dims.d[0]))
    {
      cj_array_unref (sums);
      return cj_extra_refuse_shapes (error);
    }
  return give_rescaled (call, sums, &r, error);
}

static gboolean
run_qlinear_matmul (CjExtraCall *call, GError **error)
{
  CjArray *const *in = call->in;
  CjArray *sums = multiply_shifted (in[0], in[2], in[3], in[5], error);
  Rescale r = { in[1], in[4], in[6], in[7], NULL, 1, 1 };

  if (sums == NULL)
    return FALSE;
  r.a_inner = sums->dims.n > 0 ? MAX (sums->dims.d[sums->dims.n - 1], 1) : 1;
  return give_rescaled (call, sums, &r, error);
}

const CjExtraInfo cj_extra_quantise[] = {
  { "ConvInteger", 10, 0, 2, 4, run_conv_integer },
  { "DequantizeLinear", 10, 0, 2, 3, run_dequantise },
  { "DynamicQuantizeLinear", 11, 0, 1, 1, run_dynamic },
  { "MatMulInteger", 10, 0, 2, 4, run_matmul_integer },
  { "QLinearConv", 10, 0, 8, 9, run_qlinear_conv },
  { "QLinearMatMul", 10, 0, 8, 8, run_qlinear_matmul },
  { "QuantizeLinear", 10, 0, 2, 3, run_quantise },
  { NULL, 0, 0, 0, 0, NULL },
};
