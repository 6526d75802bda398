/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-recovery.h"

#include "cj-error.h"
#include "cj-file.h"
#include "cjl-project-private.h"
#include "cjl-run.h"
#include "zip.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#define SOON 0.5 /* s; so that a slider that is dragged does not write all the time */

typedef struct _CjlKeep
{
  CjlJournal *journal;
  CjlRecord *record;
  int lock;
  gboolean joined; /* the rows of the journal are the stacks of the project */
  char *trouble;
  CjlMomentWriter *moments;
  gint64 run_kept; /* monotonic time of the last checkpoint */
  guint64 run_step;
  GThread *writer;
  gint writing;     /* atomic: the writer is at it */
  guint n_dropped;  /* bursts of training that undo no longer reaches, not told yet */
  guint n_archived; /* pieces of earlier runs in the journal's folder */
} CjlKeep;

/* --- places --- */

char *
cjl_keep_dup_place (const char *kind, const char *uuid)
{
  g_autofree char *folder = cjl_journal_dup_folder ();
  g_autofree char *place = g_build_filename (folder, kind, NULL);

  g_mkdir_with_parents (place, 0700);
  return g_build_filename (place, uuid, NULL);
}

static char *
dup_run_place (const char *uuid)
{
  return cjl_keep_dup_place ("runs", uuid);
}

/* Earlier runs do not change: they lie beside the one under way, which is written again and again. */
static char *
dup_archive_place (const char *uuid)
{
  return cjl_keep_dup_place ("archives", uuid);
}

