/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which op is written how: the table, and what works number by number or multiplies. */
#include "cjl-c-private.h"

#include "cj-error.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const CjlCOp ops[] = {
  { &cj_op_dense, cjl_c_write_dense, cjl_c_write_dense_s8 },
  { &cj_op_conv2d, cjl_c_write_conv2d, cjl_c_write_conv2d_s8 },
  { &cj_op_matmul, cjl_c_write_matmul, NULL },
  { &cj_op_max_pool2d, cjl_c_write_pool, cjl_c_write_pool_s8 },
  { &cj_op_avg_pool2d, cjl_c_write_pool, cjl_c_write_pool_s8 },
  { &cj_op_unary, cjl_c_write_unary, cjl_c_write_unary_s8 },
  { &cj_op_binary, cjl_c_write_binary, cjl_c_write_binary_s8 },
  { &cj_op_broadcast, cjl_c_write_binary, NULL },
  { &cj_op_batch_norm, cjl_c_write_batch_norm, NULL },
  { &cj_op_batch_norm_rows, cjl_c_write_batch_norm, NULL },
  { &cj_op_row_norm, cjl_c_write_row_norm, NULL },
  { &cj_op_local_norm, cjl_c_write_local_norm, NULL },
  { &cj_op_softmax, cjl_c_write_softmax, NULL },
  { &cj_op_reduce, cjl_c_write_reduce, cjl_c_write_reduce_s8 },
  { &cj_op_reshape, cjl_c_write_reshape, cjl_c_write_move_s8 },
  { &cj_op_permute, cjl_c_write_permute, cjl_c_write_move_s8 },
  { &cj_op_slice, cjl_c_write_slice, cjl_c_write_move_s8 },
  { &cj_op_concat, cjl_c_write_concat, cjl_c_write_concat_s8 },
  { &cj_op_prepend, cjl_c_write_prepend, NULL },
  { &cj_op_to_picture, cjl_c_write_tokens, cjl_c_write_move_s8 },
  { &cj_op_to_tokens, cjl_c_write_tokens, cjl_c_write_move_s8 },
  { &cj_op_unfold_depth, cjl_c_write_unfold, NULL },
  { &cj_op_shortcut, cjl_c_write_shortcut, cjl_c_write_move_s8 },
  { &cj_op_remap2d, cjl_c_write_remap, cjl_c_write_move_s8 },
  { &cj_op_bilinear, cjl_c_write_bilinear, NULL },
  { &cj_op_embedding, cjl_c_write_embedding, NULL },
  { &cj_op_places, cjl_c_write_places, NULL },
  { &cj_op_sinusoid, cjl_c_write_places, NULL },
  { &cj_op_attention, cjl_c_write_attention, NULL },
  { &cj_op_recurrent, cjl_c_write_recurrent, NULL },
  { &cj_op_encode, cjl_c_write_encode, NULL },
  { &cj_op_spikes, cjl_c_write_spikes, NULL },
  { &cj_op_conductance, cjl_c_write_conductance, NULL },
  { &cj_op_rivals, cjl_c_write_rivals, NULL },
  { &cj_op_moment, cjl_c_write_moment, NULL },
  { &cj_op_synapse, cjl_c_write_synapse, NULL },
  { &cj_op_winners, cjl_c_write_winners, NULL },
  { &cj_op_homeostasis, cjl_c_write_homeostasis, NULL },
  { &cj_op_vote, cjl_c_write_vote, NULL },
  { NULL, NULL, NULL },
};

const CjlCOp *
cjl_c_ops (void)
{
  return ops;
}

/* --- number by number --- */

/* By CjUnaryKind. */
static const char *const each_names[] = {
  "each_relu", "each_leaky_relu", "each_negative",    "each_clamp",     "each_elu",
  "each_celu", "each_selu",       "each_gelu",        "each_gelu_tanh", "each_silu",
  "each_mish", "each_hardswish",  "each_hardsigmoid", "each_sigmoid",   "each_log_sigmoid",
  "each_tanh", "each_tanhshrink", "each_softsign",    "each_softplus",  "each_affine",
  "each_abs",  "each_square",     "each_sqrt",        "each_exp",       "each_log",
  "each_sin",  "each_cos",        "each_power",       "each_round",
};
G_STATIC_ASSERT (G_N_ELEMENTS (each_names) == CJ_UNARY_ROUND + 1);

