/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batch normalisation (Ioffe and Szegedy, 2015). Seen as R rows of C channels: y = w (x - m) / s + b
 * with m and s² = v + eps of each channel over all rows. In training m and v are the batch's (v
 * divided by R), and the running ones move towards them by `momentum`, the variance divided by R - 1.
 * With x' = (x - m) / s and g = w / s: dx = g (dy - mean dy - x' mean (x' dy)), or g dy where the
 * statistics are fixed; dw = sum of x' dy; db = sum of dy.
 * Statistics are taken a few thousand numbers at a time about the first row of each, and joined in
 * their order, first those of a block of samples, then the blocks (Chan, Golub and LeVeque, 1979).
 *
 * What often follows is a part of the op where the plan finds it, so that the numbers are not carried
 * through memory once more: y = max (0, ...), or first a sum with another picture z, the end of a
 * residual block. The gradient then passes where y is above 0: seen again from x, or where z is in it
 * from y. */
#include "cj-ops.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

#define CHUNK 8192 /* numbers of which sums are joined at a time, about */
#define PIECE                                                                                      \
  2048 /* numbers scaled at a time, about: with their gradients they fit into the first cache */
#define PANEL 16 /* channels of which sums and factors stay in registers */

enum
{
  X,
  WEIGHT,
  BIAS,
  MEAN,
  VARIANCE,
  MORE /* z */
};

/* What forward keeps for each channel: [KEPT, C]. y = (x - m) scale + offset. */
enum
{
  KEPT_MEAN,
  KEPT_SCALE,
  KEPT_OFFSET,
  KEPT_INVERSE, /* 1 / s */
  N_KEPT
};

/* Where the gradient passes. */
typedef enum
{
  PASS_ALL,
  PASS_X, /* where y, from x, is above 0 */
  PASS_Y  /* where y is */
} Pass;

static const CjBatchNormAttrs *
get_attrs (const CjOp *op)
{
  return op->attrs;
}

static gboolean
is_relu (const CjOp *op)
{
  return op->info == &cj_op_batch_norm_relu || op->info == &cj_op_batch_norm_add_relu;
}

static gint64
get_c (const CjOp *op)
{
  const CjShape *x = &op->in_shape[X];

  return x->dims[op->in_layout == CJ_LAYOUT_PLAIN ? x->n_dims - 1 : 1];
}

static gint64
get_rows (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[X]) / MAX (get_c (op), 1);
}

static gint64
get_share (const CjOp *op, gint64 numbers)
{
  return MAX (numbers / get_c (op), 1);
}

/* What lies at the same place of the next piece comes nearer meanwhile: panel by panel the processor
 * does not see that memory is read in a row. */
CJ_INLINE void
look_ahead (const float *x, gint64 c)
{
  __builtin_prefetch ((const char *) x + PIECE / c * c * (gint64) sizeof (float), 0, 2);
}

static gboolean
uses_batch (const CjOpCall *call)
{
  return call->training && !get_attrs (call->op)->fixed;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[X];

  if (x->n_dims < 2 || op->in_dtype[X] != CJ_FLOAT32)
    return cj_op_refuse (op, _ ("channels or features"), _ ("Wire it to a layer that has some."),
                         error);
  if (op->info == &cj_op_batch_norm_rows && x->n_dims != 3)
    return cj_op_refuse (op, _ ("a sequence of vectors"), _ ("Wire it to a sequence."), error);
  op->out_shape[0] = *x;
  op->saved_bytes = op->answers ? 0 : sizeof (float) * N_KEPT * (gsize) get_c (op);
  /* two sums a block and channel; scale, offset and slope of the gradient, or what is kept, a channel */
  op->workspace_bytes
      = (sizeof (double) * 2 * cj_op_blocks (op) + sizeof (float) * N_KEPT) * (gsize) get_c (op);
  op->macs = cj_shape_size (x);
  return TRUE;
}

/* Two sums of a block: [2, C]. */
static double *
get_sums (const CjOpCall *call, guint block)
{
  return (double *) call->workspace + block * 2 * get_c (call->op);
}

/* Factors of the gradient, behind the sums. */
static float *
get_slopes (const CjOpCall *call)
{
  return (float *) get_sums (call, cj_op_blocks (call->op));
}

/* In a program that never trains it is prepared, elsewhere kept. */
static float *
get_kept (const CjOpCall *call)
{
  return call->op->answers ? call->workspace : call->saved;
}