/* The lock ends with the process, however it ends. -1: another has it. */
int
cjl_keep_lock (const char *uuid)
{
  g_autofree char *place = cjl_keep_dup_place ("locks", uuid);
  const int fd = g_open (place, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0 || flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  close (fd);
  return -1;
}

/* --- edits --- */

gboolean
cjl_keep_fill_stacks (CjlProject *project, const GPtrArray *edits, gint64 position)
{
  CjlProjectFull *full = cjl_project_full (project);
  g_autoptr (GPtrArray) parsed = g_ptr_array_new_with_free_func (cjl_edit_free);

  if (position < 0 || position > edits->len)
    return FALSE;
  for (guint i = 0; i < edits->len; i++)
    {
      CjlEdit *edit = cjl_edit_parse (edits->pdata[i]);

      if (edit == NULL)
        return FALSE;
      g_ptr_array_add (parsed, edit);
      if (edit->reverts >= i)
        return FALSE;
    }
  g_ptr_array_set_size (full->undo, 0);
  g_ptr_array_set_size (full->redo, 0);
  while (parsed->len > position)
    g_ptr_array_add (full->redo, g_ptr_array_steal_index (parsed, parsed->len - 1));
  g_ptr_array_extend_and_steal (full->undo, g_steal_pointer (&parsed));
  return TRUE;
}

/* --- writing --- */

static void
set_trouble (CjlKeep *keep, GError *error)
{
  g_free (keep->trouble);
  keep->trouble = error != NULL ? g_strdup (error->message) : NULL;
  g_clear_error (&error);
}

static void
note_place (CjlProject *project, CjlKeep *keep)
{
  const CjlProjectFull *full = cjl_project_full (project);

  keep->record->saved = full->saved;
  keep->record->position = full->undo->len;
}

static void
note_snapshot (CjlProject *project, CjlKeep *keep)
{
  const CjlProjectFull *full = cjl_project_full (project);
  CjlRecord *record = keep->record;

  g_free (record->path);
  record->path = NULL;
  if (project->path != NULL) /* the journal is read from other folders */
    record->path = g_canonicalize_filename (project->path, NULL);
  g_free (record->title);
  record->title = g_strdup (project->title);
  g_free (record->file);
  record->file = g_strdup (full->digest);
  g_clear_pointer (&record->snapshot, g_bytes_unref);
  record->snapshot = cjl_project_print_bare (project);
  record->snapshot_at = full->undo->len;
}

char *
cjl_project_dup_moments (CjlProject *project)
{
  char *folder = cjl_keep_dup_place ("moments", project->uuid);

  g_mkdir_with_parents (folder, 0700);
  return folder;
}

/* Writes the moments of an edit into files. */
static void
keep_moments (CjlProject *project, CjlKeep *keep, const CjlEdit *edit)
{
  g_autofree char *folder = NULL;

  if (edit->run_before == NULL && edit->run_after == NULL)
    return;
  folder = cjl_project_dup_moments (project);
  if (edit->run_before != NULL)
    cjl_moment_writer_push (keep->moments, edit->run_before, folder);
  if (edit->run_after != NULL)
    cjl_moment_writer_push (keep->moments, edit->run_after, folder);
}

/* Deletes the files of moments that no edit goes to, and the oldest if there are too many. */
static void
sweep (CjlProject *project, CjlKeep *keep)
{
  const CjlProjectFull *full = cjl_project_full (project);
  GPtrArray *const stacks[] = { full->undo, full->redo };
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *folder = cjl_project_dup_moments (project);

  for (guint k = 0; k < G_N_ELEMENTS (stacks); k++)
    for (guint i = 0; i < stacks[k]->len; i++)
      {
        const CjlEdit *edit = stacks[k]->pdata[i];

        if (edit->run_before != NULL)
          g_hash_table_add (ids, edit->run_before->id);
        if (edit->run_after != NULL)
          g_hash_table_add (ids, edit->run_after->id);
      }
  keep->n_dropped += cjl_moment_sweep (folder, ids);
}

static gboolean
write_edits (CjlProject *project, CjlKeep *keep, GError **error)
{
  const CjlProjectFull *full = cjl_project_full (project);
  const guint n = full->undo->len + full->redo->len;

  for (guint i = 0; i < n; i++)
    {
      const CjlEdit *edit
          = i < full->undo->len ? full->undo->pdata[i] : full->redo->pdata[n - 1 - i];
      g_autoptr (GBytes) bytes = cjl_edit_print (edit);

      keep_moments (project, keep, edit);

      if (!cjl_journal_put_edit (keep->journal, project->uuid, i, bytes, error))
        return FALSE;
    }
  return TRUE;
}

/* Everything anew, in place of what the journal held under this uuid. */
static void
write_all (CjlProject *project, CjlKeep *keep)
{
  GError *error = NULL;
  gboolean done;

  note_place (project, keep);
  if (cjl_journal_begin (keep->journal, &error))
    {
      done = cjl_journal_forget (keep->journal, project->uuid, &error)
             && cjl_journal_put (keep->journal, keep->record, &error)
             && write_edits (project, keep, &error);
      keep->joined = cjl_journal_end (keep->journal, done, done ? &error : NULL);
    }
  set_trouble (keep, error);
}

void
cjl_keep_edited (CjlProject *project)
{
  CjlProjectFull *full = cjl_project_full (project);
  CjlKeep *keep = full->keep;
  const gint64 number = (gint64) full->undo->len - 1;
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;
  gboolean done;

  if (keep == NULL)
    return;
  if (keep->record->snapshot_at > number) /* it stood on edits that are no more */
    note_snapshot (project, keep);
  if (!keep->joined)
    {
      write_all (project, keep);
      return;
    }
  note_place (project, keep);
  keep->run_step = G_MAXUINT64; /* the edit may be one of the run */
  bytes = cjl_edit_print (full->undo->pdata[number]);
  keep_moments (project, keep, full->undo->pdata[number]);
  if (cjl_journal_begin (keep->journal, &error))
    {
      done = cjl_journal_put_edit (keep->journal, project->uuid, number, bytes, &error)
             && (keep->record->snapshot_at > number
                     ? cjl_journal_put (keep->journal, keep->record, &error)
                     : cjl_journal_move (keep->journal, keep->record, &error));
      cjl_journal_end (keep->journal, done, done ? &error : NULL);
    }
  set_trouble (keep, error);
}

void
cjl_keep_moved (CjlProject *project, const CjlEdit *edit, gint64 number)
{
  CjlKeep *keep = cjl_project_full (project)->keep;
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;
  gboolean done;

  if (keep == NULL || !keep->joined)
    return;
  note_place (project, keep);
  keep->run_step = G_MAXUINT64;
  keep_moments (project, keep, edit);
  bytes = cjl_edit_print (edit);
  if (cjl_journal_begin (keep->journal, &error))
    {
      done = cjl_journal_change_edit (keep->journal, project->uuid, number, bytes, &error)
             && cjl_journal_move (keep->journal, keep->record, &error);
      cjl_journal_end (keep->journal, done, done ? &error : NULL);
    }
  set_trouble (keep, error);
}

static void
drop_run (CjlKeep *keep, const char *uuid)
{
  g_autofree char *place = dup_run_place (uuid), *archive = dup_archive_place (uuid);

  g_clear_pointer (&keep->writer, g_thread_join);
  g_unlink (place);
  g_unlink (archive);
  keep->n_archived = 0;
}

gboolean
cjl_keep_settle (CjlJournal *journal, CjlRecord *record, GError **error)
{
  if (record->saved < 0 || record->file == NULL)
    return cjl_journal_forget (journal, record->uuid, error);
  record->position = record->saved;
  return cjl_journal_move (journal, record, error);
}

void
cjl_project_forget_unsaved (CjlProject *project)
{
  CjlKeep *keep = cjl_project_full (project)->keep;
  GError *error = NULL;

  if (keep == NULL)
    return;
  drop_run (keep, project->uuid);
  cjl_keep_settle (keep->journal, keep->record, &error);
  set_trouble (keep, error);
}

/* A copy of a project has the same undo history. */
static void
copy_moments (CjlProject *project, const char *from_uuid)
{
  g_autofree char *from = cjl_keep_dup_place ("moments", from_uuid),
                  *to = cjl_project_dup_moments (project);
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *old = g_build_filename (from, name, NULL);
      g_autofree char *copy = g_build_filename (to, name, NULL);

      if (link (old, copy) != 0)
        g_debug ("%s: %s", copy, g_strerror (errno)); /* undo of training ends with the program */
    }
}

