/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which synapses of a network are gone. A pruned synapse is a weight that is exactly 0 and stays 0; who
 * only reads weights need not know. One byte for every float of cj_program_get_weights, so that a
 * slice of weights has its slice of the mask. For one thread at a time but where it says otherwise. */
#pragma once

#include "cj-program.h"
#include "cj-pruning.h"

G_BEGIN_DECLS

/* What is held about one weight; 0: it learns freely. */
typedef enum
{
  CJ_MASK_PRUNED = 1 << 0,
  CJ_MASK_POSITIVE = 1 << 1, /* it may not be less than 0 */
  CJ_MASK_NEGATIVE = 1 << 2  /* it may not be more than 0 */
} CjMaskFlags;

typedef struct _CjMask CjMask;

/* What scores are made of; arrays as long as the weights, NULL where not asked for. */
typedef struct
{
  float *w;
  const float *g, *moved;
  guint64 seed, step; /* choose what goes by chance */
} CjMaskView;

/* Nothing pruned yet. The program is borrowed. You free. */
CjMask *cj_mask_new (CjProgram *program);
void cj_mask_free (CjMask *mask);

/* The bytes; borrowed. */
guint8 *cj_mask_get_flags (CjMask *mask);
/* Whether synapses of the parameter are pruned by a criterion: tensors that connect units, and biases if
 * these are asked for. */
gboolean cj_mask_can_prune (const CjProgramParam *param, gboolean biases);

/* Prunes those of the lowest score until the shares of `due` are reached; what is gone stays gone. Ties go
 * by place. Weights are set to 0. */
void cj_mask_prune (CjMask *mask, const CjPruning *pruning, const CjPruneDue *due,
                    const CjMaskView *view);

/* In every layer drops a share of the weakest synapses and grows as many that were not there: with
 * weight 0 at random places (Mocanu et al., Scalable training of artificial neural networks with adaptive
 * sparse connectivity, Nature Communications 2018) or where |g| is largest (Evci et al., Rigging the
 * lottery, ICML 2020, algorithm 1). Signs: those that came to 0 are dropped, and as many grow at random
 * with a random sign that they keep (Bellec et al., Deep rewiring, ICLR 2018, algorithm 1, without its
 * random walk). */
void cj_mask_exchange (CjMask *mask, const CjPruning *pruning, const CjPruneDue *due,
                       const CjMaskView *view);

/* Holds what the flags say: n gradients before they are used, or numbers of the optimizer's memory; n weights
 * after they changed. Any thread. */
void cj_mask_hold_gradients (const guint8 *flags, float *g, gint64 n);
void cj_mask_hold_weights (const guint8 *flags, float *w, gint64 n);

/* How many of n weights are pruned. Any thread. */
gint64 cj_mask_count (const guint8 *flags, gint64 n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjMask, cj_mask_free)

G_END_DECLS
