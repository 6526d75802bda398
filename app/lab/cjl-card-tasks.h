/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cards on tasks that are learned one after another: the same network with several remedies against forgetting. */
#pragma once

#include "cjl-card-rig.h"

G_BEGIN_DECLS

#define CJL_CARD_ARMS 4

/* One way to learn the tasks. */
typedef struct
{
  const char *name;     /* of the card's value and line */
  const char *title;    /* over the matrix */
  const char *settings; /* of the training, as for cjl_card_rig_new */
} CjlCardArm;

/* Trains the card's network once for every arm, task by task, and tests all tasks after each. Sets of every arm the
 * value (mean accuracy on all tasks in the end) and the line (mean over the tasks learned so far), then the values
 * NAME-gain of the last arms over the first, which is the plain one, if the card has them; leaves the
 * figure "forgetting". TRUE also when cancelled. */
gboolean cjl_card_run_tasks (CjlCardRun *run, const CjlCardArm arms[CJL_CARD_ARMS], GError **error);

G_END_DECLS
