/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-journal.h"

#include "cj-error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#define FORMAT 1
#define PATIENCE_MS 2000 /* another process may be writing */

struct _CjlJournal
{
  sqlite3 *db;
  char *path;
};

static const char schema[] = "CREATE TABLE projects (uuid TEXT PRIMARY KEY, path TEXT, title TEXT, "
                             "file TEXT, saved INTEGER, position INTEGER, snapshot_at INTEGER, "
                             "snapshot BLOB, updated INTEGER) WITHOUT ROWID;"
                             "CREATE TABLE edits (uuid TEXT, number INTEGER, edit BLOB, "
                             "PRIMARY KEY (uuid, number)) WITHOUT ROWID;"
                             "PRAGMA user_version = 1;";

static const char columns[]
    = "SELECT uuid, path, title, file, saved, position, snapshot_at, snapshot, updated "
      "FROM projects ";

char *
cjl_journal_dup_folder (void)
{
  const char *folder = g_getenv ("CAJAL_STATE_DIR");

  return folder != NULL && *folder != '\0'
             ? g_strdup (folder)
             : g_build_filename (g_get_user_state_dir (), "cajal", NULL);
}

static gboolean
fail (CjlJournal *self, GError **error)
{
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_FILE,
      /* Translators: the file of the journal, and what is wrong with it */
      _ ("%s: %s. Undo and unsaved work cannot be kept; move the file away to start anew."),
      self->path, self->db != NULL ? sqlite3_errmsg (self->db) : _ ("out of memory"));
  return FALSE;
}

static gboolean
execute (CjlJournal *self, const char *sql, GError **error)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail (self, error);
}

static sqlite3_stmt *
prepare (CjlJournal *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
    fail (self, error);
  return statement;
}

static void
bind_text (sqlite3_stmt *statement, int at, const char *text)
{
  sqlite3_bind_text (statement, at, text, -1, SQLITE_STATIC); /* NULL binds NULL */
}

static void
bind_bytes (sqlite3_stmt *statement, int at, GBytes *bytes)
{
  gsize size = 0;
  gconstpointer data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  sqlite3_bind_blob64 (statement, at, data, size, SQLITE_STATIC);
}

/* Runs a statement that gives no rows, and ends it. */
static gboolean
finish (CjlJournal *self, sqlite3_stmt *statement, GError **error)
{
  const gboolean done = sqlite3_step (statement) == SQLITE_DONE || fail (self, error);

  sqlite3_finalize (statement);
  return done;
}

/* Makes the tables of a new file; refuses those of a newer version. */
static gboolean
set_up (CjlJournal *self, GError **error)
{
  sqlite3_stmt *statement;
  int version;

  sqlite3_busy_timeout (self->db, PATIENCE_MS);
  if (!execute (self, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;", error)
      || !execute (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  statement = prepare (self, "PRAGMA user_version", error);
  if (statement == NULL)
    return FALSE;
  version = sqlite3_step (statement) == SQLITE_ROW ? sqlite3_column_int (statement, 0) : 0;
  sqlite3_finalize (statement);
  if (version > FORMAT)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s was written by a newer Cajal. Undo and unsaved work are not kept."),
                   self->path);
      return FALSE;
    }
  return (version == FORMAT || execute (self, schema, error)) && execute (self, "COMMIT", error);
}

CjlJournal *
cjl_journal_new (GError **error)
{
  g_autoptr (CjlJournal) self = g_new0 (CjlJournal, 1);
  g_autofree char *folder = cjl_journal_dup_folder ();

  self->path = g_build_filename (folder, "journal.db", NULL);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: %s. Undo and unsaved work cannot be kept there."), folder,
                   g_strerror (errno));
      return NULL;
    }
  if (sqlite3_open (self->path, &self->db) != SQLITE_OK)
    {
      fail (self, error);
      return NULL;
    }
  return set_up (self, error) ? g_steal_pointer (&self) : NULL;
}

void
cjl_journal_free (CjlJournal *self)
{
  sqlite3_close_v2 (self->db);
  g_free (self->path);
  g_free (self);
}

void
cjl_record_free (CjlRecord *record)
{
  g_free (record->uuid);
  g_free (record->path);
  g_free (record->title);
  g_free (record->file);
  g_clear_pointer (&record->snapshot, g_bytes_unref);
  g_free (record);
}

gboolean
cjl_journal_begin (CjlJournal *self, GError **error)
{
  return execute (self, "BEGIN IMMEDIATE", error);
}

gboolean
cjl_journal_end (CjlJournal *self, gboolean keep, GError **error)
{
  if (keep && execute (self, "COMMIT", error))
    return TRUE;
  execute (self, "ROLLBACK", NULL);
  return FALSE;
}

static GBytes *
column_bytes (sqlite3_stmt *statement, int at)
{
  const void *data = sqlite3_column_blob (statement, at);

  return g_bytes_new (data, (gsize) sqlite3_column_bytes (statement, at));
}

static char *
column_text (sqlite3_stmt *statement, int at)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, at));
}

