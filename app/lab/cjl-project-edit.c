/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Editing: one stack of edits over drawing, training setup, data and title. */
#include "cjl-project-private.h"

#include "cj-error.h"
#include "cj-variant.h"
#include "cjd-augment.h"
#include "cjd-edits.h"
#include "cjd-reader.h"
#include "cjd-source.h"
#include "cjl-archive.h"
#include "cjl-run.h"
#include "cjv-plate.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MOMENTS_BUDGET ((gsize) 256 << 20) /* bytes of checkpoints that undo keeps in memory */

void
cjl_edit_free (gpointer data)
{
  CjlEdit *edit = data;

  g_free (edit->title);
  g_free (edit->merge);
  g_clear_pointer (&edit->graph, cj_patch_free);
  g_clear_pointer (&edit->before, g_variant_unref);
  g_clear_pointer (&edit->after, g_variant_unref);
  g_clear_pointer (&edit->run_before, cjl_moment_unref);
  g_clear_pointer (&edit->run_after, cjl_moment_unref);
  g_free (edit);
}

GVariant *
cjl_project_save_rest (CjlProject *self)
{
  GVariantDict data, root;

  g_variant_dict_init (&data, NULL);
  g_variant_dict_insert (&data, "source", "s", self->data.source);
  g_variant_dict_insert_value (&data, "params", self->data.params);
  g_variant_dict_insert (&data, "augment", "s", self->data.augment);
  if (*self->data.edits != '\0')
    g_variant_dict_insert (&data, "edits", "s", self->data.edits);
  g_variant_dict_insert (&data, "validation-share", "d", self->data.val_share);
  g_variant_dict_insert (&data, "test-share", "d", self->data.test_share);
  g_variant_dict_insert (&data, "seed", "x", (gint64) self->data.seed);
  g_variant_dict_init (&root, NULL);
  g_variant_dict_insert (&root, "title", "s", self->title);
  g_variant_dict_insert_value (&root, "data", g_variant_dict_end (&data));
  g_variant_dict_insert_value (&root, "training", cj_train_setup_save (self->setup));
  if (g_variant_n_children (self->runs) > 0)
    g_variant_dict_insert_value (&root, "runs", self->runs);
  return g_variant_dict_end (&root);
}

static void
load_data (CjlProject *self, GVariant *data)
{
  g_autoptr (GVariant) params = g_variant_lookup_value (data, "params", G_VARIANT_TYPE_VARDICT);
  const char *source, *augment, *edits = "";
  gint64 whole;

  if (g_variant_lookup (data, "source", "&s", &source))
    {
      g_free (self->data.source);
      self->data.source = g_strdup (source);
    }
  if (params != NULL)
    {
      g_variant_unref (self->data.params);
      self->data.params = g_steal_pointer (&params);
    }
  if (g_variant_lookup (data, "augment", "&s", &augment))
    {
      g_free (self->data.augment);
      self->data.augment = g_strdup (augment);
    }
  g_variant_lookup (data, "edits", "&s", &edits);
  g_free (self->data.edits);
  self->data.edits = g_strdup (edits);
  if (g_variant_lookup (data, "test-share", "d", &self->data.test_share))
    self->data.test_share = CLAMP (self->data.test_share, 0, 0.9);
  if (g_variant_lookup (data, "validation-share", "d", &self->data.val_share))
    self->data.val_share = CLAMP (self->data.val_share, 0, 0.9);
  if (g_variant_lookup (data, "seed", "x", &whole))
    self->data.seed = (int) CLAMP (whole, 0, G_MAXINT32);
}

gboolean
cjl_project_load_rest (CjlProject *self, GVariant *root, GError **error)
{
  g_autoptr (GVariant) data = g_variant_lookup_value (root, "data", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) setup = g_variant_lookup_value (root, "training", G_VARIANT_TYPE_VARDICT);
  GVariant *runs = g_variant_lookup_value (root, "runs", G_VARIANT_TYPE ("av"));
  const char *title;

  g_variant_unref (self->runs);
  self->runs = runs != NULL ? runs : g_variant_ref_sink (g_variant_new ("av", NULL));

  if (g_variant_lookup (root, "title", "&s", &title))
    {
      g_free (self->title);
      self->title = g_strdup (title);
    }
  if (data != NULL)
    load_data (self, data);
  return setup == NULL || cj_train_setup_load (self->setup, setup, error);
}

