/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaky integrate-and-fire neurons whose synapses are conductances (P. Dayan, L. Abbott, "Theoretical Neuroscience",
 * 2001, section 5.8; R. Brette et al., "Simulation of networks of spiking neurons", Journal of Computational
 * Neuroscience 23, 2007, benchmark 1). Of a unit at moment t, with potentials in steps from rest and conductances
 * in units of the leak, e ≥ 0 and i ≤ 0 what the spikes of the moment bring, and k a moment in time constants:
 *   g_e[t] = α_e g_e[t−1] + max (e[t], 0),  g_i[t] = α_i g_i[t−1] + max (−i[t], 0)
 *   G = 1 + g_e + g_i,  v∞ = (g_e E_e + g_i E_i + b) / G
 *   v[t] = v∞ + (r[t−1] − v∞) e^(−k G); r[t−1] while refractory
 *   s[t] = v[t] > θ,  r[t] = s[t] ? reset : v[t]
 * As conductances are held for a moment, that is the exact solution of it (exponential Euler; Dayan and Abbott,
 * appendix A of chapter 5). Backward is backpropagation through time with a surrogate for the slope of the step,
 * as in spikes.c, through membrane and both conductances.
 * N samples, T moments, U units. */
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-surrogate.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum
{
  IN_EXCITES,
  IN_INHIBITS,
  IN_CURRENT
};

enum
{
  OUT_SPIKES,
  OUT_V,
  OUT_EXCITES,
  OUT_INHIBITS,
  N_OUT
};

/* What forward keeps of a sample, each [T, U]. */
enum
{
  KEPT_V,
  KEPT_E,
  KEPT_I,
  KEPT_LIVE, /* 1, or 0 while refractory; only if there is such a time */
  N_KEPT
};

typedef struct
{
  const CjConductanceAttrs *a;
  gint64 n, t, u;
  gboolean has_current;
  guint n_kept;
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  const CjShape *x = &op->in_shape[0];
  Sizes s = { .a = op->attrs, .n = x->dims[0], .t = x->dims[1] };

  s.u = cj_shape_size (x) / MAX (s.n * s.t, 1);
  s.has_current = op->n_in > IN_CURRENT && op->has_in[IN_CURRENT];
  s.n_kept = op->answers ? 0 : s.a->refractory > 0 ? N_KEPT : KEPT_LIVE;
  return s;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];
  Sizes s;

  if (x->n_dims < 3 || x->dims[1] < 1)
    return cj_op_refuse (op, _ ("a sequence of spikes"),
                         _ ("Put Poisson encoder or another encoder before it."), error);
  s = get_sizes (op);
  if (!cj_shape_equal (x, &op->in_shape[IN_INHIBITS])
      || (s.has_current && cj_shape_size (&op->in_shape[IN_CURRENT]) != s.u))
    return cj_op_refuse (op, _ ("as much inhibition as excitation and a current of every unit"),
                         _ ("Use the layer Conductance-based LIF."), error);
  op->n_out = N_OUT;
  for (guint k = 0; k < N_OUT; k++)
    op->out_shape[k] = *x;
  op->saved_bytes = sizeof (float) * (gsize) (s.n_kept * s.n * s.t * s.u);
  op->workspace_bytes = sizeof (float) * (gsize) (cj_op_blocks (op) * s.u);
  op->scratch_bytes = sizeof (float) * (gsize) (9 * s.u);
  op->macs = CJ_CONDUCTANCE_MACS * s.n * s.t * s.u;
  return TRUE;
}

/* Numbers of sample n at moment t that are kept, or NULL. */
static float *
get_kept (const CjOpCall *call, const Sizes *s, guint which, gint64 n, gint64 t)
{
  return which >= s->n_kept ? NULL
                            : (float *) call->saved + ((n * s->n_kept + which) * s->t + t) * s->u;
}

/* A row of an input, a result or a gradient; NULL where there is none. */
static float *
get_row (const void *all, const Sizes *s, gint64 n, gint64 t)
{
  return all != NULL ? (float *) all + (n * s->t + t) * s->u : NULL;
}

/* Of the first unit on, U numbers each. */
typedef struct
{
  float *r, *e, *i, *rest; /* state; rest: moments that are still refractory */
  float *v, *s;            /* of this moment */
  float *live;
} Rows;