/* --- statistics --- */

/* Sums of x - first and of its square down the rows. `lanes` is a constant where this is inlined, so
 * that the sums stay in registers. */
CJ_INLINE void
sum_panel (const int lanes, const float *restrict x, gint64 rows, gint64 c, float *restrict sums,
           float *restrict squares)
{
  float first[PANEL], sum[2][PANEL] = { 0 }, square[2][PANEL] = { 0 };
  gint64 r = 0;

  for (int k = 0; k < lanes; k++)
    first[k] = x[k];
  for (; r + 2 <= rows; r += 2, x += 2 * c)
    for (int k = 0; k < lanes; k++)
      {
        const float a = x[k] - first[k], b = x[c + k] - first[k];

        sum[0][k] += a;
        sum[1][k] += b;
        square[0][k] += a * a;
        square[1][k] += b * b;
      }
  for (int k = 0; k < lanes; k++)
    {
      const float a = r < rows ? x[k] - first[k] : 0;

      sums[k] = sum[0][k] + sum[1][k] + a;
      squares[k] = square[0][k] + square[1][k] + a * a;
    }
}

/* Joins the mean and the summed squares about it, [2, C], of `count` rows with those of the rows that
 * begin at x. */
CJ_CLONES static void
sum_rows (const float *x, gint64 rows, gint64 c, gint64 count, double *to)
{
  const double n = (double) rows, share = n / (double) (count + rows);

  for (gint64 k = 0; k < c; k += PANEL)
    {
      const int lanes = (int) MIN (PANEL, c - k);
      float sums[PANEL], squares[PANEL];

      if (lanes == PANEL)
        sum_panel (PANEL, x + k, rows, c, sums, squares);
      else if (lanes == PANEL / 2)
        sum_panel (PANEL / 2, x + k, rows, c, sums, squares);
      else
        sum_panel (lanes, x + k, rows, c, sums, squares);
      for (int i = 0; i < lanes; i++)
        {
          const double mean = (double) sums[i] / n, apart = x[k + i] + mean - to[k + i];

          to[c + k + i] += squares[i] - mean * sums[i] + apart * apart * (double) count * share;
          to[k + i] += apart * share;
        }
    }
}

static guint
statistics_chunks (const CjOp *op)
{
  return op->answers ? 0 : cj_op_blocks (op);
}

static void
forward_sums (const CjOpCall *call, guint block)
{
  const gint64 c = get_c (call->op), share = get_share (call->op, CHUNK);
  const CjSamples rows = cj_op_rows (call->op, block, get_rows (call->op));
  double *sums = get_sums (call, block);

  if (!uses_batch (call))
    return;
  memset (sums, 0, sizeof (double) * 2 * (gsize) c);
  for (gint64 r = rows.begin; r < rows.end; r += share)
    sum_rows ((const float *) call->in[X] + r * c, MIN (share, rows.end - r), c, r - rows.begin,
              sums);
}

static void
move_towards (float *running, double value, double momentum)
{
  *running = (float) (*running + momentum * (value - *running));
}

/* Mean and summed squares of one channel over all blocks. */
static void
join_blocks (const CjOpCall *call, gint64 k, double *mean, double *squares)
{
  const gint64 c = get_c (call->op);
  double count = 0;

  *mean = *squares = 0;
  for (guint i = 0; i < cj_op_blocks (call->op); i++)
    {
      const CjSamples rows = cj_op_rows (call->op, i, get_rows (call->op));
      const double n = (double) (rows.end - rows.begin), *sums = get_sums (call, i);
      const double apart = sums[k] - *mean;

      *mean += apart * n / (count + n);
      *squares += sums[c + k] + apart * apart * count * n / (count + n);
      count += n;
    }
}

/* Factors of one channel, of which mean and variance are known. */
static void
keep (const CjOpCall *call, gint64 k, double mean, double variance)
{
  const gint64 c = get_c (call->op);
  float *kept = get_kept (call) + k;

  kept[KEPT_MEAN * c] = (float) mean;
  kept[KEPT_INVERSE * c] = (float) (1 / sqrt (MAX (variance, 0) + get_attrs (call->op)->eps));
  kept[KEPT_SCALE * c] = kept[KEPT_INVERSE * c]
                         * (call->in[WEIGHT] != NULL ? ((const float *) call->in[WEIGHT])[k] : 1);
  kept[KEPT_OFFSET * c] = call->in[BIAS] != NULL ? ((const float *) call->in[BIAS])[k] : 0;
}

