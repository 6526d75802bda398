/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What attention maps say together. Pure functions on tensors; any thread.
 * N batch, H heads, T queries, S keys, L layers. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

/* The mean over the heads of A [N, H, T, S]: [N, T, S]. You unref. */
CjTensor *cj_attention_mean_heads (const CjTensor *weights);

/* Attention rollout, Abnar and Zuidema, "Quantifying attention flow in transformers", 2020, equations 1
 * and 3: the product of (A + I) / 2 over the layers, later ones on the left, with A the mean over the
 * heads. layers[0 .. n_layers - 1] [N, H, T, T] from the first on, heads may differ; [N, T, T], each row
 * of which sums to 1. You unref. */
CjTensor *cj_attention_rollout (CjTensor *const *layers, guint n_layers);

/* Attention flow, the same paper, section 3.2: layers as pipes of width (A + I) / 2 from a token to each
 * that it looks at; [T], to each token of the input the greatest flow that `query` of the last layer
 * can send it alone (Dinic's algorithm). Flows do not sum to 1. NULL when cancelled; `cancelled` may be
 * NULL. You unref. */
CjTensor *cj_attention_flow (CjTensor *const *layers, guint n_layers, gint64 sample, gint64 query,
                             gboolean (*cancelled) (gpointer data), gpointer data);

/* Where tokens lie: from `first` on they are the cells of a grid `columns` wide, row by row; 0 columns:
 * a line. Tokens before `first` (a class token) are nowhere and count in no distance. */
typedef struct
{
  gint64 first, columns;
} CjAttentionPlace;

/* Of each head, entropy[H] and distance[H], means over the queries of all samples: the entropy
 * -Σ_j A_ij log₂ A_ij of a query's weights in bits, at most log₂ S; and how far it looks, the mean of the
 * distance to each key by its weight (Dosovitskiy et al., "An image is worth 16x16 words", 2020, figure
 * 7), in tokens, on a grid in cells as the crow flies. Rows of zeros count in neither. A [N, H, T, S]. */
void cj_attention_measure (const CjTensor *weights, CjAttentionPlace place, double *entropy,
                           double *distance);

G_END_DECLS
