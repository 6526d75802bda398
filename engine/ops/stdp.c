/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of weights by the times of spikes: pre x [N, T, I], post y [N, T, U], weight W [U, I], 0 or more each. Of
 * every synapse, with traces of its input (r) and its neuron (o) that decay from moment to moment,
 *   at a spike of the input    ΔW −= o₁ A₋
 *   at a spike of the neuron   ΔW += r₁ (A₊ + A₃ o₂)
 * where o₂ is as it was before that spike, and an input that spikes in the same moment came first. A spike adds
 * 1 to its trace, so that all pairs count, or sets it to 1, so that the nearest do. Pairs: A₃ = 0 (S. Song, K.
 * Miller, L. Abbott, Nature Neuroscience 3, 2000). Triplets: J.-P. Pfister, W. Gerstner, "Triplets of spikes in a
 * model of spike timing-dependent plasticity", Journal of Neuroscience 26 (2006), equations 3 and 4 in their
 * minimal form. With a reward a change waits as an eligibility, which fades until the sample ends, and counts
 * times the reward less the mean one of the batch (E. Izhikevich, Cerebral Cortex 17, 2007; R. Florian, Neural
 * Computation 19, 2007; N. Frémaux, H. Sprekeler, W. Gerstner, Journal of Neuroscience 30, 2010): 1 if the largest
 * score is that of the class, else 0.
 *
 * The samples of a batch add up. Then weights are cut to 0 .. largest, and those of a neuron scaled to their mean
 * where that is held: competition between the synapses of a neuron. What backward gives is what the weights lack
 * to that, so that a step of rate 1 takes them there. */
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rows.h"

#include <math.h>
#include <string.h>

#define PANEL 16 /* units of a chunk */

enum
{
  PRE,
  POST,
  WEIGHT,
  SCORES,
  LABELS
};

typedef struct
{
  const CjStdpAttrs *a;
  gint64 n, t, i, u;
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  return (Sizes){ op->attrs, op->in_shape[PRE].dims[0], op->in_shape[PRE].dims[1],
                  op->in_shape[WEIGHT].dims[1], op->in_shape[WEIGHT].dims[0] };
}

/* Workspace: of every block the changes [U, I], then the factor of every sample [N]. */
static float *
get_changes (const CjOpCall *call, const Sizes *s, guint block)
{
  return call->workspace + block * s->u * s->i;
}

static float *
get_factors (const CjOpCall *call, const Sizes *s)
{
  return get_changes (call, s, cj_op_blocks (call->op));
}

static gboolean
infer (CjOp *op, GError **error)
{
  const Sizes s = get_sizes (op);

  (void) error;
  op->out_shape[0] = (CjShape){ 0 };
  op->workspace_bytes = sizeof (float) * (gsize) ((gint64) cj_op_blocks (op) * s.u * s.i + s.n);
  op->scratch_bytes = sizeof (float) * (gsize) (s.i + 2 * s.u);
  op->macs = s.n * s.t * (s.i + s.u);
  return TRUE;
}

/* Spikes of a neuron in a sample, the mean over both. */
static void
forward (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);

  (void) chunk;
  call->out[0][0] = cj_row_sum (call->in[POST], s.n * s.t * s.u) / (float) (s.n * s.u);
}

/* What the changes of each sample are multiplied by. */
static void
find_factors (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  float *factors = get_factors (call, &s);
  double mean = 0;

  (void) chunk;
  for (gint64 n = 0; n < s.n; n++)
    {
      const gint64 k = s.a->rewarded ? call->op->in_shape[SCORES].dims[1] : 0;
      const float *scores = s.a->rewarded ? (const float *) call->in[SCORES] + n * k : NULL;
      const gint32 label = s.a->rewarded ? ((const gint32 *) call->in[LABELS])[n] : -1;
      gboolean right = label >= 0 && label < k;

      for (gint64 j = 0; j < k && right; j++)
        right = j == label || scores[j] < scores[label];
      factors[n] = s.a->rewarded ? right : 1;
      mean += factors[n] / (double) s.n;
    }
  for (gint64 n = 0; n < s.n && s.a->rewarded; n++)
    factors[n] -= (float) mean;
}

/* The trace after a moment with or without a spike. */
CJ_CLONES static void
add_spikes (gint64 n, float decay, gboolean nearest, const float *restrict spikes,
            float *restrict trace)
{
  for (gint64 i = 0; i < n; i++)
    {
      const float left = decay * trace[i];

      trace[i] = spikes[i] != 0 ? 1 + (nearest ? 0 : left) : left;
    }
}

