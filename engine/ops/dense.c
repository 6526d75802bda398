/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = x W^T + b. N rows (samples, or samples times moments), I inputs, U units: x [N, I], W [U, I],
 * b [U], y [N, U]. dx = dy W, dW = dy^T x, db = sum over N of dy. With feedback B [U, I]: dx = dy B,
 * dB = dW. */
#include "cj-blas.h"
#include "cj-gemm.h"
#include "cj-kernel.h"
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rows.h"
#include "dense-events.h"

#include <glib/gi18n-lib.h>

#define PANEL 32    /* units or inputs a panel of columns */
#define WIDE 512    /* units or inputs of a product by the library for large ones (CjOp.blas) */
#define SMALL 65536 /* weights that every thread may read whole: they stay in its second cache */

/* Who does what is a question of which numbers are many. */
typedef enum
{
  /* Many weights, a row a sample: each thread has panels of units of its own, step after step, and their
   * weights, gradients and the optimizer's memory stay in its cache. */
  BY_UNITS,
  /* Few weights, a row a sample: goes with the samples; the gradient of the weight, later, by units. */
  BY_SAMPLES,
  /* Many rows a sample (tokens): goes with the samples, and each block has a gradient of the weight of
   * its own, of rows that are still in the cache; they are added in the end. */
  BY_ROWS
} Way;

static gint64
get_n (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[0]) / MAX (op->in_shape[1].dims[1], 1);
}

static gint64
get_i (const CjOp *op)
{
  return op->in_shape[1].dims[1];
}

static gint64
get_u (const CjOp *op)
{
  return op->in_shape[1].dims[0];
}

static gboolean
is_relu (const CjOp *op)
{
  return op->info == &cj_op_dense_relu;
}

static Way
get_way (const CjOp *op)
{
  if (get_n (op) != op->in_shape[0].dims[0])
    return BY_ROWS;
  if (op->blas != NULL)
    return BY_UNITS;
  return get_i (op) * get_u (op) <= SMALL ? BY_SAMPLES : BY_UNITS;
}

/* From these sizes on OpenBLAS gains a tenth and more over a step (docs/performance.md). */
gboolean
cj_dense_is_large (const CjOp *op)
{
  if ((op->info != &cj_op_dense && op->info != &cj_op_dense_relu) || get_way (op) != BY_UNITS)
    return FALSE;
  return get_n (op) >= 512 && MIN (get_i (op), get_u (op)) >= 4096
         && MAX (get_n (op), MAX (get_i (op), get_u (op))) <= G_MAXINT;
}

/* Units or inputs of a chunk BY_UNITS. The library packs all samples anew for each chunk, so it gets wide
 * ones, though not so wide that threads go without: of 4096 columns 512 at once are worth 1.14 times our
 * own product over a step, all at once 1.23 times. */
static gint64
get_width (const CjOp *op)
{
  return op->blas != NULL ? WIDE : PANEL;
}

static gint64
count_chunks (gint64 n, gint64 width)
{
  return (n + width - 1) / width;
}

static gint64
count_panels (gint64 n)
{
  return count_chunks (n, PANEL);
}

static gint64
pad (gint64 n)
{
  return count_panels (n) * PANEL;
}

/* The most rows of a block of samples. */
static gint64
get_block_rows (const CjOp *op)
{
  const gint64 blocks = cj_op_blocks (op), samples = op->in_shape[0].dims[0];

  return (samples + blocks - 1) / blocks * (get_n (op) / MAX (samples, 1));
}

/* Floats of a block's gradient: bias [U], how many of its inputs lie side by side, then weight: [U, I], or
 * [I, padded U] of events. */
static gint64
count_slice (const CjOp *op)
{
  return get_u (op) + 1 + cj_events_pad (get_u (op)) * get_i (op);
}

/* Workspace: of forward the weight in panels of units; of backward the weight in panels of inputs, then
 * by units the gradient behind ReLU, by rows the slices. */
