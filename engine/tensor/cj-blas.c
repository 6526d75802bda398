/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-blas.h"

#include "cj-isa.h"
#include "cj-switch.h"

#ifdef CJ_HAVE_GMODULE
#include <gmodule.h>
#endif

/* cblas.h need not be installed. */
enum
{
  ROW_MAJOR = 101,
  PLAIN = 111,
  TURNED = 112
};

#define OPENMP 2 /* of openblas_get_parallel */

struct _CjBlas
{
  void (*sgemm) (int order, int turn_a, int turn_b, int m, int n, int k, float alpha,
                 const float *a, int a_stride, const float *b, int b_stride, float beta, float *c,
                 int c_stride);
  char *name;
};

static CjSwitch allowed = { "CAJAL_OPENBLAS", -1 };

void
cj_blas_allow (gboolean allow)
{
  cj_switch_set (&allowed, allow);
}

#ifdef CJ_HAVE_GMODULE

/* Takes the functions it needs; FALSE if one is missing. A library built on OpenMP serves no pools but
 * OpenMP's: it would start threads of its own on each of our threads. */
static gboolean
bind_functions (GModule *module, CjBlas *blas)
{
  const char *(*get_config) (void), *(*get_core) (void);
  void (*set_threads) (int);
  int (*get_parallel) (void);
  g_auto (GStrv) words = NULL;

  if (!g_module_symbol (module, "cblas_sgemm", (gpointer *) &blas->sgemm)
      || !g_module_symbol (module, "openblas_get_config", (gpointer *) &get_config)
      || !g_module_symbol (module, "openblas_get_corename", (gpointer *) &get_core)
      || !g_module_symbol (module, "openblas_set_num_threads", (gpointer *) &set_threads)
      || !g_module_symbol (module, "openblas_get_parallel", (gpointer *) &get_parallel)
      || get_parallel () == OPENMP)
    return FALSE;
  set_threads (1);
  words = g_strsplit (get_config (), " ", 3); /* "OpenBLAS 0.3.21 ..." */
  blas->name = g_strdup_printf ("openblas %s %s",
                                words[0] != NULL && words[1] != NULL ? words[1] : "?", get_core ());
  return TRUE;
}

/* The library reads its environment as it is opened. It would take a processor it does not know for an
 * old one (0.3.21: Prescott, with SSE3, a quarter of the speed), so it is told the core, and it would
 * start a thread for every processor. What the user has set stands. Setting a variable is not safe beside
 * threads that read the environment just then, so this is done once, and only for who has such layers. */
static gpointer
open_library (gpointer unused)
{
  GModule *module;
  CjBlas *blas;

  (void) unused;
  g_setenv ("OPENBLAS_CORETYPE", cj_isa_get () == CJ_ISA_AVX512 ? "SKYLAKEX" : "HASWELL", FALSE);
  g_setenv ("OPENBLAS_NUM_THREADS", "1", FALSE);
  module = g_module_open ("libopenblas.so.0", G_MODULE_BIND_LOCAL);
  if (module == NULL)
    return NULL;
  blas = g_new0 (CjBlas, 1);
  if (bind_functions (module, blas))
    {
      g_module_make_resident (module);
      return blas;
    }
  g_free (blas);
  g_module_close (module);
  return NULL;
}

#else

static gpointer
open_library (gpointer unused)
{
  (void) unused;
  return NULL;
}

#endif

const CjBlas *
cj_blas_get (void)
{
  static GOnce once = G_ONCE_INIT;

  if (!cj_switch_is_on (&allowed) || cj_isa_get () == CJ_ISA_BASELINE)
    return NULL;
  return g_once (&once, open_library, NULL);
}

const char *
cj_blas_get_name (const CjBlas *blas)
{
  return blas->name;
}

void
cj_blas_multiply (const CjBlas *blas, gint64 m, gint64 n, gint64 k, CjBlasMatrix a, CjBlasMatrix b,
                  gboolean add, float *c, gint64 c_stride)
{
  blas->sgemm (ROW_MAJOR, a.turned ? TURNED : PLAIN, b.turned ? TURNED : PLAIN, (int) m, (int) n,
               (int) k, 1, a.data, (int) a.stride, b.data, (int) b.stride, add ? 1 : 0, c,
               (int) c_stride);
}
