/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiled once for each set of instructions, with CJ_KERNEL as the name of the table and CJ_LANES as
 * the floats of a vector. A register tile is ROWS by two vectors, 24 of the 32 registers of AVX-512 and
 * 12 of the 16 of the others, or TALL_ROWS by one: of eight columns AVX2 makes 87 GFLOP/s with 12 rows
 * and 58 with 6, of 16 AVX-512 no more with 16 rows than with 12. */
#include "cj-kernel.h"
#include "cj-shuffle.h"

#include <string.h>

#define LANES CJ_LANES
#define ROWS (LANES == 16 ? 12 : 6)
#define TALL_ROWS 12
#define GROUPS ((TALL_ROWS + 2) / 3)

extern const CjKernel CJ_KERNEL;

typedef float Vec __attribute__ ((vector_size (4 * LANES), aligned (4), may_alias));
typedef float Vec4 __attribute__ ((vector_size (16), aligned (4), may_alias));
typedef gint32 Mask __attribute__ ((vector_size (4 * LANES)));

#define INLINE static inline __attribute__ ((always_inline)) void

/* The first `n` < LANES floats of a vector, by halves; a loop over them takes ten times as long. */
INLINE
copy_part (const float *from, gint64 n, float *to)
{
#pragma GCC unroll 4
  for (int size = LANES / 2; size > 0; size /= 2)
    if ((n & size) != 0)
      {
        memcpy (to, from, sizeof (float) * (gsize) size);
        from += size;
        to += size;
      }
}

static __attribute__ ((noinline)) Vec
load_part (const float *from, gint64 n)
{
  float lanes[LANES] = { 0 };

  copy_part (from, n, lanes);
  return *(const Vec *) lanes;
}

/* The first `n` floats, all if there are more; then zeros. */
static inline __attribute__ ((always_inline)) Vec
load (const float *from, gint64 n)
{
  return n >= LANES ? *(const Vec *) from : load_part (from, n);
}

/* Finishes the sums of the first `n` columns of a vector of columns. */
static __attribute__ ((noinline)) void
store_part (const CjProduct *p, const Vec *acc, int count, gint64 n, float *c)
{
  for (int i = 0; i < count; i++, c += p->c_row)
    {
      float lanes[LANES] = { 0 };
      Vec sum;

      if (p->add)
        copy_part (c, n, lanes);
      sum = acc[i] + *(const Vec *) lanes;
      if (p->relu)
        sum = (Vec) ((Mask) sum & (Mask) (sum > 0));
      *(Vec *) lanes = sum;
      copy_part (lanes, n, c);
    }
}

/* Finishes the sums of vector `v` of columns and writes them to c: all lanes, or the first `n` of them.
 * What is to be done is looked up once a tile, not once a row, which was half the time of short sums. */
INLINE
store (const CjProduct *p, Vec acc[][2], const int count, const int v, gint64 n, float *c)
{
  const gint64 c_row = p->c_row;

  if (n < LANES)
    {
      Vec part[TALL_ROWS];

#pragma GCC unroll 12
      for (int i = 0; i < count; i++)
        part[i] = acc[i][v];
      store_part (p, part, count, n, c);
      return;
    }
  if (p->add)
    {
#pragma GCC unroll 12
      for (int i = 0; i < count; i++)
        acc[i][v] += *(const Vec *) (c + i * c_row);
    }
  if (p->relu)
    {
#pragma GCC unroll 12
      for (int i = 0; i < count; i++)
        acc[i][v] = (Vec) ((Mask) acc[i][v] & (Mask) (acc[i][v] > 0));
    }
#pragma GCC unroll 12
  for (int i = 0; i < count; i++)
    *(Vec *) (c + i * c_row) = acc[i][v];
}

/* How the rows of A lie. */
typedef enum
{
  STRIDED,    /* a_row apart */
  NEIGHBOURS, /* one float apart */
  SCATTERED,  /* anywhere */
  GATHERED    /* a_row apart, and the rows of B anywhere */
} Lie;

