/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalisation within rows of D numbers: layer norm (Ba, Kiros and Hinton, 2016), group norm (Wu and
 * He, 2018), instance norm (Ulyanov et al., 2016), RMS norm (Zhang and Sennrich, 2019).
 * x' = (x - m) / s with m and s² = v + eps of the row; y = w x' + b. With g = w dy:
 * dx = (g - mean g - x' mean (x' g)) / s; for RMS m is 0 and mean g is left out. dw and db are sums over
 * the rows, first within blocks of samples, then over the blocks in order. Rows are parts of samples. */
#include "cj-ops.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

#define PANEL 256 /* weights a chunk when the blocks' gradients are added */
#define SIDE 16   /* lanes of the sums of whole vectors */

typedef float Wide __attribute__ ((vector_size (4 * SIDE), aligned (4), may_alias));

enum
{
  X,
  WEIGHT,
  BIAS
};

static gint64
get_rows (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[X]) / ((const CjRowNormAttrs *) op->attrs)->row;
}

static gint64
get_n_weights (const CjOp *op)
{
  return op->has_in[WEIGHT] ? cj_shape_size (&op->in_shape[WEIGHT])
                            : cj_shape_size (&op->in_shape[BIAS]);
}

static gboolean
has_weights (const CjOp *op)
{
  return op->has_in[WEIGHT] || op->has_in[BIAS];
}

static guint
n_panels (const CjOp *op)
{
  return has_weights (op) ? (guint) ((get_n_weights (op) + PANEL - 1) / PANEL) : 0;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjRowNormAttrs *a = op->attrs;
  const gint64 size = cj_shape_size (&op->in_shape[X]);

  if (op->in_shape[X].n_dims < 2)
    return cj_op_refuse (op, _ ("channels or features"), _ ("Wire it to a layer that has some."),
                         error);
  if (a->row < 1 || a->per < 1 || size / op->in_shape[X].dims[0] % a->row != 0)
    return cj_op_refuse (op, _ ("a size that splits into whole rows"),
                         _ ("Normalise other dimensions."), error);
  op->out_shape[0] = op->in_shape[X];
  op->saved_bytes = sizeof (float) * 2 * (gsize) get_rows (op); /* m, 1 / s */
  if (has_weights (op))
    op->workspace_bytes = sizeof (float) * 2 * cj_op_blocks (op) * (gsize) get_n_weights (op);
  op->macs = size;
  return TRUE;
}

/* Is every row under the same weights, in whole vectors? */
static gboolean
is_even (const CjOp *op)
{
  const CjRowNormAttrs *a = op->attrs;

  return a->per == 1 && a->row % SIDE == 0 && op->has_in[WEIGHT] && get_n_weights (op) == a->row;
}

/* The sum of the lanes, halves upon halves. */
CJ_INLINE float
sum_lanes (const Wide *v)
{
  typedef float Half __attribute__ ((vector_size (32)));
  typedef float Quarter __attribute__ ((vector_size (16)));
  const Half h = __builtin_shufflevector (*v, *v, 0, 1, 2, 3, 4, 5, 6, 7)
                 + __builtin_shufflevector (*v, *v, 8, 9, 10, 11, 12, 13, 14, 15);
  const Quarter q
      = __builtin_shufflevector (h, h, 0, 1, 2, 3) + __builtin_shufflevector (h, h, 4, 5, 6, 7);

  return (q[0] + q[2]) + (q[1] + q[3]);
}

CJ_INLINE const Wide *
at (const float *x, gint64 i)
{
  return (const Wide *) (x + i);
}

