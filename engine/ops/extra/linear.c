/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of matrices and a determinant. float32 goes through the kernel of the engine, smaller floats too;
 * doubles and whole numbers are multiplied in plain loops. */
#include "cj-extra-private.h"

#include "cj-gemm.h"

#include <glib/gi18n-lib.h>

#define SMALL_PRODUCT 4096 /* multiply-adds below which packing does not repay */

void
cj_extra_multiply (gint64 m, gint64 n, gint64 k, const float *a, gint64 a_row, gint64 a_step,
                   const float *b, gint64 b_row, gint64 b_step, float *c, gint64 c_row)
{
  const CjGemmMatrix left = { a, a_row, a_step }, right = { b, b_step, b_row };
  g_autofree float *scratch = NULL;

  if (m > 0 && n > 0 && k > 0 && m * n > SMALL_PRODUCT / k)
    {
      scratch = g_new (float, CJ_GEMM_SCRATCH);
      cj_gemm (m, n, k, (CjGemmOperand){ cj_gemm_pack_matrix, &left },
               (CjGemmOperand){ cj_gemm_pack_matrix, &right }, c, c_row, FALSE, scratch);
      return;
    }
  for (gint64 i = 0; i < m; i++)
    for (gint64 j = 0; j < n; j++)
      {
        double sum = 0;

        for (gint64 p = 0; p < k; p++)
          sum += (double) a[i * a_row + p * a_step] * (double) b[p * b_row + j * b_step];
        c[i * c_row + j] = (float) sum;
      }
}

/* One product of doubles or whole numbers: y [m, n] from element `to` on. */
static void
multiply_slowly (const CjArray *a, gint64 a_at, const CjArray *b, gint64 b_at, CjArray *y,
                 gint64 to, gint64 m, gint64 n, gint64 k)
{
  const gboolean floats = cj_array_type_is_float (y->type);

  for (gint64 i = 0; i < m; i++)
    for (gint64 j = 0; j < n; j++)
      {
        double sum = 0;
        guint64 whole = 0;

        for (gint64 p = 0; p < k; p++)
          if (floats)
            sum += cj_array_get (a, a_at + i * k + p) * cj_array_get (b, b_at + p * n + j);
          else
            whole += (guint64) cj_array_get_int (a, a_at + i * k + p)
                     * (guint64) cj_array_get_int (b, b_at + p * n + j);
        if (floats)
          cj_array_set (y, to + i * n + j, sum);
        else
          cj_array_set_int (y, to + i * n + j, (gint64) whole);
      }
}

/* The shapes of a product as NumPy has it: the batch of both, and [m, k] and [k, n]. */
typedef struct
{
  CjDims batch;
  gint64 m, n, k;
  CjDims out;
} Product;

static gboolean
plan (const CjArray *a, const CjArray *b, Product *p, GError **error)
{
  const guint ra = a->dims.n, rb = b->dims.n;
  CjDims left = { 0 }, right = { 0 };

  if (ra == 0 || rb == 0)
    return cj_extra_refuse_shapes (error);
  p->m = ra > 1 ? a->dims.d[ra - 2] : 1;
  p->k = a->dims.d[ra - 1];
  p->n = rb > 1 ? b->dims.d[rb - 1] : 1;
  left = cj_dims (ra > 2 ? ra - 2 : 0, a->dims.d);
  right = cj_dims (rb > 2 ? rb - 2 : 0, b->dims.d);
  if ((rb > 1 ? b->dims.d[rb - 2] : b->dims.d[0]) != p->k
      || !cj_dims_broadcast (&left, &right, &p->batch))
    return cj_extra_refuse_shapes (error);
  p->out = p->batch;
  if (ra > 1)
    p->out.d[p->out.n++] = p->m;
  if (rb > 1)
    p->out.d[p->out.n++] = p->n;
  return TRUE;
}

/* A view of the batch alone, for walking: an element of it stands for a matrix. */
static CjArray *
batch_of (CjArray *x)
{
  const CjDims dims = cj_dims (x->dims.n > 2 ? x->dims.n - 2 : 0, x->dims.d);

  return cj_array_reshape (x, &dims);
}

CjArray *
cj_extra_matmul (CjArray *a, CjArray *b, CjArrayType type, GError **error)
{
  g_autoptr (CjArray) left = NULL, right = NULL;
  CjArray *batches[2];
  Product p;
  CjWalk walk;
  CjArray *y;

  if (!plan (a, b, &p, error))
    return NULL;
  y = cj_array_new (type, &p.out, error);
  if (y == NULL || y->size == 0)
    return y;
  batches[0] = left = batch_of (a);
  batches[1] = right = batch_of (b);
  cj_walk_init (&walk, &p.batch, 2, batches);
  while (cj_walk_next (&walk))
    for (gint64 i = 0; i < walk.row; i++)
      {
        const gint64 a_at = (walk.offset[0] + i * walk.step[0]) * p.m * p.k;
        const gint64 b_at = (walk.offset[1] + i * walk.step[1]) * p.k * p.n;
        const gint64 to = (walk.done + i) * p.m * p.n;

        if (type == CJ_ARRAY_F32 && a->type == type && b->type == type)
          cj_extra_multiply (p.m, p.n, p.k, cj_array_f32 (a) + a_at, p.k, 1,
                             cj_array_f32 (b) + b_at, p.n, 1, cj_array_f32 (y) + to, p.n);
        else
          multiply_slowly (a, a_at, b, b_at, y, to, p.m, p.n, p.k);
      }
  return y;
}

