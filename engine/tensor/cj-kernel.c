/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-kernel.h"

extern const CjKernel cj_kernel_baseline;
#if defined(__x86_64__)
extern const CjKernel cj_kernel_avx2, cj_kernel_avx512;
#endif

const CjKernel *
cj_kernel_get (gint64 n)
{
#if defined(__x86_64__)
  switch (cj_isa_get ())
    {
    case CJ_ISA_AVX512:
      return n > cj_kernel_avx2.lanes ? &cj_kernel_avx512 : &cj_kernel_avx2;
    case CJ_ISA_AVX2:
      return &cj_kernel_avx2;
    default:
      break;
    }
#endif
  (void) n;
  return &cj_kernel_baseline;
}
