/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-intake.h"

#include "cj-error.h"
#include "cjd-reader.h"
#include "cjl-predict.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_BATCH 32 /* samples that are looked at together, at most */

static gboolean
parse_dims (GVariant *learned, const char *key, CjShape *shape)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (learned, key, G_VARIANT_TYPE ("av"));
  const gsize n = list != NULL ? g_variant_n_children (list) : CJ_MAX_DIMS;

  *shape = (CjShape){ 0 };
  if (n >= CJ_MAX_DIMS) /* the batch is one more */
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) item = g_variant_get_variant (box);

      if (!g_variant_is_of_type (item, G_VARIANT_TYPE_INT64) || g_variant_get_int64 (item) < 1
          || g_variant_get_int64 (item) > G_MAXINT32)
        return FALSE;
      shape->dims[shape->n_dims++] = g_variant_get_int64 (item);
    }
  return TRUE;
}

/* What a project says its weights were learned from; FALSE if it does not, or in no sensible way. */
static gboolean
parse_learned (CjlIntake *self)
{
  CjDataSpec *spec = &self->spec;
  gint64 type = -1, target = -1, n_classes = -1;
  gsize bytes;
  CjShape all;

  if (!parse_dims (self->learned, "shape", &spec->x_shape)
      || !parse_dims (self->learned, "target-shape", &spec->y_shape)
      || !g_variant_lookup (self->learned, "type", "x", &type)
      || !g_variant_lookup (self->learned, "target-type", "x", &target)
      || !g_variant_lookup (self->learned, "n-classes", "x", &n_classes)
      || (type != CJ_UINT8 && type != CJ_FLOAT32 && type != CJ_INT32)
      || (target != CJ_INT32 && target != CJ_FLOAT32) || n_classes < 0 || n_classes > G_MAXINT32)
    return FALSE;
  self->dtype = (CjDtype) type;
  self->shape = spec->x_shape;
  spec->x_dtype = type == CJ_INT32 ? CJ_INT32 : CJ_FLOAT32;
  spec->y_dtype = (CjDtype) target;
  spec->n_classes = (guint) n_classes;
  spec->has_y = TRUE;
  all = cj_shape_batched (&self->shape, MAX_BATCH);
  return cj_shape_bytes (&all, CJ_FLOAT32, &bytes) && bytes <= CJD_READ_MAX_BYTES;
}

/* Mean and deviation as they were in training. */
static gboolean
take_norm (CjlIntake *self, const CjTensor *mean, const CjTensor *std)
{
  const gint64 n = self->shape.n_dims > 0 ? self->shape.dims[0] : 0;

  if (self->dtype == CJ_INT32)
    return TRUE;
  if (mean == NULL || std == NULL || mean->dtype != CJ_FLOAT32 || std->dtype != CJ_FLOAT32
      || cj_shape_size (&mean->shape) != cj_shape_size (&std->shape))
    return FALSE;
  self->n_channels = (guint) cj_shape_size (&mean->shape);
  if (self->n_channels == 0 || n % self->n_channels != 0)
    return FALSE;
  self->mean = g_memdup2 (mean->data, sizeof (float) * self->n_channels);
  self->std = g_memdup2 (std->data, sizeof (float) * self->n_channels);
  for (guint i = 0; i < self->n_channels; i++)
    if (!(self->std[i] > 0) || !isfinite (self->std[i]) || !isfinite (self->mean[i]))
      return FALSE;
  return TRUE;
}

/* A project that was written before its weights said what they were learned from. */
static gboolean
ask_data (CjlIntake *self, CjlProject *project, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, error);
  g_autoptr (CjTensor) mean = NULL, std = NULL;
  CjShape shape;

  if (dataset == NULL)
    return FALSE;
  self->learned = g_variant_ref_sink (cjl_learned_print (dataset, 0));
  self->shape = cjd_dataset_get_x_shape (dataset);
  self->dtype = dataset->x_dtype;
  if (dataset->n_channels == 0)
    return TRUE;
  shape = cj_shape1 (dataset->n_channels);
  mean = cj_tensor_new (CJ_FLOAT32, &shape);
  std = cj_tensor_new (CJ_FLOAT32, &shape);
  memcpy (mean->data, dataset->mean, cj_tensor_bytes (mean));
  memcpy (std->data, dataset->std, cj_tensor_bytes (std));
  return take_norm (self, mean, std);
}

gboolean
cjl_intake_read (CjlIntake *self, CjlProject *project, GError **error)
{
  *self = (CjlIntake){ 0 };
  self->learned = project->learned != NULL ? g_variant_ref (project->learned) : NULL;
  if (self->learned != NULL && parse_learned (self)
      && take_norm (self, cjd_named_tensors_find (project->norm, "mean"),
                    cjd_named_tensors_find (project->norm, "std")))
    return TRUE;
  cjl_intake_clear (self);
  if (ask_data (self, project, error) && parse_learned (self))
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("The project does not say what its network takes in."));
  cjl_intake_clear (self);
  return FALSE;
}

void
cjl_intake_clear (CjlIntake *self)
{
  g_clear_pointer (&self->learned, g_variant_unref);
  g_clear_pointer (&self->mean, g_free);
  g_clear_pointer (&self->std, g_free);
  *self = (CjlIntake){ 0 };
}

char *
cjl_intake_dup_class (const CjlIntake *self, guint k)
{
  g_autoptr (GVariant) list
      = g_variant_lookup_value (self->learned, "classes", G_VARIANT_TYPE ("av"));
  g_autoptr (GVariant) box = NULL, item = NULL;

  if (list == NULL || k >= g_variant_n_children (list))
    return NULL;
  box = g_variant_get_child_value (list, k);
  item = g_variant_get_variant (box);
  return g_variant_is_of_type (item, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (item, NULL)
                                                            : NULL;
}
