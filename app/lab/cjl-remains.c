/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the journal holds that was not saved, and how a project is made of it. */
#include "cj-error.h"
#include "cjl-project-private.h"
#include "cjl-recovery.h"
#include "cjl-run.h"
#include "zip.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define MAX_ARCHIVE (G_GUINT64_CONSTANT (4) << 30)

void
cjl_remains_free (CjlRemains *remains)
{
  g_free (remains->uuid);
  g_free (remains->path);
  g_free (remains->title);
  g_free (remains);
}

gint64
cjl_keep_get_last_step (CjlProject *project)
{
  g_autoptr (CjRunLog) log = NULL;
  g_autoptr (CjRing) ring = NULL;

  if (!cjl_run_load (project, &log, &ring, NULL) || cj_ring_get_n (ring) == 0)
    return 0;
  return (gint64) cj_ring_get_step (ring, cj_ring_get_n (ring) - 1);
}

/* Edits between the file and where the person was, without bursts of training. */
static guint
count_edits (CjlJournal *journal, const CjlRecord *record)
{
  g_autoptr (GPtrArray) edits = cjl_journal_read_edits (journal, record->uuid, NULL);
  const gint64 saved = MAX (record->saved, 0);
  const gint64 from = MIN (saved, record->position), to = MAX (saved, record->position);
  guint n = 0;

  for (gint64 i = from; edits != NULL && i < MIN (to, edits->len); i++)
    {
      CjlEdit *edit = cjl_edit_parse (edits->pdata[i]);

      if (edit == NULL)
        continue;
      n += edit->graph != NULL || !g_variant_equal (edit->before, edit->after);
      cjl_edit_free (edit);
    }
  return n;
}

static CjlRemains *
find_remains (CjlJournal *journal, const CjlRecord *record)
{
  g_autoptr (CjlProject) run = cjl_keep_load_run (record->uuid);
  CjlRemains *remains;

  if (record->position == record->saved && run == NULL)
    return NULL;
  remains = g_new0 (CjlRemains, 1);
  remains->uuid = g_strdup (record->uuid);
  remains->path = g_strdup (record->path);
  remains->title = g_strdup (record->title);
  remains->n_edits = count_edits (journal, record);
  remains->when = record->updated;
  remains->step = run != NULL ? cjl_keep_get_last_step (run) : 0;
  if (remains->n_edits == 0
      && remains->step == 0) /* all was taken back: nothing would be restored */
    g_clear_pointer (&remains, cjl_remains_free);
  return remains;
}

/* NULL as well if the project is open somewhere. */
static CjlRemains *
find_unused (CjlJournal *journal, CjlRecord *record)
{
  const int fd = cjl_keep_lock (record->uuid);
  CjlRemains *remains;

  if (fd < 0)
    return NULL;
  cjl_saving_finish (journal, record);
  remains = find_remains (journal, record);
  close (fd);
  return remains;
}

GPtrArray *
cjl_recovery_list (GError **error)
{
  g_autoptr (CjlJournal) journal = cjl_journal_new (error);
  g_autoptr (GPtrArray) records = journal != NULL ? cjl_journal_list (journal, error) : NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_remains_free);

  if (records == NULL)
    return NULL;
  for (guint i = 0; i < records->len; i++)
    {
      CjlRecord *record = records->pdata[i];
      CjlRemains *remains = find_unused (journal, record);

      if (remains != NULL)
        g_ptr_array_add (all, remains);
    }
  return g_steal_pointer (&all);
}

CjlRemains *
cjl_recovery_find (const char *uuid)
{
  g_autoptr (CjlJournal) journal = cjl_journal_new (NULL);
  g_autoptr (CjlRecord) record = journal != NULL ? cjl_journal_find (journal, uuid, NULL) : NULL;

  return record != NULL ? find_unused (journal, record) : NULL;
}

/* --- having it back --- */

static void
take_weights (CjlProject *to, CjlProject *from)
{
  CjlProjectFull *full = cjl_project_full (to);
  GPtrArray **mine[] = { &full->weights, &full->masks, &to->run, &to->norm };
  GPtrArray *theirs[]
      = { cjl_project_get_weights (from), cjl_project_get_masks (from), from->run, from->norm };

  for (guint i = 0; i < G_N_ELEMENTS (mine); i++)
    {
      g_ptr_array_unref (*mine[i]);
      *mine[i] = g_ptr_array_ref (theirs[i]);
    }
  g_clear_pointer (&full->learned_by, cj_checkpoint_unref);
  g_variant_unref (to->history);
  to->history = g_variant_ref (from->history);
  g_clear_pointer (&to->learned, g_variant_unref);
  to->learned = from->learned != NULL ? g_variant_ref (from->learned) : NULL;
  full->stored = g_strcmp0 (from->path, to->path) != 0;
}

/* Takes the pieces, or NULL. */
static void
take_archive (CjlProject *project, GPtrArray *pieces)
{
  if (pieces == NULL)
    return;
  g_ptr_array_unref (project->archive);
  project->archive = pieces;
}

