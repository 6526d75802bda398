/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shape of the loss around weights: directions to look along, the plane of a run, curvature and
 * noise. W weights, P points of a run. */
#pragma once

#include "cj-loss-field.h"

G_BEGIN_DECLS

/* A random direction [W] of the scale of the weights: every filter - row of a tensor of two dimensions or
 * more - is drawn from a normal distribution and given the norm of that of the weights; biases, norms and
 * what is not learned do not move (Li et al., "Visualizing the loss landscape of neural nets", 2018,
 * section 4). */
void cj_landscape_direction (const CjProgram *program, const float *weights, guint64 seed,
                             float *direction);

/* The plane through the last of `n_points` >= 3 vectors of weights [P][W] that holds most of the others (Li
 * et al., section 7.1): two orthonormal directions [W], the place of each point in it [P, 2], and the share
 * of the squares of the distances to the last point that each direction holds. FALSE if the points are
 * not in a plane but on a line or in one place. */
gboolean cj_landscape_plane (const float *const *points, guint n_points, gint64 n_weights,
                             float *first, float *second, double *places, double shares[2]);

/* The same points in a plane of one's own: the place of each [P, 2] as seen from the last, by least squares
 * on two directions that are not parallel, and the share of the squares of the distances that lies along
 * each. Of random directions that is next to nothing (Li et al., section 7). FALSE if the directions do not
 * span a plane. */
gboolean cj_landscape_place (const float *const *points, guint n_points, gint64 n_weights,
                             const float *first, const float *second, double *places,
                             double shares[2]);

/* Called between gradients with the share that is done; FALSE: to stop. */
typedef gboolean (*CjLandscapeStep) (double share, gpointer data);

/* The `n` eigenvalues of the Hessian of greatest magnitude at `weights`, from the greatest on, by
 * Lanczos' iteration of `n_steps` >= n products with all vectors kept orthogonal (Golub and van Loan,
 * "Matrix Computations", section 10.1). errors[i] is a bound of the residual |H y - λ y| of the iteration,
 * plus what central differences with twice the step change, plus the rounding of gradients. How many were found; 0: stopped. */
guint cj_landscape_eigenvalues (CjLossField *field, const float *weights, guint n, guint n_steps,
                                guint64 seed, CjLandscapeStep step, gpointer data, double *values,
                                double *errors);

/* Gradient noise. */
typedef struct
{
  double noise;        /* tr (Σ), the sum of the variances of the gradient of one sample */
  double slope;        /* |G|², of the true gradient */
  double scale, error; /* tr (Σ) / |G|² in samples, and its standard error; NAN: |G|² is lost in the
                            noise */
  gint64 small, big; /* samples of the two batch sizes compared */
  guint n_groups;
} CjGradientNoise;

/* The simple noise scale (McCandlish et al., "An empirical model of large-batch training", 2018, equations
 * 2.9 and A.2): from the norms of gradients over one batch of the field, and over groups of four. FALSE:
 * fewer than two groups, or stopped. */
gboolean cj_landscape_noise (CjLossField *field, const float *weights, CjLandscapeStep step,
                             gpointer data, CjGradientNoise *noise);

G_END_DECLS
