/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How alike two representations of the same samples are. N samples, D numbers each; the representations
 * may differ in D. Any thread. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_SIMILARITY_CKA,          /* linear centred kernel alignment, 0 to 1 */
  CJ_SIMILARITY_CKA_UNBIASED, /* the same with unbiased estimates, about -1 to 1, 0 for chance */
  CJ_SIMILARITY_RSA,          /* rank correlation of dissimilarities, -1 to 1 */
  CJ_SIMILARITY_N_KINDS
} CjSimilarity;

#define CJ_SIMILARITY_LEAST 4 /* samples; with fewer the unbiased estimate does not exist */

/* A representation x [N, D] as one vector of length 1, so that the similarity of two representations is
 * the inner product of theirs; no numbers, [0], if all samples are the same to it. You unref.
 *
 * CKA: S. Kornblith, M. Norouzi, H. Lee, G. Hinton, "Similarity of neural network representations
 * revisited" (2019), eq. 2 and 3: HSIC (K, L) / sqrt (HSIC (K, K) HSIC (L, L)) with K = X Xᵀ centred.
 * Unbiased: with the estimate of L. Song et al., "Feature selection via dependence maximization" (2012),
 * eq. 5, as T. Nguyen, M. Raghu, S. Kornblith (2021), eq. 3, have it; here as the inner product of
 * U-centred matrices (G. Székely, M. Rizzo, "Partial distance correlation", 2014), which is the same.
 * RSA: N. Kriegeskorte, M. Mur, P. Bandettini, "Representational similarity analysis" (2008): Spearman's
 * correlation of the upper triangles of the matrices of 1 - r. */
CjTensor *cj_signature_new (const CjTensor *x, CjSimilarity kind);

/* The similarity; NAN if one of them says nothing or they are of other numbers of samples. */
double cj_signature_compare (const CjTensor *a, const CjTensor *b);

/* How two samples are compared in one representation. */
typedef enum
{
  CJ_PAIR_DISSIMILARITY, /* 1 - r of the responses to the two samples, 0 to 2 */
  CJ_PAIR_EUCLIDEAN,
  CJ_PAIR_CORRELATION, /* r, -1 to 1 */
  CJ_PAIR_N_KINDS
} CjPair;

/* The representational dissimilarity matrix of x [N, D], or, of CJ_PAIR_CORRELATION, the
 * representational similarity matrix: [N, N], symmetric, exactly 0 (1) on the diagonal. A sample whose
 * responses are all the same has no correlation with any other: NAN. You unref. */
CjTensor *cj_compare_samples (const CjTensor *x, CjPair kind);

/* Ranks 1 to n of values, equal ones share their mean rank. */
void cj_rank (const float *values, gint64 n, double *ranks);

G_END_DECLS