/* One register tile of `count` rows and `vectors` vectors; these and how the rows of A lie are
 * constants where this is inlined. Three strided rows share a pointer, for as many are reached by one
 * register with and without the processor's scaling. */
INLINE
tile (const CjProduct *p, gint64 i0, gint64 j0, const float *b, const int count, const int vectors,
      const Lie lie)
{
  const gboolean strided = lie == STRIDED || lie == GATHERED;
  const gint64 row = strided ? p->a_row : 1, a_step = p->a_step,
               b_step = lie == GATHERED ? 0 : p->b_step;
  const int groups = strided ? (count + 2) / 3 : 1;
  const gint64 second = lie == GATHERED ? p->b_second : LANES;
  gint64 rows[TALL_ROWS];
  Vec acc[TALL_ROWS][2];

  for (int v = 0; v < vectors; v++)
    {
      const gint64 j = j0 + v * LANES;
      const Vec start = p->bias != NULL ? load (p->bias + j, p->n - j) : (Vec){ 0 };

#pragma GCC unroll 12
      for (int i = 0; i < count; i++)
        acc[i][v] = start;
    }
  for (int i = 0; lie == SCATTERED && i < count; i++)
    rows[i] = p->a_rows[i0 + i];
  for (gint64 r = 0; r < p->n_runs; r++)
    {
      const float *a[GROUPS];

      a[0] = p->a + (p->offsets != NULL ? p->offsets[r] : 0);
      if (lie != SCATTERED)
        a[0] += i0 * row;
      for (int g = 1; g < groups; g++)
        a[g] = a[g - 1] + 3 * row;
      for (gint64 k = 0; k < p->run; k++, b += b_step)
        {
          const float *bk = lie == GATHERED ? b + p->b_rows[k] : b;
          const Vec b0 = *(const Vec *) bk;
          const Vec b1 = vectors > 1 ? *(const Vec *) (bk + second) : b0;

#pragma GCC unroll 12
          for (int i = 0; i < count; i++)
            {
              const float x = strided             ? a[i / 3][i % 3 * row]
                              : lie == NEIGHBOURS ? a[0][i]
                                                  : a[0][rows[i]];

              acc[i][0] += x * b0;
              if (vectors > 1)
                acc[i][1] += x * b1;
            }
#pragma GCC unroll 6
          for (int g = 0; g < groups; g++)
            a[g] += a_step;
        }
    }
  for (int v = 0; v < vectors; v++)
    store (p, acc, count, v, p->n - j0 - v * LANES, p->c + i0 * p->c_row + j0 + v * LANES);
}

/* Functions of their own, or one frame would hold them all. */
#define TILE(COUNT, VECTORS, LIE)                                                                  \
  static __attribute__ ((noinline)) void tile_##COUNT##_##VECTORS##_##LIE (                        \
      const CjProduct *p, gint64 i, gint64 j, const float *b)                                      \
  {                                                                                                \
    tile (p, i, j, b, COUNT, VECTORS, LIE);                                                        \
  }
#define TILES_6(VECTORS, LIE)                                                                      \
  TILE (1, VECTORS, LIE)                                                                           \
  TILE (2, VECTORS, LIE)                                                                           \
  TILE (3, VECTORS, LIE)                                                                           \
  TILE (4, VECTORS, LIE)                                                                           \
  TILE (5, VECTORS, LIE)                                                                           \
  TILE (6, VECTORS, LIE)
#define TILES_12(VECTORS, LIE)                                                                     \
  TILES_6 (VECTORS, LIE)                                                                           \
  TILE (7, VECTORS, LIE)                                                                           \
  TILE (8, VECTORS, LIE)                                                                           \
  TILE (9, VECTORS, LIE)                                                                           \
  TILE (10, VECTORS, LIE)                                                                          \
  TILE (11, VECTORS, LIE)                                                                          \
  TILE (12, VECTORS, LIE)
