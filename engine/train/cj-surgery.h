/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carries what a network has learned over into a changed network. Every unit of every tensor gets a
 * label that says whose output it is; a number goes where the labels of all its axes are found again.
 * So parameters follow their node through widening, deletion of a unit, inserted and removed layers
 * and rewiring, across Flatten and normalisation. A new unit starts with weights of its own and is
 * heard with weight 0; a new dense or convolution layer that can pass its input on starts by doing
 * that (Chen et al., Net2Net, ICLR 2016): where the mathematics allows, the function stays. */
#pragma once

#include "cj-checkpoint.h"

G_BEGIN_DECLS

/* A unit (row of a dense layer, filter of a convolution) that was taken out; numbers count what is
 * left after the cuts before it. */
typedef struct
{
  char *node;
  guint unit;
} CjUnitCut;

GArray *cj_unit_cuts_new (void); /* of CjUnitCut */
void cj_unit_cuts_add (GArray *cuts, const char *node, guint unit);

typedef struct _CjSurgery CjSurgery;

/* Compares two networks for data of `spec`, one that learned so and one that is to learn so (NULL: by
 * gradients); `cuts` may be NULL. Slow enough for a worker. You free. */
CjSurgery *cj_surgery_new (const CjGraph *before, const CjGraph *after, const CjDataSpec *spec,
                           const CjLearning *learned, const CjLearning *learns, const GArray *cuts);
void cj_surgery_free (CjSurgery *surgery);

/* Fills `to`, which holds the initial weights of the changed network, from a checkpoint of the old
 * one. `keep_memory`: both have the same optimizer, so its memory is carried over as well. */
void cj_surgery_apply (const CjSurgery *surgery, const CjCheckpoint *from, CjCheckpoint *to,
                       gboolean keep_memory);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjSurgery, cj_surgery_free)

G_END_DECLS
