/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocking after Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008. */
#include "cj-gemm.h"

#define MR CJ_GEMM_MR
#define NR CJ_GEMM_NR

typedef float Vec8 __attribute__ ((vector_size (32), aligned (4)));

typedef void (*TileFunc) (int depth, const float *a, const float *b, float tile[MR * NR]);

static inline __attribute__ ((always_inline)) void
tile_body (int depth, const float *a, const float *b, float *tile)
{
  Vec8 acc[MR][2] = { 0 };

  for (int p = 0; p < depth; p++)
    {
      const Vec8 b0 = *(const Vec8 *) (b + p * NR);
      const Vec8 b1 = *(const Vec8 *) (b + p * NR + 8);

#pragma GCC unroll 6
      for (int i = 0; i < MR; i++)
        {
          acc[i][0] += a[p * MR + i] * b0;
          acc[i][1] += a[p * MR + i] * b1;
        }
    }
#pragma GCC unroll 6
  for (int i = 0; i < MR; i++)
    {
      *(Vec8 *) (tile + i * NR) = acc[i][0];
      *(Vec8 *) (tile + i * NR + 8) = acc[i][1];
    }
}

static void
tile_baseline (int depth, const float *a, const float *b, float tile[MR * NR])
{
  tile_body (depth, a, b, tile);
}

#if defined(__x86_64__)
__attribute__ ((target ("avx2,fma"))) static void
tile_avx2 (int depth, const float *a, const float *b, float tile[MR * NR])
{
  tile_body (depth, a, b, tile);
}
#endif

static TileFunc
choose_tile (void)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return tile_avx2;
#endif
  return tile_baseline;
}

void
cj_gemm_pack_matrix (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
                     float *panel)
{
  const CjGemmMatrix *m = source;

  for (int p = 0; p < depth; p++)
    {
      const float *from = m->data + first * m->stride + (k + p) * m->k_stride;
      float *to = panel + (gsize) p * width;
      int i = 0;

      if (m->stride == 1)
        for (; i < count; i++)
          to[i] = from[i];
      else
        for (; i < count; i++)
          to[i] = from[i * m->stride];
      for (; i < width; i++)
        to[i] = 0;
    }
}

/* Packs `count` rows (or columns) in panels of `width`. */
static void
pack_block (CjGemmOperand operand, gint64 first, gint64 count, int width, gint64 k, int depth,
            float *block)
{
  for (gint64 i = 0; i < count; i += width)
    operand.pack (operand.source, first + i, (int) MIN (width, count - i), width, k, depth,
                  block + i * depth);
}

static void
add_tile (const float *tile, int rows, int cols, float *c, gint64 c_stride, gboolean accumulate)
{
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j++)
      c[i * c_stride + j] = tile[i * NR + j] + (accumulate ? c[i * c_stride + j] : 0);
}

void
cj_gemm (gint64 m, gint64 n, gint64 k, CjGemmOperand a, CjGemmOperand b, float *c, gint64 c_stride,
         gboolean accumulate, float *scratch)
{
  const TileFunc tile_func = choose_tile ();
  float *a_block = scratch;
  float *b_block = scratch + CJ_GEMM_KC * CJ_GEMM_MC;
  float tile[MR * NR] __attribute__ ((aligned (64)));

  for (gint64 j0 = 0; j0 < n; j0 += CJ_GEMM_NC)
    for (gint64 k0 = 0; k0 < k; k0 += CJ_GEMM_KC)
      {
        const gint64 nc = MIN (CJ_GEMM_NC, n - j0);
        const int kc = (int) MIN (CJ_GEMM_KC, k - k0);

        pack_block (b, j0, nc, NR, k0, kc, b_block);
        for (gint64 i0 = 0; i0 < m; i0 += CJ_GEMM_MC)
          {
            const gint64 mc = MIN (CJ_GEMM_MC, m - i0);

            pack_block (a, i0, mc, MR, k0, kc, a_block);
            for (gint64 j = 0; j < nc; j += NR)
              for (gint64 i = 0; i < mc; i += MR)
                {
                  tile_func (kc, a_block + i * kc, b_block + j * kc, tile);
                  add_tile (tile, (int) MIN (MR, mc - i), (int) MIN (NR, nc - j),
                            c + (i0 + i) * c_stride + j0 + j, c_stride, accumulate || k0 > 0);
                }
          }
      }
}
