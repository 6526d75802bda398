/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ops that treat every element alike: ReLU and dropout. */
#include "cj-op.h"

#define BLOCK 8192 /* elements a chunk; a multiple of the four numbers of a Philox block */

static gboolean
infer_same (CjOp *op, GError **error)
{
  (void) error;
  op->out_shape[0] = op->in_shape[0];
  return TRUE;
}

static guint
n_blocks (const CjOp *op)
{
  return (guint) ((cj_shape_size (&op->out_shape[0]) + BLOCK - 1) / BLOCK);
}

static gint64
block_end (const CjOp *op, guint chunk)
{
  return MIN ((gint64) (chunk + 1) * BLOCK, cj_shape_size (&op->out_shape[0]));
}

static void
relu_forward (const CjOpCall *call, guint chunk)
{
  const gint64 begin = (gint64) chunk * BLOCK, n = block_end (call->op, chunk) - begin;
  const float *x = (const float *) call->in[0] + begin;
  float *y = call->out[0] + begin;

  for (gint64 i = 0; i < n; i++)
    y[i] = x[i] > 0 ? x[i] : 0;
}

static void
relu_backward (const CjOpCall *call, guint chunk)
{
  const gint64 begin = (gint64) chunk * BLOCK, n = block_end (call->op, chunk) - begin;
  const float *x = (const float *) call->in[0] + begin, *dy = call->d_out[0] + begin;
  float *dx = call->d_in[0] != NULL ? call->d_in[0] + begin : NULL;

  if (dx == NULL)
    return;
  if (call->add_in[0])
    for (gint64 i = 0; i < n; i++)
      dx[i] += x[i] > 0 ? dy[i] : 0;
  else
    for (gint64 i = 0; i < n; i++)
      dx[i] = x[i] > 0 ? dy[i] : 0;
}

static void
relu_twin (const CjOp *op, const void *const *in, float *const *out)
{
  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = ((const float *) in[0])[i] > 0 ? ((const float *) in[0])[i] : 0;
}

const CjOpInfo cj_op_relu = {
  .id = "relu",
  .layout = CJ_LAYOUT_ANY,
  .infer = infer_same,
  .forward = { { n_blocks, relu_forward } },
  .backward = { { n_blocks, relu_backward } },
  .twin = relu_twin,
};

/* Hinton et al., "Improving neural networks by preventing co-adaptation of feature detectors", 2012;
 * scaled in training, so that nothing is left to do afterwards. The mask of a step is a function of
 * (seed, op, step, element): backward draws it again instead of keeping it. */
static void
dropout_apply (const CjOpCall *call, guint chunk, const float *from, float *to, gboolean add)
{
  const double rate = ((const CjDropoutAttrs *) call->op->attrs)->rate;
  const float scale = rate < 1 ? (float) (1 / (1 - rate)) : 0;
  const gint64 end = block_end (call->op, chunk);
  CjRng rng;

  cj_rng_init (&rng, call->seed, CJ_RNG_DROPOUT, call->op->stream << 40 | call->step);
  rng.counter[0] = chunk * (BLOCK / 4);
  for (gint64 i = (gint64) chunk * BLOCK; i < end; i++)
    {
      const float value = !call->training                ? from[i]
                          : cj_rng_uniform (&rng) < rate ? 0
                                                         : from[i] * scale;

      to[i] = add ? to[i] + value : value;
    }
}

static void
dropout_forward (const CjOpCall *call, guint chunk)
{
  dropout_apply (call, chunk, call->in[0], call->out[0], FALSE);
}

static void
dropout_backward (const CjOpCall *call, guint chunk)
{
  if (call->d_in[0] != NULL)
    dropout_apply (call, chunk, call->d_out[0], call->d_in[0], call->add_in[0]);
}

static void
dropout_twin (const CjOp *op, const void *const *in, float *const *out)
{
  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = ((const float *) in[0])[i];
}

const CjOpInfo cj_op_dropout = {
  .id = "dropout",
  .layout = CJ_LAYOUT_ANY,
  .attrs_size = sizeof (CjDropoutAttrs),
  .infer = infer_same,
  .forward = { { n_blocks, dropout_forward } },
  .backward = { { n_blocks, dropout_backward } },
  .twin = dropout_twin,
};