/* The membrane and the conductances of a moment, as a loop that becomes vector code. */
CJ_CLONES static void
advance (const CjConductanceAttrs *a, gint64 n, const float *restrict e, const float *restrict i,
         const float *restrict current, const Rows *rows)
{
  const float step = (float) a->step, threshold = (float) a->threshold, back = (float) a->reset;
  const float decay_e = (float) a->decay_e, decay_i = (float) a->decay_i;
  const float reach_e = (float) a->reversal_e, reach_i = (float) a->reversal_i;
  const float pause = (float) a->refractory;
  float *restrict r = rows->r, *restrict g_e = rows->e, *restrict g_i = rows->i;
  float *restrict rest = rows->rest, *restrict v = rows->v, *restrict s = rows->s;
  float *restrict live = rows->live;

  for (gint64 k = 0; k < n; k++)
    {
      const float ge = decay_e * g_e[k] + (e[k] > 0 ? e[k] : 0);
      const float gi = decay_i * g_i[k] - (i[k] < 0 ? i[k] : 0);
      const float g = 1 + ge + gi, end = (ge * reach_e + gi * reach_i + current[k]) / g;
      const float moved = end + (r[k] - end) * cj_exp (-step * g);
      const float awake = rest[k] > 0 ? 0 : 1, now = awake > 0 ? moved : r[k];
      const float fires = now > threshold ? awake : 0;

      g_e[k] = ge;
      g_i[k] = gi;
      v[k] = now;
      live[k] = awake;
      s[k] = fires;
      rest[k] = fires > 0 ? pause : rest[k] - 1;
      r[k] = fires > 0 ? back : now;
    }
}

/* Spikes that are the integral of the surrogate, with the reset that goes with them. */
static void
soften (const CjConductanceAttrs *a, gint64 n, const Rows *rows)
{
  for (gint64 k = 0; k < n; k++)
    {
      const double u = (double) rows->v[k] - a->threshold;

      rows->s[k]
          = rows->live[k] * (float) cj_surrogate_integral (a->surrogate, a->slope, a->height, u);
      rows->r[k] = rows->v[k] * (1 - rows->s[k]) + (float) a->reset * rows->s[k];
    }
}

static void
copy_row (float *to, const float *from, gint64 n)
{
  if (to != NULL)
    memcpy (to, from, sizeof *to * (gsize) n);
}

/* Kept where backward finds it, and shown where someone looks. */
static void
keep_moment (const CjOpCall *call, const Sizes *s, const Rows *rows, gint64 n, gint64 t)
{
  const float *const kept[N_KEPT] = { rows->v, rows->e, rows->i, rows->live };

  for (guint which = 0; which < N_KEPT; which++)
    copy_row (get_kept (call, s, which, n, t), kept[which], s->u);
  copy_row (get_row (call->out[OUT_V], s, n, t), rows->v, s->u);
  copy_row (get_row (call->out[OUT_EXCITES], s, n, t), rows->e, s->u);
  copy_row (get_row (call->out[OUT_INHIBITS], s, n, t), rows->i, s->u);
}

/* The current of every unit, [U]: the input, or zeros in `room`. */
static const float *
get_current (const CjOpCall *call, const Sizes *s, float *room)
{
  if (s->has_current)
    return call->in[IN_CURRENT];
  return memset (room, 0, sizeof *room * (gsize) s->u);
}

static void
forward (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);
  float *room = call->scratch;
  Rows rows
      = { room, room + s.u, room + 2 * s.u, room + 3 * s.u, room + 4 * s.u, NULL, room + 5 * s.u };
  const float *current = get_current (call, &s, room + 6 * s.u);

  for (gint64 n = samples.begin; n < samples.end; n++)
    {
      memset (room, 0, sizeof (float) * (gsize) (4 * s.u));
      for (gint64 t = 0; t < s.t; t++)
        {
          rows.s = get_row (call->out[OUT_SPIKES], &s, n, t);
          advance (s.a, s.u, get_row (call->in[IN_EXCITES], &s, n, t),
                   get_row (call->in[IN_INHIBITS], &s, n, t), current, &rows);
          if (s.a->soft)
            soften (s.a, s.u, &rows);
          keep_moment (call, &s, &rows, n, t);
        }
    }
}

/* --- backward: a sample goes from the last moment to the first --- */

