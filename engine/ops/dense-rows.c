/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = x W^T + b of a weight that is mostly zeros, by compressed sparse rows of what is left: of each unit the places
 * of its weights and the weights, in the order of the inputs. Put in by the plan of programs that only answer
 * (docs/performance.md says from which share on it pays). N rows, I inputs, U units. A panel of units that has more
 * weights than there is room for is multiplied as it lies. Of a row or two the weights gather their inputs; of more
 * x is turned, so that each weight is heard by all rows side by side. */
#include "cj-dense-rows.h"
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rows.h"

#include <string.h>

#define PANEL 32
#define FEW_ROWS 2
#define LANES 16
#define TURNED 64 /* inputs of a chunk that is turned */

typedef struct
{
  gint64 n, i, u, room; /* rows, inputs, units; weights that a panel has room for */
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  const gint64 inputs = op->in_shape[1].dims[1];
  Sizes s
      = { cj_shape_size (&op->in_shape[0]) / MAX (inputs, 1), inputs, op->in_shape[1].dims[0], 0 };

  s.room = PANEL * s.i / CJ_DENSE_ROWS_ROOM + 1;
  return s;
}

/* 4-byte words of a panel: where its units begin, places, weights. */
static gint64
count_panel (const Sizes *s)
{
  return PANEL + 1 + 2 * s->room;
}

static gint64
count_panels (const Sizes *s)
{
  return (s->u + PANEL - 1) / PANEL;
}

static gboolean
infer (CjOp *op, GError **error)
{
  Sizes s;

  if (!cj_op_dense.infer (op, error))
    return FALSE;
  s = get_sizes (op);
  op->workspace_bytes
      = sizeof (float)
        * (gsize) (count_panels (&s) * count_panel (&s) + (s.n > FEW_ROWS ? s.n * s.i : 0));
  op->scratch_bytes = sizeof (float) * (gsize) MAX (s.n, LANES);
  return TRUE;
}

/* The words of a panel; a first word of -1: it has too many weights. */
static gint32 *
get_panel (const CjOpCall *call, const Sizes *s, guint panel)
{
  return (gint32 *) (void *) (call->workspace + panel * count_panel (s));
}

static guint
panels (const CjOp *op)
{
  const Sizes s = get_sizes (op);

  return (guint) count_panels (&s);
}

static void
pack (const CjOpCall *call, guint panel)
{
  const Sizes s = get_sizes (call->op);
  gint32 *rows = get_panel (call, &s, panel), *places = rows + PANEL + 1, n = 0;
  float *weights = (float *) (void *) (places + s.room);

  for (gint64 k = 0; k < PANEL; k++)
    {
      const gint64 u = (gint64) panel * PANEL + k;
      const float *w = (const float *) call->in[1] + u * s.i;

      rows[k] = n;
      for (gint64 i = 0; u < s.u && i < s.i; i++)
        {
          if (w[i] == 0)
            continue;
          if (n == s.room)
            {
              rows[0] = -1;
              return;
            }
          places[n] = (gint32) i;
          weights[n++] = w[i];
        }
    }
  rows[PANEL] = n;
}

/* x [N, I] becomes [I, N]. */
static float *
get_turned (const CjOpCall *call, const Sizes *s)
{
  return call->workspace + count_panels (s) * count_panel (s);
}

static guint
turns (const CjOp *op)
{
  const Sizes s = get_sizes (op);

  return s.n > FEW_ROWS ? (guint) ((s.i + TURNED - 1) / TURNED) : 0;
}

static void
turn (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  const gint64 begin = (gint64) chunk * TURNED, end = MIN (begin + TURNED, s.i);
  const float *x = call->in[0];
  float *to = get_turned (call, &s);

  for (gint64 i = begin; i < end; i++)
    for (gint64 r = 0; r < s.n; r++)
      to[i * s.n + r] = x[r * s.i + i];
}