/* y of `rows` rows of D numbers, and their m and 1 / s. */
CJ_INLINE void
even_forward (const float *x, gint64 rows, gint64 d, const float *w, const float *b, float eps,
              gboolean rms, float *stats, float *y)
{
  for (gint64 r = 0; r < rows; r++, x += d, y += d, stats += 2)
    {
      Wide sum = { 0 }, squares = { 0 };

      for (gint64 i = 0; i < d && !rms; i += SIDE)
        sum += *at (x, i);
      stats[0] = rms ? 0 : sum_lanes (&sum) / (float) d;
      for (gint64 i = 0; i < d; i += SIDE)
        {
          const Wide away = *at (x, i) - stats[0];

          squares += away * away;
        }
      stats[1] = 1 / sqrtf (sum_lanes (&squares) / (float) d + eps);
      for (gint64 i = 0; i < d; i += SIDE)
        {
          Wide scaled = (*at (x, i) - stats[0]) * stats[1] * *at (w, i);

          if (b != NULL)
            scaled += *at (b, i);
          *(Wide *) (y + i) = scaled;
        }
    }
}

CJ_CLONES static void
even_rows_forward (const float *x, gint64 rows, gint64 d, const float *w, const float *b, float eps,
                   gboolean rms, float *stats, float *y)
{
  if (b != NULL && !rms)
    even_forward (x, rows, d, w, b, eps, FALSE, stats, y);
  else
    even_forward (x, rows, d, w, b, eps, rms, stats, y);
}

/* A stretch of a row under one weight (step 0) or under weights side by side (step 1). */
typedef struct
{
  gint64 begin, n, weight;
} Piece;

/* The piece of a row from number i on. */
CJ_INLINE Piece
get_piece (const CjRowNormAttrs *a, gint64 n_weights, gint64 row, gint64 i)
{
  const gint64 at = row * a->row + i, weight = at / a->per % n_weights;

  return (Piece){ i, MIN (a->per > 1 ? a->per - at % a->per : n_weights - weight, a->row - i),
                  weight };
}

/* y = (x - mean) scale, then weighted where there are weights */
CJ_CLONES static void
row_forward (const CjOpCall *call, gint64 row)
{
  const CjRowNormAttrs *a = call->op->attrs;
  const gint64 n = has_weights (call->op) ? get_n_weights (call->op) : 1;
  const float *x = (const float *) call->in[X] + row * a->row;
  const float *w = call->in[WEIGHT], *b = call->in[BIAS];
  const float mean = a->rms ? 0 : cj_row_sum (x, a->row) / (float) a->row;
  const float variance = cj_row_squares (x, a->row, mean) / (float) a->row;
  const float scale = 1 / sqrtf (variance + (float) a->eps);
  float *y = call->out[0] + row * a->row;

  ((float *) call->saved)[2 * row] = mean;
  ((float *) call->saved)[2 * row + 1] = scale;
  for (gint64 i = 0; i < a->row; i++)
    y[i] = (x[i] - mean) * scale;
  for (gint64 i = 0; i < a->row && has_weights (call->op);)
    {
      const Piece p = get_piece (a, n, row, i);

      for (gint64 j = 0; j < p.n && w != NULL; j++)
        y[i + j] *= w[p.weight + (a->per > 1 ? 0 : j)];
      for (gint64 j = 0; j < p.n && b != NULL; j++)
        y[i + j] += b[p.weight + (a->per > 1 ? 0 : j)];
      i += p.n;
    }
}

static void
forward (const CjOpCall *call, guint block)
{
  const CjSamples rows = cj_op_rows (call->op, block, get_rows (call->op));
  const CjRowNormAttrs *a = call->op->attrs;

  if (is_even (call->op))
    even_rows_forward ((const float *) call->in[X] + rows.begin * a->row, rows.end - rows.begin,
                       a->row, call->in[WEIGHT], call->in[BIAS], (float) a->eps, a->rms,
                       (float *) call->saved + 2 * rows.begin, call->out[0] + rows.begin * a->row);
  else
    for (gint64 r = rows.begin; r < rows.end; r++)
      row_forward (call, r);
}

