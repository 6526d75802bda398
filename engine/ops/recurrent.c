/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of a recurrent layer that needs the moment before: the input's share of the gates comes
 * from one dense product over all moments. A chunk carries a few samples through all of time, forward
 * and back (Werbos, "Backpropagation through time", 1990). N batch, T moments, H cells, P numbers that
 * are heard at the next moment (H, or fewer with a projection), G gates.
 *   plain   y = f (a + W y' + b)
 *   LSTM    c = f c' + i g, y = o tanh c (Hochreiter and Schmidhuber 1997, Gers et al. 2000)
 *   GRU     y = (1 - z) n + z y', n = tanh (a + r (W y' + b)) (Cho et al. 2014, as in PyTorch)
 * A projection multiplies y (Sak et al. 2014). */
#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SAMPLES 8 /* of a chunk */
#define PANEL 32  /* rows of a weight whose gradient is one chunk */

enum
{
  IN_GATES,
  IN_WEIGHT,
  IN_BIAS,
  IN_H0,
  IN_C0,
  IN_PROJECTION
};

typedef struct
{
  gint64 n, t, h, p, g; /* g: gates times cells */
  CjCell cell;
  gboolean reverse, projected;
} Sizes;

static gint64
get_n_gates (CjCell cell)
{
  return cell == CJ_CELL_LSTM ? 4 : cell == CJ_CELL_GRU ? 3 : 1;
}

static Sizes
get_sizes (const CjOp *op)
{
  const CjRecurrentAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[IN_GATES];

  return (Sizes){ .n = x->dims[0],
                  .t = x->dims[1],
                  .g = x->dims[2],
                  .h = x->dims[2] / get_n_gates (a->cell),
                  .p = op->in_shape[IN_WEIGHT].dims[1],
                  .cell = a->cell,
                  .reverse = a->reverse,
                  .projected = op->n_in > IN_PROJECTION && op->has_in[IN_PROJECTION] };
}

/* What forward keeps, each [N, T, ...]: the gates after their functions; then the cells c (LSTM) or
 * the hidden share of n (GRU); then, with a projection, what goes into it. */
static gint64
get_saved (const Sizes *s)
{
  const gint64 moments = s->n * s->t;

  return moments * (s->g + (s->cell >= CJ_CELL_LSTM ? s->h : 0) + (s->projected ? s->h : 0));
}

/* Forward: the weights turned. Backward: gradients of the hidden share of the gates [N, T, G H], of y
 * [N, T, P], of the cells [N, H] and of what goes into a projection [N, H]. */
static gint64
get_workspace (const Sizes *s)
{
  return MAX (s->g * s->p + (s->projected ? s->p * s->h : 0),
              s->n * (s->t * (s->g + s->p) + 2 * s->h));
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[IN_GATES], *w = &op->in_shape[IN_WEIGHT];
  Sizes s;

  if (x->n_dims != 3 || x->dims[1] < 1)
    return cj_op_refuse (op, _ ("a sequence of vectors"), _ ("Wire it to a sequence."), error);
  s = get_sizes (op);
  if (w->dims[0] != s.g || (!s.projected && s.p != s.h))
    return cj_op_refuse (op, _ ("a weight of every gate"), _ ("Use the layers RNN, LSTM or GRU."),
                         error);
  for (int i = IN_H0; i <= IN_C0; i++)
    if ((int) op->n_in > i && op->has_in[i]
        && (op->in_shape[i].n_dims != 2 || op->in_shape[i].dims[0] != s.n
            || op->in_shape[i].dims[1] != (i == IN_H0 ? s.p : s.h)))
      return cj_op_refuse (op, _ ("a first state of its own size for every sample"),
                           _ ("Wire the state of a layer of as many units."), error);
  op->n_out = 3;
  op->out_shape[0] = cj_shape3 (s.n, s.t, s.p);
  op->out_shape[1] = cj_shape2 (s.n, s.p);
  op->out_shape[2] = cj_shape2 (s.n, s.h);
  op->saved_bytes = sizeof (float) * (gsize) get_saved (&s);
  op->workspace_bytes = sizeof (float) * (gsize) get_workspace (&s);
  op->macs = s.n * s.t * (s.g * s.p + (s.projected ? s.p * s.h : 0));
  return TRUE;
}

