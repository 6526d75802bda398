/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UMAP: many numbers a sample made two by laying out a fuzzy graph of neighbours. N samples, D numbers
 * each, K neighbours. Same input and seed, same bits. Any thread. */
#pragma once

#include "cj-tsne.h"

G_BEGIN_DECLS

/* Where the samples lie before they are moved. */
typedef enum
{
  CJ_UMAP_SPECTRAL, /* the smoothest functions on the graph, as the paper has it (algorithm 4) */
  CJ_UMAP_PCA,      /* the first two principal components */
  CJ_UMAP_RANDOM,
  CJ_UMAP_N_STARTS
} CjUmapStart;

typedef struct
{
  guint n_neighbours;  /* K, the sample itself counted; lowered to N if it is larger */
  double min_distance; /* how near two points may come, 0 to 1 */
  guint n_iterations;
  guint64 seed;
  CjUmapStart start;
} CjUmapOptions;

void cj_umap_options_init (CjUmapOptions *options); /* 15, 0.1, 500, spectral */

/* UMAP of x [N, D], 4 <= N <= CJ_MAP_MAX, into [N, 2]: L. McInnes, J. Healy, J. Melville, "UMAP: uniform
 * manifold approximation and projection for dimension reduction" (2018), algorithms 1 to 5, with exact
 * neighbours, five negative samples for each attraction. The spectral start of a graph in several parts
 * lays out each alone, and the parts about the first two principal components of their means. `step`
 * may be NULL. You free; what there is when it was stopped. */
CjTensor *cj_umap (const CjTensor *x, const CjUmapOptions *options, CjMapStep step, gpointer data);

/* The start alone, [N, 2], -10 to 10 along its longest axis but for a grain of noise. You free. */
CjTensor *cj_umap_begin (const CjTensor *x, const CjUmapOptions *options);

/* The curve 1 / (1 + a d^2b) nearest to exp (min_distance - d), 1 below min_distance, by least squares on
 * 0 to 3 (section 4.2, definition 11). */
void cj_umap_fit_curve (double min_distance, double *a, double *b);

/* The local scale (algorithm 3): for `n` distances of one sample to its neighbours, ascending, the
 * distance rho to the nearest that is not 0, and sigma so that the sum of exp (-max (0, d - rho) / sigma)
 * is log2 (n + 1). */
void cj_umap_find_scale (const float *distances, guint n, double *rho, double *sigma);

G_END_DECLS
