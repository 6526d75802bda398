/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of matrices in batches: C = A B, or A B^T. dA = dC B^T, dB = A^T dC. */
#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  gint64 batch, m, n, k;
  gboolean transposed;
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  const CjShape *a = &op->in_shape[0], *b = &op->in_shape[1];
  const gboolean transposed = ((const CjMatmulAttrs *) op->attrs)->transpose_b;
  const gint64 m = a->dims[a->n_dims - 2], k = a->dims[a->n_dims - 1];

  return (Sizes){ .batch = cj_shape_size (a) / MAX (m * k, 1),
                  .m = m,
                  .k = k,
                  .n = b->dims[b->n_dims - (transposed ? 2 : 1)],
                  .transposed = transposed };
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *a = &op->in_shape[0], *b = &op->in_shape[1];
  const gboolean transposed = ((const CjMatmulAttrs *) op->attrs)->transpose_b;
  gboolean fits = a->n_dims >= 2 && a->n_dims == b->n_dims;

  for (guint i = 0; fits && i + 2 < a->n_dims; i++)
    fits = a->dims[i] == b->dims[i];
  if (!fits || a->dims[a->n_dims - 1] != b->dims[b->n_dims - (transposed ? 1 : 2)])
    {
      g_autofree char *sa = cj_shape_print (a), *sb = cj_shape_print (b);

      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("cannot multiply %s by %s. The columns of the first must be the rows of the "
                      "second."),
                   sa, sb);
      return FALSE;
    }
  op->out_shape[0] = *a;
  op->out_shape[0].dims[a->n_dims - 1] = get_sizes (op).n;
  op->macs = cj_shape_size (&op->out_shape[0]) * get_sizes (op).k;
  return TRUE;
}

static guint
batches (const CjOp *op)
{
  return (guint) get_sizes (op).batch;
}

static void
forward (const CjOpCall *call, guint i)
{
  const Sizes s = get_sizes (call->op);
  const CjGemmMatrix a = { (const float *) call->in[0] + i * s.m * s.k, s.k, 1 };
  const float *right = (const float *) call->in[1] + i * s.k * s.n;
  const CjGemmMatrix b
      = s.transposed ? (CjGemmMatrix){ right, s.k, 1 } : (CjGemmMatrix){ right, 1, s.n };

  cj_gemm (s.m, s.n, s.k, (CjGemmOperand){ cj_gemm_pack_matrix, &a },
           (CjGemmOperand){ cj_gemm_pack_matrix, &b }, call->out[0] + i * s.m * s.n, s.n, FALSE,
           call->scratch);
}

static void
backward (const CjOpCall *call, guint i)
{
  const Sizes s = get_sizes (call->op);
  const float *left = (const float *) call->in[0] + i * s.m * s.k;
  const float *right = (const float *) call->in[1] + i * s.k * s.n;
  const float *dc = call->d_out[0] + i * s.m * s.n;
  const CjGemmMatrix rows = { dc, s.n, 1 }, columns = { dc, 1, s.n };

  if (call->d_in[0] != NULL)
    {
      const CjGemmMatrix b
          = s.transposed ? (CjGemmMatrix){ right, 1, s.k } : (CjGemmMatrix){ right, s.n, 1 };

      cj_gemm (s.m, s.k, s.n, (CjGemmOperand){ cj_gemm_pack_matrix, &rows },
               (CjGemmOperand){ cj_gemm_pack_matrix, &b }, call->d_in[0] + i * s.m * s.k, s.k,
               call->add_in[0], call->scratch);
    }
  if (call->d_in[1] == NULL)
    return;
  if (s.transposed)
    {
      const CjGemmMatrix a = { left, 1, s.k };

      cj_gemm (s.n, s.k, s.m, (CjGemmOperand){ cj_gemm_pack_matrix, &columns },
               (CjGemmOperand){ cj_gemm_pack_matrix, &a }, call->d_in[1] + i * s.k * s.n, s.k,
               call->add_in[1], call->scratch);
    }
  else
    {
      const CjGemmMatrix a = { left, 1, s.k };

      cj_gemm (s.k, s.n, s.m, (CjGemmOperand){ cj_gemm_pack_matrix, &a },
               (CjGemmOperand){ cj_gemm_pack_matrix, &columns }, call->d_in[1] + i * s.k * s.n, s.n,
               call->add_in[1], call->scratch);
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);

  for (gint64 i = 0; i < s.batch * s.m; i++)
    for (gint64 j = 0; j < s.n; j++)
      {
        const float *a = (const float *) in[0] + i * s.k;
        const float *b = (const float *) in[1] + i / s.m * s.k * s.n;
        double sum = 0;

        for (gint64 p = 0; p < s.k; p++)
          sum += (double) a[p] * (s.transposed ? b[j * s.k + p] : b[p * s.n + j]);
        out[0][i * s.n + j] = (float) sum;
      }
}

const CjOpInfo cj_op_matmul = {
  .id = "matmul",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjMatmulAttrs),
  .infer = infer,
  .forward = { { batches, forward } },
  .backward = { { batches, backward } },
  .free_out = 1,
  .twin = twin,
};
