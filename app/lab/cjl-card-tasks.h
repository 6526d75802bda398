/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cards on tasks that are learned one after another: the same network with several remedies against forgetting. */
#pragma once

#include "cjl-card-rig.h"

G_BEGIN_DECLS

#define CJL_CARD_TASKS 5

/* What such a card measures, and its curves over the number of tasks learned. */
extern const CjlCardValue cjl_card_task_values[];
extern const CjlCardLine cjl_card_task_lines[];
extern const double cjl_card_task_points[CJL_CARD_TASKS];

/* The card's `run`: trains its network once for every remedy, task by task, and tests all tasks after each. Sets of
 * every remedy the value (mean accuracy on all tasks in the end) and the line (mean over the tasks learned so far), then
 * what two of them gain over nothing done; leaves the figure "forgetting". TRUE also when cancelled. */
gboolean cjl_card_run_tasks (CjlCardRun *run, guint64 seed, GError **error);

G_END_DECLS
