/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cj-runner.c (the owner's side), cj-runner-thread.c (the run) and cj-runner-series.c (what
 * the run tells). */
#pragma once

#include "cj-rig.h"
#include "cj-runner.h"

#include <pthread.h>

G_BEGIN_DECLS

/* A step that was asked for. */
typedef struct
{
  gboolean wanted, forget;
  guint64 step;
} CjGoal;

/* Numbers for a parameter, or what is held about them. */
typedef struct
{
  char *name;
  GBytes *numbers, *flags;
} CjPut;

struct _CjRunner
{
  /* the thread's own */
  CjRig *rig;
  guint network;   /* number of the command that the rig is of */
  gboolean placed; /* the rig holds a step of the run, not only its shape */
  CjFeed *training, *validation;
  guint n_threads;
  pthread_t thread, compiler;
  double snapshot_time, snapshot_cost, kept_time, kept_cost;

  pthread_mutex_t lock; /* guards what follows; held for copies only, never during a step */
  pthread_cond_t wake;  /* to the thread and the compiler: a command */
  pthread_cond_t done;  /* to the owner: `saved` is there, or nothing is under way */
  gboolean started, quit, wants_save, wants_keep, idle;
  gint watch;          /* atomic */
  guint64 wants_steps; /* to train from where the run is once the command acts */
  guint64 until;       /* train while step < until */
  double limit;
  GHashTable *settings; /* name to text, latest wins */
  GHashTable *since;    /* those that came after the network under way was asked for */
  CjGoal goal;
  CjMoment *to_restore;
  guint64 target;    /* of the seeking under way */
  GPtrArray *to_put; /* CjPut */
  gboolean put;      /* numbers were put that nobody has seen */
  CjCheckpoint *to_load, *saved, *snapshot, *best;

  CjGraph *to_compile; /* asked for; the compiler takes it */
  CjTrainSetup *to_compile_setup;
  gboolean compiling;
  gboolean called_off; /* what compiles now is no longer wanted */
  CjRig *compiled;     /* the run's thread takes it */
  GArray *cuts;        /* CjUnitCut since the network that is trained */

  CjRunLog *log;
  CjRing *ring;
  CjRunState state;
  GArray *points, *epochs;
  guint max_points;
  guint64 stride; /* steps from one point to the next; a power of two */
  char *error, *bad_node, *refusal, *notice;
};

gpointer cj_runner_run (gpointer runner);     /* thread: trains, seeks, swaps */
gpointer cj_runner_compile (gpointer runner); /* thread: compiles what is asked for */

/* Series and state, on the run's thread. */
double cj_runner_get_time (void);
void cj_runner_note_place (CjRunner *runner); /* with the lock held */
void cj_runner_note_step (CjRunner *runner, const CjStepReport *report, double seconds);
/* Score and validation as they were at the step where the run is, from the series; lock held. */
void cj_runner_note_scores (CjRunner *runner);
/* Validates after an epoch; whether it is the best so far. */
gboolean cj_runner_note_epoch (CjRunner *runner, CjScore train);
void cj_runner_cut_series (CjRunner *runner, guint64 step); /* with the lock held */
void cj_runner_publish (CjRunner *runner);                  /* a snapshot */
/* Copies the whole state into the ring; FALSE: it has numbers that are not finite, and is not kept. */
gboolean cj_runner_keep (CjRunner *runner, gboolean best);
void cj_runner_fail (CjRunner *runner, GError *error); /* takes the error */

G_END_DECLS