static void
settle (CjlProjectFull *full)
{
  if (full->hooks != NULL)
    full->hooks->settle (full->session);
}

void
cjl_project_begin (CjlProject *self)
{
  CjlProjectFull *full = cjl_project_full (self);

  if (full->depth == 0)
    settle (full);
  if (full->depth++ > 0)
    return;
  if (full->hooks != NULL)
    full->at_begin_run = full->hooks->capture (full->session);
  full->run_changed = FALSE;
  cj_graph_begin (self->graph);
  full->at_begin = g_variant_ref_sink (cjl_project_save_rest (self));
}

void
cjl_project_mark_run (CjlProject *self)
{
  g_return_if_fail (cjl_project_full (self)->depth > 0);
  cjl_project_full (self)->run_changed = TRUE;
}

/* The states before of `first` and after of `second`, as one patch; takes both. */
static CjPatch *
join_patches (CjPatch *first, CjPatch *second)
{
  g_autoptr (CjPatch) one = first, two = second;
  GVariantBuilder joined;
  GVariantIter iter;
  const char *id;
  GVariant *pair;

  if (one == NULL || two == NULL)
    return one != NULL ? g_steal_pointer (&one) : g_steal_pointer (&two);
  g_variant_builder_init (&joined, G_VARIANT_TYPE ("a{sv}"));
  g_variant_iter_init (&iter, one->changes);
  while (g_variant_iter_next (&iter, "{&sv}", &id, &pair))
    {
      g_autoptr (GVariant) owned = pair;
      g_autoptr (GVariant) later = g_variant_lookup_value (two->changes, id, NULL);
      g_autoptr (GVariant) before = g_variant_get_child_value (pair, 0);
      g_autoptr (GVariant) after = g_variant_get_child_value (later != NULL ? later : pair, 1);

      g_variant_builder_add (&joined, "{sv}", id, g_variant_new ("(@a{sv}@a{sv})", before, after));
    }
  g_variant_iter_init (&iter, two->changes);
  while (g_variant_iter_next (&iter, "{&sv}", &id, &pair))
    {
      g_autoptr (GVariant) owned = pair;
      g_autoptr (GVariant) earlier = g_variant_lookup_value (one->changes, id, NULL);

      if (earlier == NULL)
        g_variant_builder_add (&joined, "{sv}", id, pair);
    }
  return cj_patch_new (g_variant_builder_end (&joined));
}

/* Older moments give up kept checkpoints, all but the newest of each, when together they are too many. */
static void
thin_moments (CjlProjectFull *full)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  gsize bytes = 0;

  for (guint i = full->undo->len; i-- > 0;)
    {
      CjlMoment *moment = ((CjlEdit *) full->undo->pdata[i])->run_before;
      CjMoment *run;

      if (moment == NULL || moment->run == NULL || !g_hash_table_add (seen, moment->run))
        continue;
      if (bytes > MOMENTS_BUDGET && cj_ring_get_n (moment->run->ring) > 2)
        {
          run = cj_moment_thin (moment->run, 0);
          cj_moment_unref (moment->run);
          moment->run = run;
        }
      for (guint k = 0; k < cj_ring_get_n (moment->run->ring); k++)
        {
          CjCheckpoint *checkpoint = cj_ring_peek (moment->run->ring, k);

          if (checkpoint != NULL && g_hash_table_add (seen, checkpoint))
            bytes += cj_checkpoint_get_bytes (checkpoint);
        }
    }
}

/* There is no way forward any more. */
static void
drop_redo (CjlProjectFull *full)
{
  const gint64 position = full->undo->len;

  g_ptr_array_set_size (full->redo, 0);
  if (full->saved > position)
    full->saved = -1;
  if (full->saving > position)
    full->saving = -1;
}

