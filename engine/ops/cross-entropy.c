/* SPDX-License-Identifier: GPL-3.0-or-later */
/* L = -sum over classes k of q[k] log p[k] with p the softmax of the scores, taken from the scores so
 * that nothing overflows. Seen as [outer, K, inner]; a row is one pixel or moment. The target is a
 * class y or a distribution t; with smoothing e and class weights w, q[k] = w[k] (e / K + (1 - e) t[k])
 * (Szegedy et al., 2016). The mean divides by the summed w[y] of the rows that count, or by their
 * number where the target is a distribution. dz = Q p - q with Q the sum of q; with logarithms of
 * probabilities as input dz = -q. */
#include "cj-loss.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

static CjAxisSize
get_size (const CjOp *op)
{
  return cj_axis_split (&op->in_shape[0], ((const CjCrossEntropyAttrs *) op->attrs)->axis);
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjCrossEntropyAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  const gboolean soft = op->in_dtype[1] == CJ_FLOAT32;
  CjShape rows = *x;
  CjAxisSize size;

  if (a->axis < 1 || a->axis >= (int) x->n_dims)
    return cj_op_refuse (op, _ ("one score a class"), _ ("Add Flatten and Dense before it."),
                         error);
  size = get_size (op);
  rows.n_dims--;
  memmove (&rows.dims[a->axis], &x->dims[a->axis + 1],
           sizeof (gint64) * (x->n_dims - (guint) a->axis - 1));
  if (soft && cj_shape_size (&op->in_shape[1]) != cj_shape_size (x))
    return cj_op_refuse (op, _ ("classes, or one share a score, as targets"),
                         _ ("Use Mean squared error for values, or wire another target."), error);
  if (!soft && cj_shape_size (&op->in_shape[1]) != cj_shape_size (&rows))
    return cj_op_refuse (op, _ ("one score a class"), _ ("Add Flatten and Dense before it."),
                         error);
  if (a->weights.n > 0 && a->weights.n != size.k)
    {
      g_autofree char *wanted
          = g_strdup_printf (_ ("as many scores as class weights, %d"), a->weights.n);

      return cj_op_refuse (op, wanted, _ ("Give one weight a class."), error);
    }
  op->out_shape[0] = a->reduction == CJ_REDUCTION_NONE ? rows : cj_shape (0, NULL);
  op->saved_bytes = sizeof (float) * (gsize) (2 * cj_shape_size (&rows) + 1);
  op->workspace_bytes = sizeof (double) * 2 * cj_op_blocks (op);
  op->macs = cj_shape_size (x);
  return TRUE;
}

CJ_INLINE float
get_weight (const CjCrossEntropyAttrs *a, gint64 k)
{
  return a->weights.n > 0 ? a->weights.w[k] : 1;
}

/* The class of a row, or -1 if the row does not count. */
static gint64
get_class (const CjOp *op, const gint32 *target, gint64 row, gint64 k)
{
  const int ignore = ((const CjCrossEntropyAttrs *) op->attrs)->ignore;

  return target[row] >= 0 && target[row] < k && target[row] != ignore ? target[row] : -1;
}

/* The largest z, `step` apart, and the logarithm of the sum of e^(z - largest): kept apart, because
 * their sum would round where scores are large. */
CJ_CLONES static void
log_sum (const float *z, gint64 k, gint64 step, float *from)
{
  float buffer[64], most = z[0], sum = 0;

  if (step == 1)
    {
      most = cj_row_max (z, k);
      for (gint64 i = 0; i < k; i += 64)
        sum += cj_row_exp (z + i, MIN (64, k - i), most, buffer);
      from[0] = most;
      from[1] = logf (sum);
      return;
    }
  for (gint64 i = 1; i < k; i++)
    most = MAX (most, z[i * step]);
  for (gint64 i = 0; i < k; i++)
    sum += cj_exp (z[i * step] - most);
  from[0] = most;
  from[1] = logf (sum);
}

#define FLAT 512 /* scores that go through the exponential together */
#define WHOLE 16 /* numbers at a time there, so that nothing is left over for one by one */

