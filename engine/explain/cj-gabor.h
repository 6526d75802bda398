/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gabor functions and how well one describes a filter: the two-dimensional receptive field profile of
 * simple cells. J. G. Daugman, "Uncertainty relation for resolution in space, spatial frequency, and
 * orientation optimized by two-dimensional visual cortical filters", JOSA A 2, 1985; J. P. Jones,
 * L. A. Palmer, "An evaluation of the two-dimensional Gabor filter model of simple receptive fields in
 * cat striate cortex", J. Neurophysiol. 58, 1987.
 *
 *   g (x, y) = A exp (-u²/2σu² - v²/2σv²) cos (2π f u + φ)
 *   u = (x - x0) sin θ + (y - y0) cos θ          across the stripes
 *   v = (x - x0) cos θ - (y - y0) sin θ          along them
 *
 * x counts columns and y rows, downwards, from the middle of the filter, in pixels; θ is the orientation
 * of the stripes, anticlockwise from level. C channels, H W filter. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double amplitude;    /* A > 0 */
  double x, y;         /* x0, y0 in px */
  double orientation;  /* θ in degrees, 0 <= θ < 180 */
  double frequency;    /* f in cycles a pixel, at most 0.5 */
  double phase;        /* φ in degrees, -180 < φ <= 180; 0 even, ±90 odd */
  double sigma_across; /* σu in px */
  double sigma_along;  /* σv in px */
  double r2;           /* share of the filter's variance that the function explains */
} CjGabor;

/* Least squares by the method of Levenberg and Marquardt (D. W. Marquardt, SIAM J. Appl. Math. 11, 1963)
 * on A cos φ, A sin φ, x0, y0, θ, ln σu, ln σv, f, from the best of a grid of starts, of which each has its
 * best amplitude and phase in closed form. The centre stays inside the filter, σ within half a pixel
 * and its longer side, f below half a cycle a pixel. values: [H, W]. FALSE for filters that are flat, not
 * finite or smaller than 3 × 3. About 10 ms for 11 × 11. Any thread. */
gboolean cj_gabor_fit (const float *values, gint64 h, gint64 w, CjGabor *gabor);

/* The same for a kernel [C, H, W]: of its plane along the direction in channel space that holds most of
 * its energy (the first principal axis), r2 counted on all of the kernel. `plane` [H, W] is filled; NULL:
 * not wanted. */
gboolean cj_gabor_fit_kernel (const float *kernel, gint64 c, gint64 h, gint64 w, float *plane,
                              CjGabor *gabor);

/* Its value at x, y px from the middle of the filter. */
double cj_gabor_eval (const CjGabor *gabor, double x, double y);

/* Draws it, [H, W]. */
void cj_gabor_draw (const CjGabor *gabor, gint64 h, gint64 w, float *out);

G_END_DECLS
