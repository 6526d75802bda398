/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of a network that are set by hand, and synapses that are pruned: edits of the run. */
#include "cjl-session-private.h"

#include "cj-error.h"
#include "cjl-archive.h"
#include "cjl-shrink.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>

/* Gives the bytes of n numbers of a parameter to the runner, as one edit. */
static gboolean
put (CjlSession *self, const char *name, gconstpointer data, gsize n, gboolean flags,
     const char *title, const char *merge, GError **error)
{
  g_autoptr (CjCheckpoint) now = cj_runner_dup_snapshot (self->runner);
  const CjTableEntry *entry = now != NULL ? cj_table_find (now->table, name) : NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (entry == NULL || (gsize) entry->size != n || (flags && entry->state))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   g_dngettext (GETTEXT_PACKAGE, "The network has no parameter “%s” of %zu number.",
                                "The network has no parameter “%s” of %zu numbers.", n),
                   name, n);
      return FALSE;
    }
  bytes = g_bytes_new (data, flags ? n : n * sizeof (float));
  cjl_project_begin (self->project);
  if (flags)
    cj_runner_put_flags (self->runner, name, bytes);
  else
    cj_runner_put (self->runner, name, bytes);
  self->n_told++;
  if (!cjl_session_is_training (self))
    cj_runner_wait (self->runner);
  cjl_project_mark_run (self->project);
  cjl_project_commit (self->project, title, merge);
  return TRUE;
}

gboolean
cjl_session_put (CjlSession *self, const char *name, const float *values, gsize n,
                 const char *title, const char *merge, GError **error)
{
  return put (self, name, values, n, FALSE, title, merge, error);
}

gboolean
cjl_session_put_flags (CjlSession *self, const char *name, const guint8 *flags, gsize n,
                       const char *title, const char *merge, GError **error)
{
  return put (self, name, flags, n, TRUE, title, merge, error);
}

CjTensor *
cjl_session_dup_flags (CjlSession *self, const char *name)
{
  g_autoptr (CjCheckpoint) snapshot = cj_runner_dup_snapshot (self->runner);
  const CjTableEntry *entry = snapshot != NULL ? cj_table_find (snapshot->table, name) : NULL;

  return entry != NULL ? cj_checkpoint_dup_flags (snapshot, entry) : NULL;
}

gboolean
cjl_session_restore_weights (CjlSession *self, const char *id, guint *n_taken, GError **error)
{
  g_autoptr (GPtrArray) tensors = cjl_archive_read_weights (self->project, id, error);
  g_autoptr (CjCheckpoint) now = cj_runner_dup_snapshot (self->runner);
  guint n = 0;

  if (tensors == NULL || now == NULL)
    return FALSE;
  cjl_project_begin (self->project);
  for (guint i = 0; i < now->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (now->table, i);
      const CjTensor *tensor = cjd_named_tensors_find (tensors, entry->name);

      if (tensor != NULL && tensor->dtype == CJ_FLOAT32
          && cj_shape_equal (&tensor->shape, &entry->shape))
        n += cjl_session_put (self, entry->name, cj_tensor_f32 (tensor), (gsize) entry->size, "",
                              NULL, NULL);
    }
  cjl_project_commit (self->project, _ ("Weights of an earlier run"), NULL);
  if (n_taken != NULL)
    *n_taken = n;
  return TRUE;
}

/* How many of what are gone, and how many weights are left, in sentences. You free. */
static char *
say_taken (const CjlShrunk *shrunk, gint64 before, gint64 after)
{
  GString *text = g_string_new (NULL);

  if (shrunk->n_units > 0)
    g_string_append_printf (text,
                            g_dngettext (GETTEXT_PACKAGE,
                                         /* Translators: the number is of units */
                                         "%u unit is taken out.", "%u units are taken out.",
                                         shrunk->n_units),
                            shrunk->n_units);
  if (shrunk->n_heads > 0)
    g_string_append_printf (text,
                            g_dngettext (GETTEXT_PACKAGE,
                                         /* Translators: the number is of heads of attention */
                                         "%s%u head is taken out.", "%s%u heads are taken out.",
                                         shrunk->n_heads),
                            text->len > 0 ? " " : "", shrunk->n_heads);
  g_string_append_printf (text, /* Translators: two numbers */
                          _ (" %'lld of %'lld weights are left."), (long long) after,
                          (long long) before);
  if (shrunk->shared != NULL)
    g_string_append_printf (text, /* Translators: names of layers */
                            _ (" %s keeps its silent heads: its attentions have one number of "
                               "heads between them."),
                            shrunk->shared);
  return g_string_free (text, FALSE);
}

static gint64
count_weights (CjlSession *self)
{
  g_autoptr (CjCheckpoint) now = cj_runner_dup_snapshot (self->runner);
  gint64 n = 0;

  for (guint i = 0; now != NULL && i < now->table->entries->len; i++)
    n += cj_table_get (now->table, i)->state ? 0 : cj_table_get (now->table, i)->size;
  return n;
}

gboolean
cjl_session_take_shrunk (CjlSession *self, const CjlShrunk *shrunk, char **said, GError **error)
{
  g_autoptr (GVariant) graph = NULL;
  gint64 before;
  gboolean done;

  cjl_session_rest (self);
  before = count_weights (self);
  if (shrunk->n_units + shrunk->n_heads == 0)
    {
      if (shrunk->shared != NULL)
        g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, /* Translators: names of layers */
                     _ ("%s keeps its silent heads: its attentions have one number of heads "
                        "between them, and may lack different ones. Put Multi-head attention in "
                        "its place, whose heads can go."),
                     shrunk->shared);
      else
        g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, "%s",
                     shrunk->kept == NULL
                         ? _ ("No unit of the network is pruned as a whole. Prune with the pattern "
                              "“unit” or “head” first.")
                         : _ ("The units that are pruned cannot be taken out, since the network "
                              "would answer otherwise."));
      return FALSE;
    }
  for (guint i = 0; i < shrunk->cuts->len; i++)
    {
      const CjUnitCut *cut = &g_array_index (shrunk->cuts, CjUnitCut, i);

      cj_unit_cuts_add (self->cuts, cut->node, cut->unit);
    }
  graph = g_variant_ref_sink (cj_graph_save (shrunk->graph));
  cjl_project_begin (self->project);
  done = cj_graph_load (self->project->graph, graph, error);
  cjl_project_commit (self->project, _ ("Take out pruned units"), NULL);
  done = done && cjl_session_refresh (self, error);
  g_array_set_size (self->cuts, 0);
  cj_runner_wait (self->runner);
  if (said != NULL)
    *said = say_taken (shrunk, before, count_weights (self));
  return done;
}

gboolean
cjl_session_shrink (CjlSession *self, char **said, GError **error)
{
  g_autoptr (CjCheckpoint) now = NULL;
  g_autoptr (CjlShrunk) shrunk = NULL;

  cjl_session_rest (self);
  now = cj_runner_save (self->runner);
  shrunk = cjl_shrink (self->project->graph, self->dataset, now, error);
  return shrunk != NULL && cjl_session_take_shrunk (self, shrunk, said, error);
}
