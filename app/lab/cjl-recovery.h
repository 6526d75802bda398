/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A project is never lost: every edit goes to the journal at once, training leaves a checkpoint there
 * every few seconds, and what a crash left unsaved can be had back. For the main thread. */
#pragma once

#include "cjl-project.h"
#include "cjl-session.h"

G_BEGIN_DECLS

/* What was not saved of one project. */
typedef struct
{
  char *uuid;
  char *path; /* NULL: never saved */
  char *title;
  guint n_edits; /* between the file and where the person was; 0: only training */
  gint64 step;   /* steps trained in the checkpoint, 0: none */
  gint64 when;   /* of the last edit, seconds since 1970 */
} CjlRemains;

void cjl_remains_free (CjlRemains *remains);

/* Ties the project to the journal: from now on every edit is written there. If the journal fits the
 * file, undo and redo of earlier days come back; a project that was opened or changed elsewhere starts
 * with an empty undo. FALSE if there is no journal to be had or the project is open in another
 * process: then it works without. */
gboolean cjl_project_keep (CjlProject *project, GError **error);

/* The last thing that went wrong with the journal, or why it could not be had; NULL: all is well.
 * Borrowed. */
const char *cjl_project_get_keep_trouble (CjlProject *project);
/* How many of the oldest bursts of training were taken from undo since this was last asked, because the
 * files of all together took too much room (CJL_MOMENTS_ON_DISK). */
guint cjl_project_take_dropped (CjlProject *project);

#define CJL_KEEP_INTERVAL 9.0 /* s; with the writing, under 10 */

/* To be called often while a session trains: every `interval` seconds it leaves weights, optimizer memory and place
 * in the run in the journal's folder. Writing goes on in a thread. TRUE if it did. */
gboolean cjl_project_keep_run (CjlProject *project, CjlSession *session, double interval);

/* Leaves what was stored in the project there, and waits until it is written: the project itself could not
 * be saved. */
void cjl_project_keep_stored (CjlProject *project);

/* Forgets what is not saved: the person was asked and does not want it. */
void cjl_project_forget_unsaved (CjlProject *project);

/* CjlRemains of every project that nobody has open, latest first; you free. And of one project, NULL
 * if there are none; to be asked before it is kept and edited. */
GPtrArray *cjl_recovery_list (GError **error);
CjlRemains *cjl_recovery_find (const char *uuid);

/* The project as it was last: edits, undo history and trained weights, not yet saved and not yet
 * kept. The file is not touched. */
CjlProject *cjl_recovery_restore (const char *uuid, GError **error);

/* Throws the remains away; the file stays as it is. */
gboolean cjl_recovery_discard (const char *uuid, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlRemains, cjl_remains_free)

G_END_DECLS