static void
push_edit (CjlProject *self, CjlEdit *edit)
{
  CjlProjectFull *full = cjl_project_full (self);

  drop_redo (full);
  g_ptr_array_add (full->undo, edit);
  thin_moments (full);
  cjl_keep_edited (self);
}

void
cjl_project_push_run (CjlProject *self, const char *title, CjlMoment *before)
{
  CjlProjectFull *full = cjl_project_full (self);
  CjlEdit *edit = g_new0 (CjlEdit, 1);

  g_return_if_fail (full->depth == 0);
  edit->title = g_strdup (title);
  edit->reverts = -1;
  edit->before = g_variant_ref_sink (cjl_project_save_rest (self));
  edit->after = g_variant_ref (edit->before);
  edit->run_before = cjl_moment_ref (before);
  push_edit (self, edit);
  cjl_project_notify (self);
}

static gboolean
same_data (GVariant *a, GVariant *b)
{
  g_autoptr (GVariant) x = g_variant_lookup_value (a, "data", NULL);
  g_autoptr (GVariant) y = g_variant_lookup_value (b, "data", NULL);

  return g_variant_equal (x, y);
}

/* A run goes on with one data set only: what was trained on the one before becomes an entry of its own,
 * under the change of data. */
static void
end_training (CjlProject *self, GVariant *before)
{
  CjlProjectFull *full = cjl_project_full (self);
  g_autoptr (GVariant) now = g_variant_ref_sink (cjl_project_save_rest (self));

  cjl_project_load_rest (self, before, NULL);
  full->hooks->rest (full->session);
  cjl_project_load_rest (self, now, NULL);
  g_clear_pointer (&full->at_begin_run, cjl_moment_unref);
  full->at_begin_run = full->hooks->capture (full->session);
}

/* The run that ends with a change of data goes to the earlier ones, with the settings that it had. */
static void
archive_run (CjlProject *self, GVariant *before)
{
  CjlProjectFull *full = cjl_project_full (self);
  g_autoptr (GVariant) now = cjl_archive_dup_settings (self), settings = NULL;
  g_autoptr (GVariant) data = g_variant_lookup_value (before, "data", NULL);
  g_autoptr (GVariant) training = g_variant_lookup_value (before, "training", NULL);
  GVariantDict dict;

  g_variant_dict_init (&dict, now);
  g_variant_dict_insert_value (&dict, "data", data);
  g_variant_dict_insert_value (&dict, "training", training);
  settings = g_variant_ref_sink (g_variant_dict_end (&dict));
  full->hooks->archive (full->session, settings);
}

/* Makes the edit part of the last one if both belong together. */
static gboolean
merge_edit (CjlProjectFull *full, const char *merge, CjPatch *patch, GVariant *after)
{
  const gint64 position = full->undo->len;
  CjlEdit *top = position > 0 ? full->undo->pdata[position - 1] : NULL;

  if (top == NULL || position == full->saved || position == full->saving || merge == NULL
      || g_strcmp0 (top->merge, merge) != 0)
    return FALSE;
  top->graph = join_patches (top->graph, patch);
  g_variant_unref (top->after);
  top->after = g_variant_ref (after);
  drop_redo (full);
  return TRUE;
}

