/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaky integrate-and-fire neurons that compete, each with a threshold that follows its own use: the excitatory
 * population of P. Diehl, M. Cook, "Unsupervised learning of digit recognition using spike-timing-dependent
 * plasticity", Frontiers in Computational Neuroscience 9 (2015), with currents for conductances and the
 * inhibitory neurons, one behind each excitatory one, folded into their effect. From moment to moment
 *   v = β v + x             while not refractory,
 * and of those above θ + h the neuron furthest above it fires, of equal ones the first: its v becomes 0, that of
 * all others max (v − c, −c). Every sample begins at rest. After a batch of N samples in training
 *   h = ρ^N h + jump Σ spikes,
 * ρ what is left of h after a sample. Samples of a batch meet the same h (D. Saunders, C. Sigrist, K. Chaney, R.
 * Kozma, H. Siegelmann, "Minibatch processing for speed-up and scalability of spiking neural network simulation",
 * IJCNN 2020). No gradient passes: who fires is decided by all. N samples, T moments, U units. */
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

enum
{
  CURRENT,
  RAISED
};

typedef struct
{
  const CjRivalsAttrs *a;
  gint64 n, t, u;
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  const CjShape *x = &op->in_shape[CURRENT];
  Sizes s = { op->attrs, x->dims[0], x->dims[1], 0 };

  s.u = cj_shape_size (x) / MAX (s.n * s.t, 1);
  return s;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[CURRENT];
  Sizes s;

  if (x->n_dims < 3 || x->dims[1] < 1)
    return cj_op_refuse (op, _ ("a sequence of currents"),
                         _ ("Put Poisson encoder or another encoder before it."), error);
  s = get_sizes (op);
  if (op->n_in < 2 || cj_shape_size (&op->in_shape[RAISED]) != s.u)
    return cj_op_refuse (op, _ ("a threshold of every unit"), _ ("Use the layer Competing LIF."),
                         error);
  op->n_out = 2;
  op->out_shape[0] = op->out_shape[1] = *x;
  op->scratch_bytes = sizeof (float) * (gsize) (4 * s.u);
  op->macs = 3 * s.n * s.t * s.u;
  return TRUE;
}

/* A moment of the membranes; the largest distance from a threshold is what it returns. A refractory neuron
 * keeps its v; rest counts moments down. */
CJ_CLONES static float
integrate (gint64 n, float decay, const float *restrict x, const float *restrict threshold,
           float *restrict v, float *restrict rest)
{
  float most = -INFINITY;

  for (gint64 i = 0; i < n; i++)
    {
      const float live = (float) !(rest[i] > 0);
      const float now = decay * v[i] + live * x[i];
      const float above = live > 0 ? now - threshold[i] : -INFINITY;

      v[i] = now;
      rest[i] -= 1;
      most = above > most ? above : most;
    }
  return most;
}

CJ_CLONES static void
inhibit (gint64 n, float by, float *v)
{
  for (gint64 i = 0; i < n; i++)
    v[i] = v[i] > 0 ? v[i] - by : -by;
}

/* The first of those that are as far above their threshold as any; they were live before this moment. */
static gint64
find_first (gint64 n, float most, const float *v, const float *threshold, const float *rest)
{
  for (gint64 i = 0; i < n; i++)
    if (!(rest[i] + 1 > 0) && v[i] - threshold[i] == most)
      return i;
  return 0;
}

static void
forward (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);
  const float *raised = call->in[RAISED];
  const float decay = (float) s.a->decay, by = (float) s.a->inhibition;
  float *v = call->scratch, *rest = v + s.u, *threshold = rest + s.u;

  for (gint64 i = 0; i < s.u; i++)
    threshold[i] = (float) s.a->threshold + raised[i];
  for (gint64 n = samples.begin; n < samples.end; n++)
    {
      memset (v, 0, sizeof (float) * (gsize) (2 * s.u));
      memset (call->out[0] + n * s.t * s.u, 0, sizeof (float) * (gsize) (s.t * s.u));
      for (gint64 t = 0; t < s.t; t++)
        {
          const gint64 at = (n * s.t + t) * s.u;
          const float most
              = integrate (s.u, decay, (const float *) call->in[CURRENT] + at, threshold, v, rest);

          if (call->out[1] != NULL)
            memcpy (call->out[1] + at, v, sizeof (float) * (gsize) s.u);
          if (most > 0)
            {
              const gint64 first = find_first (s.u, most, v, threshold, rest);

              inhibit (s.u, by, v);
              v[first] = 0;
              rest[first] = (float) s.a->refractory;
              call->out[0][at + first] = 1;
            }
        }
    }
}

/* After all samples. */
static void
adapt (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  float *raised = call->in[RAISED];
  const double left = pow (s.a->left, (double) s.n);

  (void) chunk;
  if (!call->training)
    return;
  for (gint64 i = 0; i < s.u; i++)
    raised[i] = (float) (left * raised[i]);
  for (gint64 row = 0; row < s.n * s.t; row++)
    for (gint64 i = 0; i < s.u; i++)
      raised[i] += (float) s.a->jump * call->out[0][row * s.u + i];
}

/* The state stays as it is. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);
  g_autofree float *v = g_new (float, s.u);
  g_autofree gint64 *until = g_new (gint64, s.u);

  for (gint64 n = 0; n < s.n; n++)
    for (gint64 t = 0; t < s.t; t++)
      {
        const gint64 at = (n * s.t + t) * s.u;
        gint64 winner = -1;
        float most = 0;

        for (gint64 i = 0; i < s.u; i++)
          {
            float above;

            if (t == 0)
              {
                v[i] = 0;
                until[i] = 0;
              }
            v[i] = (float) s.a->decay * v[i]
                   + (t >= until[i] ? 1.f : 0.f) * ((const float *) in[CURRENT])[at + i];
            above = v[i] - ((float) s.a->threshold + ((const float *) in[RAISED])[i]);
            if (t >= until[i] && above > most)
              {
                most = above;
                winner = i;
              }
            out[0][at + i] = 0;
            out[1][at + i] = v[i];
          }
        for (gint64 i = 0; i < s.u && winner >= 0; i++)
          v[i] = i == winner ? 0 : MAX (v[i], 0) - (float) s.a->inhibition;
        if (winner >= 0)
          {
            out[0][at + winner] = 1;
            until[winner] = t + 1 + s.a->refractory;
          }
      }
}

const CjOpInfo cj_op_rivals = {
  .id = "rivals",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjRivalsAttrs),
  .infer = infer,
  .forward
  = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES }, { cj_op_chunk_one, adapt, CJ_PHASE_WHOLE } },
  .free_in = 1u << CURRENT | 1u << RAISED,
  .free_out = 1u << 0 | 1u << 1,
  .optional_out = 1u << 1,
  .twin = twin,
};
