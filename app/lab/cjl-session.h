/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A project that runs: its network compiled for its data, trained on a thread, looked at through a
 * probe. For the main thread; nothing here waits longer than one training step. */
#pragma once

#include "cj-runner.h"
#include "cjl-features.h"
#include "cjl-probe.h"
#include "cjl-project.h"

G_BEGIN_DECLS

typedef struct _CjlSession CjlSession;

/* References project and dataset. Goes on where the project's run stopped, with what was changed since;
 * without a run it begins one, with the project's weights where they fit. Refuses a network that
 * cannot be trained, with the first problem. You free. */
CjlSession *cjl_session_new (CjlProject *project, CjdDataset *dataset, guint n_threads,
                             GError **error);
/* Gives a session that a worker made, with cjl_project_dup_for_worker, to the project itself: what was
 * changed or undone meanwhile reaches it as any edit does. Main thread. FALSE as of refresh; it is there
 * all the same. */
gboolean cjl_session_move (CjlSession *session, CjlProject *project, GError **error);
void cjl_session_free (CjlSession *session);
/* The same, but a thread waits for the step under way and gives the memory back, which is much. Main
 * thread. */
void cjl_session_retire (CjlSession *session);
/* Retires it and leaves its weights, but not its run, in the project: for another data set. */
void cjl_session_leave (CjlSession *session);

/* Trains as cj_runner_train does, and what is trained becomes one entry of the undo stack as soon as
 * training has stopped and settle is called; to be called often. TRUE: there is a new entry. */
void cjl_session_train (CjlSession *session, guint64 n_steps);
gboolean cjl_session_settle (CjlSession *session);
/* Goes to a step of the run and stays there; the rest of the run is still there. */
void cjl_session_seek (CjlSession *session, guint64 step);
/* How fast it trains at most, to be watched; 0: no limit. Holds for later runs as well. */
void cjl_session_limit (CjlSession *session, double steps_per_second);
double cjl_session_get_seconds (
    CjlSession *session); /* trained since the run began or was opened */

/* For training, pausing, seeking and state; borrowed until the next reset. */
CjRunner *cjl_session_get_runner (CjlSession *session);
CjdDataset *cjl_session_get_dataset (CjlSession *session);
/* How many samples need not go through the frozen layers again, or why all have to, in a sentence (cjl_features_print). You
 * free. And the same in numbers. */
char *cjl_session_print_features (CjlSession *session);
CjlFeaturesState cjl_session_get_features (CjlSession *session);

/* After an edit of the project: LIVE values go to the running trainer; anything else is compiled on a
 * worker and swapped in between two steps, with every weight that still fits; training goes on if it
 * did. FALSE: the network cannot be trained as it is; the old one goes on. */
gboolean cjl_session_refresh (CjlSession *session, GError **error);

/* Units (rows, filters) of a node that are its own; 0: none. */
guint cjl_session_count_units (CjlSession *session, const char *node);
/* Takes one of them, counted from 0, out of the node, with what listens to it, as one edit; refuses a node
 * that has no units or only one, and what would leave a network that cannot be trained. */
gboolean cjl_session_delete_unit (CjlSession *session, const char *node, guint unit,
                                  GError **error);

/* Goes back to a step of the run, forgets what was done there and later, and gives the project network
 * and training setup as they were, as one edit. Waits until the step is reached. */
gboolean cjl_session_branch (CjlSession *session, guint64 step, GError **error);

/* Sets the n numbers of a parameter, as one edit; those with one `merge` key become one entry. */
gboolean cjl_session_put (CjlSession *session, const char *name, const float *values, gsize n,
                          const char *title, const char *merge, GError **error);
/* The same for what is held about them (CjMaskFlags, cj-mask.h): prunes, and lets grow again with weight 0.
 * And what is held now, as a new CJ_UINT8 tensor; NULL: there is no such parameter. */
gboolean cjl_session_put_flags (CjlSession *session, const char *name, const guint8 *flags, gsize n,
                                const char *title, const char *merge, GError **error);
CjTensor *cjl_session_dup_flags (CjlSession *session, const char *name);
/* Takes units and filters that are pruned as a whole out of the network (cjl-shrink.h), as one edit, and says
 * how many in a sentence that you free; `said` may be NULL. Refuses where there is none. Trains nothing, but
 * is slow for large networks. */
gboolean cjl_session_shrink (CjlSession *session, char **said, GError **error);
/* The second half of it: what was found by cjl_shrink, on any thread, of the network as it still is. */
struct _CjlShrunk;
gboolean cjl_session_take_shrunk (CjlSession *session, const struct _CjlShrunk *shrunk, char **said,
                                  GError **error);
/* The weights of an earlier run (cjl-archive.h) where they fit, as one edit; says how many tensors did. */
gboolean cjl_session_restore_weights (CjlSession *session, const char *id, guint *n_taken,
                                      GError **error);

/* A new run from fresh weights, but for those of frozen layers, as one edit; the old one goes to the earlier runs. */
gboolean cjl_session_reset (CjlSession *session, GError **error);

/* Writes weights, the run with its kept checkpoints and its history into the project. `best`: the
 * weights best on validation, where there are some and the setup keeps them, instead of the last; the
 * run goes on from the last all the same. */
void cjl_session_store (CjlSession *session, gboolean best);

/* The same without waiting for the step under way: the first call asks for the state, and one of the
 * next stores it and gives TRUE. */
gboolean cjl_session_try_store (CjlSession *session);
/* The same, with the last checkpoint only, into a project of its own without a drawing: what is left on
 * disk every few seconds while a run goes on. NULL: call again. You unref. */
CjlProject *cjl_session_try_dup_run (CjlSession *session);
/* A copy of the project for a worker (cjl_project_dup_for_worker) with the newest published weights and what
 * they expect of data. You unref. */
CjlProject *cjl_session_dup_project (CjlSession *session);

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
