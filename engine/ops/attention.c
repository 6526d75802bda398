/* SPDX-License-Identifier: GPL-3.0-or-later */
/* softmax (q k^T / sqrt (D)) v, a head of a sample at a time, in blocks of scores that stay in the
 * cache: the sums of a row run along (Milakov and Gimelshein, "Online normalizer calculation for
 * softmax", 2018), and backward makes the scores again from the logarithm of the row's sum (Dao et
 * al., "FlashAttention", 2022, algorithms 1 and 4). Blocks above the diagonal of a causal head are
 * skipped. N batch, T queries, S keys, E features, D = E / heads features of a head. */
#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ROWS 48     /* queries of a block of scores, whole register tiles */
#define COLUMNS 128 /* keys of a block */
#define OUTSIDE -1e30f

typedef struct
{
  gint64 t, s, e, d, heads;
  gint64 row; /* floats from one moment to the next in q, k and v */
  float scale;
  gboolean causal, packed;
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  const CjAttentionAttrs *a = op->attrs;
  const gboolean packed = op->n_in < 2 || !op->has_in[1];
  const gint64 row = op->in_shape[0].dims[2], e = packed ? row / 3 : row;

  return (Sizes){ .t = op->in_shape[0].dims[1],
                  .s = op->in_shape[packed ? 0 : 1].dims[1],
                  .e = e,
                  .d = e / a->heads,
                  .heads = a->heads,
                  .row = row,
                  .scale = 1.0f / sqrtf ((float) (e / a->heads)),
                  .causal = a->causal,
                  .packed = packed };
}

static gboolean
check_keys (const CjOp *op, GError **error)
{
  const CjShape *q = &op->in_shape[0], *k = &op->in_shape[1], *v = &op->in_shape[2];

  if (k->n_dims == 3 && k->dims[0] == q->dims[0] && k->dims[2] == q->dims[2] && op->n_in > 2
      && op->has_in[2] && cj_shape_equal (k, v))
    return TRUE;
  return cj_op_refuse (op, _ ("keys and values with as many features as the queries"),
                       _ ("Put Dense before the keys."), error);
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *q = &op->in_shape[0];
  const int heads = ((const CjAttentionAttrs *) op->attrs)->heads;
  Sizes s;

  if (q->n_dims != 3)
    return cj_op_refuse (op, _ ("a sequence of vectors"),
                         _ ("Put Embedding or Patch embedding before it."), error);
  s = get_sizes (op);
  if (!s.packed && !check_keys (op, error))
    return FALSE;
  if (s.e % heads != 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("cannot share %lld features among %d heads. Choose a number of heads that "
                      "divides the features."),
                   (long long) s.e, heads);
      return FALSE;
    }
  if (s.causal && s.t != s.s)
    return cj_op_refuse (op, _ ("as many keys as queries when causal"), _ ("Turn causal off."),
                         error);
  if (op->n_in > 3 && op->has_in[3]
      && (op->in_shape[3].n_dims != 2 || op->in_shape[3].dims[0] != q->dims[0]
          || op->in_shape[3].dims[1] != s.s))
    return cj_op_refuse (op, _ ("one mark of padding a key"),
                         _ ("Wire the marks of the same tokens."), error);
  op->n_out = 2;
  op->out_shape[0] = cj_shape3 (q->dims[0], s.t, s.e);
  op->out_shape[1] = cj_shape4 (q->dims[0], heads, s.t, s.s);
  op->saved_bytes = sizeof (float) * (gsize) (q->dims[0] * heads * s.t);
  op->macs = 2 * q->dims[0] * s.e * (s.causal ? s.t * (s.t + 1) / 2 : s.t * s.s);
  return TRUE;
}

static guint
heads_of_samples (const CjOp *op)
{
  return (guint) (op->in_shape[0].dims[0] * ((const CjAttentionAttrs *) op->attrs)->heads);
}

/* One head of one sample: where its numbers begin. */
typedef struct
{
  Sizes s;
  const float *q, *k, *v;
  float *y;
  const float *dy, *d_weights;
  float *dq, *dk, *dv;
  gboolean add_q, add_k, add_v;
  const void *padding; /* of the sample */
  CjDtype padding_dtype;
  const CjAttentionAttrs *attrs;
  float *log_sums, *weights; /* [T]; [T, S] */
  float *scratch;
} Head;

static float *
offset (gconstpointer base, gint64 by)
{
  return base != NULL ? (float *) base + by : NULL;
}