/* One piece of a row whose weights lie side by side: what it gives to dw, db, and to the means. */
CJ_INLINE void
piece_sums (const Piece *p, const float *x, const float *dy, const float *w, float mean,
            float scale, float *dw, float *db, float *sums)
{
  CjLanes sum = { 0 }, dot = { 0 };
  gint64 j = 0;

  for (; j + CJ_LANES <= p->n; j += CJ_LANES)
    {
      const CjLanes d = *(const CjLanes *) (dy + j);
      const CjLanes xn = (*(const CjLanes *) (x + j) - mean) * scale;
      CjLanes g = d;

      if (w != NULL)
        g *= *(const CjLanes *) (w + p->weight + j);
      if (dw != NULL)
        {
          *(CjLanes *) (dw + p->weight + j) += d * xn;
          *(CjLanes *) (db + p->weight + j) += d;
        }
      sum += g;
      dot += g * xn;
    }
  sums[0] += cj_lanes_sum (&sum);
  sums[1] += cj_lanes_sum (&dot);
  for (; j < p->n; j++)
    {
      const float xn = (x[j] - mean) * scale, g = w != NULL ? dy[j] * w[p->weight + j] : dy[j];

      if (dw != NULL)
        {
          dw[p->weight + j] += dy[j] * xn;
          db[p->weight + j] += dy[j];
        }
      sums[0] += g;
      sums[1] += g * xn;
    }
}

/* dw and db of a block, at its place in the workspace, grow; dx is written. */
CJ_CLONES static void
row_backward (const CjOpCall *call, gint64 row, float *dw, float *db)
{
  const CjRowNormAttrs *a = call->op->attrs;
  const gint64 n = has_weights (call->op) ? get_n_weights (call->op) : a->row;
  const float *x = (const float *) call->in[X] + row * a->row;
  const float *dy = call->d_out[0] + row * a->row, *w = call->in[WEIGHT];
  const float mean = ((const float *) call->saved)[2 * row];
  const float scale = ((const float *) call->saved)[2 * row + 1];
  float *dx = call->d_in[X] != NULL ? call->d_in[X] + row * a->row : NULL;
  float sums[2] = { 0 };

  for (gint64 i = 0; i < a->row;)
    {
      const Piece p = get_piece (a, n, row, i);

      if (a->per == 1)
        piece_sums (&p, x + i, dy + i, w, mean, scale, dw, db, sums);
      else
        {
          const float sum = cj_row_sum (dy + i, p.n);
          const float dot = (cj_row_dot (x + i, dy + i, p.n) - mean * sum) * scale;

          if (dw != NULL)
            {
              dw[p.weight] += dot;
              db[p.weight] += sum;
            }
          sums[0] += w != NULL ? sum * w[p.weight] : sum;
          sums[1] += w != NULL ? dot * w[p.weight] : dot;
        }
      i += p.n;
    }
  sums[0] = a->rms ? 0 : sums[0] / (float) a->row;
  sums[1] = sums[1] / (float) a->row * scale;
  for (gint64 i = 0; i < a->row && dx != NULL;)
    {
      const Piece p = get_piece (a, n, row, i);
      const float one = w != NULL && a->per > 1 ? w[p.weight] : 1;
      const float *many = w != NULL && a->per == 1 ? w + p.weight : NULL;

      for (gint64 j = i; j < i + p.n; j++)
        {
          const float g = many != NULL ? dy[j] * many[j - i] : dy[j] * one;
          const float d = (g - sums[0] - (x[j] - mean) * sums[1]) * scale;

          dx[j] = call->add_in[X] ? dx[j] + d : d;
        }
      i += p.n;
    }
}

/* dx of rows as of even_forward (if it is not NULL); dw and db [D] grow. */
CJ_INLINE void
even_backward (const float *x, const float *dy, gint64 rows, gint64 d, const float *w,
               const float *stats, float *restrict dw, float *restrict db, gboolean rms,
               gboolean add, float *dx)
{
  for (gint64 r = 0; r < rows; r++, x += d, dy += d, stats += 2)
    {
      Wide sum = { 0 }, dot = { 0 };
      float mean, slope;

      for (gint64 i = 0; i < d; i += SIDE)
        {
          const Wide xn = (*at (x, i) - stats[0]) * stats[1], g = *at (dy, i) * *at (w, i);

          *(Wide *) (dw + i) += *at (dy, i) * xn;
          *(Wide *) (db + i) += *at (dy, i);
          sum += g;
          dot += g * xn;
        }
      if (dx == NULL)
        continue;
      mean = rms ? 0 : sum_lanes (&sum) / (float) d;
      slope = sum_lanes (&dot) / (float) d * stats[1];
      for (gint64 i = 0; i < d; i += SIDE)
        {
          const Wide g = *at (dy, i) * *at (w, i);
          Wide change = (g - mean - (*at (x, i) - stats[0]) * slope) * stats[1];

          if (add)
            change += *at (dx, i);
          *(Wide *) (dx + i) = change;
        }
      dx += d;
    }
}