void
cjl_project_commit (CjlProject *self, const char *title, const char *merge)
{
  CjlProjectFull *full = cjl_project_full (self);
  g_autoptr (GVariant) before = NULL, after = NULL;
  CjlEdit *edit;
  CjPatch *patch;

  g_return_if_fail (full->depth > 0);
  if (--full->depth > 0)
    return;
  patch = cj_graph_commit (self->graph);
  before = g_steal_pointer (&full->at_begin);
  after = g_variant_ref_sink (cjl_project_save_rest (self));
  if (patch == NULL && !full->run_changed && g_variant_equal (before, after))
    {
      g_clear_pointer (&full->at_begin_run, cjl_moment_unref);
      return;
    }
  if (full->hooks != NULL && !same_data (before, after))
    {
      if (full->hooks->is_training (full->session))
        end_training (self, before);
      archive_run (self, before);
      g_variant_unref (after);
      after = g_variant_ref_sink (cjl_project_save_rest (self));
    }
  if (merge_edit (full, merge, patch, after))
    {
      g_clear_pointer (&full->at_begin_run, cjl_moment_unref);
      cjl_keep_edited (self);
      cjl_project_notify (self);
      return;
    }
  edit = g_new0 (CjlEdit, 1);
  edit->title = g_strdup (title);
  edit->merge = g_strdup (merge);
  edit->reverts = full->reverting;
  edit->graph = patch;
  edit->before = g_steal_pointer (&before);
  edit->after = g_steal_pointer (&after);
  edit->run_before = g_steal_pointer (&full->at_begin_run);
  push_edit (self, edit);
  cjl_project_notify (self);
}

/* The edits of a damaged journal may not fit: then the project stays as it is. */
gboolean
cjl_project_travel (CjlProject *self, gboolean back)
{
  CjlProjectFull *full = cjl_project_full (self);
  GPtrArray *from = back ? full->undo : full->redo, *to = back ? full->redo : full->undo;
  const CjlEdit *edit = from->len > 0 ? from->pdata[from->len - 1] : NULL;
  g_autoptr (GVariant) graph = NULL, blocks = NULL, rest = NULL;

  if (edit == NULL)
    return FALSE;
  graph = g_variant_ref_sink (cj_graph_save (self->graph));
  blocks = g_variant_ref_sink (cj_graph_save_blocks (self->graph));
  rest = g_variant_ref_sink (cjl_project_save_rest (self));
  if ((edit->graph == NULL || cj_graph_apply (self->graph, edit->graph, back, NULL))
      && cjl_project_load_rest (self, back ? edit->before : edit->after, NULL))
    {
      g_ptr_array_add (to, g_ptr_array_steal_index (from, from->len - 1));
      return TRUE;
    }
  cj_graph_load (self->graph, graph, NULL);
  cj_graph_load_blocks (self->graph, blocks, NULL);
  cjl_project_load_rest (self, rest, NULL);
  g_ptr_array_set_size (full->undo, 0);
  g_ptr_array_set_size (full->redo, 0);
  full->saved = full->saving = -1;
  return FALSE;
}

/* Brings the run back as well: at once, or when the data of then is loaded. */
static void
travel_run (CjlProject *self, CjlMoment *target, CjlMoment *now, gboolean same)
{
  CjlProjectFull *full = cjl_project_full (self);
  g_autofree char *folder = cjl_project_dup_moments (self);

  if (target == NULL || target == now || !cjl_moment_read (target, folder))
    return;
  g_clear_pointer (&full->pending, cjl_moment_unref);
  if (full->hooks != NULL && same)
    full->hooks->restore (full->session, target);
  else
    full->pending = cjl_moment_ref (target);
}

static gboolean
is_run_only (const CjlEdit *edit)
{
  return edit->graph == NULL && g_variant_equal (edit->before, edit->after);
}

/* The run as it is: of the session, or as it waits for one. */
static CjlMoment *
capture (CjlProject *self)
{
  CjlProjectFull *full = cjl_project_full (self);
  CjRunLog *log;
  CjRing *ring;
  guint64 last;

  if (full->hooks != NULL)
    return full->hooks->capture (full->session);
  if (full->pending != NULL)
    return cjl_moment_ref (full->pending);
  if (!cjl_run_load (self, &log, &ring, NULL))
    return NULL;
  last = cj_ring_get_n (ring) > 0 ? cj_ring_get_step (ring, cj_ring_get_n (ring) - 1)
                                  : cj_run_log_get (log, 0)->step;
  return cjl_moment_new (cj_moment_new (log, ring, last, last,
                                        g_array_new (FALSE, FALSE, sizeof (CjRunPoint)),
                                        cjl_project_read_history (self)),
                         NULL);
}

