/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a matrix compared with one another, and the small dense algebra that follows. N, M rows, D
 * numbers each. Any thread; sums are in an order fixed by the sizes. */
#pragma once

#include "cj-gemm.h"
#include "cj-tensor.h"

G_BEGIN_DECLS

/* C [m, n] = A [m, k] B [k, n], each given with its strides. */
void cj_multiply (gint64 m, gint64 n, gint64 k, CjGemmMatrix a, CjGemmMatrix b, float *c);

/* x [N, D] with the mean of each column taken away. You unref. */
CjTensor *cj_centre (const CjTensor *x);

/* Inner products of the rows of a [N, D] and b [M, D]: [N, M]. You unref. */
CjTensor *cj_gram (const CjTensor *a, const CjTensor *b);

/* Squared distances of the rows of x [N, D]: [N, N], 0 on the diagonal, never negative. You unref. */
CjTensor *cj_squared_distances (const CjTensor *x);

/* The lower triangle L of a symmetric positive definite a [n, n] = L Lᵀ, in place of its own; FALSE if
 * it is not that. */
gboolean cj_cholesky (double *a, gint64 n);
/* Solves L Lᵀ x = b in place of b [n, k]. */
void cj_cholesky_solve (const double *l, gint64 n, double *b, gint64 k);

/* Eigenvalues of the symmetric a [n, n] onto its diagonal, eigenvectors into the columns of e, by
 * cyclic Jacobi rotations (G. Golub, C. van Loan, "Matrix Computations", 8.5). */
void cj_jacobi (double *a, double *e, gint64 n);

G_END_DECLS
