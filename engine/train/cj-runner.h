/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trainer on a thread of its own. The window sends commands, reads a series that never loses a
 * point, and takes the latest snapshot of the weights; neither side can stop the other. All functions
 * are for one owner thread. */
#pragma once

#include "cj-trainer.h"

G_BEGIN_DECLS

typedef struct _CjRunner CjRunner;

typedef enum
{
  CJ_RUN_PAUSED,
  CJ_RUN_TRAINING,
  CJ_RUN_FINISHED, /* all epochs done, or stopped early */
  CJ_RUN_FAILED    /* not-a-number; cj_runner_dup_error says where */
} CjRunStatus;

/* One step. */
typedef struct
{
  guint64 step; /* steps done */
  float epoch;  /* epochs done, with the fraction */
  float loss, accuracy, rate, norm;
} CjRunPoint;

/* One epoch. */
typedef struct
{
  guint epoch;
  guint64 step;
  CjScore train, val; /* val is NAN without validation samples */
} CjRunEpoch;

typedef struct
{
  CjRunStatus status;
  guint64 step, n_steps;
  guint epoch, n_epochs, steps_per_epoch;
  CjScore score;       /* over the epoch so far */
  CjScore val;         /* of the last validation, NAN before the first */
  double rate;         /* samples a second, smoothed; 0 while paused */
  double seconds_left; /* NAN while paused */
  guint n_points, n_epochs_done;
} CjRunState;

/* Takes the program and the feeds (`validation` may be NULL); copies the setup. Starts paused. Refuses
 * what cj_trainer_new refuses; then everything taken is freed. You free; that stops the thread after
 * the step under way. */
CjRunner *cj_runner_new (CjProgram *program, const CjTrainSetup *setup, CjFeed *training,
                         CjFeed *validation, GError **error);
void cj_runner_free (CjRunner *runner);

/* Commands; they act between two steps. */
void cj_runner_train (CjRunner *runner, guint64 n_steps); /* G_MAXUINT64: to the end of the run */
void cj_runner_pause (CjRunner *runner);
void cj_runner_set (CjRunner *runner, const char *name, const char *text); /* LIVE values */
void cj_runner_limit (CjRunner *runner, double steps_per_second);          /* 0: none */
void cj_runner_load (CjRunner *runner, CjCheckpoint *checkpoint);          /* takes a reference */

/* Whether anyone looks at the weights: then a snapshot is published, at most 20 a second. */
void cj_runner_watch (CjRunner *runner, gboolean watch);

/* Names and shapes of the parameters; borrowed, not to be run or altered. */
const CjProgram *cj_runner_get_program (const CjRunner *runner);

CjRunState cj_runner_get_state (CjRunner *runner);
char *cj_runner_dup_error (CjRunner *runner); /* NULL if nothing failed */

/* Copies points (epochs) from number `from` on; how many. */
guint cj_runner_read_points (CjRunner *runner, guint from, CjRunPoint *points, guint max);
guint cj_runner_read_epochs (CjRunner *runner, guint from, CjRunEpoch *epochs, guint max);

/* The latest snapshot without optimizer memory, or NULL; and the best on validation. Referenced. */
CjCheckpoint *cj_runner_dup_snapshot (CjRunner *runner);
CjCheckpoint *cj_runner_dup_best (CjRunner *runner);

/* The whole state at the next step boundary; waits for the step under way. */
CjCheckpoint *cj_runner_save (CjRunner *runner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjRunner, cj_runner_free)

G_END_DECLS