static gint64
count_packed (const CjOp *op)
{
  return get_way (op) == BY_UNITS
             ? 0
             : MAX (pad (get_u (op)) * get_i (op), pad (get_i (op)) * get_u (op));
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];
  gint64 room;

  if (x->n_dims < 2 || x->n_dims > 3 || op->in_shape[1].dims[1] != x->dims[x->n_dims - 1])
    return cj_op_refuse (op, _ ("one vector a sample or time step"), _ ("Add Flatten before it."),
                         error);
  op->out_shape[0] = *x;
  op->out_shape[0].dims[x->n_dims - 1] = get_u (op);
  op->macs = get_n (op) * get_i (op) * get_u (op);
  room = count_packed (op);
  if (get_way (op) == BY_ROWS)
    room += cj_op_blocks (op) * count_slice (op);
  else if (is_relu (op))
    room += cj_shape_size (&op->out_shape[0]);
  op->workspace_bytes = sizeof (float) * (gsize) room;
  if (get_way (op) == BY_ROWS && is_relu (op))
    op->scratch_bytes
        = sizeof (float) * (gsize) (CJ_GEMM_SCRATCH + get_block_rows (op) * get_u (op));
  return TRUE;
}

static guint
by_units (const CjOp *op)
{
  return get_way (op) == BY_UNITS ? (guint) count_chunks (get_u (op), get_width (op)) : 0;
}

static guint
by_inputs (const CjOp *op)
{
  return get_way (op) == BY_UNITS ? (guint) count_chunks (get_i (op), get_width (op)) : 0;
}

static guint
by_blocks (const CjOp *op)
{
  return get_way (op) == BY_UNITS ? 0 : cj_op_blocks (op);
}

static guint
packed_units (const CjOp *op)
{
  return get_way (op) == BY_UNITS ? 0 : (guint) count_panels (get_u (op));
}

static guint
packed_inputs (const CjOp *op)
{
  return get_way (op) == BY_UNITS ? 0 : (guint) count_panels (get_i (op));
}

/* Units whose gradient is made at once, after the way back. Of many samples the panels of x are packed,
 * which more units repay: 4096 by 4096 from 512 samples goes from 80 to 115 GFLOP/s. */
static gint64
get_late_units (const CjOp *op)
{
  if (op->blas != NULL)
    return WIDE;
  return get_n (op) >= 256 && get_u (op) >= 1024 ? 4 * PANEL : PANEL;
}

static guint
late_units (const CjOp *op)
{
  const gint64 units = get_late_units (op);

  return get_way (op) == BY_ROWS ? 0 : (guint) count_chunks (get_u (op), units);
}

static guint
slice_units (const CjOp *op)
{
  return get_way (op) == BY_ROWS ? (guint) count_panels (get_u (op)) : 0;
}

/* What carries gradients back. */
static const float *
get_back (const CjOpCall *call)
{
  return call->op->n_in > 3 && call->in[3] != NULL ? call->in[3] : call->in[1];
}

/* [panel, I, 32] of the weight, for what comes out. */
static void
pack_units (const CjOpCall *call, guint panel)
{
  const gint64 ni = get_i (call->op), u0 = (gint64) panel * PANEL;
  const CjGemmMatrix w = { call->in[1], ni, 1 };

  cj_gemm_pack_matrix (&w, u0, (int) MIN (PANEL, get_u (call->op) - u0), PANEL, 0, (int) ni,
                       call->workspace + u0 * ni);
}

/* [panel, U, 32] of the weight, for the way back. */
static void
pack_inputs (const CjOpCall *call, guint panel)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op), i0 = (gint64) panel * PANEL;
  const CjGemmMatrix w = { get_back (call), 1, ni };

  if (call->d_in[0] != NULL)
    cj_gemm_pack_matrix (&w, i0, (int) MIN (PANEL, ni - i0), PANEL, 0, (int) nu,
                         call->workspace + i0 * nu);
}

/* Rows [M, K] times packed panels [panel, K, 32]: [M, N]. */
static void
multiply_panels (const float *a, gint64 m, gint64 k, const float *panels, gint64 n, CjGemmEnd end,
                 gboolean add, float *c)
{
  const CjKernel *kernel = cj_kernel_get (n);

  for (gint64 j = 0; j < n; j += PANEL)
    for (gint64 i = 0; i < MIN (PANEL, n - j); i += 2 * kernel->lanes)
      {
        const CjProduct p = { .a = a,
                              .a_row = k,
                              .a_step = 1,
                              .n_runs = 1,
                              .run = k,
                              .b = panels + j * k + i,
                              .b_step = PANEL,
                              .c = c + j + i,
                              .c_row = n,
                              .m = m,
                              .n = MIN (2 * kernel->lanes, n - j - i),
                              .bias = end.bias != NULL ? end.bias + j + i : NULL,
                              .add = add,
                              .relu = end.relu };

        kernel->multiply (&p);
      }
}

static const float *
get_bias (const CjOpCall *call)
{
  return call->op->n_in > 2 ? call->in[2] : NULL;
}

