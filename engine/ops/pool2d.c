/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest or the mean number under each window, channels last. The place of a maximum is kept for
 * the gradient; ties go to the first position in row order. Adaptive windows reach from
 * floor (i n / m) to ceil ((i + 1) n / m) and may overlap.
 * Windows of 2×2 that stand side by side, by far the most, have a way of their own: the place is two
 * bits, those of sixteen neighbours in a word, and the gradient is written once, place or zero. */
#include "cj-ops.h"
#include "cj-rows.h"

#include <glib/gi18n-lib.h>

/* One axis of a window: positions begin, begin + step ... below end; count is what an average divides
 * by along this axis. */
typedef struct
{
  gint64 begin, end, step, count;
} Span;

static Span
get_span (gint64 i, gint64 n, gint64 m, int kernel, int stride, int pad, int dilation,
          gboolean adaptive, gboolean exclude_pad)
{
  Span span;

  if (adaptive)
    {
      span = (Span){ i * n / m, ((i + 1) * n + m - 1) / m, 1, 0 };
      span.count = span.end - span.begin;
      return span;
    }
  span = (Span){ i * stride - pad, i * stride - pad + (gint64) (kernel - 1) * dilation + 1,
                 dilation, 0 };
  /* a window that ceil lets hang over the padded border is cut there */
  span.count = MIN (span.end, n + pad) - span.begin;
  while (span.begin < 0)
    span.begin += span.step;
  span.end = MIN (span.end, n);
  if (exclude_pad)
    span.count = span.end - span.begin;
  return span;
}

static Span
get_rows (const CjOp *op, gint64 row)
{
  const CjPoolAttrs *a = op->attrs;

  return get_span (row, op->in_shape[0].dims[2], op->out_shape[0].dims[2], a->kernel_h, a->stride_h,
                   a->pad_h, a->dilation_h, a->out_h > 0, a->exclude_pad);
}

static Span
get_columns (const CjOp *op, gint64 column)
{
  const CjPoolAttrs *a = op->attrs;

  return get_span (column, op->in_shape[0].dims[3], op->out_shape[0].dims[3], a->kernel_w,
                   a->stride_w, a->pad_w, a->dilation_w, a->out_h > 0, a->exclude_pad);
}

/* Number of windows on an axis; a last one that ceil adds must begin inside the picture or the left
 * padding. */
static gint64
count_windows (gint64 n, int kernel, int stride, int pad, int dilation, gboolean ceil)
{
  const gint64 room = n + 2 * pad - (gint64) (kernel - 1) * dilation - 1;
  gint64 count = room < 0 ? 0 : (room + (ceil ? stride - 1 : 0)) / stride + 1;

  if (ceil && count > 1 && (count - 1) * stride >= n + pad)
    count--;
  return count;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjPoolAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  g_autofree char *wanted = g_strdup_printf (_ ("pictures of at least %d×%d"),
                                             (a->kernel_h - 1) * a->dilation_h + 1 - 2 * a->pad_h,
                                             (a->kernel_w - 1) * a->dilation_w + 1 - 2 * a->pad_w);
  gint64 h, w;

  if (x->n_dims != 4)
    return cj_op_refuse (op, _ ("pictures"), _ ("Put it before Flatten."), error);
  h = a->out_h > 0
          ? a->out_h
          : count_windows (x->dims[2], a->kernel_h, a->stride_h, a->pad_h, a->dilation_h, a->ceil);
  w = a->out_h > 0
          ? a->out_w
          : count_windows (x->dims[3], a->kernel_w, a->stride_w, a->pad_w, a->dilation_w, a->ceil);
  if (h < 1 || w < 1)
    return cj_op_refuse (op, wanted, _ ("Use a smaller window."), error);
  if (a->out_h == 0 && (a->pad_h * 2 > a->kernel_h || a->pad_w * 2 > a->kernel_w))
    return cj_op_refuse (op, _ ("a padding of at most half the window"),
                         _ ("Make the padding smaller."), error);
  op->out_shape[0] = cj_shape4 (x->dims[0], x->dims[1], h, w);
  return TRUE;
}

#define WINDOWS_A_WORD 16

/* Whether the windows halve the picture: 2×2, one beside the other, none over the border. */
static gboolean
is_halving (const CjOp *op)
{
  const CjPoolAttrs *a = op->attrs;

  return a->out_h == 0 && a->kernel_h == 2 && a->kernel_w == 2 && a->stride_h == 2
         && a->stride_w == 2 && a->pad_h == 0 && a->pad_w == 0 && a->dilation_h == 1
         && a->dilation_w == 1 && 2 * op->out_shape[0].dims[2] <= op->in_shape[0].dims[2]
         && 2 * op->out_shape[0].dims[3] <= op->in_shape[0].dims[3];
}

