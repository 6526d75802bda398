/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A project that runs: its network compiled for its data, trained on a thread, looked at through a
 * probe. For the main thread; nothing here waits longer than one training step. */
#pragma once

#include "cj-runner.h"
#include "cjl-probe.h"
#include "cjl-project.h"

G_BEGIN_DECLS

typedef struct _CjlSession CjlSession;

/* References project and dataset. Compiles, takes the project's weights over where they fit (else
 * draws them from the seed) and goes on where the project's run stopped. Refuses a network that cannot
 * be trained, with the first problem. You free. */
CjlSession *cjl_session_new (CjlProject *project, CjdDataset *dataset, guint n_threads,
                             GError **error);
void cjl_session_free (CjlSession *session);

/* For training, pausing and state; borrowed until the next refresh or reset. */
CjRunner *cjl_session_get_runner (CjlSession *session);
const CjProgram *cjl_session_get_program (
    CjlSession *session); /* names and shapes; do not run it */
CjdDataset *cjl_session_get_dataset (CjlSession *session);

/* After an edit of the project: LIVE values go to the running trainer; anything else compiles beside
 * it and swaps between two steps, with every weight that still fits; training goes on if it did.
 * FALSE: the network cannot be trained as it is; the old one goes on. */
gboolean cjl_session_refresh (CjlSession *session, GError **error);

/* A new run from fresh weights. */
gboolean cjl_session_reset (CjlSession *session, GError **error);

/* Writes weights, optimizer memory, place in the run and its history into the project. `best`: the
 * weights best on validation, where there are some, instead of the last. */
void cjl_session_store (CjlSession *session, gboolean best);

/* All points (CjRunPoint) and epochs (CjRunEpoch) of the run, over refreshes; read on each call.
 * Borrowed. */
const GArray *cjl_session_read_points (CjlSession *session);
const GArray *cjl_session_read_epochs (CjlSession *session);

/* The newest published value of a parameter or state, as a new tensor; NULL if there is none. */
CjTensor *cjl_session_dup_param (CjlSession *session, const char *name);

/* Shows the probe sample `index` of `split` with the newest weights; FALSE if there is no such sample
 * or the network cannot be probed. Cheap; call it whenever weights or sample changed. */
gboolean cjl_session_probe (CjlSession *session, CjdSplit split, gsize index);
/* The same for a picture of one's own, x [1, ...] normalised as the data is. */
gboolean cjl_session_probe_tensor (CjlSession *session, CjTensor *x);
CjlProbe *cjl_session_get_probe (CjlSession *session); /* NULL if the network cannot be probed */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlSession, cjl_session_free)

G_END_DECLS
