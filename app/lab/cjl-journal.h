/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database of edits: every edit of every project, kept in the user's state folder so that undo and
 * unsaved work outlive the program. Here are only rows and bytes; cjl-recovery.h gives them meaning.
 * For one thread at a time; several processes may have it open. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CjlJournal CjlJournal;

/* What is known of one project. Positions count edits from the bottom of the undo stack. */
typedef struct
{
  char *uuid;
  char *path; /* NULL: never saved */
  char *title;
  char *file;         /* SHA-256 of the project's file when it was last read or written, or NULL */
  gint64 saved;       /* position that the file holds; -1: it is no longer on the stack */
  gint64 position;    /* where the person was last */
  gint64 snapshot_at; /* position of the snapshot */
  GBytes *snapshot;   /* the project without weights, as a container */
  gint64 updated;     /* seconds since 1970 */
} CjlRecord;

/* The folder of the journal: CAJAL_STATE_DIR, else "cajal" in the user's state folder. You free. */
char *cjl_journal_dup_folder (void);

/* Opens or makes the database in the folder. Errors name the file. You free. */
CjlJournal *cjl_journal_new (GError **error);
void cjl_journal_free (CjlJournal *journal);

void cjl_record_free (CjlRecord *record);

/* Everything between begin and end is written as a whole, or not at all if `keep` is FALSE; end gives
 * FALSE if nothing was written. */
gboolean cjl_journal_begin (CjlJournal *journal, GError **error);
gboolean cjl_journal_end (CjlJournal *journal, gboolean keep, GError **error);

/* One project's record; NULL without an error if there is none. All records, latest first. */
CjlRecord *cjl_journal_find (CjlJournal *journal, const char *uuid, GError **error);
GPtrArray *cjl_journal_list (CjlJournal *journal, GError **error);

/* Inserts or replaces the whole record; or only position, saved and time. */
gboolean cjl_journal_put (CjlJournal *journal, const CjlRecord *record, GError **error);
gboolean cjl_journal_move (CjlJournal *journal, const CjlRecord *record, GError **error);

/* Writes edit `number` (0: the bottom) in place of what was there, and drops those after it. */
gboolean cjl_journal_put_edit (CjlJournal *journal, const char *uuid, gint64 number, GBytes *edit,
                               GError **error);
/* Writes edit `number` anew and leaves those after it. */
gboolean cjl_journal_change_edit (CjlJournal *journal, const char *uuid, gint64 number,
                                  GBytes *edit, GError **error);
GPtrArray *cjl_journal_read_edits (CjlJournal *journal, const char *uuid,
                                   GError **error); /* GBytes */

/* Drops record and edits. */
gboolean cjl_journal_forget (CjlJournal *journal, const char *uuid, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlJournal, cjl_journal_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlRecord, cjl_record_free)

G_END_DECLS
