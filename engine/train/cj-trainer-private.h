/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cj-trainer.c and cj-trainer-prune.c. */
#pragma once

#include "cj-trainer.h"

G_BEGIN_DECLS

struct _CjTrainer
{
  CjProgram *program;     /* borrowed */
  CjFeed *feed;           /* borrowed */
  CjAdversary *adversary; /* borrowed; NULL: batches stay as they are */
  CjTrainSetup *setup;
  GArray *slices;
  double *squares; /* by slice */
  guint32 *order;
  guint order_epoch; /* for which `order` is, plus one */
  CjTable *table;
  CjMetrics nothing_seen; /* where every step begins to count */
  CjPlace at;
  guint n_slots;
  float *slots;
  float *spare;         /* weights put aside while the average is in place */
  float *states_before; /* of the step under way */
  CjMask *mask;         /* NULL: nothing is pruned, nor will be */
  gboolean masked;      /* it holds something */
  double rate, clip;    /* of the step under way */
  gpointer params;      /* the optimizer's, with the momentum of the step under way */
};

/* The slots of a kind, NULL: the run has none. */
float *cj_trainer_get_kind (const CjTrainer *self, CjSlotKinds kind);
/* Slots that are the optimizer's. */
guint cj_trainer_count_kept (const CjTrainer *self);
/* Where the run is, as pruning counts. */
CjPruneTime cj_trainer_get_time (const CjTrainer *self);

/* What the setup wants of pruning before this step, whose batch is in the program. */
void cj_trainer_prune (CjTrainer *self);
/* After flags or weights were put: what is held, is. */
void cj_trainer_settle_mask (CjTrainer *self);
/* The mask of a checkpoint; NULL: nothing is held. */
void cj_trainer_load_mask (CjTrainer *self, const guint8 *flags);

G_END_DECLS
