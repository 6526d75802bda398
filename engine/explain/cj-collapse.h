/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neural collapse: whether the samples of a class have become one point, and the classes a regular figure.
 * N samples, D numbers each, C classes of which there are samples. Any thread. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

/* V. Papyan, X. Han, D. Donoho, "Prevalence of neural collapse during the terminal phase of deep learning
 * training" (2020). All of them go to 0 where a layer collapses; NAN where one cannot be told. `m` are the
 * means of the classes less the mean of these. */
typedef struct
{
  double nc1;        /* variability: tr (S_W S_B^+) / C, within and between classes (figure 6) */
  double nc2_norms;  /* deviation of |m| over its mean (figure 2) */
  double nc2_angles; /* mean of |cos (m, m') + 1 / (C - 1)| over pairs of classes (figure 4) */
  double nc3; /* |W / |W| - M / |M||², weights of the readout against the means (figure 5) */
  double nc4; /* share of samples that the nearest mean takes for another class than the network
                        does (figure 7) */
} CjCollapse;

/* x [N, D] with classes, those below 0 not known; `weights` [n_classes, D] of a readout from x, and the
 * network's choices [N], each may be NULL. FALSE with fewer than two classes. */
gboolean cj_collapse_measure (const CjTensor *x, const gint32 *classes, guint n_classes,
                              const CjTensor *weights, const gint32 *choices, CjCollapse *collapse);

G_END_DECLS
