/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise of training: dropout (Hinton et al., 2012), dropout of whole maps (Tompson et al., 2015) and
 * Gaussian noise. What is kept is scaled, so that nothing is left to do afterwards. The noise of a
 * step is a function of (seed, op, step, element): backward draws it again instead of keeping it. */
#include "cj-math.h"
#include "cj-ops.h"

#define RUN 1024 /* elements whose numbers are drawn at once; a multiple of 4 */

/* The stream of this op and step. */
static CjRng
get_stream (const CjOpCall *call)
{
  CjRng rng;

  cj_rng_init (&rng, call->seed, CJ_RNG_DROPOUT, call->op->stream << 40 | call->step);
  return rng;
}

/* A word's upper 24 bits are a number in [0, 1) (cj_rng_uniform); those below this fall under `rate`. */
static gint32
get_limit (double rate)
{
  return (gint32) ceil (rate * 0x1p24);
}

/* to (+)= from, or 0 where the word says so. */
CJ_CLONES static void
keep_or_drop (const float *restrict from, const guint32 *restrict words, gint64 n, gint32 limit,
              float scale, float *restrict to, gboolean add)
{
  if (add)
    for (gint64 i = 0; i < n; i++)
      to[i] += (gint32) (words[i] >> 8) < limit ? 0 : from[i] * scale;
  else
    for (gint64 i = 0; i < n; i++)
      to[i] = (gint32) (words[i] >> 8) < limit ? 0 : from[i] * scale;
}

/* The same for numbers that share one word; a scale of 0 is a 0 whatever comes. */
CJ_CLONES static void
scale_map (const float *restrict from, gint64 n, float scale, float *restrict to, gboolean add)
{
  if (scale == 0 && !add)
    memset (to, 0, sizeof (float) * (gsize) n);
  for (gint64 i = 0; scale != 0 && i < n; i++)
    to[i] = add ? to[i] + from[i] * scale : from[i] * scale;
}

CJ_CLONES static void
pass (const float *restrict from, gint64 n, float *restrict to, gboolean add)
{
  if (add)
    for (gint64 i = 0; i < n; i++)
      to[i] += from[i];
  else
    memcpy (to, from, sizeof (float) * (gsize) n);
}

/* Elements [begin, begin + n): the number of element i is word i of the stream. */
static void
drop_elements (const CjOpCall *call, gint64 begin, gint64 n, const float *from, float *to,
               gboolean add)
{
  const double rate = ((const CjNoiseAttrs *) call->op->attrs)->amount;
  const float scale = rate < 1 ? (float) (1 / (1 - rate)) : 0;
  const CjRng rng = get_stream (call);
  guint32 words[RUN];

  for (gint64 i = begin; i < begin + n; i += RUN)
    {
      const gint64 run = MIN (RUN, begin + n - i);

      cj_rng_fill (&rng, (guint64) i, (gsize) run, words);
      keep_or_drop (from + i, words, run, get_limit (rate), scale, to + i, add);
    }
}

/* A map is a sample's channel: picked by its number, so that the layout does not matter. It has a block
 * of the stream to itself, of which one word counts. */
static void
drop_channels (const CjOpCall *call, gint64 begin, gint64 n, const float *from, float *to,
               gboolean add)
{
  const double rate = ((const CjNoiseAttrs *) call->op->attrs)->amount;
  const float scale = rate < 1 ? (float) (1 / (1 - rate)) : 0;
  const CjShape *x = &call->op->in_shape[0];
  const gboolean last = call->op->in_layout == CJ_LAYOUT_LAST && x->n_dims > 2;
  const gint64 c = x->n_dims > 1 ? x->dims[1] : 1;
  const gint64 plane = cj_shape_size (x) / MAX (1, x->dims[0] * c);
  const CjRng rng = get_stream (call);
  guint32 words[4 * RUN], picked[RUN];

  for (gint64 map = begin / plane; map < (begin + n) / plane; map += MIN (RUN, c - map % c))
    {
      /* maps of one sample */
      const gint64 run = MIN (RUN, c - map % c), at = map / c * c * plane;

      cj_rng_fill (&rng, 4 * (guint64) map, (gsize) (4 * run), words);
      for (gint64 k = 0; k < run; k++)
        picked[k] = words[4 * k];
      for (gint64 p = 0; last && p < plane; p++)
        keep_or_drop (from + at + p * c + map % c, picked, run, get_limit (rate), scale,
                      to + at + p * c + map % c, add);
      for (gint64 k = map; !last && k < map + run; k++)
        scale_map (from + k * plane, plane,
                   (gint32) (picked[k - map] >> 8) < get_limit (rate) ? 0 : scale, to + k * plane,
                   add);
    }
}

/* Two words make a number (cj_rng_normal), so a block makes those of two elements. */
static void
add_normal (const CjOpCall *call, gint64 begin, gint64 n)
{
  const double deviation = ((const CjNoiseAttrs *) call->op->attrs)->amount;
  const float *from = call->in[0];
  CjRng rng = get_stream (call);

  rng.counter[0] = (guint32) (begin / 2);
  if (begin % 2 != 0)
    cj_rng_normal (&rng);
  for (gint64 i = begin; i < begin + n; i++)
    call->out[0][i] = from[i] + (float) deviation * cj_rng_normal (&rng);
}

static void
apply (const CjOpCall *call, guint block, const float *from, float *to, gboolean add)
{
  const CjNoiseKind kind = ((const CjNoiseAttrs *) call->op->attrs)->kind;
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  if (!call->training || kind == CJ_NOISE_GAUSSIAN)
    pass (from + begin, n, to + begin, add);
  else if (kind == CJ_NOISE_DROPOUT)
    drop_elements (call, begin, n, from, to, add);
  else
    drop_channels (call, begin, n, from, to, add);
}

static void
forward (const CjOpCall *call, guint block)
{
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  if (call->training && ((const CjNoiseAttrs *) call->op->attrs)->kind == CJ_NOISE_GAUSSIAN)
    add_normal (call, begin, n);
  else
    apply (call, block, call->in[0], call->out[0], FALSE);
}

static void
backward (const CjOpCall *call, guint block)
{
  if (call->d_in[0] != NULL)
    apply (call, block, call->d_out[0], call->d_in[0], call->add_in[0]);
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
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};
