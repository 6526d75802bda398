/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares with a few hundred unknowns. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Solves a x = b of a symmetric positive definite a [n, n] by Cholesky's method, for `m` right-hand sides
 * b [m, n] in place; a is used up. Where a is nearly singular its diagonal is raised by 1e-10 of its
 * trace. FALSE: not even so. */
gboolean cj_solve_symmetric (double *a, double *b, gint64 n, gint64 m);

G_END_DECLS