/* Puts `filling` behind n numbers up to whole vectors, and says where these end. */
CJ_INLINE gint64
fill_up (float *x, gint64 n, float filling)
{
  for (; n % WHOLE != 0; n++)
    x[n] = filling;
  return n;
}

/* The same for many rows of few classes, all scores side by side: a row alone would not fill a vector. */
CJ_INLINE void
log_sums_of (const float *z, gint64 rows, const gint64 k, float *from)
{
  float e[FLAT], sums[FLAT];
  gint64 n;

  for (gint64 r = 0; r < rows; r++)
    {
      float most = z[r * k];

      for (gint64 i = 1; i < k; i++)
        most = z[r * k + i] > most ? z[r * k + i] : most;
      for (gint64 i = 0; i < k; i++)
        e[r * k + i] = z[r * k + i] - most;
      from[2 * r] = most;
    }
  n = fill_up (e, rows * k, 0);
  for (gint64 i = 0; i < n; i += WHOLE)
    for (gint64 j = i; j < i + WHOLE; j++)
      e[j] = cj_exp (e[j]);
  for (gint64 r = 0; r < rows; r++)
    {
      float sum = e[r * k];

      for (gint64 i = 1; i < k; i++)
        sum += e[r * k + i];
      sums[r] = sum;
    }
  n = fill_up (sums, rows, 1);
  for (gint64 r = 0; r < n; r += WHOLE)
    for (gint64 j = r; j < r + WHOLE; j++)
      sums[j] = cj_log (sums[j]);
  for (gint64 r = 0; r < rows; r++)
    from[2 * r + 1] = sums[r];
}

/* Of two classes the sum is 1 + e^-|z[1] - z[0]|, which saves an exponential and a way through memory. */
CJ_INLINE void
log_sums_of_two (const float *z, gint64 rows, float *from)
{
  float sums[FLAT];
  gint64 n;

  for (gint64 r = 0; r < rows; r++)
    {
      const float a = z[2 * r], b = z[2 * r + 1], most = a < b ? b : a;

      from[2 * r] = most;
      sums[r] = (a < b ? a : b) - most;
    }
  n = fill_up (sums, rows, 0);
  for (gint64 r = 0; r < n; r += WHOLE)
    for (gint64 j = r; j < r + WHOLE; j++)
      sums[j] = cj_log (1 + cj_exp (sums[j]));
  for (gint64 r = 0; r < rows; r++)
    from[2 * r + 1] = sums[r];
}

CJ_CLONES static void
log_sums (const float *z, gint64 rows, gint64 k, float *from)
{
  if (k == 2)
    log_sums_of_two (z, rows, from);
  else
    log_sums_of (z, rows, k, from);
}

/* Rows [begin, end): what row_loss takes off the scores. */
static void
find_sums (const CjOp *op, const float *z, gint64 begin, gint64 end, float *from)
{
  const CjAxisSize size = get_size (op);
  const gint64 most = FLAT / size.k;

  if (((const CjCrossEntropyAttrs *) op->attrs)->logs)
    memset (from + 2 * begin, 0, sizeof (float) * 2 * (gsize) (end - begin));
  else if (size.inner == 1 && most >= 8)
    for (gint64 r = begin; r < end; r += most)
      log_sums (z + r * size.k, MIN (most, end - r), size.k, &from[2 * r]);
  else
    for (gint64 r = begin; r < end; r++)
      log_sum (z + r / size.inner * size.k * size.inner + r % size.inner, size.k, size.inner,
               &from[2 * r]);
}

static double
surprise_of (float z, const float *from)
{
  return (double) from[1] - ((double) z - from[0]);
}

