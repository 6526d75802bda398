/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv2d-kernel.h"

#define LANES CJ_CONV_LANES
#define PIXELS CJ_CONV_PIXELS

typedef float Vec8 __attribute__ ((vector_size (32), aligned (4)));

#define INLINE static inline __attribute__ ((always_inline)) void

/* Writes the first `n` lanes; all of them at once where what lies behind is written later (`over`). */
INLINE
store (const Vec8 *value, const float *bias, gint64 n, float *y, gboolean add, gboolean over)
{
  Vec8 b = { 0 };
  float lanes[LANES];

  if (bias != NULL)
    for (gint64 o = 0; o < n; o++)
      b[o] = bias[o];
  if (n == LANES)
    *(Vec8 *) y = *value + b + (add ? *(Vec8 *) y : (Vec8){ 0 });
  else if (over && !add)
    *(Vec8 *) y = *value + b;
  else
    {
      *(Vec8 *) lanes = *value + b;
      for (gint64 o = 0; o < n; o++)
        y[o] = lanes[o] + (add ? y[o] : 0);
    }
}

/* `count` pixels times `vectors` vectors of outputs; both are constants where this is inlined. */
INLINE
block (const CjConvPatch *p, const float *x, const float *weight, gint64 op, gint64 n_out,
       const float *bias, float *y, gint64 y_step, gboolean add, const int count, const int vectors)
{
  Vec8 acc[PIXELS][2] = { 0 };

  for (gint64 r = 0; r < p->n_runs; r++)
    {
      const float *from = x + p->offsets[r];
      const float *w = weight + r * p->run * op;

      for (gint64 k = 0; k < p->run; k++, w += op)
        {
          const Vec8 b0 = *(const Vec8 *) w;
          const Vec8 b1 = vectors > 1 ? *(const Vec8 *) (w + LANES) : b0;

#pragma GCC unroll 6
          for (int i = 0; i < count; i++)
            {
              const float a = from[i * p->step + k];

              acc[i][0] += a * b0;
              if (vectors > 1)
                acc[i][1] += a * b1;
            }
        }
    }
#pragma GCC unroll 6
  for (int i = 0; i < count; i++)
    {
      /* a pixel's spare lanes fall on the next pixels of this block, unless others lie between */
      const gboolean over = y_step == n_out && (count - i) * n_out >= vectors * LANES;

      store (&acc[i][0], bias, MIN (n_out, LANES), y + i * y_step, add, over);
      if (vectors > 1)
        store (&acc[i][1], bias != NULL ? bias + LANES : NULL, MIN (n_out - LANES, LANES),
               y + i * y_step + LANES, add, over);
    }
}

INLINE
row_body (const CjConvPatch *p, const float *x, const float *weight, gint64 op, gint64 n_out,
          const float *bias, gint64 width, float *y, gint64 y_step, gboolean add)
{
  for (gint64 o = 0; o < n_out; o += 2 * LANES)
    {
      const float *b = bias != NULL ? bias + o : NULL;
      const gboolean two = n_out - o > LANES;
      gint64 i = 0;

      for (; i + PIXELS <= width; i += PIXELS)
        if (two)
          block (p, x + i * p->step, weight + o, op, n_out - o, b, y + i * y_step + o, y_step, add,
                 PIXELS, 2);
        else
          block (p, x + i * p->step, weight + o, op, n_out - o, b, y + i * y_step + o, y_step, add,
                 PIXELS, 1);
      for (; i < width; i++)
        if (two)
          block (p, x + i * p->step, weight + o, op, n_out - o, b, y + i * y_step + o, y_step, add,
                 1, 2);
        else
          block (p, x + i * p->step, weight + o, op, n_out - o, b, y + i * y_step + o, y_step, add,
                 1, 1);
    }
}

/* `count` rows of dw times `vectors` vectors of outputs, over all pixels of the row. */
INLINE
gradient_block (const float *x, gint64 step, const float *dy, gint64 op, gint64 width, float *dw,
                const int count, const int vectors)
{
  Vec8 acc[PIXELS][2] = { 0 };

  for (gint64 i = 0; i < width; i++, x += step, dy += op)
    {
      const Vec8 b0 = *(const Vec8 *) dy;
      const Vec8 b1 = vectors > 1 ? *(const Vec8 *) (dy + LANES) : b0;

#pragma GCC unroll 6
      for (int k = 0; k < count; k++)
        {
          acc[k][0] += x[k] * b0;
          if (vectors > 1)
            acc[k][1] += x[k] * b1;
        }
    }
#pragma GCC unroll 6
  for (int k = 0; k < count; k++)
    {
      *(Vec8 *) (dw + k * op) += acc[k][0];
      if (vectors > 1)
        *(Vec8 *) (dw + k * op + LANES) += acc[k][1];
    }
}

INLINE
gradient_body (const CjConvPatch *p, const float *x, const float *dy, gint64 op, gint64 width,
               float *dw)
{
  for (gint64 r = 0; r < p->n_runs; r++)
    for (gint64 o = 0; o < op; o += 2 * LANES)
      {
        const float *from = x + p->offsets[r];
        float *to = dw + r * p->run * op + o;
        const gboolean two = op - o > LANES;
        gint64 k = 0;

        for (; k + PIXELS <= p->run; k += PIXELS)
          if (two)
            gradient_block (from + k, p->step, dy + o, op, width, to + k * op, PIXELS, 2);
          else
            gradient_block (from + k, p->step, dy + o, op, width, to + k * op, PIXELS, 1);
        for (; k < p->run; k++)
          if (two)
            gradient_block (from + k, p->step, dy + o, op, width, to + k * op, 1, 2);
          else
            gradient_block (from + k, p->step, dy + o, op, width, to + k * op, 1, 1);
      }
}

#if defined(__x86_64__)
__attribute__ ((target ("avx2,fma"))) static void
row_avx2 (const CjConvPatch *p, const float *x, const float *weight, gint64 op, gint64 n_out,
          const float *bias, gint64 width, float *y, gint64 y_step, gboolean add)
{
  row_body (p, x, weight, op, n_out, bias, width, y, y_step, add);
}

__attribute__ ((target ("avx2,fma"))) static void
gradient_avx2 (const CjConvPatch *p, const float *x, const float *dy, gint64 op, gint64 width,
               float *dw)
{
  gradient_body (p, x, dy, op, width, dw);
}

static gboolean
has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}
#endif

void
cj_conv_row (const CjConvPatch *patch, const float *x, const float *weight, gint64 op, gint64 n_out,
             const float *bias, gint64 width, float *y, gint64 y_step, gboolean add)
{
#if defined(__x86_64__)
  if (has_avx2 ())
    {
      row_avx2 (patch, x, weight, op, n_out, bias, width, y, y_step, add);
      return;
    }
#endif
  row_body (patch, x, weight, op, n_out, bias, width, y, y_step, add);
}

void
cj_conv_row_gradient (const CjConvPatch *patch, const float *x, const float *dy, gint64 op,
                      gint64 width, float *dw)
{
#if defined(__x86_64__)
  if (has_avx2 ())
    {
      gradient_avx2 (patch, x, dy, op, width, dw);
      return;
    }
#endif
  gradient_body (patch, x, dy, op, width, dw);
}
