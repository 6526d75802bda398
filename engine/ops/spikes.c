/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spiking neurons over all moments: the input's current comes from one product over time, and one sample
 * after the other is carried through it. Of a unit, with x the current and s the spike (0 or 1):
 *   c[t] = α c[t−1] + x[t] + Σ W s[t−1]     current (Neftci, Mostafa and Zenke 2019)
 *   a[t] = ρ a[t−1] + s[t−1]                adaptation (Bellec et al. 2018)
 *   v[t] = β r[t−1] + g c[t]                membrane, g 1 or 1 − β; r[t−1] while refractory
 *   u[t] = v[t] − θ − b a[t],  s[t] = u[t] > 0
 *   r[t] = v[t] − θ s[t], or v[t] (1 − s[t])
 * The reset is of the same moment, so that what is left decays as any potential does: of a pulse of
 * current the membrane then keeps exactly what the threshold did not use. (snnTorch's Leaky takes the
 * threshold off a moment later and after the decay, unless told not to delay it.)
 *
 * Backward is backpropagation through time with a surrogate for the slope of the step (cj-surrogate.h);
 * while refractory the slope is 0.
 * The reset passes no gradient unless told to: its surrogate slope, times the threshold, would make a
 * neuron's own spike push its membrane both ways, which hurts training (Zenke and Vogels 2021).
 * With `eprop` nothing comes back along W. What is left, summed over time, is the learning signal times
 * the eligibility trace of every synapse (Bellec et al. 2020, eq. 4): traces run forward, this runs
 * backward, and the sums are the same.
 * N samples, T moments, U units. */
#include "cj-gemm.h"
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rows.h"
#include "cj-surrogate.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define PANEL 32 /* rows of W whose gradient is one chunk */

enum
{
  IN_CURRENT,
  IN_WEIGHT,
  IN_DECAY,
  IN_THRESHOLD,
  N_IN
};

/* What forward keeps of a sample, each [T, U] and only where it is needed. */
enum
{
  KEPT_V,
  KEPT_A,
  KEPT_LIVE, /* 1, or 0 while refractory */
  KEPT_C,
  N_KEPT
};

typedef struct
{
  const CjSpikesAttrs *a;
  gint64 n, t, u;
  gboolean has[N_IN];
  gint64 kept[N_KEPT]; /* where it lies in what is kept of a sample, -1: nowhere */
  gint64 room;         /* floats kept of a sample */
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  const CjShape *x = &op->in_shape[IN_CURRENT];
  Sizes s = { .a = op->attrs, .n = x->dims[0], .t = x->dims[1] };

  s.u = cj_shape_size (x) / MAX (s.n * s.t, 1);
  for (guint i = 0; i < N_IN; i++)
    s.has[i] = op->n_in > i && op->has_in[i];
  for (guint i = 0; i < N_KEPT; i++)
    {
      const gboolean keeps = !op->answers
                             && (i == KEPT_V || (i == KEPT_A && s.a->adapt_jump != 0)
                                 || (i == KEPT_LIVE && s.a->refractory > 0)
                                 || (i == KEPT_C && s.has[IN_DECAY] && s.a->scaled));

      s.kept[i] = keeps ? s.room : -1;
      s.room += keeps ? s.t * s.u : 0;
    }
  return s;
}

