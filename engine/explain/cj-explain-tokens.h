/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What explainers that follow attention share: the maps of every layer, and from tokens back to pixels
 * or words. L layers, H heads, T tokens. */
#pragma once

#include "cj-explain-tools.h"

G_BEGIN_DECLS

typedef struct
{
  GPtrArray *weights;   /* L CjTensor [1, H, T, T], from the first on */
  GPtrArray *gradients; /* L CjTensor [1, H, T, T], ∂f / ∂A; NULL where none arrives */
  gint64 t;
  gint64 first, rows, columns; /* pictures: tokens from `first` on are the cells of this grid */
  gint64 query;                /* the token that the target is read from; -1: all of them */
  double answer;
} CjTokens;

/* Runs the sample forward and back. Refuses networks whose tokens are not one sequence from end to end,
 * or not the cells of the picture. Clear it, whatever comes. */
gboolean cj_tokens_open (CjTokens *tokens, const CjExplainCall *call, GError **error);
void cj_tokens_clear (CjTokens *tokens);

/* A number a token as the explanation: [1, H, W] of pictures, with its grid as the coarse map, [T] of
 * words. */
void cj_tokens_finish (const CjTokens *tokens, const CjExplainCall *call, const double *values,
                       CjExplanation *explanation);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjTokens, cj_tokens_clear)

G_END_DECLS
