/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ops that bring numbers to other places. */
#include "cjl-c-private.h"

#include "cj-error.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

void
cjl_c_move (CjlC *c, const move_shape *shape, int from, int to)
{
  cjl_c_call (c, cjl_c_buffer (c, to)->type == CJL_C_INT8 ? "move_s8" : "move", shape, from, to);
}

/* Numbers between two neighbours along each axis of a shape. */
static void
find_steps (const CjShape *shape, int *steps)
{
  int n = 1;

  for (guint axis = shape->n_dims; axis-- > 0;)
    {
      steps[axis] = n;
      n *= (int) shape->dims[axis];
    }
}

/* All of a shape, from first to last on both sides. */
static move_shape
move_all (const CjShape *shape)
{
  move_shape move = { .size = { 1, 1, 1, 1, 1, 1 } };

  for (guint axis = 0; axis < shape->n_dims; axis++)
    move.size[axis] = (int) shape->dims[axis];
  find_steps (shape, move.from);
  find_steps (shape, move.to);
  return move;
}

gboolean
cjl_c_write_reshape (CjlC *c, const CjlCStep *step, GError **error)
{
  (void) error;
  c->floats[step->step->out] = c->floats[step->in[0]];
  cjl_c_set (c, 0, c->values[step->in[0]]);
  return TRUE;
}

gboolean
cjl_c_get_move (const CjOp *op, move_shape *move)
{
  const gint64 *x = op->in_shape[0].dims;

  *move = move_all (&op->out_shape[0]);
  if (op->info == &cj_op_permute)
    {
      const CjPermuteAttrs *a = op->attrs;
      int steps[CJ_MAX_DIMS];

      find_steps (&op->in_shape[0], steps);
      for (guint i = 0; i < op->out_shape[0].n_dims; i++)
        {
          const gboolean flip = (a->flip & 1u << i) != 0;

          move->from[i] = flip ? -steps[a->axes[i]] : steps[a->axes[i]];
          move->x += flip ? steps[a->axes[i]] * ((int) x[a->axes[i]] - 1) : 0;
        }
      return TRUE;
    }
  if (op->info == &cj_op_slice)
    {
      const CjSliceAttrs *a = op->attrs;

      find_steps (&op->in_shape[0], move->from);
      move->x = (int) a->begin * move->from[a->axis];
      return TRUE;
    }
  if (op->info == &cj_op_to_picture)
    { /* [N, T, C] to [N, C, 1, T] */
      const int from[] = { (int) (x[1] * x[2]), 1, 0, (int) x[2] };

      for (guint i = 0; i < G_N_ELEMENTS (from); i++)
        move->from[i] = from[i];
      return TRUE;
    }
  if (op->info == &cj_op_to_tokens)
    { /* [N, C, H, W] to [N, H W, C] */
      const int plane = (int) (x[2] * x[3]), from[] = { (int) x[1] * plane, 1, plane };

      for (guint i = 0; i < G_N_ELEMENTS (from); i++)
        move->from[i] = from[i];
      return TRUE;
    }
  return FALSE;
}

static gboolean
write_move (CjlC *c, const CjlCStep *step)
{
  const int x = cjl_c_in (c, 0);
  move_shape move;

  cjl_c_get_move (&step->step->op, &move);
  cjl_c_call (c, "move", &move, x, cjl_c_out (c, 0));
  return TRUE;
}

gboolean
cjl_c_write_permute (CjlC *c, const CjlCStep *step, GError **error)
{
  (void) error;
  return write_move (c, step);
}

gboolean
cjl_c_write_slice (CjlC *c, const CjlCStep *step, GError **error)
{
  if (step->step->op.in_dtype[0] != CJ_FLOAT32)
    return cjl_c_refuse (c, step, error,
                         _ ("takes a part of words, which the C export does not know. Put "
                            "Embedding before it."));
  return write_move (c, step);
}

