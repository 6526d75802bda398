/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-acting.h"

#include "cj-acting.h"
#include "safetensors.h"

#include <math.h>
#include <string.h>

static CjTensor *
dup_run (CjActing *acting, const CjShape *shape, CjActingRead read, gpointer data)
{
  const float *numbers = cj_acting_run (acting, read, data);
  CjTensor *tensor = numbers != NULL ? cj_tensor_new (CJ_FLOAT32, shape) : NULL;

  if (tensor != NULL)
    memcpy (tensor->data, numbers, cj_tensor_bytes (tensor));
  return tensor;
}

static const float *
read_checkpoint (const char *name, gpointer data)
{
  CjCheckpoint *checkpoint = data;
  const CjTableEntry *entry = cj_table_find (checkpoint->table, name);

  return entry != NULL ? cj_checkpoint_get_data (checkpoint, entry) : NULL;
}

CjTensor *
cjl_session_dup_acting (CjlSession *session, const CjLowered *lowered, const char *name)
{
  g_autoptr (CjActing) acting = lowered != NULL ? cj_acting_new (lowered, name) : NULL;
  g_autoptr (CjTensor) learned = cjl_session_dup_param (session, name);
  g_autoptr (CjCheckpoint) snapshot
      = acting != NULL ? cj_runner_dup_snapshot (cjl_session_get_runner (session)) : NULL;
  CjTensor *found = NULL;

  /* while the drawing is ahead of the run its shapes may be others */
  if (learned != NULL && snapshot != NULL
      && cj_shape_equal (&learned->shape, cj_acting_get_shape (acting)))
    found = dup_run (acting, &learned->shape, read_checkpoint, snapshot);
  return found != NULL ? found : g_steal_pointer (&learned);
}

static const float *
read_project (const char *name, gpointer data)
{
  const GPtrArray *weights = cjl_project_get_weights (data);

  for (guint i = 0; i < weights->len; i++)
    {
      const CjdNamedTensor *named = weights->pdata[i];

      if (g_str_equal (named->name, name))
        return cj_tensor_f32 (named->tensor);
    }
  return NULL;
}

/* Of the samples that it has learned from; no dimensions: not known. */
static CjShape
read_shape (const CjlProject *project)
{
  g_autoptr (GVariant) list
      = project->learned != NULL
            ? g_variant_lookup_value (project->learned, "shape", G_VARIANT_TYPE ("av"))
            : NULL;
  CjShape shape = { 0 };

  for (gsize i = 0; list != NULL && i < MIN (g_variant_n_children (list), 3); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) item = g_variant_get_variant (box);

      if (!g_variant_is_of_type (item, G_VARIANT_TYPE_INT64) || g_variant_get_int64 (item) < 1
          || g_variant_get_int64 (item) > G_MAXINT32)
        return cj_shape (0, NULL);
      shape.dims[shape.n_dims++] = g_variant_get_int64 (item);
    }
  return shape;
}

CjLowered *
cjl_project_lower_learned (const CjlProject *project)
{
  const CjDataSpec spec = { .batch = 1, .x_shape = read_shape (project), .x_dtype = CJ_FLOAT32 };

  return spec.x_shape.n_dims > 0 ? cj_lower (project->graph, &spec) : NULL;
}

CjTensor *
cjl_project_dup_acting (CjlProject *project, const char *name)
{
  const GPtrArray *weights = cjl_project_get_weights (project);
  g_autoptr (CjLowered) lowered = cjl_project_lower_learned (project);
  g_autoptr (CjActing) acting = lowered != NULL ? cj_acting_new (lowered, name) : NULL;

  for (guint i = 0; i < weights->len; i++)
    {
      const CjdNamedTensor *named = weights->pdata[i];
      CjTensor *found = NULL;

      if (!g_str_equal (named->name, name))
        continue;
      if (acting != NULL && cj_shape_equal (&named->tensor->shape, cj_acting_get_shape (acting)))
        found = dup_run (acting, &named->tensor->shape, read_project, project);
      return found != NULL ? found : cj_tensor_ref (named->tensor);
    }
  return NULL;
}

static const float *
read_program (const char *name, gpointer data)
{
  const CjProgramParam *param = cj_program_find_param (data, name);

  return param != NULL ? cj_program_get_param_data (data, param) : NULL;
}

CjTensor *
cjl_acting_dup (CjProgram *program, const CjProgramParam *param)
{
  g_autoptr (CjActing) acting = cj_acting_new (cj_program_get_lowered (program), param->name);
  CjTensor *tensor;

  if (acting != NULL)
    return dup_run (acting, &param->shape, read_program, program);
  tensor = cj_tensor_new (CJ_FLOAT32, &param->shape);
  memcpy (tensor->data, cj_program_get_param_data (program, param), cj_tensor_bytes (tensor));
  return tensor;
}

gboolean
cjl_acting_put (const CjLowered *lowered, const char *name, CjTensor *learned, gint64 at,
                float strength)
{
  g_autoptr (CjActing) acting = cj_acting_new (lowered, name);
  float *w = cj_tensor_f32 (learned) + at;
  float factor;

  if (acting == NULL)
    {
      *w = strength;
      return TRUE;
    }
  if (!cj_shape_equal (&learned->shape, cj_acting_get_shape (acting)))
    return FALSE;
  factor = cj_acting_get_factors (acting)[at];
  if (factor == 0)
    return FALSE;
  *w = copysignf (MAX (strength / factor, 0), *w);
  return TRUE;
}