static guint
sample_groups (const CjOp *op)
{
  return (guint) ((op->in_shape[0].dims[0] + SAMPLES - 1) / SAMPLES);
}

/* to [columns, rows] = from [rows, columns] */
static void
turn (const float *from, gint64 rows, gint64 columns, float *to)
{
  for (gint64 i = 0; i < rows; i++)
    for (gint64 j = 0; j < columns; j++)
      to[j * rows + i] = from[i * columns + j];
}

static void
turn_weights (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);

  (void) chunk;
  turn (call->in[IN_WEIGHT], s.g, s.p, call->workspace);
  if (s.projected)
    turn (call->in[IN_PROJECTION], s.p, s.h, call->workspace + s.g * s.p);
}

typedef float Vec8 __attribute__ ((vector_size (32), aligned (4)));

/* Four rows by sixteen columns of add_product. */
CJ_INLINE void
add_tile (const float *x, gint64 x_stride, gint64 k, const float *w, gint64 n, float *y,
          gint64 y_stride)
{
  Vec8 acc[4][2] = { { { 0 } } };

  for (gint64 p = 0; p < k; p++, w += n)
    {
      const Vec8 w0 = *(const Vec8 *) w, w1 = *(const Vec8 *) (w + 8);

#pragma GCC unroll 4
      for (int r = 0; r < 4; r++)
        {
          acc[r][0] += x[r * x_stride + p] * w0;
          acc[r][1] += x[r * x_stride + p] * w1;
        }
    }
#pragma GCC unroll 4
  for (int r = 0; r < 4; r++)
    {
      *(Vec8 *) (y + r * y_stride) += acc[r][0];
      *(Vec8 *) (y + r * y_stride + 8) += acc[r][1];
    }
}

/* y [count, n] += x [count, k] w [k, n]; the rows of x and y lie their strides apart. */
CJ_CLONES static void
add_product (const float *x, gint64 x_stride, gint64 count, gint64 k, const float *w, gint64 n,
             float *y, gint64 y_stride)
{
  for (gint64 j = 0; j < n; j += 16)
    for (gint64 i = 0; i < count; i += 4)
      {
        const float *rows = x + i * x_stride;
        float *to = y + i * y_stride + j;

        if (count - i >= 4 && n - j >= 16)
          add_tile (rows, x_stride, k, w + j, n, to, y_stride);
        else
          for (gint64 r = 0; r < MIN (4, count - i); r++)
            for (gint64 p = 0; p < k; p++)
              for (gint64 c = 0; c < MIN (16, n - j); c++)
                to[r * y_stride + c] += rows[r * x_stride + p] * w[p * n + j + c];
      }
}

/* One sample at one moment: where its numbers lie. */
typedef struct
{
  const float *x, *y_before, *c_before; /* NULL: zeros */
  float *gates, *extra, *full, *y;      /* full: before the projection, y without one */
} Moment;

typedef struct
{
  Sizes s;
  float *gates, *extra, *full; /* parts of `saved` */
} Kept;

static Kept
get_kept (const CjOpCall *call)
{
  Kept kept = { .s = get_sizes (call->op), .gates = call->saved };
  const gint64 moments = kept.s.n * kept.s.t;

  kept.extra = kept.gates + moments * kept.s.g;
  kept.full = kept.extra + (kept.s.cell >= CJ_CELL_LSTM ? moments * kept.s.h : 0);
  return kept;
}

static const float *
get_start (const CjOpCall *call, int which, gint64 at)
{
  return (int) call->op->n_in > which && call->in[which] != NULL
             ? (const float *) call->in[which] + at
             : NULL;
}