gboolean
cjl_c_write_tokens (CjlC *c, const CjlCStep *step, GError **error)
{
  (void) error;
  return write_move (c, step);
}

void
cjl_c_get_part (const CjOp *op, guint i, int *begin, move_shape *move)
{
  const int axis = ((const CjAxisAttrs *) op->attrs)->axis;

  *move = move_all (&op->in_shape[i]);
  find_steps (&op->out_shape[0], move->to);
  move->y = *begin * move->to[axis];
  *begin += (int) op->in_shape[i].dims[axis];
}

gboolean
cjl_c_write_concat (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  int from[CJ_OP_MAX_IN], begin = 0, to;
  move_shape move;

  (void) error;
  for (guint i = 0; i < op->n_in; i++)
    from[i] = cjl_c_in (c, i);
  to = cjl_c_out (c, 0);
  for (guint i = 0; i < op->n_in; i++)
    {
      cjl_c_get_part (op, i, &begin, &move);
      cjl_c_call (c, "move", &move, from[i], to);
    }
  return TRUE;
}

/* x [1, T, E], token [1, E]. */
gboolean
cjl_c_write_prepend (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjShape *x = &step->step->op.in_shape[0];
  const int row = (int) x->dims[2], all = (int) cj_shape_size (x);
  const move_shape first
      = { .size = { 1, 1, 1, 1, 1, row }, .from = { [5] = 1 }, .to = { [5] = 1 } };
  const move_shape rest
      = { .y = row, .size = { 1, 1, 1, 1, 1, all }, .from = { [5] = 1 }, .to = { [5] = 1 } };
  const int from = cjl_c_in (c, 0), token = cjl_c_in (c, 1), to = cjl_c_out (c, 0);

  (void) error;
  cjl_c_call (c, "move", &first, token, to);
  cjl_c_call (c, "move", &rest, from, to);
  return TRUE;
}

/* The level that is 0, everywhere. */
static void
clear (CjlC *c, int to)
{
  const CjlCBuffer *b = cjl_c_buffer (c, to);
  const each_shape shape
      = { (int) b->n, b->type == CJL_C_INT8 ? (float) (b->quant.zero - 128) : 0, 0 };

  cjl_c_call (c, b->type == CJL_C_INT8 ? "fill_s8" : "fill", &shape, to);
}

/* Slice by slice of the result, where there is one in x. */
gboolean
cjl_c_write_unfold (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjUnfoldAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims;
  const int plane = (int) (x[3] * x[4]), channels = (int) x[1], depth = (int) x[2];
  const int windows = (int) op->out_shape[0].dims[0], from = cjl_c_in (c, 0), to = cjl_c_out (c, 0);

  (void) error;
  clear (c, to);
  for (int slice = 0; slice < a->kernel; slice++)
    {
      const int off = slice * a->dilation - a->pad;
      const int first = off < 0 ? (-off + a->stride - 1) / a->stride : 0;
      const int last = MIN (windows - 1, (depth - 1 - off) / a->stride);
      const move_shape move = { .x = (first * a->stride + off) * plane,
                                .y = (first * channels * a->kernel + slice) * plane,
                                .size = { last - first + 1, channels, plane, 1, 1, 1 },
                                .from = { a->stride * plane, depth * plane, 1 },
                                .to = { channels * a->kernel * plane, a->kernel * plane, 1 } };

      if (depth - 1 - off >= 0 && last >= first)
        cjl_c_call (c, "move", &move, from, to);
    }
  return TRUE;
}

void
cjl_c_put_shortcut (CjlC *c, const CjOp *op, int from, int to)
{
  const CjShortcutAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;
  const move_shape move
      = { .y = a->before * (int) (y[2] * y[3]),
          .size = { (int) x[0], (int) x[1], (int) y[2], (int) y[3], 1, 1 },
          .from
          = { (int) (x[1] * x[2] * x[3]), (int) (x[2] * x[3]), a->stride * (int) x[3], a->stride },
          .to = { (int) (y[1] * y[2] * y[3]), (int) (y[2] * y[3]), (int) y[3], 1 } };

  if (y[1] > x[1])
    clear (c, to);
  cjl_c_move (c, &move, from, to);
}