CJ_CLONES static void
even_rows_backward (const float *x, const float *dy, gint64 rows, gint64 d, const float *w,
                    const float *stats, float *dw, float *db, gboolean rms, gboolean add, float *dx)
{
  if (add)
    even_backward (x, dy, rows, d, w, stats, dw, db, rms, TRUE, dx);
  else
    even_backward (x, dy, rows, d, w, stats, dw, db, rms, FALSE, dx);
}

static void
backward (const CjOpCall *call, guint block)
{
  const CjSamples rows = cj_op_rows (call->op, block, get_rows (call->op));
  const CjRowNormAttrs *a = call->op->attrs;
  const gint64 n = has_weights (call->op) ? get_n_weights (call->op) : 0;
  const gint64 first = rows.begin * a->row;
  float *dw = n > 0 ? call->workspace + block * 2 * n : NULL, *db = n > 0 ? dw + n : NULL;

  if (n > 0)
    memset (dw, 0, sizeof (float) * 2 * (gsize) n);
  if (is_even (call->op))
    even_rows_backward ((const float *) call->in[X] + first, call->d_out[0] + first,
                        rows.end - rows.begin, a->row, call->in[WEIGHT],
                        (const float *) call->saved + 2 * rows.begin, dw, db, a->rms,
                        call->add_in[X], call->d_in[X] != NULL ? call->d_in[X] + first : NULL);
  else
    for (gint64 r = rows.begin; r < rows.end; r++)
      row_backward (call, r, dw, db);
}

/* Adds what the blocks found. */
static void
backward_join (const CjOpCall *call, guint panel)
{
  const gint64 n = get_n_weights (call->op), begin = (gint64) panel * PANEL;

  for (guint side = WEIGHT; side <= BIAS; side++)
    {
      float *to = call->d_in[side];

      for (gint64 k = begin; k < MIN (begin + PANEL, n) && to != NULL && !call->add_in[side]; k++)
        to[k] = 0;
      for (guint i = 0; i < cj_op_blocks (call->op) && to != NULL; i++)
        {
          const float *part = call->workspace + (2 * (gint64) i + side - WEIGHT) * n;

          for (gint64 k = begin; k < MIN (begin + PANEL, n); k++)
            to[k] += part[k];
        }
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjRowNormAttrs *a = op->attrs;
  const gint64 n = has_weights (op) ? get_n_weights (op) : 1;

  for (gint64 r = 0; r < get_rows (op); r++)
    {
      const float *x = (const float *) in[X] + r * a->row;
      double mean = 0, variance = 0;

      for (gint64 i = 0; i < a->row && !a->rms; i++)
        mean += x[i] / (double) a->row;
      for (gint64 i = 0; i < a->row; i++)
        variance += (x[i] - mean) * (x[i] - mean) / (double) a->row;
      for (gint64 i = 0; i < a->row; i++)
        {
          const gint64 k = (r * a->row + i) / a->per % n;

          out[0][r * a->row + i]
              = (float) ((x[i] - mean) / sqrt (variance + a->eps)
                             * (in[WEIGHT] != NULL ? ((const float *) in[WEIGHT])[k] : 1)
                         + (in[BIAS] != NULL ? ((const float *) in[BIAS])[k] : 0));
        }
    }
}

const CjOpInfo cj_op_row_norm = {
  .id = "row-norm",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjRowNormAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward
  = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES }, { n_panels, backward_join, CJ_PHASE_FINISH } },
  .free_out = 1,
  .twin = twin,
};
