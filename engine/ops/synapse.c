/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens between a spike and the current it brings, unit by unit of the sender:
 * - delay: y[t] = x[t - d], with d between whole moments in proportion, so that it can be learned
 *   (Hammouamri, Khalfaoui-Hassani and Masquelier 2024 learn delays by interpolation as well).
 * - short-term plasticity (Tsodyks, Pawelzik and Markram 1998, eqs. 2-4), in moments: u[t] = f u + U (1 -
 *   f u) s, what is at hand x = 1 - (1 - x) r, the spike passes y = u x s / U and uses up u x s. Of a
 *   rested synapse the first spike passes whole.
 * - changes: 1 or -1 where a number rose or fell by the threshold since the moment before, which is what
 *   an event camera sends (Lichtsteiner, Posch and Delbruck 2008). It has no slope and passes none.
 * N samples, T moments, U units. */
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  const CjSynapseAttrs *a;
  gint64 n, t, u;
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  const CjShape *x = &op->in_shape[0];
  Sizes s = { op->attrs, x->dims[0], x->dims[1], 0 };

  s.u = cj_shape_size (x) / MAX (s.n * s.t, 1);
  return s;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];
  Sizes s;

  if (x->n_dims < 3 || x->dims[1] < 1)
    return cj_op_refuse (op, _ ("a sequence"), _ ("Put it behind spiking neurons or an encoder."),
                         error);
  s = get_sizes (op);
  if (s.a->kind == CJ_SYNAPSE_DELAY && (op->n_in < 2 || cj_shape_size (&op->in_shape[1]) != s.u))
    return cj_op_refuse (op, _ ("a delay of every unit"), _ ("Use the layer Synaptic delay."),
                         error);
  op->out_shape[0] = *x;
  if (s.a->kind == CJ_SYNAPSE_DELAY)
    op->workspace_bytes = sizeof (float) * (gsize) ((gint64) cj_op_blocks (op) * s.u);
  if (s.a->kind == CJ_SYNAPSE_PLASTIC) /* u and x before each moment */
    op->saved_bytes = 2 * sizeof (float) * (gsize) cj_shape_size (x);
  op->scratch_bytes = sizeof (float) * (gsize) (2 * s.u);
  op->macs = 2 * cj_shape_size (x);
  return TRUE;
}

/* Whole moments of a delay; the share of one more goes to *part. */
static gint64
get_delay (const Sizes *s, float delay, float *part)
{
  const float d = delay > 0 ? MIN (delay, (float) s->a->most) : 0;
  const gint64 whole = (gint64) d;

  *part = d - (float) whole;
  return whole;
}

static float
look (const float *x, gint64 u, gint64 t)
{
  return t >= 0 ? x[t * u] : 0;
}

static void
delay_unit (const Sizes *s, float delay, const float *x, float *y)
{
  float part;
  const gint64 d = get_delay (s, delay, &part);

  for (gint64 t = 0; t < s->t; t++)
    y[t * s->u] = (1 - part) * look (x, s->u, t - d) + part * look (x, s->u, t - d - 1);
}

/* kept: u and x as a spike finds them, or NULL. */
static void
use_unit (const Sizes *s, const float *x, float *y, float *kept)
{
  const float use = (float) s->a->use;
  float u = 0, at_hand = 1;

  for (gint64 t = 0; t < s->t; t++)
    {
      const float spike = x[t * s->u];

      u *= (float) s->a->facilitate;
      at_hand = 1 - (1 - at_hand) * (float) s->a->recover;
      kept[2 * t * s->u] = u;
      kept[(2 * t + 1) * s->u] = at_hand;
      u += use * (1 - u) * spike;
      y[t * s->u] = u * at_hand * spike / use;
      at_hand -= u * at_hand * spike;
    }
}

static void
compare_unit (const Sizes *s, const float *x, float *y)
{
  const float threshold = (float) s->a->threshold;

  y[0] = 0;
  for (gint64 t = 1; t < s->t; t++)
    {
      const float change = x[t * s->u] - x[(t - 1) * s->u];

      y[t * s->u] = change >= threshold ? 1 : s->a->both && change <= -threshold ? -1 : 0;
    }
}

static void
forward (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);

  for (gint64 n = samples.begin; n < samples.end; n++)
    for (gint64 i = 0; i < s.u; i++)
      {
        const float *x = (const float *) call->in[0] + n * s.t * s.u + i;
        float *y = call->out[0] + n * s.t * s.u + i;

        if (s.a->kind == CJ_SYNAPSE_DELAY)
          delay_unit (&s, ((const float *) call->in[1])[i], x, y);
        else if (s.a->kind == CJ_SYNAPSE_PLASTIC)
          use_unit (&s, x, y, (float *) call->saved + 2 * n * s.t * s.u + i);
        else
          compare_unit (&s, x, y);
      }
}

