/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forward–forward (G. Hinton, "The forward-forward algorithm: some preliminary investigations", 2022): samples with
 * a label drawn in, right or wrong, and how well a layer tells the two apart. N samples, D numbers of one,
 * U units; goodness g = mean y². L = mean (log (1 + exp (θ − g⁺)) + log (1 + exp (g⁻ − θ))). */
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rng.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>
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

/* Numbers of a sample that stand for classes. */
static gint64
get_k (const CjOp *op)
{
  return MIN (((const CjLabelAttrs *) op->attrs)->n_classes, get_width (op));
}

/* What a sample becomes: itself with one label, or a copy for each. */
static gint64
get_copies (const CjOp *op)
{
  const CjLabelAttrs *a = op->attrs;

  return a->kind == CJ_LABEL_EVERY ? a->n_classes : 1;
}

static gboolean
infer_label (CjOp *op, GError **error)
{
  const CjLabelAttrs *a = op->attrs;
  const CjShape x = op->in_shape[0];

  if ((a->kind == CJ_LABEL_EVERY || a->apart) && x.n_dims != 2)
    return cj_op_refuse (op, _ ("a row of numbers a sample"), _ ("Put Flatten before it."), error);
  op->out_shape[0] = x;
  if (a->kind != CJ_LABEL_EVERY && !a->apart)
    return TRUE;
  op->out_shape[0].n_dims = x.n_dims + 1;
  op->out_shape[0].dims[1] = get_copies (op);
  for (gint64 i = 1; i < x.n_dims; i++)
    op->out_shape[0].dims[i + 1] = x.dims[i];
  return TRUE;
}

/* Where the first smallest and the first largest number are. */
static void
find_range (const float *x, gint64 n, gint64 *low, gint64 *high)
{
  *low = *high = 0;
  for (gint64 i = 1; i < n; i++)
    {
      *low = x[i] < x[*low] ? i : *low;
      *high = x[i] > x[*high] ? i : *high;
    }
}

/* One of the classes but the right one, by chance: all alike, or as the softmax of the scores says. */
static gint32
draw_wrong (const CjOpCall *call, gint64 sample, gint32 class)
{
  const gint32 k = (gint32) ((const CjLabelAttrs *) call->op->attrs)->n_classes;
  const float *scores = call->in[2] != NULL ? (const float *) call->in[2] + sample * k : NULL;
  double top = -G_MAXDOUBLE, sum = 0, left;
  gint32 last = class;
  CjRng rng;

  cj_rng_init (&rng, call->seed, CJ_RNG_DROPOUT,
               call->op->stream << 40 | (call->step & 0xffffff) << 16
                   | (guint64) (sample & 0xffff));
  if (scores == NULL)
    return (class + 1 + (gint32) cj_rng_below (&rng, (guint32) k - 1)) % k;
  for (gint32 i = 0; i < k; i++)
    top = i != class ? MAX (top, scores[i]) : top;
  for (gint32 i = 0; i < k; i++)
    sum += i != class ? exp (scores[i] - top) : 0;
  left = cj_rng_uniform (&rng) * sum;
  for (gint32 i = 0; i < k && left >= 0; i++)
    if (i != class)
      {
        left -= exp (scores[i] - top);
        last = i;
      }
  return last;
}

/* The label that copy `copy` of a sample shows; -1: none in particular. */
static gint32
find_label (const CjOpCall *call, gint64 sample, gint64 copy)
{
  const CjLabelAttrs *a = call->op->attrs;
  gint32 class;

  if (a->kind == CJ_LABEL_EVERY)
    return (gint32) copy;
  if (a->kind == CJ_LABEL_NEUTRAL)
    return -1;
  class = ((const gint32 *) call->in[1])[sample];
  return a->kind == CJ_LABEL_WRONG && a->n_classes > 1 ? draw_wrong (call, sample, class) : class;
}

static void
forward_label (const CjOpCall *call, guint block)
{
  const gint64 d = get_width (call->op), k = get_k (call->op), copies = get_copies (call->op);
  const CjSamples rows = cj_op_samples (call->op, block);

  for (gint64 n = rows.begin * copies; n < rows.end * copies; n++)
    {
      const float *x = (const float *) call->in[0] + n / copies * d;
      const gint32 label = find_label (call, n / copies, n % copies);
      float *y = call->out[0] + n * d;
      gint64 low, high;

      find_range (x, d, &low, &high);
      memcpy (y, x, sizeof (float) * (gsize) d);
      for (gint64 i = 0; i < k; i++)
        y[i] = label < 0 ? x[low] + (x[high] - x[low]) / (float) k : i == label ? x[high] : x[low];
    }
}

/* The numbers that a label covers count for nothing, but for the darkest and brightest, which it takes up. */
static void
backward_label (const CjOpCall *call, guint block)
{
  const gint64 d = get_width (call->op), k = get_k (call->op), copies = get_copies (call->op);
  const CjSamples rows = cj_op_samples (call->op, block);

  if (call->d_in[0] == NULL)
    return;
  for (gint64 n = rows.begin; n < rows.end; n++)
    {
      float *dx = call->d_in[0] + n * d;
      gint64 low, high;

      find_range ((const float *) call->in[0] + n * d, d, &low, &high);
      if (!call->add_in[0])
        memset (dx, 0, sizeof (float) * (gsize) d);
      for (gint64 c = 0; c < copies; c++)
        {
          const float *dy = call->d_out[0] + (n * copies + c) * d;
          const gint32 label = find_label (call, n, c);

          for (gint64 i = 0; i < k; i++)
            {
              const float share = label < 0 ? 1 / (float) k : (float) (i == label);

              dx[high] += share * dy[i];
              dx[low] += (1 - share) * dy[i];
            }
          cj_row_add (dy + k, d - k, dx + k);
        }
    }
}

static void
twin_label (const CjOp *op, const void *const *in, float *const *out)
{
  const CjLabelAttrs *a = op->attrs;
  const gint64 d = get_width (op), copies = a->kind == CJ_LABEL_EVERY ? a->n_classes : 1;
  const float *x = in[0];

  for (gint64 i = 0; i < get_n (op) * copies * d; i++)
    {
      const gint64 n = i / (copies * d), c = i / d % copies;
      const gint64 label = a->kind == CJ_LABEL_EVERY     ? c
                           : a->kind == CJ_LABEL_NEUTRAL ? -1
                                                         : ((const gint32 *) in[1])[n];
      float low = G_MAXFLOAT, high = -G_MAXFLOAT;

      for (gint64 j = 0; j < d; j++)
        {
          low = MIN (low, x[n * d + j]);
          high = MAX (high, x[n * d + j]);
        }
      out[0][i] = i % d >= a->n_classes ? x[n * d + i % d] : i % d == label ? high : low;
      if (i % d < a->n_classes && a->kind == CJ_LABEL_NEUTRAL)
        out[0][i] = low + (high - low) / (float) MIN (a->n_classes, d);
    }
}

const CjOpInfo cj_op_label = {
  .id = "label",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjLabelAttrs),
  .infer = infer_label,
  .forward = { { cj_op_blocks, forward_label, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward_label, CJ_PHASE_SAMPLES } },
  .free_out = 1,
  .whole_in = 1u << 1,
  .twin = twin_label,
  .varies = TRUE,
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
  .varies = TRUE,
};