/* Rows of a moment, and what comes back from the one after and goes to the one before, U numbers each. */
typedef struct
{
  const float *v, *e, *i, *live, *s;
  const float *v_before, *s_before;
  const float *d_s, *d_v, *d_out_e, *d_out_i; /* from outside */
  const float *current;
  float *slope;
  float *d_r, *d_g_e, *d_g_i; /* carried */
  float *d_current;           /* added to */
} Past;

/* What the equations above leave of the gradient of a moment. d_g_e and d_g_i become those of this moment; what
 * goes on of them is left to the caller. */
CJ_CLONES static void
retreat (const CjConductanceAttrs *a, gint64 n, const Past *p)
{
  const float step = (float) a->step, back = (float) a->reset, attached = a->attached ? 1 : 0;
  const float reach_e = (float) a->reversal_e, reach_i = (float) a->reversal_i;

  for (gint64 k = 0; k < n; k++)
    {
      const float g = 1 + p->e[k] + p->i[k], d_r = p->d_r[k], live = p->live[k];
      const float end = (p->e[k] * reach_e + p->i[k] * reach_i + p->current[k]) / g;
      const float left = cj_exp (-step * g), s_before = p->s_before[k];
      const float before = p->v_before[k] * (1 - s_before) + back * s_before;
      const float d_s = p->d_s[k] + attached * d_r * (back - p->v[k]);
      const float d_v = p->slope[k] * live * d_s + p->d_v[k] + d_r * (1 - p->s[k]);
      const float d_end = live * d_v * (1 - left) / g;
      const float d_g = -d_end * end - live * d_v * (before - end) * step * left;

      p->d_g_e[k] += p->d_out_e[k] + d_end * reach_e + d_g;
      p->d_g_i[k] += p->d_out_i[k] + d_end * reach_i + d_g;
      p->d_current[k] += d_end;
      p->d_r[k] = d_v * (live > 0 ? left : 1);
    }
}

/* The gradient of a conductance goes to what opened it, if that did, and on to the moment before. */
CJ_CLONES static void
pass_on (gint64 n, float sign, float decay, gboolean add, const float *restrict x,
         float *restrict d_g, float *restrict d_x)
{
  for (gint64 k = 0; d_x != NULL && k < n; k++)
    d_x[k] = (add ? d_x[k] : 0) + (sign * x[k] > 0 ? sign * d_g[k] : 0);
  for (gint64 k = 0; k < n; k++)
    d_g[k] *= decay;
}

CJ_CLONES static void
find_distances (const float *restrict v, float threshold, gint64 n, float *restrict u)
{
  for (gint64 k = 0; k < n; k++)
    u[k] = v[k] - threshold;
}

static const float *
get_row_or (const void *all, const Sizes *s, gint64 n, gint64 t, const float *otherwise)
{
  const float *row = get_row (all, s, n, t);

  return row != NULL ? row : otherwise;
}

static void
backward_moment (const CjOpCall *call, const Sizes *s, Past *p, const float *zeros,
                 const float *ones, gint64 n, gint64 t)
{
  const CjConductanceAttrs *a = s->a;
  const gboolean cut = a->window > 0 && t % a->window == 0;

  p->v = get_kept (call, s, KEPT_V, n, t);
  p->e = get_kept (call, s, KEPT_E, n, t);
  p->i = get_kept (call, s, KEPT_I, n, t);
  p->live = s->n_kept > KEPT_LIVE ? get_kept (call, s, KEPT_LIVE, n, t) : ones;
  p->s = get_row (call->out[OUT_SPIKES], s, n, t);
  p->v_before = t > 0 ? get_kept (call, s, KEPT_V, n, t - 1) : zeros;
  p->s_before = t > 0 ? get_row (call->out[OUT_SPIKES], s, n, t - 1) : zeros;
  p->d_s = get_row_or (call->d_out[OUT_SPIKES], s, n, t, zeros);
  p->d_v = get_row_or (call->d_out[OUT_V], s, n, t, zeros);
  p->d_out_e = get_row_or (call->d_out[OUT_EXCITES], s, n, t, zeros);
  p->d_out_i = get_row_or (call->d_out[OUT_INHIBITS], s, n, t, zeros);
  find_distances (p->v, (float) a->threshold, s->u, p->slope);
  cj_surrogate_slopes (a->surrogate, a->slope, a->height, s->u, p->slope);
  retreat (a, s->u, p);
  pass_on (s->u, 1, cut ? 0 : (float) a->decay_e, call->add_in[IN_EXCITES],
           get_row (call->in[IN_EXCITES], s, n, t), p->d_g_e,
           get_row (call->d_in[IN_EXCITES], s, n, t));
  pass_on (s->u, -1, cut ? 0 : (float) a->decay_i, call->add_in[IN_INHIBITS],
           get_row (call->in[IN_INHIBITS], s, n, t), p->d_g_i,
           get_row (call->d_in[IN_INHIBITS], s, n, t));
  if (cut)
    memset (p->d_r, 0, sizeof (float) * (gsize) s->u);
}

