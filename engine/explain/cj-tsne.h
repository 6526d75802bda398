/* SPDX-License-Identifier: GPL-3.0-or-later */
/* t-SNE: many numbers a sample made two, so that near samples stay near. N samples, D numbers each. Same
 * input and seed, same bits. Any thread. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

#define CJ_MAP_MAX 2000 /* samples of a map; every pair is computed */

/* Called after every iteration with the map so far, [N, 2]; FALSE stops. */
typedef gboolean (*CjMapStep) (guint iteration, const CjTensor *map, gpointer data);

/* t-SNE of x [N, D], 4 <= N <= CJ_MAP_MAX, into [N, 2]: L. van der Maaten, G. Hinton, "Visualizing
 * data using t-SNE" (2008), exact, with its early exaggeration (times 12 for a quarter of the
 * iterations), momentum and adaptive gains, from the first two principal components (D. Kobak, P.
 * Berens 2019). `perplexity` is lowered to (N - 1) / 3 if it is larger. `step` may be NULL. You free;
 * what there is when it was stopped. */
CjTensor *cj_tsne (const CjTensor *x, double perplexity, guint n_iterations, guint64 seed,
                   CjMapStep step, gpointer data);

G_END_DECLS
