/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far what a learning rule changes points along the gradient of the loss: for each layer the angle
 * between the two, on the same weights and samples (Lillicrap et al. 2016, figure 2; under 90° a small step
 * lowers the loss). For one thread at a time. N samples. */
#pragma once

#include "cj-checkpoint.h"
#include "cj-feed.h"
#include "cj-program.h"

G_BEGIN_DECLS

typedef struct _CjAlignment CjAlignment;

/* Compiles the network twice for training: by the rules of spec->learning, and by gradients. What no
 * checkpoint has is as `seed` draws it. Errors as cj_program_new. You free. */
CjAlignment *cj_alignment_new (const CjGraph *graph, const CjDataSpec *spec, guint64 seed,
                               guint n_threads, GError **error);
void cj_alignment_free (CjAlignment *self);

/* Takes spec->batch samples, evenly out of the feed, for all measurements from here on: part `part` of
 * `n_parts` that have none in common. FALSE and a sentence if it has too few, or they cannot be read. */
gboolean cj_alignment_take_samples (CjAlignment *self, CjFeed *feed, guint part, guint n_parts,
                                    GError **error);

/* The layers with weights that learn, by the ids of their nodes, in the order of the network. */
guint cj_alignment_get_n (const CjAlignment *self);
const char *cj_alignment_get_node (const CjAlignment *self, guint index);

/* The angle of each layer in degrees, with the weights and states of a checkpoint: NAN where a layer is not
 * changed by its rule, or has no gradient. FALSE if the checkpoint is of another network. */
gboolean cj_alignment_measure (CjAlignment *self, const CjCheckpoint *weights, double *angles);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjAlignment, cj_alignment_free)

G_END_DECLS
