/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A head for every task: of the scores of a row only those stay whose class is in the head of the right one,
 * the others are so low that they count for nothing in a softmax and never win. The task is given, as where
 * every task has an output layer of its own (G. van de Ven, A. Tolias, "Three scenarios for continual
 * learning", 2019: task-incremental). The gradient goes to those that stay. A row of no known class keeps
 * all. N rows, K classes. */
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

static gboolean
infer (CjOp *op, GError **error)
{
  const CjHeadsAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims != 2 || x->dims[1] != a->n_classes || op->in_dtype[1] != CJ_INT32
      || cj_shape_size (&op->in_shape[1]) != x->dims[0])
    return cj_op_refuse (op, _ ("one score a class"), _ ("Add Flatten and Dense before it."),
                         error);
  op->out_shape[0] = *x;
  op->macs = cj_shape_size (x);
  return TRUE;
}

/* Whether score `k` of a row of class `y` is there. */
static gboolean
stays (const CjHeadsAttrs *a, gint32 y, gint64 k)
{
  return y < 0 || y >= (gint32) a->n_classes || a->heads[k] == a->heads[y];
}

static void
forward (const CjOpCall *call, guint block)
{
  const CjHeadsAttrs *a = call->op->attrs;
  const CjSamples samples = cj_op_samples (call->op, block);
  const float *x = call->in[0];
  const gint32 *y = call->in[1];

  for (gint64 n = samples.begin; n < samples.end; n++)
    for (gint64 k = 0; k < a->n_classes; k++)
      call->out[0][n * a->n_classes + k]
          = stays (a, y[n], k) ? x[n * a->n_classes + k] : CJ_HEADS_SHUT;
}

static void
backward (const CjOpCall *call, guint block)
{
  const CjHeadsAttrs *a = call->op->attrs;
  const CjSamples samples = cj_op_samples (call->op, block);
  const gint32 *y = call->in[1];

  for (gint64 n = samples.begin; call->d_in[0] != NULL && n < samples.end; n++)
    for (gint64 k = 0; k < a->n_classes; k++)
      {
        const gint64 i = n * a->n_classes + k;

        call->d_in[0][i] = (call->add_in[0] ? call->d_in[0][i] : 0)
                           + (stays (a, y[n], k) ? call->d_out[0][i] : 0);
      }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjHeadsAttrs *a = op->attrs;
  const gint32 *y = in[1];

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const gint64 n = i / a->n_classes, k = i % a->n_classes;
      const gboolean known = y[n] >= 0 && y[n] < (gint32) a->n_classes;

      out[0][i]
          = known && a->heads[y[n]] != a->heads[k] ? CJ_HEADS_SHUT : ((const float *) in[0])[i];
    }
}

const CjOpInfo cj_op_heads = {
  .id = "heads",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjHeadsAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .whole_in = 2,
  .twin = twin,
};