void
cjl_keep_saved (CjlProject *project, gboolean moved)
{
  CjlProjectFull *full = cjl_project_full (project);
  CjlKeep *keep = full->keep;
  GError *error = NULL;

  if (keep == NULL)
    return;
  drop_run (keep, keep->record->uuid);
  if (moved)
    {
      cjl_keep_settle (keep->journal, keep->record, &error);
      copy_moments (project, keep->record->uuid);
      g_free (keep->record->uuid);
      keep->record->uuid = g_strdup (project->uuid);
      keep->joined = FALSE;
      close (keep->lock);
      keep->lock = cjl_keep_lock (project->uuid);
    }
  note_snapshot (project, keep);
  note_place (project, keep);
  set_trouble (keep, error);
  error = NULL;
  if (!keep->joined)
    write_all (project, keep);
  else
    {
      cjl_journal_put (keep->journal, keep->record, &error);
      set_trouble (keep, error);
    }
  if (keep->trouble == NULL)
    cjl_saving_forget (project->uuid);
}

void
cjl_keep_end (CjlProject *project)
{
  CjlProjectFull *full = cjl_project_full (project);
  CjlKeep *keep = g_steal_pointer (&full->keep);

  if (keep == NULL)
    return;
  g_clear_pointer (&keep->writer, g_thread_join);
  g_clear_pointer (&keep->moments, cjl_moment_writer_free);
  g_clear_pointer (&keep->journal, cjl_journal_free);
  g_clear_pointer (&keep->record, cjl_record_free);
  g_free (keep->trouble);
  close (keep->lock);
  g_free (keep);
}

/* --- reading --- */

/* Takes the record over if its edits fit the file. */
static void
join (CjlProject *project, CjlKeep *keep, CjlRecord *record)
{
  CjlProjectFull *full = cjl_project_full (project);
  g_autoptr (CjlRecord) owned = record;
  g_autoptr (GPtrArray) edits = NULL;

  if (!full->restored)
    {
      if (record->saved < 0 || g_strcmp0 (record->file, full->digest) != 0)
        return;
      edits = cjl_journal_read_edits (keep->journal, record->uuid, NULL);
      if (edits == NULL || !cjl_keep_fill_stacks (project, edits, record->saved))
        return;
      full->saved = record->saved;
    }
  cjl_record_free (keep->record);
  keep->record = g_steal_pointer (&owned);
  keep->joined = TRUE;
}

/* What killed programs left half written. */
static void
sweep_folders (void)
{
  static const char *const kinds[] = { "runs", "archives", "saves" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *place = cjl_keep_dup_place (kinds[i], "");

      cj_file_sweep (place);
    }
}

static gboolean
tie (CjlProject *project, GError **error)
{
  CjlProjectFull *full = cjl_project_full (project);
  g_autoptr (CjlJournal) journal = NULL;
  g_autoptr (GError) local = NULL;
  CjlRecord *found;
  CjlKeep *keep;
  int fd;

  if (full->read_only != NULL) /* what cannot be saved is not kept for saving */
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, full->read_only);
      return FALSE;
    }
  journal = cjl_journal_new (error);
  if (journal == NULL)
    return FALSE;
  found = cjl_journal_find (journal, project->uuid, &local);
  fd = local == NULL ? cjl_keep_lock (project->uuid) : -1;
  if (fd < 0)
    {
      g_clear_pointer (&found, cjl_record_free);
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      else
        g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                     _ ("“%s” is open in another window or program. Close it there first."),
                     project->title);
      return FALSE;
    }
  sweep_folders ();
  if (found != NULL)
    cjl_saving_finish (journal, found);
  keep = full->keep = g_new0 (CjlKeep, 1);
  keep->journal = g_steal_pointer (&journal);
  keep->lock = fd;
  keep->moments = cjl_moment_writer_new ();
  keep->run_kept = g_get_monotonic_time ();
  keep->run_step = (guint64) cjl_keep_get_last_step (project); /* what is stored need not be kept */
  keep->record = g_new0 (CjlRecord, 1);
  keep->record->uuid = g_strdup (project->uuid);
  note_snapshot (project, keep);
  if (found != NULL)
    join (project, keep, found);
  sweep (project, keep);
  return TRUE;
}

