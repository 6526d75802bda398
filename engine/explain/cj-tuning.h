/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the answers of a unit to gratings say about it: the measures of visual physiology.
 * O orientations, evenly over half a turn; P phases, evenly over one cycle. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Mean F0 and amplitude F1 of the first harmonic of rates [P] over one cycle of a drifting grating:
 *   F0 = 1/P Σ r(p),   F1 = 2/P |Σ r(p) exp (-2πi p/P)| */
void cj_tuning_modulate (const float *rates, guint n_phases, double *f0, double *f1);

/* The phase of that harmonic, where in the cycle the unit answers most: degrees, 0 <= φ < 360; NAN if the
 * rates do not change. */
double cj_tuning_find_phase (const float *rates, guint n_phases);

/* From this F1/F0 on a cell is simple, below it complex: B. C. Skottun et al., "Classifying simple and
 * complex cells on the basis of response modulation", Vision Research 31, 1991. */
#define CJ_TUNING_SIMPLE 1.0

typedef struct
{
  double preferred; /* degrees, 0 <= θ < 180: the vertex of a parabola through the peak */
  double
      selectivity; /* 1 - circular variance = |Σ r exp 2iθ| / Σ r, 0..1 (D. L. Ringach, R. M. Shapley,
                         M. J. Hawken, J. Neurosci. 22, 2002) */
  double index; /* (r preferred - r orthogonal) / (r preferred + r orthogonal), 0..1 */
  double width; /* half width at half of the way from the lowest to the highest response, degrees;
                         NAN if the curve stays above */
} CjOrientationTuning;

/* Of responses [O], O >= 3, none below 0. FALSE and nothing but NAN if the unit never answers. */
gboolean cj_tuning_orient (const double *responses, guint n, CjOrientationTuning *tuning);

/* The place of the largest of `n` values, between them where a parabola through it and its neighbours has
 * its vertex; `around`: the last is beside the first. n >= 1. */
double cj_tuning_find_peak (const double *values, guint n, gboolean around);

G_END_DECLS
