/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of a weight from the activity on its two sides alone. N samples, I inputs, U units: pre x [N, I],
 * post y [N, U], weight W [U, I]. All are ΔW = (Cᵀ X − D W) / N with C [N, U] and D [U, U]:
 *   Hebb        C = y                        D = N decay
 *   Oja         C = y                        D = diag Σ y²
 *   Sanger      C = y                        D = lower triangle of Yᵀ Y
 *   BCM         C = y (y − θ)                D = N decay; θ follows the mean of y²
 *   winner      C = 1 for the unit whose weights are nearest to x, else 0      D = diag Σ C
 *   Kohonen     C = exp (−d² / 2σ²), d the way on the map to that unit         D = diag Σ C
 * D. Hebb (1949); E. Oja (1982), equation 3; T. Sanger (1989), equation 5; E. Bienenstock, L. Cooper, P. Munro
 * (1982) with the threshold of N. Intrator, L. Cooper (1992); D. Rumelhart, D. Zipser (1985); T. Kohonen
 * (1982). */
#include "cj-gemm.h"
#include "cj-ops.h"
#include "cj-rows.h"

#include <math.h>

#define PANEL 32 /* units of a chunk */

static const CjLocalAttrs *
get_attrs (const CjOp *op)
{
  return op->attrs;
}

static gint64
get_n (const CjOp *op)
{
  return op->in_shape[0].dims[0];
}

static gint64
get_i (const CjOp *op)
{
  return op->in_shape[2].dims[1];
}

static gint64
get_u (const CjOp *op)
{
  return op->in_shape[2].dims[0];
}

static gboolean
competes (const CjOp *op)
{
  return get_attrs (op)->kind == CJ_LOCAL_WINNER || get_attrs (op)->kind == CJ_LOCAL_KOHONEN;
}

/* Workspace: C [N, U], then D [U, U] for Sanger, [U] for the others. */
static float *
get_d (const CjOpCall *call)
{
  return call->workspace + get_n (call->op) * get_u (call->op);
}

static gboolean
infer (CjOp *op, GError **error)
{
  const gint64 n = get_n (op), u = get_u (op);

  (void) error;
  op->out_shape[0] = (CjShape){ 0 };
  op->macs = n * u * get_i (op);
  op->workspace_bytes
      = sizeof (float)
        * (gsize) (n * u + (get_attrs (op)->kind == CJ_LOCAL_SANGER ? u * u : u) + u);
  return TRUE;
}

/* The mean square of what the units send, and for BCM the threshold that follows it. */
static void
forward (const CjOpCall *call, guint chunk)
{
  const CjLocalAttrs *a = get_attrs (call->op);
  const gint64 n = get_n (call->op), u = get_u (call->op);
  const float *y = call->in[1];
  float *theta = a->kind == CJ_LOCAL_BCM ? call->in[3] : NULL;
  double all = 0;

  (void) chunk;
  for (gint64 k = 0; k < u; k++)
    {
      double sum = 0;

      for (gint64 i = 0; i < n; i++)
        sum += (double) y[i * u + k] * y[i * u + k];
      if (theta != NULL && call->training)
        theta[k] += (float) (a->follow * (sum / (double) n - theta[k]));
      all += sum;
    }
  call->out[0][0] = (float) (all / (double) (n * u));
}

/* The unit whose weights are nearest to each sample of a block: [begin, end) of C holds x W^T. */
static void
compete (const CjOpCall *call, CjSamples rows)
{
  const CjLocalAttrs *a = get_attrs (call->op);
  const gint64 ni = get_i (call->op), nu = get_u (call->op);
  const CjGemmMatrix x = { (const float *) call->in[0] + rows.begin * ni, ni, 1 };
  const CjGemmMatrix w = { call->in[2], ni, 1 };
  float *c = call->workspace + rows.begin * nu, *norms = get_d (call);
  const double share = a->steps > 0 ? MIN ((double) call->step / a->steps, 1) : 1;
  const double width = a->width * pow (a->least / a->width, share);

  cj_gemm (rows.end - rows.begin, nu, ni, (CjGemmOperand){ cj_gemm_pack_matrix, &x },
           (CjGemmOperand){ cj_gemm_pack_matrix, &w }, c, nu, FALSE, call->scratch);
  for (gint64 n = rows.begin; n < rows.end; n++, c += nu)
    {
      gint64 best = 0;

      for (gint64 u = 1; u < nu; u++)
        if (norms[u] - 2 * c[u] < norms[best] - 2 * c[best])
          best = u;
      for (gint64 u = 0; u < nu; u++)
        {
          const double dx = (double) (u % a->columns - best % a->columns);
          const double dy = (double) (u / a->columns - best / a->columns);

          c[u] = a->kind == CJ_LOCAL_WINNER
                     ? (float) (u == best)
                     : (float) exp (-(dx * dx + dy * dy) / (2 * width * width));
        }
    }
}

