/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transforms of F(4×4, 3×3), compiled once for each set of instructions with CJ_WINOGRAD as the
 * name of the table and CJ_LANES as the floats of a vector. A vector is one point of neighbouring
 * channels, so everything is plain sums; the 36 values of a tile are more than there are registers
 * and go over the stack once.
 *
 * The points of interpolation are 0, ±1, ±R and infinity. How exact the result is depends on R alone,
 * for to scale all points scales rows of the matrices and these cancel. Against R = 2, the usual
 * choice, 13/8 makes the largest of the errors smaller by 40 % and the common ones by 4 %; it and its
 * powers up to the third are exact. Matrices are in the notation of Lavin and Gray:
 *
 *   y = A' [(G g G') · (B' d B)] A
 *
 * Fused multiply-adds: every expression below has one way only to be contracted, so that the bits do
 * not depend on the width. */
#include "cj-winograd.h"

#include <string.h>

#define LANES CJ_LANES

extern const CjWinogradTile CJ_WINOGRAD;

typedef float Vec __attribute__ ((vector_size (4 * LANES), aligned (4), may_alias));
typedef gint32 Mask __attribute__ ((vector_size (4 * LANES)));

#define INLINE static inline __attribute__ ((always_inline)) void

#define R 1.625
#define R2 (R * R)
#define R3 (R * R * R)

/* Factors of the rows of G for the points 0, ±1 and ±R: one over the products of differences. */
#define G_0 (1 / R2)
#define G_1 (1 / (2 * (1 - R2)))
#define G_R (1 / (2 * R2 * (R2 - 1)))

/* B' d: six inputs, `n` apart, to six points, `m` apart. */
INLINE
input_line (const Vec *d, const int n, Vec *to, const int m)
{
  const Vec even_1 = d[4 * n] - (float) R2 * d[2 * n], odd_1 = d[3 * n] - (float) R2 * d[n];
  const Vec even_r = d[4 * n] - d[2 * n], odd_r = d[3 * n] - d[n];

  to[0] = (d[4 * n] - (float) (1 + R2) * d[2 * n]) + (float) R2 * d[0];
  to[m] = even_1 + odd_1;
  to[2 * m] = even_1 - odd_1;
  to[3 * m] = even_r + (float) R * odd_r;
  to[4 * m] = even_r - (float) R * odd_r;
  to[5 * m] = (d[5 * n] - (float) (1 + R2) * d[3 * n]) + (float) R2 * d[n];
}

/* A' v: six points to four outputs. */
INLINE
output_line (const Vec *v, const int n, Vec *to, const int m)
{
  const Vec even_1 = v[n] + v[2 * n], odd_1 = v[n] - v[2 * n];
  const Vec even_r = v[3 * n] + v[4 * n], odd_r = v[3 * n] - v[4 * n];

  to[0] = v[0] + even_1 + even_r;
  to[m] = odd_1 + (float) R * odd_r;
  to[2 * m] = even_1 + (float) R2 * even_r;
  to[3 * m] = odd_1 + v[5 * n] + (float) R3 * odd_r;
}

/* A y: four gradients to six points. */
INLINE
gradient_line (const Vec *y, const int n, Vec *to, const int m)
{
  const Vec even_1 = y[0] + y[2 * n], odd_1 = y[n] + y[3 * n];
  const Vec even_r = y[0] + (float) R2 * y[2 * n], odd_r = y[n] + (float) R2 * y[3 * n];

  to[0] = y[0];
  to[m] = even_1 + odd_1;
  to[2 * m] = even_1 - odd_1;
  to[3 * m] = even_r + (float) R * odd_r;
  to[4 * m] = even_r - (float) R * odd_r;
  to[5 * m] = y[3 * n];
}

/* G g: three weights to six points. */
INLINE
weight_line (const Vec *g, const int n, Vec *to, const int m)
{
  const Vec even_1 = g[0] + g[2 * n], even_r = g[0] + (float) R2 * g[2 * n];

  to[0] = (float) G_0 * g[0];
  to[m] = (float) G_1 * (even_1 + g[n]);
  to[2 * m] = (float) G_1 * (even_1 - g[n]);
  to[3 * m] = (float) G_R * (even_r + (float) R * g[n]);
  to[4 * m] = (float) G_R * (even_r - (float) R * g[n]);
  to[5 * m] = g[2 * n];
}

/* G' u: six points to three gradients. */
INLINE
weight_gradient_line (const Vec *u, const int n, Vec *to, const int m)
{
  const Vec even_1 = u[n] + u[2 * n], odd_1 = u[n] - u[2 * n];
  const Vec even_r = u[3 * n] + u[4 * n], odd_r = u[3 * n] - u[4 * n];

  to[0] = (float) G_0 * ((u[0] + (float) (G_1 / G_0) * even_1) + (float) (G_R / G_0) * even_r);
  to[m] = (float) G_1 * (odd_1 + (float) (R * G_R / G_1) * odd_r);
  to[2 * m] = (u[5 * n] + (float) G_1 * even_1) + (float) (R2 * G_R) * even_r;
}

/* Six points of a line, `step` apart. The address is taken for a new one every time: else the compiler
 * keeps all 36 of them in memory and fills that anew for every tile, of 16 channels a fourteenth of the
 * time. */
INLINE
store_line (const Vec *line, float *to, gint64 step)
{
  __asm__("" : "+r"(to));
#pragma GCC unroll 6
  for (int i = 0; i < 6; i++)
    *(Vec *) (to + i * step) = line[i];
}

INLINE
load_line (const float *from, gint64 step, Vec *line)
{
  __asm__("" : "+r"(from));
#pragma GCC unroll 6
  for (int i = 0; i < 6; i++)
    line[i] = *(const Vec *) (from + i * step);
}

/* Channels [c, c + LANES) of a pixel. */
static inline __attribute__ ((always_inline)) Vec
load (float *const *pixels, float *const *masks, int i, gint64 c)
{
  const Vec value = *(const Vec *) (pixels[i] + c);

  if (masks == NULL)
    return value;
  return (Vec) ((Mask) value & (Mask) (*(const Vec *) (masks[i] + c) > 0));
}

/* The last channels of `count` pixels, fewer than a vector, with zeros behind them. */
static __attribute__ ((noinline)) void
load_rest (float *const *pixels, float *const *masks, int count, gint64 c, gint64 n, Vec *rest,
           float **rests)
{
  memset (rest, 0, sizeof (Vec) * (gsize) count);
  for (int i = 0; i < count; i++)
    {
      rests[i] = (float *) (rest + i);
      for (gint64 k = 0; k < n; k++)
        if (masks == NULL || masks[i][c + k] > 0)
          ((float *) (rest + i))[k] = pixels[i][c + k];
    }
}

/* Lines down, then across. */
INLINE
input_vector (float *const *pixels, float *const *masks, gint64 c, float *to, gint64 step)
{
  Vec half[36], line[6];

#pragma GCC unroll 6
  for (int j = 0; j < 6; j++)
    {
#pragma GCC unroll 6
      for (int i = 0; i < 6; i++)
        line[i] = load (pixels, masks, 6 * i + j, c);
      input_line (line, 1, half + j, 6);
    }
#pragma GCC unroll 6
  for (int i = 0; i < 6; i++)
    {
      input_line (half + 6 * i, 1, line, 1);
      store_line (line, to + 6 * i * step, step);
    }
}

static void
input (float *const *pixels, float *const *masks, gint64 channels, float *to, gint64 step)
{
  gint64 c = 0;

  if (masks != NULL)
    for (; c + LANES <= channels; c += LANES)
      input_vector (pixels, masks, c, to + c, step);
  else
    for (; c + LANES <= channels; c += LANES)
      input_vector (pixels, NULL, c, to + c, step);
  if (c < channels)
    {
      Vec rest[36];
      float *rests[36];

      load_rest (pixels, masks, 36, c, channels - c, rest, rests);
      input_vector (rests, NULL, 0, to + c, step);
    }
}

INLINE
output_vector (const float *from, gint64 step, Vec *y)
{
  Vec half[24];

#pragma GCC unroll 6
  for (int j = 0; j < 6; j++)
    {
      Vec v[6];

      load_line (from + j * step, 6 * step, v);
      output_line (v, 1, half + j, 6);
    }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    output_line (half + 6 * i, 1, y + 4 * i, 1);
}

INLINE
output_any (const float *from, gint64 step, gint64 channels, const float *bias,
            float *const *pixels, const gboolean relu, const gboolean add)
{
  gint64 c = 0;

  for (; c + LANES <= channels; c += LANES)
    {
      const Vec b = bias != NULL ? *(const Vec *) (bias + c) : (Vec){ 0 };
      Vec y[16];

      output_vector (from + c, step, y);
#pragma GCC unroll 16
      for (int i = 0; i < 16; i++)
        {
          Vec *to = (Vec *) (pixels[i] + c);
          Vec value = y[i] + b;

          if (add)
            value += *to;
          if (relu)
            value = (Vec) ((Mask) value & (Mask) (value > 0));
          *to = value;
        }
    }
  if (c < channels)
    {
      Vec y[16];

      output_vector (from + c, step, y);
      for (int i = 0; i < 16; i++)
        for (gint64 k = 0; k < channels - c; k++)
          {
            float *to = pixels[i] + c + k, value = y[i][k] + (bias != NULL ? bias[c + k] : 0);

            if (add)
              value += *to;
            *to = relu && !(value > 0) ? 0 : value;
          }
    }
}

static void
output (const float *from, gint64 step, gint64 channels, const float *bias, gboolean relu,
        gboolean add, float *const *pixels)
{
  if (add)
    output_any (from, step, channels, bias, pixels, FALSE, TRUE);
  else if (relu)
    output_any (from, step, channels, bias, pixels, TRUE, FALSE);
  else
    output_any (from, step, channels, bias, pixels, FALSE, FALSE);
}

INLINE
gradient_vector (float *const *pixels, float *const *masks, gint64 c, float *to, gint64 step,
                 float *sums)
{
  Vec half[24], line[6], sum = *(const Vec *) sums;

#pragma GCC unroll 4
  for (int j = 0; j < 4; j++)
    {
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++)
        line[i] = load (pixels, masks, 4 * i + j, c);
      sum += (line[0] + line[1]) + (line[2] + line[3]);
      gradient_line (line, 1, half + j, 4);
    }
  *(Vec *) sums = sum;
#pragma GCC unroll 6
  for (int i = 0; i < 6; i++)
    {
      gradient_line (half + 4 * i, 1, line, 1);
      store_line (line, to + 6 * i * step, step);
    }
}