/* Groups of eight channels; the last of several overlaps the one before. */
static gint64
count_groups (const CjOp *op)
{
  return (op->in_shape[0].dims[1] + CJ_LANES - 1) / CJ_LANES;
}

/* Words of a row of windows: [word, group, lane]. */
static gint64
count_words (const CjOp *op)
{
  return (op->out_shape[0].dims[3] + WINDOWS_A_WORD - 1) / WINDOWS_A_WORD * count_groups (op)
         * CJ_LANES;
}

static gboolean
infer_max (CjOp *op, GError **error)
{
  if (!infer (op, error))
    return FALSE;
  op->saved_bytes = sizeof (gint32)
                    * (gsize) (is_halving (op) ? op->out_shape[0].dims[0] * op->out_shape[0].dims[2]
                                                     * count_words (op)
                                               : cj_shape_size (&op->out_shape[0]));
  return TRUE;
}

typedef float Vec4 __attribute__ ((vector_size (16), aligned (4), may_alias));
typedef gint32 Place4 __attribute__ ((vector_size (16), aligned (4), may_alias));

/* The windows of one row; places are pixels of the picture. */
typedef struct
{
  const float *in;
  gint64 c, width; /* of the picture */
  Span rows;
} Windows;

/* One window for 8, 4 or 1 channels, of which out, place and in + k are the first: the best so far
 * stays in registers, and no branch depends on the numbers. */
CJ_INLINE void
max_8 (const Windows *w, Span columns, gint64 k, float *out, gint32 *place)
{
  gint32 pixel = (gint32) (w->rows.begin * w->width + columns.begin);
  CjLanes best = *(const CjLanes *) (w->in + pixel * w->c + k);
  CjLaneBits at = (CjLaneBits){ 0 } + pixel;

  for (gint64 i = w->rows.begin; i < w->rows.end; i += w->rows.step)
    for (gint64 j = columns.begin; j < columns.end; j += columns.step)
      {
        CjLanes value;
        CjLaneBits better;

        pixel = (gint32) (i * w->width + j);
        value = *(const CjLanes *) (w->in + pixel * w->c + k);
        better = (CjLaneBits) (value > best);
        best = (CjLanes) (((CjLaneBits) value & better) | ((CjLaneBits) best & ~better));
        at = (pixel & better) | (at & ~better);
      }
  *(CjLanes *) out = best;
  *(CjLaneBits *) place = at;
}

CJ_INLINE void
max_4 (const Windows *w, Span columns, gint64 k, float *out, gint32 *place)
{
  gint32 pixel = (gint32) (w->rows.begin * w->width + columns.begin);
  Vec4 best = *(const Vec4 *) (w->in + pixel * w->c + k);
  Place4 at = (Place4){ 0 } + pixel;

  for (gint64 i = w->rows.begin; i < w->rows.end; i += w->rows.step)
    for (gint64 j = columns.begin; j < columns.end; j += columns.step)
      {
        Vec4 value;
        Place4 better;

        pixel = (gint32) (i * w->width + j);
        value = *(const Vec4 *) (w->in + pixel * w->c + k);
        better = (Place4) (value > best);
        best = (Vec4) (((Place4) value & better) | ((Place4) best & ~better));
        at = (pixel & better) | (at & ~better);
      }
  *(Vec4 *) out = best;
  *(Place4 *) place = at;
}

CJ_INLINE void
max_1 (const Windows *w, Span columns, gint64 k, float *out, gint32 *place)
{
  gint32 at = (gint32) (w->rows.begin * w->width + columns.begin);
  float best = w->in[at * w->c + k];

  for (gint64 i = w->rows.begin; i < w->rows.end; i += w->rows.step)
    for (gint64 j = columns.begin; j < columns.end; j += columns.step)
      {
        const gint32 pixel = (gint32) (i * w->width + j);
        const float value = w->in[pixel * w->c + k];

        at = value > best ? pixel : at;
        best = value > best ? value : best;
      }
  *out = best;
  *place = at;
}

