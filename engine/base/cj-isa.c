/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-isa.h"

static const char *const names[CJ_N_ISAS] = { "baseline", "avx2", "avx512" };

static gint chosen = -1; /* atomic; -1: not yet */

gboolean
cj_isa_is_there (CjIsa isa)
{
  switch (isa)
    {
    case CJ_ISA_BASELINE:
      return TRUE;
#if defined(__x86_64__)
    case CJ_ISA_AVX2:
      return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
    case CJ_ISA_AVX512:
      return cj_isa_is_there (CJ_ISA_AVX2) && __builtin_cpu_supports ("avx512f")
             && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq")
             && __builtin_cpu_supports ("avx512vl");
#endif
    default:
      return FALSE;
    }
}

static CjIsa
choose (void)
{
  const char *wanted = g_getenv ("CAJAL_ISA");
  CjIsa best = CJ_ISA_BASELINE;

  for (guint i = 0; i < CJ_N_ISAS; i++)
    if (cj_isa_is_there ((CjIsa) i))
      {
        best = (CjIsa) i;
        if (g_strcmp0 (wanted, names[i]) == 0)
          return best;
      }
  return best;
}

CjIsa
cj_isa_get (void)
{
  gint isa = g_atomic_int_get (&chosen);

  if (isa < 0)
    {
      isa = (gint) choose ();
      g_atomic_int_set (&chosen, isa);
    }
  return (CjIsa) isa;
}

const char *
cj_isa_get_name (CjIsa isa)
{
  return names[isa];
}

gboolean
cj_isa_force (CjIsa isa)
{
  if (!cj_isa_is_there (isa))
    return FALSE;
  g_atomic_int_set (&chosen, (gint) isa);
  return TRUE;
}
