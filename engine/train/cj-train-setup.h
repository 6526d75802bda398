/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a network is trained: batch, epochs, optimizer, schedule. A value with names, as a node is. */
#pragma once

#include "cj-optimizer.h"
#include "cj-schedule.h"

G_BEGIN_DECLS

typedef struct
{
  int epochs, batch;
  double learning_rate;
  int seed;
  double clip_norm, clip_value; /* 0: off */
  int patience;                 /* epochs without a better validation before stopping, 0: off */
  double average;               /* of weights: decay of the moving average, 0: off */
  const CjOptimizerInfo *optimizer;
  gpointer optimizer_params; /* owned */
  const CjScheduleInfo *schedule;
  gpointer schedule_params; /* owned */
} CjTrainSetup;

extern const CjParam cj_train_setup_params[];

CjTrainSetup *cj_train_setup_new (void);
CjTrainSetup *cj_train_setup_dup (const CjTrainSetup *setup);
void cj_train_setup_free (CjTrainSetup *setup);

/* Sets by name: "epochs", ..., "optimizer" and "schedule" (ids; their own values are kept if the id is
 * the same), "optimizer.beta1", "schedule.gamma". On refusal nothing changes. */
gboolean cj_train_setup_set (CjTrainSetup *setup, const char *name, const char *text,
                             GError **error);
/* The value of a name as text, or NULL. You free. */
char *cj_train_setup_print (const CjTrainSetup *setup, const char *name);

/* All names with values as a{sv} of strings, and back; names that are not known are skipped. */
GVariant *cj_train_setup_save (const CjTrainSetup *setup);
gboolean cj_train_setup_load (CjTrainSetup *setup, GVariant *data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjTrainSetup, cj_train_setup_free)

G_END_DECLS
