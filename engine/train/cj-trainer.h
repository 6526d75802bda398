/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trains a program on a feed, step by step, on the caller's thread. Deterministic: the same seed gives
 * the same bits for any number of threads, and after a checkpoint is taken and put back at any step. */
#pragma once

#include "cj-feed.h"
#include "cj-program.h"
#include "cj-train-setup.h"

G_BEGIN_DECLS

typedef struct
{
  double loss;     /* mean over the samples seen */
  double accuracy; /* share that is right; R² where targets are values */
} CjScore;

/* Everything that a run needs to go on from a step. Immutable, atomic reference count. */
typedef struct
{
  gint ref_count;
  guint64 step;   /* steps done */
  guint epoch;    /* epochs done */
  guint position; /* steps done in this epoch */
  gint64 n_weights, n_states;
  guint
      n_slots; /* arrays as long as the weights: the optimizer's, then the moving average if any */
  float *weights, *states, *slots;
  double scalars[CJ_OPTIMIZER_MAX_SCALARS];
  double schedule[CJ_SCHEDULE_MAX_STATE];
  CjScore sum;     /* of the steps of this epoch */
  double val_loss; /* of the last validation, NAN before the first */
  gboolean validated;
} CjCheckpoint;

CjCheckpoint *cj_checkpoint_new (gint64 n_weights, gint64 n_states, guint n_slots);
CjCheckpoint *cj_checkpoint_ref (CjCheckpoint *checkpoint);
void cj_checkpoint_unref (CjCheckpoint *checkpoint);
gsize cj_checkpoint_get_bytes (const CjCheckpoint *checkpoint);

typedef struct
{
  CjScore score; /* of this batch, before the update */
  double rate;   /* learning rate used */
  double norm;   /* Euclidean length of the whole gradient, before clipping */
  gboolean epoch_ended;
  CjScore epoch_score; /* over the epoch so far */
} CjStepReport;

typedef struct _CjTrainer CjTrainer;

/* The program must be compiled for training with the setup's batch. Both are borrowed, as is the feed;
 * the setup is copied. Refuses a feed with fewer samples than one batch. You free. */
CjTrainer *cj_trainer_new (CjProgram *program, const CjTrainSetup *setup, CjFeed *feed,
                           GError **error);
void cj_trainer_free (CjTrainer *trainer);

/* Changes a LIVE value between two steps. */
gboolean cj_trainer_set (CjTrainer *trainer, const char *name, const char *text, GError **error);

guint64 cj_trainer_get_step (const CjTrainer *trainer);    /* steps done */
guint cj_trainer_get_epoch (const CjTrainer *trainer);     /* epochs done */
guint64 cj_trainer_get_n_steps (const CjTrainer *trainer); /* of the whole run */
guint cj_trainer_get_steps_per_epoch (const CjTrainer *trainer);

/* One batch in the shuffled order of the epoch; samples left over by the last full batch wait for the
 * next epoch's order. CJ_ERROR_NUMBER when the loss is no longer finite: then nothing was changed. */
gboolean cj_trainer_step (CjTrainer *trainer, CjStepReport *report, GError **error);

/* Means over the whole feed in evaluation mode, with the averaged weights if the setup has them. If
 * `predicted` is given it takes the class of every sample (n_samples numbers). */
CjScore cj_trainer_evaluate (CjTrainer *trainer, CjFeed *feed, gint32 *predicted);

/* Tells the schedule the outcome of a validation; part of the run. */
void cj_trainer_set_validation (CjTrainer *trainer, CjScore score);

/* A copy of the run's state, and back. Load refuses a checkpoint of another network. */
CjCheckpoint *cj_trainer_save (CjTrainer *trainer);
gboolean cj_trainer_load (CjTrainer *trainer, const CjCheckpoint *checkpoint, GError **error);

/* Mean loss and accuracy of `program` over the whole feed; as cj_trainer_evaluate, for programs that
 * are not being trained. */
CjScore cj_evaluate (CjProgram *program, CjFeed *feed, gint32 *predicted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjCheckpoint, cj_checkpoint_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjTrainer, cj_trainer_free)

G_END_DECLS
