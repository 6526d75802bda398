/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network that a result card trains step by step, where more is wanted than one run to its end: to stop at
 * rounds, and to begin again under a mask. On the job's thread. */
#pragma once

#include "cj-rig.h"
#include "cjl-card.h"

G_BEGIN_DECLS

typedef struct _CjlCardRig CjlCardRig;

/* The network of the run's project on its training samples, with `settings`, "epochs=5 pruning.method=none",
 * over those of the project. Refuses what cj_rig_new refuses. You free, before the run ends. */
CjlCardRig *cjl_card_rig_new (CjlCardRun *run, const char *settings, GError **error);
/* The same of another network on the same data: a twin. Borrows the graph for the call. */
CjlCardRig *cjl_card_rig_new_graph (CjlCardRun *run, const CjGraph *graph, const char *settings,
                                    GError **error);
void cjl_card_rig_free (CjlCardRig *rig);

CjTrainer *cjl_card_rig_get_trainer (CjlCardRig *rig); /* borrowed */
CjProgram *cjl_card_rig_get_program (CjlCardRig *rig); /* borrowed */

/* Trains until `step` steps are done; the seed's progress goes from `from` to `to`. FALSE: cancelled, or an
 * error. */
gboolean cjl_card_rig_train (CjlCardRig *rig, guint64 step, double from, double to, GError **error);

/* The same to the end of the task that is next, of data with tasks; how many there are, and the test samples of
 * each, CJ_TASKS_MAX at most. */
gboolean cjl_card_rig_train_task (CjlCardRig *rig, double from, double to, GError **error);
guint cjl_card_rig_count_tasks (CjlCardRig *rig);
void cjl_card_rig_test_tasks (CjlCardRig *rig, CjScore *scores);

/* Accuracy on the test samples; NAN if they cannot be read. */
double cjl_card_rig_test (CjlCardRig *rig);

/* Takes the mask of a checkpoint of the same network. */
void cjl_card_rig_take_mask (CjlCardRig *rig, const CjCheckpoint *from);

/* Such a network trained for `steps` steps with these settings, and its accuracy on the test samples, in one. FALSE:
 * cancelled, or an error. `leaves`: its weights are left in the project. */
gboolean cjl_card_rig_try (CjlCardRun *run, const char *settings, guint64 steps, double from,
                           double to, gboolean leaves, double *accuracy, GError **error);

/* Leaves the weights as they are in the project. */
void cjl_card_rig_store (CjlCardRig *rig);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlCardRig, cjl_card_rig_free)

G_END_DECLS
