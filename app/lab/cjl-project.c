/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-project-private.h"

#include "cj-error.h"
#include "cjv-plate.h"
#include "safetensors.h"
#include "zip.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

CjlProject *
cjl_project_new (void)
{
  CjlProjectFull *full = g_new0 (CjlProjectFull, 1);
  CjlProject *self = &full->project;

  self->ref_count = 1;
  full->reverting = -1;
  self->uuid = g_uuid_string_random ();
  self->title = g_strdup (_ ("Untitled"));
  self->graph = cj_graph_new ();
  self->setup = cj_train_setup_new ();
  self->data.source = g_strdup ("glyphs");
  self->data.params = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  self->data.augment = g_strdup ("");
  self->data.edits = g_strdup ("");
  self->data.val_share = 0.1;
  self->data.test_share = 0.1;
  self->data.seed = 1;
  full->weights = cjd_named_tensors_new ();
  full->masks = cjd_named_tensors_new ();
  self->run = cjd_pieces_new ();
  self->norm = cjd_named_tensors_new ();
  self->archive = cjd_pieces_new ();
  self->runs = g_variant_ref_sink (g_variant_new ("av", NULL));
  self->history = g_variant_ref_sink (g_variant_new ("av", NULL));
  full->undo = g_ptr_array_new_with_free_func (cjl_edit_free);
  full->redo = g_ptr_array_new_with_free_func (cjl_edit_free);
  full->watches = g_array_new (FALSE, FALSE, sizeof (CjlWatch));
  return self;
}