#define NAME(COUNT, VECTORS, LIE) tile_##COUNT##_##VECTORS##_##LIE
#define NAMES_6(V, L)                                                                              \
  NAME (1, V, L), NAME (2, V, L), NAME (3, V, L), NAME (4, V, L), NAME (5, V, L), NAME (6, V, L)
#define NAMES_12(V, L)                                                                             \
  NAMES_6 (V, L), NAME (7, V, L), NAME (8, V, L), NAME (9, V, L), NAME (10, V, L),                 \
      NAME (11, V, L), NAME (12, V, L)
#if LANES == 16
#define TILES_2 TILES_12
#define NAMES_2 NAMES_12
#else
#define TILES_2 TILES_6
#define NAMES_2 NAMES_6
#endif

TILES_12 (1, STRIDED)
TILES_12 (1, NEIGHBOURS)
TILES_12 (1, SCATTERED)
TILES_12 (1, GATHERED)
TILES_2 (2, STRIDED)
TILES_2 (2, NEIGHBOURS)
TILES_2 (2, SCATTERED)
TILES_2 (2, GATHERED)

typedef void (*Tile) (const CjProduct *, gint64, gint64, const float *);

/* Whole tiles, and what is left in two halves rather than a tile with too few sums to keep the
 * multipliers busy. There is a tile of every height: with those of 8, 4, 2 and 1 alone a product of 7
 * rows and 32 columns made 91 GFLOP/s, it makes 145. */
static void
multiply (const CjProduct *p)
{
  static const Tile tiles[2][4][TALL_ROWS] = { { { NAMES_12 (1, STRIDED) },
                                                 { NAMES_12 (1, NEIGHBOURS) },
                                                 { NAMES_12 (1, SCATTERED) },
                                                 { NAMES_12 (1, GATHERED) } },
                                               { { NAMES_2 (2, STRIDED) },
                                                 { NAMES_2 (2, NEIGHBOURS) },
                                                 { NAMES_2 (2, SCATTERED) },
                                                 { NAMES_2 (2, GATHERED) } } };
  const Lie lie = p->b_rows != NULL   ? GATHERED
                  : p->a_rows != NULL ? SCATTERED
                  : p->a_row == 1     ? NEIGHBOURS
                                      : STRIDED;
  const float *b = p->b;

  for (gint64 j = 0; j < p->n; j += 2 * LANES, b += p->b_panel)
    {
      const int two = p->n - j > LANES;
      const gint64 most = two ? ROWS : TALL_ROWS;

      for (gint64 i = 0, count; i < p->m; i += count)
        {
          const gint64 left = p->m - i;

          count = left >= 2 * most ? most : left > most ? (left + 1) / 2 : left;
          tiles[two][lie][count - 1](p, i, j, b);
        }
    }
}

/* As many rows and columns of dots as fit: 24 sums and 4 columns, or 8 and 4. */
#define DOT_ROWS (LANES == 16 ? 6 : 2)

INLINE
dot_tile (const CjDots *d, gint64 i0, gint64 j0, int part, const int rows, const int columns)
{
  const float *a = d->a + i0 * d->a_row, *b[4];
  float *c = d->c + (i0 * d->n + j0) * CJ_KERNEL_DOT + part;
  Vec acc[DOT_ROWS][4];

  for (int j = 0; j < columns; j++)
    b[j] = d->b + d->b_rows[j0 + j];
#pragma GCC unroll 6
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
    for (int j = 0; j < columns; j++)
      acc[i][j] = *(const Vec *) (c + (i * d->n + j) * CJ_KERNEL_DOT);
  for (gint64 k = part; k < d->depth; k += CJ_KERNEL_DOT)
    {
      Vec x[4];

#pragma GCC unroll 4
      for (int j = 0; j < columns; j++)
        x[j] = *(const Vec *) (b[j] + k);
#pragma GCC unroll 6
      for (int i = 0; i < rows; i++)
        {
          const Vec y = *(const Vec *) (a + i * d->a_row + k);

#pragma GCC unroll 4
          for (int j = 0; j < columns; j++)
            acc[i][j] += y * x[j];
        }
    }
#pragma GCC unroll 6
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
    for (int j = 0; j < columns; j++)
      *(Vec *) (c + (i * d->n + j) * CJ_KERNEL_DOT) = acc[i][j];
}

