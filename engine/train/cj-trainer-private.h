/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cj-trainer.c, cj-trainer-features.c, cj-trainer-prune.c and cj-trainer-tasks.c. */
#pragma once

#include "cj-trainer.h"

G_BEGIN_DECLS

struct _CjTrainer
{
  CjProgram *program;     /* borrowed */
  CjFeed *feed;           /* borrowed */
  CjAdversary *adversary; /* borrowed; NULL: batches stay as they are */
  CjFisher *fisher;       /* borrowed; NULL: weights are not held by their Fisher information */
  CjTrainSetup *setup;
  GArray *slices;
  double *squares; /* by slice */
  guint32 *order;
  guint order_epoch; /* for which `order` is, plus one */
  guint32 *rows;     /* two batches: the one under way, and the next */
  guint32 *memory;   /* samples of earlier tasks that are seen again */
  gsize n_memory, memory_room;
  guint memory_task; /* for which `memory` is, plus one */
  CjTable *table;
  CjMetrics nothing_seen; /* where every step begins to count */
  CjPlace at;
  guint n_slots;
  float *slots;
  float *spare;         /* weights put aside while the average is in place */
  float *states_before; /* of the step under way */
  CjMask *mask;         /* NULL: nothing is pruned, nor will be */
  gboolean masked;      /* it holds something */
  float *measured;      /* Fisher information of a task; NULL: not asked for */
  float *slope,
      *before;       /* of the step under way: gradient of the loss, weights; NULL: not asked for */
  double rate, clip; /* of the step under way */
  gpointer params;   /* the optimizer's, with the momentum of the step under way */
  struct
  {
    char *network;        /* what frozen layers make of samples is by this; NULL: not known yet */
    gboolean asked, kept; /* the feed was told of it, and remembers */
    gboolean used;        /* for the batch at hand */
    float *rows;          /* a batch; NULL: nothing is to be remembered */
  } features;
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

/* --- what frozen layers make of samples --- */

/* After weights were put from outside, or the setup changed: it is asked anew what is remembered. */
void cj_trainer_forget_features (CjTrainer *self);
/* Before samples of a feed are used: whether it remembers anything of them. */
gboolean cj_trainer_ask_features (CjTrainer *self, CjFeed *feed);
/* Puts what the feed remembers of a batch, and its targets, into the program; FALSE: it is to be filled. Only where
 * it remembers, as the next. */
gboolean cj_trainer_recall (CjTrainer *self, CjFeed *feed, const guint32 *indices);
/* After a forward of the batch: the feed remembers it. */
void cj_trainer_keep (CjTrainer *self, CjFeed *feed, const guint32 *indices);

/* --- tasks --- */

gboolean cj_trainer_has_tasks (const CjTrainer *self);
/* Samples of the feed that are learned now. */
gsize cj_trainer_get_first (const CjTrainer *self);
gsize cj_trainer_count_samples (const CjTrainer *self);
/* The step at which the task that is learned ends, of a run with tasks. */
guint64 cj_trainer_get_task_end (const CjTrainer *self);
/* Before a step: where a task has had its epochs, what it taught is secured, and the next begins, a run of its own
 * for optimizer and schedule. */
gboolean cj_trainer_turn (CjTrainer *self, GError **error);
/* The samples of the batch at `position` of the epoch, which is step `step`; `next`: the second of the two
 * places for it. The order of the epoch must be there. */
const guint32 *cj_trainer_find_rows (CjTrainer *self, guint position, guint64 step, gboolean next);
/* Adds what holds a slice of weights to their gradient; after the update, what they did. */
void cj_trainer_hold_slice (CjTrainer *self, gint64 offset, gint64 n);
void cj_trainer_follow_slice (CjTrainer *self, gint64 offset, gint64 n);

G_END_DECLS
