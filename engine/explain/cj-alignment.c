/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-alignment.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

struct _CjAlignment
{
  CjProgram *rule, *plain;
  GPtrArray *nodes; /* char *, owned */
  gint64 batch;
  guint64 seed;
};

/* "conv1" of "conv1.weight". You free. */
static char *
dup_node (const CjProgramParam *param)
{
  return g_strndup (param->name, strcspn (param->name, "."));
}

static void
list_nodes (CjAlignment *self)
{
  for (guint i = 0; i < cj_program_get_n_params (self->plain); i++)
    {
      const CjProgramParam *param = cj_program_get_param (self->plain, i);
      g_autofree char *node = dup_node (param);

      if (!param->state && !param->frozen
          && !g_ptr_array_find_with_equal_func (self->nodes, node, g_str_equal, NULL))
        g_ptr_array_add (self->nodes, g_steal_pointer (&node));
    }
}

CjAlignment *
cj_alignment_new (const CjGraph *graph, const CjDataSpec *spec, guint64 seed, guint n_threads,
                  GError **error)
{
  g_autoptr (CjAlignment) self = g_new0 (CjAlignment, 1);
  CjDataSpec bare = *spec;

  bare.learning = NULL;
  self->nodes = g_ptr_array_new_with_free_func (g_free);
  self->batch = spec->batch;
  self->seed = seed;
  self->rule = cj_program_new (graph, CJ_PURPOSE_TRAIN, spec, n_threads, error);
  if (self->rule != NULL)
    self->plain = cj_program_new (graph, CJ_PURPOSE_TRAIN, &bare, n_threads, error);
  if (self->plain == NULL)
    return NULL;
  list_nodes (self);
  return g_steal_pointer (&self);
}

void
cj_alignment_free (CjAlignment *self)
{
  g_clear_pointer (&self->rule, cj_program_free);
  g_clear_pointer (&self->plain, cj_program_free);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_free (self);
}

gboolean
cj_alignment_take_samples (CjAlignment *self, CjFeed *feed, guint part, guint n_parts,
                           GError **error)
{
  const gsize n = (gsize) self->batch;
  g_autofree guint32 *indices = g_new (guint32, n);
  CjProgram *const both[] = { self->rule, self->plain };

  g_return_val_if_fail (part < n_parts, FALSE);
  if (feed->n_samples < n * n_parts)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The data has fewer than the %zu samples that angles are measured on. Take "
                      "more for training."),
                   n * n_parts);
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    indices[i] = (guint32) ((i * n_parts + part) * feed->n_samples / (n * n_parts));
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      feed->fill (feed, indices, (guint) n, 0, self->seed, cj_program_get_x (both[i]),
                  cj_program_get_y (both[i]));
      if (feed->problem == NULL)
        continue;
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return FALSE;
    }
  return TRUE;
}

guint
cj_alignment_get_n (const CjAlignment *self)
{
  return self->nodes->len;
}

const char *
cj_alignment_get_node (const CjAlignment *self, guint index)
{
  return self->nodes->pdata[index];
}

/* Puts the numbers of a checkpoint in place. Only what the rule alone has may be missing there, as in one of a
 * network that was saved to be looked at: it stays as drawn. */
static gboolean
place (const CjAlignment *self, CjProgram *program, const CjCheckpoint *weights)
{
  cj_program_init (program, self->seed);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const CjTableEntry *entry = cj_table_find (weights->table, param->name);

      if (entry != NULL && cj_shape_equal (&entry->shape, &param->shape))
        memcpy (cj_program_get_param_data (program, param), cj_checkpoint_get_data (weights, entry),
                sizeof (float) * (gsize) entry->size);
      else if (entry != NULL || cj_program_find_param (self->plain, param->name) != NULL)
        return FALSE;
    }
  return TRUE;
}

static double
find_angle (const CjAlignment *self, const char *node)
{
  double dot = 0, aa = 0, bb = 0;

  for (guint i = 0; i < cj_program_get_n_params (self->plain); i++)
    {
      const CjProgramParam *param = cj_program_get_param (self->plain, i);
      const CjProgramParam *other = cj_program_find_param (self->rule, param->name);
      const float *b = cj_program_get_param_gradient (self->plain, param);
      const float *a = other != NULL ? cj_program_get_param_gradient (self->rule, other) : NULL;
      g_autofree char *its = dup_node (param);

      for (gint64 k = 0; k < param->size && a != NULL && b != NULL && g_str_equal (its, node); k++)
        {
          dot += (double) a[k] * b[k];
          aa += (double) a[k] * a[k];
          bb += (double) b[k] * b[k];
        }
    }
  return aa > 0 && bb > 0 ? acos (CLAMP (dot / sqrt (aa * bb), -1, 1)) * 180 / G_PI : NAN;
}

gboolean
cj_alignment_measure (CjAlignment *self, const CjCheckpoint *weights, double *angles)
{
  CjProgram *const both[] = { self->rule, self->plain };

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      if (!place (self, both[i], weights))
        return FALSE;
      cj_program_forward (both[i], TRUE, self->batch, self->seed, weights->at.step);
      cj_program_backward (both[i]);
    }
  for (guint i = 0; i < self->nodes->len; i++)
    angles[i] = find_angle (self, self->nodes->pdata[i]);
  return TRUE;
}