/* The numbers kept of one kind of a sample, from moment t on; NULL: not kept. */
static float *
get_kept (const CjOpCall *call, const Sizes *s, guint which, gint64 n, gint64 t)
{
  return s->kept[which] < 0 ? NULL
                            : (float *) call->saved + n * s->room + s->kept[which] + t * s->u;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[IN_CURRENT];
  Sizes s;

  if (x->n_dims < 3 || x->dims[1] < 1)
    return cj_op_refuse (op, _ ("a sequence of currents"),
                         _ ("Put Direct current or another encoder before it."), error);
  s = get_sizes (op);
  if (s.has[IN_WEIGHT]
      && (op->in_shape[IN_WEIGHT].n_dims != 2 || op->in_shape[IN_WEIGHT].dims[0] != s.u
          || op->in_shape[IN_WEIGHT].dims[1] != s.u))
    return cj_op_refuse (op, _ ("one weight from every unit to every unit"),
                         _ ("Use the layer Recurrent LIF."), error);
  for (guint i = IN_DECAY; i < N_IN; i++)
    if (s.has[i] && cj_shape_size (&op->in_shape[i]) != s.u)
      return cj_op_refuse (op, _ ("a decay and a threshold of every unit"),
                           _ ("Use the layer LIF."), error);
  op->n_out = 2;
  op->out_shape[0] = op->out_shape[1] = *x;
  op->saved_bytes = sizeof (float) * (gsize) (s.n * s.room);
  /* forward: W turned. Backward: of every block the gradients of decay and threshold; that of the
   * current, which W learns from */
  op->workspace_bytes = sizeof (float)
                        * (gsize) MAX (s.has[IN_WEIGHT] ? s.u * s.u : 0,
                                       2 * (gint64) cj_op_blocks (op) * s.u
                                           + (s.has[IN_WEIGHT] ? s.n * s.t * s.u : 0));
  op->scratch_bytes = sizeof (float) * (gsize) (CJ_GEMM_SCRATCH + 16 * s.u);
  op->macs = s.n * s.t * s.u * (s.has[IN_WEIGHT] ? s.u + 1 : 1);
  return TRUE;
}

static void
turn_weights (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  const float *w = call->in[IN_WEIGHT];

  (void) chunk;
  for (gint64 i = 0; s.has[IN_WEIGHT] && i < s.u; i++)
    for (gint64 j = 0; j < s.u; j++)
      call->workspace[j * s.u + i] = w[i * s.u + j];
}

/* Constants of the units, in the scratch of a thread. */
typedef struct
{
  float *decay, *gain, *threshold;
} Units;

/* The rest of the scratch goes to *rest. */
static Units
get_units (const CjOpCall *call, const Sizes *s, float **rest)
{
  const Units units = { call->scratch, call->scratch + s->u, call->scratch + 2 * s->u };
  const float *decay = s->has[IN_DECAY] ? call->in[IN_DECAY] : NULL;
  const float *threshold = s->has[IN_THRESHOLD] ? call->in[IN_THRESHOLD] : NULL;

  for (gint64 i = 0; i < s->u; i++)
    {
      units.decay[i] = decay != NULL ? decay[i] : (float) s->a->decay;
      units.gain[i] = s->a->scaled ? 1 - units.decay[i] : 1;
      units.threshold[i] = threshold != NULL ? threshold[i] : (float) s->a->threshold;
    }
  *rest = call->scratch + 3 * s->u;
  return units;
}

/* --- forward --- */

/* What a sample carries from moment to moment, [U] each. */
typedef struct
{
  float *r, *c, *a, *rest; /* rest: moments that are still refractory */
} State;

/* One sample at one moment. */
typedef struct
{
  const float *x;                     /* the current, all of it */
  const float *spike;                 /* of the moment before */
  float *s, *v;                       /* to fill; v may be a row of the state's room */
  float *keep_a, *keep_live, *keep_c; /* to fill, or NULL */
} Row;

CJ_INLINE float
reset (CjReset kind, float v, float s, float threshold)
{
  return kind == CJ_RESET_SUBTRACT ? v - threshold * s : kind == CJ_RESET_ZERO ? v * (1 - s) : v;
}

/* Integrate-and-fire and LIF neurons without more: a loop that becomes vector code. */
CJ_CLONES static void
advance_plain (gint64 n, gboolean to_zero, const float *restrict decay, const float *restrict gain,
               const float *restrict threshold, const float *restrict x, float *restrict r,
               float *restrict s, float *restrict v)
{
  for (gint64 i = 0; i < n; i++)
    {
      const float now = decay[i] * r[i] + gain[i] * x[i], fires = (float) (now > threshold[i]);

      v[i] = now;
      s[i] = fires;
      r[i] = now - fires * (to_zero ? now : threshold[i]);
    }
}