/* By CjBinaryKind. */
static const char *const both_names[] = {
  "both_add",     "both_subtract", "both_multiply", "both_divide",
  "both_maximum", "both_minimum",  "both_power",
};
G_STATIC_ASSERT (G_N_ELEMENTS (both_names) == CJ_BINARY_POWER + 1);

static int
count (const CjShape *shape)
{
  return (int) cj_shape_size (shape);
}

gboolean
cjl_c_write_unary (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjUnaryAttrs *a = step->step->op.attrs;
  const each_shape shape = { count (&step->step->op.out_shape[0]), (float) a->a, (float) a->b };
  const int x = cjl_c_in (c, 0);

  (void) error;
  cjl_c_call (c, each_names[a->kind], &shape, x, cjl_c_out (c, 0));
  return TRUE;
}

/* Steps of a shape along the axes of a larger one, counted from the last; 0 where it is stretched. */
static void
stretch (const CjShape *from, const CjShape *to, move_shape *shape)
{
  int x = 1, y = 1;

  *shape = (move_shape){ .size = { 1, 1, 1, 1, 1, 1 } };
  for (guint i = 0; i < to->n_dims; i++)
    {
      const guint axis = CJ_MAX_DIMS - 1 - i, at = to->n_dims - 1 - i;
      const int n = i < from->n_dims ? (int) from->dims[from->n_dims - 1 - i] : 1;

      shape->size[axis] = (int) to->dims[at];
      shape->from[axis] = n == 1 ? 0 : x;
      shape->to[axis] = y;
      x *= n;
      y *= (int) to->dims[at];
    }
}

/* An input as large as the result. */
static int
get_stretched (CjlC *c, const CjlCStep *step, guint i)
{
  const CjShape *from = &step->step->op.in_shape[i], *to = &step->step->op.out_shape[0];
  const int x = cjl_c_in (c, i);
  move_shape shape;
  int y;

  if (cj_shape_size (from) == cj_shape_size (to))
    return x;
  stretch (from, to, &shape);
  y = cjl_c_add_room (c, CJL_C_FLOAT, cj_shape_size (to));
  cjl_c_call (c, "move", &shape, x, y);
  return y;
}

gboolean
cjl_c_write_binary (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjBinaryAttrs *attrs = step->step->op.attrs;
  const each_shape shape = { count (&step->step->op.out_shape[0]), 0, 0 };
  const int a = get_stretched (c, step, 0), b = get_stretched (c, step, 1);

  (void) error;
  cjl_c_call (c, both_names[attrs->kind], &shape, a, b, cjl_c_out (c, 0));
  return TRUE;
}

/* --- products --- */

int
cjl_c_fold (CjlC *c, const CjlCStep *step, int *weight, int *bias)
{
  const CjShape *shape = &step->step->op.in_shape[1];
  const float *w = cjl_c_numbers (c, step->in[1]);
  const float *b = *bias != CJL_C_NONE ? cjl_c_numbers (c, step->in[2]) : NULL;
  const gint64 units = shape->dims[0], width = cj_shape_size (shape) / units;
  const CjlCStep *norm = NULL;
  g_autofree float *gain = NULL, *shift = NULL;
  float *folded, *offsets;
  int out = step->step->out;

  if (w != NULL && (b != NULL || *bias == CJL_C_NONE))
    norm = cjl_c_take_norm (c, step, &out);
  if (norm == NULL)
    return out;
  cjl_c_norm_line (c, norm, &gain, &shift);
  folded = g_memdup2 (w, sizeof (float) * (gsize) (units * width));
  offsets = g_new (float, units);
  for (gint64 i = 0; i < units * width; i++)
    folded[i] *= gain[i / width];
  for (gint64 u = 0; u < units; u++)
    offsets[u] = shift[u] + (b != NULL ? b[u] * gain[u] : 0);
  *weight
      = cjl_c_add_const (c, CJL_C_FLOAT, units * width, cjl_c_buffer (c, *weight)->title, folded);
  *bias = cjl_c_add_part (c, CJL_C_FLOAT, units, *weight, "bias", offsets);
  return out;
}