static Head
get_head (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  const gint64 n = chunk / s.heads, h = chunk % s.heads;
  const gint64 at_q = n * s.t * s.row + h * s.d, at_k = n * s.s * s.row + h * s.d;
  const gint64 at_y = n * s.t * s.e + h * s.d;
  const int ik = s.packed ? 0 : 1, iv = s.packed ? 0 : 2;
  const gboolean padded = call->op->n_in > 3 && call->op->has_in[3];
  const gsize mark = padded ? cj_dtype_size (call->op->in_dtype[3]) : 0;

  return (Head){
    .s = s,
    .q = offset (call->in[0], at_q),
    .k = offset (call->in[ik], at_k + (s.packed ? s.e : 0)),
    .v = offset (call->in[iv], at_k + (s.packed ? 2 * s.e : 0)),
    .y = offset (call->out[0], at_y),
    .dy = offset (call->d_out[0], at_y),
    .d_weights = offset (call->d_out[1], chunk * s.t * s.s),
    .dq = offset (call->d_in[0], at_q),
    .dk = offset (call->d_in[ik], at_k + (s.packed ? s.e : 0)),
    .dv = offset (call->d_in[iv], at_k + (s.packed ? 2 * s.e : 0)),
    .add_q = call->add_in[0],
    .add_k = call->add_in[ik],
    .add_v = call->add_in[iv],
    .padding = padded ? (const char *) call->in[3] + (gsize) (n * s.s) * mark : NULL,
    .attrs = call->op->attrs,
    .padding_dtype = padded ? call->op->in_dtype[3] : CJ_FLOAT32,
    .log_sums = (float *) call->saved + chunk * s.t,
    .weights = offset (call->out[1], chunk * s.t * s.s),
    .scratch = call->scratch,
  };
}

static gboolean
is_padding (const Head *h, gint64 key)
{
  double mark;

  if (h->padding == NULL)
    return FALSE;
  mark = h->padding_dtype == CJ_FLOAT32 ? (double) ((const float *) h->padding)[key]
         : h->padding_dtype == CJ_INT32 ? ((const gint32 *) h->padding)[key]
                                        : ((const guint8 *) h->padding)[key];
  return h->attrs->by_word ? mark == h->attrs->word : mark != 0;
}

/* Keys that the queries first .. first + count - 1 may hear, from 0. */
static gint64
get_reach (const Head *h, gint64 first, gint64 count)
{
  return h->s.causal ? MIN (h->s.s, first + count) : h->s.s;
}

static void
multiply (const Head *h, gint64 m, gint64 n, gint64 k, CjGemmMatrix a, CjGemmMatrix b, float *c,
          gint64 c_stride, gboolean add)
{
  cj_gemm (m, n, k, (CjGemmOperand){ cj_gemm_pack_matrix, &a },
           (CjGemmOperand){ cj_gemm_pack_matrix, &b }, c, c_stride, add, h->scratch);
}

/* scores [rows, COLUMNS] of queries i.. and keys j.., scaled; OUTSIDE where none is heard. */
static void
make_scores (const Head *h, gint64 i, gint64 rows, gint64 j, gint64 columns, float *scores)
{
  multiply (h, rows, columns, h->s.d, (CjGemmMatrix){ h->q + i * h->s.row, h->s.row, 1 },
            (CjGemmMatrix){ h->k + j * h->s.row, h->s.row, 1 }, scores, COLUMNS, FALSE);
  for (gint64 r = 0; r < rows; r++)
    {
      const gint64 heard = h->s.causal ? CLAMP (i + r + 1 - j, 0, columns) : columns;

      for (gint64 c = 0; c < heard; c++)
        scores[r * COLUMNS + c] *= h->s.scale;
      for (gint64 c = heard; c < columns; c++)
        scores[r * COLUMNS + c] = OUTSIDE;
      for (gint64 c = 0; h->padding != NULL && c < heard; c++)
        if (is_padding (h, j + c))
          scores[r * COLUMNS + c] = OUTSIDE;
    }
}

/* row[c] = exp (row[c] - minus), 0 outside; the sum, in eight lanes of fixed order. */
CJ_CLONES static float
exponentiate (float *row, gint64 n, float minus)
{
  float lanes[8] = { 0 }, sum = 0;
  gint64 c = 0;

  for (; c + 8 <= n; c += 8)
    for (int l = 0; l < 8; l++)
      {
        const float x = row[c + l], p = x > 0.5f * OUTSIDE ? cj_exp (x - minus) : 0;

        row[c + l] = p;
        lanes[l] += p;
      }
  for (; c < n; c++)
    {
      row[c] = row[c] > 0.5f * OUTSIDE ? cj_exp (row[c] - minus) : 0;
      sum += row[c];
    }
  for (int l = 0; l < 8; l++)
    sum += lanes[l];
  return sum;
}