CjlProject *
cjl_project_ref (CjlProject *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cjl_project_unref (CjlProject *self)
{
  CjlProjectFull *full = cjl_project_full (self);

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  cjl_keep_end (self);
  g_free (full->unkept);
  g_free (full->read_only);
  g_free (full->digest);
  g_free (full->etag);
  g_free (self->uuid);
  g_free (self->title);
  g_free (self->path);
  cj_graph_free (self->graph);
  cj_train_setup_free (self->setup);
  cjl_data_choice_clear (&self->data);
  g_ptr_array_unref (full->weights);
  g_ptr_array_unref (full->masks);
  g_clear_pointer (&full->learned_by, cj_checkpoint_unref);
  g_ptr_array_unref (self->run);
  g_ptr_array_unref (self->norm);
  g_variant_unref (self->history);
  g_variant_unref (self->runs);
  g_ptr_array_unref (self->archive);
  g_clear_pointer (&full->at_begin_run, cjl_moment_unref);
  g_clear_pointer (&full->pending, cjl_moment_unref);
  g_clear_pointer (&self->learned, g_variant_unref);
  g_clear_pointer (&self->views, g_variant_unref);
  g_clear_pointer (&self->kept, g_variant_unref);
  g_clear_pointer (&self->plate, cjv_plate_free);
  g_clear_pointer (&self->plate_kept, g_bytes_unref);
  g_ptr_array_unref (full->undo);
  g_ptr_array_unref (full->redo);
  g_clear_pointer (&full->at_begin, g_variant_unref);
  g_array_unref (full->watches);
  g_free (full);
}

CjlProject *
cjl_project_dup_for_worker (CjlProject *self)
{
  const CjlProjectFull *full = cjl_project_full (self);
  CjlProject *copy = cjl_project_new ();
  CjlProjectFull *copy_full = cjl_project_full (copy);

  cj_graph_free (copy->graph);
  copy->graph = cj_graph_dup (self->graph);
  cj_train_setup_free (copy->setup);
  copy->setup = cj_train_setup_dup (self->setup);
  cjl_data_choice_clear (&copy->data);
  copy->data = cjl_data_choice_copy (&self->data);
  g_ptr_array_unref (copy_full->weights);
  copy_full->weights = g_ptr_array_ref (full->weights);
  g_ptr_array_unref (copy_full->masks);
  copy_full->masks = g_ptr_array_ref (full->masks);
  if (full->learned_by != NULL)
    copy_full->learned_by = cj_checkpoint_ref (full->learned_by);
  if (full->pending != NULL)
    copy_full->pending = cjl_moment_ref (full->pending);
  g_ptr_array_unref (copy->run);
  copy->run = g_ptr_array_ref (self->run);
  g_variant_unref (copy->history);
  copy->history = g_variant_ref (self->history);
  g_ptr_array_unref (copy->norm);
  copy->norm = g_ptr_array_ref (self->norm);
  if (self->learned != NULL)
    copy->learned = g_variant_ref (self->learned);
  copy_full->read_only = g_strdup (full->read_only);
  return copy;
}

void
cjl_project_watch (CjlProject *self, CjlProjectChanged changed, gpointer data)
{
  const CjlWatch watch = { changed, data };

  g_array_append_val (cjl_project_full (self)->watches, watch);
}

void
cjl_project_unwatch (CjlProject *self, CjlProjectChanged changed, gpointer data)
{
  GArray *watches = cjl_project_full (self)->watches;

  for (guint i = watches->len; i-- > 0;)
    {
      const CjlWatch *watch = &g_array_index (watches, CjlWatch, i);

      if (watch->changed == changed && watch->data == data)
        g_array_remove_index (watches, i);
    }
}

void
cjl_project_notify (CjlProject *self)
{
  GArray *watches = cjl_project_full (self)->watches;
  g_autofree CjlWatch *copy = g_memdup2 (watches->data, sizeof (CjlWatch) * watches->len);
  const guint n = watches->len;

  for (guint i = 0; i < n; i++)
    copy[i].changed (self, copy[i].data);
}

void
cjl_project_store (CjlProject *self, CjCheckpoint *from)
{
  CjlProjectFull *full = cjl_project_full (self);

  cj_checkpoint_ref (from);
  g_clear_pointer (&full->learned_by, cj_checkpoint_unref);
  full->learned_by = from;
  full->stored = TRUE;
  full->n_stored++;
}

GPtrArray *
cjl_checkpoint_view_weights (const CjCheckpoint *from)
{
  GPtrArray *views = cjd_named_tensors_new ();
  const float *best = cj_checkpoint_get_best_weights (from);

  for (guint i = 0; i < from->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (from->table, i);
      float *data = (float *) (entry->state ? from->states : best) + entry->offset;

      g_ptr_array_add (views, cjd_named_tensor_new_view (entry->name, &entry->shape, data));
    }
  return views;
}

GPtrArray *
cjl_checkpoint_dup_masks (const CjCheckpoint *from)
{
  GPtrArray *masks = cjd_named_tensors_new ();

  for (guint i = 0; i < from->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (from->table, i);

      if (cj_checkpoint_has_flags (from, entry))
        g_ptr_array_add (masks,
                         cjd_named_tensor_new (entry->name, cj_checkpoint_dup_flags (from, entry)));
    }
  return masks;
}

/* Arrays that a save may share are not changed but replaced. */
static void
replace_weights (CjlProject *self, GPtrArray *masks)
{
  CjlProjectFull *full = cjl_project_full (self);

  g_ptr_array_unref (full->weights);
  full->weights = cjd_named_tensors_new ();
  g_ptr_array_unref (full->masks);
  full->masks = masks;
}

GPtrArray *
cjl_project_get_weights (CjlProject *self)
{
  CjlProjectFull *full = cjl_project_full (self);
  g_autoptr (CjCheckpoint) from = g_steal_pointer (&full->learned_by);
  g_autoptr (GPtrArray) views = from != NULL ? cjl_checkpoint_view_weights (from) : NULL;

  if (views != NULL)
    replace_weights (self, cjl_checkpoint_dup_masks (from));
  for (guint i = 0; views != NULL && i < views->len; i++)
    {
      const CjdNamedTensor *view = views->pdata[i];

      g_ptr_array_add (full->weights,
                       cjd_named_tensor_new (view->name, cj_tensor_dup (view->tensor)));
    }
  return full->weights;
}

GPtrArray *
cjl_project_get_masks (CjlProject *self)
{
  cjl_project_get_weights (self);
  return cjl_project_full (self)->masks;
}

void
cjl_project_forget (CjlProject *self)
{
  replace_weights (self, cjd_named_tensors_new ());
  g_clear_pointer (&cjl_project_full (self)->learned_by, cj_checkpoint_unref);
  g_clear_pointer (&self->learned, g_variant_unref);
  cjl_project_forget_run (self);
}

void
cjl_project_forget_run (CjlProject *self)
{
  g_ptr_array_unref (self->run);
  self->run = cjd_pieces_new ();
  g_variant_unref (self->history);
  self->history = g_variant_ref_sink (g_variant_new ("av", NULL));
}

gboolean
cjl_project_is_tensor_frozen (const CjlProject *self, const char *name)
{
  g_autofree char *id = g_strndup (name, strcspn (name, "."));
  const CjNode *node = cj_graph_find (self->graph, id);

  return node != NULL && node->frozen;
}

void
cjl_project_begin_anew (CjlProject *self)
{
  const GPtrArray *weights = cjl_project_get_weights (self);
  GPtrArray *frozen;

  if (self->run->len > 0 && cjl_keep_get_last_step (self) == 0)
    {
      cjl_project_forget_run (self);
      return;
    }
  frozen = cjd_named_tensors_new ();
  for (guint i = 0; i < weights->len; i++)
    {
      const CjdNamedTensor *named = weights->pdata[i];

      if (cjl_project_is_tensor_frozen (self, named->name))
        g_ptr_array_add (frozen, cjd_named_tensor_new (named->name, cj_tensor_ref (named->tensor)));
    }
  cjl_project_forget (self);
  g_ptr_array_unref (cjl_project_full (self)->weights);
  cjl_project_full (self)->weights = frozen;
}

static gboolean
take (const GPtrArray *tensors, const char *name, const CjShape *shape, float *to)
{
  const CjTensor *tensor = cjd_named_tensors_find (tensors, name);

  if (tensor == NULL || tensor->dtype != CJ_FLOAT32 || !cj_shape_equal (&tensor->shape, shape))
    return FALSE;
  memcpy (to, tensor->data, cj_tensor_bytes (tensor));
  return TRUE;
}

guint
cjl_project_apply_weights (CjlProject *self, CjProgram *program)
{
  const GPtrArray *weights = cjl_project_get_weights (self);
  guint n = 0;

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      n += take (weights, param->name, &param->shape, cj_program_get_param_data (program, param));
    }
  return n;
}
