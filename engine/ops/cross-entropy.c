/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mean of -log softmax (z)[target], from logits z [N, K], in the form that cannot overflow.
 * dz = (softmax (z) - one hot (target)) / N. */
#include "cj-error.h"
#include "cj-ops.h"

#include <math.h>

static gboolean
infer (CjOp *op, GError **error)
{
  if (op->in_shape[0].n_dims != 2)
    {
      g_autofree char *got = cj_shape_print_sample (&op->in_shape[0]);

      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   "expects one score a class, got %s. Add Flatten and Dense before it.", got);
      return FALSE;
    }
  op->out_shape[0] = cj_shape (0, NULL);
  op->saved_bytes = sizeof (float) * op->in_shape[0].dims[0];
  return TRUE;
}

/* log of the sum of exp of one row */
static double
log_sum (const float *z, gint64 k)
{
  double largest = z[0], sum = 0;

  for (gint64 i = 1; i < k; i++)
    largest = MAX (largest, z[i]);
  for (gint64 i = 0; i < k; i++)
    sum += exp (z[i] - largest);
  return largest + log (sum);
}

static void
forward (const CjOpCall *call, guint chunk)
{
  const gint64 n = call->n_valid, k = call->op->in_shape[0].dims[1];
  const gint32 *target = call->in[1];
  float *log_sums = call->saved;
  double loss = 0;

  (void) chunk;
  for (gint64 i = 0; i < n; i++)
    {
      const float *z = (const float *) call->in[0] + i * k;

      log_sums[i] = (float) log_sum (z, k);
      if (target[i] >= 0 && target[i] < k)
        loss += (double) log_sums[i] - z[target[i]];
    }
  call->out[0][0] = (float) (loss / (double) n);
}

static void
backward (const CjOpCall *call, guint chunk)
{
  const gint64 n = call->op->in_shape[0].dims[0], k = call->op->in_shape[0].dims[1];
  const gint32 *target = call->in[1];
  const float *log_sums = call->saved;
  const float scale = call->d_out[0][0] / (float) n;
  float *dz = call->d_in[0];

  (void) chunk;
  for (gint64 i = 0; dz != NULL && i < n * k; i++)
    {
      const float p = expf (((const float *) call->in[0])[i] - log_sums[i / k]);
      const float gradient = (p - (i % k == target[i / k] ? 1 : 0)) * scale;

      dz[i] = call->add_in[0] ? dz[i] + gradient : gradient;
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 n = op->in_shape[0].dims[0], k = op->in_shape[0].dims[1];
  double loss = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const float *z = (const float *) in[0] + i * k;

      loss += log_sum (z, k) - z[((const gint32 *) in[1])[i]];
    }
  out[0][0] = (float) (loss / (double) n);
}

const CjOpInfo cj_op_cross_entropy = {
  .id = "cross-entropy",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer,
  .forward = { { cj_op_chunk_one, forward } },
  .backward = { { cj_op_chunk_one, backward } },
  .twin = twin,
};