/* `step` counts from the moment where the run begins. */
static Moment
get_moment (const CjOpCall *call, const Kept *kept, gint64 sample, gint64 step)
{
  const Sizes *s = &kept->s;
  const gint64 t = s->reverse ? s->t - 1 - step : step, at = sample * s->t + t;
  const gint64 before = at + (s->reverse ? 1 : -1);
  Moment m = { .x = (const float *) call->in[IN_GATES] + at * s->g,
               .gates = kept->gates + at * s->g,
               .extra = kept->extra + at * s->h,
               .y = call->out[0] + at * s->p };

  m.full = s->projected ? kept->full + at * s->h : m.y;
  m.y_before = step > 0 ? call->out[0] + before * s->p : get_start (call, IN_H0, sample * s->p);
  if (s->cell == CJ_CELL_LSTM)
    m.c_before = step > 0 ? kept->extra + before * s->h : get_start (call, IN_C0, sample * s->h);
  return m;
}

/* On entry `gates` holds what the moment before adds to the gates; every cell reads its numbers before
 * it overwrites them. */
CJ_CLONES static void
advance_plain (const Moment *m, gint64 h, gboolean relu)
{
  const float *x = m->x;
  float *gates = m->gates, *full = m->full;

#pragma GCC ivdep
  for (gint64 i = 0; i < h; i++)
    {
      const float a = x[i] + gates[i];

      gates[i] = full[i] = relu ? (a > 0 ? a : 0) : cj_tanh (a);
    }
}

CJ_CLONES static void
advance_lstm (const Moment *m, gint64 h)
{
  const float *x = m->x, *before = m->c_before;
  float *gates = m->gates, *extra = m->extra, *full = m->full;

#pragma GCC ivdep
  for (gint64 i = 0; i < h; i++)
    {
      const float in = cj_sigmoid (x[i] + gates[i]);
      const float cell = cj_tanh (x[2 * h + i] + gates[2 * h + i]);

      gates[i] = in;
      gates[2 * h + i] = cell;
      extra[i] = in * cell;
    }
#pragma GCC ivdep
  for (gint64 i = 0; i < h; i++)
    gates[h + i] = cj_sigmoid (x[h + i] + gates[h + i]);
  for (gint64 i = 0; before != NULL && i < h; i++)
    extra[i] += gates[h + i] * before[i];
#pragma GCC ivdep
  for (gint64 i = 0; i < h; i++)
    {
      const float out = cj_sigmoid (x[3 * h + i] + gates[3 * h + i]);

      gates[3 * h + i] = out;
      full[i] = out * cj_tanh (extra[i]);
    }
}

CJ_CLONES static void
advance_gru (const Moment *m, gint64 h)
{
  const float *x = m->x, *before = m->y_before;
  float *gates = m->gates, *extra = m->extra, *full = m->full;

#pragma GCC ivdep
  for (gint64 i = 0; i < h; i++)
    {
      const float share = gates[2 * h + i], reset = cj_sigmoid (x[i] + gates[i]);
      const float keep = cj_sigmoid (x[h + i] + gates[h + i]);
      const float new = cj_tanh (x[2 * h + i] + reset * share);

      gates[i] = reset;
      gates[h + i] = keep;
      gates[2 * h + i] = new;
      extra[i] = share;
      full[i] = (1 - keep) * new;
    }
  for (gint64 i = 0; before != NULL && i < h; i++)
    full[i] += gates[h + i] * before[i];
}

static void
advance (const Sizes *s, const Moment *m)
{
  if (s->cell == CJ_CELL_LSTM)
    advance_lstm (m, s->h);
  else if (s->cell == CJ_CELL_GRU)
    advance_gru (m, s->h);
  else
    advance_plain (m, s->h, s->cell == CJ_CELL_RELU);
}

/* Copies rows of `n` numbers, or zeros. */
static void
fill_row (float *to, const float *from, gint64 n)
{
  if (from != NULL)
    memcpy (to, from, sizeof (float) * (gsize) n);
  else
    memset (to, 0, sizeof (float) * (gsize) n);
}

