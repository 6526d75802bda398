/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two numbers make one: element by element, or with one operand stretched over the other. */
#include "cj-error.h"
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

CJ_INLINE float
value (const CjBinaryKind kind, float a, float b)
{
  switch (kind)
    {
    case CJ_BINARY_ADD:
      return a + b;
    case CJ_BINARY_SUBTRACT:
      return a - b;
    case CJ_BINARY_MULTIPLY:
      return a * b;
    case CJ_BINARY_DIVIDE:
      return a / b;
    case CJ_BINARY_MAXIMUM:
      return a >= b ? a : b;
    case CJ_BINARY_MINIMUM:
      return a <= b ? a : b;
    case CJ_BINARY_POWER:
      return powf (a, b);
    }
  return 0;
}

/* Derivative by operand `side`. */
CJ_INLINE float
slope (const CjBinaryKind kind, int side, float a, float b)
{
  switch (kind)
    {
    case CJ_BINARY_ADD:
      return 1;
    case CJ_BINARY_SUBTRACT:
      return side == 0 ? 1 : -1;
    case CJ_BINARY_MULTIPLY:
      return side == 0 ? b : a;
    case CJ_BINARY_DIVIDE:
      return side == 0 ? 1 / b : -a / (b * b);
    case CJ_BINARY_MAXIMUM:
      return (a >= b) == (side == 0) ? 1 : 0;
    case CJ_BINARY_MINIMUM:
      return (a <= b) == (side == 0) ? 1 : 0;
    case CJ_BINARY_POWER:
      if (side == 0)
        return b == 0 ? 0 : b * powf (a, b - 1);
      return a > 0 ? powf (a, b) * logf (a) : 0;
    }
  return 0;
}

/* --- equal shapes --- */

typedef struct
{
  const float *a, *b, *dy;
  float *to;
  gint64 n;
  gboolean add;
  int side;
} Run;

CJ_INLINE void
loop (const CjBinaryKind kind, const Run *r)
{
  const float *a = r->a, *b = r->b, *dy = r->dy;
  float *to = r->to;

  if (dy == NULL)
    for (gint64 i = 0; i < r->n; i++)
      to[i] = value (kind, a[i], b[i]);
  else if (r->add)
    for (gint64 i = 0; i < r->n; i++)
      to[i] += dy[i] * slope (kind, r->side, a[i], b[i]);
  else
    for (gint64 i = 0; i < r->n; i++)
      to[i] = dy[i] * slope (kind, r->side, a[i], b[i]);
}

CJ_CLONES static void
run (CjBinaryKind kind, const Run *r)
{
  switch (kind)
    {
    case CJ_BINARY_ADD:
      loop (CJ_BINARY_ADD, r);
      break;
    case CJ_BINARY_SUBTRACT:
      loop (CJ_BINARY_SUBTRACT, r);
      break;
    case CJ_BINARY_MULTIPLY:
      loop (CJ_BINARY_MULTIPLY, r);
      break;
    case CJ_BINARY_DIVIDE:
      loop (CJ_BINARY_DIVIDE, r);
      break;
    case CJ_BINARY_MAXIMUM:
      loop (CJ_BINARY_MAXIMUM, r);
      break;
    case CJ_BINARY_MINIMUM:
      loop (CJ_BINARY_MINIMUM, r);
      break;
    case CJ_BINARY_POWER:
      loop (CJ_BINARY_POWER, r);
      break;
    }
}

static gboolean
infer_equal (CjOp *op, GError **error)
{
  if (!cj_shape_equal (&op->in_shape[0], &op->in_shape[1]))
    {
      g_autofree char *a = cj_shape_print_sample (&op->in_shape[0]);
      g_autofree char *b = cj_shape_print_sample (&op->in_shape[1]);

      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("cannot combine %s with %s. Make the shapes equal."), a, b);
      return FALSE;
    }
  op->out_shape[0] = op->in_shape[0];
  return TRUE;
}

static void
equal_forward (const CjOpCall *call, guint block)
{
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  run (((const CjBinaryAttrs *) call->op->attrs)->kind,
       &(Run){ .a = (const float *) call->in[0] + begin,
               .b = (const float *) call->in[1] + begin,
               .to = call->out[0] + begin,
               .n = n });
}

/* Both operands may be one value: the second then adds to what the first wrote. */
static void
equal_backward (const CjOpCall *call, guint block)
{
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  for (int side = 0; side < 2; side++)
    if (call->d_in[side] != NULL)
      run (((const CjBinaryAttrs *) call->op->attrs)->kind,
           &(Run){ .a = (const float *) call->in[0] + begin,
                   .b = (const float *) call->in[1] + begin,
                   .dy = call->d_out[0] + begin,
                   .to = call->d_in[side] + begin,
                   .n = n,
                   .add = call->add_in[side],
                   .side = side });
}

static void
equal_twin (const CjOp *op, const void *const *in, float *const *out)
{
  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = value (((const CjBinaryAttrs *) op->attrs)->kind, ((const float *) in[0])[i],
                       ((const float *) in[1])[i]);
}

