/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the blocks of a transformer share. */
#pragma once

#include "cj-activation.h"
#include "cj-attention.h"

G_BEGIN_DECLS

typedef struct
{
  int heads, hidden, activation, padding_word, head_width;
  gboolean causal, norm_first;
  double dropout, eps;
} CjTransformerParams;

/* Fields of rows of a table over CjTransformerParams. */
#define CJ_TRANSFORMER_HIDDEN                                                                      \
  .name = "hidden", .title = "Hidden units",                                                       \
  .blurb = "Width of the dense layer inside; 0 takes four times the features",                     \
  .kind = CJ_PARAM_INT, .offset = G_STRUCT_OFFSET (CjTransformerParams, hidden), .max = 65536,     \
  .soft_max = 4096, .flags = CJ_PARAM_RESHAPES

#define CJ_TRANSFORMER_ACTIVATION                                                                  \
  .name = "activation", .title = "Activation",                                                     \
  .blurb = "What the hidden units do with their sums",                                             \
  .offset = G_STRUCT_OFFSET (CjTransformerParams, activation), .preset = 5, CJ_ACTIVATION_CHOICES

#define CJ_TRANSFORMER_NORM_FIRST                                                                  \
  .name = "norm-first", .title = "Norm first",                                                     \
  .blurb = "Normalises what goes into attention and dense layers, not the sum behind them",        \
  .kind = CJ_PARAM_BOOL, .offset = G_STRUCT_OFFSET (CjTransformerParams, norm_first),              \
  .preset = TRUE, .max = 1, .flags = CJ_PARAM_RESHAPES

#define CJ_TRANSFORMER_DROPOUT                                                                     \
  .name = "dropout", .title = "Dropout",                                                           \
  .blurb = "Share of the numbers silenced behind every part in each step", .kind = CJ_PARAM_FLOAT, \
  .offset = G_STRUCT_OFFSET (CjTransformerParams, dropout), .max = 0.99, .soft_max = 0.5,          \
  .digits = 2

#define CJ_TRANSFORMER_EPS                                                                         \
  .name = "eps", .title = "Epsilon",                                                               \
  .blurb = "Added to the variance, so that a constant input divides by no zero",                   \
  .kind = CJ_PARAM_FLOAT, .offset = G_STRUCT_OFFSET (CjTransformerParams, eps), .preset = 1e-5,    \
  .min = 1e-12, .max = 1, .soft_min = 1e-8, .soft_max = 1e-2, .digits = 8,                         \
  .flags = CJ_PARAM_LOG | CJ_PARAM_ADVANCED

/* Attention with its norm and its way round (He et al., "Deep residual learning", 2016): *x becomes x +
 * attention (norm (x)), or norm (x + attention (x)). `parts` says where keys and values come from; its
 * q is set here. The norm's parameters are NORM.weight and NORM.bias [E]. */
gboolean cj_transformer_attend (CjLayerBuild *build, CjAttentionParts parts, const char *norm,
                                int *x, int *weights, GError **error);

/* The two dense layers linear1 and linear2 with their norm and way round, in the same manner. */
gboolean cj_transformer_feed (CjLayerBuild *build, const char *norm, int *x, GError **error);

G_END_DECLS