static void
forward (const CjOpCall *call, guint chunk)
{
  const Kept kept = get_kept (call);
  const Sizes *s = &kept.s;
  const gint64 first = (gint64) chunk * SAMPLES, count = MIN (SAMPLES, s->n - first);
  const float *bias = get_start (call, IN_BIAS, 0);

  for (gint64 step = 0; step < s->t; step++)
    {
      const Moment top = get_moment (call, &kept, first, step);

      for (gint64 i = 0; i < count; i++)
        fill_row (get_moment (call, &kept, first + i, step).gates, bias, s->g);
      if (top.y_before != NULL)
        add_product (top.y_before, step > 0 ? s->t * s->p : s->p, count, s->p, call->workspace,
                     s->g, top.gates, s->t * s->g);
      for (gint64 i = 0; i < count; i++)
        {
          const Moment m = get_moment (call, &kept, first + i, step);

          advance (s, &m);
          if (s->projected)
            fill_row (m.y, NULL, s->p);
        }
      if (s->projected)
        add_product (top.full, s->t * s->h, count, s->h, call->workspace + s->g * s->p, s->p, top.y,
                     s->t * s->p);
    }
  for (gint64 i = first; i < first + count; i++)
    {
      const Moment last = get_moment (call, &kept, i, s->t - 1);

      if (call->out[1] != NULL)
        fill_row (call->out[1] + i * s->p, last.y, s->p);
      if (call->out[2] != NULL)
        fill_row (call->out[2] + i * s->h, s->cell == CJ_CELL_LSTM ? last.extra : NULL, s->h);
    }
}

/* --- backward: a group of samples goes from the last moment to the first --- */

/* What a moment gives back. */
typedef struct
{
  Moment m;
  const float *d_full; /* [H] */
  float *d_c;          /* [H], of this moment; becomes that of the one before */
  float *d_share;      /* [G H], of the hidden share */
  float *d_x;          /* [G H], of the input's share, or NULL */
  float *d_before;     /* [P], of y at the moment before, added to; or NULL */
  gboolean add_x;
} Back;

/* The gradients of the sums that go into the functions of the gates, into d_share. */
CJ_CLONES static void
retreat_plain (const Back *b, gint64 h, gboolean relu)
{
  const float *y = b->m.gates, *d_full = b->d_full;
  float *d = b->d_share;

#pragma GCC ivdep
  for (gint64 i = 0; i < h; i++)
    d[i] = d_full[i] * (relu ? (y[i] > 0 ? 1 : 0) : 1 - y[i] * y[i]);
}

CJ_CLONES static void
retreat_lstm (const Back *b, gint64 h)
{
  const float *g = b->m.gates, *extra = b->m.extra, *before = b->m.c_before, *d_full = b->d_full;
  float *d = b->d_share, *d_c = b->d_c;

#pragma GCC ivdep
  for (gint64 i = 0; i < h; i++)
    {
      const float in = g[i], forget = g[h + i], cell = g[2 * h + i], out = g[3 * h + i];
      const float c = cj_tanh (extra[i]), dc = d_c[i] + d_full[i] * out * (1 - c * c);

      d[i] = dc * cell * in * (1 - in);
      d[h + i] = dc * forget * (1 - forget);
      d[2 * h + i] = dc * in * (1 - cell * cell);
      d[3 * h + i] = d_full[i] * c * out * (1 - out);
      d_c[i] = dc * forget;
    }
  for (gint64 i = 0; i < h; i++)
    d[h + i] = before != NULL ? d[h + i] * before[i] : 0;
}

CJ_CLONES static void
retreat_gru (const Back *b, gint64 h)
{
  const float *g = b->m.gates, *extra = b->m.extra, *before = b->m.y_before, *d_full = b->d_full;
  float *d = b->d_share, *d_before = b->d_before;

#pragma GCC ivdep
  for (gint64 i = 0; i < h; i++)
    {
      const float reset = g[i], keep = g[h + i], new = g[2 * h + i], dy = d_full[i];
      const float d_new = dy * (1 - keep) * (1 - new *new);

      d[i] = d_new * extra[i] * reset * (1 - reset);
      d[h + i] = -dy * new *keep *(1 - keep);
      d[2 * h + i] = d_new;
    }
  for (gint64 i = 0; before != NULL && i < h; i++)
    d[h + i] += d_full[i] * before[i] * g[h + i] * (1 - g[h + i]);
  for (gint64 i = 0; d_before != NULL && i < h; i++)
    d_before[i] += d_full[i] * g[h + i];
}

