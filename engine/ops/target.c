/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Targets in place of errors (D.-H. Lee, S. Zhang, A. Fischer, Y. Bengio, "Difference target propagation", 2015,
 * equations 12 and 15). N samples, U units of a layer, I inputs of it. With e what comes to h [N, U] backward,
 * its target is t = h − s N e; g (h) = f (V h + c), V [I, U], goes back, and the target of x [N, I] is
 *   x + g (t) − g (h), so that (g (h) − g (t)) / s N goes on as its e. */
#include "cj-gemm.h"
#include "cj-math.h"
#include "cj-ops.h"
#include "cj-rows.h"

#include <math.h>

static gint64
get_n (const CjOp *op)
{
  return op->in_shape[0].dims[0];
}

static gint64
get_u (const CjOp *op)
{
  return op->in_shape[2].dims[1];
}

static gint64
get_i (const CjOp *op)
{
  return op->in_shape[2].dims[0];
}

static float
get_step (const CjOp *op)
{
  return (float) (((const CjTargetAttrs *) op->attrs)->step * (double) get_n (op));
}

static gboolean
infer (CjOp *op, GError **error)
{
  (void) error;
  op->out_shape[0] = op->in_shape[0];
  op->workspace_bytes = sizeof (float) * (gsize) (get_n (op) * (get_u (op) + 2 * get_i (op)));
  return TRUE;
}

static void
forward (const CjOpCall *call, guint block)
{
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  memcpy (call->out[0] + begin, (const float *) call->in[0] + begin, sizeof (float) * (gsize) n);
}

/* g of some rows: from [n, U], to [n, I]. */
CJ_CLONES static void
send_back (const CjOpCall *call, const float *from, gint64 n, float *to)
{
  const CjChainFunction f = ((const CjTargetAttrs *) call->op->attrs)->function;
  const gint64 nu = get_u (call->op), ni = get_i (call->op);
  const CjGemmMatrix rows = { from, nu, 1 }, v = { call->in[2], nu, 1 };
  const CjGemmEnd end = { call->in[3], FALSE };

  cj_gemm_end (n, ni, nu, (CjGemmOperand){ cj_gemm_pack_matrix, &rows },
               (CjGemmOperand){ cj_gemm_pack_matrix, &v }, to, ni, FALSE, end, call->scratch);
  for (gint64 i = 0; i < n * ni && f == CJ_CHAIN_RELU; i++)
    to[i] = to[i] > 0 ? to[i] : 0;
  for (gint64 i = 0; i < n * ni && f == CJ_CHAIN_TANH; i++)
    to[i] = cj_tanh (to[i]);
  for (gint64 i = 0; i < n * ni && f == CJ_CHAIN_SIGMOID; i++)
    to[i] = cj_sigmoid (to[i]);
}

static void
backward (const CjOpCall *call, guint block)
{
  const gint64 nu = get_u (call->op), ni = get_i (call->op);
  const CjSamples rows = cj_op_samples (call->op, block);
  const gint64 n = rows.end - rows.begin, at = rows.begin * nu;
  const float *h = (const float *) call->in[0] + at, *e = call->d_out[0] + at;
  const float step = get_step (call->op);
  float *target = call->workspace + rows.begin * (nu + 2 * ni);
  float *here = target + n * nu, *there = here + n * ni;
  float *dx = call->d_in[1] != NULL ? call->d_in[1] + rows.begin * ni : NULL;

  if (dx != NULL)
    {
      for (gint64 i = 0; i < n * nu; i++)
        target[i] = h[i] - step * e[i];
      send_back (call, h, n, here);
      send_back (call, target, n, there);
      for (gint64 i = 0; i < n * ni; i++)
        dx[i] = (here[i] - there[i]) / step + (call->add_in[1] ? dx[i] : 0);
    }
  if (call->d_in[0] == NULL)
    return;
  if (call->add_in[0])
    cj_row_add (e, n * nu, call->d_in[0] + at);
  else
    memcpy (call->d_in[0] + at, e, sizeof (float) * (gsize) (n * nu));
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  memcpy (out[0], in[0], sizeof (float) * (gsize) cj_shape_size (&op->in_shape[0]));
}

const CjOpInfo cj_op_target = {
  .id = "target",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjTargetAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_in = 1u << 1,
  .free_out = 1,
  .twin = twin,
};
