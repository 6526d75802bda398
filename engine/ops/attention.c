/* SPDX-License-Identifier: GPL-3.0-or-later */
/* softmax (q k^T / sqrt (D)) v, a head of a sample at a time, in bands of queries whose scores stay in
 * the first cache and are never written to memory; backward makes them again from the largest score
 * and the sum of each query (Dao et al., "FlashAttention", 2022, with whole rows instead of blocks, for
 * the sequences here are short). Scores lie turned, [key, query of the band]: so what softmax does goes
 * down the columns, 16 queries side by side, and every product reads its operands where they lie but
 * for the queries and dy of the band. Keys beyond the band of a causal head are skipped.
 * N batch, T queries, S keys, E features, D = E / heads features of a head. */
#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-kernel.h"
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define BAND 32        /* queries side by side: a panel of the kernel */
#define SIDE 16        /* of them in a vector */
#define BAD_STRIDE 256 /* floats from row to row that share few places of the first cache */
#define OUTSIDE -1e30f /* the score of what is not heard */
#define LEAST -1e29f   /* less than any score that counts */
#define LOG2_E 1.4426950408889634f

typedef float Lanes __attribute__ ((vector_size (4 * SIDE), aligned (4), may_alias));
typedef gint32 LaneBits __attribute__ ((vector_size (4 * SIDE), aligned (4), may_alias));

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
  op->saved_bytes = sizeof (float) * 2 * (gsize) (q->dims[0] * heads * s.t);
  op->scratch_bytes = sizeof (float) * (CJ_GEMM_SCRATCH + 2 * BAND * (gsize) (s.d + s.s));
  op->macs = 2 * q->dims[0] * s.e * (s.causal ? s.t * (s.t + 1) / 2 : s.t * s.s);
  return TRUE;
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
  float *tops, *shares, *weights; /* [T] of exponentiate; [T, S] */
  float *scratch;                 /* of products, then: */
  float *queries, *slopes;        /* [D, BAND] of a band, turned: q and dy */
  float *scores, *d_scores;       /* [S, BAND] */
} Head;

static float *
offset (gconstpointer base, gint64 by)
{
  return base != NULL ? (float *) base + by : NULL;
}

