/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training against an attack: every batch is changed to be as hard as it can be within reach before the
 * network learns from it. A. Madry et al., "Towards deep learning models resistant to adversarial attacks"
 * (2017), equation 2.1; with one step it is that of I. Goodfellow et al. (2014). D features. */
#pragma once

#include "cj-attack.h"
#include "cj-feed.h"
#include "cj-train-setup.h"

G_BEGIN_DECLS

typedef struct _CjAdversary CjAdversary;

/* For a network that is trained with batches of the setup's size on a feed; compiles a program of its own.
 * Refuses what cannot be attacked. You free. */
CjAdversary *cj_adversary_new (const CjGraph *graph, const CjTrainSetup *setup, const CjFeed *feed,
                               guint n_threads, GError **error);
void cj_adversary_free (CjAdversary *adversary);

/* Changes the batch in `program` for the weights that it has, as setup->attack says; step and seed choose the
 * random start. The same bits for any number of threads. */
void cj_adversary_attack (CjAdversary *adversary, CjProgram *program, const CjTrainSetup *setup,
                          guint64 step);

/* What features [D] of a feed can be, and what a unit of the data is to the network: `low`, `high` and `unit`
 * of CjAttackCall. */
void cj_feed_get_range (const CjFeed *feed, float *low, float *high, float *unit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjAdversary, cj_adversary_free)

G_END_DECLS