/* The result of a product, which may be that of the batch norm behind it. */
static int
get_result (CjlC *c, int value)
{
  return c->values[value] = cjl_c_out (c, 0);
}

gboolean
cjl_c_write_dense (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjShape *w = &step->step->op.in_shape[1];
  const dense_shape shape = { count (&step->step->op.out_shape[0]) / (int) w->dims[0],
                              (int) w->dims[1], (int) w->dims[0] };
  const int x = cjl_c_in (c, 0);
  int weight = cjl_c_in (c, 1), bias = cjl_c_in (c, 2);
  const int out = cjl_c_fold (c, step, &weight, &bias);

  (void) error;
  cjl_c_call (c, "dense", &shape, x, weight, bias, get_result (c, out));
  return TRUE;
}

void
cjl_c_get_conv2d (const CjOp *op, conv2d_shape *shape)
{
  const CjConv2dAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;

  *shape = (conv2d_shape){ .n = (int) x[0],
                           .c = (int) x[1],
                           .h = (int) x[2],
                           .w = (int) x[3],
                           .out_c = (int) y[1],
                           .out_h = (int) y[2],
                           .out_w = (int) y[3],
                           .kernel_h = a->kernel_h,
                           .kernel_w = a->kernel_w,
                           .stride_h = a->stride_h,
                           .stride_w = a->stride_w,
                           .pad_top = a->pad_top,
                           .pad_left = a->pad_left,
                           .dilation_h = a->dilation_h,
                           .dilation_w = a->dilation_w,
                           .groups = a->groups };
}

gboolean
cjl_c_write_conv2d (CjlC *c, const CjlCStep *step, GError **error)
{
  const int from = cjl_c_in (c, 0);
  int weight = cjl_c_in (c, 1), bias = cjl_c_in (c, 2);
  const int out = cjl_c_fold (c, step, &weight, &bias);
  conv2d_shape shape;

  (void) error;
  cjl_c_get_conv2d (&step->step->op, &shape);
  cjl_c_call (c, "conv2d", &shape, from, weight, bias, get_result (c, out));
  return TRUE;
}

gboolean
cjl_c_write_matmul (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjShape *a = &op->in_shape[0], *y = &op->out_shape[0];
  const int m = (int) a->dims[a->n_dims - 2], k = (int) a->dims[a->n_dims - 1];
  const matmul_shape shape = { count (a) / (m * k), m, k, (int) y->dims[y->n_dims - 1],
                               ((const CjMatmulAttrs *) op->attrs)->transpose_b };
  const int left = cjl_c_in (c, 0), right = cjl_c_in (c, 1);

  (void) error;
  cjl_c_call (c, "matmul", &shape, left, right, cjl_c_out (c, 0));
  return TRUE;
}

void
cjl_c_get_pool (const CjOp *op, pool_shape *shape)
{
  const CjPoolAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;

  *shape = (pool_shape){ .n = (int) (x[0] * x[1]),
                         .h = (int) x[2],
                         .w = (int) x[3],
                         .out_h = (int) y[2],
                         .out_w = (int) y[3],
                         .adaptive = a->out_h > 0 };
  if (shape->adaptive)
    return;
  shape->kernel_h = a->kernel_h;
  shape->kernel_w = a->kernel_w;
  shape->stride_h = a->stride_h;
  shape->stride_w = a->stride_w;
  shape->pad_h = a->pad_h;
  shape->pad_w = a->pad_w;
  shape->dilation_h = a->dilation_h;
  shape->dilation_w = a->dilation_w;
  shape->exclude_pad = a->exclude_pad;
}

gboolean
cjl_c_write_pool (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const int x = cjl_c_in (c, 0);
  pool_shape shape;

  (void) error;
  cjl_c_get_pool (op, &shape);
  cjl_c_call (c, op->info == &cj_op_max_pool2d ? "max_pool" : "avg_pool", &shape, x,
              cjl_c_out (c, 0));
  return TRUE;
}