/* For a row or two it is not worth packing the weight: its rows are read once, as they lie. One picture
 * through 9216 inputs and 128 units took three times as long. */
#define FEW_ROWS 2

static void
dot_units (const CjOpCall *call, gint64 u0, gint64 units)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op), n = get_n (call->op);
  const gint64 rows[FEW_ROWS] = { 0, ni }, whole = ni / CJ_KERNEL_DOT * CJ_KERNEL_DOT;
  const float *x = call->in[0], *w = (const float *) call->in[1] + u0 * ni;
  const float *bias = get_bias (call);
  float sums[PANEL * FEW_ROWS * CJ_KERNEL_DOT] = { 0 };
  const CjDots dots = {
    .a = w, .a_row = ni, .m = units, .b = x, .b_rows = rows, .n = n, .depth = whole, .c = sums
  };

  cj_kernel_get (CJ_KERNEL_DOT)->dots (&dots);
  for (gint64 u = 0; u < units; u++)
    for (gint64 r = 0; r < n; r++)
      {
        float sum = cj_row_sum (sums + (u * n + r) * CJ_KERNEL_DOT, CJ_KERNEL_DOT)
                    + cj_row_dot (x + r * ni + whole, w + u * ni + whole, ni - whole)
                    + (bias != NULL ? bias[u0 + u] : 0);

        call->out[0][r * nu + u0 + u] = is_relu (call->op) && !(sum > 0) ? 0 : sum;
      }
}

/* What the library leaves to do on a row: y = y + bias, bias may be NULL, and ReLU. */
CJ_CLONES static void
end_row (const float *restrict bias, gboolean relu, gint64 n, float *restrict y)
{
  if (bias != NULL)
    for (gint64 i = 0; i < n; i++)
      y[i] += bias[i];
  if (relu)
    for (gint64 i = 0; i < n; i++)
      y[i] = y[i] > 0 ? y[i] : 0;
}

static void
forward_large (const CjOpCall *call, gint64 u0, gint64 units)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op), n = get_n (call->op);
  const CjBlasMatrix x = { call->in[0], ni, FALSE };
  const CjBlasMatrix w = { (const float *) call->in[1] + u0 * ni, ni, TRUE };
  const float *bias = get_bias (call);

  cj_blas_multiply (call->op->blas, n, units, ni, x, w, FALSE, call->out[0] + u0, nu);
  for (gint64 r = 0; r < n; r++)
    end_row (bias != NULL ? bias + u0 : NULL, is_relu (call->op), units,
             call->out[0] + r * nu + u0);
}

static void
forward_units (const CjOpCall *call, guint chunk)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op), u0 = chunk * get_width (call->op);
  const gint64 units = MIN (get_width (call->op), nu - u0);
  const CjGemmMatrix x = { call->in[0], ni, 1 };
  const CjGemmMatrix w = { (const float *) call->in[1] + u0 * ni, ni, 1 };
  const float *bias = get_bias (call);
  const CjGemmEnd end = { bias != NULL ? bias + u0 : NULL, is_relu (call->op) };

  if (call->op->blas != NULL)
    forward_large (call, u0, units);
  else if (get_n (call->op) <= FEW_ROWS)
    dot_units (call, u0, units);
  else
    cj_gemm_end (get_n (call->op), units, ni, (CjGemmOperand){ cj_gemm_pack_matrix, &x },
                 (CjGemmOperand){ cj_gemm_pack_matrix, &w }, call->out[0] + u0, nu, FALSE, end,
                 call->scratch);
}

static void
forward_block (const CjOpCall *call, guint block)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op);
  const CjSamples rows = cj_op_rows (call->op, block, get_n (call->op));
  const gint64 n = rows.end - rows.begin;
  const float *x = (const float *) call->in[0] + rows.begin * ni;
  const CjGemmEnd end = { get_bias (call), is_relu (call->op) };
  float *y = call->out[0] + rows.begin * nu;

  if (get_way (call->op) == BY_ROWS && cj_events_pay (x, n, ni, nu))
    cj_events_forward (x, n, ni, call->workspace, nu, end.bias, end.relu, y, call->scratch);
  else
    multiply_panels (x, n, ni, call->workspace, nu, end, FALSE, y);
}

/* The gradient of what ReLU is given, where it is a part of the op and there is a row a sample. */
static float *
get_masked (const CjOpCall *call)
{
  return call->workspace + count_packed (call->op);
}

static const float *
get_gradient (const CjOpCall *call)
{
  return is_relu (call->op) ? get_masked (call) : call->d_out[0];
}

