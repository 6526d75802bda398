/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Concept vectors: how much a class leans on what a person has shown examples of. M samples of the class, D
 * numbers of a layer. Any thread.
 *
 * B. Kim et al., "Interpretability beyond feature attribution: quantitative testing with concept activation
 * vectors (TCAV)" (2018). A concept's vector v is the direction from random samples to those of the concept
 * (cj_probe_direction); the slope of the score h of a class along it is S = grad h · v (eq. 1); the score is
 * the share of the class's samples with S > 0 (eq. 2). Whether a score says anything is told by scores for
 * vectors between random sets, with a two-sided t-test (section 3.5). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Share of the M rows of slopes [M, D] that go up along `direction` [D]; rows without any slope count as
 * half. NAN without rows. */
double cj_concept_score (const float *slopes, gint64 m, gint64 d, const float *direction);

/* Two-sided probability of a difference of means as large as this, of n and m numbers of maybe different
 * spread: B. Welch, "The generalization of Student's problem" (1947). Numbers that are all the same have 1
 * if their means are, else 0. NAN with fewer than two numbers of one kind. */
double cj_welch_test (const double *a, guint n, const double *b, guint m);

/* Two-sided tail of Student's t with `df` degrees of freedom: the regularised incomplete beta function at
 * df / (df + t²) of df / 2 and 1 / 2 (M. Abramowitz, I. Stegun, 26.7.1, by the continued fraction
 * 26.5.8). */
double cj_student_tail (double t, double df);

G_END_DECLS
