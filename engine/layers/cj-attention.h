/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What layers with attention share. N batch, T queries, S keys, E features. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

/* Fields of a row for an `int`. */
#define CJ_ATTENTION_HEADS                                                                         \
  .name = "heads", .title = "Heads",                                                               \
  .blurb = "How many independent patterns of looking; must divide the features",                   \
  .kind = CJ_PARAM_INT, .preset = 4, .min = 1, .max = 256, .soft_max = 16,                         \
  .flags = CJ_PARAM_RESHAPES

/* Fields of a row for an `int`. */
#define CJ_ATTENTION_HEAD_WIDTH                                                                    \
  .name = "head-width", .title = "Head width",                                                     \
  .blurb = "Numbers that a head looks with; 0: all heads share the features",                      \
  .kind = CJ_PARAM_INT, .max = 65536, .soft_max = 128,                                             \
  .flags = CJ_PARAM_ADVANCED | CJ_PARAM_RESHAPES

/* Fields of rows for a gboolean. */
#define CJ_ATTENTION_CAUSAL                                                                        \
  .name = "causal", .title = "Causal",                                                             \
  .blurb = "Every token sees itself and those before it only", .kind = CJ_PARAM_BOOL, .max = 1,    \
  .flags = CJ_PARAM_RESHAPES

/* Fields of a row for an `int`. */
#define CJ_ATTENTION_PADDING                                                                       \
  .name = "padding-word", .title = "Padding word",                                                 \
  .blurb                                                                                           \
      = "With words wired to the padding marks: the number of the one that only fills up, which "  \
        "no token looks at; -1: the marks are 1 where the padding is",                             \
  .kind = CJ_PARAM_INT, .preset = -1, .min = -1, .max = 1 << 24, .soft_max = 255,                  \
  .flags = CJ_PARAM_ADVANCED | CJ_PARAM_RESHAPES

typedef struct
{
  const char *prefix;    /* of the names of parameters: "" or "self_attn." */
  int q, k, v;           /* values [N, T, E], [N, S, E]; k and v CJ_NO_VALUE: the queries */
  int padding;           /* [N, S] or CJ_NO_VALUE */
  int padding_word;      /* -1: what is not 0 is padding */
  int heads, head_width; /* width 0: E / heads */
  gboolean causal, bias;
} CjAttentionParts;

/* Multi-head attention with its projections in and out, under the names of PyTorch: in_proj_weight
 * [3 W, E], in_proj_bias, out_proj.weight [E, W], out_proj.bias, with W = heads × width, which is E where
 * no width is given; so heads can be fewer than fill the features. *out [N, T, E], *weights [N, heads, T,
 * S]; weights may be NULL. FALSE and a refusal. */
gboolean cj_attention_emit (CjLayerBuild *build, const CjAttentionParts *parts, int *out,
                            int *weights, GError **error);

G_END_DECLS