CJ_CLONES static void
advance_any (const CjSpikesAttrs *a, const Units *units, const State *state, const Row *row,
             gint64 n)
{
  const float alpha = (float) a->synapse, rho = (float) a->adapt_decay;
  const float jump = (float) a->adapt_jump, pause = (float) a->refractory;
  const CjReset kind = a->reset;

  for (gint64 i = 0; i < n; i++)
    {
      const float c = alpha * state->c[i] + row->x[i];
      const float more = rho * state->a[i] + (row->spike != NULL ? row->spike[i] : 0);
      const gboolean live = !(state->rest[i] > 0);
      const float v = live ? units->decay[i] * state->r[i] + units->gain[i] * c : state->r[i];
      const float u = v - units->threshold[i] - jump * more;
      const gboolean fires = live && u > 0 && !a->silent;

      state->c[i] = c;
      state->a[i] = more;
      state->rest[i] = fires ? pause : state->rest[i] - 1;
      row->v[i] = v;
      row->s[i] = !live || a->silent ? 0
                  : a->soft ? (float) cj_surrogate_integral (a->surrogate, a->slope, a->height, u)
                  : fires   ? 1
                            : 0;
      state->r[i] = reset (kind, v, row->s[i], units->threshold[i]);
      if (row->keep_a != NULL)
        row->keep_a[i] = more;
      if (row->keep_live != NULL)
        row->keep_live[i] = live;
      if (row->keep_c != NULL)
        row->keep_c[i] = c;
    }
}

CJ_CLONES static void
add_row (const float *restrict from, float times, gint64 n, float *restrict to)
{
  for (gint64 i = 0; i < n; i++)
    to[i] += times * from[i];
}

/* The current with what the spikes of the moment before bring: rows of W turned, of those that fired. */
static const float *
add_spikes (const Sizes *s, const float *turned, const float *x, const float *spike, float *sum)
{
  memcpy (sum, x, sizeof (float) * (gsize) s->u);
  for (gint64 j = 0; spike != NULL && j < s->u; j++)
    if (spike[j] != 0)
      add_row (turned + j * s->u, spike[j], s->u, sum);
  return sum;
}

static gboolean
is_plain (const CjSpikesAttrs *a)
{
  return a->synapse == 0 && a->adapt_jump == 0 && a->refractory == 0 && !a->silent && !a->soft
         && a->reset != CJ_RESET_NONE;
}

static void
forward_sample (const CjOpCall *call, const Sizes *s, const Units *units, float *room, gint64 n)
{
  const State state = { room, room + s->u, room + 2 * s->u, room + 3 * s->u };
  float *sum = room + 4 * s->u, *spare = room + 5 * s->u;
  const gboolean plain = is_plain (s->a) && s->kept[KEPT_C] < 0;

  memset (room, 0, sizeof (float) * (gsize) (4 * s->u));
  for (gint64 t = 0; t < s->t; t++)
    {
      const gint64 at = n * s->t + t;
      Row row = { .x = (const float *) call->in[IN_CURRENT] + at * s->u,
                  .spike = t > 0 ? call->out[0] + (at - 1) * s->u : NULL,
                  .s = call->out[0] + at * s->u,
                  .v = get_kept (call, s, KEPT_V, n, t),
                  .keep_a = get_kept (call, s, KEPT_A, n, t),
                  .keep_live = get_kept (call, s, KEPT_LIVE, n, t),
                  .keep_c = get_kept (call, s, KEPT_C, n, t) };

      if (row.v == NULL)
        row.v = spare;
      if (s->has[IN_WEIGHT])
        row.x = add_spikes (s, call->workspace, row.x, row.spike, sum);
      if (plain)
        advance_plain (s->u, s->a->reset == CJ_RESET_ZERO, units->decay, units->gain,
                       units->threshold, row.x, state.r, row.s, row.v);
      else
        advance_any (s->a, units, &state, &row, s->u);
      if (call->out[1] != NULL)
        memcpy (call->out[1] + at * s->u, row.v, sizeof (float) * (gsize) s->u);
    }
}

static void
forward (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);
  float *room;
  const Units units = get_units (call, &s, &room);

  for (gint64 n = samples.begin; n < samples.end; n++)
    forward_sample (call, &s, &units, room, n);
}

/* --- backward: a sample goes from the last moment to the first --- */

/* What comes back from the moment after, [U] each; and sums over a block. */
typedef struct
{
  float *d_r, *d_a, *d_c, *d_s; /* of r, a, c and, along W, of the spike at this moment */
  float *slope;                 /* of this moment */
  float *d_decay, *d_threshold;
} Return;

typedef struct
{
  const float *s, *v;               /* of this moment */
  const float *v_before, *s_before; /* NULL at the first */
  const float *a, *live, *c;        /* or NULL */
  const float *d_s, *d_v;           /* from outside */
  float *d_x;                       /* to fill */
  gboolean cut;                     /* nothing goes back beyond this moment */
} Past;

