/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run on a thread of its own. The window sends commands, reads a series that never loses a point,
 * and takes the latest snapshot of the weights; neither side can stop the other. The run keeps
 * checkpoints and a log of what was done to it, so any step of it can be gone back to: the numbers are
 * computed again from the nearest kept checkpoint and are the same bits. All functions are for one
 * owner thread. */
#pragma once

#include "cj-moment.h"
#include "cj-trainer.h"

G_BEGIN_DECLS

#define CJ_RUNNER_BUDGET ((gsize) 256 << 20) /* bytes of kept checkpoints */

typedef struct _CjRunner CjRunner;

typedef enum
{
  CJ_RUN_PAUSED,
  CJ_RUN_TRAINING,
  CJ_RUN_SEEKING,  /* on the way to a step that was asked for */
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
  /* More of the validation; NAN where the task has no such measure. */
  double val_top, val_f1, val_mse;
  double sparsity; /* share of the synapses that was pruned then */
  /* Of data with tasks (n_tasks 0: it has none): which was learned, whether this was its last epoch, and the
   * accuracy on every task; NAN: not measured. `val` is the mean over the tasks that began. */
  guint n_tasks, task;
  gboolean task_ended;
  float tasks[CJ_TASKS_MAX];
} CjRunEpoch;

typedef struct
{
  CjRunStatus status;
  guint64 step, n_steps;
  guint64 target;      /* where it is going; `step` unless it seeks */
  guint64 first, last; /* steps that can be sought: where the run began, and how far it came */
  guint64 good;        /* step of the newest kept checkpoint up to `step`; after a failure before
                          it: where to go back to */
  guint revision;      /* networks before the one that is trained */
  guint n_commands;    /* of the log that are in effect */
  gboolean compiling;  /* a changed network is on its way */
  guint epoch, n_epochs, steps_per_epoch;
  guint task, n_tasks; /* that is learned, of how many; n_tasks 0: there is but one */
  CjScore score;       /* over the epoch so far */
  CjScore val;         /* of the last validation, NAN before the first */
  double rate;         /* samples a second, smoothed; 0 while paused */
  double seconds_left; /* NAN while paused */
  guint n_points, n_epochs_done;
  guint n_cuts; /* of the series: after each, read it from the start */
} CjRunState;

/* The most bytes that a run of this program keeps in checkpoints and snapshots beside
 * cj_trainer_count_bytes. */
gint64 cj_runner_count_kept_bytes (const CjProgram *program, const CjTrainSetup *setup);

/* A new run of a network, with weights drawn from the setup's seed. Copies graph and setup, takes the
 * feeds (`validation` may be NULL). Starts paused. Refuses what cj_program_new and cj_trainer_new
 * refuse; then the feeds are freed. You free; that stops the thread after the step under way. */
CjRunner *cj_runner_new (const CjGraph *graph, const CjTrainSetup *setup, guint n_threads,
                         CjFeed *training, CjFeed *validation, GError **error);
/* Goes on with a run that was saved, at its last kept checkpoint. Takes log, ring and feeds, in any
 * case. Refuses a run without a checkpoint to start from. */
CjRunner *cj_runner_resume (CjRunLog *log, CjRing *ring, guint n_threads, CjFeed *training,
                            CjFeed *validation, GError **error);
void cj_runner_free (CjRunner *runner);

/* Commands; they act between two steps. In the past of a run, train repeats what was done, until it
 * comes to the last step; any other command forgets what lies ahead. */
void cj_runner_train (CjRunner *runner, guint64 n_steps); /* G_MAXUINT64: to the end of the run */
void cj_runner_pause (CjRunner *runner);
void cj_runner_set (CjRunner *runner, const char *name, const char *text); /* LIVE values */
/* Sets the numbers of a parameter, float32 in its order, at the next step boundary; references them. A
 * name or size that the network does not have at that step does nothing. */
void cj_runner_put (CjRunner *runner, const char *name, GBytes *numbers);
/* The same for what is held about its weights, CjMaskFlags, one byte each: prunes and regrows. */
void cj_runner_put_flags (CjRunner *runner, const char *name, GBytes *flags);
void cj_runner_limit (CjRunner *runner, double steps_per_second); /* 0: none */
/* Begins the run anew from a checkpoint of its network; takes a reference. */
void cj_runner_load (CjRunner *runner, CjCheckpoint *checkpoint);

