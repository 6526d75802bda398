/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cjl-session.c and cjl-session-undo.c. */
#pragma once

#include "cjl-project-private.h"
#include "cjl-session.h"

G_BEGIN_DECLS

struct _CjlSession
{
  CjlProject *project;
  CjdDataset *dataset;
  guint n_threads;
  CjlFeatures *features; /* what frozen layers make of the samples */
  CjRunner *runner;
  CjlProbe *probe;
  GVariant *probed_graph;      /* what the probe is of */
  guint probed;                /* revision that it was compared with */
  double limit;                /* steps a second */
  CjFeed *feeds[CJD_N_SPLITS]; /* for the probe */
  GVariant *compiled_graph, *compiled_setup;
  GArray *points, *epochs; /* of the whole run */
  guint n_cuts;            /* of the series when they were read */
  GArray *cuts;            /* CjUnitCut: of the edit that is going on */
  CjlMoment *burst;        /* where the training under way began, NULL: there is none */
  guint64 burst_from;
  gint64 burst_time;   /* monotonic */
  CjlMoment *began_at; /* what the project's undo had waited for; NULL: nothing */
  gboolean asked;      /* the runner is keeping a state to be stored */
  double seconds;      /* trained since the run began or was opened */
  /* The last moment, as long as nothing has moved since. */
  CjlMoment *moment;
  guint n_told, moment_told; /* commands given to the runner */
  CjRunState moment_state;
  CjCheckpoint *base; /* newest of the last moment that has checkpoints of its own */
  CjlMoment *base_moment;
};

/* Remembers what the runner has been told. */
void cjl_session_note_compiled (CjlSession *self, const CjGraph *graph, const CjTrainSetup *setup);
/* A probe of the network as it is drawn. */
void cjl_session_make_probe (CjlSession *self);

/* What the project's undo asks of a session. */
extern const CjlRunHooks cjl_session_hooks;

/* Whether training that began with cjl_session_train goes on; pauses it and makes its entry. */
gboolean cjl_session_is_training (CjlSession *self);
void cjl_session_rest (CjlSession *self);
/* Brings the run to a moment, without waiting. */
void cjl_session_restore (CjlSession *self, CjlMoment *moment);
/* Keeps the run that ends among the earlier ones; between begin and commit. */
void cjl_session_archive (CjlSession *self, GVariant *settings);

G_END_DECLS