/* Of a unit: everything that comes back to v, s, a and c of this moment, and what that leaves for the
 * moment before. See the equations above. */
CJ_CLONES static void
retreat_any (const CjSpikesAttrs *a, const Units *units, const Return *back, const Past *p,
             gint64 n)
{
  const float alpha = (float) a->synapse, rho = (float) a->adapt_decay;
  const float jump = (float) a->adapt_jump, passes = p->cut ? 0 : 1;
  const CjReset kind = a->reset;

  for (gint64 i = 0; i < n; i++)
    {
      const float live = p->live == NULL ? 1 : p->live[i], d_r = back->d_r[i];
      const float s = p->s[i], v = p->v[i], threshold = units->threshold[i];
      float d_s = back->d_s[i] + p->d_s[i] + back->d_a[i], d_u, d_v, d_c, before = 0;

      if (a->attached)
        d_s -= d_r * (kind == CJ_RESET_SUBTRACT ? threshold : kind == CJ_RESET_ZERO ? v : 0);
      d_u = back->slope[i] * live * d_s;
      d_v = d_u + p->d_v[i] + (kind == CJ_RESET_ZERO ? d_r * (1 - s) : d_r);
      d_c = live * units->gain[i] * d_v + back->d_c[i];
      back->d_a[i] = passes * (rho * back->d_a[i] - jump * d_u);
      back->d_c[i] = passes * alpha * d_c;
      if (p->v_before != NULL)
        before = reset (kind, p->v_before[i], p->s_before[i], threshold);
      back->d_decay[i] += live * d_v * (before - (p->c != NULL ? p->c[i] : 0));
      back->d_threshold[i] -= d_u + (kind == CJ_RESET_SUBTRACT ? s * d_r : 0);
      back->d_r[i] = passes * d_v * (live > 0 ? units->decay[i] : 1);
      p->d_x[i] = d_c;
    }
}

/* The same for neurons without more, as a loop that becomes vector code. */
CJ_INLINE void
retreat_plain_of (const gboolean to_zero, const gboolean attached, gint64 n, float passes,
                  const float *restrict decay, const float *restrict gain,
                  const float *restrict threshold, const float *restrict s, const float *restrict v,
                  const float *restrict slope, const float *restrict d_s, const float *restrict d_w,
                  const float *restrict d_v, float *restrict d_r, float *restrict d_x)
{
  for (gint64 i = 0; i < n; i++)
    {
      const float back = d_r[i], reset_by = attached ? back * (to_zero ? v[i] : threshold[i]) : 0;
      const float d
          = slope[i] * (d_s[i] + d_w[i] - reset_by) + d_v[i] + (to_zero ? back * (1 - s[i]) : back);

      d_r[i] = passes * decay[i] * d;
      d_x[i] = gain[i] * d;
    }
}

CJ_CLONES static void
retreat_plain (const CjSpikesAttrs *a, gint64 n, const Units *units, const Return *back,
               const Past *p)
{
  const float passes = p->cut ? 0 : 1;

  if (a->reset == CJ_RESET_ZERO)
    retreat_plain_of (TRUE, a->attached, n, passes, units->decay, units->gain, units->threshold,
                      p->s, p->v, back->slope, p->d_s, back->d_s, p->d_v, back->d_r, p->d_x);
  else
    retreat_plain_of (FALSE, a->attached, n, passes, units->decay, units->gain, units->threshold,
                      p->s, p->v, back->slope, p->d_s, back->d_s, p->d_v, back->d_r, p->d_x);
}

/* The places of the step: how far the membrane is from its threshold. */
CJ_CLONES static void
find_distances (const float *restrict threshold, const float *restrict v,
                const float *restrict more, float jump, gint64 n, float *restrict u)
{
  for (gint64 i = 0; i < n; i++)
    u[i] = v[i] - threshold[i];
  for (gint64 i = 0; more != NULL && i < n; i++)
    u[i] -= jump * more[i];
}

/* Along W to the spikes of the moment before. */
static void
return_spikes (const Sizes *s, const float *w, const float *d_x, float *d_s)
{
  memset (d_s, 0, sizeof (float) * (gsize) s->u);
  for (gint64 k = 0; k < s->u; k++)
    if (d_x[k] != 0)
      add_row (w + k * s->u, d_x[k], s->u, d_s);
}

