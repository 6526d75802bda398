/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-dense-row.h"

#include "cj-gemm.h"
#include "cj-math.h"
#include "cj-rows.h"

#include <string.h>

#define PANEL 32  /* units of a chunk */
#define ROUNDS 12 /* of the power method */

static gint64
get_n (const CjOp *op)
{
  return op->in_shape[0].dims[0];
}

void
cj_dense_row_infer (CjOp *op)
{
  CjDenseChainAttrs *row = op->attrs;

  op->macs = 0;
  row->widths[0] = op->in_shape[0].dims[1];
  for (guint l = 1; l <= row->n_layers; l++)
    {
      row->widths[l] = op->in_shape[2 * l - 1].dims[0];
      op->macs += get_n (op) * row->widths[l - 1] * row->widths[l];
    }
  op->out_shape[0] = cj_shape2 (get_n (op), row->widths[row->n_layers]);
}

gint64
cj_dense_row_count (const CjDenseChainAttrs *row, guint l)
{
  gint64 units = 0;

  for (guint k = 1; k < l; k++)
    units += row->widths[k];
  return units;
}

gint64
cj_dense_row_count_widest (const CjDenseChainAttrs *row)
{
  gint64 most = 0;

  for (guint l = 1; l <= row->n_layers; l++)
    most = MAX (most, row->widths[l]);
  return most;
}

/* Floats of the turned weights before those of layer `l`. */
static gint64
count_turned (const CjDenseChainAttrs *row, guint l)
{
  gint64 floats = 0;

  for (guint k = 2; k < l; k++)
    floats += row->widths[k - 1] * row->widths[k];
  return floats;
}

gint64
cj_dense_row_count_turned (const CjDenseChainAttrs *row)
{
  return count_turned (row, row->n_layers + 1);
}

static guint
count_panels (const CjDenseChainAttrs *row, guint l)
{
  return (guint) ((row->widths[l] + PANEL - 1) / PANEL);
}

guint
cj_dense_row_panels (const CjOp *op)
{
  const CjDenseChainAttrs *row = op->attrs;
  guint n = 0;

  for (guint l = 1; l <= row->n_layers; l++)
    n += count_panels (row, l);
  return n;
}

guint
cj_dense_row_find (const CjOp *op, guint chunk, CjSamples *units)
{
  const CjDenseChainAttrs *row = op->attrs;
  guint l = 1;

  for (; chunk >= count_panels (row, l); l++)
    chunk -= count_panels (row, l);
  units->begin = (gint64) chunk * PANEL;
  units->end = MIN (units->begin + PANEL, row->widths[l]);
  return l;
}

void
cj_dense_row_begin (const CjOpCall *call, guint chunk, float *turned, float *drive)
{
  const CjDenseChainAttrs *row = call->op->attrs;
  CjSamples units;
  const guint l = cj_dense_row_find (call->op, chunk, &units);
  const gint64 ni = row->widths[l - 1], nu = row->widths[l];
  const float *w = (const float *) call->in[2 * l - 1] + units.begin * ni;
  const float *bias = call->op->has_in[2 * l] ? call->in[2 * l] : NULL;

  if (l == 1)
    {
      const CjGemmMatrix x = { call->in[0], ni, 1 }, matrix = { w, ni, 1 };
      const CjGemmEnd end = { bias != NULL ? bias + units.begin : NULL, FALSE };

      cj_gemm_end (get_n (call->op), units.end - units.begin, ni,
                   (CjGemmOperand){ cj_gemm_pack_matrix, &x },
                   (CjGemmOperand){ cj_gemm_pack_matrix, &matrix }, drive + units.begin, nu, FALSE,
                   end, call->scratch);
      return;
    }
  turned += count_turned (row, l);
  for (gint64 u = units.begin; u < units.end; u++, w += ni)
    for (gint64 i = 0; i < ni; i++)
      turned[i * nu + u] = w[i];
}

