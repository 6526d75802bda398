/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linear readouts: how much of the class of a sample can be read off a representation by a weighted sum. N
 * samples to learn from, M to test on, D numbers each, K classes. Any thread. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

typedef struct
{
  double accuracy; /* on the samples to test on; NAN if none has a class */
  double left_out; /* on the others, each predicted from all but itself */
  double strength; /* of the ridge, in mean squared lengths of a sample */
} CjProbeScore;

/* A linear probe (G. Alain, Y. Bengio, "Understanding intermediate layers using linear classifier probes",
 * 2016): ridge regression onto the K indicators of the classes, with an intercept, the largest wins. The
 * ridge is the one of 10^-3 to 10^2 with the least squared error on samples left out one at a time, which
 * is known in closed form: e_i = a_i / (C^-1)_ii with C = X Xᵀ + r I, a = C^-1 Y (R. Rifkin, R. Lippert,
 * "Notes on regularized least squares", 2007, section 3.2). Classes below 0 are not known: such samples
 * count for nothing. FALSE if all samples are the same. */
gboolean cj_probe_classes (const CjTensor *x, const gint32 *classes, const CjTensor *test_x,
                           const gint32 *test_classes, guint n_classes, CjProbeScore *score);

/* The direction in which samples of the first `n_in` rows of x [N, D] lie from the others: the weights
 * [D] of a logistic regression with an intercept and a ridge of `strength` mean squared lengths, by
 * Newton's method on the N samples (T. Hastie, R. Tibshirani, J. Friedman, "The elements of statistical
 * learning", 4.4.1 and 12.3.3), scaled to length 1. `accuracy` (may be NULL) is on those samples. FALSE if
 * there is no such direction. */
gboolean cj_probe_direction (const CjTensor *x, gint64 n_in, double strength, float *direction,
                             double *accuracy);

G_END_DECLS