static guint
join_chunks (const CjOp *op)
{
  return op->answers ? 0 : 1;
}

static void
forward_join (const CjOpCall *call, guint chunk)
{
  const CjBatchNormAttrs *a = get_attrs (call->op);
  const gint64 rows = get_rows (call->op);
  float *running[2] = { call->in[MEAN], call->in[VARIANCE] };

  (void) chunk;
  for (gint64 k = 0; k < get_c (call->op); k++)
    {
      double mean = running[0][k], variance = running[1][k];

      if (uses_batch (call))
        {
          double squares;

          join_blocks (call, k, &mean, &squares);
          variance = squares / (double) rows;
          move_towards (&running[0][k], mean, a->momentum);
          move_towards (&running[1][k], rows > 1 ? squares / (double) (rows - 1) : 0, a->momentum);
        }
      keep (call, k, mean, variance);
    }
}

static guint
prepare_chunks (const CjOp *op)
{
  return op->answers ? 1 : 0;
}

static void
forward_prepare (const CjOpCall *call, guint chunk)
{
  const float *mean = call->in[MEAN], *variance = call->in[VARIANCE];

  (void) chunk;
  for (gint64 k = 0; k < get_c (call->op); k++)
    keep (call, k, mean[k], variance[k]);
}

/* --- the way there --- */

/* y = (x - mean) scale + offset + z, not below 0 where `relu` says so. */
CJ_INLINE void
scale_panel (const int lanes, const float *restrict x, const float *restrict z, gint64 rows,
             gint64 c, const float *kept, const gboolean relu, float *restrict y)
{
  float mean[PANEL], scale[PANEL], offset[PANEL];

  for (int k = 0; k < lanes; k++)
    {
      mean[k] = kept[KEPT_MEAN * c + k];
      scale[k] = kept[KEPT_SCALE * c + k];
      offset[k] = kept[KEPT_OFFSET * c + k];
    }
  for (gint64 r = 0; r < rows; r++, x += c, y += c)
    {
      for (int k = 0; k < lanes; k++)
        {
          float value = (x[k] - mean[k]) * scale[k] + offset[k];

          if (z != NULL)
            value += z[k];
          y[k] = relu ? (value > 0 ? value : 0) : value;
        }
      if (z != NULL)
        z += c;
    }
}

CJ_INLINE void
scale_kind (const float *x, const float *z, gint64 rows, gint64 c, const float *kept,
            const gboolean relu, float *y)
{
  for (gint64 k = 0; k < c; k += PANEL)
    {
      const float *more = z != NULL ? z + k : NULL;
      const int lanes = (int) MIN (PANEL, c - k);

      if (lanes == PANEL)
        scale_panel (PANEL, x + k, more, rows, c, kept + k, relu, y + k);
      else if (lanes == PANEL / 2)
        scale_panel (PANEL / 2, x + k, more, rows, c, kept + k, relu, y + k);
      else
        scale_panel (lanes, x + k, more, rows, c, kept + k, relu, y + k);
    }
}

CJ_CLONES static void
scale_rows (const float *x, const float *z, gint64 rows, gint64 c, const float *kept, gboolean relu,
            float *y)
{
  if (z != NULL && relu)
    scale_kind (x, z, rows, c, kept, TRUE, y);
  else if (z != NULL)
    scale_kind (x, z, rows, c, kept, FALSE, y);
  else if (relu)
    scale_kind (x, NULL, rows, c, kept, TRUE, y);
  else
    scale_kind (x, NULL, rows, c, kept, FALSE, y);
}

static void
forward_scale (const CjOpCall *call, guint block)
{
  const gint64 c = get_c (call->op), share = get_share (call->op, PIECE);
  const CjSamples rows = cj_op_rows (call->op, block, get_rows (call->op));
  const float *z = call->op->n_in > MORE ? call->in[MORE] : NULL;

  for (gint64 r = rows.begin; r < rows.end; r += share)
    scale_rows ((const float *) call->in[X] + r * c, z != NULL ? z + r * c : NULL,
                MIN (share, rows.end - r), c, get_kept (call), is_relu (call->op),
                call->out[0] + r * c);
}

/* --- the way back --- */

/* What the loops over the gradient read: dy counts where `y`, or what x makes of it, is above 0. */
typedef struct
{
  const float *x, *dy, *y;
  gint64 rows, c;
  const float *kept;
} Back;