static gboolean
can_reach (CjlProject *self, CjlMoment *moment)
{
  g_autofree char *folder = cjl_project_dup_moments (self);

  return moment != NULL && cjl_moment_read (moment, folder);
}

static gboolean
travel (CjlProject *self, gboolean back)
{
  CjlProjectFull *full = cjl_project_full (self);
  GPtrArray *from = back ? full->undo : full->redo;
  CjlEdit *edit = from->len > 0 ? from->pdata[from->len - 1] : NULL;
  g_autoptr (CjlMoment) now = edit != NULL ? capture (self) : NULL;
  CjlMoment **leave;

  /* a burst of training whose files are gone cannot be taken back */
  if (edit != NULL && is_run_only (edit)
      && !can_reach (self, back ? edit->run_before : edit->run_after))
    return FALSE;
  if (!cjl_project_travel (self, back) || edit == NULL)
    return FALSE;
  leave = back ? &edit->run_after : &edit->run_before;
  if (now != NULL)
    {
      g_clear_pointer (leave, cjl_moment_unref);
      *leave = cjl_moment_ref (now);
    }
  travel_run (self, back ? edit->run_before : edit->run_after, now,
              same_data (edit->before, edit->after));
  cjl_keep_moved (self, edit, (gint64) full->undo->len - (back ? 0 : 1));
  cjl_project_notify (self);
  return TRUE;
}

static CjlEdit *
get_edit (const CjlProjectFull *full, gint64 at)
{
  return full->undo->pdata[at];
}

static gboolean
is_training (const CjlProjectFull *full)
{
  return full->hooks != NULL && full->hooks->is_training (full->session);
}

/* While training: the edit that undo takes back, under those that were and those that took them back;
 * -1: there is none, or what there is would end the run. */
static gint64
find_undo (const CjlProjectFull *full)
{
  gint64 at = (gint64) full->undo->len - 1;

  while (at >= 0 && (get_edit (full, at)->reverts >= 0 || is_run_only (get_edit (full, at))))
    at = get_edit (full, at)->reverts >= 0 ? get_edit (full, at)->reverts - 1 : at - 1;
  return at >= 0 && same_data (get_edit (full, at)->before, get_edit (full, at)->after) ? at : -1;
}

/* The entry that took an edit back and is to be taken back itself; -1: none. */
static gint64
find_redo (const CjlProjectFull *full)
{
  gint64 at = (gint64) full->undo->len - 1;

  while (at >= 0 && get_edit (full, at)->reverts >= 0
         && get_edit (full, get_edit (full, at)->reverts)->reverts >= 0)
    at = get_edit (full, at)->reverts - 1;
  return at >= 0 && get_edit (full, at)->reverts >= 0 ? at : -1;
}

/* Takes an edit back by a new one; what came after it was taken back already. */
static gboolean
revert (CjlProject *self, gint64 at)
{
  CjlProjectFull *full = cjl_project_full (self);
  const CjlEdit *edit = at >= 0 ? get_edit (full, at) : NULL;
  const guint n = full->undo->len;
  g_autofree char *title = NULL;

  if (edit == NULL)
    return FALSE;
  title = edit->reverts >= 0 ? g_strdup (get_edit (full, edit->reverts)->title)
                             : g_strdup_printf (_ ("Revert %s"), edit->title);
  cjl_project_begin (self);
  if (edit->graph != NULL)
    cj_graph_apply (self->graph, edit->graph, TRUE, NULL);
  cjl_project_load_rest (self, edit->before, NULL);
  full->reverting = at;
  cjl_project_commit (self, title, NULL);
  full->reverting = -1;
  return full->undo->len > n;
}

gboolean
cjl_project_undo (CjlProject *self)
{
  CjlProjectFull *full = cjl_project_full (self);

  settle (full);
  return is_training (full) ? revert (self, find_undo (full)) : travel (self, TRUE);
}

gboolean
cjl_project_redo (CjlProject *self)
{
  CjlProjectFull *full = cjl_project_full (self);

  settle (full);
  return is_training (full) ? revert (self, find_redo (full)) : travel (self, FALSE);
}

