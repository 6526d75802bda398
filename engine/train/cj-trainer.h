/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trains a program on a feed, step by step, on the caller's thread. Deterministic: the same seed gives
 * the same bits for any number of threads, and after a checkpoint is taken and put back at any step. */
#pragma once

#include "cj-adversary.h"
#include "cj-checkpoint.h"
#include "cj-feed.h"
#include "cj-fisher.h"
#include "cj-metrics.h"
#include "cj-train-setup.h"

G_BEGIN_DECLS

typedef struct
{
  CjScore score; /* of this batch, before the update */
  double rate;   /* learning rate used */
  double norm;   /* Euclidean length of the whole gradient, before clipping */
  gboolean epoch_ended;
  gboolean burst;      /* the step is done, but a weight is no longer a finite number */
  CjScore epoch_score; /* over the epoch so far */
} CjStepReport;

typedef struct _CjTrainer CjTrainer;

/* Peak bytes of training: the program's and the optimizer's memory. Checkpoints that a run keeps come
 * on top, see cj_runner_count_kept_bytes. */
gint64 cj_trainer_count_bytes (const CjProgram *program, const CjTrainSetup *setup);

/* The program must be compiled for training with the setup's batch. Both are borrowed, as is the feed;
 * the setup is copied. Refuses a feed with fewer samples than one batch, and what would not fit into
 * memory. You free. */
CjTrainer *cj_trainer_new (CjProgram *program, const CjTrainSetup *setup, CjFeed *feed,
                           GError **error);
void cj_trainer_free (CjTrainer *trainer);

/* Batches go through the adversary before the network learns from them; borrowed. The setup must name an
 * attack. */
void cj_trainer_set_adversary (CjTrainer *trainer, CjAdversary *adversary);
/* What finds out which weights a task needs, at its end; borrowed. Wanted where the setup has CJ_REMEDY_EWC and
 * the feed has tasks. */
void cj_trainer_set_fisher (CjTrainer *trainer, CjFisher *fisher);

/* Begins with another task than the first, where the feed has tasks; before the first step. */
void cj_trainer_begin_at (CjTrainer *trainer, guint task);

/* After a step that failed for a number: the samples of its batch are in the program, also where they were not
 * needed for it, because the feed remembers what frozen layers make of them. */
void cj_trainer_show_batch (CjTrainer *trainer);

/* Changes a LIVE value between two steps. */
gboolean cj_trainer_set (CjTrainer *trainer, const char *name, const char *text, GError **error);

/* Puts numbers in the place of a parameter, and of its moving average, between two steps. FALSE: there is
 * no parameter of that name and size. */
gboolean cj_trainer_put (CjTrainer *trainer, const char *name, GBytes *numbers);
/* Sets what is held about every weight of a parameter (CjMaskFlags, one byte each) between two steps:
 * prunes, and lets grow again with weight 0. FALSE as above. */
gboolean cj_trainer_put_flags (CjTrainer *trainer, const char *name, GBytes *flags);

/* All values at once; refuses what only a new trainer can have. */
gboolean cj_trainer_set_setup (CjTrainer *trainer, const CjTrainSetup *setup);

const CjPlace *cj_trainer_get_place (const CjTrainer *trainer); /* borrowed */
/* The share of the tensors that connect units that is pruned, 0 to 1. */
double cj_trainer_get_sparsity (const CjTrainer *trainer);
const CjTrainSetup *cj_trainer_get_setup (const CjTrainer *trainer);
guint64 cj_trainer_get_n_steps (const CjTrainer *trainer); /* of the whole run */
guint cj_trainer_get_steps_per_epoch (const CjTrainer *trainer);

/* Whether all epochs are done, or too many of them made the validation no better. */
gboolean cj_trainer_has_ended (const CjTrainer *trainer);

/* Where the first layers are frozen and the feed remembers what they make of samples (CjFeed), a step begins behind them
 * for samples that it knows, with the same bits: unless the setup has CjTrainSetup's keep_features off, prunes, or has an
 * attack. The same holds for evaluations, but for those with averaged weights.
 *
 * One batch, of the task that is learned where the feed has tasks, in the shuffled order of the epoch; samples left over by the last full batch wait for the
 * next epoch's order. CJ_ERROR_NUMBER when loss or gradient are no longer finite: then nothing was
 * changed, and the program still holds the batch. */
gboolean cj_trainer_step (CjTrainer *trainer, CjStepReport *report, GError **error);

/* Means over the whole feed in evaluation mode, with the averaged weights if the setup has them.
 * `metrics`, made for the trainer's program, takes all there is to know; NULL: not wanted. */
CjScore cj_trainer_evaluate (CjTrainer *trainer, CjFeed *feed, CjMetrics *metrics);

/* The same for tasks 0 to n_tasks - 1 of a feed that has tasks, one by one; the mean of the tasks. `scores` takes
 * n_tasks. */
CjScore cj_trainer_evaluate_tasks (CjTrainer *trainer, CjFeed *feed, guint n_tasks,
                                   CjMetrics *metrics, CjScore *scores);

/* Tells schedule and early stopping the outcome of a validation; part of the run. Whether it is the
 * best so far: never in a run with tasks, which goes to its end. */
gboolean cj_trainer_set_validation (CjTrainer *trainer, CjScore score);
/* How many commands of the run's log are in effect; part of the run. */
void cj_trainer_set_n_commands (CjTrainer *trainer, guint n_commands);

/* A checkpoint of the program's shape with nothing in it, and one of only the weights as they are. */
CjCheckpoint *cj_trainer_make_checkpoint (const CjTrainer *trainer);
CjCheckpoint *cj_trainer_save_weights (CjTrainer *trainer);

/* A copy of the run's state, and back. Load refuses a checkpoint of another network or optimizer. */
CjCheckpoint *cj_trainer_save (CjTrainer *trainer);
gboolean cj_trainer_load (CjTrainer *trainer, const CjCheckpoint *checkpoint, GError **error);

/* Mean loss and accuracy of `program` over the whole feed; as cj_trainer_evaluate, for programs that
 * are not being trained. NAN if the feed had a problem. */
CjScore cj_evaluate (CjProgram *program, CjFeed *feed, CjMetrics *metrics);
/* As cj_trainer_evaluate_tasks. */
CjScore cj_evaluate_tasks (CjProgram *program, CjFeed *feed, guint n_tasks, CjMetrics *metrics,
                           CjScore *scores);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjTrainer, cj_trainer_free)

G_END_DECLS