/* Four sums at a time, since the places are anywhere. */
CJ_CLONES static float
gather (const gint32 *places, const float *weights, gint32 n, const float *x)
{
  float sums[4] = { 0 };
  gint32 k = 0;

  for (; k + 4 <= n; k += 4)
    for (gint32 j = 0; j < 4; j++)
      sums[j] += weights[k + j] * x[places[k + j]];
  for (; k < n; k++)
    sums[0] += weights[k] * x[places[k]];
  return sums[0] + sums[1] + (sums[2] + sums[3]);
}

typedef float Vector __attribute__ ((vector_size (LANES * sizeof (float)), aligned (4)));

/* `lanes` rows side by side, whose sums stay in registers. */
CJ_INLINE void
spread_lanes (const int lanes, const gint32 *places, const float *weights, gint32 n_weights,
              const float *turned, gint64 n, float *sums)
{
  Vector sum[4] = { 0 };

  for (gint32 k = 0; k < n_weights; k++)
    for (int v = 0; v < lanes / LANES; v++)
      sum[v] += weights[k] * ((const Vector *) (const void *) (turned + (gint64) places[k] * n))[v];
  for (int v = 0; v < lanes / LANES; v++)
    ((Vector *) (void *) sums)[v] = sum[v];
}

CJ_CLONES static void
spread (const gint32 *places, const float *weights, gint32 n_weights, const float *turned, gint64 n,
        float *restrict sums)
{
  gint64 r = 0;

  for (; r + 4 * LANES <= n; r += 4 * LANES)
    spread_lanes (4 * LANES, places, weights, n_weights, turned + r, n, sums + r);
  for (; r + LANES <= n; r += LANES)
    spread_lanes (LANES, places, weights, n_weights, turned + r, n, sums + r);
  memset (sums + r, 0, sizeof (float) * (gsize) (n - r));
  for (gint32 k = 0; k < n_weights && r < n; k++)
    for (gint64 j = r; j < n; j++)
      sums[j] += weights[k] * turned[(gint64) places[k] * n + j];
}

/* One unit of all rows, into the scratch. */
static void
run_unit (const CjOpCall *call, const Sizes *s, const gint32 *rows, gint64 u)
{
  const gint32 *places = rows + PANEL + 1;
  const float *weights = (const float *) (const void *) (places + s->room), *x = call->in[0];
  const gint64 k = u % PANEL;

  if (rows[0] < 0)
    for (gint64 r = 0; r < s->n; r++)
      call->scratch[r] = cj_row_dot (x + r * s->i, (const float *) call->in[1] + u * s->i, s->i);
  else if (s->n <= FEW_ROWS)
    for (gint64 r = 0; r < s->n; r++)
      call->scratch[r]
          = gather (places + rows[k], weights + rows[k], rows[k + 1] - rows[k], x + r * s->i);
  else
    spread (places + rows[k], weights + rows[k], rows[k + 1] - rows[k], get_turned (call, s), s->n,
            call->scratch);
}

static void
forward (const CjOpCall *call, guint panel)
{
  const Sizes s = get_sizes (call->op);
  const gint32 *rows = get_panel (call, &s, panel);
  const float *bias = call->op->n_in > 2 ? call->in[2] : NULL;
  const gboolean relu = call->op->info == &cj_op_dense_rows_relu;

  for (gint64 u = (gint64) panel * PANEL; u < MIN (((gint64) panel + 1) * PANEL, s.u); u++)
    {
      run_unit (call, &s, rows, u);
      for (gint64 r = 0; r < s.n; r++)
        {
          const float y = call->scratch[r] + (bias != NULL ? bias[u] : 0);

          call->out[0][r * s.u + u] = relu && !(y > 0) ? 0 : y;
        }
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  (op->info == &cj_op_dense_rows_relu ? &cj_op_dense_relu : &cj_op_dense)->twin (op, in, out);
}

#define PHASES                                                                                     \
  .forward = { { panels, pack, CJ_PHASE_PREPARE }, { turns, turn }, { panels, forward } }

const CjOpInfo cj_op_dense_rows = {
  .id = "dense-rows",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer,
  PHASES,
  .twin = twin,
};

const CjOpInfo cj_op_dense_rows_relu = {
  .id = "dense-rows-relu",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer,
  PHASES,
  .twin = twin,
};