/* The loss of one row; what it adds to the divisor of the mean goes to *divisor. */
static double
row_loss (const CjOp *op, const CjAxisSize *size, const void *const *in, gint64 row,
          const float *from, double *divisor)
{
  const CjCrossEntropyAttrs *a = op->attrs;
  const gint64 at = row / size->inner * size->k * size->inner + row % size->inner;
  const float *z = (const float *) in[0] + at;
  const float *t = op->in_dtype[1] == CJ_FLOAT32 ? (const float *) in[1] + at : NULL;
  const gint64 y = t == NULL ? get_class (op, in[1], row, size->k) : 0;
  double hit = 0, spread = 0;

  *divisor = t != NULL ? 1 : y >= 0 ? get_weight (a, y) : 0;
  if (t == NULL && y < 0)
    return 0;
  if (t == NULL)
    hit = get_weight (a, y) * surprise_of (z[y * size->inner], from);
  for (gint64 k = 0; k < size->k && (a->smoothing > 0 || t != NULL); k++)
    {
      const double surprise = get_weight (a, k) * surprise_of (z[k * size->inner], from);

      spread += surprise;
      if (t != NULL)
        hit += t[k * size->inner] * surprise;
    }
  return (1 - a->smoothing) * hit + a->smoothing / (double) size->k * spread;
}

/* A class for every row, and nothing that weighs them. */
static gboolean
is_plain (const CjOp *op, const CjAxisSize *size)
{
  const CjCrossEntropyAttrs *a = op->attrs;

  return size->inner == 1 && op->in_dtype[1] == CJ_INT32 && a->weights.n == 0 && !a->logs
         && FLAT / size->k >= 8;
}

/* Sums of loss and divisor of rows [begin, end) of the common case, without smoothing. */
static void
sum_plain (const CjOpCall *call, gint64 k, gint64 begin, gint64 end, double *sums)
{
  const float *z = call->in[0], *from = call->saved;
  const gint32 *classes = call->in[1];
  const int ignore = ((const CjCrossEntropyAttrs *) call->op->attrs)->ignore;
  double loss = 0, divisor = 0;

  for (gint64 r = begin; r < end; r++)
    if (classes[r] >= 0 && classes[r] < k && classes[r] != ignore)
      {
        loss += surprise_of (z[r * k + classes[r]], &from[2 * r]);
        divisor++;
      }
  sums[0] = loss;
  sums[1] = divisor;
}

static void
forward (const CjOpCall *call, guint block)
{
  const CjCrossEntropyAttrs *a = call->op->attrs;
  const CjAxisSize size = get_size (call->op);
  const gint64 rows = size.outer * size.inner;
  const CjSamples mine = cj_op_rows (call->op, block, size.outer * size.inner);
  const gint64 valid = cj_loss_get_valid (call, rows);
  double *sums = (double *) call->workspace + 2 * block;
  float *from = call->saved;

  sums[0] = sums[1] = 0;
  find_sums (call->op, call->in[0], mine.begin, mine.end, from);
  if (a->smoothing == 0 && a->reduction != CJ_REDUCTION_NONE && is_plain (call->op, &size))
    {
      sum_plain (call, size.k, mine.begin, MIN (mine.end, valid), sums);
      return;
    }
  for (gint64 r = mine.begin; r < mine.end; r++)
    {
      double loss, divisor;

      loss = row_loss (call->op, &size, (const void *const *) call->in, r, &from[2 * r], &divisor);
      if (a->reduction == CJ_REDUCTION_NONE)
        call->out[0][r] = (float) loss;
      if (r >= valid)
        continue;
      sums[0] += loss;
      sums[1] += divisor;
    }
}

static void
join (const CjOpCall *call, guint chunk)
{
  const CjReduction reduction = ((const CjCrossEntropyAttrs *) call->op->attrs)->reduction;
  const double *sums = (const double *) call->workspace;
  const CjAxisSize size = get_size (call->op);
  double loss = 0, divisor = 0;

  (void) chunk;
  for (guint i = 0; i < cj_op_blocks (call->op); i++)
    {
      loss += sums[2 * i];
      divisor += sums[2 * i + 1];
    }
  ((float *) call->saved)[2 * size.outer * size.inner]
      = cj_loss_reduce (call, reduction, loss, divisor);
}