CJ_CLONES static void
add_row (const float *restrict from, float times, gint64 n, float *restrict to)
{
  for (gint64 i = 0; i < n; i++)
    to[i] += times * from[i];
}

static void
change_sample (const CjOpCall *call, const Sizes *s, gint64 n, float *changes)
{
  const CjStdpAttrs *a = s->a;
  float *r = call->scratch, *o1 = r + s->i, *o2 = o1 + s->u;
  const float factor = get_factors (call, s)[n];

  memset (r, 0, sizeof (float) * (gsize) (s->i + 2 * s->u));
  for (gint64 t = 0; t < s->t && factor != 0; t++)
    {
      const float *pre = (const float *) call->in[PRE] + (n * s->t + t) * s->i;
      const float *post = (const float *) call->in[POST] + (n * s->t + t) * s->u;
      const float waits
          = factor * (a->rewarded ? (float) pow (a->eligible, (double) (s->t - 1 - t)) : 1);

      add_spikes (s->i, (float) a->decay_plus, a->nearest, pre, r);
      for (gint64 u = 0; u < s->u; u++)
        {
          const float after = (float) a->decay_minus * o1[u], slow = (float) a->decay_slow * o2[u];

          if (after > 0 && a->minus > 0)
            add_row (pre, -waits * (float) a->minus * after, s->i, changes + u * s->i);
          if (post[u] != 0)
            add_row (r, waits * (float) (a->plus + a->triplet * (double) slow), s->i,
                     changes + u * s->i);
          o1[u] = post[u] != 0 ? 1 + (a->nearest ? 0 : after) : after;
          o2[u] = post[u] != 0 ? 1 + (a->nearest ? 0 : slow) : slow;
        }
    }
}

static void
change_block (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);
  float *changes = get_changes (call, &s, block);

  memset (changes, 0, sizeof (float) * (gsize) (s.u * s.i));
  for (gint64 n = samples.begin; n < samples.end; n++)
    change_sample (call, &s, n, changes);
}

static guint
panels (const CjOp *op)
{
  return (guint) ((op->in_shape[WEIGHT].dims[0] + PANEL - 1) / PANEL);
}

CJ_CLONES static void
cut (gint64 n, float largest, const float *restrict w, float *restrict to)
{
  for (gint64 i = 0; i < n; i++)
    {
      const float x = w[i] + to[i];

      to[i] = x < 0 ? 0 : x > largest ? largest : x;
    }
}

CJ_CLONES static void
take_from (gint64 n, const float *restrict w, float scale, float *restrict to)
{
  for (gint64 i = 0; i < n; i++)
    to[i] = w[i] - scale * to[i];
}

/* dW = W less what it should be, of the units of a panel. */
static void
end_panel (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  const guint blocks = cj_op_blocks (call->op);

  for (gint64 u = (gint64) chunk * PANEL;
       u < MIN ((gint64) (chunk + 1) * PANEL, s.u) && call->d_in[WEIGHT] != NULL; u++)
    {
      const float *w = (const float *) call->in[WEIGHT] + u * s.i;
      float *dw = call->d_in[WEIGHT] + u * s.i, sum;

      memcpy (dw, get_changes (call, &s, 0) + u * s.i, sizeof (float) * (gsize) s.i);
      for (guint b = 1; b < blocks; b++)
        cj_row_add (get_changes (call, &s, b) + u * s.i, s.i, dw);
      cut (s.i, (float) s.a->largest, w, dw);
      sum = cj_row_sum (dw, s.i);
      take_from (s.i, w,
                 s.a->mean > 0 && sum > 0 ? (float) (s.a->mean * (double) s.i / (double) sum) : 1,
                 dw);
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);
  double sum = 0;

  for (gint64 i = 0; i < s.n * s.t * s.u; i++)
    sum += ((const float *) in[POST])[i];
  out[0][0] = (float) (sum / (double) (s.n * s.u));
}

const CjOpInfo cj_op_stdp = {
  .id = "stdp",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjStdpAttrs),
  .infer = infer,
  .forward = { { NULL, forward } },
  .backward
  = { { cj_op_chunk_one, find_factors }, { cj_op_blocks, change_block }, { panels, end_panel } },
  .whole_in = 1u << LABELS,
  .twin = twin,
};
