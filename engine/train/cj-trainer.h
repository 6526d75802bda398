/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trains a program on a feed. The core is synchronous and deterministic: the same seed gives the same
 * bits for any number of threads. */
#pragma once

#include "cj-feed.h"
#include "cj-program.h"

G_BEGIN_DECLS

typedef struct
{
  int epochs, batch;
  double learning_rate;
  int seed;
} CjTrainSetup;

extern const CjParam cj_train_setup_params[];

typedef struct
{
  double loss, accuracy; /* means over the samples seen */
} CjScore;

typedef struct _CjTrainer CjTrainer;

/* Called after a step; return FALSE to stop. `score` covers the epoch so far. */
typedef gboolean (*CjTrainProgress) (gpointer data, guint epoch, guint step, guint n_steps,
                                     CjScore score);

/* The program is borrowed and must have been compiled for setup->batch. You free. */
CjTrainer *cj_trainer_new (CjProgram *program, const CjTrainSetup *setup);
void cj_trainer_free (CjTrainer *trainer);

/* One pass over the feed in shuffled order with Adam (Kingma and Ba, 2015, algorithm 1); samples left
 * over by the last full batch wait for the next epoch's order. Stops with CJ_ERROR_NUMBER when the
 * loss is no longer finite. */
gboolean cj_trainer_run_epoch (CjTrainer *trainer, CjFeed *feed, CjTrainProgress progress,
                               gpointer data, CjScore *score, GError **error);

/* Mean loss and accuracy over the whole feed in evaluation mode; if `predicted` is given it takes the
 * class of every sample (n_samples numbers). */
CjScore cj_trainer_evaluate (CjTrainer *trainer, CjFeed *feed, gint32 *predicted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjTrainer, cj_trainer_free)

G_END_DECLS
