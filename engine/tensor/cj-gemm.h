/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One matrix-product kernel for everything: C [M, N] (+)= A [M, K] · B [K, N]. The operands are not
 * arrays but packers, so a dense layer, a convolution without im2col and their gradients differ only
 * in how they fill a panel. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJ_GEMM_MR 6  /* rows of a register tile */
#define CJ_GEMM_NR 16 /* columns of a register tile */
#define CJ_GEMM_KC 256
#define CJ_GEMM_MC 96
#define CJ_GEMM_NC 256

/* Floats of scratch that one call of cj_gemm needs. */
#define CJ_GEMM_SCRATCH (CJ_GEMM_KC * (CJ_GEMM_MC + CJ_GEMM_NC))

/* Writes panel[p * width + i] = operand (first + i, k + p) for i < count, p < depth, and zeros for
 * count <= i < width. `first` counts rows of A or columns of B. */
typedef void (*CjGemmPack) (gconstpointer source, gint64 first, int count, int width, gint64 k,
                            int depth, float *panel);

typedef struct
{
  CjGemmPack pack;
  gconstpointer source;
} CjGemmOperand;

/* A plain matrix as operand: element (i, p) is data[i * stride + p * k_stride]. */
typedef struct
{
  const float *data;
  gint64 stride, k_stride;
} CjGemmMatrix;

void cj_gemm_pack_matrix (gconstpointer source, gint64 first, int count, int width, gint64 k,
                          int depth, float *panel);

/* C is row-major with `c_stride`; `accumulate` adds to it. `scratch` holds CJ_GEMM_SCRATCH floats.
 * Order of additions is fixed by the sizes. Any thread. */
void cj_gemm (gint64 m, gint64 n, gint64 k, CjGemmOperand a, CjGemmOperand b, float *c,
              gint64 c_stride, gboolean accumulate, float *scratch);

G_END_DECLS