static const char *
get_title (const GPtrArray *edits)
{
  return edits->len > 0 ? ((const CjlEdit *) edits->pdata[edits->len - 1])->title : NULL;
}

const char *
cjl_project_get_undo_title (CjlProject *self)
{
  const CjlProjectFull *full = cjl_project_full (self);
  const gint64 at = is_training (full) ? find_undo (full) : -1;

  if (!is_training (full))
    return get_title (full->undo);
  return at >= 0 ? get_edit (full, at)->title : NULL;
}

const char *
cjl_project_get_redo_title (CjlProject *self)
{
  const CjlProjectFull *full = cjl_project_full (self);
  const gint64 at = is_training (full) ? find_redo (full) : -1;

  if (!is_training (full))
    return get_title (full->redo);
  return at >= 0 ? get_edit (full, get_edit (full, at)->reverts)->title : NULL;
}

gboolean
cjl_project_is_modified (CjlProject *self)
{
  const CjlProjectFull *full = cjl_project_full (self);

  return full->undo->len != full->saved || full->stored;
}

void
cjl_project_take_plate (CjlProject *self, CjvPlate *plate)
{
  CjlProjectFull *full = cjl_project_full (self);

  g_clear_pointer (&self->plate, cjv_plate_free);
  g_clear_pointer (&self->plate_kept, g_bytes_unref);
  self->plate = plate;
  full->stored = TRUE;
  full->n_stored++;
  cjl_project_notify (self);
}

void
cjl_project_put_view (CjlProject *self, const char *view, GVariant *controls)
{
  CjlProjectFull *full = cjl_project_full (self);
  g_autoptr (GVariant) sunk = g_variant_ref_sink (controls);
  const gboolean known = full->stored; /* that the file is another */
  GVariantDict dict;

  g_variant_dict_init (&dict, self->views);
  g_variant_dict_insert_value (&dict, view, sunk);
  g_clear_pointer (&self->views, g_variant_unref);
  self->views = cj_variant_settle (g_variant_ref_sink (g_variant_dict_end (&dict)));
  full->stored = TRUE;
  full->n_stored++;
  if (!known) /* nobody else looks at it, and a slider is dragged through many values */
    cjl_project_notify (self);
}

GVariant *
cjl_project_dup_view (CjlProject *self, const char *view)
{
  return self->views != NULL ? g_variant_lookup_value (self->views, view, G_VARIANT_TYPE_VARDICT)
                             : NULL;
}

void
cjl_project_set_data (CjlProject *self, const char *source, GVariant *params)
{
  GVariant *sunk = g_variant_ref_sink (params != NULL ? params : g_variant_new ("a{sv}", NULL));
  /* the project may be opened from another folder */
  const gboolean path = cjd_source_find (source) == NULL && *source != '\0';
  char *copy = path ? g_canonicalize_filename (source, NULL) : g_strdup (source);

  g_free (self->data.source);
  self->data.source = copy;
  g_free (self->data.edits);
  self->data.edits = g_strdup ("");
  g_variant_unref (self->data.params);
  self->data.params = sunk;
}

void
cjl_project_set_title (CjlProject *self, const char *title)
{
  char *copy = g_strdup (title);

  g_free (self->title);
  self->title = copy;
}

/* "shift.amount" */
static gboolean
set_augment_value (CjlProject *self, const char *name, const char *text, GError **error)
{
  g_auto (GStrv) pair = g_strsplit (name, ".", 2);
  char *chain = cjd_augment_text_set (self->data.augment, pair[0], pair[1] != NULL ? pair[1] : "",
                                      text, error);

  if (chain == NULL)
    return FALSE;
  g_free (self->data.augment);
  self->data.augment = chain;
  return TRUE;
}

/* "augment", "edits", the shares, the seed, or a parameter of the source or of reading files; what it makes of
 * the data shows when they are loaded. */