/* Channels left over by whole vectors are done in one that overlaps the last. */
CJ_CLONES static void
max_row (const CjOp *op, const Windows *w, gint64 n, float *out, gint32 *place)
{
  const gint64 c = w->c;

  for (gint64 column = 0; column < n; column++, out += c, place += c)
    {
      const Span columns = get_columns (op, column);

      if (c >= 8)
        for (gint64 i = 0; i < c; i += 8)
          {
            const gint64 k = MIN (i, c - 8);

            max_8 (w, columns, k, out + k, place + k);
          }
      else if (c >= 4)
        for (gint64 i = 0; i < c; i += 4)
          {
            const gint64 k = MIN (i, c - 4);

            max_4 (w, columns, k, out + k, place + k);
          }
      else
        for (gint64 k = 0; k < c; k++)
          max_1 (w, columns, k, out + k, place + k);
    }
}

/* --- windows of 2×2 --- */

/* One row of windows over two rows of pixels of c channels, of which one group is meant. */
typedef struct
{
  gint64 c, n; /* windows */
  gint64 line; /* floats of a row of pixels */
  gint64 step; /* from one word to the next */
  /* Fewer than eight channels are done with those of the windows that follow, in the next row as well
   * on the way there, which come to their own after; from this window on, where nothing follows, or
   * adding forbids it, they are done alone. */
  gint64 edge;
  gint32 fresh[CJ_LANES]; /* all bits where no group before has the channel */
} Halves;

/* Windows [begin, end) of at most one word for eight channels. Places 0 to 3 in row order; no branch
 * depends on the numbers. */
CJ_INLINE void
halve_8 (const Halves *h, gint64 begin, gint64 end, const float *in, float *out, gint32 *words)
{
  const gint64 c = h->c;
  const float *top = in + 2 * begin * c, *bottom = top + h->line;
  CjLaneBits word = { 0 };

  for (gint64 j = begin; j < end; j++, top += 2 * c, bottom += 2 * c)
    {
      const CjLanes a0 = *(const CjLanes *) top, a1 = *(const CjLanes *) (top + c);
      const CjLanes b0 = *(const CjLanes *) bottom, b1 = *(const CjLanes *) (bottom + c);
      const CjLaneBits right = a1 > a0, below = b1 > b0;
      const CjLaneBits a = ((CjLaneBits) a1 & right) | ((CjLaneBits) a0 & ~right);
      const CjLaneBits b = ((CjLaneBits) b1 & below) | ((CjLaneBits) b0 & ~below);
      const CjLaneBits lower = (CjLanes) b > (CjLanes) a;
      const CjLaneBits place = (lower & 2) | (((below & lower) | (right & ~lower)) & 1);

      *(CjLaneBits *) (out + j * c) = (b & lower) | (a & ~lower);
      word |= place << (int) (2 * (j % WINDOWS_A_WORD));
    }
  *(CjLaneBits *) words = word;
}

/* The same for fewer, one by one; adds bits to the words. */
CJ_INLINE void
halve_alone (const Halves *h, gint64 begin, gint64 end, const float *in, float *out, gint32 *words)
{
  const gint64 c = h->c;

  for (gint64 j = begin; j < end; j++)
    for (gint64 k = 0; k < c; k++)
      {
        const float *at = in + 2 * j * c + k;
        const float four[4] = { at[0], at[c], at[h->line], at[h->line + c] };
        gint32 place = 0;

        for (gint32 i = 1; i < 4; i++)
          place = four[i] > four[place] ? i : place;
        out[j * c + k] = four[place];
        words[k] |= place << (2 * (j % WINDOWS_A_WORD));
      }
}

/* The gradient goes to the place, 0 to the others. */
CJ_INLINE void
unhalve_8 (const Halves *h, gint64 begin, gint64 end, const float *d_out, const gint32 *words,
           float *d_in, gboolean add)
{
  const gint64 c = h->c;
  const CjLaneBits word = *(const CjLaneBits *) words, fresh = *(const CjLaneBits *) h->fresh;
  float *top = d_in + 2 * begin * c, *bottom = top + h->line;

  for (gint64 j = begin; j < end; j++, top += 2 * c, bottom += 2 * c)
    {
      const CjLaneBits place = word >> (int) (2 * (j % WINDOWS_A_WORD)) & 3;
      const CjLaneBits dy = *(const CjLaneBits *) (d_out + j * c);

#pragma GCC unroll 4
      for (int i = 0; i < 4; i++)
        {
          CjLanes *to = (CjLanes *) ((i < 2 ? top : bottom) + i % 2 * c);

          if (add)
            *to += (CjLanes) (dy & (place == i) & fresh);
          else
            *to = (CjLanes) (dy & (place == i));
        }
    }
}

