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

/* One stage: swaps the halves off the diagonal of blocks of 2 d by 2 d. */
INLINE
swap_halves (Vec *rows, const int d)
{
  Mask upper, lower;

#pragma GCC unroll 16
  for (int j = 0; j < LANES; j++)
    {
      upper[j] = (j & d) == 0 ? j : LANES + j - d;
      lower[j] = (j & d) == 0 ? j + d : LANES + j;
    }
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++)
    if ((i & d) == 0)
      {
        const Vec a = rows[i], b = rows[i + d];

        rows[i] = __builtin_shuffle (a, b, upper);
        rows[i + d] = __builtin_shuffle (a, b, lower);
      }
}

/* LANES by LANES in registers (Eklundh, "A fast computer method for matrix transposing", 1972), with
 * log2 (LANES) shuffles a vector; to a matrix whose rows are `width` apart. Packing the weights of a
 * dense network four by four took 22 % of a step, this way 6 %. */
INLINE
transpose_square (const float *from, gint64 stride, float *to, gint64 width)
{
  Vec rows[LANES];

#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++)
    rows[i] = *(const Vec *) (from + i * stride);
  swap_halves (rows, 1);
  swap_halves (rows, 2);
  if (LANES > 4)
    swap_halves (rows, 4);
  if (LANES > 8)
    swap_halves (rows, 8);
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++)
    *(Vec *) (to + i * width) = rows[i];
}

static void
transpose (const float *from, gint64 stride, int count, int width, int depth, float *to)
{
  const int whole = count / LANES * LANES, deep = depth / LANES * LANES;

  for (int p = 0; p < deep; p += LANES)
    for (int i = 0; i < whole; i += LANES)
      transpose_square (from + i * stride + p, stride, to + (gsize) p * width + i, width);
  for (int i = 0; i < count; i++)
    for (int p = i < whole ? deep : 0; p < depth; p++)
      to[(gsize) p * width + i] = from[i * stride + p];
  for (int p = 0; p < depth; p++)
    for (int i = count; i < width; i++)
      to[(gsize) p * width + i] = 0;
}

const CjKernel CJ_KERNEL = { LANES, multiply, transpose };
