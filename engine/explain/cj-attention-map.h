/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks at whom: the attention of every layer of a network that is looked into. The weights are
 * A = softmax (q kᵀ / √d), Vaswani et al., "Attention is all you need", 2017, equation 1; with y = A v
 * for each head, what a gradient of y says about them is dL/dA = dy vᵀ.
 * N batch, H heads, T queries, S keys, E features, d = E / H. Whoever owns the program calls. */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

/* One attention of a probe or explain program. */
typedef struct
{
  guint node;  /* place in graph->nodes */
  guint index; /* among the attentions of that node: a decoder has two */
  guint step;  /* place in cj_program_get_lowered ()->builder->steps */
  gint64 n, heads, t, s, e;
  gboolean causal;
  gboolean self; /* queries, keys and values are made from the same tokens, so T = S */
} CjAttention;

/* Whether a network has any. */
gboolean cj_attention_is_in (const CjLowered *lowered);

/* All of them, in order of execution: an array of CjAttention, empty if the network has none. You
 * unref. */
GArray *cj_attention_find (const CjProgram *program);

/* After a forward: A [N, H, T, S], each row sums to 1 (to 0 where all keys are padding). You unref. */
CjTensor *cj_attention_dup_weights (const CjProgram *program, const CjAttention *attention);

/* After a backward of an explain program: dL/dA [N, H, T, S], as if no key was masked; NULL if no
 * gradient reaches this attention. You unref. */
CjTensor *cj_attention_dup_gradient (const CjProgram *program, const CjAttention *attention);

/* Takes what a head says out of the network: the weights of this program by which the layer behind
 * reads it become 0 (Michel et al., "Are sixteen heads really better than one?", 2019, equation 2). To
 * restore it, write the weights again. FALSE, and nothing changed, where no such layer reads the
 * heads. */
gboolean cj_attention_silence (CjProgram *program, const CjAttention *attention, guint head);

G_END_DECLS
