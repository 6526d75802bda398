/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers become something that lasts: a constant current, spikes by chance (a Bernoulli draw a moment,
 * which is a Poisson process in small steps) or one spike whose time tells the number (Thorpe, Delorme
 * and Van Rullen 2001). The draws of a step are a function of (seed, op, step, element).
 * Backward: the current's gradient is the sum over time; a chance passes it as its expectation would; a
 * time has no slope and passes none. N samples, T moments, F numbers of a sample. */
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

#define RUN 1024 /* elements whose numbers are drawn at once; a multiple of 4 */

typedef struct
{
  const CjEncodeAttrs *a;
  gint64 t, f;
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  const CjEncodeAttrs *a = op->attrs;

  return (Sizes){ a, a->steps,
                  cj_shape_size (&op->in_shape[0]) / MAX (op->in_shape[0].dims[0], 1) };
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];
  CjShape *y = &op->out_shape[0];

  if (x->n_dims < 2 || x->n_dims >= CJ_MAX_DIMS)
    return cj_op_refuse (op, _ ("numbers of a sample"), _ ("Put it behind the data."), error);
  *y = *x;
  y->n_dims++;
  y->dims[1] = ((const CjEncodeAttrs *) op->attrs)->steps;
  for (guint i = 1; i < x->n_dims; i++)
    y->dims[i + 1] = x->dims[i];
  op->scratch_bytes = sizeof (float) * (gsize) get_sizes (op).f;
  op->macs = cj_shape_size (y);
  return TRUE;
}

/* The line that brings x to 0 .. 1: scale x + shift, to be cut. */
typedef struct
{
  float scale, shift;
} Line;

static Line
get_line (const Sizes *s, const float *x)
{
  float low = (float) s->a->low, high = (float) s->a->high;

  for (gint64 i = 0; s->a->each && i < s->f; i++)
    {
      low = i == 0 || x[i] < low ? x[i] : low;
      high = i == 0 || x[i] > high ? x[i] : high;
    }
  if (!(high > low))
    return (Line){ 0, 0 };
  return (Line){ 1 / (high - low), -low / (high - low) };
}

CJ_INLINE float
apply (Line line, float x)
{
  const float y = line.scale * x + line.shift;

  return y < 0 ? 0 : y > 1 ? 1 : y;
}

/* A word's upper 24 bits are a number in [0, 1), as in cj_rng_uniform. */
CJ_CLONES static void
fire_by_chance (const float *restrict x, const guint32 *restrict words, gint64 n, Line line,
                float rate, float *restrict y)
{
  for (gint64 i = 0; i < n; i++)
    y[i] = (float) (gint32) (words[i] >> 8) < rate * apply (line, x[i]) * 0x1p24f ? 1 : 0;
}

static void
draw_sample (const CjOpCall *call, const Sizes *s, gint64 n, const float *x, float *y)
{
  const Line line = get_line (s, x);
  guint32 words[RUN];
  CjRng rng;

  cj_rng_init (&rng, call->seed, CJ_RNG_DROPOUT, call->op->stream << 40 | call->step);
  for (gint64 t = 0; t < s->t; t++)
    for (gint64 i = 0; i < s->f; i += RUN)
      {
        const gint64 run = MIN (RUN, s->f - i);

        cj_rng_fill (&rng, (guint64) ((n * s->t + t) * s->f + i), (gsize) run, words);
        fire_by_chance (x + i, words, run, line, (float) s->a->rate, y + t * s->f + i);
      }
}

/* The moment of the spike of a value, T where there is none. */
static gint64
get_moment (const Sizes *s, float value)
{
  return value > 0 ? (gint64) lrintf ((float) (s->t - 1) * (1 - value)) : s->t;
}

static void
place_spikes (const Sizes *s, const float *x, float *y)
{
  const Line line = get_line (s, x);

  memset (y, 0, sizeof (float) * (gsize) (s->t * s->f));
  for (gint64 i = 0; i < s->f; i++)
    {
      const gint64 t = get_moment (s, apply (line, x[i]));

      if (t < s->t)
        y[t * s->f + i] = 1;
    }
}

static void
forward (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);

  for (gint64 n = samples.begin; n < samples.end; n++)
    {
      const float *x = (const float *) call->in[0] + n * s.f;
      float *y = call->out[0] + n * s.t * s.f;

      if (s.a->kind == CJ_ENCODE_POISSON)
        draw_sample (call, &s, n, x, y);
      else if (s.a->kind == CJ_ENCODE_LATENCY)
        place_spikes (&s, x, y);
      else
        for (gint64 t = 0; t < s.t; t++)
          memcpy (y + t * s.f, x, sizeof (float) * (gsize) s.f);
    }
}

/* Of the range's borders no gradient is made: they are looked up, not computed. */
static void
scale_gradient (const Sizes *s, const float *x, float *d_x, gboolean add, const float *d)
{
  const Line line = get_line (s, x);

  for (gint64 i = 0; i < s->f; i++)
    {
      const float y = line.scale * x[i] + line.shift;
      const float slope = y > 0 && y < 1 ? (float) s->a->rate * line.scale : 0;

      d_x[i] = slope * d[i] + (add ? d_x[i] : 0);
    }
}

static void
backward (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);
  const gboolean add = call->add_in[0];

  for (gint64 n = samples.begin; call->d_in[0] != NULL && n < samples.end; n++)
    {
      float *d_x = call->d_in[0] + n * s.f, *sum = call->scratch;

      memset (sum, 0, sizeof (float) * (gsize) s.f);
      for (gint64 t = 0; s.a->kind != CJ_ENCODE_LATENCY && t < s.t; t++)
        cj_row_add (call->d_out[0] + (n * s.t + t) * s.f, s.f, sum);
      if (s.a->kind == CJ_ENCODE_POISSON)
        scale_gradient (&s, (const float *) call->in[0] + n * s.f, d_x, add, sum);
      else if (add)
        cj_row_add (sum, s.f, d_x);
      else
        memcpy (d_x, sum, sizeof (float) * (gsize) s.f);
    }
}

/* Of chances the twin gives the expectation. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);

  for (gint64 n = 0; n < op->in_shape[0].dims[0]; n++)
    for (gint64 t = 0; t < s.t; t++)
      for (gint64 i = 0; i < s.f; i++)
        {
          const float *x = (const float *) in[0] + n * s.f;
          const float value = apply (get_line (&s, x), x[i]);

          out[0][(n * s.t + t) * s.f + i] = s.a->kind == CJ_ENCODE_REPEAT ? x[i]
                                            : s.a->kind == CJ_ENCODE_POISSON
                                                ? (float) s.a->rate * value
                                                : get_moment (&s, value) == t;
        }
}

const CjOpInfo cj_op_encode = {
  .id = "encode",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjEncodeAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_out = 1,
  .twin = twin,
  .varies = TRUE,
};