/* The input's share of the gates has these gradients as they are; the hidden share of n passes the
 * reset gate of a GRU. */
static void
retreat (const Sizes *s, const Back *b)
{
  if (s->cell == CJ_CELL_LSTM)
    retreat_lstm (b, s->h);
  else if (s->cell == CJ_CELL_GRU)
    retreat_gru (b, s->h);
  else
    retreat_plain (b, s->h, s->cell == CJ_CELL_RELU);
  if (b->d_x != NULL && !b->add_x)
    fill_row (b->d_x, b->d_share, s->g);
  for (gint64 i = 0; b->d_x != NULL && b->add_x && i < s->g; i++)
    b->d_x[i] += b->d_share[i];
  for (gint64 i = 0; s->cell == CJ_CELL_GRU && i < s->h; i++)
    b->d_share[2 * s->h + i] *= b->m.gates[i];
}

/* The parts of the workspace. */
typedef struct
{
  float *d_share, *d_y, *d_c, *d_full;
} Work;

static Work
get_work (const CjOpCall *call, const Sizes *s)
{
  Work w = { .d_share = call->workspace };

  w.d_y = w.d_share + s->n * s->t * s->g;
  w.d_c = w.d_y + s->n * s->t * s->p;
  w.d_full = w.d_c + s->n * s->h;
  return w;
}

static float *
get_d_in (const CjOpCall *call, int which, gint64 at)
{
  return (int) call->op->n_in > which && call->d_in[which] != NULL ? call->d_in[which] + at : NULL;
}

static Back
get_back (const CjOpCall *call, const Kept *kept, gint64 sample, gint64 step)
{
  const Sizes *s = &kept->s;
  const Work w = get_work (call, s);
  const gint64 at = sample * s->t + (s->reverse ? s->t - 1 - step : step);

  return (Back){
    .m = get_moment (call, kept, sample, step),
    .d_full = s->projected ? w.d_full + sample * s->h : w.d_y + at * s->p,
    .d_c = w.d_c + sample * s->h,
    .d_share = w.d_share + at * s->g,
    .d_x = get_d_in (call, IN_GATES, at * s->g),
    .add_x = call->add_in[IN_GATES],
    .d_before = step > 0 ? w.d_y + (at + (s->reverse ? 1 : -1)) * s->p
                         : get_d_in (call, IN_H0, sample * s->p),
  };
}

/* Gradients that come from outside, before anything comes back through time. */
static void
start_back (const CjOpCall *call, const Sizes *s, gint64 sample)
{
  const Work w = get_work (call, s);
  const gint64 last = sample * s->t + (s->reverse ? 0 : s->t - 1);
  float *d_h0 = get_d_in (call, IN_H0, sample * s->p);

  fill_row (w.d_y + sample * s->t * s->p,
            call->d_out[0] != NULL ? call->d_out[0] + sample * s->t * s->p : NULL, s->t * s->p);
  for (gint64 i = 0; call->d_out[1] != NULL && i < s->p; i++)
    w.d_y[last * s->p + i] += call->d_out[1][sample * s->p + i];
  fill_row (w.d_c + sample * s->h, call->d_out[2] != NULL ? call->d_out[2] + sample * s->h : NULL,
            s->h);
  if (d_h0 != NULL && !call->add_in[IN_H0])
    fill_row (d_h0, NULL, s->p);
}