/* Narrow vectors go over the depth several times, so that sums have the same lanes. */
INLINE
dot_columns (const CjDots *d, gint64 i, const int rows)
{
  for (int part = 0; part < CJ_KERNEL_DOT; part += LANES)
    {
      gint64 j = 0;

      for (; j + 4 <= d->n; j += 4)
        dot_tile (d, i, j, part, rows, 4);
      for (; j + 2 <= d->n; j += 2)
        dot_tile (d, i, j, part, rows, 2);
      for (; j < d->n; j++)
        dot_tile (d, i, j, part, rows, 1);
    }
}

static void
dots (const CjDots *d)
{
  gint64 i = 0;

  for (; i + DOT_ROWS <= d->m; i += DOT_ROWS)
    dot_columns (d, i, DOT_ROWS);
  for (; i + 2 <= d->m; i += 2)
    dot_columns (d, i, 2);
  for (; i < d->m; i++)
    dot_columns (d, i, 1);
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

        rows[i] = CJ_SHUFFLE (a, b, upper);
        rows[i + d] = CJ_SHUFFLE (a, b, lower);
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

/* Four by four numbers of rows `stride` apart to rows `to_stride` apart. */
INLINE
turn_four (const float *f, gint64 stride, float *t, gint64 to_stride)
{
  const Vec4 r0 = *(const Vec4 *) f, r1 = *(const Vec4 *) (f + stride);
  const Vec4 r2 = *(const Vec4 *) (f + 2 * stride), r3 = *(const Vec4 *) (f + 3 * stride);
  const Vec4 low01 = __builtin_shufflevector (r0, r1, 0, 4, 1, 5);
  const Vec4 low23 = __builtin_shufflevector (r2, r3, 0, 4, 1, 5);
  const Vec4 high01 = __builtin_shufflevector (r0, r1, 2, 6, 3, 7);
  const Vec4 high23 = __builtin_shufflevector (r2, r3, 2, 6, 3, 7);

  *(Vec4 *) t = __builtin_shufflevector (low01, low23, 0, 1, 4, 5);
  *(Vec4 *) (t + to_stride) = __builtin_shufflevector (low01, low23, 2, 3, 6, 7);
  *(Vec4 *) (t + 2 * to_stride) = __builtin_shufflevector (high01, high23, 0, 1, 4, 5);
  *(Vec4 *) (t + 3 * to_stride) = __builtin_shufflevector (high01, high23, 2, 3, 6, 7);
}

/* Four numbers each of as many rows as a vector has place for. */
INLINE
load_fours (const float *f, gint64 step, Vec *v)
{
#if LANES == 4
  (void) step;
  *v = *(const Vec *) f;
#else
  const Vec4 q0 = *(const Vec4 *) f, q1 = *(const Vec4 *) (f + step);
#if LANES == 8
  *v = __builtin_shufflevector (q0, q1, 0, 1, 2, 3, 4, 5, 6, 7);
#else
  const Vec4 q2 = *(const Vec4 *) (f + 2 * step), q3 = *(const Vec4 *) (f + 3 * step);

  *v = __builtin_shufflevector (__builtin_shufflevector (q0, q1, 0, 1, 2, 3, 4, 5, 6, 7),
                                __builtin_shufflevector (q2, q3, 0, 1, 2, 3, 4, 5, 6, 7), 0, 1, 2,
                                3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
#endif
}

/* Four numbers of a vector; `q` is a constant where this is inlined. */
static inline __attribute__ ((always_inline)) Vec4
get_four (Vec v, const int q)
{
#if LANES > 8
  if (q == 2)
    return __builtin_shufflevector (v, v, 8, 9, 10, 11);
  if (q == 3)
    return __builtin_shufflevector (v, v, 12, 13, 14, 15);
#endif
#if LANES > 4
  if (q == 1)
    return __builtin_shufflevector (v, v, 4, 5, 6, 7);
#endif
  (void) q;
  return __builtin_shufflevector (v, v, 0, 1, 2, 3);
}

/* Four by four numbers turned in each part of four vectors. */
INLINE
turn_fours (Vec *v)
{
  const Vec r0 = v[0], r1 = v[1], r2 = v[2], r3 = v[3];
  Mask low, high, left, right;

#pragma GCC unroll 16
  for (int j = 0; j < LANES; j++)
    {
      low[j] = j / 4 * 4 + j % 4 / 2 + j % 2 * LANES;
      high[j] = low[j] + 2;
      left[j] = j / 4 * 4 + j % 2 + j % 4 / 2 * LANES;
      right[j] = left[j] + 2;
    }
  {
    const Vec low01 = CJ_SHUFFLE (r0, r1, low), high01 = CJ_SHUFFLE (r0, r1, high);
    const Vec low23 = CJ_SHUFFLE (r2, r3, low), high23 = CJ_SHUFFLE (r2, r3, high);

    v[0] = CJ_SHUFFLE (low01, low23, left);
    v[1] = CJ_SHUFFLE (low01, low23, right);
    v[2] = CJ_SHUFFLE (high01, high23, left);
    v[3] = CJ_SHUFFLE (high01, high23, right);
  }
}

/* Four rows of whole vectors become LANES rows of four, in their order, for rows may overlap. */
INLINE
turn_long (const float *f, gint64 stride, float *t, gint64 to_stride)
{
  Vec v[4];

  for (int j = 0; j < 4; j++)
    v[j] = *(const Vec *) (f + j * stride);
  turn_fours (v);
#pragma GCC unroll 4
  for (int q = 0; q < LANES / 4; q++)
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++, t += to_stride)
      *(Vec4 *) t = get_four (v[j], q);
}

/* LANES rows of four become four rows of whole vectors. */
INLINE
turn_tall (const float *f, gint64 stride, float *t, gint64 to_stride)
{
  Vec v[4];

  for (int j = 0; j < 4; j++)
    load_fours (f + j * stride, 4 * stride, &v[j]);
  turn_fours (v);
  for (int j = 0; j < 4; j++)
    *(Vec *) (t + j * to_stride) = v[j];
}

/* The last rows first, for what they write too much. All parts of vectors at once take
 * less time than four by four numbers each. */
static void
turn (const float *from, gint64 stride, gint64 count, gint64 depth, float *to, gint64 to_stride)
{
  gint64 i = (count + 3) / 4 * 4;

  for (; i % LANES != 0 || depth >= LANES; i -= 4)
    {
      const float *f = from + (i - 4) * stride;
      float *t = to + i - 4;
      gint64 p = 0;

      if (i == 0)
        return;
      for (; p + LANES <= depth; p += LANES)
        turn_long (f + p, stride, t + p * to_stride, to_stride);
      for (; p < depth; p += 4)
        turn_four (f + p, stride, t + p * to_stride, to_stride);
    }
  for (; i > 0; i -= LANES)
    for (gint64 p = 0; p < depth; p += 4)
      turn_tall (from + (i - LANES) * stride + p, stride, to + p * to_stride + i - LANES,
                 to_stride);
}

const CjKernel CJ_KERNEL = { LANES, multiply, dots, transpose, turn };