static void
measure_weights (const CjOpCall *call, guint chunk)
{
  const gint64 ni = get_i (call->op), u0 = (gint64) chunk * PANEL;

  for (gint64 u = u0; u < MIN (u0 + PANEL, get_u (call->op)) && competes (call->op); u++)
    {
      const float *w = (const float *) call->in[2] + u * ni;

      get_d (call)[u] = cj_row_dot (w, w, ni);
    }
}

static void
fill_c (const CjOpCall *call, guint block)
{
  const gint64 nu = get_u (call->op);
  const CjSamples rows = cj_op_samples (call->op, block);
  const float *y = (const float *) call->in[1] + rows.begin * nu;
  float *c = call->workspace + rows.begin * nu;

  if (competes (call->op))
    {
      compete (call, rows);
      return;
    }
  memcpy (c, y, sizeof (float) * (gsize) ((rows.end - rows.begin) * nu));
  for (gint64 i = 0; get_attrs (call->op)->kind == CJ_LOCAL_BCM && i < (rows.end - rows.begin) * nu;
       i++)
    c[i] *= y[i] - ((const float *) call->in[3])[i % nu];
}

static double
sum_column (const float *a, const float *b, gint64 n, gint64 stride)
{
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    sum += (double) a[i * stride] * (b != NULL ? b[i * stride] : 1);
  return sum;
}

/* Rows [u0, u0 + units) of D, over N. */
static void
fill_d (const CjOpCall *call, gint64 u0, gint64 units)
{
  const CjLocalAttrs *a = get_attrs (call->op);
  const gint64 n = get_n (call->op), nu = get_u (call->op);
  const float *c = call->workspace;
  float *d = get_d (call);

  for (gint64 u = u0; u < u0 + units; u++)
    switch (a->kind)
      {
      case CJ_LOCAL_SANGER:
        for (gint64 k = 0; k < nu; k++)
          d[u * nu + k] = k <= u ? (float) (sum_column (c + u, c + k, n, nu) / (double) n) : 0;
        break;
      case CJ_LOCAL_OJA:
        d[u] = (float) (sum_column (c + u, c + u, n, nu) / (double) n);
        break;
      case CJ_LOCAL_WINNER:
      case CJ_LOCAL_KOHONEN:
        d[u] = (float) (sum_column (c + u, NULL, n, nu) / (double) n);
        break;
      default:
        d[u] = (float) a->decay;
      }
}

static guint
panels (const CjOp *op)
{
  return (guint) ((get_u (op) + PANEL - 1) / PANEL);
}

/* dW = −ΔW of the units of a panel. */
static void
change (const CjOpCall *call, guint chunk)
{
  const gint64 n = get_n (call->op), ni = get_i (call->op), nu = get_u (call->op);
  const gint64 u0 = (gint64) chunk * PANEL, units = MIN (PANEL, nu - u0);
  const CjGemmMatrix c = { call->workspace + u0, 1, nu }, x = { call->in[0], 1, ni };
  const CjGemmMatrix d = { get_d (call) + u0 * nu, nu, 1 }, w = { call->in[2], 1, ni };
  const float scale = -1 / (float) n;
  float *dw = call->d_in[2] != NULL ? call->d_in[2] + u0 * ni : NULL;

  if (dw == NULL)
    return;
  fill_d (call, u0, units);
  cj_gemm (units, ni, n, (CjGemmOperand){ cj_gemm_pack_matrix, &c },
           (CjGemmOperand){ cj_gemm_pack_matrix, &x }, dw, ni, FALSE, call->scratch);
  for (gint64 i = 0; i < units * ni; i++)
    dw[i] *= scale;
  if (get_attrs (call->op)->kind == CJ_LOCAL_SANGER)
    {
      cj_gemm (units, ni, nu, (CjGemmOperand){ cj_gemm_pack_matrix, &d },
               (CjGemmOperand){ cj_gemm_pack_matrix, &w }, dw, ni, TRUE, call->scratch);
      return;
    }
  for (gint64 u = 0; u < units; u++)
    for (gint64 i = 0; i < ni; i++)
      dw[u * ni + i] += get_d (call)[u0 + u] * ((const float *) call->in[2])[(u0 + u) * ni + i];
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 size = get_n (op) * get_u (op);
  const float *y = in[1];
  double sum = 0;

  for (gint64 i = 0; i < size; i++)
    sum += (double) y[i] * y[i];
  out[0][0] = (float) (sum / (double) size);
}

const CjOpInfo cj_op_local = {
  .id = "local",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjLocalAttrs),
  .infer = infer,
  .forward = { { NULL, forward } },
  .backward = { { panels, measure_weights }, { cj_op_blocks, fill_c }, { panels, change } },
  .twin = twin,
};