static gboolean
set_data_value (CjlProject *self, const char *name, const char *text, GError **error)
{
  const CjdSourceInfo *source = cjd_source_find (self->data.source);
  const CjParam *table = source != NULL ? source->params : NULL;
  double *share = g_str_equal (name, "validation-share") ? &self->data.val_share
                  : g_str_equal (name, "test-share")     ? &self->data.test_share
                                                         : NULL;
  GVariantDict dict;
  char *end;

  if (g_str_equal (name, "augment"))
    {
      g_free (self->data.augment);
      self->data.augment = g_strdup (text);
      return TRUE;
    }
  if (g_str_has_prefix (name, "augment."))
    return set_augment_value (self, name + strlen ("augment."), text, error);
  if (g_str_equal (name, "edits"))
    {
      g_autoptr (GArray) edits = cjd_edits_parse (text, error);

      if (edits == NULL)
        return FALSE;
      g_free (self->data.edits);
      self->data.edits = cjd_edits_print (edits);
      return TRUE;
    }
  if (share != NULL)
    {
      const double value = g_ascii_strtod (text, &end);

      if (end != text && *end == '\0' && value >= 0 && value <= 0.9)
        {
          *share = value;
          return TRUE;
        }
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("A share cannot be “%s”. It is from 0 to 0.9."), text);
      return FALSE;
    }
  if ((table == NULL || cj_params_find (table, name) == NULL)
      && cj_params_find (cjd_read_params, name) == NULL)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("The data have no “%s”. There are augment, edits, validation-share, test-share, "
             "size, channels, label, length, memory, normalise and what “cajal-cli describe "
             "%s” names."),
          name, source != NULL ? source->id : "SOURCE");
      return FALSE;
    }
  g_variant_dict_init (&dict, self->data.params);
  g_variant_dict_insert (&dict, name, "s", text);
  g_variant_unref (self->data.params);
  self->data.params = g_variant_ref_sink (g_variant_dict_end (&dict));
  return TRUE;
}

static gboolean
set_title (CjlProject *self, const char *text, GError **error)
{
  if (*text == '\0' || strlen (text) >= CJ_PARAM_TEXT_SIZE || strchr (text, '\n') != NULL
      || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("A title is one line of 1 to %d bytes of UTF-8 text."),
                   CJ_PARAM_TEXT_SIZE - 1);
      return FALSE;
    }
  cjl_project_set_title (self, text);
  return TRUE;
}

/* A source of the catalogue, or a path that somebody can read. */
static gboolean
set_source (CjlProject *self, const char *text, GError **error)
{
  g_autofree char *place = NULL;

  if (*text != '\0' && cjd_source_find (text) == NULL)
    {
      place = cjd_find (text, NULL, error);
      if (place == NULL)
        return FALSE;
    }
  cjl_project_set_data (self, text, NULL);
  return TRUE;
}

gboolean
cjl_project_set (CjlProject *self, const char *name, const char *text, GError **error)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *id = dot != NULL ? g_strndup (name, (gsize) (dot - name)) : NULL;
  CjNode *node = id != NULL ? cj_graph_find (self->graph, id) : NULL;
  g_autofree char *title = g_strdup_printf (_ ("Change %s"), name);
  gboolean done = TRUE;

  cjl_project_begin (self);
  if (node != NULL)
    {
      done = cj_graph_set_param (self->graph, node, dot + 1, text, error);
      if (!done)
        g_prefix_error (error, _ ("“%s”: "), id);
    }
  else if (g_str_equal (name, "title"))
    done = set_title (self, text, error);
  else if (g_str_equal (name, "data"))
    done = set_source (self, text, error);
  else if (id != NULL && (g_str_equal (id, "data") || g_str_has_prefix (id, "data.")))
    done = set_data_value (self, name + strlen ("data."), text, error);
  else if (id != NULL && !cj_train_setup_has_table (id))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no node “%s” in the network. “cajal-cli show” lists them."), id);
      done = FALSE;
    }
  else
    done = cj_train_setup_set (self->setup, name, text, error);
  cjl_project_commit (self, title, NULL);
  return done;
}