static guint
masked_blocks (const CjOp *op)
{
  return get_way (op) == BY_UNITS && is_relu (op) ? cj_op_chunk_blocks (op) : 0;
}

static void
mask_gradient (const CjOpCall *call, guint chunk)
{
  gint64 n;
  const gint64 begin = cj_op_block (call->op, chunk, &n);

  cj_row_copy_above (call->d_out[0] + begin, call->out[0] + begin, n, get_masked (call) + begin);
}

static void
backward_inputs (const CjOpCall *call, guint chunk)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op), i0 = chunk * get_width (call->op);
  const gint64 inputs = MIN (get_width (call->op), ni - i0), n = get_n (call->op);
  const float *gradient = get_gradient (call), *weight = get_back (call) + i0;
  const CjGemmMatrix dy = { gradient, nu, 1 }, w = { weight, 1, ni };

  if (call->d_in[0] == NULL)
    return;
  if (call->op->blas != NULL)
    cj_blas_multiply (call->op->blas, n, inputs, nu, (CjBlasMatrix){ gradient, nu, FALSE },
                      (CjBlasMatrix){ weight, ni, FALSE }, call->add_in[0], call->d_in[0] + i0, ni);
  else
    cj_gemm (n, inputs, nu, (CjGemmOperand){ cj_gemm_pack_matrix, &dy },
             (CjGemmOperand){ cj_gemm_pack_matrix, &w }, call->d_in[0] + i0, ni, call->add_in[0],
             call->scratch);
}

/* [N, U] of gradients down the rows, onto db [U]. */
static void
sum_rows (const float *dy, gint64 n, gint64 stride, gint64 units, float *db)
{
  for (gint64 i = 0; i < n; i++)
    cj_row_add (dy + i * stride, units, db);
}

/* The gradient of units [u0, u0 + units) from N rows: dw [units, I], db [units] (NULL: none). */
static void
find_gradient (const CjOpCall *call, const float *dy, const float *x, gint64 n, gint64 u0,
               gint64 units, float *dw, gboolean add, float *db)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op);
  const CjGemmMatrix a = { dy + u0, 1, nu }, b = { x, 1, ni };

  if (dw != NULL && call->op->blas != NULL)
    cj_blas_multiply (call->op->blas, units, ni, n, (CjBlasMatrix){ a.data, nu, TRUE },
                      (CjBlasMatrix){ x, ni, FALSE }, add, dw, ni);
  else if (dw != NULL)
    cj_gemm (units, ni, n, (CjGemmOperand){ cj_gemm_pack_matrix, &a },
             (CjGemmOperand){ cj_gemm_pack_matrix, &b }, dw, ni, add, call->scratch);
  if (db != NULL)
    sum_rows (dy + u0, n, nu, units, db);
}

/* Feedback that learns changes as the weight does: units [u0, u0 + units) of their gradient. */
static void
copy_gradient (const CjOpCall *call, gint64 u0, gint64 units)
{
  const gint64 ni = get_i (call->op);

  if (call->op->n_in > 3 && call->d_in[3] != NULL && call->d_in[1] != NULL)
    memcpy (call->d_in[3] + u0 * ni, call->d_in[1] + u0 * ni,
            sizeof (float) * (gsize) (units * ni));
}

/* A row a sample: all rows at once. */
static void
backward_weight (const CjOpCall *call, guint chunk)
{
  const gint64 u0 = chunk * get_late_units (call->op);
  const gint64 units = MIN (get_late_units (call->op), get_u (call->op) - u0);
  float *dw = call->d_in[1] != NULL ? call->d_in[1] + u0 * get_i (call->op) : NULL;
  float *db = call->op->n_in > 2 && call->d_in[2] != NULL ? call->d_in[2] + u0 : NULL;

  if (db != NULL && !call->add_in[2])
    memset (db, 0, sizeof (float) * (gsize) units);
  find_gradient (call, get_gradient (call), call->in[0], get_n (call->op), u0, units, dw,
                 call->add_in[1], db);
  copy_gradient (call, u0, units);
}

static float *
get_slice (const CjOpCall *call, guint block)
{
  return call->workspace + count_packed (call->op) + block * count_slice (call->op);
}

