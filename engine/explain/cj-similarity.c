/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-similarity.h"

#include "cj-gram.h"

#include <math.h>

/* The upper triangle of a symmetric matrix has its inner product if what lies off the diagonal counts
 * twice: that many numbers fewer to keep. */
#define TWICE 1.4142135623730951

static CjTensor *
vector_new (gint64 n)
{
  const CjShape shape = cj_shape1 (n);

  return cj_tensor_new (CJ_FLOAT32, &shape);
}

/* Scales to length 1; takes it. Of nothing but rounding (`whole` is what was there before parts were
 * taken away) [0] is left. */
static CjTensor *
normalize (CjTensor *vector, double whole)
{
  const gint64 n = cj_shape_size (&vector->shape);
  float *v = cj_tensor_f32 (vector);
  double square = 0;

  for (gint64 i = 0; i < n; i++)
    square += (double) v[i] * v[i];
  if (!(square > 1e-12 * whole) || !isfinite (square))
    {
      cj_tensor_unref (vector);
      return vector_new (0);
    }
  for (gint64 i = 0; i < n; i++)
    v[i] = (float) (v[i] / sqrt (square));
  return vector;
}

static double
sum_of_squares (const CjTensor *x)
{
  const gint64 n = cj_shape_size (&x->shape);
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    sum += (double) cj_tensor_f32 (x)[i] * cj_tensor_f32 (x)[i];
  return sum;
}

/* What is left of the columns after centring is more than rounding. */
static gboolean
varies (const CjTensor *x, const CjTensor *centred)
{
  return sum_of_squares (centred) > 1e-12 * sum_of_squares (x);
}

/* The centred Gram matrix, which that of centred columns is. */
static CjTensor *
align (const CjTensor *gram)
{
  const gint64 n = gram->shape.dims[0];
  const float *k = cj_tensor_f32 (gram);
  CjTensor *out = vector_new (n * (n + 1) / 2);
  float *v = cj_tensor_f32 (out);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = i; j < n; j++)
      *v++ = (float) (k[i * n + j] * (i == j ? 1 : TWICE));
  return normalize (out, 0);
}

/* The same U-centred: rows and columns without the diagonal sum to 0, and the diagonal is 0. */
static CjTensor *
align_unbiased (const CjTensor *gram)
{
  const gint64 n = gram->shape.dims[0];
  const float *k = cj_tensor_f32 (gram);
  CjTensor *out = vector_new (n * (n - 1) / 2);
  g_autofree double *rows = g_new0 (double, n);
  float *v = cj_tensor_f32 (out);
  double all = 0, whole = 0;

  for (gint64 i = 0; i < n; i++)
    {
      for (gint64 j = 0; j < n; j++)
        {
          rows[i] += i == j ? 0 : k[i * n + j];
          whole += (double) k[i * n + j] * k[i * n + j];
        }
      all += rows[i];
    }
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = i + 1; j < n; j++)
      *v++ = (float) (k[i * n + j] - (rows[i] + rows[j]) / (double) (n - 2)
                      + all / (double) ((n - 1) * (n - 2)));
  return normalize (out, whole);
}

typedef struct
{
  float value;
  guint32 at;
} Ranked;

static int
compare (gconstpointer a, gconstpointer b)
{
  const Ranked *p = a, *q = b;

  return p->value < q->value ? -1 : p->value > q->value;
}

void
cj_rank (const float *values, gint64 n, double *ranks)
{
  g_autofree Ranked *order = g_new (Ranked, n + 1);

  for (gint64 i = 0; i < n; i++)
    order[i] = (Ranked){ values[i], (guint32) i };
  qsort (order, (gsize) n, sizeof *order, compare);
  for (gint64 i = 0, end; i < n; i = end)
    {
      for (end = i + 1; end < n && order[end].value == order[i].value;)
        end++;
      for (gint64 j = i; j < end; j++)
        ranks[order[j].at] = (double) (i + 1 + end) / 2;
    }
}