/* dz (+)= what passes of dy. */
CJ_CLONES static void
pass_gradient (const float *restrict dy, const float *restrict y, gint64 n, float *restrict dz,
               gboolean add)
{
  if (add)
    for (gint64 i = 0; i < n; i++)
      {
        const float d = dy[i];

        dz[i] += y == NULL || y[i] > 0 ? d : 0;
      }
  else
    for (gint64 i = 0; i < n; i++)
      {
        const float d = dy[i];

        dz[i] = y == NULL || y[i] > 0 ? d : 0;
      }
}

/* Gradient of what is not hidden by ReLU. */
CJ_INLINE float
get_passing (const Pass pass, float dy, float y, float centred, float scale, float offset)
{
  if (pass == PASS_ALL)
    return dy;
  return (pass == PASS_Y ? y : centred * scale + offset) > 0 ? dy : 0;
}

/* Sums of dy and of (x - mean) dy down the rows. */
CJ_INLINE void
dot_panel (const int lanes, const Pass pass, const Back *b, gint64 first, double *to)
{
  const gint64 c = b->c;
  const float *restrict x = b->x + first, *restrict dy = b->dy + first;
  const float *restrict y = pass == PASS_Y ? b->y + first : b->x + first;
  float mean[PANEL], scale[PANEL], offset[PANEL], sum[2][PANEL] = { 0 }, dot[2][PANEL] = { 0 };
  gint64 r = 0;

  for (int k = 0; k < lanes; k++)
    {
      mean[k] = b->kept[KEPT_MEAN * c + first + k];
      scale[k] = b->kept[KEPT_SCALE * c + first + k];
      offset[k] = b->kept[KEPT_OFFSET * c + first + k];
    }
  for (; r + 2 <= b->rows; r += 2, x += 2 * c, dy += 2 * c, y += 2 * c)
    {
      look_ahead (x, c);
      look_ahead (x + c, c);
      for (int k = 0; k < lanes; k++)
        {
          const float u = x[k] - mean[k], v = x[c + k] - mean[k];
          const float d = get_passing (pass, dy[k], y[k], u, scale[k], offset[k]);
          const float e = get_passing (pass, dy[c + k], y[c + k], v, scale[k], offset[k]);

          sum[0][k] += d;
          sum[1][k] += e;
          dot[0][k] += d * u;
          dot[1][k] += e * v;
        }
    }
  for (int k = 0; k < lanes; k++)
    {
      const float u = r < b->rows ? x[k] - mean[k] : 0;
      const float d = r < b->rows ? get_passing (pass, dy[k], y[k], u, scale[k], offset[k]) : 0;

      to[first + k] += sum[0][k] + sum[1][k] + d;
      to[c + first + k] += dot[0][k] + dot[1][k] + d * u;
    }
}

CJ_INLINE void
dot_kind (const Pass pass, const Back *b, double *to)
{
  for (gint64 k = 0; k < b->c; k += PANEL)
    if (b->c - k >= PANEL)
      dot_panel (PANEL, pass, b, k, to);
    else if (b->c - k == PANEL / 2)
      dot_panel (PANEL / 2, pass, b, k, to);
    else
      dot_panel ((int) (b->c - k), pass, b, k, to);
}

CJ_CLONES static void
dot_rows (Pass pass, const Back *b, double *to)
{
  if (pass == PASS_ALL)
    dot_kind (PASS_ALL, b, to);
  else if (pass == PASS_X)
    dot_kind (PASS_X, b, to);
  else
    dot_kind (PASS_Y, b, to);
}

/* dx (+)= dy scale + offset + (x - mean) slope */
CJ_INLINE void
slope_panel (const int lanes, const Pass pass, const Back *b, gint64 first, const float *slopes,
             float *restrict dx, gboolean add)
{
  const gint64 c = b->c;
  const float *restrict x = b->x + first, *restrict dy = b->dy + first;
  const float *restrict y = pass == PASS_Y ? b->y + first : b->x + first;
  float mean[PANEL], scale[PANEL], offset[PANEL], factor[PANEL], plus[PANEL], slope[PANEL];

  dx += first;
  for (int k = 0; k < lanes; k++)
    {
      mean[k] = b->kept[KEPT_MEAN * c + first + k];
      scale[k] = b->kept[KEPT_SCALE * c + first + k];
      offset[k] = b->kept[KEPT_OFFSET * c + first + k];
      factor[k] = slopes[first + k];
      plus[k] = slopes[c + first + k];
      slope[k] = slopes[2 * c + first + k];
    }
  for (gint64 r = 0; r < b->rows; r++, x += c, dy += c, y += c, dx += c)
    {
      for (int k = 0; k < lanes; k++)
        {
          const float u = x[k] - mean[k];
          const float d = get_passing (pass, dy[k], y[k], u, scale[k], offset[k]);
          const float value = d * factor[k] + plus[k] + u * slope[k];

          dx[k] = add ? dx[k] + value : value;
        }
    }
}

