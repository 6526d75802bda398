/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of the figure "forgetting": the accuracy on every task after each, of runs on data with tasks. T tasks,
 * R runs. Any thread. */
#pragma once

#include "cj-runner.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* Writes row i, column j [T, T]: the accuracy on task j in the last epoch of task i that there is; NaN where
 * there is none. */
void cjl_forgetting_matrix (const GArray *epochs, guint n_tasks, float *matrix);
/* The tasks of a run from its epochs (CjRunEpoch); 0: it has none. */
guint cjl_forgetting_count_tasks (const GArray *epochs);

/* Matrices [R, T, T], names of the runs (R and NULL; may be NULL). Sealed; you free. */
CjvFrame *cjl_forgetting_frame (const float *matrices, guint n_runs, guint n_tasks,
                                const char *const *names, const char *provenance);
/* Of runs from their epochs, those that have as many tasks as the first; `names` has n_runs. NULL: the first has
 * none. */
CjvFrame *cjl_forgetting_frame_of_runs (const GArray *const *runs, const char *const *names,
                                        guint n_runs);

G_END_DECLS
