/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one inner loop of dense layers, convolutions, attention and their gradients, compiled for each
 * set of instructions: C [M, N] (+)= A [M, K] · B [K, N], with operands read where they lie.
 *
 * The depth K is `n_runs` runs of `run` steps. Element (i, run r, step k) of A is
 * a[offsets[r] + i * a_row + k * a_step], so the patches under a convolution's kernel need no copy, or
 * with a_rows[i] in place of i * a_row. Rows of B are contiguous, b_step apart, or if there is one run
 * anywhere, b_rows[k], and the second vector of columns b_second further. Columns come in panels of two
 * vectors. */
#pragma once

#include "cj-isa.h"

G_BEGIN_DECLS

#define CJ_KERNEL_MAX_PANEL 32 /* columns of a panel, of any kernel */
#define CJ_KERNEL_DOT 16       /* sums side by side in dots, of any kernel: the bits are the same */

typedef struct
{
  const float *a;
  gint64 a_row, a_step;
  const gint64 *a_rows;  /* m, or NULL: i * a_row */
  const gint64 *offsets; /* n_runs, or NULL: all 0 */
  gint64 n_runs, run;
  const float *b;
  gint64 b_second;      /* floats, only with b_rows */
  const gint64 *b_rows; /* run, or NULL: k * b_step; not with a_rows */
  gint64 b_step;        /* floats from a row of B to the next */
  gint64 b_panel;       /* floats from a panel of columns to the next */
  float *c;
  gint64 c_row;
  gint64 m, n;       /* B can be read up to whole vectors of columns */
  const float *bias; /* [N] added to every row, or NULL */
  gboolean add;      /* to what is in C */
  gboolean relu;     /* negative results become 0 */
} CjProduct;

/* Sums of products of long rows: c[i, j, k % CJ_KERNEL_DOT] += a[i * a_row + k] * b[b_rows[j] + k] over
 * the depth. */
typedef struct
{
  const float *a, *b;
  gint64 a_row;
  const gint64 *b_rows; /* n */
  gint64 m, n;
  gint64 depth; /* a multiple of CJ_KERNEL_DOT */
  float *c;     /* [m, n, CJ_KERNEL_DOT] */
} CjDots;

typedef struct
{
  int lanes; /* floats of a vector; a panel has twice as many columns */
  void (*multiply) (const CjProduct *product);
  void (*dots) (const CjDots *dots);
  /* to[p * width + i] = from[i * stride + p] for i < count, p < depth, zeros for count <= i < width */
  void (*transpose) (const float *from, gint64 stride, int count, int width, int depth, float *to);
  /* to[p * to_stride + i] = from[i * stride + p] for i < count, p < depth, both rounded up to four:
   * more is read and written. Where rows of `to` overlap the lower i stays, then the higher p. */
  void (*turn) (const float *from, gint64 stride, gint64 count, gint64 depth, float *to,
                gint64 to_stride);
} CjKernel;

/* The kernel for products of `n` columns: narrower vectors where wide ones would be empty. */
const CjKernel *cj_kernel_get (gint64 n);

/* `n` rounded up to whole vectors. */
static inline gint64
cj_kernel_pad (const CjKernel *kernel, gint64 n)
{
  return (n + kernel->lanes - 1) / kernel->lanes * kernel->lanes;
}

G_END_DECLS
