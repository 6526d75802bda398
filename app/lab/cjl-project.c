/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-project-private.h"

#include "cj-error.h"
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
  self->weights = cjd_named_tensors_new ();
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
  g_free (full->digest);
  g_free (full->etag);
  g_free (self->uuid);
  g_free (self->title);
  g_free (self->path);
  cj_graph_free (self->graph);
  cj_train_setup_free (self->setup);
  cjl_data_choice_clear (&self->data);
  g_ptr_array_unref (self->weights);
  g_ptr_array_unref (self->run);
  g_ptr_array_unref (self->norm);
  g_variant_unref (self->history);
  g_variant_unref (self->runs);
  g_ptr_array_unref (self->archive);
  g_clear_pointer (&full->at_begin_run, cjl_moment_unref);
  g_clear_pointer (&full->pending, cjl_moment_unref);
  g_clear_pointer (&self->learned, g_variant_unref);
  g_clear_pointer (&self->kept, g_variant_unref);
  g_ptr_array_unref (full->undo);
  g_ptr_array_unref (full->redo);
  g_clear_pointer (&full->at_begin, g_variant_unref);
  g_array_unref (full->watches);
  g_free (full);
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

static void
put (GPtrArray *tensors, const char *name, const CjShape *shape, const float *from)
{
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, shape);

  memcpy (tensor->data, from, cj_tensor_bytes (tensor));
  g_ptr_array_add (tensors, cjd_named_tensor_new (name, tensor));
}

void
cjl_project_store (CjlProject *self, const CjCheckpoint *from)
{
  g_ptr_array_set_size (self->weights, 0);
  for (guint i = 0; i < from->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (from->table, i);

      put (self->weights, entry->name, &entry->shape,
           (entry->state ? from->states : cj_checkpoint_get_best_weights (from)) + entry->offset);
    }
  cjl_project_full (self)->stored = TRUE;
  cjl_project_full (self)->n_stored++;
}

void
cjl_project_forget (CjlProject *self)
{
  g_ptr_array_set_size (self->weights, 0);
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
  guint n = 0;

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      n += take (self->weights, param->name, &param->shape,
                 cj_program_get_param_data (program, param));
    }
  return n;
}