CJ_INLINE void
unhalve_alone (const Halves *h, gint64 begin, gint64 end, const float *d_out, const gint32 *words,
               float *d_in, gboolean add)
{
  const gint64 c = h->c;

  for (gint64 j = begin; j < end; j++)
    for (gint64 k = 0; k < c; k++)
      for (gint32 i = 0; i < 4; i++)
        {
          const gboolean here = (words[k] >> (2 * (j % WINDOWS_A_WORD)) & 3) == i;
          const float dy = here ? d_out[j * c + k] : 0;
          float *to = d_in + i / 2 * h->line + (2 * j + i % 2) * c + k;

          *to = add ? *to + dy : dy;
        }
}

CJ_CLONES static void
halve_row (const Halves *h, const float *in, float *out, gint32 *words)
{
  for (gint64 j = 0; j < h->n; j += WINDOWS_A_WORD, words += h->step)
    {
      const gint64 end = MIN (j + WINDOWS_A_WORD, h->n), edge = CLAMP (h->edge, j, end);

      halve_8 (h, j, edge, in, out, words);
      halve_alone (h, edge, end, in, out, words);
    }
}

CJ_CLONES static void
unhalve_row (const Halves *h, const float *d_out, const gint32 *words, float *d_in, gboolean add)
{
  for (gint64 j = 0; j < h->n; j += WINDOWS_A_WORD, words += h->step)
    {
      const gint64 end = MIN (j + WINDOWS_A_WORD, h->n), edge = CLAMP (h->edge, j, end);

      if (add)
        unhalve_8 (h, j, edge, d_out, words, d_in, TRUE);
      else
        unhalve_8 (h, j, edge, d_out, words, d_in, FALSE);
      unhalve_alone (h, edge, end, d_out, words, d_in, add);
    }
}

/* Halves one picture, or spreads the gradient over it. */
static void
run_halves (const CjOp *op, const float *in, float *out, gint32 *words, float *d_in,
            const float *d_out, gboolean add)
{
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims, c = x[1];
  const gint64 groups = count_groups (op), all_words = count_words (op);
  Halves h = { .c = c, .n = y[3], .line = x[3] * c, .step = groups * CJ_LANES, .edge = y[3] };
  const gint64 rest = h.line - 2 * h.n * c;

  for (gint64 row = 0; row < y[2]; row++, words += all_words)
    {
      if (c < CJ_LANES && d_in != NULL && add)
        h.edge = 0;
      else if (c < CJ_LANES && (d_in != NULL || row == y[2] - 1))
        h.edge = h.n - (CJ_LANES + c - 1) / c + 1;
      for (gint64 g = 0; g < groups; g++)
        {
          const gint64 k = c < CJ_LANES ? 0 : MIN (g * CJ_LANES, c - CJ_LANES);
          const gint64 above = 2 * row * h.line + k, below = row * h.n * c + k;

          for (gint64 i = 0; i < CJ_LANES && add; i++)
            h.fresh[i] = k + i >= g * CJ_LANES ? -1 : 0;
          if (d_in == NULL)
            halve_row (&h, in + above, out + below, words + g * CJ_LANES);
          else
            unhalve_row (&h, d_out + below, words + g * CJ_LANES, d_in + above, add);
        }
      for (int i = 1; d_in != NULL && !add && i <= 2; i++)
        memset (d_in + (2 * row + i) * h.line - rest, 0, sizeof (float) * (gsize) rest);
    }
  if (d_in != NULL && !add)
    memset (d_in + 2 * y[2] * h.line, 0, sizeof (float) * (gsize) ((x[2] - 2 * y[2]) * h.line));
}

/* --- maxima --- */

static gint64
count_in (const CjOp *op)
{
  return cj_shape_size (&op->in_shape[0]) / MAX (op->in_shape[0].dims[0], 1);
}

static gint64
count_out (const CjOp *op)
{
  return cj_shape_size (&op->out_shape[0]) / MAX (op->out_shape[0].dims[0], 1);
}

static void
max_forward (const CjOpCall *call, guint block)
{
  const CjOp *op = call->op;
  const CjSamples s = cj_op_samples (op, block);
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims, c = x[1];

  for (gint64 sample = s.begin; sample < s.end; sample++)
    {
      Windows w
          = { .in = (const float *) call->in[0] + sample * count_in (op), .c = c, .width = x[3] };
      float *out = call->out[0] + sample * count_out (op);

      if (is_halving (op))
        run_halves (op, w.in, out, (gint32 *) call->saved + sample * y[2] * count_words (op), NULL,
                    NULL, FALSE);
      for (gint64 row = 0; row < y[2] && !is_halving (op); row++)
        {
          w.rows = get_rows (op, row);
          max_row (op, &w, y[3], out + row * y[3] * c,
                   (gint32 *) call->saved + sample * count_out (op) + row * y[3] * c);
        }
    }
}