CJ_INLINE void
slope_kind (const Pass pass, const Back *b, const float *slopes, float *dx, gboolean add)
{
  for (gint64 k = 0; k < b->c; k += PANEL)
    if (b->c - k >= PANEL)
      slope_panel (PANEL, pass, b, k, slopes, dx, add);
    else if (b->c - k == PANEL / 2)
      slope_panel (PANEL / 2, pass, b, k, slopes, dx, add);
    else
      slope_panel ((int) (b->c - k), pass, b, k, slopes, dx, add);
}

CJ_CLONES static void
slope_rows (Pass pass, const Back *b, const float *slopes, float *dx, gboolean add)
{
  if (pass == PASS_ALL)
    slope_kind (PASS_ALL, b, slopes, dx, add);
  else if (pass == PASS_X)
    slope_kind (PASS_X, b, slopes, dx, add);
  else
    slope_kind (PASS_Y, b, slopes, dx, add);
}

/* Rows from `r` on, as many as are taken at a time. */
static Back
get_back (const CjOpCall *call, gint64 r, gint64 end)
{
  const gint64 c = get_c (call->op);

  return (Back){ .x = (const float *) call->in[X] + r * c,
                 .dy = call->d_out[0] + r * c,
                 .y = call->out[0] + r * c,
                 .rows = MIN (get_share (call->op, PIECE), end - r),
                 .c = c,
                 .kept = call->saved };
}

static gboolean
has_more_gradient (const CjOpCall *call)
{
  return call->op->n_in > MORE && call->d_in[MORE] != NULL;
}

/* Where the gradient of z is written, not added to, it is what passes, and is read from there. */
static Pass
find_pass (const CjOpCall *call, gint64 r, Back *b)
{
  if (has_more_gradient (call) && !call->add_in[MORE])
    {
      b->dy = call->d_in[MORE] + r * b->c;
      return PASS_ALL;
    }
  return !is_relu (call->op) ? PASS_ALL : call->op->n_in > MORE ? PASS_Y : PASS_X;
}

static void
backward_sums (const CjOpCall *call, guint block)
{
  const gint64 c = get_c (call->op), share = get_share (call->op, PIECE);
  const CjSamples rows = cj_op_rows (call->op, block, get_rows (call->op));
  double *sums = get_sums (call, block);

  memset (sums, 0, sizeof (double) * 2 * (gsize) c);
  for (gint64 r = rows.begin; r < rows.end; r += share)
    {
      Back b = get_back (call, r, rows.end);
      Pass pass;

      if (has_more_gradient (call))
        pass_gradient (b.dy, is_relu (call->op) ? b.y : NULL, b.rows * c, call->d_in[MORE] + r * c,
                       call->add_in[MORE]);
      pass = find_pass (call, r, &b);
      dot_rows (pass, &b, sums);
    }
}

static void
backward_join (const CjOpCall *call, guint chunk)
{
  const gint64 c = get_c (call->op);
  const double rows = (double) get_rows (call->op);
  const float *inverse = (const float *) call->saved + KEPT_INVERSE * c;
  float *slopes = get_slopes (call);

  (void) chunk;
  for (gint64 k = 0; k < c; k++)
    {
      const double weight = call->in[WEIGHT] != NULL ? ((float *) call->in[WEIGHT])[k] : 1;
      double sum = 0, dot = 0;

      for (guint i = 0; i < cj_op_blocks (call->op); i++)
        {
          sum += get_sums (call, i)[k];
          dot += get_sums (call, i)[c + k];
        }
      dot *= inverse[k];
      if (call->d_in[WEIGHT] != NULL)
        call->d_in[WEIGHT][k] = (float) (dot + (call->add_in[WEIGHT] ? call->d_in[WEIGHT][k] : 0));
      if (call->d_in[BIAS] != NULL)
        call->d_in[BIAS][k] = (float) (sum + (call->add_in[BIAS] ? call->d_in[BIAS][k] : 0));
      if (!uses_batch (call))
        sum = dot = 0;
      slopes[k] = (float) (weight * inverse[k]);
      slopes[c + k] = (float) (-weight * inverse[k] * sum / rows);
      slopes[2 * c + k] = (float) (-weight * inverse[k] * inverse[k] * dot / rows);
    }
}

