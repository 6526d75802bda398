/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The diagonal of the Fisher information of a network: for every weight the mean over samples of the square of the
 * slope of log p (y | x). With y drawn from what the network says it is the Fisher information; with
 * the y of the data the empirical one (J. Martens, "New insights and perspectives on the natural gradient
 * method", JMLR 21, 2020, sections 5 and 11). For losses that are -log p (y | x), as cross-entropy; of another
 * loss the squared slopes are taken. W weights. */
#pragma once

#include "cj-continual.h"
#include "cj-program.h"

G_BEGIN_DECLS

typedef struct _CjFisher CjFisher;

/* For a network on a feed; compiles a program of its own, for one sample at a time. Refuses what
 * cj_program_new refuses. You free. */
CjFisher *cj_fisher_new (const CjGraph *graph, const CjFeed *feed, guint n_threads, GError **error);
void cj_fisher_free (CjFisher *fisher);

/* Writes the diagonal at the weights and states that `program`, of the same network, has now, into out [W, as
 * cj_program_get_weights of that program], 0 where nothing is learned. Of samples [begin, end) of the feed as
 * many as the setting says, chosen by (seed, index), which draw the classes as well. The same bits for any
 * number of threads. FALSE: the feed had a problem. */
gboolean cj_fisher_measure (CjFisher *fisher, CjProgram *program, CjFeed *feed, gsize begin,
                            gsize end, const CjContinual *setting, guint64 seed, guint64 index,
                            float *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjFisher, cj_fisher_free)

G_END_DECLS
