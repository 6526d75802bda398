/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses of a number x and its target t, element by element. The gradient goes to both. */
#include "cj-loss.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

#define LEAST 1e-12f /* of a probability, so that its logarithm is a number */

/* log (1 + e^-x), for any x */
CJ_INLINE float
softplus_minus (float x)
{
  return log1pf (expf (-fabsf (x))) + MAX (-x, 0);
}

/* Logarithm cut at -100, as the field does for binary cross-entropy. */
CJ_INLINE float
cut_log (float x)
{
  return x > 0 ? MAX (logf (x), -100) : -100;
}

CJ_INLINE float
value (const CjPairKind kind, float x, float t, float a, float w)
{
  const float d = x - t, size = fabsf (d);

  switch (kind)
    {
    case CJ_PAIR_SQUARE:
      return d * d;
    case CJ_PAIR_ABSOLUTE:
      return size;
    case CJ_PAIR_HUBER:
      return size <= a ? 0.5f * d * d : a * (size - 0.5f * a);
    case CJ_PAIR_SMOOTH_L1:
      return size < a ? 0.5f * d * d / a : size - 0.5f * a;
    case CJ_PAIR_BCE_LOGITS:
      return (1 - t) * x + (1 + (w - 1) * t) * softplus_minus (x);
    case CJ_PAIR_BCE:
      return -(w * t * cut_log (x) + (1 - t) * cut_log (1 - x));
    case CJ_PAIR_KL:
      return t > 0 ? t * (logf (t) - x) : -t * x;
    case CJ_PAIR_GAUSSIAN_KL:
      return -0.5f * (1 + t - x * x - expf (t));
    case CJ_PAIR_HINGE:
      return MAX (0, a - (t > 0 ? x : -x));
    }
  return 0;
}

/* Derivative by x. */
CJ_INLINE float
slope_x (const CjPairKind kind, float x, float t, float a, float w)
{
  const float d = x - t, side = d > 0 ? 1 : d < 0 ? -1 : 0;

  switch (kind)
    {
    case CJ_PAIR_SQUARE:
      return 2 * d;
    case CJ_PAIR_ABSOLUTE:
      return side;
    case CJ_PAIR_HUBER:
      return fabsf (d) <= a ? d : a * side;
    case CJ_PAIR_SMOOTH_L1:
      return fabsf (d) < a ? d / a : side;
    case CJ_PAIR_BCE_LOGITS:
      return (1 - t) - (1 + (w - 1) * t) * (1 - cj_sigmoid (x));
    case CJ_PAIR_BCE:
      return (1 - t) / MAX (1 - x, LEAST) - w * t / MAX (x, LEAST);
    case CJ_PAIR_KL:
      return -t;
    case CJ_PAIR_GAUSSIAN_KL:
      return x;
    case CJ_PAIR_HINGE:
      return a - (t > 0 ? x : -x) > 0 ? (t > 0 ? -1 : 1) : 0;
    }
  return 0;
}

/* Derivative by t. */
CJ_INLINE float
slope_t (const CjPairKind kind, float x, float t, float a, float w)
{
  switch (kind)
    {
    case CJ_PAIR_SQUARE:
    case CJ_PAIR_ABSOLUTE:
    case CJ_PAIR_HUBER:
    case CJ_PAIR_SMOOTH_L1:
      return -slope_x (kind, x, t, a, w);
    case CJ_PAIR_BCE_LOGITS:
      return -x + (w - 1) * softplus_minus (x);
    case CJ_PAIR_BCE:
      return cut_log (1 - x) - w * cut_log (x);
    case CJ_PAIR_KL:
      return t > 0 ? logf (t) + 1 - x : -x;
    case CJ_PAIR_GAUSSIAN_KL:
      return 0.5f * (expf (t) - 1);
    case CJ_PAIR_HINGE:
      return 0;
    }
  return 0;
}

/* How many neighbours in memory share a weight: the weights belong to the channels of pictures, to
 * the last dimension of everything else. */