/* d_x is added to; what the delay gets is given back. */
static float
return_delay (const Sizes *s, float delay, const float *x, const float *d_y, float *d_x)
{
  const gboolean moves = delay > 0 && delay < (float) s->a->most;
  float part, sum = 0;
  const gint64 d = get_delay (s, delay, &part);

  for (gint64 t = 0; t < s->t; t++)
    {
      const float d_now = d_y[t * s->u];

      if (d_x != NULL && t >= d)
        d_x[(t - d) * s->u] += (1 - part) * d_now;
      if (d_x != NULL && t >= d + 1)
        d_x[(t - d - 1) * s->u] += part * d_now;
      if (moves)
        sum += d_now * (look (x, s->u, t - d - 1) - look (x, s->u, t - d));
    }
  return sum;
}

static void
return_use (const Sizes *s, const float *x, const float *kept, const float *d_y, float *d_x)
{
  const float use = (float) s->a->use;
  float d_u = 0, d_hand = 0; /* of what is left after this moment */

  for (gint64 t = s->t; t-- > 0;)
    {
      const float spike = x[t * s->u], before = kept[2 * t * s->u];
      const float at_hand = kept[(2 * t + 1) * s->u], u = before + use * (1 - before) * spike;
      const float d_passed = d_y[t * s->u] / use - d_hand; /* of u x s */
      const float d_after = d_u + d_passed * at_hand * spike;

      d_x[t * s->u] += d_passed * u * at_hand + d_after * use * (1 - before);
      d_hand = (d_hand + d_passed * u * spike) * (float) s->a->recover;
      d_u = d_after * (1 - use * spike) * (float) s->a->facilitate;
    }
}

static void
backward (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);
  float *sums = call->workspace + (gint64) block * s.u;
  const gint64 row = s.t * s.u;

  if (s.a->kind == CJ_SYNAPSE_DELAY)
    memset (sums, 0, sizeof (float) * (gsize) s.u);
  for (gint64 n = samples.begin; n < samples.end; n++)
    {
      float *d_x = call->d_in[0] != NULL ? call->d_in[0] + n * row : NULL;

      if (d_x != NULL && !call->add_in[0])
        memset (d_x, 0, sizeof (float) * (gsize) row);
      for (gint64 i = 0; i < s.u; i++)
        {
          const float *x = (const float *) call->in[0] + n * row + i;
          const float *d_y = call->d_out[0] + n * row + i;

          if (s.a->kind == CJ_SYNAPSE_DELAY)
            sums[i] += return_delay (&s, ((const float *) call->in[1])[i], x, d_y,
                                     d_x != NULL ? d_x + i : NULL);
          else if (s.a->kind == CJ_SYNAPSE_PLASTIC && d_x != NULL)
            return_use (&s, x, (const float *) call->saved + 2 * n * row + i, d_y, d_x + i);
        }
    }
}

static void
sum_delays (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  float *d = call->op->n_in > 1 ? call->d_in[1] : NULL;

  (void) chunk;
  for (gint64 i = 0; d != NULL && i < s.u; i++)
    {
      float sum = 0;

      for (guint block = 0; block < cj_op_blocks (call->op); block++)
        sum += call->workspace[(gint64) block * s.u + i];
      d[i] = sum + (call->add_in[1] ? d[i] : 0);
    }
}

static guint
count_sums (const CjOp *op)
{
  return ((const CjSynapseAttrs *) op->attrs)->kind == CJ_SYNAPSE_DELAY ? 1 : 0;
}

/* --- the slow twin, in double --- */

static double
twin_moment (const Sizes *s, const void *const *in, const float *x, gint64 i, gint64 t)
{
  const double delay = s->a->kind == CJ_SYNAPSE_DELAY
                           ? CLAMP ((double) ((const float *) in[1])[i], 0, s->a->most)
                           : 0;
  double u = 0, at_hand = 1, y = 0, change;

  if (s->a->kind == CJ_SYNAPSE_DELAY)
    {
      /* every moment counts by how near it is to t - d */
      for (gint64 k = 0; k < s->t; k++)
        y += MAX (0, 1 - fabs ((double) (t - k) - delay)) * (double) x[k * s->u];
      return y;
    }
  if (s->a->kind == CJ_SYNAPSE_CHANGES)
    {
      change = t > 0 ? (double) x[t * s->u] - (double) x[(t - 1) * s->u] : 0;
      return t == 0                                     ? 0
             : change >= s->a->threshold                ? 1
             : s->a->both && change <= -s->a->threshold ? -1
                                                        : 0;
    }
  for (gint64 k = 0; k <= t; k++)
    {
      const double spike = (double) x[k * s->u], left = s->a->facilitate * u;

      u = left + s->a->use * (1 - left) * spike;
      at_hand = 1 - (1 - at_hand) * s->a->recover;
      y = u * at_hand * spike / s->a->use;
      at_hand *= 1 - u * spike;
    }
  return y;
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);

  for (gint64 n = 0; n < s.n; n++)
    for (gint64 t = 0; t < s.t; t++)
      for (gint64 i = 0; i < s.u; i++)
        out[0][(n * s.t + t) * s.u + i]
            = (float) twin_moment (&s, in, (const float *) in[0] + n * s.t * s.u + i, i, t);
}

const CjOpInfo cj_op_synapse = {
  .id = "synapse",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjSynapseAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward
  = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES }, { count_sums, sum_delays, CJ_PHASE_FINISH } },
  .free_out = 1,
  .twin = twin,
};
