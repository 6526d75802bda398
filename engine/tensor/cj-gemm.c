/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocking after Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008, but
 * nothing is packed that the kernel can read in place: the matrices of small networks stay in the
 * second cache, and packing them would cost a tenth to a third of the product. */
#include "cj-gemm.h"

#include "cj-kernel.h"

#include <string.h>

/* Rows so many floats apart fall on the same few places of the first cache. */
#define BAD_STRIDE 256
/* Steps of A so many floats apart are lines, soon pages, of which a tile uses a few floats; where more
 * panels of columns than FEW follow, A is packed first: the weight gradient of 4096 units and as many
 * inputs goes from 46 to 86 GFLOP/s, that of 128 units and 9216 inputs from 72 to 92. */
#define FAR 128
#define FEW 4

/* Whether to read a block of B, n columns of so many steps, on bad strides rather than pack its panels:
 * few rows of A would not repay it, if the block stays in the second cache. A gradient of 1024 by 1024
 * from 64 samples: packed 104 GFLOP/s, in place 130. */
static gboolean
rereads_little (gint64 m, gint64 n, gint64 depth)
{
  return m <= 16 || (m <= 48 && n * depth <= 1 << 18);
}

void
cj_gemm_pack_matrix (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
                     float *panel)
{
  const CjGemmMatrix *m = source;
  const float *from = m->data + first * m->stride + k * m->k_stride;

  if (m->k_stride == 1)
    {
      cj_kernel_get (width)->transpose (from, m->stride, count, width, depth, panel);
      return;
    }
  for (int p = 0; p < depth; p++, from += m->k_stride, panel += width)
    {
      if (m->stride == 1)
        memcpy (panel, from, sizeof (float) * (gsize) count);
      else
        for (int i = 0; i < count; i++)
          panel[i] = from[i * m->stride];
      for (int i = count; i < width; i++)
        panel[i] = 0;
    }
}

/* All rows of A times columns [j, j + n) of B, at most a panel, of one block of the depth. */
static void
multiply_packed (const CjKernel *kernel, CjProduct *p, CjGemmOperand b, gint64 j, gint64 n,
                 gint64 k0, float *panel)
{
  const CjProduct whole = *p;

  for (; n > 0; j += 2 * kernel->lanes, n -= 2 * kernel->lanes)
    {
      p->n = MIN (n, 2 * kernel->lanes);
      p->b_step = cj_kernel_pad (kernel, p->n);
      p->b = panel;
      p->c = whole.c + j;
      p->bias = whole.bias != NULL ? whole.bias + j : NULL;
      b.pack (b.source, j, (int) p->n, (int) p->b_step, k0, (int) p->run, panel);
      kernel->multiply (p);
    }
  *p = whole;
}

/* One block of the depth: columns read where they lie, then those that need packing. */
static void
multiply_block (const CjKernel *kernel, CjProduct *p, CjGemmOperand b, gint64 n, gint64 k0,
                float *panel)
{
  const CjGemmMatrix *matrix = b.pack == cj_gemm_pack_matrix ? b.source : NULL;
  const gboolean direct
      = matrix != NULL && matrix->stride == 1
        && (matrix->k_stride % BAD_STRIDE != 0 || rereads_little (p->m, n, p->run));
  const gint64 there = direct ? n / kernel->lanes * kernel->lanes : 0;

  if (there > 0)
    {
      p->n = there;
      p->b = matrix->data + k0 * matrix->k_stride;
      p->b_step = matrix->k_stride;
      p->b_panel = 2 * kernel->lanes;
      kernel->multiply (p);
    }
  multiply_packed (kernel, p, b, there, n - there, k0, panel);
}

void
cj_gemm_end (gint64 m, gint64 n, gint64 k, CjGemmOperand a, CjGemmOperand b, float *c,
             gint64 c_stride, gboolean accumulate, CjGemmEnd end, float *scratch)
{
  const CjKernel *kernel = cj_kernel_get (n);
  const CjGemmMatrix *matrix = a.pack == cj_gemm_pack_matrix ? a.source : NULL;
  const gint64 n_blocks = MAX ((k + CJ_GEMM_KC - 1) / CJ_GEMM_KC, 1);
  const gboolean in_place
      = matrix != NULL && (matrix->k_stride < FAR || n <= 2 * FEW * kernel->lanes);
  const gint64 rows = in_place ? MAX (m, 1) : CJ_GEMM_MC;
  float *packed_a = scratch + CJ_GEMM_KC * CJ_GEMM_NR;

  for (gint64 block = 0; block < n_blocks; block++)
    for (gint64 i = 0; i < m; i += rows)
      {
        const gint64 k0 = k * block / n_blocks, k1 = k * (block + 1) / n_blocks;
        const gboolean last = block == n_blocks - 1;
        CjProduct p = { .n_runs = 1,
                        .run = k1 - k0,
                        .c = c + i * c_stride,
                        .c_row = c_stride,
                        .m = MIN (rows, m - i),
                        .bias = last ? end.bias : NULL,
                        .add = accumulate || block > 0,
                        .relu = last && end.relu };

        if (in_place)
          {
            p.a = matrix->data + k0 * matrix->k_stride;
            p.a_row = matrix->stride;
            p.a_step = matrix->k_stride;
          }
        else
          {
            p.a = packed_a;
            p.a_row = 1;
            p.a_step = (p.m + 3) / 4 * 4;
            a.pack (a.source, i, (int) p.m, (int) p.a_step, k0, (int) p.run, packed_a);
          }
        multiply_block (kernel, &p, b, n, k0, scratch);
      }
}

void
cj_gemm (gint64 m, gint64 n, gint64 k, CjGemmOperand a, CjGemmOperand b, float *c, gint64 c_stride,
         gboolean accumulate, float *scratch)
{
  cj_gemm_end (m, n, k, a, b, c, c_stride, accumulate, (CjGemmEnd){ 0 }, scratch);
}
