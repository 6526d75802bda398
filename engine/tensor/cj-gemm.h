/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products: C [M, N] (+)= A [M, K] · B [K, N]. An operand is a plain matrix, read where it lies
 * if the kernel can, or anything else that fills a panel. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJ_GEMM_KC 512 /* depth of a block: a panel of B stays near */
#define CJ_GEMM_MC 128 /* rows of A that a packer fills at once */
#define CJ_GEMM_NR 32  /* the most columns of a panel of B */

/* Floats of scratch that one call of cj_gemm needs. */
#define CJ_GEMM_SCRATCH (CJ_GEMM_KC * (CJ_GEMM_MC + CJ_GEMM_NR))

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

/* What happens to finished sums: `bias` [N] (or NULL) is added, and with `relu` negatives become 0. */
typedef struct
{
  const float *bias;
  gboolean relu;
} CjGemmEnd;

/* C is row-major with `c_stride`; `accumulate` adds to it. `scratch` holds CJ_GEMM_SCRATCH floats.
 * Order of additions is fixed by the sizes. Any thread. */
void cj_gemm (gint64 m, gint64 n, gint64 k, CjGemmOperand a, CjGemmOperand b, float *c,
              gint64 c_stride, gboolean accumulate, float *scratch);

/* The same and what follows on it. */
void cj_gemm_end (gint64 m, gint64 n, gint64 k, CjGemmOperand a, CjGemmOperand b, float *c,
                  gint64 c_stride, gboolean accumulate, CjGemmEnd end, float *scratch);

G_END_DECLS