static float *
get_d_current (const CjOpCall *call, const Sizes *s)
{
  return call->workspace + 2 * (gint64) cj_op_blocks (call->op) * s->u;
}

static void
backward_sample (const CjOpCall *call, const Sizes *s, const Units *units, const Return *back,
                 float *row, gint64 n)
{
  const gint64 u = s->u;
  const gboolean plain = is_plain (s->a) && !s->has[IN_DECAY] && !s->has[IN_THRESHOLD];
  const float *nothing = row + u;

  for (gint64 t = s->t; t-- > 0;)
    {
      const gint64 at = n * s->t + t;
      float *d_in = call->d_in[IN_CURRENT] != NULL ? call->d_in[IN_CURRENT] + at * u : NULL;
      const gboolean direct = !s->has[IN_WEIGHT] && d_in != NULL && !call->add_in[IN_CURRENT];
      const Past p = {
        .s = call->out[0] + at * u,
        .v = get_kept (call, s, KEPT_V, n, t),
        .v_before = t > 0 ? get_kept (call, s, KEPT_V, n, t - 1) : NULL,
        .s_before = t > 0 ? call->out[0] + (at - 1) * u : NULL,
        .a = get_kept (call, s, KEPT_A, n, t),
        .live = get_kept (call, s, KEPT_LIVE, n, t),
        .c = get_kept (call, s, KEPT_C, n, t),
        .d_s = call->d_out[0] != NULL ? call->d_out[0] + at * u : nothing,
        .d_v = call->d_out[1] != NULL ? call->d_out[1] + at * u : nothing,
        .d_x = direct              ? d_in
               : s->has[IN_WEIGHT] ? get_d_current (call, s) + at * u
                                   : row,
        .cut = s->a->window > 0 && t % s->a->window == 0,
      };

      if (!s->a->silent)
        {
          find_distances (units->threshold, p.v, p.a, (float) s->a->adapt_jump, u, back->slope);
          cj_surrogate_slopes (s->a->surrogate, s->a->slope, s->a->height, u, back->slope);
        }
      if (plain)
        retreat_plain (s->a, u, units, back, &p);
      else
        retreat_any (s->a, units, back, &p, u);
      if (s->has[IN_WEIGHT] && !s->a->eprop && !p.cut && t > 0)
        return_spikes (s, call->in[IN_WEIGHT], p.d_x, back->d_s);
      else if (s->has[IN_WEIGHT])
        memset (back->d_s, 0, sizeof (float) * (gsize) u);
      if (d_in != NULL && !direct && call->add_in[IN_CURRENT])
        add_row (p.d_x, 1, u, d_in);
      else if (d_in != NULL && !direct)
        memcpy (d_in, p.d_x, sizeof (float) * (gsize) u);
    }
}

static void
backward_time (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);
  float *sums = call->workspace + 2 * (gint64) block * s.u, *room;
  const Units units = get_units (call, &s, &room);
  const Return back = { .d_r = room,
                        .d_a = room + s.u,
                        .d_c = room + 2 * s.u,
                        .d_s = room + 3 * s.u,
                        .slope = room + 4 * s.u,
                        .d_decay = sums,
                        .d_threshold = sums + s.u };

  memset (sums, 0, sizeof (float) * (gsize) (2 * s.u));
  for (gint64 n = samples.begin; n < samples.end; n++)
    {
      memset (room, 0, sizeof (float) * (gsize) (7 * s.u));
      backward_sample (call, &s, &units, &back, room + 5 * s.u, n);
    }
}

/* Adds up what the blocks found, in their order. */
static void
sum_units (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);

  (void) chunk;
  for (guint which = IN_DECAY; which < N_IN; which++)
    {
      float *d = s.has[which] ? call->d_in[which] : NULL;

      if (d == NULL)
        continue;
      if (!call->add_in[which])
        memset (d, 0, sizeof (float) * (gsize) s.u);
      for (guint block = 0; block < cj_op_blocks (call->op); block++)
        add_row (call->workspace + (2 * (gint64) block + which - IN_DECAY) * s.u, 1, s.u, d);
    }
}