static void
max_backward (const CjOpCall *call, guint block)
{
  const CjOp *op = call->op;
  const CjSamples s = cj_op_samples (op, block);
  const gint64 *y = op->out_shape[0].dims, c = y[1];

  for (gint64 sample = s.begin; sample < s.end && call->d_in[0] != NULL; sample++)
    {
      gint32 *place = (gint32 *) call->saved + sample * count_out (op);
      const float *dy = call->d_out[0] + sample * count_out (op);
      float *dx = call->d_in[0] + sample * count_in (op);

      if (is_halving (op))
        {
          place = (gint32 *) call->saved + sample * y[2] * count_words (op);
          run_halves (op, NULL, NULL, place, dx, dy, call->add_in[0]);
          continue;
        }
      if (!call->add_in[0])
        memset (dx, 0, sizeof (float) * (gsize) count_in (op));
      for (gint64 i = 0; i < y[2] * y[3]; i++, place += c, dy += c)
        for (gint64 k = 0; k < c; k++)
          dx[(gint64) place[k] * c + k] += dy[k];
    }
}

/* --- means --- */

CJ_INLINE void
add_scaled (const float *from, gint64 c, float scale, float *to)
{
  for (gint64 k = 0; k < c; k++)
    to[k] += from[k] * scale;
}

/* Sums windows into out, or spreads what arrives at out over them. */
CJ_CLONES static void
average (const CjOp *op, const float *in, float *out, float *d_in, const float *d_out)
{
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims, c = x[1];

  for (gint64 row = 0; row < y[2]; row++)
    for (gint64 column = 0; column < y[3]; column++)
      {
        const Span rows = get_rows (op, row), columns = get_columns (op, column);
        const float scale = 1.0f / (float) (MAX (rows.count, 1) * MAX (columns.count, 1));
        const gint64 at = (row * y[3] + column) * c;

        for (gint64 i = rows.begin; i < rows.end; i += rows.step)
          for (gint64 j = columns.begin; j < columns.end; j += columns.step)
            if (d_in == NULL)
              add_scaled (in + (i * x[3] + j) * c, c, scale, out + at);
            else
              add_scaled (d_out + at, c, scale, d_in + (i * x[3] + j) * c);
      }
}

static void
avg_forward (const CjOpCall *call, guint block)
{
  const CjSamples s = cj_op_samples (call->op, block);
  const gint64 n = count_in (call->op), m = count_out (call->op);

  memset (call->out[0] + s.begin * m, 0, sizeof (float) * (gsize) ((s.end - s.begin) * m));
  for (gint64 i = s.begin; i < s.end; i++)
    average (call->op, (const float *) call->in[0] + i * n, call->out[0] + i * m, NULL, NULL);
}

static void
avg_backward (const CjOpCall *call, guint block)
{
  const CjSamples s = cj_op_samples (call->op, block);
  const gint64 n = count_in (call->op), m = count_out (call->op);

  if (call->d_in[0] == NULL)
    return;
  if (!call->add_in[0])
    memset (call->d_in[0] + s.begin * n, 0, sizeof (float) * (gsize) ((s.end - s.begin) * n));
  for (gint64 i = s.begin; i < s.end; i++)
    average (call->op, NULL, NULL, call->d_in[0] + i * n, call->d_out[0] + i * m);
}

/* In the logical layout N C H W. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const gint64 *x = op->in_shape[0].dims, *y = op->out_shape[0].dims;
  const gboolean largest = op->info == &cj_op_max_pool2d;

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const Span rows = get_rows (op, i / y[3] % y[2]), columns = get_columns (op, i % y[3]);
      const float *picture = (const float *) in[0] + i / y[3] / y[2] * x[2] * x[3];
      double sum = 0, most = -INFINITY;

      for (gint64 r = rows.begin; r < rows.end; r += rows.step)
        for (gint64 s = columns.begin; s < columns.end; s += columns.step)
          {
            sum += picture[r * x[3] + s];
            most = MAX (most, picture[r * x[3] + s]);
          }
      out[0][i] = (float) (largest ? most : sum / (double) (rows.count * columns.count));
    }
}

const CjOpInfo cj_op_max_pool2d = {
  .id = "max-pool2d",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjPoolAttrs),
  .infer = infer_max,
  .forward = { { cj_op_blocks, max_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, max_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};

const CjOpInfo cj_op_avg_pool2d = {
  .id = "avg-pool2d",
  .layout = CJ_LAYOUT_LAST,
  .attrs_size = sizeof (CjPoolAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, avg_forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, avg_backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};
