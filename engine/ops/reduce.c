/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sum or mean over some axes. Each number of the result adds its own in the order in which they lie,
 * so parts of the result are independent; the gradient goes the same ways back. */
#include "cj-ops.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

#define PIECE 1024 /* numbers added in single precision */

/* Axes of the result and axes that are added, each from the first to the last, with what one step
 * along them means in x. */
typedef struct
{
  guint n_kept, n_added;
  gint64 kept[CJ_MAX_DIMS], kept_step[CJ_MAX_DIMS];
  gint64 added[CJ_MAX_DIMS], added_step[CJ_MAX_DIMS];
  gint64 count; /* numbers added to one */
} Plan;

static void
make_plan (const CjOp *op, Plan *plan)
{
  const CjReduceAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  gint64 step = cj_shape_size (x);

  memset (plan, 0, sizeof *plan);
  plan->count = 1;
  for (guint axis = 0; axis < x->n_dims; axis++)
    {
      step /= MAX (x->dims[axis], 1);
      if ((a->axes & 1u << axis) == 0)
        {
          plan->kept[plan->n_kept] = x->dims[axis];
          plan->kept_step[plan->n_kept++] = step;
          continue;
        }
      plan->count *= x->dims[axis];
      /* neighbouring axes make one long one */
      if (plan->n_added > 0 && plan->added_step[plan->n_added - 1] == step * x->dims[axis])
        {
          plan->added[plan->n_added - 1] *= x->dims[axis];
          plan->added_step[plan->n_added - 1] = step;
        }
      else
        {
          plan->added[plan->n_added] = x->dims[axis];
          plan->added_step[plan->n_added++] = step;
        }
    }
}

static gint64
get_place (const Plan *plan, gint64 i)
{
  gint64 at = 0;

  for (guint axis = plan->n_kept; axis-- > 0; i /= plan->kept[axis])
    at += i % plan->kept[axis] * plan->kept_step[axis];
  return at;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjReduceAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  CjShape *y = &op->out_shape[0];

  if (a->axes == 0 || a->axes >> x->n_dims != 0)
    return cj_op_refuse (op, _ ("to be given axes that its input has"),
                         _ ("Choose others; the batch is axis 0."), error);
  y->n_dims = 0;
  for (guint axis = 0; axis < x->n_dims; axis++)
    if ((a->axes & 1u << axis) == 0)
      y->dims[y->n_dims++] = x->dims[axis];
    else if (a->keep)
      y->dims[y->n_dims++] = 1;
  op->mixes = (a->axes & 1) != 0;
  return TRUE;
}

/* The numbers of one piece, `step` apart. */
CJ_CLONES static float
add_piece (const float *x, gint64 n, gint64 step)
{
  float sum = 0;

  if (step == 1)
    return cj_row_sum (x, n);
  for (gint64 i = 0; i < n; i++)
    sum += x[i * step];
  return sum;
}

static void
put (float *dx, gint64 n, gint64 step, float value, gboolean add)
{
  for (gint64 i = 0; i < n; i++)
    dx[i * step] = add ? dx[i * step] + value : value;
}

/* Sums the numbers of x behind one number of the result, or gives each of dx `value`. */
static double
walk (const Plan *plan, const float *x, float *dx, float value, gboolean add)
{
  const guint last = plan->n_added - 1;
  const gint64 n = plan->added[last], step = plan->added_step[last];
  gint64 at[CJ_MAX_DIMS] = { 0 }, offset = 0;
  double sum = 0;

  for (gint64 left = plan->count; left > 0; left -= n)
    {
      if (dx != NULL)
        put (dx + offset, n, step, value, add);
      else
        for (gint64 i = 0; i < n; i += PIECE)
          sum += add_piece (x + offset + i * step, MIN (PIECE, n - i), step);
      for (guint axis = last; axis-- > 0;)
        {
          offset += plan->added_step[axis];
          if (++at[axis] < plan->added[axis])
            break;
          offset -= plan->added_step[axis] * plan->added[axis];
          at[axis] = 0;
        }
    }
  return sum;
}

static void
run (const CjOpCall *call, guint block, gboolean back)
{
  const CjReduceAttrs *a = call->op->attrs;
  const gint64 size = cj_shape_size (&call->op->out_shape[0]), blocks = cj_op_blocks (call->op);
  const gint64 n = call->op->mixes ? blocks : call->op->in_shape[0].dims[0];
  const CjSamples s = call->op->mixes ? (CjSamples){ block, (gint64) block + 1 }
                                      : cj_op_samples (call->op, block);
  const gint64 begin = size * s.begin / n, end = size * s.end / n;
  double scale;
  Plan plan;

  make_plan (call->op, &plan);
  scale = a->kind == CJ_REDUCE_MEAN ? 1.0 / (double) plan.count : 1;
  for (gint64 i = begin; i < end; i++)
    {
      const gint64 at = get_place (&plan, i);

      if (back)
        walk (&plan, NULL, call->d_in[0] + at, (float) (call->d_out[0][i] * scale),
              call->add_in[0]);
      else
        call->out[0][i]
            = (float) (walk (&plan, (const float *) call->in[0] + at, NULL, 0, FALSE) * scale);
    }
}

static void
forward (const CjOpCall *call, guint block)
{
  run (call, block, FALSE);
}

static void
backward (const CjOpCall *call, guint block)
{
  if (call->d_in[0] != NULL)
    run (call, block, TRUE);
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjReduceAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  const gint64 size = cj_shape_size (x), n = cj_shape_size (&op->out_shape[0]);
  g_autofree double *sums = g_new0 (double, n + 1);

  for (gint64 i = 0; i < size; i++)
    {
      gint64 rest = i, to = 0, step = 1;

      for (guint axis = x->n_dims; axis-- > 0; rest /= x->dims[axis])
        if ((a->axes & 1u << axis) == 0)
          {
            to += rest % x->dims[axis] * step;
            step *= x->dims[axis];
          }
      sums[to] += ((const float *) in[0])[i];
    }
  for (gint64 i = 0; i < n; i++)
    out[0][i]
        = (float) (a->kind == CJ_REDUCE_MEAN ? sums[i] * (double) n / (double) size : sums[i]);
}

const CjOpInfo cj_op_reduce = {
  .id = "reduce",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjReduceAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};
