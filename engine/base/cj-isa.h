/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which vector instructions the kernels use. Chosen once: the widest this machine has, unless the
 * environment variable CAJAL_ISA or cj_isa_force says otherwise. Results differ in their last bits
 * from one set to the next, so a run that is replayed must have the same. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CJ_ISA_BASELINE, /* what every machine of this architecture has */
  CJ_ISA_AVX2,     /* with FMA */
  CJ_ISA_AVX512,   /* F, BW, DQ and VL */
  CJ_N_ISAS
} CjIsa;

/* Any thread. */
CjIsa cj_isa_get (void);

/* Whether this machine can run it. */
gboolean cj_isa_is_there (CjIsa isa);

/* "baseline", "avx2" or "avx512"; static. */
const char *cj_isa_get_name (CjIsa isa);

/* Uses `isa` from now on; FALSE if this machine cannot. Not while a program runs. */
gboolean cj_isa_force (CjIsa isa);

G_END_DECLS
