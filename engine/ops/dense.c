/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y = x W^T + b. N rows (samples, or samples times moments), I inputs, U units: x [N, I], W [U, I],
 * b [U], y [N, U]. dx = dy W, dW = dy^T x, db = sum over N of dy. */
#include "cj-gemm.h"
#include "cj-ops.h"

#define PANEL 32 /* units or inputs a chunk */

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
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[0];

  if (x->n_dims < 2 || x->n_dims > 3 || op->in_shape[1].dims[1] != x->dims[x->n_dims - 1])
    return cj_op_refuse (op, "one vector a sample or moment", "Add Flatten before it.", error);
  op->out_shape[0] = *x;
  op->out_shape[0].dims[x->n_dims - 1] = get_u (op);
  op->macs = get_n (op) * get_i (op) * get_u (op);
  return TRUE;
}

static guint
unit_panels (const CjOp *op)
{
  return (guint) ((get_u (op) + PANEL - 1) / PANEL);
}

static guint
input_panels (const CjOp *op)
{
  return (guint) ((get_i (op) + PANEL - 1) / PANEL);
}

static void
forward (const CjOpCall *call, guint chunk)
{
  const gint64 n = get_n (call->op), ni = get_i (call->op), nu = get_u (call->op);
  const gint64 u0 = (gint64) chunk * PANEL, units = MIN (PANEL, nu - u0);
  const CjGemmMatrix x = { call->in[0], ni, 1 };
  const CjGemmMatrix w = { (const float *) call->in[1] + u0 * ni, ni, 1 };
  const float *bias = call->op->n_in > 2 ? (const float *) call->in[2] + u0 : NULL;
  float *y = call->out[0] + u0;

  cj_gemm (n, units, ni, (CjGemmOperand){ cj_gemm_pack_matrix, &x },
           (CjGemmOperand){ cj_gemm_pack_matrix, &w }, y, nu, FALSE, call->scratch);
  for (gint64 i = 0; bias != NULL && i < n; i++)
    for (gint64 u = 0; u < units; u++)
      y[i * nu + u] += bias[u];
}

static void
backward_input (const CjOpCall *call, guint chunk)
{
  const gint64 n = get_n (call->op), ni = get_i (call->op), nu = get_u (call->op);
  const gint64 i0 = (gint64) chunk * PANEL;
  const CjGemmMatrix dy = { call->d_out[0], nu, 1 };
  const CjGemmMatrix w = { (const float *) call->in[1] + i0, 1, ni };

  if (call->d_in[0] == NULL)
    return;
  cj_gemm (n, MIN (PANEL, ni - i0), nu, (CjGemmOperand){ cj_gemm_pack_matrix, &dy },
           (CjGemmOperand){ cj_gemm_pack_matrix, &w }, call->d_in[0] + i0, ni, call->add_in[0],
           call->scratch);
}

static void
backward_weight (const CjOpCall *call, guint chunk)
{
  const gint64 n = get_n (call->op), ni = get_i (call->op), nu = get_u (call->op);
  const gint64 u0 = (gint64) chunk * PANEL, units = MIN (PANEL, nu - u0);
  const CjGemmMatrix dy = { call->d_out[0] + u0, 1, nu };
  const CjGemmMatrix x = { call->in[0], 1, ni };

  if (call->d_in[1] != NULL)
    cj_gemm (units, ni, n, (CjGemmOperand){ cj_gemm_pack_matrix, &dy },
             (CjGemmOperand){ cj_gemm_pack_matrix, &x }, call->d_in[1] + u0 * ni, ni,
             call->add_in[1], call->scratch);
  if (call->op->n_in < 3 || call->d_in[2] == NULL)
    return;
  for (gint64 u = u0; u < u0 + units; u++)
    {
      float sum = call->add_in[2] ? call->d_in[2][u] : 0;

      for (gint64 i = 0; i < n; i++)
        sum += call->d_out[0][i * nu + u];
      call->d_in[2][u] = sum;
    }
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
  .forward = { { unit_panels, forward } },
  .backward = { { input_panels, backward_input }, { unit_panels, backward_weight } },
  .free_out = 1,
  .twin = twin,
};