static gint64
get_per (const CjOp *op)
{
  const CjShape *x = &op->in_shape[0];

  return x->n_dims == 4 && op->in_layout != CJ_LAYOUT_LAST ? x->dims[2] * x->dims[3] : 1;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjPairLossAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0], *t = &op->in_shape[1];
  const gint64 classes = x->n_dims == 4 ? x->dims[1] : x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1;
  g_autofree char *target = cj_shape_print_sample (t);
  g_autofree char *wanted = g_strdup_printf (_ ("the shape of its target, %s"), target);
  g_autofree char *many = g_strdup_printf (_ ("as many outputs as weights, %d"), a->weights.n);

  if (op->in_dtype[1] != CJ_FLOAT32)
    return cj_op_refuse (op, _ ("values as targets, not classes"),
                         _ ("Use Cross-entropy, or wire its target."), error);
  if (!cj_shape_equal (x, t)
      && (x->n_dims != 2 || t->n_dims != 1 || x->dims[0] != t->dims[0] || x->dims[1] != 1))
    return cj_op_refuse (op, wanted, _ ("Change the last layer, or wire another target."), error);
  if (a->weights.n > 1 && a->weights.n != classes)
    return cj_op_refuse (op, many, _ ("Give one weight an output, or one for all."), error);
  op->out_shape[0] = a->reduction == CJ_REDUCTION_NONE ? *x : cj_shape (0, NULL);
  op->saved_bytes = sizeof (float);
  op->workspace_bytes = sizeof (double) * (gsize) (cj_shape_size (x) / CJ_OP_BLOCK + 1);
  op->macs = cj_shape_size (x);
  return TRUE;
}

static guint
n_chunks (const CjOp *op)
{
  return (guint) ((cj_shape_size (&op->in_shape[0]) + CJ_OP_BLOCK - 1) / CJ_OP_BLOCK);
}

typedef struct
{
  const CjPairLossAttrs *attrs;
  const float *x, *t;
  float *y;          /* losses, or NULL; the gradient in backward */
  const float *dy;   /* of single losses, or NULL */
  float scale;       /* of the gradient */
  gint64 begin, end; /* elements */
  gint64 per;
  gboolean add;
} Run;

CJ_INLINE float
get_weight (const Run *r, gint64 i)
{
  const CjWeights *w = &r->attrs->weights;

  return w->n == 0 ? 1 : w->w[w->n == 1 ? 0 : i / r->per % w->n];
}

CJ_INLINE double
sum_values (const CjPairKind kind, const Run *r)
{
  double sum = 0;

  for (gint64 i = r->begin; i < r->end; i++)
    {
      const float loss = value (kind, r->x[i], r->t[i], (float) r->attrs->a, get_weight (r, i));

      sum += loss;
      if (r->y != NULL)
        r->y[i] = loss;
    }
  return sum;
}

CJ_INLINE void
add_slopes (const CjPairKind kind, const Run *r, const gboolean target)
{
  for (gint64 i = r->begin; i < r->end; i++)
    {
      const float a = (float) r->attrs->a, w = get_weight (r, i);
      const float d = (target ? slope_t (kind, r->x[i], r->t[i], a, w)
                              : slope_x (kind, r->x[i], r->t[i], a, w))
                      * (r->dy != NULL ? r->dy[i] * r->scale : r->scale);

      r->y[i] = r->add ? r->y[i] + d : d;
    }
}

/* clang-format off */
static double
run_forward (CjPairKind kind, const Run *r)
{
  switch (kind)
    {
    case CJ_PAIR_SQUARE: return sum_values (CJ_PAIR_SQUARE, r);
    case CJ_PAIR_ABSOLUTE: return sum_values (CJ_PAIR_ABSOLUTE, r);
    case CJ_PAIR_HUBER: return sum_values (CJ_PAIR_HUBER, r);
    case CJ_PAIR_SMOOTH_L1: return sum_values (CJ_PAIR_SMOOTH_L1, r);
    case CJ_PAIR_BCE_LOGITS: return sum_values (CJ_PAIR_BCE_LOGITS, r);
    case CJ_PAIR_BCE: return sum_values (CJ_PAIR_BCE, r);
    case CJ_PAIR_KL: return sum_values (CJ_PAIR_KL, r);
    case CJ_PAIR_GAUSSIAN_KL: return sum_values (CJ_PAIR_GAUSSIAN_KL, r);
    case CJ_PAIR_HINGE: return sum_values (CJ_PAIR_HINGE, r);
    }
  return 0;
}

CJ_CLONES static void
run_backward (CjPairKind kind, const Run *r, gboolean target)
{
  switch (kind)
    {
    case CJ_PAIR_SQUARE: add_slopes (CJ_PAIR_SQUARE, r, target); break;
    case CJ_PAIR_ABSOLUTE: add_slopes (CJ_PAIR_ABSOLUTE, r, target); break;
    case CJ_PAIR_HUBER: add_slopes (CJ_PAIR_HUBER, r, target); break;
    case CJ_PAIR_SMOOTH_L1: add_slopes (CJ_PAIR_SMOOTH_L1, r, target); break;
    case CJ_PAIR_BCE_LOGITS: add_slopes (CJ_PAIR_BCE_LOGITS, r, target); break;
    case CJ_PAIR_BCE: add_slopes (CJ_PAIR_BCE, r, target); break;
    case CJ_PAIR_KL: add_slopes (CJ_PAIR_KL, r, target); break;
    case CJ_PAIR_GAUSSIAN_KL: add_slopes (CJ_PAIR_GAUSSIAN_KL, r, target); break;
    case CJ_PAIR_HINGE: add_slopes (CJ_PAIR_HINGE, r, target); break;
    }
}
/* clang-format on */

