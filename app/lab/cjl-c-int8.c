/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ops in whole numbers of 8 bits: activations have a scale and a zero point for each tensor, weights a scale for each
 * channel, and sums are kept in 32 bits (B. Jacob et al., "Quantization and training of neural networks for efficient
 * integer-arithmetic-only inference", CVPR 2018, equations 4 to 6). What is one function of one number is a table of
 * its 256 values. */
#include "cjl-c-private.h"

#include "cj-ops.h"

#include <math.h>
#include <string.h>

#define MOST_INPUTS 60000 /* of a sum that 32 bits hold, whatever the levels are */

static gboolean
is_s8 (const CjlC *c, int value)
{
  return value != CJ_NO_VALUE && c->values[value] != CJL_C_NONE
         && cjl_c_buffer (c, c->values[value])->type == CJL_C_INT8;
}

static int
add_levels (CjlC *c, gint64 n, const CjQuant *quant)
{
  const int to = cjl_c_add_room (c, CJL_C_INT8, n);

  cjl_c_buffer (c, to)->quant = *quant;
  return to;
}

/* Room like that of an input. */
static int
add_same (CjlC *c, const CjlCStep *step, int from)
{
  const CjQuant quant = cjl_c_buffer (c, from)->quant;
  const int to = add_levels (c, cj_shape_size (&step->step->op.out_shape[0]), &quant);

  cjl_c_set (c, 0, to);
  return to;
}

/* --- products --- */

/* A product on the way: its numbers as levels. */
typedef struct
{
  int x, weight, bias, out; /* buffers, and the value that it makes */
  int factor, shift;
  gboolean ends; /* its sums are the answer */
  CjQuant from, to;
  int low, high; /* levels */
  gint64 units;
} Product;

/* What is cut off behind it is cut off by its limits. */
static void
take_limits (CjlC *c, Product *p)
{
  CjlCStep *next = cjl_c_follower (c, p->out);
  const CjUnaryAttrs *a = next != NULL ? next->step->op.attrs : NULL;
  double low, high;

  p->low = -128;
  p->high = 127;
  if (next == NULL || next->step->op.info != &cj_op_unary
      || (a->kind != CJ_UNARY_RELU && a->kind != CJ_UNARY_CLAMP))
    {
      p->to = c->quants[p->out];
      return;
    }
  next->done = TRUE;
  p->out = next->step->out;
  p->to = c->quants[p->out];
  low = a->kind == CJ_UNARY_RELU ? 0 : a->a;
  high = a->kind == CJ_UNARY_RELU ? HUGE_VAL : a->b;
  p->low = (int) CLAMP (rint (low / p->to.scale) + p->to.zero - 128, -128, 127);
  p->high = (int) CLAMP (rint (high / p->to.scale) + p->to.zero - 128, p->low, 127);
}

/* m = factor / 2^shift with a factor of 31 bits. */
static void
split_factor (double m, gint32 *factor, gint8 *shift)
{
  int exponent = 0;
  const double share = frexp (m, &exponent);
  gint64 f = (gint64) rint (share * 2147483648.0);
  int s = 31 - exponent;

  if (f == (gint64) 1 << 31)
    {
      f >>= 1;
      s--;
    }
  while (s > 62)
    {
      f >>= 1;
      s--;
    }
  *factor = (gint32) (s < 1 ? G_MAXINT32 : f);
  *shift = (gint8) MAX (s, 1);
}

static void
add_scales (CjlC *c, Product *p, const float *scales)
{
  gint32 *factors = g_new (gint32, p->units);
  gint8 *shifts = g_new (gint8, p->units);

  for (gint64 u = 0; u < p->units; u++)
    split_factor ((double) scales[u] * p->from.scale / p->to.scale, &factors[u], &shifts[u]);
  p->factor = cjl_c_add_part (c, CJL_C_INT32, p->units, p->weight, "factor", factors);
  p->shift = cjl_c_add_part (c, CJL_C_INT8, p->units, p->weight, "shift", shifts);
}

/* The floats that a sum stands for. */
static void
add_end (CjlC *c, Product *p, const float *scales)
{
  float *factors = g_new (float, p->units);

  for (gint64 u = 0; u < p->units; u++)
    factors[u] = (float) ((double) scales[u] * p->from.scale);
  p->factor = cjl_c_add_part (c, CJL_C_FLOAT, p->units, p->weight, "scale", factors);
}

static void
add_numbers (CjlC *c, const CjlCStep *step, Product *p)
{
  const gint64 n = cj_shape_size (&step->step->op.in_shape[1]), width = n / p->units;
  const CjlCBuffer *weight = cjl_c_buffer (c, p->weight);
  const float *bias = p->bias != CJL_C_NONE ? cjl_c_buffer (c, p->bias)->data : NULL;
  g_autofree float *rounded = g_memdup2 (weight->data, sizeof (float) * (gsize) n);
  g_autofree float *scales = g_new (float, p->units);
  gint8 *levels = g_new (gint8, n);
  gint32 *offsets = g_new0 (gint32, p->units);
  const char *title = weight->title;

  cj_quant_round_weights (rounded, (gsize) p->units, (gsize) width, 8, scales);
  cj_quant_store_weights (rounded, (gsize) p->units, (gsize) width, scales, levels);
  for (gint64 u = 0; u < p->units && bias != NULL; u++)
    offsets[u] = (gint32) CLAMP (rint ((double) bias[u] / ((double) scales[u] * p->from.scale)),
                                 -1073741824.0, 1073741823.0);
  p->weight = cjl_c_add_const (c, CJL_C_INT8, n, title, levels);
  p->bias = cjl_c_add_part (c, CJL_C_INT32, p->units, p->weight, "bias", offsets);
  if (p->ends)
    add_end (c, p, scales);
  else
    add_scales (c, p, scales);
}

/* FALSE: it has to stay in floats. */
static gboolean
begin_product (CjlC *c, const CjlCStep *step, gboolean may_end, Product *p)
{
  const CjShape *w = &step->step->op.in_shape[1];
  const gint64 width = cj_shape_size (w) / w->dims[0];

  *p = (Product){ .units = w->dims[0] };
  if (cjl_c_numbers (c, step->in[1]) == NULL || width > MOST_INPUTS
      || (step->step->op.n_in > 2 && step->in[2] != CJ_NO_VALUE
          && cjl_c_numbers (c, step->in[2]) == NULL)
      || (!is_s8 (c, step->in[0]) && c->quants[step->in[0]].bits == 0))
    return FALSE;
  p->x = cjl_c_in_s8 (c, 0);
  p->from = cjl_c_buffer (c, p->x)->quant;
  p->weight = cjl_c_in (c, 1);
  p->bias = cjl_c_in (c, 2);
  p->out = cjl_c_fold (c, step, &p->weight, &p->bias);
  p->ends = may_end && p->out == c->prediction;
  if (!p->ends)
    take_limits (c, p);
  add_numbers (c, step, p);
  return TRUE;
}

static int
end_product (CjlC *c, const CjlCStep *step, const Product *p)
{
  return c->values[p->out]
         = p->ends ? cjl_c_add_room (c, CJL_C_FLOAT, cj_shape_size (&step->step->op.out_shape[0]))
                   : add_levels (c, cj_shape_size (&step->step->op.out_shape[0]), &p->to);
}

gboolean
cjl_c_write_dense_s8 (CjlC *c, const CjlCStep *step)
{
  const CjOp *op = &step->step->op;
  dense_s8_shape shape = { .inputs = (int) op->in_shape[1].dims[1] };
  Product p;
  int to;

  if (!begin_product (c, step, TRUE, &p))
    return FALSE;
  shape.units = (int) p.units;
  shape.rows = (int) (cj_shape_size (&op->out_shape[0]) / p.units);
  shape.x_zero = p.from.zero - 128;
  shape.y_zero = p.to.zero - 128;
  shape.low = p.low;
  shape.high = p.high;
  to = end_product (c, step, &p);
  if (p.ends)
    cjl_c_call (c, "dense_s8_end", &shape, p.x, p.weight, p.bias, p.factor, to);
  else
    cjl_c_call (c, "dense_s8", &shape, p.x, p.weight, p.bias, p.factor, p.shift, to);
  return TRUE;
}

gboolean
cjl_c_write_conv2d_s8 (CjlC *c, const CjlCStep *step)
{
  conv2d_s8_shape shape = { 0 };
  conv2d_shape plain;
  Product p;

  if (!begin_product (c, step, FALSE, &p))
    return FALSE;
  cjl_c_get_conv2d (&step->step->op, &plain);
  G_STATIC_ASSERT (sizeof plain + 4 * sizeof (int) == sizeof shape); /* zeros and limits follow */
  memcpy (&shape, &plain, sizeof plain);
  shape.x_zero = p.from.zero - 128;
  shape.y_zero = p.to.zero - 128;
  shape.low = p.low;
  shape.high = p.high;
  cjl_c_call (c, "conv2d_s8", &shape, p.x, p.weight, p.bias, p.factor, p.shift,
              end_product (c, step, &p));
  return TRUE;
}

/* --- what follows products --- */

gboolean
cjl_c_write_pool_s8 (CjlC *c, const CjlCStep *step)
{
  const CjOp *op = &step->step->op;
  const int x = c->values[step->in[0]];
  pool_shape shape;
  zero_shape zero;

  if (!is_s8 (c, step->in[0]))
    return FALSE;
  cjl_c_get_pool (op, &shape);
  zero.zero = cjl_c_buffer (c, x)->quant.zero - 128;
  if (op->info == &cj_op_max_pool2d)
    cjl_c_call (c, "max_pool_s8", &shape, x, add_same (c, step, x));
  else
    cjl_c_call2 (c, "avg_pool_s8", &shape, &zero, x, add_same (c, step, x));
  return TRUE;
}

/* The mean over the last axes is a window. */
gboolean
cjl_c_write_reduce_s8 (CjlC *c, const CjlCStep *step)
{
  const CjOp *op = &step->step->op;
  const CjReduceAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  const int from = c->values[step->in[0]];
  pool_shape shape = { .n = 1, .h = 1, .w = 1, .out_h = 1, .out_w = 1, .adaptive = 1 };
  zero_shape zero;

  if (!is_s8 (c, step->in[0]) || a->kind != CJ_REDUCE_MEAN)
    return FALSE;
  for (guint i = 0; i < x->n_dims; i++)
    if ((a->axes & 1u << i) != 0)
      shape.w *= (int) x->dims[i];
    else if (shape.w > 1 && x->dims[i] > 1)
      return FALSE;
    else
      shape.n *= (int) x->dims[i];
  zero.zero = cjl_c_buffer (c, from)->quant.zero - 128;
  cjl_c_call2 (c, "avg_pool_s8", &shape, &zero, from, add_same (c, step, from));
  return TRUE;
}

/* The 256 values of a function, as levels: y of x. */
static int
add_table (CjlC *c, const float *y, const CjQuant *to)
{
  guint8 levels[256];
  gint8 *table = g_new (gint8, 256);

  cj_quant_store (to, y, 256, levels);
  for (int i = 0; i < 256; i++)
    table[i] = (gint8) (levels[i] - 128);
  return cjl_c_add_const (c, CJL_C_INT8, 256, "levels", table);
}

gboolean
cjl_c_write_unary_s8 (CjlC *c, const CjlCStep *step)
{
  const each_shape shape = { (int) cj_shape_size (&step->step->op.out_shape[0]), 0, 0 };
  const CjQuant *to = &c->quants[step->step->out];
  const int x = c->values[step->in[0]];
  CjOp op = step->step->op;
  guint8 levels[256];
  float from[256], y[256];
  int table, out;

  if (!is_s8 (c, step->in[0]) || to->bits == 0)
    return FALSE;
  for (int i = 0; i < 256; i++)
    levels[i] = (guint8) i;
  cj_quant_restore (&cjl_c_buffer (c, x)->quant, levels, 256, from);
  op.in_shape[0] = op.out_shape[0] = cj_shape1 (256);
  op.info->twin (&op, (const void *const[]){ from }, (float *const[]){ y });
  table = add_table (c, y, to);
  out = add_levels (c, shape.n, to);
  cjl_c_call (c, "lookup", &shape, x, table, out);
  cjl_c_set (c, 0, out);
  return TRUE;
}

gboolean
cjl_c_write_binary_s8 (CjlC *c, const CjlCStep *step)
{
  const CjBinaryAttrs *attrs = step->step->op.attrs;
  const CjQuant *to = &c->quants[step->step->out];
  const int a = c->values[step->in[0]], b = c->values[step->in[1]];
  add_s8_shape shape = { .n = (int) cj_shape_size (&step->step->op.out_shape[0]) };
  double x, y;
  int exponent = 0, out;

  if (attrs->kind != CJ_BINARY_ADD || !is_s8 (c, step->in[0]) || !is_s8 (c, step->in[1])
      || to->bits == 0)
    return FALSE;
  x = cjl_c_buffer (c, a)->quant.scale / to->scale;
  y = cjl_c_buffer (c, b)->quant.scale / to->scale;
  frexp (MAX (x, y), &exponent);
  shape.shift = CLAMP (22 - exponent, 1, 62);
  shape.a_factor = (int) MIN (rint (ldexp (x, shape.shift)), (double) G_MAXINT32);
  shape.b_factor = (int) MIN (rint (ldexp (y, shape.shift)), (double) G_MAXINT32);
  shape.a_zero = cjl_c_buffer (c, a)->quant.zero - 128;
  shape.b_zero = cjl_c_buffer (c, b)->quant.zero - 128;
  shape.y_zero = to->zero - 128;
  out = add_levels (c, shape.n, to);
  cjl_c_call (c, "add_s8", &shape, a, b, out);
  cjl_c_set (c, 0, out);
  return TRUE;
}

gboolean
cjl_c_write_concat_s8 (CjlC *c, const CjlCStep *step)
{
  const CjOp *op = &step->step->op;
  const CjQuant *to = &c->quants[step->step->out];
  guint8 levels[256];
  float y[256];
  int begin = 0, out;

  for (guint i = 0; i < op->n_in; i++)
    if (!is_s8 (c, step->in[i]) || to->bits == 0)
      return FALSE;
  for (int i = 0; i < 256; i++)
    levels[i] = (guint8) i;
  out = add_levels (c, cj_shape_size (&op->out_shape[0]), to);
  for (guint i = 0; i < op->n_in; i++)
    {
      const int from = c->values[step->in[i]];
      const each_shape shape = { (int) cjl_c_buffer (c, from)->n, 0, 0 };
      move_shape move;
      int part, table;

      cj_quant_restore (&cjl_c_buffer (c, from)->quant, levels, 256, y);
      table = add_table (c, y, to);
      part = add_levels (c, shape.n, to);
      cjl_c_call (c, "lookup", &shape, from, table, part);
      cjl_c_get_part (op, i, &begin, &move);
      cjl_c_move (c, &move, part, out);
    }
  cjl_c_set (c, 0, out);
  return TRUE;
}

gboolean
cjl_c_write_move_s8 (CjlC *c, const CjlCStep *step)
{
  const CjOp *op = &step->step->op;
  const int x = c->values[step->in[0]];
  move_shape move;

  if (!is_s8 (c, step->in[0]))
    return FALSE;
  if (op->info == &cj_op_reshape)
    cjl_c_set (c, 0, x);
  else if (op->info == &cj_op_shortcut)
    cjl_c_put_shortcut (c, op, x, add_same (c, step, x));
  else if (op->info == &cj_op_remap2d)
    cjl_c_put_remap (c, op, x, add_same (c, step, x));
  else if (cjl_c_get_move (op, &move))
    cjl_c_move (c, &move, x, add_same (c, step, x));
  return TRUE;
}
