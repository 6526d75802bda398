/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many numbers a sample made few: principal components and t-SNE. N samples, D numbers each, K
 * components. Same input and seed, same bits. Any thread. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

#define CJL_TSNE_MAX 2000 /* samples; every pair is computed */

/* The first K principal components of x [N, D], as [N, K], K at most min (N, D), by subspace iteration
 * with a Rayleigh-Ritz step: N. Halko, P.-G. Martinsson, J. Tropp, "Finding structure with randomness"
 * (2011), algorithm 4.4, on the centred data; the small eigenproblem is solved by Jacobi rotations. Of
 * each component the largest weight is positive. `shares` (may be NULL) receives K shares of the
 * variance. You free. */
CjTensor *cjl_pca (const CjTensor *x, guint k, guint64 seed, double *shares);

/* Called after every iteration with the map so far, [N, 2]; FALSE stops. */
typedef gboolean (*CjlTsneStep) (guint iteration, const CjTensor *map, gpointer data);

/* t-SNE of x [N, D], 4 <= N <= CJL_TSNE_MAX, into [N, 2]: L. van der Maaten, G. Hinton, "Visualizing
 * data using t-SNE" (2008), exact, with its early exaggeration (times 12 for a quarter of the
 * iterations), momentum and adaptive gains, from the first two principal components (D. Kobak, P.
 * Berens 2019). `perplexity` is lowered to (N - 1) / 3 if it is larger. `step` may be NULL. You free;
 * what there is when it was stopped. */
CjTensor *cjl_tsne (const CjTensor *x, double perplexity, guint n_iterations, guint64 seed,
                    CjlTsneStep step, gpointer data);

G_END_DECLS
