/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Earlier runs of a project: what they were trained with, how they went, and the weights they ended
 * with. They lie in the project's file; names, notes and deletions are edits like any other. For the
 * main thread. */
#pragma once

#include "cj-runner.h"
#include "cjl-project.h"

G_BEGIN_DECLS

/* One run. */
typedef struct
{
  char *id, *name, *note;
  gint64 when; /* it ended, seconds since 1970 */
  guint64 steps;
  double seconds;     /* trained; 0: not known */
  GVariant *settings; /* a{sv}: "graph", "training", "data" as in a project's file */
  GArray *epochs;     /* CjRunEpoch */
} CjlPastRun;

void cjl_past_run_free (CjlPastRun *run);

/* All earlier runs (CjlPastRun), latest first; you unref. And the one under way, without id and name; you
 * free. */
GPtrArray *cjl_archive_list (CjlProject *project);
CjlPastRun *cjl_archive_describe (CjlProject *project, const GArray *epochs, guint64 steps,
                                  double seconds);

/* Keeps a run that ends, with its last weights; between begin and commit. `settings` NULL: those of the
 * project as it is. */
void cjl_archive_add (CjlProject *project, GVariant *settings, const CjCheckpoint *weights,
                      const GArray *epochs, double seconds);
/* The settings of the project, for cjl_archive_add and describe; you unref. */
GVariant *cjl_archive_dup_settings (CjlProject *project);

/* One edit each; unknown ids do nothing. */
void cjl_archive_rename (CjlProject *project, const char *id, const char *name);
void cjl_archive_set_note (CjlProject *project, const char *id, const char *note);
void cjl_archive_delete (CjlProject *project, const char *id);
/* Network, training setup and data of the run, as one edit; cards that are still there stay where they
 * stand. */
gboolean cjl_archive_restore_settings (CjlProject *project, const char *id, GError **error);

/* The last weights of a run, CjdNamedTensor; you unref. */
GPtrArray *cjl_archive_read_weights (CjlProject *project, const char *id, GError **error);

/* How the settings of two runs differ. */
typedef struct
{
  char *name;      /* "learning-rate", "conv1.filters", "data.source" */
  char *one, *two; /* NULL: that one has no such thing */
} CjlDifference;

void cjl_difference_free (CjlDifference *difference);
GPtrArray *cjl_archive_compare (const CjlPastRun *one, const CjlPastRun *two);

/* The measure of a run that people look at: last accuracy on validation, else on training samples, 0 to
 * 1, or R²; NAN before the first epoch. */
double cjl_past_run_get_score (const CjlPastRun *run);
/* One setting as text, "seed", "batch"; NULL: not known. Borrowed. */
const char *cjl_past_run_get_setting (const CjlPastRun *run, const char *name);

/* Adds the pieces of the runs that the project still has; for its file. */
void cjl_archive_print (CjlProject *project, GPtrArray *pieces);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlPastRun, cjl_past_run_free)

G_END_DECLS