/* `scale` is the gradient of the row's loss; classes are `step` apart, a constant where inlined. */
CJ_INLINE void
row_backward (const CjCrossEntropyAttrs *a, const float *z, const float *from, gint64 n, gint64 y,
              const float *t, float scale, float *dz, float *dt, gboolean add, const gint64 step)
{
  const float smooth = (float) (a->smoothing / (double) n), keep = (float) (1 - a->smoothing);
  float all = 0;

  for (gint64 k = 0; k < n; k++)
    all += get_weight (a, k) * (smooth + (t != NULL ? keep * t[k * step] : 0));
  if (t == NULL)
    all += keep * get_weight (a, y);
  all = a->logs ? 0 : all * scale;
  for (gint64 k = 0; k < n && dz != NULL; k++)
    {
      const float p = cj_exp ((z[k * step] - from[0]) - from[1]) * all;
      const float q = smooth + (t != NULL ? keep * t[k * step] : 0);
      const float d = p - q * scale * get_weight (a, k);

      dz[k * step] = add ? dz[k * step] + d : d;
    }
  if (t == NULL && dz != NULL)
    dz[y * step] -= keep * get_weight (a, y) * scale;
  for (gint64 k = 0; k < n && dt != NULL; k++)
    dt[k * step] += keep * get_weight (a, k) * (from[1] - (z[k * step] - from[0])) * scale;
}

/* The common case, without weights and distributions. */
CJ_CLONES static void
plain_backward (const float *z, const float *from, gint64 n, gint64 y, float smooth, float scale,
                float *dz, gboolean add)
{
  const float base = smooth / (float) n * scale;

  for (gint64 k = 0; k < n; k++)
    {
      const float d = cj_exp ((z[k] - from[0]) - from[1]) * scale - base;

      dz[k] = add ? dz[k] + d : d;
    }
  dz[y] -= (1 - smooth) * scale;
}

/* The same for many rows of few classes with a class each, all scores side by side. */
CJ_INLINE void
flat_backward_of (const float *z, const float *from, const gint32 *classes, gint64 rows,
                  const gint64 k, const float *scales, float smooth, float *dz, gboolean add)
{
  const float base = smooth / (float) k, keep = 1 - smooth;
  float d[FLAT];
  gint64 n;

  for (gint64 r = 0; r < rows; r++)
    for (gint64 i = 0; i < k; i++)
      d[r * k + i] = (z[r * k + i] - from[2 * r]) - from[2 * r + 1];
  n = fill_up (d, rows * k, 0);
  for (gint64 i = 0; i < n; i += WHOLE)
    for (gint64 j = i; j < i + WHOLE; j++)
      d[j] = cj_exp (d[j]) - base;
  for (gint64 r = 0; r < rows; r++)
    {
      d[r * k + classes[r]] -= keep;
      for (gint64 i = r * k; i < (r + 1) * k; i++)
        dz[i] = d[i] * scales[r] + (add ? dz[i] : 0);
    }
}

CJ_CLONES static void
flat_backward (const float *z, const float *from, const gint32 *classes, gint64 rows, gint64 k,
               const float *scales, float smooth, float *dz, gboolean add)
{
  if (k == 2)
    flat_backward_of (z, from, classes, rows, 2, scales, smooth, dz, add);
  else
    flat_backward_of (z, from, classes, rows, k, scales, smooth, dz, add);
}

/* Rows [begin, end) of the common case. */
static void
backward_rows (const CjOpCall *call, gint64 begin, gint64 end)
{
  const CjCrossEntropyAttrs *a = call->op->attrs;
  const CjAxisSize size = get_size (call->op);
  const gint64 rows = size.outer, valid = cj_loss_get_valid (call, rows);
  const gboolean none = call->op->out_shape[0].n_dims > 0;
  const float *from = call->saved, *d_out = call->d_out[0], mean = from[2 * rows];
  float scales[FLAT];
  gint32 classes[FLAT];

  for (gint64 at = begin; at < end; at += FLAT / size.k)
    {
      const gint64 n = MIN (FLAT / size.k, end - at);

      for (gint64 r = 0; r < n; r++)
        {
          const gint64 y = get_class (call->op, call->in[1], at + r, size.k);

          classes[r] = (gint32) MAX (y, 0);
          scales[r] = at + r < valid && y >= 0 ? d_out[none ? at + r : 0] * mean : 0;
        }
      flat_backward ((const float *) call->in[0] + at * size.k, from + 2 * at, classes, n, size.k,
                     scales, (float) a->smoothing, call->d_in[0] + at * size.k, call->add_in[0]);
    }
}