static void
backward_time (const CjOpCall *call, guint chunk)
{
  const Kept kept = get_kept (call);
  const Sizes *s = &kept.s;
  const Work w = get_work (call, s);
  const gint64 first = (gint64) chunk * SAMPLES, count = MIN (SAMPLES, s->n - first);

  for (gint64 i = 0; i < count; i++)
    start_back (call, s, first + i);
  for (gint64 step = s->t; step-- > 0;)
    {
      const Back top = get_back (call, &kept, first, step);
      const gint64 at = first * s->t + (s->reverse ? s->t - 1 - step : step);

      if (s->projected)
        {
          fill_row (w.d_full + first * s->h, NULL, count * s->h);
          add_product (w.d_y + at * s->p, s->t * s->p, count, s->p, call->in[IN_PROJECTION], s->h,
                       w.d_full + first * s->h, s->h);
        }
      for (gint64 i = 0; i < count; i++)
        {
          const Back b = get_back (call, &kept, first + i, step);

          retreat (s, &b);
        }
      if (top.d_before != NULL)
        add_product (top.d_share, s->t * s->g, count, s->g, call->in[IN_WEIGHT], s->p, top.d_before,
                     step > 0 ? s->t * s->p : s->p);
    }
  for (gint64 i = first; i < first + count; i++)
    {
      float *d_c0 = get_d_in (call, IN_C0, i * s->h);

      for (gint64 k = 0; d_c0 != NULL && k < s->h; k++)
        d_c0[k] = w.d_c[i * s->h + k] + (call->add_in[IN_C0] ? d_c0[k] : 0);
    }
}

/* Operand of a product over all moments: y at the moment before, from columns `first` on. */
static void
pack_before (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
             float *panel)
{
  const CjOpCall *call = source;
  const Sizes s = get_sizes (call->op);

  for (int p = 0; p < depth; p++)
    {
      const gint64 sample = (k + p) / s.t, t = (k + p) % s.t;
      const gint64 before = t + (s.reverse ? 1 : -1);
      const float *from = before >= 0 && before < s.t ? call->out[0] + (sample * s.t + before) * s.p
                                                      : get_start (call, IN_H0, sample * s.p);

      for (int i = 0; i < width; i++)
        panel[p * width + i] = i < count && from != NULL ? from[first + i] : 0;
    }
}

static guint
gate_panels (const CjOp *op)
{
  return (guint) ((get_sizes (op).g + PANEL - 1) / PANEL);
}

static void
backward_weight (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  const gint64 first = (gint64) chunk * PANEL, rows = MIN (PANEL, s.g - first);
  const float *d_share = get_work (call, &s).d_share + first;
  const CjGemmMatrix a = { d_share, 1, s.g };
  float *d_bias = get_d_in (call, IN_BIAS, first);

  if (call->d_in[IN_WEIGHT] != NULL)
    cj_gemm (rows, s.p, s.n * s.t, (CjGemmOperand){ cj_gemm_pack_matrix, &a },
             (CjGemmOperand){ pack_before, call }, call->d_in[IN_WEIGHT] + first * s.p, s.p,
             call->add_in[IN_WEIGHT], call->scratch);
  if (d_bias == NULL)
    return;
  if (!call->add_in[IN_BIAS])
    fill_row (d_bias, NULL, rows);
  for (gint64 i = 0; i < s.n * s.t; i++)
    for (gint64 r = 0; r < rows; r++)
      d_bias[r] += d_share[i * s.g + r];
}

static guint
projection_panels (const CjOp *op)
{
  const Sizes s = get_sizes (op);

  return s.projected ? (guint) ((s.p + PANEL - 1) / PANEL) : 0;
}

static void
backward_projection (const CjOpCall *call, guint chunk)
{
  const Kept kept = get_kept (call);
  const Sizes *s = &kept.s;
  const gint64 first = (gint64) chunk * PANEL;
  const CjGemmMatrix a = { get_work (call, s).d_y + first, 1, s->p };
  const CjGemmMatrix b = { kept.full, 1, s->h };
  float *d_projection = get_d_in (call, IN_PROJECTION, first * s->h);

  if (d_projection != NULL)
    cj_gemm (MIN (PANEL, s->p - first), s->h, s->n * s->t,
             (CjGemmOperand){ cj_gemm_pack_matrix, &a }, (CjGemmOperand){ cj_gemm_pack_matrix, &b },
             d_projection, s->h, call->add_in[IN_PROJECTION], call->scratch);
}

