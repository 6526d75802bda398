/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By how much a sample cost more than is usual, for rules with a global reward (R. Williams, 1992; N. Frémaux,
 * W. Gerstner, 2016). N samples, K classes. */
#include "cj-ops.h"

static gint64
get_n (const CjOp *op)
{
  return op->in_shape[0].dims[0];
}

/* Classes, or 1 where costs come in themselves. */
static gint64
get_k (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[0]) / MAX (get_n (op), 1);
}

static gboolean
infer (CjOp *op, GError **error)
{
  (void) error;
  op->out_shape[0] = cj_shape1 (get_n (op));
  return TRUE;
}

static double
find_cost (const CjOpCall *call, gint64 sample)
{
  const gint64 k = get_k (call->op);
  const float *x = (const float *) call->in[0] + sample * k;
  gint64 best = 0;

  if (call->in[2] == NULL)
    return x[0];
  for (gint64 i = 1; i < k; i++)
    best = x[i] > x[best] ? i : best;
  return best != ((const gint32 *) call->in[2])[sample];
}

static void
forward (const CjOpCall *call, guint chunk)
{
  const double follow = ((const CjRewardAttrs *) call->op->attrs)->follow;
  const gint64 n = get_n (call->op), valid = CLAMP (call->n_valid, 1, n);
  float *usual = call->in[1];
  const float before = *usual;
  double sum = 0;

  (void) chunk;
  for (gint64 i = 0; i < n; i++)
    {
      const double cost = i < valid ? find_cost (call, i) : before;

      call->out[0][i] = (float) (cost - before);
      sum += i < valid ? cost : 0;
    }
  if (call->training)
    *usual += (float) (follow * (sum / (double) valid - before));
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 n = get_n (op), k = get_k (op);
  const float *x = in[0];

  for (gint64 i = 0; i < n; i++)
    {
      gboolean right = TRUE;

      out[0][i] = x[i * k] - ((const float *) in[1])[0];
      if (op->n_in < 3 || !op->has_in[2])
        continue;
      for (gint64 c = 0; c < k; c++)
        {
          const gint64 class = ((const gint32 *) in[2])[i];

          right &= c == class || x[i * k + c] < x[i * k + class];
        }
      out[0][i] = (right ? 0 : 1) - ((const float *) in[1])[0];
    }
}

const CjOpInfo cj_op_reward = {
  .id = "reward",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjRewardAttrs),
  .infer = infer,
  .forward = { { NULL, forward } },
  .whole_in = 1u << 2,
  .twin = twin,
};