static Run
begin_run (const CjOpCall *call, guint chunk)
{
  const gint64 size = cj_shape_size (&call->op->in_shape[0]), begin = (gint64) chunk * CJ_OP_BLOCK;

  return (Run){ .attrs = call->op->attrs,
                .x = call->in[0],
                .t = call->in[1],
                .begin = begin,
                .end = MIN (begin + CJ_OP_BLOCK, size),
                .per = get_per (call->op) };
}

static void
forward (const CjOpCall *call, guint chunk)
{
  const CjPairLossAttrs *a = call->op->attrs;
  Run r = begin_run (call, chunk);

  if (a->reduction == CJ_REDUCTION_NONE)
    r.y = call->out[0];
  else
    r.end = MIN (r.end, cj_loss_get_valid (call, cj_shape_size (&call->op->in_shape[0])));
  ((double *) call->workspace)[chunk] = run_forward (a->kind, &r);
}

static void
join (const CjOpCall *call, guint chunk)
{
  const CjPairLossAttrs *a = call->op->attrs;
  const double *sums = (const double *) call->workspace;
  double sum = 0;

  (void) chunk;
  for (guint i = 0; i < n_chunks (call->op); i++)
    sum += sums[i];
  *(float *) call->saved
      = cj_loss_reduce (call, a->reduction, sum,
                        (double) cj_loss_get_valid (call, cj_shape_size (&call->op->in_shape[0])));
}

static void
backward (const CjOpCall *call, guint chunk)
{
  const CjPairLossAttrs *a = call->op->attrs;
  const gboolean none = a->reduction == CJ_REDUCTION_NONE;
  const gint64 valid = cj_loss_get_valid (call, cj_shape_size (&call->op->in_shape[0]));
  Run r = begin_run (call, chunk);
  const gint64 end = r.end;

  r.dy = none ? call->d_out[0] : NULL;
  r.scale = *(const float *) call->saved * (none ? 1 : call->d_out[0][0]);
  r.end = none ? end : MAX (MIN (end, valid), r.begin);
  for (guint side = 0; side < 2; side++)
    {
      r.y = call->d_in[side];
      r.add = call->add_in[side];
      if (r.y == NULL)
        continue;
      run_backward (a->kind, &r, side == 1);
      if (!r.add)
        memset (r.y + r.end, 0, sizeof (float) * (gsize) (end - r.end));
    }
}

/* The written formula, in double precision where single would hide a slip. */
static double
twin_value (const CjPairLossAttrs *p, double x, double t, double w)
{
  const double d = fabs (x - t);

  switch (p->kind)
    {
    case CJ_PAIR_BCE_LOGITS:
      return -(w * t * log (1 / (1 + exp (-x))) + (1 - t) * log (1 / (1 + exp (x))));
    case CJ_PAIR_BCE:
      return -(w * t * log (x) + (1 - t) * log (1 - x));
    case CJ_PAIR_HUBER:
      return d <= p->a ? d * d / 2 : p->a * (d - p->a / 2);
    case CJ_PAIR_SMOOTH_L1:
      return d < p->a ? d * d / 2 / p->a : d - p->a / 2;
    default: /* the fast kernel is as obvious as can be */
      return value (p->kind, (float) x, (float) t, (float) p->a, (float) w);
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjPairLossAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  const gint64 size = cj_shape_size (x), plane = x->n_dims == 4 ? x->dims[2] * x->dims[3] : 1;
  double sum = 0;

  for (gint64 i = 0; i < size; i++)
    {
      const double w
          = a->weights.n == 0 ? 1 : a->weights.w[a->weights.n == 1 ? 0 : i / plane % a->weights.n];
      const double loss = twin_value (a, ((const float *) in[0])[i], ((const float *) in[1])[i], w);

      sum += loss;
      if (a->reduction == CJ_REDUCTION_NONE)
        out[0][i] = (float) loss;
    }
  if (a->reduction == CJ_REDUCTION_MEAN)
    sum /= (double) size;
  if (a->reduction == CJ_REDUCTION_BATCH_MEAN)
    sum /= (double) x->dims[0];
  if (a->reduction != CJ_REDUCTION_NONE)
    out[0][0] = (float) sum;
}

const CjOpInfo cj_op_pair_loss = {
  .id = "pair-loss",
  .layout = CJ_LAYOUT_ANY,
  .attrs_size = sizeof (CjPairLossAttrs),
  .infer = infer,
  .forward = { { n_chunks, forward }, { NULL, join } },
  .backward = { { n_chunks, backward } },
  .twin = twin,
  .whole_in = 1u << 1,
};