/* Head `index` of all heads of all samples. */
static Head
get_head (const CjOpCall *call, gint64 index)
{
  const Sizes s = get_sizes (call->op);
  const gint64 n = index / s.heads, h = index % s.heads;
  const gint64 at_q = n * s.t * s.row + h * s.d, at_k = n * s.s * s.row + h * s.d;
  const gint64 at_y = n * s.t * s.e + h * s.d;
  const int ik = s.packed ? 0 : 1, iv = s.packed ? 0 : 2;
  const gboolean padded = call->op->n_in > 3 && call->op->has_in[3];
  const gsize mark = padded ? cj_dtype_size (call->op->in_dtype[3]) : 0;
  float *room = offset (call->scratch, CJ_GEMM_SCRATCH);

  return (Head){
    .s = s,
    .q = offset (call->in[0], at_q),
    .k = offset (call->in[ik], at_k + (s.packed ? s.e : 0)),
    .v = offset (call->in[iv], at_k + (s.packed ? 2 * s.e : 0)),
    .y = offset (call->out[0], at_y),
    .dy = offset (call->d_out[0], at_y),
    .d_weights = offset (call->d_out[1], index * s.t * s.s),
    .dq = offset (call->d_in[0], at_q),
    .dk = offset (call->d_in[ik], at_k + (s.packed ? s.e : 0)),
    .dv = offset (call->d_in[iv], at_k + (s.packed ? 2 * s.e : 0)),
    .add_q = call->add_in[0],
    .add_k = call->add_in[ik],
    .add_v = call->add_in[iv],
    .padding = padded ? (const char *) call->in[3] + (gsize) (n * s.s) * mark : NULL,
    .attrs = call->op->attrs,
    .padding_dtype = padded ? call->op->in_dtype[3] : CJ_FLOAT32,
    .tops = offset (call->saved, 2 * index * s.t),
    .shares = offset (call->saved, (2 * index + 1) * s.t),
    .weights = offset (call->out[1], index * s.t * s.s),
    .scratch = call->scratch,
    .queries = room,
    .slopes = offset (room, BAND * s.d),
    .scores = offset (room, 2 * BAND * s.d),
    .d_scores = offset (room, 2 * BAND * s.d + BAND * s.s),
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

/* Queries first .. first + rows - 1, in `width` lanes, and keys 0 .. reach - 1 that they may hear. */
typedef struct
{
  gint64 first, rows, width, reach;
} Band;

static Band
get_band (const Head *h, gint64 first)
{
  const gint64 rows = MIN (BAND, h->s.t - first);

  return (Band){ first, rows, rows > SIDE ? BAND : SIDE,
                 h->s.causal ? MIN (h->s.s, first + rows) : h->s.s };
}

/* c [m, n] (+)= a [m, k] b [k, n], rows of b and c `b_step` and `c_row` apart. Straight to the kernel
 * where the columns are whole vectors and the rows of b do not fall on one place of the cache. */
static void
multiply (const Head *h, gint64 m, gint64 n, gint64 k, CjGemmMatrix a, const float *b,
          gint64 b_step, float *c, gint64 c_row, gboolean add)
{
  const CjKernel *kernel = cj_kernel_get (n);

  if (n % kernel->lanes == 0 && b_step % BAD_STRIDE != 0)
    kernel->multiply (&(CjProduct){ .a = a.data,
                                    .a_row = a.stride,
                                    .a_step = a.k_stride,
                                    .n_runs = 1,
                                    .run = k,
                                    .b = b,
                                    .b_step = b_step,
                                    .b_panel = 2 * kernel->lanes,
                                    .c = c,
                                    .c_row = c_row,
                                    .m = m,
                                    .n = n,
                                    .add = add });
  else
    cj_gemm (m, n, k, (CjGemmOperand){ cj_gemm_pack_matrix, &a },
             (CjGemmOperand){ cj_gemm_pack_matrix, &(CjGemmMatrix){ b, 1, b_step } }, c, c_row, add,
             h->scratch);
}

/* to [D, width] = rows of `from` as columns; zeros where the band has no query. */
static void
turn (const Head *h, const Band *b, const float *from, gint64 row, float *to)
{
  cj_kernel_get (BAND)->transpose (from + b->first * row, row, (int) b->rows, (int) b->width,
                                   (int) h->s.d, to);
}

/* The products of queries and keys, whose scale comes with the exponential. */
static void
make_scores (const Head *h, const Band *b)
{
  turn (h, b, h->q, h->s.row, h->queries);
  multiply (h, b->reach, b->width, h->s.d, (CjGemmMatrix){ h->k, h->s.row, 1 }, h->queries,
            b->width, h->scores, b->width, FALSE);
  for (gint64 j = b->first + 1; h->s.causal && j < b->reach; j++)
    for (gint64 r = 0; r < j - b->first; r++)
      h->scores[j * b->width + r] = OUTSIDE;
  for (gint64 j = 0; h->padding != NULL && j < b->reach; j++)
    for (gint64 r = 0; r < b->width && is_padding (h, j); r++)
      h->scores[j * b->width + r] = OUTSIDE;
}

/* 2^x for x <= 0, and exactly 0 from -126.5 down: the best polynomial of fifth degree, 7.5e-8, times the
 * power of two that is made in the bits of a float. */
CJ_INLINE void
power_of_two (Lanes *x)
{
  const Lanes least = (Lanes){ 0 } - 127.0f;
  const LaneBits under = *x < least;
  const Lanes t = (Lanes) (((LaneBits) *x & ~under) | ((LaneBits) least & under));
  const Lanes whole = t + (12582912.0f + 127.0f), r = t - (whole - (12582912.0f + 127.0f));
  Lanes p = r * 1.3276480605e-3f + 9.67554165484e-3f;

  p = p * r + 5.55071325366e-2f;
  p = p * r + 2.40221197157e-1f;
  p = p * r + 6.93146967063e-1f;
  p = p * r + 1.00000007166f;
  *x = p * (Lanes) ((LaneBits) whole << 23);
}

/* Scores of SIDE queries, `width` apart, become 2^(scale (score - top)); the scaled top and one over the
 * sum are kept. */
CJ_CLONES static void
exponentiate (float *scores, gint64 keys, gint64 width, float scale, float *top, float *share)
{
  Lanes tops = (Lanes){ 0 } + LEAST, sum = { 0 };

  for (gint64 j = 0; j < keys; j++)
    {
      const Lanes x = *(const Lanes *) (scores + j * width);
      const LaneBits more = x > tops;

      tops = (Lanes) (((LaneBits) x & more) | ((LaneBits) tops & ~more));
    }
  tops *= scale;
  for (gint64 j = 0; j < keys; j++)
    {
      Lanes x = *(const Lanes *) (scores + j * width) * scale - tops;

      power_of_two (&x);
      sum += x;
      *(Lanes *) (scores + j * width) = x;
    }
  *(Lanes *) top = tops;
  *(Lanes *) share = (Lanes) ((LaneBits) (1.0f / sum) & (LaneBits) (sum != 0.0f));
}

CJ_CLONES static void
scale_rows (float *y, gint64 rows, gint64 step, gint64 n, const float *by)
{
  for (gint64 r = 0; r < rows; r++)
    for (gint64 c = 0; c < n; c++)
      y[r * step + c] *= by[r];
}

/* For those who want to see them. */
static void
write_weights (const Head *h, const Band *b, const float *shares)
{
  for (gint64 r = 0; r < b->rows; r++)
    {
      float *row = h->weights + (b->first + r) * h->s.s;

      for (gint64 j = 0; j < h->s.s; j++)
        row[j] = j < b->reach ? h->scores[j * b->width + r] * shares[r] : 0;
    }
}

static void
forward_head (const Head *h)
{
  const gint64 e = h->s.e, d = h->s.d;
  float tops[BAND], shares[BAND];

  for (gint64 first = 0; first < h->s.t; first += BAND)
    {
      const Band b = get_band (h, first);

      make_scores (h, &b);
      for (gint64 r = 0; r < b.width; r += SIDE)
        exponentiate (h->scores + r, b.reach, b.width, h->s.scale * LOG2_E, tops + r, shares + r);
      multiply (h, b.rows, d, b.reach, (CjGemmMatrix){ h->scores, 1, b.width }, h->v, h->s.row,
                h->y + first * e, e, FALSE);
      scale_rows (h->y + first * e, b.rows, e, d, shares);
      memcpy (h->tops + first, tops, sizeof (float) * (gsize) b.rows);
      memcpy (h->shares + first, shares, sizeof (float) * (gsize) b.rows);
      if (h->weights != NULL)
        write_weights (h, &b, shares);
    }
}

static void
forward (const CjOpCall *call, guint block)
{
  const CjSamples samples = cj_op_samples (call->op, block);
  const gint64 heads = get_sizes (call->op).heads;

  for (gint64 i = samples.begin * heads; i < samples.end * heads; i++)
    {
      const Head h = get_head (call, i);

      forward_head (&h);
    }
}

/* The gradients of a band's weights, turned. */
static void
make_weight_gradients (const Head *h, const Band *b)
{
  if (h->dy == NULL)
    memset (h->d_scores, 0, sizeof (float) * (gsize) (b->reach * b->width));
  else
    {
      turn (h, b, h->dy, h->s.e, h->slopes);
      multiply (h, b->reach, b->width, h->s.d, (CjGemmMatrix){ h->v, h->s.row, 1 }, h->slopes,
                b->width, h->d_scores, b->width, FALSE);
    }
  for (gint64 r = 0; r < b->rows && h->d_weights != NULL; r++)
    for (gint64 j = 0; j < b->reach; j++)
      h->d_scores[j * b->width + r] += h->d_weights[(b->first + r) * h->s.s + j];
}

/* Of SIDE queries, scores become weights p and their gradients g those of the scores: scale p (g - m),
 * with m the sum over the keys of p g. */
CJ_CLONES static void
exponentiate_back (float *scores, float *gradients, gint64 keys, gint64 width, float scale,
                   const float *top, const float *share)
{
  const Lanes tops = *(const Lanes *) top, shares = *(const Lanes *) share;
  Lanes sum = { 0 };

  for (gint64 j = 0; j < keys; j++)
    {
      Lanes x = *(const Lanes *) (scores + j * width) * (scale * LOG2_E) - tops;

      power_of_two (&x);
      x *= shares;
      sum += x * *(const Lanes *) (gradients + j * width);
      *(Lanes *) (scores + j * width) = x;
    }
  for (gint64 j = 0; j < keys; j++)
    {
      Lanes *g = (Lanes *) (gradients + j * width);

      *g = *(const Lanes *) (scores + j * width) * ((*g - sum) * scale);
    }
}

static void
backward_band (const Head *h, const Band *b, gboolean add_k, gboolean add_v)
{
  const gint64 step = h->s.row, d = h->s.d;
  float tops[BAND] = { 0 }, shares[BAND] = { 0 };

  memcpy (tops, h->tops + b->first, sizeof (float) * (gsize) b->rows);
  memcpy (shares, h->shares + b->first, sizeof (float) * (gsize) b->rows);
  make_scores (h, b);
  make_weight_gradients (h, b);
  for (gint64 r = 0; r < b->width; r += SIDE)
    exponentiate_back (h->scores + r, h->d_scores + r, b->reach, b->width, h->s.scale, tops + r,
                       shares + r);
  if (h->dv != NULL && h->dy != NULL)
    multiply (h, b->reach, d, b->rows, (CjGemmMatrix){ h->scores, b->width, 1 },
              h->dy + b->first * h->s.e, h->s.e, h->dv, step, add_v);
  if (h->dq != NULL)
    multiply (h, b->rows, d, b->reach, (CjGemmMatrix){ h->d_scores, 1, b->width }, h->k, step,
              h->dq + b->first * step, step, h->add_q);
  if (h->dk != NULL)
    multiply (h, b->reach, d, b->rows, (CjGemmMatrix){ h->d_scores, b->width, 1 },
              h->q + b->first * step, step, h->dk, step, add_k);
}

static void
clear (const Head *h, float *gradient, gint64 moments, gboolean *add)
{
  for (gint64 j = 0; gradient != NULL && j < moments && !*add; j++)
    memset (gradient + j * h->s.row, 0, sizeof (float) * (gsize) h->s.d);
  *add = TRUE;
}

/* The last band comes first: it reaches all keys, so that what it writes the others can add to. But
 * where queries, keys and values may be one tensor, all is cleared before anything is added. */
static void
backward_head (Head *h)
{
  gint64 first = (h->s.t - 1) / BAND * BAND;

  if (h->dy == NULL || !h->s.packed)
    clear (h, h->dv, h->s.s, &h->add_v);
  if (!h->s.packed)
    {
      clear (h, h->dq, h->s.t, &h->add_q);
      clear (h, h->dk, h->s.s, &h->add_k);
    }
  for (gboolean later = FALSE; first >= 0; first -= BAND, later = TRUE)
    {
      const Band b = get_band (h, first);

      backward_band (h, &b, h->add_k || later, h->add_v || later);
    }
}

static void
backward (const CjOpCall *call, guint block)
{
  const CjSamples samples = cj_op_samples (call->op, block);
  const gint64 heads = get_sizes (call->op).heads;

  for (gint64 i = samples.begin * heads; i < samples.end * heads; i++)
    {
      Head h = get_head (call, i);

      backward_head (&h);
    }
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
  for (gint64 chunk = 0; chunk < op->in_shape[0].dims[0] * get_sizes (op).heads; chunk++)
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
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_out = 1,
  .optional_out = 1u << 1,
  .twin = twin,
  .whole_in = 1u << 3,
};