static void
backward (const CjOpCall *call, guint block)
{
  const CjCrossEntropyAttrs *a = call->op->attrs;
  const CjAxisSize size = get_size (call->op);
  const gint64 rows = size.outer * size.inner;
  const CjSamples mine = cj_op_rows (call->op, block, size.outer * size.inner);
  const gint64 valid = cj_loss_get_valid (call, rows);
  const gboolean soft = call->op->in_dtype[1] == CJ_FLOAT32,
                 none = call->op->out_shape[0].n_dims > 0;
  const float *from = call->saved, *target = call->in[1];

  if (call->d_in[0] != NULL && is_plain (call->op, &size))
    {
      backward_rows (call, mine.begin, mine.end);
      return;
    }
  for (gint64 r = mine.begin; r < mine.end; r++)
    {
      const gint64 at = r / size.inner * size.k * size.inner + r % size.inner;
      const gint64 y = soft ? 0 : get_class (call->op, call->in[1], r, size.k);
      const float scale = r < valid && y >= 0 ? call->d_out[0][none ? r : 0] * from[2 * rows] : 0;
      const float *z = (const float *) call->in[0] + at, *t = soft ? target + at : NULL;
      float *dz = call->d_in[0] != NULL ? call->d_in[0] + at : NULL;
      float *dt = call->d_in[1] != NULL && soft ? call->d_in[1] + at : NULL;

      for (gint64 k = 0; k < size.k && dt != NULL && !call->add_in[1]; k++)
        dt[k * size.inner] = 0;
      if (size.inner > 1)
        row_backward (a, z, &from[2 * r], size.k, MAX (y, 0), t, scale, dz, dt, call->add_in[0],
                      size.inner);
      else if (soft || a->weights.n > 0 || a->logs)
        row_backward (a, z, &from[2 * r], size.k, MAX (y, 0), t, scale, dz, dt, call->add_in[0], 1);
      else if (dz != NULL)
        plain_backward (z, &from[2 * r], size.k, MAX (y, 0), (float) a->smoothing, scale, dz,
                        call->add_in[0]);
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjCrossEntropyAttrs *a = op->attrs;
  const CjAxisSize size = get_size (op);
  double sum = 0, divisors = 0;

  for (gint64 r = 0; r < size.outer * size.inner; r++)
    {
      const gint64 at = r / size.inner * size.k * size.inner + r % size.inner;
      const gint64 y = op->in_dtype[1] == CJ_INT32 ? get_class (op, in[1], r, size.k) : size.k;
      double total = 0, loss = 0;

      for (gint64 k = 0; k < size.k; k++)
        total += exp (((const float *) in[0])[at + k * size.inner]);
      for (gint64 k = 0; k < size.k && y >= 0; k++)
        {
          const gint64 i = at + k * size.inner;
          const double log_p = ((const float *) in[0])[i] - (a->logs ? 0 : log (total));
          const double t = y < size.k ? k == y : ((const float *) in[1])[i];

          loss -= get_weight (a, k) * ((1 - a->smoothing) * t + a->smoothing / (double) size.k)
                  * log_p;
        }
      sum += loss;
      divisors += y == size.k ? 1 : y >= 0 ? get_weight (a, y) : 0;
      if (a->reduction == CJ_REDUCTION_NONE)
        out[0][r] = (float) loss;
    }
  if (a->reduction == CJ_REDUCTION_BATCH_MEAN)
    divisors = (double) op->in_shape[0].dims[0];
  if (a->reduction != CJ_REDUCTION_NONE)
    out[0][0] = (float) (sum / (a->reduction == CJ_REDUCTION_SUM || divisors == 0 ? 1 : divisors));
}

const CjOpInfo cj_op_cross_entropy = {
  .id = "cross-entropy",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjCrossEntropyAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES }, { NULL, join } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .twin = twin,
  .whole_in = 1u << 1,
};
