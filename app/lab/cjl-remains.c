/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the journal holds that was not saved. */
#include "cjl-project-private.h"
#include "cjl-recovery.h"
#include "cjl-run.h"

#include <unistd.h>

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
find_unused (CjlJournal *journal, const CjlRecord *record)
{
  const int fd = cjl_keep_lock (record->uuid);
  CjlRemains *remains = fd >= 0 ? find_remains (journal, record) : NULL;

  if (fd >= 0)
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
      const CjlRecord *record = records->pdata[i];
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