const CjOpInfo cj_op_binary = {
  .id = "binary",
  .layout = CJ_LAYOUT_ANY,
  .attrs_size = sizeof (CjBinaryAttrs),
  .infer = infer_equal,
  .forward = { { cj_op_blocks, equal_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, equal_backward, CJ_PHASE_SAMPLES } },
  .free_out = 1,
  .twin = equal_twin,
};

/* --- broadcasting --- */

static gint64
dim_from_last (const CjShape *shape, guint back)
{
  return back < shape->n_dims ? shape->dims[shape->n_dims - 1 - back] : 1;
}

static gboolean
infer_broadcast (CjOp *op, GError **error)
{
  const CjShape *a = &op->in_shape[0], *b = &op->in_shape[1];
  CjShape *out = &op->out_shape[0];

  out->n_dims = MAX (a->n_dims, b->n_dims);
  for (guint back = 0; back < out->n_dims; back++)
    {
      const gint64 da = dim_from_last (a, back), db = dim_from_last (b, back);

      if (da != db && da != 1 && db != 1)
        {
          g_autofree char *sa = cj_shape_print_sample (a), *sb = cj_shape_print_sample (b);

          g_set_error (
              error, CJ_ERROR, CJ_ERROR_SHAPE,
              _ ("cannot combine %s with %s. Make the shapes equal, or 1 where they differ."), sa,
              sb);
          return FALSE;
        }
      out->dims[out->n_dims - 1 - back] = MAX (da, db);
    }
  return TRUE;
}

/* Where each operand stands while the elements of the result are walked in order. */
typedef struct
{
  guint n;
  gint64 dims[CJ_MAX_DIMS], step[2][CJ_MAX_DIMS], at[CJ_MAX_DIMS], offset[2];
} Walk;

static void
walk_begin (Walk *w, const CjOp *op, gint64 first)
{
  const CjShape *out = &op->out_shape[0];
  gint64 stride[2] = { 1, 1 }, rest = first;

  memset (w, 0, sizeof *w);
  w->n = out->n_dims;
  for (guint back = 0; back < w->n; back++)
    {
      const guint axis = w->n - 1 - back;

      w->dims[axis] = out->dims[axis];
      w->at[axis] = rest % MAX (w->dims[axis], 1);
      rest /= MAX (w->dims[axis], 1);
      for (int side = 0; side < 2; side++)
        {
          const gint64 d = dim_from_last (&op->in_shape[side], back);

          w->step[side][axis] = d == 1 ? 0 : stride[side];
          w->offset[side] += w->step[side][axis] * w->at[axis];
          stride[side] *= d;
        }
    }
}

static void
walk_next (Walk *w)
{
  for (guint axis = w->n; axis-- > 0;)
    {
      w->offset[0] += w->step[0][axis];
      w->offset[1] += w->step[1][axis];
      if (++w->at[axis] < w->dims[axis])
        return;
      w->offset[0] -= w->step[0][axis] * w->dims[axis];
      w->offset[1] -= w->step[1][axis] * w->dims[axis];
      w->at[axis] = 0;
    }
}

static void
broadcast_forward (const CjOpCall *call, guint chunk)
{
  const CjBinaryKind kind = ((const CjBinaryAttrs *) call->op->attrs)->kind;
  const float *a = call->in[0], *b = call->in[1];
  gint64 n;
  const gint64 begin = cj_op_block (call->op, chunk, &n);
  Walk w;

  walk_begin (&w, call->op, begin);
  for (gint64 i = begin; i < begin + n; i++, walk_next (&w))
    call->out[0][i] = value (kind, a[w.offset[0]], b[w.offset[1]]);
}

/* One operand a chunk; the sum over what an element was stretched to runs in order. */
static void
broadcast_backward (const CjOpCall *call, guint side)
{
  const CjBinaryKind kind = ((const CjBinaryAttrs *) call->op->attrs)->kind;
  const float *a = call->in[0], *b = call->in[1];
  const gint64 size = cj_shape_size (&call->op->out_shape[0]);
  float *to = call->d_in[side];
  Walk w;

  if (to == NULL)
    return;
  if (!call->add_in[side])
    memset (to, 0, sizeof (float) * (gsize) cj_shape_size (&call->op->in_shape[side]));
  walk_begin (&w, call->op, 0);
  for (gint64 i = 0; i < size; i++, walk_next (&w))
    to[w.offset[side]]
        += call->d_out[0][i] * slope (kind, (int) side, a[w.offset[0]], b[w.offset[1]]);
}

static void
broadcast_backward_all (const CjOpCall *call, guint chunk)
{
  (void) chunk;
  broadcast_backward (call, 0);
  broadcast_backward (call, 1);
}

static void
broadcast_twin (const CjOp *op, const void *const *in, float *const *out)
{
  Walk w;

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      walk_begin (&w, op, i);
      out[0][i]
          = value (((const CjBinaryAttrs *) op->attrs)->kind, ((const float *) in[0])[w.offset[0]],
                   ((const float *) in[1])[w.offset[1]]);
    }
}

const CjOpInfo cj_op_broadcast = {
  .id = "broadcast",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjBinaryAttrs),
  .infer = infer_broadcast,
  .forward = { { cj_op_chunk_blocks, broadcast_forward } },
  .backward = { { cj_op_chunk_one, broadcast_backward_all } },
  .free_out = 1,
  .twin = broadcast_twin,
};