static GPtrArray *
read_records (CjlJournal *self, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_record_free);
  int status;

  while ((status = sqlite3_step (statement)) == SQLITE_ROW)
    {
      CjlRecord *record = g_new0 (CjlRecord, 1);

      record->uuid = column_text (statement, 0);
      record->path = column_text (statement, 1);
      record->title = column_text (statement, 2);
      record->file = column_text (statement, 3);
      record->saved = sqlite3_column_int64 (statement, 4);
      record->position = sqlite3_column_int64 (statement, 5);
      record->snapshot_at = sqlite3_column_int64 (statement, 6);
      record->snapshot = column_bytes (statement, 7);
      record->updated = sqlite3_column_int64 (statement, 8);
      g_ptr_array_add (records, record);
    }
  if (status != SQLITE_DONE)
    fail (self, error);
  sqlite3_finalize (statement);
  return status == SQLITE_DONE ? g_steal_pointer (&records) : NULL;
}

CjlRecord *
cjl_journal_find (CjlJournal *self, const char *uuid, GError **error)
{
  g_autofree char *sql = g_strconcat (columns, "WHERE uuid = ?", NULL);
  sqlite3_stmt *statement = prepare (self, sql, error);
  g_autoptr (GPtrArray) records = NULL;

  if (statement == NULL)
    return NULL;
  bind_text (statement, 1, uuid);
  records = read_records (self, statement, error);
  return records != NULL && records->len > 0 ? g_ptr_array_steal_index (records, 0) : NULL;
}

GPtrArray *
cjl_journal_list (CjlJournal *self, GError **error)
{
  g_autofree char *sql = g_strconcat (columns, "ORDER BY updated DESC, uuid", NULL);
  sqlite3_stmt *statement = prepare (self, sql, error);

  return statement != NULL ? read_records (self, statement, error) : NULL;
}

gboolean
cjl_journal_put (CjlJournal *self, const CjlRecord *record, GError **error)
{
  sqlite3_stmt *statement
      = prepare (self, "INSERT OR REPLACE INTO projects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, record->uuid);
  bind_text (statement, 2, record->path);
  bind_text (statement, 3, record->title);
  bind_text (statement, 4, record->file);
  sqlite3_bind_int64 (statement, 5, record->saved);
  sqlite3_bind_int64 (statement, 6, record->position);
  sqlite3_bind_int64 (statement, 7, record->snapshot_at);
  bind_bytes (statement, 8, record->snapshot);
  sqlite3_bind_int64 (statement, 9, g_get_real_time () / G_USEC_PER_SEC);
  return finish (self, statement, error);
}

gboolean
cjl_journal_move (CjlJournal *self, const CjlRecord *record, GError **error)
{
  sqlite3_stmt *statement = prepare (
      self, "UPDATE projects SET saved = ?, position = ?, updated = ? WHERE uuid = ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, record->saved);
  sqlite3_bind_int64 (statement, 2, record->position);
  sqlite3_bind_int64 (statement, 3, g_get_real_time () / G_USEC_PER_SEC);
  bind_text (statement, 4, record->uuid);
  return finish (self, statement, error);
}

/* Drops the edits of a project from `number` on. */
static gboolean
drop_edits (CjlJournal *self, const char *uuid, gint64 number, GError **error)
{
  sqlite3_stmt *statement
      = prepare (self, "DELETE FROM edits WHERE uuid = ? AND number >= ?", error);

  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, uuid);
  sqlite3_bind_int64 (statement, 2, number);
  return finish (self, statement, error);
}

gboolean
cjl_journal_put_edit (CjlJournal *self, const char *uuid, gint64 number, GBytes *edit,
                      GError **error)
{
  sqlite3_stmt *statement;

  if (!drop_edits (self, uuid, number, error))
    return FALSE;
  statement = prepare (self, "INSERT INTO edits VALUES (?, ?, ?)", error);
  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, uuid);
  sqlite3_bind_int64 (statement, 2, number);
  bind_bytes (statement, 3, edit);
  return finish (self, statement, error);
}

gboolean
cjl_journal_change_edit (CjlJournal *self, const char *uuid, gint64 number, GBytes *edit,
                         GError **error)
{
  sqlite3_stmt *statement
      = prepare (self, "UPDATE edits SET edit = ? WHERE uuid = ? AND number = ?", error);

  if (statement == NULL)
    return FALSE;
  bind_bytes (statement, 1, edit);
  bind_text (statement, 2, uuid);
  sqlite3_bind_int64 (statement, 3, number);
  return finish (self, statement, error);
}

GPtrArray *
cjl_journal_read_edits (CjlJournal *self, const char *uuid, GError **error)
{
  g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  sqlite3_stmt *statement
      = prepare (self, "SELECT edit FROM edits WHERE uuid = ? ORDER BY number", error);
  int status;

  if (statement == NULL)
    return NULL;
  bind_text (statement, 1, uuid);
  while ((status = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (edits, column_bytes (statement, 0));
  if (status != SQLITE_DONE)
    fail (self, error);
  sqlite3_finalize (statement);
  return status == SQLITE_DONE ? g_steal_pointer (&edits) : NULL;
}

gboolean
cjl_journal_forget (CjlJournal *self, const char *uuid, GError **error)
{
  sqlite3_stmt *statement;

  if (!drop_edits (self, uuid, 0, error))
    return FALSE;
  statement = prepare (self, "DELETE FROM projects WHERE uuid = ?", error);
  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, uuid);
  return finish (self, statement, error);
}
