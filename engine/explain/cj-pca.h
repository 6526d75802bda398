/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Principal components. N samples, D numbers each, K components. Same input and seed, same bits. Any
 * thread. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

/* The first K principal components of x [N, D], as [N, K], K at most min (N, D), by subspace iteration
 * with a Rayleigh-Ritz step: N. Halko, P.-G. Martinsson, J. Tropp, "Finding structure with randomness"
 * (2011), algorithm 4.4, on the centred data; the small eigenproblem is solved by Jacobi rotations. Of
 * each component the largest weight is positive. `shares` (may be NULL) receives K shares of the
 * variance. You free. */
CjTensor *cj_pca (const CjTensor *x, guint k, guint64 seed, double *shares);

G_END_DECLS