CJ_CLONES static float
largest (const float *row, gint64 n)
{
  float lanes[8], top = OUTSIDE;
  gint64 c = 0;

  for (int l = 0; l < 8; l++)
    lanes[l] = OUTSIDE;
  for (; c + 8 <= n; c += 8)
    for (int l = 0; l < 8; l++)
      lanes[l] = row[c + l] > lanes[l] ? row[c + l] : lanes[l];
  for (; c < n; c++)
    top = MAX (top, row[c]);
  for (int l = 0; l < 8; l++)
    top = MAX (top, lanes[l]);
  return top;
}

static void
forward_rows (const Head *h, gint64 i, gint64 rows)
{
  float scores[ROWS * COLUMNS] __attribute__ ((aligned (64)));
  float tops[ROWS], sums[ROWS] = { 0 };
  const gint64 reach = get_reach (h, i, rows), e = h->s.e, d = h->s.d;

  for (gint64 r = 0; r < rows; r++)
    tops[r] = OUTSIDE;
  for (gint64 j = 0; j < reach; j += COLUMNS)
    {
      const gint64 columns = MIN (COLUMNS, reach - j);

      make_scores (h, i, rows, j, columns, scores);
      for (gint64 r = 0; r < rows; r++)
        {
          float *row = scores + r * COLUMNS;
          const float top = MAX (tops[r], largest (row, columns));
          const float shrink = cj_exp (tops[r] - top);

          sums[r] = sums[r] * shrink + exponentiate (row, columns, top);
          for (gint64 c = 0; j > 0 && top > tops[r] && c < d; c++)
            h->y[(i + r) * e + c] *= shrink;
          tops[r] = top;
        }
      multiply (h, rows, d, columns, (CjGemmMatrix){ scores, COLUMNS, 1 },
                (CjGemmMatrix){ h->v + j * h->s.row, 1, h->s.row }, h->y + i * e, e, j > 0);
    }
  for (gint64 r = 0; r < rows; r++)
    {
      const float scale = sums[r] > 0 ? 1.0f / sums[r] : 0;

      for (gint64 c = 0; c < d; c++)
        h->y[(i + r) * e + c] *= scale;
      h->log_sums[i + r] = sums[r] > 0 ? tops[r] + logf (sums[r]) : 0;
    }
}

/* The weights of queries i.., for those who want to see them. */
static void
write_weights (const Head *h, gint64 i, gint64 rows)
{
  float scores[ROWS * COLUMNS] __attribute__ ((aligned (64)));
  const gint64 reach = get_reach (h, i, rows);

  memset (h->weights + i * h->s.s, 0, sizeof (float) * (gsize) (rows * h->s.s));
  for (gint64 j = 0; j < reach; j += COLUMNS)
    {
      const gint64 columns = MIN (COLUMNS, reach - j);

      make_scores (h, i, rows, j, columns, scores);
      for (gint64 r = 0; r < rows; r++)
        {
          exponentiate (scores + r * COLUMNS, columns, h->log_sums[i + r]);
          memcpy (h->weights + (i + r) * h->s.s + j, scores + r * COLUMNS,
                  sizeof (float) * (gsize) columns);
        }
    }
}

static void
forward (const CjOpCall *call, guint chunk)
{
  const Head h = get_head (call, chunk);

  for (gint64 i = 0; i < h.s.t; i += ROWS)
    {
      forward_rows (&h, i, MIN (ROWS, h.s.t - i));
      if (h.weights != NULL)
        write_weights (&h, i, MIN (ROWS, h.s.t - i));
    }
}

/* What every score of a row loses: the sum of weight times gradient of the weight. */
static float
get_mean_gradient (const Head *h, gint64 i)
{
  double sum = 0;

  for (gint64 c = 0; h->dy != NULL && c < h->s.d; c++)
    sum += (double) h->dy[i * h->s.e + c] * h->y[i * h->s.e + c];
  for (gint64 c = 0; h->d_weights != NULL && c < h->s.s; c++)
    sum += (double) h->d_weights[i * h->s.s + c] * h->weights[i * h->s.s + c];
  return (float) sum;
}

/* p: the weights of a block, g: gradients of those; g becomes the gradient of q k^T. */
static void
make_score_gradient (const Head *h, gint64 i, gint64 rows, gint64 j, gint64 columns, const float *p,
                     const float *means, float *g)
{
  if (h->dy != NULL)
    multiply (h, rows, columns, h->s.d, (CjGemmMatrix){ h->dy + i * h->s.e, h->s.e, 1 },
              (CjGemmMatrix){ h->v + j * h->s.row, h->s.row, 1 }, g, COLUMNS, FALSE);
  else
    memset (g, 0, sizeof (float) * (gsize) (rows * COLUMNS));
  for (gint64 r = 0; r < rows; r++)
    {
      float *row = g + r * COLUMNS;
      const float *extra = offset (h->d_weights, (i + r) * h->s.s + j);

      for (gint64 c = 0; extra != NULL && c < columns; c++)
        row[c] += extra[c];
      for (gint64 c = 0; c < columns; c++)
        row[c] = p[r * COLUMNS + c] * (row[c] - means[r]) * h->s.scale;
    }
}