static gboolean
run_matmul (CjExtraCall *call, GError **error)
{
  const CjArrayType type = call->in[0]->type;
  const gboolean small = type == CJ_ARRAY_F16 || type == CJ_ARRAY_BF16;
  g_autoptr (CjArray) a = NULL, b = NULL;

  if (call->in[1]->type != type)
    return cj_extra_refuse_shapes (error);
  a = cj_array_cast (call->in[0], small ? CJ_ARRAY_F32 : type, error);
  b = a != NULL ? cj_array_cast (call->in[1], small ? CJ_ARRAY_F32 : type, error) : NULL;
  return b != NULL
         && cj_extra_give_as (call, 0, cj_extra_matmul (a, b, a->type, error), type, error);
}

/* --- Gemm --- */

/* y = alpha · A' · B', in the type of A. */
static CjArray *
gemm (CjArray *a, CjArray *b, gboolean turn_a, gboolean turn_b, double alpha, GError **error)
{
  static const guint turned[] = { 1, 0 }, straight[] = { 0, 1 };
  g_autoptr (CjArray) left = cj_array_permute (a, turn_a ? turned : straight, error);
  g_autoptr (CjArray) right
      = left != NULL ? cj_array_permute (b, turn_b ? turned : straight, error) : NULL;
  CjArray *y = right != NULL ? cj_extra_matmul (left, right, a->type, error) : NULL;

  for (gint64 i = 0; y != NULL && alpha != 1 && i < y->size; i++)
    cj_array_set (y, i, alpha * cj_array_get (y, i));
  return y;
}

static gboolean
run_gemm (CjExtraCall *call, GError **error)
{
  CjArray *c = cj_extra_in (call, 2);
  const CjArrayType type = call->in[0]->type;
  const gboolean small = type == CJ_ARRAY_F16 || type == CJ_ARRAY_BF16;
  const double beta = cj_extra_float (call, "beta", 1);
  g_autoptr (CjArray) a = NULL, b = NULL, y = NULL;
  CjDims dims;
  CjWalk walk;

  if (call->in[0]->dims.n != 2 || call->in[1]->dims.n != 2)
    return cj_extra_refuse_shapes (error);
  a = cj_array_cast (call->in[0], small ? CJ_ARRAY_F32 : type, error);
  b = a != NULL ? cj_array_cast (call->in[1], a->type, error) : NULL;
  if (b == NULL)
    return FALSE;
  y = gemm (a, b, cj_extra_int (call, "transA", 0) != 0, cj_extra_int (call, "transB", 0) != 0,
            cj_extra_float (call, "alpha", 1), error);
  if (y == NULL)
    return FALSE;
  if (c != NULL)
    {
      if (!cj_dims_broadcast (&y->dims, &c->dims, &dims) || !cj_dims_equal (&dims, &y->dims))
        return cj_extra_refuse_shapes (error);
      cj_walk_init (&walk, &dims, 1, &c);
      while (cj_walk_next (&walk))
        for (gint64 i = 0; i < walk.row; i++)
          cj_array_set (y, walk.done + i,
                        cj_array_get (y, walk.done + i)
                            + beta * cj_array_get (c, walk.offset[0] + i * walk.step[0]));
    }
  return cj_extra_give_as (call, 0, g_steal_pointer (&y), type, error);
}

/* --- determinants --- */

/* By elimination with the largest pivot. */
static double
determinant (double *m, gint64 n)
{
  double product = 1;

  for (gint64 k = 0; k < n; k++)
    {
      gint64 pivot = k;

      for (gint64 i = k + 1; i < n; i++)
        if (fabs (m[i * n + k]) > fabs (m[pivot * n + k]))
          pivot = i;
      if (m[pivot * n + k] == 0)
        return 0;
      for (gint64 j = 0; pivot != k && j < n; j++)
        {
          const double other = m[k * n + j];

          m[k * n + j] = m[pivot * n + j];
          m[pivot * n + j] = other;
        }
      product *= pivot != k ? -m[k * n + k] : m[k * n + k];
      for (gint64 i = k + 1; i < n; i++)
        for (gint64 j = n - 1; j >= k; j--)
          m[i * n + j] -= m[i * n + k] / m[k * n + k] * m[k * n + j];
    }
  return product;
}

static gboolean
run_det (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const guint rank = x->dims.n;
  g_autofree double *m = NULL;
  CjDims dims;
  CjArray *y;
  gint64 n;

  if (rank < 2 || x->dims.d[rank - 1] != x->dims.d[rank - 2])
    return cj_extra_refuse_shapes (error);
  n = x->dims.d[rank - 1];
  dims = cj_dims (rank - 2, x->dims.d);
  y = cj_extra_out (call, 0, x->type, &dims, error);
  if (y == NULL)
    return FALSE;
  m = x->size > 0 ? g_new (double, n *n) : NULL;
  for (gint64 i = 0; i < y->size; i++)
    {
      cj_array_read (x, i * n * n, 1, n * n, m);
      cj_array_set (y, i, determinant (m, n));
    }
  return TRUE;
}

const CjExtraInfo cj_extra_linear[] = {
  { "Det", 11, 0, 1, 1, run_det },
  { "Gemm", 1, 0, 2, 3, run_gemm },
  { "MatMul", 1, 0, 2, 2, run_matmul },
  { NULL, 0, 0, 0, 0, NULL },
};