/* Weights from the last checkpoint, else from the file. A file that was changed since keeps its name:
 * the project then has none. */
static void
find_weights (CjlProject *project, const CjlRecord *record)
{
  CjlProjectFull *full = cjl_project_full (project);
  g_autoptr (CjlProject) run = cjl_keep_load_run (record->uuid);
  g_autoptr (CjlProject) file = record->path != NULL ? cjl_project_load (record->path, NULL) : NULL;
  g_autofree char *archive = cjl_keep_dup_place ("archives", record->uuid), *data = NULL;
  gsize size = 0;
  const gboolean same
      = file != NULL && g_strcmp0 (cjl_project_full (file)->digest, record->file) == 0;

  full->saved = same ? record->saved : -1;
  if (same
      || (file == NULL && record->path != NULL && !g_file_test (record->path, G_FILE_TEST_EXISTS)))
    {
      project->path = g_strdup (record->path);
      if (same)
        full->etag = g_strdup (cjl_project_full (file)->etag);
    }
  if (run != NULL)
    take_weights (project, run);
  else if (same)
    take_weights (project, file);
  if (g_file_get_contents (archive, &data, &size, NULL))
    {
      g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&data), size);
      GPtrArray *pieces = cjd_zip_parse (bytes, MAX_ARCHIVE, NULL);

      take_archive (project, pieces);
    }
  else if (file != NULL)
    take_archive (project, g_ptr_array_ref (file->archive));
}

/* After an undo the run is where the edit found it; the last checkpoint may be of before. */
static void
find_moment (CjlProject *project)
{
  CjlProjectFull *full = cjl_project_full (project);
  const guint n = full->redo->len;
  const CjlEdit *next = n > 0 ? full->redo->pdata[n - 1] : NULL;
  g_autofree char *folder = cjl_project_dup_moments (project);

  if (next == NULL || next->run_before == NULL || !cjl_moment_read (next->run_before, folder))
    return;
  full->pending = cjl_moment_ref (next->run_before);
  cjl_run_put (project, full->pending->run->log, full->pending->run->ring);
  cjl_project_write_history (project, full->pending->run->epochs);
  full->stored = TRUE;
}

static gboolean
restore (CjlProject *project, CjlJournal *journal, const CjlRecord *record, GError **error)
{
  CjlProjectFull *full = cjl_project_full (project);
  g_autoptr (GPtrArray) edits = cjl_journal_read_edits (journal, record->uuid, error);

  if (edits == NULL)
    return FALSE;
  if (!cjl_keep_fill_stacks (project, edits, record->snapshot_at))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("The journal of “%s” is damaged. Open the file as it was saved instead."),
                   record->title);
      return FALSE;
    }
  while (full->undo->len != record->position)
    if (!cjl_project_travel (project, full->undo->len > record->position))
      {
        g_set_error (
            error, CJ_ERROR, CJ_ERROR_FILE,
            _ ("An edit of “%s” in the journal does not fit. Open the file as it was saved "
               "instead."),
            record->title);
        return FALSE;
      }
  find_weights (project, record);
  find_moment (project);
  g_free (full->digest);
  full->digest = g_strdup (record->file);
  full->restored = TRUE;
  return TRUE;
}

/* The record of a project, or a sentence. */
static CjlRecord *
get_record (CjlJournal *journal, const char *uuid, GError **error)
{
  GError *local = NULL;
  CjlRecord *record = cjl_journal_find (journal, uuid, &local);
  const int lock = record != NULL ? cjl_keep_lock (uuid) : -1;

  if (lock >= 0)
    {
      cjl_saving_finish (journal, record);
      close (lock);
    }
  if (local != NULL)
    g_propagate_error (error, local);
  else if (record == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("The journal knows no project “%s”. “cajal-cli recover” lists what it holds."),
                 uuid);
  return record;
}

CjlProject *
cjl_recovery_restore (const char *uuid, GError **error)
{
  g_autoptr (CjlJournal) journal = cjl_journal_new (error);
  g_autoptr (CjlRecord) record = journal != NULL ? get_record (journal, uuid, error) : NULL;
  g_autoptr (CjlProject) project
      = record != NULL ? cjl_project_parse (record->snapshot, error) : NULL;

  return project != NULL && restore (project, journal, record, error) ? g_steal_pointer (&project)
                                                                      : NULL;
}

gboolean
cjl_recovery_discard (const char *uuid, GError **error)
{
  g_autoptr (CjlJournal) journal = cjl_journal_new (error);
  g_autoptr (CjlRecord) record = journal != NULL ? get_record (journal, uuid, error) : NULL;
  g_autofree char *place = cjl_keep_dup_place ("runs", uuid),
                  *archived = cjl_keep_dup_place ("archives", uuid);

  if (record == NULL)
    return FALSE;
  g_unlink (place);
  g_unlink (archived);
  return cjl_keep_settle (journal, record, error);
}
