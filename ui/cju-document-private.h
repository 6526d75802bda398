/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cju-document.c and cju-document-data.c. */
#pragma once

#include "cju-document.h"

#include <gio/gio.h>

G_BEGIN_DECLS

struct _CjuDocument
{
  GObject parent;
  CjlProject *project;
  CjdDataset *dataset;
  CjlSession *session;
  CjLowered *lowered;
  CjlProbeFrame *frame;
  CjRunState state;
  char *trouble;
  CjProblem *failure;   /* numbers that are none stopped the run; NULL: nothing did */
  CjlDataChoice loaded; /* what dataset is, or will be when it is there; no source: none */
  CjdDataset *base;     /* what was read for base_choice, or NULL */
  CjlDataChoice base_choice;
  gboolean pending;      /* a worker reads data for project->data */
  gboolean starting;     /* a worker makes a session for the data that are there */
  gboolean edited_since; /* the network is no longer the one that a worker makes it for */
  char *refusal;         /* why none could be made for the network as it is; NULL: not tried */
  gboolean train_on;     /* training goes on when the session is there */

  GPtrArray *selection; /* ids and a final NULL */
  CjdSplit split;
  gsize sample;
  CjTensor *own;
  char *own_name;
  guint fast;    /* ticks while a person drags through time */
  gint64 sought; /* monotonic */
  double speed;  /* steps a second, 0: no limit */
  const CjlProbe *seen_probe;
  guint tick, beat, asked, seen;
  guint64 asked_step;
  gboolean ask_again;
  CjlProbeWish wish;
  gint64 wished; /* monotonic time when that was last asked for */
  GCancellable *loading;
  CjlEvaluation *evaluation;
  gboolean evaluating;    /* a worker is at it */
  gint64 wanted;          /* monotonic time when the evaluation was last asked for */
  guint64 evaluated_step; /* of the weights last given to the worker; G_MAXUINT64: none */
  guint evaluated_epoch;
  CjuUnit unit; /* its node is owned */
  gint64 cell[2];
};

typedef enum
{
  CJU_DOCUMENT_EDITED,
  CJU_DOCUMENT_LOADED,
  CJU_DOCUMENT_TICKED,
  CJU_DOCUMENT_SELECTED,
  CJU_DOCUMENT_SAMPLE,
  CJU_DOCUMENT_EVALUATED,
  CJU_DOCUMENT_UNIT,
  CJU_DOCUMENT_CELL,
  CJU_DOCUMENT_N_SIGNALS
} CjuDocumentSignal;

void cju_document_emit (CjuDocument *self, CjuDocumentSignal which);
void cju_document_set_trouble (CjuDocument *self, const char *text);

/* Brings the running network in line with the drawing and the data. */
void cju_document_follow (CjuDocument *self);

/* Loads the data of the project's choice by a worker, in place of those there are. */
void cju_document_load (CjuDocument *self);
/* Makes a session by a worker, unless one is under way. */
void cju_document_begin (CjuDocument *self);
/* Shows the chosen sample to the probe; FALSE if that is not possible yet. */
gboolean cju_document_ask (CjuDocument *self);
/* Frees what cju-document-data.c keeps. */
void cju_document_clear_data (CjuDocument *self);

G_END_DECLS
