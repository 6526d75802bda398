/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shape of a graph: its parts, and the smoothest functions on each. N nodes, K functions. Pure
 * functions; any thread; same input and seed, same bits. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An undirected weighted graph, row by row: node i is linked to to[start[i] .. start[i + 1] - 1] with
 * weights above 0; a link stands in the rows of both its nodes. Borrows all. */
typedef struct
{
  gint64 n;
  const guint *start; /* N + 1 */
  const guint *to;
  const float *weight;
} CjLinks;

/* Numbers the connected parts from 0 in the order of their first nodes, into part [N]; how many. */
guint cj_links_find_parts (const CjLinks *links, guint *part);

/* Eigenvectors of the normalised Laplacian I - D^-1/2 A D^-1/2 of a connected graph, D the sums of the
 * rows of A, for its K smallest eigenvalues but the first, which is 0: into the columns of vectors [N,
 * K], of length 1 and their largest number positive; the eigenvalues ascending into values [K]. Where
 * there are fewer (K > N - 1) the rest is 0.
 *
 * Subspace iteration with a Chebyshev filter: Y. Zhou, Y. Saad, M. Tiago, J. Chelikowsky,
 * "Self-consistent-field calculations using Chebyshev-filtered subspace iteration" (2006), with
 * Rayleigh-Ritz steps; a block finds eigenvalues that are the same as well. FALSE if it did not settle;
 * what there is then is smooth, but not the smoothest. */
gboolean cj_laplacian_vectors (const CjLinks *links, guint k, guint64 seed, double *values,
                               double *vectors);

G_END_DECLS