/* --- norms --- */

gboolean
cjl_c_write_batch_norm (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjShape *x = &op->in_shape[0];
  const int channels = count (&op->in_shape[3]);
  const gboolean rows = op->info == &cj_op_batch_norm_rows;
  const int inner = rows ? 1 : count (x) / ((int) x->dims[0] * channels);
  const channels_shape shape = { count (x) / (channels * inner), channels, inner };
  const int from = cjl_c_in (c, 0);
  const char *title = cjl_c_buffer (c, c->values[step->in[3]])->title;
  float *gain, *shift;
  int g, s;

  (void) error;
  cjl_c_norm_line (c, step, &gain, &shift);
  g = cjl_c_add_const (c, CJL_C_FLOAT, channels, title, gain);
  s = cjl_c_add_const (c, CJL_C_FLOAT, channels, cjl_c_buffer (c, g)->title, shift);
  cjl_c_call (c, "scale_channels", &shape, from, g, s, cjl_c_out (c, 0));
  return TRUE;
}

gboolean
cjl_c_write_row_norm (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjRowNormAttrs *a = op->attrs;
  const int x = cjl_c_in (c, 0), weight = cjl_c_in (c, 1), bias = cjl_c_in (c, 2);
  const int any = weight != CJL_C_NONE ? weight : bias;
  const row_norm_shape shape = { .rows = count (&op->in_shape[0]) / (int) a->row,
                                 .row = (int) a->row,
                                 .per = (int) a->per,
                                 .weights = any != CJL_C_NONE ? (int) cjl_c_buffer (c, any)->n : 1,
                                 .rms = a->rms,
                                 .eps = (float) a->eps };

  (void) error;
  cjl_c_call (c, "row_norm", &shape, x, weight, bias, cjl_c_out (c, 0));
  return TRUE;
}

gboolean
cjl_c_write_local_norm (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjLocalNormAttrs *a = step->step->op.attrs;
  const gint64 *x = step->step->op.in_shape[0].dims;
  const local_norm_shape shape = { (int) x[0],       (int) x[1],      (int) (x[2] * x[3]), a->size,
                                   (float) a->alpha, (float) a->beta, (float) a->k };
  const int from = cjl_c_in (c, 0);

  (void) error;
  cjl_c_call (c, "local_norm", &shape, from, cjl_c_out (c, 0));
  return TRUE;
}

gboolean
cjl_c_write_softmax (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjSoftmaxAttrs *a = step->step->op.attrs;
  const CjShape *x = &step->step->op.in_shape[0];
  channels_shape shape = { 1, (int) x->dims[a->axis], 1 };
  const int from = cjl_c_in (c, 0);

  (void) error;
  for (guint i = 0; i < x->n_dims; i++)
    if ((int) i < a->axis)
      shape.outer *= (int) x->dims[i];
    else if ((int) i > a->axis)
      shape.inner *= (int) x->dims[i];
  cjl_c_call (c, a->log ? "log_softmax" : "softmax", &shape, from, cjl_c_out (c, 0));
  return TRUE;
}

gboolean
cjl_c_write_reduce (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjReduceAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  const gint64 n = cj_shape_size (&op->out_shape[0]), size = cj_shape_size (x);
  const each_shape all
      = { (int) n, a->kind == CJ_REDUCE_MEAN ? (float) ((double) n / (double) size) : 1, 0 };
  move_shape shape = { .size = { 1, 1, 1, 1, 1, 1 } };
  const int from = cjl_c_in (c, 0);
  int step_x = 1, step_y = 1;

  (void) error;
  for (guint axis = x->n_dims; axis-- > 0;)
    {
      const gboolean goes = (a->axes & 1u << axis) != 0;

      shape.size[axis] = (int) x->dims[axis];
      shape.from[axis] = step_x;
      shape.to[axis] = goes ? 0 : step_y;
      step_x *= (int) x->dims[axis];
      step_y *= goes ? 1 : (int) x->dims[axis];
    }
  cjl_c_call2 (c, "add_up", &shape, &all, from, cjl_c_out (c, 0));
  return TRUE;
}