/* Ranks of the dissimilarities, mean 0. */
static CjTensor *
rank_dissimilarities (const CjTensor *x)
{
  g_autoptr (CjTensor) all = cj_compare_samples (x, CJ_PAIR_DISSIMILARITY);
  const gint64 n = x->shape.dims[0], pairs = n * (n - 1) / 2;
  g_autoptr (CjTensor) upper = vector_new (pairs);
  CjTensor *out = vector_new (pairs);
  g_autofree double *ranks = g_new (double, pairs + 1);
  float *u = cj_tensor_f32 (upper);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = i + 1; j < n; j++)
      {
        const float d = cj_tensor_f32 (all)[i * n + j];

        *u++ = isfinite (d) ? d : 1; /* no correlation, as of two that have nothing in common */
      }
  cj_rank (cj_tensor_f32 (upper), pairs, ranks);
  for (gint64 i = 0; i < pairs; i++)
    cj_tensor_f32 (out)[i] = (float) (ranks[i] - (double) (pairs + 1) / 2);
  return normalize (out, 0);
}

CjTensor *
cj_signature_new (const CjTensor *x, CjSimilarity kind)
{
  g_autoptr (CjTensor) centred = NULL, gram = NULL;

  g_return_val_if_fail (x->shape.n_dims == 2 && x->shape.dims[0] >= CJ_SIMILARITY_LEAST, NULL);

  if (kind == CJ_SIMILARITY_RSA)
    return rank_dissimilarities (x);
  centred = cj_centre (x);
  if (!varies (x, centred))
    return vector_new (0);
  gram = cj_gram (centred, centred);
  return kind == CJ_SIMILARITY_CKA ? align (gram) : align_unbiased (gram);
}

double
cj_signature_compare (const CjTensor *a, const CjTensor *b)
{
  const gint64 n = cj_shape_size (&a->shape);
  const float *u = cj_tensor_f32 (a), *v = cj_tensor_f32 (b);
  double sum = 0;

  if (n == 0 || n != cj_shape_size (&b->shape))
    return NAN;
  for (gint64 i = 0; i < n; i++)
    sum += (double) u[i] * v[i];
  return CLAMP (sum, -1, 1);
}

/* Rows with mean 0 and length 1; one without any deviation becomes NAN. */
static CjTensor *
standardize_rows (const CjTensor *x)
{
  const gint64 n = x->shape.dims[0], d = x->shape.dims[1];
  CjTensor *out = cj_tensor_new (CJ_FLOAT32, &x->shape);

  for (gint64 i = 0; i < n; i++)
    {
      const float *row = cj_tensor_f32 (x) + i * d;
      double mean = 0, square = 0, whole = 0;

      for (gint64 j = 0; j < d; j++)
        mean += row[j] / (double) d;
      for (gint64 j = 0; j < d; j++)
        {
          square += (row[j] - mean) * (row[j] - mean);
          whole += (double) row[j] * row[j];
        }
      square = square > 1e-12 * whole ? sqrt (square) : NAN;
      for (gint64 j = 0; j < d; j++)
        cj_tensor_f32 (out)[i * d + j] = (float) ((row[j] - mean) / square);
    }
  return out;
}

CjTensor *
cj_compare_samples (const CjTensor *x, CjPair kind)
{
  const gint64 n = x->shape.dims[0];
  g_autoptr (CjTensor) rows = NULL;
  CjTensor *out;
  float *v;

  g_return_val_if_fail (x->shape.n_dims == 2, NULL);

  if (kind == CJ_PAIR_EUCLIDEAN)
    {
      out = cj_squared_distances (x);
      v = cj_tensor_f32 (out);
      for (gint64 i = 0; i < n * n; i++)
        v[i] = sqrtf (v[i]);
      return out;
    }
  rows = standardize_rows (x);
  out = cj_gram (rows, rows);
  v = cj_tensor_f32 (out);
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < n; j++)
      {
        const float r = v[i * n + j];

        v[i * n + j] = i == j ? 1 : isnan (r) ? NAN : CLAMP (r, -1, 1);
        if (kind == CJ_PAIR_DISSIMILARITY)
          v[i * n + j] = 1 - v[i * n + j];
      }
  return out;
}