/* Many rows a sample: this block's part of the gradient. */
static void
fill_slice (const CjOpCall *call, guint block, const float *dy, gint64 n, const float *x)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op);
  float *db = get_slice (call, block), *events = db + nu, *dw = events + 1;

  memset (db, 0, sizeof (float) * (gsize) nu);
  *events = cj_events_pay (x, n, ni, nu);
  if (*events > 0)
    {
      cj_events_gradient (x, dy, n, ni, nu, dw, call->scratch);
      sum_rows (dy, n, nu, nu, db);
    }
  else
    find_gradient (call, dy, x, n, 0, nu, dw, FALSE, db);
}

static void
backward_block (const CjOpCall *call, guint block)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op);
  const CjSamples rows = cj_op_rows (call->op, block, get_n (call->op));
  const gint64 n = rows.end - rows.begin, at = rows.begin * nu;
  const gboolean by_rows = get_way (call->op) == BY_ROWS;
  const float *dy = call->d_out[0] + at;

  if (is_relu (call->op))
    {
      float *masked = by_rows ? call->scratch + CJ_GEMM_SCRATCH : get_masked (call) + at;

      cj_row_copy_above (dy, call->out[0] + at, n * nu, masked);
      dy = masked;
    }
  if (by_rows)
    fill_slice (call, block, dy, n, (const float *) call->in[0] + rows.begin * ni);
  if (call->d_in[0] != NULL)
    multiply_panels (dy, n, nu, call->workspace, ni, (CjGemmEnd){ 0 }, call->add_in[0],
                     call->d_in[0] + rows.begin * ni);
}

/* Adds the blocks' slices in order, those of events last. */
static void
reduce_slices (const CjOpCall *call, guint panel)
{
  const gint64 ni = get_i (call->op), nu = get_u (call->op), u0 = (gint64) panel * PANEL;
  const gint64 units = MIN (PANEL, nu - u0);
  float *dw = call->d_in[1] != NULL ? call->d_in[1] + u0 * ni : NULL;
  float *db = call->op->n_in > 2 && call->d_in[2] != NULL ? call->d_in[2] + u0 : NULL;
  const float *events[CJ_OP_MAX_BLOCKS];
  guint n_events = 0;

  if (dw != NULL && !call->add_in[1])
    memset (dw, 0, sizeof (float) * (gsize) (units * ni));
  if (db != NULL && !call->add_in[2])
    memset (db, 0, sizeof (float) * (gsize) units);
  for (guint b = 0; b < cj_op_blocks (call->op); b++)
    {
      const float *slice = get_slice (call, b), *weight = slice + nu + 1;

      if (db != NULL)
        cj_row_add (slice + u0, units, db);
      if (slice[nu] > 0)
        events[n_events++] = weight;
      else if (dw != NULL)
        cj_row_add (weight + u0 * ni, units * ni, dw);
    }
  if (dw != NULL && n_events > 0)
    cj_events_add (events, n_events, ni, nu, u0, units, dw);
  copy_gradient (call, u0, units);
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const float *x = in[0], *w = in[1], *b = op->n_in > 2 ? in[2] : NULL;
  const gint64 ni = get_i (op), nu = get_u (op);

  for (gint64 n = 0; n < get_n (op); n++)
    for (gint64 u = 0; u < nu; u++)
      {
        double sum = b != NULL ? b[u] : 0;

        for (gint64 i = 0; i < ni; i++)
          sum += (double) x[n * ni + i] * w[u * ni + i];
        out[0][n * nu + u] = (float) sum;
      }
}

/* What all forms of the op have in common. */
#define PHASES                                                                                     \
  .forward = { { by_units, forward_units },                                                        \
               { packed_units, pack_units, CJ_PHASE_PREPARE },                                     \
               { by_blocks, forward_block, CJ_PHASE_SAMPLES } },                                   \
  .backward = { { packed_inputs, pack_inputs, CJ_PHASE_PREPARE },                                  \
                { masked_blocks, mask_gradient },                                                  \
                { by_inputs, backward_inputs },                                                    \
                { by_blocks, backward_block, CJ_PHASE_SAMPLES },                                   \
                { late_units, backward_weight, CJ_PHASE_LATE },                                    \
                { slice_units, reduce_slices, CJ_PHASE_FINISH } }

const CjOpInfo cj_op_dense = {
  .id = "dense",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer,
  PHASES,
  .free_out = 1,
  .twin = twin,
};

static void
relu_twin (const CjOp *op, const void *const *in, float *const *out)
{
  twin (op, in, out);
  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = MAX (out[0][i], 0);
}

const CjOpInfo cj_op_dense_relu = {
  .id = "dense-relu",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer,
  PHASES,
  .twin = relu_twin,
};
