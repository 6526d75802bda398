/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-acting.h"

#include "cj-acting.h"

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
