/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise of training: dropout (Hinton et al., 2012), dropout of whole maps (Tompson et al., 2015) and
 * Gaussian noise. What is kept is scaled, so that nothing is left to do afterwards. The noise of a
 * step is a function of (seed, op, step, element): backward draws it again instead of keeping it. */
#include "cj-ops.h"

/* Starts the stream of this op and step at a block. */
static void
draw (const CjOpCall *call, guint chunk, CjRng *rng)
{
  cj_rng_init (rng, call->seed, CJ_RNG_DROPOUT, call->op->stream << 40 | call->step);
  rng->counter[0] = chunk * (CJ_OP_BLOCK / 4);
}

static void
drop_elements (const CjOpCall *call, guint chunk, const float *from, float *to, gboolean add)
{
  const double rate = ((const CjNoiseAttrs *) call->op->attrs)->amount;
  const float scale = rate < 1 ? (float) (1 / (1 - rate)) : 0;
  gint64 n;
  const gint64 begin = cj_op_block (call->op, chunk, &n);
  CjRng rng;

  draw (call, chunk, &rng);
  for (gint64 i = begin; i < begin + n; i++)
    {
      const float value = cj_rng_uniform (&rng) < rate ? 0 : from[i] * scale;

      to[i] = add ? to[i] + value : value;
    }
}

/* A map is a sample's channel: picked by its number, so that the layout does not matter. */
static void
drop_channels (const CjOpCall *call, guint chunk, const float *from, float *to, gboolean add)
{
  const double rate = ((const CjNoiseAttrs *) call->op->attrs)->amount;
  const float scale = rate < 1 ? (float) (1 / (1 - rate)) : 0;
  const CjShape *x = &call->op->in_shape[0];
  const gboolean last = call->op->in_layout == CJ_LAYOUT_LAST && x->n_dims > 2;
  const gint64 c = x->n_dims > 1 ? x->dims[1] : 1;
  const gint64 plane = cj_shape_size (x) / MAX (1, x->dims[0] * c);
  gint64 n;
  const gint64 begin = cj_op_block (call->op, chunk, &n);

  for (gint64 i = begin; i < begin + n; i++)
    {
      const gint64 sample = i / (c * plane);
      const gint64 map = sample * c + (last ? i % c : i / plane % c);
      CjRng rng;
      float value;

      draw (call, 0, &rng);
      rng.counter[0] = (guint32) map;
      value = cj_rng_uniform (&rng) < rate ? 0 : from[i] * scale;
      to[i] = add ? to[i] + value : value;
    }
}

static void
add_normal (const CjOpCall *call, guint chunk)
{
  const double deviation = ((const CjNoiseAttrs *) call->op->attrs)->amount;
  gint64 n;
  const gint64 begin = cj_op_block (call->op, chunk, &n);
  const float *from = call->in[0];
  CjRng rng;

  draw (call, chunk, &rng);
  for (gint64 i = begin; i < begin + n; i++)
    call->out[0][i] = from[i] + (float) deviation * cj_rng_normal (&rng);
}

static void
pass (const CjOpCall *call, guint chunk, const float *from, float *to, gboolean add)
{
  gint64 n;
  const gint64 begin = cj_op_block (call->op, chunk, &n);

  for (gint64 i = begin; i < begin + n; i++)
    to[i] = add ? to[i] + from[i] : from[i];
}

static void
apply (const CjOpCall *call, guint chunk, const float *from, float *to, gboolean add)
{
  const CjNoiseKind kind = ((const CjNoiseAttrs *) call->op->attrs)->kind;

  if (!call->training || kind == CJ_NOISE_GAUSSIAN)
    pass (call, chunk, from, to, add);
  else if (kind == CJ_NOISE_DROPOUT)
    drop_elements (call, chunk, from, to, add);
  else
    drop_channels (call, chunk, from, to, add);
}

static void
forward (const CjOpCall *call, guint chunk)
{
  if (call->training && ((const CjNoiseAttrs *) call->op->attrs)->kind == CJ_NOISE_GAUSSIAN)
    add_normal (call, chunk);
  else
    apply (call, chunk, call->in[0], call->out[0], FALSE);
}

static void
backward (const CjOpCall *call, guint chunk)
{
  if (call->d_in[0] != NULL)
    apply (call, chunk, call->d_out[0], call->d_in[0], call->add_in[0]);
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = ((const float *) in[0])[i];
}

const CjOpInfo cj_op_noise = {
  .id = "noise",
  .layout = CJ_LAYOUT_ANY,
  .attrs_size = sizeof (CjNoiseAttrs),
  .infer = cj_op_infer_same,
  .forward = { { cj_op_chunk_blocks, forward } },
  .backward = { { cj_op_chunk_blocks, backward } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};
