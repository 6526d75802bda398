/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = x W^T + b. N rows (samples, or samples times moments), I inputs, U units: x [N, I], W [U, I],
 * b [U], y [N, U]. dx = dy W, dW = dy^T x, db = sum over N of dy. */
#include "cj-gemm.h"
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

#define PANEL 32 /* units or inputs a chunk */
#define ROWS 768 /* rows a chunk: enough to be worth packing a panel of the weight */

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

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims < 2 || x->n_dims > 3 || op->in_shape[1].dims[1] != x->dims[x->n_dims - 1])
    return cj_op_refuse (op, _ ("one vector a sample or moment"), _ ("Add Flatten before it."),
                         error);
  op->out_shape[0] = *x;
  op->out_shape[0].dims[x->n_dims - 1] = get_u (op);
  op->macs = get_n (op) * get_i (op) * get_u (op);
  if (is_relu (op))
    op->workspace_bytes = sizeof (float) * (gsize) cj_shape_size (&op->out_shape[0]);
  return TRUE;
}

static gint64
row_blocks (const CjOp *op)
{
  return (get_n (op) + ROWS - 1) / ROWS;
}

static gint64
count_panels (gint64 n)
{
  return (n + PANEL - 1) / PANEL;
}

static guint
unit_panels (const CjOp *op)
{
  return (guint) count_panels (get_u (op));
}

static guint
forward_chunks (const CjOp *op)
{
  return (guint) (count_panels (get_u (op)) * row_blocks (op));
}

static guint
input_chunks (const CjOp *op)
{
  return (guint) (count_panels (get_i (op)) * row_blocks (op));
}

static void
forward (const CjOpCall *call, guint chunk)
{
  const gint64 n0 = chunk % row_blocks (call->op) * ROWS, n = MIN (ROWS, get_n (call->op) - n0);
  const gint64 ni = get_i (call->op), nu = get_u (call->op);
  const gint64 u0 = chunk / row_blocks (call->op) * PANEL, units = MIN (PANEL, nu - u0);
  const CjGemmMatrix x = { (const float *) call->in[0] + n0 * ni, ni, 1 };
  const CjGemmMatrix w = { (const float *) call->in[1] + u0 * ni, ni, 1 };
  const CjGemmEnd end
      = { call->op->n_in > 2 ? (const float *) call->in[2] + u0 : NULL, is_relu (call->op) };

  cj_gemm_end (n, units, ni, (CjGemmOperand){ cj_gemm_pack_matrix, &x },
               (CjGemmOperand){ cj_gemm_pack_matrix, &w }, call->out[0] + n0 * nu + u0, nu, FALSE,
               end, call->scratch);
}

/* The gradient of what ReLU is given, where it is a part of the op. */
static const float *
get_gradient (const CjOpCall *call)
{
  return is_relu (call->op) ? call->workspace : call->d_out[0];
}

CJ_CLONES static void
mask_gradient (const CjOpCall *call, guint chunk)
{
  gint64 n;
  const gint64 begin = cj_op_block (call->op, chunk, &n);
  const float *y = call->out[0] + begin, *dy = call->d_out[0] + begin;
  float *to = call->workspace + begin;

  for (gint64 i = 0; i < n; i++)
    to[i] = y[i] > 0 ? dy[i] : 0;
}

static void
backward_input (const CjOpCall *call, guint chunk)
{
  const gint64 n0 = chunk % row_blocks (call->op) * ROWS, n = MIN (ROWS, get_n (call->op) - n0);
  const gint64 ni = get_i (call->op), nu = get_u (call->op);
  const gint64 i0 = chunk / row_blocks (call->op) * PANEL;
  const CjGemmMatrix dy = { get_gradient (call) + n0 * nu, nu, 1 };
  const CjGemmMatrix w = { (const float *) call->in[1] + i0, 1, ni };

  if (call->d_in[0] != NULL)
    cj_gemm (n, MIN (PANEL, ni - i0), nu, (CjGemmOperand){ cj_gemm_pack_matrix, &dy },
             (CjGemmOperand){ cj_gemm_pack_matrix, &w }, call->d_in[0] + n0 * ni + i0, ni,
             call->add_in[0], call->scratch);
}

CJ_CLONES static void
add_row (const float *from, gint64 n, float *to)
{
  for (gint64 i = 0; i < n; i++)
    to[i] += from[i];
}

static void
backward_weight (const CjOpCall *call, guint chunk)
{
  const gint64 n = get_n (call->op), ni = get_i (call->op), nu = get_u (call->op);
  const gint64 u0 = (gint64) chunk * PANEL, units = MIN (PANEL, nu - u0);
  const float *gradient = get_gradient (call) + u0;
  const CjGemmMatrix dy = { gradient, 1, nu };
  const CjGemmMatrix x = { call->in[0], 1, ni };

  if (call->d_in[1] != NULL)
    cj_gemm (units, ni, n, (CjGemmOperand){ cj_gemm_pack_matrix, &dy },
             (CjGemmOperand){ cj_gemm_pack_matrix, &x }, call->d_in[1] + u0 * ni, ni,
             call->add_in[1], call->scratch);
  if (call->op->n_in < 3 || call->d_in[2] == NULL)
    return;
  if (!call->add_in[2])
    memset (call->d_in[2] + u0, 0, sizeof (float) * (gsize) units);
  for (gint64 i = 0; i < n; i++)
    add_row (gradient + i * nu, units, call->d_in[2] + u0);
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

const CjOpInfo cj_op_dense = {
  .id = "dense",
  .layout = CJ_LAYOUT_PLAIN,
  .infer = infer,
  .forward = { { forward_chunks, forward } },
  .backward = { { input_chunks, backward_input }, { unit_panels, backward_weight } },
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
  .forward = { { forward_chunks, forward } },
  .backward = { { cj_op_chunk_blocks, mask_gradient },
                { input_chunks, backward_input },
                { unit_panels, backward_weight } },
  .twin = relu_twin,
};
