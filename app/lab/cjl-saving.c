/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the moment when a new project file has its name and the moment when the journal knows, a program
 * can be killed. A note beside the journal, written before, says what file it was to be; whoever comes next
 * finds that the file is that one, and finishes. */
#include "cjl-project-private.h"
#include "cjl-recovery.h"

#include "cj-file.h"

#include <glib/gstdio.h>
#include <string.h>

#define GROUP "saving"

static char *
print_sum (GBytes *bytes)
{
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
}

char *
cjl_saving_print_top (CjlProject *project)
{
  const CjlProjectFull *full = cjl_project_full (project);
  g_autoptr (GBytes) top
      = full->undo->len > 0 ? cjl_edit_print (full->undo->pdata[full->undo->len - 1]) : NULL;

  return top != NULL ? print_sum (top) : g_strdup ("");
}

void
cjl_saving_note (const char *uuid, const char *path, const char *before, const char *digest,
                 gint64 position, const char *top)
{
  g_autofree char *place = cjl_keep_dup_place ("saves", uuid), *text = NULL;
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autoptr (GKeyFile) note = g_key_file_new ();
  gsize size;

  g_key_file_set_string (note, GROUP, "path", whole);
  g_key_file_set_string (note, GROUP, "before", before != NULL ? before : "");
  g_key_file_set_string (note, GROUP, "digest", digest);
  g_key_file_set_int64 (note, GROUP, "position", position);
  g_key_file_set_string (note, GROUP, "top", top);
  text = g_key_file_to_data (note, &size, NULL);
  cj_file_write (place, text, size, NULL, NULL, NULL); /* without it the file is offered anew */
}

void
cjl_saving_forget (const char *uuid)
{
  g_autofree char *place = cjl_keep_dup_place ("saves", uuid);

  g_unlink (place);
}

/* Whether the stack still leads to where the file was written: its edits may have been replaced since. */
static gboolean
is_on_stack (CjlJournal *journal, const char *uuid, gint64 position, const char *top)
{
  g_autoptr (GPtrArray) edits = cjl_journal_read_edits (journal, uuid, NULL);
  g_autofree char *sum = NULL;

  if (edits == NULL || position < 0 || position > edits->len)
    return FALSE;
  sum = position > 0 ? print_sum (edits->pdata[position - 1]) : g_strdup ("");
  return g_str_equal (sum, top);
}

/* A checkpoint that is older than the save is in the file already. */
static void
drop_older (const char *uuid, const char *note)
{
  static const char *const kinds[] = { "runs", "archives" };
  GStatBuf noted, kept;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *place = cjl_keep_dup_place (kinds[i], uuid);

      if (g_stat (note, &noted) == 0 && g_stat (place, &kept) == 0
          && (kept.st_mtim.tv_sec < noted.st_mtim.tv_sec
              || (kept.st_mtim.tv_sec == noted.st_mtim.tv_sec
                  && kept.st_mtim.tv_nsec <= noted.st_mtim.tv_nsec)))
        g_unlink (place);
    }
}

static void
finish (CjlJournal *journal, CjlRecord *record, GKeyFile *note, const char *place)
{
  g_autofree char *path = g_key_file_get_string (note, GROUP, "path", NULL);
  g_autofree char *before = g_key_file_get_string (note, GROUP, "before", NULL);
  g_autofree char *digest = g_key_file_get_string (note, GROUP, "digest", NULL);
  g_autofree char *top = g_key_file_get_string (note, GROUP, "top", NULL);
  const gint64 position = g_key_file_get_int64 (note, GROUP, "position", NULL);
  g_autoptr (CjlProject) file = path != NULL ? cjl_project_load (path, NULL) : NULL;

  /* a copy of the file has the same uuid, and its save is not that of this record */
  if (file == NULL || before == NULL || digest == NULL || top == NULL
      || !g_str_equal (before, record->file != NULL ? record->file : "")
      || !g_str_equal (cjl_project_full (file)->digest, digest))
    return;
  drop_older (record->uuid, place);
  g_free (record->path);
  record->path = g_steal_pointer (&path);
  g_free (record->file);
  record->file = g_steal_pointer (&digest);
  record->saved = is_on_stack (journal, record->uuid, position, top) ? position : -1;
  cjl_journal_put (journal, record, NULL);
}

void
cjl_saving_finish (CjlJournal *journal, CjlRecord *record)
{
  g_autofree char *place = cjl_keep_dup_place ("saves", record->uuid);
  g_autoptr (GKeyFile) note = g_key_file_new ();

  if (!g_key_file_load_from_file (note, place, G_KEY_FILE_NONE, NULL))
    return;
  finish (journal, record, note, place);
  g_unlink (place);
}
