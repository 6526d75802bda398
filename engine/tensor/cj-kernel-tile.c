/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiled once for each set of instructions, with CJ_KERNEL as the name of the table and CJ_LANES as
 * the floats of a vector. A register tile is ROWS by two vectors: 24 of the 32 registers of AVX-512,
 * 12 of the 16 of the others. */
#include "cj-kernel.h"

#define LANES CJ_LANES
#define ROWS (LANES == 16 ? 12 : 6)
#define GROUPS ((ROWS + 2) / 3)

extern const CjKernel CJ_KERNEL;

typedef float Vec __attribute__ ((vector_size (4 * LANES), aligned (4), may_alias));
typedef float Vec4 __attribute__ ((vector_size (16), aligned (4), may_alias));
typedef gint32 Mask __attribute__ ((vector_size (4 * LANES)));

#define INLINE static inline __attribute__ ((always_inline)) void

/* Finishes sums and writes them to c: all lanes, or the first `n` of them. */
INLINE
store (const CjProduct *p, Vec value, const float *bias, gint64 n, float *c)
{
  float lanes[LANES];

  if (n >= LANES)
    {
      if (bias != NULL)
        value += *(const Vec *) bias;
      if (p->add)
        value += *(Vec *) c;
      if (p->relu)
        value = (Vec) ((Mask) value & (Mask) (value > 0));
      *(Vec *) c = value;
      return;
    }
  *(Vec *) lanes = value;
  for (gint64 j = 0; j < n; j++)
    {
      const float sum = lanes[j] + (bias != NULL ? bias[j] : 0) + (p->add ? c[j] : 0);

      c[j] = p->relu && !(sum > 0) ? 0 : sum;
    }
}

/* One register tile of `count` rows and `vectors` vectors; both, and whether the rows of A are
 * neighbours, are constants where this is inlined. Three rows share a pointer, for as many are reached
 * by one register with and without the processor's scaling. */
INLINE
tile (const CjProduct *p, gint64 i0, gint64 j0, const float *b, const int count, const int vectors,
      const gboolean neighbours)
{
  const gint64 row = neighbours ? 1 : p->a_row, a_step = p->a_step, b_step = p->b_step;
  const float *bias = p->bias != NULL ? p->bias + j0 : NULL;
  float *c = p->c + i0 * p->c_row + j0;
  Vec acc[ROWS][2] = { 0 };

  for (gint64 r = 0; r < p->n_runs; r++)
    {
      const float *a[GROUPS];

      a[0] = p->a + i0 * row + (p->offsets != NULL ? p->offsets[r] : 0);
      for (int g = 1; g < GROUPS; g++)
        a[g] = a[g - 1] + 3 * row;
      for (gint64 k = 0; k < p->run; k++, b += b_step)
        {
          const Vec b0 = *(const Vec *) b;
          const Vec b1 = vectors > 1 ? *(const Vec *) (b + LANES) : b0;

#pragma GCC unroll 12
          for (int i = 0; i < count; i++)
            {
              const float x = a[i / 3][i % 3 * row];

              acc[i][0] += x * b0;
              if (vectors > 1)
                acc[i][1] += x * b1;
            }
#pragma GCC unroll 4
          for (int g = 0; g < GROUPS; g++)
            a[g] += a_step;
        }
    }
#pragma GCC unroll 12
  for (int i = 0; i < count; i++)
    {
      store (p, acc[i][0], bias, p->n - j0, c + i * p->c_row);
      if (vectors > 1)
        store (p, acc[i][1], bias != NULL ? bias + LANES : NULL, p->n - j0 - LANES,
               c + i * p->c_row + LANES);
    }
}

/* All rows of one panel of columns. What is left of whole tiles goes by 8, 4, 2 and 1; two tiles of 8
 * are better than 12 and 4. */
INLINE
panel (const CjProduct *p, gint64 j0, const float *b, const int vectors, const gboolean neighbours)
{
  gint64 i = 0;

  for (; p->m - i >= ROWS && (ROWS < 12 || p->m - i != 16); i += ROWS)
    tile (p, i, j0, b, ROWS, vectors, neighbours);
  for (; ROWS > 8 && p->m - i >= 8; i += 8)
    tile (p, i, j0, b, MIN (8, ROWS), vectors, neighbours);
  for (; p->m - i >= 4; i += 4)
    tile (p, i, j0, b, 4, vectors, neighbours);
  for (; p->m - i >= 2; i += 2)
    tile (p, i, j0, b, 2, vectors, neighbours);
  for (; i < p->m; i++)
    tile (p, i, j0, b, 1, vectors, neighbours);
}

/* Functions of their own, or one frame would hold them all. */
static __attribute__ ((noinline)) void
panel_two (const CjProduct *p, gint64 j0, const float *b)
{
  panel (p, j0, b, 2, FALSE);
}

static __attribute__ ((noinline)) void
panel_two_neighbours (const CjProduct *p, gint64 j0, const float *b)
{
  panel (p, j0, b, 2, TRUE);
}

static __attribute__ ((noinline)) void
panel_one (const CjProduct *p, gint64 j0, const float *b)
{
  panel (p, j0, b, 1, FALSE);
}

static __attribute__ ((noinline)) void
panel_one_neighbours (const CjProduct *p, gint64 j0, const float *b)
{
  panel (p, j0, b, 1, TRUE);
}

static void
multiply (const CjProduct *p)
{
  const float *b = p->b;

  for (gint64 j = 0; j < p->n; j += 2 * LANES, b += p->b_panel)
    if (p->n - j > LANES && p->a_row == 1)
      panel_two_neighbours (p, j, b);
    else if (p->n - j > LANES)
      panel_two (p, j, b);
    else if (p->a_row == 1)
      panel_one_neighbours (p, j, b);
    else
      panel_one (p, j, b);
}

/* Four by four in registers, the rest one by one. */
static void
transpose (const float *from, gint64 stride, int count, int width, int depth, float *to)
{
  const int whole = count / 4 * 4, deep = depth / 4 * 4;

  for (int i = 0; i < whole; i += 4)
    for (int p = 0; p < deep; p += 4)
      {
        const float *f = from + i * stride + p;
        float *t = to + (gsize) p * width + i;
        const Vec4 r0 = *(const Vec4 *) f, r1 = *(const Vec4 *) (f + stride);
        const Vec4 r2 = *(const Vec4 *) (f + 2 * stride), r3 = *(const Vec4 *) (f + 3 * stride);
        const Vec4 low01 = { r0[0], r1[0], r0[1], r1[1] }, low23 = { r2[0], r3[0], r2[1], r3[1] };
        const Vec4 high01 = { r0[2], r1[2], r0[3], r1[3] }, high23 = { r2[2], r3[2], r2[3], r3[3] };

        *(Vec4 *) t = (Vec4){ low01[0], low01[1], low23[0], low23[1] };
        *(Vec4 *) (t + width) = (Vec4){ low01[2], low01[3], low23[2], low23[3] };
        *(Vec4 *) (t + 2 * width) = (Vec4){ high01[0], high01[1], high23[0], high23[1] };
        *(Vec4 *) (t + 3 * width) = (Vec4){ high01[2], high01[3], high23[2], high23[3] };
      }
  for (int i = 0; i < count; i++)
    for (int p = i < whole ? deep : 0; p < depth; p++)
      to[(gsize) p * width + i] = from[i * stride + p];
  for (int p = 0; p < depth; p++)
    for (int i = count; i < width; i++)
      to[(gsize) p * width + i] = 0;
}

const CjKernel CJ_KERNEL = { LANES, multiply, transpose };