static void
backward_time (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);
  float *room = call->scratch, *zeros = room + 4 * s.u, *ones = room + 5 * s.u;
  Past p = { .d_r = room,
             .d_g_e = room + s.u,
             .d_g_i = room + 2 * s.u,
             .slope = room + 3 * s.u,
             .d_current = call->workspace + block * s.u,
             .current = get_current (call, &s, room + 6 * s.u) };

  memset (p.d_current, 0, sizeof (float) * (gsize) s.u);
  memset (zeros, 0, sizeof (float) * (gsize) s.u);
  for (gint64 k = 0; k < s.u; k++)
    ones[k] = 1;
  for (gint64 n = samples.begin; n < samples.end; n++)
    {
      memset (room, 0, sizeof (float) * (gsize) (3 * s.u));
      for (gint64 t = s.t; t-- > 0;)
        backward_moment (call, &s, &p, zeros, ones, n, t);
    }
}

/* Adds up what the blocks found, in their order. */
static void
sum_currents (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  float *d = s.has_current ? call->d_in[IN_CURRENT] : NULL;

  (void) chunk;
  if (d == NULL)
    return;
  if (!call->add_in[IN_CURRENT])
    memset (d, 0, sizeof *d * (gsize) s.u);
  for (guint block = 0; block < cj_op_blocks (call->op); block++)
    for (gint64 k = 0; k < s.u; k++)
      d[k] += call->workspace[block * s.u + k];
}

/* --- the slow twin: every unit by its equations, in double --- */

static void
twin_unit (const Sizes *s, const void *const *in, gint64 n, gint64 unit, float *const *out)
{
  const CjConductanceAttrs *a = s->a;
  const double current = s->has_current ? (double) ((const float *) in[IN_CURRENT])[unit] : 0;
  double r = 0, g_e = 0, g_i = 0;
  int rest = 0;

  for (gint64 t = 0; t < s->t; t++)
    {
      const gint64 at = (n * s->t + t) * s->u + unit;
      const double e = (double) ((const float *) in[IN_EXCITES])[at];
      const double i = (double) ((const float *) in[IN_INHIBITS])[at];
      double v = r, spike = 0;

      g_e = a->decay_e * g_e + MAX (e, 0);
      g_i = a->decay_i * g_i + MAX (-i, 0);
      if (rest == 0)
        {
          const double g = 1 + g_e + g_i;
          const double end = (g_e * a->reversal_e + g_i * a->reversal_i + current) / g;

          v = end + (r - end) * exp (-a->step * g);
          spike = a->soft
                      ? cj_surrogate_integral (a->surrogate, a->slope, a->height, v - a->threshold)
                  : v > a->threshold ? 1
                                     : 0;
        }
      rest = rest == 0 && v > a->threshold ? a->refractory : MAX (rest - 1, 0);
      r = v * (1 - spike) + a->reset * spike;
      out[OUT_SPIKES][at] = (float) spike;
      out[OUT_V][at] = (float) v;
      out[OUT_EXCITES][at] = (float) g_e;
      out[OUT_INHIBITS][at] = (float) g_i;
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);

  for (gint64 n = 0; n < s.n; n++)
    for (gint64 unit = 0; unit < s.u; unit++)
      twin_unit (&s, in, n, unit, out);
}

const CjOpInfo cj_op_conductance = {
  .id = "conductance",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjConductanceAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward_time, CJ_PHASE_SAMPLES },
                { cj_op_chunk_one, sum_currents, CJ_PHASE_FINISH } },
  .free_out = 1u << OUT_V | 1u << OUT_EXCITES | 1u << OUT_INHIBITS,
  .optional_out = 1u << OUT_V | 1u << OUT_EXCITES | 1u << OUT_INHIBITS,
  .twin = twin,
};