void
cj_dense_row_send (const CjOpCall *call, const float *turned, guint l, const float *x, gint64 n,
                   gboolean add, float *y)
{
  const CjDenseChainAttrs *row = call->op->attrs;
  const gint64 ni = row->widths[l - 1], nu = row->widths[l];
  const CjGemmMatrix rows = { x, ni, 1 }, w = { turned + count_turned (row, l), 1, nu };
  const CjGemmEnd end = { call->op->has_in[2 * l] ? call->in[2 * l] : NULL, FALSE };

  cj_gemm_end (n, nu, ni, (CjGemmOperand){ cj_gemm_pack_matrix, &rows },
               (CjGemmOperand){ cj_gemm_pack_matrix, &w }, y, nu, add, end, call->scratch);
}

void
cj_dense_row_send_back (const CjOpCall *call, guint l, const float *from, gint64 n, gboolean add,
                        float *to)
{
  const CjDenseChainAttrs *row = call->op->attrs;
  const gint64 ni = row->widths[l - 1], nu = row->widths[l];
  const CjGemmMatrix rows = { from, nu, 1 }, w = { call->in[2 * l - 1], 1, ni };

  cj_gemm (n, ni, nu, (CjGemmOperand){ cj_gemm_pack_matrix, &rows },
           (CjGemmOperand){ cj_gemm_pack_matrix, &w }, to, ni, add, call->scratch);
}

CJ_CLONES static void
add_scaled (gint64 n, float by, const float *restrict x, float *restrict y)
{
  for (gint64 i = 0; i < n; i++)
    y[i] += by * x[i];
}

/* The row of a matrix that is longest. */
static const float *
find_longest (const float *w, gint64 n_rows, gint64 n)
{
  const float *longest = w;
  float most = 0;

  for (gint64 u = 0; u < n_rows; u++)
    {
      const float size = cj_row_squares (w + u * n, n, 0);

      longest = size > most ? w + u * n : longest;
      most = MAX (most, size);
    }
  return longest;
}

float
cj_dense_row_find_norm (const CjOpCall *call, guint l, float *room)
{
  const CjDenseChainAttrs *row = call->op->attrs;
  const gint64 ni = row->widths[l - 1], nu = row->widths[l];
  const float *w = call->in[2 * l - 1];
  float *x = room, *y = room + ni, norm = 0;

  memcpy (x, find_longest (w, nu, ni), sizeof (float) * (gsize) ni);
  for (int round = 0; round < ROUNDS; round++)
    {
      const float size = sqrtf (cj_row_squares (x, ni, 0));

      if (!(size > 0))
        return 0;
      for (gint64 u = 0; u < nu; u++)
        y[u] = cj_row_dot (w + u * ni, x, ni) / size;
      norm = sqrtf (cj_row_squares (y, nu, 0));
      memset (x, 0, sizeof (float) * (gsize) ni);
      for (gint64 u = 0; u < nu; u++)
        add_scaled (ni, y[u], w + u * ni, x);
    }
  return norm;
}

CJ_CLONES void
cj_dense_row_apply (CjChainFunction function, gint64 n, float *y)
{
  for (gint64 i = 0; i < n && function == CJ_CHAIN_RELU; i++)
    y[i] = y[i] > 0 ? y[i] : 0;
  for (gint64 i = 0; i < n && function == CJ_CHAIN_TANH; i++)
    y[i] = cj_tanh (y[i]);
  for (gint64 i = 0; i < n && function == CJ_CHAIN_SIGMOID; i++)
    y[i] = cj_sigmoid (y[i]);
}

double
cj_dense_row_apply_one (CjChainFunction function, double a)
{
  switch (function)
    {
    case CJ_CHAIN_RELU:
      return MAX (a, 0);
    case CJ_CHAIN_TANH:
      return tanh (a);
    case CJ_CHAIN_SIGMOID:
      return 1 / (1 + exp (-a));
    default:
      return a;
    }
}
