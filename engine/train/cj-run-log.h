/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was done to a run, and at which step: with the seed this is the run, and every number in it can
 * be computed again. For one thread at a time. */
#pragma once

#include "cj-surgery.h"
#include "cj-train-setup.h"

G_BEGIN_DECLS

#define CJ_RUN_LOG_MAX 100000 /* commands that are read from a file */

/* Acts after `step` steps, before the next. A LIVE value (name, text), the numbers of a parameter (name,
 * numbers), what is held about them (name, flags), or a whole network. Immutable; atomic reference count. */
typedef struct
{
  gint ref_count;
  guint64 step;
  char *name, *text;
  GBytes *numbers; /* float32, in the order of the parameter */
  GBytes *flags;   /* CjMaskFlags, one byte a number, in the same order */
  GVariant *graph; /* cj_graph_save */
  GVariant *setup; /* cj_train_setup_save */
  GArray *cuts;    /* CjUnitCut: units of the network before that are not in this one */
} CjCommand;

typedef struct
{
  GPtrArray *commands; /* CjCommand; the first is the network that the run began with */
  gboolean fresh;      /* the first weights are drawn from the seed at step 0 */
  gint64 began;        /* seconds since 1970; 0: not known, as of runs of older versions */
} CjRunLog;

CjRunLog *cj_run_log_new (void);
void cj_run_log_free (CjRunLog *log);
CjRunLog *cj_run_log_dup (const CjRunLog *log); /* shares the commands */

void cj_run_log_add_value (CjRunLog *log, guint64 step, const char *name, const char *text);
/* Reference the bytes. */
void cj_run_log_add_numbers (CjRunLog *log, guint64 step, const char *name, GBytes *numbers);
void cj_run_log_add_flags (CjRunLog *log, guint64 step, const char *name, GBytes *flags);
/* References the variants; copies the cuts, which may be NULL. */
void cj_run_log_add_network (CjRunLog *log, guint64 step, GVariant *graph, GVariant *setup,
                             const GArray *cuts);

const CjCommand *cj_run_log_get (const CjRunLog *log, guint index);
/* How many commands were given before `step`, or up to and at it. At least the first. */
guint cj_run_log_count (const CjRunLog *log, guint64 step, gboolean with_step);
/* Setup after the first `n_commands`, and graph. You free. */
CjTrainSetup *cj_run_log_make_setup (const CjRunLog *log, guint n_commands, GError **error);
CjGraph *cj_run_log_make_graph (const CjRunLog *log, guint n_commands, GError **error);
void cj_run_log_cut (CjRunLog *log, guint n_commands);

/* As a{sv}, and back. Refuses what cannot be a log. */
GVariant *cj_run_log_save (const CjRunLog *log);
CjRunLog *cj_run_log_load (GVariant *data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjRunLog, cj_run_log_free)

G_END_DECLS