gboolean
cjl_project_keep (CjlProject *project, GError **error)
{
  CjlProjectFull *full = cjl_project_full (project);
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (full->keep == NULL, FALSE);
  g_clear_pointer (&full->unkept, g_free);
  if (tie (project, &local))
    return TRUE;
  full->unkept = g_strdup (local->message);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

const char *
cjl_project_get_keep_trouble (CjlProject *project)
{
  const CjlProjectFull *full = cjl_project_full (project);

  return full->keep != NULL ? full->keep->trouble : full->unkept;
}

guint
cjl_project_take_dropped (CjlProject *project)
{
  CjlKeep *keep = cjl_project_full (project)->keep;
  const guint n = keep != NULL ? keep->n_dropped : 0;

  if (keep != NULL)
    keep->n_dropped = 0;
  return n;
}

/* --- checkpoints of a run --- */

typedef struct
{
  gint *writing;
  char *place;
  CjlProject *run; /* of the thread alone */
  char *archive_place;
  GPtrArray *archive; /* NULL: as it is there already */
} Write;

static gpointer
write_thread (gpointer data)
{
  Write *write = data;
  g_autoptr (GBytes) run = cjl_project_print (write->run, NULL);

  /* a disk that is full now may not be in 10 s; the run goes on meanwhile */
  if (run != NULL)
    cj_file_write (write->place, g_bytes_get_data (run, NULL), g_bytes_get_size (run), NULL, NULL,
                   NULL);
  if (write->archive != NULL)
    {
      g_autoptr (GBytes) bytes = cjd_zip_print (write->archive, NULL);

      if (bytes != NULL)
        cj_file_write (write->archive_place, g_bytes_get_data (bytes, NULL),
                       g_bytes_get_size (bytes), NULL, NULL, NULL);
      g_ptr_array_unref (write->archive);
    }
  g_free (write->place);
  g_free (write->archive_place);
  cjl_project_unref (write->run);
  g_atomic_int_set (write->writing, FALSE);
  g_free (write);
  return NULL;
}

static GPtrArray *
copy_pieces (const GPtrArray *pieces)
{
  GPtrArray *copy = cjd_pieces_new ();

  for (guint i = 0; i < pieces->len; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];

      cjd_pieces_share (copy, piece->name, piece);
    }
  return copy;
}

/* Leaves weights and run of `run`, which is taken, in the journal's folder. */
static void
write_run (CjlProject *project, CjlKeep *keep, CjlProject *run)
{
  Write *write;

  if (!keep->joined)
    write_all (project, keep);
  g_clear_pointer (&keep->writer, g_thread_join);
  write = g_new0 (Write, 1);
  write->writing = &keep->writing;
  g_atomic_int_set (write->writing, TRUE);
  write->place = dup_run_place (project->uuid);
  write->run = run;
  if (keep->n_archived != project->archive->len)
    {
      write->archive_place = dup_archive_place (project->uuid);
      write->archive = copy_pieces (project->archive);
      keep->n_archived = project->archive->len;
    }
  keep->writer = g_thread_new ("keep-run", write_thread, write);
}

gboolean
cjl_project_keep_run (CjlProject *project, CjlSession *session, double interval)
{
  CjlKeep *keep = cjl_project_full (project)->keep;
  const gint64 now = g_get_monotonic_time ();
  const CjRunState state = cj_runner_get_state (cjl_session_get_runner (session));
  /* an edit of the run is kept soon, and what has come to rest */
  const gboolean soon = keep != NULL && keep->run_step == G_MAXUINT64
                        && state.status != CJ_RUN_TRAINING && state.status != CJ_RUN_SEEKING;
  const double patience = soon ? MIN (interval, SOON) : interval;

  CjlProject *run;

  if (keep == NULL || (double) (now - keep->run_kept) < patience * G_USEC_PER_SEC
      || state.step == keep->run_step || (state.last == 0 && state.n_commands < 2)
      || g_atomic_int_get (&keep->writing)) /* a slow disk holds up nobody */
    return FALSE;
  run = cjl_session_try_dup_run (session);
  if (run == NULL) /* after the step under way */
    return FALSE;
  keep->run_kept = now;
  keep->run_step = state.step;
  write_run (project, keep, run);
  return TRUE;
}

CjlProject *
cjl_keep_load_run (const char *uuid)
{
  g_autofree char *place = dup_run_place (uuid);

  return g_file_test (place, G_FILE_TEST_EXISTS) ? cjl_project_load (place, NULL) : NULL;
}

void
cjl_project_keep_stored (CjlProject *project)
{
  CjlKeep *keep = cjl_project_full (project)->keep;

  if (keep == NULL)
    return;
  write_run (project, keep, cjl_project_dup_for_worker (project));
  g_clear_pointer (&keep->writer, g_thread_join);
}