/* Operand of a product over all moments: spikes of the moment before, from columns `first` on. */
static void
pack_before (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
             float *panel)
{
  const CjOpCall *call = source;
  const Sizes s = get_sizes (call->op);

  for (int p = 0; p < depth; p++)
    {
      const gboolean begins = (k + p) % s.t == 0;
      const float *from = call->out[0] + (k + p - 1) * s.u + first;

      for (int i = 0; i < width; i++)
        panel[p * width + i] = i < count && !begins ? from[i] : 0;
    }
}

static guint
count_panels (const CjOp *op)
{
  const Sizes s = get_sizes (op);

  return s.has[IN_WEIGHT] ? (guint) ((s.u + PANEL - 1) / PANEL) : 0;
}

static void
backward_weight (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  const gint64 first = (gint64) chunk * PANEL;
  const CjGemmMatrix a = { get_d_current (call, &s) + first, 1, s.u };

  if (call->d_in[IN_WEIGHT] != NULL)
    cj_gemm (MIN (PANEL, s.u - first), s.u, s.n * s.t, (CjGemmOperand){ cj_gemm_pack_matrix, &a },
             (CjGemmOperand){ pack_before, call }, call->d_in[IN_WEIGHT] + first * s.u, s.u,
             call->add_in[IN_WEIGHT], call->scratch);
}

/* --- the slow twin: every unit by its equations, in double --- */

typedef struct
{
  double r, c, a;
  int rest;
} TwinUnit;

static void
twin_moment (const Sizes *s, const void *const *in, TwinUnit *unit, gint64 i, double x,
             double spike, float *out_s, float *out_v)
{
  const CjSpikesAttrs *a = s->a;
  const double decay = s->has[IN_DECAY] ? ((const float *) in[IN_DECAY])[i] : a->decay;
  const double threshold
      = s->has[IN_THRESHOLD] ? ((const float *) in[IN_THRESHOLD])[i] : a->threshold;
  double v = unit->r, fires = 0, u;

  unit->c = a->synapse * unit->c + x;
  unit->a = a->adapt_decay * unit->a + spike;
  if (unit->rest == 0)
    v = decay * unit->r + (a->scaled ? 1 - decay : 1) * unit->c;
  u = v - threshold - a->adapt_jump * unit->a;
  if (unit->rest == 0 && !a->silent)
    fires = a->soft ? cj_surrogate_integral (a->surrogate, a->slope, a->height, u) : u > 0 ? 1 : 0;
  unit->rest = unit->rest == 0 && !a->silent && u > 0 ? a->refractory : MAX (unit->rest - 1, 0);
  unit->r = a->reset == CJ_RESET_SUBTRACT ? v - threshold * fires
            : a->reset == CJ_RESET_ZERO   ? v * (1 - fires)
                                          : v;
  *out_s = (float) fires;
  *out_v = (float) v;
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);

  for (gint64 n = 0; n < s.n; n++)
    {
      g_autofree TwinUnit *units = g_new0 (TwinUnit, s.u);

      for (gint64 t = 0; t < s.t; t++)
        for (gint64 i = 0; i < s.u; i++)
          {
            const gint64 at = (n * s.t + t) * s.u;
            double x = ((const float *) in[IN_CURRENT])[at + i];

            for (gint64 j = 0; s.has[IN_WEIGHT] && t > 0 && j < s.u; j++)
              x += (double) ((const float *) in[IN_WEIGHT])[i * s.u + j] * out[0][at - s.u + j];
            twin_moment (&s, in, &units[i], i, x, t > 0 ? out[0][at - s.u + i] : 0, &out[0][at + i],
                         &out[1][at + i]);
          }
    }
}

static guint
count_turns (const CjOp *op)
{
  return op->n_in > IN_WEIGHT && op->has_in[IN_WEIGHT] ? 1 : 0;
}

const CjOpInfo cj_op_spikes = {
  .id = "spikes",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjSpikesAttrs),
  .infer = infer,
  .forward = { { count_turns, turn_weights, CJ_PHASE_PREPARE },
               { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward_time, CJ_PHASE_SAMPLES },
                { cj_op_chunk_one, sum_units, CJ_PHASE_FINISH },
                { count_panels, backward_weight, CJ_PHASE_LATE } },
  .free_in = 1u << IN_CURRENT,
  .free_out = 1u << 1,
  .optional_out = 1u << 1,
  .twin = twin,
};
