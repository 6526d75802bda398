/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenBLAS, where it is installed, for products so large that its packing repays: C [M, N] (+)= A [M, K]
 * · B [K, N]. It is opened when a program with such a product is planned and never before, for it is
 * 36 MB, and is called on one thread from chunks of our own. Its bits differ from those of our kernels
 * and from core to core, so it is named in the plan. The environment variable CAJAL_OPENBLAS=off, or
 * cj_blas_allow, keeps it away. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CjBlas CjBlas;

/* The library, opened by the first call; NULL if there is none that serves, it is not allowed, or our
 * products are to do without AVX2. Static. Any thread, but see the words on setenv inside: call it when
 * planning, not in a step. */
const CjBlas *cj_blas_get (void);

/* Whether cj_blas_get may give it from now on; FALSE does not close it. Not while a program is planned. */
void cj_blas_allow (gboolean allow);

/* "openblas 0.3.21 SkylakeX": version and core. Static. */
const char *cj_blas_get_name (const CjBlas *blas);

/* A matrix that lies by rows of `stride` floats, or, turned, by columns. */
typedef struct
{
  const float *data;
  gint64 stride;
  gboolean turned;
} CjBlasMatrix;

/* C is row-major with `c_stride`; `add` adds to it. All sizes and strides below 2^31. Any thread. */
void cj_blas_multiply (const CjBlas *blas, gint64 m, gint64 n, gint64 k, CjBlasMatrix a,
                       CjBlasMatrix b, gboolean add, float *c, gint64 c_stride);

G_END_DECLS