static void
backward_rows (const Head *h, gint64 i, gint64 rows)
{
  float p[ROWS * COLUMNS] __attribute__ ((aligned (64)));
  float g[ROWS * COLUMNS] __attribute__ ((aligned (64)));
  float means[ROWS];
  const gint64 reach = get_reach (h, i, rows), step = h->s.row, d = h->s.d;

  for (gint64 r = 0; r < rows; r++)
    means[r] = get_mean_gradient (h, i + r);
  for (gint64 j = 0; j < reach; j += COLUMNS)
    {
      const gint64 columns = MIN (COLUMNS, reach - j);

      make_scores (h, i, rows, j, columns, p);
      for (gint64 r = 0; r < rows; r++)
        exponentiate (p + r * COLUMNS, columns, h->log_sums[i + r]);
      if (h->dv != NULL && h->dy != NULL)
        multiply (h, columns, d, rows, (CjGemmMatrix){ p, 1, COLUMNS },
                  (CjGemmMatrix){ h->dy + i * h->s.e, 1, h->s.e }, h->dv + j * step, step, TRUE);
      make_score_gradient (h, i, rows, j, columns, p, means, g);
      if (h->dq != NULL)
        multiply (h, rows, d, columns, (CjGemmMatrix){ g, COLUMNS, 1 },
                  (CjGemmMatrix){ h->k + j * step, 1, step }, h->dq + i * step, step, TRUE);
      if (h->dk != NULL)
        multiply (h, columns, d, rows, (CjGemmMatrix){ g, 1, COLUMNS },
                  (CjGemmMatrix){ h->q + i * step, 1, step }, h->dk + j * step, step, TRUE);
    }
}

static void
clear (const Head *h, float *gradient, gint64 moments)
{
  for (gint64 j = 0; gradient != NULL && j < moments; j++)
    memset (gradient + j * h->s.row, 0, sizeof (float) * (gsize) h->s.d);
}

/* All is cleared before anything is added, as queries, keys and values may be one tensor. */
static void
backward (const CjOpCall *call, guint chunk)
{
  const Head h = get_head (call, chunk);

  if (!h.add_q)
    clear (&h, h.dq, h.s.t);
  if (!h.add_k)
    clear (&h, h.dk, h.s.s);
  if (!h.add_v)
    clear (&h, h.dv, h.s.s);
  for (gint64 i = 0; i < h.s.t; i += ROWS)
    backward_rows (&h, i, MIN (ROWS, h.s.t - i));
}

/* One row of weights in double, by the definition. */
static void
twin_row (const Head *h, gint64 i, double *p)
{
  double top = -G_MAXDOUBLE, sum = 0;

  for (gint64 j = 0; j < h->s.s; j++)
    {
      p[j] = 0;
      for (gint64 c = 0; c < h->s.d; c++)
        p[j] += (double) h->q[i * h->s.row + c] * h->k[j * h->s.row + c] / sqrt ((double) h->s.d);
      if (is_padding (h, j) || (h->s.causal && j > i))
        p[j] = -INFINITY;
      top = MAX (top, p[j]);
    }
  for (gint64 j = 0; j < h->s.s; j++)
    sum += p[j] = exp (p[j] - top);
  for (gint64 j = 0; j < h->s.s; j++)
    p[j] = sum > 0 ? p[j] / sum : 0;
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  CjOpCall call = { .op = op, .out = { out[0], out[1] } };
  g_autofree double *p = g_new (double, get_sizes (op).s + 1);

  for (guint i = 0; i < op->n_in; i++)
    call.in[i] = (void *) in[i];
  for (guint chunk = 0; chunk < heads_of_samples (op); chunk++)
    {
      const Head h = get_head (&call, chunk);

      for (gint64 i = 0; i < h.s.t; i++)
        {
          twin_row (&h, i, p);
          for (gint64 j = 0; j < h.s.s; j++)
            h.weights[i * h.s.s + j] = (float) p[j];
          for (gint64 c = 0; c < h.s.d; c++)
            {
              double sum = 0;

              for (gint64 j = 0; j < h.s.s; j++)
                sum += p[j] * h.v[j * h.s.row + c];
              h.y[i * h.s.e + c] = (float) sum;
            }
        }
    }
}

const CjOpInfo cj_op_attention = {
  .id = "attention",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjAttentionAttrs),
  .infer = infer,
  .forward = { { heads_of_samples, forward } },
  .backward = { { heads_of_samples, backward } },
  .optional_out = 1u << 1,
  .twin = twin,
  .whole_in = 1u << 3,
};
