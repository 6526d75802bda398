/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One revision of a run, ready to go: a network compiled for training, with its trainer. */
#pragma once

#include "cj-adversary.h"
#include "cj-surgery.h"
#include "cj-trainer.h"

G_BEGIN_DECLS

typedef struct
{
  CjGraph *graph;
  CjProgram *program;
  CjTrainer *trainer;
  CjAdversary *adversary; /* NULL: no attack */
  CjFisher *fisher;       /* NULL: weights are not held by their Fisher information */
  CjFeed *feed;           /* borrowed */
} CjRig;

/* What a feed delivers, for the compiler. */
CjDataSpec cj_feed_get_spec (const CjFeed *feed, gint64 batch);

/* Copies graph and setup, borrows the feed. The weights are drawn from the setup's seed. Errors as
 * cj_program_new and cj_trainer_new. You free. */
CjRig *cj_rig_new (const CjGraph *graph, const CjTrainSetup *setup, CjFeed *feed, guint n_threads,
                   GError **error);
void cj_rig_free (CjRig *rig);

/* Puts a new rig where an old one is: weights, optimizer memory and place in the run; `cuts` may be
 * NULL. */
void cj_rig_take_over (CjRig *rig, CjRig *old, const GArray *cuts);

/* After a step that failed for a number: in which node or tensor it first is not finite, as the end of
 * a sentence; *node is its id or NULL. Compiles a second program. You free both. */
char *cj_rig_find_bad (CjRig *rig, char **node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjRig, cj_rig_free)

G_END_DECLS