/* Another network or setup: compiled on a worker while the old one trains on, and put in its place
 * with all that still fits. The latest wins. `cuts` (CjUnitCut, may be NULL) says which units this
 * network lacks. Copies all. */
void cj_runner_swap (CjRunner *runner, const CjGraph *graph, const CjTrainSetup *setup,
                     const GArray *cuts);

/* Goes to a step between first and last, with what was done at it in effect, and pauses there; or
 * goes to it as it was come to and forgets what was done at it and later. */
void cj_runner_seek (CjRunner *runner, guint64 step);
void cj_runner_branch (CjRunner *runner, guint64 step);

/* The run as it is, with kept checkpoints thinned to a budget; while it seeks, as it will be. And back to
 * such a moment of this or another run on the same data, which forgets commands not yet done. The
 * moment must not change; a reference is kept. */
CjMoment *cj_runner_dup_moment (CjRunner *runner, gsize budget);
void cj_runner_restore (CjRunner *runner, CjMoment *moment);

/* Returns when nothing is under way any more: no training, seeking, compiling. */
void cj_runner_wait (CjRunner *runner);

/* Whether anyone looks at the weights: then a snapshot is published, at most 40 a second. */
void cj_runner_watch (CjRunner *runner, gboolean watch);

CjRunState cj_runner_get_state (CjRunner *runner);
/* When the run began, seconds since 1970: the clock is read once, for people and papers, and nothing is
 * computed from it. 0: not known. */
gint64 cj_runner_get_began (CjRunner *runner);
char *cj_runner_dup_error (CjRunner *runner);    /* NULL if nothing failed */
char *cj_runner_dup_bad_node (CjRunner *runner); /* id of the node where it failed, or NULL */
char *cj_runner_dup_refusal (CjRunner *runner); /* why the last swap or seek was refused, or NULL */
/* What a person should know although the run goes on, as that this machine computes with other
 * kernels than the one the run began on; NULL: nothing. */
char *cj_runner_dup_notice (CjRunner *runner);

/* Of a run that goes on for days not every step is a point for ever: when there are so many, those of every
 * second step stay, then those of every fourth ..., so that memory stays where it is; the state counts a cut.
 * Which they are follows from the steps alone. Epochs all stay. CJ_RUNNER_POINTS unless said. */
#define CJ_RUNNER_POINTS (1 << 18)
void cj_runner_limit_points (CjRunner *runner, guint max);

/* Copies points (epochs) from number `from` on; how many. */
guint cj_runner_read_points (CjRunner *runner, guint from, CjRunPoint *points, guint max);
guint cj_runner_read_epochs (CjRunner *runner, guint from, CjRunEpoch *epochs, guint max);
/* Puts the epochs of a saved run before its own; before the first step. */
void cj_runner_put_epochs (CjRunner *runner, const CjRunEpoch *epochs, guint n);

/* The latest snapshot without optimizer memory, or NULL; the best on validation, NULL if there is none
 * or it is no longer kept; the newest kept one up to a step. References. */
CjCheckpoint *cj_runner_dup_snapshot (CjRunner *runner);
CjCheckpoint *cj_runner_dup_best (CjRunner *runner);
CjCheckpoint *cj_runner_dup_kept (CjRunner *runner, guint64 step);
/* Steps of the kept checkpoints; how many. */
guint cj_runner_read_kept (CjRunner *runner, guint64 *steps, guint max);

/* The whole state at the next step boundary, which is kept as well; waits for the step under way. */
CjCheckpoint *cj_runner_save (CjRunner *runner);
/* Asks that the whole state at the next step boundary be kept, and does not wait; whether that is still
 * to be done. One with numbers that are not finite is not kept, but becomes the snapshot. */
void cj_runner_ask_keep (CjRunner *runner);
gboolean cj_runner_is_keeping (CjRunner *runner);
/* Log and kept checkpoints of one moment, thinned to a budget, for saving; and the step where the run
 * is, `step` may be NULL. Nothing is copied but references. You free both. */
void cj_runner_dup_run (CjRunner *runner, gsize budget, CjRunLog **log, CjRing **ring,
                        guint64 *step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjRunner, cj_runner_free)

G_END_DECLS