/* --- the slow twin: every cell by its formula, in double --- */

static double
twin_share (const Sizes *s, const void *const *in, const double *before, gint64 gate, gint64 i,
            gboolean has_bias)
{
  const gint64 row = gate * s->h + i;
  double sum = has_bias ? ((const float *) in[IN_BIAS])[row] : 0;

  for (gint64 k = 0; k < s->p; k++)
    sum += before[k] * ((const float *) in[IN_WEIGHT])[row * s->p + k];
  return sum;
}

static double
twin_sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

/* full [H] and c [H] from y before [P] and the input's share x [G H] */
static void
twin_moment (const Sizes *s, const void *const *in, const float *x, const double *before, double *c,
             double *full, gboolean has_bias)
{
  for (gint64 i = 0; i < s->h; i++)
    {
      double a[4] = { 0 }, share[4] = { 0 };

      for (gint64 gate = 0; gate < s->g / s->h; gate++)
        {
          share[gate] = twin_share (s, in, before, gate, i, has_bias);
          a[gate] = x[gate * s->h + i] + share[gate];
        }
      if (s->cell == CJ_CELL_LSTM)
        {
          c[i] = twin_sigmoid (a[1]) * c[i] + twin_sigmoid (a[0]) * tanh (a[2]);
          full[i] = twin_sigmoid (a[3]) * tanh (c[i]);
        }
      else if (s->cell == CJ_CELL_GRU)
        full[i]
            = (1 - twin_sigmoid (a[1])) * tanh (x[2 * s->h + i] + twin_sigmoid (a[0]) * share[2])
              + twin_sigmoid (a[1]) * before[i];
      else
        full[i] = s->cell == CJ_CELL_RELU ? MAX (a[0], 0) : tanh (a[0]);
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);
  const gboolean has_bias = op->n_in > IN_BIAS && op->has_in[IN_BIAS];
  const gboolean has_h = op->n_in > IN_H0 && op->has_in[IN_H0];
  const gboolean has_c = op->n_in > IN_C0 && op->has_in[IN_C0];
  g_autofree double *y = g_new (double, s.p), *c = g_new (double, s.h), *full = g_new (double, s.h);

  for (gint64 n = 0; n < s.n; n++)
    {
      for (gint64 i = 0; i < s.p; i++)
        y[i] = has_h ? ((const float *) in[IN_H0])[n * s.p + i] : 0;
      for (gint64 i = 0; i < s.h; i++)
        c[i] = has_c ? ((const float *) in[IN_C0])[n * s.h + i] : 0;
      for (gint64 step = 0; step < s.t; step++)
        {
          const gint64 at = n * s.t + (s.reverse ? s.t - 1 - step : step);

          twin_moment (&s, in, (const float *) in[IN_GATES] + at * s.g, y, c, full, has_bias);
          for (gint64 i = 0; i < s.p; i++)
            {
              y[i] = s.projected ? 0 : full[i];
              for (gint64 k = 0; s.projected && k < s.h; k++)
                y[i] += ((const float *) in[IN_PROJECTION])[i * s.h + k] * full[k];
              out[0][at * s.p + i] = (float) y[i];
            }
        }
      for (gint64 i = 0; i < s.p; i++)
        out[1][n * s.p + i] = (float) y[i];
      for (gint64 i = 0; i < s.h; i++)
        out[2][n * s.h + i] = s.cell == CJ_CELL_LSTM ? (float) c[i] : 0;
    }
}

const CjOpInfo cj_op_recurrent = {
  .id = "recurrent",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjRecurrentAttrs),
  .infer = infer,
  .forward = { { cj_op_chunk_one, turn_weights }, { sample_groups, forward } },
  .backward = { { sample_groups, backward_time },
                { gate_panels, backward_weight },
                { projection_panels, backward_projection } },
  .free_in = 1u << IN_GATES | 1u << IN_BIAS,
  .free_out = 1u << 1 | 1u << 2,
  .optional_out = 1u << 1 | 1u << 2,
  .twin = twin,
  .varies = TRUE, /* in the last bits, by the place in the batch */
};
