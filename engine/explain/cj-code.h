/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a layer uses its units. N samples, D numbers each, U units. Any thread. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

/* The participation ratio of the eigenvalues l of the covariance of x [N, D], (sum l)² / sum l²: in about
 * how many dimensions the samples spread, 1 to min (N - 1, D). P. Gao et al., "A theory of multineuronal
 * dimensionality, dynamics and measurement" (2017), eq. 2. NAN if all samples are the same. */
double cj_participation_ratio (const CjTensor *x);

/* The sparseness of `n` answers that lie `stride` apart, 0 (all the same) to 1 (one of them only):
 * (1 - (sum r / n)² / (sum r² / n)) / (1 - 1 / n), of magnitudes r. E. Rolls, M. Tovee, "Sparseness of the
 * neuronal representation of stimuli" (1995), in the form of W. Vinje, J. Gallant, "Sparse coding and
 * decorrelation in primary visual cortex during natural vision" (2000). Of one unit over samples it is
 * lifetime sparseness, of one sample over units population sparseness. NAN for n < 2 or if all are 0. */
double cj_sparseness (const float *answers, gint64 n, gint64 stride);

/* How many of the columns of x [N, U] are, but for scale and shift, about the same as one before them: |r|
 * of at least `least`. Columns without any deviation are like no other. */
guint cj_count_duplicates (const CjTensor *x, double least);

G_END_DECLS
