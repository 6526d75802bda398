/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-loss.h"

gint64
cj_loss_get_valid (const CjOpCall *call, gint64 n)
{
  const gint64 batch = MAX (call->op->in_shape[0].dims[0], 1);

  return n / batch * MIN (call->n_valid, batch);
}

float
cj_loss_reduce (const CjOpCall *call, CjReduction reduction, double sum, double divisor)
{
  double scale = 1;

  if (reduction == CJ_REDUCTION_BATCH_MEAN)
    divisor = (double) cj_loss_get_valid (call, call->op->in_shape[0].dims[0]);
  if (reduction == CJ_REDUCTION_MEAN || reduction == CJ_REDUCTION_BATCH_MEAN)
    scale = divisor > 0 ? 1 / divisor : 0;
  if (reduction != CJ_REDUCTION_NONE)
    call->out[0][0] = (float) (sum * scale);
  return (float) scale;
}