static void
backward_input (const CjOpCall *call, guint block)
{
  const CjSamples rows = cj_op_rows (call->op, block, get_rows (call->op));

  for (gint64 r = rows.begin; call->d_in[X] != NULL && r < rows.end;
       r += get_share (call->op, PIECE))
    {
      Back b = get_back (call, r, rows.end);
      const Pass pass = find_pass (call, r, &b);

      slope_rows (pass, &b, get_slopes (call), call->d_in[X] + r * b.c, call->add_in[X]);
    }
}

/* In training, in the logical layout; leaves the running statistics alone. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjBatchNormAttrs *a = op->attrs;
  const CjShape *shape = &op->in_shape[X];
  const gint64 c = get_c (op), rows = get_rows (op);
  const gint64 inner = op->in_layout == CJ_LAYOUT_PLAIN ? 1 : rows / shape->dims[0];
  const float *x = in[X], *z = op->n_in > MORE ? in[MORE] : NULL;

  for (gint64 k = 0; k < c; k++)
    {
      double mean = 0, variance = 0;

      for (gint64 r = 0; r < rows; r++)
        mean += x[(r / inner * c + k) * inner + r % inner] / (double) rows;
      for (gint64 r = 0; r < rows; r++)
        variance += pow (x[(r / inner * c + k) * inner + r % inner] - mean, 2) / (double) rows;
      if (a->fixed || op->answers)
        {
          mean = ((const float *) in[MEAN])[k];
          variance = ((const float *) in[VARIANCE])[k];
        }
      for (gint64 r = 0; r < rows; r++)
        {
          const gint64 i = (r / inner * c + k) * inner + r % inner;
          const double y = (x[i] - mean) / sqrt (variance + a->eps)
                               * (in[WEIGHT] != NULL ? ((const float *) in[WEIGHT])[k] : 1)
                           + (in[BIAS] != NULL ? ((const float *) in[BIAS])[k] : 0)
                           + (z != NULL ? z[i] : 0);

          out[0][i] = (float) (is_relu (op) ? MAX (y, 0) : y);
        }
    }
}

/* What all forms of the op have in common. */
#define PHASES                                                                                     \
  .forward = { { prepare_chunks, forward_prepare, CJ_PHASE_PREPARE },                              \
               { statistics_chunks, forward_sums, CJ_PHASE_SAMPLES },                              \
               { join_chunks, forward_join, CJ_PHASE_WHOLE },                                      \
               { cj_op_blocks, forward_scale, CJ_PHASE_SAMPLES } },                                \
  .backward = { { cj_op_blocks, backward_sums, CJ_PHASE_SAMPLES },                                 \
                { NULL, backward_join, CJ_PHASE_WHOLE },                                           \
                { cj_op_blocks, backward_input, CJ_PHASE_SAMPLES } }

const CjOpInfo cj_op_batch_norm = {
  .id = "batch-norm",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjBatchNormAttrs),
  .infer = infer,
  PHASES,
  .free_out = 1,
  .twin = twin,
};

const CjOpInfo cj_op_batch_norm_rows = {
  .id = "batch-norm-rows",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjBatchNormAttrs),
  .infer = infer,
  PHASES,
  .free_out = 1,
  .twin = twin,
};

const CjOpInfo cj_op_batch_norm_relu = {
  .id = "batch-norm-relu",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjBatchNormAttrs),
  .infer = infer,
  PHASES,
  .free_out = 1,
  .twin = twin,
};

const CjOpInfo cj_op_batch_norm_add = {
  .id = "batch-norm-add",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjBatchNormAttrs),
  .infer = infer,
  PHASES,
  .free_in = 1u << MORE,
  .free_out = 1,
  .twin = twin,
};

const CjOpInfo cj_op_batch_norm_add_relu = {
  .id = "batch-norm-add-relu",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjBatchNormAttrs),
  .infer = infer,
  PHASES,
  .free_in = 1u << MORE,
  .twin = twin,
};
