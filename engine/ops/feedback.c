/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors that go another way than signals did, for learning rules. N samples, K scores, D numbers of a
 * sample. */
#include "cj-gemm.h"
#include "cj-ops.h"
#include "cj-rows.h"

#include <math.h>

/* Samples that follow one another in rows; each row of scores has as many numbers of x. */
static gint64
get_k (const CjOp *op)
{
  return op->in_shape[2].dims[0];
}

static gint64
get_d (const CjOp *op)
{
  return op->in_shape[2].dims[1];
}

static gint64
get_rows (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[0]) / MAX (get_k (op), 1);
}

static gboolean
infer_feedback (CjOp *op, GError **error)
{
  (void) error;
  g_assert (cj_shape_size (&op->in_shape[1]) == get_rows (op) * get_d (op));
  op->out_shape[0] = op->in_shape[0];
  return TRUE;
}

static void
forward_feedback (const CjOpCall *call, guint block)
{
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  memcpy (call->out[0] + begin, (const float *) call->in[0] + begin, sizeof (float) * (gsize) n);
}

static void
backward_feedback (const CjOpCall *call, guint block)
{
  const gint64 k = get_k (call->op), d = get_d (call->op);
  const CjSamples rows = cj_op_rows (call->op, block, get_rows (call->op));
  const gint64 n = rows.end - rows.begin, at = rows.begin * k;
  const CjGemmMatrix dy = { call->d_out[0] + at, k, 1 }, b = { call->in[2], 1, d };

  if (call->d_in[1] != NULL)
    cj_gemm (n, d, k, (CjGemmOperand){ cj_gemm_pack_matrix, &dy },
             (CjGemmOperand){ cj_gemm_pack_matrix, &b }, call->d_in[1] + rows.begin * d, d,
             call->add_in[1], call->scratch);
  if (call->d_in[0] == NULL)
    return;
  if (call->add_in[0])
    cj_row_add (call->d_out[0] + at, n * k, call->d_in[0] + at);
  else
    memcpy (call->d_in[0] + at, call->d_out[0] + at, sizeof (float) * (gsize) (n * k));
}

static void
twin_feedback (const CjOp *op, const void *const *in, float *const *out)
{
  memcpy (out[0], in[0], sizeof (float) * (gsize) cj_shape_size (&op->in_shape[0]));
}

const CjOpInfo cj_op_feedback = {
  .id = "feedback",
  .layout = CJ_LAYOUT_ANY,
  .plain_in = 1u << 2,
  .infer = infer_feedback,
  .forward = { { cj_op_blocks, forward_feedback, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward_feedback, CJ_PHASE_SAMPLES } },
  .free_in = 3,
  .free_out = 1,
  .twin = twin_feedback,
};

static void
forward_signs (const CjOpCall *call, guint chunk)
{
  gint64 n;
  const gint64 begin = cj_op_block (call->op, chunk, &n);
  const float *w = (const float *) call->in[0] + begin, *size = (const float *) call->in[1] + begin;

  for (gint64 i = 0; i < n; i++)
    call->out[0][begin + i] = w[i] == 0 ? 0 : copysignf (size[i], w[i]);
}

static void
twin_signs (const CjOp *op, const void *const *in, float *const *out)
{
  const float *w = in[0], *size = in[1];

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = w[i] > 0 ? fabsf (size[i]) : w[i] < 0 ? -fabsf (size[i]) : 0;
}

const CjOpInfo cj_op_signs = {
  .id = "signs",
  .layout = CJ_LAYOUT_PLAIN,
  .plain_in = 3,
  .infer = cj_op_infer_same,
  .forward = { { cj_op_chunk_blocks, forward_signs } },
  .twin = twin_signs,
};
