/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over a row of numbers, eight lanes side by side. The order of the additions is fixed by the
 * length, so the result does not depend on the machine's width. And shapes seen around one axis. */
#pragma once

#include "cj-math.h"
#include "cj-tensor.h"

typedef float CjLanes __attribute__ ((vector_size (32), aligned (4), may_alias));
typedef gint32 CjLaneBits __attribute__ ((vector_size (32), aligned (4), may_alias));

#define CJ_LANES 8

CJ_INLINE float
cj_lanes_sum (const CjLanes *v)
{
  return (((*v)[0] + (*v)[4]) + ((*v)[2] + (*v)[6])) + (((*v)[1] + (*v)[5]) + ((*v)[3] + (*v)[7]));
}

/* Eight by eight numbers turned round in registers, with three shuffles a row. */
CJ_INLINE void
cj_lanes_transpose (CjLanes v[CJ_LANES])
{
  CjLanes a[CJ_LANES], b[CJ_LANES];

#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    {
      a[i] = __builtin_shufflevector (v[i], v[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
      a[i + 4] = __builtin_shufflevector (v[i], v[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    {
      const int k = i / 2 * 4 + i % 2;

      b[k] = __builtin_shufflevector (a[k], a[k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      b[k + 2] = __builtin_shufflevector (a[k], a[k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
#pragma GCC unroll 4
  for (int i = 0; i < CJ_LANES; i += 2)
    {
      v[i] = __builtin_shufflevector (b[i], b[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
      v[i + 1] = __builtin_shufflevector (b[i], b[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
}

CJ_INLINE float
cj_row_sum (const float *x, gint64 n)
{
  CjLanes sum = { 0 };
  float rest = 0;
  gint64 i = 0;

  for (; i + CJ_LANES <= n; i += CJ_LANES)
    sum += *(const CjLanes *) (x + i);
  for (; i < n; i++)
    rest += x[i];
  return cj_lanes_sum (&sum) + rest;
}

CJ_INLINE float
cj_row_dot (const float *x, const float *y, gint64 n)
{
  CjLanes sum = { 0 };
  float rest = 0;
  gint64 i = 0;

  for (; i + CJ_LANES <= n; i += CJ_LANES)
    sum += *(const CjLanes *) (x + i) * *(const CjLanes *) (y + i);
  for (; i < n; i++)
    rest += x[i] * y[i];
  return cj_lanes_sum (&sum) + rest;
}

/* Sum of the squares of x - from. */
CJ_INLINE float
cj_row_squares (const float *x, gint64 n, float from)
{
  CjLanes sum = { 0 };
  float rest = 0;
  gint64 i = 0;

  for (; i + CJ_LANES <= n; i += CJ_LANES)
    {
      const CjLanes d = *(const CjLanes *) (x + i) - from;

      sum += d * d;
    }
  for (; i < n; i++)
    rest += (x[i] - from) * (x[i] - from);
  return cj_lanes_sum (&sum) + rest;
}

CJ_INLINE float
cj_row_max (const float *x, gint64 n)
{
  float most = x[0];
  gint64 i = 0;

  if (n >= CJ_LANES)
    {
      CjLanes m = *(const CjLanes *) x;

      for (i = CJ_LANES; i + CJ_LANES <= n; i += CJ_LANES)
        {
          const CjLanes v = *(const CjLanes *) (x + i);

          const CjLaneBits more = v > m;

          m = (CjLanes) (((CjLaneBits) v & more) | ((CjLaneBits) m & ~more));
        }
      for (int k = 0; k < CJ_LANES; k++)
        most = MAX (most, m[k]);
    }
  for (; i < n; i++)
    most = MAX (most, x[i]);
  return most;
}

/* y = e^(x - from); the sum of y. x and y may be the same. */
CJ_INLINE float
cj_row_exp (const float *x, gint64 n, float from, float *y)
{
  for (gint64 i = 0; i < n; i++)
    y[i] = cj_exp (x[i] - from);
  return cj_row_sum (y, n);
}

/* Copies x where y is above 0, and 0 elsewhere; all of x without y. */
void cj_row_copy_above (const float *x, const float *y, gint64 n, float *to);

/* to += from, which are not the same. */
void cj_row_add (const float *from, gint64 n, float *to);

/* A shape seen as [outer, K, inner] around one axis of size K. */
typedef struct
{
  gint64 outer, k, inner;
} CjAxisSize;

static inline CjAxisSize
cj_axis_split (const CjShape *x, int axis)
{
  CjAxisSize size = { 1, x->dims[axis], 1 };

  for (int i = 0; i < (int) x->n_dims; i++)
    if (i < axis)
      size.outer *= x->dims[i];
    else if (i > axis)
      size.inner *= x->dims[i];
  return size;
}