static void
gradient (float *const *pixels, float *const *masks, gint64 channels, float *to, gint64 step,
          float *sums)
{
  gint64 c = 0;

  if (masks != NULL)
    for (; c + LANES <= channels; c += LANES)
      gradient_vector (pixels, masks, c, to + c, step, sums + c);
  else
    for (; c + LANES <= channels; c += LANES)
      gradient_vector (pixels, NULL, c, to + c, step, sums + c);
  if (c < channels)
    {
      Vec rest[16];
      float *rests[16];

      load_rest (pixels, masks, 16, c, channels - c, rest, rests);
      gradient_vector (rests, NULL, 0, to + c, step, sums + c);
    }
}

static void
weight (const float *from, gint64 from_step, gint64 width, gboolean turned, float *to, gint64 step)
{
  for (gint64 c = 0; c < width; c += LANES)
    {
      Vec g[9], half[18], points[6];

      for (int i = 0; i < 9; i++)
        g[i] = *(const Vec *) (from + (turned ? 8 - i : i) * from_step + c);
#pragma GCC unroll 3
      for (int j = 0; j < 3; j++)
        weight_line (g + j, 3, half + j, 3);
#pragma GCC unroll 6
      for (int i = 0; i < 6; i++)
        {
          weight_line (half + 3 * i, 1, points, 1);
          store_line (points, to + 6 * i * step + c, step);
        }
    }
}

static void
weight_gradient (const float *from, gint64 step, gint64 width, float *to, gint64 to_step)
{
  for (gint64 c = 0; c < width; c += LANES)
    {
      Vec half[18], g[3];

#pragma GCC unroll 6
      for (int j = 0; j < 6; j++)
        {
          Vec u[6];

          load_line (from + j * step + c, 6 * step, u);
          weight_gradient_line (u, 1, half + j, 6);
        }
#pragma GCC unroll 3
      for (int i = 0; i < 3; i++)
        {
          weight_gradient_line (half + 6 * i, 1, g, 1);
#pragma GCC unroll 3
          for (int j = 0; j < 3; j++)
            *(Vec *) (to + (3 * i + j) * to_step + c) = g[j];
        }
    }
}

const CjWinogradTile CJ_WINOGRAD = { input, output, gradient, weight, weight_gradient };
