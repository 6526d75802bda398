/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forward–forward (G. Hinton, "The forward-forward algorithm: some preliminary investigations", 2022): samples with
 * a label drawn in, right or wrong, and how well a layer tells the two apart. N samples, D numbers of one,
 * U units; goodness g = mean y². L = mean (log (1 + exp (θ − g⁺)) + log (1 + exp (g⁻ − θ))). */
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rng.h"
#include "cj-rows.h"

#include <math.h>

static gint64
get_n (const CjOp *op)
{
  return op->in_shape[0].dims[0];
}

static gint64
get_width (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[0]) / MAX (get_n (op), 1);
}

static void
find_range (const float *x, gint64 n, float *low, float *high)
{
  *low = *high = n > 0 ? x[0] : 0;
  for (gint64 i = 1; i < n; i++)
    {
      *low = MIN (*low, x[i]);
      *high = MAX (*high, x[i]);
    }
}

/* The label of a sample: its class, or one of the others. */
static gint32
find_label (const CjOpCall *call, gint64 sample)
{
  const CjLabelAttrs *a = call->op->attrs;
  const gint32 class = ((const gint32 *) call->in[1])[sample];
  CjRng rng;

  if (!a->wrong || a->n_classes < 2)
    return class;
  cj_rng_init (&rng, call->seed, CJ_RNG_DROPOUT,
               call->op->stream << 40 | (call->step & 0xffffff) << 16
                   | (guint64) (sample & 0xffff));
  return (class + 1 + (gint32) cj_rng_below (&rng, (guint32) a->n_classes - 1))
         % (gint32) a->n_classes;
}

static void
forward_label (const CjOpCall *call, guint block)
{
  const CjLabelAttrs *a = call->op->attrs;
  const gint64 d = get_width (call->op), k = MIN (a->n_classes, d);
  const CjSamples rows = cj_op_samples (call->op, block);

  for (gint64 n = rows.begin; n < rows.end; n++)
    {
      const float *x = (const float *) call->in[0] + n * d;
      const gint32 label = find_label (call, n);
      float *y = call->out[0] + n * d, low, high;

      find_range (x, d, &low, &high);
      memcpy (y, x, sizeof (float) * (gsize) d);
      for (gint64 i = 0; i < k; i++)
        y[i] = i == label ? high : low;
    }
}

static void
twin_label (const CjOp *op, const void *const *in, float *const *out)
{
  const CjLabelAttrs *a = op->attrs;
  const gint64 d = get_width (op);
  const float *x = in[0];

  for (gint64 i = 0; i < cj_shape_size (&op->in_shape[0]); i++)
    {
      float low, high;

      find_range (x + i / d * d, d, &low, &high);
      out[0][i] = i % d >= a->n_classes                      ? x[i]
                  : i % d == ((const gint32 *) in[1])[i / d] ? high
                                                             : low;
    }
}

const CjOpInfo cj_op_label = {
  .id = "label",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjLabelAttrs),
  .infer = cj_op_infer_same,
  .forward = { { cj_op_blocks, forward_label, CJ_PHASE_SAMPLES } },
  .whole_in = 1u << 1,
  .twin = twin_label,
};

static gboolean
infer_goodness (CjOp *op, GError **error)
{
  (void) error;
  op->out_shape[0] = (CjShape){ 0 };
  return TRUE;
}

static double
get_goodness (const float *y, gint64 n)
{
  return cj_row_dot (y, y, n) / (double) n;
}

static double
softplus (double x)
{
  return x > 30 ? x : log1p (exp (x));
}

static void
forward_goodness (const CjOpCall *call, guint chunk)
{
  const double theta = ((const CjGoodnessAttrs *) call->op->attrs)->threshold;
  const gint64 n = get_n (call->op), u = get_width (call->op);
  double sum = 0;

  (void) chunk;
  for (gint64 i = 0; i < n; i++)
    sum += softplus (theta - get_goodness ((const float *) call->in[0] + i * u, u))
           + softplus (get_goodness ((const float *) call->in[1] + i * u, u) - theta);
  call->out[0][0] = (float) (sum / (double) n);
}

static void
backward_goodness (const CjOpCall *call, guint block)
{
  const double theta = ((const CjGoodnessAttrs *) call->op->attrs)->threshold;
  const gint64 n = get_n (call->op), u = get_width (call->op);
  const CjSamples rows = cj_op_samples (call->op, block);

  for (guint side = 0; side < 2; side++)
    for (gint64 i = rows.begin; i < rows.end && call->d_in[side] != NULL; i++)
      {
        const float *y = (const float *) call->in[side] + i * u;
        const double away = get_goodness (y, u) - theta;
        const double share = side == 0 ? -1 / (1 + exp (away)) : 1 / (1 + exp (-away));
        const float scale = (float) (call->d_out[0][0] * share * 2 / (double) (u * n));
        float *dy = call->d_in[side] + i * u;

        for (gint64 k = 0; k < u; k++)
          dy[k] = scale * y[k] + (call->add_in[side] ? dy[k] : 0);
      }
}

static void
twin_goodness (const CjOp *op, const void *const *in, float *const *out)
{
  const double theta = ((const CjGoodnessAttrs *) op->attrs)->threshold;
  const gint64 n = get_n (op), u = get_width (op);
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    for (guint side = 0; side < 2; side++)
      {
        double g = 0;

        for (gint64 k = 0; k < u; k++)
          g += pow (((const float *) in[side])[i * u + k], 2) / (double) u;
        sum += log (1 + exp (side == 0 ? theta - g : g - theta));
      }
  out[0][0] = (float) (sum / (double) n);
}

const CjOpInfo cj_op_goodness = {
  .id = "goodness",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjGoodnessAttrs),
  .infer = infer_goodness,
  .forward = { { NULL, forward_goodness } },
  .backward = { { cj_op_blocks, backward_goodness, CJ_PHASE_SAMPLES } },
  .twin = twin_goodness,
};