gboolean
cjl_c_write_shortcut (CjlC *c, const CjlCStep *step, GError **error)
{
  const int from = cjl_c_in (c, 0);

  (void) error;
  cjl_c_put_shortcut (c, &step->step->op, from, cjl_c_out (c, 0));
  return TRUE;
}

/* --- pictures: where rows and columns come from is asked of the op itself --- */

/* What the op makes of a picture whose pixels are the numbers of their rows, or columns, plus `first`; of one
 * channel. Along the axis asked for, as many as the result has. */
static float *
ask_axis (const CjOp *op, gboolean columns, float first)
{
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;
  const gint64 n = y[columns ? 3 : 2], step = columns ? 1 : y[3];
  g_autofree float *from = g_new (float, x[2] * x[3]), *to = g_new0 (float, y[2] * y[3]);
  float *found = g_new (float, n);
  CjOp one = *op;

  one.in_shape[0].dims[0] = one.in_shape[0].dims[1] = 1;
  one.out_shape[0].dims[0] = one.out_shape[0].dims[1] = 1;
  for (gint64 i = 0; i < x[2] * x[3]; i++)
    from[i] = first + (float) (columns ? i % x[3] : i / x[3]);
  op->info->twin (&one, (const void *const[]){ from }, (float *const[]){ to });
  for (gint64 i = 0; i < n; i++)
    {
      found[i] = 0; /* the other axis may be outside of x at places */
      for (gint64 k = 0; k < y[2] * y[3] / n; k++)
        found[i] = MAX (found[i], to[i * step + k * (columns ? y[3] : 1)]);
    }
  return found;
}

static int
add_places (CjlC *c, const CjOp *op, gboolean columns)
{
  const gint64 n = op->out_shape[0].dims[columns ? 3 : 2];
  g_autofree float *found = ask_axis (op, columns, 1);
  gint32 *places = g_new (gint32, n);

  for (gint64 i = 0; i < n; i++)
    places[i] = (gint32) found[i] - 1;
  return cjl_c_add_const (c, CJL_C_INT32, n, columns ? "columns" : "rows", places);
}

static remap_shape
get_remap (const CjOp *op)
{
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;

  return (remap_shape){ (int) (x[0] * x[1]), (int) x[2], (int) x[3], (int) y[2], (int) y[3] };
}

void
cjl_c_put_remap (CjlC *c, const CjOp *op, int from, int to)
{
  const remap_shape shape = get_remap (op);
  const int rows = add_places (c, op, FALSE), columns = add_places (c, op, TRUE);
  const zero_shape zero = { cjl_c_buffer (c, to)->quant.zero - 128 };

  if (cjl_c_buffer (c, to)->type == CJL_C_INT8)
    cjl_c_call2 (c, "remap_s8", &shape, &zero, from, rows, columns, to);
  else
    cjl_c_call (c, "remap", &shape, from, rows, columns, to);
}

gboolean
cjl_c_write_remap (CjlC *c, const CjlCStep *step, GError **error)
{
  const int from = cjl_c_in (c, 0);

  (void) error;
  cjl_c_put_remap (c, &step->step->op, from, cjl_c_out (c, 0));
  return TRUE;
}

gboolean
cjl_c_write_bilinear (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const remap_shape shape = get_remap (op);
  const int from = cjl_c_in (c, 0);
  const int rows = cjl_c_add_const (c, CJL_C_FLOAT, shape.out_h, "rows", ask_axis (op, FALSE, 0));
  const int columns
      = cjl_c_add_const (c, CJL_C_FLOAT, shape.out_w, "columns", ask_axis (op, TRUE, 0));

  (void) error;
  cjl_c_call (c, "bilinear", &shape, from, rows, columns, cjl_c_out (c, 0));
  return TRUE;
}
